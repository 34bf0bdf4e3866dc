//! The fields and conditions that a caller adds, in order and by name.

use super::condition::{BUCKET, Condition, KEY, Notation};
use crate::wire::header::cmp_names;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// A field or a condition.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) kind: Kind,
    /// The condition. That of a field is on its value.
    pub(super) condition: Condition,
    pub(super) notation: Notation,
}

/// The kinds of items. Of the items of one name, the first in this order makes the field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A field. It makes its condition, if no other item has its name.
    Field,
    /// An exact condition. It makes its field, if no item before it does.
    Eq,
    Condition,
}

impl Item {
    pub(super) fn exact(kind: Kind, field: String, value: String) -> Self {
        Item {
            kind,
            condition: Condition::Eq { field, value },
            notation: Notation::Object,
        }
    }

    /// Returns the value of the field that the item makes, unless another item makes it.
    pub(super) fn field_value(&self) -> Option<&str> {
        match (self.kind, &self.condition) {
            (Kind::Field, Condition::Eq { value, .. }) => Some(value),
            (Kind::Eq, Condition::Eq { field, value }) if !is_in_every_form(field) => Some(value),
            _ => None,
        }
    }

    /// Returns the length of the item's texts.
    pub(super) fn len(&self) -> usize {
        /// The name of a range of sizes.
        const RANGE: usize = 20;
        match &self.condition {
            Condition::Eq { field, value: text }
            | Condition::StartsWith {
                field,
                prefix: text,
            } => field.len().saturating_add(text.len()),
            Condition::ContentLengthRange(_) => RANGE,
        }
    }
}

/// Returns whether a form has the field without an item that makes it.
fn is_in_every_form(name: &str) -> bool {
    name.eq_ignore_ascii_case(BUCKET) || name.eq_ignore_ascii_case(KEY)
}

/// An item among those of its name.
#[derive(Clone, Copy)]
pub(super) struct NamedItem<'a> {
    index: usize,
    pub(super) item: &'a Item,
    /// The name of the field. It is empty for a range of sizes, which has none.
    pub(super) name: &'a str,
    /// The value of the field, if an item makes it.
    pub(super) value: Option<&'a str>,
    /// Whether this is the first item of the name in rank and order. It makes the field, if one
    /// does.
    pub(super) is_first: bool,
    /// Whether no other item has the name.
    pub(super) is_only: bool,
}

impl<'a> NamedItem<'a> {
    /// Returns the field that the item makes.
    pub(super) fn field(&self) -> Option<(&'a str, &'a str)> {
        let value = self.value.filter(|_| self.is_first)?;
        Some((self.name, value))
    }

    /// Returns whether the item makes a field that an item before it makes.
    pub(super) fn is_duplicate_field(&self) -> bool {
        self.item.kind == Kind::Field && !self.is_first
    }
}

/// Returns the items in their order.
pub(super) fn group_by_name(items: &[Item]) -> Vec<NamedItem<'_>> {
    let mut named: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(index, item)| NamedItem {
            index,
            item,
            name: item.condition.field().unwrap_or_default(),
            value: item.field_value(),
            is_first: true,
            is_only: true,
        })
        .collect();
    // The sort is stable: of items that are equal in name and rank, the first stays first.
    named.sort_by(|one, two| {
        cmp(one.name, two.name).then_with(|| one.item.kind.cmp(&two.item.kind))
    });
    for group in named.chunk_by_mut(|one, two| cmp(one.name, two.name).is_eq()) {
        if let [first, others @ ..] = group {
            first.is_only = others.is_empty();
            for other in others {
                other.value = first.value;
                other.is_first = false;
                other.is_only = false;
            }
        }
    }
    named.sort_unstable_by_key(|named| named.index);
    named
}

/// Compares names, ignoring case. Any order has equal names together; most names differ in length.
fn cmp(one: &str, two: &str) -> Ordering {
    let lengths = one.len().cmp(&two.len());
    lengths.then_with(|| cmp_names(one, two))
}
