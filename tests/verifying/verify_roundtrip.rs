//! Every signed request verifies, and no input makes the verifier panic.

use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Payload, Request, Timestamp, v2, v4};
use proptest::prelude::*;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug)]
struct Case {
    credentials: Credentials,
    method: String,
    host: String,
    path: String,
    params: Vec<(String, Option<String>)>,
    headers: Vec<(String, String)>,
    service: String,
    now: Timestamp,
}

/// Escapes every byte except letters and digits.
fn encode(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\u{e9}\u{65e5}\u{1f600}]{0,12}"
}

fn case() -> impl Strategy<Value = Case> {
    let credentials =
        ("[!-~]{1,20}", "[!-~]{1,50}", "[!-~]{0,40}").prop_map(|(id, secret, token)| {
            let credentials = Credentials::new(id, secret).unwrap();
            credentials.with_session_token(token).unwrap()
        });
    let method = prop::sample::select(vec!["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"]);
    let host = prop::sample::select(vec![
        "example.com",
        "Bucket.S3.example.com:9000",
        "[::1]:80",
        "localhost:443",
    ]);
    let service = prop::sample::select(vec!["s3", "execute-api", "s3express"]);
    let params = prop::collection::vec(
        ("[a-zA-Z0-9 é&=+%/-]{0,6}", prop::option::of(text())),
        0..12,
    );
    let headers = prop::collection::vec(("[a-zA-Z-]{1,9}", text()), 0..14);
    (
        credentials,
        method,
        host,
        "(/([a-zA-Z0-9._~!$&'()*+,;=:@-]|%([013-9a-fA-F][0-9a-fA-F]|2[0-9a-dA-D])){0,5}){0,4}",
        params,
        headers,
        service,
        0i64..4_000_000_000,
    )
        .prop_map(
            |(credentials, method, host, path, params, mut headers, service, now)| {
                // `TE` is a header of the connection, which is never signed.
                headers.retain(|(name, _)| name.len() != 2 && !name.starts_with('-'));
                Case {
                    credentials,
                    method: method.into(),
                    host: host.into(),
                    path,
                    params,
                    headers,
                    service: service.into(),
                    now: Timestamp::from_unix_seconds(now),
                }
            },
        )
}

impl Case {
    fn url(&self) -> String {
        format!("https://{}{}", self.host, self.path)
    }

    fn request<'a>(&'a self, request: Request<'a>) -> Request<'a> {
        let request = self
            .params
            .iter()
            .fold(request, |request, (name, value)| match value {
                Some(value) => request.query(name.as_str(), value.as_str()),
                None => request.query_flag(name.as_str()),
            });
        self.headers.iter().fold(request, |request, (name, value)| {
            request.header(name.as_str(), value.as_str())
        })
    }

    /// Returns the URL as a client sends it, with the parameters in it.
    fn sent_url(&self) -> String {
        let params = self.params.iter().map(|(name, value)| match value {
            Some(value) => format!("{}={}", encode(name), encode(value)),
            // A single empty name without `=` would disappear from the URL.
            None if name.is_empty() => "=".into(),
            None => encode(name),
        });
        let query = params.collect::<Vec<_>>().join("&");
        if self.params.is_empty() {
            self.url()
        } else {
            format!("{}?{query}", self.url())
        }
    }

    fn verifier(&self) -> Verifier {
        Verifier::new("us-east-1", self.service.as_str())
            .allow_sigv2(HOUR)
            .allow_dot_segments()
    }

    fn accepts(&self, request: &ReceivedRequest<'_>) -> Result<(), TestCaseError> {
        let verifier = self.verifier();
        let verified = verifier.verify(request, self.now, |id| {
            (id == self.credentials.identity().access_key_id()).then(|| self.credentials.clone())
        });
        prop_assert!(verified.is_ok(), "{:?}", verified);
        let other =
            Credentials::new(self.credentials.identity().access_key_id(), "other secret").unwrap();
        let unverified = verifier.parse(request).unwrap();
        let rejected = unverified.verify(&other, self.now).unwrap_err().kind();
        let expected = [VerifyErrorKind::Signature, VerifyErrorKind::SessionToken];
        prop_assert!(expected.contains(&rejected));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_sigv4_url_verifies(case in case()) {
        let url = case.url();
        let service = v4::Service::new("us-east-1", case.service.as_str()).unwrap();
        let request = case.request(service.request(&case.method, &url));
        let link = request.presign(&case.credentials, HOUR, case.now);
        // The strategy can't generate names such as X-Amz-Date, so signing never fails.
        let link = link.unwrap();
        let request = ReceivedRequest::from_url(&case.method, link.as_str()).unwrap().headers(link.headers());
        case.accepts(&request)?;
    }

    #[test]
    fn a_sigv4_header_verifies(case in case(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        let url = case.url();
        let service = v4::Service::new("us-east-1", case.service.as_str()).unwrap();
        let request = case.request(service.request(&case.method, &url));
        let signed = request.payload(Payload::sha256_of(&body)).sign(&case.credentials, case.now);
        if case.credentials.identity().access_key_id().contains(',') {
            // A comma ends the credential in the header.
            prop_assert!(signed.is_err());
            return Ok(());
        }
        let signed = signed.unwrap();
        let sent = case.sent_url();
        let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = ReceivedRequest::from_url(&case.method, &sent).unwrap()
            .headers(headers)
            .headers(signed.headers())
            .body(&body);
        case.accepts(&request)?;
    }

    #[test]
    fn a_sigv2_url_verifies(case in case()) {
        let url = case.url();
        let service = v2::Service::s3().bucket("b");
        let request = case.request(service.request(&case.method, &url));
        let link = request.presign(&case.credentials, HOUR, case.now).unwrap();
        let request = ReceivedRequest::from_url(&case.method, link.as_str()).unwrap()
            .headers(link.headers())
            .bucket("b");
        case.accepts(&request)?;
    }

    #[test]
    fn a_sigv2_header_verifies(case in case()) {
        let url = case.url();
        let service = v2::Service::s3();
        let request = case.request(service.request(&case.method, &url));
        let signed = request.sign(&case.credentials, case.now).unwrap();
        let sent = case.sent_url();
        let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = ReceivedRequest::from_url(&case.method, &sent).unwrap()
            .headers(headers)
            .headers(signed.headers());
        case.accepts(&request)?;
    }

    #[test]
    fn no_input_panics(
        method in ".{0,8}",
        target in "(/|\\?|&|=|%|;|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)=|AWSAccessKeyId=|Signature=|Expires=|AWS4-HMAC-SHA256|a/20130524/us-east-1/s3/aws4_request|20130524T000000Z|host|.){0,40}",
        name in "(host|authorization|x-amz-date|date|.{0,6})",
        value in "(AWS4-HMAC-SHA256|AWS| |Credential=|SignedHeaders=|Signature=|,|:|/|.){0,20}",
    ) {
        let request = ReceivedRequest::new(&method, &target)
            .header("host", "example.com")
            .header(&name, &value);
        let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
        let now = Timestamp::from_unix_seconds(1_369_353_600);
        let credentials = Credentials::new("a", "secret").unwrap();
        prop_assert!(verifier.verify(&request, now, |_| Some(credentials)).is_err());
        if let Ok(unverified) = verifier.parse(&request) {
            let _ = (unverified.canonical_request(), unverified.string_to_sign(), format!("{unverified:?}"));
        }
    }
}
