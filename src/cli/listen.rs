//! `listen`: a server for many clients, over TCP or at the name of a Unix socket.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::tls::TlsServerArguments;
use crate::cli::unix::{PlaceArguments, TypeArguments};
use crate::cli::words;
use crate::cli::ws::WsServerArguments;
use crate::model::config::{DEFAULT_BACKLOG, SessionConfig, TcpServerConfig, UnixServerConfig};

/// Serve many clients
///
/// It runs until it is stopped. Each client that joins gets the sends.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to listen with
    protocol: live::Protocol,
    /// Where to listen; port 0 picks one and says which
    #[arg(value_name = "ADDR:PORT|PATH")]
    local: String,
    /// How many clients may wait to be accepted
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BACKLOG)]
    backlog: u32,
    /// Keep clients that have said that they send no more: sends and lines of standard input still reach them
    #[arg(long)]
    keep_half_closed: bool,
    #[command(flatten)]
    ws: WsServerArguments,
    #[command(flatten)]
    tls: TlsServerArguments,
    #[command(flatten)]
    unix_type: TypeArguments,
    #[command(flatten)]
    place: PlaceArguments,
    #[command(flatten)]
    live: LiveArguments,
}

/// Listens until told to stop.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments { protocol, local, backlog, keep_half_closed, ws, tls, unix_type, place, live } = typed;
    let name = format!("listen {local}");
    if protocol != live::Protocol::Ws {
        ws.refuse()?;
    }
    if protocol != live::Protocol::Unix {
        unix_type.refuse()?;
        place.refuse("it goes with unix")?;
    }
    let tls = tls.settings()?;
    let (local, websocket, live) = match protocol {
        live::Protocol::Tcp => (words::place("ADDR:PORT", &local)?, None, live),
        live::Protocol::Ws => {
            let (local, settings) = ws.place(&local)?;
            (local, Some(settings), live.in_frames())
        }
        live::Protocol::Unix if tls.is_some() => return Err(Failed::usage("--tls goes with tcp and ws")),
        live::Protocol::Unix => {
            let config = SessionConfig::UnixServer(UnixServerConfig {
                local: place.at(words::place("PATH", &local)?)?,
                unix_type: unix_type.unix_type(),
                backlog,
                keep_half_closed,
                options: live.options.clone(),
            });
            return live.plan(name, config, SendTo::EachPeer);
        }
    };
    let options = live.options.clone();
    let config = SessionConfig::TcpServer(TcpServerConfig {
        local,
        backlog,
        keep_half_closed,
        tls,
        websocket,
        options,
    });
    live.plan(name, config, SendTo::EachPeer)
}
