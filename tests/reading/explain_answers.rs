//! Answers of servers and logs of clients, with the part of the request to which they point.

use crate::explain::{bare, credentials, error, link, now, server};
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};
use presign::v4;

const DATE: (&str, &str) = ("x-amz-date", "20130524T000000Z");

/// Explains a request that is signed with these headers.
fn explain(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Explanation {
    let response = ErrorResponse::parse(body);
    let failed = FailedRequest::new(method, url, &response).headers(headers.iter().copied());
    failed.explain(now())
}

/// An Authorization header of S3 that signs these headers.
fn authorization(names: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={names}, Signature={}",
        "0".repeat(64)
    )
}

#[track_caller]
fn assert_first(found: &Explanation, cause: Cause, confidence: Confidence, words: &str) {
    let first = &found.findings()[0];
    assert_eq!(
        (first.cause(), first.confidence()),
        (cause, confidence),
        "{found}"
    );
    let shown = format!("{first}");
    assert!(shown.contains(words), "{words}: {shown}");
}

#[test]
fn the_header_that_an_answer_names_is_shown() {
    let put = link("a.txt");
    let log = "accessDenied(message: Optional(\"RequestId: 4059FAA108A45F89, \n    HeadersNotSigned: x-amz-acl, \n    Message: There were headers present in the request which were not signed\"))";
    let signature = error(
        "InvalidRequest",
        "header 'x-amz-acl' must be included in signature",
    );
    for body in [log, &signature] {
        let found = explain("PUT", &put, &[], body);
        assert_first(
            &found,
            Cause::HeaderNotSigned,
            Confidence::Certain,
            "header x-amz-acl was",
        );
    }
    let missing = [
        error(
            "InvalidRequest",
            "header 'range' is listed in signed headers, but is not present",
        ),
        "<Error><Code>MalformedSecurityHeader</Code><Message>Your request has a malformed header.</Message>\
         <ParameterName>range</ParameterName>\
         <Details>Header was included in signedheaders, but not in the request.</Details></Error>"
            .to_owned(),
    ];
    let authorization = authorization("host;range;x-amz-content-sha256;x-amz-date");
    let ranged = [
        DATE,
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("Range", "bytes=0-9"),
        ("Authorization", &authorization),
    ];
    for body in missing {
        let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
        let found = explain("GET", url, &ranged, &body);
        let words = "header range was signed";
        assert_first(&found, Cause::HeaderNotSent, Confidence::Certain, words);
        // This URL doesn't sign the header.
        let found = explain("GET", &put, &[], &body);
        assert_first(&found, Cause::HeaderNotSent, Confidence::Likely, words);
    }
}

#[test]
fn a_header_that_the_server_requires_is_named() {
    let authorization = authorization("host;x-amz-date");
    let headers = [DATE, ("Authorization", &authorization)];
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    let body = error(
        "InvalidRequest",
        "Missing required header for this request: x-amz-content-sha256",
    );
    let found = explain("PUT", url, &headers, &body);
    assert_first(
        &found,
        Cause::Malformed,
        Confidence::Likely,
        "x-amz-content-sha256",
    );
    let body = "<Error><Code>MissingSecurityHeader</Code><Message>Your request was missing a required \
        header</Message><MissingHeaderName>Content-MD5</MissingHeaderName></Error>";
    let found = explain("PUT", &link("a.txt"), &[], body);
    assert_first(
        &found,
        Cause::Malformed,
        Confidence::Likely,
        "a required header (Content-MD5)",
    );
    // It is the fault, not a permission, although the code is AccessDenied.
    let body = error(
        "AccessDenied",
        "AWS authentication requires a valid Date or x-amz-date header",
    );
    let found = explain("PUT", url, &[("Authorization", &authorization)], &body);
    let causes: Vec<Cause> = found
        .findings()
        .iter()
        .map(|finding| finding.cause())
        .collect();
    assert_eq!(causes, [Cause::Malformed], "{found}");
}

#[test]
fn chunks_that_a_store_does_not_support_are_recognized() {
    let authorization = authorization("host;x-amz-content-sha256;x-amz-date");
    let url = "https://acct.r2.cloudflarestorage.com/bucket/a.txt";
    let streamed = [
        DATE,
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("Authorization", authorization.as_str()),
    ];
    for (code, message, confidence) in [
        (
            "NotImplemented",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD not implemented",
            Confidence::Certain,
        ),
        (
            "NotImplemented",
            "Header 'x-amz-checksum-crc32' with value 'AAAAAA==' not implemented",
            Confidence::Certain,
        ),
        (
            "InvalidRequest",
            "Streaming trailer block is malformed",
            Confidence::Likely,
        ),
        ("MalformedTrailerError", "", Confidence::Likely),
        ("XAmzContentSHA256Mismatch", "", Confidence::Likely),
    ] {
        let found = explain("PUT", url, &streamed, &error(code, message));
        assert_first(
            &found,
            Cause::StreamingNotTaken,
            confidence,
            "when_required",
        );
    }
    // A hash of the whole body has another cause.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let whole = [DATE, ("x-amz-content-sha256", empty), streamed[2]];
    let mismatch = error("XAmzContentSHA256Mismatch", "");
    let found = explain("PUT", url, &whole, &mismatch);
    assert_first(&found, Cause::PayloadChanged, Confidence::Likely, "");
    let hashes = format!(
        "<ClientComputedContentSHA256>{empty}</ClientComputedContentSHA256>\
         <S3ComputedContentSHA256>{}</S3ComputedContentSHA256></Error>",
        "1".repeat(64)
    );
    let found = explain("PUT", url, &whole, &mismatch.replace("</Error>", &hashes));
    assert_first(&found, Cause::PayloadChanged, Confidence::Certain, "");
}

