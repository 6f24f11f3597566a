//! Expressions: one language for filters, find, highlights, exports, rules and waiting. A typed text becomes a tree, and
//! the tree, prepared for an encoding, judges rows by what is known about them. It knows neither where rows are kept nor
//! how they are shown; what it asks of them comes through [`Facts`].
//!
//! ```text
//! dir:rx and peer:3 and len > 100 and text ~ "error|fail"     hex:"01 ?? 03"     not (kind:event)
//! ```

mod cursor;

mod decoding;

mod facts;

mod field;

mod finder;

mod judge;

mod literal;

mod loose;

mod parse;

mod pattern;

mod row;

mod tree;

mod typing;

mod vocabulary;

mod wrong;

pub use decoding::{FieldDecoder, visit_field};
pub use facts::{Content, Fact, Facts, RowKind, Variables};
pub use field::Field;
pub use finder::Finder;
pub use judge::{Cost, Judge, JudgeMemory, Verdict};
pub use literal::{AddressLiteral, Number, Quantity, TextLiteral, TextPiece, TimeLiteral};
pub use parse::parse_fields;
pub use pattern::{Pattern, PatternFault, PatternOver};
pub use row::RowFacts;
pub(crate) use row::{addresses, reason};
pub use tree::{Expression, Literal, Meaning, Node, Relation, Subject, Test};
pub use typing::{Completion, PartKind, TypedPart, complete, parts};
pub use vocabulary::Vocabulary;
pub use wrong::{ExpressionError, Wanted, Wrong};

#[cfg(test)]
mod tests;
