//! Cuts one stream of bytes into messages. It is told which record the bytes came in and when; it never asks a
//! clock, and where the bytes are cut into records makes no difference to the messages.

mod protocols;

use crate::codec::framing::protocols::{HEAD_END, Header, HeaderReading, Separator};
use crate::model::framing::{Framing, LengthField};
use crate::model::ids::RecordId;
use memchr::memchr;
use memchr::memmem::Finder;
use std::ops::Range;

/// The most bytes that one message may have, and so the most that are ever kept waiting for its end.
pub const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// A header that claims more than this is believed to be none: so much of a stream is never passed by.
const LONGEST_CLAIM: u64 = 1 << 40;

/// A stream keeps this much memory for its next message, and no more when a longer one has gone.
const KEPT_BYTES: usize = 64 << 10;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a, R = RecordId> {
    /// The whole of it, with its header or delimiter.
    pub bytes: &'a [u8],
    /// Where its first byte is.
    pub from: Place<R>,
    /// Where its last byte is. `offset` is the place after it.
    pub to: Place<R>,
    /// How it ended.
    pub end: MessageEnd,
}

/// A place in the records of the stream. `R` is what a record is told by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<R = RecordId> {
    /// The record.
    pub record: R,
    /// In its bytes.
    pub offset: usize,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageEnd {
    /// As the framing says.
    Whole,
    /// The stream ended before it did.
    Incomplete,
    /// It is a part of something longer than a message may be; the rest follows as further messages.
    Overlong,
    /// These bytes cannot be the start of a message: their length field makes no sense. They are what was passed
    /// over until one made sense again.
    OutOfStep,
}

/// The state of one stream: one peer, one direction. `R` is what its records are told by.
#[derive(Clone, Debug)]
pub struct Framer<R = RecordId> {
    cutter: Cutter,
    longest: usize,
    /// Bytes of the message that has not ended, when it began in an earlier record.
    waiting: Vec<u8>,
    /// Where the records start that `waiting` is made of: their places in it and their own first offset.
    sources: Vec<Source<R>>,
    /// How many bytes of what waits are known to hold no end.
    searched: usize,
    /// How many bytes at the start of what waits were passed over.
    skipped: usize,
    /// So many bytes, what waits included, are of a message that is longer than one may be: its header has told so, and no
    /// other is looked for in them.
    passing: u64,
    /// Behind the last byte that was taken in.
    behind: Option<Place<R>>,
    last_mono_ns: u64,
}

#[derive(Clone, Copy, Debug)]
struct Source<R> {
    record: R,
    /// Where its bytes start in `waiting`.
    start: usize,
    /// Which byte of the record stands there.
    offset: usize,
}

#[derive(Clone, Debug)]
enum Cutter {
    Records,
    Lines,
    Delimiter(Box<Finder<'static>>),
    Fixed(usize),
    Length(LengthField),
    IdleGap {
        nanos: u64,
    },
    StartEnd {
        start: Box<[u8]>,
        start_finder: Box<Finder<'static>>,
        end: Box<Finder<'static>>,
    },
    /// Everything up to a byte, those of it that come first included.
    Between(Separator),
    Header(Header),
}

/// What is found out about the bytes that start at a message's start.
enum Found {
    /// A message of this length.
    Message(usize, MessageEnd),
    /// None yet.
    NotYet,
    /// One of this length, which is more than a message may have.
    TooLong(u64),
    /// None can start here, nor in so many bytes from here (at least one).
    Nonsense(usize),
}

impl<R: Copy> Framer<R> {
    /// A stream from its start. A delimiter, start or end without bytes or a fixed size of 0 cuts at every record.
    pub fn new(framing: &Framing) -> Framer<R> {
        Framer::with_longest_message(framing, LONGEST_MESSAGE)
    }

    /// A stream whose messages may have at most `longest` bytes.
    pub fn with_longest_message(framing: &Framing, longest: usize) -> Framer<R> {
        let cutter = match framing {
            Framing::Lines => Cutter::Lines,
            Framing::Delimiter(bytes) if !bytes.is_empty() => {
                Cutter::Delimiter(Box::new(Finder::new(bytes).into_owned()))
            }
            Framing::Fixed(size) if *size > 0 => Cutter::Fixed(*size),
            // A field of another size than integers have would never get the stream on.
            Framing::Length(field) => Cutter::Length(LengthField { size: field.size.clamp(1, 8), ..*field }),
            Framing::IdleGap { millis } => Cutter::IdleGap { nanos: millis.saturating_mul(1_000_000) },
            Framing::StartEnd { start, end } if !start.is_empty() && !end.is_empty() => Cutter::StartEnd {
                start: start.clone().into(),
                start_finder: Box::new(Finder::new(start).into_owned()),
                end: Box::new(Finder::new(end).into_owned()),
            },
            Framing::Slip => Cutter::Between(Separator::Slip),
            Framing::Cobs => Cutter::Between(Separator::Cobs),
            Framing::WebSocket => Cutter::Header(Header::WebSocket),
            Framing::ModbusTcp => Cutter::Header(Header::ModbusTcp),
            Framing::Mqtt => Cutter::Header(Header::Mqtt),
            Framing::None | Framing::Delimiter(_) | Framing::Fixed(_) | Framing::StartEnd { .. } => {
                Cutter::Records
            }
        };
        Framer {
            cutter,
            longest: longest.max(1),
            waiting: Vec::new(),
            sources: Vec::new(),
            searched: 0,
            skipped: 0,
            passing: 0,
            behind: None,
            last_mono_ns: 0,
        }
    }

