//! Other crates that presign, each through its ordinary interface, beside `presign` and the floor.
//!
//! What can be set up once, such as a client or a bucket, is set up once; what a program does for
//! each URL is measured. Each crate's result is checked first: with the published signature where a
//! crate lets its caller say when a URL is signed, else with the signature that `presign` makes for
//! the time and host in the URL.

mod picture;
#[path = "../../support/mod.rs"]
mod support;

use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SignatureLocation};
use object_store::signer::Signer as _;
use presign::Timestamp;
use reqsign_core::SignRequest as _;
use rusty_s3::S3Action as _;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};
use support::rows::{Measured, Row, compare, floor_rows};
use support::{DAY, Downloads, HOST, ID, REGION, SECRET, bucket, now};

/// Runs what is `async` in form only: none of these signers waits for anything.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("a signer waits for something"),
    }
}

/// Asserts that a URL signed now is right, whatever its host.
fn check_signed_now(url: &str, token: Option<&str>) {
    let (address, query) = url.split_once('?').unwrap();
    let value = |name: &str| {
        let mut params = query.split('&').filter_map(|param| param.split_once('='));
        params.find(|(given, _)| *given == name).unwrap().1
    };
    let time: Timestamp = value("X-Amz-Date").parse().unwrap();
    let service = support::service();
    let request = service.get(address);
    let ours = request.presign(&support::credentials(token), DAY, time);
    let ours = ours.unwrap();
    assert!(ours.as_str().ends_with(value("X-Amz-Signature")), "{url}");
}

