//! What a policy demands of one field, or of the file's size. What lives here: conditions, their JSON, and
//! whether a value meets them. What does not: which fields a form has.

use super::json::{Reader, write_escaped};
use crate::error::{Error, error};
use crate::timestamp::write_decimal;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

/// One condition of a POST policy.
///
/// Reads from JSON in each of the three forms that [AWS's
/// document](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html#sigv4-ConditionMatching) has. `Debug` writes
/// it as the server's error messages do, and hides a session token.
///
/// ```
/// use presign::post::{Condition, Rule};
///
/// let condition: Condition = r#"["starts-with", "$x-amz-meta-tag", ""]"#.parse()?;
/// assert_eq!(condition.rule(), Rule::StartsWith { field: "x-amz-meta-tag", prefix: "" });
///
/// // Two spellings of one rule.
/// let short: Condition = r#"{"acl": "public-read"}"#.parse()?;
/// let long: Condition = r#"["eq", "$acl", "public-read"]"#.parse()?;
/// assert_eq!(short.rule(), long.rule());
/// assert_eq!(format!("{short:?}"), r#"["eq", "$acl", "public-read"]"#);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Condition(Kind<String>);

/// A condition whose texts stand elsewhere: in a field, or in another condition.
#[derive(Clone, Copy)]
pub(super) struct ConditionRef<'a>(Kind<&'a str>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind<S> {
    /// `{"acl": "public-read"}`.
    Object { field: S, value: S },
    /// `["eq", "$acl", "public-read"]`.
    Eq { field: S, value: S },
    /// `["starts-with", "$key", "user/"]`.
    StartsWith { field: S, prefix: S },
    /// `["content-length-range", 1, 10485760]`.
    ContentLengthRange { min: u64, max: u64 },
}

/// What a [`Condition`] demands. Names of fields are without the `$`, and are compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule<'a> {
    /// The field has just this value.
    Eq {
        /// The name of the field.
        field: &'a str,
        /// Its value.
        value: &'a str,
    },
    /// The field's value begins so. With an empty prefix, any value will do.
    ///
    /// A `Content-Type` with commas is a list, and each of its values has to begin so.
    StartsWith {
        /// The name of the field.
        field: &'a str,
        /// The beginning.
        prefix: &'a str,
    },
    /// The file has this many bytes, both ends included.
    ContentLengthRange {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
}

impl Condition {
    pub(super) fn starts_with(field: impl Into<String>, prefix: impl Into<String>) -> Self {
        Condition(Kind::StartsWith {
            field: field.into(),
            prefix: prefix.into(),
        })
    }

    pub(super) fn content_length_range(min: u64, max: u64) -> Self {
        Condition(Kind::ContentLengthRange { min, max })
    }

    pub(super) fn view(&self) -> ConditionRef<'_> {
        ConditionRef(match &self.0 {
            Kind::Object { field, value } => Kind::Object { field, value },
            Kind::Eq { field, value } => Kind::Eq { field, value },
            Kind::StartsWith { field, prefix } => Kind::StartsWith { field, prefix },
            Kind::ContentLengthRange { min, max } => Kind::ContentLengthRange {
                min: *min,
                max: *max,
            },
        })
    }

    /// What the condition demands.
    #[must_use]
    pub fn rule(&self) -> Rule<'_> {
        self.view().rule()
    }

    /// The name of the field that the condition is about; none for a range of sizes.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.view().field()
    }

    /// Reads a condition at the front of the JSON.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        if reader.takes('{') {
            let field = reader.string()?;
            reader.expect(':')?;
            let value = reader.string()?;
            return match reader.takes('}') {
                true => Ok(Condition(Kind::Object { field, value })),
                false => Err(reader.unexpected(
                    "`}`: a condition in braces has one property (\"Simple-Conditions must have exactly one \
                     property specified\")",
                )),
            };
        }
        if !reader.takes('[') {
            return Err(reader.unexpected("a condition, which begins with `{` or `[`,"));
        }
        let matching = reader.string()?;
        reader.expect(',')?;
        let condition = match matching.as_str() {
            CONTENT_LENGTH_RANGE => {
                let min = reader.integer()?;
                reader.expect(',')?;
                let max = reader.integer()?;
                Condition::content_length_range(min, max)
            }
            "eq" | "starts-with" => {
                let name = reader.string()?;
                let Some(field) = name.strip_prefix('$').map(String::from) else {
                    return Err(error!(
                        Policy,
                        "a field in a condition in brackets begins with `$`: \
                         `[\"{matching}\", \"$acl\", …]`"
                    ));
                };
                reader.expect(',')?;
                let value = reader.string()?;
                match matching.as_str() {
                    "eq" => Condition(Kind::Eq { field, value }),
                    _ => Condition::starts_with(field, value),
                }
            }
            _ => {
                return Err(error!(
                    Policy,
                    "a condition in brackets begins with `eq`, `starts-with` or `content-length-range`"
                ));
            }
        };
        reader.expect(']')?;
        condition.view().check_range()?;
        Ok(condition)
    }
}

impl<'a> ConditionRef<'a> {
    /// `{"acl": "public-read"}`.
    pub(super) fn exact(field: &'a str, value: &'a str) -> Self {
        ConditionRef(Kind::Object { field, value })
    }

