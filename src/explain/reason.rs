//! Causes that no two texts side by side show. What lives here: what codes and messages say, what the URL shows on its face, what the
//! secret tells, and what is possible when the server says nothing. What does not: differences between canonical requests.

use super::texts::{decoded, short, shown_message};
use super::{Answer, Attempt, Cause, Confidence, Finding, find};
use crate::inspect::{KeyKind, ProblemKind, Span, inspect};
use crate::timestamp::Timestamp;
use crate::verify::{Claim, Scheme, VerifyError, VerifyErrorKind};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// What is known of the request.
pub(super) struct Facts<'a> {
    pub(super) attempt: &'a Attempt<'a>,
    pub(super) claim: Option<&'a Claim<'a>>,
    pub(super) now: Timestamp,
}

impl Facts<'_> {
    fn key_kind(&self) -> Option<KeyKind> {
        self.claim.map(|claim| KeyKind::of(claim.access_key_id()))
    }

    fn lacks_token(&self) -> bool {
        self.key_kind() == Some(KeyKind::Temporary)
            && self.claim.is_some_and(|claim| !claim.has_session_token())
    }

    fn is_v2(&self) -> bool {
        let scheme = self.claim.map(Claim::scheme);
        matches!(
            scheme,
            Some(Scheme::V2Header | Scheme::V2Query | Scheme::V2QueryApi)
        )
    }
}

/// What the server says in words.
pub(super) fn by_answer(answer: &Answer, facts: &Facts<'_>) -> Vec<Finding> {
    let code = answer.code().unwrap_or_default();
    let message = answer.message().unwrap_or_default();
    let says = |text: &str| message.to_ascii_lowercase().contains(text);
    let mut findings = Vec::new();
    let mut add = |finding| findings.push(finding);

    if code == "RequestTimeTooSkewed"
        || says("not yet current")
        || says("not yet valid")
        || says("signature expired")
    {
        add(clock_skew(answer, facts));
    } else if code == "RequestExpired" || code == "AccessDenied" && says("expired") {
        add(expired(answer, facts));
    } else if code.starts_with("ExpiredToken")
        || says("token has expired")
        || says("token included in the request is expired")
    {
        add(find(
            Cause::CredentialsExpired,
            Confidence::Certain,
            "The temporary credentials that signed it have ended, and with them all their URLs, whatever life those were given. Sign with fresh credentials; for links that live long, sign with a key that does.",
        ));
    } else if says("region") && (says("expecting") || says("valid region") || says("is wrong"))
        || matches!(
            code,
            "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException"
        )
    {
        add(wrong_region(answer, facts, message));
    } else if says("correct service") || says("incorrect service") || says("unknown service") {
        let finding = find(
            Cause::WrongService,
            Confidence::Certain,
            "The credential scope names another service than the one that was asked. Sign with the service's signing name: `s3` for buckets, `execute-api` for API Gateway, `es` for OpenSearch.",
        );
        let signed = facts.claim.and_then(Claim::service).unwrap_or_default();
        add(finding
            .signed(signed)
            .seen(quoted(message).unwrap_or_default()));
    } else if says("less than a week") || says("604800") {
        add(expiry_too_long());
    } else if says("date in credential scope") || says("credential date") {
        add(scope_date());
    } else if says("authorization mechanism you have provided is not supported")
        || code == "SignatureVersionNotSupported"
    {
        add(find(
            Cause::SigV2NotTaken,
            Confidence::Certain,
            "The request is signed with SigV2, which this server or region does not take: all regions of AWS that opened since 2014, and all buckets made since 2020, want SigV4. Sign with SigV4 (boto3: signature_version='s3v4').",
        ));
    } else if says("only one auth mechanism") {
        add(signed_twice());
    } else if says("invalid according to policy")
        || says("extra input fields")
        || says("list of policy conditions")
    {
        add(find(
            Cause::Policy,
            Confidence::Certain,
            "The form does not meet its policy: each field but the signature's own needs a condition, and each condition its field, with the value that was signed; the file comes last.",
        )
        .seen(shown_message(message)));
    } else if answer.field("HeadersNotSigned").is_some() || says("which were not signed") {
        let names = answer.field("HeadersNotSigned").unwrap_or_default();
        add(find(
            Cause::HeaderNotSigned,
            Confidence::Certain,
            "Headers were sent that have to be signed and are not. Sign them, or don't send them; an SDK or a proxy may have added them.",
        )
        .seen(names));
    } else if matches!(
        code,
        "XAmzContentSHA256Mismatch" | "BadDigest" | "InvalidDigest"
    ) {
        add(find(
            Cause::PayloadChanged,
            Confidence::Certain,
            "The body that arrived is not the one whose hash was sent: it was changed, encoded or compressed after it was hashed, or cut off.",
        )
        .signed(answer.field("ClientComputedContentSHA256").unwrap_or_default())
        .seen(answer.field("S3ComputedContentSHA256").unwrap_or_default()));
    } else if matches!(
        code,
        "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "AuthFailure"
            | "InvalidToken"
            | "NotSignedUp"
    ) || says("security token included in the request is invalid")
    {
        add(unknown_key(answer, facts, code));
    } else if matches!(
        code,
        "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "MissingSecurityHeader"
    ) {
        add(find(
            Cause::Malformed,
            Confidence::Likely,
            format!(
                "The server could not read the authentication: {}",
                shown_message(message)
            ),
        ));
    }
    findings
}

