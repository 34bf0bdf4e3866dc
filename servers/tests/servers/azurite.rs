//! Azure Storage's tokens and Shared Key against Azurite, each with rejected twins.
//!
//! Azurite has no file service, and user delegation keys for blobs only; the rest is left to the
//! recorded tokens of the SDKs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use presign::azure::{self, Account, Permissions, Resource, Sas, SasExpiry, Service};
use presign::{Credentials, Timestamp};
use s3_server::azurite::Azurite;
use s3_server::{Answer, Request};
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);

struct Test {
    azurite: Azurite,
    account: Account,
    key: Credentials,
}

impl Test {
    fn start(name: &str) -> Option<Test> {
        let azurite = Azurite::start(&format!("test {name}")).unwrap()?;
        let (account, key) = azure::connection_string(&azurite.connection_string()).unwrap();
        let test = Test {
            azurite,
            account,
            key: key.unwrap(),
        };
        let container = format!("{}/images?restype=container", test.azurite.blob_url());
        assert_eq!(
            test.signed(Service::Blob, "PUT", &container, b"").status,
            201
        );
        Some(test)
    }

    /// Sends a request with Shared Key.
    fn signed(&self, service: Service, method: &str, url: &str, body: &[u8]) -> Answer {
        self.signed_by(&self.account, service, method, url, body, "")
    }

    fn signed_by(
        &self,
        account: &Account,
        service: Service,
        method: &str,
        url: &str,
        body: &[u8],
        changed: &str,
    ) -> Answer {
        let mut request = account.request(service, method, url);
        let mut headers = Vec::new();
        if method == "PUT" || method == "POST" {
            headers.push(("Content-Length", body.len().to_string()));
            let content_type = match service {
                Service::Table => "application/json",
                _ => "application/xml",
            };
            headers.push(("Content-Type", content_type.to_owned()));
        }
        if service == Service::Blob && method == "PUT" && !url.contains('?') {
            headers.push(("x-ms-blob-type", "BlockBlob".to_owned()));
            headers.push(("x-ms-meta-a", "1".to_owned()));
        }
        if service == Service::Table {
            headers.push(("Accept", "application/json;odata=nometadata".to_owned()));
        }
        for (name, value) in &headers {
            request = request.header(*name, value.as_str());
        }
        let signed = request.sign(&self.key, SystemTime::now()).unwrap();
        let mut sent = Request::new(method, url)
            .headers(headers.clone())
            .body(body);
        // The client adds the length by itself.
        sent.headers.retain(|(name, _)| name != "Content-Length");
        sent = sent.headers(signed.headers());
        if !changed.is_empty() {
            sent.url = sent.url.replace("/images", changed);
        }
        sent.send().unwrap()
    }

    fn token(&self, sas: &Sas<'_>) -> String {
        let token = sas.presign(&self.key, HOUR, SystemTime::now()).unwrap();
        token.as_str().to_owned()
    }

    /// Sends a request with a token.
    fn with_token(&self, method: &str, url: &str, token: &str) -> Answer {
        let separator = if url.contains('?') { '&' } else { '?' };
        let request = Request::new(method, &format!("{url}{separator}{token}"));
        let request = match method {
            "PUT" => request
                .headers([("x-ms-blob-type", "BlockBlob")])
                .body(b"hello"),
            _ => request.headers([("Accept", "application/json;odata=nometadata")]),
        };
        request.send().unwrap()
    }

    fn blob(&self, name: &str) -> String {
        format!("{}/images/{name}", self.azurite.blob_url())
    }
}

