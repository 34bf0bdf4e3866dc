//! Text for people: without secrets, long values and control characters.

use super::text_forms::split_params;
use crate::text::secrets::{before_secrets, is_secret, is_session_token, without_user};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

/// The number of characters of a value that are shown.
const MAX_SHOWN: usize = 300;

/// Text from outside without control characters, because it may go to a terminal. Each character
/// keeps its column.
pub(super) struct Printable<'a>(pub(super) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            let shown = if c.is_control() { '\u{fffd}' } else { c };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

/// Returns the part of a parameter's or header's value that may be shown.
pub(super) fn redact_value(name: &str, value: &str) -> String {
    if is_secret(name) || is_session_token(value) {
        shorten(value)
    } else {
        truncate(value)
    }
}

/// Returns the start of a long text, with an ellipsis.
fn truncate(text: &str) -> String {
    if text.chars().nth(MAX_SHOWN).is_none() {
        return text.to_string();
    }
    let start: String = text.chars().take(MAX_SHOWN).collect();
    format!("{start}…")
}

/// Returns the first characters of a secret and its length; of a short secret only the length.
pub(super) fn shorten(secret: &str) -> String {
    const START: usize = 4;
    let length = secret.chars().count();
    if secret.is_empty() {
        String::new()
    } else if length > 4 * START {
        let start: String = secret.chars().take(START).collect();
        format!("{start}… ({length} characters)")
    } else {
        format!("… ({length} characters)")
    }
}

/// Shortens long words of a server's message, because it may repeat signatures, tokens and hashes
/// of the request. Line breaks become spaces.
pub(super) fn redact_message(message: &str) -> String {
    const MAX_WORD: usize = 32;
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    for piece in message.split_inclusive(|c: char| !is_word_character(c)) {
        let (word, separator) = match piece.char_indices().next_back() {
            Some((index, c)) if !is_word_character(c) => {
                piece.split_at_checked(index).unwrap_or((piece, ""))
            }
            _ => (piece, ""),
        };
        // A credential scope is not secret.
        let is_scope = word.ends_with("_request");
        if word.len() > MAX_WORD && !is_scope || word.contains("ignature=") {
            text.push_str(&shorten(word));
        } else {
            text.push_str(word);
        }
        text.push_str(separator);
    }
    truncate(&text)
}

/// Returns whether a character can be part of a signature, a token or a hash.
fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%' | '_' | '-')
}

/// Returns a URL without its user and the secrets of its query.
pub(super) fn redact_url(url: &str) -> String {
    let (address, query) = match url.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (url, None),
    };
    let mut text = before_secrets(&without_user(address)).to_string();
    if let Some(query) = query {
        let params = split_params(query).into_iter();
        // A `&` or `=` that is percent-encoded hides a secret in another parameter.
        let params = params.map(|(name, value)| {
            let value = redact_value(name, before_secrets(value));
            format!("{}={value}", before_secrets(name))
        });
        text.push('?');
        text.push_str(&params.collect::<Vec<_>>().join("&"));
    }
    text
}
