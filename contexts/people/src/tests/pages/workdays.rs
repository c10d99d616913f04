//! The calendar of working days over HTTP.

use testkit::both;

use super::{STREAMS, Town};

#[test]
fn a_year_that_nobody_entered_says_so_until_somebody_does() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut keeper = town.site.signed_in("kexie");
        let page = keeper.get("/desk/workdays?year=2027");
        page.is(200).shows("2027 年放假安排尚未录入，按周一至周五计算。");
        keeper
            .get("/desk/workdays?year=2025")
            .is(200)
            .shows("2025 年共 248 个工作日")
            .shows("国办发明电〔2024〕12号");
        keeper.get("/desk/workdays/2027").is(200);
        let wrong = [("source", "通知"), ("off", "国庆放假"), ("work", ""), ("version", "0")];
        keeper.post("/desk/workdays/2027", &wrong).is(422).shows("国庆放假").shows("读不懂");
        let right = [
            ("source", "国办发明电〔2026〕9号"),
            ("off", "2027-10-01 至 2027-10-07 国庆节"),
            ("work", "2027-10-09"),
            ("version", "0"),
        ];
        let sent = keeper.post("/desk/workdays/2027", &right);
        sent.is(303);
        keeper.follow(&sent).is(200).shows("国办发明电〔2026〕9号").shows("2027-10-01 至 2027-10-07");
        keeper.get("/desk/workdays?year=2027&format=csv").is(200).shows("2027-10-09");
        let mut editor = town.site.signed_in("li");
        editor.get("/desk/workdays?year=2027").is(200).shows("2027-10-09");
        editor.get("/desk/workdays/2027").is(403);
    });
}
