//! What only the Linux kernel tells: stamps, drop counts, arrival interfaces, reports of undelivered datagrams and
//! facts about connections. The one place where its structures are read.

use crate::model::address::{Address, UnixName};
use crate::model::failure::OsError;
use crate::model::status::TcpFacts;
use crate::net::control::{ControlMessage, ControlRoom};
use crate::net::datagram::{Datagram, DeliveryReport, Sender};
use crate::net::descriptors::{MOST_DESCRIPTORS, close_descriptors};
use nix::cmsg_space;
use nix::libc;
use nix::sys::socket::sockopt::{
    Ipv4PacketInfo, Ipv4RecvErr, Ipv4RecvTtl, Ipv6RecvErr, Ipv6RecvHopLimit, Ipv6RecvPacketInfo, PassCred,
    ReceiveTimestampns, RxqOvfl,
};
use nix::sys::socket::{
    CmsgIterator, ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrLike, SockaddrStorage, UnixAddr,
    UnixCredentials, recvmmsg, recvmsg, setsockopt,
};
use nix::sys::time::TimeSpec;
use socket2::Socket;
use std::io::{self, IoSliceMut};
use std::mem::{MaybeUninit, offset_of, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// Asks the kernel for all it can tell about datagrams. What it does not know it leaves out.
pub(super) fn ask_for_datagram_facts(socket: &Socket, v6: bool) -> io::Result<()> {
    setsockopt(socket, ReceiveTimestampns, &true)?;
    setsockopt(socket, RxqOvfl, &1)?;
    if v6 {
        setsockopt(socket, Ipv6RecvPacketInfo, &true)?;
        setsockopt(socket, Ipv6RecvErr, &true)?;
        // For IPv4 peers of this socket.
        setsockopt(socket, Ipv4RecvErr, &true)?;
    } else {
        setsockopt(socket, Ipv4PacketInfo, &true)?;
        setsockopt(socket, Ipv4RecvErr, &true)?;
    }
    Ok(())
}

/// Asks the kernel for all it can tell about packets below ports, whose sockets have one family.
pub(super) fn ask_for_packet_facts(socket: &Socket, v6: bool) -> io::Result<()> {
    setsockopt(socket, ReceiveTimestampns, &true)?;
    setsockopt(socket, RxqOvfl, &1)?;
    if v6 {
        setsockopt(socket, Ipv6RecvPacketInfo, &true)?;
        setsockopt(socket, Ipv6RecvErr, &true)?;
        setsockopt(socket, Ipv6RecvHopLimit, &true)?;
    } else {
        setsockopt(socket, Ipv4PacketInfo, &true)?;
        setsockopt(socket, Ipv4RecvErr, &true)?;
        setsockopt(socket, Ipv4RecvTtl, &true)?;
    }
    Ok(())
}

/// Asks the kernel for the time and the sender of every message of a Unix socket.
pub(super) fn ask_for_message_facts(socket: &Socket) -> io::Result<()> {
    setsockopt(socket, ReceiveTimestampns, &true)?;
    setsockopt(socket, PassCred, &true)?;
    Ok(())
}

const RECEIVE: MsgFlags = MsgFlags::MSG_DONTWAIT.union(MsgFlags::MSG_CMSG_CLOEXEC);

/// Receives as many datagrams as there are slots, in one call. `buffers` holds the slots one after the other.
pub(super) fn receive_batch(
    socket: &Socket,
    buffers: &mut [u8],
    slot_bytes: usize,
    mut each: impl FnMut(Datagram<'_>),
) -> io::Result<usize> {
    let slots = buffers.len() / slot_bytes;
    let mut slices: Vec<[IoSliceMut<'_>; 1]> =
        buffers.chunks_exact_mut(slot_bytes).map(|slot| [IoSliceMut::new(slot)]).collect();
    let control = cmsg_space!(TimeSpec, u32, libc::c_int, libc::in6_pktinfo, libc::in_pktinfo);
    // Made anew each time: the kernel shortens the room for control messages to what it used, and nix keeps that.
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(slots, Some(control));
    let received = recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), RECEIVE, None)?;
    let mut count = 0;
    for message in received {
        count += 1;
        let Some(remote) = message.address.as_ref().and_then(ip_address) else { continue };
        let bytes = message.iovs().next().unwrap_or(&[]);
        let mut datagram = Datagram::new(remote, bytes);
        datagram.truncated = message.flags.contains(MsgFlags::MSG_TRUNC);
        if let Ok(facts) = message.cmsgs() {
            read_facts(facts, &mut datagram);
        }
        each(datagram);
    }
    Ok(count)
}

/// The same from a Unix socket, whose senders need not have a name, one by one: a message may hand over descriptors, and where
/// there is no room for all of them, nix says that alone of a batch.
pub(super) fn receive_unix_batch(
    socket: &Socket,
    buffer: &mut [u8],
    messages: usize,
    mut each: impl FnMut(Datagram<'_>),
) -> io::Result<usize> {
    let mut control = ControlRoom::new(cmsg_space!(TimeSpec, UnixCredentials, [RawFd; MOST_DESCRIPTORS]));
    for count in 0..messages {
        let mut slices = [IoSliceMut::new(buffer)];
        let room = Some(control.clear());
        let message = match recvmsg::<UnixAddr>(socket.as_raw_fd(), &mut slices, room, RECEIVE) {
            Ok(message) => message,
            // What came before has been handed over; an error comes again.
            Err(_) if count > 0 => return Ok(count),
            Err(error) => return Err(error.into()),
        };
        let remote = message.address.as_ref().map_or(Address::None, unix_address);
        let (length, truncated) = (message.bytes, message.flags.contains(MsgFlags::MSG_TRUNC));
        let mut datagram = Datagram::new(remote, &buffer[..length.min(buffer.len())]);
        datagram.truncated = truncated;
        control.messages().for_each(|fact| read_message_fact(fact, &mut datagram));
        each(datagram);
    }
    Ok(messages)
}

fn read_message_fact(fact: ControlMessage<'_>, datagram: &mut Datagram<'_>) {
    if fact.has_descriptors() {
        datagram.descriptors += close_descriptors(&fact.integers());
    } else if (fact.level, fact.kind) == (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) {
        if let [pid, uid, gid] = fact.integers()[..] {
            let (uid, gid) = (uid.cast_unsigned(), gid.cast_unsigned());
            datagram.sender = Some(Sender { pid, uid, gid });
        }
    } else if (fact.level, fact.kind) == (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) {
        datagram.kernel_wall_ns = time_of(fact.data).and_then(|time| time.as_nanos().try_into().ok());
    }
}

/// A time as the kernel writes it: two numbers as wide as the machine's.
fn time_of(bytes: &[u8]) -> Option<Duration> {
    let (seconds, nanos) = bytes.split_at(bytes.len() / 2);
    let number = |bytes: &[u8]| match bytes.len() {
        8 => bytes.first_chunk().and_then(|bytes| u64::try_from(i64::from_ne_bytes(*bytes)).ok()),
        _ => bytes.first_chunk().and_then(|bytes| u64::try_from(i32::from_ne_bytes(*bytes)).ok()),
    };
    Some(Duration::new(number(seconds)?, number(nanos)?.try_into().ok()?))
}

fn read_facts(facts: CmsgIterator<'_>, datagram: &mut Datagram<'_>) {
    for fact in facts {
        match fact {
            ControlMessageOwned::ScmTimestampns(stamp) => {
                datagram.kernel_wall_ns = Duration::from(stamp).as_nanos().try_into().ok();
            }
            ControlMessageOwned::RxqOvfl(total) => datagram.drops_total = Some(total),
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                datagram.local = Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr))));
                datagram.interface = u32::try_from(info.ipi_ifindex).ok();
            }
            ControlMessageOwned::Ipv6PacketInfo(info) => {
                datagram.local = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).to_canonical());
                datagram.interface = Some(info.ipi6_ifindex);
            }
            ControlMessageOwned::Ipv4Ttl(ttl) | ControlMessageOwned::Ipv6HopLimit(ttl) => {
                datagram.ttl = u8::try_from(ttl).ok();
            }
            _ => {}
        }
    }
}

