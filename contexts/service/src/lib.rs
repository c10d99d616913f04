//! The service loop: residents order, communities dispatch, departments claim, teams deliver, both rate.
#![doc = include_str!("../README.md")]

pub mod actions;
mod api;
pub mod contact;
pub mod door;
mod feeds;
mod hotline;
mod jobs;
pub mod matching;
pub mod open311;
pub mod order;
mod pages;
pub mod party;
pub mod resource;
pub mod store;
pub mod team;
mod todos;

pub use contact::Contact;
pub use jobs::jobs;
pub use order::{Order, OrderId};
pub use resource::{Offer, Resource, ResourceId};

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "service",
    files: &[
        ("0001_service.sql", include_str!("../migrations/0001_service.sql")),
        ("0003_connections.sql", include_str!("../migrations/0003_connections.sql")),
        ("0007_batch.sql", include_str!("../migrations/0007_batch.sql")),
        ("0009_door.sql", include_str!("../migrations/0009_door.sql")),
    ],
};

/// The context for the server.
pub fn module() -> web::Module {
    web::Module {
        name: "service",
        routes: pages::routes(),
        stream: STREAM,
        words: &[
            (web::Locale::Zh, include_str!("../locales/zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/en.ftl")),
            (web::Locale::Zh, include_str!("../locales/community.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/community.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/connections.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/connections.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/door.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/door.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/desk.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/desk.en.ftl")),
        ],
        nav: &[
            web::NavItem {
                path: "/desk/orders",
                key: "nav-orders",
                group: web::NavGroup::Daily,
                order: 25,
                permission: kernel::Permission::SignedIn,
            },
            web::NavItem {
                path: "/service",
                key: "nav-service",
                group: web::NavGroup::Daily,
                order: 20,
                permission: kernel::Permission::Public,
            },
            web::NavItem {
                path: "/orders",
                key: "nav-my-order",
                group: web::NavGroup::Daily,
                order: 21,
                permission: kernel::Permission::Public,
            },
        ],
        todos: Some(todos::waiting),
        assets: &[
            web::Asset {
                path: pages::STYLE,
                content_type: "text/css; charset=utf-8",
                bytes: include_bytes!("../assets/service.css"),
            },
            web::Asset {
                path: pages::DOOR_SCRIPT,
                content_type: "text/javascript; charset=utf-8",
                bytes: include_bytes!("../assets/door.js"),
            },
            // its folder is what it may serve: the lists at the doors
            web::Asset {
                path: "/desk/orders/worker.js",
                content_type: "text/javascript; charset=utf-8",
                bytes: include_bytes!("../assets/worker.js"),
            },
        ],
    }
}

/// A minute of the day as a clock shows it.
pub(crate) fn clock_text(minute: i64) -> String {
    format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))
}

/// The name of a step in the audit trail.
pub(crate) fn audited(step: &str) -> &'static str {
    match step {
        "submit" => "service.order.submit",
        "change" => "service.order.change",
        "answer" => "service.order.answer",
        "withdraw" => "service.order.withdraw",
        "confirm" => "service.order.confirm",
        "confirm_silent" => "service.order.confirm-silent",
        "reopen" => "service.order.reopen",
        "rate" => "service.order.rate",
        "rate_back" => "service.order.rate-back",
        "appeal" => "service.order.appeal",
        "ask" => "service.order.ask",
        "refuse" => "service.order.refuse",
        "pass_on" => "service.order.pass-on",
        "merge" => "service.order.merge",
        "merged_in" => "service.order.merged-in",
        "join" => "service.order.join",
        "part" => "service.order.part",
        "lead" => "service.order.lead",
        "joined_by" => "service.order.joined-by",
        "dispatch" => "service.order.dispatch",
        "claim" => "service.order.claim",
        "hand_back" => "service.order.hand-back",
        "recruit" => "service.order.recruit",
        "reassign" => "service.order.reassign",
        "accept" => "service.order.accept",
        "decline" => "service.order.decline",
        "schedule" => "service.order.schedule",
        "begin" => "service.order.begin",
        "came" => "service.order.came",
        "left" => "service.order.left",
        "door_code" => "service.order.door-code",
        "report" => "service.order.report",
        "close" => "service.order.close",
        "escalate" => "service.order.escalate",
        "hand_on" => "service.order.hand-on",
        "contact" => "service.order.contact",
        "call" => "service.order.call",
        step if step.starts_with("along_") => "service.order.along",
        _ => "service.order.step",
    }
}

/// What a message to a unit is about; none for what only residents are told.
pub(crate) fn message_name(key: &str) -> Option<&'static str> {
    match key {
        "check" => Some("service.order.check"),
        "dispatch" => Some("service.order.dispatch"),
        "claim" => Some("service.order.claim"),
        "find" => Some("service.order.find"),
        "accept" => Some("service.order.accept"),
        "rate" => Some("service.order.rate"),
        "call" => Some("service.order.call"),
        "appeal" => Some("service.order.appeal"),
        "late" => Some("service.order.late"),
        "withdrawn" => Some("service.order.withdrawn"),
        "leads" => Some("service.order.leads"),
        _ => None,
    }
}

/// What a text message to a resident is about; none for what they read on the order's page only.
pub(crate) fn resident_message_name(key: &str) -> Option<&'static str> {
    match key {
        "asked" => Some("service.resident.asked"),
        "refused" => Some("service.resident.refused"),
        "passed_on" => Some("service.resident.passed-on"),
        "merged" => Some("service.resident.merged"),
        "joined" => Some("service.resident.joined"),
        "parted" => Some("service.resident.parted"),
        "scheduled" => Some("service.resident.scheduled"),
        "confirm" => Some("service.resident.confirm"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
