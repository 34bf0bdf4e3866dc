//! Verifying Shared Key and Shared Key Lite.

use crate::support::vectors;
use presign::azure::{self, Account, Service};
use presign::verify::{ReceivedRequest, VerifyErrorKind as Kind};
use presign::{Credentials, Timestamp};
use serde_json::Value;

const URL: &str = "https://myaccount.blob.core.windows.net/c/a%20b?comp=metadata&include=x";

fn now() -> Timestamp {
    "2026-10-06T00:00:00Z".parse().unwrap()
}

fn account() -> Account {
    Account::new("myaccount").unwrap()
}

fn key() -> Credentials {
    azure::shared_key("myaccount", "c2VjcmV0").unwrap()
}

type Headers = Vec<(String, String)>;

/// The headers of a signed request.
fn signed(account: &Account, service: Service, url: &str) -> Headers {
    let mut headers = vec![
        ("Content-Type".to_owned(), "text/plain".to_owned()),
        ("Range".to_owned(), "bytes=0-1".to_owned()),
        ("x-ms-meta-a".to_owned(), "1".to_owned()),
        ("Accept".to_owned(), "*/*".to_owned()),
    ];
    let mut request = account.request(service, "GET", url);
    for (name, value) in &headers {
        request = request.header(name.as_str(), value.as_str());
    }
    let signed = request.sign(&key(), now()).unwrap();
    headers.extend(signed.headers().map(|(n, v)| (n.to_owned(), v.to_owned())));
    headers
}

fn verdict(account: &Account, method: &str, url: &str, headers: &Headers) -> Result<(), Kind> {
    let request = ReceivedRequest::from_url(method, url).unwrap();
    let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let parsed = account.parse_shared_key(&request);
    let verified = parsed.and_then(|parsed| parsed.verify(key(), now()));
    verified.map(drop).map_err(|error| error.kind())
}

fn with(headers: &Headers, name: &str, value: &str) -> Headers {
    let mut headers = without(headers, name);
    headers.push((name.to_owned(), value.to_owned()));
    headers
}

fn without(headers: &Headers, name: &str) -> Headers {
    let mut headers = headers.clone();
    headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    headers
}

