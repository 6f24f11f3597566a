//! TLS as it is on the wire: records, hellos, certificates that are not encrypted, and alerts.

mod fields;
mod hello;

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::FieldGroup;
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::reader::{Reader, big_endian};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId};
use crate::util::locale::Locale;
use fields::{
    ALERT, ALERT_DESC, ALERT_LEVEL, ALPN, APP_DATA, CERTIFICATE, CERTIFICATE_LENGTH, CERTIFICATES_LENGTH,
    CHANGE_CIPHER_SPEC, CONTENT_TYPE, FIELDS, HANDSHAKE, LENGTH, OPAQUE_TYPE, RECORD, RECORD_LENGTH,
    RECORD_VERSION, SERVER_NAME, SUITE, TYPE,
};

const PORTS: [u16; 6] = [443, 465, 636, 853, 993, 8883];
const RECORD_HEADER_BYTES: usize = 5;
const CHANGE: u64 = 20;
const ALERT_RECORD: u64 = 21;
const HANDSHAKE_RECORD: u64 = 22;
const APPLICATION: u64 = 23;
const CLIENT_HELLO: u64 = 1;
const SERVER_HELLO: u64 = 2;
const CERTIFICATE_MESSAGE: u64 = 11;
const SERVER_KEY_EXCHANGE: u64 = 12;
/// The version that was settled, as the memory of a connection keeps it.
const TLS_1_3: u8 = 4;
/// A record may hold 2^14 bytes, and 2048 more for what encryption adds.
const MOST_RECORD_BYTES: u64 = (1 << 14) + 2048;
/// The records of which a summary tells.
const SUMMARY_RECORDS: usize = 6;

/// The decoder.
#[derive(Debug)]
pub(super) struct Tls;

impl Decoder for Tls {
    fn id(&self) -> DecoderId {
        DecoderId::Tls
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let Some(header) = message.get(..RECORD_HEADER_BYTES) else { return Confidence::No };
        let is_record = matches!(header[0], 20..=24) && header[1] == 3 && header[2] <= 4;
        if !is_record || big_endian(&header[3..]) > MOST_RECORD_BYTES || hint.carrier == Carrier::Datagram {
            return Confidence::No;
        }
        let is_hello = header[0] == 22 && matches!(message.get(RECORD_HEADER_BYTES), Some(1 | 2));
        if is_hello || hint.port.is_some_and(|port| PORTS.contains(&port)) {
            Confidence::Certain
        } else {
            Confidence::Likely
        }
    }

