//! Expressions as they are typed, judged against rows that are written down here.

use super::{
    Content, Cost, Expression, Fact, Facts, JudgeMemory, Node, Relation, RowKind, Subject, Test, Verdict,
    Vocabulary,
};
use crate::codec::decode::Value;
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::codec::time::TimeFormat;
use crate::model::address::Address;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::{Direction, Origin};
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// A row that can be asked for everything.
#[derive(Clone, Debug)]
struct Row {
    kind: RowKind,
    direction: Option<Direction>,
    peer: Option<u32>,
    bytes: Vec<u8>,
    carry: Carry,
    event: Option<&'static str>,
    reason: Option<&'static str>,
    note: Option<&'static str>,
    is_whole: bool,
    /// Nothing of the payload has been read.
    is_head: bool,
}

/// 2026-11-21 10:22:03.5 UTC.
const NOON: i64 = 1_795_256_523_500_000_000;

impl Facts for Row {
    fn kind(&self) -> RowKind {
        self.kind
    }

    fn direction(&self) -> Fact<Direction> {
        self.direction.into()
    }

    fn peer(&self) -> Fact<PeerId> {
        self.peer.and_then(PeerId::new).into()
    }

    fn data_bytes(&self) -> Fact<u64> {
        self.direction.map(|_| self.bytes.len() as u64).into()
    }

    fn wall_ns(&self) -> Fact<i64> {
        Fact::Is(NOON)
    }

    fn delta_ns(&self) -> Fact<i64> {
        Fact::Is(1_600_000_000)
    }

    fn content(&self) -> Fact<Content<'_>> {
        match (self.is_head, self.kind) {
            (true, _) => Fact::Unread,
            (_, RowKind::Note) => Fact::Is(Content::of_note(self.note.unwrap_or_default().as_bytes())),
            (_, RowKind::Data) => Fact::Is(Content { bytes: &self.bytes, carry: self.carry, encoding: None }),
            _ => Fact::Absent,
        }
    }

    fn remote(&self) -> Fact<Address> {
        self.peer.and_then(|_| "10.1.2.3:5000".parse().ok()).into()
    }

    fn local(&self) -> Fact<Address> {
        self.peer.and_then(|_| "[::1]:9000".parse().ok()).into()
    }

    fn event(&self) -> Fact<&str> {
        self.event.into()
    }

    fn reason(&self) -> Fact<&str> {
        if self.is_head { Fact::Unread } else { self.reason.into() }
    }

    fn origin(&self) -> Fact<Origin> {
        self.direction.map(|_| Origin::Peer).into()
    }

    fn note(&self) -> Fact<&str> {
        self.note.into()
    }

    fn whole(&self) -> Fact<bool> {
        Fact::Is(self.is_whole)
    }

    fn epoch(&self) -> Fact<Epoch> {
        Fact::Is(Epoch(2))
    }

    fn decoded(&self, name: &str, visit: &mut dyn FnMut(Value<'_>) -> bool) -> Fact<()> {
        if self.is_head {
            return Fact::Unread;
        }
        let _seen_enough = match name {
            "modbus.func_code" => visit(Value::Unsigned(3)),
            "modbus.bitval" => visit(Value::Unsigned(7)) || visit(Value::Unsigned(300)),
            "json.wait" => visit(Value::Duration(2_500_000)),
            "json.topic" => visit(Value::Text("room/温度")),
            "json.msg" => visit(Value::Bytes(b"\x01\xAB")),
            "json.ip" => visit(Value::Address("10.0.0.7".parse().unwrap())),
            "json.a.b[0]" => visit(Value::Float(26.5)),
            r#"json["a b"]"# => visit(Value::Flag(true)),
            _ => false,
        };
        Fact::Is(())
    }
}

fn data(bytes: &[u8]) -> Row {
    Row {
        kind: RowKind::Data,
        direction: Some(Direction::Received),
        peer: Some(3),
        bytes: bytes.to_vec(),
        carry: Carry::default(),
        event: None,
        reason: None,
        note: None,
        is_whole: true,
        is_head: false,
    }
}

fn event(event: &'static str) -> Row {
    Row { kind: RowKind::Event, direction: None, event: Some(event), reason: Some("reset"), ..data(b"") }
}

