//! Flags: found when a delivery is submitted, shown beside the decision, answered or sent back.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use kernel::{Group, Role};
use std::collections::BTreeMap;
use std::io::Cursor;

use super::cast::{Cast, STREAMS, act, form, keys, verified, withdrawn};
use super::site::Site;
use crate::flags::{Found, Limits, Rule, State, actions as flags, store};
use crate::photo::examine;
use crate::{DeliveryId, Details, Method, NewDelivery, actions};

/// Records and submits by the editor.
fn record(db: &db::Db, cast: &Cast, new: &NewDelivery) -> DeliveryId {
    let new = new.clone();
    act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new)).unwrap()
}

fn found(db: &db::Db, cast: &Cast, id: &DeliveryId) -> Vec<Found> {
    let id = id.clone();
    let find = move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
        let one = actions::delivery::find(tx, by, &id)?;
        flags::find(tx, by, &one)
    };
    act(db, &cast.coordinator(), find).unwrap()
}

fn rules(all: &[Found]) -> Vec<(Rule, &str)> {
    all.iter().map(|found| (found.rule, found.other.id.as_str())).collect()
}

fn kept(db: &db::Db, cast: &Cast, id: &DeliveryId) -> Vec<(Rule, &'static str)> {
    let id = id.clone();
    let flags =
        act(db, &cast.coordinator(), move |tx, by| store::of_delivery(tx, by.district(), &id)).unwrap();
    flags.iter().map(|flag| (flag.found.rule, flag.state.code())).collect()
}

/// A picture of some things on a ground, scaled to a width.
fn picture(number: u32, wide: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(320, 240, |x, y| {
        let thing = |left: u32, top: u32| (left..left + 60).contains(&x) && (top..top + 50).contains(&y);
        let at = [(number * 37 % 250, 20), (200, number * 53 % 180), (number * 91 % 240, number * 29 % 170)];
        let shade = if at.iter().any(|(left, top)| thing(*left, *top)) { 220 } else { (x / 4 + y / 8) as u8 };
        Rgb([shade, shade, 120])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).thumbnail(wide, wide).write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

fn with_photo(details: Details, bytes: &[u8]) -> NewDelivery {
    NewDelivery { photos: vec![examine(bytes).unwrap()], ..form(details) }
}

#[test]
fn a_photo_sent_again_smaller_is_flagged_beside_the_other_record_and_another_photo_is_not() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let first = record(db, &cast, &with_photo(cast.lecture(), &picture(1, 320)));
        let again = record(db, &cast, &with_photo(cast.lecture(), &picture(1, 200)));
        let other = record(db, &cast, &with_photo(cast.lecture(), &picture(2, 320)));
        assert_eq!(rules(&found(db, &cast, &again)), [(Rule::SamePhoto, first.as_str())]);
        assert_eq!(rules(&found(db, &cast, &first)), [(Rule::SamePhoto, again.as_str())], "seen from both");
        assert!(found(db, &cast, &other).is_empty());
        assert_eq!(kept(db, &cast, &again), [(Rule::SamePhoto, "open")]);
    });
}

fn given(cast: &Cast, town: usize, start: i64, names: &[&str]) -> NewDelivery {
    form(Details {
        town: cast.towns[town].clone(),
        start: Some(start),
        method: Method::Estimate,
        deliverers: crate::deliverer::read(&names.join("\n")).unwrap(),
        ..cast.lecture()
    })
}

