//! Modbus: over TCP, with its own header, and RTU, as gateways pass it on. What both carry is in `body`.

mod body;
mod fields;

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::FieldGroup;
use crate::codec::decode::hint::{Hint, Toward};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId};
use crate::util::locale::Locale;
use fields::{
    BODY_FIELDS, LEN, MBRTU, MBTCP, PROT_ID, RTU_CRC, RTU_FIELDS, RTU_UNIT_ID, TCP_FIELDS, TRANS_ID, UNIT_ID,
};

const PORT: u16 = 502;
/// Transaction, protocol, length and unit.
const HEADER_BYTES: usize = 7;
/// The length counts the unit, and a body has at most 253 bytes.
const LENGTHS: std::ops::RangeInclusive<u64> = 2..=254;
/// A unit, a function and the checksum.
const RTU_LEAST_BYTES: usize = 4;

/// Modbus over TCP.
#[derive(Debug)]
pub(super) struct ModbusTcp;

/// Modbus RTU.
#[derive(Debug)]
pub(super) struct ModbusRtu;

impl Decoder for ModbusTcp {
    fn id(&self) -> DecoderId {
        DecoderId::Modbus
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[TCP_FIELDS, BODY_FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let Some(header) = message.get(..=HEADER_BYTES) else { return Confidence::No };
        let length = big_endian(&header[4..6]);
        let is_whole = usize::try_from(length).is_ok_and(|length| length + 6 <= message.len());
        if header[2..4] != [0, 0] || !LENGTHS.contains(&length) || header[HEADER_BYTES] == 0 {
            return Confidence::No;
        }
        match (hint.port == Some(PORT), is_whole) {
            (true, true) => Confidence::Certain,
            (true, false) => Confidence::Likely,
            // A checksum at the end speaks for the serial line: a short request there may begin as a header does.
            (false, true) if body::is_known_function(header[HEADER_BYTES]) && !has_right_crc(message) => {
                Confidence::Likely
            }
            _ => Confidence::Possible,
        }
    }

    fn exchange(&self, message: &[u8], hint: &Hint) -> Exchange {
        let Some(body) = message.get(HEADER_BYTES..) else { return Exchange::default() };
        let end = usize::try_from(big_endian(&message[4..6])).unwrap_or(0).saturating_sub(1);
        // The transaction and the unit together: gateways count for each unit.
        let key = big_endian(&message[..2]) << 8 | u64::from(message[6]);
        exchange(&body[..end.min(body.len())], Key::Number(key), hint)
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        loop {
            let header = reader.open(&MBTCP)?;
            reader.number(&TRANS_ID, 2)?;
            if reader.number(&PROT_ID, 2)? != 0 {
                return Err(Fault { at: reader.at() - 2, why: Why::Expected("0") });
            }
            let length = reader.number(&LEN, 2)?;
            if !LENGTHS.contains(&length) {
                return Err(Fault { at: reader.at() - 2, why: Why::WrongLength });
            }
            reader.number(&UNIT_ID, 1)?;
            reader.close(header);
            let body_bytes = usize::try_from(length).unwrap_or(0).saturating_sub(1);
            reader.within(body_bytes, body::decode)?;
            // Several may have come in one piece.
            if reader.left() == 0 {
                return Ok(());
            }
        }
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        body::summarize(tree, message, locale, line);
    }
}

impl Decoder for ModbusRtu {
    fn id(&self) -> DecoderId {
        DecoderId::ModbusRtu
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[RTU_FIELDS, BODY_FIELDS]
    }

    fn fits(&self, message: &[u8], _hint: &Hint) -> Confidence {
        match has_right_crc(message) {
            true if body::is_known_function(message[1]) => Confidence::Likely,
            true => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn exchange(&self, message: &[u8], hint: &Hint) -> Exchange {
        if message.len() < RTU_LEAST_BYTES {
            return Exchange::default();
        }
        // There is no number: a unit answers before it is asked again.
        exchange(&message[1..message.len() - 2], Key::Number(u64::from(message[0])), hint)
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let message = reader.message();
        let Some((covered, sent)) =
            message.split_last_chunk::<2>().filter(|_| message.len() >= RTU_LEAST_BYTES)
        else {
            return Err(Fault { at: message.len(), why: Why::EndsEarly });
        };
        let frame = reader.open(&MBRTU)?;
        reader.number(&RTU_UNIT_ID, 1)?;
        reader.number_at(&RTU_CRC, big_endian(sent), covered.len()..message.len())?;
        reader.close(frame);
        if crc(covered) != *sent {
            return Err(Fault { at: covered.len(), why: Why::WrongChecksum });
        }
        reader.within(covered.len() - 1, body::decode)?;
        reader.take(sent.len()).map(|_| ())
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        body::summarize(tree, message, locale, line);
    }
}

fn exchange(body: &[u8], key: Key, hint: &Hint) -> Exchange {
    match body::toward(body, hint) {
        Toward::Server => Exchange::asks(key, body::note(body)),
        Toward::Client => Exchange::answers(key),
    }
}

/// Whether this can be a frame of the serial line, and arrived as it was sent.
fn has_right_crc(frame: &[u8]) -> bool {
    frame.len() >= RTU_LEAST_BYTES
        && frame.split_last_chunk::<2>().is_some_and(|(covered, sent)| crc(covered) == *sent)
}

/// CRC-16/MODBUS as it stands on the wire, its low byte first.
fn crc(bytes: &[u8]) -> [u8; 2] {
    static CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);
    CRC.checksum(bytes).to_le_bytes()
}
