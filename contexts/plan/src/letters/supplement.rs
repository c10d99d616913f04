//! What changes a letter after it was signed: a supplement, numbered and signed again.

use kernel::{Problem, Refusal};
use rust_decimal::Decimal;

use super::clause::Clause;
use super::letter::{Letter, LetterState, Signed, Step, StepKind, said};
use super::rules;

/// A supplement. The letter's own clauses stay as they were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplement {
    /// Its number, from 1.
    pub n: i64,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: SupplementState,
    /// What it changes.
    pub changes: Vec<Amended>,
}

/// A clause as a supplement puts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Which clause.
    pub clause: i64,
    /// What is owed now.
    pub body: String,
    /// What the year asks for now.
    pub asked: Option<Decimal>,
    /// What it is worth now, in hundredths.
    pub points: i64,
}

/// Where a supplement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SupplementState {
    /// With the unit, to be signed.
    Issued {
        /// Who wrote it.
        issued: Signed,
    },
    /// Signed by the unit, to be signed by the association.
    UnitSigned {
        /// The unit's side.
        unit: Signed,
    },
    /// Signed by both.
    InForce {
        /// The unit's side.
        unit: Signed,
        /// The association's side.
        association: Signed,
    },
    /// Not accepted by the unit.
    Refused {
        /// Who.
        by: Signed,
        /// Why.
        words: String,
    },
}

impl SupplementState {
    /// The word in the store and, after `plan-supplement-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::UnitSigned { .. } => "unit_signed",
            Self::InForce { .. } => "in_force",
            Self::Refused { .. } => "refused",
        }
    }
}

impl Supplement {
    /// Puts its clauses in the place of those that it changes.
    pub fn apply(&self, clauses: &mut [Clause]) {
        for change in &self.changes {
            if let Some(clause) = clauses.iter_mut().find(|clause| clause.n == change.clause) {
                clause.body.clone_from(&change.body);
                clause.asked = change.asked;
                clause.points = change.points;
            }
        }
    }

    fn conflict<T>() -> Result<T, Refusal> {
        Err(Refusal::Conflict(Problem::new("plan-letter-not-now")))
    }

    /// The unit signs.
    ///
    /// # Errors
    /// Conflict unless it waits for the unit.
    pub fn sign_unit(mut self, signed: Signed) -> Result<Self, Refusal> {
        let SupplementState::Issued { .. } = self.state else { return Self::conflict() };
        self.state = SupplementState::UnitSigned { unit: signed };
        Ok(self)
    }

    /// The association signs.
    ///
    /// # Errors
    /// Conflict unless the unit has signed; invalid when the same person did.
    pub fn sign_association(mut self, signed: Signed) -> Result<Self, Refusal> {
        let SupplementState::UnitSigned { unit } = self.state else { return Self::conflict() };
        if unit.by == signed.by {
            return Err(Problem::new("plan-letter-same-person").into());
        }
        self.state = SupplementState::InForce { unit, association: signed };
        Ok(self)
    }

    /// The unit does not accept it.
    ///
    /// # Errors
    /// Conflict unless it waits for the unit; invalid without a reason.
    pub fn refuse(mut self, signed: Signed, words: &str) -> Result<Self, Refusal> {
        let SupplementState::Issued { .. } = self.state else { return Self::conflict() };
        self.state = SupplementState::Refused { by: signed, words: said(words, "words")? };
        Ok(self)
    }
}

impl Letter {
    /// Adds a supplement, to be signed by both sides.
    ///
    /// # Errors
    /// Conflict unless the letter is in force and no other supplement waits; invalid without a reason,
    /// without a change, or when the points would no longer add up.
    pub fn supplement(
        mut self,
        signed: Signed,
        reason: &str,
        changes: Vec<Amended>,
    ) -> Result<Self, Refusal> {
        let LetterState::InForce { .. } = self.state else { return Supplement::conflict() };
        if self.pending().is_some() {
            return Err(Refusal::Conflict(Problem::new("plan-letter-supplement-waits")));
        }
        let reason = said(reason, "reason")?;
        if changes.is_empty() {
            return Err(Problem::new("plan-letter-supplement-empty").at("reason").into());
        }
        let n = i64::try_from(self.supplements.len()).unwrap_or(0) + 1;
        let state = SupplementState::Issued { issued: signed.clone() };
        let supplement = Supplement { n, reason: reason.clone(), state, changes };
        let mut after = self.holding();
        supplement.apply(&mut after);
        rules::adds_up(&after, self.total)?;
        self.supplements.push(supplement);
        self.note(StepKind::Supplement, n, signed, &reason);
        Ok(self)
    }

    /// Takes a supplement a step on.
    ///
    /// # Errors
    /// `NotFound` for a number that is none; what `step` refuses.
    pub fn with_supplement(
        mut self,
        n: i64,
        (kind, signed, words): (StepKind, Signed, &str),
        step: impl FnOnce(Supplement) -> Result<Supplement, Refusal>,
    ) -> Result<Self, Refusal> {
        let LetterState::InForce { .. } = self.state else { return Supplement::conflict() };
        let found =
            self.supplements.iter_mut().find(|supplement| supplement.n == n).ok_or(Refusal::NotFound)?;
        *found = step(found.clone())?;
        self.note(kind, n, signed, words);
        Ok(self)
    }

    fn note(&mut self, kind: StepKind, n: i64, signed: Signed, words: &str) {
        self.steps.push(Step { kind, supplement: Some(n), signed, words: words.trim().to_owned() });
        self.version = self.version.saturating_add(1);
    }
}
