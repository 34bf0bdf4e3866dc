//! The credential that a request states: an access key ID and a credential scope.

use super::v4_scheme::V4Scheme;
use crate::text::percent::Component;
use alloc::borrow::Cow;

/// `AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request` in its parts, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    pub(crate) access_key_id: Cow<'a, str>,
    pub(crate) date: Cow<'a, str>,
    /// Empty if the scheme's scope has no region.
    pub(crate) region: Cow<'a, str>,
    pub(crate) service: Cow<'a, str>,
    pub(crate) terminator: Cow<'a, str>,
}

impl<'a> Credential<'a> {
    /// Parses a credential of that scheme. The access key ID may contain slashes.
    ///
    /// Returns `None` if a part is missing, if access key ID, region or service is empty, or if a
    /// part is not UTF-8. Date and terminator are not checked.
    pub(crate) fn parse(scheme: &V4Scheme, text: Component<'a>) -> Option<Self> {
        let (rest, terminator) = split_last(text)?;
        let (rest, service) = split_last(rest)?;
        let (rest, region) = if scheme.scope_has_region {
            let (rest, region) = split_last(rest)?;
            (rest, nonempty_text(region)?)
        } else {
            (rest, Cow::Borrowed(""))
        };
        let (access_key_id, date) = split_last(rest)?;
        Some(Credential {
            access_key_id: nonempty_text(access_key_id)?,
            date: date.to_text()?,
            region,
            service: nonempty_text(service)?,
            terminator: terminator.to_text()?,
        })
    }
}

fn nonempty_text(component: Component<'_>) -> Option<Cow<'_, str>> {
    component.to_text().filter(|text| !text.is_empty())
}

/// Splits at the last slash, which may be escaped in an encoded component.
fn split_last(component: Component<'_>) -> Option<(Component<'_>, Component<'_>)> {
    match component {
        Component::Raw(text) => {
            let (before, after) = split_last_of(text, &["/"])?;
            Some((Component::Raw(before), Component::Raw(after)))
        }
        Component::Encoded(text) => {
            let (before, after) = split_last_of(text, &["/", "%2F", "%2f"])?;
            Some((Component::Encoded(before), Component::Encoded(after)))
        }
        Component::PerRow(_) => None,
    }
}

/// Splits at the last of these slashes, in one pass from the end.
fn split_last_of<'a>(text: &'a str, slashes: &[&str]) -> Option<(&'a str, &'a str)> {
    let mut before = text;
    loop {
        let index = before
            .bytes()
            .rposition(|byte| matches!(byte, b'/' | b'%'))?;
        let (start, found) = text.split_at_checked(index)?;
        if let Some(after) = slashes.iter().find_map(|slash| found.strip_prefix(slash)) {
            return Some((start, after));
        }
        before = start;
    }
}
