//! The settings of a verifier.

use super::authentication::{Authentication, Carrier};
use super::clock::check_skew;
use super::error::{VerifyError, reject};
use super::find_signature::states_algorithm;
use super::received_request::ReceivedRequest;
use super::target_rules::TargetRules;
use crate::error::{Error, Quoted};
use crate::scheme::Scheme;
use crate::scheme::aws::AWS4;
use crate::scheme::limits::{MAX_CLOCK_SKEW, MAX_EXPIRY};
use crate::scheme::region_set::covers;
use crate::scheme::services::{CanonicalUri, SessionToken};
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::time::Timestamp;
use crate::v4::{SigningScope, check_scope_part};
use crate::wire::bucket_host::bucket_before;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Deref;
use core::time::Duration;

/// The settings of a verifier.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The schemes that work like SigV4. The first one is that of a request that states none.
    v4_schemes: Vec<&'static V4Scheme>,
    /// Allowed regions; all if it is empty.
    pub(super) regions: Vec<Box<str>>,
    /// Allowed services; all if it is empty.
    pub(super) services: Vec<Box<str>>,
    /// The scope of the first scheme, region and service, which nearly every request names. `None`
    /// if no scope can contain them.
    signing_scope: Option<SigningScope>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) max_clock_skew: Duration,
    pub(super) max_expires_in: Duration,
    /// The longest time to the expiration of a SigV2 URL; `None` if SigV2 is not allowed.
    pub(super) sigv2_max_expires_in: Option<Duration>,
    pub(super) canonical_uri: Option<CanonicalUri>,
    pub(super) session_token: SessionToken,
    /// Whether an unsigned payload is allowed; `None` if the service's rule decides.
    pub(super) unsigned_payload: Option<bool>,
    pub(super) streaming: bool,
    pub(super) target_rules: TargetRules,
    /// Longer domains come first.
    base_domains: Vec<Box<str>>,
}

/// The scope of a request: that of the verifier, or another one.
#[derive(Clone)]
pub(super) enum ScopeRef<'v> {
    Borrowed(&'v SigningScope),
    Owned(Box<SigningScope>),
}

impl Deref for ScopeRef<'_> {
    type Target = SigningScope;

    fn deref(&self) -> &SigningScope {
        match self {
            ScopeRef::Borrowed(scope) => scope,
            ScopeRef::Owned(scope) => scope,
        }
    }
}

impl Settings {
    pub(super) fn new(scheme: &'static V4Scheme, region: Box<str>, service: Box<str>) -> Self {
        let is_scope = check_scope_part("region", &region).is_ok()
            && check_scope_part("service", &service).is_ok();
        Settings {
            v4_schemes: alloc::vec![scheme],
            signing_scope: is_scope.then(|| SigningScope::new(scheme, &region, &service)),
            regions: alloc::vec![region],
            services: alloc::vec![service],
            carriers: alloc::vec![Carrier::Header, Carrier::Query, Carrier::Form],
            max_clock_skew: MAX_CLOCK_SKEW,
            max_expires_in: MAX_EXPIRY,
            sigv2_max_expires_in: None,
            canonical_uri: None,
            session_token: SessionToken::Signed,
            unsigned_payload: None,
            streaming: false,
            target_rules: TargetRules::default(),
            base_domains: Vec::new(),
        }
    }

