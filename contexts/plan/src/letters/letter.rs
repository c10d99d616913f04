//! The life of a letter: drafted, issued, signed by both sides, scored, reviewed, appealed, closed.

use kernel::{AccountId, Instant, Problem, Refusal, UnitId, Year};

use super::clause::Clause;
use super::rules;
use super::supplement::{Supplement, SupplementState};

kernel::id!(
    /// A letter.
    LetterId
);

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// Who owes.
    pub unit: UnitId,
    /// For which year.
    pub year: Year,
    /// Its number within the year.
    pub number: i64,
    /// What stands before the clauses; empty for the usual words.
    pub preamble: String,
    /// What all clauses are worth together, in hundredths of a point.
    pub total: i64,
    /// Where it stands.
    pub state: LetterState,
    /// Rises with every change.
    pub version: i64,
    /// What is owed, as it was signed first.
    pub clauses: Vec<Clause>,
    /// What was changed since, in order.
    pub supplements: Vec<Supplement>,
    /// What was done, in order.
    pub steps: Vec<Step>,
}

/// Somebody, at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Which account.
    pub by: AccountId,
    /// The name as it was then.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// A step of a letter's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// Of which supplement.
    pub supplement: Option<i64>,
    /// Who and when.
    pub signed: Signed,
    /// What they said; empty when nothing.
    pub words: String,
}

/// What can be done with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Sent to the unit.
    Issue,
    /// Handed back unsigned.
    HandBack,
    /// Signed for the unit.
    SignUnit,
    /// Signed for the association.
    SignAssociation,
    /// A supplement was written.
    Supplement,
    /// The supplement signed for the unit.
    SupplementSignUnit,
    /// The supplement signed for the association.
    SupplementSignAssociation,
    /// The supplement refused by the unit.
    SupplementRefuse,
    /// The year's scores proposed.
    OpenScoring,
    /// The unit's own scores.
    ScoreSelf,
    /// The review.
    Review,
    /// The review accepted.
    Accept,
    /// An appeal against it.
    Appeal,
    /// Its answer.
    Answer,
}

impl StepKind {
    /// All.
    pub const ALL: [Self; 14] = [
        Self::Issue,
        Self::HandBack,
        Self::SignUnit,
        Self::SignAssociation,
        Self::Supplement,
        Self::SupplementSignUnit,
        Self::SupplementSignAssociation,
        Self::SupplementRefuse,
        Self::OpenScoring,
        Self::ScoreSelf,
        Self::Review,
        Self::Accept,
        Self::Appeal,
        Self::Answer,
    ];

    /// The word in the store and, after `plan-letter-step-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::HandBack => "hand_back",
            Self::SignUnit => "sign_unit",
            Self::SignAssociation => "sign_association",
            Self::Supplement => "supplement",
            Self::SupplementSignUnit => "supplement_sign_unit",
            Self::SupplementSignAssociation => "supplement_sign_association",
            Self::SupplementRefuse => "supplement_refuse",
            Self::OpenScoring => "open_scoring",
            Self::ScoreSelf => "score_self",
            Self::Review => "review",
            Self::Accept => "accept",
            Self::Appeal => "appeal",
            Self::Answer => "answer",
        }
    }

    /// The step of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a letter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// Being written.
    Draft {
        /// Why the unit handed it back; `None` when it was never issued.
        handed_back: Option<String>,
    },
    /// With the unit, to be signed.
    Issued {
        /// By whom and when.
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
    /// The year is over, scores are proposed, the unit scores itself.
    Scoring {
        /// Who opened it.
        opened: Signed,
    },
    /// The unit has scored itself, the review follows.
    SelfScored {
        /// Who.
        own: Signed,
    },
    /// Reviewed; the unit accepts or appeals.
    Reviewed {
        /// Who.
        reviewer: Signed,
    },
    /// The unit appealed; another person than the reviewer answers.
    Appealed {
        /// Who reviewed.
        reviewer: Signed,
        /// Who appealed.
        appeal: Signed,
        /// Why.
        words: String,
    },
    /// The final score stands.
    Closed {
        /// Who had the last word.
        last: Signed,
    },
}

impl LetterState {
    /// All words in the order of a letter's life.
    pub const CODES: [&'static str; 9] = [
        "draft", "issued", "unit_signed", "in_force", "scoring", "self_scored", "reviewed", "appealed",
        "closed",
    ];

    /// The word in the store and, after `plan-letter-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Issued { .. } => "issued",
            Self::UnitSigned { .. } => "unit_signed",
            Self::InForce { .. } => "in_force",
            Self::Scoring { .. } => "scoring",
            Self::SelfScored { .. } => "self_scored",
            Self::Reviewed { .. } => "reviewed",
            Self::Appealed { .. } => "appealed",
            Self::Closed { .. } => "closed",
        }
    }
}

