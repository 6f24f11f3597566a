//! What may stand between braces, read and written: `counter:u16be`, `crc-32:2..`, `rx[3..5]`. It fills nothing in.

use crate::automation::phrase::Phrase;
use crate::automation::template::Names;
use crate::automation::template::error::FieldError;
use crate::codec::checksum::{ByteOrder, Checksum};
use crate::codec::near_miss;
use crate::codec::time;
use std::fmt;

/// One field of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// How many times was sent, from 1.
    Counter(NumberFormat),
    /// The moment of sending.
    Time(TimeText),
    /// Something else each time.
    Random(NumberFormat),
    /// The address of the peer.
    PeerIp,
    /// The port of the peer.
    PeerPort(NumberFormat),
    /// How many bytes there are.
    Length {
        /// How the number is written.
        format: NumberFormat,
        /// Which bytes are counted; without one, those before it.
        range: Option<ByteRange>,
    },
    /// A checksum.
    Checksum {
        /// Which.
        checksum: Checksum,
        /// Written in hex digits instead of bytes.
        as_hex: bool,
        /// What it covers; without one, what stands before it.
        range: Option<ByteRange>,
    },
    /// Bytes of the message that is answered.
    Received {
        /// Which of them; without one, all.
        range: Option<ByteRange>,
        /// Written in hex digits instead of bytes.
        as_hex: bool,
    },
    /// A variable or a capture.
    Variable {
        /// Its name.
        name: String,
        /// How it is written; without one, as it is.
        format: Option<NumberFormat>,
    },
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberFormat {
    /// In digits.
    Text(TextFormat),
    /// A whole number in so many bytes.
    Integer {
        /// From 1 to 8.
        size: u8,
        /// Negative numbers are possible.
        signed: bool,
        /// Which byte comes first.
        order: ByteOrder,
    },
    /// A floating-point number in 4 or 8 bytes.
    Float {
        /// In 8 bytes instead of 4.
        double: bool,
        /// Which byte comes first.
        order: ByteOrder,
    },
}

/// How a number is written in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextFormat {
    /// Decimal, with zeros in front up to so many digits.
    Decimal(u8),
    /// Hex, with zeros in front up to so many digits.
    Hex(u8),
}

/// How a moment is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeText {
    /// As the words of `strftime` say.
    Words(String),
    /// Seconds since 1970-01-01 UTC.
    Unix(NumberFormat),
    /// Milliseconds since 1970-01-01 UTC.
    UnixMillis(NumberFormat),
}

/// A range of bytes, counted from 0; the end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByteRange {
    /// The first.
    pub start: usize,
    /// The place after the last.
    pub end: RangeEnd,
}

/// Where a range of bytes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RangeEnd {
    /// At this place.
    At(usize),
    /// So many bytes before where the field's range can end at most: 0 for all there is.
    Back(usize),
}

/// How a time is written where nothing is said.
pub(super) const USUAL_TIME: &str = "%Y-%m-%d %H:%M:%S";

/// No number is written with more digits.
const MOST_DIGITS: u8 = 64;

const DECIMAL: NumberFormat = NumberFormat::Text(TextFormat::Decimal(0));

/// The names of fields that are neither checksums nor variables.
pub(super) const NAMES: [&str; 7] = ["counter", "time", "random", "len", "rx", "peer.ip", "peer.port"];

const NUMBER_EXPECTED: Phrase = Phrase("phrase.number_format");
const COVER_EXPECTED: Phrase = Phrase("phrase.cover");
const LENGTH_EXPECTED: Phrase = Phrase("phrase.length_format");

/// The words that formats begin with, for hints.
const NUMBER_WORDS: [&str; 18] = [
    "u8", "i8", "u16be", "u16le", "i16be", "i16le", "u24be", "u24le", "u32be", "u32le", "i32be", "i32le",
    "u64be", "u64le", "f32be", "f32le", "dec", "hex",
];

