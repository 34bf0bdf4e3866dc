//! Requests that no client can send or no store accepts are errors, each beside a twin that is
//! accepted.

use crate::support::{self, time};
use presign::s3::{Bucket, BucketBuilder};
use presign::{
    AddressingStyle, ContentDisposition, Credentials, Error, ErrorKind, Row, SignatureVersion,
    Timestamp, v2, v4,
};
use std::time::Duration;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/k";

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn keys() -> Credentials {
    Credentials::new(ID, SECRET).unwrap()
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET]);
}

/// Checks a request with every signing method, which have to agree, and returns the result.
#[track_caller]
fn sign(request: &presign::Request<'_>) -> Result<(), Error> {
    let mut url = String::new();
    let verdicts = [
        request.presign(&keys(), HOUR, now()).map(drop),
        request.presign_into(&keys(), HOUR, now(), &mut url),
        request
            .prepare_url(keys().identity(), HOUR, now())
            .map(drop),
        request.sign(&keys(), now()).map(drop),
        request.prepare_headers(keys().identity(), now()).map(drop),
    ];
    let [first, others @ ..] = verdicts;
    for other in others {
        assert_eq!(other, first);
    }
    first
}

/// A bucket on AWS under both signature versions.
fn buckets() -> [Bucket; 2] {
    [SignatureVersion::V4, SignatureVersion::V2].map(|version| {
        let bucket = Bucket::builder("examplebucket", "us-east-1").signature_version(version);
        bucket.build().unwrap()
    })
}

#[test]
fn content_lengths_are_validated() {
    let (s3, s3_v2) = (
        v4::Service::new("us-east-1", "s3").unwrap(),
        v2::Service::s3(),
    );
    let kind = ErrorKind::Header;
    for request in [s3.get(URL), s3_v2.get(URL)] {
        let with = |values: &[&'static str]| {
            values.iter().fold(request.clone(), |request, value| {
                request.header("Content-Length", *value)
            })
        };
        for value in [
            "",
            "-1",
            "+1",
            "1.0",
            "0x10",
            "1, 1",
            "1 1",
            "a",
            "18446744073709551616",
        ] {
            rejected(sign(&with(&[value])), kind, &["Content-Length", "number"]);
        }
        let words = ["Content-Length", "differ", "`5`", "`6`"];
        rejected(sign(&with(&["5", "6"])), kind, &words);
        for values in [&["0"][..], &["18446744073709551615"], &[" 5 "], &["5", "5"]] {
            sign(&with(values)).unwrap();
        }
        // Headers with similar names are not validated.
        let other = request.clone().header("Content-Lengths", "a");
        sign(&other.header("x-amz-decoded-content-length", "a")).unwrap();
    }
}

#[test]
fn two_content_types_are_joined_under_sigv4() {
    let s3 = v4::Service::new("us-east-1", "s3").unwrap();
    let request = s3
        .get(URL)
        .header("Content-Type", "a")
        .header("content-type", "b");
    let unsigned = request.prepare_url(keys().identity(), HOUR, now()).unwrap();
    let canonical = unsigned.canonical_request().unwrap();
    assert!(canonical.contains("\ncontent-type:a,b\n"), "{canonical}");
}

/// A line break would end the header of the response.
#[test]
fn response_headers_with_line_breaks_are_rejected() {
    let (s3, s3_v2) = (
        v4::Service::new("us-east-1", "s3").unwrap(),
        v2::Service::s3(),
    );
    let kind = ErrorKind::Query;
    for (byte, escape) in [("\r", "%0D"), ("\n", "%0a"), ("\0", "%00")] {
        for bucket in buckets() {
            let with = |middle: &str| [format!("a{middle}b"), format!("{middle}a")];
            for value in with(byte) {
                let get = || bucket.get("k");
                for request in [
                    get().response_content_type(&*value),
                    get().response_content_disposition(&*value),
                    get().response_content_encoding(&*value),
                    get().response_content_language(&*value),
                    get().response_cache_control(&*value),
                    get().response_expires(&*value),
                    get().query("response-other", &*value),
                ] {
                    let escaped = byte.escape_debug().to_string();
                    rejected(sign(&request), kind, &["response-", &escaped]);
                }
                // Other parameters can have any value: a prefix may contain a line break.
                sign(&get().query("prefix", &*value)).unwrap();
            }
            for value in with("\t").iter().chain(&with("\u{e9}")) {
                sign(&bucket.get("k").response_content_type(&**value)).unwrap();
            }
            let row = bucket.request("GET").query_per_row("response-content-type");
            let template = row.template(&keys(), HOUR, now()).unwrap();
            let value = format!("a{byte}");
            let row = template.presign(Row::new("k").values(&[&value]), now());
            rejected(row, kind, &["row value 0"]);
            template
                .presign(Row::new("k").values(&[&"a"]), now())
                .unwrap();
        }
        for name in ["response-content-type", "%72esponse-expires"] {
            let url = format!("{URL}?{name}=a{escape}");
            for request in [s3.get(&*url), s3_v2.get(&*url)] {
                rejected(sign(&request), kind, &[name]);
            }
            let url = format!("{URL}?{name}=a%25{}", &escape[1..]);
            for request in [s3.get(&*url), s3_v2.get(&*url)] {
                sign(&request).unwrap();
            }
        }
    }
}

