//! The other direction, as a server goes: a policy is read, and an upload held against it. What does not live here: the check of
//! the signature, which covers the base64 text of the field `policy` ([`verify`](crate::verify)).

use super::condition::{Condition, Rule};
use super::json::Reader;
use super::{FILENAME, is_exempt};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::timestamp::Timestamp;
use crate::verify::{MOST_FORM_DATA, VerifiedForm, error_body};
use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use core::fmt;

/// A policy that was read: what it demands, and until when it is good.
///
/// Verify the signature over its base64 first: a policy says nothing about who made it. [`VerifiedForm::check`] does all that follows.
///
/// ```
/// use presign::Timestamp;
/// use presign::post::{Policy, Upload};
///
/// let policy = Policy::parse(
///     r#"{"expiration": "2007-12-01T12:00:00.000Z", "conditions": [
///         {"bucket": "johnsmith"}, ["starts-with", "$key", "user/eric/"]
///     ]}"#,
/// )?;
/// let now = Timestamp::parse("20071201T000000Z")?;
///
/// let upload = Upload::new("johnsmith", 512).field("Key", "user/eric/notes.txt");
/// assert_eq!(policy.check(&upload, now), Ok(()));
///
/// let elsewhere = Upload::new("johnsmith", 512).field("key", "user/betty/notes.txt");
/// assert_eq!(
///     policy.check(&elsewhere, now).unwrap_err().to_string(),
///     r#"Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "user/eric/"]"#,
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
}

impl Policy {
    /// Reads a policy from its JSON. The cost is proportional to its length, which is limited to the 20 KB that S3 takes
    /// of a form.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] if the text is longer than 20 KiB, not JSON, not an object of an `expiration` and `conditions`, if one of them
    /// is there twice, or if a condition is not one.
    pub fn parse(json: &str) -> Result<Self, Error> {
        check_length(json)?;
        let (mut expiration, mut conditions) = (None, None);
        let mut reader = Reader::new(json);
        reader.expect('{')?;
        reader.list('}', |reader| {
            let name = reader.string()?;
            reader.expect(':')?;
            let is_repeated = match name.as_str() {
                "expiration" => expiration.replace(read_expiration(reader)?).is_some(),
                "conditions" => conditions.replace(read_conditions(reader)?).is_some(),
                _ => {
                    return Err(error!(
                        Policy,
                        "the policy has {}: it should have expiration and conditions only",
                        Quoted(&name)
                    ));
                }
            };
            match is_repeated {
                true => Err(error!(Policy, "the policy has {name} twice")),
                false => Ok(()),
            }
        })?;
        reader.end()?;
        let missing = |name| error!(Policy, "the policy has no {name}");
        Ok(Policy {
            expiration: expiration.ok_or_else(|| missing("expiration"))?,
            conditions: conditions.ok_or_else(|| missing("conditions"))?,
        })
    }

    /// Reads a policy as it stands in the field `policy` of a form: the base64 of its JSON.
    ///
    /// # Errors
    /// Those of [`parse`](Policy::parse), and if the text is not the base64 of UTF-8 text.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        check_length(text)?;
        let json = BASE64.decode(text).map_err(|_| not_a_text())?;
        Policy::from_bytes(&json)
    }

    fn from_bytes(json: &[u8]) -> Result<Self, Error> {
        Policy::parse(core::str::from_utf8(json).map_err(|_| not_a_text())?)
    }

    /// When the policy ends; a fraction of a second is cut off.
    #[must_use]
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// The conditions, in order.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter()
    }

    /// Holds an upload against the policy, as a server does.
    ///
    /// Names of fields are compared without regard to case, and `${filename}` in a value stands for the name of the
    /// file. Every condition has to hold, and every field needs a condition, except for `AWSAccessKeyId`, `signature`,
    /// `x-amz-signature`, `policy`, `file` and `x-ignore-…`. The bucket is always a field.
    ///
    /// # Errors
    /// The first reason for which S3 would refuse the upload.
    pub fn check(&self, upload: &Upload<'_>, now: impl Into<Timestamp>) -> Result<(), Refusal> {
        if self.expiration < now.into() {
            return Err(Refusal::Expired {
                at: self.expiration,
            });
        }
        let size = upload.size();
        if size > MOST_FORM_DATA {
            return Err(Refusal::FormTooLarge { size });
        }
        let fields = upload.by_name()?;
        if fields.get("key").is_none_or(|key| key.is_empty()) {
            return Err(Refusal::NoKey);
        }
        let mut covered = BTreeSet::new();
        for condition in &self.conditions {
            if let Rule::ContentLengthRange { min, max } = condition.rule() {
                let size = upload.file_size;
                if size < min {
                    return Err(Refusal::TooSmall { size, min });
                }
                if size > max {
                    return Err(Refusal::TooLarge { size, max });
                }
            }
            if let Some(field) = condition.field() {
                let name = field.to_ascii_lowercase();
                if !condition.view().holds(fields.get(&name).map(AsRef::as_ref)) {
                    return Err(Refusal::ConditionFailed {
                        condition: condition.clone(),
                    });
                }
                covered.insert(name);
            }
        }
        let needs_condition = |name: &&String| !is_exempt(name) && !covered.contains(*name);
        match fields.keys().find(needs_condition) {
            Some(name) => Err(Refusal::ExtraField { name: name.clone() }),
            None => Ok(()),
        }
    }
}

