//! `GET /desk/audit`: the audit trail.

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Problem, Role};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Paging, ui};

use super::Options;
use crate::audit::{self, AuditEntry, Filter};

/// What is asked for, in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    who: Option<String>,
    action: Option<String>,
    subject_kind: Option<String>,
    subject_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    page: Option<i64>,
    format: Option<String>,
}

/// A line of the trail in words.
struct Line {
    entry: AuditEntry,
    action: String,
    subject: String,
    href: Option<String>,
    detail: String,
}

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct AuditPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    actions: Options,
    lines: Vec<Line>,
    paging: Paging,
    total: String,
    days: i64,
}

/// A file of the trail ends here.
const MOST: i64 = 200_000;

/// `GET /desk/audit`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let form = Form::filled([
        ("who", text(&asked.who)),
        ("action", text(&asked.action)),
        ("subject_kind", text(&asked.subject_kind)),
        ("subject_id", text(&asked.subject_id)),
        ("from", text(&asked.from)),
        ("to", text(&asked.to)),
    ]);
    let (filter, form) = match filter(&form) {
        Ok(filter) => (filter, form),
        Err(problem) => (Filter::default(), form.refused(problem.into())?),
    };
    let format = asked.format.as_deref().and_then(Format::parse);
    let paging = Paging::at(asked.page);
    let (limit, offset) = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let (total, entries, actions, days) = cx
        .read(move |tx, by| {
            let district = by.district();
            let total = audit::count(tx, district, &filter)?;
            let entries = audit::list(tx, district, &filter, limit, offset)?;
            let days = crate::district::settings(tx, district)?.map_or(0, |settings| settings.audit_days);
            Ok((total, entries, audit::actions(tx, district)?, days))
        })
        .await?;
    if let Some(format) = format {
        if total > MOST {
            return Err(Problem::new("error-export-too-long").with("n", total).into());
        }
        let keys = ["number", "at", "who", "action", "subject", "detail", "address"];
        let headers = keys.map(|key| cx.t(&format!("people-audit-{key}"))).into();
        return cx.export(
            format,
            "audit",
            headers,
            entries.into_iter().map(|entry| row(&cx, entry)).collect(),
        );
    }
    let any = std::iter::once((String::new(), cx.t("people-audit-all-actions")));
    let actions = any.chain(actions.into_iter().map(|action| {
        let word = action_word(&cx, &action);
        (action, word)
    }));
    let body = AuditPage {
        cx: &cx,
        form: &form,
        actions: actions.collect(),
        lines: entries.into_iter().map(|entry| line(&cx, entry)).collect(),
        paging: paging.of(total),
        total: cx.number(total),
        days,
    };
    cx.page(Page::new(cx.t("people-audit-title")).of_form(&form), body)
}

fn filter(form: &Form) -> Result<Filter, Problem> {
    let (from, to): (Option<Day>, Option<Day>) = (form.day("from")?, form.day("to")?);
    let text = |name: &str| form.text(name).to_owned();
    Ok(Filter {
        who: text("who"),
        action: text("action"),
        subject_kind: text("subject_kind"),
        subject_id: text("subject_id"),
        from,
        to,
    })
}

/// The words of an action; its code where its context has none.
pub(super) fn action_word(cx: &Cx, action: &str) -> String {
    say(cx, &format!("audit-{}", action.replace('.', "-")), action)
}

/// The words of a key that may not be there.
fn say(cx: &Cx, key: &str, otherwise: &str) -> String {
    if cx.app.words(cx.locale).has(key) { cx.t(key) } else { otherwise.to_owned() }
}

/// The details as `name: value`, with the values of the catalogue where there are any.
fn detail(cx: &Cx, text: &str) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(text) else { return text.to_owned() };
    let parts = fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("role", serde_json::Value::String(code)) if Role::parse(code).is_some() => {
                cx.t(&format!("role-{code}"))
            }
            ("kind", serde_json::Value::String(code)) => say(cx, &format!("unit-kind-{code}"), code),
            (_, serde_json::Value::String(text)) => text.clone(),
            (_, serde_json::Value::Bool(yes)) => cx.t(if *yes { "people-yes" } else { "people-no" }),
            (_, other) => other.to_string(),
        };
        format!("{}: {value}", say(cx, &format!("audit-detail-{name}"), name))
    });
    parts.filter(|part| !part.ends_with(": ")).collect::<Vec<_>>().join("; ")
}

fn line(cx: &Cx, entry: AuditEntry) -> Line {
    let href = match entry.subject_kind.as_str() {
        "unit" => Some(format!("/desk/units/{}", entry.subject_id)),
        "account" if !entry.subject_id.is_empty() => Some(format!("/desk/people/{}", entry.subject_id)),
        _ => None,
    };
    Line {
        action: action_word(cx, &entry.action),
        subject: say(cx, &format!("audit-subject-{}", entry.subject_kind), &entry.subject_kind),
        href,
        detail: detail(cx, &entry.detail),
        entry,
    }
}

fn row(cx: &Cx, entry: AuditEntry) -> Vec<Cell> {
    let line = line(cx, entry);
    vec![
        line.entry.seq.into(),
        line.entry.at.minute_text().into(),
        line.entry.name.into(),
        line.action.into(),
        format!("{} {}", line.subject, line.entry.subject_id).into(),
        line.detail.into(),
        line.entry.address.into(),
    ]
}
