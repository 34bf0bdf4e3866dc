//! The fields that state who signs a form, and the key that signs it.

use super::form::Form;
use crate::credentials::Credentials;
use crate::crypto::{Signature, SigningKey};
use crate::error::{Error, error};
use crate::identity::Identity;
use crate::request::{KeySource, Signer};
use crate::scheme::sigv2;
use crate::scheme::v4_scheme::{PolicyForm, Role, V4Scheme};
use crate::text::capacity::capacity;
use crate::time::Timestamp;
use crate::v2::{self, SignatureMethod};
use crate::v4::{Scope, check_can_sign};
use alloc::boxed::Box;
use alloc::string::String;

/// Who signs a form, and with which signature version.
pub(super) struct FormSigner<'a> {
    pub(super) identity: &'a Identity,
    version: Version<'a>,
}

enum Version<'a> {
    V4 {
        scope: Scope<'a>,
        /// The part that carries the session token.
        token: Role,
    },
    V2,
}

/// The field with the signature.
#[derive(Clone, Copy)]
pub(super) enum SignatureField {
    V4(&'static V4Scheme),
    V2,
}

impl<'a> FormSigner<'a> {
    pub(super) fn new(
        signer: Signer<'a>,
        identity: &'a Identity,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let version = match signer {
            Signer::V4(service) => {
                let service = service.for_key_of(identity);
                let scheme = service.scheme();
                check_can_sign(scheme, identity)?;
                if scheme.conventions.policy_form.is_none() {
                    return Err(error!(
                        Unsupported,
                        "SigV4a doesn't support POST policies; presign a PUT instead, or use a \
                         bucket in a region"
                    ));
                }
                Version::V4 {
                    scope: Scope {
                        time: now.amz_date()?,
                        signing_scope: &service.signing_scope,
                    },
                    token: service.rules.session_token.role(),
                }
            }
            Signer::V2(_) => {
                identity.check_secret_access_key()?;
                Version::V2
            }
            Signer::Custom(signer) => return Err(signer.unsupported("forms")),
        };
        Ok(FormSigner { identity, version })
    }

    /// Adds the fields. Each has a condition, except SigV2's access key ID.
    pub(super) fn write(&self, form: &mut Form) {
        let id = self.identity.access_key_id();
        let token_field = match &self.version {
            Version::V4 { scope, token } => {
                let scheme = scope.scheme();
                let name = |role| scheme.name(role).lowercase;
                form.push(name(Role::Algorithm), scheme.algorithm);
                form.push_with(name(Role::Credential), |text| {
                    scope.write_credential(id, text)
                });
                form.push(name(Role::Date), scope.time.as_str());
                name(*token)
            }
            Version::V2 => {
                form.push(sigv2::ACCESS_KEY_ID, id);
                sigv2::SECURITY_TOKEN_HEADER
            }
        };
        if let Some(token) = self.identity.session_token() {
            form.push(token_field, token);
        }
    }

    /// Returns an upper bound of the length of names and values.
    pub(super) fn max_len(&self) -> usize {
        /// Names, algorithm and date.
        const FIXED: usize = 128;
        let scope_len = match &self.version {
            Version::V4 { scope, .. } => scope.signing_scope.text.len(),
            Version::V2 => 0,
        };
        capacity([
            FIXED,
            scope_len,
            self.identity.access_key_id().len(),
            self.identity.session_token().map_or(0, str::len),
        ])
    }

    /// Returns the form of the policy's JSON.
    pub(super) fn policy_form(&self) -> PolicyForm {
        let form = match &self.version {
            Version::V4 { scope, .. } => scope.scheme().conventions.policy_form,
            Version::V2 => None,
        };
        form.unwrap_or(PolicyForm::Aws)
    }

    pub(super) fn signature_field(&self) -> SignatureField {
        match &self.version {
            Version::V4 { scope, .. } => SignatureField::V4(scope.scheme()),
            Version::V2 => SignatureField::V2,
        }
    }

