//! Moments and differences as text. It formats what it is told and never asks what time it is.

use crate::model::moment::Moment;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use std::time::Duration;

/// How fine a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimePrecision {
    /// `10:22:03.114`
    #[default]
    Millis,
    /// `10:22:03.114201`
    Micros,
    /// `10:22:03.114201007`
    Nanos,
}

/// What is told of a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeColumn {
    /// The time of day.
    #[default]
    Clock,
    /// The date and the time of day.
    Dated,
    /// Seconds since the first row.
    Relative,
    /// Seconds since 1970-01-01 UTC.
    Epoch,
}

/// How moments are shown to people.
#[derive(Clone, Debug)]
pub struct TimeFormat {
    zone: TimeZone,
    /// How fine.
    pub precision: TimePrecision,
    /// What is told.
    pub column: TimeColumn,
}

impl TimePrecision {
    fn digits(self) -> usize {
        match self {
            TimePrecision::Millis => 3,
            TimePrecision::Micros => 6,
            TimePrecision::Nanos => 9,
        }
    }

    /// How many of its units are in so many nanoseconds, cut.
    fn shown(self, nanos: u64) -> u64 {
        match self {
            TimePrecision::Millis => nanos / 1_000_000,
            TimePrecision::Micros => nanos / 1_000,
            TimePrecision::Nanos => nanos,
        }
    }
}

impl TimeFormat {
    /// Times of a zone, in milliseconds and without a date.
    pub fn in_zone(zone: TimeZone) -> TimeFormat {
        TimeFormat { zone, precision: TimePrecision::default(), column: TimeColumn::default() }
    }

    /// Times of this machine's zone. The zone is looked up here, once.
    pub fn local() -> TimeFormat {
        TimeFormat::in_zone(TimeZone::system())
    }

    /// The same with another precision.
    #[must_use]
    pub fn with_precision(self, precision: TimePrecision) -> TimeFormat {
        TimeFormat { precision, ..self }
    }

    /// The same with the date before the time.
    #[must_use]
    pub fn dated(self) -> TimeFormat {
        self.telling(TimeColumn::Dated)
    }

    /// The same, telling something else of a moment.
    #[must_use]
    pub fn telling(self, column: TimeColumn) -> TimeFormat {
        TimeFormat { column, ..self }
    }

    /// A time of day (of nanoseconds since 1970-01-01 UTC) as text.
    pub fn text(&self, wall_ns: i64) -> String {
        let mut text = String::with_capacity(32);
        self.push(&mut text, wall_ns);
        text
    }

    /// Reads a moment as people write it: `10:22`, `10:22:03.114`, `2026-11-21 10:22:03`. A time alone is a time
    /// of the day on which `near_wall_ns` is.
    pub fn parse(&self, text: &str, near_wall_ns: i64) -> Option<i64> {
        let text = text.trim();
        let (date, time) = if let Some((date, time)) = text.split_once([' ', 'T']) {
            (date.parse::<Date>().ok()?, time.trim_start())
        } else {
            let near = timestamp(near_wall_ns);
            (self.zone.to_offset(near).to_datetime(near).date(), text)
        };
        // Digits without a colon are read as a time by the standard, and as a number by people.
        let time = Some(time).filter(|time| time.contains(':'))?.parse::<Time>().ok()?;
        let moment = self.zone.to_timestamp(date.to_datetime(time)).ok()?;
        i64::try_from(moment.as_nanosecond()).ok()
    }

    /// A moment (of nanoseconds since 1970-01-01 UTC) as words of `strftime` say: `%Y-%m-%d %H:%M:%S%.3f`. What
    /// [`check_words`] does not accept gives nothing.
    pub fn words(&self, words: &str, wall_ns: i64) -> String {
        strtime::format(words, &timestamp(wall_ns).to_zoned(self.zone.clone())).unwrap_or_default()
    }

