//! What a front end can ask of a session. Each variant says the outcome that is asked for.

use crate::automation::rules::RuleSet;
use crate::automation::sequence::Sequence;
use crate::automation::template::Dressed;
use crate::codec::composition::Dress;
use crate::codec::websocket::{NoWholeMessages, Opcode, messages_said};
use crate::engine::journal_rows::JournalRows;
use crate::model::address::Address;
use crate::model::config::{MulticastGroup, SessionConfig};
use crate::model::framing::Framing;
use crate::model::ids::{JobId, PeerId};
use crate::model::record::Origin;
use crate::model::socket_option::SocketOption;
use crate::model::websocket::MessageForm;
use crate::net::udp;
use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// No payload of one datagram is longer.
pub const LONGEST_DATAGRAM: usize = udp::LONGEST_PAYLOAD;

/// A file goes out in datagrams of so many bytes: they fit any network without being fragmented.
pub const FILE_DATAGRAM: usize = 1400;

/// An outcome that is asked for. Refusals come back as an event with the command's ticket.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// The session is open as this says. Refused while it is open.
    Open(Box<SessionConfig>),
    /// No socket is open; what waits in send queues is counted as lost and recorded.
    Close,
    /// The listener is gone; clients stay.
    StopListening,
    /// The listener is back at its address, beside the clients that stayed. Refused where it was not stopped.
    ListenAgain,
    /// This is on its way to each peer of the target.
    Send {
        /// To whom.
        target: Target,
        /// What.
        content: Content,
        /// Who caused it.
        origin: Origin,
    },
    /// Each peer that joins from now on stays until [`Command::PromiseKept`], although it sends no more: the front end has
    /// something for it.
    PromiseSends,
    /// The front end has sent to this peer what it had for it.
    PromiseKept(PeerId),
    /// These payloads go out one after the other, all of them once per period, from now on.
    StartRepeat {
        /// Names it; another one under the same name takes its place.
        job: JobId,
        /// To whom, looked up anew each time.
        target: Target,
        /// In order.
        payloads: Vec<Content>,
        /// The period, kept on an absolute schedule.
        every: Duration,
        /// In how many periods it goes out to somebody; for ever without it.
        times: Option<u64>,
    },
    /// A long content is on its way, as fast as the peers take it and the pace allows.
    SendLong {
        /// Names it in progress events.
        job: JobId,
        /// To whom, decided now.
        target: Target,
        /// What is sent.
        source: SendSource,
        /// In which pieces, and how fast.
        pace: Pace,
    },
    /// What repeats under this name, or the rest of a long content, is not sent.
    StopSending {
        /// Which.
        job: JobId,
    },
    /// These peers were told that we send no more, after what is queued.
    ShutDownWrite(Target),
    /// These peers are disconnected.
    ClosePeers {
        /// Which.
        target: Target,
        /// In which way.
        how: CloseKind,
    },
    /// A socket option has this value: on the listener or datagram socket, and on every peer.
    SetOption(SocketOption),
    /// The datagram socket is a member of a group.
    JoinGroup(MulticastGroup),
    /// The datagram socket is no member of a group.
    LeaveGroup(MulticastGroup),
    /// What is received is answered by these rules from now on, and their timers run.
    SetRules(Box<RuleSet>),
    /// A sequence runs, step by step, from the moment on at which there is somebody to talk to; one that first waits for
    /// something, as soon as that can come. Refused while another does.
    RunSequence(Box<SequencePlan>),
    /// The sequence that runs begins no further step, or goes on; one that is held back can begin one step alone.
    HoldSequence(SequenceHold),
    /// No sequence runs any more.
    StopSequence,
    /// The peer's status holds what the kernel tells about the connection now.
    RefreshFacts(PeerId),
    /// A remark stands in the journal.
    AddNote(String),
}

/// A sequence and how it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencePlan {
    /// The steps.
    pub sequence: Arc<Sequence>,
    /// The folder from which its files are named.
    pub folder: PathBuf,
    /// How stream bytes are cut into the messages that it waits for.
    pub framing: Framing,
    /// How often it is carried out one after the other, as long as it holds; for ever without it.
    pub times: Option<u64>,
    /// Whether it begins no step until it is asked to.
    pub starts_held: bool,
    /// No step is begun while the front end has many results not taken yet, so that none is lost.
    pub waits_for_reader: bool,
    /// What the journal has notes of.
    pub notes: RunNotes,
}

/// What the journal has notes of, besides the beginning of a run, its end and what failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunNotes {
    /// Each step and each time.
    #[default]
    EachStep,
    /// Nothing else.
    Ends,
    /// Nothing else, in the words of a list of sends: nothing is judged, and pauses are no sends.
    List,
}

/// Whether a sequence goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceHold {
    /// No further step is begun.
    Held,
    /// One step is begun, and no other after it.
    OneStep,
    /// It goes on.
    Running,
}

/// Where a long content comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum SendSource {
    /// These bytes, shared with whoever made them.
    Bytes(Arc<[u8]>),
    /// A file's bytes, read as they are needed.
    File(PathBuf),
    /// A file's bytes with something behind them.
    DressedFile {
        /// The file.
        path: PathBuf,
        /// What stands behind.
        dress: Dress,
    },
    /// Rows of a journal, read as they are needed: each goes out by itself, whatever its length.
    Journal(Box<JournalRows>),
}

