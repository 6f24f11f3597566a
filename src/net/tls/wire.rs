//! The encryption of one connection: plaintext on one side, a socket on the other. It never waits, and while a peer sends
//! as fast as it can, it reads ahead of what its caller asks for by some records.

use crate::model::failure::OsError;
use crate::model::tls::{TlsHandshake, TlsKeeping};
use crate::net::tls::ahead::{Ahead, ReadAhead};
use crate::net::tls::facts::handshake_facts;
use crate::net::tls::opening::Opening;
use crate::net::tls::secrets::Secrets;
use crate::net::tls::trust::ServerJudge;
use crate::net::tls::words::{cut_handshake, handshake_problem, refused_anew};
use rustls::{Connection, Error, ProtocolVersion};
use std::fmt;
use std::io::{self, Read, Write};
use std::mem;
use std::sync::Arc;

/// What the peer begins with is kept up to this length, to say what it was when a handshake fails.
const OPENING_BYTES: usize = 4 << 10;

/// So much plaintext is encrypted at once: several records, and no more than a socket's queue likes.
const PLAINTEXT_BYTES: usize = 64 << 10;

/// One connection's end of TLS.
pub struct TlsWire {
    connection: Connection,
    secrets: Arc<Secrets>,
    /// Who judges the server, and the name that it is asked for; only where we are the client.
    judge: Option<(Arc<ServerJudge>, String)>,
    opening: Vec<u8>,
    ahead: Ahead,
    /// So much of the plaintext that was taken last is not out yet.
    held: usize,
    /// Came while bytes were read that go first.
    read_error: Option<io::Error>,
    /// Came while something was read, for whoever writes next.
    write_error: Option<io::Error>,
    is_agreed: bool,
    has_finished: bool,
}

impl TlsWire {
    pub(super) fn new(
        connection: Connection,
        secrets: Arc<Secrets>,
        judge: Option<(Arc<ServerJudge>, String)>,
    ) -> TlsWire {
        TlsWire {
            connection,
            secrets,
            judge,
            opening: Vec::new(),
            ahead: Ahead::default(),
            held: 0,
            read_error: None,
            write_error: None,
            is_agreed: false,
            has_finished: false,
        }
    }

    /// What the session keeps of its connections.
    pub(super) fn keeps(&self) -> TlsKeeping {
        self.secrets.keeps()
    }

    /// The secrets that came into being since this was asked last, where they are kept. All connections of a session
    /// have one thread, which asks after everything that it does with one of them.
    pub(super) fn take_kept_keys(&self) -> String {
        self.secrets.take_kept()
    }

    /// Whether nothing can be sent yet, because both sides have not agreed.
    pub fn is_shaking_hands(&self) -> bool {
        !self.is_agreed
    }

    /// Whether there is ciphertext that the socket has not taken yet.
    pub fn wants_write(&self) -> bool {
        self.connection.wants_write()
    }

    /// How much of what was written is not out yet. Something is held until the last byte of its ciphertext is out.
    pub fn held(&self) -> usize {
        if self.wants_write() { self.held } else { 0 }
    }

    /// Goes on with the handshake as far as the socket allows; what was agreed on, once, when it is done. `None` while
    /// there is something to wait for.
    pub fn shake_hands(&mut self, socket: &mut (impl Read + Write)) -> io::Result<Option<TlsHandshake>> {
        while self.connection.is_handshaking() {
            self.push_out(socket)?;
            if !self.connection.is_handshaking() {
                break;
            }
            match self.pull_in(socket) {
                Ok(0) => {
                    return Err(told(cut_handshake(&Opening::of(&self.opening))));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        self.push_out(socket)?;
        if mem::replace(&mut self.is_agreed, true) {
            return Ok(None);
        }
        self.opening = Vec::new();
        let asked_for = self.judge.as_ref().map(|(_, name)| name.as_str());
        let mut handshake = handshake_facts(&self.connection, asked_for);
        handshake.distrusted =
            self.judge.as_ref().and_then(|(judge, _)| judge.take_problem()).map(|problem| problem.message);
        Ok(Some(handshake))
    }

    /// Reads plaintext. 0 when the peer has said that it sends no more; an `UnexpectedEof` when it is gone without that.
    /// What came before an error is read before it.
    pub fn read(&mut self, socket: &mut (impl Read + Write), buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.connection.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(cut()),
                outcome => return outcome,
            }
            if let Some(error) = self.read_error.take() {
                return Err(error);
            }
            match self.pull_in(socket) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(error),
                Err(error) => self.read_error = Some(error),
            }
            // A peer may ask for new keys, which has to be answered. One that is gone may have sent something before.
            if self.write_error.is_none() {
                self.write_error = self.push_out(socket).err();
            }
        }
    }