/// What the signature of a form leaves open.
impl VerifiedForm<'_> {
    /// The policy that was signed, read.
    ///
    /// # Errors
    /// Those of [`Policy::parse`].
    pub fn read_policy(&self) -> Result<Policy, Error> {
        Policy::from_bytes(self.policy())
    }

    /// Holds an upload against the policy that was signed. The upload has all fields of the form whose signature was verified, and the
    /// file's length; what is refused here must not be stored.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::post::{PostPolicy, Upload};
    /// use presign::verify::Verifier;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let form = PostPolicy::new("user/eric/${filename}")
    /// #     .content_length_range(1..=10)
    /// #     .presign(&bucket, &credentials, Duration::from_secs(3600), now)?;
    /// # let (fields, file): (Vec<_>, _) = (form.fields().collect(), b"hello");
    /// # let lookup = |_: &str| Some(&credentials);
    /// // `fields` and `file` are what the server read out of the multipart/form-data, and the bucket stands in the URL.
    /// let verifier = Verifier::new("us-east-1", "s3");
    /// let verified = verifier.verify_form(fields.iter().copied(), now, lookup)?;
    ///
    /// let upload = Upload::new("examplebucket", file.len() as u64)
    ///     .file_name("notes.txt")
    ///     .fields(fields.iter().copied());
    /// verified.check(&upload, now)?;
    /// assert_eq!(upload.value("key").as_deref(), Some("user/eric/notes.txt"));
    ///
    /// let too_large = Upload::new("examplebucket", 11).fields(fields.iter().copied());
    /// let refusal = verified.check(&too_large, now).unwrap_err();
    /// assert_eq!((refusal.code(), refusal.status()), ("EntityTooLarge", 400));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Policy::check`]; [`Refusal::InvalidPolicy`] if what was signed is no policy; [`Refusal::OtherForm`] if the upload's field
    /// `policy` is not the one that was signed.
    pub fn check(&self, upload: &Upload<'_>, now: impl Into<Timestamp>) -> Result<(), Refusal> {
        let policy = self.read_policy();
        let policy = policy.map_err(|reason| Refusal::InvalidPolicy { reason })?;
        let fields = upload.fields.iter();
        let policies = fields.filter(|(name, _)| name.eq_ignore_ascii_case("policy"));
        let mut texts = policies.map(|(_, text)| *text);
        match (texts.next(), texts.next()) {
            (Some(text), None) if text == self.signed_text() => policy.check(upload, now),
            _ => Err(Refusal::OtherForm),
        }
    }
}

fn not_a_text() -> Error {
    Error::new(
        ErrorKind::Policy,
        "the field policy is not the base64 of a text in UTF-8",
    )
}

fn check_length(text: &str) -> Result<(), Error> {
    match text.len() > MOST_FORM_DATA {
        true => Err(error!(
            Policy,
            "the policy has {} bytes, and a form has room for {MOST_FORM_DATA} (20 KB)",
            text.len()
        )),
        false => Ok(()),
    }
}

fn read_expiration(reader: &mut Reader<'_>) -> Result<Timestamp, Error> {
    let text = reader.string()?;
    Timestamp::parse_rfc3339(&text).ok_or_else(|| {
        error!(
            Policy,
            "the expiration {} is not a time: it should be like 2007-12-01T12:00:00.000Z",
            Quoted(&text)
        )
    })
}

