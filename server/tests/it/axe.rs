//! Every page of a district at work: nobody is shut out, nothing is cut, nothing fails to load.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::Router;
use db::{Db, Target};
use http::Method;
use kernel::{Caller, FixedClock, SeededRng};
use people::accounts;
use plan::actions::documents::{self, Received};
use plan::actions::plans;
use server::compose::{self, Parts};
use server::demo::{self, data::PLAN};
use testkit::{Answer, Browser, Client, Settings, axe, serve};

const PASSWORD: &str = "korrekt-pferd-2025";

/// Addresses that give a file, a program's answer, or a page that is not for who is signed in.
const NO_PAGES: [&str; 9] = [
    "/", "/api/plan.json", "/desk/deliveries/template", "/desk/plan/documents/{id}/file",
    "/desk/proofs/{id}", "/healthz", "/login", "/preferences", "/setup",
];

/// What reaches beyond the window, where the page does.
const BEYOND: &str = "const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    const all = [...document.querySelectorAll('body *')];
    const wide = all.filter(element => element.getBoundingClientRect().right > width + 1);
    return wide.map(element => element.outerHTML.slice(0, 120)).slice(0, 8);";

/// How a page is looked at.
struct Mode {
    name: &'static str,
    width: u32,
    large: bool,
    dark: bool,
}

const MODES: [Mode; 4] = [
    Mode { name: "normal", width: 1280, large: false, dark: false },
    Mode { name: "large print", width: 1280, large: true, dark: false },
    Mode { name: "dark", width: 1280, large: false, dark: true },
    Mode { name: "320 px", width: 320, large: false, dark: false },
];

#[test]
fn every_page_is_open_to_everybody_in_every_print_colour_and_width() {
    let folder = tempfile::tempdir().unwrap();
    let (db, app, router) = district(&folder);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut admin = Client::new(&router, runtime.handle());
    admin.get("/login").is(200);
    admin.post("/login", &[("login", "admin"), ("password", PASSWORD)]).is(303);
    let patterns: Vec<&str> =
        app.routes().iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect();
    let pages = pages(&mut admin, &patterns);
    let session = admin.cookie("qilin_session").unwrap().to_owned();
    let served = serve(move |listener| async move {
        web::serve::serve(listener, router, std::future::pending()).await.unwrap();
    });
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let (url, pages, session) = (&served.url, &pages, &session);
        let looking: Vec<_> =
            MODES.iter().map(|mode| scope.spawn(move || walk(url, pages, session, mode))).collect();
        looking.into_iter().flat_map(|mode| mode.join().unwrap()).collect()
    });
    drop(served);
    db.close();
    assert!(wrong.is_empty(), "{} faults on {} pages:\n{}", wrong.len(), pages.len(), wrong.join("\n"));
}

/// The demonstration at a small scale, with the plan of the next period in force as well and a new
/// version of the first that waits for confirmation.
fn district(folder: &tempfile::TempDir) -> (Db, Arc<web::App>, Router) {
    let db = compose::open(&Target::Sqlite(folder.path().join("qilin.db"))).unwrap();
    demo::load(&db, 3, PASSWORD, &(Arc::new(|_, _, _| {}) as demo::Progress)).unwrap();
    let clock = Arc::new(FixedClock::at("2025-12-30"));
    let by_clock = clock.clone();
    let next = PLAN.replace("2021—2025", "2026—2030").replace("到2025年", "到2030年");
    let draft = PLAN.replace("区水务局", "区水利水电局").replace("达到15%", "达到16%");
    let texts = [("next.txt", next), ("draft.txt", draft)];
    let read = texts.map(|(name, text)| (name, documents::understand(name, text.as_bytes()), text));
    db.write_now(move |tx| {
        let district = people::district(tx)?.unwrap().id;
        let admin = accounts::find_by_login(tx, &district, "admin")?.unwrap();
        let on = kernel::Clock::today(&*by_clock);
        let actor = accounts::actor(tx, &district, &admin.id, on)?.unwrap();
        let rng = Arc::new(SeededRng::new(31));
        let by = Caller {
            actor,
            clock: by_clock.clone(),
            rng,
            seal: Arc::new(kernel::Unsealed),
            address: String::new(),
        };
        for (name, outcome, text) in &read {
            let (Received::New(document) | Received::Known(document)) =
                documents::receive(tx, &by, name, text.as_bytes())?;
            let plan = documents::finish(tx, &by, &document, outcome)?.unwrap();
            if *name == "next.txt" {
                plans::publish(tx, &by, &plan, 1)?;
            }
        }
        Ok(())
    })
    .unwrap();
    let parts = Parts {
        db: db.clone(),
        clock,
        rng: Arc::new(SeededRng::new(32)),
        seal: Arc::new(kernel::Unsealed),
        secure: false,
        proxies: Vec::new(),
        setup_code: String::new(),
    };
    let (app, router) = compose::router(parts).unwrap();
    (db, app, router)
}

