//! Answers to items: one row a respondent, missing answers allowed by design or by chance.

use super::blocks::Blocks;
use crate::error::{Error, Result, same_length};
use std::collections::BTreeMap;

/// No answer.
pub(crate) const MISSING: u8 = u8::MAX;

/// Answers as category codes from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Responses {
    pub(crate) names: Vec<String>,
    /// row by row
    pub(crate) codes: Vec<u8>,
    pub(crate) categories: Vec<usize>,
    pub(crate) n: usize,
}

/// Rows with the same answers and the same group, joined.
#[derive(Debug, Clone)]
pub(crate) struct Patterns {
    pub codes: Vec<u8>,
    pub weight: Vec<f64>,
    /// sum of squared weights, for the sandwich
    pub weight2: Vec<f64>,
    pub group: Vec<usize>,
    /// the codes, several items at a time
    pub blocks: Blocks,
}

impl Responses {
    /// From one column an item; NaN is missing, the smallest value counts as 0.
    ///
    /// An item that everybody answers alike carries no information and is refused.
    ///
    /// ```
    /// use survey_stats::irt::Responses;
    /// let r = Responses::new(vec![("q1".into(), vec![0.0, 1.0, f64::NAN]), ("q2".into(), vec![1.0, 0.0, 1.0])]).unwrap();
    /// assert_eq!(r.items(), 2);
    /// assert!(Responses::new(vec![("q1".into(), vec![1.0, 1.0])]).is_err());
    /// ```
    pub fn new(columns: Vec<(String, Vec<f64>)>) -> Result<Responses> {
        Responses::build(columns, true)
    }

    /// As [`new`](Responses::new), for scoring: constant items are allowed and codes start at zero.
    pub fn for_scoring(columns: Vec<(String, Vec<f64>)>) -> Result<Responses> {
        Responses::build(columns, false)
    }

    fn build(columns: Vec<(String, Vec<f64>)>, estimate: bool) -> Result<Responses> {
        let n = columns.first().map(|c| c.1.len()).ok_or(Error::Empty { what: "items" })?;
        let j = columns.len();
        let mut codes = vec![MISSING; n * j];
        let mut categories = Vec::with_capacity(j);
        for (k, (name, c)) in columns.iter().enumerate() {
            same_length("item", n, c.len())?;
            let answered = c.iter().copied().filter(|v| !v.is_nan());
            let low = answered.clone().fold(f64::INFINITY, f64::min);
            let high = answered.fold(f64::NEG_INFINITY, f64::max);
            if estimate && !(high > low) {
                return Err(Error::ConstantItem { item: name.clone() });
            }
            let low = if estimate { low } else { 0.0 };
            for (i, v) in c.iter().enumerate() {
                if v.is_nan() {
                    continue;
                }
                let code = v - low;
                if code < 0.0 || code.fract() != 0.0 || code > 60.0 {
                    return Err(Error::invalid(
                        "responses",
                        format!("row {i} of item {name} has {v}; give whole numbers"),
                    ));
                }
                codes[i * j + k] = code as u8;
            }
            categories.push((high - low) as usize + 1);
        }
        Ok(Responses { names: columns.into_iter().map(|c| c.0).collect(), codes, categories, n })
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.names.len()
    }

    /// Number of respondents.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are no respondents.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Names of the items.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Categories of each item.
    pub fn categories(&self) -> &[usize] {
        &self.categories
    }

    /// The answer of respondent `i` to item `j`.
    pub fn get(&self, i: usize, j: usize) -> Option<usize> {
        match self.codes[i * self.items() + j] {
            MISSING => None,
            c => Some(usize::from(c)),
        }
    }

    /// Some of the respondents, in the order given.
    pub fn of_rows(&self, rows: &[usize]) -> Responses {
        Responses {
            names: self.names.clone(),
            codes: rows.iter().flat_map(|i| self.row(*i).iter().copied()).collect(),
            categories: self.categories.clone(),
            n: rows.len(),
        }
    }

    pub(crate) fn row(&self, i: usize) -> &[u8] {
        let j = self.items();
        &self.codes[i * j..(i + 1) * j]
    }

    /// Distinct rows with their total weights, and the pattern of each row.
    pub(crate) fn patterns(&self, weight: &[f64], group: &[usize]) -> (Patterns, Vec<usize>) {
        let mut place: BTreeMap<(usize, &[u8]), usize> = BTreeMap::new();
        let mut p = Patterns {
            codes: Vec::new(),
            weight: Vec::new(),
            weight2: Vec::new(),
            group: Vec::new(),
            blocks: Blocks::new(&[], &self.categories),
        };
        let mut of = Vec::with_capacity(self.n);
        for i in 0..self.n {
            let key = (group[i], self.row(i));
            let k = *place.entry(key).or_insert_with(|| {
                p.codes.extend_from_slice(key.1);
                p.weight.push(0.0);
                p.weight2.push(0.0);
                p.group.push(key.0);
                p.weight.len() - 1
            });
            p.weight[k] += weight[i];
            p.weight2[k] += weight[i] * weight[i];
            of.push(k);
        }
        p.blocks = Blocks::new(&p.codes, &self.categories);
        (p, of)
    }
}
