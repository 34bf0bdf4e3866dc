//! Signing: a builder's fields and conditions become a form. What lives here: the order in which form and policy are written, and
//! what a server would refuse of them. What does not: the two signatures.

use super::condition::{CONTENT_TYPE, ConditionRef, Rule};
use super::form::{Form, PresignedPost};
use super::json::Look;
use super::policy::{Item, Key, PostPolicy};
use super::{FILENAME, is_exempt, is_outside};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::headers::compare_names;
use crate::list::List;
use crate::s3::Bucket;
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use crate::v4;
use crate::verify::MOST_FORM_DATA;
use alloc::borrow::Cow;
use alloc::string::String;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use core::mem;

pub(super) const KEY: &str = "key";
const BUCKET: &str = "bucket";
const POLICY: &str = "policy";

/// What the two generations add to a form.
pub(super) struct Scheme<'a> {
    /// Each with its condition, if it needs one.
    pub(super) auth: [Option<(&'static str, Auth<'a>)>; 4],
    /// The name of the signature's field.
    pub(super) signature: &'static str,
}

/// The value of a field that says who signs.
pub(super) enum Auth<'a> {
    Text(&'a str),
    /// `AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request`.
    Credential(&'a str, v4::Scope<'a>),
}

impl<'a> Auth<'a> {
    pub(super) fn write(&self, text: &mut String) {
        match self {
            Auth::Text(own) => text.push_str(own),
            Auth::Credential(access_key_id, scope) => {
                text.push_str(access_key_id);
                text.push('/');
                scope.write(text);
            }
        }
    }

    fn text(&self) -> Cow<'a, str> {
        match self {
            Auth::Text(text) => Cow::Borrowed(text),
            Auth::Credential(..) => {
                let mut text = String::new();
                self.write(&mut text);
                Cow::Owned(text)
            }
        }
    }

    /// An upper bound of its length.
    fn bound(&self) -> usize {
        /// Date, terminator and slashes.
        const FIXED: usize = 24;
        match self {
            Auth::Text(text) => text.len(),
            Auth::Credential(access_key_id, scope) => sum([
                FIXED,
                access_key_id.len(),
                scope.region.len(),
                scope.service.len(),
            ]),
        }
    }
}

/// Signs a policy from `now` to its end.
pub(super) fn sign(
    policy: &PostPolicy,
    bucket: &Bucket,
    credentials: &Credentials,
    [now, expires_at]: [Timestamp; 2],
    scheme: &Scheme<'_>,
    sign_text: impl FnOnce(&str) -> Signature,
) -> Result<PresignedPost, Error> {
    if let Some(error) = &policy.error {
        return Err(error.clone());
    }
    let size = check_size(policy)?;
    let key = Look::at([policy.key.given(), ""]);
    check_key(&policy.key, key)?;
    if expires_at <= now {
        return Err(error!(
            Expiry,
            "the policy would end at {expires_at}, which is not after {now}: the server would answer \
             \"Invalid according to Policy: Policy expired\""
        ));
    }
    credentials.check_outlive_of("form", expires_at)?;
    let names = Names::of(&policy.items);
    if let Some(name) = names.repeated_field() {
        return Err(error!(
            Policy,
            "the field {} is there twice: names are compared without regard to case, and a field is sent once",
            Quoted(&name.to_ascii_lowercase())
        ));
    }

    let mut draft = Draft::new(policy, bucket, scheme, size)?;
    // Digits and their marks: nothing to escape.
    for text in [
        "{\"expiration\": \"",
        expires_at.policy_date()?.as_str(),
        "\", \"conditions\": [",
    ] {
        draft.policy.push_str(text);
    }
    for (at, item) in policy.items.iter().enumerate() {
        draft.add(item, names.get(at, item))?;
    }
    let Draft {
        mut form,
        policy: mut json,
        open,
        ..
    } = draft;
    // What is demanded of these they are themselves.
    ConditionRef::exact(BUCKET, bucket.name()).write(&mut json);
    json.push_str(", ");
    write_condition(policy.key.condition(), key, &mut json);
    form.push(KEY, policy.key.value());
    for (name, value) in scheme.auth.iter().flatten() {
        let value = form.push_with(name, |text| value.write(text));
        if !is_exempt(name) {
            json.push_str(", ");
            let look = Look::at([value, ""]);
            write_condition(ConditionRef::exact(name, value), look, &mut json);
        }
    }
    json.push_str("]}");

    let encoded = form.push_with(POLICY, |text| BASE64.encode_string(&json, text));
    let signature = sign_text(encoded);
    form.push(scheme.signature, signature.as_str());
    form.check_size()?;
    let filled = form.len();
    for (name, prefix) in open.as_slice() {
        form.push(name, prefix);
    }
    Ok(PresignedPost {
        form,
        filled,
        policy: json,
        expires_at,
        signature,
    })
}

