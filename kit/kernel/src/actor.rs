//! Who acts, and how far they reach.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{AccountId, DistrictId, UnitId};

/// What an account may do in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Installs, opens accounts, changes settings, previews any role.
    Administrator,
    /// The association's person who runs the plan for the whole district.
    Coordinator,
    /// Writes for a unit: annual plan, deliveries.
    Editor,
    /// Verifies what another wrote in the unit.
    Verifier,
    /// Records and verifies for a town or a community.
    CommunityWorker,
    /// Looks, and changes nothing.
    Viewer,
}

impl Role {
    /// All, the widest first.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Coordinator,
        Self::Editor,
        Self::Verifier,
        Self::CommunityWorker,
        Self::Viewer,
    ];

    /// The word in the store and, after `role-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Coordinator => "coordinator",
            Self::Editor => "editor",
            Self::Verifier => "verifier",
            Self::CommunityWorker => "community_worker",
            Self::Viewer => "viewer",
        }
    }

    /// The role of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Whom a route lets in. Every route names one; a test walks them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds one of these roles in any unit; the action then loads through [`Reach`].
    Roles(&'static [Role]),
}

/// A role in a unit and all that lies below it today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Where it was given.
    pub unit: UnitId,
    /// That unit and those below it.
    pub reach: BTreeSet<UnitId>,
}

/// The units that an actor reaches for some purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The whole district.
    All,
    /// These units; none when empty.
    Units(BTreeSet<UnitId>),
}

impl Reach {
    /// Whether the unit is within reach.
    pub fn includes(&self, unit: &UnitId) -> bool {
        match self {
            Self::All => true,
            Self::Units(units) => units.contains(unit),
        }
    }
}

/// Who acts: nobody signed in, or an account with its grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The district in which everything happens.
    pub district: DistrictId,
    /// The account; `None` for the public.
    pub account: Option<AccountId>,
    /// The name shown beside what they do; empty for the public.
    pub name: String,
    /// What they hold.
    pub grants: Vec<Grant>,
    /// Set while an administrator previews a role: who really looks. Nothing may be changed then.
    pub viewing_for: Option<AccountId>,
}

impl Actor {
    /// Nobody signed in.
    pub const fn public(district: DistrictId) -> Self {
        Self { district, account: None, name: String::new(), grants: Vec::new(), viewing_for: None }
    }

    /// Whether they hold the role anywhere.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether a route with this permission lets them in.
    pub fn may(&self, permission: Permission) -> bool {
        match permission {
            Permission::Public => true,
            Permission::SignedIn => self.account.is_some(),
            Permission::Roles(roles) => roles.iter().any(|role| self.has(*role)),
        }
    }

    /// The units that they reach with any of `roles`. Administrators and coordinators hold theirs
    /// for the whole district wherever those roles are among `roles`.
    pub fn reach(&self, roles: &[Role]) -> Reach {
        let wide = [Role::Administrator, Role::Coordinator];
        if self.grants.iter().any(|grant| roles.contains(&grant.role) && wide.contains(&grant.role)) {
            return Reach::All;
        }
        let held = self.grants.iter().filter(|grant| roles.contains(&grant.role));
        Reach::Units(held.flat_map(|grant| grant.reach.iter().cloned()).collect())
    }

    /// The units in which they hold a role, for choosing "my unit" in a form.
    pub fn units(&self) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self.grants.iter().map(|grant| grant.unit.clone()).collect();
        units.sort();
        units.dedup();
        units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role) -> Actor {
        let unit = UnitId::from("health");
        let reach = BTreeSet::from([unit.clone(), UnitId::from("clinic")]);
        Actor { grants: vec![Grant { role, unit, reach }], ..Actor::public("d".into()) }
    }

    #[test]
    fn an_editor_reaches_the_unit_and_what_lies_below_it_and_nothing_else() {
        let reach = actor(Role::Editor).reach(&[Role::Editor, Role::Coordinator]);
        assert!(reach.includes(&"clinic".into()));
        assert!(!reach.includes(&"school".into()));
    }

    #[test]
    fn a_role_that_is_not_asked_for_gives_no_reach() {
        assert_eq!(actor(Role::Viewer).reach(&[Role::Editor]), Reach::Units(BTreeSet::new()));
    }

    #[test]
    fn a_coordinator_reaches_the_whole_district() {
        assert_eq!(actor(Role::Coordinator).reach(&[Role::Coordinator]), Reach::All);
    }

    #[test]
    fn the_public_may_only_what_everybody_may() {
        let public = Actor::public("d".into());
        assert!(public.may(Permission::Public));
        assert!(!public.may(Permission::SignedIn));
        assert!(!public.may(Permission::Roles(&Role::ALL)));
    }
}
