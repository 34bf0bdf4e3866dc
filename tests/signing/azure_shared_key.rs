//! Requests to Azure Storage: Shared Key, and the URLs of a container.

use crate::support::signing::authorization;
use crate::support::vectors;
use presign::azure::{self, Account, Service};
use presign::{ContentDisposition, Credentials, ErrorKind, Expiry, Request, Store, Timestamp};
use serde::Deserialize;
use serde_json::Value;
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
struct Case {
    id: u32,
    kind: String,
    account_name: String,
    account_key: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    string_to_sign: String,
    signature: String,
    authorization: String,
}

#[test]
fn requests_are_signed_as_the_sdks_sign_them() {
    let file: Value = vectors("azure-more.json");
    let cases = file["cases"].as_array().unwrap();
    let cases = cases.iter().filter(|case| case["method"].is_string());
    let mut signed = 0;
    for case in cases {
        let case: Case = serde_json::from_value(case.clone()).unwrap();
        let mut account = Account::new(case.account_name.as_str()).unwrap();
        if case.kind == "shared-key-lite" {
            account = account.shared_key_lite();
        }
        let host = case.url.split('/').nth(2).unwrap();
        let service = Service::from_host(host).unwrap();
        assert_eq!(service == Service::Table, case.kind == "table-shared-key");
        let mut request = account.request(service, case.method.as_str(), case.url.as_str());
        for (name, value) in &case.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let key = azure::shared_key(case.account_name, case.account_key).unwrap();
        let unsigned = request.prepare_headers(key.identity(), now()).unwrap();
        let text = std::str::from_utf8(unsigned.string_to_sign()).unwrap();
        assert_eq!(text, case.expected.string_to_sign, "{}", case.id);
        let result = request.sign(&key, now()).unwrap();
        assert_eq!(authorization(&result), case.expected.authorization);
        assert_eq!(result.signature(), case.expected.signature);
        // The request has its time and version already.
        assert_eq!(result.headers().count(), 1);
        signed += 1;
    }
    assert_eq!(signed, 12);
}

/// The text that is signed.
fn text(request: &Request<'_>) -> String {
    let unsigned = request.prepare_headers(key().identity(), now()).unwrap();
    String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap()
}

/// Each line is as in "Authorize with Shared Key" of the documents of Azure.
#[test]
fn texts_have_a_line_for_each_part() {
    let account = account();
    let url = "https://myaccount.blob.core.windows.net/c?Comp=list&include=b%2Ca%2Cc&x";
    let request = account.request(Service::Blob, "GET", url);
    let added = "x-ms-date:Tue, 06 Oct 2026 00:00:00 GMT\nx-ms-version:2026-10-06\n";
    assert_eq!(
        text(&request),
        format!("GET\n\n\n\n\n\n\n\n\n\n\n\n{added}/myaccount/c\ncomp:list\ninclude:b,a,c\nx:")
    );
    // The time is in its own line if the caller sends `Date`, and no body has no length.
    let dated = account
        .request(
            Service::Blob,
            "PUT",
            "https://myaccount.blob.core.windows.net/c/b",
        )
        .header("Date", "Tue, 06 Oct 2026 01:00:00 GMT")
        .header("Content-Length", "0")
        .header("Range", "bytes=0-1")
        .header("x-ms-version", "2020-10-02");
    assert_eq!(
        text(&dated),
        "PUT\n\n\n\n\n\nTue, 06 Oct 2026 01:00:00 GMT\n\n\n\n\nbytes=0-1\n\
         x-ms-version:2020-10-02\n/myaccount/c/b"
    );
    // Tables sign the time in its line, and their older version.
    let table = "https://myaccount.table.core.windows.net/t()?comp=acl&x=1";
    let lite = account.clone().shared_key_lite();
    let table = |account: &Account| text(&account.request(Service::Table, "GET", table));
    let time = "Tue, 06 Oct 2026 00:00:00 GMT\n";
    assert_eq!(
        table(&account),
        format!("GET\n\n\n{time}/myaccount/t()?comp=acl")
    );
    assert_eq!(table(&lite), format!("{time}/myaccount/t()?comp=acl"));
    // The path of Azurite contains the name of the account again.
    let azurite = "http://127.0.0.1:10000/myaccount/c/a%20b";
    let azurite = account.request(Service::Blob, "GET", azurite);
    assert!(text(&azurite).ends_with("\n/myaccount/myaccount/c/a%20b"));
    let root = account.request(
        Service::Blob,
        "GET",
        "https://myaccount.blob.core.windows.net",
    );
    assert!(text(&root).ends_with("\n/myaccount/"));
}

