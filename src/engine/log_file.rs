//! A session that goes on into a file of a person's choice, beside its journal: as text, or its bytes alone. Written by a
//! thread of its own that reads the journal, so that it keeps nobody waiting and goes on while no window is drawn. The
//! session does not know of it.

use crate::engine::news::News;
use crate::export::{ExportContext, ExportError, ExportOptions, FollowSource, Format, follow};
use crate::journal::JournalReader;
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crate::model::moment::Moment;
use crate::util::private_file;
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often the journal is looked at: who looks into the file meanwhile sees what came a moment ago.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A message that has not ended after so long is in the file as far as it has come.
const PATIENCE: Duration = Duration::from_secs(1);

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
    /// What is written otherwise from now on. Its end tells the thread to come to the end.
    going: Option<Sender<LogFileOrder>>,
    /// The order that the thread has not seen yet is taken back by a newer one.
    unseen: Receiver<LogFileOrder>,
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
        let (going, orders) = bounded(1);
        let unseen = orders.clone();
        let (sender, ended) = bounded(1);
        let written = Arc::<AtomicU64>::default();
        let count = Arc::clone(&written);
        let thread = NamedThread::start("log-file", move || {
            let outcome = write(order, &reader, from_row, &count, &orders);
            if sender.send(outcome).is_ok() {
                news.ring();
            }
        })?;
        Ok(LogFile { going: Some(going), unseen, ended, written, _thread: thread })
    }

    /// From now on it is written like this, into the file that it began with.
    pub fn change(&self, order: LogFileOrder) {
        let Some(going) = &self.going else { return };
        let mut order = order;
        while let Err(TrySendError::Full(newest)) = going.try_send(order) {
            self.unseen.try_iter().for_each(drop);
            order = newest;
        }
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
    order: LogFileOrder,
    reader: &JournalReader,
    from_row: u64,
    written: &AtomicU64,
    orders: &Receiver<LogFileOrder>,
) -> Result<(), ExportError> {
    let path = order.path.clone();
    let file = private_file::append_to(&path).map_err(|source| failed(&path, source))?;
    let mut out = Counted { file, written };
    // Times since the first row are those that the window shows, wherever the file begins.
    let first = reader.head(RecordId(0))?;
    let since = first.map(|head| Moment { at: head.at, epoch: head.epoch });
    let context = ExportContext { since, ..ExportContext::of_journal(reader) };
    let (mut order, mut from_row) = (order, from_row);
    loop {
        let mut exporter = order.format.exporter(&order.options);
        let split = if order.format.shows_messages() { &order.split } else { &Framing::None };
        // Half a message means nothing yet.
        let patience = order.options.decode.is_none().then_some(PATIENCE);
        let source = FollowSource { reader, from_row, split, patience };
        let (mut is_last, mut changed) = (false, None);
        let done = follow(&source, exporter.as_mut(), &context, &mut out, &mut || {
            if is_last {
                return ControlFlow::Break(());
            }
            match orders.recv_timeout(LOOK_EVERY) {
                Err(RecvTimeoutError::Timeout) => {}
                // What came until the end was asked for is looked at once more.
                Err(RecvTimeoutError::Disconnected) => is_last = true,
                Ok(order) => {
                    changed = Some(order);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        from_row = done.map_err(|error| match error {
            ExportError::Write { source, .. } => failed(&path, source),
            other => other,
        })?;
        match changed {
            Some(changed) => order = changed,
            None => return Ok(()),
        }
    }
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
    use crate::codec::time::{TimeColumn, TimeFormat};
    use crate::engine::news::News;
    use crate::export::{ExportOptions, Format};
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::framing::Framing;
    use crate::model::ids::{Epoch, PeerId};
    use crate::model::record::{Body, Data, DataHead};
    use crate::util::clock::{self, Stamp};
    use std::fs;
    use std::path::{Path, PathBuf};
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

    fn wait_for(path: &Path, part: &str) {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let text = fs::read_to_string(path).unwrap_or_default();
            if text.contains(part) {
                return;
            }
            assert!(Instant::now() < deadline, "no “{part}” in {text}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_message_without_end_is_written_as_far_as_it_has_come_and_its_rest_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let path = folder.path().join("log.txt");
        let lines = LogFileOrder { split: Framing::Lines, ..order(path.clone(), Format::Text) };
        let file = LogFile::start(lines, writer.reader(), 0, News::new(Waker::noop().clone())).unwrap();
        append(&mut writer, b"waits");
        wait_for(&path, "waits");
        append(&mut writer, b" long\nnext\n");
        wait_for(&path, "next");
        drop(file);
        let text = fs::read_to_string(&path).unwrap();
        let ends: Vec<_> = text.lines().map(|line| line.split("  ").last().unwrap_or_default()).collect();
        assert_eq!(text.matches("waits").count(), 1, "{text}");
        assert!(ends.len() == 3 && ends[1].contains(" long") && !ends[2].contains("long"), "{text}");
    }

    #[test]
    fn what_comes_after_a_change_is_written_as_it_says_and_nothing_is_lost_or_written_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let path = folder.path().join("log.txt");
        let lines = LogFileOrder { split: Framing::Lines, ..order(path.clone(), Format::Text) };
        let file =
            LogFile::start(lines.clone(), writer.reader(), 0, News::new(Waker::noop().clone())).unwrap();
        append(&mut writer, b"one\ntwo\n");
        wait_for(&path, "two");
        file.change(order(PathBuf::from("elsewhere"), Format::Text));
        file.change(LogFileOrder { split: Framing::None, ..lines });
        append(&mut writer, b"three\nfour");
        wait_for(&path, "four");
        drop(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
    }

    #[test]
    fn times_since_the_first_row_are_those_of_the_session() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        let now = clock::now();
        for (after_ms, bytes) in [(0, "first"), (1500, "second"), (2500, "third")] {
            let at = Stamp { mono_ns: now.mono_ns + after_ms * 1_000_000, ..now };
            let data = Data { head: DataHead::received(), bytes: bytes.as_bytes().to_vec() };
            writer.append(at, Epoch(1), PeerId::new(1), &Body::Data(data));
        }
        writer.publish().unwrap();
        let path = folder.path().join("log.txt");
        let time = TimeFormat::local().telling(TimeColumn::Relative);
        let options = ExportOptions { time, ..ExportOptions::default() };
        let relative = LogFileOrder { options, ..order(path.clone(), Format::Text) };
        drop(LogFile::start(relative, writer.reader(), 1, News::new(Waker::noop().clone())).unwrap());
        let text = fs::read_to_string(&path).unwrap();
        let times: Vec<_> = text.lines().filter_map(|line| line.split("  ").next()).collect();
        assert_eq!(times, ["+1.500", "+2.500"], "{text}");
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
