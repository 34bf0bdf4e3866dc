//! POST policies of both generations in a round trip with a server that someone else wrote, which verifies the
//! signature and holds the upload against the policy. Each upload that it accepts has its twins: the same
//! upload with one thing changed, which it has to refuse.
//!
//! Where the server is laxer or stricter than S3, a test says so under the name `the_server_…`, so that
//! nobody takes its answer there for a proof.

use crate::twins::{self, *};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{Credentials, Error, PresignedPost, Timestamp};
use s3_server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::time::Duration;

const FILE: &[u8] = b"\x89PNG\r\n\r\n-- not quite \0";
const FILE_KEY: &str = "user/eric/M\u{e4}rz 1+2.png";
const EXTRA_FIELD: Refusal = (403, "AccessDenied");
const TOO_LARGE: Refusal = (400, "EntityTooLarge");
const TOO_SMALL: Refusal = (400, "EntityTooSmall");
/// A condition that does not hold, for which S3 answers 403 AccessDenied.
const CONDITION: Refusal = (400, "InvalidPolicyDocument");
// The two generations

#[derive(Clone, Copy)]
enum Version {
    V4,
    V2,
}
use Version::{V2, V4};

impl Version {
    fn sign(
        self,
        policy: &PostPolicy,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<PresignedPost, Error> {
        match self {
            V4 => policy.presign(bucket, credentials, expires_in, now),
            V2 => policy.presign_v2(bucket, credentials, expires_in, now),
        }
    }

    fn signature(self) -> &'static str {
        match self {
            V4 => "x-amz-signature",
            V2 => "signature",
        }
    }
}

/// A policy with a condition of each kind.
fn policy() -> PostPolicy {
    PostPolicy::new(Key::starts_with("user/eric/"))
        .content_length_range(5..=40)
        .eq("success_action_status", "201")
        .field("x-amz-meta-tag", "red, \"green\" & <blue>")
        .starts_with("Content-Type", "image/")
}

fn signed(version: Version, bucket: &Bucket) -> PresignedPost {
    version
        .sign(&policy(), bucket, &credentials(), TEN_MINUTES, now())
        .unwrap()
}

// Uploads

/// What a client makes of a form.
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

    /// With what the form leaves open.
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

    fn refused(&self, (status, code): Refusal, what: &str) {
        let answer = self.send();
        let was = (answer.status, answer.error_code());
        assert_eq!(was, (status, Some(code)), "{what}: {self:?}");
    }
}

fn seconds_ago(seconds: i64) -> Timestamp {
    twins::seconds(now(), -seconds)
}

// What is accepted, and its twins

/// Every generation, addressing style and kind of credentials.
fn each_way(server: &Server, check: impl Fn(Version, &Bucket, &Credentials)) {
    for (credentials, bucket) in users_and_buckets(server) {
        for version in [V4, V2] {
            check(version, &bucket, &credentials);
        }
    }
}

#[test]
fn an_upload_within_its_policy_is_stored() {
    let server = Server::start().unwrap();
    each_way(&server, |version, bucket, credentials| {
        let form = version.sign(&policy(), bucket, credentials, TEN_MINUTES, now());
        let upload = Upload::filled(&form.unwrap());
        upload.accepted(201);
        assert_eq!(std::fs::read(server.file(FILE_KEY)).unwrap(), FILE);

        let get = bucket.get(FILE_KEY);
        let link = get.presign(credentials, TEN_MINUTES, now()).unwrap();
        let answer = Request::of(&link).send().unwrap();
        assert_eq!((answer.status, &*answer.body), (200, FILE));
        assert_eq!(answer.header("content-type"), Some("image/png"));
        let tag = answer.header("x-amz-meta-tag");
        assert_eq!(tag, Some("red, \"green\" & <blue>"));
        std::fs::remove_file(server.file(FILE_KEY)).unwrap();
    });
}

#[test]
fn a_changed_field_is_refused() {
    let server = Server::start().unwrap();
    each_way(&server, |version, bucket, credentials| {
        let form = version.sign(&policy(), bucket, credentials, TEN_MINUTES, now());
        let upload = Upload::filled(&form.unwrap());
        let mut count = 0;
        for (name, value) in &upload.fields {
            let changed = match name.as_str() {
                "key" => "user/betty/1.png".into(),
                "Content-Type" => "text/html".into(),
                _ => changed(value),
            };
            let (other, without) = match name.as_str() {
                "policy" => (None, MALFORMED),
                // Without it the form is nobody's.
                "x-amz-signature" | "signature" => (Some(MISMATCH), ANONYMOUS),
                "x-amz-algorithm" => (Some(UNKNOWN_SCHEME), MALFORMED),
                // What changes is the end of `aws4_request`.
                "x-amz-credential" => (Some(MALFORMED), MALFORMED),
                // What changes is the time, not the date, and the policy has it too.
                "x-amz-date" => (None, MALFORMED),
                "AWSAccessKeyId" => (Some(UNKNOWN_USER), MALFORMED),
                _ => (Some(CONDITION), CONDITION),
            };
            if let Some(refusal) = other {
                let twin = upload.clone().set(name, &*changed);
                twin.refused(refusal, &format!("another {name}"));
            }
            let twin = upload.clone().without(name);
            twin.refused(without, &format!("without {name}"));
            count += 1;
        }
        assert!(count >= 7, "{count} fields");
        assert!(!server.file(FILE_KEY).exists());
    });
}

