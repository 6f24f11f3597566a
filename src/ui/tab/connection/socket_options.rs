//! Socket options, asked for beside granted, and multicast groups.

use crate::engine::shared::Status;
use crate::model::socket_option::{OptionName, OptionShape, SocketOption};
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::page_parts::is_entered;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::fields::{may_become_group, option_fits, parse_group, parse_option};
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::{Field, Problem};
use crate::ui::tab::connection::words::problem as problem_text;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{
    ButtonKind, PillCombo, TextField, button, error_line, focus_edge, icon_button, reveal_focused, toggle,
};
use crate::workspace::tabs::TabKind;
use egui::{Align, Color32, Label, Layout, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use std::collections::BTreeSet;

/// A line that shows or hides what is beneath it.
pub fn expander(ui: &mut Ui, name: &str, remark: &str, is_shown: &mut bool) {
    let theme = Theme::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, *is_shown, name));
    let ink = if response.hovered() || response.has_focus() { theme.text } else { theme.dim };
    let arrow = if *is_shown { "▾" } else { "▸" };
    let painter = ui.painter();
    let font = fonts::interface(theme::BODY_SIZE);
    let written = painter.text(
        rect.left_center(),
        egui::Align2::LEFT_CENTER,
        format!("{arrow} {name}"),
        font.clone(),
        ink,
    );
    let at = written.right_center() + vec2(theme::SPACE_8, 0.0);
    painter.text(at, egui::Align2::LEFT_CENTER, remark, font, theme.faint);
    focus_edge(painter, theme, rect, &response);
    reveal_focused(&response);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(name).clicked() {
        *is_shown = !*is_shown;
    }
}

/// Draws the options: closed, a count; open, each with what was asked for and what the kernel granted.
pub fn options_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    status: &Status,
    error: Option<&str>,
    out: &mut Vec<TabAction>,
) {
    let remark = match tab.options.len() {
        0 => String::new(),
        count => ctx.format("options.changed", &[("count", &count)]),
    };
    expander(ui, ctx.text("options.title"), &remark, &mut panel.are_options_shown);
    if let Some(error) = error {
        error_line(ui, error);
    }
    if !panel.are_options_shown {
        return;
    }
    if tab.kind.shape().has_connections() {
        ui.add_enabled_ui(!status.state.is_open(), |ui| {
            let (name, tip) =
                (ctx.text("options.keep_half_closed"), ctx.text("options.keep_half_closed_tip"));
            toggle(ui, &mut tab.keep_half_closed, name, tip);
        });
    }
    for (place, option) in tab.options.iter().enumerate() {
        asked_ui(ui, ctx, (tab.kind, option), place, status, out);
    }
    ui.scope(|ui| granted_ui(ui, ctx, tab, status));
    add_option_ui(ui, ctx, tab.kind, panel, out);
}

fn asked_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (kind, option): (TabKind, &str),
    place: usize,
    status: &Status,
    out: &mut Vec<TabAction>,
) {
    let theme = Theme::of(ui);
    let asked = parse_option(kind, option);
    let ink = if asked.is_ok() { theme.text } else { theme.error };
    let what = asked.as_ref().ok().map_or("", |asked| ctx.text(explanation(asked.name)));
    let unit = asked.as_ref().map_or("", |asked| unit_of(asked.name));
    let granted = asked
        .ok()
        .and_then(|asked| status.options.iter().find(|report| report.name == asked.name))
        .and_then(|report| report.granted.as_ref());
    let (forget, shown) = (ctx.format("options.forget", &[("option", &option)]), format!("{option} {unit}"));
    if removable_ui(ui, shown.trim_end(), what, ink, &forget) {
        out.push(ConnectionAction::ForgetOption(place).into());
    }
    if let Some(granted) = granted {
        let granted = format!("{granted} {unit}");
        let line = ctx.format("options.granted", &[("value", &granted.trim_end())]);
        ui.add(Label::new(RichText::new(line).size(theme::LABEL_SIZE).color(theme.good)).truncate());
    }
}

