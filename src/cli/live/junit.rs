//! The report of a run in the XML that CI systems read: one suite, a test case for each step. It knows nothing of
//! sessions.

use crate::automation::sequence::{Outcome, StepResult};
use crate::cli::outcome::Failed;
use crate::codec::time::rfc3339_utc;
use crate::model::failure::{Failure, Operation};
use crate::util::part_file::PartFile;
use crate::util::xml_text::escaped;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

/// What is reported.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) name: &'a str,
    pub(super) began_wall_ns: i64,
    pub(super) results: &'a [StepResult],
    /// Number, word and text of the steps that were not reached.
    pub(super) not_reached: &'a [(usize, &'static str, String)],
    /// What broke the session before its steps were carried out.
    pub(super) broken: Option<&'a str>,
}

impl Report<'_> {
    /// Writes the report; the file appears when it is whole.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failed> {
        let written = || -> io::Result<()> {
            let mut file = PartFile::create(path)?;
            file.write_all(self.text().as_bytes())?;
            file.finish()
        };
        written()
            .map_err(|error| Failed::Running(Failure::new(Operation::OpenFile, path.display(), error).into()))
    }

    fn text(&self) -> String {
        let failed = self.results.iter().filter(|result| result.outcome != Outcome::Held).count();
        let errors = usize::from(self.broken.is_some() && !self.not_reached.is_empty());
        let tests = self.results.len() + self.not_reached.len();
        let name = if self.name.is_empty() { "sequence" } else { self.name };
        let total: Duration = self.results.iter().map(|result| result.took).sum();
        let counts = format!(
            "name=\"{}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{}\" time=\"{}\"",
            escaped(name),
            self.not_reached.len() - errors,
            seconds(total)
        );
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        // Writing to a string cannot fail.
        let began = rfc3339_utc(self.began_wall_ns);
        let began = began.split('.').next().unwrap_or_default();
        push(&mut text, format_args!("<testsuites {counts}>\n<testsuite {counts} timestamp=\"{began}\">\n"));
        for result in self.results {
            let StepResult { number, word, what, outcome, took } = result;
            self.push_case(&mut text, *number, word, what, *took);
            match outcome {
                Outcome::Held => text.push_str("/>\n"),
                Outcome::Failed(why) => push(
                    &mut text,
                    format_args!(
                        ">\n<failure message=\"{}\" type=\"step\">{}</failure>\n</testcase>\n",
                        escaped(&why.to_string()),
                        escaped(&why.to_string())
                    ),
                ),
            }
        }
        // The first step that was not reached is the one at which the session broke.
        let mut broken = self.broken;
        for (number, word, what) in self.not_reached {
            self.push_case(&mut text, *number, word, what, Duration::ZERO);
            match broken.take().map(escaped) {
                Some(why) => push(
                    &mut text,
                    format_args!(">\n<error message=\"{why}\" type=\"session\">{why}</error>\n</testcase>\n"),
                ),
                None => text.push_str(">\n<skipped message=\"not reached\"/>\n</testcase>\n"),
            }
        }
        text.push_str("</testsuite>\n</testsuites>\n");
        text
    }

    fn push_case(&self, text: &mut String, number: usize, word: &str, what: &str, took: Duration) {
        let class = if self.name.is_empty() { "sequence" } else { self.name };
        push(
            text,
            format_args!(
                "<testcase classname=\"{}\" name=\"{number} {word} {}\" time=\"{}\"",
                escaped(class),
                escaped(what),
                seconds(took)
            ),
        );
    }
}

fn push(text: &mut String, parts: std::fmt::Arguments<'_>) {
    if text.write_fmt(parts).is_err() {
        // A string takes everything.
    }
}

fn seconds(took: Duration) -> String {
    format!("{}.{:06}", took.as_secs(), took.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::automation::sequence::{Outcome, StepFault, StepResult};
    use std::time::Duration;

    #[test]
    fn counts_agree_with_the_cases() {
        let result = |number, outcome| StepResult {
            number,
            word: "expect",
            what: "id == device".to_owned(),
            outcome,
            took: Duration::from_millis(1500),
        };
        let report = Report {
            name: "",
            began_wall_ns: 0,
            results: &[
                result(1, Outcome::Held),
                result(2, Outcome::Failed(StepFault::Refused("no".to_owned()))),
            ],
            not_reached: &[(3, "delay", "1s".to_owned())],
            broken: None,
        };
        let text = report.text();
        let counts =
            "name=\"sequence\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"3.000000\"";
        assert_eq!((text.matches(counts).count(), text.matches("<testcase").count()), (2, 3), "{text}");
        assert!(text.contains("timestamp=\"1970-01-01T00:00:00\""), "{text}");
        let broken = Report { broken: Some("refused <111>"), ..report }.text();
        let counts =
            "name=\"sequence\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"3.000000\"";
        assert!(
            broken.contains(counts) && broken.contains("<error message=\"refused &lt;111&gt;\""),
            "{broken}"
        );
    }
}
