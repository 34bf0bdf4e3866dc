//! Presigned URLs for many objects.

use super::custom_signer::CustomTemplate;
use super::presigned_url::{header_names, headers_to_send, own_method};
use super::signing_methods::{
    check_output, not_covered_by_v2, not_covered_by_v4, v2_headers_to_send,
};
use super::{
    Address, Destination, OwnedParam, ParamValue, PresignedUrl, Request, Signer, unsupported,
};
use crate::credentials::Credentials;
use crate::error::{Error, Quoted, error};
use crate::expiry::Expiry;
use crate::text::repeated::find_repeated;
use crate::text::sink::{FmtSink, FnSink, Sink};
use crate::text::template_text::RowValues;
use crate::time::Timestamp;
use crate::v4::is_signed;
use crate::wire::path::Path;
use crate::{v2, v4};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Display};

/// The method that makes a template.
impl Request<'_> {
    /// Returns a template: presigned URLs for many objects, of which everything else is written
    /// once.
    ///
    /// # Errors
    /// - The errors of [`presign`](Request::presign).
    /// - [`ErrorKind::Key`](crate::ErrorKind::Key) if the request has a key, because each row has
    ///   its own.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a request that is not made
    ///   by a bucket or a container, and for CloudFront and Google's V2.
    /// - [`ErrorKind::Query`](crate::ErrorKind::Query) if a parameter of
    ///   [`query_per_row`](Request::query_per_row) is repeated.
    pub fn template(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Template, Error> {
        Template::new(self, credentials, expiry.into(), now.into())
    }
}

/// Presigned URLs that differ only in their key, in the values of
/// [`query_per_row`](Request::query_per_row), and in their signing time.
///
/// It is made by [`Request::template`], and can be used at any signing time. A URL is fastest for
/// the signing time with which the template was made; for another the date is written anew. A
/// template never changes, so threads can share it.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Row, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let hour = Duration::from_secs(3600);
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// let downloads = bucket.request("GET").template(&credentials, hour, now)?;
/// let mut line = String::new();
/// for key in ["a.txt", "b.txt"] {
///     line.clear();
///     downloads.presign_into(key, now, &mut line)?; // no allocation
///     assert_eq!(line, bucket.get(key).presign(&credentials, hour, now)?.as_str());
/// }
///
/// let parts = bucket
///     .request("PUT")
///     .query("uploadId", "u")
///     .query_per_row("partNumber")
///     .template(&credentials, hour, now)?;
/// let seventh = parts.presign(Row::new("big.bin").values(&[&7]), now)?;
/// assert!(seventh.as_str().contains("&partNumber=7&uploadId=u&"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Template {
    method: Cow<'static, str>,
    address: Address,
    headers: Vec<(String, String)>,
    not_covered: Vec<String>,
    /// The number of values that a row provides.
    row_values: usize,
    expiry: Expiry,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    V4(Box<v4::UrlTemplate>),
    V2(Box<v2::UrlTemplate>),
    Custom(Arc<dyn CustomTemplate>),
}

/// A row of a [`Template`]: a key, with values and an expiry of its own.
///
/// A key converts into it.
///
/// ```
/// use core::time::Duration;
/// use presign::{ContentDisposition, Credentials, Row, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let hour = Duration::from_secs(3600);
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// // Each download is saved under a name of its own.
/// let downloads = bucket
///     .request("GET")
///     .query_per_row("response-content-disposition")
///     .template(&credentials, hour, now)?;
/// let mut line = String::new();
/// for (key, name) in [("a1", "Invoice 1.pdf"), ("a2", "Invoice 2.pdf")] {
///     line.clear();
///     let name = ContentDisposition::attachment(name);
///     downloads.presign_into(Row::new(key).values(&[&name]), now, &mut line)?;
///     let request = bucket.get(key).response_content_disposition(name);
///     assert_eq!(line, request.presign(&credentials, hour, now)?.as_str());
/// }
///
/// // The parts of an upload, the last of which is needed sooner.
/// let parts = bucket
///     .request("PUT")
///     .query("uploadId", "u")
///     .query_per_row("partNumber")
///     .template(&credentials, hour, now)?;
/// for part in 1..=3u16 {
///     let link = parts.presign(Row::new("big.bin").values(&[&part]), now)?;
///     assert!(link.as_str().contains(&format!("&partNumber={part}&uploadId=u&")));
/// }
/// let last = Row::new("big.bin").values(&[&4]).expiry(Duration::from_secs(60));
/// assert_eq!(parts.presign(last, now)?.expires_at().to_string(), "2013-05-24T00:01:00Z");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Row<'r> {
    key: &'r str,
    values: RowValues<'r>,
    expiry: Option<Expiry>,
}