/// In which pieces a long content goes out, and how fast. Without anything it is as fast as peers take it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The bytes of one piece; of datagrams, of each of them.
    pub piece_bytes: Option<NonZeroUsize>,
    /// From one piece to the next.
    pub pause: Duration,
    /// No more than this on average.
    pub bytes_per_second: Option<NonZeroU64>,
}

impl Pace {
    /// Whether there is anything to keep to.
    pub fn is_set(&self) -> bool {
        !self.pause.is_zero() || self.bytes_per_second.is_some()
    }

    /// How long after a piece of so many bytes the next may go.
    pub fn after(&self, bytes: usize) -> Duration {
        let nanos = |rate: NonZeroU64| bytes as u128 * 1_000_000_000 / u128::from(rate.get());
        let by_rate = self.bytes_per_second.map_or(0, nanos);
        self.pause.max(Duration::from_nanos(u64::try_from(by_rate).unwrap_or(u64::MAX)))
    }
}

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes {
        /// All of them.
        bytes: Vec<u8>,
        /// Where there are frames: text, binary or something else.
        form: MessageForm,
    },
    /// What a template makes at the moment of sending.
    Template {
        /// What is filled in.
        template: Box<Dressed>,
        /// Where there are frames: text, binary or something else.
        form: MessageForm,
    },
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every peer that is there; of datagrams, those that are hosts, if any is.
    All,
    /// The peer from which something came or that joined last.
    Last,
    /// The peer from which something came last, and nobody else: no other if it has left or nobody has sent.
    LastSender,
    /// These.
    Peers(Vec<PeerId>),
    /// This address (datagrams only). Boxed, because commands that name none are to stay small.
    Address(Box<Address>),
    /// The address that the session's settings name as its remote (datagrams), or every peer (streams).
    Configured,
}

impl From<Address> for Target {
    fn from(address: Address) -> Target {
        Target::Address(Box::new(address))
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Target {
        Target::from(Address::Ip(address))
    }
}

/// How a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseKind {
    /// In an orderly way: what is in the kernel's queue still arrives.
    Fin,
    /// With a reset: what is queued is thrown away on both sides.
    Reset,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Open(config) => write!(f, "Open({:?})", config.kind()),
            Command::Close => f.write_str("Close"),
            Command::StopListening => f.write_str("StopListening"),
            Command::ListenAgain => f.write_str("ListenAgain"),
            Command::Send { target, content, .. } => write!(f, "Send({target:?}, {content:?})"),
            Command::PromiseSends => f.write_str("PromiseSends"),
            Command::PromiseKept(peer) => write!(f, "PromiseKept({peer})"),
            Command::StartRepeat { job, target, payloads, every, times } => {
                let count = payloads.len();
                write!(f, "StartRepeat({job:?}, {target:?}, {count} payloads, {every:?}, {times:?})")
            }
            Command::SendLong { job, source, pace, .. } => {
                write!(f, "SendLong({job:?}, {source:?}, {pace:?})")
            }
            Command::StopSending { job } => write!(f, "StopSending({job:?})"),
            Command::ShutDownWrite(target) => write!(f, "ShutDownWrite({target:?})"),
            Command::ClosePeers { target, how } => write!(f, "ClosePeers({target:?}, {how:?})"),
            Command::SetOption(option) => write!(f, "SetOption({option})"),
            Command::JoinGroup(group) => write!(f, "JoinGroup({group:?})"),
            Command::LeaveGroup(group) => write!(f, "LeaveGroup({group:?})"),
            Command::SetRules(rules) => write!(f, "SetRules({} rules)", rules.rules().len()),
            Command::RunSequence(plan) => write!(f, "RunSequence({} steps)", plan.sequence.steps.len()),
            Command::HoldSequence(hold) => write!(f, "HoldSequence({hold:?})"),
            Command::StopSequence => f.write_str("StopSequence"),
            Command::RefreshFacts(peer) => write!(f, "RefreshFacts({peer})"),
            Command::AddNote(text) => write!(f, "AddNote({} bytes)", text.len()),
        }
    }
}

impl fmt::Debug for SendSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendSource::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            SendSource::File(path) | SendSource::DressedFile { path, .. } => write!(f, "{}", path.display()),
            SendSource::Journal(rows) => write!(f, "{} rows", rows.count()),
        }
    }
}

impl SendSource {
    /// A file with something behind its bytes, or as it is where nothing is to stand there.
    pub fn of_file(path: PathBuf, dress: Dress) -> SendSource {
        if dress.is_nothing() { SendSource::File(path) } else { SendSource::DressedFile { path, dress } }
    }
}

impl Content {
    /// The bytes, where they do not have to be made first.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Content::Bytes { bytes, .. } => Some(bytes),
            Content::Template { .. } => None,
        }
    }

    /// What is said in frames, message by message, as it was said there; none where they say nothing: a handshake, or a
    /// frame that the program answers by itself.
    pub fn of_frames(frames: &[u8]) -> Result<Vec<Content>, NoWholeMessages> {
        let content = |(opcode, bytes)| {
            let form = if opcode == Opcode::Text { MessageForm::Text } else { MessageForm::Binary };
            Content::Bytes { bytes, form }
        };
        Ok(messages_said(frames)?.into_iter().map(content).collect())
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content::Bytes { bytes, form: MessageForm::default() }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Bytes { bytes, form } => write!(f, "{} bytes, {form:?}", bytes.len()),
            Content::Template { .. } => f.write_str("a template"),
        }
    }
}
