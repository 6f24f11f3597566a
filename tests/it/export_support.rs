//! Journals to export, and the tools that judge what came out.

use sockscope::export::{ExportContext, ExportSource, ExportSplit, Exporter, Progress, RowSelection, run};
use sockscope::journal::query::Filter;
use sockscope::journal::{JournalInfo, JournalReader, JournalWriter};
use sockscope::model::config::SessionKind;
use sockscope::model::framing::Framing;
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{Body, Data, DataHead, Direction, EndReason, Lifecycle, Origin};
use sockscope::util::clock::Stamp;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A journal that is being filled, with a clock that goes on by a millisecond per record.
pub(crate) struct Session {
    folder: TempDir,
    writer: JournalWriter,
    millis: i64,
}

/// 2026-11-21 03:31:00.123456789 UTC.
const START_NS: i64 = 1_795_231_860_123_456_789;

impl Session {
    pub(crate) fn new(kind: Option<SessionKind>) -> Session {
        let folder = tempfile::tempdir().unwrap();
        let info = JournalInfo {
            session_name: "bench <7>".to_owned(),
            kind,
            program: "Sockscope test".to_owned(),
            encoding: None,
            split: None,
            created: Stamp { wall_ns: START_NS, mono_ns: 0 },
        };
        let writer = JournalWriter::create(&folder.path().join("session.skj"), &info).unwrap();
        Session { folder, writer, millis: 0 }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn push(&mut self, peer: u32, body: &Body) {
        self.millis += 1;
        let at = Stamp {
            wall_ns: START_NS + self.millis * 1_000_000,
            mono_ns: u64::try_from(self.millis).unwrap() * 1_000_000,
        };
        self.writer.append(at, Epoch(1), PeerId::new(peer), body);
        if self.writer.batch_bytes() > 1 << 20 {
            self.writer.publish().unwrap();
        }
    }

    pub(crate) fn event(&mut self, peer: u32, lifecycle: Lifecycle) {
        self.push(peer, &Body::Lifecycle(lifecycle));
    }

    /// A peer of a version that did not say what it sends.
    pub(crate) fn joined(&mut self, peer: u32, local: &str, remote: &str) {
        let (local, remote) = (local.parse().unwrap(), remote.parse().unwrap());
        self.event(peer, Lifecycle::PeerJoined { local, remote, message_oriented: None, process: None });
    }

    pub(crate) fn left(&mut self, peer: u32, remote: &str, reason: EndReason) {
        let remote = remote.parse().unwrap();
        self.event(peer, Lifecycle::PeerLeft { remote, reason, error: None });
    }

    pub(crate) fn received(&mut self, peer: u32, bytes: &[u8]) {
        self.data(peer, DataHead::received(), bytes);
    }

    pub(crate) fn sent(&mut self, peer: u32, bytes: &[u8]) {
        self.data(peer, DataHead::sent(Origin::User), bytes);
    }

    pub(crate) fn data(&mut self, peer: u32, head: DataHead, bytes: &[u8]) {
        self.push(peer, &Body::Data(Data { head, bytes: bytes.to_vec() }));
    }

    pub(crate) fn reader(&mut self) -> JournalReader {
        self.writer.publish().unwrap();
        self.writer.reader()
    }

    /// All of the journal through an exporter.
    pub(crate) fn export(&mut self, exporter: &mut dyn Exporter) -> Vec<u8> {
        self.export_some(exporter, &RowSelection::all(), &Filter::default()).0
    }

    /// All of the journal, cut into messages.
    pub(crate) fn export_split(&mut self, exporter: &mut dyn Exporter, split: &Framing) -> Vec<u8> {
        self.export_through(exporter, &RowSelection::all(), &Filter::default(), split).0
    }

    pub(crate) fn export_some(
        &mut self,
        exporter: &mut dyn Exporter,
        selection: &RowSelection,
        filter: &Filter,
    ) -> (Vec<u8>, Progress) {
        self.export_through(exporter, selection, filter, &Framing::None)
    }

    fn export_through(
        &mut self,
        exporter: &mut dyn Exporter,
        selection: &RowSelection,
        filter: &Filter,
        split: &Framing,
    ) -> (Vec<u8>, Progress) {
        let reader = self.reader();
        let split = ExportSplit::from(split.clone());
        let source = ExportSource { reader: &reader, selection, filter, split: &split };
        let mut out = Vec::new();
        let session = ExportContext::of_journal(&reader);
        let done = run(&source, exporter, &session, &mut out, &mut |_| ControlFlow::Continue(())).unwrap();
        (out, done)
    }

    /// The payload of one peer and direction, as the journal has it.
    pub(crate) fn payload(&mut self, peer: u32, direction: Direction) -> Vec<u8> {
        let reader = self.reader();
        let mut records = reader.records(0..u64::MAX);
        let mut payload = Vec::new();
        while let Some(record) = records.next().unwrap() {
            if let (Some(data), true) = (record.data(), record.peer == PeerId::new(peer))
                && data.head.direction == direction
            {
                payload.extend_from_slice(&data.bytes);
            }
        }
        payload
    }
}

/// Bytes that never repeat for long, the same every time.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

/// What a tool printed. Where the tool is not installed the caller's test has nothing to say, and says so, unless
/// `SOCKSCOPE_REQUIRE_TOOLS=1` asks for it.
pub(crate) fn tool(program: &str, arguments: &[&str], input: Option<&Path>) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(input) = input {
        command.stdin(std::fs::File::open(input).unwrap());
    }
    match command.output() {
        Ok(output) => {
            let words = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{program} {arguments:?}: {words}");
            Some(output.stdout)
        }
        Err(error) => {
            let required = std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_some_and(|value| value == "1");
            assert!(!required, "{program} is required and cannot be run: {error}");
            println!("not checked with {program}, which cannot be run here: {error}");
            None
        }
    }
}
