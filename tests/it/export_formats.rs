//! Every other format, judged by an independent reader, and what an export leaves behind when it cannot be finished.

use crate::export_support::{Session, noise, tool};
use roaring::RoaringTreemap;
use serde_json::{Value, json};
use sockscope::codec::text::TextEncoding;
use sockscope::export::csv::{COLUMNS, CsvExporter, CsvOptions};
use sockscope::export::hexdump::HexdumpExporter;
use sockscope::export::jsonl::{JsonlExporter, JsonlOptions};
use sockscope::export::raw::RawExporter;
use sockscope::export::{
    Enough, ExportContext, ExportError, ExportOptions, ExportSource, ExportSplit, Format, PayloadChoice,
    RowSelection, preview, run, run_to_file,
};
use sockscope::journal::query::Filter;
use sockscope::model::config::SessionKind;
use sockscope::model::failure::{Failure, Operation, OsError};
use sockscope::model::framing::Framing;
use sockscope::model::ids::PeerId;
use sockscope::model::record::{
    Body, DataHead, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind,
};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

fn talk() -> Session {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.event(0, Lifecycle::Listening { local: "127.0.0.1:9000".parse().unwrap() });
    for peer in 1..=3 {
        session.joined(peer, "127.0.0.1:9000", &format!("127.0.0.1:{}", 5000 + peer));
    }
    for round in 0..30 {
        session.received(1 + round % 3, &noise(round as usize * 19, u64::from(round)));
        session.sent(1 + round % 2, b"=1+1\t\"quoted\", and\r\nmore");
    }
    session.push(0, &Body::Note("a remark\nof two lines".to_owned()));
    session
}

#[test]
fn raw_is_the_payload_of_whom_was_chosen() {
    let mut session = talk();
    for direction in [Direction::Received, Direction::Sent] {
        for peer in 1..=3 {
            let choice = PayloadChoice { direction: Some(direction), peer: PeerId::new(peer) };
            let raw = session.export(&mut RawExporter::new(choice));
            assert_eq!(raw, session.payload(peer, direction));
        }
    }
}

#[test]
fn xxd_gives_the_bytes_back() {
    let mut session = talk();
    let raw = session.export(&mut RawExporter::default());
    let dump = session.export(&mut HexdumpExporter::default());
    let path = session.folder().join("dump.hex");
    std::fs::write(&path, dump).unwrap();
    if let Some(bytes) = tool("xxd", &["-r"], Some(&path)) {
        assert!(bytes == raw);
    }
}

#[test]
fn python_reads_every_cell_back() {
    let mut session = talk();
    let options = CsvOptions { byte_order_mark: true, ..CsvOptions::default() };
    let table = session.export(&mut CsvExporter::new(options));
    let path = session.folder().join("table.csv");
    std::fs::write(&path, table).unwrap();
    let script = "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')))))";
    let Some(rows) = tool("python3", &["-c", script, path.to_str().unwrap()], None) else { return };
    let rows: Vec<Vec<String>> = serde_json::from_slice(&rows).unwrap();
    assert_eq!(rows[0], COLUMNS);
    let reader = session.reader();
    let mut records = reader.records(0..u64::MAX);
    for row in &rows[1..] {
        let record = records.next().unwrap().unwrap();
        assert_eq!((row.len(), &row[0]), (COLUMNS.len(), &record.id.to_string()));
        if let Some(data) = record.data() {
            assert_eq!(row[10], const_hex::encode(&data.bytes));
            if data.head.direction == Direction::Sent {
                assert_eq!(row[9], "'=1+1\t\"quoted\", and\r\nmore");
            }
        }
    }
    assert!(records.next().unwrap().is_none());
}

