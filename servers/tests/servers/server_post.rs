//! Round trips of POST policies of both signature versions with a server by other authors, which
//! verifies the signature and checks the upload against the policy. Each upload that it accepts has
//! twins, which differ in one part and which it has to reject.
//!
//! A test named `the_server_…` shows that the server is less or more strict than S3, so its
//! response proves nothing there.

use crate::twins::{self, *};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::SignatureVersion::{self, V2, V4};
use presign::post::{Key, PostPolicy, PresignedPost};
use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use s3_server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::time::Duration;

const FILE: &[u8] = b"\x89PNG\r\n\r\n-- not quite \0";
const FILE_KEY: &str = "user/eric/M\u{e4}rz 1+2.png";
const EXTRA_FIELD: Rejection = (403, "AccessDenied");
const TOO_LARGE: Rejection = (400, "EntityTooLarge");
const TOO_SMALL: Rejection = (400, "EntityTooSmall");
/// A condition that isn't met. S3 answers with 403 AccessDenied.
const CONDITION: Rejection = (400, "InvalidPolicyDocument");
const VERSIONS: [SignatureVersion; 2] = [V4, V2];

/// Returns the name of the field with the signature.
fn signature_field(version: SignatureVersion) -> &'static str {
    if version == V4 {
        "x-amz-signature"
    } else {
        "signature"
    }
}

/// Returns a policy with a condition of each kind.
fn policy(bucket: &Bucket) -> PostPolicy<'_> {
    bucket
        .post_policy(Key::starts_with("user/eric/"))
        .content_length_range(5..=40)
        .eq("success_action_status", "201")
        .field("x-amz-meta-tag", "red, \"green\" & <blue>")
        .starts_with("Content-Type", "image/")
}

fn signed(bucket: &Bucket) -> PresignedPost {
    signed_by(bucket, &credentials())
}

fn signed_by(bucket: &Bucket, credentials: &Credentials) -> PresignedPost {
    policy(bucket)
        .presign(credentials, TEN_MINUTES, now())
        .unwrap()
}

// Uploads

/// The upload of a client with a form.
#[derive(Clone, Debug)]
struct Upload {
    url: String,
    fields: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Upload {
    fn of(form: &PresignedPost) -> Upload {
        let fields = form.fields();
        Upload {
            url: form.url().into(),
            fields: fields
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            file: FILE.into(),
        }
    }

    /// Returns an upload with values for the open fields of the form.
    fn filled(form: &PresignedPost) -> Upload {
        Upload::of(form)
            .set("key", FILE_KEY)
            .and("Content-Type", "image/png")
    }

    fn at(&self, name: &str) -> usize {
        let at = self.fields.iter().position(|(own, _)| own == name);
        at.unwrap_or_else(|| panic!("no field {name}"))
    }

    fn value(&self, name: &str) -> &str {
        &self.fields[self.at(name)].1
    }

    fn set(mut self, name: &str, value: impl Into<String>) -> Upload {
        let at = self.at(name);
        self.fields[at].1 = value.into();
        self
    }

    fn and(mut self, name: &str, value: impl Into<String>) -> Upload {
        self.fields.push((name.into(), value.into()));
        self
    }

    fn without(mut self, name: &str) -> Upload {
        self.fields.remove(self.at(name));
        self
    }

    fn file(mut self, file: impl Into<Vec<u8>>) -> Upload {
        self.file = file.into();
        self
    }

    fn send(&self) -> Answer {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_str()));
        Request::form(&self.url, fields, "1.png", &self.file)
            .send()
            .unwrap()
    }

    fn accepted(&self, status: u16) -> Answer {
        let answer = self.send();
        assert_eq!(answer.status, status, "{:?}: {self:?}", answer.error_code());
        answer
    }

    fn rejected(&self, (status, code): Rejection, change: &str) {
        let answer = self.send();
        let was = (answer.status, answer.error_code());
        assert_eq!(was, (status, Some(code)), "{change}: {self:?}");
    }
}

fn seconds_ago(seconds: i64) -> Timestamp {
    twins::seconds(now(), -seconds)
}

// Accepted uploads and their twins

