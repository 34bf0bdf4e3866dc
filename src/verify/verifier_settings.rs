//! The settings of a verifier that the caller chooses.

use super::authentication::Carrier;
use super::verifier::Verifier;
#[cfg(feature = "sigv4a")]
use crate::scheme::aws::AWS4A;
use crate::scheme::limits::MAX_EXPIRY;
use crate::scheme::services::{CanonicalUri, SessionToken};
#[cfg(feature = "explain")]
use crate::scheme::v4_family::{V4_FAMILIES, V4Family};
use alloc::string::String;
use core::time::Duration;

/// Settings.
impl Verifier {
    /// Allows one more region.
    #[must_use]
    pub fn allow_region(mut self, region: impl Into<String>) -> Self {
        if !self.settings.regions.is_empty() {
            self.settings.regions.push(region.into().into());
        }
        self
    }

    /// Allows every region, for stores that have no regions.
    #[must_use]
    pub fn allow_any_region(mut self) -> Self {
        self.settings.regions.clear();
        self
    }

    /// Allows one more service.
    #[must_use]
    pub fn allow_service(mut self, service: impl Into<String>) -> Self {
        self.settings.services.push(service.into().into());
        self
    }

    /// Allows SigV4a, too. The region set of a request has to include a region of the verifier.
    ///
    /// The public key is that of the credentials, which keep it, or a P-256
    /// [`VerifyingKey`](crate::VerifyingKey). Verifying takes a few hundred microseconds, a
    /// thousand times as long as SigV4.
    ///
    /// An ECDSA signature can be changed into a second one of the same request without the key, so
    /// don't recognize a repeated request by its signature.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
    /// use presign::{Credentials, SignatureVersion, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::builder("examplebucket", "us-east-1")
    ///     .signature_version(SignatureVersion::V4a)
    ///     .region_set("us-*")
    ///     .build()?;
    /// let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
    /// let request = ReceivedRequest::from_url("GET", link.as_str())?;
    ///
    /// let verifier = Verifier::new("us-west-2", "s3").allow_sigv4a();
    /// let verified = verifier.verify(&request, now, |_| Some(&credentials))?;
    /// assert_eq!(verified.authentication().region(), Some("us-*"));
    ///
    /// let verifier = Verifier::new("eu-west-1", "s3").allow_sigv4a();
    /// let error = verifier.verify(&request, now, |_| Some(&credentials)).unwrap_err();
    /// assert_eq!(error.kind(), VerifyErrorKind::Region);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "sigv4a")]
    #[must_use]
    pub fn allow_sigv4a(mut self) -> Self {
        self.settings.allow_v4_scheme(&AWS4A);
        self
    }

    /// Allows SigV2, too: of S3's REST interface and of the query APIs. A URL or the policy of a
    /// form can expire at most `max_expires_in` from now.
    ///
    /// SigV2 covers little of a request and has no region: see
    /// [`v2`](crate::v2#coverage).
    #[must_use]
    pub fn allow_sigv2(mut self, max_expires_in: Duration) -> Self {
        self.settings.sigv2_max_expires_in = Some(max_expires_in);
        self
    }

    /// Sets the parts of a request that can carry the signature. By default all can.
    #[must_use]
    pub fn carriers(mut self, carriers: &[Carrier]) -> Self {
        self.settings.carriers = carriers.into();
        self
    }

    /// Allows an unsigned payload: `UNSIGNED-PAYLOAD`, and with
    /// [`allow_streaming`](Verifier::allow_streaming) unsigned chunks. By default it is allowed for
    /// S3 only.
    #[must_use]
    pub fn allow_unsigned_payload(mut self) -> Self {
        self.settings.unsigned_payload = Some(true);
        self
    }

    /// Rejects an unsigned payload for S3, too.
    #[must_use]
    pub fn reject_unsigned_payload(mut self) -> Self {
        self.settings.unsigned_payload = Some(false);
        self
    }

