//! `/desk/settings/sendings`: what was sent by which channel, and what became of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use jobs::outbox::{self, Sending, SendingFilter, SendingState};
use kernel::{AccountId, Instant, Problem};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, ui};

use super::{answer, channel_word, state_tag, state_word};
use crate::channel::Channel;

/// A file of sendings ends here.
const MOST: i64 = 100_000;

/// What is asked for, in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    channel: Option<String>,
    state: Option<String>,
    page: Option<i64>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/sendings.html")]
struct Sendings<'a> {
    cx: &'a Cx,
    form: &'a Form,
    channels: Vec<(String, String)>,
    states: Vec<(String, String)>,
    lines: Vec<Line>,
    paging: Paging,
    total: String,
}

struct Line {
    at: String,
    channel: String,
    what: String,
    to: String,
    tag: Safe,
    attempts: i64,
    answer: String,
}

/// `GET /desk/settings/sendings`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    let channel = asked.channel.as_deref().and_then(Channel::parse);
    let state = asked.state.as_deref().and_then(SendingState::parse);
    let filter = SendingFilter { state, channel: channel.map_or("", Channel::code).to_owned() };
    let format = asked.format.as_deref().and_then(Format::parse);
    let paging = Paging::at(asked.page);
    let part = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let (total, found, names) = cx
        .read(move |tx, by| {
            let total = outbox::count_sendings(tx, by.district(), &filter)?;
            let found = outbox::list_sendings(tx, by.district(), &filter, part)?;
            let mut names = BTreeMap::new();
            for account in found.iter().filter_map(|one| one.account.as_ref()) {
                if !names.contains_key(account) {
                    let known = people::accounts::find(tx, by.district(), account)?;
                    names.insert(account.clone(), known.map(|known| known.name).unwrap_or_default());
                }
            }
            Ok((total, found, names))
        })
        .await?;
    if let Some(format) = format {
        if total > MOST {
            return Err(Problem::new("error-export-too-long").with("n", total).into());
        }
        let rows = found.iter().map(|one| row(&cx, one, &names)).collect();
        let keys = ["at", "channel", "what", "to", "state", "attempts", "answer", "ended"];
        let headers = keys.map(|key| cx.t(&format!("message-sending-{key}"))).into();
        return cx.export(format, "sendings", headers, rows);
    }
    let form = Form::filled([
        ("channel", channel.map_or("", Channel::code).to_owned()),
        ("state", state.map_or("", SendingState::code).to_owned()),
    ]);
    let any = || std::iter::once((String::new(), cx.t("message-any")));
    let channels = Channel::ALL.into_iter().map(|of| (of.code().to_owned(), channel_word(&cx, of)));
    let states = SendingState::ALL.into_iter().map(|of| (of.code().to_owned(), state_word(&cx, of)));
    let body = Sendings {
        cx: &cx,
        form: &form,
        channels: any().chain(channels).collect(),
        states: any().chain(states).collect(),
        lines: found.iter().map(|one| line(&cx, one, &names)).collect(),
        paging: paging.of(total),
        total: cx.number(total),
    };
    cx.page(Page::new(cx.t("message-sendings-title")), body)
}

type Names = BTreeMap<AccountId, String>;

fn channel_name(cx: &Cx, one: &Sending) -> String {
    Channel::parse(&one.channel).map_or_else(|| one.channel.clone(), |of| channel_word(cx, of))
}

/// What a message is about, without what its sentence names.
fn about(cx: &Cx, one: &Sending) -> String {
    cx.t(&format!("message-kind-{}", one.kind.replace('.', "-")))
}

fn reader(cx: &Cx, one: &Sending, names: &Names) -> String {
    match &one.account {
        Some(account) => names.get(account).cloned().unwrap_or_default(),
        None => cx.t("message-to-group"),
    }
}

fn line(cx: &Cx, one: &Sending, names: &Names) -> Line {
    Line {
        at: one.made_at.minute_text(),
        channel: channel_name(cx, one),
        what: about(cx, one),
        to: reader(cx, one, names),
        tag: state_tag(cx, one.state),
        attempts: one.attempts,
        answer: answer(cx, one),
    }
}

fn row(cx: &Cx, one: &Sending, names: &Names) -> Vec<Cell> {
    vec![
        one.made_at.minute_text().into(),
        channel_name(cx, one).into(),
        about(cx, one).into(),
        reader(cx, one, names).into(),
        state_word(cx, one.state).into(),
        one.attempts.into(),
        one.answer.clone().into(),
        one.ended_at.map(Instant::minute_text).into(),
    ]
}
