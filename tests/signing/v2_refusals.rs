//! What SigV2 refuses, each beside a twin that is accepted, and the corners in which URL and signature have to
//! agree: there an independent server, written for these tests, reads the URL and computes the signature again.

use crate::support::{self, header_set, path_and_query, percent_decode, query_set, time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{KeyInit as _, Mac as _};
use presign::s3::{AddressingStyle, Bucket};
use presign::v2::{QuerySigner, SignatureMethod, Signer};
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Error, ErrorKind, Request, Timestamp, v4};
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

fn ends() -> Timestamp {
    now().saturating_add(HOUR)
}

fn keys() -> Credentials {
    Credentials::new(ID, SECRET).unwrap()
}

fn temporary() -> Credentials {
    keys().with_session_token(TOKEN).unwrap()
}

fn signer() -> Signer {
    Signer::new(keys()).bucket("johnsmith")
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::refused(result, kind, words, &[SECRET, TOKEN]);
}

#[track_caller]
fn sign_refused(signer: &Signer, request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    refused(signer.sign(request, now()), kind, words);
    refused(signer.sign_steps(request, now()), kind, words);
}

/// Refused, and the buffer of `presign_into` is as it was.
#[track_caller]
fn presign_refused(signer: &Signer, request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    refused(signer.presign(request, HOUR, now()), kind, words);
    refused(signer.presign_until(request, ends()), kind, words);
    refused(signer.presign_steps(request, ends()), kind, words);
    let mut buffer = String::from("before");
    let into = signer.presign_into(request, ends(), &mut buffer);
    refused(into, kind, words);
    assert_eq!(buffer, "before");
}

#[track_caller]
fn both_refused(request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    sign_refused(&signer(), request, kind, words);
    presign_refused(&signer(), request, kind, words);
}

#[track_caller]
fn both_accepted(request: &Request<'_>) {
    signer().sign(request, now()).unwrap();
    assert_server_agrees(&signer(), request);
}

/// The list of semantics: documented sub-resources, and the response overrides.
const SUB_RESOURCES: &str = "accelerate acl analytics cors defaultObjectAcl delete encryption inventory legal-hold \
    lifecycle location logging metrics notification object-lock partNumber policy replication requestPayment restore \
    retention select select-type storageClass tagging torrent uploadId uploads versionId versioning versions website \
    response-cache-control response-content-disposition response-content-encoding response-content-language \
    response-content-type response-expires";

fn base64_hmac_sha1(message: &[u8]) -> String {
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message);
    BASE64.encode(mac.finalize().into_bytes())
}

