//! The mistakes that change a request, as functions from the right request to the wrong ones.
//!
//! A mistake can be made by the signer or on the way to the server, so a transformation is tried
//! from both sides. It needn't be exact: a request that it makes counts only if an oracle confirms
//! it.

use super::canonical::{Canonical, Form, Pair};
use super::catalogue::Cause;
use super::response_method::OPERATIONS;
use super::session_token::is_session_token;
use super::text_forms::{decoded, encoded_again, in_unicode_forms, without_dot_segments};
use crate::scheme::aws::UNSIGNED_PAYLOAD;
use crate::v4::EMPTY_SHA256;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A function from a request to those that a mistake makes of it.
pub(super) type Transformation = fn(&Canonical) -> Vec<Canonical>;

/// The transformations of host and path, with their causes. If two make the same request, the first
/// one names it.
pub(super) static OF_ADDRESS: [(Cause, Transformation); 6] = [
    (Cause::AddressingStyle, addressing_styles),
    (Cause::PathEncodedTwice, paths_encoded_twice),
    (Cause::PathNotEncoded, paths_in_other_encodings),
    (Cause::UnicodeForm, unicode_forms),
    (Cause::LeadingSlash, leading_slashes),
    (Cause::PathNormalized, normalized_paths),
];

/// All other transformations.
pub(super) static OTHERS: [Transformation; 15] = [
    methods,
    other_schemes,
    default_ports,
    other_ports,
    other_hosts,
    |request| other_payload(request, UNSIGNED_PAYLOAD),
    |request| other_payload(request, EMPTY_SHA256),
    headers_not_sent,
    headers_not_signed,
    content_types,
    |request| without_params(request, true),
    |request| without_params(request, false),
    added_params,
    params_in_other_encodings,
    bare_params,
];

/// Makes one change of a request for each value.
fn changed<T>(
    request: &Canonical,
    values: impl IntoIterator<Item = T>,
    change: impl Fn(&mut Canonical, T),
) -> Vec<Canonical> {
    let made = values.into_iter().map(|value| {
        let mut made = request.clone();
        change(&mut made, value);
        made
    });
    made.collect()
}

fn with_paths(request: &Canonical, paths: impl IntoIterator<Item = String>) -> Vec<Canonical> {
    changed(request, paths, |made, path| made.path = path)
}

fn with_hosts(request: &Canonical, hosts: impl IntoIterator<Item = String>) -> Vec<Canonical> {
    changed(request, hosts, |made, host| made.set_header("host", &host))
}

fn methods(request: &Canonical) -> Vec<Canonical> {
    let methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"];
    changed(request, methods, |made, method| {
        made.method = method.to_owned()
    })
}

/// Moves the bucket from the host into the path, or names it in the path as well.
pub(super) fn addressing_styles(request: &Canonical) -> Vec<Canonical> {
    let mut made = Vec::new();
    let key = if request.path == "/" {
        ""
    } else {
        &request.path
    };
    if let Some((bucket, rest)) = request.host().split_once('.') {
        let path = format!("/{bucket}{key}");
        made = with_hosts(request, [request.host().to_owned(), rest.to_owned()]);
        made.iter_mut().for_each(|made| made.path.clone_from(&path));
    }
    // Under SigV2, the bucket is part of the path in both styles.
    let path = request.path.strip_prefix('/').unwrap_or_default();
    let end = path.find('/').unwrap_or(path.len());
    let (bucket, key) = path.split_at_checked(end).unwrap_or_default();
    let after_bucket = request.host().strip_prefix(bucket);
    let is_bucket = after_bucket.is_some_and(|rest| rest.starts_with('.'));
    if !bucket.is_empty() && (request.form == Form::V2 || is_bucket) {
        let key = if key.is_empty() { "/" } else { key };
        made.extend(with_paths(request, [key.to_owned()]));
    }
    made
}

fn paths_encoded_twice(request: &Canonical) -> Vec<Canonical> {
    let path = Some(&request.path).filter(|path| path.contains('%'));
    with_paths(request, path.map(|path| encoded_again(path)))
}