fn objects(lines: &[u8]) -> Vec<Value> {
    std::str::from_utf8(lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_have_the_keys_of_the_contract() {
    let mut session = Session::new(Some(SessionKind::Udp));
    session.joined(1, "0.0.0.0:9000", "127.0.0.1:5000");
    let head = DataHead {
        kernel_stamped: true,
        truncated: true,
        local: Some("127.0.0.1".parse().unwrap()),
        interface: Some(InterfaceName::new("lo")),
        ..DataHead::received()
    };
    session.data(1, head, b"hello\"\\\x01\xFF");
    session.left(1, "127.0.0.1:5000", EndReason::Fin);
    session.push(0, &Body::Loss(Loss { what: LossKind::UdpKernelDrop, count: 12 }));
    session.push(0, &Body::Note("…".to_owned()));
    let error =
        OsError { code: 111, name: "ECONNREFUSED".to_owned(), message: "connection refused".to_owned() };
    let failure = Failure::new(Operation::Connect, "127.0.0.1:1", error);
    session.event(0, Lifecycle::ConnectFailed { failure, reason: EndReason::Refused });
    let lines = session.export(&mut JsonlExporter::new(&JsonlOptions::default()));
    let text = String::from_utf8(lines.clone()).unwrap();
    let data = text.lines().nth(1).unwrap();
    assert_eq!(
        data,
        "{\"id\":1,\"time\":\"2026-11-21T03:31:00.125456789Z\",\"mono_ns\":2000000,\"epoch\":1,\"kind\":\"data\",\
         \"dir\":\"rx\",\"origin\":\"peer\",\"peer\":1,\"remote\":\"127.0.0.1:5000\",\"local\":\"127.0.0.1:9000\",\
         \"len\":9,\"hex\":\"68656c6c6f225c01ff\",\"text\":\"hello\\\"\\\\\\u0001\\\\xFF\",\"truncated\":true,\
         \"time_source\":\"kernel\",\"interface\":\"lo\"}"
    );
    let objects = objects(&lines);
    assert_eq!(objects[1]["text"], "hello\"\\\u{1}\\xFF");
    for (place, key, value) in [
        (2, "event", json!("peer_left")),
        (2, "reason", json!("fin")),
        (2, "peer", json!(1)),
        (2, "remote", json!("127.0.0.1:5000")),
        (3, "kind", json!("loss")),
        (3, "what", json!("udp_kernel_drop")),
        (3, "count", json!(12)),
        (4, "kind", json!("note")),
        (4, "text", json!("…")),
        (5, "event", json!("connect_failed")),
        (5, "reason", json!("refused")),
        (5, "errno", json!(111)),
        (5, "message", json!("connection refused")),
    ] {
        assert_eq!(objects[place][key], value, "{key} of {}", objects[place]);
    }
}

#[test]
fn every_json_line_has_the_whole_payload() {
    let mut session = talk();
    let objects = objects(&session.export(&mut JsonlExporter::new(&JsonlOptions::default())));
    let reader = session.reader();
    let mut records = reader.records(0..u64::MAX);
    for object in &objects {
        let record = records.next().unwrap().unwrap();
        assert_eq!(object["id"], record.id.0);
        if let Some(data) = record.data() {
            assert_eq!(object["hex"], const_hex::encode(&data.bytes));
            assert_eq!(object["len"], data.bytes.len());
        }
    }
    assert!(records.next().unwrap().is_none());
}

#[test]
fn messages_say_which_records_they_come_from() {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "127.0.0.1:9000", "127.0.0.1:5000");
    for part in ["one\ntw", "o\nthr", "ee", "\nfour"] {
        session.received(1, part.as_bytes());
    }
    session.left(1, "127.0.0.1:5000", EndReason::Fin);
    let options = JsonlOptions { encoding: TextEncoding::UTF_8, decode: None };
    let objects = objects(&session.export_split(&mut JsonlExporter::new(&options), &Framing::Lines));
    let seen: Vec<Value> = objects
        .iter()
        .filter(|object| object["kind"] == "data")
        .map(|object| json!([object["text"], object["records"], object["incomplete"], object["id"]]))
        .collect();
    assert_eq!(
        seen,
        [
            json!(["one\n", [1, 1], null, 1]),
            json!(["two\n", [1, 2], null, 1]),
            json!(["three\n", [2, 4], null, 2]),
            json!(["four", [4, 4], true, 4]),
        ]
    );
    assert_eq!(objects.last().unwrap()["event"], "peer_left", "what was unfinished comes before the end");
}

#[test]
fn a_filter_and_a_selection_choose_rows() {
    let mut session = talk();
    let filter = Filter { direction: Some(Direction::Sent), ..Filter::default() };
    let found: RoaringTreemap = [4_u64, 5, 6, 7, 30, 1 << 40].into_iter().collect();
    let rows = RowSelection { among: Some(Arc::new(found)), ..RowSelection::all() };
    for (selection, filter, expected) in [
        (RowSelection::range(4..8), Filter::default(), vec![4, 5, 6, 7]),
        (RowSelection::range(60..1 << 40), Filter::default(), vec![60, 61, 62, 63, 64]),
        (rows.clone(), Filter::default(), vec![4, 5, 6, 7, 30]),
        (rows.clone(), filter.clone(), vec![5, 7]),
        (
            RowSelection { ranges: vec![0..6, 7..8, 20..40], ..rows.clone() },
            Filter::default(),
            vec![4, 5, 7, 30],
        ),
        (
            RowSelection { ranges: vec![1..2, 5..7, 63..u64::MAX], among: None },
            Filter::default(),
            vec![1, 5, 6, 63, 64],
        ),
        (RowSelection { ranges: Vec::new(), ..rows }, filter, vec![]),
    ] {
        let mut exporter = JsonlExporter::new(&JsonlOptions::default());
        let (lines, done) = session.export_some(&mut exporter, &selection, &filter);
        let ids: Vec<u64> = objects(&lines).iter().map(|object| object["id"].as_u64().unwrap()).collect();
        assert_eq!(ids, expected);
        assert_eq!(done.records, expected.len() as u64);
        assert_eq!(done.done_rows, done.total_rows, "progress ends at its end");
    }
}

#[test]
fn a_preview_is_the_beginning_of_the_export() {
    let mut session = talk();
    let reader = session.reader();
    let context = ExportContext::of_journal(&reader);
    for format in [Format::Text, Format::Csv, Format::Jsonl, Format::Hexdump, Format::Raw] {
        let options = ExportOptions::default();
        let whole = session.export(format.exporter(&options).as_mut());
        let filter = Filter::default();
        let source = ExportSource {
            reader: &reader,
            selection: &RowSelection::all(),
            filter: &filter,
            split: &ExportSplit::default(),
        };
        let look = |records, asked: &mut dyn FnMut() -> ControlFlow<()>| {
            let enough = Enough { records, payload_bytes: 1 << 20 };
            preview(&source, format.exporter(&options).as_mut(), &context, enough, asked)
        };
        let first = look(12, &mut || ControlFlow::Continue(())).unwrap();
        assert!(whole.starts_with(&first) && first.len() < whole.len() && !first.is_empty(), "{format}");
        let all = look(u64::MAX, &mut || ControlFlow::Continue(())).unwrap();
        assert!(all == whole, "{format}");
        let stopped = look(5, &mut || ControlFlow::Break(()));
        assert!(matches!(stopped, Err(ExportError::Cancelled)), "{format}");
    }
}

#[test]
fn what_is_cancelled_or_cannot_be_written_leaves_nothing() {
    let mut session = talk();
    let reader = session.reader();
    let (selection, filter) = (RowSelection::all(), Filter::default());
    let source = ExportSource {
        reader: &reader,
        selection: &selection,
        filter: &filter,
        split: &ExportSplit::default(),
    };
    let context = ExportContext::of_journal(&reader);
    for format in Format::all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out").with_extension(format.extension());
        let options = ExportOptions::default();
        let mut go_on = |_| ControlFlow::Continue(());
        let mut exporter = format.exporter(&options);
        let cancelled =
            run_to_file(&source, exporter.as_mut(), &context, &target, &mut |_| ControlFlow::Break(()));
        assert!(matches!(cancelled, Err(ExportError::Cancelled)), "{format}: {cancelled:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{format} left something behind");
        let missing = folder.path().join("missing").join("out");
        let error = run_to_file(&source, exporter.as_mut(), &context, &missing, &mut go_on).unwrap_err();
        let line = error.to_string();
        assert!(line.starts_with(&format!("cannot write {}: ", missing.display())), "{line}");
        let mut exporter = format.exporter(&options);
        let done = run_to_file(&source, exporter.as_mut(), &context, &target, &mut go_on).unwrap();
        assert_eq!((done.done_rows, done.records), (reader.snapshot().records, reader.snapshot().records));
        assert!(std::fs::metadata(&target).unwrap().len() > 1000, "{format}");
        let mut exporter = format.exporter(&options);
        let full = run(&source, exporter.as_mut(), &context, &mut FullDisk, &mut go_on).unwrap_err();
        assert!(full.to_string().starts_with("cannot write the output: "), "{full}");
    }
}

/// An output without room.
struct FullDisk;

impl Write for FullDisk {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
