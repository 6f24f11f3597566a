//! Templates on the wire: the console sends them, and programs of other people judge what comes.

use crate::support::{Console, accept, failure, has_tool, python};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// What a console that sends these words says to a server, to its end.
fn heard(words: &[&str]) -> Vec<u8> {
    let console = Console::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = console.start(&[&["connect", "tcp", &address, "--until-sent"], words].concat());
    let mut peer = accept(&listener);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).unwrap();
    drop(peer);
    assert!(client.wait().success(), "{}", client.errors());
    got
}

#[test]
fn a_counter_goes_on_with_each_repeat_and_the_checksum_covers_it() {
    if !has_tool("python3") {
        return;
    }
    let words = "--every 5 --times 3 --checksum sum-8 --send-template-hex";
    let template = "55 AA {counter:u16be} {len:u8:5..} {random:u8} {crc-32:2..}";
    let got = heard(&[&words.split_whitespace().collect::<Vec<_>>()[..], &[template]].concat());
    let hex = sockscope::codec::hex::plain(&got);
    let program = "import sys, zlib, struct
data = bytes.fromhex(sys.argv[1]); assert len(data) == 33, len(data)
for n in range(3):
    frame = data[n * 11:n * 11 + 11]
    head, count, length = struct.unpack('>HHB', frame[:5])
    assert (head, count, length) == (0x55AA, n + 1, 5), frame.hex()
    assert struct.unpack('<I', frame[6:10])[0] == zlib.crc32(frame[2:6]), frame.hex()
    assert frame[10] == sum(frame[:10]) & 255, frame.hex()
print('whole')";
    assert_eq!(python(program, &[&hex]).trim(), "whole");
}

#[test]
fn text_is_written_in_the_encoding_with_escapes_and_the_line_ending() {
    let words = ["--encoding", "gbk", "--append", "crlf", "--send-template", r"\u6e29{{{counter}\t\u{5ea6}"];
    assert_eq!(heard(&words), b"\xCE\xC2{1\t\xB6\xC8\r\n");
    let now = heard(&["--send-template", "{time:unix} {time:%Y}"]);
    let now = String::from_utf8(now).unwrap();
    let (seconds, year) = now.split_once(' ').unwrap();
    assert!(seconds.parse::<u64>().unwrap() > 1_600_000_000 && year.parse::<u32>().unwrap() > 2020, "{now}");
}

#[test]
fn each_client_is_told_its_own_address() {
    let console = Console::new();
    let mut server =
        console.start(&["listen", "tcp", "127.0.0.1:0", "--send-template", r"{peer.ip} {peer.port}\n"]);
    let address = server.ready();
    for _ in 0..3 {
        let mut client = TcpStream::connect(address).unwrap();
        let mut told = vec![0; format!("127.0.0.1 {}\n", client.local_addr().unwrap().port()).len()];
        client.read_exact(&mut told).unwrap();
        let own = format!("127.0.0.1 {}\n", client.local_addr().unwrap().port());
        assert_eq!(String::from_utf8(told).unwrap(), own);
        client.write_all(b"x").unwrap();
    }
}

#[test]
fn a_template_that_makes_no_sense_gets_one_line_and_its_place() {
    for (name, template, message) in [
        (
            "--send-template",
            "温{crc-16/modbsu}",
            "unknown field 'crc-16/modbsu'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum; did you mean crc-16/modbus? (at character 3)",
        ),
        ("--send-template", "{counter", "the brace is not closed; write {{ for a brace (at character 1)"),
        ("--send-template", "{rx[3]}", "{rx} has no value: no message is answered"),
        ("--send-template-hex", "55 {counter:u8} 0g", "'g' is not a hex digit (at character 18)"),
    ] {
        let output = Console::new().run(&["udp", "--to", "127.0.0.1:9", name, template]);
        assert_eq!(failure(&output), (2, format!("sockscope-cli: {name}: {message}")));
    }
}
