//! Google's V2 signing process ([signed URLs,
//! V2](https://cloud.google.com/storage/docs/access-control/signed-urls-v2)): RSA with SHA-256 or
//! HMAC with SHA-1 over a few lines of the request.

use crate::crypto::{Hash, PrivateKeyKind, PublicKey, Signature};
use crate::error::{Error, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{
    CustomSigner, KeySource, PresignedUrl, SignedRequest, Unsigned, header_names, headers_to_send,
    own_method,
};
use crate::scheme::aws::AMZ_PREFIX;
use crate::scheme::detect::already_signed;
use crate::scheme::google::{GOOG_PREFIX, GOOGLE2};
use crate::scheme::sigv2::{CONTENT_HEADERS, EXPIRES, SIGNATURE, is_content_header};
use crate::text::percent::{Component, PercentEncoded};
use crate::time::Timestamp;
use crate::v2::SignatureMethod;
use crate::wire::added_headers::{AUTHORIZATION, AddedHeaders};
use crate::wire::header::Header;
use crate::wire::header_list::SortedHeaders;
use crate::wire::query::{Param, write_query};
use crate::wire::request_parts::RequestParts;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The start of an `Authorization` header.
pub(super) const AUTHORIZATION_START: &str = "GOOG1 ";

/// The sizes of RSA keys.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

/// The parameters whose names are signed after the path.
const SUB_RESOURCES: [&str; 12] = [
    "acl",
    "billing",
    "compose",
    "cors",
    "defaultObjectAcl",
    "lifecycle",
    "location",
    "logging",
    "storageClass",
    "uploads",
    "versioning",
    "websiteConfig",
];

/// A bucket that signs with V2.
#[derive(Clone, Debug)]
pub(super) struct V2Signer {
    /// `/bucket` if the path doesn't name the bucket, else empty.
    resource_prefix: Box<str>,
}

impl V2Signer {
    /// Returns the signer of requests whose host names the bucket, if there is one.
    pub(super) fn new(bucket: Option<&str>) -> Self {
        let resource_prefix = bucket.map(|name| alloc::format!("/{name}"));
        V2Signer {
            resource_prefix: resource_prefix.unwrap_or_default().into(),
        }
    }

    /// Returns the text that is signed. `date` is the expiration of a URL or the date of a header.
    pub(super) fn string_to_sign(&self, parts: &RequestParts<'_>, date: &str) -> String {
        let mut text = String::from(parts.method);
        text.push('\n');
        for name in CONTENT_HEADERS {
            if let Some(header) = parts.header(name) {
                header.write_unfolded_value(&mut text);
            }
            text.push('\n');
        }
        text.extend([date, "\n"]);
        let headers = parts.headers_without_host();
        let headers = SortedHeaders::sort(headers.filter(|header| is_signed_line(header)));
        let lines = headers.lines();
        lines.write_lines(&mut text, Header::write_single_spaced_value);
        text.push_str(&self.resource_prefix);
        parts.path.write_encoded_once(&mut text);
        let mut separator = "?";
        let mut sub_resources: Vec<&Param<'_>> =
            parts.params.iter().filter(is_sub_resource).collect();
        sub_resources.sort_by(|one, two| one.name.decoded().cmp(two.name.decoded()));
        for param in sub_resources {
            text.extend([separator, &param.name.to_text_lossy()]);
            separator = "&";
        }
        text
    }

    fn check(&self, parts: &RequestParts<'_>, identity: &Identity) -> Result<(), Error> {
        if identity.session_token().is_some() {
            return Err(error!(
                Credentials,
                "the credentials have a session token, which Google Cloud Storage doesn't have; \
                 leave it out"
            ));
        }
        if identity.private_key_kind() == Some(PrivateKeyKind::P256) {
            return Err(identity.needs_secret_access_key_error());
        }
        let names = [GOOGLE2.access_key_id, EXPIRES, SIGNATURE];
        for name in names {
            if parts.params.iter().any(|param| param.name.decodes_to(name)) {
                return Err(already_signed(name));
            }
        }
        parts.check_without_prefix(AMZ_PREFIX, GOOG_PREFIX)?;
        parts.check_single(&CONTENT_HEADERS)
    }
}

/// Returns whether a public key is an RSA key of an accepted size.
pub(super) fn is_accepted_rsa_key(key: &PublicKey) -> bool {
    key.rsa_bits().is_some_and(|bits| RSA_BITS.contains(&bits))
}

fn key_source(identity: &Identity) -> KeySource {
    match identity.private_key_kind() {
        Some(kind) => KeySource::Private {
            kind,
            hash: Hash::Sha256,
            rsa_bits: RSA_BITS,
        },
        None => KeySource::V2(SignatureMethod::HmacSha1),
    }
}

/// Returns whether a header has a line among the `x-goog-*` headers. Those with a customer-supplied
/// encryption key, or its hash, have none.
fn is_signed_line(header: &Header<'_>) -> bool {
    let name = Component::Raw(&header.name);
    name.starts_with_ignore_case(GOOG_PREFIX)
        && !["x-goog-encryption-key", "x-goog-encryption-key-sha256"]
            .iter()
            .any(|other| header.is_named(other))
}

fn is_covered(header: &Header<'_>) -> bool {
    is_content_header(&header.name) || is_signed_line(header)
}

fn is_sub_resource(param: &&Param<'_>) -> bool {
    SUB_RESOURCES.iter().any(|name| param.name.decodes_to(name))
}

impl CustomSigner for V2Signer {
    fn prepare_url(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Unsigned<PresignedUrl>, Error> {
        self.check(parts, identity)?;
        if parts.header(AUTHORIZATION).is_some() {
            return Err(crate::scheme::detect::in_query(AUTHORIZATION));
        }
        let validity = expiry.resolve(identity, now, "URL")?;
        let expires = alloc::format!("{}", validity.expires_at.unix_seconds());
        let string_to_sign = self.string_to_sign(parts, &expires);
        let mut url = String::with_capacity(parts.max_url_len());
        parts.write_origin(&mut url);
        parts.path.write_as_sent(&mut url);
        write_query(&parts.params, &mut url);
        url.push(if parts.params.is_empty() { '?' } else { '&' });
        url.extend([GOOGLE2.access_key_id, "="]);
        url.push_str(identity.encoded_access_key_id());
        url.extend(["&", EXPIRES, "=", &expires, "&", SIGNATURE, "="]);
        let mut result = PresignedUrl {
            method: own_method(parts.method),
            url,
            headers: headers_to_send(parts, is_covered)?,
            not_covered: header_names(parts, |header| !is_covered(header)),
            expires_at: validity.expires_at,
        };
        Ok(Unsigned::new(
            identity,
            key_source(identity),
            string_to_sign.as_str(),
            move |signature: &Signature| {
                signature.write_base64(&mut PercentEncoded(&mut result.url));
                result
            },
        )
        .with_expiration(validity.expires_at))
    }

    fn prepare_headers(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        self.check(parts, identity)?;
        identity.check_secret_access_key()?;
        for name in ["date", AUTHORIZATION] {
            if parts.header(name).is_some() {
                return Err(error!(
                    Header,
                    "the header {name} is added by signing; leave it out"
                ));
            }
        }
        let date = now.http_date()?;
        let string_to_sign = self.string_to_sign(parts, date.as_str());
        let mut headers = AddedHeaders::with_capacity(128);
        headers.add("Date").push_str(date.as_str());
        let authorization = headers.add(AUTHORIZATION);
        authorization.extend([AUTHORIZATION_START, identity.access_key_id(), ":"]);
        let not_covered = header_names(parts, |header| !is_covered(header));
        Ok(Unsigned::new(
            identity,
            key_source(identity),
            string_to_sign.as_str(),
            move |signature: &Signature| {
                signature.write_base64(headers.last_value());
                SignedRequest::from_headers(headers, not_covered)
            },
        ))
    }

    fn signs_header(&self, name: &str) -> bool {
        CONTENT_HEADERS.contains(&name)
    }

    fn parameter_name(&self, name: &'static str) -> Option<&'static str> {
        Some(match name {
            "versionId" => "generation",
            name => name,
        })
    }

    fn unsupported(&self, what: &str) -> Error {
        error!(
            Unsupported,
            "Google's V2 doesn't support {what}; choose SignatureVersion::V4"
        )
    }
}
