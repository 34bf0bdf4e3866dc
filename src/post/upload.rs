//! An upload as a server receives it.

use super::key::FILENAME;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// An upload as a server receives it: its bucket, its fields and its file.
///
/// `Debug` shows the names of the fields only.
///
/// ```
/// use presign::post::Upload;
///
/// let upload = Upload::new("examplebucket", 512)
///     .field("key", "user/eric/${filename}")
///     .file_name(r"C:\photos\me.png");
/// assert_eq!(upload.value("Key").as_deref(), Some("user/eric/me.png"));
/// ```
#[derive(Clone)]
pub struct Upload<'a> {
    pub(super) bucket: &'a str,
    pub(super) file_size: u64,
    /// The name without directories.
    file_name: &'a str,
    pub(super) fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Upload<'a> {
    /// Returns an upload to the bucket that the URL names, with a file of that many bytes.
    #[must_use]
    pub fn new(bucket: &'a str, file_size: u64) -> Self {
        Upload {
            bucket,
            file_size,
            file_name: "",
            fields: Vec::new(),
        }
    }

    /// Sets the name of the file as the browser sent it. Only the text after the last `/` or `\`
    /// counts.
    #[must_use]
    pub fn file_name(mut self, name: &'a str) -> Self {
        self.file_name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        self
    }

    /// Adds a field that comes before the file. Servers ignore those after it.
    #[must_use]
    pub fn field(mut self, name: &'a str, value: &'a str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// Adds fields that come before the file.
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// Returns the value of a field, with `${filename}` replaced by the name of the file. The value
    /// of `key` is the key of the object.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(self.expand(value))
    }

    /// Replaces `${filename}` by the name of the file.
    pub(super) fn expand(&self, value: &'a str) -> Cow<'a, str> {
        if value.contains(FILENAME) {
            value.replace(FILENAME, self.file_name).into()
        } else {
            value.into()
        }
    }

    /// Returns the bytes of the fields before they are expanded, with a name of the file for each
    /// variable: a long name can be in many values.
    pub(super) fn len(&self) -> usize {
        let lengths = self.fields.iter().flat_map(|(name, value)| {
            let variables = value.matches(FILENAME).count();
            let names = variables.saturating_mul(self.file_name.len());
            [name.len(), value.len(), names]
        });
        lengths.fold(0, usize::saturating_add)
    }
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("Upload")
            .field("bucket", &self.bucket)
            .field("file_size", &self.file_size)
            .field("file_name", &self.file_name)
            .field("fields", &names)
            .finish()
    }
}
