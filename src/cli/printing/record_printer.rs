//! One stream of printed records, in the format that was chosen.

use crate::cli::choice::Choice;
use crate::cli::outcome::Failed;
use crate::codec::decode::DecodeChoice;
use crate::codec::framing::Place;
use crate::codec::represent::View;
use crate::codec::rows::{Row, RowMaker, RowSink};
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::export::{ExportContext, ExportOptions, Exporter, Format, JournalPeers, RowFilter};
use crate::journal::JournalReader;
use crate::journal::query::{HitStart, PredicateScan};
use crate::model::framing::Framing;
use crate::model::ids::{PeerId, RecordId};
use std::io::{self, BufWriter, Write};
use std::ops::Range;

/// So much of a journal is gone over between two looks at what was found.
const STEP_BYTES: u64 = 8 << 20;

/// Bytes that are collected before they are written.
const WRITE_BYTES: usize = 64 * 1024;

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
    /// Which rows are printed, and what of them.
    pub(crate) choice: Choice,
    /// Begin each line with the row's number.
    pub(crate) with_id: bool,
    /// Say what messages mean, with these decoders.
    pub(crate) decode: Option<DecodeChoice>,
}

/// Prints records one by one, or the messages that they are made of.
pub(crate) struct RecordPrinter {
    exporter: Box<dyn Exporter + Send>,
    context: ExportContext,
    maker: RowMaker,
    /// What judges messages.
    filter: Option<RowFilter>,
    /// What gathers records, where streams are not cut.
    scan: Option<PredicateScan>,
    plan: PrintPlan,
    /// How many rows may still be printed.
    left_rows: u64,
    peers: JournalPeers,
    reader: JournalReader,
    out: BufWriter<Box<dyn Write + Send>>,
}

impl RecordPrinter {
    /// Begins to print records of a journal.
    pub(crate) fn begin(
        reader: &JournalReader,
        plan: &PrintPlan,
        out: Box<dyn Write + Send>,
    ) -> Result<RecordPrinter, Failed> {
        let context = ExportContext::of_journal(reader);
        let (format, view) = match plan.printed {
            Printed::Jsonl => (Format::Jsonl, View::default()),
            Printed::Lines(view) => (Format::Text, view),
            Printed::Pcapng => (Format::Pcapng, View::default()),
        };
        let fields = plan.choice.fields_exporter(plan.encoding, plan.decode.as_ref());
        let fields = fields.filter(|_| plan.printed != Printed::Pcapng);
        let mut exporter: Box<dyn Exporter + Send> = match fields {
            Some(fields) => Box::new(fields),
            None => format.exporter(&ExportOptions {
                encoding: plan.encoding,
                view,
                time: TimeFormat::local(),
                with_id: plan.with_id,
                decode: plan.decode.clone(),
                live: true,
                ..ExportOptions::default()
            }),
        };
        let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
        exporter.begin(&context, &mut out).map_err(Failed::output)?;
        let split = if format.shows_messages() { &plan.split } else { &Framing::None };
        let peers = JournalPeers::new(reader.clone());
        let cuts = *split != Framing::None;
        let mut filter = plan.choice.row_filter(plan.encoding, plan.decode.as_ref()).filter(|_| cuts);
        if let Some(filter) = &mut filter {
            filter.begin(&context);
        }
        Ok(RecordPrinter {
            exporter,
            context,
            maker: RowMaker::new(split),
            filter,
            scan: None,
            plan: PrintPlan { split: split.clone(), ..plan.clone() },
            left_rows: u64::MAX,
            peers,
            reader: reader.clone(),
            out,
        })
    }

    /// Prints the rows of a range that are there; says which record comes next. Each range begins where the one before
    /// it ended.
    pub(crate) fn print_range(&mut self, range: Range<u64>) -> Result<u64, Failed> {
        if self.filter.is_none() && self.plan.choice.filter.is_some() {
            return self.print_wanted_from(range.start);
        }
        let mut records = self.reader.records(range.clone());
        let failed = |error| Failed::Running(anyhow::Error::new(error));
        let wants_wire =
            self.exporter.wants_wire() || self.filter.as_ref().is_some_and(RowFilter::wants_wire);
        while !self.is_enough()
            && let Some(record) = records.next().map_err(failed)?
        {
            if record.is_wire() && !wants_wire {
                continue;
            }
            self.print_rows(|maker, is_message, sink| maker.push(record, is_message, sink), record.peer)?;
        }
        Ok(records.next_id().0.max(range.start))
    }

