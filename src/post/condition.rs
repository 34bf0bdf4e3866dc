//! The conditions of a policy: their JSON, and whether a value meets them.

use crate::error::{Error, error};
use crate::text::json::{Reader, write_escaped};
use crate::text::sink::Sink as _;
use alloc::string::String;
use core::fmt;
use core::ops::RangeInclusive;
use core::str::FromStr;

pub(super) const BUCKET: &str = "bucket";
pub(super) const KEY: &str = "key";
pub(super) const CONTENT_TYPE: &str = "Content-Type";

const EQ: &str = "eq";
const STARTS_WITH: &str = "starts-with";
const CONTENT_LENGTH_RANGE: &str = "content-length-range";

/// A condition of a POST policy, as a server reads it.
///
/// It is parsed from JSON in each of the three forms of [AWS's
/// document](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html#sigv4-ConditionMatching).
/// The error's kind is [`ErrorKind::Policy`](crate::ErrorKind::Policy). `Debug` writes the
/// condition as the server's error messages do, and hides a session token.
///
/// Names of fields are without the `$`, and are compared ignoring ASCII case.
///
/// ```
/// use presign::post::Condition;
///
/// let condition: Condition = r#"["starts-with", "$x-amz-meta-tag", "b"]"#.parse()?;
/// let Condition::StartsWith { field, prefix, .. } = &condition else { panic!() };
/// assert_eq!((&**field, &**prefix), ("x-amz-meta-tag", "b"));
///
/// // Two forms of one condition.
/// let short: Condition = r#"{"acl": "public-read"}"#.parse()?;
/// let long: Condition = r#"["eq", "$acl", "public-read"]"#.parse()?;
/// assert_eq!(short, long);
/// assert_eq!(format!("{short:?}"), r#"["eq", "$acl", "public-read"]"#);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The field has exactly this value.
    #[non_exhaustive]
    Eq {
        /// The name of the field.
        field: String,
        /// The value.
        value: String,
    },
    /// The value of the field starts with a prefix. With an empty prefix, any value is accepted.
    ///
    /// A `Content-Type` with commas is a list, each item of which has to start with the prefix.
    #[non_exhaustive]
    StartsWith {
        /// The name of the field.
        field: String,
        /// The prefix.
        prefix: String,
    },
    /// The size of the file in bytes.
    ContentLengthRange(RangeInclusive<u64>),
}

/// The notation of an exact condition. A parsed condition is signed in its own notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `{"acl": "public-read"}`.
    Object,
    /// `["eq", "$acl", "public-read"]`.
    Array,
}

impl Condition {
    /// Returns the name of the field. A range of sizes has none.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Condition::Eq { field, .. } | Condition::StartsWith { field, .. } => Some(field),
            Condition::ContentLengthRange(_) => None,
        }
    }

    /// Parses JSON that is one condition.
    pub(super) fn parse(json: &str) -> Result<(Self, Notation), Error> {
        let mut reader = Reader::new(json);
        let condition = Condition::read(&mut reader)?;
        reader.end()?;
        Ok(condition)
    }

    /// Reads a condition, and returns it with its notation.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(Self, Notation), Error> {
        if reader.accept('{') {
            let field = reader.string()?;
            reader.expect(':')?;
            let value = reader.string()?;
            return if reader.accept('}') {
                Ok((Condition::Eq { field, value }, Notation::Object))
            } else {
                Err(reader.unexpected(
                    "`}`, because a condition in braces has one property (\"Simple-Conditions must have \
                     exactly one property specified\")",
                ))
            };
        }
        if !reader.accept('[') {
            return Err(reader.unexpected("a condition, which begins with `{` or `[`"));
        }
        let matching = reader.string()?;
        reader.expect(',')?;
        let condition = match matching.as_str() {
            CONTENT_LENGTH_RANGE => {
                let min = reader.integer()?;
                reader.expect(',')?;
                Condition::ContentLengthRange(min..=reader.integer()?)
            }
            EQ => {
                let (field, value) = read_field(reader)?;
                Condition::Eq { field, value }
            }
            STARTS_WITH => {
                let (field, prefix) = read_field(reader)?;
                Condition::StartsWith { field, prefix }
            }
            _ => {
                return Err(error!(
                    Policy,
                    "invalid condition in brackets; begin it with {EQ}, {STARTS_WITH} or \
                     {CONTENT_LENGTH_RANGE}"
                ));
            }
        };
        reader.expect(']')?;
        condition.check_range()?;
        Ok((condition, Notation::Array))
    }

    /// Returns whether a field's value meets the condition; `None` is a field that the form doesn't
    /// have. A range of sizes is not about a field, so every value meets it.
    pub(super) fn is_met_by(&self, value: Option<&str>) -> bool {
        match self {
            Condition::Eq {
                value: expected, ..
            } => value == Some(expected),
            Condition::StartsWith { field, prefix } if field.eq_ignore_ascii_case(CONTENT_TYPE) => {
                let value = value.unwrap_or_default().as_bytes();
                let mut types = value
                    .split(|byte| *byte == b',')
                    .map(<[u8]>::trim_ascii_start);
                types.all(|item| item.starts_with(prefix.as_bytes()))
            }
            Condition::StartsWith { prefix, .. } => value.unwrap_or_default().starts_with(prefix),
            Condition::ContentLengthRange(_) => true,
        }
    }

    /// Writes the condition as JSON, escaped as Python's `json.dumps` does. `gap` follows each
    /// comma and colon.
    pub(super) fn write(&self, notation: Notation, gap: &str, json: &mut String) {
        match self {
            Condition::Eq { field, value } if notation == Notation::Object => {
                write_exact(field, value, gap, json);
            }
            Condition::Eq { field, value } => write_array(EQ, field, value, gap, json),
            Condition::StartsWith { field, prefix } => write_starts_with(field, prefix, gap, json),
            Condition::ContentLengthRange(range) => {
                json.extend(["[\"", CONTENT_LENGTH_RANGE, "\",", gap]);
                json.decimal(*range.start());
                json.extend([",", gap]);
                json.decimal(*range.end());
                json.push(']');
            }
        }
    }

    /// Checks that a size can be in the range.
    pub(super) fn check_range(&self) -> Result<(), Error> {
        match self {
            Condition::ContentLengthRange(range) if range.start() > range.end() => Err(error!(
                Policy,
                "no file has at least {} and at most {} bytes; write the minimum of \
                 {CONTENT_LENGTH_RANGE} first",
                range.start(),
                range.end()
            )),
            _ => Ok(()),
        }
    }
}

