//! Two canonical requests line by line, and how they are printed.

use super::canonical::{CanonicalLine, PARTS};
use super::redaction::Printable;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The canonical request as it was signed and as the server saw it, line by line. Under SigV2 it is
/// the string to sign.
///
/// `Display` writes two spaces before a line that both sides have, `-` before a line that was
/// signed, and `+` before a line that the server saw. Carets below show the characters that differ.
/// Session tokens and signatures are shortened. [`coloured`](Difference::coloured) is for a
/// terminal.
#[derive(Clone, Debug)]
pub struct Difference {
    lines: Vec<Line>,
}

/// A line of a [`Difference`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    part: &'static str,
    signed: Option<String>,
    seen: Option<String>,
}

impl Line {
    /// Returns the part of the request: `method`, `path`, `query`, `header`, `signed headers` or
    /// `payload`.
    #[must_use]
    pub fn part(&self) -> &'static str {
        self.part
    }

    /// Returns the line as it was signed, or `None` if only the server has it.
    #[must_use]
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// Returns the line as the server saw it, or `None` if only the signer has it.
    #[must_use]
    pub fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }

    /// Returns whether both sides have the same line.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.signed == self.seen
    }
}

impl Difference {
    /// Pairs the lines of each part: equal lines, or else lines of the same name.
    pub(super) fn between(signed: &[CanonicalLine], seen: &[CanonicalLine]) -> Self {
        let mut lines = Vec::new();
        for part in PARTS {
            pair(
                part,
                texts_of(part, signed),
                texts_of(part, seen),
                &mut lines,
            );
        }
        Difference { lines }
    }

    /// Returns the lines, in the order of the canonical request.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns the same text with ANSI colours: red for the lines that were signed, green for those
    /// that the server saw.
    #[must_use]
    pub fn coloured(&self) -> impl fmt::Display + '_ {
        Coloured(self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(Line::is_same)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, colours: &Colours) -> fmt::Result {
        for line in &self.lines {
            if line.is_same() {
                let text = line.signed().unwrap_or_default();
                writeln!(f, "  {}", Printable(text))?;
                continue;
            }
            let common = match (line.signed(), line.seen()) {
                (Some(signed), Some(seen)) => common_ends(signed, seen),
                _ => (0, 0),
            };
            for (sign, colour, text) in [
                ("-", colours.signed, line.signed()),
                ("+", colours.seen, line.seen()),
            ] {
                if let Some(text) = text {
                    writeln!(f, "{colour}{sign} {}{}", Printable(text), colours.reset)?;
                    write_carets(f, text, common)?;
                }
            }
        }
        Ok(())
    }
}

/// Writes carets below the characters between the common ends. Without common ends, it writes
/// nothing.
fn write_carets(
    f: &mut fmt::Formatter<'_>,
    text: &str,
    (start, end): (usize, usize),
) -> fmt::Result {
    if start == 0 && end == 0 {
        return Ok(());
    }
    let length = text.chars().count();
    let different = length.saturating_sub(start).saturating_sub(end);
    // The sign and the space before the text are two columns.
    let indent = " ".repeat(start.saturating_add(2));
    writeln!(f, "{indent}{}", "^".repeat(different.max(1)))
}

/// Escape sequences for a terminal.
#[derive(Default)]
struct Colours {
    signed: &'static str,
    seen: &'static str,
    reset: &'static str,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &Colours::default())
    }
}

struct Coloured<'a>(&'a Difference);

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colours = Colours {
            signed: "\u{1b}[31m",
            seen: "\u{1b}[32m",
            reset: "\u{1b}[0m",
        };
        self.0.write(f, &colours)
    }
}

fn texts_of(part: &str, lines: &[CanonicalLine]) -> Vec<String> {
    let lines = lines.iter().filter(|line| line.part == part);
    lines.map(|line| line.text.clone()).collect()
}

/// Pairs the lines of one part.
fn pair(part: &'static str, signed: Vec<String>, seen: Vec<String>, lines: &mut Vec<Line>) {
    let mut seen: Vec<Option<String>> = seen.into_iter().map(Some).collect();
    // Both sides are sorted by name, so a match is near the first line that is left.
    let mut first = 0;
    for text in signed {
        let found = find_match(part, &text, &seen, first);
        if let Some(index) = found {
            // Lines that only the server has come before the pair.
            let before = seen.iter_mut().take(index).skip(first);
            lines.extend(
                before
                    .filter_map(Option::take)
                    .map(|text| seen_line(part, text)),
            );
            first = index.saturating_add(1);
        }
        lines.push(Line {
            part,
            signed: Some(text),
            seen: found.and_then(|index| seen.get_mut(index)?.take()),
        });
    }
    lines.extend(seen.into_iter().flatten().map(|text| seen_line(part, text)));
}

fn seen_line(part: &'static str, text: String) -> Line {
    Line {
        part,
        signed: None,
        seen: Some(text),
    }
}

/// Returns the index of the line that belongs to a signed line: an equal one, or else one of the
/// same name. Of a part that has one line, that line matches.
fn find_match(part: &str, text: &str, seen: &[Option<String>], first: usize) -> Option<usize> {
    /// Bounds the cost for texts with many lines.
    const MAX_DISTANCE: usize = 64;
    let is_single = !matches!(part, "query" | "header");
    let near = seen.iter().enumerate().skip(first).take(MAX_DISTANCE);
    let mut candidates = near.filter_map(|(index, line)| Some((index, line.as_deref()?)));
    let equal = candidates.clone().find(|(_, line)| *line == text);
    let (index, _) = equal
        .or_else(|| candidates.find(|(_, line)| is_single || name_of(line) == name_of(text)))?;
    Some(index)
}

/// Returns the name of a parameter or header.
fn name_of(line: &str) -> &str {
    line.split(['=', ':']).next().unwrap_or_default()
}

/// Returns the number of characters that two texts have in common at the start, and at the end of
/// the rest.
fn common_ends(one: &str, two: &str) -> (usize, usize) {
    let chars = one.chars().zip(two.chars());
    let start = chars.take_while(|(one, two)| one == two).count();
    let length = one.chars().count().min(two.chars().count());
    let chars = one.chars().rev().zip(two.chars().rev());
    let end = chars
        .take(length.saturating_sub(start))
        .take_while(|(one, two)| one == two)
        .count();
    (start, end)
}
