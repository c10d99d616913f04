//! Every state of a letter and of a supplement against every step, and their tables in the documents.

use kernel::{AccountId, Day, Instant, Refusal};

use super::year::{clause, letter, who};
use crate::letters::rules::Figure;
use crate::letters::{Given, Letter, LetterState, Signed, Supplement, SupplementState};

fn states() -> Vec<LetterState> {
    let (a, b) = (who("a"), who("b"));
    vec![
        LetterState::Draft { handed_back: None },
        LetterState::Issued { issued: a.clone() },
        LetterState::UnitSigned { unit: b.clone() },
        LetterState::InForce { unit: b.clone(), association: a.clone() },
        LetterState::Scoring { opened: a.clone() },
        LetterState::SelfScored { own: b.clone() },
        LetterState::Reviewed { reviewer: a.clone() },
        LetterState::Appealed { reviewer: a, appeal: b.clone(), words: "w".into() },
        LetterState::Closed { last: b },
    ]
}

const STEPS: [&str; 10] = [
    "write", "issue", "hand back", "sign (unit)", "sign (association)", "supplement", "open scoring",
    "score self", "review", "accept, appeal / answer",
];

fn take(letter: Letter, step: &str) -> Result<Letter, Refusal> {
    let today = Day::parse("2024-12-20").unwrap();
    let me = Signed { at: Instant::from_micros(0), ..who("c") };
    let given = [Given { clause: 1, score: 100, words: "w".into() }];
    match step {
        "write" => letter.written(),
        "issue" => letter.issue(me),
        "hand back" => letter.hand_back(me, "r"),
        "sign (unit)" => letter.sign_unit(me),
        "sign (association)" => letter.sign_association(me),
        "supplement" => {
            let mut changed = clause(1, letter.total);
            changed.body = "other".into();
            let amended =
                crate::letters::Amended { clause: 1, body: changed.body, asked: None, points: letter.total };
            letter.supplement(me, "r", vec![amended])
        }
        "open scoring" => letter.open_scoring(me, today, |_| Figure::default()),
        "score self" => letter.score_self(me, &given),
        "review" => letter.review(me, &given),
        _ => match letter.state.code() {
            "appealed" => letter.answer(me, &given, "w"),
            _ => letter.accept(me, true, today),
        },
    }
}

#[test]
fn every_step_in_every_state_does_what_the_documents_say() {
    let mut out = String::from(
        "# States of a letter\n\nWritten by a test of `contexts/plan`. – means that the step is refused.\n\n",
    );
    out.push_str(&format!("| state | {} |\n|---|{}\n", STEPS.join(" | "), "---|".repeat(STEPS.len())));
    let mut n_allowed = 0;
    for state in states() {
        let cells: Vec<&str> = STEPS
            .iter()
            .map(|step| match take(letter(state.clone()), step) {
                Ok(after) => {
                    n_allowed += 1;
                    after.state.code()
                }
                Err(Refusal::Conflict(_)) => "–",
                Err(other) => panic!("{} {step}: {other}", state.code()),
            })
            .collect();
        out.push_str(&format!("| {} | {} |\n", state.code(), cells.join(" | ")));
    }
    assert_eq!(n_allowed, 11, "write and issue a draft, nine steps of one state each:\n{out}");
    out.push_str(&supplements());
    let kept = include_str!("../../../../../docs/generated/states/letter.md");
    assert_eq!(kept, out, "write this into docs/generated/states/letter.md:\n{out}");
}

fn supplements() -> String {
    let (a, b) = (who("a"), who("b"));
    let all = [
        SupplementState::Issued { issued: a.clone() },
        SupplementState::UnitSigned { unit: b.clone() },
        SupplementState::InForce { unit: b.clone(), association: a },
        SupplementState::Refused { by: b, words: "w".into() },
    ];
    let mut out = String::from(
        "\n## Of a supplement\n\n| state | sign (unit) | sign (association) | refuse |\n|---|---|---|---|\n",
    );
    for state in all {
        let with = || Supplement { n: 1, reason: "r".into(), state: state.clone(), changes: Vec::new() };
        let steps =
            [with().sign_unit(who("c")), with().sign_association(who("c")), with().refuse(who("c"), "w")];
        let cells = steps.map(|after| after.map_or("–", |supplement| supplement.state.code()));
        out.push_str(&format!("| {} | {} |\n", state.code(), cells.join(" | ")));
    }
    out
}

#[test]
fn nobody_signs_for_both_sides_and_nobody_answers_their_own_review() {
    let unit_signed = letter(LetterState::UnitSigned { unit: who("a") });
    assert!(unit_signed.sign_association(who("a")).is_err());
    let state = LetterState::Appealed { reviewer: who("a"), appeal: who("b"), words: "w".into() };
    let given = [Given { clause: 1, score: 0, words: String::new() }];
    for of_the_dispute in ["a", "b"] {
        assert!(letter(state.clone()).answer(who(of_the_dispute), &given, "w").is_err());
    }
    assert!(letter(state).answer(who("c"), &given, "w").is_ok());
    let reviewing = letter(LetterState::SelfScored { own: who("a") });
    assert!(reviewing.review(who("a"), &given).is_err());
    assert_eq!(who("a").by, AccountId::from("a"));
}

#[test]
fn a_review_becomes_final_without_the_unit_only_when_the_time_to_appeal_is_over() {
    let reviewed = || letter(LetterState::Reviewed { reviewer: who("a") });
    let day = |n| Instant::from_micros(0).day().plus_days(n);
    assert!(reviewed().accept(who("c"), false, day(10)).is_err());
    assert!(reviewed().accept(who("c"), false, day(11)).is_ok());
    assert!(reviewed().appeal(who("b"), "w", day(10)).is_ok());
    assert!(reviewed().appeal(who("b"), "w", day(11)).is_err());
}
