//! The page of automatic answers: what a message must contain, and what goes back.

use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_unless, focus_at_first, is_entered, title};
use crate::ui::tab::TabPageAction;
use crate::ui::tab::answers::AnswersPage;
use crate::ui::tab::composer::payload_choices;
use crate::ui::tab::composer::payload_form::body_of;
use crate::ui::tab::composer::words::compose_error;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, TextField, button, icon_button, separator, toggle};
use crate::workspace::tabs::{InputChoice, ReplySettings};
use egui::{Response, RichText, ScrollArea, Ui};

const LABEL_WIDTH: f32 = 96.0;

/// The room that the three ways of writing take beside a field.
const CHOICE_WIDTH: f32 = 190.0;

/// What became of the list in this frame.
#[derive(Clone, Copy, Debug)]
struct Written {
    /// All of it can be used.
    is_usable: bool,
    /// Enter was pressed in a field.
    is_entered: bool,
}

/// Draws the page.
pub fn answers_page_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut AnswersPage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(640.0);
    title(ui, ctx.text("replies.title"));
    let written = list_ui(ui, ctx, page);
    let off = (!written.is_usable).then_some("replies.wrong");
    if written.is_entered && off.is_none() {
        out.push(TabPageAction::SaveAnswers.into());
    }
    let main = (ButtonKind::Main, "common.ok", TabPageAction::SaveAnswers.into());
    buttons_unless(ui, ctx, main, off, out);
}

fn list_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut AnswersPage) -> Written {
    let help = RichText::new(ctx.text("replies.help")).color(Theme::of(ui).dim);
    ui.add(egui::Label::new(help).wrap());
    let mut written = Written { is_usable: true, is_entered: false };
    let mut removed = None;
    ScrollArea::vertical().id_salt("replies").max_height(380.0).show(ui, |ui| {
        for (place, reply) in page.list.iter_mut().enumerate() {
            ui.push_id(place, |ui| {
                if place > 0 {
                    separator(ui);
                }
                reply_ui(ui, ctx, page.encoding, reply, place, &mut written, &mut removed);
            });
        }
    });
    if let Some(place) = removed {
        page.list.remove(place);
    }
    if button(ui, ButtonKind::Ordinary, ctx.text("replies.add"), None, "").clicked() {
        page.list.push(ReplySettings::default());
    }
    written
}

fn reply_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    reply: &mut ReplySettings,
    place: usize,
    written: &mut Written,
    removed: &mut Option<usize>,
) {
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
        written,
    );
    if place == 0 {
        focus_at_first(ui, &pattern);
    }
    part_ui(
        ui,
        ctx,
        encoding,
        ("replies.answer", "replies.answer_hint"),
        &mut reply.answer,
        &mut reply.answer_input,
        written,
    );
}

/// A field with the way in which it is read.
fn part_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    (name, hint): (&'static str, &'static str),
    typed: &mut String,
    input: &mut InputChoice,
    written: &mut Written,
) -> Response {
    let error = body_of(typed, *input, encoding).err().map(|error| compose_error(ctx.locale, &error));
    let line = ui.horizontal_top(|ui| {
        let response = TextField::new(ctx.text(name))
            .labelled(LABEL_WIDTH)
            .hint(ctx.text(hint))
            .payload_font()
            .error(error.as_deref())
            .width(ui.available_width() - LABEL_WIDTH - CHOICE_WIDTH - 2.0 * theme::SPACE_8)
            .show(ui, typed);
        ui.push_id(name, |ui| payload_choices::input_ui(ui, ctx, input));
        response
    });
    written.is_usable &= error.is_none();
    written.is_entered |= is_entered(ui, &line.inner);
    line.inner
}
