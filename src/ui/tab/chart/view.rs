//! The chart over the log: lines for what came, what went and a number out of messages. Pressing a moment leads there,
//! dragging and the wheel change what time is seen.

use crate::codec::prose::note_text;
use crate::journal::timeline::{Flow, Timeline};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::sheet::TermUse;
use crate::ui::tab::TabAction;
use crate::ui::tab::chart::curve::Range;
use crate::ui::tab::chart::picture::{Anchor, Picture, WORD_SIZE};
use crate::ui::tab::chart::{Chart, ChartAction};
use crate::ui::tab::drawer::DocumentKind;
use crate::ui::tab::find::FindAction;
use crate::ui::tab::terms::time_term;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    TextField, context_menu, error_line, focus_edge, menu_item, text_button, text_button_width,
};
use crate::util::bytes_text::ByteSize;
use egui::{
    Align, Align2, Color32, Layout, Painter, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};
use std::fmt::Write;

const HEIGHT: f32 = 92.0;

/// A point of a line stands for so many points of the screen.
const STEP: f32 = 2.0;

/// So much of the height the highest point takes.
const SHARE: f32 = 0.86;

/// A picture is this high, and its lines begin so far below its upper edge.
const PICTURE_HEIGHT: f32 = 320.0;
const PICTURE_HEAD: f32 = 28.0;

/// A remark is told where the pointer is as near as this.
const NEAR: f32 = 3.0;

/// No less time is drawn.
const SHORTEST_NS: i64 = 1_000_000;

/// One line of the chart: a value for each step from left to right, where there is one.
struct Line {
    values: Vec<Option<f64>>,
    color: Color32,
    scale: Scale,
}

/// What the lower and the upper end of the height stand for.
#[derive(Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

/// What an end of the height stands for, to be written beside it.
struct ScaleMark {
    y: f32,
    /// Rates stand at the left, a number out of messages at the right.
    is_rate: bool,
    is_upper: bool,
    text: String,
    color: Color32,
}

/// The times at both edges, and where those are.
#[derive(Clone, Copy)]
struct Axis {
    rect: Rect,
    from_ns: i64,
    to_ns: i64,
}

/// The room of how much was read.
const PERCENT_WIDTH: f32 = 52.0;

/// Draws the chart with its legend.
pub fn chart_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chart: &mut Chart, out: &mut Vec<TabAction>) {
    let span = chart.flow().and_then(Timeline::span_ns);
    let (rect, response) = {
        legend_ui(ui, ctx, chart, out);
        if let Some(error) = &chart.error {
            error_line(ui, error);
        }
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag())
    };
    let name = ctx.text("chart.name");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, ui.is_enabled(), name));
    let theme = Theme::of(ui);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::corners(), theme.ground);
    focus_edge(&painter, theme, rect, &response);
    let Some((first, last)) = span else {
        let key = if chart.percent().is_some() { "chart.reading" } else { "chart.empty" };
        let font = fonts::interface(theme::BODY_SIZE);
        painter.text(rect.center(), Align2::CENTER_CENTER, ctx.text(key), font, theme.dim);
        return;
    };
    let (from_ns, to_ns) = chart.zoom.unwrap_or((first, last));
    let axis = Axis { rect, from_ns, to_ns: to_ns.max(from_ns.saturating_add(SHORTEST_NS)) };
    take_pointer(ui, chart, axis, &response, (first, last), out);
    let lines = lines_of(theme, chart, axis);
    for line in &lines {
        paint_line(&painter, rect, line);
    }
    for remark in chart.remarks.1.iter().filter(|remark| axis.has(remark.wall_ns)) {
        painter.vline(axis.x(remark.wall_ns), rect.y_range(), Stroke::new(1.0, theme.text));
    }
    paint_times(&painter, theme, ctx, axis);
    paint_scales(&painter, rect, &scale_marks(theme, rect, &lines, chart.counts_bytes));
    if let Some(from) = chart.drag_from.zip(response.hover_pos()) {
        let [one, other] = [axis.x(from.0), from.1.x];
        let dragged = Rect::from_x_y_ranges(one.min(other)..=one.max(other), rect.y_range());
        painter.rect_filled(dragged, 0.0, Theme::quiet(theme.accent));
    } else if let Some(at) = response.hover_pos() {
        paint_moment(&painter, theme, ctx, chart, (axis, at));
    }
    context_menu(&response, 220.0, |ui| {
        if menu_item(ui, chart.zoom.is_some(), ctx.text("chart.all"), "") {
            chart.zoom = None;
        }
        if menu_item(ui, chart.zoom.is_some(), ctx.text("chart.only"), "") {
            out.push(only((axis.from_ns, axis.to_ns)));
        }
        if menu_item(ui, true, ctx.text("chart.copy_csv"), "") {
            out.push(TabAction::CopyText(csv(ctx, chart, axis)));
        }
        if menu_item(ui, true, ctx.text("chart.save_table"), "") {
            out.push(TabAction::SaveText(DocumentKind::ChartTable, csv(ctx, chart, axis)));
        }
        if menu_item(ui, true, ctx.text("chart.save_picture"), "") {
            out.push(TabAction::SaveText(DocumentKind::ChartPicture, picture(theme, ctx, chart, axis)));
        }
    });
}

