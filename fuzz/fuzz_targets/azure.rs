//! Connection strings, user delegation keys, and tokens of any text: no panic, no secret in an
//! error, and signed tokens verify.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::azure::{self, Account, Permissions, Resource};
use presign::inspect::Inspection;
use presign::verify::ReceivedRequest;
use presign::{Row, Timestamp};
use std::time::Duration;

/// A text that no input contains by chance, in base64.
const CANARY: &str = "Q0FOQVJZLUNBTkFSWS1DQU5BUlk=";

fuzz_target!(|input: &str| {
    let now = Timestamp::from_unix_seconds(1_790_000_000);
    let account = Account::new("myaccount").unwrap();
    let key = azure::shared_key("myaccount", CANARY).unwrap();

    if !input.contains(CANARY) {
        for text in [input.to_owned(), format!("{input};AccountKey={CANARY}")] {
            if let Err(error) = azure::connection_string(&text) {
                assert!(!format!("{error} {error:?}").contains(CANARY));
            }
        }
        let xml = format!("<UserDelegationKey>{input}<Value>{CANARY}</Value></UserDelegationKey>");
        if let Err(error) = azure::user_delegation_key("myaccount", &xml) {
            assert!(!format!("{error} {error:?}").contains(CANARY));
        }
    }
    let url = format!("https://myaccount.blob.core.windows.net/{input}");
    std::hint::black_box(Inspection::new(&url, now).to_string());
    if let Ok(request) = ReceivedRequest::from_url("GET", &url)
        && let Ok(sas) = account.parse_sas(&request)
    {
        std::hint::black_box(sas.string_to_sign().is_ok());
        // No input has a signature of this key.
        assert!(sas.verify(&key, now).is_err());
    }

    // Only the signed token verifies.
    let mut lines = input.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (blob, name, value, extra) = (line(), line(), line(), line());
    let resource = Resource::Blob {
        container: "images",
        blob,
    };
    let mut sas = account.sas(resource, Permissions::READ);
    if !name.is_empty() {
        sas = sas.field(name, value);
    }
    let minute = Duration::from_secs(60);
    let Ok(token) = sas.presign(&key, minute, now) else {
        return;
    };
    let same = sas.template(&key).unwrap().presign(minute, now).unwrap();
    assert_eq!(same.url(), token.url());
    let images = account.container("images").unwrap();
    let template = images.request("GET").query_per_row("rscd");
    let template = template.template(&key, minute, now).unwrap();
    let mut row_url = String::new();
    let row = template.presign_into(Row::new(blob).values(&[&value]), now, &mut row_url);
    let link = images
        .get(blob)
        .query("rscd", value)
        .presign(&key, minute, now);
    assert_eq!(row.is_ok(), link.is_ok());
    if let Ok(link) = link {
        assert_eq!(row_url, link.as_str());
    }
    let verify = |url: &str| {
        let request = ReceivedRequest::from_url("GET", url).ok()?;
        let request = request.client_ip([203, 0, 113, 7]);
        let sas = account.parse_sas(&request).ok()?;
        let verified = sas.verify(&key, now).ok()?;
        Some((verified.name().to_owned(), verified.object().to_owned()))
    };
    if !["sip", "st"].contains(&name) && token.url().len() < 16_000 {
        let found = verify(token.url());
        assert_eq!(found, Some(("images".into(), blob.into())), "{token:?}");
    }
    // No addition to the path or the query changes the blob.
    let (front, query) = token.url().split_once('?').unwrap();
    for url in [
        format!("{front}{extra}?{query}"),
        format!("{front}?{query}&{extra}"),
    ] {
        if let Some((container, object)) = verify(&url) {
            assert_eq!((&*container, &*object), ("images", blob), "{url}");
        }
    }
});
