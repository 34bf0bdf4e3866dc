//! What a server answered. What lives here: reading S3's XML, the JSON and XML of other services, and a bare code in any text. What
//! does not: what it means.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// A server's error, read out of the body of its answer.
///
/// Any text may be given: a body in XML or JSON, a line of a log with an error code in it, or nothing, as a HEAD request is
/// answered. Of a longer body the first 256 KiB are read: S3 repeats a request of at most 8 KB in it, twice as text and twice as
/// hexadecimal bytes. `Debug` shows code and message only: a session token may stand in the rest.
///
/// ```
/// use presign::explain::Answer;
///
/// let answer = Answer::parse(
///     "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
/// );
/// assert_eq!(answer.code(), Some("AccessDenied"));
/// assert_eq!(answer.message(), Some("Request has expired"));
/// ```
#[derive(Clone, Default)]
pub struct Answer {
    /// The leaves of the body, by their names.
    fields: Vec<(String, String)>,
    code: Option<String>,
    message: Option<String>,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
}

/// Fields of an error body that are kept; no server sends as many.
const MOST_FIELDS: usize = 64;

/// Bytes of an error body that are read.
const MOST_BODY: usize = 256 * 1024;

/// The codes that are looked for in a text of no known form.
const CODES: [&str; 25] = [
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "InvalidAccessKeyId",
    "NotSignedUp",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "AuthorizationQueryParametersError",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidToken",
    "MissingSecurityHeader",
    "XAmzContentSHA256Mismatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "PermanentRedirect",
    "TemporaryRedirect",
    "IllegalLocationConstraintException",
    "RequestExpired",
    "EntityTooLarge",
    "BadDigest",
    "AccessDenied",
    "AuthFailure",
    "InvalidRequest",
    "InvalidArgument",
];

impl Answer {
    /// Reads the body of an answer.
    #[must_use]
    pub fn parse(body: &str) -> Self {
        let body = front(body);
        let body = body.trim_start_matches('\u{feff}').trim();
        let mut answer = Answer::default();
        if body.starts_with('<') {
            answer.read_xml(body);
        } else if let Ok(value) = serde_json::from_str::<serde_json::Value>(body) {
            answer.read_json(&value, 0);
        }
        let code = ["Code", "__type", "code", "Error", "error"];
        let code = code.into_iter().find_map(|name| answer.field(name));
        answer.code = code
            // com.amazon.coral.service#InvalidSignatureException
            .and_then(|code| code.rsplit(['#', ':']).find(|part| !part.is_empty()))
            .map(str::to_owned)
            .or_else(|| {
                let found = CODES.into_iter().find(|code| body.contains(code));
                found.map(str::to_owned)
            });
        let message = ["Message", "message", "errorMessage"];
        let message = message.into_iter().find_map(|name| answer.field(name));
        answer.message = message.map(str::to_owned);
        if answer.fields.is_empty() && !body.is_empty() {
            answer.message = Some(body.to_owned());
        }

        let from_bytes = |name: &str| answer.field(name).and_then(text_of_bytes);
        let field = |name: &str| answer.field(name).map(str::to_owned);
        let message = answer.message.as_deref().unwrap_or_default();
        // The bytes are exact, where a parser may have changed the text's line ends.
        let canonical_request = from_bytes("CanonicalRequestBytes")
            .or_else(|| field("CanonicalRequest"))
            .or_else(|| quoted_after(message, CANONICAL_STRING));
        let string_to_sign = from_bytes("StringToSignBytes")
            .or_else(|| field("StringToSign"))
            .or_else(|| quoted_after(message, STRING_TO_SIGN));
        answer.canonical_request = canonical_request;
        answer.string_to_sign = string_to_sign;
        answer
    }

    fn read_xml(&mut self, body: &str) {
        let mut reader = Reader::from_str(body);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut text = String::new();
        loop {
            match reader.read_event() {
                Ok(Event::Start(_)) => text.clear(),
                Ok(Event::Text(part)) => text.push_str(&part.decode().unwrap_or_default()),
                Ok(Event::CData(part)) => text.push_str(&part.decode().unwrap_or_default()),
                Ok(Event::GeneralRef(reference)) => {
                    if let Ok(Some(c)) = reference.resolve_char_ref() {
                        text.push(c);
                    } else if let Ok(name) = reference.decode() {
                        text.push_str(resolve_predefined_entity(&name).unwrap_or_default());
                    }
                }
                Ok(Event::End(end)) => {
                    let name = end.local_name();
                    let name = String::from_utf8_lossy(name.as_ref()).into_owned();
                    if !text.trim().is_empty() {
                        self.add(name, core::mem::take(&mut text));
                    }
                    text.clear();
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }

    fn read_json(&mut self, value: &serde_json::Value, depth: usize) {
        const DEEPEST: usize = 4;
        let Some(object) = value.as_object().filter(|_| depth < DEEPEST) else {
            return;
        };
        for (name, value) in object {
            match value.as_str() {
                Some(text) => self.add(name.clone(), text.to_owned()),
                None => self.read_json(value, depth.saturating_add(1)),
            }
        }
    }

    fn add(&mut self, name: String, value: String) {
        if self.fields.len() < MOST_FIELDS {
            self.fields.push((name, value));
        }
    }

    /// The error code: `SignatureDoesNotMatch`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The error message; the whole text, if it is of no known form.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The canonical request as the server saw it, if it says so: S3 does, and services that put it into the message.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.canonical_request.as_deref()
    }

    /// The string to sign as the server saw it, if it says so.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        self.string_to_sign.as_deref()
    }

    /// Any other field of the body by its name: `ServerTime`, `Region`, `HeadersNotSigned`, …
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(known, _)| known == name)?;
        Some(value)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// As much of a text as is read.
fn front(text: &str) -> &str {
    // A character has at most four bytes.
    let end = (MOST_BODY.saturating_sub(3)..=MOST_BODY)
        .rev()
        .find_map(|end| text.get(..end));
    match text.len() > MOST_BODY {
        true => end.unwrap_or_default(),
        false => text,
    }
}

const CANONICAL_STRING: &str = "The Canonical String for this request should have been";
const STRING_TO_SIGN: &str = "The String-to-Sign should have been";

/// The text in single quotes after a mark, up to the next mark or the end.
fn quoted_after(message: &str, mark: &str) -> Option<String> {
    let (_, after) = message.split_once(mark)?;
    let after = match after.split_once(STRING_TO_SIGN) {
        Some((before, _)) => before,
        None => after,
    };
    let (_, quoted) = after.split_once('\'')?;
    let (quoted, _) = quoted.rsplit_once('\'')?;
    Some(quoted.to_owned())
}

/// `47 45 54`: the bytes of a text in hexadecimal.
fn text_of_bytes(bytes: &str) -> Option<String> {
    let digits: String = bytes.split_ascii_whitespace().collect();
    String::from_utf8(hex_bytes(&digits)?).ok()
}

fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = alloc::vec![0; digits.len() / 2];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}
