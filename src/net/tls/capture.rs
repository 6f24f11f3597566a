//! The ciphertext of one connection as it goes over its socket, for those who keep it. It knows no TLS.

use crate::model::record::Direction;
use crate::net::wire::Captured;
use std::io::{self, IoSlice, Read, Write};

/// So much memory is kept from one asking to the next: there may be thousands of connections, and few that are busy.
const KEPT_BYTES: usize = 64 << 10;

/// What went over the socket since it was asked for last, in its order.
#[derive(Debug, Default)]
pub(super) struct Capture {
    bytes: Vec<u8>,
    /// What follows each other in one direction is one piece.
    pieces: Vec<(Direction, usize)>,
}

/// A socket whose traffic is copied, if anybody keeps it.
pub(super) struct Tapped<'a, S> {
    pub(super) socket: S,
    pub(super) capture: Option<&'a mut Capture>,
}

impl Capture {
    fn push(&mut self, direction: Direction, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        match self.pieces.last_mut() {
            Some((last, length)) if *last == direction => *length += bytes.len(),
            _ => self.pieces.push((direction, bytes.len())),
        }
    }

    /// Gives what was copied, and forgets it.
    pub(super) fn take(&mut self, each: &mut dyn FnMut(Captured<'_>)) {
        let mut rest = self.bytes.as_slice();
        for (direction, length) in self.pieces.drain(..) {
            let (bytes, more) = rest.split_at(length);
            each(Captured::Bytes { direction, bytes });
            rest = more;
        }
        self.bytes.clear();
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
    }
}

impl<S: Read> Read for Tapped<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.socket.read(buffer)?;
        if let Some(capture) = &mut self.capture {
            capture.push(Direction::Received, &buffer[..count]);
        }
        Ok(count)
    }
}

impl<S: Write> Write for Tapped<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.socket.write(bytes)?;
        if let Some(capture) = &mut self.capture {
            capture.push(Direction::Sent, &bytes[..count]);
        }
        Ok(count)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = self.socket.write_vectored(slices)?;
        if let Some(capture) = &mut self.capture {
            let mut left = count;
            for slice in slices {
                let taken = left.min(slice.len());
                capture.push(Direction::Sent, &slice[..taken]);
                left -= taken;
            }
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{Capture, KEPT_BYTES, Tapped};
    use crate::net::wire::Captured;
    use std::io::{Cursor, IoSlice, Read, Write};

    fn told(capture: &mut Capture) -> Vec<(&'static str, Vec<u8>)> {
        let mut told = Vec::new();
        capture.take(&mut |captured| match captured {
            Captured::Bytes { direction, bytes } => told.push((direction.word(), bytes.to_vec())),
            Captured::Keys(lines) => panic!("no keys go over a socket: {lines}"),
        });
        told
    }

    #[test]
    fn what_goes_over_a_socket_is_told_once_and_in_its_order() {
        let mut capture = Capture::default();
        // A socket that takes three bytes at once and then gives what stands behind them.
        let mut memory = *b"abcDEF";
        let mut tapped = Tapped { socket: Cursor::new(memory.as_mut_slice()), capture: Some(&mut capture) };
        let count = tapped.write_vectored(&[IoSlice::new(b"x"), IoSlice::new(b"yz")]).unwrap();
        assert_eq!(count, 3);
        let mut buffer = [0; 2];
        tapped.read_exact(&mut buffer).unwrap();
        tapped.write_all(b"!").unwrap();
        let expected = [("tx", b"xyz".to_vec()), ("rx", b"DE".to_vec()), ("tx", b"!".to_vec())];
        assert_eq!(told(&mut capture), expected);
        assert_eq!(told(&mut capture), []);
    }

    #[test]
    fn the_memory_of_a_flood_is_given_back() {
        let mut capture = Capture::default();
        for (length, is_kept) in [(1000, true), (5 * KEPT_BYTES, false)] {
            let mut tapped = Tapped { socket: std::io::sink(), capture: Some(&mut capture) };
            tapped.write_all(&vec![7; length]).unwrap();
            assert_eq!(told(&mut capture), [("tx", vec![7; length])]);
            assert_eq!(capture.bytes.capacity() > 0, is_kept);
        }
    }
}
