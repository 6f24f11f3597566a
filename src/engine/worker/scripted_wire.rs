//! A wire without a socket, for tests: what comes and how much is taken is written down beforehand.

use crate::net::poll::Interest;
use crate::net::wire::{Ending, Got, Handshake, Wire};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

/// The other side, as the test sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct OtherSide {
    script: Arc<Mutex<Script>>,
}

/// What happens on the wire, and what has happened.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// How often hands have to be shaken before payload can go.
    pub(super) handshakes_left: usize,
    /// What comes, one after the other; after that nothing waits.
    pub(super) incoming: VecDeque<Vec<u8>>,
    /// After what comes, the other side has ended.
    pub(super) ends: bool,
    /// What comes lies in the wire and not in a socket, so that nobody is woken for it.
    pub(super) holds_incoming: bool,
    /// What it waits for by itself besides its handshake, such as room for the rest of a record.
    pub(super) wants: Option<Interest>,
    /// So much of what was taken is not out yet.
    pub(super) held: u64,
    /// How many bytes are taken in all.
    pub(super) room: usize,
    /// What was taken.
    pub(super) taken: Vec<u8>,
    /// What is waited for now.
    pub(super) interest: Option<Interest>,
    /// No more payload follows.
    pub(super) finished: bool,
    /// How it shall end.
    pub(super) ending: Option<Ending>,
}

impl OtherSide {
    /// Both the wire and the other side of it.
    pub(super) fn new(script: Script) -> (Box<dyn Wire>, OtherSide) {
        let side = OtherSide { script: Arc::new(Mutex::new(script)) };
        (Box::new(side.clone()), side)
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    pub(super) fn taken(&self) -> String {
        String::from_utf8(self.script().taken.clone()).unwrap()
    }

    pub(super) fn interest(&self) -> Option<Interest> {
        self.script().interest
    }

    pub(super) fn ending(&self) -> Option<Ending> {
        self.script().ending
    }

    /// How many pieces still wait to be read.
    pub(super) fn unread(&self) -> usize {
        self.script().incoming.len()
    }
}

impl Wire for OtherSide {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        let mut script = self.script();
        assert_eq!(script.handshakes_left, 0, "no payload comes before hands were shaken");
        match script.incoming.pop_front() {
            Some(bytes) => {
                buffer[..bytes.len()].copy_from_slice(&bytes);
                Ok(Got::Bytes(bytes.len()))
            }
            None if script.ends => Ok(Got::End),
            None => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut script = self.script();
        assert_eq!(script.handshakes_left, 0, "no payload goes before hands were shaken");
        let count = bytes.len().min(script.room);
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        script.room -= count;
        script.taken.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn held_payload(&self) -> u64 {
        self.script().held
    }

    fn shake_hands(&mut self) -> io::Result<Handshake> {
        let mut script = self.script();
        match script.handshakes_left.checked_sub(1) {
            Some(left) => {
                script.handshakes_left = left;
                Ok(if left == 0 { Handshake::Done } else { Handshake::UnderWay })
            }
            None => Ok(Handshake::Done),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.script().finished = true;
        Ok(())
    }

    fn wants(&self) -> Interest {
        let script = self.script();
        let handshake = if script.handshakes_left > 0 { Interest::READ } else { Interest::NONE };
        script.wants.map_or(handshake, |wants| handshake.and(wants))
    }

    fn wait_for(&mut self, interest: Interest) -> io::Result<()> {
        let interest = interest.and(self.wants());
        self.script().interest = Some(interest);
        Ok(())
    }

    fn wait_for_nothing(&mut self) -> io::Result<()> {
        self.script().interest = Some(Interest::NONE);
        Ok(())
    }

    fn holds_payload(&self) -> bool {
        let script = self.script();
        script.holds_incoming && !script.incoming.is_empty()
    }

    fn check(&self) -> io::Result<()> {
        Ok(())
    }

    fn set_ending(&mut self, ending: Ending) -> io::Result<()> {
        self.script().ending = Some(ending);
        Ok(())
    }

    fn socket(&self) -> Option<&socket2::Socket> {
        None
    }
}
