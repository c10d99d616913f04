//! Item parameters in the reference's layouts.

use crate::irt::{Mirt, PLACES};
use nalgebra::DMatrix;
use survey_stats::irt::{Item, Kind};

/// Slope-intercept parameters as the reference lays them out, with column names.
pub fn slope_intercept(items: &[Item]) -> (DMatrix<f64>, Vec<String>) {
    let most = items.iter().map(Item::categories).max().unwrap_or(2);
    if items.iter().all(|i| i.kind == Kind::Logistic) {
        let m = DMatrix::from_fn(items.len(), 4, |i, j| {
            let it = &items[i];
            [it.slope(), it.intercepts()[0], it.guess(), it.upper()][j]
        });
        return (m, PLACES.iter().map(|s| s.to_string()).collect());
    }
    if items.iter().any(|i| i.kind == Kind::PartialCredit) {
        let cols = 1 + 2 * most;
        let m = DMatrix::from_fn(items.len(), cols, |i, j| {
            if j == 0 {
                items[i].slope()
            } else if j <= most {
                j as f64 - 1.0
            } else if j == most + 1 {
                0.0
            } else {
                items[i].intercepts().get(j - most - 2).copied().unwrap_or(f64::NAN)
            }
        });
        let names = std::iter::once("a1".to_string())
            .chain((0..most).map(|k| format!("ak{k}")))
            .chain((0..most).map(|k| format!("d{k}")))
            .collect();
        return (m, names);
    }
    let m = DMatrix::from_fn(items.len(), most, |i, j| {
        if j == 0 { items[i].slope() } else { items[i].intercepts().get(j - 1).copied().unwrap_or(f64::NAN) }
    });
    (m, std::iter::once("a1".to_string()).chain((1..most).map(|k| format!("d{k}"))).collect())
}

/// Slopes and difficulties.
pub fn irt_table(items: &[Item]) -> (DMatrix<f64>, Vec<String>) {
    if items.iter().all(|i| i.kind == Kind::Logistic) {
        let m = DMatrix::from_fn(items.len(), 4, |i, j| {
            let it = &items[i];
            [it.slope(), it.difficulties()[0], it.guess(), it.upper()][j]
        });
        return (m, ["a", "b", "g", "u"].iter().map(|s| s.to_string()).collect());
    }
    let most = items.iter().map(Item::categories).max().unwrap_or(2);
    let m = DMatrix::from_fn(items.len(), most, |i, j| {
        if j == 0 {
            items[i].slope()
        } else {
            items[i].difficulties().get(j - 1).copied().unwrap_or(f64::NAN)
        }
    });
    (m, std::iter::once("a".to_string()).chain((1..most).map(|k| format!("b{k}"))).collect())
}

/// Standard errors in the layout of the slope-intercept table.
pub fn se_table(x: &Mirt) -> (DMatrix<f64>, Vec<String>) {
    let items = &x.fit.items[0];
    let (shape, mut names) = slope_intercept(items);
    let most = items.iter().map(Item::categories).max().unwrap_or(2);
    let credit = items.iter().any(|i| i.kind == Kind::PartialCredit);
    let m = DMatrix::from_fn(shape.nrows(), shape.ncols(), |i, j| {
        let par = &x.fit.model.items[0][i].1;
        let at = if credit {
            if j == 0 {
                0
            } else if j >= most + 2 {
                j - most - 1
            } else {
                usize::MAX
            }
        } else {
            j
        };
        par.get(at).and_then(|p| x.fit.se(*p)).unwrap_or(f64::NAN)
    });
    for n in &mut names {
        if n == "g" || n == "u" {
            *n = format!("logit({n})");
        }
    }
    (m, names)
}
