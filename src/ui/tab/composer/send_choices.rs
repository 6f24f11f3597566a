//! Above the send field: to whom, how it is written, and what is appended.

use crate::engine::shared::Status;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::tab::composer::file::FileProgress;
use crate::ui::tab::composer::payload_choices;
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::composer::words;
use crate::ui::tab::peers::{Peers, SendTo};
use crate::ui::tab::view_bar;
use crate::ui::text;
use crate::ui::widgets::PillCombo;
use crate::workspace::tabs::{TabKind, TabSettings};
use egui::Ui;

/// What the composer shows besides its own state.
#[derive(Clone, Copy, Debug)]
pub struct SendSurroundings<'a> {
    /// What the session is doing.
    pub status: &'a Status,
    /// The peers.
    pub peers: &'a Peers,
    /// A file on its way.
    pub file: Option<&'a FileProgress>,
    /// What is repeated goes to others than a send would now.
    pub repeats_to_others: bool,
}

/// Draws the line.
pub fn choices_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    composer: &mut Composer,
    around: SendSurroundings<'_>,
    out: &mut Vec<TabAction>,
) {
    ui.horizontal_wrapped(|ui| {
        target_ui(ui, ctx, tab, around, out);
        let before = tab.composer.input;
        if payload_choices::input_ui(ui, ctx, &mut tab.composer.input) {
            let encoding = text::encoding_of(&tab.encoding);
            composer.switch_input(&mut tab.composer, before, encoding);
        }
        view_bar::encoding_combo(ui, ctx, "send-encoding", &mut tab.encoding);
        payload_choices::append_ui(ui, ctx, &mut tab.composer.append);
        payload_choices::checksum_ui(ui, ctx, &mut tab.composer.checksum);
    });
}

fn target_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &TabSettings,
    around: SendSurroundings<'_>,
    out: &mut Vec<TabAction>,
) {
    let peers = around.peers;
    let line = ctx.format("composer.to", &[("whom", &words::recipients(ctx.locale, tab, peers))]);
    PillCombo::new("target", ctx.text("composer.target"), &line).list_width(230.0).show(ui, |ui| {
        if tab.kind == TabKind::Udp
            && PillCombo::choice(ui, peers.send_to == SendTo::Standard, ctx.text("peers.remote"))
        {
            out.push(TabAction::SelectRemote);
        }
        let everyone = if tab.kind == TabKind::Udp { "peers.all" } else { "peers.all_clients" };
        if PillCombo::choice(ui, peers.send_to == SendTo::All, ctx.text(everyone)) {
            out.push(TabAction::SelectPeer(None));
        }
        for peer in peers.page.iter().filter(|peer| peer.state.can_send()) {
            let is_chosen = peers.send_to.has(peer.id);
            if PillCombo::choice(ui, is_chosen, &format!("{}  {}", peer.id, peer.remote)) {
                out.push(TabAction::SelectPeer(Some(peer.id)));
            }
        }
    });
}
