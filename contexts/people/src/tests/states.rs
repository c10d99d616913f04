//! Every state of an account and of a unit against every step.

use kernel::{Instant, Problem};

use super::day;
use crate::accounts::AccountState;
use crate::units::{Facts, History};

fn row(name: &str, cells: &[Result<&'static str, Problem>]) -> String {
    let words: Vec<&str> = cells.iter().map(|cell| cell.as_ref().map_or("refused", |word| *word)).collect();
    format!("| {name} | {} |\n", words.join(" | "))
}

fn head(of: &str, steps: &[&str]) -> String {
    let lines = "---|".repeat(steps.len() + 1);
    let steps = steps.join(" | ");
    format!("# States of {of}\n\nWritten by a test of `contexts/people`.\n\n| state | {steps} |\n|{lines}\n")
}

fn of_an_account() -> String {
    let now = Instant::from_micros(0);
    let mut out = head("an account", &["choose_password", "reset_password", "disable", "enable"]);
    for state in [AccountState::Temporary, AccountState::Active, AccountState::Disabled { since: now }] {
        let cells = [state.choose(), state.reset(), state.disable(now), state.enable()];
        out.push_str(&row(state.code(), &cells.map(|cell| cell.map(AccountState::code))));
    }
    out
}

/// What a unit is on the day after every step.
fn word(history: &History) -> &'static str {
    if history.on(day("2025-06-02")).is_some() { "lives" } else { "closed" }
}

fn of_a_unit() -> String {
    let facts =
        Facts {
            name: "教育局".into(), short_name: String::new(), name_en: None, parent: None, code: None
        };
    let lives = History::begin(day("2021-01-01"), facts);
    let closed = lives.clone().close(day("2025-01-01")).unwrap();
    let on = day("2025-06-01");
    let mut out = head("a unit", &["rename or move", "correct", "close or merge"]);
    for (name, state) in [("lives", lives), ("closed", closed)] {
        assert_eq!(word(&state), name);
        let cells = [state.clone().change(on, |_| {}), state.clone().correct(|_| {}), state.close(on)];
        out.push_str(&row(name, &cells.map(|cell| cell.map(|history| word(&history)))));
    }
    out
}

#[test]
fn the_tables_of_states_in_the_documents_are_what_the_code_does() {
    for (kept, now) in [
        (include_str!("../../../../docs/generated/states/account.md"), of_an_account()),
        (include_str!("../../../../docs/generated/states/unit.md"), of_a_unit()),
    ] {
        assert_eq!(kept, now, "write this into docs/generated/states:\n{now}");
    }
}