#[test]
fn shared_key_reads_and_writes() {
    let Some(test) = Test::start("shared_key_reads_and_writes") else {
        return;
    };
    // Azurite has Shared Key Lite for tables only.
    let lite = test.account.clone().shared_key_lite();
    let account = &test.account;
    let blob = test.blob("a%20b/%C3%A9%2B");
    let send = |method: &str, url: &str, body: &[u8]| {
        test.signed_by(account, Service::Blob, method, url, body, "")
    };
    let put = send("PUT", &blob, b"hello");
    assert_eq!(put.status, 201, "{}", String::from_utf8_lossy(&put.body));
    assert_eq!(send("GET", &blob, b"").body, b"hello");
    let list = format!(
        "{}?restype=container&comp=list&prefix=a%20b",
        test.blob("").trim_end_matches('/')
    );
    let list = send("GET", &list, b"");
    assert_eq!(list.status, 200);
    assert!(String::from_utf8_lossy(&list.body).contains("a b/\u{e9}+"));
    let other = test.signed_by(account, Service::Blob, "GET", &blob, b"", "/other");
    assert_eq!(other.status, 403);
    assert_eq!(send("DELETE", &blob, b"").status, 202);
    assert_eq!(send("GET", &blob, b"").status, 404);
    // Queues and tables.
    let queue = format!("{}/myqueue", test.azurite.queue_url());
    assert_eq!(test.signed(Service::Queue, "PUT", &queue, b"").status, 201);
    let table = format!("{}/Tables", test.azurite.table_url());
    let created = test.signed(
        Service::Table,
        "POST",
        &table,
        br#"{"TableName":"MyTable"}"#,
    );
    assert_eq!(
        created.status,
        201,
        "{}",
        String::from_utf8_lossy(&created.body)
    );
    let rows = format!("{}/MyTable()", test.azurite.table_url());
    assert_eq!(test.signed(Service::Table, "GET", &rows, b"").status, 200);
    let of_lite = test.signed_by(&lite, Service::Table, "GET", &rows, b"", "");
    assert_eq!(of_lite.status, 200);
    // The text of another service is another one.
    assert_eq!(test.signed(Service::Blob, "GET", &rows, b"").status, 403);
}

#[test]
fn tokens_for_blobs_allow_what_they_state() {
    let Some(test) = Test::start("tokens_for_blobs_allow_what_they_state") else {
        return;
    };
    let name = "a b/\u{e9}+";
    let url = test.blob("a%20b/%C3%A9%2B");
    let blob = Resource::Blob {
        container: "images",
        blob: name,
    };
    let token = |letters: &str| {
        let sas = test.account.sas(blob, letters.parse().unwrap());
        test.token(&sas.field("spr", "https,http"))
    };
    let read = token("r");
    assert_eq!(test.with_token("PUT", &url, &read).status, 403);
    assert_eq!(test.with_token("PUT", &url, &token("cw")).status, 201);
    assert_eq!(test.with_token("GET", &url, &read).body, b"hello");
    assert_eq!(test.with_token("GET", &url, &token("w")).status, 403);
    assert_eq!(test.with_token("DELETE", &url, &read).status, 403);
    // Another path, permission, expiry and signature.
    assert_eq!(
        test.with_token("GET", &test.blob("other"), &read).status,
        403
    );
    for (from, to) in [
        ("sp=r", "sp=rw"),
        ("se=20", "se=21"),
        ("sr=b", "sr=c"),
        ("sig=", "sig=A"),
    ] {
        let changed = read.replace(from, to);
        assert_ne!(changed, read);
        assert_eq!(test.with_token("GET", &url, &changed).status, 403, "{to}");
    }
    let sas = || test.account.sas(blob, Permissions::READ);
    for (sas, status) in [
        (sas().ip_range("127.0.0.1"), 200),
        // Azurite doesn't check the address.
        (sas().ip_range("203.0.113.7"), 200),
        (sas().https_only(), 403),
        (sas().field("rscd", "attachment; filename=\"\u{e4}\""), 200),
        (sas().api_version("2020-12-06"), 200),
        (sas().api_version("2018-11-09"), 200),
        (sas().api_version("2015-04-05"), 200),
    ] {
        let token = test.token(&sas);
        assert_eq!(
            test.with_token("GET", &url, &token).status,
            status,
            "{sas:?}"
        );
    }
    let ranged = test.token(&sas().ip_range("127.0.0.1"));
    let changed = ranged.replace("sip=127.0.0.1", "sip=127.0.0.2");
    assert_ne!(ranged, changed);
    assert_eq!(test.with_token("GET", &url, &changed).status, 403);
    let saved = test.token(&sas().field("rscd", "attachment; filename=\"b\""));
    let answer = test.with_token("GET", &url, &saved);
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"b\""));
    // A key that was valid an hour ago, and one that will be.
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let past = Timestamp::from_unix_seconds(now - 7200);
    let expired = sas().presign(&test.key, HOUR, past).unwrap();
    assert_eq!(test.with_token("GET", &url, expired.as_str()).status, 403);
    let later = Timestamp::from_unix_seconds(now + 1800);
    let future = test.token(&sas().starts_at(later));
    assert_eq!(test.with_token("GET", &url, &future).status, 403);
    // The short way.
    let images = test.account.container("images").unwrap();
    let send = |request: presign::Request<'_>| {
        let url = request.presign(&test.key, HOUR, SystemTime::now()).unwrap();
        Request::of(&url).body(b"again").send().unwrap()
    };
    assert_eq!(send(images.put(name)).status, 201);
    assert_eq!(send(images.get(name)).body, b"again");
    assert_eq!(send(images.delete(name)).status, 202);
    assert_eq!(send(images.get(name)).status, 404);
}