    pub(super) fn starts_with(field: &'a str, prefix: &'a str) -> Self {
        ConditionRef(Kind::StartsWith { field, prefix })
    }

    pub(super) fn rule(self) -> Rule<'a> {
        match self.0 {
            Kind::Object { field, value } | Kind::Eq { field, value } => Rule::Eq { field, value },
            Kind::StartsWith { field, prefix } => Rule::StartsWith { field, prefix },
            Kind::ContentLengthRange { min, max } => Rule::ContentLengthRange { min, max },
        }
    }

    pub(super) fn field(self) -> Option<&'a str> {
        match self.rule() {
            Rule::Eq { field, .. } | Rule::StartsWith { field, .. } => Some(field),
            Rule::ContentLengthRange { .. } => None,
        }
    }

    /// Whether a field's value meets the condition; `None` is a field that the form does not have. A range of sizes is
    /// not about any field, so every value meets it.
    pub(super) fn holds(self, value: Option<&str>) -> bool {
        match self.rule() {
            Rule::Eq { value: wanted, .. } => value == Some(wanted),
            Rule::StartsWith { field, prefix } if field.eq_ignore_ascii_case(CONTENT_TYPE) => {
                let value = value.unwrap_or_default().as_bytes();
                let mut types = value
                    .split(|byte| *byte == b',')
                    .map(<[u8]>::trim_ascii_start);
                types.all(|value| value.starts_with(prefix.as_bytes()))
            }
            Rule::StartsWith { prefix, .. } => value.unwrap_or_default().starts_with(prefix),
            Rule::ContentLengthRange { .. } => true,
        }
    }

    /// Writes the condition as Python's `json.dumps` does, in its own spelling.
    pub(super) fn write(self, json: &mut String) {
        self.write_with(write_escaped, json);
    }

    /// The same for texts that need no escapes.
    pub(super) fn write_plain(self, json: &mut String) {
        self.write_with(|text, json| json.push_str(text), json);
    }

    fn write_with(self, write: impl Fn(&str, &mut String), json: &mut String) {
        match self.0 {
            Kind::Object { field, value } => {
                json.push_str("{\"");
                write(field, json);
                json.push_str("\": \"");
                write(value, json);
                json.push_str("\"}");
            }
            Kind::Eq { field, value } => write_array(EQ, field, value, write, json),
            Kind::StartsWith { field, prefix } => {
                write_array(STARTS_WITH, field, prefix, write, json);
            }
            Kind::ContentLengthRange { min, max } => {
                json.push_str("[\"content-length-range\", ");
                write_decimal(min, json);
                json.push_str(", ");
                write_decimal(max, json);
                json.push(']');
            }
        }
    }

    /// The name of the field, and its value or prefix; for a range of sizes, what stands there in place of a name.
    pub(super) fn texts(self) -> [&'a str; 2] {
        match self.rule() {
            Rule::Eq { field, value: text }
            | Rule::StartsWith {
                field,
                prefix: text,
            } => [field, text],
            Rule::ContentLengthRange { .. } => [CONTENT_LENGTH_RANGE, ""],
        }
    }

    /// Refuses a range that no size is in.
    pub(super) fn check_range(self) -> Result<(), Error> {
        match self.rule() {
            Rule::ContentLengthRange { min, max } if min > max => Err(error!(
                Policy,
                "no file has at least {min} and at most {max} bytes: \
                 content-length-range is the least, then the most"
            )),
            _ => Ok(()),
        }
    }
}

pub(super) const CONTENT_TYPE: &str = "Content-Type";
const CONTENT_LENGTH_RANGE: &str = "content-length-range";

/// What stands before the field's name.
const EQ: &str = "[\"eq\", \"$";
const STARTS_WITH: &str = "[\"starts-with\", \"$";

fn write_array(
    front: &str,
    field: &str,
    value: &str,
    write: impl Fn(&str, &mut String),
    json: &mut String,
) {
    json.push_str(front);
    write(field, json);
    json.push_str("\", \"");
    write(value, json);
    json.push_str("\"]");
}

impl FromStr for Condition {
    type Err = Error;

    /// Reads a condition in JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`](crate::ErrorKind::Policy) if the text is not JSON, or not one condition in one of
    /// the three forms; for a range of sizes that is turned around.
    fn from_str(json: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(json);
        let condition = Condition::read(&mut reader)?;
        reader.end()?;
        Ok(condition)
    }
}

/// As S3 names a condition in its messages: always in brackets.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl fmt::Debug for ConditionRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        let mut json = String::new();
        match self.rule() {
            Rule::Eq { field, value } => {
                write_array(EQ, field, shown(field, value), write_escaped, &mut json);
            }
            Rule::StartsWith { field, prefix } => {
                write_array(
                    STARTS_WITH,
                    field,
                    shown(field, prefix),
                    write_escaped,
                    &mut json,
                );
            }
            Rule::ContentLengthRange { .. } => self.write(&mut json),
        }
        // ASCII, so each character is a byte.
        match json.get(..MOST) {
            Some(front) => write!(f, "{front}…"),
            None => f.write_str(&json),
        }
    }
}

/// A value, unless it is secret.
fn shown<'a>(field: &str, value: &'a str) -> &'a str {
    let field = field.to_ascii_lowercase();
    match field.contains("token") || field.contains("signature") || field.contains("customer-key") {
        true => "...",
        false => value,
    }
}
