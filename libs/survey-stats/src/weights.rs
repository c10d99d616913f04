//! Weights before calibration: selection stage by stage, and non-response.
//!
//! The design weight is the product of the inverse selection probabilities of every stage: community,
//! household within community, person within household. Non-response is met by weighting classes (the
//! inverse weighted response rate of a class) or by the inverse of a modelled response propensity.
//! Sources: Kish (1949), *JASA* 44; Little (1986), *Int. Statist. Rev.* 54; Valliant, Dever and Kreuter (2018).

use crate::design::Design;
use crate::error::{Error, Result, same_length};
use crate::estimate::Estimates;
use crate::regression::{ModelMatrix, logistic};
use crate::sum::Sum;

/// Product of inverse selection probabilities, one slice a stage.
///
/// ```
/// use survey_stats::weights::design_weights;
/// // community 1 in 10, household 1 in 20, one of 2 and of 3 eligible persons
/// let w = design_weights(&[&[0.1, 0.1], &[0.05, 0.05], &[1.0 / 2.0, 1.0 / 3.0]]).unwrap();
/// assert!((w[0] - 400.0).abs() < 1e-9 && (w[1] - 600.0).abs() < 1e-9);
/// ```
pub fn design_weights(stages: &[&[f64]]) -> Result<Vec<f64>> {
    let n = stages.first().ok_or(Error::Empty { what: "stages" })?.len();
    let mut w = vec![1.0; n];
    for s in stages {
        same_length("selection probabilities", n, s.len())?;
        for (row, (w, p)) in w.iter_mut().zip(*s).enumerate() {
            if !(*p > 0.0 && *p <= 1.0) {
                return Err(Error::invalid(
                    "selection probability",
                    format!("row {row} has {p}, not in (0, 1]"),
                ));
            }
            *w /= p;
        }
    }
    Ok(w)
}

/// Weights after a weighting-class adjustment, zero for those who did not answer, and the classes' factors.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassAdjustment {
    /// adjusted weights, a row
    pub weights: Vec<f64>,
    /// inverse weighted response rate of each class
    pub factors: Vec<f64>,
}

/// Weighting-class adjustment for non-response; `class` holds codes from 0.
///
/// ```
/// use survey_stats::weights::weighting_classes;
/// let a = weighting_classes(&[2.0, 2.0, 3.0], &[true, false, true], &[0, 0, 1]).unwrap();
/// assert_eq!(a.weights, [4.0, 0.0, 3.0]);
/// ```
pub fn weighting_classes(weights: &[f64], responded: &[bool], class: &[usize]) -> Result<ClassAdjustment> {
    same_length("responses", weights.len(), responded.len())?;
    same_length("classes", weights.len(), class.len())?;
    let k = class.iter().max().map_or(0, |m| m + 1);
    let (mut all, mut got) = (vec![Sum::default(); k], vec![Sum::default(); k]);
    for i in 0..weights.len() {
        all[class[i]].add(weights[i]);
        if responded[i] {
            got[class[i]].add(weights[i]);
        }
    }
    let mut factors = Vec::with_capacity(k);
    for c in 0..k {
        let (a, g) = (all[c].value(), got[c].value());
        if a > 0.0 && g == 0.0 {
            return Err(Error::invalid("weighting class", format!("nobody in class {c} answered; merge it")));
        }
        factors.push(if a == 0.0 { 1.0 } else { a / g });
    }
    let weights =
        (0..weights.len()).map(|i| if responded[i] { weights[i] * factors[class[i]] } else { 0.0 }).collect();
    Ok(ClassAdjustment { weights, factors })
}

/// Weights over the fitted probability of answering, from a design-weighted logistic regression.
#[derive(Debug, Clone)]
pub struct PropensityAdjustment {
    /// coefficients of the response model
    pub model: Estimates,
    /// fitted probabilities, a row
    pub propensity: Vec<f64>,
    /// adjusted weights, zero for those who did not answer
    pub weights: Vec<f64>,
}

/// Propensity adjustment for non-response.
///
/// ```
/// use survey_stats::{design::Design, regression::ModelMatrix, weights::propensity};
/// let d = Design::srs(4, Some(vec![2.0; 4]), None).unwrap();
/// let p = propensity(&d, &[true, false, true, true], &ModelMatrix::intercept(4)).unwrap();
/// assert!((p.weights[0] - 8.0 / 3.0).abs() < 1e-9 && p.weights[1] == 0.0);
/// ```
pub fn propensity(design: &Design, responded: &[bool], x: &ModelMatrix) -> Result<PropensityAdjustment> {
    let y: Vec<f64> = responded.iter().map(|r| if *r { 1.0 } else { 0.0 }).collect();
    let fit = logistic(design, &y, x)?;
    let weights = design
        .weights()
        .iter()
        .zip(responded)
        .zip(&fit.fitted)
        .map(|((w, r), p)| if *r { w / p } else { 0.0 })
        .collect();
    Ok(PropensityAdjustment { model: fit.coefficients, propensity: fit.fitted, weights })
}
