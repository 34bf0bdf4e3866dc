//! The house as CONTRIBUTING.md draws it: imports go down only, and the two generations don't know each other.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src/`, from the ground up, in storeys. A room may use those of storeys below its own.
const STOREYS: &[&[&str]] = &[
    &["error"],
    &["encode", "list", "markup"],
    &["hash", "timestamp"],
    &[
        "cache",
        "headers",
        "request",
        "credentials",
        "marks",
        "signed",
    ],
    &["v2", "v4"],
    &["verify", "s3"],
    &["inspect", "post"],
    &["explain"],
    &["interop"],
    &["guide"],
];

/// On the ground floor some rooms know each other.
const GROUND: [&str; 6] = [
    "cache",
    "headers",
    "request",
    "credentials",
    "marks",
    "signed",
];

/// What `lib.rs` exports at the crate's root, and where it lives.
const EXPORTED: &[(&str, &str)] = &[
    ("Credentials", "credentials"),
    ("Error", "error"),
    ("ErrorKind", "error"),
    ("Payload", "v4"),
    ("PresignedUrl", "signed"),
    ("Request", "request"),
    ("Signature", "signed"),
    ("SignedRequest", "signed"),
    ("SigningSteps", "signed"),
    ("Timestamp", "timestamp"),
];

fn storey(room: &str) -> Option<usize> {
    STOREYS.iter().position(|rooms| rooms.contains(&room))
}

fn may_use(room: &str, other: &str) -> bool {
    let (Some(here), Some(there)) = (storey(room), storey(other)) else {
        return false;
    };
    room == other || there < here || GROUND.contains(&room) && GROUND.contains(&other)
}

/// Names after `crate::`, those in braces too. Comments say nothing, nor do tests.
fn used(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let code: Vec<&str> = lines.collect();
    let code = code.join(" ");
    let name = |text: &str| -> String {
        let letters = text.trim_start().chars();
        letters
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let mut names = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            None => names.push(name(rest)),
            Some(list) => {
                // Only the first name of each entry counts; none of ours has braces inside.
                let (list, _) = list.split_once("};").expect("the end of a list");
                let entries = list.split(',').map(name);
                names.extend(entries.filter(|name| !name.is_empty()));
            }
        }
    }
    names
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            // The guide's chapters are text, which may speak of everything.
            found.push(path);
        }
    }
}

#[test]
fn imports_go_down_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let (mut checked, mut wrong) = (0, Vec::new());
    for file in all {
        let inside = file.strip_prefix(&source).unwrap();
        let first = inside.components().next().unwrap();
        let room = Path::new(first.as_os_str()).file_stem().unwrap();
        let room = room.to_str().unwrap();
        if room == "lib" {
            continue;
        }
        assert!(
            storey(room).is_some(),
            "{room} has no storey yet: give it one here"
        );
        for name in used(&fs::read_to_string(&file).unwrap()) {
            let exported = EXPORTED.iter().find(|(export, _)| *export == name);
            let other = exported.map_or(name.as_str(), |(_, room)| room);
            checked += 1;
            if !may_use(room, other) {
                wrong.push(format!("{} uses {name}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 100, "only {checked} imports were found");
}

#[test]
fn what_goes_up_or_sideways_is_seen() {
    for (room, other) in [
        ("v2", "v4"),
        ("v4", "v2"),
        ("v4", "s3"),
        ("encode", "request"),
        ("s3", "post"),
    ] {
        assert!(!may_use(room, other), "{room} {other}");
    }
    assert!(may_use("s3", "v4") && may_use("post", "s3") && may_use("v4", "v4"));
    let code = "use crate::{v4, a::B}; // crate::comment\nfn f() { crate::s3::g() }\n#[cfg(test)] crate::test";
    assert_eq!(used(code), ["v4", "a", "s3"]);
}
