//! Which rows are meant and what of them is printed: the options that show, search, export and the live commands share.

use crate::cli::outcome::Failed;
use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Expression, ExpressionError, Subject, Vocabulary, parse_fields};
use crate::codec::text::TextEncoding;
use crate::codec::time::TimeFormat;
use crate::export::{ExportError, FieldsExporter, RowFilter};
use crate::journal::JournalReader;
use crate::journal::query::{Predicate, PredicateScan};
use crate::model::ids::RecordId;
use roaring::RoaringTreemap;
use std::ops::ControlFlow;
use unicode_width::UnicodeWidthChar;

/// So much of a journal is gone over in one step.
const STEP_BYTES: u64 = 64 << 20;

/// The options, as they are typed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ChoiceArguments {
    /// Only what matches, such as 'dir:rx and len > 100 and text ~ "error"'; with --split messages are judged
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Print only these fields, one line a message and a tab between: time,remote,text
    #[arg(long, value_name = "A,B,C")]
    fields: Option<String>,
}

/// What they mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Only what matches.
    pub(crate) filter: Option<Expression>,
    /// Only these fields.
    pub(crate) fields: Option<Vec<Subject>>,
}

impl ChoiceArguments {
    /// What was meant, or what is wrong with it.
    pub(crate) fn choice(&self) -> Result<Choice, Failed> {
        let filter = self.filter.as_deref().map(|typed| {
            Expression::parse(typed, &Vocabulary::default()).map_err(|error| wrong("--filter", typed, &error))
        });
        let fields = self
            .fields
            .as_deref()
            .map(|typed| parse_fields(typed).map_err(|error| wrong("--fields", typed, &error)));
        Ok(Choice { filter: filter.transpose()?, fields: fields.transpose()? })
    }
}

impl Choice {
    /// What judges the rows, if not all are wanted.
    pub(crate) fn row_filter(
        &self,
        encoding: TextEncoding,
        decode: Option<&DecodeChoice>,
    ) -> Option<RowFilter> {
        let (expression, decode) = (self.filter.as_ref()?, decode.unwrap_or(&DecodeChoice::Auto));
        Some(RowFilter::new(expression, encoding, decode, &TimeFormat::local()))
    }

    /// What gathers the records of a journal from one of them on, if not all are wanted.
    pub(crate) fn scan(
        &self,
        reader: &JournalReader,
        from: RecordId,
        encoding: TextEncoding,
        decode: Option<&DecodeChoice>,
    ) -> Result<Option<PredicateScan>, Failed> {
        let Some(expression) = &self.filter else { return Ok(None) };
        let decode = decode.unwrap_or(&DecodeChoice::Auto);
        let predicate = Predicate::new(expression, encoding, decode, &TimeFormat::local());
        let scan = PredicateScan::new(reader.clone(), predicate, from);
        scan.map(Some).map_err(|error| Failed::Running(error.into()))
    }

    /// The records of a journal that are wanted; `None` if all are.
    pub(crate) fn gather(
        &self,
        reader: &JournalReader,
        encoding: TextEncoding,
        decode: Option<&DecodeChoice>,
        go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<Option<RoaringTreemap>, Failed> {
        let Some(mut scan) = self.scan(reader, RecordId(0), encoding, decode)? else { return Ok(None) };
        let mut wanted = RoaringTreemap::new();
        loop {
            let progress = scan.step(STEP_BYTES).map_err(|error| Failed::Running(error.into()))?;
            wanted |= progress.found;
            if progress.done {
                return Ok(Some(wanted));
            }
            if go_on().is_break() {
                return Err(Failed::Running(ExportError::Cancelled.into()));
            }
        }
    }

    /// What prints the fields, if not everything is wanted.
    pub(crate) fn fields_exporter(
        &self,
        encoding: TextEncoding,
        decode: Option<&DecodeChoice>,
    ) -> Option<FieldsExporter> {
        let (fields, decode) = (self.fields.clone()?, decode.unwrap_or(&DecodeChoice::Auto));
        let exporter = FieldsExporter::new(fields, encoding, decode);
        Some(match &self.filter {
            Some(filter) => exporter.of_rows(filter),
            None => exporter,
        })
    }
}

/// The encoding that was asked for, or the one that the session was begun with.
pub(crate) fn encoding(asked: Option<TextEncoding>, reader: &JournalReader) -> TextEncoding {
    asked.or(reader.info().encoding).unwrap_or_default()
}

/// One line with the place, then what was typed, and a caret under the place.
fn wrong(option: &str, typed: &str, error: &ExpressionError) -> Failed {
    const INDENT: &str = "  ";
    let shown = |character: char| if character.is_control() { ' ' } else { character };
    let before = typed.chars().take(error.at).map(|character| shown(character).width().unwrap_or(0)).sum();
    let line: String = typed.chars().map(shown).collect();
    let caret = " ".repeat(before);
    Failed::usage(format!("{option}: {error}\n{INDENT}{line}\n{INDENT}{caret}^"))
}

#[cfg(test)]
mod tests {
    use super::ChoiceArguments;
    use crate::cli::outcome::Failed;

    #[test]
    fn a_caret_stands_under_what_is_wrong() {
        for (filter, fields, message) in [
            (
                Some("dir:rx len >"),
                None,
                "--filter: expected a value after \"len >\" (column 13)\n  dir:rx len >\n              ^",
            ),
            (
                Some("\"温度\" lenn > 3"),
                None,
                "--filter: there is no field \"lenn\"; did you mean len? (column 6)\n  \"温度\" lenn > 3\n         ^",
            ),
            (None, Some("time,"), "--fields: expected the name of a field (column 6)\n  time,\n       ^"),
        ] {
            let typed =
                ChoiceArguments { filter: filter.map(str::to_owned), fields: fields.map(str::to_owned) };
            let Err(Failed::Usage(error)) = typed.choice() else { panic!("{message}: accepted") };
            assert_eq!(error.to_string(), message);
        }
    }
}
