//! Causes that an oracle confirms: the hash of the server's canonical request, the signature, and
//! the server's statement; and that nothing else is certain.

use crate::explain::{
    SECRET, bare, changed, credentials, error, first, hex, link, now, s3, server, sign,
};
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};
use presign::{Credentials, v4};
use sha2::{Digest as _, Sha256};

/// An answer with the string to sign, but without the canonical request.
fn hash_only((canonical, string_to_sign): &(String, String)) -> String {
    let (scope, _) = string_to_sign.rsplit_once('\n').unwrap();
    let hash = hex(&Sha256::digest(canonical));
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{scope}\n{hash}</StringToSign></Error>"
    )
}

/// A URL with the signature of another canonical request: a mistake of its signer.
fn signed_as(url: &str, (canonical, string_to_sign): &(String, String)) -> String {
    let (scope, _) = string_to_sign.rsplit_once('\n').unwrap();
    let text = format!("{scope}\n{}", hex(&Sha256::digest(canonical)));
    format!(
        "{}={}",
        url.rsplit_once('=').unwrap().0,
        sign(SECRET, &text)
    )
}

fn explain(method: &str, url: &str, body: &str) -> Explanation {
    let response = ErrorResponse::parse(body);
    FailedRequest::new(method, url, &response).explain(now())
}

fn causes(explanation: &Explanation) -> Vec<(Cause, Confidence)> {
    let findings = explanation.findings().iter();
    findings
        .map(|finding| (finding.cause(), finding.confidence()))
        .collect()
}

/// The canonical request of a URL, and the mistakes that are made with it.
const MISTAKES: [(&str, &str, Cause); 13] = [
    ("GET\n", "HEAD\n", Cause::Method),
    (
        "/a%20b%28c%29",
        "/a%2520b%2528c%2529",
        Cause::PathEncodedTwice,
    ),
    ("/a%20b%28c%29", "/a b(c)", Cause::PathNotEncoded),
    ("/a%20b%28c%29", "/a%20b%28c)", Cause::PathNotEncoded),
    ("/a%20b", "//a%20b", Cause::LeadingSlash),
    (
        "host:examplebucket.s3.us-east-1.amazonaws.com\n",
        "host:minio\n",
        Cause::HostRewritten,
    ),
    (".com\n\n", ".com:443\n\n", Cause::DefaultPort),
    (
        "UNSIGNED-PAYLOAD",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Cause::PayloadUnsigned,
    ),
    ("&versionId=1~2", "", Cause::ParameterDropped),
    (
        "&versionId=1~2",
        "&versionId=1~2&x-id=GetObject",
        Cause::ParameterAdded,
    ),
    (
        "versionId=1~2",
        "versionId=1%7E2",
        Cause::ParameterReencoded,
    ),
    (
        "/a%20b%28c%29",
        "/examplebucket/a%20b%28c%29",
        Cause::AddressingStyle,
    ),
    (
        "GET\n/a%20b%28c%29",
        "HEAD\n/a%2520b%2528c%2529",
        Cause::Method,
    ),
];

fn versioned() -> String {
    let bucket = crate::explain::bucket();
    let request = bucket.get("a b(c)").version("1~2");
    let link = request.presign(&credentials(), crate::explain::HOUR, now());
    link.unwrap().to_string()
}

#[test]
fn the_hash_of_the_servers_request_confirms_a_mistake() {
    let url = versioned();
    let right = server("GET", &url, &[]);
    for (from, to, cause) in MISTAKES {
        let wrong = changed(right.clone(), from, to);
        let explanation = explain("GET", &url, &hash_only(&wrong));
        assert_eq!(
            causes(&explanation)[0],
            (cause, Confidence::Certain),
            "{to}: {explanation}"
        );
    }
    // A mistake that no transformation makes is not certain, and neither is the secret.
    let wrong = changed(right.clone(), "/a%20b", "/elsewhere");
    for (_, confidence) in causes(&explain("GET", &url, &hash_only(&wrong))) {
        assert!(confidence > Confidence::Certain);
    }
    let same = causes(&explain("GET", &url, &hash_only(&right)));
    assert_eq!(same, [(Cause::WrongSecret, Confidence::Likely)]);
}

