//! `GET /desk/units`: the registry as a list or a tree, as of a day.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Refusal, Role, UnitId};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, ui};

use super::within;
use crate::pages::{Options, kind_options, kind_word};
use crate::units::{self, KEEPERS, Unit, UnitKind};

/// What is asked for, in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    q: Option<String>,
    kind: Option<String>,
    on: Option<String>,
    view: Option<String>,
    page: Option<i64>,
    format: Option<String>,
}

/// A line of the list.
struct Line {
    unit: Unit,
    kind: String,
    parent: String,
}

#[derive(Template)]
#[template(path = "pages/units/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: &'a Form,
    kinds: Options,
    lines: Vec<Line>,
    tree: Option<Safe>,
    paging: Paging,
    total: String,
    keeps: bool,
    on: Day,
}

/// `GET /desk/units`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    let (form, on) = filter_form(&cx, &asked)?;
    let kind = UnitKind::parse(form.text("kind"));
    let text = form.text("q").to_owned();
    let found = cx
        .read(move |tx, by| {
            let filter = units::Filter { on, kind, text: text.clone(), within: within(by) };
            let found = units::search(tx, by.district(), &filter)?;
            let all = units::list(tx, by.district(), on)?;
            let aliases = units::all_aliases(tx, by.district())?;
            Ok((found, all, aliases))
        })
        .await?;
    let (found, all, aliases) = found;
    let names: BTreeMap<&UnitId, &str> = all.iter().map(|unit| (&unit.id, unit.name.as_str())).collect();
    let parent = |unit: &Unit| unit.parent.as_ref().and_then(|id| names.get(id)).copied().unwrap_or_default();
    if let Some(format) = asked.format.as_deref().and_then(Format::parse) {
        let rows = found.iter().map(|unit| row(&cx, unit, parent(unit), aliases.get(&unit.id))).collect();
        return cx.export(format, "units", headers(&cx), rows);
    }
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let paging = Paging::at(asked.page).of(total);
    let tree = (asked.view.as_deref() == Some("tree")).then(|| tree(&found));
    let skip = usize::try_from(paging.offset()).unwrap_or(0);
    let take = usize::try_from(paging.size).unwrap_or(0);
    let line = |unit: &Unit| Line {
        kind: kind_word(&cx, unit.kind),
        parent: parent(unit).to_owned(),
        unit: unit.clone(),
    };
    let lines = found.iter().skip(skip).take(take).map(line).collect();
    let keeps = KEEPERS.iter().any(|role: &Role| cx.by.actor.has(*role));
    let kinds = kind_options(&cx, "people-all-kinds", true);
    let body = Index { cx: &cx, form: &form, kinds, lines, tree, paging, total: cx.number(total), keeps, on };
    cx.page(Page::new(cx.t("people-units-title")).of_form(&form), body)
}

/// The filter as typed, and the day; a day that is none is said at its field.
fn filter_form(cx: &Cx, asked: &Asked) -> Result<(Form, Day), Refusal> {
    let on = asked.on.clone().unwrap_or_default();
    let today = cx.by.today();
    let shown = if on.trim().is_empty() { today.to_string() } else { on };
    let form = Form::filled([
        ("q", asked.q.clone().unwrap_or_default()),
        ("kind", asked.kind.clone().unwrap_or_default()),
        ("on", shown),
        ("view", asked.view.clone().unwrap_or_default()),
    ]);
    match form.day("on") {
        Ok(day) => Ok((form, day.unwrap_or(today))),
        Err(problem) => Ok((form.refused(problem.into())?, today)),
    }
}

/// The headers of the file: those of the template, so that an exported file can be imported.
pub(super) fn headers(cx: &Cx) -> Vec<String> {
    super::import::COLUMNS.iter().map(|key| cx.t(key)).collect()
}

fn row(cx: &Cx, unit: &Unit, parent: &str, aliases: Option<&Vec<String>>) -> Vec<Cell> {
    vec![
        unit.name.clone().into(),
        kind_word(cx, unit.kind).into(),
        parent.into(),
        unit.valid_from.into(),
        unit.short_name.clone().into(),
        unit.name_en.clone().into(),
        unit.code.clone().into(),
        aliases.map(|all| all.join("；")).unwrap_or_default().into(),
    ]
}

/// Nested lists: each unit below the nearest one above it that is shown too.
fn tree(units: &[Unit]) -> Safe {
    let shown: BTreeMap<&UnitId, &Unit> = units.iter().map(|unit| (&unit.id, unit)).collect();
    let mut below: BTreeMap<Option<&UnitId>, Vec<&Unit>> = BTreeMap::new();
    for unit in units {
        let above = unit.parent.as_ref().filter(|id| shown.contains_key(id));
        below.entry(above).or_default().push(unit);
    }
    let mut html = String::new();
    branch(&mut html, &below, None, 0);
    Safe(html)
}

/// Deeper than this, a damaged tree would be drawn for ever.
const DEEPEST: usize = 20;

fn branch(
    html: &mut String,
    below: &BTreeMap<Option<&UnitId>, Vec<&Unit>>,
    above: Option<&UnitId>,
    depth: usize,
) {
    let Some(units) = below.get(&above).filter(|_| depth < DEEPEST) else { return };
    html.push_str("<ul>");
    for unit in units {
        let (id, name) = (ui::escape(unit.id.as_str()), ui::escape(&unit.name));
        html.push_str(&format!(r#"<li><a href="/desk/units/{id}">{name}</a>"#));
        branch(html, below, Some(&unit.id), depth + 1);
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}