    /// Encrypts as much as there is room for, and writes as much of it as the socket takes.
    pub fn write(&mut self, socket: &mut impl Write, plaintext: &[u8]) -> io::Result<usize> {
        self.push_out(socket)?;
        if !self.is_agreed || self.wants_write() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = self.connection.writer().write(&plaintext[..plaintext.len().min(PLAINTEXT_BYTES)])?;
        self.held = count;
        self.push_out(socket)?;
        Ok(count)
    }

    /// Writes what the socket takes of what is encrypted already.
    pub fn push_out(&mut self, socket: &mut impl Write) -> io::Result<()> {
        if let Some(error) = self.write_error.take() {
            return Err(error);
        }
        while self.connection.wants_write() {
            match self.connection.write_tls(socket) {
                // The ciphertext is a little longer.
                Ok(count) => self.held = self.held.saturating_sub(count).max(self.held.min(1)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Says that we send no more, as the protocol has it.
    pub fn finish(&mut self, socket: &mut impl Write) -> io::Result<()> {
        if !mem::replace(&mut self.has_finished, true) {
            self.connection.send_close_notify();
        }
        self.push_out(socket)
    }

    fn pull_in(&mut self, socket: &mut (impl Read + Write)) -> io::Result<usize> {
        let count = if self.is_agreed {
            self.connection.read_tls(&mut ReadAhead { socket, ahead: &mut self.ahead })?
        } else {
            self.connection.read_tls(&mut OpeningTap { socket, opening: &mut self.opening })?
        };
        if let Err(error) = self.connection.process_new_packets() {
            if self.push_out(socket).is_err() {
                // The peer is told why, as far as the socket takes it now. What is wrong with its bytes says more.
            }
            let judged = self.judge.as_ref().and_then(|(judge, _)| judge.take_problem());
            let can_ask_anew =
                self.is_agreed && self.connection.protocol_version() == Some(ProtocolVersion::TLSv1_2);
            let problem = judged.unwrap_or_else(|| match error {
                Error::AlertReceived(alert) if can_ask_anew => refused_anew(alert),
                _ => handshake_problem(&error, &Opening::of(&self.opening)),
            });
            return Err(told(problem));
        }
        Ok(count)
    }
}

impl fmt::Debug for TlsWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsWire({})", if self.is_agreed { "agreed" } else { "shaking hands" })
    }
}

/// The problem inside an `io::Error`, from where everyone takes the words of an error.
fn told(problem: OsError) -> io::Error {
    io::Error::other(problem)
}

fn cut() -> io::Error {
    let words = "the connection was cut: it ended without a close_notify, so something may be missing";
    io::Error::new(io::ErrorKind::UnexpectedEof, OsError::from_words(words))
}

/// Copies what a peer begins with.
struct OpeningTap<'a, S> {
    socket: &'a mut S,
    opening: &'a mut Vec<u8>,
}

impl<S: Read> Read for OpeningTap<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.socket.read(buffer)?;
        let room = OPENING_BYTES.saturating_sub(self.opening.len()).min(count);
        self.opening.extend_from_slice(&buffer[..room]);
        Ok(count)
    }
}