fn clock_skew(answer: &Answer, facts: &Facts<'_>) -> Finding {
    let server = answer
        .field("ServerTime")
        .and_then(|text| Timestamp::parse(text).ok());
    let request = answer.field("RequestTime").and_then(|text| {
        Timestamp::parse_amz_date(text)
            .or_else(|| Timestamp::parse(text).ok())
            .or_else(|| Timestamp::parse_http_date(text))
    });
    let request = request.or_else(|| facts.claim.and_then(Claim::signed_at));
    let apart = match (request, server) {
        (Some(request), Some(server)) if request > server => {
            format!(
                "The signing time is {} ahead of the server's clock",
                Span(request.saturating_since(server))
            )
        }
        (Some(request), Some(server)) => {
            format!(
                "The signing time is {} behind the server's clock",
                Span(server.saturating_since(request))
            )
        }
        _ => "The signing time is too far from the server's clock".to_owned(),
    };
    find(
        Cause::ClockSkew,
        Confidence::Certain,
        format!("{apart}; 15 minutes are allowed (5 by some services). Set the clock by NTP; take care that the signing time is in UTC, and that requests are signed when they are sent, not when they are queued."),
    )
    .signed(request.map(|moment| moment.to_string()).unwrap_or_default())
    .seen(server.map(|moment| moment.to_string()).unwrap_or_default())
}

fn expired(answer: &Answer, facts: &Facts<'_>) -> Finding {
    let server = answer
        .field("ServerTime")
        .and_then(|text| Timestamp::parse(text).ok());
    let end = facts.claim.and_then(Claim::expires_at);
    find(
        Cause::Expired,
        Confidence::Certain,
        "The URL was used after its end. Make a new one, with a longer life if need be (seven days at most); look for caches and queues that hand out old ones, and for a clock that is behind on the signing side.",
    )
    .signed(end.map(|moment| format!("until {moment}")).unwrap_or_default())
    .seen(server.unwrap_or(facts.now).to_string())
}

fn expiry_too_long() -> Finding {
    find(
        Cause::ExpiryTooLong,
        Confidence::Certain,
        "The URL asks for a life that is not allowed: SigV4 takes 1 second to 7 days. Hand out a page that signs anew instead of a link that lives longer.",
    )
}

