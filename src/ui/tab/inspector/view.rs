//! One record in depth: its bytes, the values at a byte, checksums, and what is known about its connection.

use crate::codec::hex;
use crate::codec::represent::SpanStyle;
use crate::codec::text::TextEncoding;
use crate::engine::shared::Status;
use crate::model::status::PeerStatus;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::log::LogRow;
use crate::ui::tab::inspector::{DumpLine, Inspector, SHOWN_BYTES};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{group_heading, key_value};
use crate::util::bytes_text::{ByteSize, Count};
use egui::{
    Align2, Frame, Key, Margin, Painter, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};
use unicode_width::UnicodeWidthStr;

/// Bytes per line of the little dump.
const PER_LINE: usize = 8;

/// The columns of an offset and of the gap behind it.
const OFFSET_COLUMNS: usize = 6;

const LINE_HEIGHT: f32 = 19.0;

/// Draws the inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    inspector: &mut Inspector,
    peer: Option<&PeerStatus>,
    status: &Status,
) {
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if let Some(row) = inspector.row.as_deref() {
            heading_ui(ui, ctx, row);
        } else {
            group_heading(ui, ctx.text("inspector.title"));
            let hint = RichText::new(ctx.text("inspector.empty")).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(hint).wrap());
        }
        if !inspector.bytes().is_empty() {
            dump_ui(ui, ctx, inspector);
            values_ui(ui, ctx, encoding, inspector);
            checksums_ui(ui, ctx, inspector);
        }
        if let Some(peer) = peer {
            connection_ui(ui, ctx, peer);
        }
        options_ui(ui, ctx, status);
    });
}

fn heading_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, row: &LogRow) {
    let record = &row.record;
    let number = row.number.map_or_else(String::new, |number| Count(number).to_string());
    let key = if row.message.is_some() { "inspector.message" } else { "inspector.record" };
    group_heading(ui, &ctx.format(key, &[("number", &number)]));
    if let Some(cut) = row.message {
        let (first, last) = cut.records();
        let [first, last] = [first, last].map(|record| Count(record.0.saturating_add(1)));
        let records =
            if cut.from.record == cut.to.record { first.to_string() } else { format!("{first}–{last}") };
        key_value(ui, ctx.text("inspector.records"), &records, false);
    }
    let Some(data) = record.data() else { return };
    let way = text::direction_name(ctx.locale, Some(data.head.direction));
    key_value(ui, way, &ctx.format("composer.length", &[("count", &Count(data.bytes.len() as u64))]), false);
    if let Some(local) = data.head.local {
        let interface = data.head.interface.map(|name| format!(" · {}", name.as_str())).unwrap_or_default();
        key_value(ui, ctx.text("inspector.came_in"), &format!("{local}{interface}"), true);
    }
    if data.head.kernel_stamped {
        key_value(ui, ctx.text("inspector.time"), ctx.text("inspector.kernel_time"), false);
    }
}

fn dump_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &mut Inspector) {
    let theme = Theme::of(ui);
    let shown = inspector.bytes().len().min(SHOWN_BYTES);
    let mut clicked = None;
    ui.add_space(theme::SPACE_8);
    let frame = Frame::new()
        .fill(theme.ground)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(theme::corners())
        .inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ScrollArea::vertical().id_salt("bytes").max_height(10.0 * LINE_HEIGHT).show(ui, |ui| {
            for line in inspector.lines() {
                let rest = inspector.bytes()[..shown].get(line.offset..).unwrap_or_default();
                let chunk = &rest[..rest.len().min(PER_LINE)];
                if let Some(place) = line_ui(ui, line, chunk, inspector.cursor) {
                    clicked = Some(place);
                }
            }
        });
        if shown < inspector.bytes().len() {
            let line =
                ctx.format("inspector.more", &[("count", &Count((inspector.bytes().len() - shown) as u64))]);
            ui.label(RichText::new(line).size(theme::LABEL_SIZE).color(theme.faint));
        }
    });
    if let Some(place) = clicked {
        inspector.cursor = place.min(shown.saturating_sub(1));
    }
}

