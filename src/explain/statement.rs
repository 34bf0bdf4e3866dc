//! Causes that the server's code and message state.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::error_response::ErrorResponse;
use super::evidence::Evidence;
use super::finding::Finding;
use super::redaction::redact_message;
use super::text_forms::decoded;
use crate::scheme::aws_host::AwsHost;
use crate::scheme::regions::is_enabled_by_default;
use crate::verify::Authentication;
use alloc::format;
use alloc::string::{String, ToString as _};

/// The statement of a response, with the facts of the request that it is about.
pub(super) struct Statement<'s> {
    pub(super) response: &'s ErrorResponse,
    pub(super) evidence: &'s Evidence<'s>,
    code: &'s str,
    pub(super) message: &'s str,
}

impl<'s> Statement<'s> {
    pub(super) fn new(evidence: &'s Evidence<'s>) -> Self {
        let response = evidence.response;
        Statement {
            response,
            evidence,
            code: response.code().unwrap_or_default(),
            message: response.message().unwrap_or_default(),
        }
    }

    /// Returns the cause that the catalogue has for the message, or else for the code.
    pub(super) fn finding(&self) -> Option<Finding> {
        let says = |cause: &&Cause| {
            let mut words = cause.entry().words.iter();
            words.any(|words| self.response.words().contains(words))
        };
        // Azurite has the code of a denial for everything.
        let is_no_denial = self.response.fails_authentication();
        let has_code = |cause: &&Cause| {
            let is_excluded = is_no_denial && **cause == Cause::Permission;
            !is_excluded && cause.entry().codes.contains(&self.code)
        };
        let is_plausible = |cause: &&Cause| match cause {
            Cause::SigV2NotTaken => self.evidence.is_v2() || !self.evidence.is_signed(),
            Cause::SigV4aNeeded => !self.evidence.is_v4a(),
            Cause::Policy | Cause::FormFields => self.evidence.method == "POST",
            // CloudFront has the same code for everything. S3 behind it has an ID.
            Cause::Permission if self.evidence.is_cloudfront() => {
                self.response.field("RequestId").is_some()
            }
            Cause::Permission => !self.response.names_signature(),
            _ => true,
        };
        // The field states the cause, whatever the message is.
        if self.response.field("HeadersNotSigned").is_some() {
            return Some(self.finding_of(Cause::HeaderNotSigned));
        }
        let causes = || Cause::ALL.iter().filter(is_plausible);
        let cause = causes().find(says).or_else(|| causes().find(has_code))?;
        Some(self.finding_of(*cause))
    }

    /// Lowers a certain finding to a likely one unless something confirms it: a value in the
    /// response, or the fault in the request. A request that contradicts the statement, or explains
    /// it otherwise, doesn't confirm it.
    pub(super) fn confirmed(&self, finding: Finding) -> Finding {
        if finding.confidence() == Confidence::Certain && !self.is_confirmed(&finding) {
            return finding.with_confidence(Confidence::Likely);
        }
        finding
    }

    fn is_confirmed(&self, finding: &Finding) -> bool {
        let evidence = self.evidence;
        let (signed, seen) = (finding.signed(), finding.seen().unwrap_or_default());
        let has_token = evidence.has_session_token() || evidence.sends_token();
        let is_in_url = |field| {
            let value = self.response.field(field);
            value.is_none_or(|value| decoded(evidence.url).contains(value))
        };
        match finding.cause() {
            // A store may find the key by the token.
            Cause::WrongAccessKey | Cause::TokenMissing => !has_token,
            Cause::CredentialsExpired => has_token || !evidence.is_signed(),
            Cause::TokenChanged | Cause::TokenRegion => has_token,
            Cause::WrongService | Cause::PayloadChanged => !seen.is_empty() && signed != Some(seen),
            Cause::HeaderNotSigned => !seen.is_empty() && evidence.signs(seen) != Some(true),
            Cause::HeaderNotSent => signed.and_then(|name| evidence.signs(name)) == Some(true),
            // A request with such a fault can't be parsed.
            Cause::ExpiryTooLong | Cause::ScopeDate => evidence.request.is_none(),
            Cause::SignedTwice => evidence.sent.is_none(),
            Cause::SigV2NotTaken => evidence.is_v2(),
            Cause::UrlScheme => evidence.url.starts_with("http:"),
            Cause::StreamingNotTaken => evidence.streams_payload(),
            // A browser says so of every answer without the header, too.
            Cause::Cors => self.code == "AccessForbidden",
            Cause::NotFound => is_in_url("Key") && is_in_url("BucketName"),
            Cause::Expired => self.is_late(),
            Cause::ClockSkew => self.is_skewed(),
            _ => true,
        }
    }

