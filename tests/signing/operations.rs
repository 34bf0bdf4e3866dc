//! Named operations of S3, the payload of each method, and stores behind a trait.

use crate::support::signing::{authorization, presign, sign};
use crate::support::{self, query_set, sha256_hex, time};
use presign::s3::Bucket;
use presign::{
    Credentials, Error, ErrorKind, Payload, Request, SignatureVersion, Store, Timestamp, v2, v4,
};
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://example.com/";

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "us-east-1").unwrap()
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET]);
}

/// The canonical request of a request that is signed with headers.
#[track_caller]
fn canonical_request(request: &Request<'_>) -> String {
    let signed = sign(request, (&keys(), SECRET), now()).unwrap();
    signed.steps.canonical_request
}

#[test]
fn operations_have_their_urls() {
    let bucket = bucket();
    let object = "https://examplebucket.s3.us-east-1.amazonaws.com/a%20b";
    let list = "https://examplebucket.s3.us-east-1.amazonaws.com/?list-type=2&prefix=x";
    for (request, method, url) in [
        (bucket.get("a b"), "GET", object.to_owned()),
        (bucket.put("a b"), "PUT", object.to_owned()),
        (bucket.head("a b"), "HEAD", object.to_owned()),
        (bucket.delete("a b"), "DELETE", object.to_owned()),
        (bucket.object("PATCH", "a b"), "PATCH", object.to_owned()),
        (
            bucket.list_objects_v2().query("prefix", "x"),
            "GET",
            list.to_owned(),
        ),
        (
            bucket.copy_object("a b", "c", "d"),
            "PUT",
            object.to_owned(),
        ),
        (
            bucket.create_multipart_upload("a b"),
            "POST",
            format!("{object}?uploads"),
        ),
        (
            bucket.upload_part("a b", "u+/=", 7),
            "PUT",
            format!("{object}?partNumber=7&uploadId=u%2B%2F%3D"),
        ),
        (
            bucket.upload_part_copy("a b", "u", 7, "c", "d"),
            "PUT",
            format!("{object}?partNumber=7&uploadId=u"),
        ),
        (
            bucket.complete_multipart_upload("a b", "u"),
            "POST",
            format!("{object}?uploadId=u"),
        ),
        (
            bucket.abort_multipart_upload("a b", "u"),
            "DELETE",
            format!("{object}?uploadId=u"),
        ),
        (
            bucket.list_parts("a b", "u"),
            "GET",
            format!("{object}?uploadId=u"),
        ),
        (
            bucket.get("a b").version("3/L4"),
            "GET",
            format!("{object}?versionId=3%2FL4"),
        ),
    ] {
        assert_eq!(request.url().unwrap(), url);
        let signed = presign(&request, (&keys(), SECRET), HOUR, now()).unwrap();
        assert_eq!(signed.result.method(), method);
        let sent = query_set(signed.result.as_str());
        assert!(
            query_set(&url).iter().all(|param| sent.contains(param)),
            "{url}"
        );
    }
}

#[test]
fn part_numbers_are_validated() {
    let bucket = bucket();
    let number_rejected = |request: Request<'_>, number: u16| {
        let words = ["1 to 10000", &*format!("got {number}")];
        let (keys, kind) = ((&keys(), SECRET), ErrorKind::Query);
        let request = request.payload(Payload::Empty);
        rejected(presign(&request, keys, HOUR, now()), kind, &words);
        rejected(sign(&request, keys, now()), kind, &words);
        rejected(request.url(), kind, &words);
    };
    for number in [0, 10_001, u16::MAX] {
        number_rejected(bucket.upload_part("k", "u", number), number);
        let copy = bucket.upload_part_copy("k", "u", number, "c", "d");
        number_rejected(copy, number);
    }
    for number in [1, 9999, 10_000] {
        let url = bucket.upload_part("k", "u", number).url().unwrap();
        assert!(url.ends_with(&format!("?partNumber={number}&uploadId=u")));
    }
}

/// The source of a copy is percent-encoded, except for its slashes.
#[test]
fn copy_sources_are_percent_encoded() {
    let bucket = bucket();
    for (from_bucket, from_key, value) in [
        ("c", "d", "/c/d"),
        (
            "awsexamplebucket",
            "reports/january 1.pdf",
            "/awsexamplebucket/reports/january%201.pdf",
        ),
        ("c", "%20+?&#", "/c/%2520%2B%3F%26%23"),
        ("c", "ü/\n", "/c/%C3%BC/%0A"),
        ("c", "/a//b", "/c//a//b"),
    ] {
        for request in [
            bucket.copy_object("k", from_bucket, from_key),
            bucket.upload_part_copy("k", "u", 1, from_bucket, from_key),
        ] {
            let signed = canonical_request(&request);
            let line = format!("\nx-amz-copy-source:{value}\n");
            assert!(signed.contains(&line), "{signed}");
            let url = request.presign(&keys(), HOUR, now()).unwrap();
            let to_send: Vec<_> = url.headers().collect();
            assert_eq!(to_send, [("x-amz-copy-source", value)]);
        }
    }
    for (from_bucket, from_key, kind, word) in [
        ("", "a", ErrorKind::Bucket, "bucket name"),
        ("c", "", ErrorKind::Key, "key"),
    ] {
        for request in [
            bucket.copy_object("k", from_bucket, from_key),
            bucket.upload_part_copy("k", "u", 1, from_bucket, from_key),
        ] {
            let words = [word, "copy's source is empty"];
            rejected(request.presign(&keys(), HOUR, now()), kind, &words);
        }
    }
}

