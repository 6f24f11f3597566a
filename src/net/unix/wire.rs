//! One connection of a Unix socket: a stream, or messages that keep their borders. Descriptors that the peer passes
//! along are closed at once and counted.

use crate::model::config::UnixType;
use crate::net::control::ControlRoom;
use crate::net::descriptors::{MOST_DESCRIPTORS, close_descriptors};
use crate::net::poll::{Interest, Registered};
use crate::net::wire::{Ending, Got, Handshake, Plain, Wire};
use nix::cmsg_space;
use nix::sys::socket::{MsgFlags, UnixAddr, recvmsg};
#[cfg(target_os = "linux")]
use nix::sys::{socket::setsockopt, socket::sockopt::ReceiveTimestampns, time::TimeSpec};
use socket2::Socket;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, RawFd};

/// A connected Unix socket.
#[derive(Debug)]
pub struct UnixWire {
    plain: Plain,
    unix_type: UnixType,
    control: ControlRoom,
    /// Closed since this was asked last.
    descriptors: u32,
}

impl UnixWire {
    /// The wire of a socket that is connected.
    pub fn around(registered: Registered, unix_type: UnixType) -> io::Result<UnixWire> {
        #[cfg(target_os = "linux")]
        if unix_type == UnixType::SeqPacket {
            // A message has a time and the end has none: else an empty message would be taken for the end.
            setsockopt(registered.socket(), ReceiveTimestampns, &true)?;
        }
        Ok(UnixWire {
            plain: Plain::new(registered),
            unix_type,
            control: ControlRoom::new(control_room()),
            descriptors: 0,
        })
    }
}

#[cfg(target_os = "linux")]
fn control_room() -> Vec<u8> {
    cmsg_space!([RawFd; MOST_DESCRIPTORS], TimeSpec)
}

#[cfg(not(target_os = "linux"))]
fn control_room() -> Vec<u8> {
    cmsg_space!([RawFd; MOST_DESCRIPTORS])
}

impl Wire for UnixWire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        #[cfg(target_os = "linux")]
        let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
        #[cfg(not(target_os = "linux"))]
        let flags = MsgFlags::MSG_DONTWAIT;
        let Some(socket) = self.plain.socket() else { return Err(io::ErrorKind::NotConnected.into()) };
        let mut slices = [IoSliceMut::new(buffer)];
        let room = Some(self.control.clear());
        let message = recvmsg::<UnixAddr>(socket.as_raw_fd(), &mut slices, room, flags)?;
        let (length, flags) = (message.bytes, message.flags);
        // Where there are more facts than room for them, those that are there count all the same.
        let mut is_message = flags.contains(MsgFlags::MSG_CTRUNC);
        for control in self.control.messages() {
            is_message = true;
            if control.has_descriptors() {
                let closed = close_descriptors(&control.integers());
                self.descriptors = self.descriptors.saturating_add(closed);
            }
        }
        match length {
            0 if self.unix_type == UnixType::Stream || !is_message => Ok(Got::End),
            length if flags.contains(MsgFlags::MSG_TRUNC) => Ok(Got::Cut(length)),
            length => Ok(Got::Bytes(length)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.plain.write(bytes)
    }

    fn shake_hands(&mut self) -> io::Result<Handshake> {
        Ok(Handshake::Done)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.plain.finish()
    }

    fn wants(&self) -> Interest {
        Interest::NONE
    }

    fn wait_for(&mut self, interest: Interest) -> io::Result<()> {
        self.plain.wait_for(interest)
    }

    fn wait_for_nothing(&mut self) -> io::Result<()> {
        self.plain.wait_for_nothing()
    }

    fn holds_payload(&self) -> bool {
        false
    }

    fn check(&self) -> io::Result<()> {
        self.plain.check()
    }

    fn set_ending(&mut self, ending: Ending) -> io::Result<()> {
        self.plain.set_ending(ending)
    }

    fn socket(&self) -> Option<&Socket> {
        self.plain.socket()
    }

    fn keeps_borders(&self) -> bool {
        self.unix_type == UnixType::SeqPacket
    }

    fn take_closed_descriptors(&mut self) -> u32 {
        std::mem::take(&mut self.descriptors)
    }
}
