//! The text of a policy: one statement, in JSON.

use super::ip_range::IpRange;
use crate::error::{Error, Quoted, error};
use crate::text::json::Reader;
use crate::time::Timestamp;
use alloc::string::String;
use core::fmt::Write as _;

/// The statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) resource: String,
    /// The moment from which on the policy is invalid.
    pub(super) expires_at: Timestamp,
    /// The policy is valid from this moment on.
    pub(super) starts_at: Option<Timestamp>,
    pub(super) ip_range: Option<IpRange>,
}

impl Statement {
    /// Returns the JSON in the order of botocore. With a resource and an expiration only, it is the
    /// text of a canned policy, which CloudFront rebuilds byte for byte.
    pub(super) fn to_json(&self) -> String {
        let mut json = String::from(r#"{"Statement":[{"Resource":""#);
        for c in self.resource.chars() {
            // A resource contains no other character that JSON escapes.
            if matches!(c, '"' | '\\') {
                json.push('\\');
            }
            json.push(c);
        }
        // Writing into a String does not fail.
        let _ = write!(
            json,
            r#"","Condition":{{"DateLessThan":{{"AWS:EpochTime":{}}}"#,
            self.expires_at.unix_seconds()
        );
        if let Some(range) = &self.ip_range {
            let _ = write!(json, r#","IpAddress":{{"AWS:SourceIp":"{range}"}}"#);
        }
        if let Some(starts_at) = self.starts_at {
            let seconds = starts_at.unix_seconds();
            let _ = write!(json, r#","DateGreaterThan":{{"AWS:EpochTime":{seconds}}}"#);
        }
        json.push_str("}}]}");
        json
    }

    /// Parses the JSON of a policy.
    pub(super) fn from_json(json: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(json);
        let mut statement = None;
        read_object(&mut reader, "the policy", |name, reader| {
            if name != "Statement" {
                return Ok(None);
            }
            reader.expect('[')?;
            reader.list(']', |reader| {
                if statement.replace(read_statement(reader)?).is_some() {
                    return Err(error!(
                        Policy,
                        "the policy has more than one statement, and CloudFront accepts one"
                    ));
                }
                Ok(())
            })?;
            Ok(Some(false))
        })?;
        reader.end()?;
        statement.ok_or_else(|| missing("Statement"))
    }
}

fn read_statement(reader: &mut Reader<'_>) -> Result<Statement, Error> {
    let (mut resource, mut conditions) = (None, None);
    read_object(reader, "the statement", |name, reader| {
        Ok(match name {
            "Resource" => Some(resource.replace(reader.string()?).is_some()),
            "Condition" => Some(conditions.replace(read_conditions(reader)?).is_some()),
            _ => None,
        })
    })?;
    let conditions = conditions.ok_or_else(|| missing("Condition"))?;
    Ok(Statement {
        resource: resource.ok_or_else(|| missing("Resource"))?,
        expires_at: conditions
            .expires_at
            .ok_or_else(|| missing("DateLessThan"))?,
        starts_at: conditions.starts_at,
        ip_range: conditions.ip_range,
    })
}

#[derive(Default)]
struct Conditions {
    expires_at: Option<Timestamp>,
    starts_at: Option<Timestamp>,
    ip_range: Option<IpRange>,
}

fn read_conditions(reader: &mut Reader<'_>) -> Result<Conditions, Error> {
    let mut conditions = Conditions::default();
    read_object(reader, "the conditions", |name, reader| {
        Ok(match name {
            "DateLessThan" => {
                let moment = read_moment(reader)?;
                Some(conditions.expires_at.replace(moment).is_some())
            }
            "DateGreaterThan" => {
                let moment = read_moment(reader)?;
                Some(conditions.starts_at.replace(moment).is_some())
            }
            "IpAddress" => {
                let text = read_value(reader, "AWS:SourceIp", Reader::string)?;
                let range = IpRange::parse(&text)?;
                Some(conditions.ip_range.replace(range).is_some())
            }
            _ => None,
        })
    })?;
    Ok(conditions)
}

fn read_moment(reader: &mut Reader<'_>) -> Result<Timestamp, Error> {
    let seconds = read_value(reader, "AWS:EpochTime", Reader::integer)?;
    match i64::try_from(seconds) {
        Ok(seconds) => Ok(Timestamp::from_unix_seconds(seconds)),
        Err(_) => Err(error!(
            Policy,
            "the time {seconds} in the policy is too large"
        )),
    }
}

/// Reads an object with one property.
fn read_value<'a, T>(
    reader: &mut Reader<'a>,
    expected: &'static str,
    read: impl Fn(&mut Reader<'a>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut value = None;
    read_object(reader, "a condition", |name, reader| {
        if name != expected {
            return Ok(None);
        }
        Ok(Some(value.replace(read(reader)?).is_some()))
    })?;
    value.ok_or_else(|| missing(expected))
}

/// Reads an object. `read_property` returns whether the property is duplicate, or `None` if it is
/// unknown.
fn read_object<'a>(
    reader: &mut Reader<'a>,
    object: &str,
    mut read_property: impl FnMut(&str, &mut Reader<'a>) -> Result<Option<bool>, Error>,
) -> Result<(), Error> {
    reader.expect('{')?;
    reader.list('}', |reader| {
        let name = reader.string()?;
        reader.expect(':')?;
        match read_property(&name, reader)? {
            Some(false) => Ok(()),
            Some(true) => Err(error!(Policy, "duplicate property `{name}` in {object}")),
            None => Err(error!(
                Policy,
                "unknown property {} in {object}, which CloudFront rejects",
                Quoted(&name)
            )),
        }
    })
}

fn missing(name: &str) -> Error {
    error!(Policy, "missing property `{name}` in the policy")
}

#[cfg(test)]
mod tests {
    use super::Statement;
    use crate::time::Timestamp;

    #[test]
    fn a_statement_is_read_as_it_was_written() {
        let statement = Statement {
            resource: r#"https://example.com/a"b\c*"#.into(),
            expires_at: Timestamp::from_unix_seconds(1_258_237_200),
            starts_at: Some(Timestamp::from_unix_seconds(0)),
            ip_range: Some(super::IpRange::parse("192.0.2.0/24").unwrap()),
        };
        let json = statement.to_json();
        assert_eq!(Statement::from_json(&json).unwrap(), statement);
        // Another reader understands it in the same way.
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            value["Statement"][0]["Resource"],
            statement.resource.as_str()
        );
    }
}
