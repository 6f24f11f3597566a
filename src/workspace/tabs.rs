//! The tabs as they were left: the file `tabs.toml`. Fields hold what was typed, so that nothing is lost that
//! does not make sense yet.

use crate::model::config::{Meeting, SessionKind, SessionShape, UnixType};
use crate::workspace::store::WorkspaceFile;
use serde::{Deserialize, Serialize};

/// All tabs, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tabs {
    /// The one in front, counted from 0.
    pub active: usize,
    /// In order.
    pub tabs: Vec<TabSettings>,
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a person ticks")]
pub struct TabSettings {
    /// What kind of session.
    pub kind: TabKind,
    /// The name a person gave; empty makes it from the kind and the address.
    pub name: String,
    /// Where to listen or to bind.
    pub local_host: String,
    /// The port there.
    pub local_port: String,
    /// Where to connect or to send.
    pub remote_host: String,
    /// The port there.
    pub remote_port: String,
    /// Seconds that one attempt to connect may take.
    pub connect_timeout_seconds: String,
    /// Connect again after the connection ended.
    pub reconnect: bool,
    /// A peer that has said it sends no more stays, because it may still listen.
    pub keep_half_closed: bool,
    /// Sending to broadcast addresses is allowed.
    pub broadcast: bool,
    /// Multicast groups, as `GROUP` or `GROUP%INTERFACE`.
    pub groups: Vec<String>,
    /// Socket options, as `NAME=VALUE`.
    pub options: Vec<String>,
    /// How payloads are shown.
    pub view: ViewChoice,
    /// Long lines go on below.
    pub wrap_lines: bool,
    /// Running text is coloured as its control sequences ask, instead of showing them.
    pub terminal_colors: bool,
    /// The character set, for showing and for sending.
    pub encoding: String,
    /// How streams are cut into messages, as on the command line.
    pub split: String,
    /// Who decodes messages, as on the command line; `none` for nobody.
    pub decode: String,
    /// What is highlighted, in order.
    pub highlights: Vec<HighlightSettings>,
    /// The filter that was kept, as typed; empty where there is none.
    pub filter: String,
    /// The journal of the last session, or the one that is shown; empty where there was none.
    pub journal: String,
    /// Whether the tab only shows that journal.
    pub is_kept: bool,
    /// What was being written.
    pub composer: ComposerSettings,
    /// How TCP and WebSocket are encrypted.
    pub security: SecuritySettings,
    /// What WebSocket asks for.
    pub web_socket: WebSocketSettings,
    /// Where a Unix socket stands.
    pub unix: UnixSettings,
    /// Which packets a raw session exchanges.
    pub raw: RawSettings,
    /// What lies below the log.
    pub drawer: DrawerSettings,
}

/// A rule that highlights rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HighlightSettings {
    /// The name a person gave; where it is empty, the expression stands for it.
    pub name: String,
    /// What its rows have, as typed.
    pub expression: String,
    /// Their colour, from 1 to 4.
    pub color: u8,
    /// Whether it highlights.
    pub is_on: bool,
}

/// How a session is encrypted. Only names of files are kept, never a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a person ticks")]
pub struct SecuritySettings {
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Our certificate, a PEM file; a server without one makes one for the session.
    pub certificate: String,
    /// The key that belongs to it, a PEM file.
    pub key: String,
    /// Whose certificates are accepted, a PEM file: of clients by a server, of the server by a client.
    pub authority: String,
    /// For whom the server's certificate must be, if not for the host.
    pub server_name: String,
    /// Protocols that are offered inside, with commas between.
    pub alpn: String,
    /// Any certificate is accepted.
    pub accept_anything: bool,
    /// The secrets are appended to this file.
    pub key_log: String,
    /// The journal keeps the ciphertext.
    pub keep_wire: bool,
    /// The journal keeps the secrets.
    pub keep_keys: bool,
}

/// What WebSocket asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSocketSettings {
    /// The path of the request; a server without one takes any.
    pub path: String,
    /// Subprotocols, with commas between.
    pub subprotocols: String,
    /// Further header fields of a client's request, one a line.
    pub headers: String,
}

