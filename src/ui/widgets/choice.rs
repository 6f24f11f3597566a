//! Choosing one of several: side by side where there are few, in a list that drops down where there are many.
//!
//! It must not know what is chosen. The wheel never changes a choice.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::button::{explain, focus_ring};
use crate::ui::widgets::menu::{LINE_HEIGHT, keep_in_front, line};
use egui::{
    Align2, Color32, CornerRadius, Key, Popup, PopupCloseBehavior, Rect, Response, Role, ScrollArea, Sense,
    Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

/// One of several.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a, T> {
    /// What is chosen.
    pub value: T,
    /// Its text.
    pub text: &'a str,
    /// What it does, with its shortcut.
    pub tooltip: &'a str,
}

/// Choices side by side in one outline. Returns whether the choice changed; arrow keys move it, too.
pub fn segmented<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    chosen: &mut T,
    choices: &[Choice<'_, T>],
) -> bool {
    let theme = Theme::of(ui);
    let before = *chosen;
    let galleys: Vec<_> = choices
        .iter()
        .map(|choice| {
            let strong = choice.value == before;
            let font =
                if strong { fonts::strong(theme::BODY_SIZE) } else { fonts::interface(theme::BODY_SIZE) };
            (
                segment_width(ui, choice.text),
                ui.painter().layout_no_wrap(choice.text.to_owned(), font, Color32::PLACEHOLDER),
            )
        })
        .collect();
    let width: f32 = galleys.iter().map(|(wide, _)| wide).sum();
    let (outer, group) = ui.allocate_exact_size(vec2(width, theme::CONTROL_HEIGHT), Sense::hover());
    group.widget_info(|| WidgetInfo::labeled(Role::RadioGroup, ui.is_enabled(), name));
    let mut left = outer.left();
    for (place, (choice, (wide, galley))) in choices.iter().zip(galleys).enumerate() {
        let rect = Rect::from_min_size(pos2(left, outer.top()), vec2(wide, outer.height()));
        left = rect.right();
        let response = ui.interact(rect, group.id.with(place), Sense::click());
        let selected = choice.value == before;
        response
            .widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), selected, choice.text));
        if response.clicked() {
            *chosen = choice.value;
        }
        if response.has_focus()
            && let Some(next) = arrow_target(ui, place, choices.len())
            && let Some(target) = choices.get(next)
        {
            *chosen = target.value;
            ui.memory_mut(|memory| memory.request_focus(group.id.with(next)));
        }
        let fill = if selected {
            theme.chosen
        } else if response.hovered() {
            theme.hovered
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, segment_corners(place, choices.len()), fill);
        let ink = if selected || response.hovered() { theme.text } else { theme.dim };
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().galley(at, galley, ink);
        focus_ring(ui, theme, &response);
        explain(response, choice.tooltip);
    }
    ui.painter().rect_stroke(outer, theme::corners(), theme.line_stroke(), StrokeKind::Inside);
    *chosen != before
}

/// How wide these choices are side by side.
pub fn segmented_width<T>(ui: &Ui, choices: &[Choice<'_, T>]) -> f32 {
    choices.iter().map(|choice| segment_width(ui, choice.text)).sum()
}

/// The width is that of the strong text, so that nothing moves when the choice does.
fn segment_width(ui: &Ui, text: &str) -> f32 {
    let font = fonts::strong(theme::BODY_SIZE);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x + 2.0 * PILL_PADDING
}

/// Before and behind what a pill or a segment holds.
const PILL_PADDING: f32 = 10.0;

/// The room for the triangle of a pill.
const ARROW_SPACE: f32 = 18.0;

/// What is chosen, in an outline; pressing it opens the list.
#[must_use = "it is drawn by `show`"]
#[derive(Clone, Copy, Debug)]
pub struct PillCombo<'a> {
    salt: &'a str,
    name: &'a str,
    text: &'a str,
    tooltip: &'a str,
    width: Option<f32>,
    list_width: f32,
}

impl<'a> PillCombo<'a> {
    /// A list of choices: its name for those who cannot see it, and the text of what is chosen.
    pub fn new(salt: &'a str, name: &'a str, text: &'a str) -> PillCombo<'a> {
        PillCombo { salt, name, text, tooltip: name, width: None, list_width: 180.0 }
    }

    /// What it does, with its shortcut. Without it the name is shown.
    pub fn tooltip(self, tooltip: &'a str) -> PillCombo<'a> {
        PillCombo { tooltip, ..self }
    }

    /// As wide as this instead of as wide as the text.
    pub fn width(self, width: f32) -> PillCombo<'a> {
        PillCombo { width: Some(width), ..self }
    }

    /// The list is at least this wide.
    pub fn list_width(self, list_width: f32) -> PillCombo<'a> {
        PillCombo { list_width, ..self }
    }

    /// Draws it, and the list while it is open. The list is filled with [`Self::choice`]s and closes by itself.
    pub fn show(self, ui: &mut Ui, list: impl FnOnce(&mut Ui)) -> Response {
        self.open(ui, PopupCloseBehavior::CloseOnClick, |ui| {
            ScrollArea::vertical().max_height(ui.spacing().combo_height).show(ui, list);
        })
    }

