//! A team's calendar at its secret address, and the page on which the address is made and taken away.

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use kernel::{Refusal, UnitId};
use web::{Cx, Form, Result, ui};

use super::ics;
use crate::actions::{calendar, resources};
use crate::pages::desk;
use crate::pages::names::{Names, label};
use crate::store;

/// Visits that are over stay in calendars for so many days.
const DAYS_BACK: i64 = 90;

/// `GET /calendars/{token}.ics`: whoever has the address has the team's visits: what, when, in which town. No
/// house, no name and no number is in it.
pub async fn serve(cx: Cx, Path(file): Path<String>) -> Result {
    let token = file.strip_suffix(".ics").ok_or(Refusal::NotFound)?;
    let hash = calendar::hash(token);
    let (unit, entries, names) = cx
        .read(move |tx, by| {
            let id = store::calendar::find(tx, by.district(), &hash)?.ok_or(Refusal::NotFound)?;
            let unit =
                people::units::find_any(tx, by.district(), &id, by.today())?.ok_or(Refusal::NotFound)?;
            let from = by.today().plus_days(-DAYS_BACK);
            let entries = store::calendar::list(tx, by.district(), (&id, from))?;
            let names = Names::load(tx, by, entries.iter().filter_map(|one| one.town.as_ref()))?;
            Ok((unit, entries, names))
        })
        .await?;
    let text = ics::calendar(&label(&cx, &unit), &entries, |one| {
        let title = if one.title.is_empty() { cx.t("service-open311-need-name") } else { one.title.clone() };
        (format!("{title} {}", one.number), names.of_any(&cx, one.town.as_ref()))
    });
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (http::header::CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

#[derive(Template)]
#[template(path = "feeds/calendar.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    path: String,
    team: String,
    unit: String,
    since: Option<String>,
    made: Option<String>,
}

/// `GET /desk/teams/{unit}/calendar`
pub async fn show(cx: Cx, Path(unit): Path<String>) -> Result {
    draw(&cx, &unit.into(), &Form::new(), None).await
}

async fn draw(cx: &Cx, id: &UnitId, form: &Form, made: Option<String>) -> Result {
    let of = id.clone();
    let (unit, since) = cx
        .read(move |tx, by| {
            let unit = resources::team(tx, by, &of)?;
            Ok((unit, store::calendar::made_at(tx, by.district(), &of)?))
        })
        .await?;
    if !resources::offers_for(&cx.by, id) {
        return Err(Refusal::Forbidden.into());
    }
    let body = Show {
        cx,
        form,
        path: format!("/desk/teams/{id}/calendar"),
        team: format!("/desk/teams/{id}"),
        unit: label(cx, &unit),
        since: since.map(kernel::Instant::minute_text),
        made,
    };
    cx.page(desk(cx.t("service-calendar")).of_form(form), body)
}

/// `POST /desk/teams/{unit}/calendar`: shows the new address once.
pub async fn renew(cx: Cx, Path(unit): Path<String>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let token = calendar::token_of(form.once(), &cx.by);
    let (of, secret) = (unit.clone(), token.clone());
    match cx.write(move |tx, by| calendar::renew(tx, by, &of, &secret)).await {
        Ok(()) => draw(&cx, &unit, &Form::new(), Some(format!("/calendars/{token}.ics"))).await,
        Err(refusal) => draw(&cx, &unit, &form.refused(refusal)?, None).await,
    }
}

/// `POST /desk/teams/{unit}/calendar/end`
pub async fn revoke(cx: Cx, Path(unit): Path<String>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let back = format!("/desk/teams/{unit}/calendar");
    let done = cx.submit(&form, move |tx, by| {
        calendar::revoke(tx, by, &unit)?;
        Ok(back.clone())
    });
    Ok(done.await?)
}
