//! Both ends of TLS in one thread, over sockets of this machine.

use crate::model::failure::OsError;
use crate::model::ids::PeerId;
use crate::model::tls::{TlsClientSettings, TlsHandshake, TlsIdentity, TlsServerSettings, TlsTrust};
use crate::net::poll::{Interest, Poll, Token};
use crate::net::tls::secured::Secured;
use crate::net::tls::{TlsAcceptor, TlsConnector, TlsWire};
use crate::net::wire::{Got, Handshake, Wire};
use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for stream in [&client, &server] {
        stream.set_nonblocking(true).unwrap();
        stream.set_nodelay(true).unwrap();
    }
    (client, server)
}

type Shaken = (io::Result<TlsHandshake>, io::Result<TlsHandshake>);

/// One side of a connection.
struct Side {
    wire: TlsWire,
    socket: TcpStream,
}

impl Side {
    fn shake_hands(&mut self) -> Option<io::Result<TlsHandshake>> {
        self.wire.shake_hands(&mut self.socket).transpose()
    }
}

/// Shakes hands until each side is done or has failed.
fn shake(client: &mut Side, server: &mut Side) -> Shaken {
    let (mut ours, mut theirs) = (None, None);
    for _ in 0..1_000_000 {
        if ours.is_none() {
            ours = client.shake_hands();
        }
        if theirs.is_none() {
            theirs = server.shake_hands();
        }
        if ours.is_some() && theirs.is_some() {
            break;
        }
        std::thread::yield_now();
    }
    (ours.unwrap(), theirs.unwrap())
}

fn sides(connector: &TlsConnector, acceptor: &TlsAcceptor) -> (Side, Side) {
    let (near, far) = pair();
    let client = Side { wire: connector.connect().unwrap(), socket: near };
    (client, Side { wire: acceptor.accept().unwrap(), socket: far })
}

fn meet(server: &TlsServerSettings, client: &TlsClientSettings, host: &str) -> Shaken {
    let acceptor = TlsAcceptor::new(server, "127.0.0.1").unwrap();
    let connector = TlsConnector::new(client, host).unwrap();
    let (mut client, mut server) = sides(&connector, &acceptor);
    shake(&mut client, &mut server)
}

fn words(outcome: io::Result<TlsHandshake>) -> String {
    OsError::from(outcome.unwrap_err()).message
}

/// A certificate for these names in two PEM files.
fn identity_in(folder: &Path, names: &[&str]) -> TlsIdentity {
    let key = rcgen::KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
    let files = TlsIdentity { certificates: folder.join("c.pem"), key: folder.join("k.pem") };
    fs::write(&files.certificates, certificate.pem()).unwrap();
    fs::write(&files.key, key.serialize_pem()).unwrap();
    files
}

#[test]
fn what_was_agreed_on_is_known_to_both_sides() {
    let server = TlsServerSettings { alpn: vec!["mqtt".to_owned()], ..TlsServerSettings::default() };
    let client = TlsClientSettings {
        trust: TlsTrust::Anything,
        alpn: vec!["http/1.1".to_owned(), "mqtt".to_owned()],
        server_name: Some("localhost".to_owned()),
        ..TlsClientSettings::default()
    };
    let (ours, theirs) = meet(&server, &client, "127.0.0.1");
    let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
    assert_eq!((ours.version.as_str(), ours.suite.as_str()), ("TLS 1.3", "TLS_AES_256_GCM_SHA384"));
    assert_eq!((ours.alpn.as_deref(), theirs.alpn.as_deref()), (Some("mqtt"), Some("mqtt")));
    assert_eq!(theirs.server_name.as_deref(), Some("localhost"));
    assert_eq!(ours.chain[0].names, ["localhost", "127.0.0.1", "::1"]);
    assert!(ours.distrusted.unwrap().contains("self-signed"));
}

#[test]
fn a_server_that_is_not_trusted_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let files = identity_in(folder.path(), &["*.example.com"]);
    let server = TlsServerSettings { identity: Some(files.clone()), ..TlsServerSettings::default() };
    let (ours, theirs) = meet(&server, &TlsClientSettings::default(), "127.0.0.1");
    assert!(words(ours).contains("self-signed"));
    assert!(words(theirs).contains("the peer refused: "));
    let trusting = |trust| TlsClientSettings { trust, ..TlsClientSettings::default() };
    let knows = trusting(TlsTrust::File(files.certificates));
    let (ours, _) = meet(&server, &knows, "127.0.0.1");
    assert_eq!(words(ours), "the certificate is for *.example.com, not for 127.0.0.1");
    let (ours, theirs) = meet(&server, &knows, "a.example.com");
    assert_eq!(ours.unwrap().distrusted, None);
    theirs.unwrap();
}

