//! The body of a server's error response: XML, JSON, or any text with an error code.

use super::catalogue::Cause;
use super::response_fields::Fields;
use super::response_method::response_method;
use super::text_forms::without_ellipsis;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A server's error response, parsed from its body.
///
/// Any text can be parsed: XML, JSON, a line of a log that contains an error code, or an empty
/// body, as in a response to HEAD. A status line and headers before the body are skipped. At most
/// 256 KiB are read: S3 repeats a request of at most 8 KB four times, two of them in hexadecimal.
/// `Debug` shows only the code, because the rest may contain a session token.
///
/// ```
/// use presign::explain::ErrorResponse;
///
/// let response = ErrorResponse::parse(
///     "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
/// );
/// assert_eq!(response.code(), Some("AccessDenied"));
/// assert_eq!(response.message(), Some("Request has expired"));
/// ```
#[derive(Clone, Default)]
pub struct ErrorResponse {
    fields: Fields,
    code: Option<String>,
    message: Option<String>,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    method: Option<&'static str>,
    /// The sentences of the server in lowercase, with single spaces.
    words: String,
}

/// The number of bytes that are read.
const MAX_BYTES: usize = 256 * 1024;

/// Codes that state no cause, but are searched for in text of another form, as are those of the
/// catalogue.
const CODES: [&str; 5] = [
    "SignatureDoesNotMatch",
    "AuthenticationFailed",
    "InvalidSignatureException",
    "InvalidRequest",
    "InvalidArgument",
];

/// The names of the fields with the code, and with the message, in XML and JSON.
const CODE_FIELDS: [&str; 3] = ["Code", "__type", "Error"];
const MESSAGE_FIELDS: [&str; 2] = ["Message", "errorMessage"];

/// The field in which Azure states the fault.
const DETAIL: &str = "AuthenticationErrorDetail";

/// The texts before the canonical request and the string to sign in a message.
const BEFORE_CANONICAL_REQUEST: &[&str] =
    &["The Canonical String for this request should have been"];
const BEFORE_STRING_TO_SIGN: &[&str] = &[
    "The String-to-Sign should have been",
    "Server used following string to sign:",
    "String to sign used was ",
];

impl ErrorResponse {
    /// Parses the body of a response.
    #[must_use]
    pub fn parse(body: &str) -> Self {
        let body = truncated(body).trim_start_matches('\u{feff}').trim();
        let method = response_method(body);
        let body = without_head(body);
        let mut response = ErrorResponse {
            fields: Fields::read(body),
            method,
            ..ErrorResponse::default()
        };
        response.code = response.find_code(body);
        // A page of a proxy has elements of its own.
        let is_unknown = response.fields.is_empty() || response.code.is_none();
        let whole = Some(body).filter(|body| is_unknown && !body.is_empty());
        let message = response.first_field(&MESSAGE_FIELDS);
        response.message = message.or_else(|| whole.map(Into::into));
        response.canonical_request =
            response.signed_text("CanonicalRequest", BEFORE_CANONICAL_REQUEST, body);
        response.string_to_sign = response.signed_text("StringToSign", BEFORE_STRING_TO_SIGN, body);
        response.words = response.find_words();
        response
    }

    fn find_code(&self, body: &str) -> Option<String> {
        let field = self.first_field(&CODE_FIELDS);
        // AWS's JSON has it as `com.amazon.coral.service#InvalidSignatureException`.
        let code = field.as_deref().and_then(|code| {
            let mut parts = code.rsplit(['#', ':']).map(str::trim);
            parts.find(|part| !part.is_empty())
        });
        let known = || {
            let causes = Cause::ALL.iter();
            CODES
                .iter()
                .chain(causes.flat_map(|cause| cause.entry().codes))
        };
        // A reason phrase of HTTP in a text is not a code.
        let is_code = |code: &&str| !matches!(*code, "Forbidden" | "Unauthorized");
        let known = || known().copied().filter(is_code);
        let code = code.or_else(|| known().find(|code| body.contains(code)));
        let code = code.or_else(|| known().find(|code| is_cut_within(body, code)));
        code.map(str::to_owned)
    }