fn vocabulary() -> Vocabulary {
    Vocabulary::default().with_variables(["device", "limit"])
}

fn parse(typed: &str) -> Expression {
    Expression::parse(typed, &vocabulary()).unwrap_or_else(|error| panic!("{typed}: {error}"))
}

fn memory() -> JudgeMemory {
    let mut memory = JudgeMemory::default();
    memory.variables.set("device", "007");
    memory.variables.set("limit", "4");
    memory
}

fn matches(typed: &str, encoding: TextEncoding, row: &Row) -> bool {
    let judge = parse(typed).judge(encoding, &TimeFormat::in_zone(TimeZone::UTC));
    let full = judge.verdict(row, &mut memory());
    assert_ne!(full, Verdict::Unread, "{typed}: everything is known of {row:?}");
    // What is said of the head alone must hold for the whole.
    let of_head = judge.verdict(&Row { is_head: true, ..row.clone() }, &mut memory());
    assert!(of_head == Verdict::Unread || of_head == full, "{typed}: {of_head:?} of the head, then {full:?}");
    full == Verdict::Yes
}

#[test]
fn rows_are_judged_by_every_field() {
    let row = data(b"ID=007,T=26.5\r\n");
    for (typed, wanted) in [
        ("dir:rx", true),
        ("dir == tx", false),
        ("dir != tx", true),
        ("dir in {tx, rx}", true),
        ("peer:3", true),
        ("peer >= 4", false),
        ("peer in {1, 2}", false),
        ("len == 15 and len < 1k and len <= 15 and len >= 0x0f and len > -1", true),
        ("len > 15", false),
        ("len == limit", false),
        ("len > limit", true),
        ("remote == 10.1.2.3", true),
        ("remote:10.1.2.3:5000", true),
        ("remote != 10.1.2.3:5001", true),
        ("remote in {10.0.0.0/8, ::1}", true),
        ("local in {10.0.0.0/8, ::1}", true),
        ("local == [::1]:9000", true),
        ("remote ~ \"^10\\..*:5000$\"", true),
        ("time >= 10:22:03.5", true),
        ("time > 10:22:03.5", false),
        ("time > 10:22:03.4 and time < 10:22:03.6 and time == 10:22:03.5", true),
        ("time:10:22", true),
        ("time == 10:23", false),
        ("time <= 10:22", true),
        ("time < \"2026-11-21 10:22\"", false),
        ("time >= 2026-11-21T10:22:03", true),
        ("time > 2027-01-01T00:00", false),
        ("delta > 1.5s", true),
        ("delta > 1.5", true),
        ("delta == 1600ms", true),
        ("delta < 1min", true),
        ("kind:data", true),
        ("kind in {note, event}", false),
        ("event:peer_joined", false),
        ("origin == peer", true),
        ("origin:user", false),
        ("epoch == 2", true),
        ("whole == true", true),
        ("whole == false", false),
        ("whole", true),
        ("note", false),
        ("not note", true),
        ("peer", true),
        ("reason", false),
        ("mark", false),
        ("layer:wire", false),
    ] {
        assert_eq!(matches(typed, TextEncoding::UTF_8, &row), wanted, "{typed}");
    }
}

#[test]
fn events_and_remarks_are_judged_too() {
    for (typed, row, wanted) in [
        ("kind:event", event("peer_left"), true),
        ("kind == lifecycle", event("peer_left"), true),
        ("event:peer_left and reason:reset", event("peer_left"), true),
        ("event ~ \"^peer_\"", event("peer_left"), true),
        ("event in {closed, bound}", event("peer_left"), false),
        ("not (kind:event)", event("peer_left"), false),
        ("len >= 0", event("peer_left"), false),
        ("dir != rx", event("peer_left"), false),
        ("text ~ .", event("peer_left"), false),
        ("note:看", Row { note: Some("看这里"), kind: RowKind::Note, ..event("") }, true),
        ("note == 看这里", Row { note: Some("看这里"), kind: RowKind::Note, ..event("") }, true),
        ("note ~ ^看", Row { note: Some("看这里"), kind: RowKind::Note, ..event("") }, true),
        ("这里", Row { note: Some("看这里"), kind: RowKind::Note, ..event("") }, true),
        ("whole == false", Row { is_whole: false, ..data(b"") }, true),
    ] {
        // The text of a remark is never in the session's encoding.
        assert_eq!(matches(typed, TextEncoding::GBK, &row), wanted, "{typed}");
    }
}

