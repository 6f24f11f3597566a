//! What is known of an earlier session, for the list of sessions and for the tab that had it. It opens no file.

use crate::codec::time::clock_span;
use crate::journal::retention::SessionFile;
use crate::ui::ctx::ViewCtx;
use crate::ui::text;
use crate::util::bytes_text::{ByteSize, Count};
use crate::workspace::tabs::TabKind;
use std::borrow::Cow;
use std::time::Duration;

/// What its file is called.
pub fn file_of(session: &SessionFile) -> Cow<'_, str> {
    session.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
}

/// What a session is called; by its file where nothing else is known.
pub fn name_of(session: &SessionFile) -> Cow<'_, str> {
    let told = || session.info.as_ref().map(|info| info.session_name.as_str());
    session.name.as_deref().or_else(told).map_or_else(|| file_of(session), Cow::from)
}

/// All of it in one line.
pub fn facts_line(ctx: &ViewCtx<'_>, session: &SessionFile, file: &str) -> String {
    let kind = session.info.as_ref().and_then(|info| info.kind);
    let kind = kind.map(|kind| text::kind_name(ctx.locale, TabKind::from(kind)));
    let lasted = lasted(session);
    // Where its length is told, so is when it began; of what is only known when it changed, that is told.
    let began = session.info.as_ref().filter(|_| lasted.is_some()).map(|info| info.created.wall_ns);
    let when = ctx.times.text(began.unwrap_or(session.changed_wall_ns));
    let mut line = format!("{when} · {} · {file}", ByteSize(session.bytes));
    if let Some(records) = session.records {
        line.push_str(" · ");
        line.push_str(&ctx.format("sessions.records", &[("count", &Count(records))]));
    }
    if let Some(lasted) = lasted {
        line.push_str(" · ");
        line.push_str(&ctx.format("sessions.lasted", &[("time", &clock_span(lasted.as_secs()))]));
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

/// From its beginning to its last change. An import is younger than what is in it, and tells nothing.
fn lasted(session: &SessionFile) -> Option<Duration> {
    let began = session.info.as_ref()?.created.wall_ns;
    u64::try_from(session.changed_wall_ns.checked_sub(began)?).ok().map(Duration::from_nanos)
}
