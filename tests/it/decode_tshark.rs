//! Decoded values, judged by tshark: for sessions that real peers had, every field that Wireshark knows too has the
//! same values in every packet.

use crate::export_support::{Session, tool};
use sockscope::codec::decode::{
    Carrier, Conversation, DecoderId, FieldKind, FieldQuery, Hint, Seen, Toward, Tree, decode,
};
use sockscope::export::pcapng::{PcapngExporter, PcapngOptions};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::PeerId;
use sockscope::model::record::{Direction, Record};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// A sample session, and how tshark is told what it is.
struct Sample {
    file: &'static str,
    decoder: DecoderId,
    decode_as: &'static str,
}

/// What is not compared: characters in some versions of Wireshark and bytes in others, and bytes that it shows only of
/// what it has no decoder for.
const LEFT_OUT: [&str; 2] = ["http.file_data", "tls.handshake.extension.data"];

const SAMPLES: [Sample; 9] = [
    Sample { file: "modbus", decoder: DecoderId::Modbus, decode_as: "mbtcp" },
    Sample { file: "modbus-rtu", decoder: DecoderId::ModbusRtu, decode_as: "mbrtu" },
    Sample { file: "mqtt", decoder: DecoderId::Mqtt, decode_as: "mqtt" },
    Sample { file: "mqtt5", decoder: DecoderId::Mqtt, decode_as: "mqtt" },
    Sample { file: "dns-udp", decoder: DecoderId::Dns, decode_as: "dns" },
    Sample { file: "dns-tcp", decoder: DecoderId::Dns, decode_as: "dns" },
    Sample { file: "http", decoder: DecoderId::Http, decode_as: "http" },
    Sample { file: "websocket", decoder: DecoderId::WebSocket, decode_as: "http" },
    Sample { file: "tls", decoder: DecoderId::Tls, decode_as: "tls" },
];

/// One piece of a session.
struct Piece {
    connection: u32,
    toward: Toward,
    bytes: Vec<u8>,
}

/// The pieces of a sample, what carried them, and the port of the side that accepted.
fn read(file: &str) -> (bool, u16, Vec<Piece>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traffic").join(file).with_extension("txt");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let (carrier, port) = lines.next().unwrap().split_once(' ').unwrap();
    let mut connection = 1;
    let mut pieces = Vec::new();
    for line in lines {
        match line.split_once(' ') {
            None => connection += 1,
            Some((way, hex)) => pieces.push(Piece {
                connection,
                toward: if way == ">" { Toward::Server } else { Toward::Client },
                bytes: const_hex::decode(hex).unwrap(),
            }),
        }
    }
    (carrier == "udp", port.parse().unwrap(), pieces)
}

fn session_of(is_udp: bool, port: u16, pieces: &[Piece]) -> Session {
    let mut session = Session::new(Some(if is_udp { SessionKind::Udp } else { SessionKind::TcpServer }));
    let mut known = 0;
    for piece in pieces {
        if piece.connection > known {
            known = piece.connection;
            session.joined(known, &format!("127.0.0.1:{port}"), &format!("127.0.0.1:{}", 40_000 + known));
        }
        match piece.toward {
            Toward::Server => session.received(piece.connection, &piece.bytes),
            Toward::Client => session.sent(piece.connection, &piece.bytes),
        }
    }
    session
}

/// A line for each data record: the values of all fields, as tshark prints them.
fn ours(session: &mut Session, sample: &Sample, is_udp: bool, port: u16, names: &[&str]) -> Vec<String> {
    let queries: Vec<FieldQuery> = names.iter().map(|name| FieldQuery::parse(name).unwrap()).collect();
    let reader = session.reader();
    let mut records = reader.records(0..u64::MAX);
    let mut conversations: HashMap<Option<PeerId>, Conversation> = HashMap::new();
    let mut tree = Tree::new();
    let mut lines = Vec::new();
    while let Some(record) = records.next().unwrap() {
        let Some(data) = record.data() else { continue };
        let conversation = conversations.entry(record.peer).or_default();
        let hint = hint_of(record, conversation, sample.decoder, is_udp, port);
        decode(sample.decoder.decoder(), &data.bytes, &hint, &mut tree);
        assert_eq!(tree.fault(), None, "{}: record {}", sample.file, record.id.0);
        let values = queries.iter().map(|query| {
            let values = query.find(&tree, &data.bytes).map(|entry| {
                let mut value = String::new();
                entry.value().push_plain(entry.field().kind, &mut value);
                value.replace('\r', "\\r").replace('\n', "\\n")
            });
            values.collect::<Vec<_>>().join(",")
        });
        lines.push(values.collect::<Vec<_>>().join("\t"));
    }
    lines
}

fn hint_of(
    record: &Record,
    conversation: &mut Conversation,
    decoder: DecoderId,
    is_udp: bool,
    port: u16,
) -> Hint {
    let data = record.data().unwrap();
    let received = data.head.direction == Direction::Received;
    let mut hint = Hint {
        carrier: if is_udp { Carrier::Datagram } else { Carrier::Stream },
        port: Some(port),
        toward: Some(if received { Toward::Server } else { Toward::Client }),
        asked: None,
        agreed: conversation.agreed(),
    };
    let seen = Seen { record: record.id, row: 1, mono_ns: record.at.mono_ns, direction: data.head.direction };
    hint.asked = conversation.take_in(decoder.decoder().exchange(&data.bytes, &hint), seen);
    hint.agreed = conversation.agreed();
    hint
}

#[test]
fn every_field_has_the_values_that_tshark_finds() {
    let mut differences = String::new();
    for sample in &SAMPLES {
        let (is_udp, port, pieces) = read(sample.file);
        let mut session = session_of(is_udp, port, &pieces);
        let fields = sample.decoder.decoder().fields().iter().copied().flatten();
        let names: Vec<&str> = fields
            .filter(|field| field.kind != FieldKind::Heading && !LEFT_OUT.contains(&field.name))
            .map(|field| field.name)
            .collect();
        let capture = session.export(&mut PcapngExporter::new(PcapngOptions::default()));
        let path = session.folder().join("sample.pcapng");
        std::fs::write(&path, capture).unwrap();
        let transport = if is_udp { "udp" } else { "tcp" };
        let decode_as = format!("{transport}.port=={port},{}", sample.decode_as);
        let mut words = vec!["-n", "-r", path.to_str().unwrap(), "-d", &decode_as, "-T", "fields"];
        // By this port it tells requests of RTU from answers.
        let rtu_port = format!("mbrtu.tcp.port:{port}");
        if sample.decoder == DecoderId::ModbusRtu {
            words.extend(["-o", &rtu_port]);
        }
        words.extend(["-Y", "tcp.len > 0 or udp"]);
        words.extend(names.iter().flat_map(|name| ["-e", name]));
        let Some(printed) = tool("tshark", &words, None) else { return };
        let theirs = String::from_utf8(printed).unwrap();
        let ours = ours(&mut session, sample, is_udp, port, &names);
        assert_eq!(theirs.lines().count(), ours.len(), "{}", sample.file);
        for (number, (theirs, ours)) in theirs.lines().zip(&ours).enumerate() {
            for (name, (theirs, ours)) in names.iter().zip(theirs.split('\t').zip(ours.split('\t'))) {
                if theirs != ours {
                    let file = sample.file;
                    writeln!(differences, "{file} {number} {name}: tshark {theirs:?}, ours {ours:?}")
                        .unwrap();
                }
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
