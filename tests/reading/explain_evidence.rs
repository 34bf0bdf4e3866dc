//! What a request and its response show: for each sign a request that has it, and a twin without
//! it, of which another cause is found.

use crate::explain::{
    HOUR, bare, bucket, credentials, error, hex, json, link, now, s3, server, sign,
};
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};
use presign::{Credentials, Payload, SignatureVersion, s3::Bucket, v4};
use sha2::{Digest as _, Sha256};

/// The first finding about a request, which is built with the parsed response.
#[track_caller]
fn assert_first<'r>(
    request: impl FnOnce(&'r ErrorResponse) -> FailedRequest<'r>,
    body: &str,
    cause: Cause,
    confidence: Confidence,
) -> Explanation {
    let response = Box::leak(Box::new(ErrorResponse::parse(body)));
    let found = request(response).explain(now());
    let first = &found.findings()[0];
    assert_eq!(
        (first.cause(), first.confidence()),
        (cause, confidence),
        "{found}"
    );
    found
}

fn first_cause<'r>(
    request: impl FnOnce(&'r ErrorResponse) -> FailedRequest<'r>,
    body: &str,
) -> Cause {
    let response = Box::leak(Box::new(ErrorResponse::parse(body)));
    request(response).explain(now()).findings()[0].cause()
}

/// S3's answer with the signature that it received.
fn with_signature(answer: &str, signature: &str) -> String {
    answer.replace(
        "<RequestId>",
        &format!("<SignatureProvided>{signature}</SignatureProvided><RequestId>"),
    )
}

fn signature_of(url: &str) -> &str {
    url.split_once("X-Amz-Signature=").unwrap().1
}

/// A SigV2 link whose signature contains a `+`.
fn sigv2_link() -> String {
    let bucket = Bucket::builder("examplebucket", "us-east-1");
    let bucket = bucket
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap();
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let links = keys.map(|key| {
        let link = bucket.get(key).presign(&credentials(), HOUR, now());
        link.unwrap().to_string()
    });
    let mut links = links.into_iter();
    links.find(|link| link.contains("%2B")).unwrap()
}

#[test]
fn a_blank_in_a_hexadecimal_signature_is_a_line_break() {
    let url = link("a.txt");
    let (front, end) = url.split_at(url.len() - 30);
    let answer = s3(&server("GET", &url, &[]));
    for blank in [" ", "%20"] {
        let broken = format!("{front}{blank}{end}");
        let failed = |response| FailedRequest::new("GET", broken.leak(), response);
        assert_first(failed, &answer, Cause::LineBreak, Confidence::Certain);
    }
    let received = format!("{} {end}", signature_of(front));
    let failed = |response| FailedRequest::new("GET", url.clone().leak(), response);
    let body = with_signature(&answer, &received);
    assert_first(failed, &body, Cause::LineBreak, Confidence::Certain);
    // Base64 has a `+`, and a URL that lacks a digit has no blank.
    let plus = sigv2_link().replace("%2B", " ");
    let failed = |response| FailedRequest::new("GET", plus.leak(), response);
    assert_first(failed, &bare(), Cause::SignaturePlus, Confidence::Certain);
    let plus = format!("{front}+{}", &end[1..]);
    let failed = |response| FailedRequest::new("GET", plus.leak(), response);
    assert_first(
        failed,
        &bare(),
        Cause::SignatureChanged,
        Confidence::Certain,
    );
}

#[test]
fn another_signature_precedes_another_secret() {
    let url = link("a.txt");
    let answer = s3(&server("GET", &url, &[]));
    let sent = url.replace(signature_of(&url), &"7".repeat(64));
    let credentials = Box::leak(Box::new(credentials()));
    let failed = |response| {
        let failed = FailedRequest::new("GET", url.clone().leak(), response);
        failed.credentials(credentials).sent("GET", sent.leak())
    };
    let body = with_signature(&answer, &"7".repeat(64));
    assert_first(failed, &body, Cause::SignatureChanged, Confidence::Certain);
    let failed =
        |response| FailedRequest::new("GET", url.clone().leak(), response).credentials(credentials);
    for signature in [signature_of(&url), &format!("\n  {}\n", signature_of(&url))] {
        let body = with_signature(&answer, signature);
        assert_first(failed, &body, Cause::WrongSecret, Confidence::Certain);
    }
}

