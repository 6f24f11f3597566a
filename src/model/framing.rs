//! How stream bytes are cut into messages, as a value. The cutting itself is `codec::framing`.

/// A rule that cuts a stream of bytes into messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each record stands for itself.
    #[default]
    None,
    /// A message ends with a line feed.
    Lines,
    /// A message ends with these bytes (at least one).
    Delimiter(Vec<u8>),
    /// Every message has this many bytes (at least one).
    Fixed(usize),
    /// The message's length stands in its header.
    Length(LengthField),
    /// A message begins with some bytes and ends with others (each at least one).
    StartEnd {
        /// What it begins with.
        start: Vec<u8>,
        /// What it ends with.
        end: Vec<u8>,
    },
    /// A message ends when nothing came for this many milliseconds.
    IdleGap {
        /// The gap.
        millis: u64,
    },
    /// Packets of SLIP (RFC 1055): what stands between two bytes C0.
    Slip,
    /// Packets of COBS: what a zero byte ends.
    Cobs,
    /// Frames of WebSocket (RFC 6455), after the head of the handshake.
    WebSocket,
    /// Modbus TCP: the length stands in the header of each message.
    ModbusTcp,
    /// MQTT, 3.1.1 and 5: control packets.
    Mqtt,
}

impl Framing {
    /// Whether what is between messages are marks that a person may leave out, and not a form that every message has.
    pub fn ends_with_marks(&self) -> bool {
        matches!(self, Framing::Lines | Framing::Delimiter(_) | Framing::StartEnd { .. })
    }
}

/// Where a message's length stands and what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthField {
    /// How many bytes come before the field.
    pub offset: usize,
    /// The field's own size: 1, 2, 3, 4 or 8 bytes.
    pub size: usize,
    /// Whether its most significant byte comes first.
    pub big_endian: bool,
    /// Added to its value to give the bytes that follow the field.
    pub adjust: i64,
}
