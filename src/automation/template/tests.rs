//! What templates mean, row by row: typed text in, bytes out, or an error with its place.

use super::{Form, Names, PartClass, Surroundings, Template, Value, Variables};
use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::Placing;
use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use std::net::SocketAddr;

/// 2026-11-21 11:31:00 in Shanghai.
const MOMENT: i64 = 1_795_231_860_123_456_789;

struct Samples;

impl Variables for Samples {
    fn value(&self, name: &str) -> Option<Value<'_>> {
        Some(match name {
            "device" => Value::Text("007"),
            "temperature" => Value::Text("-40"),
            "mask" => Value::Text("0xBEEF"),
            "city" => Value::Text("温州"),
            "face" => Value::Text("😀"),
            "pi" => Value::Text("3.5"),
            "raw" => Value::Bytes(&[0xCE, 0xC2]),
            "1" => Value::Text("first"),
            _ => return None,
        })
    }
}

fn parse(typed: &str, form: Form, encoding: &str) -> Result<Template, String> {
    let encoding = TextEncoding::from_name(encoding).unwrap();
    Template::parse(typed, form, encoding, Names::Any).map_err(|error| error.to_string())
}

fn fill(template: &Template) -> Result<super::Filled, String> {
    let mut next = 0_u8;
    let times = TimeFormat::in_zone(TimeZone::fixed(Offset::constant(8)));
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_add(0xA7);
            *byte = next;
        }
    };
    template
        .fill(&mut Surroundings {
            counter: 0x1_002A,
            wall_ns: MOMENT,
            times: &times,
            random: &mut random,
            peer: Some(SocketAddr::from(([192, 168, 1, 31], 50211)).into()),
            message: Some(b"\x55\xAA\x01\x02\x03READY"),
            variables: &Samples,
            placing: Placing::default(),
        })
        .map_err(|error| error.to_string())
}

#[test]
fn fields_are_filled_in() {
    for (typed, form, encoding, bytes) in [
        ("", Form::Text, "utf-8", &b""[..]),
        ("plain }", Form::Text, "utf-8", b"plain }"),
        ("{{\"a\":{{{counter}}}", Form::Text, "utf-8", b"{\"a\":{65578}}"),
        ("{counter} {counter:u16be}{counter:u8}", Form::Text, "utf-8", b"65578 \0\x2A\x2A"),
        ("{counter:u32le}", Form::Hex, "utf-8", &[0x2A, 0, 1, 0]),
        ("{counter:dec 8} {counter:hex} {counter:hex 6}", Form::Text, "utf-8", b"00065578 1002A 01002A"),
        ("温{time:%H:%M:%S}", Form::Text, "gbk", b"\xCE\xC211:31:00"),
        ("{time}", Form::Text, "utf-8", b"2026-11-21 11:31:00"),
        ("{time:%Y%m%d%H%M%S%.3f}", Form::Text, "utf-8", b"20261121113100.123"),
        ("{time:unix}|{time:unix-ms}", Form::Text, "utf-8", b"1795231860|1795231860123"),
        ("{time:unix:u32be}", Form::Text, "utf-8", &[0x6B, 0x01, 0x10, 0x74]),
        ("{random:u8}{random:u16be}", Form::Hex, "utf-8", &[0xA7, 0x4E, 0xF5]),
        ("{random:hex 4}", Form::Text, "utf-8", b"7E5C"),
        ("{random:dec 3}", Form::Text, "utf-8", b"785"),
        ("{peer.ip}:{peer.port} {peer.port:u16be}", Form::Text, "utf-8", b"192.168.1.31:50211 \xC4\x23"),
        ("abc{len}", Form::Text, "utf-8", b"abc3"),
        ("abc{len:u16be}", Form::Text, "utf-8", b"abc\0\x03"),
        (
            "55 AA {len:u8:3..} 01 02 {crc-16/modbus:3..}",
            Form::Hex,
            "utf-8",
            &[0x55, 0xAA, 4, 1, 2, 0x81, 0xE1],
        ),
        ("{len:u16le:..}xyz", Form::Text, "utf-8", b"\x05\0xyz"),
        ("01 03 9C 41 00 02 {crc-16/modbus}", Form::Hex, "utf-8", &[1, 3, 0x9C, 0x41, 0, 2, 0xBA, 0x4F]),
        ("01 03 9C 41 00 02 {crc-16/modbus:be}", Form::Hex, "utf-8", &[1, 3, 0x9C, 0x41, 0, 2, 0x4F, 0xBA]),
        ("xx123456789{crc-32:2..}", Form::Text, "utf-8", b"xx123456789\x26\x39\xF4\xCB"),
        ("{crc-32:be:4..}123456789", Form::Text, "utf-8", b"\xCB\xF4\x39\x26123456789"),
        ("{crc-32:le:4..13}123456789!", Form::Text, "utf-8", b"\x26\x39\xF4\xCB123456789!"),
        ("$GPGLL,1*{xor-8:hex:1..-1}\r\n", Form::Text, "utf-8", b"$GPGLL,1*4D\r\n"),
        (r"a\r\n{device}\u{6e29}\u6e29\\{device}", Form::Escapes, "gbk", b"a\r\n007\xCE\xC2\xCE\xC2\\007"),
        (r"\x7b{{\x41", Form::Escapes, "utf-8", b"{{A"),
        ("LOGIN,{device},{city}", Form::Text, "gbk", b"LOGIN,007,\xCE\xC2\xD6\xDD"),
        ("{device:u16le}{temperature:i8}{mask:u24be}", Form::Text, "utf-8", b"\x07\0\xD8\0\xBE\xEF"),
        ("{pi:f32be}{device:f64le}", Form::Hex, "utf-8", &[0x40, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0x1C, 0x40]),
        ("{raw}{raw:hex}{1}", Form::Text, "gbk", b"\xCE\xC2CEC2first"),
        ("{rx[2]}{rx[3..5]}{rx[5..]}{rx[5..-4]:hex}", Form::Text, "utf-8", b"\x01\x02\x03READY52"),
        ("{device}", Form::Text, "utf-16be", b"\x000\x000\x007"),
        ("{counter:hex 4}{sum-8:hex}", Form::Text, "utf-16le", b"1\x000\x000\x002\0A\x000\x004\0"),
    ] {
        let template = parse(typed, form, encoding).unwrap();
        let filled = fill(&template).unwrap();
        assert_eq!(filled.bytes, bytes, "{typed}");
        let mut end = 0;
        for piece in &filled.pieces {
            assert_eq!(piece.bytes.start, end, "{typed}");
            end = piece.bytes.end;
        }
        assert_eq!(end, bytes.len(), "{typed}");
    }
}

