//! Invalid policies are rejected when they are signed or parsed, and uploads when they are checked
//! against a policy. Each rejected case has an accepted twin.

use presign::post::{Condition, Key, Policy, PostPolicy, PresignedPost, Upload};
use presign::s3::Bucket;
use presign::verify::{VerifyError, VerifyErrorKind as Kind};
use presign::{Algorithm, Credentials, Error, ErrorKind, Expiry, SignatureVersion, Timestamp};
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

static V4_BUCKET: LazyLock<Bucket> = LazyLock::new(|| bucket(SignatureVersion::V4));
static V2_BUCKET: LazyLock<Bucket> = LazyLock::new(|| bucket(SignatureVersion::V2));

fn bucket(version: SignatureVersion) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1");
    builder.signature_version(version).build().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .unwrap()
}

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

/// A policy for a bucket of each signature version.
#[derive(Clone)]
struct Policies {
    v4: PostPolicy<'static>,
    v2: PostPolicy<'static>,
}

impl Policies {
    fn new(key: impl Into<Key>) -> Self {
        let key = key.into();
        Policies {
            v4: V4_BUCKET.post_policy(key.clone()),
            v2: V2_BUCKET.post_policy(key),
        }
    }

    fn each(self, change: impl Fn(PostPolicy<'static>) -> PostPolicy<'static>) -> Self {
        Policies {
            v4: change(self.v4),
            v2: change(self.v2),
        }
    }

    fn field(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.each(|policy| policy.field(name.as_ref(), value.as_ref()))
    }

    fn eq(self, name: &str, value: &str) -> Self {
        self.each(|policy| policy.eq(name, value))
    }

    fn starts_with(self, name: &str, prefix: &str) -> Self {
        self.each(|policy| policy.starts_with(name, prefix))
    }

    fn content_length_range(self, bytes: RangeInclusive<u64>) -> Self {
        self.each(|policy| policy.content_length_range(bytes.clone()))
    }

    fn condition_json(self, json: impl AsRef<str>) -> Self {
        self.each(|policy| policy.condition_json(json.as_ref()))
    }

    /// Signs with both versions.
    fn presign(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
    ) -> [Result<PresignedPost, Error>; 2] {
        let expiry = expiry.into();
        [&self.v4, &self.v2].map(|policy| policy.presign(credentials, expiry, now()))
    }
}

/// Signs with both versions, which have to agree.
fn sign(policy: &Policies) -> Result<PresignedPost, Error> {
    agreed(policy.presign(&credentials(), HOUR))
}

fn agreed([v4, v2]: [Result<PresignedPost, Error>; 2]) -> Result<PresignedPost, Error> {
    assert_eq!(v4.as_ref().err(), v2.as_ref().err());
    v4
}

fn policy() -> Policies {
    Policies::new("user/eric/photo.jpg")
}

#[track_caller]
fn rejected(policy: Policies, kind: ErrorKind, message: &str) {
    let error = sign(&policy).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.to_string(), message);
}

#[track_caller]
fn accepted(policy: Policies) -> PresignedPost {
    sign(&policy).unwrap_or_else(|error| panic!("{error}"))
}

fn names(form: &PresignedPost) -> Vec<&str> {
    form.fields().map(|(name, _)| name).collect()
}

#[test]
fn a_field_is_sent_once() {
    accepted(
        policy()
            .field("acl", "private")
            .field("x-amz-meta-acl", "private"),
    );
    rejected(
        policy().field("acl", "private").field("ACL", "private"),
        ErrorKind::Policy,
        "duplicate field `acl`; add it once",
    );
    // A condition may be repeated, and its field is still sent once.
    let form = accepted(policy().eq("acl", "private").eq("Acl", "private"));
    assert_eq!(
        names(&form).iter().filter(|name| **name == "acl").count(),
        1
    );
}

