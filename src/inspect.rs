//! What a presigned URL says, without a secret. What lives here: reading a URL of any kind, whole or broken, and what is wrong with
//! it on its face. What does not: whether its signature is right ([`verify`](crate::verify)), and why a server refused
//! it.

use crate::encode::{Text, bad_escape};
use crate::error::Quoted;
use crate::marks::{ACCESS_KEY_ID, EXPIRES, SIGNATURE, SIGNATURE_VERSION};
use crate::request::Param;
use crate::timestamp::{Timestamp, date_of};
use crate::v2::{
    API_TOKEN, LIFE, SECURITY_TOKEN, SIGNATURE_METHOD, SignatureMethod, TIMESTAMP, parse_timestamp,
};
use crate::verify::{Credential, MOST_TARGET, decode, parse_decimal};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

/// Reads a presigned URL: all that it says, and what is wrong with it at a moment.
///
/// Any text may be given. One of more than 64 KiB is not read: it has the problem [`ProblemKind::TooLong`], and nothing else. That is four
/// times the longest target that the verifier [takes](crate::verify#limits), for what was escaped and encoded again.
///
/// ```
/// use presign::{Timestamp, inspect};
/// use presign::inspect::{KeyKind, PresignedWith};
///
/// let url = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///     &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///     &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///     &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let seen = inspect::inspect(url, Timestamp::parse("20130525T120000Z")?);
///
/// assert_eq!(seen.presigned_with(), Some(PresignedWith::SigV4));
/// assert_eq!(seen.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
/// assert_eq!(seen.key_kind(), Some(KeyKind::LongTerm));
/// assert_eq!((seen.region(), seen.service()), (Some("us-east-1"), Some("s3")));
/// assert_eq!(seen.problems()[0].kind().as_str(), "expired");
/// assert_eq!(
///     seen.problems()[0].to_string(),
///     "the URL ended at 2013-05-25T00:00:00Z, 12 hours ago: make a new one",
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[must_use]
pub fn inspect(url: &str, now: impl Into<Timestamp>) -> Inspection {
    let mut seen = Inspection::default();
    if url.len() > MOST_TEXT {
        let length = url.len();
        let message = format!(
            "the text has {length} bytes, and no URL has more than {MOST_TEXT}: it was not read"
        );
        seen.problem(ProblemKind::TooLong, message);
        return seen;
    }
    let url = seen.clean(url);
    let (address, query) = seen.split(&url);
    seen.read_address(address);
    seen.read_query(&query);
    seen.judge(now.into());
    seen
}

const MOST_TEXT: usize = 4 * MOST_TARGET;

/// What a presigned URL says. It holds neither its signature nor its session token: printing it gives nothing away.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    presigned_with: Option<PresignedWith>,
    scheme: Option<String>,
    host: Option<String>,
    path: String,
    algorithm: Option<String>,
    access_key_id: Option<String>,
    region: Option<String>,
    service: Option<String>,
    signed_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    life: Option<Duration>,
    remaining: Option<Duration>,
    signed_headers: Vec<String>,
    has_session_token: bool,
    signature_start: Option<String>,
    problems: Vec<Problem>,
}

/// How a URL was presigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PresignedWith {
    /// Signature Version 4, HMAC-SHA256.
    SigV4,
    /// Signature Version 4A, ECDSA.
    SigV4a,
    /// Signature Version 2 of S3.
    SigV2,
    /// Signature Version 2 of the query APIs: EC2, SimpleDB, SQS and those that speak like them.
    SigV2QueryApi,
    /// Google Cloud Storage's V4, with an HMAC or an RSA key.
    Goog4,
    /// Google Cloud Storage's V2.
    Goog2,
}

impl PresignedWith {
    /// `sigv4`, `sigv4a`, `sigv2`, `sigv2-query-api`, `goog4` or `goog2`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PresignedWith::SigV4 => "sigv4",
            PresignedWith::SigV4a => "sigv4a",
            PresignedWith::SigV2 => "sigv2",
            PresignedWith::SigV2QueryApi => "sigv2-query-api",
            PresignedWith::Goog4 => "goog4",
            PresignedWith::Goog2 => "goog2",
        }
    }
}