#[test]
fn requests_that_cannot_be_signed_are_rejected() {
    let (account, key) = (account(), key());
    let url = "https://myaccount.blob.core.windows.net/c";
    let request = || account.request(Service::Blob, "GET", url);
    let kind = |request: Request<'_>, key: &Credentials| {
        let (signed, prepared) = (
            request.sign(key, now()),
            request.prepare_headers(key.identity(), now()),
        );
        assert_eq!(signed.is_ok(), prepared.is_ok());
        signed.err().map(|error| error.kind())
    };
    assert_eq!(kind(request(), &key), None);
    let header = Some(ErrorKind::Header);
    assert_eq!(kind(request().header("Authorization", "x"), &key), header);
    let twice = request()
        .header("x-ms-meta-a", "1")
        .header("X-MS-meta-a", "2");
    assert_eq!(kind(twice, &key), header);
    let twice = request().header("Range", "1").header("range", "2");
    assert_eq!(kind(twice, &key), header);
    let other = request().header("If-Range", "1").header("if-range", "2");
    assert_eq!(kind(other, &key), None);
    assert_eq!(
        kind(request().query("sig", "x"), &key),
        Some(ErrorKind::Query)
    );
    let other = azure::shared_key("otheraccount", "c2VjcmV0").unwrap();
    assert_eq!(kind(request(), &other), Some(ErrorKind::Credentials));
    let token = key.clone().with_session_token("skoid=a").unwrap();
    assert_eq!(kind(request(), &token), Some(ErrorKind::Credentials));
    let no_base64 = Credentials::new("myaccount", "no base64").unwrap();
    assert_eq!(
        request().sign(&no_base64, now()).unwrap_err().kind(),
        ErrorKind::Credentials
    );
    let unsupported = request().presign(&key, HOUR, now()).unwrap_err();
    assert_eq!(unsupported.kind(), ErrorKind::Unsupported);
}

/// The verifier rejects these queries, because another one has the same text.
#[test]
fn ambiguous_queries_are_rejected() {
    let (account, key) = (account(), key());
    let lite = account.clone().shared_key_lite();
    let kind = |account: &Account, path: &str| {
        let url = format!("https://myaccount.blob.core.windows.net/{path}");
        let request = account.request(Service::Blob, "GET", url);
        let signed = request.sign(&key, now());
        signed.err().map(|error| error.kind())
    };
    let query = Some(ErrorKind::Query);
    for (path, expected, expected_of_lite) in [
        ("c?marker=m&prefix=p", None, None),
        ("c?marker=m%0Aprefix:p", query, None),
        ("c?a=b%3Ac", None, None),
        ("c?a%3Ab=c", query, None),
        ("c?prefix=a%2Cb", None, None),
        ("c?prefix=a&prefix=b", query, None),
        ("c?a=1&A=2", query, None),
        ("c?a=1%2B2", None, None),
        ("c?a=1+2", query, None),
        ("c+d?a=1", None, None),
        ("c?Comp=list", None, query),
        ("c?comp=list&comp=acl", query, query),
        ("c/../d", Some(ErrorKind::Url), Some(ErrorKind::Url)),
        ("c/%2e%2E/d", Some(ErrorKind::Url), Some(ErrorKind::Url)),
        ("c/..d", None, None),
    ] {
        assert_eq!(kind(&account, path), expected, "{path}");
        assert_eq!(kind(&lite, path), expected_of_lite, "lite {path}");
    }
    // A value of its own is encoded.
    let url = "https://myaccount.blob.core.windows.net/c";
    let request = account.request(Service::Blob, "GET", url).query("a", "1+2");
    assert!(text(&request).ends_with("/c\na:1+2"));
    assert!(request.url().unwrap().ends_with("?a=1%2B2"));
}

