//! The header of a frame: everything about a record but its payload, in 56 bytes with a checksum of their own.

use crate::journal::format::{FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES};
use crate::model::ids::{Epoch, PeerId, RecordId};
use crate::model::record::{Body, Direction, Record};
use crate::util::clock::Stamp;

/// Begins every frame, so that a reader finds the next one behind damage quickly.
pub(in crate::journal) const SYNC: [u8; 2] = [0xF5, 0x9B];

const HEADER_CRC_AT: usize = FRAME_HEADER_BYTES - 4;

const FLAG_SENT: u8 = 1;
const FLAG_KERNEL_STAMPED: u8 = 2;
const FLAG_TRUNCATED: u8 = 4;
const FLAG_GOES_ON: u8 = 8;

/// A frame's header as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// The kind of record: 1 data, 2 lifecycle, 3 loss, 4 note, 5 wire; 0 says that nothing is known.
    pub code: u8,
    /// How many bytes at the end of a data payload are facts instead of data.
    pub facts_bytes: u8,
    /// Direction, kernel stamp, truncation: of data only.
    pub flags: FrameFlags,
    /// The origin of data, the event of a lifecycle record, the kind of a loss.
    pub detail: u8,
    /// Data and facts together.
    pub payload_bytes: u32,
    /// During which opening.
    pub epoch: Epoch,
    /// The row.
    pub id: RecordId,
    /// When.
    pub at: Stamp,
    /// Whom it concerns; 0 is nobody.
    pub peer: u32,
    /// How many rows above the previous data of the same peer and direction stands; 0 if there is none.
    pub link: u32,
    /// Of the payload.
    pub payload_crc: u32,
}

/// The flag byte of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of its own")]
pub struct FrameFlags {
    /// From us to the peer.
    pub sent: bool,
    /// The kernel stamped the wall-clock time.
    pub kernel_stamped: bool,
    /// The datagram was longer than what was kept.
    pub truncated: bool,
    /// The rest of what was sent as one follows in the next record of its stream.
    pub goes_on: bool,
}

/// A header that nothing was taken out of yet, and whose checksum was not looked at.
#[derive(Clone, Copy, Debug)]
pub(in crate::journal) struct RawHeader<'a>(&'a [u8; FRAME_HEADER_BYTES]);

/// All that a header says of what stands in its record, but for the row, the time and the checksums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::journal) struct HeadShape {
    /// Kind, facts, flags, detail and length.
    content: u64,
    /// Opening and peer.
    whose: u64,
}

/// What a record is, without looking at its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Bytes came or went.
    Data,
    /// Bytes of the layer below.
    Wire,
    /// The session or a peer changed its state.
    Lifecycle,
    /// Something was lost.
    Loss,
    /// A remark.
    Note,
    /// The content cannot be told.
    Damaged,
    /// A later version knows the content.
    Newer,
}

/// A record without its payload: enough for columns, filters and jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// The row.
    pub id: RecordId,
    /// When.
    pub at: Stamp,
    /// During which opening.
    pub epoch: Epoch,
    /// Whom it concerns.
    pub peer: Option<PeerId>,
    /// What it is.
    pub kind: RecordKind,
    /// Which way, where it is bytes.
    pub direction: Option<Direction>,
    /// How many bytes there are; 0 for what has a meaning instead.
    pub data_bytes: u32,
    /// The previous data of the same peer and direction, where it is data and there is one.
    pub previous: Option<RecordId>,
}

