//! What no change may break: permissions, columns, catalogues, the two schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use http::Method;
use kernel::{Permission, Role};
use server::compose;
use web::Locale;

use crate::support::Town;

const CAST: [&str; 6] = ["admin", "coordinator", "editor", "verifier", "community_worker", "viewer"];

fn role_of(login: &str) -> Role {
    match login {
        "admin" => Role::Administrator,
        other => Role::parse(other).unwrap(),
    }
}

fn lets_in(permission: Permission, login: Option<&str>) -> bool {
    match (permission, login) {
        (Permission::Public, _) => true,
        (Permission::SignedIn, login) => login.is_some(),
        (Permission::Roles(_), None) => false,
        (Permission::Roles(roles), Some(login)) => roles.contains(&role_of(login)),
    }
}

/// A path whose parameters name nothing that is there.
pub fn concrete(path: &str) -> String {
    let parts =
        path.split('/').map(|part| if part.starts_with('{') { "01NOTHINGOFTHATNAME0000000" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Those that end or begin the very sessions that the test asks with.
const SESSIONS: [&str; 3] = ["/login", "/logout", "/setup"];

#[test]
fn every_route_lets_in_whom_its_permission_names_and_nobody_else() {
    let town = Town::new();
    let mut visitors: Vec<(Option<&str>, testkit::Client)> = vec![(None, town.visitor())];
    visitors.extend(CAST.iter().map(|login| (Some(*login), town.signed_in(login))));
    let mut wrong = Vec::new();
    for route in town.app.routes() {
        let path = concrete(route.path);
        let get = route.method == Method::GET;
        if !get && SESSIONS.contains(&route.path) {
            continue;
        }
        for (login, client) in &mut visitors {
            let answer = if get {
                client.get(&path)
            } else {
                // With the secret of a form of theirs, so that only the permission can stand in the way.
                client.get(if login.is_some() { "/desk" } else { "/login" }).is(200);
                client.post(&path, &[])
            };
            let status = answer.status.as_u16();
            // A standard of its own, with its own refusals: it is open to everybody and asks for a key.
            if !get && route.path.starts_with("/open311/") && status == 403 {
                continue;
            }
            let right = match (lets_in(route.permission, *login), login.is_some()) {
                (true, _) if get => {
                    matches!(status, 200 | 303 | 404 | 422) && !answer.location().starts_with("/login?")
                }
                (true, _) => matches!(status, 200 | 303 | 404 | 409 | 422),
                (false, true) => status == 403 && answer.text.contains("这一步不由您办理"),
                (false, false) if get && !route.path.starts_with("/api/") => {
                    answer.location().starts_with("/login?")
                }
                (false, false) => status == 401,
            };
            if !right {
                wrong.push(format!(
                    "{} {} as {login:?}: {status} {} {}",
                    route.method,
                    route.path,
                    answer.location(),
                    answer.readable()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_address_with_a_nul_is_a_fault_of_ours() {
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    for route in town.app.routes().iter().filter(|route| route.method == Method::GET) {
        let parts: Vec<&str> = route.path.split('/').collect();
        let with_nul: Vec<&str> =
            parts.iter().map(|part| if part.starts_with('{') { "%00" } else { part }).collect();
        let names = ["q", "from", "to", "unit", "plan", "who", "purpose", "year", "page", "on", "sort"];
        let queries = names.map(|name| format!("{}?{name}=%00", concrete(route.path)));
        for path in queries.into_iter().chain([with_nul.join("/")]) {
            let status = admin.get(&path).status.as_u16();
            assert!(status < 500, "{path}: {status}");
        }
    }
}

#[test]
fn no_change_can_be_made_by_get_or_from_another_site() {
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    let gets: BTreeSet<&str> = town
        .app
        .routes()
        .iter()
        .filter(|route| route.method == Method::GET)
        .map(|route| route.path)
        .collect();
    for route in town.app.routes().iter().filter(|route| route.method == Method::POST) {
        let path = concrete(route.path);
        if !gets.contains(route.path) {
            assert!(matches!(admin.get(&path).status.as_u16(), 404 | 405), "GET {path}");
        }
        admin.headers = vec![("origin", "https://evil.example".to_owned())];
        assert_eq!(admin.post(&path, &[]).status.as_u16(), 403, "{path} from another origin");
        admin.headers.clear();
    }
}

#[test]
fn a_refused_change_leads_back_to_a_page_when_language_or_print_is_changed() {
    let town = Town::new();
    let mut admin = town.signed_in("admin");
    let routes = town.app.routes();
    let shown = |path: &str| routes.iter().any(|route| route.method == Method::GET && route.path == path);
    let mut walked = 0;
    for route in routes.iter().filter(|route| route.method == Method::POST && !shown(route.path)) {
        if route.path == "/logout" {
            continue;
        }
        for referer in ["", "http://qilin.test/desk/units", "http://evil.example/desk"] {
            admin.headers = vec![("referer", referer.to_owned())];
            let refused = admin.post(&concrete(route.path), &[]);
            admin.headers.clear();
            let Some((_, link)) = refused.text.split_once("/preferences?") else { continue };
            let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
            let chosen = admin.get(&format!("/preferences?{link}"));
            assert_eq!(admin.follow(&chosen).status.as_u16(), 200, "{} by {}", route.path, chosen.location());
            walked += 1;
        }
    }
    assert!(walked > 60, "only {walked} refusals were followed");
}

fn columns_of(db: &db::Db) -> BTreeSet<(String, String)> {
    let own = ["schema_migration", "sequence"];
    let all = db.schema().unwrap().into_iter().filter(|column| !own.contains(&column.table.as_str()));
    all.map(|column| (column.table, column.column)).collect()
}

#[test]
fn every_column_is_classified() {
    let town = Town::new();
    let classified: BTreeSet<(String, String)> = compose::columns()
        .unwrap()
        .into_iter()
        .map(|column| {
            let known = ["public", "members", "staff", "secret"];
            assert!(
                known.contains(&column.class.as_str()),
                "{}.{}: {}",
                column.table,
                column.name,
                column.class
            );
            (column.table, column.name)
        })
        .collect();
    let real = columns_of(&town.db);
    assert_eq!(
        real.difference(&classified).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not classified"
    );
    assert_eq!(
        classified.difference(&real).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "no such column"
    );
}

#[test]
fn both_databases_get_the_same_schema() {
    let schemas = std::cell::RefCell::new(Vec::new());
    testkit::both(&compose::streams(), |db| schemas.borrow_mut().push(columns_of(db)));
    let schemas = schemas.into_inner();
    assert!(schemas.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Files of the crates that speak to people, with their texts.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut folders = vec![
        root.join("kit/web/src"),
        root.join("kit/jobs/src"),
        root.join("contexts"),
        root.join("server/src"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "tests" | "target" | "migrations" | "locales") {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") || name.ends_with(".html") {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// The texts between `before` and the next quote.
fn quoted<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn catalogue(locale: Locale) -> Vec<String> {
    let mut keys = web::message_keys(web::own_words(locale));
    for module in compose::modules() {
        for (of, text) in module.words {
            if *of == locale {
                keys.extend(web::message_keys(text));
            }
        }
    }
    keys
}

#[test]
fn both_catalogues_hold_the_same_keys() {
    let sorted = |locale| catalogue(locale).into_iter().collect::<BTreeSet<String>>();
    let (zh, en) = (sorted(Locale::Zh), sorted(Locale::En));
    assert_eq!(zh.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "not in English");
    assert_eq!(en.difference(&zh).collect::<Vec<_>>(), Vec::<&String>::new(), "not in Chinese");
}

#[test]
fn every_job_and_every_turn_of_the_clock_has_words_for_those_who_see_it_fail() {
    let keys: BTreeSet<String> = catalogue(Locale::Zh).into_iter().collect();
    let modules = compose::job_modules();
    let jobs = modules.iter().flat_map(|module| module.jobs.iter().map(|kind| kind.name));
    let turns = modules.iter().flat_map(|module| module.schedule.iter().map(|turn| turn.name));
    let key = |name: &str| format!("job-{}", name.replace('.', "-"));
    let missing: Vec<&str> = jobs.chain(turns).filter(|name| !keys.contains(&key(name))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_kind_of_message_has_its_sentence_and_a_name_without_titles() {
    let keys: BTreeSet<String> = catalogue(Locale::Zh).into_iter().collect();
    let mut kinds = BTreeSet::new();
    for (_, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let tells = code.contains("MessageKind");
        for before in ["MessageKind { name: \"", "calm(\"", "unit(\"", "association(\""] {
            let named = quoted(code, before).into_iter().filter(|name| tells && name.contains('.'));
            kinds.extend(named.map(|name| name.replace('.', "-")));
        }
    }
    assert!(kinds.len() > 20, "only {kinds:?}");
    let lacks =
        |kind: &&String| ["message", "message-kind"].iter().any(|of| !keys.contains(&format!("{of}-{kind}")));
    let missing: Vec<&String> = kinds.iter().filter(lacks).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_sentence_that_the_code_names_is_in_the_catalogue() {
    let keys: BTreeSet<String> = catalogue(Locale::Zh).into_iter().collect();
    let mut missing = BTreeMap::new();
    for (file, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for before in ["Problem::new(\"", "cx.t(\"", "cx.with(\""] {
            for key in quoted(code, before) {
                // A key that ends in a hyphen is the beginning of one that is put together.
                if !keys.contains(key) && !key.ends_with('-') && !key.ends_with('_') {
                    missing.insert(key.to_owned(), file.clone());
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_sentence_of_the_catalogue_is_used() {
    let sources = sources();
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    // Beginnings of keys that the code puts together: "role-{}", "group-" and the like.
    let mut beginnings: Vec<&str> = Vec::new();
    for piece in all.split('"') {
        if let Some((start, _)) = piece.split_once("-{").or_else(|| piece.split_once("_{")) {
            beginnings.push(start);
        }
        if let Some(start) = piece.strip_suffix('-') {
            beginnings.push(start);
        }
    }
    beginnings.retain(|start| {
        start.len() > 2 && start.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    });
    let mut unused = Vec::new();
    for key in catalogue(Locale::Zh) {
        let base = key.strip_suffix("-hint").unwrap_or(&key);
        let named = all.contains(&format!("\"{key}\"")) || all.contains(&format!("\"{base}\""));
        if !named && !beginnings.iter().any(|start| key.starts_with(start)) {
            unused.push(key);
        }
    }
    assert!(unused.is_empty(), "{unused:#?}");
}
