//! What Modbus carries over whatever: a function and its data, of a request, an answer or an exception.

use super::fields::{
    AND_MASK, BIT_CNT, BITNUM, BITVAL, BYTE_CNT, BYTE_CNT_16, CONFORMITY_LEVEL, DATA, DIAGNOSTIC_CODE,
    EV_COUNT, EV_MSG_COUNT, EV_STATUS, EVENT, EXCEPTION_CODE, FUNC_CODE, MEI, MODBUS, MORE_FOLLOWS,
    NEXT_OBJECT_ID, NUM_OBJECTS, OBJECT_ID, OBJECT_STR_VALUE, OBJECTS_LEN, OR_MASK, PADDING, QUERY_DATA,
    QUERY_ECHO, READ_DEVICE_ID, READ_REFERENCE_NUM, READ_WORD_CNT, REFERENCE_NUM, REFERENCE_NUM_32,
    REFERENCE_TYPE, REGNUM16, REGVAL_UINT16, RESPONSE_TIME, WORD_CNT, WRITE_REFERENCE_NUM, WRITE_WORD_CNT,
};
use crate::codec::decode::Value;
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::Field;
use crate::codec::decode::hint::{Hint, Toward};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::util::locale::Locale;

/// Set in the function of an answer that is an exception.
const EXCEPTION: u8 = 0x80;
/// The values of a summary.
const SUMMARY_VALUES: usize = 10;

/// Whether this is a function of the standard, or an exception of one.
pub(super) fn is_known_function(code: u8) -> bool {
    matches!(code & !EXCEPTION, 1..=8 | 11 | 12 | 15..=17 | 20..=24 | 43)
}

/// Who a body goes to: as its carrier says, or else as its form does.
pub(super) fn toward(body: &[u8], hint: &Hint) -> Toward {
    let Some((function, data)) = body.split_first() else { return Toward::Server };
    if function & EXCEPTION != 0 {
        return Toward::Client;
    }
    hint.toward.unwrap_or_else(|| {
        let counts_its_bytes = data.first().is_some_and(|count| usize::from(*count) + 1 == data.len());
        let is_answer = match function {
            // Registers have two bytes each, so that three bytes after a count are no answer.
            3 | 4 => data.len() != 4 && counts_its_bytes,
            1 | 2 => counts_its_bytes && data.len() != 4,
            15 | 16 => data.len() == 4,
            23 => counts_its_bytes,
            7 | 11 | 12 | 17 => !data.is_empty(),
            _ => false,
        };
        if is_answer { Toward::Client } else { Toward::Server }
    })
}

/// What the answer's decoding wants to know of a request: the first number that it reads, and how many.
pub(super) fn note(body: &[u8]) -> u64 {
    body.get(1..5).map_or(0, big_endian)
}

/// The first number that was asked for, and how many.
#[derive(Clone, Copy)]
struct Wanted {
    first: u64,
    count: u64,
}

impl Wanted {
    fn of(reader: &Reader<'_>) -> Option<Wanted> {
        let note = reader.hint().asked?.note;
        Some(Wanted { first: note >> 16, count: note & 0xffff })
    }
}

/// A function and its data.
pub(super) fn decode(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let start = reader.at();
    let toward = toward(reader.rest(), reader.hint());
    let body = reader.open(&MODBUS)?;
    let code = reader.plain_number(1)?;
    reader.number_at(&FUNC_CODE, code & 0x7f, start..start + 1)?;
    if code >= u64::from(EXCEPTION) {
        reader.number(&EXCEPTION_CODE, 1)?;
    } else {
        if let (Toward::Client, Some(asked)) = (toward, reader.hint().asked) {
            reader.computed_duration(&RESPONSE_TIME, asked.after_ns)?;
        }
        match toward {
            Toward::Server => request(reader, code)?,
            Toward::Client => answer(reader, code)?,
        }
    }
    reader.close(body);
    Ok(())
}

