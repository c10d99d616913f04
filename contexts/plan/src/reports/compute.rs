//! A report's cells from the totals. Costs the cells that it shows.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{Filter, Part, Period as Years, PurposeId, Sums, Tally, totals};
use kernel::{Caller, Refusal, UnitId};
use people::units;
use rust_decimal::Decimal;

use super::report::{Line, LineKind, Report, Scope, Span};
use crate::figures::{Board, MeasureFigure, TargetFigure};
use crate::item::leads;
use crate::letters::year_board;
use crate::rules::{self, Status, Year12};

/// Draws up a report.
///
/// # Errors
/// `NotFound` for a unit or a quarter that is none; invalid when no plan holds the year.
pub fn report(tx: &mut Tx<'_>, by: &Caller, scope: Scope, span: Span) -> Result<Report, Refusal> {
    let (first, last) = span.days().ok_or(Refusal::NotFound)?;
    let board = year_board(tx, by, span.year)?;
    let on = if last < board.on { last } else { board.on };
    let name = match scope.unit() {
        Some(unit) => units::find_any(tx, by.district(), unit, on)?.ok_or(Refusal::NotFound)?.name,
        None => String::new(),
    };
    let base =
        narrowed(&scope, Filter { from: Some(first), to: Some(last), ..Years::year(span.year).filter() });
    let mut lines = match scope {
        Scope::District => board.targets.iter().map(target).collect(),
        Scope::Unit(_) | Scope::Town(_) => Vec::new(),
    };
    let sums = sums(tx, by, &board, (&scope, span), &base)?;
    for measure in board.sections.iter().flat_map(|section| &section.measures) {
        let of = sums.get(&PurposeId::from(measure.item.id.as_str())).copied();
        lines.extend(line(&board, &scope, span, measure, of.unwrap_or(Some(Sums::default())), &base));
    }
    let whole = match &scope {
        Scope::District if span.quarter.is_none() => {
            Some(totals::of(tx, by.district(), None, Years::year(span.year))?)
        }
        Scope::District => Some(quarter(tx, by, None, span)?),
        Scope::Unit(_) | Scope::Town(_) => totals::of_list(tx, by.district(), &base)?,
    };
    lines.push(Line {
        kind: LineKind::Sum,
        value: whole.map(|sums| sums.sessions.into()),
        heads: whole.map(|sums| sums.person_times),
        href: Some(base.href()),
        ..empty()
    });
    Ok(Report { scope, span, on, plan: board.plan.title, name, lines })
}

fn empty() -> Line {
    Line {
        kind: LineKind::Measure,
        key: String::new(),
        title: String::new(),
        value: None,
        heads: None,
        asked: None,
        unit: String::new(),
        persons: false,
        status: String::new(),
        href: None,
    }
}

fn narrowed(scope: &Scope, filter: Filter) -> Filter {
    match scope {
        Scope::District => filter,
        Scope::Unit(unit) => Filter { unit: Some(unit.clone()), part: Some(Part::Organiser), ..filter },
        Scope::Town(town) => Filter { town: Some(town.clone()), ..filter },
    }
}

fn target(figure: &TargetFigure) -> Line {
    let promise = &figure.target.promise;
    Line {
        kind: LineKind::Target,
        key: figure.target.id.to_string(),
        title: promise.subject.clone(),
        value: figure.now,
        asked: figure.asked.map(|asked| kernel::round_half_up(asked, 1)),
        unit: promise.unit.clone(),
        persons: promise.counting.tally != Tally::Sessions,
        status: figure.status.code().to_owned(),
        href: figure.href().map(str::to_owned),
        ..empty()
    }
}

