//! The list of sends in the window: which of them go out with the others, what is done without a pointer, and what the steps
//! beside it offer. What counts is what a peer got.

use crate::window_support::{Desk, client, loopback, prepare, read_exactly};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sockscope::workspace::sending::{QuickSend, Sending};
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::{DocumentSettings, DrawerChoice, TabKind};
use std::net::TcpStream;

fn quick(text: &str, left_out: bool) -> QuickSend {
    let (name, key) = (format!("say {text}"), Some(String::new()));
    QuickSend { name, text: text.to_owned(), key, left_out, ..QuickSend::default() }
}

fn with_list(quick: Vec<QuickSend>) -> (Desk, TcpStream) {
    let folder = tempfile::tempdir().unwrap();
    let mut tab = loopback(TabKind::TcpServer);
    tab.drawer.shown = DrawerChoice::List;
    prepare(&folder, vec![tab]);
    Store::new(folder.path()).save(&Sending { quick, ..Sending::default() }).unwrap();
    let mut desk = Desk::over(folder);
    let peer = client(desk.open("Listen"));
    desk.wait("the client", |state| state.tabs[0].status.peers_present == 1);
    (desk, peer)
}

#[test]
fn what_is_ticked_goes_out_and_the_log_counts_it() {
    let (mut desk, mut peer) = with_list(vec![quick("a", false), quick("b", true), quick("c", false)]);
    desk.press("Send all");
    assert_eq!(read_exactly(&mut peer, 2), b"ac");
    desk.see("list: 2 sends");
    desk.see("list: 2 sent in ");
    desk.press("Send say b with the others");
    desk.press("Send say c with the others");
    desk.press("Send all");
    assert_eq!(read_exactly(&mut peer, 2), b"ab");
    let desk = desk.restart();
    let left_out: Vec<bool> = desk.state().sending.quick.iter().map(|quick| quick.left_out).collect();
    assert_eq!(left_out, [false, false, true]);
}

#[test]
fn a_row_of_the_list_is_changed_and_sent_without_a_pointer() {
    let (mut desk, mut peer) = with_list(vec![quick("a", false), quick("b", false)]);
    desk.harness.get_by_label("say b").focus();
    desk.draw();
    desk.key(Modifiers::NONE, Key::Enter);
    desk.see("Edit quick send");
    desk.press("Cancel");
    desk.harness.get_by_label("Send say b").focus();
    desk.draw();
    desk.key(Modifiers::NONE, Key::Space);
    assert_eq!(read_exactly(&mut peer, 1), b"b");
    desk.press("Send say a");
    assert_eq!(read_exactly(&mut peer, 1), b"a");
}

#[test]
fn the_editor_of_a_step_is_closed_and_a_removed_step_comes_back() {
    let mut tab = loopback(TabKind::TcpServer);
    tab.drawer.shown = DrawerChoice::Sequence;
    let text = "version = 1\n[[step]]\nsend = 'a'\n[[step]]\ndelay = '1s'\n".to_owned();
    tab.drawer.sequence = DocumentSettings { path: String::new(), text };
    let mut desk = Desk::with_tabs(vec![tab]);
    let before = desk.front().settings.drawer.sequence.text.clone();
    desk.press_containing("2 Delay");
    desk.press("Close the editor");
    assert!(!desk.is_seen("Close the editor"));
    assert_eq!(desk.front().settings.drawer.sequence.text, before);
    desk.press_containing("2 Delay");
    desk.press("Remove");
    assert!(!desk.front().settings.drawer.sequence.text.contains("delay"));
    desk.see("Step 2 is removed.");
    desk.press("Undo");
    assert!(desk.front().settings.drawer.sequence.text.contains("delay"));
    assert!(!desk.is_seen("Step 2 is removed."));
}
