//! `/desk/settings/keys`: which systems are connected, and the keys that they ask with.

use askama::Template;
use axum::extract::Path;
use kernel::{Problems, Role, UnitId};
use web::{Cx, Form, Page, Safe, Tone, ui};

use super::{Options, role_word, unit_options};
use crate::keys::{self, Key, NewKey};
use crate::units;

#[derive(Template)]
#[template(path = "pages/keys.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: &'a Form,
    lines: Vec<Line>,
    units: Options,
    roles: Options,
    made: Option<String>,
}

struct Line {
    id: String,
    name: String,
    account: String,
    until: String,
    seen: String,
    state: Safe,
    opens: bool,
}

/// `GET /desk/settings/keys`
pub async fn index(cx: Cx) -> web::Result {
    let until = cx.by.today().plus_days(keys::LONGEST_DAYS - 1);
    draw(&cx, &Form::filled([("until", until.to_string())]), None).await
}

async fn draw(cx: &Cx, form: &Form, made: Option<String>) -> web::Result {
    let (all, list) = cx
        .read(|tx, by| Ok((units::list(tx, by.district(), by.today())?, keys::list(tx, by.district())?)))
        .await?;
    let roles = keys::ROLES.map(|role| (role.code().to_owned(), role_word(cx, role)));
    let none = std::iter::once((String::new(), cx.t("people-choose")));
    let body = Index {
        cx,
        form,
        lines: list.iter().map(|key| line(cx, key)).collect(),
        units: unit_options(cx, "people-choose", &all),
        roles: none.chain(roles).collect(),
        made,
    };
    cx.page(Page::new(cx.t("people-keys")).of_form(form), body)
}

fn line(cx: &Cx, key: &Key) -> Line {
    let opens = key.opens(cx.by.today());
    let (tone, word) = match (key.ended_at, opens) {
        (Some(_), _) => (Tone::Quiet, "people-key-ended"),
        (None, true) => (Tone::Ok, "people-key-opens"),
        (None, false) => (Tone::Late, "people-key-expired"),
    };
    Line {
        id: key.id.clone(),
        name: key.name.clone(),
        account: key.account.to_string(),
        until: key.expires_on.to_string(),
        seen: key.seen_at.map_or_else(|| cx.t("people-key-unseen"), kernel::Instant::minute_text),
        state: ui::tag(tone, &cx.t(word)),
        opens,
    }
}

/// `POST /desk/settings/keys`: shows the key once; nobody can read it again.
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let mut problems = Problems::new();
    let expires_on = problems.take(form.day("until")).flatten();
    if let Err(refusal) = problems.check() {
        return draw(&cx, &form.refused(refusal)?, None).await;
    }
    let new = NewKey {
        name: form.text("name").to_owned(),
        role: Role::parse(form.text("role")),
        unit: UnitId::from(form.text("unit")),
        expires_on,
    };
    let token = keys::token_of(form.once(), &cx.by);
    let of = token.clone();
    match cx.write(move |tx, by| keys::make(tx, by, &of, &new)).await {
        Ok(()) => draw(&cx, &Form::new(), Some(token)).await,
        Err(refusal) => draw(&cx, &form.refused(refusal)?, None).await,
    }
}

/// `POST /desk/settings/keys/{id}/end`
pub async fn end(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let ended = cx.submit(&form, move |tx, by| {
        keys::end(tx, by, &id)?;
        Ok("/desk/settings/keys".to_owned())
    });
    match ended.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?, None).await,
    }
}
