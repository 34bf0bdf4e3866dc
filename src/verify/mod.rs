//! Checking signatures, as a server does.
//!
//! What lives here: reading the authentication of a received request, the rules of what a server has to refuse, and the
//! comparison. What does not: how canonical request and string to sign are written; that is the signing side's, and is used from there.
//!
//! ```
//! use core::time::Duration;
//! use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now = Timestamp::parse("20130524T000000Z")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let link = bucket.get("report.pdf").presign(&credentials, Duration::from_secs(60), now)?;
//!
//! let verifier = Verifier::new("us-east-1", "s3");
//! let lookup = |id: &str| (id == "AKIDEXAMPLE").then_some(&credentials);
//!
//! let request = ReceivedRequest::from_url("GET", link.as_str())?;
//! let verified = verifier.verify(&request, now, lookup)?;
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//!
//! // Another method is another request.
//! let request = ReceivedRequest::from_url("HEAD", link.as_str())?;
//! let error = verifier.verify(&request, now, lookup).unwrap_err();
//! assert_eq!(error.kind(), VerifyErrorKind::Signature);
//! assert_eq!((error.code(), error.status()), ("SignatureDoesNotMatch", 403));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When the secret has to be fetched
//! [`Verifier::parse`] reads the request and gives a [`Claim`], which knows the access key id; fetch its
//! credentials in whatever way, then [`Claim::verify`]. Keep [`Credentials`] between requests: they hold the
//! signing keys of the day, and with them a check of a presigned URL derives no key and allocates nothing.
//!
//! # Forms
//! A form that a browser sends is checked in two steps, for its fields come before its file: [`Verifier::verify_form`] checks the signature,
//! which covers the policy alone, and [`VerifiedForm::check`] holds the fields and the file's length against that policy.
//!
//! # Behind a proxy, under a router
//! What is checked has to be what the client sent. A proxy may put its own `Host` header in; a router that cuts a prefix off the path
//! leaves only the end of it in the request's URI (axum keeps the whole as `OriginalUri`); and an `x-amz-*` header that was added
//! on the way, such as CloudFront's `x-amz-cf-id`, counts as not signed. The package's example `examples/web/axum-service` is a layer for axum
//! that sees to it, `examples/execute_api.rs` a check in hyper.
//!
//! # What is refused
//! Whatever the [`Verifier`] does not allow; a request without a signature, or with two; a
//! parameter, field or header of the authentication that is missing, repeated or malformed; `host` that is not signed, and
//! any `x-amz-*` header that is there and not signed, but for `x-amz-content-sha256`, whose value is signed
//! in any case; a header that is signed and not there; a scope whose date is not that of the signing time; times that are too far off; a
//! session token that is not the credentials' own; and a signature that is not that of the request.
//!
//! # Limits
//! A request that is larger than any that AWS takes is refused before it is read: [`TooLarge`](VerifyErrorKind::TooLarge).
//!
//! | part | limit | by |
//! |---|---|---|
//! | the target: path and query | 16 KiB | an [Application Load Balancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html); S3 takes 8 KB of target and headers together |
//! | one header, name and value | 16 KiB | the same |
//! | all headers | 64 KiB | the same |
//! | headers, in number | 512 | more than fit into the 8 KB of S3 |
//! | the fields of a form, without its file | 20 KiB | [S3](https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html) |
//!
//! # What is not seen
//! Two requests that have the same canonical request have the same signature. An escape that need not be there
//! (`%7E` for `~`), the case of its digits, the order of parameters, and white space at the ends of
//! header values and in runs are no difference; neither are dot segments and doubled slashes in a path of a service other than S3.
//! Under SigV2 much more is not covered: see [`v2`](crate::v2#what-is-covered). In the query APIs nothing of headers but `host`, and nothing of a body.
//! The URL's scheme, http or https, is covered by neither.
//!
//! The codes are those of [Error responses](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).

