//! The routes of flags, answering one, and setting the limits.

use askama::Template;
use axum::extract::Path;
use kernel::{Permission, Problem, Problems, Refusal, Role};
use web::{Cx, Form, Page, Routes, ui};

use super::{Limits, Rule, actions, index, store};
use crate::DeliveryId;
use crate::pages::VERIFY;

/// Who sets the limits.
pub(super) const SET: Permission = Permission::Roles(&[Role::Administrator, Role::Coordinator]);

/// Adds them.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/flags", VERIFY, index::show)
        .post("/desk/deliveries/{id}/flags", VERIFY, answer)
        .get("/desk/flags/limits", SET, limits)
        .post("/desk/flags/limits", SET, set_limits)
}

/// `POST /desk/deliveries/{id}/flags`
async fn answer(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = DeliveryId::from(id);
    let (of, other, text) = (id.clone(), form.text("other").to_owned(), form.text("answer").to_owned());
    let rule = Rule::parse(form.text("rule"));
    let done = cx
        .submit(&form, move |tx, by| {
            let rule = rule.ok_or(Refusal::NotFound)?;
            actions::answer(tx, by, (&of, rule, &other), &text)?;
            Ok(format!("/desk/deliveries/{of}#flags"))
        })
        .await;
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => crate::pages::deliveries::show::draw(&cx, id, form.refused(refusal)?).await,
    }
}

#[derive(Template)]
#[template(path = "flags/limits.html")]
struct LimitsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    fields: Vec<(&'static str, String)>,
}

/// `GET /desk/flags/limits`
async fn limits(cx: Cx) -> web::Result {
    let limits = cx.read(|tx, by| store::limits(tx, by.district())).await?;
    let form = Form::new().and("version", limits.version.to_string());
    let numbers = Limits::FIELDS.iter().zip(limits.numbers());
    let form = numbers.fold(form, |form, ((field, _, _), n)| form.and(field, n.to_string()));
    draw(&cx, &form)
}

/// `POST /desk/flags/limits`
async fn set_limits(cx: Cx, form: Form) -> web::Result {
    let done = async {
        let limits = read(&form)?;
        cx.submit(&form, move |tx, by| {
            actions::set_limits(tx, by, &limits)?;
            Ok("/desk/flags".to_owned())
        })
        .await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?),
    }
}

fn read(form: &Form) -> Result<Limits, Refusal> {
    let mut problems = Problems::new();
    let mut numbers = [0; 7];
    for (place, (field, _, _)) in numbers.iter_mut().zip(Limits::FIELDS) {
        let n = form.count(field).and_then(|n| n.ok_or_else(|| Problem::new("error-missing").at(field)));
        *place = problems.take(n).unwrap_or(0);
    }
    problems.check()?;
    Limits::read(crate::pages::seen(form), numbers)
}

fn draw(cx: &Cx, form: &Form) -> web::Result {
    let fields = Limits::FIELDS.map(|(field, _, _)| (field, format!("evidence-limit-{field}"))).to_vec();
    cx.page(Page::new(cx.t("evidence-limits")).of_form(form), LimitsPage { cx, form, fields })
}
