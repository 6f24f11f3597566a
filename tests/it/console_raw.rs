//! Packets below ports, in a network namespace of each test's own, where it has every privilege and disturbs nobody.
//! The peers are the kernel itself, ping, and raw sockets of Python.

use crate::support::{Console, has_tool};
use std::process::{Command, Stdio};

/// What a program says in a namespace where only the loopback interface is. `None` where the system does not let
/// anybody have one.
fn in_namespace(console: &Console, program: &str) -> Option<String> {
    if !has_tool("unshare") || !has_tool("python3") || !has_tool("ip") {
        return None;
    }
    let namespace = ["--user", "--map-root-user", "--net"];
    let allowed = Command::new("unshare").args(namespace).arg("true").stderr(Stdio::null()).status();
    if !allowed.unwrap().success() {
        assert!(std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_none(), "namespaces are required");
        println!("skipped: nobody may have a namespace here");
        return None;
    }
    let output = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", "ip link set lo up && exec python3 -c \"$1\"", "sh"])
        .arg(format!("{COMMON}\n{program}"))
        .env("SOCKSCOPE", env!("CARGO_BIN_EXE_sockscope-cli"))
        .env("HOME", console.path(""))
        .current_dir(console.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What the programs of all tests have.
const COMMON: &str = r"
import os, socket, subprocess, sys
TOOL = os.environ['SOCKSCOPE']
def run(*words, before=()):
    done = subprocess.run([*before, TOOL, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
def start(*words):
    child = subprocess.Popen([TOOL, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (line := child.stderr.readline().decode()).startswith('ready: '):
        assert line, 'it ended'
    return child
def end(child):
    out, _ = child.communicate(timeout=30)
    assert child.returncode == 0, child.returncode
    return out.decode()
";

fn exported(console: &Console) -> Option<String> {
    if !has_tool("tshark") {
        return None;
    }
    assert!(console.run(&["export", "r.skj", "-o", "r.pcapng"]).status.success());
    let fields = [
        "icmp.type",
        "icmpv6.type",
        "icmp.checksum.status",
        "icmpv6.checksum.status",
        "ip.ttl",
        "_ws.expert.severity",
    ];
    let mut tshark = Command::new("tshark");
    tshark
        .args(["-n", "-o", "ip.check_checksum:TRUE", "-r"])
        .arg(console.path("r.pcapng"))
        .args(["-T", "fields"]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn an_echo_request_is_answered_with_all_that_the_kernel_tells() {
    let console = Console::new();
    let program = r"
code, out, _ = run('raw', '--protocol', 'icmp', '--to', '127.0.0.1', '--send-hex', '0800 0000 0007 0001 6869', '--checksum', 'inet',
    '--format', 'jsonl', '--decode', 'auto', '--journal', 'r.skj', '--until-records', '3')
print(code); print(out)";
    let Some(said) = in_namespace(&console, program) else { return };
    assert!(said.starts_with("0\n"), "{said}");
    let reply = said
        .lines()
        .find(|line| line.contains("\"hex\":\"0000"))
        .unwrap_or_else(|| panic!("no reply: {said}"));
    for part in [
        "\"remote\":\"127.0.0.1\"",
        "\"local\":\"127.0.0.1\"",
        "\"len\":10",
        "\"interface\":\"lo\"",
        "\"ttl\":64",
        "\"time_source\":\"kernel\"",
        "\"protocol\":\"icmp\"",
        "\"name\":\"icmp.seq\",\"value\":1",
    ] {
        assert!(reply.contains(part), "{part}: {reply}");
    }
    if let Some(shown) = exported(&console) {
        let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split('\t').collect()).collect();
        let kinds: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        assert!(kinds.iter().filter(|kind| **kind == "8").count() == 2 && kinds.contains(&"0"), "{shown}");
        assert!(rows.iter().all(|row| row[2] == "1" && row[4] == "64"), "sums and hops: {shown}");
    }
}

#[test]
fn both_families_and_any_protocol_go_both_ways() {
    let console = Console::new();
    let program = r"
for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    child = start('raw', '--protocol', '253', '--bind', address, '--format', 'jsonl', '--reply', 'ask=told', '--until-records', '2')
    peer = socket.socket(family, socket.SOCK_RAW, 253)
    peer.settimeout(20)
    peer.sendto(b'ask', (address, 0))
    while not (packet := peer.recv(2000)).endswith(b'told'): pass
    print(family.name, len(packet))
    child.terminate()
    print(child.communicate(timeout=30)[0].decode())
code, out, _ = run('raw', '--protocol', 'icmpv6', '--to', '::1', '--send-hex', '8000 0000 0001 0001 41', '--checksum', 'inet',
    '--format', 'jsonl', '--decode', 'icmp', '--journal', 'r.skj', '--until-records', '3')
print(code); print(out)";
    let Some(said) = in_namespace(&console, program) else { return };
    assert!(said.contains("AF_INET 24\n") && said.contains("AF_INET6 4\n"), "{said}");
    for part in [
        "\"remote\":\"::1\"",
        "\"remote\":\"127.0.0.1\"",
        "\"hex\":\"8100",
        "\"name\":\"icmpv6.echo.sequence_number\",\"value\":1",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    if let Some(shown) = exported(&console) {
        assert!(shown.lines().any(|line| line.starts_with("\t129\t\t1")), "a good sum: {shown}");
    }
}

#[test]
fn a_header_of_our_own_goes_out_as_it_is_and_comes_in_with_its_packet() {
    let console = Console::new();
    let program = r"
peer = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)
peer.settimeout(20)
header = '4500 0018 0000 0000 07fd 0000 7f000001 7f000002'
code, out, _ = run('raw', '--protocol', '253', '--to', '127.0.0.2', '--include-header', '--send-hex', header + '6162 6364',
    '--format', 'jsonl', '--journal', 'r.skj', '--until-records', '2')
packet = peer.recv(2000)
print(code, packet[8], socket.inet_ntoa(packet[16:20]), packet[20:].decode()); print(out)";
    let Some(said) = in_namespace(&console, program) else { return };
    assert!(said.starts_with("0 7 127.0.0.2 abcd\n"), "{said}");
    let received = said.lines().find(|line| line.contains("\"dir\":\"rx\"")).unwrap();
    assert!(
        received.contains("\"len\":24,\"hex\":\"45000018") && received.contains("\"ttl\":7"),
        "{received}"
    );
    if let Some(shown) = exported(&console) {
        assert!(shown.lines().all(|line| line.split('\t').nth(4) == Some("7")), "{shown}");
    }
}

#[test]
fn without_the_privilege_an_echo_socket_takes_its_place_and_that_is_said() {
    if !has_tool("setpriv") {
        return;
    }
    let console = Console::new();
    let program = r"
DROPPED = ('setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw')
words = ('raw', '--protocol', 'icmp', '--to', '127.0.0.1', '--send-hex', '0800 0000 0000 0001 6869', '--format', 'jsonl', '--until-records', '2')
code, out, err = run(*words, before=DROPPED)
print('refused', code, [line for line in err.splitlines() if not line.startswith('journal: ')])
code, out, err = run('raw', '--protocol', '253', '--for', '1', before=DROPPED)
print('refused', code, [line for line in err.splitlines() if not line.startswith('journal: ')])
open('/proc/sys/net/ipv4/ping_group_range', 'w').write('0 0')
code, out, err = run(*words, before=DROPPED)
print('echo', code, err, out)";
    let Some(said) = in_namespace(&console, program) else { return };
    let refused: Vec<&str> = said.lines().filter(|line| line.starts_with("refused 1 [")).collect();
    assert_eq!(refused.len(), 2, "{said}");
    assert!(refused[0].contains("nor an echo socket") && refused[0].contains("(EACCES 13)"), "{said}");
    assert!(refused[1].contains("CAP_NET_RAW") && refused[1].contains("(EPERM 1)"), "{said}");
    assert!(refused.iter().all(|line| line.matches("', '").count() == 0), "one line each: {said}");
    let echo = said.split("echo 0 ").nth(1).unwrap_or_else(|| panic!("{said}"));
    for part in [
        "no privilege for raw sockets: an echo socket",
        "\"event\":\"echo_only\"",
        "\"hex\":\"0000",
        "\"ttl\":64",
    ] {
        assert!(echo.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_ping_and_the_kernel_say_to_each_other_is_seen() {
    if !has_tool("ping") {
        return;
    }
    let console = Console::new();
    let program = r"
child = start('raw', '--protocol', 'icmp', '--until-records', '6', '--decode', 'icmp')
subprocess.run(['ping', '-c', '3', '-i', '0.2', '127.0.0.1'], check=True, stdout=subprocess.DEVNULL)
print(end(child))";
    let Some(said) = in_namespace(&console, program) else { return };
    assert_eq!(said.matches("echo request").count(), 3, "{said}");
    assert_eq!(said.matches("echo reply").count(), 3, "{said}");
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_opened() {
    let console = Console::new();
    for (words, told) in [
        (
            &["raw", "--protocol", "icmpv9"][..],
            "write icmp, icmpv6, the name of another protocol on IP such as udp, or its number",
        ),
        (&["raw", "--protocol", "icmpv6", "--include-header"], "the header of IPv6 is never received"),
        (
            &["raw", "--protocol", "253", "--checksum", "inet"],
            "where it stands in a packet of protocol 253 is not known",
        ),
        (&["raw", "--protocol", "icmp", "--until-closed"], "they have no end"),
    ] {
        let output = console.run(words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn sums_of_rules_steps_and_repeats_stand_inside_of_the_packet() {
    let console = Console::new();
    let program = r#"
open('r.toml', 'w').write('version = 1\n[[rule]]\nname = \'ask\'\nevery = \'50ms\'\nreply_hex = \'08 00 00 00 00 07 {counter:u16be}\'\nchecksum = \'inet\'\n')
open('s.toml', 'w').write('version = 1\n[session]\nraw = true\nprotocol = \'icmp\'\nto = \'127.0.0.1\'\n[[step]]\nsend_hex = \'08 00 00 00 00 09 {counter:u16be}\'\nchecksum = \'inet\'\ntimes = 2\nevery = \'20ms\'\n[[step]]\nwait_for = \'hex:"00 00 ?? ?? 00 09 00 02"\'\n')
live = ('raw', '--protocol', 'icmp', '--to', '127.0.0.1', '--format', 'jsonl', '--for', '10', '--until-records', '7')
print('rules', run(*live, '--rules', 'r.toml', '--journal', 'a.skj'))
print('repeat', run(*live, '--send-hex', '0800 0000 0008 0001', '--checksum', 'inet', '--every', '50', '--journal', 'b.skj'))
print('steps', run('run', 's.toml', '--journal', 'c.skj'))"#;
    let Some(said) = in_namespace(&console, program) else { return };
    let of =
        |word: &str| said.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{said}"));
    // The kernel answers an echo request, type 8, with a reply, type 0, if the sum is right.
    assert!(of("rules").contains("\"hex\":\"0000") && of("rules").contains("00070001\""), "{said}");
    assert!(of("repeat").contains("\"hex\":\"0000") && of("repeat").contains("00080001\""), "{said}");
    assert!(of("steps").starts_with("steps (0,"), "{said}");
}

#[test]
fn a_report_about_an_ipv6_packet_says_why_it_did_not_arrive() {
    let console = Console::new();
    let program = r"
subprocess.run('ip link add near type veth peer name far && ip link set near up && ip link set far up && '
    'ip addr add fd00::1/64 dev near nodad', shell=True, check=True)
open('/proc/sys/net/ipv6/neigh/near/retrans_time_ms', 'w').write('50')
child = start('raw', '--protocol', '58', '--to', 'fd00::2', '--send-hex', '8000 0000 0001 0001', '--format', 'jsonl', '--for', '20')
for line in child.stdout:
    if b'peer_unreachable' in line:
        print(line.decode()); break
child.terminate()
end(child)";
    let Some(said) = in_namespace(&console, program) else { return };
    assert!(said.contains("\"errno_name\":\"EHOSTUNREACH\""), "{said}");
}

#[test]
fn a_file_goes_out_whole_although_the_network_card_is_slower_than_it_is_read() {
    let console = Console::new();
    if !has_tool("tc") {
        return;
    }
    let program = r"
slow = 'tc qdisc add dev lo root tbf rate 1mbit burst 2kb limit 3000'
if subprocess.run(slow.split(), stderr=subprocess.DEVNULL).returncode:
    sys.exit('skipped: this kernel holds no device back' if 'SOCKSCOPE_REQUIRE_TOOLS' in os.environ else 0)
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(('127.0.0.1', 0)); peer.settimeout(20)
content = bytes(range(250)) * 160
open('content', 'wb').write(content)
child = subprocess.Popen([TOOL, 'udp', '--to', '127.0.0.1:%d' % peer.getsockname()[1], '--send-file', 'content', 
    '--journal', 'r.skj', '--until-sent'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
got = b''
while len(got) < len(content): got += peer.recv(2000)
_, errors = child.communicate(timeout=30)
print(child.returncode, got == content, errors.decode())";
    let Some(said) = in_namespace(&console, program) else { return };
    assert!(said.is_empty() || said.starts_with("0 True"), "{said}");
}
