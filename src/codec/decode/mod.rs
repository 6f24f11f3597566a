//! Messages to what they mean: a table of decoders, and the tree of named values that each fills. Pure; it knows bytes
//! and what is known beside them, but neither sessions nor how a value looks on a screen.
//!
//! A decoder is one file here and one line in [`DECODERS`]; `docs/decoders.md` shows how to write one.

mod exchange;
mod fault;
mod field;
mod hint;
mod query;
mod reader;
mod rows;
mod tree;
mod value;

mod dns;
mod http;
mod icmp;
mod ip;
mod json;
mod modbus;
mod mqtt;
mod nmea;
mod tls;
mod websocket;

pub use exchange::{Conversation, Exchange, Key, Part, Seen};
pub use fault::{Fault, Why};
pub use field::{Field, FieldGroup, FieldKind};
pub use hint::{Agreed, Carrier, EarlierRequest, Hint, Toward};
pub use query::{FieldQuery, declared_fields, nearest_name};
pub use reader::Reader;
pub use rows::RowDecoder;
pub use tree::{Entry, MAX_DEPTH, MAX_NODES, NodeId, Tree};
pub use value::Value;

use crate::codec::near_miss;
use crate::codec::time::took_text;
use crate::util::locale::Locale;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// The protocols that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecoderId {
    /// JSON texts.
    Json,
    /// HTTP/1.x.
    Http,
    /// Modbus over TCP.
    Modbus,
    /// Modbus over serial lines, as gateways pass it on.
    ModbusRtu,
    /// MQTT 3.1, 3.1.1 and 5.
    Mqtt,
    /// DNS over UDP and TCP.
    Dns,
    /// NMEA 0183.
    Nmea,
    /// Records and hellos of TLS.
    Tls,
    /// WebSocket frames.
    WebSocket,
    /// ICMP and `ICMPv6`.
    Icmp,
    /// IPv4 and IPv6 headers.
    Ip,
}

/// A summary is no longer, however much a message says.
const SUMMARY_CHARACTERS: usize = 400;

/// How well a decoder goes with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Not at all.
    No,
    /// Nothing speaks against it.
    Possible,
    /// Its port and its form speak for it, or its form alone does so strongly.
    Likely,
    /// Its form leaves no doubt.
    Certain,
}

/// One protocol.
pub trait Decoder: Sync + fmt::Debug {
    /// Which one.
    fn id(&self) -> DecoderId;

    /// All fields it can find, in the order in which they appear.
    fn fields(&self) -> &'static [FieldGroup];

    /// How well it goes with a message. Looks at the first bytes only, or takes one pass at most.
    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence;

    /// What the message is in the conversation of both sides. Looks at the first bytes only.
    fn exchange(&self, _message: &[u8], _hint: &Hint) -> Exchange {
        Exchange::default()
    }

    /// Walks over the message and fills the tree, in time that is linear in the message.
    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault>;

    /// Appends what a decoded message says, in one line.
    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String);
}

/// All decoders. Where two go equally well with a message, the earlier one is chosen.
pub static DECODERS: [&dyn Decoder; 11] = [
    &ip::Ip,
    &icmp::Icmp,
    &tls::Tls,
    &http::Http,
    &dns::Dns,
    &modbus::ModbusTcp,
    &modbus::ModbusRtu,
    &mqtt::Mqtt,
    &nmea::Nmea,
    &json::Json,
    &websocket::WebSocket,
];

/// Which decoders may be chosen for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeChoice {
    /// All of them, where a message leaves little doubt.
    Auto,
    /// These: the one that goes best; a single one always.
    Among(Vec<DecoderId>),
}

impl DecoderId {
    /// The name that people read, the same in every language.
    pub fn label(self) -> &'static str {
        match self {
            DecoderId::Json => "JSON",
            DecoderId::Modbus => "Modbus TCP",
            DecoderId::ModbusRtu => "Modbus RTU",
            DecoderId::Http => "HTTP",
            DecoderId::Mqtt => "MQTT",
            DecoderId::Dns => "DNS",
            DecoderId::Nmea => "NMEA 0183",
            DecoderId::Tls => "TLS",
            DecoderId::WebSocket => "WebSocket",
            DecoderId::Icmp => "ICMP",
            DecoderId::Ip => "IP",
        }
    }

    /// The name that options and JSON use.
    pub fn name(self) -> &'static str {
        match self {
            DecoderId::Json => "json",
            DecoderId::Modbus => "modbus",
            DecoderId::ModbusRtu => "modbus-rtu",
            DecoderId::Http => "http",
            DecoderId::Mqtt => "mqtt",
            DecoderId::Dns => "dns",
            DecoderId::Nmea => "nmea",
            DecoderId::Tls => "tls",
            DecoderId::WebSocket => "websocket",
            DecoderId::Icmp => "icmp",
            DecoderId::Ip => "ip",
        }
    }

    /// The decoder itself.
    pub fn decoder(self) -> &'static dyn Decoder {
        // A test holds the table to have each of them.
        DECODERS.into_iter().find(|decoder| decoder.id() == self).unwrap_or(&json::Json)
    }
}

