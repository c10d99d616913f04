//! The accounts' pages.

use testkit::{Client, both};

use super::{PASSWORD, STREAMS, Town};

/// The page of the account with a login, from the list.
fn page_of(boss: &mut Client, login: &str) -> String {
    let list = boss.get(&format!("/desk/people?q={login}")).text;
    let id = list.split("<th scope=\"row\"><a href=\"").nth(1).unwrap().split('"').next().unwrap();
    id.to_owned()
}

/// The passwords that a page shows.
fn shown(html: &str) -> Vec<String> {
    html.split("<code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

#[test]
fn an_opened_account_shows_its_password_once_also_when_the_form_is_sent_twice() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/people/new").is(200);
        let fields = [("login", "chen"), ("name", "陈"), ("unit", town.edu.as_str()), ("role", "verifier")];
        let first = boss.post("/desk/people/new", &fields).is(200).text.clone();
        let passwords = shown(&first);
        assert_eq!(passwords.len(), 1);
        boss.get(&page_of(&mut boss_again(&town), "chen"))
            .is(200)
            .shows("核验员")
            .shows("区教育局")
            .hides(&passwords[0]);
        // Another form with the same login is refused.
        boss.get("/desk/people/new");
        boss.post("/desk/people/new", &fields).is(422).shows("已经有人用");
        boss.post("/desk/people/new", &[("login", "no blanks"), ("name", ""), ("unit", ""), ("role", "")])
            .is(422)
            .shows("请填写姓名");
        boss.post("/desk/people/new", &[("login", "wu"), ("name", "吴"), ("unit", ""), ("role", "editor")])
            .is(422)
            .shows("有角色就要写明");
    });
}

fn boss_again(town: &Town) -> Client {
    town.site.signed_in("boss")
}

#[test]
fn the_same_form_sent_twice_shows_the_same_password() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let page = boss.get("/desk/people/new").text;
        let once =
            page.rsplit_once("name=\"_once\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let csrf =
            page.rsplit_once("name=\"_csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let body = format!("_csrf={csrf}&_once={once}&login=chen&name=%E9%99%88&unit=&role=");
        let mut send = || {
            let kind = "application/x-www-form-urlencoded";
            let answer = boss.send(http::Method::POST, "/desk/people/new", kind, body.clone().into_bytes());
            shown(&answer.is(200).text)
        };
        let first = send();
        assert_eq!(first.len(), 1);
        assert_eq!(send(), first);
    });
}

#[test]
fn a_disabled_person_is_out_at_once_and_comes_back_with_a_temporary_password() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let (mut boss, mut li) = (town.site.signed_in("boss"), town.site.signed_in("li"));
        li.get("/desk").is(200);
        let page = page_of(&mut boss, "li");
        boss.get(&page).is(200).shows("停用账号");
        boss.post(&format!("{page}/disablement"), &[("seen", "1")]).is(303);
        li.get("/desk").is(303);
        li.get("/login");
        li.post("/login", &[("login", "li"), ("password", PASSWORD)]).is(422).shows("登录名或密码不对");
        boss.get(&page).shows("已停用").shows("重新启用");
        let enabled = boss.post(&format!("{page}/temporary-password"), &[("seen", "2")]).is(200).text.clone();
        let password = shown(&enabled).remove(0);
        li.post("/login", &[("login", "li"), ("password", &password)]).is(303);
        assert_eq!(li.get("/desk").is(303).location(), "/password");
        boss.get(&page);
        boss.post(&format!("{page}/temporary-password"), &[("seen", "1")]).is(409).shows("别人刚刚改过");
    });
}

#[test]
fn roles_are_given_and_ended_on_the_accounts_page() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let (mut boss, mut li) = (town.site.signed_in("boss"), town.site.signed_in("li"));
        let page = page_of(&mut boss, "li");
        li.get(&format!("/desk/units/{}", town.civil)).is(404);
        boss.get(&page);
        boss.post(&format!("{page}/roles"), &[("role", ""), ("role_unit", "")]).is(422).shows("请选择角色");
        boss.post(&format!("{page}/roles"), &[("role", "viewer"), ("role_unit", town.civil.as_str())])
            .is(303);
        li.get(&format!("/desk/units/{}", town.civil)).is(200);
        let html = boss.get(&page).text;
        let end = html
            .split("action=\"")
            .filter_map(|part| part.split('"').next())
            .find(|path| path.ends_with("/end"));
        boss.post(end.unwrap(), &[]).is(303);
        boss.get(&page);
        boss.post(&page, &[("seen", "1"), ("name", "李老师"), ("unit", town.civil.as_str())]).is(303);
        boss.get(&page).shows("<h1>李老师</h1>").shows("收回角色");
    });
}

