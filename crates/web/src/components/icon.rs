//! Icons, drawn on a grid of 24 by lines. They decorate a text beside them and are hidden from screen readers.

use maud::{Markup, PreEscaped, html};

/// An icon.
#[expect(missing_docs, reason = "the name says what is drawn")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Alert,
    ArrowDown,
    ArrowUp,
    Check,
    Clock,
    Copy,
    Cross,
    Dashboard,
    Download,
    Globe,
    Inbox,
    Info,
    Key,
    List,
    Log,
    Menu,
    Money,
    Pen,
    Percent,
    Play,
    Plug,
    Plus,
    Refresh,
    Search,
    Shield,
    Sliders,
    Tag,
    Task,
    User,
    Users,
}

impl Icon {
    const fn lines(self) -> &'static str {
        match self {
            Self::Alert => r#"<path d="M12 4 2.800 20h18.400z"/><path d="M12 10v4.500M12 17.300v.2"/>"#,
            Self::ArrowDown => r#"<path d="M12 5v14M6 13l6 6 6-6"/>"#,
            Self::ArrowUp => r#"<path d="M12 19V5M6 11l6-6 6 6"/>"#,
            Self::Check => r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.300 2.700 2.700L16 9.500"/>"#,
            Self::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.300 2"/>"#,
            Self::Copy => {
                r#"<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V6a2 2 0 0 1 2-2h8"/>"#
            }
            Self::Cross => r#"<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>"#,
            Self::Dashboard => {
                r#"<rect x="4" y="4" width="7" height="9" rx="1"/><rect x="13" y="4" width="7" height="5" rx="1"/><rect x="13" y="11" width="7" height="9" rx="1"/><rect x="4" y="15" width="7" height="5" rx="1"/>"#
            }
            Self::Download => r#"<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>"#,
            Self::Globe => {
                r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18-3-3-3-15 0-18"/>"#
            }
            Self::Inbox => r#"<path d="M4 13l2.500-8h11L20 13v6H4zM4 13h5l1 3h4l1-3h5"/>"#,
            Self::Info => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.500v.2"/>"#,
            Self::Key => r#"<circle cx="8" cy="15" r="4"/><path d="m11 12 8-8m-3 3 2.500 2.500"/>"#,
            Self::List => r#"<path d="M9 6h11M9 12h11M9 18h11M4.500 6h.1M4.500 12h.1M4.500 18h.1"/>"#,
            Self::Log => r#"<path d="M6 3h9l4 4v14H6z"/><path d="M9 11h7M9 15h7M9 7h3"/>"#,
            Self::Menu => r#"<path d="M4 7h16M4 12h16M4 17h16"/>"#,
            Self::Money => {
                r#"<rect x="3" y="6" width="18" height="12" rx="2"/><circle cx="12" cy="12" r="2.500"/><path d="M6.500 12h.1M17.500 12h.1"/>"#
            }
            Self::Pen => r#"<path d="m4 20 1-4L16 5l3 3L8 19z"/>"#,
            Self::Percent => {
                r#"<path d="M18.500 5.500l-13 13"/><circle cx="7.500" cy="7.500" r="2.800"/><circle cx="16.500" cy="16.500" r="2.800"/>"#
            }
            Self::Play => r#"<path d="M7 5v14l12-7z"/>"#,
            Self::Plug => r#"<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4"/>"#,
            Self::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Refresh => {
                r#"<path d="M20 6v5h-5M4 18v-5h5"/><path d="M6 9a7 7 0 0 1 12-2l2 4M18 15a7 7 0 0 1-12 2l-2-4"/>"#
            }
            Self::Search => r#"<circle cx="11" cy="11" r="6.500"/><path d="m16 16 4.500 4.500"/>"#,
            Self::Shield => {
                r#"<path d="M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z"/><path d="m9 12 2.200 2.200L15.500 10"/>"#
            }
            Self::Sliders => {
                r#"<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>"#
            }
            Self::Tag => r#"<path d="M4 12V4h8l8 8-8 8z"/><path d="M8.500 8.500h.1"/>"#,
            Self::Task => {
                r#"<rect x="5" y="4" width="14" height="17" rx="2"/><path d="M9 3.500h6M8.500 13l2.500 2.500L15.500 11"/>"#
            }
            Self::User => {
                r#"<circle cx="12" cy="8" r="4"/><path d="M4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500"/>"#
            }
            Self::Users => {
                r#"<circle cx="9" cy="8.500" r="3.500"/><path d="M2.500 19.500c.7-3.600 3.300-5 6.500-5s5.800 1.400 6.500 5M15.500 5.300a3.500 3.500 0 0 1 0 6.400M18 15c2 .7 3.100 2.200 3.500 4.500"/>"#
            }
        }
    }
}

/// Draws it.
#[must_use]
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(icon.lines())) }
    }
}
