//! The sheet of one session, or what to do while there is none.

use crate::journal::JournalReader;
use crate::journal::retention::SessionFile;
use crate::model::config::Meeting;
use crate::ui::commands::{self, UiCommand};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::session_facts::facts_line;
use crate::ui::sheet::{SheetTexts, SheetView};
use crate::ui::tab::Tab;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::words::recipients;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::log_view::LogAction;
use crate::ui::tab::part::shown_form;
use crate::ui::theme::{self, Theme};
use crate::ui::times::TIME_CHOICES;
use crate::ui::widgets::{
    ButtonKind, PillCombo, button, button_width, group_heading, is_left_by_escape, menu,
};
use crate::util::bytes_text::Count;
use egui::{CursorIcon, Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use std::borrow::Cow;

/// For whom keys are.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// A menu is open.
    pub has_menu: bool,
    /// Keys that no control has asked for are for this sheet, and not for another one or a page in front.
    pub has_keyboard: bool,
}

/// Draws the sheet. Escape on it ends finding, unless it is meant for a menu.
pub fn sheet_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut Tab, keys: Keys, out: &mut Vec<TabAction>) {
    let records = tab.log.snapshot.records;
    let is_cleared = tab.log.is_cleared();
    let empty: Cow<'_, str> = match tab.settings.kind.shape().meeting {
        _ if is_cleared => ctx.format("empty.cleared", &[("count", &Count(records))]).into(),
        _ if tab.log.is_narrowed() && records > 0 => ctx.text("empty.filtered").into(),
        _ if tab.is_open() => ctx.text("empty.open").into(),
        Meeting::Listens => ctx.text("empty.server").into(),
        Meeting::Connects => ctx.text("empty.client").into(),
        Meeting::Exchanges => ctx.text("empty.udp").into(),
    };
    let texts = SheetTexts::of(ctx.locale);
    // Only an open menu says it.
    let says_whom = keys.has_menu && !tab.is_kept();
    let whom = says_whom.then(|| recipients(ctx.locale, &tab.settings, &tab.peers));
    let can_send = tab.is_open();
    let Some(rows) = &mut tab.log.rows else {
        let rect = ui.available_rect_before_wrap();
        let theme = Theme::of(ui);
        ui.painter().rect_filled(rect, 0.0, theme.ground);
        ui.put(rect, Label::new(RichText::new(&*empty).color(theme.dim)).selectable(false));
        if let Some(last) = &tab.last_session {
            last_session_ui(ui, ctx, rect, last, out);
        }
        return;
    };
    let follow_keys = commands::keys_text(ui.ctx(), UiCommand::ToggleFollowing);
    let view = SheetView {
        texts: &texts,
        empty: &empty,
        ticks: tab.log.ticks.ticks(),
        takes_keys: keys.has_keyboard,
        follow_keys: &follow_keys,
        send_to: whom.as_deref(),
        can_send,
        part_form: shown_form(tab.settings.view.of_payload()),
    };
    let shown = tab.log.sheet.show(ui, rows, &view);
    if tab.log.content_characters != shown.content_characters {
        // Rows are laid out for the new width before the next frame.
        tab.log.content_characters = shown.content_characters;
        ui.ctx().request_repaint();
    }
    if tab.log.find.is_shown && !keys.has_menu && is_left_by_escape(ui, &shown.response) {
        out.push(FindAction::Hide.into());
    }
    if is_cleared {
        show_cleared_ui(ui, ctx, shown.response.rect, out);
    }
    time_menu(ui, ctx, shown.time_header, out);
    out.extend(shown.actions.into_iter().map(|action| LogAction::Sheet(action).into()));
}

/// The way to what the tab showed before the program was started, below what says what to do next.
fn last_session_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, body: Rect, last: &SessionFile, out: &mut Vec<TabAction>) {
    let text = ctx.text("last.show");
    let size = vec2(button_width(ui, text), theme::CONTROL_HEIGHT);
    let rect = Rect::from_center_size(body.center() + vec2(0.0, 1.5 * theme::CONTROL_HEIGHT), size);
    if ui.put(rect, |ui: &mut Ui| button(ui, ButtonKind::Ordinary, text, None, "")).clicked() {
        out.push(TabAction::ShowLastSession);
    }
    let file = last.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let facts = RichText::new(facts_line(ctx, last, &file)).size(theme::LABEL_SIZE).color(Theme::of(ui).dim);
    let line =
        rect.translate(vec2(0.0, theme::CONTROL_HEIGHT)).with_min_x(body.left()).with_max_x(body.right());
    ui.put(line, Label::new(facts).selectable(false));
}

/// The way back to the rows that were cleared from view, below what says that they were.
fn show_cleared_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, body: Rect, out: &mut Vec<TabAction>) {
    let text = ctx.text("view.show_cleared");
    let size = vec2(button_width(ui, text), theme::CONTROL_HEIGHT);
    let rect = Rect::from_center_size(body.center() + vec2(0.0, theme::CONTROL_HEIGHT), size);
    let tooltip = ctx.text("view.show_cleared_tip");
    if ui.put(rect, |ui: &mut Ui| button(ui, ButtonKind::Ordinary, text, None, tooltip)).clicked() {
        out.push(LogAction::ShowCleared.into());
    }
}

/// The name of the time column opens the list of ways to write times.
fn time_menu(ui: &mut Ui, ctx: &ViewCtx<'_>, header: Rect, out: &mut Vec<TabAction>) {
    let theme = Theme::of(ui);
    let opener = ui.interact(header, ui.scope_id().with("time-format"), Sense::click());
    let name = ctx.text("time.name");
    opener.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
    if opener.hovered() || opener.has_focus() {
        let line = header.bottom() - theme::SPACE_4;
        ui.painter().hline(header.x_range(), line, (1.5, theme.accent));
    }
    let opener = opener.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(name);
    menu(&opener, 260.0, |ui| {
        for (format, key) in TIME_CHOICES {
            if PillCombo::choice(ui, format == ctx.settings.time_format, ctx.text(key)) {
                out.push(TabAction::SetTimeFormat(format));
            }
        }
    });
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