impl Field {
    /// Reads what stands between braces.
    pub(super) fn parse(typed: &str, names: Names<'_>) -> Result<Field, FieldError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FieldError::Empty);
        }
        let (name, format) = match typed.split_once(':') {
            Some((name, format)) => (name.trim_end(), Some(format.trim())),
            None => (typed, None),
        };
        if let Names::Known(known) = names
            && known.contains(&name)
        {
            return Field::variable(name, format);
        }
        match name {
            "counter" => Ok(Field::Counter(number_or_decimal(name, format)?)),
            "time" => TimeText::parse(format).map(Field::Time),
            "random" => Field::random(format),
            "peer.ip" => match format {
                None => Ok(Field::PeerIp),
                Some(format) => Err(wrong(name, format, Phrase("phrase.nothing_after"))),
            },
            "peer.port" => Ok(Field::PeerPort(number_or_decimal(name, format)?)),
            "len" => Field::length(format),
            _ if name == "rx" || name.starts_with("rx[") => Field::received(name, format),
            _ => Field::named(name, format, names),
        }
    }

    fn random(format: Option<&str>) -> Result<Field, FieldError> {
        let missing = FieldError::FormatMissing { field: "random", example: "random:u8" };
        let typed = format.ok_or_else(|| missing.clone())?;
        match NumberFormat::parse("random", typed)? {
            NumberFormat::Text(TextFormat::Decimal(0) | TextFormat::Hex(0)) => Err(missing),
            NumberFormat::Float { .. } => Err(wrong("random", typed, Phrase("phrase.random_format"))),
            format => Ok(Field::Random(format)),
        }
    }

    fn length(format: Option<&str>) -> Result<Field, FieldError> {
        let (mut number, mut range) = (DECIMAL, None);
        for word in format.iter().flat_map(|format| format.split(':')).map(str::trim) {
            if word.contains("..") {
                range = Some(ByteRange::parse(word)?);
            } else {
                number = NumberFormat::parse("len", word).map_err(|_| wrong("len", word, LENGTH_EXPECTED))?;
            }
        }
        if matches!(number, NumberFormat::Float { .. }) {
            return Err(wrong("len", format.unwrap_or_default(), LENGTH_EXPECTED));
        }
        Ok(Field::Length { format: number, range })
    }

    fn received(name: &str, format: Option<&str>) -> Result<Field, FieldError> {
        let range = match name.strip_prefix("rx").filter(|rest| !rest.is_empty()) {
            None => None,
            Some(rest) => {
                let inside = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let inside = inside.ok_or_else(|| FieldError::Range { range: rest.to_owned() })?;
                Some(ByteRange::parse_or_single(inside.trim())?)
            }
        };
        match format {
            None => Ok(Field::Received { range, as_hex: false }),
            Some("hex") => Ok(Field::Received { range, as_hex: true }),
            Some(other) => Err(wrong(name, other, Phrase("phrase.hex_or_nothing"))),
        }
    }

    /// A checksum, or else a variable.
    fn named(name: &str, format: Option<&str>, names: Names<'_>) -> Result<Field, FieldError> {
        if let Ok(checksum) = Checksum::from_name(name) {
            return Field::checksum(name, checksum, format);
        }
        match names {
            Names::Any if is_name(name) => Field::variable(name, format),
            _ => Err(unknown(name, names)),
        }
    }

    fn checksum(name: &str, checksum: Checksum, format: Option<&str>) -> Result<Field, FieldError> {
        let (mut checksum, mut as_hex, mut range) = (checksum, false, None);
        for word in format.iter().flat_map(|format| format.split(':')).map(str::trim) {
            match word {
                // One byte has no order.
                "be" | "le" if checksum.size() == 1 => {}
                "be" => checksum = checksum.with_order(ByteOrder::BigEndian),
                "le" => checksum = checksum.with_order(ByteOrder::LittleEndian),
                "hex" => as_hex = true,
                _ if word.contains("..") => range = Some(ByteRange::parse(word)?),
                _ => return Err(wrong(name, word, COVER_EXPECTED)),
            }
        }
        Ok(Field::Checksum { checksum, as_hex, range })
    }

    fn variable(name: &str, format: Option<&str>) -> Result<Field, FieldError> {
        let format = format.map(|format| NumberFormat::parse(name, format)).transpose()?;
        Ok(Field::Variable { name: name.to_owned(), format })
    }
}

/// Whether a variable or a capture may be called that.
pub(in crate::automation) fn is_name(name: &str) -> bool {
    let inner = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    !name.is_empty() && name.chars().all(inner) && !name.starts_with('.') && !name.ends_with('.')
}

