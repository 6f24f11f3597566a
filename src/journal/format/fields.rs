//! Little-endian fields inside a payload: numbers, texts, addresses. It does not know which record they belong to.

use crate::model::address::{Address, UnixName};
use crate::model::failure::{Failure, Operation, OsError};
use crate::model::peer_process::PeerProcess;
use crate::model::socket_option::OptionValue;
use crate::model::tls::{Fingerprint, TlsCertificate, TlsHandshake};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// Begin an address that is no IP address with a port; those begin with 4 or 6.
const ADDRESS_NONE: u8 = 0;
const ADDRESS_UNIX: u8 = 1;
const ADDRESS_RAW: u8 = 2;

/// Appends fields to a payload.
pub(super) struct FieldWriter<'a> {
    pub(super) out: &'a mut Vec<u8>,
}

/// Takes fields from the front of a payload; `None` when they are not there.
pub(super) struct FieldReader<'a> {
    pub(super) rest: &'a [u8],
}

impl FieldWriter<'_> {
    pub(super) fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn word(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn long(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// A length and UTF-8; texts are names, paths and messages, so what does not fit into 64 KiB is cut.
    pub(super) fn text(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
        self.out.extend_from_slice(&u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn ip(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(v4) => {
                self.byte(4);
                self.out.extend_from_slice(&v4.octets());
            }
            IpAddr::V6(v6) => {
                self.byte(6);
                self.out.extend_from_slice(&v6.octets());
            }
        }
    }

    /// An IP address with a port begins with its family, as it did before there were others.
    pub(super) fn address(&mut self, address: Address) {
        match address {
            Address::Ip(address) => {
                self.ip(address.ip());
                self.out.extend_from_slice(&address.port().to_le_bytes());
                if let SocketAddr::V6(v6) = address {
                    self.word(v6.flowinfo());
                    self.word(v6.scope_id());
                }
            }
            Address::None => self.byte(ADDRESS_NONE),
            Address::Unix(name) => {
                self.byte(ADDRESS_UNIX);
                self.byte(u8::try_from(name.as_bytes().len()).unwrap_or(0));
                self.out.extend_from_slice(name.as_bytes());
            }
            Address::Raw(address) => {
                self.byte(ADDRESS_RAW);
                self.ip(address);
            }
        }
    }

    pub(super) fn process(&mut self, process: &PeerProcess) {
        self.word(process.pid);
        self.word(process.uid);
        self.word(process.gid);
        self.optional(process.program.as_deref(), FieldWriter::text);
    }

    pub(super) fn os_error(&mut self, error: &OsError) {
        self.out.extend_from_slice(&error.code.to_le_bytes());
        self.text(&error.name);
        self.text(&error.message);
    }

    pub(super) fn failure(&mut self, failure: &Failure) {
        self.byte(failure.operation.code());
        self.text(&failure.target);
        self.os_error(&failure.error);
    }

    pub(super) fn fingerprint(&mut self, fingerprint: Fingerprint) {
        self.out.extend_from_slice(&fingerprint.0);
    }

    fn texts(&mut self, texts: &[String]) {
        let count = u8::try_from(texts.len()).unwrap_or(u8::MAX);
        self.byte(count);
        texts.iter().take(usize::from(count)).for_each(|text| self.text(text));
    }

    pub(super) fn handshake(&mut self, handshake: &TlsHandshake) {
        self.text(&handshake.version);
        self.text(&handshake.suite);
        for text in [&handshake.group, &handshake.alpn, &handshake.server_name, &handshake.distrusted] {
            self.optional(text.as_deref(), FieldWriter::text);
        }
        let count = u8::try_from(handshake.chain.len()).unwrap_or(u8::MAX);
        self.byte(count);
        for certificate in handshake.chain.iter().take(usize::from(count)) {
            self.text(&certificate.subject);
            self.text(&certificate.issuer);
            self.texts(&certificate.names);
            self.out.extend_from_slice(&certificate.not_before.to_le_bytes());
            self.out.extend_from_slice(&certificate.not_after.to_le_bytes());
            self.fingerprint(certificate.fingerprint);
        }
    }

    pub(super) fn option_value(&mut self, value: &OptionValue) {
        match value {
            OptionValue::Flag(on) => {
                self.byte(1);
                self.byte(u8::from(*on));
            }
            OptionValue::Number(number) => {
                self.byte(2);
                self.long(*number);
            }
            OptionValue::Text(text) => {
                self.byte(3);
                self.text(text);
            }
        }
    }
}

impl<'a> FieldReader<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        let length = self.short()?;
        std::str::from_utf8(self.bytes(usize::from(length))?).ok().map(str::to_owned)
    }

    #[expect(
        clippy::option_option,
        reason = "the outer absence is a damaged payload, the inner a field left out"
    )]
    pub(super) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    pub(super) fn ip(&mut self) -> Option<IpAddr> {
        let family = self.byte()?;
        self.ip_of(family)
    }

    fn ip_of(&mut self, family: u8) -> Option<IpAddr> {
        match family {
            4 => self.array::<4>().map(|octets| IpAddr::V4(Ipv4Addr::from(octets))),
            6 => self.array::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        }
    }

    pub(super) fn address(&mut self) -> Option<Address> {
        Some(match self.byte()? {
            ADDRESS_NONE => Address::None,
            ADDRESS_UNIX => {
                let length = self.byte()?;
                Address::Unix(UnixName::new(self.bytes(usize::from(length))?).ok()?)
            }
            ADDRESS_RAW => Address::Raw(self.ip()?),
            family => {
                let ip = self.ip_of(family)?;
                let port = self.short()?;
                Address::Ip(match ip {
                    IpAddr::V4(_) => SocketAddr::new(ip, port),
                    IpAddr::V6(v6) => SocketAddrV6::new(v6, port, self.word()?, self.word()?).into(),
                })
            }
        })
    }

    pub(super) fn process(&mut self) -> Option<PeerProcess> {
        let (pid, uid, gid) = (self.word()?, self.word()?, self.word()?);
        Some(PeerProcess { pid, uid, gid, program: self.optional(FieldReader::text)? })
    }

    pub(super) fn os_error(&mut self) -> Option<OsError> {
        let code = i32::from_le_bytes(self.array()?);
        Some(OsError { code, name: self.text()?, message: self.text()? })
    }

    pub(super) fn failure(&mut self) -> Option<Failure> {
        let operation = Operation::from_code(self.byte()?)?;
        Some(Failure { operation, target: self.text()?, error: self.os_error()? })
    }

    pub(super) fn fingerprint(&mut self) -> Option<Fingerprint> {
        self.array().map(Fingerprint)
    }

    pub(super) fn handshake(&mut self) -> Option<TlsHandshake> {
        let (version, suite) = (self.text()?, self.text()?);
        let mut optional = || self.optional(FieldReader::text);
        let (group, alpn, server_name, distrusted) = (optional()?, optional()?, optional()?, optional()?);
        let count = self.byte()?;
        let chain = (0..count).map(|_| self.certificate()).collect::<Option<Vec<_>>>()?;
        Some(TlsHandshake { version, suite, group, alpn, server_name, chain, distrusted })
    }

    fn certificate(&mut self) -> Option<TlsCertificate> {
        let (subject, issuer) = (self.text()?, self.text()?);
        let count = self.byte()?;
        let names = (0..count).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        let mut time = || self.array().map(i64::from_le_bytes);
        let (not_before, not_after) = (time()?, time()?);
        Some(TlsCertificate {
            subject,
            issuer,
            names,
            not_before,
            not_after,
            fingerprint: self.fingerprint()?,
        })
    }

    pub(super) fn option_value(&mut self) -> Option<OptionValue> {
        match self.byte()? {
            1 => self.byte().map(|on| OptionValue::Flag(on != 0)),
            2 => self.long().map(OptionValue::Number),
            3 => self.text().map(OptionValue::Text),
            _ => None,
        }
    }
}