impl<'a> RawHeader<'a> {
    /// The header at the start of `bytes`, if it begins like one.
    #[inline]
    pub(in crate::journal) fn at_start_of(bytes: &'a [u8]) -> Option<RawHeader<'a>> {
        bytes.first_chunk::<FRAME_HEADER_BYTES>().filter(|bytes| bytes[0..2] == SYNC).map(RawHeader)
    }

    /// The row.
    #[inline]
    pub(in crate::journal) fn id(self) -> RecordId {
        RecordId(self.long(16))
    }

    /// Header and payload together.
    #[inline]
    pub(in crate::journal) fn frame_bytes(self) -> u64 {
        FRAME_HEADER_BYTES as u64 + self.payload_bytes()
    }

    /// What stands behind it.
    #[inline]
    pub(in crate::journal) fn payload_bytes(self) -> u64 {
        u64::from(self.word(8))
    }

    /// What rows that are alike have in common.
    #[inline]
    pub(in crate::journal) fn shape(self) -> HeadShape {
        let kind = u32::from_le_bytes([self.0[2], self.0[3], self.0[4], self.0[5]]);
        HeadShape {
            content: u64::from(kind) | u64::from(self.word(8)) << 32,
            whose: u64::from(self.word(12)) | u64::from(self.word(40)) << 32,
        }
    }

    /// Everything that it says, whether or not it is damaged: for who knows what to do if it should be.
    #[inline]
    pub(in crate::journal) fn decode(self) -> Option<FrameHeader> {
        let header = FrameHeader {
            code: self.0[2],
            facts_bytes: self.0[3],
            flags: FrameFlags::decode(self.0[4]),
            detail: self.0[5],
            payload_bytes: self.word(8),
            epoch: Epoch(self.word(12)),
            id: self.id(),
            at: Stamp { wall_ns: self.long(24).cast_signed(), mono_ns: self.long(32) },
            peer: self.word(40),
            link: self.word(44),
            payload_crc: self.word(48),
        };
        let fits = header.payload_bytes as usize <= MAX_PAYLOAD_BYTES
            && u32::from(header.facts_bytes) <= header.payload_bytes;
        fits.then_some(header)
    }

    /// Whether its checksum is right.
    pub(in crate::journal) fn holds(self, seed: u32) -> bool {
        let (covered, crc) = self.0.split_at(HEADER_CRC_AT);
        crc == seeded_crc(seed, covered).to_le_bytes()
    }

    #[inline]
    fn word(self, at: usize) -> u32 {
        u32::from_le_bytes([self.0[at], self.0[at + 1], self.0[at + 2], self.0[at + 3]])
    }

    #[inline]
    fn long(self, at: usize) -> u64 {
        u64::from(self.word(at)) | u64::from(self.word(at + 4)) << 32
    }
}

impl HeadShape {
    /// A number that differs for most shapes that differ.
    #[inline]
    pub(in crate::journal) fn hash(self) -> u64 {
        // Odd numbers without a pattern: they spread every bit into the high ones.
        let mixed = self.content.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.whose.rotate_left(32);
        mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}

impl RecordKind {
    /// Whether a record of this kind is bytes, of whatever layer.
    pub fn has_bytes(self) -> bool {
        matches!(self, RecordKind::Data | RecordKind::Wire)
    }

    /// The code in a frame.
    pub fn code(self) -> u8 {
        match self {
            // What is not known cannot be written again.
            RecordKind::Damaged | RecordKind::Newer => 0,
            RecordKind::Data => 1,
            RecordKind::Lifecycle => 2,
            RecordKind::Loss => 3,
            RecordKind::Note => 4,
            RecordKind::Wire => 5,
        }
    }

    /// The kind with this code.
    pub fn from_code(code: u8) -> RecordKind {
        match code {
            0 => RecordKind::Damaged,
            1 => RecordKind::Data,
            2 => RecordKind::Lifecycle,
            3 => RecordKind::Loss,
            4 => RecordKind::Note,
            5 => RecordKind::Wire,
            _ => RecordKind::Newer,
        }
    }
}

impl FrameFlags {
    fn encode(self) -> u8 {
        let bit = |set: bool, mask: u8| if set { mask } else { 0 };
        bit(self.sent, FLAG_SENT)
            | bit(self.kernel_stamped, FLAG_KERNEL_STAMPED)
            | bit(self.truncated, FLAG_TRUNCATED)
            | bit(self.goes_on, FLAG_GOES_ON)
    }

