//! From the upload to the published plan.

use kernel::Role;
use testkit::both;

use super::{STREAMS, Site, TEXT};

#[test]
fn an_upload_shows_its_progress_and_leads_to_the_side_by_side_page() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut client = site.coordinator();
        client.get("/desk/plan").is(200).shows("上传方案文件");
        client.get("/desk/plan/documents").is(200);
        let sent = client.upload("/desk/plan/documents", &[], &[("file", "方案.txt", TEXT.as_bytes())]);
        let page = client.follow(&sent);
        page.is(200).shows("正在读").shows("马上开始");
        assert!(page.text.contains("http-equiv=\"refresh\""), "the page asks anew without script");
        site.work();
        let page = client.follow(&sent);
        page.is(200).shows("已读完").shows("对照原文确认");
        assert!(!page.text.contains("http-equiv=\"refresh\""));
        client.get("/desk/plan/documents").is(200);
        let again = client.upload("/desk/plan/documents", &[], &[("file", "副本.txt", TEXT.as_bytes())]);
        client.follow(&again).is(200).shows("已经上传过").hides("副本");
    });
}

#[test]
fn what_is_no_plan_is_told_plainly_with_what_to_do() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut client = site.coordinator();
        for (name, bytes, said) in [
            ("方案.docx", b"%PDF-1.7 and so on".as_slice(), "这是 PDF"),
            ("空.txt", b" \n \n".as_slice(), "文件里没有文字"),
            ("散文.txt", "今天天气很好，我们去公园散步，看了花。".as_bytes(), "不能当作方案"),
        ] {
            client.get("/desk/plan/documents");
            let sent = client.upload("/desk/plan/documents", &[], &[("file", name, bytes)]);
            sent.is(303);
            site.work();
            client.follow(&sent).is(200).shows("不能用").shows(said);
        }
        client.get("/desk/plan/documents");
        client.upload("/desk/plan/documents", &[], &[]).is(422).shows("请先选择一份文件");
        client.get("/desk/plan/documents");
        let large = vec![b'x'; 21 << 20];
        client.upload("/desk/plan/documents", &[], &[("file", "大.txt", &large)]).is(413).shows("20 MB");
    });
}

#[test]
fn the_document_and_what_was_understood_lead_to_each_other() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut client = site.coordinator();
        let draft = site.draft(&mut client);
        let page = client.get(&draft);
        page.is(200).shows("加强老年人健康科普服务").shows("区卫生健康局");
        for anchor in
            ["id=\"t-i17\"", "href=\"#i17\"", "id=\"i17\"", "href=\"#t-i17\"", "id=\"t-g4\"", "href=\"#g4\""]
        {
            assert!(page.text.contains(anchor), "{anchor}");
        }
    });
}

#[test]
fn a_draft_is_corrected_in_place_and_published() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut client = site.coordinator();
        let draft = site.draft(&mut client);
        let id = draft.rsplit('/').next().unwrap().to_owned();
        let content = site.cast.content(db, &id.as_str().into());
        let item = content.items[8].id.clone();
        client.get(&format!("{draft}?edit={item}")).is(200).shows("并入上一项");
        let path = format!("{draft}/items/{item}");
        let typed = [
            ("kind", "measure"),
            ("section", content.items[8].section.as_str()),
            ("title", ""),
            ("body", "正文"),
            ("leads", "区农业农村局"),
            ("supports", "某新单位、区科协"),
        ];
        client.post(&path, &typed).is(422).shows("不能空着").shows("某新单位");
        client.get(&format!("{draft}?edit={item}"));
        let mut typed = typed;
        typed[2] = ("title", "培育现代农民");
        let sent = client.post(&path, &typed);
        sent.is(303);
        assert!(sent.location().ends_with("#i9"), "{}", sent.location());
        client.get(&draft).is(200).shows("培育现代农民").shows("没有登记的单位名");
        let page = client.post(&format!("{draft}/publication"), &[("version", "2")]);
        page.is(409).shows("还不能发布");
        client.get(&format!("{draft}?name=某新单位")).is(200).shows("这个名字是指");
        client
            .post(
                &format!("{draft}/names"),
                &[("name", "某新单位"), ("how", "enter"), ("kind", "department")],
            )
            .is(303);
        let version = site.cast.plan(db, &id.as_str().into()).version.to_string();
        client.get(&draft).is(200).hides("没有登记的单位名");
        let sent = client.post(&format!("{draft}/publication"), &[("version", &version)]);
        sent.is(303);
        client.follow(&sent).is(200).shows("10 项承诺").shows("培育现代农民");
        client.get(&draft).is(200).hides("并入上一项").hides("改标题和年份");
    });
}

#[test]
fn only_those_who_keep_the_plan_see_drafts() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let mut keeper = site.coordinator();
        let draft = site.draft(&mut keeper);
        let mut viewer = site.sign_in("viewer", Role::Viewer, &site.cast.unit("health"));
        viewer.get(&draft).is(403);
        viewer.get("/desk/plan/documents").is(403);
        viewer.get("/desk/plan").is(200).shows("还没有发布的方案");
        site.visitor().get("/plan").is(200).shows("方案还没有公布");
        site.visitor().get(&draft).is(303);
    });
}

#[test]
fn a_new_version_shows_what_it_changes() {
    both(STREAMS, |db| {
        let site = Site::open(db);
        let first = site.cast.published(db);
        let next = site.cast.upload(db, &TEXT.replace("500人以上", "600人以上")).unwrap();
        let mut client = site.coordinator();
        let page = client.get(&format!("/desk/plan/versions/{next}/diff"));
        page.is(200).shows("改了目标").hides("新增目标");
        // Only what differs is marked, on each side.
        assert!(page.text.contains("不少于 <del>500</del>") && page.text.contains("不少于 <ins>600</ins>"));
        client.get(&format!("/desk/plan/versions/{first}/diff")).is(404);
    });
}
