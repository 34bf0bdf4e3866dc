//! One set of credentials and one service sign across midnights and months, for many regions and
//! from many threads. Another implementation, which caches no key, computes each expected
//! signature.

use crate::support::signing::authorization;
use crate::support::{hex, hmac_sha256, sha256_hex};
use presign::s3::Bucket;
use presign::v4::Service;
use presign::{AddressingStyle, Credentials, Timestamp};
use std::thread;
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const DAY: i64 = 86_400;
/// 2015-12-30T23:59:58Z.
const START: i64 = 1_451_519_998;
const REGIONS: [&str; 6] = [
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-2",
    "sa-east-1",
    "af-south-1",
];

/// Returns the signature of a GET of `https://example.com/` whose only other header is
/// `x-amz-date`.
fn expected(seconds: i64, region: &str, service: &str) -> String {
    let (date, date_time) = dates(seconds);
    let canonical_request = format!(
        "GET\n/\n\nhost:example.com\nx-amz-date:{date_time}\n\nhost;x-amz-date\n{}",
        sha256_hex("")
    );
    let scope = format!("{date}/{region}/{service}/aws4_request");
    signature(&date_time, &scope, &canonical_request)
}

/// Returns `20151230` and `20151230T235958Z`.
fn dates(seconds: i64) -> (String, String) {
    let moment = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let date = format!(
        "{:04}{:02}{:02}",
        moment.year(),
        u8::from(moment.month()),
        moment.day()
    );
    let (hour, minute, second) = moment.to_hms();
    let date_time = format!("{date}T{hour:02}{minute:02}{second:02}Z");
    (date, date_time)
}

fn signature(date_time: &str, scope: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request);
    let string_to_sign = format!("AWS4-HMAC-SHA256\n{date_time}\n{scope}\n{hash}");
    let start = format!("AWS4{SECRET}").into_bytes();
    let key = scope
        .split('/')
        .fold(start, |key, part| hmac_sha256(&key, part));
    hex(hmac_sha256(&key, string_to_sign))
}

#[track_caller]
fn assert_signs(keys: &Credentials, seconds: i64, region: &str, service: &str) {
    assert_signs_with(&of(region, service), keys, seconds, region, service);
}

#[track_caller]
fn assert_signs_with(
    signing: &Service,
    keys: &Credentials,
    seconds: i64,
    region: &str,
    service: &str,
) {
    let now = at(seconds);
    let signed = signing.get("https://example.com/").sign(keys, now).unwrap();
    let end = format!("Signature={}", expected(seconds, region, service));
    let text = authorization(&signed);
    assert!(text.ends_with(&end), "{now} {region} {service}");
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn of(region: &str, service: &str) -> Service {
    Service::new(region, service).unwrap()
}

/// Signs at each second around the end of a year.
#[test]
fn each_day_has_its_own_key() {
    let (keys, service) = (keys(), of("us-east-1", "service"));
    for seconds in (START..START + 4).chain(START + DAY..START + DAY + 4) {
        assert_signs_with(&service, &keys, seconds, "us-east-1", "service");
    }
}

/// Returns the presigned URL of an object, valid for an hour, with a session token.
fn expected_link(seconds: i64, key: &str) -> String {
    let (date, date_time) = dates(seconds);
    let scope = format!("{date}/us-east-1/s3/aws4_request");
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F{}&X-Amz-Date={date_time}\
         &X-Amz-Expires=3600&X-Amz-Security-Token=token%2B%2F%3D&X-Amz-SignedHeaders=host&a=1",
        scope.replace('/', "%2F")
    );
    let canonical_request =
        format!("GET\n/{key}\n{query}\nhost:example.com\n\nhost\nUNSIGNED-PAYLOAD");
    let signature = signature(&date_time, &scope, &canonical_request);
    format!("https://example.com/{key}?{query}&X-Amz-Signature={signature}")
}

/// A template signs for any requested second, from any thread.
#[test]
fn templates_sign_across_midnights() {
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .endpoint("https://example.com")
        .addressing_style(AddressingStyle::Domain)
        .build()
        .unwrap();
    let keys = keys().with_session_token("token+/=").unwrap();
    let template = bucket
        .request("GET")
        .query("a", "1")
        .template(&keys, Duration::from_secs(3600), at(START))
        .unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let template = &template;
            scope.spawn(move || {
                let midnights = (0..40).map(|day| START + day * thread * DAY);
                for seconds in midnights.flat_map(|before| before..before + 4) {
                    let key = format!("{thread}-{seconds}.txt");
                    let link = template.presign(&key, at(seconds)).unwrap();
                    assert_eq!(link.as_str(), expected_link(seconds, &key));
                }
            });
        }
    });
    // It still signs for the second for which it was prepared.
    let link = template.presign("a.txt", at(START)).unwrap();
    assert_eq!(link.as_str(), expected_link(START, "a.txt"));
}

/// 400 days, forward and back again: a signing key cached for one day doesn't sign for another.
#[test]
fn cached_keys_sign_only_for_their_day() {
    let (keys, service) = (keys(), of("us-east-1", "service"));
    for day in (0..400).chain((0..400).rev()) {
        assert_signs_with(&service, &keys, START + day * DAY, "us-east-1", "service");
    }
}

/// There are more scopes than cached keys, and each is used several times.
#[test]
fn cached_keys_sign_only_for_their_scope() {
    let keys = keys();
    for _ in 0..3 {
        for region in REGIONS {
            for service in ["service", "execute-api", "a"] {
                assert_signs(&keys, START, region, service);
            }
        }
    }
}

#[test]
fn threads_share_credentials_across_midnights() {
    let keys = keys();
    let shared = of("us-east-1", "service");
    thread::scope(|scope| {
        for thread in 0..8usize {
            let (keys, shared) = (&keys, &shared);
            scope.spawn(move || {
                let region = REGIONS[thread % REGIONS.len()];
                let own = of(region, "service");
                for step in 0..300 {
                    // Each thread crosses the midnights at its own pace.
                    let seconds = START + step * (thread as i64 + 1) * 3601 % (5 * DAY);
                    assert_signs_with(shared, keys, seconds, "us-east-1", "service");
                    assert_signs_with(&own, keys, seconds, region, "service");
                }
            });
        }
    });
}

/// Another secret with the same access key ID and scope has other signing keys.
#[test]
fn a_new_secret_has_its_own_keys() {
    let (old, service) = (keys(), of("us-east-1", "service"));
    assert_signs(&old, START, "us-east-1", "service");
    let new = Credentials::new("AKIDEXAMPLE", "another secret").unwrap();
    let request = service.get("https://example.com/");
    let signed = request.sign(&new, at(START)).unwrap();
    let end = expected(START, "us-east-1", "service");
    assert!(!authorization(&signed).ends_with(&end));
    assert_signs(&old, START, "us-east-1", "service");
}
