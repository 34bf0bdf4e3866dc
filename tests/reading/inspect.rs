//! Contents of presigned URLs: a URL for each kind of problem, and valid URLs without a problem.

use presign::inspect::{AccessKeyKind, Inspection, ProblemKind};
use presign::{Credentials, Scheme, Timestamp, s3::Bucket};
use proptest::prelude::*;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The presigned URL in the S3 API Reference.
const DOCUMENTED: &str = "https://examplebucket.s3.amazonaws.com/test.txt\
    ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
    &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

/// The presigned URL in the S3 Developer Guide.
const DOCUMENTED_V2: &str = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg\
    ?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    timestamp("20130524T010000Z")
}

fn problems(url: &str) -> Vec<ProblemKind> {
    let inspection = Inspection::new(url, now());
    inspection
        .problems()
        .iter()
        .map(|problem| problem.kind())
        .collect()
}

#[test]
fn the_documented_url_is_inspected() {
    let inspection = Inspection::new(DOCUMENTED, now());
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV4));
    assert_eq!(inspection.url_scheme(), Some("https"));
    assert_eq!(inspection.host(), Some("examplebucket.s3.amazonaws.com"));
    assert_eq!(inspection.path(), "/test.txt");
    assert_eq!(inspection.algorithm(), Some("AWS4-HMAC-SHA256"));
    assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(inspection.access_key_kind(), Some(AccessKeyKind::LongTerm));
    assert_eq!(
        (inspection.region(), inspection.service()),
        (Some("us-east-1"), Some("s3"))
    );
    assert_eq!(
        inspection.signed_at().unwrap().to_string(),
        "2013-05-24T00:00:00Z"
    );
    assert_eq!(
        inspection.expires_at().unwrap().to_string(),
        "2013-05-25T00:00:00Z"
    );
    assert_eq!(inspection.valid_for(), Some(Duration::from_secs(86_400)));
    assert_eq!(inspection.time_left(), Some(Duration::from_secs(82_800)));
    assert_eq!(inspection.signed_headers().collect::<Vec<_>>(), ["host"]);
    assert!(!inspection.has_session_token());
    assert!(inspection.problems().is_empty());
    let text = inspection.to_string();
    assert!(
        text.contains("in 23 hours") && text.contains("aeee…"),
        "{text}"
    );
    for text in [text, format!("{inspection:?}")] {
        assert!(!text.contains("aeeed"), "{text}");
    }
}

/// The call in the AWS General Reference.
const DOCUMENTED_CALL: &str = "https://elasticmapreduce.amazonaws.com/?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
    &Action=DescribeJobFlows&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2011-10-03T15%3A19%3A30\
    &Version=2009-03-31&Signature=i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf%2FMj6vPxyYIs%3D";