#[test]
fn tokens_for_containers_and_snapshots_are_limited_to_them() {
    let Some(test) = Test::start("tokens_for_containers_and_snapshots_are_limited_to_them") else {
        return;
    };
    let list = format!(
        "{}?restype=container&comp=list",
        test.blob("").trim_end_matches('/')
    );
    let container = |letters: &str| {
        let sas = test
            .account
            .sas(Resource::Container("images"), letters.parse().unwrap());
        test.token(&sas)
    };
    let all = container("racwdl");
    assert_eq!(test.with_token("PUT", &test.blob("a"), &all).status, 201);
    assert_eq!(test.with_token("GET", &test.blob("a"), &all).body, b"hello");
    assert_eq!(test.with_token("GET", &list, &all).status, 200);
    assert_eq!(test.with_token("GET", &list, &container("r")).status, 403);
    let other = test.blob("a").replace("/images", "/other");
    assert_eq!(test.with_token("GET", &other, &all).status, 403);

    let snapshot = test.signed(
        Service::Blob,
        "PUT",
        &format!("{}?comp=snapshot", test.blob("a")),
        b"",
    );
    assert_eq!(snapshot.status, 201);
    let snapshot = snapshot.header("x-ms-snapshot").unwrap();
    let resource = Resource::Snapshot {
        container: "images",
        blob: "a",
        snapshot,
    };
    let sas = test.account.sas(resource, Permissions::READ);
    let token = sas.presign(&test.key, HOUR, SystemTime::now()).unwrap();
    let read = Request::new("GET", token.url()).send().unwrap();
    assert_eq!((read.status, &*read.body), (200, &b"hello"[..]));
    assert_eq!(
        test.with_token("GET", &test.blob("a"), token.as_str())
            .status,
        403
    );
}

#[test]
fn stored_policies_complete_their_tokens() {
    let Some(test) = Test::start("stored_policies_complete_their_tokens") else {
        return;
    };
    let acl = format!(
        "{}?restype=container&comp=acl",
        test.blob("").trim_end_matches('/')
    );
    let policy = b"<?xml version=\"1.0\"?><SignedIdentifiers><SignedIdentifier><Id>readers</Id>\
        <AccessPolicy><Start>2020-01-01T00:00:00Z</Start><Expiry>2099-01-01T00:00:00Z</Expiry><Permission>r</Permission></AccessPolicy>\
        </SignedIdentifier></SignedIdentifiers>";
    let set = test.signed(Service::Blob, "PUT", &acl, policy);
    assert_eq!(set.status, 200, "{}", String::from_utf8_lossy(&set.body));
    let put = test.signed(Service::Blob, "PUT", &test.blob("a"), b"hello");
    assert_eq!(put.status, 201);
    let token = |policy: &str| {
        let sas = test
            .account
            .sas(Resource::Container("images"), Permissions::NONE);
        let sas = sas.stored_policy(policy.to_owned());
        let token = sas.presign(&test.key, SasExpiry::in_policy(), SystemTime::now());
        token.unwrap().as_str().to_owned()
    };
    assert_eq!(
        test.with_token("GET", &test.blob("a"), &token("readers"))
            .status,
        200
    );
    assert_eq!(
        test.with_token("GET", &test.blob("a"), &token("writers"))
            .status,
        403
    );
    assert_eq!(
        test.with_token("DELETE", &test.blob("a"), &token("readers"))
            .status,
        403
    );
}

