//! Every kind of signature beside its floor: the SHA-256 compressions that it can't do without, on the same texts.
//!
//! `cargo bench --bench ratios` prints, for each row, its time as a multiple of the floor, and what it allocates. The rows
//! of a case and its floor take turns in one process, in short batches, and the median of each counts: so what
//! disturbs the machine disturbs all of them alike. With `--quick`, or when run as a test, it only asserts
//! that every row is right and measures next to nothing.

mod support;

use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, PresignedPost, Request, Timestamp, v2, v4};
use std::hint::black_box;
use std::time::Duration;
use support::rows::{Row, compare, floor_rows, mac_floor_row};
use support::{DAY, Downloads, HOST, REGION, Upload, bucket, mac, now};

fn downloads(case: &Downloads, rounds: usize) {
    let bucket = bucket();
    let credentials = &case.credentials;
    let signer = v4::Signer::new(credentials.clone(), REGION, "s3").unwrap();
    let links = bucket.operation("GET").links(credentials, DAY, now());
    let links = links.unwrap();
    let mut rows = floor_rows(&case.expected[0]);

    // Into a buffer that is reused.
    let write = |call: usize, url: &mut String| links.write(case.key(call), url);
    rows.push(reused(case, "Links::write", 1.10, |_| now(), write));
    let write = |call: usize, url: &mut String| {
        let operation = bucket.get(case.key(call));
        operation.presign_into(credentials, DAY, now(), url)
    };
    rows.push(reused(
        case,
        "Operation::presign_into",
        1.7,
        |_| now(),
        write,
    ));
    let write = |call: usize, url: &mut String| {
        let request = Request::get(case.plain_url(call));
        signer.presign_into(&request, DAY, now(), url)
    };
    rows.push(reused(case, "Signer::presign_into", 1.7, |_| now(), write));

    // As a new string.
    let link = |call: usize| links.link(case.key(call)).unwrap();
    case.check(link);
    rows.push(Row::new("Links::link", 1.25, link));
    let link = |call: usize| {
        let operation = bucket.get(case.key(call));
        operation.presign(credentials, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into_string());
    rows.push(Row::new("Operation::presign", 1.7, link));
    let link = |call: usize| {
        let request = Request::get(case.plain_url(call));
        signer.presign(&request, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into_string());
    rows.push(Row::new("Signer::presign", 1.7, link));

    // In another second each time.
    let write = |call: usize, url: &mut String| links.write_at(case.key(call), second(call), url);
    let name = "Links::write_at, another second each time";
    rows.push(reused(case, name, 1.7, second, write));
    let link = |call: usize| links.link_at(case.key(call), second(call)).unwrap();
    case.check_at(second, link);
    rows.push(Row::new(
        "Links::link_at, another second each time",
        1.7,
        link,
    ));
    let link = |call: usize| {
        let operation = bucket.get(case.key(call));
        operation.presign(credentials, DAY, second(call)).unwrap()
    };
    case.check_at(second, |call| link(call).into_string());
    rows.push(Row::new(
        "Operation::presign, another second each time",
        1.7,
        link,
    ));
    let link = |call: usize| {
        let operation = bucket.get(case.key(call));
        let fresh = support::credentials(case.token.as_deref());
        operation.presign(&fresh, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into_string());
    rows.push(Row::new(
        "Operation::presign, fresh credentials each time",
        None,
        link,
    ));

    compare(
        &format!(
            "{}: {} blocks",
            case.name,
            case.expected[0].floor().blocks()
        ),
        rows,
        rounds,
    );
}

/// The seconds of the examples' day, one after the other.
fn second(call: usize) -> Timestamp {
    Timestamp::from_unix_seconds(now().unix_seconds() + (call % 86400) as i64)
}

/// A row that writes into one buffer, after a check that it writes what it should.
fn reused<'a>(
    case: &Downloads,
    name: &'static str,
    limit: f64,
    at: impl Fn(usize) -> Timestamp,
    write: impl Fn(usize, &mut String) -> Result<(), presign::Error> + 'a,
) -> Row<'a> {
    let mut url = String::new();
    case.check_at(at, |call| {
        url.clear();
        write(call, &mut url).unwrap();
        url.clone()
    });
    Row::new(name, limit, move |call| {
        url.clear();
        write(call, &mut url).unwrap();
        black_box(url.len())
    })
}

fn upload(case: &Upload, rounds: usize) {
    let bucket = bucket();
    let credentials = &case.credentials;
    let signer = v4::Signer::new(credentials.clone(), REGION, "s3").unwrap();
    let request = Upload::request();
    let operation = Upload::operation(&bucket);
    let mut rows = floor_rows(&case.expected);

    let sign = |_| signer.sign(&request, case.payload, now()).unwrap();
    assert_eq!(sign(0).authorization(), case.expected.authorization);
    rows.push(Row::new("Signer::sign", 2.0, sign));

    let sign = |_| operation.sign(credentials, case.payload, now()).unwrap();
    assert_eq!(sign(0).authorization(), case.expected.authorization);
    rows.push(Row::new("Operation::sign", 2.0, sign));

    let sign = |_| {
        let operation = Upload::operation(&bucket);
        operation.sign(credentials, case.payload, now()).unwrap()
    };
    rows.push(Row::new("Operation::sign, described each time", None, sign));

    let blocks = case.expected.floor().blocks();
    compare(
        &format!("a PUT with six headers, signed with headers: {blocks} blocks"),
        rows,
        rounds,
    );
}

/// A row that checks requests, after it was asserted that each is taken, and refused by its signature if it has another
/// method.
fn verified<'a, T>(
    name: &'static str,
    limit: f64,
    credentials: &'a Credentials,
    method: &'static str,
    requests: &'a [T],
    describe: impl Fn(&'static str, &'a T) -> ReceivedRequest<'a> + 'a,
) -> Row<'a> {
    let verifier = Verifier::new(REGION, "s3")
        .allow_v2(Duration::MAX)
        .base_domain("s3.amazonaws.com");
    let check = move |request: &ReceivedRequest<'_>| {
        let lookup = |id: &str| (id == credentials.access_key_id()).then_some(credentials);
        verifier.verify(request, now(), lookup).map(drop)
    };
    for request in requests {
        assert_eq!(check(&describe(method, request)).err(), None);
        let refused = check(&describe("DELETE", request)).err();
        let kind = refused.map(|error| error.kind());
        assert_eq!(kind, Some(VerifyErrorKind::Signature));
    }
    Row::new(name, limit, move |call| {
        check(&describe(method, &requests[call % requests.len()])).is_ok()
    })
}

