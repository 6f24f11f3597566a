//! What every view may read while it draws. It holds nothing that a view could change.

use crate::codec::time::TimeFormat;
use crate::model::peer_names::PeerNames;
use crate::ui::commands::{self, UiCommand};
use crate::util::locale::Locale;
use crate::workspace::sending::Sending;
use crate::workspace::settings::{Settings, ThemeChoice};
use std::fmt::Display;
use std::net::Ipv4Addr;

/// The world of one frame, as views see it.
#[derive(Clone, Copy, Debug)]
pub struct ViewCtx<'a> {
    /// The texts of the language in use.
    pub locale: &'static Locale,
    /// What the person chose.
    pub settings: &'a Settings,
    /// The colours in use.
    pub theme: ThemeChoice,
    /// History and quick sends.
    pub sending: &'a Sending,
    /// What peers are called.
    pub names: &'a PeerNames,
    /// This machine's own addresses.
    pub addresses: &'a [LocalAddress],
    /// How dates and times are written.
    pub times: &'a TimeFormat,
}

/// One of this machine's own addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// As it is written into a field.
    pub host: String,
    /// The interface that has it; empty for "all of them".
    pub interface: String,
    /// What reaches everybody in its network, if there is such an address.
    pub broadcast: Option<Ipv4Addr>,
}

impl ViewCtx<'_> {
    /// The text of a key.
    pub fn text(&self, key: &'static str) -> &'static str {
        self.locale.text(key)
    }

    /// The text of a key with its values filled in.
    pub fn format(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        self.locale.format(key, values)
    }

    /// A tooltip with the shortcut that does the same.
    pub fn tooltip(&self, ctx: &egui::Context, key: &'static str, does: UiCommand) -> String {
        format!("{} ({})", self.text(key), commands::keys_text(ctx, does))
    }
}
