//! Signed policies.

use super::encoding::encode;
use super::resource::{can_leave, check_url, matches};
use super::statement::Statement;
use crate::crypto::{Hash, Signature};
use crate::error::{Error, Quoted, error};
use crate::request::PresignedUrl;
use crate::scheme::cloudfront::{
    COOKIE_PREFIX, EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, POLICY, SHA256, SIGNATURE,
};
use crate::time::Timestamp;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

/// A signed policy: signed once, and applied to any number of URLs that it covers.
///
/// `Debug` hides the signature.
///
/// ```
/// use core::time::Duration;
/// use presign::cloudfront::Policy;
/// use presign::{Identity, Timestamp};
///
/// let now: Timestamp = "2026-11-27T12:00:00Z".parse()?;
/// let identity = Identity::rsa("K2JCJMDEHXQW5F")?;
/// let folder = Policy::new("https://media.example.com/videos/7/*");
/// let unsigned = folder.prepare(&identity, Duration::from_secs(3600), now)?;
/// # let sign_elsewhere = |_: &[u8]| [7; 256];
/// let signature = sign_elsewhere(unsigned.string_to_sign());
/// let folder = unsigned.finish(&signature)?;
///
/// for segment in 0..3 {
///     let url = folder.url(&format!("https://media.example.com/videos/7/{segment}.ts"))?;
///     assert!(url.as_str().contains(".ts?Policy="));
/// }
/// let other = folder.url("https://media.example.com/videos/8/0.ts").unwrap_err();
/// assert!(other.to_string().starts_with("the policy covers"));
///
/// let names: Vec<_> = folder.cookies().map(|(name, _)| name).collect();
/// assert_eq!(names, ["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"]);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct SignedPolicy {
    statement: Statement,
    json: String,
    is_canned: bool,
    hash: Hash,
    /// The names of cookies, and the values of cookies and parameters.
    cookies: Vec<(String, String)>,
    /// The parameters as a query has them.
    query: String,
}

impl SignedPolicy {
    pub(super) fn new(
        statement: Statement,
        json: String,
        is_canned: bool,
        hash: Hash,
        signature: &Signature,
        key_pair_id: &str,
    ) -> Self {
        let first = if is_canned {
            (EXPIRES, statement.expires_at.unix_seconds().to_string())
        } else {
            (POLICY, encode(json.as_bytes()))
        };
        let hash_parameter = match hash {
            Hash::Sha1 => None,
            Hash::Sha256 => Some((HASH_ALGORITHM, SHA256.into())),
        };
        let others = [
            (SIGNATURE, encode(signature.as_bytes())),
            (KEY_PAIR_ID, key_pair_id.into()),
        ];
        // No value contains a character that a query or a cookie escapes.
        let (mut query, mut cookies) = (String::new(), Vec::new());
        for (name, value) in [first].into_iter().chain(others).chain(hash_parameter) {
            let separator = if query.is_empty() { "" } else { "&" };
            query.extend([separator, name, "=", &value]);
            cookies.push((format!("{COOKIE_PREFIX}{name}"), value));
        }
        SignedPolicy {
            statement,
            json,
            is_canned,
            hash,
            cookies,
            query,
        }
    }

    /// Returns a URL with the signed policy. Its method is GET, but CloudFront doesn't check it.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) and [`ErrorKind::Query`](crate::ErrorKind::Query)
    /// if the URL isn't one that a browser sends, is signed already, or isn't covered by the
    /// policy.
    pub fn url(&self, url: &str) -> Result<PresignedUrl, Error> {
        check_url(url)?;
        if can_leave(&self.statement.resource, url) {
            return Err(error!(
                Url,
                "the URL {} has a dot segment, with which it can leave the policy's resource; write it without it",
                Quoted(url)
            ));
        }
        let is_covered = if self.is_canned {
            self.statement.resource == url
        } else {
            matches(&self.statement.resource, url)
        };
        if !is_covered {
            return Err(error!(
                Url,
                "the policy covers {}, but not the URL {}",
                Quoted(&self.statement.resource),
                Quoted(url)
            ));
        }
        Ok(PresignedUrl {
            method: Cow::Borrowed("GET"),
            url: self.append_to(url),
            headers: Vec::new(),
            not_covered: Vec::new(),
            expires_at: self.statement.expires_at,
        })
    }

    /// Returns a URL with the parameters of the signature.
    pub(super) fn append_to(&self, url: &str) -> String {
        let separator = if url.contains('?') { "&" } else { "?" };
        [url, separator, &self.query].concat()
    }

    /// Returns names and values of the cookies. Each needs a `Set-Cookie` header of its own. Add
    /// `Secure`, `HttpOnly`, `Domain` and `Path` as your site needs them.
    ///
    /// The cookies of a canned policy are valid for exactly one URL. CloudFront ignores cookies if
    /// the URL has a signature.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let cookies = self.cookies.iter();
        cookies.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the JSON that is signed.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.json
    }

    /// Returns the signature in CloudFront's base64.
    #[must_use]
    pub fn signature(&self) -> &str {
        let signature = self.cookies.get(1);
        signature.map_or("", |(_, value)| value)
    }

    /// Returns when the policy expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.statement.expires_at
    }
}

impl fmt::Debug for SignedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPolicy")
            .field("policy", &self.json)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}
