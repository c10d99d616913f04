//! Letters and printed reports over HTTP.

use testkit::{Client, both};

use super::{STREAMS, Site};

/// The address of the letter of the bureau of education, drafted by the keeper.
fn drafted(keeper: &mut Client) -> String {
    keeper.get("/desk/plan/letters").is(200).shows("这一年还没有责任书");
    keeper.post("/desk/plan/letters", &[("year", "2024")]).is(303);
    let page = keeper.get("/desk/plan/letters?year=2024&text=教育");
    page.is(200).shows("起草中");
    let start = page.text.find("/desk/plan/letters/0").unwrap_or_else(|| panic!("{}", page.readable()));
    page.text[start..].split('"').next().unwrap().to_owned()
}

/// The value of a field on a page.
fn field(client: &mut Client, path: &str, name: &str) -> String {
    let page = client.get(path);
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" ")).unwrap_or_else(|| panic!("no {name}"));
    rest.split_once("value=\"").unwrap().1.split('"').next().unwrap().to_owned()
}

/// Takes a step with the letter as the page shows it.
fn step(client: &mut Client, path: &str, step: &str) -> testkit::Answer {
    let version = field(client, path, "version");
    client.post(&format!("{path}/{step}"), &[("version", &version)])
}

#[test]
fn a_letter_goes_from_draft_to_both_signatures_and_out_as_pdf() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let (mut keeper, mut writer) = (site.coordinator(), site.editor());
        let path = drafted(&mut keeper);
        writer.get(&path).is(404);
        let version = field(&mut keeper, &path, "version");
        let wrong =
            [("version", version.as_str()), ("total", "100"), ("body-1", "讲座"), ("points-1", "N/A")];
        let page = keeper.post(&path, &wrong);
        page.is(422).shows("“N/A”不是分值");
        assert!(page.text.contains("value=\"N/A\""), "what was typed is kept");
        keeper.get(&path);
        let short =
            [("version", version.as_str()), ("total", "100"), ("body-1", "讲座"), ("points-1", "97.3")];
        keeper.post(&path, &short).is(303);
        step(&mut keeper, &path, "issuance").is(422).shows("比总分100少2.7");
        let version = field(&mut keeper, &path, "version");
        let right =
            [("version", version.as_str()), ("total", "97.3"), ("body-1", "讲座"), ("points-1", "97.3")];
        keeper.post(&path, &right).is(303);
        step(&mut keeper, &path, "issuance").is(303);
        writer.get("/desk").is(200).shows("2024年责任书等您签署");
        writer.get(&path).is(200).shows("代表本单位签署");
        step(&mut writer, &path, "signature").is(303);
        step(&mut keeper, &path, "signature").is(303);
        keeper.get(&path).is(200).shows("已签署").shows("代表科协签署");
        let pdf = writer.get(&format!("{path}/pdf"));
        pdf.is(200);
        assert!(pdf.text.starts_with("%PDF-1.7"), "{}", pdf.text.chars().take(40).collect::<String>());
        keeper.get("/desk/plan/letters?format=csv").is(200).shows("已签署");
    });
}

#[test]
fn the_code_of_a_printed_report_shows_everybody_its_cells_and_only_staff_the_lists() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        site.cast.published(db);
        let mut writer = site.editor();
        let page = writer.get("/desk/plan/reports?year=2024");
        page.is(200).shows("进展报告").shows("落后");
        let sent =
            writer.post("/desk/plan/reports", &[("of", "district"), ("year", "2024"), ("quarter", "")]);
        sent.is(303);
        let code = sent.location().to_owned();
        writer.get(&code).is(200).shows("与打印时一致").shows("打开这份报告");
        let mut visitor = site.visitor();
        let public = visitor.get(&code.to_lowercase());
        public.is(200).shows("与打印时一致").hides("打开这份报告");
        assert!(!public.text.contains("/desk/deliveries"), "the lists are for staff");
        visitor.get("/r/0000000000").is(404);
        let pdf = writer.get(&format!("/desk/plan/reports/{}/pdf", code.trim_start_matches("/r/")));
        assert!(pdf.is(200).text.starts_with("%PDF-1.7"));
        writer.get("/desk/plan/reports?year=2024&quarter=2&format=csv").is(200).shows("事项");
        let of = format!("/desk/plan/reports?of=unit:{}&year=2024", site.cast.unit("education"));
        writer.get(&of).is(200).shows("教育体育局");
        writer.get("/desk/plan/reports?of=nowhere").is(404);
    });
}
