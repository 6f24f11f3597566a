//! Makes a journal with a great many small records, to measure what opening and showing it costs.

use anyhow::{Context, Result, ensure};
use sockscope::journal::{JournalInfo, JournalWriter};
use sockscope::model::config::SessionKind;
use sockscope::model::ids::{Epoch, PeerId};
use sockscope::model::record::{Body, DataHead, Lifecycle};
use sockscope::util::clock::{self, Stamp};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

const BATCH_BYTES: usize = 4 << 20;
const PEERS: u32 = 16;
/// Between two records, so that their times differ as in a real session.
const STEP: Duration = Duration::from_micros(10);

/// Writes `records` records, nearly all of them received bytes from one of a few peers.
pub(crate) fn make(path: &Path, records: u64, bytes_each: usize) -> Result<String> {
    ensure!(records >= u64::from(PEERS), "at least {PEERS} records");
    let begun = clock::now();
    let info = JournalInfo {
        session_name: "measurement".to_owned(),
        kind: Some(SessionKind::TcpServer),
        program: "reference".to_owned(),
        encoding: None,
        split: None,
        created: begun,
    };
    let mut writer = JournalWriter::create(path, &info)?;
    let epoch = Epoch(1);
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 9000)).into();
    let mut payload = vec![b'.'; bytes_each];
    for row in 0..records {
        let at = later(begun, row);
        // Every peer joins with its first row.
        let joins = row < u64::from(PEERS);
        let number = u32::try_from(row % u64::from(PEERS))? + 1;
        let peer = Some(PeerId::new(number).context("peers are numbered from 1")?);
        if joins {
            let remote = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000 + u16::try_from(number)?)).into();
            writer.append(
                at,
                epoch,
                peer,
                &Body::Lifecycle(Lifecycle::PeerJoined {
                    local,
                    remote,
                    message_oriented: None,
                    process: None,
                }),
            );
        } else {
            // Records begin and end with bytes of every kind, as payloads do.
            let noise = row.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes();
            let length = bytes_each.min(noise.len());
            payload[..length].copy_from_slice(&noise[..length]);
            payload[bytes_each - length..].copy_from_slice(&noise[..length]);
            writer.append_data(at, epoch, peer, &DataHead::received(), &payload);
        }
        if writer.batch_bytes() >= BATCH_BYTES {
            writer.publish()?;
        }
    }
    writer.close()?;
    Ok(format!("{{\"records\":{records},\"bytes\":{}}}", path.metadata()?.len()))
}

fn later(begun: Stamp, row: u64) -> Stamp {
    let passed_ns = row.saturating_mul(u64::try_from(STEP.as_nanos()).unwrap_or(u64::MAX));
    Stamp {
        wall_ns: begun.wall_ns.saturating_add_unsigned(passed_ns),
        mono_ns: begun.mono_ns.saturating_add(passed_ns),
    }
}
