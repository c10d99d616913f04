//! Figures from outside: what may stand for a survey, who confirms, and what cannot both be right.

use db::Db;
use kernel::{Refusal, Role, Value};
use rust_decimal::Decimal;

use super::cast::{Cast, STREAMS, act, day, keys};
use super::indicators::{register, series};
use super::site::{STREAMS as SITE, Site};
use crate::actions::figure;
use crate::figure::Contradiction;
use crate::{FigureDetails, FigureId, Means, Subject, store};

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn share(cast: &Cast, as_of: &str, value: &str) -> FigureDetails {
    FigureDetails {
        subject: Subject::Value,
        indicator: Some("share".into()),
        as_of: day(as_of),
        value: number(value),
        interval: Some((number(value) - number("0.8"), number(value) + number("0.8"))),
        means: Means::SampleSurvey,
        source: "公民科学素质调查报告，第 12 页".into(),
        publisher: "市科协".into(),
        unit: cast.health.clone(),
    }
}

fn record(db: &Db, cast: &Cast, details: &FigureDetails) -> Result<FigureId, Refusal> {
    let details = details.clone();
    act(db, &cast.editor(), move |tx, by| figure::record(tx, by, &details))
}

fn confirmed(db: &Db, cast: &Cast, details: &FigureDetails) -> FigureId {
    let id = record(db, cast, details).unwrap();
    let done = id.clone();
    act(db, &cast.verifier(), move |tx, by| figure::confirm(tx, by, (&done, 1), "")).unwrap();
    id
}

fn found(db: &Db, cast: &Cast) -> Vec<Contradiction> {
    act(db, &cast.coordinator(), |tx, by| {
        let all = store::figure::list(tx, by.district())?;
        figure::list_contradictions(tx, by, &all)
    })
    .unwrap()
}

#[test]
fn a_measured_number_moves_by_a_confirmed_survey_and_by_nothing_else() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let id = record(db, &cast, &share(&cast, "2024-10-01", "12.3")).unwrap();
        assert_eq!(series(db, &cast, "share").points.pop().unwrap().to_date, Value::NotCollected);
        let own = id.clone();
        let own = act(db, &cast.by("editor", &[(Role::Coordinator, &cast.society)]), move |tx, by| {
            figure::confirm(tx, by, (&own, 1), "")
        });
        assert_eq!(keys(own), ["evidence-verify-own"]);
        let done = id.clone();
        act(db, &cast.verifier(), move |tx, by| figure::confirm(tx, by, (&done, 1), "")).unwrap();
        let points = series(db, &cast, "share").points;
        let known: Vec<_> = points[2..].iter().map(|one| (one.value, one.to_date)).collect();
        let (none, is) = (Value::NotCollected, Value::Number(number("12.3")));
        assert_eq!(known, [(none, none), (is, is), (none, is)], "2025 has no survey of its own yet");
        assert_eq!(points[4].interval, Some((number("11.5"), number("13.1"))));
        act(db, &cast.verifier(), move |tx, by| figure::withdraw(tx, by, (&id, 2), "抄错了")).unwrap();
        assert_eq!(series(db, &cast, "share").points.pop().unwrap().to_date, none);
    });
}

#[test]
fn a_quiz_rate_is_no_survey_a_budget_no_account_and_an_estimate_no_census() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let good = share(&cast, "2024-10-01", "12.3");
        let refused = |details: FigureDetails| keys(record(db, &cast, &details));
        let quiz = FigureDetails { means: Means::QuizRate, ..good.clone() };
        assert_eq!(refused(quiz), ["evidence-figure-not-survey"]);
        let indicator = Some("money".into());
        let budget = FigureDetails { indicator, means: Means::Budget, interval: None, ..good.clone() };
        assert_eq!(refused(budget), ["evidence-figure-not-accounts"]);
        let people = FigureDetails {
            subject: Subject::Resident,
            indicator: None,
            means: Means::Estimate,
            interval: None,
            ..good.clone()
        };
        assert_eq!(refused(people), ["evidence-figure-not-statistics"]);
        let counted = FigureDetails { indicator: Some("lectures".into()), ..good.clone() };
        assert_eq!(refused(counted), ["evidence-indicator-unknown"]);
        let outside = FigureDetails { interval: Some((number("13"), number("14"))), ..good.clone() };
        assert_eq!(refused(outside), ["evidence-figure-interval"]);
        assert_eq!(refused(FigureDetails { as_of: day("2026-01-01"), ..good }), ["evidence-day-ahead"]);
    });
}

