//! The text that a shared access signature signs.

use super::layout::{Content, Layout};
use super::service::Service;
use crate::crypto::Message;
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::Sink;
use alloc::borrow::Cow;
use core::iter;

/// The parameters of a token, in the order of [`Field::ALL`]: a [`Value`] to sign, or a decoded
/// text to verify. An empty value is signed like a missing one.
#[derive(Clone)]
pub(super) struct Values<T> {
    values: [Option<T>; Field::ALL.len()],
    /// One bit for each parameter that was set.
    present: u64,
    /// The sum of the lengths of all values.
    text_len: usize,
}

impl<T: AsRef<str>> Values<T> {
    pub(super) fn new() -> Self {
        Values {
            values: [const { None }; Field::ALL.len()],
            present: 0,
            text_len: 0,
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<&str> {
        let value = self.values.get(field as usize)?;
        value.as_ref().map(T::as_ref)
    }

    pub(super) fn set(&mut self, field: Field, value: T) {
        if let Some(slot) = self.values.get_mut(field as usize)
            && !value.as_ref().is_empty()
        {
            self.text_len = self.text_len.saturating_add(value.as_ref().len());
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

/// A value to sign, and its percent-encoding if that is known.
#[derive(Clone, Copy)]
pub(super) struct Value<'s> {
    text: &'s str,
    encoded: Option<&'s str>,
}

impl<'s> Value<'s> {
    /// Returns any text.
    pub(super) fn text(text: &'s str) -> Self {
        Value {
            text,
            encoded: None,
        }
    }

    /// Returns a text of unreserved characters, which is its own encoding.
    pub(super) fn unreserved(text: &'s str) -> Self {
        Value::encoded(text, text)
    }

    /// Returns a text with its encoding.
    pub(super) fn encoded(text: &'s str, encoded: &'s str) -> Self {
        Value {
            text,
            encoded: Some(encoded),
        }
    }

    /// Writes the percent-encoding.
    fn write_encoded(&self, sink: &mut impl Sink) {
        match self.encoded {
            Some(encoded) => sink.text(encoded),
            None => Component::Raw(self.text).write(&UNRESERVED, sink),
        }
    }
}

impl AsRef<str> for Value<'_> {
    fn as_ref(&self) -> &str {
        self.text
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
    pub(super) object: &'t str,
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
        if !self.object.is_empty() {
            sink.text("/");
            sink.text(self.object);
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

impl<T: AsRef<str>> Message for SasText<'_, T> {
    fn write(&self, sink: &mut impl Sink) {
        for line in self.layout.lines(self.version) {
            match line {
                Content::Field(field) => self.write_field(field, sink),
                line => self.write_line(line, sink),
            }
            sink.text("\n");
        }
        if let Some(field) = self.layout.last_line {
            self.write_field(field, sink);
        }
    }
}

impl<T: AsRef<str>> SasText<'_, T> {
    fn write_field(&self, field: Field, sink: &mut impl Sink) {
        if let Some(value) = self.values.get(field) {
            sink.text(value);
        }
    }

    fn write_line(&self, line: Content, sink: &mut impl Sink) {
        match line {
            Content::Field(field) => self.write_field(field, sink),
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
