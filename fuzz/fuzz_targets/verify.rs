//! The verifier never panics, and rejects requests that weren't signed here. It accepts requests
//! and forms that were signed here. After a change it accepts them only if their meaning is the
//! same: method, segments of the path, parameters, signed headers, fields.
//!
//! The input is HTTP/1.1 text, as in the vectors. The last eight bytes determine how it is signed
//! and changed. The headers of the text are the fields of a form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::post::Upload;
use presign::v4::SessionToken;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Payload, Timestamp, v2, v4};
use presign_fuzz::description::Description;
use presign_fuzz::policy::Sketch;
use presign_fuzz::wire::{HOST, Meaning, ORIGIN, Sent, Text, pairs};
use presign_fuzz::{check_hidden, credentials};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const BUCKET: &str = "examplebucket";

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    V4,
    V2,
    QueryApi,
}

/// A way to sign the request.
#[derive(Clone, Copy, Debug)]
struct Way {
    kind: Kind,
    in_query: bool,
    service: &'static str,
    token: Option<SessionToken>,
    unsigned: bool,
}

impl Way {
    fn of(byte: u8) -> Self {
        let (service, token) = match byte >> 2 & 7 {
            0 => ("s3", None),
            1 => ("s3", Some(SessionToken::Signed)),
            2 => ("s3", Some(SessionToken::Appended)),
            3 => ("s3express", Some(SessionToken::S3Express)),
            4 => ("service", Some(SessionToken::Signed)),
            5 => ("service", Some(SessionToken::Appended)),
            _ => ("service", None),
        };
        let kind = match (byte & 1, byte >> 6 & 1) {
            (0, _) => Kind::V4,
            (_, 0) => Kind::V2,
            _ => Kind::QueryApi,
        };
        Way {
            kind,
            in_query: byte & 2 == 0,
            service,
            token,
            unsigned: byte >> 5 & 1 == 1,
        }
    }

