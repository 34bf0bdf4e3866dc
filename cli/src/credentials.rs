//! The credentials of the environment or of a profile.

use crate::profile::{Profile, variable};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use presign::{Credentials, Timestamp};

/// The option for the profile.
#[derive(Args)]
pub struct ProfileOption {
    /// A profile of the shared credentials and config files, which then precedes the environment's
    /// credentials
    #[arg(long = "profile", value_name = "P")]
    pub name: Option<String>,
}

impl ProfileOption {
    pub fn load(&self) -> Result<Profile> {
        Profile::load(self.name.as_deref())
    }
}

/// Returns the environment's credentials, else the profile's. A profile that an option names
/// precedes the environment, as in the AWS CLI.
pub fn find(profile: &Profile) -> Result<Credentials> {
    if !profile.is_chosen
        && let Some(credentials) = of_environment()?
    {
        return Ok(credentials);
    }
    of_profile(profile)
}

fn of_environment() -> Result<Option<Credentials>> {
    /// `aws configure export-credentials` writes it beside the others.
    const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
    const NAMES: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let keys = [variable(&NAMES[..1])?, variable(&NAMES[1..])?];
    let token = variable(&["AWS_SESSION_TOKEN"])?;
    let Some(credentials) = complete("the environment", NAMES, keys, token)? else {
        return Ok(None);
    };
    Ok(Some(match variable(&[EXPIRATION])? {
        Some(time) => {
            let expiration = time.parse::<Timestamp>();
            credentials.with_expiration(expiration.with_context(|| format!("in {EXPIRATION}"))?)
        }
        None => credentials,
    }))
}

fn of_profile(profile: &Profile) -> Result<Credentials> {
    const NAMES: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];
    let Profile { name, files, .. } = profile;
    // The AWS CLI prefers these to keys in the profile, which may be another user's.
    refuse_sources(profile, &["role_arn", "sso_session", "sso_start_url"])?;
    // Both keys and the token are in the same file.
    for section in &profile.sections {
        // The second name is that of old files.
        let token = ["aws_session_token", "aws_security_token"]
            .into_iter()
            .find_map(|name| section.get(name));
        let keys = NAMES.map(|name| section.get(name));
        if let Some(credentials) = complete(&format!("the profile `{name}`"), NAMES, keys, token)? {
            return Ok(credentials);
        }
    }
    refuse_sources(profile, &["credential_process", "login_session"])?;
    let [id, _] = NAMES;
    ensure!(
        !profile.is_chosen,
        "no credentials: the profile `{name}` has no {id} in {files}"
    );
    bail!(
        "no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and the profile \
         `{name}` has no {id} in {files}"
    )
}

/// Returns credentials if both the ID and the secret are set, and an error if only one of them is.
fn complete<T: Into<String>>(
    source: &str,
    [id_name, secret_name]: [&str; 2],
    keys: [Option<T>; 2],
    token: Option<T>,
) -> Result<Option<Credentials>> {
    let credentials = match keys {
        [Some(id), Some(secret)] => Credentials::new(id, secret)?,
        [None, None] => return Ok(None),
        [Some(_), None] => bail!("{source} has {id_name} but no {secret_name}"),
        [None, Some(_)] => bail!("{source} has {secret_name} but no {id_name}"),
    };
    Ok(Some(match token {
        Some(token) => credentials.with_session_token(token)?,
        None => credentials,
    }))
}

/// Refuses a profile whose credentials come from a network or from another program.
fn refuse_sources(profile: &Profile, sources: &[&str]) -> Result<()> {
    let name = &profile.name;
    if let Some(source) = sources.iter().find(|key| profile.get(key).is_some()) {
        bail!(
            "the profile `{name}` gets its credentials from {source}, which is not supported: export temporary \
             credentials into the environment, for example with `aws configure export-credentials --profile {name} \
             --format env`"
        );
    }
    Ok(())
}
