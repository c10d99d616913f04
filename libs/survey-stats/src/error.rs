//! What can be wrong with the data or the method, said precisely enough to be mended.

use std::fmt;

/// Every way in which a method of this crate declines to answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Two inputs that describe the same rows have different lengths.
    Length {
        /// the input
        what: &'static str,
        /// rows that were expected
        expected: usize,
        /// rows that were found
        found: usize,
    },
    /// A value is NaN or infinite.
    NotFinite {
        /// the input
        what: &'static str,
        /// zero-based row
        row: usize,
    },
    /// A weight is zero, negative or not finite.
    Weight {
        /// zero-based row
        row: usize,
        /// the weight
        value: f64,
    },
    /// There is nothing to estimate from.
    Empty {
        /// what is empty
        what: &'static str,
    },
    /// A stratum holds one sampling unit, so that it has no variance of its own.
    LonelyPsu {
        /// stage, from 1
        stage: usize,
        /// code of the stratum at that stage
        stratum: usize,
    },
    /// One unit label occurs in several strata.
    NotNested {
        /// stage, from 1
        stage: usize,
        /// zero-based row
        row: usize,
    },
    /// A finite population correction that cannot be.
    Fpc {
        /// stage, from 1
        stage: usize,
        /// what is wrong
        reason: String,
    },
    /// The sample holds a category that the population margin lacks.
    CategoryNotInMargin {
        /// index of the margin
        margin: usize,
        /// the category
        category: String,
    },
    /// The population margin holds a category that nobody in the sample has.
    CategoryNotInSample {
        /// index of the margin
        margin: usize,
        /// the category
        category: String,
    },
    /// An iterative method stopped before its criterion was met.
    NotConverged {
        /// the method
        method: &'static str,
        /// iterations done
        iterations: usize,
        /// the criterion that was reached
        misfit: f64,
    },
    /// A matrix that must be inverted is singular.
    Singular {
        /// the matrix
        what: &'static str,
    },
    /// A matrix that must be positive definite is not.
    NotPositiveDefinite {
        /// the matrix
        what: &'static str,
    },
    /// A variance estimate came out negative (possible with Horvitz-Thompson and Yates-Grundy forms).
    NegativeVariance {
        /// the statistic
        what: String,
        /// the estimate
        value: f64,
    },
    /// The data separate the outcome perfectly, so that the likelihood has no maximum.
    Separation {
        /// the model
        what: &'static str,
    },
    /// An item gives no information: everybody has the same answer.
    ConstantItem {
        /// the item's name
        item: String,
    },
    /// Anything else that makes the request impossible.
    Invalid {
        /// the input
        what: &'static str,
        /// what is wrong and how to mend it
        reason: String,
    },
}

/// The result of every fallible function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Shorthand for [`Error::Invalid`].
    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Error {
        Error::Invalid { what, reason: reason.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Length { what, expected, found } => {
                write!(f, "{what}: {found} rows, but {expected} are expected")
            }
            Error::NotFinite { what, row } => {
                write!(f, "{what}: row {row} is not a finite number; leave the row out with a domain")
            }
            Error::Weight { row, value } => {
                write!(f, "weight of row {row} is {value}; weights must be positive")
            }
            Error::Empty { what } => write!(f, "{what} is empty"),
            Error::LonelyPsu { stage, stratum } => write!(
                f,
                "stratum {stratum} at stage {stage} has one sampling unit: merge it with another or choose a lonely-PSU rule"
            ),
            Error::NotNested { stage, row } => write!(
                f,
                "stage {stage}: the unit of row {row} occurs in several strata; set nest to number units within strata"
            ),
            Error::Fpc { stage, reason } => {
                write!(f, "finite population correction of stage {stage}: {reason}")
            }
            Error::CategoryNotInMargin { margin, category } => {
                write!(f, "margin {margin} has no total for category {category}, which occurs in the sample")
            }
            Error::CategoryNotInSample { margin, category } => write!(
                f,
                "margin {margin} has a total for category {category}, which nobody in the sample has; merge it"
            ),
            Error::NotConverged { method, iterations, misfit } => {
                write!(f, "{method} did not converge in {iterations} iterations (misfit {misfit:e})")
            }
            Error::Singular { what } => write!(f, "{what} is singular"),
            Error::NotPositiveDefinite { what } => write!(f, "{what} is not positive definite"),
            Error::NegativeVariance { what, value } => {
                write!(f, "variance of {what} is estimated as {value}, below zero")
            }
            Error::Separation { what } => {
                write!(f, "{what}: a covariate separates the outcome perfectly")
            }
            Error::ConstantItem { item } => {
                write!(f, "item {item} has the same answer everywhere; leave it out or fix its parameters")
            }
            Error::Invalid { what, reason } => write!(f, "{what}: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// Fails unless `found` equals `expected`.
pub(crate) fn same_length(what: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}

/// Fails at the first value that is NaN or infinite.
pub(crate) fn all_finite(what: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite { what, row }),
    }
}
