//! `GET /service`: the menu, made of what has free days.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use kernel::{Day, Group, UnitId};
use web::{Cx, Form, Result, ui};

use crate::pages::names::Names;
use crate::pages::{day_words, face, options, or_any};
use crate::resource::{Held, Resource};
use crate::store;

#[derive(Template)]
#[template(path = "pages/public/menu.html")]
struct Menu<'a> {
    cx: &'a Cx,
    form: Form,
    filtered: bool,
    topics: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    towns: Vec<(String, String)>,
    lines: Vec<Line>,
}

/// A dish.
pub(super) struct Line {
    href: String,
    title: String,
    summary: String,
    topic: String,
    unit: String,
    minutes: i64,
    first: String,
    is_demo: bool,
}

/// What is asked for in the address.
struct Asked {
    topic: String,
    group: Option<Group>,
    town: Option<UnitId>,
    on: Option<Day>,
    words: String,
}

impl Asked {
    fn fits(&self, one: &Resource, free: &[Day]) -> bool {
        let offer = &one.offer;
        let text = kernel::search_key(&format!("{}{}{}", offer.title, offer.summary, offer.topic));
        (self.topic.is_empty() || offer.topic == self.topic)
            && self.group.is_none_or(|group| offer.is_for(group))
            && self.town.as_ref().is_none_or(|town| offer.comes_to(town))
            && self.on.is_none_or(|on| free.contains(&on))
            && text.contains(&kernel::search_key(&self.words))
    }
}

/// Shows it.
pub async fn show(cx: Cx, Query(query): Query<Vec<(String, String)>>) -> Result {
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let text = |name: &str| query.get(name).map_or("", |text| text.trim());
    let asked = Asked {
        topic: text("topic").to_owned(),
        group: Group::parse(text("group")),
        town: Some(text("town")).filter(|id| !id.is_empty()).map(UnitId::from),
        on: Day::parse(text("on")),
        words: text("q").to_owned(),
    };
    let (all, held, names) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), true)?;
            let held = store::resource::held(tx, by.district(), by.today())?;
            Ok((all, held, Names::load(tx, by, [])?))
        })
        .await?;
    let none = Held::new();
    let today = cx.by.today();
    let mut lines = Vec::new();
    let mut topics: Vec<String> = Vec::new();
    for one in &all {
        let free = one.offer.free_days(today, held.get(&one.id).unwrap_or(&none));
        // What is used up is not on the menu.
        let Some(first) = free.first() else { continue };
        if !topics.contains(&one.offer.topic) {
            topics.push(one.offer.topic.clone());
        }
        if asked.fits(one, &free) {
            lines.push(line(&cx, &names, one, *first));
        }
    }
    let form = ["topic", "group", "town", "on", "q"]
        .into_iter()
        .fold(Form::new(), |form, name| form.and(name, text(name)));
    let body = Menu {
        cx: &cx,
        filtered: form.text("topic").len() + form.text("group").len() + form.text("town").len() > 0
            || !text("q").is_empty()
            || !text("on").is_empty(),
        form,
        topics: or_any(&cx, topics.into_iter().map(|topic| (topic.clone(), topic)).collect()),
        groups: or_any(&cx, options(&cx, "group-", Group::ALL.map(Group::code))),
        towns: or_any(&cx, names.towns(&cx)),
        lines,
    };
    cx.page(face(cx.t("service-menu")).for_everybody(), body)
}

fn line(cx: &Cx, names: &Names, one: &Resource, first: Day) -> Line {
    Line {
        href: format!("/service/{}", one.id),
        title: one.offer.title.clone(),
        summary: one.offer.summary.lines().next().unwrap_or_default().chars().take(80).collect(),
        topic: one.offer.topic.clone(),
        unit: names.of(cx, &one.unit),
        minutes: one.offer.minutes,
        first: day_words(cx, first),
        is_demo: one.is_demo,
    }
}
