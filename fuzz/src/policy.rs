//! POST policies from text. The first piece is the key, each other piece a field `name=value` or a
//! condition `name^prefix`. Pieces end with NUL, which no form can contain.

use crate::SECRET;
use crate::crypto::remote_signature;
use presign::SignatureVersion;
use presign::Timestamp;
use presign::post::{Key, PostPolicy, PresignedPost};
use presign::s3::Bucket;
use std::sync::LazyLock;
use std::time::Duration;

static BUCKETS: LazyLock<[Bucket; 2]> = LazyLock::new(|| {
    [SignatureVersion::V4, SignatureVersion::V2].map(|version| {
        let builder = Bucket::builder("examplebucket", "us-east-1");
        builder.signature_version(version).build().unwrap()
    })
});

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
    /// Parses a text. The byte `how` determines the settings that aren't text.
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

    fn policy(&self, bucket: &'static Bucket) -> PostPolicy<'static> {
        let mut policy = bucket.post_policy(self.key.clone());
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

    /// Signs the policy in every way. All ways return the same form or the same error.
    pub fn sign(&self, is_v2: bool, with_token: bool) -> Option<PresignedPost> {
        let keys = crate::credentials(with_token);
        let hour = Duration::from_secs(3600);
        let policy = self.policy(&BUCKETS[usize::from(is_v2)]);
        let prepare = || policy.prepare(keys.identity(), hour, now());
        let form = match policy.presign(keys, hour, now()) {
            Ok(form) => form,
            Err(error) => {
                assert_eq!(prepare().map(drop), Err(error));
                return None;
            }
        };
        let unsigned = prepare().unwrap();
        let signature = remote_signature(&unsigned, SECRET);
        for other in [
            unsigned.sign_with(keys).unwrap(),
            prepare().unwrap().finish(&signature).unwrap(),
        ] {
            assert!(form.fields().eq(other.fields()));
            assert!(form.open_fields().eq(other.open_fields()));
            assert_eq!((form.url(), form.policy()), (other.url(), other.policy()));
            assert_eq!(form.expires_at(), other.expires_at());
        }
        Some(form)
    }
}
