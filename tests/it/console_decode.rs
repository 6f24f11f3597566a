//! What the console program says of messages with `--decode`: a line for people, an object for programs, and one line
//! about a protocol that it does not know.

use crate::export_support::Session;
use crate::support::{Console, failure};
use sockscope::model::config::SessionKind;
use std::io::Write;
use std::net::TcpStream;

const REQUEST: &[u8] = b"\x00\x01\x00\x00\x00\x06\x01\x03\x00\x6b\x00\x03";
const ANSWER: &[u8] = b"\x00\x01\x00\x00\x00\x09\x01\x03\x06\x02\x2b\x00\x00\x00\x64";

fn session() -> Session {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:502", "127.0.0.1:40001");
    session.received(1, REQUEST);
    session.sent(1, ANSWER);
    session.received(1, b"no Modbus at all");
    session.received(1, br#"{"temp":26.5}"#);
    session
}

fn printed(words: &[&str]) -> Vec<String> {
    let mut session = session();
    session.reader();
    let path = session.folder().join("session.skj");
    let console = Console::new();
    let words: Vec<&str> =
        words.iter().map(|word| if *word == "FILE" { path.to_str().unwrap() } else { word }).collect();
    let output = console.run(&words);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn objects_have_what_a_message_means() {
    for command in ["show", "export"] {
        let format = if command == "show" { "--format" } else { "--to" };
        let lines = printed(&[command, "FILE", format, "jsonl", "--decode", "auto"]);
        assert!(
            lines[1].ends_with(
                r#""decoded":{"protocol":"modbus","summary":"Read Holding Registers 107 ×3","fields":[{"name":"mbtcp.trans_id","value":1,"range":[0,2]},{"name":"mbtcp.prot_id","value":0,"range":[2,4]},{"name":"mbtcp.len","value":6,"range":[4,6]},{"name":"mbtcp.unit_id","value":1,"range":[6,7]},{"name":"modbus.func_code","value":3,"range":[7,8]},{"name":"modbus.reference_num","value":107,"range":[8,10]},{"name":"modbus.word_cnt","value":3,"range":[10,12]}]}}"#
            ),
            "{}",
            lines[1]
        );
        assert!(lines[2].contains(r#""answers":{"id":1,"after_ns":1000000}"#), "{}", lines[2]);
        assert!(lines[2].contains(r#"{"name":"modbus.response_time","value":0.001000000}"#), "{}", lines[2]);
        assert!(!lines[3].contains("decoded"), "{}", lines[3]);
        assert!(lines[4].contains(r#"{"name":"json.temp","value":26.5,"range":[8,12]}"#), "{}", lines[4]);
        for line in lines {
            assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
        }
    }
}

#[test]
fn a_summary_takes_the_place_of_the_payload() {
    let ends = |words: &[&str]| -> Vec<String> {
        let lines = printed(words);
        let content = |line: &String| line.rsplit("  ").next().unwrap().trim().to_owned();
        lines[1..].iter().map(content).collect()
    };
    let lines = ends(&["show", "FILE", "--decode", "modbus,json"]);
    assert!(lines[0].ends_with("Read Holding Registers 107 ×3"), "{lines:?}");
    assert!(
        lines[1].ends_with("Read Holding Registers 107 = 555, 0, 100 · answers 2 after 1.0 ms"),
        "{lines:?}"
    );
    assert!(lines[2].ends_with("no Modbus at all"), "{lines:?}");
    assert!(lines[3].ends_with("temp=26.5"), "{lines:?}");
    // One name decodes everything as that protocol.
    let lines = ends(&["export", "FILE", "--to", "text", "--decode", "modbus"]);
    assert!(lines[2].ends_with("malformed at byte 2: 0 expected"), "{lines:?}");
    let lines = printed(&["search", "FILE", "temp", "--decode", "auto"]);
    assert!(lines[0].ends_with("temp=26.5"), "{lines:?}");
}

#[test]
fn live_sessions_are_decoded_too() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--decode", "modbus", "--until-closed"];
    let mut server = console.start(&words);
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    peer.write_all(REQUEST).unwrap();
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    assert!(server.out().contains("Read Holding Registers 107 ×3"), "{}", server.out());
}

#[test]
fn an_unknown_protocol_is_one_line() {
    let console = Console::new();
    let (code, line) = failure(&console.run(&["show", "none.skj", "--decode", "modbsu"]));
    assert_eq!(code, 2);
    assert!(
        line.contains("unknown protocol 'modbsu'; did you mean modbus?; known are auto, ip, icmp, tls"),
        "{line}"
    );
}