mod error;
mod form;
mod limits;
mod query;
mod request;
mod text;
mod v2;
mod v4;

pub use error::{VerifyError, VerifyErrorKind};
pub use form::{FormClaim, VerifiedForm};
pub use request::ReceivedRequest;

pub(crate) use error::error_body;
pub(crate) use limits::{MOST_FORM_DATA, MOST_TARGET};
pub(crate) use text::{Credential, decode, parse_decimal};

use crate::credentials::Credentials;
use crate::encode::{Text, bad_escape, holds, is_bad_wire};
use crate::error::Quoted;
use crate::hash::sha256;
use crate::marks::{ACCESS_KEY_ID, EXPIRES};
use crate::request::{Header, check_method};
use crate::timestamp::Timestamp;
use crate::v2::is_sub_resource;
use crate::v4::{AWS4, CanonicalUri, Place, SessionToken, check_scope_part};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::fmt;
use core::time::Duration;
use ctutils::CtEq as _;
use error::refuse;
use query::Query;
use request::Single;

/// A way to carry a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// SigV4 in the `Authorization` header.
    V4Header,
    /// SigV4 in the query: a presigned URL.
    V4Query,
    /// SigV4 in the fields of a browser's POST form.
    V4Form,
    /// SigV2 in the `Authorization` header.
    V2Header,
    /// SigV2 in the query: a presigned URL.
    V2Query,
    /// SigV2 in the fields of a browser's POST form.
    V2Form,
    /// SigV2 of the query APIs, in the query. A form that is sent in the body of a POST is signed as if it stood there: it is checked as
    /// a request whose target is the path, a `?` and the body.
    V2QueryApi,
}

impl Scheme {
    const ALL: [Scheme; 7] = [
        Scheme::V4Header,
        Scheme::V4Query,
        Scheme::V4Form,
        Scheme::V2Header,
        Scheme::V2Query,
        Scheme::V2Form,
        Scheme::V2QueryApi,
    ];

    fn is_v2(self) -> bool {
        matches!(
            self,
            Scheme::V2Header | Scheme::V2Query | Scheme::V2Form | Scheme::V2QueryApi
        )
    }
}

/// Seven days, the longest life of a SigV4 URL.
const SEVEN_DAYS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Checks requests by a policy.
///
/// What is allowed at first: SigV4 in header, query and form; the one region and service that it is made for; 15 minutes between the
/// clocks; a life of at most seven days; an unsigned payload for S3 and for nothing else. SigV2, other regions and services, and
/// payloads signed in chunks have to be allowed.
#[derive(Clone, Debug)]
pub struct Verifier {
    schemes: Vec<Scheme>,
    /// Empty: any. So for services, which only the crate itself leaves empty.
    regions: Vec<Box<str>>,
    services: Vec<Box<str>>,
    skew: Duration,
    longest_life: Duration,
    longest_v2_life: Duration,
    canonical_uri: Option<CanonicalUri>,
    session_token: SessionToken,
    unsigned_payload: Option<bool>,
    streaming: bool,
    base_domains: Vec<Box<str>>,
    usual: Option<Usual>,
}

/// The region and the service that a verifier is made for, which nearly every credential names.
#[derive(Clone, Debug)]
struct Usual {
    region: Box<str>,
    service: Box<str>,
    place: Place,
}

impl Usual {
    /// None if no credential can name them.
    fn new(region: &str, service: &str) -> Option<Self> {
        check_scope_part("region", region).ok()?;
        check_scope_part("service", service).ok()?;
        Some(Usual {
            region: region.into(),
            service: service.into(),
            place: Place::new(region, service, &AWS4),
        })
    }
}

