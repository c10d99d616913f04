//! The answer: what share of the people stands at or above the cut, how sure is that, and is the target reached?

mod scaled;
mod share;
mod verdict;

pub use scaled::{Anchors, ScaleOptions, Scaled, scale};
pub use share::{Boundary, ErrorBudget, ShareAnswer, from_plausible_values, from_scores, linking_variance};
pub use verdict::{Verdict, verdict};
