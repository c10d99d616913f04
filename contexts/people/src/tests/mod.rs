//! The tests of the context's actions on both databases, and their small cast.

mod accounts;
mod ahead;
mod audit;
mod mergers;
mod pages;
mod refusals;
mod sessions;
mod states;
mod units;
mod workdays;

use db::{Db, Stream, Tx};
use kernel::{AccountId, Actor, Caller, Day, Refusal, Role, UnitId};

use crate::accounts::{NewAccount, PasswordHash};
use crate::setup::{Founded, NewDistrict, found};
use crate::units::{Change, NewUnit, UnitKind};

/// The tables under test.
const STREAMS: &[Stream] = &[crate::STREAM];

/// The day on which tests happen.
const TODAY: &str = "2025-06-01";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::stored(format!("hash of {text}"))
}

/// A founded district and its first administrator at noon of [`TODAY`].
struct Cast {
    founded: Founded,
    admin: Caller,
}

impl Cast {
    fn of(db: &Db) -> Self {
        let nobody = Caller::fixed(Actor::public("".into()), TODAY);
        let founded = db
            .write_now(move |tx| {
                found(
                    tx,
                    &nobody,
                    NewDistrict {
                        name: "麒麟区".into(),
                        code: "530302".into(),
                        is_demo: false,
                        login: "admin".into(),
                        person: "甲".into(),
                        password: hash("admin"),
                    },
                )
            })
            .unwrap();
        let actor = actor(db, &founded, &founded.administrator.clone());
        // Another seed than setup's, so that ids differ.
        let rng = std::sync::Arc::new(kernel::SeededRng::new(2));
        let admin = Caller { rng, ..Caller::fixed(actor, TODAY) };
        Self { founded, admin }
    }

    /// Does something as the administrator.
    fn act<T: Send + 'static>(
        &self,
        db: &Db,
        f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
    ) -> Result<T, Refusal> {
        act(db, &self.admin, f)
    }

    /// Opens an account with one role, and gives the caller that it makes.
    fn account(&self, db: &Db, login: &'static str, role: Role, unit: &UnitId) -> (AccountId, Caller) {
        let unit = unit.clone();
        let id = self
            .act(db, move |tx, by| {
                let new = NewAccount {
                    login: login.into(),
                    name: format!("{login} 先生"),
                    unit: Some(unit.clone()),
                    password: hash(login),
                    must_change_password: false,
                    roles: vec![(role, unit.clone())],
                };
                crate::accounts::create(tx, by, new)
            })
            .unwrap();
        let actor = actor(db, &self.founded, &id);
        (id, Caller { actor, ..self.admin.clone() })
    }

    fn unit(&self, db: &Db, kind: UnitKind, name: &str, parent: Option<&UnitId>) -> UnitId {
        let new = new_unit(kind, name, parent);
        self.act(db, move |tx, by| crate::units::create(tx, by, new.clone())).unwrap()
    }

    /// A change of a unit as it is now.
    fn change(&self, db: &Db, unit: &UnitId, on: &str) -> Change {
        let of = unit.clone();
        let seen = self.act(db, move |tx, by| Ok(crate::units::record_version(tx, by.district(), &of)?));
        Change {
            unit: unit.clone(), seen: seen.unwrap().unwrap(), on: day(on), reason: "机构改革".into()
        }
    }
}

fn act<T: Send + 'static>(
    db: &Db,
    by: &Caller,
    f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Result<T, Refusal> {
    let by = by.clone();
    db.write_now(move |tx| f(tx, &by))
}

fn new_unit(kind: UnitKind, name: &str, parent: Option<&UnitId>) -> NewUnit {
    NewUnit {
        kind,
        name: name.into(),
        short_name: String::new(),
        name_en: None,
        parent: parent.cloned(),
        code: None,
        from: day("2021-01-01"),
        aliases: Vec::new(),
    }
}

/// The account as it acts today.
fn actor(db: &Db, founded: &Founded, id: &AccountId) -> Actor {
    let (district, id) = (founded.district.clone(), id.clone());
    db.read_now(move |tx| Ok(crate::accounts::actor(tx, &district, &id, day(TODAY))?)).unwrap().unwrap()
}

/// The keys of what has to be mended.
fn keys(refusal: Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.key).collect(),
        Refusal::Conflict(problem) => vec![problem.key],
        other @ (Refusal::NotFound | Refusal::Forbidden | Refusal::Unavailable(_) | Refusal::Broken(_)) => {
            panic!("{other}")
        }
    }
}