#[test]
fn text_is_judged_in_the_encoding_and_on_the_borders_of_characters() {
    for (typed, encoding, bytes, wanted) in [
        ("温度", "gbk", &b"\xCE\xC2\xB6\xC8=26.5"[..], true),
        ("温度", "utf-8", b"\xCE\xC2\xB6\xC8=26.5", false),
        ("\"温度=26.5\"", "gbk", b"\xCE\xC2\xB6\xC8=26.5", true),
        // The second byte of these characters looks like ASCII.
        ("\\", "gbk", b"\x81\x5C", false),
        ("text:\"[\"", "gbk", b"\xD5\x5B", false),
        ("a", "gbk", b"\x81\x61", false),
        ("a", "gbk", b"\x81\x61A", true),
        ("\"A\"", "gbk", b"\x81\x61a", false),
        ("text ~ \"^..$\"", "gbk", b"\xCE\xC2\xB6\xC8", true),
        ("text ~ \"温.=[0-9]\"", "gbk", b"x\xCE\xC2\xB6\xC8=26.5", true),
        ("text ~ \"\\\\\\\\\"", "gbk", b"\x81\x5C", false),
        ("text ~ [a-z]", "gbk", b"\x81\x61", false),
        ("text ~ 度$", "gb18030", b"\xB6\xC8", true),
        ("text ~ 温", "utf-16le", b"a\0\x29\x6E", true),
        ("é", "utf-8", "CAFÉ".as_bytes(), true),
        ("É", "utf-8", "café".as_bytes(), false),
        ("é", "latin1", b"CAF\xC9", true),
        ("error", "utf-8", b"An ERROR", true),
        ("Error", "utf-8", b"An ERROR", false),
        ("text == OK", "utf-8", b"OK", true),
        ("text == OK", "utf-8", b"OK!", false),
        ("text == OK", "utf-8", b"OK\r\n", true),
        ("text ~ \"^OK$\"", "utf-8", b"OK\r\n", true),
        ("text ~ \"^OK$\"", "utf-8", b"NOT OK\r\n", false),
        ("text != OK", "utf-8", b"OK!", true),
        ("text == 温", "gbk", b"\xCE\xC2", true),
        ("\"\\xFF\"", "utf-8", b"a\xFFb", true),
        ("\"\\xCE\"", "gbk", b"\xCE\xC2", false),
        ("\"a\\r\\n\"", "utf-8", b"xa\r\n", true),
        ("\"\\u{6E29}\"", "gbk", b"\xCE\xC2", true),
        ("hex:\"01 ?? 03\"", "gbk", b"\x00\x01\xCE\x03", true),
        ("hex:\"01 ?? 03\"", "gbk", b"\x01\xCE\x04", false),
        ("hex == 0102", "gbk", b"\x01\x02", true),
        ("hex != 01??", "gbk", b"\x01\x02", false),
        ("bytes ~ \"^\\xCE.$\"", "gbk", b"\xCE\xC2", true),
        ("bytes ~ \\x5C", "gbk", b"\x81\x5C", true),
        ("bytes:\"\\xC2\"", "gbk", b"\xCE\xC2", true),
        ("bytes:温", "gbk", b"\xCE\xC2", true),
        ("温", "windows-1252", b"\xCE\xC2", false),
        ("not 温", "windows-1252", b"\xCE\xC2", true),
    ] {
        let encoding = TextEncoding::from_name(encoding).unwrap();
        assert_eq!(matches(typed, encoding, &data(bytes)), wanted, "{typed} in {bytes:?}, {encoding}");
    }
}

#[test]
fn a_character_that_two_records_share_is_one_of_the_later() {
    let mut carry = Carry::default();
    decode(TextEncoding::GBK, &mut carry, b"\xCE");
    for (typed, wanted) in [("温度", true), ("text ~ ^温", true), ("text == 温度", true), ("\\xC2", false)]
    {
        let row = Row { carry, ..data(b"\xC2\xB6\xC8") };
        assert_eq!(matches(typed, TextEncoding::GBK, &row), wanted, "{typed}");
    }
}