impl<'r> Row<'r> {
    /// Returns the row of a key.
    #[must_use]
    pub fn new(key: &'r str) -> Self {
        Row {
            key,
            values: RowValues::default(),
            expiry: None,
        }
    }

    /// Sets the values of the parameters of [`query_per_row`](Request::query_per_row), in the order
    /// in which they were added. Each is written up to three times, and encoded as it is written.
    #[must_use]
    pub fn values(mut self, values: &'r [&'r dyn Display]) -> Self {
        self.values = RowValues(values);
        self
    }

    /// Sets an expiry for this row instead of the template's.
    #[must_use]
    pub fn expiry(mut self, expiry: impl Into<Expiry>) -> Self {
        self.expiry = Some(expiry.into());
        self
    }
}

impl<'r> From<&'r str> for Row<'r> {
    fn from(key: &'r str) -> Self {
        Row::new(key)
    }
}

impl<'r> From<&'r String> for Row<'r> {
    fn from(key: &'r String) -> Self {
        Row::new(key)
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("key", &self.key)
            .field("values", &self.values.0.len())
            .finish_non_exhaustive()
    }
}

impl Template {
    pub(super) fn new(
        request: &Request<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let address = match &request.destination {
            Destination::Bucket(address) => *address,
            Destination::Object(_, key) => {
                return Err(error!(
                    Key,
                    "the request has the key {}, but each row of a template has its own; \
                     make the template of the bucket's `request`",
                    Quoted(key)
                ));
            }
            Destination::Url(_) => {
                return Err(unsupported(
                    "only requests of a bucket or container have templates; presign each URL of a service",
                ));
            }
        };
        let row_values = check_row_params(request)?;
        let parts = request.parts_with_row_values()?;
        let identity = credentials.identity();
        let method = own_method(parts.method);
        let (headers, not_covered, kind) = match request.signer {
            Signer::V4(service) => {
                let service = service.for_key_of(identity);
                v4::check_can_sign(service.scheme(), identity)?;
                let mut signing = request.v4_request_of_parts(parts, service, identity);
                let mut headers = headers_to_send(&signing.parts, is_signed)?;
                let (template, added) =
                    v4::UrlTemplate::new(&mut signing, credentials, expiry, now)?;
                headers.extend(added);
                let not_covered = not_covered_by_v4(&signing.parts);
                (headers, not_covered, Kind::V4(template.into()))
            }
            Signer::V2(service) => {
                let signing = request.v2_request_of_parts(parts, service, identity)?;
                let headers = v2_headers_to_send(&signing.parts)?;
                let not_covered = not_covered_by_v2(&signing.parts);
                let template = v2::UrlTemplate::new(&signing, credentials, expiry, now)?;
                (headers, not_covered, Kind::V2(template.into()))
            }
            Signer::Custom(signer) => {
                request.check_url_payload()?;
                let not_covered = header_names(&parts, |header| !signer.signs_header(&header.name));
                let template = signer.template(parts, credentials, expiry, now)?;
                (
                    template.headers().to_vec(),
                    not_covered,
                    Kind::Custom(template),
                )
            }
        };
        Ok(Template {
            method,
            address: address.clone(),
            headers,
            not_covered,
            row_values,
            expiry,
            kind,
        })
    }

