//! Verifying shared access signatures.

use crate::azure_sas_cases::{SasCase, sas_cases};
use crate::support::vectors;
use presign::azure::{self, Account, Permissions, Resource, Sas, Service, StoredPolicy};
use presign::verify::{ReceivedRequest, VerifyErrorKind as Kind};
use presign::{Credentials, Timestamp};
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
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

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: u32,
    account_name: String,
    account_key: String,
    method: String,
    url: String,
    now: i64,
    client_ip: IpAddr,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    verdict: String,
    why: Option<String>,
}

#[test]
fn verdicts_are_those_of_the_vectors() {
    let file: File = vectors("azure-verify.json");
    assert_eq!(file.cases.len(), 24);
    let mut accepted = 0;
    for case in file.cases {
        let account = Account::new(case.account_name.as_str()).unwrap();
        let key = azure::shared_key(case.account_name, case.account_key).unwrap();
        let request = ReceivedRequest::from_url(&case.method, &case.url).unwrap();
        let request = request.client_ip(case.client_ip);
        let sas = account.parse_sas(&request).unwrap();
        let result = sas.verify(&key, Timestamp::from_unix_seconds(case.now));
        let why = result.as_ref().err().map(|error| error.kind().as_str());
        assert_eq!(why, case.expected.why.as_deref(), "{}", case.id);
        assert_eq!(result.is_ok(), case.expected.verdict == "accept");
        accepted += u32::from(result.is_ok());
    }
    assert_eq!(accepted, 9);
}

/// A URL with the token of an SDK.
fn url_of(case: &SasCase) -> String {
    let (account, name) = (case.account(), case.value["account_name"].as_str());
    let key = azure::shared_key(name.unwrap(), "c2VjcmV0").unwrap();
    let sas = account.sas(case.resource(), Permissions::READ);
    let own = sas.presign(&key, HOUR, now()).unwrap();
    let front = own.url().strip_suffix(own.as_str()).unwrap();
    let token = case.expected("token").unwrap();
    let mut url = format!("{front}{token}");
    if case.resource()
        == Resource::Container(
            case.input(&["container_name", "container"])
                .unwrap_or_default(),
        )
    {
        url.push_str("&restype=container&comp=list");
    }
    for (name, value) in case.required(&["request_query_params", "requestQueryParameters"]) {
        let value = value.replace('=', "%3D");
        url.push_str(&format!("&{name}={value}"));
    }
    url
}

/// The texts of other implementations, made from a received request.
#[test]
fn texts_are_those_of_the_sdks() {
    let mut compared = 0;
    for case in sas_cases() {
        if case.has_impossible_name() {
            continue;
        }
        let url = url_of(&case);
        let headers = case.required(&["request_headers", "requestHeaders"]);
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let request = request
            .headers(headers)
            .client_ip(Ipv4Addr::new(203, 0, 113, 7));
        let account = case.account();
        let sas = account
            .parse_sas(&request)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        if let Some(expected) = case.expected("string_to_sign") {
            assert_eq!(sas.string_to_sign().unwrap(), expected, "{}", case.name);
            compared += 1;
        }
        assert_eq!(sas.is_user_delegation(), case.is_delegated());
        let result = sas.verify(case.credentials(), case.now());
        // The operation may need another permission, the address another client, and the key of a
        // few has expired. The signature is right, or none of these would be reached.
        if let Err(error) = result {
            let kind = error.kind();
            let expected = [
                Kind::Permission,
                Kind::StoredPolicy,
                Kind::Ip,
                Kind::Resource,
                Kind::Expired,
            ];
            assert!(expected.contains(&kind), "{}: {error}", case.name);
        }
    }
    assert_eq!(compared, 83);
}

/// Verifies a request to a URL of `myaccount`.
fn verdict(method: &str, url: &str) -> Result<(), Kind> {
    let request = ReceivedRequest::from_url(method, url).unwrap();
    verify(&request, &key())
}

fn verify(request: &ReceivedRequest<'_>, key: &Credentials) -> Result<(), Kind> {
    let account = account();
    let sas = account.parse_sas(request).map_err(|error| error.kind())?;
    let verified = sas.verify(key, now()).map_err(|error| error.kind())?;
    assert!(!format!("{verified:?}").contains("sig"));
    Ok(())
}

fn token(resource: Resource<'_>, letters: &str, change: impl Fn(Sas<'_>) -> Sas<'_>) -> String {
    let account = account();
    let sas = change(account.sas(resource, letters.parse().unwrap()));
    let token = sas.presign(&key(), HOUR, now()).unwrap();
    token.as_str().to_owned()
}

const HOST: &str = "https://myaccount.blob.core.windows.net";
const BLOB: Resource<'static> = Resource::Blob {
    container: "images",
    blob: "a/b",
};