/// What kind of credentials an access key id belongs to, by its
/// [prefix](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// `AKIA…`: of a user, good until it is taken away.
    LongTerm,
    /// `ASIA…`: of a role or session. Its URLs end with the session, whatever their own life.
    Temporary,
    /// `GOOG…`: an HMAC key of Google Cloud Storage.
    Google,
    /// Another store's, or made up.
    Other,
}

impl KeyKind {
    /// By the first letters of an access key id.
    #[must_use]
    pub fn of(access_key_id: &str) -> Self {
        match access_key_id.get(..4) {
            Some("AKIA") => KeyKind::LongTerm,
            Some("ASIA") => KeyKind::Temporary,
            Some("GOOG") => KeyKind::Google,
            _ => KeyKind::Other,
        }
    }

    /// `long-term`, `temporary`, `google` or `other`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            KeyKind::LongTerm => "long-term",
            KeyKind::Temporary => "temporary",
            KeyKind::Google => "google",
            KeyKind::Other => "other",
        }
    }
}

/// Something that is wrong with a URL on its face. `Display` is a sentence that says what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    message: Cow<'static, str>,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Longer than any URL.
    TooLong,
    /// Not an absolute URL.
    NotAUrl,
    /// A line break in it, or other control characters.
    LineBreak,
    /// A space, or another blank that can't be seen.
    Space,
    /// `&amp;` for `&`, or `\u0026`.
    HtmlEscaped,
    /// Percent-encoded once more than it should be.
    EncodedTwice,
    /// A `%` that two hexadecimal digits do not follow.
    BadEscape,
    /// `#` and something behind it.
    Fragment,
    /// `/./` or `/../` in the path, which most clients remove.
    DotSegments,
    /// No signature of a known kind in it.
    NotPresigned,
    /// Signed in two ways at once.
    SignedTwice,
    /// A parameter that has to be there and is not.
    MissingParameter,
    /// A parameter of the authentication that is there more than once.
    RepeatedParameter,
    /// A parameter's name in the wrong letters: `x-amz-date`.
    ParameterName,
    /// A parameter's value that can't be read.
    MalformedParameter,
    /// The scope's date is not the date of signing.
    ScopeDate,
    /// `host` is not among the signed headers.
    HostNotSigned,
    /// A temporary access key without its session token.
    TokenMissing,
    /// The life of the URL is over.
    Expired,
    /// The life of the URL has not begun.
    NotYetValid,
    /// A life of more than seven days, or none.
    ExpiryTooLong,
    /// The signature is cut off.
    Truncated,
    /// The signature has another length than it should.
    SignatureLength,
    /// The signature holds characters that can't be in it.
    SignatureAlphabet,
}

impl ProblemKind {
    /// The name of the kind, such as `encoded-twice`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::TooLong => "too-long",
            ProblemKind::NotAUrl => "not-a-url",
            ProblemKind::LineBreak => "line-break",
            ProblemKind::Space => "space",
            ProblemKind::HtmlEscaped => "html-escaped",
            ProblemKind::EncodedTwice => "encoded-twice",
            ProblemKind::BadEscape => "bad-escape",
            ProblemKind::Fragment => "fragment",
            ProblemKind::DotSegments => "dot-segments",
            ProblemKind::NotPresigned => "not-presigned",
            ProblemKind::SignedTwice => "signed-twice",
            ProblemKind::MissingParameter => "missing-parameter",
            ProblemKind::RepeatedParameter => "repeated-parameter",
            ProblemKind::ParameterName => "parameter-name",
            ProblemKind::MalformedParameter => "malformed-parameter",
            ProblemKind::ScopeDate => "scope-date",
            ProblemKind::HostNotSigned => "host-not-signed",
            ProblemKind::TokenMissing => "token-missing",
            ProblemKind::Expired => "expired",
            ProblemKind::NotYetValid => "not-yet-valid",
            ProblemKind::ExpiryTooLong => "expiry-too-long",
            ProblemKind::Truncated => "truncated",
            ProblemKind::SignatureLength => "signature-length",
            ProblemKind::SignatureAlphabet => "signature-alphabet",
        }
    }
}