/// What JavaScript's encodeURIComponent doesn't encode, although it is not unreserved.
const KEPT: [(&str, &str); 5] = [
    ("%21", "!"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
];

fn paths_in_other_encodings(request: &Canonical) -> Vec<Canonical> {
    let path = &request.path;
    let plain = decoded(path);
    let (slash, key) = path.split_at_checked(1).unwrap_or_default();
    let cut = path.find("%23").or_else(|| path.find("%3F"));
    let replaced = [
        ("%2B", "+"),
        ("%2B", "%20"),
        ("%20", "+"),
        ("%20", "%2B"),
        ("~", "%7E"),
        ("%2F", "/"),
    ];
    let replaced = replaced.iter().chain(&KEPT);
    let mut paths: Vec<String> = replaced.map(|(from, to)| path.replace(from, to)).collect();
    paths.extend([
        encoded_again(&plain),
        KEPT.into_iter()
            .fold(path.clone(), |path, (escape, c)| path.replace(escape, c)),
        format!("{slash}{}", key.replace('/', "%2F")),
        lowercase_escapes(path),
        plain,
    ]);
    paths.extend(cut.and_then(|end| path.get(..end)).map(str::to_owned));
    with_paths(request, paths)
}

fn unicode_forms(request: &Canonical) -> Vec<Canonical> {
    with_paths(request, in_unicode_forms(&request.path))
}

fn leading_slashes(request: &Canonical) -> Vec<Canonical> {
    let mut paths = alloc::vec![format!("/{}", request.path)];
    // In path style, and always under SigV2, the first segment is the bucket.
    let is_virtual_hosted = request.host().contains(".s3.") || request.host().contains(".s3-");
    if request.form == Form::V2 || !is_virtual_hosted {
        let bucket = request
            .path
            .strip_prefix('/')
            .and_then(|path| path.split_once('/'));
        paths.extend(bucket.map(|(bucket, key)| format!("/{bucket}//{key}")));
    }
    with_paths(request, paths)
}

fn normalized_paths(request: &Canonical) -> Vec<Canonical> {
    let paths = [false, true].map(|empty_too| without_dot_segments(&request.path, empty_too));
    let trimmed = paths
        .clone()
        .map(|path| path.trim_end_matches('/').to_owned());
    with_paths(request, paths.into_iter().chain(trimmed))
}

fn other_schemes(request: &Canonical) -> Vec<Canonical> {
    let host = Some(request.host()).filter(|host| !host.contains(':'));
    let hosts = [":80", ":443"].map(|port| host.map(|host| format!("{host}{port}")));
    with_hosts(request, hosts.into_iter().flatten())
}

fn default_ports(request: &Canonical) -> Vec<Canonical> {
    let hosts = [":443", ":80"].map(|port| request.host().strip_suffix(port));
    with_hosts(request, hosts.into_iter().flatten().map(str::to_owned))
}

fn other_ports(request: &Canonical) -> Vec<Canonical> {
    let name = request
        .host()
        .split_once(':')
        .map(|(name, _)| name.to_owned());
    with_hosts(request, name)
}

/// A name that a server or a container has for itself.
fn other_hosts(request: &Canonical) -> Vec<Canonical> {
    let local = [
        "localhost",
        "127.0.0.1",
        "minio",
        "localstack",
        "host.docker.internal",
    ];
    let mut hosts: Vec<String> = local.into_iter().map(str::to_owned).collect();
    if let Some((_, port)) = request.host().split_once(':') {
        hosts.extend(local.map(|host| format!("{host}:{port}")));
    }
    with_hosts(request, hosts)
}

fn other_payload(request: &Canonical, payload: &str) -> Vec<Canonical> {
    changed(request, [payload], |made, payload| {
        made.payload = Some(payload.to_owned())
    })
}

/// A server writes a header that it did not receive as an empty one.
fn headers_not_sent(request: &Canonical) -> Vec<Canonical> {
    let names = request.headers.iter().filter(|(name, _)| name != "host");
    changed(request, names, |made, (name, _)| made.set_header(name, ""))
}

/// SigV2 has no list of signed headers. A server signs every x-amz-* header that it receives, and
/// such parameters, too.
fn headers_not_signed(request: &Canonical) -> Vec<Canonical> {
    let headers = Some(&request.headers).filter(|_| request.form == Form::V2);
    let indexes = headers.map_or(0..0, |headers| 0..headers.len());
    changed(request, indexes, |made, index| {
        made.headers.remove(index);
    })
}

/// The values that browsers and HTTP libraries set by themselves.
fn content_types(request: &Canonical) -> Vec<Canonical> {
    let own = request.header("content-type").unwrap_or_default();
    let mut values = alloc::vec![
        format!("{own}; charset=utf-8"),
        format!("{own};charset=UTF-8")
    ];
    values.extend(own.split_once(';').map(|(kind, _)| kind.to_owned()));
    let usual = [
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain;charset=UTF-8",
        "text/plain",
    ];
    values.extend(usual.map(str::to_owned));
    changed(request, values, |made, value| {
        made.set_header("content-type", &value)
    })
}

/// Removes each parameter that is a session token, or each that is none.
fn without_params(request: &Canonical, tokens: bool) -> Vec<Canonical> {
    let params = request.params.iter().enumerate();
    let params = params.filter(|(_, (name, _))| is_session_token(name) == tokens);
    changed(request, params, |made, (index, _)| {
        made.params.remove(index);
    })
}

/// The parameter by which SDKs tell their operations apart.
fn added_params(request: &Canonical) -> Vec<Canonical> {
    changed(request, OPERATIONS, |made, (operation, _)| {
        made.params.push(("x-id".to_owned(), operation.to_owned()));
        made.params.sort();
    })
}

fn params_in_other_encodings(request: &Canonical) -> Vec<Canonical> {
    let encodings: [fn(&str) -> String; 6] = [
        |value| value.replace("%20", "+"),
        |value| value.replace("%20", "%2B"),
        |value| value.replace("%2F", "/"),
        |value| value.replace('~', "%7E"),
        lowercase_escapes,
        decoded,
    ];
    changed(request, encodings, |made, encode| {
        made.params
            .iter_mut()
            .for_each(|(_, value)| *value = encode(value));
    })
}

fn lowercase_escapes(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut lowercase: String = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (escape, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        lowercase.extend(["%", &escape.to_ascii_lowercase(), rest]);
    }
    lowercase
}

/// Writes parameters without a value without `=`, or with it.
fn bare_params(request: &Canonical) -> Vec<Canonical> {
    let is_empty = |(_, value): &Pair| value.is_empty();
    let has_empty = request.form == Form::V4 && request.params.iter().any(is_empty);
    changed(request, has_empty.then_some(()), |made, ()| {
        made.has_bare_params = !made.has_bare_params;
    })
}
