//! The text that a shared access signature signs.

use super::layout::{Content, Layout};
use super::service::Service;
use crate::crypto::Message;
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::Sink;
use alloc::borrow::Cow;
use core::array;

/// The parameters of a token, in the order of [`Field::ALL`]. One that is empty is signed like
/// none.
#[derive(Clone)]
pub(super) struct Values<'a>([Cow<'a, str>; Field::ALL.len()]);

impl<'a> Values<'a> {
    pub(super) fn new() -> Self {
        Values(array::from_fn(|_| Cow::Borrowed("")))
    }

    pub(super) fn get(&self, field: Field) -> Option<&str> {
        let value = self.0.get(field as usize)?;
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn set(&mut self, field: Field, value: impl Into<Cow<'a, str>>) {
        if let Some(slot) = self.0.get_mut(field as usize) {
            *slot = value.into();
        }
    }

    /// Returns the parameters that the token has, in the order in which it is written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        let fields = Field::ALL.iter().zip(&self.0);
        let present = fields.filter(|(_, value)| !value.is_empty());
        present.map(|(field, value)| (*field, &**value))
    }

    /// Writes the parameters as a query.
    pub(super) fn write_query(&self, sink: &mut impl Sink) {
        for (index, (field, value)) in self.iter().enumerate() {
            sink.text(if index == 0 { "" } else { "&" });
            sink.text(field.name());
            sink.text("=");
            Component::Raw(value).write(&UNRESERVED, sink);
        }
    }

    /// Returns an upper bound of the length that [`write_query`](Values::write_query) writes.
    pub(super) fn max_query_len(&self) -> usize {
        self.iter().fold(0, |length, (field, value)| {
            length
                .saturating_add(Component::Raw(value).max_encoded_len())
                .saturating_add(field.name().len())
                .saturating_add(2)
        })
    }
}

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
pub(super) struct SasText<'t> {
    pub(super) layout: &'static Layout,
    pub(super) version: ApiVersion,
    pub(super) resource: CanonicalResource<'t>,
    pub(super) snapshot_or_version: &'t str,
    pub(super) values: &'t Values<'t>,
    pub(super) headers: &'t [RequiredPair<'t>],
    pub(super) query: &'t [RequiredPair<'t>],
}

impl Message for SasText<'_> {
    fn write(&self, sink: &mut impl Sink) {
        for (index, content) in self.layout.lines(self.version).enumerate() {
            if index > 0 {
                sink.text("\n");
            }
            match content {
                Content::Field(field) => sink.text(self.values.get(field).unwrap_or_default()),
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
