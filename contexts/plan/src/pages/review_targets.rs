//! The forms of the side-by-side page for targets.

use axum::extract::Path;
use evidence::{Kind, Tally};
use kernel::{Group, Problem, Problems, Refusal};
use rust_decimal::Decimal;
use web::{Cx, Form, Result};

use super::review::Editing;
use super::review_parts::{edits, submitted};
use crate::actions::targets;
use crate::target::{
    COMPARATORS, Counting, FORMS, Promise, TARGET_KINDS, comparator, form as form_of, form_code, target_kind,
};
use crate::{ItemId, TargetId};

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

/// The form of a target as it is stored.
pub(crate) fn target_form(promise: &Promise, item: Option<&ItemId>) -> Form {
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
