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

#[cfg(test)]
mod tests {
    use super::super::aws::{AWS4, AWS4A};
    use super::Credential;
    use crate::text::percent::Component;

    #[test]
    fn a_credential_is_parsed_with_any_spelling_of_the_slash() {
        let raw = "AK/ID/20130524/us-east-1/s3/aws4_request";
        let expected = Credential {
            access_key_id: "AK/ID".into(),
            date: "20130524".into(),
            region: "us-east-1".into(),
            service: "s3".into(),
            terminator: "aws4_request".into(),
        };
        assert_eq!(
            Credential::parse(&AWS4, Component::Raw(raw)).as_ref(),
            Some(&expected)
        );
        for slash in ["/", "%2F", "%2f"] {
            let text = raw.replace('/', slash).replace("us", "u%73");
            let parsed = Credential::parse(&AWS4, Component::Encoded(&text));
            assert_eq!(parsed.as_ref(), Some(&expected), "{text}");
        }
        let mixed = "AK%2FID/20130524%2fus-east-1%2Fs3/aws4_request";
        let parsed = Credential::parse(&AWS4, Component::Encoded(mixed));
        assert_eq!(parsed.as_ref(), Some(&expected));
        // An escape of another character is part of its text.
        let escaped = "%41%2fB%25%2F2013052%34%2Feu%2D1%2F%733%2Faws4%5frequest";
        let parsed = Credential::parse(&AWS4, Component::Encoded(escaped)).unwrap();
        assert_eq!(parsed.access_key_id, "A/B%");
        assert_eq!((&*parsed.region, &*parsed.service), ("eu-1", "s3"));
    }

    #[test]
    fn sigv4a_has_no_region() {
        let parsed = Credential::parse(&AWS4A, Component::Raw("AKID/20130524/s3/aws4_request"));
        let parsed = parsed.expect("a credential");
        assert_eq!(
            (&*parsed.access_key_id, &*parsed.region, &*parsed.service),
            ("AKID", "", "s3")
        );
    }

    #[test]
    fn incomplete_credentials_are_rejected() {
        for text in [
            "",
            "AKID",
            "20130524/us-east-1/s3/aws4_request",
            "/20130524/us-east-1/s3/aws4_request",
            "AKID/20130524//s3/aws4_request",
            "AKID/20130524/us-east-1//aws4_request",
            "AK%FF/20130524/us-east-1/s3/aws4_request",
        ] {
            assert_eq!(
                Credential::parse(&AWS4, Component::Encoded(text)),
                None,
                "{text}"
            );
        }
        let escaped = Component::Raw("AKID%2F20130524%2Fus-east-1%2Fs3%2Faws4_request");
        assert_eq!(Credential::parse(&AWS4, escaped), None);
        assert_eq!(Credential::parse(&AWS4, Component::PerRow(0)), None);
    }
}
