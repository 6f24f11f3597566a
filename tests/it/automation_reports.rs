//! The report of a run as others read it: Python's junitparser, with steps that passed, failed, were skipped, and met a
//! session that broke, under names with everything that XML has to escape.

use crate::support::{Console, has_python_module};
use std::fs;
use std::net::TcpListener;
use std::process::Command;

/// Prints each case on a line: its result, its name as Python writes it, and what was told.
const READER: &str = r#"
import sys
from junitparser import Error, Failure, JUnitXml, Skipped
report = JUnitXml.fromfile(sys.argv[1])
for suite in report:
    print(repr(suite.name), suite.tests, suite.failures, suite.errors, suite.skipped)
    for case in suite:
        assert case.time >= 0 and case.classname == suite.name
        results = case.result if isinstance(case.result, list) else [case.result]
        kinds = [type(result).__name__ for result in results if result is not None]
        told = [result.message for result in results if result is not None]
        print(" ".join(kinds) or "Passed", repr(case.name), *map(repr, told))
"#;

/// What the reader tells of a run of these steps, which ends with this code.
fn read_back(name: &str, session: &str, steps: &str, code: i32) -> Vec<String> {
    let python = has_python_module("junitparser").unwrap();
    let console = Console::new();
    let name = toml::Value::String(name.to_owned());
    let text = format!(
        "version = 1\nname = {name}\n[session]\n{session}\n[variables]\nvalue = '<1> & \"2\"'\n{steps}"
    );
    fs::write(console.path("run.toml"), text).unwrap();
    let output = console.run(&["run", "run.toml", "--junit", "out.xml", "--journal", "run.skj"]);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8(output.stderr).unwrap());
    let read = Command::new(python).args(["-c", READER]).arg(console.path("out.xml")).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8(read.stderr).unwrap());
    String::from_utf8(read.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_report_is_read_by_a_reader_of_others_whatever_its_names_are() {
    if has_python_module("junitparser").is_none() {
        return;
    }
    let udp = "udp = '--bind 127.0.0.1:0 --to 127.0.0.1:9'";
    let steps = "[[step]]\nsend = \"<a href='x'>&amp; \\\"温度\\\" ]]>\"\n\
        [[step]]\nset = { other = \"tab\\t bell\\u0007 end\" }\n\
        [[step]]\nexpect = 'value == \"<9> & 温度\"'\n\
        [[step]]\nsend = \"never\"\n[[step]]\ndelay = '1ms'\n";
    let lines = read_back("登录 <&> \"升级\"", udp, steps, 1);
    assert_eq!(lines[0], r#"'登录 <&> "升级"' 5 1 0 2"#, "{lines:#?}");
    assert!(lines[1].starts_with("Passed ") && lines[1].contains("<a href="), "{lines:#?}");
    assert!(
        lines[1].contains("&amp;") && lines[1].contains("温度") && lines[1].contains("]]>"),
        "{lines:#?}"
    );
    assert!(lines[2].starts_with("Passed '2 set "), "{lines:#?}");
    assert!(lines[3].starts_with("Failure ") && lines[3].contains("does not hold"), "{lines:#?}");
    assert!(lines[3].contains("<1> &") && lines[3].contains("<9> & 温度"), "{lines:#?}");
    for skipped in &lines[4..6] {
        assert!(skipped.starts_with("Skipped ") && skipped.ends_with("'not reached'"), "{lines:#?}");
    }
    assert_eq!(lines.len(), 6, "{lines:#?}");
}

#[test]
fn a_session_that_could_not_be_opened_is_an_error_for_a_reader_of_others() {
    if has_python_module("junitparser").is_none() {
        return;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let connect = format!("connect = 'tcp 127.0.0.1:{port}'");
    let lines = read_back("", &connect, "[[step]]\nsend = 'x'\n[[step]]\ndelay = '1ms'\n", 1);
    assert_eq!(lines[0], "'sequence' 2 0 1 1", "{lines:#?}");
    assert!(lines[1].starts_with("Error '1 send x' ") && lines[1].contains("refused"), "{lines:#?}");
    assert!(lines[2].starts_with("Skipped '2 delay 1ms' "), "{lines:#?}");
}