impl Verifier {
    /// A verifier for one region and one service: `us-east-1`, `s3`.
    #[must_use]
    pub fn new(region: impl Into<Box<str>>, service: impl Into<Box<str>>) -> Self {
        let (region, service) = (region.into(), service.into());
        Verifier {
            usual: Usual::new(&region, &service),
            schemes: Scheme::ALL
                .into_iter()
                .filter(|scheme| !scheme.is_v2())
                .collect(),
            regions: alloc::vec![region],
            services: alloc::vec![service],
            skew: Duration::from_secs(15 * 60),
            longest_life: SEVEN_DAYS,
            longest_v2_life: SEVEN_DAYS,
            canonical_uri: None,
            session_token: SessionToken::Signed,
            unsigned_payload: None,
            streaming: false,
            base_domains: Vec::new(),
        }
    }

    /// A verifier that takes whatever can be read: to see what was signed, not to let anybody in.
    #[cfg(feature = "explain")]
    pub(crate) fn lax() -> Self {
        let mut verifier = Verifier::new("", "")
            .any_region()
            .allow_v2(Duration::MAX)
            .unsigned_payload(true)
            .allow_streaming();
        verifier.services.clear();
        verifier.longest_life = Duration::MAX;
        verifier
    }

    /// Allows just these schemes.
    #[must_use]
    pub fn schemes(mut self, schemes: impl IntoIterator<Item = Scheme>) -> Self {
        self.schemes = schemes.into_iter().collect();
        self
    }

    /// Allows SigV2 too, in header, query and form, and that of the query APIs, with URLs that end at most `longest_life` from now.
    ///
    /// SigV2 covers little of a request and knows no region: see [`v2`](crate::v2#what-is-covered).
    #[must_use]
    pub fn allow_v2(mut self, longest_life: Duration) -> Self {
        self.schemes
            .extend(Scheme::ALL.into_iter().filter(|scheme| scheme.is_v2()));
        self.longest_v2_life = longest_life;
        self
    }

    /// Allows one more region.
    #[must_use]
    pub fn also_region(mut self, region: impl Into<Box<str>>) -> Self {
        if !self.regions.is_empty() {
            self.regions.push(region.into());
        }
        self
    }

    /// Allows every region, as stores that have none of their own do.
    #[must_use]
    pub fn any_region(mut self) -> Self {
        self.regions.clear();
        self
    }

    /// Allows one more service.
    #[must_use]
    pub fn also_service(mut self, service: impl Into<Box<str>>) -> Self {
        self.services.push(service.into());
        self
    }

    /// How far the client's clock may be from the server's: 15 minutes, unless set.
    #[must_use]
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// The longest life of a SigV4 URL or form. More than seven days is taken as seven days.
    #[must_use]
    pub fn longest_life(mut self, life: Duration) -> Self {
        self.longest_life = life.min(SEVEN_DAYS);
        self
    }

    /// Another rule for the path than the service's own.
    #[must_use]
    pub fn canonical_uri(mut self, rule: CanonicalUri) -> Self {
        self.canonical_uri = Some(rule);
        self
    }

    /// Where a session token stands. With [`SessionToken::Appended`] it is left out of what is signed.
    #[must_use]
    pub fn session_token(mut self, place: SessionToken) -> Self {
        self.session_token = place;
        self
    }

    /// Whether `UNSIGNED-PAYLOAD` is allowed: for S3 alone, unless set.
    #[must_use]
    pub fn unsigned_payload(mut self, allow: bool) -> Self {
        self.unsigned_payload = Some(allow);
        self
    }

    /// Allows the `STREAMING-…` values of `x-amz-content-sha256`: the request's head is checked, and the
    /// signatures or checksums in its body are left to the caller.
    #[must_use]
    pub fn allow_streaming(mut self) -> Self {
        self.streaming = true;
        self
    }

    /// The domain that buckets stand before: with `s3.example.com`, the host `photos.s3.example.com` names the bucket
    /// `photos`. Only SigV2 needs to know. A host that no domain fits names no bucket: the request is in path style.
    #[must_use]
    pub fn base_domain(mut self, domain: impl Into<Box<str>>) -> Self {
        self.base_domains.push(domain.into());
        self
    }