#[test]
fn the_text_of_a_chunk_is_not_that_of_the_request() {
    let url = link("a.txt");
    let empty = hex(&Sha256::digest(""));
    let scope = "20130524T000000Z\n20130524/us-east-1/s3/aws4_request";
    let chunk = format!(
        "AWS4-HMAC-SHA256-PAYLOAD\n{scope}\n{}\n{empty}\n{empty}",
        "1".repeat(64)
    );
    let failed = |response| FailedRequest::new("PUT", url.clone().leak(), response);
    let answer = |text: &str| with_signature(&s3(&(String::new(), text.into())), &"7".repeat(64));
    assert_first(
        failed,
        &answer(&chunk),
        Cause::PayloadChanged,
        Confidence::Likely,
    );
    let request = format!("AWS4-HMAC-SHA256\n{scope}\n{empty}");
    assert_first(
        failed,
        &answer(&request),
        Cause::SignatureChanged,
        Confidence::Certain,
    );
}

#[test]
fn a_default_port_may_be_signed() {
    let url = link("a.txt");
    let answer = s3(&server("GET", &url, &[]));
    for (port, cause) in [(":443", Cause::DefaultPort), ("", Cause::WrongSecret)] {
        let url = url.replace("amazonaws.com", &format!("amazonaws.com{port}"));
        let failed = |response| FailedRequest::new("GET", url.leak(), response);
        assert_first(failed, &answer, cause, Confidence::Likely);
    }
}

#[test]
fn the_hash_of_the_body_may_be_signed() {
    let url = link("a.txt");
    let seen = server("PUT", &url, &[]);
    let body = b"some,csv,data";
    let hashed = seen
        .0
        .replace("UNSIGNED-PAYLOAD", &hex(&Sha256::digest(body)));
    let (front, _) = seen.1.rsplit_once('\n').unwrap();
    let crate_secret = crate::explain::SECRET;
    let signature = sign(
        crate_secret,
        &format!("{front}\n{}", hex(&Sha256::digest(hashed))),
    );
    let url = url.replace(signature_of(&url), &signature);
    let credentials = Box::leak(Box::new(credentials()));
    for (body, cause, confidence) in [
        (body.as_slice(), Cause::PayloadUnsigned, Confidence::Certain),
        (b"another", Cause::WrongSecret, Confidence::Likely),
    ] {
        let failed = |response| {
            let failed = FailedRequest::new("PUT", url.clone().leak(), response);
            failed.credentials(credentials).body(body)
        };
        assert_first(failed, &s3(&seen), cause, confidence);
    }
}

#[test]
fn a_line_break_behind_the_url_is_recognized() {
    let url = link("a.txt");
    let answer = s3(&server("GET", &url, &[]));
    for (end, received, cause, confidence) in [
        ("\n", "\n", Cause::LineBreak, Confidence::Certain),
        ("\n", "", Cause::LineBreak, Confidence::Likely),
        ("", "", Cause::WrongSecret, Confidence::Likely),
    ] {
        let body = with_signature(&answer, &format!("{}{received}", signature_of(&url)));
        let sent = format!("{url}{end}");
        let failed = |response| FailedRequest::new("GET", sent.leak(), response);
        assert_first(failed, &body, cause, confidence);
    }
}

#[test]
fn an_id_with_the_form_of_a_secret_is_recognized() {
    for (id, cause, confidence) in [
        (
            "N3BgTg4Cs3YIg0CfkboKYz3zgiKk8UEmW5FV1cn",
            Cause::WrongAccessKey,
            Confidence::Likely,
        ),
        // Tencent's and Cloudflare's.
        (
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            Cause::WrongSecret,
            Confidence::Possible,
        ),
        (
            "0123456789abcdef0123456789abcdef01234567",
            Cause::WrongSecret,
            Confidence::Possible,
        ),
    ] {
        let credentials = Credentials::new(id, crate::explain::SECRET).unwrap();
        let link = bucket()
            .get("a.txt")
            .presign(&credentials, HOUR, now())
            .unwrap();
        let failed = |response| FailedRequest::new("GET", link.to_string().leak(), response);
        let found = assert_first(failed, &bare(), cause, confidence);
        assert!(cause != Cause::WrongAccessKey || !found.to_string().contains(id));
    }
}

