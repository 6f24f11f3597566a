//! One line of a row's content as it is laid out: where its letters stand, and how its parts look. It must not know where
//! the line is on the screen.

use crate::codec::represent::{Letter, MarkClass};
use crate::ui::fonts;
use crate::ui::sheet::rows::{RowLine, RowSpan, SpanLook};
use crate::ui::theme::Theme;
use egui::text::{CCursor, LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, FontFamily, FontId, Galley, Painter, Rangef, Stroke, Ui};
use std::ops::Range;
use std::sync::Arc;

/// The size of names of control characters, and what stands on both sides of them.
const NAME_SIZE: f32 = 9.5;
const NAME_GAP: f32 = 2.0;

/// In what colours a line is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inks {
    /// Of payload, and of what happened.
    pub tone: Color32,
    /// Of what is beside the point.
    pub quiet: Color32,
}

/// Lays out a line for a column of this width. The letters that show one of these bytes are written as selected ones.
pub(super) fn galley(
    painter: &Painter,
    theme: &Theme,
    width: f32,
    line: &RowLine,
    inks: Inks,
    selected: &Range<usize>,
) -> Arc<Galley> {
    let selected = selected_texts(line, selected);
    let wrap = TextWrapping::truncate_at_width(width);
    let mut job = LayoutJob { break_on_newline: false, wrap, ..LayoutJob::default() };
    let mut start = 0;
    for (text, span) in line.parts() {
        append_part(&mut job, theme, (text, start), span, inks, &selected);
        start = span.end;
    }
    painter.layout_job(job)
}

/// Where the letters that show one of these bytes stand in a line that was laid out, as far as they stand together.
pub(super) fn selected_places(galley: &Galley, line: &RowLine, selected: &Range<usize>) -> Vec<Rangef> {
    selected_texts(line, selected).iter().map(|text| places(galley, line, text)).collect()
}

/// Where what is pointed out stands in a line that was laid out, and how it is.
pub(super) fn marked_places(galley: &Galley, line: &RowLine) -> impl Iterator<Item = (Rangef, MarkClass)> {
    let mut start = 0;
    line.spans.iter().filter_map(move |span| {
        let text = start..span.end;
        start = span.end;
        span.mark.map(|mark| (places(galley, line, &text), mark))
    })
}

/// The letter of a line that is nearest to a point, and whether the point is behind its middle.
pub(super) fn letter_at(ui: &Ui, column: Rangef, line: &RowLine, x: f32) -> Option<(usize, bool)> {
    let inks = Inks { tone: Color32::PLACEHOLDER, quiet: Color32::PLACEHOLDER };
    let galley = galley(ui.painter(), Theme::of(ui), column.span(), line, inks, &(0..0));
    let x = x - column.min;
    let place_of = |letter: &Letter| places(&galley, line, &letter.text);
    let next = line.letters.partition_point(|letter| place_of(letter).min <= x);
    let before = next.saturating_sub(1);
    let place = place_of(line.letters.get(before)?);
    // Between two letters the nearer one is meant.
    match line.letters.get(next).map(place_of) {
        Some(behind) if x > place.max && behind.min - x < x - place.max => Some((next, false)),
        _ => Some((before, x >= place.center())),
    }
}

/// From where to where a part of a line's text reaches in what was laid out. Behind each name stands a gap.
fn places(galley: &Galley, line: &RowLine, text: &Range<usize>) -> Rangef {
    let gaps = |is_before: &dyn Fn(usize) -> bool| {
        let names = line.spans.iter().filter(|span| span.look == SpanLook::Control);
        names.filter(|span| is_before(span.end)).count()
    };
    let characters = |end: usize| line.text.get(..end).map_or(0, |text| text.chars().count());
    let place = |characters: usize| galley.pos_from_cursor(CCursor::new(characters)).min.x;
    let first = characters(text.start) + gaps(&|end| end <= text.start);
    let last = characters(text.end) + gaps(&|end| end < text.end);
    Rangef::new(place(first), place(last))
}