#[test]
fn headers_without_a_line_are_not_covered() {
    let (account, key) = (account(), key());
    let url = "https://myaccount.blob.core.windows.net/c";
    let not_covered = |account: &Account, service| {
        let request = account
            .request(service, "GET", url)
            .header("Content-Type", "text/plain")
            .header("Range", "bytes=0-1")
            .header("x-ms-meta-a", "1")
            .header("User-Agent", "me");
        let signed = request.sign(&key, now()).unwrap();
        signed.not_covered().map(String::from).collect::<Vec<_>>()
    };
    let lite = account.clone().shared_key_lite();
    assert_eq!(not_covered(&account, Service::Blob), ["User-Agent"]);
    assert_eq!(not_covered(&lite, Service::Blob), ["Range", "User-Agent"]);
    let table = ["Range", "x-ms-meta-a", "User-Agent"];
    assert_eq!(not_covered(&account, Service::Table), table);
    assert_eq!(not_covered(&lite, Service::Table).len(), 4);
}

#[test]
fn a_container_presigns_with_the_permissions_of_the_operation() {
    let (account, key) = (account(), key());
    let images = account.container("images").unwrap();
    let parameter = |request: Request<'_>, name: &str| {
        let url = request.presign(&key, HOUR, now()).unwrap();
        let parameters = url.as_str().split(['?', '&']).skip(1);
        let mut named = parameters.filter_map(|param| param.split_once('='));
        let value = named.find(|(own, _)| *own == name);
        value.map(|(_, value)| value.to_owned())
    };
    let permissions = |request| parameter(request, "sp").unwrap();
    assert_eq!(permissions(images.get("a")), "r");
    assert_eq!(permissions(images.head("a")), "r");
    assert_eq!(permissions(images.put("a")), "cw");
    assert_eq!(permissions(images.delete("a")), "d");
    assert_eq!(permissions(images.delete("a").version("1")), "x");
    assert_eq!(permissions(images.get("a").query("comp", "tags")), "t");
    assert_eq!(permissions(images.put("a").query("comp", "block")), "w");
    let store: &dyn Store = &images;
    assert_eq!(permissions(store.object("GET", "a")), "r");

    assert_eq!(permissions(images.put("a").query("Comp", "tags")), "t");
    let tagged = images.put("a").header("x-ms-tags", "a=1");
    assert_eq!(permissions(tagged), "cwt");
    // Permanently deleted snapshots and versions; without the parameter they can be restored.
    let snapshot = images.delete("a").query("snapshot", "1");
    assert_eq!(permissions(snapshot.clone()), "d");
    for name in ["deletetype", "DeleteType"] {
        let permanent = snapshot.clone().query(name, "permanent");
        assert_eq!(permissions(permanent), "y");
        let version = images.delete("a").version("1").query(name, "permanent");
        assert_eq!(permissions(version), "y");
    }

    let version = images.get("a").query("VersionId", "1");
    assert_eq!(parameter(version, "sr").unwrap(), "bv");
    let version = images.get("a").version("1");
    assert_eq!(parameter(version.clone(), "sr").unwrap(), "bv");
    assert_eq!(parameter(version, "versionid").unwrap(), "1");
    let snapshot = images.get("a").query("snapshot", "1");
    assert_eq!(parameter(snapshot, "sr").unwrap(), "bs");
    let saved = images
        .get("a")
        .response_content_disposition(ContentDisposition::attachment("b"))
        .response_content_type("text/plain")
        .response_content_encoding("gzip")
        .response_content_language("de")
        .response_cache_control("no-cache");
    for (name, value) in [
        ("rscd", "attachment%3B%20filename%3D%22b%22"),
        ("rsct", "text%2Fplain"),
        ("rsce", "gzip"),
        ("rscl", "de"),
        ("rscc", "no-cache"),
    ] {
        assert_eq!(
            parameter(saved.clone(), name).as_deref(),
            Some(value),
            "{name}"
        );
    }

    let kind = |request: Request<'_>| request.presign(&key, HOUR, now()).unwrap_err().kind();
    assert_eq!(
        kind(images.get("a").response_expires("x")),
        ErrorKind::Unsupported
    );
    assert_eq!(kind(images.get("a").query("sp", "rwd")), ErrorKind::Query);
    assert_eq!(kind(images.get("a").query("sig", "x")), ErrorKind::Query);
    assert_eq!(kind(images.get("a").query("SIG", "x")), ErrorKind::Query);
    for (name, again) in [
        ("comp", "comp"),
        ("comp", "Comp"),
        ("versionid", "versionId"),
        ("snapshot", "snapshot"),
        ("deletetype", "deletetype"),
        ("snapshot", "versionid"),
    ] {
        let request = images.get("a").query(name, "1").query(again, "1");
        assert_eq!(kind(request), ErrorKind::Query, "{name} {again}");
    }
    assert_eq!(kind(images.get("")), ErrorKind::Key);
    assert_eq!(kind(images.request("GET")), ErrorKind::Unsupported);
    assert_eq!(kind(store.object("OPTIONS", "a")), ErrorKind::Unsupported);
    assert_eq!(
        account.container("a/b").unwrap_err().kind(),
        ErrorKind::Bucket
    );
}

