//! Cases that users of other systems reported from the field, each as a sentence that can fail.

use kernel::{Group, Refusal, Role};

use super::cast::{Cast, STREAMS, act, day, form, keys, verified};
use super::indicators::register;
use super::site::{STREAMS as SITE, Site};
use crate::callbacks::rules::{Heard, Size};
use crate::callbacks::store::Asked;
use crate::callbacks::{self, Source};
use crate::{DeliveryId, Details, NewDelivery, Purpose, actions, purposes, store};

/// What nobody takes for a number.
const WORDS: [&str; 3] = ["N/A", "-", "High"];

fn recorded(db: &db::Db, cast: &Cast, new: &NewDelivery) -> Result<DeliveryId, Refusal> {
    let new = new.clone();
    act(db, &cast.editor(), move |tx, by| actions::delivery::record(tx, by, &new))
}

#[test]
fn submit_asks_for_the_same_as_the_final_save_and_what_was_submitted_can_be_verified_and_kept() {
    testkit::both(STREAMS, |db| {
        let cast = Cast::found(db);
        let draft = |details: Details| NewDelivery { submit: false, ..form(details) };
        let broken = [
            Details { on: day("2099-01-01"), ..cast.lecture() },
            Details { on: day("2019-01-01"), ..cast.lecture() },
            Details { town: cast.health.clone(), ..cast.lecture() },
            Details { host: cast.education.clone(), ..cast.lecture() },
            Details { purposes: ["m9".into()].into(), ..cast.lecture() },
            Details { supporters: [cast.health.clone()].into(), ..cast.lecture() },
        ];
        for details in broken {
            let saved = keys(recorded(db, &cast, &draft(details.clone())));
            assert!(!saved.is_empty());
            assert_eq!(keys(recorded(db, &cast, &form(details.clone()))), saved, "{details:?}");
        }
        // the world changes under a draft: its measure ended before the day
        let id = recorded(db, &cast, &draft(cast.lecture())).unwrap();
        let ended = |one: Purpose| Purpose { to: day("2025-05-31"), ..one };
        let all: Vec<Purpose> = cast.purposes().into_iter().map(ended).collect();
        let before = cast.purposes();
        act(db, &cast.coordinator(), move |tx, by| purposes::register(tx, by, &all)).unwrap();
        let (one, two, same) = (id.clone(), id.clone(), draft(cast.lecture()));
        let submitted = act(db, &cast.editor(), move |tx, by| actions::delivery::submit(tx, by, (&one, 1)));
        let edited = act(db, &cast.editor(), move |tx, by| actions::delivery::edit(tx, by, (&two, 1), &same));
        match (submitted, edited) {
            (Err(Refusal::Invalid(one)), Err(Refusal::Invalid(two))) => assert_eq!(one, two),
            // between two plans both let it pass alike
            (one, two) => assert!(one.is_ok() && two.is_err(), "{one:?} {two:?}"),
        }
        act(db, &cast.coordinator(), move |tx, by| purposes::register(tx, by, &before)).unwrap();
        // the outermost of what the form takes is verified and comes back as it was told
        let most = Details {
            title: "长".repeat(120),
            topic: "题".repeat(60),
            minutes: 1_440,
            heads: Group::ALL.iter().map(|group| (*group, 99_999)).collect(),
            co_hosts: [cast.education.clone()].into(),
            supporters: [cast.society.clone()].into(),
            purposes: ["m1".into(), "m2".into()].into(),
            ..cast.lecture()
        };
        for details in [cast.lecture(), most] {
            let id = verified(db, &cast, &form(details.clone()));
            let kept =
                act(db, &cast.coordinator(), move |tx, by| store::delivery::find(tx, by.district(), &id));
            assert_eq!(kept.unwrap().unwrap().details, details);
        }
    });
}

