//! An expression prepared for an encoding and a time zone: it judges row after row, looks at what is cheap first, and
//! says where it would have to read more of a row to know.

use crate::codec::decode::Value;
use crate::codec::expression::facts::{Content, Fact, Facts, RowKind, Variables};
use crate::codec::expression::field::Field;
use crate::codec::expression::finder::{Finder, joined};
use crate::codec::expression::literal::{AddressLiteral, Number, Quantity, TextLiteral, TimeLiteral};
use crate::codec::expression::loose::{compare, compare_texts, in_order, text_of};
use crate::codec::expression::tree::{Expression, Literal, Meaning, Node, Relation, Subject, Test};
use crate::codec::hex::HexPattern;
use crate::codec::text::{TextEncoding, decode};
use crate::codec::time::TimeFormat;
use crate::model::record::{Direction, Origin};
use regex::bytes::Regex;
use std::borrow::Cow;
use std::cell::RefCell;

/// What judging a row takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// Its head.
    Head,
    /// The bytes of its payload.
    Bytes,
    /// The characters of its payload.
    Text,
    /// What a decoder finds in it.
    Decoded,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The row is wanted.
    Yes,
    /// It is not.
    No,
    /// More of the row has to be read to know.
    Unread,
}

/// An expression, prepared.
#[derive(Clone, Debug)]
pub struct Judge {
    root: Check,
    cost: Cost,
    encoding: TextEncoding,
    time: TimeFormat,
}

/// Variables, and memory that is used again from row to row.
#[derive(Clone, Debug, Default)]
pub struct JudgeMemory {
    /// What was set before, and what the groups of the last row that was wanted caught.
    pub variables: Variables,
    text: RefCell<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Check {
    All(Vec<Check>),
    Any(Vec<Check>),
    Not(Box<Check>),
    Leaf { cost: Cost, uses_variables: bool, leaf: Box<Leaf> },
}

#[derive(Clone, Debug)]
enum Leaf {
    Has(Subject),
    Direction(Option<Direction>, bool),
    Kind(Option<RowKind>, bool),
    Origin(Option<Origin>, bool),
    Word(Field, String, bool),
    Number(Field, Relation, Number),
    Delta(Relation, Number),
    Time(Relation, TimeLiteral),
    Whole(bool, bool),
    Address(Field, AddressLiteral, bool),
    /// The text of a note or a mark, which is never in another encoding.
    Remark(Field, Relation, TextLiteral),
    /// Somewhere in the payload.
    Holds(Finder),
    /// Somewhere in what a decoder has under a name.
    Says(String, Finder),
    /// The whole payload.
    Is(TextLiteral, bool),
    IsHex(HexPattern, bool),
    /// A regular expression over the payload.
    Matches {
        finder: Finder,
        catches: bool,
    },
    /// A regular expression over anything else.
    TextMatches {
        subject: Subject,
        regex: Regex,
    },
    Loose {
        subject: Subject,
        relation: Relation,
        typed: String,
        quantity: Option<Quantity>,
    },
    Against {
        subject: Subject,
        relation: Relation,
        variable: String,
    },
}

impl Expression {
    /// Prepares it for the characters of an encoding and the times of a zone.
    pub fn judge(&self, encoding: TextEncoding, time: &TimeFormat) -> Judge {
        let root = Check::of(&self.root, encoding);
        Judge { cost: root.cost(), root, encoding, time: time.clone() }
    }
}

impl Judge {
    /// The most that judging a row can take.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Whether a row is wanted. Groups of regular expressions become variables if it is.
    pub fn verdict<F: Facts + ?Sized>(&self, facts: &F, memory: &mut JudgeMemory) -> Verdict {
        let before = memory.variables.count();
        let verdict = self.check(&self.root, facts, memory);
        match verdict {
            Verdict::Yes if memory.variables.count() > before => memory.variables.settle(),
            Verdict::Yes => {}
            _ => memory.variables.go_back_to(before),
        }
        verdict
    }

    /// The same where everything about the row is known.
    pub fn matches<F: Facts + ?Sized>(&self, facts: &F, memory: &mut JudgeMemory) -> bool {
        self.verdict(facts, memory) == Verdict::Yes
    }

    /// The fields of decoders that it asks for.
    pub fn decoded_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.gather_names(&mut names);
        names
    }

