//! The parts that pages are made of. A part is a function from values to markup; it looks nothing up.

pub mod badge;
pub mod card;
pub mod chart;
pub mod copy;
pub mod dialog;
pub mod facts;
pub mod field;
pub mod head;
pub mod icon;
pub mod list;
pub mod note;
pub mod qr;
pub mod table;
pub mod tabs;
pub mod timeline;
pub mod wizard;
