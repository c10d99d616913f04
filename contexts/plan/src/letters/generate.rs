//! A letter's clauses from the unit's duties and the targets under them, and the figures that judge them.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{DutyRole, Part, Period as Years, PurposeId, Sums, totals};
use kernel::{Caller, Problem, Refusal, UnitId, Year};
use plan_doc::Form;
use rust_decimal::Decimal;

use super::clause::{Clause, Scores};
use super::rules::{self, Figure};
use crate::figures::{self, Board, TargetFigure};
use crate::item::leads;
use crate::{AnnualPlan, Item, store};

/// What a unit's letter of a year rests on.
pub(crate) struct Facts {
    unit: UnitId,
    organised: BTreeMap<PurposeId, Sums>,
    supported: BTreeMap<PurposeId, Sums>,
    annual: Option<AnnualPlan>,
}

/// The plan with its numbers in a year.
///
/// # Errors
/// Invalid when no plan in force holds that year.
pub(crate) fn board(tx: &mut Tx<'_>, by: &Caller, year: Year) -> Result<Board, Refusal> {
    let plans = store::list_published(tx, by.district())?;
    let plan = plans.into_iter().find(|plan| plan.period.is_some_and(|period| period.includes(year)));
    let none = || Refusal::from(Problem::new("plan-letter-no-plan").at("year").with("year", year));
    figures::board(tx, by, plan.ok_or_else(none)?, Some(year))?.ok_or_else(none)
}

/// Loads what a unit did in a year beside the board of it.
///
/// # Errors
/// As the database refuses.
pub(crate) fn facts(tx: &mut Tx<'_>, by: &Caller, board: &Board, unit: &UnitId) -> Result<Facts, Refusal> {
    let years = Years::year(board.year);
    let mut part = |part| totals::by_purpose_of_unit(tx, by.district(), (unit, part), years);
    let (organised, supported) = (part(Part::Organiser)?, part(Part::Supporter)?);
    let annual = store::find_annual(tx, by.district(), unit, board.year)?;
    Ok(Facts { unit: unit.clone(), organised, supported, annual })
}

impl Facts {
    /// The clauses that the plan asks of the unit: what it leads alone, leads with others, supports;
    /// under what it leads, the targets. Points are spread by weight.
    pub fn clauses(&self, board: &Board) -> Vec<Clause> {
        let mut items: Vec<(DutyRole, &Item)> = self.items(board).collect();
        items.sort_by_key(|(role, item)| (*role, item.n));
        let mut clauses = Vec::new();
        for (role, item) in items {
            let (role, asked) = (role, self.planned(item).filter(|_| leads(role)));
            clauses.push(clause(item, role, &item.title, asked));
            let own = |figure: &&TargetFigure| figure.target.item.as_ref() == Some(&item.id) && leads(role);
            for figure in board.targets.iter().filter(own) {
                let mut of_target = clause(item, role, &figure.target.sentence, asked_of(board, figure));
                of_target.target = Some(figure.target.id.clone());
                of_target.unit.clone_from(&figure.target.promise.unit);
                clauses.push(of_target);
            }
        }
        let weights: Vec<i64> = clauses.iter().map(|clause| rules::weight(clause.role)).collect();
        let points = rules::spread(&weights, rules::TOTAL);
        for ((n, clause), points) in (1..).zip(&mut clauses).zip(points) {
            clause.n = n;
            clause.points = points;
        }
        clauses
    }

    fn items<'b>(&self, board: &'b Board) -> impl Iterator<Item = (DutyRole, &'b Item)> {
        let measures = board.sections.iter().flat_map(|section| &section.measures);
        measures.filter_map(|measure| Some((measure.item.role_of(&self.unit)?, &measure.item)))
    }

    /// Sessions that the unit's own annual plan arranges for an item.
    fn planned(&self, item: &Item) -> Option<Decimal> {
        let annual = self.annual.iter().filter(|plan| plan.is_submitted());
        let lines = annual.flat_map(|plan| &plan.lines).filter(|line| line.item == item.id);
        Some(lines.map(crate::Line::total).sum::<i64>()).filter(|n| *n > 0).map(Decimal::from)
    }

    /// The figure that judges a clause: the target's, else the unit's own sessions. Sessions of which
    /// none was recorded and none was asked for are not collected.
    pub fn figure(&self, board: &Board, clause: &Clause) -> Figure {
        if let Some(figure) = target(board, clause) {
            let unknown = figure.unidentified.unwrap_or(0).into();
            return Figure { now: figure.now, unknown };
        }
        let sessions = Decimal::from(self.sessions(clause));
        let now = Some(sessions).filter(|n| *n > Decimal::ZERO || clause.asked.is_some());
        Figure { now, unknown: Decimal::ZERO }
    }

    fn sessions(&self, clause: &Clause) -> i64 {
        let purpose = PurposeId::from(clause.item.as_str());
        let of = |sums: &BTreeMap<PurposeId, Sums>| sums.get(&purpose).map_or(0, |sums| sums.sessions);
        if leads(clause.role) { of(&self.organised) } else { of(&self.supported) + of(&self.organised) }
    }

    /// The list of what stands behind a clause's figure.
    pub fn href(&self, board: &Board, clause: &Clause) -> Option<String> {
        if clause.target.is_some() {
            return target(board, clause).and_then(TargetFigure::href).map(str::to_owned);
        }
        let mut filter = Years::year(board.year).filter();
        filter.purpose = Some(PurposeId::from(clause.item.as_str()));
        filter.unit = Some(self.unit.clone());
        filter.part = leads(clause.role).then_some(Part::Organiser);
        Some(filter.href())
    }
}

fn target<'b>(board: &'b Board, clause: &Clause) -> Option<&'b TargetFigure> {
    let id = clause.target.as_ref()?;
    board.targets.iter().find(|figure| figure.target.id == *id)
}

fn clause(item: &Item, role: DutyRole, body: &str, asked: Option<Decimal>) -> Clause {
    Clause {
        n: 0,
        item: item.id.clone(),
        target: None,
        role,
        body: body.trim().to_owned(),
        asked,
        unit: String::new(),
        points: 0,
        scores: Scores::default(),
    }
}

/// What a year asks of a target: its path, or the even line where that is a fair reference.
fn asked_of(board: &Board, figure: &TargetFigure) -> Option<Decimal> {
    figure.asked?;
    let (goal, promise) = (figure.goal?, &figure.target.promise);
    if promise.form == Some(Form::Yearly) {
        return Some(goal);
    }
    let due = promise.due_on()?;
    crate::rules::asked_at_year_end(goal, &figure.path, board.period.first_day(), due, board.year)
        .map(|asked| kernel::round_half_up(asked, 2).normalize())
}
