//! Setup, signing in and out, the own password, previews.

use testkit::both;

use super::{CODE, PASSWORD, STREAMS, Site, Town};

const FIRST: [(&str, &str); 6] = [
    ("setup_code", CODE),
    ("name", "麒麟区"),
    ("code", "530302"),
    ("person", "甲"),
    ("login", "admin"),
    ("password", PASSWORD),
];

fn setup_form(changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let again = ("again", PASSWORD);
    let mut fields: Vec<_> = FIRST.into_iter().chain([again]).collect();
    for (name, value) in changed {
        fields.retain(|(of, _)| of != name);
        fields.push((name, value));
    }
    fields
}

#[test]
fn an_empty_installation_is_set_up_once_by_who_knows_the_code() {
    both(STREAMS, |db| {
        let site = Site::new(db);
        let mut stranger = site.visitor();
        assert_eq!(stranger.get("/login").is(303).location(), "/setup");
        stranger.get("/setup").is(200).shows("安装码");
        stranger.post("/setup", &setup_form(&[("setup_code", "000-000-000")])).is(422).shows("安装码不对");
        stranger
            .post("/setup", &setup_form(&[("again", "something else")]))
            .is(422)
            .shows("两次输入的密码不一样");
        stranger.post("/setup", &setup_form(&[("code", "5303")])).is(422).shows("六位数字");
        let done = stranger.post("/setup", &setup_form(&[]));
        assert_eq!(done.is(303).location(), "/desk");
        stranger.get("/desk").is(200).shows("麒麟区");
        stranger.get("/setup").is(404);
        stranger.post("/setup", &setup_form(&[])).is(404);
        stranger.get("/desk/audit").is(200).shows("首次安装");
    });
}

#[test]
fn a_second_program_on_the_same_database_learns_of_setup_and_of_a_new_name() {
    both(STREAMS, |db| {
        let (site, other) = (Site::new(db), Site::new(db));
        assert_eq!(other.visitor().get("/login").is(303).location(), "/setup");
        let mut admin = site.visitor();
        admin.get("/setup");
        admin.post("/setup", &setup_form(&[])).is(303);
        other.visitor().get("/login").is(200).shows("麒麟区");
        admin.get("/desk/settings").is(200);
        let new = [("name", "沾益区"), ("code", "530303"), ("audit_days", "200"), ("seen", "1")];
        admin.post("/desk/settings", &new).is(303);
        other.clock.advance_seconds(10);
        other.visitor().get("/login").is(200).shows("沾益区");
    });
}

#[test]
fn the_setup_code_cannot_be_guessed_in_a_row() {
    both(STREAMS, |db| {
        let site = Site::new(db);
        let mut stranger = site.visitor();
        stranger.get("/setup");
        let mut tries = 0;
        while stranger.post("/setup", &setup_form(&[("setup_code", "0")])).status.as_u16() == 422 {
            tries += 1;
            assert!(tries < 20);
        }
        assert_eq!(tries, 10);
        stranger.post("/setup", &setup_form(&[])).is(429).shows("秒再试");
        site.clock.advance_seconds(60);
        stranger.post("/setup", &setup_form(&[])).is(303);
    });
}

#[test]
fn a_wrong_password_is_refused_without_telling_whether_the_login_exists() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut client = town.site.visitor();
        client.get("/login").is(200).hides("<h2>有几处需要改一下");
        for login in ["li", "nobody-at-all"] {
            let answer = client.post("/login", &[("login", login), ("password", "wrong")]);
            answer.is(422).shows("登录名或密码不对").shows(login);
        }
        for _ in 0..4 {
            client.post("/login", &[("login", "li"), ("password", "wrong")]).is(422);
        }
        let wait = client.post("/login", &[("login", "li"), ("password", PASSWORD)]);
        wait.is(429).shows("秒再试");
        assert_eq!(wait.headers["retry-after"], "10");
        town.site.clock.advance_seconds(10);
        client.post("/login", &[("login", "li"), ("password", PASSWORD)]).is(303);
        client.get("/desk").is(200).shows("演员li");
    });
}

#[test]
fn signing_in_leads_back_to_a_page_of_this_site_only() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut client = town.site.visitor();
        let to = client.get("/desk/units?kind=town").is(303).location().to_owned();
        assert_eq!(to, "/login?to=%2Fdesk%2Funits%3Fkind%3Dtown");
        client.get(&to).is(200);
        let fields = [("login", "li"), ("password", PASSWORD), ("to", "/desk/units?kind=town")];
        assert_eq!(client.post("/login", &fields).location(), "/desk/units?kind=town");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let mut client = town.site.visitor();
            client.get("/login");
            let fields = [("login", "li"), ("password", PASSWORD), ("to", elsewhere)];
            assert_eq!(client.post("/login", &fields).location(), "/desk");
        }
    });
}

#[test]
fn a_session_is_dead_after_signing_out_even_for_who_kept_the_cookie() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut client = town.site.signed_in("li");
        let token = client.cookie(web::SESSION_COOKIE).unwrap().to_owned();
        client.get("/desk").is(200);
        client.post("/logout", &[]).is(303);
        let mut thief = town.site.visitor();
        thief.set_cookie(web::SESSION_COOKIE, &token);
        thief.get("/desk").is(303);
        let mut again = town.site.signed_in("li");
        assert_ne!(again.cookie(web::SESSION_COOKIE), Some(token.as_str()));
        again.get("/desk").is(200);
    });
}