/// The parts of a line's text that show one of these bytes. In a dump there are two.
fn selected_texts(line: &RowLine, bytes: &Range<usize>) -> Vec<Range<usize>> {
    let mut texts: Vec<Range<usize>> = Vec::new();
    let mut before: Option<(usize, usize)> = None;
    for (place, letter) in line.letters.iter().enumerate() {
        if letter.bytes.start >= bytes.end || letter.bytes.end <= bytes.start {
            continue;
        }
        let goes_on = before.is_some_and(|(last, end)| last + 1 == place && end == letter.bytes.start);
        match texts.last_mut() {
            Some(text) if goes_on => text.end = letter.text.end,
            _ => texts.push(letter.text.clone()),
        }
        before = Some((place, letter.bytes.end));
    }
    texts
}

/// Appends a part of a line that begins at `start` of its text.
fn append_part(
    job: &mut LayoutJob,
    theme: &Theme,
    (text, start): (&str, usize),
    span: RowSpan,
    inks: Inks,
    selected: &[Range<usize>],
) {
    let is_name = span.look == SpanLook::Control;
    let (ink, behind) = colors(theme, span, inks);
    let first = job.sections.len();
    for (piece, is_selected) in divided(start..span.end, selected) {
        let begins = piece.start == start;
        let text = &text[piece.start - start..piece.end - start];
        let (ink, behind) = if is_selected { (theme.text, Color32::TRANSPARENT) } else { (ink, behind) };
        if is_name {
            append_name(job, text, if begins { NAME_GAP } else { 0.0 }, ink, behind);
        } else {
            fonts::append_payload_text(job, text, ink, behind);
        }
    }
    if matches!(span.look, SpanLook::Terminal(look) if look.is_underlined) {
        for section in job.sections.iter_mut().skip(first) {
            section.format.underline = Stroke::new(1.0, section.format.color);
        }
    }
    if is_name {
        let gap = FontId::new(NAME_GAP, FontFamily::Monospace);
        job.append(" ", 0.0, TextFormat { font_id: gap, ..TextFormat::default() });
    }
}

/// In which colour a part is written, and on which. What is pointed out lies on a strip of its own.
fn colors(theme: &Theme, span: RowSpan, inks: Inks) -> (Color32, Color32) {
    let (ink, plain) = match span.look {
        SpanLook::Tone => (inks.tone, Color32::TRANSPARENT),
        SpanLook::Faint => (inks.quiet, Color32::TRANSPARENT),
        SpanLook::Error => (theme.error, Color32::TRANSPARENT),
        SpanLook::Control => (inks.quiet, theme.raised),
        SpanLook::Terminal(look) => theme.terminal(look, inks.tone),
    };
    let Some(mark) = span.mark else { return (ink, plain) };
    let is_recoloured = match span.look {
        SpanLook::Terminal(_) => true,
        SpanLook::Control => false,
        _ => matches!(mark, MarkClass::Color(_)),
    };
    (if is_recoloured { theme.text } else { ink }, Color32::TRANSPARENT)
}

/// Names of control characters are set apart from payload letters by their size and what is behind them.
fn append_name(job: &mut LayoutJob, name: &str, gap: f32, color: Color32, background: Color32) {
    let font_id = FontId::new(NAME_SIZE, FontFamily::Monospace);
    let format = TextFormat { font_id, color, background, valign: Align::Center, ..TextFormat::default() };
    job.append(name, gap, format);
}

/// A part of a text, cut where what is selected begins and ends.
fn divided(text: Range<usize>, selected: &[Range<usize>]) -> Vec<(Range<usize>, bool)> {
    let mut pieces = Vec::with_capacity(1);
    let mut at = text.start;
    for range in selected {
        let (start, end) = (range.start.clamp(at, text.end), range.end.clamp(at, text.end));
        if start < end {
            pieces.push((at..start, false));
            pieces.push((start..end, true));
            at = end;
        }
    }
    pieces.push((at..text.end, false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}
