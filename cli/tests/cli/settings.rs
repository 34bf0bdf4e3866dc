//! Values from the environment and from profiles.

use super::*;

/// Config and credentials files with three profiles.
fn with_files(run: Presign) -> Presign {
    run.file(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {SECRET}\n\n\
             # another one\n[other]\n  aws_access_key_id=AKIDOTHER\n  aws_secret_access_key={OTHER_SECRET}\n\
             [both]\naws_access_key_id = AKIDBOTH\naws_secret_access_key = {SECRET}\nregion = eu-west-3\n"
        ),
    )
    .file(
        ".aws/config",
        format!(
            "[default]\nregion = eu-west-1\n\n\
             [profile other]\nregion = eu-west-2\nendpoint_url = http://other.example.com\ns3 =\n    \
             addressing_style = virtual\noutput = json\n\
             [profile both]\nregion = eu-north-1\naws_session_token = {TOKEN}\nservices = local\n\
             endpoint_url = http://general.example.com\n\
             [profile config-only]\naws_access_key_id = ASIDCONFIG\naws_secret_access_key = {OTHER_SECRET}\n\
             aws_session_token = {TOKEN}\n\
             [services local]\ns3 =\n  endpoint_url = http://localhost:9000\ndynamodb =\n  \
             endpoint_url = http://localhost:8000\n"
        ),
    )
}

/// Access key id and region of a URL.
fn signer(url: &str) -> (String, String) {
    let credential = param(url, "X-Amz-Credential").unwrap();
    let parts: Vec<_> = credential.split('/').collect();
    (parts[0].into(), parts[2].into())
}

#[test]
fn credentials_come_from_the_environment_then_the_profile() {
    let get = |args: &[&str]| {
        with_files(Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])).args(args)
    };
    let who = |run: Presign| signer(&run.url()).0;
    assert_eq!(who(get(&[])), "AKIDDEFAULT");
    assert_eq!(who(get(&[]).env("AWS_PROFILE", "other")), "AKIDOTHER");
    assert_eq!(who(get(&["--profile", "other"])), "AKIDOTHER");
    assert_eq!(
        who(get(&["--profile", "other"]).env("AWS_PROFILE", "both")),
        "AKIDOTHER"
    );
    assert_eq!(who(get(&["--profile=config-only"])), "ASIDCONFIG");
    // The environment goes before the profile that it names, but not before one that an option
    // names.
    assert_eq!(who(get(&[]).credentials(ID, SECRET, None)), ID);
    assert_eq!(
        who(get(&[])
            .credentials(ID, SECRET, None)
            .env("AWS_PROFILE", "other")),
        ID
    );
    assert_eq!(
        who(get(&["--profile", "other"]).credentials(ID, SECRET, None)),
        "AKIDOTHER"
    );
    // Empty variables are not set.
    assert_eq!(who(get(&[]).credentials("", "", None)), "AKIDDEFAULT");
    // Credentials of the environment need no profile.
    let nowhere = get(&[])
        .credentials(ID, SECRET, None)
        .env("AWS_PROFILE", "nowhere");
    assert_eq!(signer(&nowhere.url()), (ID.into(), "us-east-1".into()));
}

#[test]
fn a_session_token_belongs_to_the_keys_beside_it() {
    let get = |args: &[&str]| {
        with_files(Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])).args(args)
    };
    let token = |run: Presign| param(&run.url(), "X-Amz-Security-Token");
    assert_eq!(
        token(get(&["--profile=config-only"])).as_deref(),
        Some(TOKEN)
    );
    // The keys of `both` are in the credentials file, its token in the config file.
    assert_eq!(token(get(&["--profile=both"])), None);
    let env = || get(&[]).credentials(ID, SECRET, Some(TOKEN));
    assert_eq!(token(env()).as_deref(), Some(TOKEN));
    assert_eq!(token(env().args(["--profile=other"])), None);
    assert_eq!(token(get(&[]).env("AWS_SESSION_TOKEN", TOKEN)), None);
    assert_eq!(token(get(&[]).credentials(ID, SECRET, Some(""))), None);
    // The AWS CLI (botocore 1.44.8) reads the name of old programs first.
    let old = |value| token(env().env("AWS_SECURITY_TOKEN", value));
    assert_eq!(old("old").as_deref(), Some("old"));
    assert_eq!(old("").as_deref(), Some(TOKEN));
    let file = "[default]\naws_access_key_id = AKID\naws_secret_access_key = secret\n\
        aws_session_token = new\naws_security_token = old\n";
    let run = Presign::bare(["get", "s3://examplebucket/k", "--at", NOW]);
    let run = run.file(".aws/credentials", file);
    assert_eq!(token(run).as_deref(), Some("old"));
}

