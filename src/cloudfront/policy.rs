//! Policies that aren't signed yet.

use super::ip_range::IpRange;
use super::resource::{check_pattern, check_url};
use super::signed_policy::SignedPolicy;
use super::statement::Statement;
use crate::credentials::Credentials;
use crate::crypto::Hash;
use crate::error::{Error, Quoted, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{KeySource, Unsigned};
use crate::time::Timestamp;
use alloc::string::String;
use core::ops::RangeInclusive;

/// The size of RSA keys that CloudFront accepts, in bits.
pub(super) const RSA_BITS: RangeInclusive<usize> = 2048..=2048;

/// A policy that isn't signed yet: which URLs it covers, when, and from which addresses.
///
/// A *custom* policy is sent with each URL. Its resource can have wildcards, so that one signature
/// covers any number of URLs. A *canned* policy covers one URL until it expires, and makes shorter
/// URLs, because CloudFront rebuilds the policy from the URL.
///
/// Nothing is checked before [`presign`](Policy::presign) or [`prepare`](Policy::prepare), which
/// return every error.
///
/// ```
#[cfg_attr(not(feature = "p256"), doc = "# #[cfg(any())] {")]
/// use core::time::Duration;
/// use presign::cloudfront::Policy;
/// use presign::{Credentials, Timestamp};
///
/// # let pem = "-----BEGIN EC PRIVATE KEY-----
/// # MHcCAQEEIPzwBDYhzAbGDzebgkzbyswUqgOJZiOa1saUKQyEqE0yoAoGCCqGSM49
/// # AwEHoUQDQgAEZGYhzQCRJnW3yDOWHbdC8N+gx7JtbhM62F+hcfmNeIRCTKjrsj0E
/// # f8R4XnIDVslMSnPuRX/en9gKc1slBAc8zQ==
/// # -----END EC PRIVATE KEY-----";
/// // `pem` is the text of `private_key.pem`.
/// let key = Credentials::from_pem("K2JCJMDEHXQW5F", pem)?;
/// let now: Timestamp = "2026-11-27T12:00:00Z".parse()?;
///
/// let signed = Policy::new("https://media.example.com/videos/7/*")
///     .starts_at(now)
///     .ip_range("192.0.2.0/24")
///     .presign(&key, Duration::from_secs(60), now)?;
/// let link = signed.url("https://media.example.com/videos/7/1.ts")?;
/// assert!(link.as_str().starts_with("https://media.example.com/videos/7/1.ts?Policy=eyJTdGF0ZW1l"));
/// assert_eq!(
///     signed.policy(),
///     concat!(
///         r#"{"Statement":[{"Resource":"https://media.example.com/videos/7/*","#,
///         r#""Condition":{"DateLessThan":{"AWS:EpochTime":1795780860},"#,
///         r#""IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},"#,
///         r#""DateGreaterThan":{"AWS:EpochTime":1795780800}}}]}"#,
///     ),
/// );
#[cfg_attr(not(feature = "p256"), doc = "# }")]
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "`presign` signs it"]
pub struct Policy {
    content: Content,
    hash: Hash,
    /// The first error of a method that describes the policy.
    error: Option<Error>,
}

#[derive(Clone, Debug)]
enum Content {
    Canned {
        url: String,
    },
    Custom {
        resource: String,
        starts_at: Option<Timestamp>,
        ip_range: Option<String>,
    },
    Json(String),
}

impl Policy {
    /// Returns a custom policy for a resource: a percent-encoded URL in which `*` is any text and
    /// `?` any one character. `http*://` covers both schemes, and `*` every URL.
    pub fn new(resource: impl Into<String>) -> Self {
        Policy::of(Content::Custom {
            resource: resource.into(),
            starts_at: None,
            ip_range: None,
        })
    }

    /// Returns a canned policy for a percent-encoded URL.
    ///
    /// If the URL has a query, its signature is also valid for a URL with another character in
    /// place of the `?`, because the same JSON, sent as a custom policy, has a wildcard there.
    pub fn canned(url: impl Into<String>) -> Self {
        Policy::of(Content::Canned { url: url.into() })
    }

    /// Returns a custom policy that is signed byte for byte. It expires at the moment in the JSON:
    /// the expiry that [`presign`](Policy::presign) is called with isn't used.
    pub fn from_json(json: impl Into<String>) -> Self {
        Policy::of(Content::Json(json.into()))
    }

