//! The parts of AWS that have hosts of their own. What lives here: which region is in which
//! [partition](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html), and
//! what S3 offers there. What does not: the hosts themselves.

use crate::error::{Error, Quoted, error};

/// A choice among AWS's own hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    Dualstack,
    Fips,
    Accelerate,
    Global,
}

impl Variant {
    /// As a message names it.
    pub(super) fn called(self) -> &'static str {
        match self {
            Variant::Dualstack => "dualstack",
            Variant::Fips => "FIPS",
            Variant::Accelerate => "acceleration",
            Variant::Global => "the global endpoint",
        }
    }
}

/// A partition of AWS.
pub(super) struct Partition {
    /// As it stands in an ARN.
    pub(super) id: &'static str,
    /// What its regions begin with.
    regions: &'static str,
    pub(super) suffix: &'static str,
    pub(super) lacks: &'static [Variant],
}

/// Acceleration and the legacy global host are there in the first partition alone; China has no FIPS endpoints.
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

    /// The partition of a region. A region that is not known yet is taken for one of the partition `aws`.
    pub(super) fn of(region: &str) -> Result<&'static Partition, Error> {
        let reason = if !is_label(region) {
            "it should be a name like `us-east-1`"
        } else if region == "aws-global" || region.ends_with("-global") {
            "it is no region: give the one that the bucket is in"
        } else if region.starts_with("fips-") || region.ends_with("-fips") {
            "give the region without `fips`, and choose FIPS as an option"
        } else {
            let other = OTHERS
                .iter()
                .find(|other| region.starts_with(other.regions));
            return Ok(other.unwrap_or(&AWS));
        };
        Err(error!(
            Scope,
            "the region {} can't stand in a host of AWS: {reason}",
            Quoted(region)
        ))
    }

    /// Whether a host belongs to one of them.
    pub(super) fn any_has(host: &str) -> bool {
        let mut all = OTHERS.iter().chain([&AWS]);
        all.any(|partition| {
            host.strip_suffix(partition.suffix)
                .is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

/// Whether a text is one label of a host name, in lower case: 1 to 63 letters, digits and hyphens, no hyphen at its ends
/// (RFC 1123, section 2.1).
pub(super) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
