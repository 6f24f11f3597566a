//! Draws the page of settings: each with what it does in one sentence, and the file behind them.

use crate::codec::text::TextEncoding;
use crate::ui::ctx::ViewCtx;
use crate::ui::fonts;
use crate::ui::look::{self, ZOOM_CHOICES};
use crate::ui::page_parts::back_ui;
use crate::ui::settings_page::{SettingsAction, SettingsPage};
use crate::ui::tab::settings::{view_choice, view_of};
use crate::ui::tab::view_bar::view_choices;
use crate::ui::theme::{self, Theme};
use crate::ui::times::TIME_CHOICES;
use crate::ui::widgets::{PillCombo, TextField, group_heading, segmented, text_button, toggle};
use crate::util::locale::Language;
use crate::workspace::settings::{RendererChoice, Settings, ThemeChoice};
use egui::{Align, DragValue, Label, Layout, Response, RichText, ScrollArea, Ui, vec2};

/// No wider than lines that can be read.
const WIDTH: f32 = 860.0;

/// Where the controls begin.
const NAMES_WIDTH: f32 = 430.0;

const LANGUAGES: [(&str, &str); 3] = [
    ("system", "settings.language_system"),
    (ENGLISH, "settings.language_english"),
    (CHINESE, "settings.language_chinese"),
];

const ENGLISH: &str = "en";
const CHINESE: &str = "zh-Hans";

const COLOURS: [(ThemeChoice, &str); 3] = [
    (ThemeChoice::System, "settings.language_system"),
    (ThemeChoice::Dark, "menu.theme_dark"),
    (ThemeChoice::Light, "menu.theme_light"),
];

const RENDERERS: &[(RendererChoice, &str)] = &[
    (RendererChoice::Automatic, "settings.renderer_automatic"),
    (RendererChoice::Software, "settings.renderer_software"),
    (RendererChoice::Opengl, "settings.renderer_opengl"),
    #[cfg(not(target_os = "linux"))]
    (RendererChoice::Wgpu, "settings.renderer_wgpu"),
];

/// Draws the page.
pub fn settings_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &SettingsPage,
    out: &mut Vec<impl From<SettingsAction>>,
) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(ctx.text("settings.title")).font(fonts::strong(16.0)).color(theme.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if back_ui(ui, ctx) {
                out.push(SettingsAction::Show(false).into());
            }
        });
    });
    let mut changed = ctx.settings.clone();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        ui.spacing_mut().item_spacing.y = theme::SPACE_8;
        look_ui(ui, ctx, &mut changed);
        begin_ui(ui, ctx, &mut changed);
        kept_ui(ui, ctx, page, &mut changed);
        machine_ui(ui, ctx, &mut changed);
        ui.add_space(theme::SPACE_16);
        let line = ctx.format("settings.file", &[("path", &page.file.display())]);
        ui.add(Label::new(RichText::new(line).color(theme.dim)).wrap().selectable(true));
        if text_button(ui, ctx.text("settings.copy_path"), ctx.text("settings.copy_path_tip")).clicked() {
            out.push(SettingsAction::CopyPath.into());
        }
    });
    if changed != *ctx.settings {
        out.push(SettingsAction::Change(Box::new(changed)).into());
    }
}

fn look_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, changed: &mut Settings) {
    heading(ui, ctx.text("settings.look"));
    row(ui, ctx, "settings.language", "settings.language_tip", |ui, name| {
        // What nobody knows is read as a tag of the system's language.
        let known = LANGUAGES.iter().any(|(tag, _)| *tag == changed.language);
        let tag = if known {
            changed.language.clone()
        } else {
            Language::from_tag(&changed.language).tag().to_owned()
        };
        let choices = LANGUAGES.map(|(tag, key)| (tag.to_owned(), ctx.text(key)));
        choose(ui, name, &choices, &tag, &mut changed.language);
    });
    row(ui, ctx, "settings.colours", "settings.colours_tip", |ui, name| {
        let now = changed.theme;
        choose(ui, name, &COLOURS.map(|(choice, key)| (choice, ctx.text(key))), &now, &mut changed.theme);
    });
    row(ui, ctx, "settings.size", "settings.size_tip", |ui, name| {
        let texts = ZOOM_CHOICES.map(|percent| format!("{percent} %"));
        let mut choices: Vec<(u32, &str)> =
            ZOOM_CHOICES.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let other = format!("{} %", changed.zoom_percent);
        if !ZOOM_CHOICES.contains(&changed.zoom_percent) {
            choices.push((changed.zoom_percent, &other));
        }
        let now = changed.zoom_percent;
        choose(ui, name, &choices, &now, &mut changed.zoom_percent);
    });
    let room = look::largest_zoom(ui.ctx());
    if changed.zoom_percent > room {
        let line = ctx.format("settings.size_room", &[("percent", &room)]);
        ui.add(Label::new(RichText::new(line).color(Theme::of(ui).dim)).wrap());
    }
    row(ui, ctx, "settings.times", "settings.times_tip", |ui, name| {
        let now = changed.time_format;
        let choices = TIME_CHOICES.map(|(choice, key)| (choice, ctx.text(key)));
        choose(ui, name, &choices, &now, &mut changed.time_format);
    });
    row(ui, ctx, "settings.on_top", "settings.on_top_tip", |ui, name| {
        named(&toggle(ui, &mut changed.always_on_top, "", ""), name);
    });
}

