//! The URLs that a policy covers.

use crate::error::{Error, Quoted, error};
use crate::scheme::cloudfront::NAMES;
use crate::text::percent::Component;
use crate::wire::path::has_dot_segment;
use crate::wire::query::parse_query;
use crate::wire::url::{Url, without_secrets, write_origin};
use alloc::string::String;

/// The longest resource or URL, in bytes: the longest URL that CloudFront accepts
/// ([Quotas](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-general)).
const MAX_LEN: usize = 8192;

/// Checks a URL without a signature: it has to be what the viewer sends, because CloudFront
/// compares it byte for byte.
pub(super) fn check_url(url: &str) -> Result<(), Error> {
    check_text("URL", url)?;
    let parsed = Url::parse(url)?;
    if parsed.target.path.is_empty() {
        return Err(error!(
            Url,
            "the URL has no path, but browsers send one; write a slash after the host"
        ));
    }
    let mut origin = String::with_capacity(url.len());
    write_origin(parsed.scheme, parsed.authority, &mut origin);
    if !url.starts_with(&origin) || !url.get(origin.len()..).unwrap_or_default().starts_with('/') {
        return Err(error!(
            Url,
            "the URL begins with another text than browsers send; begin it with {origin}, in \
             lowercase and without the default port"
        ));
    }
    check_unsigned(parsed.target.query)
}

/// Checks the resource of a custom policy: a URL with wildcards.
pub(super) fn check_pattern(resource: &str) -> Result<(), Error> {
    check_text("resource", resource)?;
    let starts = ["https://", "http://", "http*://", "*"];
    if !starts.iter().any(|start| resource.starts_with(start)) {
        return Err(error!(
            Policy,
            "the resource {} isn't a URL; begin it with https://, http://, http*:// or *",
            Quoted(without_secrets(resource))
        ));
    }
    if resource.contains('#') {
        return Err(error!(
            Policy,
            "the resource has a fragment, which is never sent; encode a literal `#` as %23"
        ));
    }
    check_unsigned(resource.split_once('?').map(|(_, query)| query))
}

/// Returns whether a URL can leave a resource with wildcards: a server that resolves its dot
/// segments, which may be escaped, serves another path.
pub(super) fn can_leave(resource: &str, url: &str) -> bool {
    let path = url.split('?').next().unwrap_or_default();
    resource != url && has_dot_segment(&Component::Encoded(path).to_text_lossy(), b"/")
}

/// Returns whether a URL matches a resource: `*` is any text, `?` any one character.
pub(super) fn matches(resource: &str, url: &str) -> bool {
    let (pattern, text) = (resource.as_bytes(), url.as_bytes());
    let (mut p, mut t) = (0usize, 0usize);
    // The position after the last `*`, and the text that it hasn't covered yet.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) => {
                p = p.saturating_add(1);
                retry = Some((p, t));
            }
            (Some(b'?'), Some(_)) => {
                p = p.saturating_add(1);
                t = t.saturating_add(1);
            }
            (Some(expected), Some(byte)) if expected == byte => {
                p = p.saturating_add(1);
                t = t.saturating_add(1);
            }
            (None, None) => return true,
            _ => match retry {
                Some((after_star, covered)) if covered < text.len() => {
                    let covered = covered.saturating_add(1);
                    retry = Some((after_star, covered));
                    (p, t) = (after_star, covered);
                }
                _ => return false,
            },
        }
    }
}

/// Checks length and characters.
fn check_text(name: &str, text: &str) -> Result<(), Error> {
    if text.len() > MAX_LEN {
        return Err(error!(
            Url,
            "the {name} has {} bytes; the maximum is {MAX_LEN}",
            text.len()
        ));
    }
    match text.chars().find(|c| !c.is_ascii_graphic()) {
        None => Ok(()),
        Some(c) => Err(error!(
            Url,
            "invalid character {} in the {name}; percent-encode it, because browsers send it so",
            Quoted(c.encode_utf8(&mut [0; 4]))
        )),
    }
}

/// Checks that a query has no parameter of a signature.
fn check_unsigned(query: Option<&str>) -> Result<(), Error> {
    for param in parse_query(query) {
        if let Some(name) = NAMES.iter().find(|name| param.name.decodes_to(name)) {
            return Err(error!(
                Query,
                "the query contains {name}, which is part of a CloudFront signature; sign the URL without it"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards() {
        for (resource, url, expected) in [
            ("*", "https://a/b", true),
            ("*", "", true),
            ("http*://a/*", "https://a/b/c?d=e", true),
            ("http*://a/*", "http://a/", true),
            ("http*://a/*", "http://b/a/", false),
            ("https://a/*.ts", "https://a/x.ts", true),
            ("https://a/*.ts", "https://a/x.ts.ts", true),
            ("https://a/*.ts", "https://a/x.tsx", false),
            ("https://a/*?size=*", "https://a/x?size=1", true),
            ("https://a/*?size=*", "https://a/x", false),
            ("https://a/?.ts", "https://a/x.ts", true),
            ("https://a/?.ts", "https://a/xy.ts", false),
            ("https://a/?", "https://a/", false),
            ("https://a/b", "https://a/b", true),
            ("https://a/b", "https://a/B", false),
            ("https://a/b", "https://a/bc", false),
            ("https://a/b**c", "https://a/bc", true),
            ("*a*b*c", "xxaxbxbxc", true),
            ("*a*b*c", "xxaxbxbx", false),
        ] {
            assert_eq!(matches(resource, url), expected, "{resource} {url}");
        }
    }
}
