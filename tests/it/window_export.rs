//! Taking sessions along and bringing files in, through the window: the pages, what they write, and what they say.

use crate::export_support::{Session, noise, tool};
use crate::window_support::words_of;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockscope::export::pcapng::{PcapngExporter, PcapngOptions};
use sockscope::model::config::SessionKind;
use sockscope::model::record::EndReason;
use sockscope::model::status::SessionState;
use sockscope::ui::dialogs::DialogAnswer;
use sockscope::ui::export::page::Scope;
use sockscope::ui::pages::Modal;
use sockscope::ui::testing::{TestApp, open_window, wait_until};
use sockscope::util::locale::Language;
use sockscope::workspace::profile::Profile;
use sockscope::workspace::settings::Settings;
use sockscope::workspace::store::Store;
use sockscope::workspace::tabs::Tabs;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A window whose first tab listens on a free port, with one client that said something and got an answer.
struct Talk {
    harness: Harness<'static, TestApp>,
    peer: TcpStream,
    folder: TempDir,
}

fn profile(folder: &Path, wireshark: &str) {
    let profile = Profile::locate(Some(folder)).unwrap();
    profile.create_folders().unwrap();
    let mut tabs = Tabs::default();
    tabs.tabs[0].local_host = "127.0.0.1".to_owned();
    tabs.tabs[0].local_port = "0".to_owned();
    let store = Store::new(folder);
    store.save(&tabs).unwrap();
    store.save(&Settings { wireshark: wireshark.to_owned(), ..Settings::default() }).unwrap();
}

fn window(folder: &Path, answer: DialogAnswer) -> Harness<'static, TestApp> {
    open_window(folder, Language::English, [1460.0, 860.0], answer)
}

fn press(harness: &mut Harness<'_, TestApp>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

fn choose(harness: &mut Harness<'_, TestApp>, list: &str, name: &str) {
    press(harness, list);
    press(harness, name);
}

fn assert_shown(harness: &mut Harness<'_, TestApp>, text: &str) {
    let is_shown = wait_until(harness, |harness| harness.query_all_by_label_contains(text).next().is_some());
    assert!(is_shown, "“{text}” is shown");
}

fn local_port(harness: &Harness<'_, TestApp>) -> Option<u16> {
    match &harness.state().app()?.state().tabs[0].status.state {
        SessionState::Listening { local, .. } => local.port(),
        _ => None,
    }
}

impl Talk {
    fn new(wireshark: &str, answer: impl FnOnce(&Path) -> DialogAnswer) -> Talk {
        let folder = tempfile::tempdir().unwrap();
        profile(folder.path(), wireshark);
        let mut harness = window(folder.path(), answer(folder.path()));
        press(&mut harness, "Listen");
        assert!(wait_until(&mut harness, |harness| local_port(harness).is_some()), "the listener is there");
        let mut peer = TcpStream::connect(("127.0.0.1", local_port(&harness).unwrap())).unwrap();
        peer.write_all(b"temperature=25\r\n").unwrap();
        assert_shown(&mut harness, "RX temperature=25");
        harness.get_by_label("Payload").focus();
        harness.run_steps(2);
        harness.get_by_label("Payload").type_text("understood");
        harness.run_steps(3);
        press(&mut harness, "Send");
        peer.read_exact(&mut [0; 10]).unwrap();
        assert_shown(&mut harness, "TX understood");
        Talk { harness, peer, folder }
    }

    fn exported(&mut self, name: &str) -> String {
        let path = self.folder.path().join(name);
        press(&mut self.harness, "Save");
        assert!(wait_until(&mut self.harness, |_| path.exists()), "{name} is there");
        fs::read_to_string(path).unwrap()
    }
}

fn to_file(name: &'static str) -> impl FnOnce(&Path) -> DialogAnswer {
    move |folder| DialogAnswer::Chosen(folder.join(name))
}

#[test]
fn the_page_shows_the_first_rows_of_what_it_will_write() {
    let mut talk = Talk::new("", to_file("log.csv"));
    press(&mut talk.harness, "Save log…");
    assert_shown(&mut talk.harness, "● 1");
    choose(&mut talk.harness, "Format", "Table for spreadsheets (.csv)");
    assert_shown(&mut talk.harness, "No.,Time,Since row above (s),Direction,Peer");
    press(&mut talk.harness, "Browse…");
    talk.harness.run_steps(3);
    let table = talk.exported("log.csv");
    assert!(table.starts_with("\u{FEFF}No.,Time,"), "{table}");
    assert!(table.contains("\"temperature=25\"") && table.contains("understood"), "{table}");
}

#[test]
fn one_direction_alone_is_previewed_and_written() {
    let mut talk = Talk::new("", to_file("log.jsonl"));
    press(&mut talk.harness, "Save log…");
    choose(&mut talk.harness, "Format", "JSON lines for scripts (.jsonl)");
    talk.harness.get_all_by_label("Direction").last().unwrap().click();
    talk.harness.run_steps(3);
    talk.harness.get_all_by_label("Sent").last().unwrap().click();
    assert_shown(&mut talk.harness, "\"dir\":\"tx\"");
    press(&mut talk.harness, "Browse…");
    let lines = talk.exported("log.jsonl");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains("\"text\":\"understood\""), "{lines}");
}