/// What a server that has only the URL, and the headers that it says have to be sent, computes for it: as MinIO,
/// Ceph and s3s do, with the `x-amz-*` parameters among the headers as AWS and Ceph have them.
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
    for (name, value) in &params {
        if name.starts_with(b"x-amz-") {
            text.extend([name.as_slice(), b":", value, b"\n"].concat());
        }
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

/// The signature in the URL is the one that the server computes, and a server that sees one byte more doesn't.
#[track_caller]
fn assert_server_agrees(signer: &Signer, request: &Request<'_>) {
    let url = signer.presign_until(request, ends()).unwrap();
    let steps = signer.presign_steps(request, ends()).unwrap();
    let headers = header_set(url.headers());
    let seen = server_string_to_sign(url.method(), url.as_str(), &headers, Some("johnsmith"));
    assert_eq!(
        steps.string_to_sign,
        String::from_utf8_lossy(&seen),
        "{url}"
    );
    let signature = base64_hmac_sha1(&seen);
    assert_eq!(steps.signature.as_str(), signature, "{url}");
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
fn a_query_that_is_signed_already() {
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
        both_refused(&Request::get(url), ErrorKind::Query, &words(name));
    }
    for name in ["awsAccessKeyID", "signature", "EXPIRES"] {
        let request = Request::get(URL).query(name, "x");
        refused(
            signer().presign(&request, HOUR, now()),
            ErrorKind::Query,
            &["already"],
        );
    }
    for name in ["Expire", "Signature2", "response-expires", "%2545xpires"] {
        both_accepted(&Request::get(format!("{URL}?{name}=1")));
    }

    // A URL that was presigned can't be presigned again.
    let once = signer().presign(&Request::get(URL), HOUR, now()).unwrap();
    let again = Request::get(once.into_string());
    both_refused(&again, ErrorKind::Query, &["presigned"]);
}

/// A server refuses a request with two signatures, of whichever generations: so what carries one of SigV4 is not signed.
#[test]
fn signatures_of_the_other_generation() {
    let sigv4 = v4::Signer::new(keys(), "us-east-1", "s3").unwrap();
    let new = sigv4.presign(&Request::get(URL), HOUR, now()).unwrap();
    let call = QuerySigner::new(keys());
    let carried = [
        (new.as_str().to_owned(), "X-Amz-Algorithm"),
        (format!("{URL}?X-Amz-Signature=00"), "X-Amz-Signature"),
        (format!("{URL}?x-amz-credential"), "X-Amz-Credential"),
        (format!("{URL}?X%2DAmz-Algorithm="), "X-Amz-Algorithm"),
    ];
    for (url, name) in carried {
        let request = Request::get(url);
        let (kind, words) = (ErrorKind::Query, [name, "signed already"]);
        both_refused(&request, kind, &words);
        refused(call.sign(&request, now()), kind, &words);
        refused(call.sign_steps(&request, now()), kind, &words);
    }
    let form = Request::post("https://example.com/").query("X-Amz-Signature", "1");
    refused(
        call.sign_form(&form, now()),
        ErrorKind::Query,
        &["X-Amz-Signature", "signed already"],
    );

    // A name that only looks alike is no signature, for the verifier neither.
    let verifier = Verifier::new("us-east-1", "s3").allow_v2(HOUR);
    for query in [
        "X-Amz-Signature2=1",
        "X-AmzSignature=1",
        "a=X-Amz-Signature",
    ] {
        let request = Request::get(format!("https://example.com/?{query}"));
        let url = call.sign(&request, now()).unwrap();
        let received = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        let verified = verifier.verify(&received, now(), |_| Some(keys()));
        assert!(verified.is_ok(), "{query}: {verified:?}");
    }
}

/// The headers of a URL stand in its query. There these would be parts of a SigV4 signature.
#[test]
fn headers_that_would_be_marks_in_the_query() {
    for name in [
        "x-amz-algorithm",
        "X-Amz-Credential",
        "x-amz-expires",
        "X-AMZ-SIGNEDHEADERS",
        "x-amz-signature",
    ] {
        let request = Request::get(URL).header(name, "1");
        presign_refused(&signer(), &request, ErrorKind::Header, &["SigV4"]);
        // A header that stays one is no mark.
        signer().sign(&request, now()).unwrap();
    }
    both_accepted(&Request::get(URL).header("x-amz-signature2", "1"));
    both_accepted(&Request::get(URL).header("x-amz-expire", "1"));
}

/// AWS and Ceph take them for headers and sign them as such, MinIO and s3s leave them out.
#[test]
fn amz_parameters_in_the_query_of_a_presigned_url() {
    for query in [
        "x-amz-acl=public-read",
        "X-Amz-Security-Token=t",
        "X-Amz-Expires=1",
        "x%2Damz-meta-a=b",
        "X-AMZ-",
    ] {
        let request = Request::get(format!("{URL}?{query}"));
        presign_refused(&signer(), &request, ErrorKind::Query, &["header"]);
        signer().sign(&request, now()).unwrap();
    }
    both_accepted(&Request::get(URL).header("x-amz-acl", "public-read"));
    both_accepted(&Request::get(format!("{URL}?x-amzn-acl=1&xx-amz-acl=1")));
}

#[test]
fn a_path_with_what_has_to_be_encoded() {
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
        let words = ["path", "percent-encoded"];
        both_refused(&Request::get(&url), ErrorKind::Url, &words);
        let query_api = QuerySigner::new(keys());
        refused(
            query_api.sign(&Request::get(&url), now()),
            ErrorKind::Url,
            &words,
        );
        let url = format!("{URL}{encoded}/x");
        both_accepted(&Request::get(&url));
        query_api.sign(&Request::get(&url), now()).unwrap();
        // As it was given, in the URL and in what is signed.
        let signed = signer().presign(&Request::get(&url), HOUR, now()).unwrap();
        assert!(signed.as_str().starts_with(&format!("{url}?")));
    }
    for path in ["/%7e%7E~/a%2fb//../.", "/a+b=c&d;e,f:g@h$i!j'(k)*l", ""] {
        let url = format!("https://johnsmith.s3.amazonaws.com{path}");
        both_accepted(&Request::get(url));
    }
    let request = Request::get(format!("{URL}%2"));
    both_refused(&request, ErrorKind::Url, &["%25"]);
}

