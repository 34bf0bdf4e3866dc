//! Causes that show in the signature: whether it arrived as it was made.

use super::cause::Cause;
use super::finding::Finding;
use super::redaction::shorten;

/// Compares the signature that the server received with the one that was made.
pub(super) fn signature_finding(made: &str, received: &str) -> Option<Finding> {
    if received == made {
        return None;
    }
    let finding = if received.replace(' ', "+") == made {
        Finding::certain(
            Cause::SignaturePlus,
            "A `+` of the signature arrived as a space, because it was not encoded in the URL. Encode it as %2B.",
        )
    } else if !received.is_empty() && made.starts_with(received) {
        Finding::certain(
            Cause::SignatureTruncated,
            "The signature arrived truncated: the URL was too long for a field, a mail or a log, or was not \
             selected to its end. Copy the whole URL.",
        )
    } else {
        Finding::certain(
            Cause::SignatureChanged,
            "The signature that arrived is not the one that was made: it belongs to another URL, or something \
             changed it. Send the URL unchanged.",
        )
    };
    Some(
        finding
            .with_signed(shorten(made))
            .with_seen(shorten(received)),
    )
}
