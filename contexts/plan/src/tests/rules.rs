//! The rules of status, path and forecast, as tables of cases.

use evidence::Tally;
use kernel::Day;
use plan_doc::{Comparator, Form, TargetKind};
use rust_decimal::Decimal;

use crate::rules::{
    Forecast, Known, Status, Year12, asked, asked_at_year_end, derived_start, forecast, has_reference,
    measure_status, needs, status,
};
use crate::target::{Counting, Path, Promise, Step};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn promise(kind: TargetKind, comparator: Comparator, value: &str) -> Promise {
    Promise {
        kind,
        form: None,
        subject: "高素质农民".into(),
        comparator,
        value: Some(value).filter(|value| !value.is_empty()).map(number),
        unit: "人".into(),
        per: String::new(),
        due: "2025".into(),
        approximate: false,
        scope: String::new(),
        strength: String::new(),
        counting: Counting { tally: Tally::Persons, kind: None, group: None },
    }
}

fn known(now: i64) -> Known {
    Known { now: Some(now.into()), ..Known::default() }
}

fn start() -> Day {
    day("2021-01-01")
}

#[test]
fn a_climbing_number_is_judged_by_what_its_path_asks_for_today() {
    let target = promise(TargetKind::Counted, Comparator::AtLeast, "500");
    // Half of the five years: the straight line asks for 250.
    let middle = day("2023-07-02");
    for (now, waiting, on, expected) in [
        (500, 0, middle, Status::Reached),
        (700, 0, middle, Status::Reached),
        (300, 0, middle, Status::Ahead),
        (260, 0, middle, Status::OnCourse),
        (249, 0, middle, Status::Behind),
        (200, 60, middle, Status::Waiting),
        (200, 20, middle, Status::Behind),
        (0, 0, start(), Status::OnCourse),
        (499, 0, day("2025-12-31"), Status::Behind),
        (499, 1, day("2026-02-01"), Status::Waiting),
        (499, 0, day("2026-02-01"), Status::Behind),
    ] {
        let known = Known { waiting: waiting.into(), ..known(now) };
        assert_eq!(
            status(&target, &known, &Path::new(), start(), on),
            expected,
            "{now} and {waiting} on {on}"
        );
    }
}

#[test]
fn a_survey_decides_only_when_its_whole_interval_lies_on_one_side() {
    let target = promise(TargetKind::Measured, Comparator::AtLeast, "15");
    let (middle, end) = (day("2023-07-02"), day("2025-12-31"));
    for (interval, on, expected) in [
        (Some(("15.0", "16.4")), middle, Status::Reached),
        (Some(("14.9", "16.4")), end, Status::CannotSay),
        (Some(("11.5", "13.1")), end, Status::Behind),
        // a share does not climb evenly from nothing: before it is due nobody can say
        (Some(("11.5", "13.1")), middle, Status::CannotSay),
        (None, end, Status::CannotSay),
    ] {
        let interval = interval.map(|(low, high)| (number(low), number(high)));
        let known = Known { interval, ..known(15) };
        assert_eq!(status(&target, &known, &Path::new(), start(), on), expected, "{interval:?} on {on}");
    }
    let nobody = Known::default();
    assert_eq!(status(&target, &nobody, &Path::new(), start(), end), Status::Unfilled);
    let path = Path::from([(2023, Step { value: number("11"), source: "年度计划".into() })]);
    let known = Known { interval: Some((number("11.5"), number("13.1"))), ..known(12) };
    assert_eq!(status(&target, &known, &path, start(), day("2023-12-31")), Status::OnCourse);
    let spent = promise(TargetKind::Financial, Comparator::AtLeast, "2");
    assert_eq!(
        status(&spent, &Known { now: Some(number("2.1")), ..Known::default() }, &path, start(), middle),
        Status::Reached
    );
    assert_eq!(
        status(&spent, &Known { now: Some(number("1.9")), ..Known::default() }, &path, start(), end),
        Status::Behind
    );
}

#[test]
fn exactly_means_exactly_and_more_is_for_a_person_to_judge() {
    let target = promise(TargetKind::Registered, Comparator::Exactly, "30");
    let on = day("2025-06-30");
    let of = |now| status(&target, &known(now), &Path::new(), start(), on);
    assert_eq!((of(30), of(31), of(20)), (Status::Reached, Status::CannotSay, Status::Behind));
}

