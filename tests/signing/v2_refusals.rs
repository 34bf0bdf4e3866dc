//! Input that SigV2 rejects, each beside a twin that is accepted, and edge cases in which URL and
//! signature have to agree. For those an independent server, written for these tests, reads the URL
//! and recomputes the signature.

use crate::support::signing::{Description, Signed, authorization};
use crate::support::{
    self, header_set, hmac_sha1, path_and_query, percent_decode, query_set, time,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::s3::{Bucket, BucketBuilder};
use presign::v2::{Service, SignatureMethod};
use presign::{
    AddressingStyle, Credentials, Error, ErrorKind, Expiry, PresignedUrl, Request,
    SignatureVersion, SignedRequest, Timestamp, v4,
};
use std::collections::BTreeMap;
use std::time::Duration;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoD/+=token";
const URL: &str = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
const HOUR: Duration = Duration::from_secs(3600);
const NOW: &str = "Tue, 27 Mar 2007 19:36:42 GMT";

fn now() -> Timestamp {
    time("20070327T193642Z")
}

fn expiration() -> Timestamp {
    now().saturating_add(HOUR)
}

fn keys() -> Credentials {
    Credentials::new(ID, SECRET).unwrap()
}

fn temporary() -> Credentials {
    keys().with_session_token(TOKEN).unwrap()
}

fn service() -> Service {
    Service::s3().bucket("johnsmith")
}

fn query_api() -> Service {
    Service::query_api(SignatureMethod::HmacSha256)
}

/// A bucket that is signed with SigV2.
fn builder(name: &str, region: &str) -> BucketBuilder {
    Bucket::builder(name, region).signature_version(SignatureVersion::V2)
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET, TOKEN]);
}

/// Signs a request with headers in every way.
#[track_caller]
fn sign(request: &Request<'_>) -> Result<Signed<SignedRequest>, Error> {
    support::signing::sign(request, (&keys(), SECRET), now())
}

/// Presigns a request in every way.
#[track_caller]
fn presign(
    request: &Request<'_>,
    expiry: impl Into<Expiry>,
) -> Result<Signed<PresignedUrl>, Error> {
    support::signing::presign(request, (&keys(), SECRET), expiry, now())
}

/// Returns the string to sign of a header signature.
#[track_caller]
fn header_string_to_sign(request: &Description<'_>) -> String {
    let signed = sign(&request.of(&service())).unwrap();
    signed.steps.string_to_sign
}

/// Returns the string to sign of a presigned URL.
#[track_caller]
fn url_string_to_sign(request: &Description<'_>) -> String {
    let signed = presign(&request.of(&service()), HOUR).unwrap();
    signed.steps.string_to_sign
}

#[track_caller]
fn sign_rejected(request: &Description<'_>, kind: ErrorKind, words: &[&str]) {
    rejected(sign(&request.of(&service())), kind, words);
}

#[track_caller]
fn presign_rejected(request: &Description<'_>, kind: ErrorKind, words: &[&str]) {
    for expiry in [HOUR.into(), Expiry::at(expiration())] {
        rejected(presign(&request.of(&service()), expiry), kind, words);
    }
}

#[track_caller]
fn both_rejected(request: &Description<'_>, kind: ErrorKind, words: &[&str]) {
    sign_rejected(request, kind, words);
    presign_rejected(request, kind, words);
}

#[track_caller]
fn both_accepted(request: &Description<'_>) {
    sign(&request.of(&service())).unwrap();
    assert_server_agrees(request, &keys());
}

/// Documented sub-resources and response overrides.
const SUB_RESOURCES: &str = "accelerate acl analytics cors defaultObjectAcl delete encryption inventory legal-hold \
    lifecycle location logging metrics notification object-lock partNumber policy replication requestPayment restore \
    retention select select-type storageClass tagging torrent uploadId uploads versionId versioning versions website \
    response-cache-control response-content-disposition response-content-encoding response-content-language \
    response-content-type response-expires";

fn base64_hmac_sha1(message: &[u8]) -> String {
    BASE64.encode(hmac_sha1(SECRET.as_bytes(), message))
}

