//! An expression as a tree, and the tree as text again: what is written here reads back as the same tree.

use crate::codec::expression::field::Field;
use crate::codec::expression::literal::{AddressLiteral, Quantity, TextLiteral, TextPiece, TimeLiteral};
use crate::codec::expression::pattern::Pattern;
use crate::codec::hex::HexPattern;
use crate::codec::text::TextEncoding;
use std::fmt::{self, Write};

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub(super) root: Node,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// All of them; there are at least two, and none is of this kind itself.
    All(Vec<Node>),
    /// At least one of them; there are at least two, and none is of this kind itself.
    Any(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// One question.
    Test(Test),
}

/// One question about a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is asked for.
    pub subject: Subject,
    /// How it is compared.
    pub relation: Relation,
    /// With what: nothing for [`Relation::Has`], several for [`Relation::OneOf`], otherwise one.
    pub values: Vec<Literal>,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The characters of the row: a word stands alone.
    Words,
    /// What every row has.
    Field(Field),
    /// What a decoder finds.
    Decoded(String),
    /// What a group of a regular expression caught, or what was set.
    Variable(String),
}

/// How a question compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is there: a field stands alone.
    Has,
    /// `==`
    Equal,
    /// `!=`
    Differs,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `~`
    Matches,
    /// `:`
    Colon,
    /// `in {…}`
    OneOf,
}

/// A value as it was typed, and what it means for the field that it stands beside.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// Its characters, escapes resolved.
    pub text: TextLiteral,
    /// Whether it was typed in quotes.
    pub quoted: bool,
    /// What it means.
    pub meaning: Meaning,
}

/// What a value means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// These characters.
    Text,
    /// One of a field's words.
    Word,
    /// This number or span.
    Quantity(Quantity),
    /// This moment.
    Time(TimeLiteral),
    /// These addresses.
    Address(AddressLiteral),
    /// These bytes.
    Hex(HexPattern),
    /// Yes or no.
    Flag(bool),
    /// What this regular expression describes.
    Pattern(Pattern),
    /// A number where the other side is one, otherwise these characters.
    Loose(Option<Quantity>),
    /// The value of the variable with this name.
    Variable,
}

impl Expression {
    /// The tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// An expression for a tree that was put together, such as by a click on a value.
    pub fn of(root: Node) -> Expression {
        Expression { root }
    }

    /// Whether it only says what is to be found, and neither where else nor what is not.
    pub fn is_words(&self) -> bool {
        self.root.is_words()
    }

    /// The same, but texts to find are told apart by their case, also where only small letters were typed.
    #[must_use]
    pub fn matching_case(mut self) -> Expression {
        self.root.match_case();
        self
    }

    /// The same, but what is to be found in the characters of a row is also found in what a decoder has under this name.
    #[must_use]
    pub fn also_in(self, name: &str) -> Expression {
        Expression { root: self.root.also_in(name) }
    }

    /// Whether any question is about this field.
    pub fn asks_for(&self, field: Field) -> bool {
        self.tests().iter().any(|test| test.subject == Subject::Field(field))
    }

    /// A character that is to be found and that an encoding lacks: then nothing can be found in it.
    pub fn not_encodable(&self, encoding: TextEncoding) -> Option<char> {
        let words = self.tests().into_iter().filter(|test| test.subject == Subject::Words);
        let mut encoded = words.flat_map(|test| &test.values).map(|literal| literal.text.encode(encoding));
        encoded.find_map(Result::err).map(|error| error.character)
    }

    /// All questions, in their order.
    pub fn tests(&self) -> Vec<&Test> {
        let mut tests = Vec::new();
        self.root.gather(&mut tests);
        tests
    }
}

