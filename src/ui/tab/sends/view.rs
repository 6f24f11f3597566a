//! The list of sends as a table: each with its own button, all of them in order, and the files that lists come from.

use crate::codec::text::TextEncoding;
use crate::model::status::SequenceStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::QuickSendAction;
use crate::ui::tab::drawer::table::{Column, Line, cell, heading_ui, line_ui, word_cell};
use crate::ui::tab::drawer::template_cell::{push_appended, push_template, push_typed};
use crate::ui::tab::drawer::tools::{Tool, tools_ui};
use crate::ui::tab::drawer::{DocumentKind, DrawerAction};
use crate::ui::tab::sends::entry_of;
use crate::ui::tab::sequence::SequenceAction;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, Flow, LineMove, Reorder, TextField, button, context_menu, menu_item, toggle,
};
use crate::util::locale::Locale;
use crate::workspace::sending::QuickSend;
use crate::workspace::tabs::InputChoice;
use egui::text::LayoutJob;
use egui::{Align, Color32, Layout, RichText, ScrollArea, TextFormat, Ui, vec2};

/// The height of the table.
const HEIGHT: f32 = 190.0;

/// What a person chose on the list, as long as the window is there.
#[derive(Debug, Default)]
pub struct ListPanel {
    /// Only those that contain this are shown.
    pub(in crate::ui) search: String,
    /// All of them go out again and again.
    pub(in crate::ui) loops: bool,
}

/// What the view shows besides its own state.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct SendsContext {
    pub(in crate::ui) encoding: TextEncoding,
    pub(in crate::ui) is_open: bool,
    /// The list is being sent.
    pub(in crate::ui) running: Option<SequenceStatus>,
}

/// The first tool behind the field of the search, and the menu of the others.
const TOOLS_NEED: f32 = 140.0;

/// Draws it.
pub(in crate::ui) fn list_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    panel: &mut ListPanel,
    around: SendsContext,
    out: &mut Vec<TabAction>,
) {
    ui.spacing_mut().item_spacing.y = theme::SPACE_8;
    controls_ui(ui, ctx, panel, around, out);
    let size = vec2(ui.available_width(), HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        if ctx.sending.quick.is_empty() {
            let hint = RichText::new(ctx.text("list.hint")).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(hint).wrap());
            return;
        }
        table_ui(ui, ctx, panel, around, out);
    });
}

fn controls_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    panel: &mut ListPanel,
    around: SendsContext,
    out: &mut Vec<TabAction>,
) {
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        if around.running.is_some() {
            if button(ui, ButtonKind::Ending, ctx.text("list.stop"), None, "").clicked() {
                out.push(SequenceAction::Stop.into());
            }
        } else {
            ui.add_enabled_ui(around.is_open && !ctx.sending.quick.is_empty(), |ui| {
                let name = ctx.text("list.send_all");
                let all = button(ui, ButtonKind::Main, name, None, ctx.text("list.send_all_tip"));
                if all.on_disabled_hover_text(ctx.text("rejected.not_open")).clicked() {
                    out.push(QuickSendAction::SendAll { loops: panel.loops }.into());
                }
            });
        }
        toggle(ui, &mut panel.loops, ctx.text("list.loop"), ctx.text("list.loop_tip"));
        let tool = |text, tip| Tool { text: ctx.text(text), tip: ctx.text(tip), is_quiet: false };
        let tools = [
            tool("list.add", "quick.add"),
            tool("list.import", "list.import_tip"),
            tool("list.export", "list.export_tip"),
        ];
        TextField::new(ctx.text("list.search"))
            .hint(ctx.text("list.search"))
            .width((ui.available_width() - TOOLS_NEED).clamp(80.0, 160.0))
            .show(ui, &mut panel.search);
        match tools_ui(ui, ctx.text("view.more"), &tools) {
            Some(0) => out.push(QuickSendAction::AskNew.into()),
            Some(1) => out.push(DrawerAction::AskOpen(DocumentKind::List).into()),
            Some(_) => out.push(DrawerAction::AskSave(DocumentKind::List).into()),
            None => {}
        }
    });
}

