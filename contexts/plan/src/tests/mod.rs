//! The tests of this context on both databases, and their small cast.

mod annual;
mod confirming;
mod diffs;
mod figures;
mod inspection;
mod pages;
mod reading;
mod rules;
mod states;
mod supervision;

use std::collections::BTreeSet;
use std::sync::Arc;

use db::{Db, Stream, Tx};
use kernel::{AccountId, Actor, Caller, Day, Grant, Refusal, Role, SeededRng, UnitId};
use people::accounts::password::hash;
use people::setup::{NewDistrict, found};
use people::units::{self, NewUnit, UnitKind};

use crate::actions::documents::{self, Outcome, Received};
use crate::{Content, Plan, PlanId, store};

/// The tables under test.
pub(crate) const STREAMS: &[Stream] =
    &[jobs::STREAM, evidence::LOG_STREAM, people::STREAM, evidence::STREAM, crate::STREAM];
/// The day on which tests happen.
pub(crate) const TODAY: &str = "2024-07-01";
/// The plan of the demonstration district.
const TEXT: &str = include_str!("../../../../server/demo/plan.txt");
/// Its units.
const UNITS: &str = include_str!("../../../../server/demo/units.csv");

/// A district with its departments and towns, and who acts in it.
pub(crate) struct Cast {
    /// Keeps the plan.
    pub(crate) coordinator: Caller,
    /// Writes for the bureau of education.
    pub(crate) editor: Caller,
    /// Everybody by the key of the table of units.
    units: Vec<(String, UnitId)>,
}

impl Cast {
    pub(crate) fn of(db: &Db) -> Self {
        let nobody = Caller::fixed(Actor::public("".into()), TODAY);
        let founded = db.write_now(move |tx| found(tx, &nobody, district())).unwrap();
        let mut actor = Actor::public(founded.district.clone());
        actor.account = Some(founded.administrator.clone());
        actor.name = "协调员".into();
        actor.grants = vec![grant(Role::Coordinator, &founded.root)];
        let coordinator = caller(actor.clone(), 2);
        let by = coordinator.clone();
        let units = db.write_now(move |tx| enter_units(tx, &by)).unwrap();
        let education = units.iter().find(|(key, _)| key == "education").unwrap().1.clone();
        actor.account = Some(AccountId::from("editor"));
        actor.grants = vec![grant(Role::Editor, &education)];
        Self { coordinator, editor: caller(actor, 3), units }
    }

    pub(crate) fn unit(&self, key: &str) -> UnitId {
        self.units.iter().find(|(known, _)| known == key).unwrap().1.clone()
    }

    /// Lets the coordinator act.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        db: &Db,
        f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
    ) -> Result<T, Refusal> {
        as_caller(db, &self.coordinator, f)
    }

    /// Brings a document and reads it to its end.
    fn upload(&self, db: &Db, text: &str) -> Option<PlanId> {
        let bytes = text.as_bytes().to_vec();
        self.act(db, move |tx, by| match documents::receive(tx, by, "方案.txt", &bytes)? {
            Received::New(id) => documents::finish(tx, by, &id, &documents::understand("方案.txt", &bytes)),
            Received::Known(_) => Ok(None),
        })
        .unwrap()
    }

    /// A draft of the demonstration plan.
    fn draft(&self, db: &Db) -> PlanId {
        self.upload(db, TEXT).unwrap()
    }

    /// The demonstration plan in force, its targets confirmed.
    pub(crate) fn published(&self, db: &Db) -> PlanId {
        let id = self.draft(db);
        self.publish(db, &id);
        id
    }

    /// Settles what is open and publishes.
    fn publish(&self, db: &Db, id: &PlanId) {
        let id = id.clone();
        self.act(db, move |tx, by| {
            crate::actions::items::settle_where(tx, by, &id, |_| true)?;
            crate::actions::targets::confirm_all(tx, by, &id)?;
            let version = crate::actions::load(tx, by, &id)?.version;
            crate::actions::plans::publish(tx, by, &id, version)
        })
        .unwrap();
    }

    fn plan(&self, db: &Db, id: &PlanId) -> Plan {
        let id = id.clone();
        self.act(db, move |tx, by| crate::actions::load(tx, by, &id)).unwrap()
    }

    pub(crate) fn content(&self, db: &Db, id: &PlanId) -> Content {
        let id = id.clone();
        self.act(db, move |tx, by| Ok(store::load_content(tx, by.district(), &id)?)).unwrap()
    }
}

pub(crate) fn as_caller<T: Send + 'static>(
    db: &Db,
    by: &Caller,
    f: impl Fn(&mut Tx<'_>, &Caller) -> Result<T, Refusal> + Send + Sync + 'static,
) -> Result<T, Refusal> {
    let by = by.clone();
    db.write_now(move |tx| f(tx, &by))
}

pub(crate) fn caller(actor: Actor, seed: u64) -> Caller {
    Caller { rng: Arc::new(SeededRng::new(seed)), ..Caller::fixed(actor, TODAY) }
}

pub(crate) fn grant(role: Role, unit: &UnitId) -> Grant {
    Grant { role, unit: unit.clone(), reach: BTreeSet::from([unit.clone()]) }
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

/// Enters departments, towns and the school that the plan names.
fn enter_units(tx: &mut Tx<'_>, by: &Caller) -> Result<Vec<(String, UnitId)>, Refusal> {
    let mut entered = Vec::new();
    for line in UNITS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (key, kind, name, aliases) = (cells[0], cells[1], cells[2], cells[11]);
        let wanted = matches!(kind, "department" | "town") || name == "麒麟职业技术学校";
        let ends = !cells[9].is_empty();
        if !wanted || ends {
            continue;
        }
        let new = NewUnit {
            kind: UnitKind::parse(kind).unwrap(),
            name: name.into(),
            short_name: cells[3].into(),
            name_en: None,
            parent: None,
            code: Some(cells[7].to_owned()).filter(|code| !code.is_empty()),
            from: Day::parse("2021-01-01").unwrap(),
            aliases: aliases.split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
        };
        entered.push((key.to_owned(), units::create(tx, by, new)?));
    }
    Ok(entered)
}

/// The keys of what a refusal asks to mend.
pub(crate) fn keys(refusal: &Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.key).collect(),
        Refusal::Conflict(problem) => vec![problem.key],
        Refusal::NotFound => vec!["not-found"],
        Refusal::Forbidden => vec!["forbidden"],
        Refusal::Unavailable(_) | Refusal::Broken(_) => vec!["broken"],
    }
}

/// What a document turned out to be, in one word.
fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Understood(_) => "plan",
        Outcome::Refused(unsuitable) => &unsuitable.reason,
    }
}
