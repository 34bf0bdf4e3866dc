//! What differs between what was signed and what the server saw. What lives here: naming each difference. What does not: reading the
//! two texts, and the causes that no difference shows.

use super::texts::{
    Canonical, decoded, encoded_again, params, same_characters, shown, without_dots,
};
use super::{Cause, Confidence, Finding, find};
use crate::encode::Bare;
use crate::v4::{EMPTY_SHA256, UNSIGNED_PAYLOAD};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// All differences, the one that explains most first.
pub(super) fn compare(
    signed: &Canonical<'_>,
    seen: &Canonical<'_>,
    is_https: Option<bool>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    compare_params(signed, seen, &mut findings);
    if signed.method != seen.method {
        findings.insert(0, method(signed.method, seen.method));
    }
    compare_addresses(signed, seen, is_https, &mut findings);
    compare_headers(signed, seen, &mut findings);
    compare_payloads(signed, seen, &mut findings);
    findings
}

fn method(signed: &str, seen: &str) -> Finding {
    let text = match (signed, seen) {
        ("GET", "HEAD") => {
            "A link for GET is not good for HEAD, though the two look alike: sign a second link for HEAD, or let the client send GET (with `Range: bytes=0-0` for a look at the headers)."
        }
        ("PUT", "POST") | ("POST", "PUT") => {
            "An upload to a presigned URL is a PUT, and POST is for forms with a policy: let the client use the method that was signed."
        }
        _ => {
            "A signature is good for one method: sign the one that is sent, or send the one that was signed. A redirect, too, can turn a method into GET."
        }
    };
    find(
        Cause::Method,
        Confidence::Certain,
        format!("The request was signed for {signed} and sent as {seen}. {text}"),
    )
    .signed(signed)
    .seen(seen)
}

fn compare_params(signed: &Canonical<'_>, seen: &Canonical<'_>, findings: &mut Vec<Finding>) {
    if let Some((name, _)) = seen
        .params
        .iter()
        .find(|(name, _)| name.starts_with("amp%3B"))
    {
        let name = decoded(name);
        findings.push(
            find(
                Cause::HtmlEscaped,
                Confidence::Certain,
                format!("The server saw a parameter {name}: the URL was sent with `&amp;` for `&`, as it stands in HTML source. Unescape it once, or put it into the page by a means that does."),
            )
            .signed("&")
            .seen("&amp;"),
        );
        return;
    }
    let only = |one: &Canonical<'_>, other: &Canonical<'_>| {
        let mut rest = other.params.clone();
        let mut only = Vec::new();
        for param in &one.params {
            match rest.iter().position(|known| known == param) {
                Some(at) => {
                    rest.swap_remove(at);
                }
                None => only.push((String::from(param.0), String::from(param.1))),
            }
        }
        only
    };
    let (gone, mut came) = (only(signed, seen), only(seen, signed));
    if gone.is_empty() && came.is_empty() {
        if signed.params != seen.params {
            findings.push(reordered());
        }
        return;
    }
    for (name, value) in gone {
        let same_name = |other: &(String, String)| {
            other.0 == name
                || decoded(&other.0) == decoded(&name)
                || decoded(&decoded(&other.0)) == decoded(&name)
        };
        let other = came.iter().position(same_name).map(|at| came.remove(at));
        findings.push(match other {
            None => dropped(&name, &value),
            Some((other_name, other)) => changed(&name, &value, &other_name, &other),
        });
    }
    findings.extend(came.iter().map(|(name, value)| added(name, value)));
}

pub(super) fn reordered() -> Finding {
    find(
        Cause::ParametersReordered,
        Confidence::Harmless,
        "The parameters are in another order than they were signed in, as some CDNs and proxies leave them. That is harmless: the server sorts them before it checks. The cause lies elsewhere.",
    )
}

fn is_token(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("security-token") || name.ends_with("s3session-token")
}

fn dropped(name: &str, value: &str) -> Finding {
    let finding = match is_token(name) {
        true => find(
            Cause::TokenMissing,
            Confidence::Certain,
            "The session token was signed and did not arrive. A temporary access key is worth nothing without it: look for whatever cuts off or filters the query.",
        ),
        false => find(
            Cause::ParameterDropped,
            Confidence::Certain,
            format!(
                "The parameter {name} was signed and did not arrive: a client, proxy or CDN took it out. Have it pass the query on unchanged."
            ),
        ),
    };
    finding
        .signed(format!("{name}={}", shown(name, value)))
        .seen("")
}