/// Returns the string to sign that a server computes from the URL and the headers to send. MinIO,
/// Ceph and s3s compute it this way. Like AWS and Ceph, it reads a token in the query as a header.
fn server_string_to_sign(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    bucket: Option<&str>,
) -> Vec<u8> {
    let (path, _) = path_and_query(url);
    let params = query_set(url);
    let header = |name: &str| -> &str {
        let header = headers.iter().find(|(other, _)| other == name);
        header.map_or("", |(_, value)| value)
    };
    let expires = params.iter().find(|(name, _)| name == b"Expires").unwrap();
    let mut text = Vec::new();
    for line in [
        method.as_bytes(),
        header("content-md5").as_bytes(),
        header("content-type").as_bytes(),
        &expires.1,
    ] {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    let mut amz = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in headers {
        if name.starts_with("x-amz-") {
            amz.entry(name.clone()).or_default().push(value.clone());
        }
    }
    for (name, value) in &params {
        if name.starts_with(b"x-amz-") {
            assert_eq!(name, b"x-amz-security-token");
            let token = String::from_utf8(value.clone()).unwrap();
            amz.insert("x-amz-security-token".into(), vec![token]);
        }
    }
    for (name, values) in amz {
        text.extend(format!("{name}:{}\n", values.join(",")).bytes());
    }
    if let Some(bucket) = bucket {
        text.extend(format!("/{bucket}").bytes());
    }
    text.extend(path.bytes());
    let mut names: Vec<_> = SUB_RESOURCES.split_whitespace().collect();
    names.sort_unstable();
    let mut separator = "?";
    for name in names {
        for (_, value) in params.iter().filter(|(other, _)| other == name.as_bytes()) {
            text.extend(format!("{separator}{name}").bytes());
            if !value.is_empty() {
                text.push(b'=');
                text.extend_from_slice(value);
            }
            separator = "&";
        }
    }
    text
}

/// Checks that the server computes the signature in the URL, and another one if a byte is added.
#[track_caller]
fn assert_server_agrees(request: &Description<'_>, keys: &Credentials) {
    let service = service();
    let request = request.of(&service);
    let signed = support::signing::presign(&request, (keys, SECRET), HOUR, now());
    let Signed { result: url, steps } = signed.unwrap();
    // Values of a repeated header are joined in their order.
    let headers = url.headers();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let seen = server_string_to_sign(url.method(), url.as_str(), &headers, Some("johnsmith"));
    assert_eq!(
        steps.string_to_sign,
        String::from_utf8_lossy(&seen),
        "{url}"
    );
    let signature = base64_hmac_sha1(&seen);
    assert_eq!(steps.signature, signature, "{url}");
    let params = query_set(url.as_str());
    let sent: Vec<_> = params
        .iter()
        .filter(|(name, _)| name == b"Signature")
        .collect();
    assert_eq!(sent, [&(b"Signature".to_vec(), signature.into_bytes())]);
    let (_, query) = path_and_query(url.as_str());
    assert!(!query.contains(['+', '/', ' ']), "{url}");
}

#[test]
fn existing_sigv2_signatures_are_rejected() {
    let words = |name| [name, "already"];
    for (query, name) in [
        ("AWSAccessKeyId=x", "AWSAccessKeyId"),
        ("awsaccesskeyid=x", "AWSAccessKeyId"),
        ("acl&Signature=x", "Signature"),
        ("SIGNATURE", "Signature"),
        ("Expires=1", "Expires"),
        ("expires=", "Expires"),
        ("%45xpires=1", "Expires"),
    ] {
        let url = format!("{URL}?{query}");
        both_rejected(&Description::get(url), ErrorKind::Query, &words(name));
    }
    for name in ["awsAccessKeyID", "signature", "EXPIRES"] {
        let request = Description::get(URL).query(name, "x");
        presign_rejected(&request, ErrorKind::Query, &["already"]);
    }
    for name in ["Expire", "Signature2", "response-expires", "%2545xpires"] {
        both_accepted(&Description::get(format!("{URL}?{name}=1")));
    }

    // A presigned URL can't be presigned again.
    let once = presign(&service().get(URL), HOUR).unwrap().result;
    let again = Description::get(once.to_string());
    both_rejected(&again, ErrorKind::Query, &["signed already"]);
}

/// Servers reject a request with two signatures of any version, so a request that contains a SigV4
/// signature is not signed.
#[test]
fn existing_sigv4_signatures_are_rejected() {
    let sigv4 = v4::Service::new("us-east-1", "s3").unwrap();
    let new = sigv4.get(URL).presign(&keys(), HOUR, now()).unwrap();
    let carried = [
        (new.as_str().to_owned(), "X-Amz-Algorithm"),
        (format!("{URL}?X-Amz-Signature=00"), "X-Amz-Signature"),
        (format!("{URL}?x-amz-credential"), "X-Amz-Credential"),
        (format!("{URL}?X%2DAmz-Algorithm="), "X-Amz-Algorithm"),
    ];
    for (url, name) in carried {
        let request = Description::get(url);
        let (kind, words) = (ErrorKind::Query, [name, "signed already"]);
        both_rejected(&request, kind, &words);
        rejected(sign(&request.of(&query_api())), kind, &words);
    }
    let api = query_api();
    let form = api
        .post("https://example.com/")
        .query("X-Amz-Signature", "1");
    let words = ["X-Amz-Signature", "signed already"];
    rejected(sign(&form), ErrorKind::Query, &words);

    // Names that only look similar don't make a signature.
    for query in NOT_A_SIGV4_SIGNATURE {
        sign(&api.get(format!("https://example.com/?{query}"))).unwrap();
    }
}

/// Parameters that resemble those of a SigV4 signature.
pub const NOT_A_SIGV4_SIGNATURE: [&str; 3] = [
    "X-Amz-Signature2=1",
    "X-AmzSignature=1",
    "a=X-Amz-Signature",
];

/// Swift and Ceph don't read these headers in the query, so they have to be sent. Only the token is
/// a parameter.
#[test]
fn signed_headers_are_sent_and_not_in_the_query() {
    let signed = [
        ("Content-Type", "text/plain"),
        ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="),
        ("X-Amz-Acl", "public-read"),
        ("x-amz-meta-a&b", "c"),
        // As a parameter it would be part of a SigV4 signature.
        ("x-amz-signature", "1"),
    ];
    let request = signed
        .iter()
        .fold(Description::new("PUT", URL), |request, (name, value)| {
            request.header(*name, *value)
        });
    let service = service();
    for (keys, params) in [
        (
            keys(),
            "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175027802&Signature=",
        ),
        (
            temporary(),
            "x-amz-security-token=AQoD%2F%2B%3Dtoken&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175027802&Signature=",
        ),
    ] {
        let request_of_service = request.of(&service);
        let url = request_of_service.presign(&keys, HOUR, now()).unwrap();
        assert_eq!(url.headers().collect::<Vec<_>>(), signed);
        assert!(
            url.as_str().starts_with(&format!("{URL}?{params}")),
            "{url}"
        );
        assert_server_agrees(&request, &keys);

        // A template returns the same headers.
        let bucket = builder("johnsmith", "us-east-1").global_endpoint();
        let bucket = bucket.build().unwrap();
        let put = signed
            .iter()
            .fold(bucket.request("PUT"), |request, (name, value)| {
                request.header(*name, *value)
            });
        let template = put.template(&keys, HOUR, now()).unwrap();
        assert_eq!(template.headers().collect::<Vec<_>>(), signed);
        let row = template.presign("photos/puppy.jpg", now()).unwrap();
        assert_eq!(row.as_str(), url.as_str());
        assert_eq!(row.headers().collect::<Vec<_>>(), signed);
    }
}

/// AWS and Ceph sign such parameters as headers; MinIO and s3s ignore them.
#[test]
fn amz_parameters_in_a_presigned_url_are_rejected() {
    for query in [
        "x-amz-acl=public-read",
        "X-Amz-Security-Token=t",
        "X-Amz-Expires=1",
        "x%2Damz-meta-a=b",
        "X-AMZ-",
    ] {
        let request = Description::get(format!("{URL}?{query}"));
        presign_rejected(&request, ErrorKind::Query, &["header"]);
        sign(&request.of(&service())).unwrap();
    }
    both_accepted(&Description::get(URL).header("x-amz-acl", "public-read"));
    both_accepted(&Description::get(format!(
        "{URL}?x-amzn-acl=1&xx-amz-acl=1"
    )));
}

#[test]
fn paths_that_are_not_encoded_are_rejected() {
    for (bare, encoded) in [
        (" ", "%20"),
        ("\"", "%22"),
        ("<", "%3C"),
        (">", "%3e"),
        ("[", "%5B"),
        ("]", "%5D"),
        ("\\", "%5C"),
        ("^", "%5E"),
        ("`", "%60"),
        ("{", "%7B"),
        ("|", "%7C"),
        ("}", "%7D"),
        ("é", "%C3%A9"),
    ] {
        let url = format!("{URL}{bare}/x");
        let words = ["path", "percent-encode it"];
        both_rejected(&Description::get(&url), ErrorKind::Url, &words);
        let api = query_api();
        rejected(sign(&api.get(&url)), ErrorKind::Url, &words);
        let url = format!("{URL}{encoded}/x");
        both_accepted(&Description::get(&url));
        sign(&api.get(&url)).unwrap();
        // The path is unchanged, in the URL and in the signed text.
        let signed = presign(&service().get(&url), HOUR).unwrap().result;
        assert!(signed.as_str().starts_with(&format!("{url}?")));
    }
    for path in ["/%7e%7E~/a%2fb//../.", "/a+b=c&d;e,f:g@h$i!j'(k)*l", ""] {
        let url = format!("https://johnsmith.s3.amazonaws.com{path}");
        both_accepted(&Description::get(url));
    }
    let request = Description::get(format!("{URL}%2"));
    both_rejected(&request, ErrorKind::Url, &["%25"]);
}

#[test]
fn an_expiry_out_of_range_is_rejected() {
    let service = service();
    let request = service.get(URL);
    let kind = ErrorKind::Expiry;
    for expires_in in [
        Duration::from_millis(1),
        Duration::from_millis(1500),
        Duration::new(3600, 1),
    ] {
        let words = ["whole number of seconds"];
        rejected(presign(&request, expires_in), kind, &words);
    }
    let words = ["at least one second"];
    rejected(presign(&request, Duration::ZERO), kind, &words);
    const DAY: u64 = 24 * 3600;
    for seconds in [1, 7 * DAY, 7 * DAY + 1, 3650 * DAY] {
        let expires_in = Duration::from_secs(seconds);
        let url = presign(&request, expires_in).unwrap().result;
        let expiration = now().saturating_add(expires_in);
        assert_eq!(url.expires_at(), expiration);
        let expires = format!("&Expires={}&", expiration.unix_seconds());
        assert!(url.as_str().contains(&expires), "{url}");
    }

    // The signing time may be long before the expiration.
    let until = |seconds| {
        let expiry = Expiry::at(Timestamp::from_unix_seconds(seconds));
        let early = Timestamp::from_unix_seconds(i64::MIN);
        let signed = support::signing::presign(&request, (&keys(), SECRET), expiry, early);
        signed.map(|signed| signed.result)
    };
    // The last second of the year 9999 is accepted.
    let last = 253_402_300_799;
    for seconds in [-1, i64::MIN + 1, last + 1, i64::MAX] {
        rejected(until(seconds), kind, &["1970"]);
    }
    for seconds in [0, 1, last] {
        let url = until(seconds).unwrap();
        assert!(url.as_str().contains(&format!("&Expires={seconds}&")));
    }
    for moment in [now(), Timestamp::from_unix_seconds(0)] {
        let words = ["not after the signing time"];
        rejected(presign(&request, Expiry::at(moment)), kind, &words);
    }
    let long = Duration::from_secs(u64::MAX);
    rejected(presign(&request, long), kind, &["9999"]);

    let expiring = temporary().with_expiration(expiration());
    request.presign(&expiring, HOUR, now()).unwrap();
    let longer = HOUR + Duration::from_secs(1);
    let words = ["credentials", "at_most"];
    rejected(request.presign(&expiring, longer, now()), kind, &words);
    let most = request.presign(&expiring, Expiry::at_most(longer), now());
    assert_eq!(most.unwrap().expires_at(), expiration());
}

#[test]
fn a_signing_time_out_of_range_is_rejected() {
    let service = service();
    let sign_at = |seconds| {
        let now = Timestamp::from_unix_seconds(seconds);
        support::signing::sign(&service.get(URL), (&keys(), SECRET), now)
    };
    for seconds in [i64::MIN, -62_167_219_201, 253_402_300_800] {
        rejected(sign_at(seconds), ErrorKind::Time, &["years"]);
    }
    let dates: Vec<_> = header_set(sign_at(-1).unwrap().result.headers());
    assert_eq!(dates[1].1, "Wed, 31 Dec 1969 23:59:59 GMT");
}

#[test]
fn given_dates_have_to_be_the_signing_time() {
    let kind = ErrorKind::Header;
    let line = |request: &Description<'_>| {
        let signed = sign(&request.of(&service())).unwrap();
        let line = signed.steps.string_to_sign.split('\n').nth(3).unwrap();
        let adds_date = signed.result.headers().any(|(name, _)| name == "Date");
        (String::from(line), adds_date)
    };
    // A Date is kept if it is the signing time, in any of its forms.
    let same = [
        NOW,
        "Tue, 27 Mar 2007 19:36:42 +0000",
        "Tue, 27 Mar 2007 21:36:42 +0200",
    ];
    for date in same {
        let padded = format!(" {date}\t");
        for value in [date, padded.as_str()] {
            let request = Description::get(URL).header("date", value);
            assert_eq!(line(&request), (date.into(), false));
        }
    }
    // A Date is replaced if it is another time, invalid or repeated.
    for date in [
        "Tue, 27 Mar 2007 19:36:43 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "20070327T193642Z",
        "now",
        "",
        "Tue, 27 Mar 2007\r\n 19:36:42 GMT",
    ] {
        let request = Description::get(URL).header("Date", date);
        assert_eq!(line(&request), (NOW.into(), true), "{date}");
    }
    let twice = Description::get(URL).header("Date", same[1]);
    let twice = twice.header("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(line(&twice), (NOW.into(), true));

    // An x-amz-date is signed instead, and has to be the signing time.
    for date in same {
        let request = Description::get(URL).header("X-Amz-Date", date);
        assert_eq!(line(&request), (String::new(), false));
        let request = request.header("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(line(&request), (String::new(), false));
        let expected = format!("GET\n\n\n\nx-amz-date:{date}\n/johnsmith/photos/puppy.jpg");
        assert_eq!(header_string_to_sign(&request), expected);
        presign_rejected(&request, kind, &["x-amz-date"]);
    }
    for date in ["Tue, 27 Mar 2007 19:36:43 GMT", "20070327T193642Z", ""] {
        let request = Description::get(URL).header("x-amz-date", date);
        sign_rejected(&request, kind, &["x-amz-date", NOW]);
    }
    let twice = Description::get(URL).header("x-amz-date", NOW);
    let twice = twice.header("X-Amz-Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    sign_rejected(&twice, kind, &["x-amz-date", "duplicate"]);
}

#[test]
fn given_tokens_have_to_agree() {
    let kind = ErrorKind::Header;
    let plain = Description::get(URL);
    let same = plain.clone().header("X-Amz-Security-Token", TOKEN);
    let other = plain.clone().header("x-amz-security-token", "another");

    let sign_with_token = |request: &Description<'_>| {
        let service = service();
        support::signing::sign(&request.of(&service), (&temporary(), SECRET), now())
    };
    let string_to_sign = |request| sign_with_token(request).unwrap().steps.string_to_sign;
    let line = format!("\nx-amz-security-token:{TOKEN}\n");
    assert!(string_to_sign(&plain).contains(&line));
    assert_eq!(string_to_sign(&plain), string_to_sign(&same));
    let added = |request| header_set(sign_with_token(request).unwrap().result.headers());
    let token = ("x-amz-security-token".to_owned(), TOKEN.to_owned());
    assert!(added(&plain).contains(&token));
    assert!(!added(&same).contains(&token));
    let words = ["x-amz-security-token"];
    rejected(sign_with_token(&other), kind, &words);
    // If the credentials have no token, a given one is signed.
    assert_eq!(header_string_to_sign(&same), string_to_sign(&same));
    let twice = same.clone().header("x-amz-security-token", TOKEN);
    rejected(sign_with_token(&twice), kind, &words);

    let service = service();
    let presign_with_token = |request: &Description<'_>| {
        let request = request.of(&service);
        support::signing::presign(&request, (&temporary(), SECRET), HOUR, now())
    };
    let url = presign_with_token(&plain).unwrap().result;
    let param = (b"x-amz-security-token".to_vec(), TOKEN.as_bytes().to_vec());
    assert!(query_set(url.as_str()).contains(&param));
    assert_server_agrees(&plain, &temporary());
    rejected(presign_with_token(&same), kind, &words);
    presign_rejected(&other, kind, &words);

    let authorized = plain.header("authorization", "AWS a:b");
    presign_rejected(&authorized, kind, &["Authorization"]);
    sign(&authorized.of(&service)).unwrap();
}

#[test]
fn repeated_positional_headers_are_rejected() {
    for name in ["Content-Type", "Content-MD5"] {
        let once = Description::new("PUT", URL).header(name, "text/plain");
        both_accepted(&once);
        let url = presign(&once.of(&service()), HOUR).unwrap().result;
        assert_eq!(url.headers().collect::<Vec<_>>(), [(name, "text/plain")]);
        for value in ["text/plain", "text/html"] {
            let twice = once.clone().header(name.to_lowercase(), value);
            both_rejected(
                &twice,
                ErrorKind::Header,
                &[&name.to_lowercase(), "duplicate"],
            );
        }
    }
    let both = Description::new("PUT", URL)
        .header("content-type", " a  b ")
        .header("content-md5", "4gJE4saaMU4BqNR0kLY+lw==");
    both_accepted(&both);
    let front = "PUT\n4gJE4saaMU4BqNR0kLY+lw==\na  b\nTue, ";
    assert!(header_string_to_sign(&both).starts_with(front));
}

#[test]
fn headers_that_a_url_does_not_cover_are_named() {
    const NOT_COVERED: [&str; 9] = [
        "Range",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "Cache-Control",
        "Content-Disposition",
        "Date",
        "User-Agent",
    ];
    let plain = Description::get(URL)
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "b");
    let names = NOT_COVERED.iter();
    let request = names.fold(plain.clone(), |request, name| {
        request.header(*name, "value").header(*name, "twice")
    });
    let url = presign(&request.of(&service()), HOUR).unwrap().result;
    // Each name is listed once, and the URL doesn't contain the headers.
    assert_eq!(url.not_covered().collect::<Vec<_>>(), NOT_COVERED);
    let without = presign(&plain.of(&service()), HOUR).unwrap().result;
    assert_eq!(url.as_str(), without.as_str());
    assert_eq!(without.not_covered().count(), 0);
    let to_send = [("Content-Type", "text/plain"), ("x-amz-meta-a", "b")];
    assert_eq!(url.headers().collect::<Vec<_>>(), to_send);

    // A bucket makes the same URL.
    let bucket = builder("johnsmith", "us-east-1").global_endpoint();
    let bucket = bucket.build().unwrap();
    let get = bucket
        .get("photos/puppy.jpg")
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "b")
        .header("Range", "bytes=0-9");
    let from_bucket = presign(&get, HOUR).unwrap().result;
    assert_eq!(from_bucket.as_str(), url.as_str());
    assert_eq!(from_bucket.not_covered().collect::<Vec<_>>(), ["Range"]);

    // In a signed request the caller sends these headers. They are not signed there either, and the
    // Date is signed only without x-amz-date.
    let signed = |request: &Description<'_>| {
        let request = request.clone().header("x-amz-date", NOW);
        sign(&request.of(&service())).unwrap().result
    };
    let (with, without) = (signed(&request), signed(&plain));
    assert_eq!(authorization(&with), authorization(&without));
    assert_eq!(with.not_covered().collect::<Vec<_>>(), NOT_COVERED);
    let with_date = sign(&request.of(&service())).unwrap().result;
    let not_covered = NOT_COVERED.into_iter().filter(|name| *name != "Date");
    assert!(with_date.not_covered().eq(not_covered));
    assert_eq!(without.not_covered().count(), 0);
}

