//! What is known of the row beside its bytes: when, from whom, its sums, its connection.

use crate::codec::checksum::ByteOrder;
use crate::codec::prose::{body_text, own_words_text};
use crate::codec::text::TextEncoding;
use crate::codec::time::took_text;
use crate::codec::values::{ReadingName, readings};
use crate::engine::shared::Status;
use crate::model::status::PeerStatus;
use crate::model::tls::TlsHandshake;
use crate::ui::ctx::ViewCtx;
use crate::ui::log::LogRow;
use crate::ui::tab::TabAction;
use crate::ui::tab::inspector::Inspector;
use crate::ui::tab::inspector::parts::part_ui;
use crate::ui::tab::inspector::picked::Picked;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    error_line, focus_edge, group_heading, key_value, reveal_focused, text_button, toggle,
};
use crate::util::bytes_text::{ByteSize, Count};
use crate::workspace::settings::InspectorPart;
use egui::{Label, RichText, Ui};

/// So many sums are shown: those that devices use most.
const SHOWN_SUMS: usize = 8;

/// Which row it is, when it happened, and whom it concerns.
pub(super) fn heading_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &Inspector, row: &LogRow) {
    let record = &row.record;
    group_heading(ui, &title(ctx, row));
    let mut when = ctx.times.text(record.at.wall_ns);
    if record.bytes_of_any_layer().is_some_and(|data| data.head.kernel_stamped) {
        when.push_str(" · ");
        when.push_str(ctx.text("inspector.kernel_time"));
    }
    key_value(ui, ctx.text("inspector.time"), &when, false);
    if let Some(cut) = row.message.filter(|cut| cut.ended.mono_ns > record.at.mono_ns) {
        let lasted = (cut.ended.mono_ns - record.at.mono_ns) as f64 / 1e6;
        key_value(ui, ctx.text("inspector.ended_after"), &format!("{lasted:.3} ms"), false);
    }
    let ends = inspector.made.as_ref().and_then(|made| made.ends.as_ref());
    match (record.bytes_of_any_layer(), record.peer) {
        (Some(data), peer) => {
            let way = text::direction_name(ctx.locale, Some(data.head.direction));
            let whom = peer.map_or_else(|| "∗".to_owned(), |peer| peer.to_string());
            let whom = ends.map_or_else(|| whom.clone(), |ends| format!("{} · {whom}", ends.remote));
            key_value(ui, way, &whom, true);
            if let Some(local) = data.head.local {
                let interface =
                    data.head.interface.map(|name| format!(" · {}", name.as_str())).unwrap_or_default();
                key_value(ui, ctx.text("inspector.came_in"), &format!("{local}{interface}"), true);
            }
        }
        (None, Some(peer)) => {
            let whom = ends.map_or_else(|| peer.to_string(), |ends| format!("{} · {peer}", ends.remote));
            key_value(ui, ctx.text("inspector.peer"), &whom, true);
        }
        (None, None) => {}
    }
    if record.bytes_of_any_layer().is_none() {
        ui.add_space(theme::SPACE_8);
        let words = RichText::new(body_text(&record.body, ctx.locale)).color(Theme::of(ui).text);
        ui.add(Label::new(words).wrap().selectable(true));
    }
}

/// `Message 1,271 · records 2,031–2,033 · 29 bytes`.
fn title(ctx: &ViewCtx<'_>, row: &LogRow) -> String {
    let number = row.number.map_or_else(String::new, |number| Count(number).to_string());
    let key = if row.message.is_some() { "inspector.message" } else { "inspector.record" };
    let mut title = ctx.format(key, &[("number", &number)]);
    if let Some(cut) = row.message {
        let (first, last) = cut.records();
        let [first, last] = [first, last].map(|record| Count(record.0.saturating_add(1)));
        let records = if first == last { first.to_string() } else { format!("{first}–{last}") };
        title.push_str(" · ");
        title.push_str(&ctx.format("inspector.of_records", &[("records", &records)]));
    }
    if let Some(data) = row.record.bytes_of_any_layer() {
        title.push_str(" · ");
        title.push_str(&ctx.format("composer.length", &[("count", &Count(data.bytes.len() as u64))]));
    }
    title
}

/// What stands below the dump: a right checksum at the end, and what differs from the marked row.
pub(super) fn remarks_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &mut Inspector, can_compare: bool) {
    let theme = Theme::of(ui);
    let mut clicked = None;
    for end in inspector.made.iter().flat_map(|made| &made.right_ends) {
        let order = match end.checksum.order() {
            ByteOrder::BigEndian => "BE",
            ByteOrder::LittleEndian => "LE",
        };
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("name", &end.checksum.label()),
            ("order", &order),
            ("first", &end.bytes.start),
            ("last", &(end.bytes.end - 1)),
        ];
        let line = format!("✓ {}", ctx.format("inspector.right_sum", &values));
        let shown = RichText::new(&line).color(theme.good).size(theme::BODY_SIZE);
        let response = ui.add(Label::new(shown).truncate().sense(egui::Sense::click()));
        focus_edge(ui.painter(), theme, response.rect, &response);
        reveal_focused(&response);
        if response.clicked() {
            clicked = Some(Picked::range(&end.bytes));
        }
    }
    if let Some(picked) = clicked {
        inspector.pick(picked);
    }
    if !can_compare {
        return;
    }
    ui.horizontal(|ui| {
        let tip = ctx.text("inspector.compare_tip");
        toggle(ui, &mut inspector.compares, ctx.text("inspector.compare"), tip);
        let Some(other) = inspector.made.as_ref().and_then(|made| made.other.as_ref()) else { return };
        let count: usize = other.differing.iter().map(ExactSizeIterator::len).sum();
        let number = other.number.map_or_else(String::new, |number| Count(number).to_string());
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("number", &number), ("count", &Count(count as u64))];
        let first = other.differing.first().cloned();
        if text_button(ui, &ctx.format("inspector.differing", &values), ctx.text("inspector.differing_tip"))
            .clicked()
            && let Some(first) = first
        {
            inspector.pick(Picked::range(&first));
        }
    });
}

