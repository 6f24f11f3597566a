//! The page of automatic answers: what a message must contain, and what goes back.

use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::state::composer::body_of;
use crate::ui::state::modal::Replies;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::views::payload_choices;
use crate::ui::widgets::{ButtonKind, TextField, button, icon_button, separator, toggle};
use crate::workspace::tabs::{InputChoice, ReplySettings};
use egui::{RichText, ScrollArea, Ui};

const LABEL_WIDTH: f32 = 96.0;

/// The room that the three ways of writing take beside a field.
const CHOICE_WIDTH: f32 = 190.0;

/// Draws the list; tells whether all of it can be used.
pub fn replies_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut Replies) -> bool {
    let help = RichText::new(ctx.text("replies.help")).color(Theme::of(ui).dim);
    ui.add(egui::Label::new(help).wrap());
    let mut is_usable = true;
    let mut removed = None;
    ScrollArea::vertical().id_salt("replies").max_height(380.0).show(ui, |ui| {
        for (place, reply) in page.list.iter_mut().enumerate() {
            ui.push_id(place, |ui| {
                if place > 0 {
                    separator(ui);
                }
                is_usable &= reply_ui(ui, ctx, page.encoding, reply, place, &mut removed);
            });
        }
    });
    if let Some(place) = removed {
        page.list.remove(place);
    }
    if button(ui, ButtonKind::Ordinary, ctx.text("replies.add"), None, "").clicked() {
        page.list.push(ReplySettings::default());
    }
    is_usable
}

fn reply_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    reply: &mut ReplySettings,
    place: usize,
    removed: &mut Option<usize>,
) -> bool {
    let number = place + 1;
    ui.horizontal(|ui| {
        let name = ctx.format("replies.on", &[("number", &number)]);
        toggle(ui, &mut reply.is_on, &name, ctx.text("replies.on_tip"));
        if icon_button(ui, "✕", &ctx.format("replies.remove", &[("number", &number)])).clicked() {
            *removed = Some(place);
        }
    });
    let pattern = part_ui(
        ui,
        ctx,
        encoding,
        ("replies.pattern", "replies.pattern_hint"),
        &mut reply.pattern,
        &mut reply.pattern_input,
    );
    let answer = part_ui(
        ui,
        ctx,
        encoding,
        ("replies.answer", "replies.answer_hint"),
        &mut reply.answer,
        &mut reply.answer_input,
    );
    pattern && answer
}

/// A field with the way in which it is read; tells whether it can be.
fn part_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    (name, hint): (&'static str, &'static str),
    typed: &mut String,
    input: &mut InputChoice,
) -> bool {
    let error = body_of(typed, *input, encoding).err().map(|error| text::compose_error(ctx.locale, &error));
    ui.horizontal_top(|ui| {
        TextField::new(ctx.text(name))
            .labelled(LABEL_WIDTH)
            .hint(ctx.text(hint))
            .payload_font()
            .error(error.as_deref())
            .width(ui.available_width() - LABEL_WIDTH - CHOICE_WIDTH - 2.0 * theme::SPACE_8)
            .show(ui, typed);
        ui.push_id(name, |ui| payload_choices::input_ui(ui, ctx, input));
    });
    error.is_none()
}
