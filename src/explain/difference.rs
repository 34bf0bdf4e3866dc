//! Two texts side by side. What lives here: which lines differ, where in the line, and how that is printed. What does not: why.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// One line of a text, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    part: &'static str,
    text: String,
}

impl Line {
    pub(super) fn new(part: &'static str, text: String) -> Self {
        Line { part, text }
    }
}

/// The canonical request as it was signed and as the server saw it, line by line; under SigV2 the string to sign.
///
/// `Display` prints the lines that are the same with two spaces before them, what was signed with `-`, what the server saw
/// with `+`, and under both a mark at what differs. Session tokens and signatures are shortened. [`coloured`](Difference::coloured)
/// is for a terminal.
#[derive(Clone, Debug)]
pub struct Difference {
    rows: Vec<Row>,
}

/// A row of a [`Difference`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// What the line is: `method`, `path`, `query`, `header`, `signed headers` or `payload`.
    pub part: &'static str,
    /// The line as it was signed; none if only the server has it.
    pub signed: Option<String>,
    /// The line as the server saw it; none if only the signer has it.
    pub seen: Option<String>,
}

impl Row {
    /// Whether both sides have the same line.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.signed == self.seen
    }
}

impl Difference {
    /// Lines of one part stand side by side where they are equal, or are those of the same name.
    pub(super) fn of(signed: Vec<Line>, seen: Vec<Line>) -> Self {
        const PARTS: [&str; 6] = [
            "method",
            "path",
            "query",
            "header",
            "signed headers",
            "payload",
        ];
        let mut rows = Vec::new();
        for part in PARTS {
            let of_part = |lines: &[Line]| -> Vec<String> {
                let lines = lines.iter().filter(|line| line.part == part);
                lines.map(|line| line.text.clone()).collect()
            };
            pair(part, of_part(&signed), of_part(&seen), &mut rows);
        }
        Difference { rows }
    }

    /// The rows, in the order of the canonical request.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The same with ANSI colours: red what was signed, green what the server saw, where they differ.
    #[must_use]
    pub fn coloured(&self) -> impl fmt::Display + '_ {
        Coloured(self)
    }

    fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        red: &str,
        green: &str,
        plain: &str,
    ) -> fmt::Result {
        for row in &self.rows {
            if row.is_same() {
                let text = row.signed.as_deref().unwrap_or_default();
                writeln!(f, "  {}", Printable(text))?;
                continue;
            }
            let sides = (row.signed.as_deref(), row.seen.as_deref());
            let (start, end) = match sides {
                (Some(signed), Some(seen)) => common(signed, seen),
                _ => (0, 0),
            };
            for (sign, colour, text) in [("-", red, sides.0), ("+", green, sides.1)] {
                let Some(text) = text else {
                    continue;
                };
                writeln!(f, "{colour}{sign} {}{plain}", Printable(text))?;
                let length = text.chars().count();
                let marked = length.saturating_sub(start).saturating_sub(end);
                if start > 0 || end > 0 {
                    let (space, mark) = (
                        " ".repeat(start.saturating_add(2)),
                        "^".repeat(marked.max(1)),
                    );
                    writeln!(f, "{space}{mark}")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "", "", "")
    }
}

struct Coloured<'a>(&'a Difference);

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m")
    }
}

/// A text from outside, without control characters: it goes to a terminal. One column for each character.
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

/// The name of a line that has one.
fn name(text: &str) -> &str {
    text.split(['=', ':']).next().unwrap_or_default()
}

fn pair(part: &'static str, signed: Vec<String>, seen: Vec<String>, rows: &mut Vec<Row>) {
    let mut seen: Vec<Option<String>> = seen.into_iter().map(Some).collect();
    // Both sides are sorted by name, so a match stands at the front of what is left or near it.
    let single = !matches!(part, "query" | "header");
    let mut from = 0;
    for text in signed {
        const NEAR: usize = 64;
        let near = seen.iter_mut().enumerate().skip(from).take(NEAR);
        let mut candidates: Vec<(usize, &mut Option<String>)> =
            near.filter(|(_, line)| line.is_some()).collect();
        let at = candidates
            .iter()
            .position(|(_, line)| line.as_ref() == Some(&text))
            .or_else(|| {
                candidates.iter().position(|(_, line)| {
                    single
                        || line
                            .as_deref()
                            .is_some_and(|line| name(line) == name(&text))
                })
            });
        let found = at.map(|at| candidates.swap_remove(at));
        let (seen_line, next) = match found {
            Some((at, line)) => (line.take(), at.saturating_add(1)),
            None => (None, from),
        };
        if seen_line.is_some() {
            // What the server alone has stands before what comes after it.
            for line in seen
                .iter_mut()
                .take(next)
                .skip(from)
                .filter_map(Option::take)
            {
                rows.push(Row {
                    part,
                    signed: None,
                    seen: Some(line),
                });
            }
            from = next;
        }
        rows.push(Row {
            part,
            signed: Some(text),
            seen: seen_line,
        });
    }
    for line in seen.into_iter().flatten() {
        rows.push(Row {
            part,
            signed: None,
            seen: Some(line),
        });
    }
}

/// How many characters two texts have in common at the front, and then at the end.
fn common(one: &str, two: &str) -> (usize, usize) {
    let start = one
        .chars()
        .zip(two.chars())
        .take_while(|(one, two)| one == two)
        .count();
    let rest = |text: &str| text.chars().count().saturating_sub(start);
    let end = one
        .chars()
        .rev()
        .zip(two.chars().rev())
        .take(rest(one).min(rest(two)))
        .take_while(|(one, two)| one == two)
        .count();
    (start, end)
}