/// S3 limits object keys to 1,024 bytes of UTF-8.
#[test]
fn keys_too_long_for_aws_are_rejected() {
    let (longest, longer) = ("\u{e9}".repeat(512), format!("{}a", "\u{e9}".repeat(512)));
    let words = ["1025 bytes", "1024"];
    for bucket in buckets() {
        for key in [&longest, &longer] {
            let row = bucket
                .request("PUT")
                .template(&keys(), HOUR, now())
                .unwrap();
            let row = row.presign(key, now()).map(drop);
            let put = bucket.put(&**key).payload(presign::Payload::Empty);
            let form = bucket.post_policy(&**key).presign(&keys(), HOUR, now());
            for verdict in [row, sign(&put), form.map(drop)] {
                if *key == longest {
                    verdict.unwrap();
                } else {
                    rejected(verdict, ErrorKind::Key, &words);
                }
            }
        }
    }
    let at = |endpoint| Bucket::builder("examplebucket", "us-east-1").endpoint(endpoint);
    let aws = at("https://S3.us-east-1.amazonaws.com").build().unwrap();
    sign(&aws.get(&*longest)).unwrap();
    rejected(sign(&aws.get(&*longer)), ErrorKind::Key, &words);
    let other = at("https://s3.example.com").build().unwrap();
    sign(&other.get(&*longer)).unwrap();
}

#[test]
fn hosts_as_regions_or_services_are_rejected() {
    for host in [
        "s3.amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        "minio.local",
        "localhost:9000",
        "127.0.0.1",
        "127.0.0.1:9000",
    ] {
        let words = |part| [part, "is a host", host];
        let service = v4::Service::new("us-east-1", host);
        rejected(service, ErrorKind::Scope, &words("service"));
        let service = v4::Service::new(host, "s3");
        rejected(service, ErrorKind::Scope, &words("region"));
        let bucket = Bucket::builder("examplebucket", host).endpoint("https://example.com");
        rejected(bucket.build(), ErrorKind::Scope, &words("region"));
    }
    for name in [
        "us-east-1",
        "execute-api",
        "localhost",
        "garage",
        "v1.2",
        "default:eu",
    ] {
        v4::Service::new(name, name).unwrap();
        let bucket = Bucket::builder("examplebucket", name).endpoint("https://example.com");
        bucket.build().unwrap();
    }
}

/// AWS has only lowercase regions, and no region `auto`. The service `S3` would have its path
/// signed by the rule of other services.
#[test]
fn regions_and_services_unknown_to_aws_are_rejected() {
    let aws = "https://Examplebucket.S3.us-east-1.amazonaws.com:8443/k";
    let kind = ErrorKind::Scope;
    for (region, service, words) in [
        ("us-east-1", "S3", ["service", "`S3`", "`s3`"]),
        ("US-EAST-1", "s3", ["region", "`US-EAST-1`", "`us-east-1`"]),
        ("auto", "s3", ["region", "`auto`", "`us-east-1`"]),
    ] {
        let service = v4::Service::new(region, service).unwrap();
        for url in [
            aws,
            "https://s3.cn-north-1.amazonaws.com.cn/",
            "https://s3.c2s.ic.gov:8443",
        ] {
            rejected(sign(&service.get(url)), kind, &words);
        }
        for url in [
            "https://example.com/",
            "http://amazonaws.com:9000/",
            "https://notamazonaws.com/",
        ] {
            sign(&service.get(url)).unwrap();
        }
    }
    sign(&v4::Service::new("us-east-1", "s3").unwrap().get(aws)).unwrap();

    let bucket = |region| Bucket::builder("examplebucket", region);
    rejected(bucket("auto").build(), kind, &["`auto`", "region"]);
    for endpoint in [
        "https://s3.us-east-1.amazonaws.com",
        "https://S3.EU-WEST-1.AMAZONAWS.COM",
    ] {
        for region in ["auto", "US-EAST-1"] {
            let built = bucket(region).endpoint(endpoint).build();
            rejected(built, kind, &["region", region]);
        }
        bucket("us-east-1").endpoint(endpoint).build().unwrap();
    }
    for region in ["auto", "US-EAST-1"] {
        let other = bucket(region).endpoint("https://account.r2.cloudflarestorage.com");
        other.build().unwrap();
    }
}

