//! Which names an expression may use: those of every row, those of decoders, and variables.

use crate::codec::decode::{FieldQuery, declared_fields};
use crate::codec::expression::field::Field;
use crate::codec::near_miss;
use std::collections::BTreeSet;

/// The names that are known where an expression is used: fields, and these variables.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    variables: BTreeSet<String>,
}

impl Vocabulary {
    /// Adds variables, such as those of a sequence.
    #[must_use]
    pub fn with_variables<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Vocabulary {
        self.variables.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Every name that can begin a comparison, for completion.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = Field::all().map(|field| -> &str { field.name() });
        let decoded = declared_fields().map(|(_, field)| -> &str { field.name });
        own.chain(decoded).chain(self.variables.iter().map(String::as_str))
    }

    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    pub(super) fn has_decoded(name: &str) -> bool {
        FieldQuery::parse(name).is_some()
    }

    /// Whether a decoder has names that begin like this one: then it is a field and no word to find.
    pub(super) fn has_protocol_of(name: &str) -> bool {
        name.find('.')
            .is_some_and(|dot| declared_fields().any(|(_, field)| field.name.starts_with(&name[..=dot])))
    }

    /// The known name that is most like this one.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        near_miss::closest(name, self.names()).map(str::to_owned)
    }
}