#[test]
fn lengths_in_digits_count_their_own_digits() {
    for (others, length) in [(1, "3"), (94, "98"), (95, "99"), (97, "103"), (994, "1002")] {
        let others = "x".repeat(others);
        let template = parse(&format!("{{len:..}}{{len:..}}{others}"), Form::Text, "utf-8").unwrap();
        assert_eq!(fill(&template).unwrap().bytes, format!("{length}{length}{others}").as_bytes());
    }
}

#[test]
fn the_preview_knows_what_was_typed_computed_and_appended() {
    let template = parse("55 AA {counter:u16be} 00 {xor-8}", Form::Hex, "utf-8").unwrap();
    let checksum = Checksum::from_name("sum-8").ok();
    let filled = fill(&template).unwrap().dressed(checksum, LineEnding::Crlf);
    let told: Vec<_> =
        filled.pieces.iter().map(|piece| (piece.class, piece.bytes.clone(), piece.typed.clone())).collect();
    assert_eq!(
        told,
        [
            (PartClass::Typed, 0..2, Some(0..6)),
            (PartClass::Computed, 2..4, Some(6..21)),
            (PartClass::Typed, 4..5, Some(21..25)),
            (PartClass::Computed, 5..6, Some(25..32)),
            (PartClass::Appended, 6..7, None),
            (PartClass::Appended, 7..9, None),
        ]
    );
    assert_eq!(filled.bytes, [0x55, 0xAA, 0, 0x2A, 0, 0xD5, 0xFE, 13, 10]);
}

