//! A signed narrative of an attested indicator: one signs, another confirms.

use kernel::{Refusal, UnitId, Year};

use crate::life::Life;
use crate::{AttestationId, IndicatorId, Stamp};

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
    pub(crate) life: Life,
    /// Rises with every change.
    pub version: i64,
    /// Who signed it.
    pub signed: Stamp,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

impl Attestation {
    /// The codes of its life, in their order.
    pub const CODES: [&'static str; 3] = ["signed", "confirmed", "withdrawn"];

    /// Where it is in its life.
    pub const fn life(&self) -> &Life {
        &self.life
    }

    /// The word in the store and, after `evidence-attestation-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        self.life.code("signed")
    }

    /// Lets it stand.
    ///
    /// # Errors
    /// As [`Life::confirm`].
    pub fn confirm(self, confirmed: Stamp) -> Result<Self, Refusal> {
        Ok(Self { life: self.life.confirm(&self.signed, confirmed)?, ..self })
    }

    /// Takes it back.
    ///
    /// # Errors
    /// As [`Life::withdraw`].
    pub fn withdraw(self, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        Ok(Self { life: self.life.withdraw(&self.signed, withdrawn, reason)?, ..self })
    }
}
