//! The options of the live commands as they are typed, and the plan that they mean.

use crate::automation::rules::{DEFAULT_REPLIES_PER_SECOND, Reply, Responder, RuleFile, RuleSet};
use crate::cli::choice::ChoiceArguments;
use crate::cli::live::payloads::{Dressing, SENT, SendArguments};
use crate::cli::live::runner::RunPlan;
use crate::cli::live::sending::{SendPlan, SendTo, ToPeers};
use crate::cli::live::stops::StopRules;
use crate::cli::outcome::Failed;
use crate::cli::printing::{PrintPlan, Printed};
use crate::cli::text_file;
use crate::cli::words::{self, PrintFormat};
use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::{INTERNET, Placing};
use crate::codec::composition::LineEnding;
use crate::codec::decode::DecodeChoice;
use crate::codec::escape;
use crate::codec::expression::Vocabulary;
use crate::codec::near_miss;
use crate::codec::represent::View;
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::model::config::{RawKind, SessionConfig};
use crate::model::framing::Framing;
use crate::model::socket_option::SocketOption;
use std::path::{Path, PathBuf};
use std::time::Duration;

// The headings under which help lists the options.
const SHOWN: &str = "What is kept and shown";
const STOPS: &str = "When to stop";
const SOCKET: &str = "The socket";

/// What streams are made with. A word of its own, so that others can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Protocol {
    /// The Transmission Control Protocol
    Tcp,
    /// WebSocket, over TCP or with --tls or wss:// over TLS
    Ws,
    /// A Unix socket: the path of a file, or @NAME for an abstract name
    Unix,
}

/// The options of `listen`, `connect` and `udp`.
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the command line")]
pub(crate) struct LiveArguments {
    /// Write the session there; without it, into the sessions folder, where sessions that are too old or too many make
    /// room, and the path is said
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    journal: Option<PathBuf>,
    /// What the payload's characters are: utf-8, gbk, gb18030, big5, euc-kr, …
    #[arg(long, value_name = "NAME", default_value = "utf-8", help_heading = SHOWN)]
    encoding: TextEncoding,
    /// How records are printed on standard output [default: text, or none with --pcapng -]
    #[arg(long, value_enum, help_heading = SHOWN)]
    format: Option<PrintFormat>,
    /// Write a capture while the session goes on, for wireshark -k -i - ('-' is standard output)
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pcapng: Option<PathBuf>,
    /// How streams are cut into messages: none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST],
    /// start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt
    #[arg(long, value_name = "HOW", default_value = "none", help_heading = SHOWN)]
    split: Framing,
    /// Say what messages mean: auto, or json, http, modbus, modbus-rtu, mqtt, dns, nmea, tls, websocket, icmp, ip with
    /// commas between; see --help
    ///
    /// A summary takes the place of the payload in text, and jsonl has an object `decoded` with all values. One name
    /// decodes every message as that protocol. Of several, the one is taken that goes best with a message, and auto
    /// chooses among all where the form of a message leaves little doubt; what nothing goes with stays as it is.
    #[arg(long, value_name = "auto|NAME[,NAME]", help_heading = SHOWN)]
    decode: Option<DecodeChoice>,
    #[command(flatten, next_help_heading = SHOWN)]
    choice: ChoiceArguments,
    #[command(flatten)]
    sends: SendArguments,
    /// Append to what is sent: none, lf, crlf, cr or nul
    #[arg(long, value_name = "ENDING", default_value = "none", help_heading = SENT)]
    append: LineEnding,
    /// Append a checksum before the line ending: crc-16/modbus, crc-32, sum-8, xor-8, lrc, …
    #[arg(long, value_name = "NAME", help_heading = SENT)]
    checksum: Option<Checksum>,
    /// Repeat the sends, the first at once
    #[arg(long, value_name = "MS", value_parser = words::milliseconds, help_heading = SENT)]
    every: Option<Duration>,
    /// How many times
    #[arg(long, value_name = "N", requires = "every", value_parser = clap::value_parser!(u64).range(1..), help_heading = SENT)]
    times: Option<u64>,
    /// Send back what is received
    #[arg(long, help_heading = SENT)]
    echo: bool,
    /// Answer what contains PATTERN with PAYLOAD; both may have escapes such as \r, \x01, and \x3D for '='
    /// (repeatable)
    #[arg(long, value_name = "PATTERN=PAYLOAD", allow_hyphen_values = true, help_heading = SENT)]
    reply: Vec<String>,
    /// Answer by the rules of a file, or by one that stands ready: @echo, @discard, @chargen, @time or @http
    /// (repeatable)
    #[arg(long, value_name = "FILE", help_heading = SENT)]
    rules: Vec<PathBuf>,
    /// At most so many replies in one second; those beyond it are counted in the journal
    #[arg(long, value_name = "N", default_value_t = DEFAULT_REPLIES_PER_SECOND, value_parser = clap::value_parser!(u32).range(1..), help_heading = SENT)]
    replies_per_second: u32,
    /// Send each line of standard input, without its line ending (see --append)
    #[arg(long, help_heading = SENT)]
    stdin: bool,
    /// To whom lines of standard input go, where there are several peers
    #[arg(long, value_enum, value_name = "WHO", default_value = "last", help_heading = SENT)]
    to_peers: ToPeers,
    /// Stop after so many seconds
    #[arg(long = "for", value_name = "SECS", value_parser = words::seconds, help_heading = STOPS)]
    for_time: Option<Duration>,
    /// Stop when so many data records, received and sent together, are in the journal
    #[arg(long, value_name = "N", help_heading = STOPS)]
    until_records: Option<u64>,
    /// Stop when nothing came or went for so many seconds
    #[arg(long, value_name = "SECS", value_parser = words::seconds, help_heading = STOPS)]
    until_idle: Option<Duration>,
    /// Stop when the peers that were there are gone (connect does so by itself)
    #[arg(long, help_heading = STOPS)]
    until_closed: bool,
    /// Stop when everything is sent: all repeats, and standard input to its end
    #[arg(long, help_heading = STOPS)]
    until_sent: bool,
    /// A socket option: reuse-address, no-delay, keep-alive, linger, receive-buffer, ttl, … (repeatable)
    #[arg(long = "option", value_name = "NAME=VALUE", help_heading = SOCKET)]
    pub(crate) options: Vec<SocketOption>,
}