fn verify_downloads(case: &Downloads, rounds: usize) {
    /// What was just received lies in the processor's cache, as the floor's texts do. Ten thousand URLs with a token don't.
    const RECEIVED: usize = 100;
    let urls = case.expected.iter().map(|signed| &*signed.url);
    let urls: Vec<&str> = urls.take(RECEIVED).collect();
    let mut rows = floor_rows(&case.expected[0]);
    rows.push(verified(
        "Verifier::verify, a whole URL",
        2.0,
        &case.credentials,
        "GET",
        &urls,
        |method, url| ReceivedRequest::from_url(method, url).unwrap(),
    ));
    rows.push(verified(
        "Verifier::verify, target and Host",
        2.0,
        &case.credentials,
        "GET",
        &urls,
        |method, url| {
            let at = "https://".len() + HOST.len();
            ReceivedRequest::new(method, &url[at..]).header("Host", HOST)
        },
    ));
    let blocks = case.expected[0].floor().blocks();
    compare(
        &format!("verify a presigned URL, {}: {blocks} blocks", case.name),
        rows,
        rounds,
    );

    let signed: Vec<_> = (0..case.keys.len().min(RECEIVED))
        .map(|call| mac::presigned_v2(case.key(call), case.token.as_deref()))
        .collect();
    let blocks = signed[0].1.floor().blocks();
    let rows = vec![
        mac_floor_row(&signed[0].1),
        verified(
            "Verifier::verify, a whole URL",
            2.5,
            &case.credentials,
            "GET",
            &signed,
            |method, (url, _)| ReceivedRequest::from_url(method, url).unwrap(),
        ),
    ];
    compare(
        &format!(
            "verify a presigned URL of SigV2, {}: {blocks} blocks of SHA-1",
            case.name
        ),
        rows,
        rounds,
    );
}

fn verify_upload(case: &Upload, rounds: usize) {
    let requests = [case.received()];
    let mut rows = floor_rows(&case.expected);
    rows.push(verified(
        "Verifier::verify",
        2.0,
        &case.credentials,
        "PUT",
        &requests,
        |method, headers| {
            let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
            ReceivedRequest::new(method, "/test.txt").headers(headers)
        },
    ));
    let blocks = case.expected.floor().blocks();
    compare(
        &format!("verify a PUT with six headers, signed with headers: {blocks} blocks"),
        rows,
        rounds,
    );
}