impl Axis {
    fn x(self, wall_ns: i64) -> f32 {
        let share = (wall_ns - self.from_ns) as f64 / (self.to_ns - self.from_ns) as f64;
        #[expect(clippy::cast_possible_truncation, reason = "a place on the screen fits an f32")]
        let x = (f64::from(self.rect.left()) + share * f64::from(self.rect.width())) as f32;
        x
    }

    /// Whether this moment is seen.
    fn has(self, wall_ns: i64) -> bool {
        (self.from_ns..=self.to_ns).contains(&wall_ns)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a moment between two moments fits as they do")]
    fn moment(self, x: f32) -> i64 {
        let share = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        self.from_ns.saturating_add((share * (self.to_ns - self.from_ns) as f64) as i64)
    }

    /// A rate is that of a second around a moment, or of less where little time is seen: single records are no rate.
    fn rated(self, flow: &Timeline<Flow>, from: i64, to: i64) -> (i64, i64) {
        const SECOND_NS: i64 = 1_000_000_000;
        let least = SECOND_NS.min((self.to_ns - self.from_ns) / 8).max(flow.width_ns());
        let spare = (least - (to - from)).max(0) / 2;
        (from.saturating_sub(spare), to.saturating_add(spare).max(from.saturating_add(1)))
    }

    /// The times of each step, from left to right.
    fn steps(self) -> impl Iterator<Item = (i64, i64)> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a screen has few points"
        )]
        let count = (self.rect.width() / STEP).max(1.0) as u16;
        (0..count).map(move |step| {
            let left = self.rect.left() + f32::from(step) * STEP;
            (self.moment(left), self.moment(left + STEP))
        })
    }
}

fn lines_of(theme: &Theme, chart: &Chart, axis: Axis) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(flow) = chart.flow() {
        let of = |take: fn(&Flow, bool) -> u64| -> Vec<Option<f64>> {
            let rate = |(from, to): (i64, i64)| {
                let (from, to) = axis.rated(flow, from, to);
                let seconds = (to - from) as f64 / 1e9;
                Some(take(&flow.between(from, to), chart.counts_bytes) as f64 / seconds)
            };
            axis.steps().map(rate).collect()
        };
        let (sent, received) = (of(sent), of(received));
        // What came and what went is compared at a glance.
        let scale = Scale::of(sent.iter().chain(&received));
        lines.push(Line { values: sent, color: theme.sent, scale });
        lines.push(Line { values: received, color: theme.received, scale });
    }
    if let Some(values) = chart.values() {
        let value = |(from, to): (i64, i64)| {
            let (from, to) = widened(values, from, to);
            values.between(from, to).0.map(|(_, _, last)| last)
        };
        let values: Vec<Option<f64>> = axis.steps().map(value).collect();
        let scale = Scale::of(&values);
        lines.push(Line { values, color: theme.accent, scale });
    }
    lines
}

