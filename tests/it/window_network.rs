//! Sockets from the window: datagrams, broadcast, multicast, clients, peers and options, and what is said when the
//! system refuses.

use crate::support::accept;
use crate::window_support::{
    Desk, client, datagrams, local, loopback, read_datagram, read_exactly, words_of,
};
use egui::{Key, Modifiers};
use sockscope::model::status::PeerState;
use sockscope::workspace::tabs::{TabKind, TabSettings};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};

fn client_tab(remote: SocketAddr) -> TabSettings {
    TabSettings {
        remote_host: remote.ip().to_string(),
        remote_port: remote.port().to_string(),
        ..TabSettings::new(TabKind::TcpClient)
    }
}

fn datagram_tab() -> TabSettings {
    TabSettings { remote_host: String::new(), remote_port: String::new(), ..loopback(TabKind::Udp) }
}

#[test]
fn datagrams_of_two_peers_are_received_and_one_is_answered() {
    let mut desk = Desk::with_tabs(vec![datagram_tab()]);
    let socket = desk.open("Open");
    let (one, other) = (datagrams(), datagrams());
    one.send_to(b"from one", socket).unwrap();
    desk.see("RX from one");
    other.send_to(b"from the other", socket).unwrap();
    desk.see("RX from the other");
    let address = other.local_addr().unwrap().to_string();
    desk.press_containing(&format!("{address} ·"));
    desk.write("only to the other");
    desk.press("Send");
    assert_eq!(read_datagram(&other), (b"only to the other".to_vec(), socket));
    desk.press("All peers");
    desk.write("to both");
    desk.press("Send");
    assert_eq!(read_datagram(&one).0, b"to both");
    assert_eq!(read_datagram(&other).0, b"to both");
}

#[test]
fn broadcasting_is_refused_with_a_hint_until_it_is_switched_on() {
    let tab = TabSettings {
        broadcast: false,
        remote_host: "127.255.255.255".to_owned(),
        remote_port: "9".to_owned(),
        ..loopback(TabKind::Udp)
    };
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.open("Open");
    desk.write("anyone?");
    desk.press("Send");
    desk.see("127.255.255.255:9 is a broadcast address: switch broadcasting on to send there.");
    desk.press("Broadcast");
    assert_eq!(desk.front().panel.refusal, None, "it is no longer said beside the switch");
    desk.press("Send");
    desk.see("TX anyone?");
}

#[test]
fn a_group_is_joined_on_an_interface_and_left() {
    let tab = TabSettings { local_host: "0.0.0.0".to_owned(), ..datagram_tab() };
    let mut desk = Desk::with_tabs(vec![tab]);
    let socket = desk.open("Open");
    desk.fill("Multicast group", "239.255.77.7");
    desk.press("Interface of the group");
    desk.press("lo");
    desk.press("Join");
    desk.see("joined group 239.255.77.7 on lo");
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.set_multicast_loop_v4(true).unwrap();
    let option = socket2::SockRef::from(&sender).set_multicast_if_v4(&"127.0.0.1".parse().unwrap());
    option.unwrap();
    sender.send_to(b"to the group", ("239.255.77.7", socket.port())).unwrap();
    desk.see("RX to the group");
    desk.press("Leave 239.255.77.7%lo");
    desk.see("left group 239.255.77.7 on lo");
    assert!(desk.front().settings.groups.is_empty());
}

#[test]
fn a_vanished_interface_is_said_beside_the_field_and_the_group_stays_typed() {
    let mut desk = Desk::with_tabs(vec![datagram_tab()]);
    desk.open("Open");
    desk.fill("Multicast group", "239.1.2.3%gone0");
    desk.press("Join");
    desk.see("annot join group");
    assert_eq!(desk.front().panel.group_draft, "239.1.2.3%gone0");
    assert!(desk.front().settings.groups.is_empty());
    desk.fill("Multicast group", "10.0.0.1");
    desk.see("“10.0.0.1” is not a multicast group");
}

#[test]
fn a_listener_and_a_client_of_one_window_talk_with_a_click_each() {
    let listening = TabSettings { local_port: free_port().to_string(), ..loopback(TabKind::TcpServer) };
    let connecting =
        TabSettings { remote_port: listening.local_port.clone(), ..TabSettings::new(TabKind::TcpClient) };
    let mut desk = Desk::with_tabs(vec![listening, connecting]);
    desk.open("Listen");
    desk.tab(1);
    desk.open("Connect");
    desk.write("hello, neighbour");
    desk.press("Send");
    desk.wait("the fresh sign", |state| state.tabs[0].is_fresh);
    desk.tab(0);
    desk.see("RX hello, neighbour");
    assert!(!desk.front().is_fresh);
}

#[test]
fn the_first_tabs_fit_each_other() {
    let [server, client] = [TabKind::TcpServer, TabKind::TcpClient].map(TabSettings::new);
    assert_eq!(server.local_port, client.remote_port);
    assert_eq!(client.remote_host, "127.0.0.1");
}

