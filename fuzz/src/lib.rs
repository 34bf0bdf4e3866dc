//! Common parts of the fuzz targets: credentials, signing in every way, and the properties of every
//! signature.

pub mod chunks;
pub mod conversions;
pub mod crypto;
pub mod description;
pub mod every_way;
pub mod options;
pub mod policy;
pub mod signing;
pub mod template;
pub mod verification;
pub mod wire;

use presign::Credentials;
use std::sync::LazyLock;

pub const ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";

/// Credentials without and with a session token. They are kept as long as the process runs, so that
/// their cache of signing keys is fuzzed, too.
pub static CREDENTIALS: LazyLock<[Credentials; 2]> = LazyLock::new(|| {
    let permanent = Credentials::new(ID, SECRET).unwrap();
    let temporary = permanent.clone().with_session_token(TOKEN).unwrap();
    [permanent, temporary]
});

pub fn credentials(with_token: bool) -> &'static Credentials {
    &CREDENTIALS[usize::from(with_token)]
}

/// Checks that a displayed text contains neither the secret nor the token, unless the input does. A
/// fuzzer learns the texts with which its input is compared.
pub fn check_hidden(input: impl AsRef<[u8]>, shown: std::fmt::Arguments<'_>) {
    let (input, shown) = (input.as_ref(), shown.to_string());
    for secret in [SECRET, TOKEN] {
        assert!(
            !shown.contains(secret) || contains(input, secret),
            "{shown}"
        );
    }
}

fn contains(input: &[u8], text: &str) -> bool {
    let mut windows = input.windows(text.len());
    windows.any(|window| window == text.as_bytes())
}
