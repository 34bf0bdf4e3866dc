//! Signs one request with every signature version, in headers and in its URL, and checks the
//! properties of each result.

use crate::conversions::check_conversions;
use crate::crypto::percent_encoded;
use crate::description::Description;
use crate::options::Options;
use crate::signing::{self, authorization, presign_into};
use crate::{ID, SECRET, credentials};
use presign::SignatureVersion;
use presign::s3::Bucket;
use presign::{Credentials, v2};
use std::sync::LazyLock;

/// Signs a request in every way. Each way may return an error, but the ways to compute one
/// signature have to agree.
pub fn sign_every_way(description: &Description<'_>, options: &Options) {
    v4_query(description, options);
    v4_headers(description, options);
    v2_query(description, options);
    v2_headers(description, options);
    query_api(description, options);
    buckets(description, options);
}

fn keys(options: &Options) -> (&'static Credentials, &'static str) {
    (options.credentials(), SECRET)
}

fn v4_query(description: &Description<'_>, options: &Options) {
    let service = options.service();
    let request = description.of(&service);
    std::hint::black_box(format!("{request:?}"));
    let (expiry, now) = (options.expiry(), options.now);
    let signed = signing::presign(&request, keys(options), expiry, now);
    if let Ok(signed) = &signed {
        check_conversions(&signed.result);
        crate::verification::check_v4(&signed.result, description, options);
        // The URL contains its own canonical query.
        let (_, query) = signed.result.as_str().split_once('?').unwrap();
        let (query, end) = query.split_once("&X-Amz-Signature=").unwrap();
        assert!(end.starts_with(&signed.signature));
        let canonical_request = signed.canonical_request.as_ref().unwrap();
        assert_eq!(canonical_request.split('\n').nth(2), Some(query));
    }
    let Ok(url) = presign_into(&request, options.credentials(), expiry, now) else {
        return;
    };
    check_sendable(&url);
    assert!(url.contains("X-Amz-Signature="));
    // A presigned URL can't be presigned again.
    let again = service.get(&url).presign(credentials(false), expiry, now);
    assert!(again.is_err(), "{url}");
    if let Some(request) = description.of_http(&service) {
        let written = presign_into(&request, options.credentials(), expiry, now);
        assert_eq!(written.as_ref(), Ok(&url));
    }
}

fn v4_headers(description: &Description<'_>, options: &Options) {
    let service = options.service();
    let request = description.of(&service);
    let Ok(signed) = signing::sign(&request, keys(options), options.now) else {
        return;
    };
    let end = format!(", Signature={}", signed.signature);
    assert!(authorization(&signed.result).ends_with(&end));
    for (_, value) in signed.result.headers() {
        assert!(value.bytes().all(|byte| !byte.is_ascii_control()));
    }
    // Headers that are never signed are named.
    let names = authorization(&signed.result).split_once("SignedHeaders=");
    let names = names
        .and_then(|(_, names)| names.split(',').next())
        .unwrap();
    for name in signed.result.not_covered() {
        assert!(names.split(';').all(|signed| signed != name), "{name}");
    }
}

fn v2_service(options: &Options) -> v2::Service {
    let service = v2::Service::s3();
    if options.is_s3 {
        service.bucket("examplebucket")
    } else {
        service
    }
}

fn v2_query(description: &Description<'_>, options: &Options) {
    let service = v2_service(options);
    let request = description.of(&service);
    let (expiry, now) = (options.expiry(), options.now);
    let signed = signing::presign(&request, keys(options), expiry, now);
    if let Ok(signed) = &signed {
        let end = format!("&Signature={}", percent_encoded(&signed.signature));
        assert!(signed.result.as_str().ends_with(&end));
        crate::verification::check_v2(&signed.result, options);
    }
    let Ok(url) = presign_into(&request, options.credentials(), expiry, now) else {
        return;
    };
    check_sendable(&url);
    assert!(url.contains("AWSAccessKeyId=") && url.contains("&Signature="));
    let again = service.get(&url).presign(credentials(false), expiry, now);
    assert!(again.is_err(), "{url}");
}

fn v2_headers(description: &Description<'_>, options: &Options) {
    let service = v2_service(options);
    let request = description.of(&service);
    if let Ok(signed) = signing::sign(&request, keys(options), options.now) {
        let value = format!("AWS {ID}:{}", signed.signature);
        assert_eq!(authorization(&signed.result), value);
    }
}

fn query_api(description: &Description<'_>, options: &Options) {
    let service = v2::Service::query_api(if options.is_s3 {
        v2::SignatureMethod::HmacSha1
    } else {
        v2::SignatureMethod::HmacSha256
    });
    let request = description.of(&service);
    let presigned = request.presign(options.credentials(), options.expiry(), options.now);
    assert!(presigned.is_err());
    let Ok(signed) = signing::sign(&request, keys(options), options.now) else {
        return;
    };
    let end = format!("&Signature={}", percent_encoded(&signed.signature));
    let url = signed.result.url().unwrap();
    check_sendable(url);
    if let Some(body) = signed.result.body() {
        assert!(!url.contains('?') && body.ends_with(&end));
    } else {
        assert!(url.ends_with(&end));
    }
}

static BUCKETS: LazyLock<[Bucket; 2]> = LazyLock::new(|| {
    [SignatureVersion::V4, SignatureVersion::V2].map(|version| {
        Bucket::builder("examplebucket", "us-east-1")
            .signature_version(version)
            .build()
            .unwrap()
    })
});

/// Signs the request for an object whose key is the URL's text.
fn buckets(description: &Description<'_>, options: &Options) {
    for bucket in &*BUCKETS {
        let request = description.of_object(bucket, &description.url);
        std::hint::black_box(format!("{request:?}"));
        let (expiry, now) = (options.expiry(), options.now);
        let _ = signing::sign(&request, keys(options), now);
        let presigned = signing::presign(&request, keys(options), expiry, now);
        let template = description.of_bucket(bucket);
        let template = template.template(options.credentials(), expiry, now);
        match (presigned, template) {
            (Ok(presigned), template) => {
                check_sendable(presigned.result.as_str());
                let row = template.unwrap().presign(&*description.url, now).unwrap();
                signing::assert_same_url(&row, &presigned.result);
            }
            // Only rows of the template have a key.
            (Err(_), Ok(template)) => {
                assert!(template.presign(&*description.url, now).is_err());
            }
            (Err(presigned), Err(template)) => {
                let has_key_error = !(1..=1024).contains(&description.url.len());
                assert!(presigned == template || has_key_error);
            }
        }
    }
}

fn check_sendable(url: &str) {
    let is_sendable = |byte: u8| !byte.is_ascii_control() && byte != b'#';
    assert!(url.bytes().all(is_sendable), "{url}");
}