#[test]
fn the_answer_shows_the_method() {
    let url: &str = link("a.txt").leak();
    let head = "HTTP/1.1 403 Forbidden\nContent-Type: application/xml\nContent-Length: 2130\n\n";
    let empty = head.replace("2130", "0");
    let go = "operation error S3: DeleteObject, https response error StatusCode: 403, api error SignatureDoesNotMatch: The request signature we calculated does not match";
    let python = "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: The request signature we calculated does not match";
    let other = go.replace("DeleteObject", "DeleteObjects");
    for (method, body, cause) in [
        ("GET", head, Cause::Method),
        ("HEAD", head, Cause::WrongSecret),
        ("GET", &empty, Cause::WrongSecret),
        ("GET", &format!("{head}{}", bare()), Cause::WrongSecret),
        ("GET", go, Cause::Method),
        ("DELETE", go, Cause::WrongSecret),
        ("POST", &other, Cause::WrongSecret),
        ("GET", python, Cause::Method),
        ("PUT", python, Cause::WrongSecret),
    ] {
        let confidence = match cause {
            Cause::Method => Confidence::Likely,
            _ => Confidence::Possible,
        };
        assert_first(
            |response| FailedRequest::new(method, url, response),
            body,
            cause,
            confidence,
        );
    }
    // It is known how the request was sent.
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", url);
    assert_first(failed, go, Cause::WrongSecret, Confidence::Possible);
}

/// A request to API Gateway with its headers.
fn signed_call() -> (&'static str, Vec<(&'static str, &'static str)>) {
    let url = "https://id.execute-api.us-east-1.amazonaws.com/prod/orders";
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let request = service.get(url).payload(Payload::sha256_of(b""));
    let signed = request.sign(&credentials(), now()).unwrap();
    let headers = signed.headers().map(|(name, value)| {
        let (name, value): (&str, &str) = (name.to_owned().leak(), value.to_owned().leak());
        (name, value)
    });
    (url, headers.collect())
}

#[test]
fn headers_that_were_sent_stand_for_the_signed_ones() {
    let (url, headers) = signed_call();
    let sent = format!("{url}?pretty=true").leak();
    for (sent, cause, confidence) in [
        (&*sent, Cause::ParameterAdded, Confidence::Certain),
        (url, Cause::WrongSecret, Confidence::Possible),
    ] {
        let failed = |response| {
            let failed = FailedRequest::new("GET", url, response).sent("GET", sent);
            failed.sent_headers(headers.iter().copied())
        };
        assert_first(failed, &bare(), cause, confidence);
    }
    // The host is that of the URL.
    let failed = |response| {
        let failed = FailedRequest::new("GET", url, response).sent_header("Host", "localhost");
        failed.sent_headers(headers.iter().copied())
    };
    assert_first(failed, &bare(), Cause::HostRewritten, Confidence::Certain);
}

#[test]
fn a_text_that_is_cut_off_shows_what_it_has() {
    let (url, headers) = signed_call();
    let sent = format!("{url}?pretty=true").leak();
    let whole = json(&server("GET", sent, &headers));
    let cut = whole.split_at(whole.find("x-amz-date").unwrap() + 4).0;
    let other = json(&server("GET", url, &headers));
    let other = other.split_at(other.find("x-amz-date").unwrap() + 4).0;
    let failed =
        |response| FailedRequest::new("GET", url, response).headers(headers.iter().copied());
    assert_first(failed, cut, Cause::ParameterAdded, Confidence::Certain);
    assert_first(failed, other, Cause::WrongSecret, Confidence::Possible);
    // The part behind the cut shows in what was sent.
    let (front, _) = other.split_once("prod").unwrap();
    let failed = |response| failed(response).sent("GET", sent);
    assert_first(failed, front, Cause::ParameterAdded, Confidence::Certain);
}

#[test]
fn a_parameter_behind_the_signature_was_added() {
    let url = link("a.txt");
    let sorted = {
        let (address, query) = url.split_once('?').unwrap();
        let mut params: Vec<&str> = query.split('&').collect();
        params.push("v=3");
        params.sort_unstable();
        format!("{address}?{}", params.join("&"))
    };
    for (url, cause) in [
        (format!("{url}&v=3"), Cause::ParameterAdded),
        (format!("{url}&versionId=3"), Cause::WrongSecret),
        (sorted, Cause::WrongSecret),
    ] {
        let answer = s3(&server("GET", &url, &[]));
        let failed = |response| FailedRequest::new("GET", url.leak(), response);
        assert_first(failed, &answer, cause, Confidence::Likely);
    }
}