#[test]
fn an_administrator_with_a_temporary_password_cannot_begin_a_preview_either() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/people/new").is(200);
        let root = town.cast.founded.root.as_str();
        let new = [("login", "chen"), ("name", "陈"), ("unit", root), ("role", "administrator")];
        let shown = boss.post("/desk/people/new", &new).is(200).text.clone();
        let password = shown.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let mut chen = town.site.visitor();
        chen.get("/login");
        chen.post("/login", &[("login", "chen"), ("password", &password)]).is(303);
        assert_eq!(chen.get("/desk/view-as").is(303).location(), "/password");
        let preview = [("role", "editor"), ("unit", town.edu.as_str())];
        assert_eq!(chen.post("/desk/view-as", &preview).is(303).location(), "/password");
        chen.get("/password").is(200);
        chen.post("/logout", &[]).is(303);
    });
}

#[test]
fn a_temporary_password_opens_only_the_page_that_changes_it() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/people/new").is(200);
        let shown =
            boss.post("/desk/people/new", &[("login", "chen"), ("name", "陈"), ("unit", ""), ("role", "")]);
        let shown = shown.is(200).text.clone();
        let password = shown.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();

        let mut chen = town.site.visitor();
        chen.get("/login");
        chen.post("/login", &[("login", "chen"), ("password", &password)]).is(303);
        assert_eq!(chen.get("/desk/units").is(303).location(), "/password");
        chen.get("/password").is(200).shows("临时密码");
        let change = |current: &str, new: &str, again: &str| {
            [("current", current.to_owned()), ("password", new.to_owned()), ("again", again.to_owned())]
        };
        let mut send = |fields: [(&str, String); 3]| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            chen.post("/password", &fields)
        };
        send(change(&password, "short", "short")).is(422).shows("密码太短");
        send(change(&password, PASSWORD, "other")).is(422).shows("两次输入的密码不一样");
        send(change("wrong", PASSWORD, PASSWORD)).is(422).shows("现在的密码不对");
        send(change(&password, &password, &password)).is(422).shows("新密码和现在的密码一样");
        send(change(&password, PASSWORD, PASSWORD)).is(303);
        chen.get("/desk/units").is(200);
        town.site.signed_in("chen").get("/desk").is(200);
    });
}

#[test]
fn a_new_password_signs_out_every_other_browser() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let (mut here, mut there) = (town.site.signed_in("li"), town.site.signed_in("li"));
        here.get("/password");
        let new = "other plain words here";
        here.post("/password", &[("current", PASSWORD), ("password", new), ("again", new)]).is(303);
        here.get("/desk").is(200);
        there.get("/desk").is(303);
    });
}

/// A page without what belongs to a session: tokens, the banner, the name in the header.
fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (from, to) in [
        ("<form class=\"viewing\"", "</form>"),
        ("<summary>演员", "</summary>"),
        ("<p class=\"group-name\">演员", "</p>"),
    ] {
        // the header says the name twice: in a row, and in the menu of a narrow screen
        while let Some((before, rest)) = text.split_once(from) {
            let after = rest.split_once(to).unwrap().1;
            text = format!("{before} {after}");
        }
    }
    let mut out = Vec::new();
    for part in text.split('"') {
        // of a session 64 digits; of a form ten for the time before them
        let is_token = matches!(part.len(), 64 | 74) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        out.push(if is_token { "TOKEN" } else { part });
    }
    out.join("\"").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_preview_shows_byte_for_byte_what_the_role_sees() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut real = town.site.signed_in("li");
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/view-as").is(200);
        boss.post("/desk/view-as", &[("role", "editor"), ("unit", town.edu.as_str())]).is(303);
        let own = format!("/desk/units/{}", town.edu);
        let other = format!("/desk/units/{}", town.civil);
        for path in
            ["/desk", "/desk/units", "/desk/units?view=tree", &own, &other, "/desk/people", "/desk/audit"]
        {
            let (seen, previewed) = (real.get(path), boss.get(path));
            assert_eq!(seen.status, previewed.status, "{path}");
            previewed.shows("结束预览");
            assert_eq!(plain(&seen.text), plain(&previewed.text), "{path}");
        }
        boss.get("/desk");
        boss.post("/desk/units/new", &[("name", "x")]).is(403);
        boss.get("/desk");
        boss.post("/password", &[("current", PASSWORD)]).is(409);
        boss.get("/desk");
        boss.post("/desk/view-as/leave", &[]).is(303);
        boss.get("/desk/audit").is(200).shows("开始预览").shows("结束预览");
    });
}

#[test]
fn a_preview_of_nothing_says_what_to_choose() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/view-as");
        boss.post("/desk/view-as", &[("role", ""), ("unit", "")]).is(422).shows("请选择角色");
        boss.post("/desk/view-as", &[("role", "editor"), ("unit", "ghost")])
            .is(422)
            .shows("请选择一个今天存在的单位");
    });
}
