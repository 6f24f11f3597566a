//! The window's picture, in memory that the desktop shows. It knows nothing of what is drawn.

use crate::ui::software::area::Area;
use crate::ui::software::painter::Painter;
use crate::ui::software::pieces::Scene;
use softbuffer::{Context, Rect, SoftBufferError};
use std::num::NonZeroU32;
use std::rc::Rc;
use winit::event_loop::OwnedDisplayHandle;
use winit::window::Window;

/// What a window shows.
pub(super) struct Surface {
    inner: softbuffer::Surface<OwnedDisplayHandle, Rc<Window>>,
}

impl Surface {
    pub(super) fn new(display: OwnedDisplayHandle, window: Rc<Window>) -> Result<Surface, SoftBufferError> {
        let context = Context::new(display)?;
        Ok(Surface { inner: softbuffer::Surface::new(&context, window)? })
    }

    /// Shows the frame that the painter has looked at: what is new in it, or the whole where the desktop has lost the
    /// window's picture.
    pub(super) fn show(
        &mut self,
        painter: &mut Painter,
        scene: &Scene<'_>,
        is_whole: bool,
    ) -> Result<(), SoftBufferError> {
        let [width, height] = [scene.width, scene.height].map(|size| NonZeroU32::new(u32::from(size)));
        let (Some(width), Some(height)) = (width, height) else { return Ok(()) };
        self.inner.resize(width, height)?;
        // Where the desktop says when it wants a picture, it says so again after this one.
        self.inner.window().pre_present_notify();
        let mut buffer = self.inner.buffer_mut()?;
        let age = buffer.age();
        painter.draw(&mut buffer, age, scene);
        if is_whole || age == 0 {
            return buffer.present();
        }
        let damage: Vec<Rect> = painter.changed_areas().into_iter().filter_map(rect).collect();
        buffer.present_with_damage(&damage)
    }
}

fn rect(area: Area) -> Option<Rect> {
    Some(Rect {
        x: u32::from(area.left),
        y: u32::from(area.top),
        width: NonZeroU32::new(u32::from(area.width()))?,
        height: NonZeroU32::new(u32::from(area.height()))?,
    })
}
