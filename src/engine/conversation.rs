//! WebSocket on one connection: the handshake before the frames, what is framed on its way out, and what has to be
//! answered at once. What comes passes as it is: the journal keeps raw bytes, and the split makes messages of them.

use crate::codec::websocket::{
    ClientRequest, Close, FrameHeader, HandshakeError, Header, LONGEST_HANDSHAKE, Opcode, apply_mask,
    close_payload, parse_request, parse_response, push_frame, push_refusal, push_request, push_response,
};
use crate::model::failure::OsError;
use crate::model::websocket::{MessageForm, WebSocketClientSettings, WebSocketServerSettings};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::sync::Arc;

/// A control frame that is answered carries no more; what is longer breaks the rules and is only shown.
const LONGEST_CONTROL: usize = 125;

/// So much of a handshake is looked at with each byte, so that what is none is told at once.
const JUDGED_AT_ONCE: usize = 64;

/// A normal end.
const CLOSE_NORMAL: u16 = 1000;

/// One side of a conversation.
pub struct WebSocket {
    side: Side,
    random: SystemRandom,
    head: Head,
    control: ControlReader,
    has_said_goodbye: bool,
}

/// What came of a handshake so far. Whoever sends it byte by byte must not have all of it read again for each.
#[derive(Default)]
struct Head {
    came: Vec<u8>,
    /// Something came besides line ends.
    has_begun: bool,
    /// So long it was when it was looked at last.
    judged: usize,
}

impl Head {
    /// Says whether it is time to look at it: it may be whole, its beginning may be wrong, or it has become twice as long.
    fn take_in(&mut self, bytes: &[u8]) -> bool {
        self.came.extend_from_slice(bytes);
        self.has_begun |= bytes.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
        let length = self.came.len();
        let ends_a_line = self.has_begun && bytes.contains(&b'\n');
        let is_due = ends_a_line
            || length <= JUDGED_AT_ONCE
            || length >= 2 * self.judged
            || length >= LONGEST_HANDSHAKE;
        if is_due {
            self.judged = length;
        }
        is_due
    }
}

/// Which side we are.
enum Side {
    Server(Arc<WebSocketServerSettings>),
    Client { wanted: String, offered: Vec<String> },
}

/// How far the handshake is.
#[derive(Debug)]
pub enum Progress {
    /// More has to come.
    Waiting,
    /// Frames may come and go. These bytes go out first, and so many of those that came are frames already.
    Open { answer: Vec<u8>, rest: Vec<u8> },
    /// It will not come to frames. These bytes go out before the end.
    Refused { answer: Vec<u8>, why: OsError },
}

/// What a peer's frames ask for.
#[derive(Debug, Default)]
pub struct Demands {
    /// Frames that go out at once.
    pub answers: Vec<u8>,
    /// The conversation has ended.
    pub is_over: bool,
}

impl WebSocket {
    pub fn server(settings: Arc<WebSocketServerSettings>) -> WebSocket {
        WebSocket::new(Side::Server(settings))
    }