/// An access key ID is part of every URL, so exchanging the two would publish the secret.
#[test]
fn an_exchanged_access_key_id_and_secret_are_rejected() {
    for id in [ID, "ASIAIOSFODNN7EXAMPLE", "AKIA000000000000"] {
        let kind = ErrorKind::Credentials;
        let words = ["swap"];
        support::rejected(Credentials::new(SECRET, id), kind, &words, &[SECRET, id]);
        Credentials::new(id, SECRET).unwrap();
    }
    // Texts that are not AWS access key IDs.
    for secret in [
        "AKIA00000000000",
        "AKIAIOSFODNN7example",
        "AKIAIOSFODNN7EXAMPLE/",
        "AROAIOSFODNN7EXAMPLE",
    ] {
        Credentials::new("minio", secret).unwrap();
    }
}

fn at(endpoint: &str) -> BucketBuilder {
    Bucket::builder("photos", "auto").endpoint(endpoint)
}

/// R2's dashboard shows such a URL.
#[test]
fn endpoints_that_contain_the_bucket_are_rejected() {
    let kind = ErrorKind::Endpoint;
    let words = ["`photos`", "again", "AddressingStyle::Domain"];
    for endpoint in [
        "https://account.r2.cloudflarestorage.com/photos",
        "https://account.r2.cloudflarestorage.com/photos/",
        "https://gateway.example.com/base/photos",
        "https://gateway.example.com/%70hotos",
    ] {
        for style in [
            AddressingStyle::Auto,
            AddressingStyle::Path,
            AddressingStyle::Virtual,
        ] {
            rejected(at(endpoint).addressing_style(style).build(), kind, &words);
        }
        let domain = at(endpoint).addressing_style(AddressingStyle::Domain);
        domain.build().unwrap();
    }
    let in_host = "https://Photos.s3.example.com";
    let virtual_hosted = at(in_host).addressing_style(AddressingStyle::Virtual);
    rejected(virtual_hosted.build(), kind, &words);
    for (endpoint, style, url) in [
        // In path style the host doesn't matter.
        (
            in_host,
            AddressingStyle::Path,
            "https://photos.s3.example.com/photos/k",
        ),
        (
            in_host,
            AddressingStyle::Domain,
            "https://photos.s3.example.com/k",
        ),
        (
            "https://photos2.example.com",
            AddressingStyle::Virtual,
            "https://photos.photos2.example.com/k",
        ),
        (
            "https://example.com/photos/base",
            AddressingStyle::Path,
            "https://example.com/photos/base/photos/k",
        ),
        (
            "https://example.com/photos2",
            AddressingStyle::Path,
            "https://example.com/photos2/photos/k",
        ),
    ] {
        let bucket = at(endpoint).addressing_style(style).build().unwrap();
        assert_eq!(bucket.get("k").url().unwrap(), url);
    }
}

/// SigV2 would read such a file name as two parameters.
#[test]
fn file_names_with_an_ampersand_are_rejected_under_sigv2() {
    for bucket in buckets() {
        for name in ["a&versionId=old", "a&acl", "R&D.pdf"] {
            let disposition = ContentDisposition::attachment(name);
            let text = disposition.to_string();
            assert!(!text.contains('&'), "{text}");
            let encoded = name.replace('&', "%26").replace('=', "%3D");
            assert!(
                text.ends_with(&format!("filename*=UTF-8''{encoded}")),
                "{text}"
            );
            sign(&bucket.get("k").response_content_disposition(disposition)).unwrap();
        }
    }
}

#[test]
fn websocket_schemes_are_rejected() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    for (url, words) in [
        (
            "wss://id.execute-api.us-east-1.amazonaws.com/prod",
            ["`wss`", "https", "change the scheme"],
        ),
        (
            "WS://localhost:8080/",
            ["`ws`", "http", "change the scheme"],
        ),
    ] {
        rejected(sign(&service.get(url)), ErrorKind::Url, &words);
    }
    sign(&service.get("https://id.execute-api.us-east-1.amazonaws.com/prod")).unwrap();
}
