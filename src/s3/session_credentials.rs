//! The response to CreateSession.

use crate::credentials::Credentials;
use crate::error::{Error, error};
use crate::text::xml::push_text;
use crate::time::Timestamp;
use alloc::string::String;
use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

/// The elements of the response that are needed.
const NAMES: [&str; 4] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
];

/// Parses the response to CreateSession
/// ([response syntax](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html#API_CreateSession_ResponseSyntax)):
/// the credentials of the session, with their token and expiration.
///
/// [`Bucket::create_session`](crate::s3::Bucket::create_session) has an example.
///
/// # Errors
/// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the text is not such a response.
/// The message quotes nothing of it.
pub fn session_credentials(body: &str) -> Result<Credentials, Error> {
    let [id, secret, token, expiration] = read(body)?;
    let id = id.ok_or_else(|| missing("AccessKeyId"))?;
    let secret = secret.ok_or_else(|| missing("SecretAccessKey"))?;
    let token = token.ok_or_else(|| missing("SessionToken"))?;
    let expiration = expiration.ok_or_else(|| missing("Expiration"))?;
    if token.is_empty() {
        return Err(missing("SessionToken"));
    }
    let expiration: Timestamp = expiration.parse().map_err(|_| {
        error!(
            Credentials,
            "the Expiration in the response to CreateSession is not a time"
        )
    })?;
    let credentials = Credentials::new(id.as_str(), secret.as_str())?;
    let credentials = credentials.with_session_token(token.as_str())?;
    Ok(credentials.with_expiration(expiration))
}

fn missing(name: &str) -> Error {
    error!(
        Credentials,
        "missing element `{name}` in the response to CreateSession"
    )
}

fn malformed() -> Error {
    error!(
        Credentials,
        "the response to CreateSession is not XML with one CreateSessionResult"
    )
}

fn read(body: &str) -> Result<[Option<Zeroizing<String>>; NAMES.len()], Error> {
    let mut reader = Reader::from_str(body);
    let mut fields = [const { None }; NAMES.len()];
    let mut depth = 0usize;
    // With room for the longest text, it is never moved, which would leave a copy of a secret.
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(start) => {
                let expected: Option<&[u8]> = match depth {
                    0 => Some(b"CreateSessionResult"),
                    1 => Some(b"Credentials"),
                    _ => None,
                };
                if expected.is_some_and(|name| name != start.local_name().as_ref()) {
                    return Err(malformed());
                }
                depth = depth.saturating_add(1);
                text.clear();
            }
            Event::End(end) => {
                const FIELD_DEPTH: usize = 3;
                let mut slots = NAMES.iter().zip(&mut fields);
                let is_named = |name: &str| name.as_bytes() == end.local_name().as_ref();
                if depth == FIELD_DEPTH
                    && let Some((_, slot)) = slots.find(|(name, _)| is_named(name))
                {
                    let value = Zeroizing::new(String::from(text.trim()));
                    if slot.replace(value).is_some() {
                        return Err(malformed());
                    }
                }
                depth = depth.saturating_sub(1);
                text.clear();
            }
            Event::Eof if depth == 0 => return Ok(fields),
            Event::Eof => return Err(malformed()),
            event => push_text(&event, &mut text).ok_or_else(malformed)?,
        }
    }
}
