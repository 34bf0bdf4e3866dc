//! A policy as a server reads it.

use super::condition::Condition;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::text::base64;
use crate::text::json::Reader;
use crate::time::Timestamp;
use alloc::vec::Vec;

/// A POST policy as a server reads it: its expiration and its conditions.
///
/// Verify the signature of its base64 first: a policy doesn't say who made it.
/// [`VerifiedForm::check`](crate::verify::VerifiedForm::check) checks an upload against a policy
/// whose signature is verified.
///
/// ```
/// use presign::Timestamp;
/// use presign::post::{Policy, Upload};
///
/// let policy = Policy::from_json(
///     r#"{"expiration": "2007-12-01T12:00:00.000Z", "conditions": [
///         {"bucket": "johnsmith"}, ["starts-with", "$key", "user/eric/"]
///     ]}"#,
/// )?;
/// let now: Timestamp = "20071201T000000Z".parse()?;
///
/// let upload = Upload::new("johnsmith", 512).field("Key", "user/eric/notes.txt");
/// assert_eq!(policy.check(&upload, now), Ok(()));
///
/// let other = Upload::new("johnsmith", 512).field("key", "user/betty/notes.txt");
/// assert_eq!(
///     policy.check(&other, now).unwrap_err().to_string(),
///     r#"Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "user/eric/"]"#,
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
}

impl Policy {
    /// Parses the JSON of a policy. The time is proportional to its length.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] if the text is longer than the 20 KB of a form, is not JSON, has
    /// anything but one `expiration` and one list of `conditions`, or has an invalid condition.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        check_len(json.len())?;
        let (mut expiration, mut conditions) = (None, None);
        let mut reader = Reader::new(json);
        reader.expect('{')?;
        reader.list('}', |reader| {
            let name = reader.string()?;
            reader.expect(':')?;
            let is_duplicate = match name.as_str() {
                "expiration" => expiration.replace(read_expiration(reader)?).is_some(),
                "conditions" => conditions.replace(read_conditions(reader)?).is_some(),
                _ => {
                    return Err(error!(
                        Policy,
                        "unknown property {} in the policy; use expiration and conditions only",
                        Quoted(&name)
                    ));
                }
            };
            if is_duplicate {
                return Err(error!(Policy, "duplicate property `{name}` in the policy"));
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(Policy {
            expiration: expiration.ok_or_else(|| missing("expiration"))?,
            conditions: conditions.ok_or_else(|| missing("conditions"))?,
        })
    }

    /// Parses the value of a form's field `policy`: the base64 of the JSON.
    ///
    /// # Errors
    /// Returns the errors of [`from_json`](Policy::from_json), and [`ErrorKind::Policy`] if the
    /// text is not the base64 of UTF-8.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        check_len(text.len())?;
        let json = base64::decode(text.as_bytes()).ok_or_else(invalid_base64)?;
        Policy::from_json(core::str::from_utf8(&json).map_err(|_| invalid_base64())?)
    }

    /// Returns when the policy expires, without the fraction of a second.
    #[must_use]
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// Returns the conditions, in order.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter()
    }
}

fn check_len(length: usize) -> Result<(), Error> {
    if length > MAX_FORM_BYTES {
        return Err(error!(
            Policy,
            "the policy has {length} bytes; the maximum of a form is {MAX_FORM_BYTES} (20 KB)"
        ));
    }
    Ok(())
}

fn missing(property: &str) -> Error {
    error!(Policy, "missing property `{property}` in the policy")
}

fn invalid_base64() -> Error {
    Error::new(
        ErrorKind::Policy,
        "the policy is not the base64 of a text in UTF-8",
    )
}

fn read_expiration(reader: &mut Reader<'_>) -> Result<Timestamp, Error> {
    let text = reader.string()?;
    Timestamp::parse_rfc3339(&text).ok_or_else(|| {
        error!(
            Policy,
            "invalid expiration {} in the policy; write a time such as 2007-12-01T12:00:00.000Z",
            Quoted(&text)
        )
    })
}

fn read_conditions(reader: &mut Reader<'_>) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    reader.expect('[')?;
    reader.list(']', |reader| {
        let (condition, _) = Condition::read(reader)?;
        conditions.push(condition);
        Ok(())
    })?;
    Ok(conditions)
}
