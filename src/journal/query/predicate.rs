//! An expression that judges what a journal holds, and what it takes to judge: the heads of rows, their payload, or only
//! rows that have certain bytes. It goes over no journal itself.

use crate::codec::decode::DecodeChoice;
use crate::codec::expression::{Cost, Expression, Field, Finder, Judge, Subject};
use crate::codec::text::{LookBack, TextEncoding};
use crate::codec::time::TimeFormat;
use crate::journal::query::pattern::Pattern;

/// An expression over the rows of a journal: over its records, or over the messages that its streams are cut into.
#[derive(Clone, Debug)]
pub struct Predicate {
    judge: Judge,
    encoding: TextEncoding,
    decode: DecodeChoice,
    finds_across: bool,
    /// The fields that are asked for.
    fields: Vec<Field>,
}

impl Predicate {
    /// An expression over the characters of an encoding, the times of a zone, and what decoders find.
    pub fn new(
        expression: &Expression,
        encoding: TextEncoding,
        decode: &DecodeChoice,
        time: &TimeFormat,
    ) -> Predicate {
        let judge = expression.judge(encoding, time);
        let field_of = |subject: &Subject| match subject {
            Subject::Field(field) => Some(*field),
            _ => None,
        };
        let fields = expression.tests().into_iter().filter_map(|test| field_of(&test.subject)).collect();
        Predicate { judge, encoding, decode: decode.clone(), finds_across: false, fields }
    }

    /// Where it only looks for a text or for bytes, a record is wanted, too, that ends what an earlier record of its
    /// stream begins.
    #[must_use]
    pub fn finding_across_records(self) -> Predicate {
        Predicate { finds_across: true, ..self }
    }

    /// What judging a row can take at most.
    pub fn cost(&self) -> Cost {
        self.judge.cost()
    }

    /// What is looked for in the payload and not excluded, for marking it in a row.
    pub fn finders(&self) -> Vec<&Finder> {
        self.judge.finders()
    }

    pub(in crate::journal) fn judge(&self) -> &Judge {
        &self.judge
    }

    pub(in crate::journal) fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    pub(in crate::journal) fn decode(&self) -> &DecodeChoice {
        &self.decode
    }

    /// Bytes of which every wanted row has some, one pattern for data and one for remarks where those are in another
    /// encoding. Nothing where there are none, or where every row has to be seen.
    pub(super) fn must_hold(&self) -> Vec<Pattern> {
        // Whoever joins answers to what was asked has to see every row, and only the payload is searched.
        let sees_all = !self.judge.decoded_names().is_empty();
        let finder = self.judge.must_hold().filter(|_| !sees_all && !self.wants_wire());
        finder.and_then(Pattern::of_finder).unwrap_or_default()
    }

    /// Whether every row with the bytes that it must hold is wanted.
    pub(super) fn finding_is_enough(&self) -> bool {
        self.judge.finding_is_enough()
    }

    /// What is looked for across the borders of records, if anything is.
    pub(super) fn across(&self) -> Option<&Finder> {
        self.judge.only_finder().filter(|_| self.finds_across)
    }

    /// Whether bytes of the layer below the payload may be wanted: only where the expression speaks of layers.
    pub(super) fn wants_wire(&self) -> bool {
        self.fields.contains(&Field::Layer)
    }

    /// Whether it matters when a row was made.
    pub(super) fn asks_for_time(&self) -> bool {
        self.fields.contains(&Field::Time)
    }

    /// Whether it matters when the row before was made.
    pub fn looks_above(&self) -> bool {
        self.fields.contains(&Field::Delta)
    }

    /// Whether what a record's stream left unfinished before it can matter.
    pub(super) fn needs_carry(&self) -> bool {
        self.cost() >= Cost::Text && LookBack::new(self.encoding).wants_more()
    }
}
