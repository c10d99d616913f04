//! The year's end: proposed scores, the unit's own, the review, the appeal and its answer.

use kernel::{Day, Problem, Problems, Refusal};

use super::clause::{Basis, Clause};
use super::letter::{Letter, LetterState, Signed, Step, StepKind, said};
use super::rules::{self, APPEAL_DAYS, Figure};

/// A score that somebody gives a clause, with their words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Which clause.
    pub clause: i64,
    /// The score in hundredths.
    pub score: i64,
    /// Their words; empty when none.
    pub words: String,
}

impl Letter {
    fn not_now<T>(&self) -> Result<T, Refusal> {
        Err(Refusal::Conflict(Problem::new("plan-letter-not-now")))
    }

    fn scored(mut self, state: LetterState, kind: StepKind, signed: Signed, words: &str) -> Self {
        self.steps.push(Step { kind, supplement: None, signed, words: words.trim().to_owned() });
        self.version = self.version.saturating_add(1);
        self.state = state;
        self
    }

    /// Proposes the scores of the year.
    ///
    /// # Errors
    /// Conflict unless it is in force and no supplement waits; invalid before the December of its year.
    pub fn open_scoring(
        mut self,
        signed: Signed,
        today: Day,
        figure: impl Fn(&Clause) -> Figure,
    ) -> Result<Self, Refusal> {
        let LetterState::InForce { .. } = self.state else { return self.not_now() };
        if self.pending().is_some() {
            return Err(Refusal::Conflict(Problem::new("plan-letter-supplement-waits")));
        }
        if Day::new(self.year, 12, 1).is_none_or(|from| today < from) {
            return Err(Problem::new("plan-letter-year-runs").with("year", self.year).into());
        }
        for (holding, clause) in self.holding().into_iter().zip(&mut self.clauses) {
            let known = figure(&holding);
            let (basis, proposed) = rules::propose(&holding, known);
            clause.scores.basis = Some(basis);
            clause.scores.now = known.now;
            clause.scores.proposed = proposed;
        }
        Ok(self.scored(LetterState::Scoring { opened: signed.clone() }, StepKind::OpenScoring, signed, ""))
    }

    /// The unit scores itself.
    ///
    /// # Errors
    /// Conflict unless it waits for that; invalid for a clause without a score or with more than its
    /// points, and for a score above the proposed one without words.
    pub fn score_self(mut self, signed: Signed, given: &[Given]) -> Result<Self, Refusal> {
        let LetterState::Scoring { .. } = self.state else { return self.not_now() };
        let most = self.most();
        let mut problems = Problems::new();
        for (clause, most) in self.clauses.iter_mut().zip(most) {
            let Some(one) = problems.take(of(given, clause.n, most, "own")) else { continue };
            if one.words.is_empty() && clause.scores.proposed.is_none_or(|proposed| one.score > proposed) {
                let field = format!("own-words-{}", clause.n);
                problems.add(Problem::new("plan-letter-own-words-missing").at(field).with("n", clause.n));
            }
            clause.scores.own = Some(one.score);
            clause.scores.own_words = one.words;
        }
        problems.check()?;
        Ok(self.scored(LetterState::SelfScored { own: signed.clone() }, StepKind::ScoreSelf, signed, ""))
    }

    /// The review.
    ///
    /// # Errors
    /// Conflict unless the unit has scored itself; invalid for scores out of range, and for one that
    /// differs from the unit's own without a reason.
    pub fn review(mut self, signed: Signed, given: &[Given]) -> Result<Self, Refusal> {
        let LetterState::SelfScored { own } = &self.state else { return self.not_now() };
        if own.by == signed.by {
            return Err(Problem::new("plan-letter-same-person").into());
        }
        let most = self.most();
        let mut problems = Problems::new();
        for (clause, most) in self.clauses.iter_mut().zip(most) {
            let Some(one) = problems.take(of(given, clause.n, most, "review")) else { continue };
            if one.words.is_empty() && clause.scores.own != Some(one.score) {
                let field = format!("review-words-{}", clause.n);
                problems.add(Problem::new("plan-letter-review-words-missing").at(field).with("n", clause.n));
            }
            clause.scores.reviewed = Some(one.score);
            clause.scores.review_words = one.words;
        }
        problems.check()?;
        Ok(self.scored(LetterState::Reviewed { reviewer: signed.clone() }, StepKind::Review, signed, ""))
    }

