//! The names of secrets, and text without them.

use crate::text::percent::Component;
use alloc::borrow::Cow;

/// Returns whether a parameter or header of this name contains a session token, a signature or an
/// encryption key.
///
/// The endings also cover the names of schemes that this crate doesn't know.
pub(crate) fn is_secret(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [
        "authorization",
        "security-token",
        "securitytoken",
        "session-token",
        "signature",
        "customer-key",
    ];
    let lowercase = name.to_ascii_lowercase();
    // The signature of Azure's shared access signatures.
    lowercase == "sig" || ENDINGS.iter().any(|ending| lowercase.ends_with(ending))
}

/// The length of an AWS secret access key.
pub(crate) const SECRET_KEY_LEN: usize = 40;

/// Returns whether a text has the form of an AWS secret access key.
pub(crate) fn is_secret_key(text: &str) -> bool {
    text.len() == SECRET_KEY_LEN && has_characters_of_secret(text)
}

/// Returns whether a text has the characters of an AWS secret access key: base64 in both cases.
pub(crate) fn has_characters_of_secret(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Returns whether a value is an AWS session token, whatever its name is, by the base64 of its
/// first bytes.
#[cfg(feature = "explain")]
pub(crate) fn is_session_token(value: &str) -> bool {
    let starts = [
        "IQoJb3JpZ2lu",
        "FwoGZXIv",
        "FQoGZXIv",
        "AQoDYXdz",
        "AgoGb3JpZ2lu",
    ];
    starts.iter().any(|start| value.starts_with(start))
}

/// Returns the text before the name of the first parameter with a secret, even if the `?`, `&` or
/// `=` at the parameter is percent-encoded.
pub(crate) fn before_secrets(text: &str) -> &str {
    for (index, _) in text.match_indices(['=', '%']) {
        let (front, after) = text.split_at_checked(index).unwrap_or((text, ""));
        if !["=", "%3d", "%253d"]
            .iter()
            .any(|sign| Component::Raw(after).starts_with_ignore_case(sign))
        {
            continue;
        }
        let (before, name) = match front.rfind(|c| !is_name_character(c)) {
            Some(index) => front.split_at_checked(index).unwrap_or((front, "")),
            None => ("", front),
        };
        if is_secret(without_separator(name)) {
            return before;
        }
    }
    text
}

/// Returns a URL, or text that should be one, without a user name and password.
///
/// A password with a slash ends up in the path. It is recognized by the port, which then isn't a
/// number.
pub(crate) fn without_user(url: &str) -> Cow<'_, str> {
    let (scheme, after_scheme) = match url.find("://") {
        Some(index) => url
            .split_at_checked(index.saturating_add(3))
            .unwrap_or(("", url)),
        None => ("", url),
    };
    let authority = after_scheme.split('/').next().unwrap_or_default();
    let has_port = authority.rsplit_once(':').is_none_or(|(_, port)| {
        port.bytes().all(|byte| byte.is_ascii_digit()) || authority.ends_with(']')
    });
    // Without a scheme, nothing tells an `@` in the path from one after a user.
    let user_end = if scheme.is_empty() || !(has_port || authority.contains('@')) {
        after_scheme.rfind('@')
    } else {
        authority.rfind('@')
    };
    match user_end.and_then(|end| after_scheme.get(end.saturating_add(1)..)) {
        Some(after_user) if scheme.is_empty() => Cow::Borrowed(after_user),
        Some(after_user) => Cow::Owned([scheme, after_user].concat()),
        None => Cow::Borrowed(url),
    }
}

/// Returns a parameter's name without the character before it, which may be percent-encoded.
fn without_separator(name: &str) -> &str {
    for encoded in ["%26", "%3f", "%2526", "%253f"] {
        if Component::Raw(name).starts_with_ignore_case(encoded) {
            return name.get(encoded.len()..).unwrap_or_default();
        }
    }
    name.trim_start_matches(|c| !is_name_character(c))
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::before_secrets;

    #[test]
    fn text_ends_before_the_first_secret() {
        for (text, expected) in [
            ("/a/b?X-Amz-Signature=secret", "/a/b"),
            ("/a%3Fx=1%26x-amz-signature%3Dsecret", "/a%3Fx%3D1"),
            ("/a?Signature=secret", "/a"),
            ("/a?sv=2022-11-02&sig=secret", "/a?sv=2022-11-02"),
            (
                "/a%3Fsv%3D2022-11-02%26sig%3Dsecret",
                "/a%3Fsv%3D2022-11-02",
            ),
            ("/a?design=red", "/a?design=red"),
            ("Signature=secret", ""),
            (
                "/a%3fX-Amz-Date=1&X-Amz-Security-Token=secret",
                "/a%3fX-Amz-Date=1",
            ),
            ("/a%253FX-Amz-Signature%253Dsecret", "/a"),
            ("/signature.pdf", "/signature.pdf"),
            ("/\u{e9}%", "/\u{e9}%"),
        ] {
            let text = text.replace("x=1%26", "x%3D1%26");
            assert_eq!(before_secrets(&text), expected, "{text}");
        }
    }
}
