//! Verification, as CloudFront does it.

use super::encoding::decode;
use super::policy::RSA_BITS;
use super::resource::{can_leave, matches};
use super::statement::Statement;
use crate::crypto::Hash;
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::cloudfront::{
    COOKIE_PREFIX, EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, NAMES, POLICY, SHA1, SHA256, SIGNATURE,
};
use crate::text::decimal::parse_unix_seconds;
use crate::time::Timestamp;
use crate::verify::{Carrier, ReceivedRequest, VerifyError, reject};
use crate::verifying_key::VerifyingKey;
use crate::wire::query::parse_query;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Verifies a received request with the public key of its key pair ID: the signature, the resource,
/// the times, and the client's address.
///
/// The signature is in the URL or, if the URL has none, in cookies. The request has to be made
/// [from a whole URL](ReceivedRequest::from_url), because the scheme is signed. A policy with an IP
/// range needs [`ReceivedRequest::client_ip`].
///
/// ```
#[cfg_attr(not(all(feature = "rsa", feature = "std")), doc = "# #[cfg(any())] {")]
/// use presign::cloudfront::verify;
/// use presign::verify::{ReceivedRequest, VerifyErrorKind};
/// use presign::{Timestamp, VerifyingKey};
///
/// # let key = "-----BEGIN PUBLIC KEY-----
/// # MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsNSOhMGIE2lcw3QWdzDa
/// # Em/5FF0YFnTbmEEt1HMEij/+6CkbsjhOrXia2h1ba41kDPluMY2XCmZIq3k+MMTv
/// # sOqwNrKKYFh//iGnIf/wN5G33JkUTz1pElRB6jFS3PC2Ph+hl67A+2faiwocFex5
/// # QwUbZQLY/f/LKSgcDp5yyc37cMwQA5jYZ91GMQfAfjLnHqMRBmfHE2CKJf8052Ce
/// # apO3cAA1mxvWeD3hf9VDWw4FcWN+1neQwwx+Oq/iS4IenAKNpItw1AXfchyxfGRm
/// # dfElQLvVlZlQMT0P72QJXFQZT8aAUmoopFmGDxklcm7tKAQ4JvqGzJ1N7US/Uq5N
/// # hQIDAQAB
/// # -----END PUBLIC KEY-----";
/// # let url = "http://cdn.example.com/x+y~z.bin?size=large&license=yes&Expires=1589752195&Signature=OolDMZcQeWA6ycSnMG~ET60ry~Q4NuWXwSqK-R0XABkMzzTuouPWRJ8TbChLc0X6~vThWCMcKn5b5fLC~2ZpQKtS6s2YQiVpWraOH5KA5GZSRK2NaM7EbbtSU5A1rcAmSLKdPXoGoC0104G8nVaQoQ9zj5Hq1Z~sNUiLnX~j6CANMmZDW87KDTyXsg8S26mYeW5znXdIw3TGurbNVJy9yJelj-RJxLmlzaovatd7tkY7H-aAoSmCKhjaB8jMHa2kksfCn4LUPiZ6ii78r1y1MZjrvuV2RHoyVQnTCY6R6zLo3waR4wtDtwIJUzBIHBs4GydYyMhuhJxe9v9txCDxGg__&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256";
/// let key = VerifyingKey::from_pem(key)?;
/// let lookup = |id: &str| (id == "K2JCJMDEHXQW5F").then_some(&key);
/// let request = ReceivedRequest::from_url("GET", url)?;
///
/// let now = Timestamp::from_unix_seconds(1589752194);
/// verify(&request, now, lookup)?;
///
/// let later = Timestamp::from_unix_seconds(1589752195);
/// let error = verify(&request, later, lookup).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Expired);
#[cfg_attr(not(all(feature = "rsa", feature = "std")), doc = "# }")]
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The kinds of [`VerifyErrorKind`](crate::verify::VerifyErrorKind), in the order of the checks:
///
/// - [`TooLarge`](crate::verify::VerifyErrorKind::TooLarge) and
///   [`Request`](crate::verify::VerifyErrorKind::Request): the request isn't one that a server
///   accepts, or its scheme is unknown.
/// - [`NotSigned`](crate::verify::VerifyErrorKind::NotSigned),
///   [`Missing`](crate::verify::VerifyErrorKind::Missing),
///   [`Repeated`](crate::verify::VerifyErrorKind::Repeated),
///   [`Malformed`](crate::verify::VerifyErrorKind::Malformed): the parameters or cookies.
/// - [`AccessKey`](crate::verify::VerifyErrorKind::AccessKey): the key pair ID is unknown, or the
///   RSA key doesn't have 2048 bits.
/// - [`Signature`](crate::verify::VerifyErrorKind::Signature).
/// - [`InvalidPolicy`](crate::verify::VerifyErrorKind::InvalidPolicy): CloudFront rejects the
///   policy.
/// - [`Resource`](crate::verify::VerifyErrorKind::Resource): the policy doesn't cover the URL.
/// - [`Expired`](crate::verify::VerifyErrorKind::Expired),
///   [`NotYetValid`](crate::verify::VerifyErrorKind::NotYetValid),
///   [`Ip`](crate::verify::VerifyErrorKind::Ip).
pub fn verify<'k, K: Into<VerifyingKey<'k>>>(
    request: &ReceivedRequest<'_>,
    now: impl Into<Timestamp>,
    lookup: impl FnOnce(&str) -> Option<K>,
) -> Result<(), VerifyError> {
    request.check()?;
    let parameters = Parameters::of_query(request);
    if parameters.is_present() {
        let checked = check(request, &parameters, &NAMES, now.into(), lookup);
        return checked.map_err(|error| error.signed_by(Scheme::CloudFront, Carrier::Query));
    }
    let cookies = Parameters::of_cookies(request);
    let checked = check(request, &cookies, &[], now.into(), lookup);
    checked.map_err(|error| error.signed_by(Scheme::CloudFront, Carrier::Header))
}

