//! Item response: from answers to a scale that years and booklets share.
//!
//! Items are one-, two- and three-parameter logistic, graded, or partial credit, on the logistic metric
//! (`D = 1`) with slope `a` and intercept `d`: `P = g + (u - g) logistic(a theta + d)`; difficulty `b = -d/a`.
//! [`fit`] estimates by marginal maximum likelihood with design weights; scoring, plausible values, linking
//! of years, differential item functioning and fit build on the result.

mod blocks;
mod classical_dif;
mod estimate;
mod fit_measures;
mod item;
mod latent_regression;
mod likelihood;
mod linking;
mod louis;
mod model;
mod plausible;
mod quadrature;
mod responses;
mod scoring;
mod sum_score;

pub use classical_dif::{LogisticDif, MantelHaenszel, logistic_dif, mantel_haenszel};
pub use estimate::{Fit, FitOptions, StandardErrors, fit};
pub use fit_measures::{
    SumScoreFit, empirical_reliability, expected_score, information, marginal_reliability, s_x2,
};
pub use item::{Item, Kind};
pub use latent_regression::{LatentRegression, latent_regression};
pub use linking::{LinkMethod, Linking, link};
pub use model::{Group, Model, Parameter, Prior};
pub use plausible::{latent_moments, plausible_values, share_at_or_above};
pub use quadrature::Quadrature;
pub use responses::Responses;
pub use scoring::{Score, ScoreMethod, score};
pub use sum_score::{SumScore, eap_sum, sum_score_distribution};
