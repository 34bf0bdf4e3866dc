//! The verifier: its settings, and the stages of verification in their order.

use super::authentication::{Carrier, Claim};
use super::error::{VerifyError, refuse};
use super::payload::SignedPayload;
use super::query_api::read_call;
use super::received_request::ReceivedRequest;
use super::settings::Settings;
use super::unverified::{Signed, Unverified};
use super::v2_request::V2Request;
use super::v4_claim::V4Claim;
use super::v4_request::V4Request;
use super::v4_signed_headers::find_signed_headers;
use super::verified::Verified;
use crate::scheme::Scheme;
use crate::scheme::aws::AWS4;
use crate::scheme::detect::{V2Signals, v4_signature_name};
use crate::scheme::limits::MAX_EXPIRY;
use crate::scheme::services::{CanonicalUri, ServiceRules, SessionToken};
use crate::scheme::sigv2;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::time::Timestamp;
use crate::verifying_key::VerifyingKey;
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::query::parse_query;
use alloc::string::String;
use core::time::Duration;

/// Verifies received requests.
///
/// By default it allows SigV4 in header, query and form, for one region and one service; a
/// difference of 15 minutes between the clocks; presigned URLs and forms that are valid for at most
/// seven days; and an unsigned payload for S3 only. SigV2, other regions and services, and payloads
/// in chunks have to be allowed.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::{Carrier, ReceivedRequest, Verifier, VerifyErrorKind};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket.get("report.pdf").presign(&credentials, Duration::from_secs(60), now)?;
///
/// let verifier = Verifier::new("us-east-1", "s3")
///     .carriers(&[Carrier::Query])
///     .max_expires_in(Duration::from_secs(3600));
/// let lookup = |id: &str| (id == "AKIDEXAMPLE").then_some(&credentials);
///
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// let verified = verifier.verify(&request, now, lookup)?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
///
/// // The signature covers the method.
/// let request = ReceivedRequest::from_url("HEAD", link.as_str())?;
/// let error = verifier.verify(&request, now, lookup).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Signature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    pub(super) settings: Settings,
}

