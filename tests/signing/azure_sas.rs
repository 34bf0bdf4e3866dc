//! Shared access signatures equal those of Azure's SDKs, and impossible ones are rejected.

use crate::azure_sas_cases::{SasCase, sas_cases, time};
use crate::support::{percent_decode, query_set};
use presign::azure::{self, Account, Permissions, Resource, SasExpiry, Service};
use presign::{Credentials, ErrorKind, Expiry, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "2026-10-06T00:00:00Z".parse().unwrap()
}

fn account() -> Account {
    Account::new("myaccount").unwrap()
}

fn key() -> Credentials {
    azure::shared_key("myaccount", "c2VjcmV0").unwrap()
}

/// A user delegation key from 2026-10-05 to 2026-10-20, longer than any that a service issues.
fn delegation_key() -> Credentials {
    azure::user_delegation_key("myaccount", DELEGATION_KEY).unwrap()
}

const DELEGATION_KEY: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><UserDelegationKey>\
    <SignedOid>oid</SignedOid><SignedTid>tid</SignedTid>\
    <SignedStart>2026-10-05T00:00:00Z</SignedStart><SignedExpiry>2026-10-20T00:00:00Z</SignedExpiry>\
    <SignedService>b</SignedService><SignedVersion>2026-10-06</SignedVersion>\
    <Value>c2VjcmV0</Value></UserDelegationKey>";

/// Whether a user delegation SAS is valid for more than seven days, or longer than its key.
fn is_too_long(case: &SasCase) -> bool {
    let key = &case.value["user_delegation_key"];
    if !case.is_delegated() {
        return false;
    }
    let end = key["signed_expiry"]
        .as_str()
        .or_else(|| key["expiry"].as_str());
    let expiry = time(case.input(&["expiry"]).unwrap());
    let start = case.input(&["start"]).map_or(case.now(), time);
    expiry > time(end.unwrap()) || expiry > start.saturating_add(7 * 24 * HOUR)
}

#[test]
fn tokens_are_those_of_the_sdks() {
    let (mut signed, mut of_templates, mut rejected) = (0, 0, 0);
    for case in sas_cases() {
        let (account, key) = (case.account(), case.credentials());
        let sas = case.sas(&account);
        let result = sas.presign(&key, case.expiry(), case.now());
        if is_too_long(&case) {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Expiry, "{case:?}");
            rejected += 1;
            continue;
        }
        if case.has_impossible_name() {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Key, "{case:?}");
            rejected += 1;
            continue;
        }
        let token = result.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let unsigned = sas
            .prepare(key.identity(), case.expiry(), case.now())
            .unwrap();
        let text = String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap();
        if let Some(expected) = case.expected("string_to_sign") {
            assert_eq!(text, expected, "{}", case.name);
        }
        let expected = case.expected("token").unwrap();
        let url = |token: &str| query_set(&format!("https://host/?{token}"));
        assert_eq!(url(token.as_str()), url(expected), "{}", case.name);
        let prepared = unsigned.sign_with(&key).unwrap();
        assert_eq!(prepared.as_str(), token.as_str(), "{}", case.name);
        assert!(token.url().ends_with(token.as_str()));
        signed += 1;
        // A template writes each expiry to the second.
        if let Some(expiry) = case.input(&["expiry"]).filter(|text| text.len() == 20) {
            let template = sas.template(&key).unwrap();
            let row = template.presign(Expiry::at(time(expiry)), case.now());
            let row = row.unwrap();
            assert_eq!(row.url(), token.url(), "{}", case.name);
            assert_eq!(row.as_str(), token.as_str(), "{}", case.name);
            assert_eq!(row.expires_at(), token.expires_at(), "{}", case.name);
            of_templates += 1;
        }
    }
    assert_eq!((signed, of_templates, rejected), (83, 76, 6));
}

