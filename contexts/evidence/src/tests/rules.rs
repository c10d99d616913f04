//! Rules as data: versions, days, what one would change, and what is refused with its place.

use db::Db;
use kernel::{Group, Refusal, Role, Value};

use super::cast::{Cast, STREAMS, act, day, form, keys, verified, withdrawn};
use super::indicators::{register, series};
use super::site::{STREAMS as SITE, Site};
use crate::actions::rule::{self, NewRule, RuleOf};
use crate::indicator::Tally;
use crate::rule::Conditions;
use crate::{Details, IndicatorId, Kind, Part, RuleId, counting, store};

/// The next version of the rule for elderly people: of these kinds.
fn of_kinds(kinds: &[Kind], from: &str) -> NewRule {
    NewRule {
        of: RuleOf::Known("elderly".into()),
        conditions: Conditions {
            purpose: Some("m1".into()),
            kinds: kinds.iter().copied().collect(),
            groups: [Group::Elderly].into(),
            ..Conditions::default()
        },
        tally: Tally::PersonTimes,
        from: day(from),
        why: "只数讲座和培训".into(),
    }
}

fn draft(db: &Db, cast: &Cast, new: &NewRule) -> Result<RuleId, Refusal> {
    let new = new.clone();
    act(db, &cast.coordinator(), move |tx, by| rule::draft(tx, by, &new))
}

fn put(db: &Db, cast: &Cast, new: &NewRule) -> RuleId {
    let id = draft(db, cast, new).unwrap();
    let put = id.clone();
    act(db, &cast.coordinator(), move |tx, by| rule::put_in_force(tx, by, (&put, 1))).unwrap();
    id
}

fn held(cast: &Cast, kind: Kind, on: &str) -> crate::NewDelivery {
    form(Details { kind, on: day(on), ..cast.lecture() })
}

/// Value and version by year, from 2024 on.
fn years(db: &Db, cast: &Cast) -> Vec<(Value, i64)> {
    let points = series(db, cast, "elderly").points;
    points[3..].iter().map(|point| (point.value, point.rule.unwrap().0)).collect()
}

#[test]
fn a_new_version_counts_from_its_day_and_the_old_one_keeps_the_years_before() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for on in ["2024-05-01", "2025-05-01"] {
            verified(db, &cast, &held(&cast, Kind::Lecture, on));
            verified(db, &cast, &held(&cast, Kind::Exhibition, on));
        }
        assert_eq!(years(db, &cast), [(92.into(), 1), (92.into(), 1)]);
        put(db, &cast, &of_kinds(&[Kind::Lecture, Kind::Training], "2025-01-01"));
        assert_eq!(years(db, &cast), [(92.into(), 1), (46.into(), 2)]);
        let late = verified(db, &cast, &held(&cast, Kind::Exhibition, "2024-06-01"));
        verified(db, &cast, &held(&cast, Kind::Exhibition, "2025-06-01"));
        verified(db, &cast, &held(&cast, Kind::Training, "2025-06-01"));
        assert_eq!(years(db, &cast), [(138.into(), 1), (92.into(), 2)], "each by the rule of its day");
        withdrawn(db, &cast, &late);
        assert_eq!(years(db, &cast), [(92.into(), 1), (92.into(), 2)]);
    });
}

#[test]
fn a_rebuild_gives_the_same_years_with_the_same_versions() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        put(db, &cast, &of_kinds(&[Kind::Lecture], "2024-01-01"));
        for on in ["2023-05-01", "2024-05-01", "2025-05-01"] {
            verified(db, &cast, &held(&cast, Kind::Lecture, on));
            verified(db, &cast, &held(&cast, Kind::Exhibition, on));
        }
        let stored = |db: &Db| {
            act(db, &cast.editor(), |tx, by| store::indicator::totals(tx, by.district(), 2025)).unwrap()
        };
        let before = stored(db);
        act(db, &cast.editor(), |tx, by| counting::rebuild(tx, by.district())).unwrap();
        assert_eq!(stored(db), before);
        assert!(before.values().any(|(n, _)| *n == 2));
    });
}

