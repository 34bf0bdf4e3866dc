//! The mistakes that change a request, as functions from the right request to the wrong ones.
//!
//! A mistake can be made by the signer or on the way to the server, so a transformation is tried
//! from both sides. It needn't be exact: a request that it makes counts only if an oracle confirms
//! it.

use super::canonical::{Canonical, Form};
use super::catalogue::Cause;
use super::session_token::is_session_token;
use super::text_forms::{decoded, encoded_again, in_unicode_forms, without_dot_segments};
use crate::scheme::aws::UNSIGNED_PAYLOAD;
use crate::v4::EMPTY_SHA256;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A mistake, and the requests that it makes of another.
pub(super) struct Transformation {
    pub(super) cause: Cause,
    pub(super) apply: fn(&Canonical) -> Vec<Canonical>,
}

const fn of(cause: Cause, apply: fn(&Canonical) -> Vec<Canonical>) -> Transformation {
    Transformation { cause, apply }
}

/// All transformations. If two make the same request, the first one names it.
pub(super) static TRANSFORMATIONS: [Transformation; 19] = [
    of(Cause::Method, methods),
    of(Cause::AddressingStyle, addressing_styles),
    of(Cause::PathEncodedTwice, paths_encoded_twice),
    of(Cause::PathNotEncoded, paths_in_other_encodings),
    of(Cause::UnicodeForm, |request| {
        with_paths(request, in_unicode_forms(&request.path))
    }),
    of(Cause::LeadingSlash, leading_slashes),
    of(Cause::PathNormalized, normalized_paths),
    of(Cause::UrlScheme, |request| {
        with_ports(request, &[":80", ":443"])
    }),
    of(Cause::DefaultPort, default_ports),
    of(Cause::HostRewritten, other_hosts),
    of(Cause::PayloadUnsigned, |request| {
        with_payloads(request, &[UNSIGNED_PAYLOAD])
    }),
    of(Cause::PayloadChanged, |request| {
        with_payloads(request, &[EMPTY_SHA256])
    }),
    of(Cause::HeaderNotSent, headers_not_sent),
    of(Cause::HeaderChanged, content_types),
    of(Cause::TokenAdded, |request| without_params(request, true)),
    of(Cause::ParameterDropped, |request| {
        without_params(request, false)
    }),
    of(Cause::ParameterAdded, added_params),
    of(Cause::ParameterReencoded, params_in_other_encodings),
    of(Cause::ParametersReordered, reversed_params),
];

/// The transformations of host and path.
pub(super) fn of_address() -> impl Iterator<Item = &'static Transformation> {
    TRANSFORMATIONS.iter().filter(|transformation| {
        matches!(
            transformation.cause,
            Cause::AddressingStyle
                | Cause::PathEncodedTwice
                | Cause::PathNotEncoded
                | Cause::UnicodeForm
                | Cause::LeadingSlash
                | Cause::PathNormalized
        )
    })
}

fn methods(request: &Canonical) -> Vec<Canonical> {
    let methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"];
    let changed = methods.into_iter().map(|method| Canonical {
        method: method.to_owned(),
        ..request.clone()
    });
    changed.collect()
}

fn with_paths(request: &Canonical, paths: impl IntoIterator<Item = String>) -> Vec<Canonical> {
    let paths = paths.into_iter().map(|path| Canonical {
        path,
        ..request.clone()
    });
    paths.collect()
}

fn with_host(request: &Canonical, host: &str) -> Canonical {
    let mut changed = request.clone();
    changed.set_header("host", host);
    changed
}

/// Moves the bucket from the host into the path, or names it in the path as well.
fn addressing_styles(request: &Canonical) -> Vec<Canonical> {
    let mut changed = Vec::new();
    let key = if request.path == "/" {
        ""
    } else {
        &request.path
    };
    if let Some((bucket, rest)) = request.host().split_once('.') {
        let path = format!("/{bucket}{key}");
        let moved = with_host(request, rest);
        changed.extend([request, &moved].map(|host| Canonical {
            path: path.clone(),
            ..host.clone()
        }));
    }
    // Under SigV2, the bucket is part of the path in both styles.
    let path = request.path.strip_prefix('/').unwrap_or_default();
    let (bucket, key) = path
        .split_at_checked(path.find('/').unwrap_or(path.len()))
        .unwrap_or_default();
    let is_bucket = request
        .host()
        .strip_prefix(bucket)
        .is_some_and(|rest| rest.starts_with('.'));
    if !bucket.is_empty() && (request.form == Form::V2 || is_bucket) {
        let key = if key.is_empty() { "/" } else { key };
        changed.extend(with_paths(request, [key.to_owned()]));
    }
    changed
}

