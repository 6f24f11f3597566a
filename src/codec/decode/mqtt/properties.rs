//! The properties of MQTT 5: a list of values, each with a number that says what it is and how it is laid out.

use super::fields::{
    PROP_CONTENT_TYPE, PROP_KEY, PROP_KEY_LEN, PROP_MAX_QOS, PROP_NUMBER, PROP_STRING, PROP_STRING_LEN,
    PROP_TOPIC_ALIAS, PROP_VALUE, PROP_VALUE_LEN, PROPERTY_ID, PROPERTY_LEN,
};
use super::{string, variable_number};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::Field;
use crate::codec::decode::reader::Reader;

/// The list with its length before it.
pub(super) fn list(reader: &mut Reader<'_>, heading: &'static Field) -> Result<(), Fault> {
    let open = reader.open(heading)?;
    let length = variable_number(reader, &PROPERTY_LEN)?;
    reader.within(length, |reader| {
        while reader.left() > 0 {
            property(reader)?;
        }
        Ok(())
    })?;
    reader.close(open);
    Ok(())
}

fn property(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let start = reader.at();
    match reader.number(&PROPERTY_ID, 1)? {
        0x01 | 0x17 | 0x19 | 0x25 | 0x28..=0x2a => reader.number(&PROP_NUMBER, 1).map(|_| ()),
        0x24 => reader.number(&PROP_MAX_QOS, 1).map(|_| ()),
        0x13 | 0x21 | 0x22 => reader.number(&PROP_NUMBER, 2).map(|_| ()),
        0x23 => reader.number(&PROP_TOPIC_ALIAS, 2).map(|_| ()),
        0x02 | 0x11 | 0x18 | 0x27 => reader.number(&PROP_NUMBER, 4).map(|_| ()),
        0x0b => variable_number(reader, &PROP_NUMBER).map(|_| ()),
        0x03 => {
            let length = reader.plain_number(2)?;
            reader.text(&PROP_CONTENT_TYPE, usize::try_from(length).unwrap_or(usize::MAX)).map(|_| ())
        }
        0x08 | 0x09 | 0x12 | 0x15 | 0x16 | 0x1a | 0x1c | 0x1f => {
            string(reader, &PROP_STRING_LEN, &PROP_STRING)
        }
        0x26 => {
            string(reader, &PROP_KEY_LEN, &PROP_KEY)?;
            string(reader, &PROP_VALUE_LEN, &PROP_VALUE)
        }
        _ => Err(Fault { at: start, why: Why::Unknown }),
    }
}