fn received(flow: &Flow, counts_bytes: bool) -> u64 {
    if counts_bytes { flow.received_bytes } else { flow.received }
}

fn sent(flow: &Flow, counts_bytes: bool) -> u64 {
    if counts_bytes { flow.sent_bytes } else { flow.sent }
}

/// A step that is shorter than what is known of it shows what is known.
fn widened<S: crate::journal::timeline::Stretch>(timeline: &Timeline<S>, from: i64, to: i64) -> (i64, i64) {
    let width = timeline.width_ns();
    if to - from >= width { (from, to) } else { (to.saturating_sub(width), to) }
}

fn paint_line(painter: &Painter, rect: Rect, line: &Line) {
    painter.add(Shape::line(points(rect, line), Stroke::new(1.5, line.color)));
}

impl Scale {
    /// From zero on where that is near, else from the least to the greatest.
    fn of<'a>(values: impl IntoIterator<Item = &'a Option<f64>>) -> Scale {
        let known = values.into_iter().flatten().copied();
        let (least, high) = known.fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)));
        Scale { low: if least >= 0.0 && least < high / 4.0 { 0.0 } else { least }, high }
    }

    fn y(self, rect: Rect, value: f64) -> f32 {
        let height = if self.high > self.low { self.high - self.low } else { 1.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a share of the height")]
        let share = ((value - self.low) / height) as f32;
        rect.bottom() - 2.0 - share * SHARE * (rect.height() - 4.0)
    }
}

fn points(rect: Rect, line: &Line) -> Vec<Pos2> {
    let mut points: Vec<Pos2> = Vec::new();
    for (place, value) in line.values.iter().enumerate() {
        // Where nothing is known, the line goes straight on to where something is.
        let Some(value) = value else { continue };
        points.push(pos2(rect.left() + (place as f32 + 0.5) * STEP, line.scale.y(rect, *value)));
    }
    points
}

/// What the height stands for: the greatest of the rates, and the least and the greatest of the number.
fn scale_marks(theme: &Theme, rect: Rect, lines: &[Line], counts_bytes: bool) -> Vec<ScaleMark> {
    // The last line of the rates is that of what came.
    let rates = lines.get(1).map(|line| (line.scale, true, theme.dim));
    let number = lines.get(2).map(|line| (line.scale, false, line.color));
    let mut marks = Vec::new();
    for (scale, is_rate, color) in rates.into_iter().chain(number) {
        let spread = scale.high - scale.low;
        let written =
            |value: f64| if is_rate { rate_text(value, counts_bytes) } else { number_text(value, spread) };
        let mut mark = |value: f64, is_upper| {
            let (y, text) = (scale.y(rect, value), written(value));
            marks.push(ScaleMark { y, is_rate, is_upper, text, color });
        };
        if scale.high >= scale.low {
            // A line that goes straight on lies at the bottom.
            mark(scale.high, scale.high > scale.low);
        }
        if scale.high > scale.low && !(is_rate && scale.low == 0.0) {
            mark(scale.low, false);
        }
    }
    marks
}

