//! Identity, region and address are those that the AWS CLI v2 chooses. `aws_choices.py` recorded
//! them.

use super::*;

const CONTAINER: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

#[derive(Debug)]
struct Case(Value);

impl Case {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn run(&self) -> Ran {
        let mut run = Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])
            .file(".aws/config", self.text("config"))
            .file(".aws/credentials", self.text("credentials"));
        // With the feature `aws-config`, nothing answers.
        run = run.env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
        for (name, value) in self.0["env"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            run = match name.as_str() {
                CONTAINER if cfg!(feature = "aws-config") => {
                    run.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/")
                }
                _ => run.env(name, value),
            };
        }
        if let Some(profile) = self.0["profile"].as_str() {
            run = run.args(["--profile", profile]);
        }
        run.run()
    }
}

#[test]
fn everything_is_chosen_as_the_aws_cli_chooses_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/aws_choices.jsonl");
    let cases = fs::read_to_string(path).unwrap();
    let cases: Vec<_> = cases
        .lines()
        .map(|line| Case(serde_json::from_str(line).unwrap()))
        .collect();
    assert_eq!(cases.len(), 60);
    for case in cases {
        let (ran, expected) = (case.run(), &case.0["expected"]);
        if let Some(id) = expected["access_key_id"].as_str() {
            let url = ran.stdout.trim_end();
            assert_eq!(ran.status, 0, "{case:?}: {}", ran.stderr);
            assert_eq!(url.split('?').next(), expected["url"].as_str(), "{case:?}");
            let credential = param(url, "X-Amz-Credential").unwrap();
            let region = expected["region"].as_str().unwrap();
            let front = format!("{id}/20130524/{region}/");
            assert!(credential.starts_with(&front), "{credential}, {case:?}");
        } else {
            // A source that needs a network or failed is named, and no other one signs.
            let source = match expected["source"].as_str().unwrap() {
                "container" if cfg!(feature = "aws-config") => "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "container" => CONTAINER,
                "web_identity_token_file" if case.text("config").contains("web_") => {
                    "web_identity_token_file"
                }
                "web_identity_token_file" => "AWS_WEB_IDENTITY_TOKEN_FILE",
                source => source,
            };
            assert_eq!(ran.status, 1, "{case:?}");
            assert_eq!(ran.stdout, "", "{case:?}");
            assert!(ran.stderr.contains(source), "{}, {case:?}", ran.stderr);
            let is_local = ["credential_process", "login_session"].contains(&source);
            assert_eq!(
                ran.stderr.contains("with `--features aws-config`"),
                !is_local && !cfg!(feature = "aws-config"),
                "{}",
                ran.stderr
            );
        }
    }
}
