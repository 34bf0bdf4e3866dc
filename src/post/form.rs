//! The URL and the fields of a form.

use crate::error::{Error, error};
use crate::request::Address;
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::scheme::v4_scheme::PolicyForm;
use crate::text::capacity::capacity;
use crate::wire::inline_list::InlineList;
use alloc::string::String;
use core::ops::Range;

/// A URL, and names and values of fields, in one text: two strings a field would be two
/// allocations.
///
/// The open fields come before the signature, so that a signature that is made elsewhere is
/// appended.
#[derive(Clone)]
pub(super) struct Form {
    text: String,
    url_len: usize,
    /// The end of each name, and of each value.
    ends: InlineList<(usize, usize), 12>,
    /// The indices of the open fields, which have only the prefix of their value.
    open: Range<usize>,
}

impl Form {
    /// Returns a form without fields, whose text has that capacity in bytes. The URL is the
    /// bucket's, for Google with a slash at its end.
    pub(super) fn new(address: &Address, style: PolicyForm, capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push_str(&address.origin);
        match style {
            PolicyForm::Aws => address.bucket_path().write_as_sent(&mut text),
            PolicyForm::Google => text.push_str(&address.prefix),
        }
        Form {
            url_len: text.len(),
            text,
            ends: InlineList::new(),
            open: 0..0,
        }
    }

    /// Adds a field.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.push_with(name, |text| text.push_str(value));
    }

    /// Adds a field whose value `write` appends.
    pub(super) fn push_with(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        self.text.push_str(name);
        let name_end = self.text.len();
        write(&mut self.text);
        self.ends.push((name_end, self.text.len()));
    }

    /// Adds the fields whose values a user adds, which start with these prefixes.
    pub(super) fn push_open(&mut self, fields: &[(&str, &str)]) {
        let start = self.len();
        for (name, prefix) in fields {
            self.push(name, prefix);
        }
        self.open = start..self.len();
    }

    /// Returns the number of fields.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn url(&self) -> &str {
        self.text.get(..self.url_len).unwrap_or_default()
    }

    /// Returns the fields that have their value.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_closed = |index: &usize| !self.open.contains(index);
        let indices = (0..self.len()).filter(is_closed);
        indices.filter_map(|index| self.get(index))
    }

    /// Returns the open fields, with the prefix of each value.
    pub(super) fn open_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.open.clone().filter_map(|index| self.get(index))
    }

    /// Returns the fields from an index on.
    pub(super) fn fields_from(&self, start: usize) -> impl Iterator<Item = (&str, &str)> {
        (start..self.len()).filter_map(|index| self.get(index))
    }

    /// Returns the value of the field that was added last.
    pub(super) fn last_value(&self) -> &str {
        let last = self.len().checked_sub(1);
        let (_, value) = last.and_then(|index| self.get(index)).unwrap_or_default();
        value
    }

    /// Checks that a browser sends at most 20 KB, with a signature of that length, before the file.
    pub(super) fn check_size(
        &self,
        signature_field: &str,
        signature_len: usize,
    ) -> Result<(), Error> {
        /// Around name and value: `--`, the longest boundary of RFC 2046, and
        /// `Content-Disposition: form-data; name=""`, with line breaks.
        const AROUND: usize = 2 + 70 + 2 + 39 + 4 + 2;
        let fields = self.len().saturating_add(1);
        let size = capacity([
            self.text.len().saturating_sub(self.url_len),
            signature_field.len(),
            signature_len,
            fields.saturating_mul(AROUND),
        ]);
        if size > MAX_FORM_BYTES {
            return Err(error!(
                Policy,
                "the form has {size} bytes before its file, but servers accept {MAX_FORM_BYTES} (20 KB) and \
                 reject more with \"MaxPostPreDataLengthExceededError\"; shorten the fields and conditions"
            ));
        }
        Ok(())
    }

    /// Returns name and value of a field.
    pub(super) fn get(&self, index: usize) -> Option<(&str, &str)> {
        let &(name_end, value_end) = self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(previous) => self.ends.get(previous)?.1,
            None => self.url_len,
        };
        Some((
            self.text.get(start..name_end)?,
            self.text.get(name_end..value_end)?,
        ))
    }
}
