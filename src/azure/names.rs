//! Names of accounts and of what they contain.

use crate::error::{Error, ErrorKind, Quoted, error};
use crate::text::percent::PATH;
use crate::wire::path;

/// Checks the name of an account ([storage account
/// name](https://learn.microsoft.com/en-us/azure/storage/common/storage-account-overview#storage-account-name)).
pub(super) fn check_account_name(name: &str) -> Result<(), Error> {
    if (3..=24).contains(&name.len()) && name.bytes().all(is_letter_or_digit) {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid account name {}; use 3 to 24 lowercase letters and digits",
        Quoted(name)
    ))
}

fn is_letter_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Checks the name of a container, share or queue ([naming
/// containers](https://learn.microsoft.com/en-us/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata)).
pub(super) fn check_name(what: &str, name: &str) -> Result<(), Error> {
    // System containers, such as $root and $logs.
    let own = name.strip_prefix('$').unwrap_or(name);
    let mut before = b'-';
    let are_valid = own.bytes().all(|byte| {
        let is_single_hyphen = byte == b'-' && before != b'-';
        before = byte;
        is_letter_or_digit(byte) || is_single_hyphen
    });
    if (3..=63).contains(&own.len()) && are_valid && before != b'-' {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid {what} name {}; use 3 to 63 lowercase letters, digits and single hyphens between them",
        Quoted(name)
    ))
}

/// Checks the name of a table ([table
/// names](https://learn.microsoft.com/en-us/rest/api/storageservices/understanding-the-table-service-data-model#table-names)).
pub(super) fn check_table_name(name: &str) -> Result<(), Error> {
    let own = name.strip_prefix('$').unwrap_or(name);
    let starts_with_letter = own.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_valid = own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if (3..=63).contains(&own.len()) && starts_with_letter && is_valid {
        return Ok(());
    }
    Err(error!(
        Bucket,
        "invalid table name {}; use 3 to 63 letters and digits, with a letter first",
        Quoted(name)
    ))
}

/// Checks the name of a blob or file, or the path of a directory. A dot segment would give access
/// to another name, because the service removes it.
pub(super) fn check_object(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() {
        return Err(error!(Key, "the name of the {what} is empty"));
    }
    if has_dot_segment(name) {
        return Err(error!(
            Key,
            "the name of the {what} has a dot segment, which the service removes: {}; write the name \
             without it",
            Quoted(name)
        ));
    }
    check_sas_text(ErrorKind::Key, what, name)
}

/// Returns whether a decoded path has a segment `.` or `..`. The service also reads a backslash as
/// a slash.
pub(super) fn has_dot_segment(path: &str) -> bool {
    path::has_dot_segment(path, br"/\")
}

/// Checks that a text has no control characters. A line feed would end its line in the text that is
/// signed.
pub(super) fn check_sas_text(kind: ErrorKind, what: &str, text: &str) -> Result<(), Error> {
    // Most names have none of the characters that are decoded here.
    let rest = text.get(PATH.prefix_len(text.as_bytes())..);
    match rest.unwrap_or(text).chars().find(|c| c.is_control()) {
        None => Ok(()),
        Some(c) => Err(Error::new(
            kind,
            alloc::format!(
                "the {what} contains the control character `{}`, which can't be signed",
                c.escape_debug()
            ),
        )),
    }
}
