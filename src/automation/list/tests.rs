//! Lists in and out of every format.

use super::{ListEntry, SendList};
use crate::automation::template::Form;
use crate::codec::checksum::Checksum;
use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use std::time::Duration;

fn sample() -> SendList {
    let entry = |name: &str, payload: &str, form| ListEntry {
        name: name.to_owned(),
        payload: payload.to_owned(),
        form,
        ..ListEntry::default()
    };
    SendList {
        entries: vec![
            ListEntry {
                group: "update, \"all\"".to_owned(),
                key: "F5".to_owned(),
                encoding: Some(TextEncoding::GBK),
                ending: LineEnding::Crlf,
                checksum: Checksum::from_name("crc-16/modbus:be").ok(),
                delay: Duration::from_millis(1500),
                is_left_out: true,
                ..entry("登录", "LOGIN,{counter}\n\"x\", y", Form::Text)
            },
            entry("", "55 AA {crc-32:2..}", Form::Hex),
            entry(" spaces ", r"a\r\n", Form::Escapes),
        ],
    }
}

#[test]
fn what_is_written_reads_back() {
    let list = sample();
    assert_eq!(SendList::parse(&list.to_string()).unwrap(), list, "{list}");
    let csv = list.to_csv();
    let read = SendList::from_csv(&csv);
    assert_eq!((read.list, read.unread), (list, vec![]), "{csv}");
}

#[test]
fn a_file_that_makes_no_sense_is_told_with_its_place() {
    for (text, message) in [
        ("version = 1\n[[send]]\nname = 'x'\n", "line 2, column 1: an entry needs text, hex or escapes"),
        (
            "version = 1\n[[send]]\ntext = 'x'\nhex = '00'\n",
            "line 2, column 1: 'hex' does not go with 'text'",
        ),
        (
            "version = 1\n[[send]]\ntxt = 'x'\n",
            "line 3, column 1: an entry has no 'txt'; expected name, group, key, text, hex, escapes, encoding, append, checksum, delay, enabled; did you mean text?",
        ),
    ] {
        assert_eq!(SendList::parse(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn of_csv_what_can_be_read_is_read_and_the_rest_is_told() {
    let read = SendList::from_csv(
        "\u{FEFF}payload,name,form,delay,colour\r\nAT,first,,1s,red\r\n01 02,second,hexx,,\r\nx,third,text,soon,\r\n\"a\r\nb\",fourth\r\n",
    );
    let names: Vec<_> =
        read.list.entries.iter().map(|entry| (entry.name.as_str(), entry.payload.as_str())).collect();
    assert_eq!(names, [("first", "AT"), ("fourth", "a\r\nb")]);
    let unread: Vec<_> = read.unread.iter().map(|unread| (unread.line, unread.why.to_string())).collect();
    let unread: Vec<_> = unread.iter().map(|(line, why)| (*line, why.as_str())).collect();
    assert_eq!(
        unread,
        [
            (1, "no column is called 'colour'"),
            (3, "'hexx' is no form; write text, hex or escapes"),
            (4, "'soon' is no time; write 500ms or 2s"),
        ]
    );
    let without = SendList::from_csv("name\r\nx\r\n");
    assert_eq!(
        (without.list.entries.len(), without.unread[0].why.to_string().as_str()),
        (0, "there is no column payload")
    );
}

#[test]
fn of_sscom_what_can_be_read_is_read_and_the_rest_is_told() {
    let text = ";这是SSCOM的设置保存文件\r\nN101=2,第二,500\r\nN1=A,你好\\r\\n\r\nN102=1,first, with comma,1000\r\nN2=H,13 00 FF 88\r\n\
                N103=0,无注释,1000\r\nN3=A,{\"a\":1}\r\nN104=0,empty,1000\r\nN4=A,\r\nbroken\r\nN5=H,1G\r\nN105=x,y,z\r\nN6=Q,?\r\nX7=A,b\r\nN106=1\r\nN1080=COM3\r\n";
    let bytes = TextEncoding::GBK.encode(text).unwrap();
    let read = SendList::from_sscom(&bytes);
    let entries: Vec<_> = read
        .list
        .entries
        .iter()
        .map(|entry| (entry.name.as_str(), entry.payload.as_str(), entry.form, entry.delay.as_millis()))
        .collect();
    assert_eq!(
        entries,
        [
            ("first, with comma", "13 00 FF 88", Form::Hex, 1000),
            ("第二", r"你好\r\n", Form::Escapes, 500),
            ("无注释", "{{\"a\":1}", Form::Text, 1000),
        ]
    );
    let unread: Vec<_> = read.unread.iter().map(|unread| (unread.line, unread.why.to_string())).collect();
    let unread: Vec<_> = unread.iter().map(|(line, why)| (*line, why.as_str())).collect();
    assert_eq!(
        unread,
        [
            (10, "there is no '=' in the line"),
            (11, "'G' is not a hex digit (at character 2)"),
            (12, "'x' is no place in an order"),
            (13, "'Q' is neither H (hex) nor A (text)"),
            (14, "'X7' is not N and a number"),
            (15, "expected ORDER,NAME,MILLISECONDS, found '1'"),
        ]
    );
    let left_out: Vec<_> = read.list.entries.iter().map(|entry| entry.is_left_out).collect();
    assert_eq!(left_out, [false, false, true], "an order of 0 says so");
    let encodings: Vec<_> = read.list.entries.iter().map(|entry| entry.encoding).collect();
    assert_eq!(encodings, [None, Some(TextEncoding::GBK), None], "it is sent as that program sends it");
    for entry in &read.list.entries {
        assert!(entry.dressed(TextEncoding::GBK).is_ok(), "{entry:?}");
    }
    assert_eq!(SendList::from_sscom(text.as_bytes()), read, "a file that was saved in UTF-8");
}

#[test]
fn a_text_of_sscom_that_gbk_cannot_say_is_sent_as_the_session_says() {
    for (text, encoding) in [("温度 25℃", Some(TextEncoding::GBK)), ("温度 😀", None), ("😀\\r\\n", None)]
    {
        let read = SendList::from_sscom(format!("N101=1,a,500\r\nN1=A,{text}\r\n").as_bytes());
        let entry = &read.list.entries[0];
        assert_eq!(entry.encoding, encoding, "{text}");
        assert!(entry.dressed(TextEncoding::UTF_8).is_ok(), "{text}");
    }
}
