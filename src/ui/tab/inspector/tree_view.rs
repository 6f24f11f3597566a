//! What the row's bytes mean: the tree of decoded values, linked with the dump, and the choice of who decodes.

use crate::codec::decode::{DECODERS, DecoderId, EarlierRequest, Tree};
use crate::codec::time::took_text;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::inspector::nodes::{NodeLine, Nodes};
use crate::ui::tab::inspector::parts::{part_ui, put_text, triangle};
use crate::ui::tab::inspector::picked::Picked;
use crate::ui::tab::inspector::{Inspector, InspectorAction};
use crate::ui::tab::terms::{term_items, value_term};
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    PillCombo, context_menu, focus_edge, menu_item, menu_separator, reveal_focused, text_button,
};
use crate::util::bytes_text::Count;
use crate::workspace::settings::InspectorPart;
use egui::{Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::time::Duration;

const LINE_HEIGHT: f32 = 20.0;

/// A value is moved in so far for each that it stands below.
const INDENT: f32 = 12.0;

/// How wide the bytes of a value are told, and at least how much room its name has.
const RANGE_WIDTH: f32 = 76.0;

/// How a line is lit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Light {
    None,
    /// The pointer is over its bytes, here or in the dump.
    Pointed,
    /// Its bytes were picked.
    AtCursor,
}

/// What a person did to a line of the tree.
enum Done {
    Picked(usize),
    Folded(String),
}

/// Draws the decoded values. `decode` is the tab's choice, as its settings keep it.
pub(super) fn tree_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    decode: &str,
    inspector: &mut Inspector,
    out: &mut Vec<TabAction>,
) {
    let nodes = inspector.made.as_ref().and_then(|made| made.nodes.as_ref());
    let title =
        nodes.map_or_else(|| ctx.text("inspector.decoded").to_owned(), |nodes| title(ctx, nodes.tree()));
    let suggested = nodes.filter(|_| decode == "auto").and_then(|nodes| nodes.tree().decoder());
    // Of ciphertext and of frames that were cut as such it is known what they are, and not what is in them.
    let row = inspector.row.as_ref();
    let suggested = suggested.filter(|id| match id {
        DecoderId::Tls => row.is_none_or(|row| !row.record.is_wire()),
        DecoderId::WebSocket => row.is_none_or(|row| row.message.is_none()),
        _ => true,
    });
    let asked = nodes.and_then(|nodes| nodes.tree().asked()).filter(|asked| asked.row > 0);
    part_ui(ui, ctx, InspectorPart::Decoded, &title, out, |ui, out| {
        ui.horizontal(|ui| {
            decoder_choice_ui(ui, ctx, decode, out);
            if let Some(id) = suggested {
                let text = ctx.format("inspector.decode_as", &[("protocol", &id.label())]);
                if text_button(ui, &text, ctx.text("inspector.decode_as_tip")).clicked() {
                    out.push(InspectorAction::Decode(id.name().to_owned()).into());
                }
            }
        });
        if let Some(asked) = asked {
            answer_ui(ui, ctx, asked, out);
        }
        let is_decoded = inspector.made.as_ref().is_some_and(|made| made.nodes.is_some());
        if is_decoded {
            lines_ui(ui, ctx, inspector, out);
        } else if decode != "none" {
            let line = RichText::new(ctx.text("inspector.not_decoded")).color(Theme::of(ui).dim);
            ui.add(egui::Label::new(line).wrap());
        }
    });
}

fn title(ctx: &ViewCtx<'_>, tree: &Tree) -> String {
    let mut title = tree.decoder().map_or("", |id| id.label()).to_owned();
    if tree.fault().is_some() {
        title.push_str(" · ");
        title.push_str(ctx.text("inspector.faulty"));
    }
    title
}

/// Which request this answers; pressing it leads there.
fn answer_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, asked: EarlierRequest, out: &mut Vec<TabAction>) {
    let after = took_text(Duration::from_nanos(asked.after_ns));
    let text = ctx.format("inspector.answers", &[("number", &Count(asked.row)), ("after", &after)]);
    if text_button(ui, &text, ctx.text("inspector.answers_tip")).clicked() {
        out.push(InspectorAction::GoTo(asked.record).into());
    }
}

fn decoder_choice_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, decode: &str, out: &mut Vec<TabAction>) {
    let known = DECODERS.iter().map(|decoder| decoder.id()).find(|id| id.name() == decode);
    let shown = match (decode, known) {
        ("none", _) => ctx.text("inspector.decode_none"),
        (_, Some(id)) => id.label(),
        ("auto", None) => ctx.text("inspector.decode_auto"),
        (several, None) => several,
    };
    let combo = PillCombo::new("decoder", ctx.text("inspector.decoder"), shown);
    combo.tooltip(ctx.text("inspector.decoder_tip")).list_width(200.0).show(ui, |ui| {
        let fixed =
            [("none", ctx.text("inspector.decode_none")), ("auto", ctx.text("inspector.decode_auto"))];
        let named = DECODERS.iter().map(|decoder| (decoder.id().name(), decoder.id().label()));
        for (name, label) in fixed.into_iter().chain(named) {
            if PillCombo::choice(ui, decode == name, label) {
                out.push(InspectorAction::Decode(name.to_owned()).into());
            }
        }
    });
}