#[test]
fn every_numeric_cell_of_every_form_refuses_words_and_keeps_them_beside_the_field() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        register(db, &site.cast);
        let mut editor = site.editor();
        let mut coordinator = site.sign_in("keeper", Role::Coordinator, &site.cast.society);
        let unit = site.cast.health.to_string();
        let delivery = site.lecture();
        let delivery: Vec<(&str, &str)> =
            delivery.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let figure = [
            ("indicator", "share"),
            ("baseline", "value"),
            ("as_of", "2024-10-01"),
            ("value", "12.3"),
            ("means", "sample_survey"),
            ("low", "11.5"),
            ("high", "13.1"),
            ("source", "报告"),
            ("publisher", "市科协"),
            ("unit", unit.as_str()),
        ];
        let told = "全年按季开展应急科普演练，四次均有签到和照片。";
        let attestation =
            [("indicator", "word"), ("year", "2025"), ("unit", &unit), ("body", told), ("evidence", "照片")];
        let limits = [
            ("version", "0"),
            ("photo_bits", "7"),
            ("travel_minutes", "10"),
            ("burst_n", "10"),
            ("burst_minutes", "15"),
            ("same_heads_n", "5"),
            ("same_heads_days", "30"),
            ("list_percent", "90"),
        ];
        let size = [("month", "2025-05"), ("percent", "5"), ("least", "1"), ("most", "1")];
        let area = [("south", "25"), ("north", "26"), ("west", "103"), ("east", "104"), ("source", "图")];
        let mut refused = 0;
        let mut check = |client: &mut testkit::Client,
                         (page, path): (&str, &str),
                         fields: &[(&str, &str)],
                         numeric: &[&str]| {
            for field in numeric {
                for word in WORDS {
                    client.get(page).is(200);
                    let kept = fields.iter().filter(|(name, _)| name != field);
                    let sent: Vec<(&str, &str)> = kept.copied().chain([(*field, word)]).collect();
                    let answer = client.post(path, &sent);
                    assert_eq!(answer.status.as_u16(), 422, "{path} took {word:?} for {field}");
                    let value = format!("value=\"{word}\"");
                    assert!(answer.text.contains(&value), "{path} lost {word:?} of {field}");
                    refused += 1;
                }
            }
        };
        let heads: Vec<String> = Group::ALL.iter().map(|group| format!("heads_{}", group.code())).collect();
        let of_delivery: Vec<&str> = heads.iter().map(String::as_str).chain(["minutes"]).collect();
        check(&mut editor, ("/desk/deliveries/new", "/desk/deliveries"), &delivery, &of_delivery);
        check(&mut editor, ("/desk/figures/new", "/desk/figures"), &figure, &["value", "low", "high"]);
        check(&mut editor, ("/desk/attestations/new", "/desk/attestations"), &attestation, &["year"]);
        let of_limits: Vec<&str> =
            limits.iter().map(|(name, _)| *name).filter(|name| *name != "version").collect();
        check(&mut coordinator, ("/desk/flags/limits", "/desk/flags/limits"), &limits, &of_limits);
        check(&mut coordinator, ("/desk/callbacks", "/desk/callbacks"), &size, &["percent", "least", "most"]);
        let edges = ["south", "north", "west", "east"];
        let mut administrator = site.sign_in("boss1", Role::Administrator, &site.cast.society);
        check(&mut administrator, ("/desk/settings/photo-area", "/desk/settings/photo-area"), &area, &edges);
        check(&mut coordinator, ("/desk/settings/ranking", "/desk/settings/ranking"), &[], &["least"]);
        assert_eq!(refused, 3 * (7 + 3 + 1 + 7 + 3 + 4 + 1));
        editor.get("/desk/deliveries").shows("还没有活动");
        editor.get("/desk/figures").shows("还没有数据");
    });
}

const HEAD: &str =
    "活动编号,日期,类型,活动名称,主办单位,镇（街道）,时长（分钟）,对应任务,人数怎么数的,老年人";

fn send(client: &mut testkit::Client, lines: &[&str]) -> testkit::Answer {
    client.get("/desk/deliveries/import");
    let table = format!("{HEAD}\n{}", lines.join("\n"));
    client.upload("/desk/deliveries/import", &[], &[("table", "t.csv", table.as_bytes())])
}

#[test]
fn an_import_names_row_and_column_of_every_cell_that_is_no_number() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        let row = |n: usize, minutes: &str, heads: &str| {
            format!("A{n},2025-06-0{n},讲座,一,卫生局,东镇,{minutes},M1,现场估计,{heads}")
        };
        let lines = [row(1, "N/A", "46"), row(2, "90", "-"), row(3, "90", "High"), row(4, "90", "46")];
        let refused = send(&mut editor, &lines.each_ref().map(String::as_str));
        refused.is(422).shows("有 3 处要改");
        for (line, column, word) in [(2, "时长", "N/A"), (3, "老年人", "-"), (4, "老年人", "High")] {
            let place = format!("<td class=\"n\">{line}</td>");
            let at =
                refused.text.find(&place).unwrap_or_else(|| panic!("line {line}: {}", refused.readable()));
            let row = &refused.text[at..];
            let row = &row[..row.find("</tr>").unwrap()];
            assert!(row.contains(column) && row.contains(word), "line {line}: {row}");
        }
        editor.get("/desk/deliveries").shows("还没有活动");
    });
}

