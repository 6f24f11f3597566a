//! A real journal in the sheet's rows.

use crate::codec::expression::{Expression, Vocabulary};
use crate::codec::represent::View;
use crate::codec::terminal::{TerminalCodes, TerminalColor};
use crate::codec::text::TextEncoding;
use crate::codec::time::{TimeColumn, TimeFormat};
use crate::engine::news::News;
use crate::export::{ExportContext, ExportOptions, ExportSource, ExportSplit, Format, RowSelection, run};
use crate::journal::query::Filter;
use crate::journal::{JournalInfo, JournalWriter};
use crate::model::config::SessionKind;
use crate::model::framing::Framing;
use crate::model::ids::{Epoch, PeerId, RecordId, RowKey};
use crate::model::record::{Body, DataHead, Lifecycle, Origin};
use crate::ui::log::Sought;
use crate::ui::log::{LogRows, Place, RowOptions};
use crate::ui::sheet::{RowLine, RowTone, Rows, SpanLook};
use crate::util::clock::{Stamp, now};
use crate::util::locale::{Language, Locale};
use roaring::RoaringTreemap;
use std::fmt::Write;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::task::Waker;
use tempfile::TempDir;

struct Kept {
    rows: LogRows,
    writer: JournalWriter,
    /// Gone with this value.
    folder: TempDir,
}

fn news() -> News {
    News::new(Waker::noop().clone())
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
        encoding: None,
        split: None,
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
        &Body::Lifecycle(Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None }),
    );
    writer.append_data(at(8), Epoch(1), peer, &received, b"\xCE\xC2\xB6");
    writer.append_data(at(9), Epoch(1), peer, &sent, b"ok\r\n");
    writer.append_data(at(1_009), Epoch(1), peer, &received, b"\xC8=25\r\n");
    writer.append_data(at(1_010), Epoch(1), peer, &received, &[0x37; 2_000]);
    writer.publish().unwrap();
    let rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    Kept { rows, writer, folder }
}

fn text(rows: &mut LogRows, index: u64) -> String {
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
    let cells = |rows: &mut LogRows, index| {
        let row = rows.content(index);
        (row.number.clone(), row.delta.clone(), row.peer.clone(), row.bytes.clone(), row.tone)
    };
    let row = |number: &str, delta: &str, peer: &str, bytes: &str, tone| {
        (number.to_owned(), delta.to_owned(), peer.to_owned(), bytes.to_owned(), tone)
    };
    assert_eq!(cells(&mut rows, 0), row("1", "", "—", "", RowTone::Event));
    assert_eq!(cells(&mut rows, 3), row("4", "+0.001", "→ 1", "4", RowTone::Sent));
    assert_eq!(cells(&mut rows, 4), row("5", "+1.000", "← 1", "6", RowTone::Received));
    assert_eq!(rows.content(3).spoken, "TX ok↵ · echo");

    rows.measure_from(Some(RowKey(2)));
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
    assert!(text(&mut rows, 5).ends_with("77 …"));
    rows.toggle_expanded(5);
    let row = rows.content(5);
    assert!(row.expanded && !row.folded);
    assert_eq!(row.lines.iter().map(|line| line.text.len()).sum::<usize>(), 2_000);
    rows.toggle_expanded(5);
    assert!(!rows.content(5).expanded);
}