#[test]
fn the_life_of_a_url() {
    let request = Request::get(URL);
    let kind = ErrorKind::Expiry;
    for life in [
        Duration::ZERO,
        Duration::from_millis(1),
        Duration::from_millis(1500),
        Duration::new(3600, 1),
    ] {
        let words = ["whole seconds"];
        refused(signer().presign(&request, life, now()), kind, &words);
    }
    const DAY: u64 = 24 * 3600;
    for seconds in [1, 7 * DAY, 7 * DAY + 1, 3650 * DAY] {
        let life = Duration::from_secs(seconds);
        let url = signer().presign(&request, life, now()).unwrap();
        let ends = now().saturating_add(life);
        assert_eq!(url.expires_at(), ends);
        let expires = format!("&Expires={}&", ends.unix_seconds());
        assert!(url.as_str().contains(&expires), "{url}");
    }

    let until = |seconds| signer().presign_until(&request, Timestamp::from_unix_seconds(seconds));
    // The last second of the year 9999.
    let last = 253_402_300_799;
    for seconds in [-1, i64::MIN, last + 1, i64::MAX] {
        refused(until(seconds), kind, &["1970"]);
    }
    for seconds in [0, 1, last] {
        let url = until(seconds).unwrap();
        assert!(url.as_str().contains(&format!("&Expires={seconds}&")));
    }
    let long = Duration::from_secs(u64::MAX);
    refused(signer().presign(&request, long, now()), kind, &["9999"]);

    let dying = Signer::new(temporary().with_expiration(ends()));
    dying.presign(&request, HOUR, now()).unwrap();
    let longer = HOUR + Duration::from_secs(1);
    refused(
        dying.presign(&request, longer, now()),
        kind,
        &["credentials", "at_most"],
    );
}

#[test]
fn the_time_of_a_signed_request() {
    let request = Request::get(URL);
    for seconds in [i64::MIN, -62_167_219_201, 253_402_300_800] {
        let moment = Timestamp::from_unix_seconds(seconds);
        refused(signer().sign(&request, moment), ErrorKind::Time, &["years"]);
    }
    let signed = signer().sign(&request, Timestamp::from_unix_seconds(-1));
    let dates: Vec<_> = header_set(signed.unwrap().headers());
    assert_eq!(dates[1].1, "Wed, 31 Dec 1969 23:59:59 GMT");
}