/// One line of bytes; tells which byte was pressed.
fn line_ui(ui: &mut Ui, line: &DumpLine, chunk: &[u8], cursor: usize) -> Option<usize> {
    let theme = Theme::of(ui);
    let column = fonts::payload_column_width();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE_HEIGHT), Sense::click());
    let spoken = format!("{:04X} {}", line.offset, hex::spaced(chunk));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let painter = ui.painter_at(rect);
    let hex_left = rect.left() + OFFSET_COLUMNS as f32 * column;
    let text_left = hex_left + (3 * PER_LINE + 1) as f32 * column;
    for place in 0..chunk.len() {
        let left = hex_left + (3 * place) as f32 * column;
        let text_at = text_left + place as f32 * column;
        if line.offset + place == cursor {
            let behind = Rect::from_min_size(
                pos2(left - 2.0, rect.top() + 1.0),
                vec2(2.0 * column + 4.0, LINE_HEIGHT - 2.0),
            );
            painter.rect_filled(behind, 3.0, theme.selected_row);
            let behind =
                Rect::from_min_size(pos2(text_at, rect.top() + 1.0), vec2(column, LINE_HEIGHT - 2.0));
            painter.rect_filled(behind, 3.0, theme.selected_row);
        }
    }
    paint_line(&painter, theme, rect, line);
    if response.has_focus() {
        let step = ui.input(|input| {
            i32::from(input.key_pressed(Key::ArrowRight)) - i32::from(input.key_pressed(Key::ArrowLeft))
        });
        match step {
            1 => return Some(cursor + 1),
            -1 => return Some(cursor.saturating_sub(1)),
            _ => {}
        }
    }
    let pressed = response.clicked().then(|| response.interact_pointer_pos()).flatten()?;
    (0..chunk.len())
        .find(|place| {
            let left = hex_left + (3 * place) as f32 * column;
            let text_at = text_left + *place as f32 * column;
            (left - 4.0..left + 2.5 * column).contains(&pressed.x)
                || (text_at..text_at + column).contains(&pressed.x)
        })
        .map(|place| line.offset + place)
}

/// Paints the parts of a line where its columns are: characters may be as wide as two.
fn paint_line(painter: &Painter, theme: &Theme, rect: Rect, line: &DumpLine) {
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

fn values_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, encoding: TextEncoding, inspector: &Inspector) {
    ui.add_space(theme::SPACE_12);
    let offset = inspector.cursor;
    group_heading(ui, &ctx.format("inspector.values", &[("offset", &format!("{offset:04X}"))]));
    let values = inspector.values(encoding);
    let none = || "—".to_owned();
    let pair =
        |pair: Option<(String, String)>| pair.map_or_else(none, |(one, other)| format!("{one} / {other}"));
    let rows = [
        ("u8 / i8", pair(values.bytes_1.map(|(plain, signed)| (plain.to_string(), signed.to_string())))),
        ("u16 LE / BE", pair(values.bytes_2.map(|(le, be)| (le.to_string(), be.to_string())))),
        ("u32 LE / BE", pair(values.bytes_4.map(|(le, be)| (le.to_string(), be.to_string())))),
        ("f32 LE / BE", pair(values.fraction.map(|(le, be)| (fraction(le), fraction(be))))),
        (
            encoding.label(),
            values.character.map_or_else(none, |character| {
                let shown = if character.is_control() { '·' } else { character };
                format!("{shown} U+{:04X}", u32::from(character))
            }),
        ),
    ];
    for (name, value) in rows {
        key_value(ui, name, &value, true);
    }
}

fn fraction(value: f32) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.2e}")
    }
}

fn checksums_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &Inspector) {
    ui.add_space(theme::SPACE_12);
    group_heading(ui, ctx.text("inspector.checksums"));
    if inspector.checksums().is_empty() {
        ui.label(ctx.text("inspector.too_long"));
    }
    for (name, value) in inspector.checksums() {
        key_value(ui, name, value, true);
    }
}

fn connection_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, peer: &PeerStatus) {
    ui.add_space(theme::SPACE_12);
    group_heading(ui, &ctx.format("inspector.connection", &[("peer", &peer.id)]));
    key_value(ui, ctx.text("inspector.remote"), &peer.remote.to_string(), true);
    key_value(ui, ctx.text("inspector.local"), &peer.local.to_string(), true);
    key_value(ui, ctx.text("inspector.queue"), &ByteSize(peer.queued_bytes).to_string(), false);
    let Some(facts) = peer.facts else { return };
    let rtt = format!(
        "{:.2} ms ± {:.2} / {}",
        facts.rtt.as_secs_f64() * 1000.0,
        facts.rtt_variation.as_secs_f64() * 1000.0,
        facts.retransmits
    );
    key_value(ui, ctx.text("inspector.rtt"), &rtt, false);
    key_value(ui, ctx.text("inspector.window"), &facts.congestion_window.to_string(), false);
    key_value(ui, ctx.text("inspector.unsent"), &ByteSize(u64::from(facts.unsent_bytes)).to_string(), false);
}

fn options_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status) {
    if status.options.is_empty() {
        return;
    }
    ui.add_space(theme::SPACE_12);
    group_heading(ui, ctx.text("options.title"));
    for report in status.options.iter() {
        let granted = report.granted.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
        let value = match &report.asked {
            Some(asked) if asked.to_string() != granted => {
                ctx.format("inspector.asked_granted", &[("asked", asked), ("granted", &granted)])
            }
            _ => granted,
        };
        key_value(ui, report.name.text(), &value, false);
    }
}
