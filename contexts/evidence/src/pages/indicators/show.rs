//! An indicator: its figures by year with what stands behind each, and the versions of its rule.

use askama::Template;
use axum::extract::Path;
use kernel::Refusal;
use web::{Cx, Page, Safe};

use super::index::figure;
use super::kind_words;
use crate::indicator::{Indicator, Point};
use crate::pages::entries::title;
use crate::pages::names::Names;
use crate::pages::rules;
use crate::rule::{Rule, RuleState};
use crate::{IndicatorId, indicators, store};

#[derive(Template)]
#[template(path = "pages/indicators/show.html")]
struct Show<'a> {
    cx: &'a Cx,
    indicator: &'a Indicator,
    kind: String,
    title: String,
    meaning: String,
    rows: Vec<Row>,
    versions: Vec<Version>,
    may_write: bool,
    /// That it is being counted anew, and how far that is.
    counting: String,
}

struct Row {
    year: String,
    value: String,
    href: String,
    n: String,
    rule: String,
    rule_href: String,
}

struct Version {
    href: String,
    version: String,
    state: Safe,
    sentence: String,
    days: String,
}

/// `GET /desk/indicators/{id}`
pub async fn show(cx: Cx, Path(id): Path<String>) -> web::Result {
    let id = IndicatorId::from(id);
    let (indicator, points, versions, names, until) = cx
        .read(move |tx, by| {
            let indicator = store::indicator::find(tx, by.district(), &id)?.ok_or(Refusal::NotFound)?;
            let all = indicators::values(tx, by, by.today().year())?;
            let of = all.into_iter().find(|series| series.indicator.id == id);
            let versions = store::rule::list_of(tx, by.district(), &id)?;
            let units: Vec<_> =
                versions.iter().flat_map(|one| rules::units(&one.conditions)).cloned().collect();
            let names = Names::load(tx, by, &units)?;
            let until = store::recount::list(tx, by.district())?.remove(&id).map(|(on, _)| on);
            Ok((indicator, of.map(|series| series.points).unwrap_or_default(), versions, names, until))
        })
        .await?;
    let code = indicator.source.code();
    let drafted = versions.iter().any(|one| matches!(one.state(), RuleState::Draft));
    let body = Show {
        kind: kind_words(&cx, code),
        title: title(&cx, &indicator),
        meaning: cx.t(&format!("evidence-indicator-meaning-{code}")),
        rows: points.iter().rev().map(|point| row(&cx, &indicator, point, &versions)).collect(),
        versions: versions.iter().rev().map(|one| version(&cx, &names, one)).collect(),
        may_write: code == "counted" && !drafted && cx.may(crate::pages::KEEP_RULES),
        counting: until
            .map(|on| cx.with("evidence-counting-until", &[("on", on.to_string())]))
            .unwrap_or_default(),
        indicator: &indicator,
        cx: &cx,
    };
    cx.page(Page::new(body.title.clone()), body)
}

fn row(cx: &Cx, indicator: &Indicator, point: &Point, versions: &[Rule]) -> Row {
    let made = point.rule.and_then(|(n, _)| versions.iter().find(|one| one.n == n));
    Row {
        year: point.year.to_string(),
        value: figure(cx, point.value, &indicator.unit),
        href: point.href.clone().unwrap_or_default(),
        n: cx.number(point.n),
        rule: point.rule.map(|(n, from)| rules::version(cx, n, from)).unwrap_or_default(),
        rule_href: made.map(|rule| format!("/desk/rules/{}", rule.id)).unwrap_or_default(),
    }
}

fn version(cx: &Cx, names: &Names, rule: &Rule) -> Version {
    Version {
        href: format!("/desk/rules/{}", rule.id),
        version: rules::version(cx, rule.n, rule.from),
        state: rules::state_tag(cx, rule.state().code()),
        sentence: rules::sentence(cx, names, rule),
        days: rules::show::days(cx, rule),
    }
}