#[test]
fn every_changed_parameter_is_rejected() {
    let token = token(BLOB, "rw", |sas| {
        let sas = sas.https_only().ip_range("203.0.113.0-203.0.113.255");
        ["rscc", "rscd", "rsce", "rscl", "rsct", "ses"]
            .into_iter()
            .fold(sas.field("st", "2026-10-05"), |sas, name| {
                sas.field(name, "x")
            })
    });
    let url = |token: &str| format!("{HOST}/images/a/b?{token}");
    let verdict = |url: &str| {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        verify(&request.client_ip(Ipv4Addr::new(203, 0, 113, 9)), &key())
    };
    assert_eq!(verdict(&url(&token)), Ok(()));
    let parameters: Vec<_> = token.split('&').collect();
    assert_eq!(parameters.len(), 14);
    for (index, parameter) in parameters.iter().enumerate() {
        let (name, value) = parameter.split_once('=').unwrap();
        let mut changed = parameters.clone();
        changed.remove(index);
        let missing = changed.join("&");
        assert!(verdict(&url(&missing)).is_err(), "without {name}");
        let other = match name {
            "sv" => "2025-07-05",
            "sr" => "c",
            "st" => "2026-10-04",
            "se" => "2030-01-01",
            "sp" => "r",
            "sip" => "203.0.113.9",
            "spr" => "https%2Chttp",
            "sig" => "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
            _ => "y",
        };
        let other = format!("{name}={other}");
        changed.insert(index, &other);
        assert_eq!(
            verdict(&url(&changed.join("&"))),
            Err(Kind::Signature),
            "{name}"
        );
        let twice = format!("{token}&{name}={value}");
        assert_eq!(verdict(&url(&twice)), Err(Kind::Repeated), "{name}");
        let spelled = token.replace(&format!("{name}="), &format!("{}=", name.to_uppercase()));
        assert_eq!(verdict(&url(&spelled)), Err(Kind::Malformed), "{name}");
    }
    // The order doesn't matter, nor do parameters that aren't the token's.
    let reversed: Vec<_> = parameters.iter().rev().copied().collect();
    assert_eq!(
        verdict(&url(&format!("timeout=30&{}", reversed.join("&")))),
        Ok(())
    );
    for path in [
        "images/a/c",
        "images/a",
        "other/a/b",
        "images//a/b",
        "images/A/b",
    ] {
        let url = format!("{HOST}/{path}?{token}");
        assert_eq!(verdict(&url), Err(Kind::Signature), "{path}");
    }
}

/// Changes nothing.
fn relax(sas: Sas<'_>) -> Sas<'_> {
    sas
}

#[test]
fn unsigned_parameters_are_rejected() {
    let blob = |extra: &str, version: &'static str| {
        let token = token(BLOB, "r", |sas| sas.api_version(version));
        verdict("GET", &format!("{HOST}/images/a/b?{token}{extra}"))
    };
    assert_eq!(blob("", "2019-12-12"), Ok(()));
    assert_eq!(blob("&ses=x", "2019-12-12"), Err(Kind::Malformed));
    assert_eq!(blob("&ses=x", "2026-10-06"), Err(Kind::Signature));
    for extra in ["&scid=x", "&srh=x", "&skt=2026-10-06", "&spk=1", "&skoid=x"] {
        let found = blob(extra, "2026-10-06");
        assert!(
            matches!(found, Err(Kind::Malformed | Kind::Signature)),
            "{extra}"
        );
    }
    assert_eq!(blob("&si=policy", "2026-10-06"), Err(Kind::Signature));
    // An account SAS doesn't sign the headers of the response.
    let services = Resource::Account {
        services: "b",
        resource_types: "o",
    };
    let token = token(services, "r", relax);
    let url = format!("{HOST}/images/a?{token}");
    assert_eq!(verdict("GET", &url), Ok(()));
    assert_eq!(
        verdict("GET", &format!("{url}&rscd=x")),
        Err(Kind::Malformed)
    );
}

/// Versions before 2018-11-09 sign no kind of resource: a token for a blob must not become one for
/// the directory, snapshot or version of the same name.
#[test]
fn the_kind_of_resource_cannot_be_changed() {
    for version in ["2015-04-05", "2018-03-28", "2018-11-09", "2026-10-06"] {
        let token = token(BLOB, "r", |sas| sas.api_version(version));
        assert_eq!(
            verdict("GET", &format!("{HOST}/images/a/b?{token}")),
            Ok(())
        );
        for (kind, url) in [
            ("d&sdd=2", format!("{HOST}/images/a/b/secret")),
            ("d&sdd=1", format!("{HOST}/images/a/b")),
            ("bs", format!("{HOST}/images/a/b?snapshot=1")),
            ("bv", format!("{HOST}/images/a/b?versionid=1")),
            ("c", format!("{HOST}/images/a/b")),
        ] {
            let changed = token.replace("sr=b&", &format!("sr={kind}&"));
            let separator = if url.contains('?') { '&' } else { '?' };
            let found = verdict("GET", &format!("{url}{separator}{changed}"));
            assert!(
                matches!(found, Err(Kind::Signature | Kind::Resource)),
                "{version} {kind} {found:?}"
            );
        }
        // A token for the blob is none for its snapshots.
        let snapshot = format!("{HOST}/images/a/b?snapshot=1&{token}");
        assert_eq!(verdict("GET", &snapshot), Err(Kind::Resource));
    }
    let none = verdict("GET", &format!("{HOST}/images/a/b?sp=r"));
    assert_eq!(none, Err(Kind::NotSigned));
}