#[test]
fn filters_keep_the_names_of_rows() {
    let Kept { mut rows, mut writer, folder: _folder } = journal();
    let matching = RoaringTreemap::from_iter([2_u64, 4, 5]);
    rows.set_matching(Some(Arc::new(matching)));
    assert_eq!(rows.len(), 3);
    let records: Vec<u64> = (0..3).map(|index| rows.key(index).0).collect();
    assert_eq!(records, [2, 4, 5]);
    let indexes: Vec<u64> = (0..7).map(|record| rows.index(RowKey(record))).collect();
    assert_eq!(indexes, [0, 0, 0, 1, 1, 2, 3]);
    assert_eq!(rows.content(1).delta, "+1.001", "the difference is to the row above, not to a hidden one");
    assert_eq!(rows.shown().count(6), 3);

    rows.hide_before(RecordId(3));
    assert_eq!(rows.shown().count(6), 2, "what was cleared from view is not shown");
    assert_eq!((rows.len(), rows.key(0)), (2, RowKey(4)));
    rows.set_matching(None);
    assert_eq!((rows.len(), rows.key(0), rows.index(RowKey(5))), (3, RowKey(3), 2));
    assert_eq!(rows.shown().count(6), 3);

    writer.append(at(2_000), Epoch(1), None, &Body::Note("later".to_owned()));
    writer.publish().unwrap();
    assert_eq!(rows.len(), 3, "a frame sees one world");
    rows.refresh(&news());
    assert_eq!(rows.len(), 4);
    assert_eq!(rows.content(3).tone, RowTone::Note);
}

fn sought(typed: &str) -> Sought {
    let expression = Expression::parse(typed, &Vocabulary::default()).unwrap();
    Sought::new(expression.judge(TextEncoding::UTF_8, &TimeFormat::local()).finders())
}

#[test]
fn what_is_found_is_marked_where_it_stands() {
    let Kept { mut rows, .. } = journal();
    rows.set_sought(sought("25"));
    let line = rows.content(4).lines[0].clone();
    let hits: Vec<&str> =
        line.parts().filter(|(_, span)| span.mark.is_some()).map(|(text, _)| text).collect();
    assert_eq!(hits, ["25"]);
    rows.set_sought(Sought::default());
    assert!(rows.content(4).lines[0].spans.iter().all(|span| span.mark.is_none()));
}

#[test]
fn a_place_in_a_long_row_is_unfolded_and_marked_however_far_into_it_it_is() {
    let Kept { mut rows, mut writer, folder: _folder } = journal();
    let mut long = vec![b'x'; 262_144];
    let bytes = 139_264..139_270;
    long[bytes.clone()].copy_from_slice(b"needle");
    writer.append_data(at(2_000), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &long);
    writer.publish().unwrap();
    rows.refresh(&news());
    rows.set_sought(sought("needle"));
    let place = || Some(Place { row: RowKey(6), bytes: bytes.clone() });
    for view in [View::Text, View::Hex, View::Dump] {
        let options = rows.options().clone();
        rows.set_options(RowOptions { view, ..options });
        assert!(!rows.content(6).expanded);
        rows.set_place(place());
        let row = rows.content(6);
        let line = &row.lines[row.place_line.unwrap()];
        assert!(row.expanded && line.spans.iter().any(|span| span.mark.is_some()), "{view:?}: {}", line.text);
        rows.set_place(None);
        assert!(!rows.content(6).expanded, "{view:?}: it folds again");
    }
    rows.set_place(place());
    assert!(rows.content(6).expanded);
    rows.toggle_expanded(6);
    assert!(!rows.content(6).expanded, "it can be folded by hand");
}

/// All rows as a person reads them.
fn sheet(rows: &mut LogRows) -> Vec<String> {
    (0..rows.len())
        .map(|index| {
            let text = text(rows, index);
            let row = rows.content(index);
            format!("{} {} {} {} {text}", row.number, row.delta, row.peer, row.bytes)
        })
        .collect()
}

