//! The source files of the library.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the library.
pub struct SourceFile {
    /// The path of the module, such as `["v4", "sign"]`, or empty for the crate's root.
    pub module: Vec<String>,
    /// The path of the file inside `src/`.
    pub name: String,
    /// The code without comments and unit tests.
    pub code: String,
}

impl SourceFile {
    /// Returns the name of the outermost module.
    pub fn top_module(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// Reads all files that `mod` declarations name, starting at `lib.rs`.
pub fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    read_module(&root, Vec::new(), &root.join("lib.rs"), &mut files);
    files
}

fn read_module(root: &Path, module: Vec<String>, path: &Path, files: &mut Vec<SourceFile>) {
    let text = fs::read_to_string(path).unwrap();
    let code = code_of(&text);
    for child in child_modules(&code) {
        let folder: PathBuf = module.iter().collect();
        let folder = root.join(folder);
        let candidates = [
            folder.join(format!("{child}.rs")),
            folder.join(&child).join("mod.rs"),
        ];
        let file = candidates.iter().find(|file| file.is_file());
        let file = file.unwrap_or_else(|| panic!("no file for the module {child} of {module:?}"));
        let mut path = module.clone();
        path.push(child);
        read_module(root, path, file, files);
    }
    let name = path.strip_prefix(root).unwrap().display().to_string();
    files.push(SourceFile { module, name, code });
}

/// Returns the code without comments and unit tests.
pub fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().map(|line| {
        let comment = line.find("//").filter(|at| !line[..*at].ends_with(':'));
        &line[..comment.unwrap_or(line.len())]
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the names in `mod name;`.
pub fn child_modules(code: &str) -> Vec<String> {
    let lines = code.lines().map(str::trim);
    let names = lines.filter_map(|line| {
        let at = line.find("mod ")?;
        let is_declaration = matches!(&line[..at], "" | "pub " | "pub(crate) ");
        let name = line[at + 4..].strip_suffix(';')?;
        is_declaration.then(|| name.to_owned())
    });
    names.collect()
}
