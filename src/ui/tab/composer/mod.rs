//! The send area: what is written becomes bytes and goes out, once or again and again.

pub mod file;

pub mod file_page;

pub mod pasted_file;

pub mod payload_choices;

pub mod ready;

pub mod send_choices;

pub mod state;

pub mod view;

pub mod words;

use crate::codec::composition::Composition;
use crate::engine::command::{Command, Target};
use crate::model::record::Origin;
use crate::ui::cx::Cx;
use crate::ui::notices::NoticeKind;
use crate::ui::tab::Tab;
use crate::ui::tab::composer::state::Obstacle;
use crate::ui::tab::composer::state::{Repeating, compose};
use crate::ui::tab::connection::fields::FieldProblem;
use crate::ui::tab::connection::words::problem as problem_text;
use crate::ui::tab::session::{send_command, tell_not_open};
use crate::workspace::sending::{QuickSend, Sending, SentText};
use std::time::Duration;

/// Sends what is written, or the datagram that was pasted, and remembers what was written.
pub(in crate::ui) fn send(tab: &mut Tab, sending: &mut Sending, cx: &mut Cx<'_>) {
    if tab.is_kept() {
        return;
    }
    let is_pasted = tab.composer.pasted.is_some();
    let Some(composition) = written(tab, cx) else { return };
    if !send_payload(tab, composition.into_bytes(), cx) || is_pasted {
        return;
    }
    tab.composer.steps_back = 0;
    let composer = &tab.settings.composer;
    sending.remember(SentText { text: composer.draft.clone(), input: composer.input });
}

/// Sends a quick send as it stands in the list.
pub(in crate::ui) fn send_quick(tab: &Tab, quick: &QuickSend, cx: &mut Cx<'_>) {
    if tab.is_kept() {
        return;
    }
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return;
    }
    match compose(&quick.text, quick.input, &quick.append, &quick.checksum, tab.encoding()) {
        Ok(composition) => {
            send_payload(tab, composition.into_bytes(), cx);
        }
        Err(error) => {
            cx.notices.problem(format!("{}: {}", quick.name, words::compose_error(cx.locale, &error)));
        }
    }
}

/// Sends what is written again and again.
pub(in crate::ui) fn start_repeat(tab: &mut Tab, cx: &mut Cx<'_>) {
    let Ok(millis) = tab.settings.composer.every_millis.trim().parse::<u64>() else { return };
    if tab.composer.pasted.is_some() {
        // It goes out by way of a file, and what is being written is not seen now.
        cx.problem("repeat.pasted");
        return;
    }
    let Some(composition) = written(tab, cx) else { return };
    let Some(target) = target_of(tab, cx) else { return };
    let every = Duration::from_millis(millis.max(1));
    let payloads = vec![composition.bytes().to_vec().into()];
    tab.composer.repeating = Some(Repeating { composition, target: target.clone() });
    send_command(tab, Command::StartRepeat { target, payloads, every, times: None }, cx);
}

/// The bytes of what is being written, if they can go out now; the person is told why not.
fn written(tab: &mut Tab, cx: &mut Cx<'_>) -> Option<Composition> {
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return None;
    }
    let encoding = tab.encoding();
    let kind = tab.settings.kind;
    match tab.composer.payload(&tab.settings.composer, encoding, kind) {
        Ok(composition) => Some(composition.clone()),
        Err(obstacle) => {
            let kind = if obstacle == Obstacle::Nothing { NoticeKind::Info } else { NoticeKind::Problem };
            cx.notices.say(kind, words::obstacle(cx.locale, &obstacle));
            None
        }
    }
}

/// To whom a send of this tab goes. Where the fields name nobody, the person is told why nothing goes out.
pub(in crate::ui) fn target_of(tab: &Tab, cx: &mut Cx<'_>) -> Option<Target> {
    match tab.target() {
        Ok(target) => Some(target),
        Err(problems) => {
            let why: Vec<String> = problems
                .iter()
                .map(|FieldProblem { problem, .. }| problem_text(cx.locale, problem))
                .collect();
            cx.notices.problem(cx.locale.format("toast.not_sent", &[("why", &why.join("\n"))]));
            None
        }
    }
}

/// Puts bytes on their way to whom this tab sends. Says whether the session was asked.
pub(in crate::ui) fn send_payload(tab: &Tab, payload: Vec<u8>, cx: &mut Cx<'_>) -> bool {
    let Some(target) = target_of(tab, cx) else { return false };
    send_command(tab, Command::Send { target, payload, origin: Origin::User }, cx);
    true
}