/// Takes one report of an undelivered datagram from the socket's error queue; `None` when there is no more.
pub(super) fn take_delivery_report(socket: &Socket) -> io::Result<Option<DeliveryReport>> {
    let mut payload = [0_u8; 64];
    let mut slices = [IoSliceMut::new(&mut payload)];
    // All that was asked for comes along with a report, too, and where there is no room for it nix tells nothing of it.
    let mut facts = cmsg_space!(
        libc::sock_extended_err,
        libc::sockaddr_in6,
        TimeSpec,
        libc::in6_pktinfo,
        libc::c_int,
        u32
    );
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let message = match recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut facts), flags) {
        Ok(message) => message,
        Err(nix::errno::Errno::EAGAIN) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let remote = message.address.as_ref().and_then(ip_address);
    let code = message.cmsgs().ok().and_then(|mut facts| {
        facts.find_map(|fact| match fact {
            ControlMessageOwned::Ipv4RecvErr(error, _) | ControlMessageOwned::Ipv6RecvErr(error, _) => {
                i32::try_from(error.ee_errno).ok()
            }
            _ => None,
        })
    });
    let error = code.map_or_else(|| OsError::from_words("the network reported an error"), OsError::from_code);
    Ok(Some(DeliveryReport { remote, error, code }))
}

