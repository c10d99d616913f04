//! Writing plain words for the public.

use db::Tx;
use kernel::{Caller, Refusal};
use serde_json::json;

use super::{keeper, load, record};
use crate::wording::{Wording, WordingKind};
use crate::{PlanId, store};

/// Words for one thing of a plan, named as the document names it: an item by its title, a target by
/// its code, anything else by its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is for.
    pub kind: WordingKind,
    /// Title, code or text.
    pub name: String,
    /// The words.
    pub wording: Wording,
}

/// Saves the words for one thing.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan.
pub fn write(
    tx: &mut Tx<'_>,
    by: &Caller,
    kind: WordingKind,
    key: &str,
    wording: &Wording,
) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    store::save_wording(tx, by.district(), kind, key, wording)?;
    record(tx, by, "plan.wording", ("plan_wording", key), json!({ "kind": kind.code() }))
}

/// Saves words for many things of a version at once. Gives the names that the version does not have.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`.
pub fn write_all(tx: &mut Tx<'_>, by: &Caller, plan: &PlanId, all: &[Named]) -> Result<Vec<String>, Refusal> {
    keeper(&by.actor)?;
    load(tx, by, plan)?;
    let items = store::list_items(tx, by.district(), plan)?;
    let targets = store::list_targets(tx, by.district(), plan)?;
    let mut unknown = Vec::new();
    for Named { kind, name, wording } in all {
        let key = match kind {
            WordingKind::Title | WordingKind::Chapter | WordingKind::Section => Some(name.clone()),
            WordingKind::Item => {
                items.iter().find(|item| item.title == *name).map(|item| item.id.to_string())
            }
            WordingKind::Target => {
                targets.iter().find(|target| target.code == *name).map(|t| t.id.to_string())
            }
        };
        match key {
            Some(key) => store::save_wording(tx, by.district(), *kind, &key, wording)?,
            None => unknown.push(name.clone()),
        }
    }
    record(tx, by, "plan.wording", ("plan", plan.as_str()), json!({ "things": all.len() }))?;
    Ok(unknown)
}
