//! Bytes to characters and back, in every encoding that devices use, without ever swallowing a byte.
//!
//! A stream is decoded record by record. A character that is cut by the border of two records is shown whole in
//! the record that completes it; what cannot be decoded comes out as the bytes it is. Nothing here remembers
//! records or knows where they are kept.

mod borders;
mod carry;
mod decode;
mod encode;
mod encoding;
mod guess;
mod segment;
mod stream;
mod visibility;

pub(crate) use borders::{Borders, first_border, places_of, push_searchable};
pub use carry::Carry;
pub use decode::{DecodedText, PieceKind, TextPiece, decode, decode_with};
pub use encode::EncodeError;
pub use encoding::{EncodingError, TextEncoding};
pub use guess::better_encoding;
pub(crate) use segment::characters;
pub use stream::{LookBack, StreamTable};
