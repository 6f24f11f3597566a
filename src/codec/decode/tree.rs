//! What a message was decoded to: a flat list of nodes in reading order, each with name, value, place and depth. A tree
//! is used for one message after the other and allocates only while it grows. It knows no protocol.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{Field, FieldKind};
use crate::codec::decode::value::Value;
use crate::codec::decode::{DecoderId, hint::EarlierRequest};
use crate::util::locale::Locale;
use std::net::IpAddr;
use std::ops::Range;

/// The nodes that are kept of one message; what lies beyond is said not to be decoded.
pub const MAX_NODES: usize = 65_536;
/// How deep nodes may be nested.
pub const MAX_DEPTH: u8 = 128;

/// Stands where a message could not be decoded further.
pub(super) static MALFORMED: Field = Field::new("_ws.malformed", "decode.malformed", FieldKind::Text);

/// A message, decoded.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// Texts that had to be made: unescaped, unmasked, put together.
    text: String,
    /// Bytes that had to be made.
    made: Vec<u8>,
    decoder: Option<DecoderId>,
    fault: Option<Fault>,
    asked: Option<EarlierRequest>,
}

/// The place of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// One node of a tree, with what is needed to read it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    tree: &'a Tree,
    message: &'a [u8],
    id: NodeId,
}

#[derive(Clone, Debug)]
struct Node {
    field: &'static Field,
    name: Name,
    value: Stored,
    /// Bytes of the message; `None` for what was computed.
    range: Option<Range<usize>>,
    parent: Option<NodeId>,
    depth: u8,
}

/// What a node adds to the name of the one above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// Nothing: the field has the whole name.
    Field,
    /// `.key`, kept in the tree's text.
    Key(Range<usize>),
    /// `[index]`.
    Index(u32),
}

