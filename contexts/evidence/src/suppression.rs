//! Which cells of a published table are left out, so that nobody can be counted out of it: those of
//! one to four persons, and as many others as it takes that none of them follows from the totals.
//!
//! A table whose rows form a tree (a district, its towns, their months) and whose columns add up to
//! a total is a network: each number stands in exactly two sums, so that raising it must be made
//! good along a circle of other hidden numbers. A hidden number has a second possible value exactly
//! when such a circle runs through it; where there is none, the cheapest one is hidden too. A reader
//! is taken to know that zeros are always shown, thus that a hidden number is at least 1.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Fewer persons than these are not shown, by the fifth article of the counting law. None is: no
/// person is not a person.
pub const FEWEST: i64 = 5;

/// What stands in a published cell: a number, or nothing because it was left out.
pub type Shown = Option<i64>;

/// A table as it is published: each row ends with its total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The rows in the order given, the total last.
    pub rows: Vec<Vec<Shown>>,
    /// The sums of the branches in the order given, the total last; the first is the whole.
    pub branches: Vec<Vec<Shown>>,
}

/// Hides what must be hidden in a line whose total is shown beside it: the cells, then the total.
pub fn line(cells: &[i64]) -> (Vec<Shown>, Shown) {
    line_hiding(cells, &[])
}

/// As [`line`], and hides the cells that are marked as well, for a reason that lies outside the line.
pub fn line_hiding(cells: &[i64], marked: &[bool]) -> (Vec<Shown>, Shown) {
    let marked = marked.iter().copied().chain(std::iter::repeat(false));
    // the cells end in one node of which no sum is published
    let mut numbers: Vec<Number> = cells
        .iter()
        .zip(marked)
        .map(|(n, hidden)| Number { from: 0, to: 1, n: *n, is_total: false, hidden })
        .collect();
    numbers.push(Number { from: 1, to: 0, n: cells.iter().sum(), is_total: true, hidden: false });
    hide(2, &mut numbers);
    let mut shown: Vec<Shown> = numbers.iter().map(Number::shown).collect();
    let total = shown.pop().flatten();
    (shown, total)
}

/// Hides what must be hidden in a table with the totals of its rows and of its columns.
pub fn grid(rows: &[Vec<i64>]) -> Published {
    let rows: Vec<(usize, Vec<i64>)> = rows.iter().map(|row| (0, row.clone())).collect();
    tree(&[None], &rows)
}

/// Hides what must be hidden in a table whose rows are the leaves of a tree. `parents` names the
/// branch in which each branch lies; the first is the root, and a branch stands before those in it.
/// `rows` are the leaves with their branch; all have as many cells as the longest, missing ones are 0.
pub fn tree(parents: &[Option<usize>], rows: &[(usize, Vec<i64>)]) -> Published {
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let sums = sums(parents, rows, width);
    let column = |branch: usize, at: usize| rows.len() + branch * (width + 1) + at;
    let whole = column(parents.len(), 0);
    let mut numbers = Vec::new();
    for (row, (branch, cells)) in rows.iter().enumerate() {
        for at in 0..width {
            let n = cells.get(at).copied().unwrap_or(0);
            numbers.push(Number { from: row, to: column(*branch, at), n, is_total: false, hidden: false });
        }
        let n = cells.iter().sum();
        numbers.push(Number { from: column(*branch, width), to: row, n, is_total: true, hidden: false });
    }
    for (branch, (parent, sums)) in parents.iter().zip(&sums).enumerate() {
        for (at, n) in sums.iter().enumerate() {
            let own = column(branch, at);
            let above = parent.map_or(whole, |parent| column(parent, at));
            // totals run the other way: they are on the other side of their row's sum
            let (from, to) = if at == width { (above, own) } else { (own, above) };
            numbers.push(Number { from, to, n: *n, is_total: true, hidden: false });
        }
    }
    hide(whole + 1, &mut numbers);
    let mut shown = numbers.chunks(width + 1).map(|row| row.iter().map(Number::shown).collect());
    let rows = shown.by_ref().take(rows.len()).collect();
    Published { rows, branches: shown.collect() }
}