fn scope_date() -> Finding {
    find(
        Cause::ScopeDate,
        Confidence::Certain,
        "The date in the credential scope is not that of X-Amz-Date: a scope or signing key was kept over midnight (UTC), or one of the two is in local time. Take both from the same moment.",
    )
}

fn signed_twice() -> Finding {
    find(
        Cause::SignedTwice,
        Confidence::Certain,
        "The request carries more than one signature: a presigned URL was sent with an Authorization header (by an SDK, a default header of the HTTP client, or a proxy), or signed again. Send the URL alone.",
    )
}

fn wrong_region(answer: &Answer, facts: &Facts<'_>, message: &str) -> Finding {
    let seen = answer.field("Region").or_else(|| answer.field("Endpoint"));
    let expected = message
        .split_once("expecting")
        .and_then(|(_, rest)| quoted(rest));
    let signed = facts.claim.and_then(Claim::region).unwrap_or_default();
    find(
        Cause::WrongRegion,
        Confidence::Certain,
        "The request was signed for another region than the bucket's or the server's. Sign with the right region and send it to that region's endpoint. (Other stores have a region by name, too: MinIO `us-east-1` unless set, Cloudflare R2 `auto`.)",
    )
    .signed(signed)
    .seen(seen.map(str::to_owned).or(expected).unwrap_or_default())
}

fn unknown_key(answer: &Answer, facts: &Facts<'_>, code: &str) -> Finding {
    if facts.lacks_token() {
        return token_missing(Confidence::Certain);
    }
    let id = facts.claim.map(Claim::access_key_id);
    let id = id
        .or_else(|| answer.field("AWSAccessKeyId"))
        .unwrap_or_default();
    if code == "InvalidToken" && facts.claim.is_some_and(Claim::has_session_token) {
        return find(
            Cause::TokenChanged,
            Confidence::Certain,
            "The session token is not that of the access key, or is not whole: key, secret and token belong together; look for one that was left over from other credentials or cut off.",
        )
        .signed(id);
    }
    find(
        Cause::WrongAccessKey,
        Confidence::Certain,
        "The server does not know this access key: it was deleted, is inactive, is of another account, partition (China, GovCloud) or store, or was copied with an error.",
    )
    .signed(id)
}

fn token_missing(confidence: Confidence) -> Finding {
    find(
        Cause::TokenMissing,
        confidence,
        "The access key is a temporary one (ASIA…), and its session token is not in the request. Give the token to the signer (AWS_SESSION_TOKEN).",
    )
}

/// The first text in single quotes or backquotes.
fn quoted(text: &str) -> Option<String> {
    let mut parts = text.split(['\'', '`']);
    parts.next()?;
    parts.next().map(str::to_owned)
}

/// What is wrong with the URL on its face.
pub(super) fn by_face(url: &str, facts: &Facts<'_>) -> Vec<Finding> {
    let seen = inspect(url, facts.now);
    let is_presigned = seen.presigned_with().is_some();
    let mut findings = Vec::new();
    for problem in seen.problems() {
        let (cause, confidence) = match problem.kind() {
            ProblemKind::HtmlEscaped => (Cause::HtmlEscaped, Confidence::Certain),
            ProblemKind::SignatureAlphabet
                if url.contains([' ', '+']) || decoded(url).contains(' ') =>
            {
                (Cause::SignaturePlus, Confidence::Certain)
            }
            ProblemKind::LineBreak | ProblemKind::Space => (Cause::LineBreak, Confidence::Certain),
            ProblemKind::Truncated => (Cause::SignatureTruncated, Confidence::Certain),
            ProblemKind::SignatureAlphabet | ProblemKind::SignatureLength => {
                (Cause::SignatureChanged, Confidence::Certain)
            }
            ProblemKind::EncodedTwice => (Cause::UrlEncodedTwice, Confidence::Certain),
            ProblemKind::SignedTwice => (Cause::SignedTwice, Confidence::Certain),
            ProblemKind::ScopeDate => (Cause::ScopeDate, Confidence::Certain),
            ProblemKind::ExpiryTooLong => (Cause::ExpiryTooLong, Confidence::Certain),
            ProblemKind::TokenMissing => (Cause::TokenMissing, Confidence::Likely),
            ProblemKind::Expired => (Cause::Expired, Confidence::Likely),
            ProblemKind::NotYetValid => (Cause::ClockSkew, Confidence::Likely),
            ProblemKind::BadEscape | ProblemKind::Fragment => {
                (Cause::PathNotEncoded, Confidence::Likely)
            }
            ProblemKind::DotSegments => (Cause::PathNormalized, Confidence::Possible),
            ProblemKind::NotPresigned if !is_presigned => continue,
            _ => (Cause::Malformed, Confidence::Likely),
        };
        let mut message = problem.to_string();
        // The first letter of a sentence.
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        message.push('.');
        findings.push(find(cause, confidence, message));
    }
    // A blank in a SigV2 signature is a plus that was lost, more than a blank.
    if findings
        .iter()
        .any(|finding| finding.cause() == Cause::SignaturePlus)
    {
        findings.retain(|finding| finding.cause() != Cause::LineBreak);
    }
    findings
}

