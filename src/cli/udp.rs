//! `udp`: datagrams to and from any number of peers, broadcast and multicast included.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::words;
use crate::model::config::{MulticastGroup, SessionConfig, UdpConfig};
use crate::model::endpoint::HostPort;

/// Send and receive datagrams
///
/// It runs until it is stopped. The sends go to --to once; without --to each address that something comes from gets
/// them.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The local address; without one the system picks a port
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<HostPort>,
    /// Where sends go
    #[arg(long, value_name = "HOST:PORT")]
    to: Option<HostPort>,
    /// Allow sending to broadcast addresses
    #[arg(long)]
    broadcast: bool,
    /// Join a multicast group, on one interface if it is named (repeatable)
    #[arg(long = "join", value_name = "GROUP[%IFACE]", value_parser = words::group)]
    groups: Vec<MulticastGroup>,
    #[command(flatten)]
    live: LiveArguments,
}

/// Exchanges datagrams until told to stop.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments { bind, to, broadcast, groups, live } = typed;
    let place = bind.as_ref().or(to.as_ref()).map(|place| format!(" {place}")).unwrap_or_default();
    let send_to = if to.is_some() { SendTo::Configured } else { SendTo::EachPeer };
    let options = live.options.clone();
    let config = SessionConfig::Udp(UdpConfig { bind, to, broadcast, groups, options });
    live.plan(format!("udp{place}"), config, send_to)
}
