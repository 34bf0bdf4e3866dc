//! What the fuzz targets share: who signs, and what holds for whatever was signed.

pub mod policy;
pub mod wire;

use hmac::{Hmac, KeyInit as _, Mac as _};
use presign::v4::{CanonicalUri, SessionToken, Signer};
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind};
use presign::{Credentials, Payload, PresignedUrl, Request, SigningSteps, Timestamp, v2};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;
use std::time::Duration;

pub const ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";

/// Without and with a session token. They live as long as the process, so their signing keys are kept, and the cache
/// of them is fuzzed with everything else.
pub static CREDENTIALS: LazyLock<[Credentials; 2]> = LazyLock::new(|| {
    let fixed = Credentials::new(ID, SECRET).unwrap();
    [fixed.clone(), fixed.with_session_token(TOKEN).unwrap()]
});

pub fn credentials(with_token: bool) -> &'static Credentials {
    &CREDENTIALS[usize::from(with_token)]
}

/// Neither secret nor token stands in a text that anybody may see, unless it came in with the input: a fuzzer sees what is looked for.
pub fn hidden(input: impl AsRef<[u8]>, shown: std::fmt::Arguments<'_>) {
    let (input, shown) = (input.as_ref(), shown.to_string());
    for secret in [SECRET, TOKEN] {
        let is_hidden = !shown.contains(secret);
        assert!(is_hidden || holds(input, secret), "{shown}");
    }
}

pub fn holds(input: &[u8], text: &str) -> bool {
    input
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub struct Options {
    pub with_token: bool,
    pub is_s3: bool,
    pub rule: Option<Rule>,
    pub token: Option<Token>,
    pub payload: Payload,
    pub now: Timestamp,
    pub expires_in: u32,
}

#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub enum Rule {
    S3,
    Normalized,
    Unnormalized,
}

#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub enum Token {
    Appended,
    S3Express,
}

impl Options {
    fn signer_rule(&self) -> Option<CanonicalUri> {
        self.rule.map(|rule| match rule {
            Rule::S3 => CanonicalUri::S3,
            Rule::Normalized => CanonicalUri::Normalized,
            Rule::Unnormalized => CanonicalUri::Unnormalized,
        })
    }

    fn session_token(&self) -> SessionToken {
        match self.token {
            Some(Token::Appended) => SessionToken::Appended,
            Some(Token::S3Express) => SessionToken::S3Express,
            None => SessionToken::Signed,
        }
    }

    pub fn signer(&self) -> Signer {
        let service = if self.is_s3 { "s3" } else { "service" };
        let credentials = credentials(self.with_token).clone();
        let mut signer = Signer::new(credentials, "us-east-1", service).unwrap();
        if let Some(rule) = self.signer_rule() {
            signer = signer.canonical_uri(rule);
        }
        signer.session_token(self.session_token())
    }

    /// A week and a bit more, so that nearly all are allowed.
    pub fn expires_in(&self) -> Duration {
        Duration::from_secs(u64::from(self.expires_in % 605_000))
    }
}

/// Signs a request in every way there is. Each may refuse it, but the ways to ask for one signature have to agree.
pub fn sign_every_way(request: &Request<'_>, options: &Options) {
    v4_query(request, options);
    v4_headers(request, options);
    v2_both(request, options);
    query_api(request, options);
    std::hint::black_box(format!("{request:?}"));
}

fn v4_query(request: &Request<'_>, options: &Options) {
    let (signer, now, life) = (options.signer(), options.now, options.expires_in());
    let steps = signer.presign_steps(request, life, now);
    let mut buffer = String::from("before");
    let into = signer.presign_into(request, life, now, &mut buffer);
    let presigned = signer.presign(request, life, now);
    let Ok(steps) = steps else {
        assert!(into.is_err() && presigned.is_err());
        assert_eq!(buffer, "before");
        return;
    };
    into.unwrap();
    check_steps(&steps);
    let url = buffer.strip_prefix("before").unwrap();
    if let Ok(presigned) = &presigned {
        assert_eq!(presigned.as_str(), url);
        std::hint::black_box(format!("{presigned:?}"));
        std::hint::black_box(serde_json::to_string(presigned).unwrap());
        if let Ok(http) = presigned.to_http_request(()) {
            assert_eq!(http.method().as_str(), presigned.method());
        }
        let _ = presigned.to_url();
        let verifier = Verifier::new("us-east-1", if options.is_s3 { "s3" } else { "service" });
        let verifier = match options.signer_rule() {
            Some(rule) => verifier.canonical_uri(rule),
            None => verifier,
        };
        // The service says where the token of a session of S3 Express stands, and these are others.
        let token = options.session_token();
        if token != SessionToken::S3Express {
            let verifier = verifier.session_token(token);
            accepted(presigned, &verifier, options, now);
        }
    }
    // The URL is its own canonical query string.
    let (_, query) = url.split_once('?').unwrap();
    let (query, signature) = query.split_once("&X-Amz-Signature=").unwrap();
    assert!(signature.starts_with(steps.signature.as_str()));
    assert_eq!(steps.canonical_request.split('\n').nth(2), Some(query));
    assert!(
        url.bytes()
            .all(|byte| !byte.is_ascii_control() && byte != b'#')
    );
    // What was presigned is not signed again.
    let again = signer.presign(&Request::new("GET", url), life, now);
    assert!(again.is_err(), "{url}");
}