/// Verifies a signature. `unsigned` are the parameters of the URL that it doesn't cover.
fn check<'k, K: Into<VerifyingKey<'k>>>(
    request: &ReceivedRequest<'_>,
    parameters: &Parameters<'_>,
    unsigned: &[&str],
    now: Timestamp,
    lookup: impl FnOnce(&str) -> Option<K>,
) -> Result<(), VerifyError> {
    if !parameters.is_present() {
        return Err(reject!(NotSigned, "the request is not signed"));
    }
    let key_pair_id = parameters.required(KEY_PAIR_ID)?;
    let hash = parameters.hash()?;
    let signature = parameters.required(SIGNATURE)?;
    let signature = decode(signature.as_bytes())
        .ok_or_else(|| reject!(Malformed, "the signature is not in CloudFront's base64"))?;
    let url = request.url_without(unsigned)?;
    let (message, canned) = parameters.policy(&url)?;

    let key: VerifyingKey<'k> = lookup(&key_pair_id)
        .ok_or_else(|| reject!(AccessKey, "unknown key pair ID"))?
        .into();
    let key = key.public_key().ok_or_else(|| {
        reject!(
            AccessKey,
            "the key of the key pair ID is a secret access key"
        )
    })?;
    if let Some(bits) = key.rsa_bits()
        && !RSA_BITS.contains(&bits)
    {
        return Err(reject!(
            AccessKey,
            "the RSA key has {bits} bits, and CloudFront accepts 2048"
        ));
    }
    if !key.verify(hash, message.as_slice(), &signature) {
        return Err(reject!(
            Signature,
            "the signature doesn't match the policy; check the key"
        ));
    }
    let statement = match canned {
        Some(statement) => statement,
        None => parse_policy(&message)?,
    };
    check_statement(&statement, &url, request, now)
}

/// Checks a statement whose signature is verified.
fn check_statement(
    statement: &Statement,
    url: &str,
    request: &ReceivedRequest<'_>,
    now: Timestamp,
) -> Result<(), VerifyError> {
    if can_leave(&statement.resource, url) {
        return Err(reject!(
            Resource,
            "the path has a dot segment, with which it can leave the resource; send the path without it"
        ));
    }
    if !matches(&statement.resource, url) {
        return Err(reject!(Resource, "the policy doesn't cover the URL"));
    }
    if now >= statement.expires_at {
        let expires_at = statement.expires_at;
        return Err(reject!(
            Expired,
            "the policy expired at {expires_at}; it is now {now}"
        ));
    }
    if let Some(starts_at) = statement.starts_at
        && now < starts_at
    {
        return Err(reject!(
            NotYetValid,
            "the policy is valid from {starts_at} on; it is now {now}"
        ));
    }
    let Some(range) = &statement.ip_range else {
        return Ok(());
    };
    match request.given_client_ip() {
        Some(ip) if range.contains(ip) => Ok(()),
        Some(ip) => Err(reject!(Ip, "the policy allows {range}, not {ip}")),
        None => Err(reject!(
            Ip,
            "the policy allows {range}, but the client's address is unknown; set client_ip"
        )),
    }
}

