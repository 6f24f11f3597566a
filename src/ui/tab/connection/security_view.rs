//! How a session is encrypted: none or TLS, whose certificates, and what is kept. It draws; it opens no file.

use crate::ui::ctx::ViewCtx;
use crate::ui::tab::TabAction;
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::errors::Errors;
use crate::ui::tab::connection::kinds_view::{LABEL_WIDTH, label_ui, labelled_field};
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::connection::security_file::SecurityFile;
use crate::ui::tab::connection::socket_options::expander;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::{Choice, error_line, icon_button, segmented, toggle};
use egui::{Label, RichText, Ui};

/// Draws the choice, and with TLS its fields.
pub(super) fn security_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    ui.add_enabled_ui(!is_locked, |ui| {
        let choices = [
            Choice { value: false, text: ctx.text("security.none"), tooltip: ctx.text("security.none_tip") },
            Choice { value: true, text: "TLS", tooltip: ctx.text("security.tls_tip") },
        ];
        ui.horizontal(|ui| {
            label_ui(ui, ctx.text("security.title"));
            segmented(ui, ctx.text("security.title"), &mut tab.security.tls, &choices);
        });
    });
    if !tab.security.tls {
        return;
    }
    if tab.kind.shape().has_listener() {
        identity_ui(ui, ctx, tab, is_locked, errors, out);
        if tab.security.certificate.trim().is_empty() {
            let theme = Theme::of(ui);
            let line = RichText::new(ctx.text("security.made")).color(theme.dim);
            ui.add(Label::new(line).wrap());
        }
    } else {
        trust_ui(ui, ctx, tab, is_locked, errors, out);
    }
    let mut is_shown = panel.is_more_security_shown;
    expander(ui, ctx.text("security.more"), "", &mut is_shown);
    let needs_attention =
        [Field::Certificate, Field::Key, Field::Authority, Field::KeyLog].map(|field| errors.of_field(field));
    panel.is_more_security_shown = is_shown || needs_attention.iter().any(Option::is_some);
    if panel.is_more_security_shown {
        more_ui(ui, ctx, tab, is_locked, errors, out);
    }
}

/// A field for a file, and the way to choose it.
fn file_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    (file, key, hint): (SecurityFile, &'static str, &'static str),
    (is_locked, error): (bool, Option<&str>),
    text: &mut String,
    out: &mut Vec<TabAction>,
) {
    ui.horizontal_top(|ui| {
        labelled_field(ctx, key, ctx.text(hint), is_locked, error)
            .width(ui.available_width() - LABEL_WIDTH - theme::CONTROL_HEIGHT - 2.0 * theme::SPACE_8)
            .show(ui, text);
        ui.add_enabled_ui(!is_locked, |ui| {
            let name = ctx.format("security.choose", &[("name", &ctx.text(key))]);
            if icon_button(ui, "…", &name).clicked() {
                out.push(ConnectionAction::AskFile(file).into());
            }
        });
    });
}

fn identity_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    let what = (SecurityFile::Certificate, "security.certificate", "security.pem");
    let how = (is_locked, errors.of_field(Field::Certificate));
    file_ui(ui, ctx, what, how, &mut tab.security.certificate, out);
    let what = (SecurityFile::Key, "security.key", "security.pem");
    file_ui(ui, ctx, what, (is_locked, errors.of_field(Field::Key)), &mut tab.security.key, out);
}

fn trust_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    ui.add_enabled_ui(!is_locked, |ui| {
        let (name, tip) = (ctx.text("security.accept_anything"), ctx.text("security.accept_anything_tip"));
        toggle(ui, &mut tab.security.accept_anything, name, tip);
    });
    if tab.security.accept_anything {
        error_line(ui, ctx.text("security.accepting_anything"));
    } else {
        let what = (SecurityFile::Authority, "security.authority", "security.system");
        let how = (is_locked, errors.of_field(Field::Authority));
        file_ui(ui, ctx, what, how, &mut tab.security.authority, out);
    }
    let hint = tab.remote_host.clone();
    labelled_field(ctx, "security.server_name", &hint, is_locked, None)
        .show(ui, &mut tab.security.server_name);
}

fn more_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    is_locked: bool,
    errors: &Errors,
    out: &mut Vec<TabAction>,
) {
    if tab.kind.shape().has_listener() {
        let what = (SecurityFile::Authority, "security.client_authority", "security.nobody");
        let how = (is_locked, errors.of_field(Field::Authority));
        file_ui(ui, ctx, what, how, &mut tab.security.authority, out);
    } else {
        identity_ui(ui, ctx, tab, is_locked, errors, out);
    }
    labelled_field(ctx, "security.alpn", "h2, mqtt", is_locked, None).show(ui, &mut tab.security.alpn);
    let what = (SecurityFile::KeyLog, "security.key_log", "security.no_key_log");
    file_ui(ui, ctx, what, (is_locked, errors.of_field(Field::KeyLog)), &mut tab.security.key_log, out);
    ui.add_enabled_ui(!is_locked, |ui| {
        let (name, tip) = (ctx.text("security.keep_wire"), ctx.text("security.keep_wire_tip"));
        toggle(ui, &mut tab.security.keep_wire, name, tip);
        let (name, tip) = (ctx.text("security.keep_keys"), ctx.text("security.keep_keys_tip"));
        toggle(ui, &mut tab.security.keep_keys, name, tip);
    });
}
