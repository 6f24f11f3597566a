//! The hellos of TLS: what a client offers, and what a server takes.

use super::TLS_1_3;
use super::fields::{
    ALPN, ALPN_LENGTH, ALPN_STRING_LENGTH, COMPRESSION, COMPRESSIONS_LENGTH, CURVE_TYPE, EXTENSION_DATA,
    EXTENSION_LENGTH, EXTENSION_TYPE, EXTENSIONS_LENGTH, GROUP, GROUPS_LENGTH, NAME_LENGTH, NAME_TYPE,
    NAMED_CURVE, NAMES_LENGTH, POINT, POINT_FORMAT, POINT_FORMATS_LENGTH, POINT_LENGTH, RANDOM, SERVER_NAME,
    SESSION_ID, SESSION_ID_LENGTH, SHARE_GROUP, SHARE_KEY, SHARE_LENGTH, SHARES_LENGTH, SIG, SIG_LENGTH,
    SIGNATURE, SIGNATURES_LENGTH, SUITE, SUITES, SUITES_LENGTH, SUPPORTED_LENGTH, SUPPORTED_VERSION, VERSION,
};
use crate::codec::decode::fault::Fault;
use crate::codec::decode::field::Field;
use crate::codec::decode::reader::{Reader, big_endian};

const RANDOM_BYTES: usize = 32;
const SUPPORTED_VERSIONS: u64 = 43;
const NAMED_CURVE_TYPE: u8 = 3;

/// Who says hello.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

pub(super) fn client(reader: &mut Reader<'_>) -> Result<(), Fault> {
    beginning(reader)?;
    let length = reader.number(&SUITES_LENGTH, 2)?;
    let open = reader.open(&SUITES)?;
    numbers(reader, length, &SUITE, 2)?;
    reader.close(open);
    let length = reader.number(&COMPRESSIONS_LENGTH, 1)?;
    numbers(reader, length, &COMPRESSION, 1)?;
    extensions(reader, Side::Client)
}

pub(super) fn server(reader: &mut Reader<'_>) -> Result<(), Fault> {
    beginning(reader)?;
    reader.number(&SUITE, 2)?;
    reader.number(&COMPRESSION, 1)?;
    extensions(reader, Side::Server)
}

/// The key of a server before version 1.3: a point on a curve, and what signs it. Other kinds are not taken apart.
pub(super) fn server_key(reader: &mut Reader<'_>) -> Result<(), Fault> {
    if reader.rest().first() != Some(&NAMED_CURVE_TYPE) {
        return reader.take(reader.left()).map(|_| ());
    }
    reader.number(&CURVE_TYPE, 1)?;
    reader.number(&NAMED_CURVE, 2)?;
    let length = reader.number(&POINT_LENGTH, 1)?;
    reader.bytes(&POINT, to_length(length))?;
    // Version 1.2 says how it is signed; before, only the signature with its length follows.
    let length = reader.rest().get(..2).map_or(0, big_endian);
    if to_length(length) + 2 != reader.left() {
        reader.number(&SIGNATURE, 2)?;
    }
    let length = reader.number(&SIG_LENGTH, 2)?;
    reader.bytes(&SIG, to_length(length)).map(|_| ())
}

/// The version that a server's hello settles; `None` where it is cut off before that.
pub(super) fn settled_version(handshake: &[u8]) -> Option<u8> {
    let session_at = 4 + 2 + RANDOM_BYTES;
    let session = usize::from(*handshake.get(session_at)?);
    // The suite, the compression and the length of all extensions lie between.
    let mut at = session_at + 1 + session + 2 + 1 + 2;
    while let Some(head) = handshake.get(at..at + 4) {
        let length = usize::try_from(big_endian(&head[2..])).unwrap_or(0);
        if big_endian(&head[..2]) == SUPPORTED_VERSIONS {
            let is_1_3 = handshake.get(at + 4..at + 6) == Some(&[3, 4]);
            return Some(if is_1_3 { TLS_1_3 } else { 3 });
        }
        at += 4 + length;
    }
    None
}