fn paths_encoded_twice(request: &Canonical) -> Vec<Canonical> {
    if request.path.contains('%') {
        with_paths(request, [encoded_again(&request.path)])
    } else {
        Vec::new()
    }
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
    let key_start = path.find(|c| c != '/').unwrap_or_default();
    let (slashes, key) = path.split_at_checked(key_start).unwrap_or_default();
    let cut = path.find("%23").or_else(|| path.find("%3F"));
    let mut paths = alloc::vec![
        encoded_again(&plain),
        path.replace("%2B", "+"),
        path.replace("%2B", "%20"),
        path.replace("%20", "+"),
        path.replace("%20", "%2B"),
        path.replace('~', "%7E"),
        KEPT.into_iter()
            .fold(path.clone(), |path, (escape, c)| path.replace(escape, c)),
        format!("{slashes}{}", key.replace('/', "%2F")),
        path.replace("%2F", "/"),
        lowercase_escapes(path),
        plain,
    ];
    paths.extend(KEPT.map(|(escape, c)| path.replace(escape, c)));
    paths.extend(cut.and_then(|end| path.get(..end)).map(str::to_owned));
    with_paths(request, paths)
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

fn with_ports(request: &Canonical, ports: &[&str]) -> Vec<Canonical> {
    let ports = ports.iter();
    ports
        .map(|port| with_host(request, &format!("{}{port}", request.host())))
        .collect()
}

fn default_ports(request: &Canonical) -> Vec<Canonical> {
    let ports = [":443", ":80"].into_iter();
    let ports = ports.filter_map(|port| request.host().strip_suffix(port));
    ports.map(|host| with_host(request, host)).collect()
}

/// A name that a server or a container has for itself, and the host without its port.
fn other_hosts(request: &Canonical) -> Vec<Canonical> {
    let (name, port) = request
        .host()
        .split_once(':')
        .unwrap_or((request.host(), ""));
    let local = [
        "localhost",
        "127.0.0.1",
        "minio",
        "localstack",
        "host.docker.internal",
    ];
    let mut hosts: Vec<String> = local.into_iter().map(str::to_owned).collect();
    if !port.is_empty() {
        hosts.extend(local.map(|host| format!("{host}:{port}")));
        hosts.push(name.to_owned());
    }
    hosts.iter().map(|host| with_host(request, host)).collect()
}

fn with_payloads(request: &Canonical, payloads: &[&str]) -> Vec<Canonical> {
    let payloads = payloads.iter().map(|payload| Canonical {
        payload: Some((*payload).to_owned()),
        ..request.clone()
    });
    payloads.collect()
}

/// A server writes a header that it did not receive as an empty one.
fn headers_not_sent(request: &Canonical) -> Vec<Canonical> {
    let names = request.headers.iter().filter(|(name, _)| name != "host");
    let changed = names.map(|(name, _)| {
        let mut changed = request.clone();
        changed.set_header(name, "");
        changed
    });
    changed.collect()
}

/// The values that browsers and HTTP libraries set by themselves.
fn content_types(request: &Canonical) -> Vec<Canonical> {
    let Some(own) = request.header("content-type") else {
        return Vec::new();
    };
    let mut values = alloc::vec![
        format!("{own}; charset=utf-8"),
        format!("{own};charset=UTF-8")
    ];
    values.extend(own.split_once(';').map(|(kind, _)| kind.to_owned()));
    values.extend(
        [
            "application/octet-stream",
            "binary/octet-stream",
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain;charset=UTF-8",
            "text/plain",
        ]
        .map(str::to_owned),
    );
    let changed = values.iter().map(|value| {
        let mut changed = request.clone();
        changed.set_header("content-type", value);
        changed
    });
    changed.collect()
}

/// Removes each parameter that is a session token, or each that is none.
fn without_params(request: &Canonical, tokens: bool) -> Vec<Canonical> {
    let params = request.params.iter().enumerate();
    let params = params.filter(|(_, (name, _))| is_session_token(name) == tokens);
    let changed = params.map(|(index, _)| {
        let mut changed = request.clone();
        changed.params.remove(index);
        changed
    });
    changed.collect()
}

/// The parameter by which SDKs tell their operations apart.
fn added_params(request: &Canonical) -> Vec<Canonical> {
    let operations = [
        "GetObject",
        "PutObject",
        "HeadObject",
        "DeleteObject",
        "UploadPart",
    ];
    let changed = operations.into_iter().map(|operation| {
        let mut changed = request.clone();
        changed
            .params
            .push(("x-id".to_owned(), operation.to_owned()));
        changed.params.sort();
        changed
    });
    changed.collect()
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
    let changed = encodings.into_iter().map(|encode| {
        let mut changed = request.clone();
        for (_, value) in &mut changed.params {
            *value = encode(value);
        }
        changed
    });
    changed.collect()
}

fn reversed_params(request: &Canonical) -> Vec<Canonical> {
    let mut changed = request.clone();
    changed.params.reverse();
    alloc::vec![changed]
}

fn lowercase_escapes(text: &str) -> String {
    let mut lowercase = String::new();
    let mut digits = 0_u8;
    for c in text.chars() {
        if c == '%' {
            digits = 3;
        }
        lowercase.push(if digits > 0 {
            c.to_ascii_lowercase()
        } else {
            c
        });
        digits = digits.saturating_sub(1);
    }
    lowercase
}
