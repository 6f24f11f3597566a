//! Values as they are typed: numbers with their units, spans and times, characters and bytes, addresses and networks.

use crate::codec::text::{EncodeError, TextEncoding};
use crate::model::address::Address;
use std::cmp::Ordering;
use std::net::IpAddr;

/// A number, whole as long as it can be.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Without a fraction.
    Integer(i128),
    /// With one.
    Real(f64),
}

/// A number with what its unit makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A count, or a number without a unit.
    Plain(Number),
    /// A span of time, in nanoseconds.
    Span(Number),
}

/// Characters, among which bytes may stand that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLiteral {
    /// In order.
    pub pieces: Vec<TextPiece>,
    /// Large letters are told from small ones, also where only small ones were typed.
    pub matches_case: bool,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPiece {
    /// Characters.
    Characters(String),
    /// A byte that was typed as `\xNN`, beyond ASCII.
    Byte(u8),
}

/// A moment as it is typed: a part of every day, or of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeLiteral {
    /// From so many nanoseconds after midnight, for as long as its last digit stands for.
    Daily {
        /// After midnight.
        from_ns: i64,
        /// How long.
        length_ns: i64,
    },
    /// The same on one day, as `2026-11-21 10:22`, which the zone turns into a moment.
    Dated {
        /// The date and the time.
        text: String,
        /// How long.
        length_ns: i64,
    },
}

