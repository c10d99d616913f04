//! The workbench: board, map, duties, annual plans.

use kernel::Role;
use testkit::both;

use super::super::figures::held_for;
use super::{STREAMS, Site};
use crate::figures;

#[test]
fn the_board_says_unfilled_and_what_is_needed_where_no_source_speaks() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut client = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        let page = client.get("/desk/plan");
        page.is(200).shows("10 项承诺").shows("公民科学素质抽样调查").shows("人口数").shows("当年决算");
        page.shows("由方案推出：2020 年约为 2 元/人，待确认")
            .shows("由方案推出：2020 年约为 1.5 元/人，待确认");
        // Nothing was done yet: the counted ones are truly nought, the registered ones unfilled.
        page.shows("由 0 场核验过的活动得出").shows("登记台账");
        assert!(page.text.matches("class=\"tag unfilled\"").count() > 10);
        client.get("/desk/plan?year=2022").is(200).shows("截至 2022-12-31");
        client.get("/desk/plan?format=csv").is(200).shows("培训高素质农民");
    });
}

#[test]
fn every_way_from_a_chosen_plans_board_leads_on_within_that_plan() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let mut client = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        let page = client.get(&format!("/desk/plan?plan={id}&year=2022"));
        let hrefs: Vec<&str> =
            page.is(200).text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let inner = |href: &&&str| {
            ["/desk/plan/items/", "/desk/plan/targets/", "/desk/plan/map?"]
                .iter()
                .any(|of| href.starts_with(of))
        };
        let ways: Vec<_> = hrefs.iter().filter(inner).collect();
        assert!(ways.len() > 40, "{}", ways.len());
        for href in ways {
            assert!(href.contains(&format!("plan={id}")) && href.contains("year=2022"), "{href}");
            client.get(&href.replace("&amp;", "&")).is(200);
        }
    });
}

#[test]
fn the_board_names_each_unit_that_is_behind_and_says_by_how_much() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let item = site.cast.content(db, &id).items[4].id.to_string();
        let unit = site.cast.unit("education");
        let mut client = site.editor();
        let path = format!("/desk/plan/years/2024/units/{unit}");
        client.get(&path).is(200);
        let lines = [
            ("version", "0"),
            ("item-0", item.as_str()),
            ("what-0", "课后科学课"),
            ("m3-0", "6"),
            ("m12-0", "4"),
        ];
        client.post(&path, &lines).is(303);
        client.get(&path);
        client.post(&format!("{path}/submission"), &[("version", "1")]).is(303);
        let why = "到 6 月底按计划应有 6 场，核验了 0 场，差 6 场";
        let page = client.get("/desk/plan?year=2024");
        page.is(200).shows("1 项任务落后：看是哪些单位").shows("区教体局").shows("1 项落后").shows(why);
        let page = client.get("/desk/plan/duties?year=2024");
        page.is(200).shows("1 项按本单位计划落后").shows(why).shows("本单位没有把它列进提交的年度计划");
        client.get("/desk/plan/duties?year=2024&format=csv").is(200).shows(why);
    });
}

#[test]
fn the_board_weighs_less_than_a_first_page_may() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut client = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        for path in ["/desk/plan", "/plan"] {
            let body = client.get(path).text;
            assert!(body.len() < 120_000, "{path}: {} bytes before compression", body.len());
        }
    });
}

#[test]
fn a_board_drawn_for_one_reader_gives_the_next_nothing_of_the_first() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut keeper = site.coordinator();
        let mut viewer = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        let secret =
            |page: &str| page.split("name=\"_csrf\" value=\"").nth(1).map(|rest| rest[..64].to_owned());
        for _ in 0..2 {
            let kept = keeper.get("/desk/plan").text;
            assert!(kept.contains("人keeper") && kept.contains("/desk/plan/documents"));
            let seen = viewer.get("/desk/plan").text;
            assert!(seen.contains("人viewer"));
            assert!(!seen.contains("人keeper") && !seen.contains("/desk/plan/documents"));
            assert_ne!(secret(&seen).unwrap(), secret(&kept).unwrap());
        }
        viewer.set_cookie("lang", "en");
        viewer.get("/desk/plan").is(200).shows("promises");
        keeper.get("/desk/plan").is(200).shows("项承诺");
        site.visitor().get("/desk/plan").is(303);
    });
}