#[test]
fn a_url_has_the_resource_and_the_token() {
    let (account, key) = (account(), key());
    let url = |resource| {
        let permissions = match resource {
            Resource::Table(_) | Resource::Queue(_) => Permissions::READ,
            _ => Permissions::READ | Permissions::WRITE,
        };
        let token = account
            .sas(resource, permissions)
            .presign(&key, HOUR, now());
        let token = token.unwrap();
        let url = token.url().strip_suffix(token.as_str()).unwrap();
        assert!(percent_decode(token.as_str()).ends_with(token.signature().as_bytes()));
        url.to_owned()
    };
    let container = "images";
    let blob = "/a b/\u{e9}+%41";
    for (resource, expected) in [
        (
            Resource::Container("$root"),
            "https://myaccount.blob.core.windows.net/%24root?",
        ),
        (
            Resource::Blob { container, blob },
            "https://myaccount.blob.core.windows.net/images//a%20b/%C3%A9%2B%2541?",
        ),
        (
            Resource::Snapshot {
                container,
                blob: "a",
                snapshot: "2026-01-02T03:04:05.1234567Z",
            },
            "https://myaccount.blob.core.windows.net/images/a?snapshot=2026-01-02T03%3A04%3A05.1234567Z&",
        ),
        (
            Resource::Version {
                container,
                blob: "a",
                version: "1",
            },
            "https://myaccount.blob.core.windows.net/images/a?versionid=1&",
        ),
        (
            Resource::File {
                share: "share",
                path: "a/b",
            },
            "https://myaccount.file.core.windows.net/share/a/b?",
        ),
        (
            Resource::Queue("queue"),
            "https://myaccount.queue.core.windows.net/queue?",
        ),
        (
            Resource::Table("MyTable"),
            "https://myaccount.table.core.windows.net/MyTable?",
        ),
        (
            Resource::Account {
                services: "tf",
                resource_types: "os",
            },
            "https://myaccount.file.core.windows.net/?",
        ),
    ] {
        assert_eq!(url(resource), expected);
    }
}

#[test]
fn a_token_serves_other_urls() {
    let (account, key) = (account(), key());
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let token = sas.presign(&key, HOUR, now()).unwrap();
    let query = token.as_str();
    let blob = "https://myaccount.blob.core.windows.net/images/a";
    for (url, expected) in [
        (blob.to_owned(), format!("{blob}?{query}")),
        (format!("{blob}?"), format!("{blob}?{query}")),
        (
            format!("{blob}?comp=tags"),
            format!("{blob}?comp=tags&{query}"),
        ),
    ] {
        assert_eq!(token.url_for(&url).unwrap(), expected);
    }
    let twice = token.url_for(token.url()).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Query);
    assert_eq!(
        token.url_for("images/a").unwrap_err().kind(),
        ErrorKind::Url
    );
}

#[test]
fn addresses_are_those_of_clouds_and_emulators() {
    let key = key();
    let url = |account: &Account| {
        let sas = account.sas(Resource::Container("images"), Permissions::READ);
        let token = sas.presign(&key, HOUR, now()).unwrap();
        token.url().split('?').next().unwrap().to_owned()
    };
    let china = account().endpoint_suffix("core.chinacloudapi.cn").unwrap();
    assert_eq!(
        url(&china),
        "https://myaccount.blob.core.chinacloudapi.cn/images"
    );
    let secondary = account().secondary().unwrap();
    assert_eq!(
        url(&secondary),
        "https://myaccount-secondary.blob.core.windows.net/images"
    );
    let local = "http://127.0.0.1:10000/myaccount/";
    let local = account().endpoint(Service::Blob, local).unwrap();
    assert_eq!(url(&local), "http://127.0.0.1:10000/myaccount/images");
    assert_eq!(
        url(&local.secondary().unwrap()),
        "http://127.0.0.1:10000/myaccount-secondary/images"
    );
    let domain = account().endpoint(Service::Blob, "https://files.example.com");
    let domain = domain.unwrap();
    assert_eq!(url(&domain), "https://files.example.com/images");
    assert_eq!(domain.secondary().unwrap_err().kind(), ErrorKind::Endpoint);
    for bad in [
        "files.example.com",
        "https://a/?x",
        "ftp://a",
        "https://u:p@a",
    ] {
        let error = account().endpoint(Service::Blob, bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Url, "{bad}");
    }
    assert!(account().endpoint_suffix("a b").is_err());
    for bad in [
        "ab",
        "MyAccount",
        "my-account",
        "a/b",
        "aaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(
            Account::new(bad).unwrap_err().kind(),
            ErrorKind::Bucket,
            "{bad}"
        );
    }
}