#[test]
fn amz_headers_are_unfolded_joined_and_trimmed() {
    let request = Description::new("PUT", URL)
        .header("X-Amz-Meta-B", " one ")
        .header("x-amz-meta-a", "first line\r\n  second\n\t\n\tthird")
        .header("x-amz-meta-b", "two  spaces")
        .header("x-amz-acl", "")
        .header("x-amz-meta-c", "\u{fffd}é")
        .header("X-AMZ-META-B", "one");
    let string_to_sign = url_string_to_sign(&request);
    let lines: Vec<_> = string_to_sign.split('\n').skip(4).collect();
    assert_eq!(
        lines,
        [
            "x-amz-acl:",
            "x-amz-meta-a:first line second third",
            "x-amz-meta-b:one,two  spaces,one",
            "x-amz-meta-c:\u{fffd}é",
            "/johnsmith/photos/puppy.jpg"
        ]
    );
    assert_server_agrees(&request, &keys());
    let url = presign(&request.of(&service()), HOUR).unwrap().result;
    assert_eq!(
        url.headers().collect::<Vec<_>>(),
        [
            ("X-Amz-Meta-B", "one"),
            ("x-amz-meta-a", "first line second third"),
            ("x-amz-meta-b", "two  spaces"),
            ("x-amz-acl", ""),
            ("x-amz-meta-c", "\u{fffd}é"),
            ("X-AMZ-META-B", "one"),
        ]
    );

    // A line break would end the header.
    let split = Description::new("PUT", URL).header("x-amz-meta-a", "b\nx-amz-acl: public-read");
    both_rejected(&split, ErrorKind::Header, &["line break"]);
}