    /// Allows the `STREAMING-…` values of `x-amz-content-sha256` that belong to the scheme.
    /// Unsigned chunks also need [`allow_unsigned_payload`](Verifier::allow_unsigned_payload). The
    /// head of the request is verified; [`Verified::chunk_decoder`](super::Verified::chunk_decoder)
    /// verifies its body.
    #[must_use]
    pub fn allow_streaming(mut self) -> Self {
        self.settings.streaming = true;
        self
    }

    /// Sets the largest difference between the client's clock and the server's. The default is 15
    /// minutes. An expiration has no such tolerance.
    #[must_use]
    pub fn max_clock_skew(mut self, skew: Duration) -> Self {
        self.settings.max_clock_skew = skew;
        self
    }

    /// Sets for how long a SigV4 URL or form can be valid. More than seven days count as seven
    /// days.
    ///
    /// A form is rejected once its `x-amz-date` is older than that, even if its policy expires
    /// later.
    #[must_use]
    pub fn max_expires_in(mut self, duration: Duration) -> Self {
        self.settings.max_expires_in = duration.min(MAX_EXPIRY);
        self
    }

    /// Sets the rule for the path, in place of the service's own.
    #[must_use]
    pub fn canonical_uri(mut self, rule: CanonicalUri) -> Self {
        self.settings.canonical_uri = Some(rule);
        self
    }

    /// Allows empty and dot segments in the path, for services that sign the path without them.
    ///
    /// With them, one signature is valid for several paths: that of `/files/7` for
    /// `/admin/../files/7`, too. Route by [`Verified::path`](super::Verified::path), not by the
    /// received path.
    #[must_use]
    pub fn allow_dot_segments(mut self) -> Self {
        self.settings.target_rules.allows_dot_segments = true;
        self
    }

    /// Allows `%2F` in the path, for S3, which signs it as a slash: `/bucket%2Fkey` has the
    /// signature of `/bucket/key`.
    ///
    /// A router reads it as part of a segment. Route by [`Verified::path`](super::Verified::path),
    /// not by the received path.
    #[must_use]
    pub fn allow_escaped_slash(mut self) -> Self {
        self.settings.target_rules.allows_escaped_slash = true;
        self
    }

    /// Rejects a `+` in the query.
    ///
    /// The signature covers it as a plus sign, but a decoder of HTML forms reads it as a space.
    /// Signers escape both, as `%2B` and `%20`.
    #[must_use]
    pub fn reject_plus_in_query(mut self) -> Self {
        self.settings.target_rules.rejects_plus = true;
        self
    }

    /// Sets how clients send a session token. With [`SessionToken::Appended`] it is not signed.
    ///
    /// [`SessionToken::S3Express`] has the effect of [`SessionToken::Signed`]: whether the token of
    /// S3 Express is read depends on the service in the credential scope.
    #[must_use]
    pub fn session_token(mut self, session_token: SessionToken) -> Self {
        self.settings.session_token = session_token;
        self
    }

    /// Adds the domain after the bucket in a host: with `s3.example.com`, the host
    /// `photos.s3.example.com` names the bucket `photos`. SigV2 needs it. The longest matching
    /// domain counts. Without one, a request is in path style.
    #[must_use]
    pub fn base_domain(mut self, domain: impl Into<String>) -> Self {
        self.settings.add_base_domain(domain.into().into());
        self
    }

    /// Returns a verifier that allows whatever can be parsed: to see what was signed, not to allow
    /// access.
    #[cfg(feature = "explain")]
    pub(crate) fn lax() -> Self {
        let mut verifier = Verifier::new("", "")
            .allow_any_region()
            .allow_sigv2(Duration::MAX)
            .allow_unsigned_payload()
            .allow_streaming()
            .allow_dot_segments()
            .allow_escaped_slash();
        for scheme in V4_FAMILIES.iter().flat_map(V4Family::schemes) {
            verifier.settings.allow_v4_scheme(scheme);
        }
        verifier.settings.services.clear();
        verifier.settings.max_expires_in = Duration::MAX;
        verifier
    }
}
