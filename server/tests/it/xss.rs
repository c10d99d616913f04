//! Words that want to run: five hundred of them through every field that takes words, then every
//! page in a real browser.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use db::Target;
use testkit::{Browser, Client, Settings, serve};

use crate::at_work::AtWork;
use crate::site::{Found, forms, kind, links, pages};

/// What runs, were it markup; `RUN` is the mark that it would leave.
const VECTORS: [&str; 32] = [
    "<script>RUN</script>",
    "<ScRiPt >RUN</sCrIpT>",
    "<script src=data:,RUN></script>",
    "<img src=x onerror=RUN>",
    "<img/src=`x`onerror=RUN>",
    "<svg onload=RUN>",
    "<svg/onload=RUN//",
    "<svg><script>RUN</script></svg>",
    "<body onload=RUN>",
    "<iframe srcdoc='<script>RUN</script>'>",
    "<iframe src=javascript:RUN>",
    "<a href=javascript:RUN>",
    "<a href=\"java\tscript:RUN\">",
    "<details open ontoggle=RUN>",
    "<input autofocus onfocus=RUN>",
    "<video><source onerror=RUN>",
    "<audio src onerror=RUN>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=RUN>",
    "<object data=javascript:RUN>",
    "<embed src=javascript:RUN>",
    "<form action=javascript:RUN><button>",
    "<button formaction=javascript:RUN>",
    "<meta http-equiv=refresh content='0;javascript:RUN'>",
    "<link rel=stylesheet href=javascript:RUN>",
    "<base href=//evil.example>",
    "<marquee onstart=RUN>",
    "<style>@import 'javascript:RUN'</style>",
    "<template><img src=x onerror=RUN></template>",
    "<!--><img src=x onerror=RUN>-->",
    "<noscript><p title='</noscript><img src=x onerror=RUN>'>",
    "javascript:RUN//",
    "{{constructor.constructor('RUN')()}}",
];

/// Where they break out of.
const AROUND: [(&str, &str); 16] = [
    ("", ""),
    ("\">", ""),
    ("'>", ""),
    ("</textarea>", ""),
    ("</title>", ""),
    ("</option></select>", ""),
    ("</script>", ""),
    ("-->", ""),
    ("\" autofocus onfocus=RUN x=\"", ""),
    ("' onmouseover=RUN x='", ""),
    ("</style>", ""),
    ("]]>", ""),
    ("&#34;>", ""),
    ("%22%3E", ""),
    ("\\\">", ""),
    ("${RUN}`;", "//"),
];

fn corpus() -> Vec<String> {
    let all = AROUND
        .iter()
        .flat_map(|(before, after)| VECTORS.iter().map(move |vector| format!("{before}{vector}{after}")));
    let all = all.enumerate().map(|(n, words)| words.replace("RUN", &format!("xss({n})")));
    all.collect()
}

/// How many words go into a field at once.
const AT_ONCE: usize = 16;

/// What is sent to the form of a number: every word in company, so that each field answers to all of
/// them, and each vector alone, broken out of another place for each form, short enough to be kept.
fn sendings(corpus: &[String], form: usize) -> Vec<Vec<&str>> {
    let company = corpus.chunks(AT_ONCE).map(|some| some.iter().map(String::as_str).collect());
    let alone = (0..VECTORS.len()).map(|vector| {
        let around = (vector + form) % AROUND.len();
        vec![corpus[around * VECTORS.len() + vector].as_str()]
    });
    company.chain(alone).collect()
}

/// Whether the words stand in the page as they were typed, where they would be markup.
fn stands_raw(page: &str, words: &str) -> bool {
    words.contains(['<', '"', '\'']) && page.contains(words)
}

/// One form of each kind that takes words, with the page that it stands on.
fn forms_with_words(client: &mut Client, patterns: &[&str], all: &[&str]) -> Vec<(String, Found)> {
    let mut found: BTreeMap<String, (String, Found)> = BTreeMap::new();
    for path in pages(client, patterns) {
        let page = client.get(&path);
        for form in forms(&page, &path, "甲").into_iter().filter(|form| !form.texts.is_empty()) {
            let (pattern, step) = kind(&form.action, all);
            found.insert(format!("{pattern} {step} {}", form.texts.join(" ")), (path.clone(), form));
        }
    }
    found.into_values().collect()
}