    fn decode(byte: u8) -> FrameFlags {
        FrameFlags {
            sent: byte & FLAG_SENT != 0,
            kernel_stamped: byte & FLAG_KERNEL_STAMPED != 0,
            truncated: byte & FLAG_TRUNCATED != 0,
            goes_on: byte & FLAG_GOES_ON != 0,
        }
    }
}

impl FrameHeader {
    /// The bytes of this header; `seed` comes from the journal's id.
    pub fn encode(&self, seed: u32) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[0..2].copy_from_slice(&SYNC);
        bytes[2] = self.code;
        bytes[3] = self.facts_bytes;
        bytes[4] = self.flags.encode();
        bytes[5] = self.detail;
        bytes[8..12].copy_from_slice(&self.payload_bytes.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.id.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.at.wall_ns.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.at.mono_ns.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.peer.to_le_bytes());
        bytes[44..48].copy_from_slice(&self.link.to_le_bytes());
        bytes[48..52].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = seeded_crc(seed, &bytes[..HEADER_CRC_AT]);
        bytes[HEADER_CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The header at the start of `bytes`, if one of this journal stands there.
    pub fn decode(bytes: &[u8], seed: u32) -> Option<FrameHeader> {
        RawHeader::at_start_of(bytes).filter(|raw| raw.holds(seed))?.decode()
    }

    /// Header and payload together.
    pub fn frame_bytes(&self) -> u64 {
        FRAME_HEADER_BYTES as u64 + u64::from(self.payload_bytes)
    }

    /// What the record is.
    pub fn kind(&self) -> RecordKind {
        RecordKind::from_code(self.code)
    }

    /// The payload without its facts.
    pub fn data_bytes(&self) -> u32 {
        self.payload_bytes - u32::from(self.facts_bytes)
    }

    /// What can be said about the record without its payload.
    pub fn head(&self) -> RecordHead {
        let is_data = self.kind() == RecordKind::Data;
        let has_bytes = self.kind().has_bytes();
        let direction = if self.flags.sent { Direction::Sent } else { Direction::Received };
        let previous = self.id.0.checked_sub(u64::from(self.link)).filter(|_| self.link != 0);
        RecordHead {
            id: self.id,
            at: self.at,
            epoch: self.epoch,
            peer: PeerId::new(self.peer),
            kind: self.kind(),
            direction: has_bytes.then_some(direction),
            data_bytes: if has_bytes { self.data_bytes() } else { 0 },
            previous: previous.filter(|_| is_data).map(RecordId),
        }
    }
}

impl RecordHead {
    /// What is known of a record besides its payload, but for its link.
    pub fn of(record: &Record) -> RecordHead {
        let data = record.bytes_of_any_layer();
        RecordHead {
            id: record.id,
            at: record.at,
            epoch: record.epoch,
            peer: record.peer,
            kind: match &record.body {
                Body::Data(_) => RecordKind::Data,
                Body::Wire(_) => RecordKind::Wire,
                Body::Lifecycle(_) => RecordKind::Lifecycle,
                Body::Loss(_) => RecordKind::Loss,
                Body::Note(_) => RecordKind::Note,
                Body::Damaged => RecordKind::Damaged,
                Body::Newer => RecordKind::Newer,
            },
            direction: data.map(|data| data.head.direction),
            data_bytes: data.map_or(0, |data| u32::try_from(data.bytes.len()).unwrap_or(u32::MAX)),
            previous: None,
        }
    }

    /// The head of a row whose frame cannot be found.
    pub fn lost(id: RecordId) -> RecordHead {
        RecordHead {
            id,
            at: Stamp::default(),
            epoch: Epoch::default(),
            peer: None,
            kind: RecordKind::Damaged,
            direction: None,
            data_bytes: 0,
            previous: None,
        }
    }
}

fn seeded_crc(seed: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(bytes);
    hasher.finalize()
}
