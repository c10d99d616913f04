//! `GET /desk/people`: the accounts.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Role, UnitId};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, ui};

use super::{state_key, state_tag};
use crate::accounts::{self, Account, Filter, HeldRole};
use crate::pages::{Options, role_options, role_word};
use crate::units;

/// What is asked for, in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    q: Option<String>,
    state: Option<String>,
    role: Option<String>,
    page: Option<i64>,
    format: Option<String>,
}

/// A line of the list.
struct Line {
    account: Account,
    unit: String,
    roles: String,
    state: Safe,
}

#[derive(Template)]
#[template(path = "pages/people/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: &'a Form,
    states: Options,
    roles: Options,
    lines: Vec<Line>,
    paging: Paging,
    total: String,
}

/// A file of accounts ends here.
const MOST: i64 = 100_000;

/// `GET /desk/people`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let form =
        Form::filled([("q", text(&asked.q)), ("state", text(&asked.state)), ("role", text(&asked.role))]);
    let filter = Filter {
        text: form.text("q").to_owned(),
        state: form.text("state").to_owned(),
        role: form.text("role").to_owned(),
    };
    let format = asked.format.as_deref().and_then(Format::parse);
    let paging = Paging::at(asked.page);
    let (limit, offset) = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let today = cx.by.today();
    let (total, found, names) = cx
        .read(move |tx, by| {
            let district = by.district();
            let mut found = Vec::new();
            for account in accounts::list(tx, district, by.today(), &filter, limit, offset)? {
                let held = accounts::held(tx, district, &account.id)?;
                found.push((account, held));
            }
            let names: BTreeMap<UnitId, String> =
                units::list(tx, district, today)?.into_iter().map(|unit| (unit.id, unit.name)).collect();
            Ok((accounts::count(tx, district, by.today(), &filter)?, found, names))
        })
        .await?;
    if let Some(format) = format {
        let rows = found.iter().flat_map(|(account, held)| rows(&cx, account, held, &names, today)).collect();
        return cx.export(format, "people", headers(&cx), rows);
    }
    let lines = found.into_iter().map(|(account, held)| Line {
        unit: account.unit.as_ref().and_then(|id| names.get(id)).cloned().unwrap_or_default(),
        roles: current(&held, today)
            .map(|held| {
                let unit = names.get(&held.unit).cloned().unwrap_or_default();
                format!("{}（{unit}）", role_word(&cx, held.role))
            })
            .collect::<Vec<_>>()
            .join("；"),
        state: state_tag(&cx, account.state),
        account,
    });
    let states = ["temporary", "active", "disabled"]
        .map(|state| (state.to_owned(), cx.t(&format!("account-state-{state}"))));
    let any = |key: &str| std::iter::once((String::new(), cx.t(key)));
    let body = Index {
        cx: &cx,
        form: &form,
        states: any("people-all-states").chain(states).collect(),
        roles: any("people-all-roles").chain(role_options(&cx)).collect(),
        lines: lines.collect(),
        paging: paging.of(total),
        total: cx.number(total),
    };
    cx.page(Page::new(cx.t("people-accounts-title")), body)
}

fn current(held: &[HeldRole], today: Day) -> impl Iterator<Item = &HeldRole> {
    held.iter().filter(move |held| held.until.is_none_or(|until| until > today))
}

/// The headers of the file: those of the template first, so that an exported file can be imported.
fn headers(cx: &Cx) -> Vec<String> {
    let own = ["people-account-state", "people-account-seen"];
    super::import::COLUMNS.iter().chain(&own).map(|key| cx.t(key)).collect()
}

/// A line for each role, and one for an account without any.
fn rows(
    cx: &Cx,
    account: &Account,
    held: &[HeldRole],
    names: &BTreeMap<UnitId, String>,
    today: Day,
) -> Vec<Vec<Cell>> {
    let line = |unit: Option<&UnitId>, role: Option<Role>| {
        vec![
            account.login.clone().into(),
            account.name.clone().into(),
            unit.and_then(|id| names.get(id)).cloned().into(),
            role.map(|role| role_word(cx, role)).into(),
            cx.t(&state_key(&account.state)).into(),
            account.signed_in_at.map(|at| at.minute_text()).into(),
        ]
    };
    let roles: Vec<_> = current(held, today).map(|held| line(Some(&held.unit), Some(held.role))).collect();
    if roles.is_empty() { vec![line(account.unit.as_ref(), None)] } else { roles }
}
