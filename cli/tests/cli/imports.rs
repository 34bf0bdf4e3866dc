//! The order of the program's modules.

use super::*;

/// `main.rs` declares the modules in groups. A module imports only modules of earlier groups.
#[test]
fn modules_import_earlier_groups_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let main = fs::read_to_string(source.join("main.rs")).unwrap();
    let (_, declarations) = main.split_once("\nmod ").unwrap();
    let (declarations, _) = declarations.split_once(";\n\nuse ").unwrap();
    let groups = declarations.split("\n\n").map(|group| {
        let lines = group.lines().filter(|line| !line.starts_with("#["));
        lines.map(|line| line.trim_start_matches("mod ").trim_end_matches(';'))
    });
    let (mut earlier, mut count) = (BTreeSet::new(), 0);
    for group in groups {
        let modules: Vec<_> = group.collect();
        for module in &modules {
            let code = fs::read_to_string(source.join(module).with_extension("rs")).unwrap();
            for import in code.split("crate::").skip(1) {
                let name = import
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next();
                let name = name.unwrap();
                // Each import from the crate's root would need a name in braces.
                assert!(earlier.contains(name), "{module} imports {name:?}");
                count += 1;
            }
        }
        earlier.extend(modules.into_iter().map(str::to_owned));
    }
    assert!(count > 20, "only {count} imports were found");
}
