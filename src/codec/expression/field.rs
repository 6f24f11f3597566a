//! The fields that every row can be asked for, whatever its protocol. Decoders have their own.

use crate::model::record::{Direction, EndReason, Layer, Origin};

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Which way: rx or tx.
    Dir,
    /// The number of the peer.
    Peer,
    /// The peer's address.
    Remote,
    /// Our address.
    Local,
    /// How many bytes.
    Len,
    /// When, by the wall clock.
    Time,
    /// How long after the row before.
    Delta,
    /// What the row is: data, event, loss, note.
    Kind,
    /// Which change of state.
    Event,
    /// Why a connection ended.
    Reason,
    /// Who caused the bytes.
    Origin,
    /// Between which layers the bytes were seen.
    Layer,
    /// The characters.
    Text,
    /// The bytes, written in hex.
    Hex,
    /// The bytes.
    Bytes,
    /// The text of a remark.
    Note,
    /// The text of a mark.
    Mark,
    /// Whether the message is whole.
    Whole,
    /// During which opening of the session.
    Epoch,
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldType {
    /// One of a few words.
    Word,
    /// A count.
    Number,
    /// A moment.
    Time,
    /// A span of time.
    Span,
    /// An address, or a network of them.
    Address,
    /// Characters.
    Text,
    /// Bytes, written in hex.
    Hex,
    /// Bytes, written as a string.
    Bytes,
    /// Yes or no.
    Flag,
}

const NAMES: [(&str, Field); 19] = [
    ("dir", Field::Dir),
    ("peer", Field::Peer),
    ("remote", Field::Remote),
    ("local", Field::Local),
    ("len", Field::Len),
    ("time", Field::Time),
    ("delta", Field::Delta),
    ("kind", Field::Kind),
    ("event", Field::Event),
    ("reason", Field::Reason),
    ("origin", Field::Origin),
    ("layer", Field::Layer),
    ("text", Field::Text),
    ("hex", Field::Hex),
    ("bytes", Field::Bytes),
    ("note", Field::Note),
    ("mark", Field::Mark),
    ("whole", Field::Whole),
    ("epoch", Field::Epoch),
];

/// The kinds of rows, as they are typed. `lifecycle` is the word of JSON lines for an event.
pub(super) const KINDS: [&str; 7] = ["data", "event", "lifecycle", "loss", "note", "damaged", "newer"];

impl Field {
    /// All fields.
    pub fn all() -> impl Iterator<Item = Field> {
        NAMES.into_iter().map(|(_, field)| field)
    }

    /// The field with this name.
    pub fn from_name(name: &str) -> Option<Field> {
        NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.into_iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }

    /// The words that it can have, where they are few; empty where any word may be one.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Field::Dir => [Direction::Received, Direction::Sent].map(Direction::word).to_vec(),
            Field::Kind => KINDS.to_vec(),
            Field::Reason => (1..=u8::MAX).map_while(EndReason::from_code).map(EndReason::word).collect(),
            Field::Origin => (0..=u8::MAX).map_while(Origin::from_code).map(Origin::word).collect(),
            Field::Layer => [Layer::Payload, Layer::Wire].map(Layer::word).to_vec(),
            Field::Whole => vec!["true", "false"],
            _ => Vec::new(),
        }
    }

    pub(super) fn field_type(self) -> FieldType {
        match self {
            Field::Dir | Field::Kind | Field::Event | Field::Reason | Field::Origin | Field::Layer => {
                FieldType::Word
            }
            Field::Peer | Field::Len | Field::Epoch => FieldType::Number,
            Field::Time => FieldType::Time,
            Field::Delta => FieldType::Span,
            Field::Remote | Field::Local => FieldType::Address,
            Field::Text | Field::Note | Field::Mark => FieldType::Text,
            Field::Hex => FieldType::Hex,
            Field::Bytes => FieldType::Bytes,
            Field::Whole => FieldType::Flag,
        }
    }
}
