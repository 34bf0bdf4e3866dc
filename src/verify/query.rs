//! The query of a received request, read in one pass. What lives here: which authentication is in it, and whether it is
//! canonical as it stands. What does not: what the parameters have to say.

use super::limits::MOST_TARGET;
use super::{v2, v4};
use crate::encode::{Bare, Text};
use crate::request::Param;
use crate::v4::AWS4;

/// What a query holds.
#[derive(Clone, Default)]
pub(crate) struct Query<'a> {
    pub(super) text: Option<&'a str>,
    pub(super) v4: v4::Params<'a>,
    pub(super) v2: v2::Params<'a>,
    /// Whether all parameters are canonical as they stand, whatever their order.
    pub(super) is_encoded: bool,
    /// Whether the last parameter is the signature of SigV4.
    pub(super) ends_in_signature: bool,
    /// What stands before the last parameter, if that is sorted and encoded as a canonical query is.
    pub(super) before_last: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Reads a query, but not one that is too long for any request: that is refused.
    pub(super) fn read(&mut self, text: &'a str) {
        self.text = Some(text);
        if text.len() > MOST_TARGET {
            return;
        }
        self.is_encoded = true;
        let mut is_canonical = true;
        // Of what is known to be in order the texts need not be compared.
        let (mut previous, mut is_sorted) = (("", ""), true);
        let mut rest = Some(text);
        while let Some(from) = rest {
            let found = Found::at_front(from, &self.v4);
            let was_sorted = is_sorted;
            is_sorted = found.known.is_some_and(v4::Known::is_sorted);
            match found.known {
                Some(known) => self.v4.take(known, found.param.value),
                None => {
                    self.v4.see(&found.param);
                    self.v2.see(&found.param);
                }
            }
            self.is_encoded &= found.is_canonical;
            if found.after.is_some() {
                let value = found.param.value.unwrap_or_default();
                let param = (found.param.name.raw(), value.raw());
                let is_after = was_sorted && is_sorted || previous <= param;
                is_canonical &= found.is_canonical && is_after;
                previous = param;
            } else {
                self.ends_in_signature = found.param.is_exactly(AWS4.parameters.signature);
                if is_canonical {
                    let end = text.len().saturating_sub(from.len()).checked_sub(1);
                    self.before_last = end.and_then(|end| text.get(..end));
                }
            }
            rest = found.after;
        }
    }
}

/// A parameter of a query.
struct Found<'a> {
    param: Param<'a>,
    /// If that was seen at once: that it is one of SigV4's authentication.
    known: Option<v4::Known>,
    /// Whether name and value are encoded canonically, and the name is followed by its `=`.
    is_canonical: bool,
    /// What follows its `&`.
    after: Option<&'a str>,
}

impl<'a> Found<'a> {
    fn at_front(text: &'a str, before: &v4::Params<'a>) -> Self {
        Found::canonical(text, before).unwrap_or_else(|| {
            let (param, after) = match text.split_once('&') {
                Some((param, after)) => (param, Some(after)),
                None => (text, None),
            };
            Found {
                param: Param::from_wire(param),
                known: None,
                is_canonical: false,
                after,
            }
        })
    }

    /// A canonical parameter whose name has no escape, as nearly all have none.
    fn canonical(text: &'a str, before: &v4::Params<'a>) -> Option<Self> {
        let bare = Bare::Unreserved;
        let likely = before.next_at_front(text);
        let likely = likely.and_then(|(known, rest)| Some((known, rest.strip_prefix('=')?)));
        let (known, name, rest) = match likely {
            Some((known, rest)) => (Some(known), known.name, rest),
            None => {
                let (name, rest) = text.split_at_checked(bare.run(text.as_bytes()))?;
                (None, name, rest.strip_prefix('=')?)
            }
        };
        let (value, rest) = bare.split_canonical(rest);
        let after = rest.strip_prefix('&');
        let is_whole = after.is_some() || rest.is_empty();
        is_whole.then_some(Found {
            param: Param {
                name: Text::Plain(name),
                value: Some(value),
            },
            known,
            is_canonical: true,
            after,
        })
    }
}