    /// Returns the URL for one row, signed now.
    ///
    /// # Errors
    /// Returns the errors of [`presign_into`](Template::presign_into), except the writer's.
    pub fn presign<'r>(
        &self,
        row: impl Into<Row<'r>>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let (row, now) = (row.into(), now.into());
        let path = self.check_row(row)?;
        let mut url = String::with_capacity(self.max_len(path));
        let expires_at = self.write(path, row, now, &mut url)?;
        Ok(PresignedUrl {
            method: self.method.clone(),
            url,
            headers: self.headers.clone(),
            not_covered: self.not_covered.clone(),
            expires_at,
        })
    }

    /// Appends the URL for one row, signed now, to a writer. With an HMAC key nothing is allocated.
    ///
    /// The threads of a server can share one template all day:
    ///
    /// ```
    /// use presign::{Credentials, Error, Template, s3::Bucket};
    /// use std::time::{Duration, SystemTime};
    /// use std::{sync::Arc, thread};
    ///
    /// fn handle(template: &Template, key: &str, buffer: &mut String) -> Result<(), Error> {
    ///     buffer.clear();
    ///     template.presign_into(key, SystemTime::now(), buffer)
    /// }
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let hour = Duration::from_secs(3600);
    /// let template = bucket.request("GET").template(&credentials, hour, SystemTime::now())?;
    /// let template = Arc::new(template);
    /// let workers = [0, 1, 2, 3].map(|number| {
    ///     let template = Arc::clone(&template);
    ///     thread::spawn(move || {
    ///         let mut buffer = String::new();
    ///         handle(&template, &format!("{number}.jpg"), &mut buffer).map(|()| buffer)
    ///     })
    /// });
    /// for worker in workers {
    ///     let link = worker.join().expect("the thread doesn't panic")?;
    ///     assert!(link.starts_with("https://examplebucket.s3.us-east-1.amazonaws.com/"));
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// - [`ErrorKind::Key`](crate::ErrorKind::Key) for an empty key.
    /// - [`ErrorKind::Query`](crate::ErrorKind::Query) if the row has more or fewer values than the
    ///   template has parameters of `query_per_row`, or if a value contains a line break or NUL.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) and
    ///   [`ErrorKind::Time`](crate::ErrorKind::Time) as [`Request::presign`].
    /// - [`ErrorKind::Signature`](crate::ErrorKind::Signature) if a private key can't sign.
    /// - [`ErrorKind::Output`](crate::ErrorKind::Output) if the writer returns an error. Only
    ///   before this one and `Signature` a part of the URL may have been written.
    pub fn presign_into<'r>(
        &self,
        row: impl Into<Row<'r>>,
        now: impl Into<Timestamp>,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> Result<(), Error> {
        let mut out = FmtSink::new(out);
        let row = row.into();
        self.write(self.check_row(row)?, row, now.into(), &mut out)?;
        check_output(&out)
    }

    /// Returns the method for which the URLs are valid.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the headers that have to be sent with each URL.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns when a URL that is signed now expires, if its row has no expiry of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) if no URL can be signed now. A URL would
    /// expire after the credentials. Or the template's expiry is [a moment](Expiry::at) that is
    /// past, or more than the seven days of SigV4 away. Or a SigV2 URL would expire outside of the
    /// years 1970 to 9999.
    pub fn expires_at(&self, now: impl Into<Timestamp>) -> Result<Timestamp, Error> {
        match &self.kind {
            Kind::V4(template) => template.expires_at(self.expiry, now.into()),
            Kind::V2(template) => template.expires_at(self.expiry, now.into()),
            Kind::Custom(template) => template.expires_at(self.expiry, now.into()),
        }
    }

    /// Checks the number of values, and returns the path of the object.
    fn check_row<'s>(&'s self, row: Row<'s>) -> Result<Path<'s>, Error> {
        if row.values.0.len() != self.row_values {
            return Err(error!(
                Query,
                "the row has {} values, but the template has {} parameters of `query_per_row`",
                row.values.0.len(),
                self.row_values
            ));
        }
        self.address.object_path(row.key)
    }

    /// Writes a row's URL, and returns when it expires.
    fn write(
        &self,
        path: Path<'_>,
        row: Row<'_>,
        now: Timestamp,
        out: &mut impl Sink,
    ) -> Result<Timestamp, Error> {
        let expiry = row.expiry.unwrap_or(self.expiry);
        match &self.kind {
            Kind::V4(template) => template.write(path, row.values, expiry, now, out),
            Kind::V2(template) => template.write(path, row.values, expiry, now, out),
            Kind::Custom(template) => {
                let mut url = |text: &str| out.text(text);
                template.write(path, row.values, expiry, now, &mut FnSink(&mut url))
            }
        }
    }

    /// Returns an upper bound of the length of a row's URL, or a guess if it has values.
    fn max_len(&self, path: Path<'_>) -> usize {
        const GUESSED_VALUE: usize = 64;
        let values = self.row_values.saturating_mul(GUESSED_VALUE);
        match &self.kind {
            Kind::V4(template) => template.max_len(path, values),
            Kind::V2(template) => template.max_len(path, values),
            Kind::Custom(template) => template.max_len(path, values),
        }
    }
}

/// Returns how many values a row provides. A name with a row value can't be repeated: its values
/// would have to be sorted for each row.
fn check_row_params(request: &Request<'_>) -> Result<usize, Error> {
    let has_row_value = |param: &&OwnedParam<'_>| matches!(param.value, ParamValue::PerRow);
    let count = request.params.iter().filter(has_row_value).count();
    if count == 0 {
        return Ok(0);
    }
    // Sorting by name finds duplicates in linearithmic time.
    let mut params: Vec<&OwnedParam<'_>> = request.params.iter().collect();
    params.sort_by(|one, two| one.name.cmp(&two.name));
    let is_repeated = |one: &&OwnedParam<'_>, two: &&OwnedParam<'_>| {
        one.name == two.name && (has_row_value(one) || has_row_value(two))
    };
    match find_repeated(&params, is_repeated) {
        None => Ok(count),
        Some(param) => Err(error!(
            Query,
            "duplicate parameter {}, which has a value per row; add it once",
            Quoted(&param.name)
        )),
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("Template")
            .field("method", &self.method)
            .field("origin", &self.address.origin)
            .field("headers", &headers)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