/// A method without a body signs an empty payload. A method with a body needs its payload, or the
/// header with its hash.
#[test]
fn verbs_with_a_body_need_a_payload() {
    let (bucket, empty) = (bucket(), sha256_hex(""));
    for request in [
        bucket.get("k"),
        bucket.head("k"),
        bucket.delete("k"),
        bucket.list_objects_v2(),
        bucket.list_parts("k", "u"),
        bucket.abort_multipart_upload("k", "u"),
        bucket.create_multipart_upload("k"),
        bucket.copy_object("k", "c", "d"),
        bucket.upload_part_copy("k", "u", 1, "c", "d"),
    ] {
        assert!(canonical_request(&request).ends_with(&empty), "{request:?}");
    }
    for request in [
        bucket.put("k"),
        bucket.object("POST", "k"),
        bucket.object("PATCH", "k"),
        bucket.request("PUT"),
        bucket.upload_part("k", "u", 1),
        bucket.complete_multipart_upload("k", "u"),
    ] {
        let signed = sign(&request, (&keys(), SECRET), now());
        rejected(signed, ErrorKind::Payload, &["payload", "sha256_of"]);
        // A presigned request can have any payload.
        let url = presign(&request, (&keys(), SECRET), HOUR, now()).unwrap();
        assert!(url.steps.canonical_request.ends_with("\nUNSIGNED-PAYLOAD"));

        let hash = sha256_hex("body");
        let with_payload = request.clone().payload(Payload::sha256_of("body"));
        assert!(canonical_request(&with_payload).ends_with(&hash));
        let with_header = request.clone().header("x-amz-content-sha256", &*hash);
        assert!(canonical_request(&with_header).ends_with(&hash));
        let unsigned = request.payload(Payload::Unsigned);
        assert!(canonical_request(&unsigned).ends_with("\nUNSIGNED-PAYLOAD"));
    }
    // Every service requires the payload; SigV2 doesn't sign it.
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let signed = sign(&service.post(URL), (&keys(), SECRET), now());
    rejected(signed, ErrorKind::Payload, &["POST", "payload"]);
    canonical_request(&service.get(URL));
    sign(&v2::Service::s3().post(URL), (&keys(), SECRET), now()).unwrap();
}

/// On S3 the payload hash of a presigned URL is a header, which is signed and has to be sent. Other
/// services hash the body themselves.
#[test]
fn payloads_of_presigned_urls_are_signed() {
    let (bucket, body) = (bucket(), Payload::sha256_of("body"));
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let s3 = v4::Service::new("us-east-1", "s3").unwrap();
    let (hash, empty) = (sha256_hex("body"), sha256_hex(""));
    let unsigned = "UNSIGNED-PAYLOAD".to_owned();
    for (request, payload, line, is_sent) in [
        (bucket.put("k"), None, &unsigned, false),
        (bucket.put("k"), Some(body), &hash, true),
        (bucket.put("k"), Some(Payload::Empty), &empty, true),
        (bucket.put("k"), Some(Payload::Unsigned), &unsigned, false),
        (s3.post(URL), None, &unsigned, false),
        (s3.post(URL), Some(body), &hash, true),
        (service.post(URL), None, &empty, false),
        (service.post(URL), Some(body), &hash, false),
        (service.post(URL), Some(Payload::Unsigned), &unsigned, false),
    ] {
        let request = match payload {
            Some(payload) => request.payload(payload),
            None => request,
        };
        let signed = presign(&request, (&keys(), SECRET), HOUR, now()).unwrap();
        let canonical_request = signed.steps.canonical_request;
        assert!(canonical_request.ends_with(&format!("\n{line}")));
        let header = format!("\nx-amz-content-sha256:{line}\n");
        assert_eq!(canonical_request.contains(&header), is_sent);
        let names = "&X-Amz-SignedHeaders=host%3Bx-amz-content-sha256";
        assert_eq!(signed.result.as_str().contains(names), is_sent);
        let to_send: Vec<_> = signed.result.headers().collect();
        let expected = [("x-amz-content-sha256", line.as_str())];
        assert_eq!(to_send, expected[..usize::from(is_sent)]);
    }
}

/// The header signature adds the hash for S3, and states for every service that a payload is
/// unsigned.
#[test]
fn payload_headers_depend_on_the_service() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let added = |request: Request<'_>| {
        let signed = sign(&request, (&keys(), SECRET), now()).unwrap().result;
        let mut headers = signed.headers();
        let header = headers.find(|(name, _)| *name == "x-amz-content-sha256");
        header.map(|(_, value)| value.to_owned())
    };
    let (body, hash) = (Payload::sha256_of("body"), Some(sha256_hex("body")));
    let unsigned = Some("UNSIGNED-PAYLOAD".to_owned());
    assert_eq!(added(bucket().put("k").payload(body)), hash);
    assert_eq!(added(service.post(URL).payload(body)), None);
    assert_eq!(
        added(service.post(URL).payload(Payload::Unsigned)),
        unsigned
    );
    let service = service.content_sha256_header(true);
    assert_eq!(added(service.post(URL).payload(body)), hash);
}