    fn credentials(self) -> &'static Credentials {
        credentials(self.token.is_some())
    }

    fn verifier(self) -> Verifier {
        let verifier = Verifier::new("us-east-1", self.service)
            .allow_sigv2(HOUR)
            .allow_streaming()
            .allow_unsigned_payload();
        verifier.session_token(self.token.unwrap_or_default())
    }

    fn is_s3(self) -> bool {
        self.service != "service"
    }

    fn is_v4(self) -> bool {
        self.kind == Kind::V4
    }

    /// Returns the request as a client sends it, or `None` if it can't be signed.
    fn sign(self, text: &Text<'_>, url: &str) -> Option<Sent> {
        // Credentials without a token sign any given token, which the verifier rejects.
        let is_excluded = |name: &str| name.ends_with("-token");
        let mut names = text
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase());
        if names.any(|name| is_excluded(&name)) {
            return None;
        }
        // A signer doesn't detect every parameter of the other signature version.
        let query = text.target.split_once('?').map_or("", |(_, query)| query);
        let is_signature = |(name, _): &(Vec<u8>, Vec<u8>)| {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            let v2_names = ["awsaccesskeyid", "expires", "signature", "signatureversion"];
            name.starts_with("x-amz-") || v2_names.contains(&name.as_str())
        };
        if pairs(query).iter().any(is_signature) {
            return None;
        }
        let mut description = Description::new(text.method, url);
        for (name, value) in &text.headers {
            description = description.header(*name, *value);
        }
        if !description.is_exact() {
            return None;
        }
        let keys = self.credentials();
        let v4_service = v4::Service::new("us-east-1", self.service).unwrap();
        let v4_service = v4_service.session_token(self.token.unwrap_or_default());
        let v2_service = v2::Service::s3().bucket(BUCKET);
        let method = if self.unsigned {
            v2::SignatureMethod::HmacSha1
        } else {
            v2::SignatureMethod::HmacSha256
        };
        let query_api = v2::Service::query_api(method);
        let request = match self.kind {
            Kind::V4 => description.of(&v4_service),
            Kind::V2 => description.of(&v2_service),
            Kind::QueryApi => description.of(&query_api),
        };
        let mut sent = Sent {
            method: text.method.to_owned(),
            target: url.strip_prefix(ORIGIN)?.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.as_bytes().to_vec());
        if self.kind == Kind::QueryApi {
            let signed = request.sign(keys, now()).ok()?;
            // The verifier reads only the parameters in the query.
            if signed.body().is_some() {
                return None;
            }
            sent.target = signed.url()?.strip_prefix(ORIGIN)?.to_owned();
            // No other header is signed, and `Authorization` would be a second signature.
            let headers = text.headers.iter();
            let headers = headers.filter(|(name, _)| name.eq_ignore_ascii_case("host"));
            let headers = headers.map(|(name, value)| ((*name).to_owned(), value.to_vec()));
            sent.headers.extend(headers);
        } else if self.in_query {
            let url = request.presign(keys, HOUR, now()).ok()?;
            sent.target = url.as_str().strip_prefix(ORIGIN)?.to_owned();
            sent.headers.extend(url.headers().map(owned));
        } else {
            let payload = if self.unsigned {
                Payload::Unsigned
            } else {
                Payload::sha256_of(text.body)
            };
            let signed = request.payload(payload).sign(keys, now()).ok()?;
            sent.body = text.body.to_vec();
            // The headers that signing adds replace given headers of the same names.
            let is_set = |name: &str| {
                signed
                    .headers()
                    .any(|(own, _)| own.eq_ignore_ascii_case(name))
            };
            let kept = text.headers.iter().filter(|(name, _)| !is_set(name));
            let kept = kept.map(|(name, value)| ((*name).to_owned(), value.to_vec()));
            sent.headers.extend(kept.chain(signed.headers().map(owned)));
        }
        // There is one Host header: the given one, or else that of the URL.
        let is_host = |header: &(String, Vec<u8>)| header.0.eq_ignore_ascii_case("host");
        let host = sent.headers.iter().find(|header| is_host(header)).cloned();
        let host = host.unwrap_or(("host".into(), HOST.into()));
        sent.headers.retain(|header| !is_host(header));
        sent.headers.insert(0, host);
        Some(sent)
    }

    fn check(self, verifier: &Verifier, sent: &Sent) -> Result<(), String> {
        let headers = sent.headers.iter();
        let mut request = ReceivedRequest::new(&sent.method, &sent.target)
            .headers(headers.map(|(name, value)| (name.as_str(), value.as_slice())))
            .bucket(BUCKET);
        if !self.in_query {
            request = request.body(&sent.body);
        }
        let own = self.credentials();
        let own_id = own.identity().access_key_id();
        let verified = verifier.verify(&request, now(), |id| (id == own_id).then_some(own));
        match verified {
            Ok(verified) => {
                check_hidden(&sent.target, format_args!("{verified:?} {request:?}"));
                Ok(())
            }
            Err(error) => Err(format!("{error:?}")),
        }
    }

    fn meaning(self, sent: &Sent) -> Meaning {
        match self.kind {
            Kind::V4 => sent.meaning_v4(self.is_s3()),
            Kind::V2 => sent.meaning_v2(BUCKET),
            Kind::QueryApi => sent.meaning_query_api(),
        }
    }

    /// Returns whether the path was signed without some of its segments.
    fn drops_segments(self, sent: &Sent) -> bool {
        let path = sent.target.split('?').next().unwrap_or_default();
        let inner = path.strip_prefix('/').unwrap_or(path);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let mut segments = inner.split('/');
        let is_dropped = segments.any(|segment| ["", ".", ".."].contains(&segment));
        self.is_v4() && !self.is_s3() && path.len() > 1 && is_dropped
    }
}

