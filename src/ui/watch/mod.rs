//! Following a session in Wireshark: the program is started and fed while the session goes on.

pub mod view;

use crate::engine::watcher::Watcher;
use crate::ui::cx::Cx;
use crate::ui::paths::PathField;
use crate::ui::tab::Tab;
use crate::ui::tab::TabKey;
use crate::ui::tab::list::TabList;
use crate::workspace::settings::Settings;
use std::ffi::OsString;
use std::io;

/// What can be asked of the page that says that Wireshark cannot be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchAction {
    /// The program that the page names follows the session.
    Start,
    /// The line for a terminal is on the clipboard.
    CopyCommand,
}

/// A program that follows a tab.
#[derive(Debug)]
pub struct Watching {
    tab: TabKey,
    watcher: Watcher,
}

/// The page that says that Wireshark cannot be started, and what to do instead.
#[derive(Debug)]
pub struct WatchPage {
    /// Which tab is to be followed.
    pub tab: TabKey,
    /// Where the program is, and what the system said of that place.
    pub path: PathField,
    /// The line for a terminal that does the same.
    pub command: String,
}

/// Where the program is if nobody said so: on the search path, or where its installer puts it.
#[cfg(target_os = "macos")]
const PLACES: [&str; 2] = ["wireshark", "/Applications/Wireshark.app/Contents/MacOS/Wireshark"];
#[cfg(target_os = "windows")]
const PLACES: [&str; 2] = ["wireshark", r"C:\Program Files\Wireshark\Wireshark.exe"];
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const PLACES: [&str; 1] = ["wireshark"];

/// Starts the program for a tab; where it is not found, a page tells the person what to do instead.
pub(in crate::ui) fn start(
    tab: &Tab,
    settings: &Settings,
    watching: &mut Vec<Watching>,
    cx: &mut Cx<'_>,
) -> Option<WatchPage> {
    let Some(reader) = tab.reader().cloned() else {
        cx.notices.info(cx.locale.text("toast.nothing_to_save"));
        return None;
    };
    let chosen = settings.wireshark.trim();
    let places: Vec<OsString> = if chosen.is_empty() {
        PLACES.into_iter().map(OsString::from).collect()
    } else {
        vec![OsString::from(chosen)]
    };
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    for place in places {
        match Watcher::start(&place, reader.clone(), cx.engine.news().clone()) {
            Ok(watcher) => {
                watching.push(Watching { tab: tab.key, watcher });
                cx.notices.done(cx.locale.text("toast.watching"));
                return None;
            }
            Err(error) => failure = error,
        }
    }
    let error = if failure.kind() == io::ErrorKind::NotFound {
        cx.locale.text("watch.missing").to_owned()
    } else {
        cx.locale.format("watch.failed", &[("error", &failure)])
    };
    let command = format!(
        "sockscope-cli export {} --to pcapng --follow | wireshark -k -i -",
        quoted(&reader.path().display().to_string())
    );
    let mut path = cx.dialogs.field_to_open("watch.choose", None);
    path.text.clone_from(&settings.wireshark);
    path.error = Some(error);
    Some(WatchPage { tab: tab.key, path, command })
}

/// Starts the program that the page names, and keeps its place.
pub(in crate::ui) fn start_chosen(
    page: &WatchPage,
    tabs: &TabList,
    settings: &mut Settings,
    watching: &mut Vec<Watching>,
    cx: &mut Cx<'_>,
) -> Option<WatchPage> {
    page.path.trimmed().clone_into(&mut settings.wireshark);
    start(tabs.get(page.tab)?, settings, watching, cx)
}

/// Lets go of what has ended, or whose tab is gone.
pub(in crate::ui) fn take_in(watching: &mut Vec<Watching>, tabs: &TabList, cx: &mut Cx<'_>) {
    watching.retain(|watching| match watching.watcher.take_end() {
        Some(ended) => {
            if let Err(failure) = ended {
                cx.notices.problem(cx.locale.format("toast.watch_failed", &[("error", &failure)]));
            }
            false
        }
        None => tabs.get(watching.tab).is_some(),
    });
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
    fn a_shell_takes_every_path_as_one_word() {
        let paths: &[(&str, &str)] = if cfg!(windows) {
            &[(r"C:\a b\c.skj", r#""C:\a b\c.skj""#)]
        } else {
            &[("/a/b-1.skj", "/a/b-1.skj"), ("/a b/$c", "'/a b/$c'"), ("it's", r"'it'\''s'")]
        };
        for (path, word) in paths {
            assert_eq!(quoted(path), *word);
        }
    }
}
