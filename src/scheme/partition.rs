//! AWS's
//! [partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html):
//! their regions, and what S3 offers in them.

use crate::error::{Error, Quoted, error};

/// A variant of AWS hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    Dualstack,
    Fips,
    Accelerate,
    Global,
}

impl Variant {
    /// Returns the variant as a message names it.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Variant::Dualstack => "dualstack",
            Variant::Fips => "FIPS",
            Variant::Accelerate => "acceleration",
            Variant::Global => "global endpoint",
        }
    }
}

/// An AWS partition.
pub(crate) struct Partition {
    /// The name in an ARN.
    pub(crate) id: &'static str,
    /// The prefixes of its regions' names.
    regions: &'static str,
    pub(crate) suffix: &'static str,
    pub(crate) lacks: &'static [Variant],
}

/// Only the first partition has acceleration and the legacy global host. China has no FIPS
/// endpoints.
const GLOBAL_ONLY: &[Variant] = &[Variant::Accelerate, Variant::Global];
const CHINA: &[Variant] = &[Variant::Accelerate, Variant::Global, Variant::Fips];

static AWS: Partition = Partition::new("aws", "", "amazonaws.com", &[]);
static OTHERS: [Partition; 7] = [
    Partition::new("aws-cn", "cn-", "amazonaws.com.cn", CHINA),
    Partition::new("aws-us-gov", "us-gov-", "amazonaws.com", GLOBAL_ONLY),
    Partition::new("aws-eusc", "eusc-", "amazonaws.eu", GLOBAL_ONLY),
    Partition::new("aws-iso", "us-iso-", "c2s.ic.gov", GLOBAL_ONLY),
    Partition::new("aws-iso-b", "us-isob-", "sc2s.sgov.gov", GLOBAL_ONLY),
    Partition::new("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", GLOBAL_ONLY),
    Partition::new("aws-iso-f", "us-isof-", "csp.hci.ic.gov", GLOBAL_ONLY),
];

impl Partition {
    const fn new(
        id: &'static str,
        regions: &'static str,
        suffix: &'static str,
        lacks: &'static [Variant],
    ) -> Self {
        Partition {
            id,
            regions,
            suffix,
            lacks,
        }
    }

    /// Returns the partition of a region. An unknown region counts as one of the partition `aws`.
    pub(crate) fn of(region: &str) -> Result<&'static Partition, Error> {
        let remedy = if !is_label(region) {
            "write a name such as `us-east-1`"
        } else if matches!(region, "auto" | "aws-global") || region.ends_with("-global") {
            "it isn't a region; set the bucket's region"
        } else if region.starts_with("fips-") || region.ends_with("-fips") {
            "set the region without `fips`, and call fips()"
        } else {
            let other = OTHERS
                .iter()
                .find(|other| region.starts_with(other.regions));
            return Ok(other.unwrap_or(&AWS));
        };
        Err(error!(
            Scope,
            "the region {} can't be part of an AWS host; {remedy}",
            Quoted(region)
        ))
    }

    /// Returns an AWS host without the domain of its partition.
    pub(crate) fn strip_suffix(host: &str) -> Option<&str> {
        let mut all = OTHERS.iter().chain([&AWS]);
        all.find_map(|partition| host.strip_suffix(partition.suffix)?.strip_suffix('.'))
    }

    /// Returns whether a host belongs to AWS.
    pub(crate) fn is_aws_host(host: &str) -> bool {
        Partition::strip_suffix(host).is_some()
    }
}

/// Returns whether a text is a lowercase label of a host name: 1 to 63 letters, digits and hyphens,
/// with no hyphen at its ends (RFC 1123, section 2.1).
pub(crate) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
