//! The environment, and the shared credentials and config files: where values come from. What does not live
//! here: what a value means.
//!
//! The format is that of [Configuration and credential file
//! settings](https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html). No message quotes a
//! line of a file: any of them may hold a secret.

use crate::output::{Refusal, Result};
use configparser::ini::{Ini, IniDefault};
use std::collections::HashMap;
use std::env::{self, VarError};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// A variable of the environment. An empty one counts as not set.
pub fn variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Refusal::new(format!(
            "the environment variable {name} is not UTF-8"
        ))),
    }
}

/// What the two files say of one profile.
pub struct Profile {
    pub name: String,
    /// Asked for by an option, and so preferred to the environment.
    pub is_chosen: bool,
    /// Of the credentials file.
    credentials: Option<Section>,
    /// Of the config file.
    config: Option<Section>,
    /// The config file's `[services …]` section that the profile names.
    services: Option<Section>,
    /// The files, for messages.
    pub files: String,
}

impl Profile {
    /// The profile of that name, else that of `AWS_PROFILE`, else `default`. One that is in neither
    /// file is an empty profile, unless an option asked for it.
    pub fn load(chosen: Option<&str>) -> Result<Self> {
        let name = match chosen {
            Some(name) => name.into(),
            None => variable("AWS_PROFILE")?.unwrap_or_else(|| "default".into()),
        };
        let mut credentials = File::read("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let mut config = File::read("AWS_CONFIG_FILE", "config")?;
        let of_config = match config.take("profile", &name) {
            None if name == "default" => config.take("", &name),
            section => section,
        };
        let services = of_config
            .as_ref()
            .and_then(|section| section.get("services"))
            .and_then(|name| config.take("services", name));
        let profile = Profile {
            is_chosen: chosen.is_some(),
            credentials: credentials.take("", &name),
            config: of_config,
            services,
            files: format!("{} or {}", credentials.name, config.name),
            name,
        };
        if profile.is_chosen && profile.sections().next().is_none() {
            return Err(Refusal::new(format!(
                "the profile `{}` is not in {}",
                profile.name, profile.files
            )));
        }
        Ok(profile)
    }

    /// The sections of the profile, that of the credentials file first: it goes before the other.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.credentials.iter().chain(&self.config)
    }

    /// A setting.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sections().find_map(|section| section.get(key))
    }

    /// A setting among the indented lines below `s3 =`.
    pub fn get_s3(&self, key: &str) -> Option<&str> {
        self.sections()
            .find_map(|section| section.nested("s3", key))
    }

    /// A setting for S3 in the `[services …]` section.
    pub fn get_s3_service(&self, key: &str) -> Option<&str> {
        self.services.as_ref()?.nested("s3", key)
    }
}

/// The settings below one header of a file. An empty one counts as not set.
pub struct Section(HashMap<String, String>);

impl Section {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// `key = value` among the indented lines below `parent =`.
    fn nested(&self, parent: &str, key: &str) -> Option<&str> {
        self.get(parent)?
            .lines()
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(key))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }
}

/// One of the files; without sections if it does not exist.
struct File {
    /// For messages.
    name: String,
    sections: HashMap<String, Section>,
}

impl File {
    /// Reads the file that a variable names, else the one in the home directory.
    fn read(variable_name: &str, file: &str) -> Result<Self> {
        let home = env::home_dir();
        let path = match (variable(variable_name)?, home) {
            // A shell does not expand the tilde within quotes.
            (Some(path), Some(home)) => match path.strip_prefix("~/") {
                Some(rest) => home.join(rest),
                None => PathBuf::from(path),
            },
            (Some(path), None) => PathBuf::from(path),
            (None, Some(home)) => home.join(".aws").join(file),
            (None, None) => {
                return Ok(File {
                    name: format!("~/.aws/{file}"),
                    sections: HashMap::new(),
                });
            }
        };
        let name = path.display().to_string();
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| Refusal::new(format!("the file {name} is not UTF-8")))?,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                String::new()
            }
            Err(error) => {
                return Err(Refusal::new(format!(
                    "the file {name} can't be read: {error}"
                )));
            }
        };
        let sections = parse(&text).map_err(|line| {
            Refusal::new(format!(
                "the file {name} is no profile file: {line} is neither `[section]` nor `key = value`"
            ))
        })?;
        Ok(File { name, sections })
    }

    /// `[kind name]`, or `[name]` if the kind is empty.
    fn take(&mut self, kind: &str, name: &str) -> Option<Section> {
        let header = self
            .sections
            .keys()
            .find(|header| is_header(header, kind, name))?
            .clone();
        self.sections.remove(&header)
    }
}

