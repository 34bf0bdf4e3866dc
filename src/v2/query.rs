//! The query APIs: EC2, SimpleDB, EMR, SQS and those that speak like them, in which every parameter is signed.

use super::sign::{BEFORE_SIGNATURE, check_path, write_signature};
use crate::credentials::Credentials;
use crate::encode::{Sink, Text};
use crate::error::{Error, Quoted, error};
use crate::hash::MacKey;
use crate::headers::HostValue;
use crate::marks;
use crate::request::{Param, Parts, Path, Request, write_params};
use crate::signed::{PresignedUrl, Signature, SigningSteps, headers_to_send, names_of};
use crate::timestamp::Timestamp;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

/// The hash under the HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// `HmacSHA256`.
    #[default]
    HmacSha256,
    /// `HmacSHA1`, for services that know no other.
    HmacSha1,
}

impl SignatureMethod {
    fn as_str(self) -> &'static str {
        match self {
            SignatureMethod::HmacSha256 => "HmacSHA256",
            SignatureMethod::HmacSha1 => "HmacSHA1",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let methods = [SignatureMethod::HmacSha256, SignatureMethod::HmacSha1];
        methods.into_iter().find(|method| method.as_str() == name)
    }

    pub(crate) fn sign(self, credentials: &Credentials, string_to_sign: &str) -> Signature {
        let message = string_to_sign.as_bytes();
        match self {
            SignatureMethod::HmacSha256 => {
                let key = MacKey::new(credentials.secret_access_key().as_bytes());
                Signature::base64(&key.mac(|hasher| hasher.update(message)))
            }
            SignatureMethod::HmacSha1 => {
                let key = credentials.hmac_sha1();
                Signature::base64(&key.mac(|hasher| hasher.update(message)))
            }
        }
    }
}

/// How long after its `Timestamp` a service takes a request.
pub(crate) const LIFE: Duration = Duration::from_secs(15 * 60);

/// Signs requests to a query API.
///
/// Method, host, path and all parameters are signed; headers and a body are not.
///
/// ```
/// use presign::{Credentials, Request, Timestamp, v2::QuerySigner};
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = QuerySigner::new(credentials);
/// let now = Timestamp::parse("2011-10-03T15:19:30Z")?;
///
/// let call = [("Action", "DescribeJobFlows"), ("Version", "2009-03-31")];
/// let get = call.iter().fold(
///     Request::get("https://elasticmapreduce.amazonaws.com/"),
///     |request, (name, value)| request.query(*name, *value),
/// );
/// println!("{}", signer.sign(&get, now)?);
///
/// let post = call.iter().fold(
///     Request::post("https://elasticmapreduce.amazonaws.com/"),
///     |request, (name, value)| request.query(*name, *value),
/// );
/// let form = signer.sign_form(&post, now)?;
/// println!("{}\n{}", form.url(), form.body());
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct QuerySigner {
    credentials: Credentials,
    method: SignatureMethod,
}