    pub(super) fn signing_key(&self, credentials: &Credentials) -> Result<SigningKey, Error> {
        match &self.version {
            Version::V4 { scope, .. } => scope.signing_key(credentials),
            Version::V2 => Ok(v2::signing_key(credentials.secret_access_key()?)),
        }
    }

    pub(super) fn key_source(&self) -> KeySource {
        match &self.version {
            Version::V4 { scope, .. } => KeySource::V4 {
                time: scope.time,
                signing_scope: Box::new(scope.signing_scope.clone()),
            },
            Version::V2 => KeySource::V2(SignatureMethod::HmacSha1),
        }
    }
}

impl SignatureField {
    pub(super) fn name(self) -> &'static str {
        match self {
            SignatureField::V4(scheme) => scheme.name(Role::Signature).lowercase,
            SignatureField::V2 => sigv2::FORM_SIGNATURE,
        }
    }

    /// Returns the greatest length of the signature's text.
    pub(super) fn value_len(self) -> usize {
        match self {
            SignatureField::V4(scheme) => *scheme.signature_len.end(),
            SignatureField::V2 => 28,
        }
    }

    pub(super) fn write_value(self, signature: &Signature, text: &mut String) {
        match self {
            SignatureField::V4(_) => signature.write_hex(text),
            SignatureField::V2 => signature.write_base64(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FormSigner, PolicyForm};
    use crate::SignatureVersion;
    use crate::post::form::Form;
    use crate::s3::Bucket;
    use crate::{Credentials, Timestamp};
    use alloc::string::String;
    use serde_json::Value;
    use std::{fs, path::Path};

    /// Published policies have other white space than ours, so they are signed here as texts.
    #[test]
    fn published_policies_have_their_signatures() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/post-policy.json");
        let cases: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let mut signed = 0;
        for case in cases.as_array().unwrap() {
            let text = |name: &str| case[name].as_str().unwrap();
            let credentials =
                Credentials::new(text("access_key_id"), text("secret_access_key")).unwrap();
            let region = case["region"].as_str().unwrap_or("us-east-1");
            let time = case["timestamp"].as_str();
            let version = match time {
                Some(_) => SignatureVersion::V4,
                None => SignatureVersion::V2,
            };
            let bucket = Bucket::builder("examplebucket", region)
                .signature_version(version)
                .build()
                .unwrap();
            let now: Timestamp = time.unwrap_or("20130524T000000Z").parse().unwrap();
            let signer = bucket.signer.as_ref();
            let form_signer = FormSigner::new(signer, credentials.identity(), now).unwrap();
            if time.is_some() {
                let expected = &case["expected"]["fields"];
                let names = ["x-amz-credential", "X-Amz-Credential"];
                let expected = names.iter().find_map(|name| expected[*name].as_str());
                let mut form = Form::new(&bucket.address, PolicyForm::Aws, 0);
                form_signer.write(&mut form);
                let mut fields = form.fields();
                let credential = fields.find(|(name, _)| *name == "x-amz-credential");
                assert_eq!(credential.map(|(_, value)| value), expected);
            }

            let key = form_signer.signing_key(&credentials).unwrap();
            let sign = |policy: &str| {
                let mut signature = String::new();
                let field = form_signer.signature_field();
                field.write_value(&key.sign(policy).unwrap(), &mut signature);
                assert_eq!(signature.len(), field.value_len());
                signature
            };
            let policy = case["expected"]["policy_base64"].as_str().unwrap();
            let expected = case["expected"]["signature"].as_str().unwrap();
            assert_eq!(sign(policy), expected, "{}", text("name"));
            let changed = policy.replacen('e', "f", 1);
            assert_ne!(sign(&changed), expected, "{}", text("name"));
            signed += 1;
        }
        assert_eq!(signed, 6);
    }
}
