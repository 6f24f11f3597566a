//! What the connection panel remembers between frames, beyond what was typed.

use crate::model::ids::Ticket;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::settings::LiveSettings;

/// The panel of one tab.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part that a person unfolds, or a fact of its own"
)]
pub struct Panel {
    /// Opening was tried with these fields: what is missing is said from then on.
    pub has_tried: bool,
    /// The fields that were last used to open; their failure stops being shown when they change.
    pub tried_with: Option<LiveSettings>,
    /// The seldom needed fields are shown.
    pub are_details_shown: bool,
    /// The seldom needed fields of encryption are shown.
    pub is_more_security_shown: bool,
    /// The socket options are shown.
    pub are_options_shown: bool,
    /// A group that is being typed.
    pub group_draft: String,
    /// The option that is being chosen.
    pub option_draft: String,
    /// The value that is being typed for it.
    pub value_draft: String,
    /// The interface on which the group that is being typed is joined; empty lets the system choose.
    pub group_interface: String,
    /// What the session refused last, and the field that it concerns.
    pub refusal: Option<(Field, String)>,
    /// What the session was asked and has not answered yet.
    pending: Vec<(Ticket, PendingRequest)>,
}

/// Something that was asked of an open session, other than by a click that stands for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingRequest {
    /// To join this group, as typed.
    Group(String),
    /// To set an option.
    Option {
        /// As typed.
        text: String,
        /// What it was set to before; that counts again if this is refused.
        replaced: Option<String>,
    },
    /// What the kernel knows of the chosen connection. The window asks for it by itself.
    Facts,
}

impl Panel {
    /// Remembers what was asked, until the answer comes.
    pub fn note_pending(&mut self, ticket: Ticket, request: PendingRequest) {
        self.pending.push((ticket, request));
    }

    /// What was asked with this ticket; it is answered now.
    pub fn take_pending(&mut self, ticket: Ticket) -> Option<PendingRequest> {
        let place = self.pending.iter().position(|(asked, _)| *asked == ticket)?;
        Some(self.pending.remove(place).1)
    }

    /// Nobody answers any more: the session that was asked is gone, and the next one numbers its tickets anew.
    pub fn forget_pending(&mut self) {
        self.pending.clear();
    }

    /// Puts a group that was refused back where it was typed, unless something else is being typed there.
    pub fn give_back_group(&mut self, text: String) {
        if self.group_draft.is_empty() {
            self.group_draft = text;
        }
    }

    /// The same for an option.
    pub fn give_back_option(&mut self, text: &str) {
        if self.option_draft.is_empty() && self.value_draft.is_empty() {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            name.clone_into(&mut self.option_draft);
            value.clone_into(&mut self.value_draft);
        }
        self.are_options_shown = true;
    }

    /// Whether the last failure came from the fields as they are.
    pub fn failed_as(&self, tab: &LiveSettings) -> bool {
        self.tried_with.as_ref().is_none_or(|tried| {
            (&tried.local_host, &tried.local_port) == (&tab.local_host, &tab.local_port)
                && (&tried.remote_host, &tried.remote_port) == (&tab.remote_host, &tab.remote_port)
                && tried.options == tab.options
                && tried.groups == tab.groups
                && (&tried.security, &tried.unix) == (&tab.security, &tab.unix)
                && (&tried.web_socket, &tried.raw) == (&tab.web_socket, &tab.raw)
        })
    }
}