fn sum<const N: usize>(lengths: [usize; N]) -> usize {
    lengths.into_iter().fold(0, usize::saturating_add)
}

/// How many bytes the caller's texts have. What is too long for any form is not looked at.
fn check_size(policy: &PostPolicy) -> Result<usize, Error> {
    // A range of sizes has more, whatever its numbers are.
    let texts = policy.items.iter().flat_map(Item::texts);
    let sizes = texts.map(str::len);
    let size = sizes.fold(policy.key.given().len(), usize::saturating_add);
    match size > MOST_FORM_DATA {
        true => Err(error!(
            Policy,
            "the policy's fields and conditions have {size} bytes, and a server takes a form of {MOST_FORM_DATA} (20 KB) before its \
             file: it would answer \"MaxPostPreDataLengthExceededError\""
        )),
        false => Ok(size),
    }
}

fn check_key(key: &Key, look: Look) -> Result<(), Error> {
    let text = key.given();
    if split_filename(text, look).is_some() {
        return Err(error!(
            Key,
            "the key {} has {FILENAME} where it can't be checked: the server puts the file's name there, and \
             a policy can only say how a key begins. Let the key end in {FILENAME}, or use Key::starts_with",
            Quoted(text)
        ));
    }
    if key.value().is_empty() {
        return Err(Error::new(
            ErrorKind::Key,
            "the key is empty: an object has a name of at least one character",
        ));
    }
    check_value(KEY, text, look)
}

/// A form and its policy, while they are written.
struct Draft<'a> {
    bucket: &'a str,
    key: &'a str,
    auth: &'a [Option<(&'static str, Auth<'a>)>],
    form: Form,
    /// Its JSON so far.
    policy: String,
    /// The fields that the browser has to fill in, with what their values have to begin with.
    open: List<(&'a str, &'a str), 4>,
}

impl<'a> Draft<'a> {
    /// With room for texts of so many bytes, none of which is escaped.
    fn new(
        policy: &'a PostPolicy,
        bucket: &'a Bucket,
        scheme: &'a Scheme<'_>,
        size: usize,
    ) -> Result<Self, Error> {
        /// Most of what stands around a condition's texts, with the numbers of a range of sizes.
        const CONDITION: usize = 50;
        /// The expiration, the conditions on bucket and key without their values, and what stands around all.
        const POLICY: usize = 128;
        /// `policy`, the key's name and variable, and a signature with its name.
        const FORM: usize = 112;
        let auth = scheme.auth.iter().flatten();
        let auth = auth.map(|(name, value)| sum([name.len(), value.bound(), 12]));
        let auth = auth.fold(0, usize::saturating_add);
        let conditions = policy.items.len().saturating_mul(CONDITION);
        let json = sum([POLICY, size, conditions, bucket.name().len(), auth]);
        let encoded = json.div_ceil(3).saturating_mul(4);
        let mut text = String::with_capacity(sum([FORM, bucket.url_bound(), size, auth, encoded]));
        bucket.write_url(&mut text)?;
        Ok(Draft {
            bucket: bucket.name(),
            key: policy.key.value(),
            auth: &scheme.auth,
            form: Form::new(text),
            policy: String::with_capacity(json),
            open: List::new(),
        })
    }

    /// Adds what an item brings: its field, its condition, or both.
    fn add(&mut self, item: &'a Item, named: Named<'a>) -> Result<(), Error> {
        let look = Look::at(item.texts());
        let condition = match item {
            Item::Field { name, value } => {
                self.add_field(name, value, look)?;
                let is_bucket = name.eq_ignore_ascii_case(BUCKET);
                if is_bucket && value != self.bucket {
                    return Err(error!(
                        Policy,
                        "the field bucket is {}, but the form goes to the bucket {}",
                        Quoted(value),
                        Quoted(self.bucket)
                    ));
                }
                // The bucket's own condition is added in any case.
                if !named.is_last || is_bucket || is_exempt(name) {
                    return Ok(());
                }
                match split_filename(value, look) {
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
                }
            }
            Item::Eq { name, value } => {
                let is_own = |own: &&str| name.eq_ignore_ascii_case(own);
                if named.is_first && ![BUCKET, KEY].iter().any(is_own) {
                    self.add_field(name, value, look)?;
                }
                let condition = ConditionRef::exact(name, value);
                self.check(condition, look, named)?;
                condition
            }
            Item::Condition(condition) => {
                let condition = condition.view();
                self.check(condition, look, named)?;
                condition
            }
        };
        write_condition(condition, look, &mut self.policy);
        self.policy.push_str(", ");
        Ok(())
    }