/// Lines in GBK that are cut and glued, an answer, a long record, a message that never ends.
fn golden_journal() -> Kept {
    let Kept { mut writer, folder, .. } = journal();
    let peer = PeerId::new(2);
    let (local, remote) = ("127.0.0.1:9000".parse().unwrap(), "127.0.0.1:50300".parse().unwrap());
    let joined = Lifecycle::PeerJoined { local, remote, message_oriented: Some(false), process: None };
    let first = writer.append(at(2_000), Epoch(1), peer, &Body::Lifecycle(joined));
    let received = DataHead::received();
    for (millis, bytes) in [
        (2_001, &b"\xCE\xC2\xB6\xC8=2"[..]),
        (2_002, b"5.4\r\n\xCE"),
        (2_003, b"\xC2\xB6\xC8=26\r\n\x02open\x03\0"),
        (2_900, b"\x03ab\0\x05a\0last"),
    ] {
        writer.append_data(at(millis), Epoch(1), peer, &received, bytes);
    }
    writer.append_data(at(2_901), Epoch(1), peer, &DataHead::sent(Origin::User), b"oK\n");
    writer.append(at(2_902), Epoch(1), None, &Body::Note("\u{91cd}\u{542f}".to_owned()));
    writer.publish().unwrap();
    let mut rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    rows.hide_before(first);
    Kept { rows, writer, folder }
}

#[test]
fn golden_rows_of_every_view_encoding_and_split() {
    let golden = include_str!("golden.txt");
    let mut written = String::new();
    for split in
        ["none", "lines", "delim:3D", "fixed:4", "length:0,1,be", "start-end:6F,0A", "idle:500", "cobs"]
    {
        for encoding in ["gbk", "utf-8"] {
            for view in [View::Text, View::Hex, View::Dump] {
                let Kept { mut rows, .. } = golden_journal();
                let options = rows.options().clone();
                let encoding_now = TextEncoding::from_name(encoding).unwrap();
                rows.set_options(RowOptions { view, encoding: encoding_now, columns: 90, ..options });
                rows.set_split(&split.parse().unwrap(), &news());
                writeln!(written, "== {split} {encoding} {view:?}").unwrap();
                for line in sheet(&mut rows) {
                    written.push_str(&line);
                    written.push('\n');
                }
            }
        }
    }
    if let Some(path) = std::env::var_os("SOCKSCOPE_WRITE_GOLDEN") {
        std::fs::write(path, &written).unwrap();
    }
    for (number, (new, kept)) in written.lines().zip(golden.lines()).enumerate() {
        assert_eq!(new, kept, "line {}", number + 1);
    }
    assert_eq!(written.lines().count(), golden.lines().count());
}

/// One journal through every way out that people read: number, time, difference, peer and text are the same.
#[test]
fn the_sheet_the_text_the_table_and_the_page_say_the_same() {
    for split in ["none", "lines"] {
        let split: Framing = split.parse().unwrap();
        let Kept { mut rows, writer, .. } = journal();
        let options = rows.options().clone();
        rows.set_options(RowOptions { encoding: TextEncoding::GBK, columns: 4_000, ..options });
        rows.set_split(&split, &news());
        let shown: Vec<[String; 5]> = (0..rows.len())
            .map(|index| {
                let row = rows.content(index);
                [&row.number, &row.time, &row.delta, &row.peer, &row.bytes].map(|text| text.replace(',', ""))
            })
            .collect();
        let export = |format: Format| {
            let options = ExportOptions {
                encoding: TextEncoding::GBK,
                time: TimeFormat::local(),
                with_delta: true,
                with_id: true,
                ..ExportOptions::default()
            };
            let reader = writer.reader();
            let source = ExportSource {
                reader: &reader,
                selection: &RowSelection::all(),
                filter: &Filter::default(),
                split: &ExportSplit::from(split.clone()),
            };
            let mut out = Vec::new();
            let context = ExportContext::of_journal(&reader);
            let mut go_on = |_| ControlFlow::Continue(());
            run(&source, format.exporter(&options).as_mut(), &context, &mut out, &mut go_on).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = export(Format::Text);
        assert_eq!(text.lines().count(), shown.len(), "{text}");
        for (line, [number, time, delta, peer, bytes]) in text.lines().zip(&shown) {
            let start = format!("{number}  {time}  {delta:>8}  {peer}");
            assert!(line.starts_with(&start), "{line} does not start with {start}");
            assert!(line[start.len()..].trim_start().starts_with(bytes.as_str()), "{line}: {bytes}");
        }
        let page = export(Format::Html);
        let table = export(Format::Csv);
        let mut table = csv::Reader::from_reader(table.as_bytes());
        let cells: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(cells.len(), shown.len());
        for (row, [number, _, delta, peer, bytes]) in cells.iter().zip(&shown) {
            let direction = if &row[3] == "rx" {
                "← "
            } else if &row[3] == "tx" {
                "→ "
            } else {
                "● "
            };
            let told_peer =
                if row[4].is_empty() { "—".to_owned() } else { format!("{direction}{}", &row[4]) };
            let told_delta = match row[2].strip_prefix('-') {
                Some(before) => format!("-{}", &before[..5]),
                None if row[2].is_empty() => String::new(),
                None => format!("+{}", &row[2][..5]),
            };
            assert_eq!(
                (&row[13], &told_delta, &told_peer, &row[7]),
                (number.as_str(), delta, peer, bytes.as_str())
            );
        }
        for [number, time, _, peer, bytes] in &shown {
            let line = page.lines().find(|line| line.contains(&format!("><td>{number}<td title")));
            let line = line.unwrap_or_else(|| panic!("row {number} is not in the page"));
            assert!(
                line.contains(&format!(">{time}<td")) && line.contains(&format!(">{peer}<td>{bytes}<td>")),
                "{line}"
            );
        }
        let objects = export(Format::Jsonl);
        let ids: Vec<u64> = objects
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_u64().unwrap())
            .collect();
        let table_ids: Vec<u64> = cells.iter().map(|row| row[0].parse().unwrap()).collect();
        assert_eq!(ids, table_ids);
    }
}

