//! Checks documents: their links, the files and headings that they name, and the facts that they
//! repeat. Links in the package have to be absolute, because the registry shows a document without
//! the files beside it.

use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use std::fs;
use std::path::Path;

/// Returns the targets of a document's links.
fn link_targets(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(path).unwrap();
    let inline = text.split("](").skip(1);
    let inline = inline.map(|rest| rest.split(')').next().unwrap());
    let definitions = text.lines().filter(|line| line.starts_with('['));
    let definitions = definitions.filter_map(|line| line.split_once("]: "));
    let targets = inline.chain(definitions.map(|(_, target)| target));
    targets.map(str::to_owned).collect()
}

#[test]
fn links_of_the_package_are_absolute() {
    for name in ["README.md", "CHANGELOG.md"] {
        let targets = link_targets(name);
        assert!(!targets.is_empty(), "{name}");
        for target in targets {
            let is_absolute = target.starts_with("https://") || target.starts_with('#');
            assert!(is_absolute, "{target} in {name}");
        }
    }
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_readme_quotes_an_error_as_it_is() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let upload = bucket
        .put("report.pdf")
        .header("Content-Type", "application/pdf\n");
    let error = upload.sign(&credentials, Timestamp::from_unix_seconds(0));
    let message = error.unwrap_err().to_string();
    assert!(read("README.md").contains(&message), "{message}");
}

/// The rows of the table of features, without links.
fn feature_rows(text: &str) -> Vec<String> {
    let (_, table) = text.split_once("| feature | default | content |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .map(|line| line.trim_start_matches("//! "));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.replace("[`", "`").replace("`]", "`"))
        .collect()
}

#[test]
fn the_tables_of_features_are_equal_and_complete() {
    let rows = feature_rows(&read("README.md"));
    assert_eq!(feature_rows(&read("src/lib.rs")), rows);

    let manifest = read("Cargo.toml");
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let names = features.lines().filter_map(|line| line.split_once(" = "));
    let names = names.filter(|(name, _)| !name.starts_with('#') && *name != "default");
    let names: Vec<_> = names.map(|(name, _)| format!("| `{name}` |")).collect();
    assert_eq!(rows.len(), names.len());
    for (row, name) in rows.iter().zip(names) {
        assert!(row.starts_with(&name), "{row}");
    }
}

/// CONTRIBUTING.md is not in the package, so without it there is nothing to check.
#[test]
fn files_that_the_documents_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["CONTRIBUTING.md", "DESIGN.md"] {
        let Ok(text) = fs::read_to_string(root.join(name)) else {
            continue;
        };
        let code = text.split('`').skip(1).step_by(2);
        let paths = code.filter(|code| {
            let starts = [
                "src/",
                "tests/",
                "benches/",
                "cli/",
                "servers/",
                "fuzz/",
                "examples/",
            ];
            // Fuzzing creates this folder.
            let is_created = *code == "fuzz/artifacts";
            !is_created
                && starts.iter().any(|start| code.starts_with(start))
                && !code.contains(['*', ' ', '<', '{'])
        });
        let paths: Vec<_> = paths.collect();
        assert!(!paths.is_empty(), "{name}");
        for path in paths {
            assert!(root.join(path).exists(), "{path} in {name}");
        }
    }
}

/// The texts of all files in a folder, with their names.
fn texts_in(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_in(&path, texts);
        } else if let Ok(text) = fs::read_to_string(&path) {
            texts.push((path.display().to_string(), text));
        }
    }
}

/// rustdoc checks the module of a link, but not the heading in it.
#[test]
fn headings_that_the_documentation_links_to_exist() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    texts_in(&source, &mut texts);
    let mut links = 0;
    for (name, text) in &texts {
        for link in text.split("](crate::").skip(1) {
            let (target, _) = link.split_once(')').unwrap();
            let Some((module, heading)) = target.split_once('#') else {
                continue;
            };
            let path = source.join(module.replace("::", "/"));
            let files = [
                path.join("mod.rs"),
                path.with_extension("rs"),
                path.with_extension("md"),
            ];
            // The headings of a type are those of rustdoc.
            let Some(text) = files.iter().find_map(|file| fs::read_to_string(file).ok()) else {
                continue;
            };
            links += 1;
            let lines = text.lines().map(|line| line.trim_start_matches("//! "));
            let mut headings = lines.filter(|line| line.starts_with('#'));
            let exists = headings.any(|line| {
                line.trim_start_matches('#')
                    .trim()
                    .to_lowercase()
                    .replace(' ', "-")
                    == heading
            });
            assert!(exists, "{target} in {name}");
        }
    }
    assert!(links > 5, "{links}");
}

#[test]
fn the_documentation_lists_the_headers_that_are_never_signed() {
    let source = read("src/v4/signed_headers.rs");
    let (_, table) = source.split_once("with_prefixes([").unwrap();
    let (table, _) = table.split_once("])").unwrap();
    let documentation = read("src/v4/mod.rs").replace("\n//! ", " ");
    let (_, section) = documentation.split_once("# Headers").unwrap();
    let (section, _) = section.split_once(". `host` is always").unwrap();
    let names = |text: &str, quote: char| -> Vec<String> {
        let names = text.split(quote).skip(1).step_by(2);
        names.map(str::to_owned).collect()
    };
    let table = names(table, '"');
    assert!(!table.is_empty());
    assert_eq!(names(section, '`'), table);
}
