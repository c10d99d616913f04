//! The page around every page: header, navigation, language, large print, demonstration mark.

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use serde::Deserialize;

use crate::ui::{self, Safe, Way, Ways};
use crate::{App, Cx, Locale, NavGroup, NavItem, Page, Result, cx::see_other};

pub(crate) const ZH: &str = include_str!("../../locales/zh-CN.ftl");
pub(crate) const EN: &str = include_str!("../../locales/en.ftl");

/// This crate's own sentences.
pub const fn catalogue(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => ZH,
        Locale::En => EN,
    }
}

#[derive(Template)]
#[template(path = "shell/shell.html")]
struct Shell<'a> {
    cx: &'a Cx,
    app: &'a Arc<App>,
    page: &'a Page,
    body: &'a str,
    row: Safe,
    menu: Safe,
    foot: Vec<(&'a NavItem, bool)>,
    here: String,
    other_size: &'static str,
}

/// Draws the whole page around `body`.
pub(crate) fn draw(cx: &Cx, page: &Page, body: &str) -> askama::Result<String> {
    let open = cx.app.nav.iter().filter(|item| cx.may(item.permission) && !item.is_setting());
    let public = |item: &&NavItem| item.path.starts_with("/desk") != page.public;
    let open: Vec<&NavItem> = open.filter(public).collect();
    // The longest path that leads here is the place where one is; Today is only itself, not all below it.
    let leads_here = |path: &str| path != "/desk" && cx.path.starts_with(&format!("{path}/"));
    let current = open
        .iter()
        .filter(|item| cx.path == item.path || leads_here(item.path))
        .max_by_key(|item| item.path.len())
        .map(|item| item.path);
    let (foot, open): (Vec<&NavItem>, Vec<&NavItem>) = open.into_iter().partition(|item| item.is_foot());
    let foot = foot.into_iter().map(|item| (item, Some(item.path) == current)).collect();
    let groups = NavGroup::ALL.map(|group| {
        let way = |item: &&NavItem| Way {
            path: item.path.to_owned(),
            words: cx.t(item.key),
            current: Some(item.path) == current,
        };
        let of_group = open.iter().filter(|item| item.group == group);
        Ways { name: group.key().map(|key| cx.t(key)).unwrap_or_default(), ways: of_group.map(way).collect() }
    });
    let (row, menu) = (ui::row(&groups), ui::menu(&groups));
    let own = || if cx.query.is_empty() { cx.path.clone() } else { format!("{}?{}", cx.path, cx.query) };
    let here = cx.back.clone().unwrap_or_else(own);
    let other_size = if cx.large { "0" } else { "1" };
    Shell { cx, app: &cx.app, page, body, row, menu, foot, here, other_size }.render()
}

/// A choice of language or print size, and where to go on.
#[derive(Deserialize)]
pub struct Preference {
    lang: Option<String>,
    large: Option<String>,
    to: Option<String>,
}

/// Keeps a choice in a cookie for a year and goes back.
pub async fn prefer(cx: Cx, Query(chosen): Query<Preference>) -> Result {
    let to = chosen.to.as_deref().unwrap_or("/");
    let mut response = see_other(if is_local(to) { to } else { "/" });
    let year = Some(365 * 24 * 3600);
    if let Some(locale) = chosen.lang.as_deref().and_then(Locale::parse) {
        cx.set_cookie(&mut response, "lang", locale.tag(), year);
    }
    if let Some(large) = chosen.large.as_deref().filter(|large| matches!(*large, "0" | "1")) {
        cx.set_cookie(&mut response, "large", large, year);
    }
    Ok(response)
}

/// Whether a path stays on this site: one slash, then no second one and no backslash.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn a_way_back_never_leads_off_the_site() {
        assert!(is_local("/plan?year=2025"));
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert!(!is_local(path), "{path:?}");
        }
    }
}
