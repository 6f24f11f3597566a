//! Checksums that devices append to their frames: the catalogue of cyclic redundancy checks and the plain sums.

mod catalogue;
pub mod placing;

use crate::codec::checksum::catalogue::{ALIASES, ENTRIES, POPULAR};
use crate::codec::near_miss;
use crc::{Algorithm, Crc, NoTable, Table, Width};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use thiserror::Error;

/// A checksum and the order in which its bytes are appended.
#[derive(Clone, Copy)]
pub struct Checksum {
    entry: &'static Entry,
    order: ByteOrder,
    filling: Option<Filling>,
}

/// Where a checksum stands that is filled into a message instead of being appended to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Filling {
    /// Its first byte. What is there counts as 0.
    pub at: usize,
    /// The message begins with a header of IPv4, which is not covered; its place is counted from behind that.
    pub behind_ipv4_header: bool,
}

/// Which byte of a checksum is appended first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The most significant one.
    BigEndian,
    /// The least significant one.
    LittleEndian,
}

/// A checksum that a message ends with, and that is right for what stands before it.
#[derive(Clone, Debug)]
pub struct RightEnd {
    /// Which, in the order in which its bytes stand there.
    pub checksum: Checksum,
    /// Its bytes.
    pub bytes: Range<usize>,
}

/// A name that no checksum has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown checksum '{name}'{hint}", hint = near_miss::told(.nearest.as_deref()))]
pub struct ChecksumError {
    /// What was typed.
    pub name: String,
    /// The nearest known name.
    pub nearest: Option<String>,
}

struct Entry {
    name: &'static str,
    label: &'static str,
    method: Method,
}