#[test]
fn a_screen_of_records_is_read_with_four_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
    for number in 0..20_000_u64 {
        let payload = vec![b'x'; usize::try_from(number % 90 + 20).unwrap()];
        writer.append_data(at(number), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &payload);
    }
    writer.publish().unwrap();
    let mut rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    for start in [0, 7, 10_000, 19_940] {
        let before = crate::journal::reads_so_far();
        rows.prepare(start..start + 50);
        for index in start..start + 50 {
            assert!(!rows.content(index).lines[0].text.is_empty());
        }
        let reads = crate::journal::reads_so_far() - before;
        assert!(reads <= 4, "{reads} reads for rows from {start}");
    }
}

#[test]
fn what_comes_in_becomes_messages_and_the_place_is_kept() {
    let Kept { mut rows, mut writer, folder: _folder } = journal();
    rows.set_split(&Framing::Lines, &news());
    assert!(rows.has_new_keys());
    assert_eq!(rows.new_key(RowKey(4)), RowKey(3), "the record that completed the line");
    rows.forget_old_keys();
    assert_eq!(rows.len(), 5, "what is unfinished stands at the end");
    assert!(text(&mut rows, 4).ends_with("· unfinished"), "{}", text(&mut rows, 4));
    writer.append_data(at(1_020), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), b"end\nnext");
    writer.publish().unwrap();
    assert_eq!(rows.len(), 5, "a frame sees one world");
    rows.refresh(&news());
    assert_eq!(rows.len(), 6);
    assert!(text(&mut rows, 4).contains("records 6–7"), "{}", text(&mut rows, 4));
    assert!(text(&mut rows, 5).starts_with("next · unfinished"), "{}", text(&mut rows, 5));
    rows.set_split(&Framing::None, &news());
    assert_eq!(rows.new_key(RowKey(4)), RowKey(5), "the record in which the message began");
}

/// A device with a shell, in GBK and in pieces of seven bytes; the last line has no end yet.
fn shell() -> (LogRows, JournalWriter, TempDir) {
    let text = "\u{1B}[1;32m启动\u{1B}[0m\t完成\r\n\u{1B}[31m温度过高\r\n25.3\u{1B}[0m\r\nroot@board:~# ";
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    running_in_pieces(bytes.chunks(7))
}

