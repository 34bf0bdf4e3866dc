//! The environment, and the shared credentials and config files, whose format is that of
//! [Configuration and credential file
//! settings](https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html). No message
//! quotes a line of a file, because any line may contain a secret.

use anyhow::{Context, Result, bail, ensure};
use configparser::ini::{Ini, IniDefault};
use std::collections::HashMap;
use std::env::{self, VarError};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Returns the first of the environment variables that is set. An empty variable counts as not set.
pub fn variable(names: &[&str]) -> Result<Option<String>> {
    for name in names {
        match env::var(name) {
            Ok(value) if !value.is_empty() => return Ok(Some(value)),
            Ok(_) | Err(VarError::NotPresent) => {}
            Err(VarError::NotUnicode(_)) => {
                bail!("the environment variable {name} is not UTF-8")
            }
        }
    }
    Ok(None)
}

/// The settings of one profile in both files.
pub struct Profile {
    pub name: String,
    /// True if an option named the profile, which then precedes the environment.
    pub is_chosen: bool,
    /// The profile's section in the credentials file, if it has one.
    pub credentials: Option<Section>,
    /// The profile's section in the config file, if it has one.
    pub config: Option<Section>,
    /// The config file's `[services …]` section that the profile names.
    services: Option<Section>,
    /// The paths of the files, for messages.
    pub files: String,
}

impl Profile {
    /// Loads the profile `chosen`, else that of `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`, else
    /// `default`. A profile that is in neither file is empty, unless an option named it.
    pub fn load(chosen: Option<&str>) -> Result<Self> {
        let name = match chosen {
            Some(name) => name.into(),
            None => variable(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])?
                .unwrap_or_else(|| "default".into()),
        };
        let credentials = File::read("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let config = File::read("AWS_CONFIG_FILE", "config")?;
        let of_config = match config.section("profile", &name) {
            None if name == "default" => config.section("", &name),
            section => section,
        };
        let services = of_config
            .and_then(|section| section.get("services"))
            .and_then(|name| config.section("services", name));
        let profile = Profile {
            is_chosen: chosen.is_some(),
            credentials: credentials.section("", &name).cloned(),
            config: of_config.cloned(),
            services: services.cloned(),
            files: format!("{} or {}", credentials.path, config.path),
            name,
        };
        ensure!(
            !profile.is_chosen || profile.credentials.is_some() || profile.config.is_some(),
            "the profile `{}` is not in {}",
            profile.name,
            profile.files
        );
        Ok(profile)
    }

    /// Returns the names of the profiles in the credentials file, sorted; none if it can't be read.
    pub fn names() -> Vec<String> {
        let file = File::read("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let headers = file.into_iter().flat_map(|file| file.sections.into_keys());
        let mut names: Vec<String> = headers.filter(|header| !header.is_empty()).collect();
        names.sort();
        names
    }

    /// Returns a setting.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sections().find_map(|section| section.get(key))
    }

    /// Returns the region of the environment, else the profile's, else us-east-1.
    pub fn region(&self) -> Result<String> {
        let region = variable(&["AWS_REGION", "AWS_DEFAULT_REGION"])?;
        Ok(region.unwrap_or_else(|| self.get("region").unwrap_or("us-east-1").into()))
    }

    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.credentials.iter().chain(&self.config)
    }

    /// Returns a setting among the indented lines below `s3 =`.
    pub fn get_s3(&self, key: &str) -> Option<&str> {
        self.sections()
            .find_map(|section| section.nested("s3", key))
    }

    /// Returns a setting for S3 in the `[services …]` section.
    pub fn get_s3_service(&self, key: &str) -> Option<&str> {
        self.services.as_ref()?.nested("s3", key)
    }
}

/// The settings below one header of a file.
#[derive(Clone)]
pub struct Section(HashMap<String, Option<String>>);

impl Section {
    /// Returns a setting. Keys are case-insensitive; an empty setting counts as not set.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut settings = self.0.iter();
        let (_, value) = settings.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
        value.as_deref().filter(|value| !value.is_empty())
    }

    /// Returns the value of `key = value` among the indented lines below `parent =`.
    fn nested(&self, parent: &str, key: &str) -> Option<&str> {
        let mut lines = self
            .get(parent)?
            .lines()
            .filter_map(|line| line.split_once('='));
        let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(key))?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }
}

/// A parsed file, without sections if it doesn't exist.
struct File {
    /// The path, for messages.
    path: String,
    sections: HashMap<String, Section>,
}

impl File {
    /// Reads the file that an environment variable names, else the one in the home directory.
    fn read(path_variable: &str, default_name: &str) -> Result<Self> {
        let home = env::home_dir().unwrap_or_else(|| "~".into());
        let path = match variable(&[path_variable])? {
            // Shells don't expand the tilde within quotes.
            Some(path) => match path.strip_prefix("~/") {
                Some(path) => home.join(path),
                None => PathBuf::from(path),
            },
            None => home.join(".aws").join(default_name),
        };
        let text = match fs::read_to_string(&path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(String::new())
            }
            result => result,
        };
        let path = path.display().to_string();
        let text = text.with_context(|| format!("the file {path} can't be read"))?;
        match parse(&text) {
            Ok(sections) => Ok(File { path, sections }),
            Err(line) => bail!(
                "the file {path} is not a profile file: {line} is neither `[section]` nor `key = value`"
            ),
        }
    }

    /// Returns the section `[kind name]`, or `[name]` if the kind is empty.
    fn section(&self, kind: &str, name: &str) -> Option<&Section> {
        let mut sections = self.sections.iter();
        let (_, section) = sections.find(|(header, _)| name_in(header, kind) == Some(name))?;
        Some(section)
    }
}

/// Returns the name, which may be quoted, in the section header `kind name`.
fn name_in<'a>(header: &'a str, kind: &str) -> Option<&'a str> {
    let mut name = header.strip_prefix(kind)?;
    if !kind.is_empty() {
        name = name.strip_prefix([' ', '\t'])?;
    }
    let name = name.trim();
    let unquoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    Some(unquoted.unwrap_or(name))
}

/// Parses the sections of a file. The error is the line that is wrong.
fn parse(text: &str) -> Result<HashMap<String, Section>, String> {
    let mut options = IniDefault::default();
    // Settings before the first header belong to no section.
    options.default_section = String::new();
    options.comment_symbols = vec!['#', ';'];
    options.enable_inline_comments = false;
    options.case_sensitive = true;
    options.multiline = true;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match Ini::new_from_defaults(options).read(text.into()) {
        Ok(sections) => Ok(sections
            .into_iter()
            .map(|(header, settings)| (header, Section(settings)))
            .collect()),
        // `line 3: …`; only the number can't be a secret.
        Err(message) => Err(message.split(':').next().unwrap_or_default().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{name_in, parse};

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
            assert_eq!(name_in(header, "profile"), Some("x"), "{header}");
        }
        for header in ["x", "profilex", "profile x y", "services x", "profile \"x"] {
            assert_ne!(name_in(header, "profile"), Some("x"), "{header}");
        }
        assert_eq!(name_in("x", ""), Some("x"));
        assert_ne!(name_in("profile x", ""), Some("x"));
    }
}
