//! Causes that the server's code and message state.

use super::cause::Cause;
use super::confidence::Confidence;
use super::error_response::ErrorResponse;
use super::evidence::Evidence;
use super::finding::Finding;
use super::redaction::redact_message;
use super::shared_findings::{expiry_too_long, scope_date, signed_twice, token_missing};
use crate::text::time_span::TimeSpan;
use crate::time::Timestamp;
use crate::verify::Authentication;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};

/// Returns the cause that a response states.
pub(super) fn response_finding(
    response: &ErrorResponse,
    evidence: &Evidence<'_>,
) -> Option<Finding> {
    let message = response.message().unwrap_or_default();
    let statement = Statement {
        response,
        evidence,
        code: response.code().unwrap_or_default(),
        message,
        lowercase: message.to_ascii_lowercase(),
    };
    // Codes are less specific than messages, so the first match counts.
    statement
        .time_finding()
        .or_else(|| statement.scope_finding())
        .or_else(|| statement.signing_finding())
        .or_else(|| statement.key_finding())
        .or_else(|| statement.malformed_finding())
}

/// The code and message of a response.
struct Statement<'s> {
    response: &'s ErrorResponse,
    evidence: &'s Evidence<'s>,
    code: &'s str,
    message: &'s str,
    lowercase: String,
}

