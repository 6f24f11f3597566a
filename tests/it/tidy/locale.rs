//! Both languages say everything, say it with the same values, and say nothing that is never shown.

use super::source::{SourceFile, scan};
use std::collections::{BTreeMap, BTreeSet};

const LANGUAGES: [&str; 2] = ["en", "zh-Hans"];

/// What is wrong with the texts of the program, in words.
pub(super) fn findings(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    let mut languages = Vec::new();
    for language in LANGUAGES {
        match texts_of(language, files) {
            Ok(texts) => languages.push((language, texts)),
            Err(problem) => found.push(problem),
        }
    }
    for (language, texts) in &languages {
        for (other, other_texts) in languages.iter().filter(|(other, _)| other != language) {
            found.extend(differences(language, texts, other, other_texts));
        }
    }
    let keys: BTreeSet<&str> =
        languages.iter().flat_map(|(_, texts)| texts.keys()).map(String::as_str).collect();
    found.extend(unused_or_unknown(&keys, files));
    found.extend(untold_words(files));
    found
}

/// Words of the program's own within errors that only English has: whole literals that become an error.
fn untold_words(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for table in files.iter().filter(|file| file.is_under("assets/locale/own-words")) {
        let told = table.text.parse::<toml::Table>().unwrap_or_default();
        let told = |words: &str| {
            told.values().filter_map(toml::Value::as_table).any(|group| group.contains_key(words))
        };
        for file in files.iter().filter(|file| file.has_extension("rs") && file.is_under("src")) {
            let code = file.without_tests().text;
            for after in code.split("OsError::from_words(").skip(1) {
                let words = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                if let Some(words) = words.filter(|words| !told(words)) {
                    found.push(format!("{}: `{words}` is not in {}", file.path, table.path));
                }
            }
        }
    }
    found
}

/// The texts of a language by their whole key: `record.listening`.
fn texts_of(language: &str, files: &[SourceFile]) -> Result<BTreeMap<String, String>, String> {
    let mut texts = BTreeMap::new();
    let folder = format!("assets/locale/{language}");
    for file in files.iter().filter(|file| file.is_under(&folder) && file.has_extension("toml")) {
        let table: toml::Table = file.text.parse().map_err(|error| format!("{}: {error}", file.path))?;
        flatten("", table, &file.path, &mut texts)?;
    }
    Ok(texts)
}

fn flatten(
    prefix: &str,
    table: toml::Table,
    path: &str,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, path, texts)?,
            toml::Value::String(text) if text.trim().is_empty() => {
                return Err(format!("{path}: `{key}` is empty"));
            }
            toml::Value::String(text) => {
                if texts.insert(key.clone(), text).is_some() {
                    return Err(format!("{path}: `{key}` is in another file already"));
                }
            }
            _ => return Err(format!("{path}: `{key}` is not a text")),
        }
    }
    Ok(())
}

fn differences(
    language: &str,
    texts: &BTreeMap<String, String>,
    other: &str,
    other_texts: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (key, text) in texts {
        match other_texts.get(key) {
            None => found.push(format!("`{key}` is in {language} and missing in {other}")),
            Some(other_text) if placeholders(text) != placeholders(other_text) && language < other => {
                found.push(format!("`{key}` does not name the same values in {language} and {other}"));
            }
            Some(_) => {}
        }
    }
    found
}

/// The `{names}` of a text, without the forms of a word that follows its number: `{name|one|many}`.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')?.0.split('|').next()).collect()
}

/// Keys that no code mentions, and literals in code that look like a key and are none.
fn unused_or_unknown(keys: &BTreeSet<&str>, files: &[SourceFile]) -> Vec<String> {
    let groups: BTreeSet<&str> = keys.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut unused = keys.clone();
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.has_extension("rs") && file.is_under("src")) {
        for literal in scan(&file.without_tests().text).literals {
            unused.remove(literal.text.as_str());
            // Rules and templates show no text of the window; their literals are words of their own languages.
            let unknown = !file.is_under("src/automation")
                && looks_like_a_key(&literal.text, &groups)
                && !keys.contains(literal.text.as_str());
            if unknown {
                found
                    .push(format!("{}:{}: `{}` is in no locale file", file.path, literal.line, literal.text));
            }
        }
    }
    found.extend(unused.into_iter().map(|key| format!("`{key}` is used nowhere in src")));
    found
}

