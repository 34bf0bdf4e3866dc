//! Signing a request for a body in chunks.

use super::checksum::CHECKSUM_PREFIX;
use super::chunked_body::ChunkedBody;
use super::encoder::ChunkEncoder;
use super::framing::{AWS_CHUNKED, DECODED_CONTENT_LENGTH, TRAILER};
use crate::credentials::Credentials;
use crate::error::{Error, Quoted, error};
use crate::request::{Request, SignedRequest};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::v4::chained_signature_len;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

const CONTENT_ENCODING: &str = "content-encoding";
const CONTENT_LENGTH: &str = "content-length";
const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Bodies in chunks; see [`streaming`](crate::streaming).
impl Request<'_> {
    /// Signs the request with headers for a body in chunks. Returns the headers to add, and the
    /// encoder of the body.
    ///
    /// The headers are those of [`sign`](Request::sign), and `x-amz-decoded-content-length`,
    /// `x-amz-trailer`, `content-length` and `content-encoding`. `aws-chunked` is appended to a
    /// content encoding of the request; S3 removes it before it stores the object.
    ///
    /// # Errors
    /// Returns the errors of [`sign`](Request::sign) and of [`ChunkedBody::encoded_len`], and:
    /// - [`ErrorKind::Payload`](crate::ErrorKind::Payload) if [`payload`](Request::payload) was
    ///   called, because the signatures of the chunks cover the body.
    /// - [`ErrorKind::Header`](crate::ErrorKind::Header) for a header that this method adds, and
    ///   for a header with a checksum beside a trailer with one.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) under SigV2.
    pub fn sign_chunked(
        &self,
        credentials: &Credentials,
        body: &ChunkedBody,
        now: impl Into<Timestamp>,
    ) -> Result<(SignedRequest, ChunkEncoder), Error> {
        let scheme = self.v4_service()?.scheme();
        let encoded_len = body.encoded_len_with(chained_signature_len(scheme))?;
        self.check_headers(body)?;
        let mut headers = Vec::new();
        headers.push((CONTENT_ENCODING, self.content_encoding()?));
        if body.has_content_length {
            headers.push((CONTENT_LENGTH, encoded_len.to_string()));
        }
        let payload = body.mode().payload(scheme).unwrap_or_default();
        headers.push((CONTENT_SHA256, payload.into()));
        headers.push((DECODED_CONTENT_LENGTH, body.length.to_string()));
        let trailers = body.trailer_names();
        if !trailers.is_empty() {
            headers.push((TRAILER, trailers.join(",")));
        }
        let (signed, chain) = self.sign_chained(headers, credentials, now.into())?;
        let chain = Some(chain).filter(|_| body.has_signatures);
        Ok((signed, ChunkEncoder::new(body.clone(), encoded_len, chain)))
    }

    /// Checks that the caller's headers don't describe another body.
    fn check_headers(&self, body: &ChunkedBody) -> Result<(), Error> {
        if self.has_payload() {
            return Err(error!(
                Payload,
                "the request has a payload, but the chunks are signed instead; leave it out"
            ));
        }
        for name in [
            CONTENT_LENGTH,
            CONTENT_SHA256,
            DECODED_CONTENT_LENGTH,
            TRAILER,
        ] {
            if self.header_values(name).next().is_some() {
                return Err(error!(
                    Header,
                    "the header {name} is added by signing; leave it out"
                ));
            }
        }
        let mut names = self.header_names();
        let is_checksum =
            |name: &&str| Component::Raw(name).starts_with_ignore_case(CHECKSUM_PREFIX);
        match names.find(is_checksum) {
            Some(name) if body.has_checksum() => Err(error!(
                Header,
                "the request has the header {} beside a trailer with a checksum, but S3 accepts one; leave it out",
                Quoted(name)
            )),
            _ => Ok(()),
        }
    }

    /// Returns the content encoding of the request with `aws-chunked` as its last.
    fn content_encoding(&self) -> Result<String, Error> {
        let mut encoding = String::new();
        for value in self.header_values(CONTENT_ENCODING) {
            let value = core::str::from_utf8(value)
                .map_err(|_| error!(Header, "the value of {CONTENT_ENCODING} is not UTF-8"))?;
            for coding in value.split(',').map(str::trim) {
                if !coding.is_empty() && !coding.eq_ignore_ascii_case(AWS_CHUNKED) {
                    encoding.push_str(coding);
                    encoding.push(',');
                }
            }
        }
        encoding.push_str(AWS_CHUNKED);
        Ok(encoding)
    }
}
