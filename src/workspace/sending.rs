//! What was sent before and what stands ready to be sent: the file `sending.toml`.

use crate::workspace::store::WorkspaceFile;
use crate::workspace::tabs::InputChoice;
use serde::{Deserialize, Serialize};

/// How many sent texts are remembered.
const HISTORY_LIMIT: usize = 200;

/// Longer texts are not remembered: they come from files, and settings are read whole at start.
const HISTORY_TEXT_LIMIT: usize = 16 * 1024;

/// The history and the quick sends, shared by all tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sending {
    /// The newest last.
    pub history: Vec<SentText>,
    /// In the order in which they are shown.
    pub quick: Vec<QuickSend>,
}

/// Something that was typed and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentText {
    /// As typed.
    pub text: String,
    /// How it was read.
    pub input: InputChoice,
}

/// A payload with a name and, by its place, a function key.
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
}

impl Sending {
    /// Remembers what was sent; a text that was sent before moves to the end.
    pub fn remember(&mut self, sent: SentText) {
        if sent.text.is_empty() || sent.text.len() > HISTORY_TEXT_LIMIT {
            return;
        }
        self.history.retain(|earlier| *earlier != sent);
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
    use super::{HISTORY_LIMIT, Sending, SentText};
    use crate::workspace::tabs::InputChoice;

    #[test]
    fn the_history_keeps_each_text_once_and_is_bounded() {
        let mut sending = Sending::default();
        let sent = |text: &str| SentText { text: text.to_owned(), input: InputChoice::Text };
        for text in ["a", "b", "a", ""] {
            sending.remember(sent(text));
        }
        assert_eq!(sending.history, [sent("b"), sent("a")]);
        for number in 0..2 * HISTORY_LIMIT {
            sending.remember(sent(&number.to_string()));
        }
        assert_eq!(sending.history.len(), HISTORY_LIMIT);
        sending.remember(sent(&"x".repeat(1 << 20)));
        assert_eq!(sending.history.len(), HISTORY_LIMIT);
    }
}
