//! The window drawn by the processor, for machines where no graphics card draws: no OpenGL, a fraction of its memory and
//! of its time, and the same picture. Beside a frame that is new everywhere it costs little, because only the tiles that
//! changed are drawn, and only they are handed to the desktop.
//!
//! From below: [`pixel`] and [`area`] are what everything is counted in; [`textures`] keeps the toolkit's glyphs;
//! [`pieces`] takes the toolkit's triangles apart; [`fill`] draws one of them; [`painter`] finds out what changed and
//! draws that; [`surface`] shows it; [`due`] says when; [`window`] is the window, and [`event_loop`] what it lives in, woken
//! by the desktop or with a [`wake`].

mod pixel;

mod area;

mod textures;

mod pieces;

mod fill;

mod painter;

mod surface;

mod due;

mod error;

mod wake;

mod window;

mod event_loop;

mod reference;

pub(super) use event_loop::{Start, run};
