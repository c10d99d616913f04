//! The pages over HTTP: from an empty form to a counted delivery, and what is refused on the way.

use kernel::Role;

use super::cast::act;
use super::site::{STREAMS, Site, fields};

#[test]
fn a_delivery_is_recorded_verified_and_withdrawn_by_form() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/deliveries/new").is(200).shows("填报活动").shows("老年健康");
        let lecture = site.lecture();
        let sent = editor.post("/desk/deliveries", &fields(&lecture));
        let page = editor.follow(&sent);
        page.is(200).shows("待核验").shows("等待另一个人核验").hides("核验通过</button>");
        let path = sent.location().to_owned();
        verifier.get("/desk").is(200).shows("核验活动：野生菌怎么认，46 人");
        verifier.get(&path).is(200).shows("核验通过</button>");
        let done = verifier.post(&format!("{path}/verification"), &[("version", "1")]);
        verifier.follow(&done).shows("已核验").shows("计入了哪些数字").shows("role=organiser");
        let list = editor.get("/desk/deliveries?purpose=m1&from=2025-01-01&to=2025-12-31&state=verified");
        list.is(200).shows("共 1 场，46 人次，90 分钟");
        verifier.get(&path);
        let bare = verifier.post(&format!("{path}/withdrawal"), &[("version", "2")]);
        bare.is(422).shows("请写明理由");
        let gone = verifier.post(&format!("{path}/withdrawal"), &[("version", "2"), ("reason", "重复填报")]);
        verifier.follow(&gone).shows("已撤销").shows("重复填报");
        editor.get("/desk/deliveries?state=verified").shows("没有符合条件的活动");
    });
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_all_that_is_wrong() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        editor.get("/desk/deliveries/new");
        let mut wrong = site.lecture();
        wrong.retain(|(name, _)| *name != "on" && *name != "heads_elderly");
        wrong.extend([
            ("on", "2099-01-01".into()),
            ("heads_elderly", "N/A".into()),
            ("note", "别丢了我".into()),
        ]);
        let refused = editor.post("/desk/deliveries", &fields(&wrong));
        refused.is(422).shows("“N/A”不是整数").shows("别丢了我").shows("value=\"2099-01-01\"");
        wrong.retain(|(name, _)| *name != "heads_elderly");
        wrong.push(("heads_elderly", "46".into()));
        editor.post("/desk/deliveries", &fields(&wrong)).is(422).shows("还没有到");
    });
}

#[test]
fn a_file_that_is_no_photo_is_refused_beside_its_field() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        editor.get("/desk/deliveries/new");
        let lecture = site.lecture();
        let refused = editor.upload(
            "/desk/deliveries",
            &fields(&lecture),
            &[("photo", "a.jpg", b"%PDF-1.7 not a photo")],
        );
        refused.is(422).shows("这不是照片");
        editor.get("/desk/deliveries/new");
        let huge = vec![0xFF; 25 << 20];
        let refused = editor.upload("/desk/deliveries", &fields(&lecture), &[("photo", "a.jpg", &huge)]);
        refused.is(413).shows("20 MB");
        editor.get("/desk/deliveries/new");
        let photo = super::photos::jpeg(64, 48);
        let taken = editor.upload("/desk/deliveries", &fields(&lecture), &[("photo", "a.jpg", &photo)]);
        let page = editor.follow(&taken);
        page.is(200).shows("/desk/proofs/");
        let href = page.text.split("/desk/proofs/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let image = editor.get(&format!("/desk/proofs/{href}"));
        assert!(image.is(200).bytes.starts_with(&[0xFF, 0xD8]));
        let mut stranger = site.sign_in("other1", Role::Editor, &site.cast.education);
        stranger.get(&format!("/desk/proofs/{href}")).is(404);
    });
}

