//! Decoders from outside: rows of messages and what they are decoded to.

use super::{
    Conversation, DECODERS, DecodeChoice, DecoderId, FieldQuery, Hint, Seen, Toward, Tree, decode, summary,
};
use crate::model::ids::RecordId;
use crate::model::record::Direction;
use crate::util::locale::{Language, Locale};
use std::fmt::Write;

/// Hex digits to bytes.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    crate::codec::hex::parse(hex).unwrap()
}

/// The tree in one line: `name=value` for every node that has a value.
pub(super) fn told(tree: &Tree, message: &[u8]) -> String {
    let mut line = String::new();
    for entry in tree.entries(message) {
        let mut value = String::new();
        entry.value().push_plain(entry.field().kind, &mut value);
        if value.is_empty() && entry.field().kind == super::FieldKind::Heading {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        entry.push_name(&mut line);
        write!(line, "={value}").unwrap();
    }
    line
}

pub(super) fn decoded(id: DecoderId, message: &[u8], hint: &Hint) -> (String, String) {
    let mut tree = Tree::new();
    decode(id.decoder(), message, hint, &mut tree);
    (told(&tree, message), summary(&tree, message, Locale::of(Language::English)))
}

#[test]
fn every_decoder_is_in_the_table_once() {
    for decoder in DECODERS {
        assert_eq!(decoder.id().decoder().id(), decoder.id());
        let same = DECODERS.into_iter().filter(|other| other.id() == decoder.id()).count();
        assert_eq!(same, 1, "{:?}", decoder.id());
    }
}

#[test]
fn every_label_is_a_text_in_every_language() {
    for (id, field) in super::declared_fields() {
        for language in Language::ALL {
            let locale = Locale::of(language);
            assert!(locale.find(field.label).is_some(), "{id:?} {}: {}", field.name, field.label);
        }
    }
}

#[test]
fn no_cut_and_no_garbage_makes_any_decoder_panic() {
    let samples: [&[u8]; 4] = [
        br#"{"a":[1,-2.5e3,"\u00e4\n",true,null],"b":{}}"#,
        &bytes("00 01 00 00 00 09 01 03 06 02 2b 00 00 00 64"),
        &bytes("00 01 00 00 00 0e 01 2b 0e 01 01 00 00 02 00 03 41 42 43 01"),
        &[0xff; 64],
    ];
    let mut tree = Tree::new();
    for sample in samples {
        for end in 0..=sample.len() {
            for decoder in DECODERS {
                for toward in [None, Some(Toward::Server), Some(Toward::Client)] {
                    let hint = Hint { toward, ..Hint::default() };
                    decode(decoder, &sample[..end], &hint, &mut tree);
                    for entry in tree.entries(&sample[..end]) {
                        let range = entry.range().unwrap_or_default();
                        assert!(range.end <= end, "{decoder:?} {range:?} of {end}");
                    }
                    summary(&tree, &sample[..end], Locale::of(Language::SimplifiedChinese));
                }
            }
        }
    }
}

#[test]
fn json_is_a_tree_of_names() {
    for (text, expected) in [
        (
            r#"{"a":{"b":[26.5,-1]},"温度":"\u6e29\n","c d":null}"#,
            "json.a.b[0]=26.5 json.a.b[1]=-1 json.温度=温\n json[\"c d\"]=",
        ),
        ("[]", "json="),
        (" true ", "json=true"),
        (r#""\ud83d\ude00\ud83d""#, "json=😀\u{fffd}"),
        ("18446744073709551615", "json=18446744073709551615"),
        ("{\"a\":1,}", "json.a=1 _ws.malformed=malformed at byte 7: \" expected"),
        ("[1 2]", "json[0]=1 _ws.malformed=malformed at byte 3: , ] expected"),
        ("[01]", "json[0]=0 _ws.malformed=malformed at byte 2: , ] expected"),
        ("{\"a\":tru", "_ws.malformed=malformed at byte 8: the message ends early"),
        ("1.", "_ws.malformed=malformed at byte 2: the message ends early"),
        ("1.x", "_ws.malformed=malformed at byte 2: a digit expected"),
        ("{} {}", "_ws.malformed=malformed at byte 3: more bytes follow than belong to it"),
        ("", "_ws.malformed=malformed at byte 0: the message ends early"),
    ] {
        let (tree, _) = decoded(DecoderId::Json, text.as_bytes(), &Hint::default());
        let leaves: Vec<&str> = tree.split(' ').filter(|word| !word.ends_with('=')).collect();
        let expected: Vec<&str> = expected.split(' ').filter(|word| !word.ends_with('=')).collect();
        assert_eq!(leaves, expected, "{text}");
    }
}

#[test]
fn a_million_nested_brackets_are_no_stall() {
    let text = "[".repeat(1_000_000);
    let (_, line) = decoded(DecoderId::Json, text.as_bytes(), &Hint::default());
    assert_eq!(line, "not decoded from byte 129 on: it is nested too deep");
    let text = format!("[{}1]", "1,".repeat(1_000_000));
    let (_, line) = decoded(DecoderId::Json, text.as_bytes(), &Hint::default());
    assert!(line.ends_with("not decoded from byte 131071 on: it has too many values"), "{line}");
}

#[test]
fn values_are_found_by_their_way() {
    let text = br#"{"list":[{"t":1},{"t":2}],"t":3}"#;
    let mut tree = Tree::new();
    decode(DecoderId::Json.decoder(), text, &Hint::default(), &mut tree);
    for (name, count) in [("json.list[1].t", 1), ("json.t", 1), ("json.list.t", 0), ("json.list", 1)] {
        let query = FieldQuery::parse(name).unwrap();
        assert_eq!(query.find(&tree, text).count(), count, "{name}");
    }
}

#[test]
fn modbus_answers_know_their_requests() {
    let mut conversation = Conversation::default();
    let mut tree = Tree::new();
    let decoder = DecoderId::Modbus.decoder();
    let mut lines = String::new();
    for (record, hex, direction) in [
        (1, "00 01 00 00 00 06 01 03 00 6b 00 03", Direction::Sent),
        (2, "00 01 00 00 00 09 01 03 06 02 2b 00 00 00 64", Direction::Received),
        (3, "00 02 00 00 00 06 01 06 00 01 00 fa", Direction::Sent),
        (4, "00 02 00 00 00 03 01 86 02", Direction::Received),
        (5, "00 03 00 00 00 06 01 03 00", Direction::Sent),
    ] {
        let message = bytes(hex);
        let toward = if direction == Direction::Sent { Toward::Server } else { Toward::Client };
        let mut hint = Hint { toward: Some(toward), ..Hint::default() };
        let seen = Seen { record: RecordId(record), mono_ns: record * 1_000_000, direction };
        hint.asked = conversation.take_in(decoder.exchange(&message, &hint), seen);
        decode(decoder, &message, &hint, &mut tree);
        let asked = tree.asked().map_or(0, |asked| asked.record.0);
        let line = summary(&tree, &message, Locale::of(Language::English));
        writeln!(lines, "{asked} {line}").unwrap();
    }
    assert_eq!(
        lines,
        "0 Read Holding Registers 107 ×3\n\
         1 Read Holding Registers 107 = 555, 0, 100\n\
         0 Write Single Register 1 = 250\n\
         3 exception 2: illegal data address\n\
         0 Read Holding Registers · malformed at byte 9: the message ends early\n"
    );
}

#[test]
fn modbus_rtu_is_known_by_its_checksum() {
    let message = bytes("01 03 00 6b 00 03 74 17");
    let choice = DecodeChoice::Auto;
    let chosen = choice.decoder_for(&message, &Hint::default()).map(super::Decoder::id);
    assert_eq!(chosen, Some(DecoderId::ModbusRtu));
    let (tree, _) = decoded(DecoderId::ModbusRtu, &message, &Hint::default());
    assert_eq!(
        tree,
        "mbrtu.unit_id=1 mbrtu.crc16=0x7417 modbus.func_code=3 modbus.reference_num=107 modbus.word_cnt=3"
    );
    let (_, line) = decoded(DecoderId::ModbusRtu, &bytes("01 03 00 6b 00 03 74 18"), &Hint::default());
    assert_eq!(line, "malformed at byte 6: the checksum is wrong");
}