enum Method {
    Crc8(&'static Algorithm<u8>),
    Crc16(&'static Algorithm<u16>),
    Crc32(&'static Algorithm<u32>),
    Crc64(&'static Algorithm<u64>),
    Crc128(&'static Algorithm<u128>),
    /// All bytes added, in this many bytes.
    Sum {
        size: usize,
    },
    Xor,
    /// All bytes added, and the sum made negative.
    NegativeSum,
    /// Pairs of bytes added in ones' complement, and the sum inverted: what IP, ICMP, TCP and UDP have.
    Internet,
}

/// From this length on, making a table of 256 entries is faster than going bit by bit.
const LONG_ENOUGH_FOR_A_TABLE: usize = 512;

/// Of fewer bytes before it no checksum is told: short sums are right by chance.
const LEAST_COVERED: usize = 2;

impl Checksum {
    /// All checksums, those that devices use most first.
    pub fn all() -> impl ExactSizeIterator<Item = Checksum> {
        ENTRIES.iter().map(Checksum::of)
    }

    /// The few that a menu shows before the whole catalogue.
    pub fn popular() -> impl ExactSizeIterator<Item = Checksum> {
        ENTRIES[..POPULAR].iter().map(Checksum::of)
    }

    fn of(entry: &'static Entry) -> Checksum {
        Checksum { entry, order: entry.method.usual_order(), filling: None }
    }

    /// The checksum with this name: `crc-16/modbus`, `crc32`, `sum-8`, `xor`, `lrc`. Case, hyphens, slashes,
    /// underscores and spaces do not matter; `:be` or `:le` after it chooses the byte order.
    pub fn from_name(typed: &str) -> Result<Checksum, ChecksumError> {
        let typed = typed.trim();
        let lower = typed.to_ascii_lowercase();
        let (name, order) = match lower.rsplit_once(':') {
            Some((name, "be")) => (name, Some(ByteOrder::BigEndian)),
            Some((name, "le")) => (name, Some(ByteOrder::LittleEndian)),
            _ => (lower.as_str(), None),
        };
        let plain = plain_name(name);
        let alias = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, name)| *name);
        let found = ENTRIES.iter().find(|entry| plain_name(entry.name) == plain || Some(entry.name) == alias);
        let Some(entry) = found else {
            let nearest = near_miss::closest(name, ENTRIES.iter().map(|entry| entry.name));
            let nearest = nearest.map(str::to_owned);
            return Err(ChecksumError { name: typed.to_owned(), nearest });
        };
        let usual = Checksum::of(entry);
        Ok(Checksum { order: order.unwrap_or(usual.order), ..usual })
    }

    /// The name that people write: `crc-16/modbus`.
    pub fn name(self) -> &'static str {
        self.entry.name
    }

    /// The name that people read in a menu: `CRC-16/Modbus`.
    pub fn label(self) -> &'static str {
        self.entry.label
    }

    /// How many bytes it has.
    pub fn size(self) -> usize {
        self.entry.method.bits().div_ceil(8)
    }

    /// Which of its bytes is appended first.
    pub fn order(self) -> ByteOrder {
        self.order
    }

    /// The same checksum with another byte order.
    #[must_use]
    pub fn with_order(self, order: ByteOrder) -> Checksum {
        Checksum { order, ..self }
    }

    /// The same checksum, filled in where a message has room for it.
    #[must_use]
    pub fn filled_in(self, filling: Filling) -> Checksum {
        Checksum { filling: Some(filling), ..self }
    }

    /// Fills the checksum into a message, if that is how it is told. A message that has no room for it stays as it is.
    pub fn fill(self, message: &mut [u8]) -> bool {
        let Some(Filling { at, behind_ipv4_header }) = self.filling else { return false };
        let header_bytes = match message.first() {
            Some(first) if behind_ipv4_header => usize::from(first & 0x0F) * 4,
            _ => 0,
        };
        let Some(covered) = message.get_mut(header_bytes..) else { return true };
        if covered.len() >= at + self.size() {
            covered[at..at + self.size()].fill(0);
            let mut sum = Vec::with_capacity(self.size());
            self.append(covered, &mut sum);
            covered[at..at + self.size()].copy_from_slice(&sum);
        }
        true
    }

    /// The checksum as a number.
    pub fn value(self, bytes: &[u8]) -> u128 {
        match &self.entry.method {
            Method::Crc8(algorithm) => crc(*algorithm, bytes).into(),
            Method::Crc16(algorithm) => crc(*algorithm, bytes).into(),
            Method::Crc32(algorithm) => crc(*algorithm, bytes).into(),
            Method::Crc64(algorithm) => crc(*algorithm, bytes).into(),
            Method::Crc128(algorithm) => crc(*algorithm, bytes),
            Method::Sum { size } => u128::from(sum(bytes)) & ((1 << (8 * size)) - 1),
            Method::Xor => bytes.iter().fold(0, |value, byte| value ^ byte).into(),
            Method::NegativeSum => (sum(bytes).wrapping_neg() & 0xFF).into(),
            Method::Internet => internet_sum(bytes).into(),
        }
    }

    /// Those of the popular checksums, in either order, that a message ends with and that are right. Single bytes are
    /// not looked at: one message in 256 would end with the right one by chance.
    pub fn right_ends(message: &[u8]) -> Vec<RightEnd> {
        let mut found: Vec<RightEnd> = Vec::new();
        for usual in Checksum::popular().filter(|checksum| (2..=4).contains(&checksum.size())) {
            let Some(start) = message.len().checked_sub(usual.size()).filter(|start| *start >= LEAST_COVERED)
            else {
                continue;
            };
            let (covered, end) = message.split_at(start);
            // Of nothing but zeros many checksums are zero.
            if covered.iter().all(|byte| *byte == 0) {
                continue;
            }
            let value = usual.value(covered).to_be_bytes();
            let value = &value[value.len() - usual.size()..];
            let order = if value == end {
                ByteOrder::BigEndian
            } else if value.iter().rev().eq(end) {
                ByteOrder::LittleEndian
            } else {
                continue;
            };
            found.push(RightEnd { checksum: usual.with_order(order), bytes: start..message.len() });
        }
        found
    }

    /// Appends the checksum of `payload`.
    pub fn append(self, payload: &[u8], bytes: &mut Vec<u8>) {
        let value = self.value(payload).to_be_bytes();
        let value = &value[value.len() - self.size()..];
        match self.order {
            ByteOrder::BigEndian => bytes.extend_from_slice(value),
            ByteOrder::LittleEndian => bytes.extend(value.iter().rev()),
        }
    }
}

/// A byte that has no other beside it is the upper half of its pair.
fn internet_sum(bytes: &[u8]) -> u16 {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut sum: u64 = pairs.iter().map(|pair| u64::from(u16::from_be_bytes(*pair))).sum();
    sum += rest.first().map_or(0, |last| u64::from(*last) << 8);
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(u16::MAX)
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

/// What the widths of the catalogue have in common.
trait CrcWidth: Width {
    fn short(algorithm: &'static Algorithm<Self>, bytes: &[u8]) -> Self;
    fn long(algorithm: &'static Algorithm<Self>, bytes: &[u8]) -> Self;
}

macro_rules! crc_width {
    ($($width:ty)+) => {$(
        impl CrcWidth for $width {
            fn short(algorithm: &'static Algorithm<$width>, bytes: &[u8]) -> $width {
                Crc::<$width, NoTable>::new(algorithm).checksum(bytes)
            }

            fn long(algorithm: &'static Algorithm<$width>, bytes: &[u8]) -> $width {
                Crc::<$width, Table<1>>::new(algorithm).checksum(bytes)
            }
        }
    )+};
}

crc_width!(u8 u16 u32 u64 u128);

fn crc<W: CrcWidth>(algorithm: &'static Algorithm<W>, bytes: &[u8]) -> W {
    if bytes.len() < LONG_ENOUGH_FOR_A_TABLE { W::short(algorithm, bytes) } else { W::long(algorithm, bytes) }
}

impl Method {
    fn bits(&self) -> usize {
        match self {
            Method::Crc8(algorithm) => algorithm.width.into(),
            Method::Crc16(algorithm) => algorithm.width.into(),
            Method::Crc32(algorithm) => algorithm.width.into(),
            Method::Crc64(algorithm) => algorithm.width.into(),
            Method::Crc128(algorithm) => algorithm.width.into(),
            Method::Sum { size } => size * 8,
            Method::Xor | Method::NegativeSum => 8,
            Method::Internet => 16,
        }
    }

    /// Checks that work with the least significant bit first put that byte first on the wire as well.
    fn usual_order(&self) -> ByteOrder {
        let reflected = match self {
            Method::Crc8(algorithm) => algorithm.refout,
            Method::Crc16(algorithm) => algorithm.refout,
            Method::Crc32(algorithm) => algorithm.refout,
            Method::Crc64(algorithm) => algorithm.refout,
            Method::Crc128(algorithm) => algorithm.refout,
            Method::Sum { .. } | Method::Xor | Method::NegativeSum | Method::Internet => false,
        };
        if reflected { ByteOrder::LittleEndian } else { ByteOrder::BigEndian }
    }
}

/// A name without what people write differently.
fn plain_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | '/' | ' ')).flat_map(char::to_lowercase).collect()
}

impl PartialEq for Checksum {
    fn eq(&self, other: &Checksum) -> bool {
        self.entry.name == other.entry.name && self.order == other.order && self.filling == other.filling
    }
}

impl Eq for Checksum {}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry.name)?;
        match self.order {
            order if self.size() == 1 || order == self.entry.method.usual_order() => Ok(()),
            ByteOrder::BigEndian => f.write_str(":be"),
            ByteOrder::LittleEndian => f.write_str(":le"),
        }
    }
}

