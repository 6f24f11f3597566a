//! The one table of commands: everything that can be done by name, with the keys for it and where it stands in the menu.
//! It feeds the keyboard, tooltips, the menu, the help page and the palette. What is done is said where actions are.

use crate::ui::log::RowView;
use crate::workspace::tabs::TabKind;
use egui::{Event, InputState, Key, KeyboardShortcut, Modifiers};

/// Something that can be done by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UiCommand {
    /// Send what is written.
    Send,
    /// Listen, connect or bind; or stop it.
    ToggleOpen,
    /// Ask for a file to send.
    SendFile,
    /// Send what is written again and again.
    StartRepeat,
    /// Repeat nothing any more.
    StopRepeat,
    /// Ask what to answer by itself.
    Answers,
    /// Ask for a new quick send.
    AddQuick,
    /// Show the find field.
    Find,
    /// The next match.
    FindNext,
    /// The match before.
    FindPrevious,
    /// Change what is highlighted.
    Highlights,
    /// Ask for a row or a time.
    GoTo,
    /// Show or hide the chart.
    Chart,
    /// Write a note about the row, and see all notes.
    Notes,
    /// Follow the newest row, or hold still.
    ToggleFollowing,
    /// Show payloads like this.
    View(RowView),
    /// Wrap long lines, or not.
    ToggleWrap,
    /// Colour running text as a terminal does, or show what asks for that.
    ToggleTerminalColors,
    /// Clear the view.
    ClearView,
    /// Show what was cleared from view.
    ShowCleared,
    /// Let counters start at 0.
    ResetCounters,
    /// Ask which file to bring in.
    Import,
    /// Save what is shown.
    SaveLog,
    /// Save the raw bytes.
    SaveRaw,
    /// Follow the session in Wireshark.
    Watch,
    /// Let the log go on into a file, or not.
    LogFile,
    /// Begin a new session in the tab.
    NewSessionHere,
    /// Disconnect all peers.
    DisconnectAll,
    /// A new tab of this kind.
    NewTab(TabKind),
    /// Close the tab.
    CloseTab,
    /// Open the tab that was closed last.
    ReopenTab,
    /// The tab to the right.
    NextTab,
    /// The tab to the left.
    PreviousTab,
    /// The tab one place to the left.
    TabLeft,
    /// The tab one place to the right.
    TabRight,
    /// The tab at this place, counted from 0.
    Tab(usize),
    /// Ask for the tab's name.
    RenameTab,
    /// A copy of the tab.
    DuplicateTab,
    /// Show earlier sessions.
    Sessions,
    /// Ask what to find in all sessions.
    FindInSessions,
    /// Show the page of settings.
    Settings,
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
    /// Stay above the windows of other programs, or not.
    OnTop,
    /// The colours of the system.
    SystemColours,
    /// Dark colours.
    DarkColours,
    /// Light colours.
    LightColours,
    /// Speak English.
    English,
    /// Speak Chinese.
    Chinese,
    /// Look up this machine's addresses again.
    RefreshAddresses,
    /// Show all commands.
    Palette,
    /// Show the help page.
    Help,
    /// Say which program this is.
    About,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct CommandRow {
    /// What is done.
    pub command: UiCommand,
    /// The key of the text that says so.
    pub name: &'static str,
    /// The key of the words that others have for it, in small letters: it is found by them, too.
    pub words: Option<&'static str>,
    /// What is pressed for it; the first is the one that is shown.
    pub keys: [Option<KeyboardShortcut>; 2],
    /// Where it stands in the menu of the window.
    pub menu: Option<MenuPart>,
}

/// The parts of the window's menu, between its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuPart {
    /// Files that come and go.
    Files,
    /// How the window looks.
    Look,
    /// What it can do, and what it is.
    Help,
}

/// The parts in their order.
pub const MENU_PARTS: [MenuPart; 3] = [MenuPart::Files, MenuPart::Look, MenuPart::Help];

