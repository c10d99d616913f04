//! The forms of the side-by-side page: head, items, doubts, targets.

use axum::extract::Path;
use evidence::{Kind, Tally};
use kernel::{Group, Problem, Problems, Refusal, Year};
use rust_decimal::Decimal;
use web::{Cx, Form, Result};

use super::review::{Editing, Loaded, draw};
use crate::actions::items::{self, ItemForm, split_names};
use crate::actions::targets;
use crate::item::{item_kind, item_kind_code, leads};
use crate::plan::Period;
use crate::target::{
    COMPARATORS, Counting, FORMS, Promise, TARGET_KINDS, comparator, form as form_of, form_code, target_kind,
};
use crate::{DoubtId, ItemId, PlanId, TargetId};

/// What the form of a target offers to choose from.
pub(crate) struct TargetChoices {
    pub kinds: Vec<(String, String)>,
    pub forms: Vec<(String, String)>,
    pub comparators: Vec<(String, String)>,
    pub tallies: Vec<(String, String)>,
    pub delivery_kinds: Vec<(String, String)>,
    pub audiences: Vec<(String, String)>,
}

impl TargetChoices {
    /// In the reader's language.
    pub fn new(cx: &Cx) -> Self {
        let comparators =
            COMPARATORS.map(|(one, word)| (one.code().to_owned(), cx.t(&format!("plan-comparator-{word}"))));
        let mut delivery_kinds = vec![(String::new(), cx.t("plan-any-kind"))];
        delivery_kinds.extend(super::options(cx, "evidence-kind-", Kind::ALL.iter().map(|kind| kind.code())));
        let mut audiences = vec![(String::new(), cx.t("plan-any-group"))];
        audiences.extend(super::options(cx, "group-", Group::ALL.map(Group::code)));
        Self {
            kinds: super::options(cx, "plan-target-kind-", TARGET_KINDS.iter().map(|kind| kind.code())),
            forms: super::options(cx, "plan-form-", FORMS.map(form_code)),
            comparators: comparators.to_vec(),
            tallies: super::options(cx, "plan-tally-", Tally::ALL.iter().map(|tally| tally.code())),
            delivery_kinds,
            audiences,
        }
    }
}

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
        Some(target) => target_form(&target.promise, target.item.as_ref()),
        None => Form::filled([("kind", "measure".to_owned()), ("how", "match".to_owned())]),
    }
}

fn target_form(promise: &Promise, item: Option<&ItemId>) -> Form {
    Form::filled([
        ("subject", promise.subject.clone()),
        ("target_kind", promise.kind.code().to_owned()),
        ("target_form", form_code(promise.form).to_owned()),
        ("comparator", promise.comparator.code().to_owned()),
        ("value", promise.value.map(|value| value.normalize().to_string()).unwrap_or_default()),
        ("unit", promise.unit.clone()),
        ("per", promise.per.clone()),
        ("due", promise.due.clone()),
        ("strength", promise.strength.clone()),
        ("item", item.map(ToString::to_string).unwrap_or_default()),
        ("tally", promise.counting.tally.code().to_owned()),
        ("delivery_kind", promise.counting.kind.map(|kind| kind.code().to_owned()).unwrap_or_default()),
        ("audience", promise.counting.group.map(|group| group.code().to_owned()).unwrap_or_default()),
    ])
}

/// Goes where the form leads, or shows it again with what has to be mended.
async fn submitted<F>(cx: &Cx, id: &str, form: Form, editing: Editing, f: F) -> Result
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

