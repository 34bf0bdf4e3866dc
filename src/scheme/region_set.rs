//! The region set of SigV4a: the regions in which a signature is valid
//! ([X-Amz-Region-Set](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html)).

use crate::error::{Error, Quoted, error};

/// Checks a region set: regions with commas between them, such as `us-east-1,eu-west-1`, `us-*` or
/// `*`.
pub(crate) fn check_region_set(set: &str) -> Result<(), Error> {
    for region in set.split(',') {
        if region.is_empty() {
            return Err(error!(
                Scope,
                "the region set {} has an empty region; write regions with commas between them, or *",
                Quoted(set)
            ));
        }
        let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*');
        if let Some(c) = region.chars().find(|c| !is_valid(*c)) {
            return Err(error!(
                Scope,
                "invalid character {} in the region set {}; write regions with commas between them, \
                 or *",
                Quoted(c.encode_utf8(&mut [0; 4])),
                Quoted(set)
            ));
        }
    }
    Ok(())
}

/// Returns whether a region set includes a region.
pub(crate) fn covers(set: &str, region: &str) -> bool {
    set.split(',').any(|pattern| matches(pattern, region))
}

/// Returns whether a text matches a pattern, in which `*` is any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in between.split('*') {
        let Some((_, after)) = text.split_once(part) else {
            return false;
        };
        text = after;
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{check_region_set, covers};

    #[test]
    fn a_set_covers_its_regions() {
        for (set, region) in [
            ("*", "eu-west-1"),
            ("us-east-1", "us-east-1"),
            ("us-east-1,eu-west-1", "eu-west-1"),
            ("us-*", "us-west-2"),
            ("*-1", "eu-west-1"),
            ("us-*-1", "us-gov-west-1"),
            ("*-*-1", "us-east-1"),
            ("us-east-1,*", "x"),
            ("**", "x"),
        ] {
            assert!(covers(set, region), "{set} {region}");
        }
    }

    #[test]
    fn a_set_covers_no_other_region() {
        for (set, region) in [
            ("us-east-1", "us-east-2"),
            ("us-east-1", "us-east-10"),
            ("us-*", "eu-west-1"),
            ("us-*-1", "us-1"),
            ("*-1", "eu-west-2"),
            ("us-*west*-1", "us-east-1"),
            ("", "us-east-1"),
            ("US-EAST-1", "us-east-1"),
        ] {
            assert!(!covers(set, region), "{set} {region}");
        }
    }

    #[test]
    fn sets_are_checked() {
        for good in ["*", "us-east-1", "us-east-1,eu-west-1", "us-*", "us-*,eu-*"] {
            assert_eq!(check_region_set(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            ",",
            "us-east-1,",
            "us-east-1, eu-west-1",
            "us/east",
            "a\nb",
            "é",
        ] {
            assert!(check_region_set(bad).is_err(), "{bad:?}");
        }
    }
}
