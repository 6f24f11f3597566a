//! The scripts that measure. They are run by people and seldom, so here is seen that each of them starts at all.

use crate::support::has_tool;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn each_starts_and_says_what_it_measures() {
    if !has_tool("python3") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let mut scripts = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some() {
            continue;
        }
        scripts += 1;
        let told = Command::new("python3").arg(&path).arg("--help").output().unwrap();
        let (said, errors) =
            (String::from_utf8(told.stdout).unwrap(), String::from_utf8(told.stderr).unwrap());
        assert!(told.status.success() && said.contains("--only"), "{}: {said}{errors}", path.display());
    }
    assert!(scripts >= 3, "{scripts} scripts");
}
