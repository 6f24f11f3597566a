//! The parts that all pages in front of the window have: the page itself, its heading, its buttons, the field for a path
//! and how far its work is. It knows no page.

use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::paths::PathField;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, TextField, button};
use egui::{Align, Align2, Id, Key, Layout, Popup, Response, RichText, Ui, vec2};
use std::fmt::Debug;
use std::hash::Hash;

/// What every page in front of the window can ask for, besides what is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageAction {
    /// Nothing is asked or explained any more.
    Close,
    /// The person chooses a file with the platform's dialog.
    Browse,
}

/// So far down the window pages begin, as a part of its height.
const PAGE_TOP: f32 = 0.09;

/// How high a page can be: it ends as far from the edge as it begins, so that it never has to be moved up.
pub(in crate::ui) fn page_height(ui: &Ui) -> f32 {
    ui.ctx().content_rect().height() * (1.0 - 2.0 * PAGE_TOP)
}

/// A page in front of the window. A press beside it leaves it only where that is no slip of the hand.
pub(in crate::ui) fn in_front<A: From<PageAction>>(
    ui: &Ui,
    name: impl Hash + Debug,
    is_left_beside: bool,
    out: &mut Vec<A>,
    add: impl FnOnce(&mut Ui, &mut Vec<A>),
) {
    let page = Id::unique(name);
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(20));
    // What grows while one works on it grows downwards: its upper edge keeps its place.
    let top = ui.ctx().content_rect().height() * PAGE_TOP;
    let area = egui::Modal::default_area(page).anchor(Align2::CENTER_TOP, vec2(0.0, top));
    let response = egui::Modal::new(page).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_8;
        note_page(ui, page);
        add(ui, out);
    });
    let is_slip = !is_left_beside && response.backdrop_response.clicked();
    if !is_slip && response.should_close() {
        out.push(PageAction::Close.into());
    }
}

/// The way back from a page that fills the window: a button, and Escape. Escape belongs to what is in front or being
/// written first; that is gone when the page is drawn, so the frame before is asked.
pub(in crate::ui) fn back_ui(ui: &mut Ui, ctx: &ViewCtx<'_>) -> bool {
    let is_pressed = button(ui, ButtonKind::Ordinary, ctx.text("common.back"), None, "").clicked();
    let may_leave = !Popup::is_any_open(ui.ctx())
        && ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
    let would_leave = ui.data_mut(|data| {
        std::mem::replace(data.get_temp_mut_or(Id::unique("page without a front"), false), may_leave)
    });
    is_pressed || would_leave && ui.input(|input| input.key_pressed(Key::Escape))
}

/// Since which frame a page is in front, and in which it was last drawn.
#[derive(Clone, Copy)]
struct Shown {
    page: Id,
    since: u64,
    last: u64,
}

fn note_page(ui: &Ui, page: Id) {
    let now = ui.ctx().cumulative_frame_nr();
    ui.data_mut(|data| {
        let shown = data.get_temp_mut_or(Id::unique("page"), Shown { page, since: now, last: now });
        if shown.page != page || shown.last + 1 < now {
            *shown = Shown { page, since: now, last: now };
        }
        shown.last = now;
    });
}

/// Gives the keyboard to this when the page in front opens. The first frame only measures the page.
pub(in crate::ui) fn focus_at_first(ui: &Ui, response: &Response) {
    let shown = ui.data(|data| data.get_temp::<Shown>(Id::unique("page")));
    if shown.is_some_and(|shown| shown.last <= shown.since + 1) {
        response.request_focus();
    }
}

/// Whether Enter was pressed in the field. It keeps the keyboard for as long as its page stays.
pub(in crate::ui) fn is_entered(ui: &Ui, field: &Response) -> bool {
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if is_entered {
        field.request_focus();
    }
    is_entered
}

/// The page's heading.
pub(in crate::ui) fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(fonts::strong(16.0)).color(Theme::of(ui).text));
}

/// The heading and the text of a question.
pub(in crate::ui) fn question(ui: &mut Ui, heading: &str, text: &str) {
    ui.set_width(420.0);
    title(ui, heading);
    ui.add(egui::Label::new(RichText::new(text).color(Theme::of(ui).dim)).wrap());
}

/// The page's buttons: what it is for at the right, and the way out beside it.
pub(in crate::ui) fn buttons<A: From<PageAction>>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    main: Option<(ButtonKind, &'static str, A)>,
    way_out: &'static str,
    out: &mut Vec<A>,
) -> Response {
    buttons_ui(ui, ctx, main, false, way_out, out)
}

