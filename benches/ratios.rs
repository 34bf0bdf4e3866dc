//! Every kind of signature beside its floor: the SHA-256 compressions that it can't do without, on the same texts.
//!
//! `cargo bench --bench ratios` prints, for each row, its time as a multiple of the floor, and what it allocates. The rows
//! of a case and its floor take turns in one process, in short batches, and the median of each counts: so what
//! disturbs the machine disturbs all of them alike. With `--quick`, or when run as a test, it only asserts
//! that every row is right and measures next to nothing.

mod support;

use presign::{Request, Timestamp, v4};
use std::hint::black_box;
use support::rows::{Row, compare, floor_rows};
use support::{DAY, Downloads, REGION, Upload, bucket, now};

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

fn main() {
    // `cargo bench` gives `--bench`; `cargo test` doesn't.
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = match given("--bench") && !given("--quick") {
        true => 3000,
        false => 3,
    };
    downloads(&Downloads::short(), rounds);
    downloads(&Downloads::many(), rounds);
    upload(&Upload::new(), rounds);
}