impl Statement<'_> {
    /// Returns whether the message contains a lowercase text, ignoring ASCII case.
    fn says(&self, text: &str) -> bool {
        self.lowercase.contains(text)
    }

    fn server_time(&self) -> Option<Timestamp> {
        self.response.field("ServerTime")?.parse().ok()
    }

    fn time_finding(&self) -> Option<Finding> {
        if self.code == "RequestTimeTooSkewed"
            || self.says("not yet current")
            || self.says("not yet valid")
            || self.says("signature expired")
        {
            Some(self.clock_skew())
        } else if self.code == "RequestExpired"
            || self.code == "AccessDenied" && self.says("expired")
        {
            Some(self.expired())
        } else if self.code.starts_with("ExpiredToken")
            || self.says("token has expired")
            || self.says("token included in the request is expired")
        {
            Some(Finding::certain(
                Cause::CredentialsExpired,
                "The temporary credentials have expired, and with them every URL that they signed, whatever \
                 its expiration. Sign with fresh credentials; sign URLs that are valid for long with a long-term key.",
            ))
        } else {
            None
        }
    }

    fn scope_finding(&self) -> Option<Finding> {
        let is_region =
            self.says("expecting") || self.says("valid region") || self.says("is wrong");
        if self.says("region") && is_region
            || matches!(
                self.code,
                "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException"
            )
        {
            Some(self.wrong_region())
        } else if self.says("correct service")
            || self.says("incorrect service")
            || self.says("unknown service")
        {
            let authentication = self.evidence.authentication();
            let signed = authentication.and_then(Authentication::service);
            let finding = Finding::certain(
                Cause::WrongService,
                "The credential scope names another service than the one that received the request. Use the \
                 service's signing name: `s3` for buckets, `execute-api` for API Gateway, `es` for OpenSearch.",
            );
            Some(
                finding
                    .with_signed(signed.unwrap_or_default())
                    .with_seen(first_quoted(self.message).unwrap_or_default()),
            )
        } else if self.says("less than a week") || self.says("604800") {
            Some(expiry_too_long())
        } else if self.says("date in credential scope") || self.says("credential date") {
            Some(scope_date())
        } else {
            None
        }
    }

    /// Returns the cause if it is the way of signing, the policy, the headers or the body.
    fn signing_finding(&self) -> Option<Finding> {
        let unsigned_headers = self.response.field("HeadersNotSigned");
        if self.says("authorization mechanism you have provided is not supported")
            || self.code == "SignatureVersionNotSupported"
        {
            Some(Finding::certain(
                Cause::SigV2NotTaken,
                "The request is signed with SigV2, which this server or region doesn't accept. AWS regions \
                 opened since 2014 and buckets created since 2020 require SigV4. Sign with SigV4 (boto3: \
                 signature_version='s3v4').",
            ))
        } else if self.says("only one auth mechanism") {
            Some(signed_twice())
        } else if self.says("invalid according to policy")
            || self.says("extra input fields")
            || self.says("list of policy conditions")
        {
            let finding = Finding::certain(
                Cause::Policy,
                "The form violates its policy. Every field except those of the signature needs a condition, \
                 and every condition its field with the signed value. The file must come last.",
            );
            Some(finding.with_seen(redact_message(self.message)))
        } else if unsigned_headers.is_some() || self.says("which were not signed") {
            let finding = Finding::certain(
                Cause::HeaderNotSigned,
                "Headers that must be signed were sent unsigned; an SDK or a proxy may have added them. Sign \
                 them, or don't send them.",
            );
            Some(finding.with_seen(unsigned_headers.unwrap_or_default()))
        } else if matches!(
            self.code,
            "XAmzContentSHA256Mismatch" | "BadDigest" | "InvalidDigest"
        ) {
            let field = |name| self.response.field(name).unwrap_or_default();
            let finding = Finding::certain(
                Cause::PayloadChanged,
                "The body that arrived doesn't have the hash that was sent: it was changed, encoded or \
                 compressed after hashing, or truncated. Hash exactly the bytes that are sent.",
            );
            Some(
                finding
                    .with_signed(field("ClientComputedContentSHA256"))
                    .with_seen(field("S3ComputedContentSHA256")),
            )
        } else {
            None
        }
    }

    fn key_finding(&self) -> Option<Finding> {
        let is_about_key = matches!(
            self.code,
            "InvalidAccessKeyId"
                | "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "AuthFailure"
                | "InvalidToken"
                | "NotSignedUp"
        );
        let is_about_key =
            is_about_key || self.says("security token included in the request is invalid");
        is_about_key.then(|| self.unknown_key())
    }

    fn malformed_finding(&self) -> Option<Finding> {
        let is_malformed = matches!(
            self.code,
            "AuthorizationHeaderMalformed"
                | "AuthorizationQueryParametersError"
                | "IncompleteSignature"
                | "IncompleteSignatureException"
                | "MissingAuthenticationToken"
                | "MissingAuthenticationTokenException"
                | "MissingSecurityHeader"
        );
        is_malformed.then(|| {
            let message = format!(
                "The server could not parse the authentication: {}",
                redact_message(self.message)
            );
            Finding::new(Cause::Malformed, Confidence::Likely, message)
        })
    }

    fn clock_skew(&self) -> Finding {
        let server = self.server_time();
        let request = self.response.field("RequestTime").and_then(parse_time);
        let authentication = self.evidence.authentication();
        let request = request.or_else(|| authentication.and_then(Authentication::signed_at));
        let fault = match (request, server) {
            (Some(request), Some(server)) => {
                let (difference, direction) = if request > server {
                    (request.saturating_duration_since(server), "ahead of")
                } else {
                    (server.saturating_duration_since(request), "behind")
                };
                let difference = TimeSpan(difference);
                format!("The signing time is {difference} {direction} the server's clock")
            }
            _ => "The signing time differs too much from the server's clock".to_owned(),
        };
        let message = format!(
            "{fault}; 15 minutes are allowed, 5 by some services. Synchronize the clock with NTP, sign in \
             UTC, and sign requests when they are sent, not when they are queued."
        );
        Finding::certain(Cause::ClockSkew, message)
            .with_signed(time_text(request))
            .with_seen(time_text(server))
    }

    fn expired(&self) -> Finding {
        let authentication = self.evidence.authentication();
        let expires_at = authentication.and_then(Authentication::expires_at);
        let expires = expires_at.map(|moment| format!("expires {moment}"));
        let seen = self.server_time().unwrap_or(self.evidence.now);
        Finding::certain(
            Cause::Expired,
            "The URL was used after its expiration. Sign a new one, valid for longer if necessary (at most \
             seven days). Check for caches and queues that return old URLs, and for a slow clock where URLs are signed.",
        )
        .with_signed(expires.unwrap_or_default())
        .with_seen(seen.to_string())
    }

    fn wrong_region(&self) -> Finding {
        let region = self.response.field("Region");
        let region = region.or_else(|| self.response.field("Endpoint"));
        let expected = self.message.split_once("expecting");
        let expected = expected.and_then(|(_, after)| first_quoted(after));
        let authentication = self.evidence.authentication();
        let signed = authentication.and_then(Authentication::region);
        Finding::certain(
            Cause::WrongRegion,
            "The request was signed for another region than that of the bucket or server. Sign for the right \
             region, and send the request to its endpoint. Other stores have regions, too: MinIO `us-east-1` \
             unless configured, Cloudflare R2 `auto`.",
        )
        .with_signed(signed.unwrap_or_default())
        .with_seen(region.or(expected).unwrap_or_default())
    }

    fn unknown_key(&self) -> Finding {
        if self.evidence.lacks_token() {
            return token_missing(Confidence::Certain);
        }
        let authentication = self.evidence.authentication();
        let id = authentication.map(Authentication::access_key_id);
        let id = id.or_else(|| self.response.field("AWSAccessKeyId"));
        let finding = if self.code == "InvalidToken" && self.evidence.has_session_token() {
            Finding::certain(
                Cause::TokenChanged,
                "The session token is truncated, or belongs to another access key. Key, secret and token belong \
                 together; check for a token that is left over from other credentials.",
            )
        } else {
            Finding::certain(
                Cause::WrongAccessKey,
                "The server doesn't know this access key: it was deleted, is inactive or mistyped, or belongs to \
                 another account, partition (China, GovCloud) or store. Check the access key ID.",
            )
        };
        finding.with_signed(id.unwrap_or_default())
    }
}

/// Parses the time of a request, in any format in which it is signed.
fn parse_time(text: &str) -> Option<Timestamp> {
    let time = text.parse().ok();
    time.or_else(|| Timestamp::parse_http_date(text))
}

fn time_text(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// Returns the first text in single quotes or backquotes.
fn first_quoted(text: &str) -> Option<&str> {
    let mut parts = text.split(['\'', '`']);
    parts.next()?;
    parts.next()
}