fn request(reader: &mut Reader<'_>, code: u64) -> Result<(), Fault> {
    match code {
        1 | 2 => numbers(reader, &[&REFERENCE_NUM, &BIT_CNT]),
        3 | 4 => numbers(reader, &[&REFERENCE_NUM, &WORD_CNT]),
        7 | 11 | 12 | 17 => Ok(()),
        8 => diagnostics(reader, &QUERY_DATA),
        15 => {
            numbers(reader, &[&REFERENCE_NUM, &BIT_CNT])?;
            counted(reader, |reader| rest_as(reader, &DATA))
        }
        16 => {
            let first = reader.number(&REFERENCE_NUM, 2)?;
            reader.number(&WORD_CNT, 2)?;
            counted(reader, |reader| registers(reader, Some(first)))
        }
        20 => counted(reader, |reader| {
            while reader.left() > 0 {
                file_record(reader)?;
            }
            Ok(())
        }),
        23 => {
            numbers(reader, &[&READ_REFERENCE_NUM, &READ_WORD_CNT, &WRITE_REFERENCE_NUM, &WRITE_WORD_CNT])?;
            counted(reader, |reader| rest_as(reader, &DATA))
        }
        24 => reader.number(&REFERENCE_NUM, 2).map(|_| ()),
        43 => {
            reader.number(&MEI, 1)?;
            if reader.left() == 2 {
                reader.number(&READ_DEVICE_ID, 1)?;
                reader.number(&OBJECT_ID, 1)?;
            }
            rest_as(reader, &DATA)
        }
        _ => same_both_ways(reader, code),
    }
}

fn answer(reader: &mut Reader<'_>, code: u64) -> Result<(), Fault> {
    let wanted = Wanted::of(reader);
    let first = wanted.map(|wanted| wanted.first);
    match code {
        1 | 2 => counted(reader, |reader| bits(reader, wanted)),
        3 | 4 => counted(reader, |reader| registers(reader, first)),
        8 => diagnostics(reader, &QUERY_ECHO),
        11 => numbers(reader, &[&EV_STATUS, &EV_COUNT]),
        12 => counted(reader, |reader| {
            numbers(reader, &[&EV_STATUS, &EV_COUNT, &EV_MSG_COUNT])?;
            while reader.left() > 0 {
                reader.number(&EVENT, 1)?;
            }
            Ok(())
        }),
        15 => numbers(reader, &[&REFERENCE_NUM, &BIT_CNT]),
        16 => numbers(reader, &[&REFERENCE_NUM, &WORD_CNT]),
        20 => counted(reader, |reader| {
            while reader.left() > 0 {
                let length = to_length(reader.number(&BYTE_CNT, 1)?);
                reader.within(length, |reader| {
                    reader.number(&REFERENCE_TYPE, 1)?;
                    rest_as(reader, &DATA)
                })?;
            }
            Ok(())
        }),
        23 => counted(reader, |reader| rest_as(reader, &DATA)),
        24 => {
            let length = to_length(reader.number(&BYTE_CNT_16, 2)?);
            reader.within(length, |reader| {
                reader.number(&WORD_CNT, 2)?;
                rest_as(reader, &DATA)
            })
        }
        43 => device_identification(reader),
        _ => same_both_ways(reader, code),
    }
}

/// Functions whose answer repeats the request, and those that nobody knows.
fn same_both_ways(reader: &mut Reader<'_>, code: u64) -> Result<(), Fault> {
    match code {
        5 => {
            reader.number(&REFERENCE_NUM, 2)?;
            let start = reader.at();
            reader.bytes(&DATA, 2)?;
            reader.bits(&PADDING, start + 1..start + 2, 0xff).map(|_| ())
        }
        6 => {
            reader.number(&REFERENCE_NUM, 2)?;
            reader.bytes(&DATA, 2).map(|_| ())
        }
        21 => counted(reader, |reader| {
            while reader.left() > 0 {
                let words = to_length(file_record(reader)?);
                reader.bytes(&DATA, 2 * words)?;
            }
            Ok(())
        }),
        22 => numbers(reader, &[&REFERENCE_NUM, &AND_MASK, &OR_MASK]),
        _ => rest_as(reader, &DATA),
    }
}

fn diagnostics(reader: &mut Reader<'_>, query_data: &'static Field) -> Result<(), Fault> {
    let code = reader.number(&DIAGNOSTIC_CODE, 2)?;
    rest_as(reader, if code == 0 { query_data } else { &DATA })
}

fn file_record(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    reader.number(&REFERENCE_TYPE, 1)?;
    reader.number(&REFERENCE_NUM_32, 4)?;
    reader.number(&WORD_CNT, 2)
}

fn device_identification(reader: &mut Reader<'_>) -> Result<(), Fault> {
    if reader.number(&MEI, 1)? != 14 {
        return rest_as(reader, &DATA);
    }
    for field in [&READ_DEVICE_ID, &CONFORMITY_LEVEL, &MORE_FOLLOWS, &NEXT_OBJECT_ID] {
        reader.number(field, 1)?;
    }
    for _ in 0..reader.number(&NUM_OBJECTS, 1)? {
        reader.number(&OBJECT_ID, 1)?;
        let length = to_length(reader.number(&OBJECTS_LEN, 1)?);
        reader.text(&OBJECT_STR_VALUE, length)?;
    }
    Ok(())
}

