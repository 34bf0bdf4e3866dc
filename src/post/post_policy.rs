//! The builder of a policy, and the two methods that sign it.

use super::condition::{BUCKET, Condition, Notation};
use super::form_signer::FormSigner;
use super::item::{Item, Kind};
use super::key::Key;
use super::presigned_post::PresignedPost;
use crate::credentials::Credentials;
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{Address, Signer, Unsigned};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

/// A form for uploads from a browser that is not signed yet, made by
/// [`Bucket::post_policy`](crate::s3::Bucket::post_policy).
///
/// ```
/// use core::time::Duration;
/// use presign::post::Key;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
///
/// let form = bucket
///     .post_policy(Key::starts_with("user/eric/"))
///     .content_length_range(1..=10_000_000)
///     .field("acl", "public-read")
///     .starts_with("Content-Type", "image/")
///     .presign(&credentials, Duration::from_secs(3600), now)?;
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
/// The policy contains the conditions in the order in which they are added, then those on bucket,
/// key and signature. Nothing is checked until it is signed ([`presign`](PostPolicy::presign),
/// [`prepare`](PostPolicy::prepare)), which returns every error.
#[derive(Clone)]
#[must_use = "a policy is not signed; call `presign` or `prepare`"]
pub struct PostPolicy<'a> {
    pub(super) target: Target<'a>,
    pub(super) key: Key,
    pub(super) items: Vec<Item>,
    /// The first error of a method that describes the policy.
    error: Option<Error>,
}

/// The bucket that a form is sent to.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) address: &'a Address,
    pub(crate) signer: Signer<'a>,
}

impl<'a> PostPolicy<'a> {
    /// Returns a policy for a store, with the store's error if it doesn't accept forms.
    pub(crate) fn new(target: Target<'a>, accepts_forms: Result<(), Error>, key: Key) -> Self {
        PostPolicy {
            target,
            key,
            items: Vec::new(),
            error: accepts_forms.err(),
        }
    }

