//! Publishing a version, and telling the evidence what may be done and counted from now on.

use db::Tx;
use evidence::{Indicator, IndicatorId, Purpose, PurposeId, Source, indicators, purposes};
use kernel::{Caller, Problem, Refusal};
use plan_doc::{Form, ItemKind, TargetKind};
use rust_decimal::prelude::ToPrimitive;
use serde_json::json;
use web::Locale;

use super::{keeper, load, record};
use crate::target::{Promise, TargetState};
use crate::wording::{WordingKind, Wordings};
use crate::{Content, Item, Plan, PlanId, Target, store};

/// Puts a draft in force; the version that it replaces is superseded, its duties stay readable.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`; conflict when something is still open,
/// or the draft was changed since `version`.
pub fn publish(tx: &mut Tx<'_>, by: &Caller, id: &PlanId, version: i64) -> Result<(), Refusal> {
    let account = keeper(&by.actor)?;
    let plan = load(tx, by, id)?;
    if plan.version != version {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    let left = store::obstacles(tx, by.district(), id)?;
    let plan = plan.publish(account, by.now(), left)?;
    let old = replaced(tx, by, &plan)?;
    store::save_plan(tx, by.district(), &plan)?;
    if let Some(old) = old {
        store::save_plan(tx, by.district(), &old.supersede(by.now())?)?;
    }
    register(tx, by)?;
    record(tx, by, "plan.publish", ("plan", id.as_str()), json!({ "title": plan.title }))
}

/// The plan in force that this one takes the place of. What a draft continues was found when it was
/// read; what is in force for its years may be another one by now, and ids of its items would then
/// stand for other measures.
fn replaced(tx: &mut Tx<'_>, by: &Caller, plan: &Plan) -> Result<Option<Plan>, Refusal> {
    let shares = |other: &Plan| match (other.period, plan.period) {
        (Some(one), Some(other)) => one.overlaps(other),
        (None, _) | (_, None) => false,
    };
    let mut others = store::list_published(tx, by.district())?;
    others
        .retain(|other| other.id != plan.id && (shares(other) || plan.replaces.as_ref() == Some(&other.id)));
    match others.as_slice() {
        [] if plan.replaces.is_none() => Ok(None),
        [one] if plan.replaces.as_ref() == Some(&one.id) && shares(one) => Ok(others.pop()),
        _ => Err(Refusal::Conflict(Problem::new("plan-compared-with-another"))),
    }
}

/// Throws a draft and its document away: nobody was ever bound by it, and the file may come again.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; `NotFound`; conflict when it was ever in force.
pub fn discard(tx: &mut Tx<'_>, by: &Caller, id: &PlanId) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    let plan = load(tx, by, id)?;
    let (title, document) = (plan.title.clone(), plan.document.clone());
    plan.discard()?;
    store::delete_content(tx, by.district(), id)?;
    store::delete_plan(tx, by.district(), id)?;
    store::forget_document(tx, by.district(), &document)?;
    record(tx, by, "plan.discard", ("plan", id.as_str()), json!({ "title": title }))
}

/// Registers the measures of all plans in force as purposes, and their confirmed targets and goals
/// as indicators. What is gone is retired by the evidence.
pub(crate) fn register(tx: &mut Tx<'_>, by: &Caller) -> Result<(), Refusal> {
    let words = store::load_wordings(tx, by.district())?;
    let (mut all_purposes, mut all_indicators) = (Vec::new(), Vec::new());
    for plan in store::list_published(tx, by.district())? {
        let content = store::load_content(tx, by.district(), &plan.id)?;
        all_purposes.extend(content.items.iter().filter_map(|item| purpose(&plan, item, &words)));
        all_indicators.extend(indicators_of(&plan, &content, &words));
    }
    purposes::register(tx, by, &all_purposes)?;
    indicators::register(tx, by, &all_indicators)
}

/// A measure as something that a delivery may be done for.
fn purpose(plan: &Plan, item: &Item, words: &Wordings) -> Option<Purpose> {
    let period = plan.period.filter(|_| item.is_measure())?;
    let duties = item.duties.iter().filter_map(|duty| Some((duty.holder.unit()?.clone(), duty.role)));
    let english = words.title(Locale::En, WordingKind::Item, item.id.as_str(), "");
    Some(Purpose {
        id: PurposeId::from(item.id.as_str()),
        code: item.n.to_string(),
        title: item.title.clone(),
        title_en: Some(english).filter(|text| !text.is_empty()),
        from: period.first_day(),
        to: period.last_day(),
        duties: duties.collect(),
    })
}

/// Confirmed targets, and goals to be attested.
fn indicators_of(plan: &Plan, content: &Content, words: &Wordings) -> Vec<Indicator> {
    let Some(period) = plan.period else { return Vec::new() };
    let indicator = |id: &str, kind, title: &str, unit: &str, source| {
        let english = words.title(Locale::En, kind, id, "");
        Indicator {
            id: IndicatorId::from(id),
            title: title.to_owned(),
            title_en: Some(english).filter(|text| !text.is_empty()),
            unit: unit.to_owned(),
            unit_en: None,
            source,
            from: period.first_day(),
            to: period.last_day(),
            implied: None,
        }
    };
    let promises: Vec<_> = content.targets.iter().map(|target| &target.promise).collect();
    let n_years = i64::from(period.to - period.from) + 1;
    let confirmed = content.targets.iter().filter(|target| target.state != TargetState::Proposed);
    let targets = confirmed.filter_map(|target| {
        let promise = &target.promise;
        let source = source(target, promise)?;
        let one = indicator(target.id.as_str(), WordingKind::Target, &promise.subject, &promise.unit, source);
        let start = crate::rules::derived_start(promise, &promises, n_years);
        Some(Indicator { implied: start.map(|value| (period.first_day().plus_days(-1), value)), ..one })
    });
    let goals = content.items.iter().filter(|item| item.kind == ItemKind::Goal);
    let goals =
        goals.map(|item| indicator(item.id.as_str(), WordingKind::Item, &item.title, "", Source::Attested));
    targets.chain(goals).collect()
}

/// How the figure of a target comes about. A counted target without an item would count every
/// delivery of the district; it has none until somebody names the item.
fn source(target: &Target, promise: &Promise) -> Option<Source> {
    Some(match promise.kind {
        // sessions anywhere do not say that every place had them
        TargetKind::Counted if promise.form == Some(Form::Coverage) => return None,
        TargetKind::Counted => Source::Counted {
            purpose: Some(PurposeId::from(target.item.as_ref()?.as_str())),
            kind: promise.counting.kind,
            group: promise.counting.group,
            tally: promise.counting.tally,
        },
        TargetKind::Registered if promise.form == Some(Form::Coverage) && promise.is_of_towns() => {
            let per_town = promise.value.and_then(|value| value.ceil().to_i64()).unwrap_or(1).max(1);
            Source::Coverage { per_town }
        }
        TargetKind::Registered => Source::Registered,
        TargetKind::Measured => Source::Measured,
        TargetKind::Financial => Source::Financial,
        TargetKind::Attested => Source::Attested,
    })
}
