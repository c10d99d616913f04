//! The forms of the side-by-side page: head, items, doubts.

use axum::extract::Path;
use kernel::{Problem, Problems, Refusal, Year};
use web::{Cx, Form, Result};

use super::review::{Editing, Loaded, draw};
use crate::actions::items::{self, ItemForm, split_names};
use crate::item::{item_kind, item_kind_code, leads};
use crate::plan::Period;
use crate::{DoubtId, ItemId, PlanId};

/// The form of what is being corrected, as it is stored.
pub(crate) fn filled(loaded: &Loaded, editing: &Editing) -> Form {
    let edit = editing.edit.as_deref().unwrap_or_default();
    if edit == "head" {
        let period = loaded.plan.period;
        return Form::filled([
            ("title", loaded.plan.title.clone()),
            ("from", period.map(|period| period.from.to_string()).unwrap_or_default()),
            ("to", period.map(|period| period.to.to_string()).unwrap_or_default()),
        ]);
    }
    if let Some(item) = loaded.content.items.iter().find(|item| item.id.as_str() == edit) {
        let names = |leading: bool| -> String {
            let of = item.duties.iter().filter(|duty| leads(duty.role) == leading);
            let mut names: Vec<&str> = of.map(|duty| duty.name.as_str()).collect();
            names.dedup();
            names.join("、")
        };
        return Form::filled([
            ("kind", item_kind_code(item.kind).to_owned()),
            ("section", item.section.clone()),
            ("title", item.title.clone()),
            ("body", item.body.clone()),
            ("leads", names(true)),
            ("supports", names(false)),
        ]);
    }
    let wanted = editing.target.as_deref().unwrap_or_default();
    match loaded.content.targets.iter().find(|target| target.id.as_str() == wanted) {
        Some(target) => super::review_targets::target_form(&target.promise, target.item.as_ref()),
        None => Form::filled([("kind", "measure".to_owned()), ("how", "match".to_owned())]),
    }
}

/// Goes where the form leads, or shows it again with what has to be mended.
pub(crate) async fn submitted<F>(cx: &Cx, id: &str, form: Form, editing: Editing, f: F) -> Result
where
    F: Fn(&mut db::Tx<'_>, &kernel::Caller, &PlanId) -> std::result::Result<String, Refusal>
        + Send
        + Sync
        + 'static,
{
    let id = PlanId::from(id);
    let of = id.clone();
    let done = cx
        .submit(&form, move |tx, by| {
            let anchor = f(tx, by, &of)?;
            Ok(format!("/desk/plan/versions/{of}{anchor}"))
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(cx, id, editing, form.refused(refusal)?).await,
    }
}

pub(crate) fn edits(what: &str) -> Editing {
    Editing { edit: Some(what.to_owned()), ..Editing::default() }
}

/// `POST .../head`
pub async fn head(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let (title, years) = (form.text("title").to_owned(), years(&form));
    let years = years.map_err(|problem| vec![problem]);
    submitted(&cx, &id, form, edits("head"), move |tx, by, plan| {
        let period = years.clone().map_err(Refusal::Invalid)?;
        items::edit_head(tx, by, plan, &title, period)?;
        Ok(String::new())
    })
    .await
}

fn years(form: &Form) -> std::result::Result<Period, Problem> {
    let year = |name: &'static str| {
        let n = form.count(name)?.and_then(|n| Year::try_from(n).ok());
        n.ok_or_else(|| Problem::new("plan-period-wrong").at(name))
    };
    Period::new(year("from")?, year("to")?)
}

fn item_form(form: &Form) -> std::result::Result<ItemForm, Vec<Problem>> {
    let mut problems = Problems::new();
    let kind = item_kind(form.text("kind")).ok_or(Problem::new("plan-item-kind-missing").at("kind"));
    let kind = problems.take(kind);
    let title = problems.take(form.required("title", 200));
    let body = problems.take(form.optional("body", 20_000));
    match (kind, title, body) {
        (Some(kind), Some(title), Some(body)) => Ok(ItemForm {
            kind,
            section: form.text("section").to_owned(),
            title,
            body,
            leads: split_names(form.text("leads")),
            supports: split_names(form.text("supports")),
        }),
        _ => Err(match problems.check() {
            Err(Refusal::Invalid(problems)) => problems,
            Ok(()) | Err(_) => Vec::new(),
        }),
    }
}

/// `POST .../items`
pub async fn add_item(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let typed = item_form(&form);
    submitted(&cx, &id, form, edits("new-item"), move |tx, by, plan| {
        items::add(tx, by, plan, typed.as_ref().map_err(|problems| Refusal::Invalid(problems.clone()))?)?;
        Ok(String::new())
    })
    .await
}

/// `POST .../items/{item}`
pub async fn edit_item(cx: Cx, Path((id, item)): Path<(String, String)>, form: Form) -> Result {
    let typed = item_form(&form);
    let of = ItemId::from(item.as_str());
    submitted(&cx, &id, form, edits(&item), move |tx, by, plan| {
        let typed = typed.as_ref().map_err(|problems| Refusal::Invalid(problems.clone()))?;
        items::edit(tx, by, plan, &of, typed)?;
        anchor(tx, by, plan, &of)
    })
    .await
}

/// Where the item stands on the page.
fn anchor(
    tx: &mut db::Tx<'_>,
    by: &kernel::Caller,
    plan: &PlanId,
    item: &ItemId,
) -> std::result::Result<String, Refusal> {
    let found = crate::store::find_item(tx, by.district(), plan, item)?;
    Ok(found.map(|item| format!("#i{}", item.n)).unwrap_or_default())
}

/// `POST .../items/{item}/removal`
pub async fn delete_item(cx: Cx, Path((id, item)): Path<(String, String)>, form: Form) -> Result {
    let of = ItemId::from(item.as_str());
    submitted(&cx, &id, form, edits(&item), move |tx, by, plan| {
        items::delete(tx, by, plan, &of)?;
        Ok(String::new())
    })
    .await
}

/// `POST .../items/{item}/merge`
pub async fn merge_item(cx: Cx, Path((id, item)): Path<(String, String)>, form: Form) -> Result {
    let of = ItemId::from(item.as_str());
    submitted(&cx, &id, form, edits(&item), move |tx, by, plan| {
        let joined = items::merge(tx, by, plan, &of)?;
        anchor(tx, by, plan, &joined)
    })
    .await
}

/// `POST .../items/{item}/split`
pub async fn split_item(cx: Cx, Path((id, item)): Path<(String, String)>, form: Form) -> Result {
    let of = ItemId::from(item.as_str());
    let words = form.text("words").to_owned();
    submitted(&cx, &id, form, edits(&item), move |tx, by, plan| {
        let new = items::split(tx, by, plan, &of, &words)?;
        anchor(tx, by, plan, &new)
    })
    .await
}

/// `POST .../doubts/{doubt}/settlement`
pub async fn settle(cx: Cx, Path((id, doubt)): Path<(String, String)>, form: Form) -> Result {
    let of = DoubtId::from(doubt.as_str());
    submitted(&cx, &id, form, Editing::default(), move |tx, by, plan| {
        items::settle(tx, by, plan, &of)?;
        Ok("#doubts".to_owned())
    })
    .await
}
