//! Results without a signature, for a remote key and to inspect each step. [`support::signing`]
//! checks for every vector that all ways to sign agree.

use crate::support::signing::remote_signature;
use crate::support::{self, hex, time};
use presign::s3::Bucket;
use presign::{
    Algorithm, Credentials, Error, ErrorKind, Identity, Payload, SignatureVersion, Timestamp,
    Unsigned, v2, v4,
};
use std::time::Duration;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";
const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn keys() -> Credentials {
    Credentials::new(ID, SECRET).unwrap()
}

fn bucket(version: SignatureVersion) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1").signature_version(version);
    builder.global_endpoint().build().unwrap()
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET, TOKEN]);
}

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
#[test]
fn a_published_url_is_signed_without_a_secret() {
    let identity = Identity::hmac(ID).unwrap();
    let bucket = bucket(SignatureVersion::V4);
    let day = Duration::from_secs(86_400);
    let get = bucket.get("test.txt");
    let unsigned = get.prepare_url(&identity, day, now()).unwrap();
    assert_eq!(unsigned.algorithm(), Algorithm::HmacSha256);
    assert_eq!(unsigned.scope(), Some("20130524/us-east-1/s3/aws4_request"));
    assert_eq!(
        unsigned.canonical_request(),
        Some(
            "GET\n/test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524\
             %2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400\
             &X-Amz-SignedHeaders=host\nhost:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD"
        )
    );
    assert_eq!(
        unsigned.string_to_sign(),
        b"AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
          3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    );
    let published = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let signature = remote_signature(&unsigned, SECRET);
    assert_eq!(hex(&signature), published);
    let link = unsigned.finish(&signature).unwrap();
    assert_eq!(link.signature(), published);
    assert!(
        link.as_str()
            .ends_with(&format!("&X-Amz-Signature={published}"))
    );
}

/// Prepares each kind of result for an identity.
fn each_kind(identity: &Identity, check: &mut dyn FnMut(&str, Kind)) {
    let (new, old) = (bucket(SignatureVersion::V4), bucket(SignatureVersion::V2));
    for (name, bucket) in [("v4", &new), ("v2", &old)] {
        let request = bucket.put("a").payload(Payload::Empty);
        let url = request.prepare_url(identity, HOUR, now()).unwrap();
        check(&format!("{name} URL"), Kind::Url(url));
        let headers = request.prepare_headers(identity, now()).unwrap();
        check(&format!("{name} headers"), Kind::Headers(headers));
    }
    let iam = v4::Service::new("us-east-1", "iam").unwrap();
    let url = iam.get("https://iam.amazonaws.com/");
    let url = url.prepare_url(identity, HOUR, now()).unwrap();
    check("iam URL", Kind::Url(url));
    for method in [
        v2::SignatureMethod::HmacSha256,
        v2::SignatureMethod::HmacSha1,
    ] {
        let api = v2::Service::query_api(method);
        let call = api.post("https://sdb.amazonaws.com/");
        let call = call.query("Action", "ListDomains");
        let call = call.prepare_headers(identity, now()).unwrap();
        check(&format!("{method:?} call"), Kind::Headers(call));
    }
}

enum Kind {
    Url(Unsigned<presign::PresignedUrl>),
    Headers(Unsigned<presign::SignedRequest>),
}

impl Kind {
    fn algorithm(&self) -> Algorithm {
        match self {
            Kind::Url(unsigned) => unsigned.algorithm(),
            Kind::Headers(unsigned) => unsigned.algorithm(),
        }
    }

    fn debug(&self) -> String {
        match self {
            Kind::Url(unsigned) => format!("{unsigned:?}"),
            Kind::Headers(unsigned) => format!("{unsigned:?}"),
        }
    }

    fn finish(self, signature: &[u8]) -> Result<String, Error> {
        match self {
            Kind::Url(unsigned) => unsigned.finish(signature).map(|url| url.signature().into()),
            Kind::Headers(unsigned) => unsigned
                .finish(signature)
                .map(|signed| signed.signature().into()),
        }
    }

    fn sign_with(self, keys: &Credentials) -> Result<String, Error> {
        match self {
            Kind::Url(unsigned) => unsigned.sign_with(keys).map(|url| url.signature().into()),
            Kind::Headers(unsigned) => unsigned
                .sign_with(keys)
                .map(|signed| signed.signature().into()),
        }
    }
}

/// A signature is raw bytes, so hexadecimal digits and base64 have the wrong length.
#[test]
fn signatures_with_a_wrong_length_are_rejected() {
    for length in [0, 1, 19, 20, 21, 28, 31, 32, 33, 40, 44, 64] {
        each_kind(&Identity::hmac(ID).unwrap(), &mut |name, kind| {
            let (algorithm, own) = match kind.algorithm() {
                Algorithm::HmacSha256 => ("HMAC-SHA256", 32),
                Algorithm::HmacSha1 => ("HMAC-SHA1", 20),
                other => panic!("{name}: {other:?}"),
            };
            let finished = kind.finish(&vec![0xAB; length]);
            if length == own {
                let signature = finished.unwrap();
                let is_hex = signature == "ab".repeat(length);
                assert!(
                    is_hex || signature.starts_with("q6ur"),
                    "{name}: {signature}"
                );
            } else {
                let words = [algorithm, &*format!("has {length} bytes"), "raw bytes"];
                rejected(finished, ErrorKind::Signature, &words);
            }
        });
    }
}

