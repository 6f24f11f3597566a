//! Comparing values whose type only the row tells: what decoders found, and what groups caught.

use crate::codec::decode::Value;
use crate::codec::expression::literal::{AddressLiteral, Number, Quantity, network_covers};
use crate::codec::expression::tree::Relation;
use crate::codec::hex;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Whether a number stands in this order to another.
pub(super) fn in_order(relation: Relation, order: Option<Ordering>) -> bool {
    order.is_some_and(|order| match relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEqual => order.is_ge(),
        Relation::Differs => order.is_ne(),
        _ => order.is_eq(),
    })
}

/// Whether a value is what was typed, or more or less than it. `quantity` is what was typed as a number.
pub(super) fn compare(
    value: &Value<'_>,
    relation: Relation,
    typed: &str,
    quantity: Option<Quantity>,
) -> bool {
    if let (Some(number), Some(quantity)) = (number_of(value, quantity), quantity) {
        let wanted = match (value, quantity) {
            (Value::Duration(_), _) => quantity.nanos(),
            _ => quantity.plain(),
        };
        return in_order(relation, number.compare(wanted));
    }
    !relation.is_order() && is_same(value, typed) != (relation == Relation::Differs)
}

fn number_of(value: &Value<'_>, typed: Option<Quantity>) -> Option<Number> {
    typed?;
    match value {
        Value::Unsigned(number) => Some(Number::Integer((*number).into())),
        Value::Signed(number) => Some(Number::Integer((*number).into())),
        Value::Float(number) => Some(Number::Real(*number)),
        Value::Flag(flag) => Some(Number::Integer((*flag).into())),
        Value::Duration(nanos) => Some(Number::Integer((*nanos).into())),
        Value::Text(text) => Number::of_text(text),
        _ => None,
    }
}

fn is_same(value: &Value<'_>, typed: &str) -> bool {
    match value {
        Value::Nothing => false,
        Value::Flag(flag) => typed == if *flag { "true" } else { "false" },
        Value::Bytes(bytes) => hex::parse(typed).is_ok_and(|typed| typed == *bytes),
        Value::Address(address) => match AddressLiteral::parse(typed) {
            Some(AddressLiteral::Network(network, bits)) => network_covers(network, bits, *address),
            _ => false,
        },
        value => text_of(value) == typed,
    }
}

/// A value as characters, for regular expressions and for variables.
pub(super) fn text_of<'a>(value: &Value<'a>) -> Cow<'a, str> {
    match *value {
        Value::Nothing => Cow::Borrowed(""),
        Value::Flag(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
        Value::Unsigned(number) => Cow::Owned(number.to_string()),
        Value::Signed(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => Cow::Owned(number.to_string()),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Bytes(bytes) => Cow::Owned(hex::spaced(bytes)),
        Value::Address(address) => Cow::Owned(address.to_string()),
        Value::Duration(nanos) => {
            Cow::Owned(format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000))
        }
    }
}

/// Compares two values of which neither was typed: as numbers where both are, otherwise as characters.
pub(super) fn compare_texts(one: &str, relation: Relation, other: &str) -> bool {
    match (Number::of_text(one), Number::of_text(other)) {
        (Some(one), Some(other)) => in_order(relation, one.compare(other)),
        _ => !relation.is_order() && (one == other) != (relation == Relation::Differs),
    }
}
