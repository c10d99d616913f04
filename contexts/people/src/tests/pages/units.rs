//! The registry's pages.

use testkit::both;

use super::{STREAMS, Town};

const HEADER: &str = "单位名称,单位类型,上级单位,起始日期,简称,英文名称,代码,其他写法\r\n";

fn id_of(location: &str) -> String {
    location.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn a_unit_is_entered_renamed_and_shown_as_of_another_day() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        kexie.get("/desk/units/new").is(200);
        let fields = [
            ("name", "越州镇"),
            ("kind", "town"),
            ("parent", ""),
            ("from", "2021-01-01"),
            ("code", "530302102"),
            ("aliases", "越州；越州镇政府"),
        ];
        let done = kexie.post("/desk/units/new", &fields);
        let id = id_of(done.is(303).location());
        // The same form sent again enters nothing more.
        assert_eq!(id_of(kexie.post("/desk/units/new", &fields).is(303).location()), id);
        kexie.get(&format!("/desk/units/{id}")).is(200).shows("越州镇政府").shows("530302102").shows("存续");

        kexie.get(&format!("/desk/units/{id}/rename")).is(200).shows("越州镇");
        let page = format!("/desk/units/{id}/rename");
        let rename = [("seen", "1"), ("way", "rename"), ("name", "越州街道"), ("on", ""), ("reason", "")];
        kexie.post(&page, &rename).is(422).shows("这一项不能空着").shows("越州街道");
        let rename = [
            ("seen", "1"),
            ("way", "rename"),
            ("name", "越州街道"),
            ("on", "2025-01-01"),
            ("reason", "撤镇设街道"),
        ];
        kexie.post(&page, &rename).is(303);
        kexie
            .get(&format!("/desk/units/{id}"))
            .shows("<h1>越州街道</h1>")
            .shows("撤镇设街道")
            .shows("改名为“越州街道”");
        kexie.get(&format!("/desk/units/{id}?on=2024-06-01")).shows("<h1>越州镇</h1>");
        kexie.get("/desk/units?on=2024-06-01&kind=town").shows("越州镇").hides("越州街道");
        kexie.get("/desk/units?q=越州镇政府").shows("越州街道").hides("区教育局");
        kexie.get("/desk/units?on=昨天").is(422).shows("不是日期");
    });
}

#[test]
fn a_merger_shows_in_both_units_and_leads_to_the_heir() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        let page = format!("/desk/units/{}/merge", town.civil);
        kexie.get(&page).is(200).shows("区教育局");
        kexie
            .post(&page, &[("seen", "1"), ("into", ""), ("on", "2025-06-01")])
            .is(422)
            .shows("这一项不能空着");
        let merge = [("seen", "1"), ("into", town.edu.as_str()), ("on", "2025-06-01"), ("reason", "改革")];
        kexie.post(&page, &merge).is(303);
        kexie.get(&format!("/desk/units/{}", town.civil)).shows("已撤销").shows("现由这个单位承接");
        kexie.get(&format!("/desk/units/{}", town.edu)).shows("“区民政局”并入本单位");
        kexie.get(&page).is(200);
        kexie.post(&page, &merge).is(409).shows("别人刚刚改过");
    });
}

#[test]
fn a_split_and_a_closure_go_through_their_pages() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        let page = format!("/desk/units/{}/split", town.edu);
        kexie.get(&page).is(200);
        let split = [
            ("seen", "1"),
            ("name", "区体育局"),
            ("kind", "department"),
            ("parent", ""),
            ("on", "2025-05-01"),
        ];
        let new = id_of(kexie.post(&page, &split).is(303).location());
        kexie.get(&format!("/desk/units/{new}")).shows("从“区教育局”分出");
        let page = format!("/desk/units/{new}/close");
        kexie.get(&page).is(200);
        kexie
            .post(&page, &[("seen", "1"), ("on", "2025-05-01")])
            .is(422)
            .shows("日期要晚于单位开始的 2025-05-01");
        kexie.post(&page, &[("seen", "1"), ("on", "2025-05-02")]).is(303);
        let page = format!("/desk/units/{}/move", town.civil);
        kexie.get(&page).is(200);
        kexie.post(&page, &[("seen", "1"), ("parent", town.edu.as_str()), ("on", "2025-05-01")]).is(303);
        kexie.get("/desk/units?view=tree").is(200).shows("区民政局");
        kexie.get(&format!("/desk/units/{}/explode", town.civil)).is(404);
    });
}

