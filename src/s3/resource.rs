//! The resource that a bucket's name means: a bucket, an alias, or an ARN, with its host.
//!
//! - Naming rules of [directory
//!   buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html)
//! - [Referencing access
//!   points](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html)
//! - [ARNs of S3's
//!   resources](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-resources-for-iam-policies)

use crate::error::{Error, Quoted, error};
use crate::scheme::partition::{Partition, Variant, is_label};
use alloc::borrow::Cow;
use alloc::format;

/// The kinds of resources that contain objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A general purpose bucket, or an alias that is used like one (`…-s3alias`, `…--ol-s3`).
    Bucket,
    /// A directory bucket of S3 Express One Zone, or an access point of one.
    Directory,
    AccessPoint,
    ObjectLambda,
    Outposts,
    MultiRegion,
}

impl Kind {
    /// Returns the kind as a message names it.
    pub(super) fn description(self) -> &'static str {
        match self {
            Kind::Bucket => "a bucket",
            Kind::Directory => "a directory bucket",
            Kind::AccessPoint => "an access point",
            Kind::ObjectLambda => "an Object Lambda access point",
            Kind::Outposts => "an Outposts access point",
            Kind::MultiRegion => "a multi-region access point",
        }
    }

    /// Returns the part of the host before zone and region.
    pub(super) fn host_prefix(self) -> &'static str {
        match self {
            Kind::Bucket => "s3",
            Kind::Directory => "s3express",
            Kind::AccessPoint => "s3-accesspoint",
            Kind::ObjectLambda => "s3-object-lambda",
            Kind::Outposts => "s3-outposts",
            Kind::MultiRegion => "accesspoint.s3-global",
        }
    }

    /// Returns the service of the credential scope.
    pub(super) fn service(self) -> &'static str {
        match self {
            Kind::Bucket | Kind::AccessPoint | Kind::MultiRegion => "s3",
            Kind::Directory => "s3express",
            Kind::ObjectLambda => "s3-object-lambda",
            Kind::Outposts => "s3-outposts",
        }
    }

    /// Returns the variants of AWS hosts that the kind has.
    pub(super) fn variants(self) -> &'static [Variant] {
        match self {
            Kind::Bucket => &[
                Variant::Dualstack,
                Variant::Fips,
                Variant::Accelerate,
                Variant::Global,
            ],
            Kind::Directory | Kind::AccessPoint => &[Variant::Dualstack, Variant::Fips],
            Kind::ObjectLambda => &[Variant::Fips],
            Kind::Outposts | Kind::MultiRegion => &[],
        }
    }
}

/// A resource that contains objects.
pub(super) struct Resource<'a> {
    pub(super) kind: Kind,
    /// The name as the caller wrote it.
    pub(super) name: &'a str,
    /// The labels of a virtual-hosted address before the endpoint's host.
    pub(super) label: Cow<'a, str>,
    /// The zone of a directory bucket.
    pub(super) zone: Option<&'a str>,
    /// Partition and region, if the name is an ARN; the region is empty for a multi-region access
    /// point.
    arn: Option<(&'a str, &'a str)>,
}

impl<'a> Resource<'a> {
    /// Parses a name. A bucket's name isn't checked here, because the rules depend on the endpoint.
    pub(super) fn parse(name: &'a str) -> Result<Self, Error> {
        if name.starts_with("arn:") {
            return Self::parse_arn(name);
        }
        let directory = name.strip_suffix("--x-s3");
        let directory = directory.or_else(|| name.strip_suffix("--xa-s3"));
        let (kind, label, zone) = if let Some(rest) = directory {
            let zone = check_directory(name, rest)?;
            (Kind::Directory, name.into(), Some(zone))
        } else if let Some(rest) = name.strip_suffix("--op-s3") {
            let outpost = outpost_of_alias(name, rest)?;
            (Kind::Outposts, format!("{name}.{outpost}").into(), None)
        } else {
            (Kind::Bucket, name.into(), None)
        };
        Ok(Resource {
            kind,
            name,
            label,
            zone,
            arn: None,
        })
    }

