//! Every page of a district at work: nobody is shut out, nothing is cut, nothing fails to load.

use testkit::{Browser, Settings, axe, serve};

use crate::at_work::AtWork;
use crate::site::pages;
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
    let district = AtWork::at(&db::Target::Sqlite(folder.path().join("qilin.db")));
    let mut admin = district.signed_in("admin");
    let pages = pages(&mut admin, &district.patterns());
    let session = admin.cookie("qilin_session").unwrap().to_owned();
    let router = district.router.clone();
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
    district.db.close();
    assert!(wrong.is_empty(), "{} faults on {} pages:\n{}", wrong.len(), pages.len(), wrong.join("\n"));
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
