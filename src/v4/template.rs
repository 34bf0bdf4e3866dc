//! Many presigned URLs that differ only in their key, or in their key and their second: all the rest is written once.

use super::canonical::{
    AuthParams, CanonicalPath, CanonicalQuery, CanonicalRequest, SignedHeaders,
    write_presigned_query,
};
use super::key::{Place, Scope};
use super::sign::{Context, Settings, check_life, prepare_presign, write_string_to_sign_head};
use crate::credentials::Credentials;
use crate::encode::{Hex, Sink};
use crate::error::Error;
use crate::hash::{MacKey, hash};
use crate::request::{Parts, Path};
use crate::timestamp::Timestamp;
use alloc::boxed::Box;
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
    /// The query but for the signature. The date stands in the credential, before the time.
    query: Dated,
    /// The string to sign up to the hash. The time stands before the date of the scope.
    string_to_sign: Dated,
    /// Everything of the canonical request after the query.
    after_query: String,
    /// Everything of the URL after the signature.
    appended: String,
    expires_in: Duration,
    credentials: Credentials,
    region: Box<str>,
    service: Box<str>,
    place: Place,
    settings: Settings,
    prepared: Prepared,
}

/// What the second decides for which a template was made.
#[derive(Clone)]
struct Prepared {
    /// Everything of the canonical request after the path.
    after_path: String,
    /// Everything of the URL between path and signature.
    query: String,
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
        parts: &mut Parts<'_>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let payload = context.settings.presigned_payload.text();
        let prepared = prepare_presign(context, parts, &payload, expires_in, now)?;
        let mut headers = SignedHeaders::of_host(parts.signed_host());
        headers.add(parts, &[]);
        let auth = context.auth_params(&prepared, &headers);

        let mut origin = String::new();
        parts.write_origin(&mut origin);
        let mut query = String::new();
        write_presigned_query(parts.params.as_slice(), &auth, &mut query);
        let mut after_query = String::new();
        CanonicalRequest {
            method: parts.method,
            path: CanonicalPath::Of(&parts.path, context.settings.canonical_uri),
            query: CanonicalQuery::Written(&query),
            headers: &headers,
            written_names: None,
            payload: prepared.payload,
        }
        .write_after_query(&mut after_query);
        let mut string_to_sign = String::new();
        write_string_to_sign_head(&auth.scope, &mut string_to_sign);
        let (blocks, rest) = string_to_sign.as_bytes().as_chunks();
        let beginnings = &context.settings.dialect.beginnings;
        Ok(Template {
            method: alloc::format!("{}\n", parts.method),
            origin,
            query: Dated::new(&auth.scope, |scope, query| {
                let auth = AuthParams { scope, ..auth };
                write_presigned_query(parts.params.as_slice(), &auth, query);
            }),
            string_to_sign: Dated::new(&auth.scope, |scope, text| {
                write_string_to_sign_head(&scope, text);
            }),
            prepared: Prepared {
                after_path: alloc::format!("\n{query}{after_query}"),
                query: alloc::format!("?{query}{}", beginnings.signature),
                key: auth.scope.signing_key(context.credentials).after(blocks),
                string_to_sign: rest.into(),
                ends: prepared.ends,
            },
            after_query,
            appended: match context.appended_token() {
                Some(token) => alloc::format!("{}{token}", beginnings.security_token),
                None => String::new(),
            },
            expires_in,
            credentials: context.credentials.clone(),
            region: context.region.into(),
            service: context.service.into(),
            place: context.place.clone(),
            settings: *context.settings,
        })
    }

    /// Appends the URL for one path, signed in the second for which the template was made.
    pub(crate) fn write(&self, path: Path<'_>, url: &mut String) {
        let Prepared {
            after_path,
            query,
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
        url.push_str(Hex::of(&signature).as_str());
        url.push_str(&self.appended);
    }

    /// Appends the URL for one path, signed in another second. On an error nothing is appended.
    pub(crate) fn write_at(
        &self,
        path: Path<'_>,
        now: Timestamp,
        url: &mut String,
    ) -> Result<(), Error> {
        let context = Context {
            credentials: &self.credentials,
            region: &self.region,
            service: &self.service,
            place: &self.place,
            settings: &self.settings,
        };
        let (date, _) = check_life(&context, self.expires_in, now)?;
        let scope = context.scope(&date);
        let path_at = self.begin(path, url);
        let path_end = url.len();
        url.push('?');
        self.query.write([scope.date, scope.time], url);
        let query_at = path_end.saturating_add(1);
        let hash = Hex::of(&hash(|hasher| {
            let (path, query) = (url.get(path_at..path_end), url.get(query_at..));
            hasher.update(self.method.as_bytes());
            hasher.update(path.unwrap_or_default().as_bytes());
            hasher.update(b"\n");
            hasher.update(query.unwrap_or_default().as_bytes());
            hasher.update(self.after_query.as_bytes());
        }));
        let signature = scope.signing_key(&self.credentials).mac(|hasher| {
            let dates = [scope.time, scope.date];
            self.string_to_sign.write(dates, hasher);
            hasher.update(hash.as_bytes());
        });
        url.push_str(scope.dialect.beginnings.signature);
        url.push_str(Hex::of(&signature).as_str());
        url.push_str(&self.appended);
        Ok(())
    }

    /// When the URLs end that are signed in the second for which the template was made.
    pub(crate) fn ends(&self) -> Timestamp {
        self.prepared.ends
    }

    /// Appends what stands before the query; gives back where the path stands.
    fn begin(&self, path: Path<'_>, url: &mut String) -> usize {
        const SIGNATURE: usize = 64;
        let after_path = [self.prepared.query.len(), SIGNATURE, self.appended.len()];
        let after_path = after_path.into_iter().fold(0, usize::saturating_add);
        path.begin_url(&self.origin, after_path, url)
    }
}

/// A text with the time and the date of signing, without them: what stands before, between and after.
#[derive(Clone)]
struct Dated([String; 3]);

impl Dated {
    /// Of what `write` writes with a scope in which time and date are blank.
    fn new(scope: &Scope<'_>, write: impl FnOnce(Scope<'_>, &mut String)) -> Self {
        /// Neither a query nor a scope has a space.
        const BLANK: &str = " ";
        let blank = Scope {
            time: BLANK,
            date: BLANK,
            ..*scope
        };
        let mut text = String::new();
        write(blank, &mut text);
        let mut pieces = text.split(BLANK).map(String::from);
        Dated(core::array::from_fn(|_| pieces.next().unwrap_or_default()))
    }

    fn write(&self, dates: [&str; 2], sink: &mut impl Sink) {
        let Dated([before, between, after]) = self;
        let [first, second] = dates;
        for piece in [before, first, between, second, after] {
            sink.text(piece);
        }
    }
}