impl QuerySigner {
    /// A signer with HMAC-SHA256.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        QuerySigner {
            credentials,
            method: SignatureMethod::default(),
        }
    }

    /// Another hash.
    #[must_use]
    pub fn signature_method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// Signs a request whose parameters stand in its URL. The URL is good for 15 minutes from `now` on, or for
    /// as long as the credentials are known to live.
    ///
    /// Of the headers none is signed, so [`not_covered`](PresignedUrl::not_covered) names them all. A parameter
    /// `Timestamp` that is there is kept as it stands; it has to say the signing time. Without an offset it is in UTC.
    ///
    /// # Errors
    /// Whatever is wrong with the request: a URL that is not absolute, not http or https, has a user, a
    /// fragment, a bad escape or a path with a character that has to be percent-encoded; a header that can't be
    /// sent; a parameter that signing adds, or `Expires`; a `Timestamp` that is not the signing time; a signing
    /// time outside the years 0 to 9999.
    pub fn sign(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let now = now.into();
        request.described(|parts| {
            let headers = headers_to_send(parts, |_| false)?;
            let mut url = String::new();
            parts.write_origin(&mut url);
            parts.path.write_as_given(&mut url);
            url.push('?');
            self.write_signed_params(parts, now, &mut url, None)?;
            let ends = now.saturating_add(self.credentials.at_most(LIFE, now));
            let mut signed = PresignedUrl::new(parts, url, headers, ends);
            signed.not_covered = names_of(parts, |_| true);
            Ok(signed)
        })
    }

    /// Signs a POST whose parameters are sent in its body, as a form.
    ///
    /// The URL has to be without a query: give the parameters by [`Request::query`].
    ///
    /// # Errors
    /// Those of [`sign`](QuerySigner::sign), [`ErrorKind::Query`](crate::ErrorKind::Query) if the URL has a query, and
    /// [`ErrorKind::Method`](crate::ErrorKind::Method) if the method is not POST.
    pub fn sign_form(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SignedForm, Error> {
        request.described(|parts| {
            if parts.method != "POST" {
                return Err(error!(
                    Method,
                    "a form is sent by POST, which is signed, not by {}",
                    Quoted(parts.method)
                ));
            }
            let is_from_url = |param: &Param<'_>| matches!(param.name, Text::Wire(_));
            if parts.params.as_slice().iter().any(is_from_url) {
                return Err(error!(
                    Query,
                    "the URL of a form has a query: all parameters of the call stand in the body"
                ));
            }
            let headers = headers_to_send(parts, |_| false)?;
            let mut url = String::new();
            parts.write_origin(&mut url);
            parts.path.write_as_given(&mut url);
            let mut body = String::new();
            self.write_signed_params(parts, now.into(), &mut body, None)?;
            Ok(SignedForm {
                url,
                headers,
                not_covered: names_of(parts, |_| true),
                body,
            })
        })
    }

    /// The steps of [`sign`](QuerySigner::sign) and [`sign_form`](QuerySigner::sign_form): string to sign and signature.
    ///
    /// # Errors
    /// Those of [`sign`](QuerySigner::sign).
    pub fn sign_steps(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        request.described(|parts| {
            let mut text = String::new();
            SigningSteps::collect(|steps| {
                self.write_signed_params(parts, now.into(), &mut text, Some(steps))
            })
        })
    }

    /// Writes all parameters, sorted, and the signature.
    fn write_signed_params(
        &self,
        parts: &Parts<'_>,
        now: Timestamp,
        text: &mut String,
        steps: Option<&mut SigningSteps>,
    ) -> Result<(), Error> {
        // A moment outside these years has no text that a service reads.
        now.amz_date()?;
        check_not_signed(parts)?;
        marks::check_no_v4(parts)?;
        check_path(parts.path)?;
        let timestamp = now.to_string();
        let added = [
            (marks::ACCESS_KEY_ID, Some(self.credentials.access_key_id())),
            (API_TOKEN, self.credentials.session_token()),
            (SIGNATURE_METHOD, Some(self.method.as_str())),
            (marks::SIGNATURE_VERSION, Some("2")),
            (
                TIMESTAMP,
                (!has_timestamp(parts, now)?).then_some(timestamp.as_str()),
            ),
        ];
        let mut params = parts.params.clone();
        for (name, value) in added {
            if let Some(value) = value {
                params.push(Param {
                    name: Text::Plain(name),
                    value: Some(Text::Plain(value)),
                });
            }
        }
        sort_by_name(params.as_mut_slice());

        let query_at = text.len();
        write_params(params.as_slice(), text);
        let mut string_to_sign = String::new();
        let host = parts.signed_host();
        write_front(parts.method, host, parts.path, &mut string_to_sign);
        string_to_sign.push_str(text.get(query_at..).unwrap_or_default());

        let signature = self.method.sign(&self.credentials, &string_to_sign);
        text.push_str(BEFORE_SIGNATURE);
        write_signature(&signature, text);
        if let Some(steps) = steps {
            steps.string_to_sign = string_to_sign;
            steps.signature = signature;
        }
        Ok(())
    }
}