    fn add_field(&mut self, name: &str, value: &str, look: Look) -> Result<(), Error> {
        check_field(name, value, look)?;
        self.form.push(name, value);
        Ok(())
    }

    /// The value that the form has for a field, if it has the field.
    fn value_of(&self, name: &str, named: Named<'a>) -> Option<Cow<'a, str>> {
        let is = |own: &str| name.eq_ignore_ascii_case(own);
        if is(BUCKET) {
            // A form may have a field of that name, but the server takes the bucket from the URL.
            return Some(self.bucket.into());
        }
        if is(KEY) {
            return Some(self.key.into());
        }
        let auth = || self.auth.iter().flatten().find(|(own, _)| is(own));
        match named.value {
            Some(value) => Some(value.into()),
            None => auth().map(|(_, value)| value.text()),
        }
    }

    /// A condition can be met: by the field that it is about, or by what the browser fills in.
    fn check(
        &mut self,
        condition: ConditionRef<'a>,
        look: Look,
        named: Named<'a>,
    ) -> Result<(), Error> {
        condition.check_range()?;
        let Some(name) = condition.field() else {
            return Ok(());
        };
        // "All variables within the form are expanded prior to validating the POST policy."
        if let Rule::StartsWith { prefix, .. } = condition.rule()
            && let Some((before, _)) = split_filename(prefix, look)
        {
            return Err(error!(
                Policy,
                "the condition {condition:?} has {FILENAME}, in place of which the server sees the file's name: \
                 let the condition end before it, in {}",
                Quoted(before)
            ));
        }
        match (self.value_of(name, named), condition.rule()) {
            (Some(value), _) if can_hold(condition, &value) => Ok(()),
            (Some(_), _) => Err(error!(
                Policy,
                "the field {} does not meet the condition {condition:?}: the server would answer \
                 \"Invalid according to Policy: Policy Condition failed: {condition:?}\"",
                Quoted(name)
            )),
            (None, _) if is_outside(name) => Err(error!(
                Policy,
                "the condition {condition:?} is about a field that no condition can be about"
            )),
            (None, Rule::StartsWith { prefix, .. }) => {
                check_field(name, prefix, look)?;
                if !condition.holds(Some(prefix)) {
                    return Err(error!(
                        Policy,
                        "no value meets the condition {condition:?}: a {CONTENT_TYPE} with commas is a list, and \
                         none of its values has one"
                    ));
                }
                self.leave_open(condition, name, prefix, named)
            }
            (None, _) => Err(error!(
                Policy,
                "the condition {condition:?} is exact, so the form needs the field {}: the server would answer \
                 \"Invalid according to Policy: Policy Condition failed: {condition:?}\"",
                Quoted(name)
            )),
        }
    }

    fn leave_open(
        &mut self,
        condition: ConditionRef<'a>,
        name: &'a str,
        prefix: &'a str,
        named: Named<'a>,
    ) -> Result<(), Error> {
        if named.is_first {
            self.open.push((name, prefix));
            return Ok(());
        }
        let mut others = self.open.as_mut_slice().iter_mut();
        match others.find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            // Both prefixes hold if one of them goes on as the other begins.
            Some((_, before)) if prefix.starts_with(*before) => *before = prefix,
            Some((_, before)) if before.starts_with(prefix) => {}
            _ => {
                return Err(error!(
                    Policy,
                    "no value meets the condition {condition:?} and the one before it on the same field"
                ));
            }
        }
        Ok(())
    }
}

fn write_condition(condition: ConditionRef<'_>, look: Look, json: &mut String) {
    match look.is_plain() {
        true => condition.write_plain(json),
        false => condition.write(json),
    }
}

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

