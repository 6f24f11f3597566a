//! Earlier and recovered sessions: open, save, keep, delete; and how long they stay.

use crate::journal::retention::SessionFile;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::session_facts::facts_line;
use crate::ui::sessions::SessionsAction;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, button, text_button, toggle};
use crate::util::bytes_text::{ByteSize, Count};
use egui::{Align, Layout, Response, RichText, ScrollArea, Ui};
use std::path::PathBuf;

/// Draws the page. Sessions that are being changed cannot be changed again before it is seen what became of them.
pub fn sessions_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    sessions: &[SessionFile],
    changing: &[PathBuf],
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(ctx.text("sessions.title")).font(fonts::strong(16.0)).color(theme.text));
        let total: u64 = sessions.iter().map(|session| session.bytes).sum();
        let line = ctx.format(
            "sessions.total",
            &[("count", &Count(sessions.len() as u64)), ("size", &ByteSize(total))],
        );
        ui.label(RichText::new(line).color(theme.dim));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button(ui, ButtonKind::Ordinary, ctx.text("sessions.back"), None, "").clicked() {
                out.push(SessionsAction::Show(false).into());
            }
            if button(ui, ButtonKind::Ordinary, ctx.text("sessions.refresh"), None, "").clicked() {
                out.push(SessionsAction::Refresh.into());
            }
            let tooltip = ctx.text("import.explain");
            if button(ui, ButtonKind::Ordinary, ctx.text("command.import"), None, tooltip).clicked() {
                out.push(SessionsAction::AskImport.into());
            }
        });
    });
    limit_ui(ui, ctx, out);
    ui.add_space(theme::SPACE_8);
    if sessions.is_empty() {
        ui.label(RichText::new(ctx.text("sessions.empty")).color(theme.dim));
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, 46.0, sessions.len(), |ui, places| {
        for session in sessions.get(places).unwrap_or_default() {
            session_ui(ui, ctx, session, changing.contains(&session.path), out);
        }
    });
}

fn limit_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, out: &mut Vec<impl From<SessionsAction>>) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(ctx.text("sessions.limit")).color(theme.dim));
        let mut days = ctx.settings.retention_days;
        let mut mib = ctx.settings.retention_mib;
        let days_field = egui::DragValue::new(&mut days).range(1..=3650).suffix(ctx.text("sessions.days"));
        let days_response = ui.add(days_field).on_hover_text(ctx.text("sessions.limit_tip"));
        let name = ctx.text("sessions.days_name");
        ui.ctx().accesskit_node_builder(days_response.id, |node| node.set_label(name));
        ui.label(RichText::new(ctx.text("sessions.limit_or")).color(theme.dim));
        let size_field = egui::DragValue::new(&mut mib).range(64..=10_000_000).suffix(" MiB");
        let size_response = ui.add(size_field).on_hover_text(ctx.text("sessions.limit_tip"));
        let name = ctx.text("sessions.size_name");
        ui.ctx().accesskit_node_builder(size_response.id, |node| node.set_label(name));
        if days_response.changed() || size_response.changed() {
            out.push(SessionsAction::SetRetention { days, mib }.into());
        }
    });
}

fn session_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    session: &SessionFile,
    is_changing: bool,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let theme = Theme::of(ui);
    let file = session.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name = session.info.as_ref().map_or(file.as_ref(), |info| info.session_name.as_str());
    ui.horizontal(|ui| {
        ui.set_height(40.0);
        ui.vertical(|ui| {
            ui.set_width((ui.available_width() - 420.0).max(220.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(egui::Label::new(RichText::new(name).color(theme.text)).truncate());
            let line = facts_line(ctx, session, &file);
            let facts =
                egui::Label::new(RichText::new(line).size(theme::LABEL_SIZE).color(theme.dim)).truncate();
            let response = ui.add(facts);
            if session.is_cut_off() {
                response.on_hover_text(ctx.text("sessions.cut_off_tip"));
            }
        });
        let path = session.path.clone();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_enabled_ui(!session.open && !session.kept && !is_changing, |ui| {
                let tooltip = ctx.format("sessions.delete_named", &[("name", &file)]);
                if named(text_button(ui, ctx.text("sessions.delete"), &tooltip), &tooltip).clicked() {
                    out.push(SessionsAction::AskDelete(path.clone()).into());
                }
            });
            ui.add_enabled_ui(!is_changing, |ui| {
                let mut keep = session.kept;
                let name = ctx.format("sessions.keep_named", &[("name", &file)]);
                let tooltip = ctx.text("sessions.keep_tip");
                let response = toggle(ui, &mut keep, ctx.text("sessions.keep"), tooltip);
                if named(response, &name).changed() {
                    out.push(SessionsAction::Keep { path: path.clone(), keep }.into());
                }
            });
            let tooltip = ctx.format("sessions.export_named", &[("name", &file)]);
            let response = button(ui, ButtonKind::Ordinary, ctx.text("sessions.export"), None, &tooltip);
            if named(response, &tooltip).clicked() {
                out.push(SessionsAction::AskExport(path.clone()).into());
            }
            if session.open {
                ui.label(RichText::new(ctx.text("sessions.in_use")).color(theme.good));
            } else {
                let tooltip = ctx.format("sessions.open_named", &[("name", &file)]);
                let response = button(ui, ButtonKind::Ordinary, ctx.text("sessions.open"), None, &tooltip);
                if named(response, &tooltip).clicked() {
                    out.push(SessionsAction::Open(path).into());
                }
            }
        });
    });
}

/// Says of which session it is to those who do not see where it stands.
fn named(response: Response, name: &str) -> Response {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}