/// A change to a token that is otherwise made.
fn rejection(
    resource: Resource<'_>,
    key: &Credentials,
    change: impl Fn(azure::Sas<'_>) -> azure::Sas<'_>,
) -> Option<ErrorKind> {
    let account = account();
    let permissions = match resource {
        Resource::Queue(_) => Permissions::PROCESS,
        _ => Permissions::READ,
    };
    let sas = change(account.sas(resource, permissions));
    let prepared = sas.prepare(key.identity(), HOUR, now());
    let result = sas.presign(key, HOUR, now());
    assert_eq!(prepared.is_ok(), result.is_ok());
    result.err().map(|error| error.kind())
}

#[test]
fn fields_belong_to_versions_and_resources() {
    let (key, delegated) = (key(), delegation_key());
    let blob = Resource::Blob {
        container: "images",
        blob: "a",
    };
    let (queue, table) = (Resource::Queue("queue"), Resource::Table("table"));
    let share = Resource::Share("share");
    let unsupported = Some(ErrorKind::Unsupported);
    for (resource, key, version, field, expected) in [
        (blob, &key, "2020-12-06", "ses", None),
        (blob, &key, "2020-10-02", "ses", unsupported),
        (share, &key, "2026-10-06", "ses", unsupported),
        (blob, &key, "2015-04-05", "rscd", None),
        (queue, &key, "2026-10-06", "rscd", unsupported),
        (table, &key, "2019-02-02", "spk", None),
        (blob, &key, "2026-10-06", "spk", unsupported),
        (blob, &key, "2026-10-06", "scid", unsupported),
        (blob, &delegated, "2020-02-10", "scid", None),
        (blob, &delegated, "2019-12-12", "scid", unsupported),
        (blob, &delegated, "2025-07-05", "sduoid", None),
        (blob, &delegated, "2024-11-04", "sduoid", unsupported),
        (queue, &delegated, "2025-07-05", "sduoid", None),
        (queue, &delegated, "2024-11-04", "spr", unsupported),
        (table, &delegated, "2019-02-02", "spk", unsupported),
        (blob, &delegated, "2018-03-28", "rscd", unsupported),
    ] {
        let value = if field == "spr" { "https" } else { "x" };
        let found = rejection(resource, key, |sas| {
            set_field(sas.api_version(version), field, value)
        });
        assert_eq!(found, expected, "{resource:?} {version} {field}");
    }
    // The version of a directory, of a snapshot, and of required headers.
    let directory = Resource::Directory {
        container: "images",
        directory: "a/b",
    };
    let snapshot = Resource::Snapshot {
        container: "images",
        blob: "a",
        snapshot: "1",
    };
    for (resource, version, expected) in [
        (directory, "2020-02-10", None),
        (directory, "2019-12-12", unsupported),
        (snapshot, "2018-11-09", None),
        (snapshot, "2018-03-28", unsupported),
        (blob, "2015-04-05", None),
        (blob, "2015-02-21", unsupported),
        (blob, "2026-10-07", unsupported),
        (blob, "2020", unsupported),
        (blob, "2020-10-0x", unsupported),
        (blob, "2019-99-99", unsupported),
    ] {
        let found = rejection(resource, &key, |sas| sas.api_version(version));
        assert_eq!(found, expected, "{resource:?} {version}");
    }
    let version_of_blob = Resource::Version {
        container: "images",
        blob: "a",
        version: "1",
    };
    for (version, expected) in [("2019-10-10", None), ("2018-11-09", unsupported)] {
        let found = rejection(version_of_blob, &key, |sas| sas.api_version(version));
        assert_eq!(found, expected, "{version}");
    }
    for (key, version, expected) in [
        (&delegated, "2026-04-06", None),
        (&delegated, "2026-02-06", unsupported),
        (&key, "2026-10-06", unsupported),
    ] {
        let header = rejection(blob, key, |sas| {
            sas.api_version(version)
                .require_header("x-ms-blob-type", "a")
        });
        let query = rejection(blob, key, |sas| {
            sas.api_version(version).require_query("comp", "tags")
        });
        assert_eq!((header, query), (expected, expected), "{version}");
    }
}

/// A pair is signed as `name:value`.
#[test]
fn required_headers_and_parameters_have_one_text() {
    let delegated = delegation_key();
    let blob = Resource::Blob {
        container: "images",
        blob: "a",
    };
    for (name, value, is_valid) in [
        ("prefix", "user:alice", true),
        ("prefix", "a,b", true),
        ("prefix:user", "alice", false),
        ("a,b", "1", false),
        ("", "1", false),
        ("a", "", false),
        ("a", "1\nb:2", false),
        ("a\nb", "1", false),
    ] {
        let header = rejection(blob, &delegated, |sas| sas.require_header(name, value));
        let query = rejection(blob, &delegated, |sas| sas.require_query(name, value));
        let expected = (!is_valid).then_some(ErrorKind::Policy);
        assert_eq!((header, query), (expected, expected), "{name} {value}");
    }
}

fn set_field<'a>(sas: azure::Sas<'a>, field: &str, value: &str) -> azure::Sas<'a> {
    sas.field(field.to_owned(), value.to_owned())
}

