//! Where a person wants to look, as typed: a row's number or a time; and the page that asks for it. It reads no journal.

use crate::codec::time::TimeFormat;
use crate::model::ids::RowKey;
use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, focus_at_first, title};
use crate::ui::tab::TabKey;
use crate::ui::tab::TabPageAction;
use crate::ui::theme::Theme;
use crate::ui::widgets::{ButtonKind, TextField};
use egui::{RichText, Ui};

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// This row.
    Row(RowKey),
    /// The first row at or after this moment, in nanoseconds since 1970-01-01 UTC.
    Moment(i64),
    /// The first row at or after so many nanoseconds since the first one.
    SinceStart(i64),
}

impl Destination {
    /// Reads what was typed. A time without a date is one of the day on which `near_wall_ns` is.
    pub fn parse(typed: &str, times: &TimeFormat, near_wall_ns: i64) -> Option<Destination> {
        let typed = typed.trim();
        if let Some(seconds) = typed.strip_prefix('+') {
            return nanos_of(seconds).map(Destination::SinceStart);
        }
        if typed.contains(':') {
            return times.parse(typed, near_wall_ns).map(Destination::Moment);
        }
        if typed.contains('.') {
            return nanos_of(typed).map(Destination::Moment);
        }
        let digits: String =
            typed.trim_start_matches('#').chars().filter(|c| !matches!(c, ',' | '_' | ' ')).collect();
        let number = digits.parse::<u64>().ok()?;
        Some(Destination::Row(RowKey(number.checked_sub(1)?)))
    }
}

/// Nanoseconds of a number of seconds with or without a fraction, exactly.
fn nanos_of(seconds: &str) -> Option<i64> {
    const DIGITS: usize = 9;
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    if !has_digits || !is_number(whole) || !is_number(fraction) || fraction.len() > DIGITS {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    let fraction = format!("{fraction:0<DIGITS$}").parse::<i64>().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(fraction)
}

/// A row or a time, while it is typed.
#[derive(Debug)]
pub struct GoTo {
    /// In which tab.
    pub tab: TabKey,
    /// As typed.
    pub text: String,
    /// It names nothing.
    pub is_unclear: bool,
}

/// A row or a time.
pub(in crate::ui) fn go_to_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut GoTo,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(400.0);
    title(ui, ctx.text("goto.title"));
    let error = page.is_unclear.then_some(ctx.text("goto.unclear"));
    let response = TextField::new(ctx.text("goto.field"))
        .hint("4711 · 10:22:03.114 · +12.5")
        .payload_font()
        .error(error)
        .show(ui, &mut page.text);
    if response.changed() {
        page.is_unclear = false;
    }
    focus_at_first(ui, &response);
    ui.add(egui::Label::new(RichText::new(ctx.text("goto.help")).color(Theme::of(ui).dim)).wrap());
    buttons_of_field(ui, ctx, &response, (ButtonKind::Main, "goto.yes", TabPageAction::GoTo.into()), out);
}

#[cfg(test)]
mod tests {
    use super::Destination;
    use crate::codec::time::TimeFormat;
    use crate::model::ids::RowKey;
    use jiff::tz::TimeZone;

    #[test]
    fn rows_and_times_are_told_apart() {
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let noon = 12 * 3600 * 1_000_000_000;
        for (typed, expected) in [
            ("1", Some(Destination::Row(RowKey(0)))),
            (" #4,711 ", Some(Destination::Row(RowKey(4710)))),
            ("100000000", Some(Destination::Row(RowKey(99_999_999)))),
            ("12:00", Some(Destination::Moment(noon))),
            ("1970-01-02 12:00:00", Some(Destination::Moment(noon + 86_400 * 1_000_000_000))),
            ("43200.25", Some(Destination::Moment(noon + 250_000_000))),
            ("+33.107", Some(Destination::SinceStart(33_107_000_000))),
            ("+5", Some(Destination::SinceStart(5_000_000_000))),
            ("0", None),
            ("", None),
            ("+", None),
            (".", None),
            ("row 5", None),
            ("24:61", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Destination::parse(typed, &times, 5), expected, "{typed}");
        }
    }
}
