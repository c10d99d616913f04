//! `/desk/settings/ranking`: from how many cases on units and towns are ranked.

use askama::Template;
use kernel::{Permission, Problem};
use web::{Cx, Form, Page, Routes, ui};

use super::{RANGE, USUAL_LEAST, least, set_least};
use crate::rules::RULE_KEEPERS;

/// Who sets it.
pub(crate) const SET: Permission = Permission::Roles(RULE_KEEPERS);

/// Adds them.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/desk/settings/ranking", SET, show).post("/desk/settings/ranking", SET, set)
}

#[derive(Template)]
#[template(path = "ranking/settings.html")]
struct Settings<'a> {
    cx: &'a Cx,
    form: &'a Form,
}

async fn show(cx: Cx) -> web::Result {
    let least = cx.read(|tx, by| least(tx, by.district())).await?;
    draw(&cx, &Form::new().and("least", least.to_string()))
}

async fn set(cx: Cx, form: Form) -> web::Result {
    let typed = form.count("least").and_then(|n| n.ok_or_else(|| Problem::new("error-missing").at("least")));
    let done = match typed {
        Ok(n) => {
            let set = cx.submit(&form, move |tx, by| {
                set_least(tx, by, n)?;
                Ok("/desk/settings/ranking".to_owned())
            });
            set.await
        }
        Err(problem) => Err(problem.into()),
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?),
    }
}

fn draw(cx: &Cx, form: &Form) -> web::Result {
    cx.page(Page::new(cx.t("evidence-ranking")).of_form(form), Settings { cx, form })
}

impl Settings<'_> {
    fn lead(&self) -> String {
        let (fewest, most) = RANGE;
        let args =
            [("usual", USUAL_LEAST.to_string()), ("fewest", fewest.to_string()), ("most", most.to_string())];
        self.cx.with("evidence-ranking-lead", &args)
    }
}