fn unknown(name: &str, names: Names<'_>) -> FieldError {
    let known = match names {
        Names::Any => &[],
        Names::Known(known) => known,
    };
    let checksums = Checksum::all().map(|checksum| -> &str { checksum.name() });
    let fields = NAMES.iter().map(|name| -> &str { name });
    let candidates: Vec<&str> = fields.chain(known.iter().copied()).chain(checksums).collect();
    let nearest = near_miss::closest(name, candidates.into_iter()).map(str::to_owned);
    let variables = match names {
        Names::Any => " or a variable".to_owned(),
        Names::Known(known) => known.iter().flat_map(|known| [", ", known]).collect(),
    };
    FieldError::Unknown { name: name.to_owned(), variables, nearest }
}

fn wrong(field: &str, format: &str, expected: Phrase) -> FieldError {
    FieldError::Format { field: field.to_owned(), format: format.to_owned(), expected, nearest: None }
}

fn number_or_decimal(name: &str, format: Option<&str>) -> Result<NumberFormat, FieldError> {
    format.map_or(Ok(DECIMAL), |format| NumberFormat::parse(name, format))
}

impl NumberFormat {
    fn parse(field: &str, typed: &str) -> Result<NumberFormat, FieldError> {
        let fault = || FieldError::Format {
            field: field.to_owned(),
            format: typed.to_owned(),
            expected: NUMBER_EXPECTED,
            nearest: near_miss::closest(typed, NUMBER_WORDS.into_iter()).map(str::to_owned),
        };
        let (word, digits) =
            typed.split_once(' ').map_or((typed, None), |(word, digits)| (word, Some(digits)));
        let digits = match digits {
            None => 0,
            Some(digits) => digits
                .trim()
                .parse()
                .ok()
                .filter(|digits| matches!(digits, 1..=MOST_DIGITS))
                .filter(|_| matches!(word, "dec" | "hex"))
                .ok_or_else(fault)?,
        };
        match word {
            "dec" => return Ok(NumberFormat::Text(TextFormat::Decimal(digits))),
            "hex" => return Ok(NumberFormat::Text(TextFormat::Hex(digits))),
            "u8" | "i8" => {
                let signed = word == "i8";
                return Ok(NumberFormat::Integer { size: 1, signed, order: ByteOrder::BigEndian });
            }
            _ => {}
        }
        let (word, order) = match (word.strip_suffix("be"), word.strip_suffix("le")) {
            (Some(word), _) => (word, ByteOrder::BigEndian),
            (_, Some(word)) => (word, ByteOrder::LittleEndian),
            (None, None) => return Err(fault()),
        };
        let (kind, bits) = word.split_at_checked(1).ok_or_else(fault)?;
        match (kind, bits.parse::<u8>()) {
            ("u" | "i", Ok(bits @ (16 | 24 | 32 | 40 | 48 | 56 | 64))) => {
                Ok(NumberFormat::Integer { size: bits / 8, signed: kind == "i", order })
            }
            ("f", Ok(32)) => Ok(NumberFormat::Float { double: false, order }),
            ("f", Ok(64)) => Ok(NumberFormat::Float { double: true, order }),
            _ => Err(fault()),
        }
    }
}

impl TimeText {
    fn parse(format: Option<&str>) -> Result<TimeText, FieldError> {
        let Some(typed) = format.filter(|format| !format.is_empty()) else {
            return Ok(TimeText::Words(USUAL_TIME.to_owned()));
        };
        let (unit, number) =
            typed.split_once(':').map_or((typed, None), |(unit, number)| (unit, Some(number.trim())));
        match unit {
            "unix" => Ok(TimeText::Unix(number_or_decimal("time:unix", number)?)),
            "unix-ms" => Ok(TimeText::UnixMillis(number_or_decimal("time:unix-ms", number)?)),
            _ => match time::check_words(typed) {
                Ok(()) if typed.contains('%') => Ok(TimeText::Words(typed.to_owned())),
                Ok(()) => Err(wrong("time", typed, Phrase("phrase.time_words"))),
                Err(why) => Err(FieldError::Time { format: typed.to_owned(), why }),
            },
        }
    }
}

impl RangeEnd {
    /// Whether it moves with how much there is.
    pub(super) fn is_open(self) -> bool {
        matches!(self, RangeEnd::Back(_))
    }
}

impl ByteRange {
    /// All that stands before the field.
    pub(super) const UP_TO_HERE: ByteRange = ByteRange { start: 0, end: RangeEnd::Back(0) };

