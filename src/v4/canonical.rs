//! The canonical request: the text on which signer and server have to agree ([Create a canonical
//! request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request)).

use super::presigned_query::PresignedQuery;
use super::signed_headers::SignedHeaders;
use crate::scheme::services::CanonicalUri;
use crate::text::sink::{Discard, Sink, Tee};
use crate::wire::path::Path;
use crate::wire::query::{Param, write_canonical_query};

/// A canonical request, ready to be written.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: Path<'a>,
    pub(crate) canonical_uri: CanonicalUri,
    pub(crate) query: Query<'a>,
    pub(crate) headers: &'a SignedHeaders<'a>,
    /// The names of the headers, if they are written already. Precomputed, because writing them
    /// again costs more than a copy.
    pub(crate) written_names: Option<&'a str>,
    /// The payload's hash, or the text that replaces it.
    pub(crate) payload: &'a str,
}

/// The query of a canonical request.
pub(crate) enum Query<'a> {
    Presigned(&'a PresignedQuery<'a>),
    /// Parameters in canonical order.
    Sorted(&'a [Param<'a>]),
    /// A query that is canonical as it was received.
    Canonical(&'a str),
}

impl Query<'_> {
    #[inline]
    fn write(&self, sink: &mut impl Sink) {
        match self {
            Query::Presigned(query) => query.write(sink),
            Query::Sorted(params) => write_canonical_query(params, sink),
            Query::Canonical(query) => sink.text(query),
        }
    }
}

impl CanonicalRequest<'_> {
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        self.write_with_url(&mut Discard, sink);
    }

    /// Writes the canonical request, and its path and query also to a URL: they are encoded once.
    #[inline]
    pub(crate) fn write_with_url(&self, url: &mut impl Sink, sink: &mut impl Sink) {
        sink.text(self.method);
        sink.text("\n");
        if self.canonical_uri == CanonicalUri::S3 {
            self.path.write_encoded_once(&mut Tee(url, sink));
        } else {
            self.path.write_as_sent(url);
            self.canonical_uri.write(self.path, sink);
        }
        url.text("?");
        sink.text("\n");
        // A URL that can be read is hashed from there, in one piece.
        if let Some(start) = url.written().map(str::len) {
            self.query.write(url);
            sink.text(
                url.written()
                    .unwrap_or_default()
                    .get(start..)
                    .unwrap_or_default(),
            );
        } else {
            self.query.write(&mut Tee(url, sink));
        }
        self.write_after_query(sink);
    }

    /// Writes the part after the query. In a presigned URL it depends on neither the object nor the
    /// time, so a template writes it once.
    pub(crate) fn write_after_query(&self, sink: &mut impl Sink) {
        sink.text("\n");
        self.headers.write_lines(sink);
        sink.text("\n");
        match self.written_names {
            Some(names) => sink.text(names),
            None => self.headers.write_names(sink),
        }
        sink.text("\n");
        sink.text(self.payload);
    }
}
