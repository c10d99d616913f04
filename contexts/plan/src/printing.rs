//! Answering with a printed document.

use axum::response::IntoResponse;
use kernel::{Problem, Refusal};
use web::Result;

/// The PDF, to be looked at in the browser; or the sentence that names what no font has.
///
/// # Errors
/// Invalid with the characters that no font has and where they stand.
pub(crate) fn answer(name: &str, printed: std::result::Result<Vec<u8>, paper::Error>) -> Result {
    let bytes = printed.map_err(refusal)?;
    let disposition = format!("inline; filename=\"{name}.pdf\"");
    let headers = [("content-type", "application/pdf".to_owned()), ("content-disposition", disposition)];
    Ok((headers, bytes).into_response())
}

fn refusal(error: paper::Error) -> Refusal {
    match error {
        paper::Error::Missing(gaps) => Refusal::Invalid(
            gaps.into_iter()
                .map(|gap| {
                    let short: String = gap.text.chars().take(40).collect();
                    Problem::new("plan-print-missing").with("character", gap.character).with("text", short)
                })
                .collect(),
        ),
        paper::Error::Writer(_) => Refusal::Broken(Box::new(error)),
    }
}
