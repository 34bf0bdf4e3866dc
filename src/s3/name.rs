//! What stands where the name of a bucket is asked for: a bucket, an alias, or an ARN. What lives here: the naming
//! rules, and what each kind of name says about the host. What does not: the endpoint that it is put in front of.
//!
//! - [Bucket naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html), and those of
//!   [directory buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html)
//! - [Referencing access points](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html)
//! - [ARNs of S3's resources](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-resources-for-iam-policies)

use super::partition::{Partition, Variant, is_label};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::v4::SessionToken;
use alloc::borrow::Cow;
use alloc::format;
use core::net::Ipv4Addr;

/// The kinds of things that hold objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A general purpose bucket, or an alias that is used just like one (`…-s3alias`, `…--ol-s3`).
    Bucket,
    /// A directory bucket of S3 Express One Zone, or an access point of one.
    Directory,
    AccessPoint,
    ObjectLambda,
    Outposts,
    MultiRegion,
}

impl Kind {
    /// As a message names it.
    pub(super) fn called(self) -> &'static str {
        match self {
            Kind::Bucket => "a bucket",
            Kind::Directory => "a directory bucket",
            Kind::AccessPoint => "an access point",
            Kind::ObjectLambda => "an Object Lambda access point",
            Kind::Outposts => "an Outposts access point",
            Kind::MultiRegion => "a multi-region access point",
        }
    }

    /// The part of the host that stands before zone and region.
    pub(super) fn host(self) -> &'static str {
        match self {
            Kind::Bucket => "s3",
            Kind::Directory => "s3express",
            Kind::AccessPoint => "s3-accesspoint",
            Kind::ObjectLambda => "s3-object-lambda",
            Kind::Outposts => "s3-outposts",
            Kind::MultiRegion => "accesspoint.s3-global",
        }
    }

    /// The service in the credential scope.
    pub(super) fn service(self) -> &'static str {
        match self {
            Kind::Bucket | Kind::AccessPoint | Kind::MultiRegion => "s3",
            Kind::Directory => "s3express",
            Kind::ObjectLambda => "s3-object-lambda",
            Kind::Outposts => "s3-outposts",
        }
    }

    /// Which of AWS's hosts there are for it.
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

    /// Where the session token of the credentials goes, if they have one.
    pub(super) fn session_token(self) -> SessionToken {
        match self {
            Kind::Directory => SessionToken::S3Express,
            _ => SessionToken::Signed,
        }
    }
}

/// What a name stands for.
pub(super) struct Resource<'a> {
    pub(super) kind: Kind,
    /// The name as it was given.
    pub(super) name: &'a str,
    /// What stands in front of the endpoint's host.
    pub(super) label: Cow<'a, str>,
    /// The zone of a directory bucket.
    pub(super) zone: Option<&'a str>,
    /// Partition and region, if the name is an ARN; the region is empty for a multi-region access point.
    arn: Option<(&'a str, &'a str)>,
}

impl<'a> Resource<'a> {
    /// What the name stands for. Only what AWS reserves is looked at: a bucket's name is not checked here.
    pub(super) fn of(name: &'a str) -> Result<Self, Error> {
        if name.starts_with("arn:") {
            return Self::of_arn(name);
        }
        let (kind, label, zone) = if let Some(rest) = strip_any_suffix(name, &["--x-s3", "--xa-s3"])
        {
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

    fn of_arn(name: &'a str) -> Result<Self, Error> {
        let Arn {
            partition,
            service,
            region,
            account,
            resource,
        } = Arn::parse(name)?;
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
                check_label(name, "the Outpost's id", outpost)?;
                (Kind::Outposts, format!("{label}.{outpost}").into())
            }
            ("s3", [Some(bucket), None, ..]) if region.is_empty() => {
                return Err(error!(
                    Bucket,
                    "{} is the ARN of a bucket: give its name, {}",
                    Quoted(name),
                    Quoted(bucket)
                ));
            }
            ("s3express", [Some(_), Some(bucket), None, ..]) => {
                return Err(error!(
                    Bucket,
                    "{} is an ARN of S3 Express: give the name, {}",
                    Quoted(name),
                    Quoted(bucket)
                ));
            }
            _ => {
                return Err(error!(
                    Bucket,
                    "the ARN {} is not that of an access point, of an Object Lambda or Outposts access point, or of a \
                     multi-region access point",
                    Quoted(name)
                ));
            }
        };
        check_account(name, account)?;
        if kind != Kind::MultiRegion {
            check_label(name, "the region", region)?;
            let own = Partition::of(region)?.id;
            if own != partition {
                return Err(error!(
                    Bucket,
                    "the ARN {} has the partition {}, but its region is in {own}",
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

    /// The region whose hosts it has: that of the ARN, or the one given.
    pub(super) fn region<'b>(
        &'b self,
        given: &'b str,
        use_arn_region: bool,
    ) -> Result<&'b str, Error> {
        let Some((partition, region)) = self.arn else {
            return Ok(given);
        };
        let own = Partition::of(given)?.id;
        if own != partition {
            return Err(error!(
                Scope,
                "the ARN {} is in the partition {partition}, but the region {} is in {own}",
                Quoted(self.name),
                Quoted(given)
            ));
        }
        match region {
            "" => Ok(given),
            region if region == given || use_arn_region => Ok(region),
            region => Err(error!(
                Scope,
                "the ARN {} has the region {region}, but {} is given: give the ARN's, or choose use_arn_region",
                Quoted(self.name),
                Quoted(given)
            )),
        }
    }
}

/// `arn:partition:service:region:account:resource`, the resource in its parts, which `/` or `:` separates
/// ([ARN format](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)).
struct Arn<'a> {
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    /// An Outposts access point has four; a fifth is what is too much.
    resource: [Option<&'a str>; 5],
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Result<Self, Error> {
        let mut parts = text.splitn(6, ':').skip(1);
        let mut next = || parts.next();
        let (Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
            (next(), next(), next(), next(), next())
        else {
            return Err(error!(
                Bucket,
                "{} is not a whole ARN: that is arn:partition:service:region:account:resource",
                Quoted(text)
            ));
        };
        let mut resource = resource.splitn(5, ['/', ':']);
        Ok(Arn {
            partition,
            service,
            region,
            account,
            resource: core::array::from_fn(|_| resource.next()),
        })
    }
}

/// `name-account`, which is one label of the host.
fn access_point<'a>(arn: &str, point: &str, account: &str) -> Result<Cow<'a, str>, Error> {
    check_label(arn, "the access point's name", point)?;
    let label = format!("{point}-{account}");
    match label.len() {
        ..=63 => Ok(label.into()),
        length => Err(error!(
            Bucket,
            "the access point's name in the ARN {} is too long: with the account it makes a label of {length} characters, \
             and a host has labels of 63 at most",
            Quoted(arn)
        )),
    }
}

fn check_label(arn: &str, what: &str, text: &str) -> Result<(), Error> {
    match is_label(text) {
        true => Ok(()),
        false => Err(error!(
            Bucket,
            "{what} in the ARN {} is {}: it should have lowercase letters, digits and hyphens only, \
             and no hyphen at its ends",
            Quoted(arn),
            Quoted(text)
        )),
    }
}

fn check_account(arn: &str, account: &str) -> Result<(), Error> {
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(error!(
            Bucket,
            "the account in the ARN {} is {}: it should have 12 digits",
            Quoted(arn),
            Quoted(account)
        )),
    }
}

/// The alias of a multi-region access point: `mfzwi23gnjvgw.mrap`.
fn check_alias(arn: &str, alias: &str) -> Result<(), Error> {
    match alias.split('.').all(is_label) {
        true => Ok(()),
        false => Err(error!(
            Bucket,
            "the alias in the ARN {} is {}: it should be like `mfzwi23gnjvgw.mrap`",
            Quoted(arn),
            Quoted(alias)
        )),
    }
}

fn strip_any_suffix<'a>(name: &'a str, suffixes: &[&str]) -> Option<&'a str> {
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix))
}