#[test]
fn the_times_of_an_answer_are_compared() {
    let url = "https://kinesis.us-east-1.amazonaws.com/";
    let expired = "An error occurred (InvalidSignatureException) when calling the PutRecord operation: Signature expired: 20130524T000000Z is now earlier than 20130524T001500Z (20130524T003000Z - 15 min.)";
    let found = explain("POST", url, &[], expired);
    assert_first(
        &found,
        Cause::ClockSkew,
        Confidence::Certain,
        "seen    2013-05-24T00:30:00Z",
    );
    let early = "{\"message\":\"Signature not yet current: 20130524T000000Z is still later than 20130523T233500Z (20130523T233000Z + 5 min.)\"}";
    let authorization = authorization("host;x-amz-date").replace("/s3/", "/kinesis/");
    let found = explain(
        "POST",
        url,
        &[DATE, ("Authorization", &authorization)],
        early,
    );
    assert_first(
        &found,
        Cause::ClockSkew,
        Confidence::Certain,
        "30 minutes ahead of the server's clock",
    );
}

#[test]
fn an_answer_within_another_is_read() {
    let url = "https://account.table.core.windows.net/Tables";
    let odata = r#"{"odata.error":{"code":"AuthorizationResourceTypeMismatch","message":{"lang":"en-US","value":"This request is not authorized to perform this operation using this resource type."}}}"#;
    let thrown = serde_json::json!({ "name": "RestError", "message": odata, "statusCode": 403 });
    let found = explain("GET", url, &[], &thrown.to_string());
    assert_eq!(found.code(), Some("AuthorizationResourceTypeMismatch"));
    assert_first(
        &found,
        Cause::Permission,
        Confidence::Likely,
        "seen    This request is not authorized",
    );
    // Line breaks within the elements are not part of the text.
    let indented = "<Error>\n  <Code>\n    MissingContentLength</Code>\n  <Message>\n    You must\n  provide it.</Message></Error>";
    let found = explain("PUT", &link("a.txt"), &[], indented);
    assert_first(
        &found,
        Cause::OtherError,
        Confidence::Possible,
        "MissingContentLength, \"You must provide it.\"",
    );
}

#[test]
fn a_path_that_api_gateway_lacks_is_a_possible_cause() {
    let url = "https://id.execute-api.us-east-1.amazonaws.com/prod";
    let body = "{\"message\":\"Missing Authentication Token\"}";
    let found = explain("GET", url, &[], body);
    assert_first(
        &found,
        Cause::NoAuthentication,
        Confidence::Likely,
        "check the stage and the path",
    );
}

#[test]
fn white_space_in_a_credential_is_recognized() {
    let header = authorization("host;x-amz-date")
        .replace("Credential=", "Credential= ")
        .replace("/s3/", "/sts/");
    let body = format!(
        "{{\"__type\":\"IncompleteSignatureException\",\"message\":\"'AKIDEXAMPLE/20130524/us-east-1/sts/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'.\"}}"
    );
    let url = "https://sts.amazonaws.com/";
    let found = explain("POST", url, &[DATE, ("Authorization", &header)], &body);
    assert_first(
        &found,
        Cause::Malformed,
        Confidence::Likely,
        "for white space",
    );
}

#[test]
fn headers_that_a_proxy_sets_are_recognized() {
    for (name, is_rewritten) in [
        ("cf-ray", true),
        ("x-forwarded-for", true),
        ("via", true),
        ("x-amzn-trace-id", true),
        ("tracestate", true),
        ("range", false),
    ] {
        let mut names = ["host", name, "x-amz-date"];
        names.sort_unstable();
        let authorization = authorization(&names.join(";")).replace("/s3/", "/bedrock/");
        let headers = [DATE, (name, "1"), ("Authorization", &authorization)];
        let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/a/invoke";
        let found = explain("POST", url, &headers, &bare());
        let cause = if is_rewritten {
            Cause::HeaderChanged
        } else {
            Cause::WrongSecret
        };
        assert_first(&found, cause, Confidence::Possible, "");
    }
}

#[test]
fn a_signed_default_port_is_recognized() {
    let url = |host: &str| link("a.txt").replace("examplebucket.s3.us-east-1.amazonaws.com", host);
    let found = explain("GET", &url("minio.example.com:443"), &[], &bare());
    assert_first(
        &found,
        Cause::DefaultPort,
        Confidence::Possible,
        "minio.example.com:443",
    );
    let found = explain("GET", &url("minio:9000"), &[], &bare());
    assert_first(
        &found,
        Cause::HostRewritten,
        Confidence::Possible,
        "minio:9000",
    );
}

