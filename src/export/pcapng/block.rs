//! The blocks of a pcapng file, appended to a buffer. Knows the file format, not what the packets mean.
//!
//! Everything is little-endian and padded to four bytes; times are nanoseconds since 1970.

/// Packets begin with an IPv4 or an IPv6 header.
const LINK_TYPE_RAW: u16 = 101;

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// Ends every list of options.
const END_OF_OPTIONS: [u8; 4] = [0; 4];
const COMMENT: u16 = 1;

/// A comment is cut here, well under the 65,535 bytes that an option can carry.
const COMMENT_LIMIT: usize = 16 * 1024;

/// Which way a packet went, as the flags of a packet tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketWay {
    Inbound = 1,
    Outbound = 2,
}

/// What an interface counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Statistics {
    pub(super) first_ns: u64,
    pub(super) last_ns: u64,
    pub(super) packets: u64,
    pub(super) dropped: u64,
}

/// A block whose length is not known yet.
#[derive(Debug)]
pub(super) struct OpenBlock {
    start: usize,
}

/// A packet that has been begun: its bytes follow in the buffer.
#[derive(Debug)]
pub(super) struct OpenPacket {
    block: OpenBlock,
    data_start: usize,
}

/// Begins a section: who wrote it, and which session it holds.
pub(super) fn section_header(buffer: &mut Vec<u8>, program: &str, session_name: &str) {
    const USER_APPLICATION: u16 = 4;
    let block = open_block(buffer, SECTION_HEADER);
    buffer.extend_from_slice(&0x1A2B_3C4D_u32.to_le_bytes());
    buffer.extend_from_slice(&[1, 0, 0, 0]);
    // The section's length is not known when its header is written.
    buffer.extend_from_slice(&u64::MAX.to_le_bytes());
    if !session_name.is_empty() {
        option(buffer, COMMENT, clipped(session_name).as_bytes());
    }
    option(buffer, USER_APPLICATION, clipped(program).as_bytes());
    buffer.extend_from_slice(&END_OF_OPTIONS);
    close_block(buffer, &block);
}

/// Describes the next interface; interfaces are counted from 0.
pub(super) fn interface_description(buffer: &mut Vec<u8>, name: &str, description: &str) {
    const NAME: u16 = 2;
    const DESCRIPTION: u16 = 3;
    const TIME_RESOLUTION: u16 = 9;
    const NANOSECONDS: u8 = 9;
    let block = open_block(buffer, INTERFACE_DESCRIPTION);
    buffer.extend_from_slice(&LINK_TYPE_RAW.to_le_bytes());
    // Two reserved bytes, then no limit on the length of packets.
    buffer.extend_from_slice(&[0; 6]);
    option(buffer, NAME, clipped(name).as_bytes());
    if !description.is_empty() {
        option(buffer, DESCRIPTION, clipped(description).as_bytes());
    }
    option(buffer, TIME_RESOLUTION, &[NANOSECONDS]);
    buffer.extend_from_slice(&END_OF_OPTIONS);
    close_block(buffer, &block);
}

/// Tells what an interface counted until `at_ns`.
pub(super) fn interface_statistics(
    buffer: &mut Vec<u8>,
    interface: u32,
    at_ns: u64,
    counted: &Statistics,
    comments: &[String],
) {
    const START_TIME: u16 = 2;
    const END_TIME: u16 = 3;
    const RECEIVED: u16 = 4;
    const DROPPED: u16 = 5;
    const DROPPED_BY_SYSTEM: u16 = 7;
    let block = open_block(buffer, INTERFACE_STATISTICS);
    buffer.extend_from_slice(&interface.to_le_bytes());
    buffer.extend_from_slice(&time(at_ns));
    for comment in comments {
        option(buffer, COMMENT, clipped(comment).as_bytes());
    }
    option(buffer, START_TIME, &time(counted.first_ns));
    option(buffer, END_TIME, &time(counted.last_ns));
    option(buffer, RECEIVED, &(counted.packets + counted.dropped).to_le_bytes());
    option(buffer, DROPPED, &counted.dropped.to_le_bytes());
    option(buffer, DROPPED_BY_SYSTEM, &counted.dropped.to_le_bytes());
    buffer.extend_from_slice(&END_OF_OPTIONS);
    close_block(buffer, &block);
}

