//! For each cause the mistake is made to a real request, the server's side is computed by the
//! canonicaliser or stands in a recorded body, and the first finding has to name the cause.

use hmac::{Hmac, KeyInit as _, Mac as _};
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest, Finding};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{
    AddressingStyle, Credentials, Payload, SignatureVersion, Timestamp, s3::Bucket, v2, v4,
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

pub const HOUR: Duration = Duration::from_secs(3600);
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

pub fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

pub fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

pub fn bucket() -> Bucket {
    Bucket::new("examplebucket", "us-east-1").unwrap()
}

pub fn link(key: &str) -> String {
    let link = bucket().get(key).presign(&credentials(), HOUR, now());
    link.unwrap().to_string()
}

/// Canonical request and string to sign, as a server sees them.
pub type Seen = (String, String);

pub fn server(method: &str, url: &str, headers: &[(&str, &str)]) -> Seen {
    let verifier = Verifier::new("us-east-1", "s3")
        .allow_service("execute-api")
        .allow_sigv2(HOUR)
        .base_domain("s3.us-east-1.amazonaws.com");
    let request = ReceivedRequest::from_url(method, url).unwrap();
    let request = request.headers(headers.iter().copied());
    let claim = verifier.parse(&request).unwrap();
    (claim.canonical_request(), claim.string_to_sign())
}

/// The body after a change of the canonical request.
pub fn changed((canonical, string_to_sign): Seen, from: &str, to: &str) -> Seen {
    assert!(canonical.contains(from), "{from}");
    let canonical = canonical.replacen(from, to, 1);
    let (head, _) = string_to_sign.rsplit_once('\n').unwrap();
    let string_to_sign = format!("{head}\n{}", hex(&Sha256::digest(&canonical)));
    (canonical, string_to_sign)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// S3's answer.
pub fn s3((canonical, string_to_sign): &Seen) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>\
         <Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>\
         <AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><StringToSign>{}</StringToSign>\
         <CanonicalRequest>{}</CanonicalRequest><RequestId>1</RequestId></Error>",
        escaped(string_to_sign),
        escaped(canonical)
    )
}

fn s3_v2((_, string_to_sign): &Seen) -> String {
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{}</StringToSign></Error>",
        escaped(string_to_sign)
    )
}

/// The answer of API Gateway and its like.
pub fn json((canonical, string_to_sign): &Seen) -> String {
    let message = format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n\
         The Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{string_to_sign}'\n"
    );
    serde_json::json!({ "message": message }).to_string()
}

pub fn error(code: &str, message: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>")
}

/// What MinIO and Ceph say.
pub fn bare() -> String {
    error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    )
}

/// A response with a static lifetime.
fn response(body: &str) -> &'static ErrorResponse {
    Box::leak(Box::new(ErrorResponse::parse(body)))
}

/// Checks the first finding about a request, which is built with its response.
#[track_caller]
pub fn first<'r>(
    request: &impl Fn(&'r ErrorResponse) -> FailedRequest<'r>,
    body: &str,
    cause: Cause,
    confidence: Confidence,
) -> Explanation {
    first_at(request, body, now(), cause, confidence)
}

#[track_caller]
fn first_at<'r>(
    request: &impl Fn(&'r ErrorResponse) -> FailedRequest<'r>,
    body: &str,
    now: Timestamp,
    cause: Cause,
    confidence: Confidence,
) -> Explanation {
    let explanation = request(response(body)).explain(now);
    let Some(found) = explanation.findings().first() else {
        panic!("nothing found for {cause}");
    };
    assert_eq!(
        (found.cause(), found.confidence()),
        (cause, confidence),
        "{explanation}"
    );
    assert!(
        found.message().ends_with(['.', ')']) || confidence == Confidence::Likely,
        "{found}"
    );
    assert!(!explanation.to_string().contains(SECRET));
    explanation
}

/// The request is signed correctly, and the server receives another one.
#[track_caller]
fn seen(url: &str, seen: &Seen, cause: Cause) -> Explanation {
    first(
        &|response| FailedRequest::new("GET", url, response),
        &s3(seen),
        cause,
        Confidence::Certain,
    )
}

/// Sent in another way than it was handed out; the server says nothing, or says what it saw.
#[track_caller]
fn sent(url: &str, sent: &str, cause: Cause) {
    seen(url, &server("GET", sent, &[]), cause);
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", sent);
    first(&failed, &bare(), cause, Confidence::Certain);
}

/// HMAC by the hmac crate: the signature of a string to sign under any secret.
pub fn sign(secret: &str, string_to_sign: &str) -> String {
    let mac = |key: &[u8], text: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.chain_update(text).finalize().into_bytes().to_vec()
    };
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in ["20130524", "us-east-1", "s3", "aws4_request"] {
        key = mac(&key, part);
    }
    hex(&mac(&key, string_to_sign))
}

