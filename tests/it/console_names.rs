//! A host name that stands for several addresses: they are listened at as one. Each test has its own file of hosts, in a
//! mount namespace.

use crate::support::{Console, has_tool, received, wait_until};
use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

const HOSTS: &str = "127.0.0.1 many.test\n127.0.0.2 many.test\n::1 many.test\n";

/// Another program that runs what follows where `many.test` is known. `None` where nobody may have a namespace.
fn where_it_is_known(console: &Console) -> Option<Vec<&'static str>> {
    if !has_tool("unshare") {
        return None;
    }
    let namespace = ["unshare", "--user", "--map-root-user", "--mount"];
    let allowed = Command::new(namespace[0]).args(&namespace[1..]).arg("true").stderr(Stdio::null()).status();
    if !allowed.unwrap().success() {
        assert!(std::env::var_os("SOCKSCOPE_REQUIRE_TOOLS").is_none(), "namespaces are required");
        println!("skipped: nobody may have a namespace here");
        return None;
    }
    std::fs::write(console.path("hosts"), HOSTS).unwrap();
    let known = "mount --bind hosts /etc/hosts && exec \"$0\" \"$@\"";
    Some([&namespace[..], &["sh", "-c", known]].concat())
}

/// The addresses of the name that this machine has, at a port.
fn addresses(port: u16) -> Vec<SocketAddr> {
    let hosts: [IpAddr; 3] = ["127.0.0.1", "127.0.0.2", "::1"].map(|host| host.parse().unwrap());
    let is_here = |host: &IpAddr| TcpListener::bind((*host, 0)).is_ok();
    hosts.into_iter().filter(is_here).map(|host| SocketAddr::new(host, port)).collect()
}

#[test]
fn clients_come_in_at_every_address_of_the_name() {
    let console = Console::new();
    let Some(known) = where_it_is_known(&console) else { return };
    let mut server = console.start_through(&known, &["listen", "tcp", "many.test:0", "--format", "jsonl"]);
    let first = server.ready();
    let all = addresses(first.port());
    assert!(all.len() >= 2 && all.contains(&first), "{first} of {all:?}");
    for address in &all {
        write!(TcpStream::connect(address).unwrap(), "to {address}").unwrap();
    }
    wait_until("all clients", || server.out().matches("\"event\":\"peer_left\"").count() == all.len());
    server.signal("INT");
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    assert_eq!(out.matches("\"event\":\"listening\"").count(), all.len(), "{out}");
    let came = String::from_utf8(received(&console, &console.path("session.skj"))).unwrap();
    assert!(all.iter().all(|address| came.contains(&format!("to {address}"))), "{came}");
    assert_eq!(server.errors().matches("ready: ").count(), 1, "{}", server.errors());
}

#[test]
fn an_address_that_is_taken_is_told_and_the_others_are_listened_at() {
    let console = Console::new();
    let Some(known) = where_it_is_known(&console) else { return };
    let taken = TcpListener::bind("127.0.0.2:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let words = ["listen", "tcp", &format!("many.test:{port}"), "--format", "jsonl"];
    let mut server = console.start_through(&known, &words);
    server.ready();
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    wait_until("the client", || server.out().contains("peer_left"));
    server.signal("INT");
    assert!(server.wait().success(), "{}", server.errors());
    let out = server.out();
    let failed: Vec<&str> = out.lines().filter(|line| line.contains("open_failed")).collect();
    assert!(failed.len() == 1 && failed[0].contains(&format!("127.0.0.2:{port}")), "{out}");
}
