//! The investigation of a rejected request: from the evidence to the findings.

use super::catalogue::Cause;
#[cfg(feature = "cloudfront")]
use super::cloudfront_findings::resource_findings;
use super::compare::{compare, reordered};
use super::confidence::Confidence;
use super::difference::Difference;
use super::evidence::Evidence;
use super::explanation::Explanation;
use super::failed_request::FailedRequest;
use super::finding::Finding;
use super::form_findings::Form;
use super::ranking::{needless_escape, possible_findings};
use super::redaction::{redact_url, shorten};
use super::search::{search, signature_findings};
use super::session_token::is_session_token;
use super::side::Side;
use super::signed_text::{SignedText, compare_scopes, has_hash};
use super::statement::Statement;
use super::text_forms::{decoded, has_needless_escape, split_params};
use super::url_findings::{parse_finding, url_findings};
use crate::inspect::Inspection;
use crate::scheme::sigv2;
use crate::time::Timestamp;
use crate::verify::{Unverified, Verifier, VerifyError, VerifyErrorKind};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl<'a> FailedRequest<'a> {
    /// Asks each oracle in turn, and ranks the causes if none confirms one.
    pub(super) fn investigate(&self, now: Timestamp) -> Explanation {
        let verifier = Verifier::lax();
        let (signed_request, sent_request) = (self.signed_request(), self.sent_request());
        let signed_side = Side::new(signed_request.as_ref(), self.url, self, &verifier, now);
        let sent_side = Side::new(sent_request.as_ref(), self.sent_url(), self, &verifier, now);
        let inspection = Inspection::new(self.url, now);
        let evidence = Evidence {
            method: self.method,
            now,
            inspection: &inspection,
            request: signed_side.request(),
            credentials: self.credentials,
            other_credentials: &self.other_credentials,
        };
        let server_text = match &signed_side.other {
            Some(other) => other.seen(self.response),
            None => SignedText::of_response(self.response),
        };
        let sent_text = sent_side.text(self, self.sent_body.or(self.body));
        let signed_text = match self.signed_texts {
            Some((canonical_request, string_to_sign)) => Some(SignedText::new(
                canonical_request.unwrap_or_default(),
                &String::from_utf8_lossy(string_to_sign),
            )),
            None => signed_side.text(self, self.body),
        };
        let signed_text = signed_text.map(|text| text.with_payload_of(server_text.as_ref()));

        let mut findings = self.findings_of_form(now);
        findings.extend(self.findings_of_request(&evidence, &signed_side, &sent_side));
        #[cfg(feature = "cloudfront")]
        if evidence.is_cloudfront() {
            let resource = resource_findings(self.url, self.sent_url());
            findings.extend(resource.into_iter().flatten());
        }
        let mut difference = None;
        let mut is_same = false;
        let seen_text = server_text.as_ref().or(sent_text.as_ref());
        if let (Some(signed), Some(seen)) = (&signed_text, seen_text) {
            findings.extend(self.differences(signed, seen));
            if server_text.is_some() && findings.iter().all(Finding::is_harmless) {
                is_same = signed.is_same(seen)
                    || signed_side.other.is_some() && signed.has_words_of(seen);
                findings.extend(self.findings_of_hash(signed, seen));
            }
            let lines = signed.canonical.as_ref().zip(seen.canonical.as_ref());
            difference =
                lines.map(|(signed, seen)| Difference::between(&signed.lines(), &seen.lines()));
        } else {
            findings.extend(self.method_finding(server_text.as_ref()));
        }
        self.add_differences_of_writing(&mut findings);
        if is_signed_as_seen(&evidence, server_text.as_ref()) {
            findings = alloc::vec![other_secret_of_server()];
        } else if self.response.is_mismatch() {
            // What the signature proves counts more than what is likely.
            let best = findings.iter().map(Finding::confidence).min();
            let is_right = signed_side.other.as_ref().and_then(|other| other.is_right);
            if best != Some(Confidence::Certain) {
                let text = signed_text.as_ref();
                let more = self.findings_of_signature(&evidence, text, is_right, is_same);
                let is_known = best == Some(Confidence::Likely);
                let is_new =
                    |finding: &Finding| !is_known || finding.confidence() == Confidence::Certain;
                findings.extend(more.into_iter().filter(is_new));
            }
        }
        if findings.iter().all(Finding::is_harmless) {
            findings.extend(Statement::new(self.response, &evidence).repeated());
        }
        Explanation::new(self.response.code(), findings, difference)
    }

    /// Returns the causes that show in the fields of a form. They name the condition or the field,
    /// so they come before the server's statement of the same cause.
    fn findings_of_form(&self, now: Timestamp) -> Vec<Finding> {
        if self.fields.is_empty() {
            return Vec::new();
        }
        let form = Form {
            fields: &self.fields,
            bucket: self.bucket_of_form().unwrap_or_default(),
        };
        form.findings(self.response, self.credentials, now)
    }

    /// Returns the causes that show in the response, the URL, the headers or the signature.
    fn findings_of_request(
        &self,
        evidence: &Evidence<'_>,
        signed: &Side<'_>,
        sent: &Side<'_>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let statement = Statement::new(self.response, evidence).finding();
        let is_consequence = statement.as_ref().is_some_and(Statement::is_consequence);
        let (cause, consequence) = match statement {
            Some(finding) if is_consequence => (None, Some(finding)),
            other => (other, None),
        };
        findings.extend(cause);
        if is_cut_by_shell(self.url, self.sent_url()) {
            findings.push(Finding::certain(Cause::QueryCut));
            return findings;
        }
        findings.extend(url_findings(self.sent_url(), self.response, evidence.now));
        if findings.is_empty() {
            findings.extend(signed.error().and_then(parse_finding));
        }
        findings.extend(sent.error().and_then(sent_finding));
        findings.extend(consequence);
        let received = self.response.field("SignatureProvided").map(str::to_owned);
        let received = received.or_else(|| sent.request().map(Unverified::received_signature));
        let made = signed.request().map(Unverified::received_signature);
        if let (Some(made), Some(received)) = (made, received) {
            findings.extend(signature_finding(&made, &received));
        }
        findings
    }

    /// Returns the causes that show in the texts of both sides.
    fn differences(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let mut findings = compare_scopes(&signed.string_to_sign, &seen.string_to_sign);
        if let (Some(signed), Some(seen)) = (&signed.canonical, &seen.canonical) {
            findings.extend(compare(signed, seen, self.is_https()));
        }
        findings
    }

    /// Returns the causes that the hash of the server's canonical request confirms.
    fn findings_of_hash(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let (Some(hash), Some(request)) = (seen.canonical_hash(), &signed.canonical) else {
            return Vec::new();
        };
        if !seen.canonical_request.is_empty() || signed.is_same(seen) {
            return Vec::new();
        }
        let seen = search(request, |text| has_hash(text, hash));
        seen.map_or_else(Vec::new, |seen| compare(request, &seen, self.is_https()))
    }

    /// Compares the methods, if nothing more of the signed request can be read.
    fn method_finding(&self, seen: Option<&SignedText>) -> Option<Finding> {
        let seen = &seen?.canonical.as_ref()?.method;
        let about = format!("{} and sent as {seen}", self.method);
        let finding = Finding::between(Cause::Method, self.method, &**seen).about(&about);
        (seen != self.method).then_some(finding)
    }

    /// Returns the causes that the signature shows, or else those that are possible. `is_same` is
    /// whether the server certainly saw the request as it is known here.
    fn findings_of_signature(
        &self,
        evidence: &Evidence<'_>,
        signed: Option<&SignedText>,
        is_other_right: Option<bool>,
        is_same: bool,
    ) -> Vec<Finding> {
        let Some(request) = evidence.request else {
            return other_signature_findings(evidence, is_other_right, is_same);
        };
        let is_right = evidence.credentials.map(|credentials| match signed {
            Some(signed) => request.is_signature_of(signed.message(), credentials),
            None => request.is_signed_with(credentials),
        });
        if is_right != Some(true) {
            let canonical = signed.and_then(|signed| signed.canonical.as_ref());
            if let Some(findings) =
                signature_findings(evidence, request, canonical, self.is_https())
            {
                return findings;
            }
        }
        let id = request.access_key_id();
        let secret = Finding::new(Cause::WrongSecret, Confidence::Likely).with_signed(id);
        match is_right {
            Some(true) if is_same => alloc::vec![other_secret_of_server()],
            Some(false) if signed.is_some_and(|signed| signed.has_assumed_payload) => {
                findings_without_body(evidence)
            }
            Some(false) => {
                let mut findings = alloc::vec![secret.with_message(
                    "The signature is not the one that these credentials give for this request: it was made with \
                     another secret, or for a request that was written in another way. Check which credentials sign.",
                )];
                if !is_same {
                    findings.extend(possible_findings(evidence));
                }
                findings
            }
            _ if is_same => {
                // The signer's own text is the proof that only the keys can differ.
                let confidence = match self.signed_texts {
                    Some(_) => Confidence::Certain,
                    None => Confidence::Likely,
                };
                alloc::vec![secret.with_confidence(confidence)]
            }
            _ => possible_findings(evidence),
        }
    }

    /// Adds differences between the URLs that no canonical request shows: the order of the
    /// parameters, and the encoding of the path.
    fn add_differences_of_writing(&self, findings: &mut Vec<Finding>) {
        let Some((_, sent_url)) = self.sent else {
            return;
        };
        let parts = |url: &'a str| url.split_once('?').unwrap_or((url, ""));
        let ((path, query), (sent_path, sent_query)) = (parts(self.url), parts(sent_url));
        // The canonical request may be the same, but not every server takes it from the same path.
        if path != sent_path && decoded(path) == decoded(sent_path) && findings.is_empty() {
            let finding = Finding::new(Cause::PathNotEncoded, Confidence::Likely);
            findings.push(
                finding
                    .with_signed(redact_url(path))
                    .with_seen(redact_url(sent_path)),
            );
        }
        let (mut signed, mut sent) = (split_params(query), split_params(sent_query));
        findings.extend(bare_plus(&signed, &sent));
        let is_known = |finding: &Finding| finding.cause() == Cause::ParametersReordered;
        if signed == sent || findings.iter().any(is_known) {
            return;
        }
        signed.sort_unstable();
        sent.sort_unstable();
        if signed == sent {
            let finding = reordered().with_signed(redact_url(self.url));
            findings.push(finding.with_seen(redact_url(sent_url)));
        }
    }

    fn is_https(&self) -> Option<bool> {
        let (scheme, _) = self.url.split_once("://")?;
        Some(scheme.eq_ignore_ascii_case("https"))
    }
}