#[test]
fn a_url_of_a_container_is_that_of_its_token() {
    let (account, key) = (account(), key());
    let images = account.container("images").unwrap();
    let blob = azure::Resource::Blob {
        container: "images",
        blob: "a b/\u{e9}",
    };
    let sas = account.sas(blob, azure::Permissions::READ);
    let token = sas.presign(&key, HOUR, now()).unwrap();
    let request = images.get("a b/\u{e9}");
    let url = request.presign(&key, HOUR, now()).unwrap();
    assert_eq!(url.as_str(), token.url());
    assert_eq!(url.signature(), token.signature());
    assert_eq!(Some(url.expires_at()), token.expires_at());
    let mut written = String::new();
    request
        .presign_into(&key, HOUR, now(), &mut written)
        .unwrap();
    assert_eq!(written, url.as_str());
    let unsigned = request.prepare_url(key.identity(), HOUR, now()).unwrap();
    assert_eq!(unsigned.sign_with(&key).unwrap().as_str(), url.as_str());
    assert!(url.as_str().starts_with(&request.url().unwrap()));

    let expiring = key.clone().with_expiration(now().saturating_add(HOUR / 2));
    let error = request.presign(&expiring, HOUR, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
    let url = request
        .presign(&expiring, Expiry::at_most(HOUR), now())
        .unwrap();
    assert_eq!(url.expires_at(), now().saturating_add(HOUR / 2));

    let upload = images.put("a").header("x-ms-blob-type", "AppendBlob");
    let upload = upload.header("x-ms-meta-a", "1");
    let upload = upload.presign(&key, HOUR, now()).unwrap();
    let headers: Vec<_> = upload.headers().collect();
    assert_eq!(headers, [("x-ms-blob-type", "AppendBlob")]);
    let not_covered: Vec<_> = upload.not_covered().collect();
    assert_eq!(not_covered, ["x-ms-blob-type", "x-ms-meta-a"]);
}

#[test]
fn headers_are_in_the_order_of_words() {
    let sorted = [
        "x-ms-date",
        "x-ms-meta",
        "x-ms-meta-!",
        "x-ms-meta-.a",
        "x-ms-meta-_",
        "x-ms-meta-~",
        "x-ms-meta-+",
        "x-ms-meta-0",
        "x-ms-meta-9",
        "x-ms-meta-a",
        "x-ms-meta-a_b",
        "x-ms-meta-a0",
        "x-ms-meta-ab",
        "x-ms-meta-a-b",
        "x-ms-meta-abc",
        "x-ms-meta-a-c",
        "x-ms-meta-b",
        "x-ms-version",
    ];
    let (account, key) = (account(), key());
    let url = "https://myaccount.blob.core.windows.net/images/a";
    // Each of two names is given before the other once.
    let orders: [Vec<&str>; 2] = [sorted.to_vec(), sorted.iter().rev().copied().collect()];
    for names in orders {
        let mut request = account.request(Service::Blob, "GET", url);
        for name in names {
            request = request.header(name, "Tue, 06 Oct 2026 00:00:00 GMT");
        }
        let unsigned = request.prepare_headers(key.identity(), now()).unwrap();
        let text = String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap();
        let names = text.lines().filter_map(|line| line.split_once(':'));
        let names: Vec<_> = names.map(|(name, _)| name).collect();
        assert_eq!(names, sorted);
    }
}
