//! Arguments that several commands share, and how their values are written. Clap reports a value
//! that can't be read as wrong usage; the library rejects a value that can be read but isn't
//! allowed.

use anyhow::{Result, ensure};
use clap::Args;
use clap::error::ErrorKind;
use presign::{ContentDisposition, Identity, Request, Timestamp};
use std::result::Result as StdResult;
use std::str::FromStr;
use std::time::Duration;

/// The options for the expiry of a presigned URL or a form.
#[derive(Args)]
pub struct Expiry {
    /// The time until the URL or form expires: seconds, or 90s 15m 12h 7d; for a URL under v4 at
    /// most seven days [default: 3600]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, conflicts_with = "expires_at")]
    #[arg(allow_negative_numbers = true)]
    pub expires_in: Option<Duration>,

    /// The expiration, instead of --expires-in: 20130524T000000Z, RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires_at: Option<Timestamp>,

    /// Shorten the validity to that of temporary credentials, instead of returning an error
    #[arg(long)]
    pub clamp_expiry: bool,
}

impl Expiry {
    /// Returns the expiry for an identity, before whose expiration it has to be.
    pub fn resolve(&self, identity: &Identity, now: Timestamp) -> Result<presign::Expiry> {
        let duration = self.expires_in.unwrap_or(Duration::from_secs(3600));
        let expires_at = self.expires_at.unwrap_or(now.saturating_add(duration));
        if let Some(expiration) = identity.expiration() {
            ensure!(
                expiration > now,
                "the credentials expired at {expiration}; it is now {now}; use new credentials"
            );
            if expires_at > expiration {
                ensure!(
                    self.clamp_expiry,
                    "it would expire at {expires_at}, after its credentials, which expire at \
                     {expiration}; choose an earlier expiry, or pass --clamp-expiry"
                );
                return Ok(presign::Expiry::at(expiration));
            }
        }
        Ok(match self.expires_at {
            Some(moment) => presign::Expiry::at(moment),
            None => duration.into(),
        })
    }
}

/// Parses `20130524T000000Z`, RFC 3339, or Unix seconds.
pub fn parse_time(text: &str) -> StdResult<Timestamp, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        let seconds = text.parse().map_err(|_| format!("{text} is too large"))?;
        return Ok(Timestamp::from_unix_seconds(seconds));
    }
    text.parse()
        .map_err(|error: presign::Error| error.to_string())
}

/// Headers and query parameters of a request.
#[derive(Args)]
pub struct Extras {
    /// A header that is signed and must be sent, as `Name: value`; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    pub headers: Vec<Header>,

    /// A query parameter, not yet encoded, as NAME=VALUE or NAME; repeatable
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = parse_param)]
    pub query: Vec<Param>,

    /// The name under which a browser saves the object: response-content-disposition
    #[arg(long, value_name = "NAME")]
    save_as: Option<String>,
}

impl Extras {
    /// Adds the headers and parameters to a request.
    pub fn add_to<'a>(&'a self, mut request: Request<'a>) -> Request<'a> {
        for (name, value) in &self.query {
            request = match value {
                Some(value) => request.query(name, value),
                None => request.query_flag(name),
            };
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        match &self.save_as {
            Some(name) => {
                request.response_content_disposition(ContentDisposition::attachment(name))
            }
            None => request,
        }
    }

    /// Returns whether the URL gets parameters that were not in it.
    pub fn has_parameters(&self) -> bool {
        !self.query.is_empty() || self.save_as.is_some()
    }

    /// Returns whether a header is given.
    pub fn has_header(&self, name: &str) -> bool {
        has_name(str_pairs(&self.headers).map(|(name, _)| name), name)
    }
}

/// Returns whether a header's name is among the names.
pub fn has_name<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> bool {
    names.any(|other| other.eq_ignore_ascii_case(name))
}

/// Returns the error for arguments that can't be used together. The program exits with 2.
pub fn misuse(message: impl std::fmt::Display) -> anyhow::Error {
    <clap::Error>::raw(ErrorKind::ArgumentConflict, message).into()
}

/// Checks that no option is given that the command doesn't use in this case.
pub fn check_unused(case: &str, options: &[(&str, bool)]) -> Result<()> {
    match options.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(misuse(format!("{name} doesn't apply to {case}; omit it"))),
        None => Ok(()),
    }
}

/// The name of a header and its value without surrounding white space.
pub type Header = (String, String);

pub fn str_pairs(headers: &[Header]) -> impl Iterator<Item = (&str, &str)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

/// The name of a query parameter and its value. A flag such as `acl` has no value.
type Param = (String, Option<String>);

/// Parses `Name: value`.
pub fn parse_header(text: &str) -> StdResult<Header, &'static str> {
    let (name, value) = text
        .split_once(':')
        .ok_or("a header is written as `Name: value`")?;
    Ok((name.into(), value.trim_ascii().into()))
}

/// Parses `NAME=VALUE` or `NAME`.
fn parse_param(text: &str) -> StdResult<Param, &'static str> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.into())),
        None => (text, None),
    };
    if name.is_empty() {
        return Err("a query parameter is written as NAME=VALUE or NAME");
    }
    Ok((name.into(), value))
}