#[test]
fn a_client_without_a_certificate_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let files = identity_in(folder.path(), &["client"]);
    let server = TlsServerSettings { client_ca: Some(files.certificates), ..TlsServerSettings::default() };
    let client = TlsClientSettings { trust: TlsTrust::Anything, ..TlsClientSettings::default() };
    let (_, theirs) = meet(&server, &client, "127.0.0.1");
    assert!(words(theirs).starts_with("the client has shown no certificate"));
}

#[test]
fn a_peer_that_speaks_plain_text_is_recognised() {
    let acceptor = TlsAcceptor::new(&TlsServerSettings::default(), "127.0.0.1").unwrap();
    for (bytes, said) in [
        (
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            "the other side does not speak TLS; it began with \"GET / HTTP/1.1\"",
        ),
        (b"", "the connection was closed before the handshake began"),
        (&[22, 3, 1, 0], "the connection was closed in the middle of the handshake"),
    ] {
        let (mut near, mut far) = pair();
        near.write_all(bytes).unwrap();
        near.shutdown(std::net::Shutdown::Write).unwrap();
        let mut wire = acceptor.accept().unwrap();
        let outcome = (0..1_000_000).find_map(|_| wire.shake_hands(&mut far).transpose()).unwrap();
        assert_eq!(words(outcome), said);
    }
}

#[test]
fn a_close_is_told_from_a_cut_and_every_byte_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let key_log = folder.path().join("keys.log");
    let acceptor = TlsAcceptor::new(&TlsServerSettings::default(), "127.0.0.1").unwrap();
    let client = TlsClientSettings {
        trust: TlsTrust::Anything,
        key_log: Some(key_log.clone()),
        ..TlsClientSettings::default()
    };
    let connector = TlsConnector::new(&client, "127.0.0.1").unwrap();
    let payload: Vec<u8> = (0..1_000_000_u32).map(|place| place.to_le_bytes()[1]).collect();
    for says_goodbye in [true, false] {
        let (mut client, mut server) = sides(&connector, &acceptor);
        let (one, other) = shake(&mut client, &mut server);
        assert!(one.is_ok() && other.is_ok());
        let (Side { wire: mut ours, socket: mut near }, Side { wire: mut theirs, socket: mut far }) =
            (client, server);
        let (mut sent, mut received, mut buffer) = (0, Vec::new(), vec![0; 4096]);
        let mut end = None;
        for _ in 0..10_000_000 {
            if sent < payload.len() {
                sent += ours.write(&mut near, &payload[sent..]).unwrap_or(0);
            } else if ours.wants_write() {
                ours.push_out(&mut near).unwrap();
            } else if says_goodbye {
                ours.finish(&mut near).unwrap();
            } else {
                near.shutdown(std::net::Shutdown::Write).unwrap();
            }
            match theirs.read(&mut far, &mut buffer) {
                Ok(0) => end = Some(None),
                Ok(count) => received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => end = Some(Some(error.kind())),
            }
            if end.is_some() {
                break;
            }
        }
        assert!(received == payload, "{} of {}", received.len(), payload.len());
        assert_eq!(end, Some((!says_goodbye).then_some(io::ErrorKind::UnexpectedEof)));
    }
    let mut lines = String::new();
    fs::File::open(key_log).unwrap().read_to_string(&mut lines).unwrap();
    assert_eq!(lines.lines().count(), 10, "{lines}");
}

#[cfg(unix)]
#[test]
fn a_key_log_that_others_could_read_is_taken_away_from_them_and_goes_on() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let key_log = folder.path().join("keys.log");
    fs::write(&key_log, "earlier\n").unwrap();
    fs::set_permissions(&key_log, fs::Permissions::from_mode(0o664)).unwrap();
    let client = TlsClientSettings { key_log: Some(key_log.clone()), ..TlsClientSettings::default() };
    TlsConnector::new(&client, "127.0.0.1").unwrap();
    assert_eq!(fs::metadata(&key_log).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&key_log).unwrap(), "earlier\n");
}

#[test]
fn files_that_are_no_pem_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let files = identity_in(folder.path(), &["a"]);
    let other = tempfile::tempdir().unwrap();
    let others = identity_in(other.path(), &["b"]);
    let junk = folder.path().join("junk");
    fs::write(&junk, b"\x30\x82no").unwrap();
    for (certificates, key, said) in [
        (junk.clone(), files.key.clone(), "there is no certificate in it"),
        (files.certificates.clone(), junk, "there is no private key in it"),
        (files.certificates, others.key, "the key does not belong to the certificate"),
    ] {
        let identity = Some(TlsIdentity { certificates, key });
        let failure =
            TlsAcceptor::new(&TlsServerSettings { identity, ..Default::default() }, "h").unwrap_err();
        assert!(failure.to_string().contains(said), "{failure}");
    }
}