fn parse_policy(json: &[u8]) -> Result<Statement, VerifyError> {
    let json = core::str::from_utf8(json)
        .map_err(|_| reject!(InvalidPolicy, "the policy is not UTF-8"))?;
    Statement::from_json(json).map_err(|error| reject!(InvalidPolicy, "{error}"))
}

/// The parameters of a signature, in a query or in cookies. Each has the values that were received.
struct Parameters<'r>([(&'static str, Vec<Cow<'r, [u8]>>); NAMES.len()]);

impl<'r> Parameters<'r> {
    fn none() -> Self {
        Parameters(NAMES.map(|name| (name, Vec::new())))
    }

    fn of_query(request: &ReceivedRequest<'r>) -> Self {
        let mut parameters = Parameters::none();
        for param in parse_query(request.target.query) {
            let mut slots = parameters.0.iter_mut();
            if let Some((_, values)) = slots.find(|(name, _)| param.name.decodes_to(name)) {
                values.push(param.value.unwrap_or_default().to_bytes());
            }
        }
        parameters
    }

    fn of_cookies<'s: 'r>(request: &'s ReceivedRequest<'_>) -> Self {
        let mut parameters = Parameters::none();
        let headers = request.header_values("cookie");
        for cookie in headers.flat_map(|value| value.split(|byte| *byte == b';')) {
            let Some(equals) = cookie.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (name, value) = cookie.split_at_checked(equals).unwrap_or_default();
            let Some(name) = name.trim_ascii().strip_prefix(COOKIE_PREFIX.as_bytes()) else {
                continue;
            };
            let mut slots = parameters.0.iter_mut();
            if let Some((_, values)) = slots.find(|(slot, _)| slot.as_bytes() == name) {
                let value = value.get(1..).unwrap_or_default().trim_ascii();
                values.push(Cow::Borrowed(value));
            }
        }
        parameters
    }

    fn is_present(&self) -> bool {
        let mut slots = self.0.iter();
        slots.any(|(name, values)| *name != EXPIRES && !values.is_empty())
    }

    fn get(&self, name: &str) -> Result<Option<Cow<'_, str>>, VerifyError> {
        let mut slots = self.0.iter();
        let values = slots.find(|(slot, _)| *slot == name);
        match values.map_or(&[][..], |(_, values)| values.as_slice()) {
            [] => Ok(None),
            [value] => match core::str::from_utf8(value) {
                Ok(value) => Ok(Some(Cow::Borrowed(value))),
                Err(_) => Err(reject!(Malformed, "the value of {name} is not UTF-8")),
            },
            _ => Err(VerifyError::duplicate("parameter or cookie", name)),
        }
    }

    fn required(&self, name: &str) -> Result<Cow<'_, str>, VerifyError> {
        self.get(name)?
            .filter(|value| !value.is_empty())
            .ok_or_else(|| VerifyError::missing("parameter or cookie", name))
    }

    fn hash(&self) -> Result<Hash, VerifyError> {
        match self.get(HASH_ALGORITHM)?.as_deref() {
            None | Some(SHA1) => Ok(Hash::Sha1),
            Some(SHA256) => Ok(Hash::Sha256),
            Some(other) => Err(reject!(
                Malformed,
                "invalid {HASH_ALGORITHM} {}; send {SHA1} or {SHA256}",
                Quoted(other)
            )),
        }
    }

    /// Returns the signed text, and the statement of a canned policy.
    fn policy(&self, url: &str) -> Result<(Vec<u8>, Option<Statement>), VerifyError> {
        match (self.get(POLICY)?, self.get(EXPIRES)?) {
            (Some(policy), None) => {
                let json = decode(policy.as_bytes());
                let json = json.ok_or_else(|| {
                    reject!(Malformed, "the policy is not in CloudFront's base64")
                })?;
                Ok((json, None))
            }
            (None, Some(expires)) => {
                let expires_at = parse_unix_seconds(&expires).ok_or_else(|| {
                    reject!(
                        Malformed,
                        "invalid {EXPIRES} {}; write a number of seconds since 1970",
                        Quoted(&expires)
                    )
                })?;
                let statement = Statement {
                    resource: String::from(url),
                    expires_at,
                    starts_at: None,
                    ip_range: None,
                };
                Ok((statement.to_json().into_bytes(), Some(statement)))
            }
            (Some(_), Some(_)) => Err(reject!(
                Malformed,
                "the URL has both {POLICY} and {EXPIRES}; send one of them"
            )),
            (None, None) => Err(reject!(
                Missing,
                "missing `{POLICY}` or `{EXPIRES}`; send one of them"
            )),
        }
    }
}
