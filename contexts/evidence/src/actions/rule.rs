//! Writing rules, looking at what one would change, and putting it in force.

use db::Tx;
use kernel::{Caller, Day, Problem, Problems, Refusal, UnitId};
use people::units::UnitKind;
use serde_json::json;

use super::{audit, stamp, unchanged};
use crate::dry_run::{DryRun, dry_run};
use crate::indicator::{Indicator, Source, Tally};
use crate::rule::{Conditions, Rule, RuleState, RuleWorld, problems};
use crate::{IndicatorId, RuleId, recount, rules, store};

/// A rule as it comes from a form.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Of which indicator.
    pub of: RuleOf,
    /// Which deliveries.
    pub conditions: Conditions,
    /// What is counted.
    pub tally: Tally,
    /// From which day on.
    pub from: Day,
    /// Why.
    pub why: String,
}

/// Whether a rule follows another or makes a number of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleOf {
    /// The next version of what a known indicator counts.
    Known(IndicatorId),
    /// The first of a new indicator.
    New {
        /// Its title.
        title: String,
        /// The unit of its value.
        unit: String,
    },
}

/// The last day of an indicator that nobody ends.
fn open_end(from: Day) -> Day {
    Day::new(9999, 12, 31).unwrap_or(from)
}

/// Writes a draft: it counts nothing yet.
///
/// # Errors
/// Forbidden but for those who keep the rules; invalid with all that must be mended.
pub fn draft(tx: &mut Tx, by: &Caller, new: &NewRule) -> Result<RuleId, Refusal> {
    let made = keeper(by)?;
    let why = rules::reason(&new.why).map_err(|_| Problem::new("evidence-reason-missing").at("why"))?;
    let (indicator, n) = match &new.of {
        RuleOf::Known(id) => {
            // only what is counted has a rule: a survey's share or the accounts move by nothing that is held
            let found = store::indicator::find(tx, by.district(), id)?;
            let counted = found.filter(|one| matches!(one.source, Source::Counted { .. }));
            let indicator = counted.ok_or(Refusal::NotFound)?;
            let versions = store::rule::list_of(tx, by.district(), id)?;
            if let Some(draft) = versions.iter().find(|one| matches!(one.state(), RuleState::Draft)) {
                return Err(Problem::new("evidence-rule-draft-open").with("n", draft.n).into());
            }
            (indicator, versions.last().map_or(1, |last| last.n + 1))
        }
        RuleOf::New { title, unit } => (make(tx, by, title, unit, new)?, 1),
    };
    let rule = Rule {
        id: by.id(),
        n,
        conditions: new.conditions.clone(),
        tally: new.tally,
        from: new.from,
        to: indicator.to,
        why,
        is_ready: false,
        made,
        state: RuleState::Draft,
        version: 1,
        indicator: indicator.id.clone(),
    };
    refuse(problems(&rule, &world(tx, by, &rule, &indicator)?))?;
    if !store::rule::insert(tx, by.district(), &rule)? {
        return Err(Refusal::Conflict(Problem::new("evidence-changed-meanwhile")));
    }
    let detail = json!({ "indicator": rule.indicator, "version": rule.n, "since": rule.from });
    audit(tx, by, "evidence.rule.draft", ("rule", rule.id.as_str()), detail)?;
    Ok(rule.id)
}

/// A new indicator of the district's own.
fn make(tx: &mut Tx, by: &Caller, title: &str, unit: &str, new: &NewRule) -> Result<Indicator, Refusal> {
    let mut missing = Problems::new();
    for (field, text) in [("title", title), ("unit_text", unit)] {
        if text.trim().is_empty() {
            missing.add(Problem::new("error-missing").at(field));
        }
    }
    missing.check()?;
    let first = Day::new(new.from.year(), 1, 1).unwrap_or(new.from);
    let indicator = Indicator {
        id: by.id(),
        title: title.trim().to_owned(),
        title_en: None,
        unit: unit.trim().to_owned(),
        unit_en: None,
        source: Source::Counted {
            purpose: new.conditions.purpose.clone(),
            kind: None,
            group: None,
            tally: new.tally,
        },
        from: first,
        to: open_end(first),
        implied: None,
    };
    store::indicator::save_own(tx, by.district(), &indicator)?;
    Ok(indicator)
}

