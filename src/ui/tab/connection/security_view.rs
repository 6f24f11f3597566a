//! How a session is encrypted: none or TLS, whose certificates, and what is kept. It draws; it opens no file.

use crate::ui::tab::TabAction;
use crate::ui::tab::connection::ConnectionAction;
use crate::ui::tab::connection::form::{Form, close_up, width_beside_button};
use crate::ui::tab::connection::kinds_view::label_ui;
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::connection::security_file::SecurityFile;
use crate::ui::tab::connection::socket_options::expander;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Choice, error_line, icon_button, segmented, toggle};
use egui::{Label, RichText, Ui};

/// Draws the choice, and with TLS its fields.
pub(super) fn security_ui(
    ui: &mut Ui,
    form: Form<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    out: &mut Vec<TabAction>,
) {
    let ctx = form.ctx;
    ui.add_enabled_ui(!form.is_locked, |ui| {
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
        identity_ui(ui, form, tab, out);
        if tab.security.certificate.trim().is_empty() {
            let theme = Theme::of(ui);
            let line = RichText::new(ctx.text("security.made")).color(theme.dim);
            ui.add(Label::new(line).wrap());
        }
    } else {
        trust_ui(ui, form, tab, out);
    }
    let mut is_shown = panel.is_more_security_shown;
    expander(ui, ctx.text("security.more"), "", &mut is_shown);
    let needs_attention = [Field::Certificate, Field::Key, Field::Authority, Field::KeyLog]
        .map(|field| form.errors.of_field(field));
    panel.is_more_security_shown = is_shown || needs_attention.iter().any(Option::is_some);
    if panel.is_more_security_shown {
        more_ui(ui, form, tab, out);
    }
}

/// A field for a file, and the way to choose it.
fn file_ui(
    ui: &mut Ui,
    form: Form<'_>,
    (file, key, hint): (SecurityFile, &'static str, &'static str),
    field: Field,
    text: &mut String,
    out: &mut Vec<TabAction>,
) {
    let ctx = form.ctx;
    ui.horizontal_top(|ui| {
        let hint = if form.is_locked && hint == "security.pem" { "connection.none" } else { hint };
        form.field(key, ctx.text(hint), Some(field)).width(width_beside_button(ui)).show(ui, text);
        close_up(ui);
        ui.add_enabled_ui(!form.is_locked, |ui| {
            let name = ctx.format("security.choose", &[("name", &ctx.text(key))]);
            if icon_button(ui, "…", &name).clicked() {
                out.push(ConnectionAction::AskFile(file).into());
            }
        });
    });
}

fn identity_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    let what = (SecurityFile::Certificate, "security.certificate", "security.pem");
    file_ui(ui, form, what, Field::Certificate, &mut tab.security.certificate, out);
    let what = (SecurityFile::Key, "security.key", "security.pem");
    file_ui(ui, form, what, Field::Key, &mut tab.security.key, out);
}

fn trust_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    let ctx = form.ctx;
    ui.add_enabled_ui(!form.is_locked, |ui| {
        let (name, tip) = (ctx.text("security.accept_anything"), ctx.text("security.accept_anything_tip"));
        toggle(ui, &mut tab.security.accept_anything, name, tip);
    });
    if tab.security.accept_anything {
        error_line(ui, ctx.text("security.accepting_anything"));
    } else {
        let what = (SecurityFile::Authority, "security.authority", "security.system");
        file_ui(ui, form, what, Field::Authority, &mut tab.security.authority, out);
    }
    let hint = tab.remote_host.clone();
    form.field("security.server_name", &hint, None).show(ui, &mut tab.security.server_name);
}

fn more_ui(ui: &mut Ui, form: Form<'_>, tab: &mut LiveSettings, out: &mut Vec<TabAction>) {
    let ctx = form.ctx;
    if tab.kind.shape().has_listener() {
        let what = (SecurityFile::Authority, "security.client_authority", "security.nobody");
        file_ui(ui, form, what, Field::Authority, &mut tab.security.authority, out);
    } else {
        identity_ui(ui, form, tab, out);
    }
    let hint = form.example("h2, mqtt", "connection.none");
    form.field("security.alpn", &hint, None).show(ui, &mut tab.security.alpn);
    let what = (SecurityFile::KeyLog, "security.key_log", "security.no_key_log");
    file_ui(ui, form, what, Field::KeyLog, &mut tab.security.key_log, out);
    ui.add_enabled_ui(!form.is_locked, |ui| {
        let (name, tip) = (ctx.text("security.keep_wire"), ctx.text("security.keep_wire_tip"));
        toggle(ui, &mut tab.security.keep_wire, name, tip);
        let (name, tip) = (ctx.text("security.keep_keys"), ctx.text("security.keep_keys_tip"));
        toggle(ui, &mut tab.security.keep_keys, name, tip);
    });
}
