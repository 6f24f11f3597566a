//! The file header: two equal blocks of 512 bytes, so that one damaged bit cannot cost a whole session.

use crate::codec::text::TextEncoding;
use crate::journal::format::{FRAMES_START, VERSION};
use crate::model::config::{IpProtocol, RawKind, SessionKind, UnixType};
use crate::model::framing::Framing;
use crate::util::clock::Stamp;

/// Begins every journal. The first byte catches transfers that keep 7 bits; the line ends catch transfers that
/// change them; the control-Z stops a listing on old systems.
const MAGIC: [u8; 8] = *b"\x89SKJ\r\n\x1a\n";
const BLOCK_BYTES: usize = 512;
const BLOCK_BYTES_FIELD: u16 = 512;
const FRAMES_START_FIELD: u32 = 1024;
const METADATA_AT: usize = 64;
const CRC_AT: usize = BLOCK_BYTES - 4;

const TAG_SESSION_NAME: u8 = 1;
const TAG_KIND: u8 = 2;
const TAG_PROGRAM: u8 = 3;
const TAG_ENCODING: u8 = 4;
const TAG_SPLIT: u8 = 5;

/// Enough for any name, and small enough that all metadata fits into a block.
const MAX_NAME_BYTES: usize = 255;
const MAX_PROGRAM_BYTES: usize = 100;
/// Longer rules are left out rather than cut; they can be chosen at any time.
const MAX_SPLIT_BYTES: usize = 40;

/// A journal's own number. It seeds the checksum of every frame header, so that frames of another journal that
/// were sent through a session are never taken for frames of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JournalId(pub u64);

/// What a journal says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalInfo {
    /// What the user calls the session; cut to 255 bytes in the file.
    pub session_name: String,
    /// Which kind of session wrote it.
    pub kind: Option<SessionKind>,
    /// The program that wrote it, with its version; cut to 100 bytes in the file.
    pub program: String,
    /// The encoding that the session was begun with; none is known of imports and of older journals.
    pub encoding: Option<TextEncoding>,
    /// How its streams were cut into messages when it was begun; none is known of imports and of older journals.
    pub split: Option<Framing>,
    /// When it was created.
    pub created: Stamp,
}

/// Why bytes are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// They do not begin as a journal does.
    NotOurs,
    /// They have this newer version.
    TooNew(u16),
    /// They begin as a journal does, and this is wrong with them.
    Damaged {
        /// The first byte that is wrong, as far as that can be told.
        at_byte: u64,
        /// What is wrong.
        what: &'static str,
    },
}

impl JournalId {
    /// What the checksum of a frame header starts from.
    pub fn seed(self) -> u32 {
        let bytes = self.0.to_le_bytes();
        crc32fast::hash(&bytes)
    }
}

/// Both copies of the header block: everything in a new file before its first frame.
pub fn encode_header(id: JournalId, info: &JournalInfo) -> Vec<u8> {
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    block.extend_from_slice(&MAGIC);
    block.extend_from_slice(&VERSION.to_le_bytes());
    block.extend_from_slice(&BLOCK_BYTES_FIELD.to_le_bytes());
    block.extend_from_slice(&FRAMES_START_FIELD.to_le_bytes());
    block.extend_from_slice(&id.0.to_le_bytes());
    block.extend_from_slice(&info.created.wall_ns.to_le_bytes());
    block.extend_from_slice(&info.created.mono_ns.to_le_bytes());
    let metadata = encode_metadata(info);
    let metadata_length = u16::try_from(metadata.len()).unwrap_or(0);
    block.extend_from_slice(&metadata_length.to_le_bytes());
    block.resize(METADATA_AT, 0);
    block.extend_from_slice(&metadata);
    block.resize(CRC_AT, 0);
    block.extend_from_slice(&crc32fast::hash(&block).to_le_bytes());
    block.extend_from_within(..);
    block
}

fn encode_metadata(info: &JournalInfo) -> Vec<u8> {
    let mut metadata = Vec::new();
    let mut add = |tag: u8, value: &[u8]| {
        metadata.push(tag);
        metadata.extend_from_slice(&u16::try_from(value.len()).unwrap_or(0).to_le_bytes());
        metadata.extend_from_slice(value);
    };
    add(TAG_SESSION_NAME, cut_text(&info.session_name, MAX_NAME_BYTES).as_bytes());
    if let Some(kind) = info.kind {
        add(TAG_KIND, &kind_value(kind));
    }
    add(TAG_PROGRAM, cut_text(&info.program, MAX_PROGRAM_BYTES).as_bytes());
    if let Some(encoding) = info.encoding {
        add(TAG_ENCODING, encoding.name().as_bytes());
    }
    let split = info.split.as_ref().map(Framing::to_string);
    if let Some(split) = split.filter(|split| split.len() <= MAX_SPLIT_BYTES) {
        add(TAG_SPLIT, split.as_bytes());
    }
    metadata
}

