//! What is asked of a tab becomes commands to its session.

use crate::engine::command::{Command, Target};
use crate::model::record::Origin;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::connection::fields::FieldProblem;
use crate::ui::tab::connection::panel::PendingRequest;
use crate::ui::tab::connection::words::problem as problem_text;

/// Hands a command to a tab's session; tells the person when it takes none.
pub(in crate::ui) fn send_command(tab: &Tab, command: Command, cx: &mut Cx<'_>) {
    if let Some(Err(_)) = tab.session().map(|session| session.send(command)) {
        cx.problem("rejected.busy");
    }
}

/// The same for what was asked by way of a field: a refusal is said beside it.
pub(in crate::ui) fn send_pending(tab: &mut Tab, command: Command, pending: PendingRequest, cx: &mut Cx<'_>) {
    match tab.session().map(|session| session.send(command)) {
        Some(Ok(ticket)) => {
            tab.panel.refusal = None;
            tab.panel.note_pending(ticket, pending);
        }
        Some(Err(_)) => cx.problem("rejected.busy"),
        None => {}
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
