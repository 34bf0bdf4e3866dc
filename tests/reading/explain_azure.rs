//! Why Azure Storage rejects a request. The strings to sign of the answers are written out by hand
//! from Microsoft's documents.

use presign::azure::{Account, Permissions, Resource, shared_key};
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};
use presign::{Credentials, Timestamp};

const NOW: &str = "2030-01-02T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn key(text: &str) -> Credentials {
    shared_key("myaccount", text).unwrap()
}

/// A token for a container, as a link to a blob in it.
fn link(key: &Credentials) -> String {
    let account = Account::new("myaccount").unwrap();
    let sas = account
        .sas(Resource::Container("images"), Permissions::READ)
        .api_version("2022-11-02")
        .presign(key, "2030-01-03T03:04:05Z", now())
        .unwrap();
    sas.url_for("https://myaccount.blob.core.windows.net/images/a.png")
        .unwrap()
}

/// The lines of a service SAS of version 2022-11-02.
fn text(permissions: &str, resource: &str) -> String {
    format!(
        "{permissions}\n\n2030-01-03T03:04:05Z\n/blob/myaccount/{resource}\n\n\n\n2022-11-02\nc\n\n\n\n\n\n\n"
    )
}

fn failed(detail: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to \
         authenticate the request. Make sure the value of Authorization header is formed correctly including the \
         signature.\nRequestId:1\nTime:2030-01-02T12:00:00.0Z</Message><AuthenticationErrorDetail>{detail}\
         </AuthenticationErrorDetail></Error>"
    )
}

fn mismatch(text: &str) -> String {
    failed(&format!(
        "Signature did not match. String to sign used was {text}"
    ))
}

fn explain(url: &str, body: &str, credentials: Option<&Credentials>) -> Explanation {
    let response = ErrorResponse::parse(body);
    let mut request = FailedRequest::new("GET", url, &response);
    if let Some(credentials) = credentials {
        request = request.credentials(credentials);
    }
    request.explain(now())
}

#[track_caller]
fn first(url: &str, body: &str, cause: Cause, confidence: Confidence) -> Explanation {
    let explanation = explain(url, body, None);
    let found = &explanation.findings()[0];
    assert_eq!(
        (found.cause(), found.confidence()),
        (cause, confidence),
        "{explanation}"
    );
    explanation
}

#[test]
fn the_servers_string_to_sign_is_compared_line_by_line() {
    let url = link(&key("c2VjcmV0"));
    let moved = mismatch(&text("r", "pictures"));
    let explanation = first(&url, &moved, Cause::PathChanged, Confidence::Certain);
    assert_eq!(
        explanation.findings()[0].signed(),
        Some("/blob/myaccount/images")
    );
    assert_eq!(
        explanation.findings()[0].seen(),
        Some("/blob/myaccount/pictures")
    );
    let changed = mismatch(&text("rw", "images"));
    let explanation = first(&url, &changed, Cause::ParameterChanged, Confidence::Certain);
    assert_eq!(explanation.findings()[0].seen(), Some("sp=rw"));
    assert_eq!(explanation.findings().len(), 1);
}

/// With equal texts only the key can be wrong, which is certain only if the key is given.
#[test]
fn the_same_text_is_no_difference() {
    let (own, other) = (key("c2VjcmV0"), key("b3RoZXI="));
    let url = link(&own);
    let pasted = text("r", "images")
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for same in [text("r", "images"), pasted] {
        let body = mismatch(&same);
        first(&url, &body, Cause::WrongSecret, Confidence::Likely);
        let right = explain(&url, &body, Some(&own));
        assert_eq!(right.findings()[0].cause(), Cause::WrongSecret);
        assert_eq!(right.findings()[0].confidence(), Confidence::Certain);
        let wrong = explain(&url, &body, Some(&other));
        assert_eq!(wrong.findings()[0].confidence(), Confidence::Likely);
        for explanation in [right, wrong] {
            let shown = explanation.to_string();
            assert!(
                !shown.contains("c2VjcmV0") && !shown.contains("b3RoZXI="),
                "{shown}"
            );
        }
    }
}

/// Some programs print only the first lines. A missing line is not a difference.
#[test]
fn a_text_that_is_cut_off_shows_no_difference() {
    let url = link(&key("c2VjcmV0"));
    for lines in [1, 4, 8] {
        let text = text("r", "images");
        let cut: Vec<&str> = text.split('\n').take(lines).collect();
        let explanation = explain(&url, &mismatch(&cut.join("\n")), None);
        for finding in explanation.findings() {
            assert_ne!(finding.confidence(), Confidence::Certain, "{explanation}");
        }
    }
}