/// Something that was asked for, cut where the panel ends, and a cross that takes it back. Tells whether it was
/// pressed.
fn removable_ui(ui: &mut Ui, text: &str, what: &str, ink: Color32, remove: &str) -> bool {
    let row = vec2(ui.available_width(), theme::ROW_HEIGHT);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        let is_removed = icon_button(ui, "✕", remove).clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = Label::new(RichText::new(text).font(fonts::payload()).color(ink)).truncate();
            let response = ui.add(label);
            if !what.is_empty() {
                response.on_hover_text(what);
            }
        });
        is_removed
    })
    .inner
}

/// What the kernel chose where nothing was asked for.
fn granted_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &LiveSettings, status: &Status) {
    let theme = Theme::of(ui);
    let asked: Vec<&str> = tab.options.iter().filter_map(|option| option.split('=').next()).collect();
    // As dense as the rows of the sheet: there are many, and they are only read.
    ui.spacing_mut().item_spacing.y = 0.0;
    for report in status.options.iter().filter(|report| !asked.contains(&report.name.text())) {
        let Some(granted) = &report.granted else { continue };
        let row = vec2(ui.available_width(), 20.0);
        ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(report.name.text()).size(theme::LABEL_SIZE).color(theme.dim))
                .on_hover_text(ctx.text(explanation(report.name)));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let value = format!("{granted} {}", unit_of(report.name));
                let value = RichText::new(value.trim_end()).size(theme::LABEL_SIZE).color(theme.text);
                ui.add(Label::new(value).truncate());
            });
        });
    }
}

fn unit_of(name: OptionName) -> &'static str {
    match name.shape() {
        OptionShape::Number { unit, .. } => unit,
        OptionShape::Flag | OptionShape::Text => "",
    }
}

/// The key of the text that says what an option does.
fn explanation(name: OptionName) -> &'static str {
    match name {
        OptionName::ReuseAddress => "options.reuse_address",
        OptionName::ReusePort => "options.reuse_port",
        OptionName::NoDelay => "options.no_delay",
        OptionName::KeepAlive => "options.keep_alive",
        OptionName::KeepAliveIdle => "options.keep_alive_idle",
        OptionName::KeepAliveInterval => "options.keep_alive_interval",
        OptionName::KeepAliveCount => "options.keep_alive_count",
        OptionName::Linger => "options.linger",
        OptionName::ReceiveBuffer => "options.receive_buffer",
        OptionName::SendBuffer => "options.send_buffer",
        OptionName::Ttl => "options.ttl",
        OptionName::Tos => "options.tos",
        OptionName::MulticastTtl => "options.multicast_ttl",
        OptionName::MulticastLoop => "options.multicast_loop",
        OptionName::MulticastInterface => "options.multicast_interface",
        OptionName::BindToDevice => "options.bind_to_device",
        OptionName::UserTimeout => "options.user_timeout",
        OptionName::Ipv6Only => "options.ipv6_only",
        OptionName::Broadcast => "options.broadcast",
    }
}

fn add_option_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, kind: TabKind, panel: &mut Panel, out: &mut Vec<TabAction>) {
    let chosen = OptionName::all().find(|name| name.text() == panel.option_draft);
    let shown = chosen.map_or(ctx.text("options.choose"), OptionName::text);
    PillCombo::new("option", ctx.text("options.choose"), shown).width(ui.available_width()).show(ui, |ui| {
        for name in OptionName::all().filter(|name| option_fits(kind, *name)) {
            if PillCombo::choice(ui, Some(name) == chosen, name.text()) {
                name.text().clone_into(&mut panel.option_draft);
                panel.value_draft = match name.shape() {
                    OptionShape::Flag => "on".to_owned(),
                    OptionShape::Number { .. } | OptionShape::Text => String::new(),
                };
            }
        }
    });
    let Some(chosen) = chosen else { return };
    let typed = format!("{}={}", chosen.text(), panel.value_draft);
    let parsed = typed.parse::<SocketOption>();
    let error = match &parsed {
        Err(error) if !panel.value_draft.is_empty() => {
            Some(problem_text(ctx.locale, &Problem::Option(error.clone())))
        }
        _ => None,
    };
    let unit = unit_of(chosen);
    let what = RichText::new(ctx.text(explanation(chosen))).size(theme::LABEL_SIZE).color(Theme::of(ui).dim);
    ui.add(Label::new(what).wrap());
    ui.horizontal_top(|ui| {
        let field = TextField::new(ctx.text("options.value"))
            .remark(unit)
            .error(error.as_deref())
            .width(ui.available_width() - 76.0)
            .show(ui, &mut panel.value_draft);
        // Where the panel is short, it was chosen at the lower edge.
        if field.gained_focus() {
            field.scroll_to_me(None);
        }
        let is_entered = is_entered(ui, &field);
        ui.add_enabled_ui(parsed.is_ok(), |ui| {
            let name = ctx.text("options.set");
            let set = button(ui, ButtonKind::Ordinary, name, Some(68.0), ctx.text("options.set_tip"));
            if set.clicked() || (is_entered && parsed.is_ok()) {
                out.push(ConnectionAction::SetOption(typed.clone()).into());
            }
        });
    });
}

