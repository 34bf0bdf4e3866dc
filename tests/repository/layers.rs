//! Imports between modules, and between the files of one module, point to lower layers and have no
//! cycle.
//!
//! The test parses the paths of each file, in `use` and in the code. It follows a re-export to the
//! file that defines the item. Unit tests may import anything.

use crate::source::{child_modules, code_of, source_files};
use std::collections::{BTreeMap, BTreeSet};

/// The modules of the crate in layers, from bottom to top. A module may import only from lower
/// layers.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["addressing_style", "signature_version", "time"],
    &["text"],
    &["content_disposition", "crypto", "wire"],
    &["identity", "scheme"],
    &["credentials", "expiry"],
    &["verifying_key", "v2", "v4"],
    &["request"],
    &["verify"],
    &["cloudfront"],
    &["inspect", "post", "event_stream", "streaming"],
    &["azure", "gcs", "s3", "tokens"],
    &["explain"],
    &["interop"],
    &["guide"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The path of a module, such as `["v4", "sign"]`, or empty for the crate's root.
type ModulePath = Vec<String>;

struct File {
    /// The path inside `src/`.
    name: String,
    imports: Vec<Import>,
    /// The paths in the code, each with at least two parts.
    inline_paths: Vec<Vec<String>>,
    /// All words in the code outside `use`.
    words: BTreeSet<String>,
}

/// A name that `use` imports.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    path: Vec<String>,
    alias: String,
    is_reexport: bool,
}

struct Source {
    files: BTreeMap<ModulePath, File>,
}

impl Source {
    fn read() -> Self {
        let files = source_files().into_iter();
        let files = files.map(|file| (file.module, parse(file.name, &file.code)));
        Source {
            files: files.collect(),
        }
    }

    /// Returns the files that a file uses.
    fn used_by(&self, module: &ModulePath) -> BTreeSet<ModulePath> {
        let file = &self.files[module];
        let mut used = BTreeSet::new();
        for import in &file.imports {
            // A file that re-exports a name doesn't use it.
            if import.is_reexport && !file.words.contains(&import.alias) {
                continue;
            }
            if let Some(Target::Item(target)) = self.resolve(module, &import.path) {
                used.insert(target);
            }
        }
        for path in &file.inline_paths {
            // The first part may be an imported module.
            let imported = file.imports.iter().find(|import| import.alias == path[0]);
            let whole = match imported {
                Some(import) => [&import.path, &path[1..]].concat(),
                None => path.clone(),
            };
            if let Some(Target::Item(target)) = self.resolve(module, &whole) {
                used.insert(target);
            }
        }
        used.remove(module);
        used
    }

    /// Returns the file that defines the item of a path, or `None` for another crate.
    fn resolve(&self, from: &ModulePath, path: &[String]) -> Option<Target> {
        let (mut module, mut rest) = match path.first().map(String::as_str)? {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (from.clone(), &path[1..]),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                (from[..from.len() - ups].to_vec(), &path[ups..])
            }
            _ => (from.clone(), path),
        };
        let is_relative = rest.len() == path.len();
        while let [part, after @ ..] = rest {
            let mut child = module.clone();
            child.push(part.clone());
            if self.files.contains_key(&child) {
                (module, rest) = (child, after);
                continue;
            }
            let imports = self.files[&module].imports.iter();
            let mut imports = imports.filter(|import| import.alias == *part);
            if let Some(import) = imports.next() {
                let own = Target::Item(module.clone());
                // A macro is imported under its own name.
                if import.path == [part.clone()] {
                    return Some(own);
                }
                let whole = [&import.path, after].concat();
                // A name from another crate belongs to the file that imports it.
                return match self.resolve(&module, &whole) {
                    None if !is_relative => Some(own),
                    found => found,
                };
            }
            // A path without `crate` or `super` whose first part isn't a module belongs to another
            // crate.
            if is_relative && module == *from {
                return None;
            }
            return Some(Target::Item(module));
        }
        Some(Target::Module)
    }
}

enum Target {
    /// An item of a file.
    Item(ModulePath),
    /// A module, whose items are used by longer paths.
    Module,
}

fn parse(name: String, code: &str) -> File {
    let (mut imports, mut rest) = (Vec::new(), String::new());
    let mut code = code;
    while let Some((before, is_reexport, tree, after)) = next_use(code) {
        rest.push_str(before);
        parse_tree(tree, &mut Vec::new(), is_reexport, &mut imports);
        code = after;
    }
    rest.push_str(code);
    let (inline_paths, words) = paths_and_words(&rest);
    File {
        name,
        imports,
        inline_paths,
        words,
    }
}

/// Splits code at its next `use` declaration.
fn next_use(code: &str) -> Option<(&str, bool, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + code[from..].find("use ")?;
        let line_start = code[..at].rfind('\n').map_or(0, |at| at + 1);
        let before = code[line_start..at].trim();
        if matches!(before, "" | "pub" | "pub(crate)" | "pub(super)") {
            let end = at + code[at..].find(';')?;
            let is_reexport = !before.is_empty();
            return Some((
                &code[..line_start],
                is_reexport,
                &code[at + 4..end],
                &code[end + 1..],
            ));
        }
        from = at + 4;
    }
}

