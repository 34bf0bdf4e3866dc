//! The text that a shared access signature signs.

use super::layout::{Content, Layout};
use super::service::Service;
use crate::crypto::Message;
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::Sink;
use alloc::borrow::Cow;
use core::ops::Deref;
use core::{array, iter};

/// The parameters of a token, in the order of [`Field::ALL`]: borrowed texts to sign, decoded ones
/// to verify. An empty value is signed like a missing one.
#[derive(Clone)]
pub(super) struct Values<T> {
    texts: [T; Field::ALL.len()],
    /// One bit for each parameter that was set.
    present: u64,
}

impl<T: Deref<Target = str> + Default> Values<T> {
    pub(super) fn new() -> Self {
        Values {
            texts: array::from_fn(|_| T::default()),
            present: 0,
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<&str> {
        let value = self.texts.get(field as usize)?;
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn set(&mut self, field: Field, value: T) {
        if let Some(slot) = self.texts.get_mut(field as usize)
            && !value.is_empty()
        {
            *slot = value;
            self.present |= 1 << (field as u64);
        }
    }

    /// Returns the parameters that the token has, in the order in which it is written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        let mut present = self.present;
        iter::from_fn(move || {
            let index = present.trailing_zeros() as usize;
            present &= present.wrapping_sub(1);
            Some((*Field::ALL.get(index)?, &**self.texts.get(index)?))
        })
    }

    /// Writes the parameters of a query, each with `&` after it.
    pub(super) fn write_params(&self, sink: &mut impl Sink) {
        for (field, value) in self.iter() {
            sink.text(field.assignment());
            Component::Raw(value).write(&UNRESERVED, sink);
            sink.text("&");
        }
    }

    /// Returns an upper bound of the length that [`write_params`](Values::write_params) writes.
    pub(super) fn max_params_len(&self) -> usize {
        let lengths = self.iter().map(|(field, value)| {
            let value = Component::Raw(value).max_encoded_len().saturating_add(1);
            value.saturating_add(field.assignment().len())
        });
        lengths.sum()
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

impl<T: Deref<Target = str> + Default> Message for SasText<'_, T> {
    fn write(&self, sink: &mut impl Sink) {
        for (index, content) in self.layout.lines(self.version).enumerate() {
            if index > 0 {
                sink.text("\n");
            }
            match content {
                Content::Field(field) => {
                    if let Some(value) = self.values.get(field) {
                        sink.text(value);
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
        if self.layout.ends_with_line_feed {
            sink.text("\n");
        }
    }
}

fn write_required(name: &str, value: &str, sink: &mut impl Sink) {
    sink.text(name);
    sink.text(":");
    sink.text(value);
}