fn added(name: &str, value: &str) -> Finding {
    let finding = match is_token(name) {
        true => find(
            Cause::TokenAdded,
            Confidence::Certain,
            "A session token was added after signing, so the server expects it in the signature. Sign with the token; only a few services (AWS IoT) want it appended.",
        ),
        false => find(
            Cause::ParameterAdded,
            Confidence::Certain,
            format!(
                "The parameter {name} was added after signing: by the page, by a tracker (utm_…), a cache buster or an SDK (x-id). Sign it too, or leave it out."
            ),
        ),
    };
    finding
        .signed("")
        .seen(format!("{name}={}", shown(name, value)))
}

fn changed(name: &str, signed: &str, seen_name: &str, seen: &str) -> Finding {
    let with_spaces = |text: &str| decoded(text).replace('+', " ");
    let finding = if is_token(name) {
        find(
            Cause::TokenChanged,
            Confidence::Certain,
            "The session token that arrived is not the one that was signed. Look for another set of credentials in the client, or for a `+` of the token that was sent without encoding (%2B).",
        )
    } else if decoded(signed) != decoded(seen)
        && (decoded(&decoded(seen)) == decoded(signed)
            || decoded(&decoded(signed)) == decoded(seen))
    {
        find(
            Cause::ParameterReencoded,
            Confidence::Certain,
            format!(
                "The parameter {name} was percent-encoded twice on one side: something encoded the URL that was encoded already. Send the URL as it was handed out."
            ),
        )
    } else if with_spaces(signed) == with_spaces(seen) && decoded(signed) != decoded(seen) {
        find(
            Cause::ParameterReencoded,
            Confidence::Certain,
            format!(
                "In the parameter {name} a `+` and a space were taken for each other. In a signed URL a space is %20 and a plus is %2B; form encoding (`+` for a space) does not fit: use the signed URL as it is, or an encoder for URIs instead of one for forms."
            ),
        )
    } else if decoded(signed) == decoded(seen) {
        find(
            Cause::ParameterReencoded,
            Confidence::Certain,
            format!(
                "The parameter {name} has the same value, encoded in another way. Canonical is: letters, digits, `-._~` bare, all else as %XX in upper case."
            ),
        )
    } else {
        find(
            Cause::ParameterChanged,
            Confidence::Certain,
            format!(
                "The parameter {name} arrived with another value than was signed. Whoever changes a value has to sign the URL again."
            ),
        )
    };
    finding
        .signed(format!("{name}={}", shown(name, signed)))
        .seen(format!("{seen_name}={}", shown(seen_name, seen)))
}

/// Host and path together: where the bucket stands shows in both.
fn compare_addresses(
    signed: &Canonical<'_>,
    seen: &Canonical<'_>,
    is_https: Option<bool>,
    findings: &mut Vec<Finding>,
) {
    let hosts = (
        signed.header("host").unwrap_or_default(),
        seen.header("host").unwrap_or_default(),
    );
    let address = |canonical: &Canonical<'_>, host: &str| format!("{host}{}", canonical.path);
    if is_addressing(signed, seen, hosts) {
        let text = match signed.path.len() < seen.path.len() {
            true => {
                "The bucket was signed as part of the host (virtual-hosted style), and the server saw it in the path"
            }
            false => {
                "The bucket was signed as part of the path (path style), and the server saw it in the host or not at all"
            }
        };
        findings.push(
            find(
                Cause::AddressingStyle,
                Confidence::Certain,
                format!("{text}. Sign for the address that is sent: choose the addressing style of the endpoint, give the bucket once, and tell a store its own domain name (MINIO_DOMAIN, rgw_dns_name) if it should find the bucket in the host."),
            )
            .signed(address(signed, hosts.0))
            .seen(address(seen, hosts.1)),
        );
        return;
    }
    if hosts.0 != hosts.1 {
        findings.push(host(hosts.0, hosts.1, is_https));
    }
    if signed.path != seen.path {
        // In path style, and under SigV2, the first segment is a bucket.
        let bucket_first =
            signed.is_v2_of_s3() || !hosts.0.contains(".s3.") && !hosts.0.contains(".s3-");
        findings.push(path(signed.path, seen.path, bucket_first));
    }
}