#[test]
fn dates_that_are_there_already() {
    let kind = ErrorKind::Header;
    let line = |request: &Request<'_>| {
        let steps = signer().sign_steps(request, now()).unwrap();
        let line = steps.string_to_sign.split('\n').nth(3).unwrap();
        let signed = signer().sign(request, now()).unwrap();
        let added: Vec<_> = signed.headers().map(|(name, _)| name).collect();
        (String::from(line), added.contains(&"Date"))
    };
    // A Date: kept if it says the signing time, in any of its forms.
    let same = [
        NOW,
        "Tue, 27 Mar 2007 19:36:42 +0000",
        "Tue, 27 Mar 2007 21:36:42 +0200",
    ];
    for date in same {
        let padded = format!(" {date}\t");
        for value in [date, padded.as_str()] {
            let request = Request::get(URL).header("date", value);
            assert_eq!(line(&request), (date.into(), false));
        }
    }
    // Replaced if it doesn't, or if it is no date, or not one.
    for date in [
        "Tue, 27 Mar 2007 19:36:43 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "20070327T193642Z",
        "now",
        "",
        "Tue, 27 Mar 2007\r\n 19:36:42 GMT",
    ] {
        let request = Request::get(URL).header("Date", date);
        assert_eq!(line(&request), (NOW.into(), true), "{date}");
    }
    let twice = Request::get(URL).header("Date", same[1]);
    let twice = twice.header("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(line(&twice), (NOW.into(), true));

    // An x-amz-date: signed instead, and it has to say the signing time.
    for date in same {
        let request = Request::get(URL).header("X-Amz-Date", date);
        assert_eq!(line(&request), (String::new(), false));
        let request = request.header("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(line(&request), (String::new(), false));
        let steps = signer().sign_steps(&request, now()).unwrap();
        let expected = format!("GET\n\n\n\nx-amz-date:{date}\n/johnsmith/photos/puppy.jpg");
        assert_eq!(steps.string_to_sign, expected);
        presign_refused(&signer(), &request, kind, &["x-amz-date"]);
    }
    for date in ["Tue, 27 Mar 2007 19:36:43 GMT", "20070327T193642Z", ""] {
        let request = Request::get(URL).header("x-amz-date", date);
        sign_refused(&signer(), &request, kind, &["x-amz-date", NOW]);
    }
    let twice = Request::get(URL).header("x-amz-date", NOW);
    let twice = twice.header("X-Amz-Date", "Thu, 01 Jan 1970 00:00:00 GMT");
    sign_refused(&signer(), &twice, kind, &["x-amz-date", "twice"]);
}

#[test]
fn tokens_and_authorization_that_are_there_already() {
    let kind = ErrorKind::Header;
    let with_token = Signer::new(temporary()).bucket("johnsmith");
    let plain = Request::get(URL);
    let same = plain.clone().header("X-Amz-Security-Token", TOKEN);
    let other = plain.clone().header("x-amz-security-token", "another");

    let steps = |request| with_token.sign_steps(request, now()).unwrap();
    let line = format!("\nx-amz-security-token:{TOKEN}\n");
    assert!(steps(&plain).string_to_sign.contains(&line));
    assert_eq!(steps(&plain).string_to_sign, steps(&same).string_to_sign);
    let added = |request| header_set(with_token.sign(request, now()).unwrap().headers());
    let token = ("x-amz-security-token".to_owned(), TOKEN.to_owned());
    assert!(added(&plain).contains(&token));
    assert!(!added(&same).contains(&token));
    sign_refused(&with_token, &other, kind, &["x-amz-security-token"]);
    // Credentials without a token contradict none: what is given is signed, and good if it is that of the access key.
    let signed = signer().sign(&same, now()).unwrap();
    let received = ReceivedRequest::from_url("GET", URL).unwrap();
    let received = received.header("X-Amz-Security-Token", TOKEN);
    let received = received.bucket("johnsmith").headers(signed.headers());
    let verifier = Verifier::new("us-east-1", "s3").allow_v2(HOUR);
    let checked = |keys: Credentials| {
        let verified = verifier.verify(&received, now(), |_| Some(keys));
        verified.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(checked(temporary()), Ok(()));
    assert_eq!(checked(keys()), Err(VerifyErrorKind::SessionToken));
    let twice = same.clone().header("x-amz-security-token", TOKEN);
    sign_refused(&with_token, &twice, kind, &["x-amz-security-token"]);

    let url = with_token.presign(&plain, HOUR, now()).unwrap();
    let param = (b"x-amz-security-token".to_vec(), TOKEN.as_bytes().to_vec());
    assert!(query_set(url.as_str()).contains(&param));
    assert_server_agrees(&with_token, &plain);
    presign_refused(&with_token, &same, kind, &["x-amz-security-token"]);
    presign_refused(&signer(), &other, kind, &["x-amz-security-token"]);

    let authorized = plain.header("authorization", "AWS a:b");
    presign_refused(&signer(), &authorized, kind, &["Authorization"]);
    signer().sign(&authorized, now()).unwrap();
}

#[test]
fn headers_with_one_line_only() {
    for name in ["Content-Type", "Content-MD5"] {
        let once = Request::put(URL).header(name, "text/plain");
        both_accepted(&once);
        let url = signer().presign(&once, HOUR, now()).unwrap();
        assert_eq!(url.headers().collect::<Vec<_>>(), [(name, "text/plain")]);
        for value in ["text/plain", "text/html"] {
            let twice = once.clone().header(name.to_lowercase(), value);
            both_refused(&twice, ErrorKind::Header, &[&name.to_lowercase(), "twice"]);
        }
    }
    let both = Request::put(URL)
        .header("content-type", " a  b ")
        .header("content-md5", "4gJE4saaMU4BqNR0kLY+lw==");
    both_accepted(&both);
    let steps = signer().sign_steps(&both, now()).unwrap();
    let front = "PUT\n4gJE4saaMU4BqNR0kLY+lw==\na  b\nTue, ";
    assert!(steps.string_to_sign.starts_with(front));
}

#[test]
fn headers_that_no_url_covers() {
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
    let plain = Request::get(URL)
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "b");
    let names = NOT_COVERED.iter();
    let request = names.fold(plain.clone(), |request, name| {
        request.header(*name, "value").header(*name, "twice")
    });
    let url = signer().presign(&request, HOUR, now()).unwrap();
    // Named once each, and nowhere in the URL: it is the URL without them.
    assert_eq!(url.not_covered().collect::<Vec<_>>(), NOT_COVERED);
    let without = signer().presign(&plain, HOUR, now()).unwrap();
    assert_eq!(url.as_str(), without.as_str());
    assert_eq!(without.not_covered().count(), 0);
    let to_send = [("Content-Type", "text/plain")];
    assert_eq!(url.headers().collect::<Vec<_>>(), to_send);

    // The same from a bucket.
    let bucket = Bucket::builder("johnsmith", "us-east-1")
        .global_endpoint()
        .build()
        .unwrap();
    let operation = bucket
        .get("photos/puppy.jpg")
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "b")
        .header("Range", "bytes=0-9");
    let from_bucket = operation.presign_v2(&keys(), HOUR, now()).unwrap();
    assert_eq!(from_bucket.as_str(), url.as_str());
    assert_eq!(from_bucket.not_covered().collect::<Vec<_>>(), ["Range"]);

    // In the header form the caller sends them; they are not signed there either.
    let dated = |request: Request<'static>| request.header("x-amz-date", NOW);
    let with = signer().sign(&dated(request), now()).unwrap();
    let without = signer().sign(&dated(plain), now()).unwrap();
    assert_eq!(with.authorization(), without.authorization());
}