/// Puts a draft in force from its first day: what happened since then is counted anew by it, and the
/// versions before keep the days before.
///
/// # Errors
/// Forbidden; conflict when it is no draft any more; invalid when it no longer fits.
pub fn put_in_force(tx: &mut Tx, by: &Caller, (id, seen): (&RuleId, i64)) -> Result<(), Refusal> {
    let put = keeper(by)?;
    let rule = find(tx, by, id)?;
    let indicator = store::indicator::find(tx, by.district(), &rule.indicator)?.ok_or(Refusal::NotFound)?;
    let rule = rule.put_in_force(put)?;
    unchanged(seen, rule.version)?;
    refuse(problems(&rule, &world(tx, by, &rule, &indicator)?))?;
    follow(tx, by, &rule)?;
    store::rule::save(tx, by.district(), &rule, seen)?;
    recount::begin(tx, by, &indicator.id)?;
    let detail = json!({ "indicator": rule.indicator, "version": rule.n, "since": rule.from });
    audit(tx, by, "evidence.rule.force", ("rule", id.as_str()), detail)
}

/// Lets a version take its days from those before it.
pub(crate) fn follow(tx: &mut Tx, by: &Caller, rule: &Rule) -> Result<(), Refusal> {
    for earlier in store::rule::list_of(tx, by.district(), &rule.indicator)? {
        let seen = earlier.version;
        if earlier.id != rule.id
            && let Some(earlier) = earlier.followed_by(rule)
        {
            store::rule::save(tx, by.district(), &earlier, seen)?;
        }
    }
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// Forbidden, not found; conflict when it is no draft any more.
pub fn discard(tx: &mut Tx, by: &Caller, (id, seen): (&RuleId, i64)) -> Result<IndicatorId, Refusal> {
    keeper(by)?;
    let rule = find(tx, by, id)?;
    if !store::rule::discard(tx, by.district(), (id, seen))? {
        return Err(Refusal::Conflict(Problem::new("evidence-changed-meanwhile")));
    }
    let detail = json!({ "indicator": rule.indicator, "version": rule.n });
    audit(tx, by, "evidence.rule.discard", ("rule", id.as_str()), detail)?;
    Ok(rule.indicator)
}

/// The rule. Rules are no secret: whoever sees a number may know how it came about.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx, by: &Caller, id: &RuleId) -> Result<Rule, Refusal> {
    store::rule::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)
}

/// What a draft would change.
///
/// # Errors
/// Not found.
pub fn look_ahead(tx: &mut Tx, by: &Caller, rule: &Rule) -> Result<DryRun, Refusal> {
    let versions = store::rule::list_of(tx, by.district(), &rule.indicator)?;
    dry_run(tx, by, rule, &versions)
}

fn keeper(by: &Caller) -> Result<crate::Stamp, Refusal> {
    let keeps = by.actor.may(kernel::Permission::Roles(rules::RULE_KEEPERS));
    if keeps { stamp(by) } else { Err(Refusal::Forbidden) }
}

fn refuse(found: Vec<Problem>) -> Result<(), Refusal> {
    if found.is_empty() { Ok(()) } else { Err(Refusal::Invalid(found)) }
}

fn world(tx: &mut Tx, by: &Caller, rule: &Rule, indicator: &Indicator) -> Result<RuleWorld, Refusal> {
    let versions = store::rule::list_of(tx, by.district(), &rule.indicator)?;
    let current = versions.into_iter().rfind(|one| matches!(one.state(), RuleState::InForce { .. }));
    let told = &rule.conditions;
    let knows_purpose = match &told.purpose {
        None => true,
        Some(id) => !store::purpose::spans(tx, by.district(), [id])?.is_empty(),
    };
    let on = rule.from.max(indicator.from).min(by.today());
    let mut knows = |unit: Option<&UnitId>, town: bool| -> Result<bool, Refusal> {
        let Some(unit) = unit else { return Ok(true) };
        let found = people::units::find_any(tx, by.district(), unit, on)?;
        Ok(found.is_some_and(|unit| !town || unit.kind == UnitKind::Town))
    };
    let knows = [
        knows(told.unit.as_ref().map(|(unit, _)| unit), false)?,
        knows(told.town.as_ref(), true)?,
        knows(told.place.as_ref(), false)?,
    ];
    let years = store::close::list(tx, by.district())?;
    let closed = years.iter().filter_map(|one| one.period.parse().ok()).max();
    Ok(RuleWorld { span: (indicator.from, indicator.to), current, closed, knows_purpose, knows })
}
