//! The pages of the evidence, one file each, its template beside it.

pub mod area;
pub mod attestations;
pub mod closes;
pub mod deliveries;
pub mod entries;
pub mod figures;
pub mod indicators;
mod life;
pub mod log;
pub mod names;
pub mod photo;
pub mod rules;
pub mod todos;

use kernel::{Permission, Problem, Refusal, Role};
use web::{Form, Module, NavGroup, NavItem, Routes};

use crate::photo::{MAX_BYTES, Photo, examine};
use crate::rules::{RECORDERS, RULE_KEEPERS, VERIFIERS};

/// Room for one photo and the fields around it, with some air so that a photo that is a little too
/// large is refused beside its field.
const UPLOAD: usize = MAX_BYTES + (8 << 20);

const ANYONE: Permission = Permission::SignedIn;
const SETTINGS: Permission = Permission::Roles(&[Role::Administrator]);
const RECORD: Permission = Permission::Roles(RECORDERS);
pub(crate) const VERIFY: Permission = Permission::Roles(VERIFIERS);
/// What counts is written by those who run the district.
pub(crate) const KEEP_RULES: Permission = Permission::Roles(RULE_KEEPERS);
/// A draft is given up by those who record, a counted delivery withdrawn by those who verify.
const WITHDRAW: Permission = Permission::Roles(&[
    Role::Administrator,
    Role::Coordinator,
    Role::Editor,
    Role::Verifier,
    Role::CommunityWorker,
]);

/// What this context adds to the program.
pub fn module() -> Module {
    Module {
        name: "evidence",
        routes: routes(),
        stream: crate::STREAM,
        words: &[
            (web::Locale::Zh, include_str!("../../locales/zh-CN.ftl")),
            (web::Locale::Zh, include_str!("../../locales/rules.zh-CN.ftl")),
            (web::Locale::Zh, include_str!("../../locales/closes.zh-CN.ftl")),
            (web::Locale::Zh, include_str!("../../locales/figures.zh-CN.ftl")),
            (web::Locale::Zh, include_str!("../../locales/messages.zh-CN.ftl")),
            (web::Locale::En, include_str!("../../locales/messages.en.ftl")),
            (web::Locale::En, include_str!("../../locales/en.ftl")),
            (web::Locale::En, include_str!("../../locales/rules.en.ftl")),
            (web::Locale::Zh, include_str!("../../locales/flags.zh-CN.ftl")),
            (web::Locale::En, include_str!("../../locales/flags.en.ftl")),
            (web::Locale::Zh, include_str!("../../locales/callbacks.zh-CN.ftl")),
            (web::Locale::En, include_str!("../../locales/callbacks.en.ftl")),
            (web::Locale::En, include_str!("../../locales/closes.en.ftl")),
            (web::Locale::En, include_str!("../../locales/figures.en.ftl")),
            (web::Locale::Zh, include_str!("../../locales/open.zh-CN.ftl")),
            (web::Locale::En, include_str!("../../locales/open.en.ftl")),
        ],
        nav: &[
            NavItem {
                path: "/desk/deliveries",
                key: "nav-deliveries",
                group: NavGroup::Daily,
                order: 30,
                permission: ANYONE,
            },
            NavItem {
                path: "/desk/entries",
                key: "nav-entries",
                group: NavGroup::Records,
                order: 34,
                permission: ANYONE,
            },
            NavItem {
                path: "/desk/attestations",
                key: "nav-attestations",
                group: NavGroup::Records,
                order: 36,
                permission: ANYONE,
            },
            NavItem {
                path: "/desk/figures",
                key: "nav-figures",
                group: NavGroup::Records,
                order: 37,
                permission: ANYONE,
            },
            NavItem {
                path: "/desk/indicators",
                key: "nav-indicators",
                group: NavGroup::Records,
                order: 38,
                permission: ANYONE,
            },
            NavItem {
                path: "/desk/settings/photo-area",
                key: "evidence-area-title",
                group: NavGroup::Running,
                order: 71,
                permission: SETTINGS,
            },
            NavItem {
                path: "/desk/settings/ranking",
                key: "evidence-ranking",
                group: NavGroup::Running,
                order: 72,
                permission: crate::ranking::pages::SET,
            },
            NavItem {
                path: "/desk/flags",
                key: "nav-flags",
                group: NavGroup::Checks,
                order: 37,
                permission: VERIFY,
            },
            NavItem {
                path: "/desk/callbacks",
                key: "nav-callbacks",
                group: NavGroup::Checks,
                order: 39,
                permission: crate::callbacks::pages::CALL,
            },
            NavItem {
                path: "/desk/closes",
                key: "nav-closes",
                group: NavGroup::Records,
                order: 39,
                permission: ANYONE,
            },
            NavItem { path: "/log", key: "nav-log", group: NavGroup::Daily, order: 88, permission: ANYONE },
            NavItem {
                path: "/open",
                key: "nav-open",
                group: NavGroup::Daily,
                order: 89,
                permission: Permission::Public,
            },
        ],
        todos: Some(todos::list),
        assets: &[
            web::Asset {
                path: "/assets/evidence-form.js",
                content_type: "text/javascript; charset=utf-8",
                bytes: include_bytes!("../../assets/form.js"),
            },
            // its folder is what it may serve: the pages of deliveries
            web::Asset {
                path: "/desk/deliveries/worker.js",
                content_type: "text/javascript; charset=utf-8",
                bytes: include_bytes!("../../assets/worker.js"),
            },
        ],
    }
}

