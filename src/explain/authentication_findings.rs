//! Causes that show in the authentication: a key or a token that can't be right, whatever was
//! signed.

use super::catalogue::Cause;
use super::evidence::Evidence;
use super::finding::Finding;
use super::text_forms::header_value;
use crate::scheme::aws::AWS4;
use crate::scheme::limits::MAX_CLOCK_SKEW;
use crate::text::base64;
use crate::text::secrets::{SECRET_KEY_LEN, has_characters_of_secret};
use crate::text::time_span::TimeSpan;
use crate::time::Timestamp;
use crate::verify::{Authentication, Carrier};
use alloc::format;
use alloc::vec::Vec;

/// What a program writes for a variable that isn't set.
const UNSET: [&str; 5] = ["undefined", "null", "None", "nil", "(null)"];

/// Returns the causes that show in the authentication.
pub(super) fn authentication_findings(evidence: &Evidence<'_>) -> impl Iterator<Item = Finding> {
    let findings = [
        iot_finding(evidence),
        key_finding(evidence),
        scope_finding(evidence),
        date_finding(evidence),
    ];
    findings.into_iter().flatten()
}

/// Returns the finding for an access key ID that isn't one or is missing, and for a key in place of
/// a signature.
fn key_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let id = evidence.inspection.access_key_id();
    let id = id.or(evidence.authentication().map(Authentication::access_key_id));
    if let Some(id) = id.filter(|id| UNSET.contains(id)) {
        return Some(Finding::certain(Cause::WrongAccessKey).with_signed(id));
    }
    // A secret that is copied without a character is one, too.
    let is_like_secret =
        |id: &str| id.len().abs_diff(SECRET_KEY_LEN) <= 1 && has_characters_of_secret(id);
    if id.is_some_and(is_like_secret) {
        let finding = Finding::likely(Cause::WrongAccessKey);
        return Some(finding.with_message(
            "The access key ID has the form of a secret. If it is one, exchange ID and secret when signing, and \
             replace the key, because the request gives it away.",
        ));
    }
    let shared_key = evidence.authorization()?.strip_prefix("SharedKey")?;
    let Some((_, signature)) = shared_key.split_once(':') else {
        let fault = "the Authorization header has no account; write SharedKey account:signature";
        return Some(Finding::likely(Cause::Malformed).about(fault));
    };
    // An account key has 64 bytes, and an HMAC-SHA256 has 32.
    let length = base64::decode(signature.trim().as_bytes())?.len();
    (length == 64).then(|| Finding::certain(Cause::KeyAsSignature))
}

/// Returns the finding for a credential scope in which the region or the service is empty.
fn scope_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let (_, credential) = evidence.authorization()?.split_once("Credential=")?;
    let credential = credential.split(',').next()?.trim();
    let [_, service, region, ..] = credential.rsplit('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (cause, part) = if service.is_empty() {
        (Cause::WrongService, "service")
    } else if region.is_empty() {
        (Cause::WrongRegion, "region")
    } else {
        return None;
    };
    Some(
        Finding::certain(cause)
            .with_message(format!(
                "The credential scope has an empty {part}. Pass the {part} to the signer."
            ))
            .with_signed(credential),
    )
}

/// Returns the finding for a request to OpenSearch Serverless without the header that it requires
/// ([Signing HTTP
/// requests](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html#serverless-signing)).
pub(super) fn content_hash_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let authentication = evidence.authentication()?;
    let lacks_hash = authentication.carrier() == Carrier::Header
        && authentication.service() == Some("aoss")
        && header_value(evidence.headers, AWS4.content_sha256).is_none();
    lacks_hash.then(|| {
        Finding::possible(Cause::Malformed).with_message(
            "OpenSearch Serverless requires the header x-amz-content-sha256, and answers 403 without it. Send and \
             sign the SHA-256 of the body in it.",
        )
    })
}

/// Returns the finding for a signature of Azure's Shared Key that is dated in the future. Azure
/// answers that without a reason.
fn date_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let is_shared_key = evidence.authorization()?.starts_with("SharedKey");
    let date = header_value(evidence.headers, "x-ms-date");
    let date = Timestamp::parse_http_date(date.or(header_value(evidence.headers, "date"))?)?;
    let ahead = date.saturating_duration_since(evidence.now);
    let is_skewed = is_shared_key && ahead > MAX_CLOCK_SKEW;
    is_skewed.then(|| {
        let fault = format!(
            "The signing time is {} ahead of this clock",
            TimeSpan(ahead)
        );
        Finding::likely(Cause::ClockSkew).about(&fault)
    })
}

/// Returns the finding for an AWS IoT URL that has its session token among the signed parameters.
fn iot_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let service = evidence.authentication().and_then(Authentication::service);
    let is_presigned = evidence.authentication()?.carrier() == Carrier::Query;
    let is_signed = !evidence.has_needless_token()
        && service == Some("iotdevicegateway")
        && is_presigned
        && evidence.has_session_token();
    let finding = Finding::likely(Cause::TokenAdded);
    is_signed.then(|| {
        finding.with_message(
            "AWS IoT expects the session token unsigned, at the end of the URL, but here it was signed. Sign \
             without the token, and append X-Amz-Security-Token to the signed URL.",
        )
    })
}