#[test]
fn amz_headers_folded_repeated_and_padded() {
    let request = Request::put(URL)
        .header("X-Amz-Meta-B", " one ")
        .header("x-amz-meta-a", "first line\r\n  second\n\t\n\tthird")
        .header("x-amz-meta-b", "two  spaces")
        .header("x-amz-acl", "")
        .header_bytes("x-amz-meta-c", &b"\xff\xc3\xa9"[..])
        .header("X-AMZ-META-B", "one");
    let steps = signer().presign_steps(&request, ends()).unwrap();
    let lines: Vec<_> = steps.string_to_sign.split('\n').skip(4).collect();
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
    assert_server_agrees(&signer(), &request);
    let url = signer().presign(&request, HOUR, now()).unwrap();
    assert!(
        url.as_str()
            .contains("&x-amz-meta-b=one%2Ctwo%20%20spaces%2Cone&")
    );
    assert!(url.as_str().contains("&x-amz-meta-c=%FF%C3%A9&"));

    // A value that would end its header.
    let split = Request::put(URL).header("x-amz-meta-a", "b\nx-amz-acl: public-read");
    both_refused(&split, ErrorKind::Header, &["line break"]);
}

/// Signatures with `+`, `/` and `=` in them, each of which has another meaning in a query.
#[test]
fn the_signature_is_percent_encoded() {
    let (mut plus, mut slash) = (0, 0);
    for second in 0..200 {
        let ends = Timestamp::from_unix_seconds(1_175_139_620 + second);
        let request = Request::get(URL);
        let steps = signer().presign_steps(&request, ends).unwrap();
        let signature = steps.signature.as_str();
        assert_eq!(signature.len(), 28);
        assert!(signature.ends_with('='));
        let url = signer().presign_until(&request, ends).unwrap();
        let (_, sent) = url.as_str().split_once("&Signature=").unwrap();
        assert!(sent.ends_with("%3D"));
        assert!(!sent.contains(['+', '/', '=']));
        assert_eq!(percent_decode(sent), signature.as_bytes());
        plus += usize::from(sent.contains("%2B"));
        slash += usize::from(sent.contains("%2F"));
    }
    assert!(plus > 10 && slash > 10, "{plus} {slash}");
}

/// MinIO, Ceph and s3s sign an empty value as a flag, so it is one in the URL too: a server that signs what it reads
/// has nothing else to read.
#[test]
fn sub_resources_with_an_empty_value() {
    for request in [
        Request::get(format!("{URL}?acl=")),
        Request::get(format!("{URL}?acl")),
        Request::get(URL).query("acl", ""),
        Request::get(URL).query_flag("acl"),
    ] {
        let url = signer().presign(&request, HOUR, now()).unwrap();
        let front = format!("{URL}?acl&AWSAccessKeyId=");
        assert!(url.as_str().starts_with(&front), "{url}");
        let steps = signer().sign_steps(&request, now()).unwrap();
        assert!(steps.string_to_sign.ends_with("/photos/puppy.jpg?acl"));
        both_accepted(&request);
    }
    let several = Request::get(format!("{URL}?uploads=&prefix=&versionId=&tagging=1"));
    both_accepted(&several);
    let steps = signer().sign_steps(&several, now()).unwrap();
    let resource = "/photos/puppy.jpg?tagging=1&uploads&versionId";
    assert!(steps.string_to_sign.ends_with(resource));

    let bucket = Bucket::new("johnsmith", "us-east-1").unwrap();
    let operation = bucket.get("a").query("acl", "");
    assert!(operation.url().unwrap().ends_with("/a?acl"));
}

