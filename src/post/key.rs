//! The key that an upload gets.

use super::condition::{KEY, write_exact, write_starts_with};
use super::fields::check_field;
use crate::error::{Error, Quoted, error};
use alloc::string::String;

/// The key that an upload gets.
///
/// A text is an [`exact`](Key::exact) key. If it ends in `${filename}`, any key that
/// [starts with](Key::starts_with) the text before is accepted, as with boto3.
///
/// ```
/// use presign::post::Key;
///
/// assert_eq!(Key::from("avatars/eric.png"), Key::exact("avatars/eric.png"));
/// assert_eq!(Key::from("user/eric/${filename}"), Key::starts_with("user/eric/"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Exact(String),
    /// The value of the form's field: the prefix, and [`FILENAME`].
    StartsWith(String),
}

impl Key {
    /// Returns a key that doesn't depend on the name of the file.
    ///
    /// It can't contain `${filename}`, which servers replace anywhere in it.
    #[must_use]
    pub fn exact(key: impl Into<String>) -> Self {
        Key(Rule::Exact(key.into()))
    }

    /// Returns any key that starts with a prefix; with an empty prefix, any key.
    ///
    /// The form sends the prefix and the name of the file, `user/eric/${filename}`. A script may
    /// send any other key with the prefix.
    #[must_use]
    pub fn starts_with(prefix: impl Into<String>) -> Self {
        let mut value = prefix.into();
        value.push_str(FILENAME);
        Key(Rule::StartsWith(value))
    }

    /// Returns the value of the form's field.
    pub(super) fn value(&self) -> &str {
        let (Rule::Exact(value) | Rule::StartsWith(value)) = &self.0;
        value
    }

    /// Returns the key or the prefix, as the caller wrote it.
    pub(super) fn text(&self) -> &str {
        match &self.0 {
            Rule::Exact(key) => key,
            Rule::StartsWith(value) => value.strip_suffix(FILENAME).unwrap_or_default(),
        }
    }

    pub(super) fn write_condition(&self, gap: &str, json: &mut String) {
        match &self.0 {
            Rule::Exact(key) => write_exact(KEY, key, gap, json),
            Rule::StartsWith(_) => write_starts_with(KEY, self.text(), gap, json),
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let text = self.text();
        if split_filename(text).is_some() {
            return Err(error!(
                Key,
                "the key {} contains {FILENAME} before its end, but a policy can only check how a key \
                 starts; let the key end in {FILENAME}, or use Key::starts_with",
                Quoted(text)
            ));
        }
        if self.value().is_empty() {
            return Err(error!(
                Key,
                "the key is empty; an object's key has at least one character"
            ));
        }
        check_field(KEY, text)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Key(if text.ends_with(FILENAME) {
            Rule::StartsWith(text)
        } else {
            Rule::Exact(text)
        })
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

/// The variable for the name of the uploaded file. A server replaces it with the name of the file,
/// in every field, before it checks a condition.
pub(super) const FILENAME: &str = "${filename}";

/// Returns the text before and after the first variable.
pub(super) fn split_filename(text: &str) -> Option<(&str, &str)> {
    // Most texts have no dollar sign, which is found in less time than the whole variable.
    if text.as_bytes().contains(&b'$') {
        text.split_once(FILENAME)
    } else {
        None
    }
}
