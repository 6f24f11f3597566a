//! Which room may look into which: the table itself, and the rule that holds the code to it.

use super::source::{Finding, NamedPath, SourceFile, paths, scan};

/// What one room may use.
struct Room {
    name: &'static str,
    may_use: &'static [&'static str],
}

/// The dependency table of ARCHITECTURE.md. `main` and `bin` are the two programs.
const ROOMS: &[Room] = &[
    Room { name: "util", may_use: &[] },
    Room { name: "model", may_use: &["util"] },
    Room { name: "codec", may_use: &["util", "model"] },
    Room { name: "journal", may_use: &["util", "model", "codec"] },
    Room { name: "net", may_use: &["util", "model"] },
    Room { name: "automation", may_use: &["util", "model", "codec"] },
    Room { name: "export", may_use: &["util", "model", "codec", "journal"] },
    Room { name: "workspace", may_use: &["util", "model", "automation"] },
    Room { name: "engine", may_use: &["util", "model", "codec", "journal", "net", "automation", "export"] },
    Room { name: "cli", may_use: FRONT_END },
    Room { name: "ui", may_use: FRONT_END },
    Room { name: "bin", may_use: &["util", "cli"] },
    Room { name: "main", may_use: &["util", "workspace", "ui"] },
];

/// The window and the console program are equal customers of the engine and never see each other.
const FRONT_END: &[&str] =
    &["util", "model", "codec", "journal", "automation", "export", "workspace", "engine"];

/// Every use of a room that the table does not grant.
pub(super) fn findings(file: &SourceFile) -> Vec<Finding> {
    let Some(room) = room_of(&file.path) else { return Vec::new() };
    let Some(allowed) = ROOMS.iter().find(|known| known.name == room) else {
        return vec![Finding::new(file, 1, format!("the room `{room}` is not in the dependency table"))];
    };
    paths(&scan(&file.text).code)
        .iter()
        .filter_map(|path| Some((path.line, room_named_by(path, &file.path)?)))
        .filter(|(_, used)| used != room && !allowed.may_use.contains(&used.as_str()))
        .map(|(line, used)| Finding::new(file, line, format!("`{room}` must not use `{used}`")))
        .collect()
}

/// `src/journal/index.rs` is in `journal`, `src/main.rs` in `main`; `src/lib.rs` is the frame around the rooms.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let first = inside.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (room != "lib").then_some(room)
}

fn room_named_by(path: &NamedPath, file_path: &str) -> Option<String> {
    let supers = path.segments.iter().take_while(|segment| *segment == "super").count();
    let (climbs_out, named) = match path.segments.first()?.as_str() {
        "crate" | "sockscope" => (true, path.segments.get(1)?),
        "super" => (supers >= module_depth(file_path), path.segments.get(supers)?),
        _ => return None,
    };
    (climbs_out && ROOMS.iter().any(|room| room.name == named)).then(|| named.clone())
}

/// How many `super` lead from the top of this file to the crate's root.
fn module_depth(path: &str) -> usize {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let names = inside.split('/').count();
    if inside.ends_with("/mod.rs") { names - 1 } else { names }
}

mod tests {
    use super::{ROOMS, findings};
    use crate::tidy::source::SourceFile;

    fn messages(path: &str, text: &str) -> Vec<String> {
        findings(&SourceFile::new(path, text)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_use_outside_the_table_is_found() {
        for (path, text, message) in [
            ("src/util/a.rs", "use crate::model::ids::PeerId;", "`util` must not use `model`"),
            ("src/model/a.rs", "use crate::{util::clock, codec::hex};", "`model` must not use `codec`"),
            (
                "src/journal/a.rs",
                "use crate::{\n    model::{a, b::{c}},\n    net::d,\n};",
                "`journal` must not use `net`",
            ),
            ("src/net/a.rs", "fn f() { crate::journal::open(); }", "`net` must not use `journal`"),
            ("src/ui/views/a.rs", "use crate::net::tcp;", "`ui` must not use `net`"),
            ("src/ui/a.rs", "use crate::cli::run;", "`ui` must not use `cli`"),
            ("src/cli/a.rs", "pub(in crate::ui) fn f() {}", "`cli` must not use `ui`"),
            ("src/engine/a.rs", "use crate::workspace::Store;", "`engine` must not use `workspace`"),
            ("src/net/mod.rs", "use super::journal::Reader;", "`net` must not use `journal`"),
            ("src/net/a/b.rs", "use super::super::super::ui::App;", "`net` must not use `ui`"),
            ("src/bin/sockscope-cli.rs", "use sockscope::ui;", "`bin` must not use `ui`"),
            ("src/main.rs", "fn main() { sockscope::cli::run() }", "`main` must not use `cli`"),
            ("src/attic/a.rs", "", "the room `attic` is not in the dependency table"),
        ] {
            assert_eq!(messages(path, text), [message], "{path}: {text}");
        }
    }

    #[test]
    fn a_use_inside_the_table_is_not() {
        for (path, text) in [
            ("src/lib.rs", "pub mod ui;"),
            (
                "src/journal/a.rs",
                "use crate::codec::hex; use super::net;\n// use crate::ui;\nconst A: &str = \"crate::ui\";",
            ),
            (
                "src/ui/a.rs",
                "pub(crate) fn f() {}\nuse crate::ui::theme;\nuse crate::journal::JournalReader;",
            ),
            ("src/util/a.rs", "mod tests { use super::super::clock; }"),
        ] {
            assert_eq!(messages(path, text), [""; 0], "{path}");
        }
    }

    #[test]
    fn the_table_names_no_room_that_it_does_not_list_and_has_no_cycle() {
        for (place, room) in ROOMS.iter().enumerate() {
            for used in room.may_use {
                let above = ROOMS[..place].iter().any(|earlier| earlier.name == *used);
                assert!(above, "`{}` may use `{used}`, which is not listed above it", room.name);
            }
        }
    }
}
