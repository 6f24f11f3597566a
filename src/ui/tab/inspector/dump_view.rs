//! The bytes of the row as a dump: a page at a time, picked with mouse and keyboard, linked with the decoded values.

use crate::codec::copy::CopyForm;
use crate::codec::hex;
use crate::codec::represent::{DumpColumns, DumpSide, SpanStyle};
use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::sheet::offers::COPY_NAMES;
use crate::ui::tab::TabAction;
use crate::ui::tab::inspector::dump::{DumpLine, PageDump};
use crate::ui::tab::inspector::picked::{Picked, Step};
use crate::ui::tab::inspector::{Inspector, InspectorAction, compare};
use crate::ui::tab::terms::{MOST_TERM_BYTES, hex_term, term_items};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{context_menu, focus_edge, icon_button, menu_item, menu_separator, reveal_focused};
use crate::util::bytes_text::Count;
use egui::{
    Align, Align2, Color32, CornerRadius, Event, EventFilter, Frame, Key, Layout, Margin, Modifiers, Painter,
    Pos2, Rect, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

const LINE_HEIGHT: f32 = 19.0;

/// The dump takes at most this share of the inspector's height, and has at least so many lines if there are bytes.
const SHARE: f32 = 0.42;
const LEAST_LINES: usize = 8;
const MOST_LINES: usize = 48;

/// Draws the dump, and below it the way to other pages.
pub(super) fn dump_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    inspector: &mut Inspector,
    height: f32,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    ui.add_space(theme::SPACE_8);
    let frame = Frame::new()
        .fill(theme.ground)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(theme::corners())
        .inner_margin(Margin::symmetric(5, 8));
    frame.show(ui, |ui| {
        fit_page(ui, inspector, height);
        make_dump(ctx, encoding, inspector);
        bytes_ui(ui, ctx, encoding, inspector, out);
    });
    let all = inspector.bytes().len();
    if inspector.page.is_one_of_several(all) {
        pages_ui(ui, ctx, inspector, all);
    }
}

/// As many bytes on a line, and as many lines, as there is room for.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a panel is some hundred points wide and high"
)]
fn fit_page(ui: &Ui, inspector: &mut Inspector, height: f32) {
    let columns = (ui.available_width() / fonts::payload_column_width()).max(0.0) as usize;
    // A wide character at the end of a line may reach into the margin.
    let columns = columns + 1;
    let lines = ((height * SHARE / LINE_HEIGHT) as usize).clamp(LEAST_LINES, MOST_LINES);
    let all = inspector.bytes().len();
    inspector.page = inspector.page.sized(DumpColumns::fitting(columns, all).width, lines, all);
}

fn make_dump(ctx: &ViewCtx<'_>, encoding: TextEncoding, inspector: &mut Inspector) {
    let page = inspector.page;
    let Some(made) = &mut inspector.made else { return };
    if made.dump.as_ref().is_none_or(|dump| dump.page != page) {
        let bytes = made.row.record.bytes_of_any_layer().map_or(&[][..], |data| data.bytes.as_slice());
        made.dump = Some(PageDump::new(bytes, page, made.carry, encoding, ctx.locale));
    }
}