#[test]
fn a_refused_connection_is_said_beside_the_port() {
    let remote = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut desk = Desk::with_tabs(vec![client_tab(remote)]);
    desk.press("Connect");
    let words = words_of(TcpStream::connect(remote));
    assert!(words.contains("ECONNREFUSED "), "{words}");
    desk.see(&format!("Cannot connect to {remote}: {words}. Nobody listens there."));
    desk.fill("Remote port", "1");
    assert!(!desk.is_seen("Cannot connect"), "it was said of another port");
}

#[test]
fn a_client_comes_back_by_itself_when_asked_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut desk = Desk::with_tabs(vec![client_tab(listener.local_addr().unwrap())]);
    desk.press("Reconnect automatically");
    desk.press("Connect");
    drop(accept(&listener));
    let mut stream = accept(&listener);
    stream.write_all(b"second time").unwrap();
    desk.see("RX second time");
    desk.press_containing("Disconnect");
    desk.wait("the end", |state| !state.tabs[0].is_open());
}

#[test]
fn a_name_is_looked_up_and_an_unknown_one_is_said_beside_the_host() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut tab = client_tab(listener.local_addr().unwrap());
    tab.remote_host = "localhost".to_owned();
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.press("Connect");
    desk.see("localhost is ");
    desk.wait("the connection", |state| local(&state.tabs[0]).is_some());
    desk.press_containing("Disconnect");
    desk.wait("the end", |state| !state.tabs[0].is_open());
    desk.fill("Remote", "no.such.host.invalid");
    desk.press("Connect");
    desk.see("Cannot resolve no.such.host.invalid");
}

#[test]
fn peers_are_half_closed_closed_and_reset() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peers = [client(listener), client(listener), client(listener)];
    desk.wait("three clients", |state| state.tabs[0].status.peers_present == 3);
    let rows = peers.each_ref().map(|peer| format!("{} · rx", peer.local_addr().unwrap()));
    desk.menu_of(&rows[0]);
    desk.press("Send no more (half-close)");
    assert_eq!(peers[0].read(&mut [0; 8]).unwrap(), 0, "the end came");
    peers[0].write_all(b"still heard").unwrap();
    desk.see("RX still heard");
    desk.press(&format!("Disconnect {}", peers[1].local_addr().unwrap()));
    assert_eq!(peers[1].read(&mut [0; 8]).unwrap(), 0);
    desk.menu_of(&rows[2]);
    desk.press("Disconnect with a reset (RST)");
    assert_eq!(peers[2].read(&mut [0; 8]).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    desk.wait("one peer", |state| state.tabs[0].status.peers_present == 1);
    assert_eq!(desk.front().peers.page[0].state, PeerState::WriteShut);
}

#[test]
fn sends_go_to_one_to_several_and_to_all() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peers = [client(listener), client(listener), client(listener)];
    desk.wait("three clients", |state| state.tabs[0].status.peers_present == 3);
    let rows = peers.each_ref().map(|peer| format!("{} · rx", peer.local_addr().unwrap()));
    desk.press_containing(&rows[0]);
    desk.write("one;");
    desk.press("Send");
    desk.menu_of(&rows[2]);
    desk.press("Send to this peer, too");
    desk.write("two;");
    desk.press("Send");
    desk.press("all clients");
    desk.write("all;");
    desk.press("Send");
    let got = peers.each_mut().map(|peer| {
        let mut text = String::new();
        while !text.ends_with("all;") {
            text.push_str(&String::from_utf8(read_exactly(peer, 4)).unwrap());
        }
        text
    });
    assert_eq!(got, ["one;two;all;", "all;", "two;all;"]);
}

#[test]
fn stopping_to_listen_can_keep_the_clients() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut peer = client(listener);
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    desk.press("Stop listening, keep clients");
    desk.see("not listening; clients stay");
    peer.write_all(b"still here").unwrap();
    desk.see("RX still here");
    desk.press("Listen again");
    desk.wait("the listener", |state| local(&state.tabs[0]) == Some(listener));
    let _other = client(listener);
    desk.wait("both clients", |state| state.tabs[0].status.peers_present == 2);
    desk.press("Stop listening, keep clients");
    desk.see("not listening; clients stay");
    desk.press_containing("Disconnect all");
    desk.wait("the end", |state| !state.tabs[0].is_open());
}

#[test]
fn options_show_what_was_asked_and_what_was_granted_also_while_open() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    desk.press("Socket options");
    desk.press("Add an option");
    desk.press("receive-buffer");
    desk.fill("Value", "many");
    desk.see("receive-buffer takes a number from 0 to");
    desk.fill("Value", "20000");
    desk.press("Set");
    desk.open("Listen");
    // Linux doubles it for its own bookkeeping.
    desk.see(if cfg!(target_os = "linux") { "granted 40000" } else { "granted 20000" });
    desk.press("Add an option");
    desk.choose("ttl");
    desk.fill("Value", "7");
    desk.press("Set");
    desk.see("option ttl set to 7");
    desk.press("Add an option");
    desk.choose("keep-alive-idle");
    desk.fill("Value", "0");
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("annot set option");
    assert_eq!(desk.front().panel.value_draft, "0", "what was typed is still there");
    assert_eq!(desk.front().settings.options, ["receive-buffer=20000", "ttl=7"]);
}

