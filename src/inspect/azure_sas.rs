//! The parameters of a shared access signature of Azure Storage.

use super::facts::Facts;
use super::parameters::Parameters;
use super::problem::{ProblemKind, Problems};
use super::signature::{Encoding, check_signature};
use super::value::{report_invalid, shortened};
use crate::scheme::Scheme;
use crate::scheme::azure_sas::{ApiVersion, Field, parse_sas_time};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::wire::query::parse_query;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The length of the base64 of an HMAC-SHA256.
const SIGNATURE_LEN: usize = 44;

/// The parameters of a token.
#[derive(Default)]
struct SasParameters<'a>(Parameters<'a>);

/// Reads a shared access signature, if the query has one.
pub(super) fn read(query: &str, path: &str, problems: &mut Problems) -> Option<Facts> {
    let mut parameters = SasParameters::default();
    for param in parse_query(Some(query)) {
        let name = param.name.to_text();
        if let Some(field) = name.and_then(|name| Field::from_name(&name)) {
            parameters.0.add(field.name(), &param);
        }
    }
    let has = |field| parameters.has(field);
    // A token that is cut off has its version and its expiry.
    let is_token = has(Field::Version)
        && (has(Field::Signature) || has(Field::ExpiresAt) || has(Field::StoredPolicy));
    is_token.then(|| parameters.read(path, problems))
}

impl<'a> SasParameters<'a> {
    fn has(&self, field: Field) -> bool {
        self.0.has(field.name())
    }

