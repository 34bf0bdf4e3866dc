//! Round trips of every form of SigV2 for S3's REST interface with a server by other authors that
//! verifies signatures. Each request that it accepts has twins, which differ in one part and which
//! it has to reject.
//!
//! SigV2 covers only a part of a request. Tests named `…_is_not_covered` change another part, and
//! the server has to accept that. A test named `the_server_overlooks_…` shows that the server is
//! less strict than S3 or supports less, so its response proves nothing there.

use crate::twins::*;
use presign::{Credentials, Expiry, SignatureVersion, Timestamp, v2};
use s3_server::{ACCESS_KEY_ID, BUCKET, Request, SECRET_ACCESS_KEY, Server};
use std::time::Duration;
use time::format_description::well_known::Rfc2822;

const V2: Version = Version {
    version: SignatureVersion::V2,
    covers_parameter: |name| SUB_RESOURCES.contains(&name),
    covers_header: |name| {
        let name = name.to_lowercase();
        name.starts_with("x-amz-") && name != DATE
            || ["content-type", "content-md5"].contains(&&*name)
    },
    added: "acl",
    changed_authentication: |request, sign, credentials, now| {
        let mut twins = added_headers(request);
        if request.url.contains("Signature=") {
            changed_link(request, &mut twins);
            let late = sign(credentials, Duration::from_secs(1), seconds(now, -5));
            twins.push("expired four seconds ago", late, EXPIRED);
        } else {
            changed_authorization(request, &mut twins);
        }
        twins
    },
};

/// The sub-resources and response overrides that s3s signs: all of S3's except three.
const SUB_RESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// The MD5 of the body in base64, from `openssl md5`.
const MD5: &str = "1EfQ6PKJ8WoS/2AnznfCWA==";

const DATE: &str = "x-amz-date";
const TOKEN_HEADER: &str = "x-amz-security-token";

// The forms of signing