#[test]
fn the_token_of_aws_iot_is_appended() {
    let token = "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE";
    let url = |service: &str| {
        let url = link("mqtt").replace("%2Fs3%2F", &format!("%2F{service}%2F"));
        let url = url.replace("examplebucket.s3", "a1b2c3-ats.iot");
        let (start, signature) = url.rsplit_once("&X-Amz-Signature").unwrap();
        let start = start.replace("AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE");
        format!("{start}{token}&X-Amz-Signature{signature}")
    };
    let found = explain("GET", &url("iotdevicegateway"), &[], &bare());
    assert_first(
        &found,
        Cause::TokenAdded,
        Confidence::Likely,
        "append X-Amz-Security-Token",
    );
    // The client of a WebSocket logs a sentence of its own.
    let url_of_socket = url("iotdevicegateway").replace("https://", "wss://");
    let host = ("Host", "a1b2c3-ats.iot.us-east-1.amazonaws.com");
    for headers in [&[][..], &[host]] {
        let found = explain("GET", &url_of_socket, headers, "bad status connection");
        assert_first(
            &found,
            Cause::TokenAdded,
            Confidence::Likely,
            "append X-Amz-Security-Token",
        );
    }
    let found = explain("GET", &url("execute-api"), &[], &bare());
    assert_ne!(found.findings()[0].cause(), Cause::TokenAdded);
}

#[test]
fn a_parameter_without_an_equals_sign_is_recognized() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let url = "https://id.execute-api.us-east-1.amazonaws.com/_cat/indices?pretty&v";
    let request = service.get(url);
    let link = request
        .presign(&credentials(), crate::explain::HOUR, now())
        .unwrap();
    let (canonical, string_to_sign) = server("GET", link.as_str(), &[]);
    assert!(canonical.contains("&pretty=&v="));
    let wrong = canonical.replace("pretty=&v=", "pretty&v");
    let body = crate::explain::s3(&(canonical.clone(), string_to_sign.clone()));
    let response = ErrorResponse::parse(&body);
    let failed = FailedRequest::new("GET", link.as_str(), &response);
    // The signer's own text, and then the signature that is made of it.
    let found = failed
        .clone()
        .signed_texts(Some(&wrong), string_to_sign.as_bytes())
        .explain(now());
    assert_first(
        &found,
        Cause::ParameterReencoded,
        Confidence::Certain,
        "signed  pretty\n",
    );
    let found = failed
        .signed_texts(Some(&canonical), string_to_sign.as_bytes())
        .explain(now());
    assert_first(&found, Cause::WrongSecret, Confidence::Certain, "");
}

#[test]
fn the_checksum_of_an_empty_body_is_recognized() {
    let url = |checksum: &str| {
        let url = link("a.txt");
        url.replace(
            '?',
            &format!("?x-amz-checksum-crc32={checksum}&x-amz-sdk-checksum-algorithm=CRC32&"),
        )
    };
    let found = explain("PUT", &url("AAAAAA%3D%3D"), &[], "xhr network error");
    assert_first(
        &found,
        Cause::PayloadChanged,
        Confidence::Likely,
        "when_required",
    );
    // The signature is checked before the checksum.
    let found = explain("PUT", &url("AAAAAA%3D%3D"), &[], &bare());
    assert_ne!(found.findings()[0].cause(), Cause::PayloadChanged);
    let found = explain("PUT", &url("NhCmhg%3D%3D"), &[], "xhr network error");
    assert_ne!(found.findings()[0].cause(), Cause::PayloadChanged);
}

#[test]
fn pages_of_proxies_are_recognized() {
    for (page, title) in [
        (
            "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>403 Forbidden</title>\n</head><body>\n<h1>Forbidden</h1>\n<p>You don't have permission to access this resource.</p>\n<address>Apache/2.4.41 (Ubuntu)</address>\n</body></html>",
            "403 Forbidden",
        ),
        (
            "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><center>nginx</center></body></html>",
            "502 Bad Gateway",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\nServer: squid\n\n<html><head><title>ERROR: The requested URL could not be retrieved</title></head></html>",
            "could not be retrieved",
        ),
    ] {
        let found = explain("GET", &link("a.txt"), &[], page);
        assert_first(&found, Cause::Proxy, Confidence::Likely, title);
    }
    // A bucket's website has the code of S3.
    let site = "<html><head><title>404 Not Found</title></head><body><ul><li>Code: NoSuchKey</li><li>Message: The specified key does not exist.</li></ul></body></html>";
    let found = explain("GET", &link("a.txt"), &[], site);
    assert_first(&found, Cause::NotFound, Confidence::Certain, "");
}

#[test]
fn the_words_of_the_server_are_kept() {
    // A wrong signature version is not a mismatch of the signature.
    let body = error(
        "SignatureVersionNotSupported",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    );
    let found = explain("GET", &link("a.txt"), &[], &body);
    assert_first(
        &found,
        Cause::OtherError,
        Confidence::Possible,
        "Please use AWS4-HMAC-SHA256",
    );
    let body = error(
        "InvalidRegionName",
        "The region name 'us-east-1' is not valid. Must be one of: wnam, enam, weur, eeur, apac, auto",
    );
    let found = explain("GET", &link("a.txt"), &[], &body);
    assert_first(
        &found,
        Cause::WrongRegion,
        Confidence::Certain,
        "apac, auto",
    );
    let body = error(
        "AuthorizationHeaderMalformed",
        "Authorization header malformed, unexpected scope: 20130524/us-east-1/s3/aws4_request",
    );
    let found = explain("GET", &link("a.txt"), &[], &body);
    let scope = "unexpected scope: 20130524/us-east-1/s3/aws4_request";
    assert_first(&found, Cause::WrongRegion, Confidence::Certain, scope);
}

