//! `/desk/teams`: what teams can do, who is in them, and the hours of these.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use kernel::{Problems, Refusal, Role, UnitId};
use people::units::{Unit, UnitKind};
use web::{Cell, Cx, Form, Format, Result, ui};

use super::names::{Names, label};
use super::public::hours::hours;
use super::{desk, options};
use crate::actions::resources::{self, NewPerson};
use crate::actions::team::profile;
use crate::store;
use crate::team::{Duty, Person, PersonId, PersonKind, Profile};

#[derive(Template)]
#[template(path = "pages/teams.html")]
struct Index<'a> {
    cx: &'a Cx,
    lines: Vec<(String, String, String, String)>,
}

/// `GET /desk/teams`: within reach.
pub async fn index(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let (units, profiles, loads) = cx
        .read(|tx, by| {
            let reach = by.actor.reach(&Role::ALL);
            let all = people::units::list(tx, by.district(), by.today())?;
            let mine = |unit: &Unit| unit.kind == UnitKind::Team && reach.includes(&unit.id);
            let units: Vec<Unit> = all.into_iter().filter(mine).collect();
            let profiles = store::team::profiles(tx, by.district())?;
            Ok((units, profiles, store::party::loads(tx, by.district())?))
        })
        .await?;
    let lines: Vec<_> = units
        .iter()
        .map(|unit| {
            let told = profiles.get(&unit.id).cloned().unwrap_or_else(|| Profile::untold(unit.id.clone()));
            let has = loads.get(&unit.id).copied().unwrap_or(0);
            (unit.id.to_string(), label(&cx, unit), told.topics, format!("{has} / {}", told.n_load))
        })
        .collect();
    let format = query.iter().find(|(name, _)| name == "format").and_then(|(_, text)| Format::parse(text));
    if let Some(format) = format {
        let headers = ["service-team", "service-topics", "service-load-column"].map(|key| cx.t(key)).to_vec();
        let row = |line: &(String, String, String, String)| -> Vec<Cell> {
            vec![line.1.clone().into(), line.2.clone().into(), line.3.clone().into()]
        };
        return cx.export(format, "teams", headers, lines.iter().map(row).collect());
    }
    cx.page(desk(cx.t("service-nav-teams")), Index { cx: &cx, lines })
}

#[derive(Template)]
#[template(path = "pages/team.html")]
struct Show<'a> {
    cx: &'a Cx,
    form: &'a Form,
    unit: String,
    path: String,
    may: bool,
    people: Vec<(String, String, String, String)>,
    towns: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
}

/// What a team's page needs.
struct Loaded {
    unit: Unit,
    profile: Profile,
    persons: Vec<Person>,
    minutes: BTreeMap<PersonId, i64>,
    names: Names,
}

async fn load(cx: &Cx, id: &UnitId) -> std::result::Result<Loaded, Refusal> {
    let id = id.clone();
    cx.read(move |tx, by| {
        let unit = resources::team(tx, by, &id)?;
        Ok(Loaded {
            profile: profile(tx, by, &id)?,
            persons: store::team::persons(tx, by.district(), &id)?,
            minutes: store::duty::minutes_of_team(tx, by.district(), &id)?,
            names: Names::load(tx, by, [])?,
            unit,
        })
    })
    .await
}

/// `GET /desk/teams/{unit}`
pub async fn show(cx: Cx, Path(unit): Path<String>) -> Result {
    let loaded = load(&cx, &unit.into()).await?;
    let profile = &loaded.profile;
    let mut form = Form::filled([
        ("version", profile.version.to_string()),
        ("topics", profile.topics.clone()),
        ("languages", profile.languages.clone()),
        ("load", profile.n_load.to_string()),
        ("kind", PersonKind::Volunteer.code().to_owned()),
    ]);
    for town in &profile.towns {
        form = form.and("towns", town.as_str());
    }
    draw(&cx, &loaded, &form)
}

fn draw(cx: &Cx, loaded: &Loaded, form: &Form) -> Result {
    let person = |one: &Person| {
        let kind = if one.is_active {
            format!("service-person-{}", one.kind.code())
        } else {
            "service-left-team".to_owned()
        };
        let minutes = loaded.minutes.get(&one.id).copied().unwrap_or(0);
        (one.id.to_string(), one.name.clone(), cx.t(&kind), hours(minutes))
    };
    let unit = label(cx, &loaded.unit);
    let body = Show {
        cx,
        form,
        path: format!("/desk/teams/{}", loaded.unit.id),
        may: resources::offers_for(&cx.by, &loaded.unit.id),
        people: loaded.persons.iter().map(person).collect(),
        towns: loaded.names.towns(cx),
        kinds: options(cx, "service-person-", PersonKind::ALL.map(PersonKind::code)),
        unit: unit.clone(),
    };
    cx.page(desk(unit).of_form(form), body)
}