/// Parses `NAME=VALUE`.
pub fn parse_field(text: &str) -> StdResult<(String, String), &'static str> {
    match parse_param(text) {
        Ok((name, Some(value))) => Ok((name, value)),
        _ => Err("a field is written as NAME=VALUE"),
    }
}

/// The bucket and the key of `s3://BUCKET/KEY`, `gs://BUCKET/OBJECT`, or of either without a key.
/// The key is everything after the bucket's slash, as it is written. An ARN instead of the bucket's
/// name may contain slashes.
#[derive(Clone)]
pub struct Address {
    pub store: Store,
    pub bucket: String,
    /// None if nothing follows the bucket's slash.
    pub key: Option<String>,
}

/// The store of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    S3,
    Google,
}

impl Store {
    /// Returns the address's text before the bucket.
    pub fn prefix(self) -> &'static str {
        match self {
            Store::S3 => "s3://",
            Store::Google => "gs://",
        }
    }
}

impl Address {
    /// Returns the key. The error says what else, besides a key, may follow the bucket.
    pub fn key(&self, alternative: &str) -> Result<&str> {
        self.key.as_deref().ok_or_else(|| {
            let bucket = self.bucket.escape_debug();
            misuse(format!(
                "the address names no object: the key after {}{bucket}/ is missing{alternative}",
                self.store.prefix()
            ))
        })
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> StdResult<Self, Self::Err> {
        let stores = [Store::S3, Store::Google].into_iter();
        let mut parsed =
            stores.filter_map(|store| Some((store, text.strip_prefix(store.prefix())?)));
        let (store, path) = parsed.next().ok_or_else(|| {
            if text.contains("://") {
                "an address is written as s3://BUCKET/KEY or gs://BUCKET/OBJECT; `presign url` signs any URL"
            } else {
                "an address is written as s3://BUCKET/KEY or gs://BUCKET/OBJECT"
            }
        })?;
        let (bucket, key) = path.split_at(bucket_length(path).unwrap_or(path.len()));
        let key = key.get(1..).filter(|key| !key.is_empty());
        Ok(Address {
            store,
            bucket: bucket.into(),
            key: key.map(Into::into),
        })
    }
}

/// Returns the position of the separator after the bucket. In an ARN, the resource follows the
/// fifth colon: `accesspoint/NAME` or `outpost/ID/accesspoint/NAME`, where each slash may be a
/// colon.
fn bucket_length(text: &str) -> Option<usize> {
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

/// Parses whole seconds, or numbers with units: `90s`, `15m`, `12h`, `7d`, `1h30m`.
pub fn parse_duration(text: &str) -> StdResult<Duration, &'static str> {
    const UNITS: [(&str, u64); 5] = [
        ("s", 1),
        ("m", 60),
        ("h", 60 * 60),
        ("d", 24 * 60 * 60),
        ("w", 7 * 24 * 60 * 60),
    ];
    let sum = || {
        let mut parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
        parts.try_fold(0u64, |sum, part| {
            sum.checked_add(parse_quantity(part, &UNITS)?)
        })
    };
    parse_quantity(text, &[("", 1)])
        .or_else(sum)
        .filter(|_| !text.is_empty())
        .map(Duration::from_secs)
        .ok_or(
            "a duration is written in whole seconds or with units: 3600, 90s, 15m, 12h, 7d, 1w, 1h30m; \
             it is not negative, and has less than 2^64 seconds",
        )
}

/// Parses a number of bytes, with or without a unit.
pub fn parse_size(text: &str) -> StdResult<u64, &'static str> {
    const UNITS: [(&str, u64); 9] = [
        ("", 1),
        ("B", 1),
        ("kB", 1000),
        ("KB", 1000),
        ("MB", 1000 * 1000),
        ("GB", 1000 * 1000 * 1000),
        ("KiB", 1024),
        ("MiB", 1024 * 1024),
        ("GiB", 1024 * 1024 * 1024),
    ];
    parse_quantity(text, &UNITS).ok_or(
        "a size is written in bytes or with a unit: 5000, 10kB, 10MB, 1GB, 10KiB, 10MiB, 1GiB; it is \
         less than 2^64 bytes",
    )
}

/// Parses a number that one of the units follows.
fn parse_quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::{Address, parse_duration, parse_size};

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
            ("1w", 604_800),
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
            "1y",
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

    #[test]
    fn sizes_are_bytes_or_numbers_with_units() {
        for (text, bytes) in [
            ("0", 0),
            ("5000", 5000),
            ("007B", 7),
            ("10kB", 10_000),
            ("10KB", 10_000),
            ("10MB", 10_000_000),
            ("5GB", 5_000_000_000),
            ("10KiB", 10_240),
            ("10MiB", 10_485_760),
            ("5GiB", 5_368_709_120),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "MB",
            "-1",
            "+1",
            "1.5MB",
            "10 MB",
            "10mb",
            "10M",
            "1TiB",
            "10Mb",
            "1e3",
            "1_000",
            "1é",
            "18446744073709551616",
            "18446744073709551615KiB",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