/// No decoder has this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown protocol '{name}'{hint}; known are auto, {}", names().collect::<Vec<_>>().join(", "))]
pub struct UnknownDecoder {
    name: String,
    hint: String,
}

impl FromStr for DecodeChoice {
    type Err = UnknownDecoder;

    /// `auto`, or names with commas between.
    fn from_str(typed: &str) -> Result<DecodeChoice, UnknownDecoder> {
        if typed == "auto" {
            return Ok(DecodeChoice::Auto);
        }
        let known = |name: &str| DECODERS.into_iter().map(Decoder::id).find(|id| id.name() == name);
        let ids = typed.split(',').map(str::trim).map(|name| {
            known(name).ok_or_else(|| {
                let hint = near_miss::hint(name, names());
                UnknownDecoder { name: name.to_owned(), hint }
            })
        });
        ids.collect::<Result<_, _>>().map(DecodeChoice::Among)
    }
}

/// The names of all decoders, in the order of the table.
fn names() -> impl Iterator<Item = &'static str> {
    DECODERS.into_iter().map(|decoder| decoder.id().name())
}

impl DecodeChoice {
    /// The decoder for a message, if one goes with it.
    pub fn decoder_for(&self, message: &[u8], hint: &Hint) -> Option<&'static dyn Decoder> {
        let (known, least) = match self {
            DecodeChoice::Among(ids) if ids.len() == 1 => return ids.first().map(|id| id.decoder()),
            DecodeChoice::Among(ids) => (Some(ids), Confidence::Possible),
            DecodeChoice::Auto => (None, Confidence::Likely),
        };
        let mut best: Option<(Confidence, &'static dyn Decoder)> = None;
        for decoder in DECODERS {
            if known.is_some_and(|known| !known.contains(&decoder.id())) {
                continue;
            }
            let confidence = decoder.fits(message, hint);
            if confidence >= least && best.is_none_or(|(highest, _)| confidence > highest) {
                best = Some((confidence, decoder));
            }
        }
        best.map(|(_, decoder)| decoder)
    }

    /// The decoder for ciphertext, which is nothing but TLS: if that is chosen, and where its records begin.
    pub fn decoder_of_ciphertext(&self, bytes: &[u8], hint: &Hint) -> Option<&'static dyn Decoder> {
        let is_chosen = match self {
            DecodeChoice::Among(ids) => ids.contains(&DecoderId::Tls),
            DecodeChoice::Auto => true,
        };
        let decoder = DecoderId::Tls.decoder();
        (is_chosen && decoder.fits(bytes, hint) >= Confidence::Likely).then_some(decoder)
    }
}

/// Decodes a message into a tree, which forgets what it held. Where the message is wrong, the tree ends with a node
/// that says where and why.
pub fn decode(decoder: &dyn Decoder, message: &[u8], hint: &Hint, tree: &mut Tree) {
    tree.begin(decoder.id(), hint.asked);
    let mut reader = Reader::new(message, hint, tree);
    let result = decoder.decode(&mut reader).and_then(|()| match reader.left() {
        0 => Ok(()),
        _ => Err(reader.fault(Why::Surplus)),
    });
    if let Err(fault) = result {
        reader.stop(fault);
    }
}

/// What a decoded message says in one line, with what is wrong with it.
pub fn summary(tree: &Tree, message: &[u8], locale: &Locale) -> String {
    let mut whole = String::new();
    if let Some(id) = tree.decoder() {
        id.decoder().summarize(tree, message, locale, &mut whole);
    }
    let mut line = String::new();
    push_beginning(&mut line, &whole, SUMMARY_CHARACTERS);
    if let Some(fault) = tree.fault() {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(&fault.text(locale));
    }
    line
}

/// Appends which request a message answers, and after how long: `answers 1,270 after 3.0 ms`.
pub fn push_answer(asked: EarlierRequest, locale: &Locale, line: &mut String) {
    let after = took_text(Duration::from_nanos(asked.after_ns));
    locale.format_into(line, "decode.answers", &[("number", &asked.row), ("after", &after)]);
}

/// Appends the beginning of a text, on one line: so many characters, and what is no visible character as a blank.
fn push_beginning(line: &mut String, text: &str, characters: usize) {
    let mut rest = text.chars();
    line.extend(rest.by_ref().take(characters).map(|c| if c.is_control() { ' ' } else { c }));
    if rest.next().is_some() {
        line.push('…');
    }
}

/// The example of the document is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/decoders.md")]
struct HowToAddADecoder;

#[cfg(test)]
mod tests;
