//! What can be wrong with a typed expression, with its place, in the user's language.

use crate::codec::expression::pattern::PatternFault;
use crate::util::locale::{Language, Locale};
use std::fmt::{self, Display};
use thiserror::Error;

/// What is wrong, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct ExpressionError {
    /// The place, in characters from 0.
    pub at: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing was typed.
    Empty,
    /// A word, a field or a bracket should stand here; what stands before, if anything does.
    TermMissing {
        /// What stands before.
        after: String,
    },
    /// A value should stand here.
    ValueMissing {
        /// What stands before.
        after: String,
    },
    /// Neither rows nor decoders have such a field.
    FieldUnknown {
        /// What was typed.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// In a list of fields the name of one should stand here.
    FieldMissing,
    /// Something other than a comma stands between two fields of a list.
    FieldsNotDivided,
    /// The field cannot be compared in this way.
    CannotCompare {
        /// The field.
        field: String,
        /// As it was typed.
        relation: &'static str,
    },
    /// A word stands behind a field that compares in other programs.
    RelationIsWord {
        /// As it was typed.
        word: String,
        /// What compares so here.
        symbol: &'static str,
    },
    /// One `=` where two belong.
    EqualsSingle,
    /// The value is none of what the field can have.
    WordUnknown {
        /// What was typed.
        value: String,
        /// All that there are.
        known: String,
    },
    /// The value is not what the field has.
    ValueIsNo {
        /// What was typed.
        value: String,
        /// What is wanted.
        wanted: Wanted,
    },
    /// `in` is not followed by `{`.
    BraceMissing {
        /// What stands before.
        after: String,
    },
    /// A bracket, a brace or a string is never closed.
    NeverClosed {
        /// What opens it.
        opening: char,
    },
    /// A bracket closes nothing.
    NeverOpened {
        /// What closes.
        closing: char,
    },
    /// Between two values of a set.
    CommaMissing,
    /// There is no such escape.
    EscapeUnknown,
    /// The regular expression does not hold together.
    Pattern(PatternFault),
    /// A group of a regular expression has the name of a field.
    GroupIsField {
        /// The name.
        name: String,
    },
    /// Deeper than anyone would type.
    TooDeep,
    /// Longer than anyone would type.
    TooLong,
}

/// What a value should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A number.
    Number,
    /// A span of time.
    Span,
    /// A moment.
    Time,
    /// An address.
    Address,
    /// Bytes in hex.
    Hex,
}

impl ExpressionError {
    /// What is said of it in a language, without the place.
    pub fn text(&self, locale: &Locale) -> String {
        self.wrong.text(locale)
    }

    /// The same with the place, for where one cannot point at it.
    pub fn text_with_place(&self, locale: &Locale) -> String {
        locale.format("expression.at", &[("column", &self.column()), ("why", &self.text(locale))])
    }

    /// The place as people count it.
    pub fn column(&self) -> usize {
        self.at + 1
    }
}

impl Wrong {
    fn text(&self, locale: &Locale) -> String {
        let say = |key: &str, values: &[(&str, &dyn Display)]| locale.format(key, values);
        match self {
            Wrong::Empty => say("expression.empty", &[]),
            Wrong::TermMissing { after } if after.is_empty() => say("expression.term_missing", &[]),
            Wrong::TermMissing { after } => say("expression.term_missing_after", &[("after", after)]),
            Wrong::ValueMissing { after } => say("expression.value_missing", &[("after", after)]),
            Wrong::FieldUnknown { name, nearest: None } => say("expression.field_unknown", &[("name", name)]),
            Wrong::FieldUnknown { name, nearest: Some(nearest) } => {
                say("expression.field_unknown_near", &[("name", name), ("nearest", nearest)])
            }
            Wrong::CannotCompare { field, relation } => {
                say("expression.cannot_compare", &[("field", field), ("relation", relation)])
            }
            Wrong::FieldMissing => say("expression.field_missing", &[]),
            Wrong::FieldsNotDivided => say("expression.fields_not_divided", &[]),
            Wrong::RelationIsWord { word, symbol } => {
                say("expression.relation_is_word", &[("word", word), ("symbol", symbol)])
            }
            Wrong::EqualsSingle => say("expression.equals_single", &[]),
            Wrong::WordUnknown { value, known } => {
                say("expression.word_unknown", &[("value", value), ("known", known)])
            }
            Wrong::ValueIsNo { value, wanted } => say(wanted.key(), &[("value", value)]),
            Wrong::BraceMissing { after } => say("expression.brace_missing", &[("after", after)]),
            Wrong::NeverClosed { opening } => say("expression.never_closed", &[("opening", opening)]),
            Wrong::NeverOpened { closing } => say("expression.never_opened", &[("closing", closing)]),
            Wrong::CommaMissing => say("expression.comma_missing", &[]),
            Wrong::EscapeUnknown => say("expression.escape_unknown", &[]),
            Wrong::Pattern(fault) => fault.text(locale).to_owned(),
            Wrong::GroupIsField { name } => say("expression.group_is_field", &[("name", name)]),
            Wrong::TooDeep => say("expression.too_deep", &[]),
            Wrong::TooLong => say("expression.too_long", &[]),
        }
    }
}

impl Wanted {
    fn key(self) -> &'static str {
        match self {
            Wanted::Number => "expression.wanted_number",
            Wanted::Span => "expression.wanted_span",
            Wanted::Time => "expression.wanted_time",
            Wanted::Address => "expression.wanted_address",
            Wanted::Hex => "expression.wanted_hex",
        }
    }
}

impl Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (column {})", self.text(Locale::of(Language::English)), self.column())
    }
}
