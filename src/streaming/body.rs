//! The encoder as the body of an HTTP request.

use super::chunked_body::MORE_DATA;
use super::encoder::ChunkEncoder;
use crate::error::{Error, error};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use bytes::Bytes;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use http_body::{Body, Frame, SizeHint};

/// A body in chunks for hyper and reqwest, whose data another body provides.
///
/// The data isn't copied. One chunk is kept in memory, because its signature is sent before its
/// data. A body with less or more data than the [`ChunkedBody`](super::ChunkedBody) states is an
/// error, after which the body ends.
///
/// ```
/// use presign::streaming::{ChunkedBody, EncodedBody};
/// use presign::{Credentials, s3::Bucket};
/// use std::time::SystemTime;
///
/// # fn with(data: impl http_body::Body<Data = bytes::Bytes, Error = std::io::Error> + Unpin) -> Result<(), presign::Error> {
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let put = bucket.put("a.txt");
/// let (signed, encoder) =
///     put.sign_chunked(&credentials, &ChunkedBody::signed(21), SystemTime::now())?;
/// let body: EncodedBody<_> = encoder.body(data);
/// # let _ = (signed, body);
/// # Ok(())
/// # }
/// ```
pub struct EncodedBody<B> {
    encoder: ChunkEncoder,
    data: B,
    /// Pieces of the next chunk.
    pieces: VecDeque<Bytes>,
    /// Bytes in `pieces`.
    collected: usize,
    /// Data that was received beyond the next chunk.
    surplus: Bytes,
    /// The text and the pieces of a chunk that are sent now.
    ready: VecDeque<Bytes>,
    /// Bytes that are not sent yet.
    unsent: u64,
    is_finished: bool,
}

impl ChunkEncoder {
    /// Returns the body in chunks. Its data is that of `data`; box and pin it if it isn't `Unpin`.
    #[must_use]
    pub fn body<B: Body<Data = Bytes> + Unpin>(self, data: B) -> EncodedBody<B> {
        EncodedBody {
            unsent: self.encoded_len(),
            encoder: self,
            data,
            pieces: VecDeque::new(),
            collected: 0,
            surplus: Bytes::new(),
            ready: VecDeque::new(),
            is_finished: false,
        }
    }
}

type BoxError = Box<dyn core::error::Error + Send + Sync>;

impl<B> EncodedBody<B> {
    /// Adds data to the next chunk, and keeps the rest.
    fn collect(&mut self, mut data: Bytes) {
        let missing = self.encoder.next_chunk_len().saturating_sub(self.collected);
        self.surplus = data.split_off(missing.min(data.len()));
        if !data.is_empty() {
            self.collected = self.collected.saturating_add(data.len());
            self.pieces.push_back(data);
        }
    }

    /// Signs the next chunk, whose data is complete.
    fn make_chunk(&mut self) -> Result<(), Error> {
        let text = self
            .encoder
            .chunk(self.pieces.iter().map(|piece| &**piece))?;
        self.ready.push_back(Bytes::copy_from_slice(text));
        self.ready.append(&mut self.pieces);
        self.collected = 0;
        Ok(())
    }

    /// Makes the end of the body, whose data has ended.
    fn make_end(&mut self) -> Result<(), Error> {
        let text = self.encoder.finish()?;
        self.ready.push_back(Bytes::copy_from_slice(text));
        Ok(())
    }
}

impl<B> EncodedBody<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        while self.ready.is_empty() {
            let length = self.encoder.next_chunk_len();
            if length > 0 && self.collected == length {
                self.make_chunk()?;
                continue;
            }
            let data = if self.surplus.is_empty() {
                match ready!(Pin::new(&mut self.data).poll_frame(context)) {
                    Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                    Some(Err(error)) => return Poll::Ready(Err(error.into())),
                    None => {
                        self.is_finished = true;
                        self.make_end()?;
                        continue;
                    }
                }
            } else {
                core::mem::take(&mut self.surplus)
            };
            if length == 0 && !data.is_empty() {
                let error = error!(Payload, "{MORE_DATA}");
                return Poll::Ready(Err(error.into()));
            }
            self.collect(data);
        }
        Poll::Ready(Ok(()))
    }
}

impl<B> Body for EncodedBody<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let body = &mut *self;
        if body.ready.is_empty()
            && !body.is_finished
            && let Err(error) = ready!(body.poll_ready(context))
        {
            body.is_finished = true;
            body.ready.clear();
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(body.ready.pop_front().map(|data| {
            body.unsent = body.unsent.saturating_sub(data.len() as u64);
            Ok(Frame::data(data))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.is_finished && self.ready.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.unsent)
    }
}

/// `Debug` shows neither data nor signatures.
impl<B> fmt::Debug for EncodedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncodedBody")
            .field("encoder", &self.encoder)
            .finish_non_exhaustive()
    }
}
