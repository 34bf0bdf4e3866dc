//! The text that a shared access signature signs.

use super::layout::{Content, Layout};
use super::service::Service;
use crate::crypto::Message;
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::{Placeholder, Sink};
use alloc::borrow::Cow;
use core::iter;

/// The parameters of a token, in the order of [`Field::ALL`]: a [`Value`] to sign, or a decoded
/// text to verify.
#[derive(Clone)]
pub(super) struct Values<T> {
    values: [Option<T>; Field::ALL.len()],
    /// One bit for each parameter that was set.
    present: u64,
    /// The sum of the lengths of all values.
    text_len: usize,
}

impl<T: AsValue> Values<T> {
    pub(super) fn new() -> Self {
        const { assert!(Field::ALL.len() <= u64::BITS as usize) };
        Values {
            values: [const { None }; Field::ALL.len()],
            present: 0,
            text_len: 0,
        }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.value(field).is_some()
    }

    /// Returns the text of a parameter, unless a row has it.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.value(field)?.text()
    }

    fn value(&self, field: Field) -> Option<Value<'_>> {
        let value = self.values.get(field as usize)?;
        value.as_ref().map(T::as_value)
    }

    /// Sets a parameter. An empty value is signed like a missing one.
    pub(super) fn set(&mut self, field: Field, value: T) {
        let text = value.as_value().text();
        if text == Some("") {
            return;
        }
        let text_len = text.map_or(0, str::len);
        if let Some(slot) = self.values.get_mut(field as usize) {
            self.text_len = self.text_len.saturating_add(text_len);
            *slot = Some(value);
            self.present |= 1 << (field as u64);
        }
    }

    /// Returns the parameters that the token has, in the order in which it is written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Field, &T)> {
        let mut present = self.present;
        iter::from_fn(move || {
            let index = present.trailing_zeros() as usize;
            present &= present.wrapping_sub(1);
            Some((*Field::ALL.get(index)?, self.values.get(index)?.as_ref()?))
        })
    }
}

/// A value to sign.
#[derive(Clone, Copy)]
pub(super) enum Value<'s> {
    Text(&'s str),
    /// A text with its percent-encoding.
    Encoded {
        text: &'s str,
        encoded: &'s str,
    },
    /// The value that a row of a template has.
    PerRow(Placeholder),
}

impl<'s> Value<'s> {
    /// Returns a text of unreserved characters, which is its own encoding.
    pub(super) fn unreserved(text: &'s str) -> Self {
        Value::Encoded {
            text,
            encoded: text,
        }
    }

    /// Returns the text, unless a row has it.
    fn text(self) -> Option<&'s str> {
        match self {
            Value::Text(text) | Value::Encoded { text, .. } => Some(text),
            Value::PerRow(_) => None,
        }
    }

    /// Writes the text as it is signed.
    pub(super) fn write(self, sink: &mut impl Sink) {
        match self {
            Value::Text(text) | Value::Encoded { text, .. } => sink.text(text),
            Value::PerRow(placeholder) => sink.placeholder(placeholder),
        }
    }

    /// Writes the percent-encoding.
    pub(super) fn write_encoded(self, sink: &mut impl Sink) {
        match self {
            Value::Text(text) => Component::Raw(text).write(&UNRESERVED, sink),
            Value::Encoded { encoded, .. } => sink.text(encoded),
            Value::PerRow(placeholder) => sink.placeholder(placeholder),
        }
    }
}

/// A value of a token that is signed, or of one that is verified.
pub(super) trait AsValue {
    fn as_value(&self) -> Value<'_>;
}

impl AsValue for Value<'_> {
    fn as_value(&self) -> Value<'_> {
        *self
    }
}

impl AsValue for Cow<'_, str> {
    fn as_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

/// The parameters of a token that is signed.
pub(super) type SignedValues<'s> = Values<Value<'s>>;

impl SignedValues<'_> {
    /// Writes the parameters of a query, each with `&` after it.
    pub(super) fn write_params(&self, sink: &mut impl Sink) {
        for (field, value) in self.iter() {
            sink.text(field.assignment());
            value.write_encoded(sink);
            sink.text("&");
        }
    }

    /// Returns an upper bound of the length that [`write_params`](Self::write_params) writes.
    pub(super) fn max_params_len(&self) -> usize {
        /// The longest name, and `=` and `&`.
        const MAX_AROUND_VALUE: usize = "skdutid=&".len();
        let count = self.present.count_ones() as usize;
        let values = self.text_len.saturating_mul(Component::MAX_EXPANSION);
        values.saturating_add(count.saturating_mul(MAX_AROUND_VALUE))
    }
}

/// The parameters of a received token.
pub(super) type ReceivedValues<'r> = Values<Cow<'r, str>>;

/// A resource as it is signed: `/blob/account/container/blob`. The names are decoded.
pub(super) struct CanonicalResource<'t> {
    pub(super) service: Service,
    pub(super) account: &'t str,
    pub(super) name: &'t str,
    /// The name of the blob or file; empty for the whole container, share, queue or table.
    pub(super) object: Value<'t>,
}

impl CanonicalResource<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.text("/");
        sink.text(self.service.as_str());
        sink.text("/");
        sink.text(self.account);
        sink.text("/");
        if self.service == Service::Table {
            sink.lowercase(self.name);
        } else {
            sink.text(self.name);
        }
        if self.object.text() != Some("") {
            sink.text("/");
            self.object.write(sink);
        }
    }
}

/// Name and value of a header or parameter that a request must have.
pub(super) type RequiredPair<'t> = (Cow<'t, str>, Cow<'t, str>);

/// The text that a token signs.
pub(super) struct SasText<'t, T> {
    pub(super) layout: &'static Layout,
    pub(super) version: ApiVersion,
    pub(super) resource: CanonicalResource<'t>,
    pub(super) snapshot_or_version: &'t str,
    pub(super) values: &'t Values<T>,
    pub(super) headers: &'t [RequiredPair<'t>],
    pub(super) query: &'t [RequiredPair<'t>],
}

impl<T: AsValue> Message for SasText<'_, T> {
    fn write(&self, sink: &mut impl Sink) {
        for (index, line) in self.layout.lines(self.version).enumerate() {
            if index > 0 {
                sink.text("\n");
            }
            self.write_line(line, sink);
        }
        if self.layout.ends_with_line_feed() {
            sink.text("\n");
        }
    }
}

impl<T: AsValue> SasText<'_, T> {
    fn write_line(&self, line: Content, sink: &mut impl Sink) {
        match line {
            Content::Field(field) => {
                if let Some(value) = self.values.value(field) {
                    value.write(sink);
                }
            }
            Content::Account => sink.text(self.resource.account),
            Content::Resource => self.resource.write(sink),
            Content::SnapshotOrVersion => sink.text(self.snapshot_or_version),
            Content::RequestHeaders => {
                for (name, value) in self.headers {
                    write_required(name, value, sink);
                    sink.text("\n");
                }
            }
            Content::RequestQuery => {
                for (name, value) in self.query {
                    sink.text("\n");
                    write_required(name, value, sink);
                }
            }
        }
    }
}

fn write_required(name: &str, value: &str, sink: &mut impl Sink) {
    sink.text(name);
    sink.text(":");
    sink.text(value);
}