fn bytes_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    inspector: &mut Inspector,
    out: &mut Vec<TabAction>,
) {
    let Some(dump) = inspector.made.as_mut().and_then(|made| made.dump.take()) else { return };
    let size = vec2(ui.available_width(), dump.lines.len() as f32 * LINE_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), ctx.text("inspector.bytes")));
    take_pointer(ui, inspector, &dump, rect, &response);
    take_keys(ui, encoding, inspector, &dump, &response, out);
    let painter = ui.painter_at(rect.expand2(vec2(8.0, 0.0)));
    let theme = Theme::of(ui);
    for (place, line) in dump.lines.iter().enumerate() {
        let top = rect.top() + place as f32 * LINE_HEIGHT;
        let line_rect = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), LINE_HEIGHT));
        let bytes = line_bytes(inspector, line, &dump);
        let spoken = format!("{:04X} {}", line.offset, hex::spaced(&inspector.bytes()[bytes.clone()]));
        let node = ui.interact(line_rect, response.id.with(line.offset), Sense::hover());
        node.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &spoken));
        paint_marks(&painter, theme, line_rect, (&dump, line, bytes), inspector);
        paint_text(&painter, theme, line_rect, line);
    }
    focus_edge(ui.painter(), theme, rect.expand(4.0), &response);
    reveal_focused(&response);
    context_menu(&response, 220.0, |ui| menu_ui(ui, ctx, encoding, inspector, out));
    if let Some(made) = &mut inspector.made {
        made.dump = Some(dump);
    }
}

/// The bytes of a line of the dump.
fn line_bytes(inspector: &Inspector, line: &DumpLine, dump: &PageDump) -> Range<usize> {
    let end = inspector.bytes().len().min(line.offset + dump.page.width.bytes());
    line.offset.min(end)..end
}

fn take_pointer(ui: &Ui, inspector: &mut Inspector, dump: &PageDump, rect: Rect, response: &Response) {
    let all = inspector.bytes().len();
    let (is_pressed, is_held, shift) = ui.input(|input| {
        (input.pointer.primary_pressed(), input.pointer.primary_down(), input.modifiers.shift)
    });
    if let Some(at) = response.hover_pos() {
        let over = byte_at(dump, rect, at, all);
        inspector.pointed_now = over.and_then(|byte| inspector.value_around(byte));
    }
    let Some(at) = response.interact_pointer_pos() else { return };
    let is_held_here = is_held && response.is_pointer_button_down_on();
    let byte = byte_at(dump, rect, Pos2::new(at.x, at.y.clamp(rect.top(), rect.bottom() - 1.0)), all);
    let Some(byte) = byte else { return };
    if is_pressed && (is_held_here || response.clicked()) {
        response.request_focus();
        inspector.pick(if shift { inspector.picked.extended_to(byte) } else { Picked::byte(byte) });
    } else if is_held_here && response.dragged() {
        inspector.pick(inspector.picked.extended_to(byte));
        // Held outside, the page goes on line by line.
        let per_line = dump.page.width.bytes().cast_signed();
        let by = if at.y > rect.bottom() {
            per_line
        } else if at.y < rect.top() {
            -per_line
        } else {
            0
        };
        if by != 0 && inspector.page.is_one_of_several(all) {
            let start = inspector.page.start.saturating_add_signed(by);
            inspector.page = inspector.page.starting_at(start, all);
            ui.ctx().request_repaint();
        }
    }
    if response.double_clicked()
        && let Some(bytes) = inspector.value_around(byte)
    {
        inspector.picked = Picked::range(&bytes).within(all);
        inspector.has_new_pick = true;
    }
}

/// The byte at a point; past the end of the last line its last byte.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the point lies within the lines"
)]
fn byte_at(dump: &PageDump, rect: Rect, at: Pos2, all: usize) -> Option<usize> {
    if !(rect.top()..rect.bottom()).contains(&at.y) {
        return None;
    }
    let line = dump.lines.get(((at.y - rect.top()) / LINE_HEIGHT) as usize)?;
    let (place, _) = side_at(dump, rect, at)?;
    Some((line.offset + place).min(all.checked_sub(1)?))
}

fn side_at(dump: &PageDump, rect: Rect, at: Pos2) -> Option<(usize, DumpSide)> {
    dump.columns.place_at((at.x - rect.left()) / fonts::payload_column_width())
}

