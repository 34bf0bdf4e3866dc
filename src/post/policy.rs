//! The builder of a policy: fields and conditions become a signed form.

use super::FILENAME;
use super::condition::{Condition, ConditionRef};
use super::form::{Form, PresignedPost};
use super::sign::{KEY, Scheme, sign};
use crate::credentials::Credentials;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::{Error, error};
use crate::marks::ACCESS_KEY_ID;
use crate::s3::Bucket;
use crate::timestamp::Timestamp;
use crate::v2::SECURITY_TOKEN;
use crate::v4::Scope;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

/// The key that an upload gets.
///
/// A text is taken as [`exact`](Key::exact), or, if it ends in `${filename}`, as the prefix that stands
/// before; that is how boto3 takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(KeyRule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum KeyRule {
    Exact(String),
    /// The form's value: the prefix, and [`FILENAME`].
    StartsWith(String),
}

impl Key {
    /// This key, whatever the file is called.
    ///
    /// It can't hold `${filename}`, which a server replaces wherever it stands.
    pub fn exact(key: impl Into<String>) -> Self {
        Key(KeyRule::Exact(key.into()))
    }

    /// Any key that begins so; with an empty prefix, any key.
    ///
    /// The form has the prefix and the name of the file, `user/eric/${filename}`. A script may send any other
    /// key with the prefix.
    pub fn starts_with(prefix: impl Into<String>) -> Self {
        let mut value = prefix.into();
        value.push_str(FILENAME);
        Key(KeyRule::StartsWith(value))
    }

    /// The value of the form's field.
    pub(super) fn value(&self) -> &str {
        let (KeyRule::Exact(value) | KeyRule::StartsWith(value)) = &self.0;
        value
    }

    /// The key, or the prefix, as it was given.
    pub(super) fn given(&self) -> &str {
        match &self.0 {
            KeyRule::Exact(key) => key,
            KeyRule::StartsWith(value) => value.strip_suffix(FILENAME).unwrap_or_default(),
        }
    }

    pub(super) fn condition(&self) -> ConditionRef<'_> {
        match &self.0 {
            KeyRule::Exact(key) => ConditionRef::exact(KEY, key),
            KeyRule::StartsWith(_) => ConditionRef::starts_with(KEY, self.given()),
        }
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Key(match text.ends_with(FILENAME) {
            true => KeyRule::StartsWith(text),
            false => KeyRule::Exact(text),
        })
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

/// What a browser may upload, before it is signed.
///
/// ```
/// use core::time::Duration;
/// use presign::post::{Key, PostPolicy};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
///
/// let form = PostPolicy::new(Key::starts_with("user/eric/"))
///     .content_length_range(1..=10_000_000)
///     .eq("acl", "public-read")
///     .starts_with("Content-Type", "image/")
///     .presign(&bucket, &credentials, Duration::from_secs(3600), now)?;
///
/// assert_eq!(form.url(), "https://examplebucket.s3.us-east-1.amazonaws.com/");
/// let names: Vec<_> = form.fields().map(|(name, _)| name).collect();
/// assert_eq!(
///     names,
///     ["acl", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"],
/// );
/// # Ok::<(), presign::Error>(())
/// ```
///
/// Conditions stand in the policy in the order in which they are added, and then those on the bucket, the key and the signature.
/// Nothing is checked until the policy is signed; the signing function returns every error.
#[derive(Clone)]
#[must_use = "a policy is nothing until it is signed by `presign`"]
pub struct PostPolicy {
    pub(super) key: Key,
    pub(super) items: Vec<Item>,
    /// The first raw condition that could not be read.
    pub(super) error: Option<Error>,
}

#[derive(Clone)]
pub(super) enum Item {
    /// A field, which brings its condition.
    Field {
        name: String,
        value: String,
    },
    /// An exact condition, which brings its field.
    Eq {
        name: String,
        value: String,
    },
    Condition(Condition),
}

impl Item {
    /// The name of the field that it is about; none for a range of sizes.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Item::Field { name, .. } | Item::Eq { name, .. } => Some(name),
            Item::Condition(condition) => condition.field(),
        }
    }

    /// Name and value, or prefix; what stands in their place for a range of sizes.
    pub(super) fn texts(&self) -> [&str; 2] {
        match self {
            Item::Field { name, value } | Item::Eq { name, value } => [name, value],
            Item::Condition(condition) => condition.view().texts(),
        }
    }
}