    /// The same for a list that may be very long: what is `above` it stays in sight and can be pressed and written to,
    /// and only the lines in sight are drawn, each by its place.
    pub fn show_long(
        self,
        ui: &mut Ui,
        above: impl FnOnce(&mut Ui) -> usize,
        mut line: impl FnMut(&mut Ui, usize),
    ) -> Response {
        self.open(ui, PopupCloseBehavior::CloseOnClickOutside, |ui| {
            let lines = above(ui);
            let area = ScrollArea::vertical().max_height(ui.spacing().combo_height);
            area.show_rows(ui, LINE_HEIGHT, lines, |ui, places| places.for_each(|place| line(ui, place)));
        })
    }

    fn open(self, ui: &mut Ui, behavior: PopupCloseBehavior, list: impl FnOnce(&mut Ui)) -> Response {
        let response = self.pill(ui);
        let wide = self.list_width.max(response.rect.width());
        let popup = Popup::menu(&response);
        keep_in_front(&response, &popup);
        popup.close_behavior(behavior).accessible_name(self.name).gap(theme::SPACE_4).show(|ui| {
            ui.set_width(wide);
            ui.spacing_mut().item_spacing.y = 0.0;
            list(ui);
        });
        response
    }

    /// Draws what is chosen alone, for lists of another kind.
    pub fn closed(self, ui: &mut Ui) -> Response {
        self.pill(ui)
    }

    /// Draws one line of an open list and returns whether it was chosen just now.
    pub fn choice(ui: &mut Ui, selected: bool, text: &str) -> bool {
        let is_chosen = PillCombo::lasting_choice(ui, selected, text);
        if is_chosen {
            // By keyboard or by a screen reader there is no click that the list could see.
            ui.close();
        }
        is_chosen
    }

    /// The same in a list that stays open.
    pub fn lasting_choice(ui: &mut Ui, selected: bool, text: &str) -> bool {
        let theme = Theme::of(ui);
        let font = fonts::interface(theme::BODY_SIZE);
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, theme.text);
        let (rect, response) = line(ui, galley.size().x + 2.0 * theme::SPACE_8);
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), selected, text));
        if ui.is_rect_visible(rect) {
            let fill = match (selected, response.hovered() || response.has_focus()) {
                (true, _) => theme.chosen,
                (false, true) => theme.hovered,
                (false, false) => Color32::TRANSPARENT,
            };
            ui.painter().rect_filled(rect, theme::corners(), fill);
            let inside = rect.shrink2(vec2(theme::SPACE_8, 0.0));
            let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inside).min;
            ui.painter().galley(at, galley, theme.text);
        }
        response.clicked()
    }

    /// How wide one is that shows this text.
    pub fn width_of(ui: &Ui, text: &str) -> f32 {
        let font = fonts::interface(theme::BODY_SIZE);
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
        galley.size().x + 2.0 * PILL_PADDING + ARROW_SPACE
    }

    fn pill(&self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let font = fonts::interface(theme::BODY_SIZE);
        let inner = self.width.map(|width| width - 2.0 * PILL_PADDING - ARROW_SPACE);
        let mut job = egui::text::LayoutJob::simple_singleline(self.text.to_owned(), font, theme.text);
        job.wrap = egui::text::TextWrapping::truncate_at_width(inner.unwrap_or(f32::INFINITY));
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let wide = self.width.unwrap_or(galley.size().x + 2.0 * PILL_PADDING + ARROW_SPACE);
        let (_, rect) = ui.allocate_space(vec2(wide, theme::CONTROL_HEIGHT));
        let response = ui.interact(rect, ui.scope_id().with(("pill", self.salt)), Sense::click());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, ui.is_enabled(), self.name);
            info.current_text_value = Some(self.text.to_owned());
            info
        });
        if ui.is_rect_visible(rect) {
            let fill = if response.hovered() { theme.hovered } else { Color32::TRANSPARENT };
            let line = if response.hovered() { theme.mark } else { theme.line };
            ui.painter().rect(rect, theme::corners(), fill, Stroke::new(1.0, line), StrokeKind::Inside);
            let at = Align2::LEFT_CENTER
                .align_size_within_rect(galley.size(), rect.shrink2(vec2(PILL_PADDING, 0.0)))
                .min;
            ui.painter().galley(at, galley, theme.text);
            arrow_down(ui, theme, rect);
            focus_ring(ui, theme, &response);
        }
        explain(response, self.tooltip)
    }
}

fn arrow_down(ui: &Ui, theme: &Theme, pill: Rect) {
    let centre = pos2(pill.right() - 13.0, pill.center().y);
    let points = vec![centre + vec2(-3.5, -1.8), centre + vec2(3.5, -1.8), centre + vec2(0.0, 2.6)];
    ui.painter().add(Shape::convex_polygon(points, theme.faint, Stroke::NONE));
}

fn arrow_target(ui: &Ui, place: usize, count: usize) -> Option<usize> {
    ui.input(|input| {
        if input.key_pressed(Key::ArrowRight) {
            Some((place + 1) % count)
        } else if input.key_pressed(Key::ArrowLeft) {
            Some((place + count - 1) % count)
        } else {
            None
        }
    })
}

fn segment_corners(place: usize, count: usize) -> CornerRadius {
    let (first, last) = (place == 0, place + 1 == count);
    let round = |yes: bool| if yes { theme::RADIUS } else { 0 };
    CornerRadius { nw: round(first), sw: round(first), ne: round(last), se: round(last) }
}
