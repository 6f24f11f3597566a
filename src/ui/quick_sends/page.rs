//! The page of one quick send: its name, its group, and what it sends.

use crate::automation::interval;
use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::{PageAction, buttons_unless, focus_at_first, is_entered, title};
use crate::ui::quick_sends::Quick;
use crate::ui::quick_sends::QuickPageAction;
use crate::ui::tab::composer::payload_choices;
use crate::ui::tab::composer::payload_form::appended_by;
use crate::ui::tab::composer::preview::preview_ui;
use crate::ui::tab::composer::words::compose_error;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, PillCombo, TextField, button, error_line, toggle};
use crate::workspace::sending::{QUICK_SEND_KEYS, QuickSend};
use egui::{RichText, TextEdit, Ui};

const LABEL_WIDTH: f32 = 90.0;

/// Draws the page.
pub(in crate::ui) fn quick_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut Quick,
    out: &mut Vec<impl From<PageAction> + From<QuickPageAction>>,
) {
    ui.set_width(520.0);
    title(ui, ctx.text(if page.place.is_some() { "quick.edit" } else { "quick.add" }));
    let is_confirmed = names_ui(ui, ctx, page);
    let quick = &mut page.written;
    ui.push_id("quick", |ui| {
        ui.horizontal(|ui| {
            payload_choices::input_ui(ui, ctx, &mut quick.input);
            let (mut ending, mut checksum) = appended_by(quick);
            payload_choices::append_ui(ui, ctx, &mut ending, None);
            payload_choices::checksum_ui(ui, ctx, &mut checksum);
            if (ending, checksum) != appended_by(quick) {
                ending.name().clone_into(&mut quick.append);
                quick.checksum = checksum.map_or_else(String::new, |checksum| checksum.to_string());
            }
            toggle(ui, &mut quick.fields, ctx.text("input.fields"), ctx.text("input.fields_tip"));
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::SPACE_8;
            TextField::new(ctx.text("quick.delay"))
                .labelled(LABEL_WIDTH)
                .hint(ctx.text("quick.delay_hint"))
                .error(is_no_delay(&quick.delay).then_some(""))
                .width(80.0)
                .show(ui, &mut quick.delay);
            name_ui(ui, ctx.text("quick.key"));
            key_ui(ui, ctx, page.place, quick);
            name_ui(ui, ctx.text("encoding.name"));
            encoding_ui(ui, ctx, page.encoding, quick);
        });
    });
    let edit = TextEdit::multiline(&mut quick.text)
        .font(fonts::payload())
        .desired_rows(3)
        .desired_width(f32::INFINITY)
        .char_limit(16 * 1024);
    let response = ui.add(edit);
    let name = ctx.text("quick.content");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    let placing = page.placing;
    match page.composed() {
        Ok(composed) => preview_ui(ui, ctx, composed, placing),
        Err(error) => {
            error_line(ui, &compose_error(ctx.locale, error));
        }
    }
    ui.horizontal(|ui| {
        if page.place.is_some()
            && button(ui, ButtonKind::Ending, ctx.text("quick.remove"), None, "").clicked()
        {
            out.push(QuickPageAction::AskRemove.into());
        }
    });
    let is_wrong = is_unknown_encoding(&page.written.encoding) || is_no_delay(&page.written.delay);
    let off = if is_nameless(page) { Some("quick.name_missing") } else { is_wrong.then_some("quick.wrong") };
    if is_confirmed && off.is_none() {
        out.push(QuickPageAction::Save.into());
    }
    buttons_unless(ui, ctx, (ButtonKind::Main, "common.ok", QuickPageAction::Save.into()), off, out);
}

/// The fields of one line; tells whether Enter was pressed in one. What is missing is said once it was tried.
fn names_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &mut Quick) -> bool {
    let error = (page.has_tried && is_nameless(page)).then_some(ctx.text("quick.name_missing"));
    let name = TextField::new(ctx.text("quick.name"))
        .labelled(LABEL_WIDTH)
        .hint(ctx.text("quick.name_hint"))
        .error(error)
        .show(ui, &mut page.written.name);
    focus_at_first(ui, &name);
    let group =
        TextField::new(ctx.text("quick.group")).labelled(LABEL_WIDTH).show(ui, &mut page.written.group);
    let is_confirmed = is_entered(ui, &name) || is_entered(ui, &group);
    page.has_tried |= is_confirmed || name.changed();
    is_confirmed
}

/// The keys that no other quick send has.
fn key_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, own: Option<usize>, quick: &mut QuickSend) {
    let chosen = quick.key().to_owned();
    PillCombo::new("key", ctx.text("quick.key"), key_name(ctx, &chosen)).show(ui, |ui| {
        for key in [""].into_iter().chain(QUICK_SEND_KEYS) {
            let owner = ctx.sending.quick_of_key(key).filter(|_| !key.is_empty());
            if (owner.is_none() || owner == own) && PillCombo::choice(ui, key == chosen, key_name(ctx, key)) {
                quick.key = Some(key.to_owned());
            }
        }
    });
}

/// Its own encoding, or that of the session.
fn encoding_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, of_session: TextEncoding, quick: &mut QuickSend) {
    let usual = ctx.format("quick.encoding_of_session", &[("encoding", &of_session.label())]);
    let own = TextEncoding::from_name(&quick.encoding);
    let shown = match &own {
        _ if quick.encoding.trim().is_empty() => &usual,
        Ok(encoding) => encoding.label(),
        Err(_) => quick.encoding.as_str(),
    };
    let shown = shown.to_owned();
    PillCombo::new("quick-encoding", ctx.text("encoding.name"), &shown).list_width(220.0).show(ui, |ui| {
        if PillCombo::choice(ui, quick.encoding.trim().is_empty(), &usual) {
            quick.encoding.clear();
        }
        for candidate in TextEncoding::all() {
            if PillCombo::choice(ui, own.as_ref() == Ok(&candidate), candidate.label()) {
                candidate.name().clone_into(&mut quick.encoding);
            }
        }
    });
}

/// What the choice behind it is about.
fn name_ui(ui: &mut Ui, name: &str) {
    ui.label(RichText::new(name).color(Theme::of(ui).dim));
}

fn key_name<'a>(ctx: &ViewCtx<'_>, key: &'a str) -> &'a str {
    if key.is_empty() { ctx.text("quick.no_key") } else { key }
}

fn is_unknown_encoding(name: &str) -> bool {
    !name.trim().is_empty() && TextEncoding::from_name(name).is_err()
}

fn is_no_delay(typed: &str) -> bool {
    !typed.trim().is_empty() && interval::parse(typed).is_none()
}

fn is_nameless(page: &Quick) -> bool {
    page.written.name.trim().is_empty()
}