#[test]
fn invalid_fields_are_rejected() {
    let key = key();
    let blob = Resource::Blob {
        container: "images",
        blob: "a",
    };
    for (name, value, is_valid) in [
        ("sip", "203.0.113.7", true),
        ("sip", "203.0.113.0-203.0.113.255", true),
        ("sip", "203.0.113.255-203.0.113.0", false),
        ("sip", "203.0.113.0/24", false),
        ("sip", "::1", false),
        ("spr", "https", true),
        ("spr", "https,http", true),
        ("spr", "http", false),
        ("rscd", "attachment; filename=\"\u{e9}\"", true),
        ("rscd", "a\nb", false),
        ("rscd", "", false),
        ("sv", "2020-12-06", false),
        ("sig", "x", false),
        ("se", "2030-01-01", false),
        ("skoid", "x", false),
        ("unknown", "x", false),
    ] {
        let found = rejection(blob, &key, |sas| set_field(sas, name, value));
        assert_eq!(found.is_none(), is_valid, "{name} {value}");
        let twice = rejection(blob, &key, |sas| {
            set_field(set_field(sas, name, value), name, value)
        });
        assert!(twice.is_some(), "{name} {value}");
    }
    let table = Resource::Table("table");
    let row_only = rejection(table, &key, |sas| sas.field("srk", "1"));
    assert_eq!(row_only, Some(ErrorKind::Policy));
    let both = rejection(table, &key, |sas| sas.field("srk", "1").field("spk", "1"));
    assert_eq!(both, None);
    for (length, is_valid) in [(64, true), (65, false)] {
        let identifier = "p".repeat(length);
        let found = rejection(blob, &key, |sas| sas.stored_policy(identifier.clone()));
        assert_eq!(found.is_none(), is_valid, "{length}");
    }
}

#[test]
fn names_are_checked() {
    let key = key();
    let container = "images";
    for (resource, is_valid) in [
        (Resource::Container("images"), true),
        (Resource::Container("$web"), true),
        (Resource::Container(""), false),
        (Resource::Container("ab"), false),
        // With an old version, which doesn't sign the kind of resource, this would be a blob.
        (Resource::Container("images/a"), false),
        (Resource::Container("Images"), false),
        (Resource::Container("a--b"), false),
        (Resource::Share("-share"), false),
        (Resource::Queue("a_b"), false),
        (Resource::Table("Table1"), true),
        (Resource::Table("1table"), false),
        (Resource::Table("a-table"), false),
        (
            Resource::Blob {
                container,
                blob: "",
            },
            false,
        ),
        (
            Resource::Blob {
                container,
                blob: "/",
            },
            true,
        ),
        (
            Resource::Snapshot {
                container,
                blob: "a",
                snapshot: "1\n2",
            },
            false,
        ),
        (
            Resource::Directory {
                container,
                directory: "a//b",
            },
            false,
        ),
        (
            Resource::Directory {
                container,
                directory: "a/b/",
            },
            false,
        ),
        (
            Resource::Account {
                services: "bqtf",
                resource_types: "sco",
            },
            true,
        ),
        (
            Resource::Account {
                services: "x",
                resource_types: "s",
            },
            false,
        ),
        (
            Resource::Account {
                services: "bb",
                resource_types: "s",
            },
            false,
        ),
        (
            Resource::Account {
                services: "b",
                resource_types: "",
            },
            false,
        ),
    ] {
        let found = rejection(resource, &key, |sas| sas);
        assert_eq!(found.is_none(), is_valid, "{resource:?} {found:?}");
    }
}

