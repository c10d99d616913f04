//! Today: what waits for me, the oldest clock first, each with its one next action. And the front
//! door and the sign of life, which belong to no context.

use askama::Template;
use kernel::{Day, Permission};

use crate::{Cx, NavGroup, NavItem, Page, Result, ToDo};

/// Today in the navigation.
pub(crate) const NAV: [NavItem; 1] = [NavItem {
    path: "/desk",
    key: "nav-today",
    group: NavGroup::Daily,
    order: 0,
    permission: Permission::SignedIn,
}];

#[derive(Template)]
#[template(path = "today.html")]
struct Today<'a> {
    cx: &'a Cx,
    waiting: Vec<ToDo>,
    today: Day,
}

impl Today<'_> {
    /// How many things wait, those that one line sums up included.
    fn n(&self) -> i64 {
        self.waiting.iter().map(|todo| todo.n).sum()
    }
}

/// `GET /desk`
pub async fn show(cx: Cx) -> Result {
    let sources = cx.app.todos.clone();
    let mut waiting = cx
        .read(move |tx, by| {
            let mut all = Vec::new();
            for source in &sources {
                all.extend(source(tx, by)?);
            }
            Ok(all)
        })
        .await?;
    waiting.sort_by_key(|todo| (todo.due.is_none(), todo.due, todo.since));
    let today = cx.by.today();
    cx.page(Page::new(cx.t("nav-today")), Today { cx: &cx, waiting, today })
}

/// `GET /`: the public face opens with the plan.
pub async fn front(cx: Cx) -> Result {
    cx.redirect("/plan")
}

/// `GET /healthz`: answers `ok` while the database answers.
pub async fn health(cx: Cx) -> Result {
    cx.read(|tx, _| Ok(tx.one("select 1 as one", &[])?.get::<i64>("one")?)).await?;
    Ok(axum::response::IntoResponse::into_response("ok"))
}