/// Calls `check` for every signature version, addressing style and kind of credentials.
fn each_way(server: &Server, check: impl Fn(&Bucket, &Credentials)) {
    for version in VERSIONS {
        for (credentials, bucket) in users_and_buckets(server, version) {
            check(&bucket, &credentials);
        }
    }
}

#[test]
fn an_upload_within_its_policy_is_stored() {
    let server = Server::start().unwrap();
    each_way(&server, |bucket, credentials| {
        let upload = Upload::filled(&signed_by(bucket, credentials));
        upload.accepted(201);
        assert_eq!(std::fs::read(server.file(FILE_KEY)).unwrap(), FILE);

        // s3s reads a session token only from headers, so a link of SigV2 with a token needs it
        // there.
        let mut get = link(&bucket.get(FILE_KEY), b"")(credentials, TEN_MINUTES, now());
        if get.url.contains("x-amz-security-token") {
            get = get.headers([("x-amz-security-token", TOKEN)]);
        }
        let answer = get.send().unwrap();
        assert_eq!((answer.status, &*answer.body), (200, FILE));
        assert_eq!(answer.header("content-type"), Some("image/png"));
        let tag = answer.header("x-amz-meta-tag");
        assert_eq!(tag, Some("red, \"green\" & <blue>"));
        std::fs::remove_file(server.file(FILE_KEY)).unwrap();
    });
}

#[test]
fn a_changed_field_is_rejected() {
    let server = Server::start().unwrap();
    each_way(&server, |bucket, credentials| {
        let upload = Upload::filled(&signed_by(bucket, credentials));
        let mut count = 0;
        for (name, value) in &upload.fields {
            let changed = match name.as_str() {
                "key" => "user/betty/1.png".into(),
                "Content-Type" => "text/html".into(),
                _ => changed(value),
            };
            let (other, without) = match name.as_str() {
                "policy" => (None, MALFORMED),
                // Without this field the upload is anonymous.
                "x-amz-signature" | "signature" => (Some(MISMATCH), ANONYMOUS),
                "x-amz-algorithm" => (Some(UNKNOWN_SCHEME), MALFORMED),
                // The change is at the end of `aws4_request`.
                "x-amz-credential" => (Some(MALFORMED), MALFORMED),
                // The change is in the time, not in the date. The policy has a condition for it.
                "x-amz-date" => (None, MALFORMED),
                "AWSAccessKeyId" => (Some(UNKNOWN_USER), MALFORMED),
                _ => (Some(CONDITION), CONDITION),
            };
            if let Some(rejection) = other {
                let twin = upload.clone().set(name, &*changed);
                twin.rejected(rejection, &format!("another {name}"));
            }
            let twin = upload.clone().without(name);
            twin.rejected(without, &format!("without {name}"));
            count += 1;
        }
        assert!(count >= 7, "{count} fields");
        assert!(!server.file(FILE_KEY).exists());
    });
}

#[test]
fn a_changed_time_or_scope_is_rejected() {
    let server = Server::start().unwrap();
    for bucket in buckets(&server, V4) {
        let upload = Upload::filled(&signed(&bucket));
        let later = seconds_ago(60).to_string().replace(['-', ':'], "");
        upload
            .clone()
            .set("x-amz-date", later)
            .rejected(CONDITION, "another time");
        let credential = upload.value("x-amz-credential").to_owned();
        for (from, to) in [(REGION, "us-east-2"), ("/s3/", "/sts/")] {
            let twin = upload
                .clone()
                .set("x-amz-credential", credential.replacen(from, to, 1));
            twin.rejected(CONDITION, to);
        }
        upload.accepted(201);
    }
}

#[test]
fn an_additional_field_is_rejected() {
    let server = Server::start().unwrap();
    each_way(&server, |bucket, credentials| {
        let upload = Upload::filled(&signed_by(bucket, credentials));
        for (name, value) in [
            ("acl", "public-read"),
            ("x-amz-meta-other", ""),
            ("success_action_redirect", "https://example.com/"),
            ("x-amz-storage-class", "GLACIER"),
        ] {
            upload
                .clone()
                .and(name, value)
                .rejected(EXTRA_FIELD, &format!("{name} added"));
        }
        assert!(!server.file(FILE_KEY).exists());
        // As in AWS's documentation, a field with this prefix needs no condition.
        upload.and("x-ignore-other", "anything").accepted(201);
        std::fs::remove_file(server.file(FILE_KEY)).unwrap();
    });
}

