//! What the commands' arguments have in common: the groups of options that several commands take, and the
//! reading of their values. A value that can't be read is wrong usage, which the parser of the arguments reports;
//! a value that can be read and isn't allowed is refused by the library.

use crate::credentials;
use crate::output::Result;
use crate::profile::Profile;
use crate::settings;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};
use presign::s3::{Bucket, Operation};
use presign::{Credentials, Request, Timestamp};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// Who signs, when, and for which region.
#[derive(Args)]
pub struct Signing {
    /// The signature's version
    #[arg(long, value_name = "V", value_enum, default_value_t)]
    pub signature_version: SignatureVersion,

    /// The signing time: 20130524T000000Z or RFC 3339; default now. With it, the output is reproducible
    #[arg(long, value_name = "T", value_parser = Timestamp::parse)]
    at: Option<Timestamp>,

    /// The region; default AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1
    #[arg(long, value_name = "R")]
    region: Option<String>,

    /// A profile of the shared credentials and config files, which then goes before the environment's credentials
    #[arg(long, value_name = "P")]
    profile: Option<String>,
}

impl Signing {
    pub fn profile(&self) -> Result<Profile> {
        Profile::load(self.profile.as_deref())
    }

    pub fn credentials(&self, profile: &Profile) -> Result<Credentials> {
        credentials::find(profile)
    }

    pub fn region(&self, profile: &Profile) -> Result<String> {
        settings::region(self.region.as_deref(), profile)
    }

    pub fn time(&self) -> Timestamp {
        self.at.unwrap_or_else(|| SystemTime::now().into())
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub enum SignatureVersion {
    /// AWS Signature Version 4
    #[default]
    V4,
    /// AWS Signature Version 2: S3's, and for any other service that of the query APIs
    V2,
}

/// How long a presigned URL or a form is good.
#[derive(Args)]
pub struct Life {
    /// How long the URL or form is good: seconds, or 90s 15m 12h 7d; default 3600; a URL under v4 at most seven days
    #[arg(long = "expires-in", value_name = "D", value_parser = parse_duration)]
    pub given: Option<Duration>,
}

impl Life {
    pub fn expires_in(&self) -> Duration {
        const HOUR: Duration = Duration::from_secs(3600);
        self.given.unwrap_or(HOUR)
    }
}

/// What is added to a request.
#[derive(Args)]
pub struct Added {
    /// A header that is signed and must be sent, as `Name: value`; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Header>,

    /// A query parameter, not yet encoded, as NAME=VALUE or NAME; repeatable
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub query: Vec<Param>,
}

impl Added {
    /// The operation with all of it.
    pub fn to_operation<'a>(&'a self, bucket: &'a Bucket, method: &'a str) -> Operation<'a> {
        let mut operation = bucket.operation(method);
        for param in &self.query {
            operation = match &param.value {
                Some(value) => operation.query(&param.name, value),
                None => operation.sub_resource(&param.name),
            };
        }
        for header in &self.headers {
            operation = operation.header(&header.name, &header.value);
        }
        operation
    }

    /// The request with all of it.
    pub fn to_request<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a> {
        let mut request = Request::new(method, url);
        for param in &self.query {
            request = match &param.value {
                Some(value) => request.query(&param.name, value),
                None => request.query_flag(&param.name),
            };
        }
        for header in &self.headers {
            request = request.header(&header.name, &header.value);
        }
        request
    }

    /// The names of the headers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|header| header.name.as_str())
    }
}

/// `Name: value`. The value is without white space at its ends.
#[derive(Clone)]
pub struct Header {
    pub name: String,
    pub value: String,
}

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once(':')
            .ok_or("a header is written as `Name: value`")?;
        Ok(Header {
            name: name.into(),
            value: value.trim_ascii().into(),
        })
    }
}

/// `NAME=VALUE`, or `NAME` alone: a flag such as `acl`.
#[derive(Clone)]
pub struct Param {
    pub name: String,
    pub value: Option<String>,
}

impl FromStr for Param {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("a query parameter is written as NAME=VALUE or NAME");
        }
        Ok(Param {
            name: name.into(),
            value: value.map(Into::into),
        })
    }
}

