//! What was sent before and what stands ready to be sent: the file `sending.toml`.

use crate::workspace::store::WorkspaceFile;
use crate::workspace::tabs::InputChoice;
use serde::{Deserialize, Serialize};

/// How many sent texts are remembered.
const HISTORY_LIMIT: usize = 200;

/// Longer texts are not remembered: they come from files, and settings are read whole at start.
const HISTORY_TEXT_LIMIT: usize = 16 * 1024;

/// The function keys that quick sends can have. F11 stays full screen.
pub const QUICK_SEND_KEYS: [&str; 7] = ["F5", "F6", "F7", "F8", "F9", "F10", "F12"];

/// The history and the quick sends, shared by all tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sending {
    /// The newest last.
    pub history: Vec<SentText>,
    /// In the order in which they are shown.
    pub quick: Vec<QuickSend>,
}

/// Something that was typed and sent. Files of earlier versions tell only its text and how that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentText {
    /// As typed.
    pub text: String,
    /// How it was read.
    pub input: InputChoice,
    /// Whether fields in braces were filled in.
    pub fields: bool,
    /// What its characters were written in; empty where that is not known, and then neither is what follows.
    pub encoding: String,
    /// What its line breaks went out as.
    pub breaks: String,
    /// What message it became where there are frames.
    pub frame: String,
    /// The line ending that was appended.
    pub append: String,
    /// The checksum that was appended; empty for none.
    pub checksum: String,
    /// When it was sent last, in milliseconds since 1970-01-01 UTC.
    pub at_millis: Option<i64>,
    /// To whom, as it was shown then.
    pub target: String,
}

/// A payload with a name and perhaps a function key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuickSend {
    /// What the button says.
    pub name: String,
    /// The group it is shown in; empty for none.
    pub group: String,
    /// As typed.
    pub text: String,
    /// How it is read.
    pub input: InputChoice,
    /// The line ending that is appended.
    pub append: String,
    /// The checksum that is appended; empty for none.
    pub checksum: String,
    /// The function key that sends it; empty for none. Files of earlier versions do not say: there its place decides.
    pub key: Option<String>,
    /// What its characters are written in; empty for the encoding of the session.
    pub encoding: String,
    /// How long after it the next is sent, where all are sent in order, as typed.
    pub delay: String,
    /// Fields in braces are filled in when it is sent.
    pub fields: bool,
    /// What message it becomes where there are frames; empty for one that fits.
    pub frame: String,
    /// It stays behind where all are sent in order.
    pub left_out: bool,
}

impl QuickSend {
    /// The name of its key; empty for none.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }
}

impl SentText {
    /// Whether both are written alike, whenever they were sent and to whom.
    pub fn is_same_text(&self, other: &SentText) -> bool {
        let written = |sent: &SentText| SentText { at_millis: None, target: String::new(), ..sent.clone() };
        (&self.text, self.input) == (&other.text, other.input) && written(self) == written(other)
    }
}

impl Sending {
    /// Gives keys by their places to quick sends of a file that does not say.
    pub fn give_keys(&mut self) {
        for place in 0..self.quick.len() {
            if self.quick[place].key.is_none() {
                let key = QUICK_SEND_KEYS.get(place).filter(|key| self.quick_of_key(key).is_none());
                self.quick[place].key = Some(key.map_or_else(String::new, ToString::to_string));
            }
        }
    }

    /// The place of the quick send that this key sends.
    pub fn quick_of_key(&self, key: &str) -> Option<usize> {
        self.quick.iter().position(|quick| quick.key() == key)
    }

    /// A key that no quick send has; empty where all are taken.
    pub fn free_key(&self) -> &'static str {
        QUICK_SEND_KEYS.into_iter().find(|key| self.quick_of_key(key).is_none()).unwrap_or_default()
    }

    /// Remembers what was sent; a text that was sent before in the same form moves to the end.
    pub fn remember(&mut self, sent: SentText) {
        if sent.text.is_empty() || sent.text.len() > HISTORY_TEXT_LIMIT {
            return;
        }
        self.history.retain(|earlier| !earlier.is_same_text(&sent));
        self.history.push(sent);
        if self.history.len() > HISTORY_LIMIT {
            self.history.remove(0);
        }
    }
}

impl WorkspaceFile for Sending {
    const NAME: &'static str = "sending.toml";
    const VERSION: u32 = 1;
    const COMMENT: &'static str = "What was sent with Sockscope, and its quick sends.";
}

#[cfg(test)]
mod tests {
    use super::{HISTORY_LIMIT, QuickSend, Sending, SentText};
    use crate::workspace::tabs::InputChoice;

    #[test]
    fn a_history_of_an_earlier_version_is_read() {
        let file = "[[history]]\ntext = \"01\"\ninput = \"hex\"\n";
        let sending: Sending = toml::from_str(file).unwrap();
        let expected = SentText { text: "01".to_owned(), input: InputChoice::Hex, ..SentText::default() };
        assert_eq!(sending.history, [expected]);
    }

    #[test]
    fn keys_stay_with_their_quick_sends() {
        let mut sending = Sending { quick: vec![QuickSend::default(); 9], ..Sending::default() };
        let keys = |sending: &Sending| {
            sending.quick.iter().map(|quick| quick.key().to_owned()).collect::<Vec<_>>().join(" ")
        };
        sending.give_keys();
        assert_eq!(keys(&sending), "F5 F6 F7 F8 F9 F10 F12  ", "as the places were");
        assert_eq!(sending.free_key(), "");
        sending.quick.remove(1);
        sending.give_keys();
        assert_eq!(keys(&sending), "F5 F7 F8 F9 F10 F12  ");
        assert_eq!((sending.free_key(), sending.quick_of_key("F7")), ("F6", Some(1)));
    }

    #[test]
    fn the_history_keeps_each_text_once_and_is_bounded() {
        let mut sending = Sending::default();
        let sent = |text: &str| SentText { text: text.to_owned(), ..SentText::default() };
        for text in ["a", "b", "a", ""] {
            sending.remember(sent(text));
        }
        assert_eq!(sending.history, [sent("b"), sent("a")]);
        sending.remember(SentText { at_millis: Some(7), target: "Peer 1".to_owned(), ..sent("b") });
        sending.remember(SentText { append: "crlf".to_owned(), ..sent("b") });
        let kept: Vec<_> =
            sending.history.iter().map(|sent| (&*sent.text, sent.at_millis, &*sent.append)).collect();
        assert_eq!(kept, [("a", None, ""), ("b", Some(7), ""), ("b", None, "crlf")]);
        for number in 0..2 * HISTORY_LIMIT {
            sending.remember(sent(&number.to_string()));
        }
        assert_eq!(sending.history.len(), HISTORY_LIMIT);
        sending.remember(sent(&"x".repeat(1 << 20)));
        assert_eq!(sending.history.len(), HISTORY_LIMIT);
    }
}
