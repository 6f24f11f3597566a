//! What is wrong with the fields of the connection panel, and what failed when they were used, by field and in words.

use crate::engine::shared::Status;
use crate::model::address::UnixNameError;
use crate::model::endpoint::EndpointError;
use crate::model::status::SessionState;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::connection::fields::{config_of, datagram_target, field_of_failure};
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::{Field, FieldProblem, Problem};
use crate::ui::tab::connection::words::problem as problem_text;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::text;

/// What is wrong, by field, in words.
pub(super) struct Errors(Vec<(Field, String)>);

impl Errors {
    pub(super) fn of(ctx: &ViewCtx<'_>, tab: &LiveSettings, panel: &Panel, status: &Status) -> Errors {
        let mut errors = Vec::new();
        let is_open = status.state.is_open();
        let problems = match tab.kind {
            // Where datagrams go may change while the socket is open.
            kind if is_open && !kind.shape().has_connections() => {
                datagram_target(tab, panel.tried_with.as_ref()).err()
            }
            _ if is_open => None,
            _ => config_of(tab).err(),
        };
        errors.extend(
            problems
                .iter()
                .flatten()
                .filter(|problem| (panel.has_tried && !is_open) || is_plain(problem))
                .map(|FieldProblem { field, problem }| (*field, problem_text(ctx.locale, problem))),
        );
        let failure = match &status.state {
            SessionState::Failed(failure) => Some(failure),
            SessionState::WaitingToReconnect { failure } => failure.as_ref(),
            _ => None,
        };
        if let Some(failure) = failure
            && errors.is_empty()
            && panel.failed_as(tab)
        {
            let mut line = text::failure_line(ctx.locale, failure);
            if let Some(hint) = text::hint(ctx.locale, failure) {
                line.push_str(ctx.text("connection.sentence_end"));
                line.push_str(hint);
            }
            errors.push((field_of_failure(tab, failure), line));
        }
        errors.extend(panel.refusal.clone());
        Errors(errors)
    }

    pub(super) fn of_field(&self, field: Field) -> Option<&str> {
        self.0.iter().find(|(at, _)| *at == field).map(|(_, line)| line.as_str())
    }
}

/// Whether the problem is said at once: an empty field is one only when it is needed.
fn is_plain(problem: &FieldProblem) -> bool {
    match &problem.problem {
        Problem::Endpoint(EndpointError::HostMissing)
        | Problem::UnixName(UnixNameError::Missing)
        | Problem::RemoteMissing => false,
        Problem::Endpoint(EndpointError::PortInvalid { text, .. }) | Problem::Timeout(text) => {
            !text.is_empty()
        }
        _ => true,
    }
}
