//! How a framing is written: `none`, `lines`, `delim:0D0A`, `fixed:8`, `length:2,2,be,-4`, `start-end:02,03`, `idle:20`,
//! and the names of protocols: `slip`, `cobs`, `websocket`, `modbus-tcp`, `mqtt`.

use crate::codec::framing::LONGEST_MESSAGE;
use crate::codec::hex::{self, HexError};
use crate::codec::near_miss;
use crate::model::framing::{Framing, LengthField};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What is wrong with a framing that was typed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FramingError {
    /// No framing has this name.
    #[error(
        "unknown splitting '{word}'; write none, lines, delim:HEX, fixed:N, length:OFFSET,SIZE,be|le[,ADJUST], start-end:HEX,HEX, idle:MS, slip, cobs, websocket, modbus-tcp or mqtt{hint}"
    )]
    Unknown {
        /// What stands before the colon.
        word: String,
        /// The nearest known name, as the end of the sentence.
        hint: String,
    },
    /// `none`, `lines` and the names of protocols take nothing.
    #[error("'{word}' takes no value, but '{value}' follows it")]
    ValueSurplus {
        /// The name.
        word: String,
        /// What follows the colon.
        value: String,
    },
    /// The delimiter is no hex.
    #[error("delim:{value} is not a delimiter: {error}")]
    DelimiterInvalid {
        /// What follows the colon.
        value: String,
        /// Why.
        error: HexError,
    },
    /// The delimiter has no bytes.
    #[error("delim: needs the bytes that end a message in hex, for example delim:0D0A")]
    DelimiterEmpty,
    /// The start or the end of a message is no hex.
    #[error("the {what} in '{text}' is not hex: {error}")]
    MarkInvalid {
        /// All that was typed.
        text: String,
        /// Which of the two.
        what: &'static str,
        /// Why.
        error: HexError,
    },
    /// The start or the end of a message has no bytes.
    #[error("the {what} in '{text}' has no bytes; write start-end:HEX,HEX, for example start-end:02,03")]
    MarkEmpty {
        /// All that was typed.
        text: String,
        /// Which of the two.
        what: &'static str,
    },
    /// A number is missing, is none, or is out of its range.
    #[error("the {what} in '{text}' must be a number from {least} to {most}, not '{value}'")]
    NumberInvalid {
        /// All that was typed.
        text: String,
        /// Which number.
        what: &'static str,
        /// The smallest one.
        least: i64,
        /// The largest one.
        most: i64,
        /// What stands there.
        value: String,
    },
    /// The length field has another size than integers have.
    #[error("the size of the length field in '{text}' must be 1, 2, 3, 4 or 8 bytes, not '{value}'")]
    SizeInvalid {
        /// All that was typed.
        text: String,
        /// What stands there.
        value: String,
    },
    /// The byte order is neither be nor le.
    #[error("the byte order in '{text}' must be be (most significant byte first) or le, not '{value}'")]
    OrderInvalid {
        /// All that was typed.
        text: String,
        /// What stands there.
        value: String,
    },
    /// More parts than there are.
    #[error("'{text}' has more parts than {form}")]
    PartSurplus {
        /// All that was typed.
        text: String,
        /// How it is written.
        form: &'static str,
    },
}

const WORDS: [&str; 5] = ["delim", "fixed", "length", "start-end", "idle"];

/// The framings that have a name and no values.
const NAMED: [(&str, Framing); 7] = [
    ("none", Framing::None),
    ("lines", Framing::Lines),
    ("slip", Framing::Slip),
    ("cobs", Framing::Cobs),
    ("websocket", Framing::WebSocket),
    ("modbus-tcp", Framing::ModbusTcp),
    ("mqtt", Framing::Mqtt),
];

/// A header longer than this is a slip of the finger.
const LARGEST_OFFSET: i64 = 65_535;
/// One day: a longer gap is no gap between messages.
const LONGEST_GAP_MILLIS: i64 = 86_400_000;

impl FromStr for Framing {
    type Err = FramingError;

