//! A bare recvmmsg loop with a 4 MiB buffer: what one thread can receive when it does nothing else.

use anyhow::Result;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::IoSliceMut;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;

const BATCH: usize = 64;
const LONGEST: usize = 2048;
const BUFFER_BYTES: usize = 4 << 20;
/// The sender has finished when nothing has come for so long.
const SILENCE: Duration = Duration::from_secs(2);

/// Counts datagrams until the sender falls silent.
pub(crate) fn receive(address: SocketAddr) -> Result<String> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    socket.bind(&address.into())?;
    crate::say(&format!("{{\"ready\":\"{address}\"}}"));

    let mut space = vec![[0_u8; LONGEST]; BATCH];
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, None);
    let (mut datagrams, mut bytes) = (0_u64, 0_u64);
    let mut hurried = false;
    loop {
        let mut slices: Vec<[IoSliceMut<'_>; 1]> =
            space.iter_mut().map(|one| [IoSliceMut::new(one)]).collect();
        match recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), MsgFlags::MSG_WAITFORONE, None) {
            Ok(received) => {
                for message in received {
                    datagrams += 1;
                    bytes += message.bytes as u64;
                }
            }
            Err(Errno::EAGAIN) => break,
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Only now: before the first datagram there is no hurry.
        if !hurried {
            socket.set_read_timeout(Some(SILENCE))?;
            hurried = true;
        }
    }
    Ok(format!("{{\"datagrams\":{datagrams},\"bytes\":{bytes}}}"))
}