/// Numbers of two bytes, one after the other.
fn numbers(reader: &mut Reader<'_>, fields: &[&'static Field]) -> Result<(), Fault> {
    fields.iter().try_for_each(|field| reader.number(field, 2).map(|_| ()))
}

/// What a count of bytes says to follow.
fn counted<'a>(
    reader: &mut Reader<'a>,
    body: impl FnOnce(&mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let length = to_length(reader.number(&BYTE_CNT, 1)?);
    reader.within(length, body)
}

fn registers(reader: &mut Reader<'_>, first: Option<u64>) -> Result<(), Fault> {
    if !reader.left().is_multiple_of(2) {
        return Err(Fault { at: reader.at() + reader.left(), why: Why::WrongLength });
    }
    let mut number = first;
    while reader.left() > 0 {
        let start = reader.at();
        if let Some(number) = &mut number {
            reader.number_at(&REGNUM16, *number & 0xffff, start..start + 2)?;
            *number += 1;
        }
        reader.number(&REGVAL_UINT16, 2)?;
    }
    Ok(())
}

/// Bits come eight in a byte, the lowest first; those of the last byte that nobody asked for mean nothing.
fn bits(reader: &mut Reader<'_>, wanted: Option<Wanted>) -> Result<(), Fault> {
    let start = reader.at();
    let bytes = reader.take(reader.left())?;
    let count = wanted.map_or(u64::MAX, |wanted| wanted.count);
    for place in (0..8 * bytes.len()).take_while(|place| (*place as u64) < count) {
        let byte = start + place / 8..start + place / 8 + 1;
        if let Some(wanted) = wanted {
            reader.number_at(&BITNUM, (wanted.first + place as u64) & 0xffff, byte.clone())?;
        }
        reader.flag(&BITVAL, byte, 1 << (place % 8))?;
    }
    Ok(())
}

fn rest_as(reader: &mut Reader<'_>, field: &'static Field) -> Result<(), Fault> {
    match reader.left() {
        0 => Ok(()),
        left => reader.bytes(field, left).map(|_| ()),
    }
}

/// Lengths of Modbus have two bytes at most.
fn to_length(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// The function, what it is about, and the values.
pub(super) fn summarize(tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
    let Some(function) = tree.number(&FUNC_CODE) else { return };
    if let Some(code) = tree.number(&EXCEPTION_CODE) {
        let meaning = EXCEPTION_CODE.meaning_of(code, locale).unwrap_or_default();
        locale.format_into(line, "decode.modbus.exception_line", &[("code", &code), ("meaning", &meaning)]);
        return;
    }
    match FUNC_CODE.meaning_of(function, locale) {
        Some(name) => line.push_str(name),
        None => locale.format_into(line, "decode.modbus.function_number", &[("code", &function)]),
    }
    for field in [&REFERENCE_NUM, &READ_REFERENCE_NUM] {
        if let Some(first) = tree.number(field) {
            push_number(line, " ", first);
        }
    }
    for field in [&BIT_CNT, &WORD_CNT, &READ_WORD_CNT] {
        if let Some(count) = tree.number(field) {
            push_number(line, " ×", count);
        }
    }
    if matches!(function, 5 | 6)
        && let Some(Value::Bytes(data)) = tree.first(message, &DATA)
    {
        // A coil is on or off, whatever two bytes say so.
        let value = big_endian(data);
        push_number(line, " = ", if function == 5 { u64::from(value != 0) } else { value });
    }
    push_values(tree, message, locale, line);
}

/// Registers and bits with the number of the first, where it is known.
fn push_values(tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
    let values = tree.entries(message).filter(|entry| entry.is(&REGVAL_UINT16) || entry.is(&BITVAL));
    let is_answer = tree.number(&REFERENCE_NUM).is_none();
    let first = tree.number(&REGNUM16).or_else(|| tree.number(&BITNUM)).filter(|_| is_answer);
    for (place, entry) in values.enumerate() {
        match (place, first) {
            (0, Some(first)) => {
                push_number(line, " ", first);
                line.push_str(" = ");
            }
            (0, None) => line.push_str(" = "),
            (SUMMARY_VALUES, _) => return line.push_str(locale.text("decode.more")),
            _ => line.push_str(", "),
        }
        entry.value().push_plain(entry.field().kind, line);
    }
}

fn push_number(line: &mut String, before: &str, number: u64) {
    line.push_str(before);
    line.push_str(itoa::Buffer::new().format(number));
}