#[test]
fn a_table_that_changes_many_at_once_checks_each_and_every_number_follows() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let (mut editor, cast) = (site.editor(), &site.cast);
        let row =
            |n: usize, heads: &str| format!("A{n},2025-06-0{n},讲座,一,卫生局,东镇,90,M1,现场估计,{heads}");
        let (one, two) = (row(1, "46"), row(2, "30"));
        send(&mut editor, &[&one, &two]).is(200).shows("新增 2 场");
        let filter = crate::Filter { state: Some("submitted"), ..Default::default() };
        let list = move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
            store::list::page(tx, by.district(), &kernel::Reach::All, &filter, (10, 0))
        };
        let lines = act(db, &cast.coordinator(), list).unwrap();
        for line in &lines {
            let id = line.id.clone();
            act(db, &cast.verifier(), move |tx, by| {
                actions::delivery::send_back(tx, by, (&id, 1), "人数请再核对")
            })
            .unwrap();
        }
        let heads = |state: &'static str| {
            let filter = crate::Filter { state: Some(state), ..Default::default() };
            let sums = act(db, &cast.coordinator(), move |tx, by| {
                store::list::sums(tx, by.district(), &kernel::Reach::All, &filter)
            });
            sums.unwrap().0
        };
        // one cell of two is wrong: nothing changes
        send(&mut editor, &[&row(1, "50"), &row(2, "N/A")]).is(422).shows("“N/A”");
        assert_eq!(heads("returned").person_times, 76);
        send(&mut editor, &[&row(1, "50"), &row(2, "31")]).is(200).shows("新增 0 场");
        assert_eq!((heads("returned").sessions, heads("submitted").person_times), (0, 81));
        for line in &lines {
            let id = line.id.clone();
            let now = act(db, &cast.coordinator(), {
                let id = id.clone();
                move |tx, by| store::delivery::find(tx, by.district(), &id)
            });
            let version = now.unwrap().unwrap().version;
            act(db, &cast.verifier(), move |tx, by| actions::delivery::verify(tx, by, (&id, version)))
                .unwrap();
        }
        let total = act(db, &cast.coordinator(), |tx, by| {
            crate::totals::of(tx, by.district(), Some(&"m1".into()), crate::Period::year(2025))
        });
        assert_eq!(total.unwrap().person_times, 81, "what the table changed is what is counted");
    });
}

#[test]
fn a_ranking_leaves_out_who_has_too_few_cases_and_says_so() {
    testkit::both(SITE, |db| {
        let site = Site::open(db);
        let cast = &site.cast;
        for at in 0..12 {
            verified(db, cast, &form(Details { title: format!("讲座{at}"), ..cast.lecture() }));
        }
        let teachers = cast.by("writer", &[(Role::Editor, &cast.education)]);
        let checks = cast.by("checks", &[(Role::Verifier, &cast.education)]);
        for at in 0..3 {
            let new =
                form(Details { title: format!("课{at}"), host: cast.education.clone(), ..cast.lecture() });
            let id = act(db, &teachers, move |tx, by| actions::delivery::record(tx, by, &new)).unwrap();
            act(db, &checks, move |tx, by| actions::delivery::verify(tx, by, (&id, 1))).unwrap();
        }
        cast.move_to("2025-07-06");
        let size = Size { percent: 100, least: 1, most: 100 };
        act(db, &cast.coordinator(), move |tx, by| callbacks::actions::draw(tx, by, "2025-06", size))
            .unwrap();
        let list = |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
            callbacks::store::list(tx, by.district(), &kernel::Reach::All, &Asked::default(), (100, 0))
        };
        let caller = cast.by("calls", &[(Role::Editor, &cast.society)]);
        for line in act(db, &cast.coordinator(), list).unwrap().0 {
            let (id, unit) = (line.callback.id.clone(), cast.society.clone());
            act(db, &cast.coordinator(), move |tx, by| {
                callbacks::actions::assign(tx, by, (&id, 1), (&unit, ""))
            })
            .unwrap();
            let id = line.callback.id.clone();
            act(db, &caller, move |tx, by| {
                let heard = Heard { held: "yes", heads: Some(46), source: Some(Source::Community), note: "" };
                callbacks::actions::answer(tx, by, (&id, 2), &heard)
            })
            .unwrap();
        }
        let mut keeper = site.sign_in("keeper", Role::Coordinator, &cast.society);
        let page = keeper.get("/desk/callbacks/rates?year=2025").is(200).text.clone();
        let row = |page: &str, name: &str| {
            let at = page.find(&format!("{name}</a>")).unwrap();
            let from = page[..at].rfind("<tr>").unwrap();
            page[from..].split("</tr>").next().unwrap().to_owned()
        };
        let (health, school) = (row(&page, "卫生局"), row(&page, "教育局"));
        assert!(health.contains(">1</td>") && health.contains("n = 12"), "{health}");
        assert!(health.contains("到"), "the interval stands beside: {health}");
        assert!(school.contains("样本不足，未列入排名") && school.contains("n = 3"), "{school}");
        keeper.get("/desk/settings/ranking").is(200).shows("没有设置时按 10");
        keeper.post("/desk/settings/ranking", &[("least", "20")]).is(303);
        let page = keeper.get("/desk/callbacks/rates?year=2025").text.clone();
        assert!(row(&page, "卫生局").contains("样本不足，未列入排名"), "twelve are fewer than twenty");
        let mut editor = site.editor();
        editor.get("/desk/settings/ranking").is(403);
    });
}