#[test]
fn more_than_leaves_the_number_itself_out() {
    let target = promise(TargetKind::Counted, Comparator::MoreThan, "500");
    let of = |now| status(&target, &known(now), &Path::new(), start(), day("2025-12-31"));
    assert_eq!((of(500), of(501)), (Status::OnCourse, Status::Reached));
}

#[test]
fn a_ceiling_is_kept_until_it_is_passed() {
    for (comparator, now, on, expected) in [
        (Comparator::AtMost, 10, "2023-01-01", Status::OnCourse),
        (Comparator::AtMost, 10, "2025-12-31", Status::Reached),
        (Comparator::AtMost, 11, "2023-01-01", Status::Behind),
        (Comparator::LessThan, 10, "2023-01-01", Status::Behind),
        (Comparator::LessThan, 9, "2025-12-31", Status::Reached),
    ] {
        let target = promise(TargetKind::Registered, comparator, "10");
        let is = status(&target, &known(now), &Path::new(), start(), day(on));
        assert_eq!(is, expected, "{comparator:?} {now} on {on}");
    }
}

#[test]
fn coverage_is_judged_by_the_places_that_there_are() {
    let mut target = promise(TargetKind::Registered, Comparator::AtLeast, "1");
    target.form = Some(Form::Coverage);
    let on = day("2025-12-31");
    let of = |now, n_places| {
        let known = Known { n_places, ..known(now) };
        status(&target, &known, &Path::new(), start(), on)
    };
    assert_eq!(of(16, Some(16)), Status::Reached);
    assert_eq!(of(12, Some(16)), Status::Behind);
    assert_eq!(of(12, None), Status::CannotSay);
}

#[test]
fn a_promise_for_every_year_is_judged_by_that_year_alone() {
    let yearly =
        Promise { form: Some(Form::Yearly), ..promise(TargetKind::Counted, Comparator::AtLeast, "12") };
    let of = |this_year: i64, on: &str| {
        let by_year = vec![(2023, Decimal::from(50)), (2024, Decimal::from(this_year))];
        let known = Known { by_year, ..known(50 + this_year) };
        status(&yearly, &known, &Path::new(), start(), day(on))
    };
    assert_eq!(of(5, "2024-07-02"), Status::Behind);
    assert_eq!(of(7, "2024-07-02"), Status::Ahead);
    assert_eq!(of(12, "2024-07-02"), Status::Reached);
    assert_eq!(of(12, "2025-02-01"), Status::Unfilled);
}

#[test]
fn a_change_against_a_figure_that_nobody_gave_cannot_be_judged() {
    for form in [Form::Increase, Form::Decrease, Form::YearlyStep] {
        let promise =
            Promise { form: Some(form), ..promise(TargetKind::Registered, Comparator::AtLeast, "3") };
        let is = status(&promise, &known(9), &Path::new(), start(), day("2024-07-02"));
        assert_eq!(is, Status::CannotSay, "{form:?}");
    }
}

#[test]
fn a_direction_needs_two_years() {
    let mut target = promise(TargetKind::Registered, Comparator::Rising, "");
    target.form = Some(Form::Monotone);
    let of = |years: &[(i16, i64)]| {
        let by_year = years.iter().map(|(year, value)| (*year, Decimal::from(*value))).collect();
        status(&target, &Known { by_year, ..Known::default() }, &Path::new(), start(), day("2025-01-01"))
    };
    assert_eq!(of(&[]), Status::Unfilled);
    assert_eq!(of(&[(2021, 5)]), Status::CannotSay);
    assert_eq!(of(&[(2021, 5), (2022, 6), (2023, 7)]), Status::OnCourse);
    assert_eq!(of(&[(2021, 5), (2022, 6), (2023, 6)]), Status::Behind);
}