    fn parse(typed: &str) -> Result<ByteRange, FieldError> {
        let fault = || FieldError::Range { range: typed.to_owned() };
        let (start, end) = typed.split_once("..").ok_or_else(fault)?;
        let number = |digits: &str| digits.trim().parse::<usize>().map_err(|_| fault());
        let start = if start.trim().is_empty() { 0 } else { number(start)? };
        let end = match (end.trim(), end.trim().strip_prefix('-')) {
            ("", _) => RangeEnd::Back(0),
            (_, Some(back)) => RangeEnd::Back(number(back)?),
            (at, None) => RangeEnd::At(number(at).ok().filter(|at| *at >= start).ok_or_else(fault)?),
        };
        Ok(ByteRange { start, end })
    }

    /// A range, or the place of one byte.
    fn parse_or_single(typed: &str) -> Result<ByteRange, FieldError> {
        match typed.parse::<usize>() {
            Ok(start) if start < usize::MAX => Ok(ByteRange { start, end: RangeEnd::At(start + 1) }),
            _ => ByteRange::parse(typed),
        }
    }

    /// The range where there are so many bytes; `None` where it is not there.
    pub(super) fn within(self, length: usize) -> Option<std::ops::Range<usize>> {
        let end = match self.end {
            RangeEnd::At(end) => end,
            RangeEnd::Back(back) => length.checked_sub(back)?,
        };
        (self.start <= end && end <= length).then_some(self.start..end)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Counter(DECIMAL) => f.write_str("counter"),
            Field::Counter(format) => write!(f, "counter:{format}"),
            Field::Time(text) => write!(f, "time:{text}"),
            Field::Random(format) => write!(f, "random:{format}"),
            Field::PeerIp => f.write_str("peer.ip"),
            Field::PeerPort(DECIMAL) => f.write_str("peer.port"),
            Field::PeerPort(format) => write!(f, "peer.port:{format}"),
            Field::Length { format, range } => {
                f.write_str("len")?;
                if *format != DECIMAL {
                    write!(f, ":{format}")?;
                }
                range.map_or(Ok(()), |range| write!(f, ":{range}"))
            }
            Field::Checksum { checksum, as_hex, range } => {
                write!(f, "{checksum}")?;
                f.write_str(if *as_hex { ":hex" } else { "" })?;
                range.map_or(Ok(()), |range| write!(f, ":{range}"))
            }
            Field::Received { range, as_hex } => {
                f.write_str("rx")?;
                if let Some(range) = range {
                    write!(f, "[{range}]")?;
                }
                f.write_str(if *as_hex { ":hex" } else { "" })
            }
            Field::Variable { name, format: None } => f.write_str(name),
            Field::Variable { name, format: Some(format) } => write!(f, "{name}:{format}"),
        }
    }
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = |order: ByteOrder| match order {
            ByteOrder::BigEndian => "be",
            ByteOrder::LittleEndian => "le",
        };
        match *self {
            NumberFormat::Text(TextFormat::Decimal(0)) => f.write_str("dec"),
            NumberFormat::Text(TextFormat::Decimal(digits)) => write!(f, "dec {digits}"),
            NumberFormat::Text(TextFormat::Hex(0)) => f.write_str("hex"),
            NumberFormat::Text(TextFormat::Hex(digits)) => write!(f, "hex {digits}"),
            NumberFormat::Integer { size, signed, order } => {
                let kind = if signed { 'i' } else { 'u' };
                write!(f, "{kind}{}{}", size * 8, if size == 1 { "" } else { suffix(order) })
            }
            NumberFormat::Float { double, order } => {
                write!(f, "f{}{}", if double { 64 } else { 32 }, suffix(order))
            }
        }
    }
}

impl fmt::Display for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeText::Words(words) => f.write_str(words),
            TimeText::Unix(DECIMAL) => f.write_str("unix"),
            TimeText::Unix(format) => write!(f, "unix:{format}"),
            TimeText::UnixMillis(DECIMAL) => f.write_str("unix-ms"),
            TimeText::UnixMillis(format) => write!(f, "unix-ms:{format}"),
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            RangeEnd::At(end) => write!(f, "{}..{end}", self.start),
            RangeEnd::Back(0) => write!(f, "{}..", self.start),
            RangeEnd::Back(back) => write!(f, "{}..-{back}", self.start),
        }
    }
}
