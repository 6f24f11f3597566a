//! The first bytes of a connection: whether they are a TLS hello, and what the hello offers. They come from anyone, so
//! nothing in them is believed beyond what can be read.

/// What the other side began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A hello that offers these versions, the highest first.
    Hello(Vec<u16>),
    /// A record of TLS that is no hello.
    OtherRecord,
    /// Not TLS: its beginning, as far as it is text.
    Plain(String),
    /// Nothing at all.
    Nothing,
}

const ALERT_RECORD: u8 = 21;
const HANDSHAKE_RECORD: u8 = 22;
const LAST_RECORD: u8 = 23;
const FIRST_RECORD: u8 = 20;
const CLIENT_HELLO: u8 = 1;
const SUPPORTED_VERSIONS: u16 = 43;

/// So much of what is no TLS is quoted.
const QUOTED_CHARACTERS: usize = 40;

/// Whether a stream begins as TLS does, with the hello of a client or with the alert of a server that does not
/// understand us: for saying so where nobody expects TLS. `None` while it is too early to tell.
pub fn speaks_tls(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [] => None,
        [ALERT_RECORD, 3, 0..=4, 0, 2, 1..=2, ..] => Some(true),
        _ if looks_like_hello(bytes) => Some(true),
        [ALERT_RECORD | HANDSHAKE_RECORD]
        | [ALERT_RECORD | HANDSHAKE_RECORD, 3]
        | [ALERT_RECORD, 3, 0..=4]
        | [ALERT_RECORD, 3, 0..=4, 0]
        | [ALERT_RECORD, 3, 0..=4, 0, 2] => None,
        [HANDSHAKE_RECORD, 3, 0..=4, rest @ ..] if rest.len() < 3 => None,
        _ => Some(false),
    }
}

fn looks_like_hello(bytes: &[u8]) -> bool {
    matches!(bytes, [HANDSHAKE_RECORD, 3, 0..=4, _, _, CLIENT_HELLO, ..])
}

impl Opening {
    /// What these first bytes are.
    pub fn of(bytes: &[u8]) -> Opening {
        match bytes {
            [] => Opening::Nothing,
            _ if looks_like_hello(bytes) => Opening::Hello(offered_versions(bytes)),
            [FIRST_RECORD..=LAST_RECORD, 3, ..] => Opening::OtherRecord,
            _ => Opening::Plain(quoted(bytes)),
        }
    }
}

fn quoted(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    line.iter()
        .take(QUOTED_CHARACTERS)
        .flat_map(|byte| std::ascii::escape_default(*byte))
        .map(char::from)
        .collect()
}

/// The versions that a client offers: in the extension of TLS 1.3, or the single one of earlier hellos.
fn offered_versions(bytes: &[u8]) -> Vec<u16> {
    let mut hello = Cursor { rest: bytes.get(9..).unwrap_or_default() };
    let Some(legacy) = hello.number(2) else { return Vec::new() };
    let mut versions = extension_versions(&mut hello).unwrap_or_default();
    if versions.is_empty() {
        versions.push(legacy);
    }
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions
}

fn extension_versions(hello: &mut Cursor<'_>) -> Option<Vec<u16>> {
    hello.take(32)?;
    for length_bytes in [1, 2, 1] {
        let length = usize::from(hello.number(length_bytes)?);
        hello.take(length)?;
    }
    hello.number(2)?;
    while let (Some(kind), Some(length)) = (hello.number(2), hello.number(2)) {
        let body = hello.take(usize::from(length))?;
        if kind == SUPPORTED_VERSIONS {
            let pairs = body.get(1..)?.chunks_exact(2);
            // Values that only keep others from relying on the list end in the same two digits twice.
            let real =
                pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).filter(|version| version >> 8 == 3);
            return Some(real.collect());
        }
    }
    None
}

/// Walks over bytes that may end anywhere.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<u16> {
        Some(self.take(bytes)?.iter().fold(0, |value, byte| (value << 8) | u16::from(*byte)))
    }
}

/// A version of the protocol as people call it.
pub(super) fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301..=0x0304 => format!("TLS 1.{}", version - 0x0301),
        _ => format!("version 0x{version:04X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Opening, looks_like_hello, speaks_tls, version_name};

    /// The hello of a client that knows nothing newer than TLS 1.0.
    fn old_hello() -> Vec<u8> {
        let mut body = vec![3, 1];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0, 0x2F, 1, 0]);
        let mut hello = vec![22, 3, 1, 0, u8::try_from(body.len() + 4).unwrap(), 1, 0, 0];
        hello.push(u8::try_from(body.len()).unwrap());
        hello.extend(body);
        hello
    }

    fn new_hello() -> Vec<u8> {
        let mut hello = old_hello();
        hello.extend([0, 15, 0, 0, 0, 0, 0, 43, 0, 7, 6, 0x3A, 0x3A, 3, 4, 3, 3]);
        hello
    }

    #[test]
    fn what_a_peer_begins_with_is_told() {
        for (bytes, opening) in [
            (old_hello(), Opening::Hello(vec![0x0301])),
            (new_hello(), Opening::Hello(vec![0x0304, 0x0303])),
            (b"GET / HTTP/1.1\r\nHost: x".to_vec(), Opening::Plain("GET / HTTP/1.1".to_owned())),
            (vec![0x15, 3, 3, 0, 2, 2, 40], Opening::OtherRecord),
            (vec![1, 2], Opening::Plain("\\x01\\x02".to_owned())),
            (Vec::new(), Opening::Nothing),
        ] {
            assert_eq!(Opening::of(&bytes), opening, "{bytes:?}");
        }
    }

    #[test]
    fn a_hello_may_end_anywhere() {
        let hello = new_hello();
        for end in 0..hello.len() {
            assert_eq!(looks_like_hello(&hello[..end]), end > 5);
            Opening::of(&hello[..end]);
            assert_eq!(speaks_tls(&hello[..end]), (end > 5).then_some(true));
        }
    }

    #[test]
    fn only_what_begins_as_tls_is_taken_for_it() {
        for (bytes, told) in [
            (&[21, 3, 3, 0, 2, 2, 40][..], Some(true)),
            (&[21, 3, 3, 0, 2], None),
            (&[22, 3], None),
            (&[22], None),
            (&[], None),
            (&[22, 3, 1, 2, 0, 2], Some(false)),
            (&[21, 3, 3, 0, 9], Some(false)),
            (&[22, 4], Some(false)),
            (b"GET / HTTP/1.1", Some(false)),
        ] {
            let told_early = speaks_tls(bytes);
            assert_eq!(told_early, told, "{bytes:?}");
        }
    }

    #[test]
    fn versions_have_names() {
        assert_eq!(version_name(0x0304), "TLS 1.3");
        assert_eq!(version_name(0x0300), "SSL 3.0");
        assert_eq!(version_name(0x0505), "version 0x0505");
    }
}
