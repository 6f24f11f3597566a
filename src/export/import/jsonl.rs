//! Our own JSON lines back into records. Every object gives the record it was made from; an event that this version
//! does not know becomes a note with its line.

use crate::export::import::{Counting, Damage, ImportError, ImportReport, Imported, RecordSink};
use crate::model::address::Address;
use crate::model::config::{SessionKind, UnixType};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::ids::{Epoch, PeerId};
use crate::model::peer_process::PeerProcess;
use crate::model::record::{
    Body, Data, DataHead, Direction, EndReason, InterfaceName, Layer, Lifecycle, Loss, LossKind, Origin,
    RuleName,
};
use crate::model::socket_option::{OptionName, OptionValue};
use crate::util::clock::Stamp;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::net::IpAddr;

/// The longest line: a payload of 64 MiB has one of about 400 MiB at worst.
const LINE_BYTES_LIMIT: u64 = 512 << 20;

/// One object. Keys that are not here do not matter for the record.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    time: &'a str,
    #[serde(default)]
    mono_ns: u64,
    #[serde(default)]
    epoch: u32,
    kind: &'a str,
    layer: Option<&'a str>,
    dir: Option<&'a str>,
    origin: Option<&'a str>,
    peer: Option<u32>,
    #[serde(borrow)]
    remote: Option<Cow<'a, str>>,
    #[serde(borrow)]
    local: Option<Cow<'a, str>>,
    hex: Option<&'a str>,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    goes_on: bool,
    time_source: Option<&'a str>,
    ttl: Option<u8>,
    #[serde(borrow)]
    interface: Option<Cow<'a, str>>,
    #[serde(borrow)]
    rule: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    what: Option<&'a str>,
    count: Option<u64>,
    event: Option<&'a str>,
    reason: Option<&'a str>,
    #[serde(borrow)]
    host: Option<Cow<'a, str>>,
    #[serde(borrow)]
    addresses: Option<Vec<Cow<'a, str>>>,
    attempt: Option<u32>,
    delay_ms: Option<u64>,
    unsent: Option<u64>,
    after_ms: Option<u64>,
    cut_bytes: Option<u64>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    message_oriented: Option<bool>,
    pid: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    #[serde(borrow)]
    program: Option<Cow<'a, str>>,
    option: Option<&'a str>,
    asked: Option<Value>,
    granted: Option<Value>,
    operation: Option<&'a str>,
    #[serde(borrow)]
    target: Option<Cow<'a, str>>,
    errno: Option<i32>,
    #[serde(borrow)]
    errno_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
}

/// Imports JSON lines up to the first that is none.
pub fn import_jsonl(input: &mut dyn BufRead, sink: &mut dyn RecordSink) -> Result<ImportReport, ImportError> {
    let mut counting = Counting::new(sink);
    let mut seen = SeenKinds::default();
    let mut line = Vec::new();
    let mut at = 0_u64;
    let mut last_peer = 0;
    let mut introduced: HashMap<PeerId, (Address, Address)> = HashMap::new();
    loop {
        line.clear();
        let length = Read::take(&mut *input, LINE_BYTES_LIMIT)
            .read_until(b'\n', &mut line)
            .map_err(ImportError::Read)? as u64;
        if length == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n");
        if line.trim_ascii().is_empty() {
            at += length;
            continue;
        }
        let Some(ReadLine { at: stamp, epoch, peer, mut body }) = read_line(&line) else {
            counting.report.damage = Some(if is_whole {
                Damage::Nonsense { what: "the line", at }
            } else {
                Damage::Cut { what: "a line", at }
            });
            break;
        };
        last_peer = last_peer.max(peer.map_or(0, PeerId::get));
        if let (Some(peer), Body::Lifecycle(event)) = (peer, &body)
            && let Some((local, remote)) = event.introduces()
        {
            introduced.insert(peer, (local, remote));
        }
        if let (Some(peer), Body::Data(data)) = (peer, &mut body) {
            // Where the object tells the address that the peer's own record has, the kernel told nothing more.
            let known = introduced.get(&peer).and_then(|(local, _)| local.ip());
            data.head.local = data.head.local.filter(|local| known != Some(*local));
        }
        if let Body::Lifecycle(event) = &body {
            seen.see(event);
        }
        counting.push_in(Imported { at: stamp, epoch, peer, body: &body })?;
        at += length;
    }
    counting.report.peers = u64::from(last_peer);
    counting.report.kind = seen.kind();
    Ok(counting.report)
}

/// Which kinds of session the events are from.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an event that was seen or not")]
struct SeenKinds {
    listening: bool,
    connected: bool,
    bound: bool,
    /// A peer came or went as only streams do.
    streams: bool,
    /// Our end, or the end that we connected to, is a Unix socket.
    unix: bool,
    /// Connections keep the borders of messages.
    messages: bool,
}