/// Draws the multicast groups and a field for one more.
pub fn groups_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &LiveSettings,
    panel: &mut Panel,
    error: Option<&str>,
    out: &mut Vec<TabAction>,
) {
    for (place, group) in tab.groups.iter().enumerate() {
        if removable_ui(ui, group, "", Theme::of(ui).text, &ctx.format("groups.leave", &[("group", group)])) {
            out.push(ConnectionAction::LeaveGroup(place).into());
        }
    }
    // The field stays the one that has the keyboard when a group comes or goes above it.
    ui.push_id("group", |ui| group_field_ui(ui, ctx, panel, out));
    // What was refused concerns the groups above, or what still stands in the field.
    if let Some(error) = error {
        error_line(ui, error);
    }
    if !panel.group_draft.is_empty() {
        interface_ui(ui, ctx, &mut panel.group_interface);
    }
}

fn group_field_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, panel: &mut Panel, out: &mut Vec<TabAction>) {
    let theme = Theme::of(ui);
    let typed = typed_group(panel);
    let parsed = parse_group(&typed);
    let is_begun = may_become_group(&panel.group_draft);
    let wrong = parsed.as_ref().err().filter(|_| !is_begun);
    let wrong = wrong.map(|problem| problem_text(ctx.locale, problem));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_4;
        let name = RichText::new(ctx.text("groups.field")).color(theme.dim);
        ui.add(Label::new(name).truncate());
    });
    ui.horizontal_top(|ui| {
        let response = TextField::new(ctx.text("groups.field"))
            .hint("239.1.2.3")
            .error(wrong.as_deref())
            .width(ui.available_width() - 76.0)
            .show(ui, &mut panel.group_draft);
        if response.changed() && panel.refusal.as_ref().is_some_and(|(field, _)| *field == Field::Groups) {
            panel.refusal = None;
        }
        ui.add_enabled_ui(parsed.is_ok(), |ui| {
            let name = ctx.text("groups.join");
            if button(ui, ButtonKind::Ordinary, name, Some(68.0), ctx.text("groups.join_tip")).clicked() {
                out.push(ConnectionAction::JoinGroup(typed.clone()).into());
                panel.group_draft.clear();
            }
        });
    });
    if parsed.is_err() && is_begun && !panel.group_draft.is_empty() {
        let hint = RichText::new(ctx.text("groups.unfinished")).size(theme::LABEL_SIZE).color(theme.dim);
        ui.add(Label::new(hint).wrap());
    }
}

/// The group with its interface, unless one was typed with it.
fn typed_group(panel: &Panel) -> String {
    let group = panel.group_draft.trim();
    if group.contains('%') || panel.group_interface.is_empty() {
        return group.to_owned();
    }
    format!("{group}%{}", panel.group_interface)
}

fn interface_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, chosen: &mut String) {
    let any = ctx.text("groups.any_interface");
    let shown = if chosen.is_empty() { any } else { chosen.as_str() }.to_owned();
    let width = ui.available_width();
    PillCombo::new("group-interface", ctx.text("groups.interface"), &shown).width(width).show(ui, |ui| {
        if PillCombo::choice(ui, chosen.is_empty(), any) {
            chosen.clear();
        }
        let names: BTreeSet<&str> = ctx.addresses.iter().map(|address| address.interface.as_str()).collect();
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            if PillCombo::choice(ui, name == shown, name) {
                name.clone_into(chosen);
            }
        }
    });
}
