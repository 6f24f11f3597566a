//! Decoders from outside: rows of messages and what they are decoded to.

use super::{
    Agreed, Carrier, Conversation, DECODERS, DecodeChoice, DecoderId, EarlierRequest, FieldQuery, Hint, Seen,
    Toward, Tree, decode, summary,
};
use crate::model::ids::RecordId;
use crate::model::record::Direction;
use crate::util::locale::{Language, Locale};
use std::fmt::Write;

/// What real peers said, by who made it; see the script beside the files.
const SESSIONS: [(DecoderId, &str); 9] = [
    (DecoderId::Modbus, include_str!("../../../tests/traffic/modbus.txt")),
    (DecoderId::ModbusRtu, include_str!("../../../tests/traffic/modbus-rtu.txt")),
    (DecoderId::Mqtt, include_str!("../../../tests/traffic/mqtt.txt")),
    (DecoderId::Mqtt, include_str!("../../../tests/traffic/mqtt5.txt")),
    (DecoderId::Dns, include_str!("../../../tests/traffic/dns-udp.txt")),
    (DecoderId::Dns, include_str!("../../../tests/traffic/dns-tcp.txt")),
    (DecoderId::Http, include_str!("../../../tests/traffic/http.txt")),
    (DecoderId::WebSocket, include_str!("../../../tests/traffic/websocket.txt")),
    (DecoderId::Tls, include_str!("../../../tests/traffic/tls.txt")),
];

const GGA: &[u8] = b"$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n";
const ECHO_REQUEST: &str =
    "08 00 b2 a6 00 07 00 01 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 26 27";
/// A router says that nobody listens on a port of UDP, in an IPv4 packet that quotes another.
const UNREACHABLE: &str = "45 00 00 38 12 34 40 00 40 01 00 00 0a 00 00 01 0a 00 00 02 03 03 05 d8 00 00 00 00 \
     45 00 00 1c 12 34 40 00 40 11 00 00 0a 00 00 01 0a 00 00 02 03 e8 07 d0 00 08 00 00";

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
            // A label that is no key is a word that is the same in every language.
            let is_key = field.label.starts_with("decode.");
            let is_text = !is_key || locale.find(field.label).is_some();
            assert!(is_text, "{id:?} {}: {}", field.name, field.label);
        }
    }
}

