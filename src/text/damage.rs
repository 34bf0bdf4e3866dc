//! The marks that copying, wrapping and escaping leave in the text of a URL.

/// `&` as HTML and JSON escape it.
pub(crate) const ESCAPED_AMPERSANDS: [&str; 4] = ["&amp;", "&#38;", "&#x26;", "\\u0026"];

/// Text that sentences, Markdown, HTML and code have behind a URL. None of it ends a value of a
/// signature.
const TRAILING: [&str; 18] = [
    ".", ",", ";", ":", ")", "]", "}", ">", "<", "\"", "'", "`", "*", "\\", "%22", "%29", "%3E",
    "%60",
];

/// Splits a value of a signature from text that was added behind it.
pub(crate) fn split_trailing(value: &str) -> (&str, &str) {
    let mut front = value;
    while let Some(shorter) = TRAILING.iter().find_map(|text| front.strip_suffix(text)) {
        front = shorter;
    }
    value.split_at_checked(front.len()).unwrap_or((value, ""))
}

/// Returns whether a character is a space, or a blank that can't be seen.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::split_trailing;

    #[test]
    fn added_text_is_split_off() {
        for (text, expected) in [
            ("f604d404", ("f604d404", "")),
            ("f604d404).", ("f604d404", ").")),
            ("f604d404%22>", ("f604d404", "%22>")),
            ("Sn8%3D", ("Sn8%3D", "")),
            ("", ("", "")),
            (".", ("", ".")),
        ] {
            assert_eq!(split_trailing(text), expected, "{text}");
        }
    }
}