#[test]
fn a_changed_time_or_scope_is_refused() {
    let server = Server::start().unwrap();
    for bucket in buckets(&server) {
        let upload = Upload::filled(&signed(V4, &bucket));
        let later = seconds_ago(60).to_string().replace(['-', ':'], "");
        upload
            .clone()
            .set("x-amz-date", later)
            .refused(CONDITION, "another time");
        let credential = upload.value("x-amz-credential").to_owned();
        for (from, to) in [(REGION, "us-east-2"), ("/s3/", "/sts/")] {
            let twin = upload
                .clone()
                .set("x-amz-credential", credential.replacen(from, to, 1));
            twin.refused(CONDITION, to);
        }
        upload.accepted(201);
    }
}

#[test]
fn a_field_too_many_is_refused() {
    let server = Server::start().unwrap();
    each_way(&server, |version, bucket, credentials| {
        let form = version.sign(&policy(), bucket, credentials, TEN_MINUTES, now());
        let upload = Upload::filled(&form.unwrap());
        for (name, value) in [
            ("acl", "public-read"),
            ("x-amz-meta-other", ""),
            ("success_action_redirect", "https://example.com/"),
            ("x-amz-storage-class", "GLACIER"),
        ] {
            upload
                .clone()
                .and(name, value)
                .refused(EXTRA_FIELD, &format!("{name} added"));
        }
        assert!(!server.file(FILE_KEY).exists());
        // The policy of AWS's document: what begins so has no condition.
        upload.and("x-ignore-other", "anything").accepted(201);
        std::fs::remove_file(server.file(FILE_KEY)).unwrap();
    });
}

#[test]
fn a_key_outside_the_prefix_is_refused() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let upload = Upload::filled(&signed(version, &bucket));
            for key in ["", "1.png", "user/eric", "User/eric/1.png", " user/eric/1"] {
                let twin = upload.clone().set("key", key);
                twin.refused(CONDITION, key);
                assert!(key.is_empty() || !server.file(key).is_file(), "{key}");
            }
            upload.clone().set("key", "user/eric/1.png").accepted(201);
            // A name is written in any case.
            let key = upload.clone().without("key").and("KEY", "user/eric/2.png");
            key.accepted(201);
            for key in ["user/eric/1.png", "user/eric/2.png"] {
                std::fs::remove_file(server.file(key)).unwrap();
            }
        }
    }
}

#[test]
fn an_exact_key_is_the_only_one() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let policy = PostPolicy::new(FILE_KEY);
            let form = version.sign(&policy, &bucket, &credentials(), TEN_MINUTES, now());
            let upload = Upload::of(&form.unwrap());
            let twin = upload.clone().set("key", format!("{FILE_KEY}x"));
            twin.refused(CONDITION, "a longer key");
            assert!(!server.file(FILE_KEY).exists());
            upload.accepted(204);
            assert_eq!(std::fs::read(server.file(FILE_KEY)).unwrap(), FILE);
            std::fs::remove_file(server.file(FILE_KEY)).unwrap();
        }
    }
}

#[test]
fn a_file_too_large_or_too_small_is_refused() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let upload = Upload::filled(&signed(version, &bucket));
            for (size, refusal) in [(0, TOO_SMALL), (4, TOO_SMALL), (41, TOO_LARGE)] {
                let twin = upload.clone().file(vec![b'x'; size]);
                twin.refused(refusal, &format!("{size} bytes"));
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
fn a_form_of_another_type_is_refused() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let upload = Upload::filled(&signed(version, &bucket));
            for value in ["text/html", "imagex/png", "Image/png", ""] {
                let twin = upload.clone().set("Content-Type", value);
                twin.refused(CONDITION, value);
            }
            upload.set("Content-Type", "image/svg+xml").accepted(201);
        }
    }
}

#[test]
fn a_policy_that_ended_is_refused() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let sign = |life, now| {
                let form = version.sign(&policy(), &bucket, &credentials(), life, now);
                Upload::filled(&form.unwrap())
            };
            let second = Duration::from_secs(1);
            sign(second, seconds_ago(5)).refused(EXPIRED, "ended four seconds ago");
            assert!(!server.file(FILE_KEY).exists());
            sign(TEN_MINUTES, seconds_ago(5)).accepted(201);
            std::fs::remove_file(server.file(FILE_KEY)).unwrap();
        }
    }
}

