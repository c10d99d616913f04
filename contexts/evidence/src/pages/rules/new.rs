//! Writing a rule: the next version of what an indicator counts, or the first of a new one.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Group, Problem, Problems, Refusal, search_key};
use web::{Cx, Form, Page, ui};

use crate::actions::rule::{self, NewRule, RuleOf};
use crate::indicator::{Indicator, Tally};
use crate::pages::entries::title;
use crate::pages::names::{Names, coded, or_any, titled};
use crate::rule::{Conditions, Rule, RuleState};
use crate::{Kind, Part, Source, store};

#[derive(Template)]
#[template(path = "pages/rules/new.html")]
struct New<'a> {
    cx: &'a Cx,
    form: &'a Form,
    title: String,
    /// What counts now.
    now: String,
    /// Usual numbers to begin with; none for the next version of a known one.
    usual: Vec<(String, String)>,
    tallies: Vec<(String, String)>,
    purposes: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    units: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    towns: Vec<(String, String)>,
    places: Vec<(String, String)>,
    years: Vec<(String, String)>,
}

/// Numbers that most districts keep: code, kinds, groups and what is counted. A person chooses one and
/// puts it in force, so that only what is wanted costs anything.
const USUAL: [(&str, &[Kind], &[Group], Tally); 6] = [
    ("lectures", &[Kind::Lecture], &[], Tally::Sessions),
    ("lecture-heads", &[Kind::Lecture], &[], Tally::PersonTimes),
    ("trained", &[Kind::Training], &[], Tally::Persons),
    ("elderly", &[], &[Group::Elderly], Tally::PersonTimes),
    ("youth", &[], &[Group::Youth], Tally::PersonTimes),
    ("visits", &[Kind::ServiceVisit, Kind::Consultation], &[], Tally::Sessions),
];

/// `GET /desk/rules/new?indicator=&usual=`
pub async fn show(cx: Cx, Query(query): Query<BTreeMap<String, String>>) -> web::Result {
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    let mut form = Form::new().and("indicator", text("indicator"));
    if let Some((code, kinds, groups, tally)) = USUAL.iter().find(|(code, ..)| *code == text("usual")) {
        form = form.and("title", cx.t(&format!("evidence-usual-{code}"))).and("quantity", tally.code());
        form = form.and("unit_text", cx.t(&format!("evidence-tally-unit-{}", tally.code())));
        form = kinds.iter().fold(form, |form, kind| form.and("kinds", kind.code()));
        form = groups.iter().fold(form, |form, group| form.and("groups", group.code()));
    }
    draw(&cx, form).await
}

/// `POST /desk/rules`
pub async fn create(cx: Cx, form: Form) -> web::Result {
    let done = match read(&form) {
        Ok(new) => {
            let drafted =
                cx.submit(&form, move |tx, by| Ok(format!("/desk/rules/{}", rule::draft(tx, by, &new)?)));
            drafted.await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, form.refused(refusal)?).await,
    }
}

/// Words parted by commas, blanks or lines, as the search knows them.
fn topics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| c.is_whitespace() || "，,、；;".contains(c));
    words.map(search_key).filter(|word| !word.is_empty()).collect()
}

fn read(form: &Form) -> Result<NewRule, Refusal> {
    let mut problems = Problems::new();
    let unknown = |field: &'static str, typed: &str| {
        Problem::new("evidence-choice-unknown").at(field).with("typed", typed)
    };
    let tally = match form.text("quantity") {
        "" => problems.take(Err(Problem::new("error-missing").at("quantity"))),
        typed => problems.take(Tally::parse(typed).ok_or_else(|| unknown("quantity", typed))),
    };
    let mut kinds = BTreeSet::new();
    for typed in form.all("kinds") {
        kinds.extend(problems.take(Kind::parse(typed).ok_or_else(|| unknown("kinds", typed))));
    }
    let mut groups = BTreeSet::new();
    for typed in form.all("groups") {
        groups.extend(problems.take(Group::parse(typed).ok_or_else(|| unknown("groups", typed))));
    }
    let some = |name: &str| Some(form.text(name).to_owned()).filter(|id| !id.is_empty());
    let unit = match (some("unit"), form.text("role")) {
        (None, "") => None,
        (None, _) => {
            problems.add(Problem::new("evidence-rule-role-alone").at("unit"));
            None
        }
        (Some(_), "") => {
            problems.add(Problem::new("evidence-rule-role-missing").at("role"));
            None
        }
        (Some(unit), role) => {
            let part = problems.take(Part::parse(role).ok_or_else(|| unknown("role", role)));
            part.map(|part| (unit.into(), part))
        }
    };
    let from = problems.take(form.required("from", 20).and_then(|_| form.day("from")));
    let why = problems.take(form.required("why", 300));
    let of = match some("indicator") {
        Some(id) => RuleOf::Known(id.into()),
        None => {
            let title = problems.take(form.required("title", 100)).unwrap_or_default();
            let unit = problems.take(form.required("unit_text", 10)).unwrap_or_default();
            RuleOf::New { title, unit }
        }
    };
    problems.check()?;
    let conditions = Conditions {
        purpose: some("purpose").map(Into::into),
        kinds,
        groups,
        topics: topics(form.text("topics")),
        unit,
        town: some("town").map(Into::into),
        place: some("place").map(Into::into),
    };
    let read = || Some(NewRule { of, conditions, tally: tally?, from: from??, why: why? });
    read().ok_or(Refusal::NotFound) // cannot be: every problem was checked above
}