/// The sums of each branch, the total last.
fn sums(parents: &[Option<usize>], rows: &[(usize, Vec<i64>)], width: usize) -> Vec<Vec<i64>> {
    let mut sums = vec![vec![0; width + 1]; parents.len()];
    for (branch, cells) in rows {
        let mut at = Some(*branch);
        while let Some(branch) = at {
            if let Some(of) = sums.get_mut(branch) {
                let total = cells.iter().sum::<i64>();
                of.iter_mut().zip(cells.iter().copied()).for_each(|(sum, n)| *sum += n);
                if let Some(last) = of.last_mut() {
                    *last += total;
                }
            }
            at = parents.get(branch).copied().flatten().filter(|parent| *parent < branch);
        }
    }
    sums
}

/// A number of the table: one more of it leaves the sum `from` and enters the sum `to`.
#[derive(Clone, Debug)]
struct Number {
    from: usize,
    to: usize,
    n: i64,
    is_total: bool,
    hidden: bool,
}

impl Number {
    const fn shown(&self) -> Shown {
        if self.hidden { None } else { Some(self.n) }
    }

    /// What hiding it loses: the persons it tells of; totals are what readers look for.
    const fn price(&self) -> i64 {
        if self.hidden {
            0
        } else if self.is_total {
            (self.n + 1).saturating_mul(1_000)
        } else {
            self.n + 1
        }
    }
}

/// Hides the small numbers, then along with each what makes it impossible to compute.
fn hide(nodes: usize, numbers: &mut [Number]) {
    let mut small = Vec::new();
    for (at, number) in numbers.iter_mut().enumerate() {
        // a hidden zero would not be taken for one
        number.hidden = number.n > 0 && (number.hidden || number.n < FEWEST);
        if number.hidden {
            small.push(at);
        }
    }
    let mut touching: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (at, number) in numbers.iter().enumerate().filter(|(_, number)| number.n > 0) {
        for node in [number.from, number.to] {
            if let Some(list) = touching.get_mut(node) {
                list.push(at);
            }
        }
    }
    // the numbers that are hidden along need no circle of their own: they lie on that one
    for at in small {
        for one in circle(numbers, &touching, at) {
            if let Some(number) = numbers.get_mut(one) {
                number.hidden = true;
            }
        }
    }
}

/// The cheapest circle through a number, without the number itself.
fn circle(numbers: &[Number], touching: &[Vec<usize>], at: usize) -> Vec<usize> {
    let Some(number) = numbers.get(at) else { return Vec::new() };
    let up = path(numbers, touching, (number.to, number.from), at);
    let down = (number.n > 1).then(|| path(numbers, touching, (number.from, number.to), at)).flatten();
    let found = [up, down].into_iter().flatten().min_by_key(|(price, _)| *price);
    found.map(|(_, path)| path).unwrap_or_default()
}

