//! What a row can be asked for while it is judged, and the variables that come of it. It says nothing of where the
//! answers come from.

use crate::codec::decode::Value;
use crate::codec::text::{Carry, TextEncoding};
use crate::model::address::Address;
use crate::model::ids::{Epoch, PeerId};
use crate::model::record::{Direction, Origin};

/// The answer to a question about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// This.
    Is(T),
    /// The row has no such thing.
    Absent,
    /// Nobody has looked yet: more of the row has to be read to know.
    Unread,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// Bytes came or went.
    Data,
    /// The session or a peer changed its state.
    Event,
    /// Something was lost.
    Loss,
    /// A remark.
    Note,
    /// The content cannot be told.
    Damaged,
    /// A later version knows the content.
    Newer,
}

/// The payload of a row.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What its stream left unfinished before it; nothing for a message.
    pub carry: Carry,
    /// What its characters are, where that is not for the person to choose.
    pub encoding: Option<TextEncoding>,
}

/// What is known about a row. A row of which only the head was read answers [`Fact::Unread`] for what lies in its
/// payload, and is judged again only if that mattered.
pub trait Facts {
    /// What it is.
    fn kind(&self) -> RowKind;

    /// Which way, where it is data.
    fn direction(&self) -> Fact<Direction>;

    /// Whom it concerns.
    fn peer(&self) -> Fact<PeerId>;

    /// How many bytes, where it is data.
    fn data_bytes(&self) -> Fact<u64>;

    /// When, in nanoseconds since 1970-01-01 UTC.
    fn wall_ns(&self) -> Fact<i64>;

    /// How long after the row before.
    fn delta_ns(&self) -> Fact<i64>;

    /// Bytes and what belongs to them.
    fn content(&self) -> Fact<Content<'_>>;

    /// The other end.
    fn remote(&self) -> Fact<Address> {
        Fact::Absent
    }

    /// Our end.
    fn local(&self) -> Fact<Address> {
        Fact::Absent
    }

    /// Which change of state, as JSON lines name it.
    fn event(&self) -> Fact<&str> {
        Fact::Absent
    }

    /// Why it ended, as JSON lines name it.
    fn reason(&self) -> Fact<&str> {
        Fact::Absent
    }

    /// Who caused the bytes.
    fn origin(&self) -> Fact<Origin> {
        Fact::Absent
    }

    /// Between which layers the bytes were seen.
    fn layer(&self) -> Fact<&str> {
        Fact::Absent
    }

    /// The text of a remark.
    fn note(&self) -> Fact<&str> {
        Fact::Absent
    }

    /// The text of a mark.
    fn mark(&self) -> Fact<&str> {
        Fact::Absent
    }

    /// Whether a message is whole.
    fn whole(&self) -> Fact<bool> {
        Fact::Is(true)
    }

    /// During which opening of the session.
    fn epoch(&self) -> Fact<Epoch> {
        Fact::Absent
    }

    /// Tells all values of a decoder's field until `visit` has seen enough and says `true`.
    fn decoded(&self, name: &str, visit: &mut dyn FnMut(Value<'_>) -> bool) -> Fact<()> {
        let (_, _) = (name, visit);
        Fact::Absent
    }
}

/// Named values: what groups of a regular expression caught, and what a sequence or a rule has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    entries: Vec<(String, String)>,
}

impl RowKind {
    /// As it is typed.
    pub fn word(self) -> &'static str {
        match self {
            RowKind::Data => "data",
            RowKind::Event => "event",
            RowKind::Loss => "loss",
            RowKind::Note => "note",
            RowKind::Damaged => "damaged",
            RowKind::Newer => "newer",
        }
    }
}

impl<T> Fact<T> {
    /// The same, told in another way.
    pub fn map<U>(self, tell: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Is(value) => Fact::Is(tell(value)),
            Fact::Absent => Fact::Absent,
            Fact::Unread => Fact::Unread,
        }
    }
}

impl<T> From<Option<T>> for Fact<T> {
    fn from(value: Option<T>) -> Fact<T> {
        value.map_or(Fact::Absent, Fact::Is)
    }
}

impl<'a> Content<'a> {
    /// A whole message, or anything else that begins with a character of its own.
    pub fn of_message(bytes: &'a [u8]) -> Content<'a> {
        Content { bytes, carry: Carry::default(), encoding: None }
    }

    /// The text of a remark.
    pub fn of_note(text: &'a [u8]) -> Content<'a> {
        Content { encoding: Some(TextEncoding::UTF_8), ..Content::of_message(text) }
    }
}

impl Variables {
    /// No variables.
    pub fn new() -> Variables {
        Variables::default()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entries.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Gives a name a value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.entries.iter_mut().find(|(known, _)| known == name) {
            Some(entry) => entry.1 = value.into(),
            None => self.entries.push((name.to_owned(), value.into())),
        }
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are, to go back to later.
    pub(super) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Adds a value that hides an earlier one of the same name until it is taken back.
    pub(super) fn push(&mut self, name: &str, value: String) {
        self.entries.push((name.to_owned(), value));
    }

    pub(super) fn go_back_to(&mut self, count: usize) {
        self.entries.truncate(count);
    }

    /// Keeps the latest value of each name.
    pub(super) fn settle(&mut self) {
        let mut settled = Variables::new();
        for (name, value) in std::mem::take(&mut self.entries) {
            settled.set(&name, value);
        }
        *self = settled;
    }
}