/// `POST /desk/teams/{unit}`
pub async fn set(cx: Cx, Path(unit): Path<String>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let loaded = load(&cx, &unit).await?;
    let mut problems = Problems::new();
    let load = problems.take(form.count("load")).flatten().unwrap_or(0);
    let new = Profile {
        unit: unit.clone(),
        topics: form.text("topics").to_owned(),
        languages: form.text("languages").to_owned(),
        towns: form.all("towns").into_iter().map(UnitId::from).collect(),
        n_load: load,
        version: form.text("version").parse().unwrap_or(0),
    };
    let submitted = match problems.check() {
        Ok(()) => {
            cx.submit(&form, move |tx, by| {
                resources::set_profile(tx, by, &new)?;
                Ok(format!("/desk/teams/{}", new.unit))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &loaded, &form.refused(refusal)?),
    }
}

fn read_person(form: &Form) -> NewPerson {
    NewPerson {
        name: form.text("name").to_owned(),
        kind: PersonKind::parse(form.text("kind")).unwrap_or(PersonKind::Volunteer),
        topics: form.text("skills").to_owned(),
        languages: form.text("speaks").to_owned(),
    }
}

/// `POST /desk/teams/{unit}/people`
pub async fn add(cx: Cx, Path(unit): Path<String>, form: Form) -> Result {
    let unit = UnitId::from(unit);
    let loaded = load(&cx, &unit).await?;
    let new = read_person(&form);
    let submitted = cx.submit(&form, move |tx, by| {
        resources::add_person(tx, by, &unit, &new)?;
        Ok(format!("/desk/teams/{unit}"))
    });
    match submitted.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &loaded, &form.refused(refusal)?),
    }
}

#[derive(Template)]
#[template(path = "pages/person.html")]
struct ShowPerson<'a> {
    cx: &'a Cx,
    form: &'a Form,
    one: &'a Person,
    unit: String,
    may: bool,
    total: String,
    code: String,
    duties: Vec<(&'a Duty, String)>,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
}

async fn load_person(cx: &Cx, id: &PersonId) -> std::result::Result<(Person, Vec<Duty>, Names), Refusal> {
    let id = id.clone();
    cx.read(move |tx, by| {
        let one = resources::person(tx, by, &id)?;
        let duties = store::duty::of_person(tx, by.district(), &id)?;
        let names = Names::load(tx, by, [&one.unit])?;
        Ok((one, duties, names))
    })
    .await
}

/// `GET /desk/volunteers/{id}`
pub async fn person(cx: Cx, Path(id): Path<String>) -> Result {
    let loaded = load_person(&cx, &id.into()).await?;
    let one = &loaded.0;
    let form = Form::filled([
        ("version", one.version.to_string()),
        ("name", one.name.clone()),
        ("kind", one.kind.code().to_owned()),
        ("skills", one.topics.clone()),
        ("speaks", one.languages.clone()),
        ("active", if one.is_active { "yes" } else { "no" }.to_owned()),
    ]);
    draw_person(&cx, &loaded, &form)
}

fn draw_person(cx: &Cx, (one, duties, names): &(Person, Vec<Duty>, Names), form: &Form) -> Result {
    let minutes = duties.iter().filter_map(Duty::minutes).sum();
    let words =
        |duty: &Duty| format!("{} {}–{}", duty.on, crate::clock_text(duty.from), crate::clock_text(duty.to));
    let body = ShowPerson {
        cx,
        form,
        one,
        unit: names.of(cx, &one.unit),
        may: resources::offers_for(&cx.by, &one.unit),
        total: hours(minutes),
        code: one.proof_code.clone(),
        duties: duties.iter().map(|duty| (duty, words(duty))).collect(),
        kinds: options(cx, "service-person-", PersonKind::ALL.map(PersonKind::code)),
        states: options(cx, "service-active-", ["yes", "no"]),
    };
    cx.page(desk(one.name.clone()).of_form(form), body)
}

/// `POST /desk/volunteers/{id}`
pub async fn change_person(cx: Cx, Path(id): Path<String>, form: Form) -> Result {
    let id = PersonId::from(id);
    let loaded = load_person(&cx, &id).await?;
    let (new, is_active) = (read_person(&form), form.text("active") != "no");
    let seen = form.text("version").parse().unwrap_or(0);
    let submitted = cx.submit(&form, move |tx, by| {
        resources::change_person(tx, by, (&id, seen), (&new, is_active))?;
        Ok(format!("/desk/volunteers/{id}"))
    });
    match submitted.await {
        Ok(response) => Ok(response),
        Err(refusal) => draw_person(&cx, &loaded, &form.refused(refusal)?),
    }
}