#[test]
fn what_is_measured_or_paid_is_unfilled_until_a_figure_came_from_outside_and_says_what_it_needs() {
    let share = promise(TargetKind::Measured, Comparator::AtLeast, "15");
    let money =
        Promise { unit: "元/人".into(), ..promise(TargetKind::Financial, Comparator::AtLeast, "2.5") };
    for target in [&share, &money] {
        let nobody = Known { by_year: vec![(2025, 99.into())], ..Known::default() };
        let is = status(target, &nobody, &Path::new(), start(), day("2025-12-31"));
        assert_eq!(is, Status::Unfilled);
    }
    assert_eq!(needs(&share), ["survey"]);
    assert_eq!(needs(&money), ["population", "accounts"]);
}

#[test]
fn a_figure_that_nobody_gave_is_unfilled_and_not_nought() {
    let target = promise(TargetKind::Registered, Comparator::Exactly, "30");
    let is = status(&target, &Known::default(), &Path::new(), start(), day("2025-01-01"));
    assert_eq!(is, Status::Unfilled);
}

#[test]
fn a_path_that_a_person_entered_takes_the_place_of_the_straight_line() {
    let step = |value: &str| Step { value: number(value), source: "会议纪要".into() };
    let path: Path = [(2021, step("20")), (2022, step("40"))].into();
    let on = |text| asked(number("500"), &path, start(), day("2025-12-31"), day(text));
    assert_eq!(on("2021-12-31"), number("20"));
    assert_eq!(on("2022-12-31"), number("40"));
    assert_eq!(on("2025-12-31"), number("500"));
    assert_eq!(on("2030-01-01"), number("500"));
    let target = promise(TargetKind::Counted, Comparator::AtLeast, "500");
    assert_eq!(status(&target, &known(45), &path, start(), day("2022-12-31")), Status::Ahead);
    assert_eq!(status(&target, &known(45), &Path::new(), start(), day("2022-12-31")), Status::Behind);
}

#[test]
fn the_reference_line_gives_every_year_the_same_part() {
    let due = day("2025-12-31");
    let at = |path: &Path, year| asked_at_year_end(number("500"), path, start(), due, year).unwrap();
    let none = Path::new();
    assert_eq!((at(&none, 2021), at(&none, 2024), at(&none, 2025)), (100.into(), 400.into(), 500.into()));
    let path: Path = [(2021, Step { value: number("20"), source: "纪要".into() })].into();
    assert_eq!((at(&path, 2021), at(&path, 2025)), (20.into(), 500.into()));
}

#[test]
fn a_forecast_follows_the_pace_so_far_and_says_what_it_rests_on() {
    let target = promise(TargetKind::Counted, Comparator::AtLeast, "500");
    // 913 of 1826 days.
    let middle = day("2023-07-02");
    let made = forecast(&target, &known(250), 12, start(), middle);
    assert_eq!(made, Forecast::Pace { value: number("500"), n: 12, days: 913 });
    assert_eq!(forecast(&target, &known(250), 4, start(), middle), Forecast::TooFew { n: 4 });
    assert_eq!(forecast(&target, &known(25), 9, start(), day("2021-02-01")), Forecast::TooFew { n: 9 });
    let stock = promise(TargetKind::Registered, Comparator::Exactly, "30");
    assert_eq!(forecast(&stock, &known(20), 20, start(), middle), Forecast::NotApplicable);
    assert_eq!(forecast(&target, &known(250), 12, start(), day("2026-01-01")), Forecast::NotApplicable);
}

#[test]
fn a_measure_is_judged_by_the_months_that_are_over() {
    let planned = [2; 12];
    for (on, done, waiting, expected) in [
        ("2025-01-31", 0, 0, Status::OnCourse),
        ("2025-07-01", 12, 0, Status::OnCourse),
        ("2025-07-01", 11, 0, Status::Behind),
        ("2025-07-01", 11, 1, Status::Waiting),
        ("2025-07-01", 14, 0, Status::Ahead),
        ("2025-07-01", 24, 0, Status::Reached),
        ("2026-03-01", 23, 0, Status::Behind),
        ("2024-12-31", 0, 0, Status::OnCourse),
    ] {
        let figures = Year12 { planned, done, waiting };
        assert_eq!(measure_status(2025, day(on), &figures), expected, "{done} and {waiting} on {on}");
    }
}