    /// Reads the authentication of a request and checks all that needs neither a secret nor a clock.
    ///
    /// # Errors
    /// An error of whatever kind; but none about time, access key, token or signature.
    pub fn parse<'a>(&'a self, request: &'a ReceivedRequest<'a>) -> Result<Claim<'a>, VerifyError> {
        limits::check(request)?;
        let mut query = Query::default();
        if let Some(text) = request.query {
            query.read(text, self.usual.as_ref());
        }
        self.check_request(request, query.is_encoded)?;
        let authorization = request.single(Single::Authorization);
        if request.is_repeated(Single::Authorization) {
            return Err(refuse!(
                SignedTwice,
                None,
                "the Authorization header is there more than once"
            ));
        }
        let (is_v4, is_v2) = (query.v4.is_signed(), query.v2.is_signed());
        let signatures = [authorization.is_some(), is_v4, is_v2];
        let v2 = |read| Claim {
            verifier: self,
            request,
            generation: Generation::V2(read),
        };
        match (authorization, is_v4, is_v2) {
            (Some(authorization), false, false) => {
                let text = core::str::from_utf8(authorization.trimmed()).unwrap_or_default();
                let scheme = match text {
                    _ if text.starts_with("AWS4-") => Scheme::V4Header,
                    _ if text.starts_with("AWS ") => Scheme::V2Header,
                    _ => {
                        return Err(refuse!(
                            Scheme,
                            None,
                            "the Authorization header is of a kind that is not supported: \
                             it should begin with AWS4-HMAC-SHA256"
                        ));
                    }
                };
                self.check_allowed(scheme)?;
                match scheme {
                    Scheme::V4Header => v4::Claim::of_header(self, request, text),
                    _ => v2::Claim::of_header(self, request, text, &query.v2).map(v2),
                }
            }
            (None, true, false) => {
                self.check_allowed(Scheme::V4Query)?;
                v4::Claim::of_query(self, request, &query)
            }
            (None, false, true) => {
                let scheme = query.v2.scheme();
                self.check_allowed(scheme)?;
                let read = match scheme {
                    Scheme::V2QueryApi => v2::Claim::of_api(request),
                    _ => v2::Claim::of_query(self, request, &query.v2),
                };
                read.map(v2)
            }
            _ if signatures.contains(&true) => Err(refuse!(
                SignedTwice,
                None,
                "only one way to sign is allowed in a request: the Authorization header, \
                 X-Amz-Signature in the query, or Signature in the query"
            )),
            _ => Err(refuse!(NotSigned, None, "the request carries no signature")),
        }
    }

    /// Checks a request in one call. The lookup gives the credentials of an access key id, or a reference to them, if there are any; it is
    /// called only for a request that is in time.
    ///
    /// # Errors
    /// Those of [`parse`](Verifier::parse) and [`Claim::verify`], and [`AccessKey`](VerifyErrorKind::AccessKey) if
    /// the lookup finds nothing.
    pub fn verify<'a, C: Borrow<Credentials>>(
        &'a self,
        request: &'a ReceivedRequest<'a>,
        now: impl Into<Timestamp>,
        lookup: impl FnOnce(&str) -> Option<C>,
    ) -> Result<Verified<'a>, VerifyError> {
        let now = now.into();
        let parsed = self.parse(request);
        // Looked at where it stands: a claim is large, and is moved just once.
        let claim = match &parsed {
            Ok(claim) => claim,
            Err(error) => return Err(error.clone()),
        };
        claim.check_time(now)?;
        let Some(credentials) = lookup(claim.access_key_id()) else {
            return Err(unknown_access_key(claim.scheme()));
        };
        let payload = claim.check(credentials.borrow(), now)?;
        parsed.map(|claim| Verified { claim, payload })
    }

    fn check_request(
        &self,
        request: &ReceivedRequest<'_>,
        query_is_encoded: bool,
    ) -> Result<(), VerifyError> {
        let refused = |error: crate::Error| refuse!(Request, None, "{error}");
        check_method(request.method).map_err(refused)?;
        for header in request.headers.as_slice() {
            if header.can_be_sent() {
                continue;
            }
            let is_authorization = Single::of(header.name) == Some(Single::Authorization);
            if !is_authorization || holds(header.value, u8::is_ascii_control) {
                Header::look_at(header.name, header.value)
                    .check()
                    .map_err(refused)?;
            }
        }
        // What is canonical holds nothing bad; the path of a URL was checked when that was taken apart.
        let is_checked = request.path_is_canonical || request.authority.is_some();
        let path = (!is_checked).then_some(request.path);
        let query = request.query.filter(|_| !query_is_encoded);
        for text in path.into_iter().chain(query) {
            let is_refused = |byte: u8| byte.is_ascii_control() | (byte == b'#');
            if !is_bad_wire(text, is_refused) {
                continue;
            }
            if let Some(bad) = text.bytes().find(|byte| is_refused(*byte)).map(char::from) {
                return Err(refuse!(
                    Request,
                    None,
                    "the target holds {}, which has to be percent-encoded",
                    Quoted(bad.encode_utf8(&mut [0; 4]))
                ));
            }
            if let Some(escape) = bad_escape(text) {
                return Err(refuse!(
                    Request,
                    None,
                    "the target holds {}, which is no percent escape",
                    Quoted(escape)
                ));
            }
        }
        match request.host() {
            None => Err(refuse!(Request, None, "the request has no Host header")),
            Some(_) if request.is_repeated(Single::Host) => Err(refuse!(
                Request,
                None,
                "the Host header is there more than once"
            )),
            Some(_) => Ok(()),
        }
    }

    fn check_allowed(&self, scheme: Scheme) -> Result<(), VerifyError> {
        match self.schemes.contains(&scheme) {
            true => Ok(()),
            false if scheme.is_v2() => Err(refuse!(
                Scheme,
                scheme,
                "SigV2 is not allowed here: sign with AWS4-HMAC-SHA256"
            )),
            false => Err(refuse!(
                Scheme,
                scheme,
                "a signature in this place is not allowed here"
            )),
        }
    }

    /// Whether a session token stands outside of what is signed.
    fn token_is_apart(&self) -> bool {
        self.session_token == SessionToken::Appended
    }

    fn serves_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|served| **served == *region)
    }

    fn serves_service(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|served| **served == *service)
    }

    /// The bucket that the host names.
    fn bucket<'a>(&self, request: &ReceivedRequest<'a>) -> Option<&'a str> {
        if request.bucket.is_some() {
            return request.bucket;
        }
        let host = match request.single(Single::Host) {
            Some(header) => core::str::from_utf8(header.trimmed()).ok()?,
            None => request.authority?.host,
        };
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        self.base_domains.iter().find_map(|domain| {
            let at = host.len().checked_sub(domain.len())?;
            let (bucket, tail) = host.split_at_checked(at)?;
            let bucket = bucket.strip_suffix('.')?;
            (tail.eq_ignore_ascii_case(domain) && !bucket.is_empty()).then_some(bucket)
        })
    }
}

