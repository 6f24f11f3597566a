//! The end of a datagram socket: what the kernel still holds for it is recorded, and what is lost with it. It must not
//! wait for anything that comes later.

use crate::engine::worker::datagrams::Datagrams;
use crate::engine::worker::turn::Turn;
use crate::model::record::LossKind;
use crate::model::status::Traffic;
use crate::net::facts::kernel_drops;

/// What a datagram takes of the kernel's buffer at least, beside its payload.
const KERNEL_BYTES_PER_DATAGRAM: u64 = 256;

/// So much is taken from a socket that is closed where its buffer's size is not told.
const ORDINARY_BUFFER_BYTES: usize = 4 << 20;

impl Datagrams {
    /// Records what is lost with the socket; its peers are gone with it.
    pub(in crate::engine::worker) fn end(mut self, turn: &mut Turn) {
        self.receive_the_rest(turn);
        self.drops.record(kernel_drops(self.registered.socket()), &mut turn.log);
        if self.waiting.bytes() > 0 {
            turn.log.loss(None, LossKind::UnsentBytes, self.waiting.bytes());
        }
        self.peers.end(&mut turn.log, &mut turn.peer_updates);
    }

    /// Takes what the kernel still holds for a socket that we close: as much as its buffer can hold, so that who goes
    /// on sending meanwhile does not keep us from closing.
    fn receive_the_rest(&mut self, turn: &mut Turn) {
        let held = self.registered.socket().recv_buffer_size().unwrap_or(ORDINARY_BUFFER_BYTES) as u64;
        let before = turn.log.counters.received;
        let taken = |now: Traffic| {
            let datagrams = now.records - before.records;
            now.bytes - before.bytes + datagrams * KERNEL_BYTES_PER_DATAGRAM
        };
        while taken(turn.log.counters.received) < held {
            if turn.log.is_batch_full() {
                turn.log.publish(turn.now);
            }
            if turn.log.paused().is_some() {
                return;
            }
            match self.receive_once(&mut turn.log, |_, _, _| {}) {
                Ok(1..) => {}
                Err(_) if self.take_reports(&mut turn.log) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }
}
