//! The connection panel: where a tab listens, connects or binds, and with which options. The fields hold what was typed;
//! what is changed while the session is open is asked of the session, too.

pub mod problem;

mod kinds;

pub mod fields;

mod form;

mod kinds_view;

pub mod security_file;

mod security_view;

mod errors;

pub mod open_button;

pub mod panel;

pub mod socket_options;

pub mod view;

pub mod words;

use crate::engine::command::Command;
use crate::model::socket_option::{OptionName, OptionValue, SocketOption};
use crate::ui::addresses::own_addresses_now;
use crate::ui::ctx::LocalAddress;
use crate::ui::cx::Cx;
use crate::ui::tab::Tab;
use crate::ui::tab::connection::fields::parse_group;
use crate::ui::tab::connection::panel::PendingRequest;
use crate::ui::tab::connection::security_file::{SecurityFile, SecurityFilePage};
use crate::ui::tab::session::send_command;

/// What can be asked of the connection panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionAction {
    /// This machine's addresses are looked up again.
    RefreshAddresses,
    /// Sending to broadcast addresses is allowed, now if the socket is open and with each opening, or not.
    SetBroadcast(bool),
    /// The group is joined, now if the socket is open and with each opening.
    JoinGroup(String),
    /// The group is left and forgotten.
    LeaveGroup(usize),
    /// The option is set, now if the session is open and with each opening.
    SetOption(String),
    /// The option is no longer asked for.
    ForgetOption(usize),
    /// The person is asked for a file of encryption.
    AskFile(SecurityFile),
}

/// Does what was asked of the connection panel; gives the page that this needs.
pub(in crate::ui) fn apply(
    tab: &mut Tab,
    action: ConnectionAction,
    addresses: &mut Vec<LocalAddress>,
    cx: &mut Cx<'_>,
) -> Option<SecurityFilePage> {
    match action {
        ConnectionAction::AskFile(file) => return Some(security_file::page(tab, file, cx)),
        ConnectionAction::RefreshAddresses => *addresses = own_addresses_now(cx),
        ConnectionAction::SetBroadcast(is_on) => set_broadcast(tab, is_on, cx),
        ConnectionAction::JoinGroup(text) => join_group(tab, text, cx),
        ConnectionAction::LeaveGroup(place) => leave_group(tab, place, cx),
        ConnectionAction::SetOption(text) => set_option(tab, text, cx),
        ConnectionAction::ForgetOption(place) => forget_option(tab, place),
    }
    None
}

fn set_broadcast(tab: &mut Tab, is_on: bool, cx: &mut Cx<'_>) {
    tab.settings.broadcast = is_on;
    tab.panel.refusal = None;
    if tab.is_open() {
        let option = SocketOption { name: OptionName::Broadcast, value: OptionValue::Flag(is_on) };
        send_command(tab, Command::SetOption(option), cx);
    }
}

fn join_group(tab: &mut Tab, text: String, cx: &mut Cx<'_>) {
    let Ok(group) = parse_group(&text) else { return };
    tab.panel.refusal = None;
    if tab.settings.groups.contains(&text) {
        return;
    }
    tab.settings.groups.push(text.clone());
    if tab.is_open() {
        send_pending(tab, Command::JoinGroup(group), PendingRequest::Group(text), cx);
    }
}

fn leave_group(tab: &mut Tab, place: usize, cx: &mut Cx<'_>) {
    if place >= tab.settings.groups.len() {
        return;
    }
    let text = tab.settings.groups.remove(place);
    if tab.is_open()
        && let Ok(group) = parse_group(&text)
    {
        send_command(tab, Command::LeaveGroup(group), cx);
    }
}

fn set_option(tab: &mut Tab, text: String, cx: &mut Cx<'_>) {
    let Ok(option) = text.parse::<SocketOption>() else { return };
    let name = text.split('=').next().unwrap_or_default().to_owned();
    let is_same = |earlier: &String| earlier.split('=').next() == Some(name.as_str());
    let place = tab.settings.options.iter().position(is_same);
    let replaced = place.map(|place| tab.settings.options.remove(place));
    tab.settings.options.retain(|earlier| !is_same(earlier));
    tab.settings.options.push(text.clone());
    tab.panel.option_draft.clear();
    tab.panel.value_draft.clear();
    tab.panel.refusal = None;
    if tab.is_open() {
        send_pending(tab, Command::SetOption(option), PendingRequest::Option { text, replaced }, cx);
    }
}

fn forget_option(tab: &mut Tab, place: usize) {
    if place < tab.settings.options.len() {
        tab.settings.options.remove(place);
    }
}

/// Hands over a command that was asked for by way of a field: a refusal is said beside it.
fn send_pending(tab: &mut Tab, command: Command, pending: PendingRequest, cx: &mut Cx<'_>) {
    match tab.session().map(|session| session.send(command)) {
        Some(Ok(ticket)) => {
            tab.panel.refusal = None;
            tab.panel.note_pending(ticket, pending);
        }
        Some(Err(_)) => cx.problem("rejected.busy"),
        None => {}
    }
}

#[cfg(test)]
mod tests;