#[test]
fn tokens_for_accounts_queues_and_tables_are_accepted() {
    let Some(test) = Test::start("tokens_for_accounts_queues_and_tables_are_accepted") else {
        return;
    };
    let services = |services: &'static str, resource_types: &'static str, letters: &str| {
        let resource = Resource::Account {
            services,
            resource_types,
        };
        test.token(&test.account.sas(resource, letters.parse().unwrap()))
    };
    let list = format!("{}/?comp=list", test.azurite.blob_url());
    assert_eq!(
        test.with_token("GET", &list, &services("b", "s", "l"))
            .status,
        200
    );
    assert_eq!(
        test.with_token("GET", &list, &services("b", "o", "l"))
            .status,
        403
    );
    assert_eq!(
        test.with_token("GET", &list, &services("q", "s", "l"))
            .status,
        403
    );
    assert_eq!(
        test.with_token("GET", &list, &services("b", "s", "r"))
            .status,
        403
    );

    let queue = format!("{}/myqueue", test.azurite.queue_url());
    assert_eq!(test.signed(Service::Queue, "PUT", &queue, b"").status, 201);
    let messages = format!("{queue}/messages");
    let sas = test
        .account
        .sas(Resource::Queue("myqueue"), Permissions::PROCESS);
    let process = test.token(&sas);
    assert_eq!(test.with_token("GET", &messages, &process).status, 200);
    let sas = test
        .account
        .sas(Resource::Queue("myqueue"), Permissions::ADD);
    let add = test.token(&sas);
    assert_eq!(test.with_token("GET", &messages, &add).status, 403);
    let other = messages.replace("myqueue", "otherqueue");
    assert_eq!(test.with_token("GET", &other, &process).status, 403);

    let tables = format!("{}/Tables", test.azurite.table_url());
    let created = test.signed(
        Service::Table,
        "POST",
        &tables,
        br#"{"TableName":"MyTable"}"#,
    );
    assert_eq!(created.status, 201);
    let rows = format!("{}/MyTable()", test.azurite.table_url());
    let sas = test
        .account
        .sas(Resource::Table("MyTable"), Permissions::READ);
    let read = test.token(&sas);
    assert_eq!(test.with_token("GET", &rows, &read).status, 200);
    let changed = read.replace("sp=r", "sp=raud");
    assert_eq!(test.with_token("GET", &rows, &changed).status, 403);
}

/// A token of Microsoft Entra ID without a signature, which Azurite doesn't check.
fn bearer_token() -> String {
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let claims = serde_json::json!({
        "aud": "https://storage.azure.com",
        "iss": "https://sts.windows.net/66666666-7777-8888-9999-000000000000/",
        "oid": "11111111-2222-3333-4444-555555555555",
        "tid": "66666666-7777-8888-9999-000000000000",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": now + 3600,
    });
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!(
        "Bearer {header}.{claims}.{}",
        URL_SAFE_NO_PAD.encode("none")
    )
}

