//! What everybody may be told of how many people came: of the plan's measures and its numbers, by year.
//!
//! A page that is asked for year after year, and for the sum up to each, shows a table as much as a file
//! does. So what is left out is decided over all years at once, the same for every public page, file and
//! address, and none of them gives away what another leaves out.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::{Caller, Refusal, Value, Year};
use rust_decimal::prelude::ToPrimitive;

use crate::suppression::{FEWEST, Shown, grid, line_hiding};
use crate::{IndicatorId, Period, Point, PurposeId, Series, Source, Tally, indicators, totals};

/// What may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    measures: BTreeSet<(PurposeId, Year)>,
    values: BTreeSet<(IndicatorId, Year)>,
    to_date: BTreeSet<(IndicatorId, Year)>,
}

impl Told {
    /// The person-times of a measure in a year: `n`, or nothing when they are left out.
    pub fn person_times(&self, purpose: &PurposeId, year: Year, n: i64) -> Shown {
        let hidden = few(n) || self.measures.contains(&(purpose.clone(), year));
        (!hidden).then_some(n)
    }

    /// Whether an indicator's value of a year is left out.
    pub fn hides_value(&self, id: &IndicatorId, year: Year) -> bool {
        self.values.contains(&(id.clone(), year))
    }

    /// Whether its value from its first day to the end of a year is left out.
    pub fn hides_to_date(&self, id: &IndicatorId, year: Year) -> bool {
        self.to_date.contains(&(id.clone(), year))
    }
}

/// What may be told today. Costs the years of every purpose and indicator.
///
/// # Errors
/// As the database refuses.
pub fn told(tx: &mut Tx, by: &Caller) -> Result<Told, Refusal> {
    let series = indicators::values(tx, by, by.today().year())?;
    let starts = series.iter().map(|one| one.indicator.from.year());
    let to = by.today().year();
    let from = starts.min().unwrap_or(to).min(to);
    let purposes = totals::by_purpose_and_year(tx, by.district(), Period { from, to })?;
    let whole = totals::by_year(tx, by.district(), None, Period { from, to })?;
    let purposes = purposes.into_iter().map(|(cell, sums)| (cell, sums.person_times)).collect();
    let whole = whole.into_iter().map(|(year, sums)| (year, sums.person_times)).collect();
    Ok(decide(&series, &purposes, &whole, (from, to)))
}

/// The same of these numbers: person-times of purposes by year, and of the whole district.
fn decide(
    series: &[Series],
    purposes: &BTreeMap<(PurposeId, Year), i64>,
    whole: &BTreeMap<Year, i64>,
    (from, to): (Year, Year),
) -> Told {
    let years: Vec<Year> = (from..=to).collect();
    let of = |id: &PurposeId| -> Vec<i64> {
        years.iter().map(|year| purposes.get(&(id.clone(), *year)).copied().unwrap_or(0)).collect()
    };
    let mut ids: Vec<&PurposeId> = purposes.keys().map(|(id, _)| id).collect();
    ids.dedup();
    let mut rows: Vec<Vec<i64>> = ids.iter().map(|id| of(id)).collect();
    // where each delivery serves one measure, the district's number less the others' is the last one's
    let rest = |(at, year): (usize, &Year)| {
        let sum: i64 = rows.iter().filter_map(|row| row.get(at)).sum();
        (whole.get(year).copied().unwrap_or(0) - sum).max(0)
    };
    let rest = years.iter().enumerate().map(rest).collect();
    rows.push(rest);
    let shown = grid(&rows);
    let mut told = Told::default();
    let mut sums_to_date = BTreeMap::new();
    for (id, row) in ids.iter().zip(&shown.rows) {
        let Some((whole, cells)) = row.split_last() else { continue };
        told.measures.extend(years.iter().zip(cells).filter_map(|(year, cell)| missing(*id, *year, *cell)));
        sums_to_date.insert((*id).clone(), running(&of(id), cells, whole.is_some()));
    }
    for one in series {
        decide_of(&mut told, one, (&years, &of, &sums_to_date));
    }
    told
}

/// The place of a cell that is left out.
fn missing<I: Clone>(id: &I, year: Year, cell: Shown) -> Option<(I, Year)> {
    cell.is_none().then(|| (id.clone(), year))
}

/// The years, the measures' numbers in them, and what is shown of these to date.
type Known<'a> = (&'a [Year], &'a dyn Fn(&PurposeId) -> Vec<i64>, &'a BTreeMap<PurposeId, Vec<Shown>>);

/// Decides what may be told of one indicator that counts people.
fn decide_of(told: &mut Told, one: &Series, (years, of, sums_to_date): Known) {
    let Source::Counted { purpose, tally, .. } = &one.indicator.source else { return };
    let id = &one.indicator.id;
    let number = |year: &Year, pick: fn(&Point) -> Value| {
        let point = one.points.iter().find(|point| point.year == *year);
        match point.map(pick) {
            Some(Value::Number(n)) => n.to_i64(),
            Some(Value::NotApplicable | Value::NotCollected | Value::Suppressed | Value::Counting) | None => {
                None
            }
        }
    };
    let values: Vec<i64> = years.iter().map(|year| number(year, |point| point.value).unwrap_or(0)).collect();
    let measure = purpose.as_ref().map(|purpose| (purpose, of(purpose)));
    let (shown, to_date) = match (tally, measure) {
        (Tally::Sessions, _) => return,
        // the measure's own number, under another name
        (Tally::PersonTimes, Some((purpose, whole))) if whole == values => {
            let cell = |year: &Year| (!told.measures.contains(&(purpose.clone(), *year))).then_some(0);
            (years.iter().map(cell).collect(), sums_to_date.get(purpose).cloned().unwrap_or_default())
        }
        (Tally::PersonTimes, measure) => {
            let rest: Vec<i64> = measure
                .map(|(_, whole)| whole.iter().zip(&values).map(|(whole, part)| whole - part).collect())
                .unwrap_or_default();
            part_of(&values, &rest)
        }
        (Tally::Persons, _) => {
            // a person of two years counts in each and once to date: what is added to date are new ones
            let mut before = 0;
            let added = |year: &Year| {
                let now = number(year, |point| point.to_date).unwrap_or(before);
                let new = (now - before).max(0);
                before = now;
                new
            };
            let added: Vec<i64> = years.iter().map(added).collect();
            let (_, to_date) = part_of(&added, &[]);
            (values.iter().map(|n| (!few(*n)).then_some(*n)).collect(), to_date)
        }
    };
    told.values.extend(years.iter().zip(&shown).filter_map(|(year, cell)| missing(id, *year, *cell)));
    told.to_date.extend(years.iter().zip(&to_date).filter_map(|(year, cell)| missing(id, *year, *cell)));
}

