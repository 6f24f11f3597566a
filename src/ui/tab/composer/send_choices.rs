//! Above the send field: to whom, how it is written, and what is appended.

use crate::engine::shared::Status;
use crate::model::config::Meeting;
use crate::ui::ctx::ViewCtx;
use crate::ui::filter_choices::peers_combo;
use crate::ui::tab::TabAction;
use crate::ui::tab::composer::file::FileProgress;
use crate::ui::tab::composer::payload_choices;
use crate::ui::tab::composer::repeats::ChosenTarget;
use crate::ui::tab::composer::state::Composer;
use crate::ui::tab::composer::words;
use crate::ui::tab::peers::PeersAction;
use crate::ui::tab::peers::{Peers, SendTo};
use crate::ui::tab::settings::{LiveComposer, LiveSettings};
use crate::ui::tab::view_bar;
use crate::ui::widgets::{PillCombo, text_button, toggle};
use crate::workspace::tabs::{InputChoice, TabKind};
use egui::Ui;

/// What the composer shows besides its own state.
#[derive(Clone, Copy, Debug)]
pub struct SendSurroundings<'a> {
    /// What the session is doing.
    pub status: &'a Status,
    /// A file on its way.
    pub file: Option<&'a FileProgress>,
    /// To whom a send would go now.
    pub target: ChosenTarget<'a>,
}

/// Draws the line.
pub fn choices_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    composer: &mut Composer,
    peers: &mut Peers,
    out: &mut Vec<TabAction>,
) {
    ui.horizontal_wrapped(|ui| {
        out.extend(target_ui(ui, ctx, tab, peers).map(TabAction::from));
        let before = tab.composer.input;
        if payload_choices::input_ui(ui, ctx, &mut tab.composer.input) {
            composer.switch_input(&mut tab.composer, before, tab.encoding);
        }
        toggle(ui, &mut tab.composer.fields, ctx.text("input.fields"), ctx.text("input.fields_tip"));
        if matches!(tab.kind, TabKind::WebSocketServer | TabKind::WebSocketClient) {
            payload_choices::frame_ui(ui, ctx, &mut tab.composer.frame);
        }
        if tab.has_echo_request() {
            echo_request_ui(ui, ctx, tab, composer);
        }
        view_bar::encoding_combo(ui, ctx, "send-encoding", &mut tab.encoding);
        let LiveComposer { input, ending, breaks, .. } = &mut tab.composer;
        let breaks = (*input != InputChoice::Hex).then_some(breaks);
        payload_choices::append_ui(ui, ctx, ending, breaks);
        payload_choices::checksum_ui(ui, ctx, &mut tab.composer.checksum);
    });
}

fn echo_request_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, composer: &mut Composer) {
    let off = composer.no_echo_request(tab);
    let tip = ctx.text(off.unwrap_or("composer.echo_request_tip"));
    ui.add_enabled_ui(off.is_none(), |ui| {
        let button = text_button(ui, ctx.text("composer.echo_request"), tip).on_disabled_hover_text(tip);
        if button.clicked() {
            composer.write_echo_request(tab);
        }
    });
}

/// To whom; gives what was chosen.
pub(super) fn target_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &LiveSettings,
    peers: &mut Peers,
) -> Option<PeersAction> {
    let line = ctx.format("composer.to", &[("whom", &words::recipients(ctx.locale, tab, peers))]);
    let Peers { send_to, recipients, .. } = peers;
    let combo = PillCombo::new("target", ctx.text("composer.target"), &line).list_width(230.0);
    let mut picked = None;
    let above = |ui: &mut Ui| {
        let shape = tab.kind.shape();
        if !shape.has_connections()
            && PillCombo::choice(ui, *send_to == SendTo::Standard, &words::configured_remote(ctx.locale, tab))
        {
            picked = Some(PeersAction::SelectRemote);
        }
        let everyone = if shape.has_connections() { "peers.all_clients" } else { "peers.all" };
        if PillCombo::choice(ui, *send_to == SendTo::All, ctx.text(everyone)) {
            picked = Some(PeersAction::Select(None));
        }
        if shape.meeting != Meeting::Connects
            && PillCombo::choice(ui, *send_to == SendTo::LastSender, ctx.text("composer.to_last"))
        {
            picked = Some(PeersAction::SelectLastSender);
        }
    };
    let chosen = peers_combo(ui, ctx, combo, recipients, above, |id| send_to.has(id));
    chosen.map(|peer| PeersAction::Select(Some(peer))).or(picked)
}