/// A client, and its server as a worker has it, when both have agreed.
fn secured(poll: &Poll) -> (Side, Secured) {
    let acceptor = TlsAcceptor::new(&TlsServerSettings::default(), "127.0.0.1").unwrap();
    let client = TlsClientSettings { trust: TlsTrust::Anything, ..TlsClientSettings::default() };
    let connector = TlsConnector::new(&client, "127.0.0.1").unwrap();
    let (mut client, server) = sides(&connector, &acceptor);
    let socket = poll.register(server.socket.into(), Token::Peer(PeerId::FIRST), Interest::NONE).unwrap();
    let mut server = Secured::new(socket, server.wire);
    let mut is_agreed = false;
    for _ in 0..1_000_000 {
        is_agreed |= client.shake_hands().transpose().unwrap().is_some();
        if server.shake_hands().unwrap() == Handshake::Done && is_agreed {
            return (client, server);
        }
        std::thread::yield_now();
    }
    panic!("no handshake");
}

#[test]
fn an_end_that_comes_with_the_last_bytes_is_read_although_the_socket_says_nothing_more() {
    let (mut client, mut server) = secured(&Poll::new().unwrap());
    assert_eq!(client.wire.write(&mut client.socket, b"last words").unwrap(), 10);
    client.wire.finish(&mut client.socket).unwrap();
    let mut buffer = [0; 100];
    let got = (0..1_000_000).find_map(|_| server.read(&mut buffer).ok());
    assert_eq!(got, Some(Got::Bytes(10)));
    assert!(server.holds_payload(), "nobody is woken for it");
    for _ in 0..2 {
        assert_eq!(server.read(&mut buffer).unwrap(), Got::End);
        assert!(!server.holds_payload());
    }
}

#[test]
fn what_came_before_a_record_that_is_wrong_is_read_before_that_is_told() {
    for wrong in [&b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[..], b"GET / HTTP/1.1\r\n\r\n"] {
        let (mut client, mut server) = secured(&Poll::new().unwrap());
        assert_eq!(client.wire.write(&mut client.socket, b"last words").unwrap(), 10);
        client.socket.write_all(wrong).unwrap();
        let mut buffer = [0; 100];
        let got = (0..1_000_000).find_map(|_| server.read(&mut buffer).ok());
        assert_eq!((got, &buffer[..10]), (Some(Got::Bytes(10)), &b"last words"[..]));
        let not_now = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let error =
            (0..1_000_000).find_map(|_| server.read(&mut buffer).err().filter(|error| !not_now(error)));
        assert!(error.is_some());
    }
}

/// Elsewhere a system may throw away what came before a reset.
#[cfg(target_os = "linux")]
#[test]
fn what_came_is_read_although_the_peer_is_gone_and_takes_nothing_more() {
    let (mut client, mut server) = secured(&Poll::new().unwrap());
    let piece = vec![0; 64 << 10];
    assert!((0..10_000).any(|_| server.write(&piece).is_err()) && server.wants().write);
    assert!((1..=piece.len() as u64).contains(&server.held_payload()));
    let words = vec![7; 30_000];
    let mut sent = 0;
    while sent < words.len() {
        sent += client.wire.write(&mut client.socket, &words[sent..]).unwrap();
    }
    assert!(!client.wire.wants_write());
    // Over bytes that were not read, this is a reset.
    drop(client);
    let (mut buffer, mut received) = (vec![0; 4096], 0);
    let end = (0..1_000_000).find_map(|_| match server.read(&mut buffer) {
        Ok(Got::Bytes(count)) => {
            received += count;
            None
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        end => Some(end),
    });
    assert_eq!((received, end.is_some_and(|end| end.is_err())), (words.len(), true));
    assert!(server.flush().is_err());
}

#[test]
fn one_that_is_waited_for_nothing_is_not_reported_although_it_has_something_to_write_itself() {
    let mut poll = Poll::new().unwrap();
    let (mut client, mut server) = secured(&poll);
    let piece = vec![0; 64 << 10];
    let is_full = (0..10_000).any(|_| server.write(&piece).is_err());
    assert!(is_full && server.wants().write);
    server.wait_for(Interest::NONE).unwrap();
    // Room again, as soon as the other side has taken what there was.
    let mut taken = vec![0; 1 << 20];
    let mut turns = |until: Instant| {
        let mut ready = Vec::new();
        while client.socket.read(&mut taken).is_ok_and(|count| count > 0) {}
        poll.wait(Some(until), &mut ready).unwrap();
        ready.len()
    };
    let patience = Instant::now() + Duration::from_secs(10);
    while turns(Instant::now()) == 0 {
        assert!(Instant::now() < patience, "the socket has room");
    }
    server.wait_for_nothing().unwrap();
    for _ in 0..100 {
        assert_eq!(turns(Instant::now()), 0);
    }
    server.wait_for(Interest::NONE).unwrap();
    assert_eq!(turns(patience), 1);
}