/// The form with the version that counts now, unless something was typed.
fn begun(form: &Form, current: Option<&Rule>) -> Form {
    let typed = form.names().any(|name| !matches!(name, "indicator" | "_csrf" | "_once"));
    let (Some(rule), false) = (current, typed) else { return form.clone() };
    let told = &rule.conditions;
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let mut form = form
        .clone()
        .and("quantity", rule.tally.code())
        .and("purpose", text(told.purpose.as_ref().map(crate::PurposeId::as_str)))
        .and("topics", told.topics.iter().cloned().collect::<Vec<_>>().join("，"))
        .and("unit", text(told.unit.as_ref().map(|(unit, _)| unit.as_str())))
        .and("role", told.unit.as_ref().map_or("", |(_, part)| part.code()))
        .and("town", text(told.town.as_ref().map(kernel::UnitId::as_str)))
        .and("place", text(told.place.as_ref().map(kernel::UnitId::as_str)));
    form = told.kinds.iter().fold(form, |form, kind| form.and("kinds", kind.code()));
    told.groups.iter().fold(form, |form, group| form.and("groups", group.code()))
}

async fn draw(cx: &Cx, form: Form) -> web::Result {
    let id: Option<crate::IndicatorId> =
        Some(form.text("indicator")).filter(|id| !id.is_empty()).map(Into::into);
    let (found, names) = cx
        .read(move |tx, by| {
            let mut found = None;
            if let Some(id) = &id {
                let indicator = store::indicator::find(tx, by.district(), id)?;
                let counted = indicator.filter(|one| matches!(one.source, Source::Counted { .. }));
                let indicator = counted.ok_or(Refusal::NotFound)?;
                let mut versions = store::rule::list_of(tx, by.district(), id)?;
                versions.retain(|one| matches!(one.state(), RuleState::InForce { .. }));
                found = Some((indicator, versions.pop()));
            }
            let current = found.as_ref().and_then(|(_, rule)| rule.as_ref());
            let units: Vec<_> =
                current.iter().flat_map(|rule| super::units(&rule.conditions)).cloned().collect();
            Ok((found, Names::load(tx, by, &units)?))
        })
        .await?;
    let current = found.as_ref().and_then(|(_, rule)| rule.as_ref());
    let form = begun(&form, current);
    let heading = found.as_ref().map(|(indicator, _)| title(cx, indicator));
    let any = |choices| or_any(cx, "evidence-any", choices);
    let now = current.map(|rule| {
        let words = [super::version(cx, rule.n, rule.from), super::sentence(cx, &names, rule)];
        cx.with("evidence-rule-now", &[("rule", words.join(" · "))])
    });
    let usual = |(code, ..): &(&str, &[Kind], &[Group], Tally)| {
        (format!("/desk/rules/new?usual={code}"), cx.t(&format!("evidence-usual-{code}")))
    };
    let body = New {
        cx,
        title: heading.map_or_else(
            || cx.t("evidence-rule-new-own"),
            |name| cx.with("evidence-rule-new-of", &[("name", name)]),
        ),
        now: now.unwrap_or_default(),
        usual: if found.is_none() { USUAL.iter().map(usual).collect() } else { Vec::new() },
        tallies: coded(cx, "evidence-tally-", Tally::ALL.iter().map(|one| one.code())),
        purposes: any(names.purposes.iter().map(|one| (one.id.to_string(), titled(cx, one))).collect()),
        kinds: coded(cx, "evidence-kind-", Kind::ALL.iter().map(|one| one.code())),
        groups: coded(cx, "group-", Group::ALL.iter().map(|one| one.code())),
        units: any(names.partners(cx)),
        parts: any(coded(cx, "evidence-part-", Part::ALL.iter().map(|one| one.code()))),
        towns: any(names.towns(cx)),
        places: any(names.places(cx)),
        years: years(cx, found.as_ref().map(|(indicator, _)| indicator)),
        form: &form,
    };
    cx.page(Page::new(body.title.clone()).of_form(&form), body)
}

/// The first days on which a rule may begin: of the indicator, and of each year until the next.
fn years(cx: &Cx, indicator: Option<&Indicator>) -> Vec<(String, String)> {
    let this = cx.by.today().year();
    let (first, last) =
        indicator.map_or((this - 5, this + 1), |one| (one.from.year(), one.to.year().min(this + 1)));
    let mut days: Vec<Day> = (first..=last).rev().filter_map(|year| Day::new(year, 1, 1)).collect();
    if let Some(one) = indicator {
        days.retain(|day| *day > one.from);
        days.push(one.from);
    }
    let mut choices = vec![(String::new(), cx.t("evidence-choose"))];
    choices.extend(days.into_iter().map(|day| (day.to_string(), day.to_string())));
    choices
}
