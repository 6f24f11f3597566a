//! The one table of keyboard shortcuts: it feeds the dispatcher, tooltips, menus and the help page.

use crate::ui::action::{Action, TabAction, TabKey};
use crate::workspace::tabs::TabKind;
use egui::{Event, InputState, Key, KeyboardShortcut, Modifiers};

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
    /// Follow the newest row, or hold still.
    ToggleFollowing,
    /// Ask for a row or a time.
    GoTo,
    /// Save the raw bytes.
    SaveRaw,
    /// Ask for the tab's name.
    RenameTab,
    /// A copy of the tab.
    DuplicateTab,
    /// The tab one place to the left.
    TabLeft,
    /// The tab one place to the right.
    TabRight,
    /// The tab at this place, counted from 0.
    Tab(usize),
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

/// All shortcuts, in the order of the help page.
pub const TABLE: [Shortcut; 35] = [
    row(CTRL, Key::Enter, "shortcut.send", Does::Send),
    row(CTRL, Key::O, "shortcut.toggle_open", Does::ToggleOpen),
    row(CTRL, Key::F, "shortcut.find", Does::Find),
    row(SHIFT, Key::F3, "shortcut.find_previous", Does::FindPrevious),
    row(NONE, Key::F3, "shortcut.find_next", Does::FindNext),
    row(CTRL, Key::G, "shortcut.go_to", Does::GoTo),
    row(CTRL, Key::P, "shortcut.toggle_following", Does::ToggleFollowing),
    row(CTRL, Key::L, "shortcut.clear_view", Does::ClearView),
    row(CTRL_SHIFT, Key::S, "shortcut.save_raw", Does::SaveRaw),
    row(CTRL, Key::S, "shortcut.save_log", Does::SaveLog),
    row(CTRL_SHIFT, Key::T, "shortcut.reopen_tab", Does::ReopenTab),
    row(CTRL, Key::T, "shortcut.new_tab", Does::NewTab),
    row(CTRL, Key::W, "shortcut.close_tab", Does::CloseTab),
    row(CTRL_SHIFT, Key::Tab, "shortcut.previous_tab", Does::PreviousTab),
    row(CTRL, Key::Tab, "shortcut.next_tab", Does::NextTab),
    row(CTRL_SHIFT, Key::PageUp, "shortcut.tab_left", Does::TabLeft),
    row(CTRL_SHIFT, Key::PageDown, "shortcut.tab_right", Does::TabRight),
    row(CTRL, Key::Num1, "shortcut.tab_by_place", Does::Tab(0)),
    row(CTRL, Key::Num2, "shortcut.tab_by_place", Does::Tab(1)),
    row(CTRL, Key::Num3, "shortcut.tab_by_place", Does::Tab(2)),
    row(CTRL, Key::Num4, "shortcut.tab_by_place", Does::Tab(3)),
    row(CTRL, Key::Num5, "shortcut.tab_by_place", Does::Tab(4)),
    row(CTRL, Key::Num6, "shortcut.tab_by_place", Does::Tab(5)),
    row(CTRL, Key::Num7, "shortcut.tab_by_place", Does::Tab(6)),
    row(CTRL, Key::Num8, "shortcut.tab_by_place", Does::Tab(7)),
    row(CTRL, Key::Num9, "shortcut.tab_by_place", Does::Tab(8)),
    row(NONE, Key::F2, "shortcut.rename_tab", Does::RenameTab),
    row(CTRL, Key::D, "shortcut.duplicate_tab", Does::DuplicateTab),
    row(CTRL, Key::I, "shortcut.toggle_inspector", Does::ToggleInspector),
    row(CTRL, Key::Plus, "shortcut.zoom_in", Does::ZoomIn),
    row(CTRL, Key::Equals, "shortcut.zoom_in", Does::ZoomIn),
    row(CTRL, Key::Minus, "shortcut.zoom_out", Does::ZoomOut),
    row(CTRL, Key::Num0, "shortcut.zoom_reset", Does::ZoomReset),
    row(NONE, Key::F11, "shortcut.full_screen", Does::FullScreen),
    row(NONE, Key::F1, "shortcut.help", Does::Help),
];

/// The keys that quick sends can have.
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
/// Without a tab that is seen, nothing is done to one.
pub fn take_pressed(ctx: &egui::Context, is_composing: bool, tab: Option<TabKey>, out: &mut Vec<Action>) {
    if is_composing {
        return;
    }
    let pressed = ctx.input_mut(|input| {
        TABLE.iter().find(|row| consume(input, row.keys, row.does.may_repeat())).map(|row| row.does)
    });
    if let Some(does) = pressed {
        out.extend(action_of(does, tab));
    }
    let quick = ctx.input_mut(|input| {
        let alone = |key: &Key| KeyboardShortcut::new(NONE, *key);
        QUICK_SEND_KEYS.iter().find(|key| consume(input, alone(key), true))
    });
    if let (Some(key), Some(tab)) = (quick, tab) {
        out.push(Action::OnTab(tab, TabAction::SendQuickOfKey(key.name())));
    }
}

