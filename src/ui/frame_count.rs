//! Counts the frames that are drawn, for measurements: with nothing happening there must be none, and under a flood
//! enough. It knows nothing of what is in a frame.

use crate::ui::app::App;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// The number of frames drawn so far, in a file that another program can read at any time.
#[derive(Clone, Debug)]
pub(super) struct FrameCount {
    file: Arc<File>,
    drawn: u64,
    is_lost: bool,
}

/// The window, counted.
pub(super) struct Counted {
    pub(super) app: App,
    pub(super) frames: FrameCount,
}

impl FrameCount {
    /// Begins at zero, in this file.
    pub(super) fn begin(path: &Path) -> io::Result<FrameCount> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        let count = FrameCount { file: Arc::new(file), drawn: 0, is_lost: false };
        count.write()?;
        Ok(count)
    }

    /// One more. A number that cannot be written stands still, which whoever reads it sees.
    pub(super) fn add(&mut self) {
        self.drawn += 1;
        if !self.is_lost && self.write().is_err() {
            self.is_lost = true;
        }
    }

    /// Always equally long, so that a reader never sees the rest of a longer number.
    fn write(&self) -> io::Result<()> {
        let mut file: &File = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{:020}\n", self.drawn).as_bytes())
    }
}

impl eframe::App for Counted {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.app.logic(ctx, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
        self.frames.add();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        self.app.clear_color(visuals)
    }

    fn on_exit(&mut self, gl: Option<&eframe::glow::Context>) {
        self.app.on_exit(gl);
    }
}
