//! Fills templates in: the exact bytes of one send, with what each of them comes from. What time it is, what is random
//! and what is answered is told by the caller.

use crate::automation::template::error::FillError;
use crate::automation::template::field::{ByteRange, Field, NumberFormat, TextFormat, TimeText};
use crate::automation::template::{PartKind, Template};
use crate::codec::checksum::placing::Placing;
use crate::codec::checksum::{ByteOrder, Checksum};
use crate::codec::composition::{Composition, LineEnding};
use crate::codec::expression;
use crate::codec::hex;
use crate::codec::text::{Carry, TextEncoding, decode};
use crate::codec::time::TimeFormat;
use crate::model::address::Address;
use std::fmt::{self, Write};
use std::ops::Range;

/// All that fields are filled in from.
pub struct Surroundings<'a> {
    /// How many times was sent with this one, from 1.
    pub counter: u64,
    /// The moment, in nanoseconds since 1970-01-01 UTC.
    pub wall_ns: i64,
    /// The zone in which moments are told.
    pub times: &'a TimeFormat,
    /// Fills bytes with something else each time.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// To whom it goes, or whose message is answered, where that has such an address.
    pub peer: Option<Address>,
    /// The message that is answered.
    pub message: Option<&'a [u8]>,
    /// Variables and captures.
    pub variables: &'a dyn Variables,
    /// Where the session has its checksums.
    pub placing: Placing,
}

/// The value of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Characters, to be written in the encoding of the template.
    Text(&'a str),
    /// Bytes as they are.
    Bytes(&'a [u8]),
}

/// Where variables and captures are looked up.
pub trait Variables {
    /// The value of this name.
    fn value(&self, name: &str) -> Option<Value<'_>>;
}

/// No variables at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVariables;

/// The bytes of one send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// All of them.
    pub bytes: Vec<u8>,
    /// What they are made of, in order and without gaps.
    pub pieces: Vec<FilledPiece>,
}

/// Bytes of one send that come from one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledPiece {
    /// Which bytes.
    pub bytes: Range<usize>,
    /// Where they come from.
    pub class: PartClass,
    /// Where that stands in what was typed, if it does.
    pub typed: Option<Range<usize>>,
}

/// Where bytes of a send come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartClass {
    /// They were typed.
    Typed,
    /// A field was filled in.
    Computed,
    /// The chosen checksum or line ending was appended.
    Appended,
}

/// A length or checksum whose bytes are known when all others have their places.
struct Open<'a> {
    piece: usize,
    field: &'a Field,
}