#[test]
fn snapshots_versions_and_directories_are_bound() {
    let (container, blob) = ("images", "a");
    let (snapshot, version) = ("1", "2");
    let resource = Resource::Snapshot {
        container,
        blob,
        snapshot,
    };
    let token_of_snapshot = token(resource, "r", relax);
    let url = |parameter: &str| format!("{HOST}/images/a?{parameter}&{token_of_snapshot}");
    assert_eq!(verdict("GET", &url("snapshot=1")), Ok(()));
    assert_eq!(verdict("GET", &url("snapshot=2")), Err(Kind::Signature));
    assert_eq!(verdict("GET", &url("timeout=1")), Err(Kind::Resource));
    assert_eq!(
        verdict("GET", &url("snapshot=1&snapshot=2")),
        Err(Kind::Repeated)
    );
    assert_eq!(
        verdict("GET", &url("snapshot=1&versionid=2")),
        Err(Kind::Resource)
    );
    let resource = Resource::Version {
        container,
        blob,
        version,
    };
    let token_of_version = token(resource, "rxd", relax);
    let url = |parameter: &str| format!("{HOST}/images/a?{parameter}&{token_of_version}");
    assert_eq!(verdict("GET", &url("versionid=2")), Ok(()));
    assert_eq!(verdict("DELETE", &url("versionid=2")), Ok(()));
    assert_eq!(verdict("GET", &url("versionid=3")), Err(Kind::Signature));
    for both in ["versionid=2&snapshot=1", "VersionId=2&Snapshot=1"] {
        assert_eq!(verdict("GET", &url(both)), Err(Kind::Resource), "{both}");
    }
    let permanent = url("versionid=2&deletetype=permanent");
    assert_eq!(verdict("DELETE", &permanent), Err(Kind::Permission));

    let resource = Resource::Directory {
        container,
        directory: "a/b",
    };
    let token_of_directory = token(resource, "r", relax);
    let read = |path: &str, token: &str| verdict("GET", &format!("{HOST}/images/{path}?{token}"));
    for (path, expected) in [
        ("a/b/c", Ok(())),
        ("a/b/c/d", Ok(())),
        ("a/b", Ok(())),
        ("a/bc", Err(Kind::Signature)),
        ("a", Err(Kind::Resource)),
        ("a/c/b", Err(Kind::Signature)),
    ] {
        assert_eq!(read(path, &token_of_directory), expected, "{path}");
    }
    for depth in ["0", "1", "3", "x", "-1"] {
        let changed = token_of_directory.replace("sdd=2", &format!("sdd={depth}"));
        assert!(read("a/b/c", &changed).is_err(), "{depth}");
    }
}

#[test]
fn operations_need_their_permission() {
    let container = Resource::Container("images");
    let (file, share) = (
        Resource::File {
            share: "share",
            path: "a",
        },
        Resource::Share("share"),
    );
    let (queue, table) = (Resource::Queue("queue"), Resource::Table("MyTable"));
    let host = |service: &str| format!("https://myaccount.{service}.core.windows.net");
    let rejected = Err(Kind::Permission);
    for (resource, letters, method, path, expected) in [
        (BLOB, "r", "GET", "images/a/b", Ok(())),
        (BLOB, "w", "GET", "images/a/b", rejected),
        (BLOB, "r", "HEAD", "images/a/b", Ok(())),
        (BLOB, "c", "PUT", "images/a/b", Ok(())),
        (BLOB, "w", "PUT", "images/a/b", Ok(())),
        (BLOB, "rd", "PUT", "images/a/b", rejected),
        (BLOB, "c", "PUT", "images/a/b?comp=block", rejected),
        (BLOB, "a", "PUT", "images/a/b?comp=appendblock", Ok(())),
        (BLOB, "c", "PUT", "images/a/b?comp=appendblock", rejected),
        (BLOB, "r", "GET", "images/a/b?comp=TAGS", rejected),
        (BLOB, "t", "GET", "images/a/b?comp=tags", Ok(())),
        (BLOB, "d", "DELETE", "images/a/b", Ok(())),
        (
            BLOB,
            "y",
            "DELETE",
            "images/a/b?deletetype=Permanent",
            Ok(()),
        ),
        (
            BLOB,
            "d",
            "DELETE",
            "images/a/b?deletetype=Permanent",
            rejected,
        ),
        (BLOB, "rw", "DELETE", "images/a/b", rejected),
        (BLOB, "rw", "OPTIONS", "images/a/b", rejected),
        (container, "r", "GET", "images/x", Ok(())),
        (
            container,
            "l",
            "GET",
            "images?restype=container&comp=list",
            Ok(()),
        ),
        (
            container,
            "r",
            "GET",
            "images?restype=container&comp=list",
            rejected,
        ),
        // A service SAS doesn't give access to the container itself.
        (
            container,
            "rwd",
            "DELETE",
            "images?restype=container",
            rejected,
        ),
        (
            container,
            "rwd",
            "GET",
            "images?restype=container",
            rejected,
        ),
        (
            container,
            "rwdl",
            "GET",
            "images?restype=container&comp=acl",
            rejected,
        ),
        (file, "r", "GET", "share/a", Ok(())),
        (file, "r", "PUT", "share/a?comp=range", rejected),
        (file, "w", "PUT", "share/a?comp=range", Ok(())),
        (
            share,
            "l",
            "GET",
            "share?restype=directory&comp=list",
            Ok(()),
        ),
        (share, "d", "DELETE", "share?restype=share", rejected),
        (queue, "r", "GET", "queue/messages?peekonly=true", Ok(())),
        (queue, "r", "GET", "queue/messages", rejected),
        (queue, "p", "GET", "queue/messages", Ok(())),
        (queue, "a", "POST", "queue/messages", Ok(())),
        (queue, "u", "PUT", "queue/messages/1", Ok(())),
        (queue, "p", "DELETE", "queue/messages/1", Ok(())),
        // Only an account SAS can clear a queue.
        (queue, "raup", "DELETE", "queue/messages", rejected),
        (queue, "raup", "DELETE", "queue/messages/", rejected),
        (queue, "raup", "DELETE", "queue", rejected),
        (table, "r", "GET", "MyTable()", Ok(())),
        (
            table,
            "r",
            "GET",
            "mytable(PartitionKey='a%2Fb',RowKey='1')",
            Ok(()),
        ),
        (table, "a", "POST", "MyTable", Ok(())),
        (
            table,
            "u",
            "PUT",
            "MyTable(PartitionKey='a',RowKey='1')",
            rejected,
        ),
        (
            table,
            "au",
            "PUT",
            "MyTable(PartitionKey='a',RowKey='1')",
            Ok(()),
        ),
        (
            table,
            "d",
            "DELETE",
            "MyTable(PartitionKey='a',RowKey='1')",
            Ok(()),
        ),
        (table, "raud", "GET", "Other()", Err(Kind::Signature)),
        // A batch names its tables in its body, which isn't signed.
        (table, "raud", "POST", "$batch", Err(Kind::Signature)),
    ] {
        let service = match resource {
            Resource::File { .. } | Resource::Share(_) => "file",
            Resource::Queue(_) => "queue",
            Resource::Table(_) => "table",
            _ => "blob",
        };
        let token = token(resource, letters, relax);
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}/{path}{separator}{token}", host(service));
        assert_eq!(
            verdict(method, &url),
            expected,
            "{resource:?} {letters} {method} {path}"
        );
    }
    let token = token(table, "u", relax);
    let url = format!(
        "{}/MyTable(PartitionKey='a',RowKey='1')?{token}",
        host("table")
    );
    let request = ReceivedRequest::from_url("PUT", &url).unwrap();
    let exists = request.clone().header("If-Match", "*");
    assert_eq!(verify(&exists, &key()), Ok(()));
    let tunnelled = exists.header("X-HTTP-Method", "DELETE");
    assert_eq!(verify(&tunnelled, &key()), rejected);
    // The path names the table, and so must the token.
    let other = url.replace("tn=MyTable", "tn=Other");
    let request = ReceivedRequest::from_url("PUT", &other).unwrap();
    assert_eq!(
        verify(&request.header("If-Match", "*"), &key()),
        Err(Kind::Resource)
    );
}