fn looks_like_a_key(literal: &str, groups: &BTreeSet<&str>) -> bool {
    let Some((group, rest)) = literal.split_once('.') else { return false };
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let is_file_name = ["toml", "rs", "txt", "log"].contains(&rest);
    groups.contains(group) && rest.split('.').all(is_name) && !is_file_name
}

mod tests {
    use super::findings;
    use crate::tidy::source::SourceFile;

    fn tree(en: &str, zh: &str, code: &str) -> Vec<String> {
        findings(&[
            SourceFile::new("assets/locale/en/a.toml", en),
            SourceFile::new("assets/locale/zh-Hans/a.toml", zh),
            SourceFile::new("src/ui/a.rs", code),
        ])
    }

    #[test]
    fn complete_texts_pass_and_no_texts_pass() {
        assert_eq!(findings(&[]), [""; 0]);
        let en = "[record]\nlistening = \"listening on {address}\"\n";
        let zh = "record.listening = \"正在监听 {address}\"\n";
        assert_eq!(
            tree(en, zh, "text(\"record.listening\"); open(\"record.toml\"); say(\"record. It\")"),
            [""; 0]
        );
    }

    #[test]
    fn a_field_of_templates_is_no_key() {
        for (path, faults) in [("src/automation/a.rs", 0), ("src/cli/a.rs", 1)] {
            let files = [
                SourceFile::new("assets/locale/en/a.toml", "peer.name = \"x\""),
                SourceFile::new("assets/locale/zh-Hans/a.toml", "peer.name = \"x\""),
                SourceFile::new("src/ui/a.rs", "text(\"peer.name\")"),
                SourceFile::new(path, "field(\"peer.ip\")"),
            ];
            assert_eq!(findings(&files).len(), faults, "{path}");
        }
    }

    #[test]
    fn words_of_an_error_that_only_english_has_are_found() {
        let told = |code: &str| {
            findings(&[
                SourceFile::new("assets/locale/own-words/zh-Hans.toml", "[words]\n\"it is gone\" = \"x\"\n"),
                SourceFile::new("src/a.rs", code),
            ])
        };
        assert!(told("fn f() { OsError::from_words(\"it is gone\") }").is_empty());
        assert_eq!(told("fn f() { OsError::from_words(\n\"it has gone\") }").len(), 1);
    }

    #[test]
    fn each_fault_is_found() {
        let used = "text(\"a.b\")";
        for (en, zh, code, message) in [
            ("a.b = \"x\"", "", used, "`a.b` is in en and missing in zh-Hans"),
            ("", "a.b = \"x\"", used, "`a.b` is in zh-Hans and missing in en"),
            (
                "a.b = \"{n} x\"",
                "a.b = \"{m} x\"",
                used,
                "`a.b` does not name the same values in en and zh-Hans",
            ),
            ("a.b = \"x\"", "a.b = \"x\"", "// \"a.b\"", "`a.b` is used nowhere in src"),
            (
                "a.b = \"x\"",
                "a.b = \"x\"",
                "#[cfg(test)]\nmod tests {\n text(\"a.b\");\n}",
                "`a.b` is used nowhere in src",
            ),
            (
                "a.b = \"x\"",
                "a.b = \"x\"",
                "text(\"a.b\");\ntext(\"a.c\")",
                "src/ui/a.rs:2: `a.c` is in no locale file",
            ),
            ("a.b = 7", "", "", "assets/locale/en/a.toml: `a.b` is not a text"),
            ("a.b = \" \"", "", "", "assets/locale/en/a.toml: `a.b` is empty"),
        ] {
            assert_eq!(tree(en, zh, code), [message], "{en} | {zh} | {code}");
        }
    }
}