/// Signs a link, and also sends the session token of its query, because s3s reads `x-amz-*` only
/// from headers.
fn link_with_token(
    request: &presign::Request<'_>,
    body: &[u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    let link = link(request, body);
    move |credentials, expiry, now| {
        let link = link(credentials, expiry, now);
        let token = link.url.contains(TOKEN_HEADER);
        link.headers(token.then_some((TOKEN_HEADER, TOKEN)))
    }
}

// The twins

/// Returns twins with an additional header that would have been signed.
fn added_headers(request: &Request) -> Twins {
    let mut twins = Twins::default();
    for (name, value) in [
        ("x-amz-meta-added", "later"),
        ("x-amz-acl", "public-read"),
        ("Content-Type", "text/html"),
        ("Content-MD5", MD5),
    ] {
        let mut names = request.headers.iter().map(|(name, _)| name);
        if !names.any(|own| own.eq_ignore_ascii_case(name)) {
            let twin = request.clone().headers([(name, value)]);
            twins.push(format!("{name} added"), twin, MISMATCH);
        }
    }
    twins
}

/// Adds twins of a link that differ in one parameter of its authentication.
fn changed_link(link: &Request, twins: &mut Twins) {
    twins.push_parameters(link, |name| match name {
        "AWSAccessKeyId" => Some([MALFORMED, MALFORMED, UNKNOWN_USER]),
        "Expires" => Some([MALFORMED, MALFORMED, MISMATCH]),
        "Signature" => Some([ANONYMOUS, MALFORMED, MISMATCH]),
        _ => None,
    });
    for (from, to, rejection) in [
        ("&Expires=", "&Expires=9", MISMATCH),
        ("&Expires=", "&Expires=0", MISMATCH),
        ("&Expires=", "&Expires=-", MALFORMED),
        ("&Expires=", "&Expires=x", MALFORMED),
        ("&Signature=", "&Signature=A", MISMATCH),
    ] {
        let mut twin = link.clone();
        twin.url = replaced(&twin.url, from, to);
        twins.push(format!("{to} for {from}"), twin, rejection);
    }
}

/// Adds twins of a request with headers that differ in one part of its authentication.
fn changed_authorization(request: &Request, twins: &mut Twins) {
    twins.push_header(request, "Authorization", ANONYMOUS);
    let dates = ["Date", DATE].map(|date| request.headers.iter().find(|(name, _)| name == date));
    for (name, value) in dates.into_iter().flatten() {
        twins.push_header(request, name, MALFORMED);
        if name != DATE {
            let twin = request.clone().headers([(DATE, value)]);
            twins.push("x-amz-date added", twin, MISMATCH);
        }
    }
    for (from, to, rejection) in [
        (":", "X:", UNKNOWN_USER),
        (":", ":A", MISMATCH),
        (":", ": ", MISMATCH),
    ] {
        let mut twin = request.clone();
        let authorization = &mut twin.headers[at(request, "Authorization")].1;
        *authorization = replaced(authorization, from, to);
        twins.push(format!("{to} for {from}"), twin, rejection);
    }
}

// The tests

const KEY: &str = "documents/report 1.pdf";
const OWN: [(&str, &str); 2] = [("Content-Type", "application/pdf"), ("Content-MD5", MD5)];

#[test]
fn objects_are_accessed_by_url() {
    let server = Server::start().unwrap();
    for (credentials, bucket) in V2.users_and_buckets(&server) {
        let put = with_headers(bucket.put(KEY), &OWN);
        let [head, get, delete] = [bucket.head(KEY), bucket.get(KEY), bucket.delete(KEY)];
        let forms: [Sign<'_>; 4] = [
            &link_with_token(&put, BODY),
            &link_with_token(&head, b""),
            &link_with_token(&get, b""),
            &link_with_token(&delete, b""),
        ];
        V2.an_object(&server, KEY, &credentials, forms);
    }
}

#[test]
fn objects_are_accessed_by_header() {
    let server = Server::start().unwrap();
    for (credentials, bucket) in V2.users_and_buckets(&server) {
        let put = with_headers(bucket.put(KEY), &OWN);
        let [head, get, delete] = [bucket.head(KEY), bucket.get(KEY), bucket.delete(KEY)];
        let forms: [Sign<'_>; 4] = [
            &headers("PUT", &put, &OWN, BODY),
            &headers("HEAD", &head, &[], b""),
            &headers("GET", &get, &[], b""),
            &headers("DELETE", &delete, &[], b""),
        ];
        V2.an_object(&server, KEY, &credentials, forms);
    }
}

#[test]
fn a_bucket_is_listed() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    for (credentials, bucket) in V2.users_and_buckets(&server) {
        let list = bucket.request("GET");
        let forms: [Sign<'_>; 2] = [
            &link_with_token(&list, b""),
            &headers("GET", &list, &[], b""),
        ];
        for sign in forms {
            let answer = V2.accepted_but_no_twin(sign, &credentials, 200);
            let list = String::from_utf8(answer.body).unwrap();
            assert!(list.contains("<Key>k</Key>"), "{list}");
        }
    }
}

type Signing<'a> = Box<dyn Fn(&Credentials, Duration, Timestamp) -> Request + 'a>;

/// Signs a GET by link and by header with [`v2::Service`], which needs the bucket if the host names
/// it.
fn requests<'a>(url: &'a str, bucket: Option<&'a str>) -> [Signing<'a>; 2] {
    let s3 = v2::Service::s3();
    let s3 = match bucket {
        Some(name) => s3.bucket(name),
        None => s3,
    };
    FORMS.map(|form| {
        let s3 = s3.clone();
        let sign = move |user: &Credentials, expiry: Duration, now: Timestamp| {
            form("GET", &s3.get(url), b"", user, expiry, now)
        };
        Box::new(sign) as Signing<'a>
    })
}

