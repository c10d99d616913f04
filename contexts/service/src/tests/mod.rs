//! The tests of this context on both databases, and their cast.

mod batch;
mod claims;
mod connections;
mod door;
mod late;
mod path;
mod site;
mod states;
mod wishes;

use std::collections::BTreeSet;
use std::sync::Arc;

use db::{Db, Stream, Tx};
use kernel::{Actor, Caller, Day, FixedClock, Grant, Refusal, Role, SeededRng, UnitId};
use people::accounts::password::hash;
use people::setup::{NewDistrict, found};
use people::units::{self, NewUnit, UnitKind};

use crate::actions::resources::{self, NewPerson};
use crate::actions::{community, department, resident, team};
use crate::order::{Order, OrderId, Visit, Want};
use crate::resource::{Offer, ResourceId};
use crate::team::{PersonId, PersonKind};

/// The tables under test.
pub(crate) const STREAMS: &[Stream] =
    &[web::STREAM, jobs::STREAM, evidence::LOG_STREAM, people::STREAM, evidence::STREAM, crate::STREAM];
/// Monday, the day on which tests begin.
pub(crate) const TODAY: &str = "2025-11-03";

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A district with a town, its community, two departments and a team of each, and who acts for them.
pub(crate) struct Cast {
    pub(crate) coordinator: Caller,
    pub(crate) worker: Caller,
    pub(crate) health: Caller,
    pub(crate) farming: Caller,
    pub(crate) doctors: Caller,
    pub(crate) resident: Caller,
    pub(crate) town: UnitId,
    pub(crate) community: UnitId,
    pub(crate) health_unit: UnitId,
    pub(crate) farming_unit: UnitId,
    pub(crate) doctors_unit: UnitId,
    pub(crate) resource: ResourceId,
    pub(crate) persons: Vec<PersonId>,
    pub(crate) clock: Arc<FixedClock>,
}

