//! The query APIs: EC2, SimpleDB, EMR, SQS and those that speak like them, in which every parameter is signed.

use super::sign::InQuery;
use crate::credentials::Credentials;
use crate::encode::{Sink as _, Text};
use crate::error::{Error, Quoted, error};
use crate::hash::MacKey;
use crate::request::{Param, Parts, Request, sort, write_params};
use crate::signed::{PresignedUrl, Signature, SigningSteps, headers_to_send};
use crate::timestamp::Timestamp;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use hmac::Mac as _;

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
}

/// How long after its `Timestamp` a service takes a request.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// Signs requests to a query API.
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

    /// Signs a request whose parameters stand in its URL. The URL is good for 15 minutes from `now` on.
    ///
    /// A parameter `Timestamp` may be there, if it says the signing time; else it is added.
    ///
    /// # Errors
    /// Whatever is wrong with the request: a URL that is not absolute, not http or https, has a user or a
    /// fragment; a header that can't be sent; a parameter that signing adds; a `Timestamp` that is not the signing time; a signing
    /// time outside the years 0 to 9999.
    pub fn sign(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let (now, parts) = (now.into(), request.parts()?);
        let headers = headers_to_send(&parts, |_| false)?;
        let mut url = String::new();
        parts.write_origin(&mut url);
        parts.path.write_as_given(&mut url);
        url.push('?');
        self.write_signed_params(&parts, now, &mut url, None)?;
        let mut signed = PresignedUrl::new(&parts, url, headers, now.saturating_add(LIFE));
        let names = parts.headers.as_slice().iter().map(|header| header.name);
        signed.not_covered.extend(names.map(String::from));
        Ok(signed)
    }

    /// Signs a POST whose parameters are sent in its body, as a form.
    ///
    /// The URL has to be without a query: give the parameters by [`Request::query`].
    ///
    /// # Errors
    /// Those of [`sign`](QuerySigner::sign), and [`ErrorKind::Query`](crate::ErrorKind::Query) if the URL has a query.
    pub fn sign_form(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SignedForm, Error> {
        let parts = request.parts()?;
        let is_from_url = |param: &Param<'_>| matches!(param.name, Text::Wire(_));
        if parts.params.as_slice().iter().any(is_from_url) {
            return Err(error!(
                Query,
                "the URL of a form has a query: all parameters of the call stand in the body"
            ));
        }
        let mut url = String::new();
        parts.write_origin(&mut url);
        parts.path.write_as_given(&mut url);
        let mut body = String::new();
        self.write_signed_params(&parts, now.into(), &mut body, None)?;
        Ok(SignedForm { url, body })
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
        let parts = request.parts()?;
        let mut text = String::new();
        SigningSteps::collect(|steps| {
            self.write_signed_params(&parts, now.into(), &mut text, Some(steps))
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
        let _ = now.amz_date()?;
        let timestamp = now.to_string();
        let added = [
            ("AWSAccessKeyId", Some(self.credentials.access_key_id())),
            ("SecurityToken", self.credentials.session_token()),
            ("SignatureMethod", Some(self.method.as_str())),
            ("SignatureVersion", Some("2")),
            (
                "Timestamp",
                (!has_timestamp(parts, now)?).then_some(timestamp.as_str()),
            ),
        ];
        check_not_signed(parts)?;
        let mut params = parts.params.clone();
        for (name, value) in added {
            if let Some(value) = value {
                params.push(Param {
                    name: Text::Plain(name),
                    value: Some(Text::Plain(value)),
                });
            }
        }
        sort(params.as_mut_slice());

        let query_at = text.len();
        write_params(params.as_slice(), text);
        let mut string_to_sign = String::new();
        string_to_sign.push_str(parts.method);
        string_to_sign.push('\n');
        match parts.host {
            Some(host) => string_to_sign.bytes(&host.to_ascii_lowercase()),
            None => parts.authority.write(&mut string_to_sign),
        }
        string_to_sign.push('\n');
        parts.path.write_as_given(&mut string_to_sign);
        string_to_sign.push('\n');
        string_to_sign.push_str(text.get(query_at..).unwrap_or_default());

        let signature = self.signature(&string_to_sign);
        text.push_str("&Signature=");
        InQuery(text).text(signature.as_str());
        if let Some(steps) = steps {
            steps.string_to_sign = string_to_sign;
            steps.signature = signature;
        }
        Ok(())
    }

    fn signature(&self, string_to_sign: &str) -> Signature {
        let message = string_to_sign.as_bytes();
        match self.method {
            SignatureMethod::HmacSha256 => {
                let key = MacKey::new(self.credentials.secret_access_key().as_bytes());
                Signature::base64(&key.mac(|hasher| hasher.update(message)))
            }
            SignatureMethod::HmacSha1 => {
                let mac = self.credentials.hmac_sha1().chain_update(message);
                Signature::base64(&mac.finalize().into_bytes())
            }
        }
    }
}

/// Whether the time of signing is among the parameters; an error if another one is.
fn has_timestamp(parts: &Parts<'_>, now: Timestamp) -> Result<bool, Error> {
    let mut params = parts.params.as_slice().iter();
    let Some(given) = params.find(|param| param.is_named("Timestamp")) else {
        return Ok(false);
    };
    let bytes: Vec<u8> = given.value.unwrap_or_default().decoded().collect();
    let text = String::from_utf8_lossy(&bytes);
    // Without an offset, the time is in UTC.
    let said = Timestamp::parse(&text).or_else(|_| Timestamp::parse(&alloc::format!("{text}Z")));
    match said {
        Ok(said) if said == now => Ok(true),
        _ => Err(error!(
            Query,
            "the parameter Timestamp is {}, but the request is signed at {now}: leave it out, or sign at that time",
            Quoted(&text)
        )),
    }
}

fn check_not_signed(parts: &Parts<'_>) -> Result<(), Error> {
    const ADDED: [&str; 5] = [
        "AWSAccessKeyId",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
    ];
    let params = parts.params.as_slice().iter();
    let found = params
        .flat_map(|param| ADDED.into_iter().filter(|name| param.is_named(name)))
        .next();
    match found {
        Some(name) => Err(error!(
            Query,
            "the parameter {name} is there already, which signing adds: leave it out"
        )),
        None => Ok(()),
    }
}

/// A signed call, to be sent as a form: a POST to [`url`](SignedForm::url) with
/// `Content-Type: application/x-www-form-urlencoded` and [`body`](SignedForm::body).
///
/// `Debug` hides the body, which holds the signature.
#[derive(Clone)]
pub struct SignedForm {
    url: String,
    body: String,
}

impl SignedForm {
    /// Where to send the form.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
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