    /// How long after midnight a moment is, by the clock of the zone.
    pub fn nanos_of_day(&self, wall_ns: i64) -> i64 {
        let moment = timestamp(wall_ns);
        let time = self.zone.to_offset(moment).to_datetime(moment);
        let seconds =
            (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
        seconds * 1_000_000_000 + i64::from(time.subsec_nanosecond())
    }

    /// Appends the moment of a row, of which the first row's may be what counts.
    pub fn push_row(&self, text: &mut String, row: Moment, first: Moment) {
        match self.column {
            TimeColumn::Clock | TimeColumn::Dated => self.push(text, row.at.wall_ns),
            TimeColumn::Relative => push_delta(text, first.until(row), self.precision),
            TimeColumn::Epoch => push_seconds(text, row.at.wall_ns, self.precision),
        }
    }

    /// Appends a time of day, with the date where it is wanted.
    pub fn push(&self, text: &mut String, wall_ns: i64) {
        let moment = timestamp(wall_ns);
        let time = self.zone.to_offset(moment).to_datetime(moment);
        if self.column == TimeColumn::Dated {
            push_date(text, time);
            text.push(' ');
        }
        push_time(text, time, self.precision);
    }
}

/// Whether a moment can be written with these words of `strftime`; if not, what is wrong with them.
pub fn check_words(words: &str) -> Result<(), String> {
    let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    strtime::format(words, &sample).map(|_| ()).map_err(|error| error.to_string())
}

/// A moment for machines: RFC 3339 in UTC with nine digits, `2026-11-21T03:31:00.123456789Z`.
pub fn rfc3339_utc(wall_ns: i64) -> String {
    let mut text = String::with_capacity(30);
    push_rfc3339_utc(&mut text, wall_ns);
    text
}

/// Appends a moment for machines.
pub fn push_rfc3339_utc(text: &mut String, wall_ns: i64) {
    let time = Offset::UTC.to_datetime(timestamp(wall_ns));
    push_date(text, time);
    text.push('T');
    push_time(text, time, TimePrecision::Nanos);
    text.push('Z');
}

/// A difference in seconds: `+0.003`, `-1.250`. It is cut, not rounded, so that it never shows more than passed.
pub fn delta(nanos: i64, precision: TimePrecision) -> String {
    let mut text = String::with_capacity(12);
    push_delta(&mut text, nanos, precision);
    text
}

/// Appends a difference in seconds.
pub fn push_delta(text: &mut String, nanos: i64, precision: TimePrecision) {
    // The kernel's time of a datagram is a little before the time at which its peer became known. What shows as zero
    // is not before anything.
    let nanos = if precision.shown(nanos.unsigned_abs()) == 0 { 0 } else { nanos };
    // A difference always has a sign, a moment only before 1970.
    if nanos >= 0 {
        text.push('+');
    }
    push_seconds(text, nanos, precision);
}

/// Appends seconds: `1795231860.123`, `-1.250`.
fn push_seconds(text: &mut String, nanos: i64, precision: TimePrecision) {
    if nanos < 0 {
        text.push('-');
    }
    let nanos = nanos.unsigned_abs();
    text.push_str(itoa::Buffer::new().format(nanos / 1_000_000_000));
    push_fraction(text, nanos % 1_000_000_000, precision);
}

/// A span of time as people say it: `500 ms`, `2.5 s`.
pub fn millis_text(millis: u64) -> String {
    let (seconds, tenths) = (millis / 1000, millis % 1000 / 100);
    match millis {
        0..1000 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) || millis >= 60_000 => format!("{seconds} s"),
        _ => format!("{seconds}.{tenths} s"),
    }
}

/// How long an answer or a step took: `42 µs`, `3.0 ms`, rounded down, and from a second on as `millis_text` has it.
pub fn took_text(took: Duration) -> String {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        _ => millis_text(micros / 1000),
    }
}