/// Addresses: one with or without its port, or all of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressLiteral {
    /// All addresses whose first bits are these.
    Network(IpAddr, u8),
    /// One end: an address with its port, or a Unix socket.
    End(Address),
}

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SIZES: [(&str, i128); 6] =
    [("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)];
const SPANS: [(&str, i128); 4] =
    [("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000)];
/// More digits than any number needs that is compared with something.
const MOST_DIGITS: usize = 36;

impl Quantity {
    /// Reads `100`, `-1.5k`, `0x1F`, `2Mi`, `1.5s`.
    pub fn parse(typed: &str) -> Option<Quantity> {
        if let Some(digits) = typed.strip_prefix("0x").or_else(|| typed.strip_prefix("0X")) {
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let value = i128::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
            return Some(Quantity::Plain(Number::Integer(value)));
        }
        let unit_at = typed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(typed.len());
        let (digits, unit) = typed.split_at(unit_at);
        let unit_of =
            |units: &[(&str, i128)]| units.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
        if unit.is_empty() {
            return scaled(digits, 1).map(Quantity::Plain);
        }
        match unit_of(&SIZES) {
            Some(size) => scaled(digits, size).map(Quantity::Plain),
            None => scaled(digits, unit_of(&SPANS)?).map(Quantity::Span),
        }
    }

    /// The number without the unit's kind: seconds for a span.
    pub(super) fn plain(self) -> Number {
        match self {
            Quantity::Plain(number) => number,
            Quantity::Span(nanos) => Number::Real(nanos.as_real() / NANOS_PER_SECOND as f64),
        }
    }

    /// The same as nanoseconds; a number without a unit is seconds.
    pub(super) fn nanos(self) -> Number {
        match self {
            Quantity::Span(nanos) => nanos,
            Quantity::Plain(Number::Integer(seconds)) => {
                Number::Integer(seconds.saturating_mul(NANOS_PER_SECOND.into()))
            }
            Quantity::Plain(Number::Real(seconds)) => Number::Real(seconds * NANOS_PER_SECOND as f64),
        }
    }
}

/// A decimal number times the size of its unit.
fn scaled(digits: &str, size: i128) -> Option<Number> {
    let (is_negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
    let has_digits = !whole.is_empty() && (digits.len() == whole.len() || !fraction.is_empty());
    if !is_number || !has_digits || digits.len() > MOST_DIGITS {
        return None;
    }
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let mantissa = if is_negative { -mantissa } else { mantissa };
    let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    match mantissa.checked_mul(size) {
        Some(product) if product % divisor == 0 => Some(Number::Integer(product / divisor)),
        _ => Some(Number::Real(mantissa as f64 * size as f64 / divisor as f64)),
    }
}

impl Number {
    /// Reads a number without a unit, as it stands in data.
    pub(super) fn of_text(text: &str) -> Option<Number> {
        let text = text.trim();
        let has_unit = !text.starts_with("0x") && text.ends_with(|c: char| c.is_ascii_alphabetic());
        match Quantity::parse(text) {
            Some(Quantity::Plain(number)) if !has_unit => Some(number),
            Some(_) => None,
            None => {
                let begins_well =
                    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
                text.parse().ok().filter(|real: &f64| begins_well && real.is_finite()).map(Number::Real)
            }
        }
    }

    pub(super) fn as_real(self) -> f64 {
        match self {
            Number::Integer(number) => number as f64,
            Number::Real(number) => number,
        }
    }

    pub(super) fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Integer(one), Number::Integer(other)) => Some(one.cmp(&other)),
            _ => self.as_real().partial_cmp(&other.as_real()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.compare(*other) == Some(Ordering::Equal)
    }
}

impl TextLiteral {
    /// Characters alone.
    pub fn plain(text: &str) -> TextLiteral {
        let pieces = if text.is_empty() { Vec::new() } else { vec![TextPiece::Characters(text.to_owned())] };
        TextLiteral { pieces, matches_case: false }
    }

    /// The characters, if there is nothing else.
    pub fn characters(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [TextPiece::Characters(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether upper and lower case are the same: no capital was typed, and nothing else was asked for.
    pub fn ignores_case(&self) -> bool {
        !self.matches_case
            && self.pieces.iter().all(|piece| match piece {
                TextPiece::Characters(text) => !text.chars().any(char::is_uppercase),
                TextPiece::Byte(_) => true,
            })
    }

    /// Its bytes in an encoding.
    pub fn encode(&self, encoding: TextEncoding) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                TextPiece::Characters(text) => encoding.encode_into(text, &mut bytes)?,
                TextPiece::Byte(byte) => bytes.push(*byte),
            }
        }
        Ok(bytes)
    }

    pub(super) fn push_character(&mut self, character: char) {
        match self.pieces.last_mut() {
            Some(TextPiece::Characters(text)) => text.push(character),
            _ => self.pieces.push(TextPiece::Characters(character.to_string())),
        }
    }

    pub(super) fn push_byte(&mut self, byte: u8) {
        if byte.is_ascii() {
            self.push_character(char::from(byte));
        } else {
            self.pieces.push(TextPiece::Byte(byte));
        }
    }
}

impl TimeLiteral {
    /// Reads `10:22`, `10:22:03.5`, `2026-11-21T10:22`, `2026-11-21 10:22:03`.
    pub(super) fn parse(typed: &str) -> Option<TimeLiteral> {
        let (date, time) = match typed.split_once([' ', 'T']) {
            Some((date, time)) => (Some(date), time),
            None => (None, typed),
        };
        let (from_ns, length_ns) = time_of_day(time)?;
        let Some(date) = date else { return Some(TimeLiteral::Daily { from_ns, length_ns }) };
        let is_date = date.len() == 10
            && date.bytes().enumerate().all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        is_date.then(|| TimeLiteral::Dated { text: format!("{date} {time}"), length_ns })
    }
}

/// A time of day, and how long its last digit is.
fn time_of_day(typed: &str) -> Option<(i64, i64)> {
    let mut parts = typed.split(':');
    let mut part = |most: i64| {
        let digits = parts.next()?;
        let is_number = matches!(digits.len(), 1 | 2) && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| is_number && *number <= most)
    };
    let (hours, minutes) = (part(23)?, part(59)?);
    let from_ns = (hours * 60 + minutes) * 60 * NANOS_PER_SECOND;
    let Some(seconds) = typed.splitn(3, ':').nth(2) else { return Some((from_ns, 60 * NANOS_PER_SECOND)) };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let is_number = whole.len() == 2
        && fraction.len() <= 9
        && (fraction.is_empty() == (seconds == whole))
        && whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
    let whole = whole.parse::<i64>().ok().filter(|number| is_number && *number <= 59)?;
    let length_ns = 10_i64.pow(9 - u32::try_from(fraction.len()).ok()?);
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? };
    Some((from_ns + whole * NANOS_PER_SECOND + fraction * length_ns, length_ns))
}

impl AddressLiteral {
    /// Reads `10.0.0.0/8`, `::1`, `127.0.0.1:9000`, `[::1]:9000`; anything else is a name. `None` for a network that is
    /// none.
    pub(super) fn parse(typed: &str) -> Option<AddressLiteral> {
        if let Some((address, bits)) = typed.split_once('/')
            && let Ok(address) = address.parse::<IpAddr>()
        {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse::<u8>().ok().filter(|bits| *bits <= most)?;
            return Some(AddressLiteral::Network(address, bits));
        }
        if let Ok(address) = typed.parse::<IpAddr>() {
            return Some(AddressLiteral::Network(address, if address.is_ipv4() { 32 } else { 128 }));
        }
        typed.parse().ok().map(AddressLiteral::End)
    }

    /// Whether an end is meant.
    pub(super) fn covers(&self, end: Address) -> bool {
        match self {
            AddressLiteral::Network(network, bits) => {
                end.ip().is_some_and(|address| network_covers(*network, *bits, address))
            }
            AddressLiteral::End(address) => address.to_canonical() == end.to_canonical(),
        }
    }
}

/// Whether an address is in a network. An IPv4 address is the same when it is written as an IPv6 one.
pub(super) fn network_covers(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let leading = |one: u128, other: u128, width: u32| {
        let shift = width.saturating_sub(u32::from(bits));
        shift >= width || one >> shift == other >> shift
    };
    match (network, address.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            leading(u32::from(network).into(), u32::from(address).into(), 32)
        }
        (IpAddr::V6(network), _) => {
            let address = match address {
                IpAddr::V4(address) => address.to_ipv6_mapped(),
                IpAddr::V6(address) => address,
            };
            leading(network.into(), address.into(), 128)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressLiteral, Number, Quantity, TimeLiteral};

    #[test]
    fn numbers_take_the_units_that_are_promised() {
        let plain = |number| Some(Quantity::Plain(Number::Integer(number)));
        let span = |number| Some(Quantity::Span(Number::Integer(number)));
        for (typed, quantity) in [
            ("0", plain(0)),
            ("100", plain(100)),
            ("-7", plain(-7)),
            ("0x1f", plain(31)),
            ("1.5k", plain(1500)),
            ("2M", plain(2_000_000)),
            ("1G", plain(1_000_000_000)),
            ("2Ki", plain(2048)),
            ("1Mi", plain(1 << 20)),
            ("0.5Gi", plain(1 << 29)),
            ("26.5", Some(Quantity::Plain(Number::Real(26.5)))),
            ("10us", span(10_000)),
            ("1.5ms", span(1_500_000)),
            ("2s", span(2_000_000_000)),
            ("1min", span(60_000_000_000)),
            ("18446744073709551615", plain(18_446_744_073_709_551_615)),
            ("1K", None),
            ("1.k", None),
            (".5", None),
            ("", None),
            ("-", None),
            ("1e5", None),
            ("0x", None),
            ("0x-1", None),
            ("٣", None),
            ("1234567890123456789012345678901234567890", None),
        ] {
            assert_eq!(Quantity::parse(typed), quantity, "{typed}");
        }
    }

    #[test]
    fn numbers_in_data_have_no_units() {
        for (text, number) in [
            ("26.5", Some(Number::Real(26.5))),
            (" 007 ", Some(Number::Integer(7))),
            ("0x1F", Some(Number::Integer(31))),
            ("+26.5", Some(Number::Real(26.5))),
            ("-1e3", Some(Number::Real(-1000.0))),
            ("5k", None),
            ("-inf", None),
            ("", None),
            ("on", None),
        ] {
            assert_eq!(Number::of_text(text), number, "{text}");
        }
    }

    #[test]
    fn times_last_as_long_as_their_last_digit() {
        const SECOND: i64 = 1_000_000_000;
        let daily = |from_ns, length_ns| Some(TimeLiteral::Daily { from_ns, length_ns });
        let dated = |text: &str, length_ns| Some(TimeLiteral::Dated { text: text.to_owned(), length_ns });
        for (typed, time) in [
            ("10:22", daily((10 * 60 + 22) * 60 * SECOND, 60 * SECOND)),
            ("10:22:03", daily(((10 * 60 + 22) * 60 + 3) * SECOND, SECOND)),
            ("10:22:03.5", daily(((10 * 60 + 22) * 60 + 3) * SECOND + SECOND / 2, SECOND / 10)),
            ("0:00:00.000000001", daily(1, 1)),
            ("2026-11-21T10:22", dated("2026-11-21 10:22", 60 * SECOND)),
            ("2026-11-21 10:22:03.25", dated("2026-11-21 10:22:03.25", SECOND / 100)),
            ("24:00", None),
            ("10:60", None),
            ("10:22:60", None),
            ("10:22:3", None),
            ("10:22:03.", None),
            ("10", None),
            ("2026-1-1 10:22", None),
            ("10:22:03:04", None),
        ] {
            assert_eq!(TimeLiteral::parse(typed), time, "{typed}");
        }
    }

    #[test]
    fn networks_cover_their_addresses() {
        for (typed, end, covers) in [
            ("10.0.0.0/8", "10.1.2.3:5", true),
            ("10.0.0.0/8", "11.1.2.3:5", false),
            ("10.0.0.0/8", "[::ffff:10.1.2.3]:5", true),
            ("0.0.0.0/0", "11.1.2.3:5", true),
            ("::/0", "11.1.2.3:5", true),
            ("fe80::/10", "[fe80::1]:5", true),
            ("fe80::/10", "[fec0::1]:5", false),
            ("::1", "[::1]:5", true),
            ("127.0.0.1", "127.0.0.1:9000", true),
            ("127.0.0.1:9000", "127.0.0.1:9000", true),
            ("127.0.0.1:9001", "127.0.0.1:9000", false),
            ("[::1]:9000", "[::1]:9000", true),
            ("/run/a.sock", "127.0.0.1:9000", false),
            ("/run/a.sock", "/run/a.sock", true),
            ("@a", "@a", true),
        ] {
            let place = AddressLiteral::parse(typed).unwrap();
            assert_eq!(place.covers(end.parse().unwrap()), covers, "{typed} {end}");
        }
        for bad in ["10.0.0.0/33", "::1/129", "10.0.0.0/x", "10.0.0.0/", ""] {
            assert_eq!(AddressLiteral::parse(bad), None, "{bad}");
        }
    }
}
