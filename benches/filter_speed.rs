//! How fast a journal is filtered: by a literal beside a search for it in the raw file, by heads beside reading the file
//! in blocks, and by a regular expression over text beside `rg` over the exported text, where that is installed. Run it
//! with `cargo bench --bench filter_speed --no-default-features`; after `--`, a number is the payload in MiB (1024 without
//! it).

#![expect(clippy::print_stdout, reason = "a measurement is read where it is made")]

use anyhow::{Context, Result};
use memchr::memmem;
use sockscope::codec::decode::DecodeChoice;
use sockscope::codec::expression::{Expression, Vocabulary};
use sockscope::codec::text::TextEncoding;
use sockscope::codec::time::TimeFormat;
use sockscope::journal::query::{Predicate, PredicateScan};
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::{DataHead, Origin};
use sockscope::util::clock::{Stamp, now};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A journal to filter.
struct Shape {
    name: &'static str,
    record_bytes: usize,
}

/// What a filter is measured against.
#[derive(Clone, Copy)]
enum Reference {
    /// A search for these bytes in blocks of the file.
    Search(&'static [u8]),
    /// Blocks of the file.
    Read,
    /// `rg -c --no-mmap` for this over the text.
    Ripgrep(&'static str),
}

const SHAPES: [Shape; 3] = [
    Shape { name: "64 B", record_bytes: 64 },
    Shape { name: "1 KiB", record_bytes: 1 << 10 },
    Shape { name: "64 KiB", record_bytes: 64 << 10 },
];

/// What is filtered by, and beside what.
const FILTERS: [(&str, Reference); 6] = [
    ("\"Absent Needle\"", Reference::Search(b"Absent Needle")),
    ("absent", Reference::Search(b"absent")),
    ("dir:rx and \"Absent Needle\"", Reference::Search(b"Absent Needle")),
    ("dir:rx and len > 100", Reference::Read),
    ("text ~ \"error|fail\"", Reference::Ripgrep("error|fail")),
    ("text ~ \"temp=[0-9]+\\.9\"", Reference::Ripgrep("temp=[0-9]+\\.9")),
];

const DEFAULT_MIB: usize = 1024;
const RUNS: usize = 3;
const BLOCK_BYTES: usize = 1 << 20;
const STEP_BYTES: u64 = 8 << 20;

fn main() -> Result<()> {
    let mib = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(DEFAULT_MIB);
    let folder = tempfile::tempdir()?;
    let (path, text) = (folder.path().join("session.skj"), folder.path().join("session.txt"));
    for shape in &SHAPES {
        write_journal(&path, &text, shape, mib << 20)?;
        for (typed, reference) in FILTERS {
            for run in 0..RUNS {
                let Some(beside) = measure(&path, &text, reference)? else { break };
                let reader = JournalReader::open(&path)?;
                let (seconds, rows) = filter(&reader, typed)?;
                let bytes = reader.snapshot().bytes as f64;
                println!(
                    "{:7} {typed:28} run {run}: {:6.0} MB/s, {:6.2} M records/s, {rows} rows; beside it {beside:.3} s, ratio {:.2}",
                    shape.name,
                    bytes / seconds / 1e6,
                    reader.snapshot().records as f64 / seconds / 1e6,
                    beside / seconds,
                );
            }
        }
    }
    Ok(())
}

fn filter(reader: &JournalReader, typed: &str) -> Result<(f64, u64)> {
    let expression = Expression::parse(typed, &Vocabulary::default())?;
    let predicate =
        Predicate::new(&expression, TextEncoding::UTF_8, &DecodeChoice::Auto, &TimeFormat::local());
    let started = Instant::now();
    let mut scan = PredicateScan::new(reader.clone(), predicate, RecordId(0))?;
    let mut rows = 0;
    loop {
        let progress = scan.step(STEP_BYTES)?;
        rows += progress.found.len();
        if progress.done {
            return Ok((started.elapsed().as_secs_f64(), rows));
        }
    }
}

/// The seconds that the reference takes; `None` where it is not installed.
fn measure(path: &Path, text: &Path, reference: Reference) -> Result<Option<f64>> {
    let started = Instant::now();
    match reference {
        Reference::Read => read_blocks(path, |_| {})?,
        Reference::Search(needle) => {
            let finder = memmem::Finder::new(needle);
            read_blocks(path, |block| {
                std::hint::black_box(finder.find(block));
            })?;
        }
        Reference::Ripgrep(pattern) => {
            let program = Command::new("rg")
                .args(["-c", "--no-mmap", pattern])
                .arg(text)
                .stdout(Stdio::null())
                .status();
            if program.is_err() {
                return Ok(None);
            }
        }
    }
    Ok(Some(started.elapsed().as_secs_f64()))
}

fn read_blocks(path: &Path, mut look: impl FnMut(&[u8])) -> Result<()> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(()),
            count => look(&block[..count]),
        }
    }
}

/// Lines that a sensor may say, in records of a length; the same lines as text.
fn write_journal(path: &Path, text: &Path, shape: &Shape, payload_bytes: usize) -> Result<()> {
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut writer = JournalWriter::create(path, &JournalInfo::default())?;
    let mut text = BufWriter::new(File::create(text)?);
    let start = now();
    let mut line = Vec::new();
    for record in 0..payload_bytes / shape.record_bytes {
        line.clear();
        write!(line, "{record:010} temp={}.{} ok ", record % 60, record % 7)?;
        while line.len() + 1 < shape.record_bytes {
            line.push(b'a' + u8::try_from((line.len() * 7 + record) % 26).context("a letter")?);
        }
        line.push(b'\n');
        text.write_all(&line)?;
        let head = if record % 3 == 0 { DataHead::sent(Origin::User) } else { DataHead::received() };
        let at = Stamp { wall_ns: start.wall_ns, mono_ns: start.mono_ns + record as u64 * 1000 };
        writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &head, &line);
        if writer.batch_bytes() > 1 << 20 {
            writer.publish()?;
        }
    }
    writer.close()?;
    text.flush()?;
    Ok(())
}