#[test]
fn what_cannot_be_read_says_what_was_expected_and_where() {
    for (typed, form, message) in [
        ("温{counter", Form::Text, "the brace is not closed; write {{ for a brace (at character 2)"),
        ("{}", Form::Text, "expected a name after the brace; write {{ for a brace (at character 2)"),
        ("a{ }", Form::Text, "expected a name after the brace; write {{ for a brace (at character 3)"),
        (
            "{counter:u16}",
            Form::Text,
            "'u16' is no format of counter; expected u8, u16be, i32le, f32be and the like, dec 4 or hex 4; did you mean u16be? (at character 2)",
        ),
        (
            "{counter:u17be}",
            Form::Text,
            "'u17be' is no format of counter; expected u8, u16be, i32le, f32be and the like, dec 4 or hex 4; did you mean u16be? (at character 2)",
        ),
        (
            "{device:dec 65}",
            Form::Text,
            "'dec 65' is no format of device; expected u8, u16be, i32le, f32be and the like, dec 4 or hex 4 (at character 2)",
        ),
        ("{random}", Form::Text, "say how random is written, for example {random:u8} (at character 2)"),
        ("{random:hex}", Form::Text, "say how random is written, for example {random:u8} (at character 2)"),
        (
            "{crc-32:6..2}",
            Form::Text,
            "'6..2' is no range of bytes; expected 2.., ..6, 2..6 or 2..-1, counted from 0 (at character 2)",
        ),
        (
            "{crc-32:x}",
            Form::Text,
            "'x' is no format of crc-32; expected be, le, hex or a range such as 2.. or 2..6 (at character 2)",
        ),
        (
            "{rx(3)}",
            Form::Text,
            "unknown field 'rx(3)'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum or a variable (at character 2)",
        ),
        (
            "{rx[x]}",
            Form::Text,
            "'x' is no range of bytes; expected 2.., ..6, 2..6 or 2..-1, counted from 0 (at character 2)",
        ),
        (
            "{crc-16/modbsu}",
            Form::Text,
            "unknown field 'crc-16/modbsu'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum or a variable; did you mean crc-16/modbus? (at character 2)",
        ),
        (
            "{time:noon}",
            Form::Text,
            "'noon' is no format of time; expected unix, unix-ms or words such as %H:%M:%S (at character 2)",
        ),
        ("55 A {counter}", Form::Hex, "the byte 'A' has only one digit (at character 4); write 0A"),
        ("55 {counter} 0G", Form::Hex, "'G' is not a hex digit (at character 15)"),
        (
            r"a{{{counter}b\q",
            Form::Escapes,
            r"'\q' is no escape (at character 14); there are \n \r \t \0 \a \b \e \f \v \\ \xHH \uHHHH \u{…}",
        ),
        ("ab{{{{{counter}😀", Form::Text, "'😀' (U+1F600) cannot be written in gbk (at character 16)"),
    ] {
        assert_eq!(parse(typed, form, "gbk").unwrap_err(), message, "{typed}");
    }
    let why = parse("{time:%H:%!}", Form::Text, "gbk").unwrap_err();
    assert!(why.starts_with("'%H:%!' is no way to write a time: "), "{why}");
}

#[test]
fn where_all_names_are_known_a_slip_is_found_when_it_is_read() {
    let known = Names::Known(&["device", "sum", "counter"]);
    let read = |typed: &str| Template::parse(typed, Form::Text, TextEncoding::UTF_8, known);
    assert_eq!(
        read("{devcie}").unwrap_err().to_string(),
        "unknown field 'devcie'; expected counter, time, random, len, rx, peer.ip, peer.port, a checksum, device, sum, counter; did you mean device? (at character 2)"
    );
    let is_variable =
        |typed: &str| matches!(read(typed).unwrap().fields().next(), Some(super::Field::Variable { .. }));
    assert!(is_variable("{sum}") && is_variable("{counter}") && !is_variable("{xor}"));
}

#[test]
fn what_cannot_be_filled_in_says_why() {
    for (typed, encoding, message) in [
        ("{nobody}", "utf-8", "{nobody} has no value"),
        ("{city:u8}", "utf-8", "{city}: '温州' is not a number"),
        ("{mask:u8}", "utf-8", "{mask}: 48879 does not fit into u8"),
        ("{temperature:u8}", "utf-8", "{temperature}: -40 does not fit into u8"),
        ("{face}", "gbk", "{face}: '😀' (U+1F600) cannot be written in gbk (at character 1)"),
        ("{rx[9..12]}", "utf-8", "{rx[9..12]}: the message has only 10 bytes"),
        ("ab{crc-32:5..}", "utf-8", "{crc-32/iso-hdlc:5..}: there are no such bytes, only 2"),
        ("ab{len:u8:9..}", "utf-8", "{len:u8:9..}: there are no such bytes, only 3"),
    ] {
        assert_eq!(fill(&parse(typed, Form::Text, encoding).unwrap()).unwrap_err(), message, "{typed}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(
        typed in "(\\PC|\\{[a-z0-9:/. -]{0,14}\\}|\\{(counter|len|crc-32|rx|time|v1|sum-8|random)(:(u16be|i24le|f32le|hex|hex 4|dec 3|be|le|2\\.\\.|\\.\\.-1|2\\.\\.6|unix|%H:%M))?\\}|\\{\\{|\\\\n)*",
        form in 0..3_usize,
    ) {
        if let Ok(template) = parse(&typed, Form::ALL[form], "utf-8") {
            let printed = template.to_string();
            let again = parse(&printed, Form::ALL[form], "utf-8");
            let kinds = |template: &Template| template.parts().iter().map(|part| part.kind.clone()).collect::<Vec<_>>();
            prop_assert_eq!(again.as_ref().map(kinds), Ok(kinds(&template)), "{}", printed);
            prop_assert_eq!(again.unwrap().to_string(), printed);
            if let Ok(filled) = fill(&template) {
                prop_assert_eq!(filled.pieces.last().map_or(0, |piece| piece.bytes.end), filled.bytes.len());
            }
        }
    }
}