/// What could not be read as a signed request at all.
pub(super) fn by_refusal(error: &VerifyError) -> Option<Finding> {
    let message = || {
        let mut message = error.to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        message
    };
    let cause = match error.kind() {
        VerifyErrorKind::HeaderNotSigned => Cause::HeaderNotSigned,
        VerifyErrorKind::SignedHeaderMissing => Cause::HeaderNotSent,
        VerifyErrorKind::SignedTwice => return Some(signed_twice()),
        VerifyErrorKind::ScopeDate => return Some(scope_date()),
        VerifyErrorKind::ExpiryTooLong => return Some(expiry_too_long()),
        VerifyErrorKind::NotSigned => return None,
        _ => Cause::Malformed,
    };
    Some(find(cause, Confidence::Likely, format!("{}.", message())))
}

/// What shows in the headers that were sent, and in no URL.
pub(super) fn by_headers(error: &VerifyError) -> Option<Finding> {
    let is_shown = matches!(
        error.kind(),
        VerifyErrorKind::HeaderNotSigned
            | VerifyErrorKind::SignedHeaderMissing
            | VerifyErrorKind::SignedTwice
    );
    let mut finding = by_refusal(error).filter(|_| is_shown)?;
    finding.confidence = Confidence::Certain;
    Some(finding)
}

/// What the strings to sign say besides the hash of the canonical request.
pub(super) fn by_string_to_sign(signed: &str, seen: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = |text: &str| -> Vec<String> { text.split('\n').map(str::to_owned).collect() };
    let (signed, seen) = (lines(signed), lines(seen));
    let ([algorithm, time, scope, _], [seen_algorithm, seen_time, seen_scope, _]) =
        (signed.as_slice(), seen.as_slice())
    else {
        return findings;
    };
    if algorithm != seen_algorithm {
        findings.push(
            find(
                Cause::Malformed,
                Confidence::Certain,
                "The server takes the request as signed with another algorithm.",
            )
            .signed(algorithm.as_str())
            .seen(seen_algorithm.as_str()),
        );
    }
    let parts = |scope: &str| -> Vec<String> { scope.split('/').map(str::to_owned).collect() };
    let (scope, seen_scope) = (parts(scope), parts(seen_scope));
    let names = [
        (Cause::ScopeDate, "date"),
        (Cause::WrongRegion, "region"),
        (Cause::WrongService, "service"),
    ];
    for ((cause, name), (signed, seen)) in names.into_iter().zip(scope.iter().zip(&seen_scope)) {
        if signed != seen {
            let finding = match cause {
                Cause::ScopeDate => scope_date(),
                _ => find(
                    cause,
                    Confidence::Certain,
                    format!(
                        "The credential scope was signed with the {name} {signed}, and the server counts with {seen}. Sign with the server's {name}."
                    ),
                ),
            };
            findings.push(finding.signed(signed.as_str()).seen(seen.as_str()));
        }
    }
    if time != seen_time {
        findings.push(
            find(
                Cause::HeaderChanged,
                Confidence::Certain,
                "The signing time was set again after signing, by the client or on a retry: send the X-Amz-Date that was signed, or sign each try.",
            )
            .signed(time.as_str())
            .seen(seen_time.as_str()),
        );
    }
    findings
}

