//! The sources of credentials that need a network. The feature `aws-config` asks them.

use crate::profile::Profile;
#[cfg(feature = "aws-config")]
use crate::sdk_credentials;
use anyhow::{Result, bail};
use presign::Credentials;

/// A source of credentials that needs a network.
pub enum Source<'a> {
    /// A role, a web identity or SSO. The setting in the profile shows which.
    Profile { setting: &'a str },
    /// A web identity in the environment variable `AWS_WEB_IDENTITY_TOKEN_FILE`.
    WebIdentity,
    /// The role of a container, at the address in this environment variable.
    Container { variable: &'a str },
}

impl Source<'_> {
    /// Returns the name of the setting or variable.
    fn name(&self) -> &str {
        match self {
            Source::Profile { setting } => setting,
            Source::WebIdentity => "AWS_WEB_IDENTITY_TOKEN_FILE",
            Source::Container { variable } => variable,
        }
    }
}

/// Returns the credentials of a source.
#[cfg(feature = "aws-config")]
pub fn load(profile: &Profile, source: &Source) -> Result<Credentials> {
    use anyhow::anyhow;

    let name = source.name();
    let loaded = match source {
        Source::Profile { .. } if profile.get("mfa_serial").is_some() => bail!(
            "the credentials come from {name} with mfa_serial, and this program doesn't ask for a \
             code; {}",
            exported(profile)
        ),
        Source::Profile { .. } => sdk_credentials::of_profile(profile),
        Source::WebIdentity => sdk_credentials::of_web_identity(profile),
        Source::Container { .. } => sdk_credentials::of_container(profile),
    };
    loaded.map_err(|error| {
        let remedy = if name.starts_with("sso_") {
            format!("; log in with `aws sso login --profile {}`", profile.name)
        } else {
            String::new()
        };
        anyhow!("the credentials come from {name}, which failed: {error:#}{remedy}")
    })
}

/// Returns an error that names the source.
#[cfg(not(feature = "aws-config"))]
pub fn load(profile: &Profile, source: &Source) -> Result<Credentials> {
    bail!(
        "the credentials come from {}, which needs a network; install this program with \
         `--features aws-config`, or {}",
        source.name(),
        exported(profile)
    )
}

/// Returns the credentials of the instance's role, or `None` if this isn't an instance.
#[cfg(feature = "aws-config")]
pub fn of_instance(profile: &Profile) -> Result<Option<Credentials>> {
    sdk_credentials::of_instance(profile)
}

/// Returns `None`, because this build doesn't ask.
#[cfg(not(feature = "aws-config"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
pub fn of_instance(_: &Profile) -> Result<Option<Credentials>> {
    Ok(None)
}

/// Returns an error if the profile has a `login_session`, which no build supports.
pub fn check_no_login_session(profile: &Profile) -> Result<()> {
    if profile.get("login_session").is_some() {
        bail!(
            "the credentials come from login_session, which is not supported; {}",
            exported(profile)
        );
    }
    Ok(())
}

/// Returns the remedy that every source has.
fn exported(profile: &Profile) -> String {
    let name = &profile.name;
    // With `--profile` the environment would not be asked.
    let without = if profile.is_chosen {
        ", and run this without --profile"
    } else {
        ""
    };
    format!(
        "put temporary ones into the environment with \
         `eval \"$(aws configure export-credentials --profile {name} --format env)\"`{without}"
    )
}