/// A number with three digits more than it takes to tell numbers apart that are so far from each other.
fn number_text(value: f64, spread: f64) -> String {
    let size = if spread > 0.0 { spread } else { value.abs() };
    let before_point = if size > 0.0 { size.log10().floor() } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let digits = (3.0 - before_point).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn paint_scales(painter: &Painter, rect: Rect, marks: &[ScaleMark]) {
    let font = fonts::interface(theme::LABEL_SIZE);
    for mark in marks {
        let (x, align) = match (mark.is_rate, mark.is_upper) {
            (true, true) => (rect.left() + 6.0, Align2::LEFT_TOP),
            (true, false) => (rect.left() + 6.0, Align2::LEFT_BOTTOM),
            (false, true) => (rect.right() - 6.0, Align2::RIGHT_TOP),
            (false, false) => (rect.right() - 6.0, Align2::RIGHT_BOTTOM),
        };
        painter.text(pos2(x, mark.y), align, &mark.text, font.clone(), mark.color);
    }
}

fn paint_times(painter: &Painter, theme: &Theme, ctx: &ViewCtx<'_>, axis: Axis) {
    let font = fonts::interface(theme::LABEL_SIZE);
    let y = axis.rect.top() + 2.0;
    for (x, moment, align) in [
        (axis.rect.left() + 6.0, axis.from_ns, Align2::LEFT_TOP),
        (axis.rect.right() - 6.0, axis.to_ns, Align2::RIGHT_TOP),
    ] {
        painter.text(pos2(x, y), align, ctx.times.text(moment), font.clone(), theme.faint);
    }
}

/// What was at the moment that the pointer is over.
fn paint_moment(
    painter: &Painter,
    theme: &Theme,
    ctx: &ViewCtx<'_>,
    chart: &Chart,
    (axis, at): (Axis, Pos2),
) {
    painter.vline(at.x, axis.rect.y_range(), Stroke::new(1.0, theme.mark));
    let moment = axis.moment(at.x);
    let mut text = ctx.times.text(moment);
    let (from, to) = (axis.moment(at.x - STEP / 2.0), axis.moment(at.x + STEP / 2.0));
    if let Some(flow) = chart.flow() {
        let (from, to) = axis.rated(flow, from, to);
        let amounts = flow.between(from, to);
        let seconds = (to - from) as f64 / 1e9;
        let rate = |amount: u64| rate_text(amount as f64 / seconds, chart.counts_bytes);
        text.push_str(" · ");
        text.push_str(&ctx.format(
            "chart.rates",
            &[
                ("received", &rate(received(&amounts, chart.counts_bytes))),
                ("sent", &rate(sent(&amounts, chart.counts_bytes))),
            ],
        ));
    }
    if let Some(values) = chart.values() {
        let (from, to) = widened(values, from, to);
        if let Range(Some((_, _, last))) = values.between(from, to) {
            text.push_str(" · ");
            text.push_str(&last.to_string());
        }
    }
    if let Some(remark) = chart.remarks.1.iter().find(|it| (axis.x(it.wall_ns) - at.x).abs() <= NEAR) {
        text.push_str(" · ");
        match remark.text.as_str() {
            "" => text.push_str(ctx.text("chart.marked")),
            note => text.push_str(&note_text(note, ctx.locale)),
        }
    }
    let font = fonts::interface(theme::LABEL_SIZE);
    let galley = painter.layout_no_wrap(text, font, theme.text);
    let left = (at.x + 8.0).min(axis.rect.right() - galley.size().x - 8.0).max(axis.rect.left());
    let place = Rect::from_min_size(pos2(left, axis.rect.bottom() - 20.0), galley.size());
    painter.rect_filled(place.expand(3.0), 3.0, theme.raised);
    painter.galley(place.min, galley, theme.text);
}

fn rate_text(rate: f64, is_bytes: bool) -> String {
    if is_bytes {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rates are no negative numbers"
        )]
        let bytes = rate as u64;
        return format!("{}/s", ByteSize(bytes));
    }
    if rate < 10.0 { format!("{rate:.1}/s") } else { format!("{rate:.0}/s") }
}

