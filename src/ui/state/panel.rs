//! What the connection panel remembers between frames, beyond what was typed.

use crate::workspace::tabs::TabSettings;

/// The panel of one tab.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Opening was tried with these fields: what is missing is said from then on.
    pub has_tried: bool,
    /// The fields that were last used to open; their failure stops being shown when they change.
    pub tried_with: Option<TabSettings>,
    /// The seldom needed fields are shown.
    pub are_details_shown: bool,
    /// The socket options are shown.
    pub are_options_shown: bool,
    /// A group that is being typed.
    pub group_draft: String,
    /// The option that is being chosen.
    pub option_draft: String,
    /// The value that is being typed for it.
    pub value_draft: String,
}

impl Panel {
    /// Whether the last failure came from the fields as they are.
    pub fn failed_as(&self, tab: &TabSettings) -> bool {
        self.tried_with.as_ref().is_none_or(|tried| {
            (&tried.local_host, &tried.local_port) == (&tab.local_host, &tab.local_port)
                && (&tried.remote_host, &tried.remote_port) == (&tab.remote_host, &tab.remote_port)
                && tried.options == tab.options
                && tried.groups == tab.groups
        })
    }
}