#[test]
fn a_port_that_is_taken_is_said_with_name_and_number() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut desk = Desk::with_tabs(vec![TabSettings { local_port: port, ..loopback(TabKind::TcpServer) }]);
    desk.press("Listen");
    let words = words_of(TcpListener::bind(taken.local_addr().unwrap()));
    assert!(words.contains("EADDRINUSE "), "{words}");
    desk.see(&format!("{words}. Another program listens there already"));
    drop(taken);
    desk.open("Listen");
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_refused_change_leaves_what_was_accepted_before() {
    let tab = TabSettings { options: vec!["keep-alive-idle=60".to_owned()], ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.press("Socket options");
    desk.open("Listen");
    desk.press("Add an option");
    desk.choose("keep-alive-idle");
    desk.fill("Value", "0");
    desk.press("Set");
    desk.see("annot set option");
    assert_eq!(desk.front().settings.options, ["keep-alive-idle=60"]);
    assert_eq!(desk.front().panel.value_draft, "0", "what was typed is still there");
}

#[test]
fn joining_a_group_twice_leaves_it_joined() {
    let tab = TabSettings { local_host: "0.0.0.0".to_owned(), ..datagram_tab() };
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.open("Open");
    for _ in 0..2 {
        desk.fill("Multicast group", "239.255.77.8%lo");
        desk.press("Join");
        desk.see("joined group 239.255.77.8 on lo");
    }
    assert!(!desk.is_seen("annot join group"));
    assert_eq!(desk.front().settings.groups, ["239.255.77.8%lo"]);
}

#[test]
#[cfg(target_os = "linux")]
fn every_client_that_is_chosen_shows_what_the_kernel_knows_of_it() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let peers = [client(listener), client(listener)];
    desk.wait("two clients", |state| state.tabs[0].status.peers_present == 2);
    let rows = peers.each_ref().map(|peer| format!("{}", peer.local_addr().unwrap()));
    for row in &rows {
        desk.press_containing(&format!("{row} · rx"));
        desk.wait(row, |state| {
            let chosen = state.tabs[0].peers.selected.as_ref();
            chosen.is_some_and(|peer| peer.remote.to_string() == *row && peer.facts.is_some())
        });
    }
}

#[test]
fn a_client_is_found_behind_many_that_left() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    for count in 1..=30 {
        drop(client(listener));
        desk.wait(count, |state| {
            let tab = &state.tabs[0];
            tab.status.peers_present == 0 && tab.peers.total == count
        });
    }
    let mut stayer = client(listener);
    let address = stayer.local_addr().unwrap();
    desk.wait("the only one that is there", |state| {
        state.tabs[0].peers.selected.as_ref().is_some_and(|peer| peer.remote == address.into())
    });
    desk.press_containing(&format!("{address} · rx"));
    desk.write("found");
    desk.press("Send");
    assert_eq!(read_exactly(&mut stayer, 5), b"found");
}

#[test]
fn what_was_meant_for_a_client_that_left_goes_to_nobody_else() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let address = desk.open("Listen");
    let leaver = client(address);
    desk.wait("the first client", |state| state.tabs[0].peers.total == 1);
    let mut stayer = client(address);
    desk.wait("the second client", |state| state.tabs[0].peers.total == 2);
    let name = leaver.local_addr().unwrap().to_string();
    desk.press_containing(&name);
    desk.wait("the choice", |state| state.tabs[0].peers.selected_id().is_some());
    desk.write("for the first alone");
    drop(leaver);
    desk.wait("the end of the first", |state| state.tabs[0].peers.send_to.is_nobody());
    desk.press("Send");
    desk.hear("There is nobody to send to");
    assert_eq!(desk.front().settings.composer.draft, "for the first alone");
    desk.press("all clients");
    desk.write("for all");
    desk.press("Send");
    assert_eq!(read_exactly(&mut stayer, 7), b"for all");
}

#[test]
fn every_client_can_be_sent_to_also_those_that_are_out_of_sight() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    let listener = desk.open("Listen");
    let mut clients: Vec<_> = (0..60).map(|_| client(listener)).collect();
    desk.wait("all of them", |state| state.tabs[0].status.peers_present == 60);
    let hidden = clients[47].local_addr().unwrap();
    let line = format!("48  {hidden}");
    desk.press("Send to");
    desk.enter(&hidden.port().to_string());
    desk.see(&line);
    desk.press(&line);
    desk.write("only you");
    desk.press("Send");
    assert_eq!(read_exactly(&mut clients[47], 8), b"only you");
}