impl SeenKinds {
    fn see(&mut self, event: &Lifecycle) {
        let is_unix = |address: &Address| matches!(address, Address::Unix(_));
        self.unix |= match event {
            Lifecycle::Listening { local } | Lifecycle::Bound { local } => is_unix(local),
            Lifecycle::Connected { remote, .. } => is_unix(remote),
            _ => false,
        };
        self.messages |= event.message_oriented() == Some(true);
        match event {
            Lifecycle::Listening { .. } => self.listening = true,
            Lifecycle::Connected { .. } => self.connected = true,
            Lifecycle::Bound { .. } => self.bound = true,
            Lifecycle::PeerFinished { .. }
            | Lifecycle::WriteShut { .. }
            | Lifecycle::PeerLeft { reason: EndReason::Fin | EndReason::Reset, .. } => self.streams = true,
            _ => {}
        }
    }

    /// The kind, none for a mixture. Streams that nobody here opened came to a listener.
    fn kind(&self) -> Option<SessionKind> {
        let unix_type = if self.messages { UnixType::SeqPacket } else { UnixType::Stream };
        match (self.listening, self.connected, self.bound) {
            (true, false, false) if self.unix => Some(SessionKind::UnixServer(unix_type)),
            (false, true, false) if self.unix => Some(SessionKind::UnixClient(unix_type)),
            (false, false, true) if self.unix => Some(SessionKind::UnixDatagrams),
            (true, false, false) => Some(SessionKind::TcpServer),
            (false, true, false) => Some(SessionKind::TcpClient),
            (false, false, true) if !self.streams => Some(SessionKind::Udp),
            (false, false, false) if self.streams => Some(SessionKind::TcpServer),
            _ => None,
        }
    }
}

/// What a line tells.
struct ReadLine {
    at: Stamp,
    epoch: Epoch,
    peer: Option<PeerId>,
    body: Body,
}

fn read_line(line: &[u8]) -> Option<ReadLine> {
    let object: Line<'_> = serde_json::from_slice(line).ok()?;
    let time: jiff::Timestamp = object.time.parse().ok()?;
    let stamp = Stamp { wall_ns: i64::try_from(time.as_nanosecond()).ok()?, mono_ns: object.mono_ns };
    let body = match object.kind {
        "data" if object.layer.and_then(Layer::from_word) == Some(Layer::Wire) => Body::Wire(object.data()?),
        "data" => Body::Data(object.data()?),
        "loss" => Body::Loss(Loss { what: LossKind::from_word(object.what?)?, count: object.count? }),
        "note" => Body::Note(object.text.as_deref()?.to_owned()),
        "damaged" => Body::Note("this record was damaged in the journal it came from".to_owned()),
        "newer" => Body::Note("this record was of a later version of Sockscope".to_owned()),
        _ => match object.lifecycle() {
            Some(event) => Body::Lifecycle(event),
            None => Body::Note(str::from_utf8(line.trim_ascii()).ok()?.to_owned()),
        },
    };
    Some(ReadLine {
        at: stamp,
        epoch: Epoch(object.epoch.max(1)),
        peer: object.peer.and_then(PeerId::new),
        body,
    })
}

