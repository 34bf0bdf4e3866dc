//! The builder of a policy: fields and conditions become a signed form.

use super::condition::{CONTENT_LENGTH_RANGE, CONTENT_TYPE, Condition, ConditionRef, Rule};
use super::form::{Fields, PresignedPost};
use super::{FILENAME, is_exempt, is_outside};
use crate::credentials::Credentials;
use crate::encode::holds;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::headers::compare_names;
use crate::list::List;
use crate::s3::Bucket;
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use crate::v2::SECURITY_TOKEN;
use crate::verify::MOST_FORM_DATA;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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
    fn value(&self) -> &str {
        let (KeyRule::Exact(value) | KeyRule::StartsWith(value)) = &self.0;
        value
    }

    /// The key, or the prefix, as it was given.
    fn given(&self) -> &str {
        match &self.0 {
            KeyRule::Exact(key) => key,
            KeyRule::StartsWith(value) => value.strip_suffix(FILENAME).unwrap_or_default(),
        }
    }

    fn condition(&self) -> ConditionRef<'_> {
        match &self.0 {
            KeyRule::Exact(key) => ConditionRef::exact(KEY, key),
            KeyRule::StartsWith(_) => ConditionRef::starts_with(KEY, self.given()),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let text = self.given();
        if split_filename(text).is_some() {
            return Err(error!(
                Key,
                "the key {} has {FILENAME} where it can't be checked: the server puts the file's name there, and \
                 a policy can only say how a key begins. Let the key end in {FILENAME}, or use Key::starts_with",
                Quoted(text)
            ));
        }
        if matches!(&self.0, KeyRule::Exact(key) if key.is_empty()) {
            return Err(Error::new(
                ErrorKind::Key,
                "the key is empty: an object has a name of at least one character",
            ));
        }
        Ok(())
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

const KEY: &str = "key";
const BUCKET: &str = "bucket";
const POLICY: &str = "policy";

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
    key: Key,
    items: Vec<Item>,
    /// The first raw condition that could not be read.
    error: Option<Error>,
}

