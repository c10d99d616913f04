//! Recording, confirming and withdrawing figures from outside.

use std::collections::BTreeMap;

use db::Tx;
use kernel::{Caller, Day, Problem, Refusal};
use rust_decimal::Decimal;
use serde_json::json;

use super::{audit, close, known_unit, stamp, unchanged};
use crate::close::LateKind;
use crate::figure::{Contradiction, Figure, FigureDetails, contradictions};
use crate::{FigureId, IndicatorId, Life, Stamp, Sums, rules, store};

/// Records a figure; it is shown once a second person confirmed it.
///
/// # Errors
/// Invalid with what must be mended.
pub fn record(tx: &mut Tx, by: &Caller, details: &FigureDetails) -> Result<FigureId, Refusal> {
    let stamp = stamp(by)?;
    let indicator = match &details.indicator {
        None => None,
        Some(id) => {
            let found = store::indicator::find(tx, by.district(), id)?;
            Some(found.ok_or_else(|| Problem::new("evidence-indicator-unknown").at("indicator"))?)
        }
    };
    let of = indicator.as_ref().map(|one| (&one.source, one.unit.as_str()));
    details.check(by.today(), of)?;
    known_unit(tx, by, ("unit", &details.unit), by.today())?;
    if !by.actor.reach(rules::RECORDERS).includes(&details.unit) {
        return Err(Problem::new("evidence-host-outside").at("unit").into());
    }
    let life = Life::Waiting;
    let figure =
        Figure { id: by.id(), details: details.clone(), life, version: 1, recorded: stamp, is_demo: false };
    store::figure::insert(tx, by.district(), &figure)?;
    let detail =
        json!({ "figure": details.subject, "value": details.value.to_string(), "on": details.as_of });
    audit(tx, by, "evidence.figure.record", ("figure", figure.id.as_str()), detail)?;
    Ok(figure.id)
}

/// Confirms a figure that another recorded.
/// `reason` says why it comes after its month or year was closed; it is not asked for while they are open.
///
/// # Errors
/// Not found, forbidden, conflict; invalid for one's own, and late without a reason.
pub fn confirm(tx: &mut Tx, by: &Caller, (id, seen): (&FigureId, i64), reason: &str) -> Result<(), Refusal> {
    let stamp = stamp(by)?;
    let figure = load(tx, by, id)?.confirm(stamp.clone())?;
    unchanged(seen, figure.version)?;
    store::figure::save(tx, by.district(), &figure, seen)?;
    note(tx, by, &figure, (&stamp, reason))?;
    audit(tx, by, "evidence.figure.confirm", ("figure", id.as_str()), json!({}))
}

/// Withdraws a figure.
///
/// # Errors
/// Not found, forbidden, conflict; invalid without a reason.
pub fn withdraw(tx: &mut Tx, by: &Caller, (id, seen): (&FigureId, i64), reason: &str) -> Result<(), Refusal> {
    let (stamp, before) = (stamp(by)?, load(tx, by, id)?);
    let stood = before.life.stands();
    let figure = before.withdraw(stamp.clone(), rules::reason(reason)?)?;
    unchanged(seen, figure.version)?;
    store::figure::save(tx, by.district(), &figure, seen)?;
    if stood {
        note(tx, by, &figure, (&stamp, reason))?;
    }
    audit(tx, by, "evidence.figure.withdraw", ("figure", id.as_str()), json!({ "reason": reason.trim() }))
}

/// The closed periods of its year that end on or after its day.
///
/// # Errors
/// As the database refuses.
pub(crate) fn closed_for(tx: &mut Tx, by: &Caller, figure: &Figure) -> Result<Vec<String>, Refusal> {
    let day = figure.details.as_of;
    close::closed_within(tx, by.district(), (day, Day::new(day.year(), 12, 31)))
}

fn note(tx: &mut Tx, by: &Caller, figure: &Figure, why: (&Stamp, &str)) -> Result<(), Refusal> {
    let closed = closed_for(tx, by, figure)?;
    close::note(tx, by, &closed, ((LateKind::Figure, figure.id.as_str()), Sums::default()), why)
}

/// The figure. Figures come from published documents: whoever is signed in sees them.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx, by: &Caller, id: &FigureId) -> Result<Figure, Refusal> {
    store::figure::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)
}

/// Everything that cannot both be right.
///
/// # Errors
/// As the database refuses.
pub fn list_contradictions(
    tx: &mut Tx,
    by: &Caller,
    figures: &[Figure],
) -> Result<Vec<Contradiction>, Refusal> {
    let implied: BTreeMap<IndicatorId, Decimal> = store::indicator::list(tx, by.district())?
        .into_iter()
        .filter_map(|one| Some((one.id, one.implied?.1)))
        .collect();
    Ok(contradictions(figures, |id| implied.get(id).copied()))
}

fn load(tx: &mut Tx, by: &Caller, id: &FigureId) -> Result<Figure, Refusal> {
    let figure = find(tx, by, id)?;
    if by.actor.reach(rules::VERIFIERS).includes(&figure.details.unit) {
        Ok(figure)
    } else {
        Err(Refusal::Forbidden)
    }
}
