//! What went wrong with files, in the person's language: what was tried, with which file, and what the system said.
//! It knows words, not widgets.

use crate::codec::prose;
use crate::engine::handle::SessionError;
use crate::engine::import::ImportFailure;
use crate::export::import::Damage as ImportDamage;
use crate::export::run::ExportError;
use crate::journal::JournalError;
use crate::model::failure::{Failure, Operation, OsError};
use crate::ui::text::failure_line;
use crate::util::locale::Locale;
use crate::workspace::store::{self, Fault, StoreError};
use std::io;
use std::path::Path;

/// An error of the system while something was done with a file.
pub fn file(locale: &Locale, operation: Operation, path: &Path, error: &io::Error) -> String {
    failure_line(locale, &Failure::new(operation, path.display(), error))
}

/// Work that has no thread.
pub fn thread(locale: &Locale, name: &str, error: &io::Error) -> String {
    failure_line(locale, &Failure::new(Operation::StartThread, name, error))
}

/// This machine's addresses cannot be told.
pub fn addresses(locale: &Locale, error: &io::Error) -> String {
    locale.format("trouble.addresses", &[("error", &prose::os_error_text(&OsError::from(error), locale))])
}

/// A journal that cannot be opened, read, written or removed.
pub fn journal(locale: &Locale, error: &JournalError) -> String {
    match error {
        JournalError::NotOurs { path } => {
            locale.format("trouble.not_a_journal", &[("path", &path.display())])
        }
        JournalError::TooNew { path, found, known } => {
            locale.format("trouble.too_new", &[("path", &path.display()), ("found", found), ("known", known)])
        }
        JournalError::Damaged { path, at_byte, what } => locale.format(
            "trouble.damaged",
            &[("path", &path.display()), ("at", at_byte), ("what", &prose::own_words_text(what, locale))],
        ),
        JournalError::InUse { path } => locale.format("trouble.in_use", &[("path", &path.display())]),
        JournalError::Io { .. } => failure_line(locale, &error.failure()),
    }
}

/// A session that cannot begin.
pub fn session(locale: &Locale, error: &SessionError) -> String {
    match error {
        SessionError::Journal(error) => journal(locale, error),
        SessionError::System(failure) => failure_line(locale, failure),
    }
}

/// An export that was not finished.
pub fn export(locale: &Locale, error: &ExportError) -> String {
    match error {
        ExportError::Journal(error) => journal(locale, error),
        ExportError::Write { target, source } => {
            failure_line(locale, &Failure::new(Operation::WriteFile, target, source))
        }
        ExportError::Cancelled => locale.text("save.cancelled").to_owned(),
    }
}

/// A file that did not become a session.
pub fn import(locale: &Locale, failure: &ImportFailure) -> String {
    let about = |key, path: &Path| locale.format(key, &[("path", &path.display())]);
    match failure {
        ImportFailure::Read { path, source } => file(locale, Operation::ReadFile, path, source),
        ImportFailure::NotACapture { path } => about("trouble.not_a_capture", path),
        ImportFailure::IsAJournal { path } => about("trouble.is_a_journal", path),
        ImportFailure::Compressed { path } => about("trouble.compressed", path),
        ImportFailure::Nothing { path, why: None } => about("trouble.nothing", path),
        ImportFailure::Nothing { path, why: Some(why) } => {
            let nothing = about("trouble.nothing", path);
            format!("{nothing} {}", import_damage(locale, why))
        }
        ImportFailure::Journal(error) => journal(locale, error),
        ImportFailure::Cancelled => locale.text("import.cancelled").to_owned(),
    }
}

/// Where and why a file that was imported stopped making sense.
pub fn import_damage(locale: &Locale, damage: &ImportDamage) -> String {
    let said = prose::own_words_text(&damage.to_string(), locale);
    locale.format("toast.import_damaged", &[("damage", &said)])
}

