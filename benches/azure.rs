//! Azure's shared access signatures beside their floor: the SHA-256 compressions of one HMAC over
//! the same text.
//!
//! `cargo bench --bench azure --features azure` prints the ratios and the allocations. With
//! `--quick`, or when run as a test, it only asserts that every row is right.

mod support;

use presign::azure::{self, Account, Permissions, Resource};
use presign::verify::ReceivedRequest;
use std::time::Duration;
use support::mac::Signed;
use support::now;
use support::rows::{Row, compare, mac_floor_row};

const KEY: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ==";
const HOUR: Duration = Duration::from_secs(3600);

/// The highest accepted ratio of a template.
const LIMIT: f64 = 3.0;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let is_bench = given("--bench") && !given("--quick");
    let rounds = if is_bench { 3000 } else { 1 };

    let key = azure::shared_key("myaccount", KEY).unwrap();
    let account = Account::new("myaccount").unwrap();
    let blob = Resource::Blob {
        container: "images",
        blob: "cats/tabby.png",
    };
    let sas = account.sas(blob, Permissions::READ).https_only();
    let token = sas.presign(&key, HOUR, now()).unwrap();
    let end = now().saturating_add(HOUR);
    // "Version 2020-12-06 and later" of "Create a service SAS".
    let text = format!(
        "r\n\n{end}\n/blob/myaccount/images/cats/tabby.png\n\n\nhttps\n2026-10-06\nb\n\n\n\n\n\n\n"
    );
    let signed = Signed::azure(text, KEY);
    assert_eq!(token.signature(), signed.signature);

    let images = account.container("images").unwrap();
    let link = images.get("cats/tabby.png");
    let link = link.presign(&key, HOUR, now()).unwrap();
    let received = ReceivedRequest::from_url("GET", token.url()).unwrap();
    let verify = || account.parse_sas(&received).unwrap().verify(&key, now());
    verify().unwrap();
    let other = token.url_for(link.as_str().split('?').next().unwrap());
    assert_eq!(other.unwrap(), token.url());

    let downloads = images.request("GET");
    let downloads = downloads.template(&key, HOUR, now()).unwrap();
    let row = downloads.presign("cats/tabby.png", now()).unwrap();
    assert_eq!(row.as_str(), link.as_str());
    let tokens = sas.template(&key).unwrap();
    assert_eq!(tokens.presign(HOUR, now()).unwrap().url(), token.url());
    let mut line = String::with_capacity(512);

    let rows = vec![
        mac_floor_row(&signed),
        Row::new("Template::presign_into", LIMIT, |_| {
            line.clear();
            let blob = "cats/tabby.png";
            downloads.presign_into(blob, now(), &mut line).unwrap();
        }),
        Row::new("Template::presign", LIMIT, |_| {
            downloads.presign("cats/tabby.png", now()).unwrap()
        }),
        Row::new("SasTemplate::presign", LIMIT, |_| {
            tokens.presign(HOUR, now()).unwrap()
        }),
        Row::new("Sas::presign", None, |_| {
            let sas = account.sas(blob, Permissions::READ).https_only();
            sas.presign(&key, HOUR, now()).unwrap()
        }),
        Row::new("Request::presign", None, |_| {
            let request = images.get("cats/tabby.png");
            request.presign(&key, HOUR, now()).unwrap()
        }),
        Row::new("SasToken::url_for", None, |_| {
            let url = "https://myaccount.blob.core.windows.net/images/cats/tabby.png";
            token.url_for(url).unwrap()
        }),
        Row::new("UnverifiedSas::verify", None, |_| verify().unwrap()),
    ];
    let blocks = signed.floor().blocks();
    compare(
        &format!("a token for a blob: {blocks} blocks"),
        rows,
        rounds,
    );
}
