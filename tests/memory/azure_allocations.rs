//! A shared access signature allocates only its result.

use crate::allocator::measure;
use presign::Timestamp;
use presign::azure::{self, Account, Permissions, Resource};
use std::time::Duration;

#[test]
fn a_token_is_one_allocation() {
    let key = azure::shared_key("myaccount", "c2VjcmV0").unwrap();
    let account = Account::new("myaccount").unwrap();
    let blob = Resource::Blob {
        container: "images",
        blob: "a/b.png",
    };
    let now: Timestamp = "2026-10-06T00:00:00Z".parse().unwrap();
    let mut token = None;
    let allocated = measure(|| {
        let sas = account.sas(blob, Permissions::READ).https_only();
        token = Some(sas.presign(&key, Duration::from_secs(60), now));
    });
    assert!(token.unwrap().is_ok());
    // The URL.
    assert_eq!(allocated.count, 1);

    let tokens = account.sas(blob, Permissions::READ).template(&key).unwrap();
    let mut token = None;
    let allocated = measure(|| token = Some(tokens.presign(Duration::from_secs(60), now)));
    assert!(token.unwrap().is_ok());
    assert_eq!(allocated.count, 1);
}