fn take_keys(
    ui: &Ui,
    encoding: TextEncoding,
    inspector: &mut Inspector,
    dump: &PageDump,
    response: &Response,
    out: &mut Vec<TabAction>,
) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let per_line = dump.page.width.bytes().cast_signed();
    let page = dump.page.room().cast_signed();
    let steps = [
        (Key::ArrowLeft, Step::By(-1)),
        (Key::ArrowRight, Step::By(1)),
        (Key::ArrowUp, Step::By(-per_line)),
        (Key::ArrowDown, Step::By(per_line)),
        (Key::PageUp, Step::By(-page)),
        (Key::PageDown, Step::By(page)),
        (Key::Home, Step::First),
        (Key::End, Step::Last),
    ];
    let all = inspector.bytes().len();
    for (key, step) in steps {
        for (modifiers, extends) in [(Modifiers::SHIFT, true), (Modifiers::NONE, false)] {
            if ui.input_mut(|input| input.consume_key(modifiers, key)) {
                inspector.pick(inspector.picked.stepped(step, all, extends));
            }
        }
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
        inspector.picked = Picked::range(&(0..all));
        inspector.has_new_pick = true;
    }
    // Taken from the sheet, which would copy its rows.
    let copies = ui.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| *event != Event::Copy);
        input.events.len() < before
    });
    if copies {
        out.push(TabAction::CopyText(CopyForm::Hex.render(inspector.picked_bytes(), encoding)));
    }
}

/// What lies behind the bytes of a line: what differs, what was found, what is pointed at, what was picked.
fn paint_marks(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    (dump, line, bytes): (&PageDump, &DumpLine, Range<usize>),
    inspector: &Inspector,
) {
    let column = fonts::payload_column_width();
    let mut at = bytes.start;
    while at < bytes.end {
        let mark = mark_of(theme, inspector, at);
        let end =
            (at + 1..bytes.end).find(|next| mark_of(theme, inspector, *next) != mark).unwrap_or(bytes.end);
        if let Some((fill, _)) = mark {
            let (first, last) = (at - line.offset, end - 1 - line.offset);
            let ranges = [
                (dump.columns.hex(first) as f32 - 0.4, dump.columns.hex(last) as f32 + 2.4),
                (dump.columns.character(first) as f32, dump.columns.character(last) as f32 + 1.0),
            ];
            for (from, to) in ranges {
                let [from, to] = [from, to].map(|columns| rect.left() + columns * column);
                let behind = Rect::from_min_max(pos2(from, rect.top() + 1.0), pos2(to, rect.bottom() - 1.0));
                painter.rect_filled(behind, CornerRadius::same(3), fill);
            }
        }
        at = end;
    }
}

/// The colour behind a byte, and which of the decoded values it is of: neighbours stay apart.
fn mark_of(theme: &Theme, inspector: &Inspector, byte: usize) -> Option<(Color32, usize)> {
    let made = inspector.made.as_ref()?;
    let differing = made.other.as_ref().map_or(&[][..], |other| other.differing.as_slice());
    if inspector.picked.bytes().contains(&byte) {
        return Some((theme.chosen, 0));
    }
    if compare::contains(&made.hits.places, byte) {
        return Some((theme.hit, 0));
    }
    if compare::contains(differing, byte) {
        return Some((Theme::quiet(theme.error), 0));
    }
    if inspector.pointed.as_ref().is_some_and(|pointed| pointed.contains(&byte)) {
        return Some((theme.selected_row, 0));
    }
    let leaf = made.nodes.as_ref()?.leaf_of(byte)?;
    let tints = [theme.accent, theme.event, theme.received];
    Some((Theme::quiet(tints[leaf % tints.len()]), leaf))
}

/// Paints the parts of a line where its columns are: characters may be as wide as two.
fn paint_text(painter: &Painter, theme: &Theme, rect: Rect, line: &DumpLine) {
    let (mut start, mut columns) = (0, 0);
    for (end, style) in &line.parts {
        let text = &line.text[start..*end];
        let ink = if *style == SpanStyle::Payload { theme.text } else { theme.faint };
        let at = pos2(rect.left() + columns as f32 * fonts::payload_column_width(), rect.center().y);
        painter.text(at, Align2::LEFT_CENTER, text, fonts::payload(), ink);
        columns += text.width();
        start = *end;
    }
}

