//! The investigation of a rejected request: from the evidence to the findings.

use super::authentication_findings::authentication_findings;
use super::canonical::Canonical;
use super::catalogue::Cause;
#[cfg(feature = "cloudfront")]
use super::cloudfront_findings::resource_findings;
use super::compare::compare;
use super::confidence::Confidence;
use super::difference::Difference;
use super::evidence::Evidence;
use super::explanation::Explanation;
use super::failed_request::FailedRequest;
use super::finding::Finding;
use super::form_findings::Form;
use super::host_findings::{default_port, host_finding, sigv2_finding};
use super::mismatch::{chunk_finding, is_signed_as_seen, other_secret_of_server};
use super::search::search;
use super::sent_findings::{is_cut_by_shell, sent_finding, signature_finding};
use super::side::Side;
use super::signed_text::{SignedText, compare_scopes, has_hash, is_of_chunk};
use super::statement::Statement;
use super::text_forms::{decoded, header_value};
use super::url_findings::{parse_finding, url_findings};
use crate::inspect::Inspection;
use crate::time::Timestamp;
use crate::verify::{Unverified, Verifier};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl FailedRequest<'_> {
    /// Asks each oracle in turn, and ranks the causes if none confirms one.
    pub(super) fn investigate(&self, now: Timestamp) -> Explanation {
        let verifier = Verifier::lax();
        let (signed_request, sent_request) = (self.signed_request(), self.sent_request());
        let signed_side = Side::new(signed_request.as_ref(), self.url, self, &verifier, now);
        let sent_side = Side::new(sent_request.as_ref(), self.sent_url(), self, &verifier, now);
        let inspection = Inspection::new(self.url, now);
        let evidence = Evidence {
            method: self.method,
            url: self.url,
            now,
            response: self.response,
            headers: &self.headers,
            inspection: &inspection,
            request: signed_side.request(),
            sent: sent_side.request(),
            credentials: self.credentials,
            other_credentials: &self.other_credentials,
        };
        let texts = self.texts(&signed_side, &sent_side);
        let explanation =
            |findings| Explanation::new(self.response.code(), findings, texts.difference());
        // The server accepted the signature of the request, and computed that of a chunk.
        if self.response.string_to_sign().is_some_and(is_of_chunk) {
            return explanation(alloc::vec![chunk_finding()]);
        }
        // The proof that the server has another secret leaves no other cause.
        let changed_signature = self.changed_signature(&signed_side, &sent_side);
        if changed_signature.is_none() && is_signed_as_seen(&evidence, texts.server.as_ref()) {
            return explanation(alloc::vec![other_secret_of_server()]);
        }

        // The form, the statement of the server, the URL and the headers.
        let mut findings = self.findings_of_form(now);
        findings.extend(self.findings_of_request(&evidence, &signed_side, &sent_side));
        findings.extend(changed_signature);
        #[cfg(feature = "cloudfront")]
        if evidence.is_cloudfront() {
            let resource = resource_findings(self.url, self.sent_url());
            findings.extend(resource.into_iter().flatten());
        }
        // The texts of both sides.
        let mut differences = self.differences(&evidence, &texts);
        if differences.is_empty() && texts.server.is_none() && self.sent.is_none() {
            differences.extend(self.method_finding());
        }
        let is_certain = best_of(&findings) == Some(Confidence::Certain);
        let is_unread = texts.server.is_none() && texts.sent.is_none();
        let is_sent_known = self.sent.is_some() || self.sent_headers.is_some();
        if is_sent_known && is_unread && evidence.is_signed() && !is_certain {
            differences.extend(self.differences_of_parts());
        }
        let is_same = differences.iter().all(Finding::is_harmless) && texts.are_same(&signed_side);
        findings.extend(differences);
        if is_same {
            // The server certainly received the request as it was signed.
            findings.retain(|finding| finding.confidence() != Confidence::Possible);
        } else if best_of(&findings).is_none_or(|best| best >= Confidence::Possible) {
            findings.extend(self.findings_of_hash(&texts));
        }
        self.add_differences_of_writing(&mut findings);
        findings.extend(authentication_findings(&evidence));
        if !self.response.names_signature() {
            findings.extend(sigv2_finding(&evidence));
        } else if !is_same {
            findings.extend(host_finding(&evidence));
        }
        // The signature, unless the cause is certain. What it proves precedes a likely cause.
        let best = best_of(&findings);
        if self.response.is_mismatch() && best != Some(Confidence::Certain) {
            let (signed, plain_text) = (texts.signed.as_ref(), signed_side.plain_text.as_ref());
            let more = self.findings_of_signature(&evidence, signed, plain_text, is_same);
            let is_new = |finding: &Finding| {
                best != Some(Confidence::Likely) || finding.confidence() == Confidence::Certain
            };
            findings.extend(more.into_iter().filter(is_new));
        }
        if findings.iter().all(Finding::is_harmless) {
            findings.extend(Statement::new(&evidence).repeated());
        }
        explanation(findings)
    }

    /// Returns the texts of all sides that are known.
    fn texts(&self, signed_side: &Side<'_>, sent_side: &Side<'_>) -> Texts {
        let server = match &signed_side.plain_text {
            Some(scheme) => scheme.seen(self.response),
            None => SignedText::of_response(self.response),
        };
        let signed = match self.signed_texts {
            Some((canonical_request, string_to_sign)) => Some(SignedText::new(
                canonical_request.unwrap_or_default(),
                &String::from_utf8_lossy(string_to_sign),
            )),
            None => signed_side.text(self, self.body),
        };
        Texts {
            signed: signed.map(|text| text.with_payload_of(server.as_ref())),
            sent: sent_side.text(self, self.sent_body.or(self.body)),
            server,
        }
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
        let statement = Statement::new(evidence);
        let stated = statement.finding();
        let is_consequence = stated.as_ref().is_some_and(Statement::is_consequence);
        let stated = stated.map(|finding| statement.confirmed(finding));
        let (cause, consequence) = if is_consequence {
            (None, stated)
        } else {
            (stated, None)
        };
        findings.extend(cause);
        if is_cut_by_shell(self.url, self.sent_url()) {
            findings.push(Finding::certain(Cause::QueryCut));
            return findings;
        }
        findings.extend(url_findings(
            self.sent_url(),
            self.url,
            self.response,
            evidence.now,
        ));
        if findings.is_empty() {
            let changed = self.header_of_unknown_value(evidence.inspection);
            findings.extend(changed.or_else(|| signed.error().and_then(parse_finding)));
        }
        let is_read = signed.request().is_some();
        let found = |error| sent_finding(error, is_read, self.response);
        match sent.error().and_then(found) {
            // What arrives without a signature explains any answer.
            Some(finding) if finding.cause() == Cause::NoAuthentication => {
                findings.insert(0, finding);
            }
            finding => findings.extend(finding),
        }
        findings.extend(consequence);
        findings
    }

    /// Compares the signature that was made with the one that the server received.
    fn changed_signature(&self, signed: &Side<'_>, sent: &Side<'_>) -> Option<Finding> {
        let received = self.response.received_signature().map(str::to_owned);
        let received = received.or_else(|| sent.request().map(Unverified::received_signature));
        let made = signed.request().map(Unverified::received_signature);
        signature_finding(&made?, &received?)
    }

    /// Returns the causes that show in the texts of both sides. If the server's text is cut off
    /// before the difference, the text that was sent shows it.
    fn differences(&self, evidence: &Evidence<'_>, texts: &Texts) -> Vec<Finding> {
        let Some(signed) = &texts.signed else {
            return self.differences_of_url(evidence, texts.server.as_ref());
        };
        let server = texts.server.as_ref();
        let findings = server.map(|seen| self.differences_between(signed, seen));
        let findings = findings.unwrap_or_default();
        let is_open = |seen: &SignedText| seen.is_cut() && !signed.is_same(seen);
        match &texts.sent {
            Some(sent) if findings.is_empty() && server.is_none_or(is_open) => {
                self.differences_between(signed, sent)
            }
            _ => findings,
        }
    }

    fn differences_between(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let mut findings = compare_scopes(&signed.string_to_sign, &seen.string_to_sign);
        if let (Some(signed), Some(seen)) = (&signed.canonical, &seen.canonical) {
            findings.extend(compare(signed, seen, self.is_https()));
        }
        findings
    }

    /// Compares the URLs, and the headers that were given, if the request that was sent can't be
    /// parsed.
    fn differences_of_parts(&self) -> Vec<Finding> {
        let side = |url: &str, headers: &[(&str, &str)]| {
            let is_given = |name| header_value(&self.headers, name).is_some();
            let headers = headers.iter().filter(|(name, _)| is_given(name));
            let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), (*value).into()));
            let mut side = Canonical::of_url(&decoded(url.trim()));
            side.headers.extend(headers);
            side
        };
        let sent = self.sent_headers.as_ref().unwrap_or(&self.headers);
        let (signed, sent) = (side(self.url, &self.headers), side(self.sent_url(), sent));
        compare(&signed, &sent, self.is_https())
    }

    /// Returns the causes that the hash of the server's canonical request confirms, if the server
    /// doesn't state the request itself.
    fn findings_of_hash(&self, texts: &Texts) -> Vec<Finding> {
        let (Some(signed), Some(seen)) = (&texts.signed, &texts.server) else {
            return Vec::new();
        };
        let (Some(hash), Some(request)) = (seen.canonical_hash(), &signed.canonical) else {
            return Vec::new();
        };
        if !seen.canonical_request.is_empty() || signed.is_same(seen) {
            return Vec::new();
        }
        let seen = search(request, |text| has_hash(text, hash));
        seen.map_or_else(Vec::new, |seen| compare(request, &seen, self.is_https()))
    }

    /// Compares the signed method with the one that the response shows.
    fn method_finding(&self) -> Option<Finding> {
        let seen = self
            .response
            .method()
            .filter(|_| self.response.is_mismatch())?;
        let about = format!("{}, but the answer is one to {seen}", self.method);
        let finding = Finding::between(Cause::Method, self.method, seen).about(&about);
        (seen != self.method).then(|| finding.with_confidence(Confidence::Likely))
    }

    /// Compares the method, and the host if the client sent that of the server's text, if nothing
    /// more of the signed request can be read.
    fn differences_of_url(
        &self,
        evidence: &Evidence<'_>,
        seen: Option<&SignedText>,
    ) -> Vec<Finding> {
        let Some(seen) = seen.and_then(|seen| seen.canonical.as_ref()) else {
            return Vec::new();
        };
        let mut signed = seen.clone();
        self.method.clone_into(&mut signed.method);
        let sent = Inspection::new(self.sent_url(), evidence.now);
        let host = evidence.inspection.host().unwrap_or_default();
        let is_same = host.eq_ignore_ascii_case(seen.host()) || default_port(host).is_some();
        if sent.host() == Some(seen.host()) && !is_same {
            signed.set_header("host", host);
        }
        compare(&signed, seen, self.is_https())
    }

    pub(super) fn is_https(&self) -> Option<bool> {
        let (scheme, _) = self.url.split_once("://")?;
        Some(matches!(&*scheme.to_ascii_lowercase(), "https" | "wss"))
    }
}

