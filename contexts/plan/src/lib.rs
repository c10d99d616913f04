//! The official plan: document, measures, duties, targets, annual plans and the board.
#![doc = include_str!("../README.md")]

pub mod actions;
mod annual;
pub mod chart;
mod diff;
mod document;
mod doubt;
pub mod figures;
pub mod inspection;
mod item;
mod jobs;
pub mod letters;
mod lexicon;
mod marked;
mod pages;
mod plan;
mod printing;
mod reading;
pub mod reports;
pub mod rules;
mod store;
pub mod supervision;
mod target;
mod todos;
pub mod understanding;
mod wording;

pub use annual::{AnnualPlan, AnnualState, Correction, CorrectionId, Line, LineId};
pub use diff::Change;
pub use document::{Document, DocumentId, DocumentState};
pub use doubt::{Doubt, DoubtId};
pub use item::{Duty, Holder, Item, ItemId, Section, SectionKind};
pub use jobs::jobs;
pub use plan::{Obstacles, Period, Plan, PlanId, PlanState};
pub use reading::Content;
pub use target::{Counting, Path, Promise, Step, Target, TargetId, TargetState};
pub use wording::{Wording, WordingKind, Wordings};

/// The words of this context.
const ZH: &str = include_str!("../locales/zh-CN.ftl");
const EN: &str = include_str!("../locales/en.ftl");
/// The words of letters.
const LETTERS_ZH: &str = include_str!("../locales/letters.zh-CN.ftl");
const LETTERS_EN: &str = include_str!("../locales/letters.en.ftl");
/// The words of reports.
const REPORTS_ZH: &str = include_str!("../locales/reports.zh-CN.ftl");
const REPORTS_EN: &str = include_str!("../locales/reports.en.ftl");

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "plan",
    files: &[
        ("0001_plan.sql", include_str!("../migrations/0001_plan.sql")),
        ("0002_annual_correction.sql", include_str!("../migrations/0002_annual_correction.sql")),
        ("0005_supervision.sql", include_str!("../migrations/0005_supervision.sql")),
        ("0006_inspection.sql", include_str!("../migrations/0006_inspection.sql")),
        ("0007_letter.sql", include_str!("../migrations/0007_letter.sql")),
        ("0008_report.sql", include_str!("../migrations/0008_report.sql")),
    ],
};

/// The context for the server.
pub fn module() -> web::Module {
    web::Module {
        name: "plan",
        routes: pages::routes(),
        stream: STREAM,
        words: &[
            (web::Locale::Zh, ZH),
            (web::Locale::En, EN),
            (web::Locale::Zh, include_str!("../locales/supervision.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/supervision.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/inspection.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/inspection.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/messages.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/messages.en.ftl")),
            (web::Locale::Zh, include_str!("../locales/units.zh-CN.ftl")),
            (web::Locale::En, include_str!("../locales/units.en.ftl")),
            (web::Locale::Zh, LETTERS_ZH),
            (web::Locale::En, LETTERS_EN),
            (web::Locale::Zh, REPORTS_ZH),
            (web::Locale::En, REPORTS_EN),
        ],
        nav: &[
            web::NavItem {
                path: "/desk/plan",
                key: "nav-plan",
                group: web::NavGroup::Daily,
                order: 10,
                permission: kernel::Permission::SignedIn,
            },
            web::NavItem {
                path: "/plan",
                key: "nav-public-plan",
                group: web::NavGroup::Daily,
                order: 10,
                permission: kernel::Permission::Public,
            },
        ],
        todos: Some(todos::waiting),
        assets: &[web::Asset {
            path: pages::STYLE,
            content_type: "text/css; charset=utf-8",
            bytes: include_bytes!("../assets/plan.css"),
        }],
    }
}

#[cfg(test)]
mod tests;
