//! The send area: what is written becomes bytes and goes out, once or again and again.

pub mod file;

pub mod file_page;

pub mod history;

pub mod packets;

pub mod pasted_file;

pub mod payload_choices;

pub mod payload_form;

pub mod placing;

pub mod preview;

pub mod ready;

pub mod repeats;

pub mod repeats_view;

pub mod send_choices;

pub mod state;

pub mod view;

pub mod words;

use crate::engine::command::{Command, Content, Target};
use crate::model::ids::{JobId, Ticket};
use crate::model::record::Origin;
use crate::ui::cx::Cx;
use crate::ui::notices::NoticeKind;
use crate::ui::tab::Tab;
use crate::ui::tab::composer::file::{FileJobs, SendFile};
use crate::ui::tab::composer::payload_form::{Composed, PayloadForm};
use crate::ui::tab::composer::state::{Obstacle, written};
use crate::ui::tab::connection::problem::FieldProblem;
use crate::ui::tab::connection::words::problem as problem_text;
use crate::ui::tab::peers::Peers;
use crate::ui::tab::session::{send_for_answer, tell_not_open};
use crate::ui::widgets::LineMove;
use crate::util::clock;
use crate::workspace::sending::{QuickSend, Sending, SentText};

/// What can be asked of the send area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposerAction {
    /// What is written is on its way.
    Send,
    /// What is written is sent again and again, beside what is repeated already.
    StartRepeat,
    /// What is written is repeated in the place of this.
    RenewRepeat(JobId),
    /// This is not repeated any more.
    StopRepeat(JobId),
    /// Nothing is repeated.
    StopRepeats,
    /// The person is asked for a file to send.
    AskFile,
    /// No more of the file is sent.
    CancelFile,
    /// What was pasted and is too long for the field is forgotten.
    DropPasted,
    /// The text sent before the present one is written.
    HistoryBack,
    /// The text sent after the present one is written.
    HistoryForward,
}

/// What can be asked of the quick sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickSendAction {
    /// The one at this place is on its way.
    Send(usize),
    /// The one with this key is on its way.
    SendOfKey(&'static str),
    /// The person is asked for a new one.
    AskNew,
    /// The person changes the one at this place.
    AskChange(usize),
    /// One stands elsewhere.
    Move(LineMove),
    /// The one at this place is left out where all are sent, or no longer.
    Switch(usize),
    /// All of them are on their way in order.
    SendAll {
        /// Again and again.
        loops: bool,
    },
    /// The person is asked whether to remove the one at this place.
    AskRemove(usize),
}

/// What can be asked of automatic answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswersAction {
    /// What is received goes back, or no longer.
    SetEcho(bool),
    /// The person is asked what to answer by itself.
    Ask,
    /// The session answers as the rules say now.
    Arm,
    /// What the rules would do about the row that is looked into is said.
    Try,
}

/// Does what was asked of the send area; gives the page that this needs.
pub(in crate::ui) fn apply(
    tab: &mut Tab,
    action: ComposerAction,
    sending: &Sending,
    files: &mut FileJobs,
    cx: &mut Cx<'_>,
) -> Option<SendFile> {
    let is_stream = !tab.settings.kind.shape().is_message_oriented;
    match action {
        // A datagram goes out whole or not at all.
        ComposerAction::Send if tab.is_open() && tab.composer.pasted.is_some() && is_stream => {
            file::send_pasted(tab, files, cx);
        }
        ComposerAction::Send => send(tab, cx),
        ComposerAction::StartRepeat => repeats::start(tab, None, cx),
        ComposerAction::RenewRepeat(job) => repeats::start(tab, Some(job), cx),
        ComposerAction::StopRepeat(job) => {
            repeats::stop(tab, job, cx);
        }
        ComposerAction::StopRepeats => repeats::stop_all(tab, cx),
        ComposerAction::AskFile => return Some(SendFile::of(tab, files, cx)),
        ComposerAction::CancelFile => file::cancel(tab, cx),
        ComposerAction::DropPasted => file::discard_pasted(tab, files),
        ComposerAction::HistoryBack | ComposerAction::HistoryForward => {
            let is_back = action == ComposerAction::HistoryBack;
            tab.composer.walk_history(&mut tab.settings, sending, is_back);
        }
    }
    None
}

/// Sends what is written, or the datagram that was pasted, and remembers what was written.
fn send(tab: &mut Tab, cx: &mut Cx<'_>) {
    if tab.is_kept() {
        return;
    }
    let is_pasted = tab.composer.pasted.is_some();
    let Some(composed) = payload(tab, cx) else { return };
    let Some(ticket) = send_content(tab, composed.into_content(), cx) else { return };
    if is_pasted {
        return;
    }
    tab.composer.steps_back = 0;
    let sent = SentText {
        at_millis: Some(clock::now().wall_ns / 1_000_000),
        target: whom(tab, cx),
        ..written(&tab.settings)
    };
    tab.composer.history.asked(ticket, sent);
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
    let form = PayloadForm::of_quick(quick, tab.encoding(), tab.settings.placing());
    match form.compose(&quick.text) {
        Ok(composed) => {
            send_content(tab, composed.into_content(), cx);
        }
        Err(error) => {
            cx.notices.problem(format!("{}: {}", quick.name, words::compose_error(cx.locale, &error)));
        }
    }
}

/// What is being written, if it can go out now; the person is told why not.
fn payload(tab: &mut Tab, cx: &mut Cx<'_>) -> Option<Composed> {
    if !tab.is_open() {
        tell_not_open(tab, cx);
        return None;
    }
    tab.settings.place_checksum();
    let encoding = tab.encoding();
    let kind = tab.settings.kind;
    match tab.composer.payload(&tab.settings.composer, encoding, kind) {
        Ok(composed) => Some(composed.clone()),
        Err(obstacle) => {
            let kind = if obstacle == Obstacle::Nothing { NoticeKind::Info } else { NoticeKind::Problem };
            cx.notices.say(kind, words::obstacle(cx.locale, &obstacle));
            None
        }
    }
}

/// To whom a send of this tab goes that is for these. Where the fields name nobody, the person is told why nothing goes
/// out.
pub(in crate::ui) fn target_of(tab: &Tab, to: &Peers, cx: &mut Cx<'_>) -> Option<Target> {
    match to.target(&tab.settings, tab.panel.tried_with.as_ref()) {
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

/// The same in words.
fn whom(tab: &Tab, cx: &Cx<'_>) -> String {
    words::recipients(cx.locale, &tab.settings, &tab.peers)
}

/// Puts this on its way to whom this tab sends. Gives the ticket where the session was asked.
pub(in crate::ui) fn send_content(tab: &Tab, content: Content, cx: &mut Cx<'_>) -> Option<Ticket> {
    let target = target_of(tab, &tab.peers, cx)?;
    send_for_answer(tab, Command::Send { target, content, origin: Origin::User }, cx)
}
