//! The invariants that say what is absent: names that code in some folder must not speak.

use super::shape::function_name;
use super::source::{Finding, NamedPath, SourceFile, paths, scan};

/// A name that must not appear under a folder, and why.
struct Absence {
    under: &'static str,
    name: &'static str,
    reason: &'static str,
}

const DRAWS_AND_ASKS: &str = "a view draws and asks; the app does it";
const NEWS_ONLY: &str = "an event is news; bytes are read from the journal";
const PURE: &str = "this room does no I/O and reads no clock";
const NO_SCREEN: &str = "the engine does not know that a screen exists";
const READS_ONLY: &str = "a journal has one writer, and it belongs to the session's worker";
const FILES_HAVE_OWN_TYPES: &str = "files have their own versioned types";

const ABSENCES: &[Absence] = &[
    Absence { under: "src/engine/event.rs", name: "Vec", reason: NEWS_ONLY },
    Absence { under: "src/model", name: "serde", reason: FILES_HAVE_OWN_TYPES },
    Absence { under: "src/model", name: "std::fs", reason: PURE },
    Absence { under: "src/model", name: "std::thread", reason: PURE },
    Absence { under: "src/codec", name: "std::fs", reason: PURE },
    Absence { under: "src/codec", name: "std::thread", reason: PURE },
    Absence { under: "src/codec", name: "Instant::now", reason: PURE },
    Absence { under: "src/codec", name: "clock::now", reason: PURE },
    Absence { under: "src/automation", name: "std::fs", reason: PURE },
    Absence { under: "src/automation", name: "std::thread", reason: PURE },
    Absence { under: "src/automation", name: "Instant::now", reason: PURE },
    Absence { under: "src/automation", name: "clock::now", reason: PURE },
    Absence { under: "src/export", name: "JournalWriter", reason: READS_ONLY },
    Absence { under: "src/cli", name: "JournalWriter", reason: READS_ONLY },
    Absence { under: "src/ui", name: "JournalWriter", reason: READS_ONLY },
    Absence { under: "src/util", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/model", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/codec", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/journal", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/net", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/export", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/workspace", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/engine", name: "egui", reason: NO_SCREEN },
    Absence { under: "src/cli", name: "egui", reason: NO_SCREEN },
];

/// How a session touches the sockets of its peers and what waits for them, and the only functions that do.
const SOCKET_CALLS: &[(&str, &[&str])] = &[
    ("wire.read(", &["exchange_handshake", "read_into", "read_and_keep"]),
    ("wire.write(", &["exchange_handshake", "flush", "say_goodbye_at_once"]),
    ("queue.push(", &["take_in_frames", "queue_shared", "finish_writing"]),
    ("receiver.receive(", &["receive_once"]),
    ("udp::send_to(", &["try_send"]),
    ("waiting.push(", &["send_one"]),
];

/// What no file of the window names that draws: one with a function called `…_ui`.
const ABSENT_IN_VIEWS: &[&str] =
    &["engine::command", "engine::Command", "std::fs", "std::thread", "Mutex", "RwLock", "rfd"];

/// A view draws and asks: it sends no command, opens no file, takes no lock and does not block.
pub(super) fn acting_views(file: &SourceFile) -> Vec<Finding> {
    let code = scan(&file.without_tests().text).code;
    if !file.is_under("src/ui") || !code.lines().any(draws) {
        return Vec::new();
    }
    let named = paths(&code);
    let broken = |path: &NamedPath| ABSENT_IN_VIEWS.iter().find(|name| path.has(name));
    named
        .iter()
        .filter_map(|path| Some((path.line, broken(path)?)))
        .map(|(line, name)| Finding::new(file, line, format!("`{name}` in a view: {DRAWS_AND_ASKS}")))
        .collect()
}

/// Whether a function begins here that draws.
fn draws(line: &str) -> bool {
    let name = line.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
    name.is_some_and(|name| name.ends_with("_ui"))
}

/// Names that the table above keeps out of this file's folder. What the file's own tests name is their affair.
pub(super) fn forbidden_names(file: &SourceFile) -> Vec<Finding> {
    let rules: Vec<&Absence> = ABSENCES.iter().filter(|rule| file.is_under(rule.under)).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let named = paths(&scan(&file.without_tests().text).code);
    let broken = |path: &NamedPath| rules.iter().copied().find(|rule| path.has(rule.name));
    named
        .iter()
        .filter_map(|path| Some((path.line, broken(path)?)))
        .map(|(line, rule)| {
            Finding::new(file, line, format!("`{}` under {}: {}", rule.name, rule.under, rule.reason))
        })
        .collect()
}

/// Payload goes one way in and one way out, so that whatever delays, drops or changes it has one place.
pub(super) fn ways_around(file: &SourceFile) -> Vec<Finding> {
    if !file.is_under("src/engine/worker") {
        return Vec::new();
    }
    let code = scan(&file.without_tests().text).code;
    let (mut found, mut function) = (Vec::new(), "");
    for (number, line) in code.lines().enumerate() {
        function = function_name(line).unwrap_or(function);
        for (call, _) in
            SOCKET_CALLS.iter().filter(|(call, at)| line.contains(call) && !at.contains(&function))
        {
            let message = format!("`{call}…)` in `{function}`: payload has one way in and one way out");
            found.push(Finding::new(file, number + 1, message));
        }
    }
    found
}

/// A guessed wait is too short on a slow machine and too long on a fast one.
pub(super) fn sleeps(file: &SourceFile) -> Vec<Finding> {
    paths(&scan(&file.text).code)
        .iter()
        .filter(|path| path.has("sleep"))
        .map(|path| Finding::new(file, path.line, "no sleep: wait for a condition, with a deadline"))
        .collect()
}

/// A test that is skipped tells nothing; what needs privileges asks its environment and runs from `.ci/run`.
pub(super) fn ignored_tests(file: &SourceFile) -> Vec<Finding> {
    let code = scan(&file.text).code;
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for attribute in line.split("#[").skip(1) {
            let inside = attribute.split(']').next().unwrap_or(attribute);
            let words = inside.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if words.into_iter().any(|word| word == "ignore") {
                found.push(Finding::new(file, number + 1, "no ignored tests"));
            }
        }
    }
    found
}