#[test]
fn encoded_urls_are_signed_unchanged() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("~ü b'c"), BODY).unwrap();
    for (bucket, name) in V2.buckets(&server).iter().zip([None, Some(BUCKET)]) {
        let base = bucket.get("k").url().unwrap();
        let base = base.strip_suffix('k').unwrap();
        // Not canonical: SigV2 signs the path as it was sent.
        for key in ["~%c3%bc%20b'c", "%7e%C3%BC%20b%27%63"] {
            let url = format!("{base}{key}?response-content-type=text%2fplain;%20a=(b)");
            for sign in &requests(&url, name) {
                let answer = V2.accepted_but_no_twin(sign, &credentials(), 200);
                assert_eq!(answer.body, BODY);
                assert_eq!(answer.header("content-type"), Some("text/plain; a=(b)"));
            }
            let another = name.xor(Some("other"));
            for sign in &requests(&url, another) {
                let twin = sign(&credentials(), TEN_MINUTES, now());
                rejected(&twin, MISMATCH, "signed for another bucket");
            }
        }
    }
}

#[test]
fn all_buckets_are_listed() {
    let server = Server::start().unwrap();
    for sign in &requests(&format!("{}/", server.endpoint()), None) {
        let answer = V2.accepted_but_no_twin(sign, &credentials(), 200);
        assert!(String::from_utf8(answer.body).unwrap().contains(BUCKET));
    }
}

#[test]
fn signed_headers_are_covered() {
    let server = Server::start().unwrap();
    let own = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("x-amz-meta-plain", "value"),
        ("X-Amz-Meta-Spaces", "two  in   a row"),
        ("x-amz-meta-signs", "a,b; c=d&e/f%20+~"),
        ("x-amz-meta-a", "sorted before plain"),
        ("x-amz-storage-class", "STANDARD"),
    ];
    for bucket in V2.buckets(&server) {
        let put = with_headers(bucket.put("k"), &own);
        let by_header = headers("PUT", &put, &own, BODY);
        for sign in [&link_with_token(&put, BODY) as Sign<'_>, &by_header] {
            V2.accepted_but_no_twin(sign, &credentials(), 200);
            let head = link(&bucket.head("k"), b"")(&credentials(), TEN_MINUTES, now());
            let head = accepted(&head, 200);
            for (name, value) in &own[..5] {
                assert_eq!(head.header(&name.to_lowercase()), Some(*value), "{name}");
            }
            std::fs::remove_file(server.file("k")).unwrap();
        }
    }
}

#[test]
fn repeated_headers_are_covered() {
    let server = Server::start().unwrap();
    let own = [
        ("x-amz-meta-twice", "second comes first"),
        ("x-amz-meta-twice", "first comes second"),
    ];
    for bucket in V2.buckets(&server) {
        let list = with_headers(bucket.request("GET"), &own);
        let by_header = headers("GET", &list, &own, b"");
        for sign in [&link_with_token(&list, b"") as Sign<'_>, &by_header] {
            V2.accepted_but_no_twin(sign, &credentials(), 200);
            let mut twin = sign(&credentials(), TEN_MINUTES, now());
            twin.headers.swap(0, 1);
            rejected(&twin, MISMATCH, "in another order");
        }
    }
}

#[test]
fn an_object_is_copied() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    let own = [("x-amz-copy-source", "/examplebucket/k")];
    for bucket in V2.buckets(&server) {
        let copy = bucket.copy_object("copy", BUCKET, "k");
        V2.accepted_but_no_twin(&headers("PUT", &copy, &own, b""), &credentials(), 200);
        assert_eq!(std::fs::read(server.file("copy")).unwrap(), BODY);
        std::fs::remove_file(server.file("copy")).unwrap();
    }
}

