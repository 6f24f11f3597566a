//! A session that goes on into a file of a person's choice, beside its journal: as text, or its bytes alone. Written by a
//! thread of its own that reads the journal, so that it keeps nobody waiting and goes on while no window is drawn. The
//! session does not know of it.

use crate::engine::news::News;
use crate::export::{ExportContext, ExportError, ExportOptions, Format, follow};
use crate::journal::JournalReader;
use crate::model::framing::Framing;
use crate::util::private_file;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often the journal is looked at: who looks into the file meanwhile sees what came a moment ago.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What goes into the file, and which file that is.
#[derive(Clone, Debug)]
pub struct LogFileOrder {
    /// The file. What it holds already stays, and what comes stands behind it.
    pub path: PathBuf,
    /// In which format.
    pub format: Format,
    /// How that is written.
    pub options: ExportOptions,
    /// How streams are cut into messages, where the format shows them.
    pub split: Framing,
}

/// A file that is being written. Dropping it writes what the journal has by then, and closes the file.
#[derive(Debug)]
pub struct LogFile {
    /// Nothing is ever sent: its end tells the thread to come to the end.
    going: Option<Sender<()>>,
    ended: Receiver<Result<(), ExportError>>,
    written: Arc<AtomicU64>,
    // Last: joined after `Drop` below has asked for the end.
    _thread: NamedThread,
}

impl LogFile {
    /// Writes the rows of this journal from this one on.
    pub fn start(
        order: LogFileOrder,
        reader: JournalReader,
        from_row: u64,
        news: News,
    ) -> io::Result<LogFile> {
        let (going, is_going) = bounded(0);
        let (sender, ended) = bounded(1);
        let written = Arc::<AtomicU64>::default();
        let count = Arc::clone(&written);
        let thread = NamedThread::start("log-file", move || {
            let outcome = write(&order, &reader, from_row, &count, &is_going);
            if sender.send(outcome).is_ok() {
                news.ring();
            }
        })?;
        Ok(LogFile { going: Some(going), ended, written, _thread: thread })
    }

    /// How it ended, where it has ended by itself: the file could not be written, or the journal not be read.
    pub fn take_end(&self) -> Option<Result<(), ExportError>> {
        self.ended.try_recv().ok()
    }

    /// Writes what the journal has by now and closes the file; tells how it ended, unless that was taken before.
    pub fn finish(mut self) -> Result<(), ExportError> {
        self.going = None;
        self.ended.recv().unwrap_or(Ok(()))
    }

    /// How many bytes were written.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.going = None;
    }
}

fn write(
    order: &LogFileOrder,
    reader: &JournalReader,
    from_row: u64,
    written: &AtomicU64,
    is_going: &Receiver<()>,
) -> Result<(), ExportError> {
    let file = private_file::append_to(&order.path).map_err(|source| failed(&order.path, source))?;
    let mut out = Counted { file, written };
    let mut exporter = order.format.exporter(&order.options);
    let context = ExportContext::of_journal(reader);
    let split = if order.format.shows_messages() { &order.split } else { &Framing::None };
    let mut is_last = false;
    let done = follow(reader, from_row, split, exporter.as_mut(), &context, &mut out, &mut || {
        if is_last {
            return ControlFlow::Break(());
        }
        // What came until the end was asked for is looked at once more.
        is_last = is_going.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout);
        ControlFlow::Continue(())
    });
    done.map_err(|error| match error {
        ExportError::Write { source, .. } => failed(&order.path, source),
        other => other,
    })
}

fn failed(path: &Path, source: io::Error) -> ExportError {
    ExportError::Write { target: path.display().to_string(), source }
}

/// A file, and how many bytes went into it.
struct Counted<'a> {
    file: File,
    written: &'a AtomicU64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{LogFile, LogFileOrder};
    use crate::engine::news::News;
    use crate::export::{ExportOptions, Format};
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId};
    use crate::model::record::{Body, Data, DataHead};
    use crate::util::clock;
    use std::fs;
    use std::path::PathBuf;
    use std::task::Waker;
    use std::time::{Duration, Instant};

    fn order(path: PathBuf, format: Format) -> LogFileOrder {
        LogFileOrder { path, format, options: ExportOptions::default(), split: Framing::None }
    }

    fn append(writer: &mut JournalWriter, bytes: &[u8]) {
        let data = Data { head: DataHead::received(), bytes: bytes.to_vec() };
        writer.append(clock::now(), Epoch(1), PeerId::new(1), &Body::Data(data));
        writer.publish().unwrap();
    }

    #[test]
    fn a_file_has_what_came_since_and_everything_up_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        for (from_row, expected) in [(1, &b"kept: one two"[..]), (0, b"kept: before one two")] {
            let journal = folder.path().join(format!("{from_row}.skj"));
            let mut writer = JournalWriter::create(&journal, &JournalInfo::default()).unwrap();
            append(&mut writer, b"before ");
            let path = folder.path().join(format!("{from_row}.bin"));
            fs::write(&path, "kept: ").unwrap();
            let news = News::new(Waker::noop().clone());
            let file =
                LogFile::start(order(path.clone(), Format::Raw), writer.reader(), from_row, news).unwrap();
            append(&mut writer, b"one ");
            let deadline = Instant::now() + Duration::from_mins(1);
            while !fs::read(&path).unwrap().ends_with(b"one ") {
                assert!(Instant::now() < deadline, "nothing was written while it goes on");
                std::thread::yield_now();
            }
            append(&mut writer, b"two");
            drop(file);
            assert_eq!(fs::read(&path).unwrap(), expected);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full_at_the_very_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let news = News::new(Waker::noop().clone());
        let full = order(PathBuf::from("/dev/full"), Format::Raw);
        let file = LogFile::start(full, writer.reader(), 0, news).unwrap();
        append(&mut writer, b"one");
        let line = file.finish().unwrap_err().to_string();
        assert!(line.contains("/dev/full") && line.contains("ENOSPC 28"), "{line}");
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let writer = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let nowhere = folder.path().join("gone").join("log.txt");
        let news = News::new(Waker::noop().clone());
        let file = LogFile::start(order(nowhere, Format::Text), writer.reader(), 0, news).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let ended = loop {
            if let Some(ended) = file.take_end() {
                break ended;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::yield_now();
        };
        let line = ended.unwrap_err().to_string();
        assert!(line.starts_with("cannot write ") && line.contains("log.txt"), "{line}");
    }
}
