//! Which file: the field that every page has which names one, and the platform's dialog that is asked for it. It opens
//! no file.

use crate::ui::dialogs::{DialogAnswer, DialogKind, DialogRequest, Dialogs};
use crate::ui::jobs::{JobHandle, finished};
use crate::util::locale::Locale;
use std::path::{Path, PathBuf};
use std::task::Waker;

/// The path that a page names.
#[derive(Debug)]
pub struct PathField {
    /// As typed or chosen.
    pub text: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What the platform's dialog had to say, or what is being done with the file; the key of a text.
    pub remark: Option<&'static str>,
    /// The path whose file may be written over: the person was asked, on the page or by the platform's dialog.
    pub may_replace: Option<String>,
    /// Tells it from every other one.
    id: u64,
    kind: DialogKind,
    /// The key of the dialog's title.
    title: &'static str,
    /// Where a dialog begins that opens a file.
    begins_in: Option<PathBuf>,
}

/// The platform's dialogs, the field that one was asked for, and where pages begin.
#[derive(Debug)]
pub struct FileDialogs {
    dialogs: Box<dyn Dialogs>,
    waker: Waker,
    asked_for: Option<u64>,
    last_id: u64,
    /// Where the person saved last, or where documents belong, as far as it is known.
    start_folder: PathBuf,
    look: Option<JobHandle<PathBuf>>,
}

impl PathField {
    /// The path without what surrounds it by accident.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// The path.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.trimmed())
    }

    fn request(&self, locale: &Locale) -> DialogRequest {
        let (folder, file_name) = match self.kind {
            DialogKind::Open => (self.begins_in.clone(), String::new()),
            DialogKind::Save => {
                let path = Path::new(&self.text);
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                (path.parent().map(Path::to_owned), name.unwrap_or_default())
            }
        };
        DialogRequest { title: locale.text(self.title).to_owned(), kind: self.kind, folder, file_name }
    }
}

/// Where pages begin: in the folder where the person saved last, as long as it is there. It asks the disk.
pub fn usable_folder(last: PathBuf) -> PathBuf {
    if last.is_absolute() && last.is_dir() {
        return last;
    }
    directories::UserDirs::new()
        .and_then(|dirs| {
            dirs.document_dir().filter(|dir| dir.is_dir()).or(Some(dirs.home_dir())).map(Path::to_owned)
        })
        .unwrap_or_else(std::env::temp_dir)
}

impl FileDialogs {
    /// These dialogs; an answer wakes the window.
    pub fn new(dialogs: Box<dyn Dialogs>, waker: Waker) -> FileDialogs {
        FileDialogs { dialogs, waker, asked_for: None, last_id: 0, start_folder: PathBuf::new(), look: None }
    }

    /// The field of a page that opens a file.
    pub fn field_to_open(&mut self, title: &'static str, begins_in: Option<PathBuf>) -> PathField {
        self.field(title, DialogKind::Open, String::new(), begins_in)
    }

    /// The field of a page that saves a file under this name, where the person saved last.
    pub fn field_to_save(&mut self, title: &'static str, file_name: &str) -> PathField {
        let path = self.start_folder.join(file_name).display().to_string();
        self.field(title, DialogKind::Save, path, None)
    }

    fn field(
        &mut self,
        title: &'static str,
        kind: DialogKind,
        text: String,
        begins_in: Option<PathBuf>,
    ) -> PathField {
        self.last_id += 1;
        PathField {
            text,
            error: None,
            remark: None,
            may_replace: None,
            id: self.last_id,
            kind,
            title,
            begins_in,
        }
    }

    /// Shows the platform's dialog for this field.
    pub fn browse(&mut self, field: &mut PathField, locale: &Locale) {
        if self.dialogs.show(field.request(locale), self.waker.clone()) {
            self.asked_for = Some(field.id);
        } else {
            field.remark = Some("dialog.busy");
        }
    }

    /// Puts what the dialog answered into the field of the page in front, if that is the one that asked. A page that is
    /// gone waits for no answer: the next one begins anew. Tells whether there was an answer.
    pub fn take_answer(&mut self, field: Option<&mut PathField>) -> bool {
        if self.asked_for.is_some() && self.asked_for != field.as_ref().map(|field| field.id) {
            self.asked_for = None;
            self.dialogs.abandon();
        }
        let Some(answer) = self.dialogs.take_answer() else { return false };
        self.asked_for = None;
        if let Some(field) = field {
            field.remark = match &answer {
                DialogAnswer::Chosen(chosen) => {
                    field.text = chosen.display().to_string();
                    // Every dialog for saving asks by itself before a file is replaced.
                    field.may_replace = (field.kind == DialogKind::Save).then(|| field.text.clone());
                    None
                }
                DialogAnswer::Cancelled => None,
                DialogAnswer::Unavailable => Some("dialog.unavailable"),
            };
        }
        true
    }

    /// Where pages begin, as far as it is known.
    pub fn start_folder(&self) -> &Path {
        &self.start_folder
    }

    /// Whether that folder is still there is being looked at beside the frames, because a disk or a share that went
    /// away may take long to say so.
    pub fn set_look(&mut self, look: JobHandle<PathBuf>) {
        self.look = Some(look);
    }

    /// Takes in where pages begin. A field that begins there follows; what a person has put into it stays.
    pub fn take_folder(&mut self, field: Option<&mut PathField>) {
        let Some(found) = finished(&mut self.look) else { return };
        let before = std::mem::replace(&mut self.start_folder, found);
        let Some(field) = field.filter(|field| field.kind == DialogKind::Save) else { return };
        let path = Path::new(&field.text);
        if let Some(name) = path.file_name().filter(|_| path.parent() == Some(&before)) {
            field.text = self.start_folder.join(name).display().to_string();
        }
    }

    /// Whether the folder is still looked for.
    #[cfg(test)]
    pub fn is_looking(&self) -> bool {
        self.look.is_some()
    }
}
