//! Results that lack only their signature.

use crate::credentials::Credentials;
use crate::crypto::{Algorithm, Hash, Message, PrivateKeyKind, Signature};
use crate::error::{Error, error};
use crate::identity::Identity;
use crate::time::{AmzDate, Timestamp};
use crate::v2;
use crate::v4::{self, Scope, SigningScope};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// A result without its signature: for an external key, and to see each step.
///
/// `T` is the result with its signature: [`PresignedUrl`](crate::PresignedUrl),
/// [`SignedRequest`](crate::SignedRequest), [`PresignedPost`](crate::post::PresignedPost),
/// [`Token`](crate::tokens::Token). `Debug` hides all texts, because they may contain a session
/// token.
///
/// Under SigV4 the owner of the secret derives a key for the [scope](Unsigned::scope), and signs
/// with it:
///
/// ```
/// use core::time::Duration;
/// use hmac::{Hmac, KeyInit as _, Mac as _};
/// use presign::{Identity, Timestamp, s3::Bucket};
/// use sha2::Sha256;
///
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let minute = Duration::from_secs(60);
///
/// let identity = Identity::hmac("AKIDEXAMPLE")?;
/// let unsigned = bucket.get("a b.txt").prepare_url(&identity, minute, now)?;
/// let scope = unsigned.scope().unwrap_or_default();
/// assert_eq!(scope, "20130524/us-east-1/s3/aws4_request");
///
/// // The KMS computes this. The key stays the same for a day.
/// let hmac = |key: &[u8], message: &[u8]| -> Vec<u8> {
///     let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is valid");
///     mac.update(message);
///     mac.finalize().into_bytes().to_vec()
/// };
/// let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
/// for part in scope.split('/') {
///     key = hmac(&key, part.as_bytes());
/// }
/// let signature = hmac(&key, unsigned.string_to_sign());
///
/// let link = unsigned.finish(&signature)?;
/// # use presign::Credentials;
/// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// # assert_eq!(link.as_str(), bucket.get("a b.txt").presign(&credentials, minute, now)?.as_str());
/// println!("{link}");
/// # Ok::<(), presign::Error>(())
/// ```
///
/// The steps of a signature, made with credentials:
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let minute = Duration::from_secs(60);
///
/// let unsigned = bucket.get("a b.txt").prepare_url(credentials.identity(), minute, now)?;
/// let canonical_request = unsigned.canonical_request().unwrap_or_default();
/// assert!(canonical_request.starts_with("GET\n/a%20b.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&"));
/// assert!(unsigned.string_to_sign().starts_with(b"AWS4-HMAC-SHA256\n20130524T000000Z\n"));
/// let link = unsigned.sign_with(&credentials)?;
/// assert!(link.as_str().ends_with(&*link.signature()));
/// # Ok::<(), presign::Error>(())
/// ```
#[must_use = "it is not signed; call `finish` or `sign_with`"]
pub struct Unsigned<T> {
    identity: Identity,
    key_source: KeySource,
    string_to_sign: Vec<u8>,
    scope: Option<String>,
    canonical_request: Option<String>,
    /// When the result expires. Signed headers have no expiration.
    expires_at: Option<Timestamp>,
    complete: Box<dyn Complete<T>>,
}

/// Adds a signature to a result.
pub(crate) trait Complete<T>:
    FnOnce(&Signature) -> T + Send + Sync + UnwindSafe + RefUnwindSafe + 'static
{
}

impl<T, F> Complete<T> for F where
    F: FnOnce(&Signature) -> T + Send + Sync + UnwindSafe + RefUnwindSafe + 'static
{
}

/// The way from a secret to the signing key.
pub(crate) enum KeySource {
    /// Derived for a scope.
    V4 {
        time: AmzDate,
        signing_scope: Box<SigningScope>,
    },
    /// The secret itself.
    V2(v2::SignatureMethod),
    /// A private key.
    #[cfg_attr(
        not(any(feature = "cloudfront", feature = "gcs")),
        allow(dead_code, reason = "no scheme uses it")
    )]
    Private {
        kind: PrivateKeyKind,
        hash: Hash,
        /// The sizes of RSA keys that the service accepts.
        rsa_bits: RangeInclusive<usize>,
    },
    /// The HMAC key whose base64 is the secret.
    #[cfg(feature = "azure")]
    Base64,
}

