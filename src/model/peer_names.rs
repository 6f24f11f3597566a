//! What a person calls the machines and programs at the other end. It does not know where that is kept.

use crate::model::address::Address;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names by addresses, cheap to hand on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerNames {
    names: Arc<BTreeMap<String, String>>,
}

impl PeerNames {
    /// These names. An address is written with its port, or without where every port is meant.
    pub fn new(names: BTreeMap<String, String>) -> PeerNames {
        PeerNames { names: Arc::new(names) }
    }

    /// Whether nobody has a name.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether these are the names.
    pub fn are(&self, names: &BTreeMap<String, String>) -> bool {
        *self.names == *names
    }

    /// What the other end at this address is called: a name for its port goes before one for its host.
    pub fn of(&self, address: Address) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let of_host = || self.names.get(&address.ip()?.to_string());
        self.names.get(&address.to_string()).or_else(of_host).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::PeerNames;
    use crate::model::address::Address;
    use std::collections::BTreeMap;

    #[test]
    fn a_name_for_a_port_goes_before_one_for_its_host() {
        let pairs = [("10.0.0.7", "line 3"), ("10.0.0.7:502", "PLC"), ("::1", "here"), ("@radio", "radio")];
        let names = pairs.map(|(address, name)| (address.to_owned(), name.to_owned()));
        let names = PeerNames::new(BTreeMap::from(names));
        for (address, name) in [
            ("10.0.0.7:502", Some("PLC")),
            ("10.0.0.7:40000", Some("line 3")),
            ("10.0.0.7", Some("line 3")),
            ("[::1]:9", Some("here")),
            ("@radio", Some("radio")),
            ("10.0.0.8:502", None),
        ] {
            assert_eq!(names.of(address.parse::<Address>().unwrap()), name, "{address}");
        }
    }
}