#[test]
fn the_host_that_was_sent_is_compared_without_a_signature() {
    let sent: &str = link("a.txt")
        .replace("examplebucket.s3.us-east-1.amazonaws.com", "localhost:3000")
        .leak();
    let answer = s3(&server("GET", sent, &[]));
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    let sent = sent.split_once('?').unwrap().0;
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", sent);
    assert_first(failed, &answer, Cause::HostRewritten, Confidence::Certain);
    let failed = |response| FailedRequest::new("GET", sent, response).sent("GET", sent);
    assert_first(failed, &answer, Cause::WrongSecret, Confidence::Possible);
}

#[test]
fn a_token_that_was_appended_is_recognized_behind_a_cut() {
    let temporary = Credentials::new("ASIAIOSFODNN7EXAMPLE", crate::explain::SECRET).unwrap();
    let link = bucket()
        .get("a.txt")
        .presign(&temporary, HOUR, now())
        .unwrap();
    let url: &str = link.to_string().leak();
    let sent: &str = format!("{url}&X-Amz-Security-Token=IQoJb3JpZ2luX2Vj").leak();
    let answer = s3(&server("GET", sent, &[]));
    let (cut, _) = answer.split_once("X-Amz-Expires").unwrap();
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", sent);
    assert_first(failed, cut, Cause::TokenAdded, Confidence::Certain);
    let failed = |response| FailedRequest::new("GET", url, response).sent("GET", url);
    assert_first(failed, cut, Cause::TokenMissing, Confidence::Likely);
}

#[test]
fn a_right_signature_points_to_the_secret_of_the_server() {
    let own = Box::leak(Box::new(credentials()));
    let other: &Credentials = Box::leak(Box::new(
        Credentials::new("AKIDEXAMPLE", "another").unwrap(),
    ));
    let custom = "files.example.com";
    let link = link("a.txt");
    for (host, credentials, cause) in [
        (custom, None, Cause::HostRewritten),
        (custom, Some(&*own), Cause::WrongSecret),
        ("minio", Some(&*own), Cause::HostRewritten),
    ] {
        let url = link.replace("examplebucket.s3.us-east-1.amazonaws.com", host);
        let canonical = server("GET", &url, &[]).1;
        let signature = sign(crate::explain::SECRET, &canonical);
        let url = url.replace(signature_of(&url), &signature);
        let failed = |response| {
            let failed = FailedRequest::new("GET", url.leak(), response);
            credentials.map_or(failed.clone(), |credentials| {
                failed.credentials(credentials)
            })
        };
        let found = assert_first(failed, &bare(), cause, Confidence::Possible);
        let is_right = found.to_string().contains("The signature is right");
        assert_eq!(is_right, credentials.is_some(), "{found}");
    }
    let failed = |response| FailedRequest::new("GET", link.leak(), response).credentials(other);
    assert_first(failed, &bare(), Cause::WrongSecret, Confidence::Likely);
}

#[test]
fn a_form_is_read_from_its_body() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/";
    let form = bucket()
        .post_policy("up/a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let body = |key: &str, last: &str, line_end: &str| {
        let part = |name: &str, value: &str| {
            format!("--b\nContent-Disposition: form-data; name=\"{name}\"\n\n{value}\n")
        };
        let mut text = String::new();
        for (name, value) in form.fields() {
            text += &part(name, if name == "key" { key } else { value });
        }
        text += &part(last, "x").replace("\n\n", "; filename=\"a.txt\"\n\n");
        let text = (text + "--b--\n").replace('\n', line_end);
        [text.as_bytes(), &[]].concat().leak() as &[u8]
    };
    let denied = error("AccessDenied", "Invalid according to Policy");
    for line_end in ["\n", "\r\n"] {
        for (key, last, answer, cause, confidence) in [
            (
                "other/a.txt",
                "file",
                &denied,
                Cause::Policy,
                Confidence::Certain,
            ),
            (
                "up/a.txt",
                "file",
                &bare(),
                Cause::WrongSecret,
                Confidence::Possible,
            ),
            (
                "up/a.txt",
                "upload",
                &error("MalformedPOSTRequest", ""),
                Cause::FormFields,
                Confidence::Certain,
            ),
        ] {
            let body = body(key, last, line_end);
            let failed = |response| FailedRequest::new("POST", url, response).body(body);
            let found = assert_first(failed, answer, cause, confidence);
            assert!(!found.to_string().contains("Give the fields"), "{found}");
        }
    }
    // The upload of a body with its own signature is none.
    let signed = link("a.txt").leak();
    let failed = |response| FailedRequest::new("POST", signed, response).body(b"--b\n\nx\n--b--");
    assert_first(failed, &bare(), Cause::WrongSecret, Confidence::Possible);
}

