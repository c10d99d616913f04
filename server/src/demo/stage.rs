//! What the loader carries from step to step: the transaction, the clock, who plays whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use db::Tx;
use kernel::{
    AccountId, Actor, Caller, Day, DistrictId, FixedClock, Instant, Refusal, Role, SystemRng, UnitId,
};
use people::accounts;
use people::setup::{NewDistrict, found};

use super::timeline::People;
use super::{Prepared, fault};

/// The login of the first administrator.
pub const ADMINISTRATOR: &str = "admin";

/// The transaction with everybody who acts in it.
pub struct Stage<'a, 't> {
    /// The transaction.
    pub tx: &'a mut Tx<'t>,
    /// What was prepared.
    pub prepared: &'a Prepared,
    /// Units by key.
    pub units: BTreeMap<String, UnitId>,
    clock: Arc<FixedClock>,
    district: DistrictId,
    accounts: BTreeMap<String, AccountId>,
    /// Who somebody is changes only where the tree of units does.
    actors: BTreeMap<(String, Day), Actor>,
    changes: Vec<Day>,
}

impl<'a, 't> Stage<'a, 't> {
    /// Founds the district on the day when the registry opens.
    pub fn open(tx: &'a mut Tx<'t>, prepared: &'a Prepared) -> Result<Self, Refusal> {
        let tables = &prepared.tables;
        let root = tables.units.first().ok_or_else(|| fault("units.csv: no district"))?;
        let first = tables.accounts.first().filter(|row| row.login == ADMINISTRATOR);
        let first = first.ok_or_else(|| fault("accounts.csv: the administrator comes first"))?;
        let clock = Arc::new(FixedClock::at(""));
        clock.set(root.valid_from.at(8, 0));
        let nobody = Caller {
            actor: Actor::public(DistrictId::from("")),
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
            seal: prepared.seal.clone(),
            address: String::new(),
        };
        let new = NewDistrict {
            name: root.name.clone(),
            code: root.code.clone(),
            is_demo: true,
            login: first.login.clone(),
            person: first.name.clone(),
            password: prepared.password.clone(),
        };
        let founded = found(tx, &nobody, new)?;
        let mut changes: Vec<Day> =
            tables.units.iter().flat_map(|unit| [Some(unit.valid_from), unit.valid_to]).flatten().collect();
        changes.sort();
        changes.dedup();
        Ok(Self {
            tx,
            prepared,
            units: BTreeMap::from([(root.key.clone(), founded.root)]),
            clock,
            district: founded.district,
            accounts: BTreeMap::from([(first.login.clone(), founded.administrator)]),
            actors: BTreeMap::new(),
            changes,
        })
    }

    /// Notes an account that was opened.
    pub fn enter(&mut self, login: &str, account: AccountId) {
        self.accounts.insert(login.to_owned(), account);
    }

    /// Somebody, at a moment. The clock stands there until somebody acts at another.
    pub fn by(&mut self, login: &str, at: Instant) -> Result<Caller, Refusal> {
        self.clock.set(at);
        let since = self.changes.iter().rev().find(|day| **day <= at.day()).copied().unwrap_or(at.day());
        let key = (login.to_owned(), since);
        let actor = match self.actors.get(&key) {
            Some(actor) => actor.clone(),
            None => {
                let account = self.accounts.get(login).ok_or_else(|| fault(format!("no account {login}")))?;
                let actor = accounts::actor(self.tx, &self.district, account, at.day())?;
                let actor = actor.ok_or_else(|| fault(format!("{login} does not sign in")))?;
                self.actors.insert(key, actor.clone());
                actor
            }
        };
        Ok(Caller {
            actor,
            clock: self.clock.clone(),
            rng: Arc::new(SystemRng),
            seal: self.prepared.seal.clone(),
            address: String::new(),
        })
    }

    /// The program itself, at a moment: nobody signed in.
    pub fn program(&mut self, at: Instant) -> Caller {
        self.clock.set(at);
        Caller {
            actor: Actor::public(self.district.clone()),
            clock: self.clock.clone(),
            rng: Arc::new(SystemRng),
            seal: self.prepared.seal.clone(),
            address: String::new(),
        }
    }

    /// The administrator, at a moment.
    pub fn administrator(&mut self, at: Instant) -> Result<Caller, Refusal> {
        self.by(ADMINISTRATOR, at)
    }

    /// The coordinator, at a moment.
    pub fn coordinator(&mut self, at: Instant) -> Result<Caller, Refusal> {
        let accounts = &self.prepared.tables.accounts;
        let row = accounts.iter().find(|row| row.role == Role::Coordinator);
        let login = row.map(|row| row.login.clone()).ok_or_else(|| fault("accounts.csv: no coordinator"))?;
        self.by(&login, at)
    }

    /// Who records and who verifies for a unit: their logins.
    pub fn pair(&self, unit: &str) -> (&'a str, &'a str) {
        People::of(&self.prepared.tables).pair(unit)
    }

    /// The unit of a key.
    pub fn unit(&self, key: &str) -> Result<UnitId, Refusal> {
        self.units.get(key).cloned().ok_or_else(|| fault(format!("no unit {key}")))
    }
}