/// Gives the secrets that decrypt packets behind this block, as lines of a key log.
pub(super) fn decryption_secrets(buffer: &mut Vec<u8>, lines: &str) {
    const TLS_KEY_LOG: u32 = 0x544C_534B;
    let block = open_block(buffer, DECRYPTION_SECRETS);
    buffer.extend_from_slice(&TLS_KEY_LOG.to_le_bytes());
    buffer.extend_from_slice(&length_u32(lines.len()).to_le_bytes());
    buffer.extend_from_slice(lines.as_bytes());
    pad(buffer);
    close_block(buffer, &block);
}

/// Begins a packet; its bytes are to be appended to the buffer.
pub(super) fn open_packet(buffer: &mut Vec<u8>, interface: u32, at_ns: u64) -> OpenPacket {
    let block = open_block(buffer, ENHANCED_PACKET);
    buffer.extend_from_slice(&interface.to_le_bytes());
    buffer.extend_from_slice(&time(at_ns));
    // Both lengths, filled in when the packet is closed.
    buffer.extend_from_slice(&[0; 8]);
    OpenPacket { block, data_start: buffer.len() }
}

/// Ends a packet and returns where its block starts in the buffer.
pub(super) fn close_packet(
    buffer: &mut Vec<u8>,
    packet: &OpenPacket,
    way: PacketWay,
    comments: &[String],
) -> usize {
    const FLAGS: u16 = 2;
    let length = length_u32(buffer.len() - packet.data_start).to_le_bytes();
    buffer[packet.data_start - 8..packet.data_start - 4].copy_from_slice(&length);
    buffer[packet.data_start - 4..packet.data_start].copy_from_slice(&length);
    pad(buffer);
    for comment in comments {
        option(buffer, COMMENT, clipped(comment).as_bytes());
    }
    option(buffer, FLAGS, &(way as u32).to_le_bytes());
    buffer.extend_from_slice(&END_OF_OPTIONS);
    close_block(buffer, &packet.block);
    packet.block.start
}

/// Adds comments to the packet whose block starts at `start` and is the last one in the buffer.
pub(super) fn comment_last_packet(buffer: &mut Vec<u8>, start: usize, comments: &[String]) {
    const TRAILING_LENGTH: usize = 4;
    buffer.truncate(buffer.len() - TRAILING_LENGTH - END_OF_OPTIONS.len());
    for comment in comments {
        option(buffer, COMMENT, clipped(comment).as_bytes());
    }
    buffer.extend_from_slice(&END_OF_OPTIONS);
    close_block(buffer, &OpenBlock { start });
}

fn open_block(buffer: &mut Vec<u8>, kind: u32) -> OpenBlock {
    let start = buffer.len();
    buffer.extend_from_slice(&kind.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    OpenBlock { start }
}

fn close_block(buffer: &mut Vec<u8>, block: &OpenBlock) {
    let length = length_u32(buffer.len() + 4 - block.start).to_le_bytes();
    buffer.extend_from_slice(&length);
    buffer[block.start + 4..block.start + 8].copy_from_slice(&length);
}

fn option(buffer: &mut Vec<u8>, code: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    buffer.extend_from_slice(&code.to_le_bytes());
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&value[..usize::from(length)]);
    pad(buffer);
}

fn pad(buffer: &mut Vec<u8>) {
    // Blocks start at multiples of four, so the buffer's own length tells what is missing.
    buffer.resize(buffer.len().next_multiple_of(4), 0);
}

/// A time as pcapng has it: the upper half first.
fn time(at_ns: u64) -> [u8; 8] {
    at_ns.rotate_left(32).to_le_bytes()
}

fn length_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn clipped(text: &str) -> &str {
    let mut end = text.len().min(COMMENT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
