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
use crate::marks::ACCESS_KEY_ID;
use crate::s3::Bucket;
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use crate::verify::MOST_FORM_DATA;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;

pub(super) const KEY: &str = "key";
const BUCKET: &str = "bucket";
const POLICY: &str = "policy";

/// What the two generations add to a form.
pub(super) struct Scheme<A, S> {
    /// Adds the fields that say who signs. Each has a condition, but for an access key id by itself.
    pub(super) auth: A,
    /// How many bytes they have.
    pub(super) auth_bytes: usize,
    /// The name of the signature's field.
    pub(super) signature: &'static str,
    /// Signs the policy's base64.
    pub(super) sign_text: S,
}

/// Signs a policy from `now` to its end.
pub(super) fn sign(
    policy: &PostPolicy,
    bucket: &Bucket,
    credentials: &Credentials,
    [now, expires_at]: [Timestamp; 2],
    scheme: Scheme<impl FnOnce(&mut Form), impl FnOnce(&str) -> Signature>,
) -> Result<PresignedPost, Error> {
    if let Some(error) = &policy.error {
        return Err(error.clone());
    }
    let size = check_size(policy)?;
    let key = Look::at(policy.key.given());
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

    let room = Room::of(policy, bucket, scheme.auth_bytes, size);
    let mut form = Form::new(bucket.url_with_room(room.form)?);
    for (item, place) in names.places(&policy.items) {
        if let Some((name, value)) = field_of(item, place) {
            check_name(name)?;
            form.push(name, value);
        }
    }
    let fields = form.look();
    if !fields.is_plain {
        form.iter()
            .try_for_each(|(name, value)| check_field(name, value))?;
    }
    form.push(KEY, policy.key.value());
    let auth_at = form.len();
    (scheme.auth)(&mut form);

    let mut conditions = Conditions {
        policy,
        bucket: bucket.name(),
        form: &form,
        fields,
        key,
        auth_at,
        json: String::with_capacity(room.json),
        open: List::new(),
    };
    conditions.begin(expires_at)?;
    for (item, place) in names.places(&policy.items) {
        conditions.add(item, place)?;
    }
    conditions.end();
    let Conditions { json, open, .. } = conditions;

    let encoded = form.push_with(POLICY, |text| encoder().encode_string(&json, text));
    let signature = (scheme.sign_text)(encoded);
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

/// With vector instructions, if there are any: a policy is the longest text that is encoded.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn encoder() -> &'static impl Engine {
    use base64::engine::general_purpose::PAD;
    use base64::engine::simd::Simd;
    static ENGINE: std::sync::LazyLock<Simd> = std::sync::LazyLock::new(|| Simd::standard(PAD));
    &*ENGINE
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn encoder() -> &'static impl Engine {
    &base64::engine::general_purpose::STANDARD
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
    match look.is_plain {
        true => Ok(()),
        false => check_field(KEY, text),
    }
}

/// How many bytes form and policy have, or a little more, if nothing is escaped.
struct Room {
    form: usize,
    json: usize,
}

impl Room {
    /// For a policy whose texts have so many bytes.
    fn of(policy: &PostPolicy, bucket: &Bucket, auth: usize, size: usize) -> Self {
        /// What stands around a condition's texts, at most, or the numbers of an ordinary range of sizes.
        const CONDITION: usize = 26;
        /// The expiration, the conditions on bucket and key without their values, and what stands around all, also around those
        /// of the signature.
        const POLICY: usize = 168;
        /// `policy`, the key's name and variable, and a signature with its name.
        const FORM: usize = 112;
        let conditions = policy.items.len().saturating_mul(CONDITION);
        let json = sum([POLICY, size, conditions, bucket.name().len(), auth]);
        let encoded = json.div_ceil(3).saturating_mul(4);
        Room {
            form: sum([FORM, bucket.url_bound(), size, auth, encoded]),
            json,
        }
    }
}

/// The field that an item brings.
fn field_of<'a>(item: &'a Item, place: Place<'_>) -> Option<(&'a str, &'a str)> {
    match item {
        Item::Field { name, value } => Some((name, value)),
        Item::Eq { name, value } => {
            let is_own = |own: &&str| name.eq_ignore_ascii_case(own);
            let brings_it = place.is_first && ![BUCKET, KEY].iter().any(is_own);
            brings_it.then_some((name, value))
        }
        Item::Condition(_) => None,
    }
}

/// A policy's conditions, while they are checked and written.
struct Conditions<'a, 'f> {
    policy: &'a PostPolicy,
    bucket: &'a str,
    /// The fields so far.
    form: &'f Form,
    /// What names and values of the caller's fields hold.
    fields: Look,
    /// What the key holds, without a variable at its end.
    key: Look,
    /// Which field is the first that says who signs.
    auth_at: usize,
    json: String,
    /// The fields that the browser has to fill in, with what their values have to begin with.
    open: List<(&'a str, &'a str), 4>,
}

