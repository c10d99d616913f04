//! A signed narrative of an attested indicator: one signs, another confirms.

use kernel::{Problem, Refusal, UnitId, Year};

use crate::{AttestationId, IndicatorId, Stamp};

/// Where an attestation is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttestationState {
    /// Waits for a second person.
    Signed,
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

impl AttestationState {
    /// Every code.
    pub const CODES: [&'static str; 3] = ["signed", "confirmed", "withdrawn"];

    /// The word in the store and, after `evidence-attestation-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Confirmed { .. } => "confirmed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// What a unit says about an indicator in a year, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Id.
    pub id: AttestationId,
    /// The indicator.
    pub indicator: IndicatorId,
    /// The year that it speaks of.
    pub year: Year,
    /// The unit that signs.
    pub unit: UnitId,
    /// The narrative.
    pub body: String,
    /// What proves it: documents by number and date, in words; files are attached beside it.
    pub evidence: String,
    /// Where it is in its life. Only the transitions below write it.
    pub(crate) state: AttestationState,
    /// Rises with every change.
    pub version: i64,
    /// Who signed it.
    pub signed: Stamp,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

impl Attestation {
    /// Where it is in its life.
    pub const fn state(&self) -> &AttestationState {
        &self.state
    }

    /// Lets it stand.
    ///
    /// # Errors
    /// Invalid for the one who signed; conflict unless it waits.
    pub fn confirm(self, confirmed: Stamp) -> Result<Self, Refusal> {
        match self.state {
            AttestationState::Signed if confirmed.by == self.signed.by => {
                Err(Problem::new("evidence-verify-own").into())
            }
            AttestationState::Signed => Ok(Self { state: AttestationState::Confirmed { confirmed }, ..self }),
            AttestationState::Confirmed { .. } | AttestationState::Withdrawn { .. } => Err(self.refuse()),
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// Conflict once withdrawn.
    pub fn withdraw(self, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        let confirmed = match self.state {
            AttestationState::Signed => None,
            AttestationState::Confirmed { confirmed } => Some(confirmed),
            AttestationState::Withdrawn { .. } => return Err(self.refuse()),
        };
        Ok(Self { state: AttestationState::Withdrawn { confirmed, withdrawn, reason }, ..self })
    }

    fn refuse(&self) -> Refusal {
        let (key, stamp) = match &self.state {
            AttestationState::Signed => ("evidence-attestation-conflict-signed", &self.signed),
            AttestationState::Confirmed { confirmed } => {
                ("evidence-attestation-conflict-confirmed", confirmed)
            }
            AttestationState::Withdrawn { withdrawn, .. } => {
                ("evidence-attestation-conflict-withdrawn", withdrawn)
            }
        };
        let problem = Problem::new(key).with("name", &stamp.name);
        Refusal::Conflict(problem.with("at", stamp.at.minute_text()))
    }
}
