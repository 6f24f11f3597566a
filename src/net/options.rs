//! Setting socket options, and asking what the kernel made of them.

use crate::model::address::Address;
use crate::model::failure::{Failure, Operation};
use crate::model::socket_option::{OptionName, OptionReport, OptionValue, SocketOption};
use crate::net::resolve::{interface_index, interface_ipv4};
use socket2::{Socket, TcpKeepalive, Type};
use std::io;
use std::time::Duration;

/// Sets all options in the order asked for; the first that is refused ends it.
pub fn apply_all(
    socket: &Socket,
    asked: &[SocketOption],
    address: Address,
) -> Result<Vec<OptionReport>, Failure> {
    asked.iter().map(|option| apply(socket, option, address)).collect()
}

/// Sets one option and asks what was granted. `address` tells IPv4 from IPv6.
pub fn apply(socket: &Socket, option: &SocketOption, address: Address) -> Result<OptionReport, Failure> {
    set(socket, option, address).map_err(|error| Failure::new(Operation::SetOption, option, error))?;
    Ok(OptionReport {
        name: option.name,
        asked: Some(option.value.clone()),
        granted: granted(socket, option.name, address),
    })
}

/// Every option that this socket has, with what the kernel has now; `asked` is filled in from what was asked for.
pub fn report_all(socket: &Socket, asked: &[SocketOption], address: Address) -> Vec<OptionReport> {
    OptionName::all()
        .filter_map(|name| {
            let asked =
                asked.iter().rev().find(|option| option.name == name).map(|option| option.value.clone());
            let granted = granted(socket, name, address);
            (asked.is_some() || granted.is_some()).then_some(OptionReport { name, asked, granted })
        })
        .collect()
}

fn set(socket: &Socket, option: &SocketOption, address: Address) -> io::Result<()> {
    let v6 = is_v6(address);
    match (option.name, &option.value) {
        (OptionName::ReuseAddress, OptionValue::Flag(on)) => socket.set_reuse_address(*on),
        #[cfg(unix)]
        (OptionName::ReusePort, OptionValue::Flag(on)) => socket.set_reuse_port(*on),
        (OptionName::NoDelay, OptionValue::Flag(on)) => socket.set_tcp_nodelay(*on),
        (OptionName::KeepAlive, OptionValue::Flag(on)) => socket.set_keepalive(*on),
        (OptionName::KeepAliveIdle, OptionValue::Number(seconds)) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(Duration::from_secs(*seconds)))
        }
        (OptionName::KeepAliveInterval, OptionValue::Number(seconds)) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_interval(Duration::from_secs(*seconds)))
        }
        (OptionName::KeepAliveCount, OptionValue::Number(count)) => {
            socket.set_tcp_keepalive(&TcpKeepalive::new().with_retries(narrow(*count)?))
        }
        (OptionName::Linger, OptionValue::Number(seconds)) => {
            socket.set_linger(Some(Duration::from_secs(*seconds)))
        }
        (OptionName::ReceiveBuffer, OptionValue::Number(bytes)) => {
            socket.set_recv_buffer_size(usize::try_from(*bytes).map_err(io::Error::other)?)
        }
        (OptionName::SendBuffer, OptionValue::Number(bytes)) => {
            socket.set_send_buffer_size(usize::try_from(*bytes).map_err(io::Error::other)?)
        }
        (OptionName::Ttl, OptionValue::Number(hops)) if v6 => socket.set_unicast_hops_v6(narrow(*hops)?),
        (OptionName::Ttl, OptionValue::Number(hops)) => socket.set_ttl_v4(narrow(*hops)?),
        #[cfg(target_os = "linux")]
        (OptionName::Tos, OptionValue::Number(byte)) if v6 => socket.set_tclass_v6(narrow(*byte)?),
        (OptionName::Tos, OptionValue::Number(byte)) if !v6 => socket.set_tos_v4(narrow(*byte)?),
        (OptionName::MulticastTtl, OptionValue::Number(hops)) if v6 => {
            socket.set_multicast_hops_v6(narrow(*hops)?)
        }
        (OptionName::MulticastTtl, OptionValue::Number(hops)) => socket.set_multicast_ttl_v4(narrow(*hops)?),
        (OptionName::MulticastLoop, OptionValue::Flag(on)) if v6 => socket.set_multicast_loop_v6(*on),
        (OptionName::MulticastLoop, OptionValue::Flag(on)) => socket.set_multicast_loop_v4(*on),
        (OptionName::MulticastInterface, OptionValue::Text(interface)) => {
            set_multicast_interface(socket, interface, v6)
        }
        #[cfg(target_os = "linux")]
        (OptionName::BindToDevice, OptionValue::Text(name)) => socket.bind_device(Some(name.as_bytes())),
        #[cfg(target_os = "linux")]
        (OptionName::UserTimeout, OptionValue::Number(millis)) => {
            socket.set_tcp_user_timeout(Some(Duration::from_millis(*millis)))
        }
        (OptionName::Ipv6Only, OptionValue::Flag(on)) => socket.set_only_v6(*on),
        (OptionName::Broadcast, OptionValue::Flag(on)) => socket.set_broadcast(*on),
        _ => {
            Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such option for this socket"))
        }
    }
}