/// What a live command shall do.
#[derive(Debug)]
pub(crate) struct LivePlan {
    pub(super) session_name: String,
    pub(super) config: SessionConfig,
    pub(super) encoding: TextEncoding,
    pub(super) journal: Option<PathBuf>,
    pub(super) rules: RuleSet,
    pub(super) framing: Framing,
    pub(super) sequence: Option<RunPlan>,
    pub(super) sends: SendPlan,
    pub(super) stops: StopRules,
    pub(super) outputs: Vec<(Output, PrintPlan)>,
}

impl LivePlan {
    /// The same with a sequence that runs as soon as somebody is there.
    pub(crate) fn with_sequence(self, sequence: RunPlan) -> LivePlan {
        LivePlan { sequence: Some(sequence), ..self }
    }
}

/// Where records are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Standard,
    File(PathBuf),
}

impl LiveArguments {
    /// The same, with streams cut into WebSocket's messages where nothing else is asked for.
    pub(crate) fn in_frames(self) -> LiveArguments {
        match self.split {
            Framing::None => LiveArguments { split: Framing::WebSocket, ..self },
            _ => self,
        }
    }

    /// The same, with the Internet checksum in its place inside of packets.
    pub(crate) fn filling_checksum(mut self, kind: RawKind) -> Result<LiveArguments, Failed> {
        let placing = Placing::of(Some(kind));
        if self.checksum.is_some_and(|checksum| checksum.name() == INTERNET) && !placing.is_known() {
            return Err(Failed::usage(format!(
                "--checksum inet: where it stands in a packet of protocol {} is not known",
                kind.protocol
            )));
        }
        self.checksum = placing.placed(self.checksum);
        Ok(self)
    }

