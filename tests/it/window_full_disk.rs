//! A disk that fills under the window: the banner, the pause, and how it goes on.

use crate::journal_support::read_all;
use crate::small_disk::small_disk;
use crate::window_support::{Desk, client, loopback, prepare};
use sockscope::journal::reader::JournalReader;
use sockscope::model::record::{Direction, Record};
use sockscope::workspace::tabs::TabKind;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::time::Duration;

const SENT_BYTES: usize = 6 << 20;

fn sent() -> Vec<u8> {
    (0..SENT_BYTES).map(|place| u8::try_from(place % 251).unwrap_or_default()).collect()
}

fn received(reader: &JournalReader) -> Vec<u8> {
    let records = read_all(reader);
    let data = records.iter().filter_map(Record::data);
    data.filter(|data| data.head.direction == Direction::Received)
        .flat_map(|data| data.bytes.clone())
        .collect()
}

#[test]
fn a_full_disk_is_said_above_the_sheet_until_there_is_room() {
    let Some(small) = small_disk() else { return };
    let sessions = tempfile::tempdir_in(&small.folder).unwrap();
    let ballast = small.folder.join("ballast");
    fs::write(&ballast, vec![0; 12 << 20]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    symlink(sessions.path(), folder.path().join("sessions")).unwrap();
    prepare(&folder, vec![loopback(TabKind::TcpServer)]);
    let mut desk = Desk::over(folder);
    let mut peer = client(desk.open("Listen"));
    peer.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
    let writing = std::thread::Builder::new().name("peer".to_owned());
    let writing = writing.spawn(move || peer.write_all(&sent()).map(|()| peer)).unwrap();

    desk.see("Receiving is paused and nothing is lost");
    assert!(desk.is_seen("no space left on device (ENOSPC 28)"), "{:#?}", desk.names());
    desk.write("kept");
    desk.press("Send");
    desk.hear("no space left on device");
    assert_eq!(desk.front().settings.composer.draft, "kept");

    fs::remove_file(&ballast).unwrap();
    desk.wait("everything", |state| state.tabs[0].status.counters.received.bytes == SENT_BYTES as u64);
    desk.wait("the end of the pause", |state| state.tabs[0].status.paused.is_none());
    desk.draw();
    assert!(!desk.is_seen("Receiving is paused"));
    let peer = writing.join().unwrap().unwrap();
    let all = received(desk.front().reader().unwrap());
    assert!(all == sent(), "{} bytes came", all.len());
    drop(peer);
}