    /// The client's side, and its request.
    pub fn client(settings: &WebSocketClientSettings) -> Result<(WebSocket, Vec<u8>), OsError> {
        let nonce = random_bytes(&SystemRandom::new())?;
        let headers: Vec<Header> = settings
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.clone(), value: value.clone() })
            .collect();
        let mut request = Vec::new();
        let wanted = push_request(
            &mut request,
            &ClientRequest {
                host: &settings.host,
                path: &settings.path,
                nonce,
                subprotocols: &settings.subprotocols,
                headers: &headers,
            },
        );
        let offered = settings.subprotocols.clone();
        Ok((WebSocket::new(Side::Client { wanted, offered }), request))
    }

    fn new(side: Side) -> WebSocket {
        WebSocket {
            side,
            random: SystemRandom::new(),
            head: Head::default(),
            control: ControlReader::default(),
            has_said_goodbye: false,
        }
    }

    /// Goes on with the handshake.
    pub fn shake_hands(&mut self, bytes: &[u8]) -> Progress {
        if !self.head.take_in(bytes) {
            return Progress::Waiting;
        }
        let came = &self.head.came;
        let progress = match &self.side {
            Side::Server(settings) => answer_request(came, settings),
            Side::Client { wanted, offered } => match parse_response(came, wanted, offered) {
                Ok(Some((length, _))) => Progress::Open { answer: Vec::new(), rest: came[length..].to_vec() },
                Ok(None) => Progress::Waiting,
                Err(error) => Progress::Refused { answer: Vec::new(), why: told(&error) },
            },
        };
        if !matches!(progress, Progress::Waiting) {
            self.head = Head::default();
        }
        progress
    }

    /// Whether a payload in this form goes over every connection of ours as it goes over this one.
    pub fn frames_for_all(&self, form: MessageForm) -> bool {
        matches!(self.side, Side::Server(_)) && !matches!(form, MessageForm::Raw | MessageForm::Close)
    }

    /// A payload as it goes over the connection.
    pub fn frame(&self, payload: &[u8], form: MessageForm) -> Result<Vec<u8>, OsError> {
        let (opcode, is_final) = match form {
            MessageForm::Raw => return Ok(payload.to_vec()),
            _ if self.has_said_goodbye => {
                return Err(OsError::from_words("the conversation has been ended with a close already"));
            }
            MessageForm::Close => {
                let (code, reason) = farewell(payload)?;
                return self.close_frame(code, reason);
            }
            MessageForm::Fitting if std::str::from_utf8(payload).is_ok() => (Opcode::Text, true),
            MessageForm::Text => (Opcode::Text, true),
            MessageForm::Fitting | MessageForm::Binary => (Opcode::Binary, true),
            MessageForm::Ping => (Opcode::Ping, true),
            MessageForm::Part { is_first: false, is_last, .. } => (Opcode::Continuation, is_last),
            MessageForm::Part { is_text: true, is_last, .. } => (Opcode::Text, is_last),
            MessageForm::Part { is_text: false, is_last, .. } => (Opcode::Binary, is_last),
        };
        let mut frame = Vec::with_capacity(payload.len() + 14);
        push_frame(&mut frame, opcode, is_final, payload, self.mask()?);
        Ok(frame)
    }

    /// What the frames in these bytes ask for.
    pub fn take_in(&mut self, bytes: &[u8]) -> Result<Demands, OsError> {
        let mut demands = Demands::default();
        let mut asked = Vec::new();
        self.control.read(bytes, |opcode, payload| asked.push((opcode, payload.to_vec())));
        for (opcode, payload) in asked {
            match opcode {
                Opcode::Ping => {
                    push_frame(&mut demands.answers, Opcode::Pong, true, &payload, self.mask()?);
                }
                Opcode::Close => {
                    demands.is_over = true;
                    if !self.has_said_goodbye {
                        let code = Close::of(&payload).code.unwrap_or(CLOSE_NORMAL);
                        demands.answers.extend(self.goodbye(code)?);
                    }
                }
                _ => {}
            }
        }
        Ok(demands)
    }

    /// Where the peer's bytes are that were taken in last: so many of a frame are still to come, or this much of the next
    /// header is there.
    pub fn within_frame(&self) -> (u64, &[u8]) {
        (self.control.rest, &self.control.header)
    }

    /// The frame that ends the conversation from our side, once.
    pub fn say_goodbye(&mut self) -> Result<Vec<u8>, OsError> {
        if self.has_said_goodbye { Ok(Vec::new()) } else { self.goodbye(CLOSE_NORMAL) }
    }

    /// Whether we have ended the conversation from our side.
    pub fn has_said_goodbye(&self) -> bool {
        self.has_said_goodbye
    }

    /// A close that a person wrote is on its way.
    pub fn goodbye_is_said(&mut self) {
        self.has_said_goodbye = true;
    }

    fn goodbye(&mut self, code: u16) -> Result<Vec<u8>, OsError> {
        self.has_said_goodbye = true;
        self.close_frame(code, "")
    }

    fn close_frame(&self, code: u16, reason: &str) -> Result<Vec<u8>, OsError> {
        let mut frame = Vec::new();
        push_frame(&mut frame, Opcode::Close, true, &close_payload(code, reason), self.mask()?);
        Ok(frame)
    }

    /// Only a client masks.
    fn mask(&self) -> Result<Option<[u8; 4]>, OsError> {
        if matches!(self.side, Side::Server(_)) {
            return Ok(None);
        }
        random_bytes(&self.random).map(Some)
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebSocket({})", if matches!(self.side, Side::Server(_)) { "server" } else { "client" })
    }
}

/// The code and the reason of a typed farewell.
fn farewell(typed: &[u8]) -> Result<(u16, &str), OsError> {
    let typed = std::str::from_utf8(typed)
        .map_err(|_| OsError::from_words("the reason of a close has to be UTF-8"))?
        .trim();
    let (first, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    Ok(match first.parse() {
        Ok(code) => (code, rest.trim_start()),
        Err(_) => (CLOSE_NORMAL, typed),
    })
}

fn random_bytes<const N: usize>(random: &SystemRandom) -> Result<[u8; N], OsError> {
    let mut bytes = [0; N];
    match random.fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(OsError::from_words("the system gives no random numbers")),
    }
}