#[test]
fn a_measure_that_nobody_planned_is_unfilled_or_cannot_be_compared() {
    let of = |done| measure_status(2025, day("2025-07-01"), &Year12 { done, ..Year12::default() });
    assert_eq!((of(0), of(7)), (Status::Unfilled, Status::CannotSay));
}

#[test]
fn the_start_that_a_yearly_step_implies_is_derived_and_nothing_else() {
    let mut step = promise(TargetKind::Financial, Comparator::AtLeast, "0.1");
    step.form = Some(Form::YearlyStep);
    let district = promise(TargetKind::Financial, Comparator::AtLeast, "2.5");
    let town = promise(TargetKind::Financial, Comparator::AtLeast, "2.0");
    let people = promise(TargetKind::Counted, Comparator::AtLeast, "500");
    let all = [&step, &district, &town, &people];
    assert_eq!(derived_start(&district, &all, 5), Some(number("2.0")));
    assert_eq!(derived_start(&town, &all, 5), Some(number("1.5")));
    assert_eq!(derived_start(&people, &all, 5), None);
    assert_eq!(derived_start(&district, &[&district], 5), None);
}

#[test]
fn too_few_known_persons_are_not_behind_while_unknown_ones_may_be_enough() {
    let target = promise(TargetKind::Counted, Comparator::AtLeast, "500");
    let of = |unidentified: i64| {
        let known = Known { unidentified: unidentified.into(), ..known(420) };
        let is = status(&target, &known, &Path::new(), start(), day("2025-12-31"));
        (is, forecast(&target, &known, 40, start(), day("2024-01-01")))
    };
    assert_eq!(of(79).0, Status::Behind);
    assert_eq!(of(80), (Status::CannotSay, Forecast::NotApplicable));
}

#[test]
fn how_many_statements_were_signed_decides_nothing() {
    for (comparator, value) in [(Comparator::AtLeast, "3"), (Comparator::Rising, "")] {
        let target = promise(TargetKind::Attested, comparator, value);
        let of = |by_year: Vec<(i16, Decimal)>| {
            let known = Known { by_year, ..Known::default() };
            status(&target, &known, &Path::new(), start(), day("2025-06-01"))
        };
        assert_eq!(of(Vec::new()), Status::Unfilled);
        assert_eq!(of(vec![(2021, 1.into()), (2022, 1.into())]), Status::CannotSay);
    }
}

#[test]
fn a_direction_leaves_out_the_year_that_runs_and_the_years_before_the_first_figure() {
    let mut target = promise(TargetKind::Counted, Comparator::Rising, "");
    target.form = Some(Form::Monotone);
    let of = |years: &[(i16, i64)], runs| {
        let by_year = years.iter().map(|(year, value)| (*year, Decimal::from(*value))).collect();
        let known = Known { by_year, runs, ..Known::default() };
        status(&target, &known, &Path::new(), start(), day("2025-02-10"))
    };
    assert_eq!(of(&[(2023, 50), (2024, 60), (2025, 2)], true), Status::OnCourse);
    assert_eq!(of(&[(2023, 50), (2024, 60), (2025, 2)], false), Status::Behind);
    assert_eq!(of(&[(2021, 0), (2022, 0), (2023, 5), (2024, 7)], false), Status::OnCourse);
    assert_eq!(of(&[(2024, 60), (2025, 2)], true), Status::CannotSay);
    assert_eq!(of(&[(2021, 5), (2024, 9)], false), Status::CannotSay);
}

#[test]
fn only_what_climbs_from_nothing_has_a_reference_line() {
    let of = |kind, form, comparator| has_reference(&Promise { form, ..promise(kind, comparator, "5") });
    assert!(of(TargetKind::Counted, None, Comparator::AtLeast));
    assert!(of(TargetKind::Registered, Some(Form::Coverage), Comparator::Exactly));
    assert!(!of(TargetKind::Measured, None, Comparator::AtLeast));
    assert!(!of(TargetKind::Financial, None, Comparator::AtLeast));
    assert!(!of(TargetKind::Counted, Some(Form::Increase), Comparator::AtLeast));
    assert!(!of(TargetKind::Counted, None, Comparator::AtMost));
}