/// With what a new session begins.
fn begin_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, changed: &mut Settings) {
    heading(ui, ctx.text("settings.new"));
    row(ui, ctx, "settings.new_encoding", "settings.new_encoding_tip", |ui, name| {
        let last = (String::new(), ctx.text("settings.new_encoding_last"));
        let choices: Vec<(String, &str)> = std::iter::once(last)
            .chain(TextEncoding::all().map(|encoding| (encoding.name().to_owned(), encoding.label())))
            .collect();
        let now = changed.new_encoding.clone();
        choose(ui, name, &choices, &now, &mut changed.new_encoding);
    });
    row(ui, ctx, "settings.new_view", "settings.new_view_tip", |ui, name| {
        let mut view = view_of(changed.new_view);
        segmented(ui, name, &mut view, &view_choices(ctx));
        changed.new_view = view_choice(view);
    });
    row(ui, ctx, "view.wrap", "view.wrap_tip", |ui, name| {
        named(&toggle(ui, &mut changed.new_wrap_lines, "", ""), name);
    });
}

/// How long sessions stay.
fn kept_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, page: &SettingsPage, changed: &mut Settings) {
    heading(ui, ctx.text("sessions.title"));
    row(ui, ctx, "settings.days", "settings.days_tip", |ui, name| {
        let field = DragValue::new(&mut changed.retention_days).range(1..=3650);
        named(&ui.add(field.suffix(ctx.text("sessions.days"))), name);
    });
    row(ui, ctx, "settings.room", "settings.room_tip", |ui, name| {
        named(
            &ui.add(DragValue::new(&mut changed.retention_mib).range(64..=10_000_000).suffix(" MiB")),
            name,
        );
    });
    let line = ctx.format("settings.folder", &[("path", &page.sessions.display())]);
    ui.add(Label::new(RichText::new(line).color(Theme::of(ui).dim)).wrap().selectable(true));
}

fn machine_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, changed: &mut Settings) {
    heading(ui, ctx.text("settings.machine"));
    row(ui, ctx, "settings.renderer", "settings.renderer_tip", |ui, name| {
        let choices: Vec<_> = RENDERERS.iter().map(|(choice, key)| (*choice, ctx.text(key))).collect();
        // Settings of another platform may name what this one lacks; then the machine decides.
        let is_here = RENDERERS.iter().any(|(choice, _)| *choice == changed.renderer);
        let now = if is_here { changed.renderer } else { RendererChoice::Automatic };
        choose(ui, name, &choices, &now, &mut changed.renderer);
    });
    row(ui, ctx, "settings.wireshark", "settings.wireshark_tip", |ui, name| {
        let width = ui.available_width();
        TextField::new(name).hint("wireshark").payload_font().width(width).show(ui, &mut changed.wireshark);
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(theme::SPACE_12);
    group_heading(ui, text);
}

/// One setting: its name, what it does, and its control, which is given the name.
fn row(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    name: &'static str,
    about: &'static str,
    add: impl FnOnce(&mut Ui, &str),
) {
    let theme = Theme::of(ui);
    let name = ctx.text(name);
    ui.horizontal_top(|ui| {
        let names = NAMES_WIDTH.min(ui.available_width() / 2.0);
        ui.allocate_ui_with_layout(vec2(names, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(names);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(name).color(theme.text));
            let about = RichText::new(ctx.text(about)).size(theme::LABEL_SIZE).color(theme.dim);
            ui.add(Label::new(about).wrap());
        });
        ui.add_space(theme::SPACE_16);
        add(ui, name);
    });
}

/// A list of values; another one is written into the setting.
fn choose<T: PartialEq + Clone>(ui: &mut Ui, name: &str, choices: &[(T, &str)], now: &T, setting: &mut T) {
    let shown = choices.iter().find(|(choice, _)| choice == now).map_or("", |(_, text)| text);
    PillCombo::new(name, name, shown).list_width(220.0).show(ui, |ui| {
        for (choice, text) in choices {
            if PillCombo::choice(ui, choice == now, text) {
                *setting = choice.clone();
            }
        }
    });
}

fn named(response: &Response, name: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}