#[test]
fn shared_key_is_compared_line_by_line() {
    let url = "https://myaccount.blob.core.windows.net/images/a.png";
    let seen = |content_type: &str, path: &str| {
        failed(&format!(
            "The MAC signature found in the HTTP request 'AAAA' is not the same as any computed signature. Server \
             used following string to sign: 'PUT\n\n\n4\n\n{content_type}\n\n\n\n\n\n\nx-ms-date:Wed, 02 Jan 2030 \
             12:00:00 GMT\nx-ms-version:2022-11-02\n/myaccount{path}'."
        ))
    };
    let authorization = format!("SharedKey myaccount:{}=", "A".repeat(43));
    for (body, cause) in [
        (seen("text/plain", "/images/a.png"), Cause::HeaderNotSigned),
        (seen("", "/images/b.png"), Cause::PathChanged),
        (seen("", "/images/a.png"), Cause::WrongSecret),
    ] {
        let response = ErrorResponse::parse(&body);
        let request = FailedRequest::new("PUT", url, &response)
            .header("Content-Length", "4")
            .header("x-ms-date", "Wed, 02 Jan 2030 12:00:00 GMT")
            .header("x-ms-version", "2022-11-02")
            .header("Authorization", &authorization);
        let explanation = request.explain(now());
        assert_eq!(explanation.findings()[0].cause(), cause, "{explanation}");
    }
}

/// A program that prints the text may leave out its empty lines.
#[test]
fn empty_lines_of_shared_key_may_be_missing() {
    let url = "https://myaccount.blob.core.windows.net/?comp=list&maxresults=25";
    let authorization = format!("SharedKey myaccount:{}=", "A".repeat(43));
    let date = "Wed, 02 Jan 2030 12:00:00 GMT";
    for (end, cause) in [
        ("comp:list\nmaxresults:25", Cause::WrongSecret),
        ("comp:list", Cause::ParameterDropped),
    ] {
        let body = failed(&format!(
            "The MAC signature found in the HTTP request 'AAAA' is not the same as any computed signature. Server \
             used following string to sign: 'GET\n\nx-ms-date:{date}\nx-ms-version:2018-03-28\n/myaccount/\n{end}'."
        ));
        let response = ErrorResponse::parse(&body);
        let request = FailedRequest::new("GET", url, &response)
            .header("x-ms-date", date)
            .header("x-ms-version", "2018-03-28")
            .header("Authorization", &authorization);
        let explanation = request.explain(now());
        assert_eq!(explanation.findings()[0].cause(), cause, "{explanation}");
    }
}

#[test]
fn signed_values_with_white_space_are_pointed_out() {
    let url = "https://myaccount.blob.core.windows.net/images/a.png";
    let authorization = format!("SharedKey myaccount:{}=", "A".repeat(43));
    let body = failed("The MAC signature is not the same as any computed signature.");
    let response = ErrorResponse::parse(&body);
    for (value, cause) in [
        (" a", Cause::HeaderChanged),
        ("a  b", Cause::HeaderChanged),
        ("a\n b", Cause::HeaderChanged),
        ("a b", Cause::WrongSecret),
    ] {
        let request = FailedRequest::new("PUT", url, &response)
            .header("x-ms-date", "Wed, 02 Jan 2030 12:00:00 GMT")
            .header("x-ms-version", "2022-11-02")
            .header("x-ms-meta-name", value)
            .header("Authorization", &authorization);
        let explanation = request.explain(now());
        let first = &explanation.findings()[0];
        assert_eq!(first.cause(), cause, "{value:?}: {explanation}");
    }
}

/// A table's text has four lines before the resource: method, Content-MD5, Content-Type and date.
#[test]
fn shared_key_of_tables_is_compared_line_by_line() {
    let url = "https://myaccount.table.core.windows.net/Tables";
    let authorization = format!("SharedKey myaccount:{}=", "A".repeat(43));
    let date = "Wed, 02 Jan 2030 12:00:00 GMT";
    for (content_type, path, cause) in [
        ("application/json", "/Tables", Cause::HeaderNotSigned),
        ("", "/Entities", Cause::PathChanged),
        ("", "/Tables", Cause::WrongSecret),
    ] {
        let body = failed(&format!(
            "The MAC signature found in the HTTP request 'AAAA' is not the same as any computed signature. Server \
             used following string to sign: 'GET\n\n{content_type}\n{date}\n/myaccount{path}'."
        ));
        let response = ErrorResponse::parse(&body);
        let request = FailedRequest::new("GET", url, &response)
            .header("x-ms-date", date)
            .header("x-ms-version", "2019-02-02")
            .header("Authorization", &authorization);
        let explanation = request.explain(now());
        assert_eq!(explanation.findings()[0].cause(), cause, "{explanation}");
    }
}

