//! One stream of printed records, in the format that was chosen.

use crate::cli::outcome::Failed;
use crate::cli::printing::messages::Messages;
use crate::codec::represent::View;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::export::jsonl::{JsonlExporter, JsonlOptions};
use crate::export::{ExportContext, ExportOptions, Exporter, Format, JournalPeers};
use crate::journal::JournalReader;
use crate::journal::query::HitStart;
use crate::model::config::SessionKind;
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crate::model::record::Record;
use std::io::{BufWriter, Write};
use std::ops::Range;

/// Bytes that are collected before they are written.
const WRITE_BYTES: usize = 64 * 1024;

/// How an object ends.
const OBJECT_END: &str = "}\n";

/// What records become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Lines for people.
    Lines(View),
    /// Objects for programs.
    Jsonl,
    /// A capture for Wireshark.
    Pcapng,
}

/// How records are printed.
#[derive(Clone, Debug)]
pub(crate) struct PrintPlan {
    /// What they become.
    pub(crate) printed: Printed,
    /// What the payload's characters are.
    pub(crate) encoding: TextEncoding,
    /// How streams are cut into messages.
    pub(crate) split: Framing,
    /// Begin each line with the record's number.
    pub(crate) with_id: bool,
}

/// Prints records one by one.
pub(crate) struct RecordPrinter {
    kind: Kind,
    peers: JournalPeers,
    reader: JournalReader,
    out: BufWriter<Box<dyn Write + Send>>,
}

enum Kind {
    Objects(JsonlExporter),
    Lines(Box<dyn Exporter + Send>, Option<Messages>),
}

impl RecordPrinter {
    /// Begins to print records of a journal.
    pub(crate) fn begin(
        reader: &JournalReader,
        plan: &PrintPlan,
        out: Box<dyn Write + Send>,
    ) -> Result<RecordPrinter, Failed> {
        let context = ExportContext::of_journal(reader);
        let mut kind = match plan.printed {
            Printed::Jsonl => Kind::Objects(JsonlExporter::new(&JsonlOptions {
                encoding: plan.encoding,
                split: plan.split.clone(),
            })),
            Printed::Lines(view) => {
                let options = ExportOptions {
                    encoding: plan.encoding,
                    view,
                    time: TimeFormat::local(),
                    with_id: plan.with_id,
                    ..ExportOptions::default()
                };
                let cuts = plan.split != Framing::None && context.kind != Some(SessionKind::Udp);
                Kind::Lines(Format::Text.exporter(&options), cuts.then(|| Messages::new(plan.split.clone())))
            }
            Printed::Pcapng => {
                let options = ExportOptions { live: true, ..ExportOptions::default() };
                Kind::Lines(Format::Pcapng.exporter(&options), None)
            }
        };
        let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
        match &mut kind {
            Kind::Objects(exporter) => exporter.begin(&context, &mut out),
            Kind::Lines(exporter, _) => exporter.begin(&context, &mut out),
        }
        .map_err(Failed::output)?;
        let peers = JournalPeers::new(reader.clone());
        Ok(RecordPrinter { kind, peers, reader: reader.clone(), out })
    }

    /// Prints one record.
    pub(crate) fn print(&mut self, record: &Record) -> Result<(), Failed> {
        let RecordPrinter { kind, peers, out, .. } = self;
        match kind {
            Kind::Objects(exporter) => exporter.record(record, peers, out),
            Kind::Lines(exporter, None) => exporter.record(record, peers, out),
            Kind::Lines(exporter, Some(messages)) => {
                messages.push(record, &mut |message| exporter.record(message, peers, out))
            }
        }
        .map_err(Failed::output)
    }

    /// Prints the rows of a range that are there; says which row comes next.
    pub(crate) fn print_range(&mut self, range: Range<u64>) -> Result<u64, Failed> {
        let mut records = self.reader.records(range.clone());
        let failed = |error| Failed::Running(anyhow::Error::new(error));
        while let Some(record) = records.next().map_err(failed)? {
            self.print(record)?;
        }
        Ok(records.next_id().0.max(range.start))
    }

    /// Prints a row in which something was found, and where the match begins if that is in an earlier row.
    pub(crate) fn print_found(&mut self, row: RecordId, begins: Option<HitStart>) -> Result<(), Failed> {
        let failed = |error| Failed::Running(anyhow::Error::new(error));
        let Some(record) = self.reader.record(row).map_err(failed)? else { return Ok(()) };
        let Some(begins) = begins else { return self.print(&record) };
        let mut printed = Vec::new();
        let RecordPrinter { kind, peers, out, .. } = self;
        let (end, addition) = match kind {
            Kind::Objects(exporter) => {
                exporter.record(&record, peers, &mut printed).map_err(Failed::output)?;
                let end = printed.len().saturating_sub(OBJECT_END.len());
                (end, format!(r#","begins":{{"id":{},"offset":{}}}"#, begins.record.0, begins.offset))
            }
            Kind::Lines(exporter, _) => {
                exporter.record(&record, peers, &mut printed).map_err(Failed::output)?;
                let end = printed.iter().position(|byte| *byte == b'\n').unwrap_or(printed.len());
                (end, format!("  (begins in {} at byte {})", begins.record.0, begins.offset))
            }
        };
        printed.splice(end..end, addition.into_bytes());
        out.write_all(&printed).map_err(Failed::output)
    }

    /// When a message that waits ends by silence alone (monotonic nanoseconds).
    pub(crate) fn silence_due_mono_ns(&self) -> Option<u64> {
        match &self.kind {
            Kind::Objects(exporter) => exporter.deadline_mono_ns(),
            Kind::Lines(_, messages) => messages.as_ref().and_then(Messages::deadline_mono_ns),
        }
    }

    /// Prints the messages that silence has ended.
    pub(crate) fn end_silent(&mut self, now_mono_ns: u64) -> Result<(), Failed> {
        let RecordPrinter { kind, peers, out, .. } = self;
        match kind {
            Kind::Objects(exporter) => exporter.end_silent(now_mono_ns, out),
            Kind::Lines(_, None) => Ok(()),
            Kind::Lines(exporter, Some(messages)) => {
                messages.end_silent(now_mono_ns, &mut |message| exporter.record(message, peers, out))
            }
        }
        .map_err(Failed::output)
    }

    /// Makes what was printed visible.
    pub(crate) fn flush(&mut self) -> Result<(), Failed> {
        self.out.flush().map_err(Failed::output)
    }

    /// Prints what waits for an end that will not come.
    pub(crate) fn finish(mut self) -> Result<(), Failed> {
        let RecordPrinter { kind, peers, out, .. } = &mut self;
        match kind {
            Kind::Objects(exporter) => exporter.finish(out),
            Kind::Lines(exporter, messages) => messages
                .as_mut()
                .map_or(Ok(()), |messages| {
                    messages.finish(&mut |message| exporter.record(message, peers, out))
                })
                .and_then(|()| exporter.finish(out)),
        }
        .map_err(Failed::output)?;
        self.flush()
    }
}
