//! On the page of sessions: the field that finds in all of them, how far that is, and the sessions in which something was
//! found.

use crate::journal::retention::SessionFile;
use crate::ui::ctx::ViewCtx;
use crate::ui::error_text;
use crate::ui::session_facts::{facts_line, name_of};
use crate::ui::sessions::SessionsAction;
use crate::ui::sessions::search::{SessionHits, SessionSearch};
use crate::ui::tab::find_field::coloured;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, TextField, button, error_line, focus_edge, is_left_by_escape, long_list, reveal_focused,
};
use crate::util::bytes_text::Count;
use egui::{CursorIcon, Key, Label, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

const FIELD_WIDTH: f32 = 420.0;
const ROW: f32 = 46.0;

/// Draws the field, and says what was found.
pub(super) fn search_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    search: &mut SessionSearch,
    out: &mut Vec<impl From<SessionsAction>>,
) {
    ui.horizontal(|ui| {
        let field = TextField::new(ctx.text("sessions.find_name")).hint(ctx.text("sessions.find_hint"));
        let field = field.payload_font().layouter(coloured).width(FIELD_WIDTH);
        let response = field.show(ui, &mut search.text);
        if std::mem::take(&mut search.wants_focus) {
            response.request_focus();
        }
        let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let is_running = search.progress().is_some();
        let key = if is_running { "common.cancel" } else { "sessions.find" };
        let is_pressed =
            button(ui, ButtonKind::Ordinary, ctx.text(key), None, ctx.text("sessions.find_tip")).clicked();
        if is_entered || (is_pressed && !is_running) {
            out.push(SessionsAction::Find.into());
        } else if is_pressed {
            out.push(SessionsAction::StopFind.into());
        }
        let Some(sought) = &search.sought else { return };
        let is_left = is_left_by_escape(ui, &response);
        if button(ui, ButtonKind::Ordinary, ctx.text("sessions.find_end"), None, "").clicked() || is_left {
            out.push(SessionsAction::EndFind.into());
        }
        let mut line = ctx.format(
            "sessions.found",
            &[
                ("text", sought),
                ("rows", &Count(search.total())),
                ("sessions", &Count(search.found.iter().filter(|hits| hits.outcome.is_ok()).count() as u64)),
            ],
        );
        if let Some((done, total)) = search.progress().filter(|(_, total)| *total > 0) {
            line.push_str(&ctx.format("find.progress", &[("percent", &(done.saturating_mul(100) / total))]));
        }
        ui.add(Label::new(RichText::new(line).color(Theme::of(ui).dim)).truncate());
    });
    if let Some(error) = &search.error {
        error_line(ui, &error.text(ctx.locale));
    }
}

/// Draws the sessions in which something was found.
pub(super) fn found_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    search: &SessionSearch,
    sessions: &[SessionFile],
    out: &mut Vec<impl From<SessionsAction>>,
) {
    if search.found.is_empty() {
        let key = if search.progress().is_some() { "sessions.finding" } else { "find.nothing" };
        ui.label(RichText::new(ctx.text(key)).color(Theme::of(ui).dim));
        return;
    }
    let area = ScrollArea::vertical().id_salt("found").auto_shrink(false);
    long_list(ui, area, ROW, search.found.len(), |ui, places| {
        for hits in search.found.get(places).unwrap_or_default() {
            hits_ui(ui, ctx, hits, sessions, out);
        }
    });
}

/// One session; pressing it leads to the first of its rows.
fn hits_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    hits: &SessionHits,
    sessions: &[SessionFile],
    out: &mut Vec<impl From<SessionsAction>>,
) {
    let theme = Theme::of(ui);
    let file = hits.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let session = sessions.iter().find(|session| session.path == hits.path);
    let name = session.map_or_else(|| file.clone(), name_of);
    let told = match &hits.outcome {
        Ok(hits) => ctx.format(
            "sessions.hits",
            &[
                ("rows", &Count(hits.count)),
                ("number", &Count(hits.first_row)),
                ("time", &ctx.times.text(hits.first_wall_ns)),
            ],
        ),
        Err(error) => error_text::journal(ctx.locale, error),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let spoken = format!("{name} {told}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, hits.outcome.is_ok(), &spoken));
    if hits.outcome.is_ok() && response.hovered() {
        ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
    }
    focus_edge(ui.painter(), theme, rect, &response);
    reveal_focused(&response);
    let inside = rect.shrink2(vec2(theme::SPACE_8, theme::SPACE_4));
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(inside));
    inside.spacing_mut().item_spacing.y = 2.0;
    let ink = if hits.outcome.is_ok() { theme.text } else { theme.error };
    let line = |text: String, ink| Label::new(RichText::new(text).color(ink)).truncate().selectable(false);
    inside.add(line(format!("{name}   {told}"), ink));
    let facts = session.map_or_else(|| file.to_string(), |session| facts_line(ctx, session, &file));
    inside.add(
        Label::new(RichText::new(facts).size(theme::LABEL_SIZE).color(theme.dim))
            .truncate()
            .selectable(false),
    );
    if let Ok(found) = &hits.outcome
        && response.on_hover_cursor(CursorIcon::PointingHand).clicked()
    {
        out.push(SessionsAction::OpenAt { path: hits.path.clone(), record: found.first }.into());
    }
}