#[test]
fn every_sub_resource_and_nothing_else() {
    let all: Vec<_> = SUB_RESOURCES.split_whitespace().collect();
    assert_eq!(all.len(), 38);
    let end = |request: &Request<'_>| {
        let steps = signer().presign_steps(request, ends()).unwrap();
        let (_, end) = steps.string_to_sign.split_once("/johnsmith").unwrap();
        String::from(end)
    };
    for name in &all {
        let flag = Request::get(format!("{URL}?{name}"));
        assert_eq!(end(&flag), format!("/photos/puppy.jpg?{name}"));
        both_accepted(&flag);
        let value = Request::get(URL).query(*name, "a b/é+%&=");
        assert_eq!(end(&value), format!("/photos/puppy.jpg?{name}=a b/é+%&="));
        both_accepted(&value);
    }
    // All at once, in the wrong order, are signed in the order of their names.
    let together = all
        .iter()
        .rev()
        .fold(Request::get(URL), |request, name| request.query_flag(*name));
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
        let request = Request::get(format!("{URL}?{name}=1&acl"));
        assert_eq!(end(&request), "/photos/puppy.jpg?acl", "{name}");
        both_accepted(&request);
        assert_eq!(
            end(&Request::get(format!("{URL}?{name}"))),
            "/photos/puppy.jpg"
        );
    }
    let encoded = Request::get(format!("{URL}?%61cl&%75pload%49d=1"));
    assert_eq!(end(&encoded), "/photos/puppy.jpg?acl&uploadId=1");
    both_accepted(&encoded);
}

#[test]
fn values_of_sub_resources() {
    let end = |request: &Request<'_>| {
        let steps = signer().presign_steps(request, ends()).unwrap();
        let (_, end) = steps.string_to_sign.split_once('?').unwrap();
        String::from(end)
    };
    let disposition = "attachment; filename=\"März + 100%.pdf\"; filename*=UTF-8''M%C3%A4rz";
    let typed = Request::get(URL).query("response-content-disposition", disposition);
    let wire = Request::get(format!(
        "{URL}?response-content-disposition=attachment%3B%20filename%3D%22M%c3%a4rz%20+%20100%25.pdf%22\
         %3b filename*=UTF-8''M%25C3%25A4rz"
    ));
    for request in [&typed, &wire] {
        let expected = format!("response-content-disposition={disposition}");
        assert_eq!(end(request), expected);
        both_accepted(request);
    }
    let url = |request| signer().presign(request, HOUR, now()).unwrap();
    assert_eq!(url(&typed).as_str(), url(&wire).as_str());

    // Longer than any buffer, cut inside of characters, and not UTF-8 at all.
    let long = "%E2%82%AC".repeat(100) + "%41%FF%2B";
    let long = Request::get(format!("{URL}?response-content-type={long}"));
    let expected = format!("response-content-type={}A\u{fffd}+", "€".repeat(100));
    assert_eq!(end(&long), expected);
    both_accepted(&long);

    let null = Request::get(URL).query("versionId", "null");
    assert_eq!(end(&null), "versionId=null");
    both_accepted(&null);

    // No operation has two; they stay in the order given, as botocore has them.
    let twice = Request::get(format!("{URL}?uploadId=b&acl&uploadId=a&uploadId"));
    assert_eq!(end(&twice), "acl&uploadId=b&uploadId=a&uploadId");
}

#[test]
fn bucket_names() {
    let request = Request::get(URL);
    for name in ["", "a/b", "a?acl", "a\nb"] {
        let signer = Signer::new(keys()).bucket(name);
        sign_refused(&signer, &request, ErrorKind::Bucket, &["bucket"]);
        presign_refused(&signer, &request, ErrorKind::Bucket, &["bucket"]);
    }
    for name in ["johnsmith", "static.johnsmith.net", "Old_Bucket"] {
        let signer = Signer::new(keys()).bucket(name);
        let steps = signer.presign_steps(&request, ends()).unwrap();
        let expected = format!("GET\n\n\n1175027802\n/{name}/photos/puppy.jpg");
        assert_eq!(steps.string_to_sign, expected);
    }
}

/// What is refused of one link is refused of many, when they are prepared.
#[test]
fn links_that_cannot_be_prepared() {
    let bucket = Bucket::new("johnsmith", "us-east-1").unwrap();
    let get = bucket.operation("GET");
    let prepared = get.links_v2(&keys(), HOUR, now()).unwrap();
    assert_eq!(prepared.expires_at(), ends());

    let kind = ErrorKind::Expiry;
    for life in [
        Duration::ZERO,
        Duration::new(1, 1),
        Duration::from_secs(u64::MAX),
    ] {
        refused(get.links_v2(&keys(), life, now()), kind, &[]);
    }
    let first = Timestamp::from_unix_seconds(-3601);
    refused(get.links_v2(&keys(), HOUR, first), kind, &["1970"]);
    let dying = keys().with_expiration(ends());
    get.links_v2(&dying, HOUR, now()).unwrap();
    let longer = HOUR + Duration::from_secs(1);
    let words = ["credentials", "at_most"];
    refused(get.links_v2(&dying, longer, now()), kind, &words);

    for (name, kind) in [
        ("Signature", ErrorKind::Query),
        ("X-Amz-Credential", ErrorKind::Query),
        ("x-amz-acl", ErrorKind::Query),
    ] {
        let signed = get.clone().query(name, "1");
        refused(signed.links_v2(&keys(), HOUR, now()), kind, &[name]);
    }
    for name in [
        "Authorization",
        "x-amz-date",
        "x-amz-security-token",
        "X-Amz-Signature",
    ] {
        let with_header = get.clone().header(name, "1");
        let links = with_header.links_v2(&keys(), HOUR, now());
        refused(links, ErrorKind::Header, &[name]);
    }
    let twin = get
        .clone()
        .header("x-amz-acl", "public-read")
        .query("Signed", "1");
    twin.links_v2(&keys(), HOUR, now()).unwrap();
    let method = bucket.operation("get").links_v2(&keys(), HOUR, now());
    refused(method, ErrorKind::Method, &["GET"]);
    let arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/name";
    let access_point = Bucket::new(arn, "us-east-1").unwrap();
    let links = access_point.operation("GET").links_v2(&keys(), HOUR, now());
    refused(links, ErrorKind::Bucket, &["access point", "SigV2"]);
}

