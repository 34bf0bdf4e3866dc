//! The pages of central types begin with the methods that most readers look for.

use crate::source::source_files;

/// The top module of the type, the type, and the first methods on its page. The module is empty if
/// several modules have methods of the type.
const FIRST_METHODS: &[(&str, &str, &[&str])] = &[
    ("", "Request", &["presign", "presign_into", "prepare_url"]),
    ("", "Verifier", &["new", "verify"]),
    ("", "Verified", &["access_key_id"]),
    ("s3", "Bucket", &["new", "builder", "get", "put"]),
    ("gcs", "Bucket", &["new", "builder", "get", "put"]),
    ("", "Credentials", &["new", "from_pem"]),
    ("request", "Template", &["presign"]),
    ("", "Unsigned", &["string_to_sign", "scope", "finish"]),
    ("", "PostPolicy", &["presign", "prepare"]),
    ("azure", "Account", &["new", "name", "container"]),
    ("azure", "Container", &["get", "put"]),
    ("azure", "Sas", &["presign", "prepare"]),
    (
        "cloudfront",
        "Policy",
        &["new", "canned", "from_json", "presign"],
    ),
    ("cloudfront", "Distribution", &["new", "get"]),
];

/// Returns the name of the type in the first line of an inherent `impl`.
fn type_of_impl(line: &str) -> Option<&str> {
    let line = line.strip_prefix("impl")?.strip_suffix(" {")?;
    let line = match line.strip_prefix('<') {
        Some(line) => line.split_once("> ")?.1,
        None => line.trim_start(),
    };
    let name = line.split('<').next()?;
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then_some(name)
}

/// rustdoc lists the `impl` blocks of a type in the order of the modules, and a module's children
/// before its own.
#[test]
fn pages_begin_with_the_main_methods() {
    let files = source_files();
    for (module, name, expected) in FIRST_METHODS {
        let mut methods = Vec::new();
        for file in &files {
            if !module.is_empty() && file.top_module() != *module {
                continue;
            }
            let mut is_inside = false;
            for line in file.code.lines() {
                if let Some(type_name) = type_of_impl(line) {
                    is_inside = type_name == *name;
                } else if line == "}" {
                    is_inside = false;
                } else if let Some(method) = line.strip_prefix("    pub fn ").filter(|_| is_inside)
                {
                    let end = method.find(['(', '<']).unwrap();
                    methods.push(&method[..end]);
                }
            }
        }
        assert_eq!(methods[..expected.len()], **expected, "{module}::{name}");
    }
}