    fn first_field(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.field(name))?;
        Some(value.trim().to_owned())
    }

    /// Returns a text that the server signed: from its field, or from a message that quotes it. The
    /// bytes are preferred, because an XML parser changes line ends.
    fn signed_text(&self, name: &str, introductions: &[&str], body: &str) -> Option<String> {
        let bytes = self.field(&format!("{name}Bytes"));
        let text = || Some(self.field(name)?.trim_matches('\n').to_owned());
        let quoted = || {
            let texts = [self.message(), self.field(DETAIL), Some(body)];
            texts.into_iter().flatten().find_map(|text| {
                let mut introductions = introductions.iter();
                introductions.find_map(|introduction| quoted_after(text, introduction))
            })
        };
        bytes.and_then(text_of_hex).or_else(text).or_else(quoted)
    }

    /// Returns the error code, such as `SignatureDoesNotMatch`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the error message; the whole text if it is neither XML nor JSON.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns another field of the body by its name, ignoring case: `ServerTime`, `Region`,
    /// `HeadersNotSigned`, …
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name)
    }

    /// Returns the canonical request that the server saw, if the response contains it. S3 sends it
    /// in a field, and most other services in the message.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.canonical_request.as_deref()
    }

    /// Returns the string to sign that the server saw, if the response contains it.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        self.string_to_sign.as_deref()
    }

    /// Returns the signature that the server received. White space around it is that of a text with
    /// indentation.
    pub(super) fn received_signature(&self) -> Option<&str> {
        let text = self.field("SignatureProvided")?;
        let is_indented = text.starts_with(char::is_whitespace);
        Some(if is_indented { text.trim() } else { text })
    }

    /// Returns the method of the request that was answered, if the response shows it.
    pub(super) fn method(&self) -> Option<&'static str> {
        self.method
    }

    /// Returns whether the text ends within the element of that name.
    pub(super) fn is_cut_in(&self, name: &str) -> bool {
        self.fields.cut.as_deref() == Some(name)
    }

    /// Returns whether the error is about the signature, or says nothing.
    pub(super) fn is_mismatch(&self) -> bool {
        let code = self.code().unwrap_or_default();
        let says = |words: &str| {
            self.message()
                .is_some_and(|message| message.contains(words))
        };
        let is_bare = match code {
            "" => self.message().is_none() || says("403") || says("orbidden") || says("enied"),
            _ => matches!(code, "AccessDenied" | "Forbidden"),
        };
        is_bare || self.names_signature() || self.fails_authentication()
    }

    /// Returns whether the response is Azure's to a request that isn't authenticated, whatever the
    /// reason.
    pub(super) fn fails_authentication(&self) -> bool {
        self.words.contains("failed to authenticate the request")
    }

    /// Returns whether the code or the message is about the signature.
    pub(super) fn names_signature(&self) -> bool {
        let has_code = self
            .code()
            .is_some_and(|code| code.contains("Signature") && !code.contains("SignatureVersion"));
        let mut known = [
            "invalid signature",
            "signature validation",
            "signature we calculated",
            "signature did not match",
            "signature does not match",
            "signature doesn't match",
            "not the same as any computed signature",
        ]
        .iter();
        has_code || known.any(|known| self.words.contains(known))
    }

    /// Returns the sentences of the server in lowercase, with single spaces.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    fn find_words(&self) -> String {
        let fields = ["Details", "Condition", DETAIL].map(|name| self.field(name));
        let texts = fields.into_iter().chain([self.message()]);
        let words: Vec<&str> = texts.flatten().flat_map(str::split_whitespace).collect();
        words.join(" ").to_ascii_lowercase()
    }
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Returns whether a text ends with the start of the code and an ellipsis, as in a log.
fn is_cut_within(body: &str, code: &str) -> bool {
    /// The length from which the start of a code names it.
    const MIN_START: usize = 8;
    let (_, start) = body.rsplit_once("<Code>").unwrap_or_default();
    without_ellipsis(start).is_some_and(|start| start.len() >= MIN_START && code.starts_with(start))
}

/// Returns the start of a text that is too long. No character is split.
fn truncated(text: &str) -> &str {
    if text.len() <= MAX_BYTES {
        return text;
    }
    // A character has at most four bytes.
    let mut ends = (MAX_BYTES.saturating_sub(3)..=MAX_BYTES).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

/// Returns the body of a response that is given with its status line and headers.
fn without_head(text: &str) -> &str {
    if !text.starts_with("HTTP/") {
        return text;
    }
    let mut bodies = ["\r\n\r\n", "\n\n"]
        .into_iter()
        .filter_map(|blank_line| text.split_once(blank_line));
    bodies.next().map_or(text, |(_, body)| body.trim())
}

/// Returns the text after an introduction. In single quotes, it may contain quotes, too, so it ends
/// at the last one, or at the last one before the string to sign. Otherwise it ends with the
/// element.
fn quoted_after(message: &str, introduction: &str) -> Option<String> {
    let (_, after) = message.split_once(introduction)?;
    // JSON that is cut off can't be parsed, so line breaks are still escaped: twice within a log.
    // Of an object that a program prints, the text is one line.
    let line = after.split('\n').next().unwrap_or_default();
    let unescape = || {
        let mut quotes = line.match_indices('"').map(|(index, _)| index);
        let before = |end: usize| line.get(..end).unwrap_or_default();
        let end = quotes.find(|index| *index > 0 && !before(*index).ends_with('\\'));
        let text = before(end.unwrap_or(line.len()));
        text.replace("\\\\n", "\n").replace("\\n", "\n")
    };
    let unescaped = line.contains("\\n").then(unescape);
    let after = unescaped.as_deref().unwrap_or(after);
    let mut next = BEFORE_STRING_TO_SIGN.iter();
    let next = next.find_map(|introduction| after.find(introduction));
    let after = after.get(..next.unwrap_or(after.len()))?;
    let after = after.trim_start_matches(|c: char| c == '"' || c.is_whitespace());
    let Some(quoted) = after.strip_prefix('\'') else {
        let end = after.find("</").unwrap_or(after.len());
        return after.get(..end).map(without_indentation);
    };
    // The end may be missing.
    let (quoted, _) = quoted.rsplit_once('\'').unwrap_or((quoted, ""));
    Some(without_indentation(quoted))
}

/// Removes the white space before the lines after the first, of which a pasted text has the same.
fn without_indentation(text: &str) -> String {
    let mut lines = text
        .split('\n')
        .skip(1)
        .filter(|line| !line.trim().is_empty());
    let Some(second) = lines.next() else {
        return text.to_owned();
    };
    let length = second.len().saturating_sub(second.trim_start().len());
    let indentation = second.get(..length).unwrap_or_default();
    if indentation.is_empty() || !lines.all(|line| line.starts_with(indentation)) {
        return text.to_owned();
    }
    let lines = text.split('\n').map(|line| {
        let line = if line.trim().is_empty() { "" } else { line };
        line.strip_prefix(indentation).unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the text whose bytes are written in hexadecimal: `47 45 54`.
fn text_of_hex(bytes: &str) -> Option<String> {
    let digits: String = bytes.split_ascii_whitespace().collect();
    let mut bytes = alloc::vec![0; digits.len() / 2];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}
