//! A QR code as inline SVG. What it holds is also on the page as text: a picture alone leaves people out.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// The code of a text, or nothing when it does not fit.
#[must_use]
pub fn qr(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return html! {};
    };
    let size = code.size();
    let dark = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.fold(String::new(), |mut path, (x, y)| {
        // Writing to a String cannot fail.
        let _ = write!(path, "M{x} {y}h1v1h-1z");
        path
    });
    html! {
        svg.qr viewBox={ "-2 -2 " (size + 4) " " (size + 4) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            path d=(path) fill="#000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_too_long_a_text_has_none() {
        let shown = qr("otpauth://totp/x?secret=ABC", "code").into_string();
        // The dark frame of the corner square at the top left starts at 0 0.
        assert!(shown.contains("M0 0h1v1h-1z") && shown.contains("role=\"img\""));
        assert_eq!(qr(&"x".repeat(9_000), "code").into_string(), "");
    }
}
