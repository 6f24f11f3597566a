//! The button that opens and closes a session, and what stands beside it while clients are there.

use crate::engine::shared::Status;
use crate::model::status::SessionState;
use crate::ui::action::TabAction;
use crate::ui::commands::UiCommand;
use crate::ui::ctx::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::{ButtonKind, button};
use crate::workspace::tabs::TabKind;
use egui::Ui;

/// Draws the buttons.
pub(super) fn open_button_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    kind: TabKind,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let width = Some(ui.available_width());
    let tooltip = ctx.tooltip(ui.ctx(), "command.toggle_open", UiCommand::ToggleOpen);
    ui.add_space(theme::SPACE_4);
    let is_draining = matches!(status.state, SessionState::Draining);
    if status.state.is_open() {
        let key = match kind {
            TabKind::TcpServer if is_draining => "connection.close_clients",
            TabKind::TcpServer => "connection.stop_listening",
            TabKind::TcpClient => "connection.disconnect",
            TabKind::Udp => "connection.close",
        };
        let name = format!("■ {}", ctx.text(key));
        if button(ui, ButtonKind::Ending, &name, width, &tooltip).clicked() {
            out.push(TabAction::ToggleOpen);
        }
        let also = match kind {
            TabKind::TcpServer if is_draining => {
                Some(("connection.listen_again", "connection.listen_again_tip", TabAction::ListenAgain))
            }
            TabKind::TcpServer if status.peers_present > 0 => Some((
                "connection.stop_listening_only",
                "connection.stop_listening_only_tip",
                TabAction::StopListening,
            )),
            _ => None,
        };
        if let Some((name, tip, action)) = also
            && button(ui, ButtonKind::Ordinary, ctx.text(name), width, ctx.text(tip)).clicked()
        {
            out.push(action);
        }
        return;
    }
    let key = match kind {
        TabKind::TcpServer => "connection.listen",
        TabKind::TcpClient => "connection.connect",
        TabKind::Udp => "connection.open",
    };
    if button(ui, ButtonKind::Main, ctx.text(key), width, &tooltip).clicked() {
        out.push(TabAction::ToggleOpen);
    }
}