/// What was presigned verifies; unless it was presigned by the other generation before, of which a signer knows nothing.
fn accepted(presigned: &PresignedUrl, verifier: &Verifier, options: &Options, now: Timestamp) {
    let request = ReceivedRequest::from_url(presigned.method(), presigned.as_str()).unwrap();
    let request = request.headers(presigned.headers());
    // SigV4 does not ask for the bucket.
    let request = match options.is_s3 {
        true => request.bucket("examplebucket"),
        false => request,
    };
    let keys = credentials(options.with_token);
    let verified = verifier.verify(&request, now, |id| (id == ID).then(|| keys.clone()));
    let error = verified.as_ref().err().map(VerifyError::kind);
    let is_right = matches!(error, None | Some(VerifyErrorKind::SignedTwice));
    assert!(is_right, "{verified:?} {presigned:?}");
}

fn v4_headers(request: &Request<'_>, options: &Options) {
    let (signer, now) = (options.signer(), options.now);
    let steps = signer.sign_steps(request, options.payload, now);
    let signed = signer.sign(request, options.payload, now);
    let Ok(steps) = steps else {
        assert!(signed.is_err());
        return;
    };
    check_steps(&steps);
    let signed = signed.unwrap();
    let end = format!(", Signature={}", steps.signature.as_str());
    assert!(signed.authorization().ends_with(&end));
    for (_, value) in signed.headers() {
        assert!(value.bytes().all(|byte| !byte.is_ascii_control()));
    }
    std::hint::black_box(format!("{signed:?}"));
    std::hint::black_box(serde_json::to_string(&signed).unwrap());
}

/// Hash and signature once more, by other crates.
fn check_steps(steps: &SigningSteps) {
    let (head, hash) = steps.string_to_sign.rsplit_once('\n').unwrap();
    // Header values that are not UTF-8 are shown with replacement characters, so their hash is another.
    if !steps.canonical_request.contains('\u{fffd}') {
        assert_eq!(hex(Sha256::digest(&steps.canonical_request)), hash);
    }
    let (_, scope) = head.rsplit_once('\n').unwrap();
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/') {
        key = hmac_sha256(&key, part.as_bytes());
    }
    let signature = hmac_sha256(&key, steps.string_to_sign.as_bytes());
    assert_eq!(hex(signature), steps.signature.as_str());
}

fn v2_both(request: &Request<'_>, options: &Options) {
    let mut signer = v2::Signer::new(credentials(options.with_token).clone());
    if options.is_s3 {
        signer = signer.bucket("examplebucket");
    }
    let end = options.now;
    let steps = signer.presign_steps(request, end);
    let mut buffer = String::from("before");
    let into = signer.presign_into(request, end, &mut buffer);
    let presigned = signer.presign_until(request, end);
    assert_eq!(steps.is_ok(), into.is_ok());
    match &steps {
        Err(_) => assert_eq!(buffer, "before"),
        Ok(_) => {
            let url = buffer.strip_prefix("before").unwrap();
            assert!(url.contains("AWSAccessKeyId=") && url.contains("&Signature="));
            let again = v2::Signer::new(credentials(false).clone());
            let again = again.presign_until(&Request::get(url), end);
            assert!(again.is_err(), "{url}");
            if let Ok(presigned) = presigned {
                assert_eq!(presigned.as_str(), url);
                std::hint::black_box(format!("{presigned:?}"));
                let verifier = Verifier::new("", "").allow_v2(Duration::MAX);
                accepted(&presigned, &verifier, options, end);
            }
        }
    }
    let steps = signer.sign_steps(request, options.now);
    let signed = signer.sign(request, options.now);
    assert_eq!(steps.is_ok(), signed.is_ok());
    if let (Ok(steps), Ok(signed)) = (steps, signed) {
        let value = format!("AWS {ID}:{}", steps.signature.as_str());
        assert_eq!(signed.authorization(), value);
    }
}

fn query_api(request: &Request<'_>, options: &Options) {
    let mut signer = v2::QuerySigner::new(credentials(options.with_token).clone());
    if options.is_s3 {
        signer = signer.signature_method(v2::SignatureMethod::HmacSha1);
    }
    let steps = signer.sign_steps(request, options.now);
    if let Ok(signed) = signer.sign(request, options.now) {
        let signature = percent_encoded(steps.unwrap().signature.as_str());
        let end = format!("&Signature={signature}");
        assert!(signed.as_str().ends_with(&end));
    }
    if let Ok(form) = signer.sign_form(request, options.now) {
        assert!(!form.url().contains('?'));
        assert!(form.body().contains("&Signature="));
    }
}

/// Percent-encoded by RFC 3986: all but its unreserved characters.
pub fn percent_encoded(text: impl AsRef<[u8]>) -> String {
    let encode = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(*byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.as_ref().iter().map(encode).collect()
}

pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