    /// The review becomes final: by the unit at once, by the association when the time to appeal is over.
    ///
    /// # Errors
    /// Conflict unless it is reviewed; invalid for the association within the time to appeal.
    pub fn accept(mut self, signed: Signed, of_unit: bool, today: Day) -> Result<Self, Refusal> {
        let LetterState::Reviewed { reviewer } = &self.state else { return self.not_now() };
        let until = reviewer.at.day().plus_days(APPEAL_DAYS);
        if !of_unit && today <= until {
            return Err(Problem::new("plan-letter-appeal-runs").with("until", until).into());
        }
        for clause in &mut self.clauses {
            clause.scores.last = clause.scores.reviewed;
        }
        Ok(self.scored(LetterState::Closed { last: signed.clone() }, StepKind::Accept, signed, ""))
    }

    /// The unit appeals.
    ///
    /// # Errors
    /// Conflict unless it is reviewed; invalid without words, or when the time is over.
    pub fn appeal(self, signed: Signed, words: &str, today: Day) -> Result<Self, Refusal> {
        let LetterState::Reviewed { reviewer } = self.state.clone() else { return self.not_now() };
        let until = reviewer.at.day().plus_days(APPEAL_DAYS);
        if today > until {
            return Err(Problem::new("plan-letter-appeal-late").with("until", until).into());
        }
        let words = said(words, "words")?;
        let state = LetterState::Appealed { reviewer, appeal: signed.clone(), words: words.clone() };
        Ok(self.scored(state, StepKind::Appeal, signed, &words))
    }

    /// The answer to an appeal, by another person than those who reviewed and who appealed: the last scores.
    ///
    /// # Errors
    /// Conflict unless there is an appeal; invalid for the reviewer and for who appealed, without words, or
    /// for scores out of range.
    pub fn answer(mut self, signed: Signed, given: &[Given], words: &str) -> Result<Self, Refusal> {
        let LetterState::Appealed { reviewer, appeal, .. } = &self.state else { return self.not_now() };
        if [&reviewer.by, &appeal.by].contains(&&signed.by) {
            return Err(Problem::new("plan-letter-answer-by-another").into());
        }
        let mut problems = Problems::new();
        let words = problems.take(said(words, "words"));
        let most = self.most();
        for (clause, most) in self.clauses.iter_mut().zip(most) {
            clause.scores.last = problems.take(of(given, clause.n, most, "last")).map(|one| one.score);
        }
        problems.check()?;
        let words = words.unwrap_or_default();
        Ok(self.scored(LetterState::Closed { last: signed.clone() }, StepKind::Answer, signed, &words))
    }

    /// What each clause is worth now.
    fn most(&self) -> Vec<i64> {
        self.holding().into_iter().map(|clause| clause.points).collect()
    }

    /// A column of scores added up; `None` while one is missing.
    pub fn sum(&self, score: impl Fn(&Clause) -> Option<i64>) -> Option<i64> {
        self.clauses.iter().map(score).sum()
    }

    /// Clauses for which the program proposes nothing.
    pub fn n_open(&self) -> usize {
        let open =
            |clause: &&Clause| matches!(clause.scores.basis, Some(Basis::NotCollected | Basis::CannotSay));
        self.clauses.iter().filter(open).count()
    }
}

/// The score that was given to a clause, within its points.
fn of(given: &[Given], clause: i64, most: i64, field: &str) -> Result<Given, Problem> {
    let at = format!("{field}-{clause}");
    let Some(one) = given.iter().find(|one| one.clause == clause) else {
        return Err(Problem::new("plan-letter-score-missing").at(at).with("n", clause));
    };
    if !(0..=most).contains(&one.score) {
        let problem = Problem::new("plan-letter-score-range").at(at).with("n", clause);
        return Err(problem.with("most", rules::points_text(most)));
    }
    Ok(one.clone())
}
