//! `/desk/plan/inspections/new`: a coordinator plans inspections.

use askama::Template;
use axum::extract::Query;
use kernel::{AccountId, Problem, Problems, Refusal, UnitId};
use people::accounts::{self, Account};
use people::units::{self, Unit, UnitKind};
use serde::Deserialize;
use web::{Cx, Form, Result, ui};

use crate::inspection::actions::{self, NewInspections};
use crate::inspection::{Checklist, ChecklistId, store};
use crate::pages::{desk, unit_name};

#[derive(Template)]
#[template(path = "inspection/pages/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    lists: Vec<(String, String)>,
    units: Vec<(String, String)>,
    inspectors: Vec<(String, String)>,
}

/// What may be chosen in the address.
#[derive(Deserialize)]
pub struct Choice {
    checklist: Option<String>,
    unit: Option<String>,
}

/// What the form offers.
struct Loaded {
    lists: Vec<Checklist>,
    units: Vec<Unit>,
    accounts: Vec<Account>,
}

async fn load(cx: &Cx) -> std::result::Result<Loaded, Refusal> {
    cx.read(|tx, by| {
        let active = accounts::Filter { state: "active".into(), ..accounts::Filter::default() };
        Ok(Loaded {
            lists: store::list_checklists(tx, by.district())?,
            units: units::list(tx, by.district(), by.today())?,
            accounts: accounts::list(tx, by.district(), by.today(), &active, 500, 0)?,
        })
    })
    .await
}

/// Shows the form.
pub async fn show(cx: Cx, Query(choice): Query<Choice>) -> Result {
    let loaded = load(&cx).await?;
    let me = cx.by.actor.account.as_ref().map(ToString::to_string).unwrap_or_default();
    let form = Form::filled([
        ("checklist", choice.checklist.unwrap_or_default()),
        ("unit", choice.unit.unwrap_or_default()),
        ("on", cx.by.today().to_string()),
        ("inspector", me),
    ]);
    draw(&cx, &loaded, &form)
}

fn draw(cx: &Cx, loaded: &Loaded, form: &Form) -> Result {
    let mut families: Vec<&str> = Vec::new();
    let mut lists = vec![(String::new(), cx.t("plan-none-chosen"))];
    for list in &loaded.lists {
        // The newest of each family stands first.
        if !families.contains(&list.family.as_str()) {
            families.push(&list.family);
            let args = [("title", list.title.clone()), ("n", list.n.to_string())];
            lists.push((list.id.to_string(), cx.with("inspection-list-version", &args)));
        }
    }
    let units = loaded.units.iter().filter(|unit| unit.kind != UnitKind::District);
    let page = New {
        cx,
        form,
        lists,
        units: units.map(|unit| (unit.id.to_string(), unit_name(cx, unit, true))).collect(),
        inspectors: loaded.accounts.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
    };
    cx.page(desk(cx.t("inspection-new")).of_form(form), page)
}

/// `POST /desk/plan/inspections`
pub async fn create(cx: Cx, form: Form) -> Result {
    let submitted = match read(&form) {
        Ok(new) => {
            let many = new.units.len() > 1;
            cx.submit(&form, move |tx, by| {
                let first = actions::plan(tx, by, &new)?;
                Ok(if many {
                    "/desk/plan/inspections".to_owned()
                } else {
                    format!("/desk/plan/inspections/{first}")
                })
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &load(&cx).await?, &form.refused(refusal)?),
    }
}

fn read(form: &Form) -> std::result::Result<NewInspections, Refusal> {
    let mut problems = Problems::new();
    let checklist = problems.take(form.required("checklist", 64));
    let missing = || Problem::new("error-missing").at("on");
    let on = problems.take(form.day("on").and_then(|on| on.ok_or_else(missing)));
    let inspector = problems.take(form.required("inspector", 64));
    problems.check()?;
    let new = || {
        Some(NewInspections {
            checklist: ChecklistId::from(checklist?),
            units: form.all("unit").into_iter().map(UnitId::from).collect(),
            on: on?,
            inspector: AccountId::from(inspector?),
        })
    };
    new().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}