/// The service removes dot segments, and signed lines end at a line feed.
#[test]
fn names_of_objects_are_checked() {
    let (account, key) = (account(), key());
    let images = account.container("images").unwrap();
    let (container, share) = ("images", "share");
    for (name, is_valid) in [
        ("a/b.png", true),
        ("..a/b../...", true),
        (".hidden", true),
        ("a\\b", true),
        ("..", false),
        (".", false),
        ("../a", false),
        ("a/../b", false),
        ("a/./b", false),
        ("a/..", false),
        ("a\\..\\b", false),
        ("a\nb", false),
        ("a\u{7f}b", false),
    ] {
        let (blob, path, directory) = (name, name, name);
        let (snapshot, version) = ("1", "1");
        for resource in [
            Resource::Blob { container, blob },
            Resource::Snapshot {
                container,
                blob,
                snapshot,
            },
            Resource::Version {
                container,
                blob,
                version,
            },
            Resource::Directory {
                container,
                directory,
            },
            Resource::File { share, path },
        ] {
            let found = rejection(resource, &key, |sas| sas);
            let expected = (!is_valid).then_some(ErrorKind::Key);
            assert_eq!(found, expected, "{resource:?}");
        }
        let request = images.get(name);
        assert_eq!(request.presign(&key, HOUR, now()).is_ok(), is_valid);
        assert_eq!(request.sign(&key, now()).is_ok(), is_valid, "{name}");
    }
}

#[test]
fn permissions_are_those_of_the_resource() {
    let (account, key) = (account(), key());
    let letters = |resource, permissions: Permissions| {
        let token = account
            .sas(resource, permissions)
            .presign(&key, HOUR, now());
        let token = token.map_err(|error| error.kind())?;
        let (_, value) = token.as_str().split_once("sp=").unwrap();
        Ok(value.split('&').next().unwrap().to_owned())
    };
    let container = Resource::Container("images");
    let blob = Resource::Blob {
        container: "images",
        blob: "a",
    };
    // The order of the service, and the caller's own.
    let both = Permissions::WRITE | Permissions::READ;
    assert_eq!(letters(blob, both).as_deref(), Ok("rw"));
    assert_eq!(letters(blob, "wr".parse().unwrap()).as_deref(), Ok("wr"));
    let all = Permissions::PROCESS | Permissions::UPDATE | Permissions::ADD | Permissions::READ;
    assert_eq!(
        letters(Resource::Queue("queue"), all).as_deref(),
        Ok("raup")
    );
    let services = Resource::Account {
        services: "b",
        resource_types: "o",
    };
    assert_eq!(
        letters(
            services,
            Permissions::ADD | Permissions::LIST | Permissions::WRITE
        )
        .as_deref(),
        Ok("wla")
    );
    let policy = Err(ErrorKind::Policy);
    assert_eq!(letters(blob, Permissions::LIST), policy);
    assert_eq!(letters(container, Permissions::LIST).as_deref(), Ok("l"));
    assert_eq!(letters(container, Permissions::UPDATE), policy);
    assert_eq!(
        letters(Resource::Table("table"), Permissions::WRITE),
        policy
    );
    assert_eq!(letters(blob, Permissions::NONE), policy);
    for bad in ["R", "rr", "z", "r w", "\u{e9}"] {
        let error = bad.parse::<Permissions>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy, "{bad}");
    }
}

