//! Escaping of text in HTML and XML.

use alloc::string::String;

/// Writes text for an element or a quoted attribute.
pub(crate) fn write_text(text: &str, markup: &mut String) {
    for c in text.chars() {
        match c {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&#39;"),
            // A parser normalizes a bare carriage return to a line feed.
            '\r' => markup.push_str("&#13;"),
            '\n' => markup.push_str("&#10;"),
            c => markup.push(c),
        }
    }
}