/// Only an `http::Request` can have such a value.
#[cfg(feature = "http")]
#[test]
fn amz_headers_that_are_not_text_are_not_returned() {
    let value = http::HeaderValue::from_bytes(b"\xff\xc3\xa9").unwrap();
    let given = http::Request::put(URL).header("x-amz-meta-c", value);
    let (given, service) = (given.body(()).unwrap(), service());
    // `presign` returns the headers to send as text, so it rejects the value.
    let request = service.http(&given);
    let presigned = request.presign(&keys(), HOUR, now());
    rejected(presigned, ErrorKind::Header, &["x-amz-meta-c", "UTF-8"]);
    let mut url = String::new();
    request
        .presign_into(&keys(), HOUR, now(), &mut url)
        .unwrap();
    let expires = expiration().unix_seconds();
    let text = format!("PUT\n\n\n{expires}\nx-amz-meta-c:");
    let path = b"\xff\xc3\xa9\n/johnsmith/photos/puppy.jpg";
    let text = [text.as_bytes(), path].concat();
    let (_, sent) = url.split_once("&Signature=").unwrap();
    assert_eq!(percent_decode(sent), base64_hmac_sha1(&text).as_bytes());

    let signed = sign(&service.http(&given)).unwrap();
    let text = format!("PUT\n\n\n{NOW}\nx-amz-meta-c:");
    let text = [text.as_bytes(), path].concat();
    assert_eq!(signed.steps.signature, base64_hmac_sha1(&text));
}