/// Reads a header from the beginning of a file: its first [`FRAMES_START`] bytes, or all of a shorter one.
pub fn decode_header(start: &[u8]) -> Result<(JournalId, JournalInfo), HeaderError> {
    let blocks = [start.get(..BLOCK_BYTES), start.get(BLOCK_BYTES..2 * BLOCK_BYTES)];
    for block in blocks.into_iter().flatten() {
        let crc_holds = crc32fast::hash(&block[..CRC_AT]).to_le_bytes() == block[CRC_AT..];
        if block.starts_with(&MAGIC) && crc_holds {
            let version = version_of(block);
            return if version > VERSION { Err(HeaderError::TooNew(version)) } else { decode_block(block) };
        }
    }
    Err(explain(start, blocks[1]))
}

fn decode_block(block: &[u8]) -> Result<(JournalId, JournalInfo), HeaderError> {
    let misfit = |at_byte, what| HeaderError::Damaged { at_byte, what };
    if block[12..16] != FRAMES_START_FIELD.to_le_bytes() || u64::from(FRAMES_START_FIELD) != FRAMES_START {
        return Err(misfit(12, "the header has a length that version 1 does not have"));
    }
    let mut info = JournalInfo {
        created: Stamp {
            wall_ns: i64::from_le_bytes(eight(block, 24)),
            mono_ns: u64::from_le_bytes(eight(block, 32)),
        },
        ..JournalInfo::default()
    };
    let length = usize::from(u16::from_le_bytes([block[40], block[41]]));
    let mut metadata = block
        .get(METADATA_AT..METADATA_AT + length)
        .filter(|_| METADATA_AT + length <= CRC_AT)
        .ok_or_else(|| misfit(40, "the header's metadata is longer than the header"))?;
    while let [tag, low, high, rest @ ..] = metadata {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (value, after) = rest
            .split_at_checked(length)
            .ok_or_else(|| misfit(METADATA_AT as u64, "an entry of the header's metadata is cut short"))?;
        let text = || std::str::from_utf8(value).unwrap_or_default().to_owned();
        match *tag {
            TAG_SESSION_NAME => info.session_name = text(),
            TAG_KIND => info.kind = kind_from_value(value),
            TAG_PROGRAM => info.program = text(),
            // A name that this program does not know is as good as none: the encoding can be chosen at any time.
            TAG_ENCODING => info.encoding = TextEncoding::from_name(&text()).ok(),
            TAG_SPLIT => info.split = text().parse().ok(),
            // A later program may say more; this one need not understand it.
            _ => {}
        }
        metadata = after;
    }
    Ok((JournalId(u64::from_le_bytes(eight(block, 16))), info))
}

/// Neither block can be read: says which of the three reasons it is.
fn explain(start: &[u8], second: Option<&[u8]>) -> HeaderError {
    let damaged = |at_byte, what| HeaderError::Damaged { at_byte, what };
    let second_is_ours = second.is_some_and(|block| block.starts_with(&MAGIC));
    if start.starts_with(&MAGIC) || second_is_ours {
        if start.len() < BLOCK_BYTES {
            return damaged(start.len() as u64, "the file ends inside its header");
        }
        let newest = version_of(start);
        let agrees = second.is_none_or(|block| version_of(block) == newest);
        if start.starts_with(&MAGIC) && newest > VERSION && agrees {
            return HeaderError::TooNew(newest);
        }
        return damaged(0, "no copy of the header has the right checksum");
    }
    if !start.is_empty() && MAGIC.starts_with(start) {
        return damaged(start.len() as u64, "the file ends inside its header");
    }
    if start.starts_with(&MAGIC[..4]) {
        return damaged(4, "the file was changed by a transfer as text");
    }
    HeaderError::NotOurs
}

fn version_of(block: &[u8]) -> u16 {
    u16::from_le_bytes([block[8], block[9]])
}

fn eight(block: &[u8], at: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&block[at..at + 8]);
    bytes
}

