//! Templates: each row of a container's is the presigned URL of its blob, and each token of a `Sas`
//! is that of its expiry.

use crate::support::{hmac_sha256, percent_decode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use presign::azure::{self, Account, Container, Permissions, Resource};
use presign::{
    ContentDisposition, Credentials, ErrorKind, Expiry, Payload, PresignedUrl, Request, Row,
    Template, Timestamp,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use std::fmt::Display;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const SECRET: &[u8] = b"secret";

fn now() -> Timestamp {
    "2026-10-06T00:00:00Z".parse().unwrap()
}

fn images() -> Container {
    let account = Account::new("myaccount").unwrap();
    account.container("images").unwrap()
}

fn key() -> Credentials {
    azure::shared_key("myaccount", BASE64_STANDARD.encode(SECRET)).unwrap()
}

/// A user delegation key until 2026-10-20, longer than any token of it.
fn delegation_key() -> Credentials {
    let xml = "<UserDelegationKey><SignedOid>oid</SignedOid><SignedTid>tid</SignedTid>\
        <SignedStart>2026-10-05T00:00:00Z</SignedStart><SignedExpiry>2026-10-20T00:00:00Z</SignedExpiry>\
        <SignedService>b</SignedService><SignedVersion>2026-10-06</SignedVersion>\
        <Value>c2VjcmV0</Value></UserDelegationKey>";
    azure::user_delegation_key("myaccount", xml).unwrap()
}

/// The parts of a URL that a caller sees.
fn seen(url: &PresignedUrl) -> impl PartialEq + std::fmt::Debug + use<> {
    let headers: Vec<_> = url
        .headers()
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    let not_covered: Vec<_> = url.not_covered().map(str::to_owned).collect();
    (
        url.method().to_owned(),
        url.as_str().to_owned(),
        headers,
        not_covered,
        url.expires_at(),
    )
}

/// "Version 2020-12-06 and later" of "Create a service SAS".
#[test]
fn a_row_signs_the_documented_lines() {
    let downloads = images()
        .request("GET")
        .query_per_row("rscd")
        .template(&key(), HOUR, now())
        .unwrap();
    let name = ContentDisposition::attachment("Tabby.png");
    let link = downloads
        .presign(Row::new("cats/a b.png").values(&[&name]), now())
        .unwrap();
    let text = "r\n\n2026-10-06T01:00:00Z\n/blob/myaccount/images/cats/a b.png\n\n\n\n\
        2026-10-06\nb\n\n\n\nattachment; filename=\"Tabby.png\"\n\n\n";
    let signature = BASE64_STANDARD.encode(hmac_sha256(SECRET, text.as_bytes()));
    assert_eq!(link.signature(), signature);
    let (front, query) = link.as_str().split_once('?').unwrap();
    assert_eq!(
        front,
        "https://myaccount.blob.core.windows.net/images/cats/a%20b.png"
    );
    let query = String::from_utf8(percent_decode(query)).unwrap();
    assert_eq!(
        query,
        format!(
            "sv=2026-10-06&sr=b&se=2026-10-06T01:00:00Z&sp=r&\
             rscd=attachment; filename=\"Tabby.png\"&sig={signature}"
        )
    );
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(200) })]

    #[test]
    fn rows_are_the_presigned_urls(
        blobs in prop::collection::vec("[a-z /%+é]{1,20}", 1..4),
        request in 0..REQUESTS.len(),
        is_delegated: bool,
        value in "[a-z \"%&=é]{1,20}",
        later in select(vec![0u64, 1, 86_400, 400_000]),
        minutes in 1..60u64,
    ) {
        let key = if is_delegated { delegation_key() } else { key() };
        let images = images();
        let (method, describe) = REQUESTS[request];
        let template = describe(images.request(method)).template(&key, HOUR, now()).unwrap();
        let with_value = describe(images.request(method)).query_per_row("rsct");
        let with_value = with_value.template(&key, HOUR, now()).unwrap();
        let later = now().saturating_add(Duration::from_secs(later));
        for blob in &blobs {
            for at in [now(), later] {
                let one = describe(request_of(&images, method, blob));
                let url = one.presign(&key, HOUR, at).unwrap();
                let unsigned = one.prepare_url(key.identity(), HOUR, at).unwrap();
                prop_assert_eq!(seen(&unsigned.sign_with(&key).unwrap()), seen(&url));
                prop_assert_eq!(seen(&template.presign(blob, at).unwrap()), seen(&url));
                let mut written = String::from("x ");
                template.presign_into(blob, at, &mut written).unwrap();
                prop_assert_eq!(&written[2..], url.as_str());
                prop_assert_eq!(template.expires_at(at).unwrap(), url.expires_at());

                let expiry = Expiry::at(at.saturating_add(Duration::from_secs(60 * minutes)));
                let url = describe(request_of(&images, method, blob)).query("rsct", &value);
                let url = url.presign(&key, expiry, at).unwrap();
                let values: [&dyn Display; 1] = [&value];
                let row = Row::new(blob).values(&values).expiry(expiry);
                prop_assert_eq!(seen(&with_value.presign(row, at).unwrap()), seen(&url));
            }
        }
    }
}