#[test]
fn no_cut_and_no_garbage_makes_any_decoder_panic() {
    let mut samples: Vec<Vec<u8>> = vec![
        br#"{"a":[1,-2.5e3,"\u00e4\n",true,null],"b":{}}"#.to_vec(),
        GGA.to_vec(),
        b"$GPGGA\r\r".to_vec(),
        bytes(ECHO_REQUEST),
        bytes(UNREACHABLE),
        vec![0xff; 64],
        vec![0; 64],
    ];
    samples.extend(SESSIONS.iter().flat_map(|(_, text)| pieces(text)).map(|(_, bytes)| bytes));
    let mut tree = Tree::new();
    for sample in samples {
        // A cut in the first bytes meets the most decisions; later ones are tried less densely.
        for end in (0..sample.len().min(48)).chain((48..sample.len()).step_by(149)).chain([sample.len()]) {
            for decoder in DECODERS {
                for hint in hints().cycle().skip(end).take(2) {
                    decoder.fits(&sample[..end], &hint);
                    decoder.exchange(&sample[..end], &hint);
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

/// The lines that a session is told in, as a console prints them.
fn told_session(id: DecoderId, text: &str) -> Vec<String> {
    let decoder = id.decoder();
    let is_udp = text.starts_with("udp");
    let mut conversation = Conversation::default();
    let mut tree = Tree::new();
    let told = pieces(text).into_iter().enumerate().map(|(number, (toward, bytes))| {
        let direction = if toward == Toward::Server { Direction::Received } else { Direction::Sent };
        let mut hint = Hint { toward: Some(toward), agreed: conversation.agreed(), ..Hint::default() };
        hint.carrier = if is_udp { Carrier::Datagram } else { Carrier::Stream };
        let chosen = DecodeChoice::Auto.decoder_for(&bytes, &Hint { port: port_of(text), ..hint });
        let seen = Seen { record: RecordId(number as u64), row: 1, mono_ns: number as u64, direction };
        hint.asked = conversation.take_in(decoder.exchange(&bytes, &hint), seen);
        hint.agreed = conversation.agreed();
        decode(decoder, &bytes, &hint, &mut tree);
        let chosen = chosen.map_or("nothing", |decoder| decoder.id().name());
        let asked = tree.asked().map_or_else(String::new, |asked| format!(" <- {}", asked.record.0));
        let line = summary(&tree, &bytes, Locale::of(Language::English));
        format!("{number} {chosen}: {line}{asked}")
    });
    told.collect()
}

fn port_of(text: &str) -> Option<u16> {
    text.lines().next()?.split_once(' ')?.1.parse().ok()
}

fn hints() -> impl Iterator<Item = Hint> + Clone {
    let towards = [None, Some(Toward::Server), Some(Toward::Client)];
    let agreed = Some(Agreed { decoder: DecoderId::Mqtt, version: 5 });
    let asked = Some(EarlierRequest { record: RecordId(1), row: 2, after_ns: 5, note: 1 });
    towards.into_iter().flat_map(move |toward| {
        [
            Hint { toward, ..Hint::default() },
            Hint { toward, carrier: Carrier::Stream, agreed, asked, port: Some(5353) },
            Hint { toward, carrier: Carrier::Ip(58), ..Hint::default() },
        ]
    })
}

/// The pieces of a kept session: who each goes to, and its bytes.
fn pieces(text: &str) -> Vec<(Toward, Vec<u8>)> {
    let lines = text.lines().skip(1).filter_map(|line| line.split_once(' '));
    let toward = |way| if way == ">" { Toward::Server } else { Toward::Client };
    lines.map(|(way, hex)| (toward(way), bytes(hex))).collect()
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
        let seen = Seen { record: RecordId(record), row: record, mono_ns: record * 1_000_000, direction };
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
    // The second begins as a header of Modbus TCP does, and is as long as that one would say.
    for message in [&message, &bytes("01 03 00 00 00 02 c4 0b")] {
        let chosen = choice.decoder_for(message, &Hint::default()).map(super::Decoder::id);
        assert_eq!(chosen, Some(DecoderId::ModbusRtu), "{message:02x?}");
    }
    let (tree, _) = decoded(DecoderId::ModbusRtu, &message, &Hint::default());
    assert_eq!(
        tree,
        "mbrtu.unit_id=1 mbrtu.crc16=0x7417 modbus.func_code=3 modbus.reference_num=107 modbus.word_cnt=3"
    );
    let (_, line) = decoded(DecoderId::ModbusRtu, &bytes("01 03 00 6b 00 03 74 18"), &Hint::default());
    assert_eq!(line, "malformed at byte 6: the checksum is wrong");
}

#[test]
fn real_sessions_are_told_in_lines() {
    let mut lines = Vec::new();
    for (id, text) in SESSIONS {
        let told = told_session(id, text);
        assert!(!told.iter().any(|line| line.contains("malformed")), "{id:?}: {told:#?}");
        lines.extend(told);
    }
    let kept: Vec<&str> = include_str!("../../../tests/traffic/told.txt").lines().collect();
    assert_eq!(lines, kept, "{}", lines.join("\n"));
}

#[test]
fn positions_become_degrees() {
    let (tree, line) = decoded(DecoderId::Nmea, GGA, &Hint::default());
    assert_eq!(
        tree,
        "nmea.talker=GP nmea.sentence=GGA nmea.time=092750.000 nmea.lat=53.3613367 nmea.lon=-6.50562 \
         nmea.quality=1 nmea.satellites=8 nmea.hdop=1.03 nmea.altitude=61.7 nmea.field=M nmea.geoid=55.2 \
         nmea.field=M nmea.checksum=0x76"
    );
    assert!(line.starts_with("GPGGA Time (UTC) 092750.000 Latitude 53.3613367 Longitude -6.50562"), "{line}");
    let wrong = [&GGA[..GGA.len() - 4], b"77\r\n"].concat();
    let (_, line) = decoded(DecoderId::Nmea, &wrong, &Hint::default());
    assert!(line.ends_with("malformed at byte 68: the checksum is wrong"), "{line}");
}

#[test]
fn pings_and_what_a_router_sends_back_are_told() {
    let (tree, line) = decoded(DecoderId::Icmp, &bytes(ECHO_REQUEST), &Hint::default());
    assert!(tree.starts_with("icmp.type=8 icmp.code=0 icmp.checksum=0xb2a6 icmp.checksum.status=1 icmp.ident=7 icmp.seq=1 data.data=1011"), "{tree}");
    assert_eq!(line, "echo request 7/1");
    let (tree, line) = decoded(DecoderId::Ip, &bytes(UNREACHABLE), &Hint::default());
    assert!(tree.contains("ip.flags.df=1") && tree.contains("icmp.code=3"), "{tree}");
    assert!(tree.ends_with("udp.srcport=1000 udp.dstport=2000 data.data=00080000"), "{tree}");
    assert_eq!(line, "10.0.0.1 → 10.0.0.2 ICMP · destination unreachable");
}

#[test]
fn no_message_costs_more_than_its_length() {
    // Names that are pointers to pointers, hellos whose extensions would reach to the end, and sentences without one.
    let mut names = bytes("00 01 81 80 00 00 1f ff 00 00 00 00 00");
    names.extend((0..8000_u16).flat_map(|number| (0xc000 | (11 + 2 * number)).to_be_bytes()));
    let hello = [&bytes("16 03 03 00 30 02 00 00 2c")[..], &[0; 44]].concat();
    for (id, message) in [
        (DecoderId::Dns, names.repeat(4)),
        (DecoderId::Tls, hello.repeat(40_000)),
        (DecoderId::Nmea, b"$GPGGA,".repeat(300_000)),
        (DecoderId::Http, b"GET / HTTP/1.1\r\n\r\n".repeat(100_000)),
        (DecoderId::WebSocket, b"\x01\x00\x00\x01x".repeat(200_000)),
        (DecoderId::Mqtt, b"\xc0\x00".repeat(500_000)),
        (DecoderId::Modbus, bytes("00 01 00 00 00 06 01 03 00 6b 00 03").repeat(100_000)),
    ] {
        let started = crate::util::clock::now();
        let (_, line) = decoded(id, &message, &Hint::default());
        let seconds = (crate::util::clock::now().mono_ns - started.mono_ns) / 1_000_000_000;
        assert!(seconds < 20, "{id:?}: {seconds} s");
        assert!(line.chars().count() < 600, "{id:?}: {line}");
    }
}
