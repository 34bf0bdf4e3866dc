//! Text with placeholders: the common text of a template's URLs.

use super::percent::PercentEncoded;
use super::sink::{Placeholder, Sink};
use crate::error::{Error, error};
use crate::time::AmzDate;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Write as _};

/// Text with placeholders. It is a [`Sink`], into which the text is written once.
#[derive(Clone, Default)]
pub(crate) struct TemplateText {
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    Text(String),
    /// Text that need not be UTF-8: decoded values.
    Bytes(Vec<u8>),
    Placeholder(Placeholder),
}

/// The values of one URL of SigV4 or SigV2.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    /// The signing time, which SigV2 URLs don't contain.
    pub(crate) time: Option<AmzDate>,
    pub(crate) expires: u64,
    pub(crate) row: RowValues<'a>,
}

impl TemplateText {
    /// Returns the text that `write` writes.
    pub(crate) fn record(write: impl FnOnce(&mut TemplateText)) -> Self {
        let mut text = TemplateText::default();
        write(&mut text);
        text
    }

    /// Returns whether a row has to provide a value.
    pub(crate) fn has_row_values(&self) -> bool {
        self.row_values().next().is_some()
    }

    /// Returns the indices of the values that a row has to provide.
    pub(crate) fn row_values(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder(
                Placeholder::RowValue(index) | Placeholder::RowAssignment(index),
            ) => Some(*index),
            _ => None,
        })
    }

    /// Returns the length without the placeholders.
    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().fold(0, |length, piece| match piece {
            Piece::Text(text) => length.saturating_add(text.len()),
            Piece::Bytes(bytes) => length.saturating_add(bytes.len()),
            Piece::Placeholder(_) => length,
        })
    }

    /// Writes the text with percent-encoded row values, as a part of a query.
    pub(crate) fn write_encoded(&self, values: &Values<'_>, sink: &mut impl Sink) {
        self.write(sink, |placeholder, sink| {
            values.write(placeholder, sink, |text, sink| {
                PercentEncoded(sink).text(text)
            });
        });
    }

    /// Writes the text with row values as they are.
    pub(crate) fn write_plain(&self, values: &Values<'_>, sink: &mut impl Sink) {
        self.write(sink, |placeholder, sink| {
            values.write(placeholder, sink, |text, sink| sink.text(text));
        });
    }

    /// Writes the text. `write_value` writes the value of each placeholder: that of [`Values`] for
    /// SigV4 and SigV2, and of `TokenRow` for Azure.
    pub(crate) fn write<S: Sink>(&self, sink: &mut S, write_value: impl Fn(Placeholder, &mut S)) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => sink.text(text),
                Piece::Bytes(bytes) => sink.bytes(bytes),
                Piece::Placeholder(placeholder) => write_value(*placeholder, sink),
            }
        }
    }
}

impl Values<'_> {
    fn write<S: Sink>(
        &self,
        placeholder: Placeholder,
        sink: &mut S,
        write_row_text: impl Fn(&str, &mut S),
    ) {
        let time = self.time.as_ref();
        match placeholder {
            Placeholder::Date => sink.text(time.map_or("", AmzDate::date)),
            Placeholder::Time => sink.text(time.map_or("", AmzDate::as_str)),
            Placeholder::Expires => sink.decimal(self.expires),
            Placeholder::RowValue(index) => self.row.write(index, "", sink, write_row_text),
            Placeholder::RowAssignment(index) => self.row.write(index, "=", sink, write_row_text),
            // Only Azure signs the key, and `TokenRow` writes it.
            Placeholder::Key => {}
        }
    }
}

impl Sink for TemplateText {
    fn text(&mut self, text: &str) {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Text(text.into()));
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.pieces.push(Piece::Bytes(bytes.into()));
    }

    fn placeholder(&mut self, placeholder: Placeholder) {
        self.pieces.push(Piece::Placeholder(placeholder));
    }
}

/// The values that a row of a template provides.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowValues<'a>(pub(crate) &'a [&'a dyn Display]);

impl RowValues<'_> {
    /// Checks that each value can be written, and that it can't break a line of the string to sign.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_with(|_, _| {})
    }

    /// Checks each value, and passes its index and each of its texts to `inspect`, and `None` at
    /// its end. No text is empty.
    pub(crate) fn check_with(
        &self,
        mut inspect: impl FnMut(usize, Option<&str>),
    ) -> Result<(), Error> {
        for (index, value) in self.0.iter().enumerate() {
            let mut checker = Checker {
                found: None,
                inspect: |text: &str| inspect(index, Some(text)),
            };
            let written = write!(checker, "{value}");
            let found = checker.found;
            inspect(index, None);
            if let Some(c) = found {
                let c = c.escape_debug();
                return Err(error!(
                    Query,
                    "row value {index} contains {c}; row values can't contain line breaks or NUL"
                ));
            }
            if written.is_err() {
                return Err(error!(
                    Query,
                    "row value {index} returns an error from Display"
                ));
            }
        }
        Ok(())
    }

    /// Writes a value, and `prefix` before it unless it is empty.
    pub(crate) fn write<S: Sink>(
        &self,
        index: usize,
        prefix: &'static str,
        sink: &mut S,
        write_text: impl Fn(&str, &mut S),
    ) {
        let mut writer = RowWriter {
            prefix,
            sink,
            write_text,
        };
        if let Some(value) = self.0.get(index) {
            // `check` has seen that the value can be written, and a sink never fails.
            let _ = write!(writer, "{value}");
        }
    }
}

/// Finds a carriage return, line feed or NUL.
struct Checker<F> {
    found: Option<char>,
    /// Gets each text that is not empty.
    inspect: F,
}

impl<F: FnMut(&str)> fmt::Write for Checker<F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.found = self
            .found
            .or_else(|| text.chars().find(|c| matches!(c, '\r' | '\n' | '\0')));
        if !text.is_empty() {
            (self.inspect)(text);
        }
        Ok(())
    }
}

struct RowWriter<'a, S, F> {
    /// Text that is still to be written before the value.
    prefix: &'static str,
    sink: &'a mut S,
    write_text: F,
}

impl<S: Sink, F: Fn(&str, &mut S)> fmt::Write for RowWriter<'_, S, F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.is_empty() {
            self.sink.text(core::mem::take(&mut self.prefix));
            (self.write_text)(text, self.sink);
        }
        Ok(())
    }
}