    fn exchange(&self, message: &[u8], _hint: &Hint) -> Exchange {
        let handshake = message.get(RECORD_HEADER_BYTES..).filter(|_| message[0] == 22).unwrap_or_default();
        let key = Key::Number(0);
        match handshake.first() {
            Some(1) => Exchange::asks(key, 0),
            Some(2) => match hello::settled_version(handshake) {
                Some(version) => Exchange::answers(key).agreeing(DecoderId::Tls, version),
                None => Exchange::answers(key),
            },
            _ => Exchange::default(),
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let mut is_1_3 = reader.hint().version_of(DecoderId::Tls) == Some(TLS_1_3);
        while reader.left() > 0 {
            let open = reader.open(&RECORD)?;
            let kind = reader.rest().first().map_or(0, |byte| u64::from(*byte));
            // In version 1.3 what is called application data may be anything.
            let is_opaque = is_1_3 && kind == APPLICATION;
            reader.number(if is_opaque { &OPAQUE_TYPE } else { &CONTENT_TYPE }, 1)?;
            reader.number(&RECORD_VERSION, 2)?;
            let length = reader.number(&RECORD_LENGTH, 2)?;
            if !(CHANGE..=24).contains(&kind) {
                return Err(Fault { at: reader.at() - RECORD_HEADER_BYTES, why: Why::Unknown });
            }
            if length > MOST_RECORD_BYTES {
                return Err(Fault { at: reader.at() - 2, why: Why::WrongLength });
            }
            let length = usize::try_from(length).unwrap_or(0);
            let record = &reader.rest()[..length.min(reader.left())];
            if kind == HANDSHAKE_RECORD && record.first() == Some(&2) {
                is_1_3 |= hello::settled_version(record) == Some(TLS_1_3);
            }
            reader.within(length, |reader| content(reader, kind))?;
            reader.close(open);
        }
        Ok(())
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        let mut told = 0;
        for entry in tree.entries(message) {
            let is_record = entry.is(&CONTENT_TYPE) || entry.is(&OPAQUE_TYPE);
            // A handshake is told by what it is.
            let is_told =
                if is_record { entry.value() != super::Value::Unsigned(22) } else { entry.is(&TYPE) };
            if is_told {
                told += 1;
                if told > SUMMARY_RECORDS {
                    return line.push_str(locale.text("decode.more"));
                }
                line.push_str(if told > 1 { "; " } else { "" });
                line.push_str(entry.meaning(locale).unwrap_or("?"));
            } else if entry.is(&SERVER_NAME) || entry.is(&ALPN) {
                line.push(' ');
                entry.value().push_plain(entry.field().kind, line);
            } else if entry.is(&ALERT_DESC) || entry.is(&SUITE) && tree.number(&TYPE) == Some(SERVER_HELLO) {
                line.push(' ');
                match entry.meaning(locale) {
                    Some(words) => line.push_str(words),
                    None => entry.value().push_plain(entry.field().kind, line),
                }
            }
        }
    }
}

/// What a record holds.
fn content(reader: &mut Reader<'_>, kind: u64) -> Result<(), Fault> {
    match kind {
        CHANGE => {
            let open = reader.open(&CHANGE_CIPHER_SPEC)?;
            reader.take(reader.left())?;
            reader.close(open);
            Ok(())
        }
        // An alert of two bytes is readable; a longer one is encrypted.
        ALERT_RECORD if reader.left() == 2 => {
            let open = reader.open(&ALERT)?;
            reader.number(&ALERT_LEVEL, 1)?;
            reader.number(&ALERT_DESC, 1)?;
            reader.close(open);
            Ok(())
        }
        HANDSHAKE_RECORD => handshakes(reader),
        _ if reader.left() == 0 => Ok(()),
        _ => reader.bytes(&APP_DATA, reader.left()).map(|_| ()),
    }
}

fn handshakes(reader: &mut Reader<'_>) -> Result<(), Fault> {
    while reader.left() > 0 {
        let open = reader.open(&HANDSHAKE)?;
        let rest = reader.rest();
        let is_known =
            TYPE.meanings.iter().any(|(kind, _)| Some(*kind) == rest.first().map(|byte| u64::from(*byte)));
        let length = rest.get(1..4).map_or(u64::MAX, big_endian);
        if !is_known || length > MOST_RECORD_BYTES {
            // It is encrypted.
            reader.take(reader.left())?;
            reader.close(open);
            return Ok(());
        }
        let kind = reader.number(&TYPE, 1)?;
        reader.number(&LENGTH, 3)?;
        reader.within(usize::try_from(length).unwrap_or(usize::MAX), |reader| match kind {
            CLIENT_HELLO => hello::client(reader),
            SERVER_HELLO => hello::server(reader),
            CERTIFICATE_MESSAGE => certificates(reader),
            SERVER_KEY_EXCHANGE => hello::server_key(reader),
            _ => reader.take(reader.left()).map(|_| ()),
        })?;
        reader.close(open);
    }
    Ok(())
}

/// The chain of versions before 1.3; later it is encrypted.
fn certificates(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let length = reader.number(&CERTIFICATES_LENGTH, 3)?;
    reader.within(usize::try_from(length).unwrap_or(usize::MAX), |reader| {
        while reader.left() > 0 {
            let length = reader.number(&CERTIFICATE_LENGTH, 3)?;
            reader.bytes(&CERTIFICATE, usize::try_from(length).unwrap_or(usize::MAX))?;
        }
        Ok(())
    })
}
