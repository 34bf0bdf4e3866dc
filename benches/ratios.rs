//! Compares every kind of signature with its floor: the SHA-256 compressions that it requires, on
//! the same texts.
//!
//! `cargo bench --bench ratios` prints the time of each row as a multiple of the floor, and its
//! allocations. The rows of a case and its floor take turns in one process, in short batches, and
//! each has the median of its rounds, so that other programs affect them equally. With `--quick`,
//! or when run as a test, it only asserts that every row is correct and measures almost nothing.

mod support;

use presign::post::PresignedPost;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, PresignedUrl, Request, Timestamp};
use std::hint::black_box;
use std::time::Duration;
use support::rows::{Row, compare, floor_rows, mac_floor_row};
use support::{
    DAY, Downloads, HOST, REGION, Upload, authorization, bucket, bucket_v2, mac, now, service,
    service_v2,
};

fn downloads(case: &Downloads, rounds: usize) {
    /// A new string costs one more allocation.
    const NEW_STRING: f64 = 0.15;
    let (bucket, service) = (bucket(), service());
    let (credentials, limits) = (&case.credentials, case.limits);
    let template = bucket.request("GET").template(credentials, DAY, now());
    let template = template.unwrap();
    let mut rows = floor_rows(&case.expected[0]);

    // Into a reused buffer.
    let write = |call: usize, url: &mut String| template.presign_into(case.key(call), now(), url);
    rows.push(reused(
        case,
        "Template::presign_into",
        limits.link,
        |_| now(),
        write,
    ));
    let write = |call: usize, url: &mut String| {
        let request = bucket.get(case.key(call));
        request.presign_into(credentials, DAY, now(), url)
    };
    rows.push(reused(
        case,
        "Request::presign_into",
        limits.object,
        |_| now(),
        write,
    ));
    let write = |call: usize, url: &mut String| {
        let request = service.get(case.plain_url(call));
        request.presign_into(credentials, DAY, now(), url)
    };
    let name = "Request::presign_into, any service";
    rows.push(reused(case, name, limits.url, |_| now(), write));

    // As a new string.
    let link = |call: usize| template.presign(case.key(call), now()).unwrap();
    case.check(|call| link(call).into());
    rows.push(Row::new(
        "Template::presign",
        limits.link + NEW_STRING,
        link,
    ));
    let link = |call: usize| {
        let request = bucket.get(case.key(call));
        request.presign(credentials, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into());
    rows.push(Row::new("Request::presign", limits.object, link));
    let link = |call: usize| {
        let request = service.get(case.plain_url(call));
        request.presign(credentials, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into());
    rows.push(Row::new("Request::presign, any service", limits.url, link));

    // At another second each time.
    let write =
        |call: usize, url: &mut String| template.presign_into(case.key(call), second(call), url);
    let name = "Template::presign_into, another second each time";
    rows.push(reused(case, name, 1.7, second, write));
    let link = |call: usize| template.presign(case.key(call), second(call)).unwrap();
    case.check_at(second, |call| link(call).into());
    let name = "Template::presign, another second each time";
    rows.push(Row::new(name, 1.7 + NEW_STRING, link));
    let link = |call: usize| {
        let request = bucket.get(case.key(call));
        request.presign(credentials, DAY, second(call)).unwrap()
    };
    case.check_at(second, |call| link(call).into());
    let name = "Request::presign, another second each time";
    rows.push(Row::new(name, limits.object, link));
    let link = |call: usize| {
        let request = bucket.get(case.key(call));
        let fresh = support::credentials(case.token.as_deref());
        request.presign(&fresh, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into());
    let name = "Request::presign, fresh credentials each time";
    rows.push(Row::new(name, None, link));

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

/// Returns the second of the examples' day with this number.
fn second(call: usize) -> Timestamp {
    Timestamp::from_unix_seconds(now().unix_seconds() + (call % 86400) as i64)
}

/// Returns a row that writes into one buffer, after checking its results.
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
    into_buffer(name, limit, write)
}

fn upload(case: &Upload, rounds: usize) {
    let (bucket, service) = (bucket(), service());
    let credentials = &case.credentials;
    let put = case.describe(bucket.put("test.txt"));
    let put_url = case.describe(service.request("PUT", Upload::URL));
    let check = |request: &Request<'_>| {
        let signed = request.sign(credentials, now()).unwrap();
        assert_eq!(authorization(&signed), case.expected.authorization);
    };
    let mut rows = floor_rows(&case.expected);

    check(&put);
    let sign = |_| put.sign(credentials, now()).unwrap();
    rows.push(Row::new("Request::sign", 2.1, sign));

    check(&put_url);
    let sign = |_| put_url.sign(credentials, now()).unwrap();
    rows.push(Row::new("Request::sign, any service", 2.1, sign));

    let sign = |_| {
        let put = case.describe(bucket.put("test.txt"));
        put.sign(credentials, now()).unwrap()
    };
    rows.push(Row::new("Request::sign, described each time", 2.6, sign));

    let blocks = case.expected.floor().blocks();
    compare(
        &format!("a PUT with six headers, signed with headers: {blocks} blocks"),
        rows,
        rounds,
    );
}

/// Returns a row that verifies requests. Each request has to verify, and to fail with another
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
        .allow_sigv2(Duration::MAX)
        .base_domain("s3.amazonaws.com");
    let check = move |request: &ReceivedRequest<'_>| {
        let lookup =
            |id: &str| (id == credentials.identity().access_key_id()).then_some(credentials);
        verifier.verify(request, now(), lookup).map(drop)
    };
    for request in requests {
        assert_eq!(check(&describe(method, request)).err(), None);
        let rejected = check(&describe("DELETE", request)).err();
        let kind = rejected.map(|error| error.kind());
        assert_eq!(kind, Some(VerifyErrorKind::Signature));
    }
    Row::new(name, limit, move |call| {
        check(&describe(method, &requests[call % requests.len()])).is_ok()
    })
}