#[test]
fn only_what_is_shown_leaves_out_what_was_cleared_from_view() {
    let mut talk = Talk::new("", to_file("log.txt"));
    press(&mut talk.harness, "Clear");
    talk.peer.write_all(b"after clearing").unwrap();
    assert_shown(&mut talk.harness, "RX after clearing");
    press(&mut talk.harness, "Save log…");
    press(&mut talk.harness, "What is shown");
    press(&mut talk.harness, "Browse…");
    let text = talk.exported("log.txt");
    assert!(text.contains("after clearing") && !text.contains("temperature"), "{text}");
}

#[test]
fn a_folder_that_is_not_there_is_said_beside_the_path() {
    let mut talk = Talk::new("", to_file("missing/log.txt"));
    press(&mut talk.harness, "Save log…");
    press(&mut talk.harness, "Browse…");
    press(&mut talk.harness, "Save");
    let words = words_of(fs::File::create(talk.folder.path().join("missing/log.txt")));
    assert_shown(&mut talk.harness, &words);
    press(&mut talk.harness, "Cancel");
    assert!(talk.harness.state().app().unwrap().state().modal.is_none());
}

fn type_path(harness: &mut Harness<'_, TestApp>, path: &Path) {
    harness.get_by_label("File").focus();
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.event(Event::Text(path.display().to_string()));
    harness.run_steps(3);
}

#[test]
fn a_file_is_replaced_only_after_it_was_said_and_a_session_never() {
    let mut talk = Talk::new("", |_| DialogAnswer::Cancelled);
    let path = talk.folder.path().join("there.txt");
    fs::write(&path, "earlier").unwrap();
    press(&mut talk.harness, "Save log…");
    type_path(&mut talk.harness, &talk.folder.path().join("sessions/other.skj"));
    press(&mut talk.harness, "Save");
    assert_shown(&mut talk.harness, "This file holds a session.");
    type_path(&mut talk.harness, &path);
    press(&mut talk.harness, "Save");
    assert_shown(&mut talk.harness, "This file exists already.");
    assert_eq!(fs::read_to_string(&path).unwrap(), "earlier");
    press(&mut talk.harness, "Save");
    let is_written = |_: &Harness<'_, TestApp>| fs::read_to_string(&path).unwrap().contains("understood");
    assert!(wait_until(&mut talk.harness, is_written), "the file is replaced");
}

#[test]
fn the_ending_chooses_the_format_and_the_last_one_is_offered_again() {
    let mut talk = Talk::new("", to_file("second.csv"));
    press(&mut talk.harness, "Save log…");
    let path = talk.folder.path().join("first.pcapng");
    type_path(&mut talk.harness, &path);
    press(&mut talk.harness, "Save");
    let pcapng_magic = [0x0A, 0x0D, 0x0D, 0x0A];
    let is_capture =
        |_: &Harness<'_, TestApp>| fs::read(&path).is_ok_and(|bytes| bytes.starts_with(&pcapng_magic));
    assert!(wait_until(&mut talk.harness, is_capture), "the ending says that it is a capture");

    assert!(wait_until(&mut talk.harness, |harness| harness.query_by_label("Format").is_none()));
    press(&mut talk.harness, "Save log…");
    assert_eq!(talk.harness.get_by_label("Format").value().unwrap(), "Capture for Wireshark (.pcapng)");
    press(&mut talk.harness, "Browse…");
    assert_shown(&mut talk.harness, "No.,Time,Since row above");
    assert!(talk.exported("second.csv").contains("No.,Time,Since row above"));
}

#[test]
fn enter_in_the_path_does_what_the_page_is_for() {
    let mut talk = Talk::new("", |_| DialogAnswer::Cancelled);
    press(&mut talk.harness, "Save log…");
    let log = talk.folder.path().join("entered.txt");
    type_path(&mut talk.harness, &log);
    talk.harness.key_press(Key::Enter);
    assert!(wait_until(&mut talk.harness, |_| log.exists()), "the log is saved");

    let field = talk.folder.path().join("field.pcapng");
    fs::write(&field, capture(b"from the field")).unwrap();
    assert!(wait_until(&mut talk.harness, |harness| harness.query_by_label("Format").is_none()));
    press(&mut talk.harness, "Menu");
    press(&mut talk.harness, "Import…");
    type_path(&mut talk.harness, &field);
    talk.harness.key_press(Key::Enter);
    assert_shown(&mut talk.harness, "RX from the field");
}

