//! The window's own controls. Each has a role and a name for the accessibility tree, a tooltip and a focus ring.
//!
//! They know the theme, and neither sessions nor texts: names and tooltips are given to them in the user's language.

pub mod button;
pub mod choice;
pub mod drawer;
pub mod field;
pub mod long_list;
pub mod mark;
pub mod menu;
pub mod reorder;
pub mod sideways;

pub use button::{
    ButtonKind, button, button_width, chart_button, find_button, icon_button, text_button, text_button_width,
    wrap_button,
};
pub(crate) use button::{focus_edge, reveal_focused};
pub use choice::{Choice, PillCombo, segmented, segmented_width};
pub use drawer::drawer;
pub use field::{TextField, error_line, is_left_by_escape};
pub use long_list::long_list;
pub use mark::{chip, group_heading, key_value, separator, status_dot, tick, tick_box, toggle, toggle_width};
pub use menu::{
    context_menu, context_menu_below, is_menu_key_pressed, list_line, menu, menu_item, menu_separator,
    named_menu_item, submenu,
};
pub use reorder::{Flow, LineMove, Reorder};
pub use sideways::{button_room, list_of_all, sideways};
