//! A real journal in the inspector.

use super::{Inspector, Look};
use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Expression, Vocabulary};
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::engine::news::News;
use crate::journal::{JournalError, JournalInfo, JournalWriter};
use crate::model::config::SessionKind;
use crate::model::failure::Operation;
use crate::model::ids::{Epoch, PeerId, RowKey};
use crate::model::record::{Body, DataHead, Lifecycle, Origin};
use crate::ui::log::{LogRows, Place, RowOptions, Sought};
use crate::ui::tab::inspector::picked::Picked;
use crate::util::clock::Stamp;
use crate::util::locale::{Language, Locale};
use std::io;
use std::task::Waker;
use tempfile::TempDir;

const REQUEST: &[u8] = &[0, 42, 0, 0, 0, 6, 1, 3, 0x9C, 0x41, 0, 2];
const ANSWER: &[u8] = &[0, 42, 0, 0, 0, 7, 1, 3, 4, 0x0B, 0x37, 0x0B, 0xB8];
const RTU: &[u8] = &[1, 3, 0x9C, 0x41, 0, 2, 0xBA, 0x4F];
const NEEDLE: &[u8] = b"needle";

/// A server, a request to it, its answer 3 ms later, a frame with its right checksum, and a long record with something to find deep in it.
fn rows() -> (LogRows, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let info = JournalInfo { kind: Some(SessionKind::TcpClient), ..JournalInfo::default() };
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &info).unwrap();
    let mut long = vec![b'.'; 262_144];
    long[139_264..139_264 + NEEDLE.len()].copy_from_slice(NEEDLE);
    let (local, remote) = ("127.0.0.1:50211".parse().unwrap(), "127.0.0.1:502".parse().unwrap());
    let joined = Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None };
    writer.append(Stamp::default(), Epoch(1), Some(PeerId::FIRST), &Body::Lifecycle(joined));
    let sent = DataHead::sent(Origin::User);
    let received = DataHead::received();
    for (millis, head, bytes) in
        [(0, sent, REQUEST), (3, received, ANSWER), (9, received, RTU), (20, received, long.as_slice())]
    {
        let at = Stamp { wall_ns: 1_700_000_000_000_000_000, mono_ns: millis * 1_000_000 };
        writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &head, bytes);
    }
    writer.publish().unwrap();
    let mut rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    rows.refresh(&News::new(Waker::noop().clone()));
    (rows, folder)
}

fn look(inspector: &mut Inspector, rows: &mut LogRows, key: u64, look: &Look<'_>) {
    inspector.look_at(Some(RowKey(key)), |key| rows.row(key)).unwrap();
    inspector.make(rows, look).unwrap();
}

const PLAIN: Look<'static> = Look { encoding: TextEncoding::UTF_8, decoders: None, marked: None };

#[test]
fn a_record_that_cannot_be_read_is_told_once() {
    let mut inspector = Inspector::default();
    let gone = |_| {
        let source = io::Error::from(io::ErrorKind::NotConnected);
        Err(JournalError::Io { operation: Operation::ReadFile, path: "share/a.skj".into(), source })
    };
    let mut told = Vec::new();
    for wanted in [Some(3), Some(3), Some(3), None, Some(3)] {
        told.push(inspector.look_at(wanted.map(RowKey), gone).is_err());
    }
    assert_eq!(told, [true, false, false, false, true]);
}

#[test]
fn a_match_is_shown_wherever_in_a_long_record_it_is() {
    let (mut rows, _folder) = rows();
    let mut inspector = Inspector::default();
    look(&mut inspector, &mut rows, 4, &PLAIN);
    assert_eq!(inspector.page.start, 0);
    let place = 139_264..139_264 + NEEDLE.len();
    let needle = Expression::parse(str::from_utf8(NEEDLE).unwrap(), &Vocabulary::default()).unwrap();
    rows.set_sought(Sought::new(needle.judge(TextEncoding::UTF_8, &TimeFormat::local()).finders()));
    rows.set_place(Some(Place { row: RowKey(4), bytes: place.clone() }));
    look(&mut inspector, &mut rows, 4, &PLAIN);
    assert_eq!(inspector.picked_bytes(), NEEDLE);
    assert!(inspector.page.bytes(262_144).contains(&place.start));
    let hits = |inspector: &Inspector| inspector.made.as_ref().unwrap().hits.places.clone();
    assert_eq!(hits(&inspector), [place]);
    inspector.page = inspector.page.at_start();
    inspector.make(&mut rows, &PLAIN).unwrap();
    assert!(hits(&inspector).is_empty());
    assert_eq!(inspector.page.start, 0, "who leafs on is not brought back to the match");
}

#[test]
fn an_answer_is_decoded_with_what_was_asked() {
    let (mut rows, _folder) = rows();
    let mut inspector = Inspector::default();
    let auto = DecodeChoice::Auto;
    let decoding = Look { decoders: Some(&auto), ..PLAIN };
    look(&mut inspector, &mut rows, 2, &decoding);
    let nodes = inspector.made.as_ref().unwrap().nodes.as_ref().unwrap();
    let asked = nodes.tree().asked().unwrap();
    assert_eq!((asked.row, asked.after_ns), (2, 3_000_000));
    inspector.pick(Picked::byte(9));
    let value = inspector.value_around(9).unwrap();
    assert!(value.contains(&9) && value.len() <= 2, "{value:?}");
    assert!(inspector.line_to_show.is_some(), "the value of a byte that was picked comes into sight");
    look(&mut inspector, &mut rows, 2, &PLAIN);
    assert!(inspector.made.as_ref().unwrap().nodes.is_none(), "nobody decodes any more");
}

#[test]
fn sums_are_of_what_was_picked_and_a_right_end_is_told() {
    let (mut rows, _folder) = rows();
    let mut inspector = Inspector::default();
    look(&mut inspector, &mut rows, 3, &PLAIN);
    let ends = &inspector.made.as_ref().unwrap().right_ends;
    assert!(ends.len() == 1 && ends[0].bytes == (6..8), "{ends:?}");
    let sum = |inspector: &Inspector| inspector.sums.as_ref().unwrap().lines[0].1.clone();
    assert_eq!(sum(&inspector), "0x0000", "a checksum over its own bytes");
    inspector.pick(Picked::byte(0).extended_to(5));
    inspector.make(&mut rows, &PLAIN).unwrap();
    assert_eq!(sum(&inspector), "0x4FBA");
    look(&mut inspector, &mut rows, 4, &PLAIN);
    assert!(!inspector.sums.as_ref().unwrap().lines.is_empty(), "256 KiB are still summed up");
}

#[test]
fn what_differs_from_the_marked_row_is_told() {
    let (mut rows, _folder) = rows();
    let mut inspector = Inspector { compares: true, ..Inspector::default() };
    let marked = Look { marked: Some(RowKey(1)), ..PLAIN };
    look(&mut inspector, &mut rows, 2, &marked);
    let other = inspector.made.as_ref().unwrap().other.as_ref().unwrap();
    assert_eq!((other.number, other.differing.as_slice()), (Some(2), &[5..6, 8..13][..]));
    look(&mut inspector, &mut rows, 1, &marked);
    assert!(inspector.made.as_ref().unwrap().other.is_none(), "not with itself");
}