#[test]
fn one_person_in_two_towns_at_once_is_flagged_and_one_after_the_other_is_not() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let first = record(db, &cast, &given(&cast, 0, 840, &["王芳", "李雷"]));
        let at_once = record(db, &cast, &given(&cast, 1, 900, &["王芳 主讲"]));
        let found_of = found(db, &cast, &at_once);
        assert_eq!(rules(&found_of), [(Rule::TwoTowns, first.as_str())]);
        assert_eq!(found_of[0].called, "王芳");
        let later = record(db, &cast, &given(&cast, 1, 1_020, &["李雷"]));
        assert!(found(db, &cast, &later).is_empty());
        let same_town = record(db, &cast, &given(&cast, 0, 840, &["李雷"]));
        assert!(found(db, &cast, &same_town).is_empty(), "two halls of one town are not two towns");
        let nobody = record(db, &cast, &given(&cast, 2, 840, &[]));
        assert!(found(db, &cast, &nobody).is_empty(), "the others say who gave them");
        let second = record(db, &cast, &given(&cast, 1, 840, &[]));
        assert_eq!(rules(&found(db, &cast, &second)), [(Rule::HostTwoTowns, nobody.as_str())]);
    });
}

#[test]
fn a_list_of_the_same_persons_at_another_place_is_flagged_and_guests_of_a_larger_one_are_not() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let list = |from: usize, to: usize| (from..to).map(|n| format!("人{n}\n")).collect::<String>();
        let new = |venue: &str, persons: String| NewDelivery {
            persons,
            ..form(Details { venue: venue.into(), start: None, method: Method::Estimate, ..cast.lecture() })
        };
        let first = record(db, &cast, &new("甲村", list(0, 20)));
        let again = record(db, &cast, &new("乙村", list(1, 20)));
        assert_eq!(rules(&found(db, &cast, &again)), [(Rule::SameList, first.as_str())]);
        assert_eq!(found(db, &cast, &again)[0].n, 95);
        let larger = record(db, &cast, &new("丙村", list(5, 45)));
        assert!(found(db, &cast, &larger).is_empty());
        let same_place = record(db, &cast, &new("甲村", list(0, 20)));
        assert_eq!(
            rules(&found(db, &cast, &same_place)),
            [(Rule::SameList, again.as_str())],
            "not with its own place"
        );
    });
}

#[test]
fn many_recorded_within_minutes_and_heads_that_repeat_are_flagged_from_the_limit_on() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let limits = Limits { burst_n: 4, same_heads_n: 2, ..Limits::default() };
        act(db, &cast.coordinator(), move |tx, by| flags::set_limits(tx, by, &limits)).unwrap();
        let new = |heads, method| {
            let heads = BTreeMap::from([(Group::Elderly, heads)]);
            form(Details { heads, method, start: None, ..cast.lecture() })
        };
        for (heads, method) in [(46, Method::CheckIn), (50, Method::Estimate), (46, Method::SignInSheet)] {
            let id = record(db, &cast, &new(heads, method));
            assert!(found(db, &cast, &id).is_empty());
        }
        let fourth = record(db, &cast, &new(46, Method::SignInSheet));
        let found_of = found(db, &cast, &fourth);
        assert_eq!(
            found_of.iter().map(|one| (one.rule, one.n)).collect::<Vec<_>>(),
            [(Rule::Burst, 4), (Rule::SameHeads, 3)]
        );
        let estimated = record(db, &cast, &new(50, Method::Estimate));
        assert_eq!(found(db, &cast, &estimated).len(), 1, "an estimate may repeat");
    });
}

#[test]
fn a_flag_is_answered_by_the_verifier_alone_and_stands_in_the_audit_trail() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let first = record(db, &cast, &given(&cast, 0, 840, &["王芳"]));
        let id = record(db, &cast, &given(&cast, 1, 840, &["王芳"]));
        let answer = |by: &kernel::Caller, text: &'static str| {
            let (id, other) = (id.clone(), first.to_string());
            act(db, by, move |tx, by| flags::answer(tx, by, (&id, Rule::TwoTowns, &other), text))
        };
        assert_eq!(keys(answer(&cast.editor(), "同名")), ["forbidden"], "not by whoever recorded it");
        assert_eq!(keys(answer(&cast.verifier(), " ")), ["evidence-flag-answer-missing"]);
        answer(&cast.verifier(), "是两位同名的老师").unwrap();
        assert_eq!(kept(db, &cast, &id), [(Rule::TwoTowns, "answered")]);
        let wrong = {
            let id = id.clone();
            act(db, &cast.verifier(), move |tx, by| {
                flags::answer(tx, by, (&id, Rule::Burst, "x"), "没有问题")
            })
        };
        assert_eq!(keys(wrong), ["not found"]);
        let done = id.clone();
        act(db, &cast.verifier(), move |tx, by| actions::delivery::verify(tx, by, (&done, 1))).unwrap();
        let trail = act(db, &cast.coordinator(), |tx, _| {
            Ok(tx
                .one("select count(*) as n from audit_entry where action = 'evidence.flag.answer'", &[])?
                .get::<i64>("n")?)
        });
        assert_eq!(trail.unwrap(), 1);
    });
}

