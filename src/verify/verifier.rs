//! The verifier: its settings, and the stages of verification in their order.

use super::authentication::{Carrier, Claim};
use super::error::{VerifyError, reject};
use super::find_signature::find_signature;
use super::payload::SignedPayload;
use super::query_api::read_call;
use super::received_request::ReceivedRequest;
use super::settings::Settings;
use super::unverified::{Inputs, Unverified};
use super::v2_inputs::V2Inputs;
use super::v4_claim::V4Claim;
use super::v4_inputs::V4Inputs;
use super::v4_signed_headers::find_signed_headers;
use super::verified::Verified;
use crate::scheme::Scheme;
use crate::scheme::aws::AWS4;
use crate::scheme::services::ServiceRules;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::v4::SignedHeaders;
use crate::verifying_key::VerifyingKey;
use crate::wire::inline_list::InlineList;
use crate::wire::query::{Param, parse_query};
use crate::wire::request_parts::Host;
use alloc::string::String;

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

    /// Returns a verifier for two schemes. The algorithm in a request selects one of them.
    #[cfg(feature = "gcs")]
    pub(crate) fn with_schemes(
        [first, second]: [&'static V4Scheme; 2],
        region: String,
        service: String,
    ) -> Self {
        let mut settings = Settings::new(first, region.into(), service.into());
        settings.allow_v4_scheme(second);
        Verifier { settings }
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
        self.parse(request)?.verify_with(lookup, now.into())
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
        request.check_message()?;
        let v4_scheme = self.settings.v4_scheme_of(request);
        let query = request.target.query;
        let canonical = V4Claim::from_canonical_query(v4_scheme, query.unwrap_or_default());
        let mut params = InlineList::<Param<'_>, 16>::new();
        if canonical.is_none() {
            request.check_query()?;
            params.extend(parse_query(query));
        }
        self.settings.target_rules.check_query(request.target)?;
        let (scheme, carrier) = find_signature(v4_scheme, request, canonical.is_some(), &params)?;
        self.settings.check_scheme(scheme, carrier)?;
        let read_v4 = |claim| self.read_v4(request, claim);
        let unverified = |claim, inputs| Unverified {
            settings: &self.settings,
            request,
            claim,
            inputs,
        };
        let read = match (scheme, carrier) {
            (Scheme::AwsV2QueryApi, _) => read_call(request, &params)
                .map(|(claim, method)| unverified(claim, Inputs::QueryApi(method))),
            (Scheme::AwsV2, _) => V2Inputs::read(request, &params, carrier)
                .map(|(claim, inputs)| unverified(claim, Inputs::V2(inputs))),
            (_, Carrier::Header) => V4Claim::from_headers(v4_scheme, request).and_then(read_v4),
            _ => match canonical {
                Some(claim) => read_v4(claim),
                None => V4Claim::from_query(v4_scheme, &params).and_then(read_v4),
            },
        };
        read.map_err(|error| error.signed_by(scheme, carrier))
    }

    /// Checks a SigV4 signature against settings and request: scope, then coverage, then payload.
    fn read_v4<'v, 'r>(
        &'v self,
        request: &'r ReceivedRequest<'r>,
        claim: V4Claim<'r>,
    ) -> Result<Unverified<'v, 'r>, VerifyError> {
        let (settings, scheme) = (&self.settings, claim.scheme);
        if let Some(prefix) = scheme.conventions.rejected_prefix {
            request.check_without_prefix(prefix)?;
        }
        let stated = &claim.common.authentication;
        let carrier = stated.carrier;
        if carrier == Carrier::Query {
            settings.check_expires_in(scheme, stated)?;
            check_no_headers(scheme, request)?;
        }
        let region = stated.region().unwrap_or_default();
        let service = stated.service().unwrap_or_default();
        let signing_scope = settings.check_scope(scheme, region, service)?;
        let rules = ServiceRules::of(service);
        let canonical_uri = settings.canonical_uri.unwrap_or(rules.canonical_uri);
        let target_rules = settings.target_rules;
        target_rules.check_path(request.target.path, canonical_uri)?;
        let token = claim.token(rules)?;
        let token_is_appended = settings.token_is_appended();
        let host = request.host().unwrap_or(Host::Text(""));
        let host = if scheme.conventions.host_has_port {
            host
        } else {
            host.without_port()
        };
        let inputs = V4Inputs {
            time: claim.time,
            signing_scope,
            canonical_uri,
            // A token that was appended, even an empty one, is not in the signed query.
            canonical_query: claim.canonical_query.filter(|_| !token_is_appended),
            unsigned_params: match carrier {
                Carrier::Query if token_is_appended => &[Role::Signature, Role::SecurityToken],
                _ => &[Role::Signature],
            },
            headers: SignedHeaders::new(
                host,
                find_signed_headers(scheme, request, &claim.signed_headers, token_is_appended)?,
            ),
            header_names: claim.signed_headers,
            payload: SignedPayload::find(
                settings,
                scheme,
                request,
                claim.content_sha256,
                rules,
                carrier,
            )?,
        };
        Ok(Unverified {
            settings,
            request,
            claim: Claim {
                token,
                ..claim.common
            },
            inputs: Inputs::V4(inputs),
        })
    }
}

/// Checks that a presigned URL is sent without the headers that its query replaces.
fn check_no_headers(scheme: &V4Scheme, request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
    let is_replaced = |role| match role {
        Role::Date => !scheme.conventions.signs_date_header,
        Role::SecurityToken | Role::ExpressToken | Role::RegionSet => true,
        _ => false,
    };
    let headers = request.headers.iter();
    let mut names = headers.filter_map(|header| scheme.find_name(Component::Raw(&header.name)));
    match names.find(|name| is_replaced(name.role)) {
        None => Ok(()),
        Some(name) => Err(reject!(
            SignedTwice,
            "the request is signed in its query, but has the header {}, too; leave it out",
            name.lowercase
        )),
    }
}
