//! Many presigned URLs that differ only in their key, or in their key and their end: all the rest is written once.

use super::canonical::{AmzHeaders, write_before_moment, write_between, write_sub_resources};
use super::sign::{
    BEFORE_SIGNATURE, Context, check_life, ends_after, prepare_presign, write_query_front,
    write_signature,
};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::hash::MacKeySha1;
use crate::request::{Parts, Path};
use crate::signed::Signature;
use crate::timestamp::{Timestamp, write_decimal};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// A presigned URL without its key.
#[derive(Clone)]
pub(crate) struct Template {
    /// `https://host:port`.
    origin: String,
    /// The query up to the end of the URL.
    query: String,
    /// The string to sign up to the end of the URL, and from there to the path. A header's value may hold any byte.
    string_to_sign: [Vec<u8>; 2],
    /// The sub-resources, which follow the path.
    after_path: Vec<u8>,
    expires_in: Duration,
    credentials: Credentials,
    prepared: Prepared,
}

/// What the end decides for which a template was made.
#[derive(Clone)]
struct Prepared {
    /// Everything of the URL between path and signature.
    query: String,
    /// The secret, after the whole blocks of the string to sign that are the same for every URL.
    key: MacKeySha1,
    /// What follows those blocks, up to the path.
    string_to_sign: Vec<u8>,
    ends: Timestamp,
}

impl Template {
    /// A template of all requests that differ from this one in their path. `ends` is that of the life.
    pub(crate) fn new(
        context: &Context<'_>,
        parts: &Parts<'_>,
        expires_in: Duration,
        ends: Timestamp,
    ) -> Result<Self, Error> {
        let expires = prepare_presign(context, parts, ends)?;
        let amz_headers = AmzHeaders::of(parts, context.credentials.session_token());

        let mut origin = String::new();
        parts.write_origin(&mut origin);
        let mut query = String::new();
        write_query_front(context, parts, &amz_headers, &mut query);
        let mut prepared_query = query.clone();
        write_decimal(expires, &mut prepared_query);
        prepared_query.push_str(BEFORE_SIGNATURE);

        let [mut before, mut between, mut after_path] = [const { Vec::new() }; 3];
        write_before_moment(parts, &mut before);
        write_between(&amz_headers, context.bucket, &mut between);
        write_sub_resources(parts.params.as_slice(), &mut after_path);
        let mut front = before.clone();
        write_decimal(expires, &mut front);
        front.extend_from_slice(&between);
        let (blocks, rest) = front.as_chunks();
        Ok(Template {
            origin,
            query,
            prepared: Prepared {
                query: prepared_query,
                key: context.credentials.hmac_sha1().clone().after(blocks),
                string_to_sign: rest.into(),
                ends,
            },
            string_to_sign: [before, between],
            after_path,
            expires_in,
            credentials: context.credentials.clone(),
        })
    }

    /// Appends the URL for one path, with the end for which the template was made.
    pub(crate) fn write(&self, path: Path<'_>, url: &mut String) {
        let Prepared {
            query,
            key,
            string_to_sign,
            ..
        } = &self.prepared;
        let path_at = self.begin(path, url);
        let mac = key.mac(|hasher| {
            hasher.update(string_to_sign);
            hasher.update(url.as_bytes().get(path_at..).unwrap_or_default());
            hasher.update(&self.after_path);
        });
        url.push_str(query);
        write_signature(&Signature::base64(&mac), url);
    }

    /// Appends the URL for one path, with another end: that of a life from `now` on. On an error nothing is appended.
    pub(crate) fn write_at(
        &self,
        path: Path<'_>,
        now: Timestamp,
        url: &mut String,
    ) -> Result<(), Error> {
        let expires = check_life(&self.credentials, ends_after(self.expires_in, now)?)?;
        let path_at = self.begin(path, url);
        let path_end = url.len();
        url.push_str(&self.query);
        let expires_at = url.len();
        write_decimal(expires, url);
        let [before, between] = &self.string_to_sign;
        let mac = self.credentials.hmac_sha1().mac(|hasher| {
            let url = url.as_bytes();
            hasher.update(before);
            hasher.update(url.get(expires_at..).unwrap_or_default());
            hasher.update(between);
            hasher.update(url.get(path_at..path_end).unwrap_or_default());
            hasher.update(&self.after_path);
        });
        url.push_str(BEFORE_SIGNATURE);
        write_signature(&Signature::base64(&mac), url);
        Ok(())
    }

    /// When the URLs end that [`write`](Template::write) writes.
    pub(crate) fn ends(&self) -> Timestamp {
        self.prepared.ends
    }

    /// Appends what stands before the query; gives back where the path stands.
    fn begin(&self, path: Path<'_>, url: &mut String) -> usize {
        /// 28 characters, of which few are encoded: with all of them it would be this long.
        const LONGEST: usize = 84;
        let query = self.prepared.query.len().saturating_add(LONGEST);
        path.begin_url(&self.origin, query, url)
    }
}