#[test]
fn a_given_date_is_covered() {
    let server = Server::start().unwrap();
    for bucket in V2.buckets(&server) {
        for name in ["x-amz-date", "Date"] {
            let sign = |user: &Credentials, _: Duration, now: Timestamp| {
                let date = date(now);
                let own = [(name, &*date)];
                let list = with_headers(bucket.request("GET"), &own);
                headers("GET", &list, &own, b"")(user, TEN_MINUTES, now)
            };
            let request = sign(&credentials(), TEN_MINUTES, now());
            // Signing adds only the signature.
            assert_eq!(request.headers.len(), 2);
            V2.accepted_but_no_twin(&sign, &credentials(), 200);
        }
    }
}

/// Returns a date with a numeric time zone, which this crate never writes.
fn date(moment: Timestamp) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(moment.unix_seconds()).unwrap();
    moment.format(&Rfc2822).unwrap()
}

#[test]
fn a_body_has_to_have_the_md5_that_is_signed() {
    let server = Server::start().unwrap();
    let own = [("Content-MD5", MD5)];
    for bucket in V2.buckets(&server) {
        let put = with_headers(bucket.put("k"), &own);
        let by_header = headers("PUT", &put, &own, BODY);
        for sign in [&link(&put, BODY) as Sign<'_>, &by_header] {
            let put = sign(&credentials(), TEN_MINUTES, now());
            let twin = put.clone().body(b"Welcome to Amazon S4.");
            rejected(&twin, (400, "BadDigest"), "another body");
            accepted(&put, 200);
        }
    }
}

#[test]
fn response_overrides_are_covered() {
    V2.response_overrides();
}

#[test]
fn parameters_and_sub_resources_are_covered() {
    V2.parameters_and_sub_resources();
}

#[test]
fn parts_are_uploaded_by_url() {
    V2.a_multipart_upload_with_its_parts_by_link();
}

/// s3s-fs doesn't implement most of them, but s3s verifies the signature first.
#[test]
fn every_sub_resource_is_covered() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    for bucket in V2.buckets(&server) {
        for name in SUB_RESOURCES {
            for request in [
                bucket.get("k").query(name, "a b+c/d&e"),
                bucket.request("GET").query_flag(name),
                // An empty value counts as none.
                bucket.request("GET").query(name, ""),
            ] {
                for signed in signed_forms("GET", &request, b"") {
                    verified(&signed);
                    let mut twin = signed.clone();
                    twin.url = replaced(&twin.url, name, &format!("{name}x"));
                    rejected(&twin, MISMATCH, name);
                    if signed.url.contains("a%20b") {
                        twin.url = replaced(&signed.url, "a%20b", "a%20c");
                        rejected(&twin, MISMATCH, name);
                    }
                }
            }
        }
    }
}

/// Asserts that the server accepts the signature, whatever its response is.
fn verified(request: &Request) {
    let answer = request.send().unwrap();
    assert_ne!(answer.status, 403, "{answer:?} to {request:?}");
}

#[cfg(unix)]
#[test]
fn keys_of_every_kind_are_accepted() {
    V2.keys_of_every_kind();
}

#[cfg(unix)]
#[test]
fn keys_that_are_not_file_names_are_verified() {
    V2.keys_that_the_directory_cannot_contain();
}

#[cfg(unix)]
#[test]
fn the_longest_key_is_accepted() {
    V2.the_longest_key();
}

/// The twins are those of every presigned URL. The token is also sent as a header, because s3s
/// reads `x-amz-*` only from headers.
#[test]
fn templates_presign_many_keys() {
    let server = Server::start().unwrap();
    for (credentials, bucket) in V2.users_and_buckets(&server) {
        let get = bucket.request("GET").response_content_type("image/png");
        let now = now();
        let a_minute_ago = seconds(now, -60);
        let template = get
            .template(&credentials, TEN_MINUTES, a_minute_ago)
            .unwrap();
        let mut url = String::new();
        for key in ["a.png", "b c+d/\u{1f600}.png", "a.png"] {
            std::fs::create_dir_all(server.file(key).parent().unwrap()).unwrap();
            std::fs::write(server.file(key), key).unwrap();
            for time in [a_minute_ago, now] {
                url.clear();
                template.presign_into(key, time, &mut url).unwrap();
                let token = url.contains(TOKEN_HEADER);
                let link =
                    Request::new("GET", &url).headers(token.then_some((TOKEN_HEADER, TOKEN)));
                let answer = accepted(&link, 200);
                assert_eq!(answer.body, key.as_bytes());
                assert_eq!(answer.header("content-type"), Some("image/png"));
                V2.changed_outside(&link).all_rejected();
                let mut twins = added_headers(&link);
                changed_link(&link, &mut twins);
                twins.all_rejected();
            }
        }
    }
}