    /// Something that every wanted row has in its payload, if there is such a thing.
    pub fn must_hold(&self) -> Option<&Finder> {
        let all = match &self.root {
            Check::All(checks) => checks.as_slice(),
            check => std::slice::from_ref(check),
        };
        let held = all.iter().filter_map(|check| match check {
            Check::Leaf { leaf, .. } => match leaf.as_ref() {
                Leaf::Holds(finder) | Leaf::Matches { finder, .. } => Some(finder),
                _ => None,
            },
            _ => None,
        });
        // The longer it is, the fewer rows have it.
        let shortest = |finder: &Finder| finder.needles()?.iter().map(Vec::len).min();
        held.filter_map(|finder| Some((shortest(finder)?, finder)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, finder)| finder)
    }

    /// What is looked for, if nothing else is asked.
    pub fn only_finder(&self) -> Option<&Finder> {
        match &self.root {
            Check::Leaf { leaf, .. } => match leaf.as_ref() {
                Leaf::Holds(finder) => Some(finder),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether every row that has the bytes of [`Judge::must_hold`] is wanted.
    pub fn finding_is_enough(&self) -> bool {
        self.only_finder().is_some_and(Finder::is_exact)
    }

    /// What is looked for in the payload and not excluded, for marking it in a row.
    pub fn finders(&self) -> Vec<&Finder> {
        let mut finders = Vec::new();
        self.root.gather(&mut finders);
        finders
    }

    fn check<F: Facts + ?Sized>(&self, check: &Check, facts: &F, memory: &mut JudgeMemory) -> Verdict {
        match check {
            Check::All(checks) => {
                let mut verdict = Verdict::Yes;
                for check in checks {
                    match self.check(check, facts, memory) {
                        Verdict::No => return Verdict::No,
                        Verdict::Unread => verdict = Verdict::Unread,
                        Verdict::Yes => {}
                    }
                }
                verdict
            }
            Check::Any(checks) => {
                let mut verdict = Verdict::No;
                for check in checks {
                    let before = memory.variables.count();
                    match self.check(check, facts, memory) {
                        Verdict::Yes => return Verdict::Yes,
                        Verdict::Unread => verdict = Verdict::Unread,
                        Verdict::No => {}
                    }
                    memory.variables.go_back_to(before);
                }
                verdict
            }
            Check::Not(check) => {
                let before = memory.variables.count();
                let verdict = self.check(check, facts, memory);
                memory.variables.go_back_to(before);
                match verdict {
                    Verdict::Yes => Verdict::No,
                    Verdict::No => Verdict::Yes,
                    Verdict::Unread => Verdict::Unread,
                }
            }
            Check::Leaf { leaf, .. } => match self.leaf(leaf, facts, memory) {
                Fact::Is(true) => Verdict::Yes,
                Fact::Unread => Verdict::Unread,
                Fact::Is(false) | Fact::Absent => Verdict::No,
            },
        }
    }

    fn leaf<F: Facts + ?Sized>(&self, leaf: &Leaf, facts: &F, memory: &mut JudgeMemory) -> Fact<bool> {
        match leaf {
            Leaf::Direction(wanted, equal) => facts.direction().map(|way| (Some(way) == *wanted) == *equal),
            Leaf::Kind(wanted, equal) => Fact::Is((Some(facts.kind()) == *wanted) == *equal),
            Leaf::Origin(wanted, equal) => facts.origin().map(|origin| (Some(origin) == *wanted) == *equal),
            Leaf::Word(field, word, equal) => word_of(*field, facts).map(|found| (found == *word) == *equal),
            Leaf::Number(field, relation, number) => {
                number_of(*field, facts).map(|found| in_order(*relation, found.compare(*number)))
            }
            Leaf::Delta(relation, nanos) => facts
                .delta_ns()
                .map(|delta| in_order(*relation, Number::Integer(delta.into()).compare(*nanos))),
            Leaf::Time(relation, time) => {
                facts.wall_ns().map(|wall_ns| self.time_holds(*relation, time, wall_ns))
            }
            Leaf::Whole(wanted, equal) => facts.whole().map(|whole| (whole == *wanted) == *equal),
            Leaf::Address(field, address, equal) => {
                let end = if *field == Field::Local { facts.local() } else { facts.remote() };
                end.map(|end| address.covers(end) == *equal)
            }
            Leaf::Remark(field, relation, text) => {
                remark_of(*field, facts).map(|remark| remark_holds(remark, *relation, text))
            }
            Leaf::Holds(finder) => {
                facts.content().map(|content| finder.is_in(&content, &mut memory.text.borrow_mut()))
            }
            Leaf::Says(name, finder) => {
                let (mut is_said, mut text) = (false, memory.text.borrow_mut());
                let told = facts.decoded(name, &mut |value| {
                    is_said = finder.is_in(&Content::of_note(text_of(&value).as_bytes()), &mut text);
                    is_said
                });
                told.map(|()| is_said)
            }
            Leaf::Matches { finder, catches: false } => {
                facts.content().map(|content| finder.is_in(&content, &mut memory.text.borrow_mut()))
            }
            Leaf::Matches { finder, .. } => facts.content().map(|content| {
                let variables = &mut memory.variables;
                let mut catch = |name: &str, value| variables.push(name, value);
                finder.captures(&content, &mut memory.text.borrow_mut(), &mut catch)
            }),
            Leaf::Is(text, equal) => facts.content().map(|content| {
                let wanted = text.encode(content.encoding.unwrap_or(self.encoding));
                wanted.is_ok_and(|wanted| is_text(&joined(&content), &wanted)) == *equal
            }),
            Leaf::IsHex(pattern, equal) => facts.content().map(|content| {
                let is_it = content.bytes.len() == pattern.len() && pattern.fits_start_of(content.bytes);
                is_it == *equal
            }),
            Leaf::Has(subject) => has(subject, facts, memory),
            Leaf::TextMatches { subject, regex } => self.text_matches(subject, regex, facts, memory),
            Leaf::Loose { subject, relation, typed, quantity } => {
                self.each_value(subject, *relation, facts, &memory.variables, &mut |value| {
                    compare(value, positive(*relation), typed, *quantity)
                })
            }
            Leaf::Against { subject, relation, variable } => {
                let Some(wanted) = memory.variables.get(variable).map(str::to_owned) else {
                    return unset(facts);
                };
                self.each_value(subject, *relation, facts, &memory.variables, &mut |value| {
                    compare_texts(&text_of(value), positive(*relation), &wanted)
                })
            }
        }
    }

    fn time_holds(&self, relation: Relation, time: &TimeLiteral, wall_ns: i64) -> bool {
        let (from, length, found) = match time {
            TimeLiteral::Daily { from_ns, length_ns } => {
                (*from_ns, *length_ns, self.time.nanos_of_day(wall_ns))
            }
            TimeLiteral::Dated { text, length_ns } => match self.time.parse(text, wall_ns) {
                Some(from) => (from, *length_ns, wall_ns),
                None => return false,
            },
        };
        let is_at = found >= from && found.saturating_sub(from) < length;
        match relation {
            Relation::Less => found < from,
            Relation::LessOrEqual => found <= from || is_at,
            Relation::Greater => found > from && !is_at,
            Relation::GreaterOrEqual => found >= from,
            Relation::Differs => !is_at,
            _ => is_at,
        }
    }

    fn text_matches<F: Facts + ?Sized>(
        &self,
        subject: &Subject,
        regex: &Regex,
        facts: &F,
        memory: &mut JudgeMemory,
    ) -> Fact<bool> {
        let mut caught = Vec::new();
        let fact = self.each_value(subject, Relation::Matches, facts, &memory.variables, &mut |value| {
            let text = text_of(value);
            let Some(captures) = regex.captures(text.as_bytes()) else { return false };
            for name in regex.capture_names().flatten() {
                let group = captures.name(name).and_then(|group| str::from_utf8(group.as_bytes()).ok());
                caught.extend(group.map(|group| (name.to_owned(), group.to_owned())));
            }
            true
        });
        for (name, value) in caught {
            memory.variables.push(&name, value);
        }
        fact
    }

    /// Whether one of the values of a subject passes; for *differs*, whether none does.
    fn each_value<F: Facts + ?Sized>(
        &self,
        subject: &Subject,
        relation: Relation,
        facts: &F,
        variables: &Variables,
        passes: &mut dyn FnMut(&Value<'_>) -> bool,
    ) -> Fact<bool> {
        let (mut is_there, mut is_held) = (false, false);
        let mut see = |value: Value<'_>| {
            is_there = true;
            is_held = is_held || passes(&value);
            is_held
        };
        let fact = match subject {
            Subject::Decoded(name) => facts.decoded(name, &mut see),
            Subject::Variable(name) => match variables.get(name) {
                Some(text) => {
                    see(Value::Text(text));
                    Fact::Is(())
                }
                None => unset(facts).map(|_| ()),
            },
            Subject::Field(field) => value_text(*field, facts, self.encoding).map(|text| {
                see(Value::Text(&text));
            }),
            Subject::Words => Fact::Absent,
        };
        fact.map(|()| is_there && is_held != (relation == Relation::Differs))
    }
}

/// Whether a row has what a subject names.
fn has<F: Facts + ?Sized>(subject: &Subject, facts: &F, memory: &JudgeMemory) -> Fact<bool> {
    let field = match subject {
        Subject::Words => return Fact::Is(false),
        Subject::Variable(name) => {
            return match memory.variables.get(name) {
                Some(_) => Fact::Is(true),
                None => unset(facts),
            };
        }
        Subject::Decoded(name) => {
            let mut found = false;
            let fact = facts.decoded(name, &mut |_| {
                found = true;
                true
            });
            return fact.map(|()| found);
        }
        Subject::Field(field) => *field,
    };
    match field {
        Field::Dir => facts.direction().map(|_| true),
        Field::Peer | Field::Len | Field::Epoch => number_of(field, facts).map(|_| true),
        Field::Remote => facts.remote().map(|_| true),
        Field::Local => facts.local().map(|_| true),
        Field::Time => facts.wall_ns().map(|_| true),
        Field::Delta => facts.delta_ns().map(|_| true),
        Field::Kind => Fact::Is(true),
        Field::Event | Field::Reason | Field::Layer | Field::Origin => word_of(field, facts).map(|_| true),
        Field::Text | Field::Hex | Field::Bytes => facts.content().map(|content| !content.bytes.is_empty()),
        Field::Note | Field::Mark => remark_of(field, facts).map(|_| true),
        Field::Whole => facts.whole(),
    }
}

/// Whether bytes are these, or these and the end of a line.
fn is_text(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.strip_prefix(wanted).is_some_and(|end| matches!(end, b"" | b"\n" | b"\r\n" | b"\r" | b"\0"))
}

/// A variable that has no value: it may get one once the payload is read.
fn unset<F: Facts + ?Sized>(facts: &F) -> Fact<bool> {
    match facts.content() {
        Fact::Unread => Fact::Unread,
        _ => Fact::Absent,
    }
}

/// *Differs* asks whether no value is equal.
fn positive(relation: Relation) -> Relation {
    if relation == Relation::Differs { Relation::Equal } else { relation }
}

fn word_of<F: Facts + ?Sized>(field: Field, facts: &F) -> Fact<&str> {
    match field {
        Field::Event => facts.event(),
        Field::Reason => facts.reason(),
        Field::Layer => facts.layer(),
        Field::Origin => facts.origin().map(Origin::word),
        Field::Dir => facts.direction().map(Direction::word),
        Field::Kind => Fact::Is(facts.kind().word()),
        _ => Fact::Absent,
    }
}

fn number_of<F: Facts + ?Sized>(field: Field, facts: &F) -> Fact<Number> {
    let count = |number: u64| Number::Integer(number.into());
    match field {
        Field::Peer => facts.peer().map(|peer| count(peer.get().into())),
        Field::Len => facts.data_bytes().map(count),
        Field::Epoch => facts.epoch().map(|epoch| count(epoch.0.into())),
        _ => Fact::Absent,
    }
}

fn remark_of<F: Facts + ?Sized>(field: Field, facts: &F) -> Fact<&str> {
    if field == Field::Mark { facts.mark() } else { facts.note() }
}

/// A field as characters, for what is compared as such.
fn value_text<F: Facts + ?Sized>(field: Field, facts: &F, encoding: TextEncoding) -> Fact<Cow<'_, str>> {
    match field {
        Field::Text | Field::Bytes | Field::Hex => facts.content().map(|content| {
            let mut carry = content.carry;
            Cow::Owned(decode(content.encoding.unwrap_or(encoding), &mut carry, content.bytes).text)
        }),
        Field::Peer | Field::Len | Field::Epoch => number_of(field, facts).map(|number| match number {
            Number::Integer(number) => Cow::Owned(number.to_string()),
            Number::Real(number) => Cow::Owned(number.to_string()),
        }),
        Field::Delta => facts.delta_ns().map(|nanos| Cow::Owned((nanos as f64 / 1e9).to_string())),
        Field::Remote => facts.remote().map(|end| Cow::Owned(end.to_string())),
        Field::Local => facts.local().map(|end| Cow::Owned(end.to_string())),
        Field::Note | Field::Mark => remark_of(field, facts).map(Cow::Borrowed),
        _ => word_of(field, facts).map(Cow::Borrowed),
    }
}

fn remark_holds(remark: &str, relation: Relation, text: &TextLiteral) -> bool {
    match relation {
        Relation::Colon => {
            let finder = Finder::text(text, TextEncoding::UTF_8);
            finder.is_in(&Content::of_note(remark.as_bytes()), &mut Vec::new())
        }
        _ => (text.characters() == Some(remark)) != (relation == Relation::Differs),
    }
}

fn kind_of_word(word: &str) -> Option<RowKind> {
    Some(match word {
        "data" => RowKind::Data,
        "event" | "lifecycle" => RowKind::Event,
        "loss" => RowKind::Loss,
        "note" => RowKind::Note,
        "damaged" => RowKind::Damaged,
        "newer" => RowKind::Newer,
        _ => return None,
    })
}

impl Check {
    fn of(node: &Node, encoding: TextEncoding) -> Check {
        let each = |nodes: &[Node]| {
            let mut checks: Vec<Check> = nodes.iter().map(|node| Check::of(node, encoding)).collect();
            // What is cheap comes first; what needs a variable comes after what may catch it.
            checks.sort_by_key(|check| (check.uses_variables(), check.cost()));
            checks
        };
        match node {
            Node::All(nodes) => Check::All(each(nodes)),
            Node::Any(nodes) => Check::Any(each(nodes)),
            Node::Not(node) => Check::Not(Box::new(Check::of(node, encoding))),
            Node::Test(test) if test.relation == Relation::OneOf => {
                let each = test
                    .values
                    .iter()
                    .map(|value| Check::leaf(&test.subject, Relation::Equal, Some(value), encoding));
                Check::Any(each.collect())
            }
            Node::Test(Test { subject, relation, values }) => {
                Check::leaf(subject, *relation, values.first(), encoding)
            }
        }
    }

    fn leaf(subject: &Subject, relation: Relation, value: Option<&Literal>, encoding: TextEncoding) -> Check {
        let leaf = match value {
            None => Leaf::Has(subject.clone()),
            Some(value) => Leaf::of(subject, relation, value, encoding),
        };
        let uses_variables = matches!(subject, Subject::Variable(_)) || matches!(leaf, Leaf::Against { .. });
        let reads_text = matches!(leaf, Leaf::Matches { .. } | Leaf::Against { .. })
            || matches!(subject, Subject::Field(Field::Text) | Subject::Words | Subject::Variable(_));
        let cost = match subject {
            Subject::Decoded(_) => Cost::Decoded,
            _ if reads_text => Cost::Text,
            Subject::Field(Field::Hex | Field::Bytes | Field::Note | Field::Mark | Field::Reason) => {
                Cost::Bytes
            }
            _ => Cost::Head,
        };
        Check::Leaf { cost, uses_variables, leaf: Box::new(leaf) }
    }

    fn cost(&self) -> Cost {
        match self {
            Check::All(checks) | Check::Any(checks) => {
                checks.iter().map(Check::cost).max().unwrap_or(Cost::Head)
            }
            Check::Not(check) => check.cost(),
            Check::Leaf { cost, .. } => *cost,
        }
    }

    fn uses_variables(&self) -> bool {
        match self {
            Check::All(checks) | Check::Any(checks) => checks.iter().any(Check::uses_variables),
            Check::Not(check) => check.uses_variables(),
            Check::Leaf { uses_variables, .. } => *uses_variables,
        }
    }

    fn gather<'a>(&'a self, finders: &mut Vec<&'a Finder>) {
        match self {
            Check::All(checks) | Check::Any(checks) => {
                for check in checks {
                    check.gather(finders);
                }
            }
            Check::Not(_) => {}
            Check::Leaf { leaf, .. } => match leaf.as_ref() {
                Leaf::Holds(finder) | Leaf::Matches { finder, .. } => finders.push(finder),
                _ => {}
            },
        }
    }
}

impl Check {
    fn gather_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Check::All(checks) | Check::Any(checks) => {
                for check in checks {
                    check.gather_names(names);
                }
            }
            Check::Not(check) => check.gather_names(names),
            Check::Leaf { leaf, .. } => {
                if let Leaf::Has(Subject::Decoded(name))
                | Leaf::Says(name, _)
                | Leaf::TextMatches { subject: Subject::Decoded(name), .. }
                | Leaf::Loose { subject: Subject::Decoded(name), .. }
                | Leaf::Against { subject: Subject::Decoded(name), .. } = leaf.as_ref()
                {
                    names.push(name);
                }
            }
        }
    }
}

