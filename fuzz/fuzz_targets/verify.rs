//! The verifier. Any request is read without a panic and, unsigned by us, never passes. What was signed always does; and once it is
//! changed in one place it passes only if it decodes to the same request.
//!
//! The input is HTTP/1.1 text, as it stands in the vectors, and behind it eight bytes that say how it is signed and changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::v4::SessionToken;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Payload, Request, Timestamp, v2, v4};
use presign_fuzz::wire::{HOST, ORIGIN, Sent, Text, pairs};
use presign_fuzz::{credentials, hidden};
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const BUCKET: &str = "examplebucket";

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

/// How the request is signed.
#[derive(Clone, Copy, Debug)]
struct Way {
    v4: bool,
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
        Way {
            v4: byte & 1 == 0,
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
            .allow_v2(HOUR)
            .allow_streaming()
            .unsigned_payload(true);
        verifier.session_token(self.token.unwrap_or_default())
    }

    fn is_s3(self) -> bool {
        self.service != "service"
    }

    /// The request as a client sends it; none if it can't be signed.
    fn sign(self, text: &Text<'_>, url: &str) -> Option<Sent> {
        // Without a token of their own, credentials sign any that is given, which is nobody's here.
        let is_token = |name: &str| name.ends_with("-token");
        let mut names = text
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase());
        if names.any(|name| is_token(&name)) {
            return None;
        }
        // Nor does a signer of one generation look for a signature of the other in the query.
        let query = text.target.split_once('?').map_or("", |(_, query)| query);
        let is_mark = |(name, _): &(Vec<u8>, Vec<u8>)| {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            let marks = ["awsaccesskeyid", "expires", "signature"];
            name.starts_with("x-amz-") || marks.contains(&name.as_str())
        };
        if pairs(query).iter().any(is_mark) {
            return None;
        }
        let mut request = Request::new(text.method, url);
        for (name, value) in &text.headers {
            request = request.header_bytes(*name, *value);
        }
        let own = self.credentials().clone();
        let mut sent = Sent {
            method: text.method.to_owned(),
            target: url.strip_prefix(ORIGIN)?.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.as_bytes().to_vec());
        if self.in_query {
            let link = match self.v4 {
                true => {
                    let signer = v4::Signer::new(own, "us-east-1", self.service).unwrap();
                    let signer = signer.session_token(self.token.unwrap_or_default());
                    signer.presign(&request, HOUR, now())
                }
                false => v2::Signer::new(own)
                    .bucket(BUCKET)
                    .presign(&request, HOUR, now()),
            };
            let link = link.ok()?;
            sent.target = link.as_str().strip_prefix(ORIGIN)?.to_owned();
            sent.headers.extend(link.headers().map(owned));
        } else {
            let signed = match self.v4 {
                true => {
                    let signer = v4::Signer::new(own, "us-east-1", self.service).unwrap();
                    let signer = signer.session_token(self.token.unwrap_or_default());
                    let payload = match self.unsigned {
                        true => Payload::Unsigned,
                        false => Payload::of(text.body),
                    };
                    signer.sign(&request, payload, now())
                }
                false => v2::Signer::new(own).bucket(BUCKET).sign(&request, now()),
            };
            let signed = signed.ok()?;
            sent.body = text.body.to_vec();
            // What signing sets takes the place of what was there.
            let is_set = |name: &str| {
                signed
                    .headers()
                    .any(|(own, _)| own.eq_ignore_ascii_case(name))
            };
            let given = text.headers.iter().filter(|(name, _)| !is_set(name));
            let given = given.map(|(name, value)| ((*name).to_owned(), value.to_vec()));
            sent.headers
                .extend(given.chain(signed.headers().map(owned)));
        }
        // One Host header, which is the URL's if none was given.
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
        let verified = verifier.verify(&request, now(), |id| {
            (id == own.access_key_id()).then(|| own.clone())
        });
        match verified {
            Ok(verified) => {
                hidden(&sent.target, format_args!("{verified:?} {request:?}"));
                Ok(())
            }
            Err(error) => Err(format!("{error:?}")),
        }
    }

    fn covered(self, sent: &Sent) -> Vec<Vec<u8>> {
        let covered = match self.v4 {
            true => sent.covered_v4(self.is_s3()),
            false => sent.covered_v2(BUCKET),
        };
        covered.into_iter().map(|part| part.into_owned()).collect()
    }
}