/// The signature that the server got against the one that was made.
pub(super) fn by_signature(
    answer: &Answer,
    sent: Option<&Claim<'_>>,
    facts: &Facts<'_>,
    made: Option<&str>,
) -> Option<Finding> {
    let got = answer.field("SignatureProvided").map(str::to_owned);
    let got = &*got.or_else(|| sent.map(Claim::presented))?;
    let signed = facts.claim.map(Claim::presented);
    let made = made.map(str::to_owned).or(signed)?;
    if got == made {
        return None;
    }
    let finding = if got.replace(' ', "+") == made {
        find(
            Cause::SignaturePlus,
            Confidence::Certain,
            "A `+` of the signature arrived as a space: it was not encoded in the URL. Write %2B, or let an encoder for URIs write it.",
        )
    } else if !got.is_empty() && made.starts_with(got) {
        find(
            Cause::SignatureTruncated,
            Confidence::Certain,
            "The signature arrived cut off: the URL was too long for a field, a mail or a log, or was selected without its end.",
        )
    } else {
        find(
            Cause::SignatureChanged,
            Confidence::Certain,
            "The signature that arrived is not the one that was made: it is that of another URL, or something changed it.",
        )
    };
    Some(finding.signed(short(&made)).seen(short(got)))
}

/// What the secret tells: whether the signature is its own.
pub(super) fn by_secret(facts: &Facts<'_>, same_texts: bool) -> Option<Finding> {
    let claim = facts.claim?;
    let credentials = facts.attempt.credentials;
    let id = claim.access_key_id();
    for other in credentials
        .into_iter()
        .chain(facts.attempt.others.iter().copied())
    {
        let is_own = other.access_key_id() == id;
        if !is_own && claim.is_signed_by(other) {
            return Some(
                find(
                    Cause::OtherKeysSecret,
                    Confidence::Certain,
                    "The request names one access key and was signed with the secret of another: two sets of credentials are mixed, such as one in the environment and one in a profile.",
                )
                .signed(format!("the secret of {}", other.access_key_id()))
                .seen(id),
            );
        }
    }
    if let Some(credentials) = credentials
        && !claim.is_signed_by(credentials)
    {
        let around = [
            ("", "\n", "a line break at its end"),
            ("", "\r\n", "a line break at its end"),
            ("", "\r", "a line break at its end"),
            ("", " ", "a space at its end"),
            (" ", "", "a space at its front"),
            ("", "\t", "a tab at its end"),
            ("\"", "\"", "quotation marks around it"),
            ("'", "'", "quotation marks around it"),
        ];
        for (before, after, what) in around {
            let other = credentials.with_secret_between(before, after);
            if other.is_some_and(|other| claim.is_signed_by(&other)) {
                return Some(find(
                    Cause::WhitespaceInSecret,
                    Confidence::Certain,
                    format!(
                        "The secret was used with {what}: it was read from a file, a variable or a secret store with more than itself. Trim it where it is read."
                    ),
                ));
            }
        }
        let confidence = if same_texts {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        return Some(find(
            Cause::WrongSecret,
            confidence,
            "The signature is not the one that these credentials give for this request: it was signed with another secret, or changed after it was signed.",
        ));
    }
    if !same_texts {
        return None;
    }
    let text = match credentials {
        Some(_) => {
            "Both sides signed the same text, and the signature is right for the credentials given: so the server has another secret for this access key. The key was made anew, or belongs to another account or store that uses the same name; copy its secret again."
        }
        None => {
            "Both sides signed the same text, so the keys differ: the secret is not that of this access key. Copy it again, look for white space or a lost character at its ends, and for another set of credentials that is found first (environment before profile)."
        }
    };
    Some(find(Cause::WrongSecret, Confidence::Certain, text).signed(id))
}

/// What may be, when the server says no more than that the signature does not match. First stands what in the request itself often
/// goes wrong, then the secret, which nothing in a request shows, then what most requests have without harm.
pub(super) fn possible(facts: &Facts<'_>) -> Vec<Finding> {
    let (mut findings, mut weak) = (Vec::new(), Vec::new());
    let Some(claim) = facts.claim else {
        return findings;
    };
    let seen = inspect(facts.attempt.url, facts.now);
    if facts.lacks_token() {
        findings.push(token_missing(Confidence::Likely));
    }
    let verified = facts
        .attempt
        .credentials
        .map(|credentials| claim.is_signed_by(credentials));
    let host = seen.host().unwrap_or_default();
    let path = seen.path();
    let maybe = |cause, message: String| find(cause, Confidence::Possible, message);
    // Between a client and its own machine stands no proxy. A name that only a network knows is another inside than outside.
    let is_own = host.starts_with("localhost") || host.starts_with("127.");
    let is_inside = !is_own && !host.contains('.') || host.contains("internal");
    if is_inside || is_own || host.contains(':') {
        let hints = if is_inside { &mut findings } else { &mut weak };
        hints.push(
            maybe(
                Cause::HostRewritten,
                format!("The host {host} looks like one inside a network or behind a proxy. If the server sees another Host header, nothing else need be wrong: compare with its access log, and have the proxy pass the Host header on."),
            )
            .signed(host),
        );
    }
    if path.contains("//") || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        findings.push(
            maybe(
                Cause::PathNormalized,
                "The path holds `//`, `.` or `..`, which many clients and proxies tidy away: check that it arrives as it was signed.".into(),
            )
            .signed(path),
        );
    }
    if path.contains("%25") {
        findings.push(
            maybe(
                Cause::PathEncodedTwice,
                "The path holds %25, an encoded `%`: if the key has no `%` in it, it was encoded before it was given to the signer.".into(),
            )
            .signed(path),
        );
    } else if path.contains(['%', '+']) {
        weak.push(
            maybe(
                Cause::PathNotEncoded,
                "The path holds escapes or a `+`: clients that decode and encode it anew may write it differently.".into(),
            )
            .signed(path),
        );
    }
    let headers: Vec<&str> = seen
        .signed_headers()
        .filter(|name| *name != "host")
        .collect();
    if !headers.is_empty() {
        findings.push(
            maybe(
                Cause::HeaderNotSent,
                format!("The headers {} are signed: each has to be sent with just the value that was signed.", headers.join(", ")),
            )
            .signed(headers.join(", ")),
        );
    }
    if verified != Some(true) {
        findings.push(find(
            Cause::WrongSecret,
            Confidence::Possible,
            "The secret may not be that of this access key: copy it again, and look for white space at its ends.",
        ));
    }
    findings.append(&mut weak);
    findings.push(maybe(
        Cause::Method,
        format!("The URL is good for {} alone: a client that sends HEAD, POST or, after a redirect, GET is refused.", facts.attempt.method),
    ));
    if verified == Some(true) {
        findings.push(find(
            Cause::WrongSecret,
            Confidence::Possible,
            "The signature is right for the credentials given: if the request arrives as it was signed, the server has another secret for this access key.",
        ));
    }
    if facts.is_v2() {
        findings.push(maybe(
            Cause::SigV2NotTaken,
            "The request is signed with SigV2, which many servers no longer take: try SigV4."
                .into(),
        ));
    }
    findings
}
