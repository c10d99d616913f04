//! `/desk/plan/supervision/settings`: what the program raises by itself, and how long a unit has.

use askama::Template;
use kernel::{Problems, Refusal};
use web::{Cx, Form, Result, ui};

use crate::pages::desk;
use crate::supervision::actions::{self, setting};
use crate::supervision::store::setting as stored;
use crate::supervision::{Cause, Setting};

#[derive(Template)]
#[template(path = "supervision/pages/settings.html")]
struct Settings<'a> {
    cx: &'a Cx,
    form: &'a Form,
    parts: Vec<Part>,
}

/// The fields of a cause.
struct Part {
    code: &'static str,
    title: String,
    by_itself: bool,
    set: Option<String>,
}

/// Whether the program raises it by itself.
const fn by_itself(cause: Cause) -> bool {
    match cause {
        Cause::Behind | Cause::Missed => true,
        Cause::Manual | Cause::Finding => false,
    }
}

/// Shows the form.
pub async fn show(cx: Cx) -> Result {
    let all = cx
        .read(|tx, by| {
            let mut all = Vec::new();
            for cause in Cause::ALL {
                all.push((cause, setting(tx, by, cause)?));
            }
            Ok(all)
        })
        .await?;
    let mut form = Form::new();
    for (cause, set) in all {
        let at = |name: &str| format!("{name}-{}", cause.code());
        form = form
            .and(&at("active"), if set.active { "yes" } else { "no" })
            .and(&at("days"), set.n_days.to_string())
            .and(&at("percent"), set.n_percent.to_string())
            .and(&at("grace"), set.n_grace.to_string())
            .and(&at("rest"), set.n_rest.to_string())
            .and(&at("escalate"), set.n_escalate.to_string());
    }
    draw(&cx, &form).await
}

async fn draw(cx: &Cx, form: &Form) -> Result {
    let set = cx.read(|tx, by| Ok(stored::list(tx, by.district())?)).await?;
    let part = |cause: Cause| Part {
        code: cause.code(),
        title: cx.t(&format!("supervision-cause-{}", cause.code())),
        by_itself: by_itself(cause),
        set: set.get(&cause).map(|set| {
            cx.with("supervision-set-by", &[("name", set.by.clone()), ("at", set.at.minute_text())])
        }),
    };
    let page = Settings { cx, form, parts: Cause::ALL.map(part).into() };
    cx.page(desk(cx.t("supervision-settings")).of_form(form), page)
}

/// `POST /desk/plan/supervision/settings`
pub async fn save(cx: Cx, form: Form) -> Result {
    let submitted = match read(&form) {
        Ok(all) => {
            cx.submit(&form, move |tx, by| {
                actions::set(tx, by, &all)?;
                Ok("/desk/plan/supervision/settings".to_owned())
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

fn read(form: &Form) -> std::result::Result<Vec<(Cause, Setting)>, Refusal> {
    let mut problems = Problems::new();
    let mut all = Vec::new();
    for cause in Cause::ALL {
        let usual = Setting::of(cause);
        let mut number = |name: &str, usual: i64| {
            let read = problems.take(form.count(&format!("{name}-{}", cause.code())));
            read.flatten().unwrap_or(usual)
        };
        all.push((
            cause,
            Setting {
                active: !by_itself(cause) || form.text(&format!("active-{}", cause.code())) == "yes",
                n_days: number("days", usual.n_days),
                n_percent: number("percent", usual.n_percent),
                n_grace: number("grace", usual.n_grace),
                n_rest: number("rest", usual.n_rest),
                n_escalate: number("escalate", usual.n_escalate),
            },
        ));
    }
    problems.check()?;
    Ok(all)
}

impl Settings<'_> {
    /// On or off.
    fn switch(&self) -> Vec<(String, String)> {
        let words = |code: &str| (code.to_owned(), self.cx.t(&format!("supervision-active-{code}")));
        vec![words("yes"), words("no")]
    }
}
