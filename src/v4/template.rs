//! Many presigned URLs that differ only in their key, or in their key and their second: all the rest is written once.

use super::canonical::{
    AuthParams, CanonicalNames, CanonicalPath, CanonicalQuery, CanonicalRequest, SignedHeaders,
    write_presigned_query,
};
use super::key::Scope;
use super::sign::{
    Context, check_life, prepare_presign, push_signature, sign_hash, write_string_to_sign_head,
};
use crate::encode::Hex;
use crate::error::Error;
use crate::hash::{MacKey, hash};
use crate::request::{Parts, Path};
use crate::signed::Signature;
use crate::timestamp::{AmzDate, Timestamp};
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
    query: DatedQuery,
    /// Everything of the canonical request after the query.
    after_query: String,
    expires_in: Duration,
    prepared: Prepared,
}

/// What the second decides for which a template was made.
#[derive(Clone)]
struct Prepared {
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
        let mut after_query = String::new();
        CanonicalRequest {
            method: parts.method,
            path: CanonicalPath::Of(parts.path, context.settings.canonical_uri),
            query: CanonicalQuery::Written(&query),
            headers: &headers,
            names: CanonicalNames::Of(&headers),
            payload: prepared.payload.as_str(),
        }
        .write_after_query(&mut after_query);
        let mut string_to_sign = String::new();
        write_string_to_sign_head(&auth.scope, &mut string_to_sign);
        let (blocks, rest) = string_to_sign.as_bytes().as_chunks();
        let names = &context.settings.dialect.parameters;
        Ok(Template {
            method: alloc::format!("{}\n", parts.method),
            origin,
            query: DatedQuery::new(&parts, &auth),
            prepared: Prepared {
                after_path: alloc::format!("\n{query}{after_query}"),
                query: alloc::format!("?{query}&{}=", names.signature),
                appended: match context.appended_token() {
                    Some(token) => alloc::format!("&{}={token}", names.security_token),
                    None => String::new(),
                },
                key: auth.scope.signing_key(context.credentials).after(blocks),
                string_to_sign: rest.into(),
                ends: prepared.ends,
            },
            after_query,
            expires_in,
        })
    }

    /// Appends the URL for one path, signed in the second for which the template was made.
    pub(crate) fn write(&self, path: Path<'_>, url: &mut String) {
        let Prepared {
            after_path,
            query,
            appended,
            key,
            string_to_sign,
            ..
        } = &self.prepared;
        let path_at = self.begin(path, url);
        let hash = Hex::of(&hash(|hasher| {
            hasher.update(self.method.as_bytes());
            hasher.update(url.as_bytes().get(path_at..).unwrap_or_default());
            hasher.update(after_path.as_bytes());
        }));
        let signature = key.mac(|hasher| {
            hasher.update(string_to_sign);
            hasher.update(hash.as_bytes());
        });
        url.push_str(query);
        url.push_str(Signature::hex(&signature).as_str());
        url.push_str(appended);
    }

    /// Appends the URL for one path, signed in another second. On an error nothing is appended.
    ///
    /// The context is that of the template, for which all else was checked.
    pub(crate) fn write_at(
        &self,
        context: &Context<'_>,
        path: Path<'_>,
        now: Timestamp,
        url: &mut String,
    ) -> Result<(), Error> {
        let (date, _) = check_life(context, self.expires_in, now)?;
        let scope = context.scope(&date);
        let path_at = self.begin(path, url);
        let path_end = url.len();
        url.push('?');
        self.query.write(&date, url);
        let query_at = path_end.saturating_add(1);
        let hash = Hex::of(&hash(|hasher| {
            let (path, query) = (url.get(path_at..path_end), url.get(query_at..));
            hasher.update(self.method.as_bytes());
            hasher.update(path.unwrap_or_default().as_bytes());
            hasher.update(b"\n");
            hasher.update(query.unwrap_or_default().as_bytes());
            hasher.update(self.after_query.as_bytes());
        }));
        let key = scope.signing_key(context.credentials);
        push_signature(
            url,
            context.settings.dialect,
            &sign_hash(&scope, &key, &hash, None),
            context.appended_token(),
        );
        Ok(())
    }

    /// When the URLs end that are signed in the second for which the template was made.
    pub(crate) fn ends(&self) -> Timestamp {
        self.prepared.ends
    }

    /// Appends what stands before the query; gives back where the path stands.
    fn begin(&self, path: Path<'_>, url: &mut String) -> usize {
        url.reserve(self.bound(path));
        url.push_str(&self.origin);
        let path_at = url.len();
        path.write_once(url);
        path_at
    }

    /// An upper bound of a URL's length, so that it is allocated once.
    fn bound(&self, path: Path<'_>) -> usize {
        const SIGNATURE: usize = 64;
        [
            self.origin.len(),
            path.bound(),
            self.prepared.query.len(),
            SIGNATURE,
            self.prepared.appended.len(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// The query of a presigned URL, but for the signature, without its dates: what stands before, between and after them.
#[derive(Clone)]
struct DatedQuery([String; 3]);

impl DatedQuery {
    fn new(parts: &Parts<'_>, auth: &AuthParams<'_>) -> Self {
        /// Stands for a date. No query has a space.
        const PLACE: &str = " ";
        let auth = AuthParams {
            scope: Scope {
                time: PLACE,
                date: PLACE,
                ..auth.scope
            },
            ..*auth
        };
        let mut query = String::new();
        write_presigned_query(parts.params.as_slice(), &auth, &mut query);
        let mut pieces = query.split(PLACE).map(String::from);
        DatedQuery(core::array::from_fn(|_| pieces.next().unwrap_or_default()))
    }

    /// The date stands in the credential, which comes before the time.
    fn write(&self, date: &AmzDate, url: &mut String) {
        let DatedQuery([before, between, after]) = self;
        for piece in [before, date.date(), between, date.as_str(), after] {
            url.push_str(piece);
        }
    }
}