#[test]
fn the_board_asks_as_many_questions_for_five_years_as_for_one() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let asked = |year| {
            let count = move |tx: &mut db::Tx<'_>, by: &kernel::Caller| {
                tx.listen();
                let plan = figures::shown(tx, by, None)?.unwrap();
                figures::board(tx, by, plan, Some(year))?.unwrap();
                Ok(tx.heard().len())
            };
            site.cast.act(db, count).unwrap()
        };
        assert_eq!(asked(2021), asked(2025));
        // what a closed year said and what is being counted anew are a question each
        assert!(asked(2025) <= 21, "{}", asked(2025));
    });
}

#[test]
fn the_map_has_every_town_with_its_table() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut client = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        let page = client.get("/desk/plan/map?year=2024");
        page.is(200).shows("越州镇").shows("全部镇街合计 0 场");
        assert_eq!(page.text.matches("<li class=\"t0\">").count(), 16);
    });
}

#[test]
fn an_item_and_a_target_have_pages_and_what_is_not_there_has_none() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let mut client = site.coordinator();
        client.get("/desk/plan/items/17").is(200).shows("区卫生健康局").shows("牵头").shows("方案原文");
        client.get("/desk/plan/items/99").is(404);
        let target = site.cast.content(db, &id).targets[3].id.to_string();
        let page = client.get(&format!("/desk/plan/targets/{target}"));
        page.is(200).shows("培训高素质农民").shows("直线参考，不是承诺");
        let path = format!("/desk/plan/targets/{target}/path");
        client.post(&path, &[("value-2022", "40"), ("source-2022", "")]).is(422).shows("出自哪份文件");
        client.get(&format!("/desk/plan/targets/{target}"));
        let sent = client.post(&path, &[("value-2022", "N/A"), ("source-2022", "纪要")]);
        sent.is(422).shows("“N/A”不是数字");
        client.get(&format!("/desk/plan/targets/{target}"));
        client.post(&path, &[("value-2022", "40"), ("source-2022", "2022 年工作要点")]).is(303);
        client.get(&format!("/desk/plan/targets/{target}")).is(200).shows("2022 年工作要点");
    });
}

#[test]
fn a_unit_sees_its_duties_plans_its_year_and_the_coordinator_sees_the_gaps() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let id = site.cast.published(db);
        let item = site.cast.content(db, &id).items[4].id.to_string();
        let unit = site.cast.unit("education");
        let mut client = site.editor();
        client.get("/desk").is(200).shows("项任务没有安排");
        client
            .get("/desk/plan/duties")
            .is(200)
            .shows("区教育体育局的任务")
            .shows("利用科普资源助推")
            .shows("牵头");
        let path = format!("/desk/plan/years/2024/units/{unit}");
        client.get(&path).is(200).shows("还没写");
        let typed = [("version", "0"), ("item-0", item.as_str()), ("what-0", "课后科学课"), ("m3-0", "x")];
        client.post(&path, &typed).is(422).shows("“x”不是整数").shows("课后科学课");
        client.get(&path);
        let typed = [
            ("version", "0"),
            ("item-0", item.as_str()),
            ("what-0", "课后科学课"),
            ("m3-0", "6"),
            ("item-1", item.as_str()),
            ("what-1", ""),
        ];
        client.post(&path, &typed).is(303);
        client.get(&path).is(200).shows("草稿").shows("课后科学课");
        super::annual::a_draft_is_shown_as_one(&site, &mut client);
        client.get(&path);
        client.post(&format!("{path}/submission"), &[("version", "1")]).is(303);
        client.get(&path).is(200).shows("已提交");
        client.get(&format!("/desk/plan/years/2024/units/{}", site.cast.unit("health"))).is(404);
        client.get("/desk/plan/gaps").is(403);
        let mut keeper = site.coordinator();
        let page = keeper.get("/desk/plan/gaps?year=2024");
        page.is(200).shows("已有 1 个提交年度计划").shows("31 项任务还没有任何单位安排");
        keeper.get(&path).is(200).shows("退回修改");
        keeper.post(&format!("{path}/return"), &[("reason", "请加上农村学校")]).is(303);
        client.get(&path).is(200).shows("请加上农村学校");
    });
}

#[test]
fn what_a_merged_unit_owed_its_heir_owes_and_last_year_stays_as_it_was() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let (farms, water) = (site.cast.unit("agriculture"), site.cast.unit("water"));
        merge(&site, "agriculture", "water");
        let mut client = site.sign_in("water", Role::Editor, &water);
        client.get("/desk").is(200).shows("项任务没有安排");
        let page = client.get("/desk/plan/duties");
        page.is(200).shows("区水务局的任务").shows("实施现代农民培育计划").shows("牵头");
        client.get(&format!("/desk/plan/duties?unit={farms}")).is(200).shows("区水务局的任务");
        client.get("/desk/plan/items/9").is(200).shows("区水务局").hides("<li>区农业农村局</li>");
        let past = client.get(&format!("/desk/plan/duties?unit={farms}&year=2023"));
        past.is(200).shows("区农业农村局的任务");
    });
}

