//! Changes of a random request: the finding names the change, or one that makes the same request.

use crate::explain::{HOUR, bucket, credentials, error, now, s3, server};
use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

/// Changes of a canonical request as texts that are replaced. The first of those that make the same
/// request names it.
const CHANGES: [(Cause, &str, &str); 24] = [
    (Cause::Method, "PUT\n", "POST\n"),
    (Cause::Method, "PUT\n", "OPTIONS\n"),
    (Cause::PathEncodedTwice, "%", "%25"),
    (Cause::PathNotEncoded, "%20", "+"),
    (Cause::PathNotEncoded, "%28", "("),
    (Cause::PathNotEncoded, "~", "%7E"),
    (Cause::UnicodeForm, "%C3%A9", "e%CC%81"),
    (Cause::LeadingSlash, "PUT\n/", "PUT\n//"),
    (Cause::PathPrefix, "PUT\n/", "PUT\n/storage/"),
    (Cause::PathNormalized, "//", "/"),
    (Cause::PathNormalized, "/./", "/"),
    (Cause::AddressingStyle, "PUT\n/", "PUT\n/examplebucket/"),
    (
        Cause::HostRewritten,
        "\nhost:examplebucket.",
        "\nhost:proxy.",
    ),
    (Cause::PortDiffers, ".com\n", ".com:9001\n"),
    (Cause::DefaultPort, ".com\n", ".com:443\n"),
    (Cause::UrlScheme, ".com\n", ".com:80\n"),
    (
        Cause::PayloadUnsigned,
        "\nUNSIGNED-PAYLOAD",
        "\ne3b0c44298fc1c14",
    ),
    (
        Cause::HeaderNotSent,
        "content-type:text/plain",
        "content-type:",
    ),
    (
        Cause::HeaderChanged,
        "text/plain\n",
        "text/plain; charset=utf-8\n",
    ),
    (Cause::TokenMissing, "X-Amz-Security-Token=a%2Fb&", ""),
    (Cause::TokenChanged, "-Token=a%2Fb", "-Token=a/b"),
    (Cause::ParameterDropped, "&versionId=1%2B2", ""),
    (
        Cause::ParameterReencoded,
        "versionId=1%2B2",
        "versionId=1+2",
    ),
    (
        Cause::ParameterAdded,
        "\ncontent-type",
        "&x-id=PutObject\ncontent-type",
    ),
];

/// Replaces a text in the method and the path, or else in the other lines.
fn replaced(canonical: &str, from: &str, to: &str) -> String {
    let end = canonical.match_indices('\n').nth(1).unwrap().0;
    let (head, rest) = canonical.split_at(end);
    if from == "%" || head.contains(from) {
        head.replace(from, to) + rest
    } else {
        head.to_owned() + &rest.replace(from, to)
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_change_is_named(
        key in "a(/[a-z]{1,3}|/ b|/é|/~|//x|/\\(){1,4}|a(/[a-z]{1,3}|/ b|/é|/\\./y){1,4}",
        change in prop::sample::select(&CHANGES),
    ) {
        let token = credentials().with_session_token("a/b").unwrap();
        let bucket = bucket();
        let put = bucket.put(&key).header("Content-Type", "text/plain").query("versionId", "1+2");
        let link = put.presign(&token, HOUR, now()).unwrap();
        let explain = |body: &str| {
            let response = ErrorResponse::parse(body);
            FailedRequest::new("PUT", link.as_str(), &response).headers(link.headers()).explain(now())
        };
        let (signed, string_to_sign) = server("PUT", link.as_str(), &[("Content-Type", "text/plain")]);
        let with = |canonical: &str| {
            let (scope, _) = string_to_sign.rsplit_once('\n').unwrap();
            let hash = crate::explain::hex(&Sha256::digest(canonical));
            s3(&(canonical.to_owned(), format!("{scope}\n{hash}")))
        };
        let (cause, from, to) = change;
        let seen = replaced(&signed, from, to);
        let same = explain(&with(&signed));
        prop_assert_eq!(same.findings()[0].cause(), Cause::WrongSecret, "{}", same);
        if seen == signed {
            return Ok(());
        }
        let made = CHANGES.iter().filter(|(_, from, to)| replaced(&signed, from, to) == seen);
        let causes: Vec<Cause> = made.map(|(cause, ..)| *cause).collect();
        let found = explain(&with(&seen));
        let first = &found.findings()[0];
        prop_assert_eq!(first.confidence(), Confidence::Certain);
        prop_assert!(causes.contains(&first.cause()), "{:?} {:?}\n{}", cause, seen, found);
    }
}

#[test]
fn urls_lose_users_and_secrets() {
    for (url, expected) in [
        (
            "https://host/a?X-Amz-Signature=5ec7e7",
            "https://host/a?X-Amz-Signature=… (6 characters)",
        ),
        ("https://user:5ec7e7@host/a@b", "https://host/a@b"),
        ("user:5ec7e7@host/a", "host/a"),
        ("https://user:se/5ec7e7@host/a", "https://host/a"),
        ("https://host/a%3FX-Amz-Signature=5ec7e7", "https://host/a"),
        ("host/a%3fx-amz-signature%3D5ec7e7", "host/a"),
        ("X-Amz-Signature=5ec7e7", ""),
        (
            "https://host/a?b=c%26X-Amz-Signature%3D5ec7e7",
            "https://host/a?b=c",
        ),
        (
            "https://host/a?b%3Dc%26X-Amz-Signature%3D5ec7e7",
            "https://host/a?b%3Dc=",
        ),
    ] {
        let response = ErrorResponse::parse(&error("AccessDenied", ""));
        let request = format!("{:?}", FailedRequest::new("GET", url, &response));
        assert!(request.contains(&format!("url: {expected:?}")), "{request}");
    }
}
