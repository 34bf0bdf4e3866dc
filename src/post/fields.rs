//! Checks of a form's fields.

use super::condition::KEY;
use crate::error::{Error, Quoted, error};
use crate::scheme::form::{FILE, added_field, is_unconditional};
use crate::text::percent::Component;

/// Checks that a caller can add a field of this name.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if name.eq_ignore_ascii_case(FILE) {
        return Err(error!(
            Policy,
            "the field {FILE} is the file itself; leave it out, because the browser adds it"
        ));
    }
    let added = if name.eq_ignore_ascii_case(KEY) {
        Some(KEY)
    } else {
        added_field(name)
    };
    if let Some(name) = added {
        return Err(error!(
            Policy,
            "the field {name} is added by signing; leave it out, because a form sends each field once"
        ));
    }
    match name {
        "" => Err(invalid_name(name)),
        "_charset_" => Err(error!(
            Policy,
            "the field _charset_ gets its value from the browser; leave it out"
        )),
        _ => Ok(()),
    }
}

/// Checks that browsers send name and value as they are (HTML, section 4.10.21.8, "Multipart form
/// data").
pub(super) fn check_field(name: &str, value: &str) -> Result<(), Error> {
    if is_printable_ascii(name) && is_printable_ascii(value) {
        return Ok(());
    }
    if name.chars().any(char::is_control) {
        return Err(invalid_name(name));
    }
    if value.contains('\0') {
        return Err(error!(
            Policy,
            "the field {} contains a NUL character, which HTML can't represent; leave it out",
            Quoted(name)
        ));
    }
    // A line break other than CR LF: a CR without LF, or an LF without CR.
    let breaks = value.matches("\r\n").count();
    if value.matches(['\r', '\n']).count() != breaks.saturating_mul(2) {
        return Err(error!(
            Policy,
            "the field {} contains a line break that browsers send as CR LF, which is not what is signed; \
             write CR LF",
            Quoted(name)
        ));
    }
    Ok(())
}

/// Returns whether browsers send the text as it is. A fold needs no branch for each byte.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes()
        .fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Returns whether a field needs no condition.
pub(super) fn needs_no_condition(name: &str) -> bool {
    is_unconditional(name) || is_ignored(name)
}

/// Returns whether servers ignore a field.
pub(super) fn is_ignored(name: &str) -> bool {
    Component::Raw(name).starts_with_ignore_case("x-ignore-")
}

fn invalid_name(name: &str) -> Error {
    error!(
        Policy,
        "invalid field name {}; write at least one character, and no control characters",
        Quoted(name)
    )
}
