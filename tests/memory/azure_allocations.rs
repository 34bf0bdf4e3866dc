//! A shared access signature allocates its result and the texts of its parameters.

use crate::allocator::measure;
use presign::Timestamp;
use presign::azure::{self, Account, Permissions, Resource};
use std::time::Duration;

#[test]
fn a_token_is_a_few_allocations() {
    let key = azure::shared_key("myaccount", "c2VjcmV0").unwrap();
    let account = Account::new("myaccount").unwrap();
    let blob = Resource::Blob {
        container: "images",
        blob: "a/b.png",
    };
    let now: Timestamp = "2026-10-06T00:00:00Z".parse().unwrap();
    let sas = account.sas(blob, Permissions::READ).https_only();
    let mut token = None;
    let allocated = measure(|| token = Some(sas.presign(&key, Duration::from_secs(60), now)));
    assert!(token.unwrap().is_ok());
    // The letters of the permissions, the expiry, and the URL.
    assert_eq!(allocated.count, 3);
}