fn read_conditions(reader: &mut Reader<'_>) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    reader.expect('[')?;
    reader.list(']', |reader| {
        conditions.push(Condition::read(reader)?);
        Ok(())
    })?;
    Ok(conditions)
}

/// A form as it arrived: its bucket, its fields, and its file.
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
    bucket: &'a str,
    file_size: u64,
    /// Without directories.
    file_name: &'a str,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Upload<'a> {
    /// An upload to a bucket, the one that the URL names, with a file of so many bytes.
    #[must_use]
    pub fn new(bucket: &'a str, file_size: u64) -> Self {
        Upload {
            bucket,
            file_size,
            file_name: "",
            fields: Vec::new(),
        }
    }

    /// The name of the file as the browser sent it. Only what follows the last `/` or `\` counts.
    #[must_use]
    pub fn file_name(mut self, name: &'a str) -> Self {
        self.file_name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        self
    }

    /// A field that stood before the file; what follows the file is ignored by servers.
    #[must_use]
    pub fn field(mut self, name: &'a str, value: &'a str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// Fields that stood before the file.
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// The value of a field, with the name of the file in place of `${filename}`: the object's key, for `key`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(self.expand(value))
    }

    fn expand(&self, value: &'a str) -> Cow<'a, str> {
        match value.contains(FILENAME) {
            true => value.replace(FILENAME, self.file_name).into(),
            false => value.into(),
        }
    }

    /// Bytes of the fields, expanded: a long name of a file may stand in many places.
    fn size(&self) -> usize {
        let sizes = self.fields.iter().flat_map(|(name, value)| {
            let places = value.matches(FILENAME).count();
            let names = places.saturating_mul(self.file_name.len());
            [name.len(), value.len(), names]
        });
        sizes.fold(0, usize::saturating_add)
    }

    /// The expanded values by their names in lower case, and the bucket.
    fn by_name(&self) -> Result<BTreeMap<String, Cow<'a, str>>, Refusal> {
        let mut fields = BTreeMap::new();
        for (name, value) in &self.fields {
            let name = name.to_ascii_lowercase();
            if fields.insert(name.clone(), self.expand(value)).is_some() {
                return Err(Refusal::RepeatedField { name });
            }
        }
        match fields.insert("bucket".to_string(), self.bucket.into()) {
            Some(named) if named != self.bucket => Err(Refusal::OtherBucket),
            _ => Ok(fields),
        }
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

/// Why an upload is refused.
///
/// `Display` writes the message of S3, where it is known; it holds conditions, but no value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The policy has ended.
    Expired {
        /// Its end.
        at: Timestamp,
    },
    /// A condition does not hold.
    ConditionFailed {
        /// The first one that does not.
        condition: Condition,
    },
    /// A field has no condition.
    ExtraField {
        /// The name of the field, in lower case.
        name: String,
    },
    /// A field is there more than once.
    RepeatedField {
        /// The name of the field, in lower case.
        name: String,
    },
    /// The fields before the file have more than the 20 KB that S3 takes.
    FormTooLarge {
        /// Bytes of their names and values, with the name of the file in its places.
        size: usize,
    },
    /// There is no field `key`, or it is empty.
    NoKey,
    /// The field `bucket` names another bucket than the URL.
    OtherBucket,
    /// The field `policy` is not the one whose signature was verified.
    OtherForm,
    /// What was signed is no policy.
    InvalidPolicy {
        /// What is wrong with it.
        reason: Error,
    },
    /// The file has too few bytes.
    TooSmall {
        /// Its bytes.
        size: u64,
        /// The least that is allowed.
        min: u64,
    },
    /// The file has too many bytes.
    TooLarge {
        /// Its bytes.
        size: u64,
        /// The most that is allowed.
        max: u64,
    },
}

impl Refusal {
    /// The error code that S3 answers with.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Expired { .. }
            | Refusal::ConditionFailed { .. }
            | Refusal::ExtraField { .. }
            | Refusal::OtherBucket
            | Refusal::OtherForm => "AccessDenied",
            Refusal::InvalidPolicy { .. } => "InvalidPolicyDocument",
            Refusal::RepeatedField { .. } | Refusal::NoKey => "InvalidArgument",
            Refusal::FormTooLarge { .. } => "MaxPostPreDataLengthExceededError",
            Refusal::TooSmall { .. } => "EntityTooSmall",
            Refusal::TooLarge { .. } => "EntityTooLarge",
        }
    }

    /// The HTTP status that goes with [`code`](Refusal::code): 400 or 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.code() {
            "AccessDenied" => 403,
            _ => 400,
        }
    }

    /// The body of the answer, as S3 writes it: `application/xml` with [`code`](Refusal::code) and message.
    ///
    /// ```
    /// use presign::post::Refusal;
    ///
    /// let refusal = Refusal::ExtraField { name: "acl".into() };
    /// assert_eq!(
    ///     refusal.to_xml(),
    ///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>\
    ///      <Message>Invalid according to Policy: Extra input fields: acl</Message></Error>",
    /// );
    /// ```
    #[must_use]
    pub fn to_xml(&self) -> String {
        error_body(self.code(), &self.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const INVALID: &str = "Invalid according to Policy";
        match self {
            Refusal::Expired { at } => write!(f, "{INVALID}: Policy expired. It ended at {at}."),
            Refusal::ConditionFailed { condition } => {
                write!(f, "{INVALID}: Policy Condition failed: {condition:?}")
            }
            Refusal::ExtraField { name } => {
                write!(f, "{INVALID}: Extra input fields: {}", name.escape_debug())
            }
            Refusal::RepeatedField { name } => write!(f, "the field {} is there more than once", Quoted(name)),
            Refusal::FormTooLarge { size } => write!(
                f,
                "Your POST request fields preceding the upload file were too large: {size} bytes, not {MOST_FORM_DATA}"
            ),
            Refusal::NoKey => f.write_str(
                "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.",
            ),
            Refusal::OtherBucket => write!(f, "{INVALID}: the field bucket names another bucket than the URL"),
            Refusal::OtherForm => {
                f.write_str("the field policy is not the one whose signature was verified")
            }
            Refusal::InvalidPolicy { reason } => write!(f, "{INVALID}: {reason}"),
            Refusal::TooSmall { size, min } => write!(
                f,
                "Your proposed upload is smaller than the minimum allowed size: {size} bytes, not {min}"
            ),
            Refusal::TooLarge { size, max } => write!(
                f,
                "Your proposed upload exceeds the maximum allowed size: {size} bytes, not {max}"
            ),
        }
    }
}

impl core::error::Error for Refusal {}