/// The zone of a directory bucket, `usw2-az1` of `bucket--usw2-az1--x-s3`. `rest` is the name without its suffix.
fn check_directory<'a>(name: &str, rest: &'a str) -> Result<&'a str, Error> {
    let zone = match rest.rsplit_once("--") {
        Some((base, zone)) if !base.is_empty() && is_label(zone) => zone,
        _ => {
            return Err(error!(
                Bucket,
                "{} is not the name of a directory bucket: that is like `name--usw2-az1--x-s3`, with the id of its zone",
                Quoted(name)
            ));
        }
    };
    match is_label(name) {
        true => Ok(zone),
        false => Err(error!(
            Bucket,
            "{} is not the name of a directory bucket: it should have up to 63 characters, lowercase letters, digits and \
             hyphens only, and no hyphen at its ends",
            Quoted(name)
        )),
    }
}

/// What follows the alias of an Outposts access point in the host. The alias ends in the kind of hardware (one letter), the
/// Outpost's id (17), and 25 more before `--op-s3`. `rest` is the alias without that.
///
/// The places of these parts are those of AWS's endpoint rules for S3; no document tells them.
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
            "{} ends like the alias of an Outposts access point, but does not name an Outpost: give the whole alias, or \
             the access point's ARN",
            Quoted(name)
        )),
    }
}

/// The [bucket naming
/// rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html), which make a name fit for a host.
pub(super) fn check_host_name(name: &str) -> Result<(), Error> {
    check_present(name)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let reason = if !(3..=63).contains(&name.len()) {
        "it should have 3 to 63 characters"
    } else if !name.chars().all(fits) {
        "it should have lowercase letters, digits, dots and hyphens only"
    } else if !end(name.chars().next()) || !end(name.chars().next_back()) {
        "it should begin and end with a letter or digit"
    } else if ["..", ".-", "-."].iter().any(|pair| name.contains(pair)) {
        "a dot should stand between letters or digits"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it should not look like an IP address"
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "the bucket name {} can't stand in a host: {reason}",
        Quoted(name)
    ))
}

/// What can stand in a path: also the names that AWS once allowed and that other stores still do, such as `tenant:bucket`
/// of Ceph.
pub(super) fn check_path_name(name: &str, is_aws: bool) -> Result<(), Error> {
    check_present(name)?;
    let (shortest, more, allowed) = match is_aws {
        true => (3, "-._", "letters, digits, dots, hyphens and underscores"),
        false => (
            1,
            "-._:",
            "letters, digits, dots, hyphens, underscores and colons",
        ),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
    let reason = if !(shortest..=255).contains(&name.len()) {
        format!("it should have {shortest} to 255 characters")
    } else if !name.chars().all(fits) {
        format!("it should have {allowed} only")
    } else if matches!(name, "." | "..") {
        "clients take it for a step in the path".into()
    } else if is_aws && name.ends_with(".mrap") {
        "it is the alias of a multi-region access point, which is used by its ARN".into()
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "{} is not the name of a bucket: {reason}",
        Quoted(name)
    ))
}

fn check_present(name: &str) -> Result<(), Error> {
    match name {
        "" => Err(Error::new(ErrorKind::Bucket, "the bucket name is empty")),
        _ => Ok(()),
    }
}
