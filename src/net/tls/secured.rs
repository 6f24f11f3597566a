//! A socket with TLS in between, as a wire like any other.

use crate::model::tls::TlsHandshake;
use crate::net::poll::{Interest, Registered};
use crate::net::tls::capture::{Capture, Tapped};
use crate::net::tls::wire::TlsWire;
use crate::net::wire::{Captured, Ending, Got, Handshake, Plain, Wire};
use socket2::Socket;
use std::io;
use std::net::Shutdown;

/// A stream socket whose bytes are encrypted.
#[derive(Debug)]
pub struct Secured {
    plain: Plain,
    tls: TlsWire,
    /// The ciphertext that goes over the socket, where it is kept.
    capture: Option<Capture>,
    agreed: Option<Box<TlsHandshake>>,
    /// Came while bytes were read that go first: an error, or the end, of which the socket says nothing more.
    later: Option<io::Result<Got>>,
    may_hold_payload: bool,
    is_finishing: bool,
    is_shut: bool,
}

impl Secured {
    /// The wire of a socket that is connected, before its handshake.
    pub fn new(registered: Registered, tls: TlsWire) -> Secured {
        Secured {
            plain: Plain::new(registered),
            capture: tls.keeps().wire.then(Capture::default),
            tls,
            agreed: None,
            later: None,
            may_hold_payload: false,
            is_finishing: false,
            is_shut: false,
        }
    }

    /// Reads until there is nothing more or the buffer is full: a record is much smaller than what a journal likes.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.tls.read(&mut tapped(&self.plain, &mut self.capture), &mut buffer[filled..]) {
                Ok(0) => {
                    self.later = (filled > 0).then_some(Ok(Got::End));
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if filled > 0 => {
                    self.later = (error.kind() != io::ErrorKind::WouldBlock).then_some(Err(error));
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// The socket is told that we send no more when the last of the ciphertext is out.
    fn shut_when_out(&mut self) -> io::Result<()> {
        if self.is_finishing && !self.is_shut && !self.tls.wants_write() {
            self.is_shut = true;
            self.plain.stream().shutdown(Shutdown::Write)?;
        }
        Ok(())
    }
}

/// The socket, and who listens in.
fn tapped<'a>(plain: &'a Plain, capture: &'a mut Option<Capture>) -> Tapped<'a, &'a Socket> {
    Tapped { socket: plain.stream(), capture: capture.as_mut() }
}

impl Wire for Secured {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        if let Some(later) = self.later.take() {
            return later;
        }
        let filled = self.fill(buffer)?;
        self.may_hold_payload = filled == buffer.len();
        Ok(if filled == 0 { Got::End } else { Got::Bytes(filled) })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.write(&mut tapped(&self.plain, &mut self.capture), bytes)
    }

    fn held_payload(&self) -> u64 {
        self.tls.held() as u64
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tls.push_out(&mut tapped(&self.plain, &mut self.capture))?;
        self.shut_when_out()
    }

    fn shake_hands(&mut self) -> io::Result<Handshake> {
        let Some(agreed) = self.tls.shake_hands(&mut tapped(&self.plain, &mut self.capture))? else {
            return Ok(Handshake::UnderWay);
        };
        self.agreed = Some(Box::new(agreed));
        // What followed the handshake may have come with it.
        self.may_hold_payload = true;
        Ok(Handshake::Done)
    }

    fn take_agreed(&mut self) -> Option<Box<TlsHandshake>> {
        self.agreed.take()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.is_finishing = true;
        self.tls.finish(&mut tapped(&self.plain, &mut self.capture))?;
        self.shut_when_out()
    }

    fn wants(&self) -> Interest {
        Interest { read: self.tls.is_shaking_hands(), write: self.tls.wants_write(), trouble: false }
    }

    fn wait_for(&mut self, interest: Interest) -> io::Result<()> {
        let own = self.wants();
        self.plain.wait_for(Interest {
            read: interest.read || own.read,
            write: interest.write || own.write,
            trouble: interest.trouble,
        })
    }

    fn wait_for_nothing(&mut self) -> io::Result<()> {
        self.plain.wait_for_nothing()
    }

    fn holds_payload(&self) -> bool {
        self.may_hold_payload || self.later.is_some()
    }

    fn check(&self) -> io::Result<()> {
        self.plain.check()
    }

    fn set_ending(&mut self, ending: Ending) -> io::Result<()> {
        self.plain.set_ending(ending)?;
        // As far as the socket takes it: a peer is told from one that is cut off.
        if ending == Ending::Orderly && !self.tls.is_shaking_hands() && self.finish().is_err() {
            // The other side is gone already, and needs no goodbye.
        }
        Ok(())
    }

    fn captures(&self) -> bool {
        let keeps = self.tls.keeps();
        keeps.wire || keeps.keys
    }

    fn take_captured(&mut self, each: &mut dyn FnMut(Captured<'_>)) {
        let keys = self.tls.take_kept_keys();
        if !keys.is_empty() {
            each(Captured::Keys(&keys));
        }
        if let Some(capture) = &mut self.capture {
            capture.take(each);
        }
    }

    fn socket(&self) -> Option<&Socket> {
        self.plain.socket()
    }
}
