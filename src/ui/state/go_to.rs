//! Where a person wants to look, as typed: a row's number or a time. It reads no journal.

use crate::codec::time::TimeFormat;
use crate::model::ids::RecordId;

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// This row.
    Row(RecordId),
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
        Some(Destination::Row(RecordId(number.checked_sub(1)?)))
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

#[cfg(test)]
mod tests {
    use super::Destination;
    use crate::codec::time::TimeFormat;
    use crate::model::ids::RecordId;
    use jiff::tz::TimeZone;

    #[test]
    fn rows_and_times_are_told_apart() {
        let times = TimeFormat::in_zone(TimeZone::UTC);
        let noon = 12 * 3600 * 1_000_000_000;
        for (typed, expected) in [
            ("1", Some(Destination::Row(RecordId(0)))),
            (" #4,711 ", Some(Destination::Row(RecordId(4710)))),
            ("100000000", Some(Destination::Row(RecordId(99_999_999)))),
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