/// What was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The keys of a command.
    Command(UiCommand),
    /// The key of a quick send.
    QuickSend(&'static str),
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
const ALT: Modifiers = Modifiers::ALT;
const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;

const fn row(command: UiCommand, name: &'static str) -> CommandRow {
    CommandRow { command, name, words: None, keys: [None, None], menu: None }
}

impl CommandRow {
    const fn keys(self, modifiers: Modifiers, key: Key) -> CommandRow {
        CommandRow { keys: [Some(KeyboardShortcut::new(modifiers, key)), self.keys[0]], ..self }
    }

    const fn menu(self, part: MenuPart) -> CommandRow {
        CommandRow { menu: Some(part), ..self }
    }

    const fn words(self, words: &'static str) -> CommandRow {
        CommandRow { words: Some(words), ..self }
    }
}

/// All commands, in the order of the help page and the palette.
pub const TABLE: &[CommandRow] = &[
    row(UiCommand::Send, "command.send").keys(CTRL, Key::Enter),
    row(UiCommand::ToggleOpen, "command.toggle_open").words("words.toggle_open").keys(CTRL, Key::O),
    row(UiCommand::SendFile, "command.send_file").words("words.send_file"),
    row(UiCommand::StartRepeat, "command.start_repeat").words("words.start_repeat"),
    row(UiCommand::StopRepeat, "command.stop_repeat").words("words.stop_repeat"),
    row(UiCommand::Answers, "command.answers").words("words.answers"),
    row(UiCommand::AddQuick, "command.add_quick").words("words.add_quick"),
    row(UiCommand::Find, "command.find").words("words.find").keys(CTRL, Key::F),
    row(UiCommand::FindPrevious, "command.find_previous").keys(SHIFT, Key::F3),
    row(UiCommand::FindNext, "command.find_next").keys(NONE, Key::F3),
    row(UiCommand::Highlights, "command.highlights").words("words.highlights").keys(CTRL_SHIFT, Key::H),
    row(UiCommand::GoTo, "command.go_to").words("words.go_to").keys(CTRL, Key::G),
    row(UiCommand::Chart, "command.chart").words("words.chart"),
    row(UiCommand::Notes, "command.notes").words("words.notes").keys(CTRL, Key::M),
    row(UiCommand::ToggleFollowing, "command.toggle_following")
        .words("words.toggle_following")
        .keys(CTRL, Key::P),
    row(UiCommand::View(RowView::Text), "command.view_text"),
    row(UiCommand::View(RowView::Hex), "command.view_hex"),
    row(UiCommand::View(RowView::Dump), "command.view_dump"),
    row(UiCommand::View(RowView::Decoded), "command.view_decoded").words("words.view_decoded"),
    row(UiCommand::View(RowView::Running), "command.view_running").keys(ALT, Key::R),
    row(UiCommand::ClearView, "command.clear_view").words("words.clear_view").keys(CTRL, Key::L),
    row(UiCommand::ShowCleared, "command.show_cleared"),
    row(UiCommand::ResetCounters, "command.reset_counters"),
    row(UiCommand::Import, "command.import").words("words.import").menu(MenuPart::Files),
    row(UiCommand::SaveRaw, "command.save_raw").words("words.save_raw").keys(CTRL_SHIFT, Key::S),
    row(UiCommand::SaveLog, "command.save_log")
        .words("words.save_log")
        .keys(CTRL, Key::S)
        .menu(MenuPart::Files),
    row(UiCommand::LogFile, "command.log_file").menu(MenuPart::Files),
    row(UiCommand::Watch, "command.watch").words("words.watch").menu(MenuPart::Files),
    row(UiCommand::NewSessionHere, "command.new_session_here")
        .words("words.new_session_here")
        .menu(MenuPart::Files),
    row(UiCommand::DisconnectAll, "command.disconnect_all").words("words.disconnect_all"),
    row(UiCommand::ReopenTab, "command.reopen_tab").keys(CTRL_SHIFT, Key::T),
    row(UiCommand::NewTab(TabKind::TcpServer), "command.new_server")
        .words("words.new_server")
        .keys(CTRL, Key::T),
    row(UiCommand::NewTab(TabKind::TcpClient), "command.new_client").words("words.new_client"),
    row(UiCommand::NewTab(TabKind::Udp), "command.new_udp").words("words.new_udp"),
    row(UiCommand::NewTab(TabKind::WebSocketServer), "command.new_web_socket_server"),
    row(UiCommand::NewTab(TabKind::WebSocketClient), "command.new_web_socket_client"),
    row(UiCommand::NewTab(TabKind::UnixServer), "command.new_unix").words("words.new_unix"),
    row(UiCommand::NewTab(TabKind::Raw), "command.new_raw").words("words.new_raw"),
    row(UiCommand::CloseTab, "command.close_tab").keys(CTRL, Key::W),
    row(UiCommand::PreviousTab, "command.previous_tab").keys(CTRL_SHIFT, Key::Tab),
    row(UiCommand::NextTab, "command.next_tab").keys(CTRL, Key::Tab),
    row(UiCommand::TabLeft, "command.tab_left").keys(CTRL_SHIFT, Key::PageUp),
    row(UiCommand::TabRight, "command.tab_right").keys(CTRL_SHIFT, Key::PageDown),
    row(UiCommand::Tab(0), "command.tab_by_place").keys(CTRL, Key::Num1),
    row(UiCommand::Tab(1), "command.tab_by_place").keys(CTRL, Key::Num2),
    row(UiCommand::Tab(2), "command.tab_by_place").keys(CTRL, Key::Num3),
    row(UiCommand::Tab(3), "command.tab_by_place").keys(CTRL, Key::Num4),
    row(UiCommand::Tab(4), "command.tab_by_place").keys(CTRL, Key::Num5),
    row(UiCommand::Tab(5), "command.tab_by_place").keys(CTRL, Key::Num6),
    row(UiCommand::Tab(6), "command.tab_by_place").keys(CTRL, Key::Num7),
    row(UiCommand::Tab(7), "command.tab_by_place").keys(CTRL, Key::Num8),
    row(UiCommand::Tab(8), "command.tab_by_place").keys(CTRL, Key::Num9),
    row(UiCommand::RenameTab, "command.rename_tab").keys(NONE, Key::F2),
    row(UiCommand::DuplicateTab, "command.duplicate_tab").keys(CTRL, Key::D),
    row(UiCommand::Sessions, "command.sessions").words("words.sessions"),
    row(UiCommand::FindInSessions, "command.find_in_sessions").keys(CTRL_SHIFT, Key::F),
    row(UiCommand::ToggleWrap, "command.toggle_wrap").keys(ALT, Key::Z).menu(MenuPart::Look),
    row(UiCommand::ToggleTerminalColors, "command.toggle_terminal_colors"),
    row(UiCommand::ToggleInspector, "command.toggle_inspector")
        .words("words.toggle_inspector")
        .keys(CTRL, Key::I)
        .menu(MenuPart::Look),
    row(UiCommand::ZoomIn, "command.zoom_in")
        .words("words.zoom_in")
        .keys(CTRL, Key::Equals)
        .keys(CTRL, Key::Plus)
        .menu(MenuPart::Look),
    row(UiCommand::ZoomOut, "command.zoom_out")
        .words("words.zoom_out")
        .keys(CTRL, Key::Minus)
        .menu(MenuPart::Look),
    row(UiCommand::ZoomReset, "command.zoom_reset")
        .words("words.zoom_reset")
        .keys(CTRL, Key::Num0)
        .menu(MenuPart::Look),
    row(UiCommand::FullScreen, "command.full_screen").keys(NONE, Key::F11).menu(MenuPart::Look),
    row(UiCommand::OnTop, "command.on_top").menu(MenuPart::Look),
    row(UiCommand::SystemColours, "command.theme_system"),
    row(UiCommand::DarkColours, "command.theme_dark").words("words.dark_colours"),
    row(UiCommand::LightColours, "command.theme_light").words("words.light_colours"),
    row(UiCommand::English, "command.english"),
    row(UiCommand::Chinese, "command.chinese"),
    row(UiCommand::RefreshAddresses, "command.refresh_addresses").words("words.refresh_addresses"),
    row(UiCommand::Settings, "command.settings")
        .words("words.settings")
        .keys(CTRL, Key::Comma)
        .menu(MenuPart::Look),
    row(UiCommand::Palette, "command.palette").keys(CTRL_SHIFT, Key::P).menu(MenuPart::Help),
    row(UiCommand::Help, "command.help").words("words.help").keys(NONE, Key::F1).menu(MenuPart::Help),
    row(UiCommand::About, "command.about").menu(MenuPart::Help),
];

/// The keys that quick sends can have.
pub const QUICK_SEND_KEYS: [Key; 7] = [Key::F5, Key::F6, Key::F7, Key::F8, Key::F9, Key::F10, Key::F12];

/// The keys that do this, for a tooltip or a menu; empty where there are none.
pub fn keys_text(ctx: &egui::Context, command: UiCommand) -> String {
    let keys = TABLE.iter().find(|row| row.command == command).and_then(|row| row.keys[0]);
    keys.map_or_else(String::new, |keys| ctx.format_shortcut(&keys))
}

/// What was pressed since the last frame. While an input method composes a word, nothing is: its keys belong to
/// the composition.
pub fn pressed(ctx: &egui::Context, is_composing: bool) -> Vec<Pressed> {
    if is_composing {
        return Vec::new();
    }
    ctx.input_mut(|input| {
        let is_pressed = |input: &mut InputState, row: &CommandRow| {
            row.keys.into_iter().flatten().any(|keys| consume(input, keys, row.command.may_repeat()))
        };
        let command = TABLE.iter().find(|row| is_pressed(input, row)).map(|row| row.command);
        let alone = |key: &Key| KeyboardShortcut::new(NONE, *key);
        let quick = QUICK_SEND_KEYS.iter().find(|key| consume(input, alone(key), true));
        let quick = quick.map(|key| Pressed::QuickSend(key.name()));
        command.map(Pressed::Command).into_iter().chain(quick).collect()
    })
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

impl UiCommand {
    /// Whether it is done again and again while its keys are held.
    fn may_repeat(self) -> bool {
        matches!(
            self,
            UiCommand::FindNext
                | UiCommand::FindPrevious
                | UiCommand::NextTab
                | UiCommand::PreviousTab
                | UiCommand::TabLeft
                | UiCommand::TabRight
                | UiCommand::ZoomIn
                | UiCommand::ZoomOut
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{QUICK_SEND_KEYS, TABLE, UiCommand, consume};
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
        for (does, times) in [
            (UiCommand::CloseTab, 1),
            (UiCommand::ToggleOpen, 1),
            (UiCommand::Send, 1),
            (UiCommand::FindNext, 3),
        ] {
            let keys = TABLE.iter().find(|row| row.command == does).unwrap().keys[0].unwrap();
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
    fn no_command_stands_in_the_table_twice_and_no_two_share_their_keys() {
        for (place, row) in TABLE.iter().enumerate() {
            for other in &TABLE[place + 1..] {
                assert_ne!(row.command, other.command);
                for keys in row.keys.iter().flatten() {
                    assert!(!other.keys.contains(&Some(*keys)), "{} and {}", row.name, other.name);
                }
            }
            for keys in row.keys.iter().flatten() {
                assert!(!QUICK_SEND_KEYS.contains(&keys.logical_key), "{}", row.name);
            }
        }
    }
}
