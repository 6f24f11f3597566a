//! Moments and differences as text. It formats what it is told and never asks what time it is.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

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

/// How moments are shown to people.
#[derive(Clone, Debug)]
pub struct TimeFormat {
    zone: TimeZone,
    /// How fine.
    pub precision: TimePrecision,
    /// Whether the date comes before the time.
    pub with_date: bool,
}

impl TimePrecision {
    fn digits(self) -> usize {
        match self {
            TimePrecision::Millis => 3,
            TimePrecision::Micros => 6,
            TimePrecision::Nanos => 9,
        }
    }
}

impl TimeFormat {
    /// Times of a zone, in milliseconds and without a date.
    pub fn in_zone(zone: TimeZone) -> TimeFormat {
        TimeFormat { zone, precision: TimePrecision::default(), with_date: false }
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
        TimeFormat { with_date: true, ..self }
    }

    /// A moment (nanoseconds since 1970-01-01 UTC) as text.
    pub fn text(&self, wall_ns: i64) -> String {
        let mut text = String::with_capacity(32);
        self.push(&mut text, wall_ns);
        text
    }

    /// Appends a moment.
    pub fn push(&self, text: &mut String, wall_ns: i64) {
        let moment = timestamp(wall_ns);
        let time = self.zone.to_offset(moment).to_datetime(moment);
        if self.with_date {
            push_date(text, time);
            text.push(' ');
        }
        push_time(text, time, self.precision);
    }
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
    text.push(if nanos < 0 { '-' } else { '+' });
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
    let (shown, digits) = match precision {
        TimePrecision::Millis => (nanos / 1_000_000, precision.digits()),
        TimePrecision::Micros => (nanos / 1_000, precision.digits()),
        TimePrecision::Nanos => (nanos, precision.digits()),
    };
    push_padded(text, shown, digits);
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
    use super::{TimeFormat, TimePrecision, delta, millis_text, rfc3339_utc};
    use jiff::tz::{Offset, TimeZone};

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
        assert_eq!(shanghai.dated().text(0), "1970-01-01 08:00:00.000");
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
            (1_500, TimePrecision::Micros, "+0.000001"),
        ] {
            assert_eq!(delta(nanos, precision), text);
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