#[test]
fn the_documented_call_of_a_query_api_is_inspected() {
    let signed_at = timestamp("20111003T151930Z");
    let inspection = Inspection::new(DOCUMENTED_CALL, timestamp("20111003T152000Z"));
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV2QueryApi));
    assert_eq!(inspection.scheme().unwrap().as_str(), "sigv2-query-api");
    assert_eq!(inspection.host(), Some("elasticmapreduce.amazonaws.com"));
    assert_eq!(inspection.algorithm(), Some("HmacSHA256"));
    assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!((inspection.region(), inspection.service()), (None, None));
    assert_eq!(inspection.signed_at(), Some(signed_at));
    // Services accept a call for 15 minutes.
    assert_eq!(inspection.valid_for(), Some(Duration::from_secs(900)));
    assert_eq!(inspection.time_left(), Some(Duration::from_secs(870)));
    assert!(inspection.problems().is_empty(), "{inspection}");
    let text = inspection.to_string();
    assert!(text.contains("i91n…") && !text.contains("i91nK"), "{text}");

    let problems = |from: &str, to: &str| -> Vec<ProblemKind> {
        assert!(DOCUMENTED_CALL.contains(from), "{from}");
        let inspection = Inspection::new(&DOCUMENTED_CALL.replace(from, to), signed_at);
        assert_eq!(inspection.scheme(), Some(Scheme::AwsV2QueryApi));
        inspection
            .problems()
            .iter()
            .map(|problem| problem.kind())
            .collect()
    };
    for (from, to, kind) in [
        ("Version=2&", "Version=1&", ProblemKind::MalformedParameter),
        ("HmacSHA256", "HmacMD5", ProblemKind::MalformedParameter),
        (
            "2011-10-03T15",
            "yesterday-15",
            ProblemKind::MalformedParameter,
        ),
        (
            "&Timestamp=2011-10-03T15%3A19%3A30",
            "",
            ProblemKind::MissingParameter,
        ),
        (
            "&SignatureMethod=HmacSHA256",
            "",
            ProblemKind::MissingParameter,
        ),
        (
            "&Version=",
            "&SignatureVersion=2&Version=",
            ProblemKind::RepeatedParameter,
        ),
        ("2011-10-03T15", "2011-10-03T14", ProblemKind::Expired),
        ("2011-10-03T15", "2011-10-03T16", ProblemKind::NotYetValid),
        ("YIs%3D", "", ProblemKind::Truncated),
        // A signature with SHA-1 is shorter.
        ("HmacSHA256", "HmacSHA1", ProblemKind::SignatureLength),
        (
            "%2FMj6vPxyYIs",
            "%20Mj6vPxyYIs",
            ProblemKind::SignatureAlphabet,
        ),
        (
            "AKIAIOSFODNN7EXAMPLE",
            "ASIAIOSFODNN7EXAMPLE",
            ProblemKind::TokenMissing,
        ),
    ] {
        assert_eq!(problems(from, to), [kind], "{from}: {to}");
    }
    // In a URL of another scheme these are ordinary parameters.
    let own = "&Timestamp=1&Timestamp=2&SecurityToken=a&SecurityToken=b";
    for url in [DOCUMENTED, DOCUMENTED_V2] {
        let inspection = Inspection::new(
            &format!("{url}{own}"),
            Timestamp::from_unix_seconds(1_175_139_000),
        );
        let kinds: Vec<_> = inspection
            .problems()
            .iter()
            .map(|problem| problem.kind())
            .collect();
        assert!(
            !kinds.contains(&ProblemKind::RepeatedParameter),
            "{inspection}"
        );
    }
    let with_token = DOCUMENTED_CALL
        .replace("AKIA", "ASIA")
        .replace("&Version", "&SecurityToken=IQoJ&Version");
    let inspection = Inspection::new(&with_token, signed_at);
    assert!(inspection.has_session_token() && inspection.problems().is_empty());

    // The call has an expiration instead of a time.
    let expiring = DOCUMENTED_CALL.replace("Timestamp=", "Expires=");
    let inspection = Inspection::new(&expiring, timestamp("20111003T141930Z"));
    assert_eq!(
        (inspection.signed_at(), inspection.valid_for()),
        (None, None)
    );
    assert_eq!(
        (inspection.expires_at(), inspection.time_left()),
        (Some(signed_at), Some(Duration::from_secs(3600)))
    );
    assert!(inspection.problems().is_empty());
}

#[test]
fn the_documented_sigv2_url_is_inspected() {
    let inspection = Inspection::new(DOCUMENTED_V2, Timestamp::from_unix_seconds(1_175_139_000));
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV2));
    assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(
        inspection.expires_at(),
        Some(Timestamp::from_unix_seconds(1_175_139_620))
    );
    assert_eq!(inspection.time_left(), Some(Duration::from_secs(620)));
    assert_eq!(
        (
            inspection.region(),
            inspection.signed_at(),
            inspection.valid_for()
        ),
        (None, None, None)
    );
    assert!(
        inspection.problems().is_empty(),
        "{:?}",
        inspection.problems()
    );
}

