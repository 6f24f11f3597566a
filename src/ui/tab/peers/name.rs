//! The page that asks what a peer is called.

use crate::model::address::Address;
use crate::ui::ctx::ViewCtx;
use crate::ui::page_parts::{PageAction, buttons_of_field, explain, focus_at_first, title};
use crate::ui::tab::TabPageAction;
use crate::ui::widgets::{ButtonKind, TextField, toggle};
use crate::workspace::settings::Settings;
use egui::Ui;

/// What a peer is called, while it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerNamePage {
    /// Where the peer is.
    pub address: Address,
    /// As typed.
    pub name: String,
    /// Only the peer at this port is called so, and no other one of its host.
    pub with_port: bool,
}

impl PeerNamePage {
    /// For the peer at this address, with the name that it has.
    pub(in crate::ui) fn of(address: Address, settings: &Settings) -> PeerNamePage {
        let exact = settings.peer_names.get(&address.to_string());
        let of_host = address.ip().and_then(|host| settings.peer_names.get(&host.to_string()));
        PeerNamePage {
            address,
            name: exact.or(of_host).cloned().unwrap_or_default(),
            with_port: exact.is_some() && address.port().is_some(),
        }
    }

    /// Keeps what the page says; an empty name takes the one that there was away.
    pub(in crate::ui) fn save(self, settings: &mut Settings) {
        let host = self.address.ip().filter(|_| !self.with_port);
        let key = host.map_or_else(|| self.address.to_string(), |host| host.to_string());
        match self.name.trim() {
            "" => settings.peer_names.remove(&key),
            name => settings.peer_names.insert(key, name.to_owned()),
        };
    }
}

/// Draws the page.
pub(in crate::ui) fn peer_name_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut PeerNamePage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(400.0);
    title(ui, &ctx.format("peers.name_title", &[("address", &page.address)]));
    explain(ui, ctx.text("peers.name_explain"));
    let response = TextField::new(ctx.text("tab.name")).show(ui, &mut page.name);
    focus_at_first(ui, &response);
    if page.address.port().is_some() {
        toggle(ui, &mut page.with_port, ctx.text("peers.name_port"), ctx.text("peers.name_port_tip"));
    }
    let save = (ButtonKind::Main, "common.ok", TabPageAction::SavePeerName.into());
    buttons_of_field(ui, ctx, &response, save, out);
}

#[cfg(test)]
mod tests {
    use super::PeerNamePage;
    use crate::workspace::settings::Settings;

    #[test]
    fn a_host_or_one_port_of_it_has_a_name_and_loses_it_again() {
        let mut settings = Settings::default();
        let address = "10.0.0.7:502".parse().unwrap();
        let name = |name: &str, with_port| PeerNamePage { address, name: name.to_owned(), with_port };
        for (page, kept) in [
            (name(" PLC ", true), &[("10.0.0.7:502", "PLC")][..]),
            (name("line 3", false), &[("10.0.0.7", "line 3"), ("10.0.0.7:502", "PLC")]),
            (name("", true), &[("10.0.0.7", "line 3")]),
        ] {
            page.clone().save(&mut settings);
            let names: Vec<_> =
                settings.peer_names.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect();
            assert_eq!(names, kept);
        }
        assert_eq!(PeerNamePage::of(address, &settings), name("line 3", false));
    }
}
