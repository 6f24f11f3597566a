//! A hexdump in the layout of xxd, so that `xxd -r` gives the bytes back. Offsets run on over all records, and each
//! record starts on a line of its own. Nothing else stands in it: `xxd -r` would take a number in a title for an offset.

use crate::codec::hex::lower_digits_of;
use crate::codec::rows::Row;
use crate::export::exporter::{ExportContext, Exporter, PayloadChoice, PeerLookup};
use std::io::{self, Write};

const BYTES_PER_LINE: usize = 16;

/// Offset, colon, space, eight groups of four digits and a space, one more space.
const TEXT_COLUMN: usize = 10 + 8 * 5 + 1;

/// Writes a hexdump.
#[derive(Clone, Debug, Default)]
pub struct HexdumpExporter {
    choice: PayloadChoice,
    offset: u64,
    lines: Vec<u8>,
}

impl HexdumpExporter {
    /// Dumps only what `choice` lets through.
    pub fn new(choice: PayloadChoice) -> HexdumpExporter {
        HexdumpExporter { choice, ..HexdumpExporter::default() }
    }

    fn push_line(&mut self, bytes: &[u8]) {
        let mut line = [b' '; TEXT_COLUMN + BYTES_PER_LINE + 1];
        for (place, byte) in self.offset.to_be_bytes()[4..].iter().enumerate() {
            line[2 * place..2 * place + 2].copy_from_slice(&lower_digits_of(*byte));
        }
        line[8] = b':';
        let mut column = 10;
        for (place, byte) in bytes.iter().enumerate() {
            line[column..column + 2].copy_from_slice(&lower_digits_of(*byte));
            column += 2 + place % 2;
            line[TEXT_COLUMN + place] = if (0x20..0x7F).contains(byte) { *byte } else { b'.' };
        }
        let beyond = self.offset >> 32;
        if beyond > 0 {
            // Past 4 GiB the offset needs more digits.
            self.lines.extend_from_slice(format!("{beyond:x}").as_bytes());
        }
        let end = TEXT_COLUMN + bytes.len();
        line[end] = b'\n';
        self.lines.extend_from_slice(&line[..=end]);
        self.offset += bytes.len() as u64;
    }
}

impl Exporter for HexdumpExporter {
    fn begin(&mut self, _session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, _peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        let Some(payload) = self.choice.payload(row.record) else { return Ok(()) };
        self.lines.clear();
        for bytes in payload.chunks(BYTES_PER_LINE) {
            self.push_line(bytes);
        }
        out.write_all(&self.lines)
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::HexdumpExporter;
    use crate::codec::rows::Row;
    use crate::export::exporter::{ExportContext, Exporter, PayloadChoice, SeenPeers};
    use crate::export::samples;
    use crate::model::record::Direction;

    #[test]
    fn lines_look_like_those_of_xxd() {
        let mut exporter =
            HexdumpExporter { offset: 0x1_FFFF_FFF0, ..HexdumpExporter::new(PayloadChoice::default()) };
        let mut out = Vec::new();
        let record = samples::data(1, Direction::Received, b"Hello, world\r\n\xff0 again");
        exporter.begin(&ExportContext::new("", None), &mut out).unwrap();
        exporter.row(&Row::of(&record), &mut SeenPeers::default(), &mut out).unwrap();
        let expected = "1fffffff0: 4865 6c6c 6f2c 2077 6f72 6c64 0d0a ff30  Hello, world...0\n\
                        200000000: 2061 6761 696e                            again\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
