//! What every page and form can rely on, seen from outside by a visitor.
// What goes wrong in a helper of a test fails the test.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use db::{Db, Stream, Target, params};
use kernel::{AccountId, Actor, FixedClock, Grant, Permission, Problem, Refusal, Role, SeededRng, UnitId};
use testkit::Client;
use web::{App, Config, Cx, DistrictInfo, Form, Locale, Module, Page, Routes, SignedIn, Visit, ui};

#[derive(askama::Template)]
#[template(
    source = r#"{{ ui::problems(cx, form) }}<form method="post" action="/notes">{{ ui::csrf(cx) }}{{ ui::text(cx, form, "words", "note-words") }}{{ ui::number(cx, form, "heads", "note-heads") }}</form>"#,
    ext = "html"
)]
struct NoteForm<'a> {
    cx: &'a Cx,
    form: &'a Form,
}

fn show_form(cx: &Cx, form: &Form) -> web::Result {
    cx.page(Page::new(cx.t("note-words")).of_form(form), NoteForm { cx, form })
}

async fn new(cx: Cx) -> web::Result {
    show_form(&cx, &Form::new())
}

async fn create(cx: Cx, form: Form) -> web::Result {
    let (words, heads) = (form.required("words", 20), form.count("heads"));
    let done = cx
        .submit(&form, move |tx, by| {
            let mut problems = kernel::Problems::new();
            let words = problems.take(words.clone());
            problems.take(heads.clone());
            problems.check()?;
            let sql = "insert into note (district_id, id, words) values ($1, $2, $3)";
            tx.execute(sql, params![by.district(), by.id::<String>(), words])?;
            Ok("/notes".to_owned())
        })
        .await;
    match done {
        Ok(answer) => Ok(answer),
        Err(refusal) => show_form(&cx, &form.refused(refusal)?),
    }
}

async fn count(cx: Cx) -> web::Result {
    let n: i64 = cx.read(|tx, _| Ok(tx.one("select count(*) as n from note", &[])?.get("n")?)).await?;
    Ok(axum::response::IntoResponse::into_response(format!("{n} notes")))
}

#[derive(askama::Template)]
#[template(source = "<p>{{ n }} notes</p><p>drawing {{ drawing }}</p>", ext = "html")]
struct Board {
    n: i64,
    drawing: String,
}

/// Drawn otherwise each time, so that one that was kept is known.
async fn board(cx: Cx) -> web::Result {
    let n = cx.read(|tx, _| Ok(tx.one("select count(*) as n from note", &[])?.get("n")?)).await?;
    cx.page(Page::new("Board".into()).public().for_everybody(), Board { n, drawing: cx.by.rng.token() })
}

async fn desk_board(cx: Cx) -> web::Result {
    let place = match cx.kept("all").await {
        Ok(page) => return page,
        Err(place) => place,
    };
    let n = cx.read(|tx, _| Ok(tx.one("select count(*) as n from note", &[])?.get("n")?)).await?;
    cx.page_kept(place, Page::new("Board".into()), Board { n, drawing: cx.by.rng.token() })
}

async fn by(cx: Cx, axum::extract::Path(words): axum::extract::Path<String>) -> web::Result {
    let sql = "select id from note where words = $1";
    cx.read(move |tx, _| Ok(tx.find(sql, params![words.as_str()])?)).await?.ok_or(Refusal::NotFound)?;
    cx.redirect("/notes")
}

async fn whence(cx: Cx) -> String {
    cx.by.address
}

async fn broken(_: Cx) -> web::Result {
    Err(Refusal::Broken("the canary sang".into()).into())
}

async fn taken(_: Cx) -> web::Result {
    Err(Refusal::Conflict(Problem::new("note-taken")).into())
}

const EDITORS: Permission = Permission::Roles(&[Role::Editor]);

fn module() -> Module {
    Module {
        name: "note",
        routes: Routes::new()
            .get("/notes/new", Permission::Public, new)
            .get("/notes", Permission::Public, count)
            .get("/board", Permission::Public, board)
            .get("/desk/board", Permission::SignedIn, desk_board)
            .post("/notes", Permission::Public, create)
            .get("/notes/by/{words}", Permission::Public, by)
            .get("/whence", Permission::Public, whence)
            .get("/broken", Permission::Public, broken)
            .get("/taken", Permission::Public, taken)
            .get("/desk/editors", EDITORS, new)
            .post("/desk/editors", EDITORS, create),
        stream: Stream {
            context: "note",
            files: &[(
                "0001.sql",
                "create table note (district_id text not null, id text not null, words text not null, primary key (district_id, id));",
            )],
        },
        words: &[
            (Locale::Zh, "note-words = 内容\nnote-heads = 人数\nnote-taken = 已被别人领走"),
            (Locale::En, "note-words = Words\nnote-heads = Heads\nnote-taken = Taken by another"),
        ],
        nav: &[],
        todos: None,
        assets: &[],
    }
}

