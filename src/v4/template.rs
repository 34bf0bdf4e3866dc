//! Many presigned URLs that differ only in their key: all the rest is written once.

use super::canonical::{
    CanonicalPath, CanonicalQuery, CanonicalRequest, SignedHeaders, write_presigned_query,
};
use super::dialect::Dialect;
use super::sign::{Context, prepare_presign, push_signature, write_string_to_sign_head};
use crate::encode::Hex;
use crate::error::Error;
use crate::hash::{Hasher, MacKey};
use crate::request::{Parts, Path};
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use alloc::string::String;
use core::time::Duration;

/// A presigned URL without its key.
#[derive(Clone)]
pub(crate) struct Template {
    method: String,
    /// `https://host:port`.
    origin: String,
    /// Everything of the canonical request after the path. The URL's query stands at its front, after a line break.
    after_path: String,
    /// Length of the query.
    query: usize,
    /// The string to sign up to the hash.
    string_to_sign: String,
    key: MacKey,
    dialect: &'static Dialect,
    appended_token: Option<String>,
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
            payload: prepared.payload.as_str(),
        }
        .write_after_path(&mut after_path);
        let mut string_to_sign = String::new();
        write_string_to_sign_head(&auth.scope, &mut string_to_sign);
        Ok(Template {
            method: alloc::format!("{}\n", parts.method),
            origin,
            after_path,
            query: query.len(),
            string_to_sign,
            key: auth.scope.signing_key(context.credentials),
            dialect: context.settings.dialect,
            appended_token: context.appended_token().map(String::from),
            ends: prepared.ends,
        })
    }

    /// Appends the URL for one path.
    pub(crate) fn write(&self, path: Path<'_>, url: &mut String) {
        let query = self
            .after_path
            .get(1..)
            .and_then(|text| text.get(..self.query));
        let query = query.unwrap_or_default();
        let token = self.appended_token.as_deref();
        url.reserve(self.bound(path));
        url.push_str(&self.origin);
        let path_at = url.len();
        path.write_once(url);

        let mut hasher = Hasher::new();
        hasher.update(self.method.as_bytes());
        hasher.update(url.as_bytes().get(path_at..).unwrap_or_default());
        hasher.update(self.after_path.as_bytes());
        let hash = Hex::of(&hasher.finish());
        let signature = self.key.mac(|hasher| {
            hasher.update(self.string_to_sign.as_bytes());
            hasher.update(hash.as_str().as_bytes());
        });

        url.push('?');
        url.push_str(query);
        push_signature(url, self.dialect, &Signature::hex(&signature), token);
    }

    /// When the URLs end.
    pub(crate) fn ends(&self) -> Timestamp {
        self.ends
    }

    /// An upper bound of a URL's length, so that it is allocated once.
    fn bound(&self, path: Path<'_>) -> usize {
        /// `?`, and the names and separators of the signature and of an appended token.
        const FIXED: usize = 128;
        [
            FIXED,
            self.origin.len(),
            path.bound(),
            self.query,
            self.appended_token.as_deref().map_or(0, str::len),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}
