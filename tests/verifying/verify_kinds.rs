//! Each cause of rejection, with its kind, S3 error code and status, beside a request that is
//! accepted.

use presign::verify::{
    Carrier, PayloadCoverage, ReceivedRequest, Verifier, VerifyErrorKind as Kind,
};
use presign::{Credentials, Payload, Scheme, SignatureVersion, Timestamp, s3::Bucket, v2, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const OBJECT: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(now().unix_seconds() + seconds)
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn verifier() -> Verifier {
    Verifier::new("us-east-1", "s3")
}

/// Returns a presigned URL for an object of `examplebucket`.
fn link() -> String {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket.get("a.txt").presign(&credentials(), HOUR, now());
    link.unwrap().to_string()
}

type Verdict = Result<PayloadCoverage, (Kind, &'static str, u16)>;

fn verdict(verifier: &Verifier, request: &ReceivedRequest<'_>, now: Timestamp) -> Verdict {
    verdict_of(verifier, request, now, Some(credentials()))
}

fn verdict_of(
    verifier: &Verifier,
    request: &ReceivedRequest<'_>,
    now: Timestamp,
    credentials: Option<Credentials>,
) -> Verdict {
    let verified = verifier.verify(request, now, |_| credentials);
    let verdict = verified.map(|verified| verified.payload());
    verdict.map_err(|error| (error.kind(), error.code(), error.status()))
}

fn url(url: &str) -> ReceivedRequest<'_> {
    ReceivedRequest::from_url("GET", url).unwrap()
}

const QUERY_ERROR: &str = "AuthorizationQueryParametersError";
const HEADER_ERROR: &str = "AuthorizationHeaderMalformed";

#[test]
fn a_url_is_valid_between_its_times() {
    let link = link();
    let request = url(&link);
    for seconds in [-900, 0, 3600] {
        assert_eq!(
            verdict(&verifier(), &request, after(seconds)),
            Ok(PayloadCoverage::Unsigned)
        );
    }
    let early = verdict(&verifier(), &request, after(-901));
    assert_eq!(early, Err((Kind::NotYetValid, "AccessDenied", 403)));
    let late = verdict(&verifier(), &request, after(3601));
    assert_eq!(late, Err((Kind::Expired, "AccessDenied", 403)));
    let strict = verifier().max_clock_skew(Duration::ZERO);
    let early = verdict(&strict, &request, after(-1));
    assert_eq!(early, Err((Kind::NotYetValid, "AccessDenied", 403)));
}

#[test]
fn invalid_parameters_of_a_url_are_rejected() {
    let link = link();
    assert!(verdict(&verifier(), &url(&link), now()).is_ok());
    let date = "X-Amz-Date=20130524T000000Z";
    let expires = "X-Amz-Expires=3600";
    let signature = &link[link.find("&X-Amz-Signature=").unwrap()..];
    let cases = [
        (
            expires,
            "X-Amz-Expires=604801",
            Kind::ExpiryTooLong,
            QUERY_ERROR,
        ),
        (expires, "X-Amz-Expires=0", Kind::Malformed, QUERY_ERROR),
        (expires, "X-Amz-Expires=-1", Kind::Malformed, QUERY_ERROR),
        (
            expires,
            "X-Amz-Expires=%2B3600",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (expires, "X-Amz-Expires=1e3", Kind::Malformed, QUERY_ERROR),
        (
            expires,
            "X-Amz-Expires=99999999999999999999999",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (expires, "x=1", Kind::Missing, QUERY_ERROR),
        (
            expires,
            "X-Amz-Expires=3600&X-Amz-Expires=3600",
            Kind::Repeated,
            QUERY_ERROR,
        ),
        (
            expires,
            "X-Amz-Expires=3600&%58-Amz-Expires=3600",
            Kind::Repeated,
            QUERY_ERROR,
        ),
        (expires, "x-amz-expires=3600", Kind::Malformed, QUERY_ERROR),
        (
            date,
            "X-Amz-Date=20130524T000000",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            date,
            "X-Amz-Date=2013-05-24T00:00:00Z",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            date,
            "X-Amz-Date=20130523T235900Z",
            Kind::ScopeDate,
            QUERY_ERROR,
        ),
        (date, "x=1", Kind::Missing, QUERY_ERROR),
        (
            "%2F20130524%2F",
            "%2F20130523%2F",
            Kind::ScopeDate,
            QUERY_ERROR,
        ),
        (
            "us-east-1%2Fs3",
            "eu-west-1%2Fs3",
            Kind::Region,
            QUERY_ERROR,
        ),
        (
            "us-east-1%2Fs3",
            "us-east-1%2Fsts",
            Kind::Service,
            QUERY_ERROR,
        ),
        ("aws4_request", "aws5_request", Kind::Malformed, QUERY_ERROR),
        ("AKIDEXAMPLE%2F", "", Kind::Malformed, QUERY_ERROR),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA512",
            Kind::Scheme,
            "InvalidRequest",
        ),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-ECDSA-P256-SHA256",
            Kind::Scheme,
            "InvalidRequest",
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=x",
            Kind::HeaderNotSigned,
            "AccessDenied",
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=Host",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=host%3Bhost",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=x%3Bhost",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=host%3B",
            Kind::Malformed,
            QUERY_ERROR,
        ),
        (
            "SignedHeaders=host",
            "SignedHeaders=host%3Brange",
            Kind::SignedHeaderMissing,
            "SignatureDoesNotMatch",
        ),
        (signature, "", Kind::Missing, QUERY_ERROR),
        (
            signature,
            "&X-Amz-Signature=",
            Kind::Signature,
            "SignatureDoesNotMatch",
        ),
        (
            "&X-Amz-Signature=",
            "&X-Amz-Signature=0",
            Kind::Signature,
            "SignatureDoesNotMatch",
        ),
        ("a.txt?", "b.txt?", Kind::Signature, "SignatureDoesNotMatch"),
        (
            "a.txt?",
            "a.txt?&",
            Kind::Signature,
            "SignatureDoesNotMatch",
        ),
        (
            "a.txt?",
            "a.txt?X-Amz-Security-Token=x&",
            Kind::SessionToken,
            "InvalidToken",
        ),
        (
            "a.txt?",
            "a.txt?AWSAccessKeyId=A&",
            Kind::SignedTwice,
            "InvalidArgument",
        ),
        (
            "a.txt?",
            "a.txt?Signature=A&Expires=1&",
            Kind::SignedTwice,
            "InvalidArgument",
        ),
    ];
    for (from, to, kind, code) in cases {
        assert!(link.contains(from), "{from}");
        let changed = link.replace(from, to);
        let (rejected, rejected_code, status) =
            verdict(&verifier(), &url(&changed), now()).unwrap_err();
        assert_eq!((rejected, rejected_code), (kind, code), "{from} -> {to}");
        let forbidden = [
            "AccessDenied",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
        ];
        assert_eq!(
            status,
            if forbidden.contains(&code) { 403 } else { 400 },
            "{to}"
        );
    }
}

#[test]
fn an_uppercase_signature_is_rejected() {
    let link = link();
    let (head, signature) = link.rsplit_once('=').unwrap();
    let changed = format!("{head}={}", signature.to_uppercase());
    let rejected = verdict(&verifier(), &url(&changed), now()).unwrap_err();
    assert_eq!(rejected.0, Kind::Signature);
}

#[test]
fn unsigned_headers_beside_a_url_are_rejected() {
    let link = link();
    let cases: [(&str, &str, Kind); 6] = [
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=a",
            Kind::SignedTwice,
        ),
        ("Authorization", "Bearer x", Kind::SignedTwice),
        ("x-amz-date", "20130524T000000Z", Kind::SignedTwice),
        ("x-amz-security-token", "t", Kind::SignedTwice),
        ("x-amz-acl", "public-read", Kind::HeaderNotSigned),
        ("X-AMZ-Meta-A", "1", Kind::HeaderNotSigned),
    ];
    for (name, value, kind) in cases {
        let request = url(&link).header(name, value);
        assert_eq!(
            verdict(&verifier(), &request, now()).unwrap_err().0,
            kind,
            "{name}"
        );
    }
    // Other headers may be present, signed or not. So may the payload hash that was signed.
    for (name, value) in [
        ("range", "bytes=0-9"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ] {
        let request = url(&link).header(name, value);
        assert_eq!(
            verdict(&verifier(), &request, now()),
            Ok(PayloadCoverage::Unsigned)
        );
    }
    let request = url(&link).header("host", HOST).header("host", HOST);
    assert_eq!(
        verdict(&verifier(), &request, now()).unwrap_err().0,
        Kind::Request
    );
    let target = link.strip_prefix("https://").unwrap();
    let target = target.strip_prefix(HOST).unwrap();
    let request = ReceivedRequest::new("GET", target).header("host", "other.example.com");
    assert_eq!(
        verdict(&verifier(), &request, now()).unwrap_err().0,
        Kind::Signature
    );
}

#[test]
fn malformed_requests_are_rejected() {
    let rejected = |method: &str, target: &str, name: &str, value: &str| {
        let request = ReceivedRequest::new(method, target)
            .header("host", HOST)
            .header(name, value);
        verdict(&verifier(), &request, now()).unwrap_err()
    };
    let request = Err((Kind::Request, "InvalidRequest", 400));
    for (method, target, name, value) in [
        ("GET ", "/", "a", "b"),
        ("", "/", "a", "b"),
        ("get", "/", "a", "b"),
        ("GET\n/", "/", "a", "b"),
        ("GET", "/%", "a", "b"),
        ("GET", "/%2", "a", "b"),
        ("GET", "/?%zz", "a", "b"),
        ("GET", "/\n", "a", "b"),
        ("GET", "/#a", "a", "b"),
        ("GET", "/", "a b", "b"),
        ("GET", "/", "a", "b\nc"),
        ("GET", "/", "a", "b\0"),
    ] {
        assert_eq!(
            Err(rejected(method, target, name, value)) as Verdict,
            request,
            "{method:?} {target:?}"
        );
    }
    assert_eq!(rejected("GET", "/", "a", "b").0, Kind::NotSigned);
    let without_host = ReceivedRequest::new("GET", "/");
    assert_eq!(verdict(&verifier(), &without_host, now()), request);
}

/// `from_url` rejects errors before the query, the verifier errors in the query.
#[test]
fn malformed_urls_are_rejected() {
    let rejected = Err((Kind::Request, "InvalidRequest", 400));
    let link = link();
    for bad in ["#", "%", "%2", "%zz", "\n", "\u{7f}"] {
        let path = link.replacen("/a", &format!("/{bad}-a"), 1);
        assert_ne!(path, link);
        let error = ReceivedRequest::from_url("GET", &path).unwrap_err();
        assert_eq!(error.kind(), presign::ErrorKind::Url, "{bad:?}");
        for (from, to) in [
            ("?", format!("?a{bad}=1&")),
            ("?", format!("?a=1{bad}&")),
            ("AKIDEXAMPLE", format!("AKID{bad}-EXAMPLE")),
            ("%2Fs3", format!("{bad}s3")),
            ("&X-Amz-Signature=", format!("{bad}&X-Amz-Signature=")),
        ] {
            let query = link.replacen(from, &to, 1);
            assert_ne!(query, link);
            assert_eq!(
                verdict(&verifier(), &url(&query), now()),
                rejected,
                "{query:?}"
            );
        }
        let end = link.clone() + bad;
        assert_eq!(verdict(&verifier(), &url(&end), now()), rejected, "{end:?}");
    }
    assert!(verdict(&verifier(), &url(&link), now()).is_ok());
}

/// Returns the headers of a signed request to S3.
fn signed(payload: Payload) -> Vec<(String, String)> {
    let service = v4::Service::new("us-east-1", "s3").unwrap();
    let request = service.request("PUT", OBJECT).payload(payload);
    let signed = request.sign(&credentials(), now()).unwrap();
    let headers = signed.headers();
    let mut headers: Vec<_> = headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    headers.push(("host".into(), HOST.into()));
    headers
}

fn put(headers: &[(String, String)]) -> ReceivedRequest<'_> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    ReceivedRequest::new("PUT", "/a.txt").headers(headers)
}

