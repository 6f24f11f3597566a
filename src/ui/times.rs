//! The ways in which times are written, as a person chooses them: their names in lists, and what they mean.

use crate::codec::time::{TimeColumn, TimeFormat, TimePrecision};
use crate::workspace::settings::TimeFormat as TimeChoice;

/// Every choice with its name, in the order of a list.
pub const TIME_CHOICES: [(TimeChoice, &str); 6] = [
    (TimeChoice::Millis, "time.millis"),
    (TimeChoice::Micros, "time.micros"),
    (TimeChoice::Nanos, "time.nanos"),
    (TimeChoice::Dated, "time.dated"),
    (TimeChoice::SinceStart, "time.since_start"),
    (TimeChoice::Epoch, "time.epoch"),
];

/// What a time column tells, and how finely.
pub fn written_times(choice: TimeChoice) -> (TimeColumn, TimePrecision) {
    match choice {
        TimeChoice::Millis => (TimeColumn::Clock, TimePrecision::Millis),
        TimeChoice::Micros => (TimeColumn::Clock, TimePrecision::Micros),
        TimeChoice::Nanos => (TimeColumn::Clock, TimePrecision::Nanos),
        TimeChoice::Dated => (TimeColumn::Dated, TimePrecision::Millis),
        TimeChoice::SinceStart => (TimeColumn::Relative, TimePrecision::Micros),
        TimeChoice::Epoch => (TimeColumn::Epoch, TimePrecision::Micros),
    }
}

/// The same for a file, where a time of day may have its date.
pub fn times_of_file(choice: TimeChoice, with_date: bool) -> TimeFormat {
    let (column, precision) = written_times(choice);
    let column = if is_dateless(choice) && with_date { TimeColumn::Dated } else { column };
    TimeFormat::local().with_precision(precision).telling(column)
}

/// A moment in the name of a file, by the clock of this place.
pub fn moment_in_file_name(wall_ns: i64, precision: TimePrecision) -> String {
    let moment = TimeFormat::local().dated().with_precision(precision).text(wall_ns);
    moment.replace([':', '.'], "-").replace(' ', "_")
}

/// Whether the choice is a time of day without its date.
pub fn is_dateless(choice: TimeChoice) -> bool {
    written_times(choice).0 == TimeColumn::Clock
}