    /// Signs the policy.
    ///
    /// # Errors
    /// - [`ErrorKind::Credentials`](crate::ErrorKind::Credentials): the key is a secret access key,
    ///   the key pair ID isn't letters and digits, or there is a session token.
    /// - [`ErrorKind::Signature`](crate::ErrorKind::Signature): the RSA key doesn't have 2048 bits,
    ///   or the operating system has no randomness.
    /// - [`ErrorKind::Url`](crate::ErrorKind::Url), [`ErrorKind::Query`](crate::ErrorKind::Query):
    ///   the URL or resource isn't one that a browser sends, or is signed already.
    /// - [`ErrorKind::Policy`](crate::ErrorKind::Policy): an invalid IP range; a start or an IP
    ///   range on a canned policy; a start that isn't before the expiration; JSON that CloudFront
    ///   rejects.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): the expiry is not a whole number of
    ///   seconds, is zero, is before 1970, or is after the expiration of the credentials.
    pub fn presign(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<SignedPolicy, Error> {
        self.prepare(credentials.identity(), expiry, now)?
            .sign_with(credentials)
    }

    /// Prepares the policy for an external key. The string to sign is the policy's JSON.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Policy::presign).
    pub fn prepare(
        &self,
        identity: &Identity,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<SignedPolicy>, Error> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let key_source = KeySource::Private {
            kind: identity.require_private_key()?,
            hash: self.hash,
            rsa_bits: RSA_BITS,
        };
        check_key_pair_id(identity)?;
        let (expiry, now) = (expiry.into(), now.into());
        let (statement, json) = self.content.statement(identity, expiry, now)?;
        let is_canned = matches!(self.content, Content::Canned { .. });
        let (string_to_sign, expires_at, hash) = (json.clone(), statement.expires_at, self.hash);
        let id = String::from(identity.access_key_id());
        Ok(Unsigned::new(
            identity,
            key_source,
            string_to_sign.as_str(),
            move |signature| SignedPolicy::new(statement, json, is_canned, hash, signature, &id),
        )
        .with_expiration(expires_at))
    }

    /// Sets the moment from which on the policy is valid. Only a policy of [`new`](Policy::new) can
    /// have one.
    pub fn starts_at(mut self, moment: impl Into<Timestamp>) -> Self {
        match &mut self.content {
            Content::Custom { starts_at, .. } => *starts_at = Some(moment.into()),
            other => {
                let error = other.has_no("start");
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Sets the IPv4 address, or range of addresses (`192.0.2.0/24`), of viewers. Only a policy of
    /// [`new`](Policy::new) can have one. CloudFront doesn't support IPv6 here, so viewers that use
    /// it are rejected.
    pub fn ip_range(mut self, range: impl Into<String>) -> Self {
        match &mut self.content {
            Content::Custom { ip_range, .. } => *ip_range = Some(range.into()),
            other => {
                let error = other.has_no("IP range");
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Sets the hash of the signature. The default is [`Hash::Sha1`].
    pub fn hash(mut self, hash: Hash) -> Self {
        self.hash = hash;
        self
    }

    fn of(content: Content) -> Self {
        Policy {
            content,
            hash: Hash::default(),
            error: None,
        }
    }
}

impl Content {
    /// Returns the checked statement and its JSON.
    fn statement(
        &self,
        identity: &Identity,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<(Statement, String), Error> {
        let expires_at = || -> Result<Timestamp, Error> {
            let expires_at = expiry.resolve(identity, now, "policy")?.expires_at;
            check_moment(expires_at)?;
            Ok(expires_at)
        };
        let statement = match self {
            Content::Canned { url } => {
                check_url(url)?;
                check_no_wildcard(url)?;
                Statement {
                    resource: url.clone(),
                    expires_at: expires_at()?,
                    starts_at: None,
                    ip_range: None,
                }
            }
            Content::Custom {
                resource,
                starts_at,
                ip_range,
            } => {
                check_pattern(resource)?;
                let ip_range = ip_range.as_deref().map(IpRange::parse).transpose()?;
                Statement {
                    resource: resource.clone(),
                    expires_at: expires_at()?,
                    starts_at: *starts_at,
                    ip_range,
                }
            }
            Content::Json(json) => {
                let statement = Statement::from_json(json)?;
                check_pattern(&statement.resource)?;
                check_order(&statement)?;
                return Ok((statement, json.clone()));
            }
        };
        if let Some(starts_at) = statement.starts_at {
            check_moment(starts_at)?;
        }
        check_order(&statement)?;
        let json = statement.to_json();
        Ok((statement, json))
    }

    fn has_no(&self, part: &str) -> Error {
        match self {
            Content::Json(_) => error!(
                Policy,
                "the policy is signed as its JSON is, so its {part} can't be set; write it into the JSON"
            ),
            _ => error!(
                Policy,
                "a canned policy has no {part}; use a custom policy (`Policy::new`)"
            ),
        }
    }
}

/// Checks that the signature of a canned policy covers one URL. The same JSON can be sent as a
/// custom policy, in which `*` is a wildcard.
fn check_no_wildcard(url: &str) -> Result<(), Error> {
    if url.contains('*') {
        return Err(error!(
            Url,
            "the URL has a `*`, with which the signature covers other URLs, too; encode it as %2A, or use \
             a custom policy (`Policy::new`)"
        ));
    }
    Ok(())
}

/// Checks that a policy isn't over before it starts.
fn check_order(statement: &Statement) -> Result<(), Error> {
    match statement.starts_at {
        Some(starts_at) if starts_at >= statement.expires_at => Err(error!(
            Policy,
            "the policy starts at {starts_at}, which is not before its expiration {}",
            statement.expires_at
        )),
        _ => Ok(()),
    }
}

fn check_moment(moment: Timestamp) -> Result<(), Error> {
    if moment.unix_seconds() < 0 {
        return Err(error!(
            Expiry,
            "{moment} is before 1970, which no policy can contain"
        ));
    }
    Ok(())
}

/// Checks the parts of an identity that a URL and a cookie contain.
fn check_key_pair_id(identity: &Identity) -> Result<(), Error> {
    let id = identity.access_key_id();
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(error!(
            Credentials,
            "invalid key pair ID {}; use CloudFront's ID of the public key, such as K2JCJMDEHXQW5F",
            Quoted(id)
        ));
    }
    if identity.session_token().is_some() {
        return Err(error!(
            Credentials,
            "the credentials have a session token, which CloudFront's signatures can't contain"
        ));
    }
    Ok(())
}