/// `limits` are those of a whole URL, of target and `Host`, and of a SigV2 URL.
fn verify_downloads(case: &Downloads, limits: [f64; 3], rounds: usize) {
    /// A request that was just received is in the processor's cache, like the texts of the floor.
    /// Ten thousand URLs with a token don't fit there.
    const RECEIVED: usize = 100;
    let urls = case.expected.iter().map(|signed| &*signed.url);
    let urls: Vec<&str> = urls.take(RECEIVED).collect();
    let [whole, target, v2] = limits;
    let mut rows = floor_rows(&case.expected[0]);
    rows.push(verified(
        "Verifier::verify, a whole URL",
        whole,
        &case.credentials,
        "GET",
        &urls,
        |method, url| ReceivedRequest::from_url(method, url).unwrap(),
    ));
    rows.push(verified(
        "Verifier::verify, target and Host",
        target,
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
            v2,
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
        4.0,
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
    let (bucket, service) = (bucket_v2(), service_v2());
    let (credentials, limits) = (&case.credentials, case.limits);
    let expected: Vec<_> = (0..case.keys.len())
        .map(|call| mac::presigned_v2(case.key(call), case.token.as_deref()))
        .collect();
    let check = |sign: &dyn Fn(usize) -> PresignedUrl| {
        for (call, (url, _)) in expected.iter().enumerate() {
            assert_eq!(sign(call).as_str(), url);
        }
    };
    let template = bucket.request("GET").template(credentials, DAY, now());
    let template = &template.unwrap();
    let mut rows = vec![mac_floor_row(&expected[0].1)];

    check(&|call| template.presign(case.key(call), now()).unwrap());
    rows.push(into_buffer("Template::presign_into", 2.5, |call, url| {
        template.presign_into(case.key(call), now(), url)
    }));
    for call in 0..case.keys.len() {
        let (key, token) = (case.key(call), case.token.as_deref());
        let (url, _) = mac::presigned_v2_until(key, token, second(call).saturating_add(DAY));
        let link = template.presign(key, second(call)).unwrap();
        assert_eq!(link.as_str(), url);
    }
    let name = "Template::presign_into, another second each time";
    rows.push(into_buffer(name, None, |call, url| {
        template.presign_into(case.key(call), second(call), url)
    }));

    let link = |call: usize| {
        let request = bucket.get(case.key(call));
        request.presign(credentials, DAY, now()).unwrap()
    };
    check(&link);
    rows.push(into_buffer(
        "Request::presign_into",
        limits.v2,
        |call, url| {
            let request = bucket.get(case.key(call));
            request.presign_into(credentials, DAY, now(), url)
        },
    ));
    check(&|call| {
        let request = service.get(case.plain_url(call));
        request.presign(credentials, DAY, now()).unwrap()
    });
    let name = "Request::presign_into, any URL";
    rows.push(into_buffer(name, limits.v2, |call, url| {
        let request = service.get(case.plain_url(call));
        request.presign_into(credentials, DAY, now(), url)
    }));
    rows.push(Row::new("Request::presign", None, link));

    let blocks = expected[0].1.floor().blocks();
    compare(
        &format!("SigV2, {}: {blocks} blocks of SHA-1", case.name),
        rows,
        rounds,
    );
}

/// Returns a row that writes into one buffer.
fn into_buffer<'a>(
    name: &'static str,
    limit: impl Into<Option<f64>>,
    write: impl Fn(usize, &mut String) -> Result<(), presign::Error> + 'a,
) -> Row<'a> {
    let mut url = String::new();
    Row::new(name, limit, move |call| {
        url.clear();
        write(call, &mut url).unwrap();
        black_box(url.len())
    })
}

