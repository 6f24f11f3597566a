//! Ciphertext that was read from a socket in large pieces, for a library that takes it in small ones. It knows no TLS.

use std::io::{self, Read};

/// Read at once while a peer sends as fast as it can: some records, and a small part of the processor's cache.
const READ_BYTES: usize = 64 << 10;

/// What was read and not taken yet. There is no memory for it while a peer sends little: there may be thousands.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    bytes: Vec<u8>,
    /// Where the rest of it begins and ends.
    rest: (usize, usize),
    /// The last read filled all the room that it had, so that more waits.
    more_waits: bool,
}

/// A socket behind what was read from it ahead.
pub(super) struct ReadAhead<'a, S> {
    pub(super) socket: &'a mut S,
    pub(super) ahead: &'a mut Ahead,
}

impl<S: Read> ReadAhead<'_, S> {
    /// Reads as much as there is room for.
    fn refill(&mut self) -> io::Result<()> {
        let Ahead { bytes, rest, more_waits } = &mut *self.ahead;
        bytes.resize(READ_BYTES, 0);
        *more_waits = false;
        let count = match self.socket.read(bytes) {
            Ok(count) => count,
            Err(error) => {
                *bytes = Vec::new();
                return Err(error);
            }
        };
        *rest = (0, count);
        *more_waits = count == READ_BYTES;
        Ok(())
    }
}

impl<S: Read> Read for ReadAhead<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            if !self.ahead.more_waits {
                let count = self.socket.read(buffer)?;
                self.ahead.more_waits = count == buffer.len();
                return Ok(count);
            }
            self.refill()?;
        }
        Ok(self.ahead.take(buffer))
    }
}

impl Ahead {
    fn is_empty(&self) -> bool {
        self.rest.0 == self.rest.1
    }

    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let (start, end) = self.rest;
        let count = buffer.len().min(end - start);
        buffer[..count].copy_from_slice(&self.bytes[start..start + count]);
        self.rest.0 += count;
        if self.is_empty() && !self.more_waits {
            self.bytes = Vec::new();
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::{Ahead, READ_BYTES, ReadAhead};
    use std::io::{self, Read};

    /// A socket that has so many bytes, and how much it was asked for each time.
    struct Socket {
        has: usize,
        given: usize,
        asked: Vec<usize>,
    }

    impl Read for Socket {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.asked.push(buffer.len());
            let count = buffer.len().min(self.has);
            if count == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            for (place, byte) in buffer[..count].iter_mut().enumerate() {
                *byte = u8::try_from((self.given + place) % 251).unwrap();
            }
            self.has -= count;
            self.given += count;
            Ok(count)
        }
    }

    /// Reads in pieces of 4 KiB until nothing waits; every byte is where it belongs.
    fn take_all(ahead: &mut Ahead, socket: &mut Socket) {
        let (mut buffer, mut taken) = ([0; 4 << 10], socket.given);
        let wanted = socket.given + socket.has;
        loop {
            match (ReadAhead { socket, ahead }).read(&mut buffer) {
                Ok(count) => {
                    for byte in &buffer[..count] {
                        assert_eq!(usize::from(*byte), taken % 251, "{taken}");
                        taken += 1;
                    }
                }
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                    return assert_eq!(taken, wanted);
                }
            }
        }
    }

    #[test]
    fn much_is_read_at_once_and_little_without_memory_of_its_own() {
        let mut ahead = Ahead::default();
        let mut socket = Socket { has: 100, given: 0, asked: Vec::new() };
        take_all(&mut ahead, &mut socket);
        assert_eq!((socket.asked.as_slice(), ahead.bytes.capacity()), (&[4 << 10; 2][..], 0));
        let pieces = 20;
        socket = Socket { has: pieces * READ_BYTES, given: 0, asked: Vec::new() };
        take_all(&mut ahead, &mut socket);
        // The first is small, the last finds nothing.
        assert!(socket.asked.len() <= pieces + 3, "{:?}", socket.asked);
        assert_eq!(ahead.bytes.capacity(), 0, "what was read is taken, and its memory given back");
    }
}
