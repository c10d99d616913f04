//! Every state of a delivery against every step, and the table of it that the documents show.

use kernel::{AccountId, Instant, Refusal};

use super::cast::{act, day};
use crate::{Before, Delivery, Details, Kind, Method, Stamp, State, Step};

fn stamp(by: &str) -> Stamp {
    Stamp { by: AccountId::from(by), name: by.into(), at: Instant::from_micros(1) }
}

fn delivery(state: State) -> Delivery {
    let details = Details {
        kind: Kind::Lecture,
        topic: String::new(),
        title: "t".into(),
        on: day("2025-06-01"),
        start: None,
        minutes: 90,
        venue: String::new(),
        town: "town".into(),
        place: None,
        host: "host".into(),
        co_hosts: Default::default(),
        supporters: Default::default(),
        heads: Default::default(),
        method: Method::Estimate,
        purposes: Default::default(),
        deliverers: Vec::new(),
        works: String::new(),
        note: String::new(),
    };
    Delivery { state, ..Delivery::draft("d".into(), "k".into(), details, stamp("recorder")) }
}

fn states() -> Vec<State> {
    let (submitted, verified, reason) = (stamp("recorder"), stamp("second"), "reason".to_owned());
    let counted = Before::Counted { submitted: submitted.clone(), verified: verified.clone() };
    vec![
        State::Draft,
        State::Returned { submitted: submitted.clone(), returned: stamp("second"), reason: reason.clone() },
        State::Submitted { submitted: submitted.clone() },
        State::Verified { submitted, verified },
        State::Withdrawn { before: counted, withdrawn: stamp("second"), reason },
    ]
}

fn take(delivery: Delivery, step: Step) -> Result<Delivery, Refusal> {
    let second = stamp("second");
    match step {
        Step::Edit => {
            let details = delivery.details.clone();
            delivery.edit(details)
        }
        Step::Submit => delivery.submit(stamp("recorder")),
        Step::Verify => delivery.verify(second),
        Step::SendBack => delivery.send_back(second, "reason".into()),
        Step::Withdraw => delivery.withdraw(second, "reason".into()),
    }
}

/// The table in the form in which the documents keep it.
fn table() -> String {
    let mut out = String::from("# States of a delivery\n\nWritten by a test of `contexts/evidence`.\n\n");
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.code()).collect();
    out.push_str(&format!("| state | {} |\n|---|{}\n", steps.join(" | "), "---|".repeat(steps.len())));
    for state in states() {
        let cells: Vec<String> = Step::ALL
            .iter()
            .map(|step| match take(delivery(state.clone()), *step) {
                Ok(after) => after.state().code().to_owned(),
                Err(Refusal::Conflict(_)) => "refused".to_owned(),
                Err(other) => panic!("{} {}: {other}", state.code(), step.code()),
            })
            .collect();
        out.push_str(&format!("| {} | {} |\n", state.code(), cells.join(" | ")));
    }
    out
}

#[test]
fn the_table_of_states_in_the_documents_is_what_the_code_does() {
    let kept = include_str!("../../../../docs/generated/states/delivery.md");
    assert_eq!(kept, table(), "write this into docs/generated/states/delivery.md:\n{}", table());
}

#[test]
fn nobody_verifies_what_they_recorded_or_submitted() {
    for own in ["recorder", "sender"] {
        let waiting = delivery(State::Submitted { submitted: stamp("sender") });
        assert!(matches!(waiting.verify(stamp(own)), Err(Refusal::Invalid(_))), "{own}");
    }
}

#[test]
fn a_refused_step_names_the_state_and_who_brought_it_there() {
    let verified = State::Verified { submitted: stamp("a"), verified: stamp("王五") };
    let Err(Refusal::Conflict(problem)) = delivery(verified).verify(stamp("b")) else { panic!() };
    assert_eq!(problem.key, "evidence-conflict-verified");
    assert!(problem.args.contains(&("name", "王五".to_owned())));
    assert!(problem.args.contains(&("step", "verify".to_owned())));
}

#[test]
fn the_reason_of_a_return_stays_until_it_is_sent_again() {
    let waiting = delivery(State::Submitted { submitted: stamp("recorder") });
    let returned = waiting.send_back(stamp("second"), "人数不对".into()).unwrap();
    let details = returned.details.clone();
    let edited = returned.edit(details).unwrap();
    assert!(matches!(edited.state(), State::Returned { reason, .. } if reason == "人数不对"));
    assert_eq!(edited.submit(stamp("recorder")).unwrap().state().code(), "submitted");
}

#[test]
fn every_state_is_stored_and_read_back_as_it_was() {
    testkit::both(super::cast::STREAMS, |db| {
        let cast = super::cast::Cast::found(db);
        for (n, state) in states().into_iter().enumerate() {
            let mut one = Delivery { details: cast.lecture(), ..delivery(State::Draft) };
            one.id = format!("d{n}").into();
            one.client_key = format!("k{n}");
            let stored = Delivery { state: state.clone(), version: 2, ..one.clone() };
            let read = act(db, &cast.editor(), move |tx, by| {
                crate::store::delivery::insert(tx, by.district(), &one)?;
                crate::store::delivery::save_state(
                    tx,
                    by.district(),
                    &Delivery { state: state.clone(), ..one.clone() },
                    1,
                )?;
                crate::store::delivery::find(tx, by.district(), &one.id)
            });
            assert_eq!(read.unwrap(), Some(stored));
        }
    });
}

/// The table of a call-back, in the form in which the documents keep it.
fn callbacks() -> String {
    use crate::callbacks::{Answer, Assigned, Outcome, State};
    let to = || Assigned { unit: "caller".into(), assigned: stamp("coordinator") };
    let heard = || Answer { outcome: Outcome::Confirmed, heard: Some(40), source: None, note: String::new() };
    let states = [
        State::Drawn,
        State::Assigned(to()),
        State::Answered { by: to(), answer: heard(), answered: stamp("caller") },
    ];
    let mut out = String::from(
        "# States of a call-back\n\nWritten by a test of `contexts/evidence`.\n\n| state | assign | answer |\n|---|---|---|\n",
    );
    for state in states {
        let steps = [state.clone().assign(to()), state.clone().answer(heard(), stamp("caller"))];
        let cells = steps.map(|after| match after {
            Ok(after) => after.code(),
            Err(Refusal::Conflict(_)) => "refused",
            Err(other) => panic!("{}: {other}", state.code()),
        });
        out.push_str(&format!("| {} | {} |\n", state.code(), cells.join(" | ")));
    }
    out
}

#[test]
fn the_table_of_a_call_backs_states_in_the_documents_is_what_the_code_does() {
    let kept = include_str!("../../../../docs/generated/states/callback.md");
    assert_eq!(kept, callbacks(), "write this into docs/generated/states/callback.md:\n{}", callbacks());
}
