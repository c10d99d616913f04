//! What an administrator sees as a role is what somebody of that role sees.

use std::sync::Arc;

use db::Target;
use kernel::{Actor, Caller, FixedClock, Role, SystemRng, UnitId};
use people::accounts::{self, NewAccount};
use testkit::{Client, fresh_postgres};

use crate::at_work::AtWork;
use crate::site::found_by;
use crate::support::PASSWORD;

/// Roles, and whose unit each has: that of somebody of the demonstration.
const AS: [(Role, &str); 5] = [
    (Role::Editor, "weijian-1"),
    (Role::Verifier, "weijian-2"),
    (Role::CommunityWorker, "sq-nanning-1"),
    (Role::Viewer, "leader"),
    (Role::Coordinator, "kexie"),
];

/// Somebody who never did anything, in a unit; gives the unit.
fn newcomer(district: &AtWork, role: Role, like: &str) -> UnitId {
    let (like, clock) = (like.to_owned(), Arc::new(FixedClock::at("2025-12-30")));
    let enter = move |tx: &mut db::Tx<'_>| {
        let id = people::district(tx)?.unwrap().id;
        let admin = accounts::find_by_login(tx, &id, "admin")?.unwrap();
        let other = accounts::find_by_login(tx, &id, &like)?.unwrap();
        let of = accounts::actor(tx, &id, &other.id, kernel::Clock::today(&*clock))?.unwrap();
        let unit = of.grants.iter().find(|grant| grant.role == role).unwrap().unit.clone();
        let mut by = Caller {
            actor: Actor::public(id.clone()),
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
            seal: Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        by.actor = accounts::actor(tx, &id, &admin.id, by.today())?.unwrap();
        let account = NewAccount {
            login: format!("new-{}", role.code()),
            name: by.actor.name.clone(),
            unit: Some(unit.clone()),
            password: accounts::hash(PASSWORD, &SystemRng).unwrap(),
            must_change_password: false,
            roles: vec![(role, unit.clone())],
        };
        accounts::create(tx, &by, account)?;
        Ok(unit)
    };
    district.db.write_now(enter).unwrap()
}

/// A page without what differs from one answer to the next: the bar that says whose eyes these are, and the
/// secrets of its forms.
fn plain(page: &str) -> String {
    let mut left = page.to_owned();
    if let Some(start) = left.find("<form class=\"viewing\"") {
        let end = start + left[start..].find("</form>").unwrap() + "</form>".len();
        left.replace_range(start..end, "");
    }
    for name in ["_csrf", "_once", "client_key"] {
        let field = format!("name=\"{name}\" value=\"");
        let mut from = 0;
        while let Some(at) = left[from..].find(&field) {
            let start = from + at + field.len();
            let end = start + left[start..].find('"').unwrap();
            left.replace_range(start..end, "");
            from = start;
        }
    }
    let account = left.find("data-account=\"").map(|at| at + "data-account=\"".len());
    if let Some(start) = account {
        let end = start + left[start..].find('"').unwrap();
        left.replace_range(start..end, "");
    }
    left.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn first_difference(of: &str, other: &str) -> String {
    let mut lines = of.lines().zip(other.lines());
    let line = lines.find(|(a, b)| a != b).map(|(a, b)| format!("real: {a}\nseen: {b}"));
    line.unwrap_or_else(|| format!("{} lines and {}", of.lines().count(), other.lines().count()))
}

/// Compares every page that the real one finds.
fn compare(district: &AtWork, admin: &mut Client, role: Role, like: &str) -> Vec<String> {
    let unit = newcomer(district, role, like);
    let mut real = district.signed_in(&format!("new-{}", role.code()));
    admin.get("/desk/view-as").is(200);
    admin.post("/desk/view-as", &[("role", role.code()), ("unit", unit.as_str())]).is(303);
    // what is the account's own, and nobody can borrow; a new inspection proposes oneself as its inspector
    let own = ["/password", "/desk/contact", "/desk/messages", "/desk/plan/inspections/new"];
    let mut wrong = Vec::new();
    let mut n = 0;
    for path in found_by(&mut real, &district.patterns()) {
        if own.iter().any(|own| path.starts_with(own)) {
            continue;
        }
        let (theirs, seen) = (real.get(&path), admin.get(&path));
        let (a, b) = (plain(&theirs.text), plain(&seen.text));
        if theirs.status != seen.status || a != b {
            wrong.push(format!("{} {path}\n{}", role.code(), first_difference(&a, &b)));
        }
        n += 1;
    }
    assert!(n > 30, "{} finds {n} pages", role.code());
    admin.get("/desk");
    admin.post("/desk/view-as/leave", &[]).is(303);
    wrong
}

fn a_preview_is_the_real_thing(target: &Target) {
    let district = AtWork::at(target);
    let mut admin = district.signed_in("admin");
    let wrong: Vec<String> =
        AS.into_iter().flat_map(|(role, like)| compare(&district, &mut admin, role, like)).collect();
    assert!(wrong.is_empty(), "{} pages differ:\n{}", wrong.len(), wrong.join("\n\n"));
    district.db.close();
}

#[test]
fn whoever_previews_a_role_sees_every_page_as_the_role_does_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    a_preview_is_the_real_thing(&Target::Sqlite(folder.path().join("qilin.db")));
}

#[test]
fn whoever_previews_a_role_sees_every_page_as_the_role_does_on_postgresql() {
    if let Some(scratch) = fresh_postgres() {
        a_preview_is_the_real_thing(scratch.target());
    }
}