/// Returns the causes that the signature of another scheme shows, or else those that are possible.
fn other_signature_findings(
    evidence: &Evidence<'_>,
    is_right: Option<bool>,
    is_same: bool,
) -> Vec<Finding> {
    let path = evidence.inspection.path();
    match (is_right, is_same) {
        (Some(true), true) => alloc::vec![other_secret_of_server()],
        (None, true) if has_needless_escape(path) => {
            alloc::vec![needless_escape(path).with_confidence(Confidence::Likely)]
        }
        (_, true) => alloc::vec![Finding::new(Cause::WrongSecret, Confidence::Likely).with_message(
            "The server signs the same text as this side computes, so the key is another one, or the signer \
             signed another text. Copy the key again; it may have been rotated. Compare the text that the \
             signer signs with the server's, line by line.",
        )],
        _ => possible_findings(evidence),
    }
}

/// Returns the possible causes, if the signature can't be checked because the body is unknown.
fn findings_without_body(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = possible_findings(evidence);
    let is_secret = |finding: &&mut Finding| finding.cause() == Cause::WrongSecret;
    if let Some(secret) = findings.iter_mut().find(is_secret) {
        *secret = secret.clone().with_message(
            "The secret may not be that of this access key. The signature covers the hash of the body, which is not \
             known here. Give the body that was signed, so that the signature can be checked.",
        );
    }
    findings
}