#[test]
fn a_photo_from_elsewhere_is_taken_and_both_sides_are_told() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let area = crate::Area { south: 25.0, west: 103.0, north: 26.0, east: 104.5, source: "map".into() };
        let coordinator = site.cast.coordinator();
        act(db, &coordinator, move |tx, by| crate::actions::photos::set_area(tx, by, &area)).unwrap();
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/deliveries/new");
        let photo = super::photos::placed("2025:05:30", (39, 54), (116, 23));
        let sent = editor.upload(
            "/desk/deliveries",
            &fields(&site.lecture()),
            &[("photo", "a.jpg", photo.as_slice())],
        );
        editor.follow(&sent).shows("照片的拍摄位置不在本区").shows("照片的拍摄日期与活动日期不同");
        verifier
            .get(sent.location())
            .shows("照片的拍摄位置不在本区")
            .shows("核验通过</button>")
            .shows("39.9000°N");
    });
}

#[test]
fn a_table_is_taken_whole_and_twice_changes_nothing() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        editor.get("/desk/deliveries/template?format=csv").is(200).shows("活动编号,日期,类型");
        editor.get("/desk/deliveries/import").is(200);
        let head =
            "活动编号,日期,类型,活动名称,主办单位,镇（街道）,时长（分钟）,对应任务,人数怎么数的,老年人";
        let good = "A1,2025-06-01,讲座,一,卫生局,东镇,90,M1,现场估计,46";
        let bad = format!("{head}\n{good}\nA2,2025-06-02,讲座,二,卫生局,北镇,90,M1,现场估计,N/A");
        let send = |client: &mut testkit::Client, text: &str| {
            client.upload("/desk/deliveries/import", &[], &[("table", "t.csv", text.as_bytes())])
        };
        let refused = send(&mut editor, &bad);
        refused
            .is(422)
            .shows("有 2 处要改")
            .shows("<td class=\"n\">3</td>")
            .shows("找不到单位“北镇”")
            .shows("“N/A”");
        editor.get("/desk/deliveries").shows("还没有活动");
        editor.get("/desk/deliveries/import");
        let mended = bad.replace("北镇", "西镇").replace("N/A", "30");
        send(&mut editor, &mended).is(200).shows("新增 2 场");
        editor.get("/desk/deliveries/import");
        send(&mut editor, &mended).is(200).shows("新增 0 场").shows("2 场没有变化").hides("已经撤销");
        editor.get("/desk/deliveries?format=csv").is(200).shows("一,讲座,卫生局,东镇,90,46");
    });
}

#[test]
fn a_district_number_opens_a_list_that_says_how_much_of_it_the_reader_sees() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        super::entries::register(db, &site.cast);
        super::cast::verified(db, &site.cast, &super::cast::form(site.cast.lecture()));
        super::entries::one_of_each(db, &site.cast);
        let verified = crate::Period::year(2025).filter().href();
        let entries = "/desk/entries?indicator=commissioners&on=2025-01-01".to_owned();
        let statements = "/desk/attestations?indicator=rules&year=2024&state=confirmed".to_owned();
        for (login, role) in [("e1", Role::Editor), ("v1", Role::Verifier), ("w1", Role::CommunityWorker)] {
            let mut other = site.sign_in(login, role, &site.cast.education);
            other.get(&verified).is(200).shows("全区共 1 场；您能看到其中 0 场").hides("没有符合条件的活动");
            other.get(&entries).is(200).shows("全区共 1 项；您能看到其中 0 项").hides("还没有登记");
            other.get(&statements).is(200).shows("全区共 1 份；您能看到其中 0 份");
        }
        let mut viewer = site.sign_in("leader", Role::Viewer, &site.cast.education);
        for path in [verified, entries, statements] {
            viewer.get(&path).is(200).hides("您能看到其中").shows("共 1");
        }
    });
}

#[test]
fn two_units_number_their_activities_alike_and_neither_hears_of_the_other() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut health = site.editor();
        let mut education = site.sign_in("education1", Role::Editor, &site.cast.education);
        for (client, host) in [(&mut health, "卫生局"), (&mut education, "教育局")] {
            client.get("/desk/deliveries/import");
            table(client, &[&format!("1,2025-06-01,讲座,一,{host},东镇,90,M1,现场估计,46")])
                .is(200)
                .shows("新增 1 场");
        }
        education.get("/desk/deliveries?format=csv").is(200).shows("一,讲座,教育局").hides("卫生局");
    });
}

