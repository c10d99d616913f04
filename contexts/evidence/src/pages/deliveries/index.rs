//! The list of deliveries: the filter in the address, its sums, its pages, its files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Group, Reach, Refusal};
use web::{Cx, Form, Format, Page, Paging, Safe, ui};

use super::state_tag;
use crate::pages::names::{Names, coded, or_any, titled};
use crate::store;
use crate::store::list::{self, Line};
use crate::{Conditions, Filter, Kind, Part, State, Sums, rules, totals};

#[derive(Template)]
#[template(path = "pages/deliveries/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    lines: Vec<Shown>,
    sums: String,
    partial: Option<String>,
    /// That the period of the list was closed, and what came since.
    closed: Option<(String, String)>,
    /// What a rule asks for beyond the fields of the filter.
    by_rule: Option<String>,
    paging: Paging,
    may_record: bool,
    choices: Choices,
}

/// What the filter offers.
struct Choices {
    purposes: Vec<(String, String)>,
    towns: Vec<(String, String)>,
    units: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
}

/// A line as shown.
struct Shown {
    href: String,
    title: String,
    kind: String,
    on: String,
    town: String,
    host: String,
    heads: String,
    state: Safe,
    is_demo: bool,
}

/// `GET /desk/deliveries`
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> web::Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let (filter, problems) = Filter::read(&query);
    if query.get("format").is_some_and(|format| format == "proof") {
        return super::export::extract(&cx, filter).await;
    }
    if let Some(format) = query.get("format").and_then(|text| Format::parse(text)) {
        return super::export::file(&cx, filter, format).await;
    }
    // Readers with the same reach see the same list; the ways to record differ for those who may.
    let may_record = cx.may(crate::pages::RECORD);
    let view = format!("{may_record} {:?}", rules::reading(&cx.by.actor));
    let place = match cx.kept(view).await {
        Ok(page) => return page,
        Err(place) => place,
    };
    let paging = Paging::at(query.get("page").and_then(|page| page.parse().ok()));
    let asked = filter.clone();
    let (lines, sums, more, whole, names, closed) = cx
        .read(move |tx, by| {
            let reach = rules::reading(&by.actor);
            let lines = list::page(tx, by.district(), &reach, &asked, (paging.size, paging.offset()))?;
            let (sums, more) = sums(tx, by, &reach, &asked)?;
            // a number of the whole district leads here: a shorter list says so
            let whole = match reach {
                Reach::All => None,
                Reach::Units(_) => totals::of_filter(tx, by.district(), &asked)?,
            };
            let units: Vec<_> = lines.iter().flat_map(|line| [&line.town, &line.host]).collect();
            let names = Names::load(tx, by, units)?;
            let closed = closed(tx, by, &asked)?;
            Ok((lines, sums, more, whole, names, closed))
        })
        .await?;
    // beyond what is counted there is always a next page while this one is full
    let full = more && i64::try_from(lines.len()).unwrap_or(0) == paging.size;
    let total = if more { paging.offset() + paging.size + i64::from(full) } else { sums.sessions };
    let mut form = Form::new();
    for (name, text) in filter.pairs() {
        form = form.and(name, text);
    }
    if !problems.is_empty() {
        form = form.refused(Refusal::Invalid(problems))?;
    }
    let body = Index {
        cx: &cx,
        form,
        filtered: filter != Filter::default(),
        by_rule: by_rule(&cx, &names, &filter),
        lines: lines.iter().map(|line| shown(&cx, &names, line)).collect(),
        sums: sums_words(&cx, sums, more),
        partial: whole.filter(|whole| !more && sums.sessions < whole.sessions).map(|whole| {
            let n = crate::pages::of_all(&cx, sums.sessions, whole.sessions);
            cx.with("evidence-deliveries-partial", &n)
        }),
        closed: closed.map(|(period, was, is)| {
            let href = format!("/desk/closes/{period}");
            (crate::pages::closes::sentence(&cx, &period, was, is), href)
        }),
        paging: paging.of(total),
        may_record,
        choices: choices(&cx, &names),
    };
    cx.page_kept(place, Page::new(cx.t("evidence-deliveries")), body)
}

