//! `--filter` and `--fields`: which rows the console program shows, finds, exports and prints while they come, and what
//! of them.

use crate::journal_support::{sample, write};
use crate::support::{Console, failure, wait_until};
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{Body, Data, DataHead, Lifecycle};
use sockscope::util::clock::Stamp;
use std::io::Write;
use std::net::TcpStream;
use std::process::Output;

/// What a weather sensor says in GBK, seven bytes at a time.
fn write_sensor(console: &Console) {
    let lines = "温度=26.5\r\n温度=25.9\r\n湿度=40\r\n温度=31\r\n错误:传感器\r\n".to_owned();
    let text = sockscope::codec::text::TextEncoding::GBK.encode(&lines).unwrap();
    let at = |n: u64| Stamp { wall_ns: 1_795_256_523_500_000_000, mono_ns: n };
    let joined = Lifecycle::PeerJoined {
        local: "127.0.0.1:9000".parse().unwrap(),
        remote: "10.1.2.3:5000".parse().unwrap(),
        message_oriented: None,
        process: None,
    };
    let peer = Some(PeerId::FIRST);
    let mut records = vec![(at(0), Epoch(1), peer, Body::Lifecycle(joined))];
    for (place, piece) in (1..).zip(text.chunks(7)) {
        let data = Data { head: DataHead::received(), bytes: piece.to_vec() };
        records.push((at(place), Epoch(1), peer, Body::Data(data)));
    }
    write(&console.path("sensor.skj"), records);
}

