//! What people hand in by mistake: each gets a plain message, and nothing of it is kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Write};

use db::Db;
use rust_xlsxwriter::Workbook;
use server::compose;
use server::demo::data::PLAN;
use testkit::{Answer, Browser, Client};
use zip::write::SimpleFileOptions;

use super::stage::{Stage, sign_in};
use crate::support::Town;

/// The rows of every table but those of visits and of the trail, which also tell of what was refused.
fn rows(db: &Db) -> BTreeMap<String, i64> {
    const VISITS: [&str; 5] = ["audit_entry", "device", "form_receipt", "session", "sign_in_attempt"];
    let mut tables: Vec<String> = db.schema().unwrap().into_iter().map(|column| column.table).collect();
    tables.dedup();
    tables.retain(|table| !VISITS.contains(&table.as_str()));
    db.read_now(move |tx| {
        let count = |table: &String| {
            let n = tx.one(&format!("select count(*) as n from {table}"), &[])?.get("n")?;
            Ok((table.clone(), n))
        };
        tables.iter().map(count).collect()
    })
    .unwrap()
}

/// Brings a document, lets the job read it, and gives the page that tells what came of it.
fn bring(town: &Town, client: &mut Client, name: &str, bytes: &[u8]) -> Answer {
    client.get("/desk/plan/documents").is(200);
    let sent = client.upload("/desk/plan/documents", &[], &[("file", name, bytes)]);
    sent.is(303);
    compose::worker(&town.app.config, crate::support::carriers()).run_due().unwrap();
    client.follow(&sent)
}

#[test]
fn a_word_file_that_unpacks_without_end_is_refused_and_makes_no_draft() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    archive.write_all(&vec![b' '; 80 << 20]).unwrap();
    let bomb = archive.finish().unwrap().into_inner();
    let town = Town::new();
    let mut coordinator = town.signed_in("coordinator");
    bring(&town, &mut coordinator, "方案.docx", &bomb).shows("不能用").shows("文件解压后异常地大");
    assert_eq!(rows(&town.db)["plan"], 0);
}

#[test]
fn a_plan_that_numbers_a_section_twice_and_leaves_a_bracket_open_says_both_to_who_confirms_it() {
    let text = PLAN.replace("（二）农民科学素质提升行动", "（一）农民科学素质提升行动");
    let text = text.replace("教室搬到大棚", "教室搬到（大棚");
    let town = Town::new();
    let mut coordinator = town.signed_in("coordinator");
    let read = bring(&town, &mut coordinator, "方案.txt", text.as_bytes());
    let draft = read.text.split("/desk/plan/versions/").nth(1).unwrap().split('"').next().unwrap();
    let page = coordinator.get(&format!("/desk/plan/versions/{draft}"));
    page.is(200).shows("同一标题下序号").shows("出现了两次").shows("没有配对");
}

#[test]
fn a_table_with_a_formula_is_refused_by_its_cell_and_nothing_of_it_is_entered() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "单位名称").unwrap();
    sheet.write_string(1, 0, "示例单位").unwrap();
    sheet.write_formula(1, 1, "=1+1").unwrap();
    let table = book.save_to_buffer().unwrap();
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    let before = rows(&town.db);
    for path in ["/desk/units/import", "/desk/people/import", "/desk/deliveries/import"] {
        let form = admin.get(path);
        let field = form.text.split("type=\"file\"").next().unwrap().rsplit("name=\"").next().unwrap();
        let field = field.split('"').next().unwrap().to_owned();
        let answer = admin.upload(path, &[], &[(&field, "表.xlsx", table.as_slice())]);
        answer.is(422).shows("单元格 B2 是公式").shows("粘贴为数值");
    }
    assert_eq!(rows(&town.db), before);
}

/// The first value that a page offers under a name.
fn offered(page: &Answer, name: &str) -> String {
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_delivery_of_tomorrow_with_less_than_nobody_and_no_number_is_refused_whole() {
    let stage = Stage::with_plan();
    let mut editor = stage.town.signed_in("farm-editor");
    let page = editor.get("/desk/deliveries/new");
    let (purpose, host) = (offered(&page, "purpose"), offered(&page, "host"));
    let before = rows(&stage.town.db);
    for (minutes, heads, said) in [
        ("N/A", "-5", ["“N/A”不是整数", "“-5”是负数"]),
        ("60", "5", ["2025-09-02 还没有到", "活动开展之后再填报"]),
    ] {
        editor.get("/desk/deliveries/new").is(200);
        let typed = [
            ("kind", "lecture"),
            ("title", "明天的讲座"),
            ("on", "2025-09-02"),
            ("minutes", minutes),
            ("town", stage.town.town.as_str()),
            ("heads_farmers", heads),
            ("method", "estimate"),
            ("purpose", &purpose),
            ("host", &host),
            ("then", "submit"),
        ];
        let answer = editor.upload("/desk/deliveries", &typed, &[]);
        answer.is(422).shows("明天的讲座").shows(said[0]).shows(said[1]);
        assert_eq!(rows(&stage.town.db), before);
    }
}

#[test]
fn a_file_of_200_megabytes_is_refused_where_the_person_sees_it() {
    let stage = Stage::with_plan();
    let file = stage.town.folder.path().join("全部材料.docx");
    File::create(&file).unwrap().set_len(200 << 20).unwrap();
    let before = rows(&stage.town.db);
    let browser = Browser::start(stage.url());
    sign_in(&browser, "coordinator");
    browser.open("/desk/plan/documents");
    browser.upload("方案文件", &file);
    browser.go("上传");
    browser.wait_for("超过 20 MB");
    assert_eq!(rows(&stage.town.db), before);
}