/// A handler gets the state it is for, and the means of `ui::cx`: never the whole window.
pub(super) fn window_in_other_hands(file: &SourceFile) -> Vec<Finding> {
    if !file.is_under("src/ui") || file.path == "src/ui/app.rs" {
        return Vec::new();
    }
    let code = scan(&file.without_tests().text).code;
    let is_whole_window = |after: &str| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let lines = code.lines().enumerate();
    lines
        .filter(|(_, line)| line.split("&mut App").skip(1).any(is_whole_window))
        .map(|(number, _)| {
            Finding::new(file, number + 1, "`&mut App` outside app.rs: a handler takes its own state")
        })
        .collect()
}

/// Colours have their meaning and their dark and light value in one file.
pub(super) fn colours_outside_the_theme(file: &SourceFile) -> Vec<Finding> {
    if !file.is_under("src/ui") || file.path == "src/ui/theme.rs" || file.is_under("src/ui/theme") {
        return Vec::new();
    }
    let is_literal = |path: &NamedPath| {
        path.segments.windows(2).any(|pair| {
            let made = pair[1].starts_with("from_") || pair[1].starts_with("hex_");
            let constant = pair[1].chars().all(|c| c.is_ascii_uppercase() || c == '_');
            let meaningless = matches!(pair[1].as_str(), "TRANSPARENT" | "PLACEHOLDER");
            pair[0] == "Color32" && (made || constant) && !meaningless
        })
    };
    paths(&scan(&file.without_tests().text).code)
        .iter()
        .filter(|path| is_literal(path))
        .map(|path| Finding::new(file, path.line, "a colour outside theme.rs"))
        .collect()
}

/// Nothing in the tree depends on where packages come from. The lock file is written by Cargo.
pub(super) fn registry_hosts(file: &SourceFile) -> Vec<Finding> {
    // In two parts, so that this file keeps the rule as well.
    const HOSTS: [(&str, &str); 7] = [
        ("crates", ".io"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("deb.debian", ".org"),
        ("proxy.golang", ".org"),
    ];
    if file.path.ends_with("Cargo.lock") {
        return Vec::new();
    }
    let hosts = HOSTS.map(|(name, domain)| format!("{name}{domain}"));
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let lower = line.to_ascii_lowercase();
            let host = hosts.iter().find(|host| lower.contains(host.as_str()))?;
            Some(Finding::new(file, number + 1, format!("names the package registry {host}")))
        })
        .collect()
}

mod tests {
    use super::{
        acting_views, colours_outside_the_theme, forbidden_names, ignored_tests, registry_hosts, sleeps,
        ways_around, window_in_other_hands,
    };
    use crate::tidy::source::{Finding, SourceFile};

