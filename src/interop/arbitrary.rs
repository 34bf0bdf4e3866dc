//! `Arbitrary` for what signing takes, so that a fuzzer of anything that signs or checks signatures has its input.

use crate::encode::bad_escape;
use crate::request::Request;
use crate::timestamp::Timestamp;
use crate::v4::Payload;
use alloc::string::String;
use arbitrary::{Arbitrary, Result, Unstructured};

/// A request that can be signed, mostly: arbitrary text is refused at its first check, which hides all that comes after. One
/// of eight methods, URLs and headers is left as arbitrary as it came.
#[cfg_attr(docsrs, doc(cfg(feature = "arbitrary")))]
impl<'a> Arbitrary<'a> for Request<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const METHODS: [&str; 6] = ["GET", "PUT", "POST", "HEAD", "DELETE", "PROPFIND"];
        let method = match u.ratio(7, 8)? {
            true => *u.choose(&METHODS)?,
            false => u.arbitrary()?,
        };
        let mut request = match u.ratio(7, 8)? {
            true => Request::new(method, url(u)?),
            false => Request::new(method, u.arbitrary::<&str>()?),
        };
        while u.arbitrary()? {
            request = match u.ratio(7, 8)? {
                true => request.header_bytes(*u.choose(&HEADERS)?, header_value(u)?),
                false => request.header_bytes(u.arbitrary::<&str>()?, u.arbitrary::<&[u8]>()?),
            };
        }
        while u.arbitrary()? {
            let name: &str = u.arbitrary()?;
            request = match u.arbitrary::<Option<&str>>()? {
                Some(value) => request.query(name, value),
                None => request.query_flag(name),
            };
        }
        Ok(request)
    }
}

/// Signed and never signed, repeated in another case, with and without rules of their own.
const HEADERS: [&str; 16] = [
    "A",
    "Content-MD5",
    "Content-Type",
    "content-type",
    "Date",
    "Host",
    "Range",
    "User-Agent",
    "X-Amz-Content-Sha256",
    "x-amz-content-sha256",
    "x-amz-date",
    "X-Amz-Meta-A",
    "x-amz-meta-a",
    "x-amz-meta-a-b",
    "x-amz-security-token",
    "x-amz-tagging",
];

/// No control character, which would be refused, but for the tab.
fn header_value(u: &mut Unstructured<'_>) -> Result<alloc::vec::Vec<u8>> {
    let mut value = u.arbitrary::<&[u8]>()?.to_vec();
    for byte in &mut value {
        if byte.is_ascii_control() {
            *byte = b'\t';
        }
    }
    Ok(value)
}

fn url(u: &mut Unstructured<'_>) -> Result<String> {
    const SCHEMES: [&str; 3] = ["https", "http", "HTTPS"];
    const HOSTS: [&str; 8] = [
        "example.com",
        "EXAMPLE.com:443",
        "examplebucket.s3.amazonaws.com",
        "localhost:9000",
        "127.0.0.1:80",
        "[::1]:8443",
        "iam.amazonaws.com",
        "a_b.example:",
    ];
    let mut url = String::from(*u.choose(&SCHEMES)?);
    url.push_str("://");
    url.push_str(u.choose(&HOSTS)?);
    if u.arbitrary()? {
        url.push('/');
        push_wire(u.arbitrary()?, &mut url);
    }
    if u.arbitrary()? {
        url.push('?');
        push_wire(u.arbitrary()?, &mut url);
    }
    Ok(url)
}

/// Text as it could stand in a URL: what is refused there is percent-encoded.
fn push_wire(text: &str, url: &mut String) {
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let escape = rest
            .char_indices()
            .nth(3)
            .map_or(rest.len(), |(end, _)| end);
        let escape = rest.get(..escape).unwrap_or_default();
        match c {
            '%' if bad_escape(escape).is_some() => url.push_str("%25"),
            '#' => url.push_str("%23"),
            c if c.is_ascii_control() => url.push_str("%0A"),
            c => url.push(c),
        }
    }
}

/// As often as not in the years that a signature can say.
#[cfg_attr(docsrs, doc(cfg(feature = "arbitrary")))]
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Timestamp::from_unix_seconds(match u.arbitrary()? {
            true => u.int_in_range(-62_167_219_200..=253_402_300_799)?,
            false => u.arbitrary()?,
        }))
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "arbitrary")))]
impl<'a> Arbitrary<'a> for Payload {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=2)? {
            0u8 => Payload::Empty,
            1 => Payload::Unsigned,
            _ => Payload::Sha256(u.arbitrary()?),
        })
    }
}
