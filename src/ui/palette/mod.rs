//! The palette: everything that can be done now, by name in the language in use, with its keys. What is typed narrows it.
//! It does nothing itself: what is chosen is asked for like anything else.

mod view;

pub use view::palette_ui;

use crate::ui::action::Action;
use crate::ui::commands::{TABLE, UiCommand};
use crate::ui::sheet::SheetAction;
use crate::ui::tab::composer::QuickSendAction;
use crate::ui::tab::composer::words::recipients;
use crate::ui::tab::list::TabList;
use crate::ui::tab::log_view::LogAction;
use crate::ui::tab::title::tab_title;
use crate::ui::tab::{Tab, TabKey};
use crate::ui::tabs::TabsAction;
use crate::util::locale::{Language, Locale};
use crate::workspace::sending::QuickSend;

/// The palette, while it is shown.
#[derive(Debug)]
pub struct Palette {
    /// As typed.
    pub typed: String,
    /// The place of the line that Enter means, among those that are shown.
    pub chosen: usize,
    /// Which tab is meant, if one is seen.
    tab: Option<TabKey>,
    offered: Vec<UiCommand>,
    /// All tabs, in the order of the bar.
    titles: Vec<(TabKey, String)>,
    /// Quick sends can go out.
    sends: bool,
    /// What can be done with the rows that are selected, by the keys of its names.
    of_rows: Vec<(&'static str, SheetAction)>,
    /// To whom they are sent: it is said before they are gone.
    whom: String,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteLine {
    /// What stands in it.
    pub name: String,
    /// The command whose keys stand beside it.
    pub command: Option<UiCommand>,
    /// The key of a quick send.
    pub key: String,
    /// What is asked for.
    pub action: Action,
}

impl Palette {
    /// What can be done while this tab is seen, or none, and with what is selected in its log.
    pub fn new(
        tab: Option<&Tab>,
        of_rows: Vec<(&'static str, SheetAction)>,
        tabs: &TabList,
        locale: &Locale,
    ) -> Palette {
        let offered = TABLE.iter().map(|row| row.command).filter(|command| is_offered(*command, tab));
        Palette {
            typed: String::new(),
            chosen: 0,
            tab: tab.map(|tab| tab.key),
            offered: offered.collect(),
            titles: tabs.iter().map(|tab| (tab.key, tab_title(locale, &tab.settings))).collect(),
            sends: tab.is_some_and(Tab::is_open),
            of_rows,
            whom: tab.map_or_else(String::new, |tab| recipients(locale, &tab.settings, &tab.peers)),
        }
    }

    /// The lines that what is typed leaves: names that begin with it come first, and last what other programs call so.
    pub fn lines(&self, locale: &Locale, quick: &[QuickSend]) -> Vec<PaletteLine> {
        let english = Locale::of(Language::English);
        let rows = TABLE.iter().filter(|row| self.offered.contains(&row.command));
        let commands = rows.filter_map(|row| {
            let (name, also) = (locale.text(row.name).to_owned(), english.text(row.name).to_owned());
            let action = Action::of_command(row.command, self.tab)?;
            let line = PaletteLine { name, command: Some(row.command), key: String::new(), action };
            Some((also, row.words, line))
        });
        let of_rows = self.of_rows.iter().filter_map(|(name, action)| {
            let whole = |name: &str| {
                if action.sends() { format!("{name} {}", self.whom) } else { name.to_owned() }
            };
            let (also, name) = (whole(english.text(name)), whole(locale.text(name)));
            let action = Action::OnTab(self.tab?, LogAction::Sheet(*action).into());
            Some((also, None, PaletteLine { name, command: None, key: String::new(), action }))
        });
        let tabs = self.titles.iter().enumerate().map(|(place, (key, title))| {
            let name = locale.format("palette.tab", &[("title", title)]);
            let (command, action) = (Some(UiCommand::Tab(place)), TabsAction::Activate(*key).into());
            let also = english.format("palette.tab", &[("title", title)]);
            (also, None, PaletteLine { name, command, key: String::new(), action })
        });
        let quick = quick.iter().enumerate().filter(|_| self.sends).filter_map(|(place, quick)| {
            let name = locale.format("palette.quick", &[("name", &quick.name)]);
            let action = Action::OnTab(self.tab?, QuickSendAction::Send(place).into());
            let also = english.format("palette.quick", &[("name", &quick.name)]);
            Some((also, None, PaletteLine { name, command: None, key: quick.key().to_owned(), action }))
        });
        let typed = self.typed.trim().to_lowercase();
        let fits = |texts: &[&str]| {
            typed.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
        };
        let mut lines: Vec<(u8, PaletteLine)> = commands
            .chain(of_rows)
            .chain(tabs)
            .chain(quick)
            .filter_map(|(also, words, line)| {
                let (name, also) = (line.name.to_lowercase(), also.to_lowercase());
                let rank = if name.starts_with(&typed) || also.starts_with(&typed) {
                    0
                } else if fits(&[&name]) || fits(&[&also]) {
                    1
                } else if words
                    .is_some_and(|words| fits(&[&name, &also, locale.text(words), english.text(words)]))
                {
                    2
                } else {
                    return None;
                };
                Some((rank, line))
            })
            .collect();
        lines.sort_by_key(|(rank, _)| *rank);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    /// Chooses a line so many places further down; behind the last one is the first.
    pub fn step(&mut self, by: isize, lines: usize) {
        let count = lines.max(1);
        self.chosen = (self.chosen.min(count - 1) + count).saturating_add_signed(by) % count;
    }
}

/// Whether it would change anything now.
fn is_offered(command: UiCommand, tab: Option<&Tab>) -> bool {
    let has_rows = tab.is_some_and(|tab| tab.reader().is_some());
    match command {
        // The tabs stand there with their names.
        UiCommand::Palette | UiCommand::Tab(_) => false,
        UiCommand::Send | UiCommand::SendFile | UiCommand::StartRepeat | UiCommand::StopRepeat => {
            tab.is_some_and(Tab::is_open)
        }
        UiCommand::ToggleOpen | UiCommand::Answers | UiCommand::AddQuick | UiCommand::LogFile => {
            tab.is_some_and(|tab| !tab.is_kept())
        }
        UiCommand::NewSessionHere => has_rows && tab.is_some_and(|tab| !tab.is_kept()),
        UiCommand::DisconnectAll => tab.is_some_and(|tab| tab.status.peers_present > 0),
        UiCommand::GoTo
        | UiCommand::Chart
        | UiCommand::Notes
        | UiCommand::ToggleFollowing
        | UiCommand::ClearView
        | UiCommand::ResetCounters
        | UiCommand::SaveLog
        | UiCommand::SaveRaw
        | UiCommand::Watch => has_rows,
        UiCommand::FindNext | UiCommand::FindPrevious => tab.is_some_and(|tab| tab.log.find.is_shown),
        UiCommand::ShowCleared => tab.is_some_and(|tab| tab.log.cleared_before > 0),
        UiCommand::Find
        | UiCommand::Highlights
        | UiCommand::View(_)
        | UiCommand::CloseTab
        | UiCommand::RenameTab
        | UiCommand::DuplicateTab => tab.is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::Palette;
    use crate::ui::action::Action;
    use crate::ui::commands::{TABLE, UiCommand};
    use crate::ui::look::LookAction;
    use crate::ui::tab::TabKey;
    use crate::ui::tab::list::TabList;
    use crate::ui::tabs::TabsAction;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::sending::QuickSend;
    use crate::workspace::tabs::{TabKind, Tabs};

    fn english() -> &'static Locale {
        Locale::of(Language::English)
    }

    fn without_a_tab() -> Palette {
        Palette::new(None, Vec::new(), &TabList::new(Tabs::default()), english())
    }

    fn over_a_tab() -> Palette {
        let tabs = TabList::new(Tabs::default());
        Palette::new(tabs.front(), Vec::new(), &tabs, english())
    }

    fn first(palette: &mut Palette, typed: &str, language: Language) -> Option<Action> {
        typed.clone_into(&mut palette.typed);
        palette.lines(Locale::of(language), &[]).into_iter().next().map(|line| line.action)
    }

    #[test]
    fn what_is_typed_narrows_the_names_of_the_language_in_use_and_of_english() {
        let mut palette = without_a_tab();
        for (typed, language, action) in [
            ("full screen", Language::English, Some(LookAction::ToggleFullScreen.into())),
            ("  SCREEN full ", Language::English, Some(LookAction::ToggleFullScreen.into())),
            ("全屏", Language::SimplifiedChinese, Some(LookAction::ToggleFullScreen.into())),
            ("full", Language::SimplifiedChinese, Some(LookAction::ToggleFullScreen.into())),
            ("全屏", Language::English, None),
            ("client", Language::English, Some(TabsAction::New(TabKind::TcpClient).into())),
            ("tab: udp", Language::English, Some(TabsAction::Activate(TabKey(2)).into())),
            ("no such thing", Language::English, None),
        ] {
            assert_eq!(first(&mut palette, typed, language), action, "{typed}");
        }
    }

    #[test]
    fn a_command_is_found_by_what_other_programs_call_it() {
        let mut palette = over_a_tab();
        for (typed, language, command) in [
            ("filter", Language::English, UiCommand::Find),
            ("ping", Language::English, UiCommand::NewTab(TabKind::Raw)),
            ("preferences", Language::SimplifiedChinese, UiCommand::Settings),
            ("首选项", Language::SimplifiedChinese, UiCommand::Settings),
            ("筛选", Language::SimplifiedChinese, UiCommand::Find),
            ("theme dark", Language::English, UiCommand::DarkColours),
        ] {
            let action = Action::of_command(command, Some(TabKey(0)));
            assert!(action.is_some() && first(&mut palette, typed, language) == action, "{typed}");
        }
        for words in TABLE.iter().filter_map(|row| row.words) {
            for locale in [Language::English, Language::SimplifiedChinese].map(Locale::of) {
                let text = locale.text(words);
                assert_eq!(text, text.to_lowercase(), "what is typed is compared in small letters");
            }
        }
    }

    #[test]
    fn only_what_can_be_done_is_offered() {
        for (palette, command, is_offered) in [
            (without_a_tab(), UiCommand::CloseTab, false),
            (over_a_tab(), UiCommand::CloseTab, true),
            (over_a_tab(), UiCommand::ToggleOpen, true),
            (over_a_tab(), UiCommand::Send, false),
            (over_a_tab(), UiCommand::SaveLog, false),
            (without_a_tab(), UiCommand::Help, true),
            (without_a_tab(), UiCommand::Palette, false),
        ] {
            assert_eq!(palette.offered.contains(&command), is_offered, "{command:?}");
        }
        let quick = QuickSend { name: "greet".to_owned(), ..QuickSend::default() };
        let closed = Palette { typed: "greet".to_owned(), ..over_a_tab() };
        assert!(closed.lines(english(), std::slice::from_ref(&quick)).is_empty(), "nothing is open");
        let open = Palette { sends: true, ..closed };
        assert_eq!(open.lines(english(), std::slice::from_ref(&quick)).len(), 1);
    }

    #[test]
    fn the_arrows_go_round() {
        let mut palette = without_a_tab();
        for (by, chosen) in [(-1, 4), (1, 0), (1, 1), (0, 1)] {
            palette.step(by, 5);
            assert_eq!(palette.chosen, chosen);
        }
        palette.chosen = 9;
        palette.step(0, 2);
        assert_eq!(palette.chosen, 1, "fewer lines are left");
        palette.step(1, 0);
        assert_eq!(palette.chosen, 0);
    }
}
