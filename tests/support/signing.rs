//! Signs a request in every way, which have to agree: in one call, into a writer, and in two steps
//! with a local or remote key.

use super::{hex, hmac_sha1, hmac_sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::{
    Algorithm, Credentials, Error, Expiry, Payload, PresignedUrl, Request, SignedRequest,
    Timestamp, Unsigned, v2, v4,
};
use std::borrow::Cow;

/// The texts of a signature, in the order in which they are computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Empty under SigV2, which has no canonical request.
    pub canonical_request: String,
    pub string_to_sign: String,
    pub signature: String,
}

/// A result with the steps of its signature.
#[derive(Clone, Debug)]
pub struct Signed<T> {
    pub result: T,
    pub steps: Steps,
}

/// Returns the HMAC of a string to sign by another crate, as a remote key computes it.
pub fn remote_signature<T>(unsigned: &Unsigned<T>, secret: &str) -> Vec<u8> {
    let message = unsigned.string_to_sign();
    match (unsigned.algorithm(), unsigned.scope()) {
        (Algorithm::HmacSha256, Some(scope)) => {
            let start = format!("AWS4{secret}").into_bytes();
            let key = scope
                .split('/')
                .fold(start, |key, part| hmac_sha256(&key, part));
            hmac_sha256(&key, message)
        }
        (Algorithm::HmacSha256, None) => hmac_sha256(secret.as_bytes(), message),
        (Algorithm::HmacSha1, None) => hmac_sha1(secret.as_bytes(), message),
        other => panic!("no key for {other:?}"),
    }
}

/// Returns the steps of a result that isn't signed yet. A remote key makes the signature.
fn steps_of<T>(unsigned: &Unsigned<T>, secret: &str) -> Steps {
    let signature = remote_signature(unsigned, secret);
    Steps {
        canonical_request: unsigned.canonical_request().unwrap_or_default().into(),
        string_to_sign: String::from_utf8_lossy(unsigned.string_to_sign()).into(),
        signature: if unsigned.scope().is_some() {
            hex(signature)
        } else {
            STANDARD.encode(signature)
        },
    }
}

/// Presigns in every way. All ways return the same URL or the same error.
#[track_caller]
pub fn presign(
    request: &Request<'_>,
    (keys, secret): (&Credentials, &str),
    expiry: impl Into<Expiry>,
    now: impl Into<Timestamp>,
) -> Result<Signed<PresignedUrl>, Error> {
    let (expiry, now) = (expiry.into(), now.into());
    let at_once = request.presign(keys, expiry, now);
    let prepare = || request.prepare_url(keys.identity(), expiry, now);
    let mut buffer = String::from("before");
    let into = request.presign_into(keys, expiry, now, &mut buffer);
    let result = match at_once {
        Ok(result) => result,
        Err(error) => {
            assert_eq!(prepare().map(drop), Err(error.clone()));
            assert_eq!(into, Err(error.clone()));
            assert_eq!(buffer, "before", "nothing is written before an error");
            return Err(error);
        }
    };
    assert_eq!(into, Ok(()));
    assert_eq!(buffer.strip_prefix("before"), Some(result.as_str()));

    let unsigned = prepare().unwrap();
    let steps = steps_of(&unsigned, secret);
    assert_eq!(result.signature(), steps.signature);
    let signature = remote_signature(&unsigned, secret);
    for other in [
        unsigned.sign_with(keys).unwrap(),
        prepare().unwrap().finish(&signature).unwrap(),
    ] {
        assert_eq!(url_parts(&result), url_parts(&other));
    }
    Ok(Signed { result, steps })
}

/// Signs with headers in every way. All ways return the same headers or the same error.
#[track_caller]
pub fn sign(
    request: &Request<'_>,
    (keys, secret): (&Credentials, &str),
    now: impl Into<Timestamp>,
) -> Result<Signed<SignedRequest>, Error> {
    let now = now.into();
    let prepare = || request.prepare_headers(keys.identity(), now);
    let result = match request.sign(keys, now) {
        Ok(result) => result,
        Err(error) => {
            assert_eq!(prepare().map(drop), Err(error.clone()));
            return Err(error);
        }
    };
    let unsigned = prepare().unwrap();
    let steps = steps_of(&unsigned, secret);
    assert_eq!(result.signature(), steps.signature);
    let signature = remote_signature(&unsigned, secret);
    for other in [
        unsigned.sign_with(keys).unwrap(),
        prepare().unwrap().finish(&signature).unwrap(),
    ] {
        assert_eq!(request_parts(&result), request_parts(&other));
    }
    Ok(Signed { result, steps })
}

/// Returns all parts of a presigned URL.
fn url_parts(url: &PresignedUrl) -> impl PartialEq + std::fmt::Debug {
    (
        url.method().to_owned(),
        url.to_string(),
        url.headers().map(owned).collect::<Vec<_>>(),
        url.not_covered().map(String::from).collect::<Vec<_>>(),
        url.expires_at(),
    )
}

/// Returns all parts of a signed request.
fn request_parts(signed: &SignedRequest) -> impl PartialEq + std::fmt::Debug {
    (
        signed.headers().map(owned).collect::<Vec<_>>(),
        signed.url().map(String::from),
        signed.body().map(String::from),
        signed.not_covered().map(String::from).collect::<Vec<_>>(),
    )
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.into(), value.into())
}

/// Returns the value of the `Authorization` header.
#[track_caller]
pub fn authorization(signed: &SignedRequest) -> &str {
    let mut headers = signed.headers();
    headers
        .find(|(name, _)| *name == "Authorization")
        .unwrap()
        .1
}

/// A request that several services sign, each as its own [`Request`].
#[derive(Clone, Debug)]
pub struct Description<'a> {
    method: Cow<'a, str>,
    url: Cow<'a, str>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    params: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    payload: Option<Payload>,
}

impl<'a> Description<'a> {
    pub fn new(method: impl Into<Cow<'a, str>>, url: impl Into<Cow<'a, str>>) -> Self {
        Description {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            params: Vec::new(),
            payload: None,
        }
    }

    pub fn get(url: impl Into<Cow<'a, str>>) -> Self {
        Description::new("GET", url)
    }

    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.params.push((name.into(), Some(value.into())));
        self
    }

    pub fn query_flag(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.params.push((name.into(), None));
        self
    }

    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Returns the request for a service.
    pub fn of<'s>(&'s self, service: &'s impl Service) -> Request<'s> {
        let request = service.make(&self.method, &self.url);
        let headers = self.headers.iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.header(&**name, &**value)
        });
        let params = self.params.iter();
        let request = params.fold(request, |request, (name, value)| match value {
            Some(value) => request.query(&**name, &**value),
            None => request.query_flag(&**name),
        });
        match self.payload {
            Some(payload) => request.payload(payload),
            None => request,
        }
    }
}

/// Makes requests from a method and a URL.
pub trait Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a>;
}

impl Service for v4::Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a> {
        self.request(method, url)
    }
}

impl Service for v2::Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a> {
        self.request(method, url)
    }
}
