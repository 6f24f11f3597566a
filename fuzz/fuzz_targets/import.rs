#![no_main]
//! Whatever a file to import holds: no panic, the report counts what came out, and streams never grow by themselves.
//! The input's first byte says how it is disguised, so that the fuzzer gets past headers and into connections.

use libfuzzer_sys::fuzz_target;
use sockscope::export::import::{
    ImportError, ImportReport, Imported, RawStream, RecordSink, import_capture, import_jsonl, import_raw,
};
use sockscope::model::record::Body;
use sockscope::util::clock::Stamp;
use std::io::{self, Cursor};

/// Counts what comes out.
#[derive(Default)]
struct Counted {
    records: u64,
    payload_bytes: u64,
}

impl RecordSink for Counted {
    fn push(&mut self, record: Imported<'_>) -> io::Result<()> {
        self.records += 1;
        if let Body::Data(data) = record.body {
            self.payload_bytes += data.bytes.len() as u64;
        }
        Ok(())
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((disguise, rest)) = input.split_first() else {
        return;
    };
    let file = match disguise % 6 {
        0 => rest.to_vec(),
        1 => capture(rest, frames),
        2 => capture(rest, packets),
        3 => {
            let section: &[u8] = b"\x0A\x0D\x0D\x0A\x1C\0\0\0\x4D\x3C\x2B\x1A\x01\0\0\0";
            [section, &[0xFF; 8], b"\x1C\0\0\0", rest].concat()
        }
        4 => {
            check(rest.len(), |sink| import_jsonl(&mut &*rest, sink));
            return check(rest.len(), |sink| import_jsonl(&mut lines(rest).as_slice(), sink));
        }
        _ => {
            return check(rest.len(), |sink| {
                import_raw(&mut &*rest, Stamp::default(), &RawStream::default(), sink)
            });
        }
    };
    check(file.len(), |sink| import_capture(Cursor::new(file.clone()), sink));
});

/// No more payload comes out than the file is long, and the report says what came out.
fn check(length: usize, import: impl Fn(&mut dyn RecordSink) -> Result<ImportReport, ImportError>) {
    let mut counted = Counted::default();
    if let Ok(report) = import(&mut counted) {
        assert_eq!((report.records, report.payload_bytes), (counted.records, counted.payload_bytes));
        assert!(counted.payload_bytes <= length as u64, "{} bytes out of {length}", counted.payload_bytes);
    }
}

/// A pcap file whose link type is the input's first byte.
fn capture(input: &[u8], body: fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let Some((link_type, rest)) = input.split_first() else { return Vec::new() };
    let link_types = [0_u32, 1, 12, 101, 108, 113, 228, 276];
    let mut file = b"\xD4\xC3\xB2\xA1\x02\0\x04\0\0\0\0\0\0\0\0\0\xFF\xFF\0\0".to_vec();
    file.extend(link_types[usize::from(*link_type) % link_types.len()].to_le_bytes());
    for (number, frame) in body(rest).into_iter().enumerate() {
        let length = (frame.len() as u32).to_le_bytes();
        file.extend((number as u32).to_le_bytes());
        file.extend([0; 4]);
        file.extend(length);
        file.extend(length);
        file.extend(frame);
    }
    file
}

/// Frames as they stand in the input, each behind its length.
fn frames(input: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = input;
    while let [length, after @ ..] = rest {
        let (frame, after) = after.split_at(usize::from(*length).min(after.len()));
        frames.push(frame.to_vec());
        rest = after;
    }
    frames
}

/// TCP, UDP and fragments between a few sockets, with everything that a connection depends on taken from the input.
fn packets(input: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut rest = input;
    while let [ends, flags, sequence, fragment, length, after @ ..] = rest {
        let (payload, after) = after.split_at(usize::from(*length % 40).min(after.len()));
        rest = after;
        let is_udp = ends & 0x80 != 0;
        let mut inner = vec![0x10, ends >> 1 & 3, 0x20, ends & 1];
        if ends & 0x40 != 0 {
            inner.rotate_left(2);
        }
        if is_udp {
            inner.extend(((8 + payload.len()) as u16).to_be_bytes());
            inner.extend([0, 0]);
        } else {
            // Numbers near the wrap, so that it is crossed.
            inner.extend((u32::MAX - 60).wrapping_add(u32::from(*sequence)).to_be_bytes());
            inner.extend([0, 0, 0, 0, 0x50, *flags, 0xFF, 0xFF, 0, 0, 0, 0]);
        }
        inner.extend_from_slice(payload);
        let addresses = [[10, 0, 0, 1], [10, 0, 0, 2]];
        let (source, destination) =
            (addresses[usize::from(ends >> 6 & 1)], addresses[usize::from(!ends >> 6 & 1)]);
        let mut packet = vec![0x45, 0];
        packet.extend(((20 + inner.len()) as u16).to_be_bytes());
        packet.extend([
            0,
            fragment >> 6,
            fragment & 0x20,
            fragment & 7,
            64,
            if is_udp { 17 } else { 6 },
            0,
            0,
        ]);
        packet.extend(source);
        packet.extend(destination);
        packet.extend(inner);
        packets.push(packet);
    }
    packets
}

/// Lines that begin as ours do.
fn lines(input: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for part in input.split(|byte| *byte == 0) {
        text.extend_from_slice(b"{\"id\":1,\"time\":\"2026-11-21T03:31:00Z\",\"kind\":\"");
        text.extend_from_slice(part);
        text.extend_from_slice(b"}\n");
    }
    text
}
