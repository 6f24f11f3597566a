//! The connection panel: addresses, the one button that opens and closes, and beside each field what is wrong.

use crate::engine::shared::Status;
use crate::model::endpoint::EndpointError;
use crate::model::status::SessionState;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::fields::{
    Field, FieldProblem, Problem, config_of, datagram_target, field_of_failure, split_endpoint,
};
use crate::ui::tab::connection::open_button::open_button_ui;
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::socket_options;
use crate::ui::tab::connection::words::problem as problem_text;
use crate::ui::tab::session::SessionAction;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::text;
use crate::ui::theme;
use crate::ui::widgets::{
    PillCombo, TextField, error_line, group_heading, icon_button, menu, menu_item, menu_separator, toggle,
};
use crate::workspace::tabs::TabKind;
use egui::{Event, Response, Ui};

/// The width of the labels before the fields.
pub const LABEL_WIDTH: f32 = 70.0;

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
    group_heading(ui, ctx.text("connection.title"));
    match tab.kind {
        TabKind::TcpServer => local_ui(ui, ctx, tab, is_open, &errors, out),
        TabKind::TcpClient => {
            remote_ui(ui, ctx, tab, is_open, &errors);
            client_details_ui(ui, ctx, tab, panel, is_open, &errors, out);
        }
        TabKind::Udp => {
            local_ui(ui, ctx, tab, is_open, &errors, out);
            remote_ui(ui, ctx, tab, false, &errors);
            broadcast_ui(ui, ctx, tab.broadcast, &errors, out);
            socket_options::groups_ui(ui, ctx, tab, panel, errors.of_field(Field::Groups), out);
        }
    }
    socket_options::options_ui(ui, ctx, tab, panel, status, errors.of_field(Field::Options), out);
    open_button_ui(ui, ctx, tab.kind.shape().meeting, status, out);
}

/// What is wrong, by field, in words.
struct Errors(Vec<(Field, String)>);

impl Errors {
    fn of(ctx: &ViewCtx<'_>, tab: &LiveSettings, panel: &Panel, status: &Status) -> Errors {
        let mut errors = Vec::new();
        let is_open = status.state.is_open();
        let problems = match tab.kind {
            // Where datagrams go may change while the socket is open.
            TabKind::Udp if is_open => datagram_target(tab, panel.tried_with.as_ref()).err(),
            _ if is_open => None,
            _ => config_of(tab).err(),
        };
        errors.extend(
            problems
                .iter()
                .flatten()
                .filter(|problem| (panel.has_tried && !is_open) || is_plain(problem))
                .map(|FieldProblem { field, problem }| (*field, problem_text(ctx.locale, problem))),
        );
        let failure = match &status.state {
            SessionState::Failed(failure) => Some(failure),
            SessionState::WaitingToReconnect { failure } => failure.as_ref(),
            _ => None,
        };
        if let Some(failure) = failure
            && errors.is_empty()
            && panel.failed_as(tab)
        {
            let mut line = text::failure_line(ctx.locale, failure);
            if let Some(hint) = text::hint(ctx.locale, failure) {
                line.push_str(ctx.text("connection.sentence_end"));
                line.push_str(hint);
            }
            errors.push((field_of_failure(tab.kind.into(), tab, failure), line));
        }
        errors.extend(panel.refusal.clone());
        Errors(errors)
    }

    fn of_field(&self, field: Field) -> Option<&str> {
        self.0.iter().find(|(at, _)| *at == field).map(|(_, line)| line.as_str())
    }
}

/// Whether the problem is said at once: an empty field is one only when it is needed.
fn is_plain(problem: &FieldProblem) -> bool {
    match &problem.problem {
        Problem::Endpoint(EndpointError::HostMissing) | Problem::RemoteMissing => false,
        Problem::Endpoint(EndpointError::PortInvalid { text, .. }) | Problem::Timeout(text) => {
            !text.is_empty()
        }
        _ => true,
    }
}

fn local_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    let interface = ctx
        .addresses
        .iter()
        .find(|address| address.host == tab.local_host.trim())
        .map_or("", |address| interface_name(ctx, &address.interface));
    ui.horizontal_top(|ui| {
        let response = TextField::new(ctx.text("connection.local_host"))
            .labelled(LABEL_WIDTH)
            .hint("0.0.0.0")
            .remark(interface)
            .locked(is_locked)
            .error(errors.of_field(Field::LocalHost))
            .width(ui.available_width() - LABEL_WIDTH - theme::CONTROL_HEIGHT - 2.0 * theme::SPACE_8)
            .show(ui, &mut tab.local_host);
        if is_whole(ui, &response) {
            split_endpoint(&mut tab.local_host, &mut tab.local_port);
        }
        address_menu(ui, ctx, &mut tab.local_host, is_locked, out);
    });
    let response = TextField::new(ctx.text("connection.port"))
        .labelled(LABEL_WIDTH)
        .hint(PORT_HINT)
        .locked(is_locked)
        .error(errors.of_field(Field::LocalPort))
        .show(ui, &mut tab.local_port);
    open_on_enter(ui, &response, is_locked, out);
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

fn remote_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, is_locked: bool, errors: &Errors) {
    let response = TextField::new(ctx.text("connection.remote_host"))
        .labelled(LABEL_WIDTH)
        .hint("192.168.1.20")
        .locked(is_locked)
        .error(errors.of_field(Field::RemoteHost))
        .show(ui, &mut tab.remote_host);
    if is_whole(ui, &response) {
        split_endpoint(&mut tab.remote_host, &mut tab.remote_port);
    }
    TextField::new(ctx.text("connection.remote_port"))
        .labelled(LABEL_WIDTH)
        .hint(PORT_HINT)
        .locked(is_locked)
        .error(errors.of_field(Field::RemotePort))
        .show(ui, &mut tab.remote_port);
}

fn broadcast_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, is_allowed: bool, errors: &Errors, out: &mut Vec<TabAction>) {
    let mut is_on = is_allowed;
    let tooltip = ctx.text("connection.broadcast_tip");
    if toggle(ui, &mut is_on, ctx.text("connection.broadcast"), tooltip).changed() {
        out.push(ConnectionAction::SetBroadcast(is_on).into());
    }
    if let Some(error) = errors.of_field(Field::Broadcast) {
        error_line(ui, error);
    }
}

fn client_details_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    ui.add_enabled_ui(!is_locked, |ui| {
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
        .any(|field| errors.of_field(field).is_some());
    if panel.are_details_shown {
        local_ui(ui, ctx, tab, is_locked, errors, out);
        TextField::new(ctx.text("connection.timeout"))
            .labelled(LABEL_WIDTH)
            .remark(ctx.text("connection.seconds"))
            .locked(is_locked)
            .error(errors.of_field(Field::Timeout))
            .show(ui, &mut tab.connect_timeout_seconds);
    }
}

fn open_on_enter(ui: &Ui, response: &Response, is_locked: bool, out: &mut Vec<TabAction>) {
    if response.lost_focus() && !is_locked && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        out.push(SessionAction::ToggleOpen.into());
    }
}
