//! `/desk/settings/channels/{channel}`: what a channel has to be told, and its trial.

use askama::Template;
use axum::extract::Path;
use jobs::outbox::{self, Sending, SendingState};
use kernel::{Problem, Refusal};
use web::{Cx, Form, Page, Safe, ui};

use super::{answer, channel_word, state_tag};
use crate::actions::{self, Given, TRIAL};
use crate::channel::{Asks, Channel, Field, Setting};

#[derive(Template)]
#[template(path = "pages/channel.html")]
struct ChannelPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    code: &'static str,
    name: String,
    about: String,
    fields: Vec<Safe>,
    is_group: bool,
    is_on: bool,
    only_urgent: bool,
    secret_note: Option<String>,
    may_forget: bool,
    trial: Option<(Safe, String)>,
    may_try: bool,
}

fn channel_of(code: &str) -> Result<Channel, Refusal> {
    Channel::parse(code).ok_or(Refusal::NotFound)
}

async fn load(cx: &Cx, channel: Channel) -> Result<(Setting, Option<Sending>), Refusal> {
    cx.read(move |tx, by| {
        let trial = outbox::latest_sending(tx, by.district(), channel.code(), &TRIAL)?;
        Ok((actions::find(tx, by, channel)?, trial))
    })
    .await
}

/// `GET /desk/settings/channels/{channel}`
pub async fn show(cx: Cx, Path(code): Path<String>) -> web::Result {
    let channel = channel_of(&code)?;
    let loaded = load(&cx, channel).await?;
    let setting = &loaded.0;
    let mut form = Form::new().and("seen", setting.version.to_string());
    for field in channel.fields().iter().filter(|field| !field.secret) {
        let kept = setting.fields.get(field.name).cloned();
        form = form.and(field.name, kept.unwrap_or_else(|| preset(field.name).to_owned()));
    }
    for (name, yes) in [("on", setting.is_on), ("only_urgent", setting.only_urgent)] {
        form = if yes { form.and(name, "1") } else { form };
    }
    draw(&cx, channel, &form, loaded)
}

/// What stands in a field that nobody has filled.
fn preset(name: &str) -> &'static str {
    match name {
        "port" => "587",
        "tls" => "starttls",
        "format" => "json",
        _ => "",
    }
}

/// `POST /desk/settings/channels/{channel}`
pub async fn change(cx: Cx, Path(code): Path<String>, form: Form) -> web::Result {
    let channel = channel_of(&code)?;
    let submitted = match read(channel, &form) {
        Ok(given) => {
            cx.submit(&form, move |tx, by| {
                actions::set(tx, by, &given)?;
                Ok(format!("/desk/settings/channels/{}", given.channel.code()))
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => again(&cx, channel, form.refused(refusal)?).await,
    }
}

/// `POST /desk/settings/channels/{channel}/trials`
pub async fn try_out(cx: Cx, Path(code): Path<String>, form: Form) -> web::Result {
    let channel = channel_of(&code)?;
    let submitted = cx
        .submit(&form, move |tx, by| {
            actions::try_out(tx, by, channel)?;
            Ok(format!("/desk/settings/channels/{}#trial", channel.code()))
        })
        .await;
    match submitted {
        Ok(response) => Ok(response),
        // The form of a trial carries nothing: what is stored is shown, with what stood in the way.
        Err(refusal) => {
            let loaded = load(&cx, channel).await?;
            let mut shown = Form::new().and("seen", loaded.0.version.to_string());
            for (name, value) in &loaded.0.fields {
                shown = shown.and(name, value.clone());
            }
            shown = if loaded.0.is_on { shown.and("on", "1") } else { shown };
            draw(&cx, channel, &shown.refused(refusal)?, loaded)
        }
    }
}

async fn again(cx: &Cx, channel: Channel, form: Form) -> web::Result {
    let loaded = load(cx, channel).await?;
    draw(cx, channel, &form, loaded)
}

fn read(channel: Channel, form: &Form) -> Result<Given, Refusal> {
    let mut problems = kernel::Problems::new();
    let mut values = crate::channel::Values::new();
    for field in channel.fields() {
        if let Some(text) = problems.take(form.optional(field.name, field.most)) {
            values.insert(field.name.to_owned(), text);
        }
    }
    problems.check()?;
    Ok(Given {
        channel,
        is_on: form.text("on") == "1",
        only_urgent: form.text("only_urgent") == "1",
        forget: form.text("forget") == "1",
        values,
        seen: form.text("seen").parse().map_err(|_| Problem::new("error-form-unreadable"))?,
    })
}

fn field(cx: &Cx, form: &Form, channel: Channel, field: &Field) -> Safe {
    let key = format!("message-field-{}-{}", channel.code(), field.name);
    match field.asks {
        _ if field.secret => ui::password(cx, form, field.name, &key, "off"),
        Asks::Lines => ui::area(cx, form, field.name, &key, 5),
        Asks::Line | Asks::Url => ui::text(cx, form, field.name, &key),
        Asks::One(choices) => {
            let words = |code: &&str| ((*code).to_owned(), cx.t(&format!("message-choice-{code}")));
            ui::select(cx, form, field.name, &key, &choices.iter().map(words).collect::<Vec<_>>())
        }
    }
}

fn draw(cx: &Cx, channel: Channel, form: &Form, (setting, trial): (Setting, Option<Sending>)) -> web::Result {
    let has_secrets = channel.fields().iter().any(|field| field.secret);
    let waiting = trial.as_ref().is_some_and(|one| one.state == SendingState::Waiting);
    let secret_note = has_secrets
        .then(|| cx.t(if setting.has_secret { "message-secret-kept" } else { "message-secret-none" }));
    let name = channel_word(cx, channel);
    let body = ChannelPage {
        cx,
        form,
        code: channel.code(),
        about: cx.t(&format!("message-about-{}", channel.code())),
        name: name.clone(),
        fields: channel.fields().iter().map(|of| field(cx, form, channel, of)).collect(),
        is_group: !channel.is_personal(),
        is_on: form.text("on") == "1",
        only_urgent: form.text("only_urgent") == "1",
        secret_note,
        may_forget: setting.has_secret,
        trial: trial.as_ref().map(|one| (state_tag(cx, one.state), answer(cx, one))),
        may_try: setting.version > 0,
    };
    let page = Page::new(name).of_form(form);
    // A trial that is under way shows its answer by itself, unless somebody is mending the form.
    cx.page(if waiting && form.problems().is_empty() { page.refresh(3) } else { page }, body)
}
