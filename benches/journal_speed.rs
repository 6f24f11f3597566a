//! How fast the journal is, each number beside its reference in the same run: plain writes, plain reads with a
//! substring search. `cargo bench --bench journal_speed -- [FOLDER] [MILLIONS]` says where, and how many small
//! records. It checks nothing; the tests do.

use memchr::memmem;
use sockscope::codec::decode::DecodeChoice;
use sockscope::codec::expression::{Expression, Vocabulary};
use sockscope::codec::text::TextEncoding;
use sockscope::codec::time::TimeFormat;
use sockscope::journal::query::{Filter, Pattern, Predicate, PredicateScan, Search};
use sockscope::journal::totals::{Counted, Totals};
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::ids::{Epoch, PeerId, RecordId};
use sockscope::model::record::DataHead;
use sockscope::util::clock;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

const GIB: u64 = 1 << 30;
const ABSENT: &[u8] = b"\xAB\xCD\xEF\x01\x23\x45\x67\x89";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let millions = arguments.next().map_or(Ok(10), |text| text.parse::<u64>())?;
    let folder = tempfile::tempdir_in(folder)?;
    large_records(folder.path())?;
    small_records(folder.path(), millions * 1_000_000)?;
    Ok(())
}

fn large_records(folder: &Path) -> anyhow::Result<()> {
    let bytes = noise(256 << 10);
    // The first time pays for memory that the system hands out; only the second is comparable.
    plain_write(&folder.join("plain"), &bytes)?;
    let plain_write = plain_write(&folder.join("plain"), &bytes)?;
    let path = folder.join("large.skj");
    let mut writer = JournalWriter::create(&path, &JournalInfo::default())?;
    let append = timed(|| {
        for _ in 0..GIB / bytes.len() as u64 {
            writer.append_data(clock::now(), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &bytes);
            writer.publish()?;
        }
        Ok(())
    })?;
    tell("write 256 KiB", "plain write", rate(GIB, plain_write), "journal", rate(GIB, append))?;
    drop(writer);
    fs::remove_file(&path)?;

    let mut writer = JournalWriter::create(&path, &JournalInfo::default())?;
    for part in bytes.chunks(64 << 10).cycle().take(usize::try_from(GIB)? / (64 << 10)) {
        writer.append_data(clock::now(), Epoch(1), Some(PeerId::FIRST), &DataHead::received(), part);
        writer.publish()?;
    }
    let reader = writer.reader();
    let mut block = vec![0; 1 << 20];
    let plain_read = timed(|| read_all(&path, &mut block, |_| ()))?;
    let scan = timed(|| scan(&reader))?;
    tell("read 64 KiB", "plain read", rate(GIB, plain_read), "records", rate(GIB, scan))?;
    search_absent(&reader, "search absent")?;
    writer.close()?;
    fs::remove_file(&path)?;
    Ok(())
}

fn plain_write(path: &Path, bytes: &[u8]) -> anyhow::Result<f64> {
    let mut file = File::create(path)?;
    let seconds = timed(|| {
        for _ in 0..GIB / bytes.len() as u64 {
            file.write_all(bytes)?;
        }
        Ok(())
    })?;
    fs::remove_file(path)?;
    Ok(seconds)
}

fn small_records(folder: &Path, count: u64) -> anyhow::Result<()> {
    let path = folder.join("small.skj");
    let bytes = noise(64);
    let mut writer = JournalWriter::create(&path, &JournalInfo::default())?;
    let append = timed(|| {
        let at = clock::now();
        for _ in 0..count {
            writer.append_data(at, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &bytes);
            if writer.batch_bytes() > 256 << 10 {
                writer.publish()?;
            }
        }
        writer.publish()?;
        Ok(())
    })?;
    say(&format!("append 64 B: {}", per_second(count, append)))?;
    writer.close()?;
    let memory_before = resident_kib();
    let start = Instant::now();
    let reader = JournalReader::open(&path)?;
    say(&format!(
        "open {} records with index: {:.3} s; resident {} -> {} KiB",
        reader.snapshot().records,
        start.elapsed().as_secs_f64(),
        memory_before,
        resident_kib()
    ))?;
    say(&format!("scan 64 B: {}", per_second(count, timed(|| scan(&reader))?)))?;
    let short = Expression::parse("len <= 10", &Vocabulary::default())?;
    let short = Predicate::new(&short, TextEncoding::UTF_8, &DecodeChoice::Auto, &TimeFormat::local());
    let mut filtering = PredicateScan::new(reader.clone(), short, RecordId(0))?;
    say(&format!("filter 64 B: {}", per_second(count, timed(|| filter_all(&mut filtering))?)))?;
    let counted = Counted { ranges: &[0..=u64::MAX], among: None };
    let totals = timed(|| {
        black_box(Totals::of_records(&reader, counted, &mut |_| ControlFlow::Continue(()))?);
        Ok(())
    })?;
    say(&format!("what all rows come to, 64 B: {}", per_second(count, totals)))?;
    let lookups = 10_000;
    let random = timed(|| {
        for step in 0..lookups {
            black_box(reader.record(RecordId(step * 7_919_777 % count))?);
        }
        Ok(())
    })?;
    say(&format!("look up one row: {:.1} µs", random * 1e6 / lookups as f64))?;
    search_absent(&reader, "search absent, 64 B")?;
    drop(reader);
    fs::remove_file(folder.join("small.skj.idx"))?;
    let rebuild = timed(|| {
        black_box(JournalReader::open(&path)?);
        Ok(())
    })?;
    say(&format!("open without index: {rebuild:.2} s; resident {} KiB", resident_kib()))?;
    Ok(())
}

fn search_absent(reader: &JournalReader, what: &str) -> anyhow::Result<()> {
    let length = reader.snapshot().bytes;
    let mut block = vec![0; 1 << 20];
    let finder = memmem::Finder::new(ABSENT);
    let plain = timed(|| {
        read_all(reader.path(), &mut block, |bytes| {
            black_box(finder.find(bytes));
        })
    })?;
    let mut search = Search::new(reader.clone(), Pattern::literal(ABSENT)?, Filter::default())?;
    let ours = timed(|| {
        while !search.step(64 << 20)?.done {}
        Ok(())
    })?;
    tell(what, "read + memmem", rate(length, plain), "search", rate(length, ours))
}

fn filter_all(scan: &mut PredicateScan) -> anyhow::Result<()> {
    while !scan.step(64 << 20)?.done {}
    Ok(())
}

fn scan(reader: &JournalReader) -> anyhow::Result<()> {
    let mut records = reader.records(reader.snapshot().rows());
    while let Some(record) = records.next()? {
        black_box(record);
    }
    Ok(())
}

fn read_all(path: &Path, block: &mut [u8], mut look: impl FnMut(&[u8])) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    loop {
        match file.read(block)? {
            0 => return Ok(()),
            count => look(&block[..count]),
        }
    }
}

/// Bytes without a pattern, the same in every run.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count).map(|_| next()).collect()
}

fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn rate(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}

fn per_second(count: u64, seconds: f64) -> String {
    format!("{:.2} million records/s", count as f64 / seconds / 1e6)
}

fn tell(what: &str, reference: &str, reference_rate: f64, ours: &str, our_rate: f64) -> anyhow::Result<()> {
    say(&format!(
        "{what}: {reference} {reference_rate:.2} GB/s, {ours} {our_rate:.2} GB/s, ratio {:.2}",
        our_rate / reference_rate
    ))
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

/// 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
