//! What is kept between runs is written, and what this machine has is looked up.

use crate::ui::app::{App, Told};
use crate::ui::ctx::LocalAddress;
use crate::ui::state::modal::Modal;
use crate::ui::state::tab::Tab;
use crate::workspace::store::Damage;
use egui::{Context, ViewportCommand};
use std::net::IpAddr;

/// Says which settings files could not be used, and where they are now.
pub(in crate::ui) fn say_damages(app: &mut App, damages: &[Damage]) {
    let locale = app.state.locale();
    for damage in damages {
        let line = match &damage.kept_as {
            Some(aside) => locale.format("toast.damaged", &[("damage", damage), ("aside", &aside.display())]),
            None => damage.to_string(),
        };
        app.tell(Told::Bad, line);
    }
}

/// Writes what has changed since it was last written.
pub(in crate::ui) fn save(app: &mut App) {
    let tabs = app.state.tabs_to_keep();
    let mut failures = Vec::new();
    if app.kept.tabs != tabs {
        failures.extend(app.store.save(&tabs).err());
        app.kept.tabs = tabs;
    }
    if app.kept.settings != app.state.settings {
        failures.extend(app.store.save(&app.state.settings).err());
        app.kept.settings = app.state.settings.clone();
    }
    if app.kept.sending != app.state.sending {
        failures.extend(app.store.save(&app.state.sending).err());
        app.kept.sending = app.state.sending.clone();
    }
    for failure in failures {
        app.tell(Told::Bad, failure.to_string());
    }
}

/// The window may go at once, or only when the person agrees to close what is open.
pub(in crate::ui) fn ask_before_quit(app: &mut App, ctx: &Context) {
    if !app.may_quit && app.state.tabs.iter().any(Tab::is_open) {
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        app.state.modal = Some(Modal::ConfirmQuit);
    }
}

/// All addresses of this machine, those that stand for all of them first.
pub(super) fn refresh_addresses(app: &mut App) {
    let mut addresses =
        vec![local("0.0.0.0", ""), local("::", ""), local("127.0.0.1", "lo"), local("::1", "lo")];
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => {
            for interface in interfaces.iter().filter(|interface| !interface.is_loopback()) {
                let host = match interface.ip() {
                    IpAddr::V6(address) if address.is_unicast_link_local() => {
                        format!("{address}%{}", interface.name)
                    }
                    address => address.to_string(),
                };
                addresses.push(local(&host, &interface.name));
            }
        }
        Err(error) => {
            app.tell(Told::Bad, error.to_string());
        }
    }
    app.state.addresses = addresses;
}

fn local(host: &str, interface: &str) -> LocalAddress {
    LocalAddress { host: host.to_owned(), interface: interface.to_owned() }
}
