//! Checks the links of the documents that are in the package. On its page in the registry there is
//! no file beside them.

use std::fs;
use std::path::Path;

/// The targets of a document's links.
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
