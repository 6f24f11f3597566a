//! The tree of decoded values as lines: which of them are seen, which bytes each is of, and which value a byte belongs to.
//! It must not know how a line is drawn.

use crate::codec::decode::{Entry, FieldKind, Tree, Value};
use crate::util::bytes_text::Count;
use crate::util::locale::Locale;
use std::collections::BTreeSet;
use std::ops::Range;

/// A value longer than this is cut: the dump has all of it.
const VALUE_CHARACTERS: usize = 160;

/// A decoded message.
#[derive(Clone, Debug)]
pub struct Nodes {
    tree: Tree,
    /// Whether something stands below each node.
    are_parents: Vec<bool>,
    /// The nodes that are seen, by their place in the tree.
    seen: Vec<usize>,
    /// The bytes of values with nothing below them, in order, none over another.
    leaves: Vec<Range<usize>>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLine {
    /// What it is called.
    pub label: String,
    /// As in expressions.
    pub name: String,
    /// Its value, with what that means.
    pub value: String,
    /// The value alone, as in expressions.
    pub plain: String,
    /// Its bytes; `None` for what was computed.
    pub bytes: Option<Range<usize>>,
    /// How many nodes are above it.
    pub depth: u8,
    /// Whether something stands below it.
    pub is_parent: bool,
    /// Whether that is seen.
    pub is_open: bool,
    /// Whether it says where decoding had to stop.
    pub is_fault: bool,
}

impl Nodes {
    /// All of a tree but what stands below folded nodes. Those are told by name, so that they stay folded from message
    /// to message.
    pub fn new(tree: Tree, message: &[u8], folded: &BTreeSet<String>) -> Nodes {
        let depths: Vec<u8> = tree.entries(message).map(|entry| entry.depth()).collect();
        let are_parents: Vec<bool> =
            (0..depths.len()).map(|at| depths.get(at + 1).is_some_and(|next| *next > depths[at])).collect();
        let mut leaves: Vec<Range<usize>> = Vec::new();
        for (place, entry) in tree.entries(message).enumerate() {
            let bytes = entry.range().filter(|bytes| !are_parents[place] && !bytes.is_empty());
            // Bits of one byte are several values of the same place; one of them stands for all.
            if let Some(bytes) = bytes
                && leaves.last().is_none_or(|last| last.end <= bytes.start)
            {
                leaves.push(bytes);
            }
        }
        let mut nodes = Nodes { tree, are_parents, seen: Vec::new(), leaves };
        nodes.fold(message, folded);
        nodes
    }

    /// Hides what stands below these nodes, and nothing else.
    pub fn fold(&mut self, message: &[u8], folded: &BTreeSet<String>) {
        self.seen.clear();
        let mut hidden_below: Option<u8> = None;
        let mut name = String::new();
        for (place, entry) in self.tree.entries(message).enumerate() {
            if hidden_below.is_some_and(|depth| entry.depth() > depth) {
                continue;
            }
            hidden_below = None;
            self.seen.push(place);
            if self.are_parents[place] && !folded.is_empty() {
                name.clear();
                entry.push_name(&mut name);
                hidden_below = folded.contains(&name).then(|| entry.depth());
            }
        }
    }

    /// What decoded it.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// How many lines are seen.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The bytes of a line.
    pub fn bytes(&self, message: &[u8], line: usize) -> Option<Range<usize>> {
        self.entry(message, line)?.range()
    }

    /// A line.
    pub fn line(&self, message: &[u8], line: usize, locale: &Locale) -> Option<NodeLine> {
        let entry = self.entry(message, line)?;
        let place = *self.seen.get(line)?;
        let mut name = String::new();
        entry.push_name(&mut name);
        let plain = plain_value(&entry);
        let fault = self.tree.fault().filter(|_| place + 1 == self.tree.len());
        // Where decoding stopped is a sentence in itself.
        let (label, value) = match fault {
            Some(fault) => (fault.text(locale), String::new()),
            None => (entry.label(locale).into_owned(), shown_value(&entry, &plain, locale)),
        };
        Some(NodeLine {
            label,
            name,
            value,
            plain,
            bytes: entry.range(),
            depth: entry.depth(),
            is_parent: self.are_parents[place],
            is_open: self.seen.get(line + 1) == Some(&(place + 1)),
            is_fault: fault.is_some(),
        })
    }

    /// The seen line of the smallest value that has this byte; of several the last, which stands deepest.
    pub fn line_of(&self, message: &[u8], byte: usize) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        for (line, place) in self.seen.iter().enumerate() {
            let range = self.tree.entry_at(message, *place).and_then(|entry| entry.range());
            if let Some(range) = range.filter(|range| range.contains(&byte))
                && best.is_none_or(|(_, least)| range.len() <= least)
            {
                best = Some((line, range.len()));
            }
        }
        best.map(|(line, _)| line)
    }