/// What a device says in GBK, in these pieces, as running text.
fn running_in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (LogRows, JournalWriter, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
    for (number, piece) in pieces.enumerate() {
        let millis = number as u64 * 700;
        writer.append_data(at(millis), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), piece);
    }
    writer.publish().unwrap();
    let options = RowOptions {
        encoding: TextEncoding::GBK,
        running: Some(TerminalCodes::Obeyed),
        ..RowOptions::new(Locale::of(Language::English))
    };
    let mut rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    rows.set_split(&Framing::Lines, &news());
    rows.set_options(options);
    (rows, writer, folder)
}

#[test]
fn running_text_has_the_lines_of_a_device_whatever_pieces_they_came_in() {
    let (mut rows, mut writer, _folder) = shell();
    let all = |rows: &mut LogRows| (0..rows.len()).map(|row| text(rows, row)).collect::<Vec<_>>();
    assert_eq!(all(&mut rows), ["启动    完成", "温度过高", "25.3", "root@board:~# "]);
    assert!(rows.are_running() && rows.content(0).is_running && !rows.content(0).folded);
    writer.append_data(at(9_000), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), b"ls\r\n");
    writer.publish().unwrap();
    rows.refresh(&news());
    assert_eq!(all(&mut rows), ["启动    完成", "温度过高", "25.3", "root@board:~# ls"]);
    assert!(
        rows.content(3).time.ends_with(":29.000"),
        "a line is told as of its end: {}",
        rows.content(3).time
    );
    let options = rows.options().clone();
    rows.set_options(RowOptions { running: Some(TerminalCodes::Shown), ..options });
    assert_eq!(text(&mut rows, 0), "ESC[1;32m启动ESC[0m 完成");
}

#[test]
fn a_line_that_is_written_over_is_the_same_wherever_its_bytes_are_cut() {
    let text_in_gbk =
        "10%\r温度 20%\r\u{1B}[K\u{1B}[32m温度 100%\u{8}\u{8}\u{8}99\r\n$ helpx\u{8} \u{8}\r\n完\u{8}";
    let (bytes, _, _) = encoding_rs::GBK.encode(text_in_gbk);
    for length in 1..=bytes.len() {
        let (mut rows, ..) = running_in_pieces(bytes.chunks(length));
        let all: Vec<_> = (0..rows.len()).map(|row| text(&mut rows, row)).collect();
        assert_eq!(all, ["温度 199%", "$ help ", "完"], "pieces of {length} bytes");
        let options = rows.options().clone();
        rows.set_options(RowOptions { running: Some(TerminalCodes::Shown), ..options });
        assert!(text(&mut rows, 0).starts_with("10%|温度 20%|"), "nothing is lost");
        assert_eq!(text(&mut rows, 1), "$ helpxBS BS");
    }
}

#[test]
fn a_colour_that_a_line_does_not_take_away_colours_the_next_one_of_its_stream() {
    let (mut rows, ..) = shell();
    let looks = |rows: &mut LogRows, row| -> Vec<_> {
        let look = |look| match look {
            SpanLook::Terminal(look) => look.front,
            _ => None,
        };
        rows.content(row).lines[0].spans.iter().map(|span| look(span.look)).collect()
    };
    let [green, red] = [2, 1].map(|place| Some(TerminalColor::Named(place)));
    let expected = [vec![green, None], vec![red], vec![red], vec![None]];
    for (row, expected) in expected.into_iter().enumerate() {
        assert_eq!(looks(&mut rows, row as u64), expected, "{row}");
    }
}

#[test]
fn a_very_long_line_is_wrapped_and_its_rest_unfolds() {
    let (mut rows, mut writer, _folder) = shell();
    writer.append_data(at(9_000), Epoch(1), None, &DataHead::received(), &vec![b'x'; 20_000]);
    writer.publish().unwrap();
    rows.refresh(&news());
    let row = rows.content(3);
    assert!(row.folded && row.lines.len() == 8 * 1024 / 100 + 1, "{} lines", row.lines.len());
    rows.toggle_expanded(3);
    let row = rows.content(3);
    assert_eq!((row.folded, row.lines.len()), (false, 200));
}