#[test]
fn botocores_urls_contain_its_inputs() {
    let text = include_str!("../vectors/botocore-sample.jsonl");
    let mut count = 0;
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let kind = record["kind"].as_str().unwrap();
        if !kind.starts_with("presign-") {
            continue;
        }
        count += 1;
        let url = record["expected"]["url"].as_str().unwrap();
        let signed_at = record["epoch"].as_i64().unwrap();
        let expires_in = Duration::from_secs(record["expires"].as_u64().unwrap());
        let inspection = Inspection::new(url, Timestamp::from_unix_seconds(signed_at));
        let keys = &record["credentials"];
        assert_eq!(inspection.access_key_id(), keys["access_key"].as_str());
        assert_eq!(inspection.has_session_token(), keys["token"].is_string());
        assert_eq!(inspection.time_left(), Some(expires_in), "{url}");
        assert_eq!(inspection.region(), record["region"].as_str());
        let expected = match kind {
            "presign-v4" => Scheme::AwsV4,
            _ => Scheme::AwsV2,
        };
        assert_eq!(inspection.scheme(), Some(expected));
        // Some keys have dot segments, some temporary keys have no token, and some endpoints have
        // the default port.
        let allowed = [
            ProblemKind::DotSegments,
            ProblemKind::TokenMissing,
            ProblemKind::DefaultPort,
        ];
        for problem in inspection.problems() {
            assert!(allowed.contains(&problem.kind()), "{url}: {problem}");
        }
    }
    assert!(count > 20);
}

#[test]
fn google_v4_urls_have_other_names() {
    let goog = DOCUMENTED
        .replace("X-Amz-", "X-Goog-")
        .replace("AWS4-HMAC", "GOOG4-HMAC")
        .replace("aws4_request", "goog4_request")
        .replace("AKIAIOSFODNN7EXAMPLE", "GOOG1EXAMPLE");
    let inspection = Inspection::new(&goog, now());
    assert_eq!(inspection.scheme(), Some(Scheme::GoogleV4));
    assert_eq!(inspection.access_key_kind(), Some(AccessKeyKind::Google));
    assert!(
        inspection.problems().is_empty(),
        "{:?}",
        inspection.problems()
    );
    // The names of the two schemes can't be mixed.
    assert!(!problems(&goog.replace("goog4_request", "aws4_request")).is_empty());
    assert!(!problems(&goog.replace("GOOG4-", "AWS4-")).is_empty());
}