/// The versions are those of `SASSignatureValuesSanityCheckAndAutofill` in the JavaScript libraries
/// storage-blob and storage-file-datalake, and of storage-blob's account SAS.
#[test]
fn permissions_belong_to_versions() {
    let (account, key) = (account(), key());
    let (container, directory) = ("images", "a");
    let blob = Resource::Blob {
        container,
        blob: "a",
    };
    let directory = Resource::Directory {
        container,
        directory,
    };
    let services = Resource::Account {
        services: "b",
        resource_types: "o",
    };
    let queue = Resource::Queue("queue");
    for (resource, letters, first, before) in [
        (blob, "racwd", "2015-04-05", None),
        (blob, "x", "2019-10-10", Some("2019-07-07")),
        (blob, "y", "2019-10-10", Some("2019-07-07")),
        (blob, "t", "2019-12-12", Some("2019-10-10")),
        (blob, "m", "2020-02-10", Some("2019-12-12")),
        (blob, "e", "2020-02-10", Some("2019-12-12")),
        (blob, "o", "2020-02-10", Some("2019-12-12")),
        (blob, "p", "2020-02-10", Some("2019-12-12")),
        (blob, "i", "2020-08-04", Some("2020-06-12")),
        (blob, "xti", "2020-08-04", Some("2015-04-05")),
        (directory, "rl", "2020-02-10", None),
        (
            Resource::Container(container),
            "f",
            "2021-04-10",
            Some("2021-02-12"),
        ),
        (services, "f", "2019-12-12", Some("2019-10-10")),
        (services, "x", "2019-10-10", Some("2019-07-07")),
        (services, "rwdlacup", "2015-04-05", None),
        (queue, "raup", "2015-04-05", None),
    ] {
        let kind = |version: &str| {
            let sas = account.sas(resource, letters.parse().unwrap());
            let result = sas.api_version(version).presign(&key, HOUR, now());
            result.err().map(|error| error.kind())
        };
        assert_eq!(kind(first), None, "{resource:?} {letters}");
        if let Some(before) = before {
            let unsupported = Some(ErrorKind::Unsupported);
            assert_eq!(kind(before), unsupported, "{resource:?} {letters}");
        }
    }
}

