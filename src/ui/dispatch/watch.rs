//! Following a session in Wireshark: the program is started and fed while the session goes on.

use crate::engine::watcher::Watcher;
use crate::ui::action::TabKey;
use crate::ui::app::{App, Told};
use crate::ui::state::export::WatchPage;
use crate::ui::state::modal::Modal;
use crate::ui::state::tab::Tab;
use std::ffi::OsString;
use std::io;

/// A program that follows a tab.
#[derive(Debug)]
pub struct Watching {
    tab: TabKey,
    watcher: Watcher,
}

/// Where the program is if nobody said so: on the search path, or where its installer puts it.
#[cfg(target_os = "macos")]
const PLACES: [&str; 2] = ["wireshark", "/Applications/Wireshark.app/Contents/MacOS/Wireshark"];
#[cfg(target_os = "windows")]
const PLACES: [&str; 2] = ["wireshark", r"C:\Program Files\Wireshark\Wireshark.exe"];
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const PLACES: [&str; 1] = ["wireshark"];

/// Starts the program for a tab; where it is not found, the person is told what to do instead.
pub(super) fn start(app: &mut App, key: TabKey) {
    let locale = app.state.locale();
    let Some(reader) = app.state.tab(key).and_then(Tab::reader).cloned() else {
        app.tell(Told::Plain, locale.text("toast.nothing_to_save"));
        return;
    };
    let chosen = app.state.settings.wireshark.trim();
    let places: Vec<OsString> = if chosen.is_empty() {
        PLACES.into_iter().map(OsString::from).collect()
    } else {
        vec![OsString::from(chosen)]
    };
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    for place in places {
        match Watcher::start(&place, reader.clone(), app.engine.news().clone()) {
            Ok(watcher) => {
                app.state.modal = None;
                app.background.watching.push(Watching { tab: key, watcher });
                app.tell(Told::Good, locale.text("toast.watching"));
                return;
            }
            Err(error) => failure = error,
        }
    }
    let error = if failure.kind() == io::ErrorKind::NotFound {
        locale.text("watch.missing").to_owned()
    } else {
        locale.format("watch.failed", &[("error", &failure)])
    };
    let command = format!(
        "sockscope-cli export {} --to pcapng --follow | wireshark -k -i -",
        quoted(&reader.path().display().to_string())
    );
    let path = app.state.settings.wireshark.clone();
    app.state.modal = Some(Modal::Watch(WatchPage { tab: key, path, error, remark: None, command }));
}

/// Starts the program that the page names, and keeps its place.
pub(super) fn start_chosen(app: &mut App) {
    if let Some(Modal::Watch(page)) = &app.state.modal {
        let key = page.tab;
        page.path.trim().clone_into(&mut app.state.settings.wireshark);
        start(app, key);
    }
}

/// Lets go of what has ended, or whose tab is gone.
pub(super) fn take_in(app: &mut App) {
    let mut failures = Vec::new();
    let tabs = &app.state.tabs;
    app.background.watching.retain(|watching| match watching.watcher.take_end() {
        Some(ended) => {
            failures.extend(ended.err());
            false
        }
        None => tabs.iter().any(|tab| tab.key == watching.tab),
    });
    let locale = app.state.locale();
    for failure in failures {
        app.tell(Told::Bad, locale.format("toast.watch_failed", &[("error", &failure)]));
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    if cfg!(windows) {
        return format!("\"{path}\"");
    }
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+,=@:".contains(character);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    #[cfg(unix)]
    fn a_shell_takes_every_path_as_one_word() {
        for (path, word) in [("/a/b-1.skj", "/a/b-1.skj"), ("/a b/$c", "'/a b/$c'"), ("it's", r"'it'\''s'")] {
            assert_eq!(quoted(path), word);
        }
    }
}
