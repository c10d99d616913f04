//! `/desk/inbox`: what somebody was told, and what of it they have read.

use askama::Template;
use axum::extract::{Path, Query};
use jobs::MessageId;
use jobs::outbox::{self, Filter, Told};
use kernel::{Instant, Problem, Refusal};
use serde::Deserialize;
use web::{Cell, Cx, Form, Format, Page, Paging, Safe, Tone, ui};

use super::{reader, sentence};

/// A file of an inbox ends here.
const MOST: i64 = 100_000;

/// What is asked for, in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    show: Option<String>,
    page: Option<i64>,
    format: Option<String>,
}

/// A message in words.
struct Line {
    told: Told,
    text: String,
    tag: Option<Safe>,
}

#[derive(Template)]
#[template(path = "pages/inbox.html")]
struct Inbox<'a> {
    cx: &'a Cx,
    form: &'a Form,
    choices: Vec<(String, String)>,
    lines: Vec<Line>,
    paging: Paging,
    unread: i64,
    until: i64,
}

fn filter(asked: &Asked) -> Filter {
    let unread = match asked.show.as_deref() {
        Some("unread") => Some(true),
        Some("read") => Some(false),
        Some(_) | None => None,
    };
    Filter { unread }
}

/// `GET /desk/inbox`
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> web::Result {
    // In a preview there is nobody whose inbox it were.
    let own = reader(&cx).ok();
    let filter = filter(&asked);
    let format = asked.format.as_deref().and_then(Format::parse);
    let paging = Paging::at(asked.page);
    let part = if format.is_some() { (MOST, 0) } else { (paging.size, paging.offset()) };
    let (total, told, unread) = cx
        .read(move |tx, by| {
            let Some(reader) = &own else { return Ok((0, Vec::new(), 0)) };
            let district = by.district();
            Ok((
                outbox::count(tx, district, reader, filter)?,
                outbox::list(tx, district, reader, filter, part)?,
                outbox::count_unread(tx, district, reader)?.0,
            ))
        })
        .await?;
    if let Some(format) = format {
        return export(&cx, format, total, told);
    }
    let form = Form::filled([("show", asked.show.unwrap_or_default())]);
    let choices =
        [("", "message-show-all"), ("unread", "message-show-unread"), ("read", "message-show-read")];
    let body = Inbox {
        cx: &cx,
        form: &form,
        choices: choices.map(|(value, key)| (value.to_owned(), cx.t(key))).to_vec(),
        lines: told.into_iter().map(|told| line(&cx, told)).collect(),
        paging: paging.of(total),
        unread,
        until: cx.by.now().micros(),
    };
    cx.page(Page::new(cx.t("message-inbox-title")), body)
}

fn line(cx: &Cx, told: Told) -> Line {
    let tag = told.read_at.is_none().then(|| ui::tag(Tone::Wait, &cx.t("message-unread")));
    Line { text: sentence(cx, &told), tag, told }
}

fn export(cx: &Cx, format: Format, total: i64, told: Vec<Told>) -> web::Result {
    if total > MOST {
        return Err(Problem::new("error-export-too-long").with("n", total).into());
    }
    let headers = ["told", "text", "read"].map(|key| cx.t(&format!("message-column-{key}"))).into();
    let row = |told: Told| -> Vec<Cell> {
        vec![
            told.told_at.minute_text().into(),
            sentence(cx, &told).into(),
            told.read_at.map(Instant::minute_text).into(),
        ]
    };
    cx.export(format, "inbox", headers, told.into_iter().map(row).collect())
}

/// `POST /desk/inbox/{id}/reading`: marks it read and opens what it is about.
pub async fn read(cx: Cx, Path(id): Path<String>, form: Form) -> web::Result {
    let id = MessageId::from(id);
    Ok(cx.submit(&form, move |tx, by| outbox::mark_read(tx, by, &id)).await?)
}

/// `POST /desk/inbox/reading`: all that the page showed, and nothing that came since.
pub async fn read_all(cx: Cx, form: Form) -> web::Result {
    let until: Option<i64> = form.text("until").parse().ok();
    let until = until.map(Instant::from_micros).filter(|until| *until <= cx.by.now());
    let done = cx
        .submit(&form, move |tx, by| {
            let until = until.ok_or(Refusal::from(Problem::new("error-form-unreadable")))?;
            outbox::mark_all_read(tx, by, until)?;
            Ok("/desk/inbox".to_owned())
        })
        .await?;
    Ok(done)
}
