#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod audit;
pub mod district;
pub mod sessions;
pub mod setup;
pub mod units;

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "people",
    files: &[
        ("0001_unit.sql", include_str!("../migrations/0001_unit.sql")),
        ("0002_account.sql", include_str!("../migrations/0002_account.sql")),
        ("0003_audit.sql", include_str!("../migrations/0003_audit.sql")),
    ],
};

#[cfg(test)]
mod tests;
