//! Photos and scans that come with a form of this context.

use evidence::Photo;
use kernel::{Problem, Refusal};
use web::{Cx, Form};

/// The most photos of one form.
const MOST: usize = 6;
/// Room for the photos of a form and the fields around them.
pub(crate) const UPLOAD: usize = evidence::MAX_PHOTO_BYTES + (8 << 20);

/// The photos of a form, examined on a reader's thread.
pub(crate) async fn of_form(cx: &Cx, form: &Form) -> Result<Vec<Photo>, Refusal> {
    let files: Vec<_> = form.files("photo").into_iter().map(|file| file.bytes.clone()).collect();
    if files.len() > MOST {
        return Err(Problem::new("evidence-photos-many").at("photo").with("most", MOST).into());
    }
    if files.is_empty() {
        return Ok(Vec::new());
    }
    cx.read(move |_, _| files.iter().map(|bytes| Ok(evidence::examine_photo(bytes)?)).collect()).await
}
