//! `search`: the records of a journal that hold a text, bytes or what a regular expression describes.

use crate::cli::choice::{self, ChoiceArguments};
use crate::cli::live;
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::printing::{PrintPlan, RecordPrinter};
use crate::cli::words::PrintFormat;
use crate::codec::decode::DecodeChoice;
use crate::codec::rows::{Row, RowMaker};
use crate::codec::text::TextEncoding;
use crate::export::{ExportContext, JournalPeers, RowFilter};
use crate::journal::query::{Filter, Pattern, Search};
use crate::journal::{JournalError, JournalReader, MessagePeers};
use crate::model::framing::Framing;
use crate::model::ids::RecordId;
use crate::model::record::Body;
use roaring::RoaringTreemap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// So much of the file is searched between two looks at what was found.
const STEP_BYTES: u64 = 64 << 20;

/// Find text, bytes or a regular expression in a journal
///
/// Prints each record in which the pattern is found, or in which a match that began in an earlier record of the same
/// stream ends; it is then said where it begins. It is a success, too, when there is none.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the command line")]
pub(crate) struct Arguments {
    /// The journal
    file: PathBuf,
    /// A text, in --encoding
    #[arg(allow_hyphen_values = true)]
    pattern: String,
    /// The pattern is bytes, with ?? for any byte: 01 ?? 9C
    #[arg(long, conflicts_with = "regex")]
    hex: bool,
    /// The pattern is a regular expression over characters, in --encoding; across records it reaches up to 4 KiB to
    /// either side
    #[arg(long)]
    regex: bool,
    /// With --regex: the regular expression is over bytes, as in \x02.*\x03
    #[arg(long, requires = "regex")]
    bytes: bool,
    /// Print only how many records were found
    #[arg(long)]
    count: bool,
    /// How records are printed
    #[arg(long, value_enum, default_value = "text")]
    format: PrintFormat,
    /// What the characters of pattern and payload are; without it the session's own encoding, or utf-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// How streams are cut into messages: none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST],
    /// start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt;
    /// then messages are searched, each by itself
    #[arg(long, value_name = "HOW", default_value = "none")]
    split: Framing,
    /// Say what messages mean: auto, or json, http, modbus, modbus-rtu, mqtt, dns, nmea, tls, websocket, icmp, ip with
    /// commas between; see --help
    ///
    /// A summary takes the place of the payload in text, and jsonl has an object `decoded` with all values. One name
    /// decodes every message as that protocol. Of several, the one is taken that goes best with a message, and auto
    /// chooses among all where the form of a message leaves little doubt; what nothing goes with stays as it is.
    #[arg(long, value_name = "auto|NAME[,NAME]")]
    decode: Option<DecodeChoice>,
    #[command(flatten)]
    choice: ChoiceArguments,
}

/// Searches and prints while it finds.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let choice = typed.choice.choice()?;
    let reader = JournalReader::open(&typed.file).map_err(|error| Failed::Running(error.into()))?;
    let encoding = choice::encoding(typed.encoding, &reader);
    let pattern = pattern(typed, encoding)?;
    let plan = live::printed(typed.format).filter(|_| !typed.count).map(|printed| PrintPlan {
        printed,
        encoding,
        split: Framing::None,
        choice: choice.clone(),
        with_id: true,
        decode: typed.decode.clone(),
    });
    let mut printer =
        plan.map(|plan| RecordPrinter::begin(&reader, &plan, Box::new(io::stdout()))).transpose()?;
    let found = if typed.split == Framing::None {
        let wanted =
            choice.gather(&reader, encoding, typed.decode.as_ref(), &|| ControlFlow::Continue(()))?;
        search_records(&reader, pattern, wanted.as_ref(), printer.as_mut())?
    } else {
        let filter = choice.row_filter(encoding, typed.decode.as_ref());
        search_messages(&reader, &pattern, &typed.split, filter, printer.as_mut())?
    };
    if typed.count {
        writeln!(io::stdout().lock(), "{found}").map_err(Failed::output)?;
    }
    printer.map_or(Ok(()), RecordPrinter::finish)
}

/// Searches records as they lie in the file, and across their borders; says how many were found.
fn search_records(
    reader: &JournalReader,
    pattern: Pattern,
    wanted: Option<&RoaringTreemap>,
    mut printer: Option<&mut RecordPrinter>,
) -> Result<u64, Failed> {
    let mut search = Search::new(reader.clone(), pattern, Filter::default())
        .map_err(|error| Failed::Running(error.into()))?;
    let mut found: u64 = 0;
    let mut last: Option<RecordId> = None;
    loop {
        let progress = search.step(STEP_BYTES).map_err(|error| Failed::Running(error.into()))?;
        for hit in progress.hits {
            let is_wanted = wanted.is_none_or(|wanted| wanted.contains(hit.record.0));
            if !is_wanted || last.replace(hit.record) == Some(hit.record) {
                continue;
            }
            found += 1;
            if let Some(printer) = &mut printer {
                printer.print_found(hit.record, hit.begins)?;
            }
        }
        if let Some(printer) = &mut printer {
            printer.flush()?;
        }
        if progress.done {
            return Ok(found);
        }
    }
}

/// Searches the messages that streams are cut into, and what is no data; says how many were found.
fn search_messages(
    reader: &JournalReader,
    pattern: &Pattern,
    split: &Framing,
    mut filter: Option<RowFilter>,
    mut printer: Option<&mut RecordPrinter>,
) -> Result<u64, Failed> {
    let failed = |error: JournalError| Failed::Running(error.into());
    let mut peers = MessagePeers::new(reader.clone());
    let mut maker = RowMaker::new(split);
    let mut found: u64 = 0;
    let mut known = JournalPeers::new(reader.clone());
    if let Some(filter) = &mut filter {
        filter.begin(&ExportContext::of_journal(reader));
    }
    let mut judge = |row: &Row<'_>| -> Result<(), Failed> {
        let is_wanted = filter.as_mut().is_none_or(|filter| filter.wants(row, &mut known));
        let bytes = match &row.record.body {
            Body::Data(data) => data.bytes.as_slice(),
            Body::Note(text) => text.as_bytes(),
            _ => return Ok(()),
        };
        if !is_wanted || pattern.find_at(bytes, 0).is_none() {
            return Ok(());
        }
        found += 1;
        printer.as_deref_mut().map_or(Ok(()), |printer| printer.print_row(row))
    };
    let mut records = reader.records(0..u64::MAX);
    while let Some(record) = records.next().map_err(failed)? {
        let is_message = peers.is_message_oriented(record.peer).map_err(failed)?;
        maker.push(record, is_message, &mut judge)?;
    }
    maker.finish(&mut judge)?;
    Ok(found)
}

fn pattern(typed: &Arguments, encoding: TextEncoding) -> Result<Pattern, Failed> {
    if typed.regex {
        let pattern = if typed.bytes {
            Pattern::bytes_regex(&typed.pattern)
        } else {
            Pattern::text_regex(&typed.pattern, encoding)
        };
        return pattern.map_err(Failed::usage);
    }
    if typed.hex {
        return Pattern::hex(&typed.pattern).map_err(Failed::usage);
    }
    let bytes = encoding.encode(&typed.pattern).map_err(Failed::usage)?;
    let pattern = if encoding.has_clear_borders() || bytes.is_empty() {
        Pattern::literal(&bytes)
    } else {
        // Its bytes may stand in the middle of other characters, and that is no match.
        Pattern::text_regex(&regex::escape(&typed.pattern), encoding)
    };
    pattern.map_err(Failed::usage)
}
