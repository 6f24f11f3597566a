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
    /// Ends the conversation: a code of its own before the reason, as in `1001 going away`, or that of a normal end.
    Close,
    /// As it is, past all framing: for wrong frames on purpose.
    Raw,
    /// A part of a message.
    Part {
        /// The message is a text, and not binary.
        is_text: bool,
        /// The message begins with it.
        is_first: bool,
        /// The message ends with it.
        is_last: bool,
    },
}

impl MessageForm {
    /// Those that a person chooses from.
    pub const ALL: [MessageForm; 6] = [
        MessageForm::Fitting,
        MessageForm::Text,
        MessageForm::Binary,
        MessageForm::Ping,
        MessageForm::Close,
        MessageForm::Raw,
    ];

    /// Whether there is something to send where nothing is written.
    pub fn can_be_empty(self) -> bool {
        matches!(self, MessageForm::Text | MessageForm::Binary | MessageForm::Ping | MessageForm::Close)
    }

    /// Its word in files; parts of a message have none.
    pub fn name(self) -> &'static str {
        match self {
            MessageForm::Fitting | MessageForm::Part { .. } => "fitting",
            MessageForm::Text => "text",
            MessageForm::Binary => "binary",
            MessageForm::Ping => "ping",
            MessageForm::Close => "close",
            MessageForm::Raw => "raw",
        }
    }

    /// The form that this word stands for.
    pub fn from_name(name: &str) -> Option<MessageForm> {
        MessageForm::ALL.into_iter().find(|form| form.name() == name)
    }
}
