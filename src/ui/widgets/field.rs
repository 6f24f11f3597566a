//! Fields to type into, with their label, and with what is wrong beneath them.
//!
//! It must not know what a field means, nor check it.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::button::reveal_focused;
use egui::text::LayoutJob;
use egui::{
    Frame, Id, Key, Label, Margin, Modifiers, Response, RichText, Role, Stroke, TextBuffer, TextEdit, Ui,
    WidgetInfo, vec2,
};

/// A line to type into.
#[must_use = "it is drawn by `show`"]
#[derive(Clone, Copy, Debug)]
pub struct TextField<'a> {
    name: &'a str,
    label_width: Option<f32>,
    hint: &'a str,
    remark: &'a str,
    error: Option<&'a str>,
    locked: bool,
    width: Option<f32>,
    payload_font: bool,
    id: Option<Id>,
    layouter: Option<Layouter>,
}

/// Gives a text its looks.
pub type Layouter = fn(&str, &Theme) -> LayoutJob;

impl<'a> TextField<'a> {
    /// A field with this name, which is its label, too, if it is given [room](Self::labelled).
    pub fn new(name: &'a str) -> TextField<'a> {
        TextField {
            name,
            label_width: None,
            hint: "",
            remark: "",
            error: None,
            locked: false,
            width: None,
            payload_font: false,
            id: None,
            layouter: None,
        }
    }

    /// The label stands before the field, this wide.
    pub fn labelled(self, label_width: f32) -> TextField<'a> {
        TextField { label_width: Some(label_width), ..self }
    }

    /// Shown while the field is empty.
    pub fn hint(self, hint: &'a str) -> TextField<'a> {
        TextField { hint, ..self }
    }

    /// Shown at the field's end.
    pub fn remark(self, remark: &'a str) -> TextField<'a> {
        TextField { remark, ..self }
    }

    /// What is wrong with it, shown beneath. An empty text only outlines the field.
    pub fn error(self, error: Option<&'a str>) -> TextField<'a> {
        TextField { error, ..self }
    }

    /// It can be read and copied, but not changed.
    pub fn locked(self, locked: bool) -> TextField<'a> {
        TextField { locked, ..self }
    }

    /// As wide as this instead of as the room there is.
    pub fn width(self, width: f32) -> TextField<'a> {
        TextField { width: Some(width), ..self }
    }

    /// For addresses, numbers and bytes.
    pub fn payload_font(self) -> TextField<'a> {
        TextField { payload_font: true, ..self }
    }

    /// Known by this, for who asks where the cursor is.
    pub fn id(self, id: Id) -> TextField<'a> {
        TextField { id: Some(id), ..self }
    }

    /// Its text looks as this says.
    pub fn layouter(self, layouter: Layouter) -> TextField<'a> {
        TextField { layouter: Some(layouter), ..self }
    }

    /// Draws it. The response is that of the line that is typed into.
    pub fn show(self, ui: &mut Ui, text: &mut String) -> Response {
        // A field of a known width takes no more of a line than that, from whichever side the line is filled.
        let label = self.label_width.map_or(0.0, |width| width + ui.spacing().item_spacing.x);
        let width = self.width.map_or(ui.available_width(), |width| label + width);
        let room = vec2(width, theme::CONTROL_HEIGHT);
        let downwards = egui::Layout::top_down(egui::Align::Min);
        ui.allocate_ui_with_layout(room, downwards, |ui| {
            ui.spacing_mut().item_spacing.y = theme::SPACE_4;
            let response = match self.label_width {
                Some(label_width) => self.labelled_line(ui, text, label_width),
                None => self.line(ui, text),
            };
            if let Some(error) = self.error.filter(|error| !error.is_empty()) {
                error_line(ui, error);
            }
            response
        })
        .inner
    }

    fn labelled_line(self, ui: &mut Ui, text: &mut String, label_width: f32) -> Response {
        ui.horizontal(|ui| {
            let theme = Theme::of(ui);
            let label = ui
                .allocate_ui_with_layout(
                    vec2(label_width, theme::CONTROL_HEIGHT),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(label_width);
                        ui.add(Label::new(RichText::new(self.name).color(theme.dim)).truncate())
                    },
                )
                .inner;
            self.line(ui, text).labelled_by(label.id)
        })
        .inner
    }

    fn line(self, ui: &mut Ui, text: &mut String) -> Response {
        let theme = Theme::of(ui);
        let outline = if self.error.is_some() { theme.error } else { theme.line };
        let fill = if self.locked { theme.panel } else { theme.raised };
        let font = if self.payload_font { fonts::payload() } else { fonts::interface(theme::BODY_SIZE) };
        let width = self.width.unwrap_or(ui.available_width());
        let remark = RichText::new(self.remark).size(theme::LABEL_SIZE).color(theme.faint);
        let look = self.layouter;
        let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _: f32| {
            let job = look.map_or_else(LayoutJob::default, |look| look(text.as_str(), theme));
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let mut edit = TextEdit::singleline(text)
            .font(font)
            .hint_text(RichText::new(self.hint).color(theme.faint))
            .interactive(!self.locked)
            .text_color(if self.locked { theme.dim } else { theme.text })
            .align(egui::Align2::LEFT_CENTER)
            .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
            .desired_width(width)
            .frame(
                Frame::new()
                    .fill(fill)
                    .stroke(Stroke::new(1.0, outline))
                    .corner_radius(theme::corners())
                    .inner_margin(Margin::symmetric(9, 4)),
            );
        if !self.remark.is_empty() {
            edit = edit.suffix(remark);
        }
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        if look.is_some() {
            edit = edit.layouter(&mut layouter);
        }
        let response = ui.add(edit);
        reveal_focused(&response);
        if response.has_focus() {
            let stroke = Stroke::new(1.5, if self.error.is_some() { theme.error } else { theme.accent });
            ui.painter().rect_stroke(response.rect, theme::corners(), stroke, egui::StrokeKind::Inside);
        }
        let name = self.name;
        let remark = self.remark;
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(name);
            if !remark.is_empty() {
                node.set_description(remark);
            }
        });
        response
    }
}

/// Whether Escape was pressed while this had the keyboard. Nothing else gets that key then.
pub fn is_left_by_escape(ui: &Ui, response: &Response) -> bool {
    response.lost_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// What is wrong, in the colour of errors, under the thing it belongs to. It is spoken when it appears.
pub fn error_line(ui: &mut Ui, error: &str) -> Response {
    let theme = Theme::of(ui);
    let text = RichText::new(error).size(theme::LABEL_SIZE).color(theme.error);
    let response = ui.add(Label::new(text).wrap().selectable(true));
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, error));
    response
}
