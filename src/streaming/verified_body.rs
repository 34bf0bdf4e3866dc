//! The way from a verified request to its body.

use super::decoder::ChunkDecoder;
use super::framing::{DECODED_CONTENT_LENGTH, Mode, TRAILER};
use super::received_checksums::ReceivedChecksums;
use super::received_trailers::ReceivedTrailers;
use crate::text::decimal::parse_decimal;
use crate::verify::{Carrier, Verified, VerifyError, credentials_of, reject};
use crate::verifying_key::VerifyingKey;

/// Bodies that are verified while they are received; see [`streaming`](crate::streaming).
impl Verified<'_> {
    /// Returns the decoder of a body in chunks: of
    /// [`SignedChunks`](crate::verify::PayloadCoverage::SignedChunks) and
    /// [`UnsignedChunks`](crate::verify::PayloadCoverage::UnsignedChunks). The key is the one that
    /// verified the request.
    ///
    /// # Errors
    /// - [`PayloadNotAllowed`](crate::verify::VerifyErrorKind::PayloadNotAllowed) for another
    ///   payload, and for a presigned URL, whose body can't be in chunks.
    /// - [`Missing`](crate::verify::VerifyErrorKind::Missing),
    ///   [`Malformed`](crate::verify::VerifyErrorKind::Malformed) or
    ///   [`Repeated`](crate::verify::VerifyErrorKind::Repeated) if
    ///   `x-amz-decoded-content-length` is.
    /// - [`TrailerMissing`](crate::verify::VerifyErrorKind::TrailerMissing) if `x-amz-trailer`
    ///   contradicts the payload.
    /// - [`AccessKey`](crate::verify::VerifyErrorKind::AccessKey) for the key of another access key
    ///   ID.
    pub fn chunk_decoder<'k>(
        &self,
        key: impl Into<VerifyingKey<'k>>,
    ) -> Result<ChunkDecoder, VerifyError> {
        self.new_decoder(key.into())
            .map_err(|error| error.of(self.authentication()))
    }

    fn new_decoder(&self, key: VerifyingKey<'_>) -> Result<ChunkDecoder, VerifyError> {
        let mode = self.chunk_mode()?;
        let request = self.request();
        let announced = request.single(TRAILER)?.unwrap_or_default();
        let trailers = ReceivedTrailers::new(announced);
        if mode.has_trailers != trailers.announced().next().is_some() {
            return Err(if mode.has_trailers {
                reject!(
                    TrailerMissing,
                    "x-amz-content-sha256 announces trailers, but {TRAILER} names none"
                )
            } else {
                reject!(
                    TrailerMissing,
                    "{TRAILER} announces trailers, but x-amz-content-sha256 doesn't"
                )
            });
        }
        let length = request
            .single(DECODED_CONTENT_LENGTH)?
            .ok_or_else(|| VerifyError::missing("header", DECODED_CONTENT_LENGTH))?;
        let length = parse_decimal(length).ok_or_else(|| {
            reject!(
                Malformed,
                "the header {DECODED_CONTENT_LENGTH} is not a length"
            )
        })?;
        let chain = self.signature_chain(credentials_of(&key)?)?;
        let checksums = ReceivedChecksums::new(request.header_pairs(), &trailers);
        let chain = Some(chain).filter(|_| mode.has_signatures);
        Ok(ChunkDecoder::new(
            chain,
            mode.has_trailers,
            trailers,
            checksums,
            length,
        ))
    }

    /// Returns which parts the body has.
    fn chunk_mode(&self) -> Result<Mode, VerifyError> {
        let payload = self.request().single("x-amz-content-sha256")?;
        let modes = [(true, false), (true, true), (false, true)];
        let mut modes = modes
            .map(|(has_signatures, has_trailers)| Mode {
                has_signatures,
                has_trailers,
            })
            .into_iter();
        let is_header = self.authentication().carrier() == Carrier::Header;
        let scope = self
            .signing_scope()
            .filter(|_| is_header && payload.is_some());
        let mode = scope.and_then(|scope| modes.find(|mode| mode.payload(scope.scheme) == payload));
        mode.ok_or_else(|| {
            reject!(
                PayloadNotAllowed,
                "the body is not in chunks, which need one of the STREAMING- values of \
                 x-amz-content-sha256 and a signature in the {} header",
                crate::wire::added_headers::AUTHORIZATION
            )
        })
    }
}
