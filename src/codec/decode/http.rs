//! HTTP/1.x: requests and responses with their headers and bodies.

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldGroup, fields};
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::reader::Reader;
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId, Value};
use crate::util::locale::Locale;
use memchr::memchr;
use std::ops::Range;

fields! {
    pub(super) FIELDS:
    HTTP "http" "decode.http.message" Heading;
    REQUEST "http.request" "decode.http.request" Flag;
    METHOD "http.request.method" "decode.http.method" Text;
    URI "http.request.uri" "decode.http.uri" Text;
    URI_PATH "http.request.uri.path" "decode.http.path" Text;
    URI_QUERY "http.request.uri.query" "decode.http.query" Text;
    URI_PARAMETER "http.request.uri.query.parameter" "decode.http.parameter" Text;
    REQUEST_VERSION "http.request.version" "decode.version" Text;
    RESPONSE "http.response" "decode.http.response" Flag;
    RESPONSE_VERSION "http.response.version" "decode.version" Text;
    RESPONSE_CODE "http.response.code" "decode.status" Number;
    RESPONSE_PHRASE "http.response.phrase" "decode.http.phrase" Text;
    REQUEST_LINE "http.request.line" "decode.http.header" Text;
    RESPONSE_LINE "http.response.line" "decode.http.header" Text;
    TIME "http.time" "decode.answer_time" Duration;
    CHUNK_SIZE "http.chunk_size" "decode.length" Number;
    CHUNK_DATA "http.chunk_data" "decode.data" Bytes;
    CHUNK_BOUNDARY "http.chunk_boundary" "decode.http.boundary" Bytes;
    TRAILER "http.chunked_trailer_part" "decode.http.header" Text;
    FILE_DATA "http.file_data" "decode.http.body" Bytes;
    CONTENT_LENGTH "http.content_length" "decode.length" Number;
    COOKIE_PAIR "http.cookie_pair" "decode.http.parameter" Text;
    HOST "http.host" "Host" Text;
    USER_AGENT "http.user_agent" "User-Agent" Text;
    ACCEPT "http.accept" "Accept" Text;
    ACCEPT_ENCODING "http.accept_encoding" "Accept-Encoding" Text;
    ACCEPT_LANGUAGE "http.accept_language" "Accept-Language" Text;
    AUTHORIZATION "http.authorization" "Authorization" Text;
    CACHE_CONTROL "http.cache_control" "Cache-Control" Text;
    CONNECTION "http.connection" "Connection" Text;
    CONTENT_TYPE "http.content_type" "Content-Type" Text;
    CONTENT_ENCODING "http.content_encoding" "Content-Encoding" Text;
    CONTENT_LENGTH_HEADER "http.content_length_header" "Content-Length" Text;
    COOKIE "http.cookie" "Cookie" Text;
    DATE "http.date" "Date" Text;
    REFERER "http.referer" "Referer" Text;
    SERVER "http.server" "Server" Text;
    SET_COOKIE "http.set_cookie" "Set-Cookie" Text;
    TRANSFER_ENCODING "http.transfer_encoding" "Transfer-Encoding" Text;
    UPGRADE "http.upgrade" "Upgrade" Text;
    LOCATION "http.location" "Location" Text;
    LAST_MODIFIED "http.last_modified" "Last-Modified" Text;
    WWW_AUTHENTICATE "http.www_authenticate" "WWW-Authenticate" Text;
    FORWARDED_FOR "http.x_forwarded_for" "X-Forwarded-For" Text;
    WS_ACCEPT "http.sec_websocket_accept" "Sec-WebSocket-Accept" Text;
    WS_EXTENSIONS "http.sec_websocket_extensions" "Sec-WebSocket-Extensions" Text;
    WS_KEY "http.sec_websocket_key" "Sec-WebSocket-Key" Text;
    WS_PROTOCOL "http.sec_websocket_protocol" "Sec-WebSocket-Protocol" Text;
    WS_VERSION "http.sec_websocket_version" "Sec-WebSocket-Version" Text;
}