fn by_rule(cx: &Cx, names: &Names, filter: &Filter) -> Option<String> {
    let conditions = Conditions {
        kinds: filter.kinds.clone(),
        groups: filter.groups.clone(),
        topics: filter.topics.clone(),
        place: filter.place.clone(),
        ..Conditions::default()
    };
    if conditions == Conditions::default() {
        return None;
    }
    let told = crate::pages::rules::conditions(cx, names, &conditions);
    let words = told.iter().map(|(key, text)| format!("{} {text}", cx.t(key))).collect::<Vec<_>>();
    Some(cx.with("evidence-filter-by-rule", &[("what", words.join("；"))]))
}

/// The sums of the list: from the totals where one cell says them, else counted up to a limit.
fn sums(
    tx: &mut db::Tx<'_>,
    by: &kernel::Caller,
    reach: &Reach,
    filter: &Filter,
) -> Result<(Sums, bool), Refusal> {
    if *reach == Reach::All
        && let Some(sums) = totals::of_filter(tx, by.district(), filter)?
    {
        return Ok((sums, false));
    }
    list::sums(tx, by.district(), reach, filter)
}

/// The closed month or year whose whole total the list is: what was closed, and what it is now.
fn closed(
    tx: &mut db::Tx<'_>,
    by: &kernel::Caller,
    filter: &Filter,
) -> Result<Option<(String, Sums, Sums)>, Refusal> {
    let (Some(from), Some(to)) = (filter.from, filter.to) else { return Ok(None) };
    let year = format!("{:04}", from.year());
    for period in [from.month_text(), year] {
        let days = crate::close::Period::parse(&period).and_then(crate::close::Period::days);
        let whole = Filter { from: filter.from, to: filter.to, state: Some("verified"), ..Filter::default() };
        if days == Some((from, to))
            && *filter == whole
            && let Some(close) = store::close::find(tx, by.district(), &period)?
        {
            let now = store::close::total_of(tx, by.district(), &period)?;
            return Ok(Some((period, close.total, now)));
        }
    }
    Ok(None)
}

fn sums_words(cx: &Cx, sums: Sums, more: bool) -> String {
    if more {
        return cx.with("evidence-sums-more", &[("n", cx.number(list::COUNTED))]);
    }
    let args = [
        ("n", cx.number(sums.sessions)),
        ("heads", cx.number(sums.person_times)),
        ("minutes", cx.number(sums.minutes)),
    ];
    cx.with("evidence-sums", &args)
}

fn shown(cx: &Cx, names: &Names, line: &Line) -> Shown {
    Shown {
        href: format!("/desk/deliveries/{}", line.id),
        title: line.title.clone(),
        kind: cx.t(&format!("evidence-kind-{}", line.kind.code())),
        on: line.on.to_string(),
        town: names.unit(cx, &line.town),
        host: names.unit(cx, &line.host),
        heads: cx.number(line.heads),
        state: state_tag(cx, line.state),
        is_demo: line.is_demo,
    }
}

fn choices(cx: &Cx, names: &Names) -> Choices {
    let any = |choices| or_any(cx, "evidence-any", choices);
    let purposes = names.purposes.iter().map(|one| (one.id.to_string(), titled(cx, one))).collect();
    Choices {
        purposes: any(purposes),
        towns: any(names.towns(cx)),
        units: any(names.partners(cx)),
        parts: any(coded(cx, "evidence-part-", Part::ALL.iter().map(|one| one.code()))),
        groups: any(coded(cx, "group-", Group::ALL.iter().map(|one| one.code()))),
        kinds: any(coded(cx, "evidence-kind-", Kind::ALL.iter().map(|one| one.code()))),
        states: any(coded(cx, "evidence-state-", State::CODES)),
    }
}