impl KeySource {
    pub(super) fn of_v4(string_to_sign: &v4::StringToSign<'_>) -> Self {
        KeySource::V4 {
            time: string_to_sign.scope.time,
            signing_scope: Box::new(string_to_sign.scope.signing_scope.clone()),
        }
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            KeySource::V4 { signing_scope, .. } => match signing_scope.scheme.private_key {
                Some(kind) => kind.algorithm(Hash::Sha256),
                None => Algorithm::HmacSha256,
            },
            KeySource::V2(v2::SignatureMethod::HmacSha256) => Algorithm::HmacSha256,
            KeySource::V2(v2::SignatureMethod::HmacSha1) => Algorithm::HmacSha1,
            KeySource::Private { kind, hash, .. } => kind.algorithm(*hash),
            #[cfg(feature = "azure")]
            KeySource::Base64 => Algorithm::HmacSha256,
        }
    }

    /// Signs with credentials of the identity for which the result was prepared.
    fn sign(&self, credentials: &Credentials, message: &[u8]) -> Result<Signature, Error> {
        let signature = match self {
            KeySource::V4 {
                time,
                signing_scope,
            } => {
                let scope = Scope {
                    time: *time,
                    signing_scope,
                };
                scope.signing_key(credentials)?.sign(message)?
            }
            KeySource::V2(method) => {
                let key = method.signing_key(credentials.secret_access_key()?);
                key.sign(message)?
            }
            #[cfg(feature = "azure")]
            KeySource::Base64 => credentials.base64_key()?.sign(message)?,
            KeySource::Private { kind, hash, .. } => {
                let key = credentials.private_key()?;
                if key.kind() != *kind {
                    return Err(error!(
                        Credentials,
                        "the signature was prepared for another kind of private key; prepare it with this identity"
                    ));
                }
                let signature = key.sign(*hash, message)?;
                let length = signature.as_bytes().len();
                if *kind == PrivateKeyKind::Rsa
                    && let Some(bits) = self.other_rsa_bits(length)
                {
                    return Err(error!(
                        Credentials,
                        "the RSA key has {} bits, but the service needs one of {bits} bits; sign with such a key",
                        length.saturating_mul(8)
                    ));
                }
                signature
            }
        };
        Ok(signature)
    }

    /// Checks the form of a signature. Whether it is right can't be known here.
    fn check(&self, signature: &[u8]) -> Result<(), Error> {
        let length = signature.len();
        let hmac = |name, expected| {
            if length == expected {
                return Ok(());
            }
            Err(error!(
                Signature,
                "the signature has {length} bytes, but an {name} has {expected}; pass the raw \
                 bytes, not hexadecimal digits or base64"
            ))
        };
        match self.algorithm() {
            Algorithm::HmacSha256 => hmac("HMAC-SHA256", 32),
            Algorithm::HmacSha1 => hmac("HMAC-SHA1", 20),
            Algorithm::RsaSha256 | Algorithm::RsaSha1 => match self.other_rsa_bits(length) {
                None => Ok(()),
                Some(bits) => Err(error!(
                    Signature,
                    "the signature has {length} bytes, but the service needs one of an RSA key of {bits} bits; \
                     pass the raw bytes, not hexadecimal digits or base64"
                )),
            },
            Algorithm::EcdsaSha256 | Algorithm::EcdsaSha1 if is_ecdsa_der(signature) => Ok(()),
            Algorithm::EcdsaSha256 | Algorithm::EcdsaSha1 => Err(error!(
                Signature,
                "the signature is not an ECDSA signature in DER; pass the bytes of the ASN.1 \
                 SEQUENCE of `r` and `s`"
            )),
        }
    }

    /// Returns the sizes of the RSA keys that the service accepts, if a signature of that length is
    /// made by none of them.
    fn other_rsa_bits(&self, length: usize) -> Option<String> {
        let range = match self {
            KeySource::Private { rsa_bits, .. } => rsa_bits.clone(),
            _ => 2048..=4096,
        };
        let is_accepted = range.contains(&length.saturating_mul(8));
        (!is_accepted).then(|| bits_text(&range))
    }
}

fn bits_text(range: &RangeInclusive<usize>) -> String {
    let (min, max) = (range.start(), range.end());
    if min == max {
        format!("{min}")
    } else {
        format!("{min} to {max}")
    }
}

/// Returns whether bytes have the form of an ECDSA signature on P-256 in DER: a SEQUENCE of two
/// INTEGERs of at most 33 bytes.
fn is_ecdsa_der(bytes: &[u8]) -> bool {
    fn after_integer(bytes: &[u8]) -> Option<&[u8]> {
        match bytes {
            [2, length @ 1..=33, rest @ ..] => rest.get(usize::from(*length)..),
            _ => None,
        }
    }
    let integers = match bytes {
        [0x30, length, integers @ ..] if usize::from(*length) == integers.len() => integers,
        _ => return false,
    };
    after_integer(integers).and_then(after_integer) == Some(&[])
}