/// The letters of a row with their bytes, a list for each line.
fn letters(rows: &mut LogRows, index: u64) -> Vec<Vec<(String, Range<usize>)>> {
    let row = rows.content_with_letters(index);
    assert!(row.shows_payload);
    let letters_of = |line: &RowLine| {
        let letters = line.letters.iter();
        letters.map(|letter| (line.text[letter.text.clone()].to_owned(), letter.bytes.clone())).collect()
    };
    row.lines.iter().map(letters_of).collect()
}

#[test]
fn letters_of_a_row_know_their_bytes_in_every_view() {
    let Kept { mut rows, .. } = journal();
    let gbk = RowOptions { encoding: TextEncoding::GBK, ..rows.options().clone() };
    let letter = |text: &str, start, end| (text.to_owned(), start..end);
    rows.set_options(gbk.clone());
    assert_eq!(letters(&mut rows, 2), [vec![letter("温", 0, 2), letter("B6", 2, 3)]]);
    let completed =
        [letter("度", 0, 1), letter("=", 1, 2), letter("2", 2, 3), letter("5", 3, 4), letter("↵", 4, 6)];
    assert_eq!(letters(&mut rows, 4), [completed.to_vec()], "the byte before is of another record");
    let folded = letters(&mut rows, 5);
    assert!((folded.len(), folded[0].len()) == (1, 98), "the mark of what is left out is no letter");
    rows.toggle_expanded(5);
    let unfolded = letters(&mut rows, 5);
    assert_eq!((unfolded.len(), unfolded[19].last()), (20, Some(&letter("7", 1_999, 2_000))));
    assert!(!rows.content(1).shows_payload, "an event has no bytes");
    rows.set_options(RowOptions { view: View::Hex, ..gbk.clone() });
    assert_eq!(letters(&mut rows, 2), [vec![letter("CE", 0, 1), letter("C2", 1, 2), letter("B6", 2, 3)]]);
    rows.set_options(RowOptions { view: View::Dump, ..gbk });
    let dump = letters(&mut rows, 4);
    let digits: Vec<_> = dump[0].iter().take(6).map(|(text, bytes)| (text.as_str(), bytes.start)).collect();
    assert_eq!(digits, [("C8", 0), ("3D", 1), ("32", 2), ("35", 3), ("0D", 4), ("0A", 5)]);
    assert_eq!(dump[0][6..8], [letter("度", 0, 1), letter("=", 1, 2)]);
}

#[test]
fn named_control_characters_and_wrapped_lines_keep_their_letters() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
    let bytes = [&b"\x02\x03a\xE2\x80\xAE\r\n"[..], &b"0123456789".repeat(3)].concat();
    writer.append_data(at(0), Epoch(1), None, &DataHead::received(), &bytes);
    writer.publish().unwrap();
    let mut rows = LogRows::new(writer.reader(), RowOptions::new(Locale::of(Language::English)));
    let options = RowOptions { columns: 16, wraps_lines: true, ..rows.options().clone() };
    rows.set_options(options);
    let shown = letters(&mut rows, 0);
    let letter = |text: &str, start, end| (text.to_owned(), start..end);
    assert_eq!(shown[0][..3], [letter("STX", 0, 1), letter("ETX", 1, 2), letter("a", 2, 3)]);
    let last = shown.last().unwrap().last().unwrap();
    assert_eq!(*last, letter("9", 37, 38));
    // A letter that the room cuts stands for its bytes on both lines.
    let mut bytes: Vec<_> = shown.into_iter().flatten().map(|(_, bytes)| bytes).collect();
    bytes.dedup();
    assert_eq!((bytes[3].clone(), bytes[4].clone(), bytes.len()), (3..6, 6..8, 35));
}
