//! User name and password for git on CodeCommit.

use super::recipes::check_path;
use crate::credentials::Credentials;
use crate::crypto::sha256_of;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::text::hex::Hex;
use crate::text::sink::Sink;
use crate::time::Timestamp;
use crate::v4::{Scope, Service};
use crate::wire::url::{check_host, check_sendable};
use alloc::string::String;
use core::fmt;
use core::time::Duration;

/// Returns the login of a git repository on CodeCommit, as the AWS CLI's [credential
/// helper](https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html)
/// makes it.
///
/// `host` is `git-codecommit.REGION.amazonaws.com`, and `path` that of the repository,
/// `/v1/repos/NAME`.
///
/// ```
/// use presign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20230310T031926Z".parse()?;
/// let host = "git-codecommit.eu-central-1.amazonaws.com";
/// let login = tokens::codecommit("eu-central-1", host, "/v1/repos/my-repo")?
///     .sign(&credentials, now)?;
/// assert_eq!(login.username(), "AKIDEXAMPLE");
/// assert!(login.password().starts_with("20230310T031926Z"));
/// # Ok::<(), presign::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region, and
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid host or path.
pub fn codecommit(
    region: impl Into<String>,
    host: impl Into<String>,
    path: impl Into<String>,
) -> Result<GitLoginRequest, Error> {
    let (host, path) = (host.into(), path.into());
    check_host(&host)?;
    check_path(&path)?;
    check_sendable("path", &path)?;
    Ok(GitLoginRequest {
        service: Service::new(region, "codecommit")?,
        host: host.to_ascii_lowercase(),
        path,
    })
}

/// For how long CodeCommit accepts a password.
const VALID_FOR: Duration = Duration::from_secs(900);

/// The description of a login; see [`codecommit`].
#[derive(Clone, Debug)]
pub struct GitLoginRequest {
    service: Service,
    host: String,
    path: String,
}

impl GitLoginRequest {
    /// Returns the login. It is valid for 15 minutes, or until the credentials expire if that is
    /// sooner.
    ///
    /// # Errors
    /// [`ErrorKind::Time`](crate::ErrorKind::Time) if the signing time is outside of the years 0 to
    /// 9999, and [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) if the credentials have expired.
    pub fn sign(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<GitLogin, Error> {
        let now = now.into();
        let identity = credentials.identity();
        let validity = Expiry::at_most(VALID_FOR).resolve(identity, now, "password")?;
        let scope = Scope {
            time: now.amz_date()?,
            signing_scope: &self.service.signing_scope,
        };
        // Method, path, no query, the header `host`, and no payload.
        let canonical_hash = sha256_of(|sink| {
            for text in ["GIT\n", &self.path, "\n\nhost:", &self.host, "\n\nhost\n"] {
                sink.text(text);
            }
        });
        // The string to sign of SigV4, but with a time without its `Z`.
        let mut message = String::from(scope.scheme().algorithm);
        message.extend(["\n", scope.time.as_str().trim_end_matches('Z'), "\n"]);
        scope.write(&mut message);
        message.extend(["\n", Hex::new(&canonical_hash).as_str()]);
        let signature = scope.signing_key(credentials)?.sign(message.as_str())?;
        let mut password = String::from(scope.time.as_str());
        signature.write_hex(&mut password);

        let mut username = String::from(identity.access_key_id());
        if let Some(token) = identity.session_token() {
            username.push('%');
            username.push_str(token);
        }
        Ok(GitLogin {
            username,
            password,
            expires_at: validity.expires_at,
        })
    }
}

/// User name and password for git on CodeCommit; see [`codecommit`].
///
/// Both are secrets, because the user name contains the session token. `Debug` hides them.
#[derive(Clone)]
pub struct GitLogin {
    username: String,
    password: String,
    expires_at: Timestamp,
}

impl GitLogin {
    /// Returns the user name: the access key ID, and `%` with the session token if there is one.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the password: the signing time and the signature.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Returns when the password expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for GitLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitLogin")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