fn few(n: i64) -> bool {
    (1..FEWEST).contains(&n)
}

/// What may be told of a line by year and to date. It is a part of a number that is told: where the rest
/// of that is few, the part would give it away.
fn part_of(cells: &[i64], rest: &[i64]) -> (Vec<Shown>, Vec<Shown>) {
    let marked: Vec<bool> = rest.iter().map(|n| few(*n)).collect();
    let (shown, whole) = line_hiding(cells, &marked);
    let mut to_date = running(cells, &shown, whole.is_some());
    let mut sum = 0;
    for (cell, n) in to_date.iter_mut().zip(rest) {
        sum += n;
        if few(sum) {
            *cell = None;
        }
    }
    (shown, to_date)
}

/// The sums up to each cell of a line, of which some cells are left out. A sum over some of these and not
/// over others would, less the cells that are shown, be a sum of few: it is left out too. One over all of
/// them tells what the whole line's does, which `whole` says is shown.
fn running(cells: &[i64], shown: &[Shown], whole: bool) -> Vec<Shown> {
    let n_hidden = shown.iter().filter(|cell| cell.is_none()).count();
    let (mut sum, mut met) = (0, 0);
    cells
        .iter()
        .zip(shown)
        .map(|(n, cell)| {
            sum += n;
            met += usize::from(cell.is_none());
            (met == 0 || (met == n_hidden && whole)).then_some(sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether another line of the same shown numbers and sums exists in which the cell at `at` differs:
    /// a hidden number is at least 1.
    fn can_be_another(cells: &[i64], shown: &[Shown], to_date: &[Shown], at: usize) -> bool {
        let open: Vec<usize> = (0..cells.len()).filter(|at| shown[*at].is_none()).collect();
        let mut tried = vec![0i64; open.len()];
        loop {
            let change = |at: usize| open.iter().position(|one| *one == at).map_or(0, |n| tried[n] - 1);
            let lawful = open.iter().all(|at| cells[*at] + change(*at) >= 1);
            let mut sum = 0;
            let keeps = (0..cells.len()).all(|at| {
                sum += change(at);
                to_date[at].is_none() || sum == 0
            });
            if lawful && keeps && change(at) != 0 {
                return true;
            }
            let Some(place) = tried.iter().position(|n| *n < 2) else { return false };
            tried[..place].fill(0);
            tried[place] += 1;
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 500, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_year_of_few_follows_neither_from_the_other_years_nor_from_the_sums_up_to_them(
            cells in proptest::collection::vec(0i64..12, 1..6),
        ) {
            let (shown, to_date) = part_of(&cells, &[]);
            for (at, n) in cells.iter().enumerate() {
                proptest::prop_assert!(shown[at].is_none() || !few(*n), "{cells:?} {shown:?}");
                if few(*n) {
                    proptest::prop_assert!(
                        can_be_another(&cells, &shown, &to_date, at),
                        "{cells:?}: {at} follows from {shown:?} {to_date:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_part_is_left_out_where_it_would_tell_that_the_rest_is_few() {
        // 46 came and 42 of them are elderly: four are not
        let (shown, to_date) = part_of(&[42, 30], &[4, 20]);
        assert_eq!((shown[0], to_date[0]), (None, None));
        let (shown, _) = part_of(&[42, 30], &[16, 20]);
        assert_eq!(shown, [Some(42), Some(30)]);
    }

    #[test]
    fn a_sum_to_date_is_over_none_or_all_of_the_years_that_are_left_out() {
        assert_eq!(part_of(&[40, 0, 60], &[]).1, [Some(40), Some(40), Some(100)]);
        let (shown, to_date) = part_of(&[40, 60, 3, 50], &[]);
        assert_eq!(shown, [None, Some(60), None, Some(50)], "three, and the forty that would tell them");
        assert_eq!(to_date, [None, None, Some(103), Some(153)], "100 less 60 would be the forty");
    }

    #[test]
    fn the_measures_number_is_left_out_where_the_districts_less_the_others_would_tell_it() {
        let cell = |id: &str, n: i64| ((PurposeId::from(id), 2025), n);
        let purposes = BTreeMap::from([cell("a", 46), cell("b", 4), cell("c", 90)]);
        let told = decide(&[], &purposes, &BTreeMap::from([(2025, 140)]), (2025, 2025));
        assert_eq!(told.person_times(&"b".into(), 2025, 4), None, "four people");
        assert_eq!(told.person_times(&"a".into(), 2025, 46), None, "140 less 90 less 46 would be these four");
        assert_eq!(told.person_times(&"c".into(), 2025, 90), Some(90));
    }
}