/// Returns the request with one change, or `None` if it isn't text any more.
fn change(sent: &Sent, [high, low, how, byte]: [u8; 4]) -> Option<Sent> {
    let mut changed = sent.clone();
    let index = usize::from(high) << 8 | usize::from(low);
    if how & 7 == 7 {
        let count = changed.headers.len();
        if count == 0 {
            return None;
        }
        match how >> 3 & 3 {
            0 => {
                changed.headers.remove(index % count);
            }
            1 => {
                let header = changed.headers[index % count].clone();
                changed.headers.push(header);
            }
            2 => changed.headers.swap(0, index % count),
            _ => {
                let (path, query) = changed.target.split_once('?')?;
                let mut params: Vec<_> = query.split('&').collect();
                let count = params.len();
                params.swap(0, index % count);
                changed.target = format!("{path}?{}", params.join("&"));
            }
        }
        return Some(changed);
    }
    let mut texts = vec![
        changed.method.clone().into_bytes(),
        changed.target.clone().into_bytes(),
    ];
    for (name, value) in &changed.headers {
        texts.extend([name.clone().into_bytes(), value.clone()]);
    }
    texts.push(changed.body.clone());
    let mut index = index % texts.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut which = 0;
    while index > texts[which].len() {
        index -= texts[which].len() + 1;
        which += 1;
    }
    let text = &mut texts[which];
    match (how & 7, text.get(index).copied()) {
        (0 | 1, Some(_)) => text[index] = byte,
        (2, Some(_)) => {
            text.remove(index);
        }
        (3, Some(own)) => text[index] = own ^ 0x20,
        (4, Some(own)) => text.insert(index, own),
        // Escapes the byte.
        (5, Some(own)) => {
            text.splice(index..=index, format!("%{own:02x}").bytes());
        }
        (6, _) => text.insert(index, byte),
        _ => return None,
    }
    let mut texts = texts.into_iter();
    let mut next = || String::from_utf8(texts.next().unwrap_or_default()).ok();
    (changed.method, changed.target) = (next()?, next()?);
    let mut bytes = texts;
    for (name, value) in &mut changed.headers {
        *name = String::from_utf8(bytes.next()?).ok()?;
        *value = bytes.next()?;
    }
    changed.body = bytes.next()?;
    Some(changed)
}

/// Credentials that don't sign any request.
static STRANGER: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDEXAMPLE", "no request is signed with this").unwrap());

fn as_received(text: &Text<'_>, way: Way) {
    let request = ReceivedRequest::new(text.method, text.target)
        .headers(text.headers.iter().copied())
        .body(text.body);
    let verifier = way.verifier().allow_any_region();
    assert!(
        verifier
            .verify(&request, now(), |_| Some(&*STRANGER))
            .is_err()
    );
    let unverified = match verifier.parse(&request) {
        Ok(unverified) => unverified,
        Err(error) => {
            assert!(matches!(error.status(), 400 | 403));
            return;
        }
    };
    std::hint::black_box((
        unverified.canonical_request(),
        unverified.string_to_sign(),
        format!("{unverified:?}"),
    ));
    assert!(!unverified.access_key_id().is_empty());
    let _ = unverified.check_time(now());
    assert!(unverified.verify(&*STRANGER, now()).is_err());
}

type Fields = Vec<(String, String)>;

