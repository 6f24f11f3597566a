//! The sentences that this program itself writes into errors and notes, in the person's language. Journals keep them in
//! English, so that they are read back whatever language is in use; here they are found again by their wording. What the
//! system or a library says stays as it is.

use crate::util::locale::{Language, Locale};
use std::sync::OnceLock;

/// Sentences within sentences go no deeper.
const DEEPEST: usize = 4;

/// The value that is a number, where anything else would take in words of the sentence.
const NUMBER: &str = "number";

/// The values that are sentences of this program's own. Any other is a name, a path or a text that somebody gave, even
/// where it reads like such a sentence.
const SENTENCES: [&str; 5] = ["why", "error", "failure", "said", "came"];

/// The values that may be something that this program calls by words of its own.
const THINGS: [&str; 2] = ["target", "thing"];

/// The errors that stand within sentences by their own words.
const FAILURES: [&str; 18] = [
    "failure.resolve",
    "failure.create_socket",
    "failure.bind",
    "failure.listen",
    "failure.accept",
    "failure.connect",
    "failure.receive",
    "failure.send",
    "failure.shut_down",
    "failure.set_option",
    "failure.join_group",
    "failure.leave_group",
    "failure.poll",
    "failure.start_thread",
    "failure.open_file",
    "failure.read_file",
    "failure.write_file",
    "failure.secure",
];

/// The sentences of one language.
#[derive(Debug, Default)]
struct Sentences {
    /// Notes, which stand alone.
    notes: Vec<Sentence>,
    /// Everything that stands in an error, or within another sentence.
    words: Vec<Sentence>,
    /// What this program calls by words of its own.
    things: Vec<Sentence>,
}

/// One sentence in English and in the language.
#[derive(Debug)]
struct Sentence {
    english: Vec<Piece>,
    told: Vec<Piece>,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// As it stands.
    Text(String),
    /// A value, by its name.
    Value(String),
}

/// A note of the program's own; nothing where a person wrote it, or where it is said in English.
pub(super) fn of_note(note: &str, locale: &Locale) -> Option<String> {
    told(&sentences(locale)?.notes, note, locale, 0)
}

/// Whether a note of the program's own tells of a step, a sequence, a list or a rule that failed.
pub(super) fn tells_failure(note: &str) -> bool {
    // What was looked for may read like a failure; what held says last how long it took.
    let of_step =
        note.strip_prefix("step ").filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    let has_failed = of_step.is_some_and(|rest| rest.contains(": failed: ") && !rest.ends_with(" ms"));
    let has_ended = note.starts_with("sequence") && note.contains(": failed at step ");
    let of_list = note.strip_prefix("list: ");
    has_failed
        || has_ended
        || of_list.is_some_and(|rest| rest.contains(" failed: ") || rest.starts_with("ended at send "))
}

/// What an error is about, where this program has words of its own for it and it has no name.
pub(super) fn of_thing(thing: &str, locale: &Locale) -> Option<String> {
    told(&sentences(locale)?.things, thing, locale, 0)
}

/// Words of an error; nothing where somebody else said them.
pub(super) fn of_error(words: &str, locale: &Locale) -> Option<String> {
    told(&sentences(locale)?.words, words, locale, 0)
}

fn sentences(locale: &Locale) -> Option<&'static Sentences> {
    static CHINESE: OnceLock<Sentences> = OnceLock::new();
    match locale.language() {
        Language::English => None,
        // The file is part of the program and a test reads it; without it the sentences stay in English.
        Language::SimplifiedChinese => Some(CHINESE.get_or_init(|| {
            Sentences::parse(include_str!("../../assets/locale/own-words/zh-Hans.toml"), locale)
                .unwrap_or_default()
        })),
    }
}

fn told(known: &[Sentence], text: &str, locale: &Locale, depth: usize) -> Option<String> {
    known.iter().find_map(|sentence| {
        let values = matched(&sentence.english, text)?;
        let said = |name: &str, value: &str| {
            let own = match name {
                _ if SENTENCES.contains(&name) => within(value, locale, depth + 1),
                _ if THINGS.contains(&name) => of_thing(value, locale),
                _ => None,
            };
            own.unwrap_or_else(|| value.to_owned())
        };
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(name) => values
                .iter()
                .find(|(known, _)| known == name)
                .map_or_else(String::new, |(name, value)| said(name, value)),
        };
        Some(sentence.told.iter().map(piece).collect())
    })
}