#[test]
fn wrong_keys_and_secrets_are_recognized() {
    let url = link("a.txt");
    let same = server("GET", &url, &[]);
    let credentials = credentials();
    // The server's secret is another one, or the signer made another text.
    let failed = |response| FailedRequest::new("GET", &url, response);
    first(&failed, &s3(&same), Cause::WrongSecret, Confidence::Likely);
    let failed =
        |response| FailedRequest::new("GET", &url, response).signed_texts(Some(&same.0), &same.1);
    first(&failed, &s3(&same), Cause::WrongSecret, Confidence::Certain);
    let failed = |response| FailedRequest::new("GET", &url, response).credentials(&credentials);
    let found = first(&failed, &s3(&same), Cause::WrongSecret, Confidence::Certain);
    assert!(
        found.findings()[0]
            .message()
            .contains("right for the credentials given")
    );
    // The signer's is.
    let (head, _) = url.rsplit_once('=').unwrap();
    assert!(url.ends_with(&sign(SECRET, &same.1)));
    let other = format!("{head}={}", sign("another", &same.1));
    let failed = |response| FailedRequest::new("GET", &other, response).credentials(&credentials);
    first(&failed, &s3(&same), Cause::WrongSecret, Confidence::Likely);
    first(&failed, &bare(), Cause::WrongSecret, Confidence::Likely);

    for secret in [
        format!("{SECRET}\n"),
        format!("{SECRET}\r\n"),
        format!(" {SECRET}"),
        format!("\"{SECRET}\""),
    ] {
        let padded = format!("{head}={}", sign(&secret, &same.1));
        let failed =
            |response| FailedRequest::new("GET", &padded, response).credentials(&credentials);
        for body in [s3(&same), bare(), String::new()] {
            first(
                &failed,
                &body,
                Cause::WhitespaceInSecret,
                Confidence::Certain,
            );
        }
    }
    let theirs = Credentials::new("AKIDOTHER", "the secret of another key").unwrap();
    let mixed = format!("{head}={}", sign("the secret of another key", &same.1));
    let failed = |response| {
        FailedRequest::new("GET", &mixed, response)
            .credentials(&credentials)
            .other_credentials("the profile \"other\"", &theirs)
    };
    for body in [s3(&same), bare()] {
        first(&failed, &body, Cause::OtherKeysSecret, Confidence::Certain);
    }
    let failed = |response| FailedRequest::new("GET", &url, response);
    let body = error(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    );
    first(&failed, &body, Cause::WrongAccessKey, Confidence::Certain);
    let json = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token included in the request is invalid."}"#;
    first(&failed, json, Cause::WrongAccessKey, Confidence::Certain);
}

