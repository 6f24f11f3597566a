//! It makes no difference how a stream is cut into packets, nor how the packets of several peers are mixed: messages,
//! their characters, what decoders read in them and what filters say of them are the same.

use crate::export_support::Session;
use proptest::collection::vec;
use proptest::prelude::*;
use sockscope::codec::decode::DecodeChoice;
use sockscope::codec::expression::{Expression, Vocabulary};
use sockscope::codec::text::TextEncoding;
use sockscope::codec::time::TimeFormat;
use sockscope::export::{ExportOptions, Exporter, FilteredExporter, Format, RowFilter};
use sockscope::model::config::SessionKind;
use sockscope::model::framing::Framing;
use std::collections::BTreeMap;

/// One way to cut, what is said, and what is asked of it.
struct Case {
    split: &'static str,
    encoding: &'static str,
    decode: &'static str,
    filter: &'static str,
    stream: Vec<u8>,
}

fn in_gbk(text: &str) -> Vec<u8> {
    TextEncoding::GBK.encode(text).unwrap()
}

fn cases() -> [Case; 7] {
    let case = |split, encoding, decode, filter, stream| Case { split, encoding, decode, filter, stream };
    [
        case(
            "lines",
            "gbk",
            "json",
            r#"text ~ "温度=(?<t>[0-9.]+)" and t > 26 or json.a.b[0] == 1"#,
            in_gbk("温度=26.5\r\n温度=25.9\r\n\r\n{\"a\":{\"b\":[1,\"度\"]}}\n温度=31\r\n没有说完"),
        ),
        case(
            "delim:0D0A",
            "gb18030",
            "nmea",
            "text:\u{20BB7} and whole",
            TextEncoding::from_name("gb18030")
                .unwrap()
                .encode("\u{20BB7}=1\r\n$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n\u{20BB7}")
                .unwrap(),
        ),
        case(
            "modbus-tcp",
            "utf-8",
            "modbus",
            "modbus.func_code == 3 and len > 11",
            b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x02\0\x02\0\0\0\x03\x01\x83\x02\0\x03\0\0\0\x07\x01\x03\x04\0\x01\0\x02\0\x04\0\0\0\x09".to_vec(),
        ),
        case(
            "mqtt",
            "utf-8",
            "mqtt",
            r#"mqtt.topic == "a/b""#,
            b"\x10\x0D\0\x04MQTT\x04\x02\0\x3C\0\x01c\x30\x09\0\x03a/b\xE6\xB8\xA9!\x30\x06\0\x03a/cx\xC0\0\x30\x7F\0".to_vec(),
        ),
        case(
            "websocket",
            "utf-8",
            "websocket",
            "websocket.opcode == 1",
            b"\x81\x03\xE6\xB8\xA9\x82\x02\xFF\xFE\x89\0\x81\x85\x01\x02\x03\x04\x69\x67\x6F\x68\x6E\x81\x7E\x01".to_vec(),
        ),
        case(
            "length:1,2,be",
            "utf-16le",
            "auto",
            "hex:\"AA 00 00\" or whole == false",
            b"\xAA\0\x02\x29\x6E\xAA\0\0\xAA\0\x04\xA6\x5E\x01\0\xAA\0\x05\x01".to_vec(),
        ),
        case("slip", "utf-8", "auto", "hex:DB or text:a", b"a\xC0\xC0b\xDB\xDC\xC0\xDB\xDDc\xC0d".to_vec()),
    ]
}

/// What is told of the messages of each peer in its order, but for where in the journal they lie.
fn told(case: &Case, packets: &[(u32, Vec<u8>)], is_filtered: bool) -> BTreeMap<String, Vec<String>> {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    for peer in [1, 2] {
        session.joined(peer, "127.0.0.1:9000", &format!("127.0.0.1:500{peer}"));
    }
    for (peer, bytes) in packets {
        session.received(*peer, bytes);
    }
    let encoding: TextEncoding = case.encoding.parse().unwrap();
    let decode: DecodeChoice = case.decode.parse().unwrap();
    let options = ExportOptions { encoding, decode: Some(decode.clone()), ..ExportOptions::default() };
    let mut exporter: Box<dyn Exporter + Send> = Format::Jsonl.exporter(&options);
    if is_filtered {
        let expression = Expression::parse(case.filter, &Vocabulary::default()).unwrap();
        let filter = RowFilter::new(&expression, encoding, &decode, &TimeFormat::local());
        exporter = Box::new(FilteredExporter::new(filter, exporter));
    }
    let framing: Framing = case.split.parse().unwrap();
    let lines = String::from_utf8(session.export_split(exporter.as_mut(), &framing)).unwrap();
    let mut told = BTreeMap::<String, Vec<String>>::new();
    for line in lines.lines().filter(|line| line.contains("\"kind\":\"data\"")) {
        let (head, message) = line.split_once("\"len\":").unwrap();
        let (before, rest) = message.split_once("\"records\":[").unwrap();
        let (_, after) = rest.split_once(']').unwrap();
        let peer = head.split_once("\"peer\":").unwrap().1;
        told.entry(peer.to_owned()).or_default().push(format!("{before}{after}"));
    }
    told
}

/// The same stream of two peers in packets of these sizes, mixed by these throws of a coin.
fn packets(stream: &[u8], sizes: &[usize], throws: &[bool]) -> Vec<(u32, Vec<u8>)> {
    let mut left = [(1, stream), (2, stream)];
    let mut packets = Vec::new();
    let mut sizes = sizes.iter().copied().cycle();
    let mut throws = throws.iter().copied().cycle();
    while left.iter().any(|(_, rest)| !rest.is_empty()) {
        let (peer, rest) = &mut left[usize::from(throws.next().unwrap())];
        let (packet, after) = rest.split_at(sizes.next().unwrap().min(rest.len()));
        if !packet.is_empty() {
            packets.push((*peer, packet.to_vec()));
        }
        *rest = after;
    }
    packets
}

#[test]
fn every_case_says_something_and_its_filter_divides() {
    for case in cases() {
        let whole = [(1, case.stream.clone()), (2, case.stream.clone())];
        let (all, some) = (told(&case, &whole, false), told(&case, &whole, true));
        let count = |told: &BTreeMap<String, Vec<String>>| told.values().map(Vec::len).sum::<usize>();
        assert_eq!(all.len(), 2, "{}", case.split);
        assert!(0 < count(&some) && count(&some) < count(&all), "{}: {all:#?} {some:#?}", case.split);
        let is_decoded = all.values().flatten().any(|message| message.contains("\"decoded\":"));
        assert_eq!(is_decoded, case.decode != "auto", "{}: {all:#?}", case.split);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn any_cut_of_a_stream_gives_the_same_messages_characters_trees_and_verdicts(
        sizes in vec(1_usize..9, 1..20),
        mut throws in vec(any::<bool>(), 2..20),
    ) {
        // Both are served in the end.
        throws.extend([false, true]);
        for case in cases() {
            let whole = [(1, case.stream.clone()), (2, case.stream.clone())];
            let cut = packets(&case.stream, &sizes, &throws);
            for is_filtered in [false, true] {
                prop_assert_eq!(
                    told(&case, &cut, is_filtered),
                    told(&case, &whole, is_filtered),
                    "{} {}", case.split, is_filtered
                );
            }
        }
    }
}
