//! Opening a socket for packets of one protocol on IP. Once it is open it is served as every other link is.

use crate::engine::worker::Worker;
use crate::engine::worker::connector::record_options;
use crate::engine::worker::datagrams::Datagrams;
use crate::engine::worker::link::{LINK, Link, asked_for, unspecified_like};
use crate::engine::worker::lookup::Addresses;
use crate::model::address::Address;
use crate::model::config::RawConfig;
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::record::Lifecycle;
use crate::model::status::SessionState;
use crate::net::options::report_all;
use crate::net::poll::Interest;
use crate::net::raw::{self, Opened};
use std::io;
use std::net::{IpAddr, SocketAddr};

impl Worker {
    /// Exchanges packets of one protocol. Where the privilege for that is missing, echo messages may still be had.
    pub(super) fn bind_raw(&mut self, config: &RawConfig, addresses: &Addresses) -> Result<(), Failure> {
        let to = remote_of(config, addresses)?;
        let family = raw::family_of(config.kind.protocol);
        let wanted = addresses.local.first().copied();
        let wanted = wanted
            .or(family.map(|family| SocketAddr::new(family, 0)))
            .unwrap_or_else(|| unspecified_like(to.and_then(Address::socket_addr)));
        let Opened { socket, local, reports, packets } = raw::open(config.kind, wanted, &config.options)?;
        let cannot = |error: io::Error| Failure::new(Operation::Bind, local, error);
        let registered = self.poll.register(socket, LINK, Interest::READ).map_err(cannot)?;
        let log = &mut self.turn.log;
        record_options(&asked_for(reports, &config.options), log);
        log.lifecycle(None, Lifecycle::Bound { local });
        if packets.is_echo_only {
            log.lifecycle(None, Lifecycle::EchoOnly { local });
        }
        let to = to.map(raw::without_port);
        let datagrams = Datagrams::new(registered, local, to, true).map_err(cannot)?.of_packets(packets);
        self.options = report_all(datagrams.socket(), &config.options, local).into();
        self.link = Link::Datagrams(Box::new(datagrams));
        self.state = SessionState::Bound { local };
        Ok(())
    }
}

/// Where sends go: the first address of the family that the protocol is of.
fn remote_of(config: &RawConfig, addresses: &Addresses) -> Result<Option<Address>, Failure> {
    let family = raw::family_of(config.kind.protocol);
    let fits = |address: IpAddr| family.is_none_or(|family| family.is_ipv4() == address.is_ipv4());
    let found = addresses.remote.iter().copied().find(|remote| remote.ip().is_some_and(fits));
    match (found, addresses.remote.first()) {
        (None, Some(wrong)) => {
            let words = format!("packets of {} do not go to such an address", config.kind.protocol);
            Err(Failure::new(Operation::Send, raw::without_port(*wrong), OsError::from_words(words)))
        }
        _ => Ok(found),
    }
}