#[test]
fn two_figures_of_one_day_that_differ_are_flagged_and_not_mended() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let one = confirmed(db, &cast, &share(&cast, "2024-10-01", "12.3"));
        confirmed(db, &cast, &share(&cast, "2023-10-01", "11.0"));
        assert_eq!(found(db, &cast), []);
        let other = record(db, &cast, &share(&cast, "2024-10-01", "12.9")).unwrap();
        let pairs = found(db, &cast);
        let [Contradiction::Figures(a, b)] = pairs.as_slice() else { panic!("one pair: {pairs:?}") };
        assert_eq!(std::collections::BTreeSet::from([a, b]), [&one, &other].into());
        act(db, &cast.verifier(), move |tx, by| figure::withdraw(tx, by, (&other, 1), "抄错了")).unwrap();
        assert_eq!(found(db, &cast), []);
    });
}

#[test]
fn what_the_plan_implies_of_its_beginning_is_flagged_against_the_real_figure() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let all = vec![crate::Indicator {
            id: "money".into(),
            title: "人均科普经费".into(),
            title_en: None,
            unit: "元".into(),
            unit_en: None,
            source: crate::Source::Financial,
            from: day("2021-01-01"),
            to: day("2025-12-31"),
            implied: Some((day("2020-12-31"), number("2.0"))),
        }];
        act(db, &cast.editor(), move |tx, by| crate::indicators::register(tx, by, &all)).unwrap();
        let start = |value: &str| FigureDetails {
            subject: Subject::Baseline,
            indicator: Some("money".into()),
            interval: None,
            means: Means::FinalAccounts,
            ..share(&cast, "2020-12-31", value)
        };
        let id = confirmed(db, &cast, &start("1.73"));
        assert_eq!(found(db, &cast), [Contradiction::Implied(id.clone(), number("2.0"))]);
        act(db, &cast.verifier(), move |tx, by| figure::withdraw(tx, by, (&id, 2), "口径不同")).unwrap();
        confirmed(db, &cast, &start("2.00"));
        assert_eq!(found(db, &cast), []);
    });
}

#[test]
fn a_figure_is_recorded_and_confirmed_by_form_and_text_in_a_number_is_refused() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        register(db, &site.cast);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/figures/new").is(200).shows("抽样调查").shows("常住人口");
        let unit = site.cast.health.to_string();
        let mut sent = vec![
            ("indicator", "share"),
            ("baseline", "value"),
            ("as_of", "2024-10-01"),
            ("value", "N/A"),
            ("means", "quiz_rate"),
            ("low", "11.5"),
            ("high", "13.1"),
            ("source", "报告第 12 页"),
            ("publisher", "市科协"),
            ("unit", &unit),
        ];
        editor.post("/desk/figures", &sent).is(422).shows("“N/A”不是数字");
        sent[3].1 = "12.3";
        editor.get("/desk/figures/new");
        let refused = editor.post("/desk/figures", &sent);
        refused.is(422).shows("不能代表全体居民").shows("value=\"12.3\"");
        sent[4].1 = "sample_survey";
        let done = editor.post("/desk/figures", &sent);
        let path = done.location().to_owned();
        editor.follow(&done).is(200).shows("等待另一个人核验").shows("12.3");
        verifier.get("/desk").shows("确认数据：报告第 12 页");
        verifier.get(&path);
        let confirmed = verifier.post(&format!("{path}/confirmation"), &[("version", "1")]);
        verifier.follow(&confirmed).shows("已确认");
        verifier.get("/desk/indicators/share").shows("12.3").shows("/desk/figures?subject=share");
        verifier.get("/desk/figures?subject=share").shows("11.5 至 13.1");
        verifier.get("/desk/figures?subject=resident").shows("还没有数据");
    });
}
