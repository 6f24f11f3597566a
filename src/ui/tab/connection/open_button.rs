//! The button that opens and closes a session, and what stands beside it while clients are there.

use crate::engine::shared::Status;
use crate::model::config::Meeting;
use crate::model::status::SessionState;
use crate::ui::commands::UiCommand;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::session::SessionAction;
use crate::ui::theme;
use crate::ui::widgets::{ButtonKind, button};
use egui::Ui;

/// How much room the buttons need.
pub(in crate::ui) fn open_button_height(meeting: Meeting, status: &Status) -> f32 {
    let buttons = if status.state.is_open() && meeting == Meeting::Listens { 2.0 } else { 1.0 };
    theme::SPACE_4 + buttons * (theme::CONTROL_HEIGHT + theme::SPACE_8)
}

/// Draws the buttons.
pub(in crate::ui) fn open_button_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    meeting: Meeting,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let width = Some(ui.available_width());
    let tooltip = ctx.tooltip(ui.ctx(), "command.toggle_open", UiCommand::ToggleOpen);
    ui.add_space(theme::SPACE_4);
    let is_draining = matches!(status.state, SessionState::Draining);
    if status.state.is_open() {
        let key = match meeting {
            Meeting::Listens if is_draining => "connection.close_clients",
            Meeting::Listens => "connection.stop_listening",
            Meeting::Connects if !matches!(status.state, SessionState::Connected { .. }) => "common.cancel",
            Meeting::Connects => "connection.disconnect",
            Meeting::Exchanges => "connection.close",
        };
        let name = format!("■ {}", ctx.text(key));
        if button(ui, ButtonKind::Ending, &name, width, &tooltip).clicked() {
            out.push(SessionAction::ToggleOpen.into());
        }
        // It stands there as long as there is a listener, so that nothing below it moves when clients come and go.
        let also = match meeting {
            Meeting::Listens if is_draining => Some((
                true,
                "connection.listen_again",
                "connection.listen_again_tip",
                SessionAction::ListenAgain,
            )),
            Meeting::Listens => Some((
                status.peers_present > 0,
                "connection.stop_listening_only",
                "connection.stop_listening_only_tip",
                SessionAction::StopListening,
            )),
            Meeting::Connects | Meeting::Exchanges => None,
        };
        if let Some((is_possible, name, tip, action)) = also {
            ui.add_enabled_ui(is_possible, |ui| {
                let response = button(ui, ButtonKind::Ordinary, ctx.text(name), width, ctx.text(tip));
                if response.clicked() {
                    out.push(action.into());
                }
                response.on_disabled_hover_text(ctx.text("connection.no_clients"));
            });
        }
        return;
    }
    let key = match meeting {
        Meeting::Listens => "connection.listen",
        Meeting::Connects => "connection.connect",
        Meeting::Exchanges => "connection.open",
    };
    if button(ui, ButtonKind::Main, ctx.text(key), width, &tooltip).clicked() {
        out.push(SessionAction::ToggleOpen.into());
    }
}
