//! What AWS's regions accept, as far as it depends on their age.

/// The regions in which S3 accepts SigV2. Regions that opened since 2014 accept only SigV4
/// ([signature versions](https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-signature-version.html)).
const WITH_SIGV2: [&str; 8] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
];

/// The other regions that are enabled in every account
/// ([regions](https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html)).
const OTHERS_ENABLED_BY_DEFAULT: [&str; 9] = [
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-2",
    "eu-west-3",
    "us-east-2",
];

/// Returns whether S3 accepts SigV2 in a region.
pub(crate) fn accepts_sigv2(region: &str) -> bool {
    WITH_SIGV2.contains(&region)
}

/// Returns whether an account has a region without enabling it. Session tokens of the global
/// endpoint of STS are valid only in these.
pub(crate) fn is_enabled_by_default(region: &str) -> bool {
    accepts_sigv2(region) || OTHERS_ENABLED_BY_DEFAULT.contains(&region)
}