/// A capture of a server that received what is given.
fn capture(payload: &[u8]) -> Vec<u8> {
    let mut session = Session::new(Some(SessionKind::TcpServer));
    session.joined(1, "10.0.0.1:9000", "10.0.0.7:5001");
    session.received(1, payload);
    session.left(1, "10.0.0.7:5001", EndReason::Fin);
    session.export(&mut PcapngExporter::new(PcapngOptions::default()))
}

fn import(bytes: &[u8], name: &str) -> (Harness<'static, TestApp>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path(), "");
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    let mut harness = window(folder.path(), DialogAnswer::Chosen(file));
    press(&mut harness, "Menu");
    press(&mut harness, "Import…");
    press(&mut harness, "Browse…");
    harness.run_steps(3);
    (harness, folder)
}

#[test]
fn a_capture_is_imported_and_its_session_is_in_front() {
    let (mut harness, folder) = import(&capture(b"from the field"), "field.pcapng");
    press(&mut harness, "Import");
    assert_shown(&mut harness, "RX from the field");
    assert_shown(&mut harness, "client connected 10.0.0.7:5001 → 10.0.0.1:9000");
    assert_eq!(fs::read_dir(folder.path().join("sessions")).unwrap().count(), 2, "a journal and its index");
}

#[test]
fn what_was_typed_for_raw_bytes_does_not_keep_a_capture_out() {
    let (mut harness, _folder) = import(&capture(b"from the field"), "field.pcapng");
    choose(&mut harness, "Read as", "Raw bytes");
    harness.get_all_by_label("Peer").last().unwrap().focus();
    harness.run_steps(3);
    harness.event(Event::Text("abc".to_owned()));
    harness.run_steps(3);
    press(&mut harness, "Import");
    assert_shown(&mut harness, "“abc” is not an address with a port");
    choose(&mut harness, "Read as", "Capture (pcapng, pcap)");
    assert!(harness.query_by_label_contains("abc").is_none(), "what is not seen is not complained about");
    press(&mut harness, "Import");
    assert_shown(&mut harness, "RX from the field");
}

#[test]
fn a_cut_capture_is_shown_as_far_as_it_goes_and_said_to_be_cut() {
    let capture = capture(&noise(100_000, 1));
    let (mut harness, _folder) = import(&capture[..70_000], "cut.pcapng");
    press(&mut harness, "Import");
    assert_shown(&mut harness, "the file ends in the middle of a block at byte ");
}

#[test]
fn a_file_that_is_no_capture_is_said_to_be_none() {
    let (mut harness, folder) = import(&noise(100, 1), "noise.pcap");
    press(&mut harness, "Import");
    assert_shown(&mut harness, "is neither a pcapng nor a pcap file");
    assert_eq!(fs::read_dir(folder.path().join("sessions")).unwrap().count(), 0);
}

/// A program that keeps what it is fed, instead of Wireshark.
#[cfg(unix)]
fn stand_in(folder: &Path) -> (PathBuf, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let (program, kept) = (folder.join("stand-in"), folder.join("fed.pcapng"));
    fs::write(&program, format!("#!/bin/sh\n[ \"$*\" = '-k -i -' ] && exec cat > '{}'\n", kept.display()))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    (program, kept)
}

#[test]
#[cfg(unix)]
fn a_session_is_followed_while_it_goes_on() {
    let programs = tempfile::tempdir().unwrap();
    let (program, kept) = stand_in(programs.path());
    let mut talk = Talk::new(program.to_str().unwrap(), |_| DialogAnswer::Cancelled);
    press(&mut talk.harness, "Menu");
    press(&mut talk.harness, "Follow in Wireshark");
    let has = |part: &[u8]| {
        let fed = fs::read(&kept).unwrap_or_default();
        memchr::memmem::find(&fed, part).is_some()
    };
    assert!(wait_until(&mut talk.harness, |_| has(b"understood")), "what was there is fed");
    talk.peer.write_all(b"said while it is watched").unwrap();
    assert!(wait_until(&mut talk.harness, |_| has(b"said while it is watched")), "what comes is fed at once");
    // What Wireshark has at this moment is a capture without a fault, although nobody has ended it.
    let words = ["-r", kept.to_str().unwrap(), "-n", "-q", "-z", "follow,tcp,ascii,0"];
    if let Some(followed) = tool("tshark", &words, None) {
        let followed = String::from_utf8(followed).unwrap();
        assert!(followed.contains("temperature=25") && followed.contains("understood"), "{followed}");
        assert!(followed.contains("said while it is watched"), "{followed}");
    }
}

