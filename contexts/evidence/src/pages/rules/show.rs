//! A version of a rule: what it counts, since when, and, while it is a draft, what it would change.

use askama::Template;
use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Form, Page, Safe, ui};

use crate::actions::rule as actions;
use crate::dry_run::DryRun;
use crate::indicator::Indicator;
use crate::pages::entries::title;
use crate::pages::names::Names;
use crate::rule::{Rule, RuleState};
use crate::store::list::Line;
use crate::{RuleId, Stamp, store};

#[derive(Template)]
#[template(path = "pages/rules/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    rule: &'a Rule,
    indicator: &'a Indicator,
    name: String,
    version: String,
    path: String,
    state: Safe,
    tally: String,
    conditions: Vec<(&'static str, String)>,
    days: String,
    timeline: Vec<(&'static str, &'a Stamp)>,
    years: Vec<(String, String, String)>,
    lists: Vec<Listed>,
    summary: String,
    may_put: bool,
}

/// Deliveries that would change their part.
struct Listed {
    title: String,
    lines: Vec<Line>,
    more: bool,
}

/// Lines of such a list that are shown.
const SHOWN: usize = 200;

fn listed(cx: &Cx, run: DryRun) -> Vec<Listed> {
    let all = [
        ("evidence-dry-run-starts", run.starts),
        ("evidence-dry-run-stops", run.stops),
        ("evidence-dry-run-differs", run.differs),
    ];
    let some = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    some.map(|(key, mut lines)| {
        let (title, more) = (cx.with(key, &[("n", lines.len().to_string())]), lines.len() > SHOWN);
        lines.truncate(SHOWN);
        Listed { title, lines, more }
    })
    .collect()
}

/// `GET /desk/rules/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    draw(&cx, id.into(), Form::new()).await
}

/// `POST /desk/rules/{id}/force`
pub async fn put_in_force(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = RuleId::from(id);
    let (put, seen) = (id.clone(), crate::pages::seen(&form));
    let done = cx.submit(&form, move |tx, by| {
        actions::put_in_force(tx, by, (&put, seen))?;
        Ok(format!("/desk/rules/{put}"))
    });
    match done.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, id, form.refused(refusal)?).await,
    }
}

/// `POST /desk/rules/{id}/discard`
pub async fn discard(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let (id, seen) = (RuleId::from(id), crate::pages::seen(&form));
    let done = cx.submit(&form, move |tx, by| {
        Ok(format!("/desk/indicators/{}", actions::discard(tx, by, (&id, seen))?))
    });
    Ok(done.await?)
}

async fn draw(cx: &Cx, id: RuleId, form: Form) -> web::Result {
    let (rule, indicator, run, names) = cx
        .read(move |tx, by| {
            let rule = actions::find(tx, by, &id)?;
            let found = store::indicator::find(tx, by.district(), &rule.indicator)?;
            let run = match rule.state() {
                // it names deliveries of every unit
                RuleState::Draft if by.actor.may(crate::pages::KEEP_RULES) => {
                    Some(actions::look_ahead(tx, by, &rule)?)
                }
                RuleState::Draft | RuleState::InForce { .. } | RuleState::Superseded { .. } => None,
            };
            let names = Names::load(tx, by, super::units(&rule.conditions))?;
            Ok((rule, found.ok_or(Refusal::NotFound)?, run, names))
        })
        .await?;
    let name = title(cx, &indicator);
    let mut timeline = Vec::new();
    if !rule.is_ready {
        timeline.push(("evidence-rule-was-made", &rule.made));
    }
    match rule.state() {
        RuleState::Draft => {}
        RuleState::InForce { put } | RuleState::Superseded { put, .. } => {
            let key = if rule.is_ready { "evidence-rule-was-registered" } else { "evidence-rule-was-put" };
            timeline.push((key, put));
        }
    }
    timeline.retain(|(_, stamp)| !stamp.name.is_empty());
    let body = Show {
        cx,
        form: &form,
        version: super::version(cx, rule.n, rule.from),
        path: format!("/desk/rules/{}", rule.id),
        state: super::state_tag(cx, rule.state().code()),
        tally: cx.t(&format!("evidence-tally-{}", rule.tally.code())),
        conditions: super::conditions(cx, &names, &rule.conditions),
        days: days(cx, &rule),
        timeline,
        summary: run.as_ref().map(|run| summary(cx, run)).unwrap_or_default(),
        years: run.iter().flat_map(|run| &run.years).map(|year| shown(cx, year)).collect(),
        lists: run.map(|run| listed(cx, run)).unwrap_or_default(),
        may_put: matches!(rule.state(), RuleState::Draft) && cx.may(crate::pages::KEEP_RULES),
        name,
        rule: &rule,
        indicator: &indicator,
    };
    let heading = format!("{} {}", body.name, body.version);
    cx.page(Page::new(heading).of_form(&form), body)
}

fn shown(cx: &Cx, (year, was, is): &(kernel::Year, i64, i64)) -> (String, String, String) {
    (year.to_string(), cx.number(*was), cx.number(*is))
}

/// The days on which it counts.
pub(crate) fn days(cx: &Cx, rule: &Rule) -> String {
    let args = [("from", rule.from.to_string()), ("to", rule.to.to_string())];
    if rule.to < rule.from {
        cx.t("evidence-rule-days-none")
    } else if rule.to.year() == 9999 {
        cx.with("evidence-rule-days-open", &args)
    } else {
        cx.with("evidence-rule-days-span", &args)
    }
}

/// `37 场会计入，4 场不再计入；2025 年由 120 变为 153`
fn summary(cx: &Cx, run: &DryRun) -> String {
    let count = |lines: &[Line]| cx.number(i64::try_from(lines.len()).unwrap_or(i64::MAX));
    let (was, is) = run.years.iter().fold((0, 0), |(a, b), (_, was, is)| (a + was, b + is));
    let args = [
        ("starts", count(&run.starts)),
        ("stops", count(&run.stops)),
        ("differs", count(&run.differs)),
        ("was", cx.number(was)),
        ("is", cx.number(is)),
    ];
    let mut words = cx.with("evidence-dry-run-summary", &args);
    if run.cut {
        words.push_str(&cx.with("evidence-dry-run-cut", &[("n", cx.number(crate::dry_run::MOST))]));
    }
    words
}
