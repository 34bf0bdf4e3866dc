//! Times in nanoseconds, for a look at one change: `cargo bench --bench presign`. How far they are from what is possible
//! says the other bench, `ratios`.

mod support;

use divan::Bencher;
use presign::Credentials;
use support::{DAY, Downloads, Upload, bucket, now};

fn main() {
    divan::main();
}

/// The documented example of S3, into a buffer that is reused.
#[divan::bench]
fn presign_short_get(bencher: Bencher) {
    let (case, bucket) = (Downloads::short(), bucket());
    let operation = bucket.get(case.key(0));
    let mut url = String::new();
    operation
        .presign_into(&case.credentials, DAY, now(), &mut url)
        .unwrap();
    assert_eq!(url, case.expected[0].url);
    bencher.bench_local(|| {
        url.clear();
        operation.presign_into(&case.credentials, DAY, now(), &mut url)
    });
}

/// Ten thousand links through one template: the time is that of all of them.
#[divan::bench]
fn presign_10_000_keys(bencher: Bencher) {
    let (case, bucket) = (Downloads::many(), bucket());
    let operation = bucket.operation("GET");
    let links = operation.links(&case.credentials, DAY, now()).unwrap();
    case.check(|call| links.link(case.key(call)).unwrap());
    let mut url = String::new();
    bencher.bench_local(|| {
        for key in &case.keys {
            url.clear();
            links.write(key, &mut url).unwrap();
            divan::black_box(&url);
        }
    });
}

#[divan::bench]
fn sign_put_with_six_headers(bencher: Bencher) {
    let (case, bucket) = (Upload::new(), bucket());
    let operation = Upload::operation(&bucket);
    let sign = || {
        operation
            .sign(&case.credentials, case.payload, now())
            .unwrap()
    };
    assert_eq!(sign().authorization(), case.expected.authorization);
    bencher.bench_local(sign);
}

/// A short GET with credentials that have no key yet: the difference to
/// `presign_short_get` is the derivation.
#[divan::bench]
fn derive_a_key(bencher: Bencher) {
    let (case, bucket) = (Downloads::short(), bucket());
    let fresh = || support::credentials(None);
    let operation = bucket.get(case.key(0));
    case.check(|_| {
        operation
            .presign(&fresh(), DAY, now())
            .unwrap()
            .into_string()
    });
    let mut url = String::new();
    bencher
        .with_inputs(fresh)
        .bench_local_refs(|fresh: &mut Credentials| {
            url.clear();
            operation.presign_into(fresh, DAY, now(), &mut url)
        });
}