#[test]
fn a_key_outside_the_prefix_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let upload = Upload::filled(&signed(&bucket));
            for key in ["", "1.png", "user/eric", "User/eric/1.png", " user/eric/1"] {
                let twin = upload.clone().set("key", key);
                twin.rejected(CONDITION, key);
                assert!(key.is_empty() || !server.file(key).is_file(), "{key}");
            }
            upload.clone().set("key", "user/eric/1.png").accepted(201);
            // Names are case-insensitive.
            let key = upload.clone().without("key").and("KEY", "user/eric/2.png");
            key.accepted(201);
            for key in ["user/eric/1.png", "user/eric/2.png"] {
                std::fs::remove_file(server.file(key)).unwrap();
            }
        }
    }
}

#[test]
fn an_exact_key_is_required() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let policy = bucket.post_policy(FILE_KEY);
            let form = policy.presign(&credentials(), TEN_MINUTES, now());
            let upload = Upload::of(&form.unwrap());
            let twin = upload.clone().set("key", format!("{FILE_KEY}x"));
            twin.rejected(CONDITION, "a longer key");
            assert!(!server.file(FILE_KEY).exists());
            upload.accepted(204);
            assert_eq!(std::fs::read(server.file(FILE_KEY)).unwrap(), FILE);
            std::fs::remove_file(server.file(FILE_KEY)).unwrap();
        }
    }
}

#[test]
fn a_file_too_large_or_too_small_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let upload = Upload::filled(&signed(&bucket));
            for (size, rejection) in [(0, TOO_SMALL), (4, TOO_SMALL), (41, TOO_LARGE)] {
                let twin = upload.clone().file(vec![b'x'; size]);
                twin.rejected(rejection, &format!("{size} bytes"));
            }
            assert!(!server.file(FILE_KEY).exists());
            for size in [5, 40] {
                upload.clone().file(vec![b'x'; size]).accepted(201);
                let stored = std::fs::metadata(server.file(FILE_KEY)).unwrap();
                assert_eq!(stored.len(), size as u64);
            }
            std::fs::remove_file(server.file(FILE_KEY)).unwrap();
        }
    }
}

#[test]
fn a_form_of_another_type_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let upload = Upload::filled(&signed(&bucket));
            for value in ["text/html", "imagex/png", "Image/png", ""] {
                let twin = upload.clone().set("Content-Type", value);
                twin.rejected(CONDITION, value);
            }
            upload.set("Content-Type", "image/svg+xml").accepted(201);
        }
    }
}

#[test]
fn an_expired_policy_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let sign = |expiry, now| {
                let form = policy(&bucket).presign(&credentials(), expiry, now);
                Upload::filled(&form.unwrap())
            };
            let second = Duration::from_secs(1);
            sign(second, seconds_ago(5)).rejected(EXPIRED, "expired four seconds ago");
            assert!(!server.file(FILE_KEY).exists());
            sign(TEN_MINUTES, seconds_ago(5)).accepted(201);
            std::fs::remove_file(server.file(FILE_KEY)).unwrap();
        }
    }
}

#[test]
fn a_changed_policy_is_rejected() {
    let server = Server::start().unwrap();
    each_way(&server, |bucket, credentials| {
        let form = signed_by(bucket, credentials);
        let upload = Upload::filled(&form);
        for (from, to) in [
            ("user/eric/", "user/"),
            ("[\"content-length-range\", 5, 40], ", ""),
            ("5, 40]", "5, 400]"),
            ("\"image/\"", "\"\""),
            ("\"expiration\": \"20", "\"expiration\": \"21"),
            // This policy is the same JSON value.
            ("{\"expiration\"", "{ \"expiration\""),
        ] {
            let policy = form.policy().replacen(from, to, 1);
            assert_ne!(policy, form.policy(), "{from}");
            let twin = upload.clone().set("policy", BASE64.encode(policy));
            twin.rejected(MISMATCH, from);
        }
        assert!(!server.file(FILE_KEY).exists());
    });
}