#[derive(Clone)]
enum Item {
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
        let credential = context.credential(&date);
        let token = credentials.session_token();
        let scheme = Scheme {
            auth: [
                Some((names.form.algorithm, names.algorithm)),
                Some((names.form.credential, &credential)),
                Some((names.headers.date, date.as_str())),
                token.map(|token| (names.headers.security_token, token)),
            ],
            signature: names.form.signature,
        };
        self.sign(bucket, credentials, expires_at, now, scheme, |text| {
            context.sign_text(&date, text)
        })
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
        let token = credentials.session_token();
        let scheme = Scheme {
            auth: [
                Some(("AWSAccessKeyId", credentials.access_key_id())),
                token.map(|token| (SECURITY_TOKEN, token)),
                None,
                None,
            ],
            signature: "signature",
        };
        bucket.check_takes_forms()?;
        let context = bucket.context_v2(credentials)?;
        let (expires_at, now) = (expires_at.into(), now.into());
        self.sign(bucket, credentials, expires_at, now, scheme, |text| {
            context.sign_text(text)
        })
    }

    fn sign(
        &self,
        bucket: &Bucket,
        credentials: &Credentials,
        expires_at: Timestamp,
        now: Timestamp,
        scheme: Scheme<'_>,
        sign_text: impl FnOnce(&str) -> Signature,
    ) -> Result<PresignedPost, Error> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        self.check_size()?;
        self.key.check()?;
        if expires_at <= now {
            return Err(error!(
                Expiry,
                "the policy would end at {expires_at}, which is not after {now}: the server would answer \
                 \"Invalid according to Policy: Policy expired\""
            ));
        }
        credentials.check_outlive_of("form", expires_at)?;

        let names = Names::of(&self.items);
        let mut fields = self.fields(&names)?;
        let auth = scheme.auth.iter().flatten();
        fields.extend(auth.clone().copied());
        let mut conditions = self.conditions(&names)?;
        let open = check_conditions(&conditions, fields.as_slice(), bucket.name())?;
        // What is demanded of these they are themselves.
        conditions.push(ConditionRef::exact(BUCKET, bucket.name()));
        conditions.push(self.key.condition());
        let auth = auth.filter(|(name, _)| !is_exempt(name));
        conditions.extend(auth.map(|(name, value)| ConditionRef::exact(name, value)));

        let policy = write_policy(expires_at.policy_date()?.as_str(), &conditions);
        let (fields, open) = (fields.as_slice(), open.as_slice());
        let mut form = Fields::with_room(fields, open, policy.len());
        form.extend(fields);
        let encoded = form.push_with(POLICY, |text| BASE64.encode_string(&policy, text));
        let signature = sign_text(encoded);
        form.push(scheme.signature, signature.as_str());
        check_size(form.iter())?;
        let filled = form.len();
        form.extend(open);
        Ok(PresignedPost {
            url: bucket.operation("POST").url()?,
            fields: form,
            filled,
            policy,
            expires_at,
            signature,
        })
    }

    /// What is too long for any form is not looked at: each condition is held against the fields.
    fn check_size(&self) -> Result<(), Error> {
        let sizes = self.items.iter().flat_map(|item| match item {
            Item::Field { name, value } | Item::Eq { name, value } => [name.len(), value.len()],
            Item::Condition(condition) => match condition.rule() {
                Rule::Eq { field, value } => [field.len(), value.len()],
                Rule::StartsWith { field, prefix } => [field.len(), prefix.len()],
                // At least so many, whatever its numbers are.
                Rule::ContentLengthRange { .. } => [CONTENT_LENGTH_RANGE.len(), 0],
            },
        });
        let size = sizes.fold(self.key.given().len(), usize::saturating_add);
        match size > MOST_FORM_DATA {
            true => Err(error!(
                Policy,
                "the policy's fields and conditions have {size} bytes, and a server takes a form of {MOST_FORM_DATA} (20 KB) before its \
                 file: it would answer \"MaxPostPreDataLengthExceededError\""
            )),
            false => Ok(()),
        }
    }

    /// The caller's fields, in order, and the key.
    fn fields<'a>(&'a self, names: &Names<'_>) -> Result<FieldRefs<'a>, Error> {
        if let Some(name) = names.repeated_field() {
            return Err(error!(
                Policy,
                "the field {} is there twice: names are compared without regard to case, and a field is sent once",
                Quoted(&name.to_ascii_lowercase())
            ));
        }
        let mut fields = FieldRefs::new();
        for (item, named) in self.items.iter().zip(names.iter()) {
            let (name, value) = match item {
                Item::Field { name, value } => (name, value),
                Item::Eq { name, value } => {
                    let is_own = |own: &&str| name.eq_ignore_ascii_case(own);
                    if !named.is_first || [BUCKET, KEY].iter().any(is_own) {
                        continue;
                    }
                    (name, value)
                }
                Item::Condition(_) => continue,
            };
            check_field(name, value)?;
            fields.push((name, value));
        }
        let key = self.key.value();
        check_value(KEY, key)?;
        fields.push((KEY, key));
        Ok(fields)
    }

    /// The caller's conditions, in order, among them those of fields that have no other; with room for those that
    /// signing adds.
    fn conditions(&self, names: &Names<'_>) -> Result<Vec<ConditionRef<'_>>, Error> {
        let mut conditions = Vec::with_capacity(self.items.len().saturating_add(6));
        for (item, named) in self.items.iter().zip(names.iter()) {
            let condition = match item {
                Item::Condition(condition) => condition.view(),
                Item::Eq { name, value } => ConditionRef::exact(name, value),
                Item::Field { name, .. }
                    if !named.is_last
                        || is_exempt(name)
                        // Its own condition is added in any case.
                        || name.eq_ignore_ascii_case(BUCKET) =>
                {
                    continue;
                }
                Item::Field { name, value } => match split_filename(value) {
                    None => ConditionRef::exact(name, value),
                    Some((prefix, "")) => ConditionRef::starts_with(name, prefix),
                    Some(_) => {
                        return Err(error!(
                            Policy,
                            "the field {} has {FILENAME} before its end, so no condition follows from it: \
                             add one with starts_with",
                            Quoted(name)
                        ));
                    }
                },
            };
            condition.check_range()?;
            conditions.push(condition);
        }
        Ok(conditions)
    }
}

/// Name and value.
type FieldRefs<'a> = List<(&'a str, &'a str), 16>;

/// What an item is beside its name, in the order that items of one name are sorted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Brings {
    /// A field, which brings its condition if there is no other.
    #[default]
    Field,
    /// An exact condition, which brings its field if there is no other.
    Eq,
    /// A condition alone.
    Condition,
}

#[derive(Clone, Copy, Default)]
struct Named<'a> {
    name: &'a str,
    brings: Brings,
    /// Which item it is.
    at: usize,
    /// Of all that have this name, without regard to case.
    is_first: bool,
    is_last: bool,
}

/// The items, each with its place among those of its name.
struct Names<'a>(List<Named<'a>, 16>);