#[test]
fn wrong_scopes_and_times_are_recognized() {
    let url = link("a.txt");
    let failed = |response| FailedRequest::new("GET", &url, response);
    let certain = |body: &str, cause| first(&failed, body, cause, Confidence::Certain);
    let found = certain(
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region></Error>",
        Cause::WrongRegion,
    );
    let found = &found.findings()[0];
    assert_eq!(
        (found.signed(), found.seen()),
        (Some("us-east-1"), Some("eu-west-1"))
    );
    certain(
        &error(
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
        ),
        Cause::WrongRegion,
    );
    certain(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not &apos;us-east-1&apos;. </Message></Error></ErrorResponse>",
        Cause::WrongRegion,
    );
    certain(
        "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.</Message><Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint></Error>",
        Cause::WrongRegion,
    );
    // A server that says what it counts with.
    let (canonical, string_to_sign) = server("GET", &url, &[]);
    let elsewhere = (
        canonical.clone(),
        string_to_sign.replace("/us-east-1/", "/eu-west-1/"),
    );
    certain(&s3(&elsewhere), Cause::WrongRegion);
    let other_service = (canonical, string_to_sign.replace("/s3/", "/execute-api/"));
    certain(&s3(&other_service), Cause::WrongService);
    certain(
        r#"{"message":"Credential should be scoped to correct service: 'execute-api'. "}"#,
        Cause::WrongService,
    );
    let stated = "<Error><Code>SignatureDoesNotMatch</Code><Message>Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20130523' != '20130524', from '20130524T000000Z'.</Message></Error>";
    let kept = url.replace("%2F20130524%2F", "%2F20130523%2F");
    let old = |response| FailedRequest::new("GET", &kept, response);
    for body in [stated, &bare()] {
        first(&old, body, Cause::ScopeDate, Confidence::Certain);
    }
    // The dates of this URL are the same.
    first(&failed, stated, Cause::ScopeDate, Confidence::Likely);

    // Recorded: https://github.com/aws/aws-sdk-php/issues/612
    let found = certain(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?> <Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20150604T232559Z</RequestTime><ServerTime>2015-06-04T22:26:16Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds><RequestId>9E09E2E8D09D863C</RequestId></Error>",
        Cause::ClockSkew,
    );
    assert!(
        found.findings()[0]
            .message()
            .contains("59 minutes 43 seconds ahead")
    );
    let early = error("AccessDenied", "Request is not yet valid");
    let before = "20130523T233000Z".parse().unwrap();
    first_at(
        &failed,
        &early,
        before,
        Cause::ClockSkew,
        Confidence::Certain,
    );
    first(&failed, &early, Cause::ClockSkew, Confidence::Likely);
    certain(
        &error(
            "SignatureDoesNotMatch",
            "Signature expired: 20130523T230000Z is now earlier than 20130523T234500Z (20130524T000000Z - 15 min.)",
        ),
        Cause::ClockSkew,
    );
    let late = "20130525T000000Z".parse().unwrap();
    first_at(
        &failed,
        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>3600</X-Amz-Expires><Expires>2013-05-24T01:00:00Z</Expires><ServerTime>2013-05-25T00:00:00Z</ServerTime></Error>",
        late,
        Cause::Expired,
        Confidence::Certain,
    );
    // MinIO by its code alone, and nothing at all: the URL itself tells.
    first_at(&failed, "", late, Cause::Expired, Confidence::Likely);
    let stated = error(
        "AuthorizationQueryParametersError",
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
    let long = url.replace("=3600", "=604801");
    let failed_long = |response| FailedRequest::new("GET", &long, response);
    for body in [&stated, &bare()] {
        first(
            &failed_long,
            body,
            Cause::ExpiryTooLong,
            Confidence::Certain,
        );
    }
    first(&failed, &stated, Cause::ExpiryTooLong, Confidence::Likely);
    let with_token = format!("{url}&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE");
    let temporary = |response| FailedRequest::new("GET", &with_token, response);
    for body in [
        &error("ExpiredToken", "The provided token has expired."),
        "An error occurred (ExpiredToken) when calling the GetObject operation: The provided token has expired.",
    ] {
        first(
            &temporary,
            body,
            Cause::CredentialsExpired,
            Confidence::Certain,
        );
        first(&failed, body, Cause::CredentialsExpired, Confidence::Likely);
    }
}

#[test]
fn another_method_is_recognized() {
    let url = link("a.txt");
    let found = seen(&url, &server("HEAD", &url, &[]), Cause::Method);
    assert!(found.findings()[0].message().contains("HEAD"));
    let failed = |response| FailedRequest::new("GET", &url, response).sent("HEAD", &url);
    first(&failed, "", Cause::Method, Confidence::Certain);
    let put = bucket()
        .put("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let failed = |response| FailedRequest::new("PUT", put.as_str(), response);
    first(
        &failed,
        &s3(&server("POST", put.as_str(), &[])),
        Cause::Method,
        Confidence::Certain,
    );
}

#[test]
fn changed_paths_are_recognized() {
    let url = link("a b.txt");
    sent(&url, &url.replace("%20", "%2520"), Cause::PathEncodedTwice);
    let again = link("a%20b.txt");
    sent(
        &again,
        &again.replace("%2520", "%20"),
        Cause::PathEncodedTwice,
    );
    let plus = link("a+b.txt");
    sent(&plus, &plus.replace("%2B", "%20"), Cause::PathNotEncoded);
    // A signer that did not encode, and one that encodes in its own way.
    let right = server("GET", &url, &[]);
    for (mine, theirs) in [("/a b.txt", "/a%20b.txt"), ("/a%2db.txt", "/a-b.txt")] {
        let right = changed(right.clone(), "/a%20b.txt", theirs);
        let (canonical_request, string_to_sign) = changed(right.clone(), theirs, mine);
        let failed = |response| {
            FailedRequest::new("GET", &url, response)
                .signed_texts(Some(&canonical_request), &string_to_sign)
        };
        first(
            &failed,
            &s3(&right),
            Cause::PathNotEncoded,
            Confidence::Certain,
        );
    }
    let hash = link("a#1.txt");
    seen(
        &hash,
        &changed(server("GET", &hash, &[]), "/a%231.txt", "/a"),
        Cause::PathNotEncoded,
    );
    let nfc = link("caf\u{e9}.txt");
    sent(&nfc, &nfc.replace("%C3%A9", "e%CC%81"), Cause::UnicodeForm);
    for (key, from, to) in [
        ("a//b.txt", "/a//b.txt", "/a/b.txt"),
        ("a/./b.txt", "/a/./b.txt", "/a/b.txt"),
        ("a/../b.txt", "/a/../b.txt", "/b.txt"),
        ("x/y//../b.txt", "/x/y//../b.txt", "/x/b.txt"),
    ] {
        let url = link(key);
        sent(&url, &url.replace(from, to), Cause::PathNormalized);
    }
    let slash = link("/a.txt");
    sent(
        &slash,
        &slash.replace("com//a", "com/a"),
        Cause::LeadingSlash,
    );
    let path_style =
        Bucket::builder("examplebucket", "us-east-1").addressing_style(AddressingStyle::Path);
    let path_style = path_style.build().unwrap();
    let slash = path_style.get("/a.txt");
    let slash = slash.presign(&credentials(), HOUR, now()).unwrap();
    let merged = slash.as_str().replace("bucket//a", "bucket/a");
    sent(slash.as_str(), &merged, Cause::LeadingSlash);
    let url = link("a.txt");
    sent(&url, &url.replace("com/a", "com//a"), Cause::LeadingSlash);
    sent(
        &url,
        &url.replace("com/a", "com/storage/a"),
        Cause::PathPrefix,
    );
    sent(&url, &url.replace("com/a", "com/b"), Cause::PathChanged);
}

#[test]
fn wrong_addresses_are_recognized() {
    let url = link("a.txt");
    let path_style = url.replace(
        "examplebucket.s3.us-east-1.amazonaws.com",
        "s3.us-east-1.amazonaws.com/examplebucket",
    );
    sent(&url, &path_style, Cause::AddressingStyle);
    sent(&path_style, &url, Cause::AddressingStyle);
    let twice = url.replace("com/a.txt", "com/examplebucket/a.txt");
    sent(&url, &twice, Cause::AddressingStyle);
    let minio = Bucket::builder("examplebucket", "us-east-1")
        .endpoint("http://minio:9000")
        .build()
        .unwrap();
    let url = minio
        .get("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap()
        .to_string();
    sent(
        &url,
        &url.replace("minio", "localhost"),
        Cause::HostRewritten,
    );
    sent(&url, &url.replace("9000", "9001"), Cause::PortDiffers);
    // The host of a container network, and a server that says nothing.
    let credentials = credentials();
    let failed = |response| FailedRequest::new("GET", &url, response).credentials(&credentials);
    let found = first(&failed, &bare(), Cause::HostRewritten, Confidence::Possible);
    assert!(
        found
            .findings()
            .iter()
            .any(|finding| finding.cause() == Cause::WrongSecret)
    );
    // Without credentials, too, the secret comes after what the request itself shows, such as
    // escapes in the path, but before a host with a port and the client's own machine.
    let order = |url: &str, causes: [Cause; 3]| {
        let found = FailedRequest::new("GET", url, response(&bare())).explain(now());
        let found: Vec<_> = found.findings().iter().map(Finding::cause).collect();
        assert_eq!(found.get(..3), Some(&causes[..]), "{url}");
    };
    let (secret, host) = (Cause::WrongSecret, Cause::HostRewritten);
    order(&url, [host, secret, Cause::Method]);
    for local in [
        "http://localhost:9000",
        "http://127.0.0.1:9000",
        "https://s3.example.com:9000",
    ] {
        let store = Bucket::builder("examplebucket", "us-east-1").endpoint(local);
        let store = store.build().unwrap();
        let link = |key| {
            let link = store.get(key).presign(&credentials, HOUR, now());
            link.unwrap().to_string()
        };
        order(&link("a b"), [Cause::PathNotEncoded, secret, host]);
        order(&link("a//b"), [Cause::PathNormalized, secret, host]);
        order(&link("a%b"), [Cause::PathEncodedTwice, secret, host]);
    }

    let service = v4::Service::new("us-east-1", "s3").unwrap();
    let request = service.get("https://example.com/b/a.txt");
    let request = request.header("Host", "example.com:443");
    let kept = request.presign(&credentials, HOUR, now()).unwrap();
    let failed = |response| {
        FailedRequest::new("GET", kept.as_str(), response).header("Host", "example.com:443")
    };
    let seen = server("GET", kept.as_str(), &[]);
    first(&failed, &s3(&seen), Cause::DefaultPort, Confidence::Certain);
    let plain = service
        .get("http://example.com/b/a.txt")
        .presign(&credentials, HOUR, now())
        .unwrap();
    let seen = server("GET", plain.as_str(), &[("Host", "example.com:443")]);
    first(
        &|response| FailedRequest::new("GET", plain.as_str(), response),
        &s3(&seen),
        Cause::UrlScheme,
        Confidence::Certain,
    );
}

#[test]
fn changed_headers_are_recognized() {
    let put = bucket()
        .put("a.txt")
        .header("Content-Type", "text/plain")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let url = put.as_str();
    let failed = |response| FailedRequest::new("PUT", url, response).headers(put.headers());
    let right = server("PUT", url, &[("Content-Type", "text/plain")]);
    let without = changed(right.clone(), "content-type:text/plain", "content-type:");
    let found = first(
        &failed,
        &s3(&without),
        Cause::HeaderNotSent,
        Confidence::Certain,
    );
    assert_eq!(
        found.findings()[0].signed(),
        Some("content-type:text/plain")
    );
    for value in ["text/plain; charset=utf-8", "application/octet-stream"] {
        let seen = server("PUT", url, &[("Content-Type", value)]);
        let found = first(
            &failed,
            &s3(&seen),
            Cause::HeaderChanged,
            Confidence::Certain,
        );
        assert!(found.findings()[0].message().contains("charset"));
    }
    let meta = bucket()
        .put("a.txt")
        .header("x-amz-meta-a", "one two")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let failed_meta =
        |response| FailedRequest::new("PUT", meta.as_str(), response).headers(meta.headers());
    let folded = changed(
        server("PUT", meta.as_str(), &[("x-amz-meta-a", "one two")]),
        "one two",
        "one  two",
    );
    let found = first(
        &failed_meta,
        &s3(&folded),
        Cause::HeaderChanged,
        Confidence::Certain,
    );
    assert!(found.findings()[0].message().contains("white space"));
    let body = "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-acl</HeadersNotSigned></Error>";
    let found = first(&failed, body, Cause::HeaderNotSigned, Confidence::Certain);
    assert_eq!(found.findings()[0].seen(), Some("x-amz-acl"));
    // The server says nothing. The request shows the headers that are sent and not signed.
    let plain = link("a.txt");
    let failed =
        |response| FailedRequest::new("GET", &plain, response).header("x-amz-acl", "public-read");
    first(&failed, &bare(), Cause::HeaderNotSigned, Confidence::Likely);
}

#[test]
fn changed_parameters_are_recognized() {
    let link = bucket()
        .get("a.txt")
        .version("1~2")
        .response_content_disposition("attachment; filename=\"a b.txt\"")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let url = link.as_str();
    sent(
        url,
        &format!("{url}&utm_source=mail"),
        Cause::ParameterAdded,
    );
    sent(
        url,
        &url.replace("&versionId=1~2", ""),
        Cause::ParameterDropped,
    );
    sent(
        url,
        &url.replace("versionId=1~2", "versionId=1~3"),
        Cause::ParameterChanged,
    );
    sent(
        url,
        &url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        Cause::ParameterChanged,
    );
    sent(url, &url.replace("%20", "+"), Cause::ParameterReencoded);
    sent(
        url,
        &url.replace("attachment%3B", "attachment%253B"),
        Cause::ParameterReencoded,
    );
    // Servers that take the query as it is written.
    let right = server("GET", url, &[]);
    for (from, to) in [("1~2", "1%7E2"), ("attachment%3B", "attachment%3b")] {
        seen(
            url,
            &changed(right.clone(), from, to),
            Cause::ParameterReencoded,
        );
    }
    let (address, query) = url.split_once('?').unwrap();
    let mut params: Vec<_> = query.split('&').collect();
    params.reverse();
    let reordered = format!("{address}?{}", params.join("&"));
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", &reordered);
    let body = error("NoSuchKey", "The specified key does not exist.");
    first(&failed, &body, Cause::NotFound, Confidence::Certain);
    let found = failed(response(&bare())).explain(now());
    let last = found.findings().last().unwrap();
    assert_eq!(
        (last.cause(), last.confidence()),
        (Cause::ParametersReordered, Confidence::Harmless)
    );
    assert!(found.findings().len() > 1);
}

#[test]
fn faults_of_session_tokens_are_recognized() {
    const TOKEN: &str = "IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJHMEUCIQ+/=";
    let temporary = credentials().with_session_token(TOKEN).unwrap();
    let url = bucket()
        .get("a.txt")
        .presign(&temporary, HOUR, now())
        .unwrap()
        .to_string();
    let token = |url: &str| {
        url.split('&')
            .find(|param| param.starts_with("X-Amz-Security-Token"))
            .unwrap()
            .to_owned()
    };
    let param = token(&url);
    let other = url.replace("IQoJ", "AAAA");
    sent(
        &url,
        &url.replace(&format!("&{param}"), ""),
        Cause::TokenMissing,
    );
    sent(&url, &other, Cause::TokenChanged);
    sent(
        &url,
        &url.replace("%2B", "+").replace("+%2F", "%20%2F"),
        Cause::TokenChanged,
    );
    let plain = link("a.txt");
    sent(&plain, &format!("{plain}&{param}"), Cause::TokenAdded);
    let body = error(
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
    );
    first(
        &|response| FailedRequest::new("GET", &url, response),
        &body,
        Cause::TokenChanged,
        Confidence::Certain,
    );
    // Without a token, a region that is disabled for the account has the same answer.
    first(
        &|response| FailedRequest::new("GET", &plain, response),
        &body,
        Cause::WrongAccessKey,
        Confidence::Likely,
    );

    let session = Credentials::new("ASIAEXAMPLE", SECRET).unwrap();
    let without = bucket()
        .get("a.txt")
        .presign(&session, HOUR, now())
        .unwrap()
        .to_string();
    let body = error(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    );
    first(
        &|response| FailedRequest::new("GET", &without, response),
        &body,
        Cause::TokenMissing,
        Confidence::Certain,
    );
    first(
        &|response| FailedRequest::new("GET", &without, response),
        &bare(),
        Cause::TokenMissing,
        Confidence::Likely,
    );

    // Nothing that is printed holds a token, a signature or a secret whole.
    let signature = url.rsplit_once('=').unwrap().1;
    for (sent, body) in [
        (&other, bare()),
        (&url, s3(&server("GET", &other, &[]))),
        (&plain, bare()),
    ] {
        let response = ErrorResponse::parse(&body);
        let failed = FailedRequest::new("GET", &url, &response)
            .sent("HEAD", sent)
            .credentials(&temporary);
        let found = failed.explain(now());
        let text = format!(
            "{found} {found:?} {failed:?} {}",
            found
                .difference()
                .map(|difference| difference.coloured().to_string())
                .unwrap_or_default()
        );
        for hidden in ["b3JpZ2luX2Vj", SECRET, &signature[..16]] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}

#[test]
fn changed_payloads_are_recognized() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let url = "https://api.example.com/orders";
    let request_of = |payload| service.post(url).payload(payload);
    let signed_with = |payload| request_of(payload).sign(&credentials(), now()).unwrap();
    let seen_with = |signed: &presign::SignedRequest, body: &[u8]| {
        let request = ReceivedRequest::new("POST", "/orders").header("host", "api.example.com");
        let headers: Vec<_> = signed.headers().collect();
        let request = request.headers(headers).body(body);
        let verifier = Verifier::new("us-east-1", "execute-api").allow_unsigned_payload();
        let claim = verifier.parse(&request).unwrap();
        (claim.canonical_request(), claim.string_to_sign())
    };
    for (mine, theirs) in [(&b"{}"[..], &b"[]"[..]), (b"", b"{}"), (b"{}", b"")] {
        let request = request_of(Payload::sha256_of(mine));
        let unsigned = request
            .prepare_headers(credentials().identity(), now())
            .unwrap();
        let signed = request.sign(&credentials(), now()).unwrap();
        let failed = |response| {
            FailedRequest::new("POST", url, response)
                .headers(signed.headers())
                .signed_texts(unsigned.canonical_request(), unsigned.string_to_sign())
        };
        let seen = seen_with(&signed, theirs);
        first(
            &failed,
            &json(&seen),
            Cause::PayloadChanged,
            Confidence::Certain,
        );
    }
    let signed = signed_with(Payload::Unsigned);
    let seen = changed(
        seen_with(&signed, b"{}"),
        "\nUNSIGNED-PAYLOAD",
        &format!("\n{}", hex(&Sha256::digest(b"{}"))),
    );
    let failed = |response| FailedRequest::new("POST", url, response).headers(signed.headers());
    first(
        &failed,
        &json(&seen),
        Cause::PayloadUnsigned,
        Confidence::Certain,
    );

    let link = link("a.txt");
    let right = server("GET", &link, &[]);
    let hashed = changed(right, "UNSIGNED-PAYLOAD", &hex(&Sha256::digest(b"")));
    self::seen(&link, &hashed, Cause::PayloadUnsigned);
    let body = "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message><ClientComputedContentSHA256>aa</ClientComputedContentSHA256><S3ComputedContentSHA256>bb</S3ComputedContentSHA256></Error>";
    let found = first(
        &|response| FailedRequest::new("GET", &link, response),
        body,
        Cause::PayloadChanged,
        Confidence::Certain,
    );
    assert_eq!(found.findings()[0].seen(), Some("bb"));
}

#[test]
fn mangled_urls_are_recognized() {
    let url = link("a b.txt");
    let sent = |url: &str, sent: &str, cause| {
        let failed = |response| FailedRequest::new("GET", url, response).sent("GET", sent);
        let body = error(
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        );
        for body in [body, bare()] {
            first(&failed, &body, cause, Confidence::Certain);
        }
    };
    sent(&url, &url.replace('&', "&amp;"), Cause::HtmlEscaped);
    sent(
        &url,
        &url.replace("&X-Amz-Date", "&X-Amz-\n  Date"),
        Cause::LineBreak,
    );
    sent(&url, &url.replace("a%20b", "a b"), Cause::LineBreak);
    sent(&url, &url[..url.len() - 7], Cause::SignatureTruncated);
    sent(&url, &url.replace("%2F", "%252F"), Cause::UrlEncodedTwice);
    // `&amp;` as S3 shows it, when one of the parameters that it misses is not its own.
    let listed = bucket()
        .get("a.txt")
        .version("1")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let escaped = listed.as_str().replace("&versionId", "&amp%3BversionId");
    seen(
        listed.as_str(),
        &server("GET", &escaped, &[]),
        Cause::HtmlEscaped,
    );

    let same = server("GET", &url, &[]);
    let provided = |signature: &str| {
        s3(&same).replace(
            "<RequestId>",
            &format!("<SignatureProvided>{signature}</SignatureProvided><RequestId>"),
        )
    };
    let failed = |response| FailedRequest::new("GET", &url, response);
    first(
        &failed,
        &provided(&"0".repeat(64)),
        Cause::SignatureChanged,
        Confidence::Certain,
    );
    let signature = url.rsplit_once('=').unwrap().1;
    first(
        &failed,
        &provided(&signature[..40]),
        Cause::SignatureTruncated,
        Confidence::Certain,
    );
    first(
        &failed,
        &provided(signature),
        Cause::WrongSecret,
        Confidence::Likely,
    );

    let body = "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message><ArgumentName>Authorization</ArgumentName></Error>";
    first(&failed, body, Cause::SignedTwice, Confidence::Certain);
    let both =
        |response| FailedRequest::new("GET", &url, response).header("Authorization", "Bearer x");
    first(&both, &bare(), Cause::SignedTwice, Confidence::Certain);
    let missing = url.replace("&X-Amz-Date=20130524T000000Z", "");
    first(
        &|response| FailedRequest::new("GET", &missing, response),
        &bare(),
        Cause::Malformed,
        Confidence::Likely,
    );
    let body = error(
        "AccessDenied",
        "Invalid according to Policy: Extra input fields: content-type",
    );
    first(
        &|response| FailedRequest::new("POST", "https://examplebucket.s3.amazonaws.com/", response),
        &body,
        Cause::Policy,
        Confidence::Certain,
    );
}

#[test]
fn mistakes_with_sigv2_are_recognized() {
    let bucket = Bucket::builder("examplebucket", "us-east-1");
    let bucket = bucket.signature_version(SignatureVersion::V2).build();
    let link = bucket
        .unwrap()
        .put("a.txt")
        .version("1")
        .header("Content-Type", "text/plain")
        .header("x-amz-acl", "private")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let url = link.as_str();
    let failed = |response| FailedRequest::new("PUT", url, response).headers(link.headers());
    let plain: &[(&str, &str)] = &[("Content-Type", "text/plain"), ("x-amz-acl", "private")];
    let certain = |seen: &Seen, cause| {
        first(&failed, &s3_v2(seen), cause, Confidence::Certain);
    };
    certain(&server("GET", url, plain), Cause::Method);
    certain(&server("PUT", url, &[]), Cause::HeaderNotSent);
    certain(&server("PUT", url, &plain[..1]), Cause::HeaderNotSent);
    for (name, value) in [("Content-Type", "text/html"), ("x-amz-acl", "public-read")] {
        let other = plain.iter().filter(|(other, _)| *other != name);
        let sent: Vec<_> = other.copied().chain([(name, value)]).collect();
        certain(&server("PUT", url, &sent), Cause::HeaderChanged);
    }
    certain(
        &server("PUT", &url.replace("versionId=1", "versionId=2"), plain),
        Cause::ParameterChanged,
    );
    certain(
        &server("PUT", &url.replace("a.txt?", "a.txt?acl&"), plain),
        Cause::ParameterAdded,
    );
    certain(
        &server("PUT", &url.replace("a.txt?", "b.txt?"), plain),
        Cause::PathChanged,
    );
    certain(
        &server("PUT", &url.replace("Expires=13", "Expires=14"), plain),
        Cause::ParameterChanged,
    );
    let (_, text) = server("PUT", url, plain);
    certain(
        &(String::new(), text.replace("\n/examplebucket/a", "\n/a")),
        Cause::AddressingStyle,
    );
    let same = s3_v2(&(String::new(), text.clone()));
    first(&failed, &same, Cause::WrongSecret, Confidence::Likely);

    let body = error(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    );
    first(&failed, &body, Cause::SigV2NotTaken, Confidence::Certain);

    // A signature with a plus in it.
    let service = v2::Service::s3().bucket("b");
    let (key, url) = (0..)
        .map(|number| {
            let request = format!("https://b.s3.amazonaws.com/{number}");
            let link = service.get(&request).presign(&credentials(), HOUR, now());
            (request, link.unwrap().to_string())
        })
        .find(|(_, url)| url.contains("%2B"))
        .unwrap();
    assert!(url.starts_with(&key));
    for (from, to) in [("%2B", " "), ("%2B", "%20")] {
        let spaced = url.replace(from, to);
        let failed = |response| FailedRequest::new("GET", &url, response).sent("GET", &spaced);
        first(&failed, &bare(), Cause::SignaturePlus, Confidence::Certain);
    }
    let signature = url
        .rsplit_once("Signature=")
        .unwrap()
        .1
        .replace("%2B", " ")
        .replace("%2F", "/")
        .replace("%3D", "=");
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>{signature}</SignatureProvided></Error>"
    );
    first(
        &|response| FailedRequest::new("GET", &url, response),
        &body,
        Cause::SignaturePlus,
        Confidence::Certain,
    );
}

#[test]
fn mistakes_with_query_apis_are_recognized() {
    let service = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
    let call = service
        .get("https://ec2.amazonaws.com/")
        .query("Action", "DescribeImages");
    let signed = call.sign(&credentials(), now()).unwrap();
    let url = signed.url().unwrap().to_owned();
    let fails = error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    );
    for (method, sent, cause) in [
        ("POST", url.clone(), Cause::Method),
        (
            "GET",
            url.replace("Describe", "Delete"),
            Cause::ParameterChanged,
        ),
        ("GET", format!("{url}&DryRun=true"), Cause::ParameterAdded),
        (
            "GET",
            url.replace("ec2.", "ec2.eu-west-1."),
            Cause::HostRewritten,
        ),
        ("GET", url.replace("com/?", "com/v1/?"), Cause::PathPrefix),
    ] {
        let failed = |response| FailedRequest::new("GET", &url, response).sent(method, &sent);
        first(&failed, &fails, cause, Confidence::Certain);
    }
    let own = credentials();
    let other = Credentials::new("AKIDEXAMPLE", "another").unwrap();
    let other = call.sign(&other, now()).unwrap();
    let failed =
        |response| FailedRequest::new("GET", other.url().unwrap(), response).credentials(&own);
    first(&failed, &fails, Cause::WrongSecret, Confidence::Likely);
    let late = "20130524T010000Z".parse().unwrap();
    let body = error("RequestExpired", "Request has expired.");
    first_at(
        &|response| FailedRequest::new("GET", &url, response),
        &body,
        late,
        Cause::Expired,
        Confidence::Certain,
    );
}

#[test]
fn bodies_of_every_form_are_read() {
    let url = link("a.txt");
    let seen = server("HEAD", &url, &[]);
    let bytes = |text: &str| {
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let as_bytes = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSignBytes>{}</StringToSignBytes><CanonicalRequestBytes>{}</CanonicalRequestBytes></Error>",
        bytes(&seen.1),
        bytes(&seen.0)
    );
    let cdata = s3(&seen)
        .replace("&amp;", "&")
        .replace("<CanonicalRequest>", "<CanonicalRequest><![CDATA[")
        .replace("</CanonicalRequest>", "]]></CanonicalRequest>");
    let numeric = s3(&seen).replace('\n', "&#10;").replace("&amp;", "&#x26;");
    let message: serde_json::Value = serde_json::from_str(&json(&seen)).unwrap();
    let query_api = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{}</Message></Error><RequestId>1</RequestId></ErrorResponse>",
        escaped(message["message"].as_str().unwrap()).replace('\'', "&apos;")
    );
    let failed = |response| FailedRequest::new("GET", &url, response);
    for body in [s3(&seen), as_bytes, cdata, numeric, json(&seen), query_api] {
        let answer = ErrorResponse::parse(&body);
        assert_eq!(answer.canonical_request(), Some(seen.0.as_str()), "{body}");
        assert_eq!(answer.string_to_sign(), Some(seen.1.as_str()), "{body}");
        first(&failed, &body, Cause::Method, Confidence::Certain);
    }
    for body in [
        "",
        "<",
        "<Error>",
        "<html><body>403 Forbidden</body></html>",
        "{",
        "{}",
        "null",
        "[]",
        "\u{feff}",
        "<a><b></a></b>",
        "&&&",
    ] {
        let _ = failed(response(body)).explain(now()).to_string();
    }
}