/// What each link has of itself is refused when it is asked for, and the buffer is as it was.
#[test]
fn links_that_cannot_be_written() {
    let bucket = Bucket::new("johnsmith", "us-east-1").unwrap();
    let dying = temporary().with_expiration(ends());
    let links = bucket.operation("GET").links_v2(&dying, HOUR, now());
    let links = links.unwrap();
    let mut buffer = String::from("before");
    let words = ["key is empty"];
    refused(links.write("", &mut buffer), ErrorKind::Key, &words);
    refused(links.link(""), ErrorKind::Key, &words);
    let into = links.write_at("", now(), &mut buffer);
    refused(into, ErrorKind::Key, &words);
    refused(links.link_at("", now()), ErrorKind::Key, &words);

    let moment = Timestamp::from_unix_seconds;
    for (outside, words) in [
        (
            now().saturating_add(Duration::from_secs(1)),
            ["credentials", "at_most"],
        ),
        (moment(-3601), ["1970", "9999"]),
        (moment(253_402_300_800 - 3600), ["1970", "9999"]),
        (moment(i64::MAX), ["1970", "9999"]),
        (moment(i64::MIN), ["1970", "9999"]),
    ] {
        let into = links.write_at("k", outside, &mut buffer);
        refused(into, ErrorKind::Expiry, &words);
        refused(links.link_at("k", outside), ErrorKind::Expiry, &words);
    }
    assert_eq!(buffer, "before");
    for inside in [now(), moment(-3600)] {
        links.link_at("k", inside).unwrap();
    }
    links.write("k", &mut buffer).unwrap();
    assert!(buffer.starts_with("beforehttps://johnsmith.s3.us-east-1.amazonaws.com/k?x-amz-"));

    // To the last second that a URL can name.
    let links = bucket.operation("GET").links_v2(&keys(), HOUR, now());
    let last = moment(253_402_300_799 - 3600);
    links.unwrap().link_at("k", last).unwrap();
}

/// Path style, a base path, a host of the bucket's own, and a bucket alone: the path as it is sent.
#[test]
fn the_bucket_wherever_it_stands() {
    let resource = |builder: presign::s3::BucketBuilder, key: Option<&str>| {
        let bucket = builder.build().unwrap();
        let mut operation = bucket.operation("GET");
        if let Some(key) = key {
            operation = operation.key(key);
        }
        let url = operation.presign_v2_until(&keys(), ends()).unwrap();
        let steps = operation.presign_v2_steps(&keys(), ends()).unwrap();
        let (front, _) = url.as_str().split_once('?').unwrap();
        assert_eq!(operation.url().unwrap(), front);
        let resource = steps.string_to_sign.split('\n').nth(4).unwrap();
        (String::from(front), String::from(resource))
    };
    let aws = || Bucket::builder("johnsmith", "eu-west-1");
    let custom = |url| Bucket::builder("johnsmith", "eu-west-1").endpoint(url);
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
            aws().path_style(),
            Some("/a//"),
            "https://s3.eu-west-1.amazonaws.com/johnsmith//a//",
            "/johnsmith//a//",
        ),
        (
            aws().path_style(),
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
            custom("http://gw:7480").virtual_hosted(),
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
    let empty = Bucket::new("johnsmith", "eu-west-1").unwrap();
    refused(
        empty.get("").presign_v2(&keys(), HOUR, now()),
        ErrorKind::Key,
        &["empty"],
    );
    refused(
        empty.get("").sign_v2(&keys(), now()),
        ErrorKind::Key,
        &["empty"],
    );
}

const API: &str = "https://sqs.us-east-1.amazonaws.com/";

