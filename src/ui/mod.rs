//! The window. It never sees a socket.

pub mod fonts;
pub mod theme;
pub mod widgets;