    /// Returns the value of a parameter that a token has, and reports if it is missing.
    fn required(&self, field: Field, problems: &mut Problems) -> Option<Cow<'a, str>> {
        if field == Field::Signature && !self.has(field) {
            problems.add(
                ProblemKind::Truncated,
                "missing parameter `sig`; the URL is cut off before it",
            );
            return None;
        }
        self.0.decode(field.name(), problems)
    }

    fn optional(&self, field: Field) -> Option<Cow<'a, str>> {
        Some(self.0.get(field.name())?.to_text_lossy()).filter(|value| !value.is_empty())
    }

    fn time(&self, field: Field, problems: &mut Problems) -> Option<Timestamp> {
        let text = self.optional(field)?;
        let time = parse_sas_time(&text);
        if time.is_none() {
            report_invalid(
                field.name(),
                &text,
                "a time such as 2030-01-02T03:04:05Z",
                problems,
            );
        }
        time
    }

    fn read(&self, path: &str, problems: &mut Problems) -> Facts {
        self.0.report_duplicates(problems);
        if let Some(version) = self.required(Field::Version, problems)
            && ApiVersion::parse(&version).is_none()
        {
            let (oldest, newest) = (ApiVersion::OLDEST, ApiVersion::NEWEST);
            let expected = format!("a version from {oldest} to {newest}");
            report_invalid(Field::Version.name(), &version, &expected, problems);
        }
        let policy = self.optional(Field::StoredPolicy);
        if policy.is_none() {
            self.required(Field::ExpiresAt, problems);
            self.required(Field::Permissions, problems);
        }
        let mut facts = Facts {
            scheme: Some(Scheme::AzureSas),
            service: self.service().map(String::from),
            valid_from: self.time(Field::StartsAt, problems),
            expires_at: self.time(Field::ExpiresAt, problems),
            ..Facts::default()
        };
        facts.allows = Some(self.allows(path));
        let mut restrict = |name, value: Option<Cow<'_, str>>| {
            if let Some(value) = value {
                facts.restrictions.push((name, shortened(&value)));
            }
        };
        restrict("stored policy", policy);
        restrict("addresses", self.optional(Field::IpRange));
        restrict("protocols", self.optional(Field::Protocol));
        restrict("user's key", self.optional(Field::KeyOid));
        restrict("must have", self.optional(Field::RequestQuery));
        // They are shown as signed headers.
        if let Some(headers) = self.optional(Field::RequestHeaders) {
            facts.signed_headers = headers.split(',').map(shortened).collect();
        }
        if let Some(signature) = self.required(Field::Signature, problems) {
            let length = SIGNATURE_LEN..=SIGNATURE_LEN;
            let start = check_signature(&signature, Encoding::Base64, &length, problems);
            facts.signature_start = Some(start);
        }
        facts
    }

    /// Returns the service, if the token is for one.
    fn service(&self) -> Option<&'static str> {
        match self.optional(Field::Resource).as_deref() {
            Some("b" | "c" | "d" | "bs" | "bv") => Some("blob"),
            Some("f" | "s") => Some("file"),
            _ if self.has(Field::TableName) => Some("table"),
            _ => match self.optional(Field::Services).as_deref() {
                Some("b") => Some("blob"),
                Some("f") => Some("file"),
                Some("q") => Some("queue"),
                Some("t") => Some("table"),
                Some(_) => None,
                None => Some("queue"),
            },
        }
    }

    /// Returns what the token allows, in words: `read and list, blobs in container images`.
    fn allows(&self, path: &str) -> String {
        let is_queue = self.service() == Some("queue");
        let words: Vec<&str> = match self.optional(Field::Permissions) {
            Some(letters) => letters
                .chars()
                .map(|letter| word(letter, is_queue))
                .collect(),
            None => alloc::vec!["what the stored access policy allows"],
        };
        let mut text = String::new();
        for (index, word) in words.iter().enumerate() {
            text.push_str(match index {
                0 => "",
                _ if index.saturating_add(1) == words.len() => " and ",
                _ => ", ",
            });
            text.push_str(word);
        }
        text.push_str(", ");
        text.push_str(&self.resource(path));
        text
    }

    fn resource(&self, path: &str) -> String {
        let path = path.trim_start_matches('/');
        let (name, object) = path.split_once('/').unwrap_or((path, ""));
        let [name, object] = [name, object].map(|text| Component::Encoded(text).to_text_lossy());
        if let Some(table) = self.optional(Field::TableName) {
            return format!("table {}", shortened(&table));
        }
        if let Some(services) = self.optional(Field::Services) {
            let types = self.optional(Field::ResourceTypes).unwrap_or_default();
            return format!(
                "{} of {}",
                words_of(&types, resource_type),
                words_of(&services, service_word)
            );
        }
        match self.optional(Field::Resource).as_deref() {
            Some("c") => format!("blobs in container {name}"),
            Some("b") => format!("blob {object} in container {name}"),
            Some("bs") => format!("a snapshot of blob {object} in container {name}"),
            Some("bv") => format!("a version of blob {object} in container {name}"),
            Some("d") => {
                let depth = self.optional(Field::DirectoryDepth).unwrap_or_default();
                let depth = depth.parse().unwrap_or(usize::MAX);
                let parts: Vec<_> = object.split('/').take(depth).collect();
                format!("directory {} in container {name}", parts.join("/"))
            }
            Some("s") => format!("files in share {name}"),
            Some("f") => format!("file {object} in share {name}"),
            Some(_) => String::from("an unknown kind of resource"),
            None => format!("queue {name}"),
        }
    }
}

/// Returns the word for a permission.
fn word(letter: char, is_queue: bool) -> &'static str {
    match letter {
        'r' => "read",
        'a' => "add",
        'c' => "create",
        'w' => "write",
        'd' => "delete",
        'x' => "delete versions",
        'y' => "delete permanently",
        'l' => "list",
        't' => "tag",
        'f' => "find by tags",
        'm' => "move",
        'e' => "execute",
        'o' => "change owners",
        'p' if is_queue => "process",
        'p' => "change permissions",
        'i' => "set immutability",
        'u' => "update",
        _ => "an unknown permission",
    }
}

fn words_of(letters: &str, word: fn(char) -> &'static str) -> String {
    let words: Vec<_> = letters.chars().map(word).collect();
    words.join(", ")
}

fn resource_type(letter: char) -> &'static str {
    match letter {
        's' => "services",
        'c' => "containers",
        'o' => "objects",
        _ => "unknown resources",
    }
}

fn service_word(letter: char) -> &'static str {
    match letter {
        'b' => "blob",
        'q' => "queue",
        't' => "table",
        'f' => "file",
        _ => "an unknown service",
    }
}