impl Node {
    /// All of these.
    pub fn all(nodes: Vec<Node>) -> Node {
        Node::joined(nodes, Node::All, |node| match node {
            Node::All(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// Any of these.
    pub fn any(nodes: Vec<Node>) -> Node {
        Node::joined(nodes, Node::Any, |node| match node {
            Node::Any(inner) => Ok(inner),
            other => Err(other),
        })
    }

    fn joined(
        nodes: Vec<Node>,
        join: fn(Vec<Node>) -> Node,
        inside: fn(Node) -> Result<Vec<Node>, Node>,
    ) -> Node {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match inside(node) {
                Ok(inner) => flat.extend(inner),
                Err(other) => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => join(flat),
        }
    }

    fn is_words(&self) -> bool {
        match self {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(Node::is_words),
            Node::Not(_) => false,
            Node::Test(test) => test.subject == Subject::Words,
        }
    }

    fn also_in(self, name: &str) -> Node {
        let each = |nodes: Vec<Node>| nodes.into_iter().map(|node| node.also_in(name)).collect();
        match self {
            Node::All(nodes) => Node::all(each(nodes)),
            Node::Any(nodes) => Node::any(each(nodes)),
            Node::Not(node) => Node::Not(Box::new(node.also_in(name))),
            Node::Test(test) => match test.of_decoded(name) {
                None => Node::Test(test),
                Some(decoded) if test.relation == Relation::Differs => {
                    let equal = Test { relation: Relation::Equal, ..decoded };
                    Node::all(vec![Node::Test(test), Node::Not(Box::new(Node::Test(equal)))])
                }
                Some(decoded) => Node::any(vec![Node::Test(test), Node::Test(decoded)]),
            },
        }
    }

    fn match_case(&mut self) {
        match self {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter_mut().for_each(Node::match_case),
            Node::Not(node) => node.match_case(),
            Node::Test(test) => {
                for literal in &mut test.values {
                    literal.text.matches_case = true;
                }
            }
        }
    }

    fn gather<'a>(&'a self, tests: &mut Vec<&'a Test>) {
        match self {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| node.gather(tests)),
            Node::Not(node) => node.gather(tests),
            Node::Test(test) => tests.push(test),
        }
    }
}

impl Test {
    /// A text to find anywhere in a row.
    pub fn find(text: &str) -> Test {
        let literal = Literal { text: TextLiteral::plain(text), quoted: true, meaning: Meaning::Text };
        Test { subject: Subject::Words, relation: Relation::Colon, values: vec![literal] }
    }

    /// The same about what a decoder has under this name, where it is about characters.
    fn of_decoded(&self, name: &str) -> Option<Test> {
        let is_about_text = matches!(self.subject, Subject::Words | Subject::Field(Field::Text));
        if !is_about_text || self.values.is_empty() {
            return None;
        }
        let finds = self.subject == Subject::Words || self.relation == Relation::Colon;
        let relation = if finds { Relation::Colon } else { self.relation };
        let mut values = self.values.clone();
        for value in values.iter_mut().filter(|value| value.meaning == Meaning::Text && !finds) {
            value.meaning = Meaning::Loose(None);
        }
        Some(Test { subject: Subject::Decoded(name.to_owned()), relation, values })
    }
}

impl Relation {
    /// As it is typed.
    pub fn symbol(self) -> &'static str {
        match self {
            Relation::Has => "",
            Relation::Equal => "==",
            Relation::Differs => "!=",
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
            Relation::Matches => "~",
            Relation::Colon => ":",
            Relation::OneOf => "in",
        }
    }

    /// Whether it asks for more or less.
    pub(super) fn is_order(self) -> bool {
        matches!(self, Relation::Less | Relation::LessOrEqual | Relation::Greater | Relation::GreaterOrEqual)
    }
}

impl Subject {
    /// As it is typed; nothing for words.
    pub fn name(&self) -> &str {
        match self {
            Subject::Words => "",
            Subject::Field(field) => field.name(),
            Subject::Decoded(name) | Subject::Variable(name) => name,
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str| {
            for (place, node) in nodes.iter().enumerate() {
                f.write_str(if place > 0 { between } else { "" })?;
                node.fmt_inside(f, between == " and ")?;
            }
            Ok(())
        };
        match self {
            Node::All(nodes) => list(f, nodes, " and "),
            Node::Any(nodes) => list(f, nodes, " or "),
            Node::Not(node) => {
                f.write_str("not ")?;
                match node.as_ref() {
                    Node::All(_) | Node::Any(_) => write!(f, "({node})"),
                    node => node.fmt(f),
                }
            }
            Node::Test(test) => test.fmt(f),
        }
    }
}

impl Node {
    fn fmt_inside(&self, f: &mut fmt::Formatter<'_>, of_all: bool) -> fmt::Result {
        match self {
            Node::Any(_) if of_all => write!(f, "({self})"),
            node => write!(f, "{node}"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.subject.name())?;
        match (&self.subject, self.relation, self.values.as_slice()) {
            (Subject::Words, _, [value, ..]) => value.fmt(f),
            (_, Relation::Has, _) => Ok(()),
            (_, Relation::Colon, [value, ..]) => write!(f, ":{value}"),
            (_, Relation::OneOf, values) => {
                f.write_str(" in {")?;
                for (place, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if place > 0 { ", " } else { "" })?;
                }
                f.write_char('}')
            }
            (_, relation, [value, ..]) => write!(f, " {} {value}", relation.symbol()),
            (_, _, []) => Ok(()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Meaning::Pattern(pattern) = &self.meaning {
            return if self.quoted {
                fmt_pattern(f, pattern.source())
            } else {
                f.write_str(pattern.source())
            };
        }
        let quote = if self.quoted { "\"" } else { "" };
        f.write_str(quote)?;
        for piece in &self.text.pieces {
            match piece {
                TextPiece::Characters(text) if !self.quoted => f.write_str(text)?,
                TextPiece::Characters(text) => {
                    text.chars().try_for_each(|character| fmt_character(f, character))?;
                }
                TextPiece::Byte(byte) => write!(f, "\\x{byte:02X}")?,
            }
        }
        f.write_str(quote)
    }
}

fn fmt_character(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '"' | '\\' => write!(f, "\\{character}"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        _ if character.is_control() => write!(f, "\\u{{{:X}}}", u32::from(character)),
        _ => f.write_char(character),
    }
}

/// A pattern stands between quotes as it is; only a quote of its own is marked.
fn fmt_pattern(f: &mut fmt::Formatter<'_>, source: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in source.chars() {
        if character == '"' {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}