/// A value as the tree keeps it.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    Nothing,
    Flag(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// In the tree's text.
    Text(Range<usize>),
    /// The bytes of the node's range.
    Bytes,
    /// In the tree's own bytes.
    Made(Range<usize>),
    Address(IpAddr),
    Duration(u64),
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Which decoder filled it; `None` for an empty tree.
    pub fn decoder(&self) -> Option<DecoderId> {
        self.decoder
    }

    /// Where decoding had to stop.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// The request that this message answers, where it is known.
    pub fn asked(&self) -> Option<EarlierRequest> {
        self.asked
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was decoded.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nodes in reading order: parents before their children. `message` is what was decoded.
    pub fn entries<'a>(&'a self, message: &'a [u8]) -> impl DoubleEndedIterator<Item = Entry<'a>> {
        (0..self.nodes.len()).map(move |place| Entry { tree: self, message, id: node_id(place) })
    }

    /// The node at a place in reading order.
    pub fn entry_at<'a>(&'a self, message: &'a [u8], place: usize) -> Option<Entry<'a>> {
        (place < self.nodes.len()).then(|| Entry { tree: self, message, id: node_id(place) })
    }

    /// The first value of a field.
    pub fn first<'a>(&'a self, message: &'a [u8], field: &Field) -> Option<Value<'a>> {
        self.entries(message).find(|entry| entry.is(field)).map(|entry| entry.value())
    }

    /// The first value of a field, where it is a number.
    pub fn number(&self, field: &Field) -> Option<u64> {
        match self.first(&[], field)? {
            Value::Unsigned(number) => Some(number),
            Value::Flag(flag) => Some(u64::from(flag)),
            _ => None,
        }
    }

    /// The first value of a field, where it is text.
    pub fn text(&self, field: &Field) -> Option<&str> {
        match self.first(&[], field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn begin(&mut self, decoder: DecoderId, asked: Option<EarlierRequest>) {
        self.clear();
        self.decoder = Some(decoder);
        self.asked = asked;
    }

    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.text.clear();
        self.made.clear();
        self.decoder = None;
        self.fault = None;
        self.asked = None;
    }

    pub(super) fn push(
        &mut self,
        field: &'static Field,
        value: Stored,
        range: Option<Range<usize>>,
        parent: Option<NodeId>,
    ) -> Result<NodeId, Fault> {
        let at = range.as_ref().map_or(0, |range| range.start);
        let depth = parent.map_or(0, |parent| self.node(parent).depth.saturating_add(1));
        if depth > MAX_DEPTH {
            return Err(Fault { at, why: Why::TooDeep });
        }
        if self.nodes.len() >= MAX_NODES {
            return Err(Fault { at, why: Why::TooMany });
        }
        self.nodes.push(Node { field, name: Name::Field, value, range, parent, depth });
        Ok(node_id(self.nodes.len() - 1))
    }

    /// Sets what a node adds to its parent's name.
    pub(super) fn set_name(&mut self, id: NodeId, name: Name) {
        self.node_mut(id).name = name;
    }

    /// Sets where a node ends.
    pub(super) fn set_end(&mut self, id: NodeId, end: usize) {
        if let Some(range) = &mut self.node_mut(id).range {
            range.end = end.max(range.start);
        }
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    /// Notes where decoding stopped. This node is kept beyond the limit too.
    pub(super) fn stop(&mut self, fault: Fault) {
        self.fault = Some(fault);
        let from = self.text.len();
        self.text.push_str(&fault.to_string());
        let value = Stored::Text(from..self.text.len());
        let range = Some(fault.at..fault.at);
        self.nodes.push(Node { field: &MALFORMED, name: Name::Field, value, range, parent: None, depth: 0 });
    }

    /// Keeps text that was made for a node; the range is what [`Stored::Text`] wants.
    pub(super) fn keep_text(&mut self, make: impl FnOnce(&mut String)) -> Range<usize> {
        let from = self.text.len();
        make(&mut self.text);
        from..self.text.len()
    }

    /// Keeps bytes that were made for a node.
    pub(super) fn keep_bytes(&mut self, make: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let from = self.made.len();
        make(&mut self.made);
        from..self.made.len()
    }

    pub(super) fn kept_text(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }
}

impl<'a> Entry<'a> {
    /// Its place in the tree.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The field it is a value of.
    pub fn field(&self) -> &'static Field {
        self.node().field
    }

    /// Whether it is a value of this field.
    pub fn is(&self, field: &Field) -> bool {
        self.field().is(field)
    }

    /// The node above it.
    pub fn parent(&self) -> Option<NodeId> {
        self.node().parent
    }

    /// How many nodes are above it.
    pub fn depth(&self) -> u8 {
        self.node().depth
    }

    /// Where its bytes are in the message; `None` for what was computed.
    pub fn range(&self) -> Option<Range<usize>> {
        self.node().range.clone()
    }

    /// Its value.
    pub fn value(&self) -> Value<'a> {
        match &self.node().value {
            Stored::Nothing => Value::Nothing,
            Stored::Flag(flag) => Value::Flag(*flag),
            Stored::Unsigned(number) => Value::Unsigned(*number),
            Stored::Signed(number) => Value::Signed(*number),
            Stored::Float(number) => Value::Float(*number),
            Stored::Text(range) => Value::Text(self.tree.kept_text(range.clone())),
            Stored::Bytes => {
                let range = self.node().range.clone().unwrap_or_default();
                Value::Bytes(self.message.get(range).unwrap_or_default())
            }
            Stored::Made(range) => Value::Bytes(self.tree.made.get(range.clone()).unwrap_or_default()),
            Stored::Address(address) => Value::Address(*address),
            Stored::Duration(nanos) => Value::Duration(*nanos),
        }
    }

    /// The word for its value, where the protocol has one: `3` is *Read Holding Registers*.
    pub fn meaning(&self, locale: &'a Locale) -> Option<&'a str> {
        match self.node().value {
            Stored::Unsigned(number) => self.field().meaning_of(number, locale),
            Stored::Flag(flag) => self.field().meaning_of(u64::from(flag), locale),
            _ => None,
        }
    }

    /// Appends its whole name: `modbus.func_code`, `json.a.b[0]`.
    pub fn push_name(&self, name: &mut String) {
        // Only names of JSON are made of parts; all others are whole.
        let mut parts = [self.id; MAX_DEPTH as usize + 1];
        let mut count = 0;
        let mut at = Some(self.id);
        while let Some(id) = at.filter(|_| count < parts.len()) {
            parts[count] = id;
            count += 1;
            at = match self.tree.node(id).name {
                Name::Field => None,
                _ => self.tree.node(id).parent,
            };
        }
        for id in parts[..count].iter().rev() {
            match &self.tree.node(*id).name {
                Name::Field => name.push_str(self.tree.node(*id).field.name),
                Name::Key(range) => push_key(name, self.tree.kept_text(range.clone())),
                Name::Index(index) => {
                    name.push('[');
                    name.push_str(itoa::Buffer::new().format(*index));
                    name.push(']');
                }
            }
        }
    }

    /// What it is called beside its value: a label in a language, or a key or an index of the message's own.
    pub fn label(&self, locale: &'a Locale) -> std::borrow::Cow<'a, str> {
        match &self.node().name {
            Name::Field => locale.text(self.field().label).into(),
            Name::Key(range) => self.tree.kept_text(range.clone()).into(),
            Name::Index(index) => format!("[{index}]").into(),
        }
    }

    /// Whether the last part of its name is this, and what is above it.
    pub(super) fn last_part(&self) -> (&'a Name, Option<Entry<'a>>) {
        let above = self.node().parent.map(|id| Entry { id, ..*self });
        (&self.node().name, above)
    }

    pub(super) fn kept_text(&self, range: Range<usize>) -> &'a str {
        self.tree.kept_text(range)
    }

    fn node(&self) -> &'a Node {
        self.tree.node(self.id)
    }
}

/// Appends a key as a part of a name; one that is no plain word stands in quotes.
pub(super) fn push_key(name: &mut String, key: &str) {
    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if is_plain {
        name.push('.');
        name.push_str(key);
    } else {
        name.push_str("[\"");
        for character in key.chars() {
            if matches!(character, '"' | '\\') {
                name.push('\\');
            }
            name.push(character);
        }
        name.push_str("\"]");
    }
}

fn node_id(place: usize) -> NodeId {
    // There are never more nodes than the limit allows.
    NodeId(u32::try_from(place).unwrap_or(u32::MAX))
}
