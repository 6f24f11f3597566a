//! Notices: what is said in a corner of the window for a while, and to those who cannot see it. It decides nothing.

use crate::ui::fonts;
use crate::ui::theme::{self, Theme};
use egui_notify::Toasts;
use std::fmt;
use std::time::Duration;

/// A notice that asks for something stays longer.
const PROBLEM_STAY: Duration = Duration::from_secs(12);

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

/// The notices that are shown, and the last one in words.
pub struct Notices {
    toasts: Toasts,
    said: String,
    is_dark: bool,
}

impl Notices {
    /// None yet; the first ones have the dark colours, or the light ones.
    pub fn new(is_dark: bool) -> Notices {
        let toasts = Toasts::default()
            .with_default_font(fonts::interface(theme::BODY_SIZE))
            .with_shadow(theme::NOTICE_SHADOW);
        Notices { toasts, said: String::new(), is_dark }
    }

    /// Which colours the next ones have.
    pub fn set_dark(&mut self, is_dark: bool) {
        self.is_dark = is_dark;
    }

    /// What was said last.
    pub fn said(&self) -> &str {
        &self.said
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

    /// Says something for a while.
    pub fn say(&mut self, kind: NoticeKind, text: impl Into<String>) {
        let theme = Theme::of_mode(self.is_dark);
        let (mark, color) = match kind {
            NoticeKind::Done => ("●", theme.good),
            NoticeKind::Info => ("●", theme.accent),
            NoticeKind::Problem => ("■", theme.error),
        };
        self.said = text.into();
        let toast = self.toasts.custom(self.said.clone(), mark.to_owned(), color);
        // The library's cross is a sign that our fonts do not have.
        toast.closable(false);
        if kind == NoticeKind::Problem {
            toast.duration(Some(PROBLEM_STAY));
        }
    }

    /// Draws them.
    pub fn show(&mut self, ctx: &egui::Context) {
        self.toasts.show(ctx);
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Notices(last: {:?})", self.said)
    }
}