#[test]
fn the_tiles_of_a_map_add_up_when_a_town_was_merged_during_the_year() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let (old, kept) = (site.cast.unit("yuezhou"), site.cast.unit("dongshan"));
        merge(&site, "yuezhou", "dongshan");
        let one = |sessions| evidence::Sums { sessions, ..evidence::Sums::default() };
        let sums = std::collections::BTreeMap::from([(old.clone(), one(3)), (kept, one(4))]);
        let found = site.cast.act(db, move |tx, by| {
            let mut towns = people::units::towns(tx, by.district(), by.today())?;
            let merged = crate::pages::map::add_merged(tx, by, &mut towns, &sums, by.today())?;
            Ok((towns, merged))
        });
        let (towns, merged) = found.unwrap();
        assert_eq!(towns.len(), 16);
        let heir = merged.get(&old).and_then(Option::as_ref).map(|heir| heir.name.as_str());
        assert_eq!((merged.len(), heir), (1, Some("东山镇")));
        assert!(towns.iter().any(|town| town.id == old && town.name == "越州镇"));
    });
}

/// Merges one unit into another in the middle of the year.
fn merge(site: &Site, from: &str, into: &str) {
    let (unit, into) = (site.cast.unit(from), site.cast.unit(into));
    let mut boss = site.cast.coordinator.clone();
    boss.actor.grants = vec![super::super::grant(Role::Administrator, &into)];
    super::super::as_caller(&site.db, &boss, move |tx, by| {
        let seen = people::units::record_version(tx, by.district(), &unit)?.unwrap();
        let on = kernel::Day::parse("2024-06-15").unwrap();
        let change = people::units::Change { unit: unit.clone(), seen, on, reason: String::new() };
        people::units::merge(tx, by, change, &into)
    })
    .unwrap();
}

#[test]
fn the_board_of_a_closed_year_shows_what_was_closed_beside_what_it_became() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let plan = site.cast.published(db);
        let content = site.cast.content(db, &plan);
        let item = content.items.iter().find(|item| item.is_measure()).unwrap().clone();
        held_for(&site.cast, db, &item.id, ("2023-12-05", 40));
        for period in ["2023-12", "2023"] {
            let period = evidence::close::Period::parse(period).unwrap();
            site.cast.act(db, move |tx, by| evidence::actions::close::close(tx, by, period)).unwrap();
        }
        let mut client = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        client.get("/desk/plan?year=2023").is(200).hides("关账时");
        held_for(&site.cast, db, &item.id, ("2023-12-10", 30));
        let page = client.get("/desk/plan?year=2023");
        page.is(200).shows("关账时 1 场 40 人次，现为 2 场 70 人次，见变化").shows("/desk/closes/2023");
        client.get("/desk/plan?year=2024").is(200).hides("关账时");
    });
}

#[test]
fn a_ranking_of_towns_leaves_out_those_with_too_few_sessions_and_says_so() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let plan = site.cast.published(db);
        let content = site.cast.content(db, &plan);
        let item = content.items.iter().find(|item| item.is_measure()).unwrap().clone();
        for day in ["2024-03-01", "2024-03-02", "2024-03-03"] {
            held_for(&site.cast, db, &item.id, (day, 40));
        }
        let mut client = site.coordinator();
        let page = client.get("/desk/plan/map?year=2024").is(200).text.clone();
        assert!(page.contains("按场次排名") && !page.contains("未列入排名"));
        client
            .get("/desk/plan/map?year=2024&order=sessions")
            .is(200)
            .shows("样本不足，未列入排名")
            .shows("少于 10 场");
        site.cast.act(db, |tx, by| evidence::ranking::set_least(tx, by, 3)).unwrap();
        let csv = client.get("/desk/plan/map?year=2024&order=sessions&format=csv").is(200).text.clone();
        let ranked: Vec<&str> = csv.lines().skip(1).filter(|line| line.starts_with('1')).collect();
        assert!(ranked.len() == 1 && ranked[0].contains(",3,1,9"), "{csv}");
        assert!(csv.lines().skip(2).all(|line| line.starts_with("样本不足，未列入排名")), "{csv}");
    });
}