#[test]
fn accounts_come_from_a_table_all_or_none_and_twice_changes_nothing() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let header = "登录名,姓名,所在单位,角色\r\n";
        let bad = format!(
            "{header}zhao,赵,麒麟区教育局,录入员\r\nqian,钱,区教体局,录入员\r\nsun,孙,,校长\r\nli li,李,,\r\nzhou,周,,viewer\r\n"
        );
        boss.get("/desk/people/import").is(200).shows("管理员");
        let refused = boss.upload("/desk/people/import", &[], &[("file", "p.csv", bad.as_bytes())]);
        refused
            .is(422)
            .shows("第 3 行，“所在单位”：没有叫“区教体局”的单位，是不是：区教育局")
            .shows("第 4 行，“角色”：没有“校长”这个角色")
            .shows("第 5 行，“登录名”")
            .shows("第 6 行，“所在单位”：有角色就要写明在哪个单位");
        boss.get("/desk/people").hides("zhao");

        let good = format!("{header}zhao,赵,区教育局,录入员\r\nzhao,赵,区民政局,查看者\r\nqian,钱,,\r\n");
        boss.get("/desk/people/import");
        let done = boss.upload("/desk/people/import", &[], &[("file", "p.csv", good.as_bytes())]);
        let passwords = shown(&done.is(200).shows("新开 2 个账号，新增角色 1 个").text);
        assert_eq!(passwords.len(), 2);
        // The page's own list comes as a file.
        let list = format!("zhao\t赵\t{}\nqian\t钱\t{}", passwords[0], passwords[1]);
        let csv = boss.post("/desk/people/passwords", &[("list", &list), ("format", "csv")]);
        csv.is(200).shows(&passwords[0]).shows("临时密码");
        boss.get("/desk/people/import");
        let again = boss.upload("/desk/people/import", &[], &[("file", "p.csv", good.as_bytes())]);
        assert!(shown(&again.is(200).shows("没有变化：表格里的 3 行").text).is_empty());
        let mut zhao = town.site.visitor();
        zhao.get("/login");
        zhao.post("/login", &[("login", "zhao"), ("password", &passwords[0])]).is(303);
        // What was exported comes back without a change.
        let exported = boss.get("/desk/people?format=csv").bytes;
        boss.get("/desk/people/import");
        boss.upload("/desk/people/import", &[], &[("file", "p.csv", &exported)]).is(200).shows("没有变化");
    });
}

#[test]
fn only_administrators_open_the_accounts_pages() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let page = page_of(&mut boss, "li");
        for login in ["kexie", "li"] {
            let mut client = town.site.signed_in(login);
            for path in [
                "/desk/people", "/desk/people/new", "/desk/people/import", &page, "/desk/audit",
                "/desk/settings",
            ] {
                client.get(path).is(403);
            }
        }
        boss.get("/desk/people/nobody").is(404);
    });
}

#[test]
fn more_new_accounts_than_can_be_hashed_at_once_are_asked_for_in_parts() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let lines: String = (0..301).map(|n| format!("user{n},某某,,\r\n")).collect();
        let table = format!("登录名,姓名,所在单位,角色\r\n{lines}");
        boss.get("/desk/people/import");
        let refused = boss.upload("/desk/people/import", &[], &[("file", "p.csv", table.as_bytes())]);
        refused.is(422).shows("一次最多新开 300 个账号，表格里有 301 个");
    });
}

#[test]
fn a_table_sent_again_after_a_lost_answer_shows_the_passwords_that_it_made() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let table = "登录名,姓名,所在单位,角色\r\nli,演员li,区教育局,\r\nchen,陈,区教育局,录入员\r\nChen,陈,区教育局,\r\n";
        let page = boss.get("/desk/people/import").text;
        let hidden = |name: &str| {
            let (_, rest) = page.rsplit_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let part = |head: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name={head}\r\n\r\n{text}\r\n")
        };
        let body = part("\"_csrf\"", &hidden("_csrf"))
            + &part("\"_once\"", &hidden("_once"))
            + &part("\"file\"; filename=\"p.csv\"", table)
            + "--b--\r\n";
        let mut send = || -> Vec<String> {
            let (path, kind) = ("/desk/people/import", "multipart/form-data; boundary=b");
            let answer = boss.send(http::Method::POST, path, kind, body.clone().into_bytes());
            let shown = answer.is(200).text.clone();
            shown.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
        };
        let first = send();
        assert_eq!(first.len(), 1);
        let again = send();
        assert_eq!(again, first);
    });
}

#[test]
fn of_very_many_problems_the_first_are_said_and_the_rest_counted() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        let lines: String = (0..150).map(|n| format!("li,另一个人{n},,\r\n")).collect();
        let table = format!("登录名,姓名,所在单位,角色\r\n{lines}");
        boss.get("/desk/people/import");
        let answer = boss.upload("/desk/people/import", &[], &[("file", "p.csv", table.as_bytes())]);
        answer.is(422).shows("第 101 行").hides("第 102 行").shows("另外还有 50 处");
        let lines: String = (0..5_001).map(|n| format!("单位{n},学校,,2025-01-01\r\n")).collect();
        let table = format!("单位名称,单位类型,上级单位,起始日期\r\n{lines}");
        boss.get("/desk/units/import");
        let answer = boss.upload("/desk/units/import", &[], &[("file", "u.csv", table.as_bytes())]);
        answer.is(422).shows("一次最多导入 5000 行");
    });
}

#[test]
fn the_districts_own_unit_bears_the_name_of_the_settings() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/settings");
        let new = [("name", "沾益区"), ("code", "530303"), ("audit_days", "200"), ("seen", "1")];
        boss.post("/desk/settings", &new).is(303);
        let root = format!("/desk/units/{}", town.cast.founded.root.as_str());
        boss.get(&root).is(200).shows("沾益区").shows("530303");
    });
}

#[test]
fn a_role_that_there_is_not_opens_no_account_without_it() {
    both(STREAMS, |db| {
        let town = Town::of(db);
        let mut boss = town.site.signed_in("boss");
        boss.get("/desk/people/new");
        let new = [("login", "chen"), ("name", "陈"), ("unit", town.edu.as_str()), ("role", "king")];
        boss.post("/desk/people/new", &new).is(422).shows("没有“king”这个角色");
        boss.get("/desk/people").hides("chen");
    });
}
