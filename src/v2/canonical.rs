//! The string to sign of S3's REST interface: method, `Content-MD5`, `Content-Type`, date or end, `x-amz-*`
//! headers and resource ([The authentication
//! header](https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#ConstructingTheAuthenticationHeader)).
//!
//! It is written into a [`Sink`]: an HMAC when signing, a `String` when somebody asks to see it. Nothing else
//! in the crate knows these rules.

use crate::encode::{Sink, Text};
use crate::headers::{HeaderList, front, write_unfolded};
use crate::request::{Header, Param, Parts, Path};
use crate::timestamp::write_decimal;

/// The sub-resources and response overrides: the parameters that are part of the resource, in the order in which they
/// are signed.
const SUB_RESOURCES: [&str; 38] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// The headers with a line of their own in the string to sign, in this order.
pub(crate) const CONTENT_HEADERS: [&str; 2] = ["content-md5", "content-type"];

pub(crate) fn is_content(header: &Header<'_>) -> bool {
    CONTENT_HEADERS.iter().any(|name| header.is_named(name))
}

pub(crate) const DATE: &str = "x-amz-date";
pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";

const AMZ: &str = "x-amz-";

pub(crate) fn is_amz(header: &Header<'_>) -> bool {
    let front = header.name.get(..AMZ.len());
    front.is_some_and(|front| front.eq_ignore_ascii_case(AMZ))
}

/// Whether a server takes the parameter of a presigned URL for one of these headers.
pub(crate) fn is_amz_param(param: &Param<'_>) -> bool {
    let name = param.name.decoded().map(|byte| byte.to_ascii_lowercase());
    name.take(AMZ.len()).eq(AMZ.bytes())
}

/// The date of a request, or the end of a URL.
#[derive(Clone, Copy)]
pub(crate) enum Moment<'a> {
    /// The value of the `Date` header; empty if `x-amz-date` is there.
    Date(&'a str),
    /// `Expires`, in seconds since 1970.
    Expires(u64),
    /// The same, written before, into the URL.
    Written(&'a str),
}

/// A string to sign, ready to be written.
pub(crate) struct StringToSign<'a> {
    pub(crate) moment: Moment<'a>,
    pub(crate) amz_headers: &'a AmzHeaders<'a>,
    /// The bucket, if the host names it.
    pub(crate) bucket: Option<&'a str>,
    pub(crate) path: ResourcePath<'a>,
}

/// The path of the resource, as it is sent.
#[derive(Clone, Copy)]
pub(crate) enum ResourcePath<'a> {
    /// Written before, into the URL.
    Written(&'a str),
    /// To be written.
    Of(Path<'a>),
}

impl StringToSign<'_> {
    pub(crate) fn write(&self, parts: &Parts<'_>, sink: &mut impl Sink) {
        write_before_moment(parts, sink);
        match self.moment {
            Moment::Date(text) | Moment::Written(text) => sink.text(text),
            Moment::Expires(seconds) => write_decimal(seconds, sink),
        }
        write_between(self.amz_headers, self.bucket, sink);
        match self.path {
            ResourcePath::Written(path) => sink.text(path),
            ResourcePath::Of(path) => path.write_as_given(sink),
        }
        write_sub_resources(parts.params.as_slice(), sink);
    }
}

/// Writes what stands before the date or end.
pub(super) fn write_before_moment(parts: &Parts<'_>, sink: &mut impl Sink) {
    sink.text(parts.method);
    sink.text("\n");
    for name in CONTENT_HEADERS {
        if let Some(header) = parts.header(name) {
            write_unfolded(header.value, sink);
        }
        sink.text("\n");
    }
}

/// Writes what stands between the date or end and the path.
pub(super) fn write_between(headers: &AmzHeaders<'_>, bucket: Option<&str>, sink: &mut impl Sink) {
    sink.text("\n");
    headers.write(sink);
    if let Some(bucket) = bucket {
        sink.text("/");
        sink.text(bucket);
    }
}

/// Writes the sub-resources, sorted by name. Those of one name stay in the order given.
pub(super) fn write_sub_resources(params: &[Param<'_>], sink: &mut impl Sink) {
    // Most requests have none.
    if !params.iter().any(may_be_sub_resource) {
        return;
    }
    let mut separator = "?";
    for name in SUB_RESOURCES {
        for param in params {
            if !param.is_exactly(name) {
                continue;
            }
            sink.text(separator);
            sink.text(name);
            // MinIO, Ceph and s3s take an empty value for none.
            if let Some(value) = param.filled() {
                sink.text("=");
                write_decoded(value, sink);
            }
            separator = "&";
        }
    }
}

/// Whether a parameter may be a sub-resource, without decoding its name.
pub(crate) fn may_be_sub_resource(param: &Param<'_>) -> bool {
    param.name.is_escaped() || is_sub_resource(param.name.raw())
}

/// Writes a value as it is before it is encoded.
fn write_decoded(value: Text<'_>, sink: &mut impl Sink) {
    match value {
        Text::Wire(raw) if raw.contains('%') => {
            let mut bytes = value.decoded();
            let mut piece = [0; 64];
            loop {
                let mut length = 0usize;
                for (place, byte) in piece.iter_mut().zip(&mut bytes) {
                    *place = byte;
                    length = length.saturating_add(1);
                }
                match piece.get(..length) {
                    Some([]) | None => return,
                    Some(piece) => sink.bytes(piece),
                }
            }
        }
        plain => sink.text(plain.raw()),
    }
}

/// The `x-amz-*` headers of a request, sorted.
pub(crate) struct AmzHeaders<'a>(HeaderList<(&'a str, &'a [u8])>);

impl<'a> AmzHeaders<'a> {
    pub(crate) fn of(parts: &Parts<'a>, added_token: Option<&'a str>) -> Self {
        let mut list = HeaderList::new();
        if let Some(token) = added_token {
            list.push(front(SECURITY_TOKEN), (SECURITY_TOKEN, token.as_bytes()));
        }
        for header in parts.headers.as_slice() {
            if is_amz(header) {
                list.push(header.front(), (header.name, header.value));
            }
        }
        list.sort();
        AmzHeaders(list)
    }

    /// The headers of a request that another signer made.
    pub(crate) fn received(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut list = HeaderList::new();
        for header in headers {
            list.push(front(header.0), header);
        }
        list.sort();
        AmzHeaders(list)
    }

    /// Each name with all its values.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&'a str, impl Iterator<Item = &'a [u8]>)> {
        let groups = self.0.groups();
        groups.map(|(name, headers)| (name, headers.map(|(_, value)| *value)))
    }

    fn write(&self, sink: &mut impl Sink) {
        for (name, values) in self.groups() {
            sink.lower(name);
            sink.text(":");
            write_joined(values, sink);
            sink.text("\n");
        }
    }
}

/// The values of a repeated header as one.
pub(crate) fn write_joined<'a>(values: impl Iterator<Item = &'a [u8]>, sink: &mut impl Sink) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            sink.text(",");
        }
        write_unfolded(value, sink);
    }
}

/// Whether a parameter is signed, as part of the resource.
pub(crate) fn is_sub_resource(name: &str) -> bool {
    SUB_RESOURCES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::SUB_RESOURCES;

    #[test]
    fn sub_resources_are_sorted() {
        assert!(SUB_RESOURCES.is_sorted());
    }
}
