//! Keys by which other systems ask: each opens an account of its own, which holds one role in one unit.
//!
//! So a program is kept within the same walls as a person: what it does stands in the audit trail under its
//! name, and who ends its role, disables its account or ends its key shuts it out at once
//! (`docs/decisions/0040-programs-have-accounts.md`).

mod store;

pub use store::list;

use db::Tx;
use kernel::{AccountId, Caller, Clock, Day, Instant, Problem, Problems, Refusal, Role, UnitId};
use serde_json::json;
use web::Visit;

use crate::accounts::{self, AccountState, NewAccount, password};
use crate::district::administrator;
use crate::sessions::token_hash;
use crate::{audit, units};

/// What a program may be: everything but an administrator, who opens accounts and makes keys.
pub const ROLES: [Role; 5] =
    [Role::Coordinator, Role::Editor, Role::Verifier, Role::CommunityWorker, Role::Viewer];

/// The longest that a key opens, in days: who connects a system looks at it again once a year.
pub const LONGEST_DAYS: i64 = 366;

/// A key is noted as seen at most so often, in seconds.
const NOTE_SECONDS: i64 = 300;

/// A key, without its secret, which is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// The account that it opens.
    pub account: AccountId,
    /// Which system holds it.
    pub name: String,
    /// Who made it.
    pub made_by: AccountId,
    /// When.
    pub made_at: Instant,
    /// The first day on which it opens nothing any more.
    pub expires_on: Day,
    /// When it was ended before that day.
    pub ended_at: Option<Instant>,
    /// When it was last seen, to five minutes.
    pub seen_at: Option<Instant>,
}

impl Key {
    /// Whether it opens its account.
    pub fn opens(&self, today: Day) -> bool {
        self.ended_at.is_none() && today < self.expires_on
    }
}

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Which system will hold it.
    pub name: String,
    /// As what.
    pub role: Option<Role>,
    /// For which unit.
    pub unit: UnitId,
    /// The first day on which it opens nothing any more.
    pub expires_on: Option<Day>,
}

/// The key that a form makes: a form sent twice makes the same.
pub fn token_of(once: &str, by: &Caller) -> String {
    let secret = if once.is_empty() { by.rng.token() } else { token_hash(&format!("api key\n{once}")) };
    format!("{}{secret}", web::KEY_PREFIX)
}

/// Makes an account for a system, and the key that opens it. The same key again changes nothing.
///
/// # Errors
/// Forbidden unless the actor is an administrator; invalid with all that has to be mended.
pub fn make(tx: &mut Tx<'_>, by: &Caller, token: &str, new: &NewKey) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    let hash = token_hash(token);
    if store::find(tx, &hash)?.is_some() {
        return Ok(());
    }
    let mut problems = Problems::new();
    let name = problems.take(accounts::checked_person(&new.name));
    let role = new.role.filter(|role| ROLES.contains(role));
    if role.is_none() {
        problems.add(Problem::new("people-key-role").at("role"));
    }
    if units::find(tx, by.district(), &new.unit, by.today())?.is_none() {
        problems.add(Problem::new("people-account-unit-missing").at("unit"));
    }
    let (first, last) = (by.today().plus_days(1), by.today().plus_days(LONGEST_DAYS));
    let until = new.expires_on.filter(|day| (first..=last).contains(day));
    if until.is_none() {
        problems.add(Problem::new("people-key-days").at("until").with("first", first).with("last", last));
    }
    problems.check()?;
    let (Some(name), Some(role), Some(expires_on)) = (name, role, until) else { return Ok(()) };
    let id: String = by.id();
    let account = NewAccount {
        login: format!("api-{}", id.to_ascii_lowercase()),
        name: name.clone(),
        unit: Some(new.unit.clone()),
        password: password::nobody(),
        must_change_password: false,
        roles: vec![(role, new.unit.clone())],
    };
    let account = accounts::create(tx, by, account)?;
    let made_by = by.actor.account.clone().ok_or(Refusal::Forbidden)?;
    let key =
        Key { id, account, name, made_by, made_at: by.now(), expires_on, ended_at: None, seen_at: None };
    store::insert(tx, by.district(), &hash, &key)?;
    let detail =
        json!({ "name": key.name, "role": role.code(), "unit": new.unit, "until": expires_on.to_string() });
    record(tx, by, "people.key.make", &key.id, detail)
}

/// Ends a key at once; its account can be opened by nothing any more.
///
/// # Errors
/// Forbidden unless the actor is an administrator; not found; conflict when it is over already.
pub fn end(tx: &mut Tx<'_>, by: &Caller, id: &str) -> Result<(), Refusal> {
    administrator(&by.actor)?;
    let key = store::find_by_id(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    if !store::end(tx, by.district(), id, by.now())? {
        return Err(Refusal::Conflict(Problem::new("people-key-over")));
    }
    let account = accounts::find(tx, by.district(), &key.account)?.ok_or(Refusal::NotFound)?;
    if !matches!(account.state, AccountState::Disabled { .. }) {
        accounts::disable(tx, by, &key.account, account.version)?;
    }
    record(tx, by, "people.key.end", id, json!({ "name": key.name }))
}

/// Who asks with a key. Reads only.
///
/// # Errors
/// As the database refuses.
pub fn find(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<Visit, Refusal> {
    let Some((district, key)) = store::find(tx, &token_hash(token))? else { return Ok(Visit::Nobody) };
    if !key.opens(clock.today()) {
        return Ok(Visit::Nobody);
    }
    let Some(actor) = accounts::actor(tx, &district, &key.account, clock.today())? else {
        return Ok(Visit::Nobody);
    };
    let seen = key.seen_at.map_or(i64::MAX, |at| clock.now().seconds_since(at).abs());
    let session = web::SignedIn { actor, csrf: String::new(), must_change_password: false, viewing_as: None };
    Ok(Visit::Known { session: Box::new(session), note: seen >= NOTE_SECONDS })
}

/// Notes that a key was seen.
///
/// # Errors
/// As the database refuses.
pub fn note(tx: &mut Tx<'_>, token: &str, clock: &dyn Clock) -> Result<(), Refusal> {
    Ok(store::saw(tx, &token_hash(token), clock.now())?)
}

fn record(
    tx: &mut Tx<'_>,
    by: &Caller,
    action: &'static str,
    id: &str,
    detail: serde_json::Value,
) -> Result<(), Refusal> {
    audit::record(tx, by, audit::Entry { action, subject: ("api_key", id), detail })
}