#[track_caller]
fn api_refused(request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    let signer = QuerySigner::new(keys());
    refused(signer.sign(request, now()), kind, words);
    refused(signer.sign_form(request, now()), kind, words);
    refused(signer.sign_steps(request, now()), kind, words);
}

#[test]
fn query_api_parameters_that_signing_adds() {
    let call = || Request::post(API).query("Action", "ListQueues");
    let signer = QuerySigner::new(keys());
    for name in [
        "AWSAccessKeyId",
        "securitytoken",
        "SIGNATURE",
        "SignatureMethod",
        "SignatureVersion",
        "Expires",
    ] {
        api_refused(&call().query(name, "x"), ErrorKind::Query, &["has"]);
    }
    for name in ["Expires.1", "expires", "Signature.1", "timestamp"] {
        signer.sign(&call().query(name, "x"), now()).unwrap();
    }

    for stamp in ["2007-03-27T19:36:43Z", "2007-03-27T19:36:43", "now", ""] {
        let request = call().query("Timestamp", stamp);
        api_refused(&request, ErrorKind::Query, &["Timestamp", "19:36:42Z"]);
    }
    for stamp in [
        "2007-03-27T19:36:42Z",
        "2007-03-27T19:36:42",
        "2007-03-27T19:36:42.000Z",
        "2007-03-27T21:36:42+02:00",
    ] {
        let request = call().query("Timestamp", stamp);
        let url = signer.sign(&request, now()).unwrap();
        let params = query_set(url.as_str());
        let stamps: Vec<_> = params
            .iter()
            .filter(|(name, _)| name == b"Timestamp")
            .collect();
        assert_eq!(
            stamps,
            [&(b"Timestamp".to_vec(), stamp.as_bytes().to_vec())]
        );
        let twice = request.query("Timestamp", stamp);
        api_refused(&twice, ErrorKind::Query, &["once"]);
    }
    let moment = Timestamp::from_unix_seconds(i64::MAX);
    refused(signer.sign(&call(), moment), ErrorKind::Time, &["years"]);
}

#[test]
fn query_api_forms() {
    let signer = QuerySigner::new(temporary()).signature_method(SignatureMethod::HmacSha1);
    let request = Request::post(API)
        .query("Action", "SendMessage")
        .query("a{", "é +&=~*")
        .query("aB", "2")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Host", "SQS.us-east-1.amazonaws.com:443");
    let form = signer.sign_form(&request, now()).unwrap();
    assert_eq!(form.url(), API);
    assert_eq!(form.not_covered().collect::<Vec<_>>(), ["Content-Type"]);
    let host = [("host", "SQS.us-east-1.amazonaws.com:443")];
    assert_eq!(form.headers().collect::<Vec<_>>(), host);

    // Sorted by name before it is encoded: `aB` before `a{`, though `%7B` is before `B`.
    let front = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Action=SendMessage&SecurityToken=AQoD%2F%2B%3Dtoken\
        &SignatureMethod=HmacSHA1&SignatureVersion=2&Timestamp=2007-03-27T19%3A36%3A42Z\
        &aB=2&a%7B=%C3%A9%20%2B%26%3D~%2A";
    let string_to_sign = format!("POST\nsqs.us-east-1.amazonaws.com:443\n/\n{front}");
    let steps = signer.sign_steps(&request, now()).unwrap();
    assert_eq!(steps.string_to_sign, string_to_sign);
    let signature = base64_hmac_sha1(string_to_sign.as_bytes());
    assert_eq!(steps.signature.as_str(), signature);
    let (body, sent) = form.body().split_once("&Signature=").unwrap();
    assert_eq!(body, front);
    assert_eq!(percent_decode(sent), signature.as_bytes());
    assert!(!format!("{form:?}").contains(sent));

    let url = signer.sign(&request, now()).unwrap();
    assert_eq!(url.as_str(), format!("{API}?{}", form.body()));
    assert_eq!(url.not_covered().collect::<Vec<_>>(), ["Content-Type"]);
    assert_eq!(url.expires_at().saturating_since(now()).as_secs(), 900);
    let soon = now().saturating_add(Duration::from_secs(60));
    let dying = QuerySigner::new(temporary().with_expiration(soon));
    assert_eq!(dying.sign(&request, now()).unwrap().expires_at(), soon);

    let get = Request::get(API).query("Action", "ListQueues");
    signer.sign(&get, now()).unwrap();
    refused(signer.sign_form(&get, now()), ErrorKind::Method, &["POST"]);
    let with_query = Request::post(format!("{API}?Action=ListQueues"));
    signer.sign(&with_query, now()).unwrap();
    refused(
        signer.sign_form(&with_query, now()),
        ErrorKind::Query,
        &["body"],
    );
}