struct Site {
    clock: Arc<FixedClock>,
    router: axum::Router,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db =
            Db::open(&Target::Sqlite(folder.path().join("t.db")), &[web::STREAM, module().stream]).unwrap();
        let clock = Arc::new(FixedClock::at("2025-09-01"));
        let config = Config {
            db,
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(3)),
            seal: std::sync::Arc::new(kernel::Unsealed),
            secure: false,
            proxies: vec!["127.0.0.1".parse().unwrap()],
            // The token names the role: enough for these tests.
            authenticate: |_, token, _| {
                if token == "busy" {
                    return Err(Refusal::Unavailable("too much to do".into()));
                }
                let Some(role) = Role::parse(token) else { return Ok(Visit::Nobody) };
                let unit = UnitId::from("u");
                let grant = Grant { role, unit: unit.clone(), reach: [unit].into() };
                let actor = Actor {
                    account: Some(AccountId::from("a")),
                    name: "演示".into(),
                    grants: vec![grant],
                    ..Actor::public("d".into())
                };
                let session =
                    SignedIn { actor, csrf: "s".repeat(64), must_change_password: false, viewing_as: None };
                Ok(Visit::Known { session: Box::new(session), note: false })
            },
            note_visit: |_, _, _| Ok(()),
            district: |_| Ok(Some(DistrictInfo { id: "d".into(), name: "麒麟区".into(), is_demo: true })),
            setup_code: String::new(),
        };
        let (_, router) = App::router(config, vec![module()]).unwrap();
        Self { clock, router, runtime: tokio::runtime::Runtime::new().unwrap(), folder }
    }

    fn visitor(&self) -> Client {
        Client::new(&self.router, self.runtime.handle())
    }
}

#[test]
fn a_form_sent_twice_acts_once_and_goes_to_the_same_place() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new").is(200);
    let csrf_and_key = [("words", "雨"), ("heads", "3")];
    assert_eq!(visitor.post("/notes", &csrf_and_key).is(303).location(), "/notes");
    assert_eq!(visitor.post("/notes", &csrf_and_key).is(303).location(), "/notes");
    visitor.get("/notes").shows("1 notes");
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_names_each_field() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    let answer = visitor
        .post("/notes", &[("words", "<b>一二三四五六七八九十一二三四五六七八九十</b>"), ("heads", "N/A")]);
    answer
        .is(422)
        .shows("最多 20 个字")
        .shows("“N/A”不是整数")
        .shows("&lt;b&gt;一二三")
        .shows(r#"value="N/A""#);
    answer.shows(r##"href="#f-heads""##).shows(r#"aria-invalid="true""#).hides("<b>一");
    visitor.get("/notes").shows("0 notes");
}

#[test]
fn a_page_for_everybody_is_drawn_once_until_something_is_written() {
    let site = Site::new();
    let mut visitor = site.visitor();
    let first = visitor.get("/board").shows("0 notes").bytes.clone();
    let again = site.visitor().get("/board");
    assert_eq!(again.bytes, first);
    assert!(again.headers.contains_key("content-security-policy"));
    visitor.get("/notes/new");
    visitor.post("/notes", &[("words", "雨"), ("heads", "3")]).is(303);
    let written = visitor.get("/board").shows("1 notes").bytes.clone();
    assert_eq!(site.visitor().get("/board").bytes, written);
}

#[test]
fn a_kept_page_is_of_one_language_print_address_and_day_for_strangers() {
    let site = Site::new();
    let drawn = || site.visitor().get("/board").bytes.clone();
    let first = drawn();
    let mut other = site.visitor();
    other.set_cookie("lang", "en");
    other.get("/board").shows(r#"<html lang="en""#);
    let mut signed_in = site.visitor();
    signed_in.set_cookie("qilin_session", "viewer");
    let own = signed_in.get("/board").bytes.clone();
    assert_ne!(signed_in.get("/board").bytes, own);
    assert_ne!(site.visitor().get("/board?year=2024").bytes, first);
    assert_eq!(drawn(), first);
    let mut large = site.visitor();
    large.set_cookie("large", "1");
    assert_ne!(large.get("/board").bytes, first);
    site.clock.set(kernel::Day::parse("2025-09-01").unwrap().at(23, 59).plus_seconds(30));
    let evening = drawn();
    assert_eq!(drawn(), evening);
    site.clock.advance_seconds(30);
    assert_ne!(drawn(), evening, "it is midnight in China");
}

#[test]
fn what_another_program_writes_is_seen_at_once() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/board").shows("0 notes");
    visitor.get("/board").shows("0 notes");
    let target = Target::Sqlite(site.folder.path().join("t.db"));
    let other = Db::open(&target, &[web::STREAM, module().stream]).unwrap();
    let insert = "insert into note (district_id, id, words) values ('d', 'n', '雨')";
    other.write_now(|tx| Ok(tx.execute(insert, &[])?)).unwrap();
    visitor.get("/board").shows("1 notes");
}

#[test]
fn a_body_that_is_kept_is_drawn_once_for_all_readers_until_something_is_written() {
    let site = Site::new();
    let drawn = |role: &str| {
        let mut reader = site.visitor();
        reader.set_cookie("qilin_session", role);
        let page = reader.get("/desk/board");
        page.text.split("drawing ").nth(1).unwrap()[..64].to_owned()
    };
    let first = drawn("viewer");
    assert_eq!(drawn("editor"), first);
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    visitor.post("/notes", &[("words", "雨"), ("heads", "3")]).is(303);
    assert_ne!(drawn("viewer"), first);
    visitor.get("/desk/board").is(303);
}

#[test]
fn a_form_without_its_secret_is_refused() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    visitor.forget_secret();
    visitor.post("/notes", &[("words", "雨")]).is(403).shows("安全标记已失效");
    visitor.get("/notes").shows("0 notes");
}

