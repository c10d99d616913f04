//! Every state against every step of the lives of this context, and the tables of them that the
//! documents show.

use evidence::Tally;
use kernel::{AccountId, Instant, Refusal};
use plan_doc::{Comparator, TargetKind};

use crate::plan::{Obstacles, Period};
use crate::target::{Counting, Promise, TargetState};
use crate::{
    AnnualPlan, AnnualState, Document, DocumentState, Line, Plan, PlanState, Target, annual, document,
};

const AT: Instant = Instant::from_micros(1);

fn who() -> AccountId {
    AccountId::from("who")
}

/// A table: a row for each state, a column for each step, in the cell the state after it.
fn table<S>(
    title: &str,
    steps: &[&str],
    states: Vec<S>,
    code: impl Fn(&S) -> &'static str,
    take: impl Fn(&S, &str) -> Result<&'static str, Refusal>,
) -> String {
    let mut out = format!(
        "# States of {title}\n\nWritten by a test of `contexts/plan`. – means that the step is refused.\n\n"
    );
    out.push_str(&format!("| state | {} |\n|---|{}\n", steps.join(" | "), "---|".repeat(steps.len())));
    for state in &states {
        let cells: Vec<&str> = steps
            .iter()
            .map(|step| match take(state, step) {
                Ok(after) => after,
                Err(Refusal::Conflict(_)) => "–",
                Err(other) => panic!("{} {step}: {other}", code(state)),
            })
            .collect();
        out.push_str(&format!("| {} | {} |\n", code(state), cells.join(" | ")));
    }
    out
}

fn documents() -> String {
    let with = |state| Document {
        state,
        ..Document::received("d".into(), "a.txt".into(), String::new(), 1, who(), AT)
    };
    let states = vec![
        DocumentState::Reading { percent: 10 },
        DocumentState::Read { text_sha256: "t".into(), at: AT },
        DocumentState::Refused { reason: "not-law".into(), args: Vec::new(), at: AT },
    ];
    let take = |state: &DocumentState, step: &str| {
        let document = with(state.clone());
        let after = match step {
            "advance" => document.advance(50),
            "finish" => document.finish("t".into(), AT),
            _ => document.refuse("not-law".into(), Vec::new(), AT),
        };
        after.map(|document: document::Document| document.state.code())
    };
    table("a document", &["advance", "finish", "refuse"], states, DocumentState::code, take)
}

fn plans() -> String {
    let with = |state| Plan {
        id: "p".into(),
        document: "d".into(),
        replaces: None,
        title: "t".into(),
        period: Period::new(2021, 2025).ok(),
        state,
        version: 1,
        created_at: AT,
    };
    let states = vec![
        PlanState::Draft,
        PlanState::Published { at: AT, by: who() },
        PlanState::Superseded { published_at: AT, by: who(), at: AT },
    ];
    let take = |state: &PlanState, step: &str| {
        let plan = with(state.clone());
        let ready = Obstacles { n_items: 1, ..Obstacles::default() };
        match step {
            "correct" => plan.corrected().map(|plan| plan.state.code()),
            "publish" => plan.publish(who(), AT, ready).map(|plan| plan.state.code()),
            "publish with obstacles" => {
                let blocked = Obstacles { n_doubts: 1, ..ready };
                plan.publish(who(), AT, blocked).map(|plan| plan.state.code())
            }
            "supersede" => plan.supersede(AT).map(|plan| plan.state.code()),
            _ => plan.discard().map(|()| "gone"),
        }
    };
    let steps = ["correct", "publish", "publish with obstacles", "supersede", "discard"];
    table("a plan", &steps, states, PlanState::code, take)
}

fn annual_plans() -> String {
    let line = Line { id: "l".into(), item: "i".into(), what: "w".into(), months: [1; 12], n_heads: None };
    let with = |state| AnnualPlan { state, lines: vec![line.clone()], ..AnnualPlan::open("u".into(), 2025) };
    let states = vec![AnnualState::Draft { handed_back: None }, AnnualState::Submitted { by: who(), at: AT }];
    let take = |state: &AnnualState, step: &str| {
        let plan = with(state.clone());
        let after = match step {
            "write" => plan.written(),
            "submit" => plan.submit(who(), AT),
            "correct" => plan.correct(vec![line.clone()], who(), AT),
            _ => plan.hand_back("reason"),
        };
        after.map(|plan: annual::AnnualPlan| plan.state.code())
    };
    table("an annual plan", &["write", "submit", "hand back", "correct"], states, AnnualState::code, take)
}

fn targets() -> String {
    let promise = Promise {
        kind: TargetKind::Counted,
        form: None,
        subject: "s".into(),
        comparator: Comparator::AtLeast,
        value: Some(1.into()),
        unit: String::new(),
        per: String::new(),
        due: "2025".into(),
        approximate: false,
        scope: String::new(),
        strength: String::new(),
        counting: Counting { tally: Tally::Sessions, kind: None, group: None },
    };
    let with = |state| Target {
        id: "t".into(),
        n: 1,
        code: "c".into(),
        item: None,
        section: String::new(),
        promise: promise.clone(),
        sentence: String::new(),
        span: None,
        state,
    };
    let states = vec![TargetState::Proposed, TargetState::Confirmed { by: who(), at: AT }];
    let take = |state: &TargetState, step: &str| {
        let target = with(state.clone());
        match step {
            "confirm" => target.confirm(who(), AT).map(|target| target.state.code()),
            "correct" => {
                Ok(target.correct(Promise { value: Some(2.into()), ..promise.clone() }).state.code())
            }
            _ => Ok(target.correct(promise.clone()).state.code()),
        }
    };
    table("a target", &["confirm", "correct", "say again"], states, TargetState::code, take)
}