#[test]
fn the_signature_shows_a_mistake_of_the_signer() {
    let url = versioned();
    let right = server("GET", &url, &[]);
    let credentials = credentials();
    for (from, to, cause) in MISTAKES {
        let wrong = changed(right.clone(), from, to);
        let signed = signed_as(&url, &wrong);
        let failed =
            |response| FailedRequest::new("GET", &signed, response).credentials(&credentials);
        // The server has the same request as we do, or says nothing of it.
        let cause = match cause {
            // What the server doesn't see was sent, but not signed, and the reverse.
            Cause::ParameterDropped => Cause::ParameterAdded,
            Cause::ParameterAdded => Cause::ParameterDropped,
            other => other,
        };
        for body in [s3(&right), hash_only(&right), bare(), String::new()] {
            first(&failed, &body, cause, Confidence::Certain);
        }
    }
    // A mistake of another kind, or another secret: both are possible, so neither is certain.
    let wrong = changed(right.clone(), "/a%20b", "/elsewhere");
    let signed = signed_as(&url, &wrong);
    let failed = |response| FailedRequest::new("GET", &signed, response).credentials(&credentials);
    first(&failed, &s3(&right), Cause::WrongSecret, Confidence::Likely);
    // The signature is right, and the text the same: only the server's secret is left.
    let failed = |response| FailedRequest::new("GET", &url, response).credentials(&credentials);
    first(
        &failed,
        &s3(&right),
        Cause::WrongSecret,
        Confidence::Certain,
    );
}

/// A call to API Gateway without its body.
#[test]
fn a_body_that_is_not_known_is_no_empty_one() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let url = "https://api.example.com/orders";
    let request = service
        .post(url)
        .payload(presign::Payload::sha256_of(b"{}"));
    let signed = request.sign(&credentials(), now()).unwrap();
    let unsigned = request
        .prepare_headers(credentials().identity(), now())
        .unwrap();
    let canonical = unsigned.canonical_request().unwrap();
    let string_to_sign = String::from_utf8_lossy(unsigned.string_to_sign()).into_owned();
    let body = crate::explain::json(&(canonical.to_owned(), string_to_sign));
    let response = ErrorResponse::parse(&body);
    let failed = FailedRequest::new("POST", url, &response).headers(signed.headers());
    let unknown = failed.clone().explain(now());
    assert_eq!(
        causes(&unknown),
        [
            (Cause::PayloadChanged, Confidence::Likely),
            (Cause::WrongSecret, Confidence::Likely)
        ]
    );
    let known = failed.clone().body(b"{}").explain(now());
    assert_eq!(causes(&known), [(Cause::WrongSecret, Confidence::Likely)]);
    let other = failed.clone().body(b"[]").explain(now());
    assert_eq!(
        causes(&other)[0],
        (Cause::PayloadChanged, Confidence::Certain)
    );
    // With the credentials, the text that the server states is the signed one.
    let credentials = credentials();
    let right = failed.credentials(&credentials).explain(now());
    assert_eq!(causes(&right), [(Cause::WrongSecret, Confidence::Certain)]);
}

#[test]
fn what_the_server_says_is_never_dropped() {
    let url = link("a.txt");
    for (body, cause, words) in [
        (error("AccessDenied", "Access Denied"), Cause::Permission, "permission"),
        (
            error("AccessDenied", "User: arn:aws:iam::1:user/a is not authorized to perform: s3:GetObject"),
            Cause::Permission,
            "permission",
        ),
        (error("NoSuchKey", "The specified key does not exist."), Cause::NotFound, "not about the signature"),
        (
            error("AccessForbidden", "CORSResponse: This CORS request is not allowed."),
            Cause::Cors,
            "CORS",
        ),
        (
            "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>".to_owned(),
            Cause::Proxy,
            "proxy",
        ),
        (error("SlowDown", "Please reduce your request rate."), Cause::OtherError, "SlowDown"),
        ("connection reset by peer".to_owned(), Cause::OtherError, "connection reset"),
    ] {
        let explanation = explain("GET", &url, &body);
        let first = &explanation.findings()[0];
        assert_eq!(first.cause(), cause, "{explanation}");
        assert!(first.message().contains(words), "{explanation}");
    }
    assert!(explain("GET", "https://h/", "{}").findings().is_empty());
    // The words for a wrong signature are not those for a missing permission.
    let body = error("AccessDenied", "Forbidden: Invalid signature");
    assert_ne!(
        explain("GET", &url, &body).findings()[0].cause(),
        Cause::Permission
    );
}