#[test]
fn tokens_of_user_delegation_keys_are_accepted() {
    let name = "tokens_of_user_delegation_keys_are_accepted";
    let Some(azurite) = Azurite::start_with_tls(&format!("test {name}")).unwrap() else {
        return;
    };
    let bearer = bearer_token();
    let send = |method: &str, url: &str, body: &str| {
        let request = Request::new(method, url).headers([
            ("Authorization", bearer.as_str()),
            ("x-ms-version", "2023-11-03"),
            ("x-ms-blob-type", "BlockBlob"),
            ("Content-Type", "application/xml"),
        ]);
        request.body(body.as_bytes()).send().unwrap()
    };
    let base = azurite.blob_url();
    let created = send("PUT", &format!("{base}/images?restype=container"), "");
    assert_eq!(created.status, 201);
    let (url, other) = (format!("{base}/images/a"), format!("{base}/images/b"));
    assert_eq!(send("PUT", &url, "hello").status, 201);
    assert_eq!(send("PUT", &other, "other").status, 201);

    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let at = |seconds| Timestamp::from_unix_seconds(now + seconds);
    let key_url = format!("{base}/?restype=service&comp=userdelegationkey");
    let info = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{}</Start>\
         <Expiry>{}</Expiry></KeyInfo>",
        at(-60),
        at(7200)
    );
    let answer = send("POST", &key_url, &info);
    let xml = String::from_utf8(answer.body).unwrap();
    assert_eq!(answer.status, 200, "{xml}");
    let key = azure::user_delegation_key("devstoreaccount1", &xml).unwrap();

    let (account, _) = azure::connection_string(&azurite.connection_string()).unwrap();
    let blob = Resource::Blob {
        container: "images",
        blob: "a",
    };
    let container = Resource::Container("images");
    let with_token = |method: &str, url: &str, token: &str| {
        let separator = if url.contains('?') { '&' } else { '?' };
        let request = Request::new(method, &format!("{url}{separator}{token}"));
        let request = request.headers([("x-ms-blob-type", "BlockBlob")]);
        request.body(b"hello").send().unwrap()
    };
    // The texts of 2018-11-09, 2020-02-10, 2020-12-06 and 2025-07-05.
    for version in [
        "2018-11-09",
        "2020-02-10",
        "2020-12-06",
        "2025-07-05",
        "2025-11-05",
    ] {
        let token = |resource, letters: &str| {
            let sas = account.sas(resource, letters.parse().unwrap());
            let sas = sas.api_version(version).https_only();
            let token = sas.presign(&key, HOUR, SystemTime::now()).unwrap();
            token.as_str().to_owned()
        };
        let read = token(blob, "r");
        assert_eq!(with_token("GET", &url, &read).body, b"hello", "{version}");
        assert_eq!(with_token("PUT", &url, &token(blob, "cw")).status, 201);
        assert_eq!(with_token("PUT", &url, &read).status, 403);
        assert_eq!(with_token("GET", &other, &read).status, 403);
        let all = token(container, "rl");
        let list = format!("{base}/images?restype=container&comp=list");
        assert_eq!(with_token("GET", &list, &all).status, 200);
        // In older versions, Azurite takes the blob for the resource of a container's token, unlike
        // the service.
        if version >= "2020-12-06" {
            assert_eq!(with_token("GET", &other, &all).body, b"other", "{version}");
        }
        assert_eq!(with_token("DELETE", &other, &all).status, 403);
        for (from, to) in [
            ("sp=r", "sp=rw"),
            ("se=20", "se=21"),
            ("sr=b", "sr=c"),
            ("skoid=1", "skoid=2"),
            ("sktid=6", "sktid=7"),
            ("ske=20", "ske=21"),
            ("sks=b", "sks=q"),
            ("spr=https", "spr=https,http"),
            ("sig=", "sig=A"),
        ] {
            let changed = read.replace(from, to);
            assert_ne!(changed, read);
            assert_eq!(
                with_token("GET", &url, &changed).status,
                403,
                "{version} {to}"
            );
        }
    }
    let sas = account.sas(blob, Permissions::READ);
    let sas = sas.api_version("2025-11-05");
    // Limits of the token itself, whose signature is right.
    let expired = sas.clone().presign(&key, HOUR, at(-7200)).unwrap();
    assert_eq!(with_token("GET", &url, expired.as_str()).status, 403);
    let future = sas.starts_at(at(1800));
    let future = future.presign(&key, HOUR, SystemTime::now()).unwrap();
    assert_eq!(with_token("GET", &url, future.as_str()).status, 403);
}
