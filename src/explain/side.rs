//! The request as one side has it: the signer, or the client that sent it.

use super::failed_request::FailedRequest;
use super::form_findings::fields_of_body;
use super::plain_text_scheme::PlainTextScheme;
use super::signed_text::SignedText;
use super::text_forms::{decoded, header_value, split_params};
use crate::inspect::Inspection;
use crate::scheme::Scheme;
use crate::scheme::aws_host::AwsHost;
use crate::scheme::sigv2;
use crate::time::Timestamp;
use crate::verify::{ReceivedRequest, Unverified, Verifier, VerifyError};
use crate::wire::added_headers::AUTHORIZATION;

/// The request of one side, parsed as a server parses it.
pub(super) struct Side<'s> {
    parsed: Option<Result<Unverified<'s, 's>, VerifyError>>,
    pub(super) plain_text: Option<PlainTextScheme>,
    /// Whether the AWS verifier doesn't know the scheme, so that its errors mean nothing.
    is_unknown_to_verifier: bool,
}

impl<'s> Side<'s> {
    pub(super) fn new(
        request: Option<&'s ReceivedRequest<'s>>,
        url: &str,
        failed: &FailedRequest<'_>,
        verifier: &'s Verifier,
        now: Timestamp,
    ) -> Self {
        let scheme = Inspection::new(url, now).scheme();
        let plain_text =
            request.and_then(|request| PlainTextScheme::of(request, url, failed.credentials, now));
        let is_url = matches!(
            scheme,
            Some(Scheme::CloudFront | Scheme::AzureSas | Scheme::GoogleV2)
        );
        let authorization = request.and_then(|request| request.single(AUTHORIZATION).ok()?);
        let is_header = authorization.is_some_and(|text| text.starts_with("SharedKey"));
        Side {
            parsed: request.map(|request| verifier.parse(request)),
            is_unknown_to_verifier: is_url || is_header || plain_text.is_some(),
            plain_text,
        }
    }

    pub(super) fn request(&self) -> Option<&Unverified<'s, 's>> {
        self.parsed.as_ref()?.as_ref().ok()
    }

    /// Returns why the request can't be parsed.
    pub(super) fn error(&self) -> Option<&VerifyError> {
        let parsed = self
            .parsed
            .as_ref()
            .filter(|_| !self.is_unknown_to_verifier);
        parsed?.as_ref().err()
    }

    /// Returns the text that this side signs. Services other than S3 sign the hash of the body,
    /// which a request doesn't show.
    pub(super) fn text(
        &self,
        failed: &FailedRequest<'_>,
        body: Option<&[u8]>,
    ) -> Option<SignedText> {
        let Some(request) = self.request() else {
            return Some(self.plain_text.as_ref()?.text.clone());
        };
        let service = request.authentication().service();
        let is_known = service.is_none_or(|service| service.starts_with("s3"))
            || body.is_some()
            || header_value(&failed.headers, "x-amz-content-sha256").is_some();
        Some(SignedText::of_request(request, is_known))
    }
}

impl<'a> FailedRequest<'a> {
    pub(super) fn sent_url(&self) -> &'a str {
        self.sent.map_or(self.url, |(_, url)| url)
    }

    /// Returns the request with what follows from the rest: the signed headers, if only those that
    /// were sent are known, and the fields of a form that is given as its body.
    pub(super) fn completed(&self, now: Timestamp) -> Self {
        let mut request = self.clone();
        let has_header = |headers: &[(&str, &str)]| header_value(headers, AUTHORIZATION).is_some();
        let is_presigned = Inspection::new(self.url, now).scheme().is_some();
        let sent = self.sent_headers.as_deref().unwrap_or_default();
        if !is_presigned && request.headers.is_empty() && has_header(sent) {
            // The signed host is that of the URL.
            let sent = sent
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
            request.headers = sent.copied().collect();
        }
        let is_signed = is_presigned || has_header(&request.headers);
        if !is_signed && request.fields.is_empty() && self.method == "POST" {
            let body = self.sent_body.or(self.body);
            request.fields = body.map(fields_of_body).unwrap_or_default();
        }
        request
    }

    /// Returns the request as it was signed, or `None` if its URL is invalid.
    pub(super) fn signed_request(&self) -> Option<ReceivedRequest<'a>> {
        self.received(self.method, self.url, &self.headers, self.body)
    }

    /// Returns the request as it was sent, if anything is known of it.
    pub(super) fn sent_request(&self) -> Option<ReceivedRequest<'a>> {
        if self.sent.is_none() && self.sent_headers.is_none() && self.sent_body.is_none() {
            return None;
        }
        let body = self.sent_body.or(self.body);
        let (method, url) = self.sent.unwrap_or((self.method, self.url));
        if let Some(headers) = &self.sent_headers {
            return self.received(method, url, headers, body);
        }
        // A client sends the host of the URL.
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        self.received(method, url, &headers, body)
    }

    /// Returns a request as the server would have received it.
    fn received(
        &self,
        method: &'a str,
        url: &'a str,
        headers: &[(&'a str, &'a str)],
        body: Option<&'a [u8]>,
    ) -> Option<ReceivedRequest<'a>> {
        let request = match url.strip_prefix("wss://").or(url.strip_prefix("ws://")) {
            // The handshake of a WebSocket is a request like any other.
            Some(rest) => {
                let (host, target) = rest.split_at(rest.find('/')?);
                let request = ReceivedRequest::new(method, target);
                match header_value(headers, "host") {
                    Some(_) => request,
                    None => request.header("Host", host),
                }
            }
            None => ReceivedRequest::from_url(method, url).ok()?,
        };
        // Boto3 repeats the signed headers of a SigV2 URL as parameters, which count as headers.
        let (_, query) = url.split_once('?').unwrap_or_default();
        let params = split_params(query);
        let is_v2 = params.iter().any(|(name, _)| *name == sigv2::ACCESS_KEY_ID);
        let is_repeated = |name: &str, header: &str| {
            let is_same = |(param, value): &(&str, &str)| {
                param.eq_ignore_ascii_case(name) && decoded(value) == header
            };
            is_v2 && sigv2::is_amz_header(name) && params.iter().any(is_same)
        };
        let headers = headers.iter().map(|(name, value)| (*name, value.trim()));
        let mut request = request
            .headers(headers.filter(|(name, value)| !is_repeated(name, value)))
            .without_connected_host();
        if let Some(body) = body {
            request = request.body(body);
        }
        if let Some(bucket) = self.bucket.or_else(|| bucket_of_url(url)) {
            request = request.bucket(bucket);
        }
        Some(request)
    }

    /// Returns the bucket of a form: that of the host, or else the first segment of the path.
    pub(super) fn bucket_of_form(&self) -> Option<&'a str> {
        let (_, rest) = self.url.split_once("://")?;
        let path = || rest.split('/').nth(1)?.split('?').next();
        self.bucket
            .or_else(|| bucket_of_url(self.url))
            .or_else(path)
    }
}

/// Returns the bucket that the host of a URL names, if it is one of AWS's or Google's own.
fn bucket_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', ':']).next()?;
    let google = host.strip_suffix(".storage.googleapis.com");
    google.or_else(|| AwsHost::parse(host)?.bucket())
}
