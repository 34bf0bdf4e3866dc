//! Causes that show in the authentication: a key or a token that can't be right, whatever was
//! signed.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use crate::text::base64;
use crate::verify::{Authentication, Carrier};

/// What a program writes for a variable that isn't set.
const UNSET: [&str; 5] = ["undefined", "null", "None", "nil", "(null)"];

/// Returns the finding for an access key ID that isn't one, and for a key in place of a signature.
pub(super) fn key_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let id = evidence.inspection.access_key_id();
    let id = id.or(evidence.authentication().map(Authentication::access_key_id));
    if let Some(id) = id.filter(|id| UNSET.contains(id)) {
        return Some(Finding::certain(Cause::WrongAccessKey).with_signed(id));
    }
    let shared_key = evidence.authorization()?.strip_prefix("SharedKey")?;
    let (_, signature) = shared_key.split_once(':')?;
    // An account key has 64 bytes, and an HMAC-SHA256 has 32.
    let length = base64::decode(signature.trim().as_bytes())?.len();
    (length == 64).then(|| Finding::certain(Cause::KeyAsSignature))
}

/// Returns the finding for an AWS IoT URL that has its session token among the signed parameters.
pub(super) fn iot_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let service = evidence.authentication().and_then(Authentication::service);
    let is_presigned = evidence.authentication()?.carrier() == Carrier::Query;
    let is_signed = !evidence.has_needless_token()
        && service == Some("iotdevicegateway")
        && is_presigned
        && evidence.has_session_token();
    let finding = Finding::new(Cause::TokenAdded, Confidence::Likely);
    is_signed.then(|| {
        finding.with_message(
            "AWS IoT expects the session token unsigned, at the end of the URL, but here it was signed. Sign \
             without the token, and append X-Amz-Security-Token to the signed URL.",
        )
    })
}
