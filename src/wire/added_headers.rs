//! The headers that signing adds.

use alloc::string::String;

/// The largest number of added headers. SigV4a adds the date, the payload's hash, the region set,
/// the session token and `Authorization`.
const MAX: usize = 5;

/// Headers with fixed names, in one allocation.
#[derive(Clone)]
pub(crate) struct AddedHeaders {
    /// All values, one after the other.
    values: String,
    /// Each name with the index at which its value begins.
    names: [Option<(&'static str, usize)>; MAX],
}

impl AddedHeaders {
    /// Returns an empty list with room for values of that many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        AddedHeaders {
            values: String::with_capacity(bytes),
            names: [None; MAX],
        }
    }

    /// Adds a header, at most [`MAX`]. Its value is what is appended to the returned text before
    /// the next header is added.
    pub(crate) fn add(&mut self, name: &'static str) -> &mut String {
        let free = self.names.iter_mut().find(|name| name.is_none());
        debug_assert!(free.is_some(), "more than {MAX} added headers");
        if let Some(slot) = free {
            *slot = Some((name, self.values.len()));
        }
        &mut self.values
    }

    /// Returns the text to which the value of the last header is appended.
    pub(crate) fn last_value(&mut self) -> &mut String {
        &mut self.values
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.names.iter().flatten();
        let starts = names.clone().map(|(_, start)| *start);
        let ends = starts.skip(1).chain([self.values.len()]);
        names.zip(ends).map(|((name, start), end)| {
            let value = self.values.get(*start..end);
            (*name, value.unwrap_or_default())
        })
    }
}

/// The name of the header with the signature.
pub(crate) const AUTHORIZATION: &str = "Authorization";