/// Only lines in sight are made: a message may have many thousands.
fn lines_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &mut Inspector, out: &mut Vec<TabAction>) {
    let Some(nodes) = inspector.made.as_mut().and_then(|made| made.nodes.take()) else { return };
    let height = nodes.len() as f32 * LINE_HEIGHT;
    let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let to_show = inspector.line_to_show.take();
    let cursor = nodes.line_of(inspector.bytes(), inspector.picked.bytes().start);
    let mut done = None;
    let rect_of = |line: usize| {
        let top = all.top() + line as f32 * LINE_HEIGHT;
        Rect::from_min_size(pos2(all.left(), top), vec2(all.width(), LINE_HEIGHT))
    };
    if let Some(line) = to_show.filter(|line| *line < nodes.len()) {
        ui.scroll_to_rect(rect_of(line), None);
    }
    for place in lines_in_sight(ui, all, nodes.len()) {
        let Some(line) = nodes.line(inspector.bytes(), place, ctx.locale) else { break };
        let light = if cursor == Some(place) {
            Light::AtCursor
        } else if inspector.pointed.is_some() && inspector.pointed == line.bytes {
            Light::Pointed
        } else {
            Light::None
        };
        if let Some(asked) = line_ui(ui, ctx, rect_of(place), (place, &line), light, out) {
            done = Some(asked);
        }
        let is_hovered = ui.rect_contains_pointer(rect_of(place).intersect(ui.clip_rect()));
        if is_hovered && line.bytes.is_some() {
            inspector.pointed_now.clone_from(&line.bytes);
        }
    }
    take_back(inspector, nodes, done);
}

fn take_back(inspector: &mut Inspector, nodes: Nodes, done: Option<Done>) {
    let bytes = match &done {
        Some(Done::Picked(line)) => nodes.bytes(inspector.bytes(), *line),
        _ => None,
    };
    if let Some(made) = &mut inspector.made {
        made.nodes = Some(nodes);
    }
    if let Some(bytes) = bytes {
        inspector.pick(Picked::range(&bytes));
        // It is in sight: it was pressed.
        inspector.line_to_show = None;
    }
    if let Some(Done::Folded(name)) = done {
        inspector.toggle_node(&name);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a screen has few lines"
)]
fn lines_in_sight(ui: &Ui, all: Rect, lines: usize) -> std::ops::Range<usize> {
    let seen = ui.clip_rect().intersect(all);
    if seen.height() <= 0.0 {
        return 0..0;
    }
    let first = ((seen.top() - all.top()) / LINE_HEIGHT).max(0.0) as usize;
    let last = ((seen.bottom() - all.top()) / LINE_HEIGHT).ceil().max(0.0) as usize;
    first.min(lines)..last.min(lines)
}

fn line_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    rect: Rect,
    (place, line): (usize, &NodeLine),
    light: Light,
    out: &mut Vec<TabAction>,
) -> Option<Done> {
    let theme = Theme::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("node", place)), Sense::click());
    let spoken = format!("{} {}", line.label, line.value);
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, light == Light::AtCursor, &spoken));
    if light == Light::AtCursor {
        ui.painter().rect_filled(rect, 3.0, theme.selected_row);
    } else if light == Light::Pointed || response.hovered() {
        ui.painter().rect_filled(rect, 3.0, theme.hovered);
    }
    focus_edge(ui.painter(), theme, rect, &response);
    reveal_focused(&response);
    let left = rect.left() + theme::SPACE_12 + f32::from(line.depth) * INDENT;
    if line.is_parent {
        triangle(ui, pos2(left - 7.0, rect.center().y), line.is_open, theme.faint);
    }
    let range = line.bytes.as_ref().filter(|bytes| !bytes.is_empty()).map(|bytes| match bytes.len() {
        1 => bytes.start.to_string(),
        _ => format!("{}–{}", bytes.start, bytes.end - 1),
    });
    let range_left = rect.right() - RANGE_WIDTH;
    let label_font = fonts::interface(theme::BODY_SIZE);
    let ink = if line.is_fault { theme.error } else { theme.dim };
    let label_end = if line.value.is_empty() { rect.right() } else { left + 0.5 * (range_left - left) };
    let label_rect = rect.with_min_x(left).with_max_x(label_end.max(left));
    let taken = put_text(ui, label_rect, &line.label, label_font, ink, false);
    let value_rect = rect.with_min_x(left + taken + theme::SPACE_8).with_max_x(range_left);
    let ink = if line.is_fault { theme.error } else { theme.text };
    put_text(ui, value_rect, &line.value, fonts::payload(), ink, true);
    if let Some(range) = range.filter(|_| !line.is_fault) {
        put_text(ui, rect.with_min_x(range_left), &range, fonts::payload(), theme.faint, true);
    }
    context_menu(&response, 240.0, |ui| {
        if menu_item(ui, true, ctx.text("inspector.copy_value"), "") {
            out.push(TabAction::CopyText(line.plain.clone()));
        }
        if menu_item(ui, true, ctx.text("inspector.copy_name"), "") {
            out.push(TabAction::CopyText(line.name.clone()));
        }
        if !line.name.is_empty() && !line.is_fault {
            menu_separator(ui);
            term_items(ui, ctx, value_term(&line.name, &line.plain).as_deref(), out);
        }
    });
    let is_on_triangle = response.interact_pointer_pos().is_some_and(|at| at.x < left);
    if response.clicked() && line.is_parent && (is_on_triangle || line.bytes.is_none()) {
        return Some(Done::Folded(line.name.clone()));
    }
    if response.double_clicked() && line.is_parent {
        return Some(Done::Folded(line.name.clone()));
    }
    response.clicked().then_some(Done::Picked(place))
}