#[test]
fn times_are_checked() {
    let (account, key, delegated) = (account(), key(), delegation_key());
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let kind = |key: &Credentials, sas: &azure::Sas<'_>, expiry: SasExpiry<'_>| {
        let result = sas.presign(key, expiry, now());
        result.err().map(|error| error.kind())
    };
    let expired = Some(ErrorKind::Expiry);
    assert_eq!(kind(&key, &sas, "2026-10-07".into()), None);
    assert_eq!(kind(&key, &sas, "2026-10-06".into()), expired);
    for bad in ["tomorrow", "2030-01-02T03:0\u{e9}", "2030-01-02T03:04X"] {
        assert_eq!(kind(&key, &sas, bad.into()), Some(ErrorKind::Time), "{bad}");
    }
    assert_eq!(kind(&key, &sas, "2030-01-02T03:04Z".into()), None);
    assert_eq!(kind(&key, &sas, SasExpiry::in_policy()), expired);
    assert_eq!(kind(&key, &sas, Duration::ZERO.into()), expired);
    let later = sas.clone().starts_at(now().saturating_add(HOUR));
    assert_eq!(kind(&key, &later, HOUR.into()), expired);
    assert_eq!(kind(&key, &later, (2 * HOUR).into()), None);
    let twice = later.field("st", "2026-10-06");
    assert_eq!(
        kind(&key, &twice, (2 * HOUR).into()),
        Some(ErrorKind::Policy)
    );
    let text = sas.clone().field("st", "2026-10-06T00:00Z");
    let token = text.presign(&key, "2026-10-06T01:00Z", now()).unwrap();
    assert!(
        token
            .as_str()
            .contains("st=2026-10-06T00%3A00Z&se=2026-10-06T01%3A00Z&")
    );

    // A user delegation SAS is valid for seven days from its start, and not longer than its key.
    let week = 7 * 24 * HOUR;
    assert_eq!(kind(&key, &sas, (2 * week).into()), None);
    assert_eq!(kind(&delegated, &sas, week.into()), None);
    assert_eq!(
        kind(&delegated, &sas, (week + Duration::from_secs(1)).into()),
        expired
    );
    let later = sas.starts_at(now().saturating_add(HOUR));
    assert_eq!(kind(&delegated, &later, (week + HOUR).into()), None);
    let late = later
        .field("rscd", "x")
        .starts_at("2026-10-15T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(kind(&delegated, &late, "2026-10-20".into()), None);
    assert_eq!(
        kind(&delegated, &late, "2026-10-20T00:00:01Z".into()),
        expired
    );
}

#[test]
fn keys_are_checked() {
    let account = account();
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let kind = |key: &Credentials| sas.presign(key, HOUR, now()).unwrap_err().kind();
    let other = azure::shared_key("otheraccount", "c2VjcmV0").unwrap();
    assert_eq!(kind(&other), ErrorKind::Credentials);
    // Credentials of another store.
    let aws = Credentials::new("myaccount", "not base64!").unwrap();
    assert_eq!(kind(&aws), ErrorKind::Credentials);
    let token = key().with_session_token("a-token-of-aws").unwrap();
    assert_eq!(kind(&token), ErrorKind::Credentials);
    let field = key().with_session_token("sp=rwd").unwrap();
    assert_eq!(kind(&field), ErrorKind::Credentials);
    for bad in ["", "c2VjcmV0=", "c2Vjcm V0", "secret!"] {
        let error = azure::shared_key("myaccount", bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{bad}");
    }
    // An account SAS and a SAS with a stored policy have no user delegation key.
    let services = Resource::Account {
        services: "b",
        resource_types: "o",
    };
    let rejected = rejection(services, &delegation_key(), |sas| sas);
    assert_eq!(rejected, Some(ErrorKind::Unsupported));
    let container = Resource::Container("images");
    let rejected = rejection(container, &delegation_key(), |sas| sas.stored_policy("p"));
    assert_eq!(rejected, Some(ErrorKind::Unsupported));
}

#[test]
fn user_delegation_keys_are_read_whole() {
    let changes = [
        ("<SignedOid>oid</SignedOid>", ""),
        ("<Value>c2VjcmV0</Value>", ""),
        ("<Value>c2VjcmV0</Value>", "<Value>no base64</Value>"),
        ("<Value>", "<Value>c2VjcmV0</Value><Value>"),
        ("2026-10-20T00:00:00Z", "soon"),
        ("</UserDelegationKey>", ""),
        (
            "</UserDelegationKey>",
            "<Value>c2VjcmV0</Value></UserDelegationKey>",
        ),
        (">tid<", ">&unknown;<"),
        (">tid<", ">a&#10;b<"),
    ];
    for (from, to) in changes {
        let changed = DELEGATION_KEY.replacen(from, to, 1);
        assert_ne!(changed, DELEGATION_KEY);
        let error = azure::user_delegation_key("myaccount", &changed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{to}");
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
    let other_root = DELEGATION_KEY.replace("UserDelegationKey", "Other");
    assert!(azure::user_delegation_key("myaccount", &other_root).is_err());
    let escaped = DELEGATION_KEY.replace(">tid<", "> t&amp;d <");
    let key = azure::user_delegation_key("myaccount", &escaped).unwrap();
    let account = account();
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let token = sas.presign(&key, HOUR, now()).unwrap();
    assert!(token.as_str().contains("sktid=t%26d&"));
}

#[test]
fn connection_strings_are_read_and_never_shown() {
    let secret = "VmVyeVNlY3JldEtleUluQmFzZTY0";
    let url = |text: &str| {
        let (account, key) = azure::connection_string(text).unwrap();
        let images = account.container("images").unwrap();
        (images.get("a").url().unwrap(), key.is_some())
    };
    let cloud = "DefaultEndpointsProtocol=https;AccountName=myaccount";
    for (text, expected, has_key) in [
        (
            format!("{cloud};AccountKey={secret};EndpointSuffix=core.usgovcloudapi.net"),
            "https://myaccount.blob.core.usgovcloudapi.net/images/a",
            true,
        ),
        (
            format!(" accountname=myaccount ; ACCOUNTKEY={secret}; "),
            "https://myaccount.blob.core.windows.net/images/a",
            true,
        ),
        (
            format!("{cloud};AccountKey={secret};BlobEndpoint=http://localhost:1/myaccount"),
            "http://localhost:1/myaccount/images/a",
            true,
        ),
        (
            "BlobEndpoint=https://myaccount.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x".into(),
            "https://myaccount.blob.core.windows.net/images/a",
            false,
        ),
        (
            "UseDevelopmentStorage=true".into(),
            "http://127.0.0.1:10000/devstoreaccount1/images/a",
            true,
        ),
    ] {
        assert_eq!(url(&text), (expected.to_owned(), has_key));
    }
    for bad in [
        String::new(),
        format!("AccountKey={secret}"),
        format!("{cloud};AccountKey={secret}!"),
        format!("{cloud};AccountKey={secret};AccountKey={secret}"),
        format!("{cloud};AccountKey={secret};SharedAccessSignature=sig={secret}"),
        format!("{cloud};{secret}"),
        format!("{cloud};{secret}=x"),
        format!("AccountName={secret};AccountKey=x"),
        format!("{cloud};EndpointSuffix={secret}/?"),
        format!("{cloud};BlobEndpoint={secret}"),
        format!("DefaultEndpointsProtocol={secret};AccountName=myaccount"),
        format!("UseDevelopmentStorage={secret}"),
        format!("UseDevelopmentStorage=true;AccountKey={secret}"),
    ] {
        let error = azure::connection_string(&bad).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains(&secret[..8]),
            "{error}"
        );
    }
}

#[test]
fn versions_are_dates() {
    let account = account();
    let version = |text| {
        let sas = account.sas(Resource::Container("images"), Permissions::READ);
        let token = sas.api_version(text).presign(&key(), HOUR, now());
        token.map(|token| token.as_str().starts_with(&format!("sv={text}&")))
    };
    for text in ["2015-04-05", "2019-12-31", "2026-10-06"] {
        assert_eq!(version(text), Ok(true));
    }
    for bad in [
        "2019-99-99",
        "2019-13-01",
        "2019-00-01",
        "2019-01-32",
        "2019-01-00",
        "2019-01-1x",
        "2019-1-011",
        "2015-04-04",
        "2026-10-07",
        "2020",
    ] {
        let error = version(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{bad}");
    }
}

#[test]
fn times_are_dates_minutes_or_seconds() {
    let account = account();
    let expiry = |text: &str| {
        let sas = account.sas(Resource::Container("images"), Permissions::READ);
        let token = sas.presign(&key(), text, now())?;
        Ok::<_, presign::Error>(token.expires_at().unwrap().to_string())
    };
    for (text, expected) in [
        ("2030-01-02", "2030-01-02T00:00:00Z"),
        ("2030-01-02T03:04Z", "2030-01-02T03:04:00Z"),
        ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05Z"),
        ("2030-01-02T03:04:05.1234567Z", "2030-01-02T03:04:05Z"),
        ("2030-01-02T03:04:05.1Z", "2030-01-02T03:04:05Z"),
    ] {
        assert_eq!(expiry(text).as_deref(), Ok(expected), "{text}");
    }
    for bad in [
        "",
        "2030-01-0",
        "2030-13-02",
        "2030-01-02T03:04",
        "2030-01-02T03:04:05",
        "2030-01-02T03:04:05+01:00",
        "2030-01-02T03:04Zx",
        "2030-01-02T03:04X",
        "2030-01-02T03:04z",
        "2030-01-02X03:04Z",
        "2030-01-02t03:04:05Z",
        "2030-01-02T03:04:05.12345678Z",
        "2030-01-02T03:04:05.Z",
        "2030-01-02T03:04:05+01:00Z",
        "2030-01-02X03:04:05Z",
        "2030-01-02Z",
        "TZ",
        "2030-01-02T03:0\u{e9}",
        "2030-01-02T03:\u{e9}Z",
        "2030-01-0\u{e9}",
        "2030-01-02T03:0\u{e9}Z",
    ] {
        assert_eq!(expiry(bad).unwrap_err().kind(), ErrorKind::Time, "{bad}");
    }
}
