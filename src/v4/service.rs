//! A service: region, name, and its rules for a signature.

use super::caller_headers::HeaderNames;
use super::scope::SigningScope;
use super::scope_checks::{check_scope_name, is_aws_scope};
use crate::error::Error;
use crate::identity::Identity;
use crate::scheme::aws::{AWS4, AWS4A};
use crate::scheme::region_set::check_region_set;
use crate::scheme::services::{CanonicalUri, ServiceRules, SessionToken};
use crate::scheme::v4_scheme::V4Scheme;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// A service in a region, whose requests are signed with SigV4.
///
/// It makes requests ([`get`](Service::get), [`post`](Service::post), …) that are then signed by
/// [`Request::presign`](crate::Request::presign) or [`Request::sign`](crate::Request::sign). Any
/// number of threads can use it. For objects in S3, use [`s3::Bucket`](crate::s3::Bucket).
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Payload, Timestamp, v4};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20150830T123600Z".parse()?;
/// let api = v4::Service::new("us-east-1", "execute-api")?;
/// let signed = api
///     .post("https://abc123.execute-api.us-east-1.amazonaws.com/prod/jobs")
///     .header("Content-Type", "application/json")
///     .payload(Payload::sha256_of(r#"{"name": "report"}"#))
///     .sign(&credentials, now)?;
/// for (name, value) in signed.headers() {
///     println!("{name}: {value}");
/// }
///
/// let url = api
///     .get("https://abc123.execute-api.us-east-1.amazonaws.com/prod/jobs")
///     .presign(&credentials, Duration::from_secs(60), now)?;
/// assert!(url.as_str().contains("/prod/jobs?X-Amz-Algorithm=AWS4-HMAC-SHA256&"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Service {
    pub(crate) signing_scope: SigningScope,
    pub(crate) rules: ServiceRules,
    /// The names of the signature's headers, found once.
    pub(super) header_names: HeaderNames,
    /// Whether header signing adds the payload's hash as a header.
    pub(super) content_sha256_header: bool,
    /// Whether AWS may have such a region and service. Other stores may have any.
    pub(super) is_aws_scope: bool,
    /// The same service with the scheme for private keys, if its own scheme is for HMAC keys only.
    private_key_service: Option<Box<Service>>,
}

impl Service {
    /// Returns the service with that signing name, such as `execute-api`, `sts` or `es`, in a
    /// region.
    ///
    /// # Errors
    /// [`ErrorKind::Scope`](crate::ErrorKind::Scope) if region or service is empty, is a host, or
    /// contains a slash, comma, space or another character that a credential scope can't have.
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Result<Self, Error> {
        let (region, service) = (region.into(), service.into());
        check_scope_name("region", &region)?;
        check_scope_name("service", &service)?;
        Ok(Service::of_checked(&AWS4, &region, &service))
    }

    /// Returns a service whose requests are signed with SigV4a, so that they are valid in several
    /// regions: a region set such as `us-east-1,eu-west-1`, `us-*` or `*`.
    ///
    /// The P-256 key is derived from the secret access key, with the feature `sigv4a`, or is one of
    /// your own: [`Credentials::from_pem`](crate::Credentials::from_pem) or, for an external key,
    /// [`Identity::p256`](crate::Identity::p256). The credentials keep a derived key.
    ///
    /// ```
    /// # #[cfg(feature = "sigv4a")] {
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp, v4};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20150830T123600Z".parse()?;
    /// let events = v4::Service::sigv4a("us-east-1,eu-west-1", "events")?;
    /// let url = events
    ///     .get("https://abc.def.endpoint.events.amazonaws.com/")
    ///     .presign(&credentials, Duration::from_secs(60), now)?;
    /// assert!(url.as_str().contains("&X-Amz-Region-Set=us-east-1%2Ceu-west-1&"));
    /// # }
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Scope`](crate::ErrorKind::Scope) if a region is empty or has a character other
    /// than letters, digits, `-` and `*`, and for services that [`new`](Service::new) rejects.
    pub fn sigv4a(
        region_set: impl Into<String>,
        service: impl Into<String>,
    ) -> Result<Self, Error> {
        let (region_set, service) = (region_set.into(), service.into());
        check_region_set(&region_set)?;
        check_scope_name("service", &service)?;
        Ok(Service::of_checked(&AWS4A, &region_set, &service))
    }

    /// Returns the service of a region, or region set, and a name that have been checked.
    pub(crate) fn of_checked(scheme: &'static V4Scheme, region: &str, service: &str) -> Self {
        let rules = ServiceRules::of(service);
        Service {
            signing_scope: SigningScope::new(scheme, region, service),
            rules,
            header_names: HeaderNames::new(scheme, rules.session_token),
            content_sha256_header: rules.payload_header,
            is_aws_scope: is_aws_scope(region, service),
            private_key_service: None,
        }
    }

    pub(crate) fn scheme(&self) -> &'static V4Scheme {
        self.signing_scope.scheme
    }

    /// Adds the scheme that signs with private keys.
    #[cfg(feature = "gcs")]
    pub(crate) fn with_private_keys(mut self, scheme: &'static V4Scheme) -> Self {
        let (region, service) = (&self.signing_scope.region, &self.signing_scope.service);
        let other = Service::of_checked(scheme, region, service);
        self.private_key_service = Some(Box::new(other));
        self
    }

    /// Returns the service whose scheme is for the kind of key that an identity has.
    #[inline]
    pub(crate) fn for_key_of(&self, identity: &Identity) -> &Service {
        match &self.private_key_service {
            Some(service) if identity.private_key_kind().is_some() => service,
            _ => self,
        }
    }

    /// Sets the rule for the path. The default is the service's own.
    #[must_use]
    pub fn canonical_uri(mut self, rule: CanonicalUri) -> Self {
        self.rules.canonical_uri = rule;
        self
    }

    /// Sets whether header signing adds `x-amz-content-sha256`. By default it does for S3, which
    /// requires the header, and for an unsigned payload, of which the server has to be told.
    #[must_use]
    pub fn content_sha256_header(mut self, add: bool) -> Self {
        self.content_sha256_header = add;
        self
    }

    /// Sets how a session token is sent.
    #[must_use]
    pub fn session_token(mut self, session_token: SessionToken) -> Self {
        self.rules.session_token = session_token;
        self.header_names = HeaderNames::new(self.scheme(), session_token);
        self
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("region", &self.signing_scope.region)
            .field("service", &self.signing_scope.service)
            .field("canonical_uri", &self.rules.canonical_uri)
            .field("session_token", &self.rules.session_token)
            .finish_non_exhaustive()
    }
}