type Describe = fn(Request<'_>) -> Request<'_>;

/// Descriptions of requests, without their blob.
const REQUESTS: [(&str, Describe); 6] = [
    ("GET", |request| request),
    ("GET", |request| {
        request
            .response_content_disposition("attachment")
            .query("a b", "1&2")
    }),
    ("GET", |request| {
        request.query("versionid", "2026-10-01T00:00:00.0000000Z")
    }),
    ("PUT", |request| request.header("x-ms-meta-a", "1")),
    ("PUT", |request| {
        request.query("comp", "block").query("blockid", "QQ==")
    }),
    ("DELETE", |request| request.query("timeout", "30")),
];

fn request_of<'a>(images: &'a Container, method: &str, blob: &'a str) -> Request<'a> {
    match method {
        "GET" => images.get(blob),
        "PUT" => images.put(blob),
        _ => images.delete(blob),
    }
}

#[test]
fn other_parameters_can_differ_between_rows() {
    let (images, key) = (images(), key());
    let blocks = images
        .request("PUT")
        .query("comp", "block")
        .query_per_row("blockid")
        .template(&key, HOUR, now())
        .unwrap();
    for id in ["QQ==", "Qg=="] {
        let values: [&dyn Display; 1] = [&id];
        let row = Row::new("big.bin").values(&values);
        let block = images
            .put("big.bin")
            .query("comp", "block")
            .query("blockid", id);
        let block = block.presign(&key, HOUR, now()).unwrap();
        assert_eq!(seen(&blocks.presign(row, now()).unwrap()), seen(&block));
    }
}

#[test]
fn impossible_templates_are_rejected() {
    let (images, key) = (images(), key());
    let kind = |request: Request<'_>| {
        let template = request.template(&key, HOUR, now());
        template.map(drop).map_err(|error| error.kind())
    };
    let get = || images.request("GET");
    assert_eq!(kind(get()), Ok(()));
    assert_eq!(kind(images.get("a")), Err(ErrorKind::Key));
    assert_eq!(kind(images.request("OPTIONS")), Err(ErrorKind::Unsupported));
    assert_eq!(kind(get().query("sp", "rwd")), Err(ErrorKind::Query));
    assert_eq!(kind(get().query_per_row("se")), Err(ErrorKind::Query));
    for name in ["comp", "snapshot", "versionId", "deletetype"] {
        assert_eq!(
            kind(get().query_per_row(name)),
            Err(ErrorKind::Query),
            "{name}"
        );
    }
    for twice in [
        get().query_per_row("rscd").query("RSCD", "inline"),
        get().query_per_row("rscd").query_per_row("RSCD"),
        get().query_per_row("rscd").query_per_row("rscd"),
    ] {
        assert_eq!(kind(twice), Err(ErrorKind::Query));
    }
    let hashed = get().payload(Payload::Empty);
    assert_eq!(kind(hashed), Err(ErrorKind::Payload));

    let of = |key: &Credentials, expiry: Expiry| {
        let template = get().template(key, expiry, now());
        template.map(drop).map_err(|error| error.kind())
    };
    let hour = Expiry::from(HOUR);
    assert_eq!(
        of(&azure::shared_key("other", "c2VjcmV0").unwrap(), hour),
        Err(ErrorKind::Credentials)
    );
    let invalid = azure::shared_key("myaccount", "no base64!");
    assert!(invalid.is_err_and(|error| error.kind() == ErrorKind::Credentials));
    assert_eq!(of(&key, Expiry::at(now())), Err(ErrorKind::Expiry));
    let week = Duration::from_secs(7 * 86_400);
    let longer = week + Duration::from_secs(1);
    assert_eq!(of(&key, longer.into()), Ok(()));
    assert_eq!(of(&delegation_key(), longer.into()), Err(ErrorKind::Expiry));
    assert_eq!(of(&delegation_key(), week.into()), Ok(()));
    assert_eq!(of(&delegation_key(), hour), Ok(()));
}

