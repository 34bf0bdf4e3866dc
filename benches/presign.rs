//! Times in nanoseconds, to compare one change with another: `cargo bench --bench presign`. The
//! bench `ratios` compares them with the theoretical minimum.

mod support;

use divan::Bencher;
use presign::Credentials;
use support::{DAY, Downloads, Upload, authorization, bucket, now};

fn main() {
    divan::main();
}

/// Presigns the documented example of S3 into a reused buffer.
#[divan::bench]
fn presign_short_get(bencher: Bencher) {
    let (case, bucket) = (Downloads::short(), bucket());
    let request = bucket.get(case.key(0));
    let mut url = String::new();
    request
        .presign_into(&case.credentials, DAY, now(), &mut url)
        .unwrap();
    assert_eq!(url, case.expected[0].url);
    bencher.bench_local(|| {
        url.clear();
        request.presign_into(&case.credentials, DAY, now(), &mut url)
    });
}

/// Presigns ten thousand URLs with one template. The time is that of all of them.
#[divan::bench]
fn presign_10_000_keys(bencher: Bencher) {
    let (case, bucket) = (Downloads::many(), bucket());
    let request = bucket.request("GET");
    let template = request.template(&case.credentials, DAY, now()).unwrap();
    case.check(|call| template.presign(case.key(call), now()).unwrap().into());
    let mut url = String::new();
    bencher.bench_local(|| {
        for key in &case.keys {
            url.clear();
            template.presign_into(key, now(), &mut url).unwrap();
            divan::black_box(&url);
        }
    });
}

#[divan::bench]
fn sign_put_with_six_headers(bencher: Bencher) {
    let (case, bucket) = (Upload::new(), bucket());
    let request = case.describe(bucket.put("test.txt"));
    let sign = || request.sign(&case.credentials, now()).unwrap();
    assert_eq!(authorization(&sign()), case.expected.authorization);
    bencher.bench_local(sign);
}

/// A short GET with credentials that haven't derived a key yet. The difference from
/// `presign_short_get` is the cost of the derivation.
#[divan::bench]
fn derive_a_key(bencher: Bencher) {
    let (case, bucket) = (Downloads::short(), bucket());
    let fresh = || support::credentials(None);
    let request = bucket.get(case.key(0));
    case.check(|_| request.presign(&fresh(), DAY, now()).unwrap().into());
    let mut url = String::new();
    bencher
        .with_inputs(fresh)
        .bench_local_refs(|fresh: &mut Credentials| {
            url.clear();
            request.presign_into(fresh, DAY, now(), &mut url)
        });
}