impl FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(typed: &str) -> Result<Checksum, ChecksumError> {
        Checksum::from_name(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteOrder, Checksum, Filling, LONG_ENOUGH_FOR_A_TABLE, Method};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The input that the catalogue gives every check's result for.
    const DIGITS: &[u8] = b"123456789";

    #[test]
    fn a_right_checksum_at_the_end_is_found_in_either_order() {
        let modbus = [1, 3, 0x9C, 0x41, 0, 2, 0xBA, 0x4F];
        let with = |name: &str| {
            let mut message = DIGITS.to_vec();
            Checksum::from_name(name).unwrap().append(DIGITS, &mut message);
            message
        };
        let wrong = [1, 3, 0x9C, 0x41, 0, 2, 0xBA, 0x4E];
        for (message, found) in [
            (modbus.to_vec(), &[("crc-16/modbus", ByteOrder::LittleEndian, 6)][..]),
            (with("crc-16/modbus:be"), &[("crc-16/modbus", ByteOrder::BigEndian, 9)]),
            (with("crc-32"), &[("crc-32/iso-hdlc", ByteOrder::LittleEndian, 9)]),
            (with("xmodem"), &[("crc-16/xmodem", ByteOrder::BigEndian, 9)]),
            (wrong.to_vec(), &[]),
            (vec![0; 64], &[]),
            (vec![1, 0, 1], &[]),
            (Vec::new(), &[]),
        ] {
            let ends = Checksum::right_ends(&message);
            let told: Vec<_> =
                ends.iter().map(|end| (end.checksum.name(), end.checksum.order(), end.bytes.start)).collect();
            assert_eq!(told, found, "{message:02X?}");
            assert!(ends.iter().all(|end| end.bytes.end == message.len()));
        }
    }