    /// Signs the policy with the signature version of the store.
    ///
    /// AWS documents no longest validity of a policy. A [`Verifier`](crate::verify::Verifier)
    /// rejects a SigV4 form once its `x-amz-date` is older than
    /// [`max_expires_in`](crate::verify::Verifier::max_expires_in), which is at most seven days.
    ///
    /// # Errors
    /// - [`ErrorKind::Policy`]: servers would reject the form. A field is repeated, is one that
    ///   signing adds, can't be sent, or doesn't meet a condition. An exact condition has no field.
    ///   A condition contains `${filename}`, or isn't one. A range of sizes is empty. The form has
    ///   more than 20 KB.
    /// - [`ErrorKind::Key`]: the key is empty, or contains `${filename}` before its end.
    /// - [`ErrorKind::Expiry`]: the expiry is not a whole number of seconds, is zero, or is after
    ///   the expiration of the credentials.
    /// - [`ErrorKind::Bucket`]: the bucket is an access point or a directory bucket, for which AWS
    ///   documents no policy.
    /// - [`ErrorKind::Time`]: the signing time or the expiration is outside of the years 0 to 9999.
    pub fn presign(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedPost, Error> {
        let now = now.into();
        let signer = self.form_signer(credentials.identity(), now)?;
        let prepared = self.prepare_form(&signer, expiry.into(), now)?;
        let key = signer.signing_key(credentials)?;
        let signature = key.sign(prepared.string_to_sign())?;
        Ok(prepared.finish(&signature))
    }

    /// Prepares a form for an external key. The string to sign is the base64 of the policy.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](PostPolicy::presign).
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let hour = Duration::from_secs(3600);
    ///
    /// let unsigned = bucket.post_policy("a.txt").prepare(credentials.identity(), hour, now)?;
    /// assert_eq!(unsigned.scope(), Some("20130524/us-east-1/s3/aws4_request"));
    /// let form = unsigned.sign_with(&credentials)?;
    /// let direct = bucket.post_policy("a.txt").presign(&credentials, hour, now)?;
    /// assert!(form.fields().eq(direct.fields()));
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn prepare(
        &self,
        identity: &Identity,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<PresignedPost>, Error> {
        let now = now.into();
        let signer = self.form_signer(identity, now)?;
        let prepared = self.prepare_form(&signer, expiry.into(), now)?;
        let string_to_sign = String::from(prepared.string_to_sign());
        let expires_at = prepared.expires_at();
        Ok(Unsigned::new(
            identity,
            signer.key_source(),
            string_to_sign.as_str(),
            move |signature| prepared.finish(signature),
        )
        .with_expiration(expires_at))
    }

    /// Adds a field: `acl`, `Content-Type`, `success_action_redirect`, `success_action_status`,
    /// `tagging`, `x-amz-meta-…`, `x-amz-server-side-encryption`, `x-amz-checksum-…`, …
    ///
    /// The upload has to send it with this value, unless another condition is added for it. A value
    /// that ends in `${filename}`, which the server replaces with the name of the file, has to
    /// start with the text before. A field `x-ignore-…` has no condition, because servers ignore
    /// it.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let item = Item::exact(Kind::Field, name.into(), value.into());
        self.items.push(item);
        self
    }

    /// Adds the condition that a field has exactly this value. The form gets the field, too.
    pub fn eq(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        let item = Item::exact(Kind::Eq, field.into(), value.into());
        self.items.push(item);
        self
    }

    /// Adds the condition that the value of a field starts with a prefix. With an empty prefix, any
    /// value is accepted.
    ///
    /// The form doesn't get the field. Add a value with [`field`](PostPolicy::field), or leave it
    /// to the uploader; see [`PresignedPost::open_fields`].
    ///
    /// AWS's document allows it for `acl`, `key`, `redirect`, `success_action_redirect`,
    /// `x-amz-meta-…`, `Cache-Control`, `Content-Type`, `Content-Disposition`, `Content-Encoding`
    /// and `Expires`. Other fields accept exact values only.
    pub fn starts_with(self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        let (field, prefix) = (field.into(), prefix.into());
        self.condition(Condition::StartsWith { field, prefix }, Notation::Array)
    }

    /// Adds a condition on the size of the file in bytes.
    pub fn content_length_range(self, bytes: RangeInclusive<u64>) -> Self {
        self.condition(Condition::ContentLengthRange(bytes), Notation::Array)
    }

    /// Adds a condition as JSON. It is signed in its own notation, `{"acl": "private"}` or
    /// `["eq", "$acl", "private"]`. An exact condition needs its [`field`](PostPolicy::field).
    ///
    /// ```
    /// # use presign::s3::Bucket;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let policy = bucket
    ///     .post_policy("notes.txt")
    ///     .field("x-amz-meta-tag", "red")
    ///     .condition_json(r#"["starts-with", "$x-amz-meta-tag", ""]"#);
    /// # let _ = policy;
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn condition_json(mut self, json: &str) -> Self {
        match Condition::parse(json) {
            Ok((condition, notation)) => self.condition(condition, notation),
            Err(error) => {
                self.error.get_or_insert(error);
                self
            }
        }
    }

    fn condition(mut self, condition: Condition, notation: Notation) -> Self {
        self.items.push(Item {
            kind: Kind::Condition,
            condition,
            notation,
        });
        self
    }

    fn form_signer<'i>(
        &'i self,
        identity: &'i Identity,
        now: Timestamp,
    ) -> Result<FormSigner<'i>, Error> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        FormSigner::new(self.target.signer, identity, now)
    }
}

impl fmt::Debug for PostPolicy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.items.iter().filter_map(|item| item.condition.field());
        let fields: Vec<_> = fields.collect();
        f.debug_struct("PostPolicy")
            .field(BUCKET, &self.target.bucket)
            .field("key", &self.key.value())
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}