#[test]
fn groups_become_variables() {
    let row = data("温度=26.5;id=007".as_bytes());
    for (typed, wanted) in [
        (r#"text ~ "温度=(?<t>[0-9.]+)" and t > 26"#, true),
        (r#"t > 26 and text ~ "温度=(?<t>[0-9.]+)""#, true),
        (r#"text ~ "温度=(?<t>[0-9.]+)" and t > 26.5"#, false),
        (r#"text ~ "温度=(?<t>[0-9.]+)" t in {26, 26.50}"#, true),
        (r#"text ~ "温度=(?<t>[0-9.]+)" and t:26.50"#, true),
        (r#"text ~ "温度=(?<t>[0-9.]+)" and t == "26.50""#, false),
        (r#"text ~ "id=(?<id>\d+)" and id == device"#, true),
        (r#"text ~ "id=(?<id>\d+)" and id == 7"#, true),
        (r#"text ~ "id=(?<id>\d+)" and id == "7""#, false),
        (r#"text ~ "id=(?<id>\d+)" and id ~ "^0+7$""#, true),
        (r#"text ~ "id=(?<id>\d+)" and id != device"#, false),
        (r#"text ~ "id=(?<id>\d+)" and id > limit"#, true),
        // What a term caught that did not hold is not known to the others.
        (r#"(text ~ "id=(?<id>\d+)" and len > 100) or id == 7"#, false),
        (r#"not text ~ "id=(?<id>\d+)" or id == 7"#, false),
        (r#"text ~ "nothing(?<t>)" or len > 1"#, true),
        ("device == 007", true),
        ("device", true),
    ] {
        assert_eq!(matches(typed, TextEncoding::UTF_8, &row), wanted, "{typed}");
    }
    let judge =
        parse(r#"text ~ "id=(?<id>\d+)""#).judge(TextEncoding::UTF_8, &TimeFormat::in_zone(TimeZone::UTC));
    let mut memory = memory();
    assert!(judge.matches(&row, &mut memory));
    assert!(judge.matches(&data(b"id=8"), &mut memory));
    assert!(!judge.matches(&data(b"id="), &mut memory));
    let variables: Vec<_> = memory.variables.iter().collect();
    assert_eq!(variables, [("device", "007"), ("limit", "4"), ("id", "8")]);
}

#[test]
fn what_decoders_find_is_compared_by_what_it_is() {
    for (typed, wanted) in [
        ("modbus.func_code == 3", true),
        ("modbus.func_code == 0x03 and not modbus.exception_code", true),
        ("modbus.func_code != 3", false),
        ("modbus.exception_code != 3", false),
        ("modbus.bitval > 299", true),
        ("modbus.bitval in {8, 300}", true),
        ("modbus.bitval != 7", false),
        ("json.wait > 2ms and json.wait < 0.003", true),
        ("json.topic == \"room/温度\" and json.topic ~ ^room and json.topic:room/温度", true),
        ("json.topic == room", false),
        ("json.msg == 01:ab", true),
        ("json.ip == 10.0.0.7", true),
        ("json.ip in {10.0.0.0/8}", true),
        ("json.a.b[0] > 26 and json[\"a b\"] == true", true),
        ("json.c", false),
    ] {
        assert_eq!(matches(typed, TextEncoding::GBK, &data(b"x")), wanted, "{typed}");
    }
}

#[test]
fn words_are_joined_as_promised() {
    for (typed, printed) in [
        ("a b", "a and b"),
        ("a and b or c and not d", "a and b or c and not d"),
        ("a && (b || c) && !d", "a and (b or c) and not d"),
        ("not (a b)", "not (a and b)"),
        ("!!a", "not not a"),
        ("NOT a AND b OR c", "not a and b or c"),
        ("((a))", "a"),
        ("(a b) c", "a and b and c"),
        ("a or (b or c)", "a or b or c"),
        ("dir:rx len>100&&text:\"x\"", "dir:rx and len > 100 and text:\"x\""),
        ("len  >\t1.50Ki", "len > 1.50Ki"),
        ("peer in{1,2 , 3}", "peer in {1, 2, 3}"),
        ("key=value", "key=value"),
        ("order notes android", "order and notes and android"),
        ("a in b", "a and in and b"),
        ("https", "https"),
        ("192.168.1.5", "192.168.1.5"),
        ("a,b;c", "a,b;c"),
        ("{\"a\"}", "{ and \"a\" and }"),
        ("text ~ \"a\\\"b\\d\"", "text ~ \"a\\\"b\\d\""),
        ("text ~ a(b|c)", "text ~ a(b|c)"),
        ("(text ~ a(b|c))", "text ~ a(b|c)"),
        ("\"a\\\\\\\"\\n\\x00\\xFF\\u{7F}\"", "\"a\\\\\\\"\\n\\u{0}\\xFF\\u{7F}\""),
        ("text == \"\"", "text == \"\""),
        ("json[\"a b\"].c == 1", "json[\"a b\"].c == 1"),
    ] {
        let expression = parse(typed);
        assert_eq!(expression.to_string(), printed, "{typed}");
        assert_eq!(parse(printed), expression, "{typed}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    for (typed, message) in [
        ("", "the expression is empty (column 1)"),
        ("dir:rx len >", "expected a value after \"len >\" (column 13)"),
        ("len > ", "expected a value after \"len >\" (column 6)"),
        ("len > and dir:rx", "expected a value after \"len >\" (column 7)"),
        ("(len >)", "expected a value after \"len >\" (column 7)"),
        ("text ~", "expected a value after \"text ~\" (column 7)"),
        ("dir:rx and", "expected a word, a field or a bracket after \"and\" (column 11)"),
        ("and a", "expected a word, a field or a bracket (column 1)"),
        ("a or or b", "expected a word, a field or a bracket after \"or\" (column 6)"),
        ("()", "expected a word, a field or a bracket after \"(\" (column 2)"),
        ("(a", "( is never closed (column 1)"),
        ("温 a)", ") closes nothing (column 4)"),
        ("\"a", "\" is never closed (column 1)"),
        ("\"a\\", "\" is never closed (column 1)"),
        ("\"a\\q\"", "there is no such escape; there are \\\" \\\\ \\n \\r \\t \\xNN \\u{…} (column 3)"),
        ("\"\\u{D800}\"", "there is no such escape; there are \\\" \\\\ \\n \\r \\t \\xNN \\u{…} (column 2)"),
        ("== 3", "expected a word, a field or a bracket (column 1)"),
        ("dir = rx", "write == to compare (column 5)"),
        ("text contains a", "write : instead of \"contains\" (column 6)"),
        ("websocket.payload.text contains \"a\"", "write ~ instead of \"contains\" (column 24)"),
        ("len GT 3", "write > instead of \"GT\" (column 5)"),
        ("dir=rx", "write == to compare (column 4)"),
        (
            "modbus.func_cod == 3",
            "there is no field \"modbus.func_cod\"; did you mean modbus.func_code? (column 1)",
        ),
        (
            "a modbus.exception_cod",
            "there is no field \"modbus.exception_cod\"; did you mean modbus.exception_code? (column 3)",
        ),
        ("温度:26", "there is no field \"温度\"; to find it as text, put it in quotes (column 1)"),
        ("dirr:rx", "there is no field \"dirr\"; did you mean dir? (column 1)"),
        ("t > 26", "there is no field \"t\"; to find it as text, put it in quotes (column 1)"),
        (
            "text ~ \"(?<t>.)\" and u > 26",
            "there is no field \"u\"; to find it as text, put it in quotes (column 22)",
        ),
        ("dir:up", "\"up\" is none of rx, tx (column 5)"),
        ("dir < rx", "\"dir\" cannot be compared with \"<\" (column 1)"),
        ("len ~ 5", "\"len\" cannot be compared with \"~\" (column 1)"),
        ("hex ~ 5", "\"hex\" cannot be compared with \"~\" (column 1)"),
        ("len > abc", "\"abc\" is not a number; write 100, 1.5k or 2Mi (column 7)"),
        ("len > 5s", "\"5s\" is not a number; write 100, 1.5k or 2Mi (column 7)"),
        ("delta > 5x", "\"5x\" is not a span of time; write 1.5s, 20ms or 2min (column 9)"),
        ("time > noon", "\"noon\" is not a time; write 10:22:03.5 or \"2026-11-21 10:22\" (column 8)"),
        (
            "remote in {10.0.0.0/40}",
            "\"10.0.0.0/40\" is not an address; write 10.0.0.1, 10.0.0.1:9000 or 10.0.0.0/8 (column 12)",
        ),
        ("hex:0g", "\"0g\" is not hex; write bytes as 0d 0a, and ?? for any byte (column 5)"),
        ("remote in 10.0.0.1", "expected an opening brace after \"remote in\" (column 11)"),
        ("peer in {1 2}", "expected a comma or a closing brace (column 12)"),
        ("peer in {1,", "expected a value after \"peer in {1,\" (column 12)"),
        ("peer in {1", "{ is never closed (column 9)"),
        ("peer in {}", "expected a value after \"peer in {\" (column 10)"),
        ("text ~ \"温(\"", "\"(\" is never closed in the regular expression (column 10)"),
        ("text ~ a(", "\"(\" is never closed in the regular expression (column 9)"),
        (
            "bytes ~ \"温\"",
            "a regular expression over bytes takes ASCII and \\xNN: use text ~ for characters (column 10)",
        ),
        ("text ~ \"(?<len>.)\"", "\"len\" is the name of a field; give the group another name (column 8)"),
        ("json.topic < a", "\"a\" is not a number; write 100, 1.5k or 2Mi (column 14)"),
        ("\"a\" == 3", "expected a word, a field or a bracket (column 5)"),
    ] {
        let error = Expression::parse(typed, &vocabulary()).unwrap_err();
        assert_eq!(error.to_string(), message, "{typed}");
    }
    let deep = "(".repeat(1_000_000);
    let error = Expression::parse(&deep[..60_000], &vocabulary()).unwrap_err();
    assert_eq!(error.to_string(), "the brackets are nested too deep (column 65)");
    let error = Expression::parse(&deep, &vocabulary()).unwrap_err();
    assert_eq!(error.to_string(), "the expression is too long (column 1)");
}

#[test]
fn what_is_cheap_is_known_to_be() {
    for (typed, cost) in [
        ("dir:rx and len > 100 or not peer:3 and time > 10:00", Cost::Head),
        ("kind:event or event:closed or remote:::1", Cost::Head),
        ("dir:rx and hex:01", Cost::Bytes),
        ("reason:reset", Cost::Bytes),
        ("dir:rx and error", Cost::Text),
        ("text ~ a or modbus.func_code == 3", Cost::Decoded),
    ] {
        let judge = parse(typed).judge(TextEncoding::GBK, &TimeFormat::in_zone(TimeZone::UTC));
        assert_eq!(judge.cost(), cost, "{typed}");
    }
    // The head alone says no, and nothing else has to be read.
    let judge = parse("error and dir:tx").judge(TextEncoding::GBK, &TimeFormat::in_zone(TimeZone::UTC));
    let head = Row { is_head: true, ..data(b"error") };
    assert_eq!(judge.verdict(&head, &mut memory()), Verdict::No);
}

#[test]
fn what_was_found_has_its_place_in_the_bytes() {
    for (typed, encoding, bytes, places) in [
        ("a", "utf-8", &b"aXAa"[..], &[(0, 1), (2, 3), (3, 4)][..]),
        ("温", "gbk", b"\xCE\xC2x\xCE\xC2", &[(0, 2), (3, 5)]),
        ("text ~ \"温.\"", "gbk", b"\xFFx\xCE\xC2\xB6\xC8\n", &[(2, 6)]),
        ("text ~ \"x*\"", "gbk", b"ax\xCE\xC2", &[(1, 2)]),
        ("hex:\"61 ??\" not b", "utf-8", b"abacb", &[(0, 2), (2, 4)]),
    ] {
        let judge = parse(typed)
            .judge(TextEncoding::from_name(encoding).unwrap(), &TimeFormat::in_zone(TimeZone::UTC));
        let mut found = Vec::new();
        for finder in judge.finders() {
            finder.find(&Content::of_message(bytes), &mut |place| {
                found.push((place.start, place.end));
                std::ops::ControlFlow::Continue(())
            });
        }
        assert_eq!(found, places, "{typed}");
    }
}

fn typed_test() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a",
        "\"a b\"",
        "温度",
        "\"\\xFF\\n\"",
        "x=1",
        "whole",
        "device",
        "json.a[0]",
    ]);
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", ":"]);
    let number = prop::sample::select(vec!["0", "-1", "1.5k", "0x1F", "2Mi"]);
    let numbers = (
        prop::sample::select(vec!["len", "peer", "epoch", "modbus.func_code", "limit"]),
        order.clone(),
        number,
    )
        .prop_map(|(field, order, number)| format!("{field} {order} {number}"));
    let times =
        (prop::sample::select(vec!["time"]), order, prop::sample::select(vec!["10:22", "1:02:03.25"]))
            .prop_map(|(field, order, time)| format!("{field} {order} {time}"));
    let others = prop::sample::select(vec![
        "dir:rx",
        "remote in {10.0.0.0/8, ::1}",
        "text ~ \"(?<t>\\d+)\\\"\"",
        "t > 26",
        "hex:\"01 ??\"",
        "bytes ~ \\x01",
        "kind != event",
        "text == \"\"",
    ]);
    prop_oneof![word.prop_map(str::to_owned), numbers, times, others.prop_map(str::to_owned)]
}

fn typed_expression() -> impl Strategy<Value = String> {
    typed_test().prop_recursive(4, 24, 3, |inner| {
        let join = prop::sample::select(vec![" and ", " ", " && ", " or ", "||"]);
        prop_oneof![
            inner.clone().prop_map(|one| format!("not {one}")),
            inner.clone().prop_map(|one| format!("({one})")),
            (inner.clone(), join, inner).prop_map(|(one, join, other)| format!("({one}{join}{other})")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(typed in typed_expression()) {
        // A name is known only where some group has it.
        let Ok(expression) = Expression::parse(&typed, &vocabulary()) else {
            prop_assert!(typed.contains("t > 26"), "{}", typed);
            return Ok(());
        };
        let printed = expression.to_string();
        prop_assert_eq!(Expression::parse(&printed, &vocabulary()).unwrap(), expression, "{} from {}", printed, typed);
    }

    #[test]
    fn nothing_typed_panics(typed in "(\\PC|[ ()\"~:<>=!&|{},\\\\]|and|or|not|len|text|hex|in|温){0,40}") {
        if let Err(error) = Expression::parse(&typed, &vocabulary()) {
            prop_assert!(error.at <= typed.chars().count());
        }
    }

    #[test]
    fn cases_are_ignored_where_no_capital_was_typed(
        bytes in proptest::collection::vec(prop::sample::select(b"abAB\xCE\xC2\x81".to_vec()), 0..12),
        needle in "[ab温]{1,3}",
    ) {
        let Ok(wanted) = TextEncoding::GBK.encode(&needle) else { return Ok(()) };
        let text = decode(TextEncoding::GBK, &mut Carry::default(), &bytes).text.to_lowercase();
        prop_assume!(!text.contains("\\x"));
        prop_assert_eq!(
            matches(&needle, TextEncoding::GBK, &data(&bytes)),
            text.contains(&needle),
            "{:?} in {:?}", wanted, text
        );
    }
}

#[test]
fn lists_of_fields_are_read() {
    let names = |typed: &str| {
        let fields = super::parse_fields(typed);
        fields.map(|fields| fields.iter().map(|field| field.name().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        names(r#"time, remote,modbus.func_code,json["a,b"].c"#).unwrap(),
        ["time", "remote", "modbus.func_code", r#"json["a,b"].c"#]
    );
    for (typed, message) in [
        ("", "expected the name of a field (column 1)"),
        ("time,", "expected the name of a field (column 6)"),
        ("time remote", "expected a comma between two fields (column 6)"),
        ("time,lenn", "there is no field \"lenn\"; did you mean len? (column 6)"),
        (
            "modbus.fun_code",
            "there is no field \"modbus.fun_code\"; did you mean modbus.func_code? (column 1)",
        ),
    ] {
        assert_eq!(names(typed).unwrap_err().to_string(), message, "{typed}");
    }
}

#[test]
fn clicks_make_expressions() {
    let node = Node::all(vec![
        Node::Test(Test::find("a \"b\"")),
        Node::Not(Box::new(Node::Test(Test {
            subject: Subject::Field(super::Field::Whole),
            relation: Relation::Has,
            values: Vec::new(),
        }))),
    ]);
    let expression = Expression::of(node);
    assert_eq!(expression.to_string(), "\"a \\\"b\\\"\" and not whole");
    assert_eq!(parse(&expression.to_string()), expression);
}