#[test]
fn fields_that_signing_adds_are_rejected() {
    for name in [
        "key",
        "Policy",
        "AWSAccessKeyId",
        "signature",
        "x-amz-algorithm",
        "X-Amz-Credential",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
    ] {
        let error = sign(&policy().field(name, "x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy);
        assert!(
            error.to_string().ends_with(
                " is added by signing; leave it out, because a form sends each field once"
            )
        );
        accepted(policy().field(format!("x-amz-meta-{name}"), "x"));
    }
    rejected(
        policy().field("File", "x"),
        ErrorKind::Policy,
        "the field file is the file itself; leave it out, because the browser adds it",
    );
    rejected(
        policy().starts_with("file", ""),
        ErrorKind::Policy,
        r#"the condition ["starts-with", "$file", ""] is on a field that can't have one; leave it out"#,
    );
    let key = "x-amz-server-side-encryption-customer-key";
    let secret: Condition = format!(r#"{{"{key}": "a secret"}}"#).parse().unwrap();
    assert_eq!(format!("{secret:?}"), format!(r#"["eq", "${key}", "..."]"#));
    rejected(
        policy().condition_json(r#"["eq", "$x-amz-signature", "guess"]"#),
        ErrorKind::Policy,
        r#"the condition ["eq", "$x-amz-signature", "..."] is on a field that can't have one; leave it out"#,
    );
}

#[test]
fn an_exact_condition_needs_its_field() {
    let raw = r#"{"acl": "public-read"}"#;
    rejected(
        policy().condition_json(raw),
        ErrorKind::Policy,
        "the condition [\"eq\", \"$acl\", \"public-read\"] is exact, but the form has no field `acl`, so the \
         server would reject the upload with \"Policy Condition failed\"; add the field",
    );
    accepted(policy().condition_json(raw).field("ACL", "public-read"));
    accepted(policy().eq("acl", "public-read"));
    // The browser supplies a field with a prefix condition.
    let form = accepted(policy().starts_with("acl", "public"));
    assert!(!names(&form).contains(&"acl"));
    assert_eq!(form.open_fields().collect::<Vec<_>>(), [("acl", "public")]);
}

#[test]
fn a_field_meets_its_conditions() {
    accepted(
        policy()
            .field("acl", "public-read")
            .starts_with("acl", "public"),
    );
    rejected(
        policy()
            .field("acl", "private")
            .starts_with("Acl", "public"),
        ErrorKind::Policy,
        "the field `Acl` doesn't meet the condition [\"starts-with\", \"$Acl\", \"public\"], so the server would \
         reject the upload with \"Policy Condition failed\"; change one of them",
    );
    assert!(sign(&policy().eq("acl", "private").eq("acl", "public-read")).is_err());
    assert!(sign(&policy().field("acl", "private").eq("acl", "public-read")).is_err());
    accepted(policy().field("acl", "private").eq("acl", "private"));

    // Each type in a list has to have the prefix.
    let images = || policy().starts_with("content-type", "image/");
    accepted(images().field("Content-Type", "image/png, image/jpeg"));
    assert!(sign(&images().field("Content-Type", "image/png, text/html")).is_err());
    // In other fields a comma has no meaning.
    accepted(policy().field("acl", "a,b").starts_with("acl", "a"));

    // A field that the browser supplies can have two prefix conditions.
    let form = accepted(
        policy()
            .starts_with("acl", "pub")
            .starts_with("acl", "public-"),
    );
    assert_eq!(form.open_fields().collect::<Vec<_>>(), [("acl", "public-")]);
    assert!(sign(&policy().starts_with("acl", "pub").starts_with("acl", "pri")).is_err());
}

#[test]
fn conditions_on_bucket_and_key_have_to_agree() {
    accepted(policy().condition_json(r#"{"bucket": "examplebucket"}"#));
    assert!(sign(&policy().condition_json(r#"{"bucket": "another"}"#)).is_err());
    accepted(policy().field("bucket", "examplebucket"));
    rejected(
        policy().field("bucket", "another"),
        ErrorKind::Policy,
        "the field bucket is `another`, but the form is for the bucket `examplebucket`; leave the field out",
    );
    accepted(policy().starts_with("key", "user/"));
    assert!(sign(&policy().starts_with("key", "users/")).is_err());
    // The file's name may meet the condition, but not replace the text before it.
    let any = || Policies::new(Key::starts_with("user/"));
    accepted(any().starts_with("key", "user/eric"));
    accepted(any().starts_with("key", "us"));
    assert!(sign(&any().starts_with("key", "users/")).is_err());
    assert!(sign(&any().condition_json(r#"{"key": "user/${filename}"}"#)).is_err());
}

#[test]
fn forms_need_a_bucket() {
    let sign = |name: &str| {
        let bucket = Bucket::new(name, "us-west-2").unwrap();
        let policy = bucket.post_policy("user/eric/photo.jpg");
        policy.presign(&credentials(), HOUR, now())
    };
    sign("examplebucket").unwrap();
    sign("reports-abcdefghijklmnopqrstuvwxyz0123456789ab-s3alias").unwrap();
    sign("logs--usw2-az1--x-s3").unwrap();
    for other in [
        "arn:aws:s3:us-west-2:123456789012:accesspoint/reports",
        "logs--usw2-az1--xa-s3",
    ] {
        assert_eq!(
            sign(other).unwrap_err().kind(),
            ErrorKind::Bucket,
            "{other}"
        );
    }
}

#[test]
fn invalid_keys_are_rejected() {
    let condition = |key: Key| {
        let form = accepted(Policies::new(key));
        let policy = Policy::from_json(form.policy()).unwrap();
        let about = policy
            .conditions()
            .find(|condition| condition.field() == Some("key"));
        let (_, value) = form.fields().find(|(name, _)| *name == "key").unwrap();
        (format!("{:?}", about.unwrap()), value.to_owned())
    };
    let exact = (r#"["eq", "$key", "a/b"]"#.into(), "a/b".into());
    assert_eq!(condition(Key::exact("a/b")), exact);
    assert_eq!(condition("a/b".into()), exact);
    let prefix = (
        r#"["starts-with", "$key", "a/"]"#.into(),
        "a/${filename}".into(),
    );
    assert_eq!(condition(Key::starts_with("a/")), prefix);
    assert_eq!(condition("a/${filename}".into()), prefix);
    let any = (
        r#"["starts-with", "$key", ""]"#.into(),
        "${filename}".into(),
    );
    assert_eq!(condition(Key::starts_with("")), any);

    let message = "the key `a/${filename}/b` contains ${filename} before its end, but a policy can only check how \
                   a key starts; let the key end in ${filename}, or use Key::starts_with";
    rejected(Policies::new("a/${filename}/b"), ErrorKind::Key, message);
    assert!(sign(&Policies::new(Key::exact("a/${filename}"))).is_err());
    assert!(sign(&Policies::new(Key::starts_with("${filename}/"))).is_err());
    accepted(Policies::new("a/$filename/{filename}"));
    rejected(
        Policies::new(""),
        ErrorKind::Key,
        "the key is empty; an object's key has at least one character",
    );
}

#[test]
fn other_fields_can_contain_the_file_name() {
    let done = "https://www.example.com/done?name=";
    let form = accepted(policy().field("success_action_redirect", format!("{done}${{filename}}")));
    let condition = format!(r#"["starts-with", "$success_action_redirect", "{done}"]"#);
    assert!(form.policy().contains(&condition), "{}", form.policy());

    let middle = || policy().field("x-amz-meta-name", "<${filename}>");
    rejected(
        middle(),
        ErrorKind::Policy,
        "the field `x-amz-meta-name` contains ${filename} before its end, so no condition follows from it; \
         add one with starts_with",
    );
    accepted(middle().starts_with("x-amz-meta-name", "<"));
    assert!(sign(&middle().condition_json(r#"{"x-amz-meta-name": "<${filename}>"}"#)).is_err());

    // A condition applies to the name of the file and not to the variable. A condition that
    // contains the variable can therefore never be met.
    let open = || policy().starts_with("x-amz-meta-name", "<${filename}");
    let message = "the condition [\"starts-with\", \"$x-amz-meta-name\", \"<${filename}\"] contains ${filename}, \
                   which the server replaces in fields only; end the prefix before it: `<`";
    rejected(open(), ErrorKind::Policy, message);
    rejected(
        open().field("x-amz-meta-name", "<${filename}"),
        ErrorKind::Policy,
        message,
    );
    accepted(policy().starts_with("x-amz-meta-name", "<"));
    accepted(policy().starts_with("x-amz-meta-name", "<$filename"));
}

#[test]
fn invalid_size_ranges_are_rejected() {
    let form = accepted(policy().content_length_range(0..=u64::MAX));
    assert!(
        form.policy()
            .contains(r#"["content-length-range", 0, 18446744073709551615]"#)
    );
    accepted(policy().content_length_range(7..=7));
    #[expect(clippy::reversed_empty_ranges, reason = "it is what is rejected")]
    let reversed = policy().content_length_range(8..=7);
    rejected(
        reversed,
        ErrorKind::Policy,
        "no file has at least 8 and at most 7 bytes; write the minimum of content-length-range first",
    );
    assert!(sign(&policy().condition_json(r#"["content-length-range", 8, 7]"#)).is_err());
    accepted(policy().condition_json(r#"["content-length-range", 7, 8]"#));
}

#[test]
fn forms_above_20_kb_are_rejected() {
    // `x-ignore-` fields have no condition, so the value counts once.
    let form = |more: usize| {
        let policy = policy().field("x-ignore-padding", "p".repeat(more));
        policy.v4.presign(&credentials(), HOUR, now())
    };
    // The form as a browser sends it, with the longest possible boundary.
    let boundary = "b".repeat(70);
    let length = |form: &PresignedPost| -> usize {
        let parts = form.fields().map(|(name, value)| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        });
        parts.map(|part| part.len()).sum()
    };
    let most = 20 * 1024 - length(&form(0).unwrap());
    assert_eq!(length(&form(most).unwrap()), 20 * 1024);
    let error = form(most + 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert_eq!(
        error.to_string(),
        "the form has 20481 bytes before its file, but servers accept 20480 (20 KB) and reject more with \
         \"MaxPostPreDataLengthExceededError\"; shorten the fields and conditions",
    );
}

#[test]
fn fields_that_browsers_cannot_send_are_rejected() {
    accepted(policy().field("x-amz-meta-lines", "one\r\ntwo\r\n"));
    for broken in ["one\ntwo", "one\rtwo", "one\n\rtwo", "one\r\r\ntwo", "\n"] {
        let error = sign(&policy().field("x-amz-meta-lines", broken)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy, "{broken:?}");
    }
    assert!(sign(&Policies::new("one\ntwo")).is_err());
    accepted(policy().field("x-amz-meta-control", "\u{1}\t\u{7f}\u{85}"));
    assert!(sign(&policy().field("x-amz-meta-nul", "\0")).is_err());
    assert!(sign(&policy().field("", "x")).is_err());
    assert!(sign(&policy().field("a\tb", "x")).is_err());
    accepted(policy().field("a \"b\"", "x"));
    assert!(sign(&policy().field("_charset_", "utf-8")).is_err());
}

#[test]
fn raw_conditions_are_validated() {
    for good in [
        r#"["starts-with", "$x-amz-meta-tag", ""]"#,
        " [ \"starts-with\"\t,\r\n\"$x-amz-meta-tag\",\"\" ] ",
        r#"["starts-with", "\u0024x-amz-meta-t\u0061g", ""]"#,
        r#"["starts-with", "\$x-amz-meta-tag", ""]"#,
    ] {
        let form = accepted(policy().condition_json(good));
        // The policy has one notation, independent of the input.
        let written = r#", "conditions": [["starts-with", "$x-amz-meta-tag", ""], {"bucket""#;
        assert!(form.policy().contains(written), "{}", form.policy());
    }
    for bad in [
        "",
        "null",
        "acl",
        r#""acl""#,
        "[]",
        "{}",
        r#"{"acl": "a", "tagging": "b"}"#,
        r#"{"acl": "a",}"#,
        r#"{"acl": 1}"#,
        r#"{"acl": null}"#,
        r#"{"acl": ["a"]}"#,
        r#"{"acl" "a"}"#,
        r#"{"acl": "a"} x"#,
        r#"{"acl": "a"}{"acl": "a"}"#,
        r#"{acl: "a"}"#,
        r#"{'acl': 'a'}"#,
        r#"["eq", "$acl"]"#,
        r#"["eq", "$acl", "a", "b"]"#,
        r#"["eq", "$acl", "a",]"#,
        r#"["eq", "acl", "a"]"#,
        r#"["ends-with", "$acl", "a"]"#,
        r#"["EQ", "$acl", "a"]"#,
        r#"["content-length-range", 1]"#,
        r#"["content-length-range", -1, 2]"#,
        r#"["content-length-range", +1, 2]"#,
        r#"["content-length-range", 01, 2]"#,
        r#"["content-length-range", 1.0, 2]"#,
        r#"["content-length-range", 1e3, 2]"#,
        r#"["content-length-range", "1", "2"]"#,
        r#"["content-length-range", 1, 18446744073709551616]"#,
        r#"["content-length-range", 1, ]"#,
        r#"{"acl": "a"#,
        r#"{"acl": "\q"}"#,
        r#"{"acl": "\u12"}"#,
        r#"{"acl": "\u+123"}"#,
        r#"{"acl": "\ud800"}"#,
        r#"{"acl": "\udc00\ud800"}"#,
        r#"{"acl": "\ud800\u0041"}"#,
        "{\"acl\": \"a\nb\"}",
        "\u{feff}{\"acl\": \"a\"}",
        "\u{a0}{\"acl\": \"a\"}",
        "[[[[[[[[[[[[[[[[",
    ] {
        assert!(bad.parse::<Condition>().is_err(), "{bad}");
        let error = sign(&policy().field("acl", "a").condition_json(bad)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy, "{bad}");
    }
    let error = r#"{"acl": 1}"#.parse::<Condition>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unexpected `1` at byte 8 of the JSON; expected a string in double quotes"
    );
    // Deep nesting is rejected without deep recursion.
    assert!("[".repeat(1_000_000).parse::<Condition>().is_err());
}

#[test]
fn an_expiry_out_of_range_is_rejected() {
    let sign = |expiry: Expiry| agreed(policy().presign(&credentials(), expiry));
    let kind = |duration: Duration| sign(duration.into()).unwrap_err().kind();
    assert!(sign(Duration::from_secs(1).into()).is_ok());
    assert_eq!(kind(Duration::ZERO), ErrorKind::Expiry);
    assert_eq!(kind(Duration::from_millis(1500)), ErrorKind::Expiry);
    // AWS's documents don't limit the validity of a policy.
    let month = Duration::from_secs(30 * 24 * 3600);
    assert_eq!(
        sign(month.into()).unwrap().expires_at(),
        now().saturating_add(month)
    );
    assert_eq!(kind(Duration::from_secs(u64::MAX)), ErrorKind::Time);

    let second = now().saturating_add(Duration::from_secs(1));
    assert_eq!(sign(Expiry::at(second)).unwrap().expires_at(), second);
    let error = sign(Expiry::at(now())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
    assert_eq!(
        error.to_string(),
        "the form would expire at 2013-05-24T00:00:00Z, which is not after the signing time \
         2013-05-24T00:00:00Z",
    );
}

#[test]
fn a_form_expires_with_its_credentials() {
    let credentials = credentials().with_expiration(now().saturating_add(HOUR));
    let sign = |expiry: Expiry| agreed(policy().presign(&credentials, expiry));
    let longer = HOUR + Duration::from_secs(1);
    assert!(sign(HOUR.into()).is_ok());
    let error = sign(longer.into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
    assert!(
        error
            .to_string()
            .starts_with("the form would expire at 2013-05-24T01:00:01Z")
    );
    let shortened = sign(Expiry::at_most(longer)).unwrap();
    assert_eq!(shortened.expires_at(), now().saturating_add(HOUR));
}

#[test]
fn the_session_token_is_a_field_with_its_condition() {
    let token = "AQoDYXdzEPT//////////wEXAMPLE";
    let credentials = credentials().with_session_token(token).unwrap();
    let [v4, v2] = policy().presign(&credentials, HOUR).map(Result::unwrap);
    assert_eq!(
        names(&v4),
        [
            "key",
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-security-token",
            "policy",
            "x-amz-signature"
        ]
    );
    assert_eq!(
        names(&v2),
        [
            "key",
            "AWSAccessKeyId",
            "x-amz-security-token",
            "policy",
            "signature"
        ]
    );
    for form in [v4, v2] {
        let policy = Policy::from_json(form.policy()).unwrap();
        let upload = |token| {
            let others = form
                .fields()
                .filter(|(name, _)| *name != "x-amz-security-token");
            Upload::new("examplebucket", 1)
                .fields(others)
                .field("x-amz-security-token", token)
        };
        assert_eq!(policy.check(&upload(token), now()), Ok(()));
        let rejection = policy.check(&upload("other"), now()).unwrap_err();
        // Neither `Debug` nor a message shows the token.
        for text in [
            format!("{form:?}"),
            format!("{policy:?}"),
            format!("{:?}", upload(token)),
            format!("{rejection:?} {rejection}"),
        ] {
            assert!(
                !text.contains(token) && !text.contains(form.signature()),
                "{text}"
            );
        }
    }
}

#[test]
fn a_remote_key_signs_the_base64_of_the_policy() {
    let credentials = credentials();
    let [v4, v2] = policy().presign(&credentials, HOUR).map(Result::unwrap);
    for (policy, expected) in [(policy().v4, v4), (policy().v2, v2)] {
        let unsigned = policy
            .starts_with("acl", "public")
            .prepare(credentials.identity(), HOUR, now())
            .unwrap();
        let is_v4 = unsigned.algorithm() == Algorithm::HmacSha256;
        let scope = is_v4.then_some("20130524/us-east-1/s3/aws4_request");
        assert_eq!(unsigned.scope(), scope);
        assert_eq!(unsigned.canonical_request(), None);
        let (length, text) = if is_v4 { (32, 64) } else { (20, 28) };
        let message = unsigned.string_to_sign().to_vec();
        let form = unsigned.finish(&vec![0xab; length]).unwrap();
        let (_, base64) = form.fields().find(|(name, _)| *name == "policy").unwrap();
        assert_eq!(message, base64.as_bytes());
        assert!(names(&form).iter().eq(&names(&expected)));
        assert_eq!(form.fields().last().unwrap().1, form.signature());
        assert_eq!(form.signature().len(), text);
        assert_eq!(form.open_fields().collect::<Vec<_>>(), [("acl", "public")]);

        let unsigned = policy_of(is_v4).prepare(credentials.identity(), HOUR, now());
        let error = unsigned.unwrap().finish(&[0; 31]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Signature);
    }
}

fn policy_of(is_v4: bool) -> PostPolicy<'static> {
    if is_v4 { policy().v4 } else { policy().v2 }
}

const POLICY: &str = r#"{"expiration": "2013-05-24T01:00:00.000Z", "conditions": [
    {"bucket": "examplebucket"},
    ["starts-with", "$key", "user/eric/"],
    {"acl": "public-read"},
    ["starts-with", "$Content-Type", "image/"],
    ["starts-with", "$x-amz-meta-tag", ""],
    ["content-length-range", 2, 10]
]}"#;

const FORM: [(&str, &str); 5] = [
    ("key", "user/eric/${filename}"),
    ("acl", "public-read"),
    ("Content-Type", "image/png"),
    ("policy", "…"),
    ("X-AMZ-Signature", "…"),
];

/// Checks the form with one field changed, added, or removed (`None`).
fn check(name: &str, value: Option<&str>) -> Result<(), Reason> {
    let others = FORM.iter().copied().filter(|(own, _)| *own != name);
    let changed = value.map(|value| (name, value));
    let upload = Upload::new("examplebucket", 10)
        .file_name("me.png")
        .fields(others)
        .fields(changed);
    reason(Policy::from_json(POLICY).unwrap().check(&upload, now()))
}

/// The kind and the message of an error.
type Reason = (Kind, String);

fn reason(result: Result<(), VerifyError>) -> Result<(), Reason> {
    result.map_err(|error| (error.kind(), error.to_string()))
}

fn failed(condition: &str) -> Result<(), Reason> {
    let condition: Condition = condition.parse().unwrap();
    let message = format!("Invalid according to Policy: Policy Condition failed: {condition:?}");
    Err((Kind::ConditionFailed, message))
}

fn extra(name: &str) -> Result<(), Reason> {
    let message = format!("Invalid according to Policy: Extra input fields: {name}");
    Err((Kind::ExtraField, message))
}

fn no_key() -> Result<(), Reason> {
    let message = "Bucket POST must contain a field named 'key'. If it is specified, please check the order of \
                   the fields.";
    Err((Kind::Missing, message.into()))
}

#[test]
fn an_upload_has_to_meet_every_condition() {
    assert_eq!(check("nothing", None), Ok(()));
    let acl = r#"{"acl": "public-read"}"#;
    assert_eq!(check("acl", Some("private")), failed(acl));
    assert_eq!(check("acl", Some("public-read-write")), failed(acl));
    assert_eq!(check("acl", None), failed(acl));
    let key = r#"["starts-with", "$key", "user/eric/"]"#;
    assert_eq!(check("key", Some("user/betty/me.png")), failed(key));
    assert_eq!(check("key", Some("user/eric/")), Ok(()));
    assert_eq!(check("key", Some("")), no_key());
    assert_eq!(check("key", None), no_key());
    let images = r#"["starts-with", "$Content-Type", "image/"]"#;
    assert_eq!(check("Content-Type", Some("image/png,image/gif")), Ok(()));
    assert_eq!(
        check("Content-Type", Some("image/png,text/html")),
        failed(images)
    );
    assert_eq!(check("Content-Type", Some("image/png,")), failed(images));
    assert_eq!(check("Content-Type", None), failed(images));
    assert_eq!(check("x-amz-meta-tag", Some("anything")), Ok(()));
}

#[test]
fn an_upload_field_needs_a_condition() {
    assert_eq!(check("tagging", Some("a")), extra("tagging"));
    assert_eq!(
        check("X-Amz-Meta-Other", Some("a")),
        extra("x-amz-meta-other")
    );
    assert_eq!(check("x-ignored", Some("a")), extra("x-ignored"));
    for free in [
        "AWSAccessKeyId",
        "signature",
        "file",
        "X-Ignore-Me",
        "x-ignore-",
    ] {
        assert_eq!(check(free, Some("a")), Ok(()), "{free}");
    }
    let duplicate = |name: &str| {
        Err((
            Kind::Repeated,
            format!("duplicate field `{name}`; send it once"),
        ))
    };
    assert_eq!(check("ACL", Some("public-read")), duplicate("acl"));
    assert_eq!(check("Policy", Some("…")), duplicate("policy"));
    assert_eq!(check("bucket", Some("examplebucket")), Ok(()));
    let other = "Invalid according to Policy: the field bucket names another bucket than the URL";
    assert_eq!(
        check("bucket", Some("another")),
        Err((Kind::ConditionFailed, other.into()))
    );
}

#[test]
fn an_upload_needs_the_bucket_of_the_policy() {
    let upload = |bucket| Upload::new(bucket, 10).file_name("me.png").fields(FORM);
    let policy = Policy::from_json(POLICY).unwrap();
    assert_eq!(policy.check(&upload("examplebucket"), now()), Ok(()));
    let other = policy.check(&upload("another"), now());
    assert_eq!(reason(other), failed(r#"{"bucket": "examplebucket"}"#));
    // As on S3, a policy without a bucket isn't valid for any bucket.
    let open = POLICY.replace(r#"{"bucket": "examplebucket"},"#, "");
    let nowhere = Policy::from_json(&open)
        .unwrap()
        .check(&upload("examplebucket"), now());
    assert_eq!(reason(nowhere), extra("bucket"));
}

#[test]
fn an_upload_size_has_to_be_in_the_range() {
    let check = |size| {
        let upload = Upload::new("examplebucket", size)
            .file_name("me.png")
            .fields(FORM);
        Policy::from_json(POLICY).unwrap().check(&upload, now())
    };
    assert_eq!(check(2), Ok(()));
    assert_eq!(check(10), Ok(()));
    let small = "Your proposed upload is smaller than the minimum allowed size: 1 bytes, at least 2 are required";
    assert_eq!(reason(check(1)), Err((Kind::FileTooSmall, small.into())));
    let large =
        "Your proposed upload exceeds the maximum allowed size: 11 bytes, at most 10 are allowed";
    assert_eq!(reason(check(11)), Err((Kind::FileTooLarge, large.into())));
    assert_eq!(check(1).unwrap_err().code(), "EntityTooSmall");
    assert_eq!(check(11).unwrap_err().code(), "EntityTooLarge");
}

#[test]
fn an_upload_after_the_expiration_is_rejected() {
    let upload = Upload::new("examplebucket", 10)
        .file_name("me.png")
        .fields(FORM);
    let policy = Policy::from_json(POLICY).unwrap();
    let end: Timestamp = "20130524T010000Z".parse().unwrap();
    assert_eq!(policy.check(&upload, end), Ok(()));
    let late = policy.check(&upload, end.saturating_add(Duration::from_secs(1)));
    let error = late.unwrap_err();
    assert_eq!(error.code(), "AccessDenied");
    let message = "Invalid according to Policy: Policy expired at 2013-05-24T01:00:00Z";
    assert_eq!(reason(Err(error)), Err((Kind::Expired, message.into())));
}

#[test]
fn a_file_name_is_the_last_part_of_its_path() {
    for (given, key) in [
        ("me.png", "user/eric/me.png"),
        (r"C:\photos\me.png", "user/eric/me.png"),
        ("/home/eric/me.png", "user/eric/me.png"),
        ("../../betty/me.png", "user/eric/me.png"),
        ("photos/", "user/eric/"),
        ("", "user/eric/"),
    ] {
        let upload = Upload::new("examplebucket", 10)
            .file_name(given)
            .fields(FORM);
        assert_eq!(upload.value("Key").as_deref(), Some(key), "{given}");
        assert_eq!(upload.value("acl").as_deref(), Some("public-read"));
        assert_eq!(upload.value("tagging"), None);
    }
    // A variable in the name of the file is not expanded again.
    let upload = Upload::new("examplebucket", 10)
        .file_name("${filename}")
        .fields(FORM);
    assert_eq!(
        upload.value("key").as_deref(),
        Some("user/eric/${filename}")
    );
}

#[test]
fn invalid_policies_are_rejected() {
    let end = r#""expiration": "2013-05-24T01:00:00Z""#;
    let good = format!(r#" {{ "conditions" : [ ] , {end} }} "#);
    assert_eq!(Policy::from_json(&good).unwrap().conditions().count(), 0);
    for bad in [
        String::new(),
        "{}".into(),
        "[]".into(),
        format!("{{{end}}}"),
        r#"{"conditions": []}"#.into(),
        format!(r#"{{{end}, "conditions": [], {end}}}"#),
        format!(r#"{{{end}, "conditions": [], "conditions": []}}"#),
        format!(r#"{{{end}, "conditions": [], "more": 1}}"#),
        format!(r#"{{{end}, "conditions": [],}}"#),
        format!(r#"{{{end}, "conditions": [{{"acl": "a"}},]}}"#),
        format!(r#"{{{end}, "conditions": {{}}}}"#),
        format!(r#"{{{end}, "conditions": [[]]}}"#),
        format!(r#"{{{end}, "conditions": []}} []"#),
        r#"{"expiration": "20130524T010000Z", "conditions": []}"#.into(),
        r#"{"expiration": "2013-05-24", "conditions": []}"#.into(),
        r#"{"expiration": 1369353600, "conditions": []}"#.into(),
        format!(r#"{{{end}, "conditions": [["content-length-range", 2, 1]]}}"#),
    ] {
        let error = Policy::from_json(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy, "{bad}");
    }
    assert!(Policy::from_base64("e30=").is_err());
    assert!(Policy::from_base64("not base64").is_err());
    assert!(Policy::from_base64("/w==").is_err());
}

#[cfg(feature = "serde")]
#[test]
fn forms_serialize_as_those_of_boto3() {
    let form = accepted(
        policy()
            .field("Content-Type", "text/plain")
            .eq("acl", "private"),
    );
    let json = serde_json::to_string(&form).unwrap();
    assert!(json.starts_with(
        r#"{"url":"https://examplebucket.s3.us-east-1.amazonaws.com/","fields":{"Content-Type":"text/plain","acl":"private","key":"#
    ));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let fields = value["fields"].as_object().unwrap();
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    assert!(fields.eq(form.fields()));
}
