//! Numbers as requests write them: decimal digits without a sign.

use crate::time::Timestamp;

/// Parses seconds since 1970 as decimal digits.
pub(crate) fn parse_unix_seconds(text: &str) -> Option<Timestamp> {
    let seconds = parse_decimal(text)?;
    i64::try_from(seconds)
        .ok()
        .map(Timestamp::from_unix_seconds)
}

/// Parses decimal digits. Returns `None` for other texts, and for numbers that don't fit.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    // `parse` accepts a plus sign.
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::parse_decimal;

    #[test]
    fn only_digits_are_numbers() {
        for (text, number) in [
            ("0", Some(0)),
            ("0900", Some(900)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1 ", None),
            ("1.0", None),
        ] {
            assert_eq!(parse_decimal(text), number, "{text:?}");
        }
    }
}
