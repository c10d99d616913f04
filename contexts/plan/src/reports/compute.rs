//! A report's cells from the totals. Costs the cells that it shows.

use std::collections::BTreeMap;

use db::Tx;
use evidence::{Filter, Part, Period as Years, PurposeId, Sums, Tally, totals};
use kernel::{Caller, Day, Refusal};
use people::units;
use rust_decimal::Decimal;

use super::closed::{self, Signed};
use super::report::{Line, LineKind, Report, Scope, Span};
use crate::figures::{self, Board, MeasureFigure, TargetFigure};
use crate::item::leads;
use crate::letters::year_board;
use crate::rules::{self, Status, Year12};
use crate::{AnnualPlan, store};

/// What the lines of a report are drawn from.
struct Drawn<'a> {
    board: &'a Board,
    scope: &'a Scope,
    span: Span,
    base: Filter,
    annual: Option<AnnualPlan>,
    signed: Option<Signed>,
    today: Day,
}

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
    let annual = match &scope {
        Scope::Unit(unit) => store::find_annual(tx, by.district(), unit, span.year)?,
        Scope::District | Scope::Town(_) => None,
    };
    let drawn = Drawn {
        board: &board,
        scope: &scope,
        span,
        base: narrowed(
            &scope,
            Filter { from: Some(first), to: Some(last), ..Years::year(span.year).filter() },
        ),
        annual,
        signed: closed::signed(tx, by, span)?,
        today: by.today(),
    };
    let mut lines = match scope {
        Scope::District => board.targets.iter().map(target).collect(),
        Scope::Unit(_) | Scope::Town(_) => Vec::new(),
    };
    let sums = sums(tx, by, &drawn)?;
    for measure in board.sections.iter().flat_map(|section| &section.measures) {
        let of = sums.get(&PurposeId::from(measure.item.id.as_str())).copied();
        lines.extend(drawn.line(measure, of.unwrap_or(Some(Sums::default()))));
    }
    let whole = match &scope {
        Scope::District if span.quarter.is_none() => {
            Some(totals::of(tx, by.district(), None, Years::year(span.year))?)
        }
        Scope::District => Some(quarter(tx, by, None, span)?),
        Scope::Unit(_) | Scope::Town(_) => added_up(tx, by, &drawn.base)?,
    };
    lines.push(drawn.counted(
        ("", Part::Organiser),
        whole,
        Line { kind: LineKind::Sum, href: Some(drawn.base.href()), ..empty() },
    ));
    let closed = drawn.signed.as_ref().is_some_and(|signed| signed.tells_of(&scope));
    let (plan, targets_on) = (board.plan.title, board.on);
    Ok(Report { scope, span, on, targets_on, closed, plan, name, lines })
}

fn empty() -> Line {
    Line {
        kind: LineKind::Measure,
        key: String::new(),
        title: String::new(),
        value: None,
        heads: None,
        since: None,
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
        asked: figure.asked.map(|asked| figure.written_up(asked)),
        unit: promise.unit.clone(),
        persons: promise.counting.tally != Tally::Sessions,
        status: figure.status.code().to_owned(),
        href: figure.href().map(str::to_owned),
        ..empty()
    }
}

impl Drawn<'_> {
    /// The line of a measure; for a unit only what it has a part in, for a town only what was done there.
    fn line(&self, measure: &MeasureFigure, sums: Option<Sums>) -> Option<Line> {
        let item = &measure.item;
        let mut filter = Filter { purpose: Some(PurposeId::from(item.id.as_str())), ..self.base.clone() };
        let (asked, status) = match self.scope {
            Scope::District => self.standing(&measure.planned, measure.status, sums),
            Scope::Unit(unit) if leads(item.role_of(unit)?) => {
                let done = sums.map_or(0, |sums| sums.sessions);
                let at = (self.span.year, self.today);
                let own = figures::own(self.annual.as_ref(), &item.id, done, at);
                self.standing(&own.planned, own.status, sums)
            }
            Scope::Unit(_) => {
                filter.part = Some(Part::Supporter);
                (None, None)
            }
            Scope::Town(_) => (None, None),
        };
        let line = Line {
            key: item.id.to_string(),
            title: format!("{}. {}", item.n, item.title),
            asked: asked.filter(|n| *n > 0).map(Decimal::from),
            status: status.map(|status| status.code().to_owned()).unwrap_or_default(),
            href: Some(filter.href()),
            ..empty()
        };
        let line = self.counted((item.id.as_str(), filter.part.unwrap_or(Part::Organiser)), sums, line);
        let nothing = line.since.is_none() && line.value.is_some_and(|value| value.is_zero());
        (!nothing || !matches!(self.scope, Scope::Town(_))).then_some(line)
    }

    /// What the span's months plan, and how that stands: in the year as `of_year` says, in a quarter by the
    /// quarter's own months.
    fn standing(
        &self,
        planned: &[i64; 12],
        of_year: Status,
        sums: Option<Sums>,
    ) -> (Option<i64>, Option<Status>) {
        let Some(quarter) = self.span.quarter else { return (Some(planned.iter().sum()), Some(of_year)) };
        let months = quarter_months(planned, quarter);
        let status = sums.map(|sums| {
            let figures = Year12 { planned: months, done: sums.sessions, waiting: 0 };
            rules::measure_status(self.span.year, self.today, &figures)
        });
        (Some(months.iter().sum()), status.or(Some(Status::CannotSay)))
    }

    /// The line with its figures: those that were signed when the span was closed, and what came since.
    fn counted(&self, (purpose, part): (&str, Part), sums: Option<Sums>, line: Line) -> Line {
        let signed = self.signed.as_ref().and_then(|signed| signed.of(self.scope, purpose, part));
        let shown = signed.or(sums);
        let moved = shown
            .zip(sums)
            .map(|(shown, now)| (now.sessions - shown.sessions, now.person_times - shown.person_times));
        Line {
            value: shown.map(|sums| sums.sessions.into()),
            heads: shown.map(|sums| sums.person_times),
            since: moved.filter(|moved| *moved != (0, 0)),
            ..line
        }
    }
}

