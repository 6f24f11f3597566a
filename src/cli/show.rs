//! `show`: the records of a journal, also of one that another program is still writing.

use crate::cli::choice::{self, ChoiceArguments};
use crate::cli::live;
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::printing::{PrintPlan, RecordPrinter};
use crate::cli::signals::StopSignals;
use crate::cli::words::PrintFormat;
use crate::codec::decode::DecodeChoice;
use crate::codec::text::TextEncoding;
use crate::journal::JournalReader;
use crate::model::framing::Framing;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Print the records of a journal
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal
    file: PathBuf,
    /// Go on with what another program writes, until stopped
    #[arg(long)]
    follow: bool,
    /// Begin with this record, counted from 0 as `id` in jsonl; text numbers rows from 1
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Print at most so many records, or the messages that end in them
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// How records are printed
    #[arg(long, value_enum, default_value = "text")]
    format: PrintFormat,
    /// What the payload's characters are; without it the session's own encoding, or utf-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// How streams are cut into messages: none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST],
    /// start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt
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

/// Prints, and follows if asked to.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let choice = typed.choice.choice()?;
    let reader = JournalReader::open(&typed.file).map_err(|error| Failed::Running(error.into()))?;
    let Some(kind) = live::printed(typed.format) else { return Ok(()) };
    // Behind a filter as many are printed as were asked for, however far away they are.
    let most = typed.count.unwrap_or(u64::MAX);
    let is_filtered = choice.filter.is_some();
    let end = if is_filtered { u64::MAX } else { typed.from.saturating_add(most) };
    let plan = PrintPlan {
        printed: kind,
        encoding: choice::encoding(typed.encoding, &reader),
        split: typed.split.clone(),
        choice,
        with_id: true,
        decode: typed.decode.clone(),
    };
    let mut printer = RecordPrinter::begin(&reader, &plan, Box::new(io::stdout()))?;
    if is_filtered {
        printer.stop_after(most);
    }
    let mut next = printer.print_range(typed.from..end)?;
    if typed.follow {
        let signals = StopSignals::watch(Arc::default())?;
        while next < end && !printer.is_enough() {
            printer.flush()?;
            if signals.wait_to_follow().is_break() {
                break;
            }
            reader.refresh().map_err(|error| Failed::Running(error.into()))?;
            next = printer.print_range(next..end)?;
        }
    }
    printer.finish()
}
