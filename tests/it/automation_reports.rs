//! The report of a run as others read it: Python's junitparser, with steps that passed, failed, were skipped, and met a
//! session that broke, under names with everything that XML has to escape.

use crate::support::{Console, accept, has_python_module};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

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
    let console = Console::new();
    let name = toml::Value::String(name.to_owned());
    let text = format!(
        "version = 1\nname = {name}\n[session]\n{session}\n[variables]\nvalue = '<1> & \"2\"'\n{steps}"
    );
    fs::write(console.path("run.toml"), text).unwrap();
    let output = console.run(&["run", "run.toml", "--junit", "out.xml", "--journal", "run.skj"]);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8(output.stderr).unwrap());
    read_report(&console)
}

fn read_report(console: &Console) -> Vec<String> {
    let python = has_python_module("junitparser").unwrap();
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

#[test]
fn a_job_that_holds_ends_with_0_and_its_report_says_so_to_a_reader_of_others() {
    if has_python_module("junitparser").is_none() {
        return;
    }
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!(
        "version = 1\nname = 'update'\n[session]\nconnect = 'tcp 127.0.0.1:{port}'\nsplit = 'lines'\n\
         [[step]]\nsend = 'A'\nappend = 'crlf'\n[[step]]\nwait_for = 'text:READY'\nwithin = '20s'\n\
         [[step]]\nsend_hex = '42'\ntimes = 3\nevery = '100ms'\n[[step]]\nsend_file = 'firmware.bin'\n\
         [[step]]\nclose = 'fin'\n"
    );
    fs::write(console.path("update.toml"), text).unwrap();
    let firmware: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(console.path("firmware.bin"), &firmware).unwrap();
    let mut run = console.start(&["run", "update.toml", "--junit", "out.xml"]);
    let mut device = accept(&listener);
    let mut asked = [0; 3];
    device.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"A\r\n");
    let began = Instant::now();
    device.write_all(b"READY\n").unwrap();
    let mut beats = [0; 3];
    device.read_exact(&mut beats).unwrap();
    assert_eq!(&beats, b"BBB");
    assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
    let mut file = Vec::new();
    device.read_to_end(&mut file).unwrap();
    assert!(file == firmware, "{} bytes", file.len());
    drop(device);
    assert_eq!(run.wait().code(), Some(0), "{}{}", run.out(), run.errors());
    let lines = read_report(&console);
    assert_eq!(lines[0], "'update' 5 0 0 0", "{lines:#?}");
    let cases: Vec<String> =
        lines[1..].iter().map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect();
    let wanted = ["'1 send", "'2 wait_for", "'3 send_hex", "'4 send_file", "'5 close"];
    assert_eq!(cases, wanted.map(|case| format!("Passed {case}")));
}
