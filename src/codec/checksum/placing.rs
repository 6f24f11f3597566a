//! Where the checksum of what is sent stands: behind it, or inside of the packets of a protocol.

use crate::codec::checksum::{Checksum, Filling};
use crate::model::config::{IpProtocol, RawKind, SessionConfig};

/// The name of the checksum of the Internet.
pub const INTERNET: &str = "inet";

/// Where it stands in what ICMP and IGMP send.
const CHECKSUM_AT: usize = 2;

/// Where a session puts the checksum of what it sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Placing {
    /// What its packets are; other sessions send none, and keep a checksum as it is.
    raw: Option<RawKind>,
}

impl Placing {
    /// As a session of these packets does.
    pub fn of(raw: Option<RawKind>) -> Placing {
        Placing { raw }
    }

    /// As a session that is opened like this does.
    pub fn of_session(config: &SessionConfig) -> Placing {
        match config {
            SessionConfig::Raw(raw) => Placing::of(Some(raw.kind)),
            _ => Placing::default(),
        }
    }

    /// The checksum as it is sent: that of the Internet stands inside of packets, and is filled in there.
    pub fn placed(self, checksum: Option<Checksum>) -> Option<Checksum> {
        let Some(RawKind { protocol, with_header }) = self.raw else { return checksum };
        let plain = Checksum { filling: None, ..checksum? };
        match protocol {
            _ if plain.name() != INTERNET => Some(plain),
            IpProtocol::ICMP | IpProtocol::IGMP => {
                Some(plain.filled_in(Filling { at: CHECKSUM_AT, behind_ipv4_header: with_header }))
            }
            IpProtocol::ICMPV6 => None,
            _ => Some(plain),
        }
    }

    /// Whether the system fills the checksum in, because it covers addresses that only the system knows.
    pub fn is_left_to_the_system(self) -> bool {
        self.raw.is_some_and(|raw| raw.protocol == IpProtocol::ICMPV6)
    }

    /// Whether it is known where the checksum of the Internet stands in these packets.
    pub fn is_known(self) -> bool {
        self.raw.is_none_or(|raw| {
            matches!(raw.protocol, IpProtocol::ICMP | IpProtocol::IGMP | IpProtocol::ICMPV6)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Placing;
    use crate::codec::checksum::Checksum;
    use crate::codec::composition::{Composition, LineEnding};
    use crate::model::config::{IpProtocol, RawKind};

    #[test]
    fn the_checksum_stands_where_the_packets_have_it() {
        let echo = [8, 0, 0, 0, 0, 1, 0, 2];
        for (raw, name, sent) in [
            (None, "inet", &[8, 0, 0, 0, 0, 1, 0, 2, 0xF7, 0xFC][..]),
            (Some((IpProtocol::ICMP, false)), "inet", &[8, 0, 0xF7, 0xFC, 0, 1, 0, 2]),
            (Some((IpProtocol::IGMP, false)), "inet", &[8, 0, 0xF7, 0xFC, 0, 1, 0, 2]),
            (Some((IpProtocol::ICMPV6, false)), "inet", &echo),
            (Some((IpProtocol(253), false)), "inet", &[8, 0, 0, 0, 0, 1, 0, 2, 0xF7, 0xFC]),
            (Some((IpProtocol::ICMP, false)), "xor-8", &[8, 0, 0, 0, 0, 1, 0, 2, 11]),
        ] {
            let raw = raw.map(|(protocol, with_header)| RawKind { protocol, with_header });
            let checksum = Placing::of(raw).placed(Checksum::from_name(name).ok());
            let bytes = Composition::new(echo.to_vec(), checksum, LineEnding::None).into_bytes();
            assert_eq!(bytes, sent, "{raw:?} {name}");
        }
    }
}
