//! Messages to people: the inbox, the channels that carry them further, consent and quiet hours.
#![doc = include_str!("../README.md")]

mod actions;
mod carriers;
mod channel;
mod contact;
mod jobs;
mod outward;
mod pages;
mod quiet;
mod store;
mod todos;

use kernel::{Permission, Role};
use web::{Locale, Module, NavGroup, NavItem, Routes};

pub use actions::{Given, TRIAL, find, list, quiet, set, set_quiet, try_out};
pub use carriers::Carriers;
pub use channel::{Asks, Channel, Field, Setting, Values};
pub use contact::{Contact, Wish, choose};
pub use jobs::jobs;
pub use outward::{Barred, Lookup, Outward};
pub use quiet::{Quiet, read_minute};

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "messages",
    files: &[("0001_channel.sql", include_str!("../migrations/0001_channel.sql"))],
};

const ALL: Permission = Permission::SignedIn;
const ADMINISTRATORS: Permission = Permission::Roles(&[Role::Administrator]);

/// The context's manifest.
pub fn module() -> Module {
    Module {
        name: "messages",
        routes: routes(),
        stream: STREAM,
        words: &[
            (Locale::Zh, include_str!("../locales/zh-CN.ftl")),
            (Locale::En, include_str!("../locales/en.ftl")),
        ],
        nav: &[
            NavItem {
                path: "/desk/inbox",
                key: "nav-inbox",
                group: NavGroup::Daily,
                order: 5,
                permission: ALL,
            },
            NavItem {
                path: "/desk/settings/channels",
                key: "nav-channels",
                group: NavGroup::Running,
                order: 71,
                permission: ADMINISTRATORS,
            },
        ],
        todos: Some(todos::waiting),
        assets: &[],
    }
}

fn routes() -> Routes {
    use pages::{channel, channels, inbox, quiet, sendings, ways};
    Routes::new()
        .get("/desk/inbox", ALL, inbox::show)
        .post("/desk/inbox/reading", ALL, inbox::read_all)
        .post("/desk/inbox/{id}/reading", ALL, inbox::read)
        .get("/desk/inbox/ways", ALL, ways::show)
        .post("/desk/inbox/ways", ALL, ways::change)
        .get("/desk/settings/channels", ADMINISTRATORS, channels::show)
        .get("/desk/settings/channels/{channel}", ADMINISTRATORS, channel::show)
        .post("/desk/settings/channels/{channel}", ADMINISTRATORS, channel::change)
        .post("/desk/settings/channels/{channel}/trials", ADMINISTRATORS, channel::try_out)
        .get("/desk/settings/quiet-hours", ADMINISTRATORS, quiet::show)
        .post("/desk/settings/quiet-hours", ADMINISTRATORS, quiet::change)
        .get("/desk/settings/sendings", ADMINISTRATORS, sendings::show)
}

#[cfg(test)]
mod tests;