fn menu_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    inspector: &Inspector,
    out: &mut Vec<TabAction>,
) {
    let picked = inspector.picked_bytes();
    for (form, name) in CopyForm::ALL.into_iter().zip(COPY_NAMES) {
        let keys = if form == CopyForm::Hex { "Ctrl+C" } else { "" };
        if menu_item(ui, !picked.is_empty(), ctx.text(name), keys) {
            out.push(TabAction::CopyText(form.render(picked, encoding)));
        }
    }
    menu_separator(ui);
    // Of a few bytes among many not all may be characters, though they look so: they are meant as they are.
    let can_be_meant = (1..=MOST_TERM_BYTES).contains(&picked.len());
    let term = can_be_meant.then(|| hex_term(picked));
    term_items(ui, ctx, term.as_deref(), out);
    menu_separator(ui);
    if menu_item(ui, !picked.is_empty(), ctx.text("sheet.menu.put_into_field"), "") {
        out.push(InspectorAction::PutIntoField(picked.to_vec()).into());
    }
}

/// Where the page is in the record, and the way to the others.
fn pages_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &mut Inspector, all: usize) {
    ui.add_space(theme::SPACE_4);
    let page = inspector.page.bytes(all);
    strip_ui(ui, ctx, inspector, all);
    ui.horizontal(|ui| {
        let size = inspector.page;
        let line = format!("{:04X}–{:04X}", page.start, page.end.saturating_sub(1));
        ui.label(RichText::new(line).font(fonts::payload()).color(Theme::of(ui).dim));
        ui.label(
            RichText::new(ctx.format("inspector.of_bytes", &[("count", &Count(all as u64))]))
                .color(Theme::of(ui).dim),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, "›", ctx.text("inspector.next_page")).clicked() {
                inspector.page = size.turned(1, all);
            }
            if icon_button(ui, "‹", ctx.text("inspector.previous_page")).clicked() {
                inspector.page = size.turned(-1, all);
            }
        });
    });
}

/// The whole record as a line: the page, what was picked and the match are seen on it; pressing it leads there.
fn strip_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &mut Inspector, all: usize) {
    const HEIGHT: f32 = 12.0;
    let theme = Theme::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    let page = inspector.page.bytes(all);
    response.widget_info(|| {
        WidgetInfo::slider(ui.is_enabled(), page.start as f64, ctx.text("inspector.place_in_record"))
    });
    let track = rect.shrink2(vec2(0.0, 3.0));
    let x = |byte: usize| egui::lerp(track.x_range(), byte as f32 / all.max(1) as f32);
    let part = |bytes: &Range<usize>, least: f32| {
        let left = x(bytes.start).min(track.right() - least);
        Rect::from_min_max(pos2(left, track.top()), pos2(x(bytes.end).max(left + least), track.bottom()))
    };
    ui.painter().rect_filled(track, 3.0, theme.raised);
    ui.painter().rect_filled(part(&page, 6.0), 3.0, theme.mark);
    if let Some(place) = &inspector.shown_place {
        ui.painter().rect_filled(part(place, 3.0).expand2(vec2(0.0, 2.0)), 1.0, theme.sent);
    }
    ui.painter().rect_filled(part(&inspector.picked.bytes(), 2.0).expand2(vec2(0.0, 1.0)), 1.0, theme.accent);
    let pointer = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on());
    if let Some(at) = pointer {
        let share = f64::from(((at.x - track.left()) / track.width().max(1.0)).clamp(0.0, 1.0));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length lies within it"
        )]
        let byte = (share * all as f64) as usize;
        inspector.page = inspector.page.starting_at(byte.saturating_sub(inspector.page.room() / 2), all);
    }
}
