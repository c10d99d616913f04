//! Every page of a district at work: nobody is shut out, nothing is cut, nothing fails to load.

use testkit::{Browser, Settings, Violation, axe, axe_of, serve};

use crate::at_work::AtWork;
use crate::site::pages;

/// What reaches beyond the window, where the page does.
const BEYOND: &str = "const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    const all = [...document.querySelectorAll('body *')];
    const wide = all.filter(element => element.getBoundingClientRect().right > width + 1);
    return wide.map(element => element.outerHTML.slice(0, 120)).slice(0, 8);";

/// The switch of large print, as the server writes it.
const LARGE: &str = "document.documentElement.classList.toggle('large', arguments[0]); return true;";

/// What colours alone can break, and what print alone can.
const OF_COLOUR: [&str; 1] = ["color-contrast"];
const OF_PRINT: [&str; 2] = ["color-contrast", "target-size"];

/// How wide a desk and a phone are.
const DESK: u32 = 1280;
const PHONE: u32 = 320;

/// Browsers that share the pages.
const LOOKING: usize = 2;

#[test]
fn every_page_is_open_to_everybody_in_every_print_colour_and_width() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&db::Target::Sqlite(folder.path().join("qilin.db")));
    let mut admin = district.signed_in("admin");
    let mut all = vec!["/login".to_owned(), "/plan".to_owned()];
    let signed_out = all.len();
    all.extend(pages(&mut admin, &district.patterns()));
    let session = admin.cookie("qilin_session").unwrap().to_owned();
    let router = district.router.clone();
    let served = serve(move |listener| async move {
        web::serve::serve(listener, router, std::future::pending()).await.unwrap();
    });
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let (url, all, session) = (&served.url, &all, &session);
        let looking: Vec<_> = (0..LOOKING)
            .map(|nth| {
                scope.spawn(move || {
                    let browser = Browser::with(url, &Settings { width: DESK, ..Settings::default() });
                    let mine = all.iter().enumerate().filter(|(n, _)| n % LOOKING == nth);
                    let (before, after): (Vec<_>, Vec<_>) = mine.partition(|(n, _)| *n < signed_out);
                    let mut wrong = Vec::new();
                    before.into_iter().for_each(|(_, path)| look(&browser, path, &mut wrong));
                    browser.set_cookie("qilin_session", session);
                    after.into_iter().for_each(|(_, path)| look(&browser, path, &mut wrong));
                    wrong
                })
            })
            .collect();
        looking.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    drop(served);
    district.db.close();
    assert!(wrong.is_empty(), "{} faults on {} pages:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

/// Loads a page once and looks at it in every way: by all rules on a desk and on a phone, by those of
/// colour in the dark, by those of print in large print; and that nothing reaches beyond either window.
fn look(browser: &Browser, path: &str, wrong: &mut Vec<String>) {
    browser.open(path);
    let mut note = |mode: &str, found: Vec<Violation>| {
        wrong.extend(found.iter().map(|violation| format!("{path} ({mode}): {violation}")));
        let beyond = browser.script(BEYOND, &[]);
        if !beyond.is_null() {
            wrong.push(format!("{path} ({mode}): wider than the window: {beyond}"));
        }
    };
    note("desk", axe(browser));
    browser.set_dark(true);
    note("dark", axe_of(browser, &OF_COLOUR));
    browser.set_dark(false);
    browser.script(LARGE, &[true.into()]);
    note("large print", axe_of(browser, &OF_PRINT));
    browser.set_window(PHONE, 800);
    note("large print on a phone", axe_of(browser, &OF_PRINT));
    browser.script(LARGE, &[false.into()]);
    note("phone", axe(browser));
    browser.set_window(DESK, 900);
    wrong.extend(browser.complaints().into_iter().map(|said| format!("{path}: {said}")));
}