impl<'a> Names<'a> {
    fn of(items: &'a [Item]) -> Self {
        let mut list = List::new();
        for (at, item) in items.iter().enumerate() {
            let (name, brings) = match item {
                Item::Field { name, .. } => (name.as_str(), Brings::Field),
                Item::Eq { name, .. } => (name.as_str(), Brings::Eq),
                // A range of sizes has none.
                Item::Condition(condition) => {
                    (condition.field().unwrap_or_default(), Brings::Condition)
                }
            };
            list.push(Named {
                name,
                brings,
                at,
                is_first: true,
                is_last: true,
            });
        }
        let names: &mut [Named<'_>] = list.as_mut_slice();
        // Any order that has the items of one name together will do: that of their lengths is found out soonest. The sort is
        // stable: of those that are alike the first item stays first.
        names.sort_by(|one, two| {
            let lengths = one.name.len().cmp(&two.name.len());
            lengths
                .then_with(|| compare_names(one.name, two.name))
                .then(one.brings.cmp(&two.brings))
        });
        let mut before: Option<&mut Named<'_>> = None;
        for named in names.iter_mut() {
            if let Some(before) = before
                && before.name.eq_ignore_ascii_case(named.name)
            {
                (before.is_last, named.is_first) = (false, false);
            }
            before = Some(named);
        }
        names.sort_unstable_by_key(|named| named.at);
        Names(list)
    }

    fn iter(&self) -> impl Iterator<Item = &Named<'a>> {
        self.0.as_slice().iter()
    }

    /// The name of the first field that is there again.
    fn repeated_field(&self) -> Option<&'a str> {
        let mut fields = self.iter().filter(|named| named.brings == Brings::Field);
        fields.find(|named| !named.is_first).map(|named| named.name)
    }
}

/// What the two generations add to a form.
struct Scheme<'a> {
    /// Each with its condition, if it needs one.
    auth: [Option<(&'static str, &'a str)>; 4],
    /// The name of the signature's field.
    signature: &'static str,
}

impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.items.iter().map(|item| match item {
            Item::Field { name, .. } | Item::Eq { name, .. } => name.as_str(),
            Item::Condition(condition) => condition.field().unwrap_or(CONTENT_LENGTH_RANGE),
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

/// `{"expiration": …, "conditions": […]}` with Python's spaces.
fn write_policy(expiration: &str, conditions: &[ConditionRef<'_>]) -> String {
    /// The expiration, and what stands around.
    const FIXED: usize = 64;
    let bounds = conditions.iter().map(|condition| condition.bound());
    let mut json = String::with_capacity(bounds.fold(FIXED, usize::saturating_add));
    json.push_str("{\"expiration\": \"");
    // Digits and their marks: nothing to escape.
    json.push_str(expiration);
    json.push_str("\", \"conditions\": [");
    for (at, condition) in conditions.iter().enumerate() {
        if at > 0 {
            json.push_str(", ");
        }
        condition.write(&mut json);
    }
    json.push_str("]}");
    json
}

/// What a caller's field can be.
fn check_field(name: &str, value: &str) -> Result<(), Error> {
    /// The fields that signing adds, and the file.
    const ADDED: [&str; 9] = [
        POLICY,
        "AWSAccessKeyId",
        "signature",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
        KEY,
    ];
    if name.eq_ignore_ascii_case("file") {
        return Err(Error::new(
            ErrorKind::Policy,
            "the field file is the file itself, which the browser adds as the last one",
        ));
    }
    if let Some(name) = ADDED.iter().find(|added| added.eq_ignore_ascii_case(name)) {
        return Err(error!(
            Policy,
            "the field {name} is added by signing, and a field is sent once: leave it out"
        ));
    }
    let is_visible = name.bytes().all(|byte| byte.is_ascii_graphic());
    if name.is_empty() || !is_visible && name.chars().any(char::is_control) {
        return Err(error!(
            Policy,
            "{} is not the name of a field: it is a text without control characters",
            Quoted(name)
        ));
    }
    if name == "_charset_" {
        return Err(Error::new(
            ErrorKind::Policy,
            "the field _charset_ gets its value from the browser: leave it out",
        ));
    }
    check_value(name, value)
}

/// What a browser sends just as it is (HTML, section 4.10.21.8, "Multipart form data").
fn check_value(name: &str, value: &str) -> Result<(), Error> {
    // Nearly every value has none of what follows.
    if !holds(value.as_bytes(), u8::is_ascii_control) {
        return Ok(());
    }
    if value.contains('\0') {
        return Err(error!(
            Policy,
            "the field {} holds a NUL character, which can't stand in HTML",
            Quoted(name)
        ));
    }
    // A line break that is not CR LF: a CR without LF, or an LF without CR.
    let breaks = value.matches("\r\n").count();
    if value.matches(['\r', '\n']).count() != breaks.saturating_mul(2) {
        return Err(error!(
            Policy,
            "the field {} has a line break that browsers send as CR LF, so it would not arrive as it was signed: \
             write CR LF, or leave it out",
            Quoted(name)
        ));
    }
    Ok(())
}

/// Each exact condition has its field, and each field meets its conditions. Returns the fields that the browser
/// has to fill in, with what their values have to begin with.
fn check_conditions<'a>(
    conditions: &[ConditionRef<'a>],
    fields: &[(&str, &'a str)],
    bucket: &'a str,
) -> Result<FieldRefs<'a>, Error> {
    let value_of = |name: &str| match name.eq_ignore_ascii_case(BUCKET) {
        // A form may have a field of that name, but the server takes the bucket from the URL.
        true => Some(bucket),
        false => fields
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value),
    };
    let mut open = FieldRefs::new();
    for condition in conditions {
        let Some(name) = condition.field() else {
            continue;
        };
        // "All variables within the form are expanded prior to validating the POST policy."
        if let Rule::StartsWith { prefix, .. } = condition.rule()
            && let Some((before, _)) = split_filename(prefix)
        {
            return Err(error!(
                Policy,
                "the condition {condition:?} has {FILENAME}, in place of which the server sees the file's name: \
                 let the condition end before it, in {}",
                Quoted(before)
            ));
        }
        let value = value_of(name);
        if value.is_none() {
            match condition.rule() {
                _ if is_outside(name) => {
                    return Err(error!(
                        Policy,
                        "the condition {condition:?} is about a field that no condition can be about"
                    ));
                }
                Rule::StartsWith { prefix, .. } => {
                    check_field(name, prefix)?;
                    if !condition.holds(Some(prefix)) {
                        return Err(error!(
                            Policy,
                            "no value meets the condition {condition:?}: a {CONTENT_TYPE} with commas is a list, and \
                             none of its values has one"
                        ));
                    }
                    let mut others = open.as_mut_slice().iter_mut();
                    match others.find(|(other, _)| other.eq_ignore_ascii_case(name)) {
                        // Both prefixes hold if one of them goes on as the other begins.
                        Some((_, before)) if prefix.starts_with(*before) => *before = prefix,
                        Some((_, before)) if before.starts_with(prefix) => {}
                        Some(_) => {
                            return Err(error!(
                                Policy,
                                "no value meets the condition {condition:?} and the one before it on the same field"
                            ));
                        }
                        None => open.push((name, prefix)),
                    }
                    continue;
                }
                _ => {
                    return Err(error!(
                        Policy,
                        "the condition {condition:?} is exact, so the form needs the field {}: the server would answer \
                         \"Invalid according to Policy: Policy Condition failed: {condition:?}\"",
                        Quoted(name)
                    ));
                }
            }
        }
        if !can_hold(*condition, value) {
            return Err(error!(
                Policy,
                "the field {} does not meet the condition {condition:?}: the server would answer \
                 \"Invalid according to Policy: Policy Condition failed: {condition:?}\"",
                Quoted(name)
            ));
        }
    }
    let bucket_field = fields
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(BUCKET));
    match bucket_field {
        Some((_, named)) if *named != bucket => Err(error!(
            Policy,
            "the field bucket is {}, but the form goes to the bucket {}",
            Quoted(named),
            Quoted(bucket)
        )),
        _ => Ok(open),
    }
}

/// What stands before and after the variable of the file's name.
fn split_filename(value: &str) -> Option<(&str, &str)> {
    // Nearly every value has none.
    let may_hold = holds(value.as_bytes(), |byte| *byte == b'$');
    may_hold.then(|| value.split_once(FILENAME)).flatten()
}

/// Whether a form's value can meet the condition, whatever the file's name is.
fn can_hold(condition: ConditionRef<'_>, value: Option<&str>) -> bool {
    let variable = value.and_then(split_filename);
    match (condition.rule(), variable) {
        // The name may be what the condition needs for the rest of its prefix.
        (Rule::StartsWith { prefix, .. }, Some((before, _))) => {
            condition.holds(Some(before)) || prefix.starts_with(before)
        }
        (Rule::Eq { .. }, Some(_)) => false,
        _ => condition.holds(value),
    }
}

/// "The form data and boundaries (excluding the contents of the file) cannot exceed 20 KB."
fn check_size<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
    /// Around name and value: `--`, the longest boundary of RFC 2046, and `Content-Disposition: form-data; name=""`,
    /// with line breaks.
    const AROUND: usize = 2 + 70 + 2 + 39 + 4 + 2;
    let sizes = fields.map(|(name, value)| [AROUND, name.len(), value.len()]);
    let size = sizes.flatten().fold(0, usize::saturating_add);
    match size > MOST_FORM_DATA {
        true => Err(error!(
            Policy,
            "the form has {size} bytes before its file, and a server takes {MOST_FORM_DATA} (20 KB): it would answer \
             \"MaxPostPreDataLengthExceededError\""
        )),
        false => Ok(()),
    }
}
