//! Host names are looked up on a thread of their own, because the system may take seconds.

use crate::model::address::{Address, UnixName};
use crate::model::config::SessionConfig;
use crate::model::endpoint::HostPort;
use crate::model::failure::{Failure, Operation};
use crate::model::ids::{Epoch, SessionId};
use crate::net::poll::Notifier;
use crate::net::resolve::{address_without_lookup, resolve};
use crate::util::thread::NamedThread;
use crossbeam_channel::{Receiver, bounded};
use std::net::SocketAddr;

/// The addresses that a session's settings stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    /// Ours: where to listen or bind, or to connect from.
    pub(super) local: Vec<SocketAddr>,
    /// Theirs.
    pub(super) remote: Vec<Address>,
    /// The names that were looked up, with what was found.
    pub(super) found: Vec<(String, Vec<SocketAddr>)>,
}

/// A look-up that is under way.
pub(super) struct Lookup {
    pub(super) epoch: Epoch,
    pub(super) result: Receiver<Result<Addresses, Failure>>,
}

fn endpoints(config: &SessionConfig) -> (Option<&HostPort>, Option<&HostPort>) {
    match config {
        SessionConfig::TcpServer(server) => (Some(&server.local), None),
        SessionConfig::TcpClient(client) => (client.bind.as_ref(), Some(&client.remote)),
        SessionConfig::Udp(udp) => (udp.bind.as_ref(), udp.to.as_ref()),
        SessionConfig::Raw(raw) => (raw.bind.as_ref(), raw.to.as_ref()),
        SessionConfig::UnixServer(_) | SessionConfig::UnixClient(_) | SessionConfig::UnixDatagrams(_) => {
            (None, None)
        }
    }
}

/// The remote name of a Unix socket, which is no host's.
fn unix_remote(config: &SessionConfig) -> Option<UnixName> {
    match config {
        SessionConfig::UnixClient(client) => Some(client.remote),
        SessionConfig::UnixDatagrams(datagrams) => datagrams.to,
        _ => None,
    }
}

/// The addresses, where no name has to be looked up; otherwise the first name.
pub(super) fn without_lookup(config: &SessionConfig) -> Result<Result<Addresses, String>, Failure> {
    let (local, remote) = endpoints(config);
    let mut addresses = Addresses::default();
    addresses.remote.extend(unix_remote(config).map(Address::Unix));
    for (endpoint, is_local) in [(local, true), (remote, false)] {
        let Some(endpoint) = endpoint else { continue };
        let Some(address) = address_without_lookup(endpoint)? else {
            return Ok(Err(endpoint.host.to_string()));
        };
        if is_local { addresses.local.push(address) } else { addresses.remote.push(address.into()) }
    }
    Ok(Ok(addresses))
}

/// Looks the names up; the notifier calls when that is done. The thread holds nothing that anyone waits for, so it
/// is left to itself when the session is closed before.
pub(super) fn start(
    config: &SessionConfig,
    session: SessionId,
    epoch: Epoch,
    notifier: Notifier,
) -> Result<Lookup, Failure> {
    let (sender, result) = bounded(1);
    let config = config.clone();
    let name = format!("resolve-{}", session.0);
    let thread = NamedThread::start(&name, move || {
        if sender.send(look_up(&config)).is_ok() && notifier.notify().is_err() {
            // The worker is gone, and with it whoever wanted to know.
        }
    });
    thread.map_err(|error| Failure::new(Operation::StartThread, &name, error))?.leave_to_itself();
    Ok(Lookup { epoch, result })
}

fn look_up(config: &SessionConfig) -> Result<Addresses, Failure> {
    let (local, remote) = endpoints(config);
    let mut addresses = Addresses::default();
    for (endpoint, is_local) in [(local, true), (remote, false)] {
        let Some(endpoint) = endpoint else { continue };
        let found = resolve(endpoint)?;
        if endpoint.host.address().is_none() {
            addresses.found.push((endpoint.host.to_string(), found.clone()));
        }
        if is_local {
            addresses.local = found;
        } else {
            addresses.remote = found.into_iter().map(Address::from).collect();
        }
    }
    Ok(addresses)
}
