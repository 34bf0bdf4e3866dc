//! Completions for shells, and manual pages.

use super::*;

#[test]
fn completions_name_the_commands_and_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Presign::bare(["completions", shell]).quiet();
        for name in ["inspect", "expires-in"] {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
    Presign::bare(["completions", "sh"]).misused();
}

#[test]
fn each_command_has_a_page() {
    let page = Presign::bare(["man"]).quiet();
    assert!(page.contains(".TH presign 1"), "{page}");

    let folder = tempfile::tempdir().unwrap();
    let run = Presign::bare([OsStr::new("man"), folder.path().as_os_str()]);
    assert_eq!(run.quiet(), "");
    for (file, part) in [
        ("presign.1", r"presign\-batch(1)"),
        ("presign-batch.1", r"\-\-jobs"),
    ] {
        let page = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(page.contains(part), "{file}");
    }

    let sentence = Presign::bare(["man", "no/such/folder"]).rejected();
    assert!(sentence.contains("no/such/folder"), "{sentence}");
}
