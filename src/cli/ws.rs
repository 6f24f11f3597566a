//! The words of WebSocket: where a server stands, and what a client asks for. It opens nothing.

use crate::cli::outcome::Failed;
use crate::cli::words;
use crate::codec::websocket::{Header, check_path, read_header};
use crate::model::endpoint::HostPort;
use crate::model::websocket::{WebSocketClientSettings, WebSocketServerSettings};

/// The heading under which help lists the options.
const WEBSOCKET: &str = "WebSocket";

/// How `listen ws` takes in clients.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WsServerArguments {
    /// A subprotocol that is spoken (repeatable, the preferred one first)
    #[arg(long = "subprotocol", value_name = "NAME", help_heading = WEBSOCKET)]
    subprotocols: Vec<String>,
}

/// What `connect ws` asks for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WsClientArguments {
    /// A further header field of the request (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE", help_heading = WEBSOCKET)]
    headers: Vec<String>,
    /// A subprotocol that is offered (repeatable, the preferred one first)
    #[arg(long = "subprotocol", value_name = "NAME", help_heading = WEBSOCKET)]
    subprotocols: Vec<String>,
}

/// Where a client connects, as its URL says.
pub(crate) struct WsPlace {
    pub(crate) remote: HostPort,
    pub(crate) is_secure: bool,
    pub(crate) settings: WebSocketClientSettings,
}

impl WsServerArguments {
    /// Nothing of it goes with other protocols.
    pub(crate) fn refuse(&self) -> Result<(), Failed> {
        refuse(!self.subprotocols.is_empty(), "--subprotocol")
    }

    /// Reads `ADDR:PORT[/PATH]`.
    pub(crate) fn place(self, text: &str) -> Result<(HostPort, WebSocketServerSettings), Failed> {
        let (place, path) = match text.find('/') {
            Some(slash) => (&text[..slash], Some(text[slash..].to_owned())),
            None => (text, None),
        };
        let local = words::place("ADDR:PORT[/PATH]", place)?;
        Ok((local, WebSocketServerSettings { path, subprotocols: self.subprotocols }))
    }
}

impl WsClientArguments {
    /// Nothing of it goes with other protocols.
    pub(crate) fn refuse(&self) -> Result<(), Failed> {
        refuse(!self.headers.is_empty(), "--header")?;
        refuse(!self.subprotocols.is_empty(), "--subprotocol")
    }

    /// Reads `ws://HOST:PORT/PATH` or `wss://…`.
    pub(crate) fn place(self, url: &str) -> Result<WsPlace, Failed> {
        let wrong = |why: &str| Failed::usage(format!("invalid value '{url}' for '<URL>': {why}"));
        let (is_secure, rest) = match (url.strip_prefix("ws://"), url.strip_prefix("wss://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(wrong("write ws://HOST:PORT/PATH, or wss:// for an encrypted one")),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let path = match path.split('#').next().unwrap_or_default() {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        check_path(&path).map_err(|why| wrong(&format!("the path {why}")))?;
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && !port.contains(']'));
        let port = if is_secure { 443 } else { 80 };
        let place = if has_port { host.to_owned() } else { format!("{host}:{port}") };
        let remote = place.parse().map_err(|error| wrong(&format!("{error}")))?;
        let headers = self.headers.iter().map(|text| header(text)).collect::<Result<Vec<_>, Failed>>()?;
        let settings =
            WebSocketClientSettings { host: host.to_owned(), path, headers, subprotocols: self.subprotocols };
        Ok(WsPlace { remote, is_secure, settings })
    }
}

fn header(text: &str) -> Result<(String, String), Failed> {
    let Header { name, value } = read_header(text)
        .map_err(|why| Failed::usage(format!("--header: '{text}' {why}; write 'Name: value'")))?;
    Ok((name, value))
}

fn refuse(is_there: bool, option: &str) -> Result<(), Failed> {
    if is_there { Err(Failed::usage(format!("{option} goes with ws"))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{WsClientArguments, WsServerArguments};
    use crate::cli::outcome::Failed;

    fn client() -> WsClientArguments {
        WsClientArguments { headers: vec!["X-A: b c".to_owned()], subprotocols: Vec::new() }
    }

    #[test]
    fn urls_are_taken_apart() {
        for (url, remote, is_secure, host, path) in [
            ("ws://h:8080/a?b=c#d", "h:8080", false, "h:8080", "/a?b=c"),
            ("ws://h", "h:80", false, "h", "/"),
            ("wss://[::1]/x", "[::1]:443", true, "[::1]", "/x"),
            ("wss://h?q", "h:443", true, "h", "/?q"),
        ] {
            let place = client().place(url).unwrap();
            assert_eq!((place.remote.to_string().as_str(), place.is_secure), (remote, is_secure), "{url}");
            assert_eq!((place.settings.host.as_str(), place.settings.path.as_str()), (host, path), "{url}");
            assert_eq!(place.settings.headers, [("X-A".to_owned(), "b c".to_owned())]);
        }
    }

    #[test]
    fn what_is_no_url_or_no_header_is_told() {
        let told = |outcome: Result<_, Failed>| match outcome {
            Err(Failed::Usage(error)) => error.to_string(),
            _ => panic!("accepted"),
        };
        for (url, said) in [
            ("http://h/", "write ws://HOST:PORT/PATH"),
            ("ws://h:99999/", "'99999' is not a number from 0 to 65535"),
            ("ws://h/温度", "must be written as %NN"),
        ] {
            let line = told(client().place(url));
            assert!(line.contains(said), "{line}");
        }
        for header in ["no colon", "bad name: x", "a: b\u{1}"] {
            let arguments = WsClientArguments { headers: vec![header.to_owned()], subprotocols: Vec::new() };
            assert!(told(arguments.place("ws://h")).starts_with("--header: "));
        }
    }

    #[test]
    fn a_server_may_stand_at_a_path() {
        let arguments = WsServerArguments { subprotocols: Vec::new() };
        let (local, settings) = arguments.place("127.0.0.1:0/live").unwrap();
        assert_eq!((local.to_string().as_str(), settings.path.as_deref()), ("127.0.0.1:0", Some("/live")));
    }
}