/// Parses `a::{b, c as d, self}`.
fn parse_tree(tree: &str, front: &mut Vec<String>, is_reexport: bool, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    let depth = front.len();
    let (path, list) = match tree.split_once('{') {
        Some((path, list)) => (path, Some(list.trim_end().strip_suffix('}').unwrap())),
        None => (tree, None),
    };
    let (path, alias) = match path.split_once(" as ") {
        Some((path, alias)) => (path, Some(alias.trim().to_owned())),
        None => (path, None),
    };
    let parts = path.split("::").map(str::trim);
    front.extend(parts.filter(|part| !part.is_empty()).map(String::from));
    match list {
        Some(list) => {
            for entry in split_list(list) {
                parse_tree(entry, front, is_reexport, imports);
            }
        }
        None => {
            if front.last().is_some_and(|last| last == "self") && front.len() > 1 {
                front.pop();
            }
            imports.push(Import {
                alias: alias.unwrap_or_else(|| front.last().unwrap().clone()),
                path: front.clone(),
                is_reexport,
            });
        }
    }
    front.truncate(depth);
}

/// Splits at the commas outside braces.
fn split_list(list: &str) -> Vec<&str> {
    let (mut entries, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                entries.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    entries.push(&list[start..]);
    entries.retain(|entry| !entry.trim().is_empty());
    entries
}

/// Returns the paths with several parts, and all words.
fn paths_and_words(code: &str) -> (Vec<Vec<String>>, BTreeSet<String>) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut paths, mut words) = (Vec::new(), BTreeSet::new());
    let mut path: Vec<String> = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if !word.is_empty() {
            words.insert(word.to_owned());
            path.push(word.to_owned());
        }
        match after.strip_prefix("::") {
            Some(after) if !word.is_empty() => rest = after,
            _ => {
                if path.len() > 1 {
                    paths.push(std::mem::take(&mut path));
                }
                path.clear();
                let skipped = after.chars().next().map_or(0, char::len_utf8);
                rest = &after[skipped..];
            }
        }
    }
    (paths, words)
}

/// Returns each group of files that import each other in a cycle.
fn cycles(used: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<BTreeSet<ModulePath>> {
    let reachable = |from: &ModulePath| {
        let (mut found, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            for next in &used[module] {
                if found.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        found
    };
    let all: BTreeMap<_, _> = used
        .keys()
        .map(|module| (module, reachable(module)))
        .collect();
    let mut groups = BTreeSet::new();
    for (module, found) in &all {
        if found.contains(*module) {
            let group = found.iter().filter(|other| all[other].contains(*module));
            groups.insert(group.cloned().collect::<BTreeSet<_>>());
        }
    }
    groups.into_iter().collect()
}

#[test]
fn imports_point_to_lower_layers() {
    let source = Source::read();
    let used: BTreeMap<_, _> = source
        .files
        .keys()
        .map(|module| (module.clone(), source.used_by(module)))
        .collect();
    let count: usize = used.values().map(BTreeSet::len).sum();
    assert!(count > 150, "only {count} imports were found");

    let name = |module: &ModulePath| source.files[module].name.clone();
    let mut wrong = Vec::new();
    for (module, others) in &used {
        let Some(own) = module.first() else {
            continue;
        };
        let here = layer(own).unwrap_or_else(|| panic!("{own} has no layer yet: give it one here"));
        for other in others {
            let Some(there) = other.first() else {
                wrong.push(format!("{} uses the root", name(module)));
                continue;
            };
            if own != there && layer(there).is_none_or(|there| there >= here) {
                wrong.push(format!("{} uses {}", name(module), name(other)));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that don't go down: {wrong:#?}");

    let groups = cycles(&used);
    let texts = groups.iter().map(|group| {
        let edges = group.iter().flat_map(|module| {
            let inside = used[module].iter().filter(|other| group.contains(*other));
            inside.map(move |other| format!("{} uses {}", name(module), name(other)))
        });
        edges.collect::<Vec<_>>()
    });
    let texts: Vec<_> = texts.collect();
    assert!(texts.is_empty(), "cycles of files: {texts:#?}");
}

/// Declarations in every form that occurs in the source.
#[test]
fn imports_are_parsed() {
    let code = "use a::{b, c::{self, D as E}};\npub(crate) use super::f;\nfn x() { crate::g::h(b::i); j::K }";
    let file = parse("x.rs".into(), &code_of(code));
    let paths = file.imports.iter().map(|import| {
        let path = import.path.join("::");
        format!("{path} as {} {}", import.alias, import.is_reexport)
    });
    assert_eq!(
        paths.collect::<Vec<_>>(),
        [
            "a::b as b false",
            "a::c as c false",
            "a::c::D as E false",
            "super::f as f true",
        ]
    );
    let inline = file.inline_paths.iter().map(|path| path.join("::"));
    let inline: Vec<_> = inline.collect();
    assert_eq!(inline, ["crate::g::h", "b::i", "j::K"]);
    assert_eq!(
        code_of("a // b\n/// c\nd\n#[cfg(test)]\nmod tests {}"),
        "a \n\nd"
    );
    assert_eq!(
        child_modules("mod a;\npub mod b;\nmod c {}\npub(crate) mod d;"),
        ["a", "b", "d"]
    );
}

#[test]
fn cycles_are_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut used: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
        for (from, to) in edges {
            used.entry(vec![(*to).into()]).or_default();
            let others = used.entry(vec![(*from).into()]).or_default();
            others.insert(vec![(*to).into()]);
        }
        cycles(&used).len()
    };
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("a", "c")]), 0);
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]), 1);
    assert_eq!(graph(&[("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]), 2);
}