impl<'a> Conditions<'a, '_> {
    fn begin(&mut self, expires_at: Timestamp) -> Result<(), Error> {
        self.json.push_str("{\"expiration\": \"");
        // Digits and their marks: nothing to escape.
        self.json.push_str(expires_at.policy_date()?.as_str());
        self.json.push_str("\", \"conditions\": [");
        Ok(())
    }

    /// Adds what is demanded of bucket, key and those that sign: what they are themselves.
    fn end(&mut self) {
        let bucket = ConditionRef::exact(BUCKET, self.bucket);
        self.write(bucket, Look::at(self.bucket));
        self.json.push_str(", ");
        self.write(self.policy.key.condition(), self.key);
        for (name, value) in self.form.iter().skip(self.auth_at) {
            // SigV2's, which has no condition.
            if name != ACCESS_KEY_ID {
                self.json.push_str(", ");
                self.write(ConditionRef::exact(name, value), Look::at(value));
            }
        }
        self.json.push_str("]}");
    }

    fn write(&mut self, condition: ConditionRef<'_>, look: Look) {
        match look.is_plain {
            true => condition.write_plain(&mut self.json),
            false => condition.write(&mut self.json),
        }
    }

    /// Adds the condition that an item brings.
    fn add(&mut self, item: &'a Item, place: Place<'a>) -> Result<(), Error> {
        let (condition, look) = match item {
            Item::Field { name, value } => {
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
                if !place.is_last || is_bucket || is_exempt(name) {
                    return Ok(());
                }
                let condition = match split_filename(value, self.fields) {
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
                };
                (condition, self.fields)
            }
            Item::Eq { name, value } => {
                let condition = ConditionRef::exact(name, value);
                // The field that it brings meets it, unless the server changes the value.
                if field_of(item, place).is_some() && !self.fields.has_dollar {
                    (condition, self.fields)
                } else {
                    (condition, self.check(condition, place)?)
                }
            }
            Item::Condition(condition) => {
                let condition = condition.view();
                (condition, self.check(condition, place)?)
            }
        };
        self.write(condition, look);
        self.json.push_str(", ");
        Ok(())
    }

    /// The value that the form has for a field, if it has the field.
    fn value_of<'s>(&'s self, name: &str, place: Place<'s>) -> Option<&'s str> {
        let is = |own: &str| name.eq_ignore_ascii_case(own);
        if is(BUCKET) {
            // A form may have a field of that name, but the server takes the bucket from the URL.
            return Some(self.bucket);
        }
        if is(KEY) {
            return Some(self.policy.key.value());
        }
        place.value.or_else(|| {
            // Those who sign have names that no field of the caller has.
            check_name(name).err()?;
            let mut auth = self.form.iter().skip(self.auth_at);
            auth.find(|(own, _)| is(own)).map(|(_, value)| value)
        })
    }

    /// A condition can be met: by the field that it is about, or by what the browser fills in. Returns what its texts hold.
    fn check(&mut self, condition: ConditionRef<'a>, place: Place<'a>) -> Result<Look, Error> {
        condition.check_range()?;
        let [name, text] = condition.texts();
        if condition.field().is_none() {
            return Ok(Look::at(""));
        }
        let (field, text) = (Look::at(name), Look::at(text));
        let look = Look {
            is_plain: field.is_plain && text.is_plain,
            has_dollar: text.has_dollar,
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
        match (self.value_of(name, place), condition.rule()) {
            (Some(value), _) if can_hold(condition, value) => Ok(look),
            (Some(_), _) => Err(error!(
                Policy,
                "the field {} does not meet the condition {condition:?}: the server would answer \
                 \"Invalid according to Policy: Policy Condition failed: {condition:?}\"",
                Quoted(name)
            )),
            (None, Rule::StartsWith { prefix, .. }) if check_name(name).is_ok() => {
                if !look.is_plain {
                    check_field(name, prefix)?;
                }
                if !condition.holds(Some(prefix)) {
                    return Err(error!(
                        Policy,
                        "no value meets the condition {condition:?}: a {CONTENT_TYPE} with commas is a list, and \
                         none of its values has one"
                    ));
                }
                self.leave_open(condition, name, prefix, place)?;
                Ok(look)
            }
            (None, _) if is_outside(name) => Err(error!(
                Policy,
                "the condition {condition:?} is about a field that no condition can be about"
            )),
            (None, Rule::StartsWith { .. }) => check_name(name).map(|()| look),
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
        place: Place<'a>,
    ) -> Result<(), Error> {
        if place.is_first {
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

/// What an item is beside its name, in the order that items of one name are sorted in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Brings {
    /// A field, which brings its condition if there is no other.
    Field,
    /// An exact condition, which brings its field if there is no other.
    Eq,
    /// A condition alone.
    Condition,
}

/// An item's place among those of its name.
#[derive(Clone, Copy)]
struct Place<'a> {
    is_first: bool,
    is_last: bool,
    /// What the form's field of that name has, if the items bring one.
    value: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// That of an item whose name no other has.
    fn alone(item: &'a Item) -> Self {
        Place {
            is_first: true,
            is_last: true,
            value: match item {
                Item::Field { value, .. } | Item::Eq { value, .. } => Some(value),
                Item::Condition(_) => None,
            },
        }
    }
}

struct Named<'a> {
    name: &'a str,
    brings: Brings,
    /// Which item it is.
    at: usize,
    place: Place<'a>,
}

/// The items by their names, which are compared without regard to case; none of them if each name is there once.
struct Names<'a>(Vec<Named<'a>>);

