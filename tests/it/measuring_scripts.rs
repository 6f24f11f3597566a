//! The scripts that measure. They are run by people and seldom, so here is seen that each of them starts at all.

use crate::support::has_tool;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Prints every global name that a script uses and does not have: Python looks only when it gets there.
const MISSING_NAMES: &str = r#"
import builtins, dis, importlib.machinery, importlib.util, sys, types
sys.dont_write_bytecode = True
path = sys.argv[1]
sys.path.insert(0, path.rpartition("/")[0])
loader = importlib.machinery.SourceFileLoader("script", path)
script = importlib.util.module_from_spec(importlib.util.spec_from_loader("script", loader))
loader.exec_module(script)
waiting = [compile(loader.get_source("script"), path, "exec")]
while waiting:
    code = waiting.pop()
    waiting.extend(part for part in code.co_consts if isinstance(part, types.CodeType))
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL" and not hasattr(script, step.argval) and not hasattr(builtins, step.argval):
            print(code.co_name, step.argval)
"#;

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
        let missing = Command::new("python3").args(["-c", MISSING_NAMES]).arg(&path).output().unwrap();
        let (named, errors) =
            (String::from_utf8(missing.stdout).unwrap(), String::from_utf8(missing.stderr).unwrap());
        assert!(missing.status.success() && named.is_empty(), "{}: {named}{errors}", path.display());
    }
    assert!(scripts >= 3, "{scripts} scripts");
}
