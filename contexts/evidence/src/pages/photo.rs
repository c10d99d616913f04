//! The bytes of a photo, for whoever sees what it proves.

use axum::extract::Path;
use axum::response::IntoResponse;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use web::Cx;

use crate::{ProofId, actions};

/// `GET /desk/proofs/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    let id = ProofId::from(id);
    let (content_type, bytes) = cx.read(move |tx, by| actions::photos::bytes(tx, by, &id)).await?;
    Ok(([(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, "inline".into())], bytes).into_response())
}
