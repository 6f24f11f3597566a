//! What all fields of the connection panel are drawn with: whether they can be changed, and what is wrong with them. It
//! must not know which fields there are.

use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::errors::Errors;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::session::SessionAction;
use crate::ui::theme;
use crate::ui::widgets::TextField;
use egui::{Key, Response, Ui};

/// The width of the labels before the fields.
pub(super) const LABEL_WIDTH: f32 = 70.0;

/// How wide a field is that has a button beside it.
pub(super) fn width_beside_button(ui: &Ui) -> f32 {
    ui.available_width() - LABEL_WIDTH - theme::CONTROL_HEIGHT - ui.spacing().item_spacing.x
}

/// The button of a field stands right at it: the field has little enough room for an address.
pub(super) fn close_up(ui: &mut Ui) {
    ui.add_space(-ui.spacing().item_spacing.x);
}

/// The fields of one panel, as they are drawn now.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) ctx: &'a ViewCtx<'a>,
    pub(super) errors: &'a Errors,
    /// Nothing can be changed: the session is open.
    pub(super) is_locked: bool,
}

impl<'a> Form<'a> {
    /// The same for fields that may be changed while the session is open.
    pub(super) fn unlocked(self) -> Form<'a> {
        Form { is_locked: false, ..self }
    }

    /// A field with its label and what is wrong with it, where something can be.
    pub(super) fn field(self, key: &'static str, hint: &'a str, field: Option<Field>) -> TextField<'a> {
        TextField::new(self.ctx.text(key))
            .labelled(LABEL_WIDTH)
            .hint(hint)
            .locked(self.is_locked)
            .error(field.and_then(|field| self.errors.of_field(field)))
    }

    /// What may stand in a field, for instance; where nothing can be typed, what it is without.
    pub(super) fn example(&self, example: &str, without: &'static str) -> String {
        if self.is_locked {
            self.ctx.text(without).to_owned()
        } else {
            self.ctx.format("connection.example", &[("value", &example)])
        }
    }

    /// Return in a field opens the session.
    pub(super) fn open_on_enter(&self, ui: &Ui, response: &Response, out: &mut Vec<TabAction>) {
        if response.lost_focus() && !self.is_locked && ui.input(|input| input.key_pressed(Key::Enter)) {
            out.push(SessionAction::ToggleOpen.into());
        }
    }
}
