//! The header that names a download.

use crate::encode::{Bare, Text};
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// A `Content-Disposition` for any file name: what a browser does with an object, and the name under which it saves
/// it.
///
/// A name that is plain ASCII is written as `filename`; any other also as `filename*`, in UTF-8, beside
/// an ASCII form for old clients ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266),
/// [RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)). Slashes, backslashes and control characters, which no browser would keep in a name, become `_`.
///
/// ```
/// use presign::s3::ContentDisposition;
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
    /// The browser saves the object under this name.
    #[must_use]
    pub fn attachment(file_name: impl Into<Cow<'a, str>>) -> Self {
        ContentDisposition {
            kind: "attachment",
            file_name: file_name.into(),
        }
    }

    /// The browser shows the object if it can, and saves it under this name if it is told to.
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
        let name: String = self
            .file_name
            .chars()
            .map(|c| match c {
                '/' | '\\' => '_',
                c if c.is_control() => '_',
                c => c,
            })
            .collect();
        // Clients disagree about escapes in the quoted form: some decode `%41`, some keep the backslash of `\"`.
        let ascii: String = name
            .chars()
            .map(|c| match c {
                '"' | '%' => '_',
                c if c.is_ascii() => c,
                _ => '_',
            })
            .collect();
        write!(f, "{}; filename=\"{ascii}\"", self.kind)?;
        if ascii != name {
            let mut encoded = String::new();
            Text::Plain(&name).write(Bare::Unreserved, &mut encoded);
            write!(f, "; filename*=UTF-8''{encoded}")?;
        }
        Ok(())
    }
}

impl<'a> From<ContentDisposition<'a>> for Cow<'a, str> {
    fn from(disposition: ContentDisposition<'a>) -> Self {
        Cow::Owned(alloc::format!("{disposition}"))
    }
}
