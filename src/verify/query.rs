//! The query of a received request, read in one pass. What lives here: which authentication is in it, and whether it is
//! canonical as it stands. What does not: what the parameters have to say.

use super::v4;
use crate::encode::{Bare, Text};
use crate::marks::V2Marks;
use crate::request::Param;

/// What a query holds.
pub(super) struct Query<'a> {
    pub(super) text: &'a str,
    pub(super) v4: v4::Params<'a>,
    pub(super) v2: V2Marks,
    /// Whether all parameters are canonical as they stand, whatever their order.
    pub(super) is_encoded: bool,
    pub(super) last: Param<'a>,
    /// What stands before the last parameter, if that is sorted and encoded as a canonical query is.
    pub(super) before_last: Option<&'a str>,
}

impl<'a> Query<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut query = Query {
            text,
            v4: v4::Params::default(),
            v2: V2Marks::default(),
            is_encoded: true,
            last: Param::default(),
            before_last: None,
        };
        let mut is_canonical = true;
        let mut previous = ("", "");
        let mut rest = Some(text);
        while let Some(from) = rest {
            let found = Found::at_front(from);
            query.v4.see(&found.param);
            query.v2.see(&found.param);
            query.is_encoded &= found.is_canonical;
            match found.after {
                Some(_) => {
                    let value = found.param.value.unwrap_or_default();
                    let param = (found.param.name.raw(), value.raw());
                    is_canonical &= found.is_canonical && previous <= param;
                    previous = param;
                }
                None if is_canonical => {
                    let end = text.len().saturating_sub(from.len()).checked_sub(1);
                    query.before_last = end.and_then(|end| text.get(..end));
                }
                None => {}
            }
            query.last = found.param;
            rest = found.after;
        }
        query
    }
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
        let rest = rest.strip_prefix('=')?;
        let (value, rest) = rest.split_at_checked(bare.canonical_run(rest.as_bytes()))?;
        let after = rest.strip_prefix('&');
        let is_whole = after.is_some() || rest.is_empty();
        is_whole.then_some(Found {
            param: Param {
                name: Text::Plain(name),
                value: Some(Text::Wire(value)),
            },
            is_canonical: true,
            after,
        })
    }
}
