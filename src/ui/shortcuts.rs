//! The one table of keyboard shortcuts: it feeds the dispatcher, tooltips, menus and the help page.

use crate::ui::action::{Action, TabAction};
use crate::workspace::tabs::TabKind;
use egui::{Key, KeyboardShortcut, Modifiers};

/// One shortcut.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// What is pressed.
    pub keys: KeyboardShortcut,
    /// The locale key that says what happens.
    pub text_key: &'static str,
    /// What happens.
    pub does: Does,
}

/// What a shortcut asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Send what is written.
    Send,
    /// Listen, connect or bind; or stop it.
    ToggleOpen,
    /// Show the find field.
    Find,
    /// The next match.
    FindNext,
    /// The match before.
    FindPrevious,
    /// Clear the view.
    ClearView,
    /// Save what is shown.
    SaveLog,
    /// A new tab.
    NewTab,
    /// Close the tab.
    CloseTab,
    /// Open the tab that was closed last.
    ReopenTab,
    /// The tab to the right.
    NextTab,
    /// The tab to the left.
    PreviousTab,
    /// Show or hide the inspector.
    ToggleInspector,
    /// Bigger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// As designed.
    ZoomReset,
    /// Fill the screen, or not.
    FullScreen,
    /// Show the help page.
    Help,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;

const fn row(modifiers: Modifiers, key: Key, text_key: &'static str, does: Does) -> Shortcut {
    Shortcut { keys: KeyboardShortcut::new(modifiers, key), text_key, does }
}

/// All shortcuts, in the order of the help page. Where one's keys are part of another's, the longer comes first.
pub const TABLE: [Shortcut; 19] = [
    row(CTRL, Key::Enter, "shortcut.send", Does::Send),
    row(CTRL, Key::O, "shortcut.toggle_open", Does::ToggleOpen),
    row(CTRL, Key::F, "shortcut.find", Does::Find),
    row(SHIFT, Key::F3, "shortcut.find_previous", Does::FindPrevious),
    row(NONE, Key::F3, "shortcut.find_next", Does::FindNext),
    row(CTRL, Key::L, "shortcut.clear_view", Does::ClearView),
    row(CTRL, Key::S, "shortcut.save_log", Does::SaveLog),
    row(CTRL_SHIFT, Key::T, "shortcut.reopen_tab", Does::ReopenTab),
    row(CTRL, Key::T, "shortcut.new_tab", Does::NewTab),
    row(CTRL, Key::W, "shortcut.close_tab", Does::CloseTab),
    row(CTRL_SHIFT, Key::Tab, "shortcut.previous_tab", Does::PreviousTab),
    row(CTRL, Key::Tab, "shortcut.next_tab", Does::NextTab),
    row(CTRL, Key::I, "shortcut.toggle_inspector", Does::ToggleInspector),
    row(CTRL, Key::Plus, "shortcut.zoom_in", Does::ZoomIn),
    row(CTRL, Key::Equals, "shortcut.zoom_in", Does::ZoomIn),
    row(CTRL, Key::Minus, "shortcut.zoom_out", Does::ZoomOut),
    row(CTRL, Key::Num0, "shortcut.zoom_reset", Does::ZoomReset),
    row(NONE, Key::F11, "shortcut.full_screen", Does::FullScreen),
    row(NONE, Key::F1, "shortcut.help", Does::Help),
];

/// The keys of the quick sends, by their place in the list. F11 stays full screen.
pub const QUICK_SEND_KEYS: [Key; 7] = [Key::F5, Key::F6, Key::F7, Key::F8, Key::F9, Key::F10, Key::F12];

/// The keys that do this, for a tooltip or a menu.
pub fn keys_text(ctx: &egui::Context, does: Does) -> String {
    TABLE
        .iter()
        .find(|shortcut| shortcut.does == does)
        .map_or_else(String::new, |shortcut| ctx.format_shortcut(&shortcut.keys))
}

/// What was pressed since the last frame. While an input method composes a word, nothing is: its keys belong to
/// the composition.
pub fn take_pressed(ctx: &egui::Context, is_composing: bool, out: &mut Vec<Action>) {
    if is_composing {
        return;
    }
    let pressed = ctx.input_mut(|input| {
        TABLE.iter().find(|shortcut| input.consume_shortcut(&shortcut.keys)).map(|shortcut| shortcut.does)
    });
    if let Some(does) = pressed {
        out.push(action_of(does));
    }
    let quick = ctx
        .input_mut(|input| QUICK_SEND_KEYS.iter().position(|key| input.consume_key(Modifiers::NONE, *key)));
    if let Some(place) = quick {
        out.push(Action::InFront(TabAction::SendQuick(place)));
    }
}

fn action_of(does: Does) -> Action {
    match does {
        Does::Send => Action::InFront(TabAction::Send),
        Does::ToggleOpen => Action::InFront(TabAction::ToggleOpen),
        Does::Find => Action::InFront(TabAction::ShowFind),
        Does::FindNext => Action::InFront(TabAction::FindNext),
        Does::FindPrevious => Action::InFront(TabAction::FindPrevious),
        Does::ClearView => Action::InFront(TabAction::ClearView),
        Does::SaveLog => Action::InFront(TabAction::AskSave),
        Does::NewTab => Action::NewTab(TabKind::TcpServer),
        Does::CloseTab => Action::CloseActiveTab,
        Does::ReopenTab => Action::ReopenTab,
        Does::NextTab => Action::NextTab,
        Does::PreviousTab => Action::PreviousTab,
        Does::ToggleInspector => Action::ToggleInspector,
        Does::ZoomIn => Action::ZoomBy(10),
        Does::ZoomOut => Action::ZoomBy(-10),
        Does::ZoomReset => Action::ZoomReset,
        Does::FullScreen => Action::ToggleFullScreen,
        Does::Help => Action::ShowHelp,
    }
}

#[cfg(test)]
mod tests {
    use super::{QUICK_SEND_KEYS, TABLE};

    #[test]
    fn no_two_shortcuts_share_their_keys() {
        for (place, shortcut) in TABLE.iter().enumerate() {
            for other in &TABLE[place + 1..] {
                assert_ne!(shortcut.keys, other.keys, "{} and {}", shortcut.text_key, other.text_key);
            }
            assert!(!QUICK_SEND_KEYS.contains(&shortcut.keys.logical_key), "{}", shortcut.text_key);
        }
    }
}