/// What stands within a sentence: another one, or an error with its name and number.
fn within(value: &str, locale: &Locale, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let said = told(&sentences(locale)?.words, value, locale, depth);
    said.or_else(|| {
        let (words, name) = value.strip_suffix(')')?.rsplit_once(" (")?;
        let key = format!("os.{}", name.split(' ').next()?);
        let words = locale.find(&key).map(str::to_owned).or_else(|| within(words, locale, depth + 1))?;
        Some(format!("{words} ({name})"))
    })
}

/// The values with which a sentence becomes this text.
fn matched<'t>(sentence: &[Piece], text: &'t str) -> Option<Vec<(String, &'t str)>> {
    let (mut values, mut rest, mut open) = (Vec::new(), text, None);
    for (place, piece) in sentence.iter().enumerate() {
        let is_last = place + 1 == sentence.len();
        match piece {
            Piece::Value(name) if is_last => values.push((name.clone(), std::mem::take(&mut rest))),
            Piece::Value(name) => open = Some(name),
            Piece::Text(literal) => {
                let at = match open {
                    None => rest.starts_with(literal.as_str()).then_some(0),
                    Some(_) if is_last => {
                        rest.ends_with(literal.as_str()).then(|| rest.len() - literal.len())
                    }
                    Some(_) => rest.find(literal.as_str()),
                }?;
                if let Some(name) = open.take() {
                    let value = &rest[..at];
                    if name == NUMBER && !value.bytes().all(|byte| byte.is_ascii_digit()) {
                        return None;
                    }
                    values.push((name.clone(), value));
                }
                rest = &rest[at + literal.len()..];
            }
        }
    }
    (rest.is_empty() && values.iter().all(|(_, value)| !value.is_empty())).then_some(values)
}

impl Sentences {
    fn parse(text: &str, locale: &Locale) -> Option<Sentences> {
        let table: toml::Table = text.parse().ok()?;
        let of = |group: &str| -> Vec<Sentence> {
            let group = table.get(group).and_then(toml::Value::as_table).into_iter().flatten();
            let sentence = |(english, told): (&String, &toml::Value)| {
                Some(Sentence { english: pieces(english), told: pieces(told.as_str()?) })
            };
            group.filter_map(sentence).collect()
        };
        let (mut notes, mut words, mut things) = (of("notes"), of("words"), of("things"));
        let english = Locale::of(Language::English);
        let failure =
            |key: &&str| Sentence { english: pieces(english.text(key)), told: pieces(locale.text(key)) };
        words.extend(FAILURES.iter().map(failure));
        words.extend(of("notes"));
        for sentences in [&mut notes, &mut words, &mut things] {
            // Of two that fit, the one that says more is meant.
            sentences.sort_by_key(|sentence| std::cmp::Reverse(sentence.said()));
        }
        Some(Sentences { notes, words, things })
    }
}

impl Sentence {
    /// How much of it is no value.
    fn said(&self) -> usize {
        let length = |piece: &Piece| if let Piece::Text(text) = piece { text.len() } else { 0 };
        self.english.iter().map(length).sum()
    }
}