impl Template {
    /// The bytes of one send.
    pub fn fill(&self, around: &mut Surroundings<'_>) -> Result<Filled, FillError> {
        let mut filled = Filled::default();
        let (mut lengths, mut checksums, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for (piece, part) in self.parts().iter().enumerate() {
            let start = filled.bytes.len();
            let class = match &part.kind {
                PartKind::Typed { bytes, .. } => {
                    filled.bytes.extend_from_slice(bytes);
                    PartClass::Typed
                }
                PartKind::Field(field) => {
                    match field {
                        Field::Length { format: NumberFormat::Text(_), range: Some(_) } => {
                            late.push(Open { piece, field });
                        }
                        Field::Length { format, range: Some(_) } => {
                            filled.bytes.resize(start + format.size(), 0);
                            lengths.push(Open { piece, field });
                        }
                        Field::Checksum { .. } => {
                            filled.bytes.resize(start + self.size_of_checksum(field), 0);
                            checksums.push(Open { piece, field });
                        }
                        _ => self.fill_field(field, around, &mut filled.bytes)?,
                    }
                    PartClass::Computed
                }
            };
            let bytes = start..filled.bytes.len();
            filled.pieces.push(FilledPiece { bytes, class, typed: Some(part.place.clone()) });
        }
        if !late.is_empty() {
            self.insert_lengths(&late, &mut filled)?;
        }
        for open in lengths {
            self.set_length(&open, &mut filled)?;
        }
        for open in checksums {
            self.set_checksum(&open, &mut filled)?;
        }
        Ok(filled)
    }

    /// What it makes, as text.
    pub fn fill_text(&self, around: &mut Surroundings<'_>) -> Result<String, FillError> {
        let filled = self.fill(around)?;
        Ok(decode(self.encoding(), &mut Carry::default(), &filled.bytes).text)
    }

    /// Appends a field that depends on nothing that comes later.
    fn fill_field(
        &self,
        field: &Field,
        around: &mut Surroundings<'_>,
        bytes: &mut Vec<u8>,
    ) -> Result<(), FillError> {
        let encoding = self.encoding();
        match field {
            Field::Counter(format) => format.push_wrapping(around.counter, encoding, bytes),
            Field::Time(TimeText::Words(words)) => {
                push_text(&around.times.words(words, around.wall_ns), "time", encoding, bytes)?;
            }
            Field::Time(TimeText::Unix(format)) => {
                format.push(around.wall_ns.div_euclid(1_000_000_000).into(), "time:unix", encoding, bytes)?;
            }
            Field::Time(TimeText::UnixMillis(format)) => {
                format.push(around.wall_ns.div_euclid(1_000_000).into(), "time:unix-ms", encoding, bytes)?;
            }
            Field::Random(format) => push_random(*format, around.random, encoding, bytes),
            Field::PeerIp => {
                let ip = around.peer.and_then(Address::ip).ok_or(FillError::NoPeer)?;
                push_text(&ip.to_string(), "peer.ip", encoding, bytes)?;
            }
            Field::PeerPort(format) => {
                let port = around.peer.and_then(Address::port).ok_or(FillError::NoPeer)?;
                format.push(port.into(), "peer.port", encoding, bytes)?;
            }
            // Only lengths of what stands before them come here.
            Field::Length { format, .. } => format.push(as_number(bytes.len()), "len", encoding, bytes)?,
            Field::Received { range, as_hex } => {
                let message = around.message.ok_or(FillError::NoMessage)?;
                let length = message.len();
                let short = || FillError::MessageTooShort { field: field.to_string(), length };
                let part = range.map_or(Some(0..length), |range| range.within(length)).ok_or_else(short)?;
                push_bytes(&message[part], *as_hex, encoding, bytes);
            }
            Field::Variable { name, format } => {
                let value = around.variables.value(name);
                let value = value.ok_or_else(|| FillError::NoValue { name: name.clone() })?;
                push_value(value, name, *format, encoding, bytes)?;
            }
            Field::Checksum { .. } => {}
        }
        Ok(())
    }

    fn size_of_checksum(&self, field: &Field) -> usize {
        let Field::Checksum { checksum, as_hex, .. } = field else { return 0 };
        let mut sample = Vec::new();
        push_bytes(&vec![0; checksum.size()], *as_hex, self.encoding(), &mut sample);
        sample.len()
    }

    /// Puts lengths in digits where they belong. How long they are depends on what they say, so they grow until all
    /// of them are right.
    fn insert_lengths(&self, late: &[Open<'_>], filled: &mut Filled) -> Result<(), FillError> {
        let mut texts: Vec<Vec<u8>> = vec![Vec::new(); late.len()];
        loop {
            let total = filled.bytes.len() + texts.iter().map(Vec::len).sum::<usize>();
            let mut grown = false;
            for (open, text) in late.iter().zip(&mut texts) {
                let Field::Length { format, range: Some(range) } = open.field else { continue };
                let counted = range.within(total);
                let mut next = Vec::new();
                // What is not there yet may be when the others have grown.
                let count = counted.as_ref().map_or(0, ExactSizeIterator::len);
                format.push(as_number(count), "len", self.encoding(), &mut next)?;
                grown |= next.len() > text.len();
                // A number that has become shorter keeps its place, so that this comes to an end.
                if next.len() >= text.len() {
                    *text = next;
                }
            }
            if !grown {
                break;
            }
        }
        let total = filled.bytes.len() + texts.iter().map(Vec::len).sum::<usize>();
        for (open, text) in late.iter().zip(texts).rev() {
            if let Field::Length { range: Some(range), .. } = open.field
                && range.within(total).is_none()
            {
                return Err(no_such_bytes(open.field, total));
            }
            let at = filled.pieces[open.piece].bytes.start;
            let length = text.len();
            filled.bytes.splice(at..at, text);
            filled.pieces[open.piece].bytes = at..at + length;
            for piece in &mut filled.pieces[open.piece + 1..] {
                piece.bytes = piece.bytes.start + length..piece.bytes.end + length;
            }
        }
        Ok(())
    }

    fn set_length(&self, open: &Open<'_>, filled: &mut Filled) -> Result<(), FillError> {
        let Field::Length { format, range: Some(range) } = open.field else { return Ok(()) };
        let total = filled.bytes.len();
        let counted = range.within(total).ok_or_else(|| no_such_bytes(open.field, total))?;
        let mut bytes = Vec::new();
        format.push(as_number(counted.len()), "len", self.encoding(), &mut bytes)?;
        filled.bytes[filled.pieces[open.piece].bytes.clone()].copy_from_slice(&bytes);
        Ok(())
    }

    /// Computes a checksum. An open range ends before the checksum itself, or with the message where the checksum
    /// stands before what it covers. Other checksums that are not computed yet count as zeros.
    fn set_checksum(&self, open: &Open<'_>, filled: &mut Filled) -> Result<(), FillError> {
        let Field::Checksum { checksum, as_hex, range } = open.field else { return Ok(()) };
        let place = filled.pieces[open.piece].bytes.clone();
        let range = range.unwrap_or(ByteRange::UP_TO_HERE);
        let comes_later = range.start >= place.end && range.end.is_open();
        let reaches_to_the_end = comes_later || !range.end.is_open();
        let length = if reaches_to_the_end { filled.bytes.len() } else { place.start };
        let covered = range.within(length).ok_or_else(|| no_such_bytes(open.field, length))?;
        let bytes = computed(*checksum, &filled.bytes[covered], *as_hex, self.encoding());
        filled.bytes[place].copy_from_slice(&bytes);
        Ok(())
    }
}

fn computed(checksum: Checksum, covered: &[u8], as_hex: bool, encoding: TextEncoding) -> Vec<u8> {
    let (mut plain, mut bytes) = (Vec::new(), Vec::new());
    checksum.append(covered, &mut plain);
    push_bytes(&plain, as_hex, encoding, &mut bytes);
    bytes
}

fn no_such_bytes(field: &Field, length: usize) -> FillError {
    FillError::NoSuchBytes { field: field.to_string(), length }
}

impl Filled {
    /// The same with the chosen checksum and line ending behind it.
    #[must_use]
    pub fn dressed(self, checksum: Option<Checksum>, ending: LineEnding) -> Filled {
        let Filled { bytes, mut pieces } = self;
        let composition = Composition::new(bytes, checksum, ending);
        for range in [composition.checksum(), composition.ending()] {
            if !range.is_empty() {
                pieces.push(FilledPiece { bytes: range, class: PartClass::Appended, typed: None });
            }
        }
        Filled { bytes: composition.into_bytes(), pieces }
    }
}

impl NumberFormat {
    /// How many bytes it takes where it is no text.
    fn size(self) -> usize {
        match self {
            NumberFormat::Text(_) => 0,
            NumberFormat::Integer { size, .. } => size.into(),
            NumberFormat::Float { double, .. } => {
                if double {
                    8
                } else {
                    4
                }
            }
        }
    }

    /// Appends a number that must fit.
    fn push(
        self,
        number: i128,
        name: &str,
        encoding: TextEncoding,
        bytes: &mut Vec<u8>,
    ) -> Result<(), FillError> {
        match self {
            NumberFormat::Text(text) => push_digits(text, number, encoding, bytes),
            NumberFormat::Integer { size, signed, order } => {
                let bits = u32::from(size) * 8;
                let (least, most) = if signed {
                    (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
                } else {
                    (0, (1_i128 << bits) - 1)
                };
                if !(least..=most).contains(&number) {
                    return Err(FillError::TooLarge {
                        name: name.to_owned(),
                        value: number.to_string(),
                        format: self.to_string(),
                    });
                }
                push_ordered(&number.to_be_bytes()[16 - usize::from(size)..], order, bytes);
            }
            NumberFormat::Float { double, order } => push_float(number as f64, double, order, bytes),
        }
        Ok(())
    }

    /// Appends a number of which only the lowest bytes count.
    fn push_wrapping(self, number: u64, encoding: TextEncoding, bytes: &mut Vec<u8>) {
        match self {
            NumberFormat::Text(text) => push_digits(text, number.into(), encoding, bytes),
            NumberFormat::Integer { size, order, .. } => {
                push_ordered(&number.to_be_bytes()[8 - usize::from(size)..], order, bytes);
            }
            NumberFormat::Float { double, order } => push_float(number as f64, double, order, bytes),
        }
    }
}

fn push_ordered(big_endian: &[u8], order: ByteOrder, bytes: &mut Vec<u8>) {
    match order {
        ByteOrder::BigEndian => bytes.extend_from_slice(big_endian),
        ByteOrder::LittleEndian => bytes.extend(big_endian.iter().rev()),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "four bytes are what was asked for")]
fn push_float(number: f64, double: bool, order: ByteOrder, bytes: &mut Vec<u8>) {
    if double {
        push_ordered(&number.to_be_bytes(), order, bytes);
    } else {
        push_ordered(&(number as f32).to_be_bytes(), order, bytes);
    }
}

fn push_digits(format: TextFormat, number: i128, encoding: TextEncoding, bytes: &mut Vec<u8>) {
    let (sign, size) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    let text = match format {
        TextFormat::Decimal(digits) => format!("{sign}{size:0width$}", width = usize::from(digits)),
        TextFormat::Hex(digits) => format!("{sign}{size:0width$X}", width = usize::from(digits)),
    };
    push_ascii(&text, encoding, bytes);
}

/// Appends a text that every encoding has.
fn push_ascii(text: &str, encoding: TextEncoding, bytes: &mut Vec<u8>) {
    if encoding.encode_into(text, bytes).is_err() {
        // No encoding of the standard is without digits and letters.
    }
}

fn push_text(text: &str, name: &str, encoding: TextEncoding, bytes: &mut Vec<u8>) -> Result<(), FillError> {
    encoding.encode_into(text, bytes).map_err(|error| FillError::Encode { name: name.to_owned(), error })
}

fn push_bytes(plain: &[u8], as_hex: bool, encoding: TextEncoding, bytes: &mut Vec<u8>) {
    if as_hex {
        push_ascii(&hex::plain(plain).to_ascii_uppercase(), encoding, bytes);
    } else {
        bytes.extend_from_slice(plain);
    }
}

fn push_value(
    value: Value<'_>,
    name: &str,
    format: Option<NumberFormat>,
    encoding: TextEncoding,
    bytes: &mut Vec<u8>,
) -> Result<(), FillError> {
    let text = match (value, format) {
        (Value::Text(text), None) => return push_text(text, name, encoding, bytes),
        (Value::Bytes(plain), None) => {
            bytes.extend_from_slice(plain);
            return Ok(());
        }
        (Value::Bytes(plain), Some(NumberFormat::Text(TextFormat::Hex(0)))) => {
            push_bytes(plain, true, encoding, bytes);
            return Ok(());
        }
        (Value::Text(text), Some(_)) => text,
        (Value::Bytes(plain), Some(_)) => str::from_utf8(plain).unwrap_or_default(),
    };
    let not_a_number = || FillError::NotANumber { name: name.to_owned(), value: text.to_owned() };
    match format {
        Some(NumberFormat::Float { double, order }) => {
            let number = text.trim().parse().map_err(|_| not_a_number())?;
            push_float(number, double, order, bytes);
            Ok(())
        }
        Some(format) => format.push(number_in(text).ok_or_else(not_a_number)?, name, encoding, bytes),
        None => Ok(()),
    }
}

/// A whole number as people and devices write it: `42`, `-7`, `0x2A`.
fn number_in(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match digits {
        Some(digits) if !digits.starts_with(['+', '-']) => i128::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

fn push_random(
    format: NumberFormat,
    random: &mut dyn FnMut(&mut [u8]),
    encoding: TextEncoding,
    bytes: &mut Vec<u8>,
) {
    let (digits, base) = match format {
        NumberFormat::Text(TextFormat::Decimal(digits)) => (digits, 10),
        NumberFormat::Text(TextFormat::Hex(digits)) => (digits, 16),
        NumberFormat::Integer { .. } | NumberFormat::Float { .. } => {
            let start = bytes.len();
            bytes.resize(start + format.size(), 0);
            random(&mut bytes[start..]);
            return;
        }
    };
    let mut text = String::with_capacity(digits.into());
    while text.len() < usize::from(digits) {
        let mut byte = [0];
        random(&mut byte);
        // Above the last whole multiple of the base some digits would come more often than others.
        if byte[0] < 250 || base == 16 {
            text.extend(
                char::from_digit(u32::from(byte[0]) % base, base).map(|digit| digit.to_ascii_uppercase()),
            );
        }
    }
    push_ascii(&text, encoding, bytes);
}

fn as_number(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

impl Variables for NoVariables {
    fn value(&self, _name: &str) -> Option<Value<'_>> {
        None
    }
}

impl Variables for expression::Variables {
    fn value(&self, name: &str) -> Option<Value<'_>> {
        self.get(name).map(Value::Text)
    }
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings(")?;
        write!(f, "counter {}, {} ns", self.counter, self.wall_ns)?;
        f.write_char(')')
    }
}
