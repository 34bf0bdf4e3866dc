//! The response header that names a download.

use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::FmtSink;
use alloc::borrow::Cow;
use alloc::string::ToString as _;
use core::fmt::{self, Write as _};

/// A `Content-Disposition` for any file name: whether a browser shows or saves an object, and under
/// which name.
///
/// An ASCII name is written as `filename`. Any other, and one with `"`, `%` or `&`, is also written
/// as `filename*` in UTF-8, beside an ASCII form for old clients ([RFC
/// 6266](https://www.rfc-editor.org/rfc/rfc6266), [RFC
/// 8187](https://www.rfc-editor.org/rfc/rfc8187)). Slashes, backslashes and control characters,
/// which no browser keeps in a name, become `_`.
///
/// ```
/// use presign::ContentDisposition;
///
/// assert_eq!(
///     ContentDisposition::attachment("report.pdf").to_string(),
///     "attachment; filename=\"report.pdf\"",
/// );
/// assert_eq!(
///     ContentDisposition::inline("Übersicht 50%.pdf").to_string(),
///     "inline; filename=\"_bersicht 50_.pdf\"; filename*=UTF-8''%C3%9Cbersicht%2050%25.pdf",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDisposition<'a> {
    kind: &'static str,
    file_name: Cow<'a, str>,
}

impl<'a> ContentDisposition<'a> {
    /// Returns the header for a browser to save the object under this name.
    #[must_use]
    pub fn attachment(file_name: impl Into<Cow<'a, str>>) -> Self {
        ContentDisposition {
            kind: "attachment",
            file_name: file_name.into(),
        }
    }

    /// Returns the header for a browser to show the object if it can. If a user saves it, it has
    /// this name.
    #[must_use]
    pub fn inline(file_name: impl Into<Cow<'a, str>>) -> Self {
        ContentDisposition {
            kind: "inline",
            file_name: file_name.into(),
        }
    }
}

impl fmt::Display for ContentDisposition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = || self.file_name.chars().map(as_file_name);
        write!(f, "{}; filename=\"", self.kind)?;
        for c in name() {
            f.write_char(as_quoted(c))?;
        }
        f.write_char('"')?;
        if name().any(|c| as_quoted(c) != c) {
            f.write_str("; filename*=UTF-8''")?;
            let mut sink = FmtSink::new(f);
            for c in name() {
                let mut buffer = [0; 4];
                Component::Raw(c.encode_utf8(&mut buffer)).write(&UNRESERVED, &mut sink);
            }
            sink.result()?;
        }
        Ok(())
    }
}

/// Returns a character as a file name has it.
fn as_file_name(c: char) -> char {
    if matches!(c, '/' | '\\') || c.is_control() {
        '_'
    } else {
        c
    }
}

/// Returns a character as the quoted form has it. Clients disagree about escapes there: some decode
/// `%41`, some keep the backslash of `\"`. Under SigV2 an `&` could begin another parameter.
fn as_quoted(c: char) -> char {
    if c.is_ascii() && !matches!(c, '"' | '%' | '&') {
        c
    } else {
        '_'
    }
}

impl<'a> From<ContentDisposition<'a>> for Cow<'a, str> {
    fn from(disposition: ContentDisposition<'a>) -> Self {
        Cow::Owned(disposition.to_string())
    }
}