#[test]
fn forms_are_explained_with_and_without_their_fields() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/";
    let body = "<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message><Condition>Bucket POST must be of the enclosure-type multipart/form-data</Condition></Error>";
    let found = explain("POST", url, &[], body);
    assert_first(
        &found,
        Cause::FormFields,
        Confidence::Certain,
        "enclosure-type",
    );
    // Only the fields show which condition failed.
    let form = crate::explain::bucket()
        .post_policy("up/a.txt")
        .presign(&credentials(), crate::explain::HOUR, now())
        .unwrap();
    let response = ErrorResponse::parse(&error(
        "AccessDenied",
        "Invalid according to Policy: Policy Condition failed",
    ));
    let mut failed = FailedRequest::new("POST", url, &response);
    for (name, value) in form.fields() {
        failed = failed.field(name, if name == "key" { "other/a.txt" } else { value });
    }
    let found = failed.explain(now());
    assert_first(&found, Cause::Policy, Confidence::Certain, "\"$key\"");
    // Without the fields, the signature can't be checked.
    let body = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>eyJjb25kaXRpb25zIjpbXX0=</StringToSign></Error>";
    let found = explain("POST", url, &[], body);
    assert_first(
        &found,
        Cause::WrongSecret,
        Confidence::Possible,
        "Give the fields of the form",
    );
}

#[test]
fn a_missing_signature_or_body_is_named() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    let found = explain("GET", url, &[], "");
    assert_first(
        &found,
        Cause::NoAuthentication,
        Confidence::Possible,
        "Give the URL",
    );
    // The hash of the body is signed, so the secret can't be checked without it.
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let url = "https://id.execute-api.us-east-1.amazonaws.com/prod";
    let request = service
        .post(url)
        .payload(presign::Payload::sha256_of(b"{}"));
    let signed = request.sign(&credentials(), now()).unwrap();
    let response = ErrorResponse::parse(&bare());
    let credentials = credentials();
    let failed = FailedRequest::new("POST", url, &response)
        .headers(signed.headers())
        .credentials(&credentials);
    let found = failed.clone().explain(now());
    assert_first(
        &found,
        Cause::WrongSecret,
        Confidence::Possible,
        "Give the body that was signed",
    );
    let found = failed.clone().body(b"{}").explain(now());
    assert!(
        found.to_string().contains("The signature is right"),
        "{found}"
    );
    let found = failed.body(b"[]").explain(now());
    assert_first(&found, Cause::WrongSecret, Confidence::Likely, "");
}

#[test]
fn a_url_from_the_source_of_a_mail_is_recognized() {
    let url = link("a.txt").replace('=', "=3D");
    let (start, end) = url.split_at(150);
    for url in [&url, &format!("{start}=\r\n{end}")] {
        let found = explain("GET", url, &[], &bare());
        assert_first(
            &found,
            Cause::HtmlEscaped,
            Confidence::Certain,
            "=3D in place of `=`",
        );
    }
}

#[test]
fn sigv2_counts_parameters_as_headers() {
    let bucket = presign::s3::Bucket::builder("examplebucket", "us-east-1");
    let bucket = bucket
        .signature_version(presign::SignatureVersion::V2)
        .build();
    let link = bucket
        .unwrap()
        .put("a.txt")
        .presign(&credentials(), crate::explain::HOUR, now())
        .unwrap();
    let url = format!("{}&x-amz-acl=public-read", link.as_str());
    let response = ErrorResponse::parse(&bare());
    let credentials = credentials();
    let found = FailedRequest::new("PUT", &url, &response)
        .credentials(&credentials)
        .explain(now());
    assert_first(
        &found,
        Cause::HeaderNotSigned,
        Confidence::Certain,
        "x-amz-acl",
    );
}

#[test]
fn a_name_with_a_percent_sign_is_recognized() {
    let url = link("a.txt").replace("/a.txt", "/a%2Etxt");
    let found = explain("GET", &url, &[], &bare());
    assert_first(
        &found,
        Cause::PathNotEncoded,
        Confidence::Possible,
        "encode its % as %25",
    );
    // Every encoder writes the escape of a space.
    let found = explain("GET", &link("a b.txt"), &[], &bare());
    assert!(!found.to_string().contains("encode its %"));
}

#[test]
fn a_path_that_arrived_is_no_cause() {
    // Many clients remove the dot, but this one arrived.
    let url = link("a/./a");
    let found = explain("GET", &url, &[], &bare());
    assert_first(&found, Cause::PathNormalized, Confidence::Possible, "");
    let seen = crate::explain::s3(&server("GET", &url, &[]));
    let found = explain("GET", &url, &[], &seen);
    assert_first(&found, Cause::WrongSecret, Confidence::Likely, "");
    assert_eq!(found.findings().len(), 1, "{found}");
}

#[test]
fn a_string_to_sign_alone_is_read() {
    // Logs have a backslash and an n for each line break.
    let body =
        "<StringToSign>PUT\\n\\ntext/plain\\n1369357200\\n/examplebucket/a.txt</StringToSign>";
    let bucket = presign::s3::Bucket::builder("examplebucket", "us-east-1");
    let bucket = bucket
        .signature_version(presign::SignatureVersion::V2)
        .build();
    let link = bucket
        .unwrap()
        .put("a.txt")
        .presign(&credentials(), crate::explain::HOUR, now())
        .unwrap();
    let found = explain("PUT", link.as_str(), &[], body);
    assert_first(
        &found,
        Cause::HeaderNotSigned,
        Confidence::Certain,
        "content-type:text/plain",
    );
}