#[test]
fn an_imported_line_of_a_withdrawn_delivery_is_told_from_one_that_counts() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        let lines = ["1,2025-06-01,讲座,一,卫生局,东镇,90,M1,现场估计,46"];
        editor.get("/desk/deliveries/import");
        table(&mut editor, &lines).is(200).shows("新增 1 场");
        let list = verifier.get("/desk/deliveries").text;
        let id =
            list.split("<th scope=\"row\"><a href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        verifier.get(&id);
        verifier.post(&format!("{id}/verification"), &[("version", "1")]).is(303);
        verifier.get(&id);
        let reason = [("version", "2"), ("reason", "重复填报")];
        verifier.post(&format!("{id}/withdrawal"), &reason).is(303);
        editor.get("/desk/deliveries/import");
        table(&mut editor, &lines).is(200).shows("0 场没有变化").shows("有 1 场已经撤销");
    });
}

#[test]
fn an_imported_line_finds_the_town_of_its_own_day() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (from, into) = (site.cast.towns[1].clone(), site.cast.towns[0].clone());
        let boss = site.cast.by("boss", &[(Role::Administrator, &site.cast.society)]);
        act(db, &boss, move |tx, by| {
            let seen = people::units::record_version(tx, by.district(), &from)?.unwrap();
            let on = super::cast::day("2025-05-01");
            let change = people::units::Change { unit: from.clone(), seen, on, reason: String::new() };
            people::units::merge(tx, by, change, &into)
        })
        .unwrap();
        let mut editor = site.editor();
        editor.get("/desk/deliveries/import");
        table(&mut editor, &["1,2025-03-01,讲座,一,卫生局,西镇,90,M1,现场估计,46"])
            .is(200)
            .shows("新增 1 场");
        editor.get("/desk/deliveries?format=csv").is(200).shows("一,讲座,卫生局,西镇,90,46");
    });
}

#[test]
fn a_measure_that_left_the_plan_is_not_offered_and_not_taken_for_anything_new() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        editor.get("/desk/deliveries/new").shows("老年健康");
        let left = site.cast.purposes().split_off(1);
        act(db, &site.cast.coordinator(), move |tx, by| crate::purposes::register(tx, by, &left)).unwrap();
        editor.get("/desk/deliveries/new").is(200).shows("应急科普").hides("老年健康");
        editor.post("/desk/deliveries", &fields(&site.lecture())).is(422).shows("已经不在方案里");
    });
}

/// Uploads a table with the needed columns and the elderly.
fn table(client: &mut testkit::Client, lines: &[&str]) -> testkit::Answer {
    let head = "活动编号,日期,类型,活动名称,主办单位,镇（街道）,时长（分钟）,对应任务,人数怎么数的,老年人";
    let text = format!("{head}\n{}", lines.join("\n"));
    client.upload("/desk/deliveries/import", &[], &[("table", "t.csv", text.as_bytes())])
}

#[test]
fn a_returned_delivery_waits_on_today_with_its_reason() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/deliveries/new");
        let sent = editor.post("/desk/deliveries", &fields(&site.lecture()));
        let path = sent.location().to_owned();
        verifier.get(&path);
        verifier.post(&format!("{path}/return"), &[("version", "1"), ("reason", "人数与签到表不符")]).is(303);
        editor.get("/desk").shows("退回待改").shows("人数与签到表不符");
        editor.get(&format!("{path}/edit")).is(200).shows("value=\"46\"");
        let mut mended = site.lecture();
        mended.retain(|(name, _)| *name != "heads_elderly");
        mended.extend([("heads_elderly", "40".into()), ("version", "2".into())]);
        let saved = editor.post(&format!("{path}/edit"), &fields(&mended));
        editor.follow(&saved).shows("待核验").shows("40（");
    });
}

