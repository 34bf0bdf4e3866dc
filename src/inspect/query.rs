//! The query of a URL: which scheme signed it.

#[cfg(feature = "cloudfront")]
use super::cloudfront_parameters::CloudFrontParameters;
use super::facts::Facts;
use super::problem::{ProblemKind, Problems};
use super::v2_parameters::V2Parameters;
use super::v4_parameters::V4Parameters;
use crate::error::Quoted;
use crate::scheme::detect::CLOUDFRONT_KEY_PAIR_ID;
use crate::scheme::sigv2;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::Role;
use crate::text::percent::invalid_escape;
use crate::wire::query::parse_query;
use alloc::format;
use alloc::string::String;

/// Reads the signature of a query. If there are several, SigV4's precedes Google's and SigV2's.
#[cfg_attr(
    not(feature = "azure"),
    allow(unused_variables, reason = "only Azure needs the path")
)]
pub(super) fn read_query(query: &str, path: &str, problems: &mut Problems) -> Facts {
    if let Some(escape) = invalid_escape(query) {
        let message = format!(
            "invalid percent escape {} in the query; the URL may be cut off there",
            Quoted(escape)
        );
        problems.add(ProblemKind::BadEscape, message);
    }
    let mut families = V4_FAMILIES.each_ref().map(V4Parameters::new);
    let mut v2 = V2Parameters::default();
    #[cfg(feature = "cloudfront")]
    let mut cloudfront = CloudFrontParameters::default();
    for param in parse_query(Some(query)) {
        for family in &mut families {
            family.add(&param, problems);
        }
        v2.add(&param);
        #[cfg(feature = "cloudfront")]
        cloudfront.add(&param);
    }
    let mut signed = families.iter().filter(|family| family.is_signed());
    let first = signed.next();
    let is_v2 = v2.is_signed();
    if first.is_some() && (is_v2 || signed.next().is_some()) {
        problems.add(
            ProblemKind::SignedTwice,
            "the URL has two signatures, which no server accepts; sign a URL that has none",
        );
    }
    if let Some(family) = first {
        return family.read(problems);
    }
    // A canned policy has `Expires` and `Signature`, as SigV2 has.
    #[cfg(feature = "cloudfront")]
    if cloudfront.is_signed() {
        return cloudfront.read(problems);
    }
    #[cfg(feature = "azure")]
    if !is_v2 && let Some(facts) = super::azure_sas::read(query, path, problems) {
        return facts;
    }
    if let Some((product, name)) = other_scheme(query) {
        let message = format!(
            "the URL is signed for {product}, because its query has the parameter {name}; it is not a \
             presigned URL of SigV2 or SigV4"
        );
        problems.add(ProblemKind::OtherScheme, message);
        return Facts::default();
    }
    if is_v2 {
        return v2.read(problems);
    }
    let mut message = String::from("the URL has no signature: its query contains neither ");
    for family in &V4_FAMILIES {
        message.extend([family.query_name(Role::Signature), " nor "]);
    }
    message.push_str(sigv2::SIGNATURE);
    problems.add(ProblemKind::NotPresigned, message);
    Facts::default()
}

/// Returns the product that signed a query, and the parameter that identifies it.
fn other_scheme(query: &str) -> Option<(&'static str, &'static str)> {
    let has = |name: &str| parse_query(Some(query)).any(|param| param.name.decodes_to(name));
    if has(CLOUDFRONT_KEY_PAIR_ID) && (has("Policy") || has(sigv2::EXPIRES)) {
        return Some(("CloudFront", CLOUDFRONT_KEY_PAIR_ID));
    }
    let is_azure = has("sig") && has("sv") && (has("se") || has("si"));
    is_azure.then_some(("Azure Storage", "sig"))
}
