//! The fields of the connection panel: what is typed is what counts, and what is wrong is said beside it.

use crate::window_support::{Desk, datagrams, loopback, read_datagram, words_of};
use egui::{Event, Key, Modifiers};
use sockscope::workspace::tabs::{TabKind, TabSettings};
use std::net::TcpListener;

fn datagram_tab() -> TabSettings {
    TabSettings { remote_host: String::new(), remote_port: String::new(), ..loopback(TabKind::Udp) }
}

#[test]
fn an_address_typed_while_open_counts_at_once() {
    let mut desk = Desk::with_tabs(vec![datagram_tab()]);
    desk.open("Open");
    let socket = datagrams();
    desk.fill("Remote", &socket.local_addr().unwrap().to_string());
    desk.write("first word");
    assert_eq!(desk.front().settings.remote_port, socket.local_addr().unwrap().port().to_string());
    desk.press("Send");
    assert_eq!(read_datagram(&socket).0, b"first word");
}

#[test]
fn a_datagram_goes_where_the_fields_say_or_nowhere() {
    let (first, second) = (datagrams(), datagrams());
    let [here, there] = [&first, &second].map(|socket| socket.local_addr().unwrap().port().to_string());
    let tab = TabSettings {
        remote_host: "127.0.0.1".to_owned(),
        remote_port: here.clone(),
        ..loopback(TabKind::Udp)
    };
    let mut desk = Desk::with_tabs(vec![tab]);
    desk.open("Open");
    desk.write("for whom?");
    for (host, why) in [
        ("plc.local", "“plc.local” is looked up when the session is opened"),
        ("10.0.0.300", "“10.0.0.300” is not an IPv4 address"),
        ("fe80::2%eth0", "“fe80::2%eth0” is looked up when the session is opened"),
    ] {
        desk.fill("Remote", host);
        desk.see(why);
        desk.press("Send");
        desk.hear(&format!("Nothing was sent. {why}"));
    }
    desk.fill("Remote", "");
    desk.press("Send");
    desk.hear("Nothing was sent. No remote address is set.");
    desk.press("Every");
    assert_eq!(desk.front().settings.composer.draft, "for whom?");
    assert!(desk.state().sending.history.is_empty(), "nothing was sent");
    desk.fill("Remote", "127.0.0.1");
    desk.fill("Remote port", &there);
    desk.press("Send");
    assert_eq!(read_datagram(&second).0, b"for whom?");
    desk.fill("Remote port", &here);
    desk.write("you");
    desk.press("Send");
    assert_eq!(read_datagram(&first).0, b"you", "none of the others went here");
}

#[test]
fn a_broadcast_address_and_a_group_are_chosen_and_broadcasting_is_switched_on() {
    let groups = vec!["239.1.2.3%lo".to_owned()];
    let mut desk = Desk::with_tabs(vec![TabSettings { broadcast: false, groups, ..datagram_tab() }]);
    desk.press("Broadcast addresses and joined groups");
    desk.press("239.1.2.3   group");
    let chosen = |desk: &Desk| (desk.front().settings.remote_host.clone(), desk.front().settings.broadcast);
    assert_eq!(chosen(&desk), ("239.1.2.3".to_owned(), false));
    desk.press("Broadcast addresses and joined groups");
    desk.press_containing("255.255.255.255 ");
    assert_eq!(chosen(&desk), ("255.255.255.255".to_owned(), true));
}

