//! A reader of the documents can open every file and folder that they name.

use super::source::{Finding, SourceFile};

/// The folders whose paths are recognised when they stand between backticks.
const FOLDERS: [&str; 9] =
    [".ci/", ".github/", "assets/", "benches/", "docs/", "examples/", "fuzz/", "src/", "tests/"];

/// Paths and links in a document that lead nowhere. `exists` is asked for paths from the package's folder.
pub(super) fn dead_references(document: &SourceFile, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in document.text.lines().enumerate() {
        for path in named_paths(line).chain(linked_paths(line, &document.path)) {
            if !exists(path.trim_end_matches('/')) {
                found.push(Finding::new(document, number + 1, format!("`{path}` is not there")));
            }
        }
    }
    found
}

/// What stands between backticks and looks like one path of this package.
fn named_paths(line: &str) -> impl Iterator<Item = String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let is_path = |text: &&str| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
        plain && FOLDERS.iter().any(|folder| text.starts_with(folder))
    };
    quoted.filter(is_path).map(str::to_owned)
}

/// The targets of `[text](target)` that are files, from the package's folder.
fn linked_paths(line: &str, document: &str) -> impl Iterator<Item = String> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let targets = line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files.map(move |target| {
        let path = target.split('#').next().unwrap_or(target);
        if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
    })
}

mod tests {
    use super::dead_references;
    use crate::tidy::source::SourceFile;

    #[test]
    fn dead_references_are_found_and_living_ones_are_not() {
        let there = ["src/model", "src/lib.rs", "README.md", "docs/format.md", ".ci/run"];
        for (path, text, dead) in [
            ("README.md", "`src/model/` and `src/lib.rs` and `.ci/run quick` and `cargo test`", vec![]),
            ("README.md", "a\n`src/attic/`", vec!["README.md:2: `src/attic/` is not there"]),
            ("README.md", "[a](docs/format.md#b) [c](https://example.org/x) [d](#here)", vec![]),
            ("README.md", "![a](docs/none.png)", vec!["README.md:1: `docs/none.png` is not there"]),
            ("docs/a.md", "[a](format.md) [b](none.md)", vec!["docs/a.md:1: `docs/none.md` is not there"]),
            ("README.md", "`tests/it/<topic>.rs` and `src/bin/…`", vec![]),
        ] {
            let findings = dead_references(&SourceFile::new(path, text), |path| there.contains(&path));
            let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
            assert_eq!(told, dead, "{text}");
        }
    }
}
