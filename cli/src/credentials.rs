//! Whose signature it is: the credentials of the environment or of a profile. What does not live here: the
//! reading of the files.

use crate::output::{Refusal, Result};
use crate::profile::{Profile, variable};
use presign::{Credentials, Timestamp};

/// The environment's credentials, else the profile's. A profile that an option asked for goes before the
/// environment, as with the AWS CLI.
pub fn find(profile: &Profile) -> Result<Credentials> {
    if !profile.is_chosen
        && let Some(credentials) = of_environment()?
    {
        return Ok(credentials);
    }
    of_profile(profile)
}

fn of_environment() -> Result<Option<Credentials>> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
    /// `aws configure export-credentials` writes it beside the others.
    const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
    let (id, secret) = match (variable(ID)?, variable(SECRET)?) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(half("the environment", ID, SECRET)),
        (None, Some(_)) => return Err(half("the environment", SECRET, ID)),
    };
    let mut credentials = Credentials::new(id, secret)?;
    if let Some(token) = variable("AWS_SESSION_TOKEN")? {
        credentials = credentials.with_session_token(token)?;
    }
    if let Some(end) = variable(EXPIRATION)? {
        let end = Timestamp::parse(&end)
            .map_err(|error| Refusal::new(format!("in {EXPIRATION}: {error}")))?;
        credentials = credentials.with_expiration(end);
    }
    Ok(Some(credentials))
}

fn of_profile(profile: &Profile) -> Result<Credentials> {
    const ID: &str = "aws_access_key_id";
    const SECRET: &str = "aws_secret_access_key";
    let name = &profile.name;
    // The AWS CLI asks these even if the profile has keys too, so the keys would be somebody else's.
    refuse_elsewhere(profile, &["role_arn", "sso_session", "sso_start_url"])?;
    // Both keys and the token stand in the same file.
    for section in profile.sections() {
        let (id, secret) = match (section.get(ID), section.get(SECRET)) {
            (Some(id), Some(secret)) => (id, secret),
            (None, None) => continue,
            (Some(_), None) => return Err(half(&format!("the profile `{name}`"), ID, SECRET)),
            (None, Some(_)) => return Err(half(&format!("the profile `{name}`"), SECRET, ID)),
        };
        let credentials = Credentials::new(id, secret)?;
        // The second name is that of old files.
        let token = section
            .get("aws_session_token")
            .or_else(|| section.get("aws_security_token"));
        return match token {
            Some(token) => Ok(credentials.with_session_token(token)?),
            None => Ok(credentials),
        };
    }
    refuse_elsewhere(profile, &["credential_process", "login_session"])?;
    let files = &profile.files;
    Err(Refusal::new(match profile.is_chosen {
        true => format!("no credentials: the profile `{name}` has no {ID} in {files}"),
        false => format!(
            "no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and there is no {ID} for the \
             profile `{name}` in {files}"
        ),
    }))
}

/// Refuses a profile whose credentials have to be fetched: that takes a network or another program.
fn refuse_elsewhere(profile: &Profile, sources: &[&str]) -> Result<()> {
    let Some(source) = sources.iter().find(|key| profile.get(key).is_some()) else {
        return Ok(());
    };
    let name = &profile.name;
    Err(Refusal::new(format!(
        "the profile `{name}` gets its credentials by {source}, which is not supported: export temporary ones into the \
         environment, for example with `aws configure export-credentials --profile {name} --format env`"
    )))
}

fn half(place: &str, there: &str, missing: &str) -> Refusal {
    Refusal::new(format!("{place} has {there} but no {missing}"))
}