/// Signs the headers of a text as fields of a form. The verifier accepts the form, and after a
/// change only if the fields are the same.
fn check_form(text: &Text<'_>, is_v2: bool, with_token: bool, how: [u8; 4]) {
    let mut sketch = Sketch {
        key: text.target.into(),
        fields: Vec::new(),
        open: vec![("x-open", "prefix/")],
        range: Some((0, 10)),
    };
    for (name, value) in &text.headers {
        let value = std::str::from_utf8(value.trim_ascii());
        sketch.fields.extend(value.map(|value| (*name, value)));
    }
    let Some(form) = sketch.sign(is_v2, with_token) else {
        return;
    };
    let fields = form.fields().chain([("x-open", "prefix/value")]);
    let fields: Fields = fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let verdict = form_verdict(&fields, with_token);
    // Values that aren't valid in a header are rejected. The variable in a value is replaced by the
    // name of the file.
    let is_broken = |(_, value): &(String, String)| value.contains(['\r', '\n', '\0']);
    let is_open = fields
        .iter()
        .any(|(_, value)| value.contains("${filename}"));
    if fields.iter().any(is_broken) || is_open {
        return assert!(is_open || verdict.is_err(), "{fields:?}");
    }
    assert_eq!(verdict, Ok(()), "{fields:?}");

    let [high, low, kind, byte] = how;
    let mut changed = fields.clone();
    let index = usize::from(high) % changed.len();
    match kind & 3 {
        0 => drop(changed.remove(index)),
        1 => changed.push(changed[index].clone()),
        2 => changed.swap(0, index),
        _ => {
            let (name, value) = &mut changed[index];
            let text = if kind & 4 == 0 { value } else { name };
            let mut bytes = text.clone().into_bytes();
            let at = usize::from(low) % (bytes.len() + 1);
            match bytes.get_mut(at) {
                Some(own) if kind & 8 == 0 => *own = byte,
                _ => bytes.insert(at, byte),
            }
            let Ok(new) = String::from_utf8(bytes) else {
                return;
            };
            *text = new;
        }
    }
    if form_verdict(&changed, with_token).is_ok() {
        assert_eq!(form_meaning(&changed), form_meaning(&fields));
    }
}

/// Returns the fields by their lowercase names. Fields that the server ignores, and the end of the
/// open field, have no meaning.
fn form_meaning(fields: &Fields) -> BTreeMap<String, String> {
    let fields = fields.iter().map(|(name, value)| {
        let value = value
            .strip_prefix("prefix/")
            .map_or(value.as_str(), |_| "prefix/");
        (name.to_ascii_lowercase(), value.to_owned())
    });
    let has_meaning =
        |(name, _): &(String, String)| !name.starts_with("x-ignore-") && name != "file";
    fields.filter(has_meaning).collect()
}

fn form_verdict(fields: &Fields, with_token: bool) -> Result<(), VerifyErrorKind> {
    let fields = || {
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    };
    let own = credentials(with_token);
    let own_id = own.identity().access_key_id();
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    let verified = verifier.verify_form(fields(), now(), |id| (id == own_id).then_some(own));
    let upload = Upload::new(BUCKET, 5)
        .file_name("file.png")
        .fields(fields());
    let checked = verified.and_then(|verified| verified.check(&upload, now()));
    checked.map_err(|error| error.kind())
}

fuzz_target!(|input: &[u8]| {
    let Some((text, &[way, a, b, c, d, e, f, g])) = input.split_last_chunk::<8>() else {
        return;
    };
    let Some(text) = Text::read(text) else {
        return;
    };
    if way & 0x80 != 0 {
        return check_form(&text, way & 1 == 1, way & 2 == 2, [a, b, c, d]);
    }
    let way = Way::of(way);
    as_received(&text, way);
    let url = text.url();
    let Some(sent) = way.sign(&text, &url) else {
        return;
    };
    let verifier = way.verifier();
    let verdict = way.check(&verifier, &sent);
    // If the caller sets a hash as a header, signing doesn't know whether it is the hash of this
    // body.
    let gives_hash = text
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("x-amz-content-sha256"));
    if gives_hash
        && verdict
            .as_ref()
            .is_err_and(|error| error.contains("PayloadMismatch"))
    {
        return;
    }
    if way.drops_segments(&sent) {
        assert!(verdict.is_err(), "{way:?} {sent:?}");
        return;
    }
    assert!(verdict.is_ok(), "{verdict:?} {way:?} {sent:?}");
    let Some(mut changed) = change(&sent, [a, b, c, d]) else {
        return;
    };
    // Some inputs have a second change, which may undo the first.
    if g > 200 {
        changed = change(&changed, [b, e, f, g]).unwrap_or(changed);
    }
    if way.check(&verifier, &changed).is_ok() {
        assert_eq!(
            way.meaning(&changed),
            way.meaning(&sent),
            "{way:?} {sent:?} {changed:?}"
        );
    }
});