#[test]
fn where_wireshark_is_missing_a_line_for_the_terminal_is_offered() {
    let mut talk = Talk::new("/nowhere/wireshark", |_| DialogAnswer::Cancelled);
    press(&mut talk.harness, "Menu");
    press(&mut talk.harness, "Follow in Wireshark");
    assert_shown(&mut talk.harness, "Wireshark was not found");
    assert_shown(&mut talk.harness, "--to pcapng --follow | wireshark -k -i -");
    press(&mut talk.harness, "Cancel");
}

#[test]
fn a_log_writes_times_as_the_sheet_does() {
    let mut talk = Talk::new("", to_file("log.txt"));
    for (times, is_so) in [
        ("Seconds since the first row", (|time: &str| time == "+0.000000") as fn(&str) -> bool),
        ("Seconds since 1970 (Unix time)", |time| {
            time.split_once('.').is_some_and(|(seconds, micros)| seconds.len() == 10 && micros.len() == 6)
        }),
        ("2026-11-21 10:22:03.114", |time| time.len() == 23 && time.starts_with("20")),
    ] {
        press(&mut talk.harness, "Save log…");
        choose(&mut talk.harness, "Times", times);
        press(&mut talk.harness, "Browse…");
        talk.harness.run_steps(3);
        let log = talk.exported("log.txt");
        let time = log.split("  ").next().unwrap();
        assert!(is_so(time), "{times}: {log}");
        fs::remove_file(talk.folder.path().join("log.txt")).unwrap();
    }
}

#[test]
fn what_is_shown_is_saved_when_not_everything_is() {
    let mut talk = Talk::new("", to_file("log.txt"));
    let scope = |harness: &Harness<'static, TestApp>| {
        let Some(Modal::Export(page)) = &harness.state().app().unwrap().state().modal else {
            panic!("no page")
        };
        page.choices.scope
    };
    press(&mut talk.harness, "Save log…");
    assert_eq!(scope(&talk.harness), Scope::All);
    press(&mut talk.harness, "Cancel");
    press(&mut talk.harness, "Clear");
    talk.peer.write_all(b"afterwards").unwrap();
    assert_shown(&mut talk.harness, "RX afterwards");
    press(&mut talk.harness, "Save log…");
    assert_eq!(scope(&talk.harness), Scope::Shown);
    press(&mut talk.harness, "Browse…");
    let log = talk.exported("log.txt");
    assert!(log.contains("afterwards") && !log.contains("temperature"), "{log}");
}

/// Presses and lets go within one frame, as a quick hand does where frames are slow.
fn press_within_a_frame(harness: &mut Harness<'_, TestApp>, name: &str) {
    let pos = harness.get_by_label(name).rect().center();
    let press = |pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.input_mut().events.extend([Event::PointerMoved(pos), press(true), press(false)]);
    harness.run_steps(3);
}

#[test]
fn a_list_opens_in_front_of_its_page_each_time() {
    let mut talk = Talk::new("", to_file("log.txt"));
    for (format, extension) in [
        ("Table for spreadsheets (.csv)", "csv"),
        ("JSON lines for scripts (.jsonl)", "jsonl"),
        ("Bytes alone (.bin)", "bin"),
    ] {
        press(&mut talk.harness, "Save log…");
        press_within_a_frame(&mut talk.harness, "Format");
        press_within_a_frame(&mut talk.harness, format);
        let Some(Modal::Export(page)) = &talk.harness.state().app().unwrap().state().modal else { panic!() };
        assert_eq!(page.choices.format.extension(), extension);
        press(&mut talk.harness, "Cancel");
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_and_what_is_saved_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mut talk = Talk::new("", to_file("log.txt"));
    press(&mut talk.harness, "Save log…");
    press(&mut talk.harness, "Browse…");
    talk.exported("log.txt");
    let Talk { harness, folder, .. } = talk;
    // Settings and tabs are written at the end.
    drop(harness);
    let sessions = folder.path().join("sessions");
    let entries =
        [folder.path(), &sessions].map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap()));
    let mut endings = Vec::new();
    for entry in entries.into_iter().flatten() {
        let (path, facts) = (entry.path(), entry.metadata().unwrap());
        let expected = if facts.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(facts.permissions().mode() & 0o777, expected, "{}", path.display());
        endings.extend(path.extension().map(|ending| ending.to_string_lossy().into_owned()));
    }
    for ending in ["txt", "toml", "skj", "idx"] {
        assert!(endings.iter().any(|there| there == ending), "no {ending} among {endings:?}");
    }
}