fn edits(what: &str) -> Editing {
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

fn promise(form: &Form) -> std::result::Result<Promise, Vec<Problem>> {
    let mut problems = Problems::new();
    let wrong = |field: &'static str| Problem::new("plan-choose").at(field);
    let kind = problems.take(target_kind(form.text("target_kind")).ok_or(wrong("target_kind")));
    let shape = problems.take(form_of(form.text("target_form")).ok_or(wrong("target_form")));
    let comparator = problems.take(comparator(form.text("comparator")).ok_or(wrong("comparator")));
    let tally = problems.take(Tally::parse(form.text("tally")).ok_or(wrong("tally")));
    let subject = problems.take(form.optional("subject", 200));
    let value = problems.take(value(form));
    match (kind, shape, comparator, tally, subject, value) {
        (Some(kind), Some(shape), Some(comparator), Some(tally), Some(subject), Some(value)) => Ok(Promise {
            kind,
            form: shape,
            subject,
            comparator,
            value,
            unit: form.text("unit").to_owned(),
            per: form.text("per").to_owned(),
            due: form.text("due").to_owned(),
            approximate: false,
            scope: String::new(),
            strength: form.text("strength").to_owned(),
            counting: Counting {
                tally,
                kind: Kind::parse(form.text("delivery_kind")),
                group: Group::parse(form.text("audience")),
            },
        }),
        _ => Err(match problems.check() {
            Err(Refusal::Invalid(problems)) => problems,
            Ok(()) | Err(_) => Vec::new(),
        }),
    }
}

/// A figure as people type it, or nothing.
fn value(form: &Form) -> std::result::Result<Option<Decimal>, Problem> {
    let text = form.text("value");
    if text.is_empty() {
        return Ok(None);
    }
    let number = kernel::search_key(text).replace(',', "").parse::<Decimal>().ok();
    let number = number.filter(|number| !number.is_sign_negative());
    number.map(Some).ok_or_else(|| Problem::new("plan-not-a-figure").at("value").with("value", text))
}

fn item_of(form: &Form) -> Option<ItemId> {
    Some(form.text("item")).filter(|id| !id.is_empty()).map(ItemId::from)
}

/// `POST .../targets`
pub async fn add_target(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let (typed, item, sentence) = (promise(&form), item_of(&form), form.text("sentence").to_owned());
    submitted(&cx, &id, form, edits("new-target"), move |tx, by, plan| {
        let promise = typed.clone().map_err(Refusal::Invalid)?;
        targets::add(tx, by, plan, item.clone(), &sentence, promise)?;
        Ok(String::new())
    })
    .await
}

fn edits_target(target: &str) -> Editing {
    Editing { target: Some(target.to_owned()), ..Editing::default() }
}

/// `POST .../targets/{target}`
pub async fn edit_target(cx: Cx, Path((id, target)): Path<(String, String)>, form: Form) -> Result {
    let (typed, item, of) = (promise(&form), item_of(&form), TargetId::from(target.as_str()));
    submitted(&cx, &id, form, edits_target(&target), move |tx, by, plan| {
        let mut promise = typed.clone().map_err(Refusal::Invalid)?;
        // What the form does not show stays as it was read.
        if let Some(before) = crate::store::find_target(tx, by.district(), plan, &of)? {
            promise.approximate = before.promise.approximate;
            promise.scope = before.promise.scope;
        }
        targets::edit(tx, by, plan, &of, item.clone(), promise)?;
        Ok(String::new())
    })
    .await
}

/// `POST .../targets/{target}/removal`
pub async fn delete_target(cx: Cx, Path((id, target)): Path<(String, String)>, form: Form) -> Result {
    let of = TargetId::from(target.as_str());
    submitted(&cx, &id, form, edits_target(&target), move |tx, by, plan| {
        targets::delete(tx, by, plan, &of)?;
        Ok(String::new())
    })
    .await
}

/// `POST .../targets/{target}/confirmation`
pub async fn confirm(cx: Cx, Path((id, target)): Path<(String, String)>, form: Form) -> Result {
    let of = TargetId::from(target.as_str());
    submitted(&cx, &id, form, Editing::default(), move |tx, by, plan| {
        targets::confirm(tx, by, plan, &of)?;
        Ok(String::new())
    })
    .await
}

/// `POST .../targets/confirmation`
pub async fn confirm_all(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    submitted(&cx, &id, form, Editing::default(), move |tx, by, plan| {
        targets::confirm_all(tx, by, plan)?;
        Ok(String::new())
    })
    .await
}