/// Returns whether the credentials sign exactly the canonical request that the server states.
fn is_signed_as_seen(evidence: &Evidence<'_>, seen: Option<&SignedText>) -> bool {
    let is_signed = |seen: &SignedText| {
        let is_whole = seen
            .canonical
            .as_ref()
            .is_some_and(|request| !request.is_cut);
        let (request, credentials) = (evidence.request?, evidence.credentials?);
        Some(is_whole && request.is_signature_of(seen.message(), credentials))
    };
    seen.and_then(is_signed) == Some(true)
}

fn other_secret_of_server() -> Finding {
    Finding::certain(Cause::WrongSecret).with_message(
        "Both sides signed the same text, and the signature is right for the credentials given, so the server \
         has another secret for this access key. The key was recreated, or belongs to another account or store \
         that uses the same name. Copy its secret again.",
    )
}

/// Returns the cause that a request shows as it was sent, if it can't be read.
fn sent_finding(error: &VerifyError) -> Option<Finding> {
    match error.kind() {
        VerifyErrorKind::NotSigned => Some(Finding::certain(Cause::NoAuthentication)),
        VerifyErrorKind::HeaderNotSigned
        | VerifyErrorKind::SignedHeaderMissing
        | VerifyErrorKind::SignedTwice => {
            Some(parse_finding(error)?.with_confidence(Confidence::Certain))
        }
        _ => None,
    }
}

/// Returns the finding for a `+` that was signed as %2B and sent bare. Some servers read it as a
/// plus, and others, which read queries as forms, as a space.
fn bare_plus(signed: &[(&str, &str)], sent: &[(&str, &str)]) -> Option<Finding> {
    let is_bare = |(name, value): &&(&str, &str)| {
        let encoded = value.replace('+', "%2B");
        encoded != *value && signed.contains(&(name, &encoded))
    };
    let (name, _) = sent.iter().find(is_bare)?;
    let cause = match *name {
        sigv2::SIGNATURE => Cause::SignaturePlus,
        name if is_session_token(name) => Cause::TokenChanged,
        _ => Cause::ParameterReencoded,
    };
    Some(Finding::new(cause, Confidence::Likely).about(name))
}

/// Returns whether a URL is another up to its first `&`.
fn is_cut_by_shell(url: &str, sent_url: &str) -> bool {
    let rest = url.strip_prefix(sent_url);
    sent_url.contains('?')
        && !sent_url.contains('&')
        && rest.is_some_and(|rest| rest.starts_with('&'))
}

/// Compares the signature that the server received with the one that was made.
fn signature_finding(made: &str, received: &str) -> Option<Finding> {
    if received == made {
        return None;
    }
    let cause = if received.replace(' ', "+") == made {
        Cause::SignaturePlus
    } else if !received.is_empty() && made.starts_with(received) {
        Cause::SignatureTruncated
    } else {
        Cause::SignatureChanged
    };
    Some(Finding::between(cause, shorten(made), shorten(received)))
}
