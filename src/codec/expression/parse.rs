//! From a typed text to a tree. What is wrong is said with its place; nothing is guessed.

use crate::codec::expression::cursor::Cursor;
use crate::codec::expression::field::{Field, FieldType};
use crate::codec::expression::literal::{AddressLiteral, Quantity, TextLiteral, TimeLiteral};
use crate::codec::expression::pattern::{Pattern, PatternOver};
use crate::codec::expression::tree::{Expression, Literal, Meaning, Node, Relation, Subject, Test};
use crate::codec::expression::vocabulary::Vocabulary;
use crate::codec::expression::wrong::{ExpressionError, Wanted, Wrong};
use crate::codec::hex;
use std::collections::BTreeSet;

/// Brackets and `not` may be nested so deep.
const MOST_DEPTH: usize = 64;
/// So many bytes may be typed.
const MOST_BYTES: usize = 64 << 10;
/// How other programs write a comparison.
const RELATION_WORDS: [(&str, Relation); 8] = [
    ("contains", Relation::Colon),
    ("matches", Relation::Matches),
    ("eq", Relation::Equal),
    ("ne", Relation::Differs),
    ("lt", Relation::Less),
    ("le", Relation::LessOrEqual),
    ("gt", Relation::Greater),
    ("ge", Relation::GreaterOrEqual),
];

impl Expression {
    /// Reads an expression in which these names are known besides the fields of every row.
    pub fn parse(typed: &str, vocabulary: &Vocabulary) -> Result<Expression, ExpressionError> {
        let mut parser = Parser::new(typed, vocabulary, BTreeSet::new());
        let root = parser.whole()?;
        if parser.groups.is_empty() {
            return parser.unknown.map_or(Ok(Expression { root }), Err);
        }
        // What groups catch is known in the whole expression, also before the group.
        let mut parser = Parser::new(typed, vocabulary, parser.groups);
        let root = parser.whole()?;
        parser.unknown.map_or(Ok(Expression { root }), Err)
    }
}

