//! `GET /service/menu.atom`: the menu as a feed (RFC 4287), so that a street's page or a reader shows what is new.

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use kernel::Instant;
use web::{Cx, Result};

use crate::open311::xml_text;
use crate::pages::day_words;
use crate::pages::names::Names;
use crate::resource::{Held, Resource};
use crate::store;

/// Entries of a feed; readers ask often.
const MOST: usize = 100;

/// Shows it, the latest change first. What has no free day is not in it, as it is not on the menu.
pub async fn show(cx: Cx) -> Result {
    let (mut all, held, names) = cx
        .read(|tx, by| {
            let all = store::resource::list(tx, by.district(), true)?;
            let held = store::resource::held(tx, by.district(), by.today())?;
            Ok((all, held, Names::load(tx, by, [])?))
        })
        .await?;
    all.sort_by_key(|one| std::cmp::Reverse((one.changed_at, one.id.clone())));
    let (none, today) = (Held::new(), cx.by.today());
    let mut entries = String::new();
    let mut newest: Option<Instant> = None;
    for one in &all {
        let free = one.offer.free_days(today, held.get(&one.id).unwrap_or(&none));
        let Some(first) = free.first() else { continue };
        newest.get_or_insert(one.changed_at);
        let text = format!(
            "{} {}",
            one.offer.summary,
            cx.with("service-first-free", &[("day", day_words(&cx, *first))])
        );
        entries.push_str(&entry(&cx, one, &names.of(&cx, &one.unit), &text));
        if entries.matches("<entry>").count() >= MOST {
            break;
        }
    }
    let title = format!("{} · {}", cx.district_name(), cx.t("service-menu"));
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\
         <id>urn:x-qilin:{}:menu</id><title>{}</title><updated>{}</updated>\
         <link rel=\"self\" href=\"/service/menu.atom\"/><link rel=\"alternate\" href=\"/service\"/>{entries}</feed>\n",
        cx.locale.tag(),
        xml_text(cx.by.district().as_str()),
        xml_text(&title),
        newest.unwrap_or_else(|| cx.by.today().at(0, 0)).utc_text(),
    );
    Ok(([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], feed).into_response())
}

fn entry(cx: &Cx, one: &Resource, unit: &str, text: &str) -> String {
    format!(
        "<entry><id>urn:x-qilin:{}:resource:{id}</id><title>{}</title><updated>{}</updated>\
         <author><name>{}</name></author><category term=\"{}\"/><link href=\"/service/{id}\"/>\
         <summary>{}</summary></entry>",
        xml_text(cx.by.district().as_str()),
        xml_text(&one.offer.title),
        one.changed_at.utc_text(),
        xml_text(if unit.is_empty() { "-" } else { unit }),
        xml_text(&one.offer.topic),
        xml_text(text),
        id = xml_text(one.id.as_str()),
    )
}
