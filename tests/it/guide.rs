//! The guide in `docs/` says what works: its console commands mean something, its files can be read, its reference is
//! whole, and both languages have the same pages.

use crate::support::Console;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// No command has this option: where it is the first thing that is wrong, everything before it is right.
const NO_OPTION: &str = "--no-such-option";

/// Commands that read files and end by themselves.
const READERS: [&str; 6] = ["show", "search", "export", "import", "verify", "recover"];

fn docs(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(folder)
}

/// The pages of a language, by their names.
fn pages(language: &str) -> Vec<(String, String)> {
    let mut pages: Vec<_> = fs::read_dir(docs(language))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (format!("{language}/{name}"), fs::read_to_string(&path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

/// What stands between fences of one kind.
fn fenced<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    let fence = format!("```{kind}\n");
    let begun = page.split(fence.as_str()).skip(1);
    // Fences inside a list are indented, and so are their ends.
    begun.map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The words of the console program's commands in a line of a shell, as the shell would hand them over.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for part in line.match_indices("sockscope-cli ") {
        let rest = &line[part.0..];
        let before = &line[..part.0];
        let is_a_word = before.is_empty() || before.ends_with(' ') || before.ends_with(" ./");
        if is_a_word {
            found.push(words(rest).split_off(1));
        }
    }
    found
}

fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in command.chars() {
        match (quote, character) {
            (None, '|' | '>' | '<' | ';' | '&') => break,
            (None, '#') if word.is_none() => break,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (Some(open), _) if open == character => quote = None,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn all_commands() -> Vec<(String, Vec<String>)> {
    let mut pages: Vec<(String, String)> = [pages("en"), pages("zh")].concat();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    pages.push(("README.md".to_owned(), fs::read_to_string(readme).unwrap()));
    let mut found = Vec::new();
    for (name, page) in pages {
        for line in fenced(&page, "sh").into_iter().flat_map(str::lines) {
            found.extend(commands(line.trim()).into_iter().map(|words| (name.clone(), words)));
        }
    }
    assert!(found.len() > 100, "the guide has commands: {}", found.len());
    found
}

#[test]
fn a_command_is_read_as_a_shell_reads_it() {
    for (line, expected) in [
        (
            "sockscope-cli show a.skj --filter 'len > 3' | head # x",
            vec![vec!["show", "a.skj", "--filter", "len > 3"]],
        ),
        ("ssh box \"nohup ./sockscope-cli verify a > b\"", vec![vec!["verify", "a"]]),
        ("cargo install sockscope-cli-x", vec![]),
    ] {
        assert_eq!(commands(line), expected, "{line}");
    }
}

#[test]
fn every_command_of_the_guide_means_something() {
    let console = Console::new();
    for (page, words) in all_commands() {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.push(NO_OPTION);
        let output = console.run(&words);
        let said = String::from_utf8(output.stderr).unwrap();
        let is_right = output.status.code() == Some(2) && said.contains(&format!("'{NO_OPTION}' found"));
        assert!(is_right, "{page}: {words:?}: {said}");
    }
}

#[test]
fn commands_of_the_guide_that_read_files_work() {
    let console = Console::new();
    fs::write(console.path("sample.bin"), "LOGIN,007\r\nT=26.5\r\n温度=26.5\r\n").unwrap();
    for journal in ["session.skj", "plant.skj", "field.skj", "night.skj", "flood.skj", "secret.skj"] {
        let made =
            console.run(&["import", "sample.bin", "--format", "raw", "--peer", "127.0.0.1:9", "-o", journal]);
        assert!(made.status.success(), "{made:?}");
    }
    let capture = console.run(&["export", "session.skj", "--to", "pcapng", "-o", "field.pcapng"]);
    assert!(capture.status.success(), "{capture:?}");
    let mut tried = BTreeSet::new();
    for (page, words) in all_commands() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let reads = READERS.contains(&words[0]) && !words.contains(&"--follow");
        if !reads || !tried.insert(words.join(" ")) {
            continue;
        }
        for made in ["field.skj", "saved.skj"] {
            if words.windows(2).any(|pair| pair == ["-o", made]) && console.path(made).exists() {
                fs::remove_file(console.path(made)).unwrap();
            }
        }
        let output = console.run(&words);
        assert!(output.status.success(), "{page}: {words:?}: {output:?}");
    }
    assert!(tried.len() > 20, "{tried:?}");
}

#[test]
fn files_of_the_guide_can_be_read() {
    let console = Console::new();
    let (mut rules, mut sequences) = (0, 0);
    for (page, text) in [pages("en"), pages("zh")].concat() {
        for file in fenced(&text, "toml") {
            // Nobody listens at port 1, so that the sequence ends as soon as it is read.
            fs::write(console.path("file.toml"), file.replace("127.0.0.1:9000", "127.0.0.1:1")).unwrap();
            let listen = ["listen", "tcp", "127.0.0.1:0", "--for", "0.01", "--rules", "file.toml"];
            let (words, code): (&[&str], _) = if file.contains("[[rule]]") {
                rules += 1;
                (&listen, 0)
            } else if file.contains("[[step]]") {
                sequences += 1;
                (&["run", "file.toml"], 1)
            } else {
                continue;
            };
            let output = console.run(words);
            assert_eq!(output.status.code(), Some(code), "{page}: {file}: {output:?}");
        }
    }
    assert!(rules >= 4 && sequences >= 2, "{rules} {sequences}");
}

#[test]
fn the_reference_names_every_option() {
    let console = Console::new();
    let manual = String::from_utf8(console.run(&["man"]).stdout).unwrap().replace("\\-", "-");
    let options: BTreeSet<&str> = manual
        .split("--")
        .skip(1)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_lowercase() && letter != '-').next().unwrap())
        .filter(|name| name.len() > 1 && *name != "help" && *name != "version")
        .collect();
    assert!(options.len() > 60, "{options:?}");
    for page in ["en/options.md", "zh/options.md"] {
        let text = fs::read_to_string(docs(page)).unwrap();
        let is_named = |name: &str| ["`", " "].iter().any(|end| text.contains(&format!("`--{name}{end}")));
        let missing: Vec<_> = options.iter().filter(|name| !is_named(name)).collect();
        assert!(missing.is_empty(), "{page} does not name {missing:?}");
    }
}

#[test]
fn both_languages_have_the_same_pages_and_the_summary_names_them_all() {
    // What is for people who change the program is in English, as the program is.
    const ENGLISH_ONLY: [&str; 2] = ["extend.md", "versions.md"];
    // In English it stands beside the other formats.
    const CHINESE_ONLY: [&str; 1] = ["expressions.md"];
    let names = |language: &str, without: &[&str]| -> BTreeSet<String> {
        let named = pages(language).into_iter().map(|(name, _)| name[3..].to_owned());
        named.filter(|name| !without.contains(&name.as_str())).collect()
    };
    assert_eq!(names("en", &ENGLISH_ONLY), names("zh", &CHINESE_ONLY));
    let summary = fs::read_to_string(docs("SUMMARY.md")).unwrap();
    for (name, _) in [pages("en"), pages("zh")].concat() {
        assert!(summary.contains(&format!("({name})")), "{name} is in no summary");
    }
}