    /// The same in the middle of a stream, where so many bytes of a message follow that is longer than one may be.
    #[must_use]
    pub fn passing_by(self, passing: u64) -> Framer<R> {
        Framer { passing, ..self }
    }

    /// Takes in the next record of the stream and gives every message that ends in it.
    pub fn push(&mut self, record: R, mono_ns: u64, bytes: &[u8], emit: impl FnMut(Message<'_, R>)) {
        self.push_from(Place { record, offset: 0 }, mono_ns, bytes, emit);
    }

    /// The same with bytes that begin somewhere in their record, for who goes on in the middle of a stream.
    pub fn push_from(
        &mut self,
        Place { record, offset }: Place<R>,
        mono_ns: u64,
        bytes: &[u8],
        mut emit: impl FnMut(Message<'_, R>),
    ) {
        if let Cutter::IdleGap { nanos } = self.cutter
            && mono_ns.saturating_sub(self.last_mono_ns) >= nanos
        {
            self.finish(&mut emit);
        }
        self.last_mono_ns = mono_ns;
        if let Cutter::Records = self.cutter {
            let (from, to) = (Place { record, offset }, Place { record, offset: offset + bytes.len() });
            emit(Message { bytes, from, to, end: MessageEnd::Whole });
            return;
        }
        self.behind = Some(Place { record, offset: offset + bytes.len() });
        if bytes.is_empty() {
            return;
        }
        if self.waiting.is_empty() {
            let source = Source { record, start: 0, offset };
            let cut = self.cut(bytes, &[source], &mut emit);
            self.keep(&bytes[cut..], record, offset + cut);
        } else {
            self.keep(bytes, record, offset);
            let waiting = std::mem::take(&mut self.waiting);
            let sources = std::mem::take(&mut self.sources);
            let cut = self.cut(&waiting, &sources, &mut emit);
            self.waiting = waiting;
            self.sources = sources;
            self.drop_front(cut);
        }
        self.forget_inner_sources();
    }

    /// When the message that waits ends by itself if nothing more comes (monotonic nanoseconds).
    pub fn deadline_mono_ns(&self) -> Option<u64> {
        match self.cutter {
            Cutter::IdleGap { nanos } if !self.waiting.is_empty() => {
                Some(self.last_mono_ns.saturating_add(nanos))
            }
            _ => None,
        }
    }

    /// Where the bytes begin that wait for the end of their message, and the last record that they are of. Where a message
    /// that is too long goes on, none may wait: then it is the place behind the last that came.
    pub fn waiting(&self) -> Option<(Place<R>, R)> {
        match (self.sources.first(), self.sources.last()) {
            (Some(first), Some(last)) => {
                Some((Place { record: first.record, offset: first.offset }, last.record))
            }
            _ if self.passing > 0 => self.behind.map(|behind| (behind, behind.record)),
            _ => None,
        }
    }

    /// How many bytes from there on are of a message that is longer than one may be.
    pub fn passing(&self) -> u64 {
        self.passing
    }

    /// How many messages there would be if the stream ended now.
    pub fn unfinished(&self) -> usize {
        let skipped = self.skipped.min(self.waiting.len());
        usize::from(skipped > 0) + usize::from(self.waiting.len() > skipped)
    }

    /// How many bytes wait for the end of their message.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Gives what waits, because the stream ended or its gap has passed. Where a gap ends messages it is whole.
    pub fn finish(&mut self, emit: impl FnMut(Message<'_, R>)) {
        let end = match self.cutter {
            Cutter::IdleGap { .. } => MessageEnd::Whole,
            _ => MessageEnd::Incomplete,
        };
        self.give(end, emit);
    }

    /// Gives what waits as a message, because somebody said all of it at once.
    pub fn end_as_said(&mut self, emit: impl FnMut(Message<'_, R>)) {
        self.give(MessageEnd::Whole, emit);
    }

    fn give(&mut self, end: MessageEnd, mut emit: impl FnMut(Message<'_, R>)) {
        let waiting = std::mem::take(&mut self.waiting);
        let sources = std::mem::take(&mut self.sources);
        let skipped = std::mem::take(&mut self.skipped).min(waiting.len());
        (self.searched, self.passing) = (0, 0);
        for (range, end) in [(0..skipped, MessageEnd::OutOfStep), (skipped..waiting.len(), end)] {
            emit_message(&waiting, &sources, range, end, &mut emit);
        }
    }

    /// Gives what waits as a part of something too long, because there is no more room for it. Where its header told how
    /// long it is, the rest of it is passed by.
    pub fn give_up(&mut self, mut emit: impl FnMut(Message<'_, R>)) {
        let begun = self.waiting.get(self.skipped..).unwrap_or_default();
        let length = if self.passing > 0 { Some(self.passing) } else { self.length_told_by(begun) };
        let rest = length.map_or(0, |length| length.saturating_sub(begun.len() as u64));
        self.finish(|message| {
            let end = if message.end == MessageEnd::Incomplete { MessageEnd::Overlong } else { message.end };
            emit(Message { end, ..message });
        });
        self.passing = rest;
    }

    /// How long the message is that begins like this, where that is known before its end has come.
    fn length_told_by(&self, begun: &[u8]) -> Option<u64> {
        let length = match self.cutter {
            Cutter::Fixed(size) => size,
            Cutter::Length(field) => length_of(field, begun.get(..field.offset.saturating_add(field.size))?)?,
            Cutter::Header(header) => match header.length(begun, self.searched) {
                HeaderReading::Length(length) => length,
                _ => return None,
            },
            _ => return None,
        };
        Some(length as u64)
    }

    /// Emits every message in `bytes` and gives the place where the first unfinished one starts.
    fn cut(&mut self, bytes: &[u8], sources: &[Source<R>], emit: &mut impl FnMut(Message<'_, R>)) -> usize {
        let mut start = 0;
        loop {
            if self.passing > 0 {
                // Its parts are as long as they may be, so that it makes no difference how it came.
                let part = usize::try_from(self.passing).map_or(self.longest, |rest| rest.min(self.longest));
                if bytes.len() - start < part {
                    return start;
                }
                emit_message(bytes, sources, start..start + part, MessageEnd::Overlong, emit);
                start += part;
                self.passing -= part as u64;
                continue;
            }
            let from = start + self.skipped;
            match self.find(&bytes[from.min(bytes.len())..]) {
                Found::Message(length, how) => {
                    self.pass_over(bytes, sources, start, emit);
                    emit_message(bytes, sources, from..from + length, how, emit);
                    start = from + length;
                    self.searched = 0;
                }
                Found::NotYet => return start,
                Found::TooLong(length) => {
                    self.passing = length;
                    self.searched = 0;
                }
                Found::Nonsense(count) => {
                    self.skipped = (self.skipped + count.max(1)).min(self.longest);
                    self.searched = 0;
                    if self.skipped == self.longest {
                        self.pass_over(bytes, sources, start, emit);
                        start += self.longest;
                    }
                }
            }
        }
    }

    /// Emits the bytes that were passed over, if there are any.
    fn pass_over(
        &mut self,
        bytes: &[u8],
        sources: &[Source<R>],
        start: usize,
        emit: &mut impl FnMut(Message<'_, R>),
    ) {
        let skipped = std::mem::take(&mut self.skipped);
        if skipped > 0 {
            emit_message(bytes, sources, start..start + skipped, MessageEnd::OutOfStep, emit);
        }
    }

    /// Looks for the end of the message that starts `bytes`. What was looked at is not looked at again.
    fn find(&mut self, bytes: &[u8]) -> Found {
        let within = &bytes[..bytes.len().min(self.longest)];
        let searched = self.searched.min(within.len());
        let (end, overlap) = match &self.cutter {
            Cutter::Lines => (memchr(b'\n', &within[searched..]).map(|at| searched + at + 1), 0),
            Cutter::Delimiter(finder) => {
                let size = finder.needle().len();
                (finder.find(&within[searched..]).map(|at| searched + at + size), size - 1)
            }
            Cutter::Fixed(size) => (within.get(..*size).map(<[u8]>::len), 0),
            Cutter::Length(field) => return self.find_by_length(*field, bytes),
            Cutter::StartEnd { start, start_finder, end } => match start_of(within, start, start_finder) {
                None => {
                    let size = end.needle().len();
                    let from = searched.max(start.len());
                    (end.find(&within[from..]).map(|at| from + at + size), size - 1)
                }
                Some(other) => return other,
            },
            Cutter::Between(separator) => {
                let byte = separator.byte();
                let from = searched.max(within.iter().take_while(|first| **first == byte).count());
                (memchr(byte, &within[from..]).map(|at| from + at + 1), 0)
            }
            Cutter::Header(header) => return self.find_by_header(*header, bytes),
            Cutter::IdleGap { .. } | Cutter::Records => (None, 0),
        };
        match end {
            Some(end) => Found::Message(end, self.judged(&within[..end])),
            None if within.len() == self.longest => Found::Message(self.longest, MessageEnd::Overlong),
            None => {
                self.searched = within.len().saturating_sub(overlap);
                Found::NotYet
            }
        }
    }

    /// Whether what stands between two separators follows the rules of its packets.
    fn judged(&self, message: &[u8]) -> MessageEnd {
        match &self.cutter {
            Cutter::Between(separator) if !separator.is_packet(message) => MessageEnd::OutOfStep,
            _ => MessageEnd::Whole,
        }
    }

    fn find_by_header(&mut self, header: Header, bytes: &[u8]) -> Found {
        // What lies beyond the longest message must not matter: it may come later.
        let within = &bytes[..bytes.len().min(self.longest)];
        match header.length(within, self.searched) {
            HeaderReading::Length(length) if length > self.longest => {
                // Where the stream is out of step, what looks like a header is mostly none.
                let is_believed = header.may_be_overlong() && self.skipped == 0;
                let claim = Some(length as u64).filter(|claim| is_believed && *claim <= LONGEST_CLAIM);
                claim.map_or(Found::Nonsense(1), Found::TooLong)
            }
            HeaderReading::Length(length) if length <= bytes.len() => {
                Found::Message(length, MessageEnd::Whole)
            }
            HeaderReading::Text if within.len() == self.longest => {
                Found::Message(self.longest, MessageEnd::Overlong)
            }
            HeaderReading::Text => {
                self.searched = bytes.len().saturating_sub(HEAD_END.len() - 1);
                Found::NotYet
            }
            HeaderReading::Length(_) | HeaderReading::NotYet => Found::NotYet,
            HeaderReading::Nonsense => Found::Nonsense(1),
        }
    }

    fn find_by_length(&self, field: LengthField, bytes: &[u8]) -> Found {
        let header_length = field.offset.saturating_add(field.size);
        if header_length > self.longest && !bytes.is_empty() {
            return Found::Nonsense(1);
        }
        let Some(header) = bytes.get(..header_length) else { return Found::NotYet };
        match length_of(field, header).filter(|length| *length <= self.longest) {
            None => Found::Nonsense(1),
            Some(length) if length <= bytes.len() => Found::Message(length, MessageEnd::Whole),
            Some(_) => Found::NotYet,
        }
    }

    /// Keeps the rest of a record.
    fn keep(&mut self, bytes: &[u8], record: R, offset: usize) {
        if !bytes.is_empty() {
            self.sources.push(Source { record, start: self.waiting.len(), offset });
            self.waiting.extend_from_slice(bytes);
        }
    }

    /// Lets go of what was emitted.
    fn drop_front(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        self.waiting.drain(..count);
        let first = self.sources.iter().rposition(|source| source.start <= count).unwrap_or(0);
        self.sources.drain(..first);
        for source in &mut self.sources {
            if source.start < count {
                source.offset += count - source.start;
            }
            source.start = source.start.saturating_sub(count);
        }
        if self.waiting.is_empty() {
            self.sources.clear();
        }
        // A long message was a guest.
        if self.waiting.len() < KEPT_BYTES && self.waiting.capacity() > 2 * KEPT_BYTES {
            self.waiting.shrink_to(KEPT_BYTES);
        }
    }

    /// Lets go of the sources in which no message can start or end any more, so that a long message made of
    /// single bytes costs no more memory than its bytes.
    fn forget_inner_sources(&mut self) {
        let header_length = match &self.cutter {
            Cutter::Length(field) => field.offset.saturating_add(field.size),
            Cutter::Header(header) => header.most_header_bytes(),
            Cutter::StartEnd { start, .. } => start.len(),
            _ => 0,
        };
        if self.sources.len() < 8 {
            return;
        }
        let skipped = self.skipped;
        let has_header = self.waiting.len() - skipped >= header_length;
        let starts: Vec<usize> = self.sources.iter().map(|source| source.start).collect();
        let holds = |number: usize, at: usize| {
            starts[number] <= at && starts.get(number + 1).is_none_or(|next| at < *next)
        };
        let mut number = 0;
        self.sources.retain(|source| {
            let is_needed = holds(number, 0)
                || holds(number, skipped.saturating_sub(1))
                || holds(number, skipped)
                || (source.start > skipped && !has_header)
                || number + 1 == starts.len();
            number += 1;
            is_needed
        });
    }
}

/// What is found at the start of bytes that may not begin with a message's start; `None` if they do.
fn start_of(within: &[u8], start: &[u8], start_finder: &Finder<'_>) -> Option<Found> {
    if within.starts_with(start) {
        return None;
    }
    if start.starts_with(within) {
        return Some(Found::NotYet);
    }
    // The start may be cut at the end of what is here.
    let next = start_finder.find(within).unwrap_or_else(|| {
        let tails = within.len().saturating_sub(start.len() - 1).max(1);
        (tails..within.len()).find(|at| start.starts_with(&within[*at..])).unwrap_or(within.len())
    });
    Some(Found::Nonsense(next))
}

/// Emits the bytes of a range, unless it is empty.
fn emit_message<R: Copy>(
    bytes: &[u8],
    sources: &[Source<R>],
    range: Range<usize>,
    end: MessageEnd,
    emit: &mut impl FnMut(Message<'_, R>),
) {
    if let (Some(from), Some(last)) =
        (place(sources, range.start), place(sources, range.end.saturating_sub(1)))
        && !range.is_empty()
    {
        let to = Place { offset: last.offset + 1, ..last };
        emit(Message { bytes: &bytes[range], from, to, end });
    }
}

fn place<R: Copy>(sources: &[Source<R>], at: usize) -> Option<Place<R>> {
    let number = sources.partition_point(|source| source.start <= at).checked_sub(1)?;
    let source = sources.get(number)?;
    Some(Place { record: source.record, offset: source.offset + (at - source.start) })
}

/// How long the message is that starts with this header; `None` if no message can be that long.
fn length_of(field: LengthField, header: &[u8]) -> Option<usize> {
    let digits = &header[field.offset..];
    let push = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
    let value =
        if field.big_endian { digits.iter().fold(0, push) } else { digits.iter().rev().fold(0, push) };
    let follow = i128::from(value) + i128::from(field.adjust);
    usize::try_from(follow).ok()?.checked_add(header.len())
}

#[cfg(test)]
mod tests {
    use super::{Framer, KEPT_BYTES, Message, MessageEnd, Place};
    use crate::model::framing::{Framing, LengthField};
    use crate::model::ids::RecordId;
    use proptest::prelude::*;

    const LONGEST: usize = 24;

    fn framer(words: &str) -> Framer {
        Framer::with_longest_message(&words.parse::<Framing>().unwrap(), LONGEST)
    }

    /// All messages of a stream of records, and how each ended.
    fn bytes_of(words: &str, records: &[&[u8]]) -> Vec<(Vec<u8>, MessageEnd)> {
        let (mut framer, mut messages) = (framer(words), Vec::new());
        let mut take = |message: Message<'_>| messages.push((message.bytes.to_vec(), message.end));
        for (record, bytes) in (0..).zip(records) {
            framer.push(RecordId(record), 0, bytes, &mut take);
        }
        framer.finish(&mut take);
        messages
    }

    #[test]
    fn a_refusal_has_its_body_and_a_consent_has_none() {
        for (stream, wanted) in [
            (&b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n\x88\0"[..], &[48, 2][..]),
            (b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 3\r\n\r\n\x81\x01a", &[55, 3]),
        ] {
            for step in [1, 7, stream.len()] {
                let (mut framer, mut lengths) = (Framer::new(&Framing::WebSocket), Vec::new());
                let mut take = |message: Message<'_>| lengths.push(message.bytes.len());
                for (record, bytes) in (0..).zip(stream.chunks(step)) {
                    framer.push(RecordId(record), 0, bytes, &mut take);
                }
                assert_eq!(lengths, wanted, "{step} bytes at once");
            }
        }
    }

    /// All messages of a stream of records that came a millisecond apart, with a mark for each that is not whole.
    fn cut(words: &str, records: &[&[u8]]) -> Vec<String> {
        let mut messages = Vec::new();
        let mut framer = framer(words);
        let mut take = |message: Message<'_>| {
            let text = message.bytes.escape_ascii();
            let Message { from, to, .. } = message;
            let place = format!("{}.{}-{}.{}", from.record, from.offset, to.record, to.offset);
            messages.push(match message.end {
                MessageEnd::Whole => format!("{text} @{place}"),
                end => format!("{text} @{place} {end:?}"),
            });
        };
        for (number, bytes) in (0..).zip(records) {
            framer.push(RecordId(number), number * 1_000_000, bytes, &mut take);
        }
        framer.finish(&mut take);
        messages
    }

    #[test]
    fn streams_are_cut_into_messages() {
        for (words, records, messages) in [
            ("none", &[&b"ab"[..], b"", b"c"][..], &["ab @0.0-0.2", " @1.0-1.0", "c @2.0-2.1"][..]),
            (
                "lines",
                &[b"a\nb", b"c\r\n\nd"],
                &["a\\n @0.0-0.2", "bc\\r\\n @0.2-1.3", "\\n @1.3-1.4", "d @1.4-1.5 Incomplete"],
            ),
            ("delim:0D0A", &[b"a\r", b"\nb\r\r", b"\n"], &["a\\r\\n @0.0-1.1", "b\\r\\r\\n @1.1-2.1"]),
            ("fixed:3", &[b"abcdef", b"", b"g", b"hi"], &["abc @0.0-0.3", "def @0.3-0.6", "ghi @2.0-3.2"]),
            (
                "length:1,1,be",
                &[b"x\x02ab", b"y\x00z", b"\x01c!"],
                &["x\\x02ab @0.0-0.4", "y\\x00 @1.0-1.2", "z\\x01c @1.2-2.2", "! @2.2-2.3 Incomplete"],
            ),
            (
                "length:0,2,le,-2",
                &[b"\x05\x00abc\x02\x00"],
                &["\\x05\\x00abc @0.0-0.5", "\\x02\\x00 @0.5-0.7"],
            ),
            ("length:0,3,be", &[b"\0\0", b"\x01!"], &["\\x00\\x00\\x01! @0.0-1.2"]),
            ("idle:2", &[b"a", b"b"], &["ab @0.0-1.1"]),
        ] {
            assert_eq!(cut(words, records), messages, "{words}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_passed_over_until_it_does() {
        for (words, records, messages) in [
            // 0x61.. is longer than any message may be; the first header that fits is "\0\x02".
            (
                "length:0,2,be",
                &[&b"ab"[..], b"c\0\x02hi"][..],
                &["abc @0.0-1.1 OutOfStep", "\\x00\\x02hi @1.1-1.5"][..],
            ),
            ("length:0,2,be", &[b"abc"], &["ab @0.0-0.2 OutOfStep", "c @0.2-0.3 Incomplete"]),
            ("length:0,1,be,-4", &[b"\x01\x02\x05!"], &["\\x01\\x02 @0.0-0.2 OutOfStep", "\\x05! @0.2-0.4"]),
        ] {
            assert_eq!(cut(words, records), messages, "{words}");
        }
    }

    #[test]
    fn a_message_without_an_end_is_cut_where_it_may_be_no_longer() {
        let letters = [b'x'; LONGEST - 1];
        let whole = [&letters[..], b"\n"].concat();
        let too_long = [&letters[..], b"yz\n"].concat();
        let x = "x".repeat(LONGEST - 1);
        assert_eq!(cut("lines", &[&whole]), [format!("{x}\\n @0.0-0.24")]);
        assert_eq!(
            cut("lines", &[&too_long]),
            [format!("{x}y @0.0-0.24 Overlong"), "z\\n @0.24-0.26".to_owned()]
        );
        assert_eq!(cut("fixed:40", &[&too_long])[0], format!("{x}y @0.0-0.24 Overlong"));
        let mut flood = framer("delim:0D0A");
        for number in 0..1000 {
            flood.push(RecordId(number), 0, b"x", |message| assert_eq!(message.bytes.len(), LONGEST));
            assert!(flood.waiting_bytes() < LONGEST && flood.sources.len() <= 8);
        }
    }

    #[test]
    fn protocols_are_cut_by_their_own_rules() {
        for (words, records, messages) in [
            (
                "start-end:02,03",
                &[&b"xy\x02a"[..], b"b\x03\x02c\x03z", b"\x02d"][..],
                &[
                    "xy @0.0-0.2 OutOfStep",
                    "\\x02ab\\x03 @0.2-1.2",
                    "\\x02c\\x03 @1.2-1.5",
                    "z @1.5-1.6 OutOfStep",
                    "\\x02d @2.0-2.2 Incomplete",
                ][..],
            ),
            (
                "slip",
                &[b"\xC0a\xDB\xDC", b"\xC0b\xC0\xC0c\xDBx\xC0", b"d"],
                &[
                    "\\xc0a\\xdb\\xdc\\xc0 @0.0-1.1",
                    "b\\xc0 @1.1-1.3",
                    "\\xc0c\\xdbx\\xc0 @1.3-1.8 OutOfStep",
                    "d @2.0-2.1 Incomplete",
                ],
            ),
            (
                "cobs",
                &[b"\x03ab", b"\x02c\0\x05ab\0\x01\x01\0"],
                &[
                    "\\x03ab\\x02c\\x00 @0.0-1.3",
                    "\\x05ab\\x00 @1.3-1.7 OutOfStep",
                    "\\x01\\x01\\x00 @1.7-1.10",
                ],
            ),
            (
                "modbus-tcp",
                &[b"\0\x01\0\0\0", b"\x02\x01\x03\xFF\0\x07\0\0\0\x02\x01\x83\0\x08\0\0\0\x09"],
                &[
                    "\\x00\\x01\\x00\\x00\\x00\\x02\\x01\\x03 @0.0-1.3",
                    "\\xff @1.3-1.4 OutOfStep",
                    "\\x00\\x07\\x00\\x00\\x00\\x02\\x01\\x83 @1.4-1.12",
                    "\\x00\\x08\\x00\\x00\\x00\\t @1.12-1.18 Incomplete",
                ],
            ),
            (
                "mqtt",
                &[b"\x10\x02ab\xC0", b"\0\xC1\x82\x01x"],
                &[
                    "\\x10\\x02ab @0.0-0.4",
                    "\\xc0\\x00 @0.4-1.1",
                    "\\xc1 @1.1-1.2 OutOfStep",
                    "\\x82\\x01x @1.2-1.5",
                ],
            ),
            (
                "websocket",
                &[b"GET / \r\n\r", b"\n\x81\x02hi\x89", b"\0\x82\x83\x01\x02\x03\x04abc"],
                &[
                    "GET / \\r\\n\\r\\n @0.0-1.1",
                    "\\x81\\x02hi @1.1-1.5",
                    "\\x89\\x00 @1.5-2.1",
                    "\\x82\\x83\\x01\\x02\\x03\\x04abc @2.1-2.10",
                ],
            ),
        ] {
            assert_eq!(cut(words, records), messages, "{words}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_passed_by_and_nothing_in_it_is_taken_for_one() {
        // What they carry would be messages by itself.
        for (words, head, inner, next) in [
            ("websocket", &b"\x82\x7E\0\x80"[..], &b"\0\0"[..], &b"\x81\x02hi"[..]),
            ("websocket", b"\x02\x7F\0\0\0\0\0\0\x01\0", b"\x82\x01x\x89\0\0\0\0", b"\x80\x01!"),
            ("mqtt", b"\x30\xC0\x01", b"\xC0\0", b"\xD0\0"),
        ] {
            let length = if words == "mqtt" {
                192
            } else {
                usize::from(head[head.len() - 2]) << 8 | usize::from(head[head.len() - 1])
            };
            let payload: Vec<u8> = inner.iter().copied().cycle().take(length).collect();
            let bytes = [head, &payload, next].concat();
            let whole = bytes_of(words, &[&bytes]);
            let (last, parts) = whole.split_last().unwrap();
            assert_eq!(*last, (next.to_vec(), MessageEnd::Whole), "{words}");
            assert!(parts.iter().all(|(_, end)| *end == MessageEnd::Overlong), "{words}: {parts:?}");
            assert_eq!(parts.len(), (head.len() + length).div_ceil(LONGEST), "{words}");
            for place in 1..bytes.len() {
                assert_eq!(bytes_of(words, &[&bytes[..place], &bytes[place..]]), whole, "{words} {place}");
            }
            let cut_off = bytes_of(words, &[&bytes[..bytes.len() - next.len() - 1]]);
            assert_eq!(cut_off.last().unwrap().1, MessageEnd::Incomplete, "{words}");
        }
    }

    #[test]
    fn what_is_given_up_leaves_the_stream_in_step_where_a_header_told_its_length() {
        for (words, begun, rest) in [
            ("websocket", &b"\x82\x08\0\0"[..], &b"\0\0\0\0\0\0\x81\x02hi"[..]),
            (
                "websocket",
                b"\x82\x7E\0\x20\0\0",
                b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x81\x02hi",
            ),
            ("mqtt", b"\x30\x04\xC0", b"\0\xC0\0\xC0\0"),
            ("length:0,1,be", b"\x03\0", b"\0\0\x01!"),
            ("fixed:4", b"ab", b"cdefgh"),
        ] {
            let (mut framer, mut messages) = (framer(words), Vec::new());
            let mut take = |message: Message<'_>| messages.push((message.bytes.len(), message.end));
            framer.push(RecordId(0), 0, begun, &mut take);
            framer.give_up(&mut take);
            framer.push(RecordId(1), 0, rest, &mut take);
            assert_eq!(framer.waiting_bytes(), 0, "{words}");
            let (last, parts) = messages.split_last().unwrap();
            assert_eq!(last.1, MessageEnd::Whole, "{words}: {messages:?}");
            assert!(parts.len() >= 2 && parts.iter().all(|(_, end)| *end == MessageEnd::Overlong), "{words}");
        }
    }

    #[test]
    fn a_length_of_four_gibibytes_is_out_of_step_and_costs_no_memory() {
        for (words, bytes) in [
            ("length:0,4,be", &b"\xFF\xFF\xFF\xFF\0\0\0\x01x"[..]),
            ("websocket", b"\x82\x7F\0\0\x01\x01\0\0\0\0\x82\x01x"),
            ("websocket", b"?\x82\x7E\x01\0\x82\x01x"),
            ("mqtt", b"?\x30\xFF\xFF\xFF\x7F\xC0\0"),
        ] {
            let messages = cut(words, &[bytes]);
            assert!(messages[0].ends_with("OutOfStep"), "{words}: {messages:?}");
            assert!(!messages[messages.len() - 1].ends_with("OutOfStep"), "{words}: {messages:?}");
        }
    }

    #[test]
    fn a_long_message_leaves_no_memory_behind() {
        let mut framer: Framer = Framer::new(&Framing::Lines);
        let piece = vec![b'x'; 100_000];
        for number in 0..40 {
            framer.push(RecordId(number), 0, &piece, |_| {});
        }
        framer.push(RecordId(40), 0, b"\nnext", |message| assert_eq!(message.bytes.len(), 4_000_001));
        assert!(framer.waiting.capacity() <= 2 * KEPT_BYTES, "{}", framer.waiting.capacity());
    }

    #[test]
    fn a_head_without_an_end_is_cut_alike_however_much_is_there_at_once() {
        let head = b"GET / HTTP/1.1 and much more\r\n\r\n\x81\x02hi";
        let whole = bytes_of("websocket", &[head]);
        assert_eq!(whole[0], (head[..LONGEST].to_vec(), MessageEnd::Overlong));
        for place in 1..head.len() {
            assert_eq!(bytes_of("websocket", &[&head[..place], &head[place..]]), whole, "{place}");
        }
    }

    #[test]
    fn a_gap_ends_a_message() {
        let mut framer = framer("idle:20");
        let mut messages = Vec::new();
        for (number, millis, bytes) in [(0, 5, &b"a"[..]), (1, 24, b"b"), (2, 44, b"c"), (3, 45, b"d")] {
            framer.push(RecordId(number), millis * 1_000_000, bytes, |message| {
                messages.push((message.bytes.to_vec(), message.from.record.0, message.to.record.0));
            });
        }
        assert_eq!(messages, [(b"ab".to_vec(), 0, 1)]);
        assert_eq!(framer.deadline_mono_ns(), Some(65_000_000));
        framer.finish(|message| {
            assert_eq!((message.bytes, message.end), (&b"cd"[..], MessageEnd::Whole));
        });
        assert_eq!((framer.deadline_mono_ns(), framer.waiting_bytes()), (None, 0));
    }

    #[test]
    fn values_that_no_words_give_do_no_harm() {
        let field = |offset, size| LengthField { offset, size, big_endian: true, adjust: 0 };
        for framing in [
            Framing::Fixed(0),
            Framing::Delimiter(Vec::new()),
            Framing::Length(field(0, 0)),
            Framing::Length(field(usize::MAX, 9)),
        ] {
            let mut framer = Framer::with_longest_message(&framing, LONGEST);
            let mut bytes = 0;
            for number in 0..20 {
                framer.push(RecordId(number), 0, b"abcdefghij", |message| bytes += message.bytes.len());
                assert!(framer.waiting_bytes() <= LONGEST, "{framing:?}");
            }
            framer.finish(|message| bytes += message.bytes.len());
            assert_eq!(bytes, 200, "{framing:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn where_records_are_cut_changes_no_message(
            bytes in proptest::collection::vec(prop::sample::select(b"\0\0\x01\x02\x09\r\n\nx\xFF\xC0\xC0\xDB\xDC\x30\x30\x81\x81\x84\x1A\x20".to_vec()), 0..80),
            cuts in proptest::collection::vec(0..80_usize, 0..12),
            single_bytes in any::<bool>(),
            framing in prop::sample::select(vec![
                "lines", "delim:0D0A", "delim:0A0A", "fixed:1", "fixed:7", "fixed:30",
                "length:0,1,be", "length:0,1,be,-3", "length:1,2,be", "length:0,2,le,1", "length:2,4,be,-4",
                "length:0,8,le", "start-end:0102,0D0A", "start-end:01,01", "start-end:0D0A,00", "slip", "cobs",
                "websocket", "modbus-tcp", "mqtt",
            ]),
        ) {
            let collect = |borders: &[usize]| {
                let mut framer = framer(framing);
                let mut messages = Vec::new();
                let mut joined = Vec::new();
                let mut places_fit = true;
                let mut take = |message: Message<'_>| {
                    let at = |place: Place| {
                        borders[usize::try_from(place.record.0).unwrap()] + place.offset
                    };
                    places_fit &= at(message.from) == joined.len();
                    joined.extend_from_slice(message.bytes);
                    places_fit &= at(message.to) == joined.len();
                    messages.push((message.bytes.to_vec(), message.end));
                };
                for (number, border) in (0..).zip(borders.windows(2)) {
                    framer.push(RecordId(number), 0, &bytes[border[0]..border[1]], &mut take);
                }
                framer.finish(&mut take);
                assert!(places_fit);
                assert_eq!(joined, bytes, "no byte is lost or made up");
                messages
            };
            let mut borders: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            if single_bytes {
                borders = (0..bytes.len()).collect();
            }
            borders.extend([0, bytes.len()]);
            borders.sort_unstable();
            prop_assert_eq!(collect(&borders), collect(&[0, bytes.len()]));
        }
    }
}
