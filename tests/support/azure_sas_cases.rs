//! The vectors of shared access signatures.
#![allow(dead_code, reason = "each test program uses a part of it")]

use crate::support::vectors;
use presign::azure::{self, Account, Permissions, Resource, Sas, SasExpiry, Service};
use presign::{Credentials, Timestamp};
use serde_json::Value;

/// A case of a file with tokens.
#[derive(Debug)]
pub struct SasCase {
    pub name: String,
    pub kind: String,
    pub value: Value,
}

/// All generated cases whose `expected` has a token.
pub fn sas_cases() -> Vec<SasCase> {
    let old: Value = vectors("azure-sas.json");
    let more: Value = vectors("azure-more.json");
    let lists = [&old["generated"]["cases"], &more["cases"]];
    let cases = lists.into_iter().flat_map(|list| list.as_array().unwrap());
    let cases = cases.filter(|case| case["expected"]["token"].is_string());
    let cases = cases.map(|case| SasCase {
        name: format!("{} {}", case["name"], case["id"]),
        kind: case["kind"].as_str().unwrap().to_owned(),
        value: case.clone(),
    });
    cases.collect()
}

/// A time in any form that a token has.
pub fn time(text: &str) -> Timestamp {
    let text = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        17 => text.replace('Z', ":00Z"),
        _ => text.to_owned(),
    };
    text.parse().unwrap()
}

impl SasCase {
    /// An argument of the SDK, under its name in Python or JavaScript.
    pub fn input(&self, names: &[&str]) -> Option<&str> {
        let mut values = names.iter().map(|name| &self.value["input"][name]);
        values.find_map(|value| value.as_str())
    }

    pub fn expected(&self, name: &str) -> Option<&str> {
        self.value["expected"][name].as_str()
    }

    pub fn account(&self) -> Account {
        Account::new(self.value["account_name"].as_str().unwrap()).unwrap()
    }

    pub fn is_delegated(&self) -> bool {
        self.value["user_delegation_key"].is_object()
    }

    pub fn credentials(&self) -> Credentials {
        let account = self.value["account_name"].as_str().unwrap();
        let key = &self.value["user_delegation_key"];
        if !self.is_delegated() {
            let key = self.value["account_key"].as_str().unwrap();
            return azure::shared_key(account, key).unwrap();
        }
        let mut xml = String::from("<?xml version=\"1.0\"?><UserDelegationKey>");
        for (name, element) in [
            ("oid", "SignedOid"),
            ("tid", "SignedTid"),
            ("start", "SignedStart"),
            ("expiry", "SignedExpiry"),
            ("service", "SignedService"),
            ("version", "SignedVersion"),
            ("delegated_user_tid", "SignedDelegatedUserTid"),
        ] {
            let value = key[format!("signed_{name}")].as_str();
            if let Some(value) = value.or_else(|| key[name].as_str()) {
                xml.push_str(&format!("<{element}>{value}</{element}>"));
            }
        }
        let value = key["value"].as_str().unwrap();
        xml.push_str(&format!("<Value>{value}</Value></UserDelegationKey>"));
        azure::user_delegation_key(account, &xml).unwrap()
    }

    /// A moment at which the token is valid.
    pub fn now(&self) -> Timestamp {
        match (self.input(&["start"]), self.input(&["expiry"])) {
            (Some(start), _) => time(start),
            (None, Some(expiry)) => Timestamp::from_unix_seconds(time(expiry).unix_seconds() - 60),
            (None, None) => time("2026-10-06T00:00:00Z"),
        }
    }

    pub fn expiry(&self) -> SasExpiry<'_> {
        match self.input(&["expiry"]) {
            Some(text) => text.into(),
            None => SasExpiry::in_policy(),
        }
    }

    /// Whether no blob can have the name: the service removes dot segments, and rejects control
    /// characters. The SDKs don't check it.
    pub fn has_impossible_name(&self) -> bool {
        let blob = self.input(&["blob_name", "blob"]).unwrap_or_default();
        let mut segments = blob.split('/');
        segments.any(|segment| [".", ".."].contains(&segment)) || blob.contains(char::is_control)
    }

    /// The service whose URL has the token.
    pub fn service(&self) -> Service {
        match self.kind.trim_start_matches("ud-") {
            "file" | "share" => Service::File,
            "queue" => Service::Queue,
            "table" => Service::Table,
            _ => Service::Blob,
        }
    }

    pub fn resource(&self) -> Resource<'_> {
        if self.kind == "account" {
            return Resource::Account {
                services: self.input(&["services"]).unwrap_or("b"),
                resource_types: self.input(&["resource_types"]).unwrap(),
            };
        }
        if let Some(share) = self.input(&["share_name"]) {
            return match self.input(&["file_path"]) {
                Some(path) => Resource::File { share, path },
                None => Resource::Share(share),
            };
        }
        if let Some(name) = self.input(&["queue_name"]) {
            return Resource::Queue(name);
        }
        if let Some(name) = self.input(&["table_name"]) {
            return Resource::Table(name);
        }
        let container = self.input(&["container_name", "container"]).unwrap();
        let Some(blob) = self.input(&["blob_name", "blob"]) else {
            return Resource::Container(container);
        };
        if self.kind == "directory" {
            let directory = blob;
            return Resource::Directory {
                container,
                directory,
            };
        }
        let snapshot = self.input(&["snapshot", "snapshotTime"]);
        match (snapshot, self.input(&["version_id"])) {
            (Some(snapshot), _) => Resource::Snapshot {
                container,
                blob,
                snapshot,
            },
            (_, Some(version)) => Resource::Version {
                container,
                blob,
                version,
            },
            _ => Resource::Blob { container, blob },
        }
    }

    pub fn sas<'a>(&'a self, account: &'a Account) -> Sas<'a> {
        let permissions = self.input(&["permission", "permissions"]);
        let permissions = permissions.map_or(Permissions::NONE, |text| text.parse().unwrap());
        let mut sas = account.sas(self.resource(), permissions);
        let is_of_tables = self.value["sdk"] == "table";
        if let Some(version) = self.value["version"].as_str() {
            sas = sas.api_version(version);
        } else if is_of_tables {
            sas = sas.api_version("2019-02-02");
        }
        if let Some(policy) = self.input(&["policy_id", "identifier"]) {
            sas = sas.stored_policy(policy);
        }
        for (names, field) in [
            (["start", "startsOn"], "st"),
            (["ip", "ipRange"], "sip"),
            (["protocol", ""], "spr"),
            (["encryption_scope", "encryptionScope"], "ses"),
            (["cache_control", "cacheControl"], "rscc"),
            (["content_disposition", "contentDisposition"], "rscd"),
            (["content_encoding", "contentEncoding"], "rsce"),
            (["content_language", "contentLanguage"], "rscl"),
            (["content_type", "contentType"], "rsct"),
            (["correlation_id", "correlationId"], "scid"),
            (["user_delegation_oid", "delegatedUserObjectId"], "sduoid"),
        ] {
            if let Some(value) = self.input(&names) {
                sas = sas.field(field, value);
            }
        }
        for (name, value) in self.required(&["request_headers", "requestHeaders"]) {
            sas = sas.require_header(name, value);
        }
        for (name, value) in self.required(&["request_query_params", "requestQueryParameters"]) {
            sas = sas.require_query(name, value);
        }
        sas
    }

    /// Headers or parameters that a request must have.
    pub fn required(&self, names: &[&str]) -> Vec<(&str, &str)> {
        let mut values = names.iter().map(|name| &self.value["input"][name]);
        let object = values.find_map(|value| value.as_object());
        let pairs = object.into_iter().flatten();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect()
    }
}
