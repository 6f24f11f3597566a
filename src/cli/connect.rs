//! `connect`: a connection to a server, over TCP or at the name of a Unix socket.

use crate::cli::live::{self, LiveArguments, LivePlan, SendTo};
use crate::cli::outcome::{Failed, Outcome};
use crate::cli::tls::TlsClientArguments;
use crate::cli::unix::TypeArguments;
use crate::cli::words;
use crate::cli::ws::WsClientArguments;
use crate::model::config::{Reconnect, SessionConfig, TcpClientConfig, UnixClientConfig};
use crate::model::endpoint::HostPort;
use std::time::Duration;

/// Connect to a server
///
/// It ends when the server closes the connection and everything is sent. The end of standard input ends our
/// direction of the connection.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to connect with
    protocol: live::Protocol,
    /// Where to connect; all addresses of a name are tried in turn
    #[arg(value_name = "HOST:PORT|URL|PATH")]
    remote: String,
    /// The local address to connect from
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<HostPort>,
    /// How long one attempt may take, and then the handshake of TLS and WebSocket
    #[arg(long, value_name = "SECS", value_parser = words::seconds, default_value = "10")]
    connect_timeout: Duration,
    /// Connect again when the connection ends or cannot be made, after a growing delay; each connection gets the
    /// sends
    #[arg(long)]
    reconnect: bool,
    /// Stay when the server has said that it sends no more: sends and lines of standard input still reach it
    #[arg(long)]
    keep_half_closed: bool,
    #[command(flatten)]
    ws: WsClientArguments,
    #[command(flatten)]
    tls: TlsClientArguments,
    #[command(flatten)]
    unix_type: TypeArguments,
    #[command(flatten)]
    live: LiveArguments,
}

/// Connects, and stays until the connection ends.
pub(crate) fn run(typed: Arguments) -> Outcome {
    live::run(plan(typed)?)
}

/// What was meant, or what is wrong with it.
pub(crate) fn plan(typed: Arguments) -> Result<LivePlan, Failed> {
    let Arguments {
        protocol,
        remote,
        bind,
        connect_timeout,
        reconnect,
        keep_half_closed,
        ws,
        tls,
        unix_type,
        live,
    } = typed;
    let name = format!("connect {remote}");
    let reconnect = reconnect.then(Reconnect::default);
    if protocol != live::Protocol::Ws {
        ws.refuse()?;
    }
    if protocol != live::Protocol::Unix {
        unix_type.refuse()?;
    }
    let (remote, tls, websocket, live) = match protocol {
        live::Protocol::Tcp => (words::place("HOST:PORT", &remote)?, tls.settings()?, None, live),
        live::Protocol::Ws => {
            let place = ws.place(&remote)?;
            let tls = if place.is_secure { tls.switched_on() } else { tls };
            (place.remote, tls.settings()?, Some(place.settings), live.in_frames())
        }
        live::Protocol::Unix if bind.is_some() => {
            return Err(Failed::usage("--bind goes with tcp; a Unix client has no address of its own"));
        }
        live::Protocol::Unix if tls.settings()?.is_some() => {
            return Err(Failed::usage("--tls goes with tcp and ws"));
        }
        live::Protocol::Unix => {
            let config = SessionConfig::UnixClient(UnixClientConfig {
                remote: words::place("PATH", &remote)?,
                unix_type: unix_type.unix_type(),
                reconnect,
                keep_half_closed,
                options: live.options.clone(),
            });
            return live.plan(name, config, SendTo::EachPeer);
        }
    };
    let config = SessionConfig::TcpClient(TcpClientConfig {
        remote,
        bind,
        connect_timeout,
        reconnect,
        keep_half_closed,
        tls,
        websocket,
        options: live.options.clone(),
    });
    live.plan(name, config, SendTo::EachPeer)
}
