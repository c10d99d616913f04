//! The first step on an empty installation: the district, its root and its first administrator.

use db::Tx;
use kernel::{AccountId, Actor, Caller, DistrictId, Problem, Refusal, Role, UnitId};
use serde_json::json;

use crate::accounts::{self, NewAccount, PasswordHash};
use crate::units::{Facts, History};
use crate::{audit, district, units};

/// A district to found.
#[derive(Clone, Debug)]
pub struct NewDistrict {
    /// Its name, such as 麒麟区.
    pub name: String,
    /// Its division code of six digits; may be empty.
    pub code: String,
    /// Whether all data will be demonstration data.
    pub is_demo: bool,
    /// The first administrator's login.
    pub login: String,
    /// The first administrator's name.
    pub person: String,
    /// The first administrator's password, hashed.
    pub password: PasswordHash,
}

/// What was founded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founded {
    /// The district.
    pub district: DistrictId,
    /// Its root in the tree of units.
    pub root: UnitId,
    /// Its first administrator.
    pub administrator: AccountId,
}

/// Founds the district. The caller's own district does not matter: there is none yet.
///
/// # Errors
/// `NotFound` when there is a district already; `Invalid` for what is wrong with the names.
pub fn found(tx: &mut Tx<'_>, by: &Caller, new: NewDistrict) -> Result<Founded, Refusal> {
    if district::served(tx)?.is_some() {
        return Err(Refusal::NotFound);
    }
    let id: DistrictId = by.id();
    district::insert(tx, by, &id, &new.name, &new.code, new.is_demo)?;
    let mut by = by.clone();
    by.actor = Actor { name: new.person.trim().to_owned(), ..Actor::public(id.clone()) };
    let root: UnitId = by.id();
    let facts = Facts {
        name: new.name.trim().to_owned(),
        short_name: String::new(),
        name_en: None,
        parent: None,
        code: Some(new.code.trim().to_owned()).filter(|code| !code.is_empty()),
    };
    units::insert_root(tx, &by, &root, History::begin(units::beginning(), facts))?;
    let administrator = accounts::open(
        tx,
        &by,
        NewAccount {
            login: new.login,
            name: new.person,
            unit: Some(root.clone()),
            password: new.password,
            must_change_password: false,
            roles: vec![(Role::Administrator, root.clone())],
        },
    )
    .map_err(at_person)?;
    by.actor.account = Some(administrator.clone());
    let detail = json!({ "name": new.name.trim(), "code": new.code.trim() });
    audit::record(
        tx,
        &by,
        audit::Entry { action: "people.district.found", subject: ("district", id.as_str()), detail },
    )?;
    Ok(Founded { district: id, root, administrator })
}

/// In this form the field `name` is the district's.
fn at_person(refusal: Refusal) -> Refusal {
    let mend = |problem: Problem| {
        if problem.field.as_deref() == Some("name") { problem.at("person") } else { problem }
    };
    match refusal {
        Refusal::Invalid(problems) => Refusal::Invalid(problems.into_iter().map(mend).collect()),
        other @ (Refusal::NotFound
        | Refusal::Forbidden
        | Refusal::Conflict(_)
        | Refusal::Unavailable(_)
        | Refusal::Broken(_)) => other,
    }
}