impl Verifier {
    /// Returns a verifier for one region and one service, such as `us-east-1` and `s3`.
    #[must_use]
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Verifier {
            settings: Settings::new(&AWS4, region.into().into(), service.into().into()),
        }
    }

    /// Verifies a request.
    ///
    /// `lookup` returns the key of an access key ID, or `None` if there is none. It is called only
    /// for requests that are otherwise well-formed, allowed and in time.
    ///
    /// # Errors
    /// Returns the errors of [`parse`](Verifier::parse) and [`Unverified::verify`], and
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey) if `lookup` returns `None`.
    pub fn verify<'r, 'k, K: Into<VerifyingKey<'k>>>(
        &self,
        request: &'r ReceivedRequest<'r>,
        now: impl Into<Timestamp>,
        lookup: impl FnOnce(&str) -> Option<K>,
    ) -> Result<Verified<'r>, VerifyError> {
        let now = now.into();
        let unverified = self.parse(request)?;
        unverified.check_time(now)?;
        match lookup(unverified.access_key_id()) {
            Some(key) => unverified.verify(key, now),
            None => Err(unverified.unknown_access_key()),
        }
    }

    /// Reads the authentication of a request, and checks everything that needs neither a key nor
    /// the time.
    ///
    /// # Errors
    /// Returns an error of any [`VerifyErrorKind`](super::VerifyErrorKind) of a request, except
    /// `TimeSkew`, `NotYetValid`, `Expired`, `AccessKey`, `SessionToken`, `CredentialsExpired`,
    /// `Signature` and `PayloadMismatch`.
    pub fn parse<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        request.check_size()?;
        let query = request.target.query;
        let canonical =
            query.and_then(|query| V4Claim::from_canonical_query(self.settings.scheme, query));
        request.check_message()?;
        // A canonical query needs no check.
        if canonical.is_none() {
            request.check_query()?;
        }
        self.settings.target_rules.check_query(request.target)?;
        let (scheme, carrier) = find_signature(self.settings.scheme, request, canonical.is_some())?;
        self.settings.check_scheme(scheme, carrier)?;
        let mut parsed = match (scheme, carrier, canonical) {
            (Scheme::AwsV2QueryApi, ..) => self.parse_query_api(request),
            (Scheme::AwsV2, ..) => self.parse_v2(request, carrier),
            (_, Carrier::Header, _) => self.parse_v4_header(request),
            (_, _, Some((claim, query))) => self.parse_v4(request, claim, Some(query)),
            (_, _, None) => self.parse_v4_query(request),
        };
        // `map_err` would move the result, which takes as long as hashing a block.
        if let Err(error) = &mut parsed {
            error.set_signed_by(scheme, carrier);
        }
        parsed
    }

    fn parse_query_api<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let (claim, method) = read_call(request)?;
        Ok(self.unverified(request, claim, Signed::QueryApi(method)))
    }

    fn parse_v2<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
        carrier: Carrier,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let (claim, signed) = V2Request::read(request, carrier)?;
        Ok(self.unverified(request, claim, Signed::V2(signed)))
    }

    fn parse_v4_header<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let claim = V4Claim::from_headers(self.settings.scheme, request)?;
        self.parse_v4(request, claim, None)
    }

    fn parse_v4_query<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let query = request.target.query.unwrap_or_default();
        let claim = V4Claim::from_query(self.settings.scheme, query)?;
        self.parse_v4(request, claim, None)
    }

    /// Checks a SigV4 signature against settings and request: scope, then coverage, then payload.
    fn parse_v4<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
        claim: V4Claim<'r>,
        canonical_query: Option<&'r str>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let settings = &self.settings;
        let stated = &claim.claim.authentication;
        let carrier = stated.carrier;
        if carrier == Carrier::Query {
            settings.check_expires_in(stated)?;
            check_no_headers(settings.scheme, request)?;
        }
        let region = stated.region().unwrap_or_default();
        let service = stated.service().unwrap_or_default();
        let suffix = settings.scope_suffix(region, service)?;
        let rules = ServiceRules::of(service);
        let canonical_uri = settings.canonical_uri.unwrap_or(rules.canonical_uri);
        let target_rules = settings.target_rules;
        target_rules.check_path(request.target.path, canonical_uri)?;
        let token = claim.token(rules)?;
        let token_is_appended = settings.token_is_appended();
        let headers = find_signed_headers(
            settings.scheme,
            request,
            &claim.signed_headers,
            token_is_appended,
        )?;
        let signed = V4Request {
            carrier,
            time: claim.time,
            suffix,
            canonical_uri,
            // A token that was appended, even an empty one, is not in the signed query.
            canonical_query: canonical_query.filter(|_| !token_is_appended),
            token_is_appended,
            header_names: claim.signed_headers,
            headers,
            payload: SignedPayload::find(settings, request, claim.content_sha256, rules, carrier)?,
        };
        let claim = Claim {
            token,
            ..claim.claim
        };
        Ok(self.unverified(request, claim, Signed::V4(signed)))
    }

    fn unverified<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
        claim: Claim<'r>,
        signed: Signed<'v, 'r>,
    ) -> Unverified<'v, 'r> {
        Unverified {
            settings: &self.settings,
            bucket: self.settings.bucket(request),
            request,
            claim,
            signed,
        }
    }
}

