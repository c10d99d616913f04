//! `/desk/settings`: the district's name, how long the audit trail is kept, and what runs here.

use askama::Template;
use axum::extract::Path;
use jobs::{Enqueued, JobId, Missed};
use kernel::{Problem, Refusal};
use web::{Cx, Form, Page, ui};

use crate::background;
use crate::district::{self, Settings};

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct SettingsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    database: String,
    program: &'static str,
    is_demo: bool,
    /// The settings that other contexts keep on pages of their own: address and key.
    others: Vec<(&'static str, &'static str)>,
    given_up: Vec<GivenUp>,
    missed: Vec<Turn>,
}

/// A job that was given up, in words.
struct GivenUp {
    id: JobId,
    what: String,
    when: String,
    why: String,
}

/// A turn of the clock that failed, in words.
struct Turn {
    what: String,
    when: String,
    why: String,
}

/// What a kind of job, or a turn, does: its own name in the store where the catalogue has none.
fn work_word(cx: &Cx, name: &str) -> String {
    let key = format!("job-{}", name.replace('.', "-"));
    if cx.app.words(cx.locale).has(&key) { cx.t(&key) } else { name.to_owned() }
}

fn given_up(cx: &Cx, job: Enqueued) -> GivenUp {
    let at = job.finished_at.map(kernel::Instant::minute_text).unwrap_or_default();
    GivenUp {
        what: work_word(cx, &job.kind),
        when: cx.with("people-job-given-up", &[("at", at), ("n", job.attempts.to_string())]),
        why: job.last_error.unwrap_or_default(),
        id: job.id,
    }
}

fn turn(cx: &Cx, missed: Missed) -> Turn {
    let next = ("next", missed.due_at.minute_text());
    let when = match missed.ran_at {
        Some(at) => cx.with("people-turn-missed", &[next, ("at", at.minute_text())]),
        None => cx.with("people-turn-never", &[next]),
    };
    Turn { what: work_word(cx, &missed.name), when, why: missed.error }
}

async fn load(cx: &Cx) -> Result<Settings, Refusal> {
    cx.read(|tx, by| district::settings(tx, by.district())?.ok_or(Refusal::NotFound)).await
}

async fn draw(cx: &Cx, form: &Form) -> web::Result {
    let (dead, missed) = cx.read(background::failed).await?;
    let database = match cx.app.config.db.kind() {
        db::Kind::Sqlite => "SQLite",
        db::Kind::Postgres => "PostgreSQL",
    };
    let body = SettingsPage {
        cx,
        form,
        database: database.to_owned(),
        program: env!("CARGO_PKG_VERSION"),
        is_demo: cx.is_demo(),
        others: cx.settings_pages(),
        given_up: dead.into_iter().map(|job| given_up(cx, job)).collect(),
        missed: missed.into_iter().map(|one| turn(cx, one)).collect(),
    };
    cx.page(Page::new(cx.t("people-settings-title")).of_form(form), body)
}

/// `GET /desk/settings`
pub async fn show(cx: Cx) -> web::Result {
    let settings = load(&cx).await?;
    let form = Form::filled([
        ("name", settings.name),
        ("code", settings.code),
        ("audit_days", settings.audit_days.to_string()),
        ("seen", settings.version.to_string()),
    ]);
    draw(&cx, &form).await
}

/// `POST /desk/settings/jobs/{id}/retries`: lets a job that was given up run once more.
pub async fn run_again(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = JobId::from(id);
    let done = cx.submit(&form, move |tx, by| {
        background::run_again(tx, by, &id)?;
        Ok("/desk/settings#jobs".to_owned())
    });
    Ok(done.await?)
}

/// `POST /desk/settings`
pub async fn change(cx: Cx, form: Form) -> web::Result {
    let submitted = match read(&cx, &form).await {
        Ok(new) => {
            cx.submit(&form, move |tx, by| {
                district::change_settings(tx, by, &new)?;
                Ok("/desk/settings".to_owned())
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => {
            cx.app.refresh_district().await?;
            Ok(response)
        }
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

async fn read(cx: &Cx, form: &Form) -> Result<Settings, Refusal> {
    let settings = load(cx).await?;
    let days = form.count("audit_days")?.ok_or(Problem::new("error-missing").at("audit_days"))?;
    Ok(Settings {
        name: form.text("name").to_owned(),
        code: form.text("code").to_owned(),
        audit_days: days,
        version: form.text("seen").parse().unwrap_or(0),
        ..settings
    })
}