    fn parse_arn(name: &'a str) -> Result<Self, Error> {
        let ([partition, service, region, account], resource) = split_arn(name)?;
        let (kind, label) = match (service, resource) {
            ("s3", [Some("accesspoint"), Some(alias), None, ..]) if region.is_empty() => {
                check_alias(name, alias)?;
                (Kind::MultiRegion, alias.into())
            }
            ("s3", [Some("accesspoint"), Some(point), None, ..]) => {
                (Kind::AccessPoint, access_point(name, point, account)?)
            }
            ("s3-object-lambda", [Some("accesspoint"), Some(point), None, ..]) => {
                (Kind::ObjectLambda, access_point(name, point, account)?)
            }
            (
                "s3-outposts",
                [
                    Some("outpost"),
                    Some(outpost),
                    Some("accesspoint"),
                    Some(point),
                    None,
                ],
            ) => {
                let label = access_point(name, point, account)?;
                check_label(name, "Outpost ID", outpost)?;
                (Kind::Outposts, format!("{label}.{outpost}").into())
            }
            ("s3", [Some(bucket), None, ..]) if region.is_empty() => {
                return Err(error!(
                    Bucket,
                    "{} is the ARN of a bucket; use its name, {}",
                    Quoted(name),
                    Quoted(bucket)
                ));
            }
            ("s3express", [Some(_), Some(bucket), None, ..]) => {
                return Err(error!(
                    Bucket,
                    "{} is an ARN of S3 Express; use the name, {}",
                    Quoted(name),
                    Quoted(bucket)
                ));
            }
            _ => {
                return Err(error!(
                    Bucket,
                    "unsupported ARN {}; use the ARN of an access point, of an Object Lambda or \
                     Outposts access point, or of a multi-region access point",
                    Quoted(name)
                ));
            }
        };
        check_account(name, account)?;
        if kind != Kind::MultiRegion {
            check_label(name, "region", region)?;
            let own = Partition::of(region)?.id;
            if own != partition {
                return Err(error!(
                    Bucket,
                    "the ARN {} has the partition {}, but its region is in the partition {own}",
                    Quoted(name),
                    Quoted(partition)
                ));
            }
        }
        Ok(Resource {
            kind,
            name,
            label,
            zone: None,
            arn: Some((partition, region)),
        })
    }

    /// Returns the region whose hosts the resource has: that of its ARN, or the configured one.
    pub(super) fn region<'b>(
        &'b self,
        configured: &'b str,
        use_arn_region: bool,
    ) -> Result<&'b str, Error> {
        let Some((partition, region)) = self.arn else {
            return Ok(configured);
        };
        let own = Partition::of(configured)?.id;
        if own != partition {
            return Err(error!(
                Scope,
                "the ARN {} is in the partition {partition}, but the region {} is in the partition {own}",
                Quoted(self.name),
                Quoted(configured)
            ));
        }
        match region {
            "" => Ok(configured),
            region if region == configured || use_arn_region => Ok(region),
            region => Err(error!(
                Scope,
                "the ARN {} has the region {region}, but {} is configured; configure the ARN's, or call use_arn_region",
                Quoted(self.name),
                Quoted(configured)
            )),
        }
    }
}