#[test]
fn a_changed_policy_is_refused() {
    let server = Server::start().unwrap();
    each_way(&server, |version, bucket, credentials| {
        let form = version.sign(&policy(), bucket, credentials, TEN_MINUTES, now());
        let form = form.unwrap();
        let upload = Upload::filled(&form);
        for (from, to) in [
            ("user/eric/", "user/"),
            ("[\"content-length-range\", 5, 40], ", ""),
            ("5, 40]", "5, 400]"),
            ("\"image/\"", "\"\""),
            ("\"expiration\": \"20", "\"expiration\": \"21"),
            // The same to a reader of JSON.
            ("{\"expiration\"", "{ \"expiration\""),
        ] {
            let policy = form.policy().replacen(from, to, 1);
            assert_ne!(policy, form.policy(), "{from}");
            let twin = upload.clone().set("policy", BASE64.encode(policy));
            twin.refused(MISMATCH, from);
        }
        assert!(!server.file(FILE_KEY).exists());
    });
}

#[test]
fn every_single_character_of_policy_and_signature_counts() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    for version in [V4, V2] {
        let upload = Upload::filled(&signed(version, &bucket));
        for name in ["policy", version.signature()] {
            let value = upload.value(name);
            for (at, c) in value.char_indices().filter(|(_, c)| *c != '=') {
                let mut value = value.to_owned();
                value.replace_range(at..=at, &other(c).to_string());
                let twin = upload.clone().set(name, value);
                let answer = twin.send();
                let was = (answer.status, answer.error_code().unwrap_or_default());
                // Some are no longer a policy, or one with other conditions.
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
fn another_key_pair_is_refused() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            for (id, secret, refusal) in [
                (ACCESS_KEY_ID, &*changed(SECRET_ACCESS_KEY), MISMATCH),
                (&*changed(ACCESS_KEY_ID), SECRET_ACCESS_KEY, UNKNOWN_USER),
            ] {
                let credentials = Credentials::new(id, secret).unwrap();
                let form = version.sign(&policy(), &bucket, &credentials, TEN_MINUTES, now());
                Upload::filled(&form.unwrap()).refused(refusal, id);
            }
        }
    }
}

#[test]
fn a_form_for_another_bucket_is_refused() {
    let server = Server::start().unwrap();
    std::fs::create_dir(server.file("").parent().unwrap().join("otherbucket")).unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let mut upload = Upload::filled(&signed(version, &bucket));
            upload.accepted(201);
            upload.url = upload.url.replacen(BUCKET, "otherbucket", 1);
            upload.refused(CONDITION, "another bucket");
        }
    }
}

#[test]
fn a_form_of_nobody_is_refused() {
    let server = Server::start().unwrap();
    for bucket in buckets(&server) {
        let upload = Upload {
            url: signed(V4, &bucket).url().into(),
            fields: vec![("key".into(), FILE_KEY.into())],
            file: FILE.into(),
        };
        upload.refused(ANONYMOUS, "without policy and signature");
    }
    assert!(!server.file(FILE_KEY).exists());
}

// Where the server is not S3

/// S3 puts the name of the file there.
#[test]
fn the_server_does_not_put_the_file_name_into_the_key() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let form = signed(version, &bucket);
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

/// In S3's policies these need a condition like all others.
#[test]
fn the_server_overlooks_fields_of_encryption_and_of_a_button() {
    let server = Server::start().unwrap();
    for version in [V4, V2] {
        for bucket in buckets(&server) {
            let upload = Upload::filled(&signed(version, &bucket));
            upload.clone().and("submit", "Upload").accepted(201);
            let name = "x-amz-server-side-encryption";
            upload.and(name, "AES256").accepted(201);
        }
    }
}

/// S3 takes 20 KB of form data before the file.
#[test]
fn the_server_overlooks_how_long_the_fields_are() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let upload = Upload::filled(&signed(V4, &bucket));
    upload
        .and("x-ignore-long", "x".repeat(30_000))
        .accepted(201);
}

/// S3's policies have no start. s3s takes a SigV4 form for a quarter of an hour from its `x-amz-date`.
#[test]
fn the_server_takes_no_form_that_was_signed_long_ago() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let sign = |version: Version, ago| {
        let hour = Duration::from_secs(3600);
        let form = version.sign(&policy(), &bucket, &credentials(), hour, seconds_ago(ago));
        Upload::filled(&form.unwrap())
    };
    sign(V4, 1200).refused((403, "RequestTimeTooSkewed"), "signed twenty minutes ago");
    sign(V4, 600).accepted(201);
    sign(V2, 1200).accepted(201);
}