/// A write that also sets tags needs their permission.
#[test]
fn headers_can_need_a_permission() {
    let verdict = |letters, method, name: &str, value: &str| {
        let url = format!("{HOST}/images/a/b?{}", token(BLOB, letters, relax));
        let request = ReceivedRequest::from_url(method, &url).unwrap();
        verify(&request.header(name, value), &key())
    };
    let rejected = Err(Kind::Permission);
    for (letters, method, name, value, expected) in [
        ("w", "PUT", "x-ms-meta-a", "1", Ok(())),
        ("w", "PUT", "x-ms-tags", "a=1", rejected),
        ("w", "PUT", "X-Ms-Tags", "", rejected),
        ("t", "PUT", "x-ms-tags", "a=1", rejected),
        ("wt", "PUT", "x-ms-tags", "a=1", Ok(())),
        ("ct", "PUT", "x-ms-tags", "a=1", Ok(())),
        ("w", "PUT", "x-ms-copy-source-tag-option", "REPLACE", Ok(())),
        ("w", "PUT", "x-ms-copy-source-tag-option", "COPY", rejected),
        ("w", "PUT", "x-ms-copy-source-tag-option", "copy", rejected),
        ("wt", "PUT", "x-ms-copy-source-tag-option", "COPY", Ok(())),
        ("r", "GET", "x-ms-tags", "a=1", Ok(())),
    ] {
        let found = verdict(letters, method, name, value);
        assert_eq!(found, expected, "{letters} {method} {name}: {value}");
    }
}

/// The service removes dot segments, so that they lead out of the container or directory.
#[test]
fn dot_segments_are_rejected() {
    let container = Resource::Container("images");
    let directory = Resource::Directory {
        container: "images",
        directory: "a",
    };
    let services = Resource::Account {
        services: "b",
        resource_types: "o",
    };
    for (resource, path, is_valid) in [
        (container, "images/a..b/.c/d", true),
        (container, "images/../secret/x", false),
        (container, "images/%2e%2E/secret/x", false),
        (container, "images/..%2Fsecret/x", false),
        (container, "images/a%2F..%2F../x", false),
        (container, "images/..%5Csecret%5Cx", false),
        (container, "images/./x", false),
        (container, "images/x/..", false),
        (directory, "images/a/..b", true),
        (directory, "images/a/../secret", false),
        (directory, "images/a/%2e./secret", false),
        (services, "images/x", true),
        (services, "../images/x", false),
        (services, "images/../x", false),
        (services, "%2e", false),
    ] {
        let token = token(resource, "r", relax);
        // A URL of the test would be normalized by most parsers, so this is the target itself.
        let target = format!("/{path}?{token}");
        let request = ReceivedRequest::new("GET", &target);
        let request = request.header("Host", "myaccount.blob.core.windows.net");
        let expected = if is_valid { Ok(()) } else { Err(Kind::Request) };
        assert_eq!(verify(&request, &key()), expected, "{resource:?} {path}");
    }
}

