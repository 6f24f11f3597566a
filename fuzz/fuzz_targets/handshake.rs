#![no_main]
//! Whatever comes while both sides still agree, and however it is cut: our server and our client of TLS and of WebSocket end
//! every attempt, without a panic, and what they keep and answer stays small. No socket is needed: each side reads from and
//! writes to memory. The first byte chooses who is talked to, the second how what comes is cut.

use libfuzzer_sys::fuzz_target;
use sockscope::engine::conversation::{Progress, WebSocket};
use sockscope::model::tls::{TlsClientSettings, TlsServerSettings, TlsTrust};
use sockscope::model::websocket::{MessageForm, WebSocketClientSettings};
use sockscope::net::tls::{TlsAcceptor, TlsConnector, TlsWire};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

/// What a side may say while both sides agree, beside what it was told.
const MOST_SAID: usize = 64 << 10;

/// What a server of WebSocket reads before it gives up.
const LONGEST_HANDSHAKE: usize = 64 << 10;

fuzz_target!(|input: &[u8]| {
    let [chosen, cut, bytes @ ..] = input else { return };
    let cut = usize::from(*cut).max(1);
    match chosen % 8 {
        0 => talk_to(&mut acceptor().accept().unwrap(), bytes, cut),
        1 => talk_to(&mut connector().connect().unwrap(), bytes, cut),
        2 => talk_to(&mut acceptor().accept().unwrap(), &changed(&hello(), bytes), cut),
        3 => in_the_middle(bytes, cut),
        4 => upgrade(bytes, cut, 1),
        5 => upgrade(&changed(&request().1, bytes), cut, 1),
        // What never ends is told from what is only long.
        6 => upgrade(bytes, cut.max(16), 1 + 2 * LONGEST_HANDSHAKE / bytes.len().max(1)),
        _ => answer(bytes, cut),
    }
});

/// A side of a connection that is made of memory.
#[derive(Default)]
struct Memory {
    comes: VecDeque<u8>,
    /// So many bytes at once.
    cut: usize,
    has_ended: bool,
    said: Vec<u8>,
}

impl Read for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.comes.is_empty() && !self.has_ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(self.cut).min(self.comes.len());
        for (place, byte) in buffer.iter_mut().zip(self.comes.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.cut);
        self.said.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn acceptor() -> &'static TlsAcceptor {
    static ACCEPTOR: OnceLock<TlsAcceptor> = OnceLock::new();
    ACCEPTOR.get_or_init(|| {
        let settings = TlsServerSettings { alpn: vec!["a".to_owned()], ..TlsServerSettings::default() };
        TlsAcceptor::new(&settings, "localhost").unwrap()
    })
}

fn connector() -> &'static TlsConnector {
    static CONNECTOR: OnceLock<TlsConnector> = OnceLock::new();
    CONNECTOR.get_or_init(|| {
        let settings = TlsClientSettings {
            trust: TlsTrust::Anything,
            alpn: vec!["a".to_owned()],
            ..TlsClientSettings::default()
        };
        TlsConnector::new(&settings, "localhost").unwrap()
    })
}

/// What our own client begins with.
fn hello() -> Vec<u8> {
    let mut socket = Memory { cut: usize::MAX, ..Memory::default() };
    assert!(connector().connect().unwrap().shake_hands(&mut socket).unwrap().is_none());
    socket.said
}

/// The bytes, changed at the places that the input names: three bytes each.
fn changed(bytes: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % (bytes.len() + 1);
        match change[2] % 4 {
            0 => bytes.truncate(at),
            1 if bytes.len() < 8192 => bytes.insert(at, change[2]),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= change[2];
                }
            }
        }
    }
    bytes
}