/// The line of a measure; for a unit only what it has a part in, for a town only what was done there.
fn line(
    board: &Board,
    scope: &Scope,
    span: Span,
    measure: &MeasureFigure,
    sums: Option<Sums>,
    base: &Filter,
) -> Option<Line> {
    let item = &measure.item;
    let planned = Some(measure.n_planned()).filter(|n| *n > 0).map(Decimal::from);
    let (asked, status) = match scope {
        Scope::District => (planned, Some(standing(board, span, measure, sums))),
        Scope::Unit(unit) => {
            let role = item.role_of(unit)?;
            (None, leads(role).then_some(measure.status).filter(|_| span.quarter.is_none()))
        }
        Scope::Town(_) => {
            sums.filter(|sums| sums.sessions > 0)?;
            (None, None)
        }
    };
    let filter = Filter { purpose: Some(PurposeId::from(item.id.as_str())), ..base.clone() };
    Some(Line {
        key: item.id.to_string(),
        title: format!("{}. {}", item.n, item.title),
        value: sums.map(|sums| sums.sessions.into()),
        heads: sums.map(|sums| sums.person_times),
        asked: match span.quarter {
            None => asked,
            Some(quarter) => asked.map(|_| Decimal::from(planned_in(measure, quarter))),
        },
        status: status.map(|status| status.code().to_owned()).unwrap_or_default(),
        href: Some(filter.href()),
        ..empty()
    })
}

/// Sessions that a quarter's months plan.
fn planned_in(measure: &MeasureFigure, quarter: i8) -> i64 {
    let from = usize::try_from(quarter.saturating_sub(1)).unwrap_or(0) * 3;
    measure.planned.iter().skip(from).take(3).sum()
}

/// How a measure stands: in the year as the board says, in a quarter by the quarter's own plan.
fn standing(board: &Board, span: Span, measure: &MeasureFigure, sums: Option<Sums>) -> Status {
    let (Some(quarter), Some(sums)) = (span.quarter, sums) else { return measure.status };
    let from = usize::try_from(quarter.saturating_sub(1)).unwrap_or(0) * 3;
    let mut planned = [0; 12];
    for ((at, cell), n) in planned.iter_mut().enumerate().zip(measure.planned) {
        *cell = if (from..from + 3).contains(&at) { n } else { 0 };
    }
    rules::measure_status(span.year, board.on, &Year12 { planned, done: sums.sessions, waiting: 0 })
}

/// The sums of every measure within a scope; `None` where a list is too long to be added up.
fn sums(
    tx: &mut Tx<'_>,
    by: &Caller,
    board: &Board,
    (scope, span): (&Scope, Span),
    base: &Filter,
) -> Result<BTreeMap<PurposeId, Option<Sums>>, Refusal> {
    let years = Years::year(span.year);
    let items: Vec<(PurposeId, bool)> = board
        .sections
        .iter()
        .flat_map(|section| &section.measures)
        .map(|measure| {
            let unit: Option<&UnitId> = scope.unit();
            let role = unit.and_then(|unit| measure.item.role_of(unit));
            (PurposeId::from(measure.item.id.as_str()), role.is_none_or(leads))
        })
        .collect();
    let mut all = BTreeMap::new();
    for (purpose, leading) in items {
        let of = match (scope, span.quarter) {
            (Scope::District, None) => Some(totals::of(tx, by.district(), Some(&purpose), years)?),
            (Scope::District, Some(_)) => Some(quarter(tx, by, Some(&purpose), span)?),
            (Scope::Town(town), None) => {
                let towns = totals::by_town(tx, by.district(), Some(&purpose), years)?;
                Some(towns.get(town).copied().unwrap_or_default())
            }
            (Scope::Unit(_) | Scope::Town(_), _) => {
                let part = base.part.map(|_| if leading { Part::Organiser } else { Part::Supporter });
                let filter = Filter { purpose: Some(purpose.clone()), part, ..base.clone() };
                totals::of_list(tx, by.district(), &filter)?
            }
        };
        all.insert(purpose, of);
    }
    Ok(all)
}

/// A quarter's months added up, for a purpose or the whole district.
fn quarter(tx: &mut Tx<'_>, by: &Caller, purpose: Option<&PurposeId>, span: Span) -> Result<Sums, Refusal> {
    let mut sums = Sums::default();
    let Some((first, last)) = span.days() else { return Ok(sums) };
    for (month, one) in totals::by_month(tx, by.district(), purpose, span.year)? {
        if month >= first.month_text() && month <= last.month_text() {
            sums.add(one);
        }
    }
    Ok(sums)
}
