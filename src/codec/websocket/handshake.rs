//! The handshake before the frames: an HTTP request and its answer. What comes from a peer is believed only where the
//! standard says so, and a refusal says what was missing.

use data_encoding::BASE64;
use std::fmt;

/// A handshake that is longer is refused: nothing that is needed stands behind so much.
pub const LONGEST_HANDSHAKE: usize = 64 << 10;

/// So many header fields are read.
const MOST_HEADERS: usize = 128;

/// What every server adds to a client's key, to prove that it speaks WebSocket.
const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What a client asks with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientRequest<'a> {
    /// Host and port, as the server is called.
    pub host: &'a str,
    /// Path and query, beginning with a slash.
    pub path: &'a str,
    /// Sixteen random bytes.
    pub nonce: [u8; 16],
    /// Offered subprotocols, the preferred one first.
    pub subprotocols: &'a [String],
    /// Any other header fields.
    pub headers: &'a [Header],
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Path and query.
    pub path: String,
    /// The client's key.
    pub key: String,
    /// Offered subprotocols.
    pub subprotocols: Vec<String>,
    /// How many bytes the request has; what follows are frames.
    pub length: usize,
}

/// Why a handshake cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The bytes are no HTTP.
    #[error("this is no HTTP: it began with \"{0}\"")]
    NotHttp(String),
    /// It does not end.
    #[error("the handshake does not end within {LONGEST_HANDSHAKE} bytes")]
    TooLong,
    /// A plain HTTP request.
    #[error("{0} is missing or wrong, so this is no request for a WebSocket")]
    NotAnUpgrade(&'static str),
    /// A version that we do not speak.
    #[error("the client speaks version {0} of WebSocket; only 13 is spoken here")]
    Version(String),
    /// The server said no.
    #[error("the server answered {code} {reason}")]
    Refused {
        /// HTTP's number.
        code: u16,
        /// The server's words.
        reason: String,
    },
    /// The server's proof is wrong.
    #[error("the server's Sec-WebSocket-Accept is \"{got}\" and not \"{wanted}\"")]
    WrongAccept {
        /// What it says.
        got: String,
        /// What the standard asks for.
        wanted: String,
    },
    /// A subprotocol that nobody asked for.
    #[error("the server chose the subprotocol \"{0}\", which was not offered")]
    UnknownSubprotocol(String),
    /// An extension that nobody asked for.
    #[error("the server chose the extension \"{0}\", which was not offered")]
    UnknownExtension(String),
}

/// What proves that a server has understood the client's key.
pub fn accept_key(key: &str) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(key.trim().as_bytes());
    digest.update(MAGIC.as_bytes());
    BASE64.encode(digest.finish().as_ref())
}

/// Appends a client's request; says which proof the answer must have.
pub fn push_request(out: &mut Vec<u8>, request: &ClientRequest<'_>) -> String {
    let key = BASE64.encode(&request.nonce);
    let path = if request.path.is_empty() { "/" } else { request.path };
    push_line(out, format_args!("GET {path} HTTP/1.1"));
    push_line(out, format_args!("Host: {}", request.host));
    push_line(out, format_args!("Upgrade: websocket"));
    push_line(out, format_args!("Connection: Upgrade"));
    push_line(out, format_args!("Sec-WebSocket-Key: {key}"));
    push_line(out, format_args!("Sec-WebSocket-Version: 13"));
    if !request.subprotocols.is_empty() {
        push_line(out, format_args!("Sec-WebSocket-Protocol: {}", request.subprotocols.join(", ")));
    }
    for Header { name, value } in request.headers {
        push_line(out, format_args!("{name}: {value}"));
    }
    push_line(out, format_args!(""));
    accept_key(&key)
}