#[test]
fn impossible_rows_are_rejected() {
    let key = key();
    let images = images();
    let request = images
        .request("GET")
        .query_per_row("rsct")
        .query_per_row("a");
    let template = request.template(&key, HOUR, now()).unwrap();
    let kind = |blob: &str, values: &[&dyn Display]| {
        let link = template.presign(Row::new(blob).values(values), now());
        link.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(kind("a", &[&"text/plain", &""]), Ok(()));
    assert_eq!(kind("a", &[&"text/plain", &"\t"]), Ok(()));
    for blob in ["", ".", "a/../b", "a\nb"] {
        let kind = kind(blob, &[&"text/plain", &1]);
        assert_eq!(kind, Err(ErrorKind::Key), "{blob:?}");
    }
    for value in ["", "a\tb", "a\nb", "a\u{85}b"] {
        assert_eq!(kind("a", &[&value, &1]), Err(ErrorKind::Query), "{value:?}");
    }
    assert_eq!(kind("a", &[&"text/plain"]), Err(ErrorKind::Query));
    let values: [&dyn Display; 2] = [&"text/plain", &1];
    let late = Row::new("a").values(&values).expiry(Expiry::at(now()));
    let error = template.presign(late, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
}

/// A template is made for credentials that expire, and refuses what outlives them.
#[test]
fn credentials_that_expire_bound_each_row() {
    let key = key().with_expiration(now().saturating_add(2 * HOUR));
    let template: Template = images().request("GET").template(&key, HOUR, now()).unwrap();
    assert!(template.presign("a", now().saturating_add(HOUR)).is_ok());
    let late = now().saturating_add(HOUR + Duration::from_secs(1));
    let error = template.presign("a", late).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
    assert_eq!(
        template.expires_at(late).unwrap_err().kind(),
        ErrorKind::Expiry
    );
}

/// `tokens_are_those_of_the_sdks` compares templates with the vectors, too.
#[test]
fn a_template_makes_a_token_for_each_expiry() {
    let account = Account::new("myaccount").unwrap();
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let sas = sas.starts_at(now()).https_only();
    for key in [key(), delegation_key()] {
        let tokens = sas.template(&key).unwrap();
        let week = Duration::from_secs(7 * 86_400);
        for (expiry, later) in [
            (HOUR, 0),
            (2 * HOUR, 0),
            (HOUR, 86_400),
            (week, 0),
            (week, 1),
        ] {
            let at = now().saturating_add(Duration::from_secs(later));
            let (token, single) = (tokens.presign(expiry, at), sas.presign(&key, expiry, at));
            match single {
                Ok(single) => {
                    let token = token.unwrap();
                    assert_eq!(token.url(), single.url());
                    assert_eq!(token.expires_at(), single.expires_at());
                }
                Err(error) => assert_eq!(token.unwrap_err(), error),
            }
        }
        let kind = |expiry: Expiry, at: Timestamp| {
            let token = tokens.presign(expiry, at);
            token.map(drop).map_err(|error| error.kind())
        };
        assert_eq!(kind(Expiry::at(now()), now()), Err(ErrorKind::Expiry));
        let before = Timestamp::from_unix_seconds(now().unix_seconds() - 3600);
        assert_eq!(kind(HOUR.into(), before), Err(ErrorKind::Expiry));
        assert_eq!(kind((2 * HOUR).into(), before), Ok(()));
    }
}

#[test]
fn a_template_of_an_impossible_token_is_rejected() {
    let account = Account::new("myaccount").unwrap();
    let images = Resource::Container("images");
    let read = account.sas(images, Permissions::READ);
    let kind = |sas: &azure::Sas<'_>, key: &Credentials| {
        let template = sas.template(key);
        template.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(kind(&read, &key()), Ok(()));
    let other = azure::shared_key("other", "c2VjcmV0").unwrap();
    assert_eq!(kind(&read, &other), Err(ErrorKind::Credentials));
    let no_base64 = Credentials::new("myaccount", "no base64!").unwrap();
    assert_eq!(kind(&read, &no_base64), Err(ErrorKind::Credentials));
    let none = account.sas(images, Permissions::NONE);
    assert_eq!(kind(&none, &key()), Err(ErrorKind::Policy));
    assert_eq!(kind(&none.stored_policy("readers"), &key()), Ok(()));
    let unnamed = account.sas(Resource::Container(""), Permissions::READ);
    assert_eq!(kind(&unnamed, &key()), Err(ErrorKind::Bucket));
    let table = account.sas(Resource::Table("MyTable"), Permissions::READ);
    assert_eq!(kind(&table, &key()), Ok(()));
    assert_eq!(kind(&table, &delegation_key()), Err(ErrorKind::Unsupported));
}