/// A year's plan with the months of one quarter alone.
fn quarter_months(planned: &[i64; 12], quarter: i8) -> [i64; 12] {
    let from = usize::try_from(quarter.saturating_sub(1)).unwrap_or(0) * 3;
    let mut months = [0; 12];
    for ((at, cell), n) in months.iter_mut().enumerate().zip(planned) {
        *cell = if (from..from + 3).contains(&at) { *n } else { 0 };
    }
    months
}

/// The sums of every measure within a scope; `None` where a single day has more than can be added up.
fn sums(
    tx: &mut Tx<'_>,
    by: &Caller,
    drawn: &Drawn<'_>,
) -> Result<BTreeMap<PurposeId, Option<Sums>>, Refusal> {
    let (span, years) = (drawn.span, Years::year(drawn.span.year));
    let mut all = BTreeMap::new();
    for measure in drawn.board.sections.iter().flat_map(|section| &section.measures) {
        let purpose = PurposeId::from(measure.item.id.as_str());
        let leading = drawn.scope.unit().and_then(|unit| measure.item.role_of(unit)).is_none_or(leads);
        let of = match (drawn.scope, span.quarter) {
            (Scope::District, None) => Some(totals::of(tx, by.district(), Some(&purpose), years)?),
            (Scope::District, Some(_)) => Some(quarter(tx, by, Some(&purpose), span)?),
            (Scope::Unit(_) | Scope::Town(_), _) => {
                let part = drawn.base.part.map(|_| if leading { Part::Organiser } else { Part::Supporter });
                let filter = Filter { purpose: Some(purpose.clone()), part, ..drawn.base.clone() };
                added_up(tx, by, &filter)?
            }
        };
        all.insert(purpose, of);
    }
    Ok(all)
}

/// The sums of a list: from the totals where they say it, else added up, in halves of its days where it is
/// too long for one look.
fn added_up(tx: &mut Tx<'_>, by: &Caller, filter: &Filter) -> Result<Option<Sums>, Refusal> {
    let mut look = |from, to| {
        let days = Filter { from: Some(from), to: Some(to), ..filter.clone() };
        totals::of_list(tx, by.district(), &days)
    };
    match (filter.from, filter.to) {
        (Some(from), Some(to)) => halved((from, to), &mut look),
        (None, _) | (_, None) => Ok(None),
    }
}

/// The sums of some days by looks that give `None` for too many at once. `None` when one day is too many.
fn halved(
    (from, to): (Day, Day),
    look: &mut impl FnMut(Day, Day) -> Result<Option<Sums>, Refusal>,
) -> Result<Option<Sums>, Refusal> {
    if let Some(sums) = look(from, to)? {
        return Ok(Some(sums));
    }
    let days = to.days_since(from);
    if days <= 0 {
        return Ok(None);
    }
    let middle = from.plus_days(days / 2);
    let Some(mut sums) = halved((from, middle), look)? else { return Ok(None) };
    Ok(halved((middle.plus_days(1), to), look)?.map(|rest| {
        sums.add(rest);
        sums
    }))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use evidence::Sums;
    use kernel::Day;

    use super::halved;

    #[test]
    fn a_quarter_with_more_sessions_than_one_look_adds_up_is_counted_to_the_last_one() {
        const AT_ONCE: i64 = 500;
        let (first, last) = (Day::new(2024, 4, 1).unwrap(), Day::new(2024, 6, 30).unwrap());
        let quarter = |most_of_a_day: i64| -> BTreeMap<Day, i64> {
            (0..91).map(|n| (first.plus_days(n), (n * 37) % most_of_a_day)).collect()
        };
        let count = |days: &BTreeMap<Day, i64>| {
            let mut looks = 0;
            let sums = halved((first, last), &mut |from, to| {
                looks += 1;
                let sessions: i64 = days.range(from..=to).map(|(_, n)| n).sum();
                let sums = Sums { sessions, person_times: sessions * 30, minutes: sessions * 60 };
                Ok(Some(sums).filter(|_| sessions <= AT_ONCE))
            });
            (sums.unwrap(), looks)
        };
        for most in [5, 60, AT_ONCE] {
            let days = quarter(most);
            let (all, (sums, looks)) = (days.values().sum::<i64>(), count(&days));
            assert_eq!(sums.map(|sums| (sums.sessions, sums.person_times)), Some((all, all * 30)));
            assert!(looks < 200, "{looks} looks for {all} sessions");
        }
        let mut days = quarter(60);
        days.insert(first.plus_days(45), AT_ONCE + 1);
        assert_eq!(count(&days).0, None, "one day alone is too long: 未填, and no guess");
    }
}