impl Problem {
    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The parameters of the V4 kinds, after the prefix `X-Amz-` or `X-Goog-`.
const V4_NAMES: [&str; 9] = [
    "Algorithm",
    "Credential",
    "Date",
    "Expires",
    "SignedHeaders",
    "Signature",
    "Security-Token",
    "Region-Set",
    "S3session-Token",
];

const V2_NAMES: [&str; 9] = [
    ACCESS_KEY_ID,
    "GoogleAccessId",
    EXPIRES,
    SIGNATURE,
    SECURITY_TOKEN,
    SIGNATURE_VERSION,
    SIGNATURE_METHOD,
    TIMESTAMP,
    API_TOKEN,
];

/// So many of [`V2_NAMES`] are those of S3 and its like, the rest those of the query APIs.
const S3_NAMES: usize = 5;

/// The parameters of [`V2_NAMES`], by their places.
type V2Slots<'a> = [Option<Text<'a>>; V2_NAMES.len()];

impl Inspection {
    fn problem(&mut self, kind: ProblemKind, message: impl Into<Cow<'static, str>>) {
        // One of each kind is enough, whatever the text repeats.
        if self.problems.iter().all(|problem| problem.kind != kind) {
            self.problems.push(Problem {
                kind,
                message: message.into(),
            });
        }
    }

