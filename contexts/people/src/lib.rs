//! Units, accounts, roles, sessions and the audit trail.
#![doc = include_str!("../README.md")]

use db::Tx;
use kernel::{Clock, Permission, Refusal, Role};
use web::{DistrictInfo, Locale, Module, NavGroup, NavItem, Routes, Visit};

pub mod accounts;
pub mod audit;
mod background;
pub mod district;
mod jobs;
pub mod keys;
mod pages;
pub mod sessions;
pub mod setup;
pub mod units;
pub mod workdays;

pub use jobs::jobs;

/// The tables of this context.
pub const STREAM: db::Stream = db::Stream {
    context: "people",
    files: &[
        ("0001_unit.sql", include_str!("../migrations/0001_unit.sql")),
        ("0002_account.sql", include_str!("../migrations/0002_account.sql")),
        ("0003_audit.sql", include_str!("../migrations/0003_audit.sql")),
        ("0004_merger.sql", include_str!("../migrations/0004_merger.sql")),
        ("0005_audit_indexes.sql", include_str!("../migrations/0005_audit_indexes.sql")),
        ("0007_workdays.sql", include_str!("../migrations/0007_workdays.sql")),
        ("0008_api_key.sql", include_str!("../migrations/0008_api_key.sql")),
    ],
};

/// Everybody who is signed in.
const ALL: Permission = Permission::SignedIn;
/// Who keeps the registry of units.
const KEEPERS: Permission = Permission::Roles(units::KEEPERS);
/// Who keeps accounts, settings and the trail.
const ADMINISTRATORS: Permission = Permission::Roles(&[Role::Administrator]);

/// The context's manifest.
pub fn module() -> Module {
    Module {
        name: "people",
        routes: routes(),
        stream: STREAM,
        words: &[
            (Locale::Zh, include_str!("../locales/zh-CN.ftl")),
            (Locale::En, include_str!("../locales/en.ftl")),
            (Locale::Zh, include_str!("../locales/background.zh-CN.ftl")),
            (Locale::En, include_str!("../locales/background.en.ftl")),
            (Locale::Zh, include_str!("../locales/keys.zh-CN.ftl")),
            (Locale::En, include_str!("../locales/keys.en.ftl")),
            (Locale::Zh, include_str!("../locales/workdays.zh-CN.ftl")),
            (Locale::En, include_str!("../locales/workdays.en.ftl")),
        ],
        nav: &[
            NavItem {
                path: "/desk/units",
                key: "nav-units",
                group: NavGroup::Running,
                order: 40,
                permission: ALL,
            },
            NavItem {
                path: "/desk/people",
                key: "nav-people",
                group: NavGroup::Running,
                order: 50,
                permission: ADMINISTRATORS,
            },
            NavItem {
                path: "/desk/audit",
                key: "nav-audit",
                group: NavGroup::Running,
                order: 60,
                permission: ADMINISTRATORS,
            },
            NavItem {
                path: "/desk/settings",
                key: "nav-settings",
                group: NavGroup::Running,
                order: 70,
                permission: ADMINISTRATORS,
            },
            NavItem {
                path: "/desk/settings/keys",
                key: "people-keys",
                group: NavGroup::Running,
                order: 71,
                permission: ADMINISTRATORS,
            },
        ],
        todos: Some(background::waiting),
        assets: &[],
    }
}

