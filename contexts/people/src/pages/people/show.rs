//! `/desk/people/{id}`: an account with its roles and its past, and the steps to take with it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use kernel::{AccountId, Problem, Refusal, Role, UnitId};
use web::{Cx, Form, Page, Safe, ui};

use super::issued::{self, Issued};
use super::new::is_issued;
use super::{state_tag, temporary};
use crate::accounts::{self, Account, AccountState, HeldRole};
use crate::audit::{self, AuditEntry};
use crate::pages::audit::action_word;
use crate::pages::{Options, role_options, role_word, unit_options};
use crate::units;

/// A role as the page shows it.
struct RoleLine {
    held: HeldRole,
    role: String,
    unit: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "pages/people/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    account: &'a Account,
    state: Safe,
    unit: String,
    roles: Vec<RoleLine>,
    role_choices: Options,
    units: Options,
    past: Vec<(AuditEntry, String)>,
    disabled: bool,
}

/// `GET /desk/people/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, &AccountId::from(id), Form::new()).await
}

async fn draw(cx: &Cx, id: &AccountId, form: Form) -> web::Result {
    let of = id.clone();
    let (account, held, all, past, names) = cx
        .read(move |tx, by| {
            let district = by.district();
            let account = accounts::find(tx, district, &of)?.ok_or(Refusal::NotFound)?;
            let held = accounts::held(tx, district, &of)?;
            let filter = audit::Filter {
                subject_kind: "account".into(),
                subject_id: of.to_string(),
                ..Default::default()
            };
            let past = audit::list(tx, district, &filter, 20, 0)?;
            let mut names: BTreeMap<UnitId, String> = BTreeMap::new();
            for unit in held.iter().map(|held| &held.unit).chain(&account.unit) {
                if let Some(found) = units::find_any(tx, district, unit, by.today())? {
                    names.insert(unit.clone(), found.name);
                }
            }
            Ok((account, held, units::list(tx, district, by.today())?, past, names))
        })
        .await?;
    let today = cx.by.today();
    let name = |id: &UnitId| names.get(id).cloned().unwrap_or_default();
    let roles = held.into_iter().map(|held| RoleLine {
        role: role_word(cx, held.role),
        unit: name(&held.unit),
        current: held.until.is_none_or(|until| until > today),
        held,
    });
    // What was typed stays; a fresh page shows what is stored.
    let form = if form.problems().is_empty() {
        Form::filled([
            ("name", account.name.clone()),
            ("unit", account.unit.as_ref().map(ToString::to_string).unwrap_or_default()),
        ])
    } else {
        form
    };
    let body = Show {
        cx,
        form: &form,
        state: state_tag(cx, account.state),
        unit: account.unit.as_ref().map(&name).unwrap_or_default(),
        roles: roles.collect(),
        role_choices: role_options(cx),
        units: unit_options(cx, "people-choose", &all),
        past: past.into_iter().map(|entry| (entry.clone(), action_word(cx, &entry.action))).collect(),
        disabled: matches!(account.state, AccountState::Disabled { .. }),
        account: &account,
    };
    cx.page(Page::new(account.name.clone()).of_form(&form), body)
}

fn seen(form: &Form) -> i64 {
    form.text("seen").parse().unwrap_or(0)
}

/// `POST /desk/people/{id}`: name and unit.
pub async fn rename(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = AccountId::from(id);
    let (of, name) = (id.clone(), form.text("name").to_owned());
    let unit = Some(form.text("unit")).filter(|unit| !unit.is_empty()).map(UnitId::from);
    let seen = seen(&form);
    let submitted = cx
        .submit(&form, move |tx, by| {
            accounts::rename(tx, by, &of, seen, &name, unit.clone())?;
            Ok(format!("/desk/people/{of}"))
        })
        .await;
    redraw(&cx, &id, form, submitted).await
}

/// `POST /desk/people/{id}/roles`: gives a role.
pub async fn give_role(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = AccountId::from(id);
    let (of, role) = (id.clone(), Role::parse(form.text("role")));
    let unit = UnitId::from(form.text("role_unit"));
    let submitted = cx
        .submit(&form, move |tx, by| {
            let role = role.ok_or(Problem::new("people-role-missing").at("role"))?;
            accounts::give_role(tx, by, &of, role, &unit)?;
            Ok(format!("/desk/people/{of}"))
        })
        .await;
    redraw(&cx, &id, form, submitted).await
}

/// `POST /desk/people/{id}/roles/{role}/end`
pub async fn end_role(cx: Cx, Path((id, role)): Path<(String, String)>, form: Form) -> web::Result {
    let id = AccountId::from(id);
    let of = id.clone();
    let submitted = cx
        .submit(&form, move |tx, by| {
            accounts::end_role(tx, by, &of, &role)?;
            Ok(format!("/desk/people/{of}"))
        })
        .await;
    redraw(&cx, &id, form, submitted).await
}

/// `POST /desk/people/{id}/disablement`
pub async fn disable(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = AccountId::from(id);
    let (of, seen) = (id.clone(), seen(&form));
    let submitted = cx
        .submit(&form, move |tx, by| {
            accounts::disable(tx, by, &of, seen)?;
            Ok(format!("/desk/people/{of}"))
        })
        .await;
    redraw(&cx, &id, form, submitted).await
}

async fn redraw(
    cx: &Cx,
    id: &AccountId,
    form: Form,
    submitted: Result<axum::response::Response, Refusal>,
) -> web::Result {
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(cx, id, form.refused(refusal)?).await,
    }
}

/// `POST /desk/people/{id}/temporary-password`: a new one; opens a disabled account again.
pub async fn reissue(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = AccountId::from(id);
    let of = id.clone();
    let account =
        cx.read(move |tx, by| accounts::find(tx, by.district(), &of)?.ok_or(Refusal::NotFound)).await?;
    let (plain, hash) = temporary(&cx, form.once(), &account.login).await?;
    let (of, seen) = (id.clone(), seen(&form));
    let disabled = matches!(account.state, AccountState::Disabled { .. });
    let done = cx
        .write(move |tx, by| {
            if disabled {
                accounts::enable(tx, by, &of, seen, &hash)
            } else {
                accounts::reset_password(tx, by, &of, seen, &hash)
            }
        })
        .await;
    if let Err(refusal) = done
        && !is_issued(&cx, &account.login, &plain).await?
    {
        return draw(&cx, &id, form.refused(refusal)?).await;
    }
    let notice = cx.with("people-password-reissued", &[("name", account.name.clone())]);
    issued::draw(&cx, notice, &[Issued { login: account.login, name: account.name, password: plain }])
}
