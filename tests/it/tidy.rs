//! The rules of the house that no compiler checks. Each is a pure function over a file's path and text, with a test
//! beside it that proves it finds what it forbids; here they are held against the whole tree.

mod absences;
mod circles;
mod documents;
mod locale;
mod rooms;
mod shape;
mod source;
mod workflows;

use source::{Finding, SourceFile};
use std::fmt::Display;
use std::fs;
use std::path::Path;

#[test]
fn rooms_use_only_what_the_dependency_table_grants() {
    check(&["src"], &[rooms::findings]);
}

#[test]
fn what_must_be_absent_is_absent() {
    check(
        &["src"],
        &[
            absences::forbidden_names,
            absences::acting_views,
            absences::colours_outside_the_theme,
            absences::window_in_other_hands,
            absences::ways_around,
        ],
    );
}

#[test]
fn uses_go_one_way() {
    report(circles::findings(&tree()).into_iter());
}

#[test]
fn nothing_sleeps_and_no_test_is_skipped() {
    check(&["src", "tests"], &[absences::sleeps, absences::ignored_tests]);
}

#[test]
fn every_file_says_what_it_is_for() {
    check(&["src", "tests", "examples", "benches", "fuzz"], &[shape::missing_header]);
}

#[test]
fn files_and_functions_can_be_read_at_once() {
    check(&["src"], &[shape::too_long, shape::long_functions]);
}

#[test]
fn no_exception_has_outlived_its_reason() {
    assert_eq!(shape::stale_exceptions(&tree()), [""; 0]);
    assert_eq!(circles::outlived(&tree()), [""; 0]);
}

#[test]
fn nothing_names_a_package_registry() {
    report(tree().iter().flat_map(absences::registry_hosts));
}

#[test]
fn foreign_actions_are_named_by_their_commit() {
    report(tree().iter().flat_map(workflows::unpinned_actions));
}

#[test]
fn both_languages_are_complete_and_every_text_is_used() {
    report(locale::findings(&tree()).into_iter());
}

#[test]
fn the_documents_name_what_is_there() {
    let files = tree();
    let exists = |path: &str| package().join(path).exists();
    let documents = files.iter().filter(|file| file.has_extension("md"));
    report(documents.flat_map(|document| documents::dead_references(document, exists)));
}

/// Holds rules against the Rust files of some folders.
fn check(folders: &[&str], rules: &[fn(&SourceFile) -> Vec<Finding>]) {
    let files = tree();
    let concerned = files
        .iter()
        .filter(|file| file.has_extension("rs") && folders.iter().any(|folder| file.is_under(folder)));
    report(concerned.flat_map(|file| rules.iter().flat_map(move |rule| rule(file))));
}

fn report(findings: impl Iterator<Item = impl Display>) {
    let lines: Vec<String> = findings.map(|finding| finding.to_string()).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

/// Every text file of the package.
fn tree() -> Vec<SourceFile> {
    let root = package();
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

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_made_by_a_tool(path: &str) -> bool {
    let made =
        [".git", "target", "artifacts", "fuzz/target", "fuzz/corpus", "fuzz/artifacts", "fuzz/coverage"];
    made.contains(&path)
}
