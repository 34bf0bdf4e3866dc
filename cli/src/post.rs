//! `post`: a POST policy, signed: what a browser may upload with a form.

use crate::args::{Address, Life, SignatureVersion, Signing};
use crate::output::{self, PostFormat, Refusal, Result};
use crate::settings::Location;
use presign::post::{Condition, Key, PostPolicy};
use std::str::FromStr;

#[derive(clap::Args)]
pub struct Args {
    /// The object, taken as it is. KEY may end in `${filename}`, the name of the uploaded file, or in `*`: any key with
    /// the prefix before it
    #[arg(value_name = "s3://BUCKET/KEY")]
    address: Address,

    /// A field of the form, which also makes its exact condition unless a condition for it is given; repeatable
    #[arg(long = "field", value_name = "NAME=VALUE")]
    fields: Vec<Field>,

    /// A condition as JSON: {"acl": "private"} or ["starts-with", "$Content-Type", "image/"]; repeatable
    #[arg(long = "condition", value_name = "JSON")]
    conditions: Vec<String>,

    /// The most bytes that the file may have: a number, or 10kB, 10MB, 1GB, 10KiB, 10MiB, 1GiB
    #[arg(long, value_name = "N", value_parser = parse_size)]
    max_size: Option<u64>,

    /// The least bytes that the file may have, written in the same way; default 0. Alone, it makes the most 5GiB,
    /// S3's limit for a form
    #[arg(long, value_name = "N", value_parser = parse_size)]
    min_size: Option<u64>,

    #[command(flatten)]
    life: Life,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    location: Location,

    /// What is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: PostFormat,
}

pub fn run(args: &Args) -> Result<()> {
    let Address { bucket, key } = &args.address;
    let Some(key) = key else {
        return Err(Refusal::new(format!(
            "the address names no object: after s3://{bucket}/ its key is missing, or `*` for any key"
        )));
    };
    let policy = args.policy(key)?;
    let profile = args.signing.profile()?;
    let region = args.signing.region(&profile)?;
    let bucket = args.location.bucket(bucket, region, &profile)?;
    let credentials = args.signing.credentials(&profile)?;
    let (life, now) = (args.life.expires_in(), args.signing.time());
    let form = match args.signing.signature_version {
        SignatureVersion::V4 => policy.presign(&bucket, &credentials, life, now)?,
        SignatureVersion::V2 => policy.presign_v2(&bucket, &credentials, life, now)?,
    };
    output::print_post(args.output, &form)
}

impl Args {
    fn policy(&self, key: &str) -> Result<PostPolicy> {
        /// What S3 takes in one request.
        const MOST: u64 = 5 * 1024 * 1024 * 1024;
        let mut policy = PostPolicy::new(match key.strip_suffix('*') {
            Some(prefix) => Key::starts_with(prefix),
            None => key.into(),
        });
        for Field { name, value } in &self.fields {
            policy = policy.field(name, value);
        }
        for json in &self.conditions {
            policy = policy.condition(json.parse::<Condition>()?);
        }
        if self.min_size.or(self.max_size).is_some() {
            let (min, max) = (self.min_size.unwrap_or(0), self.max_size.unwrap_or(MOST));
            policy = policy.content_length_range(min..=max);
        }
        Ok(policy)
    }
}

/// `NAME=VALUE`.
#[derive(Clone)]
struct Field {
    name: String,
    value: String,
}

impl FromStr for Field {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Field {
                name: name.into(),
                value: value.into(),
            }),
            _ => Err("a field is written as NAME=VALUE"),
        }
    }
}

/// Bytes: a number, with a unit or without.
fn parse_size(text: &str) -> Result<u64, &'static str> {
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
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    match (number, unit) {
        ("", _) | (_, None) => Err(
            "a size is written in bytes or with a unit: 5000, 10kB, 10MB, 1GB, 10KiB, 10MiB, 1GiB",
        ),
        (number, Some((_, unit))) => number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(*unit))
            .ok_or("the size is too large"),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_size;

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
