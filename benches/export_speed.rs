//! How fast a journal leaves in each format, beside `cp` of the same journal in the same run. Run it with
//! `cargo bench --bench export_speed`; a number after `--` is the payload in MiB, 256 without it.

#![expect(clippy::print_stdout, reason = "a measurement is read where it is made")]

use anyhow::{Context, Result};
use sockscope::export::{ExportContext, ExportOptions, ExportSource, Format, Selection, run_to_file};
use sockscope::journal::query::Filter;
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{Body, DataHead, Lifecycle};
use sockscope::util::clock::{Stamp, now};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// The two shapes of traffic that decide: bulk, and many small records.
const RECORD_BYTES: [usize; 2] = [64 * 1024, 64];

const DEFAULT_MIB: usize = 256;

fn main() -> Result<()> {
    let mib = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(DEFAULT_MIB);
    let folder = tempfile::tempdir()?;
    for record_bytes in RECORD_BYTES {
        let path = folder.path().join(format!("{record_bytes}.skj"));
        let records = write_journal(&path, record_bytes, mib << 20)?;
        let copied = folder.path().join("copy");
        let started = Instant::now();
        std::fs::copy(&path, &copied)?;
        report("cp", record_bytes, records, started);
        std::fs::remove_file(&copied)?;
        let reader = JournalReader::open(&path)?;
        for format in Format::all() {
            let target = folder.path().join("out").with_extension(format.extension());
            let mut exporter = format.exporter(&ExportOptions::default());
            let source =
                ExportSource { reader: &reader, selection: &Selection::All, filter: &Filter::default() };
            let session = ExportContext::of_journal(&reader);
            let started = Instant::now();
            run_to_file(&source, exporter.as_mut(), &session, &target, &mut |_| ControlFlow::Continue(()))?;
            report(format.name(), record_bytes, records, started);
            std::fs::remove_file(&target)?;
        }
        println!("most memory used so far: {}", most_memory().unwrap_or_default());
    }
    Ok(())
}

fn write_journal(path: &Path, record_bytes: usize, payload_bytes: usize) -> Result<usize> {
    let info = JournalInfo {
        session_name: "speed".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "bench".to_owned(),
        created: now(),
    };
    let mut writer = JournalWriter::create(path, &info)?;
    let (local, remote) = ("127.0.0.1:9000".parse()?, "127.0.0.1:5000".parse()?);
    let peer = Some(PeerId::FIRST);
    let joined = Body::Lifecycle(Lifecycle::PeerJoined { local, remote });
    writer.append(now(), Epoch(1), peer, &joined);
    let line: Vec<u8> = b"temperature=21.5;state=\"ok\";count=1234\r\n".repeat(record_bytes / 40 + 1);
    let payload = line.get(..record_bytes).context("the line is long enough")?;
    // Half a small journal is enough to see the rate of small records.
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

fn report(what: &str, record_bytes: usize, records: usize, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = (records * record_bytes) as f64 / 1e6;
    println!(
        "{what:>8}  {record_bytes:>6} B  {:>8.0} MB/s payload  {:>10.0} records/s",
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
