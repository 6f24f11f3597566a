//! Datagrams that the network cut into fragments, put together again. Knows IP's fragments, nothing of connections.

use etherparse::defrag::IpDefragBuf;
use etherparse::{IpFragOffset, IpNumber};
use std::collections::HashMap;
use std::net::IpAddr;

/// So many datagrams can be incomplete at the same time; past this the one that was touched first is given up. Each
/// takes at most 64 KiB.
const OPEN_LIMIT: usize = 256;

/// A part of a packet's payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    pub(super) of: FragmentedPacket,
    pub(super) offset: IpFragOffset,
    pub(super) has_more: bool,
    pub(super) payload: &'a [u8],
    /// Whether this machine sent it, where the capture tells.
    pub(super) outgoing: Option<bool>,
}

/// The packet that fragments belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FragmentedPacket {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) identification: u32,
    pub(super) protocol: IpNumber,
}

/// Fragments that wait for the others.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: HashMap<FragmentedPacket, (u64, IpDefragBuf)>,
    turn: u64,
    given_up: u64,
}

impl Fragments {
    /// How many packets never came together.
    pub(super) fn incomplete(&self) -> u64 {
        self.given_up + self.open.len() as u64
    }

    /// Takes a fragment; gives the whole payload when it was the last that was missing. Fragments that contradict
    /// each other give nothing.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        self.turn += 1;
        if self.open.len() >= OPEN_LIMIT && !self.open.contains_key(&fragment.of) {
            let oldest = self.open.iter().min_by_key(|(_, (turn, _))| *turn).map(|(packet, _)| *packet);
            let gone = oldest.and_then(|packet| self.open.remove(&packet));
            self.given_up += u64::from(gone.is_some());
        }
        let turn = self.turn;
        let empty = || (turn, IpDefragBuf::new(fragment.of.protocol, Vec::new(), Vec::new()));
        let (_, parts) = self.open.entry(fragment.of).or_insert_with(empty);
        let fits = parts.add(fragment.offset, fragment.has_more, fragment.payload).is_ok();
        if fits && !parts.is_complete() {
            return None;
        }
        let (_, parts) = self.open.remove(&fragment.of)?;
        self.given_up += u64::from(!fits);
        fits.then(|| parts.take_bufs().0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fragment, FragmentedPacket, Fragments, OPEN_LIMIT};
    use etherparse::{IpFragOffset, ip_number};

    fn fragment(identification: u32, at: u16, has_more: bool, payload: &[u8]) -> Fragment<'_> {
        let address = "10.0.0.1".parse().unwrap();
        Fragment {
            of: FragmentedPacket {
                source: address,
                destination: address,
                identification,
                protocol: ip_number::UDP,
            },
            offset: IpFragOffset::try_new(at / 8).unwrap(),
            has_more,
            payload,
            outgoing: None,
        }
    }

    #[test]
    fn parts_come_together_in_any_order() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let parts = [
                fragment(1, 0, true, b"01234567"),
                fragment(1, 8, true, b"89abcdef"),
                fragment(1, 16, false, b"gh"),
            ];
            let mut fragments = Fragments::default();
            let whole: Vec<_> = order.iter().filter_map(|place| fragments.add(&parts[*place])).collect();
            assert_eq!(whole, [b"0123456789abcdefgh".to_vec()], "{order:?}");
        }
    }

    #[test]
    fn what_is_never_completed_takes_no_more_than_so_much_memory() {
        let mut fragments = Fragments::default();
        for packet in 0..2000 {
            assert_eq!(fragments.add(&fragment(packet, 0, true, b"01234567")), None);
        }
        assert_eq!((fragments.open.len(), fragments.incomplete()), (OPEN_LIMIT, 2000));
        assert!(fragments.add(&fragment(1999, 8, false, b"end")).is_some(), "the newest are still there");
        assert_eq!(fragments.add(&fragment(0, 8, false, b"end")), None, "the oldest are not");
    }
}