/// A longer span, as a clock shows it: hours, minutes and seconds.
pub fn clock_span(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn timestamp(wall_ns: i64) -> Timestamp {
    // Every number of nanoseconds in 64 bits is a moment between the years 1677 and 2262.
    Timestamp::from_nanosecond(wall_ns.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn push_date(text: &mut String, time: DateTime) {
    push_padded(text, time.year().unsigned_abs().into(), 4);
    text.push('-');
    push_padded(text, time.month().unsigned_abs().into(), 2);
    text.push('-');
    push_padded(text, time.day().unsigned_abs().into(), 2);
}

fn push_time(text: &mut String, time: DateTime, precision: TimePrecision) {
    push_padded(text, time.hour().unsigned_abs().into(), 2);
    text.push(':');
    push_padded(text, time.minute().unsigned_abs().into(), 2);
    text.push(':');
    push_padded(text, time.second().unsigned_abs().into(), 2);
    push_fraction(text, time.subsec_nanosecond().unsigned_abs().into(), precision);
}

fn push_fraction(text: &mut String, nanos: u64, precision: TimePrecision) {
    text.push('.');
    push_padded(text, precision.shown(nanos), precision.digits());
}

fn push_padded(text: &mut String, number: u64, digits: usize) {
    let mut buffer = itoa::Buffer::new();
    let number = buffer.format(number);
    for _ in number.len()..digits {
        text.push('0');
    }
    text.push_str(number);
}

#[cfg(test)]
mod tests {
    use super::{
        TimeColumn, TimeFormat, TimePrecision, clock_span, delta, millis_text, push_seconds, rfc3339_utc,
        took_text,
    };
    use crate::model::ids::Epoch;
    use crate::model::moment::Moment;
    use crate::util::clock::Stamp;
    use jiff::tz::{Offset, TimeZone};
    use std::time::Duration;

    #[test]
    fn moments_are_shown_in_their_zone() {
        let shanghai = TimeFormat::in_zone(TimeZone::fixed(Offset::constant(8)));
        for (wall_ns, precision, text) in [
            (1_795_231_860_123_456_789, TimePrecision::Millis, "11:31:00.123"),
            (1_795_231_860_123_456_789, TimePrecision::Micros, "11:31:00.123456"),
            (1_795_231_860_000_000_009, TimePrecision::Nanos, "11:31:00.000000009"),
            (-1, TimePrecision::Millis, "07:59:59.999"),
        ] {
            assert_eq!(shanghai.clone().with_precision(precision).text(wall_ns), text);
        }
        assert_eq!(shanghai.words("%Y%m%d%H%M%S%.3f", 5_000_000), "19700101080000.005");
        assert_eq!(shanghai.dated().text(0), "1970-01-01 08:00:00.000");
    }

    #[test]
    fn rows_tell_what_is_wanted() {
        let moment = |seconds: i64| Moment {
            at: Stamp { wall_ns: seconds * 1_000_000_000, mono_ns: seconds.unsigned_abs() * 1_000_000_000 },
            epoch: Epoch(1),
        };
        for (column, text) in [
            (TimeColumn::Clock, "00:01:40.000"),
            (TimeColumn::Dated, "1970-01-01 00:01:40.000"),
            (TimeColumn::Relative, "+60.000"),
            (TimeColumn::Epoch, "100.000"),
        ] {
            let mut told = String::new();
            let format = TimeFormat::in_zone(TimeZone::UTC).telling(column);
            format.push_row(&mut told, moment(100), moment(40));
            assert_eq!(told, text);
        }
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        let shanghai = TimeFormat::in_zone(TimeZone::fixed(Offset::constant(8)));
        let near = 1_795_231_860_123_456_789;
        let minute = 1_795_231_860_000_000_000;
        for (text, expected) in [
            ("11:31", Some(minute)),
            ("11:31:00.123456789", Some(near)),
            (" 11:31:00.5 ", Some(minute + 500_000_000)),
            ("2026-11-21 11:31:00", Some(minute)),
            ("2026-11-21T11:31", Some(minute)),
            ("2026-11-22 00:00", Some(minute + (12 * 60 + 29) * 60 * 1_000_000_000)),
            ("25:00", None),
            ("1131", None),
            ("2026-13-01 11:31", None),
            ("soon", None),
        ] {
            assert_eq!(shanghai.parse(text, near), expected, "{text}");
        }
    }

    #[test]
    fn seconds_since_1970_have_a_sign_only_before() {
        for (wall_ns, text) in
            [(1_795_231_860_123_456_789, "1795231860.123456"), (0, "0.000000"), (-1_500_000_000, "-1.500000")]
        {
            let mut told = String::new();
            push_seconds(&mut told, wall_ns, TimePrecision::Micros);
            assert_eq!(told, text);
        }
    }

    #[test]
    fn machines_get_utc_with_nine_digits() {
        for (wall_ns, text) in [
            (1_795_231_860_123_456_789, "2026-11-21T03:31:00.123456789Z"),
            (0, "1970-01-01T00:00:00.000000000Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
        ] {
            assert_eq!(rfc3339_utc(wall_ns), text);
        }
    }

    #[test]
    fn differences_have_a_sign() {
        for (nanos, precision, text) in [
            (3_000_000, TimePrecision::Millis, "+0.003"),
            (2_087_999_999, TimePrecision::Millis, "+2.087"),
            (0, TimePrecision::Millis, "+0.000"),
            (-33_107_000_001, TimePrecision::Nanos, "-33.107000001"),
            (-4_000, TimePrecision::Millis, "+0.000"),
            (-4_000, TimePrecision::Micros, "-0.000004"),
            (-1_000_000, TimePrecision::Millis, "-0.001"),
            (-1_000_000_001, TimePrecision::Millis, "-1.000"),
            (1_500, TimePrecision::Micros, "+0.000001"),
        ] {
            assert_eq!(delta(nanos, precision), text);
        }
    }

    #[test]
    fn what_took_little_is_told_in_small_units() {
        for (micros, text) in [
            (0, "0 µs"),
            (42, "42 µs"),
            (999, "999 µs"),
            (1_000, "1.0 ms"),
            (12_399, "12.3 ms"),
            (999_999, "999.9 ms"),
            (2_500_000, "2.5 s"),
            (61_000_000, "61 s"),
        ] {
            assert_eq!(took_text(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn a_long_span_reads_like_a_clock() {
        for (seconds, text) in [(0, "0:00:00"), (3_725, "1:02:05"), (360_000, "100:00:00")] {
            assert_eq!(clock_span(seconds), text);
        }
    }

    #[test]
    fn spans_are_said_plainly() {
        for (millis, text) in
            [(0, "0 ms"), (500, "500 ms"), (2500, "2.5 s"), (30_000, "30 s"), (61_500, "61 s")]
        {
            assert_eq!(millis_text(millis), text);
        }
    }
}
