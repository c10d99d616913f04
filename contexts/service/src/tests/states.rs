//! Every state of an order against every step, and their table in the documents.

use kernel::{Instant, Refusal};

use super::day;
use crate::order::{Along, Channel, Order, Running, State, Turn, Visit, Want, Who, Work};

fn order(state: State) -> Order {
    Order {
        id: "o".into(),
        year: 2025,
        n: 1,
        draft_key: "k".into(),
        want: Want::default(),
        contact: None,
        phone_mac: String::new(),
        channel: Channel::Web,
        entered_by: None,
        state,
        running: Running::until(day("2025-11-03")),
        n_reopened: 0,
        created_at: Instant::from_micros(0),
        submitted_at: None,
        state_at: Instant::from_micros(0),
        version: 1,
        is_demo: false,
    }
}

fn who() -> Who {
    Who { by: None, name: "甲".into(), at: Instant::from_micros(0) }
}

fn states() -> Vec<State> {
    let (department, team) = ("d".into(), "t".into());
    let work = Work { department, team };
    let visit = Visit { on: day("2025-11-10"), minute: 570, minutes: 60 };
    let delivery = || "e".into();
    let department = || work.department.clone();
    vec![
        State::Draft,
        State::Submitted,
        State::Returned { question: "q".into(), n_left: 1 },
        State::Joined { into: "p".into(), along: Along::default() },
        State::Refused { who: who(), reason: "r".into() },
        State::Dispatched,
        State::Claimed { department: department() },
        State::Recruiting { department: department() },
        State::Accepted { work: work.clone() },
        State::Scheduled { work: work.clone(), visit },
        State::InDelivery { work: work.clone(), visit, began: Instant::from_micros(0) },
        State::Awaiting { work: work.clone(), visit, delivery: delivery() },
        State::Feedback { work: work.clone(), visit, delivery: delivery() },
        State::Closed { work: work.clone(), visit, delivery: delivery(), who: who() },
        State::Withdrawn { who: who(), reason: "r".into() },
        State::Merged { into: "p".into(), who: who() },
        State::PassedOn { who: who(), reason: "r".into() },
    ]
}

type Take = fn(Order, Turn) -> Result<Order, Refusal>;

const STEPS: [(&str, Take); 26] = [
    ("submit", |order, turn| order.submit(turn)),
    ("ask back", |order, turn| order.ask_back(turn, "q".into(), 1)),
    ("answer", |order, turn| order.answer(turn)),
    ("refuse", |order, turn| order.refuse(turn, who(), "r".into())),
    ("appeal", |order, turn| order.look_again(turn)),
    ("merge", |order, turn| order.merge(turn, who(), "p".into())),
    ("pass on", |order, turn| order.pass_on(turn, who(), "r".into())),
    ("dispatch", |order, turn| order.dispatch(turn)),
    ("claim", |order, turn| order.claim(turn, "d".into())),
    ("hand back", |order, turn| order.hand_back(turn)),
    ("recruit", |order, turn| order.recruit(turn)),
    ("accept", |order, turn| order.accept(turn, "t".into())),
    ("decline", |order, turn| order.decline(turn)),
    ("schedule", |order, turn| {
        order.schedule(turn, Visit { on: day("2025-11-10"), minute: 570, minutes: 60 })
    }),
    ("begin", |order, turn| order.begin(turn)),
    ("report", |order, turn| order.report(turn, "e".into())),
    ("confirm", |order, turn| order.confirm(turn)),
    ("close", |order, turn| order.close(turn, who())),
    ("withdraw", |order, turn| order.withdraw(turn, who(), "r".into())),
    ("reassign", |order, turn| order.reassign(turn)),
    ("reopen", |order, turn| order.reopen(turn)),
    ("join", |order, turn| order.join(turn, "p".into(), Along::default())),
    ("part", |order, turn| order.part(turn)),
    ("lead", |order, turn| order.lead(&State::Dispatched, turn)),
    ("arrive", |order, turn| {
        let work = Work { department: "d".into(), team: "t".into() };
        let visit = Visit { on: day("2025-11-10"), minute: 570, minutes: 60 };
        order.arrive(turn, (&work, visit, &"e".into()))
    }),
    ("escalate", |order, turn| order.escalate("a".into(), &turn)),
];

#[test]
fn every_step_in_every_state_does_what_the_documents_say() {
    let mut out = String::from(
        "# States of an order\n\nWritten by a test of `contexts/service`. – means that the step is refused.\n\n",
    );
    let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
    out.push_str(&format!("| state | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(STEPS.len())));
    for state in states() {
        assert!(State::CODES.contains(&state.code()));
        let cells: Vec<&str> = STEPS
            .iter()
            .map(|(name, take)| {
                let at = day("2025-11-04").at(9, 0);
                let turn = Turn { at, running: Running::until(day("2025-11-05")) };
                match take(order(state.clone()), turn) {
                    Ok(after) => {
                        assert_eq!(after.version, 2, "{name} raises the version by one");
                        after.state.code()
                    }
                    Err(Refusal::Conflict(_)) => "–",
                    Err(other) => panic!("{} {name}: {other}", state.code()),
                }
            })
            .collect();
        out.push_str(&format!("| {} | {} |\n", state.code(), cells.join(" | ")));
    }
    let kept = include_str!("../../../../docs/generated/states/service_order.md");
    assert_eq!(kept, out, "write this into docs/generated/states/service_order.md:\n{out}");
}

#[test]
fn a_reopened_order_counts_its_rounds_and_keeps_its_department() {
    let closed = states().into_iter().find(|state| state.code() == "closed").unwrap();
    let turn = Turn { at: Instant::from_micros(0), running: Running::until(day("2025-11-05")) };
    let order = order(closed).reopen(turn).unwrap();
    assert_eq!((order.n_reopened, order.state.department()), (1, Some(&"d".into())));
    assert_eq!(order.state.team(), None);
}
