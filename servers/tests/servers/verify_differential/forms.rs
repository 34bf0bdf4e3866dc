//! Uploads by forms, signed and changed.

use super::{
    DOMAIN, HOUR, ID, SECRET,
    Scheme::{self, V4Form},
    TOKEN, owned,
    requests::Random,
    shifted,
    support::Pairs,
};
use FormChange::{Asking, Posting};
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use std::time::Duration;

/// An upload by a form.
#[derive(Clone, Debug)]
pub struct Posted {
    pub form: Scheme,
    pub bucket: &'static str,
    pub fields: Pairs,
    pub file: Vec<u8>,
    pub token: bool,
}

/// What is asked for, before it is signed.
pub struct Asked {
    pub policy: PostPolicy,
    pub secret: &'static str,
    pub signed_at: Timestamp,
    pub life: Duration,
    pub token: bool,
}

impl Asked {
    pub fn random(random: &mut Random, now: Timestamp) -> Self {
        const ALL: &str = "abcxyzABC019-._~ +=&:;,!*'()%@?#\"\\<\u{e9}\u{65e5}\u{1f600}";
        let key = random.text(ALL, 1, 10);
        let key = match random.below(3) {
            0 => Key::exact(key),
            1 => Key::starts_with(key),
            _ => Key::from(format!("{key}/${{filename}}")),
        };
        let mut policy = PostPolicy::new(key).content_length_range(1..=20);
        if random.below(2) == 0 {
            policy = policy.field("acl", random.one(&["private", "public-read"]));
        }
        for name in ["x-amz-meta-a", "Cache-Control", "Content-Disposition"] {
            if random.below(3) == 0 {
                policy = policy.field(name, format!("a{}", random.text(ALL, 1, 10)));
            }
        }
        Asked {
            policy,
            secret: SECRET,
            signed_at: now,
            life: HOUR,
            token: false,
        }
    }

    pub fn sign(&self, random: &mut Random, form: Scheme) -> Posted {
        let bucket = Bucket::builder("photos", "us-east-1").endpoint(format!("http://{DOMAIN}"));
        let bucket = bucket.build().unwrap();
        let keys = Credentials::new(ID, self.secret).unwrap();
        let keys = match self.token {
            true => keys.with_session_token(TOKEN).unwrap(),
            false => keys,
        };
        let signed = match form {
            V4Form => self
                .policy
                .presign(&bucket, &keys, self.life, self.signed_at),
            _ => self
                .policy
                .presign_v2(&bucket, &keys, self.life, self.signed_at),
        };
        Posted {
            form,
            bucket: "photos",
            fields: owned(signed.unwrap().fields()),
            file: random.text("abc\u{e9}", 1, 8).into_bytes(),
            token: self.token,
        }
    }
}

impl Posted {
    /// Changes one field, whose name is told in any case of letters; false if there is none.
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
        self.form == V4Form
    }

    pub fn signature(&self) -> &'static str {
        match self.form {
            V4Form => "x-amz-signature",
            _ => "signature",
        }
    }
}

pub enum FormChange {
    Asking(fn(&mut Asked)),
    Posting(fn(&mut Posted, &mut Random) -> bool),
}

pub const FORM_CHANGES: &[(&str, FormChange)] = &[
    ("nothing", Asking(|_| ())),
    ("a session token", Asking(|asked| asked.token = true)),
    ("another secret", Asking(|asked| asked.secret = "another")),
    (
        "signed half an hour ago",
        Asking(|asked| asked.signed_at = shifted(asked.signed_at, -1800)),
    ),
    (
        "signed two hours ago",
        Asking(|asked| asked.signed_at = shifted(asked.signed_at, -7200)),
    ),
    (
        "signed in two hours",
        Asking(|asked| asked.signed_at = shifted(asked.signed_at, 7200)),
    ),
    (
        "a field with another value",
        Posting(|posted, random| {
            let at = random.below(posted.fields.len());
            let value = &mut posted.fields[at].1;
            *value = format!("b{value}");
            true
        }),
    ),
    (
        "a field dropped",
        Posting(|posted, random| {
            posted.fields.remove(random.below(posted.fields.len()));
            true
        }),
    ),
    (
        "a field twice",
        Posting(|posted, random| {
            let field = posted.fields[random.below(posted.fields.len())].clone();
            posted.fields.push(field);
            true
        }),
    ),
    (
        "fields in another order",
        Posting(|posted, random| {
            let by = random.below(posted.fields.len());
            posted.fields.rotate_left(by);
            by > 0
        }),
    ),
    (
        "a field's name in capitals",
        Posting(|posted, random| {
            let at = random.below(posted.fields.len());
            posted.fields[at].0.make_ascii_uppercase();
            true
        }),
    ),
    (
        "a field added",
        Posting(|posted, _| posted.add("x-amz-meta-z", "1")),
    ),
    (
        "a field that is ignored",
        Posting(|posted, _| posted.add("x-ignore-z", "1")),
    ),
    (
        "a submit button",
        Posting(|posted, _| posted.add("submit", "Upload")),
    ),
    (
        "an encryption field added",
        Posting(|posted, _| posted.add("x-amz-server-side-encryption", "AES256")),
    ),
    (
        "another bucket",
        Posting(|posted, _| {
            posted.bucket = "videos";
            true
        }),
    ),
    (
        "a file that is too large",
        Posting(|posted, _| {
            posted.file = vec![b'x'; 21];
            true
        }),
    ),
    (
        "a file of the largest size",
        Posting(|posted, _| {
            posted.file = vec![b'x'; 20];
            true
        }),
    ),
    (
        "an empty file",
        Posting(|posted, _| {
            posted.file.clear();
            true
        }),
    ),
    (
        "another key",
        Posting(|posted, _| posted.change("key", |key| format!("z{key}"))),
    ),
    (
        "a longer key",
        Posting(|posted, _| posted.change("key", |key| format!("{key}z"))),
    ),
    (
        "a signature with one character changed",
        Posting(|posted, random| {
            let other = random.one(&["a", "b"]);
            posted.change(posted.signature(), |text| format!("{other}{}", &text[1..]))
        }),
    ),
    (
        "a signature in upper case",
        Posting(|posted, _| {
            posted.is_v4() && posted.change("x-amz-signature", str::to_ascii_uppercase)
        }),
    ),
    (
        "a policy with another character",
        Posting(|posted, _| {
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
        Posting(|posted, _| posted.change("policy", |text| format!("{text} "))),
    ),
    (
        "another access key",
        Posting(|posted, _| {
            let name = if posted.is_v4() {
                "x-amz-credential"
            } else {
                "AWSAccessKeyId"
            };
            posted.change(name, |id| format!("B{id}"))
        }),
    ),
];