    #[test]
    fn checksums_are_appended_as_devices_expect_them() {
        for (name, payload, appended) in [
            ("crc-16/modbus", &[1, 3, 0x9C, 0x41, 0, 2][..], &[0xBA, 0x4F][..]),
            ("modbus", DIGITS, &[0x37, 0x4B]),
            ("modbus:be", DIGITS, &[0x4B, 0x37]),
            ("CRC-32", DIGITS, &[0x26, 0x39, 0xF4, 0xCB]),
            ("crc16/xmodem", DIGITS, &[0x31, 0xC3]),
            ("CCITT", DIGITS, &[0x29, 0xB1]),
            ("crc_8", DIGITS, &[0xF4]),
            ("sum-8", &[0xFF, 2], &[1]),
            ("sum-16", &[0xFF, 2], &[1, 1]),
            ("sum16:le", &[0xFF; 2], &[0xFE, 1]),
            ("bcc", &[0x0F, 0xF1], &[0xFE]),
            ("lrc", &[1, 3, 0, 0, 0, 0x0A], &[0xF2]),
            ("crc-24/ble", DIGITS, &[0x56, 0x5A, 0xC2]),
            ("lrc", &[], &[0]),
        ] {
            let mut bytes = Vec::new();
            Checksum::from_name(name).unwrap().append(payload, &mut bytes);
            assert_eq!(bytes, appended, "{name}");
        }
    }

    #[test]
    fn every_check_gives_the_value_of_its_catalogue() {
        for checksum in Checksum::all() {
            let check = match &checksum.entry.method {
                Method::Crc8(algorithm) => algorithm.check.into(),
                Method::Crc16(algorithm) => algorithm.check.into(),
                Method::Crc32(algorithm) => algorithm.check.into(),
                Method::Crc64(algorithm) => algorithm.check.into(),
                Method::Crc128(algorithm) => algorithm.check,
                // 0x31 + … + 0x39 = 0x1DD.
                Method::Sum { size: 1 } => 0xDD,
                Method::Sum { .. } => 0x1DD,
                Method::Xor => 0x31,
                Method::NegativeSum => 0x23,
                // 0x3132 + … + 0x3738 + 0x3900, the carry added, and inverted.
                Method::Internet => 0xF62A,
            };
            assert_eq!(checksum.value(DIGITS), check, "{checksum}");
        }
    }

    #[test]
    fn every_name_is_unique_and_reads_back() {
        let names: BTreeSet<_> = Checksum::all().map(Checksum::name).collect();
        assert_eq!(names.len(), Checksum::all().len());
        for checksum in Checksum::all() {
            for order in [ByteOrder::BigEndian, ByteOrder::LittleEndian] {
                let read = Checksum::from_name(&checksum.with_order(order).to_string()).unwrap();
                assert_eq!(read.name(), checksum.name());
                assert!(checksum.size() == 1 || read.order() == order, "{read}");
            }
            assert_eq!(Checksum::from_name(checksum.label().split(" (").next().unwrap()).unwrap(), checksum);
        }
    }

    #[test]
    fn unknown_names_say_so_and_hint() {
        for (typed, message) in [
            ("crc-16/modbsu", "unknown checksum 'crc-16/modbsu'; did you mean crc-16/modbus?"),
            ("md5", "unknown checksum 'md5'"),
            ("", "unknown checksum ''"),
        ] {
            assert_eq!(Checksum::from_name(typed).unwrap_err().to_string(), message);
        }
    }

    proptest! {
        #[test]
        fn the_table_changes_nothing(
            bytes in proptest::collection::vec(any::<u8>(), LONG_ENOUGH_FOR_A_TABLE - 2..LONG_ENOUGH_FOR_A_TABLE + 2),
        ) {
            let table = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS).checksum(&bytes);
            prop_assert_eq!(Checksum::from_name("modbus").unwrap().value(&bytes), u128::from(table));
        }
    }

    #[test]
    fn the_internet_checksum_is_filled_in_where_its_place_is() {
        // An echo request as RFC 1071 has it summed, with something in the place of the checksum.
        let inet = Checksum::from_name("inet").unwrap();
        for (message, behind_ipv4_header, filled) in [
            (&[8, 0, 9, 9, 0, 1, 0, 2, 0x41][..], false, &[8, 0, 0xB6, 0xFC, 0, 1, 0, 2, 0x41][..]),
            (&[8, 0, 9], false, &[8, 0, 9]),
            (&[], true, &[]),
        ] {
            let mut bytes = message.to_vec();
            assert!(inet.filled_in(Filling { at: 2, behind_ipv4_header }).fill(&mut bytes));
            assert_eq!(bytes, filled);
        }
        let mut packet = vec![0x45; 20];
        packet.extend([8, 0, 0, 0, 0, 1, 0, 2]);
        inet.filled_in(Filling { at: 2, behind_ipv4_header: true }).fill(&mut packet);
        assert_eq!(packet[20..], [8, 0, 0xF7, 0xFC, 0, 1, 0, 2]);
        assert_eq!(inet.value(&packet[20..]), 0, "a sum over what has its sum in it is nothing");
        assert!(!inet.fill(&mut packet), "what is appended is not filled in");
    }
}
