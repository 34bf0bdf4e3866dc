//! The table of a scheme that works like SigV4.

use super::Scheme;
use crate::crypto::PrivateKeyKind;
use crate::text::percent::Component;
use crate::text::sink::Sink;
use crate::wire::query::Param;
use core::ops::RangeInclusive;

/// A scheme that works like SigV4.
#[derive(Debug)]
pub(crate) struct V4Scheme {
    pub(crate) id: Scheme,
    /// The first line of the string to sign, and the first word of the `Authorization` header.
    pub(crate) algorithm: &'static str,
    /// The kind of private key that signs; `None` if the scheme signs with HMAC.
    pub(crate) private_key: Option<PrivateKeyKind>,
    /// The text before the secret at the start of the key derivation; empty for private keys that
    /// are not derived.
    pub(crate) key_prefix: &'static str,
    /// The last part of the credential scope.
    pub(crate) terminator: &'static str,
    /// Whether the credential scope names a region.
    pub(crate) scope_has_region: bool,
    /// The number of hexadecimal digits of a signature.
    pub(crate) signature_len: RangeInclusive<usize>,
    pub(crate) conventions: &'static Conventions,
    /// The prefix of the names of the service's own headers.
    pub(crate) header_prefix: &'static str,
    /// The name of the header with the payload's hash.
    pub(crate) content_sha256: &'static str,
    /// The names of the authentication parameters, sorted by their query names, with the signature
    /// last.
    pub(crate) names: &'static [Name],
}

/// The points in which schemes differ beyond their names.
#[derive(Debug)]
pub(crate) struct Conventions {
    /// The form of POST policies; `None` if the scheme has none.
    pub(crate) policy_form: Option<PolicyForm>,
    /// Whether the `host` line contains the port of the request.
    pub(crate) host_has_port: bool,
    /// Whether the header with the payload's hash must contain a hash or one of AWS's replacement
    /// values.
    pub(crate) checks_content_sha256: bool,
    /// Whether a presigned URL can have a header with the signing time, which is signed like any
    /// other header.
    pub(crate) signs_date_header: bool,
    /// The prefix of names that the service rejects beside its own.
    pub(crate) rejected_prefix: Option<&'static str>,
    /// The parameter with the version of an object.
    pub(crate) version_parameter: &'static str,
}

/// The form of a POST policy's JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyForm {
    /// Expiration first, spaces between values, and conditions in the caller's order, as boto3
    /// writes it.
    Aws,
    /// No spaces, conditions before those of the fields, each of which has one, and the expiration
    /// last, as Google's libraries write it.
    Google,
}

/// An authentication parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Algorithm,
    Credential,
    Date,
    Expires,
    /// The session token of S3 Express.
    ExpressToken,
    /// The regions for which a SigV4a signature is valid, instead of the scope's region.
    RegionSet,
    SecurityToken,
    SignedHeaders,
    Signature,
}

impl Role {
    /// Returns whether a parameter shows that a request is signed. A date, an expiry or a token
    /// doesn't, because unsigned requests may have parameters with these names.
    pub(crate) fn shows_signature(self) -> bool {
        matches!(self, Role::Algorithm | Role::Credential | Role::Signature)
    }
}

/// The names of an authentication parameter: in a query, a header and a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) role: Role,
    /// The name of the query parameter, such as `X-Amz-Date`.
    pub(crate) query: &'static str,
    /// The query parameter up to its value: `&X-Amz-Date=`. One write is faster than three.
    pub(crate) query_start: &'static str,
    /// The name of the header and of the form field: `x-amz-date`.
    pub(crate) lowercase: &'static str,
}

/// Defines the names of parameters by the two ways to write them.
macro_rules! names {
    ($($role:ident: $query:literal, $lowercase:literal;)*) => {
        &[$($crate::scheme::v4_scheme::Name {
            role: $crate::scheme::v4_scheme::Role::$role,
            query: $query,
            query_start: concat!("&", $query, "="),
            lowercase: $lowercase,
        }),*]
    };
}
pub(super) use names;

