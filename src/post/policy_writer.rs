//! The JSON of a policy, and the check that the form meets each of its conditions.
//!
//! For AWS, boto3's `generate_presigned_post` is followed to the byte: the conditions in the
//! caller's order, then those on bucket, key and signature. For Google, its conformance tests are.

use super::condition::{BUCKET, CONTENT_TYPE, Condition, KEY, write_exact, write_starts_with};
use super::fields::{check_field, check_name, needs_no_condition};
use super::form::Form;
use super::item::{Kind, NamedItem};
use super::key::Key;
use super::key::{FILENAME, split_filename};
use crate::error::{Error, Quoted, error};
use crate::scheme::form::{added_field, is_unconditional};
use crate::scheme::v4_scheme::PolicyForm;
use crate::time::{PolicyDate, Timestamp};
use crate::wire::inline_list::InlineList;
use alloc::string::String;
use alloc::vec::Vec;

/// A policy that is being written.
pub(super) struct PolicyWriter<'a, 'f> {
    pub(super) style: PolicyForm,
    pub(super) bucket: &'a str,
    pub(super) key: &'a Key,
    /// The fields so far, without policy and signature.
    pub(super) form: &'f Form,
    /// The index of the first field that signing adds.
    pub(super) authentication: usize,
    pub(super) json: String,
    /// The fields whose values a user adds, with the prefixes that the conditions demand.
    pub(super) open_fields: InlineList<(&'a str, &'a str), 4>,
}

impl<'a> PolicyWriter<'a, '_> {
    /// Writes the text before the first condition.
    pub(super) fn write_start(&mut self, expires_at: Timestamp) -> Result<(), Error> {
        let date = policy_date(expires_at)?;
        match self.style {
            PolicyForm::Aws => self.json.extend([
                "{\"expiration\": \"",
                date.as_str(),
                "\", \"conditions\": [",
            ]),
            PolicyForm::Google => self.json.push_str("{\"conditions\":["),
        }
        Ok(())
    }

    /// Writes the conditions of items.
    pub(super) fn write_items(&mut self, items: &[NamedItem<'a>]) -> Result<(), Error> {
        match self.style {
            PolicyForm::Aws => items.iter().try_for_each(|item| self.write_item(item)),
            PolicyForm::Google => {
                let is_field = |item: &&NamedItem<'_>| item.item.kind == Kind::Field;
                let conditions = items.iter().filter(|item| !is_field(item));
                let mut ordered = conditions.chain(items.iter().filter(is_field));
                ordered.try_for_each(|item| self.write_item(item))
            }
        }
    }

    /// Returns the white space after a comma or a colon.
    fn gap(&self) -> &'static str {
        match self.style {
            PolicyForm::Aws => " ",
            PolicyForm::Google => "",
        }
    }

    /// Writes the condition of an item, if it has one.
    fn write_item(&mut self, named: &NamedItem<'a>) -> Result<(), Error> {
        let gap = self.gap();
        let item = named.item;
        match (item.kind, named.field()) {
            (Kind::Field, _) => return self.write_field(named),
            // The field that it makes has its value, unless the server expands it.
            (Kind::Eq, Some((_, value))) if split_filename(value).is_none() => {}
            _ => self.check(named)?,
        }
        item.condition.write(item.notation, gap, &mut self.json);
        self.json.extend([",", gap]);
        Ok(())
    }

    /// Writes the conditions on bucket, key and the fields that signing adds, and the end.
    pub(super) fn write_end(&mut self, expires_at: Timestamp) -> Result<(), Error> {
        let gap = self.gap();
        write_exact(BUCKET, self.bucket, gap, &mut self.json);
        self.json.extend([",", gap]);
        self.key.write_condition(gap, &mut self.json);
        let added = self.form.fields_from(self.authentication);
        match self.style {
            PolicyForm::Aws => {
                added.for_each(|field| write_added(field, gap, &mut self.json));
                self.json.push_str("]}");
            }
            PolicyForm::Google => {
                let added: Vec<_> = added.collect();
                let reversed = added.into_iter().rev();
                reversed.for_each(|field| write_added(field, gap, &mut self.json));
                let date = policy_date(expires_at)?;
                self.json
                    .extend(["],\"expiration\":\"", date.as_str(), "\"}"]);
            }
        }
        Ok(())
    }

    /// Writes the condition that follows from a field, if it needs one and no other item has it.
    fn write_field(&mut self, named: &NamedItem<'a>) -> Result<(), Error> {
        let (name, value) = (named.name, named.item.field_value().unwrap_or_default());
        if name.eq_ignore_ascii_case(BUCKET) {
            if value != self.bucket {
                return Err(error!(
                    Policy,
                    "the field bucket is {}, but the form is for the bucket {}; leave the field out",
                    Quoted(value),
                    Quoted(self.bucket)
                ));
            }
            // Every policy has a condition on its bucket.
            return Ok(());
        }
        let has_other = self.style == PolicyForm::Aws && !named.is_only;
        if has_other || needs_no_condition(name) {
            return Ok(());
        }
        let gap = self.gap();
        match split_filename(value) {
            None => write_exact(name, value, gap, &mut self.json),
            Some((prefix, "")) => write_starts_with(name, prefix, gap, &mut self.json),
            Some(_) => {
                return Err(error!(
                    Policy,
                    "the field {} contains {FILENAME} before its end, so no condition follows from it; \
                     add one with starts_with",
                    Quoted(name)
                ));
            }
        }
        self.json.extend([",", gap]);
        Ok(())
    }

    /// Checks that the form meets a condition, or that a user can meet it with an open field.
    fn check(&mut self, named: &NamedItem<'a>) -> Result<(), Error> {
        let condition = &named.item.condition;
        condition.check_range()?;
        let Some(name) = condition.field() else {
            return Ok(());
        };
        if let Condition::StartsWith { prefix, .. } = condition {
            check_prefix(condition, prefix)?;
        }
        if let Some(value) = self.value_of(named) {
            if can_meet(condition, value) {
                return Ok(());
            }
            return Err(error!(
                Policy,
                "the field {} doesn't meet the condition {condition:?}, so the server would reject the upload \
                 with \"Policy Condition failed\"; change one of them",
                Quoted(name)
            ));
        }
        if is_unconditional(name) {
            return Err(error!(
                Policy,
                "the condition {condition:?} is on a field that can't have one; leave it out"
            ));
        }
        let Condition::StartsWith { prefix, .. } = condition else {
            return Err(error!(
                Policy,
                "the condition {condition:?} is exact, but the form has no field {}, so the server would \
                 reject the upload with \"Policy Condition failed\"; add the field",
                Quoted(name)
            ));
        };
        check_name(name)?;
        check_field(name, prefix)?;
        if !condition.is_met_by(Some(prefix)) {
            return Err(error!(
                Policy,
                "no value meets the condition {condition:?}, because a {CONTENT_TYPE} with commas is a list; \
                 write a prefix without commas"
            ));
        }
        self.open(named, prefix)
    }

    /// Adds an open field, or narrows the prefix that an earlier condition demands of it.
    fn open(&mut self, named: &NamedItem<'a>, prefix: &'a str) -> Result<(), Error> {
        let name = named.name;
        if named.is_first {
            self.open_fields.push((name, prefix));
            return Ok(());
        }
        let mut open_fields = self.open_fields.iter_mut();
        match open_fields.find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, before)) if prefix.starts_with(*before) => *before = prefix,
            Some((_, before)) if before.starts_with(prefix) => {}
            _ => {
                return Err(error!(
                    Policy,
                    "no value meets both the condition {:?} and an earlier one on the same field; \
                     leave one out",
                    named.item.condition
                ));
            }
        }
        Ok(())
    }

    /// Returns the value of a field, if the form has it.
    fn value_of<'s>(&'s self, named: &NamedItem<'s>) -> Option<&'s str> {
        let name = named.name;
        if name.eq_ignore_ascii_case(BUCKET) {
            // The server knows the bucket from the URL.
            return Some(self.bucket);
        }
        if name.eq_ignore_ascii_case(KEY) {
            return Some(self.key.value());
        }
        named.value.or_else(|| {
            added_field(name)?;
            let mut added = self.form.fields_from(self.authentication);
            let (_, value) = added.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
            Some(value)
        })
    }
}