/// A client's request at the start of these bytes; `None` while it is not whole.
pub fn parse_request(bytes: &[u8]) -> Result<Option<Request>, HandshakeError> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut fields);
    let outcome = parsed.parse(bytes);
    let Some(length) = head_length(outcome, bytes)? else { return Ok(None) };
    let headers: &[httparse::Header<'_>] = parsed.headers;
    if parsed.method != Some("GET") {
        return Err(HandshakeError::NotAnUpgrade("the method GET"));
    }
    if !has_word(headers, "upgrade", "websocket") {
        return Err(HandshakeError::NotAnUpgrade("Upgrade: websocket"));
    }
    if !has_word(headers, "connection", "upgrade") {
        return Err(HandshakeError::NotAnUpgrade("Connection: Upgrade"));
    }
    match value_of(headers, "sec-websocket-version").as_deref() {
        Some("13") => {}
        Some(other) => return Err(HandshakeError::Version(other.to_owned())),
        None => return Err(HandshakeError::NotAnUpgrade("Sec-WebSocket-Version")),
    }
    let key = value_of(headers, "sec-websocket-key").unwrap_or_default();
    if BASE64.decode(key.as_bytes()).map_or(0, |nonce| nonce.len()) != 16 {
        return Err(HandshakeError::NotAnUpgrade("Sec-WebSocket-Key"));
    }
    let subprotocols = words_of(headers, "sec-websocket-protocol").collect();
    Ok(Some(Request { path: parsed.path.unwrap_or("/").to_owned(), key, subprotocols, length }))
}

/// Appends a server's consent.
pub fn push_response(out: &mut Vec<u8>, key: &str, subprotocol: Option<&str>) {
    push_line(out, format_args!("HTTP/1.1 101 Switching Protocols"));
    push_line(out, format_args!("Upgrade: websocket"));
    push_line(out, format_args!("Connection: Upgrade"));
    push_line(out, format_args!("Sec-WebSocket-Accept: {}", accept_key(key)));
    if let Some(subprotocol) = subprotocol {
        push_line(out, format_args!("Sec-WebSocket-Protocol: {subprotocol}"));
    }
    push_line(out, format_args!(""));
}

/// Appends a server's refusal, with the reason as a text that a browser shows.
pub fn push_refusal(out: &mut Vec<u8>, status: &str, why: &dyn fmt::Display) {
    let text = format!("{why}\r\n");
    push_line(out, format_args!("HTTP/1.1 {status}"));
    push_line(out, format_args!("Content-Type: text/plain; charset=utf-8"));
    push_line(out, format_args!("Content-Length: {}", text.len()));
    push_line(out, format_args!("Sec-WebSocket-Version: 13"));
    push_line(out, format_args!("Connection: close"));
    push_line(out, format_args!(""));
    out.extend_from_slice(text.as_bytes());
}

/// How many bytes a server's consent has, and which subprotocol it chose; `None` while it is not whole.
pub fn parse_response(
    bytes: &[u8],
    wanted: &str,
    offered: &[String],
) -> Result<Option<(usize, Option<String>)>, HandshakeError> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut fields);
    let outcome = parsed.parse(bytes);
    let Some(length) = head_length(outcome, bytes)? else { return Ok(None) };
    let headers: &[httparse::Header<'_>] = parsed.headers;
    if parsed.code != Some(101) {
        let reason = parsed.reason.unwrap_or_default().to_owned();
        return Err(HandshakeError::Refused { code: parsed.code.unwrap_or(0), reason });
    }
    if !has_word(headers, "upgrade", "websocket") {
        return Err(HandshakeError::NotAnUpgrade("Upgrade: websocket"));
    }
    let got = value_of(headers, "sec-websocket-accept").unwrap_or_default();
    if got != wanted {
        return Err(HandshakeError::WrongAccept { got, wanted: wanted.to_owned() });
    }
    if let Some(extension) = value_of(headers, "sec-websocket-extensions") {
        return Err(HandshakeError::UnknownExtension(extension));
    }
    match value_of(headers, "sec-websocket-protocol") {
        Some(chosen) if !offered.contains(&chosen) => Err(HandshakeError::UnknownSubprotocol(chosen)),
        chosen => Ok(Some((length, chosen))),
    }
}

/// How many bytes belong behind a head that begins a message: a server that does not agree says why.
pub fn body_length(head: &[u8]) -> usize {
    let mut fields = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut fields);
    let is_refusal =
        parsed.parse(head).is_ok_and(|outcome| outcome.is_complete()) && parsed.code != Some(101);
    let length = value_of(parsed.headers, "content-length").filter(|_| is_refusal);
    length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}