/// Reads the name of a field, which follows a `$`, and the text that it is compared with.
fn read_field(reader: &mut Reader<'_>) -> Result<(String, String), Error> {
    let name = reader.string()?;
    let Some(field) = name.strip_prefix('$').map(String::from) else {
        return Err(error!(
            Policy,
            "the field of a condition in brackets doesn't begin with `$`; write [\"{EQ}\", \"$acl\", …]"
        ));
    };
    reader.expect(',')?;
    Ok((field, reader.string()?))
}

/// Writes an exact condition as an object.
pub(super) fn write_exact(field: &str, value: &str, gap: &str, json: &mut String) {
    json.push_str("{\"");
    write_escaped(field, json);
    json.extend(["\":", gap, "\""]);
    write_escaped(value, json);
    json.push_str("\"}");
}

pub(super) fn write_starts_with(field: &str, prefix: &str, gap: &str, json: &mut String) {
    write_array(STARTS_WITH, field, prefix, gap, json);
}

/// Writes a condition in brackets.
fn write_array(operator: &str, field: &str, text: &str, gap: &str, json: &mut String) {
    json.extend(["[\"", operator, "\",", gap, "\"$"]);
    write_escaped(field, json);
    json.extend(["\",", gap, "\""]);
    write_escaped(text, json);
    json.push_str("\"]");
}

impl FromStr for Condition {
    type Err = Error;

    fn from_str(json: &str) -> Result<Self, Error> {
        let (condition, _) = Condition::parse(json)?;
        Ok(condition)
    }
}

/// Writes the condition as S3 does in its messages: in brackets.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_LEN: usize = 200;
        let mut json = String::new();
        match self {
            Condition::Eq { field, value } => {
                write_array(EQ, field, unless_secret(field, value), " ", &mut json);
            }
            Condition::StartsWith { field, prefix } => {
                write_starts_with(field, unless_secret(field, prefix), " ", &mut json);
            }
            Condition::ContentLengthRange(_) => self.write(Notation::Array, " ", &mut json),
        }
        // The JSON is ASCII, so each character is a byte.
        match json.get(..MAX_LEN) {
            Some(start) if json.len() > MAX_LEN => write!(f, "{start}…"),
            _ => f.write_str(&json),
        }
    }
}

/// Returns a value, or dots if the field is secret.
fn unless_secret<'a>(field: &str, value: &'a str) -> &'a str {
    let field = field.to_ascii_lowercase();
    let is_secret = ["token", "signature", "customer-key"]
        .iter()
        .any(|word| field.contains(word));
    if is_secret { "..." } else { value }
}