#[test]
fn a_key_with_an_accent_has_two_forms() {
    let composed: &str = link("K\u{f6}ln.jpg").leak();
    let plain: &str = link("Koeln.jpg").leak();
    let answer = |key: &str| bare().replace("</Error>", &format!("<Key>{key}</Key></Error>"));
    let failed = |response| FailedRequest::new("GET", composed, response);
    let body = answer("Ko\u{308}ln.jpg");
    assert_first(failed, &body, Cause::UnicodeForm, Confidence::Likely);
    for (url, body, is_listed) in [
        (composed, answer("K\u{f6}ln.jpg"), true),
        (composed, bare(), true),
        (plain, bare(), false),
    ] {
        let response = ErrorResponse::parse(&body);
        let found = FailedRequest::new("GET", url, &response).explain(now());
        let mut findings = found.findings().iter();
        let form = findings.find(|finding| finding.cause() == Cause::UnicodeForm);
        assert_eq!(form.is_some(), is_listed, "{found}");
        assert!(form.is_none_or(|form| form.confidence() == Confidence::Possible));
    }
}

#[test]
fn a_credential_that_is_encoded_twice_has_no_known_access_key() {
    let answer = error(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    );
    let url = link("a.txt");
    let twice = url.replace("%2F", "%252F");
    for (url, cause) in [
        (url, Cause::WrongAccessKey),
        (twice, Cause::UrlEncodedTwice),
    ] {
        let failed = |response| FailedRequest::new("GET", url.clone().leak(), response);
        assert_first(failed, &answer, cause, Confidence::Certain);
    }
}

/// What `curl -I` shows of S3's answer.
#[test]
fn xml_without_a_body_answers_head() {
    let url = link("a.txt");
    let head = "HTTP/1.1 403 Forbidden\ncontent-type: application/xml\nserver: AmazonS3";
    let failed = |response| FailedRequest::new("GET", url.clone().leak(), response);
    assert_first(failed, head, Cause::Method, Confidence::Likely);
    let failed = |response| FailedRequest::new("HEAD", url.clone().leak(), response);
    assert_ne!(first_cause(failed, head), Cause::Method);
    for other in [
        format!("{head}\ncontent-length: 0"),
        head.replace("application/xml", "text/html"),
        format!("{head}\n\n{}", bare()),
    ] {
        let failed = |response| FailedRequest::new("GET", url.clone().leak(), response);
        assert_ne!(first_cause(failed, &other), Cause::Method, "{other}");
    }
}

#[test]
fn a_code_that_a_log_cuts_off_is_recognized() {
    let failed = |response| FailedRequest::new("GET", link("a.txt").leak(), response);
    for end in ["...", "\u{2026}"] {
        let body = format!("<Error><Code>RequestTimeTooSk{end}");
        assert_eq!(first_cause(failed, &body), Cause::ClockSkew);
    }
    for other in ["RequestTimeTooSk", "Request...", "RequestTimeTooLate..."] {
        let body = format!("<Error><Code>{other}");
        assert_ne!(first_cause(failed, &body), Cause::ClockSkew, "{other}");
    }
}

/// S3 escapes `@` and `=`, which many clients send as they are.
#[test]
fn a_signer_may_not_encode_what_a_url_may_contain() {
    for (key, cause) in [
        ("jane@example.com", Cause::PathNotEncoded),
        ("a=1", Cause::PathNotEncoded),
        ("jane.txt", Cause::WrongSecret),
    ] {
        let url = format!("https://examplebucket.s3.us-east-1.amazonaws.com/{key}");
        let service = v4::Service::new("us-east-1", "s3").unwrap();
        let get = service.get(&url).payload(Payload::Empty);
        let signed = get.sign(&credentials(), now()).unwrap();
        let mut headers: Vec<_> = signed.headers().collect();
        // The signature of another text.
        let authorization = headers.last_mut().unwrap();
        let other = format!("{}0123", &authorization.1[..authorization.1.len() - 4]);
        authorization.1 = &other;
        let answer = s3(&server("GET", &url, &headers));
        let failed = |response| {
            let failed = FailedRequest::new("GET", url.clone().leak(), response);
            headers.iter().fold(failed, |failed, (name, value)| {
                failed.header(name, value.to_string().leak())
            })
        };
        assert_first(failed, &answer, cause, Confidence::Likely);
    }
}

