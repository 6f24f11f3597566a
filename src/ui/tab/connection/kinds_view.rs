//! The fields of the seldom used kinds: WebSocket, Unix sockets and raw IP. They draw what was typed and what is wrong
//! with it.

use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::form::{Form, LABEL_WIDTH, close_up, width_beside_button};
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    Choice, error_line, focus_edge, icon_button, menu, menu_item, reveal_focused, segmented, toggle,
};
use crate::workspace::tabs::TabKind;
use egui::{Align, Frame, Label, Layout, Margin, Response, RichText, TextEdit, Ui, vec2};

/// A label as wide as those of fields.
pub(super) fn label_ui(ui: &mut Ui, name: &str) -> Response {
    let size = vec2(LABEL_WIDTH, theme::CONTROL_HEIGHT);
    let in_a_row = Layout::left_to_right(Align::Center);
    let label = |ui: &mut Ui| {
        ui.set_min_width(LABEL_WIDTH);
        let ink = Theme::of(ui).dim;
        ui.add(Label::new(RichText::new(name).color(ink)).truncate())
    };
    ui.allocate_ui_with_layout(size, in_a_row, label).inner
}

/// What WebSocket asks for; nothing for other kinds.
pub(super) fn web_socket_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    let ctx = form.ctx;
    if !tab.kind.is_web_socket() {
        return;
    }
    let is_client = tab.kind == TabKind::WebSocketClient;
    let any = ctx.text("web_socket.any_path").to_owned();
    let hint = if is_client { form.example("/live", "connection.none") } else { any };
    form.field("web_socket.path", &hint, Some(Field::Path)).show(ui, &mut tab.web_socket.path);
    let hint = form.example("mqtt, chat", "connection.none");
    form.field("web_socket.subprotocols", &hint, None).show(ui, &mut tab.web_socket.subprotocols);
    if is_client {
        headers_ui(ui, form, tab);
    }
}

fn headers_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    let ctx = form.ctx;
    let theme = Theme::of(ui);
    ui.horizontal_top(|ui| {
        let label = label_ui(ui, ctx.text("web_socket.headers"));
        let edit = TextEdit::multiline(&mut tab.web_socket.headers)
            .desired_rows(2)
            .desired_width(ui.available_width())
            .hint_text(RichText::new(form.example("Origin: http://…", "connection.none")).color(theme.faint))
            .interactive(!form.is_locked)
            .frame(
                Frame::new()
                    .fill(if form.is_locked { theme.panel } else { theme.raised })
                    .stroke(theme.line_stroke())
                    .corner_radius(theme::corners())
                    .inner_margin(Margin::symmetric(8, 6)),
            );
        let response = ui.add(edit).labelled_by(label.id);
        focus_edge(ui.painter(), theme, response.rect, &response);
        reveal_focused(&response);
    });
    if let Some(error) = form.errors.of_field(Field::Headers) {
        error_line(ui, error);
    }
}

/// Which role a Unix socket has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Listens,
    Connects,
    Exchanges,
}

/// Where a Unix socket stands or connects.
pub(super) fn unix_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    let ctx = form.ctx;
    ui.add_enabled_ui(!form.is_locked, |ui| unix_kind_ui(ui, ctx, &mut tab.kind));
    let shape = tab.kind.shape();
    if !shape.connects() {
        let hint = form.example("/tmp/name.sock", "connection.none");
        let path = form.field("unix.local", &hint, Some(Field::UnixLocal)).show(ui, &mut tab.unix.local);
        form.open_on_enter(ui, &path, out);
    }
    if shape.has_remote() {
        // Where datagrams go may change while the socket is open.
        let of_remote = Form { is_locked: form.is_locked && shape.has_connections(), ..form };
        let hint = of_remote.example("/tmp/name.sock", "connection.none");
        let path =
            of_remote.field("unix.remote", &hint, Some(Field::UnixRemote)).show(ui, &mut tab.unix.remote);
        form.open_on_enter(ui, &path, out);
    }
    if shape.connects() {
        ui.add_enabled_ui(!form.is_locked, |ui| {
            let (name, tip) = (ctx.text("connection.reconnect"), ctx.text("connection.reconnect_tip"));
            toggle(ui, &mut tab.reconnect, name, tip);
        });
        return;
    }
    if !tab.unix.local.trim().starts_with('@') {
        let hint = form.example("600", "unix.mode_by_umask");
        form.field("unix.mode", &hint, Some(Field::UnixMode)).show(ui, &mut tab.unix.mode);
        ui.add_enabled_ui(!form.is_locked, |ui| {
            let (name, tip) = (ctx.text("unix.replace_stale"), ctx.text("unix.replace_stale_tip"));
            toggle(ui, &mut tab.unix.replace_stale, name, tip);
        });
    }
}

/// What it does, and how its connections carry bytes. Both together are its kind.
fn unix_kind_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, kind: &mut TabKind) {
    let mut role = match kind {
        TabKind::UnixDatagrams => Role::Exchanges,
        TabKind::UnixClient | TabKind::UnixSeqpacketClient => Role::Connects,
        _ => Role::Listens,
    };
    let mut is_message = kind.shape().is_message_oriented;
    let roles = [
        Choice { value: Role::Listens, text: ctx.text("unix.listens"), tooltip: "" },
        Choice { value: Role::Connects, text: ctx.text("unix.connects"), tooltip: "" },
        Choice {
            value: Role::Exchanges,
            text: ctx.text("unix.datagrams"),
            tooltip: ctx.text("unix.datagrams_tip"),
        },
    ];
    let mut has_changed = segmented(ui, ctx.text("unix.role"), &mut role, &roles);
    if role != Role::Exchanges {
        let types = [
            Choice { value: false, text: ctx.text("unix.stream"), tooltip: "SOCK_STREAM" },
            Choice { value: true, text: ctx.text("unix.messages"), tooltip: "SOCK_SEQPACKET" },
        ];
        if *kind == TabKind::UnixDatagrams {
            is_message = false;
        }
        has_changed |= segmented(ui, ctx.text("unix.type"), &mut is_message, &types);
    }
    if has_changed {
        *kind = match (role, is_message) {
            (Role::Exchanges, _) => TabKind::UnixDatagrams,
            (Role::Listens, false) => TabKind::UnixServer,
            (Role::Listens, true) => TabKind::UnixSeqpacketServer,
            (Role::Connects, false) => TabKind::UnixClient,
            (Role::Connects, true) => TabKind::UnixSeqpacketClient,
        };
    }
}

/// Which packets a raw session exchanges.
pub(super) fn protocol_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings) {
    let ctx = form.ctx;
    ui.horizontal_top(|ui| {
        let hint = form.example("icmp", "connection.none");
        form.field("raw.protocol", &hint, Some(Field::Protocol))
            .width(width_beside_button(ui))
            .show(ui, &mut tab.raw.protocol);
        close_up(ui);
        ui.add_enabled_ui(!form.is_locked, |ui| {
            let opener = icon_button(ui, "▾", ctx.text("raw.known"));
            menu(&opener, 120.0, |ui| {
                for name in ["icmp", "icmpv6"] {
                    if menu_item(ui, true, name, "") {
                        name.clone_into(&mut tab.raw.protocol);
                    }
                }
            });
        });
    });
    ui.add_enabled_ui(!form.is_locked, |ui| {
        let (name, tip) = (ctx.text("raw.include_header"), ctx.text("raw.include_header_tip"));
        toggle(ui, &mut tab.raw.include_header, name, tip);
    });
}