/// Where a Unix socket stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnixSettings {
    /// Its own name: a path, or `@NAME` for an abstract one.
    pub local: String,
    /// The other end's.
    pub remote: String,
    /// The permissions of the file, in octal digits.
    pub mode: String,
    /// The file of a socket at which nobody listens makes room.
    pub replace_stale: bool,
}

/// Which packets a raw session exchanges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawSettings {
    /// icmp, icmpv6 or a number.
    pub protocol: String,
    /// The header of IPv4 comes and goes with the packets.
    pub include_header: bool,
}

/// What lies below the log, and what was written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrawerSettings {
    /// Which part of it is in front.
    pub shown: DrawerChoice,
    /// The sequence.
    pub sequence: DocumentSettings,
    /// How often the sequence is carried out, as typed; empty for without an end.
    pub sequence_times: String,
    /// The rules.
    pub rules: DocumentSettings,
}

/// A file that is open in the window: kept here as it is now, whether it was saved or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentSettings {
    /// Where it was opened or saved last; empty for nowhere.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// The parts of what lies below the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawerChoice {
    /// What is written is sent.
    #[default]
    Send,
    /// What stands ready to be sent.
    List,
    /// Steps that are carried out one after the other.
    Sequence,
    /// What is answered by itself.
    Answers,
}

/// What was being written, and how it goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComposerSettings {
    /// The text as typed.
    pub draft: String,
    /// How it is read.
    pub input: InputChoice,
    /// Fields in braces are filled in when it is sent.
    pub fields: bool,
    /// What line breaks between typed lines go out as.
    pub breaks: String,
    /// What message it becomes where there are frames.
    pub frame: String,
    /// The line ending that is appended.
    pub append: String,
    /// The checksum that is appended; empty for none.
    pub checksum: String,
    /// How much lies between repeats, as typed. Its name is from before there were units.
    pub every_millis: String,
    /// Of what.
    pub every_unit: UnitChoice,
    /// How often it is repeated, as typed; empty for without an end.
    pub repeat_times: String,
    /// Everything received goes back.
    pub echo: bool,
    /// What is answered by itself, in order.
    pub replies: Vec<ReplySettings>,
}

/// One automatic answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplySettings {
    /// Whether it answers.
    pub is_on: bool,
    /// What a message must contain, as typed; empty fits every message.
    pub pattern: String,
    /// How that is read.
    pub pattern_input: InputChoice,
    /// What goes back, as typed.
    pub answer: String,
    /// How that is read.
    pub answer_input: InputChoice,
}

/// The kinds of sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TabKind {
    /// Listens and serves many clients.
    #[default]
    TcpServer,
    /// Connects to one server.
    TcpClient,
    /// Sends and receives datagrams.
    Udp,
    /// Listens for WebSocket clients.
    WebSocketServer,
    /// Connects to a WebSocket server.
    WebSocketClient,
    /// Listens at the name of a Unix socket, for streams.
    UnixServer,
    /// Connects to a Unix socket, with a stream.
    UnixClient,
    /// Listens at the name of a Unix socket, for messages.
    UnixSeqpacketServer,
    /// Connects to a Unix socket, with messages.
    UnixSeqpacketClient,
    /// Exchanges datagrams with Unix sockets.
    UnixDatagrams,
    /// Exchanges packets of one protocol on IP.
    Raw,
}

/// How payloads are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViewChoice {
    /// As text.
    #[default]
    Text,
    /// As hex digits.
    Hex,
    /// Sixteen bytes per line, hex and text side by side.
    Dump,
    /// As what it means.
    Decoded,
    /// As lines that follow each other, as a terminal shows them.
    Running,
}

/// Units of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitChoice {
    /// Millionths of a second.
    Microseconds,
    /// Thousandths of a second.
    #[default]
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// How what is typed becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputChoice {
    /// As text in the session's encoding.
    #[default]
    Text,
    /// As hex digits.
    Hex,
    /// As text with `\r`, `\x41` and the like.
    Escapes,
}

impl TabKind {
    /// All kinds, in the order in which they are offered; of Unix sockets the first stands for all.
    pub const OFFERED: [TabKind; 7] = [
        TabKind::TcpServer,
        TabKind::TcpClient,
        TabKind::Udp,
        TabKind::WebSocketServer,
        TabKind::WebSocketClient,
        TabKind::UnixServer,
        TabKind::Raw,
    ];

