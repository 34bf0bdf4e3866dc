//! Verifying a shared access signature, and the result.

use super::keys::delegation_fields;
use super::permissions::Permissions;
use super::sas_fields::parse_ip_range;
use super::service::Service;
use super::signature::check_signature;
use super::unverified_sas::UnverifiedSas;
use crate::error::Quoted;
use crate::identity::Identity;
use crate::scheme::Scheme;
use crate::scheme::azure_sas::{Field, parse_sas_time};
use crate::time::Timestamp;
use crate::verify::{Carrier, VerifyError, check_expiration, reject};
use crate::verifying_key::VerifyingKey;
use crate::wire::url::UrlScheme;
use alloc::borrow::Cow;
use core::fmt;
use core::net::IpAddr;

/// A request whose shared access signature was verified and allows the operation.
///
/// A token for a table may be limited to a range of keys, and one for a user may demand who sends
/// it. The server has to check these parameters: [`field`](VerifiedSas::field).
#[derive(Clone)]
pub struct VerifiedSas<'r> {
    sas: UnverifiedSas<'r>,
    permissions: Permissions,
    expires_at: Option<Timestamp>,
}

impl<'r> UnverifiedSas<'r> {
    /// Verifies the signature and everything that the token restricts: its time, the client's
    /// address, the protocol, the resource, and the permission for the operation.
    ///
    /// The key is that of the account, or the user delegation key: the whole key, because what a
    /// token states of its key, the expiry included, can't be checked with its value alone. The
    /// address is
    /// [`ReceivedRequest::client_ip`](crate::verify::ReceivedRequest::client_ip). The protocol is
    /// that of the URL, so a token for HTTPS only needs
    /// [`ReceivedRequest::from_url`](crate::verify::ReceivedRequest::from_url).
    ///
    /// A batch of table operations needs all permissions of a table, because the operations are in
    /// the body, which isn't signed. Other batches are rejected.
    ///
    /// # Errors
    /// The first failure in this order: signature, access key, expired, not yet valid, expired
    /// credentials, address, protocol, resource, permission.
    pub fn verify<'k>(
        self,
        key: impl Into<VerifyingKey<'k>>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedSas<'r>, VerifyError> {
        let (key, now) = (key.into(), now.into());
        check(self, &key, now).map_err(|error| error.signed_by(Scheme::AzureSas, Carrier::Query))
    }
}

fn check<'r>(
    sas: UnverifiedSas<'r>,
    key: &VerifyingKey<'_>,
    now: Timestamp,
) -> Result<VerifiedSas<'r>, VerifyError> {
    let credentials = key.credentials().ok_or_else(|| {
        reject!(
            AccessKey,
            "a public key can't verify a shared access signature"
        )
    })?;
    let signature = sas.values.get(Field::Signature).unwrap_or_default();
    check_signature(credentials, signature, |key, signature| {
        sas.with_text(|text| key.verify(text, signature))
    })?;
    let identity = credentials.identity();
    check_signer(&sas, identity)?;
    let (starts_at, expires_at, permissions) = with_policy(&sas)?;
    let key_time = |field| sas.values.get(field).and_then(parse_sas_time);
    for (end, what) in [
        (expires_at, "shared access signature"),
        (key_time(Field::KeyExpiresAt), "user delegation key"),
    ] {
        if let Some(end) = end
            && now >= end
        {
            return Err(reject!(Expired, "the {what} expired at {end}"));
        }
    }
    for (start, what) in [
        (starts_at, "shared access signature"),
        (key_time(Field::KeyStartsAt), "user delegation key"),
    ] {
        if let Some(start) = start
            && now < start
        {
            return Err(reject!(
                NotYetValid,
                "the {what} is not valid before {start}"
            ));
        }
    }
    check_expiration(identity, now)?;
    check_ip(&sas)?;
    check_protocol(&sas)?;
    check_resource(&sas)?;
    check_permission(&sas, permissions)?;
    Ok(VerifiedSas {
        sas,
        permissions,
        expires_at,
    })
}

/// Checks that the key belongs to the account, and for a user delegation key, the one that the
/// token states.
fn check_signer(sas: &UnverifiedSas<'_>, identity: &Identity) -> Result<(), VerifyError> {
    let delegation = delegation_fields(identity).map_err(|error| reject!(AccessKey, "{error}"))?;
    let is_stated = |(field, value): &(Field, Cow<'_, str>)| match sas.values.get(*field) {
        Some(stated) => stated == value,
        // Older versions have no parameter for it.
        None => *field == Field::KeyDelegatedUserTid,
    };
    // The value of a user delegation key alone states nothing.
    let is_of_token = delegation.is_empty() || sas.is_user_delegation();
    if identity.access_key_id() == &*sas.account && is_of_token && delegation.iter().all(is_stated)
    {
        return Ok(());
    }
    Err(reject!(
        AccessKey,
        "the shared access signature states another key; verify it with that key"
    ))
}

