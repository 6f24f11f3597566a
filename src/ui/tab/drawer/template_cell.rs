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
    let mut push = |text: &str, color: Color32| {
        let format = TextFormat { font_id: fonts::payload(), color, ..TextFormat::default() };
        job.append(text, 0.0, format);
    };
    let is_hex = content.template.form() == Form::Hex;
    for part in content.template.parts() {
        match &part.kind {
            PartKind::Typed { text, .. } => {
                let shown: String = text.chars().map(|c| if c.is_control() { '↵' } else { c }).collect();
                push(&shown, ink);
            }
            PartKind::Field(field) => push(&format!("{{{field}}}"), theme.accent),
        }
    }
    if let Some(checksum) = content.checksum {
        push(&format!("{}{{{checksum}}}", if is_hex { " " } else { "" }), theme.sent);
    }
    if content.ending != LineEnding::None {
        push(&format!(" {}", content.ending.to_string().to_uppercase()), theme.event);
    }
    job
}