    /// Returns whether the stated fault may follow from damage to the URL, whose causes then come
    /// first: in a credential that is encoded twice, the server reads another access key ID.
    pub(super) fn is_consequence(finding: &Finding) -> bool {
        let is_host = finding.seen() == Some("host");
        is_host
            || finding.cause() == Cause::WrongAccessKey
            || finding.confidence() != Confidence::Certain
    }

    /// Returns the server's own words, if no cause is known for them.
    pub(super) fn repeated(&self) -> Option<Finding> {
        let text = match (self.code, self.message) {
            ("", message) if !message.contains(char::is_alphanumeric) => return None,
            ("", message) | (message, "") => redact_message(message),
            (code, message) => format!("{code}, \"{}\"", redact_message(message)),
        };
        Some(Finding::possible(Cause::OtherError).about(&text))
    }

    fn finding_of(&self, cause: Cause) -> Finding {
        let evidence = self.evidence;
        let authentication = evidence.authentication();
        let field = |name| self.response.field(name).unwrap_or_default();
        let says = |words| self.response.words().contains(words);
        let is_certain = match cause {
            // EC2 answers a wrong signature with the same code.
            Cause::WrongAccessKey => !matches!(self.code, "Unauthorized" | "AuthFailure"),
            // Backblaze B2 says so of every SigV2 request, and of keys without the permission.
            Cause::SigV2NotTaken => self.code != "UnauthorizedAccess",
            // The server may also know chunks, and reject these.
            Cause::StreamingNotTaken => says("not implemented"),
            Cause::Malformed
            | Cause::NoAuthentication
            | Cause::Permission
            | Cause::Proxy
            | Cause::QueryCut => false,
            _ => true,
        };
        let finding = if is_certain {
            Finding::certain(cause)
        } else {
            Finding::likely(cause)
        };
        match cause {
            Cause::ClockSkew if self.has_expired() => self.finding_of(Cause::Expired),
            Cause::ClockSkew => self.clock_skew(),
            Cause::Expired if self.is_early() => self.clock_skew(),
            Cause::Expired => {
                let expires_at = authentication.and_then(Authentication::expires_at);
                let signed = expires_at.map(|moment| format!("expires {moment}"));
                let seen = self.server_time().unwrap_or(evidence.now);
                finding
                    .with_signed(signed.unwrap_or_default())
                    .with_seen(seen.to_string())
            }
            Cause::WrongRegion if evidence.needs_sigv4a() => Finding::certain(Cause::SigV4aNeeded),
            Cause::WrongRegion => {
                let signed = authentication.and_then(Authentication::region);
                self.wrong_region(signed.unwrap_or_default())
            }
            Cause::WrongService => {
                let signed = authentication.and_then(Authentication::service);
                let seen = first_quoted(self.message);
                finding
                    .with_signed(signed.unwrap_or_default())
                    .with_seen(seen.unwrap_or_default())
            }
            Cause::HeaderNotSigned => {
                let names = self.header_names("HeadersNotSigned");
                finding
                    .about(names.unwrap_or("in question"))
                    .with_seen(names.unwrap_or_default())
            }
            Cause::HeaderNotSent => {
                let name = self.header_names("ParameterName");
                finding
                    .about(name.unwrap_or("in question"))
                    .with_signed(name.unwrap_or_default())
            }
            Cause::PayloadChanged if evidence.streams_payload() => {
                Finding::likely(Cause::StreamingNotTaken)
            }
            Cause::PayloadChanged => finding
                .with_signed(field("ClientComputedContentSHA256"))
                .with_seen(field("S3ComputedContentSHA256")),
            Cause::WrongAccessKey if evidence.lacks_token() => {
                Finding::certain(Cause::TokenMissing)
            }
            Cause::WrongAccessKey if evidence.has_needless_token() => {
                Finding::likely(Cause::TokenChanged)
            }
            // S3 finds a temporary key by its token.
            Cause::WrongAccessKey
                if self.code == "InvalidAccessKeyId"
                    && evidence.has_session_token()
                    && evidence.aws_host().is_some() =>
            {
                Finding::likely(Cause::TokenMissing)
            }
            Cause::WrongAccessKey => {
                let id = authentication.map(Authentication::access_key_id);
                finding.with_signed(id.unwrap_or(field("AWSAccessKeyId")))
            }
            // The server says nothing of the key.
            Cause::TokenChanged if evidence.request.is_some() && !evidence.has_session_token() => {
                Finding::likely(Cause::WrongAccessKey)
            }
            Cause::TokenChanged if self.is_in_optional_region() => {
                Finding::likely(Cause::TokenRegion)
            }
            // The authentication can be parsed here, so the server may have read a chunk.
            Cause::Malformed if evidence.streams_payload() && evidence.aws_host().is_none() => {
                Finding::likely(Cause::StreamingNotTaken)
            }
            Cause::Malformed => finding.about(&self.fault()),
            Cause::NoAuthentication if says("missing authentication token") => {
                let text = format!(
                    "{} API Gateway gives the same answer for a path or method that it doesn't have, so check \
                     the stage and the path, too.",
                    finding.message(),
                );
                finding.with_message(text).with_seen(self.quoted())
            }
            // Of the URL, a parameter in front of the signature arrived.
            Cause::NoAuthentication if evidence.starts_unsigned() => {
                Finding::likely(Cause::QueryCut).with_seen(self.quoted())
            }
            Cause::Proxy => {
                let title = self.response.field("title").map(redact_message);
                finding.with_seen(title.unwrap_or_else(|| self.quoted()))
            }
            Cause::FormFields
            | Cause::NoAuthentication
            | Cause::Permission
            | Cause::Policy
            | Cause::QueryCut
            | Cause::StreamingNotTaken => finding.with_seen(self.quoted()),
            _ => finding,
        }
    }

