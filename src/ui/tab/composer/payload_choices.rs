//! How a payload is written and what is appended to it: the same choices wherever something is sent.

use crate::codec::checksum::Checksum;
use crate::codec::composition::{LineBreak, LineEnding};
use crate::model::websocket::MessageForm;
use crate::ui::ctx::ViewCtx;
use crate::ui::widgets::{Choice, PillCombo, group_heading, menu_separator, segmented};
use crate::workspace::tabs::InputChoice;
use egui::Ui;

/// The three ways of writing; tells whether another was chosen.
pub(in crate::ui) fn input_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, input: &mut InputChoice) -> bool {
    let choices = [
        (InputChoice::Text, "input.text", "input.text_tip"),
        (InputChoice::Hex, "input.hex", "input.hex_tip"),
        (InputChoice::Escapes, "input.escapes", "input.escapes_tip"),
    ]
    .map(|(value, text, tooltip)| Choice { value, text: ctx.text(text), tooltip: ctx.text(tooltip) });
    segmented(ui, ctx.text("input.name"), input, &choices)
}

/// The line endings, and where the typed text has lines, what breaks between them go out as.
pub(in crate::ui) fn append_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    chosen: &mut LineEnding,
    breaks: Option<&mut LineBreak>,
) {
    let name_of = |ending: LineEnding| match ending {
        LineEnding::None => ctx.text("append.none"),
        LineEnding::Lf => "LF",
        LineEnding::Crlf => "CRLF",
        LineEnding::Cr => "CR",
        LineEnding::Nul => "NUL",
    };
    let shown = match *chosen {
        LineEnding::None => ctx.text("append.none").to_owned(),
        ending => ctx.format("append.chosen", &[("ending", &name_of(ending))]),
    };
    let other_breaks = breaks.as_deref().filter(|breaks| **breaks != LineBreak::default());
    let shown = match other_breaks {
        // Beside these it need not be said that nothing is appended: there is little room.
        Some(other) if *chosen == LineEnding::None => {
            ctx.format("breaks.alone", &[("break", &break_name(*other))])
        }
        Some(other) => ctx.format("breaks.chosen", &[("ending", &shown), ("break", &break_name(*other))]),
        None => shown,
    };
    PillCombo::new("append", ctx.text("append.name"), &shown).show(ui, |ui| {
        for ending in LineEnding::ALL {
            if PillCombo::choice(ui, ending == *chosen, name_of(ending)) {
                *chosen = ending;
            }
        }
        if let Some(breaks) = breaks {
            menu_separator(ui);
            group_heading(ui, ctx.text("breaks.name"));
            for known in LineBreak::ALL {
                let key = if known == LineBreak::default() { "breaks.as_typed" } else { "breaks.as" };
                let name = ctx.format(key, &[("break", &break_name(known))]);
                if PillCombo::choice(ui, known == *breaks, &name) {
                    *breaks = known;
                }
            }
        }
    });
}

fn break_name(breaks: LineBreak) -> &'static str {
    match breaks {
        LineBreak::Lf => "LF",
        LineBreak::Crlf => "CRLF",
        LineBreak::Cr => "CR",
    }
}

/// What message a payload becomes where there are frames.
pub(in crate::ui) fn frame_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chosen: &mut MessageForm) {
    let name_of = |form: MessageForm| match form {
        MessageForm::Fitting | MessageForm::Part { .. } => ctx.text("frame.fitting"),
        MessageForm::Text => ctx.text("frame.text"),
        MessageForm::Binary => ctx.text("frame.binary"),
        MessageForm::Ping => "Ping",
        MessageForm::Close => ctx.text("frame.close"),
        MessageForm::Raw => ctx.text("frame.raw"),
    };
    let shown = if *chosen == MessageForm::Fitting { ctx.text("frame.auto") } else { name_of(*chosen) };
    PillCombo::new("frame", ctx.text("frame.name"), shown).list_width(230.0).show(ui, |ui| {
        for form in MessageForm::ALL {
            if PillCombo::choice(ui, form == *chosen, name_of(form)) {
                *chosen = form;
            }
        }
    });
}

/// The checksums, or none.
pub(in crate::ui) fn checksum_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chosen: &mut Option<Checksum>) {
    let shown = chosen.map_or(ctx.text("checksum.none"), Checksum::label);
    PillCombo::new("checksum", ctx.text("checksum.name"), shown).list_width(230.0).show(ui, |ui| {
        if PillCombo::choice(ui, chosen.is_none(), ctx.text("checksum.none")) {
            *chosen = None;
        }
        for checksum in Checksum::all() {
            let is_chosen = chosen.is_some_and(|chosen| chosen.name() == checksum.name());
            if PillCombo::choice(ui, is_chosen, checksum.label()) {
                *chosen = Some(checksum);
            }
        }
    });
}
