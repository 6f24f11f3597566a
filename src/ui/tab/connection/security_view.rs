//! How a session is encrypted: none or TLS, whose certificates, and what is kept. It draws; it opens no file.

use crate::ui::ctx::ViewCtx;
use crate::ui::tab::connection::errors::Errors;
use crate::ui::tab::connection::kinds_view::{label_ui, labelled_field};
use crate::ui::tab::connection::panel::Panel;
use crate::ui::tab::connection::problem::Field;
use crate::ui::tab::connection::socket_options::expander;
use crate::ui::tab::settings::LiveSettings;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Choice, error_line, segmented, toggle};
use egui::{Label, RichText, Ui};

/// Draws the choice, and with TLS its fields.
pub(super) fn security_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    tab: &mut LiveSettings,
    panel: &mut Panel,
    is_locked: bool,
    errors: &Errors,
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
        identity_ui(ui, ctx, tab, is_locked, errors);
        if tab.security.certificate.trim().is_empty() {
            let theme = Theme::of(ui);
            let line = RichText::new(ctx.text("security.made")).color(theme.dim);
            ui.add(Label::new(line).wrap());
        }
    } else {
        trust_ui(ui, ctx, tab, is_locked, errors);
    }
    let mut is_shown = panel.is_more_security_shown;
    expander(ui, ctx.text("security.more"), "", &mut is_shown);
    let needs_attention =
        [Field::Certificate, Field::Key, Field::Authority, Field::KeyLog].map(|field| errors.of_field(field));
    panel.is_more_security_shown = is_shown || needs_attention.iter().any(Option::is_some);
    if panel.is_more_security_shown {
        more_ui(ui, ctx, tab, is_locked, errors);
    }
}

fn identity_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, is_locked: bool, errors: &Errors) {
    let error = errors.of_field(Field::Certificate);
    labelled_field(ctx, "security.certificate", ctx.text("security.pem"), is_locked, error)
        .show(ui, &mut tab.security.certificate);
    labelled_field(ctx, "security.key", ctx.text("security.pem"), is_locked, errors.of_field(Field::Key))
        .show(ui, &mut tab.security.key);
}

fn trust_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, is_locked: bool, errors: &Errors) {
    ui.add_enabled_ui(!is_locked, |ui| {
        let (name, tip) = (ctx.text("security.accept_anything"), ctx.text("security.accept_anything_tip"));
        toggle(ui, &mut tab.security.accept_anything, name, tip);
    });
    if tab.security.accept_anything {
        error_line(ui, ctx.text("security.accepting_anything"));
    } else {
        let error = errors.of_field(Field::Authority);
        labelled_field(ctx, "security.authority", ctx.text("security.system"), is_locked, error)
            .show(ui, &mut tab.security.authority);
    }
    let hint = tab.remote_host.clone();
    labelled_field(ctx, "security.server_name", &hint, is_locked, None)
        .show(ui, &mut tab.security.server_name);
}

fn more_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, tab: &mut LiveSettings, is_locked: bool, errors: &Errors) {
    if tab.kind.shape().has_listener() {
        let error = errors.of_field(Field::Authority);
        labelled_field(ctx, "security.client_authority", ctx.text("security.nobody"), is_locked, error)
            .show(ui, &mut tab.security.authority);
    } else {
        identity_ui(ui, ctx, tab, is_locked, errors);
    }
    labelled_field(ctx, "security.alpn", "h2, mqtt", is_locked, None).show(ui, &mut tab.security.alpn);
    let error = errors.of_field(Field::KeyLog);
    labelled_field(ctx, "security.key_log", ctx.text("security.no_key_log"), is_locked, error)
        .show(ui, &mut tab.security.key_log);
    ui.add_enabled_ui(!is_locked, |ui| {
        let (name, tip) = (ctx.text("security.keep_wire"), ctx.text("security.keep_wire_tip"));
        toggle(ui, &mut tab.security.keep_wire, name, tip);
        let (name, tip) = (ctx.text("security.keep_keys"), ctx.text("security.keep_keys_tip"));
        toggle(ui, &mut tab.security.keep_keys, name, tip);
    });
}
