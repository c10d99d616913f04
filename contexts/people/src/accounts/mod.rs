//! Accounts: who signs in, and the roles that they hold in units.

mod actions;
pub mod import;
pub mod password;
mod roles;
mod store;

pub(crate) use actions::open;
pub use actions::{NewAccount, change_password, create, disable, enable, rename, reset_password};
pub use password::{PasswordHash, hash};
pub use roles::{HeldRole, actor, end_role, give_role, held, holders, holders_in, nearest_holders};
pub(crate) use roles::{end_in_unit, grant, hand_over};
pub(crate) use store::{COLUMNS, account, note_sign_in, password_hash};
pub use store::{Filter, count, find, find_by_login, in_unit, list};

use kernel::{AccountId, Instant, Problem, UnitId, search_key};

/// Who signs in. The password's hash never leaves the store but for checking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name typed at sign-in.
    pub login: String,
    /// The person's name, shown beside what they do.
    pub name: String,
    /// Where the person works.
    pub unit: Option<UnitId>,
    /// In which state it is.
    pub state: AccountState,
    /// When it was opened.
    pub created_at: Instant,
    /// When somebody last signed in.
    pub signed_in_at: Option<Instant>,
    /// Counts changes, to tell two writers apart.
    pub version: i64,
}

/// The states of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// It has a temporary password, which opens only the page that changes it.
    Temporary,
    /// It signs in.
    Active,
    /// Nobody signs in with it; its past stays.
    Disabled {
        /// Since when.
        since: Instant,
    },
}

impl AccountState {
    /// The word in addresses and, after `account-state-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Temporary => "temporary",
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
        }
    }

    /// Disables it.
    ///
    /// # Errors
    /// It is disabled already.
    pub const fn disable(self, now: Instant) -> Result<Self, Problem> {
        match self {
            Self::Temporary | Self::Active => Ok(Self::Disabled { since: now }),
            Self::Disabled { .. } => Err(Problem::new("people-account-is-disabled")),
        }
    }

    /// Opens a disabled one again, with a temporary password.
    ///
    /// # Errors
    /// It is not disabled.
    pub const fn enable(self) -> Result<Self, Problem> {
        match self {
            Self::Disabled { .. } => Ok(Self::Temporary),
            Self::Temporary | Self::Active => Err(Problem::new("people-account-is-enabled")),
        }
    }

    /// Gives it a temporary password.
    ///
    /// # Errors
    /// It is disabled.
    pub const fn reset(self) -> Result<Self, Problem> {
        match self {
            Self::Temporary | Self::Active => Ok(Self::Temporary),
            Self::Disabled { .. } => Err(Problem::new("people-account-is-disabled")),
        }
    }

    /// Its owner chooses a password.
    ///
    /// # Errors
    /// It is disabled.
    pub const fn choose(self) -> Result<Self, Problem> {
        match self {
            Self::Temporary | Self::Active => Ok(Self::Active),
            Self::Disabled { .. } => Err(Problem::new("people-account-is-disabled")),
        }
    }
}

/// A login: 2 to 40 letters (Chinese ones too), digits and `.` `_` `-` `@`.
///
/// # Errors
/// The problem at the field.
pub fn checked_login(written: &str) -> Result<String, Problem> {
    let login = written.trim();
    let long = login.chars().count();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if (2..=40).contains(&long) && login.chars().all(plain) && !search_key(login).is_empty() {
        Ok(login.to_owned())
    } else {
        Err(Problem::new("people-login-malformed").at("login").with("login", login))
    }
}

/// A person's name: 1 to 50 characters.
///
/// # Errors
/// The problem at the field.
pub fn checked_person(written: &str) -> Result<String, Problem> {
    let name = written.trim();
    let long = name.chars().count();
    if (1..=50).contains(&long) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(Problem::new("people-name-malformed").at("name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_fits_some_states_and_is_refused_in_the_others() {
        use AccountState::{Active, Disabled, Temporary};
        let now = Instant::from_micros(7);
        let off = Disabled { since: now };
        let already = || Err(Problem::new("people-account-is-disabled"));
        for (state, disable, enable, reset, choose) in [
            (Temporary, Ok(off), Err("people-account-is-enabled"), Ok(Temporary), Ok(Active)),
            (Active, Ok(off), Err("people-account-is-enabled"), Ok(Temporary), Ok(Active)),
            (off, already(), Ok(Temporary), already(), already()),
        ] {
            assert_eq!(state.disable(now), disable);
            assert_eq!(state.enable(), enable.map_err(Problem::new));
            assert_eq!(state.reset(), reset);
            assert_eq!(state.choose(), choose);
        }
    }

    #[test]
    fn a_login_has_letters_and_digits_and_no_blanks() {
        for good in ["li.wei", "区科协-01", "a@b.cn", "13800000000"] {
            assert!(checked_login(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "li wei", "<b>", "a/b", &"x".repeat(41)] {
            assert!(checked_login(bad).is_err(), "{bad}");
        }
    }
}