fn downloads_v2(case: &Downloads, rounds: usize) {
    let bucket = bucket();
    let credentials = &case.credentials;
    let signer = v2::Signer::new(credentials.clone()).bucket("examplebucket");
    let expected: Vec<_> = (0..case.keys.len())
        .map(|call| mac::presigned_v2(case.key(call), case.token.as_deref()))
        .collect();
    let check = |mut sign: Box<dyn FnMut(usize) -> String + '_>| {
        for (call, (url, _)) in expected.iter().enumerate() {
            assert_eq!(sign(call), *url);
        }
    };
    let links = bucket.operation("GET").links_v2(credentials, DAY, now());
    let links = &links.unwrap();
    let mut rows = vec![mac_floor_row(&expected[0].1)];

    check(Box::new(|call| links.link(case.key(call)).unwrap()));
    let mut url = String::new();
    let write = move |call: usize| {
        url.clear();
        links.write(case.key(call), &mut url).unwrap();
        black_box(url.len())
    };
    rows.push(Row::new("Links::write", 2.5, write));
    for call in 0..case.keys.len() {
        let (key, token) = (case.key(call), case.token.as_deref());
        let (url, _) = mac::presigned_v2_until(key, token, second(call).saturating_add(DAY));
        assert_eq!(links.link_at(key, second(call)).unwrap(), url);
    }
    let mut url = String::new();
    let write = move |call: usize| {
        url.clear();
        links
            .write_at(case.key(call), second(call), &mut url)
            .unwrap();
        black_box(url.len())
    };
    let name = "Links::write_at, another second each time";
    rows.push(Row::new(name, None, write));

    let write = |call: usize, url: &mut String| {
        url.clear();
        let operation = bucket.get(case.key(call));
        let written = operation.presign_v2_into(credentials, mac::ends(), url);
        written.unwrap();
    };
    check(Box::new(|call| into_new(|url| write(call, url))));
    let mut url = String::new();
    rows.push(Row::new("Operation::presign_v2_into", 2.5, move |call| {
        write(call, &mut url);
        black_box(url.len())
    }));
    let write = |call: usize, url: &mut String| {
        url.clear();
        let request = Request::get(case.plain_url(call));
        let written = signer.presign_into(&request, mac::ends(), url);
        written.unwrap();
    };
    check(Box::new(|call| into_new(|url| write(call, url))));
    let mut url = String::new();
    rows.push(Row::new("Signer::presign_into", 2.5, move |call| {
        write(call, &mut url);
        black_box(url.len())
    }));
    let link = |call: usize| {
        let operation = bucket.get(case.key(call));
        operation.presign_v2(credentials, DAY, now()).unwrap()
    };
    check(Box::new(|call| link(call).into_string()));
    rows.push(Row::new("Operation::presign_v2", None, link));

    let blocks = expected[0].1.floor().blocks();
    compare(
        &format!("SigV2, {}: {blocks} blocks of SHA-1", case.name),
        rows,
        rounds,
    );
}

/// What is written into an empty buffer.
fn into_new(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

fn upload_v2(case: &Upload, rounds: usize) {
    let bucket = bucket();
    let (authorization, expected) = mac::header_signed_v2();
    let signer = v2::Signer::new(case.credentials.clone()).bucket("examplebucket");
    let request = Upload::request();
    let operation = Upload::operation(&bucket);
    let mut rows = vec![mac_floor_row(&expected)];

    let sign = |_| signer.sign(&request, now()).unwrap();
    assert_eq!(sign(0).authorization(), authorization);
    rows.push(Row::new("Signer::sign", None, sign));

    let sign = |_| operation.sign_v2(&case.credentials, now()).unwrap();
    assert_eq!(sign(0).authorization(), authorization);
    rows.push(Row::new("Operation::sign_v2", None, sign));

    let blocks = expected.floor().blocks();
    compare(
        &format!("a PUT with six headers, SigV2 with headers: {blocks} blocks of SHA-1"),
        rows,
        rounds,
    );
}

fn policies(rounds: usize) {
    let (bucket, credentials) = (bucket(), support::credentials(None));
    let policy = mac::policy();
    let check = |form: PresignedPost, expected: &mac::Signed| {
        let fields: Vec<_> = form.fields().collect();
        assert!(fields.contains(&("policy", &expected.text)));
        assert_eq!(fields.last().unwrap().1, expected.signature);
        assert_eq!(form.url(), format!("https://{HOST}/"));
    };

    let expected = mac::policy_v4();
    let sign = |_| policy.presign(&bucket, &credentials, DAY, now()).unwrap();
    let described = |_| {
        let policy = mac::policy();
        policy.presign(&bucket, &credentials, DAY, now()).unwrap()
    };
    check(sign(0), &expected);
    check(described(0), &expected);
    let rows = vec![
        mac_floor_row(&expected),
        Row::new("PostPolicy::presign", 3.0, sign),
        Row::new("PostPolicy::presign, described each time", None, described),
    ];
    let blocks = expected.floor().blocks();
    compare(
        &format!("a POST policy with five conditions: {blocks} blocks"),
        rows,
        rounds,
    );

    let expected = mac::policy_v2();
    let sign = |_| {
        policy
            .presign_v2(&bucket, &credentials, DAY, now())
            .unwrap()
    };
    check(sign(0), &expected);
    let rows = vec![
        mac_floor_row(&expected),
        Row::new("PostPolicy::presign_v2", 3.0, sign),
    ];
    let blocks = expected.floor().blocks();
    compare(
        &format!("a POST policy with five conditions, SigV2: {blocks} blocks of SHA-1"),
        rows,
        rounds,
    );
}

fn main() {
    // `cargo bench` gives `--bench`; `cargo test` doesn't.
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = match given("--bench") && !given("--quick") {
        true => 3000,
        false => 3,
    };
    let (short, many, put) = (Downloads::short(), Downloads::many(), Upload::new());
    downloads(&short, rounds);
    downloads(&many, rounds);
    upload(&put, rounds);
    verify_downloads(&short, rounds);
    verify_downloads(&many, rounds);
    verify_upload(&put, rounds);
    downloads_v2(&short, rounds);
    downloads_v2(&many, rounds);
    upload_v2(&put, rounds);
    policies(rounds);
}