#[test]
fn sigv4a_has_no_region_in_its_scope() {
    let url = DOCUMENTED
        .replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
        .replace("us-east-1%2F", "")
        .replace(
            "&X-Amz-Sign",
            "&X-Amz-Region-Set=us-east-1%2Ceu-west-1&X-Amz-Sign",
        );
    let head = url.rsplit_once('=').unwrap().0;
    let inspection = Inspection::new(&format!("{head}={}", "30".repeat(70)), now());
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV4a));
    assert_eq!(
        (inspection.region(), inspection.service()),
        (Some("us-east-1,eu-west-1"), Some("s3"))
    );
    assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn each_problem_is_found_and_is_the_only_one() {
    use ProblemKind as Kind;
    assert_eq!(problems(DOCUMENTED), []);
    let signature = &DOCUMENTED[DOCUMENTED.find("&X-Amz-Signature").unwrap()..];
    for (from, to, kind) in [
        ("https://", "", Kind::NotAUrl),
        (
            "https://examplebucket.s3.amazonaws.com",
            "https://",
            Kind::NotAUrl,
        ),
        ("&X-Amz-Date", "\n  &X-Amz-Date", Kind::LineBreak),
        ("&X-Amz-Date", "\r\n&X-Amz-Date", Kind::LineBreak),
        ("20130524T", "201305\n24T", Kind::LineBreak),
        ("test.txt", "te st.txt", Kind::Space),
        ("test.txt", "test\u{200b}.txt", Kind::Space),
        ("&", "&amp;", Kind::HtmlEscaped),
        ("&", "&#38;", Kind::HtmlEscaped),
        ("&", "\\u0026", Kind::HtmlEscaped),
        ("%2F", "%252F", Kind::EncodedTwice),
        ("test.txt", "100%.txt", Kind::BadEscape),
        ("f604d404", "f604d404#top", Kind::Fragment),
        ("test.txt", "a/../test.txt", Kind::DotSegments),
        ("&X-Amz-Date=20130524T000000Z", "", Kind::MissingParameter),
        ("&X-Amz-Expires=86400", "", Kind::MissingParameter),
        ("&X-Amz-SignedHeaders=host", "", Kind::MissingParameter),
        (
            "&X-Amz-Date=",
            "&X-Amz-Date=20130524T000000Z&X-Amz-Date=",
            Kind::RepeatedParameter,
        ),
        ("&X-Amz-Date", "&x-amz-date", Kind::ParameterName),
        ("T000000Z", "T000000", Kind::MalformedParameter),
        ("=86400", "=1d", Kind::MalformedParameter),
        ("%2Fs3", "", Kind::MalformedParameter),
        ("aws4_request", "aws_request", Kind::MalformedParameter),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA1",
            Kind::MalformedParameter,
        ),
        ("%2F20130524%2F", "%2F20130523%2F", Kind::ScopeDate),
        (
            "SignedHeaders=host",
            "SignedHeaders=range",
            Kind::HostNotSigned,
        ),
        ("AKIA", "ASIA", Kind::TokenMissing),
        ("=86400", "=3599", Kind::Expired),
        ("=86400", "=604801", Kind::ExpiryTooLong),
        (signature, "", Kind::Truncated),
        ("04d404", "", Kind::Truncated),
        ("f604d404", "f604d404aa", Kind::SignatureLength),
        ("f604d404", "f604d40z", Kind::SignatureAlphabet),
    ] {
        assert!(DOCUMENTED.contains(from), "{from}");
        let changed = DOCUMENTED.replace(from, to);
        assert_eq!(problems(&changed), [kind], "{from:?} -> {to:?}");
        let inspection = Inspection::new(&changed, now());
        assert!(inspection.scheme() == Some(Scheme::AwsV4), "{to:?}");
    }
    // A URL with a validity of zero seconds expires immediately.
    let zero = DOCUMENTED.replace("=86400", "=0");
    assert_eq!(problems(&zero), [Kind::ExpiryTooLong, Kind::Expired]);
    let early = Inspection::new(DOCUMENTED, timestamp("20130523T234459Z"));
    assert_eq!(early.problems()[0].kind(), Kind::NotYetValid);
    let in_time = Inspection::new(DOCUMENTED, timestamp("20130523T234500Z"));
    assert!(in_time.problems().is_empty());
    for not in [
        "https://example.com/",
        "https://example.com/?acl",
        "https://example.com/?Signature=x",
    ] {
        assert_eq!(problems(not), [Kind::NotPresigned], "{not}");
    }
    let both = format!("{DOCUMENTED}&{}", DOCUMENTED_V2.split_once('?').unwrap().1);
    assert_eq!(problems(&both), [Kind::SignedTwice]);
}

#[test]
fn a_url_that_is_encoded_as_a_whole_is_decoded() {
    let encode = |text: &str| {
        text.replace('%', "%25")
            .replace('&', "%26")
            .replace('=', "%3D")
    };
    let (address, query) = DOCUMENTED.split_once('?').unwrap();
    let as_parameter = encode(DOCUMENTED)
        .replace(':', "%3A")
        .replace('/', "%2F")
        .replace('?', "%3F");
    for url in [as_parameter, format!("{address}?{}", encode(query))] {
        let inspection = Inspection::new(&url, now());
        assert_eq!(
            inspection.problems()[0].kind(),
            ProblemKind::EncodedTwice,
            "{url}"
        );
        assert_eq!(
            inspection.problems().len(),
            1,
            "{:?}",
            inspection.problems()
        );
        assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
    }
    // Without a signature the algorithm shows the encoding.
    for prefix in ["X-Amz-", "X-Goog-"] {
        let query = query.replace("X-Amz-", prefix);
        let (cut, _) = query.rsplit_once('&').unwrap();
        let inspection = Inspection::new(&format!("{address}?{}", encode(cut)), now());
        assert_eq!(
            inspection.problems()[0].kind(),
            ProblemKind::EncodedTwice,
            "{prefix}"
        );
        assert!(inspection.scheme().is_some());
    }
}

