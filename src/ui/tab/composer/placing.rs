//! Where the checksum of a payload stands: behind it, or inside of a packet.

use crate::codec::checksum::{Checksum, Filling};
use crate::model::config::IpProtocol;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;

/// The name of the checksum of the Internet.
pub(super) const INTERNET: &str = "inet";

/// Where the checksum stands in what ICMP and IGMP send.
const CHECKSUM_AT: usize = 2;

/// Where a tab puts the checksum of what it sends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placing {
    /// What its packets are; other tabs send none.
    protocol: Option<IpProtocol>,
    /// They begin with a header of IPv4.
    behind_ipv4_header: bool,
}

impl Placing {
    /// As a tab with these settings does.
    pub(in crate::ui) fn of(settings: &LiveSettings) -> Placing {
        Placing { protocol: settings.protocol(), behind_ipv4_header: settings.raw.include_header }
    }

    /// The checksum as it is sent: that of the Internet stands inside of packets, and is filled in there.
    pub(in crate::ui) fn placed(self, checksum: Option<Checksum>) -> Option<Checksum> {
        let plain = Checksum::from_name(&checksum?.to_string()).ok()?;
        match self.protocol {
            Some(IpProtocol::ICMP | IpProtocol::IGMP) if plain.name() == INTERNET => {
                let behind_ipv4_header = self.behind_ipv4_header;
                Some(plain.filled_in(Filling { at: CHECKSUM_AT, behind_ipv4_header }))
            }
            // It covers addresses that only the system knows, and the system fills it in.
            Some(IpProtocol::ICMPV6) if plain.name() == INTERNET => None,
            _ => Some(plain),
        }
    }
}

impl LiveSettings {
    /// What the packets are that a raw tab sends.
    pub(super) fn protocol(&self) -> Option<IpProtocol> {
        let is_raw = self.kind == TabKind::Raw;
        self.raw.protocol.trim().parse().ok().filter(|_| is_raw)
    }

    /// The chosen checksum stands where the kind of the tab and its protocol have it.
    pub(in crate::ui) fn place_checksum(&mut self) {
        self.composer.checksum = Placing::of(self).placed(self.composer.checksum);
    }
}