/// Settings choose the store; the code is the same for each.
#[test]
fn settings_choose_the_store() {
    let builder = Bucket::builder("media", "eu-west-1");
    let old = builder.signature_version(SignatureVersion::V2);
    let stores: [Box<dyn Store>; 2] = [
        Box::new(Bucket::new("media", "eu-west-1").unwrap()),
        Box::new(old.build().unwrap()),
    ];
    for (store, name) in stores.iter().zip(["X-Amz-Signature", "Signature"]) {
        let request = store.object("GET", "a.pdf");
        let request = request.response_content_type("application/pdf");
        let url = presign(&request, (&keys(), SECRET), HOUR, now()).unwrap();
        let url = url.result.to_string();
        let front = "https://media.s3.eu-west-1.amazonaws.com/a.pdf?";
        assert!(url.starts_with(front), "{url}");
        assert!(url.contains(&format!("&{name}=")), "{url}");
        assert!(format!("{store:?}").contains("media"));
        let empty = store.object("GET", "").url();
        rejected(empty, ErrorKind::Key, &["key is empty"]);
    }
}

#[test]
fn credentials_compare_all_their_parts() {
    let new = |id: &str, secret: &str, token: &str| {
        let keys = Credentials::new(id, secret).unwrap();
        keys.with_session_token(token).unwrap()
    };
    let one = new("AKID", "secret", "token");
    assert_eq!(one, one.clone());
    assert_eq!(one, new("AKID", "secret", "token"));
    for other in [
        new("AKIE", "secret", "token"),
        new("AKID", "secreu", "token"),
        new("AKID", "secret2", "token"),
        new("AKID", "secret", "tokeo"),
        new("AKID", "secret", ""),
        one.clone().with_expiration(now()),
    ] {
        assert_ne!(one, other);
    }
    let permanent = new("AKID", "secret", "");
    assert_eq!(permanent, Credentials::new("AKID", "secret").unwrap());
    let expiring = one.clone().with_expiration(now());
    assert_eq!(
        expiring,
        new("AKID", "secret", "token").with_expiration(now())
    );
    assert_ne!(
        expiring,
        one.clone().with_expiration(now().saturating_add(HOUR))
    );
    // A new token replaces the old one, and clones keep theirs.
    let renewed = one.clone().with_session_token("new").unwrap();
    assert_eq!(renewed, new("AKID", "secret", "new"));
    assert_eq!(one, new("AKID", "secret", "token"));
    // Credentials with different tokens sign with the same key.
    let bucket = bucket();
    let signature = |keys: &Credentials| bucket.get("k").sign(keys, now()).unwrap();
    let (plain, again) = (signature(&permanent), signature(&permanent.clone()));
    assert_eq!(authorization(&plain), authorization(&again));
}

/// `Debug` shows neither secrets nor texts that may contain them.
#[test]
fn debug_shows_no_secret() {
    let keys = keys().with_session_token("TOKEN/==").unwrap();
    for version in [SignatureVersion::V4, SignatureVersion::V2] {
        let builder = Bucket::builder("examplebucket", "us-east-1");
        let bucket = builder.signature_version(version).build().unwrap();
        let get = bucket.get("k").query("q", "QUERYVALUE");
        let get = get.header("x-amz-meta-a", "HEADERVALUE");
        let list = bucket.request("GET").query("q", "QUERYVALUE");
        let template = list.header("x-amz-meta-a", "HEADERVALUE");
        let template = template.template(&keys, HOUR, now()).unwrap();
        let url = get.presign(&keys, HOUR, now()).unwrap();
        let signed = get.sign(&keys, now()).unwrap();
        let unsigned = get.prepare_url(keys.identity(), HOUR, now()).unwrap();
        for text in [
            format!("{keys:?}"),
            format!("{:?}", keys.identity()),
            format!("{get:?}"),
            format!("{template:?}"),
            format!("{url:?}"),
            format!("{signed:?}"),
            format!("{unsigned:?}"),
            format!("{bucket:?}"),
        ] {
            for secret in ["TOKEN", "wJalr", "QUERYVALUE", "HEADERVALUE"] {
                assert!(!text.contains(secret), "{text}");
            }
            assert!(!text.contains(&*url.signature()), "{text}");
            assert!(!text.contains(&*signed.signature()), "{text}");
        }
    }
    let service = v4::Service::new("us-east-1", "service").unwrap();
    let request = service.get("https://user:PASSWORD@example.com/?a=QUERYVALUE");
    let text = format!("{request:?}");
    assert!(
        !text.contains("PASSWORD") && !text.contains("QUERYVALUE"),
        "{text}"
    );
}
