//! A bare epoll echo, and the client that times round trips against it and against the real program.

use anyhow::{Result, ensure};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::time::Instant;

const MESSAGE_BYTES: usize = 64;
/// Where the number of a question stands in it.
const NUMBER: Range<usize> = 5..21;
/// Rounds before the clock counts: caches and congestion windows are cold.
const WARM_UP_ROUNDS: usize = 1_000;

/// Sends everything back to one client until it leaves.
pub(crate) fn serve(address: SocketAddr) -> Result<String> {
    let listener = TcpListener::bind(address)?;
    crate::say(&format!("{{\"ready\":\"{}\"}}", listener.local_addr()?));
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
    let mut events = [EpollEvent::empty()];
    let mut buffer = vec![0_u8; 65_536];
    let mut total = 0_u64;
    loop {
        epoll.wait(&mut events, EpollTimeout::NONE)?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                stream.write_all(&buffer[..length])?;
                total += length as u64;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(format!("{{\"bytes\":{total}}}"))
}

/// Times `rounds` round trips of one small message.
pub(crate) fn measure(address: SocketAddr, rounds: usize) -> Result<String> {
    let question = |round: usize, bytes: &mut [u8; MESSAGE_BYTES]| {
        bytes[..8].copy_from_slice(&(round as u64).to_be_bytes());
    };
    exchange(address, rounds, question, |sent, received| sent == received)
}

/// The same with a question in a line, whose answer is as long and has its number in the same place.
pub(crate) fn measure_answers(address: SocketAddr, rounds: usize) -> Result<String> {
    let question = |round: usize, bytes: &mut [u8; MESSAGE_BYTES]| {
        bytes[..NUMBER.end].copy_from_slice(format!("READ,{round:016}").as_bytes());
        bytes[NUMBER.end] = b',';
        bytes[MESSAGE_BYTES - 1] = b'\n';
    };
    let is_answer = |sent: &[u8; MESSAGE_BYTES], received: &[u8; MESSAGE_BYTES]| {
        sent[NUMBER] == received[NUMBER] && received[MESSAGE_BYTES - 1] == b'\n'
    };
    exchange(address, rounds, question, is_answer)
}

fn exchange(
    address: SocketAddr,
    rounds: usize,
    question: impl Fn(usize, &mut [u8; MESSAGE_BYTES]),
    is_answer: impl Fn(&[u8; MESSAGE_BYTES], &[u8; MESSAGE_BYTES]) -> bool,
) -> Result<String> {
    ensure!(rounds > 0, "nothing to measure in 0 rounds");
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut sent = [b'.'; MESSAGE_BYTES];
    let mut received = [0_u8; MESSAGE_BYTES];
    let mut times_ns = Vec::with_capacity(rounds);
    for round in 0..WARM_UP_ROUNDS + rounds {
        question(round, &mut sent);
        let start = Instant::now();
        stream.write_all(&sent)?;
        stream.read_exact(&mut received)?;
        if round >= WARM_UP_ROUNDS {
            times_ns.push(start.elapsed().as_nanos());
        }
        ensure!(is_answer(&sent, &received), "round {round} came back changed");
    }
    times_ns.sort_unstable();
    let at = |per_thousand: usize| times_ns[(rounds * per_thousand / 1000).min(rounds - 1)] as f64 / 1000.0;
    Ok(format!("{{\"rounds\":{rounds},\"p50_us\":{:.1},\"p99_us\":{:.1}}}", at(500), at(990)))
}
