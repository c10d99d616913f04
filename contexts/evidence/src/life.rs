//! The life of what one person states and a second one confirms: a figure from outside, a signed
//! statement. Pure.

use kernel::{Problem, Refusal};

use crate::Stamp;

/// Where it is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// Waits for a second person; shown nowhere else.
    Waiting,
    /// Stands.
    Confirmed {
        /// The second person.
        confirmed: Stamp,
    },
    /// Stands no longer.
    Withdrawn {
        /// Who had confirmed it, if anybody had.
        confirmed: Option<Stamp>,
        /// Who withdrew it.
        withdrawn: Stamp,
        /// Why.
        reason: String,
    },
}

impl Life {
    /// Lets it stand. `first` is who stated it.
    ///
    /// # Errors
    /// Invalid for the one who stated it; conflict unless it waits.
    pub fn confirm(self, first: &Stamp, confirmed: Stamp) -> Result<Self, Refusal> {
        match self {
            Self::Waiting if confirmed.by == first.by => Err(Problem::new("evidence-verify-own").into()),
            Self::Waiting => Ok(Self::Confirmed { confirmed }),
            Self::Confirmed { .. } | Self::Withdrawn { .. } => Err(self.refuse(first)),
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// Conflict once withdrawn.
    pub fn withdraw(self, first: &Stamp, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        match self {
            Self::Waiting => Ok(Self::Withdrawn { confirmed: None, withdrawn, reason }),
            Self::Confirmed { confirmed } => {
                Ok(Self::Withdrawn { confirmed: Some(confirmed), withdrawn, reason })
            }
            Self::Withdrawn { .. } => Err(self.refuse(first)),
        }
    }

    fn refuse(&self, first: &Stamp) -> Refusal {
        let (key, stamp) = match self {
            Self::Waiting => ("evidence-life-waits", first),
            Self::Confirmed { confirmed } => ("evidence-life-confirmed", confirmed),
            Self::Withdrawn { withdrawn, .. } => ("evidence-life-withdrawn", withdrawn),
        };
        let problem = Problem::new(key).with("name", &stamp.name);
        Refusal::Conflict(problem.with("at", stamp.at.minute_text()))
    }

    /// Whether it stands.
    pub const fn stands(&self) -> bool {
        matches!(self, Self::Confirmed { .. })
    }

    /// Whether it waits.
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// Whether it was taken back.
    pub const fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Withdrawn { .. })
    }

    /// The word in the store and in the catalogue; `first` is what waiting is called there.
    pub const fn code(&self, first: &'static str) -> &'static str {
        match self {
            Self::Waiting => first,
            Self::Confirmed { .. } => "confirmed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The steps after the first: key of the sentence, who and when, and why.
    pub fn steps(&self) -> Vec<(&'static str, &Stamp, Option<&str>)> {
        match self {
            Self::Waiting => Vec::new(),
            Self::Confirmed { confirmed } => vec![("evidence-was-confirmed", confirmed, None)],
            Self::Withdrawn { confirmed, withdrawn, reason } => {
                let confirmed = confirmed.iter().map(|stamp| ("evidence-was-confirmed", stamp, None));
                confirmed.chain([("evidence-was-withdrawn", withdrawn, Some(reason.as_str()))]).collect()
            }
        }
    }
}
