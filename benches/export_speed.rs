//! How fast a journal leaves in each format, in turns with `cp` of the same journal, so that a busy moment of the disk
//! meets them all. Run it with `cargo bench --bench export_speed`; after `--`, a number is the payload in MiB (256
//! without it), and names of formats choose among them.

#![expect(clippy::print_stdout, reason = "a measurement is read where it is made")]

use anyhow::{Context, Result};
use sockscope::export::{
    ExportContext, ExportOptions, ExportSource, ExportSplit, Format, RowSelection, run_to_file,
};
use sockscope::journal::query::Filter;
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{Body, DataHead, Lifecycle};
use sockscope::util::clock::{Stamp, now};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// A shape of traffic.
struct Shape {
    name: &'static str,
    record_bytes: usize,
    is_text: bool,
}

/// Bulk and many small records decide; bytes that are no text are what decoding has most work with.
const SHAPES: [Shape; 3] = [
    Shape { name: "bulk text", record_bytes: 64 * 1024, is_text: true },
    Shape { name: "small text", record_bytes: 64, is_text: true },
    Shape { name: "bulk noise", record_bytes: 64 * 1024, is_text: false },
];

const DEFAULT_MIB: usize = 256;
const RUNS: usize = 3;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mib = words.iter().find_map(|word| word.parse().ok()).unwrap_or(DEFAULT_MIB);
    let chosen: Vec<Format> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let formats = Format::all().filter(|format| chosen.is_empty() || chosen.contains(format));
    let formats: Vec<Format> = formats.collect();
    let folder = tempfile::tempdir()?;
    for shape in &SHAPES {
        let path = folder.path().join("session.skj");
        let records = write_journal(&path, shape, mib << 20)?;
        let reader = JournalReader::open(&path)?;
        let target = folder.path().join("out");
        for run in 0..RUNS {
            let started = Instant::now();
            std::fs::copy(&path, &target)?;
            report("cp", shape, records, started, run);
            std::fs::remove_file(&target)?;
            for format in &formats {
                let mut exporter = format.exporter(&ExportOptions::default());
                let source = ExportSource {
                    reader: &reader,
                    selection: &RowSelection::all(),
                    filter: &Filter::default(),
                    split: &ExportSplit::default(),
                };
                let session = ExportContext::of_journal(&reader);
                let mut go_on = |_| ControlFlow::Continue(());
                let started = Instant::now();
                run_to_file(&source, exporter.as_mut(), &session, &target, &mut go_on)?;
                report(format.name(), shape, records, started, run);
                std::fs::remove_file(&target)?;
            }
        }
        println!("most memory used so far: {}", most_memory().unwrap_or_default());
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

fn write_journal(path: &Path, shape: &Shape, payload_bytes: usize) -> Result<usize> {
    let info = JournalInfo {
        session_name: "speed".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "bench".to_owned(),
        encoding: None,
        split: None,
        created: now(),
    };
    let mut writer = JournalWriter::create(path, &info)?;
    let (local, remote) = ("127.0.0.1:9000".parse()?, "127.0.0.1:5000".parse()?);
    let peer = Some(PeerId::FIRST);
    let joined =
        Body::Lifecycle(Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None });
    writer.append(now(), Epoch(1), peer, &joined);
    let record_bytes = shape.record_bytes;
    let all = if shape.is_text {
        b"temperature=21.5;state=\"ok\";count=1234\r\n".repeat(record_bytes / 40 + 1)
    } else {
        noise(record_bytes)
    };
    let payload = all.get(..record_bytes).context("there are enough bytes")?;
    // A quarter of a journal of small records is enough to see their rate.
    let records = payload_bytes / record_bytes / if record_bytes < 1024 { 4 } else { 1 };
    let start = now();
    for record in 0..records as u64 {
        let at = Stamp {
            wall_ns: start.wall_ns + i64::try_from(record)? * 1000,
            mono_ns: start.mono_ns + record * 1000,
        };
        writer.append_data(at, Epoch(1), peer, &DataHead::received(), payload);
        if writer.batch_bytes() > 1 << 20 {
            writer.publish()?;
        }
    }
    writer.close()?;
    Ok(records)
}

/// Bytes without a pattern, the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn report(what: &str, shape: &Shape, records: usize, started: Instant, run: usize) {
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = (records * shape.record_bytes) as f64 / 1e6;
    println!(
        "{:>10}  {what:>8}  run {}  {:>6.0} MB/s payload  {:>10.0} records/s",
        shape.name,
        run + 1,
        megabytes / seconds,
        records as f64 / seconds
    );
}

/// The largest resident size of this process, where the system tells.
fn most_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().skip(1).collect::<Vec<_>>().join(" "))
}
