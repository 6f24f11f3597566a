//! Names of fields as people write them, and the values that a decoded message has for them.

use crate::codec::decode::field::Field;
use crate::codec::decode::tree::{Entry, MALFORMED, Name, Tree};
use crate::codec::decode::{DECODERS, Decoder, DecoderId, json};
use crate::codec::near_miss;

/// A field that was asked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldQuery {
    name: String,
    wanted: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A field that a decoder declares.
    Declared,
    /// A value of JSON by its way from the root.
    Path(Vec<Step>),
}

/// One step on the way to a value of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(u32),
}

impl FieldQuery {
    /// Understands a name: `modbus.func_code`, `json.a.b[0]`. `None` where no decoder has such a field.
    pub fn parse(name: &str) -> Option<FieldQuery> {
        let wanted = match steps_of(name) {
            Some(steps) if !steps.is_empty() => Wanted::Path(steps),
            _ => declared_fields().find(|(_, field)| field.name == name).map(|_| Wanted::Declared)?,
        };
        Some(FieldQuery { name: name.to_owned(), wanted })
    }

    /// As it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The decoders that have this field; all of them for what each has.
    pub fn decoders(&self) -> impl Iterator<Item = &'static dyn Decoder> {
        DECODERS.into_iter().filter(|decoder| match &self.wanted {
            Wanted::Path(_) => decoder.id() == DecoderId::Json,
            Wanted::Declared => {
                let mut fields = decoder.fields().iter().copied().flatten();
                self.name == MALFORMED.name || fields.any(|field| field.name == self.name)
            }
        })
    }

    /// What it is and how it is written, for completion and for judging a comparison.
    pub fn field(&self) -> &'static Field {
        match &self.wanted {
            Wanted::Path(_) => &json::JSON,
            Wanted::Declared => declared_fields()
                .find(|(_, field)| field.name == self.name)
                .map_or(&MALFORMED, |(_, field)| field),
        }
    }

    /// All its values in a decoded message, in reading order.
    pub fn find<'a>(&'a self, tree: &'a Tree, message: &'a [u8]) -> impl Iterator<Item = Entry<'a>> {
        tree.entries(message).filter(|entry| self.is(entry))
    }

    /// Whether a node is this field.
    pub fn is(&self, entry: &Entry<'_>) -> bool {
        match &self.wanted {
            Wanted::Declared => {
                *entry.last_part().0 == Name::Field && entry.field().name == self.name.as_str()
            }
            Wanted::Path(steps) => is_at(entry, steps),
        }
    }
}

/// What follows an error about a field that no decoder has: `; did you mean modbus.func_code?`, or nothing.
pub fn nearest_name(typed: &str) -> String {
    near_miss::hint(typed, declared_fields().map(|(_, field)| field.name))
}

/// All fields that decoders declare, each with the first decoder that has it.
pub fn declared_fields() -> impl Iterator<Item = (DecoderId, &'static Field)> {
    let of_all = DECODERS
        .into_iter()
        .flat_map(|decoder| decoder.fields().iter().copied().flatten().map(|field| (decoder.id(), *field)));
    of_all.chain([(DecoderId::Json, &MALFORMED)])
}

fn is_at(entry: &Entry<'_>, steps: &[Step]) -> bool {
    let mut at = *entry;
    for step in steps.iter().rev() {
        let (name, above) = at.last_part();
        let fits = match (name, step) {
            (Name::Key(range), Step::Key(key)) => at.kept_text(range.clone()) == key,
            (Name::Index(index), Step::Index(wanted)) => index == wanted,
            _ => false,
        };
        match above {
            Some(above) if fits => at = above,
            _ => return false,
        }
    }
    *at.last_part().0 == Name::Field && at.is(&json::JSON)
}

/// The steps of a name that begins with `json`; `None` where it does not or where a step is none.
fn steps_of(name: &str) -> Option<Vec<Step>> {
    let mut rest = name.strip_prefix("json")?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[\"") {
            let (key, after) = quoted_key(after)?;
            steps.push(Step::Key(key));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            steps.push(Step::Index(index.parse().ok()?));
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (key, after) = after.split_at(end);
            if key.is_empty() {
                return None;
            }
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        }
    }
    Some(steps)
}

/// A key up to its `"]`, and what follows.
fn quoted_key(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => key.push(characters.next()?.1),
            '"' => return Some((key, text[at + 1..].strip_prefix(']')?)),
            _ => key.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{FieldQuery, Step, nearest_name, steps_of};

    #[test]
    fn ways_through_json_are_understood() {
        let key = |key: &str| Step::Key(key.to_owned());
        for (name, steps) in [
            ("json", Some(vec![])),
            ("json.a", Some(vec![key("a")])),
            ("json.a.b[0]", Some(vec![key("a"), key("b"), Step::Index(0)])),
            ("json[12].温度", Some(vec![Step::Index(12), key("温度")])),
            (r#"json["a \"b\\"].c"#, Some(vec![key(r#"a "b\"#), key("c")])),
            ("json.", None),
            ("json..a", None),
            ("json[x]", None),
            ("json[\"a]", None),
            ("jsonic", None),
            ("modbus.func_code", None),
        ] {
            assert_eq!(steps_of(name), steps, "{name}");
        }
    }

    #[test]
    fn a_field_that_no_decoder_has_is_none_and_a_near_one_is_named() {
        assert!(FieldQuery::parse("modbus.func_code").is_some());
        assert!(FieldQuery::parse("modbus.fun_code").is_none());
        assert_eq!(nearest_name("modbus.fun_code"), "; did you mean modbus.func_code?");
    }

    #[test]
    fn names_belong_to_the_decoders_that_have_them() {
        let names = |name: &str| {
            let query = FieldQuery::parse(name).unwrap();
            query.decoders().map(|decoder| decoder.id().name()).collect::<Vec<_>>()
        };
        assert_eq!(names("modbus.func_code"), ["modbus", "modbus-rtu"]);
        assert_eq!(names("mbtcp.trans_id"), ["modbus"]);
        assert_eq!(names("json.a"), ["json"]);
    }
}
