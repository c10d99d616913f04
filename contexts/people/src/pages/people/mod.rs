//! The pages of the accounts, for administrators.

pub mod import;
pub mod index;
pub mod issued;
pub mod new;
pub mod show;

use kernel::Refusal;
use web::{Cx, Safe, Tone, ui};

use super::slow::slow;
use crate::accounts::{AccountState, PasswordHash, password};

/// The catalogue's key of a state.
pub(crate) fn state_key(state: &AccountState) -> String {
    format!("account-state-{}", state.code())
}

/// A state in word, shape and colour.
pub(super) fn state_tag(cx: &Cx, state: AccountState) -> Safe {
    let tone = match state {
        AccountState::Active => Tone::Ok,
        AccountState::Temporary => Tone::Wait,
        AccountState::Disabled { .. } => Tone::Quiet,
    };
    ui::tag(tone, &cx.t(&state_key(&state)))
}

/// A temporary password for a login, and its hash.
pub(super) async fn temporary(cx: &Cx, once: &str, login: &str) -> Result<(String, PasswordHash), Refusal> {
    let plain = password::temporary_of(once, login, &*cx.by.rng);
    let (text, rng) = (plain.clone(), cx.by.rng.clone());
    let hash = slow(move || password::hash(&text, &*rng)).await?;
    Ok((plain, hash))
}
