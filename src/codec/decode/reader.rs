//! How a decoder walks over a message: each step takes bytes and puts a node into the tree, or says where and why it
//! cannot. It knows no protocol.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::Field;
use crate::codec::decode::hint::Hint;
use crate::codec::decode::tree::{Name, NodeId, Stored, Tree};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A message that is being decoded.
#[derive(Debug)]
pub struct Reader<'a> {
    message: &'a [u8],
    hint: &'a Hint,
    tree: &'a mut Tree,
    at: usize,
    end: usize,
    parent: Option<NodeId>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(message: &'a [u8], hint: &'a Hint, tree: &'a mut Tree) -> Reader<'a> {
        Reader { message, hint, tree, at: 0, end: message.len(), parent: None }
    }

    /// What is known beside the bytes.
    pub fn hint(&self) -> &'a Hint {
        self.hint
    }

    /// The whole message.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The next byte's place.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The bytes that are left, up to the innermost limit.
    pub fn rest(&self) -> &'a [u8] {
        &self.message[self.at..self.end]
    }

    /// How many bytes are left, up to the innermost limit.
    pub fn left(&self) -> usize {
        self.end - self.at
    }

    /// A fault at the next byte.
    pub fn fault(&self, why: Why) -> Fault {
        Fault { at: self.at, why }
    }

    /// Goes over so many bytes and gives them.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        if length > self.left() {
            return Err(Fault { at: self.end, why: Why::EndsEarly });
        }
        let taken = &self.message[self.at..self.at + length];
        self.at += length;
        Ok(taken)
    }

    /// A number of up to 8 bytes, the most significant first.
    pub fn number(&mut self, field: &'static Field, length: usize) -> Result<u64, Fault> {
        let start = self.at;
        let value = big_endian(self.take(length)?);
        self.push(field, Stored::Unsigned(value), start..self.at)?;
        Ok(value)
    }

    /// A number without a node of its own.
    pub fn plain_number(&mut self, length: usize) -> Result<u64, Fault> {
        Ok(big_endian(self.take(length)?))
    }

    /// Bits of a number that lies at a place already gone over, as many as the mask has, moved down.
    pub fn bits(&mut self, field: &'static Field, range: Range<usize>, mask: u64) -> Result<u64, Fault> {
        let whole = self.message.get(range.clone()).map_or(0, big_endian);
        let value = (whole & mask) >> mask.trailing_zeros().min(63);
        self.push(field, Stored::Unsigned(value), range)?;
        Ok(value)
    }

    /// A yes or no out of a number that lies at a place already gone over.
    pub fn flag(&mut self, field: &'static Field, range: Range<usize>, mask: u64) -> Result<bool, Fault> {
        let value = self.message.get(range.clone()).map_or(0, big_endian) & mask != 0;
        self.push(field, Stored::Flag(value), range)?;
        Ok(value)
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, field: &'static Field, length: usize) -> Result<&'a [u8], Fault> {
        let start = self.at;
        let taken = self.take(length)?;
        self.push(field, Stored::Bytes, start..self.at)?;
        Ok(taken)
    }

    /// Characters in UTF-8. A byte that is none becomes `\xFF`.
    pub fn text(&mut self, field: &'static Field, length: usize) -> Result<&'a [u8], Fault> {
        let start = self.at;
        let taken = self.take(length)?;
        self.text_at(field, start..self.at)?;
        Ok(taken)
    }

    /// Characters at a place that may have been gone over already.
    pub fn text_at(&mut self, field: &'static Field, range: Range<usize>) -> Result<NodeId, Fault> {
        let bytes = self.message.get(range.clone()).unwrap_or_default();
        let kept = self.tree.keep_text(|text| push_text(text, bytes));
        self.push(field, Stored::Text(kept), range)
    }

    /// An IPv4 address.
    pub fn ipv4(&mut self, field: &'static Field) -> Result<Ipv4Addr, Fault> {
        let start = self.at;
        let taken = self.take(4)?;
        let address = Ipv4Addr::from(<[u8; 4]>::try_from(taken).unwrap_or_default());
        self.push(field, Stored::Address(IpAddr::V4(address)), start..self.at)?;
        Ok(address)
    }

    /// An IPv6 address.
    pub fn ipv6(&mut self, field: &'static Field) -> Result<Ipv6Addr, Fault> {
        let start = self.at;
        let taken = self.take(16)?;
        let address = Ipv6Addr::from(<[u8; 16]>::try_from(taken).unwrap_or_default());
        self.push(field, Stored::Address(IpAddr::V6(address)), start..self.at)?;
        Ok(address)
    }

    /// Something that stands at a place of the message but is a number only by interpretation.
    pub fn number_at(
        &mut self,
        field: &'static Field,
        value: u64,
        range: Range<usize>,
    ) -> Result<NodeId, Fault> {
        self.push(field, Stored::Unsigned(value), range)
    }

    /// A number with a fraction that was read out of bytes of the message.
    pub fn float_at(
        &mut self,
        field: &'static Field,
        value: f64,
        range: Range<usize>,
    ) -> Result<NodeId, Fault> {
        self.push(field, Stored::Float(value), range)
    }

    /// Text that was made out of bytes of the message.
    pub fn made_text(
        &mut self,
        field: &'static Field,
        range: Range<usize>,
        make: impl FnOnce(&mut String),
    ) -> Result<NodeId, Fault> {
        let kept = self.tree.keep_text(make);
        self.push(field, Stored::Text(kept), range)
    }

    /// Bytes that were made out of bytes of the message.
    pub fn made_bytes(
        &mut self,
        field: &'static Field,
        range: Range<usize>,
        make: impl FnOnce(&mut Vec<u8>),
    ) -> Result<NodeId, Fault> {
        let kept = self.tree.keep_bytes(make);
        self.push(field, Stored::Made(kept), range)
    }

    /// A number that stands nowhere in the message.
    pub fn computed(&mut self, field: &'static Field, value: u64) -> Result<NodeId, Fault> {
        self.tree.push(field, Stored::Unsigned(value), None, self.parent)
    }

    /// Says what the message is as a whole.
    pub fn computed_flag(&mut self, field: &'static Field) -> Result<NodeId, Fault> {
        self.tree.push(field, Stored::Flag(true), None, self.parent)
    }

    /// A span of time that stands nowhere in the message.
    pub fn computed_duration(&mut self, field: &'static Field, nanos: u64) -> Result<NodeId, Fault> {
        self.tree.push(field, Stored::Duration(nanos), None, self.parent)
    }

    /// Opens a heading: what follows stands below it until it is closed.
    pub fn open(&mut self, field: &'static Field) -> Result<NodeId, Fault> {
        let id = self.push(field, Stored::Nothing, self.at..self.at)?;
        self.parent = Some(id);
        Ok(id)
    }

    /// Opens a heading over a place that has been gone over.
    pub fn heading_at(&mut self, field: &'static Field, range: Range<usize>) -> Result<NodeId, Fault> {
        let id = self.push(field, Stored::Nothing, range)?;
        self.parent = Some(id);
        Ok(id)
    }

    /// Opens a node that has a value and more below it.
    pub fn open_at(&mut self, id: NodeId) {
        self.parent = Some(id);
    }

    /// Goes back to what is above a node, whose place is known already.
    pub fn leave(&mut self, id: NodeId) {
        self.parent = self.tree.parent(id);
    }

    /// Closes a heading here.
    pub fn close(&mut self, id: NodeId) {
        self.tree.set_end(id, self.at);
        self.leave(id);
    }

    /// Decodes a part of so many bytes that must be used up. What there is of it is decoded even where it is cut.
    pub fn within<R>(
        &mut self,
        length: usize,
        body: impl FnOnce(&mut Reader<'a>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let outer = self.end;
        let is_cut = length > self.left();
        self.end = if is_cut { outer } else { self.at + length };
        let result = body(self)?;
        if is_cut {
            return Err(Fault { at: outer, why: Why::EndsEarly });
        }
        if self.at < self.end {
            return Err(self.fault(Why::Surplus));
        }
        self.end = outer;
        Ok(result)
    }

    /// The tree so far.
    pub fn tree(&self) -> &Tree {
        self.tree
    }

    /// Closes everything that is open where decoding stopped.
    pub(super) fn stop(mut self, fault: Fault) {
        while let Some(open) = self.parent {
            self.at = fault.at.min(self.message.len());
            self.close(open);
        }
        self.tree.stop(fault);
    }

    pub(super) fn tree_mut(&mut self) -> &mut Tree {
        self.tree
    }

    pub(super) fn set_name(&mut self, id: NodeId, name: Name) {
        self.tree.set_name(id, name);
    }

    pub(super) fn push(
        &mut self,
        field: &'static Field,
        value: Stored,
        range: Range<usize>,
    ) -> Result<NodeId, Fault> {
        self.tree.push(field, value, Some(range), self.parent)
    }
}

/// A number, the most significant byte first; of more than 8 bytes the last 8 count.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Appends characters in UTF-8; a byte that is none is written `\xFF`.
pub(super) fn push_text(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str("\\x");
            crate::codec::hex::push_byte(text, *byte);
        }
    }
}