#[test]
fn problems_of_a_sigv2_url_are_found() {
    use ProblemKind as Kind;
    let now = Timestamp::from_unix_seconds(1_175_139_000);
    let kinds = |url: &str| -> Vec<_> {
        let inspection = Inspection::new(url, now);
        inspection
            .problems()
            .iter()
            .map(|problem| problem.kind())
            .collect()
    };
    for (from, to, expected) in [
        ("%2B", " ", vec![Kind::Space, Kind::SignatureAlphabet]),
        ("%2B", "%20", vec![Kind::SignatureAlphabet]),
        ("%3D", "%253D", vec![Kind::EncodedTwice]),
        ("Sn8%3D", "", vec![Kind::Truncated]),
        ("%3D", "%3Dx", vec![Kind::SignatureLength]),
        (
            "Expires=1175139620",
            "Expires=soon",
            vec![Kind::MalformedParameter],
        ),
        ("&Expires=1175139620", "", vec![Kind::MissingParameter]),
        ("1175139620", "1175138999", vec![Kind::Expired]),
        (
            "AWSAccessKeyId=",
            "AWSAccessKeyId=a&AWSAccessKeyId=",
            vec![Kind::RepeatedParameter],
        ),
    ] {
        assert_eq!(kinds(&DOCUMENTED_V2.replace(from, to)), expected, "{to}");
    }
}

/// The names of another scheme are those of ordinary parameters.
#[test]
fn a_duplicate_is_reported_only_of_the_signature_that_is_read() {
    for (own, expected) in [
        ("&X-Goog-Date=1&X-Goog-Date=2&sp=r&sp=w", vec![]),
        ("&X-Amz-Expires=86400", vec![ProblemKind::RepeatedParameter]),
    ] {
        assert_eq!(problems(&format!("{DOCUMENTED}{own}")), expected, "{own}");
    }
}

#[test]
fn a_token_is_reported_but_not_shown() {
    let credentials = Credentials::new("ASIAEXAMPLE", "secret")
        .unwrap()
        .with_session_token("SECRETTOKEN")
        .unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get("a")
        .presign(&credentials, Duration::from_secs(60), now())
        .unwrap();
    let inspection = Inspection::new(link.as_str(), now());
    assert!(inspection.has_session_token() && inspection.problems().is_empty());
    assert_eq!(inspection.access_key_kind(), Some(AccessKeyKind::Temporary));
    assert!(!format!("{inspection:?}{inspection}").contains("SECRETTOKEN"));
}

