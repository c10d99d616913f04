//! Saving plain words from the pages of an item and of a target.

use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Form, Result};

use crate::actions::wordings;
use crate::wording::{Wording, WordingKind};
use crate::{figures, store};

/// The longest plain text, in characters.
const MOST: usize = 2_000;

fn wording(form: &Form) -> std::result::Result<Wording, Refusal> {
    Ok(Wording {
        title_en: form.optional("title_en", 300)?,
        plain_zh: form.optional("plain_zh", MOST)?,
        plain_en: form.optional("plain_en", MOST)?,
    })
}

/// `POST /desk/plan/items/{n}/words`
pub async fn write_item(cx: Cx, Path(n): Path<i64>, form: Form) -> Result {
    let wording = wording(&form)?;
    let chosen = super::chosen(Some(form.text("plan")));
    let done = cx.submit(&form, move |tx, by| {
        let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
        let item = store::item_by_number(tx, by.district(), &plan.id, n)?.ok_or(Refusal::NotFound)?;
        wordings::write(tx, by, WordingKind::Item, item.id.as_str(), &wording)?;
        Ok(format!("/desk/plan/items/{n}?plan={}", plan.id))
    });
    Ok(done.await?)
}

/// `POST /desk/plan/targets/{id}/words`
pub async fn write_target(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let wording = wording(&form)?;
    let chosen = super::chosen(Some(form.text("plan")));
    let done = cx.submit(&form, move |tx, by| {
        let plan = figures::shown(tx, by, chosen.as_ref())?.ok_or(Refusal::NotFound)?;
        let target = store::find_target(tx, by.district(), &plan.id, &id.as_str().into())?;
        let target = target.ok_or(Refusal::NotFound)?;
        wordings::write(tx, by, WordingKind::Target, target.id.as_str(), &wording)?;
        Ok(format!("/desk/plan/targets/{id}?plan={}", plan.id))
    });
    Ok(done.await?)
}
