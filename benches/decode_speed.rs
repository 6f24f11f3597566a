//! How fast each decoder is, on messages of real sessions and on one long JSON text. Run it with
//! `cargo bench --bench decode_speed`; after `--`, names of decoders choose among them.

#![expect(clippy::print_stdout, reason = "a measurement is read where it is made")]

use anyhow::{Context, Result};
use sockscope::codec::decode::{Carrier, DecoderId, Hint, Toward, Tree, decode};
use std::path::Path;
use std::time::{Duration, Instant};

/// What is decoded again and again.
struct Work {
    name: &'static str,
    decoder: DecoderId,
    messages: Vec<(Hint, Vec<u8>)>,
}

const RUNS: usize = 3;
const RUN_TIME: Duration = Duration::from_millis(700);
/// The goal: either of them.
const GOAL_MEGABYTES: f64 = 150.0;
const GOAL_MESSAGES: f64 = 500_000.0;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("{:<12} {:>10} {:>14} {:>10}", "", "MB/s", "messages/s", "goal");
    for work in works()? {
        if words.is_empty() || words.iter().any(|word| word == work.name) {
            measure(&work);
        }
    }
    Ok(())
}

fn measure(work: &Work) {
    let bytes: usize = work.messages.iter().map(|(_, message)| message.len()).sum();
    let mut tree = Tree::new();
    let mut best: f64 = 0.0;
    for _ in 0..RUNS {
        let started = Instant::now();
        let mut rounds = 0;
        while started.elapsed() < RUN_TIME {
            for (hint, message) in &work.messages {
                decode(work.decoder.decoder(), message, hint, &mut tree);
                std::hint::black_box(tree.len());
            }
            rounds += 1;
        }
        best = best.max(f64::from(rounds) / started.elapsed().as_secs_f64());
    }
    let megabytes = best * bytes as f64 / 1e6;
    let messages = best * work.messages.len() as f64;
    let reached = megabytes >= GOAL_MEGABYTES || messages >= GOAL_MESSAGES;
    let goal = if reached { "reached" } else { "missed" };
    println!("{:<12} {megabytes:>10.0} {messages:>14.0} {goal:>10}", work.name);
}

fn works() -> Result<Vec<Work>> {
    let mut works = vec![
        Work { name: "json", decoder: DecoderId::Json, messages: single(json()) },
        Work {
            name: "json-small",
            decoder: DecoderId::Json,
            messages: single(br#"{"t":26.5,"ok":true}"#.to_vec()),
        },
        Work { name: "nmea", decoder: DecoderId::Nmea, messages: single(GGA.to_vec()) },
        Work { name: "icmp", decoder: DecoderId::Icmp, messages: single(echo()) },
        Work { name: "ip", decoder: DecoderId::Ip, messages: single(packet()) },
    ];
    for (name, decoder) in [
        ("modbus", DecoderId::Modbus),
        ("modbus-rtu", DecoderId::ModbusRtu),
        ("mqtt", DecoderId::Mqtt),
        ("dns-udp", DecoderId::Dns),
        ("http", DecoderId::Http),
        ("websocket", DecoderId::WebSocket),
        ("tls", DecoderId::Tls),
    ] {
        works.push(Work { name, decoder, messages: sample(name)? });
    }
    Ok(works)
}

const GGA: &[u8] = b"$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n";

fn single(message: Vec<u8>) -> Vec<(Hint, Vec<u8>)> {
    vec![(Hint::default(), message)]
}

/// A text of a MiB as a device would send it, but for its length.
fn json() -> Vec<u8> {
    let mut text = b"[".to_vec();
    for number in 0..9000 {
        let comma = if number > 0 { "," } else { "" };
        let value = format!(
            r#"{comma}{{"device":"meter-{number}","power":{}.5,"state":"on line","tags":["hall","第{number}号"],"ok":true}}"#,
            number % 977
        );
        text.extend_from_slice(value.as_bytes());
    }
    text.push(b']');
    text
}

fn echo() -> Vec<u8> {
    let mut message = vec![8, 0, 0, 0, 0, 7, 0, 1];
    message.extend(0..56);
    message
}

fn packet() -> Vec<u8> {
    let mut message = vec![0x45, 0, 0, 84, 0x12, 0x34, 0x40, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    message.extend(echo());
    message
}

/// The pieces of a kept session, as a sheet would have them decoded.
fn sample(name: &str) -> Result<Vec<(Hint, Vec<u8>)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traffic").join(name).with_extension("txt");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let carrier = if text.starts_with("udp") { Carrier::Datagram } else { Carrier::Stream };
    let mut messages = Vec::new();
    for line in text.lines().skip(1) {
        let Some((way, hex)) = line.split_once(' ') else { continue };
        let toward = if way == ">" { Toward::Server } else { Toward::Client };
        let hint = Hint { carrier, toward: Some(toward), ..Hint::default() };
        messages.push((hint, const_hex::decode(hex)?));
    }
    Ok(messages)
}