    /// What a session of this kind has.
    pub fn shape(self) -> SessionShape {
        let (meeting, is_message_oriented) = match self {
            TabKind::TcpServer | TabKind::WebSocketServer | TabKind::UnixServer => (Meeting::Listens, false),
            TabKind::UnixSeqpacketServer => (Meeting::Listens, true),
            TabKind::TcpClient | TabKind::WebSocketClient | TabKind::UnixClient => (Meeting::Connects, false),
            TabKind::UnixSeqpacketClient => (Meeting::Connects, true),
            TabKind::Udp | TabKind::UnixDatagrams | TabKind::Raw => (Meeting::Exchanges, true),
        };
        SessionShape { meeting, is_message_oriented }
    }

    /// Whether it stands at the name of a Unix socket.
    pub fn is_unix(self) -> bool {
        matches!(
            self,
            TabKind::UnixServer
                | TabKind::UnixClient
                | TabKind::UnixSeqpacketServer
                | TabKind::UnixSeqpacketClient
                | TabKind::UnixDatagrams
        )
    }

    /// Whether it speaks WebSocket.
    pub fn is_web_socket(self) -> bool {
        matches!(self, TabKind::WebSocketServer | TabKind::WebSocketClient)
    }

    /// Whether it may be encrypted.
    pub fn may_be_secured(self) -> bool {
        matches!(self, TabKind::TcpServer | TabKind::TcpClient) || self.is_web_socket()
    }
}

/// The kind of tab that shows the sessions of a kind best.
impl From<SessionKind> for TabKind {
    fn from(kind: SessionKind) -> TabKind {
        match kind {
            SessionKind::TcpServer => TabKind::TcpServer,
            SessionKind::TcpClient => TabKind::TcpClient,
            SessionKind::Udp => TabKind::Udp,
            SessionKind::UnixServer(UnixType::Stream) => TabKind::UnixServer,
            SessionKind::UnixServer(UnixType::SeqPacket) => TabKind::UnixSeqpacketServer,
            SessionKind::UnixClient(UnixType::Stream) => TabKind::UnixClient,
            SessionKind::UnixClient(UnixType::SeqPacket) => TabKind::UnixSeqpacketClient,
            SessionKind::UnixDatagrams => TabKind::UnixDatagrams,
            SessionKind::Raw(_) => TabKind::Raw,
        }
    }
}

/// With what a raw tab begins: an echo request that says hello, its checksum included.
const ECHO_REQUEST: &str = "08 00 B4 2B 00 01 00 01 68 65 6C 6C 6F";

impl TabSettings {
    /// A fresh tab of this kind. Client and server fit each other.
    pub fn new(kind: TabKind) -> TabSettings {
        let fresh = TabSettings { kind, ..TabSettings::default() };
        match kind {
            TabKind::TcpServer => fresh,
            TabKind::TcpClient => TabSettings {
                local_host: String::new(),
                local_port: String::new(),
                remote_host: "127.0.0.1".to_owned(),
                remote_port: "9000".to_owned(),
                ..fresh
            },
            // Nobody is sent anything who was not chosen: a whole network least of all.
            TabKind::Udp => TabSettings { local_port: "7890".to_owned(), ..fresh },
            TabKind::WebSocketServer => TabSettings {
                local_port: "8080".to_owned(),
                split: "websocket".to_owned(),
                view: ViewChoice::Decoded,
                ..fresh
            },
            TabKind::WebSocketClient => TabSettings {
                local_host: String::new(),
                local_port: String::new(),
                remote_host: "127.0.0.1".to_owned(),
                remote_port: "8080".to_owned(),
                split: "websocket".to_owned(),
                view: ViewChoice::Decoded,
                web_socket: WebSocketSettings { path: "/".to_owned(), ..WebSocketSettings::default() },
                ..fresh
            },
            TabKind::Raw => TabSettings {
                local_host: String::new(),
                local_port: String::new(),
                remote_host: "127.0.0.1".to_owned(),
                view: ViewChoice::Decoded,
                composer: ComposerSettings {
                    draft: ECHO_REQUEST.to_owned(),
                    input: InputChoice::Hex,
                    ..ComposerSettings::default()
                },
                ..fresh
            },
            TabKind::UnixServer
            | TabKind::UnixClient
            | TabKind::UnixSeqpacketServer
            | TabKind::UnixSeqpacketClient
            | TabKind::UnixDatagrams => {
                TabSettings { local_host: String::new(), local_port: String::new(), ..fresh }
            }
        }
    }
}