    fn from_str(text: &str) -> Result<Framing, FramingError> {
        let text = text.trim();
        let (word, value) = match text.split_once(':') {
            Some((word, value)) => (word.trim(), Some(value.trim())),
            None => (text, None),
        };
        let lower = word.to_ascii_lowercase();
        if let Some((_, framing)) = NAMED.iter().find(|(name, _)| *name == lower) {
            return match value {
                None => Ok(framing.clone()),
                Some(value) => {
                    Err(FramingError::ValueSurplus { word: word.to_owned(), value: value.to_owned() })
                }
            };
        }
        match (lower.as_str(), value) {
            ("delim", value) => parse_delimiter(value.unwrap_or("")),
            ("fixed", value) => {
                let size = parse_number(text, "message size", value, 1, longest_message())?;
                Ok(Framing::Fixed(usize::try_from(size).unwrap_or(1)))
            }
            ("idle", value) => {
                let millis = parse_number(text, "gap in milliseconds", value, 1, LONGEST_GAP_MILLIS)?;
                Ok(Framing::IdleGap { millis: millis.unsigned_abs() })
            }
            ("length", value) => parse_length(text, value.unwrap_or("")).map(Framing::Length),
            ("start-end", value) => parse_start_end(text, value.unwrap_or("")),
            _ => {
                let names = NAMED.iter().map(|(name, _)| *name);
                let hint = near_miss::hint(word, names.chain(WORDS));
                Err(FramingError::Unknown { word: word.to_owned(), hint })
            }
        }
    }
}

fn longest_message() -> i64 {
    i64::try_from(LONGEST_MESSAGE).unwrap_or(i64::MAX)
}

fn parse_delimiter(value: &str) -> Result<Framing, FramingError> {
    match hex::parse(value) {
        Ok(bytes) if bytes.is_empty() => Err(FramingError::DelimiterEmpty),
        Ok(bytes) => Ok(Framing::Delimiter(bytes)),
        Err(error) => Err(FramingError::DelimiterInvalid { value: value.to_owned(), error }),
    }
}

fn parse_start_end(text: &str, value: &str) -> Result<Framing, FramingError> {
    let mut parts = value.split(',').map(str::trim);
    let mut mark = |what| match hex::parse(parts.next().unwrap_or("")) {
        Ok(bytes) if bytes.is_empty() => Err(FramingError::MarkEmpty { text: text.to_owned(), what }),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(FramingError::MarkInvalid { text: text.to_owned(), what, error }),
    };
    let (start, end) = (mark("start")?, mark("end")?);
    if parts.next().is_some() {
        return Err(FramingError::PartSurplus { text: text.to_owned(), form: "start-end:HEX,HEX" });
    }
    Ok(Framing::StartEnd { start, end })
}

fn parse_length(text: &str, value: &str) -> Result<LengthField, FramingError> {
    let mut parts = value.split(',').map(str::trim);
    let offset = parse_number(text, "offset", parts.next(), 0, LARGEST_OFFSET)?;
    let size = parts.next().unwrap_or("");
    let size = match size.parse() {
        Ok(number) if matches!(number, 1..=4 | 8) => number,
        _ => return Err(FramingError::SizeInvalid { text: text.to_owned(), value: size.to_owned() }),
    };
    let order = parts.next().unwrap_or("");
    let big_endian = match order.to_ascii_lowercase().as_str() {
        "be" => true,
        "le" => false,
        _ => return Err(FramingError::OrderInvalid { text: text.to_owned(), value: order.to_owned() }),
    };
    let adjust = match parts.next() {
        None => 0,
        value => parse_number(text, "adjustment", value, -longest_message(), longest_message())?,
    };
    if parts.next().is_some() {
        let form = "length:OFFSET,SIZE,be|le,ADJUST";
        return Err(FramingError::PartSurplus { text: text.to_owned(), form });
    }
    Ok(LengthField { offset: usize::try_from(offset).unwrap_or(0), size, big_endian, adjust })
}