/// Whether what stands between the brackets is `kind name`; the name may be in quotes.
fn is_header(header: &str, kind: &str, name: &str) -> bool {
    let Some(rest) = header.strip_prefix(kind) else {
        return false;
    };
    if !kind.is_empty() && !rest.starts_with([' ', '\t']) {
        return false;
    }
    let rest = rest.trim();
    let unquoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| rest.strip_prefix(quote)?.strip_suffix(quote));
    unquoted.unwrap_or(rest) == name
}

/// The sections of a file; on an error, the line in question.
fn parse(text: &str) -> Result<HashMap<String, Section>, String> {
    // Settings before the first header belong to no section.
    let mut options = IniDefault::default();
    options.default_section = String::new();
    options.comment_symbols = vec!['#', ';'];
    options.enable_inline_comments = false;
    options.case_sensitive = true;
    options.multiline = true;
    let mut ini = Ini::new_from_defaults(options);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sections = ini.read(text.into()).map_err(|message| {
        // `line 3: …`; only the number is sure to be nobody's secret.
        message.split(':').next().unwrap_or_default().to_owned()
    })?;
    let settings = |settings: &_| -> HashMap<_, _> {
        let settings: &HashMap<String, Option<String>> = settings;
        settings
            .iter()
            .filter_map(|(key, value)| Some((key.to_ascii_lowercase(), value.clone()?)))
            .collect()
    };
    Ok(sections
        .iter()
        .map(|(header, section)| (header.clone(), Section(settings(section))))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{is_header, parse};

    const FILE: &str = "\
\u{feff}aws_access_key_id = nobody's
[default]
aws_access_key_id = AKIDEXAMPLE
AWS_SECRET_ACCESS_KEY= a=b;c#d\\n\"e

[profile \"with space\"]
  # a comment, indented
  region = eu-west-1
  s3 =
    addressing_style = path
    use_dualstack_endpoint=true
  output = json
; a comment
[services local]
s3 =
  endpoint_url = http://localhost:9000
";

    #[test]
    fn a_value_is_taken_as_it_is_and_indented_lines_belong_to_their_key() {
        let file = parse(FILE).unwrap();
        let default = &file["default"];
        assert_eq!(default.get("aws_access_key_id"), Some("AKIDEXAMPLE"));
        assert_eq!(default.get("aws_secret_access_key"), Some("a=b;c#d\\n\"e"));
        let profile = &file["profile \"with space\""];
        assert_eq!(profile.get("region"), Some("eu-west-1"));
        assert_eq!(profile.get("output"), Some("json"));
        assert_eq!(profile.nested("s3", "addressing_style"), Some("path"));
        assert_eq!(profile.nested("s3", "use_dualstack_endpoint"), Some("true"));
        assert_eq!(profile.nested("s3", "region"), None);
        assert_eq!(
            file["services local"].nested("s3", "endpoint_url"),
            Some("http://localhost:9000")
        );
    }

    #[test]
    fn an_error_tells_the_line_and_nothing_of_it() {
        let message = parse("[default]\nregion = x\n[secret\n").err().unwrap();
        assert_eq!(message, "line 3");
        let message = parse("[default]\n= secret\n").err().unwrap();
        assert_eq!(message, "line 2");
    }

    #[test]
    fn a_header_is_a_kind_and_a_name_that_may_be_quoted() {
        for header in ["profile x", "profile   x", "profile \"x\"", "profile\t'x'"] {
            assert!(is_header(header, "profile", "x"), "{header}");
        }
        for header in ["x", "profilex", "profile x y", "services x", "profile \"x"] {
            assert!(!is_header(header, "profile", "x"), "{header}");
        }
        assert!(is_header("x", "", "x"));
        assert!(!is_header("profile x", "", "x"));
    }
}