fn ip_address(address: &SockaddrStorage) -> Option<Address> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(Address::Ip(SocketAddrV4::new(v4.ip(), v4.port()).into()));
    }
    let v6 = address.as_sockaddr_in6()?;
    let address = SocketAddrV6::new(v6.ip(), v6.port(), v6.flowinfo(), v6.scope_id());
    Some(Address::Ip(address.into()).to_canonical())
}

/// A name whose length is that of the family alone is none.
fn unix_address(name: &UnixAddr) -> Address {
    if usize::try_from(name.len()).unwrap_or(0) <= offset_of!(libc::sockaddr_un, sun_path) {
        return Address::None;
    }
    let path = name.path().map(|path| path.as_os_str().as_bytes().to_vec());
    let name = path.or_else(|| name.as_abstract().map(|name| [&[0], name].concat()));
    name.and_then(|name| UnixName::new(&name).ok()).map_or(Address::None, Address::Unix)
}

/// Reads a structure of the kernel's that consists of integers only; what an older kernel does not fill stays 0.
#[expect(unsafe_code, reason = "nix has no reader for these options")]
fn read_option<T: IntegersOnly>(socket: &Socket, level: libc::c_int, option: libc::c_int) -> io::Result<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<T>()).map_err(io::Error::other)?;
    // SAFETY: the pointer is to `length` bytes that live through the call, and the kernel writes no more than that.
    let result = unsafe {
        libc::getsockopt(socket.as_raw_fd(), level, option, value.as_mut_ptr().cast(), &raw mut length)
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: every bit pattern is a value of a type of integers only, and all of it was zeroed before the call.
    Ok(unsafe { value.assume_init() })
}

/// Types for which every bit pattern is a value.
trait IntegersOnly {}
impl IntegersOnly for libc::tcp_info {}
impl IntegersOnly for [u32; MEMORY_FIELDS] {}

/// The fields of `SO_MEMINFO`, in the kernel's order; the last that is of interest here counts drops.
const MEMORY_FIELDS: usize = 9;
const MEMORY_DROPS: usize = 8;

pub(super) fn tcp_facts(socket: &Socket) -> io::Result<TcpFacts> {
    let info: libc::tcp_info = read_option(socket, libc::IPPROTO_TCP, libc::TCP_INFO)?;
    Ok(TcpFacts {
        rtt: Duration::from_micros(u64::from(info.tcpi_rtt)),
        rtt_variation: Duration::from_micros(u64::from(info.tcpi_rttvar)),
        retransmits: info.tcpi_total_retrans,
        congestion_window: info.tcpi_snd_cwnd,
        unsent_bytes: unsent_bytes(socket).unwrap_or(0),
        unacknowledged: info.tcpi_unacked,
        send_segment: info.tcpi_snd_mss,
    })
}

/// Bytes in the kernel's send queue that the peer has not acknowledged.
#[expect(unsafe_code, reason = "nix and std have no safe call for this request")]
fn unsent_bytes(socket: &Socket) -> Option<u32> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: this request writes one int through the pointer, which lives through the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if result == 0 { u32::try_from(bytes).ok() } else { None }
}

pub(super) fn kernel_drops(socket: &Socket) -> io::Result<u32> {
    let fields: [u32; MEMORY_FIELDS] = read_option(socket, libc::SOL_SOCKET, libc::SO_MEMINFO)?;
    Ok(fields[MEMORY_DROPS])
}
