//! WebSocket as plain data: what an endpoint is asked to be, and how a payload becomes a frame.

/// How a listener takes in WebSocket clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSocketServerSettings {
    /// Only requests for this path are taken in; without it, any.
    pub path: Option<String>,
    /// Subprotocols that are spoken here, the preferred one first.
    pub subprotocols: Vec<String>,
}

/// What a WebSocket client asks a server for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSocketClientSettings {
    /// Host and port, as the server is called.
    pub host: String,
    /// Path and query, beginning with a slash.
    pub path: String,
    /// Names and values of further header fields.
    pub headers: Vec<(String, String)>,
    /// Offered subprotocols, the preferred one first.
    pub subprotocols: Vec<String>,
}

/// How a payload becomes a frame. Where there are no frames it makes no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageForm {
    /// A text where the bytes are UTF-8, otherwise binary.
    #[default]
    Fitting,
    /// A text message.
    Text,
    /// A binary message.
    Binary,
    /// Asks for an answer with the same bytes.
    Ping,
    /// As it is, past all framing: for wrong frames on purpose.
    Raw,
    /// A part of a binary message.
    Part {
        /// The message begins with it.
        is_first: bool,
        /// The message ends with it.
        is_last: bool,
    },
}