/// Pairs of causes that one code has, told apart by the detail.
#[test]
fn what_the_detail_states() {
    let url = link(&key("c2VjcmV0"));
    let frame = |start, current| {
        failed(&format!(
            "Signature not valid in the specified time frame: Start [{start}] - Expiry [Thu, 03 Jan 2030 03:04:05 \
             GMT] - Current [{current}]"
        ))
    };
    let (early, late) = (
        "Wed, 02 Jan 2030 12:05:00 GMT",
        "Fri, 04 Jan 2030 00:00:00 GMT",
    );
    let protocol = "<Error><Code>AuthorizationProtocolMismatch</Code><Message>x</Message></Error>";
    let http = url.replace("https://", "http://");
    first(&http, protocol, Cause::UrlScheme, Confidence::Certain);
    for (body, cause, confidence) in [
        (
            frame(early, "Wed, 02 Jan 2030 12:00:00 GMT"),
            Cause::ClockSkew,
            Confidence::Certain,
        ),
        (frame(early, late), Cause::Expired, Confidence::Certain),
        (
            failed("Signature fields not well formed."),
            Cause::Malformed,
            Confidence::Likely,
        ),
        (
            failed("sv is mandatory. Cannot be empty"),
            Cause::Malformed,
            Confidence::Likely,
        ),
        (
            "<Error><Code>AuthorizationPermissionMismatch</Code><Message>x</Message></Error>"
                .into(),
            Cause::Permission,
            Confidence::Likely,
        ),
        (protocol.into(), Cause::UrlScheme, Confidence::Likely),
        (
            "<Error><Code>BlobNotFound</Code><Message>x</Message></Error>".into(),
            Cause::NotFound,
            Confidence::Certain,
        ),
    ] {
        first(&url, &body, cause, confidence);
    }
}

#[test]
fn a_link_to_a_server_of_aws_is_of_another_scheme() {
    let azure = link(&key("c2VjcmV0"));
    let s3 = azure.replace("myaccount.blob.core.windows.net", "b.s3.amazonaws.com");
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    first(&s3, denied, Cause::OtherScheme, Confidence::Certain);
    let other = explain(&azure, denied, None);
    assert_ne!(other.findings()[0].cause(), Cause::OtherScheme);
}

#[test]
fn no_signature_is_shown() {
    let url = link(&key("c2VjcmV0"));
    let signature = url.rsplit_once("sig=").unwrap().1;
    let response = ErrorResponse::parse("");
    let request = FailedRequest::new("GET", &url, &response);
    let sent_url = url.replace("images/a", "images%2Fa");
    let sent = request.clone().sent("GET", &sent_url);
    for shown in [format!("{request:?}"), sent.explain(now()).to_string()] {
        assert!(!shown.contains(signature), "{shown}");
    }
}

/// The emulator's account is in the path, and its answer gives no reason.
#[test]
fn requests_to_the_emulator_are_checked() {
    let key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    let other = "c2VjcmV0";
    let url = "http://127.0.0.1:11000/devstoreaccount1/pics?restype=container&comp=list";
    let authorization = "SharedKey devstoreaccount1:tH1Nu1fl1HbU+BbME3yE6gA6/pQScEtZ2SO29eHC6Nw=";
    let headers = [
        ("x-ms-date", "Sat, 28 Nov 2026 13:05:54 GMT"),
        ("x-ms-version", "2024-11-04"),
        ("Authorization", authorization),
    ];
    let response = ErrorResponse::parse(
        "<Error><Code>AuthorizationFailure</Code><Message>Server failed to authenticate the request. Make sure the \
         value of the Authorization header is formed correctly including the signature.</Message></Error>",
    );
    let request = FailedRequest::new("GET", url, &response).headers(headers);
    let at: Timestamp = "20261128T130554Z".parse().unwrap();
    for (key, is_right) in [(key, true), (other, false)] {
        let credentials = shared_key("devstoreaccount1", key).unwrap();
        let found = request.clone().credentials(&credentials).explain(at);
        assert_eq!(found.findings()[0].cause(), Cause::WrongSecret, "{found}");
        let says = found.to_string().contains("The signature is right");
        assert_eq!(says, is_right, "{found}");
    }
    for (sent, cause, confidence) in [
        (&headers[..2], Cause::NoAuthentication, Confidence::Certain),
        (&headers[..], Cause::WrongSecret, Confidence::Possible),
    ] {
        let found = request
            .clone()
            .sent_headers(sent.iter().copied())
            .explain(at);
        let first = &found.findings()[0];
        assert_eq!(
            (first.cause(), first.confidence()),
            (cause, confidence),
            "{found}"
        );
    }
}

/// What Node.js prints of an error: texts on one line, with their line breaks escaped.
#[test]
fn a_printed_object_has_the_string_to_sign() {
    let printed = |text: &str| {
        let text = text.replace('\n', "\\n");
        format!(
            "RestError: Server failed to authenticate the request.\n  code: 'AuthenticationFailed',\n  \
             details: {{ authenticationErrorDetail: \"Signature did not match. String to sign used was {text}\" \
             }}\n}}"
        )
    };
    let url = link(&key("c2VjcmV0"));
    let same = printed(&text("r", "images"));
    first(&url, &same, Cause::WrongSecret, Confidence::Likely);
    let moved = printed(&text("r", "pictures"));
    let explanation = first(&url, &moved, Cause::PathChanged, Confidence::Certain);
    assert_eq!(explanation.findings().len(), 1);
}
