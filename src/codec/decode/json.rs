//! JSON texts (RFC 8259). Each value is a node under the name of its way from the root: `json.a.b[0]`.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup, FieldKind};
use crate::codec::decode::hint::Hint;
use crate::codec::decode::reader::{Reader, push_text};
use crate::codec::decode::tree::{Name, NodeId, Stored, Tree};
use crate::codec::decode::{Confidence, Decoder, DecoderId, Value};
use crate::util::locale::Locale;
use std::ops::Range;

/// The root, and with the way to them all values.
pub(super) static JSON: Field = Field::new("json", "decode.json.value", FieldKind::Any);

/// The values of a summary, and how much of each text it shows.
const SUMMARY_VALUES: usize = 6;
const SUMMARY_CHARACTERS: usize = 40;

/// The decoder.
#[derive(Debug)]
pub(super) struct Json;

/// An object or array that is open.
struct Open {
    node: NodeId,
    closes_with: u8,
    next_index: u32,
}

impl Decoder for Json {
    fn id(&self) -> DecoderId {
        DecoderId::Json
    }

    fn fields(&self) -> &'static [FieldGroup] {
        static FIELDS: [FieldGroup; 1] = [&[&JSON]];
        &FIELDS
    }

    fn fits(&self, message: &[u8], _hint: &Hint) -> Confidence {
        let inside = message.trim_ascii();
        let Some((open, rest)) = inside.split_first() else { return Confidence::No };
        let rest = rest.trim_ascii_start();
        let (close, goes_on) = match (open, rest.first()) {
            (b'{', Some(next)) => (b'}', matches!(next, b'"' | b'}')),
            (b'[', Some(next)) => {
                (b']', matches!(next, b'"' | b']' | b'[' | b'{' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
            }
            _ => return Confidence::No,
        };
        match (goes_on, inside.last() == Some(&close)) {
            (false, _) => Confidence::No,
            (true, false) => Confidence::Possible,
            (true, true) if close == b'}' => Confidence::Certain,
            (true, true) => Confidence::Likely,
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let mut open: Vec<Open> = Vec::new();
        skip_blank(reader)?;
        value(reader, &mut open, Name::Field)?;
        while let Some(innermost) = open.last() {
            let (node, closes_with, index) = (innermost.node, innermost.closes_with, innermost.next_index);
            skip_blank(reader)?;
            if next(reader)? == closes_with {
                reader.take(1)?;
                reader.close(node);
                open.pop();
                continue;
            }
            if index > 0 {
                expect(reader, b',', if closes_with == b'}' { ", }" } else { ", ]" })?;
                skip_blank(reader)?;
            }
            let name = if closes_with == b'}' { Name::Key(key(reader)?) } else { Name::Index(index) };
            if let Some(innermost) = open.last_mut() {
                innermost.next_index = index.saturating_add(1);
            }
            value(reader, &mut open, name)?;
        }
        skip_blank(reader)
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        let leaves = tree.entries(message).filter(|entry| entry.is(&JSON));
        let mut leaves = leaves.filter(|entry| is_leaf(message, entry.range())).peekable();
        for shown in 0..SUMMARY_VALUES {
            let Some(entry) = leaves.next() else { return };
            if shown > 0 {
                line.push_str(", ");
            }
            let mut name = String::new();
            entry.push_name(&mut name);
            let way = name.strip_prefix(JSON.name).unwrap_or(&name);
            line.push_str(way.strip_prefix('.').unwrap_or(way));
            if !way.is_empty() {
                line.push('=');
            }
            push_value(line, entry.value());
        }
        if leaves.peek().is_some() {
            line.push_str(locale.text("decode.more"));
        }
    }
}

fn is_leaf(message: &[u8], range: Option<Range<usize>>) -> bool {
    let first = range.and_then(|range| message.get(range.start));
    !matches!(first, Some(b'{' | b'['))
}

fn push_value(line: &mut String, value: Value<'_>) {
    match value {
        Value::Nothing => line.push_str("null"),
        Value::Text(text) => super::push_beginning(line, text, SUMMARY_CHARACTERS),
        _ => value.push_plain(FieldKind::Any, line),
    }
}

/// One value: a leaf whole, an object or array up to its opening bracket.
fn value(reader: &mut Reader<'_>, open: &mut Vec<Open>, name: Name) -> Result<(), Fault> {
    let start = reader.at();
    let node = match next(reader)? {
        bracket @ (b'{' | b'[') => {
            let node = reader.open(&JSON)?;
            reader.take(1)?;
            let closes_with = if bracket == b'{' { b'}' } else { b']' };
            open.push(Open { node, closes_with, next_index: 0 });
            node
        }
        b'"' => {
            let text = string(reader)?;
            reader.push(&JSON, Stored::Text(text), start..reader.at())?
        }
        b't' => word(reader, b"true", "true", Stored::Flag(true))?,
        b'f' => word(reader, b"false", "false", Stored::Flag(false))?,
        b'n' => word(reader, b"null", "null", Stored::Nothing)?,
        b'-' | b'0'..=b'9' => {
            let number = number(reader)?;
            reader.push(&JSON, number, start..reader.at())?
        }
        _ => return Err(reader.fault(Why::Expected("a value"))),
    };
    reader.set_name(node, name);
    Ok(())
}

fn key(reader: &mut Reader<'_>) -> Result<Range<usize>, Fault> {
    if next(reader)? != b'"' {
        return Err(reader.fault(Why::Expected("\"")));
    }
    let key = string(reader)?;
    skip_blank(reader)?;
    expect(reader, b':', ":")?;
    skip_blank(reader)?;
    Ok(key)
}

fn word(reader: &mut Reader<'_>, word: &[u8], spelled: &'static str, value: Stored) -> Result<NodeId, Fault> {
    let start = reader.at();
    let there = reader.rest();
    if word.starts_with(&there[..there.len().min(word.len())]) {
        reader.take(word.len())?;
        return reader.push(&JSON, value, start..reader.at());
    }
    Err(reader.fault(Why::Expected(spelled)))
}

/// A string with its quotes; gives its characters, kept in the tree.
fn string(reader: &mut Reader<'_>) -> Result<Range<usize>, Fault> {
    reader.take(1)?;
    let rest = reader.rest();
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < 0x20;
    let plain = rest.iter().position(stops).unwrap_or(rest.len());
    let mut kept = reader.tree_mut().keep_text(|text| push_text(text, &rest[..plain]));
    reader.take(plain)?;
    loop {
        match next(reader)? {
            b'"' => {
                reader.take(1)?;
                return Ok(kept);
            }
            b'\\' => {
                let character = escape(reader)?;
                kept.end = reader.tree_mut().keep_text(|text| text.push(character)).end;
            }
            byte if byte < 0x20 => return Err(reader.fault(Why::Expected("\""))),
            _ => {
                let rest = reader.rest();
                let plain = rest.iter().position(stops).unwrap_or(rest.len());
                kept.end = reader.tree_mut().keep_text(|text| push_text(text, &rest[..plain])).end;
                reader.take(plain)?;
            }
        }
    }
}

/// One escape. Half a pair of surrogates becomes the replacement character.
fn escape(reader: &mut Reader<'_>) -> Result<char, Fault> {
    let fault = reader.fault(Why::Expected("an escape"));
    reader.take(1)?;
    Ok(match reader.take(1)? {
        [plain @ (b'"' | b'\\' | b'/')] => char::from(*plain),
        b"b" => '\u{8}',
        b"f" => '\u{c}',
        b"n" => '\n',
        b"r" => '\r',
        b"t" => '\t',
        b"u" => {
            let first = unit(reader.take(4)?).ok_or(fault)?;
            let second = match reader.rest() {
                [b'\\', b'u', digits @ ..] if (0xD800..0xDC00).contains(&first) => {
                    digits.get(..4).and_then(unit).filter(|unit| (0xDC00..0xE000).contains(unit))
                }
                _ => None,
            };
            if second.is_some() {
                reader.take(6)?;
            }
            let units = [Some(first), second];
            let character = char::decode_utf16(units.into_iter().flatten()).next();
            character.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => return Err(fault),
    })
}

fn unit(digits: &[u8]) -> Option<u16> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    str::from_utf8(digits).ok().filter(|_| is_hex).and_then(|digits| u16::from_str_radix(digits, 16).ok())
}

/// A number by the book, whole where it fits into 64 bits.
fn number(reader: &mut Reader<'_>) -> Result<Stored, Fault> {
    let rest = reader.rest();
    let digits_from = |at: usize| rest[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start = reader.at();
    let digit = |at: usize| Fault {
        at: start + at,
        why: if at == rest.len() { Why::EndsEarly } else { Why::Expected("a digit") },
    };
    let mut at = usize::from(rest.first() == Some(&b'-'));
    let whole = digits_from(at);
    if whole == 0 {
        return Err(digit(at));
    }
    // A leading zero stands alone.
    at += if rest[at] == b'0' { 1 } else { whole };
    let is_whole = !matches!(rest.get(at), Some(b'.' | b'e' | b'E'));
    if rest.get(at) == Some(&b'.') {
        let fraction = digits_from(at + 1);
        if fraction == 0 {
            return Err(digit(at + 1));
        }
        at += 1 + fraction;
    }
    if matches!(rest.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits_from(at);
        if exponent == 0 {
            return Err(digit(at));
        }
        at += exponent;
    }
    let text = str::from_utf8(reader.take(at)?).unwrap_or_default();
    let value = match is_whole {
        true if text.starts_with('-') => text.parse().ok().map(Stored::Signed),
        true => text.parse().ok().map(Stored::Unsigned),
        false => None,
    };
    Ok(value.unwrap_or_else(|| Stored::Float(text.parse().unwrap_or(f64::NAN))))
}

fn skip_blank(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let blank = reader.rest().iter().take_while(is_blank).count();
    reader.take(blank).map(|_| ())
}

fn next(reader: &Reader<'_>) -> Result<u8, Fault> {
    reader.rest().first().copied().ok_or_else(|| reader.fault(Why::EndsEarly))
}

fn expect(reader: &mut Reader<'_>, byte: u8, spelled: &'static str) -> Result<(), Fault> {
    if next(reader)? != byte {
        return Err(reader.fault(Why::Expected(spelled)));
    }
    reader.take(1).map(|_| ())
}