/// Signatures contain `+`, `/` and `=`, each of which has another meaning in a query.
#[test]
fn the_signature_is_percent_encoded() {
    let (service, mut plus, mut slash) = (service(), 0, 0);
    for second in 0..200 {
        let expiration = Timestamp::from_unix_seconds(1_175_139_620 + second);
        let signed = presign(&service.get(URL), Expiry::at(expiration)).unwrap();
        let (url, signature) = (signed.result, signed.steps.signature);
        assert_eq!(signature.len(), 28);
        assert!(signature.ends_with('='));
        let (_, sent) = url.as_str().split_once("&Signature=").unwrap();
        assert!(sent.ends_with("%3D"));
        assert!(!sent.contains(['+', '/', '=']));
        assert_eq!(percent_decode(sent), signature.as_bytes());
        plus += usize::from(sent.contains("%2B"));
        slash += usize::from(sent.contains("%2F"));
    }
    assert!(plus > 10 && slash > 10, "{plus} {slash}");
}

/// MinIO, Ceph and s3s sign an empty value as a flag, so the URL contains a flag, too. Servers that
/// sign the parameter as they read it then agree.
#[test]
fn sub_resources_with_an_empty_value_are_flags() {
    for request in [
        Description::get(format!("{URL}?acl=")),
        Description::get(format!("{URL}?acl")),
        Description::get(URL).query("acl", ""),
        Description::get(URL).query_flag("acl"),
    ] {
        let url = presign(&request.of(&service()), HOUR).unwrap().result;
        let front = format!("{URL}?acl&AWSAccessKeyId=");
        assert!(url.as_str().starts_with(&front), "{url}");
        let string_to_sign = header_string_to_sign(&request);
        assert!(string_to_sign.ends_with("/photos/puppy.jpg?acl"));
        both_accepted(&request);
    }
    let several = Description::get(format!("{URL}?uploads=&prefix=&versionId=&tagging=1"));
    both_accepted(&several);
    let resource = "/photos/puppy.jpg?tagging=1&uploads&versionId";
    assert!(header_string_to_sign(&several).ends_with(resource));

    let bucket = Bucket::new("johnsmith", "us-east-1").unwrap();
    let request = bucket.get("a").query("acl", "");
    assert!(request.url().unwrap().ends_with("/a?acl"));
}