/// Pressing goes to a moment, dragging shows just that time, the wheel shows more or less around the pointer.
fn take_pointer(
    ui: &Ui,
    chart: &mut Chart,
    axis: Axis,
    response: &Response,
    whole: (i64, i64),
    out: &mut Vec<TabAction>,
) {
    let at = response.interact_pointer_pos().map(|at| axis.moment(at.x));
    if response.drag_started() {
        chart.drag_from = ui.input(|input| input.pointer.press_origin()).map(|at| axis.moment(at.x));
    }
    if response.drag_stopped()
        && let Some((from, to)) = chart.drag_from.take().zip(at)
        && (to - from).abs() > SHORTEST_NS
    {
        chart.zoom = Some((from.min(to), from.max(to)));
    }
    if response.double_clicked() {
        chart.zoom = None;
    } else if response.clicked()
        && let Some(moment) = at
    {
        out.push(ChartAction::GoTo(moment).into());
    }
    let Some(over) = response.hover_pos() else { return };
    let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
    if wheel != 0.0 {
        let share = f64::from(0.998_f32.powf(wheel));
        let middle = axis.moment(over.x);
        #[expect(clippy::cast_possible_truncation, reason = "a part of the time that is seen")]
        let scaled = |moment: i64| middle.saturating_add(((moment - middle) as f64 * share) as i64);
        let (from, to) = (scaled(axis.from_ns).max(whole.0), scaled(axis.to_ns).min(whole.1));
        let is_all = from <= whole.0 && to >= whole.1;
        chart.zoom =
            (!is_all && to - from > SHORTEST_NS).then_some((from, to)).or(chart.zoom.filter(|_| !is_all));
    }
}

/// What the lines are, and the number that is wanted.
fn legend_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chart: &mut Chart, out: &mut Vec<TabAction>) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        for (key, color) in flow_names(theme) {
            ui.label(RichText::new(format!("— {}", ctx.text(key))).size(theme::LABEL_SIZE).color(color));
        }
        if text_button(ui, ctx.text(unit(chart)), ctx.text("chart.unit_tip")).clicked() {
            chart.counts_bytes = !chart.counts_bytes;
        }
        ui.label(RichText::new("—").size(theme::LABEL_SIZE).color(theme.accent));
        let hint = ctx
            .format("chart.value_hint", &[("field", &"modbus.regval_uint16"), ("pattern", &"T=([0-9.]+)")]);
        TextField::new(ctx.text("chart.value"))
            .hint(&hint)
            .payload_font()
            .width((ui.available_width() - end_width(ui, ctx, chart)).clamp(80.0, 300.0))
            .show(ui, &mut chart.typed);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(percent) = chart.percent() {
                ui.label(RichText::new(format!("{percent} %")).color(theme.dim));
            } else if let Some((from, to)) = chart.zoom {
                if text_button(ui, ctx.text("chart.all"), "").clicked() {
                    chart.zoom = None;
                }
                if text_button(ui, ctx.text("chart.only"), ctx.text("chart.only_tip")).clicked() {
                    out.push(only((from, to)));
                }
            }
        });
    });
}

/// How much room there is to be behind the field.
fn end_width(ui: &Ui, ctx: &ViewCtx<'_>, chart: &Chart) -> f32 {
    let of = |key| theme::SPACE_8 + text_button_width(ui, ctx.text(key));
    match (chart.percent(), chart.zoom) {
        (None, Some(_)) => of("chart.all") + of("chart.only"),
        (None, None) => 0.0,
        (Some(_), _) => PERCENT_WIDTH,
    }
}

/// What came and what went, in their colours.
fn flow_names(theme: &Theme) -> [(&'static str, Color32); 2] {
    [("filter.received", theme.received), ("filter.sent", theme.sent)]
}

fn unit(chart: &Chart) -> &'static str {
    if chart.counts_bytes { "chart.bytes" } else { "chart.records" }
}

/// Only rows of this time are shown.
fn only((from_ns, to_ns): (i64, i64)) -> TabAction {
    FindAction::Use { how: TermUse::Only, term: time_term(from_ns, to_ns) }.into()
}

