//! `/desk/settings`: the district's name, how long the audit trail is kept, and what runs here.

use askama::Template;
use kernel::{Problem, Refusal};
use web::{Cx, Form, Page, ui};

use crate::district::{self, Settings};

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct SettingsPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    database: String,
    program: &'static str,
    is_demo: bool,
}

async fn load(cx: &Cx) -> Result<Settings, Refusal> {
    cx.read(|tx, by| district::settings(tx, by.district())?.ok_or(Refusal::NotFound)).await
}

fn draw(cx: &Cx, form: &Form) -> web::Result {
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
    draw(&cx, &form)
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
        Err(refusal) => draw(&cx, &form.refused(refusal)?),
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
