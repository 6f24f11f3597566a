//! `listen`: a TCP server for many clients.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::tls::TlsServerArguments;
use crate::model::config::{DEFAULT_BACKLOG, SessionConfig, TcpServerConfig};
use crate::model::endpoint::HostPort;

/// Serve many TCP clients
///
/// It runs until it is stopped. Each client that joins gets the sends.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to listen with
    protocol: live::Protocol,
    /// Where to listen; port 0 picks one and says which
    #[arg(value_name = "ADDR:PORT")]
    local: HostPort,
    /// How many clients may wait to be accepted
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BACKLOG)]
    backlog: u32,
    /// Keep clients that have said that they send no more: sends and lines of standard input still reach them
    #[arg(long)]
    keep_half_closed: bool,
    #[command(flatten)]
    tls: TlsServerArguments,
    #[command(flatten)]
    live: LiveArguments,
}

/// Listens until told to stop.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments { protocol: live::Protocol::Tcp, local, backlog, keep_half_closed, tls, live } = typed;
    let tls = tls.settings()?;
    let name = format!("listen {local}");
    let options = live.options.clone();
    let config = SessionConfig::TcpServer(TcpServerConfig { local, backlog, keep_half_closed, tls, options });
    live.plan(name, config, SendTo::EachPeer)
}
