//! `/desk/inbox/ways`: how somebody wants to be reached beside the inbox.

use askama::Template;
use kernel::{Problem, Refusal};
use web::{Cx, Form, Locale, Page, ui};

use crate::channel::Channel;
use crate::contact::{self, Wish};
use crate::quiet::Quiet;
use crate::{actions, store};

#[derive(Template)]
#[template(path = "pages/ways.html")]
struct Ways<'a> {
    cx: &'a Cx,
    form: &'a Form,
    ways: Vec<Way>,
    languages: Vec<(String, String)>,
    quiet: Option<String>,
    none_on: bool,
}

/// One personal channel.
struct Way {
    code: &'static str,
    name: String,
    address_key: String,
    wish: String,
    wanted: bool,
    is_on: bool,
}

/// `GET /desk/inbox/ways`
pub async fn show(cx: Cx) -> web::Result {
    let contacts = cx.read(contact::own_contacts).await?;
    let mut form = Form::new();
    let mut locale = cx.locale;
    for (channel, contact) in contacts {
        let Some(contact) = contact.filter(|one| one.consented_at.is_some()) else { continue };
        form = form.and(channel.code(), contact.address).and("wanted", channel.code());
        locale = contact.locale;
    }
    draw(&cx, &form.and("locale", locale.tag())).await
}

/// `POST /desk/inbox/ways`
pub async fn change(cx: Cx, form: Form) -> web::Result {
    let submitted = match read(&form) {
        Ok((wishes, locale)) => {
            cx.submit(&form, move |tx, by| {
                contact::choose(tx, by, &wishes, locale)?;
                Ok("/desk/inbox/ways".to_owned())
            })
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match submitted {
        Ok(response) => Ok(response),
        Err(refusal) => draw(&cx, &form.refused(refusal)?).await,
    }
}

fn read(form: &Form) -> Result<(Vec<Wish>, Locale), Refusal> {
    let locale = Locale::parse(form.text("locale"));
    let locale = locale.ok_or_else(|| Problem::new("message-choice-unknown").at("locale"))?;
    let wanted = form.all("wanted");
    let wish = |channel: Channel| {
        let wanted = wanted.contains(&channel.code());
        Ok(Wish { channel, wanted, address: form.optional(channel.code(), 254)? })
    };
    let wishes = Channel::PERSONAL.into_iter().map(wish).collect::<Result<_, Problem>>()?;
    Ok((wishes, locale))
}

async fn draw(cx: &Cx, form: &Form) -> web::Result {
    let (settings, quiet) =
        cx.read(|tx, by| Ok((store::list_settings(tx, by.district())?, actions::quiet(tx, by)?))).await?;
    let ways: Vec<Way> = settings
        .iter()
        .filter(|one| one.channel.is_personal())
        .map(|one| Way {
            code: one.channel.code(),
            name: super::channel_word(cx, one.channel),
            address_key: format!("message-own-{}", one.channel.code()),
            wish: cx.t(&format!("message-want-{}", one.channel.code())),
            wanted: form.all("wanted").contains(&one.channel.code()),
            is_on: one.is_on,
        })
        .collect();
    let languages =
        Locale::ALL.map(|of| (of.tag().to_owned(), cx.app.words(of).text("message-language-name")));
    let span = [("from", Quiet::text(quiet.from)), ("to", Quiet::text(quiet.to))];
    let quiet = quiet.is_on.then(|| cx.with("message-ways-quiet", &span));
    let none_on = ways.iter().all(|way| !way.is_on);
    let body = Ways { cx, form, ways, languages: languages.to_vec(), quiet, none_on };
    cx.page(Page::new(cx.t("message-ways-title")).of_form(form), body)
}