impl<T> Unsigned<T> {
    pub(crate) fn new(
        identity: &Identity,
        key_source: KeySource,
        string_to_sign: &(impl Message + ?Sized),
        complete: impl Complete<T>,
    ) -> Self {
        let mut bytes = Vec::new();
        string_to_sign.write(&mut bytes);
        let scope = match &key_source {
            KeySource::V4 {
                time,
                signing_scope,
            } => Some(alloc::format!("{}{}", time.date(), signing_scope.text)),
            _ => None,
        };
        Unsigned {
            identity: identity.clone(),
            key_source,
            string_to_sign: bytes,
            scope,
            canonical_request: None,
            expires_at: None,
            complete: Box::new(complete),
        }
    }

    /// Adds the canonical request whose hash is in the string to sign.
    pub(crate) fn with_canonical_request(mut self, text: String) -> Self {
        self.canonical_request = Some(text);
        self
    }

    /// Sets when the result expires. `None` means that a stored access policy sets it.
    pub(crate) fn with_expiration(mut self, expires_at: impl Into<Option<Timestamp>>) -> Self {
        self.expires_at = expires_at.into();
        self
    }

    /// Returns the same with another result, made of the first one.
    pub(crate) fn map<U>(
        self,
        convert: impl FnOnce(T) -> U + Send + Sync + UnwindSafe + RefUnwindSafe + 'static,
    ) -> Unsigned<U>
    where
        T: 'static,
    {
        let complete = self.complete;
        Unsigned {
            identity: self.identity,
            key_source: self.key_source,
            string_to_sign: self.string_to_sign,
            scope: self.scope,
            canonical_request: self.canonical_request,
            expires_at: self.expires_at,
            complete: Box::new(move |signature: &Signature| convert(complete(signature))),
        }
    }

    /// Returns the bytes to sign. They are UTF-8 unless SigV2 signs a header value that isn't.
    #[must_use]
    pub fn string_to_sign(&self) -> &[u8] {
        &self.string_to_sign
    }

    /// Returns the credential scope for which SigV4 derives the key:
    /// `20130524/us-east-1/s3/aws4_request`. SigV2 has none.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Adds a signature that was made elsewhere. It is raw: the bytes of the HMAC, of the RSA
    /// signature, or of the ECDSA signature in DER.
    ///
    /// # Errors
    /// [`ErrorKind::Signature`](crate::ErrorKind::Signature) if it doesn't have the length of the
    /// algorithm's signatures, isn't DER, or is one of an RSA key that the service doesn't accept.
    /// Whether it is right can't be known here.
    pub fn finish(self, signature: &[u8]) -> Result<T, Error> {
        self.key_source.check(signature)?;
        Ok((self.complete)(&Signature::Other(signature.into())))
    }

    /// Signs with credentials of the identity for which this was prepared.
    ///
    /// # Errors
    /// - [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if they have another access key
    ///   ID, another session token or another kind of key.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) if they expire before the result.
    /// - [`ErrorKind::Signature`](crate::ErrorKind::Signature) if the private key can't sign,
    ///   because the operating system has no randomness, or if the service doesn't accept the key's
    ///   size.
    pub fn sign_with(self, credentials: &Credentials) -> Result<T, Error> {
        let (own, other) = (&self.identity, credentials.identity());
        if own.access_key_id() != other.access_key_id() {
            return Err(error!(
                Credentials,
                "the signature was prepared for the access key ID {}, but the credentials have {}; prepare it with \
                 this identity",
                own.access_key_id(),
                other.access_key_id()
            ));
        }
        if own.session_token() != other.session_token() {
            return Err(error!(
                Credentials,
                "the signature was prepared for another session token; prepare it with this identity"
            ));
        }
        if let (Some(expires_at), Some(expiration)) = (self.expires_at, other.expiration())
            && expiration < expires_at
        {
            return Err(error!(
                Expiry,
                "the signature was prepared to expire at {expires_at}, after the credentials, which expire at {expiration}; \
                 prepare it with an identity that has this expiration"
            ));
        }
        let signature = self.key_source.sign(credentials, &self.string_to_sign)?;
        Ok((self.complete)(&signature))
    }

    /// Returns the algorithm of the signature.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key_source.algorithm()
    }

    /// Returns the canonical request, whose hash is in the string to sign. SigV2 and forms have
    /// none. Bytes of a header value that are not UTF-8 are shown as replacement characters.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.canonical_request.as_deref()
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl<T> fmt::Debug for Unsigned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned")
            .field("algorithm", &self.algorithm())
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