#[test]
fn an_entry_and_a_statement_go_from_one_hand_to_the_other() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        super::entries::register(db, &site.cast);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        editor.get("/desk/entries/new").is(200);
        let unit = site.cast.health.to_string();
        let entry = [
            ("indicator", "commissioners"),
            ("title", "张某"),
            ("unit", unit.as_str()),
            ("from", "2024-01-01"),
            ("proof", "文件"),
        ];
        let sent = editor.post("/desk/entries", &entry);
        editor.follow(&sent).shows("等待另一个人核验");
        let path = sent.location().to_owned();
        verifier.get("/desk").shows("核验登记：张某");
        verifier.get(&path);
        let done = verifier.post(&format!("{path}/verification"), &[("version", "1")]);
        verifier.follow(&done).shows("已核验");
        verifier.get("/desk/entries?indicator=commissioners&on=2025-01-01").shows("共 1 项");
        verifier.get("/desk/entries?indicator=commissioners&on=2023-01-01").shows("还没有登记");
        editor.get("/desk/attestations/new").is(200);
        let body = "本年度已建立部门协作制度，召开会议四次，形成纪要，各单位落实。";
        let said = [
            ("indicator", "rules"),
            ("year", "2024"),
            ("unit", unit.as_str()),
            ("body", body),
            ("evidence", "纪要"),
        ];
        let sent = editor.post("/desk/attestations", &said);
        let path = sent.location().to_owned();
        verifier.get(&path).is(200).shows("确认</button>");
        let done = verifier.post(&format!("{path}/confirmation"), &[("version", "1")]);
        verifier.follow(&done).shows("已确认");
        verifier.get("/desk/attestations").shows("rules").shows("共 1 份");
        let mut of_another_year = said;
        of_another_year[1].1 = "2023";
        editor.get("/desk/attestations/new");
        editor.post("/desk/attestations", &of_another_year).is(303);
        verifier.get("/desk/attestations").shows("共 2 份");
        let point = super::indicators::series(db, &site.cast, "rules").points.remove(3);
        assert_eq!(point.value, kernel::Value::from(1));
        verifier.get(&point.href.unwrap()).shows("共 1 份").shows("已确认</span>").hides("待确认</span>");
        verifier.get("/desk/attestations?year=2022").is(200).shows("没有符合条件的书面说明");
        verifier.get("/desk/attestations?year=abc").is(200).shows("“abc”看不懂");
    });
}

#[test]
fn every_page_is_whole_in_english() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let mut editor = site.editor();
        editor.set_cookie("lang", "en");
        editor.get("/desk/deliveries/new");
        let sent = editor.post("/desk/deliveries", &fields(&site.lecture()));
        let own = sent.location().to_owned();
        for path in [
            "/desk/deliveries",
            "/desk/deliveries/new",
            "/desk/deliveries/import",
            "/desk/entries",
            "/desk/entries/new",
            "/desk/attestations",
            "/desk/attestations/new",
            own.as_str(),
        ] {
            let page = editor.get(path);
            page.is(200).hides(">evidence-").hides("\"evidence-").hides("{ $");
        }
    });
}

#[test]
fn today_counts_all_that_waits_and_leads_to_what_it_does_not_list() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        let (mut editor, mut verifier) = (site.editor(), site.verifier());
        for n in 0..23 {
            editor.get("/desk/deliveries/new");
            let mut lecture = site.lecture();
            lecture[1].1 = format!("讲座{n}");
            editor.post("/desk/deliveries", &fields(&lecture)).is(303);
        }
        let today = verifier.get("/desk");
        today.is(200).shows("23 件").shows("还有 3 场活动等待核验").shows("/desk/deliveries?state=submitted");
    });
}

#[test]
fn what_was_verified_after_its_month_says_so_and_what_came_after_the_plan_too() {
    testkit::both(STREAMS, |db| {
        let site = Site::open(db);
        for (now, on, shown, hidden) in [
            ("2025-06-15", "2025-06-01", "核验", "补计"),
            ("2025-06-15", "2025-05-31", "补计：核验时 2025-05 已经过去", "在方案期之后"),
            ("2026-01-20", "2026-01-05", "在方案期之后", "补计"),
        ] {
            site.cast.move_to(now);
            let login = format!("a{on}");
            let mut editor = site.sign_in(&login, Role::Editor, &site.cast.health);
            let mut verifier = site.sign_in(&format!("b{on}"), Role::Verifier, &site.cast.health);
            editor.get("/desk/deliveries/new");
            let mut lecture = site.lecture();
            lecture[2].1 = on.to_owned();
            let sent = editor.post("/desk/deliveries", &fields(&lecture));
            let path = sent.is(303).location().to_owned();
            verifier.get(&path);
            verifier.post(&format!("{path}/verification"), &[("version", "1")]).is(303);
            verifier.get(&path).shows(shown).hides(hidden);
        }
    });
}
