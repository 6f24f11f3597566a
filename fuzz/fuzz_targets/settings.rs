#![no_main]
//! Whatever stands in the files that are kept between runs: no panic, what is damaged or newer is put aside as it was, and
//! what can be read is written so that it reads back as the same. The first byte chooses the file.

use libfuzzer_sys::fuzz_target;
use sockscope::workspace::sending::Sending;
use sockscope::workspace::settings::Settings;
use sockscope::workspace::store::{Store, WorkspaceFile};
use sockscope::workspace::tabs::Tabs;
use std::fmt::Debug;
use std::fs;
use std::path::Path;

fuzz_target!(|input: &[u8]| {
    let Some((chosen, text)) = input.split_first() else { return };
    let version = if chosen & 0x10 == 0 { &b"version = 1\n"[..] } else { b"" };
    let text = [version, text].concat();
    match chosen % 3 {
        0 => check::<Settings>(&text),
        1 => check::<Tabs>(&text),
        _ => check::<Sending>(&text),
    }
});

fn check<T: WorkspaceFile + PartialEq + Debug>(text: &[u8]) {
    let folder = Path::new("/dev/shm");
    let folder = if folder.is_dir() { tempfile::tempdir_in(folder) } else { tempfile::tempdir() }.unwrap();
    let path = folder.path().join(T::NAME);
    fs::write(&path, text).unwrap();
    let store = Store::new(folder.path());
    let loaded = store.load::<T>();
    match &loaded.damage {
        Some(damage) => {
            assert!(!damage.why.to_string().is_empty() && !damage.why.to_string().trim_end().contains('\n'), "{}", damage.why);
            assert_eq!(fs::read(damage.kept_as.as_ref().unwrap()).unwrap(), text);
        }
        None => assert!(loaded.is_stored),
    }
    store.save(&loaded.value).unwrap();
    let again = store.load::<T>();
    assert!(again.damage.is_none(), "{:?}", again.damage);
    assert_eq!(again.value, loaded.value);
}
