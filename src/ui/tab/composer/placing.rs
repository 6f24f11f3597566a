//! Where the checksum of a payload stands in a tab: behind it, or inside of a packet.

use crate::codec::checksum::placing::Placing;
use crate::model::config::{IpProtocol, RawKind};
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::TabKind;

impl LiveSettings {
    /// What the packets are that a raw tab sends.
    pub(super) fn protocol(&self) -> Option<IpProtocol> {
        let is_raw = self.kind == TabKind::Raw;
        self.raw.protocol.trim().parse().ok().filter(|_| is_raw)
    }

    /// Where this tab puts a checksum.
    pub(in crate::ui) fn placing(&self) -> Placing {
        let with_header = self.raw.include_header;
        Placing::of(self.protocol().map(|protocol| RawKind { protocol, with_header }))
    }

    /// The chosen checksum stands where the kind of the tab and its protocol have it.
    pub(in crate::ui) fn place_checksum(&mut self) {
        self.composer.checksum = self.placing().placed(self.composer.checksum);
    }
}