fn measure(case: &Downloads, rounds: usize) -> Vec<Measured> {
    let token = case.token.as_deref();
    let bucket = bucket();
    let request = bucket.request("GET");
    let template = request.template(&case.credentials, DAY, now()).unwrap();
    let mut rows = floor_rows(&case.expected[0]);
    let link = |call: usize| {
        let request = bucket.get(case.key(call));
        request.presign(&case.credentials, DAY, now()).unwrap()
    };
    case.check(|call| link(call).into());
    rows.push(Row::new("presign, Request::presign", None, link));
    rows.push(Row::new("presign, Template::presign", None, |call| {
        template.presign(case.key(call), now()).unwrap()
    }));

    let rusty = rusty_s3::Bucket::new(
        "https://s3.amazonaws.com".parse().unwrap(),
        rusty_s3::UrlStyle::VirtualHost,
        "examplebucket",
        REGION,
    )
    .unwrap();
    let credentials = match token {
        None => rusty_s3::Credentials::new(ID, SECRET),
        Some(token) => rusty_s3::Credentials::new_with_token(ID, SECRET, token),
    };
    let time = jiff::Timestamp::from_second(now().unix_seconds()).unwrap();
    let link = move |call: usize| {
        let action = rusty.get_object(Some(&credentials), case.key(call));
        action.sign_with_time(DAY, &time)
    };
    case.check(|call| link(call).into());
    rows.push(Row::new("rusty-s3", None, link));

    let identity =
        aws_credential_types::Credentials::new(ID, SECRET, token.map(String::from), None, "bench")
            .into();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(now().unix_seconds() as u64);
    let link = move |call: usize| {
        let mut settings = http_request::SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(DAY);
        settings.percent_encoding_mode = http_request::PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = http_request::UriPathNormalizationMode::Disabled;
        let params = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("s3")
            .time(at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = case.plain_url(call);
        let body = SignableBody::UnsignedPayload;
        let signable = SignableRequest::new("GET", url, std::iter::empty(), body).unwrap();
        let mut request = http::Request::get(url).body(()).unwrap();
        let (instructions, _) = http_request::sign(signable, &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request.into_parts().0.uri
    };
    let signature = |url: &str| url.split_once("X-Amz-Signature=").unwrap().1[..64].to_string();
    for (call, expected) in case.expected.iter().enumerate() {
        assert_eq!(signature(&link(call).to_string()), signature(&expected.url));
    }
    rows.push(Row::new("aws-sigv4", None, link));

    let provider = minio::s3::creds::StaticProvider::new(ID, SECRET, token);
    let base = "https://s3.amazonaws.com".parse::<minio::s3::http::BaseUrl>();
    let client = minio::s3::MinioClientBuilder::new(base.unwrap())
        .provider(Some(provider))
        .build()
        .unwrap();
    let region = minio::s3::types::Region::new(REGION).unwrap();
    let at = minio::s3::utils::UtcTime::from_timestamp(now().unix_seconds(), 0).unwrap();
    let link = move |call: usize| {
        let request = client
            .get_presigned_object_url("examplebucket", case.key(call), http::Method::GET)
            .unwrap()
            .region(region.clone())
            .expiry_seconds(DAY.as_secs() as u32)
            .request_time(at)
            .build();
        ready(request.send()).unwrap().url
    };
    check_signed_now(&link(0), token);
    rows.push(Row::new("minio", None, link));

    let signer = reqsign_aws_v4::RequestSigner::new("s3", REGION);
    let credential = reqsign_aws_v4::Credential {
        access_key_id: ID.into(),
        secret_access_key: SECRET.into(),
        session_token: token.map(String::from),
        expires_in: None,
    };
    let context = reqsign_core::Context::new();
    let link = move |call: usize| {
        let request = http::Request::get(case.plain_url(call)).body(()).unwrap();
        let mut parts = request.into_parts().0;
        let sign = signer.sign_request(&context, &mut parts, Some(&credential), Some(DAY));
        ready(sign).unwrap();
        parts.uri
    };
    check_signed_now(&link(0).to_string(), token);
    rows.push(Row::new("reqsign-aws-v4", None, link));

    let store = object_store::aws::AmazonS3Builder::new()
        .with_region(REGION)
        .with_bucket_name("examplebucket")
        .with_endpoint(format!("https://{HOST}"))
        .with_virtual_hosted_style_request(true)
        .with_access_key_id(ID)
        .with_secret_access_key(SECRET);
    let store = match token {
        None => store,
        Some(token) => store.with_token(token),
    };
    let store = store.build().unwrap();
    let link = move |call: usize| {
        let path = object_store::path::Path::from(case.key(call));
        ready(store.signed_url(http::Method::GET, &path, DAY)).unwrap()
    };
    check_signed_now(link(0).as_str(), token);
    rows.push(Row::new("object_store", None, link));

    let credentials =
        s3::creds::Credentials::new(Some(ID), Some(SECRET), None, token, None).unwrap();
    let rust_s3 = s3::Bucket::new("examplebucket", s3::Region::UsEast1, credentials).unwrap();
    let link = move |call: usize| {
        ready(rust_s3.presign_get(case.key(call), DAY.as_secs() as u32, None)).unwrap()
    };
    check_signed_now(&link(0), token);
    rows.push(Row::new("rust-s3", None, link));

    compare(case.name, rows, rounds)
}

fn main() {
    // Some of the clients want to be built inside a runtime; none of the signers uses it.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let _inside = runtime.enter();
    let short = measure(&Downloads::short(), 1000);
    let many = measure(&Downloads::many(), 1000);
    let crates = count_crates();

    println!("\n| | a short GET | allocations | many keys, token | allocations | crates |");
    println!("|---|---|---|---|---|---|");
    let mut bars = Vec::new();
    for (short, many) in short.iter().zip(&many) {
        if short.name.starts_with("floor") {
            continue;
        }
        let crates = crates_of(short.name, &crates);
        println!(
            "| {} | {:.2} | {:.0} | {:.2} | {:.0} | {crates} |",
            short.name, short.fastest, short.allocations, many.fastest, many.allocations
        );
        bars.push(picture::Bar {
            name: short.name,
            ratio: short.fastest,
            crates,
        });
    }
    picture::draw(&bars).unwrap();
}

/// Counts the crates in each tree. The programs of `benches/size` have a package each, so that no
/// crate has the features that another one needs.
fn count_crates() -> String {
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../size/run"))
        .env("DRY", "1")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the number of crates in the row of a table of `benches/size/run`.
fn crates_of(name: &str, table: &str) -> u32 {
    // The row of a crate without further words precedes the one that says which features it has.
    let (name, _) = name.split_once(',').unwrap_or((name, ""));
    let starts = [format!("| {name} | "), format!("| {name}, ")];
    let mut rows = starts
        .iter()
        .filter_map(|start| table.lines().find(|line| line.starts_with(start)));
    let row = rows.next().unwrap_or_else(|| panic!("no row of {name}"));
    row.split(" | ").nth(1).unwrap().trim().parse().unwrap()
}