    fn lines(rule: fn(&SourceFile) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
        rule(&SourceFile::new(path, text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn forbidden_names_are_found() {
        for (path, text) in [
            ("src/model/a.rs", "\n#[derive(serde::Serialize)]"),
            ("src/codec/a.rs", "\nlet start = std::time::Instant::now();"),
            ("src/automation/a.rs", "\nuse crate::util::clock::now;"),
            ("src/export/a.rs", "\nuse crate::journal::JournalWriter;"),
            ("src/engine/event.rs", "\nReceived { bytes: Vec<u8> },"),
            ("src/engine/a.rs", "\nfn wake(ctx: &egui::Context) {}"),
        ] {
            assert_eq!(lines(forbidden_names, path, text), [2], "{path}: {text}");
        }
    }

    #[test]
    fn names_are_free_elsewhere_and_in_comments_and_tests() {
        for (path, text) in [
            ("src/ui/app.rs", "use std::fs; use crate::engine::command::Command;"),
            ("src/models/a.rs", "use serde;"),
            ("src/model/a.rs", "// std::fs\nlet a = \"serde\";\n#[cfg(test)]\nmod tests {\n use std::fs;\n}"),
        ] {
            assert_eq!(lines(forbidden_names, path, text), [0; 0], "{path}");
        }
    }

    #[test]
    fn views_that_act_are_found() {
        let drawing = "pub(in crate::ui) fn page_ui(ui: &mut Ui) {}\n";
        for (text, found) in [
            ("use crate::engine::command::Command;", [2].as_slice()),
            ("use crate::engine::{Command, event};", &[2]),
            ("use std::{fs, io};", &[2]),
            ("let text = std::fs::read(path);", &[2]),
            ("fn f(shared: &std::sync::Mutex<u8>) {}", &[2]),
            ("rfd::FileDialog::new();", &[2]),
            ("// std::fs\nlet a = \"rfd\";\n#[cfg(test)]\nmod tests {\n use std::fs;\n}", &[]),
        ] {
            assert_eq!(
                lines(acting_views, "src/ui/export/view.rs", &format!("{drawing}{text}")),
                found,
                "{text}"
            );
            assert_eq!(lines(acting_views, "src/ui/export/mod.rs", text), [0; 0], "it does not draw: {text}");
        }
    }

    #[test]
    fn ways_around_the_one_way_of_payload_are_found() {
        for (text, found) in [
            ("fn read_into(&mut self) {\n    self.wire.read(buffer);\n}", [].as_slice()),
            ("fn peek(&mut self) {\n    self.wire.read(buffer);\n}", &[2]),
            (
                "fn queue() {}\npub(super) fn answer(&mut self) {\n    self.queue.push(payload, origin);\n}",
                &[3],
            ),
            (
                "fn try_send() {\n    udp::send_to(socket);\n}\nfn give() {\n    udp::send_to(socket);\n}",
                &[5],
            ),
            ("#[cfg(test)]\nmod tests {\n    fn peek() { wire.read(buffer); }\n}", &[]),
        ] {
            assert_eq!(lines(ways_around, "src/engine/worker/stream.rs", text), found, "{text}");
        }
        let elsewhere = "fn peek() {\n    wire.read(buffer);\n}";
        assert_eq!(lines(ways_around, "src/net/tls/wire.rs", elsewhere), [0; 0]);
    }

    #[test]
    fn sleeps_are_found() {
        for text in
            ["std::thread::sleep(d);", "use std::thread::{self, sleep};", "sleep(d)", "thread::sleep(d)"]
        {
            assert_eq!(lines(sleeps, "tests/it/a.rs", text), [1], "{text}");
        }
        assert_eq!(lines(sleeps, "src/a.rs", "// sleep\nlet asleep = \"sleep\";"), [0; 0]);
    }

    #[test]
    fn ignored_tests_are_found() {
        for text in ["#[ignore]", "#[test] #[ignore = \"slow\"]", "#[cfg_attr(windows, ignore)]"] {
            assert_eq!(lines(ignored_tests, "src/a.rs", text), [1], "{text}");
        }
        assert_eq!(lines(ignored_tests, "src/a.rs", "// #[ignore]\nlet ignore = a[ignore];"), [0; 0]);
    }

    #[test]
    fn the_whole_window_is_found_in_other_hands() {
        for (path, text, found) in [
            ("src/ui/export/mod.rs", "fn start(app: &mut App, key: TabKey) {}", [1].as_slice()),
            ("src/ui/export/mod.rs", "fn take_in(state: &mut AppState) {} // &mut App", &[]),
            ("src/ui/app.rs", "fn start(app: &mut App) {}", &[]),
        ] {
            assert_eq!(lines(window_in_other_hands, path, text), found, "{path}: {text}");
        }
    }

    #[test]
    fn colours_are_found_outside_the_theme() {
        let broken = ["Color32::from_rgb(1, 2, 3)", "egui::Color32::RED", "Color32::from_gray(9)"];
        for text in broken {
            assert_eq!(lines(colours_outside_the_theme, "src/ui/views/a.rs", text), [1], "{text}");
            assert_eq!(lines(colours_outside_the_theme, "src/ui/theme.rs", text), [0; 0]);
        }
        assert_eq!(
            lines(colours_outside_the_theme, "src/ui/a.rs", "fn f(c: Color32) { Color32::TRANSPARENT }"),
            [0; 0]
        );
    }

    #[test]
    fn registry_hosts_are_found() {
        let text = format!("see\nhttps://Crates{}/x", ".io");
        assert_eq!(lines(registry_hosts, "README.md", &text), [2]);
        assert_eq!(lines(registry_hosts, "Cargo.lock", &text), [0; 0]);
        assert_eq!(lines(registry_hosts, "README.md", "crates and io"), [0; 0]);
    }
}
