//! The peers of a session: counters, state, whom to send to, and how to part from one.

use crate::codec::time::took_text;
use crate::engine::shared::Status;
use crate::model::config::{Meeting, SessionShape};
use crate::model::status::{PeerState, PeerStatus};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::tab::TabAction;
use crate::ui::tab::peers::PeersAction;
use crate::ui::tab::peers::{Peers, SendTo};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    context_menu, focus_edge, group_heading, icon_button, long_list, menu, menu_item, menu_separator,
    reveal_focused,
};
use crate::util::bytes_text::{ByteSize, Count};
use crate::util::locale::Locale;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Align2, Color32, CursorIcon, Layout, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo,
    pos2, vec2,
};
use std::borrow::Cow;

const ROW: f32 = 46.0;
const SHORT_ROW: f32 = 28.0;

/// The cross and what parts it from the words before it.
const CROSS_SPACE: f32 = 28.0;

/// Draws the list: only the peers in sight, however many there are. `remote` is the address that datagrams go to.
pub fn peers_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (shape, remote): (SessionShape, &str),
    status: &Status,
    peers: &mut Peers,
    out: &mut Vec<TabAction>,
) {
    let present = status.peers_present;
    let title = if shape.has_listener() { "peers.clients" } else { "peers.title" };
    heading_ui(ui, ctx, shape, (title, present), peers, out);
    ui.spacing_mut().item_spacing.y = 0.0;
    let is_open = status.state.is_open();
    if !shape.has_connections() {
        let is_chosen = peers.send_to == SendTo::Standard;
        if short_row(ui, remote, is_open, None, is_chosen).clicked() {
            out.push(PeersAction::SelectRemote.into());
        }
    }
    if shape.has_listener() || (!shape.has_connections() && peers.total > 0) {
        let everyone = if shape.has_listener() { "peers.all_clients" } else { "peers.all" };
        let is_chosen =
            peers.send_to == SendTo::All || (shape.has_listener() && peers.send_to == SendTo::Standard);
        if short_row(ui, ctx.text(everyone), is_open && present > 0, Some(present), is_chosen).clicked() {
            out.push(PeersAction::Select(None).into());
        }
    }
    // Below what stands there at all times, which keeps its place when somebody comes.
    if peers.total == 0 {
        let theme = Theme::of(ui);
        ui.add_space(theme::SPACE_4);
        let key = match shape.meeting {
            Meeting::Listens => "peers.empty_server",
            Meeting::Connects => "peers.empty_client",
            Meeting::Exchanges => "peers.empty_udp",
        };
        ui.add(egui::Label::new(egui::RichText::new(ctx.text(key)).color(theme.dim)).wrap());
        return;
    }
    let area = ScrollArea::vertical().id_salt("peers").auto_shrink(false);
    long_list(ui, area, ROW, peers.total, |ui, places| {
        for place in places.clone() {
            match place.checked_sub(peers.page_start).and_then(|at| peers.page.get(at)) {
                Some(peer) => peer_row(ui, ctx, shape, peer, peers.send_to.has(peer.id), out),
                None => {
                    ui.allocate_space(vec2(ui.available_width(), ROW));
                }
            }
        }
        if peers.wanted != places {
            peers.wanted = places;
            ui.ctx().request_repaint();
        }
    });
}

/// The name of the list, and what concerns all that are in it.
fn heading_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    shape: SessionShape,
    (title, present): (&'static str, usize),
    peers: &Peers,
    out: &mut Vec<TabAction>,
) {
    let line = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        if shape.has_connections() {
            let opener = icon_button(ui, "⋯", ctx.text("peers.more"));
            menu(&opener, 220.0, |ui| {
                if menu_item(ui, present > 0, ctx.text("peers.close_all"), "") {
                    out.push(PeersAction::CloseAll.into());
                }
                if menu_item(ui, peers.total > present, ctx.text("peers.forget_departed"), "") {
                    out.push(PeersAction::ForgetDeparted.into());
                }
            });
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            group_heading(ui, &format!("{} · {}", ctx.text(title), Count(present as u64)));
        });
    });
}