    /// What was meant, or what is wrong with it.
    pub(crate) fn plan(
        &self,
        session_name: String,
        config: SessionConfig,
        to: SendTo,
    ) -> Result<LivePlan, Failed> {
        let dressing = Dressing { encoding: self.encoding, checksum: self.checksum, ending: self.append };
        if let Some(option) = self.sends.needs_frames().filter(|_| !config.speaks_websocket()) {
            return Err(Failed::usage(format!("--{option} goes with ws; there are no frames here")));
        }
        if self.every.is_some() && self.sends.is_empty() {
            return Err(Failed::usage(
                "--every needs something to repeat: add --send, --send-hex or the like",
            ));
        }
        if self.until_sent && self.sends.is_empty() && !self.stdin {
            return Err(Failed::usage(
                "--until-sent needs something to send: add --send, --stdin or the like",
            ));
        }
        if self.until_closed && !config.kind().shape().has_connections() {
            return Err(Failed::usage("--until-closed does not go with datagrams: they have no end"));
        }
        Ok(LivePlan {
            session_name,
            outputs: self.outputs()?,
            config,
            encoding: self.encoding,
            journal: self.journal.clone(),
            rules: self.rule_set()?,
            framing: self.split.clone(),
            sequence: None,
            sends: SendPlan {
                to,
                lines_to: self.to_peers,
                steps: self.sends.steps(&dressing, self.every.is_some())?,
                repeat: self.every.map(|every| (every, self.times)),
                stdin: self.stdin.then_some(dressing),
            },
            stops: StopRules {
                for_time: self.for_time,
                records: self.until_records,
                idle: self.until_idle,
                closed: self.until_closed,
                sent: self.until_sent,
            },
        })
    }

    /// Echo and replies of the command line, then the rules of files.
    fn rule_set(&self) -> Result<RuleSet, Failed> {
        let replies =
            self.reply.iter().map(|typed| self.parse_reply(typed)).collect::<Result<Vec<_>, Failed>>()?;
        let responder = Responder {
            echo: self.echo,
            replies,
            framing: self.split.clone(),
            replies_per_second: self.replies_per_second,
        };
        let times = TimeFormat::local();
        let mut rules = responder.rules();
        for path in &self.rules {
            let file = self.rule_file(path)?;
            rules = rules.followed_by(RuleSet::new(file.rules, file.variables, self.encoding, &times));
        }
        Ok(rules)
    }

    fn rule_file(&self, path: &Path) -> Result<RuleFile, Failed> {
        if let Some(name) = path.to_str().and_then(|path| path.strip_prefix('@')) {
            let known = RuleFile::READY.into_iter();
            return RuleFile::ready(name).ok_or_else(|| {
                let hint = near_miss::hint(name, known);
                Failed::usage(format!("--rules: no rules called '{name}' stand ready{hint}"))
            });
        }
        let text = text_file::read(path, &format!("--rules {}", path.display()))?;
        RuleFile::parse(&text, self.encoding, &Vocabulary::default())
            .map_err(|error| Failed::usage(format!("--rules {}: {error}", path.display())))
    }

    fn parse_reply(&self, typed: &str) -> Result<Reply, Failed> {
        let (pattern, payload) = typed
            .split_once('=')
            .ok_or_else(|| Failed::usage(format!("--reply: '{typed}' has no '='; write PATTERN=PAYLOAD")))?;
        let parse = |text: &str| {
            escape::parse(text, self.encoding).map_err(|error| Failed::usage(format!("--reply: {error}")))
        };
        Ok(Reply { pattern: parse(pattern)?, payload: parse(payload)? })
    }

    fn outputs(&self) -> Result<Vec<(Output, PrintPlan)>, Failed> {
        let choice = self.choice.choice()?;
        let plan = |printed| PrintPlan {
            printed,
            encoding: self.encoding,
            split: self.split.clone(),
            choice: choice.clone(),
            with_id: false,
            decode: self.decode.clone(),
        };
        let mut outputs = Vec::new();
        let capture_to_stdout = self.pcapng.as_deref() == Some(Path::new("-"));
        match self.format {
            Some(_) if choice.fields.is_some() => {
                return Err(Failed::usage("--fields prints lines of its own: leave --format away"));
            }
            Some(format) if capture_to_stdout && format != PrintFormat::None => {
                return Err(Failed::usage("--format and --pcapng - cannot both write to standard output"));
            }
            None if capture_to_stdout => {}
            format => outputs.extend(
                printed(format.unwrap_or(PrintFormat::Text)).map(|printed| (Output::Standard, plan(printed))),
            ),
        }
        if let Some(path) = &self.pcapng {
            let output = if capture_to_stdout { Output::Standard } else { Output::File(path.clone()) };
            outputs.push((output, plan(Printed::Pcapng)));
        }
        Ok(outputs)
    }
}

/// What a format's name stands for.
pub(crate) fn printed(format: PrintFormat) -> Option<Printed> {
    match format {
        PrintFormat::Text => Some(Printed::Lines(View::Text)),
        PrintFormat::Hex => Some(Printed::Lines(View::Hex)),
        PrintFormat::Dump => Some(Printed::Lines(View::Dump)),
        PrintFormat::Jsonl => Some(Printed::Jsonl),
        PrintFormat::None => None,
    }
}
