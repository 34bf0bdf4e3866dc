//! Google Cloud Storage: key files that may be invalid, and signatures that verify.
//!
//! The input is the name of an object, a line break, the name of a parameter, a line break, and
//! text that may be a key file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::gcs::{self, Bucket, ServiceAccount};
use presign::verify::ReceivedRequest;
use presign::{SignatureVersion, Timestamp};
use presign_fuzz::crypto::{base64, hmac_sha1, percent_encoded};
use presign_fuzz::{SECRET, credentials};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// The sub-resources that V2 signs.
const SUB_RESOURCES: [&str; 12] = [
    "acl",
    "billing",
    "compose",
    "cors",
    "defaultObjectAcl",
    "lifecycle",
    "location",
    "logging",
    "storageClass",
    "uploads",
    "versioning",
    "websiteConfig",
];

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, '\n');
    let [name, param, json] = [0; 3].map(|_| parts.next().unwrap_or_default());
    match ServiceAccount::from_json(json) {
        Ok(account) => assert!(!format!("{account:?}").contains("PRIVATE")),
        Err(error) => {
            let shown = format!("{error} {error:?}");
            for word in json.split(|c: char| !c.is_ascii_alphanumeric() && !"+/".contains(c)) {
                assert!(word.len() < 40 || !shown.contains(word), "{shown}");
            }
        }
    }
    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let keys = credentials(false);
    let bucket = Bucket::new("test-bucket").expect("a valid name");
    let Ok(link) = bucket.get(name).query(param, "v").presign(keys, HOUR, now) else {
        return;
    };
    let request = ReceivedRequest::from_url("GET", link.as_str()).expect("a URL");
    let verifier = gcs::verifier("auto").allow_escaped_slash();
    let verified = verifier.verify(&request, now, |_| Some(keys));
    assert_eq!(
        verified.expect("a valid signature").path(),
        format!("/test-bucket/{name}")
    );

    let old = Bucket::builder("test-bucket").signature_version(SignatureVersion::V2);
    let old = old.build().expect("a valid bucket");
    let Ok(unsigned) = old
        .get(name)
        .query(param, "v")
        .prepare_url(keys.identity(), HOUR, now)
    else {
        return;
    };
    let path: Vec<_> = name.split('/').map(percent_encoded).collect();
    let path = path.join("/");
    let resource = if SUB_RESOURCES.contains(&param) {
        format!("?{param}")
    } else {
        String::new()
    };
    let expected = format!(
        "GET\n\n\n{}\n/test-bucket/{path}{resource}",
        1_440_938_160 + 3600
    );
    assert_eq!(String::from_utf8_lossy(unsigned.string_to_sign()), expected);
    let signature = base64(hmac_sha1(SECRET.as_bytes(), expected.as_bytes()));
    assert_eq!(
        unsigned.sign_with(keys).expect("a key").signature(),
        signature
    );
});