#[test]
fn access_keys_of_every_kind_are_accepted() {
    V2.access_keys_of_every_kind(&["A+B=C", "(a)!*'", "a;b,c@d&e?f#g%20~"]);
}

/// For s3s the first colon ends the access key ID in the header. In a URL it can contain a colon.
#[test]
fn an_access_key_with_a_colon_works_in_urls() {
    let server = Server::start_for("A:B").unwrap();
    let user = Credentials::new("A:B", SECRET_ACCESS_KEY).unwrap();
    for bucket in V2.buckets(&server) {
        let list = bucket.request("GET");
        accepted(&link(&list, b"")(&user, TEN_MINUTES, now()), 200);
        let list = headers("GET", &list, &[], b"")(&user, TEN_MINUTES, now());
        rejected(&list, UNKNOWN_USER, "A:B");
    }
}

#[test]
fn an_expired_url_is_rejected() {
    let server = Server::start().unwrap();
    let user = credentials();
    for bucket in V2.buckets(&server) {
        let list = bucket.request("GET");
        let now = now();
        let until = |moment: Timestamp| {
            let signed_at = Timestamp::from_unix_seconds(moment.unix_seconds() - 1);
            let link = list.presign(&user, Expiry::at(moment), signed_at);
            Request::of(&link.unwrap())
        };
        let in_ten_minutes = until(seconds(now, 600));
        assert_eq!(
            in_ten_minutes.url,
            link(&list, b"")(&user, TEN_MINUTES, now).url
        );
        accepted(&in_ten_minutes, 200);
        rejected(&until(seconds(now, -1)), EXPIRED, "expired a second ago");
        rejected(&until(Timestamp::from_unix_seconds(0)), EXPIRED, "1970");

        // SigV2 has no limit such as the seven days of SigV4.
        let ten_years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
        accepted(&link(&list, b"")(&user, ten_years, now), 200);
        accepted(&until("9999-12-31T23:59:59Z".parse().unwrap()), 200);
    }
}

#[test]
fn every_changed_character_of_a_url_is_rejected() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("a b"), BODY).unwrap();
    for bucket in V2.buckets(&server) {
        let get = bucket.get("a b").response_content_type("text/plain");
        every_character_counts(&link(&get, b"")(&credentials(), TEN_MINUTES, now()));
    }
}

#[test]
fn every_changed_character_of_a_signed_header_is_rejected() {
    let server = Server::start().unwrap();
    let own = [("Content-Type", "text/plain"), ("x-amz-meta-a", "b c, d")];
    for bucket in V2.buckets(&server) {
        let put = with_headers(bucket.put("a b"), &own);
        let put = headers("PUT", &put, &own, BODY);
        let signed = put(&credentials(), TEN_MINUTES, now());
        every_character_of_the_headers_counts(&signed, 0);
    }
}

// Parts that SigV2 doesn't cover