#[test]
fn who_sent_last_is_answered() {
    let mut desk = Desk::with_tabs(vec![datagram_tab()]);
    let here = desk.open("Open");
    let (first, second) = (datagrams(), datagrams());
    for (number, socket) in (1..).zip([&second, &first, &second]) {
        socket.send_to(b"?", here).unwrap();
        desk.wait(number, |state| state.tabs[0].status.counters.received.records == number);
    }
    desk.press("Send to");
    desk.choose("who sent last");
    desk.write("to you");
    desk.press("Send");
    assert_eq!(read_datagram(&second).0, b"to you");
    first.send_to(b"?", here).unwrap();
    desk.wait("the fourth", |state| state.tabs[0].status.counters.received.records == 4);
    desk.press("Send");
    assert_eq!(read_datagram(&first).0, b"to you");
    // Whom we send to elsewhere has not sent: a rule, a repeat or another choice leads to nobody else.
    let silent = datagrams();
    desk.fill("Remote", &silent.local_addr().unwrap().to_string());
    desk.press("Send to");
    desk.choose(&silent.local_addr().unwrap().to_string());
    desk.press("Send");
    assert_eq!(read_datagram(&silent).0, b"to you");
    desk.press("Send to");
    desk.choose("who sent last");
    desk.press("Send");
    assert_eq!(read_datagram(&first).0, b"to you");
}

#[test]
fn an_endpoint_typed_by_hand_is_split_when_it_is_whole() {
    let mut desk = Desk::with_tabs(vec![TabSettings::new(TabKind::TcpClient)]);
    desk.fill("Remote", "");
    for character in "10.0.0.7:80".chars() {
        desk.enter(&character.to_string());
    }
    let remote = |desk: &Desk| {
        let settings = &desk.front().settings;
        (settings.remote_host.clone(), settings.remote_port.clone())
    };
    assert_eq!(remote(&desk).0, "10.0.0.7:80");
    desk.focus("Remote port");
    assert_eq!(remote(&desk), ("10.0.0.7".to_owned(), "80".to_owned()));
    desk.fill("Remote", "");
    desk.harness.event(Event::Paste("[::1]:9000".to_owned()));
    desk.draw();
    assert_eq!(remote(&desk), ("::1".to_owned(), "9000".to_owned()), "what is pasted is whole");
}

#[test]
fn a_bad_field_among_the_details_is_shown() {
    for (tab, field, said) in [
        (
            TabSettings {
                connect_timeout_seconds: "soon".to_owned(),
                ..TabSettings::new(TabKind::TcpClient)
            },
            "Time limit",
            "“soon” is not a number of seconds",
        ),
        (
            TabSettings { local_port: "70000".to_owned(), ..TabSettings::new(TabKind::TcpClient) },
            "Port",
            "“70000” is not a port",
        ),
    ] {
        let mut desk = Desk::with_tabs(vec![tab]);
        desk.press("Connect");
        assert!(!desk.front().is_open());
        desk.see(said);
        desk.fill(field, "1");
        assert!(!desk.is_seen(said));
        desk.focus(field);
    }
}

#[test]
fn undoing_concerns_the_tab_in_front_alone() {
    let server = |port: &str| TabSettings { local_port: port.to_owned(), ..loopback(TabKind::TcpServer) };
    let mut desk = Desk::with_tabs(vec![server("1111"), server("2222")]);
    desk.fill("Port", "3333");
    desk.tab(1);
    desk.focus("Port");
    desk.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.front().settings.local_port, "2222");
}

#[test]
fn bad_addresses_are_said_beside_their_fields() {
    let mut desk = Desk::with_tabs(vec![loopback(TabKind::TcpServer)]);
    for (field, typed, said) in [
        ("Port", "70000", "“70000” is not a port"),
        ("Local", "my host", "“␠” cannot be part of a host (character 3)"),
        ("Local", "[::1", "The bracket opened in “[::1” is never closed."),
        ("Local", "10.0.0.256", "“10.0.0.256” is not an IPv4 address"),
    ] {
        desk.fill(field, typed);
        desk.key(Modifiers::COMMAND, Key::O);
        desk.see(said);
        assert!(!desk.front().is_open());
    }
    desk.fill("Local", "192.0.2.1");
    desk.fill("Port", "0");
    desk.press("Listen");
    let words = words_of(TcpListener::bind("192.0.2.1:0"));
    assert!(words.contains("EADDRNOTAVAIL "), "{words}");
    desk.see(&format!("{words}. This machine does not have that address"));
    desk.fill("Local", "[::1]:0");
    desk.open("Listen");
    assert_eq!(desk.front().settings.local_host, "::1");
}
