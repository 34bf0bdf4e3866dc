//! Texts that may be keys are accepted or an error, and are never displayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Credentials, VerifyingKey};

/// The shortest line of base64 that a message doesn't contain by chance.
const LONG: usize = 16;

fn check_hidden(pem: &str, shown: &str) {
    for line in pem.lines().filter(|line| line.len() >= LONG) {
        // The messages name the labels.
        let is_base64 = line
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
        assert!(!is_base64 || !shown.contains(line), "{shown}");
    }
}

fuzz_target!(|pem: &str| {
    match Credentials::from_pem("K2JCJMDEHXQW5F", pem) {
        Ok(key) => {
            check_hidden(pem, &format!("{key:?}"));
            // A key doesn't depend on the line endings of its text.
            let other = pem.replace("\r\n", "\n");
            assert_eq!(Credentials::from_pem("K2JCJMDEHXQW5F", &other), Ok(key));
            assert!(VerifyingKey::from_pem(pem).is_err());
        }
        Err(error) => check_hidden(pem, &format!("{error} {error:?}")),
    }
    match VerifyingKey::from_pem(pem) {
        Ok(key) => check_hidden(pem, &format!("{key:?}")),
        Err(error) => check_hidden(pem, &format!("{error} {error:?}")),
    }
});
