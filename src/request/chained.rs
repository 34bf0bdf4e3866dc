//! Signing with headers for a body that is sent in parts, whose signatures follow this one.

use super::signing_methods::not_covered_by_v4;
use super::{Request, SignedRequest, Signer, unsupported};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::time::Timestamp;
use crate::v4::{self, SignatureChain};
use crate::wire::header::Header;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

impl Request<'_> {
    /// Returns the values of the caller's headers of that name.
    pub(crate) fn header_values<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s [u8]> {
        let named = self
            .headers
            .iter()
            .filter(move |header| header.is_named(name));
        named.map(Header::trimmed)
    }

    /// Returns the names of the caller's headers.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|header| &*header.name)
    }

    /// Returns whether the caller described a payload.
    pub(crate) fn has_payload(&self) -> bool {
        self.payload.is_some()
    }

    pub(crate) fn v4_service(&self) -> Result<&v4::Service, Error> {
        match self.signer {
            Signer::V4(service) => Ok(service),
            Signer::V2(_) => Err(unsupported(
                "SigV2 doesn't support signatures of chunks or events; sign with SigV4",
            )),
            Signer::Custom(signer) => Err(signer.unsupported("signatures of chunks or events")),
        }
    }

    /// Signs the request with more headers, which replace those of the same names. Returns them
    /// with those of the signature, and the chain that begins with the signature.
    pub(crate) fn sign_chained(
        &self,
        headers: Vec<(&'static str, String)>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(SignedRequest, SignatureChain), Error> {
        let service = self.v4_service()?;
        let mut request = self.clone();
        let replaces = |header: &Header<'_>| headers.iter().any(|(name, _)| header.is_named(name));
        request.headers.retain(|header| !replaces(header));
        for (name, value) in &headers {
            request.push_header(Cow::Borrowed(name), Cow::Borrowed(value.as_bytes()));
        }
        let mut signing = request.v4_request(service, credentials.identity())?;
        let mut prepared = signing.prepare_headers(now, None)?;
        let signature = prepared.string_to_sign.sign(credentials)?;
        v4::finish_headers(&mut prepared.headers, &signature);
        let mut seed = String::new();
        signature.write_hex(&mut seed);
        let chain = SignatureChain::new(&prepared.string_to_sign.scope, credentials, &seed)?;
        let not_covered = not_covered_by_v4(&signing.parts);
        let mut signed = SignedRequest::from_headers(prepared.headers, not_covered);
        let headers = headers.iter();
        signed.other_headers = headers
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect();
        Ok((signed, chain))
    }

    /// Returns the service of an event stream, whose signatures have 32 bytes.
    #[cfg(feature = "event-stream")]
    pub(crate) fn event_service(&self) -> Result<&v4::Service, Error> {
        let service = self.v4_service()?;
        if service.scheme().private_key.is_some() {
            return Err(unsupported(
                "only SigV4 signs event streams; make the service with `v4::Service::new`",
            ));
        }
        Ok(service)
    }

    /// Returns a presigned URL of a WebSocket, and the chain that begins with its signature.
    #[cfg(feature = "event-stream")]
    pub(crate) fn presign_chained(
        &self,
        credentials: &Credentials,
        expiry: crate::expiry::Expiry,
        now: Timestamp,
    ) -> Result<(super::PresignedUrl, SignatureChain), Error> {
        let service = self.event_service()?;
        let mut presigned = self.presign(credentials, expiry, now)?;
        presigned.url = crate::wire::url::websocket_url(&presigned.url);
        let scope = v4::Scope {
            time: now.amz_date()?,
            signing_scope: &service.signing_scope,
        };
        let chain = SignatureChain::new(&scope, credentials, &presigned.signature())?;
        Ok((presigned, chain))
    }
}