#[test]
fn a_dry_run_names_what_would_count_and_what_would_stop_and_is_what_then_happens() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let stops = verified(db, &cast, &held(&cast, Kind::Exhibition, "2025-05-01"));
        verified(db, &cast, &held(&cast, Kind::Lecture, "2025-05-02"));
        let other =
            Details { purposes: ["m2".into()].into(), ..held(&cast, Kind::Lecture, "2025-05-03").details };
        let starts = verified(db, &cast, &form(other));
        let mut new = of_kinds(&[Kind::Lecture], "2025-01-01");
        new.conditions.purpose = None;
        let id = draft(db, &cast, &new).unwrap();
        let asked = id.clone();
        let run = act(db, &cast.coordinator(), move |tx, by| {
            let rule = rule::find(tx, by, &asked)?;
            rule::look_ahead(tx, by, &rule)
        })
        .unwrap();
        let ids = |lines: &[store::list::Line]| lines.iter().map(|line| line.id.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&run.starts), ids(&run.stops)), (vec![starts], vec![stops]));
        assert_eq!(run.years, [(2025, 92, 92)]);
        assert_eq!(years(db, &cast)[1], (92.into(), 1), "a draft moves nothing");
        act(db, &cast.coordinator(), move |tx, by| rule::put_in_force(tx, by, (&id, 1))).unwrap();
        assert_eq!(years(db, &cast)[1], (run.years[0].2.into(), 2));
    });
}

#[test]
fn a_rule_asks_for_words_unit_town_and_groups_and_its_list_has_what_it_counts() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let mut heads = cast.lecture();
        heads.heads.insert(Group::Youth, 10);
        heads.heads.insert(Group::Workers, 5);
        heads.supporters.insert(cast.society.clone());
        verified(db, &cast, &form(heads.clone()));
        verified(db, &cast, &form(Details { topic: "防震".into(), title: "防震".into(), ..heads.clone() }));
        verified(db, &cast, &form(Details { town: cast.towns[1].clone(), ..heads.clone() }));
        let mut new = of_kinds(&[Kind::Lecture, Kind::Training], "2025-01-01");
        new.conditions.groups = [Group::Elderly, Group::Youth].into();
        new.conditions.topics = ["野生菌".to_owned(), "蘑菇".to_owned()].into();
        new.conditions.unit = Some((cast.society.clone(), Part::Supporter));
        new.conditions.town = Some(cast.towns[0].clone());
        let id = put(db, &cast, &new);
        assert_eq!(years(db, &cast)[1], (56.into(), 2), "46 elderly and 10 young people of one lecture");
        let rule = act(db, &cast.coordinator(), move |tx, by| rule::find(tx, by, &id)).unwrap();
        let filter = rule.filter(2025);
        assert_eq!(series(db, &cast, "elderly").points.pop().unwrap().href, Some(filter.href()));
        let listed = act(db, &cast.coordinator(), move |tx, by| {
            let reach = kernel::Reach::All;
            store::list::sums(tx, by.district(), &reach, &filter)
        });
        let (sums, _) = listed.unwrap();
        assert_eq!((sums.sessions, sums.person_times), (1, 56));
    });
}

#[test]
fn a_wrong_rule_is_refused_with_the_place_of_the_error() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        let good = of_kinds(&[Kind::Lecture], "2025-01-01");
        let places = |new: &NewRule| match draft(db, &cast, new).unwrap_err() {
            Refusal::Invalid(problems) => problems
                .iter()
                .map(|one| (one.field.clone().unwrap_or_default().into_owned(), one.key))
                .collect::<Vec<_>>(),
            other @ (Refusal::NotFound
            | Refusal::Forbidden
            | Refusal::Conflict(_)
            | Refusal::Unavailable(_)
            | Refusal::Broken(_)) => panic!("{other}"),
        };
        let of = |field: &str, key: &'static str| vec![(field.to_owned(), key)];
        let wrong = NewRule { from: day("2025-03-01"), ..good.clone() };
        assert_eq!(places(&wrong), of("from", "evidence-rule-from-inside-year"));
        let share = NewRule { of: RuleOf::Known("share".into()), ..good.clone() };
        assert_eq!(keys(draft(db, &cast, &share)), ["not found"], "a survey has no rule");
        let wrong = NewRule { from: day("2026-01-01"), ..good.clone() };
        assert_eq!(places(&wrong), of("from", "evidence-rule-from-outside"));
        let wrong = NewRule { tally: Tally::Sessions, ..good.clone() };
        assert_eq!(places(&wrong), of("quantity", "evidence-rule-quantity-differs"));
        let mut wrong = good.clone();
        wrong.conditions.purpose = Some("m9".into());
        wrong.conditions.town = Some(cast.health.clone());
        wrong.conditions.topics = ["菌".to_owned()].into();
        assert_eq!(
            places(&wrong),
            [
                ("purpose".to_owned(), "evidence-purpose-unknown"),
                ("town".to_owned(), "evidence-unit-unknown"),
                ("topics".to_owned(), "evidence-rule-topic-short")
            ]
        );
        assert_eq!(places(&of_kinds(&[], "2025-01-01")), of("", "evidence-rule-same"));
        assert_eq!(
            places(&NewRule { why: " ".into(), ..good.clone() }),
            of("why", "evidence-reason-missing")
        );
        draft(db, &cast, &good).unwrap();
        assert_eq!(keys(draft(db, &cast, &good)), ["evidence-rule-draft-open"]);
        let other = act(db, &cast.editor(), move |tx, by| rule::draft(tx, by, &good));
        assert_eq!(keys(other), ["forbidden"]);
    });
}