fn parse_number(
    text: &str,
    what: &'static str,
    value: Option<&str>,
    least: i64,
    most: i64,
) -> Result<i64, FramingError> {
    let value = value.unwrap_or("");
    value.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        FramingError::NumberInvalid { text: text.to_owned(), what, least, most, value: value.to_owned() }
    })
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Framing::Delimiter(bytes) => write!(f, "delim:{}", digits(bytes)),
            Framing::StartEnd { start, end } => write!(f, "start-end:{},{}", digits(start), digits(end)),
            Framing::Fixed(size) => write!(f, "fixed:{size}"),
            Framing::IdleGap { millis } => write!(f, "idle:{millis}"),
            Framing::Length(LengthField { offset, size, big_endian, adjust }) => {
                let order = if *big_endian { "be" } else { "le" };
                write!(f, "length:{offset},{size},{order}")?;
                if *adjust == 0 { Ok(()) } else { write!(f, ",{adjust}") }
            }
            named => {
                let name = NAMED.iter().find(|(_, framing)| framing == named);
                f.write_str(name.map_or("none", |(name, _)| name))
            }
        }
    }
}

fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        hex::push_byte(&mut text, *byte);
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::model::framing::Framing;

    #[test]
    fn framings_read_back_as_they_were_typed() {
        for text in [
            "none",
            "lines",
            "delim:0D0A",
            "fixed:8",
            "length:2,2,be",
            "length:0,4,le,-4",
            "start-end:02,0D0A",
            "idle:20",
            "slip",
            "cobs",
            "websocket",
            "modbus-tcp",
            "mqtt",
        ] {
            assert_eq!(text.parse::<Framing>().unwrap().to_string(), text);
        }
        for (typed, text) in [
            ("LINES", "lines"),
            ("delim:0d 0a", "delim:0D0A"),
            ("length: 0, 1, BE, +2", "length:0,1,be,2"),
            ("length:0,2,le,0", "length:0,2,le"),
        ] {
            assert_eq!(typed.parse::<Framing>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn bad_framings_say_what_would_be_good() {
        for (text, start) in [
            ("line", "unknown splitting 'line'; write none, lines, delim:HEX"),
            ("", "unknown splitting ''"),
            ("lines:3", "'lines' takes no value, but '3' follows it"),
            ("delim:", "delim: needs the bytes that end a message in hex"),
            ("delim:0G", "delim:0G is not a delimiter: 'G' is not a hex digit (at character 2)"),
            ("fixed:0", "the message size in 'fixed:0' must be a number from 1 to 16777216, not '0'"),
            ("fixed", "the message size in 'fixed' must be a number from 1 to 16777216, not ''"),
            ("idle:x", "the gap in milliseconds in 'idle:x' must be a number from 1 to 86400000, not 'x'"),
            ("length:0", "the size of the length field in 'length:0' must be 1, 2, 3, 4 or 8 bytes, not ''"),
            ("length:0,5,be", "the size of the length field in 'length:0,5,be' must be 1, 2, 3, 4 or 8"),
            ("length:0,2", "the byte order in 'length:0,2' must be be"),
            ("length:-1,2,be", "the offset in 'length:-1,2,be' must be a number from 0 to 65535, not '-1'"),
            ("length:0,2,be,x", "the adjustment in 'length:0,2,be,x' must be a number from"),
            ("length:0,2,be,1,1", "'length:0,2,be,1,1' has more parts than length:"),
            ("start-end:02", "the end in 'start-end:02' has no bytes; write start-end:HEX,HEX"),
            ("start-end:,03", "the start in 'start-end:,03' has no bytes"),
            ("start-end:0G,03", "the start in 'start-end:0G,03' is not hex: 'G' is not a hex digit"),
            ("start-end:02,03,04", "'start-end:02,03,04' has more parts than start-end:HEX,HEX"),
            ("mqtt:5", "'mqtt' takes no value, but '5' follows it"),
        ] {
            let message = text.parse::<Framing>().unwrap_err().to_string();
            assert!(message.starts_with(start), "{text}: {message}");
        }
        assert!(
            "lenght:0,2,be".parse::<Framing>().unwrap_err().to_string().ends_with("did you mean length?")
        );
    }
}