#[test]
fn a_signed_header_is_valid_within_the_clock_skew() {
    let headers = signed(Payload::Empty);
    let empty = PayloadCoverage::Sha256(sha256_of_nothing());
    for seconds in [-900, 0, 900] {
        assert_eq!(
            verdict(&verifier(), &put(&headers), after(seconds)),
            Ok(empty)
        );
    }
    for seconds in [-901, 901] {
        let rejected = verdict(&verifier(), &put(&headers), after(seconds));
        assert_eq!(rejected, Err((Kind::TimeSkew, "RequestTimeTooSkewed", 403)));
    }
}

fn sha256_of_nothing() -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(b"").into()
}

#[test]
fn invalid_parts_of_a_header_are_rejected() {
    let headers = signed(Payload::Empty);
    let change = |name: &str, from: &str, to: &str| {
        let mut headers = headers.clone();
        for (known, value) in &mut headers {
            if known.eq_ignore_ascii_case(name) {
                assert!(value.contains(from), "{from}");
                *value = value.replace(from, to);
            }
        }
        verdict(&verifier(), &put(&headers), now()).unwrap_err()
    };
    for (from, to, kind, code) in [
        ("Credential=", "Credential:", Kind::Malformed, HEADER_ERROR),
        ("Signature=", "Sig=", Kind::Malformed, HEADER_ERROR),
        (
            ", Signature=",
            ", Signature=a, Signature=",
            Kind::Repeated,
            HEADER_ERROR,
        ),
        (", Signature=", ", ", Kind::Malformed, HEADER_ERROR),
        ("/us-east-1/", "/eu-west-1/", Kind::Region, HEADER_ERROR),
        ("/s3/", "/ec2/", Kind::Service, HEADER_ERROR),
        ("/20130524/", "/20130525/", Kind::ScopeDate, HEADER_ERROR),
        ("host;", "", Kind::HeaderNotSigned, "AccessDenied"),
        (";x-amz-date", "", Kind::HeaderNotSigned, "AccessDenied"),
        (
            "host;",
            "date;host;",
            Kind::SignedHeaderMissing,
            "SignatureDoesNotMatch",
        ),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-MD5",
            Kind::Scheme,
            "InvalidRequest",
        ),
        ("AWS4-HMAC-SHA256", "Bearer", Kind::Scheme, "InvalidRequest"),
        (
            "AKIDEXAMPLE",
            "AKIDEXAMPLF",
            Kind::AccessKey,
            "InvalidAccessKeyId",
        ),
    ] {
        let (rejected, rejected_code, _) = change("authorization", from, to);
        assert_eq!((rejected, rejected_code), (kind, code), "{from} -> {to}");
    }
    assert_eq!(
        change("x-amz-date", "000000Z", "000001Z").0,
        Kind::Signature
    );
    assert_eq!(change("x-amz-date", "Z", "").0, Kind::Malformed);
    assert_eq!(
        change("x-amz-content-sha256", "e3b0", "e3b").1,
        HEADER_ERROR
    );
    assert_eq!(
        change("x-amz-content-sha256", "e3b0", "e3b1").0,
        Kind::Signature
    );

    let without = |name: &str| {
        let mut headers = headers.clone();
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        verdict(&verifier(), &put(&headers), now())
    };
    assert_eq!(
        without("x-amz-date"),
        Err((Kind::Missing, "MissingSecurityHeader", 400))
    );
    assert_eq!(
        without("x-amz-content-sha256").unwrap_err().0,
        Kind::SignedHeaderMissing
    );
    assert_eq!(
        without("authorization"),
        Err((Kind::NotSigned, "AccessDenied", 403))
    );
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] {
        let mut headers = headers.clone();
        let again = headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        headers.push(again.unwrap().clone());
        let rejected = verdict(&verifier(), &put(&headers), now()).unwrap_err();
        assert!(
            [Kind::Repeated, Kind::SignedTwice].contains(&rejected.0),
            "{name}"
        );
    }
}