#[test]
fn an_edit_of_rules_recounts_every_number_that_it_touches_and_no_other() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        register(db, &cast);
        for kind in [Kind::Lecture, Kind::Exhibition, Kind::Training] {
            verified(db, &cast, &held(&cast, kind, "2025-05-01"));
        }
        let value = |id| series(db, &cast, id).points.pop().unwrap().value;
        assert_eq!((value("elderly"), value("lectures")), (138.into(), 1.into()));
        put(db, &cast, &of_kinds(&[Kind::Lecture], "2025-01-01"));
        put(db, &cast, &of_kinds(&[Kind::Lecture, Kind::Exhibition], "2025-01-01"));
        assert_eq!((value("elderly"), value("lectures")), (92.into(), 1.into()));
        // what the owner says again changes nothing that a person wrote since
        register(db, &cast);
        assert_eq!((value("elderly"), years(db, &cast)[1].1), (92.into(), 3));
    });
}

#[test]
fn a_number_of_the_districts_own_counts_and_outlives_a_new_plan() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        verified(db, &cast, &held(&cast, Kind::Lecture, "2025-05-01"));
        let new = NewRule {
            of: RuleOf::New { title: "讲座场次".into(), unit: "场".into() },
            conditions: Conditions { kinds: [Kind::Lecture].into(), ..Conditions::default() },
            tally: Tally::Sessions,
            ..of_kinds(&[], "2025-01-01")
        };
        let id = put(db, &cast, &new);
        let of: IndicatorId =
            act(db, &cast.editor(), move |tx, by| Ok(rule::find(tx, by, &id)?.indicator)).unwrap();
        let value = |of: &IndicatorId| {
            let all = act(db, &cast.editor(), |tx, by| crate::indicators::values(tx, by, 2025)).unwrap();
            all.into_iter().find(|one| one.indicator.id == *of).unwrap().points.pop().unwrap().value
        };
        assert_eq!(value(&of), 1.into());
        register(db, &cast);
        verified(db, &cast, &held(&cast, Kind::Lecture, "2025-05-02"));
        assert_eq!(value(&of), 2.into());
    });
}

#[test]
fn a_coordinator_writes_a_rule_looks_ahead_and_puts_it_in_force_by_form() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        register(db, &site.cast);
        verified(db, &site.cast, &held(&site.cast, Kind::Exhibition, "2025-05-01"));
        let mut keeper = site.sign_in("keeper", Role::Coordinator, &site.cast.society);
        keeper
            .get("/desk/indicators")
            .is(200)
            .shows("∑ 计数")
            .shows("≈ 实测")
            .shows("规则第 1 版，自 2021-01-01");
        keeper.get("/desk/rules/new?indicator=elderly").is(200).shows("现在是：规则第 1 版");
        let wrong = [
            ("indicator", "elderly"),
            ("quantity", "person_times"),
            ("role", "supporter"),
            ("from", "2025-01-01"),
        ];
        let refused = keeper.post("/desk/rules", &wrong);
        refused.is(422).shows("选了承担方式，还要选是哪个单位").shows("value=\"2025-01-01\" selected");
        let sent = [
            ("indicator", "elderly"),
            ("quantity", "person_times"),
            ("purpose", "m1"),
            ("kinds", "lecture"),
            ("kinds", "training"),
            ("groups", "elderly"),
            ("from", "2025-01-01"),
            ("why", "展览另外统计"),
        ];
        let done = keeper.post("/desk/rules", &sent);
        let path = done.location().to_owned();
        let page = keeper.follow(&done);
        page.is(200).shows("0 场会新计入，1 场不再计入").shows("由 46 变为 0").shows("野生菌怎么认");
        let put = keeper.post(&format!("{path}/force"), &[("version", "1")]);
        keeper.follow(&put).shows("生效").hides("生效后会怎样");
        let page = keeper.get("/desk/indicators/elderly");
        page.is(200).shows("规则第 2 版，自 2025-01-01").shows("讲座、培训").hides("草稿");
        let mut editor = site.editor();
        editor.get("/desk/indicators/elderly").is(200).hides("写新一版规则");
        editor.get("/desk/rules/new").is(403);
    });
}