#[test]
fn only_sub_resources_are_signed() {
    let all: Vec<_> = SUB_RESOURCES.split_whitespace().collect();
    assert_eq!(all.len(), 38);
    let end = |request: &Description<'_>| {
        let string_to_sign = url_string_to_sign(request);
        let (_, end) = string_to_sign.split_once("/johnsmith").unwrap();
        String::from(end)
    };
    for name in &all {
        let flag = Description::get(format!("{URL}?{name}"));
        assert_eq!(end(&flag), format!("/photos/puppy.jpg?{name}"));
        both_accepted(&flag);
        let value = Description::get(URL).query(*name, "a b/é+%&=");
        assert_eq!(end(&value), format!("/photos/puppy.jpg?{name}=a b/é+%&="));
        both_accepted(&value);
    }
    // All of them together, in reverse order, are signed in the order of their names.
    let together = all
        .iter()
        .rev()
        .fold(Description::get(URL), |request, name| {
            request.query_flag(*name)
        });
    let mut sorted = all.clone();
    sorted.sort_unstable();
    assert_eq!(
        end(&together),
        format!("/photos/puppy.jpg?{}", sorted.join("&"))
    );
    both_accepted(&together);

    for name in [
        "prefix",
        "list-type",
        "marker",
        "max-keys",
        "ACL",
        "Acl",
        "versionid",
        "acls",
        "ac",
        "x-id",
        "response-content",
        "response-",
        "publicAccessBlock",
        "attributes",
        "",
    ] {
        let request = Description::get(format!("{URL}?{name}=1&acl"));
        assert_eq!(end(&request), "/photos/puppy.jpg?acl", "{name}");
        both_accepted(&request);
        assert_eq!(
            end(&Description::get(format!("{URL}?{name}"))),
            "/photos/puppy.jpg"
        );
    }
    let encoded = Description::get(format!("{URL}?%61cl&%75pload%49d=1"));
    assert_eq!(end(&encoded), "/photos/puppy.jpg?acl&uploadId=1");
    both_accepted(&encoded);
}

#[test]
fn values_of_sub_resources_are_signed_decoded() {
    let end = |request: &Description<'_>| {
        let string_to_sign = url_string_to_sign(request);
        let (_, end) = string_to_sign.split_once('?').unwrap();
        String::from(end)
    };
    let disposition = "attachment; filename=\"März + 100%.pdf\"; filename*=UTF-8''M%C3%A4rz";
    let typed = Description::get(URL).query("response-content-disposition", disposition);
    let wire = Description::get(format!(
        "{URL}?response-content-disposition=attachment%3B%20filename%3D%22M%c3%a4rz%20+%20100%25.pdf%22\
         %3b filename*=UTF-8''M%25C3%25A4rz"
    ));
    for request in [&typed, &wire] {
        let expected = format!("response-content-disposition={disposition}");
        assert_eq!(end(request), expected);
        both_accepted(request);
    }
    let service = service();
    let url = |request: &Description<'_>| presign(&request.of(&service), HOUR).unwrap().result;
    assert_eq!(url(&typed).as_str(), url(&wire).as_str());

    // Values longer than any buffer, cut inside characters, and not UTF-8.
    let long = "%E2%82%AC".repeat(100) + "%41%FF%2B";
    let long = Description::get(format!("{URL}?response-content-type={long}"));
    let expected = format!("response-content-type={}A\u{fffd}+", "€".repeat(100));
    assert_eq!(end(&long), expected);
    both_accepted(&long);

    let null = Description::get(URL).query("versionId", "null");
    assert_eq!(end(&null), "versionId=null");
    both_accepted(&null);

    // No operation repeats a sub-resource. The values keep their order, as in botocore.
    let twice = Description::get(format!("{URL}?uploadId=b&acl&uploadId=a&uploadId"));
    assert_eq!(end(&twice), "acl&uploadId=b&uploadId=a&uploadId");
}

#[test]
fn invalid_bucket_names_are_rejected() {
    let rejected_name = |name: &str| {
        let service = Service::s3().bucket(name);
        let words = ["bucket"];
        rejected(sign(&service.get(URL)), ErrorKind::Bucket, &words);
        rejected(presign(&service.get(URL), HOUR), ErrorKind::Bucket, &words);
    };
    ["", "a/b", "a?acl", "a\nb"]
        .into_iter()
        .for_each(rejected_name);
    for name in ["johnsmith", "static.johnsmith.net", "Old_Bucket"] {
        let service = Service::s3().bucket(name);
        let steps = presign(&service.get(URL), HOUR).unwrap().steps;
        let expected = format!("GET\n\n\n1175027802\n/{name}/photos/puppy.jpg");
        assert_eq!(steps.string_to_sign, expected);
    }
}

/// A template rejects the same requests as a single URL, when it is created.
#[test]
fn invalid_templates_are_rejected() {
    let bucket = builder("johnsmith", "us-east-1").build().unwrap();
    let get = bucket.request("GET");
    let template = get.template(&keys(), HOUR, now()).unwrap();
    assert_eq!(template.expires_at(now()), Ok(expiration()));

    let kind = ErrorKind::Expiry;
    for expires_in in [
        Duration::ZERO,
        Duration::new(1, 1),
        Duration::from_secs(u64::MAX),
    ] {
        rejected(get.template(&keys(), expires_in, now()), kind, &[]);
    }
    let first = Timestamp::from_unix_seconds(-3601);
    rejected(get.template(&keys(), HOUR, first), kind, &["1970"]);
    let expiring = keys().with_expiration(expiration());
    get.template(&expiring, HOUR, now()).unwrap();
    let longer = HOUR + Duration::from_secs(1);
    let words = ["credentials", "at_most"];
    rejected(get.template(&expiring, longer, now()), kind, &words);

    for (name, kind) in [
        ("Signature", ErrorKind::Query),
        ("X-Amz-Credential", ErrorKind::Query),
        ("x-amz-acl", ErrorKind::Query),
    ] {
        let signed = get.clone().query(name, "1");
        rejected(signed.template(&keys(), HOUR, now()), kind, &[name]);
    }
    for name in ["Authorization", "x-amz-date", "x-amz-security-token"] {
        let with_header = get.clone().header(name, "1");
        let template = with_header.template(&keys(), HOUR, now());
        rejected(template, ErrorKind::Header, &[name]);
    }
    let twin = get
        .clone()
        .header("x-amz-acl", "public-read")
        .query("Signed", "1");
    twin.template(&keys(), HOUR, now()).unwrap();
    let method = bucket.request("get").template(&keys(), HOUR, now());
    rejected(method, ErrorKind::Method, &["GET"]);
    let arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/name";
    let access_point = builder(arn, "us-east-1").build();
    let words = ["access point", "SigV2"];
    rejected(access_point, ErrorKind::Unsupported, &words);
    Bucket::new(arn, "us-east-1").unwrap();
}