/// An empty name of a container would make an object one of the service itself.
#[test]
fn the_level_of_a_path_is_unambiguous() {
    let verdict_of = |resource_types, service: &str, path: &str| {
        let resource = Resource::Account {
            services: "bqtf",
            resource_types,
        };
        let token = token(resource, "r", relax);
        let host = format!("https://myaccount.{service}.core.windows.net");
        verdict("GET", &format!("{host}{path}?{token}"))
    };
    let rejected = Err(Kind::Request);
    for (resource_types, service, path, expected) in [
        ("s", "blob", "/", Ok(())),
        ("s", "blob", "//images/a", rejected),
        ("sco", "blob", "//images/a", rejected),
        ("s", "file", "//share/a", rejected),
        ("s", "table", "//MyTable", rejected),
        ("o", "blob", "/images//a", Ok(())),
        // A blob of the root container has no slash in its name.
        ("o", "blob", "/image.png", Ok(())),
        ("o", "blob", "/images%2Fa", rejected),
        ("o", "blob", "/images/a%0Ab", rejected),
        (
            "o",
            "table",
            "/MyTable(PartitionKey='a%2Fb',RowKey='1')",
            Ok(()),
        ),
    ] {
        let found = verdict_of(resource_types, service, path);
        assert_eq!(found, expected, "{resource_types} {service} {path}");
    }
}

/// The permissions are those of "Account SAS permissions by operation" in the documents of Azure.
#[test]
fn an_account_sas_has_permissions_of_queues_and_tables() {
    let all = "rwdxylacupfti";
    let queue = "https://myaccount.queue.core.windows.net/queue/messages";
    let table = "https://myaccount.table.core.windows.net";
    let (tables, service) = (format!("{table}/Tables"), format!("{table}/"));
    let one = format!("{table}/Tables('MyTable')");
    let entity = format!("{table}/MyTable");
    for (services, types, url, method, needed) in [
        ("q", "o", queue, "DELETE", "d"),
        ("q", "o", &*format!("{queue}/1"), "DELETE", "p"),
        ("q", "o", queue, "POST", "a"),
        ("t", "c", &tables, "GET", "l"),
        ("t", "c", &*format!("{table}/tables"), "GET", "l"),
        ("t", "c", &tables, "POST", "cw"),
        ("t", "c", &tables, "PUT", ""),
        ("t", "c", &one, "DELETE", "d"),
        ("t", "o", &entity, "POST", "a"),
        ("t", "o", &entity, "GET", "r"),
        ("t", "s", &service, "GET", "r"),
        ("t", "s", &service, "PUT", "w"),
        ("t", "s", &service, "DELETE", ""),
    ] {
        for letter in all.chars() {
            let resource = Resource::Account {
                services,
                resource_types: types,
            };
            let token = token(resource, &letter.to_string(), relax);
            let expected = if needed.contains(letter) {
                Ok(())
            } else {
                Err(Kind::Permission)
            };
            let found = verdict(method, &format!("{url}?{token}"));
            assert_eq!(found, expected, "{method} {url} {letter}");
        }
    }
}

#[test]
fn an_account_sas_is_for_services_and_types() {
    let verdict_of = |services, resource_types, letters, method, url: &str| {
        let resource = Resource::Account {
            services,
            resource_types,
        };
        let token = token(resource, letters, relax);
        let separator = if url.contains('?') { '&' } else { '?' };
        verdict(method, &format!("{url}{separator}{token}"))
    };
    let queue = "https://myaccount.queue.core.windows.net";
    let blob = format!("{HOST}/images/a");
    let container = format!("{HOST}/images?restype=container");
    assert_eq!(verdict_of("b", "o", "r", "GET", &blob), Ok(()));
    assert_eq!(verdict_of("q", "o", "r", "GET", &blob), Err(Kind::Service));
    assert_eq!(
        verdict_of("b", "sc", "r", "GET", &blob),
        Err(Kind::Resource)
    );
    assert_eq!(verdict_of("b", "c", "r", "GET", &container), Ok(()));
    assert_eq!(verdict_of("b", "c", "d", "DELETE", &container), Ok(()));
    assert_eq!(
        verdict_of("b", "c", "r", "DELETE", &container),
        Err(Kind::Permission)
    );
    assert_eq!(
        verdict_of("b", "o", "d", "DELETE", &container),
        Err(Kind::Resource)
    );
    let list = format!("{HOST}/?comp=list");
    assert_eq!(verdict_of("b", "s", "l", "GET", &list), Ok(()));
    let list = format!("{queue}/?comp=list");
    assert_eq!(verdict_of("q", "s", "l", "GET", &list), Ok(()));
    assert_eq!(verdict_of("b", "s", "l", "GET", &list), Err(Kind::Service));
    // A batch can contain each operation on entities.
    let table = "https://myaccount.table.core.windows.net";
    for path in ["$batch", "%24batch", "$BATCH"] {
        let batch = format!("{table}/{path}");
        assert_eq!(verdict_of("t", "o", "raud", "POST", &batch), Ok(()));
        for letters in ["a", "rau", "rad", "rud", "aud"] {
            assert_eq!(
                verdict_of("t", "o", letters, "POST", &batch),
                Err(Kind::Permission),
                "{path} {letters}"
            );
        }
    }
    let entity = format!("{table}/MyTable");
    assert_eq!(verdict_of("t", "o", "a", "POST", &entity), Ok(()));
    let batch = format!("{HOST}/?comp=batch");
    let all = "rwdxylacupfti";
    assert_eq!(
        verdict_of("b", "sco", all, "POST", &batch),
        Err(Kind::Permission)
    );
    // A blob of the root container.
    assert_eq!(
        verdict_of("b", "o", "r", "GET", &format!("{HOST}/a")),
        Ok(())
    );
}

