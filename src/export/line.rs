//! Numbers and times appended to a line without the formatting machinery: an export has millions of them.

use itoa::Integer;

const NS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// Appends a number.
pub(super) fn push_number(line: &mut Vec<u8>, number: impl Integer) {
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a wall-clock time as RFC 3339 in UTC with nanoseconds: `2026-11-21T03:31:00.123456789Z`.
pub(super) fn push_time(line: &mut Vec<u8>, wall_ns: i64) {
    let seconds = wall_ns.div_euclid(NS_PER_SECOND);
    let (year, month, day) = civil_date(seconds.div_euclid(SECONDS_PER_DAY));
    let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    put_digits(&mut text[0..4], year);
    put_digits(&mut text[5..7], month);
    put_digits(&mut text[8..10], day);
    put_digits(&mut text[11..13], second_of_day / 3600);
    put_digits(&mut text[14..16], second_of_day / 60 % 60);
    put_digits(&mut text[17..19], second_of_day % 60);
    put_digits(&mut text[20..29], wall_ns.rem_euclid(NS_PER_SECOND));
    line.extend_from_slice(&text);
}

/// Appends a difference of times in seconds with nanoseconds: `0.003000000`.
pub(super) fn push_seconds(line: &mut Vec<u8>, difference_ns: i64) {
    if difference_ns < 0 {
        line.push(b'-');
    }
    let magnitude = difference_ns.unsigned_abs();
    push_number(line, magnitude / 1_000_000_000);
    let mut fraction = *b".000000000";
    put_digits(&mut fraction[1..], i64::try_from(magnitude % 1_000_000_000).unwrap_or(0));
    line.extend_from_slice(&fraction);
}

/// Fills the places with the number's last digits.
fn put_digits(places: &mut [u8], mut number: i64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01. The years 1677 to 2262 that nanoseconds reach are enough.
fn civil_date(day: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that a leap day is the last of its year; 400 years have 146,097 days.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::{push_seconds, push_time};
    use proptest::prelude::{any, proptest};

    fn time(wall_ns: i64) -> String {
        let mut line = Vec::new();
        push_time(&mut line, wall_ns);
        String::from_utf8(line).unwrap()
    }

    proptest! {
        #[test]
        fn times_agree_with_the_calendar_library(wall_ns in any::<i64>()) {
            let expected = jiff::Timestamp::from_nanosecond(i128::from(wall_ns)).unwrap();
            assert_eq!(time(wall_ns), format!("{expected:.9}"));
        }
    }

    #[test]
    fn differences_are_seconds() {
        for (difference_ns, text) in
            [(0, "0.000000000"), (3_000_000, "0.003000000"), (-1_500_000_000, "-1.500000000")]
        {
            let mut line = Vec::new();
            push_seconds(&mut line, difference_ns);
            assert_eq!(String::from_utf8(line).unwrap(), text);
        }
    }
}
