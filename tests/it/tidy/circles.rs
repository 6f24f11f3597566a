//! Uses go one way. At every level of the tree, what stands side by side forms no circle: folders do not, and files do
//! not. A `mod.rs` and what lies below it are one module, and may name each other.

use super::source::{NamedPath, SourceFile, paths, scan};
use std::collections::{BTreeMap, BTreeSet};

/// Two that may use each other, with the sentence of ARCHITECTURE.md that defends it in short.
struct Defended {
    one: &'static str,
    other: &'static str,
    reason: &'static str,
}

const DEFENDED: &[Defended] = &[
    Defended {
        one: "codec/decode/icmp",
        other: "codec/decode/ip",
        reason: "a packet carries ICMP, and a report of ICMP quotes the packet that it is about",
    },
    Defended {
        one: "engine/worker/connector",
        other: "engine/worker/link",
        reason: "a link owns the attempt to connect, which registers its socket under the link's key",
    },
];

/// What is used by whom, side by side in one folder, and the file that says so.
type Uses = BTreeMap<(String, String), BTreeMap<String, String>>;

/// Every use that closes a circle, in words.
pub(super) fn findings(files: &[SourceFile]) -> Vec<String> {
    let uses = uses(files);
    let mut found = Vec::new();
    for ((folder, from), targets) in &uses {
        for (name, place) in targets {
            if leads_to(&uses, folder, name, from) && !is_defended(folder, from, name) {
                found
                    .push(format!("{place}: in src/{folder} `{from}` uses `{name}`, which leads back to it"));
            }
        }
    }
    found
}

/// A circle that is defended and no longer there.
pub(super) fn outlived(files: &[SourceFile]) -> Vec<String> {
    let uses = uses(files);
    let is_there = |from: &str, to: &str| {
        let (folder, from) = from.rsplit_once('/').unwrap_or(("", from));
        let name = to.rsplit_once('/').map_or(to, |(_, name)| name);
        uses.get(&(folder.to_owned(), from.to_owned())).is_some_and(|targets| targets.contains_key(name))
    };
    let is_needed = |pair: &&Defended| {
        is_there(pair.one, pair.other) && is_there(pair.other, pair.one) && !pair.reason.is_empty()
    };
    DEFENDED.iter().filter(|pair| !is_needed(pair)).map(|pair| pair.one.to_owned()).collect()
}

fn is_defended(folder: &str, from: &str, to: &str) -> bool {
    let path = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let (from, to) = (path(from), path(to));
    let is_pair =
        |pair: &Defended| [pair.one, pair.other] == [&from, &to] || [pair.other, pair.one] == [&from, &to];
    DEFENDED.iter().any(is_pair)
}

fn leads_to(uses: &Uses, folder: &str, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name.clone())
            && let Some(targets) = uses.get(&(folder.to_owned(), name))
        {
            open.extend(targets.keys().cloned());
        }
    }
    false
}

fn uses(files: &[SourceFile]) -> Uses {
    let modules: BTreeSet<String> = files.iter().filter_map(|file| module_of(&file.path)).collect();
    let mut uses = Uses::new();
    for file in files.iter().filter(|file| !file.path.split('/').any(|part| part == "tests")) {
        let Some(module) = module_of(&file.path) else { continue };
        for path in paths(&scan(&file.without_tests().text).code) {
            let Some((folder, from, to)) = side_by_side(&module, &path, &modules) else { continue };
            let place = format!("{}:{}", file.path, path.line);
            uses.entry((folder, from)).or_default().entry(to).or_insert(place);
        }
    }
    uses
}

/// `src/ui/tab/mod.rs` is `ui/tab`; the frame around the rooms is none, and neither are the two programs.
fn module_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let module = inside.strip_suffix("/mod").unwrap_or(inside);
    (!matches!(module, "lib" | "main") && !module.starts_with("bin/")).then(|| module.to_owned())
}

/// Where the ways to the user and to what it uses part: in which folder, and what stands there side by side.
fn side_by_side(
    from: &str,
    path: &NamedPath,
    modules: &BTreeSet<String>,
) -> Option<(String, String, String)> {
    let to = module_named(from, path, modules)?;
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    Some((from[..shared].join("/"), (*from.get(shared)?).to_owned(), (*to.get(shared)?).to_owned()))
}

/// The module that a path names, as far as there is one.
fn module_named(from: &str, path: &NamedPath, modules: &BTreeSet<String>) -> Option<String> {
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let supers = segments.iter().take_while(|segment| **segment == "super").count();
    let mut full: Vec<&str> = match *segments.first()? {
        "crate" => segments[1..].to_vec(),
        "super" => {
            let above: Vec<&str> = from.split('/').collect();
            let kept = above.len().checked_sub(supers)?;
            above[..kept].iter().chain(&segments[supers..]).copied().collect()
        }
        _ => return None,
    };
    while !full.is_empty() && !modules.contains(&full.join("/")) {
        full.pop();
    }
    (!full.is_empty()).then(|| full.join("/"))
}

mod tests {
    use super::findings;
    use crate::tidy::source::SourceFile;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<SourceFile> = files.iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        findings(&files)
    }

    #[test]
    fn circles_of_files_and_of_folders_are_found() {
        let files = [
            ("src/ui/mod.rs", ""),
            ("src/ui/a.rs", "\nuse crate::ui::b::B;"),
            ("src/ui/b.rs", "fn f() { super::a::g(); }"),
        ];
        let expected = [
            "src/ui/a.rs:2: in src/ui `a` uses `b`, which leads back to it",
            "src/ui/b.rs:1: in src/ui `b` uses `a`, which leads back to it",
        ];
        assert_eq!(told(&files), expected);
        let deep = [
            ("src/ui/one/mod.rs", ""),
            ("src/ui/one/x.rs", "use crate::ui::{three, two::y::{self, Y}};"),
            ("src/ui/two/mod.rs", ""),
            ("src/ui/two/y.rs", ""),
            ("src/ui/two/z.rs", "use crate::ui::three;"),
            ("src/ui/three.rs", "use crate::ui::one;"),
        ];
        assert_eq!(told(&deep).len(), 4, "{:?}", told(&deep));
    }

    #[test]
    fn a_module_and_its_parts_are_one_and_tests_name_what_they_like() {
        for files in [
            [
                ("src/ui/tab/mod.rs", "use crate::ui::tab::peers::Peers;"),
                ("src/ui/tab/peers.rs", "use super::Tab;"),
            ],
            [("src/ui/a.rs", "use crate::ui::b::B;"), ("src/ui/b.rs", "pub(in crate::ui) fn f() {}")],
            [
                ("src/ui/a.rs", "use crate::ui::b::B;"),
                ("src/ui/b.rs", "\n#[cfg(test)]\nmod tests {\n    use crate::ui::a::A;\n}"),
            ],
            [("src/ui/a.rs", "use crate::ui::b::B; // use"), ("src/ui/b.rs", "// use crate::ui::a::A;")],
        ] {
            assert_eq!(told(&files), [""; 0], "{files:?}");
        }
    }
}
