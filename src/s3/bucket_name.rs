//! The names that a bucket can have.
//!
//! - [Bucket naming
//!   rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)

use crate::error::{Error, Quoted, error};
use alloc::format;
use core::net::Ipv4Addr;

/// Checks that a bucket's name can be part of a host.
pub(super) fn check_host_name(name: &str) -> Result<(), Error> {
    check_present(name)?;
    let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let rule = if !(3..=63).contains(&name.len()) {
        "it must have 3 to 63 characters"
    } else if !name.chars().all(is_valid) {
        "it must have lowercase letters, digits, dots and hyphens only"
    } else if name.starts_with(['-', '.']) || name.ends_with(['-', '.']) {
        "it must begin and end with a letter or digit"
    } else if ["..", ".-", "-."].iter().any(|pair| name.contains(pair)) {
        "a dot must be between letters or digits"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it must not look like an IP address"
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "the bucket name {} can't be part of a host; {rule}",
        Quoted(name)
    ))
}

/// Checks that a bucket's name can be in a path. That includes names that AWS allowed once, and
/// those of other stores, such as `tenant:bucket` of Ceph.
pub(super) fn check_path_name(name: &str, is_aws: bool) -> Result<(), Error> {
    check_present(name)?;
    let (min_length, marks, allowed) = if is_aws {
        (3, "-._", "letters, digits, dots, hyphens and underscores")
    } else {
        (
            1,
            "-._:",
            "letters, digits, dots, hyphens, underscores and colons",
        )
    };
    let is_valid = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
    let rule = if !(min_length..=255).contains(&name.len()) {
        format!("it must have {min_length} to 255 characters")
    } else if !name.chars().all(is_valid) {
        format!("it must have {allowed} only")
    } else if matches!(name, "." | "..") {
        "clients remove it as a dot segment of the path".into()
    } else if is_aws && name.ends_with(".mrap") {
        "it is the alias of a multi-region access point; use its ARN".into()
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "invalid bucket name {}; {rule}",
        Quoted(name)
    ))
}

fn check_present(name: &str) -> Result<(), Error> {
    if name.is_empty() {
        return Err(error!(Bucket, "the bucket name is empty"));
    }
    Ok(())
}
