//! The check of an upload against a policy.
//!
//! Messages are those of S3, where they are known. They contain conditions, but no value of a
//! field.

use super::condition::{BUCKET, Condition, KEY};
use super::fields::needs_no_condition;
use super::policy::Policy;
use super::upload::Upload;
use crate::error::Quoted;
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::time::Timestamp;
#[cfg(doc)]
use crate::verify::VerifyErrorKind;
use crate::verify::{VerifyError, reject};
use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};

/// The first words of S3's messages.
pub(super) const INVALID: &str = "Invalid according to Policy";

impl Policy {
    /// Checks an upload against the policy, as a server does.
    ///
    /// Names of fields are compared ignoring ASCII case, and `${filename}` in a value is replaced
    /// by the name of the file. The upload has to meet each condition, and each field needs a
    /// condition, except `AWSAccessKeyId`, `signature`, `x-amz-signature`, `policy`, `file` and
    /// `x-ignore-…`. The bucket always counts as a field.
    ///
    /// # Errors
    /// Returns the first reason for which S3 would reject the upload:
    /// - [`Expired`](VerifyErrorKind::Expired): the policy has expired.
    /// - [`TooLarge`](VerifyErrorKind::TooLarge): the fields have more than 20 KiB.
    /// - [`Repeated`](VerifyErrorKind::Repeated): a field is given twice.
    /// - [`Malformed`](VerifyErrorKind::Malformed): a field contains a line break or NUL.
    /// - [`Missing`](VerifyErrorKind::Missing): the field `key` is missing or empty.
    /// - [`FileTooSmall`](VerifyErrorKind::FileTooSmall),
    ///   [`FileTooLarge`](VerifyErrorKind::FileTooLarge): the size of the file is outside of
    ///   `content-length-range`.
    /// - [`ConditionFailed`](VerifyErrorKind::ConditionFailed): a field doesn't meet a condition,
    ///   or names another bucket.
    /// - [`ExtraField`](VerifyErrorKind::ExtraField): a field has no condition.
    pub fn check(&self, upload: &Upload<'_>, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        let expiration = self.expiration();
        if expiration < now.into() {
            return Err(reject!(
                Expired,
                "{INVALID}: Policy expired at {expiration}"
            ));
        }
        let length = upload.len();
        if length > MAX_FORM_BYTES {
            return Err(VerifyError::form_too_large(length));
        }
        let fields = fields_by_name(upload)?;
        if fields.get(KEY).is_none_or(|key| key.is_empty()) {
            return Err(reject!(
                Missing,
                "Bucket POST must contain a field named 'key'. If it is specified, please check the order \
                 of the fields."
            ));
        }
        let mut covered = BTreeSet::new();
        for condition in self.conditions() {
            if let Condition::ContentLengthRange(range) = condition {
                check_size(upload.file_size, *range.start(), *range.end())?;
            }
            if let Some(field) = condition.field() {
                let name = field.to_ascii_lowercase();
                let value = fields.get(&name).map(AsRef::as_ref);
                if !condition.is_met_by(value) {
                    return Err(reject!(
                        ConditionFailed,
                        "{INVALID}: Policy Condition failed: {condition:?}"
                    ));
                }
                covered.insert(name);
            }
        }
        let needs_condition =
            |name: &&String| !needs_no_condition(name) && !covered.contains(*name);
        match fields.keys().find(needs_condition) {
            Some(name) => Err(reject!(
                ExtraField,
                "{INVALID}: Extra input fields: {}",
                name.escape_debug()
            )),
            None => Ok(()),
        }
    }
}

/// Returns the expanded values by their names in lowercase, and the bucket.
fn fields_by_name<'a>(upload: &Upload<'a>) -> Result<BTreeMap<String, Cow<'a, str>>, VerifyError> {
    let mut fields = BTreeMap::new();
    for (name, value) in &upload.fields {
        let name = name.to_ascii_lowercase();
        if fields.contains_key(&name) {
            return Err(VerifyError::duplicate("field", &name));
        }
        // Servers send fields on as headers, which a line break would end. A tab is data.
        let value = upload.expand(value);
        if value.contains(['\r', '\n', '\0']) {
            return Err(reject!(
                Malformed,
                "the field {} contains a line break or NUL; leave it out",
                Quoted(&name)
            ));
        }
        fields.insert(name, value);
    }
    match fields.insert(BUCKET.to_string(), upload.bucket.into()) {
        Some(named) if named != upload.bucket => Err(reject!(
            ConditionFailed,
            "{INVALID}: the field bucket names another bucket than the URL"
        )),
        _ => Ok(fields),
    }
}

fn check_size(size: u64, min: u64, max: u64) -> Result<(), VerifyError> {
    if size < min {
        return Err(reject!(
            FileTooSmall,
            "Your proposed upload is smaller than the minimum allowed size: {size} bytes, at least {min} are \
             required"
        ));
    }
    if size > max {
        return Err(reject!(
            FileTooLarge,
            "Your proposed upload exceeds the maximum allowed size: {size} bytes, at most {max} are allowed"
        ));
    }
    Ok(())
}