/// Writing a row rejects an invalid key or time and leaves the buffer unchanged.
#[test]
fn invalid_rows_are_rejected() {
    let bucket = builder("johnsmith", "us-east-1").build().unwrap();
    let expiring = temporary().with_expiration(expiration());
    let list = bucket.request("GET");
    let template = list.template(&expiring, HOUR, now()).unwrap();
    let mut buffer = String::from("before");
    let words = ["key is empty"];
    let into = template.presign_into("", now(), &mut buffer);
    rejected(into, ErrorKind::Key, &words);
    rejected(template.presign("", now()), ErrorKind::Key, &words);

    let moment = Timestamp::from_unix_seconds;
    let lasting = list.template(&temporary(), HOUR, now()).unwrap();
    let late = now().saturating_add(Duration::from_secs(1));
    for (template, outside, words) in [
        (&template, late, ["credentials", "at_most"]),
        (&template, moment(-3601), ["1970", "9999"]),
        (&template, moment(i64::MIN), ["1970", "9999"]),
        (&lasting, moment(-3601), ["1970", "9999"]),
        (&lasting, moment(253_402_300_800 - 3600), ["1970", "9999"]),
        (&lasting, moment(i64::MAX), ["1970", "9999"]),
        (&lasting, moment(i64::MIN), ["1970", "9999"]),
    ] {
        let into = template.presign_into("k", outside, &mut buffer);
        rejected(into, ErrorKind::Expiry, &words);
        rejected(template.presign("k", outside), ErrorKind::Expiry, &words);
    }
    assert_eq!(buffer, "before");
    for inside in [now(), moment(-3600)] {
        template.presign("k", inside).unwrap();
    }
    template.presign_into("k", now(), &mut buffer).unwrap();
    assert!(buffer.starts_with("beforehttps://johnsmith.s3.us-east-1.amazonaws.com/k?x-amz-"));

    // The last second that a URL can contain is accepted.
    let template = list.template(&keys(), HOUR, now()).unwrap();
    let last = moment(253_402_300_799 - 3600);
    template.presign("k", last).unwrap();
}

/// Path style, a base path, a domain of the bucket, and a bucket alone. The path is signed as it is
/// sent.
#[test]
fn the_bucket_is_signed_in_every_addressing_style() {
    let resource = |builder: BucketBuilder, key: Option<&str>| {
        let bucket = builder.build().unwrap();
        let request = match key {
            Some(key) => bucket.get(key),
            None => bucket.request("GET"),
        };
        let Signed { result: url, steps } = presign(&request, HOUR).unwrap();
        let (front, _) = url.as_str().split_once('?').unwrap();
        assert_eq!(request.url().unwrap(), front);
        let resource = steps.string_to_sign.split('\n').nth(4).unwrap();
        (String::from(front), String::from(resource))
    };
    let aws = || builder("johnsmith", "eu-west-1");
    let custom = |url| builder("johnsmith", "eu-west-1").endpoint(url);
    for (builder, key, url, expected) in [
        (
            aws(),
            Some("a b"),
            "https://johnsmith.s3.eu-west-1.amazonaws.com/a%20b",
            "/johnsmith/a%20b",
        ),
        (
            aws(),
            None,
            "https://johnsmith.s3.eu-west-1.amazonaws.com/",
            "/johnsmith/",
        ),
        (
            aws().addressing_style(AddressingStyle::Path),
            Some("/a//"),
            "https://s3.eu-west-1.amazonaws.com/johnsmith//a//",
            "/johnsmith//a//",
        ),
        (
            aws().addressing_style(AddressingStyle::Path),
            None,
            "https://s3.eu-west-1.amazonaws.com/johnsmith",
            "/johnsmith",
        ),
        (
            custom("http://gw:7480/base%20path"),
            Some("é"),
            "http://gw:7480/base%20path/johnsmith/%C3%A9",
            "/base%20path/johnsmith/%C3%A9",
        ),
        (
            custom("http://gw:7480/base"),
            None,
            "http://gw:7480/base/johnsmith",
            "/base/johnsmith",
        ),
        (
            custom("http://gw:7480").addressing_style(AddressingStyle::Virtual),
            Some("+"),
            "http://johnsmith.gw:7480/%2B",
            "/johnsmith/%2B",
        ),
        (
            custom("https://files.example.com:8080").addressing_style(AddressingStyle::Domain),
            Some("a%20b"),
            "https://files.example.com:8080/a%2520b",
            "/johnsmith/a%2520b",
        ),
    ] {
        assert_eq!(resource(builder, key), (url.into(), expected.into()));
    }
    let bucket = builder("johnsmith", "eu-west-1").build().unwrap();
    rejected(presign(&bucket.get(""), HOUR), ErrorKind::Key, &["empty"]);
    rejected(sign(&bucket.get("")), ErrorKind::Key, &["empty"]);
}

const API: &str = "https://sqs.us-east-1.amazonaws.com/";

#[track_caller]
fn api_rejected(request: &Description<'_>, kind: ErrorKind, words: &[&str]) {
    rejected(sign(&request.of(&query_api())), kind, words);
}

