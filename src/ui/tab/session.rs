//! What is asked of a tab becomes a command to its session.

use crate::engine::command::Command;
use crate::model::ids::Ticket;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::text;

/// What can be asked of the session as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionAction {
    /// It is open, or closed if it was open.
    ToggleOpen,
    /// The listener is gone; clients stay.
    StopListening,
    /// The listener is back, beside the clients that stayed.
    ListenAgain,
    /// The tab has a new session with a journal of its own, open if the one before it was.
    StartNew,
}

/// Hands a command to a tab's session; tells the person when it takes none.
pub(in crate::ui) fn send_command(tab: &Tab, command: Command, cx: &mut Cx<'_>) {
    send_for_answer(tab, command, cx);
}

/// The same, with the ticket by which the answer is known.
pub(in crate::ui) fn send_for_answer(tab: &Tab, command: Command, cx: &mut Cx<'_>) -> Option<Ticket> {
    let sent = tab.session()?.send(command);
    if sent.is_err() {
        cx.problem("rejected.busy");
    }
    sent.ok()
}

/// Nothing can be sent before this tab is open: says how that is done.
pub(in crate::ui) fn tell_not_open(tab: &Tab, cx: &mut Cx<'_>) {
    let why = text::not_open(cx.locale, tab.settings.kind);
    cx.notices.problem(cx.locale.format("toast.not_open", &[("why", &why)]));
}
