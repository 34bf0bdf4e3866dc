//! Differences between two strings to sign of SigV4, except the hash of the canonical request.

use super::cause::Cause;
use super::finding::Finding;
use super::shared_findings::scope_date;
use alloc::format;
use alloc::vec::Vec;

/// Compares algorithm, scope and signing time.
pub(super) fn compare_scopes(signed: &str, seen: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let signed: Vec<&str> = signed.split('\n').collect();
    let seen: Vec<&str> = seen.split('\n').collect();
    let ([algorithm, time, scope, _], [seen_algorithm, seen_time, seen_scope, _]) =
        (signed.as_slice(), seen.as_slice())
    else {
        return findings;
    };
    if algorithm != seen_algorithm {
        let finding = Finding::certain(
            Cause::Malformed,
            "The server read another algorithm than the one that was signed. Send the algorithm unchanged.",
        );
        findings.push(finding.with_signed(*algorithm).with_seen(*seen_algorithm));
    }
    let parts = [
        (Cause::ScopeDate, "date"),
        (Cause::WrongRegion, "region"),
        (Cause::WrongService, "service"),
    ];
    let values = scope.split('/').zip(seen_scope.split('/'));
    for ((cause, part), (signed, seen)) in parts.into_iter().zip(values) {
        if signed == seen {
            continue;
        }
        let finding = if cause == Cause::ScopeDate {
            scope_date()
        } else {
            let message = format!(
                "The credential scope was signed with the {part} {signed}, but the server uses {seen}. Sign with \
                 the server's {part}."
            );
            Finding::certain(cause, message)
        };
        findings.push(finding.with_signed(signed).with_seen(seen));
    }
    if time != seen_time {
        let finding = Finding::certain(
            Cause::HeaderChanged,
            "The client, or a retry, changed the signing time after signing. Send the X-Amz-Date that was \
             signed, or sign each attempt.",
        );
        findings.push(finding.with_signed(*time).with_seen(*seen_time));
    }
    findings
}
