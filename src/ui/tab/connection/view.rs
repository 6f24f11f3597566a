//! The connection panel: addresses, and beside each field what is wrong.

use crate::engine::shared::Status;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::errors::Errors;
use crate::ui::tab::connection::fields::split_endpoint;
use crate::ui::tab::connection::form::{Form, close_up, width_beside_button};
use crate::ui::tab::connection::kinds_view::{protocol_ui, unix_ui, web_socket_ui};
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::connection::security_view::security_ui;
use crate::ui::tab::connection::socket_options;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::widgets::{
    PillCombo, error_line, group_heading, icon_button, menu, menu_item, menu_separator, toggle,
};
use crate::workspace::tabs::TabKind;
use egui::{Event, Response, Ui};

const PORT_HINT: &str = "0–65535";

/// Draws the panel.
pub fn connection_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let is_open = status.state.is_open();
    let errors = Errors::of(ctx, tab, panel, status);
    let form = Form { ctx, errors: &errors, is_locked: is_open };
    group_heading(ui, ctx.text("connection.title"));
    match tab.kind {
        TabKind::TcpServer | TabKind::WebSocketServer => {
            local_ui(ui, form, tab, out);
            web_socket_ui(ui, form, tab);
            security_ui(ui, form, tab, panel, out);
        }
        TabKind::TcpClient | TabKind::WebSocketClient => {
            remote_ui(ui, form, tab);
            web_socket_ui(ui, form, tab);
            security_ui(ui, form, tab, panel, out);
            client_details_ui(ui, form, tab, panel, out);
        }
        TabKind::Raw => {
            protocol_ui(ui, form, tab);
            local_host_ui(ui, form, tab, out);
            host_ui(ui, form.unlocked(), tab);
        }
        TabKind::UnixServer
        | TabKind::UnixClient
        | TabKind::UnixSeqpacketServer
        | TabKind::UnixSeqpacketClient
        | TabKind::UnixDatagrams => unix_ui(ui, form, tab, out),
        TabKind::Udp => {
            local_ui(ui, form, tab, out);
            target_ui(ui, form.unlocked(), tab, out);
            broadcast_ui(ui, form, tab.broadcast, out);
            socket_options::groups_ui(ui, ctx, tab, panel, errors.of_field(Field::Groups), out);
        }
    }
    socket_options::options_ui(ui, ctx, tab, panel, status, errors.of_field(Field::Options), out);
}

fn local_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    local_host_ui(ui, form, tab, out);
    let response =
        form.field("connection.port", PORT_HINT, Some(Field::LocalPort)).show(ui, &mut tab.local_port);
    form.open_on_enter(ui, &response, out);
}

fn local_host_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    let ctx = form.ctx;
    let interface = ctx
        .addresses
        .iter()
        .find(|address| address.host == tab.local_host.trim())
        .map_or("", |address| interface_name(ctx, &address.interface));
    ui.horizontal_top(|ui| {
        let response = form
            .field("connection.local_host", "0.0.0.0", Some(Field::LocalHost))
            .remark(interface)
            .width(width_beside_button(ui))
            .show(ui, &mut tab.local_host);
        if is_whole(ui, &response) {
            split_endpoint(&mut tab.local_host, &mut tab.local_port);
        }
        close_up(ui);
        address_menu(ui, ctx, &mut tab.local_host, form.is_locked, out);
    });
}

/// Whether what stands in a field is all of it: it was pasted, or the keyboard has left.
fn is_whole(ui: &Ui, response: &Response) -> bool {
    let is_pasted = || ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Paste(_))));
    response.lost_focus() || (response.changed() && is_pasted())
}

fn interface_name<'a>(ctx: &ViewCtx<'_>, interface: &'a str) -> &'a str {
    if interface.is_empty() { ctx.text("connection.all_interfaces") } else { interface }
}

