//! Deliveries, what they prove, and the numbers that they move.
#![doc = include_str!("../README.md")]

pub mod actions;
mod attestation;
pub mod callbacks;
pub mod close;
mod counting;
mod deliverer;
mod delivery;
mod dry_run;
mod entry;
pub mod extract;
pub mod fact;
mod figure;
mod filter;
pub mod flags;
mod indicator;
pub mod indicators;
mod life;
pub mod log;
mod month;
pub mod moves;
pub mod open;
pub mod pages;
mod person;
mod photo;
mod purpose;
pub mod purposes;
pub mod ranking;
mod reached;
pub mod reading;
mod recount;
mod rule;
pub mod rules;
pub mod store;
pub mod suppression;
mod telling;
pub mod totals;
mod words;

pub use actions::delivery::NewDelivery;
pub use attestation::Attestation;
pub use deliverer::Deliverer;
pub use delivery::{Before, Delivery, Details, Stamp, State, Step};
pub use entry::{Entry, EntryDetails, EntryState};
pub use fact::Sums;
pub use figure::{Figure, FigureDetails, Means, Subject};
pub use filter::Filter;
pub use indicator::{Indicator, Point, Series, Source, Tally};
pub use life::Life;
pub use photo::{Area, Doubt, MAX_BYTES as MAX_PHOTO_BYTES, Photo, examine as examine_photo};
pub use purpose::Purpose;
pub use reached::{Reached, reached};
pub use rule::{Conditions, Rule, RuleState};
pub use totals::Period;
pub use words::{
    AttestationId, DeliveryId, DutyRole, EntryId, FigureId, IndicatorId, Kind, Method, Part, ProofId,
    PurposeId, RuleId,
};

pub use pages::indicators::sign as kind_sign;
pub use pages::module;

/// What comes round: new facts are taken into the tree, and its head is signed each hour in which it grew.
pub fn jobs() -> jobs::Module {
    let keep_up = jobs::Schedule { name: "evidence.log", every_minutes: 1, action: log::keep_up };
    let sign = jobs::Schedule { name: "evidence.head", every_minutes: 60, action: log::sign_head };
    let callbacks = jobs::Schedule {
        name: "evidence.callbacks",
        every_minutes: 360,
        action: callbacks::actions::keep_up,
    };
    let open = jobs::Schedule { name: "evidence.open", every_minutes: 24 * 60, action: open::ask };
    jobs::Module {
        jobs: vec![jobs::Kind::of::<open::MakeOpen>(), jobs::Kind::of::<recount::Recount>()],
        schedule: vec![keep_up, sign, callbacks, open],
    }
}

/// The tables of the log in which its facts leave their leaves: to be made before its own.
pub const LOG_STREAM: db::Stream = merkle::STREAM;

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "evidence",
    files: &[
        ("0001_delivery.sql", include_str!("../migrations/0001_delivery.sql")),
        ("0002_fact.sql", include_str!("../migrations/0002_fact.sql")),
        ("0003_indicator.sql", include_str!("../migrations/0003_indicator.sql")),
        ("0004_kept_by_key.sql", include_str!("../migrations/0004_kept_by_key.sql")),
        ("0005_rule.sql", include_str!("../migrations/0005_rule.sql")),
        ("0006_figure.sql", include_str!("../migrations/0006_figure.sql")),
        ("0007_close.sql", include_str!("../migrations/0007_close.sql")),
        ("0009_flag.sql", include_str!("../migrations/0009_flag.sql")),
        ("0010_callback.sql", include_str!("../migrations/0010_callback.sql")),
        ("0011_same_heads.sql", include_str!("../migrations/0011_same_heads.sql")),
        ("0012_open.sql", include_str!("../migrations/0012_open.sql")),
        ("0013_ranking.sql", include_str!("../migrations/0013_ranking.sql")),
        ("0014_recount.sql", include_str!("../migrations/0014_recount.sql")),
        ("0015_late_of_all_kinds.sql", include_str!("../migrations/0015_late_of_all_kinds.sql")),
        ("0016_veiled_contact.sql", include_str!("../migrations/0016_veiled_contact.sql")),
    ],
};

#[cfg(test)]
mod tests;