#[test]
fn files_are_where_the_environment_says() {
    let run = |credentials: &str| {
        let run = Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])
            .file(
                "here/keys",
                format!("[default]\naws_access_key_id=AKIDHERE\naws_secret_access_key={SECRET}\n"),
            )
            .file(
                "here/conf",
                "[profile default]\nregion=sa-east-1\n[default]\nregion=x-1\n",
            );
        let config = run.home.path().join("here/conf");
        let credentials = match credentials.starts_with('~') {
            true => credentials.into(),
            false => run.home.path().join(credentials).into_os_string(),
        };
        run.env("AWS_SHARED_CREDENTIALS_FILE", credentials)
            .env("AWS_CONFIG_FILE", config)
    };
    let expected = ("AKIDHERE".to_owned(), "sa-east-1".to_owned());
    assert_eq!(signer(&run("here/keys").url()), expected);
    assert_eq!(signer(&run("~/here/keys").url()), expected);
    let rejected = run("nowhere/keys").rejected();
    assert!(
        rejected.contains("nowhere/keys") && rejected.contains("here/conf"),
        "{rejected}"
    );
}

#[test]
fn the_region_comes_from_the_option_the_environment_the_profile_or_the_default() {
    let get = |args: &[&str]| with_files(Presign::new(["get", "s3://examplebucket/k"])).args(args);
    let region = |run: Presign| signer(&run.url()).1;
    let bare = Presign::new(["get", "s3://examplebucket/k"]);
    assert_eq!(region(bare), "us-east-1");
    assert_eq!(region(get(&[])), "eu-west-1");
    assert_eq!(
        region(get(&["--profile=other", "--endpoint-url=http://h"])),
        "eu-west-2"
    );
    // The credentials file goes before the config file.
    assert_eq!(
        region(get(&["--profile=both", "--endpoint-url=http://h"])),
        "eu-west-3"
    );
    let env = || get(&["--profile=other", "--endpoint-url=http://h"]);
    assert_eq!(
        region(env().env("AWS_DEFAULT_REGION", "ap-south-1")),
        "ap-south-1"
    );
    let both = || {
        env()
            .env("AWS_DEFAULT_REGION", "ap-south-1")
            .env("AWS_REGION", "ap-south-2")
    };
    assert_eq!(region(both()), "ap-south-2");
    assert_eq!(region(both().args(["--region=ca-west-1"])), "ca-west-1");
    assert_eq!(region(env().env("AWS_REGION", "")), "eu-west-2");
    for command in ["url", "sign"] {
        let json = Presign::new([command, "https://example.com/"])
            .env("AWS_REGION", "ap-south-2")
            .json();
        assert!(text(&json, "/string_to_sign").contains("/ap-south-2/s3/"));
    }
}

#[test]
fn the_endpoint_comes_from_the_option_the_environment_or_the_profile() {
    let get = |profile: &str| {
        with_files(Presign::new([
            "get",
            "s3://examplebucket/k",
            "--profile",
            profile,
        ]))
    };
    let url = |run: Presign| address(&run.url()).to_owned();
    assert_eq!(
        url(get("default")),
        "https://examplebucket.s3.eu-west-1.amazonaws.com/k"
    );
    // The profile's endpoint, and the addressing style in the lines below `s3 =`.
    assert_eq!(
        url(get("other")),
        "http://examplebucket.other.example.com/k"
    );
    assert_eq!(
        url(get("other").args(["--addressing-style=path"])),
        "http://other.example.com/examplebucket/k"
    );
    // The one for S3 goes before the one for all services.
    assert_eq!(url(get("both")), "http://localhost:9000/examplebucket/k");
    let env = || get("both").env("AWS_ENDPOINT_URL", "http://all.example.com");
    assert_eq!(url(env()), "http://all.example.com/examplebucket/k");
    let s3 = || env().env("AWS_ENDPOINT_URL_S3", "http://s3.example.com");
    assert_eq!(url(s3()), "http://s3.example.com/examplebucket/k");
    assert_eq!(
        url(s3().args(["--endpoint-url=http://option.example.com"])),
        "http://option.example.com/examplebucket/k"
    );
}

#[test]
fn kinds_of_hosts_come_from_the_environment_or_the_profile() {
    let get = || Presign::new(["get", "s3://examplebucket/k"]);
    let url = |run: Presign| address(&run.url()).to_owned();
    let dualstack = "https://examplebucket.s3.dualstack.us-east-1.amazonaws.com/k";
    let fips = "https://examplebucket.s3-fips.us-east-1.amazonaws.com/k";
    assert_eq!(
        url(get().env("AWS_USE_DUALSTACK_ENDPOINT", "true")),
        dualstack
    );
    assert_eq!(url(get().env("AWS_USE_FIPS_ENDPOINT", "TRUE")), fips);
    let config = "[default]\nuse_fips_endpoint = true\n";
    assert_eq!(url(get().file(".aws/config", config)), fips);
    let off = get()
        .file(".aws/config", config)
        .env("AWS_USE_FIPS_ENDPOINT", "false");
    assert_eq!(
        url(off),
        "https://examplebucket.s3.us-east-1.amazonaws.com/k"
    );
    // They say nothing of an endpoint that is not AWS's.
    let custom = get().env("AWS_USE_FIPS_ENDPOINT", "true");
    let custom = custom.args(["--endpoint-url=http://localhost:9000"]);
    assert_eq!(url(custom), "http://localhost:9000/examplebucket/k");
}
