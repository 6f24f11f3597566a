//! The capture while it is being written: its interfaces, the packets that wait to be written out, and the remarks
//! that wait for a packet. Knows nothing of sessions and peers.

use crate::export::pcapng::block::{self, PacketWay, Statistics};
use crate::model::record::Direction;
use std::io::{self, Write};

/// Remarks that wait for one packet; past this they are only counted, so that a session of events alone stays small.
const WAITING_REMARKS_LIMIT: usize = 64;

/// Blocks are collected to this size before they are written to a file.
const WRITE_BYTES: usize = 256 * 1024;

/// An interface of the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InterfaceId(pub(super) u32);

/// When and where a packet is seen, and which way it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) interface: InterfaceId,
    pub(super) at_ns: u64,
    pub(super) direction: Direction,
}

/// Collects blocks and writes them out.
#[derive(Debug, Default)]
pub(super) struct Wire {
    /// Every packet leaves at once, for someone who watches.
    live: bool,
    buffer: Vec<u8>,
    /// Where in the buffer the last packet starts, as long as it is there.
    last_packet: Option<usize>,
    interfaces: Vec<Statistics>,
    identification: u16,
    remarks: Vec<String>,
    remarks_left_out: u64,
}

impl Wire {
    pub(super) fn new(live: bool) -> Wire {
        Wire { live, ..Wire::default() }
    }

    /// Begins the file. The first interface is there from the start, because a program that reads a pipe waits for it.
    pub(super) fn begin(&mut self, program: &str, session_name: &str, description: &str) {
        block::section_header(&mut self.buffer, program, session_name);
        let name = if session_name.is_empty() { "sockscope" } else { session_name };
        self.add_interface(name, description);
    }

    pub(super) fn add_interface(&mut self, name: &str, description: &str) -> InterfaceId {
        block::interface_description(&mut self.buffer, name, description);
        // A block that is no packet ends what comments can still be added to.
        self.last_packet = None;
        let id = InterfaceId(u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX));
        self.interfaces.push(Statistics::default());
        id
    }

    /// Lets whoever opens the capture decrypt the packets that follow.
    pub(super) fn secrets(&mut self, lines: &str) {
        block::decryption_secrets(&mut self.buffer, lines);
        self.last_packet = None;
    }

    /// Keeps a remark for the next packet.
    pub(super) fn remark(&mut self, text: String) {
        if self.remarks.len() < WAITING_REMARKS_LIMIT {
            self.remarks.push(text);
        } else {
            self.remarks_left_out += 1;
        }
    }

    /// Adds one packet, whose bytes `fill` appends; it is given an identification for the IP header.
    pub(super) fn packet(&mut self, seen: Seen, fill: impl FnOnce(&mut Vec<u8>, u16)) {
        let way = match seen.direction {
            Direction::Received => PacketWay::Inbound,
            Direction::Sent => PacketWay::Outbound,
        };
        self.count_left_out();
        self.identification = self.identification.wrapping_add(1);
        let open = block::open_packet(&mut self.buffer, seen.interface.0, seen.at_ns);
        fill(&mut self.buffer, self.identification);
        self.last_packet = Some(block::close_packet(&mut self.buffer, &open, way, &self.remarks));
        self.remarks.clear();
        if let Some(counted) = self.interface(seen.interface) {
            if counted.packets == 0 {
                counted.first_ns = seen.at_ns;
            }
            counted.last_ns = counted.last_ns.max(seen.at_ns);
            counted.packets += 1;
        }
    }

    /// Counts datagrams that the kernel dropped before the session saw them.
    pub(super) fn count_drops(&mut self, interface: InterfaceId, drops: u64, at_ns: u64) {
        if let Some(counted) = self.interface(interface) {
            counted.dropped = counted.dropped.saturating_add(drops);
            counted.last_ns = counted.last_ns.max(at_ns);
        }
        if self.live {
            self.append_statistics(interface, at_ns, &[]);
        }
    }

    /// Writes out what is due: everything for someone who watches, else whole buffers. The last packet stays back,
    /// because a remark may follow that no other packet will carry.
    pub(super) fn write_due(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.live {
            return self.write_all(out);
        }
        if self.buffer.len() < WRITE_BYTES {
            return Ok(());
        }
        let end = self.last_packet.unwrap_or(self.buffer.len());
        out.write_all(&self.buffer[..end])?;
        self.buffer.drain(..end);
        self.last_packet = self.last_packet.map(|start| start - end);
        Ok(())
    }

    /// Ends the file: remarks that found no packet join the last one, then each interface tells what it counted.
    pub(super) fn finish(&mut self, at_ns: u64, out: &mut dyn Write) -> io::Result<()> {
        self.count_left_out();
        let mut remarks = std::mem::take(&mut self.remarks);
        if let Some(start) = self.last_packet {
            block::comment_last_packet(&mut self.buffer, start, &remarks);
            remarks.clear();
        }
        for number in 0..self.interfaces.len() {
            self.append_statistics(InterfaceId(u32::try_from(number).unwrap_or(u32::MAX)), at_ns, &remarks);
            remarks.clear();
        }
        self.write_all(out)?;
        out.flush()
    }

    fn write_all(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.buffer)?;
        self.buffer.clear();
        self.last_packet = None;
        Ok(())
    }

    fn append_statistics(&mut self, interface: InterfaceId, at_ns: u64, remarks: &[String]) {
        let Some(counted) = self.interface(interface).copied() else { return };
        block::interface_statistics(&mut self.buffer, interface.0, at_ns, &counted, remarks);
        self.last_packet = None;
    }

    fn interface(&mut self, id: InterfaceId) -> Option<&mut Statistics> {
        usize::try_from(id.0).ok().and_then(|place| self.interfaces.get_mut(place))
    }

    fn count_left_out(&mut self) {
        if self.remarks_left_out > 0 {
            self.remarks.push(format!("and {} more events without a packet", self.remarks_left_out));
            self.remarks_left_out = 0;
        }
    }
}