fn is_addressing(signed: &Canonical<'_>, seen: &Canonical<'_>, hosts: (&str, &str)) -> bool {
    if signed.path == seen.path {
        return false;
    }
    let (long, short) = match signed.path.len() > seen.path.len() {
        true => (signed.path, seen.path),
        false => (seen.path, signed.path),
    };
    let Some((bucket, rest)) = long.strip_prefix('/').and_then(|path| {
        let at = path.find('/').unwrap_or(path.len());
        path.split_at_checked(at)
    }) else {
        return false;
    };
    let rest = if rest.is_empty() { "/" } else { rest };
    if rest != short || bucket.is_empty() {
        return false;
    }
    let names_bucket = |host: &str| {
        host.strip_prefix(bucket)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    signed.is_v2_of_s3() || names_bucket(hosts.0) || names_bucket(hosts.1)
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}

fn host(signed: &str, seen: &str, is_https: Option<bool>) -> Finding {
    let ((name, port), (seen_name, seen_port)) = (split_port(signed), split_port(seen));
    let finding = if name.eq_ignore_ascii_case(seen_name) {
        let kept = match (port, seen_port) {
            (Some(port), None) | (None, Some(port)) => Some(port),
            _ => None,
        };
        match (kept, is_https) {
            (Some("80"), Some(true)) | (Some("443"), Some(false)) => find(
                Cause::UrlScheme,
                Confidence::Certain,
                "One side has the default port of the other scheme in its host: the URL was signed for http and sent over https, or the other way round. Sign the URL with the scheme that clients use; behind a proxy that ends TLS that is https.",
            ),
            (Some("80" | "443"), _) => find(
                Cause::DefaultPort,
                Confidence::Certain,
                "The default port stands in the host on one side and not on the other. Clients leave it out of the Host header (80 with http, 443 with https): sign without it, and have the proxy pass the Host header on as it came.",
            ),
            _ => find(
                Cause::PortDiffers,
                Confidence::Certain,
                "The host has another port on the server's side, as a published container port or a proxy makes it. Sign for the address that clients use, or have the proxy pass the Host header on (nginx: proxy_set_header Host $http_host).",
            ),
        }
    } else {
        find(
            Cause::HostRewritten,
            Confidence::Certain,
            "The server saw another Host header than was signed: a proxy or gateway rewrote it, or the link was made for a name inside the network and opened by another. Sign for the host that clients use, or have the proxy pass the Host header on (nginx: proxy_set_header Host $http_host).",
        )
    };
    finding.signed(signed).seen(seen)
}

fn path(signed: &str, seen: &str, bucket_first: bool) -> Finding {
    let (cause, text) = path_cause(signed, seen, bucket_first);
    find(cause, Confidence::Certain, text)
        .signed(signed)
        .seen(seen)
}

fn path_cause(signed: &str, seen: &str, bucket_first: bool) -> (Cause, &'static str) {
    let (plain, seen_plain) = (decoded(signed), decoded(seen));
    if signed.contains('%') && encoded_again(signed, Bare::Path) == seen {
        return (
            Cause::PathEncodedTwice,
            "The path was percent-encoded once more on its way: the client took the signed URL for text that is not encoded yet. Send the URL as it is (a parsed URL object of most clients does that), without quoting it again.",
        );
    }
    if seen.contains('%') && encoded_again(seen, Bare::Path) == signed {
        return (
            Cause::PathEncodedTwice,
            "The path was encoded twice when it was signed, and once when it was sent. S3 wants it once: sign with the service `s3` (other services are signed with the path encoded twice), and give the key as it is, not encoded beforehand.",
        );
    }
    if plain == seen_plain {
        return (
            Cause::PathNotEncoded,
            "The path is the same, encoded in another way. Canonical is: letters, digits, `-._~/` bare, all else as %XX in upper case.",
        );
    }
    if plain.replace('+', " ") == seen_plain.replace('+', " ") {
        return (
            Cause::PathNotEncoded,
            "In the path a `+` and a space were taken for each other: one side encodes as forms do. In a path a space is %20, and a plus is a plus, best written %2B.",
        );
    }
    if plain
        .strip_prefix(seen_plain.as_str())
        .is_some_and(|rest| rest.starts_with(['#', '?']))
    {
        return (
            Cause::PathNotEncoded,
            "The path ends on the server's side where the key has a `#` or `?`: it was sent without encoding, so the URL ended there. Write %23 and %3F.",
        );
    }
    if same_characters(&plain, &seen_plain) {
        return (
            Cause::UnicodeForm,
            "The path looks the same and is not: one side has its accented letters in one piece (NFC), the other as letter and accent (NFD), as macOS file names are. Use the very bytes of the key as it is stored, on both sides.",
        );
    }
    if is_leading_slash(signed, seen, bucket_first) {
        return (
            Cause::LeadingSlash,
            "One side has a slash before the key that the other has not. A key does not begin with a slash unless it was stored so: give the key as `photos/a.jpg`; and see that the client does not merge `//` if it was.",
        );
    }
    let is_normalized = |one: &str, other: &str| {
        [false, true].iter().any(|empty_too| {
            without_dots(one, *empty_too).trim_end_matches('/') == other.trim_end_matches('/')
        })
    };
    if is_normalized(signed, seen) || is_normalized(seen, signed) {
        return (
            Cause::PathNormalized,
            "A client or proxy tidied the path: `//`, `/./` or `/../` went. In S3 they are part of the key. Send the path as it is (curl --path-as-is, nginx: merge_slashes off and proxy_pass without a path), or choose other keys; for services other than S3 it is the signer who has to tidy.",
        );
    }
    if seen.ends_with(signed) || signed.ends_with(seen) {
        return (
            Cause::PathPrefix,
            "The beginning of the path was added or taken away: by a proxy under a sub-path, a stage name of API Gateway, or a base path of the endpoint that was not signed. Sign the path as the server gets it.",
        );
    }
    (
        Cause::PathChanged,
        "The server saw another path than was signed: the link was changed, or a proxy rewrites paths.",
    )
}

/// Whether one more slash stands before the key: at the front, or after the bucket.
fn is_leading_slash(one: &str, two: &str, bucket_first: bool) -> bool {
    let (long, short) = if one.len() > two.len() {
        (one, two)
    } else {
        (two, one)
    };
    if long.strip_prefix('/') == Some(short) && short.starts_with('/') {
        return true;
    }
    let after_bucket = |path: &str| -> Option<(String, String)> {
        let (bucket, key) = path.strip_prefix('/')?.split_once('/')?;
        Some((bucket.into(), key.into()))
    };
    match (after_bucket(long), after_bucket(short)) {
        (Some((bucket, key)), Some((same, short))) => {
            bucket_first && bucket == same && key.strip_prefix('/') == Some(short.as_str())
        }
        _ => false,
    }
}

fn compare_headers(signed: &Canonical<'_>, seen: &Canonical<'_>, findings: &mut Vec<Finding>) {
    for (name, value) in &signed.headers {
        if *name == "host" {
            continue;
        }
        let found = seen
            .header(name)
            .filter(|found| !found.is_empty() || value.is_empty());
        findings.push(match found {
            Some(found) if found == *value => continue,
            Some(found) => header_changed(name, value, found),
            None if is_token(name) => find(
                Cause::TokenMissing,
                Confidence::Certain,
                "The session token was signed and not sent. A temporary access key is worth nothing without it.",
            )
            .signed(format!("{name}:{}", shown(name, value)))
            .seen(""),
            None => header_not_sent(name, value),
        });
    }
    for (name, value) in &seen.headers {
        if *name == "host" || signed.header(name).is_some() {
            continue;
        }
        findings.push(match is_token(name) {
            true => added(name, value),
            false => header_not_signed(name, value),
        });
    }
}

fn header_not_sent(name: &str, value: &str) -> Finding {
    find(
        Cause::HeaderNotSent,
        Confidence::Certain,
        format!("The header {name} was signed and not sent. Whoever uses the URL has to send it, with just the value that was signed; or sign without it."),
    )
    .signed(format!("{name}:{}", shown(name, value)))
    .seen("")
}

fn header_not_signed(name: &str, value: &str) -> Finding {
    find(
        Cause::HeaderNotSigned,
        Confidence::Certain,
        format!("The header {name} was sent and not signed. All x-amz-* headers have to be signed, and Content-Type too under SigV2: sign it, or don't send it."),
    )
    .signed("")
    .seen(format!("{name}:{}", shown(name, value)))
}

fn header_changed(name: &str, signed: &str, seen: &str) -> Finding {
    let words =
        |text: &str| -> String { text.split_ascii_whitespace().collect::<Vec<_>>().join(" ") };
    let (cause, text) = if is_token(name) {
        (
            Cause::TokenChanged,
            "Look for another set of credentials in the client: key, secret and token belong together.",
        )
    } else if words(signed) == words(seen) {
        (
            Cause::HeaderChanged,
            "The two differ in white space alone: a folded or padded value has to be signed with its ends trimmed and one space for each run.",
        )
    } else if name == "content-type" {
        (
            Cause::HeaderChanged,
            "Browsers and HTTP libraries set their own Content-Type, or append `; charset=…`: set it by hand to just what was signed, or sign what they send.",
        )
    } else if matches!(name, "date" | "x-amz-date") {
        (
            Cause::HeaderChanged,
            "The date was set again after signing, by the client or on a retry: send the one that was signed, or sign each try.",
        )
    } else {
        (
            Cause::HeaderChanged,
            "The client or a proxy set it again: send just the value that was signed.",
        )
    };
    find(
        cause,
        Confidence::Certain,
        format!("The header {name} arrived with another value than was signed. {text}"),
    )
    .signed(format!("{name}:{}", shown(name, signed)))
    .seen(format!("{name}:{}", shown(name, seen)))
}

fn compare_payloads(signed: &Canonical<'_>, seen: &Canonical<'_>, findings: &mut Vec<Finding>) {
    if signed.payload == seen.payload {
        return;
    }
    let is_word = |payload: &str| payload == UNSIGNED_PAYLOAD || payload.starts_with("STREAMING-");
    let (cause, text) = match (is_word(signed.payload), is_word(seen.payload)) {
        (false, false) if signed.payload == EMPTY_SHA256 => (
            Cause::PayloadChanged,
            "The request was signed without a body, and the server got one. Sign the hash of the body that is sent.",
        ),
        (false, false) if seen.payload == EMPTY_SHA256 => (
            Cause::PayloadChanged,
            "The request was signed with a body, and the server got none: it was lost on a redirect or a retry, or not sent.",
        ),
        (false, false) => (
            Cause::PayloadChanged,
            "The body that arrived is not the one that was signed: it was changed, encoded or compressed after signing, or the hash is that of other bytes.",
        ),
        (true, _) => (
            Cause::PayloadUnsigned,
            "The payload was signed as not covered, and the server wants its hash. S3 takes UNSIGNED-PAYLOAD in presigned URLs and where x-amz-content-sha256 says so; most other services want the hash of the body.",
        ),
        (false, true) => (
            Cause::PayloadUnsigned,
            "A hash of the payload was signed, and the server takes the payload as not covered: in a presigned URL for S3 that is UNSIGNED-PAYLOAD, unless the header x-amz-content-sha256 is sent. Sign with the service `s3`, or send that header.",
        ),
    };
    findings.push(
        find(cause, Confidence::Certain, text)
            .signed(signed.payload)
            .seen(seen.payload),
    );
}

/// The parameters in which a `+` that was signed as %2B was sent bare: a plus for some servers, and a space for those that read
/// queries as forms are written.
pub(super) fn bare_pluses<'a>(
    signed: &'a str,
    sent: &'a str,
) -> impl Iterator<Item = Finding> + use<'a> {
    let sent = params(sent);
    let signed = params(signed).into_iter();
    let signed = signed.filter(|(_, value)| value.contains("%2B"));
    signed.filter_map(move |(name, value)| {
        let (_, bare) = sent.iter().find(|(sent_name, bare)| {
            *sent_name == name && *bare != value && bare.replace('+', "%2B") == value
        })?;
        let cause = match name {
            "Signature" => Cause::SignaturePlus,
            name if is_token(name) => Cause::TokenChanged,
            _ => Cause::ParameterReencoded,
        };
        let finding = find(
            cause,
            Confidence::Likely,
            format!("In the parameter {name} a `+` was sent that was signed as %2B: many servers read it as a space. Send the URL as it was handed out, or write %2B."),
        );
        Some(
            finding
                .signed(format!("{name}={}", shown(name, value)))
                .seen(format!("{name}={}", shown(name, bare))),
        )
    })
}

/// Whether two queries have the same parameters in another order.
pub(super) fn is_reordered(one: &str, two: &str) -> bool {
    let (mut one, mut two) = (params(one), params(two));
    if one == two {
        return false;
    }
    one.sort_unstable();
    two.sort_unstable();
    one == two
}