/// A request's authentication, read and not yet checked: what it says it is.
///
/// `Debug` shows no signature and no token.
#[derive(Clone)]
pub struct Claim<'a> {
    verifier: &'a Verifier,
    request: &'a ReceivedRequest<'a>,
    generation: Generation<'a>,
}

#[derive(Clone)]
enum Generation<'a> {
    V4(v4::Claim<'a>),
    V2(v2::Claim<'a>),
}

impl<'a> Claim<'a> {
    /// How the request is signed.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match &self.generation {
            Generation::V4(claim) => claim.scheme,
            Generation::V2(claim) => claim.scheme,
        }
    }

    /// The access key id whose secret is needed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        match &self.generation {
            Generation::V4(claim) => &claim.identity.access_key_id,
            Generation::V2(claim) => &claim.access_key_id,
        }
    }

    /// The region of the credential scope; none under SigV2.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        match &self.generation {
            Generation::V4(claim) => Some(&claim.identity.region),
            Generation::V2(_) => None,
        }
    }

    /// The service of the credential scope; none under SigV2.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match &self.generation {
            Generation::V4(claim) => Some(&claim.identity.service),
            Generation::V2(_) => None,
        }
    }

    /// The signing time. A SigV2 URL for S3 does not tell it.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        match &self.generation {
            Generation::V4(claim) => Some(claim.signed_at),
            Generation::V2(claim) => claim.signed_at(),
        }
    }

    /// When a presigned URL ends; none for a signature in a header.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.generation {
            Generation::V4(claim) => claim.expires_at(),
            Generation::V2(claim) => claim.expires_at(),
        }
    }

    /// Whether the request carries a session token.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        match &self.generation {
            Generation::V4(claim) => claim.token().is_some(),
            Generation::V2(claim) => claim.token(self.request).is_some(),
        }
    }

    /// Whether a header is covered by the signature: a change of it, but for white space, is another request.
    #[must_use]
    pub fn covers_header(&self, name: &str) -> bool {
        match &self.generation {
            Generation::V4(claim) => claim.names.holds(name),
            Generation::V2(claim) if claim.scheme == Scheme::V2QueryApi => {
                name.eq_ignore_ascii_case("host")
            }
            Generation::V2(claim) => {
                let prefix = name.get(..AMZ.len());
                let is_date = claim.signed_at().is_some() && name.eq_ignore_ascii_case("date");
                let is_dated = is_date && self.request.single(Single::AmzDate).is_none();
                is_dated
                    || ["content-type", "content-md5"]
                        .iter()
                        .any(|covered| name.eq_ignore_ascii_case(covered))
                    || prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(AMZ))
            }
        }
    }

    /// Whether a query parameter is covered by the signature: under SigV4 and in the query APIs all are, in S3's SigV2 the
    /// sub-resources, `response-*` and `x-amz-*`.
    #[must_use]
    pub fn covers_parameter(&self, name: &str) -> bool {
        match &self.generation {
            Generation::V4(_) => true,
            Generation::V2(claim) if claim.scheme == Scheme::V2QueryApi => true,
            Generation::V2(claim) => {
                let prefix = name.get(..AMZ.len());
                let in_query = claim.scheme == Scheme::V2Query;
                let is_auth = [ACCESS_KEY_ID, EXPIRES].contains(&name);
                let is_amz = prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(AMZ));
                is_sub_resource(name) || in_query && (is_auth || is_amz)
            }
        }
    }

    /// The bucket that the host names, as SigV2 signs it.
    #[must_use]
    pub fn bucket(&self) -> Option<&'a str> {
        match &self.generation {
            Generation::V4(_) => None,
            Generation::V2(claim) => claim.bucket(),
        }
    }

    /// The canonical request as this side sees it; empty under SigV2, which has none. S3 puts it into the answer to a
    /// request whose signature does not match. A session token may stand in it.
    #[must_use]
    pub fn canonical_request(&self) -> String {
        let mut text = String::new();
        if let Generation::V4(claim) = &self.generation {
            claim.write_canonical_request(self.request, &mut text);
        }
        text
    }

    /// The string to sign as this side sees it.
    #[must_use]
    pub fn string_to_sign(&self) -> String {
        let mut text = String::new();
        match &self.generation {
            Generation::V4(claim) => claim.write_string_to_sign(self.request, &mut text),
            Generation::V2(claim) => claim.write_string_to_sign(self.request, &mut text),
        }
        text
    }

    /// Whether the signature is the one that these credentials give, whatever else is wrong.
    #[cfg(feature = "explain")]
    pub(crate) fn is_signed_by(&self, credentials: &Credentials) -> bool {
        match &self.generation {
            Generation::V4(claim) => {
                let signature = claim.signature(self.request, credentials);
                claim.presented().is(&signature)
            }
            Generation::V2(claim) => claim
                .signature(self.request, credentials)
                .is_some_and(|signature| claim.presented().is(&signature)),
        }
    }

    /// The signature as it was received.
    #[cfg(feature = "explain")]
    pub(crate) fn presented(&self) -> String {
        let presented = match &self.generation {
            Generation::V4(claim) => claim.presented(),
            Generation::V2(claim) => claim.presented(),
        };
        presented.with_bytes(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether the request is in time. [`verify`](Claim::verify) checks that too; here it can be known before the
    /// secret is fetched.
    ///
    /// # Errors
    /// [`TimeSkew`](VerifyErrorKind::TimeSkew), [`NotYetValid`](VerifyErrorKind::NotYetValid),
    /// [`Expired`](VerifyErrorKind::Expired), and for SigV2 [`ExpiryTooLong`](VerifyErrorKind::ExpiryTooLong).
    pub fn check_time(&self, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        let (verifier, now) = (self.verifier, now.into());
        match &self.generation {
            Generation::V4(claim) => claim.check_time(verifier.skew, now),
            Generation::V2(claim) => claim.check_time(verifier.skew, verifier.longest_v2_life, now),
        }
    }

    /// Checks the request against the credentials of its access key id.
    ///
    /// # Errors
    /// Those of [`check_time`](Claim::check_time); [`AccessKey`](VerifyErrorKind::AccessKey) if the credentials are another key's;
    /// [`SessionToken`](VerifyErrorKind::SessionToken), [`CredentialsExpired`](VerifyErrorKind::CredentialsExpired),
    /// [`Signature`](VerifyErrorKind::Signature) and [`PayloadMismatch`](VerifyErrorKind::PayloadMismatch).
    pub fn verify(
        self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'a>, VerifyError> {
        let now = now.into();
        self.check_time(now)?;
        let payload = self.check(credentials, now)?;
        Ok(Verified {
            claim: self,
            payload,
        })
    }

    /// Checks all but the time of the request.
    fn check(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<CoveredPayload, VerifyError> {
        let request = self.request;
        let scheme = self.scheme();
        let id = self.access_key_id();
        match &self.generation {
            Generation::V4(claim) => {
                check_credentials(scheme, credentials, id, claim.token(), now)?;
                let signature = claim.signature(request, credentials);
                if !claim.presented().is(&signature) {
                    return Err(wrong_signature(scheme));
                }
                claim.check_payload(request)
            }
            Generation::V2(claim) => {
                let token = claim.token(request);
                check_token(scheme, credentials, id, now, |own| {
                    own.map_or(token.is_none(), |own| {
                        token.is_some_and(|token| token.ct_eq(own.as_bytes()).to_bool())
                    })
                })?;
                let signature = claim.signature(request, credentials);
                if !signature.is_some_and(|signature| claim.presented().is(&signature)) {
                    return Err(wrong_signature(scheme));
                }
                Ok(CoveredPayload::Unsigned)
            }
        }
    }
}

const AMZ: &str = "x-amz-";

/// Whether these are the credentials of that access key id, in time and with that token.
fn check_credentials(
    scheme: Scheme,
    credentials: &Credentials,
    access_key_id: &str,
    token: Option<Text<'_>>,
    now: Timestamp,
) -> Result<(), VerifyError> {
    check_token(scheme, credentials, access_key_id, now, |own| {
        match (own, token) {
            (None, None) => true,
            (Some(own), Some(Text::Plain(token))) => {
                own.as_bytes().ct_eq(token.as_bytes()).to_bool()
            }
            (Some(_), Some(token)) if is_as_encoded(credentials, token) => true,
            (Some(own), Some(token)) => {
                // Every byte is looked at, whatever those before it were.
                let differs = token
                    .decoded()
                    .zip(own.bytes())
                    .fold(0, |differs, (one, two)| differs | (one ^ two));
                differs.ct_eq(&0u8).to_bool() && token.decoded().count() == own.len()
            }
            _ => false,
        }
    })
}

/// Whether a token stands in a query just as it is when it is signed.
fn is_as_encoded(credentials: &Credentials, token: Text<'_>) -> bool {
    let own = credentials.encoded_session_token().unwrap_or_default();
    own.as_bytes().ct_eq(token.raw().as_bytes()).to_bool()
}

fn check_token(
    scheme: Scheme,
    credentials: &Credentials,
    access_key_id: &str,
    now: Timestamp,
    is_token: impl FnOnce(Option<&str>) -> bool,
) -> Result<(), VerifyError> {
    if credentials.access_key_id() != access_key_id {
        return Err(unknown_access_key(scheme));
    }
    if !is_token(credentials.session_token()) {
        return Err(refuse!(
            SessionToken,
            scheme,
            "the session token is missing, or is not that of the credentials"
        ));
    }
    match credentials.expiration() {
        Some(end) if now >= end => Err(refuse!(
            CredentialsExpired,
            scheme,
            "the credentials ended at {end} and it is {now}"
        )),
        _ => Ok(()),
    }
}

fn unknown_access_key(scheme: Scheme) -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::AccessKey,
        scheme,
        "nobody has that access key id",
    )
}