fn said(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn a_row_says_the_same_whatever_is_printed_before_it() {
    let console = Console::new();
    write_sensor(&console);
    let texts = |words: &[&str]| -> Vec<String> {
        let output = console.run(&[words, &["--encoding", "gbk"]].concat());
        said(&output).lines().map(str::to_owned).collect()
    };
    for format in [&["--format", "jsonl"][..], &["--format", "text"], &["--fields", "hex,text"]] {
        let all = texts(&[&["show", "sensor.skj"][..], format].concat());
        let first = all.len() - 8;
        for (place, line) in all[first..].iter().enumerate() {
            let from = (first + place + usize::from(format[0] == "--fields")).to_string();
            let show = ["show", "sensor.skj", "--from", &from, "--count", "1"];
            assert_eq!(
                texts(&[&show[..], format].concat()),
                std::slice::from_ref(line),
                "{format:?} from {from}"
            );
        }
        let wanted = texts(&[&["show", "sensor.skj", "--filter", "hex:3d"][..], format].concat());
        assert!(wanted.len() > 1 && wanted.iter().all(|line| all.contains(line)), "{wanted:#?} of {all:#?}");
    }
    let all = texts(&["show", "sensor.skj"]);
    let found = texts(&["search", "sensor.skj", "=", "--format", "text"]);
    assert!(found.len() > 1 && found.iter().all(|line| all.contains(line)), "{found:#?} of {all:#?}");
    for to in ["csv", "text", "jsonl"] {
        let all = texts(&["export", "sensor.skj", "--to", to]);
        for some in [&["--from", "5"][..], &["--filter", "hex:3d"]] {
            let some = texts(&[&["export", "sensor.skj", "--to", to], some].concat());
            // How long after the row before it, is told of the rows that are printed.
            let payload =
                |line: &String| line.split_once(",rx,").map_or(line.clone(), |(_, rest)| rest.to_owned());
            let known: Vec<String> = all.iter().map(payload).collect();
            let is_known = |line: &String| known.contains(&payload(line));
            assert!(some.len() > 1 && some.iter().all(is_known), "{to}: {some:#?} of {all:#?}");
        }
    }
}

#[test]
fn a_text_that_is_searched_is_no_part_of_other_characters() {
    let console = Console::new();
    let peer = Some(PeerId::FIRST);
    let at = Stamp { wall_ns: 1_795_256_523_500_000_000, mono_ns: 1 };
    let data = |bytes: &[u8]| {
        (at, Epoch(1), peer, Body::Data(Data { head: DataHead::received(), bytes: bytes.to_vec() }))
    };
    // A character of GBK that ends with the byte of A, an A, and a character that is cut.
    write(&console.path("gb.skj"), vec![data(b"\x81AB\n"), data(b"A+\n\xCE"), data(b"\xC2\n")]);
    for (pattern, options, count) in
        [("A", &[][..], 1), ("B", &[], 1), ("A+", &[], 1), ("温", &[], 1), ("41", &["--hex"], 2)]
    {
        let words = ["search", "gb.skj", pattern, "--encoding", "gbk", "--count"];
        let output = console.run(&[&words[..], options].concat());
        assert_eq!(said(&output).trim(), count.to_string(), "{pattern}");
    }
}

#[test]
fn messages_are_judged_where_streams_are_cut() {
    let console = Console::new();
    write_sensor(&console);
    let words = ["show", "sensor.skj", "--encoding", "gbk", "--split", "lines"];
    for (filter, fields, text) in [
        (r#"text ~ "温度=(?<t>[0-9.]+)" and t > 26"#, "text", "温度=26.5\\r\\n\n温度=31\\r\\n\n"),
        (r#"text ~ "^温度=2\d.\d$""#, "dir,len,peer", "rx\t11\t1\nrx\t11\t1\n"),
        ("错误 or 湿度", "text", "湿度=40\\r\\n\n错误:传感器\\r\\n\n"),
        ("text:错误 remote in {10.0.0.0/8}", "remote,local", "10.1.2.3:5000\t127.0.0.1:9000\n"),
        ("not 温度 and kind:data and whole", "hex", "caaab6c83d34300d0a\nb4edcef33ab4abb8d0c6f70d0a\n"),
        ("event:peer_joined", "event,remote,text", "peer_joined\t10.1.2.3:5000\t\n"),
        ("len > 100", "text", ""),
    ] {
        let output = console.run(&[&words[..], &["--filter", filter, "--fields", fields]].concat());
        assert_eq!(said(&output), text, "{filter}");
    }
    let output =
        console.run(&[&words[..], &["--filter", "温度", "--count", "2", "--format", "jsonl"]].concat());
    assert_eq!(said(&output).lines().count(), 2);
    assert!(said(&output).contains("温度=25.9"), "{output:?}");
}

#[test]
fn records_are_judged_one_by_one_where_they_are_not_cut() {
    let console = Console::new();
    write(&console.path("session.skj"), sample());
    for (words, text) in [
        ("show session.skj --fields len,text --filter hello", "5\thello\n5\thello\n"),
        ("show session.skj --fields len,origin --filter dir:tx", "5\techo\n"),
        ("show session.skj --fields reason --filter reason", "reset\n"),
        ("show session.skj --fields note --filter note", "设备 restarted\n"),
        ("show session.skj --fields text --filter restarted --encoding gbk", ""),
        ("show session.skj --fields hex,local --filter kind:note", ""),
        ("show session.skj --fields epoch --filter kind:note", "2\n"),
        ("show session.skj --fields note --filter 设备 --encoding gbk", "设备 restarted\n"),
        ("show session.skj --fields text --filter 你好 --encoding gbk", "你好\n"),
        ("show session.skj --fields peer,epoch --filter epoch:2", "1\t2\n"),
        ("show session.skj --fields text --filter hello --count 1", "hello\n"),
        ("search session.skj o --fields text --filter dir:rx", "hello\nworld\n"),
        ("search session.skj o --count --filter dir:rx", "2\n"),
        (
            "export session.skj --fields dir,text --filter len>0 --encoding gbk",
            "rx\thello\nrx\t你好\ntx\thello\nrx\tworld\n",
        ),
        ("export session.skj --to raw --filter dir:rx and peer:1 and not world", "hello"),
    ] {
        let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        // What follows a filter's option belongs to it, up to the next option.
        if let Some(at) = words.iter().position(|word| word == "--filter") {
            let end = (at + 1..words.len()).find(|end| words[*end].starts_with("--")).unwrap_or(words.len());
            let filter = words.splice(at + 1..end, []).collect::<Vec<_>>().join(" ");
            words.insert(at + 1, filter);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = console.run(&words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        assert_eq!(std::str::from_utf8(&output.stdout).unwrap(), text, "{words:?}");
    }
}

#[test]
fn what_comes_is_judged_while_it_comes() {
    let console = Console::new();
    let words = ["listen", "tcp", "127.0.0.1:0", "--until-closed", "--split", "lines"];
    let chosen = ["--filter", "text ~ ^ERR", "--fields", "peer,text"];
    let mut server = console.start(&[&words[..], &chosen].concat());
    let mut peer = TcpStream::connect(server.ready()).unwrap();
    peer.write_all(b"OK\nERR 1\nOK\nER").unwrap();
    wait_until("the first error", || server.out() == "1\tERR 1\\n\n");
    peer.write_all(b"R 2\n").unwrap();
    drop(peer);
    assert!(server.wait().success(), "{}", server.errors());
    assert_eq!(server.out(), "1\tERR 1\\n\n1\tERR 2\\n\n");
}

#[test]
fn what_is_wrong_is_said_in_one_line_with_a_caret() {
    let console = Console::new();
    write(&console.path("session.skj"), sample());
    for (words, message) in [
        (
            &["show", "session.skj", "--filter", "len >"][..],
            "--filter: expected a value after \"len >\" (column 6)\n  len >\n       ^",
        ),
        (
            &["search", "session.skj", "a", "--filter", "text ~ \"温(\""],
            "--filter: \"(\" is never closed in the regular expression (column 10)\n  text ~ \"温(\"\n            ^",
        ),
        (
            &["export", "session.skj", "--to", "csv", "--filter", "modbus.fun_code == 3"],
            "--filter: there is no field \"modbus.fun_code\"; did you mean modbus.func_code? (column 1)\n  modbus.fun_code == 3\n  ^",
        ),
        (
            &["udp", "--fields", "time,texts"],
            "--fields: there is no field \"texts\"; did you mean text? (column 6)\n  time,texts\n       ^",
        ),
        (
            &["udp", "--fields", "time", "--format", "text"],
            "--fields prints lines of its own: leave --format away",
        ),
        (
            &["export", "session.skj", "--fields", "time", "--to", "csv"],
            "--fields prints lines of its own: leave --to away",
        ),
    ] {
        let output = console.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("sockscope-cli: {message}\n"));
    }
    let (code, line) = failure(&console.run(&["show", "none.skj", "--filter", "a"]));
    assert_eq!(code, 1, "{line}");
}
