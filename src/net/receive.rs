//! Datagrams in, several in one call where the system can, with whatever the kernel tells about each.

#[cfg(not(target_os = "linux"))]
use crate::model::address::Address;
#[cfg(not(target_os = "linux"))]
use crate::model::failure::OsError;
use crate::net::datagram::{Datagram, DeliveryReport};
#[cfg(target_os = "linux")]
use crate::net::linux;
use socket2::Socket;
use std::io;

/// Room for the longest datagram there is, so that none is cut.
const SLOT_BYTES: usize = 65_536;

/// How many datagrams one call takes at most.
const SLOTS: usize = 64;

/// The buffers that datagrams are received into.
#[derive(Debug)]
pub struct DatagramReceiver {
    buffers: Vec<u8>,
    /// The same socket with std's interface, which receives into plain bytes.
    #[cfg(not(target_os = "linux"))]
    plain: std::net::UdpSocket,
}

impl DatagramReceiver {
    /// Buffers for one call's datagrams. The system gives them memory as they are used.
    #[cfg(target_os = "linux")]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere the socket is cloned, which may fail")]
    pub fn new(_socket: &Socket) -> io::Result<DatagramReceiver> {
        Ok(DatagramReceiver { buffers: vec![0; SLOT_BYTES * SLOTS] })
    }

    /// A buffer for one datagram.
    #[cfg(not(target_os = "linux"))]
    pub fn new(socket: &Socket) -> io::Result<DatagramReceiver> {
        Ok(DatagramReceiver { buffers: vec![0; SLOT_BYTES], plain: socket.try_clone()?.into() })
    }

    /// Hands over what has come, at most one call's worth, and says how many that were; 0 when nothing waits.
    #[cfg(target_os = "linux")]
    pub fn receive(&mut self, socket: &Socket, each: impl FnMut(Datagram<'_>)) -> io::Result<usize> {
        match linux::receive_batch(socket, &mut self.buffers, SLOT_BYTES, each) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            outcome => outcome,
        }
    }

    /// Hands over what has come, at most one call's worth, and says how many that were; 0 when nothing waits.
    #[cfg(not(target_os = "linux"))]
    pub fn receive(&mut self, _socket: &Socket, mut each: impl FnMut(Datagram<'_>)) -> io::Result<usize> {
        for count in 0..SLOTS {
            match self.plain.recv_from(&mut self.buffers) {
                Ok((length, remote)) => {
                    each(Datagram::new(Address::Ip(remote).to_canonical(), &self.buffers[..length]))
                }
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