fn table_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    panel: &ListPanel,
    around: SendsContext,
    out: &mut Vec<TabAction>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let column = |key, width, is_right| Column { name: ctx.text(key), width, is_right };
    let columns = heading_ui(
        ui,
        &[
            column("list.column.name", Some(170.0), false),
            column("list.column.payload", None, false),
            column("list.column.encoding", Some(90.0), false),
            column("list.column.delay", Some(80.0), false),
            column("list.column.key", Some(50.0), false),
            Column { name: "", width: Some(70.0), is_right: true },
        ],
    );
    let wanted = panel.search.trim().to_lowercase();
    let count = ctx.sending.quick.len();
    ScrollArea::vertical().id_salt("sends").auto_shrink(false).show(ui, |ui| {
        let mut order = Reorder::new(ui, "sends", Flow::Down);
        for (place, quick) in ctx.sending.quick.iter().enumerate() {
            let is_wanted = |text: &str| text.to_lowercase().contains(&wanted);
            if !(is_wanted(&quick.name) || is_wanted(&quick.group) || is_wanted(&quick.text)) {
                continue;
            }
            let handle = ctx.format("order.handle", &[("name", &quick.name)]);
            let mark = ctx.format("list.switch", &[("name", &quick.name)]);
            let line = line_of(ui, ctx, place, quick, around.encoding);
            let send = ctx.format("list.send_one", &[("name", &quick.name)]);
            let line = Line { mark_spoken: &mark, handle_spoken: &handle, button: Some(&send), ..line };
            let touched = line_ui(ui, &columns, &mut order, line);
            if touched.is_switched {
                out.push(QuickSendAction::Switch(place).into());
            } else if touched.is_button_pressed {
                out.push(QuickSendAction::Send(place).into());
            } else if touched.row.clicked() {
                out.push(QuickSendAction::AskChange(place).into());
            }
            context_menu(&touched.row, 180.0, |ui| {
                let step = |by| LineMove::by(place, by, count).map(QuickSendAction::Move);
                for (key, action) in [
                    ("composer.send", Some(QuickSendAction::Send(place))),
                    ("quick.edit", Some(QuickSendAction::AskChange(place))),
                    ("list.up", step(-1)),
                    ("list.down", step(1)),
                    ("quick.remove", Some(QuickSendAction::AskRemove(place))),
                ] {
                    if menu_item(ui, action.is_some(), ctx.text(key), "") {
                        out.extend(action.map(TabAction::from));
                    }
                }
            });
        }
        out.extend(order.end(ui).map(|moved| QuickSendAction::Move(moved).into()));
    });
}

fn line_of<'a>(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    place: usize,
    quick: &'a QuickSend,
    encoding: TextEncoding,
) -> Line<'a> {
    let theme = Theme::of(ui);
    let ink = if quick.left_out { theme.faint } else { theme.text };
    let payload = payload_cell(theme, ctx.locale, quick, encoding, ink);
    let shown_encoding = match TextEncoding::from_name(&quick.encoding) {
        _ if quick.input == InputChoice::Hex => "",
        Ok(encoding) => encoding.label(),
        Err(_) => &quick.encoding,
    };
    let name = if quick.group.is_empty() {
        word_cell(&quick.name, ink)
    } else {
        let mut job = LayoutJob::default();
        let format = |color| TextFormat {
            font_id: fonts::interface(theme::BODY_SIZE),
            color,
            ..TextFormat::default()
        };
        job.append(&quick.group, 0.0, format(theme.faint));
        job.append(" · ", 0.0, format(theme.faint));
        job.append(&quick.name, 0.0, format(ink));
        job
    };
    Line {
        unfinished: None,
        number: place + 1,
        is_on: Some(!quick.left_out),
        is_chosen: false,
        cells: vec![
            name,
            payload,
            word_cell(shown_encoding, theme.dim),
            cell(&quick.delay, theme.dim),
            cell(quick.key(), theme.dim),
            word_cell(ctx.text("composer.send"), theme.accent),
        ],
        button: None,
        spoken: &quick.name,
        mark_spoken: "",
        handle_spoken: "",
        handle_tip: ctx.text("order.tip"),
    }
}

/// What it sends. What is no text says so before it: 01 03 may be either.
fn payload_cell(
    theme: &Theme,
    locale: &Locale,
    quick: &QuickSend,
    encoding: TextEncoding,
    ink: Color32,
) -> LayoutJob {
    let Ok(dressed) = entry_of(quick).dressed(encoding) else { return cell(&quick.text, theme.error) };
    let mut job = match quick.input {
        InputChoice::Text => LayoutJob::default(),
        InputChoice::Hex => cell(&format!("{} ", locale.text("list.hex")), theme.dim),
        InputChoice::Escapes => cell(&format!("{} ", locale.text("list.escapes")), theme.dim),
    };
    if quick.fields {
        push_template(&mut job, theme, &dressed, ink);
    } else {
        push_typed(&mut job, &quick.text, ink);
        push_appended(&mut job, theme, &dressed);
    }
    job
}

#[cfg(test)]
mod tests {
    use super::payload_cell;
    use crate::codec::text::TextEncoding;
    use crate::ui::theme::Theme;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::sending::QuickSend;
    use crate::workspace::tabs::InputChoice;

    #[test]
    fn what_is_sent_is_shown_as_it_was_typed_and_says_how_it_is_read() {
        let theme = Theme::of_mode(true);
        for (text, input, fields, shown) in [
            ("AT{1}", InputChoice::Text, false, "AT{1} CRLF"),
            ("AT{{{counter}", InputChoice::Text, true, "AT{{{counter} CRLF"),
            ("01 03", InputChoice::Text, false, "01 03 CRLF"),
            ("01 03", InputChoice::Hex, false, "HEX 01 03 CRLF"),
            (r"{\x01", InputChoice::Escapes, false, r"ESC {\x01 CRLF"),
        ] {
            let (text, append) = (text.to_owned(), "crlf".to_owned());
            let quick = QuickSend { text, input, append, fields, ..QuickSend::default() };
            let english = Locale::of(Language::English);
            let cell = payload_cell(theme, english, &quick, TextEncoding::UTF_8, theme.text);
            assert_eq!(cell.text, shown);
        }
    }
}