fn cut_text(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

/// The kind's code, and behind it what tells its sessions apart.
fn kind_value(kind: SessionKind) -> Vec<u8> {
    let code = match kind {
        SessionKind::TcpServer => 1,
        SessionKind::TcpClient => 2,
        SessionKind::Udp => 3,
        SessionKind::UnixServer(UnixType::Stream) => 4,
        SessionKind::UnixClient(UnixType::Stream) => 5,
        SessionKind::UnixServer(UnixType::SeqPacket) => 6,
        SessionKind::UnixClient(UnixType::SeqPacket) => 7,
        SessionKind::UnixDatagrams => 8,
        SessionKind::Raw(RawKind { protocol, with_header }) => {
            return vec![9, protocol.0, u8::from(with_header)];
        }
    };
    vec![code]
}

fn kind_from_value(value: &[u8]) -> Option<SessionKind> {
    let (code, more) = value.split_first()?;
    match code {
        1 => Some(SessionKind::TcpServer),
        2 => Some(SessionKind::TcpClient),
        3 => Some(SessionKind::Udp),
        4 => Some(SessionKind::UnixServer(UnixType::Stream)),
        5 => Some(SessionKind::UnixClient(UnixType::Stream)),
        6 => Some(SessionKind::UnixServer(UnixType::SeqPacket)),
        7 => Some(SessionKind::UnixClient(UnixType::SeqPacket)),
        8 => Some(SessionKind::UnixDatagrams),
        9 => {
            let (protocol, with_header) = (IpProtocol(*more.first()?), *more.get(1)? != 0);
            Some(SessionKind::Raw(RawKind { protocol, with_header }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{HeaderError, JournalId, JournalInfo, decode_header, encode_header};
    use crate::codec::text::TextEncoding;
    use crate::model::config::SessionKind;
    use crate::model::framing::Framing;
    use crate::util::clock::Stamp;

    fn info() -> JournalInfo {
        JournalInfo {
            session_name: "设备 1".to_owned(),
            kind: Some(SessionKind::Udp),
            program: "sockscope 0.1.0".to_owned(),
            encoding: Some(TextEncoding::GBK),
            split: Some(Framing::Delimiter(b"\r\n".to_vec())),
            created: Stamp { wall_ns: -5, mono_ns: 7 },
        }
    }

    #[test]
    fn a_header_reads_back_and_long_names_are_cut_at_a_character() {
        let bytes = encode_header(JournalId(9), &info());
        assert_eq!(bytes.len(), 1024);
        assert_eq!(decode_header(&bytes), Ok((JournalId(9), info())));
        let longest = Framing::Delimiter(vec![7; 17]);
        assert_eq!(longest.to_string().len(), 40);
        let long = JournalInfo {
            session_name: "长".repeat(200),
            program: "p".repeat(200),
            split: Some(longest.clone()),
            ..info()
        };
        let (_, read) = decode_header(&encode_header(JournalId(9), &long)).unwrap();
        let read = (read.session_name, read.program, read.split);
        assert_eq!(read, ("长".repeat(85), "p".repeat(100), Some(longest)));
        let longer = JournalInfo { split: Some(Framing::Delimiter(vec![7; 18])), ..info() };
        let (_, read) = decode_header(&encode_header(JournalId(9), &longer)).unwrap();
        assert_eq!(read, JournalInfo { split: None, ..info() });
    }

    #[test]
    fn any_one_damaged_byte_costs_nothing() {
        let bytes = encode_header(JournalId(9), &info());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0xFF;
            assert_eq!(decode_header(&damaged), Ok((JournalId(9), info())), "byte {place}");
        }
    }

    #[test]
    fn the_three_reasons_are_told_apart() {
        let good = encode_header(JournalId(9), &info());
        let mut newer = good.clone();
        newer[8] = 2;
        newer[520] = 2;
        let mut damaged = good.clone();
        damaged[100] ^= 1;
        damaged[612] ^= 1;
        let text = good.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>();
        let at = |at_byte, what| HeaderError::Damaged { at_byte, what };
        for (bytes, reason) in [
            (&newer[..], HeaderError::TooNew(2)),
            (&damaged[..], at(0, "no copy of the header has the right checksum")),
            (&text[..], at(4, "the file was changed by a transfer as text")),
            (&good[..300], at(300, "the file ends inside its header")),
            (&good[..5], at(5, "the file ends inside its header")),
            (b"", HeaderError::NotOurs),
            (b"GIF89a plus enough", HeaderError::NotOurs),
        ] {
            assert_eq!(decode_header(bytes), Err(reason));
        }
    }
}