#[test]
fn a_form_from_another_site_is_refused() {
    let site = Site::new();
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let mut visitor = site.visitor();
        visitor.get("/notes/new");
        visitor.headers = vec![(header.0, header.1.to_owned())];
        visitor.post("/notes", &[("words", "雨")]).is(403);
    }
    site.visitor().get("/notes").shows("0 notes");
}

#[test]
fn a_body_that_is_too_large_is_refused_with_a_plain_message() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    visitor.post("/notes", &[("words", &"雨".repeat(600_000))]).is(413).shows("1 MB");
    let bytes = vec![b'x'; 2 << 20];
    visitor.upload("/notes", &[("words", "雨")], &[("f", "a.bin", &bytes)]).is(413).shows("1 MB");
}

#[test]
fn a_page_for_editors_sends_strangers_to_sign_in_and_refuses_others() {
    let site = Site::new();
    let mut visitor = site.visitor();
    assert_eq!(visitor.get("/desk/editors?a=1").is(303).location(), "/login?to=%2Fdesk%2Feditors%3Fa%3D1");
    visitor.post("/desk/editors", &[]).is(401);
    visitor.set_cookie("qilin_session", "viewer");
    visitor.get("/desk/editors").is(403).shows("这一步不由您办理");
    visitor.set_cookie("qilin_session", "editor");
    let page = visitor.get("/desk/editors");
    page.is(200);
    assert_eq!(page.headers["cache-control"], "no-store");
}

#[test]
fn a_fault_of_ours_is_told_without_its_inside() {
    let site = Site::new();
    site.visitor().get("/broken").is(500).shows("系统出错了").hides("canary");
    site.visitor().get("/taken").is(409).shows("已被别人领走");
    site.visitor().get("/nowhere").is(404).shows("没有找到这一页");
    site.visitor().post("/notes/new", &[]).is(405);
}

