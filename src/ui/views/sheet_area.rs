//! The sheet of one session, or what to do while there is none.

use crate::journal::JournalReader;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::sheet::{SheetTexts, SheetView};
use crate::ui::state::tab::Tab;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::group_heading;
use crate::workspace::tabs::TabKind;
use egui::{Align2, Label, RichText, Ui};

/// Draws the sheet.
pub fn sheet_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, out: &mut Vec<TabAction>) {
    let empty = match tab.settings.kind {
        _ if tab.find.is_filtering() || tab.find.only_matches => ctx.text("empty.filtered"),
        _ if tab.is_open() => ctx.text("empty.open"),
        TabKind::TcpServer => ctx.text("empty.server"),
        TabKind::TcpClient => ctx.text("empty.client"),
        TabKind::Udp => ctx.text("empty.udp"),
    };
    let texts = SheetTexts::of(ctx.locale);
    let Some(rows) = &mut tab.rows else {
        let rect = ui.available_rect_before_wrap();
        let theme = Theme::of(ui);
        ui.painter().rect_filled(rect, 0.0, theme.ground);
        let font = fonts::interface(theme::BODY_SIZE);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, empty, font, theme.dim);
        return;
    };
    let takes_keys = ui.memory(|memory| memory.focused().is_none());
    let view = SheetView { texts: &texts, empty, ticks: &tab.find.ticks, takes_keys };
    let shown = tab.sheet.show(ui, rows, &view);
    tab.content_characters = shown.content_characters;
    out.extend(shown.actions.into_iter().map(TabAction::Sheet));
}

/// What stands in place of the connection panel for an earlier session.
pub fn kept_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, reader: Option<&JournalReader>) {
    let theme = Theme::of(ui);
    group_heading(ui, ctx.text("kept.title"));
    ui.add(Label::new(RichText::new(ctx.text("kept.text")).color(theme.dim)).wrap());
    if let Some(reader) = reader {
        let when = ctx.times.text(reader.info().created.wall_ns);
        ui.label(RichText::new(when).color(theme.text));
        let path = reader.path().display().to_string();
        ui.add(
            Label::new(RichText::new(path).font(fonts::payload()).color(theme.dim)).wrap().selectable(true),
        );
    }
}