/// The headers with a field of their own; its label is the header's name.
const HEADERS: [&Field; 27] = [
    &HOST,
    &USER_AGENT,
    &ACCEPT,
    &ACCEPT_ENCODING,
    &ACCEPT_LANGUAGE,
    &AUTHORIZATION,
    &CACHE_CONTROL,
    &CONNECTION,
    &CONTENT_TYPE,
    &CONTENT_ENCODING,
    &CONTENT_LENGTH_HEADER,
    &COOKIE,
    &DATE,
    &REFERER,
    &SERVER,
    &SET_COOKIE,
    &TRANSFER_ENCODING,
    &UPGRADE,
    &LOCATION,
    &LAST_MODIFIED,
    &WWW_AUTHENTICATE,
    &FORWARDED_FOR,
    &WS_ACCEPT,
    &WS_EXTENSIONS,
    &WS_KEY,
    &WS_PROTOCOL,
    &WS_VERSION,
];

const METHODS: [&[u8]; 9] =
    [b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE"];
const VERSION_START: &[u8] = b"HTTP/1.";
/// The only version of WebSocket that there is.
const WEBSOCKET_VERSION: u8 = 13;
/// Remembered of a request: its response has no body, whatever its headers say.
const HAS_NO_BODY: u64 = 1;
/// The characters of a URI in a summary.
const SUMMARY_CHARACTERS: usize = 100;

/// The decoder.
#[derive(Debug)]
pub(super) struct Http;

/// What the headers say of the body.
#[derive(Clone, Copy)]
enum BodyLength {
    /// Nothing: there is none, or it goes on to the end.
    Unknown,
    /// So many bytes.
    Known(usize),
    /// It comes in chunks that have their lengths before them.
    Chunked,
}

/// Whether a request or a response begins here.
pub(super) fn is_start(message: &[u8]) -> bool {
    let is_request = METHODS.iter().any(|method| {
        message.strip_prefix(*method).and_then(|rest| rest.strip_prefix(b" ")).is_some_and(|rest| {
            let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
            memchr::memmem::find(line, VERSION_START).is_some()
        })
    });
    is_request || message.starts_with(VERSION_START)
}

impl Decoder for Http {
    fn id(&self) -> DecoderId {
        DecoderId::Http
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        if hint.carrier != Carrier::Datagram && is_start(message) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn exchange(&self, message: &[u8], _hint: &Hint) -> Exchange {
        if !is_start(message) {
            return Exchange::default();
        }
        if !message.starts_with(VERSION_START) {
            let note = if message.starts_with(b"HEAD ") { HAS_NO_BODY } else { 0 };
            return Exchange::asks(Key::Order, note);
        }
        let answer = Exchange::answers(Key::Order);
        match message.get(9..12) {
            Some(b"101") => answer.agreeing(DecoderId::WebSocket, WEBSOCKET_VERSION),
            // A response that says to wait is not the last word.
            Some([b'1', ..]) => Exchange::default(),
            _ => answer,
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        while reader.left() > 0 {
            if !is_start(reader.rest()) {
                return Err(reader.fault(Why::Expected("HTTP/1.x")));
            }
            let open = reader.open(&HTTP)?;
            one(reader)?;
            reader.close(open);
        }
        Ok(())
    }

    fn summarize(&self, tree: &Tree, message: &[u8], _locale: &Locale, line: &mut String) {
        if let (Some(method), Some(uri)) = (tree.text(&METHOD), tree.text(&URI)) {
            line.push_str(method);
            line.push(' ');
            super::push_beginning(line, uri, SUMMARY_CHARACTERS);
        } else if let Some(code) = tree.number(&RESPONSE_CODE) {
            line.push_str(itoa::Buffer::new().format(code));
            line.push(' ');
            line.push_str(tree.text(&RESPONSE_PHRASE).unwrap_or_default());
        }
        let details = [tree.text(&HOST), tree.text(&CONTENT_TYPE)];
        let length = match tree.first(message, &FILE_DATA) {
            Some(Value::Bytes(bytes)) => Some(format!("{} B", bytes.len())),
            _ => None,
        };
        for detail in details.into_iter().flatten().chain(length.as_deref()) {
            line.push_str(" · ");
            super::push_beginning(line, detail, SUMMARY_CHARACTERS);
        }
    }
}

/// One request or response.
fn one(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let is_response = reader.rest().starts_with(VERSION_START);
    let mut has_body = true;
    if is_response {
        let code = status_line(reader)?;
        let is_to_head = reader.hint().asked.is_some_and(|asked| asked.note == HAS_NO_BODY);
        has_body = !is_to_head && !matches!(code, 100..=199 | 204 | 304);
        reader.computed_flag(&RESPONSE)?;
        if let Some(asked) = reader.hint().asked.filter(|_| code >= 200 || code == 101) {
            reader.computed_duration(&TIME, asked.after_ns)?;
        }
    } else {
        request_line(reader)?;
        reader.computed_flag(&REQUEST)?;
    }
    let length = headers(reader, if is_response { &RESPONSE_LINE } else { &REQUEST_LINE })?;
    match length {
        _ if !has_body => Ok(()),
        BodyLength::Chunked => chunks(reader),
        BodyLength::Known(0) => Ok(()),
        BodyLength::Known(length) => {
            let there = length.min(reader.left());
            reader.bytes(&FILE_DATA, there)?;
            if there < length { Err(reader.fault(Why::EndsEarly)) } else { Ok(()) }
        }
        // The body of a response without a length goes on until the connection ends.
        BodyLength::Unknown if is_response && reader.left() > 0 && !is_start(reader.rest()) => {
            reader.bytes(&FILE_DATA, reader.left()).map(|_| ())
        }
        BodyLength::Unknown => Ok(()),
    }
}

fn request_line(reader: &mut Reader<'_>) -> Result<(), Fault> {
    let line = line(reader)?;
    let text = &reader.message()[line.clone()];
    let method = memchr(b' ', text).unwrap_or(text.len());
    let version = memchr::memrchr(b' ', text).filter(|at| *at > method);
    let Some(version) = version else { return Err(Fault { at: line.end, why: Why::Expected("HTTP/1.x") }) };
    reader.text_at(&METHOD, line.start..line.start + method)?;
    let uri = line.start + method + 1..line.start + version;
    let node = reader.text_at(&URI, uri.clone())?;
    reader.open_at(node);
    let query = memchr(b'?', &reader.message()[uri.clone()]);
    if let Some(query) = query {
        reader.text_at(&URI_PATH, uri.start..uri.start + query)?;
        let query = uri.start + query + 1..uri.end;
        reader.text_at(&URI_QUERY, query.clone())?;
        pieces(reader, &URI_PARAMETER, query, b'&')?;
    }
    reader.leave(node);
    reader.text_at(&REQUEST_VERSION, line.start + version + 1..line.end).map(|_| ())
}

fn status_line(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    let line = line(reader)?;
    let text = &reader.message()[line.clone()];
    let version = memchr(b' ', text).unwrap_or(text.len());
    reader.text_at(&RESPONSE_VERSION, line.start..line.start + version)?;
    let code_start = (line.start + version + 1).min(line.end);
    let digits =
        reader.message()[code_start..line.end].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let code = decimal(&reader.message()[code_start..code_start + digits]).filter(|_| digits == 3);
    let Some(code) = code else {
        return Err(Fault { at: code_start, why: Why::Expected("a status of 3 digits") });
    };
    reader.number_at(&RESPONSE_CODE, code, code_start..code_start + 3)?;
    if code_start + 4 < line.end {
        reader.text_at(&RESPONSE_PHRASE, code_start + 4..line.end)?;
    }
    Ok(code)
}

/// All headers with the empty line behind them.
fn headers(reader: &mut Reader<'_>, field: &'static Field) -> Result<BodyLength, Fault> {
    let mut length = BodyLength::Unknown;
    loop {
        let start = reader.at();
        let line = line(reader)?;
        if line.is_empty() {
            return Ok(length);
        }
        let text = &reader.message()[line.clone()];
        let Some(colon) = memchr(b':', text) else {
            return Err(Fault { at: line.end, why: Why::Expected(":") });
        };
        let after = &text[colon + 1..];
        let value_start = line.start + colon + 1 + (after.len() - after.trim_ascii_start().len());
        let value = value_start..(value_start + after.trim_ascii().len());
        let node = reader.text_at(field, start..reader.at())?;
        let name = &text[..colon];
        let known = HEADERS.iter().find(|header| name.eq_ignore_ascii_case(header.label.as_bytes()));
        let Some(known) = known else { continue };
        reader.open_at(node);
        let value_node = reader.text_at(known, value.clone())?;
        let bytes = &reader.message()[value.clone()];
        if known.is(&CONTENT_LENGTH_HEADER) {
            let number = decimal(bytes).ok_or(Fault { at: value.start, why: Why::Expected("a number") })?;
            reader.number_at(&CONTENT_LENGTH, number, value.clone())?;
            if !matches!(length, BodyLength::Chunked) {
                length = BodyLength::Known(usize::try_from(number).unwrap_or(usize::MAX));
            }
        } else if known.is(&TRANSFER_ENCODING) && bytes.to_ascii_lowercase().ends_with(b"chunked") {
            length = BodyLength::Chunked;
        } else if known.is(&COOKIE) {
            reader.open_at(value_node);
            pieces(reader, &COOKIE_PAIR, value, b';')?;
            reader.leave(value_node);
        }
        reader.leave(node);
    }
}

/// A body in chunks, with the headers that may follow the last.
fn chunks(reader: &mut Reader<'_>) -> Result<(), Fault> {
    loop {
        let start = reader.at();
        let line = line(reader)?;
        let text = &reader.message()[line.clone()];
        let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let size =
            str::from_utf8(&text[..digits]).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let size = size.ok_or(Fault { at: line.start, why: Why::Expected("a length in hex") })?;
        reader.number_at(&CHUNK_SIZE, size, start..reader.at())?;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let there = size.min(reader.left());
        reader.bytes(&CHUNK_DATA, there)?;
        if there < size {
            return Err(reader.fault(Why::EndsEarly));
        }
        if !b"\r\n".starts_with(&reader.rest()[..reader.left().min(2)]) {
            return Err(reader.fault(Why::Expected("an end of line")));
        }
        reader.bytes(&CHUNK_BOUNDARY, 2)?;
    }
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok(());
        }
        reader.text_at(&TRAILER, line)?;
    }
}

/// A line without its end.
fn line(reader: &mut Reader<'_>) -> Result<Range<usize>, Fault> {
    let start = reader.at();
    let Some(length) = memchr(b'\n', reader.rest()) else {
        return Err(Fault { at: start + reader.left(), why: Why::EndsEarly });
    };
    let line = reader.take(length + 1)?;
    let end = start + length - usize::from(length > 0 && line[length - 1] == b'\r');
    Ok(start..end)
}

/// What stands between separators, each as a node.
fn pieces(
    reader: &mut Reader<'_>,
    field: &'static Field,
    range: Range<usize>,
    separator: u8,
) -> Result<(), Fault> {
    let mut start = range.start;
    for piece in reader.message()[range].split(|byte| *byte == separator) {
        let blank = piece.len() - piece.trim_ascii_start().len();
        let trimmed = piece.trim_ascii();
        if !trimmed.is_empty() {
            reader.text_at(field, start + blank..start + blank + trimmed.len())?;
        }
        start += piece.len() + 1;
    }
    Ok(())
}

fn decimal(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok().filter(|text| !text.starts_with('+')).and_then(|text| text.parse().ok())
}
