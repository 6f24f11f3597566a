//! `raw`: packets of one protocol on IP, below ports.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::model::config::{IpProtocol, RawConfig, RawKind, SessionConfig};
use crate::model::endpoint::{Host, HostPort};

/// Send and receive packets of one protocol on IP
///
/// It runs until it is stopped. The sends go to --to once; without --to each address that something comes from gets
/// them. It needs the privilege for raw sockets; for icmp and icmpv6 an echo socket takes its place where the system
/// has one, and that is said. --checksum inet fills the checksum of icmp, whose bytes 2 and 3 it takes; the system fills
/// that of icmpv6 itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// icmp, icmpv6 or a number
    #[arg(long, value_name = "icmp|icmpv6|N")]
    protocol: IpProtocol,
    /// The local address; without one, packets to any address of this machine are received
    #[arg(long, value_name = "ADDR", value_parser = host)]
    bind: Option<HostPort>,
    /// Where sends go
    #[arg(long, value_name = "HOST", value_parser = host)]
    to: Option<HostPort>,
    /// Keep the header of IPv4 in what is received, and send what is given with a header of its own
    #[arg(long)]
    include_header: bool,
    #[command(flatten)]
    live: LiveArguments,
}

/// Exchanges packets until told to stop.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments { protocol, bind, to, include_header, live } = typed;
    if include_header && protocol == IpProtocol::ICMPV6 {
        return Err(Failed::usage("--include-header goes with IPv4: the header of IPv6 is never received"));
    }
    let send_to = if to.is_some() { SendTo::Configured } else { SendTo::EachPeer };
    let place = to.as_ref().or(bind.as_ref()).map(|place| format!(" {}", place.host)).unwrap_or_default();
    let name = format!("raw {protocol}{place}");
    let kind = RawKind { protocol, with_header: include_header };
    let options = live.options.clone();
    let live = live.filling_checksum(kind)?;
    live.plan(name, SessionConfig::Raw(RawConfig { kind, bind, to, options }), send_to)
}

/// A host alone; there are no ports here.
fn host(typed: &str) -> Result<HostPort, String> {
    let host = Host::parse(typed).map_err(|error| error.to_string())?;
    Ok(HostPort { host, port: 0 })
}
