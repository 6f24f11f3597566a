//! The window as a person uses it, with a real engine and real sockets behind it, by the names of its controls.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockscope::ui::dialogs::DialogAnswer;
use sockscope::ui::testing::{TestApp, open_window, wait_until};
use sockscope::util::locale::Language;
use sockscope::workspace::profile::Profile;
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::Tabs;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// A profile whose first tab listens on a free port, in GBK.
fn profile(folder: &Path) {
    let profile = Profile::locate(Some(folder)).unwrap();
    profile.create_folders().unwrap();
    let mut tabs = Tabs::default();
    tabs.tabs[0].local_host = "127.0.0.1".to_owned();
    tabs.tabs[0].local_port = "0".to_owned();
    tabs.tabs[0].encoding = "gbk".to_owned();
    Store::new(folder).save(&tabs).unwrap();
}

fn window(folder: &Path, answer: DialogAnswer) -> Harness<'static, TestApp> {
    open_window(folder, Language::English, [1460.0, 860.0], answer)
}

fn press(harness: &mut Harness<'_, TestApp>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

fn listen(harness: &mut Harness<'_, TestApp>) -> TcpStream {
    press(harness, "Listen");
    assert!(wait_until(harness, |harness| local_port(harness).is_some()), "the listener is there");
    let port = local_port(harness).unwrap();
    let peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    peer
}

fn local_port(harness: &Harness<'_, TestApp>) -> Option<u16> {
    match &harness.state().app()?.state().tabs[0].status.state {
        sockscope::model::status::SessionState::Listening { local, .. } => local.port(),
        _ => None,
    }
}

#[test]
fn a_person_listens_reads_answers_in_gbk_and_saves() {
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path());
    let log = folder.path().join("log.txt");
    let mut harness = window(folder.path(), DialogAnswer::Chosen(log.clone()));
    let mut peer = listen(&mut harness);
    peer.write_all(b"\xCE\xC2\xB6\xC8=25\r\n").unwrap();
    assert!(
        wait_until(&mut harness, |harness| harness.query_by_label_contains("RX 温度=25").is_some()),
        "the received text is shown"
    );
    harness.get_by_label("Payload").focus();
    harness.run_steps(2);
    harness.get_by_label("Payload").type_text("你好");
    harness.run_steps(3);
    press(&mut harness, "Send");
    let mut reply = [0; 4];
    peer.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"\xC4\xE3\xBA\xC3");
    assert!(
        wait_until(&mut harness, |harness| harness.query_by_label_contains("TX 你好").is_some()),
        "the reply is shown"
    );
    press(&mut harness, "Save log…");
    press(&mut harness, "Browse…");
    press(&mut harness, "Save");
    assert!(wait_until(&mut harness, |_| log.exists()), "the file is there");
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("温度=25") && text.contains("你好"), "{text}");
}

#[test]
fn a_bad_port_is_said_beside_its_field_and_nothing_opens() {
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path());
    let mut tabs = Tabs::default();
    tabs.tabs[0].local_port = "70000".to_owned();
    Store::new(folder.path()).save(&tabs).unwrap();
    let mut harness = window(folder.path(), DialogAnswer::Cancelled);
    press(&mut harness, "Listen");
    assert!(harness.query_by_label_contains("“70000” is not a port").is_some());
    assert!(!harness.state().app().unwrap().state().tabs[0].is_open());
}

#[test]
fn wrong_hex_is_pointed_out_and_cannot_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path());
    let mut harness = window(folder.path(), DialogAnswer::Cancelled);
    let _peer = listen(&mut harness);
    harness.get_all_by_label("Hex").last().unwrap().click();
    harness.run_steps(3);
    harness.get_by_label("Payload").focus();
    harness.run_steps(2);
    harness.get_by_label("Payload").type_text("01 0G");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("“G” is not a hex digit (character 5)").is_some());
}
