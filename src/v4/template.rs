//! Many presigned URLs that differ only in their key: all the rest is written once.

use super::canonical::{
    CanonicalNames, CanonicalPath, CanonicalQuery, CanonicalRequest, SignedHeaders,
    write_presigned_query,
};
use super::sign::{Context, prepare_presign, write_string_to_sign_head};
use crate::encode::Hex;
use crate::error::Error;
use crate::hash::{MacKey, hash};
use crate::request::{Parts, Path};
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// A presigned URL without its key.
#[derive(Clone)]
pub(crate) struct Template {
    /// `GET`, and the line break after it.
    method: String,
    /// `https://host:port`.
    origin: String,
    /// Everything of the canonical request after the path.
    after_path: String,
    /// Everything of the URL between path and signature.
    query: String,
    /// Everything of the URL after the signature.
    appended: String,
    /// The signing key, after the whole blocks of the string to sign that are the same for every URL.
    key: MacKey,
    /// What follows those blocks, up to the hash.
    string_to_sign: Vec<u8>,
    ends: Timestamp,
}

impl Template {
    /// A template of all requests that differ from this one in their path.
    pub(crate) fn new(
        context: &Context<'_>,
        mut parts: Parts<'_>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let prepared = prepare_presign(context, &mut parts, expires_in, now)?;
        let headers = SignedHeaders::of(&parts, []);
        let auth = context.auth_params(&prepared, &headers);

        let mut origin = String::new();
        parts.write_origin(&mut origin);
        let mut query = String::new();
        write_presigned_query(parts.params.as_slice(), &auth, &mut query);
        let mut after_path = String::new();
        CanonicalRequest {
            method: parts.method,
            path: CanonicalPath::Of(parts.path, context.settings.canonical_uri),
            query: CanonicalQuery::Written(&query),
            headers: &headers,
            names: CanonicalNames::Of(&headers),
            payload: prepared.payload.as_str(),
        }
        .write_after_path(&mut after_path);
        let mut string_to_sign = String::new();
        write_string_to_sign_head(&auth.scope, &mut string_to_sign);
        let (blocks, rest) = string_to_sign.as_bytes().as_chunks();
        let names = &context.settings.dialect.parameters;
        Ok(Template {
            method: alloc::format!("{}\n", parts.method),
            origin,
            after_path,
            query: alloc::format!("?{query}&{}=", names.signature),
            appended: match context.appended_token() {
                Some(token) => alloc::format!("&{}={token}", names.security_token),
                None => String::new(),
            },
            key: auth.scope.signing_key(context.credentials).after(blocks),
            string_to_sign: rest.into(),
            ends: prepared.ends,
        })
    }

    /// Appends the URL for one path.
    pub(crate) fn write(&self, path: Path<'_>, url: &mut String) {
        url.reserve(self.bound(path));
        url.push_str(&self.origin);
        let path_at = url.len();
        path.write_once(url);

        let hash = Hex::of(&hash(|hasher| {
            hasher.update(self.method.as_bytes());
            hasher.update(url.as_bytes().get(path_at..).unwrap_or_default());
            hasher.update(self.after_path.as_bytes());
        }));
        let signature = self.key.mac(|hasher| {
            hasher.update(&self.string_to_sign);
            hasher.update(hash.as_bytes());
        });

        url.push_str(&self.query);
        url.push_str(Signature::hex(&signature).as_str());
        url.push_str(&self.appended);
    }

    /// When the URLs end.
    pub(crate) fn ends(&self) -> Timestamp {
        self.ends
    }

    /// An upper bound of a URL's length, so that it is allocated once.
    fn bound(&self, path: Path<'_>) -> usize {
        const SIGNATURE: usize = 64;
        [
            self.origin.len(),
            path.bound(),
            self.query.len(),
            SIGNATURE,
            self.appended.len(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}
