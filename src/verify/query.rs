//! The query of a received request, read in one pass. What lives here: which authentication is in it, and whether it is
//! canonical as it stands. What does not: what the parameters have to say.

use super::{Usual, v2, v4};
use crate::encode::{Bare, Text};
use crate::request::Param;
use crate::v4::{AWS4, is_hash};

/// What a query holds.
#[derive(Default)]
pub(super) struct Query<'a> {
    pub(super) v4: v4::Params<'a>,
    pub(super) v2: v2::Params<'a>,
    /// Whether all parameters are canonical as they stand, whatever their order.
    pub(super) is_encoded: bool,
    /// What stands before the signature of SigV4, if that is the last parameter, and what comes before it is sorted and encoded as
    /// a canonical query is.
    pub(super) before_signature: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Reads the query of a request; for what a credential will probably say.
    pub(super) fn read(&mut self, text: &'a str, usual: Option<&Usual>) {
        self.is_encoded = true;
        let (mut is_canonical, mut previous) = (true, None);
        let (before, signature) = split_signature(text);
        let mut rest = Some(before);
        while let Some(from) = rest {
            let (first, last);
            if let Some((names, after)) = self.v4.read_in_order(from, usual) {
                let known = &AWS4.parameters;
                first = (known.algorithm, AWS4.algorithm);
                last = (known.signed_headers, names.raw());
                rest = after;
            } else {
                let found = Found::at_front(from);
                self.v4.see(&found.param);
                self.v2.see(&found.param);
                self.is_encoded &= found.is_canonical;
                is_canonical &= found.is_canonical;
                let value = found.param.value.unwrap_or_default();
                first = (found.param.name.raw(), value.raw());
                last = first;
                rest = found.after;
            }
            is_canonical &= previous.is_none_or(|previous| previous <= first);
            previous = Some(last);
        }
        if let Some(signature) = signature {
            self.v4.take_signature(signature);
            self.before_signature = is_canonical.then_some(before);
        }
    }
}

/// A query before the signature of SigV4, and that, if it is the last parameter and may be one.
fn split_signature(text: &str) -> (&str, Option<&str>) {
    let split = || {
        let (before, signature) = text.split_at_checked(text.len().checked_sub(64)?)?;
        let before = before.strip_suffix(AWS4.beginnings.signature)?;
        is_hash(signature).then_some((before, Some(signature)))
    };
    split().unwrap_or((text, None))
}

/// A parameter of a query.
struct Found<'a> {
    param: Param<'a>,
    /// Whether name and value are encoded canonically, and the name is followed by its `=`.
    is_canonical: bool,
    /// What follows its `&`.
    after: Option<&'a str>,
}

impl<'a> Found<'a> {
    fn at_front(text: &'a str) -> Self {
        Found::canonical(text).unwrap_or_else(|| {
            let (param, after) = match text.split_once('&') {
                Some((param, after)) => (param, Some(after)),
                None => (text, None),
            };
            Found {
                param: Param::from_wire(param),
                is_canonical: false,
                after,
            }
        })
    }

    /// A canonical parameter whose name has no escape, as nearly all have none.
    fn canonical(text: &'a str) -> Option<Self> {
        let bare = Bare::Unreserved;
        let (name, rest) = text.split_at_checked(bare.run(text.as_bytes()))?;
        let (value, rest) = bare.split_canonical(rest.strip_prefix('=')?);
        let after = rest.strip_prefix('&');
        let is_whole = after.is_some() || rest.is_empty();
        is_whole.then_some(Found {
            param: Param {
                name: Text::Plain(name),
                value: Some(value),
            },
            is_canonical: true,
            after,
        })
    }
}