/// Returns the parameters that are sent. A POST has them in its body.
fn sent(signed: &SignedRequest) -> Vec<(Vec<u8>, Vec<u8>)> {
    let url = signed.url().unwrap();
    match signed.body() {
        Some(body) => {
            assert!(!url.contains('?'), "{url}");
            query_set(&format!("{url}?{body}"))
        }
        None => query_set(url),
    }
}

#[test]
fn parameters_that_signing_adds_have_to_agree() {
    let call = || Description::new("POST", API).query("Action", "ListQueues");
    let api = query_api();
    for name in [
        "AWSAccessKeyId",
        "securitytoken",
        "SIGNATURE",
        "SignatureMethod",
        "SignatureVersion",
        "Expires",
    ] {
        api_rejected(&call().query(name, "x"), ErrorKind::Query, &["contains"]);
    }
    for name in ["Expires.1", "expires", "Signature.1", "timestamp"] {
        sign(&call().query(name, "x").of(&api)).unwrap();
    }

    for stamp in ["2007-03-27T19:36:43Z", "2007-03-27T19:36:43", "now", ""] {
        let request = call().query("Timestamp", stamp);
        api_rejected(&request, ErrorKind::Query, &["Timestamp", "19:36:42Z"]);
    }
    for stamp in [
        "2007-03-27T19:36:42Z",
        "2007-03-27T19:36:42",
        "2007-03-27T19:36:42.000Z",
        "2007-03-27T21:36:42+02:00",
    ] {
        let request = call().query("Timestamp", stamp);
        let signed = sign(&request.of(&api)).unwrap().result;
        let params = sent(&signed);
        let stamps: Vec<_> = params
            .iter()
            .filter(|(name, _)| name == b"Timestamp")
            .collect();
        assert_eq!(
            stamps,
            [&(b"Timestamp".to_vec(), stamp.as_bytes().to_vec())]
        );
        let twice = request.query("Timestamp", stamp);
        api_rejected(&twice, ErrorKind::Query, &["once"]);
    }
    for name in ["Authorization", "authorization"] {
        let request = call().header(name, "AWS a:b");
        api_rejected(
            &request,
            ErrorKind::Header,
            &["header Authorization", "remove"],
        );
        let request = call().header("X-Authorization", "AWS a:b");
        sign(&request.of(&api)).unwrap();
    }
    let moment = Timestamp::from_unix_seconds(i64::MAX);
    let signed = support::signing::sign(&call().of(&api), (&keys(), SECRET), moment);
    rejected(signed, ErrorKind::Time, &["years"]);
}

#[test]
fn query_api_calls_are_signed() {
    let api = Service::query_api(SignatureMethod::HmacSha1);
    let temporary = temporary();
    let described = |request: Request<'_>| {
        let request = request
            .query("Action", "SendMessage")
            .query("a{", "é +&=~*")
            .query("aB", "2")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Host", "SQS.us-east-1.amazonaws.com:443");
        support::signing::sign(&request, (&temporary, SECRET), now()).unwrap()
    };
    let Signed {
        result: form,
        steps,
    } = described(api.post(API));
    assert_eq!(form.url(), Some(API));
    assert_eq!(form.not_covered().collect::<Vec<_>>(), ["Content-Type"]);
    let host = [("host", "SQS.us-east-1.amazonaws.com:443")];
    assert_eq!(form.headers().collect::<Vec<_>>(), host);

    // Parameters are sorted by name before encoding: `aB` before `a{`, though `%7B` is before `B`.
    let front = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Action=SendMessage&SecurityToken=AQoD%2F%2B%3Dtoken\
        &SignatureMethod=HmacSHA1&SignatureVersion=2&Timestamp=2007-03-27T19%3A36%3A42Z\
        &aB=2&a%7B=%C3%A9%20%2B%26%3D~%2A";
    let string_to_sign = format!("POST\nsqs.us-east-1.amazonaws.com:443\n/\n{front}");
    assert_eq!(steps.string_to_sign, string_to_sign);
    let signature = base64_hmac_sha1(string_to_sign.as_bytes());
    assert_eq!(steps.signature, signature);
    let (body, sent) = form.body().unwrap().split_once("&Signature=").unwrap();
    assert_eq!(body, front);
    assert_eq!(percent_decode(sent), signature.as_bytes());
    assert!(!format!("{form:?}").contains(sent));

    // The parameters of other methods are in the URL.
    for method in ["GET", "HEAD", "PUT"] {
        let Signed {
            result: call,
            steps,
        } = described(api.request(method, API));
        let string_to_sign = string_to_sign.replace("POST\n", &format!("{method}\n"));
        assert_eq!(steps.string_to_sign, string_to_sign);
        let url = call.url().unwrap();
        assert!(
            url.starts_with(&format!("{API}?{front}&Signature=")),
            "{url}"
        );
        assert_eq!(call.body(), None);
        assert_eq!(call.not_covered().collect::<Vec<_>>(), ["Content-Type"]);
        assert_eq!(call.headers().collect::<Vec<_>>(), host);
    }
    sign(&api.get(format!("{API}?Action=ListQueues"))).unwrap();
    // If the URL of a POST has a query, it has all parameters there.
    let with_query = api.post(format!("{API}?Action=ListQueues")).query("A", "1");
    let call = sign(&with_query).unwrap().result;
    let url = call.url().unwrap();
    assert!(url.contains("&Action=ListQueues&"), "{url}");
    assert!(
        url.starts_with(&format!("{API}?A=1&AWSAccessKeyId=")),
        "{url}"
    );
    assert_eq!(call.body(), None);
}

/// The server determines how long a call is valid.
#[test]
fn query_apis_have_no_presigned_urls() {
    let api = query_api();
    for request in [api.get(API), api.post(API)] {
        let words = ["query API", "use `sign`"];
        rejected(presign(&request, HOUR), ErrorKind::Unsupported, &words);
        sign(&request.query("Action", "ListQueues")).unwrap();
    }
    let template = api.get(API).template(&keys(), HOUR, now());
    rejected(template, ErrorKind::Unsupported, &["template"]);
}