fn wrong_signature(scheme: Scheme) -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::Signature,
        scheme,
        "the signature is not that of this request under the secret of its access key id",
    )
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("scheme", &self.scheme())
            .field("access_key_id", &self.access_key_id())
            .field("region", &self.region())
            .field("service", &self.service())
            .field("signed_at", &self.signed_at())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// A request whose signature is right: who signed it, and what is covered.
#[derive(Clone)]
pub struct Verified<'a> {
    claim: Claim<'a>,
    payload: CoveredPayload,
}

impl<'a> Verified<'a> {
    /// All that the request said of itself, which now is true.
    #[must_use]
    pub fn claim(&self) -> &Claim<'a> {
        &self.claim
    }

    /// Who signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.claim.access_key_id()
    }

    /// How the request was signed.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.claim.scheme()
    }

    /// How far the body is covered.
    #[must_use]
    pub fn payload(&self) -> CoveredPayload {
        self.payload
    }

    /// Names of the headers of the request that the signature covers, as they were received.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        let headers = self.claim.request.headers.as_slice().iter();
        headers
            .map(|header| header.name)
            .filter(|name| self.claim.covers_header(name))
    }

    /// The access key id, owned.
    #[must_use]
    pub fn into_access_key_id(self) -> String {
        let id = match self.claim.generation {
            Generation::V4(claim) => claim.identity.access_key_id,
            Generation::V2(claim) => claim.access_key_id,
        };
        Cow::into_owned(id)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("claim", &self.claim)
            .field("payload", &self.payload)
            .finish()
    }
}

/// How far a signature covers the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CoveredPayload {
    /// The body that was given has the hash that was signed.
    Checked,
    /// This SHA-256 was signed, and the body was not given: compare them with [`is_body`](CoveredPayload::is_body) before the body is used.
    Sha256([u8; 32]),
    /// The signature does not cover the body.
    Unsigned,
    /// The body carries its own signatures or checksums, chunk by chunk, which are still to be checked.
    Streaming,
}

impl CoveredPayload {
    /// Whether a body is the one that was signed; false if that is not known from the signature.
    #[must_use]
    pub fn is_body(self, body: &[u8]) -> bool {
        match self {
            CoveredPayload::Sha256(signed) => sha256(body) == signed,
            _ => false,
        }
    }
}