#[test]
fn a_missing_signature_is_the_first_finding() {
    let url = link("a.txt");
    let address = url.split('?').next().unwrap();
    let start = url.split('&').next().unwrap();
    let others = url.rsplit_once("&X-Amz-Signature").unwrap().0;
    let required = error(
        "AuthorizationQueryParametersError",
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
    for (sent, cause) in [
        (address, Cause::NoAuthentication),
        (start, Cause::QueryCut),
        (others, Cause::SignatureTruncated),
    ] {
        let failed = |response| FailedRequest::new("GET", &url, response).sent("GET", sent);
        first(&failed, &bare(), cause, Confidence::Certain);
    }
    // The URL has the parameters that the server misses.
    let failed = |response| FailedRequest::new("GET", &url, response);
    first(&failed, &required, Cause::QueryCut, Confidence::Likely);
}

#[test]
fn damage_is_found_with_any_answer() {
    let url = link("a.txt");
    let cloudfront = format!(
        "https://d1.cloudfront.net/a?Expires=1369357200&Signature={}&Key-Pair-Id=K2",
        "A".repeat(342)
    );
    for (damaged, cause) in [
        (format!("{url})"), Cause::TrailingText),
        (url.replace("=3600", "=3600."), Cause::TrailingText),
        (cloudfront, Cause::OtherScheme),
    ] {
        let failed = |response| FailedRequest::new("GET", &damaged, response);
        first(&failed, &bare(), cause, Confidence::Certain);
    }
    let post = "https://examplebucket.s3.amazonaws.com/";
    let order = error(
        "InvalidArgument",
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
    let failed = |response| FailedRequest::new("POST", post, response);
    first(&failed, &order, Cause::FormFields, Confidence::Certain);
}

/// Two causes that look alike, and the evidence that tells them apart.
#[test]
fn causes_that_look_alike_are_told_apart() {
    let url = link("a.txt");
    let expired = "20130524T020000Z".parse().unwrap();
    let skew = error(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    );
    for (at, cause) in [(now(), Cause::ClockSkew), (expired, Cause::Expired)] {
        let response = ErrorResponse::parse(&skew);
        let explanation = FailedRequest::new("GET", &url, &response).explain(at);
        assert_eq!(explanation.findings()[0].cause(), cause);
    }
    let unknown = error(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    );
    let temporary = url.replace("AKIDEXAMPLE", "ASIAEXAMPLE");
    for (url, cause) in [
        (&url, Cause::WrongAccessKey),
        (&temporary, Cause::TokenMissing),
    ] {
        assert_eq!(explain("GET", url, &unknown).findings()[0].cause(), cause);
    }
    let v2 = "https://b.s3.amazonaws.com/a?AWSAccessKeyId=AKIDEXAMPLE&Expires=1369357200&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D";
    let b2 = error("UnauthorizedAccess", "bucket is not authorized: b");
    for (url, cause) in [(v2, Cause::SigV2NotTaken), (&url, Cause::Permission)] {
        assert_eq!(explain("GET", url, &b2).findings()[0].cause(), cause);
    }
    // A client adds a Content-Type to an upload, and none to a download.
    assert_eq!(
        explain("PUT", v2, &bare()).findings()[0].cause(),
        Cause::HeaderNotSigned
    );
    assert_eq!(
        explain("GET", v2, &bare()).findings()[0].cause(),
        Cause::WrongSecret
    );
    let large = error(
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    );
    assert_eq!(
        explain("POST", "https://b.s3.amazonaws.com/", &large).findings()[0].cause(),
        Cause::Policy
    );
    assert_eq!(
        explain("PUT", &url, &large).findings()[0].cause(),
        Cause::OtherError
    );
    // An endpoint is not taken for a region, if the server names both.
    let body = "<Error><Code>PermanentRedirect</Code><Message>x</Message><Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint><Region>eu-west-1</Region></Error>";
    let explanation = explain("GET", &url, body);
    assert_eq!(explanation.findings()[0].seen(), Some("eu-west-1"));
    assert!(explanation.findings()[0].message().contains("`eu-west-1`"));
}

/// One response in every form in which people paste it.
#[test]
fn pasted_responses_are_read() {
    let url = versioned();
    let seen = server("HEAD", &url, &[]);
    let xml = s3(&seen);
    let flat = |text: &str| text.replace('\n', " ");
    let json = serde_json::to_string(&xml).unwrap();
    let forms = [
        format!("HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\n\r\n{xml}"),
        format!("$ curl -i \"$URL\"\nHTTP/1.1 403 Forbidden\nServer: AmazonS3\n\n{xml}"),
        format!(
            "This XML file does not appear to have any style information associated with it. The document tree is shown below.\n{xml}"
        ),
        json.clone(),
        json.replace("</", "<\\/"),
        json.trim_matches('"').to_owned(),
        format!("{{\"status\":403,\"body\":{json}}}"),
        flat(&xml),
        format!("<Response [403]> {}", flat(&xml)),
        xml.replace("</", "<-/")
            .replace("<Error", "<-Error")
            .replace("<-/Error", "</Error"),
        xml.split("</CanonicalRequest>").next().unwrap().to_owned(),
        format!("botocore.exceptions.ClientError: {xml}"),
    ];
    for body in forms {
        let explanation = explain("GET", &url, &body);
        assert_eq!(
            causes(&explanation),
            [(Cause::Method, Confidence::Certain)],
            "{body}\n{explanation}"
        );
    }
    // A text that is cut off anywhere states no difference that isn't there.
    let same = s3(&server("GET", &url, &[]));
    for end in (0..same.len()).step_by(7) {
        for (cause, confidence) in causes(&explain("GET", &url, &same[..end])) {
            assert!(
                confidence > Confidence::Certain,
                "{cause}: {}",
                &same[..end]
            );
        }
    }
}

#[test]
fn the_secret_of_another_profile_is_recognized() {
    let own = credentials();
    let theirs = Credentials::new("AKIDOTHER", "the secret of another key").unwrap();
    let url = link("a.txt");
    let (head, _) = url.rsplit_once('=').unwrap();
    let string_to_sign = server("GET", &url, &[]).1;
    let mixed = format!(
        "{head}={}",
        sign("the secret of another key", &string_to_sign)
    );
    let failed = |response| {
        FailedRequest::new("GET", &mixed, response)
            .credentials(&own)
            .other_credentials("the profile \"backup\"", &theirs)
    };
    let found = first(
        &failed,
        &bare(),
        Cause::OtherKeysSecret,
        Confidence::Certain,
    );
    assert!(found.to_string().contains("the profile \"backup\""));
}

/// Forms, whose fields are checked as a server checks them.
#[test]
fn rejected_forms_are_explained_by_their_fields() {
    let hour = crate::explain::HOUR;
    let bucket = crate::explain::bucket();
    let policy = bucket.post_policy("a.txt").content_length_range(1..=100);
    let own = credentials();
    let form = policy.presign(&own, hour, now()).unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let explain = |fields: &[(&str, &str)], body: &str, credentials: &Credentials, at| {
        let response = ErrorResponse::parse(body);
        let mut request =
            FailedRequest::new("POST", form.url(), &response).credentials(credentials);
        for (name, value) in fields {
            request = request.field(name, value);
        }
        let explanation = request.explain(at);
        let finding = explanation.findings().first();
        finding.map(|finding| (finding.cause(), finding.confidence()))
    };
    let denied = &error("AccessDenied", "Access Denied");
    let certain = |cause| Some((cause, Confidence::Certain));
    let file = [("file", "")];
    assert_eq!(
        explain(&[&fields, &file[..]].concat(), denied, &own, now()),
        Some((Cause::Permission, Confidence::Likely))
    );
    // The file comes first, the key is missing, a field has no condition.
    let early = [&file[..], &fields].concat();
    assert_eq!(
        explain(&early, denied, &own, now()),
        certain(Cause::FormFields)
    );
    let keyless: Vec<_> = fields
        .iter()
        .copied()
        .filter(|(name, _)| *name != "key")
        .collect();
    assert_eq!(
        explain(&keyless, denied, &own, now()),
        certain(Cause::FormFields)
    );
    // A server that states a condition found a key, which this side doesn't know.
    let stated = error(
        "AccessDenied",
        r#"Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a.txt"]"#,
    );
    assert_eq!(
        explain(&keyless, &stated, &own, now()),
        certain(Cause::Policy)
    );
    let extra = [&fields[..], &[("acl", "private")]].concat();
    assert_eq!(explain(&extra, denied, &own, now()), certain(Cause::Policy));
    let large = "<Error><Code>EntityTooLarge</Code><Message>Your proposed upload exceeds the maximum allowed size</Message><ProposedSize>101</ProposedSize><MaxSizeAllowed>100</MaxSizeAllowed></Error>";
    assert_eq!(explain(&fields, large, &own, now()), certain(Cause::Policy));
    // Another secret, an expired policy, and one that was edited.
    let other = Credentials::new("AKIDEXAMPLE", "another").unwrap();
    let found = explain(&fields, &bare(), &other, now());
    assert_eq!(found, Some((Cause::WrongSecret, Confidence::Likely)));
    let late = "20130525T000000Z".parse().unwrap();
    let found = explain(&fields, &bare(), &own, late);
    assert_eq!(found, Some((Cause::Expired, Confidence::Likely)));
    let edited = bucket.post_policy("a.txt").content_length_range(1..=200);
    let edited = edited.presign(&own, hour, now()).unwrap();
    let (_, seen) = edited.fields().find(|(name, _)| *name == "policy").unwrap();
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{seen}</StringToSign></Error>"
    );
    assert_eq!(explain(&fields, &body, &own, now()), certain(Cause::Policy));
}

/// A session token under an unknown name.
#[test]
fn a_token_is_recognized_by_its_value() {
    let token = "IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJHMEUCIQ";
    let url = link("a.txt");
    let seen = server("GET", &format!("{url}&tok={token}"), &[]);
    let explanation = explain("GET", &url, &s3(&seen));
    assert_eq!(causes(&explanation)[0].0, Cause::ParameterAdded);
    assert!(
        !explanation.to_string().contains("VzLWVhc3Q"),
        "{explanation}"
    );
}

/// The signature proves more than a rejection without words, and more than words about the request.
#[test]
fn the_signature_comes_before_words() {
    let url = link("a.txt");
    let right = server("GET", &url, &[]);
    let own = credentials();
    let denied = error("AccessDenied", "Access Denied");
    let (head, _) = url.rsplit_once('=').unwrap();
    let padded = format!("{head}={}", sign(&format!("{SECRET}\n"), &right.1));
    for (url, cause, confidence) in [
        (&url, Cause::Permission, Confidence::Likely),
        (&padded, Cause::WhitespaceInSecret, Confidence::Certain),
    ] {
        let failed = |response| FailedRequest::new("GET", url, response).credentials(&own);
        first(&failed, &denied, cause, confidence);
    }
    // The URL was signed for GET and sent as GET, whatever method is given here.
    let failed = |response| FailedRequest::new("PUT", &url, response).credentials(&own);
    first(
        &failed,
        &s3(&right),
        Cause::WrongSecret,
        Confidence::Certain,
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        cases: 64,
        ..Default::default()
    })]

    /// With the whole canonical request equal on both sides, no finding says that a part differs.
    #[test]
    fn equal_requests_have_no_difference(
        method in "(GET|PUT|HEAD)",
        key in "[a-z]{1,3}(/| |\\+|~|%|\u{e9}|\\(|//|\\.){0,3}[a-z]{1,3}",
    ) {
        let url = link(&key);
        let explanation = explain(&method, &url, &s3(&server(&method, &url, &[])));
        proptest::prop_assert!(explanation.difference().unwrap().lines().iter().all(|line| line.is_same()));
        for finding in explanation.findings() {
            proptest::prop_assert_eq!(finding.cause(), Cause::WrongSecret, "{}", explanation);
            proptest::prop_assert!(finding.confidence() > Confidence::Certain);
        }
    }
}

/// A server checks the expiry before the signature.
#[test]
fn a_url_that_expired_since_is_explained_by_its_signature() {
    let url = link("a.txt").replace("/a.txt", "/b.txt");
    let later = now().saturating_add(std::time::Duration::from_secs(30 * 24 * 3600));
    let first = |code: &str| {
        let response = ErrorResponse::parse(&format!("<Error><Code>{code}</Code></Error>"));
        let credentials = credentials();
        let request = FailedRequest::new("GET", &url, &response).credentials(&credentials);
        request.explain(later).findings()[0].cause()
    };
    assert_eq!(first("SignatureDoesNotMatch"), Cause::WrongSecret);
    assert_eq!(first("AccessDenied"), Cause::Expired);
}