impl<'a> Names<'a> {
    fn of(items: &'a [Item]) -> Self {
        if do_names_differ(items) {
            return Names(Vec::new());
        }
        let items = items.iter().enumerate();
        let mut names: Vec<_> = items
            .map(|(at, item)| Named {
                // A range of sizes has none.
                name: item.name().unwrap_or_default(),
                brings: match item {
                    Item::Field { .. } => Brings::Field,
                    Item::Eq { .. } => Brings::Eq,
                    Item::Condition(_) => Brings::Condition,
                },
                at,
                place: Place::alone(item),
            })
            .collect();
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
            let value = group.first().and_then(|first| first.place.value);
            let last = group.len().saturating_sub(1);
            for (at, named) in group.iter_mut().enumerate() {
                named.place = Place {
                    is_first: at == 0,
                    is_last: at == last,
                    value,
                };
            }
        }
        names.sort_unstable_by_key(|named| named.at);
        Names(names)
    }

    /// The items with their places.
    fn places(&self, items: &'a [Item]) -> impl Iterator<Item = (&'a Item, Place<'a>)> {
        items.iter().enumerate().map(|(at, item)| {
            let named = self.0.get(at);
            let place = named.map(|named| named.place);
            (item, place.unwrap_or_else(|| Place::alone(item)))
        })
    }

    /// The name of the first field that is there again.
    fn repeated_field(&self) -> Option<&'a str> {
        let mut fields = self.0.iter();
        let again = fields.find(|named| named.brings == Brings::Field && !named.place.is_first);
        again.map(|named| named.name)
    }
}

/// Whether no name is there twice, as far as lengths and last letters tell: they do for most forms.
fn do_names_differ(items: &[Item]) -> bool {
    // A bit for each that was seen.
    let mut seen = [0u64; 4];
    items.iter().filter_map(Item::name).all(|name| {
        let [length, ..] = name.len().to_le_bytes();
        let last = name.as_bytes().last().copied().unwrap_or_default();
        let mark = last.to_ascii_lowercase() ^ length.rotate_left(4);
        let bit = 1 << (mark % 64);
        seen.get_mut(usize::from(mark / 64)).is_some_and(|seen| {
            let is_new = *seen & bit == 0;
            *seen |= bit;
            is_new
        })
    })
}

/// What a caller's field can be called.
fn check_name(name: &str) -> Result<(), Error> {
    /// The fields that signing adds, and the file.
    const ADDED: [&str; 9] = [
        POLICY,
        ACCESS_KEY_ID,
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
    if name.is_empty() {
        return Err(not_a_name(name));
    }
    match name {
        "_charset_" => Err(Error::new(
            ErrorKind::Policy,
            "the field _charset_ gets its value from the browser: leave it out",
        )),
        _ => Ok(()),
    }
}

fn not_a_name(name: &str) -> Error {
    error!(
        Policy,
        "{} is not the name of a field: it is a text without control characters",
        Quoted(name)
    )
}

/// What a browser sends just as it is (HTML, section 4.10.21.8, "Multipart form data").
fn check_field(name: &str, value: &str) -> Result<(), Error> {
    if name.chars().any(char::is_control) {
        return Err(not_a_name(name));
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
    match look.has_dollar {
        true => value.split_once(FILENAME),
        false => None,
    }
}

/// Whether a form's value can meet the condition, whatever the file's name is.
fn can_hold(condition: ConditionRef<'_>, value: &str) -> bool {
    match (condition.rule(), split_filename(value, Look::at(value))) {
        // The name may be what the condition needs for the rest of its prefix.
        (Rule::StartsWith { prefix, .. }, Some((before, _))) => {
            condition.holds(Some(before)) || prefix.starts_with(before)
        }
        (Rule::Eq { .. }, Some(_)) => false,
        _ => condition.holds(Some(value)),
    }
}
