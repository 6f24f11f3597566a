//! The rules of a tab: what their file says, what is changed in it, and what they would answer to a message. Answering
//! itself is the worker's.

use crate::automation::document::FileError;
use crate::automation::occasion::{Occasion, What};
use crate::automation::rules::{
    AnswerContent, AnswerTo, CloseWay, Moment, Reaction, Rule, RuleFile, RuleMemory, RuleSet,
};
use crate::automation::template::Dressed;
use crate::codec::checksum::placing::Placing;
use crate::codec::expression::Vocabulary;
use crate::codec::hex;
use crate::codec::text::{Carry, PieceKind, TextEncoding, decode_with};
use crate::codec::time::TimeFormat;
use crate::model::address::Address;
use crate::model::ids::{PeerId, RecordId};
use crate::ui::tab::part_editor::{PartsEditor, PartsFile, Rearranged};
use crate::ui::written_text::fill_error;
use crate::util::clock;
use crate::util::locale::Locale;
use std::time::Instant;

/// How many bytes of an answer that is only tried are written out.
const SHOWN_BYTES: usize = 64;

/// The rules of a tab, beside what their file says.
#[derive(Debug, Default)]
pub struct RulesPanel {
    pub(in crate::ui) editor: PartsEditor<RuleFile>,
    /// What the rules would answer to what this row says.
    pub(in crate::ui) tried: Vec<String>,
    pub(in crate::ui) tried_on: Option<RecordId>,
}

impl PartsFile for RuleFile {
    type Part = Rule;

    fn read(text: &str, encoding: TextEncoding) -> Result<RuleFile, FileError> {
        if text.trim().is_empty() {
            return Ok(RuleFile::default());
        }
        RuleFile::parse(text, encoding, &Vocabulary::default())
    }

    fn parts(&self) -> &[Rule] {
        &self.rules
    }

    fn with_parts(&self, rules: &[String]) -> String {
        self.with_rules(rules.iter().map(String::as_str))
    }

    fn switched(rule: &Rule) -> Rule {
        Rule { is_on: !rule.is_on, ..rule.clone() }
    }

    fn sent(rule: &Rule) -> Option<&Dressed> {
        match &rule.answer.as_ref()?.content {
            AnswerContent::Template(content) => Some(content),
            AnswerContent::Message => None,
        }
    }

    fn values(&self) -> &[(String, String)] {
        &self.variables
    }

    /// The order of rules decides who answers, so a new one stands behind all others.
    fn place_of_new(_chosen: Option<usize>, count: usize) -> usize {
        count
    }

    /// No rule names another.
    fn rearranged(rule: &Rule, _place: usize, _change: Rearranged) -> Rule {
        rule.clone()
    }

    fn rearranged_typed(typed: String, _place: usize, _change: Rearranged) -> String {
        typed
    }
}

/// What these rules would do about a message of a peer that is new to them, a line for each reaction.
pub(super) fn reactions_to(
    rules: &RuleSet,
    message: &[u8],
    (encoding, placing): (TextEncoding, Placing),
    locale: &Locale,
) -> Vec<String> {
    let (now, wall_ns) = (Instant::now(), clock::now().wall_ns);
    let mut random = fastrand::Rng::new();
    let mut memory = RuleMemory::new(rules, now);
    let occasion = Occasion {
        peer: PeerId::FIRST,
        remote: Address::None,
        local: Address::None,
        wall_ns,
        delta_ns: None,
        what: What::Message { bytes: message, whole: true },
    };
    let times = TimeFormat::local();
    let mut moment =
        Moment { now, wall_ns, times: &times, random: &mut |bytes: &mut [u8]| random.fill(bytes), placing };
    let mut reactions = Vec::new();
    rules.react(&mut memory, &occasion, &mut moment, &mut reactions);
    let names: Vec<&str> = rules.rules().map(|rule| rule.name.as_str()).collect();
    let line = |reaction: &Reaction| {
        let name = names.get(reaction.rule()).copied().unwrap_or_default();
        match reaction {
            Reaction::Send { to, bytes, .. } => {
                let key = if *to == AnswerTo::All { "rules.would_send_all" } else { "rules.would_send" };
                let bytes = &bytes[..bytes.len().min(SHOWN_BYTES)];
                let (shown, text) = (hex::spaced(bytes), written(bytes, encoding));
                locale.format(key, &[("rule", &name), ("hex", &shown), ("text", &text)])
            }
            Reaction::Close { how: CloseWay::Fin, .. } => {
                locale.format("rules.would_close", &[("rule", &name)])
            }
            Reaction::Close { .. } => locale.format("rules.would_reset", &[("rule", &name)]),
            Reaction::HeldBack { .. } => locale.format("rules.would_wait", &[("rule", &name)]),
            Reaction::Fault { why, .. } => {
                locale.format("rules.would_fail", &[("rule", &name), ("why", &fill_error(locale, why))])
            }
        }
    };
    let mut lines: Vec<String> = reactions.iter().map(line).collect();
    if lines.is_empty() {
        lines.push(locale.text("rules.would_nothing").to_owned());
    }
    lines
}