#[cfg(feature = "azure")]
#[test]
fn shared_key_needs_the_name_of_the_account() {
    let answer = error(
        "AuthorizationFailure",
        "Server failed to authenticate the request. Make sure the value of the Authorization header is \
         formed correctly including the signature.",
    );
    let signature = "jwsJIJd+x1XFBOxMGCqmNuPWc3+Q4PCqP4o6Lepzer8=";
    for (value, cause) in [
        (format!("SharedKey {signature}"), Cause::Malformed),
        (
            format!("SharedKey myaccount:{signature}"),
            Cause::WrongSecret,
        ),
    ] {
        let failed = |response| {
            let url = "https://myaccount.blob.core.windows.net/images?comp=list&restype=container";
            FailedRequest::new("GET", url, response)
                .header("x-ms-date", "Fri, 24 May 2013 00:00:00 GMT")
                .header("x-ms-version", "2024-11-04")
                .header("Authorization", value.clone().leak())
        };
        assert_eq!(first_cause(failed, &answer), cause, "{value}");
    }
}

#[test]
fn words_of_the_request_do_not_decide_about_the_cause() {
    // The region begins as the word service does.
    let url = link("a.txt").replace("us-east-1%2Fs3", "servicecatalog%2Fs3");
    let failed = |response| FailedRequest::new("GET", url.leak(), response);
    assert_eq!(first_cause(failed, &bare()), Cause::WrongRegion);
    // Boto3 writes the name of SigV2's token in lowercase.
    let url = sigv2_link() + "&x-amz-security-token=a+b";
    let failed = |response| FailedRequest::new("GET", url.leak(), response);
    assert_eq!(first_cause(failed, &bare()), Cause::TokenChanged);
    // A single apostrophe quotes nothing.
    let message = "The header isn't signed; it must be included in signature";
    let failed = |response| FailedRequest::new("GET", link("a.txt").leak(), response);
    let response = error("AccessDenied", message);
    let found = assert_first(
        failed,
        &response,
        Cause::HeaderNotSigned,
        Confidence::Likely,
    );
    assert!(!found.to_string().contains("must be included"), "{found}");
}

#[test]
fn the_first_format_of_an_answer_is_read() {
    let code = |body: &str| ErrorResponse::parse(body).code().map(str::to_owned);
    let xml = r#"<Error><Code>AccessDenied</Code><Message>bad {"Code":"Other"}</Message></Error>"#;
    for before in ["", "[12:00] ", "\"403\" "] {
        assert_eq!(
            code(&format!("{before}{xml}")).as_deref(),
            Some("AccessDenied"),
            "{before}"
        );
    }
    let json = r#"{"Code":"Other","Message":"<Error><Code>AccessDenied</Code></Error>"}"#;
    assert_eq!(code(json).as_deref(), Some("Other"));
}

#[test]
fn the_last_line_before_an_ellipsis_is_not_whole() {
    let url = link("a.txt");
    let (canonical, _) = server("GET", &url, &[]);
    let payload = canonical.lines().next_back().unwrap().to_owned();
    let cut = |text: &str| {
        let (front, _) = text.split_once(&payload).unwrap();
        format!("{front}{}", &payload[..payload.len() - 4])
    };
    let answer = json(&server("GET", &url, &[]));
    let failed = |response| FailedRequest::new("GET", url.clone().leak(), response);
    for end in ["...", "\u{2026}"] {
        let cause = first_cause(failed, &(cut(&answer) + end));
        assert_ne!(cause, Cause::PayloadUnsigned, "{end}");
        assert_ne!(cause, Cause::PayloadChanged, "{end}");
    }
    // Another line that is whole is a difference.
    let other = answer.replace(&payload, "0123");
    assert_eq!(first_cause(failed, &other), Cause::PayloadUnsigned);
}

#[test]
fn what_arrives_without_a_signature_explains_any_answer() {
    let url = link("a.txt");
    let (address, _) = url.split_once('?').unwrap();
    let answer = error("NoSuchKey", "The specified key does not exist.");
    for (sent, cause) in [(address, Cause::NoAuthentication), (&url, Cause::NotFound)] {
        let failed = |response| {
            FailedRequest::new("GET", url.clone().leak(), response)
                .sent("GET", sent.to_owned().leak())
        };
        assert_eq!(first_cause(failed, &answer), cause, "{sent}");
    }
}