/// Goes on until the side waits, agrees or gives up: each round has read something, or it is the last.
fn go_on(wire: &mut TlsWire, socket: &mut Memory) -> Result<(), io::Error> {
    if wire.is_shaking_hands() {
        wire.shake_hands(socket)?;
    }
    let mut buffer = [0; 1000];
    while !wire.is_shaking_hands() {
        match wire.read(socket, &mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn talk_to(wire: &mut TlsWire, bytes: &[u8], cut: usize) {
    let mut socket = Memory { cut, ..Memory::default() };
    for piece in bytes.chunks(cut) {
        socket.comes.extend(piece);
        let outcome = go_on(wire, &mut socket);
        assert!(socket.said.len() <= MOST_SAID, "{} bytes said to {}", socket.said.len(), bytes.len());
        if let Err(error) = outcome {
            assert!(!error.to_string().is_empty());
            return;
        }
        assert!(socket.comes.is_empty(), "what waits for more has read all that came");
    }
    socket.has_ended = true;
    if wire.is_shaking_hands() {
        assert!(wire.shake_hands(&mut socket).is_err(), "an end in the middle is told");
    }
}

/// Both sides talk, and somebody between them changes what they say.
fn in_the_middle(input: &[u8], cut: usize) {
    let (mut client, mut server) = (connector().connect().unwrap(), acceptor().accept().unwrap());
    let mut ends = [cut, cut].map(|cut| Memory { cut, ..Memory::default() });
    let mut changes = input.chunks(3);
    for round in 0..64 {
        let [to_client, to_server] = &mut ends;
        if go_on(&mut client, to_client).is_err() || go_on(&mut server, to_server).is_err() {
            return;
        }
        let said = [std::mem::take(&mut to_client.said), std::mem::take(&mut to_server.said)];
        if said.iter().all(Vec::is_empty) {
            break;
        }
        assert!(said.iter().all(|said| said.len() <= MOST_SAID), "round {round}");
        // Now and then a flight goes through as it is, or the fuzzer would never see the next one.
        let change = |said: &[u8], by: Option<&[u8]>| changed(said, by.filter(|by| by[0] >= 8).unwrap_or_default());
        to_server.comes.extend(change(&said[0], changes.next()));
        to_client.comes.extend(change(&said[1], changes.next()));
    }
}

fn request() -> (WebSocket, Vec<u8>) {
    let settings = WebSocketClientSettings {
        host: "h".to_owned(),
        path: "/a".to_owned(),
        subprotocols: vec!["chat".to_owned()],
        ..WebSocketClientSettings::default()
    };
    WebSocket::client(&settings).unwrap()
}

/// A server is told this, so many times over.
fn upgrade(bytes: &[u8], cut: usize, times: usize) {
    let mut server = WebSocket::server(Arc::default());
    let mut told = 0;
    for piece in (0..times).flat_map(|_| bytes.chunks(cut)) {
        told += piece.len();
        match server.shake_hands(piece) {
            Progress::Waiting => assert!(told <= LONGEST_HANDSHAKE, "{told} bytes and no end"),
            Progress::Refused { answer, why } => {
                assert!(answer.starts_with(b"HTTP/1.1 4") && !why.message.is_empty());
                return;
            }
            Progress::Open { answer, rest } => {
                assert!(answer.starts_with(b"HTTP/1.1 101 ") && rest.len() <= piece.len());
                return converse(server, &[rest.as_slice(), bytes].concat(), cut);
            }
        }
    }
}

/// A client is answered like this.
fn answer(bytes: &[u8], cut: usize) {
    let (mut client, request) = request();
    let bytes = match bytes.split_first() {
        // A true answer, changed.
        Some((odd, changes)) if odd % 2 == 1 => {
            let mut server = WebSocket::server(Arc::default());
            let Progress::Open { answer, .. } = server.shake_hands(&request) else { panic!("our own request") };
            changed(&answer, changes)
        }
        _ => bytes.to_vec(),
    };
    for piece in bytes.chunks(cut) {
        match client.shake_hands(piece) {
            Progress::Waiting => {}
            Progress::Refused { why, .. } => return assert!(!why.message.is_empty()),
            Progress::Open { rest, .. } => return converse(client, &[rest.as_slice(), &bytes].concat(), cut),
        }
    }
}

/// Frames, or what comes instead: each that is answered is answered once, and shorter than it came.
fn converse(mut side: WebSocket, bytes: &[u8], cut: usize) {
    let (mut answers, mut is_over) = (0, false);
    for piece in bytes.chunks(cut) {
        let demands = side.take_in(piece).unwrap();
        answers += demands.answers.len();
        is_over |= demands.is_over;
    }
    // An empty ping of two bytes is answered by a client with its mask.
    assert!(answers <= 3 * bytes.len() + 16, "{answers} bytes for {}", bytes.len());
    let goodbye = side.say_goodbye().unwrap();
    assert!(!is_over || goodbye.is_empty(), "a goodbye is said once");
    assert!(side.frame(bytes, MessageForm::Fitting).is_ok_and(|frame| frame.len() <= bytes.len() + 14));
}
