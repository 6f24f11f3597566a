//! Cuts one stream of bytes into messages. It is told which record the bytes came in and when; it never asks a
//! clock, and where the bytes are cut into records makes no difference to the messages.

use crate::model::framing::{Framing, LengthField};
use crate::model::ids::RecordId;
use memchr::memchr;
use memchr::memmem::Finder;
use std::ops::Range;

/// The most bytes that one message may have, and so the most that are ever kept waiting for its end.
pub const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

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
    IdleGap { nanos: u64 },
}

/// What is found out about the bytes that start at a message's start.
enum Found {
    /// A message of this length.
    Message(usize, MessageEnd),
    /// None yet.
    NotYet,
    /// None can start here.
    Nonsense,
}

impl<R: Copy> Framer<R> {
    /// A stream from its start. A delimiter without bytes or a fixed size of 0 cuts at every record.
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
            Framing::None | Framing::Delimiter(_) | Framing::Fixed(_) => Cutter::Records,
        };
        Framer {
            cutter,
            longest: longest.max(1),
            waiting: Vec::new(),
            sources: Vec::new(),
            searched: 0,
            skipped: 0,
            last_mono_ns: 0,
        }
    }

    /// Takes in the next record of the stream and gives every message that ends in it.
    pub fn push(&mut self, record: R, mono_ns: u64, bytes: &[u8], mut emit: impl FnMut(Message<'_, R>)) {
        if let Cutter::IdleGap { nanos } = self.cutter
            && mono_ns.saturating_sub(self.last_mono_ns) >= nanos
        {
            self.finish(&mut emit);
        }
        self.last_mono_ns = mono_ns;
        if let Cutter::Records = self.cutter {
            let (from, to) = (Place { record, offset: 0 }, Place { record, offset: bytes.len() });
            emit(Message { bytes, from, to, end: MessageEnd::Whole });
            return;
        }
        if bytes.is_empty() {
            return;
        }
        if self.waiting.is_empty() {
            let source = Source { record, start: 0, offset: 0 };
            let cut = self.cut(bytes, &[source], &mut emit);
            self.keep(&bytes[cut..], record, cut);
        } else {
            self.keep(bytes, record, 0);
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

    /// How many bytes wait for the end of their message.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Gives what waits, because the stream ended or its gap has passed. Where a gap ends messages it is whole.
    pub fn finish(&mut self, mut emit: impl FnMut(Message<'_, R>)) {
        let waiting = std::mem::take(&mut self.waiting);
        let sources = std::mem::take(&mut self.sources);
        let skipped = std::mem::take(&mut self.skipped).min(waiting.len());
        self.searched = 0;
        let end = match self.cutter {
            Cutter::IdleGap { .. } => MessageEnd::Whole,
            _ => MessageEnd::Incomplete,
        };
        for (range, end) in [(0..skipped, MessageEnd::OutOfStep), (skipped..waiting.len(), end)] {
            emit_message(&waiting, &sources, range, end, &mut emit);
        }
    }

    /// Gives what waits as a part of something too long, because there is no more room for it.
    pub fn give_up(&mut self, mut emit: impl FnMut(Message<'_, R>)) {
        self.finish(|message| {
            let end = if message.end == MessageEnd::Incomplete { MessageEnd::Overlong } else { message.end };
            emit(Message { end, ..message });
        });
    }

    /// Emits every message in `bytes` and gives the place where the first unfinished one starts.
    fn cut(&mut self, bytes: &[u8], sources: &[Source<R>], emit: &mut impl FnMut(Message<'_, R>)) -> usize {
        let mut start = 0;
        loop {
            let from = start + self.skipped;
            match self.find(&bytes[from.min(bytes.len())..]) {
                Found::Message(length, how) => {
                    self.pass_over(bytes, sources, start, emit);
                    emit_message(bytes, sources, from..from + length, how, emit);
                    start = from + length;
                    self.searched = 0;
                }
                Found::NotYet => return start,
                Found::Nonsense => {
                    self.skipped += 1;
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
            Cutter::IdleGap { .. } | Cutter::Records => (None, 0),
        };
        match end {
            Some(end) => Found::Message(end, MessageEnd::Whole),
            None if within.len() == self.longest => Found::Message(self.longest, MessageEnd::Overlong),
            None => {
                self.searched = within.len().saturating_sub(overlap);
                Found::NotYet
            }
        }
    }

    fn find_by_length(&self, field: LengthField, bytes: &[u8]) -> Found {
        let header_length = field.offset.saturating_add(field.size);
        if header_length > self.longest && !bytes.is_empty() {
            return Found::Nonsense;
        }
        let Some(header) = bytes.get(..header_length) else { return Found::NotYet };
        match length_of(field, header).filter(|length| *length <= self.longest) {
            None => Found::Nonsense,
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
    }

    /// Lets go of the sources in which no message can start or end any more, so that a long message made of
    /// single bytes costs no more memory than its bytes.
    fn forget_inner_sources(&mut self) {
        let header_length = match self.cutter {
            Cutter::Length(field) => field.offset.saturating_add(field.size),
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
    use super::{Framer, Message, MessageEnd, Place};
    use crate::model::framing::{Framing, LengthField};
    use crate::model::ids::RecordId;
    use proptest::prelude::*;

    const LONGEST: usize = 24;

    fn framer(words: &str) -> Framer {
        Framer::with_longest_message(&words.parse::<Framing>().unwrap(), LONGEST)
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
            bytes in proptest::collection::vec(prop::sample::select(b"\0\0\x01\x02\x09\r\n\nx\xFF".to_vec()), 0..80),
            cuts in proptest::collection::vec(0..80_usize, 0..12),
            single_bytes in any::<bool>(),
            framing in prop::sample::select(vec![
                "lines", "delim:0D0A", "delim:0A0A", "fixed:1", "fixed:7", "fixed:30",
                "length:0,1,be", "length:0,1,be,-3", "length:1,2,be", "length:0,2,le,1", "length:2,4,be,-4",
                "length:0,8,le",
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