#[test]
fn s3_requires_the_payload_hash() {
    let service = v4::Service::new("us-east-1", "s3").unwrap();
    let service = service.content_sha256_header(false);
    let request = service.request("PUT", OBJECT).payload(Payload::Empty);
    let signed = request.sign(&credentials(), now()).unwrap();
    let request = ReceivedRequest::new("PUT", "/a.txt")
        .header("host", HOST)
        .headers(signed.headers());
    let rejected = verdict(&verifier(), &request, now());
    assert_eq!(rejected, Err((Kind::Missing, "MissingSecurityHeader", 400)));
}

#[test]
fn the_payload_hash_determines_the_coverage() {
    let headers = signed(Payload::sha256_of(b"body"));
    let request = put(&headers);
    let unread = verdict(&verifier(), &request, now()).unwrap();
    assert!(unread.matches(b"body") && !unread.matches(b"bodY"));
    let checked = verdict(&verifier(), &request.clone().body(b"body"), now());
    assert_eq!(checked, Ok(PayloadCoverage::Checked));
    let mismatch = Err((Kind::PayloadMismatch, "XAmzContentSHA256Mismatch", 400));
    assert_eq!(
        verdict(&verifier(), &request.clone().body(b"bodY"), now()),
        mismatch
    );
    assert_eq!(
        verdict(&verifier(), &request.body_sha256([7; 32]), now()),
        mismatch
    );

    let headers = signed(Payload::Unsigned);
    let request = put(&headers).body(b"anything");
    assert_eq!(
        verdict(&verifier(), &request, now()),
        Ok(PayloadCoverage::Unsigned)
    );
    let strict = verifier().reject_unsigned_payload();
    let rejected = Err((Kind::PayloadNotAllowed, "InvalidRequest", 400));
    assert_eq!(verdict(&strict, &request, now()), rejected);

    let signed_chunks = (Ok(PayloadCoverage::SignedChunks), true);
    for (value, (coverage, is_signed)) in [
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            (Ok(PayloadCoverage::UnsignedChunks), false),
        ),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", signed_chunks),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", signed_chunks),
        ("STREAMING-AWS4-HMAC-SHA256-EVENTS", signed_chunks),
        // Signed chunks of another algorithm are rejected.
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
            (rejected, false),
        ),
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
            (rejected, false),
        ),
    ] {
        let service = v4::Service::new("us-east-1", "s3").unwrap();
        let request = service.request("PUT", OBJECT);
        let request = request.header("x-amz-content-sha256", value);
        let signed = request.sign(&credentials(), now()).unwrap();
        let request = ReceivedRequest::new("PUT", "/a.txt")
            .header("host", HOST)
            .header("x-amz-content-sha256", value)
            .headers(signed.headers());
        assert_eq!(verdict(&verifier(), &request, now()), rejected);
        let streaming = verifier().allow_streaming();
        assert_eq!(verdict(&streaming, &request, now()), coverage, "{value}");
        // Chunks without signatures are an unsigned payload.
        let strict = streaming.reject_unsigned_payload();
        let expected = if is_signed { coverage } else { rejected };
        assert_eq!(verdict(&strict, &request, now()), expected, "{value}");
    }
}

