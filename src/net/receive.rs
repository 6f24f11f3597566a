//! Datagrams in, several in one call where the system can, with whatever the kernel tells about each.

#[cfg(not(target_os = "linux"))]
use crate::model::address::Address;
#[cfg(not(target_os = "linux"))]
use crate::model::failure::OsError;
use crate::net::datagram::{Datagram, DeliveryReport};
#[cfg(target_os = "linux")]
use crate::net::linux;
#[cfg(not(target_os = "linux"))]
use crate::net::unix;
use socket2::Socket;
use std::io;

/// Room for the longest IP datagram there is, so that none is cut.
const SLOT_BYTES: usize = 65_536;

/// The same for Unix sockets, whose limit an administrator can raise.
#[cfg(target_os = "linux")]
const UNIX_SLOT_BYTES: usize = 4 << 20;

/// How many of them are taken at once.
#[cfg(target_os = "linux")]
const UNIX_MESSAGES: usize = 32;

/// How many datagrams one call takes at most.
const SLOTS: usize = 64;

/// The buffers that datagrams are received into.
#[derive(Debug)]
pub struct DatagramReceiver {
    buffers: Vec<u8>,
    is_unix: bool,
    /// The same socket with std's interface, which receives into plain bytes.
    #[cfg(not(target_os = "linux"))]
    plain: std::net::UdpSocket,
}

impl DatagramReceiver {
    /// Buffers for one call's datagrams. The system gives them memory as they are used.
    #[cfg(target_os = "linux")]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere the socket is cloned, which may fail")]
    pub fn new(_socket: &Socket, is_unix: bool) -> io::Result<DatagramReceiver> {
        let bytes = if is_unix { UNIX_SLOT_BYTES } else { SLOT_BYTES * SLOTS };
        Ok(DatagramReceiver { buffers: vec![0; bytes], is_unix })
    }

    /// A buffer for one datagram.
    #[cfg(not(target_os = "linux"))]
    pub fn new(socket: &Socket, is_unix: bool) -> io::Result<DatagramReceiver> {
        Ok(DatagramReceiver { buffers: vec![0; SLOT_BYTES], is_unix, plain: socket.try_clone()?.into() })
    }

    /// Hands over what has come, at most one call's worth, and says how many that were; 0 when nothing waits.
    #[cfg(target_os = "linux")]
    pub fn receive(&mut self, socket: &Socket, each: impl FnMut(Datagram<'_>)) -> io::Result<usize> {
        let received = if self.is_unix {
            linux::receive_unix_batch(socket, &mut self.buffers, UNIX_MESSAGES, each)
        } else {
            linux::receive_batch(socket, &mut self.buffers, SLOT_BYTES, each)
        };
        match received {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            outcome => outcome,
        }
    }

    /// Hands over what has come, at most one call's worth, and says how many that were; 0 when nothing waits.
    #[cfg(not(target_os = "linux"))]
    pub fn receive(&mut self, _socket: &Socket, mut each: impl FnMut(Datagram<'_>)) -> io::Result<usize> {
        for count in 0..SLOTS {
            let received = if self.is_unix {
                unix::receive_from(&self.plain, &mut self.buffers)
            } else {
                let received = self.plain.recv_from(&mut self.buffers);
                received.map(|(length, remote)| (length, Address::Ip(remote).to_canonical()))
            };
            match received {
                Ok((length, remote)) => each(Datagram::new(remote, &self.buffers[..length])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(count),
                Err(error) => return Err(error),
            }
        }
        Ok(SLOTS)
    }
}

/// Takes one report of an undelivered datagram; `None` when there is no more.
#[cfg(target_os = "linux")]
pub fn take_delivery_report(socket: &Socket) -> io::Result<Option<DeliveryReport>> {
    linux::take_delivery_report(socket)
}

/// Elsewhere the report is the error of the next call on the socket.
#[cfg(not(target_os = "linux"))]
pub fn take_delivery_report(socket: &Socket) -> io::Result<Option<DeliveryReport>> {
    let error = socket.take_error()?;
    Ok(error.map(|error| DeliveryReport {
        remote: None,
        code: error.raw_os_error(),
        error: OsError::from(error),
    }))
}