/// Finds the signature of a request: its scheme and its carrier.
fn find_signature(
    scheme: &V4Scheme,
    request: &ReceivedRequest<'_>,
    query_is_canonical: bool,
) -> Result<(Scheme, Carrier), VerifyError> {
    let mut authorizations = request.values(AUTHORIZATION);
    let authorization = authorizations.next();
    if authorizations.next().is_some() {
        return Err(refuse!(SignedTwice, "duplicate header {AUTHORIZATION}"));
    }
    // A canonical query has the parameters of SigV4, and none of SigV2.
    let (mut is_v4, mut v2) = (query_is_canonical, V2Signals::default());
    for param in parse_query(request.target.query.filter(|_| !query_is_canonical)) {
        is_v4 |= v4_signature_name(scheme, &param).is_some();
        v2.add(&param);
    }
    match (authorization, is_v4, v2.is_signed()) {
        (Some(header), false, false) => {
            let text = header.trimmed();
            if text.starts_with(scheme.algorithm.as_bytes()) {
                Ok((scheme.scheme, Carrier::Header))
            } else if text.starts_with(sigv2::AUTHORIZATION_START.as_bytes()) {
                Ok((Scheme::AwsV2, Carrier::Header))
            } else {
                Err(refuse!(
                    Scheme,
                    "unsupported kind of {AUTHORIZATION} header; sign with {}",
                    scheme.algorithm
                ))
            }
        }
        (None, true, false) => Ok((scheme.scheme, Carrier::Query)),
        (None, false, true) if v2.signature_version => Ok((Scheme::AwsV2QueryApi, Carrier::Query)),
        (None, false, true) => Ok((Scheme::AwsV2, Carrier::Query)),
        (None, false, false) => Err(refuse!(NotSigned, "the request is not signed")),
        _ => Err(refuse!(
            SignedTwice,
            "the request has more than one signature; send one, in the {AUTHORIZATION} header or in the query"
        )),
    }
}

/// Checks that a presigned URL is sent without the headers that its query replaces.
fn check_no_headers(scheme: &V4Scheme, request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
    for role in [Role::Date, Role::SecurityToken, Role::ExpressToken] {
        let name = scheme.name(role).lowercase;
        if request.values(name).next().is_some() {
            return Err(refuse!(
                SignedTwice,
                "the request is signed in its query, but has the header {name}, too; leave it out"
            ));
        }
    }
    Ok(())
}

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

    /// Allows SigV2, too: of S3's REST interface and of the query APIs. A URL or the policy of a form
    /// can expire at most `max_expires_in` from now.
    ///
    /// SigV2 covers little of a request and has no region: see
    /// [`v2`](crate::v2#what-the-signature-covers).
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

    /// Sets whether an unsigned payload is allowed: `UNSIGNED-PAYLOAD`, and with
    /// [`allow_streaming`](Verifier::allow_streaming) unsigned chunks. By default it is for S3 only.
    #[must_use]
    pub fn allow_unsigned_payload(mut self, allow: bool) -> Self {
        self.settings.unsigned_payload = Some(allow);
        self
    }

    /// Allows the `STREAMING-…` values of `x-amz-content-sha256` that belong to the scheme. Unsigned
    /// chunks also need [`allow_unsigned_payload`](Verifier::allow_unsigned_payload). The head of
    /// the request is verified; [`Verified::chunk_decoder`] verifies its body.
    #[must_use]
    pub fn allow_streaming(mut self) -> Self {
        self.settings.streaming = true;
        self
    }

    /// Sets the largest difference between the client's clock and the server's. The default is 15
    /// minutes.
    #[must_use]
    pub fn max_clock_skew(mut self, skew: Duration) -> Self {
        self.settings.max_clock_skew = skew;
        self
    }

    /// Sets for how long a SigV4 URL or form can be valid. More than seven days count as seven
    /// days.
    ///
    /// A form is rejected if its `x-amz-date` is older, even if its policy expires later.
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
    /// `/admin/../files/7`, too. Call the handler of [`Verified::path`], and not the one that a
    /// router selects by the received path.
    #[must_use]
    pub fn allow_dot_segments(mut self) -> Self {
        self.settings.target_rules.allows_dot_segments = true;
        self
    }

    /// Allows `%2F` in the path, for S3, which signs it as a slash: `/bucket%2Fkey` has the
    /// signature of `/bucket/key`.
    ///
    /// A router reads it as part of a segment. Call the handler of [`Verified::path`].
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
    /// [`SessionToken::S3Express`] has the effect of [`SessionToken::Signed`], because the service
    /// in the credential scope decides whether the token of S3 Express is read.
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
            .allow_unsigned_payload(true)
            .allow_streaming()
            .allow_dot_segments()
            .allow_escaped_slash();
        verifier.settings.services.clear();
        verifier.settings.max_expires_in = Duration::MAX;
        verifier
    }
}