fn address_menu(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    host: &mut String,
    is_locked: bool,
    out: &mut Vec<TabAction>,
) {
    ui.add_enabled_ui(!is_locked, |ui| {
        let opener = icon_button(ui, "▾", ctx.text("connection.addresses"));
        if opener.clicked() {
            // Since the last look an interface may have come or got another address.
            out.push(ConnectionAction::RefreshAddresses.into());
        }
        menu(&opener, 240.0, |ui| {
            for address in ctx.addresses {
                let line = format!("{}   {}", address.host, interface_name(ctx, &address.interface));
                if PillCombo::choice(ui, address.host == *host, &line) {
                    host.clone_from(&address.host);
                    ui.close();
                }
            }
            menu_separator(ui);
            if menu_item(ui, true, ctx.text("connection.refresh"), "") {
                out.push(ConnectionAction::RefreshAddresses.into());
            }
        });
    });
}

fn remote_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    host_ui(ui, form, tab);
    remote_port_ui(ui, form, tab);
}

fn remote_port_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    form.field("connection.remote_port", PORT_HINT, Some(Field::RemotePort)).show(ui, &mut tab.remote_port);
}

fn host_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    host_field_ui(ui, form, tab, None);
}

fn host_field_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, width: Option<f32>) {
    let field = form.field("connection.remote_host", "192.168.1.20", Some(Field::RemoteHost));
    let field = match width {
        Some(width) => field.width(width),
        None => field,
    };
    let response = field.show(ui, &mut tab.remote_host);
    if is_whole(ui, &response) {
        split_endpoint(&mut tab.remote_host, &mut tab.remote_port);
    }
}

/// Where datagrams go, with those places that reach more than one host to choose from.
fn target_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    ui.horizontal_top(|ui| {
        host_field_ui(ui, form, tab, Some(width_beside_button(ui)));
        close_up(ui);
        let ctx = form.ctx;
        let opener = icon_button(ui, "▾", ctx.text("connection.targets"));
        if opener.clicked() {
            out.push(ConnectionAction::RefreshAddresses.into());
        }
        menu(&opener, 260.0, |ui| {
            for address in ctx.addresses {
                let Some(broadcast) = address.broadcast.map(|broadcast| broadcast.to_string()) else {
                    continue;
                };
                let line = format!("{broadcast}   {}", interface_name(ctx, &address.interface));
                if PillCombo::choice(ui, broadcast == tab.remote_host.trim(), &line) {
                    tab.remote_host = broadcast;
                    if !tab.broadcast {
                        out.push(ConnectionAction::SetBroadcast(true).into());
                    }
                    ui.close();
                }
            }
            for group in &tab.groups {
                // The field knows the interface of IPv6 alone.
                let group =
                    if group.contains(':') { group } else { group.split('%').next().unwrap_or(group) };
                let line = format!("{group}   {}", ctx.text("connection.group"));
                if PillCombo::choice(ui, group == tab.remote_host.trim(), &line) {
                    group.clone_into(&mut tab.remote_host);
                    ui.close();
                }
            }
        });
    });
    remote_port_ui(ui, form, tab);
}

fn broadcast_ui(ui: &mut Ui, form: Form<'_>, is_allowed: bool, out: &mut Vec<TabAction>) {
    let ctx = form.ctx;
    let mut is_on = is_allowed;
    let tooltip = ctx.text("connection.broadcast_tip");
    if toggle(ui, &mut is_on, ctx.text("connection.broadcast"), tooltip).changed() {
        out.push(ConnectionAction::SetBroadcast(is_on).into());
    }
    if let Some(error) = form.errors.of_field(Field::Broadcast) {
        error_line(ui, error);
    }
}

fn client_details_ui(
    ui: &mut Ui,
    form: Form<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    out: &mut Vec<TabAction>,
) {
    let ctx = form.ctx;
    ui.add_enabled_ui(!form.is_locked, |ui| {
        toggle(
            ui,
            &mut tab.reconnect,
            ctx.text("connection.reconnect"),
            ctx.text("connection.reconnect_tip"),
        );
    });
    socket_options::expander(ui, ctx.text("connection.details"), "", &mut panel.are_details_shown);
    // They stay open when the fault is mended, which happens while it is typed.
    panel.are_details_shown |= [Field::LocalHost, Field::LocalPort, Field::Timeout]
        .into_iter()
        .any(|field| form.errors.of_field(field).is_some());
    if panel.are_details_shown {
        local_ui(ui, form, tab, out);
        form.field("connection.timeout", "", Some(Field::Timeout))
            .remark(ctx.text("connection.seconds"))
            .show(ui, &mut tab.connect_timeout_seconds);
    }
}
