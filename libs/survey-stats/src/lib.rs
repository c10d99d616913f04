//! Design-based survey statistics, small areas and item response.

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
