//! A bare timerfd loop that sends at a pace, and the receiver that sees how well a pace was kept, by this loop or by the
//! real program.

use anyhow::{Result, ensure};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use nix::unistd;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// What is sent each time.
const MESSAGE_BYTES: usize = 64;

/// Connects and sends so many messages, one each time the timer expires. One that could not be sent in time follows at
/// once, as a schedule without drift has it.
pub(crate) fn send(address: SocketAddr, every_micros: u64, times: u64) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let every = TimeSpec::from_duration(Duration::from_micros(every_micros));
    let clock = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty())?;
    clock.set(Expiration::Interval(every), TimerSetTimeFlags::empty())?;
    let message = [b'.'; MESSAGE_BYTES];
    let mut sent = 0;
    let mut expired = [0_u8; 8];
    while sent < times {
        ensure!(unistd::read(&clock, &mut expired)? == expired.len(), "the timer tells no number");
        let due = u64::from_ne_bytes(expired).min(times - sent);
        for _ in 0..due {
            stream.write_all(&message)?;
        }
        sent += due;
    }
    Ok(format!("{{\"sent\":{sent}}}"))
}

/// Takes messages from one connection until it ends, and tells how many came, how late the latest hundredth was against
/// the earliest of an even pace, and how far the pace had drifted at the end.
pub(crate) fn receive(address: SocketAddr, every_micros: u64) -> Result<String> {
    let listener = TcpListener::bind(address)?;
    crate::say(&format!("{{\"ready\":\"{}\"}}", listener.local_addr()?));
    let (mut stream, _) = listener.accept()?;
    let mut buffer = vec![0_u8; 65_536];
    let (mut begun, mut bytes) = (None, 0_usize);
    let mut came_micros: Vec<f64> = Vec::new();
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        let now = Instant::now();
        let begun = *begun.get_or_insert(now);
        bytes += length;
        came_micros.resize(bytes / MESSAGE_BYTES, now.duration_since(begun).as_nanos() as f64 / 1000.0);
    }
    ensure!(!came_micros.is_empty(), "nothing came");
    let planned = came_micros.iter().enumerate();
    let mut late: Vec<f64> = planned.map(|(place, at)| at - (place as u64 * every_micros) as f64).collect();
    let part = (late.len() / 10).max(1);
    let drift = middle(&late[late.len() - part..]) - middle(&late[..part]);
    late.sort_by(f64::total_cmp);
    let at = |per_thousand: usize| late[(late.len() * per_thousand / 1000).min(late.len() - 1)] - late[0];
    Ok(format!(
        "{{\"count\":{},\"rest\":{},\"p50_us\":{:.1},\"p99_us\":{:.1},\"drift_us\":{drift:.1}}}",
        late.len(),
        bytes % MESSAGE_BYTES,
        at(500),
        at(990)
    ))
}

fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
