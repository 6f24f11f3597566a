//! The scroll bar of a sheet: where the sheet stands, and dragging it elsewhere, in `f64` throughout.
//!
//! It must not know rows; it speaks of shares of the way from the start to the end.

use crate::codec::represent::MarkColor;
use crate::ui::theme::Theme;
use crate::ui::widgets::focus_edge;
use egui::{Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// How wide the strip is in which the bar stands.
pub(super) const BAR_WIDTH: f32 = 13.0;

/// The thumb is at least this high, so that it can be grasped.
const THUMB_AT_LEAST: f32 = 28.0;

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct BarView<'a> {
    /// How far the sheet is on the way to its end, from 0 to 1.
    pub share: f64,
    /// How much of all rows is visible, from 0 to 1.
    pub visible: f64,
    /// Places to point out, as shares of the way.
    pub ticks: &'a [(f64, TickKind)],
    /// Its name for those who cannot see it.
    pub name: &'a str,
}

/// A row that the scroll bar points out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its index.
    pub index: u64,
    /// Why.
    pub kind: TickKind,
}

/// Why the scroll bar points out a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickKind {
    /// It is highlighted in this colour: at the left.
    Highlighted(MarkColor),
    /// It has what is looked for: at the right.
    Found,
    /// It is a note, or times are measured from it: all across.
    Noted,
}

/// Draws the bar and returns to where it was dragged. `grasp` keeps where the thumb is held.
pub(super) fn show(ui: &Ui, rect: Rect, view: BarView<'_>, grasp: &mut Option<f64>) -> Option<f64> {
    let theme = Theme::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("sheet-bar"), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ScrollBar, ui.is_enabled(), view.name);
        info.value = Some(view.share * 100.0);
        info
    });
    let track =
        Rect::from_min_max(pos2(rect.left() + 2.0, rect.top() + 3.0), rect.right_bottom() - vec2(2.0, 3.0));
    let thumb_height = (view.visible * f64::from(track.height())).max(f64::from(THUMB_AT_LEAST));
    let thumb_height = thumb_height.min(f64::from(track.height()));
    let way = (f64::from(track.height()) - thumb_height).max(0.0);
    let dragged = dragged_share(&response, track, view.share, thumb_height, way, grasp);
    let share = dragged.unwrap_or(view.share);

    let painter = ui.painter_at(rect);
    if way > 0.0 {
        let top = track.top() + to_f32(share * way);
        let thumb = Rect::from_min_size(pos2(track.left(), top), vec2(track.width(), to_f32(thumb_height)));
        let lively = response.hovered() || response.is_pointer_button_down_on();
        let color = if lively { theme.faint } else { theme.mark };
        painter.rect_filled(thumb.shrink2(vec2(1.0, 0.0)), 4.0, color);
    }
    // Over the thumb: where it stands is where one looks.
    for (share, kind) in view.ticks {
        let y = track.top() + to_f32(share * f64::from(track.height() - 2.0));
        let middle = track.center().x;
        let (from, to, color) = match kind {
            TickKind::Highlighted(color) => (track.left(), middle, theme.signs[color.place()]),
            TickKind::Found => (middle, track.right(), theme.sent),
            TickKind::Noted => (track.left(), track.right(), theme.text),
        };
        painter.rect_filled(Rect::from_min_max(pos2(from, y), pos2(to, y + 2.0)), 0.0, color);
    }
    focus_edge(&painter, theme, rect, &response);
    dragged
}

fn dragged_share(
    response: &Response,
    track: Rect,
    share: f64,
    thumb_height: f64,
    way: f64,
    grasp: &mut Option<f64>,
) -> Option<f64> {
    let pointer = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on());
    let Some(pointer) = pointer.filter(|_| way > 0.0) else {
        *grasp = None;
        return None;
    };
    let at = f64::from(pointer.y - track.top());
    let thumb_top = share * way;
    let on_thumb = (thumb_top..=thumb_top + thumb_height).contains(&at);
    let held = *grasp.get_or_insert(if on_thumb { at - thumb_top } else { thumb_height / 2.0 });
    Some(((at - held) / way).clamp(0.0, 1.0))
}

#[expect(clippy::cast_possible_truncation, reason = "a position within the bar fits an f32")]
fn to_f32(points: f64) -> f32 {
    points as f32
}