/// Other services hash the body that they receive.
#[test]
fn other_services_need_the_body() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let request = service.post("https://api.example.com/orders");
    let signed = request
        .clone()
        .payload(Payload::sha256_of(b"{}"))
        .sign(&credentials(), now())
        .unwrap();
    let unsigned = request.payload(Payload::Unsigned);
    let unsigned = unsigned.sign(&credentials(), now()).unwrap();
    let verifier = Verifier::new("us-east-1", "execute-api");
    let request = ReceivedRequest::new("POST", "/orders")
        .header("host", "api.example.com")
        .headers(signed.headers());
    let with = |body: &'static [u8]| verdict(&verifier, &request.clone().body(body), now());
    assert_eq!(with(b"{}"), Ok(PayloadCoverage::Checked));
    assert_eq!(with(b"[]").unwrap_err().0, Kind::Signature);
    assert_eq!(
        verdict(&verifier, &request, now()).unwrap_err().0,
        Kind::Signature
    );

    let request = ReceivedRequest::new("POST", "/orders")
        .header("host", "api.example.com")
        .headers(unsigned.headers());
    assert_eq!(
        verdict(&verifier, &request, now()).unwrap_err().0,
        Kind::PayloadNotAllowed
    );
    let open = verifier.allow_unsigned_payload();
    assert_eq!(
        verdict(&open, &request, now()),
        Ok(PayloadCoverage::Unsigned)
    );
}