/// A row for several peers at once; `present` says how many there are, where that is known.
fn short_row(
    ui: &mut Ui,
    name: &str,
    is_reachable: bool,
    present: Option<usize>,
    is_chosen: bool,
) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), SHORT_ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, name));
    background(ui, rect, &response, is_chosen);
    let font = fonts::interface(theme::BODY_SIZE);
    let painter = ui.painter();
    let dot = if is_reachable { theme.good } else { theme.mark };
    painter.circle_filled(pos2(rect.left() + 12.0, rect.center().y), 4.0, dot);
    let at = pos2(rect.left() + 30.0, rect.center().y);
    painter.text(at, Align2::LEFT_CENTER, name, font.clone(), theme.text);
    let at = pos2(rect.right() - theme::SPACE_8, rect.center().y);
    if let Some(present) = present {
        painter.text(at, Align2::RIGHT_CENTER, Count(present as u64), font, theme.dim);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(name)
}

fn peer_row(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    shape: SessionShape,
    peer: &PeerStatus,
    is_chosen: bool,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let address = peer.remote.to_string();
    let name = ctx.names.of(peer.remote);
    let is_present = peer.state.is_present();
    let has_cross = is_present && shape.has_connections();
    let mut facts = facts_line(ctx.locale, peer);
    response.widget_info(|| {
        let called = name.map_or_else(String::new, |name| format!("{name} · "));
        let line = format!("{called}{address} · {facts}");
        WidgetInfo::selected(Role::ListBoxOption, is_present, is_chosen, line)
    });
    background(ui, rect, &response, is_chosen);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.circle_filled(pos2(rect.left() + 12.0, rect.center().y), 4.0, dot_color(theme, peer.state));
    let ink = if is_present { theme.text } else { theme.faint };
    let end = rect.right() - if has_cross { CROSS_SPACE } else { theme::SPACE_4 };
    let at = pos2(rect.left() + 30.0, rect.top() + 15.0);
    // The number is the one that the rows of the sheet bear.
    let number = painter.text(at, Align2::LEFT_CENTER, peer.id, fonts::payload(), theme.dim);
    let at = pos2(number.right() + theme::SPACE_8, at.y);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "characters of one line")]
    let columns = ((end - at.x) / fonts::payload_column_width()) as usize;
    // Whoever has a name is known by it; where that is stands before the facts.
    if let Some(name) = name {
        let font = fonts::interface(theme::BODY_SIZE);
        let mut job = LayoutJob::simple_singleline(name.to_owned(), font, ink);
        job.wrap = TextWrapping::truncate_at_width(end - at.x);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        painter.galley(at - vec2(0.0, galley.size().y / 2.0), galley, ink);
        facts = format!("{address} · {facts}");
    } else {
        painter.text(at, Align2::LEFT_CENTER, with_its_end(&address, columns), fonts::payload(), ink);
    }
    let at = pos2(rect.left() + 30.0, rect.top() + 32.0);
    let small = egui::FontId::new(theme::LABEL_SIZE, egui::FontFamily::Monospace);
    let mut job = LayoutJob::simple_singleline(facts.clone(), small, theme.dim);
    job.wrap = TextWrapping::truncate_at_width(end - at.x);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    painter.galley(at - vec2(0.0, galley.size().y / 2.0), galley, theme.dim);
    if has_cross {
        close_button(ui, ctx, rect, peer, &address, out);
    }
    if response.clicked() && is_present {
        let is_adding = ui.input(|input| input.modifiers.command);
        let peer = peer.id;
        out.push(if is_adding {
            PeersAction::Toggle(peer).into()
        } else {
            PeersAction::Select(Some(peer)).into()
        });
    }
    context_menu(&response, 200.0, |ui| peer_menu(ui, ctx, shape, peer, is_chosen, out));
    let several = ctx.text("peers.several_tip");
    let tooltip = format!("{} → {}\n{facts}\n{several}", peer.local, peer.remote);
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(tooltip);
}

fn dot_color(theme: &Theme, state: PeerState) -> Color32 {
    match state {
        PeerState::Open => theme.good,
        PeerState::ShakingHands | PeerState::PeerFinished | PeerState::WriteShut => theme.sent,
        PeerState::Left(_) => theme.mark,
    }
}

/// What may ask for something to be done stands first: there is room for few words.
fn facts_line(locale: &Locale, peer: &PeerStatus) -> String {
    let mut parts = Vec::new();
    if let Some(state) = text::peer_state(locale, peer.state) {
        if !peer.state.is_present() {
            return state.to_owned();
        }
        parts.push(state.to_owned());
    }
    if peer.queued_bytes > 0 {
        parts.push(locale.format("peers.queued", &[("size", &ByteSize(peer.queued_bytes))]));
    }
    parts.push(locale.format(
        "peers.counters",
        &[("received", &Count(peer.received.records)), ("sent", &Count(peer.sent.records))],
    ));
    if let Some(process) = &peer.process {
        parts.push(text::process_line(locale, process));
    }
    if let Some(facts) = peer.facts {
        parts.push(took_text(facts.rtt));
    }
    parts.join(" · ")
}

