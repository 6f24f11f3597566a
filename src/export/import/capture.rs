//! Capture files, pcapng and pcap, block by block. Knows the files, not what the packets mean.

use crate::export::import::fragments::Fragments;
use crate::export::import::link::{Found, Packet, parse, parse_whole};
use crate::export::import::traffic::Traffic;
use crate::export::import::{Damage, ImportError, ImportReport, RecordSink};
use pcap_parser::{Block, OptionCode, PcapBlockOwned, PcapError, PcapHeader, create_reader};
use std::io::Read;

/// Blocks are read into a buffer of this size, which grows for a larger block up to the limit.
const BUFFER_BYTES: usize = 256 * 1024;
const BLOCK_BYTES_LIMIT: usize = 16 << 20;
/// A block's type, its length, and its length once more.
const BLOCK_LEAST_BYTES: u32 = 12;

/// The option of a packet that tells which way it went.
const PACKET_FLAGS: OptionCode = OptionCode(2);

/// What is to be known of an interface to read its packets.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link_type: i32,
    ticks_per_second: u64,
    offset_seconds: i64,
}

/// The part of a pcapng file that one computer wrote.
#[derive(Clone, Copy, Debug)]
struct Section {
    is_big_endian: bool,
}

/// What is kept from block to block.
struct Taking<'a> {
    traffic: Traffic<'a>,
    section: Option<Section>,
    interfaces: Vec<Interface>,
    fragments: Fragments,
}

/// Imports a capture: TCP reassembled in order, UDP as datagrams. Other packets are counted. Fragments count
/// as the packet they make, and as one other packet where they make none.
pub fn import_capture(
    input: impl Read + Send,
    sink: &mut dyn RecordSink,
) -> Result<ImportReport, ImportError> {
    let mut reader = match create_reader(BUFFER_BYTES, input) {
        Ok(reader) => reader,
        Err(PcapError::ReadError) => return Err(ImportError::Read(std::io::ErrorKind::Other.into())),
        Err(_) => return Err(ImportError::NotACapture),
    };
    let mut taking = Taking {
        traffic: Traffic::new(sink),
        section: None,
        interfaces: Vec::new(),
        fragments: Fragments::default(),
    };
    let mut capacity = BUFFER_BYTES;
    let damage = loop {
        let at = reader.consumed() as u64;
        // The crate subtracts from the length of some kinds of block without a look at it.
        if taking.section.is_some_and(|section| section.is_block_too_short(reader.data())) {
            break Some(Damage::Nonsense { what: "a block's length", at });
        }
        match reader.next() {
            Ok((length, block)) => {
                take_block(&block, &mut taking)?;
                reader.consume(length);
            }
            Err(PcapError::Eof) => break None,
            Err(PcapError::Incomplete(_)) => {
                if reader.reader_exhausted() {
                    break Some(Damage::Cut { what: "a block", at });
                }
                if reader.refill().is_err() {
                    return Err(ImportError::Read(std::io::ErrorKind::Other.into()));
                }
            }
            Err(PcapError::BufferTooSmall) => {
                capacity *= 2;
                if capacity > BLOCK_BYTES_LIMIT || !reader.grow(capacity) {
                    break Some(Damage::Nonsense { what: "a block's length", at });
                }
                if reader.refill().is_err() {
                    return Err(ImportError::Read(std::io::ErrorKind::Other.into()));
                }
            }
            Err(PcapError::UnexpectedEof) => break Some(Damage::Cut { what: "a block", at }),
            Err(_) => break Some(Damage::Nonsense { what: "a block", at }),
        }
    };
    let mut report = taking.traffic.finish()?;
    report.skipped += taking.fragments.incomplete();
    report.damage = damage;
    Ok(report)
}

