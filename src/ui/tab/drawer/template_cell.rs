//! A template on one line, in its colours: what was typed, what is filled in, what is appended.

use crate::automation::template::{Dressed, Form, PartKind};
use crate::codec::composition::LineEnding;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use egui::text::LayoutJob;
use egui::{Color32, TextFormat};

/// A template in its colours: typed, computed, appended.
pub(in crate::ui) fn template_job(theme: &Theme, content: &Dressed, ink: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    push_template(&mut job, theme, content, ink);
    job
}

/// The same behind what stands there already.
pub(in crate::ui) fn push_template(job: &mut LayoutJob, theme: &Theme, content: &Dressed, ink: Color32) {
    for part in content.template.parts() {
        match &part.kind {
            PartKind::Typed { text, .. } => push_typed(job, text, ink),
            PartKind::Field(field) => push(job, &format!("{{{field}}}"), theme.accent),
        }
    }
    push_appended(job, theme, content);
}

/// What was typed, on one line.
pub(in crate::ui) fn push_typed(job: &mut LayoutJob, text: &str, ink: Color32) {
    let shown: String = text.chars().map(|c| if c.is_control() { '↵' } else { c }).collect();
    push(job, &shown, ink);
}

/// What goes out behind it.
pub(in crate::ui) fn push_appended(job: &mut LayoutJob, theme: &Theme, content: &Dressed) {
    if let Some(checksum) = content.checksum {
        let space = if content.template.form() == Form::Hex { " " } else { "" };
        push(job, &format!("{space}{{{checksum}}}"), theme.sent);
    }
    if content.ending != LineEnding::None {
        push(job, &format!(" {}", content.ending.to_string().to_uppercase()), theme.event);
    }
}

fn push(job: &mut LayoutJob, text: &str, color: Color32) {
    job.append(text, 0.0, TextFormat { font_id: fonts::payload(), color, ..TextFormat::default() });
}
