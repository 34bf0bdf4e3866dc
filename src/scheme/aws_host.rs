//! The region, the service and the bucket in an AWS host.

use super::partition::Partition;
use crate::wire::bucket_host::split_port;

/// The ends of the hosts that need SigV4a: those of multi-region access points and of CloudFront's
/// key value stores.
const MULTI_REGION: [&str; 2] = [
    "accesspoint.s3-global.amazonaws.com",
    ".cloudfront-kvs.global.api.aws",
];

/// Returns whether a host, in lowercase, accepts only SigV4a.
pub(crate) fn needs_sigv4a(host: &str) -> bool {
    MULTI_REGION.iter().any(|end| host.ends_with(end))
}

/// Services whose host has the name with which their requests are signed. The hosts of others,
/// such as `email` for `ses`, have a name of their own.
const SAME_NAME: [&str; 14] = [
    "dynamodb",
    "ec2",
    "events",
    "execute-api",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
];

/// An AWS host: the region, the service and the bucket that it names, as far as they are known.
///
/// ```
/// use presign::inspect::AwsHost;
///
/// let host = AwsHost::parse("photos.s3.eu-west-1.amazonaws.com").unwrap_or_default();
/// assert_eq!(host.region(), Some("eu-west-1"));
/// assert_eq!(host.service(), Some("s3"));
/// assert_eq!(host.bucket(), Some("photos"));
/// assert_eq!(AwsHost::parse("photos.s3.example.com"), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AwsHost<'a> {
    pub(crate) region: Option<&'a str>,
    pub(crate) service: Option<&'a str>,
    bucket: Option<&'a str>,
}

impl<'a> AwsHost<'a> {
    /// Parses a host in lowercase, with or without a port. It is `None` for a host that is not
    /// AWS's.
    #[must_use]
    pub fn parse(host: &'a str) -> Option<Self> {
        let name = Partition::strip_suffix(split_port(host).0)?;
        let (name, is_private) = match name.strip_suffix(".vpce") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (front, last) = name.rsplit_once('.').unwrap_or(("", name));
        if let Some(region) = last.strip_prefix("s3-").filter(|text| is_region(text)) {
            return Some(AwsHost {
                region: Some(region),
                service: Some("s3"),
                bucket: Some(front).filter(|bucket| !bucket.is_empty()),
            });
        }
        let (region, front) = if is_region(last) {
            (Some(last), front)
        } else {
            (None, name)
        };
        let front = front.strip_suffix(".dualstack").unwrap_or(front);
        let (before, label) = front.rsplit_once('.').unwrap_or(("", front));
        let bucket = match label {
            // An endpoint in a virtual private cloud: `photos.bucket.vpce-1a2b`.
            "s3" if is_private => before
                .split_once(".bucket.")
                .map_or("", |(bucket, _)| bucket),
            "s3" | "s3-fips" | "s3-accelerate" => before,
            _ => "",
        };
        Some(AwsHost {
            region,
            service: signing_name(label),
            bucket: Some(bucket).filter(|bucket| !bucket.is_empty()),
        })
    }

    /// Returns the region, such as `eu-west-1`.
    #[must_use]
    pub fn region(&self) -> Option<&'a str> {
        self.region
    }

    /// Returns the service with whose name requests to the host are signed, such as `s3`.
    #[must_use]
    pub fn service(&self) -> Option<&'a str> {
        self.service
    }

    /// Returns the bucket in front of a host of S3. SigV2 signs it.
    #[must_use]
    pub fn bucket(&self) -> Option<&'a str> {
        self.bucket
    }
}

/// Returns the service with whose name requests to an endpoint are signed, if it is known.
fn signing_name(label: &str) -> Option<&str> {
    let label = label.strip_suffix("-fips").unwrap_or(label);
    match label {
        "s3-object-lambda" | "s3-outposts" => Some(label),
        "s3" | "s3-accesspoint" | "s3-control" | "s3-accelerate" => Some("s3"),
        _ if label.starts_with("s3express-") => Some("s3express"),
        _ => SAME_NAME.contains(&label).then_some(label),
    }
}

/// Returns whether a text has the form of a region, such as `us-gov-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let Some((area, number)) = text.rsplit_once('-') else {
        return false;
    };
    let is_number = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_number && (2..=3).contains(&area.split('-').count()) && area.split('-').all(is_word)
}

/// Returns the region of an availability zone, such as `eu-west-1` for `eu-west-1a`.
pub(crate) fn region_of_zone(text: &str) -> Option<&str> {
    let region = text.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    is_region(region).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::{is_region, region_of_zone};

    #[test]
    fn regions_and_zones() {
        for region in [
            "us-east-1",
            "ap-southeast-4",
            "us-gov-west-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for not in [
            "eu-west-1a",
            "s3-global",
            "vpce-1",
            "auto",
            "us-east-11",
            "",
        ] {
            assert!(!is_region(not), "{not}");
        }
        assert_eq!(region_of_zone("eu-west-1a"), Some("eu-west-1"));
        assert_eq!(region_of_zone("eu-west-1"), None);
    }
}
