//! Answers packed several items at a time, so that a person costs a few table rows instead of one an item.
//!
//! The log-likelihood of a pattern at every node is a sum over items. Items are taken in blocks whose
//! combinations of answers are few; one row of node values is made for each combination, and a person adds
//! one row a block. Expected counts go the same way back: collected by combination, then shared out to items.

use super::responses::MISSING;

/// Combinations of a block at most.
const MOST: usize = 64;

/// How items are grouped, and the combination of every pattern in every block.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// first item and the item after the last
    items: Vec<(usize, usize)>,
    /// answers an item can have, a missing one counted last
    states: Vec<usize>,
    /// combinations in each block
    combinations: Vec<usize>,
    /// combination, pattern by pattern
    codes: Vec<u8>,
}

impl Blocks {
    /// From the codes of the patterns, row by row.
    pub fn new(codes: &[u8], categories: &[usize]) -> Blocks {
        let j = categories.len();
        let gaps = |k: usize| codes.iter().skip(k).step_by(j).any(|c| *c == MISSING);
        let states: Vec<usize> = (0..j).map(|k| categories[k] + usize::from(gaps(k))).collect();
        let mut items = Vec::new();
        let mut combinations = Vec::new();
        let mut from = 0;
        while from < j {
            let (mut to, mut size) = (from, 1);
            while to < j && (to == from || size * states[to] <= MOST) {
                size *= states[to];
                to += 1;
            }
            items.push((from, to));
            combinations.push(size);
            from = to;
        }
        let packed = codes
            .chunks(j.max(1))
            .flat_map(|row| {
                items.iter().map(|(a, b)| {
                    let code = (*a..*b).rev().fold(0, |code, k| {
                        let state = if row[k] == MISSING { states[k] - 1 } else { usize::from(row[k]) };
                        code * states[k] + state
                    });
                    code as u8
                })
            })
            .collect();
        Blocks { items, states, combinations, codes: packed }
    }

    /// The blocks of one pattern.
    fn row(&self, i: usize) -> &[u8] {
        let b = self.items.len();
        &self.codes[i * b..(i + 1) * b]
    }

    /// Rows of node values for every combination, from the rows of every item's categories.
    pub fn tables(&self, of_item: &[Vec<Vec<f64>>], q: usize) -> Vec<Vec<f64>> {
        self.items
            .iter()
            .zip(&self.combinations)
            .map(|((a, b), size)| {
                let mut t = vec![0.0; size * q];
                for (c, row) in t.chunks_mut(q).enumerate() {
                    let mut rest = c;
                    for k in *a..*b {
                        // The state beyond the categories is a missing answer, which says nothing.
                        if let Some(values) = of_item[k].get(rest % self.states[k]) {
                            row.iter_mut().zip(values).for_each(|(r, v)| *r += v);
                        }
                        rest /= self.states[k];
                    }
                }
                t
            })
            .collect()
    }

    /// Adds the pattern's table rows to `l`.
    pub fn add_up(&self, i: usize, tables: &[Vec<f64>], l: &mut [f64]) {
        let q = l.len();
        for (t, c) in tables.iter().zip(self.row(i)) {
            let row = &t[usize::from(*c) * q..(usize::from(*c) + 1) * q];
            l.iter_mut().zip(row).for_each(|(l, r)| *l += r);
        }
    }

    /// Empty counts, one row of nodes a combination.
    pub fn no_counts(&self, q: usize) -> Vec<Vec<f64>> {
        self.combinations.iter().map(|c| vec![0.0; c * q]).collect()
    }

    /// Adds a pattern's weights at nodes `low..low + p.len()` to its combinations.
    pub fn count(&self, i: usize, p: &[f64], low: usize, q: usize, counts: &mut [Vec<f64>]) {
        for (t, c) in counts.iter_mut().zip(self.row(i)) {
            let at = usize::from(*c) * q + low;
            t[at..at + p.len()].iter_mut().zip(p).for_each(|(r, p)| *r += p);
        }
    }

    /// Counts by combination shared out to items and categories.
    pub fn by_item(&self, counts: &[Vec<f64>], categories: &[usize], q: usize) -> Vec<Vec<Vec<f64>>> {
        let mut out: Vec<Vec<Vec<f64>>> = categories.iter().map(|c| vec![vec![0.0; q]; *c]).collect();
        for ((a, b), t) in self.items.iter().zip(counts) {
            for (c, row) in t.chunks(q).enumerate() {
                let mut rest = c;
                for k in *a..*b {
                    if let Some(cell) = out[k].get_mut(rest % self.states[k]) {
                        cell.iter_mut().zip(row).for_each(|(n, r)| *n += r);
                    }
                    rest /= self.states[k];
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_give_the_sums_and_counts_of_single_items() {
        // Eight items of two to four categories, some answers missing, two nodes.
        let categories = [2, 3, 2, 4, 2, 2, 2, 2];
        let codes: Vec<u8> = (0..5 * 8)
            .map(|i| if i % 7 == 3 { MISSING } else { ((i * 5 + 1) % categories[i % 8]) as u8 })
            .collect();
        let value = |k: usize, c: usize, q: usize| 0.1 * k as f64 + c as f64 + 10.0 * q as f64;
        let of_item: Vec<Vec<Vec<f64>>> = (0..8)
            .map(|k| (0..categories[k]).map(|c| (0..2).map(|q| value(k, c, q)).collect()).collect())
            .collect();
        let b = Blocks::new(&codes, &categories);
        let tables = b.tables(&of_item, 2);
        let mut counts = b.no_counts(2);
        let mut single = vec![vec![0.0; 4]; 8];
        for i in 0..5 {
            let mut l = [0.0; 2];
            b.add_up(i, &tables, &mut l);
            b.count(i, &[0.5], 1, 2, &mut counts);
            let mut want = [0.0; 2];
            for k in 0..8 {
                let c = codes[i * 8 + k];
                if c != MISSING {
                    want.iter_mut().enumerate().for_each(|(q, w)| *w += value(k, usize::from(c), q));
                    single[k][usize::from(c)] += 0.5;
                }
            }
            assert!((l[0] - want[0]).abs() < 1e-12 && (l[1] - want[1]).abs() < 1e-12);
        }
        for (k, item) in b.by_item(&counts, &categories, 2).iter().enumerate() {
            for (c, row) in item.iter().enumerate() {
                assert_eq!(row, &[0.0, single[k][c]]);
            }
        }
    }
}
