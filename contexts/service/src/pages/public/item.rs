//! `GET /service/{id}`: one thing of the menu, with its free days.

use askama::Template;
use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Result, ui};

use crate::pages::names::Names;
use crate::pages::{day_words, face};
use crate::resource::{Resource, ResourceId, ResourceState};
use crate::store;

#[derive(Template)]
#[template(path = "pages/public/item.html")]
struct Item<'a> {
    cx: &'a Cx,
    one: &'a Resource,
    unit: String,
    facts: Vec<(String, String)>,
    free: Vec<String>,
}

/// Shows it. What is withdrawn is not found; what is used up says so.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    let id = ResourceId::from(id);
    let (one, free, names) = cx
        .read(move |tx, by| {
            let one = store::resource::find(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            let held = store::resource::held_of(tx, by.district(), &id, (by.today(), ""))?;
            let free = match one.state {
                ResourceState::Open => one.offer.free_days(by.today(), &held),
                ResourceState::Paused | ResourceState::Withdrawn => Vec::new(),
            };
            Ok((one, free, Names::load(tx, by, [])?))
        })
        .await?;
    let list = |all: Vec<String>, none: &str| {
        if all.is_empty() { cx.t(none) } else { all.join("、") }
    };
    let offer = &one.offer;
    let groups = offer.groups.iter().map(|group| cx.t(&format!("group-{}", group.code()))).collect();
    let towns = offer.towns.iter().map(|town| names.of(&cx, town)).collect();
    let mut facts = vec![
        (cx.t("service-unit"), names.of(&cx, &one.unit)),
        (cx.t("service-minutes"), cx.with("service-n-minutes", &[("n", offer.minutes.to_string())])),
        (cx.t("service-group"), list(groups, "service-everybody")),
        (cx.t("service-town"), list(towns, "service-everywhere")),
    ];
    if !offer.languages.is_empty() {
        facts.push((cx.t("service-languages"), offer.languages.clone()));
    }
    let free = free.into_iter().take(8).map(|day| day_words(&cx, day)).collect();
    let body = Item { cx: &cx, one: &one, unit: names.of(&cx, &one.unit), facts, free };
    cx.page(face(one.offer.title.clone()), body)
}