/// How long a head is that was parsed; `None` while it is not whole.
fn head_length(outcome: httparse::Result<usize>, bytes: &[u8]) -> Result<Option<usize>, HandshakeError> {
    match outcome {
        Ok(httparse::Status::Complete(length)) => Ok(Some(length)),
        Ok(httparse::Status::Partial) if bytes.len() >= LONGEST_HANDSHAKE => Err(HandshakeError::TooLong),
        Ok(httparse::Status::Partial) => Ok(None),
        Err(_) => Err(HandshakeError::NotHttp(beginning(bytes))),
    }
}

fn push_line(out: &mut Vec<u8>, line: fmt::Arguments<'_>) {
    out.extend_from_slice(line.to_string().as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn value_of(headers: &[httparse::Header<'_>], name: &str) -> Option<String> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok().map(|value| value.trim().to_owned())
}

/// The words of all fields with this name, which may be lists.
fn words_of<'a>(headers: &'a [httparse::Header<'a>], name: &'a str) -> impl Iterator<Item = String> + 'a {
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name))
        .filter_map(|header| std::str::from_utf8(header.value).ok())
        .flat_map(|value| value.split(','))
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
}

fn has_word(headers: &[httparse::Header<'_>], name: &str, wanted: &str) -> bool {
    words_of(headers, name).any(|word| word.eq_ignore_ascii_case(wanted))
}

fn beginning(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    line[..line.len().min(40)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::{
        ClientRequest, HandshakeError, Header, LONGEST_HANDSHAKE, accept_key, parse_request, parse_response,
        push_refusal, push_request, push_response,
    };

    #[test]
    fn the_proof_is_as_the_standard_shows_it() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn both_sides_understand_each_other_and_every_cut_waits() {
        let subprotocols = ["chat".to_owned(), "superchat".to_owned()];
        let headers = [Header { name: "X-Token".to_owned(), value: "7".to_owned() }];
        let request = ClientRequest {
            host: "h:80",
            path: "/a?b",
            nonce: [7; 16],
            subprotocols: &subprotocols,
            headers: &headers,
        };
        let mut bytes = Vec::new();
        let wanted = push_request(&mut bytes, &request);
        let whole = bytes.len();
        for end in 0..whole {
            assert_eq!(parse_request(&bytes[..end]), Ok(None), "{end}");
        }
        bytes.extend_from_slice(b"\x81\x80\0\0\0\0");
        let read = parse_request(&bytes).unwrap().unwrap();
        assert_eq!((read.path.as_str(), read.length), ("/a?b", whole));
        assert_eq!(read.subprotocols, subprotocols);
        let mut answer = Vec::new();
        push_response(&mut answer, &read.key, Some("chat"));
        for end in 0..answer.len() {
            assert_eq!(parse_response(&answer[..end], &wanted, &subprotocols), Ok(None));
        }
        let length = answer.len();
        assert_eq!(
            parse_response(&answer, &wanted, &subprotocols),
            Ok(Some((length, Some("chat".to_owned()))))
        );
        assert_eq!(
            parse_response(&answer, &wanted, &[]),
            Err(HandshakeError::UnknownSubprotocol("chat".to_owned()))
        );
        let wrong = parse_response(&answer, "x", &subprotocols);
        assert!(matches!(wrong, Err(HandshakeError::WrongAccept { .. })), "{wrong:?}");
    }

    #[test]
    fn what_is_no_handshake_is_named() {
        let mut refusal = Vec::new();
        push_refusal(&mut refusal, "404 Not Found", &"nothing is at /x");
        let refused = parse_response(&refusal, "", &[]).unwrap_err();
        assert_eq!(refused.to_string(), "the server answered 404 Not Found");
        for (bytes, said) in [
            (&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], "Upgrade: websocket is missing or wrong"),
            (b"POST / HTTP/1.1\r\n\r\n", "the method GET is missing"),
            (b"\x16\x03\x01", "this is no HTTP: it began with \"\\x16\\x03\\x01\""),
            (
                b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n",
                "the client speaks version 8 of WebSocket",
            ),
            (
                b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
                "Sec-WebSocket-Key is missing",
            ),
        ] {
            let error = parse_request(bytes).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
        let endless = [b"GET /".to_vec(), vec![b'a'; LONGEST_HANDSHAKE]].concat();
        assert_eq!(parse_request(&endless), Err(HandshakeError::TooLong));
    }
}