fn supervisions() -> String {
    use crate::supervision::{State, Supervision, Who};
    let day = |text: &str| kernel::Day::parse(text).unwrap();
    let (today, calendar) = (day("2025-11-14"), kernel::Workdays::known());
    let other = || Who { by: Some("other".into()), name: "其他人".into(), at: AT };
    let with = |state: &State| Supervision { state: state.clone(), ..super::supervision::item("2025-11-10") };
    let states = vec![
        State::Raised,
        State::Acknowledged,
        State::Extending { until: day("2025-11-28"), why: "w".into(), paused_on: day("2025-11-07") },
        State::Replied { by: who(), paused_on: day("2025-11-07") },
        State::Returned { why: "w".into() },
        State::Closed { who: other(), words: "w".into() },
        State::Withdrawn { who: other(), why: "w".into() },
    ];
    let take = |state: &State, step: &str| {
        let one = with(state);
        let after = match step {
            "acknowledge" => one.acknowledge(),
            "reply" => one.reply(who(), "w", today),
            "ask for more time" => one.ask_extension(day("2025-12-01"), "w", today),
            "grant" => one.grant(today, &calendar),
            "refuse" => one.refuse("w", today, &calendar),
            "send back" => one.send_back("w", today, &calendar),
            "close" => one.close(other(), "w"),
            "withdraw" => one.withdraw(other(), "w"),
            _ => one.escalate("above".into(), today),
        };
        after.map(|one: Supervision| one.state.code())
    };
    let steps = [
        "acknowledge", "reply", "ask for more time", "grant", "refuse", "send back", "close", "withdraw",
        "escalate when late",
    ];
    table("a supervision item", &steps, states, State::code, take)
}

fn inspections() -> String {
    use crate::inspection::{Answer, Checklist, Inspection, Item, ItemKind, State};
    use crate::supervision::Who;
    let who = || Who { by: Some("other".into()), name: "其他人".into(), at: AT };
    let list = Checklist {
        id: "c".into(),
        family: "c".into(),
        n: 1,
        title: "t".into(),
        total: 1,
        items: vec![Item { n: 1, words: "w".into(), kind: ItemKind::Points, points: 1 }],
        made: who(),
    };
    let answers = || {
        std::collections::BTreeMap::from([(
            1,
            Answer { given: 1, finding: String::new(), supervision: None },
        )])
    };
    let with = |state: &State| Inspection {
        id: "i".into(),
        checklist: "c".into(),
        unit: "u".into(),
        on: kernel::Day::parse("2025-11-10").unwrap(),
        inspector: "other".into(),
        inspector_name: "其他人".into(),
        planned: who(),
        state: state.clone(),
        comment: None,
        answers: answers(),
        version: 1,
        is_demo: false,
    };
    let states =
        vec![State::Planned, State::Done { who: who() }, State::Cancelled { who: who(), why: "w".into() }];
    let take = |state: &State, step: &str| {
        let one = with(state);
        let after = match step {
            "fill" => one.fill(&list, answers()),
            "finish" => one.finish(&list, who()),
            "cancel" => one.cancel(who(), "w"),
            _ => one.comment_on(who(), "w"),
        };
        after.map(|one: Inspection| one.state.code())
    };
    table("an inspection", &["fill", "finish", "cancel", "comment"], states, State::code, take)
}

#[test]
fn every_step_fits_some_states_and_is_refused_in_the_others() {
    let kept = [
        ("document", include_str!("../../../../docs/generated/states/document.md"), documents()),
        ("plan", include_str!("../../../../docs/generated/states/plan.md"), plans()),
        ("annual_plan", include_str!("../../../../docs/generated/states/annual_plan.md"), annual_plans()),
        ("target", include_str!("../../../../docs/generated/states/target.md"), targets()),
        ("inspection", include_str!("../../../../docs/generated/states/inspection.md"), inspections()),
        ("supervision", include_str!("../../../../docs/generated/states/supervision.md"), supervisions()),
    ];
    for (name, kept, now) in kept {
        assert_eq!(kept, now, "write this into docs/generated/states/{name}.md:\n{now}");
    }
}

#[test]
fn reading_never_goes_back_and_says_how_long_it_still_takes() {
    let document = Document::received("d".into(), "a.txt".into(), String::new(), 1, who(), AT);
    assert_eq!(document.seconds_left(AT.plus_seconds(5)), None);
    let half = document.advance(50).unwrap().advance(20).unwrap();
    assert_eq!(half.state, DocumentState::Reading { percent: 50 });
    assert_eq!(half.seconds_left(AT.plus_seconds(8)), Some(9));
}

#[test]
fn an_annual_plan_is_handed_back_only_with_a_reason() {
    let plan = AnnualPlan::open("u".into(), 2025);
    let plan = AnnualPlan { state: AnnualState::Submitted { by: who(), at: AT }, ..plan };
    let refused = plan.clone().hand_back("  ").unwrap_err();
    assert_eq!(super::keys(&refused), ["plan-annual-reason-missing"]);
    let back = plan.hand_back(" 缺少农村学校 ").unwrap();
    assert_eq!(back.state, AnnualState::Draft { handed_back: Some("缺少农村学校".into()) });
}