/// Credentials sign only results that were prepared for their access key ID and session token.
#[test]
fn credentials_of_another_identity_are_rejected() {
    let permanent = keys();
    let temporary = keys().with_session_token(TOKEN).unwrap();
    let renewed = keys().with_session_token("another").unwrap();
    let other = Credentials::new("AKIDOTHER", SECRET).unwrap();
    for (own, other, words) in [
        (&permanent, &other, [ID, "AKIDOTHER"]),
        (&permanent, &temporary, ["another session token", ""]),
        (&temporary, &permanent, ["another session token", ""]),
        (&temporary, &renewed, ["another session token", ""]),
    ] {
        each_kind(own.identity(), &mut |_, kind| {
            rejected(kind.sign_with(other), ErrorKind::Credentials, &words);
        });
    }
}

/// Credentials don't sign a URL that expires after they do. Headers have no expiration.
#[test]
fn credentials_that_expire_before_the_url_are_rejected() {
    let expiration = now().saturating_add(HOUR);
    let lasting = keys().with_expiration(expiration);
    let expiring = keys().with_expiration(now().saturating_add(HOUR - Duration::from_secs(1)));
    each_kind(keys().identity(), &mut |name, kind| {
        assert!(kind.sign_with(&lasting).is_ok(), "{name}");
    });
    each_kind(keys().identity(), &mut |name, kind| {
        if matches!(kind, Kind::Url(_)) {
            let words = ["2013-05-24T01:00:00Z", "2013-05-24T00:59:59Z"];
            rejected(kind.sign_with(&expiring), ErrorKind::Expiry, &words);
        } else {
            assert!(kind.sign_with(&expiring).is_ok(), "{name}");
        }
    });
    let bucket = bucket(SignatureVersion::V4);
    let form = bucket.post_policy("a");
    let form = || form.prepare(keys().identity(), HOUR, now()).unwrap();
    assert!(form().sign_with(&lasting).is_ok());
    rejected(form().sign_with(&expiring), ErrorKind::Expiry, &[]);
}

/// An access key ID can contain the text that precedes a signature.
#[test]
fn any_access_key_id_can_precede_the_signature() {
    for id in ["Signature=a", "a:b=", "x&Signature=y", "X-Amz-Signature=1"] {
        let keys = Credentials::new(id, SECRET).unwrap();
        let keys = keys.with_session_token("t&Signature=2").unwrap();
        for version in [SignatureVersion::V4, SignatureVersion::V2] {
            let bucket = bucket(version);
            let get = bucket.get("Signature=").query("a", "&Signature=3");
            // Both helpers compare the signature with the expected one.
            support::signing::presign(&get, (&keys, SECRET), HOUR, now()).unwrap();
            support::signing::sign(&get, (&keys, SECRET), now()).unwrap();
        }
        let service = v4::Service::new("us-east-1", "s3").unwrap();
        let service = service.session_token(v4::SessionToken::Appended);
        let get = service.get("https://example.com/");
        support::signing::presign(&get, (&keys, SECRET), HOUR, now()).unwrap();
        let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
        for call in [
            api.get("https://example.com/"),
            api.post("https://example.com/"),
        ] {
            let call = call.query("Signatur", "&Signature=4");
            support::signing::sign(&call, (&keys, SECRET), now()).unwrap();
        }
    }
}

/// The expiration of an identity is checked when a request is prepared.
#[test]
fn a_url_expires_with_its_identity() {
    let expiration = now().saturating_add(HOUR);
    let identity = Identity::hmac(ID).unwrap().with_expiration(expiration);
    let bucket = bucket(SignatureVersion::V4);
    let get = bucket.get("a");
    let longer = HOUR + Duration::from_secs(1);
    let words = ["at_most", "2013-05-24T01:00:01Z"];
    let unsigned = get.prepare_url(&identity, longer, now());
    rejected(unsigned, ErrorKind::Expiry, &words);
    let unsigned = get.prepare_url(&identity, HOUR, now()).unwrap();
    assert_eq!(
        unsigned.sign_with(&keys()).unwrap().expires_at(),
        expiration
    );
}

#[test]
fn debug_shows_no_secret() {
    let temporary = keys().with_session_token(TOKEN).unwrap();
    each_kind(temporary.identity(), &mut |name, kind| {
        let text = kind.debug();
        assert!(
            text.starts_with("Unsigned { algorithm: Hmac"),
            "{name}: {text}"
        );
        for secret in ["AQoD", "wJalr", "x-amz", "AWS4"] {
            assert!(!text.contains(secret), "{name}: {text}");
        }
    });
}