#[test]
fn oracle_cloud_states_the_region() {
    let incorrect =
        "NotAuthenticatedException: Authentication region name'us-east-1' is incorrect.";
    let found = explain("GET", &link("a.txt"), &[], incorrect);
    assert_first(
        &found,
        Cause::WrongRegion,
        Confidence::Certain,
        "is incorrect",
    );
    // The key may be unknown in every region.
    let unknown = "The secret key required to complete authentication could not be found. The region must be specified if this is not the home region for the tenancy.";
    let found = explain("GET", &link("a.txt"), &[], unknown);
    assert_first(
        &found,
        Cause::WrongRegion,
        Confidence::Likely,
        "home region",
    );
}

/// The host that a redirect names is not a region.
#[test]
fn the_region_of_a_redirect_is_that_of_its_endpoint() {
    let text = |endpoint: &str| {
        let body = format!(
            "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be \
             addressed using the specified endpoint.</Message><Endpoint>{endpoint}</Endpoint></Error>"
        );
        let response = ErrorResponse::parse(&body);
        let explanation = FailedRequest::new("GET", &link("a.txt"), &response).explain(now());
        assert_eq!(explanation.findings()[0].cause(), Cause::WrongRegion);
        explanation.findings()[0].message().to_owned()
    };
    let message = text("examplebucket.s3-eu-west-1.amazonaws.com");
    assert!(message.contains("Sign for `eu-west-1`,"), "{message}");
    let message = text("s3.example.com");
    assert!(message.contains("Sign for the right region,"), "{message}");
}

/// S3 answers only that the signature is wrong.
#[test]
fn hosts_show_the_cause_with_the_signed_region() {
    let url = |host: &str, region: &str| {
        let url = link("a.txt").replace("examplebucket.s3.us-east-1.amazonaws.com", host);
        url.replace("us-east-1%2Fs3", &format!("{region}%2Fs3"))
    };
    // The global host redirects.
    let global = "examplebucket.s3.amazonaws.com";
    let found = explain("GET", &url(global, "eu-north-1"), &[], &bare());
    assert_first(
        &found,
        Cause::HostRewritten,
        Confidence::Likely,
        "redirects",
    );
    for (host, region) in [
        (global, "us-east-1"),
        ("examplebucket.s3.eu-north-1.amazonaws.com", "eu-north-1"),
    ] {
        let found = explain("GET", &url(host, region), &[], &bare());
        assert_first(&found, Cause::WrongSecret, Confidence::Possible, "");
    }
    // A denial is no wrong signature.
    let denied = error("AccessDenied", "Access Denied");
    let found = explain("GET", &url(global, "eu-north-1"), &[], &denied);
    assert_first(&found, Cause::Permission, Confidence::Likely, "");
    // A service of one region.
    let header = |region: &str| {
        let header = authorization("host;x-amz-date").replace("/s3/", "/sts/");
        header.replace("us-east-1", region)
    };
    for (region, cause, confidence) in [
        ("us-west-2", Cause::WrongRegion, Confidence::Likely),
        ("us-east-1", Cause::WrongSecret, Confidence::Possible),
    ] {
        let headers = [DATE, ("Authorization", &*header(region))];
        let found = explain("GET", "https://sts.amazonaws.com/", &headers, &bare());
        assert_first(&found, cause, confidence, "");
    }
    // SigV2, and an answer without a code.
    for (region, cause) in [
        ("us-east-2", Cause::SigV2NotTaken),
        ("eu-west-1", Cause::OtherError),
    ] {
        let url = format!("https://examplebucket.s3.{region}.amazonaws.com/a.txt");
        let headers = [
            ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
            (
                "Authorization",
                "AWS AKIDEXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
            ),
        ];
        let found = explain("GET", &url, &headers, "400 Bad Request");
        assert_eq!(found.findings()[0].cause(), cause, "{found}");
    }
}

#[test]
fn tokens_of_the_global_endpoint_are_recognized() {
    let invalid = error(
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
    );
    for (region, cause, confidence) in [
        ("ap-east-1", Cause::TokenRegion, Confidence::Likely),
        ("eu-north-1", Cause::TokenChanged, Confidence::Certain),
    ] {
        let url = link("a.txt").replace("us-east-1", region);
        let url = url.replace("AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE");
        let url = url.replace(
            "&X-Amz-SignedHeaders",
            "&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE&X-Amz-SignedHeaders",
        );
        let found = explain("GET", &url, &[], &invalid);
        assert_first(&found, cause, confidence, "");
    }
    let unsupported = error(
        "UnsupportedSignature",
        "The provided request is signed with an unsupported STS Token version or the signature version is not \
         supported",
    );
    let with_token = link("a.txt") + "&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE";
    for (url, confidence) in [
        (with_token, Confidence::Certain),
        (link("a.txt"), Confidence::Likely),
    ] {
        let found = explain("GET", &url, &[], &unsupported);
        assert_first(&found, Cause::TokenRegion, confidence, "regional");
    }
}