#[test]
fn addresses_and_protocols_are_checked() {
    let url = |token: &str, scheme: &str| {
        format!("{scheme}://myaccount.blob.core.windows.net/images/a/b?{token}")
    };
    let ranged = url(
        &token(BLOB, "r", |sas| sas.ip_range("203.0.113.5-203.0.113.7")),
        "https",
    );
    let from = |address: Option<&str>| {
        let request = ReceivedRequest::from_url("GET", &ranged).unwrap();
        let request = match address {
            Some(address) => request.client_ip(address.parse::<IpAddr>().unwrap()),
            None => request,
        };
        verify(&request, &key())
    };
    for (address, expected) in [
        (Some("203.0.113.5"), Ok(())),
        (Some("203.0.113.7"), Ok(())),
        (Some("::ffff:203.0.113.6"), Ok(())),
        (Some("203.0.113.8"), Err(Kind::Ip)),
        (Some("2001:db8::1"), Err(Kind::Ip)),
        (None, Err(Kind::Ip)),
    ] {
        assert_eq!(from(address), expected, "{address:?}");
    }
    let secure = token(BLOB, "r", |sas| sas.https_only());
    assert_eq!(verdict("GET", &url(&secure, "https")), Ok(()));
    assert_eq!(verdict("GET", &url(&secure, "http")), Err(Kind::Protocol));
    let target = format!("/images/a/b?{secure}");
    let request = ReceivedRequest::new("GET", &target);
    let request = request.header("Host", "myaccount.blob.core.windows.net");
    assert_eq!(verify(&request, &key()), Err(Kind::Protocol));
    let both = token(BLOB, "r", |sas| sas.field("spr", "https,http"));
    assert_eq!(verdict("GET", &url(&both, "http")), Ok(()));
}

#[test]
fn times_and_keys_are_checked() {
    let token = token(BLOB, "r", |sas| sas.starts_at(now()));
    let url = format!("{HOST}/images/a/b?{token}");
    let request = ReceivedRequest::from_url("GET", &url).unwrap();
    let account = account();
    let at = |seconds: i64| {
        let moment = Timestamp::from_unix_seconds(now().unix_seconds() + seconds);
        let sas = account.parse_sas(&request).unwrap();
        sas.verify(key(), moment)
            .map_err(|error| error.kind())
            .err()
    };
    assert_eq!(at(-1), Some(Kind::NotYetValid));
    assert_eq!((at(0), at(3599)), (None, None));
    assert_eq!(at(3600), Some(Kind::Expired));

    let sas = account.parse_sas(&request).unwrap();
    let other = azure::shared_key("myaccount", "b3RoZXI=").unwrap();
    let error = sas.clone().verify(&other, now()).unwrap_err();
    assert_eq!(error.kind(), Kind::Signature);
    assert_eq!(
        (error.code(), error.status()),
        ("AuthenticationFailed", 403)
    );
    let invalid = Credentials::new("myaccount", "no base64").unwrap();
    assert_eq!(
        sas.verify(&invalid, now()).unwrap_err().kind(),
        Kind::AccessKey
    );
    let signed_twice = request.header("Authorization", "SharedKey myaccount:x");
    assert_eq!(verify(&signed_twice, &key()), Err(Kind::SignedTwice));
    // Another account, and an endpoint that isn't set.
    let other = Account::new("otheraccount").unwrap();
    let request = ReceivedRequest::from_url("GET", &url).unwrap();
    assert_eq!(
        other.parse_sas(&request).unwrap_err().kind(),
        Kind::Resource
    );
    let secondary = url.replace("myaccount.", "myaccount-secondary.");
    assert_eq!(verdict("GET", &secondary), Ok(()));
}

#[test]
fn times_have_a_documented_form() {
    let token = token(BLOB, "r", |sas| sas.field("st", "2026-10-05T03:04Z"));
    let url = format!("{HOST}/images/a/b?{token}");
    assert_eq!(verdict("GET", &url), Ok(()));
    for other in [
        "2026-10-05T03:04X",
        "2026-10-05T03:0%C3%A9",
        "2026-10-05T03:04",
    ] {
        let url = url.replace("2026-10-05T03%3A04Z", other);
        assert_eq!(verdict("GET", &url), Err(Kind::Malformed), "{other}");
    }
}

const DELEGATION_KEY: &str = "<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid>\
    <SignedStart>2026-10-06T00:00:00Z</SignedStart><SignedExpiry>2026-10-06T01:00:00Z</SignedExpiry>\
    <SignedService>b</SignedService><SignedVersion>2026-10-06</SignedVersion>\
    <Value>c2VjcmV0</Value></UserDelegationKey>";

