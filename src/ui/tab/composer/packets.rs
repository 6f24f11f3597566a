//! Packets to begin with: an echo request in the send field.

use crate::codec::checksum::Checksum;
use crate::codec::checksum::placing::INTERNET;
use crate::codec::hex;
use crate::model::config::IpProtocol;
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::settings::LiveSettings;
use crate::workspace::tabs::InputChoice;
use std::net::Ipv4Addr;

/// Type, code, room for the checksum, an identifier, a number that counts, and a greeting.
const ECHO_REQUEST: &str = "08 00 00 00 00 01 {counter:u16be} 68 65 6C 6C 6F";
const V6_ECHO_REQUEST: &str = "80 00 00 00 00 01 {counter:u16be} 68 65 6C 6C 6F";

impl Composer {
    /// Why no echo request can be written into the field now.
    pub(in crate::ui) fn no_echo_request(&self, settings: &LiveSettings) -> Option<&'static str> {
        if self.pasted.is_some() {
            Some("composer.echo_request_pasted")
        } else if settings.needs_echo_header() && settings.remote_ipv4().is_none() {
            Some("composer.echo_request_remote")
        } else {
            None
        }
    }

    /// An echo request stands in the send field, to be sent as it is or with another payload. What was being written is
    /// found again one step down.
    pub(in crate::ui) fn write_echo_request(&mut self, settings: &mut LiveSettings) {
        if self.no_echo_request(settings).is_some() {
            return;
        }
        let mut written = settings.clone();
        written.write_echo_request();
        if written.composer != settings.composer {
            self.make_room(settings);
            *settings = written;
        }
    }
}

impl LiveSettings {
    /// Whether echo requests are among what is sent here.
    pub(in crate::ui) fn has_echo_request(&self) -> bool {
        matches!(self.protocol(), Some(IpProtocol::ICMP | IpProtocol::ICMPV6))
    }

    fn needs_echo_header(&self) -> bool {
        self.raw.include_header && self.protocol() == Some(IpProtocol::ICMP)
    }

    fn remote_ipv4(&self) -> Option<Ipv4Addr> {
        self.remote_host.trim().parse().ok()
    }

    fn write_echo_request(&mut self) {
        let is_v6 = self.protocol() == Some(IpProtocol::ICMPV6);
        let mut draft = String::new();
        if let Some(to) = self.remote_ipv4().filter(|_| self.needs_echo_header()) {
            // The system fills in the length, the number, the checksum and our own address where they are 0.
            let mut header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            header[16..].copy_from_slice(&to.octets());
            draft = hex::spaced(&header) + " ";
        }
        draft.push_str(if is_v6 { V6_ECHO_REQUEST } else { ECHO_REQUEST });
        let composer = &mut self.composer;
        (composer.draft, composer.input, composer.fields) = (draft, InputChoice::Hex, true);
        composer.checksum = Checksum::from_name(INTERNET).ok();
        composer.ending = crate::codec::composition::LineEnding::None;
        self.place_checksum();
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::checksum::Checksum;
    use crate::codec::text::TextEncoding;
    use crate::ui::tab::composer::state::Composer;
    use crate::ui::tab::settings::LiveSettings;
    use crate::workspace::sending::Sending;
    use crate::workspace::tabs::{TabKind, TabSettings};
    use std::sync::Arc;

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
    fn an_echo_request_sets_aside_what_was_being_written() {
        let mut settings = raw("icmp", false);
        "typed".clone_into(&mut settings.composer.draft);
        let (mut composer, sending) = (Composer::default(), Sending::default());
        composer.write_echo_request(&mut settings);
        composer.write_echo_request(&mut settings);
        assert!(settings.composer.draft.starts_with("08 00 00 00"));
        composer.walk_history(&mut settings, &sending, false);
        assert_eq!(settings.composer.draft, "typed");
        composer.pasted = Some(Arc::from("a long text"));
        assert!(composer.no_echo_request(&settings).is_some(), "it would not be seen");
        composer.write_echo_request(&mut settings);
        assert_eq!(settings.composer.draft, "typed");
    }

    #[test]
    fn a_header_is_for_the_remote_and_for_nobody_else() {
        let mut settings = raw("icmp", true);
        let mut composer = Composer::default();
        "192.0.2.7".clone_into(&mut settings.remote_host);
        composer.write_echo_request(&mut settings);
        assert_eq!(bytes(&settings)[16..20], [192, 0, 2, 7]);
        let before = settings.composer.clone();
        for remote in ["device.test", "::1", ""] {
            remote.clone_into(&mut settings.remote_host);
            assert!(composer.no_echo_request(&settings).is_some(), "{remote}");
            composer.write_echo_request(&mut settings);
            assert_eq!(settings.composer, before, "{remote}");
        }
        settings.raw.include_header = false;
        assert!(composer.no_echo_request(&settings).is_none(), "the system makes the header");
    }

    #[test]
    fn a_fresh_tab_appends_nothing_and_icmpv6_has_no_checksum_of_ours() {
        for protocol in ["icmp", "icmpv6", "17", "253"] {
            let mut settings = raw(protocol, false);
            "01 02 03 04".clone_into(&mut settings.composer.draft);
            settings.place_checksum();
            assert_eq!(bytes(&settings), [1, 2, 3, 4], "{protocol}");
        }
        let inet = Checksum::from_name("inet").ok();
        assert_eq!(raw("icmpv6", false).placing().placed(inet), None);
        let crc = Checksum::from_name("crc-16/modbus").ok();
        assert_eq!(raw("icmpv6", false).placing().placed(crc), crc);
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
