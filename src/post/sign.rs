//! Signing a form: *prepare* writes everything except the signature, a key signs the policy's
//! base64, and *finish* adds the signature.

use super::condition::KEY;
use super::fields::{check_field, check_name, is_ignored};
use super::form::Form;
use super::form_signer::{FormSigner, SignatureField};
use super::item::{Item, NamedItem, group_by_name};
use super::policy_writer::PolicyWriter;
use super::post_policy::{PostPolicy, Target};
use super::presigned_post::PresignedPost;
use crate::crypto::Signature;
use crate::error::{Error, ErrorKind, error};
use crate::expiry::Expiry;
use crate::scheme::form::POLICY;
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::scheme::v4_scheme::PolicyForm;
use crate::text::base64;
use crate::text::capacity::capacity;
use crate::time::Timestamp;
use crate::wire::inline_list::InlineList;
use alloc::string::String;

/// A form of which everything except the signature is written.
pub(super) struct PreparedForm {
    /// The form, without its last field.
    post: PresignedPost,
    /// The index of the field with the policy.
    policy_index: usize,
    signature_field: SignatureField,
}

impl PostPolicy<'_> {
    /// Writes a form up to its signature.
    pub(super) fn prepare_form(
        &self,
        signer: &FormSigner<'_>,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<PreparedForm, Error> {
        let expires_at = expiry.resolve(signer.identity, now, "form")?.expires_at;
        let length = self.check_len()?;
        self.key.check()?;
        self.target.address.check_key(self.key.text())?;
        let items = group_by_name(&self.items);
        if let Some(duplicate) = items.iter().find(|item| item.is_duplicate_field()) {
            let name = duplicate.name.to_ascii_lowercase();
            return Err(Error::duplicate(ErrorKind::Policy, "field", &name));
        }

        let (form_capacity, policy_capacity) = self.capacities(length, signer);
        let style = signer.policy_form();
        let mut form = Form::new(self.target.address, style, form_capacity);
        self.write_fields(&items, style, &mut form)?;
        let authentication = form.len();
        signer.write(&mut form);

        let mut writer = PolicyWriter {
            style,
            bucket: self.target.bucket,
            key: &self.key,
            form: &form,
            authentication,
            json: String::with_capacity(policy_capacity),
            open_fields: InlineList::new(),
        };
        writer.write_start(expires_at)?;
        writer.write_items(&items)?;
        writer.write_end(expires_at)?;
        let PolicyWriter {
            json, open_fields, ..
        } = writer;

        let policy_index = form.len();
        form.push_with(POLICY, |text| base64::write(json.as_bytes(), text));
        let signature_field = signer.signature_field();
        form.check_size(signature_field.name(), signature_field.value_len())?;
        form.push_open(&open_fields);
        Ok(PreparedForm {
            post: PresignedPost {
                form,
                policy: json,
                expires_at,
            },
            policy_index,
            signature_field,
        })
    }

    /// Adds the caller's fields, and the key. Google's libraries leave out what Google ignores.
    fn write_fields(
        &self,
        items: &[NamedItem<'_>],
        style: PolicyForm,
        form: &mut Form,
    ) -> Result<(), Error> {
        for (name, value) in items.iter().filter_map(NamedItem::field) {
            check_name(name)?;
            check_field(name, value)?;
            if style == PolicyForm::Aws || !is_ignored(name) {
                form.push(name, value);
            }
        }
        form.push(KEY, self.key.value());
        Ok(())
    }

    /// Checks the length of the caller's texts, before the work on them, and returns it.
    fn check_len(&self) -> Result<usize, Error> {
        let lengths = self.items.iter().map(Item::len);
        let length = lengths.fold(self.key.text().len(), usize::saturating_add);
        if length > MAX_FORM_BYTES {
            return Err(error!(
                Policy,
                "the fields and conditions have {length} bytes, but servers accept a form of {MAX_FORM_BYTES} \
                 (20 KB) and reject more with \"MaxPostPreDataLengthExceededError\"; shorten them"
            ));
        }
        Ok(length)
    }

    /// Returns capacities that fit the form and the policy, unless a character is escaped.
    fn capacities(&self, length: usize, signer: &FormSigner<'_>) -> (usize, usize) {
        /// The text around the names and values of a condition.
        const CONDITION: usize = 26;
        /// The expiration, and the text around the conditions that every policy has.
        const POLICY: usize = 168;
        /// `policy`, the name of the key's field, `${filename}`, and a signature with its name.
        const FORM: usize = 112;
        let Target {
            bucket, address, ..
        } = self.target;
        let signer_len = signer.max_len();
        let conditions = self.items.len().saturating_mul(CONDITION);
        let policy = capacity([POLICY, length, conditions, bucket.len(), signer_len]);
        let encoded = policy.div_ceil(3).saturating_mul(4);
        let url = address.origin.len().saturating_add(address.prefix.len());
        let form = capacity([FORM, url, length, signer_len, encoded]);
        (form, policy)
    }
}

impl PreparedForm {
    /// Returns the text to sign: the policy's base64.
    pub(super) fn string_to_sign(&self) -> &str {
        let (_, value) = self.post.form.get(self.policy_index).unwrap_or_default();
        value
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        self.post.expires_at
    }

    /// Adds the signature.
    pub(super) fn finish(mut self, signature: &Signature) -> PresignedPost {
        let field = self.signature_field;
        let write = |text: &mut String| field.write_value(signature, text);
        self.post.form.push_with(field.name(), write);
        self.post
    }
}
