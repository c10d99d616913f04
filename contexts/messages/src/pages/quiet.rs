//! `/desk/settings/quiet-hours`: when messages to persons wait for the morning.

use askama::Template;
use kernel::{Problem, Problems, Refusal};
use web::{Cx, Form, Page, ui};

use crate::actions;
use crate::quiet::{LONGEST_HOURS, Quiet, read_minute};

#[derive(Template)]
#[template(path = "pages/quiet.html")]
struct QuietPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    is_on: bool,
    is_default: bool,
    most: i64,
}

/// `GET /desk/settings/quiet-hours`
pub async fn show(cx: Cx) -> web::Result {
    let quiet = cx.read(actions::quiet).await?;
    let form = Form::filled([
        ("from", Quiet::text(quiet.from)),
        ("to", Quiet::text(quiet.to)),
        ("seen", quiet.version.to_string()),
    ]);
    draw(&cx, &if quiet.is_on { form.and("on", "1") } else { form })
}

/// `POST /desk/settings/quiet-hours`
pub async fn change(cx: Cx, form: Form) -> web::Result {
    let submitted = match read(&form) {
        Ok(new) => {
            cx.submit(&form, move |tx, by| {
                actions::set_quiet(tx, by, &new)?;
                Ok("/desk/settings/channels".to_owned())
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

fn read(form: &Form) -> Result<Quiet, Refusal> {
    let mut problems = Problems::new();
    let mut minute =
        |name: &'static str| problems.take(read_minute(form.text(name)).map_err(|problem| problem.at(name)));
    let (from, to) = (minute("from"), minute("to"));
    problems.check()?;
    let version = form.text("seen").parse().map_err(|_| Problem::new("error-form-unreadable"))?;
    let is_on = form.text("on") == "1";
    Ok(Quiet { from: from.unwrap_or_default(), to: to.unwrap_or_default(), is_on, version })
}

fn draw(cx: &Cx, form: &Form) -> web::Result {
    let body = QuietPage {
        cx,
        form,
        is_on: form.text("on") == "1",
        is_default: form.text("seen") == "0",
        most: LONGEST_HOURS,
    };
    cx.page(Page::new(cx.t("message-quiet-title")).of_form(form), body)
}
