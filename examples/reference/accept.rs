//! A bare accept loop: how soon so many clients are there, and how soon all they sent has been read.

use anyhow::Result;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const BACKLOG: i32 = 4096;
const LISTENER: u64 = u64::MAX;

/// Serves until `clients` have come and `bytes` have been read from them in all.
pub(crate) fn accept(address: SocketAddr, clients: usize, bytes: u64) -> Result<String> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let listener = listen(address)?;
    crate::say(&format!("{{\"ready\":\"{address}\"}}"));

    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
    let mut events = vec![EpollEvent::empty(); 1024];
    let mut streams: Vec<TcpStream> = Vec::with_capacity(clients);
    let mut buffer = vec![0_u8; 65_536];
    let (mut first, mut all_there) = (None, Duration::ZERO);
    let mut read = 0_u64;
    while streams.len() < clients || read < bytes {
        let ready = epoll.wait(&mut events, EpollTimeout::NONE)?;
        for event in &events[..ready] {
            if event.data() == LISTENER {
                let start = *first.get_or_insert_with(Instant::now);
                accept_waiting(&listener, &epoll, &mut streams)?;
                all_there = start.elapsed();
            } else if let Some(stream) = streams.get_mut(usize::try_from(event.data())?) {
                read += stream.read(&mut buffer)? as u64;
            }
        }
    }
    Ok(format!(
        "{{\"clients\":{},\"accept_s\":{:.3},\"bytes\":{read}}}",
        streams.len(),
        all_there.as_secs_f64()
    ))
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn accept_waiting(listener: &TcpListener, epoll: &Epoll, streams: &mut Vec<TcpStream>) -> Result<()> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true)?;
                epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, streams.len() as u64))?;
                streams.push(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
