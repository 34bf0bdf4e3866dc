//! Spans of time in messages.

use core::fmt;
use core::time::Duration;

/// A span of time in its two largest units: `2 days 3 hours`.
pub(crate) struct TimeSpan(pub(crate) Duration);

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] = [
            (86_400, "day"),
            (3600, "hour"),
            (60, "minute"),
            (1, "second"),
        ];
        const MAX_UNITS: usize = 2;
        let mut rest = self.0.as_secs();
        if rest == 0 {
            return f.write_str("0 seconds");
        }
        let counts = UNITS.map(|(unit, name)| {
            let count = rest.checked_div(unit).unwrap_or(0);
            rest = rest.checked_rem(unit).unwrap_or(0);
            (count, name)
        });
        let shown = counts.into_iter().filter(|(count, _)| *count > 0);
        for (index, (count, name)) in shown.take(MAX_UNITS).enumerate() {
            let separator = if index > 0 { " " } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            write!(f, "{separator}{count} {name}{plural}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TimeSpan;
    use alloc::string::ToString as _;
    use core::time::Duration;

    #[test]
    fn spans_are_written_in_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 minute 1 second"),
            (3600, "1 hour"),
            (90_000, "1 day 1 hour"),
            (86_401, "1 day 1 second"),
            (604_800, "7 days"),
            (694_861, "8 days 1 hour"),
        ] {
            assert_eq!(TimeSpan(Duration::from_secs(seconds)).to_string(), text);
        }
    }
}