/// The partition, service, region and account of an ARN, and the segments of its resource. An
/// Outposts access point has four segments; a fifth is an error.
type ArnParts<'a> = ([&'a str; 4], [Option<&'a str>; 5]);

/// Splits `arn:partition:service:region:account:resource`, and the resource at `/` and `:`
/// ([ARN format](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)).
fn split_arn(text: &str) -> Result<ArnParts<'_>, Error> {
    let mut parts = text.splitn(6, ':').skip(1);
    let parts: [Option<&str>; 5] = core::array::from_fn(|_| parts.next());
    let [
        Some(partition),
        Some(service),
        Some(region),
        Some(account),
        Some(resource),
    ] = parts
    else {
        return Err(error!(
            Bucket,
            "incomplete ARN {}; write arn:partition:service:region:account:resource",
            Quoted(text)
        ));
    };
    let mut resource = resource.splitn(5, ['/', ':']);
    let resource = core::array::from_fn(|_| resource.next());
    Ok(([partition, service, region, account], resource))
}

/// Returns `name-account`, which is one label of the host.
fn access_point<'a>(arn: &str, point: &str, account: &str) -> Result<Cow<'a, str>, Error> {
    check_label(arn, "access point name", point)?;
    let label = format!("{point}-{account}");
    match label.len() {
        ..=63 => Ok(label.into()),
        length => Err(error!(
            Bucket,
            "the access point name in the ARN {} is too long; with the account it has {length} \
             characters, and the maximum is 63",
            Quoted(arn)
        )),
    }
}

fn check_label(arn: &str, part: &str, text: &str) -> Result<(), Error> {
    if is_label(text) {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid {part} {} in the ARN {}; use lowercase letters, digits and hyphens only, and no hyphen \
         at its ends",
        Quoted(text),
        Quoted(arn)
    ))
}

fn check_account(arn: &str, account: &str) -> Result<(), Error> {
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid account {} in the ARN {}; write 12 digits",
        Quoted(account),
        Quoted(arn)
    ))
}

/// The alias of a multi-region access point: `mfzwi23gnjvgw.mrap`.
fn check_alias(arn: &str, alias: &str) -> Result<(), Error> {
    if alias.split('.').all(is_label) {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid alias {} in the ARN {}; write an alias such as `mfzwi23gnjvgw.mrap`",
        Quoted(alias),
        Quoted(arn)
    ))
}

/// Returns the zone of a directory bucket: `usw2-az1` of `bucket--usw2-az1--x-s3`. `rest` is the
/// name without its suffix.
fn check_directory<'a>(name: &str, rest: &'a str) -> Result<&'a str, Error> {
    let zone = match rest.rsplit_once("--") {
        Some((base, zone)) if !base.is_empty() && is_label(zone) => zone,
        _ => {
            return Err(error!(
                Bucket,
                "invalid directory bucket name {}; write a name such as `name--usw2-az1--x-s3`, \
                 with the ID of its zone",
                Quoted(name)
            ));
        }
    };
    if is_label(name) {
        return Ok(zone);
    }
    Err(error!(
        Bucket,
        "invalid directory bucket name {}; use at most 63 lowercase letters, digits and hyphens, \
         and no hyphen at its ends",
        Quoted(name)
    ))
}

/// Returns the part of the host after the alias of an Outposts access point. The alias ends in the
/// kind of hardware (one letter), the Outpost's ID (17 characters), and 25 more before `--op-s3`.
/// `rest` is the alias without that.
///
/// The positions are those of AWS's endpoint rules for S3; they are not documented.
fn outpost_of_alias(name: &str, rest: &str) -> Result<Cow<'static, str>, Error> {
    let end = rest.len().checked_sub(25);
    let (start, hardware) = (
        end.and_then(|end| end.checked_sub(17)),
        end.and_then(|end| end.checked_sub(18)),
    );
    let part = |from: Option<usize>, to: Option<usize>| rest.get(from?..to?);
    match (part(hardware, start), part(start, end)) {
        (Some("e"), Some(id)) if is_label(name) && is_label(id) => Ok("ec2".into()),
        (Some("o"), Some(id)) if is_label(name) && is_label(id) => Ok(format!("op-{id}").into()),
        _ => Err(error!(
            Bucket,
            "incomplete alias of an Outposts access point {}; use the whole alias, or the access \
             point's ARN",
            Quoted(name)
        )),
    }
}
