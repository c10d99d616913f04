//! The list of figures from outside.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, Tone, ui};

use super::{against, state_tag, subject, value};
use crate::figure::{Figure, Subject};
use crate::indicator::Indicator;
use crate::pages::names::or_any;
use crate::{IndicatorId, Source, actions, indicators, store};

#[derive(Template)]
#[template(path = "pages/figures/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    choices: Vec<(String, String)>,
    lines: Vec<Line>,
    n_against: usize,
    flag: Safe,
    paging: Paging,
    may_record: bool,
}

struct Line {
    href: String,
    subject: String,
    as_of: String,
    value: String,
    publisher: String,
    source: String,
    state_code: &'static str,
    state: Safe,
    against: bool,
    is_demo: bool,
}

/// `GET /desk/figures?subject=`: `subject` is an indicator's id or a population's code.
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let (all, found, known) = cx
        .read(|tx, by| {
            let all = store::figure::list(tx, by.district())?;
            let found = actions::figure::list_contradictions(tx, by, &all)?;
            Ok((all, found, indicators::list(tx, by.district())?))
        })
        .await?;
    let known: BTreeMap<IndicatorId, Indicator> =
        known.into_iter().map(|one| (one.id.clone(), one)).collect();
    let wanted = text("subject").to_owned();
    let of = |one: &&Figure| {
        let of = one.details.indicator.as_ref().map_or(one.details.subject.code(), IndicatorId::as_str);
        wanted.is_empty() || wanted == of
    };
    let line = |one: &Figure| Line {
        href: format!("/desk/figures/{}", one.id),
        subject: subject(&cx, &one.details, &known),
        as_of: one.details.as_of.to_string(),
        value: value(&cx, &one.details, &known),
        publisher: one.details.publisher.clone(),
        source: one.details.source.clone(),
        state_code: one.code(),
        state: state_tag(&cx, one.code()),
        against: !against(&cx, &one.id, &found, &all).is_empty(),
        is_demo: one.is_demo,
    };
    let mut lines: Vec<Line> = all.iter().filter(of).map(line).collect();
    if let Some(format) = Format::parse(text("format")) {
        return file(&cx, format, lines);
    }
    let paging = Paging::at(text("page").parse().ok()).of(i64::try_from(lines.len()).unwrap_or(i64::MAX));
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    lines = lines.into_iter().skip(skip).take(usize::try_from(paging.size).unwrap_or(usize::MAX)).collect();
    let body = Index {
        form: Form::new().and("subject", text("subject")),
        choices: or_any(&cx, "evidence-any", subjects(&cx, known.values())),
        lines,
        n_against: found.len(),
        flag: ui::tag(Tone::Late, &cx.t("evidence-figure-contradicts")),
        paging,
        may_record: cx.may(crate::pages::RECORD),
        cx: &cx,
    };
    cx.page(Page::new(cx.t("evidence-figures")), body)
}

/// Measured and financial indicators, and the populations, as choices.
pub(crate) fn subjects<'a>(cx: &Cx, known: impl Iterator<Item = &'a Indicator>) -> Vec<(String, String)> {
    let of = known.filter(|one| matches!(one.source, Source::Measured | Source::Financial));
    let mut choices: Vec<(String, String)> =
        of.map(|one| (one.id.to_string(), crate::pages::entries::title(cx, one))).collect();
    let populations = [Subject::Resident, Subject::Registered];
    choices.extend(
        populations
            .map(|one| (one.code().to_owned(), cx.t(&format!("evidence-figure-subject-{}", one.code())))),
    );
    choices
}

fn file(cx: &Cx, format: Format, lines: Vec<Line>) -> web::Result {
    let keys = [
        "evidence-figure-subject", "evidence-figure-as-of", "evidence-indicator-value",
        "evidence-figure-source", "evidence-figure-publisher", "evidence-state",
    ];
    let row = |line: Line| -> Vec<Cell> {
        let state = cx.t(&format!("evidence-figure-state-{}", line.state_code));
        [line.subject, line.as_of, line.value, line.source, line.publisher, state].map(Cell::from).to_vec()
    };
    cx.export(format, "figures", keys.map(|key| cx.t(key)).to_vec(), lines.into_iter().map(row).collect())
}