/// Sorts parameters by name before it is encoded; those of one name stay in the order given.
pub(crate) fn sort_by_name(params: &mut [Param<'_>]) {
    params.sort_by(|one, two| one.name.decoded().cmp(two.name.decoded()));
}

/// Writes the string to sign up to its last line, which are the sorted parameters.
pub(crate) fn write_front(method: &str, host: HostValue<'_>, path: Path<'_>, sink: &mut impl Sink) {
    sink.text(method);
    sink.text("\n");
    match host {
        HostValue::Bytes(host) | HostValue::Line(host) => {
            sink.lower(&String::from_utf8_lossy(host))
        }
        HostValue::Host(authority) => authority.write(sink),
    }
    sink.text("\n");
    path.write_as_given(sink);
    sink.text("\n");
}

/// A time among the parameters: without an offset, it is in UTC.
pub(crate) fn parse_timestamp(text: &str) -> Result<Timestamp, Error> {
    Timestamp::parse(text).or_else(|_| Timestamp::parse(&alloc::format!("{text}Z")))
}

pub(crate) const TIMESTAMP: &str = "Timestamp";
pub(crate) const SIGNATURE_METHOD: &str = "SignatureMethod";
/// The session token.
pub(crate) const API_TOKEN: &str = "SecurityToken";

/// Whether the time of signing is among the parameters; an error if another one is.
fn has_timestamp(parts: &Parts<'_>, now: Timestamp) -> Result<bool, Error> {
    let mut is_there = false;
    let params = parts.params.as_slice().iter();
    for given in params.filter(|param| param.name.decoded().eq(TIMESTAMP.bytes())) {
        let bytes: Vec<u8> = given.value.unwrap_or_default().decoded().collect();
        let text = String::from_utf8_lossy(&bytes);
        if is_there || parse_timestamp(&text) != Ok(now) {
            return Err(error!(
                Query,
                "the parameter {TIMESTAMP} is {}, but the request is signed at {now}: \
                 leave it out, or give it once and sign at that time",
                Quoted(&text)
            ));
        }
        is_there = true;
    }
    Ok(is_there)
}

/// Refuses parameters that carry a signature, or a part of one, already.
fn check_not_signed(parts: &Parts<'_>) -> Result<(), Error> {
    const ADDED: [&str; 5] = [
        marks::ACCESS_KEY_ID,
        API_TOKEN,
        marks::SIGNATURE,
        SIGNATURE_METHOD,
        marks::SIGNATURE_VERSION,
    ];
    let mut params = parts.params.as_slice().iter();
    if let Some(name) = params
        .clone()
        .find_map(|param| ADDED.into_iter().find(|name| param.is_named(name)))
    {
        return Err(error!(
            Query,
            "the query has {name} already, which signing adds: \
             sign the request as it was before it was signed"
        ));
    }
    match params.any(|param| param.name.decoded().eq(marks::EXPIRES.bytes())) {
        true => Err(error!(
            Query,
            "the query has Expires, and a request has that or {TIMESTAMP}, which signing adds: leave it out"
        )),
        false => Ok(()),
    }
}

/// A signed call, to be sent as a form: a POST to [`url`](SignedForm::url) with
/// `Content-Type: application/x-www-form-urlencoded` and [`body`](SignedForm::body).
///
/// `Debug` hides the body, which holds the signature.
#[derive(Clone)]
pub struct SignedForm {
    url: String,
    headers: Vec<(String, String)>,
    not_covered: Vec<String>,
    body: String,
}

impl SignedForm {
    /// Where to send the form.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers that are signed and so have to be sent: `Host` if it was given and is not what the URL says,
    /// else none.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of headers that were given but that the signature doesn't cover: all of them.
    pub fn not_covered(&self) -> impl Iterator<Item = &str> {
        self.not_covered.iter().map(String::as_str)
    }

    /// The form: all parameters and the signature, encoded.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for SignedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedForm")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
