//! Which names an expression may use besides those of every row: fields of decoders, and variables.

use crate::codec::expression::field::Field;
use crate::codec::near_miss;
use std::collections::BTreeSet;

/// The names that are known where an expression is used.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Fields of decoders by their whole names: `modbus.func_code`.
    decoded: BTreeSet<String>,
    /// Protocols whose messages bring their own names: `json` knows `json.a.b[0]`.
    open: BTreeSet<String>,
    variables: BTreeSet<String>,
}

impl Vocabulary {
    /// Adds fields of decoders.
    #[must_use]
    pub fn with_fields<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Vocabulary {
        self.decoded.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Adds protocols whose messages bring their own names.
    #[must_use]
    pub fn with_open_protocols<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Vocabulary {
        self.open.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Adds variables, such as those of a sequence.
    #[must_use]
    pub fn with_variables<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Vocabulary {
        self.variables.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Every name that can begin a comparison, for completion.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = Field::all().map(|field| -> &str { field.name() });
        own.chain(self.decoded.iter().map(String::as_str)).chain(self.variables.iter().map(String::as_str))
    }

    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    pub(super) fn has_decoded(&self, name: &str) -> bool {
        let protocol = name.split(['.', '[']).next().unwrap_or(name);
        self.decoded.contains(name) || (name.len() > protocol.len() && self.open.contains(protocol))
    }

    /// Whether a decoder has names that begin like this one: then it is a field and no word to find.
    pub(super) fn has_protocol_of(&self, name: &str) -> bool {
        name.find('.').is_some_and(|dot| {
            let protocol = &name[..=dot];
            self.decoded.range(protocol.to_owned()..).next().is_some_and(|next| next.starts_with(protocol))
        })
    }

    /// The known name that is most like this one.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        near_miss::closest(name, self.names()).map(str::to_owned)
    }
}