/// Signers differ in what they encode, so an escape is the first suspect if the answer has no
/// canonical request.
#[test]
fn escapes_of_requests_with_headers_are_pointed_out() {
    let header = authorization("host;x-amz-date").replace("/s3/", "/es/");
    let headers = [DATE, ("Authorization", &*header)];
    for (target, cause) in [
        ("/index/_search?q=b+c", Cause::ParameterReencoded),
        ("/index/_search?q=user:a*", Cause::ParameterReencoded),
        ("/index-*/_search", Cause::PathNotEncoded),
        ("/model/v2%3A0/invoke", Cause::PathEncodedTwice),
        ("/index/_search?q=plain", Cause::WrongSecret),
    ] {
        let url = format!("https://search-example.us-east-1.es.amazonaws.com{target}");
        let found = explain("GET", &url, &headers, &bare());
        assert_first(&found, cause, Confidence::Possible, "");
    }
    // White space that servers remove.
    for (value, cause) in [
        ("DynamoDB_20120810.PutItem ", Cause::HeaderChanged),
        ("DynamoDB_20120810.PutItem", Cause::WrongSecret),
    ] {
        let header = authorization("host;x-amz-date;x-amz-target").replace("/s3/", "/dynamodb/");
        let headers = [DATE, ("x-amz-target", value), ("Authorization", &*header)];
        let url = "https://dynamodb.us-east-1.amazonaws.com/";
        let found = explain("POST", url, &headers, &bare());
        assert_first(&found, cause, Confidence::Possible, "");
    }
}

#[test]
fn answers_are_read_as_they_are_pasted() {
    // Two spaces, as AWS writes it.
    let skewed = error(
        "InvalidSignatureException",
        "Signature not  yet current: 20130524T000000Z is still later than 20130523T235803Z (20130523T235303Z + 5 \
         min.)",
    );
    let found = explain("GET", &link("a.txt"), &[], &skewed);
    assert_first(&found, Cause::ClockSkew, Confidence::Certain, "ahead of");
    let moved = "The bucket you are attempting to access must be addressed using the specified endpoint. Please \
                 send all future requests to this endpoint.";
    let found = explain("GET", &link("a.txt"), &[], moved);
    assert_first(&found, Cause::WrongRegion, Confidence::Likely, "");
    let console = "XMLHttpRequest cannot load https://examplebucket.s3.amazonaws.com/. Response for preflight has \
                   invalid HTTP status code 403";
    let found = explain("PUT", &link("a.txt"), &[], console);
    assert_first(&found, Cause::Cors, Confidence::Likely, "");
    // The signer did not encode the space of the key.
    let raw = link("a b.txt").replace("%20", " ");
    let found = explain("GET", &raw, &[], &bare());
    assert_first(&found, Cause::PathNotEncoded, Confidence::Likely, "");
    // An indented string to sign of SigV2.
    let url = "https://s3.amazonaws.com/examplebucket/a.txt?AWSAccessKeyId=AKIDEXAMPLE&Signature=qgk2%2B6Sv9%2FoM7G3qLEjTH1a1l1g%3D&Expires=1369357200";
    let text = "PUT\n    application/octet-stream 1369357200\n    /examplebucket/a.txt\n";
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{text}</StringToSign></Error>"
    );
    let found = explain("PUT", url, &[], &body);
    assert_first(
        &found,
        Cause::HeaderNotSigned,
        Confidence::Certain,
        "content-type",
    );
}

/// Users give a request as they have it, often without the signature that their client adds.
#[test]
fn requests_without_their_signature_are_explained_as_far_as_they_show() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    for (method, url, body, cause) in [
        ("GET", url, bare(), Cause::WrongSecret),
        (
            "GET",
            url,
            String::from("403 Forbidden"),
            Cause::NoAuthentication,
        ),
        ("POST", url, bare(), Cause::WrongSecret),
        (
            "POST",
            "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/query",
            String::from("bad response status 403 Forbidden"),
            Cause::NoAuthentication,
        ),
    ] {
        let found = explain(method, url, &[], &body);
        assert_first(&found, cause, Confidence::Possible, "no signature");
    }
    // Its path alone shows the cause.
    let response = ErrorResponse::parse(&bare());
    let found = FailedRequest::new(
        "PUT",
        "https://b.s3.us-east-1.amazonaws.com/a=b.txt",
        &response,
    )
    .sent("PUT", "https://b.s3.us-east-1.amazonaws.com/a%3Db.txt")
    .explain(now());
    assert_first(&found, Cause::PathNotEncoded, Confidence::Likely, "");
    // Only the value that was sent is known.
    let signed = link("a.txt").replace("SignedHeaders=host", "SignedHeaders=content-type%3Bhost");
    let failed = FailedRequest::new("PUT", &signed, &response);
    let found = failed
        .clone()
        .sent_header("Content-Type", "multipart/form-data")
        .explain(now());
    assert_first(
        &found,
        Cause::HeaderChanged,
        Confidence::Likely,
        "Content-Type:multipart",
    );
    let found = failed.sent_header("Accept", "*/*").explain(now());
    assert_first(
        &found,
        Cause::HeaderNotSent,
        Confidence::Certain,
        "content-type",
    );
}

