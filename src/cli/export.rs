//! `export`: a journal, or a choice of it, in a format that other tools open.

use crate::cli::choice::{self, ChoiceArguments};
use crate::cli::outcome::{Failed, Outcome, say};
use crate::cli::signals::StopSignals;
use crate::cli::words::{self, ViewName, Way};
use crate::codec::decode::DecodeChoice;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::export::{
    self, ExportContext, ExportError, ExportOptions, ExportSource, ExportSplit, Exporter, FilteredExporter,
    FollowSource, Format, PayloadChoice, RowSelection,
};
use crate::journal::JournalReader;
use crate::journal::query::Filter;
use crate::model::framing::Framing;
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Write a journal in a format that other tools open
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal
    file: PathBuf,
    /// text, hexdump, csv, jsonl, raw, html or pcapng; without it the ending of OUT tells
    #[arg(long, value_name = "FORMAT")]
    to: Option<Format>,
    /// The file to write; it appears when it is whole ('-' or nothing: standard output)
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Only what went this way
    #[arg(long = "dir", value_enum)]
    way: Option<Way>,
    /// Only what concerns this peer
    #[arg(long, value_name = "N", value_parser = words::peer)]
    peer: Option<PeerId>,
    /// Begin with this record, counted from 0 as `id` in jsonl
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Look at so many records
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// What the payload's characters are; without it the session's own encoding, or utf-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// How payload is shown (text, html)
    #[arg(long, value_enum, default_value = "text")]
    view: ViewName,
    /// How streams are cut into messages: none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST],
    /// start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt (raw and pcapng stay
    /// as they are)
    #[arg(long, value_name = "HOW", default_value = "none")]
    split: Framing,
    /// Say what messages mean: auto, or json, http, modbus, modbus-rtu, mqtt, dns, nmea, tls, websocket, icmp, ip with
    /// commas between; text and jsonl; see --help
    ///
    /// A summary takes the place of the payload in text, and jsonl has an object `decoded` with all values. One name
    /// decodes every message as that protocol. Of several, the one is taken that goes best with a message, and auto
    /// chooses among all where the form of a message leaves little doubt; what nothing goes with stays as it is.
    #[arg(long, value_name = "auto|NAME[,NAME]")]
    decode: Option<DecodeChoice>,
    /// Begin with a byte order mark, for spreadsheets (csv)
    #[arg(long)]
    bom: bool,
    /// Go on with what another program writes, until stopped: export FILE --to pcapng --follow | wireshark -k -i -
    #[arg(long, conflicts_with_all = ["output", "way", "peer", "from", "count"])]
    follow: bool,
    #[command(flatten)]
    choice: ChoiceArguments,
}

/// Exports to a file or to standard output.
pub(crate) fn run(typed: &Arguments) -> Outcome {
    let target = typed.output.as_deref().filter(|path| *path != Path::new("-"));
    let choice = typed.choice.choice()?;
    let format = match (&choice.fields, typed.to) {
        (Some(_), Some(format)) if format != Format::Text => {
            return Err(Failed::usage("--fields prints lines of its own: leave --to away"));
        }
        (Some(_), _) => Format::Text,
        (None, to) => to.or_else(|| target.and_then(Format::from_path)).ok_or_else(|| {
            Failed::usage("say the format: --to text, hexdump, csv, jsonl, raw, html or pcapng")
        })?,
    };
    let reader = JournalReader::open(&typed.file).map_err(|error| Failed::Running(error.into()))?;
    let encoding = choice::encoding(typed.encoding, &reader);
    let signals = StopSignals::watch(Arc::default())?;
    let direction = typed.way.map(Direction::from);
    let options = ExportOptions {
        encoding,
        view: typed.view.into(),
        time: TimeFormat::local().dated(),
        choice: PayloadChoice { direction, peer: typed.peer },
        byte_order_mark: typed.bom,
        live: typed.follow,
        decode: typed.decode.clone(),
        ..ExportOptions::default()
    };
    let filter = Filter { direction, peers: typed.peer.map(|peer| [peer].into()), ..Filter::default() };
    let end = typed.count.map_or(u64::MAX, |count| typed.from.saturating_add(count));
    let mut selection = RowSelection::range(typed.from..end);
    // What a filter judges are messages, whatever becomes of them.
    let cuts = format.shows_messages() || choice.filter.is_some();
    let split = ExportSplit::from(if cuts { typed.split.clone() } else { Framing::None });
    let is_gathered = split.framing == Framing::None && !typed.follow;
    if is_gathered {
        let wanted = choice.gather(&reader, encoding, typed.decode.as_ref(), &|| signals.go_on())?;
        selection.among = wanted.map(Arc::new);
    }
    let source = ExportSource { reader: &reader, selection: &selection, filter: &filter, split: &split };
    let context = ExportContext::of_journal(&reader);
    let mut exporter: Box<dyn Exporter + Send> = match choice.fields_exporter(encoding, typed.decode.as_ref())
    {
        Some(fields) => Box::new(fields),
        None => format.exporter(&options),
    };
    if let Some(filter) = choice.row_filter(encoding, typed.decode.as_ref()).filter(|_| !is_gathered) {
        exporter = Box::new(FilteredExporter::new(filter, exporter));
    }
    if typed.follow {
        let mut wait = || signals.wait_to_follow();
        let out = &mut io::stdout().lock();
        let source = FollowSource { reader: &reader, from_row: 0, split: &split.framing, patience: None };
        return match export::follow(&source, exporter.as_mut(), &context, out, &mut wait) {
            Err(ExportError::Write { source, .. }) => Err(Failed::output(source)),
            other => other.map(drop).map_err(|error| Failed::Running(error.into())),
        };
    }
    let mut go_on = |_| signals.go_on();
    let outcome = match target {
        Some(path) => export::run_to_file(&source, exporter.as_mut(), &context, path, &mut go_on),
        None => export::run(&source, exporter.as_mut(), &context, &mut io::stdout().lock(), &mut go_on),
    };
    match outcome {
        Ok(done) if done.damaged_rows > 0 => {
            say(format_args!(
                "{} is damaged: {} rows could not be exported",
                typed.file.display(),
                done.damaged_rows
            ));
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(ExportError::Write { source, .. }) if target.is_none() => Err(Failed::output(source)),
        Err(error) => Err(Failed::Running(error.into())),
    }
}
