//! What comes along with a message, read from its bytes as the system wrote them: also where it had no room for all of it, when
//! what is there must not be overlooked, since descriptors are open from then on.

use nix::libc;
use std::mem::offset_of;

/// Room for it, to be used again and again.
#[derive(Debug)]
pub(super) struct ControlRoom {
    bytes: Vec<u8>,
}

/// One of the things that came along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ControlMessage<'a> {
    pub(super) level: libc::c_int,
    pub(super) kind: libc::c_int,
    pub(super) data: &'a [u8],
}

/// How the system writes the length of each. The compiler says so if it does not.
#[cfg(any(target_env = "musl", target_vendor = "apple"))]
type Length = u32;
#[cfg(not(any(target_env = "musl", target_vendor = "apple")))]
type Length = usize;

const _: fn(libc::cmsghdr) -> Length = |header| header.cmsg_len;

/// Each begins at a multiple of this, and so do its data.
const ALIGNED_TO: usize = if cfg!(target_vendor = "apple") { 4 } else { size_of::<usize>() };

const HEADER: usize = size_of::<libc::cmsghdr>().next_multiple_of(ALIGNED_TO);

impl ControlRoom {
    /// As much room as these bytes have.
    pub(super) fn new(bytes: Vec<u8>) -> ControlRoom {
        ControlRoom { bytes }
    }

    /// The room, for the next message. What the system does not write stays 0, which no length is.
    pub(super) fn clear(&mut self) -> &mut [u8] {
        self.bytes.fill(0);
        &mut self.bytes
    }

    /// What came along with the message for which the room was cleared.
    pub(super) fn messages(&self) -> impl Iterator<Item = ControlMessage<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let length = length_of(*rest.get(offset_of!(libc::cmsghdr, cmsg_len)..)?.first_chunk()?);
            let message = ControlMessage {
                level: integer(rest.get(offset_of!(libc::cmsghdr, cmsg_level)..)?)?,
                kind: integer(rest.get(offset_of!(libc::cmsghdr, cmsg_type)..)?)?,
                data: rest.get(HEADER..length)?,
            };
            rest = rest.get(length.checked_next_multiple_of(ALIGNED_TO)?..).unwrap_or_default();
            Some(message)
        })
    }
}

impl ControlMessage<'_> {
    /// Its integers, one after the other.
    pub(super) fn integers(&self) -> Vec<libc::c_int> {
        self.data.chunks_exact(size_of::<libc::c_int>()).filter_map(integer).collect()
    }

    /// Whether it hands over descriptors.
    pub(super) fn has_descriptors(&self) -> bool {
        (self.level, self.kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS)
    }
}

#[cfg(any(target_env = "musl", target_vendor = "apple"))]
fn length_of(bytes: [u8; size_of::<Length>()]) -> usize {
    usize::try_from(Length::from_ne_bytes(bytes)).unwrap_or(usize::MAX)
}

#[cfg(not(any(target_env = "musl", target_vendor = "apple")))]
fn length_of(bytes: [u8; size_of::<Length>()]) -> usize {
    Length::from_ne_bytes(bytes)
}

fn integer(bytes: &[u8]) -> Option<libc::c_int> {
    bytes.first_chunk().map(|bytes| libc::c_int::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::ControlRoom;
    use nix::cmsg_space;
    use nix::sys::socket::{ControlMessage, MsgFlags, UnixAddr, recvmsg, sendmsg};
    use std::io::{IoSlice, IoSliceMut};
    use std::os::fd::{AsRawFd, RawFd};
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn what_came_along_is_found_however_much_room_there_was_for_it() {
        let (ours, other) = UnixDatagram::pair().unwrap();
        let passed = [ours.as_raw_fd(); 3];
        for (room, expected) in [(cmsg_space!([RawFd; 3]), 3), (cmsg_space!([RawFd; 1]), 1), (Vec::new(), 0)]
        {
            let rights = [ControlMessage::ScmRights(&passed)];
            sendmsg::<UnixAddr>(ours.as_raw_fd(), &[IoSlice::new(b"x")], &rights, MsgFlags::empty(), None)
                .unwrap();
            let mut room = ControlRoom::new(room);
            let mut payload = [0; 8];
            let mut slices = [IoSliceMut::new(&mut payload)];
            recvmsg::<UnixAddr>(other.as_raw_fd(), &mut slices, Some(room.clear()), MsgFlags::empty())
                .unwrap();
            let found: Vec<_> = room.messages().collect();
            assert!(found.iter().all(super::ControlMessage::has_descriptors), "{found:?}");
            let descriptors: Vec<RawFd> = found.iter().flat_map(super::ControlMessage::integers).collect();
            assert!(descriptors.len() >= expected && descriptors.iter().all(|found| *found > 2), "{found:?}");
            crate::net::descriptors::close_descriptors(&descriptors);
        }
    }
}