/// Reads names of fields with commas between: `time,remote,modbus.func_code`.
pub fn parse_fields(typed: &str) -> Result<Vec<Subject>, ExpressionError> {
    let vocabulary = Vocabulary::default();
    let mut parser = Parser::new(typed, &vocabulary, BTreeSet::new());
    let mut fields = Vec::new();
    loop {
        parser.cursor.skip_space();
        let at = parser.cursor.at();
        let name = parser.cursor.take_name();
        if name.is_empty() {
            return Err(parser.cursor.error(at, Wrong::FieldMissing));
        }
        fields.push(parser.subject(name, at)?);
        if let Some(error) = parser.unknown.take() {
            return Err(error);
        }
        parser.cursor.skip_space();
        if parser.cursor.is_done() {
            return Ok(fields);
        }
        if !parser.cursor.take(",") {
            return Err(parser.cursor.error(parser.cursor.at(), Wrong::FieldsNotDivided));
        }
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    vocabulary: &'a Vocabulary,
    /// Names of groups that are known from an earlier reading.
    caught: BTreeSet<String>,
    /// Names of groups that this reading came by.
    groups: BTreeSet<String>,
    /// The first name that is no variable, unless a group that was not yet read has it.
    unknown: Option<ExpressionError>,
    depth: usize,
}

/// A value as it was typed, and where.
struct Typed {
    text: TextLiteral,
    quoted: bool,
    at: usize,
}

impl<'a> Parser<'a> {
    fn new(typed: &'a str, vocabulary: &'a Vocabulary, caught: BTreeSet<String>) -> Parser<'a> {
        Parser {
            cursor: Cursor::new(typed),
            vocabulary,
            caught,
            groups: BTreeSet::new(),
            unknown: None,
            depth: 0,
        }
    }

    fn whole(&mut self) -> Result<Node, ExpressionError> {
        if self.cursor.rest().len() > MOST_BYTES {
            return Err(self.cursor.error(0, Wrong::TooLong));
        }
        self.cursor.skip_space();
        if self.cursor.is_done() {
            return Err(self.cursor.error(0, Wrong::Empty));
        }
        let root = self.any("")?;
        let at = self.cursor.at();
        // Only a closing bracket ends an expression before its end.
        if self.cursor.is_done() {
            Ok(root)
        } else {
            Err(self.cursor.error(at, Wrong::NeverOpened { closing: ')' }))
        }
    }

    /// Terms between *or*. `after` is what stands before, for an error.
    fn any(&mut self, after: &str) -> Result<Node, ExpressionError> {
        let mut nodes = vec![self.all(after)?];
        while self.cursor.take_keyword("or", "||") {
            nodes.push(self.all("or")?);
        }
        Ok(Node::any(nodes))
    }

    /// Terms between *and*, or side by side.
    fn all(&mut self, after: &str) -> Result<Node, ExpressionError> {
        let mut nodes = vec![self.term(after)?];
        loop {
            self.cursor.skip_space();
            if self.cursor.take_keyword("and", "&&") {
                nodes.push(self.term("and")?);
                continue;
            }
            let mut ahead = self.cursor;
            if ahead.is_done() || ahead.take(")") || ahead.take_keyword("or", "||") {
                return Ok(Node::all(nodes));
            }
            nodes.push(self.term("")?);
        }
    }

    fn term(&mut self, after: &str) -> Result<Node, ExpressionError> {
        self.cursor.skip_space();
        let start = self.cursor.at();
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(self.cursor.error(start, Wrong::TooDeep));
        }
        let node = if self.cursor.take_keyword("not", "!") {
            Node::Not(Box::new(self.term("not")?))
        } else if self.cursor.take("(") {
            let inside = self.any("(")?;
            if !self.cursor.take(")") {
                return Err(self.cursor.error(start, Wrong::NeverClosed { opening: '(' }));
            }
            inside
        } else {
            self.test(after)?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self, after: &str) -> Result<Node, ExpressionError> {
        let start = self.cursor.at();
        let missing =
            |cursor: &Cursor<'_>| Err(cursor.error(start, Wrong::TermMissing { after: after.to_owned() }));
        if self.cursor.rest().starts_with('"') {
            let text = self.cursor.take_string()?;
            return if text.is_empty() { missing(&self.cursor) } else { Ok(words(text, true)) };
        }
        let mut ahead = self.cursor;
        if ahead.take_keyword("and", "&&") || ahead.take_keyword("or", "||") {
            return missing(&self.cursor);
        }
        let word = self.cursor.take_word();
        if word.is_empty() {
            return missing(&self.cursor);
        }
        let word = self.cut_at_equals(word, start)?;
        let after_word = self.cursor;
        self.cursor.skip_space();
        if let Some(relation) = self.cursor.take_symbol() {
            let subject = self.subject(word, start)?;
            return self.comparison(subject, relation, start).map(Node::Test);
        }
        if self.is_known(word) && self.cursor.take_in() {
            let subject = self.subject(word, start)?;
            return self.set(subject, start).map(Node::Test);
        }
        if self.is_known(word) && self.cursor.rest().starts_with('=') {
            return Err(self.cursor.error(self.cursor.at(), Wrong::EqualsSingle));
        }
        self.cursor = after_word;
        self.cursor.skip_space();
        self.alone(word, start)
    }

    /// A word takes a single `=` in, unless what stands before it is a field.
    fn cut_at_equals(&self, word: &'a str, start: usize) -> Result<&'a str, ExpressionError> {
        match word.split_once('=') {
            Some((name, _)) if self.is_known(name) => {
                Err(self.cursor.error(start + name.len(), Wrong::EqualsSingle))
            }
            _ => Ok(word),
        }
    }

    /// A word without a comparison: a field asks whether there is one, anything else is text to find.
    fn alone(&mut self, word: &str, start: usize) -> Result<Node, ExpressionError> {
        // The name of a protocol alone is a word like others.
        let is_protocol = !word.contains('.') && Vocabulary::has_decoded(word);
        if (self.is_known(word) && !is_protocol) || Vocabulary::has_protocol_of(word) {
            let subject = self.subject(word, start)?;
            self.not_a_relation(&subject)?;
            return Ok(Node::Test(Test { subject, relation: Relation::Has, values: Vec::new() }));
        }
        Ok(words(TextLiteral::plain(word), false))
    }

    /// Behind a field, a word that compares in other programs is no text to find.
    fn not_a_relation(&self, subject: &Subject) -> Result<(), ExpressionError> {
        let mut ahead = self.cursor;
        let word = ahead.take_word();
        ahead.skip_space();
        let found = RELATION_WORDS.into_iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
        let Some((_, relation)) = found.filter(|_| !ahead.is_done()) else { return Ok(()) };
        // The colon holds in a text, and is the same as equal for what a decoder found.
        let is_found = relation == Relation::Colon && !matches!(subject, Subject::Field(_));
        let symbol = if is_found { Relation::Matches } else { relation }.symbol();
        Err(self.cursor.error(self.cursor.at(), Wrong::RelationIsWord { word: word.to_owned(), symbol }))
    }

    fn is_known(&self, word: &str) -> bool {
        Field::from_name(word).is_some() || Vocabulary::has_decoded(word) || self.is_variable(word)
    }

    fn is_variable(&self, word: &str) -> bool {
        self.caught.contains(word) || self.vocabulary.has_variable(word)
    }

    fn subject(&mut self, name: &str, at: usize) -> Result<Subject, ExpressionError> {
        if let Some(field) = Field::from_name(name) {
            return Ok(Subject::Field(field));
        }
        if self.is_variable(name) {
            return Ok(Subject::Variable(name.to_owned()));
        }
        if Vocabulary::has_decoded(name) {
            return Ok(Subject::Decoded(name.to_owned()));
        }
        let nearest = self.vocabulary.nearest(name);
        let error = self.cursor.error(at, Wrong::FieldUnknown { name: name.to_owned(), nearest });
        let may_be_variable = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !may_be_variable {
            return Err(error);
        }
        self.unknown.get_or_insert(error);
        Ok(Subject::Variable(name.to_owned()))
    }

    fn comparison(
        &mut self,
        subject: Subject,
        relation: Relation,
        start: usize,
    ) -> Result<Test, ExpressionError> {
        if !allows(&subject, relation) {
            let wrong =
                Wrong::CannotCompare { field: subject.name().to_owned(), relation: relation.symbol() };
            return Err(self.cursor.error(start, wrong));
        }
        let value = self.value(&subject, relation, start)?;
        Ok(Test { subject, relation, values: vec![value] })
    }

    /// The values of `in {…}`.
    fn set(&mut self, subject: Subject, start: usize) -> Result<Test, ExpressionError> {
        let after = self.cursor.since(start).to_owned();
        self.cursor.skip_space();
        let open = self.cursor.at();
        if !self.cursor.take("{") {
            return Err(self.cursor.error(open, Wrong::BraceMissing { after }));
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value(&subject, Relation::OneOf, start)?);
            self.cursor.skip_space();
            if self.cursor.take("}") {
                return Ok(Test { subject, relation: Relation::OneOf, values });
            }
            if self.cursor.is_done() {
                return Err(self.cursor.error(open, Wrong::NeverClosed { opening: '{' }));
            }
            if !self.cursor.take(",") {
                return Err(self.cursor.error(self.cursor.at(), Wrong::CommaMissing));
            }
        }
    }

    fn value(
        &mut self,
        subject: &Subject,
        relation: Relation,
        start: usize,
    ) -> Result<Literal, ExpressionError> {
        let after = self.cursor.since(start).to_owned();
        let end = self.cursor.at();
        self.cursor.skip_space();
        let at = self.cursor.at();
        if relation == Relation::Matches {
            return self.pattern(subject, &after);
        }
        let quoted = self.cursor.rest().starts_with('"');
        let text = if quoted { self.cursor.take_string()? } else { TextLiteral::plain(self.bare_value()) };
        if text.is_empty() && !(quoted && relation != Relation::Colon) {
            // Behind the last thing that was typed, there is no better place than right behind it.
            let place = if self.cursor.is_done() { end } else { at };
            return Err(self.cursor.error(place, Wrong::ValueMissing { after }));
        }
        let typed = Typed { text, quoted, at };
        let meaning = self.meaning(subject, relation, &typed)?;
        Ok(Literal { text: typed.text, quoted, meaning })
    }

    /// A value without quotes; a conjunction is none.
    fn bare_value(&mut self) -> &'a str {
        let mut ahead = self.cursor;
        let is_keyword = ["and", "or", "not"].into_iter().any(|keyword| ahead.take_keyword(keyword, ""));
        if is_keyword { "" } else { self.cursor.take_value() }
    }

    /// What stands after `~`.
    fn pattern(&mut self, subject: &Subject, after: &str) -> Result<Literal, ExpressionError> {
        let at = self.cursor.at();
        let quoted = self.cursor.rest().starts_with('"');
        let source = if quoted { self.cursor.take_pattern()? } else { self.cursor.take_value().to_owned() };
        if source.is_empty() {
            return Err(self.cursor.error(at, Wrong::ValueMissing { after: after.to_owned() }));
        }
        let over = match subject {
            Subject::Field(Field::Bytes) => PatternOver::Bytes,
            _ => PatternOver::Text,
        };
        let pattern = Pattern::new(&source, over).map_err(|fault| {
            let inside = fault.at.unwrap_or(0) + usize::from(quoted);
            let mut error = self.cursor.error(at, Wrong::Pattern(fault));
            error.at += inside;
            error
        })?;
        for name in pattern.names() {
            if Field::from_name(name).is_some() {
                return Err(self.cursor.error(at, Wrong::GroupIsField { name: name.to_owned() }));
            }
            self.groups.insert(name.to_owned());
        }
        Ok(Literal { text: TextLiteral::plain(&source), quoted, meaning: Meaning::Pattern(pattern) })
    }

    fn meaning(
        &self,
        subject: &Subject,
        relation: Relation,
        typed: &Typed,
    ) -> Result<Meaning, ExpressionError> {
        let characters = typed.text.characters();
        let plain = characters.unwrap_or_default();
        let is_variable = !typed.quoted && self.is_variable(plain);
        let field = match subject {
            Subject::Field(field) => *field,
            Subject::Words => return Ok(Meaning::Text),
            Subject::Decoded(_) | Subject::Variable(_) if is_variable => return Ok(Meaning::Variable),
            Subject::Decoded(_) | Subject::Variable(_) => return self.loose(relation, typed),
        };
        let wrong = |wanted| {
            let value = plain.to_owned();
            Err(self.cursor.error(typed.at, Wrong::ValueIsNo { value, wanted }))
        };
        match field.field_type() {
            FieldType::Number | FieldType::Span | FieldType::Text if is_variable => Ok(Meaning::Variable),
            FieldType::Text | FieldType::Bytes => Ok(Meaning::Text),
            FieldType::Word | FieldType::Flag => self.word(field, typed),
            FieldType::Number => match Quantity::parse(plain) {
                Some(quantity @ Quantity::Plain(_)) => Ok(Meaning::Quantity(quantity)),
                _ => wrong(Wanted::Number),
            },
            FieldType::Span => {
                Quantity::parse(plain).map_or_else(|| wrong(Wanted::Span), |span| Ok(Meaning::Quantity(span)))
            }
            FieldType::Time => {
                TimeLiteral::parse(plain).map_or_else(|| wrong(Wanted::Time), |time| Ok(Meaning::Time(time)))
            }
            FieldType::Address => AddressLiteral::parse(plain)
                .map_or_else(|| wrong(Wanted::Address), |address| Ok(Meaning::Address(address))),
            FieldType::Hex => hex::parse_pattern(plain).map(Meaning::Hex).or_else(|_| wrong(Wanted::Hex)),
        }
    }

    fn word(&self, field: Field, typed: &Typed) -> Result<Meaning, ExpressionError> {
        let value = typed.text.characters().unwrap_or_default();
        let known = field.words();
        if !known.is_empty() && !known.contains(&value) {
            let wrong = Wrong::WordUnknown { value: value.to_owned(), known: known.join(", ") };
            return Err(self.cursor.error(typed.at, wrong));
        }
        Ok(if field == Field::Whole { Meaning::Flag(value == "true") } else { Meaning::Word })
    }

    /// A value of a field whose type only the message tells.
    fn loose(&self, relation: Relation, typed: &Typed) -> Result<Meaning, ExpressionError> {
        let plain = typed.text.characters().unwrap_or_default();
        let quantity = if typed.quoted { None } else { Quantity::parse(plain) };
        if relation.is_order() && quantity.is_none() {
            let wrong = Wrong::ValueIsNo { value: plain.to_owned(), wanted: Wanted::Number };
            return Err(self.cursor.error(typed.at, wrong));
        }
        Ok(Meaning::Loose(quantity))
    }
}

fn words(text: TextLiteral, quoted: bool) -> Node {
    let literal = Literal { text, quoted, meaning: Meaning::Text };
    Node::Test(Test { subject: Subject::Words, relation: Relation::Colon, values: vec![literal] })
}

/// Whether a field can be compared in this way.
fn allows(subject: &Subject, relation: Relation) -> bool {
    let Subject::Field(field) = subject else { return true };
    match field.field_type() {
        FieldType::Number | FieldType::Time | FieldType::Span => relation != Relation::Matches,
        FieldType::Hex | FieldType::Flag => !relation.is_order() && relation != Relation::Matches,
        FieldType::Word | FieldType::Address | FieldType::Text | FieldType::Bytes => !relation.is_order(),
    }
}
