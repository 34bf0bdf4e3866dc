//! A signed form: what a browser, or whatever else uploads, has to send.

use super::html;
use super::json::Look;
use crate::error::{Error, error};
use crate::list::List;
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use crate::verify::MOST_FORM_DATA;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The URL of a form, and the names and values of its fields, one after the other in one text: to keep each by itself would be
/// two allocations a field.
#[derive(Clone)]
pub(super) struct Form {
    text: String,
    /// Where the URL ends.
    url: usize,
    /// Where a name ends, and its value.
    ends: List<(usize, usize), 16>,
}

impl Form {
    /// A form without fields.
    pub(super) fn new(url: String) -> Self {
        Form {
            url: url.len(),
            text: url,
            ends: List::new(),
        }
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.push_with(name, |text| text.push_str(value));
    }

    /// Adds a field whose value is written by `write`, and gives the value back.
    pub(super) fn push_with(&mut self, name: &str, write: impl FnOnce(&mut String)) -> &str {
        self.text.push_str(name);
        let at = self.text.len();
        write(&mut self.text);
        self.ends.push((at, self.text.len()));
        self.text.get(at..).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.as_slice().len()
    }

    /// "The form data and boundaries (excluding the contents of the file) cannot exceed 20 KB."
    pub(super) fn check_size(&self) -> Result<(), Error> {
        /// Around name and value: `--`, the longest boundary of RFC 2046, and `Content-Disposition: form-data; name=""`,
        /// with line breaks.
        const AROUND: usize = 2 + 70 + 2 + 39 + 4 + 2;
        let texts = self.text.len().saturating_sub(self.url);
        let size = self.len().saturating_mul(AROUND).saturating_add(texts);
        match size > MOST_FORM_DATA {
            true => Err(error!(
                Policy,
                "the form has {size} bytes before its file, and a server takes {MOST_FORM_DATA} (20 KB): it would answer \
                 \"MaxPostPreDataLengthExceededError\""
            )),
            false => Ok(()),
        }
    }

    /// What names and values of the fields so far hold.
    pub(super) fn look(&self) -> Look {
        Look::at(self.text.get(self.url..).unwrap_or_default())
    }

    fn url(&self) -> &str {
        self.text.get(..self.url).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let mut start = self.url;
        self.ends.as_slice().iter().map(move |&(name, value)| {
            let field = (text(start, name), text(name, value));
            start = value;
            field
        })
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
    pub(super) form: Form,
    /// How many fields have their value. The others are open, and have what it begins with.
    pub(super) filled: usize,
    pub(super) policy: String,
    pub(super) expires_at: Timestamp,
    pub(super) signature: Signature,
}

impl PresignedPost {
    /// Where the form goes.
    #[must_use]
    pub fn url(&self) -> &str {
        self.form.url()
    }

    /// Names and values of the fields to send before the file: the caller's, `key`, and those of the signature.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.form.iter().take(self.filled)
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
        self.form.iter().skip(self.filled)
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
            .field("url", &self.url())
            .field("fields", &names)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