    /// Takes away what copying, wrapping and escaping left in the text.
    fn clean<'a>(&mut self, url: &'a str) -> Cow<'a, str> {
        let mut url = Cow::Borrowed(url.trim());
        if url.contains(char::is_control) {
            self.problem(
                ProblemKind::LineBreak,
                "a line break or another control character stands inside the URL, as wrapping leaves it: take it out",
            );
            // A wrapped line may begin with an indentation.
            let lines = url.split(char::is_control).map(str::trim);
            url = Cow::Owned(lines.collect());
        }
        let is_blank =
            |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
        if url.contains(is_blank) {
            self.problem(
                ProblemKind::Space,
                "a space or an invisible blank stands inside the URL: a space is written %20, and in a SigV2 signature it was a `+`, written %2B",
            );
        }
        for escaped in ["&amp;", "&#38;", "&#x26;", "\\u0026"] {
            if url.contains(escaped) {
                self.problem(
                    ProblemKind::HtmlEscaped,
                    format!("the URL holds {escaped} for `&`: it was copied out of HTML or JSON without being unescaped"),
                );
                url = Cow::Owned(url.replace(escaped, "&"));
            }
        }
        url
    }

    /// Address and query; the whole decoded once if it was encoded as a whole.
    fn split<'a>(&mut self, url: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
        let undo = |text: &str| {
            let bytes: Vec<u8> = Text::Wire(text).decoded().collect();
            Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
        };
        const WHOLE: &str = "the URL is percent-encoded as a whole, as if it were a parameter of another URL: decode it once";
        let front = url.get(..24).unwrap_or(url).to_ascii_lowercase();
        let url = match front.contains("%3a%2f%2f") {
            true => {
                self.problem(ProblemKind::EncodedTwice, WHOLE);
                undo(url)
            }
            false => Cow::Borrowed(url),
        };
        let url = match url.split_once('#') {
            Some((before, _)) => {
                self.problem(
                    ProblemKind::Fragment,
                    "the URL has a fragment, which is never sent: a `#` that is data is written %23",
                );
                Cow::Owned(before.to_string())
            }
            None => url,
        };
        let (address, query) = match url.split_once('?') {
            Some((address, query)) => (address.to_string(), query.to_string()),
            None => (url.into_owned(), String::new()),
        };
        let has_mark = |query: &str| {
            let params = query.split('&').map(Param::from_wire);
            params.into_iter().any(|param| {
                [
                    "X-Amz-Signature",
                    "X-Goog-Signature",
                    "Signature",
                    "X-Amz-Algorithm",
                ]
                .iter()
                .any(|name| param.is_named(name))
            })
        };
        if !query.is_empty() && !has_mark(&query) {
            let once = undo(&query);
            if has_mark(&once) {
                self.problem(ProblemKind::EncodedTwice, WHOLE);
                return (Cow::Owned(address), once);
            }
        }
        (Cow::Owned(address), Cow::Owned(query))
    }

    fn read_address(&mut self, address: Cow<'_, str>) {
        let Some((scheme, rest)) = address.split_once("://") else {
            self.problem(
                ProblemKind::NotAUrl,
                "this is not an absolute URL: it should begin with https:// or http://",
            );
            self.path = cut(&address);
            return;
        };
        let (host, path) = match rest.find('/').and_then(|at| rest.split_at_checked(at)) {
            Some((host, path)) => (host, path),
            None => (rest, "/"),
        };
        // What stands before an `@` may be a password.
        let host = host.rsplit('@').next().unwrap_or_default();
        if host.is_empty() {
            self.problem(ProblemKind::NotAUrl, "the URL has no host");
        }
        self.scheme = Some(cut(scheme));
        self.host = Some(cut(host));
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            self.problem(
                ProblemKind::DotSegments,
                "the path has `.` or `..` as a segment, which most clients remove before they send it, \
                 and then the signature does not match: send it with a client that keeps paths (curl --path-as-is)",
            );
        }
        if let Some(escape) = bad_escape(path) {
            let message = format!(
                "the path holds {}, which is no percent escape: a `%` that is data is written %25",
                Quoted(escape)
            );
            self.problem(ProblemKind::BadEscape, message);
        }
        self.path = cut(path);
    }

    fn read_query(&mut self, query: &str) {
        if let Some(escape) = bad_escape(query) {
            let message = format!(
                "the query holds {}, which is no percent escape: the URL may be cut off there",
                Quoted(escape)
            );
            self.problem(ProblemKind::BadEscape, message);
        }
        let mut amz = [None; 9];
        let mut goog = [None; 9];
        let mut v2 = V2Slots::default();
        let mut twice_in_v2 = [false; V2_NAMES.len()];
        for param in query.split('&').map(Param::from_wire) {
            let value = param.value.unwrap_or_default();
            let length = param.name.raw().len();
            // No name of the authentication is longer, escaped throughout.
            if length > 3 * 24 {
                continue;
            }
            let Some(name) = decode(param.name) else {
                continue;
            };
            for (prefix, slots) in [("X-Amz-", &mut amz), ("X-Goog-", &mut goog)] {
                let Some((front, rest)) = name.split_at_checked(prefix.len()) else {
                    continue;
                };
                if !front.eq_ignore_ascii_case(prefix) {
                    continue;
                }
                let slot = V4_NAMES.iter().zip(slots.iter_mut());
                let slot = slot
                    .into_iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(rest));
                if let Some((known, slot)) = slot {
                    self.fill(slot, value, &name, (prefix, known));
                }
            }
            let slots = v2.iter_mut().zip(&mut twice_in_v2);
            // A header's name may be in any letters, in the query too.
            let is_header =
                |known: &str| known == SECURITY_TOKEN && known.eq_ignore_ascii_case(&name);
            let slot = V2_NAMES
                .iter()
                .zip(slots)
                .find(|(known, _)| **known == name || is_header(known));
            if let Some((_, (slot, twice))) = slot {
                *twice |= slot.replace(value).is_some();
            }
        }
        let is_v4 = |slots: &[Option<Text<'_>>; 9]| {
            let [algorithm, credential, _, _, _, signature, ..] = slots;
            algorithm.is_some() || credential.is_some() || signature.is_some()
        };
        let [aws_id, google_id, expires, signature, _, version, ..] = v2;
        let is_v2 = aws_id.is_some()
            || google_id.is_some()
            || (signature.is_some() && (expires.is_some() || version.is_some()));
        let found = [is_v4(&amz), is_v4(&goog), is_v2];
        if found.iter().filter(|found| **found).count() > 1 {
            self.problem(
                ProblemKind::SignedTwice,
                "the URL is signed in two ways: one of them was signed over the other, which no server takes",
            );
        }
        // In a URL of another kind these names are its own affair, and so are those of the query APIs in one of S3.
        let of_kind = match (found, version) {
            ([false, false, true], Some(_)) => V2_NAMES.len(),
            ([false, false, true], None) => S3_NAMES,
            _ => 0,
        };
        for (name, twice) in V2_NAMES.into_iter().zip(twice_in_v2).take(of_kind) {
            if twice {
                self.repeated("", name);
            }
        }
        match found {
            [true, ..] => self.read_v4("X-Amz-", amz),
            [_, true, _] => self.read_v4("X-Goog-", goog),
            [_, _, true] if version.is_some() => self.read_api(v2),
            [_, _, true] => self.read_v2(v2),
            _ => self.problem(
                ProblemKind::NotPresigned,
                "the URL carries no signature: there is neither X-Amz-Signature nor Signature in its query",
            ),
        }
    }

    fn fill<'a>(
        &mut self,
        slot: &mut Option<Text<'a>>,
        value: Text<'a>,
        name: &str,
        (prefix, known): (&str, &str),
    ) {
        if slot.replace(value).is_some() {
            self.repeated(prefix, known);
        }
        let is_same = name.strip_prefix(prefix).is_some_and(|rest| rest == known);
        if !is_same && known != "Security-Token" {
            self.problem(
                ProblemKind::ParameterName,
                format!(
                    "the parameter {} should be written {prefix}{known}",
                    Quoted(name)
                ),
            );
        }
    }

    fn repeated(&mut self, prefix: &str, name: &str) {
        self.problem(
            ProblemKind::RepeatedParameter,
            format!("the parameter {prefix}{name} is there more than once: the URL was signed twice, or a token was added"),
        );
    }

    /// The value of a parameter, decoded, unless it is missing. What is encoded twice is decoded twice.
    fn value<'a>(&mut self, name: &str, value: Option<Text<'a>>) -> Option<Cow<'a, str>> {
        let Some(value) = value.filter(|value| !value.raw().is_empty()) else {
            match name.ends_with("Signature") {
                // It stands last in most URLs.
                true => self.problem(
                    ProblemKind::Truncated,
                    format!("{name} is missing: the URL is cut off before it"),
                ),
                false => self.problem(
                    ProblemKind::MissingParameter,
                    format!("the parameter {name} is missing: the URL may be cut off, or a filter took it out"),
                ),
            }
            return None;
        };
        let Some(once) = decode(value) else {
            self.problem(
                ProblemKind::MalformedParameter,
                format!("the parameter {name} is not UTF-8"),
            );
            return None;
        };
        let is_escaped = once.contains('%') && bad_escape(&once).is_none();
        if !is_escaped {
            return Some(once);
        }
        self.problem(
            ProblemKind::EncodedTwice,
            format!("the parameter {name} is percent-encoded twice: something encoded the URL that was encoded already"),
        );
        decode(Text::Wire(&once)).map(|twice| Cow::Owned(twice.into_owned()))
    }

    fn read_v4(&mut self, prefix: &'static str, slots: [Option<Text<'_>>; 9]) {
        let [
            algorithm,
            credential,
            date,
            expires,
            signed,
            signature,
            token,
            region_set,
            session,
        ] = slots;
        let mut value = |name: &str, text| self.value(&format!("{prefix}{name}"), text);
        let algorithm = value("Algorithm", algorithm);
        let credential = value("Credential", credential);
        let date = value("Date", date);
        let expires = value("Expires", expires);
        let signed = value("SignedHeaders", signed);
        let signature = value("Signature", signature);
        let region_set = region_set.and_then(decode);

        let is_google = prefix == "X-Goog-";
        let is_v4a = algorithm.as_deref() == Some("AWS4-ECDSA-P256-SHA256");
        let is_rsa = algorithm.as_deref() == Some("GOOG4-RSA-SHA256");
        self.presigned_with = Some(match (is_google, is_v4a) {
            (true, _) => PresignedWith::Goog4,
            (false, true) => PresignedWith::SigV4a,
            (false, false) => PresignedWith::SigV4,
        });
        if let Some(algorithm) = &algorithm {
            let known: &[&str] = match is_google {
                true => &["GOOG4-HMAC-SHA256", "GOOG4-RSA-SHA256"],
                false => &["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"],
            };
            if !known.contains(&algorithm.as_ref()) {
                self.malformed(prefix, "Algorithm", algorithm, known.first().unwrap_or(&""));
            }
            self.algorithm = Some(cut(algorithm));
        }

        let moment = date.as_deref().and_then(Timestamp::parse_amz_date);
        if let (Some(date), None) = (&date, &moment) {
            self.malformed(prefix, "Date", date, "20130524T000000Z");
        }
        self.signed_at = moment;
        let seconds = expires.as_deref().and_then(parse_decimal);
        if let (Some(expires), None) = (&expires, seconds) {
            self.malformed(prefix, "Expires", expires, "a number of seconds");
        }
        if let Some(seconds) = seconds {
            const LONGEST: u64 = 7 * 24 * 60 * 60;
            if !(1..=LONGEST).contains(&seconds) {
                self.problem(
                    ProblemKind::ExpiryTooLong,
                    format!("{prefix}Expires is {seconds} seconds: a URL lives for 1 to {LONGEST} seconds, seven days"),
                );
            }
            let life = Duration::from_secs(seconds);
            self.life = Some(life);
            self.expires_at = self.signed_at.map(|moment| moment.saturating_add(life));
        }

        if let Some(credential) = &credential {
            // SigV4a has no region in its scope: one part less.
            let padded = match is_v4a {
                true => credential
                    .rsplit_once('/')
                    .and_then(|(rest, last)| Some((rest.rsplit_once('/')?, last)))
                    .map(|((front, service), last)| {
                        Cow::Owned(format!("{front}/-/{service}/{last}"))
                    }),
                false => Some(Cow::Borrowed(credential.as_ref())),
            };
            let parts = padded
                .as_deref()
                .map(Text::Plain)
                .and_then(Credential::parse);
            match parts {
                None => self.malformed(
                    prefix,
                    "Credential",
                    credential,
                    "ACCESS-KEY-ID/DATE/REGION/SERVICE/aws4_request",
                ),
                Some(parts) => {
                    let terminator = match is_google {
                        true => "goog4_request",
                        false => "aws4_request",
                    };
                    if parts.terminator != terminator {
                        self.malformed(prefix, "Credential", &parts.terminator, terminator);
                    }
                    let date = date.as_deref().filter(|_| moment.is_some()).map(date_of);
                    if let Some(date) = date
                        && parts.date != date
                    {
                        let message = format!(
                            "the credential's date is {} and the URL was signed on {}: they have to be the same",
                            Quoted(&parts.date),
                            date
                        );
                        self.problem(ProblemKind::ScopeDate, message);
                    }
                    self.access_key_id = Some(cut(&parts.access_key_id));
                    self.service = Some(cut(&parts.service));
                    self.region = match is_v4a {
                        true => region_set.as_deref().map(cut),
                        false => Some(cut(&parts.region)),
                    };
                }
            }
        }

        // S3 Express has a name of its own for the token, which means nothing elsewhere.
        let session = session.filter(|_| self.service.as_deref() == Some("s3express"));
        let mut tokens = [token, session].into_iter().flatten();
        self.has_session_token = tokens.any(|token| !token.raw().is_empty());
        if let Some(signed) = &signed {
            const MOST: usize = 100;
            self.signed_headers = signed.split(';').take(MOST).map(cut).collect();
            if !signed.split(';').any(|name| name == "host") {
                self.problem(
                    ProblemKind::HostNotSigned,
                    "host is not among the signed headers, where it has to be",
                );
            }
        }
        if let Some(signature) = &signature {
            let length = match (is_rsa, is_v4a) {
                // RSA keys of 2048 and 4096 bits; ECDSA in DER.
                (true, _) => 512..=1024,
                (_, true) => 136..=144,
                _ => 64..=64,
            };
            self.judge_signature(signature, length, |byte| byte.is_ascii_hexdigit());
        }
    }

    fn read_v2(&mut self, slots: V2Slots<'_>) {
        let [aws_id, google_id, expires, signature, token, ..] = slots;
        let (with, name, id) = match aws_id {
            None if google_id.is_some() => (PresignedWith::Goog2, "GoogleAccessId", google_id),
            id => (PresignedWith::SigV2, ACCESS_KEY_ID, id),
        };
        self.presigned_with = Some(with);
        self.access_key_id = self.value(name, id).as_deref().map(cut);
        if let Some(expires) = self.value(EXPIRES, expires) {
            match parse_decimal(&expires).and_then(|seconds| i64::try_from(seconds).ok()) {
                Some(seconds) => self.expires_at = Some(Timestamp::from_unix_seconds(seconds)),
                None => self.malformed("", EXPIRES, &expires, "a number of seconds since 1970"),
            }
        }
        self.has_session_token = token.is_some_and(|token| !token.raw().is_empty());
        if let Some(signature) = self.value(SIGNATURE, signature) {
            let length = match with {
                PresignedWith::Goog2 => 172..=684,
                _ => 28..=28,
            };
            self.judge_signature(&signature, length, is_base64);
        }
    }

    fn read_api(&mut self, slots: V2Slots<'_>) {
        let [id, _, end, signature, _, version, method, start, token] = slots;
        self.presigned_with = Some(PresignedWith::SigV2QueryApi);
        self.access_key_id = self.value(ACCESS_KEY_ID, id).as_deref().map(cut);
        if let Some(version) = self.value(SIGNATURE_VERSION, version)
            && version != "2"
        {
            self.malformed("", SIGNATURE_VERSION, &version, "2");
        }
        let method = self.value(SIGNATURE_METHOD, method);
        let known = method.as_deref().and_then(SignatureMethod::named);
        if let (Some(method), None) = (&method, known) {
            self.malformed("", SIGNATURE_METHOD, method, "HmacSHA256 or HmacSHA1");
        }
        self.algorithm = method.as_deref().map(cut);
        // A request has one of them.
        let (name, moment) = match (start, end) {
            (None, Some(end)) => (EXPIRES, Some(end)),
            (start, _) => (TIMESTAMP, start),
        };
        if let Some(text) = self.value(name, moment) {
            match parse_timestamp(&text) {
                Ok(end) if name == EXPIRES => self.expires_at = Some(end),
                Ok(start) => {
                    self.signed_at = Some(start);
                    self.life = Some(LIFE);
                    self.expires_at = Some(start.saturating_add(LIFE));
                }
                Err(_) => self.malformed("", name, &text, "a time like 2013-05-24T00:00:00Z"),
            }
        }
        self.has_session_token = token.is_some_and(|token| !token.raw().is_empty());
        if let Some(signature) = self.value(SIGNATURE, signature) {
            let length = match known {
                Some(SignatureMethod::HmacSha1) => 28,
                _ => 44,
            };
            self.judge_signature(&signature, length..=length, is_base64);
        }
    }

    fn malformed(&mut self, prefix: &str, name: &str, value: &str, right: &str) {
        let message = format!(
            "{prefix}{name} holds {}: it should be {right}",
            Quoted(value)
        );
        self.problem(ProblemKind::MalformedParameter, message);
    }

    fn judge_signature(
        &mut self,
        signature: &str,
        right: core::ops::RangeInclusive<usize>,
        is_allowed: impl Fn(u8) -> bool,
    ) {
        let length = signature.chars().count();
        if !signature.bytes().all(is_allowed) {
            let message = match signature.contains(' ') {
                true => {
                    "the signature holds a space, which was a `+`: in a URL it has to be written %2B"
                }
                false => {
                    "the signature holds characters that can't stand in it: something was glued to it, or it was changed"
                }
            };
            self.problem(ProblemKind::SignatureAlphabet, message);
        }
        if length < *right.start() {
            self.problem(
                ProblemKind::Truncated,
                format!(
                    "the signature has {length} of {} characters: the URL is cut off",
                    right.start()
                ),
            );
        } else if !right.contains(&length) {
            self.problem(
                ProblemKind::SignatureLength,
                format!("the signature has {length} characters, where {} are right: something was glued to it", right.end()),
            );
        }
        self.signature_start = Some(signature.chars().take(4).collect());
    }

    /// What depends on the moment, and on several parts at once.
    fn judge(&mut self, now: Timestamp) {
        const SKEW: Duration = Duration::from_secs(15 * 60);
        self.remaining = self.expires_at.map(|end| end.saturating_since(now));
        if let Some(end) = self.expires_at
            && now > end
        {
            let message = format!(
                "the URL ended at {end}, {} ago: make a new one",
                Span(now.saturating_since(end))
            );
            self.problem(ProblemKind::Expired, message);
        }
        if let Some(start) = self.signed_at
            && start > now.saturating_add(SKEW)
        {
            let message = format!(
                "the URL is good from {start} on, in {}: the clock of whoever signed it is ahead",
                Span(start.saturating_since(now))
            );
            self.problem(ProblemKind::NotYetValid, message);
        }
        if self.key_kind() == Some(KeyKind::Temporary) && !self.has_session_token {
            self.problem(
                ProblemKind::TokenMissing,
                "the access key is a temporary one (ASIA…), and its session token is not in the URL: sign with the token",
            );
        }
    }

    /// How the URL was presigned; none if it carries no signature of a known kind.
    #[must_use]
    pub fn presigned_with(&self) -> Option<PresignedWith> {
        self.presigned_with
    }

    /// `https` or `http`.
    #[must_use]
    pub fn url_scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// The host, with the port if one is given.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The path as it stands in the URL, shortened if it is very long.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The algorithm, if the URL names it: `AWS4-HMAC-SHA256`.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// What kind of credentials the access key id belongs to.
    #[must_use]
    pub fn key_kind(&self) -> Option<KeyKind> {
        self.access_key_id().map(KeyKind::of)
    }

    /// The region of the credential scope; the region set of SigV4a.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The service of the credential scope.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// When it was signed. Of the V2 kinds only that of the query APIs tells.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// How long it lives from its signing on.
    #[must_use]
    pub fn life(&self) -> Option<Duration> {
        self.life
    }

    /// What was left of its life; zero if it was over.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.remaining
    }

    /// The names of the signed headers: those besides `host` have to be sent with the URL.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.iter().map(String::as_str)
    }

    /// Whether it carries a session token.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.has_session_token
    }

    /// What is wrong with it on its face; empty if nothing is.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Text out of a URL, not longer than anybody reads.