/// What is seen now, larger, with its names, for a report.
fn picture(theme: &Theme, ctx: &ViewCtx<'_>, chart: &Chart, axis: Axis) -> String {
    let size = vec2(axis.rect.width(), PICTURE_HEIGHT);
    let rect = Rect::from_min_max(pos2(0.0, PICTURE_HEAD), size.to_pos2());
    let axis = Axis { rect, ..axis };
    let mut picture = Picture::new(size, theme.ground);
    for remark in chart.remarks.1.iter().filter(|remark| axis.has(remark.wall_ns)) {
        let (x, y) = (axis.x(remark.wall_ns), rect.y_range());
        picture.line(&[pos2(x, y.min), pos2(x, y.max)], theme.text, 1.0);
        picture.words(
            pos2(x + 4.0, y.min + WORD_SIZE),
            Anchor::Start,
            &note_text(&remark.text, ctx.locale),
            theme.text,
        );
    }
    let lines = lines_of(theme, chart, axis);
    for line in &lines {
        picture.line(&points(rect, line), line.color, 1.5);
    }
    for mark in scale_marks(theme, rect, &lines, chart.counts_bytes) {
        let (x, anchor) = if mark.is_rate { (6.0, Anchor::Start) } else { (size.x - 6.0, Anchor::End) };
        let below = if mark.is_upper { WORD_SIZE } else { 0.0 };
        picture.words(pos2(x, mark.y + below), anchor, &mark.text, mark.color);
    }
    let mut x = 6.0;
    let typed = chart.typed.trim();
    let names = flow_names(theme).map(|(key, color)| (format!("— {}", ctx.text(key)), color));
    let value = (!typed.is_empty()).then(|| (format!("— {typed}"), theme.accent));
    for (name, color) in names.into_iter().chain([(ctx.text(unit(chart)).to_owned(), theme.dim)]).chain(value)
    {
        picture.words(pos2(x, 18.0), Anchor::Start, &name, color);
        // Characters of other scripts are about as wide as they are high.
        let widths = name.chars().map(|c| if c.is_ascii() { WORD_SIZE * 0.6 } else { WORD_SIZE });
        x += widths.sum::<f32>() + 16.0;
    }
    let times = format!("{} – {}", ctx.times.text(axis.from_ns), ctx.times.text(axis.to_ns));
    picture.words(pos2(size.x - 6.0, 18.0), Anchor::End, &times, theme.dim);
    picture.finish()
}

/// The time that is seen as a table: moment, records and bytes of both directions, and the number.
fn csv(ctx: &ViewCtx<'_>, chart: &Chart, axis: Axis) -> String {
    let mut text = String::from("time,received,sent,received_bytes,sent_bytes,value\n");
    let Some(flow) = chart.flow() else { return text };
    let width = flow.width_ns().max((axis.to_ns - axis.from_ns) / 10_000);
    let mut from = axis.from_ns;
    while from < axis.to_ns {
        let to = from.saturating_add(width);
        let there = flow.between(from, to);
        let value = chart.values().and_then(|values| values.between(from, to).0);
        let value = value.map_or_else(String::new, |(_, _, last)| last.to_string());
        let Flow { received, sent, received_bytes, sent_bytes } = there;
        let time = ctx.times.text(from);
        if writeln!(text, "{time},{received},{sent},{received_bytes},{sent_bytes},{value}").is_err() {
            break;
        }
        from = to;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Scale, number_text};

    #[test]
    fn numbers_beside_the_chart_are_told_apart() {
        for (value, spread, text) in [
            (9.5, 9.5, "9.5"),
            (0.0, 9.5, "0"),
            (0.0004, 0.0003, "0.0004"),
            (0.0001, 0.0003, "0.0001"),
            (-0.0001, 200.0, "0"),
            (1200.0, 800.0, "1200"),
            (25.0, 0.0, "25"),
            (0.0, 0.0, "0"),
            (101.325, 0.002, "101.325"),
        ] {
            assert_eq!(number_text(value, spread), text);
        }
    }

    #[test]
    fn a_scale_begins_at_zero_where_that_is_near() {
        for (values, low, high) in
            [(&[0.5, 9.5], 0.0, 9.5), (&[20.0, 28.0], 20.0, 28.0), (&[-3.0, 1.0], -3.0, 1.0)]
        {
            let scale = Scale::of(&values.map(Some));
            assert_eq!((scale.low, scale.high), (low, high));
        }
    }
}