#[test]
fn a_user_delegation_key_limits_its_tokens() {
    let delegated = azure::user_delegation_key("myaccount", DELEGATION_KEY).unwrap();
    let account = account();
    let sas = account.sas(BLOB, Permissions::READ);
    let sas = sas
        .require_header("x-ms-meta-a", "1")
        .require_query("comp", "x");
    let token = sas.presign(&delegated, HOUR, now()).unwrap();
    let url = token.url_for(&format!("{HOST}/images/a/b?comp=x")).unwrap();
    let request = ReceivedRequest::from_url("GET", &url).unwrap();
    let right = request.clone().header("X-MS-Meta-A", "1");
    // The whole key, and its value alone.
    assert_eq!(verify(&right, &delegated), Ok(()));
    assert_eq!(verify(&right, &key()), Ok(()));
    let parsed = account.parse_sas(&right).unwrap();
    assert_eq!(
        (parsed.field("skoid"), parsed.field("sktid")),
        (Some("o"), Some("t"))
    );
    assert_eq!(verify(&request, &key()), Err(Kind::SignedHeaderMissing));
    // Its holder can't sign for longer than the key is valid, nor as the account.
    let later =
        azure::user_delegation_key("myaccount", &DELEGATION_KEY.replace("T01:00", "T09:00"))
            .unwrap();
    assert_eq!(verify(&right, &later), Err(Kind::AccessKey));
    let of_account = account.sas(BLOB, Permissions::READ);
    let of_account = of_account.presign(&key(), HOUR, now()).unwrap();
    let of_account = ReceivedRequest::from_url("GET", of_account.url()).unwrap();
    assert_eq!(verify(&of_account, &key()), Ok(()));
    assert_eq!(verify(&of_account, &delegated), Err(Kind::AccessKey));
    let other = azure::shared_key("otheraccount", "c2VjcmV0").unwrap();
    assert_eq!(verify(&of_account, &other), Err(Kind::AccessKey));
    let expired = key().with_expiration(now());
    assert_eq!(verify(&of_account, &expired), Err(Kind::CredentialsExpired));
    // The name of a container has no slash.
    let slash = url.replace("/images/a/b", "/images%2Fa/b");
    let slash = ReceivedRequest::from_url("GET", &slash).unwrap();
    assert_eq!(account.parse_sas(&slash).unwrap_err().kind(), Kind::Request);
    let wrong = request.header("x-ms-meta-a", "2");
    assert_eq!(verify(&wrong, &key()), Err(Kind::Signature));
    let other = url.replace("comp=x&", "comp=y&");
    let request = ReceivedRequest::from_url("GET", &other).unwrap();
    assert_eq!(
        verify(&request.header("x-ms-meta-a", "1"), &key()),
        Err(Kind::Signature)
    );
    // The key's own times count, whatever the token states.
    for (seconds, expected) in [(-1, Kind::NotYetValid), (3600, Kind::Expired)] {
        let moment = Timestamp::from_unix_seconds(now().unix_seconds() + seconds);
        let sas = account.parse_sas(&right).unwrap();
        assert_eq!(sas.verify(key(), moment).unwrap_err().kind(), expected);
    }
}

/// A pair is signed as `name:value`, which must not be the text of another pair.
#[test]
fn required_parameters_cannot_be_evaded() {
    let delegated = azure::user_delegation_key("myaccount", DELEGATION_KEY).unwrap();
    let account = account();
    // The verdict of a request whose token requires the pairs, but names others.
    let verdict = |pairs: &[(&str, &str)], query: &str, names: &str| {
        let mut sas = account.sas(BLOB, Permissions::READ);
        for (name, value) in pairs {
            sas = sas.require_query(name.to_string(), value.to_string());
        }
        let token = sas.presign(&delegated, HOUR, now()).unwrap();
        let (front, back) = token.as_str().split_once("srq=").unwrap();
        let (_, back) = back.split_once('&').unwrap();
        let url = format!("{HOST}/images/a/b?{query}&{front}srq={names}&{back}");
        verdict("GET", &url)
    };
    let of_user = [("prefix", "user:alice")];
    let (signature, malformed) = (Err(Kind::Signature), Err(Kind::Malformed));
    let of_both = [("aa", "1"), ("bb", "2")];
    let of_text = [("aa", "\u{fffd}")];
    for (pairs, query, names, expected) in [
        (&of_user[..], "prefix=user:alice", "prefix", Ok(())),
        (&of_user, "prefix=user:bob", "prefix", signature),
        (
            &of_user,
            "prefix=user:bob&prefix:user=alice",
            "prefix%3Auser",
            malformed,
        ),
        (&of_both, "aa=1&bb=2", "aa%2Cbb", Ok(())),
        (&of_both, "aa=1&bb=3", "aa%2Cbb", signature),
        (&of_both, "aa=1%0Abb:2&bb=3", "aa", malformed),
        (&of_both, "aa=&bb=2", "aa%2Cbb", malformed),
        (
            &of_both,
            "aa=1&bb=2",
            "aa%2C%2Cbb",
            Err(Kind::SignedHeaderMissing),
        ),
        // Bytes that are not UTF-8 would have the text of each other.
        (&of_text, "aa=%EF%BF%BD", "aa", Ok(())),
        (&of_text, "aa=%FF", "aa", Err(Kind::Request)),
    ] {
        assert_eq!(verdict(pairs, query, names), expected, "{query} {names}");
    }
}

