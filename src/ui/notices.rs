//! Notices: what is said in a corner of the window for a while, and to those who cannot see it. One that is about
//! something that is out of sight says what that is. It decides nothing.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use egui::{
    Align2, Area, Color32, Context, FontId, Frame, Id, Margin, Order, Popup, Rect, Sense, Ui, pos2, vec2,
};
use std::time::{Duration, Instant};

/// What was done is told so long.
const STAY: Duration = Duration::from_secs(5);

/// A notice that asks for something stays longer.
const PROBLEM_STAY: Duration = Duration::from_secs(12);

/// More at once would hide the log.
const SHOWN_AT_ONCE: usize = 5;

/// Below the bars, so that neither the menu nor what stands above the log is covered.
const TOP: f32 = 100.0;

const RIGHT: f32 = 14.0;
const WIDTH: f32 = 340.0;

/// The mark that tells what kind it is, and what parts it from the words.
const MARK_WIDTH: f32 = 18.0;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something was done.
    Done,
    /// Something is worth knowing.
    Info,
    /// Something was not done.
    Problem,
}

/// Names what a notice is about; whoever gives the name knows what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeSubject(pub u64);

/// Something that is said for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Notice {
    kind: NoticeKind,
    text: String,
    about: Option<NoticeSubject>,
    /// When it goes, once it was seen.
    until: Option<Instant>,
}

/// The notices that are shown, and the last one in words.
#[derive(Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    said: String,
    about: Option<NoticeSubject>,
}

impl Notices {
    /// What was said last.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// What is said from now on is about this, or about nothing in particular.
    pub fn set_about(&mut self, about: Option<NoticeSubject>) {
        self.about = about;
    }

    /// Says that something was done.
    pub fn done(&mut self, text: impl Into<String>) {
        self.say(NoticeKind::Done, text);
    }

    /// Says something that is worth knowing.
    pub fn info(&mut self, text: impl Into<String>) {
        self.say(NoticeKind::Info, text);
    }

    /// Says that something was not done, and why.
    pub fn problem(&mut self, text: impl Into<String>) {
        self.say(NoticeKind::Problem, text);
    }

    /// Says something for a while. The same said again stays longer, and stands there once.
    pub fn say(&mut self, kind: NoticeKind, text: impl Into<String>) {
        self.said = text.into();
        let notice = Notice { kind, text: self.said.clone(), about: self.about, until: None };
        self.shown.retain(|shown| (&shown.text, shown.about) != (&notice.text, notice.about));
        self.shown.push(notice);
        if self.shown.len() > SHOWN_AT_ONCE {
            self.shown.remove(0);
        }
    }

    /// Draws them, but not in front of a menu or a list that is open; that one is looked at. `title_of` names
    /// what one is about, unless that is seen anyway.
    pub fn show(&mut self, ctx: &Context, title_of: impl Fn(NoticeSubject) -> Option<String>) {
        let now = Instant::now();
        self.shown.retain(|notice| notice.until.is_none_or(|until| now < until));
        if self.shown.is_empty() {
            return;
        }
        if Popup::is_any_open(ctx) {
            // They wait, and their time with them.
            self.shown.iter_mut().for_each(|notice| notice.until = None);
            return;
        }
        for notice in &mut self.shown {
            let stay = if notice.kind == NoticeKind::Problem { PROBLEM_STAY } else { STAY };
            notice.until.get_or_insert(now + stay);
        }
        // What lies below can be pressed: a notice holds nobody up.
        let area = Area::new(Id::unique("notices")).order(Order::Foreground).interactable(false);
        area.anchor(Align2::RIGHT_TOP, vec2(-RIGHT, TOP)).show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = theme::SPACE_8;
            for notice in self.shown.iter().rev() {
                let title = notice.about.and_then(&title_of);
                notice_ui(ui, notice, title);
            }
        });
        if let Some(next) = self.shown.iter().filter_map(|notice| notice.until).min() {
            ctx.request_repaint_after(next.saturating_duration_since(now));
        }
    }
}

/// Draws one. It is painted alone: who cannot see it is told otherwise.
fn notice_ui(ui: &mut Ui, notice: &Notice, title: Option<String>) {
    let theme = Theme::of(ui);
    let color = match notice.kind {
        NoticeKind::Done => theme.good,
        NoticeKind::Info => theme.accent,
        NoticeKind::Problem => theme.error,
    };
    let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(12, 9)).shadow(theme::NOTICE_SHADOW);
    frame.show(ui, |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        let left = ui.max_rect().left();
        if let Some(title) = title {
            line_ui(ui, title, fonts::strong(theme::LABEL_SIZE), theme.dim);
        }
        let lines = line_ui(ui, notice.text.clone(), fonts::interface(theme::BODY_SIZE), theme.text);
        ui.painter().circle_filled(pos2(left + 4.0, lines.top() + theme::BODY_SIZE * 0.6), 4.0, color);
    });
}

/// Paints words, wrapped, beside the mark; tells where.
fn line_ui(ui: &mut Ui, text: String, font: FontId, color: Color32) -> Rect {
    let galley = ui.fonts_mut(|fonts| fonts.layout(text, font, color, WIDTH - MARK_WIDTH));
    let size = vec2(WIDTH, galley.size().y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().galley(rect.min + vec2(MARK_WIDTH, 0.0), galley, color);
    rect
}

#[cfg(test)]
mod tests {
    use super::{NoticeSubject, Notices, SHOWN_AT_ONCE};

    #[test]
    fn the_same_stands_there_once_for_each_tab_and_not_too_many_stand_there() {
        let mut notices = Notices::default();
        for about in [Some(NoticeSubject(1)), None, Some(NoticeSubject(1)), Some(NoticeSubject(2))] {
            notices.set_about(about);
            notices.problem("the same");
        }
        let about: Vec<_> = notices.shown.iter().map(|notice| notice.about).collect();
        assert_eq!(about, [None, Some(NoticeSubject(1)), Some(NoticeSubject(2))]);
        for number in 0..2 * SHOWN_AT_ONCE {
            notices.info(number.to_string());
        }
        assert_eq!(notices.shown.len(), SHOWN_AT_ONCE);
        assert_eq!(notices.said(), (2 * SHOWN_AT_ONCE - 1).to_string());
    }
}