/// The cheapest way from one sum to another over numbers that can be raised or lowered by one.
fn path(
    numbers: &[Number],
    touching: &[Vec<usize>],
    (start, end): (usize, usize),
    without: usize,
) -> Option<(i64, Vec<usize>)> {
    let mut best: Vec<Option<(i64, usize)>> = vec![None; touching.len()];
    let mut heap = BinaryHeap::from([(Reverse(0), start)]);
    while let Some((Reverse(price), node)) = heap.pop() {
        if node == end {
            break;
        }
        if node != start && best.get(node).copied().flatten().is_some_and(|(known, _)| known < price) {
            continue;
        }
        for one in touching.get(node).into_iter().flatten().filter(|one| **one != without) {
            let Some(number) = numbers.get(*one) else { continue };
            let next = match (number.from == node, number.n > 1) {
                (true, _) => number.to,
                (false, true) => number.from,
                // a hidden 1 cannot be less: zeros are always shown
                (false, false) => continue,
            };
            let price = price.saturating_add(number.price());
            if next == start || best.get(next).copied().flatten().is_some_and(|(known, _)| known <= price) {
                continue;
            }
            if let Some(place) = best.get_mut(next) {
                *place = Some((price, *one));
                heap.push((Reverse(price), next));
            }
        }
    }
    let (price, _) = best.get(end).copied().flatten()?;
    let (mut way, mut node) = (Vec::new(), end);
    while node != start {
        let (_, one) = best.get(node).copied().flatten()?;
        way.push(one);
        let number = numbers.get(one)?;
        node = if number.to == node { number.from } else { number.to };
    }
    Some((price, way))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A published table as sums that a reader can compute with: numbers hidden or not, and which of
    /// them (with which sign) make nothing.
    struct Reader {
        truth: Vec<i64>,
        hidden: Vec<bool>,
        sums: Vec<Vec<(usize, i64)>>,
    }

    impl Reader {
        /// Of a grid with its totals, written down without the network.
        fn of(rows: &[Vec<i64>], shown: &Published) -> Self {
            let (n, width) = (rows.len(), rows[0].len());
            let mut truth = Vec::new();
            for row in rows {
                truth.extend(row);
                truth.push(row.iter().sum());
            }
            truth.extend((0..width).map(|at| rows.iter().map(|row| row[at]).sum::<i64>()));
            truth.push(rows.iter().flatten().sum());
            let hidden =
                shown.rows.iter().chain(&shown.branches).flatten().map(Option::is_none).collect::<Vec<_>>();
            let cell = |row: usize, at: usize| row * (width + 1) + at;
            let mut sums: Vec<Vec<(usize, i64)>> = (0..=n)
                .map(|row| {
                    let cells = (0..width).map(move |at| (cell(row, at), 1));
                    cells.chain([(cell(row, width), -1)]).collect()
                })
                .collect();
            sums.extend((0..=width).map(|at| {
                let cells = (0..n).map(move |row| (cell(row, at), 1));
                cells.chain([(cell(n, at), -1)]).collect()
            }));
            assert_eq!(truth.len(), hidden.len());
            Self { truth, hidden, sums }
        }

        /// Tries every other table in which hidden numbers differ by at most one and are at least 1.
        /// A table that differs more gives one that differs by one, as the sums are those of a network.
        fn can_compute(&self, which: usize) -> bool {
            let open: Vec<usize> = (0..self.truth.len()).filter(|at| self.hidden[*at]).collect();
            let mut change = vec![0; self.truth.len()];
            !self.another(&open, &mut change, which)
        }

        fn another(&self, open: &[usize], change: &mut Vec<i64>, which: usize) -> bool {
            let fits = |sum: &Vec<(usize, i64)>| {
                let undecided = sum.iter().any(|(at, _)| open.contains(at));
                undecided || sum.iter().map(|(at, sign)| sign * change[*at]).sum::<i64>() == 0
            };
            if !self.sums.iter().all(fits) {
                return false;
            }
            let Some((first, rest)) = open.split_first() else { return change[which] != 0 };
            for by in [1, -1, 0] {
                if self.truth[*first] + by >= 1 && (*first != which || by != 0) {
                    change[*first] = by;
                    if self.another(rest, change, which) {
                        return true;
                    }
                }
            }
            change[*first] = 0;
            false
        }
    }

    fn check(rows: &[Vec<i64>]) {
        let shown = grid(rows);
        let reader = Reader::of(rows, &shown);
        for (at, n) in reader.truth.iter().enumerate() {
            assert!(reader.hidden[at] || !(1..FEWEST).contains(n), "{rows:?} shows {n}");
            assert!(!reader.hidden[at] || *n > 0, "{rows:?} hides a zero");
            assert!(
                !reader.hidden[at] || !reader.can_compute(at),
                "{rows:?}: number {at} follows: {shown:?}"
            );
        }
    }

    #[test]
    fn no_hidden_number_of_any_two_by_two_table_can_be_computed_from_the_rest() {
        let of = [0, 1, 2, 4, 5, 9];
        for n in 0..of.len().pow(4) {
            let digit = |place: u32| of[n / of.len().pow(place) % of.len()];
            check(&[vec![digit(0), digit(1)], vec![digit(2), digit(3)]]);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 300, failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_hidden_number_of_a_table_can_be_computed_from_the_rest(
            rows in proptest::collection::vec(proptest::collection::vec(0i64..12, 3), 1..4),
        ) {
            check(&rows);
        }

        #[test]
        fn a_line_hides_a_second_number_when_its_total_is_shown(cells in proptest::collection::vec(0i64..9, 1..8)) {
            let (shown, total) = line(&cells);
            let hidden: i64 = cells.iter().zip(&shown).filter(|(_, one)| one.is_none()).map(|(n, _)| *n).sum();
            let n = i64::try_from(shown.iter().filter(|one| one.is_none()).count()).unwrap();
            // one alone follows from the total, and several that are all 1 do too
            let safe = total.is_none() || n == 0 || (n > 1 && hidden > n);
            proptest::prop_assert!(safe, "{cells:?} {shown:?} {total:?}");
            let small = cells.iter().zip(&shown).all(|(n, one)| one.is_none() || !(1..FEWEST).contains(n));
            proptest::prop_assert!(small);
        }

        #[test]
        fn a_branch_of_a_tree_is_as_safe_as_a_table_of_its_own(
            rows in proptest::collection::vec((1usize..3, proptest::collection::vec(0i64..12, 2)), 1..6),
        ) {
            let shown = tree(&[None, Some(0), Some(0)], &rows);
            for branch in [1, 2] {
                let (own, theirs): (Vec<_>, Vec<_>) = rows
                    .iter()
                    .zip(&shown.rows)
                    .filter(|((at, _), _)| *at == branch)
                    .map(|((_, cells), shown)| (cells.clone(), shown.clone()))
                    .unzip();
                if own.is_empty() {
                    continue;
                }
                let part = Published { rows: theirs, branches: vec![shown.branches[branch].clone()] };
                let reader = Reader::of(&own, &part);
                for at in 0..reader.truth.len() {
                    proptest::prop_assert!(!reader.hidden[at] || !reader.can_compute(at), "{rows:?} {shown:?}");
                }
            }
        }
    }

    #[test]
    fn a_single_small_cell_takes_the_smallest_neighbour_with_it_and_the_totals_stay() {
        let (shown, total) = line(&[40, 3, 12, 0]);
        assert_eq!((shown, total), (vec![Some(40), None, None, Some(0)], Some(55)));
    }

    #[test]
    fn a_table_of_one_small_number_shows_nothing_but_zeros() {
        let shown = grid(&[vec![3, 0], vec![0, 0]]);
        assert_eq!(shown.rows, [[None, Some(0), None], [Some(0), Some(0), Some(0)]]);
        assert_eq!(shown.branches, [[None, Some(0), None]]);
    }

    #[test]
    fn a_year_of_a_district_is_done_within_the_time_of_a_page() {
        let parents: Vec<Option<usize>> = std::iter::once(None).chain((0..16).map(|_| Some(0))).collect();
        let rows: Vec<(usize, Vec<i64>)> = (0..1_200i64)
            .map(|row| {
                (1 + usize::try_from(row % 16).unwrap(), (0..6).map(|at| (row * 7 + at * 13) % 31).collect())
            })
            .collect();
        let shown = tree(&parents, &rows);
        assert!(shown.branches.iter().flatten().all(Option::is_some), "totals of many stay");
        let hidden = shown.rows.iter().flatten().filter(|one| one.is_none()).count();
        let small = rows.iter().flat_map(|(_, cells)| cells).filter(|n| (1..FEWEST).contains(*n)).count();
        assert!(hidden < small * 3, "{hidden} hidden for {small} small");
    }
}