#[test]
fn stored_policies_are_looked_up() {
    let account = account();
    let container = Resource::Container("images");
    let key = key();
    let sas = |letters: &str| {
        let sas = account.sas(container, letters.parse().unwrap());
        sas.stored_policy("readers")
    };
    let in_policy = sas("").presign(&key, azure::SasExpiry::in_policy(), now());
    let in_policy = in_policy.unwrap();
    let in_token = sas("r").presign(&key, HOUR, now()).unwrap();
    let later = now().saturating_add(HOUR);
    let verdict = |token: &azure::SasToken, policy: Option<StoredPolicy>| {
        let url = token.url_for(&format!("{HOST}/images/a")).unwrap();
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let mut sas = account.parse_sas(&request).unwrap();
        assert_eq!(sas.stored_policy(), Some("readers"));
        if let Some(policy) = policy {
            sas = sas.with_stored_policy(policy);
        }
        sas.verify(&key, now()).map_err(|error| error.kind()).err()
    };
    let policy = StoredPolicy::new;
    let whole = policy().permissions(Permissions::READ).expires_at(later);
    let rejected = Some(Kind::StoredPolicy);
    assert_eq!(verdict(&in_policy, Some(whole.clone())), None);
    assert_eq!(verdict(&in_policy, None), rejected);
    assert_eq!(
        verdict(&in_policy, Some(policy().expires_at(later))),
        Some(Kind::Permission)
    );
    let endless = policy().permissions(Permissions::READ);
    assert_eq!(verdict(&in_policy, Some(endless)), rejected);
    let over = policy().permissions(Permissions::READ).expires_at(now());
    assert_eq!(verdict(&in_policy, Some(over)), Some(Kind::Expired));
    let future = whole.clone().starts_at(later);
    assert_eq!(verdict(&in_policy, Some(future)), Some(Kind::NotYetValid));
    assert_eq!(verdict(&in_token, Some(policy())), None);
    assert_eq!(verdict(&in_token, Some(whole)), rejected);
    let both = policy().expires_at(later);
    assert_eq!(verdict(&in_token, Some(both)), rejected);
}

#[test]
fn path_style_endpoints_are_removed_from_the_path() {
    let account = account();
    let local = account
        .endpoint(Service::Blob, "http://127.0.0.1:10000/myaccount")
        .unwrap();
    let images = local.container("images").unwrap();
    let link = images.get("a b").presign(&key(), HOUR, now()).unwrap();
    assert!(
        link.as_str()
            .starts_with("http://127.0.0.1:10000/myaccount/images/a%20b?")
    );
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let verified = local
        .parse_sas(&request)
        .unwrap()
        .verify(key(), now())
        .unwrap();
    assert_eq!((verified.name(), verified.object()), ("images", "a b"));
    assert_eq!(verified.permissions(), Permissions::READ);
    let other = link.as_str().replace("/myaccount/", "/");
    let request = ReceivedRequest::from_url("GET", &other).unwrap();
    assert_eq!(
        local.parse_sas(&request).unwrap_err().kind(),
        Kind::Resource
    );
}

/// Parameters that a token for a blob can have, and their values.
fn any_fields() -> impl Strategy<Value = BTreeMap<&'static str, String>> {
    let names = select(vec![
        "rscc", "rscd", "rsce", "rscl", "rsct", "ses", "spr", "st", "sip",
    ]);
    let fields = btree_map(names, "[a-zA-Z0-9é&=+%/;\"]{1,8}", 0..6);
    fields.prop_map(|mut fields| {
        for (name, value) in &mut fields {
            match *name {
                "spr" => *value = "https".to_owned(),
                "st" => *value = "2026-10-05".to_owned(),
                "sip" => *value = "203.0.113.9".to_owned(),
                _ => {}
            }
        }
        fields
    })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(256) })]

    /// A token verifies for its blob, and no longer if a parameter is changed, removed or added, or
    /// the path is another.
    #[test]
    fn signed_tokens_verify_and_changed_ones_do_not(
        blob in "[a-zA-Z0-9é+%&=]{1,6}(/[a-zA-Z0-9é ]{1,4}x)?",
        fields in any_fields(),
        changed in any::<Index>(),
        added in "[a-z]{1,4}",
    ) {
        let account = account();
        let resource = Resource::Blob { container: "images", blob: &blob };
        let mut sas = account.sas(resource, Permissions::READ);
        for (name, value) in &fields {
            sas = sas.field(*name, value.as_str());
        }
        let token = sas.presign(&key(), HOUR, now()).unwrap();
        let verdict = |url: &str| {
            let request = ReceivedRequest::from_url("GET", url).unwrap();
            verify(&request.client_ip(Ipv4Addr::new(203, 0, 113, 9)), &key())
        };
        let url = token.url();
        prop_assert_eq!(verdict(url), Ok(()));
        let front = url.strip_suffix(token.as_str()).unwrap();
        prop_assert_eq!(verdict(&url.replacen('?', "x?", 1)), Err(Kind::Signature));
        let parameters: Vec<_> = token.as_str().split('&').collect();
        let index = changed.index(parameters.len());
        for other in [None, Some(format!("{}{added}", parameters[index]))] {
            let mut parameters: Vec<_> = parameters.iter().map(|text| text.to_string()).collect();
            parameters.splice(index..=index, other);
            let url = format!("{front}{}", parameters.join("&"));
            prop_assert!(verdict(&url).is_err(), "{}", url);
        }
        for name in ["rscc", "rscd", "ses", "sip", "st"] {
            if !fields.contains_key(name) {
                let value = if name == "st" { "2026-10-05" } else { "203.0.113.9" };
                let url = format!("{url}&{name}={value}");
                prop_assert_eq!(verdict(&url), Err(Kind::Signature));
            }
        }
    }
}