/// The buttons of a page with a field in which Enter does what the page is for.
pub(in crate::ui) fn buttons_of_field<A: From<PageAction>>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    field: &Response,
    main: (ButtonKind, &'static str, A),
    out: &mut Vec<A>,
) {
    let is_entered = is_entered(ui, field);
    buttons_ui(ui, ctx, Some(main), is_entered, "common.cancel", out);
}

fn buttons_ui<A: From<PageAction>>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    main: Option<(ButtonKind, &'static str, A)>,
    is_entered: bool,
    way_out: &'static str,
    out: &mut Vec<A>,
) -> Response {
    ui.add_space(theme::SPACE_8);
    at_the_right(ui, |ui| {
        if let Some((kind, key, action)) = main
            && (button(ui, kind, ctx.text(key), None, "").clicked() || is_entered)
        {
            out.push(action);
        }
        way_out_ui(ui, ctx, way_out, out)
    })
}

/// The same where what the page is for cannot be done yet: the tooltip says why it is `off`.
pub(in crate::ui) fn buttons_unless<A: From<PageAction>>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (kind, key, action): (ButtonKind, &'static str, A),
    off: Option<&'static str>,
    out: &mut Vec<A>,
) {
    ui.add_space(theme::SPACE_8);
    at_the_right(ui, |ui| {
        ui.add_enabled_ui(off.is_none(), |ui| {
            let response = button(ui, kind, ctx.text(key), None, "");
            let is_pressed = response.clicked();
            if let Some(why) = off {
                response.on_disabled_hover_text(ctx.text(why));
            } else if is_pressed {
                out.push(action);
            }
        });
        way_out_ui(ui, ctx, "common.cancel", out);
    });
}

fn way_out_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    key: &'static str,
    out: &mut Vec<impl From<PageAction>>,
) -> Response {
    let response = button(ui, ButtonKind::Ordinary, ctx.text(key), None, "");
    if response.clicked() {
        out.push(PageAction::Close.into());
    }
    response
}

/// What a question can be answered with. The keyboard is on the answer that changes nothing.
pub(in crate::ui) fn answers<A: From<PageAction>>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    key: &'static str,
    action: A,
    out: &mut Vec<A>,
) {
    let way_out = buttons(ui, ctx, Some((ButtonKind::Ending, key, action)), "common.cancel", out);
    focus_at_first(ui, &way_out);
}

/// One line that is filled from the right.
fn at_the_right<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), add).inner
}

/// How far the page's work is, and the way to stop it.
pub(in crate::ui) fn progress_ui<A>(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (done, total): (u64, u64),
    line: &str,
    stop: A,
    out: &mut Vec<A>,
) {
    let part = if total == 0 { 0.0 } else { done as f64 / total as f64 };
    #[expect(clippy::cast_possible_truncation, reason = "a part between 0 and 1 for a bar of some pixels")]
    let mut bar = egui::ProgressBar::new(part as f32);
    if !line.is_empty() {
        bar = bar.text(line);
    }
    ui.add(bar);
    at_the_right(ui, |ui| {
        let tooltip = ctx.text("save.cancel_tip");
        if button(ui, ButtonKind::Ending, ctx.text("common.cancel"), None, tooltip).clicked() {
            out.push(stop);
        }
    });
}

/// The field for a path, with what is wrong with it, and the way to the platform's dialog.
pub(in crate::ui) fn path_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    path: &mut PathField,
    out: &mut Vec<impl From<PageAction>>,
) -> Response {
    let line = ui.horizontal_top(|ui| {
        let response = TextField::new(ctx.text("save.path"))
            .error(path.error.as_deref())
            .width(ui.available_width() - 100.0)
            .payload_font()
            .show(ui, &mut path.text);
        focus_at_first(ui, &response);
        if button(ui, ButtonKind::Ordinary, ctx.text("save.browse"), Some(92.0), ctx.text("save.browse_tip"))
            .clicked()
        {
            out.push(PageAction::Browse.into());
        }
        response
    });
    if let Some(key) = path.remark {
        let remark = RichText::new(ctx.text(key)).size(theme::LABEL_SIZE).color(Theme::of(ui).dim);
        ui.label(remark);
    }
    line.inner
}

/// A sentence that says what the page is for.
pub(in crate::ui) fn explain(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(Theme::of(ui).dim)).wrap());
}