/// Bytes as text of an encoding on one line; what is no text is an escape.
fn written(bytes: &[u8], encoding: TextEncoding) -> String {
    let (mut text, mut carry) = (String::new(), Carry::default());
    decode_with(encoding, &mut carry, bytes, |piece| match piece.kind {
        PieceKind::Text(piece) => text.push_str(piece),
        PieceKind::Control(character) => text.extend(character.escape_default()),
        PieceKind::Undecoded(bytes) => hex::push_escaped(&mut text, bytes),
        PieceKind::Pending(_) => {}
    });
    hex::push_escaped(&mut text, carry.bytes());
    text
}

#[cfg(test)]
mod tests {
    use super::{RuleFile, RulesPanel, reactions_to};
    use crate::automation::rules::RuleSet;
    use crate::codec::checksum::placing::Placing;
    use crate::codec::text::TextEncoding;
    use crate::codec::time::TimeFormat;
    use crate::ui::tab::part_editor::{Change, PartsFile};
    use crate::ui::widgets::LineMove;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::tabs::DocumentSettings;

    const UTF_8: TextEncoding = TextEncoding::UTF_8;

    #[test]
    fn rules_are_added_switched_moved_and_tried_on_a_message() {
        let (mut panel, mut document) = (RulesPanel::default(), DocumentSettings::default());
        let login = "name = \"login\"\nwhen = 'text ~ \"^LOGIN,(?<id>[0-9]+)\"'\nreply = \"OK,{id}\"\n";
        let other = "name = \"other\"\nwhen = 'len > 900'\nclose = \"reset\"\n";
        for (change, is_done) in [
            (Change::Add(other.to_owned()), true),
            (Change::Add(login.to_owned()), true),
            (Change::Move(LineMove { from: 1, to: 0 }), true),
            (Change::Move(LineMove { from: 0, to: 2 }), false),
            (Change::Write(1, "nmae = 'x'".to_owned()), false),
        ] {
            assert_eq!(panel.editor.change(&mut document, UTF_8, change.clone()), is_done, "{change:?}");
        }
        assert!(
            panel.editor.typed_error.as_ref().is_some_and(|why| why.to_string().contains("nmae")),
            "{:?}",
            panel.editor.typed_error
        );
        let file = panel.editor.file(&document.text, UTF_8).unwrap();
        assert_eq!(file.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["login", "other"]);
        let english = Locale::of(Language::English);
        let set = |file: &RuleFile| RuleSet::new(file.rules.clone(), Vec::new(), UTF_8, &TimeFormat::local());
        let lines = reactions_to(&set(&file), b"LOGIN,42", (UTF_8, Placing::default()), english);
        assert!(lines.len() == 1 && lines[0].contains("OK,42") && lines[0].contains("login"), "{lines:?}");
        assert!(panel.editor.change(&mut document, UTF_8, Change::Switch(0)));
        let file = panel.editor.file(&document.text, UTF_8).unwrap();
        let lines = reactions_to(&set(&file), b"LOGIN,42", (UTF_8, Placing::default()), english);
        assert_eq!(lines, [english.text("rules.would_nothing")]);
    }

    #[test]
    fn an_answer_is_told_in_the_encoding_of_the_session() {
        let text =
            "version = 1\n[[rule]]\nname = 'a'\nwhen = 'len > 0'\nreply = \"收到\"\nappend = \"crlf\"\n";
        let file = RuleFile::read(text, TextEncoding::GBK).unwrap();
        let rules = RuleSet::new(file.rules, Vec::new(), TextEncoding::GBK, &TimeFormat::local());
        let around = (TextEncoding::GBK, Placing::default());
        let lines = reactions_to(&rules, b"x", around, Locale::of(Language::SimplifiedChinese));
        assert_eq!(lines, [r"a 会应答：CA D5 B5 BD 0D 0A · 收到\r\n"]);
    }

    #[test]
    fn a_rule_that_was_removed_can_be_brought_back_until_something_else_is_changed() {
        let rule = |name: &str| format!("name = \"{name}\"\nwhen = 'len > 0'\nreply = \"x\"\n");
        let (mut panel, mut document) = (RulesPanel::default(), DocumentSettings::default());
        for name in ["a", "b", "c"] {
            panel.editor.change(&mut document, UTF_8, Change::Add(rule(name)));
        }
        let before = document.text.clone();
        panel.editor.change(&mut document, UTF_8, Change::Remove(1));
        panel.editor.file(&document.text, UTF_8).unwrap();
        assert_eq!(panel.editor.removed(), Some(1));
        assert!(panel.editor.change(&mut document, UTF_8, Change::TakeBack));
        assert_eq!((document.text.as_str(), panel.editor.chosen), (before.as_str(), Some(1)));
        assert!(!panel.editor.change(&mut document, UTF_8, Change::TakeBack), "it is there");

        panel.editor.change(&mut document, UTF_8, Change::Remove(1));
        panel.editor.change(&mut document, UTF_8, Change::Switch(0));
        panel.editor.file(&document.text, UTF_8).unwrap();
        assert_eq!(panel.editor.removed(), None);
        let text = document.text.clone();
        assert!(!panel.editor.change(&mut document, UTF_8, Change::TakeBack));
        assert_eq!(document.text, text);
    }
}