#[test]
fn what_is_no_longer_so_is_open_no_longer_and_an_answer_stays() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let first = verified(db, &cast, &given(&cast, 0, 840, &["王芳"]));
        let id = record(db, &cast, &given(&cast, 1, 840, &["王芳"]));
        assert_eq!(kept(db, &cast, &id), [(Rule::TwoTowns, "open")]);
        withdrawn(db, &cast, &first);
        assert_eq!(kept(db, &cast, &id), [(Rule::TwoTowns, "gone")]);
        assert!(found(db, &cast, &id).is_empty());
        let again = record(db, &cast, &given(&cast, 2, 840, &["王芳"]));
        let (back, mended) =
            (again.clone(), NewDelivery { submit: true, ..given(&cast, 2, 1_200, &["王芳"]) });
        act(db, &cast.verifier(), move |tx, by| {
            actions::delivery::send_back(tx, by, (&back, 1), "时间填错了")
        })
        .unwrap();
        let edited = again.clone();
        act(db, &cast.editor(), move |tx, by| actions::delivery::edit(tx, by, (&edited, 2), &mended))
            .unwrap();
        assert_eq!(kept(db, &cast, &again), [(Rule::TwoTowns, "gone")]);
        let state = State::Open.code();
        assert_eq!(State::CODES[0], state);
    });
}

#[test]
fn the_verifier_sees_flags_beside_the_decision_answers_them_and_the_coordinator_lists_them() {
    testkit::both(super::site::STREAMS, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        let first = record(db, cast, &with_photo(cast.lecture(), &picture(1, 320)));
        let id = record(db, cast, &with_photo(cast.lecture(), &picture(1, 240)));
        let path = format!("/desk/deliveries/{id}");
        let mut verifier = site.verifier();
        let page = verifier.get(&path);
        page.is(200).shows("核验前请看").shows("照片与另一条记录的照片相同或很像").shows("核验通过</button>");
        page.shows(&format!("/desk/deliveries/{first}\""));
        let flag = [("rule", "same_photo"), ("other", first.as_str())];
        let bare = verifier.post(&format!("{path}/flags"), &flag);
        bare.is(422).shows("请写明为什么没有问题").shows("核验前请看");
        let mut coordinator = site.sign_in("c1", Role::Coordinator, &cast.society);
        coordinator.get("/desk/flags").is(200).shows("共 1 条").shows("照片重复");
        coordinator.get("/desk/flags?rule=burst").shows("没有符合条件的提示");
        let fine = [flag[0], flag[1], ("answer", "两场共用一张合影")];
        let done = verifier.post(&format!("{path}/flags"), &fine);
        verifier.follow(&done).shows("看过：").shows("两场共用一张合影").hides("看过，没有问题</summary>");
        coordinator.get("/desk/flags?state=answered&format=csv").is(200).shows("两场共用一张合影");
        coordinator.get("/desk/flags").shows("没有符合条件的提示");
        let mut editor = site.editor();
        editor.get("/desk/flags").is(403);
    });
}

