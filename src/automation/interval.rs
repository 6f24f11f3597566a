//! Spans of time and rates as people write them in files: `500ms`, `1.5s`, `2min`; `100/s`. Written and read back they
//! are the same.

use std::time::Duration;

/// The units, from the longest to the shortest, in nanoseconds.
const UNITS: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// The longest span: a month, beyond which nobody waits.
const LONGEST: Duration = Duration::from_hours(31 * 24);

/// At most so many in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many; at least one.
    pub count: u32,
    /// In how much time.
    pub per: Duration,
}

/// Reads a span.
pub fn parse(typed: &str) -> Option<Duration> {
    let typed = typed.trim();
    let digits = typed.find(|character: char| !matches!(character, '0'..='9' | '.')).unwrap_or(typed.len());
    let (number, unit) = typed.split_at(digits);
    let unit = match unit.trim() {
        "µs" => "us",
        unit => unit,
    };
    let nanos = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 18 || number.ends_with('.') {
        return None;
    }
    let whole: u128 = whole.parse().ok().filter(|whole| *whole <= u128::from(u64::MAX))?;
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let total = whole * u128::from(nanos) + part * u128::from(nanos) / scale;
    u64::try_from(total).ok().map(Duration::from_nanos).filter(|span| *span <= LONGEST)
}

/// Writes a span in the longest unit in which it is a whole number.
pub fn text(span: Duration) -> String {
    let nanos = span.as_nanos();
    if nanos == 0 {
        return "0s".to_owned();
    }
    // Seconds are what people expect below a minute and a half.
    let fits = |unit: u64| nanos.is_multiple_of(u128::from(unit));
    UNITS
        .iter()
        .find(|(_, unit)| fits(*unit))
        .map_or_else(|| format!("{nanos}ns"), |(name, unit)| format!("{}{name}", nanos / u128::from(*unit)))
}

impl Rate {
    /// Reads a rate.
    pub fn parse(typed: &str) -> Option<Rate> {
        let (count, unit) = typed.split_once('/')?;
        let count = count.trim().parse().ok().filter(|count| *count > 0)?;
        let unit = unit.trim();
        let per = if unit.starts_with(|character: char| character.is_ascii_digit()) {
            parse(unit)
        } else {
            parse(&format!("1{unit}"))
        }?;
        (!per.is_zero()).then_some(Rate { count, per })
    }

    /// Writes a rate.
    pub fn text(self) -> String {
        let per = text(self.per);
        format!(
            "{}/{}",
            self.count,
            per.strip_prefix('1')
                .filter(|unit| !unit.starts_with(|c: char| c.is_ascii_digit()))
                .unwrap_or(&per)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Rate, parse, text};
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (typed, nanos) in [
            ("500ms", Some(500_000_000)),
            ("1.5s", Some(1_500_000_000)),
            (" 2 min ", Some(120_000_000_000)),
            ("250us", Some(250_000)),
            ("250µs", Some(250_000)),
            ("0.000000001s", Some(1)),
            ("1h", Some(3_600_000_000_000)),
            ("0s", Some(0)),
            ("5", None),
            ("s", None),
            (".5s", None),
            ("1.s", None),
            ("1.2.3s", None),
            ("-1s", None),
            ("5 parsecs", None),
            ("99999999999999999999999h", None),
            ("1000h", None),
        ] {
            assert_eq!(parse(typed), nanos.map(Duration::from_nanos), "{typed}");
        }
    }

    #[test]
    fn rates_are_read_and_written() {
        for (typed, count, millis, written) in [
            ("100/s", 100, 1000, "100/s"),
            ("5/min", 5, 60_000, "5/min"),
            ("3 / 10s", 3, 10_000, "3/10s"),
            ("1/100ms", 1, 100, "1/100ms"),
            ("1/1s", 1, 1000, "1/s"),
        ] {
            let rate = Rate::parse(typed).unwrap();
            assert_eq!((rate.count, rate.per), (count, Duration::from_millis(millis)), "{typed}");
            assert_eq!(rate.text(), written);
        }
        for typed in ["0/s", "100", "x/s", "1/", "1/0s"] {
            assert_eq!(Rate::parse(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(nanos in 0..2_678_400_000_000_000_u64) {
            let span = Duration::from_nanos(nanos);
            prop_assert_eq!(parse(&text(span)), Some(span));
        }
    }
}
