//! `GET /desk/orders`: the queue, with its filter, its pages, its files.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Problem, Refusal, Role, UnitId};
use web::{Cell, Cx, Form, Format, Paging, Result, Safe, ui};

use crate::actions::late::holder;
use crate::order::Order;
use crate::order::rules::CHECKERS;
use crate::pages::names::Names;
use crate::pages::{CHECK, desk, options, or_any, state_tag};
use crate::store;
use crate::store::list::{self, Filter};

#[derive(Template)]
#[template(path = "pages/orders/index.html")]
struct Index<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    lines: Vec<Line>,
    n: String,
    paging: Paging,
    towns: Vec<(String, String)>,
    units: Vec<(String, String)>,
    states: Vec<(String, String)>,
    enters: bool,
    look: Vec<(String, String, String)>,
}

/// What somebody with five minutes looks at first, in this order.
const LOOK: [&str; 4] = ["late", "today", "answered", "fits"];

/// A line of the queue.
struct Line {
    href: String,
    number: String,
    title: String,
    town: String,
    holder: String,
    due: String,
    state: Safe,
    fits: String,
    is_demo: bool,
}

/// Shows it.
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let (filter, problems) = read(text);
    let format = Format::parse(text("format"));
    let paging = Paging::at(text("page").parse().ok());
    let filtered = filter != Filter::default();
    let looks = cx.may(CHECK) && !filtered && format.is_none();
    let (list, n, names, fitting, counts) = cx
        .read(move |tx, by| {
            let reach = by.actor.reach(&Role::ALL);
            let span = if format.is_some() { (50_000, 0) } else { (paging.size, paging.offset()) };
            let list = list::page(tx, by.district(), (&reach, &filter), by.today(), span)?;
            let n = list::count(tx, by.district(), (&reach, &filter), by.today())?;
            let holders: Vec<UnitId> = list.iter().filter_map(holder).collect();
            let towns = list.iter().filter_map(|one| one.want.town.as_ref());
            let names = Names::load(tx, by, holders.iter().chain(towns))?;
            let fitting = store::batch::fitting(tx, by.district(), &by.actor.reach(CHECKERS))?;
            let mut counts = Vec::new();
            for state in LOOK.into_iter().filter(|_| looks) {
                let filter = Filter { state: Some(state), ..Filter::default() };
                counts.push((state, list::count(tx, by.district(), (&reach, &filter), by.today())?));
            }
            Ok((list, n, names, fitting, counts))
        })
        .await?;
    if let Some(format) = format {
        return export(&cx, format, &list, &names);
    }
    let fields = ["town", "unit", "state", "topic", "number", "month"];
    let mut form = fields.iter().fold(Form::new(), |form, name| form.and(name, text(name)));
    if !problems.is_empty() {
        form = form.refused(Refusal::Invalid(problems))?;
    }
    let reach = cx.by.actor.reach(&Role::ALL);
    let body = Index {
        cx: &cx,
        form,
        filtered,
        lines: list.iter().map(|one| line(&cx, &names, (one, fitting.get(&one.id).copied()))).collect(),
        look: counts
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(state, n)| {
                (format!("/desk/orders?state={state}"), cx.number(n), cx.t(&format!("service-state-{state}")))
            })
            .collect(),
        n: cx.number(n),
        paging: paging.of(n),
        towns: or_any(&cx, names.towns(&cx)),
        units: or_any(&cx, names.choices(&cx, |unit| reach.includes(&unit.id))),
        states: or_any(&cx, options(&cx, "service-state-", Filter::states())),
        enters: cx.may(CHECK),
    };
    cx.page(desk(cx.t("nav-orders")), body)
}

fn line(cx: &Cx, names: &Names, (one, fits): (&Order, Option<usize>)) -> Line {
    Line {
        href: format!("/desk/orders/{}", one.id),
        number: one.number(),
        title: one.want.title.clone(),
        town: names.of_any(cx, one.want.town.as_ref()),
        holder: names.of_any(cx, holder(one).as_ref()),
        due: one.running.due.map(|due| due.to_string()).unwrap_or_default(),
        state: state_tag(cx, one),
        fits: fits.map(|n| cx.with("service-fits-n", &[("n", n.to_string())])).unwrap_or_default(),
        is_demo: one.is_demo,
    }
}

/// Reads the filter. What cannot be read is named and left out.
pub(crate) fn read<'a>(text: impl Fn(&str) -> &'a str) -> (Filter, Vec<Problem>) {
    let mut problems = Vec::new();
    let state = Filter::states().find(|code| *code == text("state"));
    if state.is_none() && !text("state").is_empty() {
        problems.push(Problem::new("service-choose").at("state"));
    }
    let number = kernel::search_key(text("number"));
    let number = number.rsplit('-').next().unwrap_or_default().parse().ok();
    if number.is_none() && !text("number").is_empty() {
        problems.push(Problem::new("service-number-unreadable").at("number"));
    }
    let month = read_month(text("month"));
    if month.is_none() && !text("month").is_empty() {
        problems.push(Problem::new("service-month-unreadable").at("month"));
    }
    let unit = |name: &str| Some(text(name)).filter(|id| !id.is_empty()).map(UnitId::from);
    let topic = Some(text("topic")).filter(|topic| !topic.is_empty()).map(str::to_owned);
    (Filter { town: unit("town"), unit: unit("unit"), state, topic, number, month }, problems)
}

/// The span of `2025-11`.
fn read_month(text: &str) -> Option<(kernel::Instant, kernel::Instant)> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse::<i8>().ok()?);
    let next = if month == 12 { Day::new(year + 1, 1, 1) } else { Day::new(year, month + 1, 1) };
    Some((Day::new(year, month, 1)?.at(0, 0), next?.at(0, 0)))
}

fn export(cx: &Cx, format: Format, list: &[Order], names: &Names) -> Result {
    let keys =
        ["number", "title", "topic", "town", "channel", "sent", "state", "holder", "due", "visit", "heads"];
    let headers = keys.map(|key| cx.t(&format!("service-column-{key}"))).to_vec();
    let row = |one: &Order| -> Vec<Cell> {
        vec![
            one.number().into(),
            one.want.title.clone().into(),
            one.want.topic.clone().into(),
            names.of_any(cx, one.want.town.as_ref()).into(),
            cx.t(&format!("service-channel-{}", one.channel.code())).into(),
            one.submitted_at.map_or(Cell::Empty, |at| at.day().into()),
            cx.t(&format!("service-state-{}", one.state.code())).into(),
            names.of_any(cx, holder(one).as_ref()).into(),
            one.running.due.map_or(Cell::Empty, Into::into),
            one.state.visit().map_or(Cell::Empty, |visit| visit.on.into()),
            one.want.n_heads.map_or(Cell::Empty, Cell::Number),
        ]
    };
    cx.export(format, "orders", headers, list.iter().map(row).collect())
}
