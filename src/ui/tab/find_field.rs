//! The line that finds and filters are typed into: it colours what it understands, underlines where it does not, and
//! offers how to go on. It must not know what is done with what is typed.

use crate::codec::expression::{Completion, Expression, PartKind, Vocabulary, complete, parts};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::filters::beginning_with;
use crate::ui::theme::Theme;
use crate::ui::widgets::{TextField, list_line};
use egui::text::{CCursor, CCursorRange, LayoutJob};
use egui::{Align2, Area, Frame, Id, Key, Modifiers, Order, Response, Stroke, TextEdit, Ui, pos2};

/// Names and values that may stand before the cursor.
pub(super) type Offer = Option<(Completion, usize)>;

/// So many filters are offered while one types.
const OFFERED_FILTERS: usize = 4;

/// Draws the line. `remark` stands at its end.
pub(super) fn find_field_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    text: &mut String,
    offer: &mut Offer,
    (remark, width): (&str, f32),
) -> Response {
    let id = ui.make_persistent_id("find-field");
    let taken = offer.take().filter(|_| ui.memory(|memory| memory.has_focus(id)));
    let is_taken = taken.is_some_and(|(completion, chosen)| {
        let chosen = steer(ui, chosen, completion.choices.len());
        let is_taken = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab));
        if is_taken {
            accept(ui, id, text, &completion, chosen);
        } else {
            *offer = Some((completion, chosen));
        }
        is_taken
    });
    let field = TextField::new(ctx.text("find.field")).id(id).hint(ctx.text("find.hint")).remark(remark);
    let mut response = field.payload_font().layouter(coloured).width(width).show(ui, text);
    if is_taken {
        response.mark_changed();
    }
    if !response.has_focus() {
        *offer = None;
        return response;
    }
    if response.changed() {
        let cursor = TextEdit::load_state(ui.ctx(), id).and_then(|state| state.cursor.char_range());
        let at = cursor.map_or(text.len(), |range| byte_at(text, range.primary.index.into()));
        let found = completion(ctx, text, at);
        *offer = found.filter(|_| !is_taken).map(|found| (found, 0));
    }
    if ui.input_mut(|input| offer.is_some() && input.consume_key(Modifiers::NONE, Key::Escape)) {
        *offer = None;
    }
    if let Some((completion, chosen)) = offer
        && let Some(place) = offer_ui(ui, &response, completion, *chosen)
    {
        accept(ui, id, text, completion, place);
        response.mark_changed();
        *offer = None;
    }
    response
}

/// How what stands before the cursor may go on: with names and values, and where nothing stands behind it, as a filter
/// that was used or has a name.
fn completion(ctx: &ViewCtx<'_>, text: &str, at: usize) -> Option<Completion> {
    let found = complete(text, at, &Vocabulary::default());
    let filters = if at == text.len() { beginning_with(ctx.settings, text.trim_start()) } else { Vec::new() };
    if filters.is_empty() {
        return found;
    }
    // What is replaced is all of it; names and values stand behind what was typed before them.
    let found = found.map_or_else(Vec::new, |found| {
        found.choices.iter().map(|choice| format!("{}{choice}", &text[..found.range.start])).collect()
    });
    let filters = filters.into_iter().take(OFFERED_FILTERS).map(str::to_owned);
    Some(Completion { range: 0..text.len(), choices: filters.chain(found).collect() })
}

/// The arrow keys go up and down what is offered.
fn steer(ui: &Ui, chosen: usize, count: usize) -> usize {
    ui.input_mut(|input| {
        let down = input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown);
        let up = input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp);
        (chosen + down).min(count.saturating_sub(1)).saturating_sub(up)
    })
}

/// Puts a choice in place of what it completes, and the cursor behind it.
fn accept(ui: &Ui, id: Id, text: &mut String, completion: &Completion, chosen: usize) {
    let Some(choice) = completion.choices.get(chosen) else { return };
    if text.get(completion.range.clone()).is_none() {
        return;
    }
    text.replace_range(completion.range.clone(), choice);
    let end = text[..completion.range.start + choice.len()].chars().count();
    if let Some(mut state) = TextEdit::load_state(ui.ctx(), id) {
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(end))));
        state.store(ui.ctx(), id);
    }
}

/// The list beneath the line; tells which of it was clicked.
fn offer_ui(ui: &Ui, field: &Response, completion: &Completion, chosen: usize) -> Option<usize> {
    let place = pos2(field.rect.left(), field.rect.bottom() + 2.0);
    let area = Area::new(field.id.with("offer")).order(Order::Foreground).fixed_pos(place);
    let shown = area.pivot(Align2::LEFT_TOP).show(ui.ctx(), |ui| {
        Frame::menu(ui.style()).show(ui, |ui| {
            ui.set_width(260.0);
            let mut clicked = None;
            for (place, choice) in completion.choices.iter().enumerate() {
                let key = if place == chosen { "Tab" } else { "" };
                if list_line(ui, place == chosen, choice, key).clicked() {
                    clicked = Some(place);
                }
            }
            clicked
        })
    });
    shown.inner.inner
}

fn byte_at(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

/// What was typed, coloured by what it is, and underlined where it makes no sense.
pub(in crate::ui) fn coloured(text: &str, theme: &Theme) -> LayoutJob {
    let wrong_at = Expression::parse(text, &Vocabulary::default()).err().map(|error| byte_at(text, error.at));
    let mut job = LayoutJob::default();
    let mut end = 0;
    let append = |job: &mut LayoutJob, part: &str, color, is_wrong: bool| {
        let first = job.sections.len();
        fonts::append_payload_text(job, part, color, egui::Color32::TRANSPARENT);
        for section in job.sections.iter_mut().skip(first).filter(|_| is_wrong) {
            section.format.underline = Stroke::new(1.5, theme.error);
        }
    };
    let parts = parts(text);
    // What is missing at the end is missing behind what stands last.
    let wrong_part = wrong_at.and_then(|at| parts.iter().rposition(|part| part.range.start <= at));
    for (place, part) in parts.into_iter().enumerate() {
        let color = match part.kind {
            PartKind::Conjunction => theme.event,
            PartKind::Field => theme.accent,
            PartKind::Name => theme.sent,
            PartKind::Sign => theme.dim,
            PartKind::Value => theme.received,
            PartKind::Text => theme.text,
        };
        append(&mut job, &text[end..part.range.start], theme.text, false);
        end = part.range.end;
        let is_wrong = wrong_part == Some(place);
        append(&mut job, &text[part.range], color, is_wrong);
    }
    append(&mut job, &text[end..], theme.text, false);
    job
}

#[cfg(test)]
mod tests {
    use super::coloured;
    use crate::ui::theme;
    use egui::text::LayoutSection;

    #[test]
    fn what_makes_no_sense_is_underlined_and_so_is_what_something_is_missing_behind() {
        for (typed, underlined) in [
            ("len > 3", ""),
            ("len > x and dir:rx", "x"),
            ("dir:rx and nosuch == 1", "nosuch"),
            ("len >", ">"),
            ("  len >  ", ">"),
            ("dir:rx and", "and"),
            ("温度 and (len > 3", "("),
        ] {
            let job = coloured(typed, &theme::DARK);
            let wrong = job.sections.iter().filter(|section| section.format.underline.width > 0.0);
            let range = |section: &LayoutSection| section.byte_range.start.0..section.byte_range.end.0;
            let wrong: String = wrong.map(|section| &job.text[range(section)]).collect();
            assert_eq!(wrong, underlined, "{typed}");
        }
    }
}