    /// Which of the values a byte is of, counted through the message, to tell neighbours apart by colour.
    pub fn leaf_of(&self, byte: usize) -> Option<usize> {
        let leaf = self.leaves.partition_point(|bytes| bytes.end <= byte);
        self.leaves.get(leaf).filter(|bytes| bytes.contains(&byte)).map(|_| leaf)
    }

    fn entry<'a>(&'a self, message: &'a [u8], line: usize) -> Option<Entry<'a>> {
        self.tree.entry_at(message, *self.seen.get(line)?)
    }
}

/// The value as one writes it in an expression.
fn plain_value(entry: &Entry<'_>) -> String {
    let mut plain = String::new();
    match entry.value() {
        Value::Bytes(bytes) => {
            let shown = &bytes[..bytes.len().min(VALUE_CHARACTERS / 2)];
            Value::Bytes(shown).push_plain(entry.field().kind, &mut plain);
        }
        Value::Text(text) => {
            let shown = text.chars().take(VALUE_CHARACTERS);
            plain.extend(shown.map(|c| if c.is_control() { ' ' } else { c }));
        }
        value => value.push_plain(entry.field().kind, &mut plain),
    }
    plain
}

/// The value as people read it: with its thousands apart, and the protocol's word for it.
fn shown_value(entry: &Entry<'_>, plain: &str, locale: &Locale) -> String {
    let number = match (entry.value(), entry.field().kind) {
        (Value::Unsigned(number), FieldKind::Number | FieldKind::Any) => Count(number).to_string(),
        (Value::Flag(flag), FieldKind::Flag) => {
            locale.text(if flag { "inspector.yes" } else { "inspector.no" }).to_owned()
        }
        (Value::Bytes(bytes), _) if bytes.len() > VALUE_CHARACTERS / 2 => format!("{plain}…"),
        _ => plain.to_owned(),
    };
    match entry.meaning(locale) {
        Some(word) => format!("{number} {word}"),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::Nodes;
    use crate::codec::decode::{DecodeChoice, DecoderId, Hint, Tree, decode};
    use crate::util::locale::{Language, Locale};
    use std::collections::BTreeSet;

    /// An answer with two registers.
    const ANSWER: &[u8] = &[0, 42, 0, 0, 0, 7, 1, 3, 4, 0x0B, 0x37, 0x0B, 0xB8];

    fn decoded(message: &[u8], id: DecoderId) -> Tree {
        let mut tree = Tree::new();
        decode(id.decoder(), message, &Hint::default(), &mut tree);
        tree
    }

    fn labels(nodes: &Nodes, message: &[u8]) -> Vec<String> {
        let locale = Locale::of(Language::English);
        let line = |line| nodes.line(message, line, locale).unwrap();
        (0..nodes.len()).map(line).map(|line| format!("{}={}", line.name, line.plain)).collect()
    }

    #[test]
    fn each_byte_leads_to_the_smallest_value_and_back() {
        let nodes = Nodes::new(decoded(ANSWER, DecoderId::Modbus), ANSWER, &BTreeSet::new());
        let locale = Locale::of(Language::English);
        for byte in [0, 1, 4, 5, 6, 7, 8] {
            let line = nodes.line_of(ANSWER, byte).unwrap();
            let bytes = nodes.bytes(ANSWER, line).unwrap();
            assert!(bytes.contains(&byte) && bytes.len() <= 2, "{byte}: {bytes:?}");
        }
        assert_eq!(nodes.line_of(ANSWER, 99), None);
        let function = nodes.line(ANSWER, nodes.line_of(ANSWER, 7).unwrap(), locale).unwrap();
        assert_eq!((function.name.as_str(), function.plain.as_str()), ("modbus.func_code", "3"));
        assert!(function.value.starts_with("3 ") && function.bytes == Some(7..8), "{function:?}");
        assert_eq!(nodes.leaf_of(0), nodes.leaf_of(1));
        assert_ne!(nodes.leaf_of(1), nodes.leaf_of(4));
        assert!(DecodeChoice::Auto.decoder_for(ANSWER, &Hint::default()).is_some());
    }

    #[test]
    fn what_stands_below_a_folded_node_is_not_seen() {
        let message = br#"{"a":{"b":1,"c":[true,null]},"d":"x"}"#;
        let mut nodes = Nodes::new(decoded(message, DecoderId::Json), message, &BTreeSet::new());
        let all = labels(&nodes, message);
        assert!(all.iter().any(|line| line == "json.a.c[0]=true"), "{all:?}");
        nodes.fold(message, &BTreeSet::from(["json.a".to_owned()]));
        let folded = labels(&nodes, message);
        assert!(folded.iter().all(|line| !line.starts_with("json.a.")), "{folded:?}");
        assert!(folded.iter().any(|line| line == "json.d=x"), "{folded:?}");
        nodes.fold(message, &BTreeSet::new());
        assert_eq!(labels(&nodes, message), all);
    }
}
