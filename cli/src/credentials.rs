//! The credentials of the environment or of a profile.

use crate::credential_process;
use crate::network_credentials::{self, Source};
use crate::profile::{Profile, Section, variable};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use presign::{Credentials, Timestamp};

/// The option for the profile.
#[derive(Args)]
pub struct ProfileOption {
    /// A profile of the shared credentials and config files, which then precedes the environment's
    /// credentials
    #[arg(long = "profile", value_name = "PROFILE")]
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
    // The first name is that of old programs; the AWS CLI reads it first.
    let token = variable(&["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"])?;
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

/// Asks for the profile's credentials in the order of the AWS CLI, so that no other credentials are
/// used.
fn of_profile(profile: &Profile) -> Result<Credentials> {
    let Profile { name, files, .. } = profile;
    if let Some(source) = service(profile)? {
        return network_credentials::load(profile, &source);
    }
    if let Some(credentials) = of_section(profile.credentials.as_ref(), name)? {
        return Ok(credentials);
    }
    network_credentials::check_no_login_session(profile)?;
    if let Some(command) = profile.get("credential_process") {
        return credential_process::run(command)
            .with_context(|| format!("credential_process of the profile `{name}`"));
    }
    if let Some(credentials) = of_section(profile.config.as_ref(), name)? {
        return Ok(credentials);
    }
    for variable_name in [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ] {
        if variable(&[variable_name])?.is_some() {
            let source = Source::Container {
                variable: variable_name,
            };
            return network_credentials::load(profile, &source);
        }
    }
    if let Some(credentials) = network_credentials::of_instance(profile)? {
        return Ok(credentials);
    }
    let [id, _] = KEY_NAMES;
    ensure!(
        !profile.is_chosen,
        "no credentials: the profile `{name}` has no {id} in {files}"
    );
    bail!(
        "no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and the profile \
         `{name}` has no {id} in {files}"
    )
}

/// Returns the service that has the credentials, if they aren't in the profile itself.
fn service(profile: &Profile) -> Result<Option<Source<'static>>> {
    let has = |setting: &&str| profile.get(setting).is_some();
    if has(&"role_arn") && !has(&"web_identity_token_file") {
        return Ok(Some(Source::Profile {
            setting: "role_arn",
        }));
    }
    if !profile.is_chosen && variable(&["AWS_WEB_IDENTITY_TOKEN_FILE"])?.is_some() {
        return Ok(Some(Source::WebIdentity));
    }
    let settings = ["web_identity_token_file", "sso_session", "sso_start_url"];
    let setting = settings.into_iter().find(has);
    Ok(setting.map(|setting| Source::Profile { setting }))
}

const KEY_NAMES: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

/// Returns the credentials in a section. Both keys and the token are in the same file.
fn of_section(section: Option<&Section>, profile: &str) -> Result<Option<Credentials>> {
    let Some(section) = section else {
        return Ok(None);
    };
    // The first name is that of old files; the AWS CLI reads it first.
    let token = ["aws_security_token", "aws_session_token"]
        .into_iter()
        .find_map(|name| section.get(name));
    let keys = KEY_NAMES.map(|name| section.get(name));
    complete(&format!("the profile `{profile}`"), KEY_NAMES, keys, token)
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