impl Letter {
    fn conflict<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::Conflict(Problem::new("plan-letter-not-now")))
    }

    fn step(&mut self, kind: StepKind, signed: Signed, words: &str) {
        self.steps.push(Step { kind, supplement: None, signed, words: words.to_owned() });
        self.version = self.version.saturating_add(1);
    }

    /// Goes on while it may be rewritten.
    ///
    /// # Errors
    /// Conflict once it was issued: only a supplement changes it then.
    pub fn written(mut self) -> Result<Self, Refusal> {
        match self.state {
            LetterState::Draft { .. } => {
                self.version = self.version.saturating_add(1);
                Ok(self)
            }
            LetterState::Issued { .. }
            | LetterState::UnitSigned { .. }
            | LetterState::InForce { .. }
            | LetterState::Scoring { .. }
            | LetterState::SelfScored { .. }
            | LetterState::Reviewed { .. }
            | LetterState::Appealed { .. }
            | LetterState::Closed { .. } => Err(Refusal::Conflict(Problem::new("plan-letter-is-issued"))),
        }
    }

    /// Sends it to the unit.
    ///
    /// # Errors
    /// Conflict unless it is a draft; invalid when points do not add up.
    pub fn issue(mut self, signed: Signed) -> Result<Self, Refusal> {
        match self.state {
            LetterState::Draft { .. } => {
                rules::adds_up(&self.clauses, self.total)?;
                self.step(StepKind::Issue, signed.clone(), "");
                self.state = LetterState::Issued { issued: signed };
                Ok(self)
            }
            LetterState::Issued { .. }
            | LetterState::UnitSigned { .. }
            | LetterState::InForce { .. }
            | LetterState::Scoring { .. }
            | LetterState::SelfScored { .. }
            | LetterState::Reviewed { .. }
            | LetterState::Appealed { .. }
            | LetterState::Closed { .. } => self.conflict(),
        }
    }

    /// The unit hands it back unsigned.
    ///
    /// # Errors
    /// Conflict unless it waits for the unit; invalid without a reason.
    pub fn hand_back(mut self, signed: Signed, reason: &str) -> Result<Self, Refusal> {
        let LetterState::Issued { .. } = self.state else { return self.conflict() };
        let reason = said(reason, "words")?;
        self.step(StepKind::HandBack, signed, &reason);
        self.state = LetterState::Draft { handed_back: Some(reason) };
        Ok(self)
    }

    /// The unit signs.
    ///
    /// # Errors
    /// Conflict unless it waits for the unit.
    pub fn sign_unit(mut self, signed: Signed) -> Result<Self, Refusal> {
        let LetterState::Issued { .. } = self.state else { return self.conflict() };
        self.step(StepKind::SignUnit, signed.clone(), "");
        self.state = LetterState::UnitSigned { unit: signed };
        Ok(self)
    }

    /// The association signs.
    ///
    /// # Errors
    /// Conflict unless the unit has signed; invalid when the same person did.
    pub fn sign_association(mut self, signed: Signed) -> Result<Self, Refusal> {
        let LetterState::UnitSigned { unit } = self.state.clone() else { return self.conflict() };
        if unit.by == signed.by {
            return Err(Problem::new("plan-letter-same-person").into());
        }
        self.step(StepKind::SignAssociation, signed.clone(), "");
        self.state = LetterState::InForce { unit, association: signed };
        Ok(self)
    }

    /// Whether a supplement waits for a signature.
    pub fn pending(&self) -> Option<&Supplement> {
        self.supplements.iter().find(|supplement| match supplement.state {
            SupplementState::Issued { .. } | SupplementState::UnitSigned { .. } => true,
            SupplementState::InForce { .. } | SupplementState::Refused { .. } => false,
        })
    }

    /// Its clauses as they hold now, with the supplements in force.
    pub fn holding(&self) -> Vec<Clause> {
        let mut clauses = self.clauses.clone();
        for supplement in &self.supplements {
            match supplement.state {
                SupplementState::InForce { .. } => supplement.apply(&mut clauses),
                SupplementState::Issued { .. }
                | SupplementState::UnitSigned { .. }
                | SupplementState::Refused { .. } => {}
            }
        }
        clauses
    }
}

/// Words that may not be missing.
pub(super) fn said(words: &str, field: &'static str) -> Result<String, Problem> {
    let words = words.trim();
    if words.is_empty() {
        Err(Problem::new("plan-letter-words-missing").at(field))
    } else {
        Ok(words.to_owned())
    }
}