fn is_v6(address: Address) -> bool {
    address.ip().is_some_and(|ip| ip.is_ipv6())
}

fn set_multicast_interface(socket: &Socket, interface: &str, v6: bool) -> io::Result<()> {
    if v6 {
        let index = interface_index(interface).ok_or_else(|| no_interface(interface))?;
        socket.set_multicast_if_v6(index)
    } else {
        let address = interface_ipv4(interface).ok_or_else(|| no_interface(interface))?;
        socket.set_multicast_if_v4(&address)
    }
}

/// The error for an interface that this machine does not have.
pub fn no_interface(interface: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("this machine has no interface '{interface}'"))
}

fn narrow(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(io::Error::other)
}

/// What the kernel has; `None` where it does not tell or the option does not fit the socket.
fn granted(socket: &Socket, name: OptionName, address: Address) -> Option<OptionValue> {
    let v6 = is_v6(address);
    let is_stream = socket.r#type().is_ok_and(|kind| kind == Type::STREAM);
    if !(if is_stream { name.fits_streams() } else { name.fits_datagrams() }) {
        return None;
    }
    let flag = |result: io::Result<bool>| result.ok().map(OptionValue::Flag);
    let number = |result: io::Result<u32>| result.ok().map(|number| OptionValue::Number(u64::from(number)));
    #[cfg(unix)]
    let seconds = |result: io::Result<Duration>| result.ok().map(|time| OptionValue::Number(time.as_secs()));
    let bytes = |result: io::Result<usize>| result.ok().map(|size| OptionValue::Number(size as u64));
    match name {
        OptionName::ReuseAddress => flag(socket.reuse_address()),
        #[cfg(unix)]
        OptionName::ReusePort => flag(socket.reuse_port()),
        OptionName::NoDelay => flag(socket.tcp_nodelay()),
        OptionName::KeepAlive => flag(socket.keepalive()),
        #[cfg(unix)]
        OptionName::KeepAliveIdle => seconds(socket.tcp_keepalive_time()),
        #[cfg(unix)]
        OptionName::KeepAliveInterval => seconds(socket.tcp_keepalive_interval()),
        OptionName::KeepAliveCount => number(socket.tcp_keepalive_retries()),
        OptionName::Linger => socket.linger().ok().flatten().map(|time| OptionValue::Number(time.as_secs())),
        OptionName::ReceiveBuffer => bytes(socket.recv_buffer_size()),
        OptionName::SendBuffer => bytes(socket.send_buffer_size()),
        OptionName::Ttl if v6 => number(socket.unicast_hops_v6()),
        OptionName::Ttl => number(socket.ttl_v4()),
        #[cfg(target_os = "linux")]
        OptionName::Tos if v6 => number(socket.tclass_v6()),
        OptionName::Tos if !v6 => number(socket.tos_v4()),
        OptionName::MulticastTtl if v6 => number(socket.multicast_hops_v6()),
        OptionName::MulticastTtl => number(socket.multicast_ttl_v4()),
        OptionName::MulticastLoop if v6 => flag(socket.multicast_loop_v6()),
        OptionName::MulticastLoop => flag(socket.multicast_loop_v4()),
        #[cfg(target_os = "linux")]
        OptionName::BindToDevice => match socket.device() {
            Ok(Some(device)) => std::str::from_utf8(&device)
                .ok()
                .map(|name| OptionValue::Text(name.trim_end_matches('\0').to_owned())),
            _ => None,
        },
        #[cfg(target_os = "linux")]
        OptionName::UserTimeout => {
            let millis = socket.tcp_user_timeout().ok().flatten()?.as_millis();
            u64::try_from(millis).ok().map(OptionValue::Number)
        }
        OptionName::Ipv6Only if v6 => flag(socket.only_v6()),
        OptionName::Broadcast => flag(socket.broadcast()),
        _ => None,
    }
}
