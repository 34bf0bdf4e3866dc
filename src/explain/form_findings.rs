//! Causes that show in the fields of a form, and in its policy.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::error_response::ErrorResponse;
use super::finding::Finding;
use super::text_forms::MAX_ITEMS;
use crate::credentials::Credentials;
use crate::post::{Condition, Policy, Upload};
use crate::scheme::form::POLICY;
use crate::time::Timestamp;
use crate::verify::{Verifier, VerifyErrorKind};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// Returns the fields of a form that is given as a body of `multipart/form-data`; none if the body
/// is another one. A file is left out if it is not text or not in the field `file`.
pub(super) fn fields_of_body(body: &[u8]) -> Vec<(&str, &str)> {
    let mut chunks = body.utf8_chunks();
    let text = chunks.next().map_or("", |chunk| chunk.valid());
    let boundary = text.lines().next().unwrap_or_default();
    if !boundary.starts_with("--") {
        return Vec::new();
    }
    let parts = text.split(boundary).take(MAX_ITEMS);
    parts.filter_map(field_of_part).collect()
}

fn field_of_part(part: &str) -> Option<(&str, &str)> {
    let (line_end, (head, value)) = ["\r\n", "\n"].iter().find_map(|line_end| {
        let start = part.strip_prefix(line_end)?;
        Some((line_end, start.split_once(&*line_end.repeat(2))?))
    })?;
    let (_, name) = head.split_once(" name=\"")?;
    let (name, _) = name.split_once('"')?;
    let value = value.strip_suffix(line_end).unwrap_or(value);
    // A file in another field is none of the form's fields.
    let is_field = name == "file" || !head.contains(" filename=");
    is_field.then_some((name, value))
}

/// The fields of a form in their order, and the bucket to which it was sent.
pub(super) struct Form<'f> {
    pub(super) fields: &'f [(&'f str, &'f str)],
    pub(super) bucket: &'f str,
}

impl Form<'_> {
    /// Returns the causes, as a server would find them: order, policy, signature.
    pub(super) fn findings(
        &self,
        response: &ErrorResponse,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Vec<Finding> {
        // A server ignores the fields behind the file.
        let fields = self
            .position("file")
            .and_then(|index| self.fields.get(..=index));
        if let Some(fields) = fields.filter(|fields| fields.len() < self.fields.len()) {
            let mut findings = Form { fields, ..*self }.findings(response, credentials, now);
            let is_needed = |finding: &Finding| {
                matches!(
                    finding.cause(),
                    Cause::FormFields | Cause::NoAuthentication | Cause::Malformed
                )
            };
            if findings.iter().any(is_needed) {
                findings = alloc::vec![Finding::certain(Cause::FormFields)];
            }
            return findings;
        }
        let policy = self
            .position(POLICY)
            .and_then(|index| self.fields.get(index));
        let Some((_, text)) = policy else {
            let finding = Finding::likely(Cause::NoAuthentication);
            return alloc::vec![finding.with_seen("no field `policy`")];
        };
        let policy = match Policy::from_base64(text) {
            Ok(policy) => policy,
            Err(error) => {
                return alloc::vec![Finding::certain(Cause::Policy).with_seen(error.to_string())];
            }
        };
        let mut findings = Vec::new();
        findings.extend(
            response
                .string_to_sign()
                .and_then(|seen| edited(&policy, text, seen)),
        );
        findings.extend(self.check(&policy, response, now));
        let verifier = Verifier::lax();
        match verifier.parse_form(self.fields.iter().copied()) {
            Err(error) => {
                let finding = Finding::likely(Cause::Malformed);
                findings.push(finding.about(&error.to_string()));
            }
            Ok(form) => {
                let is_wrong = |credentials| {
                    let error = form.clone().verify(credentials, now).err();
                    error.is_some_and(|error| error.kind() == VerifyErrorKind::Signature)
                };
                let is_unchecked = credentials.is_none() && response.names_signature();
                if credentials.is_some_and(is_wrong) {
                    findings.push(Finding::likely(Cause::WrongSecret));
                } else if is_unchecked {
                    findings.push(Finding::possible(Cause::WrongSecret).with_message(
                        "The policy of the form was signed with another secret, or was changed after signing. Sign \
                         exactly the text of the field `policy`. Give the secret, so that the signature can be \
                         checked.",
                    ));
                }
            }
        }
        findings
    }

    fn position(&self, name: &str) -> Option<usize> {
        let mut names = self.fields.iter().map(|(name, _)| name);
        names.position(|field| field.eq_ignore_ascii_case(name))
    }

    /// Checks the fields against the policy, as a server does.
    fn check(&self, policy: &Policy, response: &ErrorResponse, now: Timestamp) -> Option<Finding> {
        let fields = self.fields.iter().copied();
        let fields = fields.filter(|(name, _)| !name.eq_ignore_ascii_case("file"));
        // A file whose size is unknown counts as allowed.
        let smallest = policy.conditions().find_map(|condition| match condition {
            Condition::ContentLengthRange(range) => Some(*range.start()),
            _ => None,
        });
        let size = response
            .field("ProposedSize")
            .and_then(|size| size.parse().ok());
        let upload = Upload::new(self.bucket, size.or(smallest).unwrap_or_default()).fields(fields);
        let error = policy.check(&upload, now).err()?;
        let cause = match error.kind() {
            VerifyErrorKind::Expired => Cause::Expired,
            VerifyErrorKind::Missing => Cause::FormFields,
            _ => Cause::Policy,
        };
        // A server that states a condition has found the fields that it needs.
        if cause == Cause::FormFields && response.words().contains("according to policy") {
            return None;
        }
        // A server checks the conditions after the signature. The host can name the bucket.
        let is_open = self.bucket.is_empty() || response.names_signature();
        let confidence = match cause {
            Cause::FormFields | Cause::Policy if !is_open => Confidence::Certain,
            _ => Confidence::Likely,
        };
        Some(Finding::new(cause, confidence).with_seen(error.to_string()))
    }
}

/// Compares the policy that was sent with the one that the server read, condition by condition.
fn edited(policy: &Policy, text: &str, seen: &str) -> Option<Finding> {
    let seen_policy = Policy::from_base64(seen).ok()?;
    if text == seen {
        return None;
    }
    let finding = Finding::certain(Cause::Policy).with_message(
        "The server read another policy than the one of this form: it was edited or encoded again after \
         signing. Send the signed policy unchanged.",
    );
    let signed = missing_conditions(policy, &seen_policy);
    let seen = missing_conditions(&seen_policy, policy);
    Some(finding.with_signed(signed).with_seen(seen))
}

/// Lists the conditions of the one policy that the other doesn't have.
fn missing_conditions(one: &Policy, other: &Policy) -> String {
    let other: Vec<&Condition> = other.conditions().collect();
    let missing = one
        .conditions()
        .filter(|condition| !other.contains(condition));
    let missing = missing.map(|condition| format!("{condition:?}"));
    missing.collect::<Vec<_>>().join(", ")
}
