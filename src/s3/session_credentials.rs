//! The response to CreateSession.

use crate::credentials::Credentials;
use crate::error::{Error, error};
use crate::text::xml::read_secrets;
use crate::time::Timestamp;

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
    let path = ["CreateSessionResult", "Credentials"];
    let elements = read_secrets(body, &path, NAMES).ok_or_else(|| {
        error!(
            Credentials,
            "the response to CreateSession is not XML with one CreateSessionResult"
        )
    })?;
    let [id, secret, token, expiration] = elements;
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