fn answer_request(came: &[u8], settings: &WebSocketServerSettings) -> Progress {
    let request = match parse_request(came) {
        Ok(Some(request)) => request,
        Ok(None) => return Progress::Waiting,
        Err(error) => return refusal("400 Bad Request", &error.to_string()),
    };
    let path = request.path.split('?').next().unwrap_or_default();
    if settings.path.as_deref().is_some_and(|wanted| wanted != path) {
        return refusal("404 Not Found", &format!("nothing is at {}", request.path));
    }
    let spoken = |name: &&String| request.subprotocols.contains(name);
    let subprotocol = settings.subprotocols.iter().find(spoken);
    let mut answer = Vec::new();
    push_response(&mut answer, &request.key, subprotocol.map(String::as_str));
    Progress::Open { answer, rest: came[request.length..].to_vec() }
}

fn refusal(status: &str, why: &str) -> Progress {
    let mut answer = Vec::new();
    push_refusal(&mut answer, status, &why);
    Progress::Refused { answer, why: OsError::from_words(why) }
}

fn told(error: &HandshakeError) -> OsError {
    OsError::from_words(error.to_string())
}

/// Finds control frames in a stream that may be cut anywhere, without keeping what is between them.
#[derive(Default)]
struct ControlReader {
    header: Vec<u8>,
    /// So many bytes of the present frame are still to come.
    rest: u64,
    control: Option<(Opcode, Option<[u8; 4]>, Vec<u8>)>,
}

impl ControlReader {
    fn read(&mut self, mut bytes: &[u8], mut each: impl FnMut(Opcode, &[u8])) {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let count = usize::try_from(self.rest).map_or(bytes.len(), |rest| rest.min(bytes.len()));
                if let Some((_, _, payload)) = &mut self.control {
                    payload.extend_from_slice(&bytes[..count]);
                }
                self.rest -= count as u64;
                bytes = &bytes[count..];
            } else {
                self.header.push(bytes[0]);
                bytes = &bytes[1..];
                let Some(header) = FrameHeader::parse(&self.header) else { continue };
                self.header.clear();
                self.rest = header.payload_bytes;
                let is_answered =
                    header.opcode.is_control() && header.payload_bytes <= LONGEST_CONTROL as u64;
                self.control = is_answered.then(|| (header.opcode, header.mask, Vec::new()));
            }
            if self.rest == 0
                && self.header.is_empty()
                && let Some((opcode, mask, mut payload)) = self.control.take()
            {
                if let Some(mask) = mask {
                    apply_mask(&mut payload, mask, 0);
                }
                each(opcode, &payload);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, WebSocket};
    use crate::codec::websocket::{LONGEST_HANDSHAKE, Opcode, close_payload, push_frame};
    use crate::model::websocket::{MessageForm, WebSocketClientSettings};
    use std::sync::Arc;

    fn pair() -> (WebSocket, WebSocket) {
        let settings =
            WebSocketClientSettings { host: "h".to_owned(), path: "/".to_owned(), ..Default::default() };
        let (mut client, request) = WebSocket::client(&settings).unwrap();
        let mut server = WebSocket::server(Arc::default());
        let (early, late) = request.split_at(30);
        assert!(matches!(server.shake_hands(early), Progress::Waiting));
        let Progress::Open { answer, rest } = server.shake_hands(late) else { panic!() };
        assert!(rest.is_empty());
        let first = [&answer[..], &server.frame(b"hi", MessageForm::Text).unwrap()].concat();
        let Progress::Open { rest, .. } = client.shake_hands(&first) else { panic!() };
        assert_eq!(rest, b"\x81\x02hi");
        (client, server)
    }

    #[test]
    fn pings_are_answered_and_goodbyes_returned_wherever_the_stream_is_cut() {
        for size in [1, 2, 3, 5, 1000] {
            let (mut client, mut server) = pair();
            let mut stream = client.frame(&[7; 300], MessageForm::Binary).unwrap();
            stream.extend(client.frame(b"are you there", MessageForm::Ping).unwrap());
            stream.extend(client.frame(b"", MessageForm::Ping).unwrap());
            stream.extend(client.say_goodbye().unwrap());
            let (mut answers, mut is_over) = (Vec::new(), false);
            for piece in stream.chunks(size) {
                let demands = server.take_in(piece).unwrap();
                answers.extend(demands.answers);
                is_over |= demands.is_over;
            }
            let mut wanted = Vec::new();
            push_frame(&mut wanted, Opcode::Pong, true, b"are you there", None);
            push_frame(&mut wanted, Opcode::Pong, true, b"", None);
            push_frame(&mut wanted, Opcode::Close, true, &[3, 0xE8], None);
            assert_eq!((answers, is_over), (wanted, true));
            assert!(client.say_goodbye().unwrap().is_empty(), "once");
        }
    }