#[test]
fn limits_out_of_range_are_refused_at_their_fields_and_two_coordinators_do_not_overwrite_each_other() {
    testkit::both(super::site::STREAMS, |db| {
        let site = Site::open(db);
        let mut coordinator = site.sign_in("c1", Role::Coordinator, &site.cast.society);
        coordinator.get("/desk/flags/limits").is(200).shows("value=\"7\"");
        let numbers = ["7", "10", "10", "15", "5", "30", "91"];
        let fields: Vec<(&str, &str)> =
            Limits::FIELDS.iter().zip(numbers).map(|((field, _, _), n)| (*field, n)).collect();
        let with = |version: &'static str, photo: &'static str| {
            let rest = fields.iter().copied().skip(1);
            [("version", version), ("photo_bits", photo)].into_iter().chain(rest).collect::<Vec<_>>()
        };
        coordinator.post("/desk/flags/limits", &with("0", "40")).is(422).shows("0 到 10 之间");
        coordinator.get("/desk/flags/limits");
        coordinator.post("/desk/flags/limits", &with("0", "6")).is(303);
        coordinator.get("/desk/flags/limits").shows("value=\"6\"").shows("value=\"91\"");
        coordinator.post("/desk/flags/limits", &with("0", "5")).is(409);
    });
}

/// A step in the life of a flag.
type FlagStep = fn(&mut db::Tx<'_>, &kernel::Caller, &crate::Delivery, &Found) -> Result<(), kernel::Refusal>;

/// The steps of a flag, by the functions that keep them.
const STEPS: [(&str, FlagStep); 4] = [
    ("found again", |tx, by, one, found| store::raise(tx, by.district(), one, found, by.now())),
    ("answered", |tx, by, one, found| {
        let stamp = crate::actions::stamp(by)?;
        let at = (&one.id, found.rule, found.other.id.as_str());
        store::answer(tx, by.district(), at, ("看过了", &stamp))
    }),
    ("no longer so", |tx, by, one, _| store::close_others(tx, by.district(), &one.id, &Default::default())),
    ("delivery withdrawn", |tx, by, one, _| store::close_all(tx, by.district(), &one.id)),
];

/// The state of a flag after these steps, taken on a delivery of its own.
fn after(db: &db::Db, cast: &Cast, number: u32, steps: &[usize]) -> &'static str {
    record(db, cast, &with_photo(cast.lecture(), &picture(number, 320)));
    let id = record(db, cast, &with_photo(cast.lecture(), &picture(number, 200)));
    let first = found(db, cast, &id).remove(0);
    let taken = steps.to_vec();
    let walk = move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
        let one = actions::delivery::find(tx, by, &id)?;
        taken.iter().try_for_each(|step| STEPS[*step].1(tx, by, &one, &first))?;
        let kept = store::of_delivery(tx, by.district(), &id)?;
        Ok(kept.iter().find(|flag| flag.found.other == first.other).unwrap().state.code())
    };
    act(db, &cast.coordinator(), walk).unwrap()
}

#[test]
fn the_table_of_a_flags_states_in_the_documents_is_what_the_store_does() {
    let shown = include_str!("../../../../docs/generated/states/flag.md");
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let heads: Vec<&str> = STEPS.iter().map(|(head, _)| *head).collect();
        let mut table = format!(
            "# States of a flag\n\nWritten by a test of `contexts/evidence`. What was answered stays answered: somebody looked.\n\n| state | {} |\n|---|{}\n",
            heads.join(" | "),
            "---|".repeat(heads.len())
        );
        let mut number = 10;
        for (state, way) in [("open", &[][..]), ("answered", &[1][..]), ("gone", &[2][..])] {
            let cell = |step: usize| {
                number += 1;
                after(db, &cast, number, &[way, &[step]].concat())
            };
            let cells: Vec<&str> = (0..STEPS.len()).map(cell).collect();
            table.push_str(&format!("| {state} | {} |\n", cells.join(" | ")));
        }
        assert_eq!(shown, table, "write this into docs/generated/states/flag.md:\n{table}");
    });
}