impl Default for HighlightSettings {
    fn default() -> HighlightSettings {
        HighlightSettings { name: String::new(), expression: String::new(), color: 1, is_on: true }
    }
}

impl Default for TabSettings {
    fn default() -> TabSettings {
        TabSettings {
            kind: TabKind::TcpServer,
            name: String::new(),
            local_host: "0.0.0.0".to_owned(),
            local_port: "9000".to_owned(),
            remote_host: String::new(),
            remote_port: String::new(),
            connect_timeout_seconds: "10".to_owned(),
            reconnect: false,
            keep_half_closed: false,
            broadcast: false,
            groups: Vec::new(),
            options: Vec::new(),
            view: ViewChoice::Text,
            wrap_lines: false,
            terminal_colors: true,
            encoding: "utf-8".to_owned(),
            split: "none".to_owned(),
            decode: "auto".to_owned(),
            highlights: Vec::new(),
            filter: String::new(),
            journal: String::new(),
            is_kept: false,
            composer: ComposerSettings::default(),
            security: SecuritySettings::default(),
            web_socket: WebSocketSettings::default(),
            unix: UnixSettings::default(),
            raw: RawSettings::default(),
            drawer: DrawerSettings::default(),
        }
    }
}

impl Default for DrawerSettings {
    fn default() -> DrawerSettings {
        DrawerSettings {
            shown: DrawerChoice::Send,
            sequence: DocumentSettings::default(),
            sequence_times: "1".to_owned(),
            rules: DocumentSettings::default(),
        }
    }
}

impl Default for RawSettings {
    fn default() -> RawSettings {
        RawSettings { protocol: "icmp".to_owned(), include_header: false }
    }
}

impl Default for ComposerSettings {
    fn default() -> ComposerSettings {
        ComposerSettings {
            draft: String::new(),
            input: InputChoice::Text,
            fields: false,
            breaks: "lf".to_owned(),
            frame: "fitting".to_owned(),
            append: "none".to_owned(),
            checksum: String::new(),
            every_millis: "1000".to_owned(),
            every_unit: UnitChoice::Milliseconds,
            repeat_times: String::new(),
            echo: false,
            replies: Vec::new(),
        }
    }
}

impl Default for ReplySettings {
    fn default() -> ReplySettings {
        ReplySettings {
            is_on: true,
            pattern: String::new(),
            pattern_input: InputChoice::Text,
            answer: String::new(),
            answer_input: InputChoice::Text,
        }
    }
}

impl Default for Tabs {
    fn default() -> Tabs {
        let tabs = [TabKind::TcpServer, TabKind::TcpClient, TabKind::Udp].map(TabSettings::new).to_vec();
        Tabs { active: 0, tabs }
    }
}

impl WorkspaceFile for Tabs {
    const NAME: &'static str = "tabs.toml";
    const VERSION: u32 = 2;
    const COMMENT: &'static str =
        "Sockscope's tabs as they were left. Change them while the program is not running.";
}

#[cfg(test)]
mod tests {
    use super::{ReplySettings, TabKind, Tabs};
    use crate::workspace::store::Store;

    #[test]
    fn three_kinds_stand_ready_at_first() {
        let kinds: Vec<_> = Tabs::default().tabs.iter().map(|tab| tab.kind).collect();
        assert_eq!(kinds, [TabKind::TcpServer, TabKind::TcpClient, TabKind::Udp]);
    }

    #[test]
    fn tabs_come_back_as_they_were_typed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let mut tabs = Tabs { active: 2, ..Tabs::default() };
        tabs.tabs[0].local_port = "70000 or so".to_owned();
        tabs.tabs[1].composer.replies = vec![ReplySettings::default(); 2];
        tabs.tabs[1].security.server_name = "device.test".to_owned();
        tabs.tabs.extend(TabKind::OFFERED.map(super::TabSettings::new));
        tabs.tabs[1].composer.draft = "多行\r\n\"quoted\"\\".to_owned();
        store.save(&tabs).unwrap();
        assert_eq!(store.load::<Tabs>().value, tabs);
    }
}