/// `s3://BUCKET/KEY` or `s3://BUCKET`. The key is all that follows the bucket's slash, as it is. An ARN in the bucket's place may have
/// slashes of its own.
#[derive(Clone)]
pub struct Address {
    pub bucket: String,
    /// None if nothing follows the bucket's slash.
    pub key: Option<String>,
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix("s3://")
            .ok_or("an address is written as s3://BUCKET/KEY")?;
        let (bucket, key) = rest.split_at(bucket_end(rest).unwrap_or(rest.len()));
        let key = key.strip_prefix('/').unwrap_or(key);
        Ok(Address {
            bucket: bucket.into(),
            key: (!key.is_empty()).then(|| key.into()),
        })
    }
}

/// Ends the program: the arguments can't be used together.
pub fn conflict(message: &str) -> ! {
    crate::Cli::command()
        .error(ErrorKind::ArgumentConflict, message)
        .exit()
}

/// Where the bucket's slash is. The resource of an ARN follows its fifth colon: `accesspoint/NAME`,
/// `outpost/ID/accesspoint/NAME`, each slash of which may be a colon.
fn bucket_end(text: &str) -> Option<usize> {
    if !text.starts_with("arn:") {
        return text.find('/');
    }
    let (colon, _) = text.match_indices(':').nth(4)?;
    let (_, resource) = text.split_at(colon + 1);
    let separators = match resource.split(['/', ':']).next() {
        Some("accesspoint") => 1,
        Some("outpost") => 3,
        _ => 0,
    };
    let (at, _) = resource.match_indices(['/', ':']).nth(separators)?;
    Some(colon + 1 + at)
}

/// Seconds, or numbers with units: `90s`, `15m`, `12h`, `7d`, `1h30m`.
fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    const USAGE: &str =
        "a duration is written in whole seconds or with units: 3600, 90s, 15m, 12h, 7d, 1h30m";
    const TOO_LONG: &str = "the duration is too long";
    let mut seconds = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        if number.is_empty() {
            return Err(USAGE);
        }
        let unit = match after.chars().next() {
            // Seconds without a unit stand alone.
            None if number == text => 1,
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => 24 * 60 * 60,
            _ => return Err(USAGE),
        };
        seconds = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(unit)?.checked_add(seconds))
            .ok_or(TOO_LONG)?;
        rest = after.get(1..).unwrap_or_default();
    }
    match text {
        "" => Err(USAGE),
        _ => Ok(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, parse_duration};

    #[test]
    fn durations_are_seconds_or_numbers_with_units() {
        for (text, seconds) in [
            ("0", 0),
            ("3600", 3600),
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("7d", 604_800),
            ("1h30m", 5400),
            ("1d1s", 86_401),
        ] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(duration.as_secs(), seconds, "{text}");
        }
        for text in [
            "",
            "s",
            "1.5",
            "1.5h",
            "-1",
            "+1",
            "1h30",
            "1w",
            "1 h",
            "h1",
            "1H",
            "1s ",
            "1é",
            "99999999999999999999",
            "999999999999999999d",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_is_all_that_follows_the_slash_of_the_bucket() {
        for (text, bucket, key) in [
            ("s3://b/k", "b", Some("k")),
            ("s3://b//k", "b", Some("/k")),
            ("s3://b/a%20b?c#d//e/", "b", Some("a%20b?c#d//e/")),
            ("s3://b/", "b", None),
            ("s3://b", "b", None),
            ("s3:///k", "", Some("k")),
            ("s3://b:c/k", "b:c", Some("k")),
            (
                "s3://arn:aws:s3:us-west-2:123456789012:accesspoint/p/a/b:c",
                "arn:aws:s3:us-west-2:123456789012:accesspoint/p",
                Some("a/b:c"),
            ),
            (
                "s3://arn:aws:s3::123456789012:accesspoint:p.mrap//k",
                "arn:aws:s3::123456789012:accesspoint:p.mrap",
                Some("/k"),
            ),
            (
                "s3://arn:aws:s3:us-west-2:123456789012:accesspoint/p",
                "arn:aws:s3:us-west-2:123456789012:accesspoint/p",
                None,
            ),
            (
                "s3://arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/p/a/b",
                "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/p",
                Some("a/b"),
            ),
            ("s3://arn:aws:s3:::b/k", "arn:aws:s3:::b", Some("k")),
            ("s3://arn:/k", "arn:/k", None),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((&*address.bucket, address.key.as_deref()), (bucket, key));
        }
        for text in ["", "b/k", "s3:b/k", "S3://b/k", "https://b/k", " s3://b/k"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