/// One address of every page, found by following links: a page that nothing leads to is a fault.
/// Of deliveries one in each state, of a unit each of its steps, of a draft each of its forms.
fn pages(client: &mut Client, patterns: &[&str]) -> Vec<String> {
    let mut starts = vec!["/desk".to_owned(), "/plan".to_owned()];
    for state in ["draft", "returned", "submitted", "verified", "withdrawn"] {
        let list = client.get(&format!("/desk/deliveries?state={state}"));
        let first = links(&list).into_iter().find(|link| kind(link, patterns).0 == "/desk/deliveries/{id}");
        starts.extend(first);
    }
    let mut waiting: VecDeque<String> = starts.iter().cloned().collect();
    let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let page = client.get(&path);
        let is_page =
            page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page || page.status != 200 {
            continue;
        }
        found.push(path);
        for link in links(&page) {
            let kind = kind(&link, patterns);
            if !kind.0.is_empty() && !known.contains_key(&kind) && !starts.contains(&link) {
                known.insert(kind, link.clone());
                waiting.push_back(link);
            }
        }
    }
    let reached = |pattern: &&&str| !found.iter().any(|path| kind(path, patterns).0 == **pattern);
    let lost: Vec<&&str> =
        patterns.iter().filter(reached).filter(|pattern| !NO_PAGES.contains(pattern)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}; found {found:?}");
    found
}

/// The route that answers an address, and what makes its page another one.
fn kind(path: &str, patterns: &[&str]) -> (String, String) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &&&str| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    // a written word beats a place for any word
    let pattern = patterns.iter().filter(fits).min_by_key(|pattern| pattern.matches('{').count());
    let pattern = pattern.copied().unwrap_or_default();
    let step = if pattern.ends_with("{step}") { parts.last().copied().unwrap_or_default() } else { "" };
    let form = if pattern == "/desk/plan/versions/{id}" {
        match query.split_once('=') {
            Some(("edit", what @ ("head" | "new-item" | "new-target"))) => what,
            Some((name, _)) => name,
            None => "",
        }
    } else {
        step
    };
    (pattern.to_owned(), form.to_owned())
}

fn links(page: &Answer) -> Vec<String> {
    let hrefs = page.text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let here = hrefs.filter(|href| href.starts_with('/') && !href.contains("format="));
    let here = here.map(|href| href.replace("&amp;", "&").replace("&#38;", "&"));
    here.map(|href| href.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// Opens every page in one browser; returns what is wrong.
fn walk(url: &str, pages: &[String], session: &str, mode: &Mode) -> Vec<String> {
    let browser = Browser::with(url, &Settings { width: mode.width, ..Settings::default() });
    browser.open("/login");
    browser.set_cookie("large", if mode.large { "1" } else { "0" });
    browser.set_dark(mode.dark);
    let mut wrong = Vec::new();
    let public = ["/login".to_owned(), "/plan".to_owned()];
    for (n, path) in public.iter().chain(pages).enumerate() {
        if n == public.len() {
            browser.set_cookie("qilin_session", session);
        }
        browser.open(path);
        let mut note = |fault: String| wrong.push(format!("{path} ({}): {fault}", mode.name));
        axe(&browser).iter().for_each(|violation| note(violation.to_string()));
        let beyond = browser.script(BEYOND, &[]);
        if !beyond.is_null() {
            note(format!("wider than the window: {beyond}"));
        }
        browser.complaints().into_iter().for_each(note);
    }
    wrong
}