fn policy_date(expires_at: Timestamp) -> Result<PolicyDate, Error> {
    expires_at.policy_date().map_err(|_| {
        error!(
            Time,
            "the form would expire at {expires_at}; choose a time in the years 0 to 9999"
        )
    })
}

/// Writes the condition on a field that signing adds.
fn write_added((name, value): (&str, &str), gap: &str, json: &mut String) {
    if !is_unconditional(name) {
        json.extend([",", gap]);
        write_exact(name, value, gap, json);
    }
}

/// Checks that a prefix doesn't contain the variable: "All variables within the form are expanded
/// prior to validating the POST policy."
fn check_prefix(condition: &Condition, prefix: &str) -> Result<(), Error> {
    match split_filename(prefix) {
        None => Ok(()),
        Some((before, _)) => Err(error!(
            Policy,
            "the condition {condition:?} contains {FILENAME}, which the server replaces in fields only; \
             end the prefix before it: {}",
            Quoted(before)
        )),
    }
}

/// Returns whether a field's value meets the condition for some name of the file.
fn can_meet(condition: &Condition, value: &str) -> bool {
    match (condition, split_filename(value)) {
        // The name of the file can be the rest of the prefix.
        (Condition::StartsWith { prefix, .. }, Some((before, _))) => {
            condition.is_met_by(Some(before)) || prefix.starts_with(before)
        }
        (Condition::Eq { .. }, Some(_)) => false,
        _ => condition.is_met_by(Some(value)),
    }
}