/// Quadratic work on the longest accepted text would take minutes.
#[test]
fn the_work_is_linear() {
    let time = |url: &str| {
        let start = Instant::now();
        let _ = Inspection::new(url, now()).to_string();
        start.elapsed()
    };
    for piece in [
        "&X-Amz-Signature=a",
        "&amp;",
        "%252F",
        "/..",
        "\n",
        ";",
        "&Signature=%25",
        "\u{e9}",
        "?",
        "#",
        " ",
    ] {
        let count = (64 * 1024 - DOCUMENTED.len()) / piece.len();
        let long = format!("{DOCUMENTED}{}", piece.repeat(count));
        assert!(time(&long) < Duration::from_secs(20), "{piece}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_panics(text in "(https://|h|/|\\?|&|=|%|%25|%2F|;|&amp;|X-Amz-|X-Goog-|Algorithm|Credential|Date|Expires|SignedHeaders|Signature|AWSAccessKeyId|20130524T000000Z|[0-9]{1,25}|.|\n){0,60}", now in any::<i64>()) {
        let inspection = Inspection::new(&text, Timestamp::from_unix_seconds(now));
        let _ = format!("{inspection} {inspection:?}");
    }
}

fn message(url: &str, kind: ProblemKind) -> String {
    let inspection = Inspection::new(url, now());
    let mut found = inspection.problems().iter();
    let problem = found.find(|problem| problem.kind() == kind);
    problem
        .map(ToString::to_string)
        .unwrap_or_else(|| panic!("{kind:?}: {inspection}"))
}

#[test]
fn a_scope_that_contradicts_the_host_is_a_problem() {
    use ProblemKind as Kind;
    for (from, to, expected) in [
        ("s3.amazonaws", "s3.eu-west-1.amazonaws", "eu-west-1"),
        ("s3.amazonaws", "s3-eu-west-1.amazonaws", "eu-west-1"),
        (
            "examplebucket.s3.amazonaws",
            "id.execute-api.us-east-1.amazonaws",
            "execute-api",
        ),
        ("us-east-1", "us-east-1a", "availability zone"),
    ] {
        let url = DOCUMENTED.replace(from, to);
        assert_eq!(problems(&url), [Kind::ScopeHost], "{url}");
        assert!(message(&url, Kind::ScopeHost).contains(expected), "{url}");
    }
    // Any scope is valid for another host, and the global host serves every region.
    for (from, to) in [
        ("s3.amazonaws.com", "s3.eu-west-1.example.com"),
        ("us-east-1", "eu-west-1"),
        ("s3.amazonaws", "s3.us-east-1.amazonaws"),
        ("s3.amazonaws", "s3.dualstack.us-east-1.amazonaws"),
        ("s3.amazonaws", "unknown.us-east-1.amazonaws"),
    ] {
        assert_eq!(problems(&DOCUMENTED.replace(from, to)), [], "{to}");
    }
}

#[test]
fn urls_of_other_products_are_recognized() {
    let cloudfront = "https://d111111abcdef8.cloudfront.net/image.jpg?Expires=1369400000\
        &Signature=nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZrvDh6hQ73lDx~-ar3UocvvRQVw6EkC~GdpGQyyOSKQim\
        -TxAnW7d8F5Kkai9HVx0FIu-5jcQb0UEmatEXAMPLE3ReXySpLSMj0yCd3ZAB4UcBCAqEijkytL6f3fVYNGQI6\
        &Key-Pair-Id=K2JCJMDEHXQW5F";
    let azure = "https://account.blob.core.windows.net/c/b.txt?sv=2020-02-10&se=2013-05-24T02%3A00%3A00Z\
        &sr=b&sp=r&sig=koLniLcK0tMLuMfYeuSQwB%2BBLnWibhPqnrINxaIRbvU%3D";
    for (url, product) in [(cloudfront, "CloudFront"), (azure, "Azure")] {
        // The feature `azure` adds support for its signatures.
        let is_read = match product {
            "Azure" => cfg!(feature = "azure"),
            _ => cfg!(feature = "cloudfront"),
        };
        if is_read {
            continue;
        }
        assert_eq!(problems(url), [ProblemKind::OtherScheme], "{url}");
        assert!(message(url, ProblemKind::OtherScheme).contains(product));
    }
    // SigV2's own parameters don't indicate another product.
    let url = DOCUMENTED_V2.replace("1175139620", "1369400000");
    assert_eq!(problems(&url), []);
}

#[test]
fn damage_is_named_with_its_character() {
    use ProblemKind as Kind;
    for text in [").", ".", ">", "]", "%22", "\"", ",", "'"] {
        for parameter in ["=f604d404", "=86400", "=host", "T000000Z"] {
            let value = match parameter {
                "=f604d404" => "f604d404",
                other => other,
            };
            let url = DOCUMENTED.replace(value, &format!("{value}{text}"));
            assert_eq!(problems(&url), [Kind::TrailingText], "{url}");
            let message = message(&url, Kind::TrailingText);
            assert!(message.contains(text), "{message}");
        }
    }
    assert_eq!(problems(&format!("<{DOCUMENTED}>")), [Kind::TrailingText]);
    // A parameter of the request can end with any character.
    let quoted = DOCUMENTED.replace("?X-Amz", "?response-content-disposition=inline;&X-Amz");
    assert_eq!(problems(&quoted), []);

    let v2 = DOCUMENTED_V2.replace("1175139620", "1369400000");
    assert_eq!(problems(&v2.replace("%2B", "+")), [Kind::LiteralPlus]);
    assert!(message(&v2.replace("%2B", "+"), Kind::LiteralPlus).contains("Signature"));
    let token = DOCUMENTED.replace("AKIA", "ASIA").replace(
        "&X-Amz-Signature",
        "&X-Amz-Security-Token=IQoJb3JpZ2lu+X2VjE&X-Amz-Signature",
    );
    assert_eq!(problems(&token), [Kind::LiteralPlus]);
    assert_eq!(problems(&token.replace('+', "%2B")), []);
    let own = DOCUMENTED.replace("?X-Amz", "?prefix=a+b&X-Amz");
    assert_eq!(problems(&own), []);

    assert_eq!(
        problems(&v2.replace("1369400000", "1369400000000")),
        [Kind::ExpiryTooLong]
    );
    let milliseconds = DOCUMENTED.replace("=86400", "=86400000");
    assert!(message(&milliseconds, Kind::ExpiryTooLong).contains("milliseconds"));
    let seconds = DOCUMENTED.replace("=86400", "=604801");
    assert!(!message(&seconds, Kind::ExpiryTooLong).contains("milliseconds"));

    let port = |port: &str| DOCUMENTED.replace("amazonaws.com", &format!("amazonaws.com{port}"));
    assert_eq!(problems(&port(":443")), [Kind::DefaultPort]);
    assert_eq!(problems(&port(":8443")), []);

    let hash = DOCUMENTED.replace("test.txt", "a#b.txt");
    assert_eq!(problems(&hash), [Kind::Fragment]);
    let inspection = Inspection::new(&hash, now());
    assert_eq!(inspection.path(), "/a%23b.txt");
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV4));
}

