//! Earlier and recovered sessions: open, save, keep, delete; and how long they stay.

use crate::journal::retention::SessionFile;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::back_ui;
use crate::ui::session_facts::{facts_line, file_of, name_of};
use crate::ui::sessions::search_view::{found_ui, search_ui};
use crate::ui::sessions::{Sessions, SessionsAction, can_delete};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, TextField, button, long_list, text_button, tick, toggle};
use crate::util::bytes_text::{ByteSize, Count};
use egui::{Align, Layout, Response, RichText, ScrollArea, Ui};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The height of a session.
const ROW: f32 = 40.0;

/// Draws the page. Sessions that are being changed cannot be changed again before it is seen what became of them.
pub fn sessions_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    sessions: &mut Sessions,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let theme = Theme::of(ui);
    let Sessions { list, changing, search, narrowed_by, ticked, .. } = sessions;
    ui.horizontal(|ui| {
        ui.label(RichText::new(ctx.text("sessions.title")).font(fonts::strong(16.0)).color(theme.text));
        let total: u64 = list.iter().map(|session| session.bytes).sum();
        let line =
            ctx.format("sessions.total", &[("count", &Count(list.len() as u64)), ("size", &ByteSize(total))]);
        ui.label(RichText::new(line).color(theme.dim));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if back_ui(ui, ctx) {
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
    search_ui(ui, ctx, search, out);
    ui.add_space(theme::SPACE_8);
    if search.sought.is_some() {
        found_ui(ui, ctx, search, list, out);
        return;
    }
    if list.is_empty() {
        ui.label(RichText::new(ctx.text("sessions.empty")).color(theme.dim));
        return;
    }
    let found = found(ctx, list, narrowed_by);
    choosing_ui(ui, ctx, &found, narrowed_by, ticked, out);
    if found.is_empty() {
        ui.label(RichText::new(ctx.text("sessions.none_found")).color(theme.dim));
    }
    long_list(ui, ScrollArea::vertical().auto_shrink(false), ROW, found.len(), |ui, places| {
        for session in found.get(places).unwrap_or_default() {
            session_ui(ui, ctx, session, changing.contains(&session.path), ticked, out);
        }
    });
}

/// Those that have every word that was typed in what is told of them.
fn found<'a>(ctx: &ViewCtx<'_>, list: &'a [SessionFile], narrowed_by: &str) -> Vec<&'a SessionFile> {
    let words: Vec<String> = narrowed_by.split_whitespace().map(str::to_lowercase).collect();
    let has_all = |session: &&SessionFile| {
        let (name, file) = (name_of(session), file_of(session));
        let told = format!("{name} {}", facts_line(ctx, session, &file)).to_lowercase();
        words.iter().all(|word| told.contains(word))
    };
    list.iter().filter(|session| words.is_empty() || has_all(session)).collect()
}

/// What narrows the list, and what is done with those that are ticked in it.
fn choosing_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    found: &[&SessionFile],
    narrowed_by: &mut String,
    ticked: &mut BTreeSet<PathBuf>,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    ui.horizontal(|ui| {
        let field = TextField::new(ctx.text("sessions.search")).hint(ctx.text("sessions.search_hint"));
        field.width(320.0).show(ui, narrowed_by);
        let can_go = || found.iter().filter(|session| can_delete(session));
        let mut are_all = can_go().next().is_some() && can_go().all(|session| ticked.contains(&session.path));
        let name = ctx.text("sessions.tick_all");
        if tick(ui, &mut are_all, name, name).changed() {
            ticked.clear();
            ticked.extend(can_go().filter(|_| are_all).map(|session| session.path.clone()));
        }
        let chosen: Vec<PathBuf> = ticked.iter().cloned().collect();
        ui.add_enabled_ui(!chosen.is_empty(), |ui| {
            let name = ctx.format("sessions.delete_ticked", &[("count", &Count(chosen.len() as u64))]);
            if button(ui, ButtonKind::Ordinary, &name, None, "").clicked() {
                out.push(SessionsAction::AskDelete(chosen).into());
            }
        });
    });
    ui.add_space(theme::SPACE_4);
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
    ticked: &mut BTreeSet<PathBuf>,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let theme = Theme::of(ui);
    let (file, name) = (file_of(session), name_of(session));
    ui.horizontal(|ui| {
        ui.set_height(ROW);
        ui.add_enabled_ui(can_delete(session) && !is_changing, |ui| {
            let mut is_ticked = ticked.contains(&session.path);
            let name = ctx.format("sessions.tick_named", &[("name", &file)]);
            if tick(ui, &mut is_ticked, "", &name).changed() {
                if is_ticked {
                    ticked.insert(session.path.clone());
                } else {
                    ticked.remove(&session.path);
                }
            }
        });
        ui.vertical(|ui| {
            ui.set_width((ui.available_width() - 500.0).max(220.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(egui::Label::new(RichText::new(name.as_ref()).color(theme.text)).truncate());
            let line = facts_line(ctx, session, &file);
            let facts =
                egui::Label::new(RichText::new(line).size(theme::LABEL_SIZE).color(theme.dim)).truncate();
            let response = ui.add(facts);
            if session.is_cut_off() {
                response.on_hover_text(ctx.text("sessions.cut_off_tip"));
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions_ui(ui, ctx, session, is_changing, out);
        });
    });
}

/// What can be done with a session.
fn actions_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    session: &SessionFile,
    is_changing: bool,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let (file, path) = (file_of(session), session.path.clone());
    ui.add_enabled_ui(can_delete(session) && !is_changing, |ui| {
        let tooltip = ctx.format("sessions.delete_named", &[("name", &file)]);
        if named(text_button(ui, ctx.text("sessions.delete"), &tooltip), &tooltip).clicked() {
            out.push(SessionsAction::AskDelete(vec![path.clone()]).into());
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
    ui.add_enabled_ui(!is_changing, |ui| {
        let tooltip = ctx.format("sessions.rename_named", &[("name", &file)]);
        if named(text_button(ui, ctx.text("sessions.rename"), &tooltip), &tooltip).clicked() {
            out.push(SessionsAction::AskName(path.clone()).into());
        }
    });
    let tooltip = ctx.format("sessions.export_named", &[("name", &file)]);
    let response = button(ui, ButtonKind::Ordinary, ctx.text("sessions.export"), None, &tooltip);
    if named(response, &tooltip).clicked() {
        out.push(SessionsAction::AskExport(path.clone()).into());
    }
    if session.open {
        ui.label(RichText::new(ctx.text("sessions.in_use")).color(Theme::of(ui).good));
    } else {
        let tooltip = ctx.format("sessions.open_named", &[("name", &file)]);
        let response = button(ui, ButtonKind::Ordinary, ctx.text("sessions.open"), None, &tooltip);
        if named(response, &tooltip).clicked() {
            out.push(SessionsAction::Open(path).into());
        }
    }
}

/// Says of which session it is to those who do not see where it stands.
fn named(response: Response, name: &str) -> Response {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}
