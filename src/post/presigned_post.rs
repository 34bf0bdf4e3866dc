//! A signed form.

use super::form::Form;
use super::html::{self, HtmlOptions};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A signed form for uploads, made by [`PostPolicy::presign`](super::PostPolicy::presign).
///
/// Until it expires, its holder may upload what its policy allows: with a `POST` to
/// [`url`](PresignedPost::url) of `multipart/form-data`. The [`fields`](PresignedPost::fields) come
/// in any order, and the file is the last part, named `file`.
///
/// With the feature `serde` it is serialized as boto3 returns it: `{"url": …, "fields": {…}}`.
/// `Debug` hides the values of the fields, which contain the signature and the session token.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let form = Bucket::new("examplebucket", "us-east-1")?
///     .post_policy("photo")
///     .starts_with("Content-Type", "image/")
///     .presign(&credentials, Duration::from_secs(60), now)?;
///
/// assert_eq!(form.url(), "https://examplebucket.s3.us-east-1.amazonaws.com/");
/// assert_eq!(form.fields().next(), Some(("key", "photo")));
/// assert_eq!(form.fields().last(), Some(("x-amz-signature", form.signature())));
/// assert_eq!(form.open_fields().collect::<Vec<_>>(), [("Content-Type", "image/")]);
/// println!("{}", form.to_html());
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct PresignedPost {
    pub(super) form: Form,
    pub(super) policy: String,
    pub(super) expires_at: Timestamp,
}

impl PresignedPost {
    /// Returns the URL that the form is sent to.
    #[must_use]
    pub fn url(&self) -> &str {
        self.form.url()
    }

    /// Returns names and values of the fields to send before the file: those of the caller, `key`,
    /// and those that signing adds.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.form.fields()
    }

    /// Returns the fields that the conditions require and the uploader has to set, each with the
    /// prefix that its value must have. The uploader chooses their values, and sends them before
    /// the file, too.
    pub fn open_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.form.open_fields()
    }

    /// Returns the policy as JSON. Its base64 is the value of the field `policy`, and the text that
    /// is signed. It contains the session token, if there is one.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Returns when the policy expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns the signature: lowercase hexadecimal digits under SigV4, base64 under SigV2.
    #[must_use]
    pub fn signature(&self) -> &str {
        self.form.last_value()
    }

    /// Returns the form as HTML for a page: a `<form>` element and a script.
    ///
    /// The script takes the `Content-Type` from the chosen file if the policy leaves it open,
    /// checks type and size before the upload, and shows its progress, its success, or the store's
    /// error in words. It needs a [CORS
    /// configuration](https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html) of the
    /// bucket; without one, and with the field `success_action_redirect`, the browser sends the
    /// form and shows the store's answer. Without scripts the form has an input for the type, too.
    /// After each upload by script the form gets the event `uploaded`.
    ///
    /// All texts are escaped.
    #[must_use]
    pub fn to_html(&self) -> String {
        self.to_html_with(&HtmlOptions::new())
    }

    /// Returns the form as HTML for a page, with options.
    #[must_use]
    pub fn to_html_with(&self, options: &HtmlOptions<'_>) -> String {
        let mut html = String::new();
        html::write_form(&self.form, &self.policy, options, &mut html);
        html
    }

    /// Returns an HTML page with the form. Its style is plain, in light or dark as the user's
    /// system.
    #[must_use]
    pub fn to_html_page(&self) -> String {
        self.to_html_page_with(&HtmlOptions::new())
    }

    /// Returns an HTML page with the form and with options.
    #[must_use]
    pub fn to_html_page_with(&self, options: &HtmlOptions<'_>) -> String {
        html::page(&self.form, &self.policy, options)
    }

    /// Returns a JavaScript function that uploads a file, for a `<script>` element or a file of its
    /// own: `async function uploadFile(file, values = {})`.
    ///
    /// `file` is a `File`, and `values` has values of open fields by their names. An open
    /// `Content-Type` is the file's type by default. The function returns the `Response`, and
    /// throws an `Error` with the server's answer if the upload is rejected. The bucket's CORS
    /// configuration has to allow the page's origin.
    ///
    /// All texts are escaped, so that none ends the script.
    #[must_use]
    pub fn to_javascript(&self) -> String {
        html::javascript(&self.form)
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