#[test]
fn keys_in_place_of_a_signature_are_recognized() {
    let failed = "Server failed to authenticate the request. Make sure the value of Authorization header is formed \
                  correctly including the signature.";
    let url = "https://myaccount.blob.core.windows.net/images?restype=container";
    let key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    for (signature, cause, confidence) in [
        (key, Cause::KeyAsSignature, Confidence::Certain),
        (
            "qR3SD7rgXn/9dzBSBgX0VBlpMGH+BwgxibGkABYq45g=",
            Cause::WrongSecret,
            Confidence::Possible,
        ),
    ] {
        let authorization = format!("SharedKey myaccount:{signature}");
        let headers = [
            ("x-ms-date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-ms-version", "2021-12-02"),
            ("Authorization", &*authorization),
        ];
        let found = explain("GET", url, &headers, failed);
        assert_first(&found, cause, confidence, "");
        assert!(!format!("{found:?}").contains(&key[..8]));
    }
    // Azurite answers so with the code of a denial.
    let body = error("AuthorizationFailure", failed);
    let found = explain(
        "GET",
        url,
        &[("Authorization", "SharedKey myaccount:AAAA")],
        &body,
    );
    assert_first(&found, Cause::WrongSecret, Confidence::Possible, "");
    let body = error(
        "AuthorizationFailure",
        "This request is not authorized to perform this operation.",
    );
    let found = explain(
        "GET",
        url,
        &[("Authorization", "SharedKey myaccount:AAAA")],
        &body,
    );
    assert_first(&found, Cause::Permission, Confidence::Likely, "");
    // A variable that isn't set.
    for (id, cause) in [
        ("undefined", Cause::WrongAccessKey),
        ("AKIDEXAMPLE", Cause::WrongSecret),
    ] {
        let found = explain(
            "GET",
            &link("a.txt").replace("AKIDEXAMPLE", id),
            &[],
            &bare(),
        );
        assert_eq!(found.findings()[0].cause(), cause, "{found}");
    }
}

#[test]
fn stores_that_want_another_form_are_recognized() {
    let path_style = "https://oss-cn-shanghai.aliyuncs.com/examplebucket/a.txt";
    for body in [
        error(
            "SecondLevelDomainForbidden",
            "Please use virtual hosted style to access.",
        ),
        error(
            "PathStyleDomainForbidden",
            "The bucket you are attempting to access must be addressed using COS virtual-styled domain.",
        ),
    ] {
        let found = explain("GET", path_style, &[], &body);
        assert_first(&found, Cause::AddressingStyle, Confidence::Certain, "");
    }
    for (words, cause) in [
        (
            "AWS chunked encoding not supported",
            Cause::StreamingNotTaken,
        ),
        (
            "The Content-SHA256 you specified did not match what we received",
            Cause::PayloadChanged,
        ),
        ("signature doesn't match", Cause::WrongSecret),
    ] {
        let found = explain("PUT", &link("a.txt"), &[], words);
        assert_eq!(found.findings()[0].cause(), cause, "{found}");
    }
    // The bucket is named twice, in the host and in the path.
    for (url, cause) in [
        (
            "https://img.example.com/img.example.com/a.txt",
            Cause::AddressingStyle,
        ),
        (
            "https://img.s3.us-east-1.amazonaws.com/img/a.txt",
            Cause::AddressingStyle,
        ),
        (
            "https://img.s3.us-east-1.amazonaws.com/a.txt",
            Cause::WrongSecret,
        ),
    ] {
        let (_, query) = link("a.txt")
            .split_once('?')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let found = explain("GET", &format!("{url}?{query}"), &[], &bare());
        assert_first(&found, cause, Confidence::Possible, "");
    }
    // A `+` for a space in a parameter of a URL.
    let plus = link("a.txt") + "&response-content-disposition=attachment%3B+filename%3Da.txt";
    let found = explain("GET", &plus, &[], &bare());
    assert_first(
        &found,
        Cause::ParameterReencoded,
        Confidence::Possible,
        "response-content-disposition",
    );
}

#[test]
fn an_empty_part_of_the_scope_is_named() {
    let url = "https://examplebucket.nyc3.digitaloceanspaces.com/a.txt";
    let body = error("SignatureDoesNotMatch", "");
    let explain_scope = |scope: &str| {
        let authorization =
            authorization("host;x-amz-date").replace("20130524/us-east-1/s3/aws4_request", scope);
        explain(
            "GET",
            url,
            &[DATE, ("Authorization", &authorization)],
            &body,
        )
    };
    for (scope, cause, part) in [
        (
            "20130524/nyc3//aws4_request",
            Cause::WrongService,
            "empty service",
        ),
        (
            "20130524//s3/aws4_request",
            Cause::WrongRegion,
            "empty region",
        ),
    ] {
        assert_first(&explain_scope(scope), cause, Confidence::Certain, part);
    }
    let found = explain_scope("20130524/nyc3/s3/aws4_request");
    let mut findings = found.findings().iter();
    assert!(
        findings.all(|finding| finding.confidence() != Confidence::Certain),
        "{found}"
    );
}

