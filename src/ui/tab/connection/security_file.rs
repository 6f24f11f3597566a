//! The page that asks for a file of encryption: a certificate, a key, whom to trust, or where secrets are written.

use crate::ui::ctx::ViewCtx;
use crate::ui::cx::Cx;
use crate::ui::page_parts::{PageAction, buttons_of_field, explain, path_ui, title};
use crate::ui::paths::PathField;
use crate::ui::tab::{Tab, TabKey, TabPageAction};
use crate::ui::widgets::ButtonKind;
use crate::workspace::tabs::SecuritySettings;
use egui::Ui;
use std::path::Path;

/// A file of encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityFile {
    /// Our certificate.
    Certificate,
    /// The key that belongs to it.
    Key,
    /// Whose certificates are accepted.
    Authority,
    /// Where the secrets are appended.
    KeyLog,
}

/// The page that asks for it.
#[derive(Debug)]
pub struct SecurityFilePage {
    /// Of which tab.
    pub tab: TabKey,
    /// Which file.
    pub file: SecurityFile,
    /// Where it is.
    pub path: PathField,
}

impl SecurityFile {
    /// The key of its name.
    fn name(self) -> &'static str {
        match self {
            SecurityFile::Certificate => "security.certificate",
            SecurityFile::Key => "security.key",
            SecurityFile::Authority => "security.authority",
            SecurityFile::KeyLog => "security.key_log",
        }
    }

    fn field(self, settings: &mut SecuritySettings) -> &mut String {
        match self {
            SecurityFile::Certificate => &mut settings.certificate,
            SecurityFile::Key => &mut settings.key,
            SecurityFile::Authority => &mut settings.authority,
            SecurityFile::KeyLog => &mut settings.key_log,
        }
    }
}

/// The page for this file; the platform's dialog is shown with it.
pub(in crate::ui) fn page(tab: &mut Tab, file: SecurityFile, cx: &mut Cx<'_>) -> SecurityFilePage {
    let typed = file.field(&mut tab.settings.security).clone();
    let mut path = if file == SecurityFile::KeyLog {
        cx.dialogs.field_to_save(file.name(), "keys.log")
    } else {
        cx.dialogs.field_to_open(file.name(), Path::new(&typed).parent().map(Path::to_owned))
    };
    if !typed.is_empty() {
        path.text = typed;
    }
    cx.dialogs.browse(&mut path, cx.locale);
    SecurityFilePage { tab: tab.key, file, path }
}

/// The field of the tab holds what the page says.
pub(in crate::ui) fn take(page: &SecurityFilePage, tab: &mut Tab) {
    page.path.trimmed().clone_into(page.file.field(&mut tab.settings.security));
}

/// Draws the page.
pub(in crate::ui) fn security_file_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    page: &mut SecurityFilePage,
    out: &mut Vec<impl From<PageAction> + From<TabPageAction>>,
) {
    ui.set_width(540.0);
    title(ui, ctx.text(page.file.name()));
    let what = if page.file == SecurityFile::KeyLog { "security.key_log_file" } else { "security.pem_file" };
    explain(ui, ctx.text(what));
    let path = path_ui(ui, ctx, &mut page.path, out);
    let done = (ButtonKind::Main, "common.ok", TabPageAction::TakeSecurityFile.into());
    buttons_of_field(ui, ctx, &path, done, out);
}