fn upload_v2(case: &Upload, rounds: usize) {
    let (bucket, service) = (bucket_v2(), service_v2());
    let credentials = &case.credentials;
    let (expected_authorization, expected) = mac::header_signed_v2();
    let put = case.describe(bucket.put("test.txt"));
    let put_url = case.describe(service.request("PUT", Upload::URL));
    for request in [&put, &put_url] {
        let signed = request.sign(credentials, now()).unwrap();
        assert_eq!(authorization(&signed), expected_authorization);
    }
    let mut rows = vec![mac_floor_row(&expected)];
    let sign = |_| put.sign(credentials, now()).unwrap();
    rows.push(Row::new("Request::sign", None, sign));
    let sign = |_| put_url.sign(credentials, now()).unwrap();
    rows.push(Row::new("Request::sign, any URL", None, sign));

    let blocks = expected.floor().blocks();
    compare(
        &format!("a PUT with six headers, SigV2 with headers: {blocks} blocks of SHA-1"),
        rows,
        rounds,
    );
}

fn policies(rounds: usize) {
    let credentials = support::credentials(None);
    let check = |form: PresignedPost, expected: &mac::Signed| {
        let fields: Vec<_> = form.fields().collect();
        assert!(fields.contains(&("policy", &expected.text)));
        assert_eq!(form.signature(), expected.signature);
        assert_eq!(form.url(), format!("https://{HOST}/"));
    };

    let (bucket, expected) = (bucket(), mac::policy_v4());
    let policy = mac::policy(&bucket);
    let sign = |_| policy.presign(&credentials, DAY, now()).unwrap();
    let described = |_| {
        let policy = mac::policy(&bucket);
        policy.presign(&credentials, DAY, now()).unwrap()
    };
    check(sign(0), &expected);
    check(described(0), &expected);
    let rows = vec![
        mac_floor_row(&expected),
        Row::new("PostPolicy::presign", 3.6, sign),
        Row::new("PostPolicy::presign, described each time", None, described),
    ];
    let blocks = expected.floor().blocks();
    compare(
        &format!("a POST policy with five conditions: {blocks} blocks"),
        rows,
        rounds,
    );

    let (bucket, expected) = (bucket_v2(), mac::policy_v2());
    let policy = mac::policy(&bucket);
    let sign = |_| policy.presign(&credentials, DAY, now()).unwrap();
    check(sign(0), &expected);
    let rows = vec![
        mac_floor_row(&expected),
        Row::new("PostPolicy::presign, SigV2", 3.7, sign),
    ];
    let blocks = expected.floor().blocks();
    compare(
        &format!("a POST policy with five conditions, SigV2: {blocks} blocks of SHA-1"),
        rows,
        rounds,
    );
}

fn main() {
    // `cargo bench` passes `--bench`; `cargo test` doesn't.
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let has_flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = if has_flag("--bench") && !has_flag("--quick") {
        3000
    } else {
        3
    };
    let (short, many, put) = (Downloads::short(), Downloads::many(), Upload::new());
    downloads(&short, rounds);
    downloads(&many, rounds);
    upload(&put, rounds);
    verify_downloads(&short, [2.2, 2.5, 6.5], rounds);
    verify_downloads(&many, [2.1, 2.3, 5.0], rounds);
    verify_upload(&put, rounds);
    downloads_v2(&short, rounds);
    downloads_v2(&many, rounds);
    upload_v2(&put, rounds);
    policies(rounds);
}
