//! The rules of the house that no compiler checks. Each is a pure function over a file's path and text, with a test
//! beside it that proves it finds what it forbids; here they are held against the whole tree.

mod absences;
mod locale;
mod rooms;
mod shape;
mod source;

use source::{Finding, SourceFile};
use std::fs;
use std::path::Path;

#[test]
fn rooms_use_only_what_the_dependency_table_grants() {
    check(|file| file.is_under("src"), rooms::findings);
}

#[test]
fn what_must_be_absent_is_absent() {
    check(|file| file.is_under("src"), absences::forbidden_names);
    check(|file| file.is_under("src"), absences::colours_outside_the_theme);
}

#[test]
fn nothing_sleeps_and_no_test_is_skipped() {
    let has_tests = |file: &SourceFile| file.is_under("src") || file.is_under("tests");
    check(has_tests, absences::sleeps);
    check(has_tests, absences::ignored_tests);
}

#[test]
fn every_file_says_what_it_is_for() {
    check(|_| true, shape::missing_header);
}

#[test]
fn files_and_functions_can_be_read_at_once() {
    check(|file| file.is_under("src"), shape::too_long);
    check(|file| file.is_under("src"), shape::long_functions);
    assert_eq!(shape::stale_exceptions(&tree()), [""; 0], "exceptions that nothing needs");
}

#[test]
fn nothing_names_a_package_registry() {
    report(&tree().iter().flat_map(absences::registry_hosts).collect::<Vec<_>>());
}

#[test]
fn both_languages_are_complete_and_every_text_is_used() {
    let problems = locale::findings(&tree());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Holds one rule against the Rust files that it concerns.
fn check(concerns: impl Fn(&SourceFile) -> bool, rule: fn(&SourceFile) -> Vec<Finding>) {
    let files = tree();
    report(
        &files
            .iter()
            .filter(|file| file.has_extension("rs") && concerns(file))
            .flat_map(rule)
            .collect::<Vec<_>>(),
    );
}

fn report(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

/// Every text file of the package.
fn tree() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            if is_made_by_a_tool(&inside) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push(SourceFile { path: inside, text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the tree was found at {}", root.display());
    files
}

fn is_made_by_a_tool(path: &str) -> bool {
    let made =
        [".git", "target", "artifacts", "fuzz/target", "fuzz/corpus", "fuzz/artifacts", "fuzz/coverage"];
    made.contains(&path)
}
