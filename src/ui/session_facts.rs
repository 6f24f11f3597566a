//! What is known of an earlier session, for the list of sessions and for the tab that had it. It opens no file.

use crate::journal::retention::SessionFile;
use crate::ui::ctx::ViewCtx;
use crate::ui::text;
use crate::util::bytes_text::{ByteSize, Count};
use crate::workspace::tabs::TabKind;

/// All of it in one line.
pub fn facts_line(ctx: &ViewCtx<'_>, session: &SessionFile, file: &str) -> String {
    let kind = session.info.as_ref().and_then(|info| info.kind);
    let kind = kind.map(|kind| text::kind_name(ctx.locale, TabKind::from(kind)));
    let when = ctx.times.text(session.changed_wall_ns);
    let mut line = format!("{when} · {} · {file}", ByteSize(session.bytes));
    if let Some(records) = session.records {
        line.push_str(" · ");
        line.push_str(&ctx.format("sessions.records", &[("count", &Count(records))]));
    }
    if session.is_cut_off() {
        line.push_str(" · ");
        line.push_str(ctx.text("sessions.cut_off"));
    }
    if let Some(kind) = kind {
        line.push_str(" · ");
        line.push_str(kind);
    }
    line
}
