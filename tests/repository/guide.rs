//! Checks that the guide is complete: every chapter is included and has a link to a document, and
//! the chapter on errors lists every kind of error.

use std::fs;
use std::path::{Path, PathBuf};

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn chapters() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    let files = fs::read_dir(directory).unwrap();
    let mut chapters: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    chapters.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    assert!(chapters.len() > 8, "{chapters:?}");
    chapters
}

/// Returns the variants of an enum, each of which is on its own line.
fn variants<'a>(code: &'a str, name: &str) -> Vec<&'a str> {
    let (_, body) = code.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let lines = body.lines().map(str::trim);
    let lines = lines.take_while(|line| *line != "}");
    let names = lines.filter(|line| !line.starts_with('/') && !line.starts_with('#'));
    let name = |line: &'a str| line.split([' ', ',']).next().unwrap();
    names.map(name).collect()
}

#[test]
fn every_chapter_is_included_and_in_the_table() {
    let index = source("src/guide/mod.rs");
    for chapter in chapters() {
        let name = chapter.file_stem().unwrap().to_str().unwrap();
        assert!(
            index.contains(&format!("include_str!(\"{name}.md\")")),
            "{name}"
        );
        assert!(index.contains(&format!("pub mod {name} {{}}")), "{name}");
        assert!(index.contains(&format!("| [`{name}`] |")), "{name}");
    }
}

#[test]
fn every_kind_of_error_is_in_the_chapter_on_errors() {
    let chapter = source("src/guide/limits_and_errors.md");
    let (signing, server) = chapter.split_once("# Errors from a server").unwrap();
    let code = source("src/error.rs");
    let kinds = variants(&code, "ErrorKind");
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        assert!(signing.contains(&format!("\n| `{kind}` |")), "{kind}");
    }
    let code = source("src/verify/error.rs");
    let kinds = variants(&code, "VerifyErrorKind");
    assert!(kinds.len() > 20, "{kinds:?}");
    for kind in kinds {
        assert!(server.contains(&format!("`{kind}`")), "{kind}");
    }
}

#[test]
fn every_snippet_has_an_assertion_and_every_chapter_a_link() {
    for chapter in chapters() {
        let text = fs::read_to_string(&chapter).unwrap();
        let has_link = text.contains("](https://") || text.contains("]: https://");
        assert!(has_link, "{chapter:?} has no link");
        // Every second fence starts a snippet. A fence for another language names it.
        let fences = text.split("\n```").collect::<Vec<_>>();
        let snippets = fences.iter().skip(1).step_by(2);
        for snippet in snippets.filter(|snippet| snippet.starts_with('\n')) {
            assert!(snippet.contains("assert"), "{chapter:?}: {snippet}");
        }
    }
}

/// A snippet that needs more dependencies than the library has is part of an example, which is
/// compiled.
#[test]
fn code_that_is_not_compiled_here_is_in_an_example() {
    let examples = [
        "examples/web/axum-links/src/links.rs",
        "datafusion/ballista/examples/links.rs",
        "datafusion/ballista/src/lib.rs",
    ]
    .map(|path| source(path).replace("\n//!", "\n"));
    let mut count = 0;
    for chapter in chapters() {
        let text = fs::read_to_string(&chapter).unwrap();
        for snippet in text.split("\n```rust,ignore\n").skip(1) {
            let (code, _) = snippet.split_once("\n```").unwrap();
            // A snippet is indented less than in its function.
            let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            let is_in = |example: &String| trimmed(example).contains(&trimmed(code));
            assert!(examples.iter().any(is_in), "{chapter:?}: {code}");
            count += 1;
        }
    }
    assert_eq!(count, 3);
}