impl Line<'_> {
    fn data(&self) -> Option<Data> {
        let direction = Direction::from_word(self.dir?)?;
        let origin = self.origin.and_then(Origin::from_word).unwrap_or(Origin::Import);
        let local = self.local.as_deref().and_then(|text| text.parse::<Address>().ok().and_then(Address::ip));
        let head = DataHead {
            kernel_stamped: self.time_source == Some("kernel"),
            truncated: self.truncated,
            goes_on: self.goes_on,
            local,
            interface: self.interface.as_deref().map(InterfaceName::new),
            rule: self.rule.as_deref().map(RuleName::new),
            ttl: self.ttl,
            ..DataHead::new(direction, origin)
        };
        Some(Data { head, bytes: const_hex::decode(self.hex?).ok()? })
    }

    fn lifecycle(&self) -> Option<Lifecycle> {
        let local = || self.local.as_deref().and_then(|text| text.parse::<Address>().ok());
        let remote = || self.remote.as_deref().and_then(|text| text.parse::<Address>().ok());
        let interface = || self.interface.as_deref().map(str::to_owned);
        // A handshake has a group, too, which is no address.
        let group = || self.group.as_deref().and_then(|text| text.parse::<IpAddr>().ok());
        let host = || self.host.as_deref().map(str::to_owned);
        Some(match self.event? {
            "resolving" => Lifecycle::Resolving { host: host()? },
            "resolved" => {
                let addresses = self.addresses.iter().flatten().map(|text| text.parse().ok());
                Lifecycle::Resolved { host: host()?, addresses: addresses.collect::<Option<Vec<_>>>()? }
            }
            "listening" => Lifecycle::Listening { local: local()? },
            "listener_stopped" => Lifecycle::ListenerStopped { local: local()? },
            "bound" => Lifecycle::Bound { local: local()? },
            "echo_only" => Lifecycle::EchoOnly { local: local()? },
            "tls_unexpected" => Lifecycle::TlsUnexpected { remote: remote()? },
            "connecting" => Lifecycle::Connecting { remote: remote()?, attempt: self.attempt? },
            "connected" => {
                let (local, remote, message_oriented) = (local()?, remote()?, self.message_oriented);
                Lifecycle::Connected { local, remote, message_oriented, process: self.process() }
            }
            "connect_failed" => {
                Lifecycle::ConnectFailed { failure: self.failure()?, reason: self.end_reason()? }
            }
            "reconnect_scheduled" => Lifecycle::ReconnectScheduled { delay_millis: self.delay_ms? },
            "peer_joined" => {
                let (local, remote, message_oriented) = (local()?, remote()?, self.message_oriented);
                Lifecycle::PeerJoined { local, remote, message_oriented, process: self.process() }
            }
            "peer_finished" => Lifecycle::PeerFinished { remote: remote()? },
            "write_shut" => Lifecycle::WriteShut { remote: remote()? },
            "peer_left" => {
                let (remote, reason, error) = (remote()?, self.end_reason()?, self.os_error());
                Lifecycle::PeerLeft { remote, reason, error }
            }
            "peer_unreachable" => {
                let (remote, reason, error) = (remote()?, self.end_reason()?, self.os_error()?);
                Lifecycle::PeerUnreachable { remote, reason, error }
            }
            "send_failed" => Lifecycle::SendFailed { failure: self.failure()?, unsent: self.unsent? },
            "open_failed" => Lifecycle::OpenFailed { failure: self.failure()? },
            "session_failed" => Lifecycle::SessionFailed { failure: self.failure()? },
            "accept_failed" => Lifecycle::AcceptFailed { failure: self.failure()? },
            "option_set" => self.option_set()?,
            "option_failed" => Lifecycle::OptionFailed { failure: self.failure()? },
            "joined_group" => Lifecycle::JoinedGroup { group: group()?, interface: interface() },
            "left_group" => Lifecycle::LeftGroup { group: group()?, interface: interface() },
            "group_failed" => Lifecycle::GroupFailed { failure: self.failure()? },
            "paused" => Lifecycle::Paused { failure: self.failure()? },
            "resumed" => Lifecycle::Resumed { after_millis: self.after_ms? },
            "recovered" => Lifecycle::Recovered { cut_bytes: self.cut_bytes? },
            "descriptors_closed" => {
                let count = self.count.and_then(|count| u32::try_from(count).ok())?;
                Lifecycle::DescriptorsClosed { remote: remote()?, count }
            }
            "closed" => Lifecycle::Closed { reason: self.end_reason()? },
            _ => return None,
        })
    }

    fn process(&self) -> Option<Box<PeerProcess>> {
        let program = self.program.as_deref().map(str::to_owned);
        Some(Box::new(PeerProcess { pid: self.pid?, uid: self.uid?, gid: self.gid?, program }))
    }

    fn end_reason(&self) -> Option<EndReason> {
        EndReason::from_word(self.reason?)
    }

    fn option_set(&self) -> Option<Lifecycle> {
        let name = OptionName::all().find(|name| Some(name.text()) == self.option)?;
        let asked = option_value(self.asked.as_ref()?)?;
        Some(Lifecycle::OptionSet { name, asked, granted: self.granted.as_ref().and_then(option_value) })
    }

    fn failure(&self) -> Option<Failure> {
        let operation = (1..=u8::MAX)
            .map_while(Operation::from_code)
            .find(|operation| Some(operation.words()) == self.operation)?;
        Some(Failure { operation, target: self.target.as_deref()?.to_owned(), error: self.os_error()? })
    }

    fn os_error(&self) -> Option<OsError> {
        Some(OsError {
            code: self.errno.unwrap_or(0),
            name: self.errno_name.as_deref().unwrap_or("").to_owned(),
            message: self.message.as_deref()?.to_owned(),
        })
    }
}

fn option_value(value: &Value) -> Option<OptionValue> {
    match value {
        Value::Bool(flag) => Some(OptionValue::Flag(*flag)),
        Value::Number(number) => number.as_u64().map(OptionValue::Number),
        Value::String(text) => Some(OptionValue::Text(text.clone())),
        _ => None,
    }
}