fn routes() -> Routes {
    let deliveries = Routes::new()
        .get("/desk/deliveries", ANYONE, deliveries::index::show)
        .get("/desk/deliveries/new", RECORD, deliveries::new::show)
        .upload("/desk/deliveries", RECORD, UPLOAD, deliveries::new::create)
        .get("/desk/deliveries/import", RECORD, deliveries::import::show)
        .upload("/desk/deliveries/import", RECORD, UPLOAD, deliveries::import::create)
        .get("/desk/deliveries/template", RECORD, deliveries::import::template)
        .get("/desk/deliveries/{id}", ANYONE, deliveries::show::show)
        .get("/desk/deliveries/{id}/edit", RECORD, deliveries::edit::show)
        .upload("/desk/deliveries/{id}/edit", RECORD, UPLOAD, deliveries::edit::save)
        .post("/desk/deliveries/{id}/submission", RECORD, deliveries::steps::submit)
        .post("/desk/deliveries/{id}/verification", VERIFY, deliveries::steps::verify)
        .post("/desk/deliveries/{id}/return", VERIFY, deliveries::steps::send_back)
        .post("/desk/deliveries/{id}/withdrawal", WITHDRAW, deliveries::steps::withdraw)
        .get("/desk/proofs/{id}", ANYONE, photo::show)
        .get("/desk/settings/photo-area", SETTINGS, area::show)
        .post("/desk/settings/photo-area", SETTINGS, area::set)
        .get("/log", Permission::Public, log::index)
        .get("/log/head", Permission::Public, log::head)
        .get("/api/log/leaf", Permission::Public, log::leaf)
        .get("/api/log/growth", Permission::Public, log::growth);
    let deliveries = deliveries
        .get("/desk/entries", ANYONE, entries::index::show)
        .get("/desk/entries/new", RECORD, entries::new::show)
        .upload("/desk/entries", RECORD, UPLOAD, entries::new::create)
        .get("/desk/entries/{id}", ANYONE, entries::show::show)
        .post("/desk/entries/{id}/verification", VERIFY, entries::show::verify)
        .post("/desk/entries/{id}/end", VERIFY, entries::show::end)
        .post("/desk/entries/{id}/withdrawal", VERIFY, entries::show::withdraw);
    let deliveries = deliveries
        .get("/desk/figures", ANYONE, figures::index::show)
        .get("/desk/figures/new", RECORD, figures::new::show)
        .post("/desk/figures", RECORD, figures::new::create)
        .get("/desk/figures/{id}", ANYONE, figures::show::show)
        .post("/desk/figures/{id}/confirmation", VERIFY, figures::show::confirm)
        .post("/desk/figures/{id}/withdrawal", VERIFY, figures::show::withdraw)
        .get("/desk/closes", ANYONE, closes::index::show)
        .post("/desk/closes", KEEP_RULES, closes::new::create)
        .get("/desk/closes/new", KEEP_RULES, closes::new::show)
        .get("/desk/closes/{period}", ANYONE, closes::show::show)
        .get("/desk/closes/{period}/file", ANYONE, closes::show::file)
        .get("/desk/indicators", ANYONE, indicators::index::show)
        .get("/desk/indicators/{id}", ANYONE, indicators::show::show)
        .get("/desk/rules/new", KEEP_RULES, rules::new::show)
        .post("/desk/rules", KEEP_RULES, rules::new::create)
        .get("/desk/rules/{id}", ANYONE, rules::show::show)
        .post("/desk/rules/{id}/force", KEEP_RULES, rules::show::put_in_force)
        .post("/desk/rules/{id}/discard", KEEP_RULES, rules::show::discard);
    let deliveries = crate::ranking::pages::routes(crate::open::pages::routes(deliveries));
    let deliveries = crate::callbacks::pages::routes(crate::flags::pages::routes(deliveries));
    deliveries
        .get("/desk/attestations", ANYONE, attestations::index::show)
        .get("/desk/attestations/new", RECORD, attestations::new::show)
        .upload("/desk/attestations", RECORD, UPLOAD, attestations::new::create)
        .get("/desk/attestations/{id}", ANYONE, attestations::show::show)
        .post("/desk/attestations/{id}/confirmation", VERIFY, attestations::show::confirm)
        .post("/desk/attestations/{id}/withdrawal", VERIFY, attestations::show::withdraw)
}

/// The photos of a form, examined. Decoding takes long: it is done on a reader's thread, away from
/// the connections.
pub(crate) async fn photos(cx: &web::Cx, form: &Form) -> Result<Vec<Photo>, Refusal> {
    let files: Vec<_> = form.files("photo").into_iter().map(|file| file.bytes.clone()).collect();
    if files.len() > 6 {
        return Err(Problem::new("evidence-photos-many").at("photo").with("most", 6).into());
    }
    if files.is_empty() {
        return Ok(Vec::new());
    }
    cx.read(move |_, _| files.iter().map(|bytes| Ok(examine(bytes)?)).collect()).await
}

/// The version of what the page showed; 0, which fits nothing, when the form lost it.
pub(crate) fn seen(form: &Form) -> i64 {
    form.text("version").parse().unwrap_or(0)
}

/// What a list says that shows a part of the district's: how many of how many.
pub(crate) fn of_all(cx: &web::Cx, n: i64, all: i64) -> [(&'static str, String); 2] {
    [("n", cx.number(n)), ("all", cx.number(all))]
}
