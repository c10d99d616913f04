//! Files that pages use: styles and scripts, kept in the binary, named with their version.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use sha2::{Digest, Sha256};

use crate::App;

/// A file in the binary.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path on the site.
    pub path: &'static str,
    /// Its type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

/// What every page uses.
pub(crate) const OWN: &[Asset] = &[
    Asset {
        path: "/assets/qilin.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/qilin.css"),
    },
    Asset {
        path: "/assets/qilin.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/qilin.js"),
    },
    Asset {
        path: "/assets/qilin.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../assets/qilin.svg"),
    },
];

/// The version of a file: the beginning of its hash.
pub(crate) fn version(asset: &Asset) -> String {
    kernel::hex(Sha256::digest(asset.bytes)).chars().take(12).collect()
}

/// Serves a file. With its version in the address it may be kept for ever.
pub(crate) async fn serve(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    headers: http::HeaderMap,
) -> Response {
    let Some((asset, version)) = app.assets.get(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = uri.query() == Some(&format!("v={version}"));
    let cache = if kept { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{version}\"");
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        // What the browser is told here replaces what it kept.
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag), (CACHE_CONTROL, cache.to_owned())]).into_response();
    }
    let about =
        [(CONTENT_TYPE, asset.content_type.to_owned()), (CACHE_CONTROL, cache.to_owned()), (ETAG, tag)];
    (about, asset.bytes).into_response()
}