/// The texts of the sides: of the signer, of the client, and of the server.
struct Texts {
    signed: Option<SignedText>,
    sent: Option<SignedText>,
    server: Option<SignedText>,
}

impl Texts {
    /// Returns the text that was signed and the one that arrived, if both are known.
    fn compared(&self) -> Option<(&SignedText, &SignedText)> {
        let seen = self.server.as_ref().or(self.sent.as_ref());
        self.signed.as_ref().zip(seen)
    }

    /// Returns whether the server certainly has the text that was signed. A text without a hash may
    /// have been printed with other white space.
    fn are_same(&self, signed_side: &Side<'_>) -> bool {
        let both = self.signed.as_ref().zip(self.server.as_ref());
        both.is_some_and(|(signed, seen)| {
            signed.is_same(seen) || signed_side.plain_text.is_some() && signed.has_words_of(seen)
        })
    }

    fn difference(&self) -> Option<Difference> {
        let (signed, seen) = self.compared()?;
        let (signed, seen) = signed.canonical.as_ref().zip(seen.canonical.as_ref())?;
        Some(Difference::between(&signed.lines(), &seen.lines()))
    }
}

/// Returns the confidence of the most certain finding.
fn best_of(findings: &[Finding]) -> Option<Confidence> {
    findings.iter().map(Finding::confidence).min()
}