impl Leaf {
    fn of(subject: &Subject, relation: Relation, value: &Literal, encoding: TextEncoding) -> Leaf {
        let equal = relation != Relation::Differs;
        let plain = value.text.characters().unwrap_or_default();
        let field = match subject {
            Subject::Field(field) => Some(*field),
            _ => None,
        };
        match (&value.meaning, field) {
            (Meaning::Variable, _) => {
                Leaf::Against { subject: subject.clone(), relation, variable: plain.to_owned() }
            }
            (Meaning::Pattern(pattern), Some(Field::Text | Field::Bytes)) => Leaf::Matches {
                finder: Finder::pattern(pattern, encoding),
                catches: pattern.names().next().is_some(),
            },
            (Meaning::Pattern(pattern), _) => {
                Leaf::TextMatches { subject: subject.clone(), regex: pattern.regex().clone() }
            }
            (Meaning::Loose(quantity), _) => Leaf::Loose {
                subject: subject.clone(),
                relation,
                typed: plain.to_owned(),
                quantity: *quantity,
            },
            (Meaning::Text, None) if let Subject::Decoded(name) = subject => {
                Leaf::Says(name.clone(), Finder::text(&value.text, encoding))
            }
            (Meaning::Text, None) => Leaf::Holds(Finder::text(&value.text, encoding)),
            (Meaning::Text, Some(Field::Text)) if relation == Relation::Colon => {
                Leaf::Holds(Finder::text(&value.text, encoding))
            }
            (Meaning::Text, Some(Field::Bytes)) if relation == Relation::Colon => {
                Leaf::Holds(Finder::bytes(&value.text, encoding))
            }
            (Meaning::Text, Some(Field::Text | Field::Bytes)) => Leaf::Is(value.text.clone(), equal),
            (Meaning::Text, Some(field)) => Leaf::Remark(field, relation, value.text.clone()),
            (Meaning::Hex(pattern), _) if relation == Relation::Colon => Leaf::Holds(Finder::hex(pattern)),
            (Meaning::Hex(pattern), _) => Leaf::IsHex(pattern.clone(), equal),
            (Meaning::Flag(flag), _) => Leaf::Whole(*flag, equal),
            (Meaning::Time(time), _) => Leaf::Time(relation, time.clone()),
            (Meaning::Address(address), field) => {
                Leaf::Address(field.unwrap_or(Field::Remote), address.clone(), equal)
            }
            (Meaning::Quantity(quantity), Some(Field::Delta)) => Leaf::Delta(relation, quantity.nanos()),
            (Meaning::Quantity(quantity), field) => {
                Leaf::Number(field.unwrap_or(Field::Len), relation, quantity.plain())
            }
            (Meaning::Word, Some(Field::Dir)) => Leaf::Direction(Direction::from_word(plain), equal),
            (Meaning::Word, Some(Field::Kind)) => Leaf::Kind(kind_of_word(plain), equal),
            (Meaning::Word, Some(Field::Origin)) => Leaf::Origin(Origin::from_word(plain), equal),
            (Meaning::Word, field) => Leaf::Word(field.unwrap_or(Field::Event), plain.to_owned(), equal),
        }
    }
}
