//! Above the send field: to whom, how it is written, and what is appended.

use crate::codec::checksum::Checksum;
use crate::codec::composition::LineEnding;
use crate::codec::text::TextEncoding;
use crate::engine::shared::Status;
use crate::ui::action::TabAction;
use crate::ui::ctx::ViewCtx;
use crate::ui::state::composer::rewrite;
use crate::ui::state::peers::SendTo;
use crate::ui::views::composer::Around;
use crate::ui::views::view_bar;
use crate::ui::widgets::{ButtonKind, Choice, PillCombo, TextField, button, segmented, toggle};
use crate::util::bytes_text::Count;
use crate::workspace::tabs::{ComposerSettings, InputChoice, TabKind, TabSettings};
use egui::Ui;

/// The room that the repeat switch and its number need.
const REPEAT_WIDTH: f32 = 190.0;

/// Draws the line.
pub fn choices_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    around: Around<'_>,
    out: &mut Vec<TabAction>,
) {
    ui.horizontal_wrapped(|ui| {
        target_ui(ui, ctx, tab, around, out);
        let before = tab.composer.input;
        let choices = [
            Choice {
                value: InputChoice::Text,
                text: ctx.text("input.text"),
                tooltip: ctx.text("input.text_tip"),
            },
            Choice {
                value: InputChoice::Hex,
                text: ctx.text("input.hex"),
                tooltip: ctx.text("input.hex_tip"),
            },
            Choice {
                value: InputChoice::Escapes,
                text: ctx.text("input.escapes"),
                tooltip: ctx.text("input.escapes_tip"),
            },
        ];
        if segmented(ui, ctx.text("input.name"), &mut tab.composer.input, &choices) {
            let encoding = TextEncoding::from_name(&tab.encoding).unwrap_or(TextEncoding::UTF_8);
            if let Some(text) = rewrite(&tab.composer.draft, before, tab.composer.input, encoding) {
                tab.composer.draft = text;
            }
        }
        view_bar::encoding_combo(ui, ctx, "send-encoding", &mut tab.encoding);
        append_ui(ui, ctx, &mut tab.composer);
        checksum_ui(ui, ctx, &mut tab.composer);
        repeat_ui(ui, ctx, tab, around.status, out);
        let tooltip = ctx.text("composer.file_tip");
        if button(ui, ButtonKind::Ordinary, ctx.text("composer.file"), None, tooltip).clicked() {
            out.push(TabAction::AskFile);
        }
    });
}

fn target_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &TabSettings,
    around: Around<'_>,
    out: &mut Vec<TabAction>,
) {
    let peers = around.peers;
    let whom = match (peers.send_to, tab.kind) {
        (SendTo::Peer(id), _) => {
            peers.selected.as_ref().map_or_else(|| format!("#{id}"), |peer| peer.remote.to_string())
        }
        (SendTo::Standard, TabKind::Udp) => format!("{}:{}", tab.remote_host, tab.remote_port),
        (_, TabKind::TcpClient) => ctx.text("composer.to_server").to_owned(),
        _ => ctx.text("peers.all_clients").to_owned(),
    };
    let line = ctx.format("composer.to", &[("whom", &whom)]);
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
            let is_chosen = peers.selected_id() == Some(peer.id);
            if PillCombo::choice(ui, is_chosen, &format!("{}  {}", peer.id, peer.remote)) {
                out.push(TabAction::SelectPeer(Some(peer.id)));
            }
        }
    });
}

fn append_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, settings: &mut ComposerSettings) {
    let name_of = |ending: LineEnding| match ending {
        LineEnding::None => ctx.text("append.none"),
        LineEnding::Lf => "LF",
        LineEnding::Crlf => "CRLF",
        LineEnding::Cr => "CR",
        LineEnding::Nul => "NUL",
    };
    let chosen: LineEnding = settings.append.parse().unwrap_or_default();
    let shown = match chosen {
        LineEnding::None => ctx.text("append.none").to_owned(),
        ending => ctx.format("append.chosen", &[("ending", &name_of(ending))]),
    };
    PillCombo::new("append", ctx.text("append.name"), &shown).show(ui, |ui| {
        for ending in LineEnding::ALL {
            if PillCombo::choice(ui, ending == chosen, name_of(ending)) {
                ending.name().clone_into(&mut settings.append);
            }
        }
    });
}

fn checksum_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, settings: &mut ComposerSettings) {
    let chosen = Checksum::from_name(&settings.checksum).ok();
    let shown = chosen.map_or(ctx.text("checksum.none"), Checksum::label);
    PillCombo::new("checksum", ctx.text("checksum.name"), shown).list_width(230.0).show(ui, |ui| {
        if PillCombo::choice(ui, chosen.is_none(), ctx.text("checksum.none")) {
            settings.checksum.clear();
        }
        for checksum in Checksum::all() {
            let is_chosen = chosen.is_some_and(|chosen| chosen.name() == checksum.name());
            if PillCombo::choice(ui, is_chosen, checksum.label()) {
                checksum.name().clone_into(&mut settings.checksum);
            }
        }
    });
}

fn repeat_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut TabSettings,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let mut is_on = status.repeats_done.is_some();
    let is_number = tab.composer.every_millis.trim().parse::<u64>().is_ok_and(|millis| millis > 0);
    let text = match status.repeats_done {
        Some(count) => ctx.format("repeat.running", &[("count", &Count(count))]),
        None => ctx.text("repeat.name").to_owned(),
    };
    if ui.available_size_before_wrap().x < REPEAT_WIDTH {
        // The switch and its number stay together.
        ui.end_row();
    }
    ui.add_enabled_ui(status.state.is_open() && is_number, |ui| {
        if toggle(ui, &mut is_on, &text, ctx.text("repeat.tip")).changed() {
            out.push(if is_on { TabAction::StartRepeat } else { TabAction::StopRepeat });
        }
    });
    TextField::new(ctx.text("repeat.millis"))
        .remark("ms")
        .width(84.0)
        .locked(status.repeats_done.is_some())
        .error((!is_number).then_some(ctx.text("repeat.not_a_number")))
        .show(ui, &mut tab.composer.every_millis);
}
