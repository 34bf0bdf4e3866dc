//! Uploads with forms, signed and changed.

use super::{
    DOMAIN, HOUR, ID, SECRET,
    Scheme::{self, V4Form},
    TOKEN, owned,
    requests::Random,
    shifted,
    support::Pairs,
};
use FormChange::{After, Before};
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{Credentials, SignatureVersion, Timestamp};
use std::time::Duration;

/// An upload with a form.
#[derive(Clone, Debug)]
pub struct Posted {
    pub scheme: Scheme,
    pub bucket: &'static str,
    pub fields: Pairs,
    pub file: Vec<u8>,
    pub token: bool,
}

/// Returns the bucket with the signature version of a scheme.
pub fn bucket(scheme: Scheme) -> Bucket {
    let version = if scheme == V4Form {
        SignatureVersion::V4
    } else {
        SignatureVersion::V2
    };
    Bucket::builder("photos", "us-east-1")
        .endpoint(format!("http://{DOMAIN}"))
        .signature_version(version)
        .build()
        .unwrap()
}

/// A form before it is signed.
pub struct FormPlan<'b> {
    pub policy: PostPolicy<'b>,
    pub secret: &'static str,
    pub signed_at: Timestamp,
    pub expiry: Duration,
    pub token: bool,
}

impl<'b> FormPlan<'b> {
    pub fn random(random: &mut Random, bucket: &'b Bucket, now: Timestamp) -> Self {
        const ALL: &str = "abcxyzABC019-._~ +=&:;,!*'()%@?#\"\\<\u{e9}\u{65e5}\u{1f600}";
        let key = random.text(ALL, 1, 10);
        let key = match random.below(3) {
            0 => Key::exact(key),
            1 => Key::starts_with(key),
            _ => Key::from(format!("{key}/${{filename}}")),
        };
        let mut policy = bucket.post_policy(key).content_length_range(1..=20);
        if random.below(2) == 0 {
            policy = policy.field("acl", random.one(&["private", "public-read"]));
        }
        for name in ["x-amz-meta-a", "Cache-Control", "Content-Disposition"] {
            if random.below(3) == 0 {
                policy = policy.field(name, format!("a{}", random.text(ALL, 1, 10)));
            }
        }
        FormPlan {
            policy,
            secret: SECRET,
            signed_at: now,
            expiry: HOUR,
            token: false,
        }
    }

    pub fn sign(&self, random: &mut Random, scheme: Scheme) -> Posted {
        let keys = Credentials::new(ID, self.secret).unwrap();
        let keys = if self.token {
            keys.with_session_token(TOKEN).unwrap()
        } else {
            keys
        };
        let form = self.policy.presign(&keys, self.expiry, self.signed_at);
        Posted {
            scheme,
            bucket: "photos",
            fields: owned(form.unwrap().fields()),
            file: random.text("abc\u{e9}", 1, 8).into_bytes(),
            token: self.token,
        }
    }
}

impl Posted {
    /// Changes one field, whose name is case-insensitive. Returns whether it exists.
    pub fn change(&mut self, name: &str, change: impl Fn(&str) -> String) -> bool {
        let mut fields = self.fields.iter_mut();
        match fields.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, value)) => {
                *value = change(value);
                true
            }
            None => false,
        }
    }

    pub fn add(&mut self, name: &str, value: &str) -> bool {
        self.fields.push((name.into(), value.into()));
        true
    }

    pub fn is_v4(&self) -> bool {
        self.scheme == V4Form
    }

    pub fn signature(&self) -> &'static str {
        if self.is_v4() {
            "x-amz-signature"
        } else {
            "signature"
        }
    }
}

/// A change of a form before it is signed, or of the upload.
pub enum FormChange {
    Before(fn(&mut FormPlan<'_>)),
    /// Returns whether the change applies.
    After(fn(&mut Posted, &mut Random) -> bool),
}

pub const FORM_CHANGES: &[(&str, FormChange)] = &[
    ("nothing", Before(|_| ())),
    ("a session token", Before(|plan| plan.token = true)),
    ("another secret", Before(|plan| plan.secret = "another")),
    (
        "signed half an hour ago",
        Before(|plan| plan.signed_at = shifted(plan.signed_at, -1800)),
    ),
    (
        "signed two hours ago",
        Before(|plan| plan.signed_at = shifted(plan.signed_at, -7200)),
    ),
    (
        "signed in two hours",
        Before(|plan| plan.signed_at = shifted(plan.signed_at, 7200)),
    ),
    (
        "a field with another value",
        After(|posted, random| {
            let at = random.below(posted.fields.len());
            let value = &mut posted.fields[at].1;
            *value = format!("b{value}");
            true
        }),
    ),
    (
        "a field dropped",
        After(|posted, random| {
            posted.fields.remove(random.below(posted.fields.len()));
            true
        }),
    ),
    (
        "a field twice",
        After(|posted, random| {
            let field = posted.fields[random.below(posted.fields.len())].clone();
            posted.fields.push(field);
            true
        }),
    ),
    (
        "fields in another order",
        After(|posted, random| {
            let by = random.below(posted.fields.len());
            posted.fields.rotate_left(by);
            by > 0
        }),
    ),
    (
        "a field's name in capitals",
        After(|posted, random| {
            let at = random.below(posted.fields.len());
            posted.fields[at].0.make_ascii_uppercase();
            true
        }),
    ),
    (
        "a field added",
        After(|posted, _| posted.add("x-amz-meta-z", "1")),
    ),
    (
        "a field that is ignored",
        After(|posted, _| posted.add("x-ignore-z", "1")),
    ),
    (
        "a submit button",
        After(|posted, _| posted.add("submit", "Upload")),
    ),
    (
        "an encryption field added",
        After(|posted, _| posted.add("x-amz-server-side-encryption", "AES256")),
    ),
    (
        "another bucket",
        After(|posted, _| {
            posted.bucket = "videos";
            true
        }),
    ),
    (
        "a file that is too large",
        After(|posted, _| {
            posted.file = vec![b'x'; 21];
            true
        }),
    ),
    (
        "a file of the largest size",
        After(|posted, _| {
            posted.file = vec![b'x'; 20];
            true
        }),
    ),
    (
        "an empty file",
        After(|posted, _| {
            posted.file.clear();
            true
        }),
    ),
    (
        "another key",
        After(|posted, _| posted.change("key", |key| format!("z{key}"))),
    ),
    (
        "a longer key",
        After(|posted, _| posted.change("key", |key| format!("{key}z"))),
    ),
    (
        "a signature with one character changed",
        After(|posted, random| {
            let other = random.one(&["a", "b"]);
            posted.change(posted.signature(), |text| format!("{other}{}", &text[1..]))
        }),
    ),
    (
        "a signature in upper case",
        After(|posted, _| {
            posted.is_v4() && posted.change("x-amz-signature", str::to_ascii_uppercase)
        }),
    ),
    (
        "a policy with another character",
        After(|posted, _| {
            posted.change("policy", |text| {
                format!(
                    "{}{}",
                    if text.starts_with('a') { "b" } else { "a" },
                    &text[1..]
                )
            })
        }),
    ),
    (
        "a policy with a space behind it",
        After(|posted, _| posted.change("policy", |text| format!("{text} "))),
    ),
    (
        "another access key",
        After(|posted, _| {
            let name = if posted.is_v4() {
                "x-amz-credential"
            } else {
                "AWSAccessKeyId"
            };
            posted.change(name, |id| format!("B{id}"))
        }),
    ),
];