#[test]
fn the_difference_is_marked() {
    let url = link("a b.txt");
    let seen = server("HEAD", &format!("{}&x=1", url.replace("%20", "%2520")), &[]);
    let found = FailedRequest::new("GET", &url, response(&s3(&seen))).explain(now());
    let difference = found.difference().unwrap();
    let text = difference.to_string();
    assert!(text.starts_with("- GET\n+ HEAD\n- /a%20b.txt\n"), "{text}");
    assert!(
        text.contains("- /a%20b.txt\n      ^\n+ /a%2520b.txt\n      ^^\n"),
        "{text}"
    );
    assert!(
        text.contains("\n+ x=1\n") && text.contains("\n  X-Amz-Expires=3600\n"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'));
    assert!(
        difference
            .coloured()
            .to_string()
            .contains("\u{1b}[31m- GET\u{1b}[0m")
    );
    let changed: Vec<_> = difference
        .lines()
        .iter()
        .filter(|line| !line.is_same())
        .map(|line| line.part())
        .collect();
    assert_eq!(changed, ["method", "path", "query"]);
    println!("{found}");
}

/// Services repeat what they could not read.
#[test]
fn a_message_is_shown_without_what_it_repeats() {
    let url = link("a.txt");
    let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let body = format!(
        "{{\"__type\":\"IncompleteSignatureException\",\"message\":\"\u{1b}[2J'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, Signature={signature}'.\"}}"
    )
    .replace('\u{1b}', "\\u001b");
    let found = FailedRequest::new("GET", &url, response(&body)).explain(now());
    let text = found.to_string();
    assert!(text.contains("missing equal-sign"), "{text}");
    assert!(
        !text.contains(&signature[..16]) && !text.contains('\u{1b}'),
        "{text}"
    );
}

/// A body of a hundred thousand lines is read in a moment.
#[test]
fn a_hostile_body_takes_no_time() {
    let url = link("a.txt");
    let start = std::time::Instant::now();
    for piece in ["&amp;a=b", "\na:b", "<x>", "</x>", "&lt;", "'", "%25", "\n"] {
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4\n\n\n</StringToSign><CanonicalRequest>GET\n/\n{}</CanonicalRequest></Error>",
            piece.repeat(100_000)
        );
        let _ = FailedRequest::new("GET", &url, &ErrorResponse::parse(&body))
            .explain(now())
            .to_string();
    }
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

/// Each cause has a case.
#[test]
fn the_catalogue_is_whole() {
    let cases = [
        include_str!("explain.rs"),
        include_str!("explain_answers.rs"),
        include_str!("explain_oracles.rs"),
        include_str!("sigv4a.rs"),
    ]
    .concat();
    for cause in Cause::ALL {
        assert!(cases.contains(&format!("Cause::{cause:?}")), "{cause}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..Default::default()
    })]

    /// Whatever the URL and the answer are.
    #[test]
    fn nothing_panics(
        url in "(https://h|/|\\?|&|=|%|%25|;|&amp;|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature)=|AWSAccessKeyId=|Signature=|Expires=|AWS4-HMAC-SHA256|a%2F20130524%2Fus-east-1%2Fs3%2Faws4_request|20130524T000000Z|host|[0-9]|.){0,40}",
        body in "(<Error>|<Code>|</Code>|SignatureDoesNotMatch|<CanonicalRequest>|<StringToSign>|<CanonicalRequestBytes>|47 4|GET|\n|/|&amp;|&#10;|&#x;|\\{\"message\":\"|The Canonical String for this request should have been|'|\"\\}|AWS4-HMAC-SHA256|.){0,40}",
        sent in "(https://h/|\\?|&|=|.){0,10}",
        now in proptest::num::i64::ANY,
    ) {
        let credentials = credentials();
        let response = ErrorResponse::parse(&body);
        let now = Timestamp::from_unix_seconds(now);
        let failed = FailedRequest::new("GET", &url, &response).credentials(&credentials);
        let bare = failed.explain(now);
        let full = failed.sent("PUT", &sent).explain(now);
        let _ = format!("{bare} {bare:?} {full} {response:?}");
    }

    /// A body of S3's form, whatever canonical request is in it.
    #[test]
    fn no_canonical_request_panics(canonical in "(GET|HEAD|\n|/|a|\u{e9}|%2F|%25|\\+|=|&|:|host|\\.\\.|;|x-amz-security-token|UNSIGNED-PAYLOAD){0,60}") {
        let url = link("a//\u{e9} b.txt");
        let (_, string_to_sign) = server("GET", &url, &[]);
        let response = ErrorResponse::parse(&s3(&(canonical, string_to_sign)));
        let found = FailedRequest::new("GET", &url, &response).explain(now());
        let _ = format!("{found}");
    }
}
