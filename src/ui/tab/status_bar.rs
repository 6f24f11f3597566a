//! The bottom line: state, counters, and the proof that what was received is in the journal.

use crate::codec::text::TextEncoding;
use crate::engine::shared::Status;
use crate::model::status::SessionState;
use crate::ui::ctx::ViewCtx;
use crate::ui::log::SplitStatus;
use crate::ui::tab::TabAction;
use crate::ui::tab::log_file::view::log_file_status_ui;
use crate::ui::tab::log_view::LogAction;
use crate::ui::tab::meter::Meter;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::tab::totals::Shown;
use crate::ui::tab::totals::words::totals_text;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{ButtonKind, button, status_dot, text_button, text_button_width};
use crate::util::bytes_text::{ByteSize, Count};
use egui::{Align, Color32, Layout, RichText, Ui};
use std::fmt::Display;
use std::path::Path;

/// The height of the line.
pub const HEIGHT: f32 = 28.0;

/// What the line tells about the journal.
#[derive(Clone, Copy, Debug)]
pub struct JournalFacts<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// The messages that streams are cut into, where they are.
    pub split: Option<SplitStatus>,
    /// The encoding that what came fits, where it does not fit the chosen one.
    pub better_encoding: Option<TextEncoding>,
}

/// Draws the line.
pub fn status_bar_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &LiveSettings,
    (status, meter): (&Status, &Meter),
    (journal, totals): (Option<JournalFacts<'_>>, Option<Shown>),
    log_file: Option<(&Path, u64)>,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let is_kept = tab.is_kept;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SPACE_16;
        let line = if is_kept {
            ctx.text("state.kept").to_owned()
        } else {
            text::state_line(ctx.locale, &status.state, tab.kind)
        };
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = theme::SPACE_8;
            status_dot(ui, state_color(theme, &status.state), &line);
            ui.label(RichText::new(&line).color(theme.text));
        });
        if let Some(totals) = totals {
            let (line, tooltip) = totals_text(ctx, totals);
            let part = part_ui(ui, ctx.text("totals.name"), &line, theme.text);
            if !tooltip.is_empty() {
                part.on_hover_text(tooltip);
            }
        }
        if !is_kept {
            counters_ui(ui, ctx, status, meter, journal.is_some());
        }
        if let Some(log_file) = log_file {
            out.extend(log_file_status_ui(ui, ctx, log_file).map(TabAction::from));
        }
        let Some(journal) = journal else { return };
        if is_kept {
            part_ui(ui, ctx.text("status.rows"), &Count(journal.rows).to_string(), theme.text);
        }
        if let Some(split) = journal.split {
            split_ui(ui, ctx, split);
        }
        if let Some(better) = journal.better_encoding {
            encoding_ui(ui, ctx, tab.encoding, better, out);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| journal_ui(ui, ctx, journal, is_kept, out));
    });
}

/// What has come and gone, and how much of it is in the journal.
fn counters_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, meter: &Meter, has_journal: bool) {
    let theme = Theme::of(ui);
    let counters = meter.since_reset(&status.counters);
    let (received, sent) = (meter.received_per_second(), meter.sent_per_second());
    part_ui(
        ui,
        ctx.text("status.received"),
        &ctx.format(
            "status.received_value",
            &[
                ("records", &Count(counters.received.records)),
                ("size", &ByteSize(counters.received.bytes)),
                ("rate", &received),
                ("speed", &received.size()),
            ],
        ),
        theme.text,
    );
    part_ui(
        ui,
        ctx.text("status.sent"),
        &ctx.format(
            "status.sent_value",
            &[
                ("records", &Count(counters.sent.records)),
                ("size", &ByteSize(counters.sent.bytes)),
                ("rate", &sent),
                ("speed", &sent.size()),
            ],
        ),
        theme.text,
    );
    let drops = counters.kernel_drops;
    let ink = if drops > 0 { theme.error } else { theme.text };
    part_ui(ui, ctx.text("status.kernel_drops"), &Count(drops).to_string(), ink)
        .on_hover_text(ctx.text("status.kernel_drops_tip"));
    if has_journal {
        part_ui(
            ui,
            ctx.text("status.journalled"),
            &format!("{} / {}", Count(status.journalled), Count(status.counters.data_records())),
            theme.text,
        )
        .on_hover_text(ctx.text("status.journalled_tip"));
    }
}

/// What came does not fit the encoding: the way to the one that it fits.
fn encoding_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    chosen: TextEncoding,
    better: TextEncoding,
    out: &mut Vec<TabAction>,
) {
    let names = [("chosen", &chosen.label() as &dyn Display), ("better", &better.label())];
    let (line, tooltip) =
        (ctx.format("status.better_encoding", &names), ctx.format("status.better_encoding_tip", &names));
    if button(ui, ButtonKind::Ordinary, &line, None, &tooltip).clicked() {
        out.push(LogAction::SetEncoding(better).into());
    }
}

/// How many messages there are, and how far counting them is.
fn split_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, split: SplitStatus) {
    let theme = Theme::of(ui);
    if let Some((done, total)) = split.progress {
        let percent = done.saturating_mul(100) / total.max(1);
        part_ui(ui, ctx.text("status.split"), &format!("{percent} %"), theme.text)
            .on_hover_text(ctx.text("status.split_tip"));
        return;
    }
    part_ui(ui, ctx.text("status.messages"), &Count(split.rows).to_string(), theme.text)
        .on_hover_text(ctx.text("status.messages_tip"));
    if split.unfinished > 0 {
        part_ui(ui, ctx.text("status.unfinished"), &Count(split.unfinished).to_string(), theme.text);
    }
}

/// What there is room for at the right end: the way back to zero, and the journal with its name or without.
fn journal_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    journal: JournalFacts<'_>,
    is_kept: bool,
    out: &mut Vec<TabAction>,
) {
    let has_room = |ui: &Ui, text: &str| text_button_width(ui, text) <= ui.available_width();
    let reset = ctx.text("status.reset");
    if !is_kept {
        if !has_room(ui, reset) {
            return;
        }
        if text_button(ui, reset, ctx.text("status.reset_tip")).clicked() {
            out.push(TabAction::ResetCounters);
        }
    }
    let name = journal.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let size = ByteSize(journal.bytes);
    let lines = [
        ctx.format("status.journal", &[("size", &size), ("name", &name)]),
        ctx.format("status.journal_short", &[("size", &size)]),
    ];
    let tooltip = ctx.format("status.journal_tip", &[("path", &journal.path.display())]);
    if let Some(line) = lines.iter().find(|line| has_room(ui, line))
        && text_button(ui, line, &tooltip).clicked()
    {
        out.push(TabAction::CopyText(journal.path.display().to_string()));
    }
}

fn part_ui(ui: &mut Ui, name: &str, value: &str, ink: Color32) -> egui::Response {
    let theme = Theme::of(ui);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(name).color(theme.dim));
        ui.label(RichText::new(value).color(ink));
    })
    .response
}

fn state_color(theme: &Theme, state: &SessionState) -> Color32 {
    match state {
        SessionState::Closed => theme.mark,
        SessionState::Failed(_) => theme.error,
        SessionState::Resolving { .. }
        | SessionState::Connecting { .. }
        | SessionState::WaitingToReconnect { .. }
        | SessionState::Draining => theme.accent,
        SessionState::Listening { .. } | SessionState::Bound { .. } | SessionState::Connected { .. } => {
            theme.good
        }
    }
}
