//! Design-based survey statistics, small areas and item response.
//!
//! From a sampling frame to a published share: draw ([`sampling`]), weight ([`weights`], [`calibrate`]),
//! estimate ([`design`], [`statistic`], [`proportion`], [`quantile`], [`regression`], [`table`], [`replicate`]),
//! borrow strength ([`small_area`]), scale ([`irt`], [`imputation`]) and answer ([`mod@answer`]).
//!
//! One core carries it: every [`statistic::Statistic`] gives its values and its influence values; a
//! [`design::Design`] or [`replicate::Replicates`] turns them into a covariance; calibration takes residuals.
//! Sums are compensated and run in a fixed order. Iterative methods say how they ended
//! ([`Convergence`]); figures carry their uncertainty ([`Estimates`]). Nothing here reads or writes.
//!
//! ```
//! use survey_stats::{answer::{from_scores, Boundary, Verdict}, design::{DesignSpec, Stage}, proportion::Method};
//! // Six communities in two strata, ten people in each, everybody standing for 100.
//! let n = 60;
//! let design = DesignSpec {
//!     stages: vec![Stage { unit: (0..n).map(|i| i / 10).collect(),
//!                          stratum: (0..n).map(|i| i / 30).collect(), population: None }],
//!     weights: Some(vec![100.0; n]),
//!     ..DesignSpec::default()
//! }.build(n)?;
//! let scores: Vec<f64> = (0..n).map(|i| 40.0 + ((i * 7) % 41) as f64).collect();
//! let share = from_scores(&design, &scores, 70.0, Boundary::AtOrAbove, Method::Logit, 0.95)?;
//! println!("{:.1}% ({:.1} to {:.1})", 100.0 * share.value, 100.0 * share.interval.lower, 100.0 * share.interval.upper);
//! assert_ne!(share.verdict(0.15), Verdict::NotReached);
//! # Ok::<(), survey_stats::Error>(())
//! ```

#![deny(missing_docs)]
// Kernels check the shapes of their inputs at the door; indexing is bounds-checked and the notation of the field.
#![allow(clippy::indexing_slicing, clippy::needless_range_loop)]
// `!(x > 0.0)` is how NaN is refused together with what is not positive.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

pub mod answer;
pub mod calibrate;
pub mod deff;
pub mod design;
pub mod error;
pub mod estimate;
pub mod imputation;
pub mod irt;
pub mod linalg;
mod profile;
pub mod proportion;
pub mod quantile;
pub mod random;
pub mod regression;
pub mod replicate;
pub mod sampling;
pub mod small_area;
pub mod special;
pub mod statistic;
pub mod sum;
pub mod table;
pub mod weights;

pub use error::{Error, Result};
pub use estimate::{Convergence, Estimates, Interval};
