//! This machine's own addresses, as the lists of the window offer them. It keeps none.

use crate::engine::machine::own_addresses;
use crate::model::own_address::OwnAddress;
use crate::ui::ctx::LocalAddress;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use std::net::{IpAddr, Ipv4Addr};

/// All addresses of this machine, as they are now.
pub(in crate::ui) fn own_addresses_now(cx: &mut Cx<'_>) -> Vec<LocalAddress> {
    let own = own_addresses().unwrap_or_else(|error| {
        cx.notices.problem(error_text::addresses(cx.locale, &error));
        Vec::new()
    });
    listed_addresses(&own)
}

/// Those that stand for all of them first, then those that nobody else reaches.
fn listed_addresses(own: &[OwnAddress]) -> Vec<LocalAddress> {
    let all = [("0.0.0.0", Some(Ipv4Addr::BROADCAST)), ("::", None)].map(|(host, broadcast)| LocalAddress {
        host: host.to_owned(),
        interface: String::new(),
        broadcast,
    });
    let (loopback, others): (Vec<_>, Vec<_>) = own.iter().partition(|own| own.address.is_loopback());
    all.into_iter().chain(loopback.into_iter().chain(others).map(local)).collect()
}

fn local(own: &OwnAddress) -> LocalAddress {
    let host = match own.address {
        // On every interface there may be the same one.
        IpAddr::V6(address) if address.is_unicast_link_local() => format!("{address}%{}", own.name),
        address => address.to_string(),
    };
    LocalAddress { host, interface: own.name.clone(), broadcast: own.broadcast }
}

#[cfg(test)]
mod tests {
    use super::listed_addresses;
    use crate::model::own_address::OwnAddress;

    #[test]
    fn only_interfaces_that_exist_are_offered() {
        let own = |name: &str, address: &str| OwnAddress {
            name: name.to_owned(),
            index: None,
            address: address.parse().unwrap(),
            broadcast: None,
        };
        let machine =
            [own("en0", "192.168.1.5"), own("lo0", "127.0.0.1"), own("en0", "fe80::1"), own("lo0", "::1")];
        let listed = listed_addresses(&machine);
        let listed: Vec<_> =
            listed.iter().map(|listed| (listed.host.as_str(), listed.interface.as_str())).collect();
        let expected = [
            ("0.0.0.0", ""),
            ("::", ""),
            ("127.0.0.1", "lo0"),
            ("::1", "lo0"),
            ("192.168.1.5", "en0"),
            ("fe80::1%en0", "en0"),
        ];
        assert_eq!(listed, expected);
    }
}