/// The request with one thing changed; none if the change makes no text of it.
fn change(sent: &Sent, way: Way, [at, at_too, how, byte]: [u8; 4]) -> Option<Sent> {
    let mut changed = sent.clone();
    let place = usize::from(at) << 8 | usize::from(at_too);
    if how & 7 == 7 {
        let count = changed.headers.len();
        if count == 0 {
            return None;
        }
        match how >> 3 & 3 {
            0 => {
                changed.headers.remove(place % count);
            }
            1 => {
                let header = changed.headers[place % count].clone();
                changed.headers.push(header);
            }
            2 => changed.headers.swap(0, place % count),
            _ => {
                let (path, query) = changed.target.split_once('?')?;
                let mut params: Vec<_> = query.split('&').collect();
                let count = params.len();
                params.swap(0, place % count);
                changed.target = format!("{path}?{}", params.join("&"));
            }
        }
        return Some(changed);
    }
    // The path of another service than S3 is normalized by rules that are not written here again.
    let path = changed.target.find('?').unwrap_or(changed.target.len());
    let skipped = if way.v4 && !way.is_s3() { path } else { 0 };
    let mut texts = vec![
        changed.method.clone().into_bytes(),
        changed.target.clone().into_bytes(),
    ];
    for (name, value) in &changed.headers {
        texts.extend([name.clone().into_bytes(), value.clone()]);
    }
    texts.push(changed.body.clone());
    let mut place = place % texts.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut which = 0;
    while place > texts[which].len() {
        place -= texts[which].len() + 1;
        which += 1;
    }
    if which == 1 && place <= skipped {
        return None;
    }
    let text = &mut texts[which];
    match (how & 7, text.get(place).copied()) {
        (0 | 1, Some(_)) => text[place] = byte,
        (2, Some(_)) => {
            text.remove(place);
        }
        (3, Some(own)) => text[place] = own ^ 0x20,
        (4, Some(own)) => text.insert(place, own),
        // In its escaped form.
        (5, Some(own)) => {
            text.splice(place..=place, format!("%{own:02x}").bytes());
        }
        (6, _) => text.insert(place, byte),
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

/// Nobody signed with this secret.
static STRANGER: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDEXAMPLE", "nobody has signed with this").unwrap());

fn as_received(text: &Text<'_>, way: Way) {
    let request = ReceivedRequest::new(text.method, text.target)
        .headers(text.headers.iter().copied())
        .body(text.body);
    let verifier = way.verifier().any_region();
    assert!(
        verifier
            .verify(&request, now(), |_| Some(STRANGER.clone()))
            .is_err()
    );
    let claim = match verifier.parse(&request) {
        Ok(claim) => claim,
        Err(error) => {
            assert!(matches!(error.status(), 400 | 403));
            return;
        }
    };
    std::hint::black_box((
        claim.canonical_request(),
        claim.string_to_sign(),
        format!("{claim:?}"),
    ));
    assert!(!claim.access_key_id().is_empty());
    let _ = claim.check_time(now());
    assert!(claim.verify(&STRANGER, now()).is_err());
}

fuzz_target!(|input: &[u8]| {
    let Some((text, &[way, a, b, c, d, e, f, g])) = input.split_last_chunk::<8>() else {
        return;
    };
    let Some(text) = Text::read(text) else {
        return;
    };
    let way = Way::of(way);
    as_received(&text, way);
    let url = text.url();
    let Some(sent) = way.sign(&text, &url) else {
        return;
    };
    let verifier = way.verifier();
    let verdict = way.check(&verifier, &sent);
    // Of a hash that was given, the signer believes that it is the body's if the caller says nothing of the body.
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
    assert!(verdict.is_ok(), "{verdict:?} {way:?} {sent:?}");
    let Some(mut changed) = change(&sent, way, [a, b, c, d]) else {
        return;
    };
    // Sometimes two changes, of which one may make up for the other.
    if g > 200 {
        changed = change(&changed, way, [b, e, f, g]).unwrap_or(changed);
    }
    if way.check(&verifier, &changed).is_ok() {
        assert_eq!(
            way.covered(&changed),
            way.covered(&sent),
            "{way:?} {sent:?} {changed:?}"
        );
    }
});
