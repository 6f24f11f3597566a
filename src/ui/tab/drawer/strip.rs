//! The strip over what lies below the log: its parts by name, with how much there is of each, and the file that is open.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::drawer::DrawerAction;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::focus_edge;
use crate::workspace::tabs::{DrawerChoice, DrawerSettings};
use egui::{Align, Align2, Color32, Layout, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use std::path::Path;

/// How much there is of each part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amounts {
    /// Sends that stand ready.
    pub sends: usize,
    /// Rules that answer.
    pub answers: usize,
}

/// Draws the strip.
pub(in crate::ui) fn strip_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    drawer: &DrawerSettings,
    amounts: Amounts,
    out: &mut Vec<TabAction>,
) {
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::SPACE_16;
        let counted = |name: &str, count: usize| match count {
            0 => name.to_owned(),
            count => format!("{name} · {count}"),
        };
        for (choice, key, spoken, count) in [
            (DrawerChoice::Send, "drawer.send", "drawer.send_name", 0),
            (DrawerChoice::List, "drawer.list", "drawer.list_name", amounts.sends),
            (DrawerChoice::Sequence, "drawer.sequence", "drawer.sequence_name", 0),
            (DrawerChoice::Answers, "drawer.answers", "drawer.answers_name", amounts.answers),
        ] {
            let is_shown = drawer.shown == choice;
            if part_ui(ui, &counted(ctx.text(key), count), ctx.text(spoken), is_shown) {
                out.push(DrawerAction::Show(choice).into());
            }
        }
        let document = match drawer.shown {
            DrawerChoice::Sequence => &drawer.sequence,
            DrawerChoice::Answers => &drawer.rules,
            DrawerChoice::Send | DrawerChoice::List => return,
        };
        let name = Path::new(&document.path).file_name().map(|name| name.display().to_string());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text =
                RichText::new(name.unwrap_or_default()).font(fonts::payload()).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(text).truncate()).on_hover_text(&document.path);
        });
    });
}

fn part_ui(ui: &mut Ui, text: &str, spoken: &str, is_shown: bool) -> bool {
    let theme = Theme::of(ui);
    let font = if is_shown { fonts::strong(theme::BODY_SIZE) } else { fonts::interface(theme::BODY_SIZE) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let size = vec2(galley.size().x, theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_shown, spoken));
    let ink = if is_shown || response.hovered() || response.has_focus() { theme.text } else { theme.dim };
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
    ui.painter().galley(at, galley, ink);
    if is_shown {
        let edge = rect.bottom() - 1.0;
        ui.painter().hline(rect.x_range(), edge, Stroke::new(2.0, theme.accent));
    }
    focus_edge(ui.painter(), theme, rect.expand2(vec2(theme::SPACE_4, 0.0)), &response);
    response.on_hover_text(spoken).clicked()
}
