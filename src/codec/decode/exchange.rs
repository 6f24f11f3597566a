//! Requests and their answers, put together: a small memory beside the decoders, one for each connection. It knows no
//! protocol; what to remember, a decoder says.

use crate::codec::decode::DecoderId;
use crate::codec::decode::hint::{Agreed, EarlierRequest};
use crate::model::ids::RecordId;
use crate::model::record::Direction;
use std::collections::VecDeque;

/// Requests that may be waiting for their answers. The oldest is forgotten for a newer one.
const WAITING_LIMIT: usize = 256;

/// What a message is in the conversation of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Its part.
    pub part: Part,
    /// What it settles for the messages after it.
    pub agrees: Option<Agreed>,
}

/// Whether a message asks or answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Neither.
    #[default]
    Alone,
    /// It asks, and its answer will have this key.
    Asks {
        /// What the answer will be known by.
        key: Key,
        /// What the decoder wants to know when the answer comes.
        note: u64,
    },
    /// It answers what was asked with this key.
    Answers(Key),
}

/// What an answer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A number that both carry.
    Number(u64),
    /// Their order: the first answer goes with the first request.
    Order,
}

/// Where and when a message was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The record that it begins in.
    pub record: RecordId,
    /// The number of its row, counted from 1.
    pub row: u64,
    /// When.
    pub mono_ns: u64,
    /// Which way it went.
    pub direction: Direction,
}

/// What is remembered of one connection.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    waiting: VecDeque<Waiting>,
    agreed: Option<Agreed>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    key: Key,
    note: u64,
    seen: Seen,
}

impl Exchange {
    /// A message that asks.
    pub fn asks(key: Key, note: u64) -> Exchange {
        Exchange { part: Part::Asks { key, note }, agrees: None }
    }

    /// A message that answers.
    pub fn answers(key: Key) -> Exchange {
        Exchange { part: Part::Answers(key), agrees: None }
    }

    /// The same, which also settles a protocol and its version.
    #[must_use]
    pub fn agreeing(self, decoder: DecoderId, version: u8) -> Exchange {
        Exchange { agrees: Some(Agreed { decoder, version }), ..self }
    }
}

impl Conversation {
    /// What both sides settled.
    pub fn agreed(&self) -> Option<Agreed> {
        self.agreed
    }

    /// Takes in a message; says what it answers.
    pub fn take_in(&mut self, exchange: Exchange, seen: Seen) -> Option<EarlierRequest> {
        self.agreed = exchange.agrees.or(self.agreed);
        match exchange.part {
            Part::Alone => None,
            Part::Asks { key, note } => {
                // A number that is used again belongs to the newer request.
                if key != Key::Order {
                    self.waiting.retain(|waiting| !waiting.is(key, seen.direction));
                }
                if self.waiting.len() == WAITING_LIMIT {
                    self.waiting.pop_front();
                }
                self.waiting.push_back(Waiting { key, note, seen });
                None
            }
            Part::Answers(key) => {
                let asked_by = match seen.direction {
                    Direction::Received => Direction::Sent,
                    Direction::Sent => Direction::Received,
                };
                let place = self.waiting.iter().position(|waiting| waiting.is(key, asked_by))?;
                let Waiting { note, seen: asked, .. } = self.waiting.remove(place)?;
                let after_ns = seen.mono_ns.saturating_sub(asked.mono_ns);
                Some(EarlierRequest { record: asked.record, row: asked.row, after_ns, note })
            }
        }
    }
}

impl Waiting {
    fn is(&self, key: Key, direction: Direction) -> bool {
        self.key == key && self.seen.direction == direction
    }
}

#[cfg(test)]
mod tests {
    use super::{Conversation, Exchange, Key, Seen, WAITING_LIMIT};
    use crate::model::ids::RecordId;
    use crate::model::record::Direction::{self, Received, Sent};

    fn seen(record: u64, direction: Direction) -> Seen {
        Seen { record: RecordId(record), row: record + 1, mono_ns: 1000 * record, direction }
    }

    #[test]
    fn answers_find_their_requests() {
        let mut conversation = Conversation::default();
        let mut take = |exchange, record, direction| conversation.take_in(exchange, seen(record, direction));
        let found = |asked: Option<super::EarlierRequest>| {
            asked.map(|asked| (asked.record.0, asked.after_ns, asked.note))
        };
        assert_eq!(take(Exchange::asks(Key::Number(7), 70), 1, Sent), None);
        assert_eq!(take(Exchange::asks(Key::Number(8), 80), 2, Sent), None);
        assert_eq!(found(take(Exchange::answers(Key::Number(8)), 4, Received)), Some((2, 2000, 80)));
        assert_eq!(found(take(Exchange::answers(Key::Number(8)), 5, Received)), None, "answered already");
        assert_eq!(found(take(Exchange::answers(Key::Number(7)), 6, Sent)), None, "its own direction");
        assert_eq!(found(take(Exchange::answers(Key::Number(7)), 7, Received)), Some((1, 6000, 70)));
        assert_eq!(take(Exchange::asks(Key::Number(9), 1), 8, Sent), None);
        assert_eq!(take(Exchange::asks(Key::Number(9), 2), 9, Sent), None);
        assert_eq!(
            found(take(Exchange::answers(Key::Number(9)), 10, Received)),
            Some((9, 1000, 2)),
            "the newer one"
        );
        assert_eq!(take(Exchange::asks(Key::Order, 1), 11, Received), None);
        assert_eq!(take(Exchange::asks(Key::Order, 2), 12, Received), None);
        assert_eq!(found(take(Exchange::answers(Key::Order), 13, Sent)), Some((11, 2000, 1)));
        assert_eq!(found(take(Exchange::answers(Key::Order), 14, Sent)), Some((12, 2000, 2)));
    }

    #[test]
    fn what_is_never_answered_takes_no_more_and_more_memory() {
        let mut conversation = Conversation::default();
        for number in 0..2 * WAITING_LIMIT as u64 {
            conversation.take_in(Exchange::asks(Key::Number(number), 0), seen(number, Sent));
        }
        assert_eq!(conversation.waiting.len(), WAITING_LIMIT);
    }
}