/// An item among those of its name, which is compared without regard to case.
#[derive(Clone, Copy, Default)]
struct Named<'a> {
    name: &'a str,
    brings: Brings,
    /// Which item it is.
    at: usize,
    is_first: bool,
    is_last: bool,
    /// What the form's field of that name has, if the items bring one.
    value: Option<&'a str>,
}

impl<'a> Named<'a> {
    /// An item whose name no other has.
    fn alone(at: usize, item: &'a Item) -> Self {
        let (brings, value) = match item {
            Item::Field { value, .. } => (Brings::Field, Some(value.as_str())),
            Item::Eq { value, .. } => (Brings::Eq, Some(value.as_str())),
            Item::Condition(_) => (Brings::Condition, None),
        };
        Named {
            // A range of sizes has none.
            name: item.name().unwrap_or_default(),
            brings,
            at,
            is_first: true,
            is_last: true,
            value,
        }
    }
}

/// The items by their names; none if each name is there once.
struct Names<'a>(List<Named<'a>, 8>);

impl<'a> Names<'a> {
    fn of(items: &'a [Item]) -> Self {
        let mut list = List::new();
        if do_names_differ(items) {
            return Names(list);
        }
        list.extend(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| Named::alone(at, item)),
        );
        let names: &mut [Named<'_>] = list.as_mut_slice();
        // Any order that has the items of one name together will do: that of their lengths is found out soonest. The sort is
        // stable: of those that are alike the first item stays first.
        names.sort_by(|one, two| {
            let lengths = one.name.len().cmp(&two.name.len());
            lengths
                .then_with(|| compare_names(one.name, two.name))
                .then(one.brings.cmp(&two.brings))
        });
        for group in names.chunk_by_mut(|one, two| one.name.eq_ignore_ascii_case(two.name)) {
            // What brings the field comes first.
            let value = group.first().and_then(|first| first.value);
            let last = group.len().saturating_sub(1);
            for (at, named) in group.iter_mut().enumerate() {
                named.is_first = at == 0;
                named.is_last = at == last;
                named.value = value;
            }
        }
        names.sort_unstable_by_key(|named| named.at);
        Names(list)
    }

    fn get(&self, at: usize, item: &'a Item) -> Named<'a> {
        let named = self.0.as_slice().get(at);
        named.copied().unwrap_or_else(|| Named::alone(at, item))
    }

    /// The name of the first field that is there again.
    fn repeated_field(&self) -> Option<&'a str> {
        let mut fields = self.0.as_slice().iter();
        let again = fields.find(|named| named.brings == Brings::Field && !named.is_first);
        again.map(|named| named.name)
    }
}

/// Whether no name is there twice, as far as lengths and last letters tell: they do for most forms.
fn do_names_differ(items: &[Item]) -> bool {
    let mut seen = [false; 256];
    items.iter().filter_map(Item::name).all(|name| {
        let [length, ..] = name.len().to_le_bytes();
        let last = name.as_bytes().last().copied().unwrap_or_default();
        let mark = last.to_ascii_lowercase() ^ length.rotate_left(4);
        let seen = seen.get_mut(usize::from(mark));
        seen.is_some_and(|seen| !mem::replace(seen, true))
    })
}

/// What a caller's field can be.
fn check_field(name: &str, value: &str, look: Look) -> Result<(), Error> {
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
    if name.is_empty() || !look.is_plain() && name.chars().any(char::is_control) {
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
    check_value(name, value, look)
}

/// What a browser sends just as it is (HTML, section 4.10.21.8, "Multipart form data").
fn check_value(name: &str, value: &str, look: Look) -> Result<(), Error> {
    if look.is_plain() {
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

/// What stands before and after the variable of the file's name.
fn split_filename(value: &str, look: Look) -> Option<(&str, &str)> {
    match look.has_dollar() {
        true => value.split_once(FILENAME),
        false => None,
    }
}

/// Whether a form's value can meet the condition, whatever the file's name is.
fn can_hold(condition: ConditionRef<'_>, value: &str) -> bool {
    let variable = split_filename(value, Look::at([value, ""]));
    match (condition.rule(), variable) {
        // The name may be what the condition needs for the rest of its prefix.
        (Rule::StartsWith { prefix, .. }, Some((before, _))) => {
            condition.holds(Some(before)) || prefix.starts_with(before)
        }
        (Rule::Eq { .. }, Some(_)) => false,
        _ => condition.holds(Some(value)),
    }
}