    /// Returns whether the request was signed for an AWS region that an account has to enable.
    fn is_in_optional_region(&self) -> bool {
        let host = self.evidence.aws_host();
        let region = host.as_ref().and_then(AwsHost::region);
        region.is_some_and(|region| !is_enabled_by_default(region))
    }

    /// Returns the server's words. S3 states the fault of a form as a condition.
    fn quoted(&self) -> String {
        redact_message(self.response.field("Condition").unwrap_or(self.message))
    }

    /// Returns the names of headers: from the field, or quoted in the message.
    fn header_names(&self, field: &str) -> Option<&str> {
        let names = self.response.field(field);
        names.or_else(|| first_quoted(self.message))
    }

    /// Returns what the server could not parse: its words, with the name if that is an element of
    /// its own. A header is split at white space and commas, so the server quotes only the piece
    /// that has no `=`.
    fn fault(&self) -> String {
        let mut elements = ["MissingHeaderName", "ArgumentName"].iter();
        let name = elements.find_map(|element| self.response.field(element));
        let name = name.filter(|name| !self.message.contains(name));
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let hint = if self.response.words().contains("missing equal-sign") {
            ". Check the access key ID for white space, and the value for a second `Authorization:`."
        } else {
            ""
        };
        format!("{}{name}{hint}", self.quoted())
    }

    /// Returns the finding for a wrong region. The right one is that of the element `Region`, of
    /// the words `expecting 'y'`, or of the host in `Endpoint`.
    fn wrong_region(&self, signed: &str) -> Finding {
        let expected = self.message.split_once("expecting");
        let expected = expected.and_then(|(_, after)| first_quoted(after));
        let endpoint = self.response.field("Endpoint");
        let endpoint_host = endpoint.and_then(AwsHost::parse);
        let region = self.response.field("Region").or(expected);
        let region = region.or_else(|| endpoint_host.as_ref().and_then(AwsHost::region));
        let finding = Finding::certain(Cause::WrongRegion).with_signed(signed);
        if let Some(region) = region {
            let text = finding
                .message()
                .replace("the right region", &format!("`{region}`"));
            let finding = finding.with_message(text).with_seen(region);
            return if region == signed {
                finding.with_confidence(Confidence::Likely)
            } else {
                finding
            };
        }
        let finding = finding.with_seen(self.quoted());
        // A server that states neither the signed region nor an endpoint has no value.
        let has_value = !signed.is_empty() && self.message.contains(signed);
        let host = self.evidence.inspection.host();
        if has_value || endpoint.is_some() && endpoint != host {
            finding
        } else {
            finding.with_confidence(Confidence::Likely)
        }
    }
}

/// Returns the first text in single quotes or backquotes.
fn first_quoted(text: &str) -> Option<&str> {
    let (_, after) = text.split_once(['\'', '`'])?;
    let (quoted, _) = after.split_once(['\'', '`'])?;
    Some(quoted)
}
