//! A small district: two departments, a society, three towns, five people, two purposes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use db::{Db, Stream, Tx};
use kernel::{
    AccountId, Actor, Caller, Day, DistrictId, FixedClock, Grant, Group, Refusal, Role, SeededRng, UnitId,
};
use people::accounts::password::hash;
use people::setup::{NewDistrict, found};
use people::units::{NewUnit, UnitKind, create};

use crate::{DeliveryId, Details, DutyRole, Kind, Method, NewDelivery, Purpose, actions, purposes};

/// The tables that these tests stand on.
pub const STREAMS: &[Stream] = &[jobs::STREAM, merkle::STREAM, people::STREAM, crate::STREAM];

/// The district.
#[derive(Clone)]
pub struct Cast {
    pub district: DistrictId,
    pub health: UnitId,
    pub education: UnitId,
    pub society: UnitId,
    pub towns: Vec<UnitId>,
    clock: Arc<FixedClock>,
    rng: Arc<SeededRng>,
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

impl Cast {
    /// Founds it in an empty database.
    pub fn found(db: &Db) -> Self {
        let (clock, rng) = (Arc::new(FixedClock::at("2025-06-15")), Arc::new(SeededRng::new(7)));
        let nobody = Caller {
            actor: Actor::public("none".into()),
            clock: clock.clone(),
            rng: rng.clone(),
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        let password = hash("not a password of anybody", &*rng).unwrap();
        let founded = db
            .write_now(move |tx| {
                let new = NewDistrict {
                    name: "试验区".into(),
                    code: "999999".into(),
                    is_demo: false,
                    login: "first".into(),
                    person: "首位".into(),
                    password: password.clone(),
                };
                found(tx, &nobody, new)
            })
            .unwrap();
        let mut cast = Self {
            district: founded.district,
            health: founded.root.clone(),
            education: founded.root.clone(),
            society: founded.root.clone(),
            towns: Vec::new(),
            clock,
            rng,
        };
        let root = cast.by("boss", &[(Role::Administrator, &founded.root)]);
        let unit = |kind, name: &str| {
            let (by, name) = (root.clone(), name.to_owned());
            let new = move || NewUnit {
                kind,
                name: name.clone(),
                short_name: String::new(),
                name_en: None,
                parent: None,
                code: None,
                from: day("2020-01-01"),
                aliases: Vec::new(),
            };
            db.write_now(move |tx| create(tx, &by, new())).unwrap()
        };
        cast.health = unit(UnitKind::Department, "卫生局");
        cast.education = unit(UnitKind::Department, "教育局");
        cast.society = unit(UnitKind::Society, "科协");
        cast.towns = ["东镇", "西镇", "南镇"].map(|name| unit(UnitKind::Town, name)).to_vec();
        let list = cast.purposes();
        db.write_now(move |tx| purposes::register(tx, &root, &list)).unwrap();
        cast
    }

    /// The two purposes: health for the elderly, and emergencies.
    pub fn purposes(&self) -> Vec<Purpose> {
        let purpose = |id: &str, title: &str, unit: &UnitId| Purpose {
            id: id.into(),
            code: id.to_uppercase(),
            title: title.into(),
            title_en: None,
            from: day("2021-01-01"),
            to: day("2025-12-31"),
            duties: vec![(unit.clone(), DutyRole::Lead)],
        };
        vec![purpose("m1", "老年健康", &self.health), purpose("m2", "应急科普", &self.society)]
    }

    /// Moves the clock of everybody to noon of a day.
    pub fn move_to(&self, on: &str) {
        self.clock.set(day(on).at(12, 0));
    }

    /// Moves the clock of everybody on, or back when negative.
    pub fn jump(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
    }

    /// A person with roles, today.
    pub fn by(&self, account: &str, roles: &[(Role, &UnitId)]) -> Caller {
        let grants = roles.iter().map(|(role, unit)| Grant {
            role: *role,
            unit: (*unit).clone(),
            reach: BTreeSet::from([(*unit).clone()]),
        });
        let mut actor = Actor::public(self.district.clone());
        actor.account = Some(AccountId::from(account));
        actor.name = account.to_owned();
        actor.grants = grants.collect();
        Caller {
            actor,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            seal: std::sync::Arc::new(kernel::Unsealed),
            address: String::new(),
        }
    }

    /// Writes for the health bureau.
    pub fn editor(&self) -> Caller {
        self.by("editor", &[(Role::Editor, &self.health)])
    }

    /// Verifies for the health bureau.
    pub fn verifier(&self) -> Caller {
        self.by("verifier", &[(Role::Verifier, &self.health)])
    }

    /// Runs the district.
    pub fn coordinator(&self) -> Caller {
        self.by("coordinator", &[(Role::Coordinator, &self.society)])
    }

    /// A lecture for 46 elderly people.
    pub fn lecture(&self) -> Details {
        Details {
            kind: Kind::Lecture,
            topic: "野生菌".into(),
            title: "野生菌怎么认".into(),
            on: day("2025-06-01"),
            start: Some(14 * 60),
            minutes: 90,
            venue: "活动室".into(),
            town: self.towns[0].clone(),
            place: None,
            host: self.health.clone(),
            co_hosts: BTreeSet::new(),
            supporters: BTreeSet::new(),
            heads: BTreeMap::from([(Group::Elderly, 46)]),
            method: Method::SignInSheet,
            purposes: BTreeSet::from(["m1".into()]),
            deliverers: Vec::new(),
            works: String::new(),
            note: String::new(),
        }
    }
}

/// A form around details, submitted at once.
pub fn form(details: Details) -> NewDelivery {
    NewDelivery {
        client_key: String::new(),
        details,
        persons: String::new(),
        photos: Vec::new(),
        submit: true,
    }
}

/// Does something in one transaction.
pub fn act<T: Send + 'static>(
    db: &Db,
    by: &Caller,
    action: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let by = by.clone();
    db.write_now(move |tx| action(tx, &by))
}

/// Records and verifies by two people.
pub fn verified(db: &Db, cast: &Cast, new: &NewDelivery) -> DeliveryId {
    let new = new.clone();
    let id = act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
    let done = id.clone();
    act(db, &cast.verifier(), move |tx, by| actions::delivery::verify(tx, by, (&done, 1))).unwrap();
    id
}

/// Withdraws a verified delivery.
pub fn withdrawn(db: &Db, cast: &Cast, id: &DeliveryId) {
    let id = id.clone();
    act(db, &cast.verifier(), move |tx, by| actions::delivery::withdraw(tx, by, (&id, 2), "重复填报"))
        .unwrap();
}

/// The keys of what an action refused.
pub fn keys<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<&'static str> {
    match result.unwrap_err() {
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.key).collect(),
        Refusal::Conflict(problem) => vec![problem.key],
        Refusal::NotFound => vec!["not found"],
        Refusal::Forbidden => vec!["forbidden"],
        other @ (Refusal::Unavailable(_) | Refusal::Broken(_)) => panic!("{other}"),
    }
}