impl PostPolicy {
    /// A policy for one key, or for all keys with a prefix.
    ///
    /// ```
    /// use presign::post::{Key, PostPolicy};
    ///
    /// let _one = PostPolicy::new("avatars/eric.png");
    /// let _any = PostPolicy::new(Key::starts_with("user/eric/"));
    /// let _same = PostPolicy::new("user/eric/${filename}");
    /// ```
    pub fn new(key: impl Into<Key>) -> Self {
        PostPolicy {
            key: key.into(),
            items: Vec::new(),
            error: None,
        }
    }

    /// A field of the form: `acl`, `Content-Type`, `success_action_redirect`, `success_action_status`, `tagging`,
    /// `x-amz-meta-…`, `x-amz-server-side-encryption`, `x-amz-checksum-…`, …
    ///
    /// The upload has to send it with just this value, unless another condition is added for it. A value
    /// that ends in `${filename}`, where the server puts the name of the file, has to begin with what stands before.
    /// A field `x-ignore-…` has no condition, because servers ignore it.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.items.push(Item::Field {
            name: name.into(),
            value: value.into(),
        });
        self
    }

    /// An exact condition: the field has just this value. The form gets the field too.
    pub fn eq(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.items.push(Item::Eq {
            name: field.into(),
            value: value.into(),
        });
        self
    }

    /// The field begins so; with an empty prefix, it may have any value. The form
    /// does not get the field: give a value with [`field`](PostPolicy::field), or have the browser fill it in.
    ///
    /// AWS's document allows it for `acl`, `key`, `redirect`, `success_action_redirect`, `x-amz-meta-…`,
    /// `Cache-Control`, `Content-Type`, `Content-Disposition`, `Content-Encoding` and `Expires`; other fields take exact values
    /// only.
    pub fn starts_with(self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.condition(Condition::starts_with(field, prefix))
    }

    /// The size of the file in bytes, both ends included.
    pub fn content_length_range(self, bytes: RangeInclusive<u64>) -> Self {
        self.condition(Condition::content_length_range(
            *bytes.start(),
            *bytes.end(),
        ))
    }

    /// A condition that was read before. An exact one needs its [`field`](PostPolicy::field).
    pub fn condition(mut self, condition: Condition) -> Self {
        self.items.push(Item::Condition(condition));
        self
    }

    /// A condition as JSON, for what has no method here, or to fix its spelling. An exact one needs its
    /// [`field`](PostPolicy::field).
    ///
    /// ```
    /// use presign::post::PostPolicy;
    ///
    /// let _policy = PostPolicy::new("notes.txt")
    ///     .field("x-amz-meta-tag", "red")
    ///     .condition_json(r#"["starts-with", "$x-amz-meta-tag", ""]"#);
    /// ```
    pub fn condition_json(mut self, json: &str) -> Self {
        match json.parse() {
            Ok(condition) => self.items.push(Item::Condition(condition)),
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Signs the policy with SigV4. The form is good for any whole number of seconds from `now` on: AWS's documents
    /// name no longest time for a policy, unlike for a presigned URL.
    ///
    /// # Errors
    /// - [`ErrorKind::Policy`]: what the server would refuse. A field that is there twice, that only signing
    ///   may add, that no form can send, or that does not meet a condition; an exact condition without its field; `${filename}` in
    ///   a condition; a range of sizes turned around; a raw condition that is none; more than 20 KB of form data.
    /// - [`ErrorKind::Key`]: the key is empty, or has `${filename}` elsewhere than at its end.
    /// - [`ErrorKind::Expiry`]: `expires_in` is zero, not a whole number of seconds, or longer than the credentials are known
    ///   to live.
    /// - [`ErrorKind::Bucket`]: the bucket is an access point or a directory bucket, for which AWS documents no policy.
    /// - [`ErrorKind::Time`]: `now` or the end is outside the years 0 to 9999.
    pub fn presign(
        &self,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedPost, Error> {
        let now = now.into();
        self.presign_until(bucket, credentials, end_of(expires_in, now)?, now)
    }

    /// Signs the policy with SigV4, good until a moment.
    ///
    /// # Errors
    /// Those of [`presign`](PostPolicy::presign); [`ErrorKind::Expiry`] if the moment is not after `now`.
    pub fn presign_until(
        &self,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_at: impl Into<Timestamp>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedPost, Error> {
        let (expires_at, now) = (expires_at.into(), now.into());
        bucket.check_takes_forms()?;
        let context = bucket.context(credentials)?;
        let names = context.settings.dialect;
        let date = now.amz_date()?;
        let scope = context.scope(&date);
        let id = credentials.access_key_id();
        let token = credentials.session_token();
        let scheme = Scheme {
            auth: |form: &mut Form| {
                form.push(names.form.algorithm, names.algorithm);
                form.push_with(names.form.credential, |text| {
                    write_credential(id, &scope, text)
                });
                form.push(names.headers.date, scope.time);
                if let Some(token) = token {
                    form.push(names.headers.security_token, token);
                }
            },
            // The names, algorithm, date and scope, and what a longer name of a region needs.
            auth_bytes: bytes_of(136, id, token),
            signature: names.form.signature,
            sign_text: |text: &str| scope.sign_text(credentials, text),
        };
        sign(self, bucket, credentials, [now, expires_at], scheme)
    }

    /// Signs the policy with SigV2.
    ///
    /// # Errors
    /// Those of [`presign`](PostPolicy::presign).
    pub fn presign_v2(
        &self,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedPost, Error> {
        let now = now.into();
        self.presign_v2_until(bucket, credentials, end_of(expires_in, now)?, now)
    }

    /// Signs the policy with SigV2, good until a moment.
    ///
    /// # Errors
    /// Those of [`presign_until`](PostPolicy::presign_until).
    pub fn presign_v2_until(
        &self,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_at: impl Into<Timestamp>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedPost, Error> {
        bucket.check_takes_forms()?;
        let context = bucket.context_v2(credentials)?;
        let (expires_at, now) = (expires_at.into(), now.into());
        let token = credentials.session_token();
        let id = credentials.access_key_id();
        let scheme = Scheme {
            auth: |form: &mut Form| {
                form.push(ACCESS_KEY_ID, id);
                if let Some(token) = token {
                    form.push(SECURITY_TOKEN, token);
                }
            },
            // The names.
            auth_bytes: bytes_of(34, id, token),
            signature: "signature",
            sign_text: |text: &str| context.sign_text(text),
        };
        sign(self, bucket, credentials, [now, expires_at], scheme)
    }
}

/// `AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request`.
pub(super) fn write_credential(access_key_id: &str, scope: &Scope<'_>, text: &mut String) {
    text.push_str(access_key_id);
    text.push('/');
    scope.write(text);
}

fn bytes_of(fixed: usize, access_key_id: &str, token: Option<&str>) -> usize {
    let texts = access_key_id
        .len()
        .saturating_add(token.map_or(0, str::len));
    texts.saturating_add(fixed)
}

impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.items.iter().map(|item| {
            let [name, _] = item.texts();
            name
        });
        f.debug_struct("PostPolicy")
            .field("key", &self.key.value())
            .field("items", &names.collect::<Vec<_>>())
            .finish()
    }
}

fn end_of(expires_in: Duration, now: Timestamp) -> Result<Timestamp, Error> {
    if expires_in.subsec_nanos() != 0 || expires_in.is_zero() {
        return Err(error!(
            Expiry,
            "a POST policy lives for one or more whole seconds, not for {expires_in:?}"
        ));
    }
    Ok(now.saturating_add(expires_in))
}
