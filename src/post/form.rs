//! A signed form: what a browser, or whatever else uploads, has to send.

use super::condition::ConditionRef;
use super::html;
use crate::error::{Error, error};
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Name and value.
pub(super) type Field = (Cow<'static, str>, Cow<'static, str>);

/// A field that a condition allows but the form has no value for.
#[derive(Clone)]
pub(super) struct OpenField {
    pub(super) name: String,
    pub(super) prefix: String,
}

impl OpenField {
    pub(super) fn new(name: &str, prefix: &str) -> Self {
        OpenField {
            name: name.into(),
            prefix: prefix.into(),
        }
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Takes in one more condition on the same field.
    pub(super) fn narrow(
        &mut self,
        condition: ConditionRef<'_>,
        prefix: &str,
    ) -> Result<(), Error> {
        if prefix.starts_with(&self.prefix) {
            self.prefix = prefix.into();
            return Ok(());
        }
        match self.prefix.starts_with(prefix) {
            true => Ok(()),
            false => Err(error!(
                Policy,
                "no value meets the condition {condition:?} and the one before it on the same field"
            )),
        }
    }
}

/// A signed form for uploads: its URL and its fields, made by [`PostPolicy::presign`](super::PostPolicy::presign).
///
/// Whoever has it may upload what its policy allows, until it ends. Send a `POST` to
/// [`url`](PresignedPost::url) as `multipart/form-data` with all [`fields`](PresignedPost::fields) in any order, and then the
/// file as the last field, named `file`. With the feature `serde` it is serialized as boto3 gives it:
/// `{"url": …, "fields": {…}}`.
///
/// `Debug` hides the values of the fields, among them the signature and the session token.
#[derive(Clone)]
pub struct PresignedPost {
    pub(super) url: String,
    pub(super) fields: Vec<Field>,
    pub(super) open: Vec<OpenField>,
    pub(super) policy: String,
    pub(super) expires_at: Timestamp,
    pub(super) signature: Signature,
}

impl PresignedPost {
    /// Where the form goes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Names and values of the fields to send before the file: the caller's, `key`, and those of the signature.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter();
        fields.map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The fields that conditions allow, or demand, but that have no value yet, with what their value has to begin
    /// with. Whoever uploads sends them too.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use presign::{Credentials, PostPolicy, Timestamp, s3::Bucket};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret")?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// let form = PostPolicy::new("photo")
    ///     .starts_with("Content-Type", "image/")
    ///     .presign(&bucket, &credentials, Duration::from_secs(60), now)?;
    /// assert_eq!(form.open_fields().collect::<Vec<_>>(), [("Content-Type", "image/")]);
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn open_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let open = self.open.iter();
        open.map(|field| (field.name.as_str(), field.prefix.as_str()))
    }

    /// The policy as JSON. Its base64 is the field `policy`, and what is signed. It holds the session token, if
    /// there is one.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// When the policy ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature over the policy's base64.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The form as HTML, to be put into a page: a `<form>` element with a hidden input for each field, a labelled one for each
    /// open field, one for the file, and a button.
    ///
    /// All texts are escaped. If the `Content-Type` is open, a short script after the form fills it in from the
    /// chosen file; without scripts it can be typed in.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::form(self)
    }

    /// The form as a whole HTML page.
    #[must_use]
    pub fn to_html_page(&self) -> String {
        html::page(self)
    }

    /// A JavaScript function that uploads a file, for a `<script>` element or a file of its own:
    /// `async function uploadFile(file, values = {})`.
    ///
    /// `file` is a `File`, and `values` gives values to open fields by their names; an open `Content-Type` is the file's
    /// type by itself. Returns the `Response`, and throws an `Error` with the server's answer if the upload is refused. The bucket
    /// has to allow the page's origin by its CORS configuration.
    ///
    /// All texts are escaped, so that none ends the script.
    #[must_use]
    pub fn to_javascript(&self) -> String {
        html::javascript(self)
    }
}

impl fmt::Debug for PresignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields().map(|(name, _)| name).collect();
        f.debug_struct("PresignedPost")
            .field("url", &self.url)
            .field("fields", &names)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
