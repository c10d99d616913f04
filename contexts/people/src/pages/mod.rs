//! The pages of the context, one file each, and what they share.

pub mod audit;
pub mod keys;
pub mod login;
pub mod password;
pub mod people;
pub mod settings;
pub mod setup;
pub mod slow;
pub mod units;
pub mod view_as;
pub mod workdays;

use axum::response::Response;
use kernel::{Refusal, Role};
use web::{Cx, Locale};

use crate::units::{Unit, UnitKind};

/// The cookie by which a browser is known to an account.
pub(crate) const DEVICE_COOKIE: &str = "qilin_device";

/// Value and words of every choice of a field.
pub(crate) type Options = Vec<(String, String)>;

/// The kinds of unit; `district` is no choice for a new one.
pub(crate) fn kind_options(cx: &Cx, first: &str, with_district: bool) -> Options {
    let kinds = UnitKind::ALL.into_iter().filter(|kind| with_district || *kind != UnitKind::District);
    let empty = std::iter::once((String::new(), cx.t(first)));
    empty.chain(kinds.map(|kind| (kind.code().to_owned(), kind_word(cx, kind)))).collect()
}

/// The word of a kind.
pub(crate) fn kind_word(cx: &Cx, kind: UnitKind) -> String {
    cx.t(&format!("unit-kind-{}", kind.code()))
}

/// The word of a role.
pub(crate) fn role_word(cx: &Cx, role: Role) -> String {
    cx.t(&format!("role-{}", role.code()))
}

/// The roles, the widest first.
pub(crate) fn role_options(cx: &Cx) -> Options {
    Role::ALL.into_iter().map(|role| (role.code().to_owned(), role_word(cx, role))).collect()
}

/// Units to choose one from, after an empty choice.
pub(crate) fn unit_options(cx: &Cx, first: &str, units: &[Unit]) -> Options {
    let empty = std::iter::once((String::new(), cx.t(first)));
    empty.chain(units.iter().map(|unit| (unit.id.to_string(), unit.name.clone()))).collect()
}

/// The words of a key in both languages, to recognise the headers of a table.
pub(crate) fn both_words(cx: &Cx, key: &str) -> [String; 2] {
    Locale::ALL.map(|locale| cx.app.words(locale).text(key))
}

/// Lets the browser hold a session, and be known to the account.
pub(crate) fn keep_session(cx: &Cx, response: &mut Response, token: &str, device: &str) {
    cx.set_cookie(response, web::SESSION_COOKIE, token, None);
    cx.set_cookie(response, DEVICE_COOKIE, device, Some(crate::sessions::DEVICE_DAYS * 86_400));
}

/// Tells programs, too, how long to wait.
pub(crate) fn retry_after(mut response: Response, seconds: i64) -> Response {
    response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
    response
}

/// Lines of an imported table that are taken at once: one action writes them all, and everybody else
/// who writes waits for it.
const MOST_LINES: usize = 5_000;
/// Problems of a table that are said at once; whoever mends so many uploads it again anyway.
const MOST_SAID: usize = 100;

/// The lines of a table that are to be taken in, at least one and not too many.
pub(crate) fn some_lines<T>(rows: Vec<T>) -> Result<Vec<T>, Refusal> {
    if rows.is_empty() {
        return Err(kernel::Problem::new("sheet-empty").at("file").into());
    }
    if rows.len() > MOST_LINES {
        let problem = kernel::Problem::new("people-import-too-long").at("file").with("most", MOST_LINES);
        return Err(problem.with("n", rows.len()).into());
    }
    Ok(rows)
}

/// Problems of an imported table carry `line:column key` as their field; this says them in words.
pub(crate) fn say_cells(cx: &Cx, refusal: Refusal) -> Refusal {
    let Refusal::Invalid(problems) = refusal else { return refusal };
    let say = |problem: kernel::Problem| {
        let place = problem.field.clone().unwrap_or_default();
        let Some((line, column)) = place.split_once(':') else { return problem };
        kernel::Problem::new("people-import-cell")
            .at("file")
            .with("line", line)
            .with("column", cx.t(column))
            .with("what", cx.with(problem.key, &problem.args))
    };
    let more = problems.len().saturating_sub(MOST_SAID);
    let mut said: Vec<kernel::Problem> = problems.into_iter().take(MOST_SAID).map(say).collect();
    if more > 0 {
        said.push(kernel::Problem::new("people-import-more-problems").at("file").with("n", more));
    }
    Refusal::Invalid(said)
}