/// Returns start, expiry and permissions of the token and its stored access policy.
fn with_policy(
    sas: &UnverifiedSas<'_>,
) -> Result<(Option<Timestamp>, Option<Timestamp>, Permissions), VerifyError> {
    let Some(identifier) = sas.stored_policy() else {
        return Ok((sas.starts_at, sas.expires_at, sas.permissions));
    };
    let Some(policy) = &sas.policy else {
        return Err(reject!(
            StoredPolicy,
            "unknown stored access policy {}",
            Quoted(identifier)
        ));
    };
    let in_both = [
        sas.starts_at.is_some() && policy.starts_at.is_some(),
        sas.expires_at.is_some() && policy.expires_at.is_some(),
        !sas.permissions.is_empty() && !policy.permissions.is_empty(),
    ];
    if in_both.contains(&true) {
        return Err(reject!(
            StoredPolicy,
            "the token states a parameter that its stored access policy states, too; leave it out of one"
        ));
    }
    let expires_at = sas.expires_at.or(policy.expires_at);
    if expires_at.is_none() {
        return Err(reject!(
            StoredPolicy,
            "neither the token nor its stored access policy has an expiry"
        ));
    }
    Ok((
        sas.starts_at.or(policy.starts_at),
        expires_at,
        sas.permissions | policy.permissions,
    ))
}

fn check_ip(sas: &UnverifiedSas<'_>) -> Result<(), VerifyError> {
    let Some(range) = sas.values.get(Field::IpRange) else {
        return Ok(());
    };
    let Some((first, last)) = parse_ip_range(range) else {
        return Err(reject!(
            Malformed,
            "invalid IP range {} in the parameter sip; write an IPv4 address or a range such as 203.0.113.0-203.0.113.255",
            Quoted(range)
        ));
    };
    let Some(address) = sas.request.given_client_ip() else {
        return Err(reject!(
            Ip,
            "the token allows the addresses {range}, but the client's address is unknown; set \
             client_ip"
        ));
    };
    match address.to_canonical() {
        IpAddr::V4(address) if (first..=last).contains(&address) => Ok(()),
        address => Err(reject!(
            Ip,
            "the client has the address {address}, but the token allows {range}"
        )),
    }
}

fn check_protocol(sas: &UnverifiedSas<'_>) -> Result<(), VerifyError> {
    match (sas.values.get(Field::Protocol), sas.request.scheme) {
        (None | Some("https,http"), _) | (Some("https"), Some(UrlScheme::Https)) => Ok(()),
        (Some("https"), Some(UrlScheme::Http)) => {
            Err(reject!(Protocol, "the token allows only HTTPS"))
        }
        (Some("https"), None) => Err(reject!(
            Protocol,
            "the token allows only HTTPS, but the protocol is unknown; use ReceivedRequest::from_url"
        )),
        (Some(other), _) => Err(reject!(
            Malformed,
            "invalid protocol {} in the parameter spr; write https or https,http",
            Quoted(other)
        )),
    }
}

/// Checks the services and resource types of an account SAS, and the name of a table.
fn check_resource(sas: &UnverifiedSas<'_>) -> Result<(), VerifyError> {
    let target = &sas.target;
    if let Some(services) = sas.values.get(Field::Services) {
        if !services.contains(target.service.letter()) {
            return Err(reject!(
                Service,
                "the token is for the services {services}, not for {}",
                target.service
            ));
        }
        let types = sas.values.get(Field::ResourceTypes).unwrap_or_default();
        if !types.contains(target.level.letter()) {
            return Err(reject!(
                Resource,
                "the token is for the resource types {types}, but the request needs {}",
                target.level.letter()
            ));
        }
    } else if target.service == Service::Table {
        let table = sas.values.get(Field::TableName).unwrap_or_default();
        if !target.name.eq_ignore_ascii_case(table) {
            return Err(reject!(
                Resource,
                "the token is for the table {}",
                Quoted(table)
            ));
        }
    }
    Ok(())
}

fn check_permission(sas: &UnverifiedSas<'_>, permissions: Permissions) -> Result<(), VerifyError> {
    if sas.request.values("x-http-method").next().is_some() {
        return Err(reject!(
            Permission,
            "the header X-HTTP-Method replaces the method, which the verifier doesn't support"
        ));
    }
    let comp = sas.target.param("comp").unwrap_or_default();
    let comp = comp.to_ascii_lowercase();
    let is_of_account = sas.values.has(Field::Services);
    let operation = sas.target.operation(sas.request, &comp, is_of_account);
    let method = sas.request.method;
    match operation.needed() {
        Some(needed) if needed.is_met_by(permissions) => Ok(()),
        Some(needed) => Err(reject!(
            Permission,
            "{method} needs {needed}, but the token has {permissions:?}"
        )),
        None => Err(reject!(
            Permission,
            "no permission is known for {method} with comp={}",
            Quoted(&comp)
        )),
    }
}

impl VerifiedSas<'_> {
    /// Returns the name of the container, share, queue or table, decoded. Bind the handler to it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.sas.target.name
    }

    /// Returns the name of the blob or file, decoded; empty for a container or share.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.sas.target.object
    }

    /// Returns the service.
    #[must_use]
    pub fn service(&self) -> Service {
        self.sas.target.service
    }

    /// Returns the permissions of the token and its stored access policy.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Returns when the token, or its stored access policy, expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns a parameter of the token, decoded: `spk`, `srk`, `epk`, `erk` for the range of a
    /// table, `rscd` and its like for the response, `ses`, `saoid`, `suoid`, `sduoid`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.sas.field(name)
    }
}

impl fmt::Debug for VerifiedSas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSas")
            .field("service", &self.service())
            .field("name", &self.name())
            .field("object", &self.object())
            .field("permissions", &self.permissions)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