/// What the bytes from the picked one on are, read in every way.
pub(super) fn values_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    encoding: TextEncoding,
    inspector: &Inspector,
    out: &mut Vec<TabAction>,
) {
    let start = inspector.picked.bytes().start;
    let title = ctx.format("inspector.values", &[("offset", &format!("{start:04X}"))]);
    part_ui(ui, ctx, InspectorPart::Values, &title, out, |ui, _| {
        let rest = inspector.bytes().get(start..).unwrap_or_default();
        for reading in readings(rest, encoding, ctx.times) {
            let name = match reading.name {
                ReadingName::Term(name) => name,
                ReadingName::Key(key) => ctx.text(key),
            };
            key_value(ui, name, reading.value.as_deref().unwrap_or("—"), true);
        }
    });
}

/// Checksums of what was picked, or of everything.
pub(super) fn sums_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, inspector: &Inspector, out: &mut Vec<TabAction>) {
    let Some(sums) = &inspector.sums else { return };
    let count = Count(sums.bytes.len() as u64);
    let key = if inspector.picked.is_several() { "inspector.sums_picked" } else { "inspector.sums" };
    part_ui(ui, ctx, InspectorPart::Sums, &ctx.format(key, &[("count", &count)]), out, |ui, _| {
        if sums.lines.is_empty() {
            ui.label(RichText::new(ctx.text("inspector.too_long")).color(Theme::of(ui).dim));
        }
        for (name, value) in sums.lines.iter().take(SHOWN_SUMS) {
            key_value(ui, name, value, true);
        }
    });
}

/// What the kernel knows of the chosen connection.
pub(super) fn connection_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, peer: &PeerStatus, out: &mut Vec<TabAction>) {
    let mut title = ctx.format("inspector.connection", &[("peer", &peer.id)]);
    if let Some(facts) = peer.facts {
        title = format!("{title} · RTT {}", took_text(facts.rtt));
    }
    part_ui(ui, ctx, InspectorPart::Connection, &title, out, |ui, _| {
        key_value(ui, ctx.text("inspector.remote"), &peer.remote.to_string(), true);
        key_value(ui, ctx.text("inspector.local"), &peer.local.to_string(), true);
        if let Some(process) = &peer.process {
            let program = text::process_line(ctx.locale, process);
            key_value(ui, ctx.text("inspector.program"), &program, false);
        }
        if let Some(handshake) = &peer.handshake {
            handshake_ui(ui, ctx, handshake);
        }
        key_value(ui, ctx.text("inspector.queue"), &ByteSize(peer.queued_bytes).to_string(), false);
        let Some(facts) = peer.facts else { return };
        let rtt = format!(
            "{:.2} ms ± {:.2} / {}",
            facts.rtt.as_secs_f64() * 1000.0,
            facts.rtt_variation.as_secs_f64() * 1000.0,
            facts.retransmits
        );
        key_value(ui, ctx.text("inspector.rtt"), &rtt, false);
        key_value(ui, ctx.text("inspector.window"), &facts.congestion_window.to_string(), false);
        let unsent = ByteSize(u64::from(facts.unsent_bytes)).to_string();
        key_value(ui, ctx.text("inspector.unsent"), &unsent, false);
    });
}

/// What was agreed on, and whose certificate was shown.
fn handshake_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, handshake: &TlsHandshake) {
    let TlsHandshake { version, suite, group, alpn, server_name, chain, distrusted } = handshake;
    let agreed = [Some(version), group.as_ref()].into_iter().flatten();
    let agreed = agreed.map(String::as_str).collect::<Vec<_>>().join(" · ");
    key_value(ui, "TLS", &agreed, false);
    key_value(ui, ctx.text("inspector.suite"), suite, false);
    for (key, value) in [("security.server_name", server_name), ("security.alpn", alpn)] {
        if let Some(value) = value {
            key_value(ui, ctx.text(key), value, false);
        }
    }
    for certificate in chain {
        let day = |seconds: i64| ctx.times.words("%Y-%m-%d", seconds.saturating_mul(1_000_000_000));
        let (from, until) = (day(certificate.not_before), day(certificate.not_after));
        key_value(ui, ctx.text("security.certificate"), &certificate.subject, false);
        key_value(ui, ctx.text("inspector.issuer"), &certificate.issuer, false);
        if !certificate.names.is_empty() {
            key_value(ui, ctx.text("inspector.names"), &certificate.names.join(", "), false);
        }
        key_value(ui, ctx.text("inspector.valid"), &format!("{from} – {until}"), false);
        key_value(ui, "SHA-256", &certificate.fingerprint.to_string(), true);
    }
    if let Some(why) = distrusted {
        let why = own_words_text(why, ctx.locale);
        error_line(ui, &ctx.format("record.secured_distrusted", &[("why", &why)]));
    }
}

/// What the kernel made of the options that were asked for.
pub(super) fn options_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, status: &Status, out: &mut Vec<TabAction>) {
    if status.options.is_empty() {
        return;
    }
    part_ui(ui, ctx, InspectorPart::Options, ctx.text("options.title"), out, |ui, _| {
        for report in status.options.iter() {
            let granted = report.granted.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
            let value = match &report.asked {
                Some(asked) if asked.to_string() != granted => {
                    ctx.format("inspector.asked_granted", &[("asked", asked), ("granted", &granted)])
                }
                _ => granted,
            };
            key_value(ui, report.name.text(), &value, false);
        }
    });
}