/// What both begin with.
fn beginning(reader: &mut Reader<'_>) -> Result<(), Fault> {
    reader.number(&VERSION, 2)?;
    reader.bytes(&RANDOM, RANDOM_BYTES)?;
    let length = reader.number(&SESSION_ID_LENGTH, 1)?;
    if length > 0 {
        reader.bytes(&SESSION_ID, to_length(length))?;
    }
    Ok(())
}

fn extensions(reader: &mut Reader<'_>, side: Side) -> Result<(), Fault> {
    // Old ones have none.
    if reader.left() == 0 {
        return Ok(());
    }
    let length = reader.number(&EXTENSIONS_LENGTH, 2)?;
    reader.within(to_length(length), |reader| {
        while reader.left() > 0 {
            let kind = reader.number(&EXTENSION_TYPE, 2)?;
            let length = reader.number(&EXTENSION_LENGTH, 2)?;
            if length > 0 {
                reader.within(to_length(length), |reader| extension(reader, kind, side))?;
            }
        }
        Ok(())
    })
}

fn extension(reader: &mut Reader<'_>, kind: u64, side: Side) -> Result<(), Fault> {
    match (kind, side) {
        (0, Side::Client) => {
            let length = reader.number(&NAMES_LENGTH, 2)?;
            reader.within(to_length(length), |reader| {
                while reader.left() > 0 {
                    reader.number(&NAME_TYPE, 1)?;
                    let length = reader.number(&NAME_LENGTH, 2)?;
                    reader.text(&SERVER_NAME, to_length(length))?;
                }
                Ok(())
            })
        }
        (10, _) => counted(reader, &GROUPS_LENGTH, 2, &GROUP, 2),
        (11, _) => counted(reader, &POINT_FORMATS_LENGTH, 1, &POINT_FORMAT, 1),
        (13, _) => counted(reader, &SIGNATURES_LENGTH, 2, &SIGNATURE, 2),
        (16, _) => {
            let length = reader.number(&ALPN_LENGTH, 2)?;
            reader.within(to_length(length), |reader| {
                while reader.left() > 0 {
                    let length = reader.number(&ALPN_STRING_LENGTH, 1)?;
                    reader.text(&ALPN, to_length(length))?;
                }
                Ok(())
            })
        }
        (SUPPORTED_VERSIONS, Side::Client) => counted(reader, &SUPPORTED_LENGTH, 1, &SUPPORTED_VERSION, 2),
        (SUPPORTED_VERSIONS, Side::Server) => reader.number(&SUPPORTED_VERSION, 2).map(|_| ()),
        (51, Side::Client) => {
            let length = reader.number(&SHARES_LENGTH, 2)?;
            reader.within(to_length(length), |reader| {
                while reader.left() > 0 {
                    share(reader)?;
                }
                Ok(())
            })
        }
        // Where the server asks for another group, it names only that.
        (51, Side::Server) if reader.left() == 2 => reader.number(&SHARE_GROUP, 2).map(|_| ()),
        (51, Side::Server) => share(reader),
        _ => reader.bytes(&EXTENSION_DATA, reader.left()).map(|_| ()),
    }
}

fn share(reader: &mut Reader<'_>) -> Result<(), Fault> {
    reader.number(&SHARE_GROUP, 2)?;
    let length = reader.number(&SHARE_LENGTH, 2)?;
    reader.bytes(&SHARE_KEY, to_length(length)).map(|_| ())
}

/// A list of numbers with its length in bytes before it.
fn counted(
    reader: &mut Reader<'_>,
    length_field: &'static Field,
    length_bytes: usize,
    field: &'static Field,
    bytes: usize,
) -> Result<(), Fault> {
    let length = reader.number(length_field, length_bytes)?;
    numbers(reader, length, field, bytes)
}

fn numbers(reader: &mut Reader<'_>, length: u64, field: &'static Field, bytes: usize) -> Result<(), Fault> {
    reader.within(to_length(length), |reader| {
        while reader.left() > 0 {
            reader.number(field, bytes)?;
        }
        Ok(())
    })
}

/// Lengths of TLS have three bytes at most.
fn to_length(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