impl V4Scheme {
    /// Returns the names of a parameter. They are empty if the scheme doesn't have it.
    pub(crate) fn name(&self, role: Role) -> &'static Name {
        static ABSENT: Name = Name {
            role: Role::Algorithm,
            query: "",
            query_start: "",
            lowercase: "",
        };
        // The signature, which every URL needs, is last.
        let mut names = self.names.iter().rev();
        names.find(|name| name.role == role).unwrap_or(&ABSENT)
    }

    /// Returns whether the scheme has an authentication parameter.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.names.iter().any(|name| name.role == role)
    }

    /// Returns the names of the region set, if the scheme has one instead of a region.
    pub(crate) fn region_set(&self) -> Option<&'static Name> {
        (!self.scope_has_region).then(|| self.name(Role::RegionSet))
    }

    /// Returns the authentication parameter that a query parameter is, ignoring the case of its
    /// name.
    pub(crate) fn name_of(&self, param: &Param<'_>) -> Option<&'static Name> {
        self.find_name(param.name)
    }

    /// Returns the authentication parameter with the name of a parameter or header, ignoring its
    /// case.
    pub(crate) fn find_name(&self, name: Component<'_>) -> Option<&'static Name> {
        // All names begin with the prefix, and few other parameters do.
        if !name.starts_with_ignore_case(self.header_prefix) {
            return None;
        }
        let mut names = self.names.iter();
        names.find(|own| name.decodes_to_ignore_case(own.query))
    }

    /// Returns whether the key is derived from a secret access key.
    pub(crate) fn derives_key(&self) -> bool {
        !self.key_prefix.is_empty()
    }

    /// Returns whether a name begins with the prefix of the service's own headers, ignoring case.
    pub(crate) fn is_own_header(&self, name: &str) -> bool {
        Component::Raw(name).starts_with_ignore_case(self.header_prefix)
    }

    /// Writes the credential scope: `20130524/us-east-1/s3/aws4_request`, without the region if the
    /// scheme's scope has none.
    pub(crate) fn write_scope(
        &self,
        date: &str,
        region: &str,
        service: &str,
        sink: &mut impl Sink,
    ) {
        let region = self.scope_has_region.then_some(region);
        for text in [Some(date), region, Some(service)].into_iter().flatten() {
            sink.text(text);
            sink.text("/");
        }
        sink.text(self.terminator);
    }
}

#[cfg(test)]
mod tests {
    use super::super::aws::{AWS4, AWS4A};
    use super::super::google::GOOGLE4;
    use super::super::v4_family::{V4_FAMILIES, V4Family};
    use super::Role;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn names_are_sorted_and_the_signature_is_last() {
        for scheme in V4_FAMILIES.iter().flat_map(V4Family::schemes) {
            let [signed @ .., signature] = scheme.names else {
                panic!("no names");
            };
            assert!(signed.is_sorted_by_key(|name| name.query));
            let roles: Vec<_> = signed.iter().map(|name| name.role).collect();
            let first = [Role::Algorithm, Role::Credential, Role::Date, Role::Expires];
            assert!(roles.starts_with(&first) && roles.ends_with(&[Role::SignedHeaders]));
            assert_eq!(signature.role, Role::Signature);
        }
    }

    #[test]
    fn the_names_of_a_parameter_agree() {
        for scheme in V4_FAMILIES.iter().flat_map(V4Family::schemes) {
            for name in scheme.names {
                assert_eq!(name.query.to_ascii_lowercase(), name.lowercase);
                assert_eq!(name.query_start, std::format!("&{}=", name.query));
                assert_eq!(scheme.name(name.role).query, name.query);
                assert!(scheme.is_own_header(name.query));
            }
        }
    }

    #[test]
    fn a_scope_without_a_region_is_one_part_shorter() {
        for (scheme, expected) in [
            (&AWS4, "20130524/us-east-1/s3/aws4_request"),
            (&AWS4A, "20130524/s3/aws4_request"),
            (&GOOGLE4, "20130524/us-east-1/s3/goog4_request"),
        ] {
            let mut scope = String::new();
            scheme.write_scope("20130524", "us-east-1", "s3", &mut scope);
            assert_eq!(scope, expected);
        }
    }
}
