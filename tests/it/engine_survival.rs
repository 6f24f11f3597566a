//! What a session must survive: storms, slow peers, full disks and exhausted descriptors. Each test that counts what
//! belongs to the whole process runs in a process of its own.

use crate::engine_support::{Bench, DEADLINE};
use crate::small_disk::small_disk;
use crossbeam_channel::bounded;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use socket2::{Domain, SockRef, Socket, Type};
use sockscope::engine::command::{Command, Pace, SendSource, Target};
use sockscope::engine::event::{Event, Rejection};
use sockscope::engine::shared::Status;
use sockscope::model::config::{SessionConfig, TcpServerConfig, UdpConfig};
use sockscope::model::endpoint::HostPort;
use sockscope::model::ids::JobId;
use sockscope::model::record::{Body, Direction, Lifecycle, Origin};
use sockscope::model::status::SessionState;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

const ALONE: &str = "SOCKSCOPE_TEST_RUNS_ALONE";

const FILE_BYTES: usize = 64 << 20;

/// Runs the body in a process of its own: this test program, asked for this one test.
fn alone(name: &str, body: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return body();
    }
    let output = process::Command::new(std::env::current_exe().unwrap())
        .args([&format!("engine_survival::{name}"), "--exact", "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| bytes.escape_ascii().to_string());
    assert!(output.status.success(), "{}", said.join("\n").replace("\\n", "\n"));
    assert!(said[0].contains("1 passed"), "the test ran: {}", said[0]);
}

/// Lets time pass without anything to do.
fn rest(duration: Duration) {
    let (_sender, nothing) = bounded::<()>(0);
    assert!(nothing.recv_timeout(duration).is_err());
}

fn listen_on(bench: &Bench) -> SocketAddr {
    let config = TcpServerConfig::new("127.0.0.1:0".parse::<HostPort>().unwrap());
    bench.ask(Command::Open(Box::new(SessionConfig::TcpServer(config))));
    bench.local()
}

fn listen() -> (Bench, SocketAddr) {
    let bench = Bench::new();
    let address = listen_on(&bench);
    (bench, address)
}

fn reset(peer: TcpStream) {
    SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
    drop(peer);
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

fn descriptors_and_threads() -> (usize, usize) {
    (entries("/proc/self/fd"), entries("/proc/self/task"))
}

/// What `/proc/self/task/*/FILE` says of each session's thread.
fn of_session_threads(file: &str) -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let is_session = |task: &Path| fs::read_to_string(task.join("comm")).unwrap().starts_with("session-");
    tasks.filter(|task| is_session(task)).map(|task| fs::read_to_string(task.join(file)).unwrap()).collect()
}

fn voluntary_switches() -> Vec<u64> {
    let line = |status: &String| {
        let value = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        value.unwrap().trim().parse().unwrap()
    };
    of_session_threads("status").iter().map(line).collect()
}

/// Processor time of all sessions' threads, in hundredths of a second.
fn processor_ticks() -> u64 {
    let ticks = |stat: &String| {
        let after_name = stat.rsplit_once(')').unwrap().1;
        after_name.split_whitespace().skip(11).take(2).map(|part| part.parse::<u64>().unwrap()).sum::<u64>()
    };
    of_session_threads("stat").iter().map(ticks).sum()
}

fn peak_memory_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn send(payload: &[u8]) -> Command {
    Command::Send { target: Target::All, content: payload.to_vec().into(), origin: Origin::User }
}

#[test]
fn a_storm_of_connections_leaks_neither_descriptor_nor_thread() {
    alone("a_storm_of_connections_leaks_neither_descriptor_nor_thread", || {
        let clients = if std::env::var_os("SOCKSCOPE_THOROUGH").is_some() { 10_000 } else { 2_000 };
        let (_, threads_before_all) = descriptors_and_threads();
        let (bench, address) = listen();
        let before = descriptors_and_threads();
        for client in 0..clients {
            let peer = TcpStream::connect(address).unwrap();
            if client % 2 == 0 {
                reset(peer);
            }
        }
        bench.wait_status("the end of the storm", |status| {
            status.counters.peers_seen == clients && status.peers_present == 0
        });
        assert_eq!(descriptors_and_threads(), before);
        drop(bench);
        assert_eq!(descriptors_and_threads().1, threads_before_all);
    });
}

#[test]
fn ten_open_sessions_with_nothing_to_do_do_not_wake_up() {
    alone("ten_open_sessions_with_nothing_to_do_do_not_wake_up", || {
        let servers: Vec<_> = (0..5).map(|_| listen()).collect();
        let peers: Vec<_> = servers.iter().map(|server| TcpStream::connect(server.1).unwrap()).collect();
        let datagrams: Vec<Bench> = (0..5)
            .map(|_| {
                let config = UdpConfig::new(Some("127.0.0.1:0".parse().unwrap()));
                Bench::open(SessionConfig::Udp(config))
            })
            .collect();
        for (mut peer, (bench, _)) in peers.iter().zip(&servers) {
            peer.write_all(b"hello").unwrap();
            bench.wait_status("the greeting", |status| status.counters.received.records == 1);
        }
        for bench in &datagrams {
            bench.local();
        }
        // What was published is made durable after a second; then there is nothing left to do.
        rest(Duration::from_millis(2500));
        let before = voluntary_switches();
        rest(Duration::from_millis(1500));
        assert_eq!(before.len(), 10);
        assert_eq!(voluntary_switches(), before);
    });
}

#[test]
fn running_out_of_descriptors_is_said_once_and_recovered_from() {
    alone("running_out_of_descriptors_is_said_once_and_recovered_from", || {
        let (bench, address) = listen();
        let clients: Vec<Socket> =
            (0..6).map(|_| Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()).collect();
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let taken = entries("/proc/self/fd") as u64;
        setrlimit(Resource::RLIMIT_NOFILE, taken + 2, hard).unwrap();
        for client in &clients {
            client.connect(&address.into()).unwrap();
        }
        let is_failure = |event: &Lifecycle| matches!(event, Lifecycle::AcceptFailed { .. });
        bench.wait_lifecycle("the want of descriptors", is_failure);
        let begun = Instant::now();
        bench.wait_status("some more attempts", |_| begun.elapsed() > Duration::from_millis(700));
        let said = bench
            .records()
            .iter()
            .filter(|record| matches!(&record.body, Body::Lifecycle(event) if is_failure(event)))
            .count();
        assert_eq!(said, 1);
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
        bench.wait_status("everybody", |status| status.peers_present == clients.len());
    });
}

/// A file that tells where in it a byte is.
fn make_file(path: &Path) {
    let mut file = File::create(path).unwrap();
    let block: Vec<u8> = (0..1_u32 << 18).flat_map(u32::to_le_bytes).collect();
    (0..FILE_BYTES / block.len()).for_each(|_| file.write_all(&block).unwrap());
}

fn expected_at(place: usize) -> u8 {
    u32::try_from((place % (1 << 20)) / 4).unwrap().to_le_bytes()[place % 4]
}

/// Reads slowly to the end or so many bytes, and checks each.
fn read_slowly(peer: &mut TcpStream, limit: usize) -> usize {
    let mut buffer = vec![0; 64 << 10];
    let mut total = 0;
    while total < limit {
        let count = peer.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        let wrong = (0..count).find(|place| buffer[*place] != expected_at(total + place));
        assert_eq!(wrong, None, "after {total} bytes");
        total += count;
        if total % (1 << 20) < count {
            rest(Duration::from_millis(2));
        }
    }
    total
}

#[test]
fn a_long_file_reaches_a_slow_peer_whole_in_little_memory() {
    alone("a_long_file_reaches_a_slow_peer_whole_in_little_memory", || {
        let (bench, address) = listen();
        let path = bench.journal().with_extension("bin");
        make_file(&path);
        let mut peer = TcpStream::connect(address).unwrap();
        peer.set_read_timeout(Some(DEADLINE)).unwrap();
        bench.wait_status("the peer", |status| status.peers_present == 1);
        let before = peak_memory_kib();
        bench.ask(Command::SendLong {
            job: JobId(1),
            target: Target::All,
            source: SendSource::File(path.clone()),
            pace: Pace::default(),
        });
        assert_eq!(read_slowly(&mut peer, FILE_BYTES), FILE_BYTES);
        let finished = bench.wait_event("the end", |event| matches!(event, Event::SendFinished { .. }));
        assert_eq!(finished, Event::SendFinished { job: JobId(1), outcome: Ok(()) });
        let grown = peak_memory_kib() - before;
        assert!(grown < 24 << 10, "memory grew by {grown} KiB");
        bench.ask(Command::SendLong {
            job: JobId(2),
            target: Target::All,
            source: SendSource::File(path),
            pace: Pace::default(),
        });
        assert!(read_slowly(&mut peer, 1 << 20) >= 1 << 20);
        bench.ask(Command::StopSending { job: JobId(2) });
        let finished = bench.wait_event("the end", |event| matches!(event, Event::SendFinished { .. }));
        assert_eq!(finished, Event::SendFinished { job: JobId(2), outcome: Err(Rejection::Cancelled) });
        bench.ask(Command::ShutDownWrite(Target::All));
        let mut rest = Vec::new();
        peer.read_to_end(&mut rest).unwrap();
        assert!(rest.len() < FILE_BYTES / 2, "{} bytes came after the file was cancelled", rest.len());
    });
}

/// The session is paused, rests while its peers reset, refuses sends, and can be closed and dropped.
fn check_paused(bench: Bench, peers: Vec<TcpStream>) {
    let answer = bench.answer(bench.ask(send(b"lost?")));
    assert!(matches!(answer, Event::Rejected { why: Rejection::Paused(_), .. }), "{answer:?}");
    peers.into_iter().for_each(reset);
    let before = processor_ticks();
    rest(Duration::from_millis(1500));
    let used = processor_ticks() - before;
    assert!(used < 20, "the paused session used {used} ticks of 150");
    let answer = bench.answer(bench.ask(Command::Close));
    assert!(matches!(answer, Event::Accepted { .. }), "{answer:?}");
    bench.wait_status("the end", |status| status.state == SessionState::Closed);
    let begun = Instant::now();
    drop(bench);
    assert!(begun.elapsed() < DEADLINE, "dropping the handle took {:?}", begun.elapsed());
}

#[test]
fn a_session_whose_journal_was_removed_rests_and_can_be_closed() {
    alone("a_session_whose_journal_was_removed_rests_and_can_be_closed", || {
        let (bench, address) = listen();
        let peers: Vec<_> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
        bench.wait_status("the peers", |status| status.peers_present == 3);
        fs::remove_file(bench.journal()).unwrap();
        bench.wait_status("the pause", |status| status.paused.is_some());
        check_paused(bench, peers);
    });
}

/// Writes so many bytes as far as they are taken until `enough`.
fn write_while(peer: &mut TcpStream, place: &mut usize, limit: usize, enough: impl Fn() -> bool) {
    peer.set_nonblocking(true).unwrap();
    let deadline = Instant::now() + DEADLINE;
    while !enough() {
        let block: Vec<u8> = (*place..limit.min(*place + 65_536)).map(expected_at).collect();
        match peer.write(&block) {
            Ok(count) => *place += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
        assert!(Instant::now() < deadline, "only {place} bytes were taken");
    }
}

fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

#[test]
fn a_repeat_goes_on_when_there_is_room_on_the_disk_again_and_makes_up_for_nothing() {
    alone("a_repeat_goes_on_when_there_is_room_on_the_disk_again_and_makes_up_for_nothing", || {
        // Without this the limit would end the process instead of failing the write; threads that are started have it too.
        let too_long: SigSet = [Signal::SIGXFSZ].into_iter().collect();
        too_long.thread_block().unwrap();
        let (bench, address) = listen();
        let _peer = TcpStream::connect(address).unwrap();
        bench.wait_status("the peer", |status| status.peers_present == 1);
        let every = Duration::from_millis(20);
        bench.ask(Command::StartRepeat {
            job: JobId(1),
            target: Target::All,
            payloads: vec![b"again".to_vec().into()],
            every,
            times: None,
        });
        let sent = |status: &Status| status.repeat(JobId(1)).map_or(0, |repeat| repeat.sent);
        bench.wait_status("the repeat", |status| sent(status) > 2);
        let (soft, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
        setrlimit(Resource::RLIMIT_FSIZE, fs::metadata(bench.journal()).unwrap().len(), hard).unwrap();
        bench.wait_status("the pause", |status| status.paused.is_some());
        rest(every * 30);
        let before = bench.wait_status("the repeat, which waits", |status| !status.repeats.is_empty());
        setrlimit(Resource::RLIMIT_FSIZE, soft, hard).unwrap();
        let is_resumed = |event: &Lifecycle| matches!(event, Lifecycle::Resumed { .. });
        let resumed = bench.wait_lifecycle("the resumption", is_resumed);
        bench.wait_status("more of them", |status| sent(status) >= sent(&before) + 5);
        let after: Vec<u64> = bench
            .records()
            .iter()
            .filter(|record| record.id > resumed.id && record.data().is_some())
            .map(|record| record.at.mono_ns)
            .collect();
        let took = Duration::from_nanos(after[3] - after[0]);
        assert!(took >= every * 2, "four turns took {took:?}: what was missed was made up for");
    });
}

#[test]
fn a_full_disk_pauses_the_session_and_nothing_is_lost() {
    if small_disk().is_some() {
        alone("a_full_disk_pauses_the_session_and_nothing_is_lost", fill_the_small_disk);
    }
}

fn fill_the_small_disk() {
    let small_disk = small_disk().unwrap();
    let disk = &small_disk.folder;
    let ballast = disk.join("ballast");
    let bench = Bench::new_in(tempfile::tempdir_in(disk).unwrap());
    let address = listen_on(&bench);
    let mut peer = TcpStream::connect(address).unwrap();
    fs::write(&ballast, vec![0; 8 << 20]).unwrap();
    let (mut place, total) = (0, 12 << 20);
    let paused = || bench.session.shared().status().paused.is_some();
    write_while(&mut peer, &mut place, total, paused);
    let answer = bench.answer(bench.ask(send(b"lost?")));
    assert!(matches!(answer, Event::Rejected { why: Rejection::Paused(_), .. }), "{answer:?}");
    fs::remove_file(&ballast).unwrap();
    bench.wait_lifecycle("the resumption", |event| matches!(event, Lifecycle::Resumed { .. }));
    write_while(&mut peer, &mut place, total, || {
        bench.session.shared().status().counters.received.bytes == total as u64
    });

    let all: Vec<u8> = bench
        .records()
        .iter()
        .filter_map(|record| record.data())
        .filter(|data| data.head.direction == Direction::Received)
        .flat_map(|data| data.bytes.clone())
        .collect();
    assert_eq!((0..total).find(|place| all.get(*place) != Some(&expected_at(*place))), None);
    fill(&ballast);
    // More than one turn's records, so that the pause begins with a batch that has no room.
    bench.ask(send(&vec![0; 4 << 20]));
    bench.wait_status("the second pause", |status| status.paused.is_some());
    check_paused(bench, vec![peer]);
    fs::remove_file(&ballast).unwrap();
}