/// A settings file that could not be used, and where it is now.
pub fn settings_damage(locale: &Locale, damage: &store::Damage) -> String {
    let why = match &damage.why {
        Fault::Unreadable(error) => prose::os_error_text(error, locale),
        Fault::Content { line, column, words } => {
            let said = prose::own_words_text(words, locale);
            let problem = locale.format("written.toml", &[("words", &said)]);
            locale.format("written.at", &[("line", line), ("column", column), ("problem", &problem)])
        }
        Fault::VersionMissing => locale.text("trouble.no_version").to_owned(),
        Fault::Version { found, known } => {
            locale.format("written.version", &[("found", found), ("known", known)])
        }
    };
    let said = format!("{}{}{why}", damage.path.display(), locale.text("trouble.because"));
    match &damage.kept_as {
        Some(aside) => locale.format("toast.damaged", &[("damage", &said), ("aside", &aside.display())]),
        None => said,
    }
}

/// Settings, tabs or history that cannot be kept.
pub fn store(locale: &Locale, error: &StoreError) -> String {
    match error {
        StoreError::Write { path, source } => file(locale, Operation::WriteFile, path, source),
        StoreError::Encode { path, source } => {
            let error = OsError::from_words(source.to_string());
            failure_line(locale, &Failure::new(Operation::WriteFile, path.display(), error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::settings_damage;
    use super::{export, file, import, journal, thread};
    use crate::engine::import::ImportFailure;
    use crate::export::run::ExportError;
    use crate::journal::JournalError;
    use crate::model::failure::Operation;
    use crate::util::locale::{Language, Locale};
    use crate::workspace::settings::Settings;
    use crate::workspace::store::Store;
    use std::io;
    use std::path::{Path, PathBuf};

    #[test]
    fn what_went_wrong_is_said_in_the_language_in_use() {
        let path = || PathBuf::from("a.skj");
        let zh = Locale::of(Language::SimplifiedChinese);
        let words = || io::Error::other("words");
        for (said, expected) in [
            (journal(zh, &JournalError::NotOurs { path: path() }), "a.skj 不是 Sockscope 日志。"),
            (journal(zh, &JournalError::InUse { path: path() }), "a.skj 正由另一个会话写入。"),
            (
                journal(zh, &JournalError::TooNew { path: path(), found: 2, known: 1 }),
                "a.skj 由更新版本的 Sockscope 写成（格式 2，本程序最高支持 1）。",
            ),
            (export(zh, &ExportError::Cancelled), "已停止，没有写出文件。"),
            (import(zh, &ImportFailure::Compressed { path: path() }), "a.skj 是压缩文件，请先解压。"),
            (file(zh, Operation::ReadFile, Path::new("a.skj"), &words()), "无法读取 a.skj：words"),
            (thread(zh, "copy", &words()), "无法启动线程 copy：words"),
        ] {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_settings_file_that_cannot_be_used_is_said_in_chinese_with_its_place() {
        let zh = Locale::of(Language::SimplifiedChinese);
        for (text, said) in [
            ("version = 1\ntheme = [", "第 2 行第 10 列：不符合 TOML 语法（数组缺少 ]）"),
            ("version = 1\ntheme = \"pink\"", "第 2 行第 9 列：不符合 TOML 语法（不认识的值“pink”，可用 "),
            ("version = 1\nthemes = 1", "第 2 行第 1 列：不符合 TOML 语法（不认识的键“themes”，可用 "),
            ("version = 1\nzoom_percent = \"big\"", "第 2 行第 16 列：不符合 TOML 语法（类型不符：现为 "),
            ("version = 99", "版本 99 与本程序的版本 2 不符"),
            ("theme = \"dark\"", "没有写明版本"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("settings.toml"), text).unwrap();
            let damage = Store::new(folder.path()).look_at::<Settings>().unwrap_err();
            let told = settings_damage(zh, &damage);
            assert!(told.contains(said), "{told} does not say {said}");
        }
    }
}