fn pieces(sentence: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), sentence);
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, from)| Some((before, from.split_once('}')?)))
    {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Value(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece, Sentence, of_error, of_note, sentences, tells_failure};
    use crate::util::locale::{Language, Locale};
    use std::collections::BTreeSet;

    #[test]
    fn sentences_of_errors_are_found_by_their_wording() {
        let chinese = Locale::of(Language::SimplifiedChinese);
        for (english, told) in [
            ("timed out: no answer within 1.5 s", "1.5 秒内无应答"),
            (
                "the certificate is for a.example, not for 127.0.0.1",
                "证书适用于 a.example，不适用于 127.0.0.1",
            ),
            (
                "the peer refused: our certificate has expired (alert CertificateExpired)",
                "对端拒绝：本端证书已过期（告警 CertificateExpired）",
            ),
            ("the server answered 404 Not Found", "服务端应答 404 Not Found"),
            (
                "a block at byte 12 makes no sense; everything before it was read",
                "第 12 字节处的数据块无法识别；此前的内容均已读入",
            ),
        ] {
            let found = of_error(english, chinese).or_else(|| of_note(english, chinese));
            assert_eq!(found.as_deref(), Some(told), "{english}");
            assert_eq!(of_error(english, Locale::of(Language::English)), None);
        }
        assert_eq!(of_error("what a library says", chinese), None);
    }

    #[test]
    fn a_note_has_sentences_within_it_and_one_of_a_person_stays() {
        let chinese = Locale::of(Language::SimplifiedChinese);
        for (note, told) in [
            ("sequence 'login': 3 steps", Some("序列“login”：共 3 步")),
            ("list: 5 sent in 3.7 s", Some("列表：发送 5 条，用时 3.7 s")),
            ("list: stopped at send 2", Some("列表：在第 2 条停止")),
            ("step 4 wait_for \" send x\": held, 1 ms", Some("步骤 4 等待 \" send x\"：通过，1 ms")),
            ("step 2 send \"A\": held, 3 ms", Some("步骤 2 发送 \"A\"：通过，3 ms")),
            (
                "step 3 wait_for text ~ \"x: held, 1 ms\": failed: nothing matched x within 1s; nothing came",
                Some("步骤 3 等待 text ~ \"x: held, 1 ms\"：失败：1s 内没有消息符合 x；没有收到消息"),
            ),
            (
                "step 1 send_file a: failed: cannot read /a: no such file or directory (ENOENT 2)",
                Some("步骤 1 发送文件 a：失败：无法读取 /a：没有这个文件或目录 (ENOENT 2)"),
            ),
            ("rule 'id': {id} has no value", Some("规则“id”：{id} 没有值")),
            ("rule 'stopped': {id} has no value", Some("规则“stopped”：{id} 没有值")),
            ("sequence 'closed': 3 steps", Some("序列“closed”：共 3 步")),
            ("step 1 send stopped: held, 2 ms", Some("步骤 1 发送 stopped：通过，2 ms")),
            (
                "step 2 send_file closed: failed: cannot read closed: no such file or directory (ENOENT 2)",
                Some("步骤 2 发送文件 closed：失败：无法读取 closed：没有这个文件或目录 (ENOENT 2)"),
            ),
            (
                "step 3 wait_for stopped: failed: nothing matched stopped: the session ended (closed)",
                Some("步骤 3 等待 stopped：失败：没有消息符合 stopped：会话已结束（已关闭）"),
            ),
            ("closed", None),
            ("the valve was opened", None),
        ] {
            assert_eq!(of_note(note, chinese).as_deref(), told, "{note}");
        }
    }

    #[test]
    fn failures_are_told_from_what_held() {
        for (note, is_failure) in [
            ("step 3 expect id == 7: failed: it was 8", true),
            ("sequence: failed at step 3, after 2 that held", true),
            ("sequence 'login': failed at step 3, after 2 that held", true),
            ("list: send 2 failed: nobody is there", true),
            ("step 3 wait_for text ~ \": failed: \": held, 1 ms", false),
            ("sequence: held, 3 steps in 2 ms", false),
            ("step by step: failed: says a person", false),
            ("list: 3 sent in 2 ms", false),
        ] {
            assert_eq!(tells_failure(note), is_failure, "{note}");
        }
    }

    #[test]
    fn sentences_name_the_same_values_in_both_languages() {
        let known = sentences(Locale::of(Language::SimplifiedChinese)).unwrap();
        let values = |pieces: &[Piece]| -> BTreeSet<String> {
            let value = |piece: &Piece| match piece {
                Piece::Value(name) => Some(name.clone()),
                Piece::Text(_) => None,
            };
            pieces.iter().filter_map(value).collect()
        };
        assert!(known.notes.len() > 5 && known.words.len() > 80 && known.things.len() > 5);
        for Sentence { english, told } in known.notes.iter().chain(&known.words).chain(&known.things) {
            assert_eq!(values(english), values(told), "{english:?}");
            assert!(english.iter().any(|piece| matches!(piece, Piece::Text(_))), "{english:?} fits anything");
        }
    }
}
