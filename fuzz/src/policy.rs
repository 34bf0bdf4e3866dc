//! POST policies out of text: the first piece is the key, each other a field `name=value` or a condition `name^prefix`. The pieces end
//! with NUL, which can't stand in a form.

use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{PresignedPost, Timestamp};
use std::sync::LazyLock;
use std::time::Duration;

pub static BUCKET: LazyLock<Bucket> =
    LazyLock::new(|| Bucket::new("examplebucket", "us-east-1").unwrap());

pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

pub struct Sketch<'a> {
    pub key: Key,
    pub fields: Vec<(&'a str, &'a str)>,
    pub open: Vec<(&'a str, &'a str)>,
    pub range: Option<(u64, u64)>,
}

impl<'a> Sketch<'a> {
    /// The control byte says what is not text.
    pub fn read(text: &'a str, how: u8) -> Self {
        let mut pieces = text.split('\0');
        let key = pieces.next().unwrap_or_default();
        let (mut fields, mut open) = (Vec::new(), Vec::new());
        for piece in pieces {
            match piece.find(['=', '^']) {
                Some(at) if piece.as_bytes()[at] == b'^' => {
                    open.push((&piece[..at], &piece[at + 1..]))
                }
                Some(at) => fields.push((&piece[..at], &piece[at + 1..])),
                None => fields.push((piece, "")),
            }
        }
        Sketch {
            key: match how & 1 {
                0 => key.into(),
                _ => Key::starts_with(key),
            },
            fields,
            open,
            range: (how & 2 != 0).then_some((u64::from(how), u64::from(how) << (how >> 2))),
        }
    }

    pub fn policy(&self) -> PostPolicy {
        let mut policy = PostPolicy::new(self.key.clone());
        for (name, value) in &self.fields {
            policy = policy.field(*name, *value);
        }
        for (name, prefix) in &self.open {
            policy = policy.starts_with(*name, *prefix);
        }
        if let Some((min, max)) = self.range {
            policy = policy.content_length_range(min..=max);
        }
        policy
    }

    pub fn sign(&self, v2: bool, with_token: bool) -> Option<PresignedPost> {
        let keys = crate::credentials(with_token);
        let hour = Duration::from_secs(3600);
        let policy = self.policy();
        let signed = match v2 {
            false => policy.presign(&BUCKET, keys, hour, now()),
            true => policy.presign_v2(&BUCKET, keys, hour, now()),
        };
        signed.ok()
    }
}