impl Cast {
    pub(crate) fn of(db: &Db) -> Self {
        let clock = Arc::new(FixedClock::at(TODAY));
        let by = |actor: Actor, seed| Caller {
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(seed)),
            ..Caller::fixed(actor, TODAY)
        };
        let nobody = by(Actor::public("".into()), 1);
        let founded = db.write_now(move |tx| found(tx, &nobody, district())).unwrap();
        let actor = |account: &str, role, unit: &UnitId, more: &[&UnitId]| Actor {
            account: Some(account.into()),
            name: format!("人{account}"),
            grants: vec![grant(role, unit, more)],
            ..Actor::public(founded.district.clone())
        };
        let mut first = actor("keeper", Role::Coordinator, &founded.root, &[]);
        first.account = Some(founded.administrator.clone());
        let coordinator = by(first, 2);
        let unit = |kind, name: &str, parent: &UnitId| {
            let new = NewUnit {
                kind,
                name: name.into(),
                short_name: String::new(),
                name_en: None,
                parent: Some(parent.clone()),
                code: None,
                from: day("2021-01-01"),
                aliases: Vec::new(),
            };
            let by = coordinator.clone();
            db.write_now(move |tx| units::create(tx, &by, new.clone())).unwrap()
        };
        let town = unit(UnitKind::Town, "南宁街道", &founded.root);
        let community = unit(UnitKind::Community, "南宁一社区", &town);
        let health_unit = unit(UnitKind::Department, "区卫生健康局", &founded.root);
        let farming_unit = unit(UnitKind::Department, "区农业农村局", &founded.root);
        let doctors_unit = unit(UnitKind::Team, "医务服务队", &health_unit);
        let mut cast = Self {
            worker: by(actor("worker", Role::CommunityWorker, &community, &[]), 3),
            health: by(actor("health", Role::Editor, &health_unit, &[]), 4),
            farming: by(actor("farming", Role::Editor, &farming_unit, &[]), 5),
            doctors: by(actor("doctors", Role::Editor, &doctors_unit, &[]), 6),
            resident: by(Actor::public(founded.district.clone()), 7),
            resource: "".into(),
            persons: Vec::new(),
            coordinator,
            town,
            community,
            health_unit,
            farming_unit,
            doctors_unit,
            clock,
        };
        let (unit, offer) = (cast.doctors_unit.clone(), offer());
        cast.resource = run(db, &cast.doctors, move |tx, by| resources::add(tx, by, &unit, &offer)).unwrap();
        for name in ["李医生", "王护士"] {
            let (unit, name) = (cast.doctors_unit.clone(), name.to_owned());
            let id = run(db, &cast.doctors, move |tx, by| {
                let new = NewPerson {
                    name: name.clone(),
                    kind: PersonKind::Volunteer,
                    topics: String::new(),
                    languages: String::new(),
                };
                resources::add_person(tx, by, &unit, &new)
            });
            cast.persons.push(id.unwrap());
        }
        cast
    }

    /// What a resident of the community wants, from the menu.
    pub(crate) fn want(&self) -> Want {
        Want {
            resource: Some(self.resource.clone()),
            town: Some(self.town.clone()),
            community: Some(self.community.clone()),
            on: Some(day("2025-11-10")),
            ..Want::default()
        }
    }

    /// An order that was sent.
    pub(crate) fn sent(&self, db: &Db, want: &Want, phone: &str) -> Result<Order, Refusal> {
        let (want, phone) = (want.clone(), phone.to_owned());
        run(db, &self.resident, move |tx, by| {
            let draft = resident::begin(tx, by)?;
            resident::keep_draft(tx, by, &draft.draft_key, (&want, None))?;
            resident::submit(tx, by, &draft.draft_key, ("张秀英", &phone, "三单元 201"))
        })
    }

    /// An order that was sent out to both departments.
    pub(crate) fn dispatched(&self, db: &Db) -> OrderId {
        let order = self.sent(db, &self.want(), "13800000001").unwrap();
        let to = BTreeSet::from([self.health_unit.clone(), self.farming_unit.clone()]);
        let id = order.id.clone();
        run(db, &self.worker, move |tx, by| community::dispatch(tx, by, (&id, 2), &to)).unwrap();
        order.id
    }

    /// One that the doctors accepted.
    pub(crate) fn accepted(&self, db: &Db) -> OrderId {
        let id = self.dispatched(db);
        let of = id.clone();
        run(db, &self.health, move |tx, by| department::claim(tx, by, &of, None)).unwrap();
        let (of, to) = (id.clone(), BTreeSet::from([self.doctors_unit.clone()]));
        run(db, &self.health, move |tx, by| department::recruit(tx, by, (&of, 4), &to)).unwrap();
        let of = id.clone();
        run(db, &self.doctors, move |tx, by| team::accept(tx, by, &of, None)).unwrap();
        id
    }

    /// The same with a day, and both people.
    pub(crate) fn scheduled(&self, db: &Db) -> OrderId {
        let id = self.accepted(db);
        let (of, persons) = (id.clone(), self.persons.iter().cloned().collect());
        let visit = Visit { on: day("2025-11-10"), minute: 570, minutes: 60 };
        run(db, &self.doctors, move |tx, by| team::schedule(tx, by, (&of, 6), (visit, &persons))).unwrap();
        id
    }

    /// The order as it is.
    pub(crate) fn order(&self, db: &Db, id: &OrderId) -> Order {
        let id = id.clone();
        run(db, &self.resident, move |tx, by| resident::reload(tx, by, &id)).unwrap()
    }
}

pub(crate) fn offer() -> Offer {
    Offer {
        title: "高血压怎么吃药".into(),
        summary: "医生到社区讲，现场量血压。".into(),
        topic: "健康".into(),
        minutes: 60,
        lead_days: 2,
        months: (1, 12),
        weekdays: BTreeSet::from([1, 2, 3, 4, 5]),
        n_per_day: 2,
        n_per_month: 20,
        ..Offer::default()
    }
}

pub(crate) fn run<T: Send + 'static>(
    db: &Db,
    by: &Caller,
    f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Result<T, Refusal> {
    let by = by.clone();
    db.write_now(move |tx| f(tx, &by))
}

fn grant(role: Role, unit: &UnitId, more: &[&UnitId]) -> Grant {
    let reach = more.iter().copied().chain([unit]).cloned().collect();
    Grant { role, unit: unit.clone(), reach }
}

fn district() -> NewDistrict {
    NewDistrict {
        name: "麒麟区".into(),
        code: "530302".into(),
        is_demo: false,
        login: "admin".into(),
        person: "甲".into(),
        password: hash("password of the test", &SeededRng::new(9)).unwrap(),
    }
}

/// The keys of what a refusal asks to mend.
pub(crate) fn keys(refusal: &Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.key).collect(),
        Refusal::Conflict(problem) => vec![problem.key],
        Refusal::NotFound => vec!["not-found"],
        Refusal::Forbidden => vec!["forbidden"],
        Refusal::Unavailable(error) | Refusal::Broken(error) => panic!("{error}"),
    }
}