    /// Returns the first scheme that works like SigV4.
    pub(super) fn v4_scheme(&self) -> &'static V4Scheme {
        self.v4_schemes.first().copied().unwrap_or(&AWS4)
    }

    #[cfg(any(feature = "sigv4a", feature = "gcs", feature = "explain"))]
    pub(super) fn allow_v4_scheme(&mut self, scheme: &'static V4Scheme) {
        self.v4_schemes.push(scheme);
    }

    /// Returns the scheme with that algorithm.
    pub(super) fn v4_scheme_with(&self, algorithm: &str) -> Option<&'static V4Scheme> {
        let mut schemes = self.v4_schemes.iter().copied();
        schemes.find(|scheme| scheme.algorithm == algorithm)
    }

    /// Returns the scheme whose algorithm a request states.
    pub(super) fn v4_scheme_of(&self, request: &ReceivedRequest<'_>) -> &'static V4Scheme {
        let mut others = self.v4_schemes.iter().skip(1);
        let stated = others.find(|scheme| states_algorithm(scheme, request));
        stated.copied().unwrap_or_else(|| self.v4_scheme())
    }

    /// Returns whether a session token is appended to the signed query.
    pub(super) fn token_is_appended(&self) -> bool {
        self.session_token == SessionToken::Appended
    }

    /// Adds a base domain before the shorter ones, so that the longest match is found first.
    pub(super) fn add_base_domain(&mut self, domain: Box<str>) {
        let mut domains = self.base_domains.iter();
        let shorter = domains.position(|other| other.len() < domain.len());
        let index = shorter.unwrap_or(self.base_domains.len());
        self.base_domains.insert(index, domain);
    }

    /// Returns the bucket that the host of a request names.
    pub(super) fn bucket<'r>(&self, request: &'r ReceivedRequest<'_>) -> Option<&'r str> {
        request.bucket.or_else(|| {
            let host = request.host_name()?;
            let mut domains = self.base_domains.iter();
            let bucket = domains.find_map(|domain| bucket_before(host, domain));
            bucket.filter(|bucket| !bucket.is_empty())
        })
    }

    pub(super) fn check_scheme(&self, scheme: Scheme, carrier: Carrier) -> Result<(), VerifyError> {
        let is_v2 = matches!(scheme, Scheme::AwsV2 | Scheme::AwsV2QueryApi);
        if is_v2 && self.sigv2_max_expires_in.is_none() {
            return Err(reject!(
                Scheme,
                "SigV2 is not allowed; sign with {}",
                self.v4_scheme().algorithm
            ));
        }
        if self.carriers.contains(&carrier) {
            return Ok(());
        }
        let remedy = match self.carriers.first() {
            Some(allowed) => format!("; send it in the {}", allowed.as_str()),
            None => String::new(),
        };
        Err(reject!(
            Scheme,
            "a signature in the {} is not allowed{remedy}",
            carrier.as_str()
        ))
    }

    /// Checks region and service, and returns the credential scope without its date.
    pub(super) fn check_scope(
        &self,
        scheme: &'static V4Scheme,
        region: &str,
        service: &str,
    ) -> Result<ScopeRef<'_>, VerifyError> {
        if let Some(scope) = &self.signing_scope
            && core::ptr::eq(scope.scheme, scheme)
            && *scope.region == *region
            && *scope.service == *service
        {
            return Ok(ScopeRef::Borrowed(scope));
        }
        // Clients find the region to sign for in this form of the message.
        let expected = match scheme.region_set() {
            None => expected_instead(&self.regions, region),
            Some(_) => self.expected_in_set(region),
        };
        if let Some(expected) = expected {
            return Err(reject!(
                Region,
                "the region {} is wrong; expecting `{expected}`",
                Quoted(region)
            ));
        }
        if let Some(expected) = expected_instead(&self.services, service) {
            return Err(reject!(
                Service,
                "the service {} is wrong; expecting `{expected}`",
                Quoted(service)
            ));
        }
        // Any text is allowed if the list is empty, but no other text can be a part of a scope.
        if scheme.scope_has_region {
            check_scope_part("region", region).map_err(malformed)?;
        }
        check_scope_part("service", service).map_err(malformed)?;
        let scope = SigningScope::new(scheme, region, service);
        Ok(ScopeRef::Owned(Box::new(scope)))
    }

    /// Returns the first allowed region if a region set includes no allowed region.
    fn expected_in_set(&self, set: &str) -> Option<&str> {
        let first = self.regions.first()?;
        let is_covered = self.regions.iter().any(|region| covers(set, region));
        (!is_covered).then_some(first)
    }

    /// Checks for how long a presigned URL is valid.
    pub(super) fn check_expires_in(
        &self,
        scheme: &V4Scheme,
        authentication: &Authentication<'_>,
    ) -> Result<(), VerifyError> {
        let Authentication {
            signed_at: Some(signed_at),
            expires_at: Some(expires_at),
            ..
        } = authentication
        else {
            return Ok(());
        };
        let max = self.max_expires_in.as_secs();
        let seconds = expires_at.saturating_duration_since(*signed_at).as_secs();
        if seconds <= max {
            return Ok(());
        }
        Err(reject!(
            ExpiryTooLong,
            "{} is {seconds} seconds; the maximum is {max}",
            scheme.name(Role::Expires).query
        ))
    }

    /// Checks signing time and expiration of a request.
    pub(super) fn check_time(
        &self,
        authentication: &Authentication<'_>,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        let skew = self.max_clock_skew;
        let latest = now.saturating_add(skew);
        let expires_at = match authentication.carrier {
            // The policy of a form, which states its expiration, is not parsed yet.
            Carrier::Form => authentication
                .signed_at
                .map(|signed_at| signed_at.saturating_add(self.max_expires_in)),
            Carrier::Header | Carrier::Query => authentication.expires_at,
        };
        let checked = match (authentication.signed_at, expires_at) {
            (Some(signed_at), None) => check_skew(signed_at, now, skew),
            (Some(signed_at), Some(_)) if signed_at > latest => Err(reject!(
                NotYetValid,
                "the request is not yet valid: it was signed at {signed_at}, but it is now {now}"
            )),
            // Without the skew, because the signer chose the expiration.
            (_, Some(expires_at)) if now > expires_at => Err(reject!(
                Expired,
                "the request expired at {expires_at}; it is now {now}"
            )),
            (None, Some(expires_at)) => {
                let max = self.sigv2_max_expires_in.unwrap_or_default();
                check_expires_within(max, "request", expires_at, now)
            }
            _ => Ok(()),
        };
        checked.map_err(|error| error.of(authentication))
    }
}

/// Checks that an expiration, without a signing time, isn't too far in the future.
pub(super) fn check_expires_within(
    max: Duration,
    what: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), VerifyError> {
    if expires_at <= now.saturating_add(max) {
        return Ok(());
    }
    Err(reject!(
        ExpiryTooLong,
        "the {what} expires at {expires_at}; the maximum is {} seconds from now",
        max.as_secs()
    ))
}

fn malformed(error: Error) -> VerifyError {
    reject!(Malformed, "{error}")
}

/// Returns the first allowed text if `text` is not allowed.
fn expected_instead<'s>(allowed: &'s [Box<str>], text: &str) -> Option<&'s str> {
    let first = allowed.first()?;
    let is_allowed = allowed.iter().any(|allowed| **allowed == *text);
    (!is_allowed).then_some(first)
}
