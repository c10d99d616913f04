//! `/desk/orders/settings`: how long each step may take.

use askama::Template;
use kernel::{Problems, Refusal};
use web::{Cx, Form, Result, ui};

use super::desk;
use crate::actions::settings;
use crate::order::Clock;

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct Settings<'a> {
    cx: &'a Cx,
    form: &'a Form,
    clocks: Vec<&'static str>,
}

/// Shows the form.
pub async fn show(cx: Cx) -> Result {
    let days = cx.read(crate::actions::days).await?;
    let form = days.iter().fold(Form::new(), |form, (clock, n)| form.and(clock.code(), n.to_string()));
    draw(&cx, &form)
}

fn draw(cx: &Cx, form: &Form) -> Result {
    let body = Settings { cx, form, clocks: Clock::ALL.map(Clock::code).into() };
    cx.page(desk(cx.t("service-nav-settings")).of_form(form), body)
}

/// `POST /desk/orders/settings`
pub async fn save(cx: Cx, form: Form) -> Result {
    let submitted = match read(&form) {
        Ok(all) => {
            cx.submit(&form, move |tx, by| {
                settings::set(tx, by, &all)?;
                Ok("/desk/orders/settings".to_owned())
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?),
    }
}

fn read(form: &Form) -> std::result::Result<Vec<(Clock, i64)>, Refusal> {
    let mut problems = Problems::new();
    let mut all = Vec::new();
    for clock in Clock::ALL {
        let read = problems.take(form.count(clock.code())).flatten();
        all.push((clock, read.unwrap_or(clock.usual_days())));
    }
    problems.check()?;
    Ok(all)
}