fn cut(text: &str) -> String {
    const MOST: usize = 1024;
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

/// A span of time in its two largest units: `2 days 3 hours`.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_secs();
        let mut written = 0u8;
        for (unit, name) in [
            (86_400, "day"),
            (3600, "hour"),
            (60, "minute"),
            (1, "second"),
        ] {
            let count = rest.checked_div(unit).unwrap_or(0);
            rest = rest.checked_rem(unit).unwrap_or(0);
            if count == 0 && !(unit == 1 && written == 0) || written == 2 {
                continue;
            }
            let separator = if written > 0 { " " } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            write!(f, "{separator}{count} {name}{plural}")?;
            written = written.saturating_add(1);
        }
        Ok(())
    }
}

/// A few lines, one fact each, and the problems below.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<15} {value}");
        if let Some(with) = self.presigned_with {
            line("presigned with", &with.as_str())?;
        }
        let texts = [
            ("host", &self.host),
            ("algorithm", &self.algorithm),
            ("region", &self.region),
            ("service", &self.service),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                line(name, &value.escape_debug())?;
            }
        }
        line("path", &self.path.escape_debug())?;
        if let (Some(id), Some(kind)) = (self.access_key_id(), self.key_kind()) {
            line(
                "access key",
                &format_args!("{} ({})", id.escape_debug(), kind.as_str()),
            )?;
        }
        line(
            "session token",
            &if self.has_session_token { "yes" } else { "no" },
        )?;
        if let Some(start) = self.signed_at {
            line("signed at", &start)?;
        }
        if let Some(life) = self.life {
            line("life", &Span(life))?;
        }
        if let (Some(end), Some(remaining)) = (self.expires_at, self.remaining) {
            match remaining.is_zero() {
                true => line("expires at", &end)?,
                false => line("expires at", &format_args!("{end}, in {}", Span(remaining)))?,
            }
        }
        if !self.signed_headers.is_empty() {
            line(
                "signed headers",
                &self.signed_headers.join(", ").escape_debug(),
            )?;
        }
        if let Some(start) = &self.signature_start {
            line("signature", &format_args!("{}…", start.escape_debug()))?;
        }
        for problem in &self.problems {
            line("problem", &problem)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Span;
    use alloc::string::ToString as _;
    use core::time::Duration;

    #[test]
    fn spans_read_well() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 minute 1 second"),
            (3600, "1 hour"),
            (90_000, "1 day 1 hour"),
            (86_401, "1 day 1 second"),
            (604_800, "7 days"),
        ] {
            assert_eq!(Span(Duration::from_secs(seconds)).to_string(), text);
        }
    }
}
