//! Sessions of Unix datagrams, whose receivers tell nobody when they have room again.

use crate::engine_support::{Bench, DEADLINE};
use sockscope::engine::command::{Command, Target};
use sockscope::model::address::Address;
use sockscope::model::config::{SessionConfig, UnixDatagramsConfig, UnixPlace};
use sockscope::model::record::Origin;
use sockscope::model::status::SessionState;
use std::os::unix::net::UnixDatagram;
use tempfile::TempDir;

/// More than a receiver's queue takes.
const MANY: u32 = 2_000;

/// A session with a name, in a folder where others can have theirs.
struct Session {
    bench: Bench,
    folder: TempDir,
}

impl Session {
    fn open() -> Session {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("ours.sock").to_str().unwrap().parse().unwrap();
        let bind = Some(UnixPlace { name, mode: None, replace_stale: false });
        let config = UnixDatagramsConfig { bind, to: None, options: Vec::new() };
        let bench = Bench::open(SessionConfig::UnixDatagrams(config));
        bench.wait_status("the socket", |status| matches!(status.state, SessionState::Bound { .. }));
        Session { bench, folder }
    }

    /// A receiver, and how to send to it.
    fn other(&self, name: &str) -> (UnixDatagram, Target) {
        let path = self.folder.path().join(name);
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        let name = path.to_str().unwrap().parse().unwrap();
        (socket, Target::Address(Box::new(Address::Unix(name))))
    }

    fn send(&self, target: &Target, payload: &[u8]) {
        let content = payload.to_vec().into();
        self.bench.answer(self.bench.ask(Command::Send {
            target: target.clone(),
            content,
            origin: Origin::User,
        }));
    }
}

fn next(socket: &UnixDatagram) -> u32 {
    let mut bytes = [0; 4];
    assert_eq!(socket.recv(&mut bytes).unwrap(), 4);
    u32::from_be_bytes(bytes)
}

#[test]
fn a_receiver_that_reads_nothing_keeps_no_other_from_its_datagrams() {
    let session = Session::open();
    let (stalled, to_stalled) = session.other("stalled.sock");
    let (taking, to_taking) = session.other("taking.sock");
    (0..MANY).for_each(|number| session.send(&to_stalled, &number.to_be_bytes()));
    session.send(&to_taking, &7_u32.to_be_bytes());
    assert_eq!(next(&taking), 7);
    let numbers: Vec<u32> = (0..MANY).map(|_| next(&stalled)).collect();
    assert!(numbers.iter().copied().eq(0..MANY), "in their order: {numbers:?}");
}
