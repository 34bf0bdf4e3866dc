//! Text in HTML and XML. What lives here: the escaping that is right in both. What does not: any tag.

use alloc::string::String;

/// Writes text that is only text, in an element or between quotes.
pub(crate) fn write_text(text: &str, markup: &mut String) {
    for c in text.chars() {
        match c {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&#39;"),
            // A reader would make a line feed of a carriage return.
            '\r' => markup.push_str("&#13;"),
            '\n' => markup.push_str("&#10;"),
            c => markup.push(c),
        }
    }
}
