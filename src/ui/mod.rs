//! The window. It never sees a socket.

pub mod fonts;
pub mod sheet;
pub mod theme;
pub mod widgets;
