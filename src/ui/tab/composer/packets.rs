//! What is particular about payloads that are packets: where their checksum stands, and an echo request to begin with.

use crate::codec::checksum::{Checksum, Filling};
use crate::codec::hex;
use crate::model::config::IpProtocol;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::{InputChoice, TabKind};
use std::net::Ipv4Addr;

/// The name of the checksum of the Internet.
const INTERNET: &str = "inet";

/// Where the checksum stands in what ICMP and IGMP send.
const CHECKSUM_AT: usize = 2;

/// Type, code, room for the checksum, an identifier, a number that counts, and a greeting.
const ECHO_REQUEST: &str = "08 00 00 00 00 01 {counter:u16be} 68 65 6C 6C 6F";
const V6_ECHO_REQUEST: &str = "80 00 00 00 00 01 {counter:u16be} 68 65 6C 6C 6F";

impl LiveSettings {
    fn protocol(&self) -> Option<IpProtocol> {
        let is_raw = self.kind == TabKind::Raw;
        self.raw.protocol.trim().parse().ok().filter(|_| is_raw)
    }

    /// The checksum as this tab sends it: that of the Internet stands inside of packets, and is filled in there.
    pub(in crate::ui) fn placed(&self, checksum: Option<Checksum>) -> Option<Checksum> {
        let plain = Checksum::from_name(&checksum?.to_string()).ok()?;
        match self.protocol() {
            Some(IpProtocol::ICMP | IpProtocol::IGMP) if plain.name() == INTERNET => {
                let behind_ipv4_header = self.raw.include_header;
                Some(plain.filled_in(Filling { at: CHECKSUM_AT, behind_ipv4_header }))
            }
            _ => Some(plain),
        }
    }

    /// The chosen checksum stands where the kind of the tab and its protocol have it.
    pub(in crate::ui) fn place_checksum(&mut self) {
        self.composer.checksum = self.placed(self.composer.checksum);
    }

    /// Whether an echo request can be written here.
    pub(in crate::ui) fn has_echo_request(&self) -> bool {
        matches!(self.protocol(), Some(IpProtocol::ICMP | IpProtocol::ICMPV6))
    }

    /// An echo request stands in the send field, to be sent as it is or with another payload.
    pub(in crate::ui) fn write_echo_request(&mut self) {
        let is_v6 = self.protocol() == Some(IpProtocol::ICMPV6);
        let mut draft = String::new();
        if !is_v6 && self.raw.include_header {
            let to: Ipv4Addr = self.remote_host.trim().parse().unwrap_or(Ipv4Addr::LOCALHOST);
            // The system fills in the length, the number, the checksum and our own address where they are 0.
            let mut header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            header[16..].copy_from_slice(&to.octets());
            draft = hex::spaced(&header) + " ";
        }
        draft.push_str(if is_v6 { V6_ECHO_REQUEST } else { ECHO_REQUEST });
        let composer = &mut self.composer;
        (composer.draft, composer.input, composer.fields) = (draft, InputChoice::Hex, true);
        // Over ICMPv6 the sum covers addresses that only the system knows, and the system fills it in.
        composer.checksum = if is_v6 { None } else { Checksum::from_name(INTERNET).ok() };
        composer.ending = crate::codec::composition::LineEnding::None;
        self.place_checksum();
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::checksum::Checksum;
    use crate::codec::text::TextEncoding;
    use crate::ui::tab::settings::LiveSettings;
    use crate::workspace::tabs::{TabKind, TabSettings};

    fn bytes(settings: &LiveSettings) -> Vec<u8> {
        let composer = &settings.composer;
        composer.form(TextEncoding::UTF_8).compose(&composer.draft).unwrap().bytes().to_vec()
    }

    fn raw(protocol: &str, include_header: bool) -> LiveSettings {
        let mut settings = LiveSettings::new(TabKind::Raw);
        protocol.clone_into(&mut settings.raw.protocol);
        settings.raw.include_header = include_header;
        settings
    }

    #[test]
    fn the_checksum_of_an_echo_request_is_right_whatever_is_written_into_it() {
        let inet = Checksum::from_name("inet").unwrap();
        for (include_header, header) in [(false, 0), (true, 20)] {
            let mut settings = raw("icmp", include_header);
            settings.write_echo_request();
            let first = bytes(&settings);
            assert_eq!((first.len(), inet.value(&first[header..])), (header + 13, 0));
            assert_ne!(first[header + 2..header + 4], [0, 0]);
            settings.composer.draft.push_str(" 21 22");
            let second = bytes(&settings);
            assert_eq!((second.len(), inet.value(&second[header..])), (header + 15, 0));
            assert_ne!(second[header + 2..header + 4], first[header + 2..header + 4]);
        }
        let mut settings = raw("icmpv6", false);
        settings.write_echo_request();
        assert_eq!(bytes(&settings)[..4], [0x80, 0, 0, 0], "the system fills it in");
    }

    #[test]
    fn the_checksum_stays_in_its_place_when_the_tab_is_kept_and_is_appended_elsewhere() {
        let mut settings = raw("icmp", false);
        settings.write_echo_request();
        let kept = LiveSettings::from(TabSettings::from(&settings));
        assert_eq!(bytes(&kept), bytes(&settings));
        "17".clone_into(&mut settings.raw.protocol);
        settings.place_checksum();
        assert_eq!(bytes(&settings).len(), 15, "where it stands in other packets is not known");
        settings.kind = TabKind::Udp;
        settings.place_checksum();
        assert_eq!(bytes(&settings).len(), 15);
        assert!(!settings.has_echo_request());
    }
}
