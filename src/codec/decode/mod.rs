//! Messages to what they mean: a table of decoders, and the tree of named values that each fills. Pure; it knows bytes
//! and what is known beside them, but neither sessions nor how a value looks on a screen.
//!
//! A decoder is one file here and one line in [`DECODERS`].

mod exchange;
mod fault;
mod field;
mod hint;
mod query;
mod reader;
mod tree;
mod value;

mod json;
mod modbus;

pub use exchange::{Conversation, Exchange, Key, Part, Seen};
pub use fault::{Fault, Why};
pub use field::{Field, FieldGroup, FieldKind};
pub use hint::{Asked, Carrier, Hint, Toward};
pub use query::{FieldQuery, declared_fields, nearest_name};
pub use reader::Reader;
pub use tree::{Entry, MAX_DEPTH, MAX_NODES, NodeId, Tree};
pub use value::Value;

use crate::util::locale::Locale;
use std::fmt;

/// The protocols that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecoderId {
    /// JSON texts.
    Json,
    /// Modbus over TCP.
    Modbus,
    /// Modbus over serial lines, as gateways pass it on.
    ModbusRtu,
}

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
pub static DECODERS: [&dyn Decoder; 3] = [&modbus::ModbusTcp, &modbus::ModbusRtu, &json::Json];

/// Which decoders may be chosen for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeChoice {
    /// All of them, where a message leaves little doubt.
    Auto,
    /// These: the one that goes best; a single one always.
    Among(Vec<DecoderId>),
}

impl DecoderId {
    /// The name that options and JSON use.
    pub fn name(self) -> &'static str {
        match self {
            DecoderId::Json => "json",
            DecoderId::Modbus => "modbus",
            DecoderId::ModbusRtu => "modbus-rtu",
        }
    }

    /// The decoder itself.
    pub fn decoder(self) -> &'static dyn Decoder {
        // A test holds the table to have each of them.
        DECODERS.into_iter().find(|decoder| decoder.id() == self).unwrap_or(&json::Json)
    }
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
    let mut line = String::new();
    if let Some(id) = tree.decoder() {
        id.decoder().summarize(tree, message, locale, &mut line);
    }
    if let Some(fault) = tree.fault() {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(&fault.text(locale));
    }
    line
}

#[cfg(test)]
mod tests;