/// What would shut the sender out.
fn shuts_out(action: &str) -> bool {
    ["password", "/roles", "/login"].iter().any(|part| action.contains(part))
}

#[test]
fn five_hundred_words_that_want_to_run_through_every_field_run_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let district = AtWork::at(&Target::Sqlite(folder.path().join("qilin.db")));
    let all: Vec<&str> = district.app.routes().iter().map(|route| route.path).collect();
    let mut admin = district.signed_in("admin");
    let corpus = corpus();
    assert!(corpus.len() >= 500 && corpus.iter().collect::<BTreeSet<_>>().len() == corpus.len());
    let forms = forms_with_words(&mut admin, &district.patterns(), &all);
    let fields: usize = forms.iter().map(|(_, form)| form.texts.len()).sum();
    assert!(fields > 50, "only {fields} fields take words");
    let (mut sent, mut kept) = (0, 0);
    for (nth, (page, form)) in forms.iter().filter(|(_, form)| !shuts_out(&form.action)).enumerate() {
        admin.get(page);
        for words in sendings(&corpus, nth) {
            sent += 1;
            admin.set_once(&format!("{sent:032}"));
            let typed = words.join("\n");
            let fields: Vec<(&str, &str)> = form
                .fields
                .iter()
                .map(|(name, value)| {
                    (name.as_str(), if form.texts.contains(name) { typed.as_str() } else { value })
                })
                .collect();
            let answer = if form.multipart {
                admin.upload(&form.action, &fields, &[])
            } else {
                admin.post(&form.action, &fields)
            };
            assert!(answer.status.as_u16() < 500, "{} with {typed}: {}", form.action, answer.status);
            for one in words {
                assert!(!stands_raw(&answer.text, one), "{} answers with {one}", form.action);
            }
            kept += usize::from(answer.status.as_u16() == 303);
        }
    }
    assert!(kept > forms.len(), "only {kept} of {sent} sendings were kept");
    eprintln!("{} forms, {fields} fields, {} words, {kept} kept", forms.len(), corpus.len());
    let visited = every_page(&mut admin);
    let session = admin.cookie("qilin_session").unwrap().to_owned();
    let router = district.router.clone();
    let served = serve(move |listener| async move {
        web::serve::serve(listener, router, std::future::pending()).await.unwrap();
    });
    let browser = Browser::with(&served.url, &Settings::default());
    browser.open("/login");
    browser.set_cookie("qilin_session", &session);
    let mut wrong = Vec::new();
    for path in &visited {
        browser.open(path);
        let made = "return [...document.querySelectorAll('[onerror],[onload],[onfocus],[onmouseover],[ontoggle],[onstart],[href^=javascript],[action^=javascript],main script,main iframe,main base,main style')].map(e => e.outerHTML.slice(0, 99))";
        let made = browser.script(made, &[]);
        if made.as_array().is_some_and(|made| !made.is_empty()) {
            wrong.push(format!("{path}: {made}"));
        }
        wrong.extend(browser.complaints().into_iter().map(|said| format!("{path}: {said}")));
    }
    drop(served);
    district.db.close();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pages that can be reached: of each shape one, and two that hold the words.
fn every_page(client: &mut Client) -> Vec<String> {
    let mut waiting: VecDeque<String> = ["/desk", "/plan"].map(str::to_owned).into();
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    // of a shape: read, to be opened, of these with words
    let mut shapes: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut with_words = 0;
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let of = path.split('?').next().unwrap_or_default();
        let shape: String = of.split('/').map(|part| if part.len() == 26 { "/*" } else { part }).collect();
        let (read, opened, held) = shapes.entry(shape).or_default();
        *read += 1;
        if *read > 8 || path.contains("format=") {
            continue;
        }
        let page = client.get(&path);
        let is_page =
            page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page || page.status != 200 {
            continue;
        }
        let holds = page.text.contains("xss(");
        with_words += usize::from(holds);
        assert!(!page.text.contains("<script>xss("), "{path}");
        waiting.extend(links(&page).into_iter().filter(|link| seen.insert(link.clone())));
        if *opened == 0 || (holds && *held < 2) {
            *opened += 1;
            *held += usize::from(holds);
            found.push(path);
        }
    }
    assert!(with_words > 5, "the words stand on {with_words} pages only");
    found
}
