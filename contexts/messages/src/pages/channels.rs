//! `/desk/settings/channels`: every way beside the inbox, whether it is on, and how it went lately.

use askama::Template;
use jobs::outbox::{self, SendingFilter, SendingState};
use web::{Cx, Page, Safe, Tone, ui};

use super::channel_word;
use crate::actions;
use crate::channel::Setting;
use crate::quiet::Quiet;

#[derive(Template)]
#[template(path = "pages/channels.html")]
struct Channels<'a> {
    cx: &'a Cx,
    lines: Vec<Line>,
    quiet: String,
    none_on: bool,
}

struct Line {
    code: &'static str,
    name: String,
    about: String,
    tag: Safe,
    /// How many sendings of each state, each with where they are listed; those of which there are any.
    counts: Vec<(String, String)>,
    changed: Option<String>,
}

/// `GET /desk/settings/channels`
pub async fn show(cx: Cx) -> web::Result {
    let (found, quiet) = cx
        .read(|tx, by| {
            let mut found = Vec::new();
            for setting in actions::list(tx, by)? {
                let mut counts = Vec::new();
                for state in SendingState::ALL {
                    let filter =
                        SendingFilter { state: Some(state), channel: setting.channel.code().to_owned() };
                    counts.push((state, outbox::count_sendings(tx, by.district(), &filter)?));
                }
                found.push((setting, counts));
            }
            Ok((found, actions::quiet(tx, by)?))
        })
        .await?;
    let none_on = found.iter().all(|(setting, _)| !setting.is_on);
    let span = [("from", Quiet::text(quiet.from)), ("to", Quiet::text(quiet.to))];
    let key = if quiet.is_on { "message-quiet-holds" } else { "message-quiet-none" };
    let body = Channels {
        cx: &cx,
        lines: found.into_iter().map(|(setting, counts)| line(&cx, &setting, &counts)).collect(),
        quiet: cx.with(key, &span),
        none_on,
    };
    cx.page(Page::new(cx.t("nav-channels")), body)
}

fn line(cx: &Cx, one: &Setting, counts: &[(SendingState, i64)]) -> Line {
    let code = one.channel.code();
    let tag = match (one.is_on, one.version) {
        (true, _) => ui::tag(Tone::Ok, &cx.t("message-on")),
        (false, 0) => ui::tag(Tone::Unfilled, &cx.t("message-unset")),
        (false, _) => ui::tag(Tone::Quiet, &cx.t("message-off")),
    };
    let some = counts.iter().filter(|(_, n)| *n > 0);
    let counted = some.map(|(state, n)| {
        let href = cx.href("/desk/settings/sendings", &[("channel", code), ("state", state.code())]);
        (href, cx.with("message-count", &[("state", super::state_word(cx, *state)), ("n", n.to_string())]))
    });
    let changed = one
        .changed_at
        .map(|at| cx.with("message-changed", &[("at", at.minute_text()), ("name", one.changed_by.clone())]));
    Line {
        code,
        name: channel_word(cx, one.channel),
        about: cx.t(&format!("message-about-{code}")),
        tag,
        counts: counted.collect(),
        changed,
    }
}