#[test]
fn a_header_that_a_link_names_is_not_covered() {
    let server = Server::start().unwrap();
    for bucket in V2.buckets(&server) {
        let put = with_headers(
            bucket.put("k"),
            &[
                ("Content-Type", "text/plain"),
                ("Cache-Control", "max-age=60"),
                ("Content-Disposition", "inline"),
                ("x-other", "1"),
            ],
        );
        let upload = put.presign(&credentials(), TEN_MINUTES, now()).unwrap();
        let not_covered: Vec<_> = upload.not_covered().collect();
        assert_eq!(
            not_covered,
            ["Cache-Control", "Content-Disposition", "x-other"]
        );
        let put = Request::of(&upload).body(BODY);
        assert_eq!(put.headers, [("Content-Type".into(), "text/plain".into())]);

        let head = link(&bucket.head("k"), b"")(&credentials(), TEN_MINUTES, now());
        for sent in [
            &[][..],
            &[
                ("Cache-Control", "max-age=60"),
                ("Content-Disposition", "inline"),
            ],
            &[("Cache-Control", "no-store"), ("x-other", "2")],
        ] {
            accepted(&put.clone().headers(sent.iter().copied()), 200);
            let head = accepted(&head, 200);
            for name in ["Cache-Control", "Content-Disposition"] {
                let mut sent = sent.iter().filter(|(sent, _)| *sent == name);
                let value = sent.next().map(|(_, value)| *value);
                assert_eq!(head.header(&name.to_lowercase()), value);
            }
        }

        let part = bucket.get("k").header("Range", "bytes=11-16");
        let link = part.presign(&credentials(), TEN_MINUTES, now()).unwrap();
        assert!(link.not_covered().eq(["Range"]));
        let get = Request::of(&link);
        assert_eq!(accepted(&get, 200).body, BODY);
        for (range, body) in [("bytes=11-16", &b"Amazon"[..]), ("bytes=0-6", b"Welcome")] {
            let get = get.clone().headers([("Range", range)]);
            assert_eq!(accepted(&get, 206).body, body);
        }
    }
}

#[test]
fn a_header_beside_a_signature_is_not_covered() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    for bucket in V2.buckets(&server) {
        let [_, get] = signed_forms("GET", &bucket.get("k"), b"");
        let part = get.headers([("Range", "bytes=11-16")]);
        assert_eq!(accepted(&part, 206).body, b"Amazon");
    }
}

#[test]
fn an_ordinary_parameter_is_not_covered() {
    let server = Server::start().unwrap();
    for key in ["a/1", "b/1"] {
        std::fs::create_dir_all(server.file(key).parent().unwrap()).unwrap();
        std::fs::write(server.file(key), BODY).unwrap();
    }
    for bucket in V2.buckets(&server) {
        let list = bucket.list_objects_v2().query("prefix", "a/");
        for list in signed_forms("GET", &list, b"") {
            let keys = |list: &Request| {
                let body = String::from_utf8(accepted(list, 200).body).unwrap();
                ["a/1", "b/1"].map(|key| body.contains(&format!("<Key>{key}</Key>")))
            };
            assert_eq!(keys(&list), [true, false]);
            let mut twin = list.clone();
            twin.url = replaced(&list.url, "prefix=a", "prefix=b");
            assert_eq!(keys(&twin), [false, true]);
            twin.url = replaced(&list.url, "prefix=a%2F", "x=1");
            assert_eq!(keys(&twin), [true, true]);
            twin.url += "&max-keys=0";
            assert_eq!(keys(&twin), [false, false]);
        }
    }
}

/// botocore also writes the signed type into the query, but the header is signed.
#[test]
fn a_content_type_in_the_query_is_not_covered() {
    let server = Server::start().unwrap();
    for bucket in V2.buckets(&server) {
        let put = bucket.put("k").header("Content-Type", "text/plain");
        let put = link(&put, BODY)(&credentials(), TEN_MINUTES, now());
        let mut twin = put.clone();
        twin.url += "&content-type=x";
        accepted(&twin, 200);
    }
}

#[test]
fn the_body_is_not_covered() {
    let server = Server::start().unwrap();
    for bucket in V2.buckets(&server) {
        for put in signed_forms("PUT", &bucket.put("k"), BODY) {
            let other = b"Any other body.";
            accepted(&put.body(other), 200);
            assert_eq!(std::fs::read(server.file("k")).unwrap(), other);
        }
    }
}

