//! What tests of the parts of a tab stand on: a log over a journal that a test writes, looked at without a window.

use crate::codec::text::TextEncoding;
use crate::journal::{JournalInfo, JournalWriter};
use crate::model::framing::Framing;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::DataHead;
use crate::ui::cx::{Cx, Services};
use crate::ui::log::RowOptions;
use crate::ui::tab::log_view::{LogRules, LogView};
use crate::util::clock;
use crate::util::locale::{Language, Locale};
use std::time::Instant;
use tempfile::TempDir;

/// The journal, the log over it, and what a handler needs.
pub(super) struct LogBench {
    pub(super) log: LogView,
    pub(super) writer: JournalWriter,
    services: Services,
    encoding: TextEncoding,
    _folder: TempDir,
}

impl LogBench {
    /// Over an empty journal, of which nothing is shown yet.
    pub(super) fn new(encoding: TextEncoding) -> LogBench {
        let folder = tempfile::tempdir().unwrap();
        let services = Services::in_folder(folder.path());
        let writer = JournalWriter::create(&folder.path().join("a.skj"), &JournalInfo::default()).unwrap();
        LogBench { log: LogView::default(), writer, services, encoding, _folder: folder }
    }

    /// Does something with the log, as a handler does.
    pub(super) fn act<R>(&mut self, act: impl FnOnce(&mut LogView, &mut Cx<'_>) -> R) -> R {
        act(&mut self.log, &mut self.services.cx(Locale::of(Language::English)))
    }

    /// The first peer has sent this, or was sent it.
    pub(super) fn say(&mut self, head: DataHead, bytes: &[u8]) {
        self.writer.append_data(clock::now(), Epoch(1), Some(PeerId::FIRST), &head, bytes);
    }

    /// How rows are shown unless a test asks for something else.
    pub(super) fn options(&self) -> RowOptions {
        RowOptions { encoding: self.encoding, ..RowOptions::new(Locale::of(Language::English)) }
    }

    /// A frame, in which what was written is there.
    pub(super) fn frame(&mut self, options: RowOptions, split: &Framing) {
        self.writer.publish().unwrap();
        let mut cx = self.services.cx(Locale::of(Language::English));
        if self.log.reader().is_none() {
            self.log.show(self.writer.reader(), self.encoding, &mut cx);
        }
        let rules = LogRules { split, decoders: None, highlights: &[] };
        self.log.take_in(options, rules, Instant::now(), &mut cx);
    }
}