/// Takes keys that were pressed with nothing else held: with Alt or Shift they are somebody else's. A key that is held
/// down counts again and again only where that is wanted; it is taken all the same.
pub fn consume(input: &mut InputState, keys: KeyboardShortcut, may_repeat: bool) -> bool {
    let mut is_pressed = false;
    input.events.retain(|event| {
        let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else { return true };
        // Most keyboards have a plus only together with Shift.
        let held = Modifiers { shift: modifiers.shift && keys.logical_key != Key::Plus, ..*modifiers };
        let is_meant = *key == keys.logical_key && held.matches_exact(keys.modifiers);
        is_pressed |= is_meant && (may_repeat || !repeat);
        !is_meant
    });
    is_pressed
}

impl Does {
    /// Whether it is done again and again while its keys are held.
    fn may_repeat(self) -> bool {
        matches!(
            self,
            Does::FindNext
                | Does::FindPrevious
                | Does::NextTab
                | Does::PreviousTab
                | Does::TabLeft
                | Does::TabRight
                | Does::ZoomIn
                | Does::ZoomOut
        )
    }
}

fn action_of(does: Does, tab: Option<TabKey>) -> Option<Action> {
    let on_tab = |action| tab.map(|tab| Action::OnTab(tab, action));
    Some(match does {
        Does::Send => return on_tab(TabAction::Send),
        Does::ToggleOpen => return on_tab(TabAction::ToggleOpen),
        Does::Find => return on_tab(TabAction::ShowFind),
        Does::FindNext => return on_tab(TabAction::FindNext),
        Does::FindPrevious => return on_tab(TabAction::FindPrevious),
        Does::ClearView => return on_tab(TabAction::ClearView),
        Does::SaveLog => return on_tab(TabAction::AskSave),
        Does::NewTab => Action::NewTab(TabKind::TcpServer),
        Does::CloseTab => Action::CloseTab(tab?),
        Does::ReopenTab => Action::ReopenTab,
        Does::NextTab => Action::NextTab,
        Does::PreviousTab => Action::PreviousTab,
        Does::ToggleInspector => Action::ToggleInspector,
        Does::ToggleFollowing => return on_tab(TabAction::ToggleFollowing),
        Does::GoTo => return on_tab(TabAction::AskGoTo),
        Does::SaveRaw => return on_tab(TabAction::AskSaveRaw),
        Does::RenameTab => Action::AskTabName(tab?),
        Does::DuplicateTab => Action::DuplicateTab(tab?),
        Does::TabLeft => Action::ShiftTab(-1),
        Does::TabRight => Action::ShiftTab(1),
        Does::Tab(place) => Action::ActivatePlace(place),
        Does::ZoomIn => Action::ZoomBy(10),
        Does::ZoomOut => Action::ZoomBy(-10),
        Does::ZoomReset => Action::ZoomReset,
        Does::FullScreen => Action::ToggleFullScreen,
        Does::Help => Action::ShowHelp,
    })
}

#[cfg(test)]
mod tests {
    use super::{Does, QUICK_SEND_KEYS, TABLE, consume};
    use crate::workspace::sending;
    use egui::{Event, InputState, Key, KeyboardShortcut, Modifiers};

    fn pressed(key: Key, modifiers: Modifiers, repeat: bool) -> InputState {
        let mut input = InputState::default();
        input.events.push(Event::Key { key, physical_key: None, pressed: true, repeat, modifiers });
        input
    }

    #[test]
    fn a_shortcut_is_meant_only_where_nothing_else_is_held() {
        let (ctrl, shift, alt) = (Modifiers::COMMAND, Modifiers::SHIFT, Modifiers::ALT);
        let none = Modifiers::NONE;
        for (keys, held, is_meant) in [
            ((none, Key::F5), none, true),
            ((none, Key::F5), shift, false),
            ((none, Key::F5), alt, false),
            ((none, Key::F5), ctrl, false),
            ((ctrl, Key::W), ctrl, true),
            ((ctrl, Key::W), ctrl | shift, false),
            ((ctrl, Key::W), ctrl | alt, false),
            ((ctrl, Key::Plus), ctrl, true),
            ((ctrl, Key::Plus), ctrl | shift, true),
            ((ctrl, Key::Plus), ctrl | alt, false),
        ] {
            let mut input = pressed(keys.1, held, false);
            let keys = KeyboardShortcut::new(keys.0, keys.1);
            assert_eq!(consume(&mut input, keys, true), is_meant, "{keys:?} with {held:?}");
            assert_eq!(input.events.is_empty(), is_meant, "{keys:?} with {held:?}");
        }
    }

    #[test]
    fn a_held_key_closes_and_opens_once() {
        for (does, times) in
            [(Does::CloseTab, 1), (Does::ToggleOpen, 1), (Does::Send, 1), (Does::FindNext, 3)]
        {
            let keys = TABLE.iter().find(|row| row.does == does).unwrap().keys;
            let done = [false, true, true].iter().filter(|repeat| {
                let mut input = pressed(keys.logical_key, keys.modifiers, **repeat);
                let is_done = consume(&mut input, keys, does.may_repeat());
                assert!(input.events.is_empty(), "nobody else takes it: {does:?}");
                is_done
            });
            assert_eq!(done.count(), times, "{does:?}");
        }
    }

    #[test]
    fn quick_sends_have_the_keys_that_their_file_names() {
        assert_eq!(QUICK_SEND_KEYS.map(Key::name), sending::QUICK_SEND_KEYS);
    }

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