#[test]
fn requests_of_the_sdks_are_verified() {
    let file: Value = vectors("azure-more.json");
    let cases = file["cases"].as_array().unwrap();
    let mut verified = 0;
    for case in cases.iter().filter(|case| case["method"].is_string()) {
        let text = |name: &str| case[name].as_str().unwrap();
        let mut account = Account::new(text("account_name")).unwrap();
        if case["kind"] == "shared-key-lite" {
            account = account.shared_key_lite();
        }
        let key = azure::shared_key(text("account_name"), text("account_key")).unwrap();
        let mut headers: Headers = serde_json::from_value(case["headers"].clone()).unwrap();
        let expected = |name: &str| case["expected"][name].as_str().unwrap();
        headers.push((
            "Authorization".to_owned(),
            expected("authorization").to_owned(),
        ));
        let result = |headers: &Headers| {
            let request = ReceivedRequest::from_url(text("method"), text("url")).unwrap();
            let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
            let parsed = account.parse_shared_key(&request).unwrap();
            assert_eq!(parsed.string_to_sign(), expected("string_to_sign"));
            let date = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("x-ms-date"));
            // The vectors have one signing time.
            let error = parsed.check_time("1970-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
            let message = error.unwrap_err().to_string();
            let at = message.strip_prefix("the request was signed at ").unwrap();
            let at: Timestamp = at.split(',').next().unwrap().parse().unwrap();
            assert!(date.is_some() || case["headers"].to_string().contains("Date"));
            parsed
                .verify(&key, at)
                .map(drop)
                .map_err(|error| error.kind())
        };
        assert_eq!(result(&headers), Ok(()), "{}", case["id"]);
        let authorization = &mut headers.last_mut().unwrap().1;
        let start = authorization.find(':').unwrap() + 1;
        let first = if authorization[start..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        authorization.replace_range(start..=start, first);
        assert_eq!(result(&headers), Err(Kind::Signature), "{}", case["id"]);
        verified += 1;
    }
    assert_eq!(verified, 12);
}

#[test]
fn a_change_of_what_is_signed_is_rejected() {
    let (account, lite) = (account(), account().shared_key_lite());
    let full = signed(&account, Service::Blob, URL);
    let less = signed(&lite, Service::Blob, URL);
    assert_eq!(verdict(&account, "GET", URL, &full), Ok(()));
    assert_eq!(verdict(&lite, "GET", URL, &less), Ok(()));
    for (account, headers) in [(&account, &full), (&lite, &less)] {
        let wrong = Err(Kind::Signature);
        assert_eq!(verdict(account, "PUT", URL, headers), wrong);
        for (from, to) in [("a%20b", "a%20c"), ("metadata", "acl"), ("/c/", "/d/")] {
            assert_eq!(
                verdict(account, "GET", &URL.replace(from, to), headers),
                wrong
            );
        }
        for (name, value) in [
            ("Content-Type", "text/html"),
            ("x-ms-meta-a", "2"),
            ("x-ms-meta-b", "1"),
            ("x-ms-date", "Tue, 06 Oct 2026 00:00:01 GMT"),
            ("x-ms-version", "2020-10-02"),
            ("Content-MD5", "AAAA"),
        ] {
            assert_eq!(
                verdict(account, "GET", URL, &with(headers, name, value)),
                wrong,
                "{name}"
            );
        }
        assert_eq!(
            verdict(account, "GET", URL, &without(headers, "x-ms-meta-a")),
            wrong
        );
        assert_eq!(
            verdict(account, "GET", URL, &with(headers, "Accept", "b")),
            Ok(())
        );
    }
    // Shared Key Lite signs neither the range nor other parameters.
    let (range, include) = ("bytes=0-9", URL.replace("include=x", "include=y"));
    for (account, headers, expected) in [
        (&account, &full, Err(Kind::Signature)),
        (&lite, &less, Ok(())),
    ] {
        assert_eq!(
            verdict(account, "GET", URL, &with(headers, "Range", range)),
            expected
        );
        assert_eq!(verdict(account, "GET", &include, headers), expected);
    }
    for (account, headers, range) in [(&account, &full, true), (&lite, &less, false)] {
        let request = ReceivedRequest::from_url("GET", URL).unwrap();
        let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let verified = account.parse_shared_key(&request).unwrap();
        let verified = verified.verify(key(), now()).unwrap();
        assert_eq!((verified.name(), verified.object()), ("c", "a b"));
        assert_eq!(
            (verified.service(), verified.signed_at()),
            (Service::Blob, now())
        );
        assert_eq!(verified.covers_header("range"), range);
        assert_eq!(verified.covers_query("include"), range);
        assert!(verified.covers_header("x-ms-meta-a") && verified.covers_query("comp"));
        assert!(!verified.covers_header("accept") && !verified.covers_query("other"));
    }
    // Tables.
    let url = "https://myaccount.table.core.windows.net/MyTable()?comp=acl&$top=1";
    let headers = signed(&account, Service::Table, url);
    assert_eq!(verdict(&account, "GET", url, &headers), Ok(()));
    let changed = url.replace("acl", "stats");
    assert_eq!(
        verdict(&account, "GET", &changed, &headers),
        Err(Kind::Signature)
    );
}

#[test]
fn the_first_failure_is_reported() {
    let account = account();
    let headers = signed(&account, Service::Blob, URL);
    let get = |headers: &Headers| verdict(&account, "GET", URL, headers);
    let authorization = |value: &str| get(&with(&headers, "Authorization", value));
    assert_eq!(
        get(&without(&headers, "Authorization")),
        Err(Kind::NotSigned)
    );
    let twice = [&headers[..], &headers[headers.len() - 1..]].concat();
    assert_eq!(headers.last().unwrap().0, "Authorization");
    assert_eq!(get(&twice), Err(Kind::SignedTwice));
    let with_sas = format!("{URL}&sig=a");
    assert_eq!(
        verdict(&account, "GET", &with_sas, &headers),
        Err(Kind::SignedTwice)
    );
    for scheme in [
        "SharedKeyLite myaccount:AAAA",
        "Bearer abc",
        "SharedKey",
        "sharedkey a:b",
    ] {
        let expected = if scheme == "SharedKey" {
            Kind::Malformed
        } else {
            Kind::Scheme
        };
        assert_eq!(authorization(scheme), Err(expected), "{scheme}");
    }
    assert_eq!(authorization("SharedKey myaccount"), Err(Kind::Malformed));
    assert_eq!(authorization("SharedKey other:AAAA"), Err(Kind::AccessKey));
    assert_eq!(
        authorization("SharedKey myaccount:AAAA"),
        Err(Kind::Signature)
    );
    assert_eq!(authorization("SharedKey myaccount:"), Err(Kind::Signature));
    assert_eq!(authorization("SharedKey myaccount:%"), Err(Kind::Signature));
    let other = URL.replace("//myaccount", "//other");
    assert_eq!(
        verdict(&account, "GET", &other, &headers),
        Err(Kind::Resource)
    );
    for name in ["x-ms-meta-a", "X-MS-Meta-A", "range", "x-ms-date"] {
        let mut repeated = headers.clone();
        repeated.push((name.to_owned(), "1".to_owned()));
        assert_eq!(get(&repeated), Err(Kind::Repeated), "{name}");
    }
    assert_eq!(get(&without(&headers, "x-ms-date")), Err(Kind::Missing));
    assert_eq!(
        get(&with(&headers, "x-ms-date", "today")),
        Err(Kind::Malformed)
    );
    for (time, expected) in [
        ("Mon, 05 Oct 2026 23:44:59 GMT", Kind::TimeSkew),
        ("Tue, 06 Oct 2026 00:15:01 GMT", Kind::TimeSkew),
        ("Mon, 05 Oct 2026 23:45:00 GMT", Kind::Signature),
        ("Tue, 06 Oct 2026 00:15:00 GMT", Kind::Signature),
    ] {
        assert_eq!(
            get(&with(&headers, "x-ms-date", time)),
            Err(expected),
            "{time}"
        );
    }
    // The key of another account.
    let request = ReceivedRequest::from_url("GET", URL).unwrap();
    let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let parsed = account.parse_shared_key(&request).unwrap();
    let other = azure::shared_key("other", "c2VjcmV0").unwrap();
    let error = parsed.clone().verify(&other, now()).unwrap_err();
    assert_eq!(error.kind(), Kind::AccessKey);
    assert_eq!(
        (error.code(), error.status()),
        ("AuthenticationFailed", 403)
    );
    let delegated = key().with_session_token("skoid=1").unwrap();
    let error = parsed.verify(&delegated, now()).unwrap_err();
    assert_eq!(error.kind(), Kind::SessionToken);
}

/// Queries whose text is that of another one.
#[test]
fn ambiguous_queries_are_rejected() {
    let account = account();
    let url = |query: &str| format!("https://myaccount.blob.core.windows.net/c?{query}");
    for (query, changed, expected) in [
        ("include=a,b", "include=a&include=b", Kind::Repeated),
        ("include=a,b", "include=a&Include=b", Kind::Repeated),
        ("a=b:c", "a%3Ab=c", Kind::Request),
        ("a=1&b=2", "a=1%0Ab:2", Kind::Request),
        ("comp=a", "comp=b&comp=a", Kind::Repeated),
        ("prefix=a%2Bb", "prefix=a+b", Kind::Request),
        ("a%2Bb=1", "a+b=1", Kind::Request),
    ] {
        let headers = signed(&account, Service::Blob, &url(query));
        assert_eq!(verdict(&account, "GET", &url(query), &headers), Ok(()));
        assert_eq!(
            verdict(&account, "GET", &url(changed), &headers),
            Err(expected),
            "{changed}"
        );
    }
}

/// `x-ms-date` replaces `Date`, which can then be anything.
#[test]
fn only_the_time_that_is_signed_is_covered() {
    for (has_ms_date, account) in [false, true].into_iter().flat_map(|has_ms_date| {
        [account(), account().shared_key_lite()].map(|account| (has_ms_date, account))
    }) {
        let date = "Tue, 06 Oct 2026 00:00:00 GMT";
        let mut request = account
            .request(Service::Blob, "GET", URL)
            .header("Date", date);
        if has_ms_date {
            request = request.header("x-ms-date", date);
        }
        let signed = request.sign(&key(), now()).unwrap();
        assert_eq!(signed.not_covered().any(|name| name == "Date"), has_ms_date);
        let mut received = ReceivedRequest::from_url("GET", URL).unwrap();
        received = received.header("Date", date).headers(signed.headers());
        if has_ms_date {
            received = received.header("x-ms-date", date);
        }
        let parsed = account.parse_shared_key(&received).unwrap();
        let verified = parsed.verify(key(), now()).unwrap();
        assert_eq!(verified.covers_header("date"), !has_ms_date);
        assert_eq!(verified.covers_header("x-ms-date"), has_ms_date);
    }
}

#[test]
fn expired_credentials_are_rejected() {
    let headers = signed(&account(), Service::Blob, URL);
    let verdict = |expiration: &str| {
        let request = ReceivedRequest::from_url("GET", URL).unwrap();
        let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let key = key().with_expiration(expiration.parse::<Timestamp>().unwrap());
        let parsed = account().parse_shared_key(&request).unwrap();
        parsed
            .verify(&key, now())
            .map(drop)
            .map_err(|error| error.kind())
    };
    assert_eq!(verdict("2026-10-06T00:00:01Z"), Ok(()));
    assert_eq!(
        verdict("2026-10-06T00:00:00Z"),
        Err(Kind::CredentialsExpired)
    );
}

/// Shared Key Lite signs `comp` and no other parameter, and servers ignore the case of its name.
#[test]
fn lite_rejects_comp_in_another_case() {
    let lite = account().shared_key_lite();
    let url = URL.replace("comp=metadata&", "");
    let headers = signed(&lite, Service::Blob, &url);
    assert_eq!(verdict(&lite, "GET", &url, &headers), Ok(()));
    let added = format!("{url}&COMP=acl");
    assert_eq!(
        verdict(&lite, "GET", &added, &headers),
        Err(Kind::Malformed)
    );
    let added = format!("{url}&comp=acl");
    assert_eq!(
        verdict(&lite, "GET", &added, &headers),
        Err(Kind::Signature)
    );
}

/// The service signs names of parameters in lowercase.
#[test]
fn the_case_of_parameter_names_is_not_covered() {
    let account = account();
    let headers = signed(&account, Service::Blob, URL);
    let respelled = URL.replace("include=x", "Include=x");
    for url in [URL, &respelled] {
        assert_eq!(verdict(&account, "GET", url, &headers), Ok(()));
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let verified = account.parse_shared_key(&request).unwrap();
        let verified = verified.verify(key(), now()).unwrap();
        for (name, is_covered) in [("include", true), ("INCLUDE", true), ("includes", false)] {
            assert_eq!(verified.covers_query(name), is_covered, "{url} {name}");
        }
    }
    let changed = URL.replace("include=x", "Include=y");
    let wrong = Err(Kind::Signature);
    assert_eq!(verdict(&account, "GET", &changed, &headers), wrong);
    // The case of a value is covered.
    let changed = URL.replace("include=x", "include=X");
    assert_eq!(verdict(&account, "GET", &changed, &headers), wrong);
}

/// Without `x-ms-*` headers, Shared Key Lite of blobs signs the text of Shared Key of tables.
#[test]
fn lite_needs_a_header_that_tells_it_from_a_table() {
    // The HMAC-SHA256 of the text, computed with Python's hmac.
    const SIGNATURE: &str = "7scVhzBIKw3iKYlxoOXx2xTzw5pjkX7+bcFtroNOgZM=";
    const TEXT: &str = "GET\n\n\nTue, 06 Oct 2026 00:00:00 GMT\n/myaccount/MyTable()";
    let verdict = |account: &Account, url: &str, authorization: &str, version: Option<&str>| {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let mut request = request
            .header("Date", "Tue, 06 Oct 2026 00:00:00 GMT")
            .header("Authorization", authorization);
        if let Some(version) = version {
            request = request.header("x-ms-version", version);
        }
        let parsed = account.parse_shared_key(&request);
        parsed
            .and_then(|parsed| {
                let is_table = parsed.service() == Service::Table;
                assert_eq!(parsed.string_to_sign() == TEXT, is_table);
                parsed.verify(key(), now())
            })
            .map(drop)
            .map_err(|error| error.kind())
    };
    let table = "https://myaccount.table.core.windows.net/MyTable()";
    let full = format!("SharedKey myaccount:{SIGNATURE}");
    assert_eq!(verdict(&account(), table, &full, None), Ok(()));
    let lite = account().shared_key_lite();
    let blob = "https://myaccount.blob.core.windows.net/MyTable()";
    let authorization = format!("SharedKeyLite myaccount:{SIGNATURE}");
    assert_eq!(
        verdict(&lite, blob, &authorization, None),
        Err(Kind::Missing)
    );
    let with_version = verdict(&lite, blob, &authorization, Some("2026-10-06"));
    assert_eq!(with_version, Err(Kind::Signature));
    // The signer writes the header, and the request is accepted.
    let request = lite.request(Service::Blob, "GET", blob);
    let signed = request
        .header("Date", "Tue, 06 Oct 2026 00:00:00 GMT")
        .sign(&key(), now());
    let signed = signed.unwrap();
    let authorization = signed.headers().find(|(name, _)| *name == "Authorization");
    let version = signed.headers().find(|(name, _)| *name == "x-ms-version");
    assert_eq!(
        verdict(
            &lite,
            blob,
            authorization.unwrap().1,
            Some(version.unwrap().1)
        ),
        Ok(())
    );
}

/// The text has no host, so a signature for one service is valid for another.
#[test]
fn the_service_is_not_covered() {
    let account = account();
    let url = "https://myaccount.blob.core.windows.net/c/a";
    let headers = signed(&account, Service::Blob, url);
    for service in ["blob", "queue", "file"] {
        let url = url.replace("blob", service);
        assert_eq!(verdict(&account, "GET", &url, &headers), Ok(()));
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let request = request.headers(headers.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let parsed = account.parse_shared_key(&request).unwrap();
        assert_eq!(parsed.service().as_str(), service);
    }
    let other = url.replace("blob", "table");
    let wrong = Err(Kind::Signature);
    assert_eq!(verdict(&account, "GET", &other, &headers), wrong);
}
