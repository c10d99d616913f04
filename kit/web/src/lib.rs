//! HTTP: the request context, forms, the page shell, languages, errors, tables and assets.
//!
//! A context hands over a [`Module`]: its routes, each with the permission that opens it, its
//! words in both languages, its place in the navigation and what waits for people. [`App::router`]
//! composes them. A page is an axum handler whose first argument is [`Cx`]; it answers with
//! [`Cx::page`], [`Cx::submit`] or [`Cx::redirect`], and a [`kernel::Refusal`] on the way becomes
//! a page or JSON in one place, [`error`].

mod app;
mod aside;
mod assets;
mod cx;
pub mod error;
mod export;
mod form;
mod guard;
mod kept;
mod module;
mod openapi;
mod paging;
mod rates;
mod receipt;
pub mod serve;
pub mod sheet;
mod shell;
mod today;
pub mod ui;
mod words;

pub use app::{App, Config, DistrictInfo, SignedIn, ViewingAs, Visit};
pub use assets::Asset;
pub use cx::{Cx, Page, Place};
pub use error::{Error, Result};
pub use export::{Cell, Format};
pub use form::{File, Form, Sent, equal};
pub use guard::{KEY_PREFIX, SESSION_COOKIE, cookie};
pub use module::{Module, NavGroup, NavItem, RouteInfo, Routes, ToDo};
pub use paging::Paging;
pub use receipt::forget as forget_receipts;
pub use shell::catalogue as own_words;
pub use shell::is_local;
pub use ui::{Safe, Tone};
pub use words::{Catalogue, Locale, keys as message_keys};

/// The tables of this crate: receipts of forms that were sent.
pub const STREAM: db::Stream = db::Stream {
    context: "web",
    files: &[
        ("0001_form_receipt.sql", include_str!("../migrations/0001_form_receipt.sql")),
        ("0002_kept_by_key.sql", include_str!("../migrations/0002_kept_by_key.sql")),
    ],
};