#[test]
fn a_secret_in_place_of_the_access_key_id_is_not_shown() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let v2 = DOCUMENTED_V2.replace("1175139620", "1369400000");
    for url in [
        DOCUMENTED.replace("AKIAIOSFODNN7EXAMPLE", SECRET),
        DOCUMENTED.replace("AKIAIOSFODNN7EXAMPLE", &SECRET.replace('/', "%2F")),
        v2.replace("AKIAIOSFODNN7EXAMPLE", &SECRET.replace('/', "%2F")),
    ] {
        assert_eq!(problems(&url), [ProblemKind::SecretInUrl], "{url}");
        let inspection = Inspection::new(&url, now());
        assert_eq!(inspection.access_key_id(), None);
        let shown = format!("{inspection}{inspection:?}");
        assert!(!shown.contains("K7MDENG"), "{shown}");
    }
    // Messages don't show it either.
    let url = DOCUMENTED
        .replace("AKIAIOSFODNN7EXAMPLE", SECRET)
        .replace("%2Fs3", "");
    let shown = Inspection::new(&url, now()).to_string();
    assert!(!shown.contains("K7MDENG"), "{shown}");
    // Some stores have access key IDs of 32 digits.
    let other = DOCUMENTED.replace("AKIAIOSFODNN7EXAMPLE", "4e15aa55eb2ed2bd3cca69d8fcfbec8a");
    assert_eq!(problems(&other), []);
}

/// Google's V2 uses HMAC-SHA1 and RSA.
#[test]
fn signatures_of_googles_v2_have_two_lengths() {
    let with = |signature: &str| {
        format!(
            "https://storage.googleapis.com/examplebucket/a?GoogleAccessId=GOOG1EXAMPLE\
             &Expires=1369440000&Signature={signature}"
        )
    };
    let hmac = "qgk2%2B6Sv9%2FoM7G3qLEjTH1a1l1g%3D";
    let rsa = format!("{}%3D%3D", "Ab0b".repeat(85) + "Ab");
    for signature in [hmac, &rsa] {
        let url = with(signature);
        assert_eq!(
            Inspection::new(&url, now()).scheme(),
            Some(Scheme::GoogleV2)
        );
        assert_eq!(problems(&url), [], "{url}");
    }
    for cut in [&hmac[..hmac.len() - 4], &rsa[..100]] {
        assert_eq!(problems(&with(cut)), [ProblemKind::Truncated], "{cut}");
    }
}

#[test]
fn no_text_shows_a_signature_or_a_password() {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    for url in [
        "user:5ec7e7@host/a",
        "https://user:5ec7e7@host/a",
        "https://user:se/5ec7e7@host/a",
        "X-Amz-Signature=5ec7e7",
        "host/a&x-amz-signature=5ec7e7",
        "https://host/a%3FX-Amz-Date=1%26X-Amz-Signature=5ec7e7",
        "https://host/a%3fX-Amz-Signature%3D5ec7e7",
        "https://host?X-Amz-Signature=abcd5ec7e7",
        "host?X-Amz-Signature=abcd5ec7e7",
    ] {
        let inspection = Inspection::new(url, now);
        let shown = format!("{inspection} {inspection:?} {}", inspection.path());
        assert!(!shown.contains("5ec7e7"), "{url}: {shown}");
    }
}