#[test]
fn aliases_are_added_and_removed_on_the_units_page() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        let (own, other) = (format!("/desk/units/{}", town.edu), format!("/desk/units/{}", town.civil));
        kexie.get(&own);
        kexie.post(&format!("{own}/aliases"), &[("alias", "区教体局")]).is(303);
        kexie.get(&other);
        let taken = kexie.post(&format!("{other}/aliases"), &[("alias", "区教体局")]);
        taken.is(422).shows("已经是“区教育局”的写法");
        kexie.get(&own).shows("区教体局");
        kexie.post(&format!("{own}/aliases/removal"), &[("alias", "区教体局")]).is(303);
        kexie.get(&own);
        kexie.post(&format!("{own}/aliases/removal"), &[("alias", "区教体局")]).is(404);
    });
}

#[test]
fn an_editor_sees_the_own_units_and_nothing_of_others() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut li = town.site.signed_in("li");
        li.get("/desk/units").is(200).shows("区教育局").hides("区民政局").hides("新增单位");
        li.get(&format!("/desk/units/{}", town.edu)).is(200).hides("改名</a>");
        li.get(&format!("/desk/units/{}", town.civil)).is(404);
        li.get("/desk/units/nowhere").is(404);
        li.get("/desk/units/new").is(403);
        li.get(&format!("/desk/units/{}/rename", town.edu)).is(403);
        let csv = li.get("/desk/units?format=csv");
        csv.is(200).shows("区教育局").hides("区民政局");
    });
}

#[test]
fn a_table_imported_twice_changes_nothing_and_says_so() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        // The child stands above its parent.
        let table = format!(
            "{HEADER}新村社区,社区（村）,东山镇,2021-01-01,,,,\r\n东山镇,town,,2021/1/1,东山,,530302103,东山镇政府；东山\r\n"
        );
        let file = [("file", "units.csv", table.as_bytes())];
        for (created, aliased, same) in [(2, 0, 0), (0, 0, 2)] {
            kexie.get("/desk/units/import").is(200);
            let done = kexie.upload("/desk/units/import", &[], &file);
            assert_eq!(
                done.is(303).location(),
                format!("/desk/units/import?created={created}&aliased={aliased}&same={same}")
            );
            let words = if created > 0 { "新增 2 个单位" } else { "没有变化" };
            kexie.follow(&done).is(200).shows(words);
        }
        // What was exported comes back without a change, in either language.
        for lang in ["zh-CN", "en"] {
            kexie.set_cookie("lang", lang);
            let exported = kexie.get("/desk/units?format=csv").bytes;
            kexie.get("/desk/units/import");
            let done = kexie.upload("/desk/units/import", &[], &[("file", "units.csv", &exported)]);
            assert_eq!(done.is(303).location(), "/desk/units/import?created=0&aliased=0&same=5");
            let exported = kexie.get("/desk/units?format=xlsx").bytes;
            kexie.get("/desk/units/import");
            let done = kexie.upload("/desk/units/import", &[], &[("file", "units.xlsx", &exported)]);
            assert_eq!(done.is(303).location(), "/desk/units/import?created=0&aliased=0&same=5");
        }
    });
}

#[test]
fn a_faulty_table_imports_nothing_and_names_every_place() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        let table = format!(
            "{HEADER}好镇,镇（街道）,,2021-01-01,,,,\r\n坏镇,星球,,2021-01-01,,,,\r\n坏镇二,town,,昨天,,,,\r\n孤儿,学校,无此局,2021-01-01,,,,\r\n区教育局,department,,2021-01-01,教委,,,\r\n好镇,town,,2021-01-01,,,,\r\n"
        );
        kexie.get("/desk/units/import");
        let refused = kexie.upload("/desk/units/import", &[], &[("file", "units.csv", table.as_bytes())]);
        refused
            .is(422)
            .shows("第 3 行，“单位类型”：请选择单位类型")
            .shows("第 4 行，“起始日期”：“昨天”不是日期")
            .shows("第 5 行，“上级单位”：没有叫“无此局”的上级单位")
            .shows("第 6 行，“简称”")
            .shows("第 7 行，“单位名称”：“好镇”在表格里出现了两次");
        kexie.get("/desk/units").hides("好镇");
        let bare = kexie.upload("/desk/units/import", &[], &[("file", "x.csv", b"a,b\r\n1,2\r\n")]);
        bare.is(422).shows("没有“单位名称”这一列");
        kexie
            .upload("/desk/units/import", &[], &[("file", "x.pdf", b"%PDF-1.7")])
            .is(422)
            .shows("这不是可以读取的表格");
        kexie.upload("/desk/units/import", &[], &[]).is(422).shows("请选择要上传的表格");
    });
}

#[test]
fn the_template_itself_can_be_imported() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut kexie = town.site.signed_in("kexie");
        let template = kexie.get("/desk/units/import?format=xlsx").bytes;
        kexie.get("/desk/units/import");
        let done = kexie.upload("/desk/units/import", &[], &[("file", "t.xlsx", &template)]);
        assert_eq!(done.is(303).location(), "/desk/units/import?created=1&aliased=0&same=0");
    });
}
