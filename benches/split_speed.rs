//! How fast messages are counted and how fast a screen of them is there, beside reading the same file in blocks. Run it
//! with `cargo bench --bench split_speed --no-default-features`; after `--`, a number is the payload in MiB (512 without
//! it).

#![expect(clippy::print_stdout, reason = "a measurement is read where it is made")]

use anyhow::{Context, Result};
use sockscope::journal::split::SplitScan;
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::framing::Framing;
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::DataHead;
use sockscope::util::clock::{Stamp, now};
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// Messages of a length, in records of a length.
struct Shape {
    name: &'static str,
    framing: &'static str,
    message_bytes: usize,
    record_bytes: usize,
}

const SHAPES: [Shape; 4] = [
    Shape { name: "lines of 1 KiB in 64 KiB", framing: "lines", message_bytes: 1024, record_bytes: 64 << 10 },
    Shape {
        name: "length, 1 KiB in 1460",
        framing: "length:0,2,be",
        message_bytes: 1024,
        record_bytes: 1460,
    },
    Shape { name: "lines of 64 B in 64 KiB", framing: "lines", message_bytes: 64, record_bytes: 64 << 10 },
    Shape { name: "lines of 64 B, one a record", framing: "lines", message_bytes: 64, record_bytes: 64 },
];

const DEFAULT_MIB: usize = 512;
const RUNS: usize = 3;
const BLOCK_BYTES: usize = 1 << 20;
const SCREEN_ROWS: u64 = 50;

fn main() -> Result<()> {
    let mib = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(DEFAULT_MIB);
    let folder = tempfile::tempdir()?;
    for shape in &SHAPES {
        let path = folder.path().join("session.skj");
        let messages = write_journal(&path, shape, mib << 20)?;
        let reader = JournalReader::open(&path)?;
        let framing: Framing = shape.framing.parse()?;
        for run in 0..RUNS {
            let started = Instant::now();
            let file_bytes = read_blocks(&path)?;
            let read_seconds = started.elapsed().as_secs_f64();
            let started = Instant::now();
            let mut scan = SplitScan::new(reader.clone(), framing.clone(), RecordId(0));
            while !scan.step(8 << 20)?.is_done {}
            let seconds = started.elapsed().as_secs_f64();
            let rows = scan.rows();
            anyhow::ensure!(rows.len() == messages, "{} rows of {messages}", rows.len());
            let started = Instant::now();
            let middle = rows.len() / 3;
            rows.visit(middle..middle + SCREEN_ROWS, &mut |_| ControlFlow::Continue(()))?;
            println!(
                "{:28} run {run}: {:7.0} MB/s (reading {:7.0} MB/s), {:5.2} M messages/s, index {:.2} MiB, a screen {:.2} ms",
                shape.name,
                file_bytes / seconds / 1e6,
                file_bytes / read_seconds / 1e6,
                messages as f64 / seconds / 1e6,
                rows.index_bytes() as f64 / f64::from(1 << 20),
                started.elapsed().as_secs_f64() * 1e3,
            );
        }
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

fn read_blocks(path: &Path) -> Result<f64> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut bytes = 0;
    loop {
        match file.read(&mut block)? {
            0 => return Ok(bytes as f64),
            count => bytes += count,
        }
    }
}

fn write_journal(path: &Path, shape: &Shape, payload_bytes: usize) -> Result<u64> {
    let mut writer = JournalWriter::create(path, &JournalInfo::default())?;
    let mut message = vec![b'x'; shape.message_bytes];
    if shape.framing == "lines" {
        *message.last_mut().context("a message has bytes")? = b'\n';
    } else {
        let follow = u16::try_from(shape.message_bytes - 2)?;
        message[..2].copy_from_slice(&follow.to_be_bytes());
    }
    let messages = payload_bytes / shape.message_bytes;
    let stream = message.repeat((shape.record_bytes / shape.message_bytes + 2).next_multiple_of(4));
    let start = now();
    let (mut sent, mut record) = (0, 0_u64);
    while sent < messages * shape.message_bytes {
        let from = sent % shape.message_bytes;
        let length = shape.record_bytes.min(messages * shape.message_bytes - sent);
        let at = Stamp { wall_ns: start.wall_ns, mono_ns: start.mono_ns + record * 1000 };
        let bytes = &stream[from..from + length];
        writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), bytes);
        if writer.batch_bytes() > 1 << 20 {
            writer.publish()?;
        }
        sent += length;
        record += 1;
    }
    writer.close()?;
    Ok(messages as u64)
}
