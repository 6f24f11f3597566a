//! WebSocket frames and handshakes (RFC 6455) as bytes: made, taken apart, and judged. It does no I/O and draws no
//! random numbers: whoever sends gives the mask.

mod frame;
mod handshake;
mod typed;

pub use frame::{
    Close, FrameHeader, MAX_HEADER_BYTES, NoWholeMessages, Opcode, RuleBreak, apply_mask, close_payload,
    message_payload, messages_said, push_frame,
};
pub use handshake::{
    ClientRequest, HandshakeError, Header, LONGEST_HANDSHAKE, Request, accept_key, body_length,
    parse_request, parse_response, push_refusal, push_request, push_response,
};
pub use typed::{TypedPartError, check_path, read_header};