    /// Prints the records that the filter wants, from the first one that is asked for on.
    fn print_wanted_from(&mut self, first: u64) -> Result<u64, Failed> {
        let failed = |error| Failed::Running(anyhow::Error::new(error));
        let PrintPlan { choice, encoding, decode, .. } = &self.plan;
        let mut scan = match self.scan.take() {
            None => choice.scan(&self.reader, RecordId(first), *encoding, decode.as_ref())?,
            scan => scan,
        };
        let mut end = first;
        while let Some(scan) = &mut scan {
            end = end.max(self.reader.snapshot().records);
            let progress = scan.step(STEP_BYTES).map_err(failed)?;
            for row in progress.found {
                if self.is_enough() {
                    break;
                }
                self.left_rows -= 1;
                self.print_found(RecordId(row), None)?;
            }
            if progress.done || self.is_enough() {
                break;
            }
        }
        self.scan = scan;
        Ok(end)
    }

    /// Prints at most so many rows.
    pub(crate) fn stop_after(&mut self, rows: u64) {
        self.left_rows = rows;
    }

    /// Whether nothing more will be printed.
    pub(crate) fn is_enough(&self) -> bool {
        self.left_rows == 0
    }

    /// Prints a row in which something was found, and where the match begins if that is in an earlier record.
    pub(crate) fn print_found(&mut self, row: RecordId, begins: Option<HitStart>) -> Result<(), Failed> {
        let failed = |error| Failed::Running(anyhow::Error::new(error));
        let Some(record) = self.reader.record(row).map_err(failed)? else { return Ok(()) };
        let match_begins = begins.map(|begins| Place {
            record: begins.record,
            offset: usize::try_from(begins.offset).unwrap_or(usize::MAX),
        });
        self.print_row(&Row { match_begins, ..Row::of(&record) })
    }

    /// Prints one row.
    pub(crate) fn print_row(&mut self, row: &Row<'_>) -> Result<(), Failed> {
        self.exporter.row(row, &mut self.peers, &mut self.out).map_err(Failed::output)
    }

    /// When a message that waits ends by silence alone (monotonic nanoseconds).
    pub(crate) fn silence_due_mono_ns(&self) -> Option<u64> {
        self.maker.deadline_mono_ns()
    }

    /// Prints the messages that silence has ended.
    pub(crate) fn end_silent(&mut self, now_mono_ns: u64) -> Result<(), Failed> {
        self.print_rows(|maker, _, sink| maker.end_silent(now_mono_ns, sink), None)
    }

    /// Makes what was printed visible.
    pub(crate) fn flush(&mut self) -> Result<(), Failed> {
        self.out.flush().map_err(Failed::output)
    }

    /// Prints what waits for an end that will not come.
    pub(crate) fn finish(mut self) -> Result<(), Failed> {
        self.print_rows(|maker, _, sink| maker.finish(sink), None)?;
        self.exporter.finish(&mut self.out).map_err(Failed::output)?;
        self.flush()
    }

    /// Prints the rows that `make` makes.
    fn print_rows(
        &mut self,
        make: impl FnOnce(&mut RowMaker, bool, &mut RowSink<'_, io::Error>) -> io::Result<()>,
        peer: Option<PeerId>,
    ) -> Result<(), Failed> {
        let RecordPrinter { exporter, context, maker, filter, left_rows, peers, out, .. } = self;
        let is_message = context.is_message_oriented(peer, peers);
        let mut print = |row: &Row<'_>| {
            if filter.as_mut().is_none_or(|filter| filter.wants(row, peers)) && *left_rows > 0 {
                *left_rows -= 1;
                exporter.row(row, peers, out)?;
            }
            Ok(())
        };
        make(maker, is_message, &mut print).map_err(Failed::output)
    }
}
