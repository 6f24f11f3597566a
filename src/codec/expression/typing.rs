//! What helps while an expression is typed: which part of it is what, and how what stands before the cursor may go on.
//! It works on what is not finished, too, and finds no faults; that is for the parser.

use crate::codec::decode::{FieldKind, FieldQuery};
use crate::codec::expression::cursor::Cursor;
use crate::codec::expression::field::Field;
use crate::codec::expression::tree::Relation;
use crate::codec::expression::vocabulary::Vocabulary;
use std::ops::Range;

/// A part of what was typed. Space between parts is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedPart {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// What a part of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// `and`, `or`, `not`, `in`, and their signs.
    Conjunction,
    /// A field that rows or decoders have.
    Field,
    /// A name that is compared and that no row has: a variable, or a slip.
    Name,
    /// Brackets, commas and the signs of comparisons.
    Sign,
    /// What a field is compared with.
    Value,
    /// A text to find.
    Text,
}

/// How the part before the cursor may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is replaced, in bytes.
    pub range: Range<usize>,
    /// With what: the likeliest first.
    pub choices: Vec<String>,
}

/// A list is no longer.
const MOST_CHOICES: usize = 10;

/// The parts of what was typed, in order.
pub fn parts(typed: &str) -> Vec<TypedPart> {
    let mut parts = Parts { cursor: Cursor::new(typed), parts: Vec::new() };
    loop {
        parts.cursor.skip_space();
        if parts.cursor.is_done() {
            return parts.parts;
        }
        parts.next();
    }
}

/// How what stands before a place may go on; `None` where nothing is known.
pub fn complete(typed: &str, at: usize, vocabulary: &Vocabulary) -> Option<Completion> {
    let before = typed.get(..at)?;
    let parts = parts(before);
    let (last, earlier) = parts.split_last()?;
    if last.range.end != at {
        return None;
    }
    let text = &before[last.range.clone()];
    let of_field = |part: &TypedPart| (part.kind == PartKind::Field).then(|| &before[part.range.clone()]);
    let (range, typed, known) = match (last.kind, earlier) {
        (PartKind::Value, [.., field, sign]) if sign.kind == PartKind::Sign => {
            (last.range.clone(), text, values_of(of_field(field)?))
        }
        (PartKind::Sign, [.., field]) if !matches!(text, "(" | ")") => {
            (at..at, "", values_of(of_field(field)?))
        }
        (PartKind::Field | PartKind::Name | PartKind::Text, _) if !text.starts_with('"') => {
            (last.range.clone(), text, vocabulary.names().map(str::to_owned).collect())
        }
        _ => return None,
    };
    let goes_on = |choice: &String| choice.starts_with(typed) && choice != typed;
    let choices: Vec<String> = known.into_iter().filter(goes_on).take(MOST_CHOICES).collect();
    (!choices.is_empty()).then_some(Completion { range, choices })
}

/// The values that a field can have, where they are few.
fn values_of(name: &str) -> Vec<String> {
    if let Some(field) = Field::from_name(name) {
        return field.words().into_iter().map(str::to_owned).collect();
    }
    let Some(query) = FieldQuery::parse(name) else { return Vec::new() };
    let field = query.field();
    match field.kind {
        FieldKind::Flag => ["true", "false"].map(str::to_owned).to_vec(),
        _ => field.meanings.iter().map(|(value, _)| value.to_string()).collect(),
    }
}

struct Parts<'a> {
    cursor: Cursor<'a>,
    parts: Vec<TypedPart>,
}