/// The signature covers the bucket in the host or path, so it is valid for both addressing styles.
#[test]
fn the_host_is_not_covered() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    let [path, host] = V2.buckets(&server);
    let [by_path, by_host] = [&path, &host].map(|bucket| bucket.get("k").url().unwrap());
    let by_number = by_path.replace("localhost", "127.0.0.1");
    for (bucket, from, to) in [
        (&path, &by_path, &by_host),
        (&host, &by_host, &by_path),
        (&path, &by_path, &by_number),
    ] {
        for mut request in signed_forms("GET", &bucket.get("k"), b"") {
            request.url = replaced(&request.url, from, to);
            assert_eq!(accepted(&request, 200).body, BODY);
        }
    }
}

/// A link contains its expiration, not its signing time.
#[test]
fn the_signing_time_is_not_covered() {
    let server = Server::start().unwrap();
    for bucket in V2.buckets(&server) {
        let list = bucket.request("GET");
        let list = link(&list, b"");
        accepted(
            &list(&credentials(), TEN_MINUTES, seconds(now(), 1200)),
            200,
        );
    }
}

// Checks and features of S3 that the server lacks

/// S3 rejects a request whose date is more than 15 minutes off (RequestTimeTooSkewed).
#[test]
fn the_server_overlooks_the_age_of_a_signed_request() {
    let server = Server::start().unwrap();
    let [bucket, _] = V2.buckets(&server);
    let list = bucket.request("GET");
    let list = headers("GET", &list, &[], b"");
    for off in [-1200, 1200, -10 * 365 * 24 * 60 * 60] {
        accepted(&list(&credentials(), TEN_MINUTES, seconds(now(), off)), 200);
    }
}

/// The session token of a link is a parameter. s3s omits `x-amz-*` parameters from the string to
/// sign. So it rejects the link unless the token is also sent as a header, and never reads the
/// parameter.
#[test]
fn the_server_overlooks_the_token_of_a_link() {
    let server = Server::start().unwrap();
    let temporary = credentials().with_session_token(TOKEN).unwrap();
    for bucket in V2.buckets(&server) {
        let put = bucket.put("k");
        let unchanged = link(&put, BODY)(&temporary, TEN_MINUTES, now());
        assert_eq!(unchanged.headers, []);
        rejected(&unchanged, MISMATCH, "without the header");
        let mut with_header = link_with_token(&put, BODY)(&temporary, TEN_MINUTES, now());
        accepted(&with_header, 200);
        let parameter = "x-amz-security-token=AQ";
        with_header.url = replaced(&with_header.url, parameter, &format!("{parameter}x"));
        accepted(&with_header, 200);
    }
}

/// Neither s3s nor botocore has these three in its list of sub-resources.
#[test]
fn the_server_overlooks_some_sub_resources() {
    let server = Server::start().unwrap();
    let [bucket, _] = V2.buckets(&server);
    for name in ["encryption", "legal-hold", "retention"] {
        for request in signed_forms("GET", &bucket.request("GET").query_flag(name), b"") {
            rejected(&request, MISMATCH, name);
        }
        for request in signed_forms("GET", &bucket.list_objects_v2(), b"") {
            let mut twin = request.clone();
            twin.url = replaced(&twin.url, "list-type=2", name);
            verified(&twin);
        }
    }
}

/// S3 accepts only one kind of authentication (InvalidArgument, "Only one auth mechanism allowed").
#[test]
fn the_server_overlooks_a_header_beside_a_link() {
    let server = Server::start().unwrap();
    let [bucket, _] = V2.buckets(&server);
    let list = bucket.request("GET");
    let twin = link(&list, b"")(&credentials(), TEN_MINUTES, now());
    let header = format!("AWS {ACCESS_KEY_ID}:AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    accepted(&twin.headers([("Authorization", header)]), 200);
}
