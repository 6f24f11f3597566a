//! Opening and closing the session of a tab.

use crate::codec::time::{TimeFormat, TimePrecision};
use crate::engine::command::Command;
use crate::journal::JournalInfo;
use crate::journal::format::FILE_EXTENSION;
use crate::ui::cx::Cx;
use crate::ui::error_text;
use crate::ui::tab::answers;
use crate::ui::tab::connection::fields::{config_of, split_endpoint};
use crate::ui::tab::rows;
use crate::ui::tab::session::{SessionAction, send_command};
use crate::ui::tab::title::tab_title;
use crate::ui::tab::{Source, Tab};
use crate::util::PROGRAM;
use crate::util::clock;
use crate::workspace::profile::Profile;
use std::path::PathBuf;

/// Does what was asked of the session as such.
pub(in crate::ui) fn apply(tab: &mut Tab, action: SessionAction, cx: &mut Cx<'_>) {
    match action {
        SessionAction::ToggleOpen => toggle_open(tab, cx),
        SessionAction::StopListening => send_command(tab, Command::StopListening, cx),
        SessionAction::ListenAgain => send_command(tab, Command::ListenAgain, cx),
    }
}

fn toggle_open(tab: &mut Tab, cx: &mut Cx<'_>) {
    if tab.is_kept() {
        return;
    }
    if tab.is_open() { send_command(tab, Command::Close, cx) } else { open(tab, cx) }
}

fn open(tab: &mut Tab, cx: &mut Cx<'_>) {
    tab.panel.has_tried = true;
    tab.panel.refusal = None;
    split_endpoint(&mut tab.settings.local_host, &mut tab.settings.local_port);
    split_endpoint(&mut tab.settings.remote_host, &mut tab.settings.remote_port);
    let Ok(config) = config_of(&tab.settings) else { return };
    tab.panel.tried_with = Some(tab.settings.clone());
    if tab.session().is_none_or(|session| !session.is_alive()) {
        let info = JournalInfo {
            session_name: tab_title(cx.locale, &tab.settings),
            kind: Some(config.kind()),
            program: PROGRAM.to_owned(),
            encoding: Some(tab.encoding()),
            created: clock::now(),
        };
        let path = new_journal_path(cx.profile);
        match cx.engine.create_session(&path, &info) {
            Ok(session) => {
                tab.panel.forget_pending();
                tab.settings.journal = Some(path);
                rows::begin(tab, Source::Live(session), cx);
            }
            Err(error) => {
                cx.notices.problem(error_text::session(cx.locale, &error));
                return;
            }
        }
    }
    answers::arm(tab, cx);
    send_command(tab, Command::Open(Box::new(config)), cx);
}

/// A new file, named after this moment.
fn new_journal_path(profile: &Profile) -> PathBuf {
    let moment = TimeFormat::local().dated().with_precision(TimePrecision::Millis).text(clock::now().wall_ns);
    let stem = moment.replace([':', '.'], "-").replace(' ', "_");
    let folder = &profile.sessions_folder;
    let mut path = folder.join(format!("{stem}.{FILE_EXTENSION}"));
    let mut number = 2;
    while path.exists() {
        path = folder.join(format!("{stem}-{number}.{FILE_EXTENSION}"));
        number += 1;
    }
    path
}
