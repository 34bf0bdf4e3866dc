//! Signed limits on the body of an upload.

use crate::support::time;
use presign::s3::Bucket;
use presign::streaming::ChecksumAlgorithm;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, ErrorKind, Request, SignatureVersion, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn bucket(version: SignatureVersion) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1");
    builder.signature_version(version).build().unwrap()
}

const BODY: &[u8] = b"Welcome to Amazon S3.";

/// Computed with openssl.
const SHA256: &str = "RM591nyVng01JP+sF3Hfu6h9K2tLTpnkIDSouAP4sHI=";
const MD5: [u8; 16] = [
    0xd4, 0x47, 0xd0, 0xe8, 0xf2, 0x89, 0xf1, 0x6a, 0x12, 0xff, 0x60, 0x27, 0xce, 0x77, 0xc2, 0x58,
];

#[test]
fn a_url_accepts_only_its_headers() {
    let bucket = bucket(SignatureVersion::V4);
    let put = bucket
        .put("a.txt")
        .content_length(21)
        .content_md5(MD5)
        .checksum(ChecksumAlgorithm::SHA256, SHA256);
    let link = put.presign(&keys(), HOUR, now()).unwrap();
    let headers: Vec<_> = link.headers().collect();
    assert_eq!(headers.len(), 3);
    assert!(headers.contains(&("Content-Length", "21")));
    assert!(headers.contains(&("x-amz-checksum-sha256", SHA256)));
    let verify = |change: Option<(&str, &str)>| {
        let sent = headers.iter().map(|(name, value)| match change {
            Some((changed, other)) if changed == *name => (*name, other),
            _ => (*name, *value),
        });
        let sent: Vec<_> = sent.collect();
        let request = ReceivedRequest::from_url("PUT", link.as_str()).unwrap();
        let request = request.headers(sent.iter().copied());
        let verifier = Verifier::new("us-east-1", "s3");
        let result = verifier.verify(&request, now(), |_| Some(keys()));
        result.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(verify(None), Ok(()));
    for (name, other) in [
        ("Content-Length", "22"),
        ("Content-MD5", "rL0Y20zC+Fzt72VPzMSk2A=="),
        (
            "x-amz-checksum-sha256",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ),
    ] {
        assert_eq!(
            verify(Some((name, other))),
            Err(VerifyErrorKind::Signature),
            "{name}"
        );
    }
}

#[test]
fn checksums_match_those_of_openssl() {
    assert_eq!(ChecksumAlgorithm::SHA256.of(BODY), SHA256);
    let sha1 = ChecksumAlgorithm::SHA1.of(BODY);
    assert_eq!(sha1, "yBt20ll2Oj9Ev3fHrkTHwj+qSZk=");
}

#[test]
fn limits_that_are_not_signed_are_errors() {
    let kind = |request: Request<'_>| {
        let result = request.presign(&keys(), HOUR, now());
        result.map(drop).map_err(|error| error.kind())
    };
    let v4 = bucket(SignatureVersion::V4);
    let v2 = bucket(SignatureVersion::V2);
    let sha256 = ChecksumAlgorithm::SHA256;
    assert_eq!(
        kind(v2.put("a").content_length(1)),
        Err(ErrorKind::Unsupported)
    );
    assert_eq!(kind(v2.put("a").content_md5(MD5)), Ok(()));
    assert_eq!(kind(v2.put("a").checksum(sha256, SHA256)), Ok(()));
    let api = presign::v2::Service::query_api(presign::v2::SignatureMethod::HmacSha256);
    let call = || api.post("https://sdb.amazonaws.com/?Action=ListDomains");
    assert_eq!(kind(call().content_md5(MD5)), Err(ErrorKind::Unsupported));
    assert_eq!(kind(v4.put("a").content_length(0)), Ok(()));
    assert_eq!(
        kind(v4.put("a").content_length(1).content_length(2)),
        Err(ErrorKind::Header)
    );
    assert_eq!(
        kind(v4.put("a").content_md5(MD5).content_md5(MD5)),
        Err(ErrorKind::Header)
    );
    let once = || v4.put("a").checksum(sha256, SHA256);
    assert_eq!(kind(once()), Ok(()));
    assert_eq!(
        kind(once().checksum(sha256, SHA256)),
        Err(ErrorKind::Header)
    );
    for bad in ["", "abc", "AAAA", &SHA256[1..]] {
        assert_eq!(
            kind(v4.put("a").checksum(sha256, bad)),
            Err(ErrorKind::Header),
            "{bad}"
        );
    }
    assert_eq!(
        kind(v4.put("a").checksum(ChecksumAlgorithm::SHA1, SHA256)),
        Err(ErrorKind::Header)
    );
}

/// The URLs of these stores cover no headers, or none of S3's.
#[test]
#[cfg(all(feature = "azure", feature = "cloudfront", feature = "gcs"))]
fn other_stores_reject_limits_that_they_do_not_check() {
    use presign::{Identity, Store, azure, cloudfront, gcs};
    let account = azure::Account::new("myaccount").unwrap();
    let container = account.container("images").unwrap();
    let cdn = cloudfront::Distribution::new("https://media.example.com").unwrap();
    let google = gcs::Bucket::new("examplebucket").unwrap();
    let kind = |request: Request<'_>| {
        let identity = Identity::hmac("myaccount").unwrap();
        let result = request.prepare_url(&identity, HOUR, now());
        result.map(drop).map_err(|error| error.kind())
    };
    let sha256 = ChecksumAlgorithm::SHA256;
    for store in [&container as &dyn Store, &cdn] {
        let put = || store.object("PUT", "a");
        for rejected in [
            put().content_length(1),
            put().content_md5(MD5),
            put().checksum(sha256, SHA256),
        ] {
            assert_eq!(kind(rejected), Err(ErrorKind::Unsupported));
        }
    }
    assert_eq!(kind(container.put("a")), Ok(()));
    // Shared Key and Google's V2 cover some headers.
    let url = "https://myaccount.blob.core.windows.net/images/a";
    let with_headers = |request: Request<'_>| {
        let identity = Identity::hmac("myaccount").unwrap();
        let result = request.prepare_headers(&identity, now());
        result.map(drop).map_err(|error| error.kind())
    };
    let shared_key = || account.request(azure::Service::Blob, "PUT", url);
    assert_eq!(with_headers(shared_key().content_length(1)), Ok(()));
    assert_eq!(with_headers(shared_key().content_md5(MD5)), Ok(()));
    let old = gcs::Bucket::builder("examplebucket").signature_version(SignatureVersion::V2);
    let old = old.build().unwrap();
    assert_eq!(kind(old.put("a").content_md5(MD5)), Ok(()));
    assert_eq!(
        kind(old.put("a").content_length(1)),
        Err(ErrorKind::Unsupported)
    );
    assert_eq!(kind(google.put("a").content_length(1)), Ok(()));
    assert_eq!(kind(google.put("a").content_md5(MD5)), Ok(()));
    assert_eq!(
        kind(google.put("a").checksum(sha256, SHA256)),
        Err(ErrorKind::Header)
    );
}