fn routes() -> Routes {
    use pages::{audit, keys, login, password, people, settings, setup, units, view_as, workdays};
    Routes::new()
        .get("/login", Permission::Public, login::show)
        .post("/login", Permission::Public, login::sign_in)
        .post("/logout", Permission::Public, login::sign_out)
        .get("/password", ALL, password::show)
        .post("/password", ALL, password::change)
        .get("/setup", Permission::Public, setup::show)
        .post("/setup", Permission::Public, setup::create)
        .get("/desk/units", ALL, units::index::show)
        .get("/desk/units/new", KEEPERS, units::new::show)
        .post("/desk/units/new", KEEPERS, units::new::create)
        .get("/desk/units/import", KEEPERS, units::import::show)
        .upload("/desk/units/import", KEEPERS, units::import::MOST_BYTES, units::import::create)
        .get("/desk/units/{id}", ALL, units::show::show)
        .get("/desk/units/{id}/{step}", KEEPERS, units::change::show)
        .post("/desk/units/{id}/{step}", KEEPERS, units::change::create)
        .post("/desk/units/{id}/aliases", KEEPERS, units::show::name_alias)
        .post("/desk/units/{id}/aliases/removal", KEEPERS, units::show::drop_alias)
        .get("/desk/people", ADMINISTRATORS, people::index::show)
        .get("/desk/people/new", ADMINISTRATORS, people::new::show)
        .post("/desk/people/new", ADMINISTRATORS, people::new::create)
        .get("/desk/people/import", ADMINISTRATORS, people::import::show)
        .upload("/desk/people/import", ADMINISTRATORS, people::import::MOST_BYTES, people::import::create)
        .post("/desk/people/passwords", ADMINISTRATORS, people::issued::download)
        .get("/desk/people/{id}", ADMINISTRATORS, people::show::show)
        .post("/desk/people/{id}", ADMINISTRATORS, people::show::rename)
        .post("/desk/people/{id}/roles", ADMINISTRATORS, people::show::give_role)
        .post("/desk/people/{id}/roles/{role}/end", ADMINISTRATORS, people::show::end_role)
        .post("/desk/people/{id}/disablement", ADMINISTRATORS, people::show::disable)
        .post("/desk/people/{id}/temporary-password", ADMINISTRATORS, people::show::reissue)
        .get("/desk/audit", ADMINISTRATORS, audit::show)
        .get("/desk/settings", ADMINISTRATORS, settings::show)
        .post("/desk/settings", ADMINISTRATORS, settings::change)
        .post("/desk/settings/jobs/{id}/retries", ADMINISTRATORS, settings::run_again)
        .get("/desk/settings/keys", ADMINISTRATORS, keys::index)
        .post("/desk/settings/keys", ADMINISTRATORS, keys::create)
        .post("/desk/settings/keys/{id}/end", ADMINISTRATORS, keys::end)
        .get("/desk/workdays", ALL, workdays::show)
        .get("/desk/workdays/{year}", KEEPERS, workdays::edit)
        .post("/desk/workdays/{year}", KEEPERS, workdays::save)
        .get("/desk/view-as", ADMINISTRATORS, view_as::show)
        .post("/desk/view-as", ADMINISTRATORS, view_as::begin)
        .post("/desk/view-as/leave", ALL, view_as::leave)
}

/// Who holds a session's token now, for [`web::Config::authenticate`]. Reads only.
///
/// # Errors
/// As the database refuses.
pub fn authenticate(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<Visit, Refusal> {
    if token.starts_with(web::KEY_PREFIX) {
        return keys::find(tx, token, clock);
    }
    sessions::find(tx, token, clock)
}

/// Marks a session as seen or deletes one that is over, for [`web::Config::note_visit`].
///
/// # Errors
/// As the database refuses.
pub fn note_visit(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<(), Refusal> {
    if token.starts_with(web::KEY_PREFIX) {
        return keys::note(tx, token, clock);
    }
    sessions::note(tx, token, clock)
}

/// The district that this installation serves, for [`web::Config::district`]; `None` before setup.
///
/// # Errors
/// As the database refuses.
pub fn district(tx: &mut Tx<'_>) -> Result<Option<DistrictInfo>, Refusal> {
    let served = district::served(tx)?;
    Ok(served.map(|settings| DistrictInfo {
        id: settings.id,
        name: settings.name,
        is_demo: settings.is_demo,
    }))
}

#[cfg(test)]
mod tests;
