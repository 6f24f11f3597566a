//! A real journal in the sheet's rows.

use crate::codec::represent::View;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeColumn;
use crate::journal::query::Pattern;
use crate::journal::{JournalInfo, JournalWriter};
use crate::model::config::SessionKind;
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, DataHead, Lifecycle, Origin};
use crate::ui::sheet::{JournalRows, RowOptions, Rows, Tone};
use crate::util::clock::{Stamp, now};
use crate::util::locale::{Language, Locale};
use roaring::RoaringTreemap;
use std::sync::Arc;
use tempfile::TempDir;

struct Kept {
    rows: JournalRows,
    writer: JournalWriter,
    _folder: TempDir,
}

fn at(millis: u64) -> Stamp {
    let wall_ns = 1_700_000_000_000_000_000 + i64::try_from(millis).unwrap() * 1_000_000;
    Stamp { wall_ns, mono_ns: millis * 1_000_000 }
}

/// A listener, a client, `温度` in GBK cut within its second character, an answer, and a long record.
fn journal() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let info = JournalInfo {
        session_name: "bench".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "test".to_owned(),
        created: now(),
    };
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &info).unwrap();
    let peer = Some(PeerId::FIRST);
    let local = "127.0.0.1:9000".parse().unwrap();
    let remote = "127.0.0.1:50211".parse().unwrap();
    let received = DataHead::received();
    let sent = DataHead::sent(Origin::Echo);
    writer.append(at(0), Epoch(1), None, &Body::Lifecycle(Lifecycle::Listening { local }));
    writer.append(
        at(5),
        Epoch(1),
        peer,
        &Body::Lifecycle(Lifecycle::PeerJoined { local, remote, message_oriented: None }),
    );
    writer.append_data(at(8), Epoch(1), peer, &received, b"\xCE\xC2\xB6");
    writer.append_data(at(9), Epoch(1), peer, &sent, b"ok\r\n");
    writer.append_data(at(1_009), Epoch(1), peer, &received, b"\xC8=25\r\n");
    writer.append_data(at(1_010), Epoch(1), peer, &received, &[0x37; 2_000]);
    writer.publish().unwrap();
    let rows = JournalRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    Kept { rows, writer, _folder: folder }
}

fn text(rows: &mut JournalRows, index: u64) -> String {
    let lines: Vec<&str> = rows.content(index).lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("|")
}

#[test]
fn encodings_and_views_apply_to_the_past() {
    let Kept { mut rows, .. } = journal();
    assert_eq!(rows.len(), 6);
    assert_eq!(text(&mut rows, 2), "⟨CE⟩¶");
    let options = rows.options().clone();
    rows.set_options(RowOptions { encoding: TextEncoding::GBK, ..options.clone() });
    assert_eq!(text(&mut rows, 2), "温⟨B6…⟩");
    assert_eq!(text(&mut rows, 4), "度=25↵", "the cut character is whole in the row that completes it");
    rows.set_options(RowOptions { view: View::Hex, ..options });
    assert_eq!(text(&mut rows, 4), "C8 3D 32 35 0D 0A");
}

#[test]
fn columns_tell_what_happened_when() {
    let Kept { mut rows, .. } = journal();
    let cells = |rows: &mut JournalRows, index| {
        let row = rows.content(index);
        (row.number.clone(), row.delta.clone(), row.peer.clone(), row.bytes.clone(), row.tone)
    };
    let row = |number: &str, delta: &str, peer: &str, bytes: &str, tone| {
        (number.to_owned(), delta.to_owned(), peer.to_owned(), bytes.to_owned(), tone)
    };
    assert_eq!(cells(&mut rows, 0), row("1", "", "—", "", Tone::Event));
    assert_eq!(cells(&mut rows, 3), row("4", "+0.001", "→ 1", "4", Tone::Sent));
    assert_eq!(cells(&mut rows, 4), row("5", "+1.000", "← 1", "6", Tone::Received));
    assert_eq!(rows.content(3).spoken, "TX ok↵ · echo");

    rows.measure_from(Some(RecordId(2)));
    assert_eq!(cells(&mut rows, 1).1, "-0.003");
    assert_eq!(cells(&mut rows, 5).1, "+1.002");
    let options = rows.options().clone();
    rows.set_options(RowOptions { time: TimeColumn::Relative, ..options });
    assert_eq!(rows.content(5).time, "+1.010");
}

#[test]
fn long_rows_fold_and_unfold() {
    let Kept { mut rows, .. } = journal();
    assert!(rows.content(5).folded);
    assert_eq!(rows.content(5).lines.len(), 1);
    assert!(text(&mut rows, 5).ends_with("… ▸ 2,000 bytes"));
    rows.toggle_expanded(5);
    let row = rows.content(5);
    assert!(row.expanded && !row.folded);
    assert_eq!(row.lines.iter().map(|line| line.text.len()).sum::<usize>(), 2_000);
    rows.toggle_expanded(5);
    assert!(!rows.content(5).expanded);
}

#[test]
fn filters_keep_the_names_of_rows() {
    let Kept { mut rows, mut writer, _folder } = journal();
    let matching = RoaringTreemap::from_iter([2_u64, 4, 5]);
    rows.set_matching(Some(Arc::new(matching)));
    assert_eq!(rows.len(), 3);
    let records: Vec<u64> = (0..3).map(|index| rows.record(index).0).collect();
    assert_eq!(records, [2, 4, 5]);
    let indexes: Vec<u64> = (0..7).map(|record| rows.index(RecordId(record))).collect();
    assert_eq!(indexes, [0, 0, 0, 1, 1, 2, 3]);
    assert_eq!(rows.content(1).delta, "+1.001", "the difference is to the row above, not to a hidden one");
    assert_eq!(rows.shown().count(6), 3);

    rows.hide_before(RecordId(3));
    assert_eq!(rows.shown().count(6), 2, "what was cleared from view is not shown");
    assert_eq!((rows.len(), rows.record(0)), (2, RecordId(4)));
    rows.set_matching(None);
    assert_eq!((rows.len(), rows.record(0), rows.index(RecordId(5))), (3, RecordId(3), 2));
    assert_eq!(rows.shown().count(6), 3);

    writer.append(at(2_000), Epoch(1), None, &Body::Note("later".to_owned()));
    writer.publish().unwrap();
    assert_eq!(rows.len(), 3, "a frame sees one world");
    rows.refresh();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows.content(3).tone, Tone::Note);
}

#[test]
fn what_is_found_is_marked_where_it_stands() {
    let Kept { mut rows, .. } = journal();
    rows.set_pattern(Some(Pattern::literal(b"25").unwrap()));
    let line = rows.content(4).lines[0].clone();
    let hits: Vec<&str> = line.parts().filter(|(_, span)| span.hit).map(|(text, _)| text).collect();
    assert_eq!(hits, ["25"]);
    rows.set_pattern(None);
    assert!(rows.content(4).lines[0].spans.iter().all(|span| !span.hit));
}