    #[test]
    fn a_farewell_has_its_code_and_its_reason_and_is_not_said_twice() {
        for (typed, code, reason) in [
            ("1001 going away", 1001, "going away"),
            ("4000", 4000, ""),
            ("维护中", 1000, "维护中"),
            ("70000 x", 1000, "70000 x"),
            ("", 1000, ""),
        ] {
            let (mut client, mut server) = pair();
            let said = server.frame(typed.as_bytes(), MessageForm::Close).unwrap();
            server.goodbye_is_said();
            for form in [MessageForm::Close, MessageForm::Text, MessageForm::Ping] {
                assert!(server.frame(b"again", form).is_err());
            }
            assert!(
                server.frame(b"raw", MessageForm::Raw).is_ok() && server.say_goodbye().unwrap().is_empty()
            );
            let mut wanted = Vec::new();
            push_frame(&mut wanted, Opcode::Close, true, &close_payload(code, reason), None);
            assert_eq!(said, wanted, "{typed}");
            let answer = client.take_in(&said).unwrap();
            assert!(answer.is_over && !answer.answers.is_empty());
            let ended = server.take_in(&answer.answers).unwrap();
            assert!(ended.is_over && ended.answers.is_empty(), "{typed}");
        }
        assert!(pair().0.frame(b"\xCE\xC2", MessageForm::Close).is_err(), "a reason is UTF-8");
    }

    #[test]
    fn every_handshake_ends_however_it_is_changed_and_cut() {
        let (_, request) =
            WebSocket::client(&WebSocketClientSettings { host: "h".to_owned(), ..Default::default() })
                .unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let rounds = if std::env::var_os("SOCKSCOPE_THOROUGH").is_some() { 200_000 } else { 500 };
        let (mut opened, mut refused) = (0, 0);
        for _ in 0..rounds {
            let mut bytes = request.clone();
            for _ in 0..random.usize(..3) {
                let at = random.usize(..bytes.len());
                match random.u8(..3) {
                    0 => bytes[at] ^= random.u8(1..),
                    1 => bytes.insert(at, random.u8(..)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let (mut server, mut told, mut rest) = (WebSocket::server(Arc::default()), 0, &bytes[..]);
            loop {
                // What does not end by itself goes on for ever.
                if rest.is_empty() {
                    rest = &request;
                }
                let (piece, later) = rest.split_at(random.usize(1..=rest.len().min(4096)));
                (told, rest) = (told + piece.len(), later);
                match server.shake_hands(piece) {
                    Progress::Waiting => assert!(told <= LONGEST_HANDSHAKE, "{told} bytes"),
                    Progress::Open { rest, .. } => break opened += usize::from(rest.len() <= told),
                    Progress::Refused { answer, .. } => break refused += usize::from(!answer.is_empty()),
                }
            }
        }
        assert_eq!(opened + refused, rounds);
        assert!(opened > rounds / 10 && refused > rounds / 10, "{opened} and {refused}");
    }

    #[test]
    fn a_handshake_that_comes_byte_by_byte_is_not_read_again_for_each() {
        let (_, request) =
            WebSocket::client(&WebSocketClientSettings { host: "h".to_owned(), ..Default::default() })
                .unwrap();
        for endless in [&b"Y"[..], b"\n", b"\r\n"] {
            let mut server = WebSocket::server(Arc::default());
            let (mut told, mut looks, mut judged) = (0, 0, 0);
            let refused = endless.iter().cycle().take(2 * LONGEST_HANDSHAKE).find(|byte| {
                told += 1;
                let is_refused = matches!(server.shake_hands(&[**byte]), Progress::Refused { .. });
                looks += usize::from(server.head.judged != judged);
                judged = server.head.judged;
                is_refused
            });
            assert!(refused.is_some() && told <= LONGEST_HANDSHAKE, "{told}");
            assert!(looks < 100, "{looks} looks at {}", endless.escape_ascii());
        }
        let mut server = WebSocket::server(Arc::default());
        let (last, before) = request.split_last().unwrap();
        assert!(before.iter().all(|byte| matches!(server.shake_hands(&[*byte]), Progress::Waiting)));
        assert!(matches!(server.shake_hands(&[*last]), Progress::Open { .. }));
    }

    #[test]
    fn what_is_no_request_is_refused_with_an_answer() {
        let mut server = WebSocket::server(Arc::default());
        let Progress::Refused { answer, why } = server.shake_hands(b"GET / HTTP/1.1\r\n\r\n") else {
            panic!()
        };
        assert!(answer.starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
        assert!(why.message.starts_with("Upgrade: websocket is missing"));
    }
}
