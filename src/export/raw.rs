//! Payload bytes and nothing else: what a peer sent comes out byte for byte.

use crate::codec::rows::Row;
use crate::export::exporter::{ExportContext, Exporter, PayloadChoice, PeerLookup};
use std::io::{self, Write};

/// Writes the chosen payload bytes in the order of the records.
#[derive(Clone, Debug, Default)]
pub struct RawExporter {
    choice: PayloadChoice,
}

impl RawExporter {
    /// Writes only what `choice` lets through.
    pub fn new(choice: PayloadChoice) -> RawExporter {
        RawExporter { choice }
    }
}

impl Exporter for RawExporter {
    fn begin(&mut self, _session: &ExportContext, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, _peers: &mut dyn PeerLookup, out: &mut dyn Write) -> io::Result<()> {
        match self.choice.payload(row.record) {
            Some(payload) => out.write_all(payload),
            None => Ok(()),
        }
    }

    fn finish(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
