//! Style sheet, scripts and pictures, built into the program and addressed by their content.

use std::{borrow::Cow, collections::HashMap, fmt::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The route of every asset.
pub const ROUTE: &str = "/assets/{stamp}/{*name}";

static ADDRESSES: LazyLock<HashMap<Cow<'static, str>, String>> = LazyLock::new(|| {
    let address = |name: Cow<'static, str>| {
        let file = Files::get(&name)?;
        let address = format!("/assets/{}/{name}", stamp(&file.metadata.sha256_hash()));
        Some((name, address))
    };
    Files::iter().filter_map(address).collect()
});

/// Where the asset is, such as `/assets/1f0c…/app.css`: the address changes with the content, so it is kept for ever.
#[must_use]
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("/assets/missing", String::as_str)
}

/// Sends an asset.
pub async fn send(Path((given, name)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&name) else {
        return httpkit::Failure::not_found().into_response();
    };
    let is_current = given == stamp(&file.metadata.sha256_hash());
    // An address of another version still works, for a page that was open during an upgrade.
    let keep = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(&name)),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (StatusCode::OK, headers, file.data).into_response()
}

fn stamp(hash: &[u8]) -> String {
    hash.iter()
        .take(8)
        .fold(String::with_capacity(16), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_that_pages_name_is_there() {
        for name in ["app.css", "app.js", "favicon.svg", "vendor/htmx.js"] {
            assert!(address(name).ends_with(name), "{name}");
        }
    }

    #[tokio::test]
    async fn the_current_address_is_kept_for_ever_and_an_old_one_is_not() {
        let current = address("app.css")
            .strip_prefix("/assets/")
            .unwrap()
            .split_once('/')
            .unwrap()
            .0
            .to_owned();
        let answer = send(Path((current, "app.css".into()))).await;
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(answer.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(
            send(Path(("old".into(), "app.css".into()))).await.headers()["cache-control"],
            "no-cache"
        );
        assert_eq!(
            send(Path(("x".into(), "../Cargo.toml".into()))).await.status(),
            StatusCode::NOT_FOUND
        );
    }
}