/// An address in so many columns. Where it is longer, the port stays: it tells peers of one host apart.
fn with_its_end(address: &str, columns: usize) -> Cow<'_, str> {
    let length = address.chars().count();
    if length <= columns {
        return address.into();
    }
    let end: String = address.chars().skip(length + 1 - columns).collect();
    format!("…{end}").into()
}

fn background(ui: &Ui, rect: Rect, response: &Response, is_chosen: bool) {
    let theme = Theme::of(ui);
    if is_chosen {
        ui.painter().rect_filled(rect, theme::corners(), theme.selected_row);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, theme::corners(), theme.hovered);
    }
    focus_edge(ui.painter(), theme, rect, response);
    reveal_focused(response);
}

fn close_button(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    row: Rect,
    peer: &PeerStatus,
    address: &str,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let rect = Rect::from_center_size(pos2(row.right() - 14.0, row.center().y), theme::square(22.0));
    let response = ui.interact(rect, ui.scope_id().with(("close-peer", peer.id)), Sense::click());
    let name = ctx.format("peers.close", &[("address", &address)]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let ink = if response.hovered() { theme.error } else { theme.dim };
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, "✕", fonts::interface(12.0), ink);
    focus_edge(ui.painter(), theme, rect, &response);
    reveal_focused(&response);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(name.as_str()).clicked() {
        out.push(PeersAction::Close(peer.id).into());
    }
}

fn peer_menu(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    shape: SessionShape,
    peer: &PeerStatus,
    is_chosen: bool,
    out: &mut Vec<TabAction>,
) {
    if menu_item(ui, true, ctx.text("peers.send_to"), "") {
        out.push(PeersAction::Select(Some(peer.id)).into());
    }
    let toggle = if is_chosen { "peers.not_to" } else { "peers.also_to" };
    if menu_item(ui, true, ctx.text(toggle), "") {
        out.push(PeersAction::Toggle(peer.id).into());
    }
    if menu_item(ui, true, ctx.text("peers.ask_name"), "") {
        out.push(PeersAction::AskName(peer.id).into());
    }
    if !shape.has_connections() || !peer.state.is_present() {
        return;
    }
    menu_separator(ui);
    if menu_item(ui, true, ctx.text("peers.half_close"), "") {
        out.push(PeersAction::Finish(peer.id).into());
    }
    if menu_item(ui, true, ctx.text("peers.close_fin"), "") {
        out.push(PeersAction::Close(peer.id).into());
    }
    if menu_item(ui, true, ctx.text("peers.close_rst"), "") {
        out.push(PeersAction::Reset(peer.id).into());
    }
}

#[cfg(test)]
mod tests {
    use super::{facts_line, with_its_end};
    use crate::model::ids::PeerId;
    use crate::model::status::{PeerState, PeerStatus};
    use crate::util::locale::{Language, Locale};
    use std::net::SocketAddr;

    #[test]
    fn what_may_ask_for_something_stands_first() {
        let here = SocketAddr::from(([127, 0, 0, 1], 9000)).into();
        let mut peer = PeerStatus::joined(PeerId::new(1).unwrap(), here, here, 0);
        let line = |peer: &PeerStatus| facts_line(Locale::of(Language::English), peer);
        assert_eq!(line(&peer), "rx 0 · tx 0");
        peer.queued_bytes = 2048;
        assert_eq!(line(&peer), "2.00 KiB waiting · rx 0 · tx 0");
        peer.state = PeerState::PeerFinished;
        assert_eq!(line(&peer), "sends no more · 2.00 KiB waiting · rx 0 · tx 0");
    }

    #[test]
    fn a_long_address_keeps_its_port() {
        for (address, columns, shown) in [
            ("127.0.0.1:52558", 15, "127.0.0.1:52558"),
            ("127.0.0.1:52558", 14, "…7.0.0.1:52558"),
            ("[fe80::a00:27ff:fe4e:66a1%2]:9", 10, "…66a1%2]:9"),
        ] {
            assert_eq!(with_its_end(address, columns), shown);
        }
    }
}