impl Parts<'_> {
    fn next(&mut self) {
        let start = self.cursor.at();
        if self.cursor.take("(") || self.cursor.take(")") {
            self.push(start, PartKind::Sign);
            return;
        }
        if self.cursor.rest().starts_with('"') {
            self.string(PartKind::Text);
            return;
        }
        for (keyword, sign) in [("and", "&&"), ("or", "||"), ("not", "!")] {
            if self.cursor.take_keyword(keyword, sign) {
                self.push(start, PartKind::Conjunction);
                return;
            }
        }
        let word = self.cursor.take_word();
        if word.is_empty() {
            // Whatever it is, nothing is understood of it.
            self.cursor.take_one();
            self.push(start, PartKind::Sign);
            return;
        }
        let is_field = Field::from_name(word).is_some() || Vocabulary::has_decoded(word);
        let name = if is_field { PartKind::Field } else { PartKind::Name };
        let after_word = self.cursor;
        self.cursor.skip_space();
        let sign_at = self.cursor.at();
        if let Some(relation) = self.cursor.take_symbol() {
            let sign_end = self.cursor;
            self.cursor = after_word;
            self.push(start, name);
            self.cursor = sign_end;
            self.push(sign_at, PartKind::Sign);
            self.value(relation);
        } else if is_field && self.cursor.take_in() {
            let in_end = self.cursor;
            self.cursor = after_word;
            self.push(start, name);
            self.cursor = in_end;
            self.push(sign_at, PartKind::Conjunction);
            self.set();
        } else {
            self.cursor = after_word;
            // The name of a protocol alone is a word like others.
            let is_alone = is_field && (Field::from_name(word).is_some() || word.contains('.'));
            self.push(start, if is_alone { PartKind::Field } else { PartKind::Text });
        }
    }

    fn value(&mut self, relation: Relation) {
        self.cursor.skip_space();
        let start = self.cursor.at();
        if self.cursor.rest().starts_with('"') {
            if relation == Relation::Matches {
                let end = self.cursor.take_pattern();
                self.close(start, PartKind::Value, end.is_ok());
            } else {
                self.string(PartKind::Value);
            }
        } else if !self.cursor.take_value().is_empty() {
            self.push(start, PartKind::Value);
        }
    }

    fn set(&mut self) {
        loop {
            self.cursor.skip_space();
            let start = self.cursor.at();
            if self.cursor.take("}") {
                self.push(start, PartKind::Sign);
                return;
            }
            if self.cursor.take("{") || self.cursor.take(",") {
                self.push(start, PartKind::Sign);
            } else if self.cursor.rest().starts_with('"') {
                self.string(PartKind::Value);
            } else if self.cursor.take_value().is_empty() {
                return;
            } else {
                self.push(start, PartKind::Value);
            }
        }
    }

    fn string(&mut self, kind: PartKind) {
        let start = self.cursor.at();
        let end = self.cursor.take_string();
        self.close(start, kind, end.is_ok());
    }

    /// A string that is never closed goes on to the end.
    fn close(&mut self, start: usize, kind: PartKind, is_closed: bool) {
        if !is_closed {
            self.cursor.take_all();
        }
        self.push(start, kind);
    }

    fn push(&mut self, start: usize, kind: PartKind) {
        self.parts.push(TypedPart { range: start..self.cursor.at(), kind });
    }
}

#[cfg(test)]
mod tests {
    use super::{PartKind, complete, parts};
    use crate::codec::expression::{Expression, Vocabulary};
    use proptest::prelude::*;

    #[test]
    fn parts_are_what_they_are_also_unfinished() {
        use PartKind::{Conjunction, Field, Name, Sign, Text, Value};
        for (typed, expected) in [
            (
                "dir:rx and len >",
                &[
                    ("dir", Field),
                    (":", Sign),
                    ("rx", Value),
                    ("and", Conjunction),
                    ("len", Field),
                    (">", Sign),
                ][..],
            ),
            ("温度 \"two words", &[("温度", Text), ("\"two words", Text)]),
            (
                "not (t > 26)",
                &[("not", Conjunction), ("(", Sign), ("t", Name), (">", Sign), ("26", Value), (")", Sign)],
            ),
            ("text ~ \"a\\\"(\"", &[("text", Field), ("~", Sign), ("\"a\\\"(\"", Value)]),
            (
                "remote in {::1, \"x\"}",
                &[
                    ("remote", Field),
                    ("in", Conjunction),
                    ("{", Sign),
                    ("::1", Value),
                    (",", Sign),
                    ("\"x\"", Value),
                    ("}", Sign),
                ],
            ),
            (
                "modbus.func_code == 3 mqtt",
                &[("modbus.func_code", Field), ("==", Sign), ("3", Value), ("mqtt", Text)],
            ),
            ("whole || }", &[("whole", Field), ("||", Conjunction), ("}", Text)]),
        ] {
            let found: Vec<_> =
                parts(typed).into_iter().map(|part| (&typed[part.range], part.kind)).collect();
            assert_eq!(found, expected, "{typed}");
        }
    }

    #[test]
    fn names_and_values_go_on() {
        for (typed, replaced, first) in [
            ("di", "di", "dir"),
            ("dir:", "", "rx"),
            ("dir:t", "t", "tx"),
            ("len > 3 and kin", "kin", "kind"),
            ("kind:ev", "ev", "event"),
            ("modbus.func", "modbus.func", "modbus.func_code"),
            ("whole == ", "", ""),
            ("dir ", "", ""),
            ("dir:rx", "", ""),
            ("\"di", "", ""),
            ("", "", ""),
        ] {
            let completion = complete(typed, typed.len(), &Vocabulary::default());
            let found = completion.map(|completion| (typed[completion.range].to_owned(), completion.choices));
            let expected = (!first.is_empty()).then(|| (replaced.to_owned(), first.to_owned()));
            assert_eq!(found.map(|(range, choices)| (range, choices[0].clone())), expected, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn parts_follow_each_other_and_hold_everything_but_space(typed in "[a-z温 \"\\\\(){}:=!<>~&|,.0-9]{0,24}") {
            let mut end = 0;
            for part in parts(&typed) {
                prop_assert!(part.range.start >= end && part.range.end > part.range.start);
                prop_assert!(typed[end..part.range.start].trim().is_empty());
                end = part.range.end;
            }
            prop_assert!(typed[end..].trim().is_empty());
            let is_known = Expression::parse(&typed, &Vocabulary::default()).is_ok();
            prop_assert!(!is_known || !parts(&typed).is_empty());
        }
    }
}