#[test]
fn every_changed_character_of_policy_and_signature_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        let [bucket, _] = buckets(&server, version);
        let upload = Upload::filled(&signed(&bucket));
        for name in ["policy", signature_field(version)] {
            let value = upload.value(name);
            for (at, c) in value.char_indices().filter(|(_, c)| *c != '=') {
                let mut value = value.to_owned();
                value.replace_range(at..=at, &other(c).to_string());
                let twin = upload.clone().set(name, value);
                let answer = twin.send();
                let was = (answer.status, answer.error_code().unwrap_or_default());
                // After some changes the text isn't a policy, or is one with other conditions.
                let allowed = [MISMATCH, MALFORMED, CONDITION];
                assert!(allowed.contains(&was), "{was:?}: {twin:?}");
            }
        }
        assert!(!server.file(FILE_KEY).exists());
        upload.accepted(201);
        std::fs::remove_file(server.file(FILE_KEY)).unwrap();
    }
}

#[test]
fn another_key_pair_is_rejected() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            for (id, secret, rejection) in [
                (ACCESS_KEY_ID, &*changed(SECRET_ACCESS_KEY), MISMATCH),
                (&*changed(ACCESS_KEY_ID), SECRET_ACCESS_KEY, UNKNOWN_USER),
            ] {
                let credentials = Credentials::new(id, secret).unwrap();
                let form = signed_by(&bucket, &credentials);
                Upload::filled(&form).rejected(rejection, id);
            }
        }
    }
}

#[test]
fn a_form_for_another_bucket_is_rejected() {
    let server = Server::start().unwrap();
    std::fs::create_dir(server.file("").parent().unwrap().join("otherbucket")).unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let mut upload = Upload::filled(&signed(&bucket));
            upload.accepted(201);
            upload.url = upload.url.replacen(BUCKET, "otherbucket", 1);
            upload.rejected(CONDITION, "another bucket");
        }
    }
}

#[test]
fn an_anonymous_form_is_rejected() {
    let server = Server::start().unwrap();
    for bucket in buckets(&server, V4) {
        let upload = Upload {
            url: signed(&bucket).url().into(),
            fields: vec![("key".into(), FILE_KEY.into())],
            file: FILE.into(),
        };
        upload.rejected(ANONYMOUS, "without policy and signature");
    }
    assert!(!server.file(FILE_KEY).exists());
}

// Differences between the server and S3

/// S3 inserts the name of the file into the key.
#[test]
fn the_server_does_not_put_the_file_name_into_the_key() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let form = signed(&bucket);
            let upload = Upload::of(&form).and("Content-Type", "image/png");
            assert_eq!(upload.value("key"), "user/eric/${filename}");
            upload.accepted(201);
            let stored = server.file("user/eric/${filename}");
            assert_eq!(std::fs::read(&stored).unwrap(), FILE);
            assert!(!server.file("user/eric/1.png").exists());
            std::fs::remove_file(stored).unwrap();
        }
    }
}

/// In S3's policies these fields need a condition like all others.
#[test]
fn the_server_overlooks_fields_of_encryption_and_of_a_button() {
    let server = Server::start().unwrap();
    for version in VERSIONS {
        for bucket in buckets(&server, version) {
            let upload = Upload::filled(&signed(&bucket));
            upload.clone().and("submit", "Upload").accepted(201);
            let name = "x-amz-server-side-encryption";
            upload.and(name, "AES256").accepted(201);
        }
    }
}

/// S3 accepts 20 KB of form data before the file.
#[test]
fn the_server_overlooks_how_long_the_fields_are() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server, V4);
    let upload = Upload::filled(&signed(&bucket));
    upload
        .and("x-ignore-long", "x".repeat(30_000))
        .accepted(201);
}

/// S3's policies have no start time. s3s accepts a SigV4 form for 15 minutes from its `x-amz-date`.
#[test]
fn the_server_rejects_a_form_that_was_signed_long_ago() {
    let server = Server::start().unwrap();
    let sign = |version, ago| {
        let [bucket, _] = buckets(&server, version);
        let hour = Duration::from_secs(3600);
        let form = policy(&bucket).presign(&credentials(), hour, seconds_ago(ago));
        Upload::filled(&form.unwrap())
    };
    sign(V4, 1200).rejected((403, "RequestTimeTooSkewed"), "signed twenty minutes ago");
    sign(V4, 600).accepted(201);
    sign(V2, 1200).accepted(201);
}