#[test]
fn a_date_of_shared_key_in_the_future_is_recognized() {
    // `now` is 2013-05-24 00:00:00.
    let url = "https://myaccount.blob.core.windows.net/container?restype=container";
    let authorization = format!("SharedKey myaccount:{}=", "A".repeat(43));
    let body = error(
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is \
         formed correctly including the signature.",
    );
    for name in ["x-ms-date", "Date"] {
        let explain_date = |date| {
            let headers = [
                (name, date),
                ("x-ms-version", "2020-10-02"),
                ("Authorization", authorization.as_str()),
            ];
            explain("PUT", url, &headers, &body)
        };
        let found = explain_date("Fri, 24 May 2013 01:30:00 GMT");
        assert_first(
            &found,
            Cause::ClockSkew,
            Confidence::Likely,
            "1 hour 30 minutes ahead",
        );
        for date in [
            "Fri, 24 May 2013 00:10:00 GMT",
            "Thu, 23 May 2013 23:00:00 GMT",
        ] {
            let found = explain_date(date);
            let first = &found.findings()[0];
            assert_ne!(first.cause(), Cause::ClockSkew, "{date}");
        }
    }
}

#[test]
fn the_likeliest_cause_of_a_bare_mismatch_is_first() {
    let body = error("SignatureDoesNotMatch", "");
    let names = "host;x-amz-content-sha256;x-amz-date";
    let first_cause = |url: &str, payload: &str, body: &str| {
        let authorization = authorization(names);
        let headers = [
            DATE,
            ("x-amz-content-sha256", payload),
            ("Authorization", authorization.as_str()),
        ];
        explain("PUT", url, &headers, body).findings()[0].cause()
    };
    let (streamed, unsigned) = ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "UNSIGNED-PAYLOAD");
    let own = "https://store.example.com/bucket/a.txt";
    assert_eq!(first_cause(own, streamed, &body), Cause::StreamingNotTaken);
    assert_eq!(first_cause(own, unsigned, &body), Cause::HostRewritten);
    // AWS knows chunks.
    let aws = "https://bucket.s3.us-east-1.amazonaws.com/a.txt";
    assert_ne!(first_cause(aws, streamed, &body), Cause::StreamingNotTaken);
    let malformed = error("AuthorizationHeaderMalformed", "The header is malformed.");
    assert_eq!(
        first_cause(own, streamed, &malformed),
        Cause::StreamingNotTaken
    );
    assert_eq!(first_cause(aws, streamed, &malformed), Cause::Malformed);

    // A client may send the Host without its port, but no presigned URL lacks it.
    let local = "http://localhost:9000/bucket/a.txt";
    assert_eq!(first_cause(local, unsigned, &body), Cause::PortDiffers);
    let default = "http://localhost:80/bucket/a.txt";
    assert_ne!(first_cause(default, unsigned, &body), Cause::PortDiffers);
}

#[test]
fn the_writing_of_the_signer_precedes_a_wrong_secret() {
    let header = authorization("host;x-amz-date").replace("/s3/", "/es/");
    let host = "search-example.us-east-1.es.amazonaws.com";
    for (path, canonical, cause) in [
        ("/*/_search", "/%2A/_search", Cause::PathNotEncoded),
        ("/a%40b", "/a%2540b", Cause::PathEncodedTwice),
        ("/a/_search", "/a/_search", Cause::WrongSecret),
    ] {
        let seen = format!(
            "GET\n{canonical}\n\nhost:{host}\nx-amz-date:20130524T000000Z\n\nhost;x-amz-date\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        let intro = "The request signature we calculated does not match the signature you provided.\n\nThe \
                     Canonical String for this request should have been\n";
        // A log may indent the text, and programs may leave out its empty lines.
        let indented = format!("    {}", seen.replace('\n', "\n    "));
        for shown in [seen.clone(), indented, seen.replace("\n\n", "\n")] {
            let url = format!("https://{host}{path}");
            let headers = [DATE, ("Authorization", &*header)];
            let found = explain("GET", &url, &headers, &format!("{intro}'{shown}'"));
            let first = &found.findings()[0];
            assert_eq!(first.cause(), cause, "{shown}\n{found}");
            assert_ne!(first.confidence(), Confidence::Certain, "{found}");
        }
    }
    // The values of a header are signed in one line.
    let header = authorization("host;x-amz-date;x-tag");
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    let seen = "GET\n/a.txt\n\nhost:examplebucket.s3.us-east-1.amazonaws.com\nx-amz-date:20130524T000000Z\n\
                x-tag:a,b\n\nhost;x-amz-date;x-tag\nUNSIGNED-PAYLOAD";
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{seen}</CanonicalRequest></Error>"
    );
    for (tags, cause) in [
        (&[("x-tag", "a"), ("X-Tag", "b")][..], Cause::HeaderChanged),
        (&[("x-tag", "a,b")], Cause::WrongSecret),
    ] {
        let others = [
            DATE,
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            ("Authorization", &*header),
        ];
        let headers = [&others, tags].concat();
        let found = explain("GET", url, &headers, &body);
        assert_eq!(found.findings()[0].cause(), cause, "{found}");
    }
}

#[test]
fn opensearch_serverless_requires_the_hash_of_the_body() {
    let header = authorization("host;x-amz-date").replace("/s3/", "/aoss/");
    let url = "https://abc.us-east-1.aoss.amazonaws.com/index";
    let mut headers = vec![DATE, ("Authorization", &*header)];
    let found = explain("PUT", url, &headers, "403 Forbidden");
    assert_first(
        &found,
        Cause::Malformed,
        Confidence::Possible,
        "x-amz-content-sha256",
    );
    headers.push(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
    let found = explain("PUT", url, &headers, "403 Forbidden");
    assert_ne!(found.findings()[0].cause(), Cause::Malformed, "{found}");
}