fn take_block(block: &PcapBlockOwned<'_>, taking: &mut Taking<'_>) -> Result<(), ImportError> {
    let interfaces = &mut taking.interfaces;
    match block {
        PcapBlockOwned::LegacyHeader(header) => *interfaces = vec![Interface::of_header(header)],
        PcapBlockOwned::Legacy(packet) => {
            let Some(interface) = interfaces.first().copied() else { return Ok(()) };
            let wall_ns = interface.wall_ns_of_parts(packet.ts_sec, packet.ts_usec);
            take_frame(taking, interface, wall_ns, packet.data, None)?;
        }
        PcapBlockOwned::NG(Block::SectionHeader(header)) => {
            taking.section = Some(Section { is_big_endian: header.big_endian() });
            interfaces.clear();
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(description)) => interfaces.push(Interface {
            link_type: description.linktype.0,
            ticks_per_second: description.ts_resolution().unwrap_or(1_000_000),
            offset_seconds: description.ts_offset(),
        }),
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let place = usize::try_from(packet.if_id).unwrap_or(usize::MAX);
            let Some(interface) = interfaces.get(place).copied() else {
                taking.traffic.skip();
                return Ok(());
            };
            let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
            let captured = usize::try_from(packet.caplen).unwrap_or(usize::MAX);
            let data = packet.data.get(..captured).unwrap_or(packet.data);
            let flags = packet.options.iter().find(|option| option.code == PACKET_FLAGS);
            let outgoing = flags.and_then(|option| match option.value().first()? & 3 {
                1 => Some(false),
                2 => Some(true),
                _ => None,
            });
            take_frame(taking, interface, interface.wall_ns_of_ticks(ticks), data, outgoing)?;
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let Some(interface) = interfaces.first().copied() else { return Ok(()) };
            take_frame(taking, interface, 0, packet.data, None)?;
        }
        PcapBlockOwned::NG(_) => {}
    }
    Ok(())
}

fn take_frame(
    taking: &mut Taking<'_>,
    interface: Interface,
    wall_ns: i64,
    frame: &[u8],
    outgoing: Option<bool>,
) -> Result<(), ImportError> {
    let whole;
    let packet = match parse(interface.link_type, frame) {
        Some(Found::Packet(packet)) => Some(packet),
        Some(Found::Fragment(fragment)) => match taking.fragments.add(&fragment) {
            Some(payload) => {
                whole = payload;
                parse_whole(&whole, &fragment)
            }
            None => return Ok(()),
        },
        None => None,
    };
    let Some(packet) = packet else {
        taking.traffic.skip();
        return Ok(());
    };
    taking.traffic.packet(wall_ns, &Packet { outgoing: outgoing.or(packet.outgoing), ..packet })
}

impl Section {
    /// Whether what comes next says that it is shorter than any block. A next section may have the other order of
    /// bytes; the length of its header is looked at by the crate.
    fn is_block_too_short(self, next: &[u8]) -> bool {
        const SECTION_HEADER: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];
        let (Some(kind), Some(length)) =
            (next.first_chunk::<4>(), next.get(4..).and_then(<[u8]>::first_chunk))
        else {
            return false;
        };
        let length =
            if self.is_big_endian { u32::from_be_bytes(*length) } else { u32::from_le_bytes(*length) };
        *kind != SECTION_HEADER && length < BLOCK_LEAST_BYTES
    }
}

impl Interface {
    fn of_header(header: &PcapHeader) -> Interface {
        const NANOSECOND_MAGICS: [u32; 2] = [0xA1B2_3C4D, 0x4D3C_B2A1];
        let is_fine = NANOSECOND_MAGICS.contains(&header.magic_number);
        Interface {
            link_type: header.network.0,
            ticks_per_second: if is_fine { 1_000_000_000 } else { 1_000_000 },
            offset_seconds: 0,
        }
    }

    fn wall_ns_of_ticks(&self, ticks: u64) -> i64 {
        let fraction = u128::from(ticks) * 1_000_000_000 / u128::from(self.ticks_per_second.max(1));
        let wall_ns = i64::try_from(fraction).unwrap_or(i64::MAX);
        wall_ns.saturating_add(self.offset_seconds.saturating_mul(1_000_000_000))
    }

    fn wall_ns_of_parts(&self, seconds: u32, ticks: u32) -> i64 {
        self.wall_ns_of_ticks(u64::from(seconds) * self.ticks_per_second + u64::from(ticks))
    }
}