#[test]
fn a_program_gets_its_errors_as_json() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.headers = vec![("accept", "application/json".into())];
    let answer = visitor.get("/nowhere");
    answer.is(404).shows(r#""status":404"#);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[test]
fn every_answer_carries_the_safe_headers_even_errors() {
    let site = Site::new();
    let css = "/assets/qilin.css";
    for path in ["/notes/new", "/nowhere", "/broken", css, "/desk", "/healthz"] {
        let answer = site.visitor().get(path);
        for name in [
            "content-security-policy", "strict-transport-security", "x-content-type-options",
            "referrer-policy",
        ] {
            assert!(answer.headers.contains_key(name), "{path} has no {name}");
        }
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"));
    }
}

#[test]
fn language_and_large_print_are_kept_and_lead_back() {
    let site = Site::new();
    let mut visitor = site.visitor();
    let answer = visitor.get("/preferences?lang=en&large=1&to=%2Fnotes%2Fnew");
    assert_eq!(answer.is(303).location(), "/notes/new");
    let page = visitor.follow(&answer);
    page.shows(r#"<html lang="en" class="large">"#).shows("Words").shows("Demonstration data");
    assert_eq!(visitor.get("/preferences?to=%2F%2Fevil.example").location(), "/");
}

#[test]
fn a_page_draws_the_same_within_60_kilobytes_compressed() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.headers = vec![("accept-encoding", "gzip".into())];
    let size: usize = ["/notes/new", "/assets/qilin.css", "/assets/qilin.js", "/assets/qilin.svg"]
        .into_iter()
        .map(|path| visitor.get(path).bytes.len())
        .sum();
    assert!(size < 60_000, "{size} bytes");
}

#[test]
fn another_form_under_a_key_that_was_used_is_no_repeat() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new").is(200);
    visitor.post("/notes", &[("words", "雨"), ("heads", "3")]).is(303);
    // Back, changed, sent again from the page that the browser kept.
    visitor.post("/notes", &[("words", "雪"), ("heads", "3")]).is(303);
    visitor.upload("/notes", &[("words", "雪"), ("heads", "3")], &[("f", "a.txt", b"one")]).is(303);
    visitor.upload("/notes", &[("words", "雪"), ("heads", "3")], &[("f", "a.txt", b"two")]).is(303);
    visitor.upload("/notes", &[("words", "雪"), ("heads", "3")], &[("f", "a.txt", b"two")]).is(303);
    visitor.get("/notes").shows("4 notes");
}

#[test]
fn an_address_that_no_text_can_hold_leads_nowhere() {
    let site = Site::new();
    for path in ["/notes/by/%00", "/notes?words=a%00b", "/%00"] {
        site.visitor().get(path).is(404);
    }
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    visitor.post("/notes?to=%00", &[("words", "雨")]).is(404);
}

#[test]
fn who_is_behind_a_trusted_proxy_cannot_write_an_address_of_their_own() {
    let site = Site::new();
    let from = |lines: &[&str]| {
        let mut visitor = site.visitor();
        visitor.peer = Some("127.0.0.1:4000".parse().unwrap());
        visitor.headers = lines.iter().map(|line| ("x-forwarded-for", (*line).to_owned())).collect();
        visitor.get("/whence").text
    };
    assert_eq!(from(&[]), "127.0.0.1");
    assert_eq!(from(&["203.0.113.7"]), "203.0.113.7");
    assert_eq!(from(&["8.8.8.8, 203.0.113.7"]), "203.0.113.7");
    // A proxy that adds a line of its own below the sender's.
    assert_eq!(from(&["8.8.8.8", "203.0.113.7"]), "203.0.113.7");
    assert_eq!(from(&["8.8.8.8", "203.0.113.7, 127.0.0.1"]), "203.0.113.7");
    // What the nearest proxy wrote names no address: only the proxy itself is known.
    assert_eq!(from(&["8.8.8.8, unknown"]), "127.0.0.1");
    assert_eq!(from(&["8.8.8.8", "203.0.113.7:5678"]), "127.0.0.1");
}

#[test]
fn whose_session_cannot_be_looked_up_is_told_so_on_a_page() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.set_cookie("qilin_session", "busy");
    let answer = visitor.get("/notes/new");
    answer.is(503).shows("<html lang=\"zh-CN\"").shows("麒麟区");
    assert_eq!(
        (&answer.headers["retry-after"], &answer.headers["cache-control"]),
        (&"5".parse().unwrap(), &"no-store".parse().unwrap())
    );
    visitor.set_cookie("lang", "en");
    visitor.get("/notes/new").is(503).shows("<html lang=\"en\"");
}

#[test]
fn a_form_of_too_many_fields_is_refused_by_that_name() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/notes/new");
    visitor.post("/notes", &[("x", ""); 2_000]).is(422).shows("2000 个栏目");
    visitor.upload("/notes", &[], &[("f", "a.txt", b"x".as_slice()); 2_000]).is(422).shows("2000 个栏目");
}

#[test]
fn a_file_asked_for_again_is_still_kept_for_ever() {
    let site = Site::new();
    let page = site.visitor().get("/notes/new").text;
    let (_, rest) = page.split_once("/assets/qilin.css?v=").unwrap();
    let path = format!("/assets/qilin.css?v={}", rest.split('"').next().unwrap());
    let mut visitor = site.visitor();
    let first = visitor.get(&path);
    let tag = first.is(200).headers["etag"].to_str().unwrap().to_owned();
    visitor.headers = vec![("if-none-match", tag)];
    let again = visitor.get(&path);
    assert_eq!(again.is(304).headers["cache-control"], first.headers["cache-control"]);
}
