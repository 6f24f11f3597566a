//! One datagram that has arrived, as a record: its stamp, its local address and the name of its interface.

use crate::engine::worker::log::Log;
use crate::model::ids::PeerId;
use crate::model::record::{DataHead, InterfaceName};
use crate::net::datagram::Datagram;
use crate::net::resolve::interface_name;
use crate::util::clock::Stamp;
use std::collections::HashMap;

/// Records a datagram with all that the kernel told; gives its stamp.
pub(super) fn record(
    datagram: &Datagram<'_>,
    read_at: Stamp,
    peer: PeerId,
    names: &mut HashMap<u32, InterfaceName>,
    log: &mut Log,
) -> Stamp {
    let stamp = datagram.kernel_wall_ns.map_or(read_at, |wall_ns| read_at.with_kernel_wall_ns(wall_ns));
    let interface = datagram.interface.filter(|index| *index != 0).map(|index| {
        *names.entry(index).or_insert_with(|| {
            InterfaceName::new(&interface_name(index).unwrap_or_else(|| format!("#{index}")))
        })
    });
    let head = DataHead {
        kernel_stamped: datagram.kernel_wall_ns.is_some(),
        truncated: datagram.truncated,
        local: datagram.local,
        interface,
        ttl: datagram.ttl,
        ..DataHead::received()
    };
    log.data(stamp, peer, &head, datagram.bytes);
    stamp
}