#[test]
fn unknown_keys_and_wrong_tokens_are_rejected() {
    let link = link();
    let request = url(&link);
    let rejected = verdict_of(&verifier(), &request, now(), None);
    assert_eq!(rejected, Err((Kind::AccessKey, "InvalidAccessKeyId", 403)));
    let other = Credentials::new("OTHER", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
    let rejected = verdict_of(&verifier(), &request, now(), Some(other));
    assert_eq!(rejected, Err((Kind::AccessKey, "InvalidAccessKeyId", 403)));
    let other =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ").unwrap();
    let rejected = verdict_of(&verifier(), &request, now(), Some(other));
    assert_eq!(
        rejected,
        Err((Kind::Signature, "SignatureDoesNotMatch", 403))
    );
    let ended = credentials().with_expiration(now());
    let rejected = verdict_of(&verifier(), &request, now(), Some(ended));
    assert_eq!(
        rejected,
        Err((Kind::CredentialsExpired, "ExpiredToken", 400))
    );
    let ending = credentials().with_expiration(after(1));
    assert!(verdict_of(&verifier(), &request, now(), Some(ending)).is_ok());

    let temporary = credentials().with_session_token("to+ken/1").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get("a.txt")
        .presign(&temporary, HOUR, now())
        .unwrap();
    let request = url(link.as_str());
    assert!(verdict_of(&verifier(), &request, now(), Some(temporary)).is_ok());
    for token in ["", "to+ken/2", "to+ken/", "to+ken/11"] {
        let other = credentials().with_session_token(token).unwrap();
        let rejected = verdict_of(&verifier(), &request, now(), Some(other));
        assert_eq!(
            rejected,
            Err((Kind::SessionToken, "InvalidToken", 400)),
            "{token}"
        );
    }
}

#[test]
fn the_lookup_is_not_called_for_a_request_out_of_time() {
    let link = link();
    let request = url(&link);
    let verifier = verifier();
    let rejected = verifier.verify(&request, after(4000), |_| -> Option<Credentials> {
        panic!("called")
    });
    assert_eq!(rejected.unwrap_err().kind(), Kind::Expired);
}

#[test]
fn settings_decide_what_is_allowed() {
    let link = link();
    let request = url(&link);
    let only_headers = verifier().carriers(&[Carrier::Header]);
    let rejected = verdict(&only_headers, &request, now());
    assert_eq!(rejected, Err((Kind::Scheme, "InvalidRequest", 400)));
    let elsewhere = Verifier::new("eu-west-1", "s3");
    assert_eq!(
        verdict(&elsewhere, &request, now()).unwrap_err().0,
        Kind::Region
    );
    assert!(
        verdict(
            &elsewhere.clone().allow_region("us-east-1"),
            &request,
            now()
        )
        .is_ok()
    );
    assert!(verdict(&elsewhere.allow_any_region(), &request, now()).is_ok());
    let other = Verifier::new("us-east-1", "s3express");
    assert_eq!(
        verdict(&other, &request, now()).unwrap_err().0,
        Kind::Service
    );
    assert!(verdict(&other.allow_service("s3"), &request, now()).is_ok());
    let short = verifier().max_expires_in(Duration::from_secs(3599));
    assert_eq!(
        verdict(&short, &request, now()).unwrap_err().0,
        Kind::ExpiryTooLong
    );
    let long = verifier().max_expires_in(Duration::from_secs(u64::MAX));
    assert!(verdict(&long, &request, now()).is_ok());
    let too_long = link.replace("Expires=3600", "Expires=604801");
    assert_eq!(
        verdict(&long, &url(&too_long), now()).unwrap_err().0,
        Kind::ExpiryTooLong
    );
}

#[test]
fn sigv2_has_to_be_allowed() {
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap();
    let link = bucket
        .get("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let request = url(link.as_str());
    let rejected = verdict(&verifier(), &request, now());
    assert_eq!(rejected, Err((Kind::Scheme, "InvalidRequest", 400)));
    let lax = verifier()
        .allow_sigv2(HOUR)
        .base_domain("s3.us-east-1.amazonaws.com");
    assert_eq!(
        verdict(&lax, &request, now()),
        Ok(PayloadCoverage::Unsigned)
    );
    assert_eq!(
        verdict(&lax, &request, after(3600)),
        Ok(PayloadCoverage::Unsigned)
    );
    let rejected = verdict(&lax, &request, after(3601));
    assert_eq!(rejected, Err((Kind::Expired, "AccessDenied", 403)));
    let rejected = verdict(&lax, &request, after(-1));
    assert_eq!(rejected, Err((Kind::ExpiryTooLong, "InvalidArgument", 400)));
    // Without the base domain the host doesn't name a bucket.
    let path_style = verifier().allow_sigv2(HOUR);
    assert_eq!(
        verdict(&path_style, &request, now()).unwrap_err().0,
        Kind::Signature
    );
    let other_domain = verifier()
        .allow_sigv2(HOUR)
        .base_domain("xs3.us-east-1.amazonaws.com");
    assert_eq!(
        verdict(&other_domain, &request, now()).unwrap_err().0,
        Kind::Signature
    );
    let target = link.as_str().strip_prefix("https://").unwrap();
    let target = target.strip_prefix(HOST).unwrap();
    let with_port = ReceivedRequest::new("GET", target)
        .header("host", "examplebucket.S3.us-east-1.amazonaws.com:9000");
    assert!(verdict(&lax, &with_port, now()).is_ok());

    for (from, to, kind) in [
        ("&Expires=", "&expires=", Kind::Missing),
        ("&Expires=", "&Expires=1&Expires=", Kind::Repeated),
        ("&Expires=", "&Expires=x", Kind::Malformed),
        (
            "&Expires=",
            "&x-amz-acl=public-read&Expires=",
            Kind::Signature,
        ),
        ("&Signature=", "&Signature=A&Signature=", Kind::Repeated),
        (
            "AWSAccessKeyId=AKIDEXAMPLE",
            "AWSAccessKeyId=",
            Kind::Malformed,
        ),
        ("AWSAccessKeyId=AKIDEXAMPLE", "x=y", Kind::Missing),
        ("a.txt?", "a.txt?acl&", Kind::Signature),
        ("a.txt?", "a.txt?x-amz-acl=a&X-Amz-Acl=a&", Kind::Repeated),
    ] {
        assert!(link.as_str().contains(from), "{from}");
        let changed = link.as_str().replace(from, to);
        assert_eq!(
            verdict(&lax, &url(&changed), now()).unwrap_err().0,
            kind,
            "{to}"
        );
    }
    let hoisted = link.as_str().replace("a.txt?", "a.txt?x-amz-acl=a&");
    let both = url(&hoisted).header("x-amz-acl", "a");
    assert_eq!(verdict(&lax, &both, now()).unwrap_err().0, Kind::Repeated);
}

#[test]
fn sigv2_headers_verify_if_allowed() {
    let service = v2::Service::s3();
    let request = service.get("https://s3.example.com/examplebucket/a.txt");
    let signed = request.sign(&credentials(), now()).unwrap();
    let lax = verifier().allow_sigv2(HOUR).base_domain("s3.example.com");
    let request =
        ReceivedRequest::new("GET", "/examplebucket/a.txt").header("host", "s3.example.com");
    let good = request.clone().headers(signed.headers());
    assert!(verdict(&lax, &good, now()).is_ok());
    let rejected = verdict(&lax, &good, after(901));
    assert_eq!(rejected, Err((Kind::TimeSkew, "RequestTimeTooSkewed", 403)));
    let mut headers = signed.headers();
    let authorization = headers
        .find(|(name, _)| *name == "Authorization")
        .unwrap()
        .1;
    let undated = request.clone().header("Authorization", authorization);
    assert_eq!(
        verdict(&lax, &undated, now()),
        Err((Kind::Missing, "AccessDenied", 403))
    );
    for authorization in ["AWS ", "AWS AKIDEXAMPLE", "AWS :abc"] {
        let bad = request
            .clone()
            .header("Authorization", authorization)
            .header("Date", "Fri, 24 May 2013 00:00:00 GMT");
        let kind = verdict(&lax, &bad, now()).unwrap_err().0;
        assert!(
            [Kind::Malformed, Kind::Scheme].contains(&kind),
            "{authorization}"
        );
    }
    let twice = good
        .clone()
        .header("content-type", "a")
        .header("content-type", "b");
    assert_eq!(verdict(&lax, &twice, now()).unwrap_err().0, Kind::Repeated);
    let extra = good.header("x-amz-acl", "public-read");
    assert_eq!(verdict(&lax, &extra, now()).unwrap_err().0, Kind::Signature);
}

#[test]
fn forms_are_rejected_for_each_cause() {
    let fields = [
        ("key", "a"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        (
            "x-amz-credential",
            "AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request",
        ),
        ("x-amz-date", "20130524T000000Z"),
        ("policy", "e30="),
        ("x-amz-signature", "00"),
    ];
    let rejected = |fields: &[(&str, &str)], now| {
        let verifier = verifier();
        let fields: Vec<_> = fields.to_vec();
        let error = verifier.verify_form(fields.iter().copied(), now, |_| Some(credentials()));
        error.unwrap_err().kind()
    };
    assert_eq!(rejected(&fields, now()), Kind::Signature);
    assert_eq!(rejected(&fields, after(-901)), Kind::NotYetValid);
    assert_eq!(rejected(&fields, after(604_801)), Kind::Expired);
    assert_eq!(rejected(&fields[..1], now()), Kind::NotSigned);
    for at in 1..fields.len() {
        let mut less = fields.to_vec();
        less.remove(at);
        assert_eq!(rejected(&less, now()), Kind::Missing, "{}", fields[at].0);
        let mut more = fields.to_vec();
        more.push(("Policy", "e30="));
        assert_eq!(rejected(&more, now()), Kind::Repeated);
    }
    let mut both = fields.to_vec();
    both.push(("AWSAccessKeyId", "A"));
    assert_eq!(rejected(&both, now()), Kind::SignedTwice);
    let mut token = fields.to_vec();
    token.push(("x-amz-security-token", "t"));
    assert_eq!(rejected(&token, now()), Kind::SessionToken);
    for (name, value, kind) in [
        (
            "x-amz-credential",
            "AKIDEXAMPLE/20130524/eu-west-1/s3/aws4_request",
            Kind::Region,
        ),
        (
            "x-amz-credential",
            "AKIDEXAMPLE/20130525/us-east-1/s3/aws4_request",
            Kind::ScopeDate,
        ),
        ("x-amz-credential", "AKIDEXAMPLE", Kind::Malformed),
        ("x-amz-date", "yesterday", Kind::Malformed),
        ("x-amz-algorithm", "AWS", Kind::Scheme),
    ] {
        let mut changed = fields;
        for field in &mut changed {
            if field.0 == name {
                field.1 = value;
            }
        }
        assert_eq!(rejected(&changed, now()), kind, "{value}");
    }
    let v2 = [
        ("AWSAccessKeyId", "A"),
        ("policy", "e30="),
        ("signature", "x"),
    ];
    assert_eq!(rejected(&v2, now()), Kind::Scheme);
}

#[test]
fn a_verified_request_has_all_its_parts() {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .put("a.txt")
        .header("Content-Type", "text/plain")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let verifier = verifier();
    let request = ReceivedRequest::from_url("PUT", link.as_str())
        .unwrap()
        .headers(link.headers())
        .header("user-agent", "x");
    let unverified = verifier.parse(&request).unwrap();
    assert!(!unverified.has_session_token());
    assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE");
    let put = bucket.put("a.txt").header("Content-Type", "text/plain");
    let steps = put
        .prepare_url(credentials().identity(), HOUR, now())
        .unwrap();
    assert_eq!(
        Some(&*unverified.canonical_request()),
        steps.canonical_request()
    );
    assert_eq!(
        unverified.string_to_sign().as_bytes(),
        steps.string_to_sign()
    );

    // The result doesn't borrow the verifier.
    let verified = unverified.verify(credentials(), now()).unwrap();
    drop(verifier);
    let authentication = verified.authentication();
    assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(authentication.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(authentication.scheme(), Scheme::AwsV4);
    assert_eq!(authentication.carrier(), Carrier::Query);
    assert_eq!(
        (authentication.region(), authentication.service()),
        (Some("us-east-1"), Some("s3"))
    );
    assert_eq!(authentication.signed_at(), Some(now()));
    assert_eq!(authentication.expires_at(), Some(after(3600)));
    assert_eq!(verified.path(), "/a.txt");
    assert_eq!(
        verified.signed_headers().collect::<Vec<_>>(),
        ["Content-Type"]
    );
    assert!(verified.covers_header("HOST") && verified.covers_header("content-type"));
    assert!(!verified.covers_header("user-agent") && verified.covers_query("anything"));
    for text in [format!("{verified:?}"), verified.to_string()] {
        assert_eq!(text.matches("X-Amz").count(), 0, "{text}");
    }
}

/// The path is the one that the signature covers, in any form in which it is sent.
#[test]
fn a_verified_request_has_the_signed_path() {
    for (service, signed, sent, path) in [
        ("s3", "/a%20b/%C3%A9", "/a%20b/%c3%a9", "/a b/\u{e9}"),
        ("s3", "/a//../%7Eb", "/a//../~b", "/a//../~b"),
        ("s3", "/%FF", "/%FF", "/\u{fffd}"),
        ("s3", "", "", "/"),
        ("files", "/files/7", "/files/7", "/files/7"),
        ("files", "/files/7", "/admin/..//files/./7", "/files/7"),
        ("files", "/a%20b/%2541", "/a%20b//%2541", "/a b/%41"),
        ("files", "/a%20b/%2541", "/a%20b/%2541", "/a b/%41"),
    ] {
        let signer = v4::Service::new("us-east-1", service).unwrap();
        let url = format!("https://files.example.com{signed}");
        let link = signer.get(&url).presign(&credentials(), HOUR, now());
        let link = link.unwrap().to_string();
        let sent = link.replacen(&format!("com{signed}?"), &format!("com{sent}?"), 1);
        let verifier = Verifier::new("us-east-1", service).allow_dot_segments();
        let request = ReceivedRequest::from_url("GET", &sent).unwrap();
        let verified = verifier.verify(&request, now(), |_| Some(credentials()));
        assert_eq!(verified.unwrap().path(), path, "{sent}");
    }
}

#[test]
fn no_error_shows_a_signature_or_token() {
    let temporary = credentials().with_session_token("SECRETTOKEN").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get("a.txt")
        .presign(&temporary, HOUR, now())
        .unwrap();
    let signature = link.as_str().rsplit_once('=').unwrap().1;
    for (from, to) in [
        ("Expires=3600", "Expires=x"),
        ("a.txt", "b.txt"),
        ("us-east-1", "us-east-2"),
        ("host", "hosts"),
    ] {
        let changed = link.as_str().replace(from, to);
        let request = url(&changed);
        let verifier = verifier();
        let error = verifier
            .verify(&request, now(), |_| Some(temporary.clone()))
            .unwrap_err();
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{request:?}"),
        ] {
            assert!(
                !text.contains("SECRETTOKEN") && !text.contains(&signature[..8]),
                "{text}"
            );
        }
    }
}

#[cfg(feature = "http")]
#[test]
fn an_http_request_verifies() {
    let link = link();
    let request = http::Request::get(&link).body(()).unwrap();
    let received = ReceivedRequest::from_http(&request);
    assert_eq!(
        verdict(&verifier(), &received, now()),
        Ok(PayloadCoverage::Unsigned)
    );
    let (parts, ()) = request.into_parts();
    let received = ReceivedRequest::from_http_parts(&parts);
    assert_eq!(
        verdict(&verifier(), &received, now()),
        Ok(PayloadCoverage::Unsigned)
    );
    let request = http::Request::head(&link)
        .header("host", HOST)
        .body(())
        .unwrap();
    let received = ReceivedRequest::from_http(&request);
    assert_eq!(
        verdict(&verifier(), &received, now()).unwrap_err().0,
        Kind::Signature
    );
}

/// The body of the response can be parsed, whatever part of the request it quotes.
#[cfg(feature = "explain")]
#[test]
fn the_response_is_valid_xml() {
    use presign::explain::ErrorResponse;

    for target in ["/a", "/%<b", "/%&a", "/%\"'", "/%]]>", "/\n", "/%\u{85}"] {
        let request = ReceivedRequest::new("GET", target).header("Host", HOST);
        let error = verifier().parse(&request).unwrap_err();
        let xml = error.to_xml();
        let answer = ErrorResponse::parse(&xml);
        assert_eq!(answer.code(), Some(error.code()), "{xml}");
        assert_eq!(answer.message(), Some(&*error.to_string()), "{xml}");
        assert_eq!(xml.matches('<').count(), 7, "{xml}");
    }
}

#[test]
fn errors_do_not_contain_the_signature() {
    for text in [
        "AWS4-HMAC-SHA256,Credential=A/B,SignedHeaders=host,Signature=5ec7e7",
        "AWS4-HMAC-SHA256\tCredential=A/B,SignedHeaders=host,Signature=5ec7e7",
        "AWS4-HMAC-SHA256Signature=5ec7e7",
        "AWS4-HMAC-SHA256:5ec7e7 Credential=A/B",
        "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host, 5ec7e7",
        "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host, Signature:5ec7e7",
        "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host; Signature=5ec7e7",
        "AWS4-HMAC-SHA256 Credential=A/B/C/D/E Signature=5ec7e7, SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=A/20130524/r/s/aws4_request Signature=5ec7e7, \
         SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=A/20130524/r/s/aws4_request, \
         SignedHeaders=host;Signature=5ec7e7, Signature=",
    ] {
        let request = ReceivedRequest::new("GET", "/")
            .header("host", "example.com")
            .header("x-amz-date", "20130524T000000Z")
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .header("authorization", text);
        let error = Verifier::new("r", "s").parse(&request).unwrap_err();
        assert!(!error.to_string().contains("5ec7e7"), "{text}: {error}");
    }
}
