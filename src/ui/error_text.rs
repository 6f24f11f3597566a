//! What went wrong with files, in the person's language: what was tried, with which file, and what the system said.
//! It knows words, not widgets.

use crate::codec::prose;
use crate::engine::handle::SessionError;
use crate::engine::import::ImportFailure;
use crate::export::run::ExportError;
use crate::journal::JournalError;
use crate::model::failure::{Failure, Operation, OsError};
use crate::ui::text::failure_line;
use crate::util::locale::Locale;
use crate::workspace::store::StoreError;
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
        JournalError::Damaged { path, at_byte, what } => {
            locale.format("trouble.damaged", &[("path", &path.display()), ("at", at_byte), ("what", what)])
        }
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
            format!("{nothing} {}", locale.format("toast.import_damaged", &[("damage", why)]))
        }
        ImportFailure::Journal(error) => journal(locale, error),
        ImportFailure::Cancelled => locale.text("import.cancelled").to_owned(),
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
    use super::{export, file, import, journal, thread};
    use crate::engine::import::ImportFailure;
    use crate::export::run::ExportError;
    use crate::journal::JournalError;
    use crate::model::failure::Operation;
    use crate::util::locale::{Language, Locale};
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
}
